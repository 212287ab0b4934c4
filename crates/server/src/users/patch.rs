//! `PATCH /api/users/{id}`: name, address, role, status. What ends an account's old links and sessions happens with it.

use super::id::UserId;
use super::row::{role, role_str, status, status_str};
use super::search::text;
use super::show::find;
use super::write::{self, Profile};
use crate::address::Address;
use crate::app::App;
use crate::audit::{self, Action, Entry, UserRef};
use crate::auth::session::{self, Admin};
use crate::http::error::{ApiError, Result};
use crate::http::json::{Json, Valid};
use crate::http::middleware::client_ip::ClientIp;
use crate::http::openapi::AdminItemWriteProblems;
use crate::jobs::outbox::{self, Job};
use crate::reset::cancel_open;
use crate::store::Conn;
use crate::text::sort_key;
use axum::extract::State;
use rekey_wire::problem::Code;
use rekey_wire::users::{Role, Status, User, UserPatch};
use sqlx::{AssertSqlSafe, Row};

/// What the row holds now.
struct Before {
    name: String,
    email: Option<String>,
    address: Option<String>,
    role: Role,
    status: Status,
    extension: i64,
}

/// Change a user
#[utoipa::path(patch, path = "/api/users/{id}", tag = "users", params(("id" = String, Path, description = "The user's id")),
    request_body = UserPatch, responses((status = 200, body = User), AdminItemWriteProblems))]
pub async fn patch(
    Admin(admin): Admin,
    State(app): State<App>,
    ClientIp(ip): ClientIp,
    UserId(id): UserId,
    Valid(request): Valid<UserPatch>,
) -> Result<Json<User>> {
    let email = match &request.email {
        None => None,
        Some(None) => Some(Profile::Missing),
        Some(Some(email)) => Some(Profile::Usable(Address::parse(email)?)),
    };
    let now = app.now();
    let mut tx = app.store.begin().await?;
    write::lock(&mut tx, app.store.dialect()).await?;
    recheck_admin(&mut tx, admin.id).await?;
    let before = load(&mut tx, id).await?;
    // Nobody locks themselves out; so there is always an admin left.
    let own = |field| if admin.id == id { Err(ApiError::refused(field, "own_account")) } else { Ok(()) };
    if request.role.is_some_and(|role| role != before.role) {
        own("role")?;
    }
    if request.status.is_some_and(|status| status != before.status) {
        own("status")?;
    }
    if let Some(Profile::Usable(address)) = &email
        && write::owner(&mut tx, address).await?.is_some_and(|owner| owner != id)
    {
        return Err(ApiError::new(Code::EmailTaken));
    }
    let mut changed = Vec::new();
    let name = request.name.as_deref().map_or(before.name.as_str(), str::trim).to_owned();
    if name != before.name {
        sqlx::query("UPDATE users SET name = $2 WHERE id = $1").bind(id).bind(&*name).execute(&mut *tx).await?;
        changed.push("name");
    }
    let mut shown = before.email.clone();
    if let Some(email) = email.filter(|email| email.shown() != before.email.as_deref() || email.address() != before.address.as_deref()) {
        set_email(&mut tx, id, &email).await?;
        cancel_open(&mut tx, now, id).await?;
        if let Some(address) = before.address.filter(|old| email.address() != Some(old.as_str())) {
            outbox::put(&mut tx, now, &Job::AddressChanged { user: id, address, by: admin.name.clone() }).await?;
        }
        shown = email.shown().map(str::to_owned);
        changed.push("email");
    }
    if let Some(role) = request.role.filter(|role| *role != before.role) {
        sqlx::query("UPDATE users SET role = $2 WHERE id = $1").bind(id).bind(role_str(role)).execute(&mut *tx).await?;
        changed.push("role");
    }
    if !changed.is_empty() {
        sqlx::query("UPDATE users SET name_sort = $2, email_sort = $3, search = $4, changed_at = $5 WHERE id = $1")
            .bind(id)
            .bind(sort_key(&name))
            .bind(sort_key(shown.as_deref().unwrap_or_default()))
            .bind(text(&name, shown.as_deref(), before.extension))
            .bind(now)
            .execute(&mut *tx)
            .await?;
    }
    let switched = request.status.filter(|status| *status != before.status);
    let ended = match switched {
        Some(status) => set_status(&mut tx, now, id, status).await?,
        None => 0,
    };
    let user = find(&mut tx, id, now).await?;
    let entry = |action| Entry::new(action).actor(admin.user_ref()).subject(UserRef { id, name: name.clone() }).from(ip);
    if !changed.is_empty() {
        audit::record(&app, &mut tx, now, &entry(Action::UserUpdated).detail(format!("Changed: {}.", changed.join(", ")))).await?;
    }
    match switched {
        Some(Status::Disabled) => {
            audit::record(&app, &mut tx, now, &entry(Action::UserDisabled).detail(format!("Sessions ended: {ended}."))).await?;
        }
        Some(Status::Active) => audit::record(&app, &mut tx, now, &entry(Action::UserEnabled)).await?,
        None => {}
    }
    tx.commit().await?;
    app.wake_mail();
    Ok(Json(user))
}

/// Somebody may have taken the role away since the request came in: two admins who did so to each other at once would
/// leave none.
async fn recheck_admin(conn: &mut Conn, admin: i64) -> Result<()> {
    let sql = "SELECT 1 FROM users WHERE id = $1 AND role = 'admin' AND status = 'active'";
    sqlx::query(sql).bind(admin).fetch_optional(conn).await?.map(drop).ok_or(ApiError::new(Code::Forbidden))
}

async fn set_email(conn: &mut Conn, id: i64, email: &Profile) -> Result<()> {
    sqlx::query("UPDATE users SET email = $2, address = $3, email_status = $4 WHERE id = $1")
        .bind(id)
        .bind(email.shown())
        .bind(email.address())
        .bind(email.status_str())
        .execute(conn)
        .await?;
    Ok(())
}

/// Either way, links that are out end; disabling ends the sessions too.
async fn set_status(conn: &mut Conn, now: i64, id: i64, status: Status) -> Result<u64> {
    sqlx::query("UPDATE users SET status = $2 WHERE id = $1").bind(id).bind(status_str(status)).execute(&mut *conn).await?;
    cancel_open(conn, now, id).await?;
    match status {
        Status::Disabled => Ok(session::end_all(conn, id, None).await?),
        Status::Active => Ok(0),
    }
}

async fn load(conn: &mut Conn, id: i64) -> Result<Before> {
    let sql = "SELECT name, email, address, role, status, extension FROM users WHERE id = $1";
    let row = sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(conn).await?.ok_or(ApiError::new(Code::NotFound))?;
    Ok(Before {
        name: row.try_get(0)?,
        email: row.try_get(1)?,
        address: row.try_get(2)?,
        role: role(row.try_get(3)?),
        status: status(row.try_get(4)?),
        extension: row.try_get(5)?,
    })
}
