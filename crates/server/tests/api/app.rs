//! The server under test: real, on a port of its own, with a database of its own and a clock that stands still.

use crate::database::{self, Dir, Kind};
use crate::http::Visitor;
use crate::shell::Shell;
use crate::smtp::{Mail, PATIENCE, Smtp};
use crate::watch;
use crate::world::PASSWORD;
use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, Version};
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use rekey_server::auth::hashing::hash_now;
use rekey_server::auth::secret_key::SecretKey;
use rekey_server::cli;
use rekey_server::cli::args::Cli;
use rekey_server::clock::Clock;
use rekey_server::jobs::{outbox, worker};
use rekey_server::router::router;
use rekey_server::store::{Location, Store, number};
use rekey_server::users::write::{self, NewRow, Profile};
use rekey_wire::users::{Role, Status};
use serde_json::json;
use sqlx::{AssertSqlSafe, Row};
use std::net::{IpAddr, SocketAddr};
use std::sync::OnceLock;
use std::time::Duration;
use tokio::net::TcpListener;
use tower::ServiceExt;

/// When every test begins, Unix milliseconds: a moment within a second, so that rounding shows.
const START: i64 = 1_800_000_000_250;

/// See the module.
pub struct App {
    pub smtp: Smtp,
    location: Location,
    pub store: Store,
    pub base: String,
    _dir: Dir,
    clock: Clock,
    parts: rekey_server::app::App,
    http: reqwest::Client,
}

impl Drop for App {
    fn drop(&mut self) {
        self.parts.close();
        watch::check();
    }
}

impl App {
    /// With the defaults of the contract.
    pub async fn start(kind: Kind) -> Self {
        Self::start_with(kind, &[]).await
    }

    /// With the defaults of the contract, but for these flags.
    pub async fn start_with(kind: Kind, flags: &[&str]) -> Self {
        watch::start();
        let dir = Dir::new();
        let location = database::create(kind, &dir).await;
        Self::open(dir, location, START, flags).await
    }

    async fn open(dir: Dir, location: Location, start: i64, flags: &[&str]) -> Self {
        let smtp = Smtp::start().await;
        let database_url = match &location {
            Location::Sqlite(path) => format!("sqlite://{}", path.display()),
            Location::Postgres(url) => url.clone(),
        };
        let smtp_url = format!("smtp://{}", smtp.address);
        let mut line = vec!["rekey", "serve", "--database-url", &database_url, "--secret-key", SECRET_KEY];
        line.extend(flags);
        if !flags.contains(&"--smtp-url") {
            line.extend(["--smtp-url", &smtp_url]);
        }
        let Ok(cli) = Cli::read(line) else { unreachable!("the flags are understood") };
        let clock = Clock::manual(start);
        let parts = cli::open(cli.config, clock.clone()).await.expect("the server opens");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let stop = {
            let parts = parts.clone();
            async move { parts.closed().await }
        };
        tokio::spawn(rekey_server::http::serve::run(listener, router(parts.clone()), stop, || ()));
        tokio::spawn(worker::run(parts.clone()));
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            // The server hangs up after thirty seconds.
            .pool_idle_timeout(Duration::from_secs(10))
            .build()
            .expect("a client");
        Self { smtp, location, store: parts.store.clone(), base, _dir: dir, clock, parts, http }
    }

    /// Somebody new in front of a browser.
    pub fn visitor(&self) -> Visitor {
        Visitor::new(self.http.clone(), &self.base)
    }

