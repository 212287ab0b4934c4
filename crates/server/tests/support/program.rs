//! The program with a mail server, for tests of its log and its memory.

use super::{Cli, CliDatabase, Client, Database, RekeyServer, SmtpServer};

/// A running server; killed when dropped.
pub struct Program {
    pub smtp: SmtpServer,
    pub server: RekeyServer,
    cli: Cli,
}

impl Program {
    /// Starts the program with these settings in addition to those that every test needs. An empty setting counts as unset.
    pub async fn serve(database: Database, settings: &[(&str, &str)]) -> Self {
        let cli = Cli::on(database).await;
        let smtp = SmtpServer::start();
        let url = smtp.url();
        let settings: Vec<(&str, &str)> = [("REKEY_SMTP_URL", url.as_str())].into_iter().chain(settings.iter().copied()).collect();
        let server = cli.start(&[], &settings);
        Self { smtp, server, cli }
    }

    /// Returns a client with its own connections.
    pub fn client(&self) -> Client {
        self.server.client()
    }

    /// Runs a command beside the server, such as `user add`, and returns its output.
    pub fn run(&self, arguments: &[&str]) -> String {
        self.cli.ok(arguments)
    }

    /// Returns the URL of its database.
    pub fn database_url(&self) -> &str {
        self.cli.database_url()
    }

    /// Kills the program and returns its whole log.
    pub fn log(mut self) -> String {
        self.server.kill();
        self.server.log()
    }
}
