//! What a field holds and what is wrong with it: the rules as one types, and what the server said of it.

use crate::api::Error;
use crate::words::{self, field as w};
use leptos::prelude::*;
use rekey_wire::email;
use std::time::Duration;

/// How long after leaving a field its fault appears: longer than a click takes, so that the button below does not move
/// from under the pointer.
const PAUSE: Duration = Duration::from_millis(200);

/// A field; a copy is the same field.
#[derive(Clone, Copy)]
pub(crate) struct Field {
    value: RwSignal<String>,
    /// Whether it is time to speak of faults: not before the person has left the field, or sent the form.
    due: RwSignal<bool>,
    refused: RwSignal<Option<String>>,
    rule: Signal<Option<String>>,
}

impl Field {
    /// An empty field. `rule` says what is wrong with a value, in words.
    #[must_use]
    pub(crate) fn new(rule: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        let value = RwSignal::new(String::new());
        Self {
            value,
            due: RwSignal::new(false),
            refused: RwSignal::new(None),
            rule: Signal::derive(move || value.with(|value| rule(value))),
        }
    }

    /// What is typed, to follow.
    #[must_use]
    pub(crate) fn value(self) -> String {
        self.value.get()
    }

    /// Takes what is typed.
    pub(crate) fn input(self, value: String) {
        self.refused.set(None);
        self.value.set(value);
    }

    /// The person has left the field.
    pub(crate) fn left(self) {
        // A screen that goes away takes the focus from its field: nobody is left to be told. Nor is who sent the form meanwhile, and
        // had the field emptied.
        let filled = move || self.value.try_with_untracked(|value| !value.is_empty()) == Some(true);
        if filled() {
            set_timeout(move || _ = filled() && self.due.try_set(true).is_none(), PAUSE);
        }
    }

    /// What is wrong, as far as it is time to say so.
    #[must_use]
    pub(crate) fn fault(self) -> Option<String> {
        self.refused.get().or_else(|| if self.due.get() { self.rule.get() } else { None })
    }

    /// What is typed, if nothing is wrong with it; from now on faults are shown.
    #[must_use]
    pub(crate) fn accept(self) -> Option<String> {
        self.due.set(true);
        match self.rule.get_untracked() {
            Some(_) => None,
            None => Some(self.value.get_untracked()),
        }
    }

    /// Shows what the server says of it, `name` there; whether it said anything.
    pub(crate) fn heed(self, error: &Error, name: &str) -> bool {
        let Some((code, message)) = error.field(name) else { return false };
        self.refuse(words_for(code).map_or_else(|| message.to_owned(), Into::into));
        true
    }

    /// Shows a reason until something else is typed.
    pub(crate) fn refuse(self, reason: String) {
        // A screen that is gone shows nothing.
        self.refused.try_set(Some(reason));
    }

    /// Empties it, as new.
    pub(crate) fn clear(self) {
        self.due.set(false);
        self.refused.set(None);
        self.value.set(String::new());
    }
}

/// The rule for an address, in words: the one that `validator`'s derive applies to the requests. It is called by name, as
/// the derive's map of fields and faults would cost every page more bytes than the rule.
pub(crate) fn email_fault(typed: &str) -> Option<String> {
    let fault = email::check(typed).err()?;
    Some(words_for(fault.code()).unwrap_or(w::CHECK).text().to_owned())
}

/// The rule for what may be anything but nothing.
pub(crate) fn required(typed: &str) -> Option<String> {
    typed.is_empty().then(|| w::REQUIRED.text().to_owned())
}

fn words_for(code: &str) -> Option<words::Word> {
    Some(match code {
        "required" => w::REQUIRED,
        "invalid_email" => w::INVALID_EMAIL,
        "too_long" => w::TOO_LONG,
        "invalid_characters" => w::INVALID_CHARACTERS,
        "wrong_password" => w::WRONG_PASSWORD,
        "same_password" => w::SAME_PASSWORD,
        _ => return None,
    })
}
