//! The screen for who forgot the password.

use super::form::ForgotForm;
use crate::route::Route;
use crate::ui::card::Card;
use crate::ui::help::Help;
use crate::ui::page_heading::PageHeading;
use crate::words::forgot as w;
use leptos::prelude::*;

/// Heading, what will happen, one field.
#[component]
pub(crate) fn ForgotPage() -> impl IntoView {
    view! {
        <Card>
            <PageHeading text=w::HEADING/>
            <p class="lead">{w::LEAD.text()}</p>
            <ForgotForm/>
            <p class="aside"><a href=Route::Login.path()>{w::BACK.text()}</a></p>
            <Help/>
        </Card>
    }
    .into_any()
}
