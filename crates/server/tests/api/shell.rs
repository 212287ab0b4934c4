//! The program itself, as somebody types it.

use crate::database::{Dir, Kind, create};
use rekey_server::store::Location;
use sqlx::{AnyConnection, Connection};
use std::process::{Command, Output};

/// A folder, a database, and settings from nowhere else.
pub struct Shell {
    pub dir: Dir,
    database: String,
}

impl Shell {
    pub async fn on(kind: Kind) -> Self {
        let dir = Dir::new();
        let location = create(kind, &dir).await;
        Self::at(dir, &location)
    }

    /// On a database that is there already.
    pub fn at(dir: Dir, location: &Location) -> Self {
        let database = match location {
            Location::Sqlite(path) => format!("sqlite://{}", path.display()),
            Location::Postgres(url) => url.clone(),
        };
        Self { dir, database }
    }

    /// Where its database is.
    pub fn location(&self) -> Location {
        match self.database.strip_prefix("sqlite://") {
            Some(path) => Location::Sqlite(path.into()),
            None => Location::Postgres(self.database.clone()),
        }
    }

    /// A connection to it, beside the program.
    pub async fn connect(&self) -> AnyConnection {
        sqlx::any::install_default_drivers();
        let url = match self.location() {
            Location::Sqlite(path) => format!("sqlite://{}?mode=rwc", path.display()),
            Location::Postgres(url) => url,
        };
        AnyConnection::connect(&url).await.expect("connects")
    }

    /// Where its database is, as the program takes it.
    pub fn database(&self) -> &str {
        &self.database
    }

    pub fn command(&self, line: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rekey"));
        command.env_clear().env("REKEY_DATABASE_URL", &self.database).env("REKEY_SECRET_KEY", crate::app::SECRET_KEY);
        command.current_dir(&self.dir.0).args(line);
        command
    }

    pub fn run(&self, line: &[&str]) -> Output {
        self.command(line).output().expect("the program runs")
    }

    #[track_caller]
    pub fn ok(&self, line: &[&str]) -> String {
        let output = self.run(line);
        assert!(output.status.success(), "{line:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    }

    /// What the program complains of; it must exit with 2.
    #[track_caller]
    pub fn refused(&self, line: &[&str]) -> String {
        let output = self.run(line);
        let complaint = String::from_utf8(output.stderr).expect("text");
        assert_eq!(output.status.code(), Some(2), "{line:?}: {complaint}");
        assert!(!complaint.contains("panicked") && !complaint.contains("backtrace"), "{complaint}");
        complaint
    }

    pub fn file(&self, name: &str, text: &str) -> String {
        let path = self.dir.0.join(name);
        std::fs::write(&path, text).expect("a file");
        path.display().to_string()
    }
}
