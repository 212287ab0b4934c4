//! Field of a [`Form`]: its value, and its error once it may be shown.

use super::form::Form;
use crate::components::field_message::field_message;
use crate::components::icon::{Icon, IconName};
use crate::config::AppConfig;
use leptos::html;
use leptos::prelude::*;
use std::time::Duration;

/// Delay of error messages after blur: longer than a click takes, so that the button below does not move from under the pointer.
const VALIDATION_DELAY: Duration = Duration::from_millis(200);

/// Kind of a field; selects the wording of its errors.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum FieldKind {
    /// Text or an address.
    Text,
    /// The current password, next to a new one.
    CurrentPassword,
    /// A new password.
    NewPassword,
}

/// Handle to a field; `Copy`, every copy refers to the same field.
#[derive(Clone, Copy)]
pub(crate) struct Field {
    form: Form,
    name: &'static str,
    kind: FieldKind,
    config: AppConfig,
    input: NodeRef<html::Input>,
    value: RwSignal<String>,
    touched: RwSignal<bool>,
}

impl Field {
    pub(super) fn new(form: Form, name: &'static str, kind: FieldKind, config: AppConfig) -> Self {
        let field =
            Self { form, name, kind, config, input: NodeRef::new(), value: RwSignal::new(String::new()), touched: RwSignal::new(false) };
        // Reads text that was typed before hydration.
        Effect::new(move |_| {
            field.input.track();
            field.read();
        });
        field
    }

    /// Returns the field's name in the request.
    #[must_use]
    pub(crate) fn name(self) -> &'static str {
        self.name
    }

    /// Returns the node reference for the input.
    #[must_use]
    pub(crate) fn node_ref(self) -> NodeRef<html::Input> {
        self.input
    }

    /// Returns the value, tracked.
    #[must_use]
    pub(crate) fn value(self) -> String {
        self.value.get()
    }

    /// Handles the input's `input` event.
    pub(crate) fn on_input(self) {
        self.form.drop_server_error(self.name);
        self.read();
    }

    /// Handles the input's `blur` event: shows errors from now on, unless the field is empty.
    pub(crate) fn on_blur(self) {
        // Ignores blur events caused by unmounting, and by a form that was submitted and cleared meanwhile.
        let is_filled = move || self.value.try_with_untracked(|value| !value.is_empty()) == Some(true);
        if is_filled() {
            set_timeout(move || _ = is_filled() && self.touched.try_set(true).is_none(), VALIDATION_DELAY);
        }
    }

    /// Returns the error to show, tracked.
    #[must_use]
    pub(crate) fn error(self) -> Option<String> {
        let (code, text) = self.form.error(self.name, self.touched.get())?;
        Some(field_message(self.kind, &code, &text, &self.value.get(), self.config.policy()))
    }

    /// Moves the focus to the input.
    pub(super) fn focus(self) {
        if let Some(input) = self.input.get_untracked() {
            _ = input.focus();
        }
    }

    /// Reads the input and shows errors from now on. A password manager may have filled the input without an event.
    pub(super) fn touch(self) {
        self.read();
        self.touched.set(true);
    }

    /// Clears the input.
    pub(super) fn clear(self) {
        self.touched.set(false);
        if let Some(input) = self.input.get_untracked() {
            input.set_value("");
        }
        self.read();
    }

    fn read(self) {
        let typed = self.input.get_untracked().map(|input| input.value()).unwrap_or_default();
        if self.value.with_untracked(|value| *value != typed) {
            self.value.set(typed);
        }
    }
}

/// The error message below a field. `id` is for `aria-describedby`.
#[component]
pub(crate) fn FieldError(field: Field, id: String) -> impl IntoView {
    let id = StoredValue::new(id);
    view! {
        {move || {
            field.error().map(|error| {
                view! {
                    <p class="field-error" id=id.get_value()>
                        <Icon name=IconName::Warning/>
                        <span>{error}</span>
                    </p>
                }.into_any()
            })
        }}
    }
}

/// Returns the id of a field's error message.
#[must_use]
pub(crate) fn error_id(id: &str) -> String {
    [id, "-error"].concat()
}
