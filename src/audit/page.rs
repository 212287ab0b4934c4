//! The audit log, newest first.

use super::row::AuditRow;
use crate::api;
use crate::components::alert::{ErrorAlert, action_error};
use crate::i18n::{MessageId, audit as t};
use crate::layout::app::AppLayout;
use crate::layout::page_heading::PageHeading;
use leptos::prelude::*;
use rekey_wire::audit::AuditItem;

/// The rows loaded so far, and a button that loads older ones.
#[component]
pub(crate) fn AuditPage() -> impl IntoView {
    let items = RwSignal::new(Vec::<AuditItem>::new());
    let next_cursor = RwSignal::new(None::<String>);
    let load = Action::new_unsync(|cursor: &Option<String>| {
        let cursor = cursor.clone();
        async move { api::audit_log(cursor.as_deref()).await }
    });
    let (pending, result) = (load.pending(), load.value());
    Effect::new(move |_| {
        if let Some(Ok(page)) = result.get() {
            items.update(|items| items.extend(page.items));
            next_cursor.set(page.next_cursor);
        }
    });
    let load_next = move || {
        if !pending.get_untracked() {
            load.dispatch(next_cursor.get_untracked());
        }
    };
    Effect::new(move |_| load_next());
    let error = action_error(load);
    let can_load = Memo::new(move |_| error.with(Option::is_some) || next_cursor.with(Option::is_some));
    let column = |message: MessageId| view! { <th scope="col" role="columnheader">{message.text()}</th> };
    view! {
        <AppLayout>
            <PageHeading text=t::HEADING/>
            <p class="lead">{t::LEAD.text()}</p>
            <table class="table" role="table" aria-label=t::HEADING.text() aria-busy=move || if pending.get() { "true" } else { "false" }>
                <thead role="rowgroup">
                    <tr role="row">
                        {[t::AT, t::ACTION, t::ACTOR, t::SUBJECT, t::IP, t::DETAIL].map(column).into_iter().collect_view()}
                    </tr>
                </thead>
                <tbody role="rowgroup">
                    {move || items.with(|items| items.iter().map(|item| view! { <AuditRow item=item.clone()/> }.into_any()).collect_view())}
                </tbody>
            </table>
            <ErrorAlert error/>
            {move || can_load.get().then(|| {
                view! {
                    <div>
                        <button type="button" class="secondary" on:click=move |_| load_next()>
                            {move || if items.read().is_empty() { t::TRY_AGAIN } else { t::OLDER }.text()}
                        </button>
                    </div>
                }
                .into_any()
            })}
        </AppLayout>
    }
}
