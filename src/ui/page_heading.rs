//! The one `h1` of a screen: it names the tab, and takes the focus when it is not the first.

use crate::browser;
use crate::start::Start;
use crate::ui::live::effect;
use crate::words::Word;
use leptos::html;
use leptos::prelude::*;

/// Remembers whether a heading was shown before.
#[derive(Clone, Copy)]
pub(crate) struct Headings {
    shown: StoredValue<bool>,
}

impl Headings {
    /// None shown yet.
    pub(crate) fn provide() {
        provide_context(Self { shown: StoredValue::new(false) });
    }
}

/// The heading of a screen, or of a new state of it.
#[component]
pub(crate) fn PageHeading(text: Word) -> impl IntoView {
    let start = Start::here();
    let Headings { shown } = expect_context();
    let heading = NodeRef::<html::H1>::new();
    effect(move || {
        let brand = start.brand();
        let title = if brand.is_empty() { text.text().to_owned() } else { [text.text(), " · ", &brand].concat() };
        browser::set_title(&title);
    });
    // After a page load the browser decides; after that, whoever cannot see must hear that the screen changed.
    effect(move || {
        if let Some(heading) = heading.get() {
            if shown.get_value() {
                _ = heading.focus();
            }
            shown.set_value(true);
        }
    });
    view! { <h1 tabindex="-1" node_ref=heading>{text.text()}</h1> }.into_any()
}
