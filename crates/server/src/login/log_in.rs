//! `POST /api/session`: login. All causes of failure give the same response in the same time.

use crate::address::Address;
use crate::app::App;
use crate::audit::{self, Action, Entry, UserRef};
use crate::auth::hashing::Verdict;
use crate::auth::limit::{self, Scope};
use crate::auth::session::{self, MaybeUser};
use crate::auth::throttle;
use crate::http::error::{ApiError, Result};
use crate::http::json::{Json, Valid};
use crate::http::middleware::client_ip::ClientIp;
use crate::http::openapi::LoginProblems;
use crate::metrics;
use crate::password;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use rekey_wire::login::{LoginRequest, Session, SessionUser};
use rekey_wire::problem::Code;
use sqlx::Row;

struct Account {
    user: SessionUser,
    id: i64,
    active: bool,
    hash: Option<String>,
}

/// Log in
#[utoipa::path(post, path = rekey_wire::login::SESSION, tag = "session", request_body = LoginRequest,
    responses((status = 200, body = Session), LoginProblems))]
pub async fn log_in(
    State(app): State<App>,
    client: ClientIp,
    MaybeUser(before): MaybeUser,
    headers: HeaderMap,
    Valid(request): Valid<LoginRequest>,
) -> Result<([(HeaderName, HeaderValue); 1], Json<Session>)> {
    let address = Address::parse(&request.email)?;
    let user_agent = session::user_agent(&headers);
    password::must_fit("password", &request.password)?;
    let account = find(&app, &address).await?;
    let user_ref = account.as_ref().map(|account| UserRef { id: account.id, name: account.user.name.clone() });
    let place = app.hasher.reserve_slot()?;
    reserve(&app, &client, &address, user_ref.clone()).await?;

    let hash = account.as_ref().filter(|account| account.active).and_then(|account| account.hash.clone());
    let verdict = app.hasher.verify_at(place, request.password.clone(), hash.clone()).await?;
    let (Some(account), true) = (account, verdict != Verdict::Wrong) else {
        return fail(&app, &client, user_ref).await;
    };
    let rehashed = match verdict {
        Verdict::RightButWeak => Some(app.hasher.hash(request.password).await?),
        _ => None,
    };

    let now = app.now();
    let mut tx = app.store.begin_relaxed().await?;
    // The password or the status may have changed while hashing; the login then fails.
    let stands = sqlx::query(
        "UPDATE users SET last_login_at = $2, changed_at = $2, password_hash = coalesce($4, password_hash)
         WHERE id = $1 AND status = 'active' AND password_hash = $3",
    )
    .bind(account.id)
    .bind(now)
    .bind(hash)
    .bind(rehashed)
    .execute(&mut *tx)
    .await?;
    if stands.rows_affected() == 0 {
        tx.rollback().await?;
        return fail(&app, &client, user_ref).await;
    }
    throttle::clear(&mut tx, &app.key, address.as_str()).await?;
    // The new session replaces the old one in the browser, which could then no longer end it (OWASP ASVS 5.0 7.2.4).
    if let Some(before) = before {
        session::end(&mut tx, before.session()).await?;
    }
    let id = session::start(&mut tx, account.id, now, &client, user_agent.as_deref()).await?;
    let user_ref = UserRef { id: account.id, name: account.user.name.clone() };
    audit::record(&app, &mut tx, now, &Entry::new(Action::Login).self_service(user_ref).from(client.0)).await?;
    tx.commit().await?;
    metrics::login(true);
    Ok(([(SET_COOKIE, session::set_cookie(&app, &id))], Json(Session { user: Some(account.user) })))
}

/// Counts the attempt by client and by address, before the password is compared.
async fn reserve(app: &App, client: &ClientIp, address: &Address, user_ref: Option<UserRef>) -> Result<()> {
    let now = app.now();
    let mut tx = app.store.begin_relaxed().await?;
    let over = limit::hit(app, &mut tx, Scope::LoginIp(&client.limit_key()), now).await?;
    let (wait, tell) = match over {
        Some(over) => (Some(over.seconds), over.newly_exceeded),
        None => (throttle::record_attempt_from(&mut tx, &app.key, address.as_str(), &client.limit_key(), now).await?, true),
    };
    if wait.is_some() && tell {
        let entry = Entry { subject: user_ref, ..Entry::new(Action::LoginThrottled).from(client.0) };
        audit::record(app, &mut tx, now, &entry).await?;
    }
    tx.commit().await?;
    wait.map_or(Ok(()), |seconds| Err(ApiError::new(Code::TooManyRequests).retry_after(seconds)))
}

async fn fail<T>(app: &App, client: &ClientIp, user_ref: Option<UserRef>) -> Result<T> {
    let mut tx = app.store.begin_relaxed().await?;
    let entry = Entry { subject: user_ref, ..Entry::new(Action::LoginFailed).from(client.0) };
    audit::record(app, &mut tx, app.now(), &entry).await?;
    tx.commit().await?;
    metrics::login(false);
    Err(ApiError::new(Code::InvalidCredentials))
}

async fn find(app: &App, address: &Address) -> Result<Option<Account>> {
    let row = sqlx::query("SELECT id, name, email, role, extension, status, password_hash, language FROM users WHERE address = $1")
        .bind(address.as_str())
        .fetch_optional(app.store.read())
        .await?;
    let Some(row) = row else { return Ok(None) };
    let id: i64 = row.try_get(0)?;
    let user = SessionUser {
        id: id.to_string(),
        name: row.try_get(1)?,
        email: row.try_get(2)?,
        role: crate::users::row::role(row.try_get(3)?),
        extension: row.try_get::<i64, _>(4)?.to_string(),
        language: crate::users::row::language(row.try_get(7)?),
    };
    Ok(Some(Account { user, id, active: row.try_get::<&str, _>(5)? == "active", hash: row.try_get(6)? }))
}
