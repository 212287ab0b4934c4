//! Modal dialog: the browser's `<dialog>`, which traps the focus and returns it.

use crate::i18n::dialog as t;
use leptos::html;
use leptos::prelude::*;

/// A modal dialog with a heading. It opens when mounted; the parent unmounts it in `on_close`.
#[component]
pub(crate) fn Dialog(
    /// The heading, which is the accessible name.
    #[prop(into)]
    heading: String,
    /// Set to true to close the dialog.
    closing: RwSignal<bool>,
    /// While true, the dialog stays open: the pending action cannot be undone, and its result is shown here.
    #[prop(into)]
    busy: Signal<bool>,
    /// Called when the dialog has closed, by `closing` or by Escape.
    #[prop(into)]
    on_close: Callback<()>,
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let show = move || {
        if let Some(dialog) = dialog.get_untracked()
            && !dialog.open()
        {
            _ = dialog.show_modal();
        }
    };
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get() {
            if closing.get() {
                dialog.close();
            } else {
                show();
            }
        }
    });
    let on_cancel = move |event: web_sys::Event| {
        if busy.get_untracked() {
            event.prevent_default();
        }
    };
    let on_closed = move |_| {
        // Browsers close a dialog at the second Escape even if `cancel` was prevented.
        if busy.get_untracked() && !closing.get_untracked() {
            show();
        } else {
            on_close.run(());
        }
    };
    view! {
        <dialog node_ref=dialog aria-labelledby="dialog-heading" on:cancel=on_cancel on:close=on_closed>
            <h2 id="dialog-heading">{heading}</h2>
            {children()}
        </dialog>
    }
}

/// "Cancel" button. While `busy` it does nothing, but keeps the focus.
#[component]
pub(crate) fn CancelButton(closing: RwSignal<bool>, #[prop(into)] busy: Signal<bool>) -> impl IntoView {
    let close = move |_| {
        if !busy.get_untracked() {
            closing.set(true);
        }
    };
    view! {
        <button type="button" class="secondary" aria-disabled=move || busy.get().then_some("true") on:click=close>{t::CANCEL.text()}</button>
    }
}
