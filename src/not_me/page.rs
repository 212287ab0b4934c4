//! Page of the "This wasn't me" link.

use super::cancel::CancelForm;
use crate::components::alert::Alert;
use crate::i18n::not_me as t;
use crate::layout::page_heading::PageHeading;
use crate::layout::public::PublicLayout;
use crate::reset::link_token::{TokenState, use_link_token};
use leptos::prelude::*;
use rekey_wire::paths::Page;

/// Cancelling requires a click: mail scanners that open every link must not cancel anything.
#[component]
pub(crate) fn NotMePage() -> impl IntoView {
    let token = use_link_token(Page::NotMe);
    let is_missing = Memo::new(move |_| token.state() == TokenState::Missing);
    view! {
        <PublicLayout>
            <PageHeading text=t::HEADING/>
            {move || {
                if is_missing.get() { view! { <Alert text=t::NO_LINK/> }.into_any() } else { view! { <CancelForm token/> }.into_any() }
            }}
        </PublicLayout>
    }
}
