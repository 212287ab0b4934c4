//! Putting users into the table: one by the API or the command line, thousands by import and demo.

use super::row::{role_str, status_str};
use super::search::text;
use crate::address::Address;
use crate::store::{Conn, Dialect, Result, number};
use crate::text::sort_key;
use rekey_wire::language::Language;
use rekey_wire::users::{EmailStatus, ExtensionType, Role, Status};
use sqlx::{AssertSqlSafe, Row};

/// The first extension that is assigned.
pub const FIRST_EXTENSION: i64 = rekey_wire::extension::FIRST as i64;
/// The highest extension: the numbers that telephones dial have nine digits at most.
pub const HIGHEST_EXTENSION: i64 = rekey_wire::extension::HIGHEST as i64;
/// Rows in one statement: more gain nothing, and placeholders are limited.
const BATCH: usize = 200;

/// A user to be written.
#[derive(Clone, Debug)]
pub struct NewRow {
    /// The person's name, trimmed.
    pub name: String,
    /// What the profile holds, be it usable or not.
    pub email: Profile,
    /// What they may do.
    pub role: Role,
    /// Whether the account is in use.
    pub status: Status,
    /// The telephone number.
    pub phone: Option<String>,
    /// The language of mails to the user.
    pub language: Option<Language>,
    /// The telephone extension.
    pub extension: i64,
    /// How it is registered.
    pub extension_type: ExtensionType,
    /// Its secret, encrypted.
    pub secret: Option<Vec<u8>>,
    /// PHC string, where there is a password already.
    pub password_hash: Option<String>,
    /// The last login (Unix milliseconds).
    pub last_login_at: Option<i64>,
}

/// The address in a profile, and what mail can make of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Profile {
    /// None.
    Missing,
    /// One that mail can go to.
    Usable(Address),
    /// What was meant as one.
    Invalid(String),
}

impl NewRow {
    /// An active agent without password, phone, language and secret, whose extension is in the browser.
    #[must_use]
    pub const fn agent(name: String, email: Profile, extension: i64) -> Self {
        Self {
            name,
            email,
            role: Role::Agent,
            status: Status::Active,
            phone: None,
            language: None,
            extension,
            extension_type: ExtensionType::Web,
            secret: None,
            password_hash: None,
            last_login_at: None,
        }
    }
}

impl Profile {
    /// Keeps what is no address, marked as such: an import loses nothing.
    #[must_use]
    pub fn keep(typed: Option<&str>) -> Self {
        match typed.map(str::trim) {
            None | Some("") => Self::Missing,
            Some(typed) => Address::parse(typed).map_or_else(|_| Self::Invalid(typed.to_owned()), Self::Usable),
        }
    }

    /// As the profile shows it.
    #[must_use]
    pub fn shown(&self) -> Option<&str> {
        match self {
            Self::Missing => None,
            Self::Usable(address) => Some(address.as_str()),
            Self::Invalid(text) => Some(text),
        }
    }

    /// In canonical form, where mail can go to it.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        match self {
            Self::Usable(address) => Some(address.as_str()),
            Self::Missing | Self::Invalid(_) => None,
        }
    }

    /// What the table says about it.
    #[must_use]
    pub const fn status(&self) -> EmailStatus {
        match self {
            Self::Missing => EmailStatus::Missing,
            Self::Usable(_) => EmailStatus::Ok,
            Self::Invalid(_) => EmailStatus::Invalid,
        }
    }

    /// [`Self::status`] as it is stored.
    #[must_use]
    pub const fn status_str(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Usable(_) => "ok",
            Self::Invalid(_) => "invalid",
        }
    }
}

/// Keeps others who add users or change addresses out until the transaction ends, so that extensions and addresses that
/// are found free stay free. Logins and resets go on beside it. On SQLite a writing transaction is alone anyway.
///
/// # Errors
/// Those of the database.
pub async fn lock(conn: &mut Conn, dialect: Dialect) -> Result<()> {
    if dialect == Dialect::Postgres {
        sqlx::query("SELECT pg_advisory_xact_lock(7305423)").execute(conn).await?;
    }
    Ok(())
}

/// The lowest extension above all that are taken; where somebody was given the very highest, the lowest that is free.
/// Hold [`lock`].
///
/// # Errors
/// Those of the database.
pub async fn next_extension(conn: &mut Conn) -> Result<i64> {
    let highest = number(&sqlx::query("SELECT coalesce(max(extension), 0) FROM users").fetch_one(&mut *conn).await?)?;
    if highest < HIGHEST_EXTENSION {
        return Ok((highest + 1).max(FIRST_EXTENSION));
    }
    let gap = format!(
        "SELECT min(free) FROM (SELECT {FIRST_EXTENSION} AS free UNION ALL SELECT extension + 1 FROM users WHERE extension >= {FIRST_EXTENSION})
         AS candidates WHERE NOT EXISTS (SELECT 1 FROM users WHERE extension = free)"
    );
    number(&sqlx::query(AssertSqlSafe(gap)).fetch_one(conn).await?)
}

/// Whose address it is, by its canonical form.
///
/// # Errors
/// Those of the database.
pub async fn owner(conn: &mut Conn, address: &Address) -> Result<Option<i64>> {
    let row = sqlx::query("SELECT id FROM users WHERE address = $1").bind(address.as_str()).fetch_optional(conn).await?;
    row.as_ref().map(number).transpose()
}

/// Writes users and tells their ids, in the order given; hold [`lock`].
///
/// # Errors
/// Those of the database: an address or an extension is taken.
pub async fn insert(conn: &mut Conn, now: i64, users: &[NewRow]) -> Result<Vec<i64>> {
    const WIDTH: usize = 18;
    let mut ids = Vec::with_capacity(users.len());
    for batch in users.chunks(BATCH) {
        let tuple = |i: usize| {
            let places: Vec<String> = (1..=WIDTH).map(|place| format!("${}", i * WIDTH + place)).collect();
            format!("({})", places.join(", "))
        };
        let tuples: Vec<String> = (0..batch.len()).map(tuple).collect();
        let sql = format!(
            "INSERT INTO users (name, name_sort, email, email_sort, address, email_status, role, status, phone, language, extension,
             extension_type, secret, password_hash, created_at, changed_at, last_login_at, search) VALUES {} RETURNING id",
            tuples.join(", ")
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for user in batch {
            query = query
                .bind(user.name.as_str())
                .bind(sort_key(&user.name))
                .bind(user.email.shown())
                .bind(sort_key(user.email.shown().unwrap_or_default()))
                .bind(user.email.address())
                .bind(user.email.status_str())
                .bind(role_str(user.role))
                .bind(status_str(user.status))
                .bind(user.phone.as_deref())
                .bind(user.language.map(Language::tag))
                .bind(user.extension)
                .bind(<&str>::from(user.extension_type))
                .bind(user.secret.as_deref())
                .bind(user.password_hash.as_deref())
                .bind(now)
                .bind(now)
                .bind(user.last_login_at.unwrap_or_default())
                .bind(text(&user.name, user.email.shown(), user.extension));
        }
        let mut batch_ids = query.fetch_all(&mut *conn).await?.iter().map(|row| row.try_get(0)).collect::<Result<Vec<i64>>>()?;
        // Rows come back in no promised order, but ids rise with the rows.
        batch_ids.sort_unstable();
        ids.extend(batch_ids);
    }
    Ok(ids)
}
