//! The audit log.

use super::{Result, send};
use rekey_wire::audit::{AUDIT, AuditPage};

/// Reads a page of the log, the newest first; `cursor` is the older page's.
///
/// # Errors
/// 401 and 403 when it is not an admin who asks.
pub(crate) async fn audit_log(cursor: Option<&str>) -> Result<AuditPage> {
    match cursor {
        Some(cursor) => send::get(&[AUDIT, "?cursor=", &crate::url::encode(cursor)].concat()).await,
        None => send::get(AUDIT).await,
    }
}
