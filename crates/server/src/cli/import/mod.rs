//! `rekey user import`: all of a CSV file, or nothing of it.

pub mod csv;

use super::CliError;
use super::user::COMMAND_LINE;
use crate::app::App;
use crate::audit::{self, Action, Entry};
use crate::cli::import::csv::{Columns, LineFault, Row};
use crate::store::Conn;
use crate::users::bulk_load;
use crate::users::write::{self, FIRST_EXTENSION, HIGHEST_EXTENSION, NewRow, Profile};
use sqlx::Row as _;
use std::collections::HashSet;
use std::fmt;
use std::path::Path;

/// What an import did.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Imported {
    /// Users written.
    pub users: usize,
    /// Lines passed over as duplicates.
    pub skipped: usize,
    /// Users written whom no mail can reach.
    pub unreachable: usize,
}

impl fmt::Display for Imported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Imported {} users; nobody was mailed.", self.users)?;
        if self.unreachable > 0 {
            write!(f, " {} have no valid address: the users table marks them.", self.unreachable)?;
        }
        if self.skipped > 0 {
            write!(f, " {} duplicate lines were left out.", self.skipped)?;
        }
        Ok(())
    }
}

/// Imports a file. An address that is missing or malformed is kept and marked; nobody is mailed.
///
/// # Errors
/// The file cannot be read, or lines are broken or duplicate: every such line is named, and nothing was imported.
pub async fn import(app: &App, path: &Path, skip_duplicates: bool) -> Result<Imported, CliError> {
    let unreadable =
        |error: std::io::Error| CliError(format!("The file {} cannot be read ({error}); check its path and permissions.", path.display()));
    let mut parsed = csv::parse(&std::fs::read(path).map_err(unreadable)?);
    let now = app.now();
    let mut tx = app.store.begin().await?;
    write::lock(&mut tx, app.store.dialect()).await?;
    let known = Known::read(&mut tx).await?;
    let (known_rows, rows) = parsed.rows.into_iter().partition::<Vec<Row>, _>(|row| known.knows(row).is_some());
    parsed.duplicates.extend(known_rows.iter().filter_map(|row| Some(known.knows(row)?.of(row, &parsed.columns))));
    let mut refused = parsed.broken;
    if !skip_duplicates {
        refused.append(&mut parsed.duplicates);
    }
    if !refused.is_empty() {
        refused.sort_by_key(|fault| (fault.line, fault.column));
        let lines: Vec<String> = refused.iter().map(|fault| format!("  {fault}")).collect();
        return Err(CliError(format!("Nothing was imported. Correct these lines and import the file again:\n{}", lines.join("\n"))));
    }
    let users = assign(rows, write::next_extension(&mut tx).await?, &known.extensions);
    write::insert(&mut tx, now, &users).await?;
    let imported = Imported {
        users: users.len(),
        skipped: parsed.duplicates.len(),
        unreachable: users.iter().filter(|user| user.email.address().is_none()).count(),
    };
    if imported.users > 0 {
        let detail = format!("{} users, by the {COMMAND_LINE}.", imported.users);
        audit::record(app, &mut tx, now, &Entry::new(Action::UsersImported).detail(detail)).await?;
    }
    tx.commit().await?;
    bulk_load::analyze(&app.store).await;
    Ok(imported)
}

/// Who is in the database already.
#[derive(Default)]
struct Known {
    addresses: HashSet<String>,
    extensions: HashSet<i64>,
    /// Name and profile of those whom no mail can reach.
    unreachable: HashSet<(String, Option<String>)>,
}

/// What a line shares with a user in the database.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Shared {
    Address,
    Extension,
    Name,
}

impl Known {
    async fn read(conn: &mut Conn) -> Result<Self, CliError> {
        let mut known = Self::default();
        for row in &sqlx::query("SELECT address, extension FROM users").fetch_all(&mut *conn).await? {
            known.addresses.extend(row.try_get::<Option<String>, _>(0)?);
            known.extensions.insert(row.try_get(1)?);
        }
        for row in &sqlx::query("SELECT name, email FROM users WHERE address IS NULL").fetch_all(conn).await? {
            known.unreachable.insert((row.try_get(0)?, row.try_get(1)?));
        }
        Ok(known)
    }

    /// What makes a line say again what the database holds. Who has no usable address is told apart as the lines of a
    /// file are, so that a file imported twice adds nobody twice.
    fn knows(&self, row: &Row) -> Option<Shared> {
        let profile = Profile::keep(row.email.as_deref());
        match (profile.address(), row.extension) {
            (Some(address), _) if self.addresses.contains(address) => Some(Shared::Address),
            (_, Some(extension)) => self.extensions.contains(&extension).then_some(Shared::Extension),
            (None, None) => self.unreachable.contains(&(row.name.clone(), row.email.clone())).then_some(Shared::Name),
            (Some(_), None) => None,
        }
    }
}

impl Shared {
    fn of(self, row: &Row, columns: &Columns) -> LineFault {
        let (column, message) = match self {
            Self::Address => (columns.email(), "a user with this address exists already"),
            Self::Extension => (columns.extension(), "a user with this extension exists already"),
            Self::Name => {
                (columns.name(), "a user of this name, without a usable address, exists already; an extension would tell them apart")
            }
        };
        LineFault { line: row.line, column, message: message.to_owned() }
    }
}

/// Gives those an extension that have none: the next that neither the database nor the file has.
fn assign(rows: Vec<Row>, next: i64, taken: &HashSet<i64>) -> Vec<NewRow> {
    let named: HashSet<i64> = rows.iter().filter_map(|row| row.extension).collect();
    let mut free = (next..=HIGHEST_EXTENSION)
        .chain(FIRST_EXTENSION..next)
        .filter(|extension| !named.contains(extension) && !taken.contains(extension));
    let mut users = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(extension) = row.extension.or_else(|| free.next()) else { break };
        users.push(NewRow { role: row.role, ..NewRow::agent(row.name, Profile::keep(row.email.as_deref()), extension) });
    }
    users
}

#[cfg(test)]
mod properties;