    /// What somebody at this address is answered, from where no test can connect.
    pub async fn status_from(&self, peer: IpAddr, path: &str) -> u16 {
        let mut request = Request::get(path).body(Body::empty()).expect("a request");
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(peer, 4711)));
        router(self.parts.clone()).oneshot(request).await.expect("infallible").status().as_u16()
    }

    /// What keys its limits.
    pub fn key(&self) -> &SecretKey {
        &self.parts.key
    }

    /// The time there, Unix milliseconds.
    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    /// The command line, on the same database.
    pub fn shell(&self) -> Shell {
        Shell::at(Dir::new(), &self.location)
    }

    /// Another server on the same database, with a mail server of its own and a clock that is so far ahead.
    pub async fn beside(&self, seconds: u64) -> Self {
        Self::open(Dir::new(), self.location.clone(), self.now() + 1000 * i64::try_from(seconds).expect("a short time"), &[]).await
    }

    /// Moves the clock.
    pub fn advance(&self, seconds: u64) {
        self.advance_by(Duration::from_secs(seconds));
    }

    /// Moves the clock by parts of a second.
    pub fn advance_by(&self, time: Duration) {
        self.clock.advance(time);
    }

    /// Adds an agent with [`PASSWORD`] and tells the id.
    pub async fn add_user(&self, name: &str, email: &str) -> String {
        self.add(name, email, Role::Agent, Status::Active, true).await
    }

    /// The same, before the first password is set.
    pub async fn add_user_without_password(&self, name: &str, email: &str) -> String {
        self.add(name, email, Role::Agent, Status::Active, false).await
    }

    /// The same, disabled.
    pub async fn add_disabled_user(&self, name: &str, email: &str) -> String {
        self.add(name, email, Role::Agent, Status::Disabled, true).await
    }

    async fn add(&self, name: &str, email: &str, role: Role, status: Status, with_password: bool) -> String {
        static HASH: OnceLock<String> = OnceLock::new();
        let hash = HASH.get_or_init(|| hash_now(PASSWORD).expect("a hash"));
        let mut tx = self.store.begin().await.expect("begins");
        let extension = write::next_extension(&mut tx).await.expect("an extension");
        let row = NewRow {
            name: name.to_owned(),
            email: Profile::keep(Some(email)),
            role,
            status,
            extension,
            password_hash: with_password.then(|| hash.clone()),
            last_login_at: None,
        };
        let ids = write::insert(&mut tx, self.clock.now(), &[row]).await.expect("a user");
        tx.commit().await.expect("commits");
        ids[0].to_string()
    }

    /// Gives somebody a hash of [`PASSWORD`] that takes long to compare.
    pub async fn slow_down(&self, id: &str) {
        let params = Params::new(19 * 1024, 40, 1, None).expect("parameters");
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let hash = argon.hash_password(PASSWORD.as_bytes()).expect("a hash").to_string();
        self.replace_hash(id, &hash).await;
    }

    /// Gives somebody another hash, as a reset does at some moment.
    pub async fn replace_hash(&self, id: &str, hash: &str) {
        let id: i64 = id.parse().expect("a number");
        let mut tx = self.store.begin().await.expect("begins");
        sqlx::query("UPDATE users SET password_hash = $2 WHERE id = $1").bind(id).bind(hash).execute(&mut *tx).await.expect("a row");
        tx.commit().await.expect("commits");
    }

    /// Waits until a password is being compared: the attempt is counted before.
    pub async fn comparing(&self) {
        let counted = async {
            while sqlx::query("SELECT 1 FROM login_failures WHERE failures > 0")
                .fetch_optional(self.store.read())
                .await
                .expect("rows")
                .is_none()
            {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(PATIENCE, counted).await.expect("somebody tries in time");
    }

    /// An admin, logged in: Ada Admin, admin@example.com.
    pub async fn admin(&self) -> Visitor {
        self.add("Ada Admin", "admin@example.com", Role::Admin, Status::Active, true).await;
        self.log_in("admin@example.com", PASSWORD).await
    }

    /// Logs somebody in.
    pub async fn log_in(&self, email: &str, password: &str) -> Visitor {
        let visitor = self.visitor();
        visitor.post("/api/session", json!({"email": email, "password": password})).await.expect(200);
        visitor
    }

    /// Waits for a mail to this address.
    pub async fn mail_to(&self, address: &str) -> Mail {
        self.smtp.wait_for(|mail| mail.to == [address]).await
    }

    /// Moves the clock over the pauses between attempts until the mail is there.
    pub async fn mail_after_retries(&self, address: &str) -> Mail {
        let moving = async {
            loop {
                self.advance(30);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::select! {
            mail = self.mail_to(address) => mail,
            () = moving => unreachable!("it moves for ever"),
        }
    }

    /// Asks for a link as somebody who forgot the password, and takes it from the mail.
    pub async fn link_for(&self, email: &str) -> String {
        let before = self.smtp.mails().len();
        self.visitor().post("/api/password-resets", json!({"email": email})).await.expect(202);
        self.link_since(email, before).await
    }

    /// The first link to this address in mails after the first `before`.
    async fn link_since(&self, email: &str, before: usize) -> String {
        let old: Vec<Vec<u8>> = self.smtp.mails().into_iter().take(before).map(|mail| mail.raw).collect();
        let mail = self.smtp.wait_for(|mail| mail.to == [email] && mail.subject().starts_with("Reset") && !old.contains(&mail.raw)).await;
        mail.token()
    }

    /// Waits for a link that is not this one.
    pub async fn next_link_for(&self, email: &str, other: &str) -> String {
        self.smtp.wait_for(|mail| mail.to == [email] && mail.subject().starts_with("Reset") && mail.token() != other).await.token()
    }

    /// The token of a user who is gone from the database, as no call of the API makes anybody.
    pub async fn token_of_nobody(&self) -> String {
        let id = self.add_user("Gone", "gone@example.com").await;
        let token = self.link_for("gone@example.com").await;
        self.settled().await;
        let id: i64 = id.parse().expect("a number");
        let of_resets = "DELETE FROM tokens WHERE reset_id IN (SELECT id FROM resets WHERE user_id = $1)";
        for sql in [of_resets, "DELETE FROM resets WHERE user_id = $1", "DELETE FROM users WHERE id = $1"] {
            sqlx::query(sql).bind(id).execute(self.store.write()).await.expect("deleted");
        }
        token
    }

    /// All that is written down about people: the database's files, or every row of every table.
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

    /// Waits until every job in the queue was tried in vain and waits for its next turn, if there is any.
    pub async fn waiting_for_a_retry(&self) {
        let given_back = async {
            let sql = "SELECT count(*) FROM outbox WHERE attempts = 0 OR claimed_until > 0 OR next_at <= $1";
            while number(&sqlx::query(sql).bind(self.clock.now()).fetch_one(self.store.read()).await.expect("a count")).expect("a number")
                > 0
            {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, given_back).await.expect("the attempts end in time");
    }

    /// Waits until some session was used in the last seconds: a signed-in request has been let in.
    pub async fn used_within(&self, seconds: i64) {
        let since = self.clock.now() - seconds * 1000;
        let used = async {
            let sql = "SELECT 1 FROM sessions WHERE last_used_at >= $1";
            while sqlx::query(sql).bind(since).fetch_optional(self.store.read()).await.expect("can be read").is_none() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, used).await.expect("somebody comes in time");
    }

    /// Moves the clock over the pauses between attempts until the mail queue is empty. It stands still while a job is
    /// under way, whose claim would run out.
    pub async fn settled_after_retries(&self) {
        loop {
            self.waiting_for_a_retry().await;
            if outbox::waiting(&self.store).await.expect("the queue can be read") == 0 {
                return;
            }
            self.advance(30);
        }
    }

    /// Waits until the mail queue is empty.
    pub async fn settled(&self) {
        let empty = async {
            while outbox::waiting(&self.store).await.expect("the queue can be read") > 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, empty).await.expect("the queue empties in time");
    }
}

/// Keys nothing but tests.
pub const SECRET_KEY: &str = "tests only: c29tZSBzZWNyZXQga2V5IGZvciB0ZXN0cw";
