//! Audit log endpoint.

use super::{Result, request};
use leptos_router::location::Url;
use rekey_wire::audit::{AUDIT, AuditPage};

/// Fetches a page of the log, newest first; `cursor` is the `next_cursor` of the previous page.
///
/// # Errors
/// 401 and 403 for non-admins.
pub(crate) async fn audit_log(cursor: Option<&str>) -> Result<AuditPage> {
    match cursor {
        Some(cursor) => request::get(&[AUDIT, "?cursor=", &Url::escape(cursor)].concat()).await,
        None => request::get(AUDIT).await,
    }
}
