//! `rekey user import`: all of a CSV file, or nothing of it.

use super::Stop;
use super::user::COMMAND_LINE;
use crate::app::App;
use crate::audit::{Action, Entry};
use crate::csv::{LineFault, Row};
use crate::store::Conn;
use crate::users::write::{self, NewRow, Profile};
use rekey_wire::users::Status;
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
pub async fn import(app: &App, path: &Path, skip_duplicates: bool) -> Result<Imported, Stop> {
    let unreadable =
        |error: std::io::Error| Stop(format!("The file {} cannot be read ({error}); check its path and permissions.", path.display()));
    let mut parsed = crate::csv::parse(&std::fs::read(path).map_err(unreadable)?);
    let now = app.now();
    let mut tx = app.store.begin().await?;
    write::lock(&mut tx, app.store.dialect()).await?;
    let (rows, known) = sift(&mut tx, parsed.rows).await?;
    parsed.duplicates.extend(known);
    let mut refused = parsed.broken;
    if !skip_duplicates {
        refused.append(&mut parsed.duplicates);
    }
    if !refused.is_empty() {
        refused.sort_by_key(|fault| (fault.line, fault.column));
        let lines: Vec<String> = refused.iter().map(|fault| format!("  {fault}")).collect();
        return Err(Stop(format!("Nothing was imported. Correct these lines and import the file again:\n{}", lines.join("\n"))));
    }
    let users = assign(rows, write::next_extension(&mut tx).await?);
    write::insert(&mut tx, now, &users).await?;
    let imported = Imported {
        users: users.len(),
        skipped: parsed.duplicates.len(),
        unreachable: users.iter().filter(|user| user.email.address().is_none()).count(),
    };
    if imported.users > 0 {
        let detail = format!("{} users, by the {COMMAND_LINE}.", imported.users);
        app.audit(&mut tx, now, &Entry::new(Action::UsersImported).detail(detail)).await?;
    }
    tx.commit().await?;
    Ok(imported)
}

/// Parts the lines whose address or extension a user has already from the rest.
async fn sift(conn: &mut Conn, rows: Vec<Row>) -> Result<(Vec<Row>, Vec<LineFault>), Stop> {
    let taken = sqlx::query("SELECT address, extension FROM users").fetch_all(conn).await?;
    let mut addresses: HashSet<String> = HashSet::new();
    let mut extensions: HashSet<i64> = HashSet::new();
    for row in &taken {
        addresses.extend(row.try_get::<Option<String>, _>(0)?);
        extensions.insert(row.try_get(1)?);
    }
    let (mut kept, mut known) = (Vec::new(), Vec::new());
    for row in rows {
        let fault = |column, what: &str| LineFault { line: row.line, column, message: format!("a user with this {what} exists already") };
        let profile = Profile::keep(row.email.as_deref());
        if profile.address().is_some_and(|address| addresses.contains(address)) {
            known.push(fault(2, "address"));
        } else if row.extension.is_some_and(|extension| extensions.contains(&extension)) {
            known.push(fault(4, "extension"));
        } else {
            kept.push(row);
        }
    }
    Ok((kept, known))
}

/// Gives those an extension that have none: the next above all that are taken, those of the file included.
fn assign(rows: Vec<Row>, next: i64) -> Vec<NewRow> {
    let named: HashSet<i64> = rows.iter().filter_map(|row| row.extension).collect();
    let mut free = (next..).filter(|extension| !named.contains(extension));
    let mut users = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(extension) = row.extension.or_else(|| free.next()) else { break };
        users.push(NewRow {
            email: Profile::keep(row.email.as_deref()),
            name: row.name,
            role: row.role,
            status: Status::Active,
            extension,
            password_hash: None,
            last_login_at: None,
        });
    }
    users
}
