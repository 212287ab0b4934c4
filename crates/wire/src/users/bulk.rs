//! Password resets for many users at once: by ids at once, by a query as a batch that runs in the background.

use super::Filter;
use crate::Timestamp;
use crate::problem::Code;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `POST` a [`BulkReset`]: 202 [`BulkResetAnswer`] with ids, 202 [`BatchStarted`] with a query, 200 [`BulkResetPreview`] with `dry_run`.
pub const BULK_RESETS: &str = "/api/users/password-resets";
/// The most ids in one [`BulkReset`].
pub const MAX_IDS: usize = 1_000;

/// The path of a batch: `GET` for a [`Batch`], `DELETE` cancels what still waits.
#[must_use]
pub fn batch_path(batch: &str) -> String {
    [BULK_RESETS, "/", batch].concat()
}

/// `GET` here for the result of a batch as CSV (`id,name,email,result,detail`).
#[must_use]
pub fn batch_csv_path(batch: &str) -> String {
    [BULK_RESETS, "/", batch, ".csv"].concat()
}

/// The body of `POST /api/users/password-resets`: either `ids`, or `search` and `filter`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BulkReset {
    /// The users, at most [`MAX_IDS`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false, nullable = false, min_items = 1, max_items = 1000))]
    pub ids: Option<Vec<String>>,
    /// Everybody whom this search finds among `filter`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false, nullable = false))]
    pub search: Option<String>,
    /// Everybody whom this filter lets through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false, nullable = false))]
    pub filter: Option<Filter>,
    /// Only counts who would get a link.
    #[serde(default)]
    pub dry_run: bool,
}

/// A user who was passed over, with the reason.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Skipped {
    /// The id as asked.
    pub id: String,
    /// `not_found`, `no_valid_email`, `user_disabled`, `above_your_role` or `too_many_requests`.
    pub code: Code,
}

/// The answer to a [`BulkReset`] with ids.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkResetAnswer {
    /// Users whose links are on their way.
    pub queued: Vec<String>,
    /// Users who were passed over.
    pub skipped: Vec<Skipped>,
}

/// The answer to a [`BulkReset`] with `dry_run`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkResetPreview {
    /// How many users would get a link.
    pub reachable: u64,
    /// Code → how many users would be passed over for that reason.
    pub skipped: BTreeMap<String, u64>,
}

/// The answer to a [`BulkReset`] with a query.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BatchStarted {
    /// The id of the batch.
    pub batch: String,
}

/// How far a batch has come. `total` is the sum of the other counts.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Batch {
    /// All users of the batch.
    pub total: u64,
    /// Waiting to be sent.
    pub queued: u64,
    /// Taken by the mail server.
    pub sent: u64,
    /// Refused by the mail server.
    pub failed: u64,
    /// Passed over: without a valid address, disabled, above the role of whoever started it, or reset a moment ago.
    pub skipped: u64,
    /// Cancelled while waiting.
    pub cancelled: u64,
    /// When nothing was left to do; null until then.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub finished_at: Option<Timestamp>,
}
