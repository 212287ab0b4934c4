//! A row of the users table.

use super::actions::Actions;
use super::context::use_users;
use super::reset_status::ResetStatus;
use crate::i18n::time::date_time;
use crate::i18n::users as t;
use leptos::prelude::*;
use rekey_wire::users::{Role, User};

/// The row of a user. Each cell is rendered again only when its own text changes, so that the focus stays where it is.
#[component]
pub(super) fn Row(id: String) -> impl IntoView {
    let users = use_users();
    // Keeps the last user while the row is being removed.
    let user = Memo::new(move |before: Option<&Option<User>>| users.user(&id).or_else(|| before.cloned().flatten()));
    let text = move |read: fn(&User) -> String| Memo::new(move |_| user.with(|user| user.as_ref().map(read).unwrap_or_default()));
    let name = text(|user| user.name.clone());
    let email = text(|user| user.email.clone().unwrap_or_else(|| t::NONE.text().to_owned()));
    let extension = text(|user| user.extension.clone());
    let role = text(|user| {
        match user.role {
            Role::Admin => t::ADMIN,
            Role::Manager => t::MANAGER,
            Role::Agent => t::AGENT,
        }
        .into()
    });
    let last_login = text(|user| user.last_login_at.as_deref().map_or_else(|| t::NEVER.text().to_owned(), date_time));
    let reset = Memo::new(move |_| user.with(|user| user.as_ref()?.reset.clone()));
    view! {
        <tr role="row">
            <th scope="row" role="rowheader" data-label=t::NAME.text()>{move || name.get()}</th>
            <td role="cell" data-label=t::EMAIL.text() class="email">{move || breakable(&email.read()).into_any()}</td>
            <td role="cell" data-label=t::EXTENSION.text() class="number">{move || extension.get()}</td>
            <td role="cell" data-label=t::ROLE.text()>{move || role.get()}</td>
            <td role="cell" data-label=t::LAST_LOGIN.text() class="number nowrap">{move || last_login.get()}</td>
            <td role="cell" data-label=t::PASSWORD_RESET.text() class="number">{move || view! { <ResetStatus reset=reset.get()/> }.into_any()}</td>
            <td role="cell" data-label=t::ACTIONS.text() class="actions"><Actions user/></td>
        </tr>
    }
}

/// An address with a line break opportunity before its domain.
fn breakable(email: &str) -> impl IntoView + use<> {
    let (local, domain) = email.split_at(email.rfind('@').unwrap_or(0));
    view! { {local.to_owned()}<wbr/>{domain.to_owned()} }
}
