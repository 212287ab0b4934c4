//! One world for one test: a server with its database, a mail server, a browser, and people.

use std::ffi::OsStr;

use serde_json::{Value, json};

use crate::browser::{Browser, Page};
use crate::folder::Folder;
use crate::mail::token_of;
use crate::program::{Program, Rekey};
use crate::smtp::SmtpServer;

/// Settings that differ from the program's defaults.
pub type Options<'a> = &'a [(&'a str, &'a str)];

/// A password that every rule accepts.
const PASSWORD: &str = "violet harbour thirty lanterns";

/// Somebody with an account.
#[derive(Clone, Debug)]
pub struct Person {
    /// What they are called.
    pub name: String,
    /// Where their mail goes.
    pub email: String,
    /// What they log in with.
    pub password: String,
}

/// One world.
#[derive(Debug)]
pub struct Stage {
    /// The server.
    pub rekey: Rekey,
    /// Where its mail goes.
    pub mail: SmtpServer,
    /// A browser; each [`Browser::device`] is a person's own.
    pub browser: Browser,
}

impl Stage {
    /// With an empty database and the program's own defaults.
    #[must_use]
    #[track_caller]
    pub fn set() -> Self {
        Self::set_with(&[])
    }

    /// With an empty database and these settings.
    #[must_use]
    #[track_caller]
    pub fn set_with(options: Options<'_>) -> Self {
        let mail = SmtpServer::start();
        let mut program = Program::new(options);
        program.set("REKEY_SMTP_URL", &mail.url());
        Self { rekey: program.serve(), mail, browser: Browser::start() }
    }

    /// As [`Stage::set`], but the server knows of no mail server, as on a newcomer's first try.
    #[must_use]
    #[track_caller]
    pub fn set_without_mail() -> Self {
        Self { rekey: Program::new(&[]).serve(), mail: SmtpServer::start(), browser: Browser::start() }
    }

    /// The address of `path` on the server.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.rekey.url())
    }

    /// A device that shows the page at `path`.
    #[must_use]
    #[track_caller]
    pub fn visit(&self, path: &str) -> Page {
        let page = self.browser.device();
        page.goto(&self.url(path));
        page
    }

    /// Makes an account for an agent who has set a password.
    #[must_use]
    #[track_caller]
    pub fn agent(&self, name: &str, email: &str) -> Person {
        self.person(name, email, "agent")
    }

    /// Makes an account for an admin who has set a password.
    #[must_use]
    #[track_caller]
    pub fn admin(&self, name: &str, email: &str) -> Person {
        self.person(name, email, "admin")
    }

    #[track_caller]
    fn person(&self, name: &str, email: &str, role: &str) -> Person {
        let said = self.rekey.program().run(["user", "add", "--name", name, "--email", email, "--role", role]);
        let link = said.split_whitespace().find(|word| word.contains("#token=")).expect("`user add` prints a link");
        let (status, answer) = self.post("/api/password-resets/redeem", &json!({ "token": token_of(link), "password": PASSWORD }));
        assert_eq!(status, 200, "{answer}");
        Person { name: name.to_owned(), email: email.to_owned(), password: PASSWORD.to_owned() }
    }

    /// Makes accounts from the lines of a CSV file.
    #[track_caller]
    pub fn import(&self, csv: &str) {
        let folder = Folder::new("import");
        let file = folder.path().join("people.csv");
        std::fs::write(&file, csv).expect("a file can be written");
        let _ = self.rekey.program().run([OsStr::new("user"), OsStr::new("import"), file.as_os_str()]);
    }

    /// Logs `person` in on a new device, through the login page.
    #[must_use]
    #[track_caller]
    pub fn logged_in(&self, person: &Person) -> Page {
        let page = self.visit("/login");
        self.log_in(&page, person);
        page
    }

    /// Logs `person` in on `page`, which shows the login page.
    #[track_caller]
    pub fn log_in(&self, page: &Page, person: &Person) {
        page.heading("Log in");
        page.fill("Email", &person.email);
        page.fill("Password", &person.password);
        page.press("Log in");
        page.gone("heading", "Log in");
    }

    /// Calls the API as a program does, for what a test needs but is not about. Returns status and body.
    #[track_caller]
    pub fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let request = agent.post(self.url(path)).content_type("application/json");
        let mut response = request.send(body.to_string()).expect("the server answers");
        let text = response.body_mut().read_to_string().expect("the answer is text");
        (response.status().as_u16(), serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// Fetches `path` as a program that follows links in mails does. Returns the status.
    #[track_caller]
    pub fn get(&self, path: &str) -> u16 {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        agent.get(self.url(path)).call().expect("the server answers").status().as_u16()
    }

    /// Asks for the head of `path` alone, as some programs do first. Returns the status.
    #[track_caller]
    pub fn head(&self, path: &str) -> u16 {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        agent.head(self.url(path)).call().expect("the server answers").status().as_u16()
    }

    /// How many bytes the body of `path` has when it is sent to a browser that takes brotli.
    #[must_use]
    #[track_caller]
    pub fn bytes_sent(&self, path: &str) -> usize {
        let agent: ureq::Agent = ureq::Agent::config_builder().accept_encoding("br").build().into();
        let mut response = agent.get(self.url(path)).call().expect("the file is served");
        response.body_mut().read_to_vec().expect("the whole file is sent").len()
    }
}
