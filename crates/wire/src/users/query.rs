//! Filter and sort order of the users table.

use serde::{Deserialize, Serialize};

/// Which users to list.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// Everybody.
    #[default]
    All,
    /// Those whom no mail can reach: missing and invalid addresses.
    NoValidEmail,
    /// Those with a link on its way or still working.
    ResetPending,
    /// Disabled accounts.
    Disabled,
}

impl Filter {
    /// All of them, in the order shown.
    pub const ALL: [Self; 4] = [Self::All, Self::NoValidEmail, Self::ResetPending, Self::Disabled];

    /// As the query string spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::NoValidEmail => "no_valid_email",
            Self::ResetPending => "reset_pending",
            Self::Disabled => "disabled",
        }
    }
}

/// The column that orders the list.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum SortKey {
    /// By name, any case.
    #[default]
    Name,
    /// By address.
    Email,
    /// By extension, as a number.
    Extension,
    /// By last login; who never logged in comes last, whichever the direction.
    LastLogin,
}

/// A column and a direction; in a query string `name` or `-name`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Sort {
    /// The column.
    pub key: SortKey,
    /// From the end of the alphabet, the highest or the latest first.
    pub descending: bool,
}

impl Sort {
    /// As the query string spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match (self.key, self.descending) {
            (SortKey::Name, false) => "name",
            (SortKey::Name, true) => "-name",
            (SortKey::Email, false) => "email",
            (SortKey::Email, true) => "-email",
            (SortKey::Extension, false) => "extension",
            (SortKey::Extension, true) => "-extension",
            (SortKey::LastLogin, false) => "last_login",
            (SortKey::LastLogin, true) => "-last_login",
        }
    }

    /// Reads what [`Self::as_str`] writes; nothing else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (descending, column) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let key = match column {
            "name" => SortKey::Name,
            "email" => SortKey::Email,
            "extension" => SortKey::Extension,
            "last_login" => SortKey::LastLogin,
            _ => return None,
        };
        Some(Self { key, descending })
    }
}
