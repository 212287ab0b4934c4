//! Test environment: a server with its database, a mail server, a browser, and users.

use rekey_testing::{Cli, Mail, RekeyServer, Response, SmtpServer, raw_http, unused_address};
use serde_json::{Value, json};

use crate::browser::{Browser, Page};

/// Settings that differ from the program's defaults.
pub type Settings<'a> = &'a [(&'a str, &'a str)];

/// A password that satisfies every rule.
const PASSWORD: &str = "violet harbour thirty lanterns";

/// A user with a password.
#[derive(Clone, Debug)]
pub struct User {
    /// The name.
    pub name: String,
    /// The email address.
    pub email: String,
    /// The password.
    pub password: String,
}

/// The test environment.
#[derive(Debug)]
pub struct TestApp {
    /// The running server.
    pub server: RekeyServer,
    /// The program, for commands that run beside the server.
    pub cli: Cli,
    /// The mail server.
    pub smtp: SmtpServer,
    /// The browser; each [`Browser::new_context`] emulates a separate device.
    pub browser: Browser,
    url: String,
}

impl TestApp {
    /// Starts everything with an empty database and default settings.
    #[must_use]
    #[track_caller]
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts everything with an empty database and these settings.
    #[must_use]
    #[track_caller]
    pub fn start_with(settings: Settings<'_>) -> Self {
        let smtp = SmtpServer::start();
        let url = smtp.url();
        let settings: Vec<(&str, &str)> = settings.iter().copied().chain([("REKEY_SMTP_URL", url.as_str())]).collect();
        Self::open(smtp, &settings)
    }

    /// Starts everything, but configures no mail server.
    #[must_use]
    #[track_caller]
    pub fn start_without_smtp() -> Self {
        Self::open(SmtpServer::start(), &[])
    }

    #[track_caller]
    fn open(smtp: SmtpServer, settings: Settings<'_>) -> Self {
        // The port must be known before the server starts, because links in mails contain it.
        let listen = unused_address();
        let url = format!("http://localhost:{}", listen.port());
        let mut cli = Cli::with_sqlite();
        for (name, value) in [("REKEY_LOG", "warn"), ("REKEY_PUBLIC_URL", &url)].iter().chain(settings) {
            cli.set(name, value);
        }
        let server = cli.start(&["--listen", &listen.to_string()], &[]);
        Self { server, cli, smtp, browser: Browser::start(), url }
    }

    /// Returns the URL of `path` on the server.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Opens the page at `path` on a new device.
    #[must_use]
    #[track_caller]
    pub fn visit(&self, path: &str) -> Page {
        let page = self.browser.new_context();
        page.goto(&self.url(path));
        page
    }

    /// Adds an agent who has set a password.
    #[must_use]
    #[track_caller]
    pub fn agent(&self, name: &str, email: &str) -> User {
        self.add_user(name, email, "agent")
    }

    /// Adds an admin who has set a password.
    #[must_use]
    #[track_caller]
    pub fn admin(&self, name: &str, email: &str) -> User {
        self.add_user(name, email, "admin")
    }

    #[track_caller]
    fn add_user(&self, name: &str, email: &str, role: &str) -> User {
        let output = self.cli.ok(&["user", "add", "--name", name, "--email", email, "--role", role]);
        let (_, token) = output.trim().split_once("#token=").expect("`user add` prints a link");
        let (status, body) = self.post("/api/password-resets/redeem", &json!({ "token": token, "password": PASSWORD }));
        assert_eq!(status, 200, "{body}");
        User { name: name.to_owned(), email: email.to_owned(), password: PASSWORD.to_owned() }
    }

    /// Imports users from CSV.
    #[track_caller]
    pub fn import(&self, csv: &str) {
        self.cli.ok(&["user", "import", &self.cli.write_file("users.csv", csv)]);
    }

    /// Logs `user` in on a new device, through the login page.
    #[must_use]
    #[track_caller]
    pub fn logged_in(&self, user: &User) -> Page {
        let page = self.visit("/login");
        self.log_in(&page, user);
        page
    }

    /// Logs `user` in on `page`, which shows the login page.
    #[track_caller]
    pub fn log_in(&self, page: &Page, user: &User) {
        page.heading("Log in");
        page.fill("Email", &user.email);
        page.fill("Password", &user.password);
        page.click_button("Log in");
        page.wait_until_gone("heading", "Log in");
    }

    /// Waits for the `nth` mail to `address` with this subject, counted from 1.
    #[must_use]
    #[track_caller]
    pub fn mail(&self, nth: usize, address: &str, subject: &str) -> Mail {
        self.smtp.blocking_wait_for_mail(nth, address, subject)
    }

    /// Returns the number of mails to `address` with this subject.
    #[must_use]
    pub fn mail_count(&self, address: &str, subject: &str) -> usize {
        self.smtp.mails().iter().filter(|mail| mail.to == [address] && mail.subject() == subject).count()
    }

    /// Calls the API, for a test's preconditions. Returns status and body.
    #[track_caller]
    pub fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let body = body.to_string();
        let head = format!("Content-Type: application/json\r\nContent-Length: {}", body.len());
        let response = self.send("POST", path, &head, &body);
        (response.status, serde_json::from_slice(&response.bytes).unwrap_or_else(|_| Value::String(response.text())))
    }

    /// Fetches `path` like a program that follows links in mails. Returns the status.
    #[track_caller]
    pub fn get(&self, path: &str) -> u16 {
        self.send("GET", path, "Accept: */*", "").status
    }

    /// Sends `HEAD`, as some programs do first. Returns the status.
    #[track_caller]
    pub fn head(&self, path: &str) -> u16 {
        self.send("HEAD", path, "Accept: */*", "").status
    }

    /// Returns the size of the body of `path` as sent to a browser that accepts brotli.
    #[must_use]
    #[track_caller]
    pub fn compressed_size(&self, path: &str) -> usize {
        let response = self.send("GET", path, "Accept-Encoding: br", "").expect(200);
        response.bytes.len()
    }

    fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> Response {
        let host = self.url.trim_start_matches("http://");
        let head = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n{headers}");
        raw_http::blocking_exchange(&self.server.base, head.as_bytes(), body.as_bytes())
    }
}
