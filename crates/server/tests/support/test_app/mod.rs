//! Server under test: in this process, with its own port and database, and a clock that only the test advances.

mod mails;
mod users;
mod waits;

use super::database::{self, CliDatabase, Database};
use super::log_capture;
use super::{Cli, Client, SECRET_KEY, SmtpServer};
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use rekey_server::app::App;
use rekey_server::auth::secret_key::SecretKey;
use rekey_server::cli;
use rekey_server::cli::args::Cli as Options;
use rekey_server::clock::Clock;
use rekey_server::jobs::worker;
use rekey_server::router::router;
use rekey_server::store::{Location, Store};
use rekey_testing::{TempDir, temp_dir};
use sqlx::{AssertSqlSafe, Row};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::net::TcpListener;
use tower::ServiceExt;

/// Start time of every test, Unix milliseconds: within a second, so that wrong rounding is detected.
const START: i64 = 1_800_000_000_250;

/// The server under test.
pub struct TestApp {
    pub smtp: SmtpServer,
    pub store: Store,
    pub base: String,
    location: Location,
    _dir: TempDir,
    clock: Clock,
    app: App,
    client: Client,
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.app.close();
        log_capture::check();
    }
}

impl TestApp {
    /// Starts a server with the default options.
    pub async fn start(database: Database) -> Self {
        Self::start_with(database, &[]).await
    }

    /// Starts a server with these options.
    pub async fn start_with(database: Database, flags: &[&str]) -> Self {
        log_capture::start();
        let dir = temp_dir();
        let location = database.create(&dir).await;
        Self::open(dir, location, START, flags).await
    }

    /// Starts another server on the same database, with its own mail server and a clock that is ahead.
    pub async fn second_server(&self, seconds_ahead: u64) -> Self {
        let start = self.now() + 1000 * i64::try_from(seconds_ahead).expect("a short time");
        Self::open(temp_dir(), self.location.clone(), start, &[]).await
    }

    async fn open(dir: TempDir, location: Location, start: i64, flags: &[&str]) -> Self {
        let smtp = SmtpServer::start();
        let (database_url, smtp_url) = (database::url(&location), smtp.url());
        let mut arguments = vec!["rekey", "serve", "--database-url", &database_url, "--secret-key", SECRET_KEY];
        arguments.extend(flags);
        if !flags.contains(&"--smtp-url") {
            arguments.extend(["--smtp-url", &smtp_url]);
        }
        let Ok(options) = Options::read(arguments) else { unreachable!("the options are understood") };
        let clock = Clock::manual(start);
        let app = cli::open(options.config, clock.clone()).await.expect("the server opens");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let stop = {
            let app = app.clone();
            async move { app.closed().await }
        };
        tokio::spawn(rekey_server::http::serve::run(listener, router(app.clone()), stop, || ()));
        tokio::spawn(worker::run(app.clone()));
        Self { smtp, store: app.store.clone(), client: Client::new(&base), base, location, _dir: dir, clock, app }
    }

    /// Returns a new user agent.
    pub fn client(&self) -> Client {
        self.client.without_cookie()
    }

    /// Returns the status of the response to a request from `peer`, an address that no test can connect from.
    pub async fn status_from(&self, peer: IpAddr, path: &str) -> u16 {
        let mut request = Request::get(path).body(Body::empty()).expect("a request");
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(peer, 4711)));
        router(self.app.clone()).oneshot(request).await.expect("infallible").status().as_u16()
    }

    /// Returns the key of its rate limits.
    pub fn key(&self) -> &SecretKey {
        &self.app.key
    }

    /// Returns the program on the same database.
    pub fn cli(&self) -> Cli {
        Cli::at(&self.location)
    }

    /// Returns the server's time, Unix milliseconds.
    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    /// Advances the clock by seconds.
    pub fn advance(&self, seconds: u64) {
        self.advance_by(Duration::from_secs(seconds));
    }

    /// Advances the clock.
    pub fn advance_by(&self, time: Duration) {
        self.clock.advance(time);
    }

    /// Returns everything stored about users: the bytes of the SQLite files, or every row of every PostgreSQL table as text.
    pub async fn dump(&self) -> Vec<u8> {
        if let Location::Sqlite(path) = &self.location {
            return ["", "-wal"].map(|suffix| std::fs::read(format!("{}{suffix}", path.display())).unwrap_or_default()).concat();
        }
        let mut dump = String::new();
        for table in ["users", "sessions", "resets", "tokens", "outbox", "limits", "login_failures", "audit", "audit_head"] {
            let rows =
                sqlx::query(AssertSqlSafe(format!("SELECT t::text FROM {table} t"))).fetch_all(self.store.read()).await.expect("rows");
            dump.extend(rows.iter().map(|row| row.get::<String, _>(0) + "\n"));
        }
        dump.into_bytes()
    }
}
