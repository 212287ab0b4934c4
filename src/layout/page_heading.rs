//! Page heading: the `h1`, which also sets the document title and receives the focus after navigation.

use crate::i18n::MessageId;
use leptos::html;
use leptos::prelude::*;
use leptos_meta::Title;

/// Whether a heading has been shown since the page was loaded.
#[derive(Clone, Copy)]
pub(crate) struct HeadingHistory {
    has_shown: StoredValue<bool>,
}

impl HeadingHistory {
    /// Provides the history in context.
    pub(crate) fn provide() {
        provide_context(Self { has_shown: StoredValue::new(false) });
    }
}

/// The heading of a page, or of a new state of it.
#[component]
pub(crate) fn PageHeading(text: MessageId) -> impl IntoView {
    let HeadingHistory { has_shown } = expect_context();
    let heading = NodeRef::<html::H1>::new();
    // After a page load the browser places the focus; after a route change, screen readers must announce the new page.
    Effect::new(move |_| {
        if let Some(heading) = heading.get() {
            if has_shown.get_value() {
                _ = heading.focus();
            }
            has_shown.set_value(true);
        }
    });
    view! {
        <Title text=text.text()/>
        <h1 tabindex="-1" node_ref=heading>{text.text()}</h1>
    }
}
