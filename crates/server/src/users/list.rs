//! `GET /api/users`: search, filter, sort and paging of the users table.

use super::cursor::{Cursor, Key};
use super::row::{COLUMNS, FROM, read};
use super::search::condition;
use crate::app::App;
use crate::audit::page_limit;
use crate::clock::whole_second;
use crate::docs::AdminProblems;
use crate::error::{ApiError, Result};
use crate::json::{Json, Query};
use crate::session::Admin;
use crate::store::number;
use axum::extract::State;
use rekey_wire::users::{Filter, Sort, SortKey, User, UserPage};
use serde::Deserialize;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

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
    let limit = page_limit(query.limit)? as usize;
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
    let search = condition(&query.search, app.store.dialect(), 1);
    let backward = cursor.as_ref().is_some_and(|cursor| cursor.backward);

    let mut wheres: Vec<String> = search.iter().map(|found| found.sql.clone()).collect();
    wheres.extend(filter_sql(query.filter, now));
    let counted = clause(&wheres);
    let binds = search.map(|found| found.binds).unwrap_or_default();
    let key = key_sql(sort);
    // Going back reads the table the other way round and turns the page over.
    let descending = sort.descending != backward;
    let (order, beyond) = if descending { ("DESC", "<") } else { ("ASC", ">") };
    if cursor.is_some() {
        wheres.push(format!("({key}, u.id) {beyond} (${}, ${})", binds.len() + 1, binds.len() + 2));
    }
    let sql = format!("SELECT {COLUMNS}, {key} FROM {FROM}{} ORDER BY {key} {order}, u.id {order} LIMIT {}", clause(&wheres), limit + 1);

    let mut tx = app.store.snapshot().await?;
    let mut rows = sqlx::query(AssertSqlSafe(sql));
    let mut total = sqlx::query(AssertSqlSafe(format!("SELECT count(*) FROM users u{counted}")));
    for bind in binds {
        rows = rows.bind(bind.clone());
        total = total.bind(bind);
    }
    if let Some(cursor) = &cursor {
        rows = match &cursor.key {
            Key::Text(text) => rows.bind(text.clone()),
            Key::Number(number) => rows.bind(*number),
        };
        rows = rows.bind(cursor.id);
    }
    let mut rows = rows.fetch_all(&mut *tx).await?;
    let total = match counted.is_empty() {
        true => app.total.of_all(&mut tx).await?,
        false => number(&total.fetch_one(&mut *tx).await?)?,
    };
    tx.commit().await?;

    let more = rows.len() > limit;
    rows.truncate(limit);
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
        total: u64::try_from(total).unwrap_or(0),
    }))
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

/// The expression that sorts; each has an index. Who never logged in comes last, whichever the direction.
const fn key_sql(sort: Sort) -> &'static str {
    match (sort.key, sort.descending) {
        (SortKey::Name, _) => "u.name_sort",
        (SortKey::Email, _) => "coalesce(u.email, '')",
        (SortKey::Extension, _) => "u.extension",
        (SortKey::LastLogin, false) => "coalesce(u.last_login_at, 9223372036854775807)",
        (SortKey::LastLogin, true) => "coalesce(u.last_login_at, -1)",
    }
}

fn filter_sql(filter: Filter, now: i64) -> Option<String> {
    match filter {
        Filter::All => None,
        Filter::NoValidEmail => Some("u.address IS NULL".to_owned()),
        Filter::ResetPending => Some(format!("u.pending_until >= {}", whole_second(now))),
        Filter::Disabled => Some("u.status = 'disabled'".to_owned()),
    }
}

fn clause(wheres: &[String]) -> String {
    if wheres.is_empty() { String::new() } else { format!(" WHERE {}", wheres.join(" AND ")) }
}
