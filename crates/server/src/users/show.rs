//! `GET /api/users/{id}`.

use super::id::UserId;
use super::row::{COLUMNS, FROM, UserRow};
use crate::app::App;
use crate::auth::session::Admin;
use crate::http::error::{ApiError, Result};
use crate::http::json::Json;
use crate::http::openapi::AdminItemProblems;
use crate::store::Conn;
use axum::extract::State;
use rekey_wire::problem::Code;
use rekey_wire::users::User;
use sqlx::AssertSqlSafe;

/// One user
#[utoipa::path(get, path = "/api/users/{id}", operation_id = "show_user", tag = "users", params(("id" = String, Path, description = "The user's id")),
    responses((status = 200, body = User), AdminItemProblems))]
pub async fn show(_admin: Admin, State(app): State<App>, UserId(id): UserId) -> Result<Json<User>> {
    find(&mut *app.store.read().acquire().await?, id, app.now()).await.map(Json)
}

/// Reads one user as the API shows them.
///
/// # Errors
/// 404 where there is none.
pub(super) async fn find(conn: &mut Conn, id: i64, now: i64) -> Result<User> {
    let sql = format!("SELECT {COLUMNS} FROM {FROM} WHERE u.id = $1");
    let row: Option<UserRow> = sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(conn).await?;
    row.map(|row| row.into_user(now)).ok_or(ApiError::new(Code::NotFound))
}
