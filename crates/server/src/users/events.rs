//! `GET /api/events`: which rows of the users table changed, as server-sent events (WHATWG HTML, section 9.2).
//!
//! It asks the database once a second rather than listening inside the process, so that changes made by other processes
//! and by the command line are seen too.

use crate::app::App;
use crate::auth::session::{MaybeUser, still_sees_users};
use crate::http::error::{ApiError, Result};
use crate::http::openapi::AdminProblems;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, HeaderName};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream};
use rekey_wire::problem::Code;
use rekey_wire::users::UsersChanged;
use sqlx::Row;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::Duration;

/// Between two looks.
const POLL_INTERVAL: Duration = Duration::from_secs(1);
/// A change is looked for again for so long, milliseconds: its transaction may commit after a later one did.
const LOOKBACK: i64 = 10_000;
/// Ids in one event; who sees so many changes reloads the page anyway.
const MOST: i64 = 200;

/// An event of the stream
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it is written by axum; only its description is wanted")]
struct UsersEvent {
    /// Always `users`.
    event: String,
    /// `{"ids": […]}`: the users who changed.
    data: String,
}

/// Where one stream stands.
struct ChangeStream {
    app: App,
    headers: HeaderMap,
    since: i64,
    /// What was told already, and as of when.
    told: BTreeMap<i64, i64>,
}

/// What changed in the users table
#[utoipa::path(get, path = rekey_wire::users::EVENTS, tag = "users",
    responses((status = 200, description = "Events `users`, each with the ids that changed", body = UsersEvent, content_type = "text/event-stream"), AdminProblems))]
pub async fn events(
    MaybeUser(user): MaybeUser,
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<([(HeaderName, &'static str); 2], Sse<impl Stream<Item = std::result::Result<Event, Infallible>>>)> {
    let user = user.ok_or(ApiError::new(Code::NotSignedIn))?;
    if !user.role.sees_users() {
        return Err(ApiError::new(Code::Forbidden));
    }
    let since = app.now();
    let watch = ChangeStream { app, headers, since, told: BTreeMap::new() };
    let events = stream::unfold(watch, |mut watch| async move {
        let event = watch.next().await?;
        Some((Ok(event), watch))
    });
    // What `Sse` says by itself, "no-cache", would let a browser keep it (HDR-03). nginx holds answers back until they are
    // long, unless told otherwise.
    let headers = [(CACHE_CONTROL, "no-store"), (HeaderName::from_static("x-accel-buffering"), "no")];
    Ok((headers, Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))))
}

impl ChangeStream {
    /// The next change; `None` when the session or the server ends.
    async fn next(&mut self) -> Option<Event> {
        loop {
            tokio::select! {
                () = self.app.closed() => return None,
                () = tokio::time::sleep(POLL_INTERVAL) => {}
            }
            if !still_sees_users(&self.app, &self.headers).await.unwrap_or(true) {
                return None;
            }
            // A database that is away for a moment ends no stream: what was missed is still there afterwards.
            let ids = self.look().await.unwrap_or_default();
            if !ids.is_empty() {
                let data = serde_json::to_string(&UsersChanged { ids }).ok()?;
                return Some(Event::default().event("users").data(data));
            }
        }
    }

    async fn look(&mut self) -> crate::store::Result<Vec<String>> {
        let rows = sqlx::query("SELECT id, changed_at FROM users WHERE changed_at > $1 ORDER BY changed_at DESC LIMIT $2")
            .bind(self.since - LOOKBACK)
            .bind(MOST)
            .fetch_all(self.app.store.read())
            .await?;
        let mut ids = Vec::new();
        for row in &rows {
            let (id, at): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
            let before = self.told.insert(id, at);
            // What was there when the stream began is no change.
            if before != Some(at) && at >= self.since {
                ids.push(id.to_string());
            }
        }
        let now = self.app.now();
        let oldest = now - 2 * LOOKBACK;
        self.told.retain(|_, at| *at > oldest);
        self.since = self.since.max(now - LOOKBACK);
        Ok(ids)
    }
}
