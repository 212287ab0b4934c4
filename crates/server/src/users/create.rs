//! `POST /api/users`: a new user, with an extension, and a first link in the mail.

use super::show::find;
use super::write::{self, NewRow, Profile};
use crate::address::Address;
use crate::app::App;
use crate::audit::{self, Action, Entry, UserRef};
use crate::auth::session::Admin;
use crate::http::error::{ApiError, Result};
use crate::http::json::{Json, Valid};
use crate::http::middleware::client_ip::ClientIp;
use crate::http::openapi::AdminWriteProblems;
use crate::reset::{self, Kind};
use axum::extract::State;
use axum::http::StatusCode;
use rekey_wire::problem::Code;
use rekey_wire::users::{NewUser, RequesterKind, User};

/// Create a user
#[utoipa::path(post, path = rekey_wire::users::USERS, tag = "users", request_body = NewUser,
    responses((status = 201, body = User), AdminWriteProblems))]
pub async fn create(
    Admin(admin): Admin,
    State(app): State<App>,
    ClientIp(ip): ClientIp,
    Valid(request): Valid<NewUser>,
) -> Result<(StatusCode, Json<User>)> {
    let email = match &request.email {
        None => Profile::Missing,
        Some(email) => Profile::Usable(Address::parse(email)?),
    };
    let name = request.name.trim().to_owned();
    let now = app.now();
    let mut tx = app.store.begin().await?;
    write::lock(&mut tx, app.store.dialect()).await?;
    if let Profile::Usable(address) = &email
        && write::owner(&mut tx, address).await?.is_some()
    {
        return Err(ApiError::new(Code::EmailTaken));
    }
    let extension = write::next_extension(&mut tx).await?;
    let mailed = matches!(email, Profile::Usable(_));
    let row = NewRow { role: request.role, ..NewRow::agent(name.clone(), email, extension) };
    let id = write::insert(&mut tx, now, &[row]).await?.first().copied().ok_or(ApiError::new(Code::Internal))?;
    if mailed {
        reset::create_and_enqueue(&mut tx, now, id, Kind::Welcome, RequesterKind::Admin, &admin.name).await?;
    }
    let user = find(&mut tx, id, now).await?;
    audit::record(&app, &mut tx, now, &Entry::new(Action::UserCreated).actor(admin.user_ref()).subject(UserRef { id, name }).from(ip))
        .await?;
    tx.commit().await?;
    app.wake_mail();
    Ok((StatusCode::CREATED, Json(user)))
}
