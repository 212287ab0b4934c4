//! `GET /api/users`: search, filter, sort and paging of the users table.

use super::cursor::{Cursor, Key};
use super::question::{Question, key};
use super::row::{COLUMNS, FROM, read};
use super::search::Needle;
use super::shelf::Shelves;
use super::sql::Sql;
use super::tally::Tally;
use crate::app::App;
use crate::audit::page_limit;
use crate::auth::session::Admin;
use crate::http::error::{ApiError, Result};
use crate::http::json::{Json, Query};
use crate::http::openapi::AdminProblems;
use crate::store::Conn;
use axum::extract::State;
use rekey_wire::users::{Filter, Sort, SortKey, User, UserPage};
use serde::Deserialize;
use sqlx::Row;
use sqlx::any::AnyRow;
use std::collections::HashMap;

/// The longest search, in code points: longer than any address.
const MAX_SEARCH: usize = 300;

/// Which users, in what order, and which page.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Part of a name, an address or an extension, in any case.
    #[serde(default)]
    #[param(max_length = 300)]
    search: String,
    /// Which users.
    #[serde(default)]
    #[param(inline)]
    filter: Filter,
    /// The column, with `-` before it for descending; `name` unless said.
    #[param(pattern = "^-?(name|email|extension|last_login)$")]
    sort: Option<String>,
    /// From an earlier answer to the same question.
    cursor: Option<String>,
    /// Users in the page; 50 unless said.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// List users
#[utoipa::path(get, path = rekey_wire::users::USERS, tag = "users", params(ListQuery), responses((status = 200, body = UserPage), AdminProblems))]
pub async fn list(_admin: Admin, State(app): State<App>, Query(query): Query<ListQuery>) -> Result<Json<UserPage>> {
    let limit = page_limit(query.limit)?;
    let refused = |field| ApiError::refused(field, "invalid_value");
    let sort = query.sort.as_deref().map_or(Some(Sort::default()), Sort::parse).ok_or_else(|| refused("sort"))?;
    let cursor = match query.cursor.as_deref() {
        None => None,
        Some(text) => Some(Cursor::read(text, sort).ok_or_else(|| refused("cursor"))?),
    };
    if query.search.chars().count() > MAX_SEARCH || query.search.contains('\0') {
        return Err(refused("search"));
    }
    let now = app.now();
    let needle = Needle::read(&query.search);
    let question = Question {
        needle: needle.as_ref(),
        filter: query.filter,
        sort,
        cursor: cursor.as_ref(),
        now,
        // One more than is shown tells whether there are more.
        limit: i64::from(limit) + 1,
        dialect: app.store.dialect(),
        shelves: Shelves::ALL,
    };
    let mut tx = app.store.snapshot().await?;
    let tally = Tally::read(&mut tx).await?;
    let total = question.count(&mut tx, &tally, &app.known).await?;
    let ids = question.ids(&mut tx, &tally, total, &app.known).await?;
    let mut rows = rows(&mut tx, &ids, sort).await?;
    tx.commit().await?;

    let limit = limit as usize;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let backward = cursor.as_ref().is_some_and(|cursor| cursor.backward);
    if backward {
        rows.reverse();
    }
    let (after, before) = if backward { (true, more) } else { (more, cursor.is_some()) };
    let place = |row: Option<&AnyRow>, there: bool, backward: bool| match row {
        Some(row) if there => cursor_at(row, sort, backward).map(|cursor| Some(cursor.write())),
        _ => Ok(None),
    };
    Ok(Json(UserPage {
        next_cursor: place(rows.last(), after, false)?,
        previous_cursor: place(rows.first(), before, true)?,
        items: rows.iter().map(|row| read(row, now)).collect::<crate::store::Result<Vec<User>>>()?,
        total: u64::try_from(total.number).unwrap_or(0),
        total_is_exact: total.is_exact,
    }))
}

/// What is shown of these users, in their order.
async fn rows(conn: &mut Conn, ids: &[i64], sort: Sort) -> Result<Vec<AnyRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::default();
    let places: Vec<String> = ids.iter().map(|id| sql.number(*id)).collect();
    sql.text = format!("SELECT {COLUMNS}, {} FROM {FROM} WHERE u.id IN ({})", key(sort), places.join(", "));
    let rows = sql.query().fetch_all(conn).await?;
    let mut rows = rows.into_iter().map(|row| Ok((row.try_get(0)?, row))).collect::<Result<HashMap<i64, AnyRow>>>()?;
    Ok(ids.iter().filter_map(|id| rows.remove(id)).collect())
}

/// Where the sort key stands among the columns.
const KEY_COLUMN: usize = 18;

fn cursor_at(row: &AnyRow, sort: Sort, backward: bool) -> Result<Cursor> {
    let key = match sort.key {
        SortKey::Name | SortKey::Email => Key::Text(row.try_get(KEY_COLUMN)?),
        SortKey::Extension | SortKey::LastLogin => Key::Number(row.try_get(KEY_COLUMN)?),
    };
    Ok(Cursor { backward, sort, key, id: row.try_get(0)? })
}
