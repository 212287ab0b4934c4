//! Sessions: an opaque id in a cookie, its hash in the database (OWASP Session Management Cheat Sheet).

use crate::app::App;
use crate::audit::UserRef;
use crate::auth::secret::Secret;
use crate::clock::millis;
use crate::http::error::{ApiError, Result};
use crate::http::middleware::client_ip::ClientIp;
use crate::store::{self, Conn};
use crate::users::row::{language, role};
use axum::extract::FromRequestParts;
use axum::http::header::{COOKIE, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use rekey_wire::language::Language;
use rekey_wire::login::SessionUser;
use rekey_wire::problem::Code;
use rekey_wire::users::Role;
use sqlx::Row;

/// Between two writes of "last used", milliseconds; less where the idle limit is short.
const TOUCH: i64 = 60_000;

/// The characters of a `User-Agent` that are kept.
const MAX_USER_AGENT: usize = 300;

/// Who is logged in; taking it counts as use of the session. A visitor gets 401 `not_signed_in`.
#[derive(Clone, Debug)]
pub struct CurrentUser {
    /// The user's id.
    pub id: i64,
    /// The user's name.
    pub name: String,
    /// The user's address.
    pub email: Option<String>,
    /// What the user may do.
    pub role: Role,
    /// The telephone extension.
    pub extension: i64,
    /// The language of mails to the user.
    pub language: Option<Language>,
    session: Vec<u8>,
    last_used_at: i64,
}

/// Who is logged in, if that is an admin; an agent gets 403 `forbidden`.
#[derive(Clone, Debug)]
pub struct Admin(pub CurrentUser);

/// Extractor: the signed-in admin or manager; an agent gets 403 `forbidden`. [`Role::may_manage`] tells which users they reach.
#[derive(Clone, Debug)]
pub struct Staff(pub CurrentUser);

/// Who is logged in, if anybody, without counting as use of the session.
#[derive(Clone, Debug)]
pub struct MaybeUser(pub Option<CurrentUser>);

impl CurrentUser {
    /// As the audit log names them.
    #[must_use]
    pub fn user_ref(&self) -> UserRef {
        UserRef { id: self.id, name: self.name.clone() }
    }

    /// As the API shows them.
    #[must_use]
    pub fn show(&self) -> SessionUser {
        SessionUser {
            id: self.id.to_string(),
            name: self.name.clone(),
            email: self.email.clone(),
            role: self.role,
            extension: self.extension.to_string(),
            language: self.language,
        }
    }

    /// The hash of the session's id.
    #[must_use]
    pub fn session(&self) -> &[u8] {
        &self.session
    }
}

impl FromRequestParts<App> for CurrentUser {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let user = find(app, &parts.headers).await?.ok_or(ApiError::new(Code::NotSignedIn))?;
        touch(app, &user).await?;
        Ok(user)
    }
}

impl FromRequestParts<App> for Admin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let user = CurrentUser::from_request_parts(parts, app).await?;
        if user.role == Role::Admin { Ok(Self(user)) } else { Err(ApiError::new(Code::Forbidden)) }
    }
}

impl FromRequestParts<App> for Staff {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let user = CurrentUser::from_request_parts(parts, app).await?;
        if user.role.sees_users() { Ok(Self(user)) } else { Err(ApiError::new(Code::Forbidden)) }
    }
}

impl FromRequestParts<App> for MaybeUser {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        find(app, &parts.headers).await.map(Self)
    }
}

async fn find(app: &App, headers: &HeaderMap) -> Result<Option<CurrentUser>> {
    let Some(id) = cookie(headers, cookie_name(app)).and_then(Secret::parse) else { return Ok(None) };
    let now = app.now();
    let row = sqlx::query(
        "SELECT u.id, u.name, u.email, u.role, u.extension, s.last_used_at, u.language FROM sessions s JOIN users u ON u.id = s.user_id
         WHERE s.id_hash = $1 AND s.last_used_at > $2 AND s.created_at > $3 AND u.status = 'active'",
    )
    .bind(id.hash())
    .bind(now - millis(app.config.session_idle))
    .bind(now - millis(app.config.session_max))
    .fetch_optional(app.store.read())
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(CurrentUser {
        id: row.try_get(0)?,
        name: row.try_get(1)?,
        email: row.try_get(2)?,
        role: role(row.try_get(3)?),
        extension: row.try_get(4)?,
        session: id.hash(),
        last_used_at: row.try_get(5)?,
        language: language(row.try_get(6)?),
    }))
}

