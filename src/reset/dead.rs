//! A link that does not work, why, and the way on.

use super::link::{Dead, Followed, Link};
use super::token;
use crate::api;
use crate::inbox::awaited::Awaited;
use crate::route::Route;
use crate::router::Router;
use crate::ui::alert::FailureAlert;
use crate::ui::attempt::Attempt;
use crate::ui::page_heading::PageHeading;
use crate::ui::submit::Submit;
use crate::words::dead_link as w;
use leptos::prelude::*;

/// The screen for a dead link. Who holds an expired or a used one gets a fresh one without typing anything.
#[component]
pub(crate) fn DeadLink(followed: Followed, dead: Dead) -> impl IntoView {
    let (heading, lead) = match dead {
        Dead::Expired => (w::EXPIRED, w::EXPIRED_LEAD),
        Dead::Used => (w::USED, w::USED_LEAD),
        Dead::Cancelled => (w::CANCELLED, w::CANCELLED_LEAD),
        Dead::Invalid => (w::INVALID, w::INVALID_LEAD),
    };
    let way_on = match dead {
        Dead::Expired | Dead::Used => view! { <Renew followed/> }.into_any(),
        Dead::Cancelled | Dead::Invalid => view! { <a class="button primary" href=Route::Forgot.path()>{w::REQUEST.text()}</a> }.into_any(),
    };
    view! {
        <PageHeading text=heading/>
        <p class="lead">{lead.text()}</p>
        {way_on}
        <p class="aside"><a href=Route::Login.path()>{w::BACK.text()}</a></p>
    }
    .into_any()
}

#[component]
fn Renew(followed: Followed) -> impl IntoView {
    let router = Router::here();
    let attempt = Attempt::new();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(token) = token::kept_for(Route::Reset) else {
            followed.set(Link::Dead(Dead::Invalid));
            return;
        };
        attempt.run(async move {
            let wait = match api::renew_link(token.clone()).await {
                Ok(seconds) => seconds,
                Err(error) => match (error.wait(), Dead::from_error(&error)) {
                    (Some(seconds), _) => seconds,
                    (None, Some(dead)) => {
                        followed.set(Link::Dead(dead));
                        return Ok(());
                    }
                    (None, None) => return Err(error),
                },
            };
            Awaited::ByLink(token).keep(wait);
            token::forget(Route::Reset);
            router.go(Route::Inbox.path());
            Ok(())
        });
    };
    view! {
        <form on:submit=submit>
            <FailureAlert attempt/>
            <Submit attempt label=w::RENEW busy=w::BUSY/>
        </form>
    }
    .into_any()
}
