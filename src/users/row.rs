//! One user in the table.

use super::actions::Actions;
use super::lifecycle::Lifecycle;
use super::page::Desktop;
use crate::ui::live::live;
use crate::words::time::moment;
use crate::words::users as w;
use leptos::prelude::*;
use rekey_wire::users::{Role, User};

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
    view! {
        <tr role="row">
            <th scope="row" role="rowheader" data-label=w::NAME.text()>
                {live(move || name.get())}
            </th>
            <td role="cell" data-label=w::EMAIL.text() class="email">
                {live(move || foldable(&email.get()))}
            </td>
            <td role="cell" data-label=w::EXTENSION.text() class="number">{live(move || extension.get())}</td>
            <td role="cell" data-label=w::ROLE.text()>{live(move || role.get())}</td>
            <td role="cell" data-label=w::LAST_LOGIN.text() class="number whole">{live(move || last_login.get())}</td>
            <td role="cell" data-label=w::PASSWORD_RESET.text() class="number">
                {live(move || view! { <Lifecycle reset=reset.get()/> })}
            </td>
            <td role="cell" data-label=w::ACTIONS.text() class="actions"><Actions desktop user/></td>
        </tr>
    }
    .into_any()
}

/// An address that goes on in a new line before its domain, where it must.
fn foldable(email: &str) -> impl IntoView + use<> {
    let (local, domain) = email.split_at(email.rfind('@').unwrap_or(0));
    view! { {local.to_owned()}<wbr/>{domain.to_owned()} }
}
