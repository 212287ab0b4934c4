//! `POST /api/session`: one answer for every cause of failure, in the same time.

use super::throttle;
use crate::address::Address;
use crate::app::App;
use crate::audit::{Action, Entry, Party};
use crate::client_ip::ClientIp;
use crate::docs::LoginProblems;
use crate::error::{ApiError, Result};
use crate::hashing::Verdict;
use crate::json::{Json, Valid};
use crate::limit::Scope;
use crate::metrics;
use crate::password;
use crate::session::{self, Glance};
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderName, HeaderValue};
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
    Glance(before): Glance,
    Valid(request): Valid<LoginRequest>,
) -> Result<([(HeaderName, HeaderValue); 1], Json<Session>)> {
    let address = Address::parse(&request.email)?;
    password::must_fit("password", &request.password)?;
    let account = find(&app, &address).await?;
    let party = account.as_ref().map(|account| Party { id: account.id, name: account.user.name.clone() });
    let place = app.hasher.place()?;
    reserve(&app, &client, &address, party.clone()).await?;

    let hash = account.as_ref().filter(|account| account.active).and_then(|account| account.hash.clone());
    let verdict = app.hasher.verify_at(place, request.password.clone(), hash.clone()).await?;
    let (Some(account), true) = (account, verdict != Verdict::Wrong) else {
        return fail(&app, &client, party).await;
    };
    let rehashed = match verdict {
        Verdict::RightButWeak => Some(app.hasher.hash(request.password).await?),
        _ => None,
    };

    let now = app.now();
    let mut tx = app.store.begin_light().await?;
    // The password or the status may have changed while the hash was made: then this login is too late.
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
        return fail(&app, &client, party).await;
    }
    throttle::clear(&mut tx, &app.key, address.as_str()).await?;
    // The new session takes the old one's place in the browser, which could then not end it any more (OWASP ASVS 5.0 7.2.4).
    if let Some(before) = before {
        session::end(&mut tx, before.session()).await?;
    }
    let id = session::start(&mut tx, account.id, now).await?;
    let party = Party { id: account.id, name: account.user.name.clone() };
    app.audit(&mut tx, now, &Entry::new(Action::Login).by_oneself(party).from(client.0)).await?;
    tx.commit().await?;
    metrics::login(true);
    Ok(([(SET_COOKIE, session::set_cookie(&app, &id))], Json(Session { user: Some(account.user) })))
}

/// Counts the attempt, by client and by address, before the password is looked at.
async fn reserve(app: &App, client: &ClientIp, address: &Address, party: Option<Party>) -> Result<()> {
    let now = app.now();
    let mut tx = app.store.begin_light().await?;
    let over = app.take(&mut tx, Scope::LoginIp(&client.limit_key()), now).await?;
    let (wait, tell) = match over {
        Some(over) => (Some(over.seconds), over.first),
        None => (throttle::reserve_at(&mut tx, &app.key, address.as_str(), &client.limit_key(), now).await?, true),
    };
    if wait.is_some() && tell {
        let entry = Entry { subject: party, ..Entry::new(Action::LoginThrottled).from(client.0) };
        app.audit(&mut tx, now, &entry).await?;
    }
    tx.commit().await?;
    wait.map_or(Ok(()), |seconds| Err(ApiError::new(Code::TooManyRequests).retry_after(seconds)))
}

async fn fail<T>(app: &App, client: &ClientIp, party: Option<Party>) -> Result<T> {
    let mut tx = app.store.begin_light().await?;
    let entry = Entry { subject: party, ..Entry::new(Action::LoginFailed).from(client.0) };
    app.audit(&mut tx, app.now(), &entry).await?;
    tx.commit().await?;
    metrics::login(false);
    Err(ApiError::new(Code::InvalidCredentials))
}

async fn find(app: &App, address: &Address) -> Result<Option<Account>> {
    let row = sqlx::query("SELECT id, name, email, role, extension, status, password_hash FROM users WHERE address = $1")
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
    };
    Ok(Some(Account { user, id, active: row.try_get::<&str, _>(5)? == "active", hash: row.try_get(6)? }))
}
