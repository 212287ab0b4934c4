//! `rekey demo`: fills an empty database with plausible users, all with the same password.

mod names;
pub mod people;

use super::CliError;
use crate::app::App;
use crate::audit::{self, Action, Entry};
use crate::auth::hashing::hash_now;
use crate::clock::millis;
use crate::store::number;
use crate::users::bulk_load::{self, DroppedIndexes};
use crate::users::write::{self, FIRST_EXTENSION, NewRow, Profile};

/// Batch size, so that memory use does not depend on the number of users.
const BATCH: usize = 5000;

/// Fills the database and returns the password, which is random: a demo may run on an open network.
///
/// # Errors
/// The database already has users.
pub async fn demo(app: &App, users: u32) -> Result<String, CliError> {
    let password = draw_password()?;
    let hash = hash_now(&password)?;
    let now = app.now();
    let mut tx = app.store.begin().await?;
    write::lock(&mut tx, app.store.dialect()).await?;
    if number(&sqlx::query("SELECT count(*) FROM (SELECT 1 AS one FROM users LIMIT 1) AS found").fetch_one(&mut *tx).await?)? > 0 {
        return Err(CliError::new("The database holds users already; give `rekey demo` an empty one by --database-url."));
    }
    let indexes = DroppedIndexes::drop(&mut tx, app.store.dialect()).await?;
    let mut rows = people::people(users).zip(FIRST_EXTENSION..).map(|(person, extension)| NewRow {
        role: person.role,
        status: person.status,
        password_hash: Some(hash.clone()),
        last_login_at: person.last_login.map(|ago| now - millis(ago)),
        ..NewRow::agent(person.name, Profile::keep(person.email.as_deref()), extension)
    });
    loop {
        let batch: Vec<NewRow> = rows.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            break;
        }
        write::insert(&mut tx, now, &batch).await?;
    }
    indexes.rebuild(&mut tx, app.store.dialect()).await?;
    audit::record(app, &mut tx, now, &Entry::new(Action::UsersImported).detail(format!("{users} demo users, by the command line.")))
        .await?;
    tx.commit().await?;
    bulk_load::analyze(&app.store).await;
    Ok(password)
}

/// Returns a password of 80 bits that is easy to type: `demo-` and four groups of four letters and digits that are hard to confuse.
fn draw_password() -> Result<String, CliError> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| CliError::new("The system gave no random numbers."))?;
    let groups: Vec<String> =
        bytes.chunks(4).map(|group| group.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect()).collect();
    Ok(format!("demo-{}", groups.join("-")))
}
