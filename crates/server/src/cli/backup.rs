//! `rekey backup`: writes a consistent copy of the SQLite database while the server runs.

use super::CliError;
use crate::config::Config;
use crate::store::{Location, Store};
use sqlx::Row;
use std::path::Path;

/// Writes the backup, with mode 0600, and checks it.
///
/// # Errors
/// The database is PostgreSQL, the file exists already or cannot be written, or the copy fails its integrity check.
pub async fn backup(config: &Config, file: &Path) -> Result<String, CliError> {
    let Location::Sqlite(database) = &config.database else {
        return Err(CliError::new("This database is PostgreSQL: back it up with pg_dump."));
    };
    let Some(target) = file.to_str() else {
        return Err(CliError::new("The path of the backup is not UTF-8; choose another."));
    };
    // Without migrating: a backup before an upgrade must not upgrade the database.
    let store = Store::inspect(database).await?;
    create_private(file)?;
    let done = copy(&store, target).await;
    store.close().await;
    if let Err(stop) = done {
        // Do not leave a partial backup behind.
        let _ = std::fs::remove_file(file);
        return Err(stop);
    }
    Ok(format!("The database is saved to {}. Keep the secret key beside it: without it the audit log cannot be verified.", file.display()))
}

async fn copy(store: &Store, target: &str) -> Result<(), CliError> {
    let mut connection = store.read().acquire().await?;
    sqlx::query("VACUUM INTO $1").bind(target).execute(&mut *connection).await?;
    drop(connection);
    let copy = Store::inspect(Path::new(target)).await?;
    let row = sqlx::query("PRAGMA integrity_check").fetch_one(copy.read()).await?;
    let sound = row.try_get::<String, _>(0)? == "ok";
    copy.close().await;
    if sound { Ok(()) } else { Err(CliError::new("The copy is not sound; check the disk and try again.")) }
}

/// Creates the file, empty and readable by the owner only; SQLite writes into it.
pub(super) fn create_private(file: &Path) -> Result<(), CliError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(file) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            Err(CliError(format!("The file {} exists already; choose another name.", file.display())))
        }
        Err(error) => Err(CliError(format!("The file {} cannot be written ({error}); choose another place.", file.display()))),
    }
}
