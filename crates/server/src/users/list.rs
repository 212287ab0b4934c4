//! `GET /api/users`: search, filter, sort and paging of the users table.

use super::cursor::Cursor;
use super::query::UsersQuery;
use super::search::SearchTerm;
use crate::app::App;
use crate::audit::page_limit;
use crate::auth::session::Admin;
use crate::http::error::{ApiError, Result};
use crate::http::json::{Json, Query};
use crate::http::openapi::AdminProblems;
use axum::extract::State;
use rekey_wire::users::{Filter, Sort, UserPage};
use serde::Deserialize;

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
    let search = SearchTerm::parse(&query.search);
    let query = UsersQuery {
        search: search.as_ref(),
        filter: query.filter,
        sort,
        cursor: cursor.as_ref(),
        now,
        // One more than is shown tells whether there are more.
        limit: i64::from(limit) + 1,
        dialect: app.store.dialect(),
    };
    let mut tx = app.store.snapshot().await?;
    let total = query.total(&mut tx).await?;
    let mut rows = query.page(&total, &mut tx).await?;
    tx.commit().await?;

    let limit = limit as usize;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let backward = cursor.as_ref().is_some_and(|cursor| cursor.backward);
    if backward {
        rows.reverse();
    }
    let (after, before) = if backward { (true, more) } else { (more, cursor.is_some()) };
    let next = rows.last().filter(|_| after).map(|row| Cursor::at(row, sort, false).write());
    let previous = rows.first().filter(|_| before).map(|row| Cursor::at(row, sort, true).write());
    Ok(Json(UserPage {
        next_cursor: next,
        previous_cursor: previous,
        items: rows.into_iter().map(|row| row.into_user(now)).collect(),
        total: u64::try_from(total.number).unwrap_or(0),
        total_is_exact: total.is_exact,
    }))
}
