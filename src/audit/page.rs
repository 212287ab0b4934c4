//! The audit log, newest first.

use super::row::Entry;
use crate::api;
use crate::settings::desk::Desk;
use crate::ui::alert::FailureAlert;
use crate::ui::attempt::Attempt;
use crate::ui::live::{effect, live};
use crate::ui::page_heading::PageHeading;
use crate::words::audit as w;
use leptos::prelude::*;
use rekey_wire::audit::AuditItem;

/// The log so far, and what is older on demand.
#[component]
pub(crate) fn AuditPage() -> impl IntoView {
    let attempt = Attempt::new();
    let items = RwSignal::new(Vec::<AuditItem>::new());
    let older = RwSignal::new(None::<String>);
    let load = move || {
        let from = older.get_untracked();
        attempt.run(async move {
            let page = api::audit_log(from.as_deref()).await?;
            // The screen may be gone.
            items.try_update(|items| items.extend(page.items));
            older.try_set(page.next_cursor);
            Ok(())
        });
    };
    effect(load);
    let again = Memo::new(move |_| attempt.error().is_some() || older.with(Option::is_some));
    let word = move || if items.with(Vec::is_empty) { w::TRY_AGAIN } else { w::OLDER };
    view! {
        <Desk>
            <PageHeading text=w::HEADING/>
            <p class="lead">{w::LEAD.text()}</p>
            <table role="table" aria-label=w::HEADING.text() aria-busy=live(move || if attempt.pending() { "true" } else { "false" })>
                <thead role="rowgroup">
                    <tr role="row">
                        {[w::AT, w::ACTION, w::ACTOR, w::SUBJECT, w::IP, w::DETAIL]
                            .map(|word| view! { <th scope="col" role="columnheader" class="plain">{word.text()}</th> }.into_any())
                            .into_iter()
                            .collect_view()}
                    </tr>
                </thead>
                <tbody role="rowgroup">
                    {live(move || items.with(|items| items.iter().map(|item| view! { <Entry item=item.clone()/> }.into_any()).collect_view()))}
                </tbody>
            </table>
            <FailureAlert attempt/>
            {live(move || again.get().then(|| {
                view! {
                    <div>
                        <button type="button" class="secondary" on:click=move |_| load()>{live(move || word().text())}</button>
                    </div>
                }
                .into_any()
            }))}
        </Desk>
    }
    .into_any()
}