/// Who is logged in, if anybody, without counting as use of the session; no question to the database without a cookie.
///
/// # Errors
/// Those of the database.
pub async fn glance(app: &App, headers: &HeaderMap) -> Result<Option<SessionUser>> {
    Ok(find(app, headers).await?.map(|user| user.show()))
}

async fn touch(app: &App, user: &CurrentUser) -> Result<()> {
    let now = app.now();
    if now - user.last_used_at >= TOUCH.min(millis(app.config.session_idle) / 10) {
        let mut tx = app.store.begin_relaxed().await?;
        sqlx::query("UPDATE sessions SET last_used_at = $1 WHERE id_hash = $2 AND last_used_at < $1")
            .bind(now)
            .bind(user.session.clone())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Whether the session that came with a long-lived request still stands, and its user may still see the users area. Looking does not count
/// as use.
///
/// # Errors
/// Those of the database.
pub async fn still_sees_users(app: &App, headers: &HeaderMap) -> Result<bool> {
    Ok(find(app, headers).await?.is_some_and(|user| user.role.sees_users()))
}

/// Starts a session. Its id is new whatever the client sent (session fixation).
///
/// # Errors
/// The database's, or no randomness.
pub async fn start(conn: &mut Conn, user: i64, now: i64, client: &ClientIp, user_agent: Option<&str>) -> Result<Secret> {
    let id = Secret::draw()?;
    sqlx::query("INSERT INTO sessions (id_hash, user_id, created_at, last_used_at, ip, user_agent) VALUES ($1, $2, $3, $3, $4, $5)")
        .bind(id.hash())
        .bind(user)
        .bind(now)
        .bind(client.0.to_string())
        .bind(user_agent)
        .execute(conn)
        .await?;
    Ok(id)
}

/// The browser as it names itself, without what a terminal or a page would act on; `None` where it does not. Cut after
/// [`MAX_USER_AGENT`] characters.
#[must_use]
pub fn user_agent(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(USER_AGENT)?.to_str().ok()?;
    Some(text.chars().filter(|c| !c.is_control()).take(MAX_USER_AGENT).collect())
}

/// Ends one session.
///
/// # Errors
/// Those of the database.
pub async fn end(conn: &mut Conn, session: &[u8]) -> store::Result<()> {
    sqlx::query("DELETE FROM sessions WHERE id_hash = $1").bind(session.to_vec()).execute(conn).await.map(drop)
}

/// Ends all sessions of a user but the one to keep, and tells how many.
///
/// # Errors
/// Those of the database.
pub async fn end_all(conn: &mut Conn, user: i64, keep: Option<&[u8]>) -> store::Result<u64> {
    let keep = keep.unwrap_or_default().to_vec();
    let done = sqlx::query("DELETE FROM sessions WHERE user_id = $1 AND id_hash <> $2").bind(user).bind(keep).execute(conn).await?;
    Ok(done.rows_affected())
}

/// Forgets sessions that have run out.
///
/// # Errors
/// Those of the database.
pub async fn sweep(app: &App, now: i64) -> store::Result<()> {
    app.store.sweep("sessions", "id_hash", "last_used_at <= $1", now - millis(app.config.session_idle)).await?;
    app.store.sweep("sessions", "id_hash", "created_at <= $1", now - millis(app.config.session_max)).await
}

/// The header that gives the browser its session. `__Host-` pins the cookie to this very host; plain http (loopback
/// only) cannot have it (RFC 6265bis section 4.1.3.2).
#[must_use]
pub fn set_cookie(app: &App, id: &Secret) -> HeaderValue {
    header(app, &id.reveal(), app.config.session_max.as_secs())
}

/// The header that takes it away.
#[must_use]
pub fn unset_cookie(app: &App) -> HeaderValue {
    header(app, "", 0)
}

fn header(app: &App, value: &str, max_age: u64) -> HeaderValue {
    let secure = if app.config.public_url.is_https() { "; Secure" } else { "" };
    let text = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}", cookie_name(app));
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

fn cookie_name(app: &App) -> &'static str {
    if app.config.public_url.is_https() { "__Host-rekey" } else { "rekey" }
}

/// The value of the first cookie of this name. Bytes are looked at, not text: what other programs on this host put into
/// their cookies is no reason to overlook ours.
fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let pairs = headers.get_all(COOKIE).iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b';'));
    let value = pairs.filter_map(|pair| pair.trim_ascii().strip_prefix(name.as_bytes())?.strip_prefix(b"=")).next()?;
    std::str::from_utf8(value).ok()
}
