//! Password resets for many users at once.

use crate::problem::Code;
use serde::{Deserialize, Serialize};

/// `POST` a [`BulkReset`]: 202 [`BulkResetAnswer`].
pub const BULK_RESETS: &str = "/api/users/password-resets";
/// The most ids in one [`BulkReset`].
pub const MAX_IDS: usize = 1_000;

/// The body of `POST /api/users/password-resets`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BulkReset {
    /// The users, at most [`MAX_IDS`].
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 1000))]
    pub ids: Vec<String>,
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

/// The answer to a [`BulkReset`].
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkResetAnswer {
    /// Users whose links are on their way.
    pub queued: Vec<String>,
    /// Users who were passed over.
    pub skipped: Vec<Skipped>,
}
