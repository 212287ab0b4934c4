//! `rekey restore`: replaces the database by a backup, and ends all sessions and open links.
//!
//! A backup predates later events: a link that was used since would work again, and ended sessions would be active. So every session and every open
//! link ends with a restore.

use super::CliError;
use super::backup::create_private;
use crate::audit::{self, Action, Entry, Finding};
use crate::auth::secret_key::SecretKey;
use crate::clock::Clock;
use crate::config::Config;
use crate::store::{Location, Store};
use sqlx::Row;
use std::path::{Path, PathBuf};

/// Restores the backup; the previous database is kept beside it under another name.
///
/// # Errors
/// The database is PostgreSQL or in use, or the file is not a sound backup. Nothing was changed.
pub async fn restore(config: &Config, file: &Path, clock: &Clock) -> Result<String, CliError> {
    let Location::Sqlite(database) = &config.database else {
        return Err(CliError::new("This database is PostgreSQL: restore it with pg_restore or psql from a file that pg_dump made."));
    };
    if !file.is_file() {
        return Err(CliError(format!("There is no file {}; give the backup to restore.", file.display())));
    }
    must_be_unused(database).await?;
    must_be_whole(file)?;
    let now = clock.now();
    let fresh = beside(database, "restoring");
    let prepared = match prepare(config, file, &fresh, now).await {
        // Copying takes time, in which a server may have been started.
        Ok(log) => must_be_unused(database).await.map(|()| log),
        Err(stop) => Err(stop),
    };
    let log = match prepared {
        Ok(log) => log,
        Err(stop) => {
            remove(&fresh);
            return Err(stop);
        }
    };
    let failed = |error: std::io::Error| CliError(format!("The database could not be put in place ({error}); nothing was changed."));
    let mut kept = String::new();
    if database.exists() {
        let old = beside(database, &format!("before-restore-{}", now / 1000));
        keep(database, &old).map_err(failed)?;
        kept = format!(" What was there before is kept as {}.", old.display());
    }
    std::fs::rename(&fresh, database).map_err(failed)?;
    settle(database).map_err(|error| {
        CliError(format!(
            "The database is restored, but the disk does not confirm it ({error}); check the disk before you start the server."
        ))
    })?;
    let but = match log {
        Finding::Intact { .. } => String::new(),
        found => format!(" But: {found} If the secret key here is not the one of the backup, put that one in its place and restore again."),
    };
    Ok(format!("The database is restored. All sessions and all open links have ended.{kept}{but}"))
}

/// Prepares the new database beside the old one, before anything is replaced. Returns the state of the backup's audit log.
async fn prepare(config: &Config, file: &Path, fresh: &Path, now: i64) -> Result<Finding, CliError> {
    remove(fresh);
    create_private(fresh)?;
    copy(file, fresh)
        .map_err(|error| CliError(format!("The backup cannot be copied ({error}); check its permissions and the space on the disk.")))?;
    let no_backup = || CliError(format!("The file {} is no backup of Rekey, or it is damaged; give another.", file.display()));
    let sound = Store::inspect(fresh).await.map_err(|_| no_backup())?;
    let row = sqlx::query("PRAGMA integrity_check").fetch_one(sound.read()).await.map_err(|_| no_backup())?;
    let is_sound = row.try_get::<String, _>(0)? == "ok";
    let is_ours = sqlx::query("SELECT max(version) FROM _sqlx_migrations").fetch_one(sound.read()).await.is_ok();
    sound.close().await;
    if !(is_sound && is_ours) {
        return Err(no_backup());
    }
    let key = SecretKey::load(config).map_err(|error| CliError(error.0))?;
    let store = Store::open(&Location::Sqlite(fresh.to_owned())).await?;
    let log = audit::verify(&store, &key).await?;
    let mut tx = store.begin().await?;
    let sessions = sqlx::query("DELETE FROM sessions").execute(&mut *tx).await?.rows_affected();
    sqlx::query("UPDATE resets SET cancelled_at = $1 WHERE used_at IS NULL AND cancelled_at IS NULL AND failed_at IS NULL")
        .bind(now)
        .execute(&mut *tx)
        .await?;
    sqlx::query("UPDATE users SET pending_until = NULL WHERE pending_until IS NOT NULL").execute(&mut *tx).await?;
    sqlx::query("DELETE FROM outbox").execute(&mut *tx).await?;
    let entry = Entry::new(Action::SessionsEnded).detail(format!("Restored from a backup. Sessions ended: {sessions}."));
    audit::append(&mut tx, store.dialect(), &key, now, &entry).await?;
    tx.commit().await?;
    store.close().await;
    // Moves everything into the one file that is renamed.
    Store::leave_wal(fresh).await?;
    Ok(log)
}

/// Copies into an existing file: `std::fs::copy` would copy the backup's permissions too.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    let (mut from, mut to) = (std::fs::File::open(from)?, std::fs::OpenOptions::new().write(true).open(to)?);
    std::io::copy(&mut from, &mut to)?;
    to.sync_all()
}

/// Fails if the database is in use: a server would keep writing to the replaced file. Leaving WAL mode requires exclusive access.
async fn must_be_unused(database: &Path) -> Result<(), CliError> {
    if !database.exists() {
        return Ok(());
    }
    let alone = Store::leave_wal(database).await;
    alone
        .map_err(|_| CliError(format!("The database {} is in use or cannot be opened; stop the server, then restore.", database.display())))
}

/// Fails if the file has a WAL: it was copied, or left behind, while a server had it open, and the latest changes are in the WAL. Without it the file
/// is sound but outdated.
fn must_be_whole(file: &Path) -> Result<(), CliError> {
    let mut log = file.canonicalize().unwrap_or_else(|_| file.to_owned()).into_os_string();
    log.push("-wal");
    if std::fs::metadata(log).is_ok_and(|log| log.len() > 0) {
        return Err(CliError(format!(
            "The newest of {0} is not in it, but in {0}-wal; make one file of both with `rekey backup --database-url sqlite://{0} FILE`, and restore that.",
            file.display()
        )));
    }
    Ok(())
}

/// Keeps the old database under a second name (hard link), so that after an interruption either the old or the new database is in place.
fn keep(database: &Path, old: &Path) -> std::io::Result<()> {
    std::fs::hard_link(database, old).or_else(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Err(error),
        // Not every file system has hard links.
        _ => std::fs::rename(database, old),
    })
}

/// Syncs the directory (fsync): until then, a power failure could bring back the old database with the sessions and links that have just been ended.
fn settle(database: &Path) -> std::io::Result<()> {
    // On other systems a directory cannot be opened.
    if !cfg!(unix) {
        return Ok(());
    }
    let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::File::open(folder)?.sync_all()
}

fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut name = database.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(suffix);
    database.with_file_name(name)
}

/// Removes the leftovers of an earlier attempt, including its journal files.
fn remove(file: &Path) {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let mut name = file.as_os_str().to_owned();
        name.push(suffix);
        let _ = std::fs::remove_file(PathBuf::from(name));
    }
}
