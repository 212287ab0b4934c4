//! `GET /api/audit`: the log, newest first.

use crate::app::App;
use crate::auth::session::Admin;
use crate::clock::rfc3339;
use crate::http::error::{ApiError, Result};
use crate::http::json::{Json, Query};
use crate::http::openapi::AdminProblems;
use axum::extract::State;
use rekey_wire::audit::{AuditItem, AuditPage, UserRef};
use rekey_wire::users::{DEFAULT_LIMIT, MAX_LIMIT};
use serde::Deserialize;
use sqlx::Row;

/// Which page.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// From an earlier answer.
    cursor: Option<String>,
    /// Rows in the page; 50 unless said.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// The audit log, newest first
#[utoipa::path(get, path = rekey_wire::audit::AUDIT, operation_id = "list_audit", tag = "audit", params(PageQuery), responses((status = 200, body = AuditPage), AdminProblems))]
pub async fn list(_admin: Admin, State(app): State<App>, Query(query): Query<PageQuery>) -> Result<Json<AuditPage>> {
    let limit = page_limit(query.limit)?;
    let below = match &query.cursor {
        None => i64::MAX,
        Some(cursor) => cursor.parse().map_err(|_| ApiError::refused("cursor", "invalid_value"))?,
    };
    let mut rows = sqlx::query(
        "SELECT seq, at, action, actor_id, actor_name, subject_id, subject_name, ip, detail FROM audit WHERE seq < $1 ORDER BY seq DESC LIMIT $2",
    )
    .bind(below)
    .bind(i64::from(limit) + 1)
    .fetch_all(app.store.read())
    .await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next_cursor = match rows.last() {
        Some(last) if more => Some(last.try_get::<i64, _>(0)?.to_string()),
        _ => None,
    };
    let items = rows.iter().filter_map(|row| item(row).transpose()).collect::<crate::store::Result<_>>()?;
    Ok(Json(AuditPage { items, next_cursor }))
}

/// The size of a page, checked.
///
/// # Errors
/// 422 under 1 and over [`MAX_LIMIT`].
pub(crate) fn page_limit(asked: Option<u32>) -> Result<u32> {
    match asked.unwrap_or(DEFAULT_LIMIT) {
        limit @ 1..=MAX_LIMIT => Ok(limit),
        _ => Err(ApiError::refused("limit", "invalid_value")),
    }
}

fn item(row: &sqlx::any::AnyRow) -> crate::store::Result<Option<AuditItem>> {
    let user_ref = |id: Option<i64>, name: Option<String>| id.zip(name).map(|(id, name)| UserRef { id: id.to_string(), name });
    // An action that only a newer program writes is passed over.
    let Ok(action) = row.try_get::<&str, _>(2)?.parse() else { return Ok(None) };
    Ok(Some(AuditItem {
        at: rfc3339(row.try_get(1)?),
        action,
        actor: user_ref(row.try_get(3)?, row.try_get(4)?),
        subject: user_ref(row.try_get(5)?, row.try_get(6)?),
        ip: row.try_get(7)?,
        detail: row.try_get(8)?,
    }))
}
