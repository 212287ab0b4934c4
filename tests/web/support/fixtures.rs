//! Fixtures: users as the server returns them.

use rekey_wire::login::SessionUser;
use rekey_wire::users::{EmailStatus, ExtensionType, Requester, RequesterKind, Reset, ResetState, Role, Status, User, UserPage};
use serde_json::{Value, json};

/// A user without rights over others.
pub(crate) fn agent() -> SessionUser {
    SessionUser {
        id: "7".into(),
        name: "Jordan Lee".into(),
        email: Some("jordan@example.com".into()),
        role: Role::Agent,
        extension: "107".into(),
        language: None,
    }
}

/// An admin.
pub(crate) fn admin() -> SessionUser {
    SessionUser {
        id: "1".into(),
        name: "Alex Kim".into(),
        email: Some("alex@example.com".into()),
        role: Role::Admin,
        extension: "101".into(),
        language: None,
    }
}

/// A user with a valid address, without a login or a reset.
pub(crate) fn user(id: &str, name: &str, email: &str) -> User {
    User {
        id: id.into(),
        name: name.into(),
        email: Some(email.into()),
        email_status: EmailStatus::Ok,
        role: Role::Agent,
        status: Status::Active,
        phone: None,
        language: None,
        extension: format!("10{id}"),
        extension_type: ExtensionType::Web,
        last_login_at: None,
        paused_until: None,
        reset: None,
    }
}

/// A page with all users.
pub(crate) fn page(items: Vec<User>) -> UserPage {
    let total = items.len() as u64;
    UserPage { items, next_cursor: None, previous_cursor: None, total, total_is_exact: true }
}

/// A reset requested by an admin, in this state.
pub(crate) fn reset(state: ResetState) -> Reset {
    Reset {
        state,
        state_at: "2026-03-04T09:31:00Z".into(),
        requested_at: "2026-03-04T09:30:00Z".into(),
        requested_by: Requester { kind: RequesterKind::Admin, name: "Alex Kim".into() },
        expires_at: None,
        detail: None,
    }
}

/// The response to inspecting a self-service link that is valid until `expires_at`.
pub(crate) fn inspection(expires_at: &str) -> Value {
    json!({
        "email": "jordan@example.com",
        "name": "Jordan Lee",
        "expires_at": expires_at,
        "requested_at": "2026-03-04T09:30:00Z",
        "requested_by": { "kind": "self", "name": null },
    })
}
