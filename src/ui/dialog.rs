//! The browser's own dialog: it keeps the focus inside, gives it back, and closes on Escape.

use crate::ui::live::effect;
use leptos::html;
use leptos::prelude::*;

/// A question before something happens. Whoever shows it takes it away in `on_close`, which Escape calls too.
#[component]
pub(crate) fn Dialog(
    /// What it asks; its accessible name.
    #[prop(into)]
    heading: String,
    /// Set to true to close it.
    closing: RwSignal<bool>,
    on_close: Callback<()>,
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    effect(move || {
        if let Some(dialog) = dialog.get() {
            if closing.get() {
                dialog.close();
            } else if !dialog.open() {
                _ = dialog.show_modal();
            }
        }
    });
    view! {
        <dialog node_ref=dialog aria-labelledby="dialog-heading" on:close=move |_| on_close.run(())>
            <h2 id="dialog-heading">{heading}</h2>
            {children()}
        </dialog>
    }
    .into_any()
}
