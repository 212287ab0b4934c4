//! One user in the table.

use super::actions::Actions;
use super::lifecycle::Lifecycle;
use super::page::Desktop;
use crate::ui::icon::{Icon, Picture};
use crate::ui::live::live;
use crate::words::time::moment;
use crate::words::users as w;
use leptos::prelude::*;
use rekey_wire::users::{EmailStatus, Role, Status, User};

/// A row. Each cell is drawn anew only when what it says changes, so that the focus stays where it is.
#[component]
pub(super) fn Row(desktop: Desktop, id: String) -> impl IntoView {
    let list = desktop.list;
    let user = Memo::new(move |before: Option<&Option<User>>| list.user(&id).or_else(|| before.cloned().flatten()));
    let of = move |read: fn(&User) -> String| Memo::new(move |_| user.with(|user| user.as_ref().map(read).unwrap_or_default()));
    let name = of(|user| user.name.clone());
    let email = of(|user| user.email.clone().unwrap_or_else(|| w::NONE.text().to_owned()));
    let extension = of(|user| user.extension.clone());
    let role = of(|user| if user.role == Role::Admin { w::ADMIN } else { w::AGENT }.text().to_owned());
    let last_login = of(|user| user.last_login_at.as_deref().map_or_else(|| w::NEVER.text().to_owned(), moment));
    let reset = Memo::new(move |_| user.with(|user| user.as_ref()?.reset.clone()));
    let warning = Memo::new(move |_| user.with(|user| user.as_ref().and_then(|user| warning_about(user.email_status))));
    let disabled = Memo::new(move |_| user.with(|user| user.as_ref().is_some_and(|user| user.status == Status::Disabled)));
    view! {
        <tr role="row">
            <th scope="row" role="rowheader" data-label=w::NAME.text()>
                <span>{live(move || name.get())}</span>
                {live(move || disabled.get().then(|| view! { <Chip word=w::ACCOUNT_DISABLED.text() picture=Picture::Minus/> }.into_any()))}
            </th>
            <td role="cell" data-label=w::EMAIL.text() class="email">
                <span>{live(move || email.get())}</span>
                {live(move || warning.get().map(|word| view! { <Chip word picture=Picture::Warning/> }.into_any()))}
            </td>
            <td role="cell" data-label=w::EXTENSION.text() class="number">{live(move || extension.get())}</td>
            <td role="cell" data-label=w::ROLE.text()>{live(move || role.get())}</td>
            <td role="cell" data-label=w::LAST_LOGIN.text() class="number">{live(move || last_login.get())}</td>
            <td role="cell" data-label=w::PASSWORD_RESET.text() class="number">
                {live(move || view! { <Lifecycle reset=reset.get()/> })}
            </td>
            <td role="cell" data-label=w::ACTIONS.text() class="actions"><Actions desktop user/></td>
        </tr>
    }
    .into_any()
}

/// Why no mail may reach somebody.
fn warning_about(status: EmailStatus) -> Option<&'static str> {
    match status {
        EmailStatus::Ok => None,
        EmailStatus::Missing => Some(w::NO_EMAIL.text()),
        EmailStatus::Invalid => Some(w::INVALID_EMAIL.text()),
        EmailStatus::Bounced => Some(w::BOUNCED.text()),
    }
}

/// A word with a picture, for what is not as it should be.
#[component]
fn Chip(word: &'static str, picture: Picture) -> impl IntoView {
    view! { <span class="chip warn"><Icon of=picture/>{word}</span> }.into_any()
}
