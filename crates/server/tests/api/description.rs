//! INP-05: schemathesis fuzzes the API by its OpenAPI description, with valid and invalid input, and finds no server error and no undocumented
//! response.

use crate::support::*;
use std::process::Command;

/// Disables all limits, as the client sends many requests.
const OFF: [&str; 10] = [
    "--limit-forgot-per-ip",
    "off",
    "--limit-login-per-ip",
    "off",
    "--limit-mail",
    "off",
    "--limit-mail-per-recipient",
    "off",
    "--resend-cooldown",
    "0s",
];

/// The checks, with exclusions and their reasons.
const CONFIG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/api/schemathesis.toml");

/// Runs schemathesis against the server as this client, with additional arguments `more`. Some valid links are in its dictionary.
async fn explore(app: &TestApp, client: &Client, more: &[&str]) {
    let mut links = Vec::new();
    for number in 1..=4 {
        links.push(app.link_for(&format!("person{number}@example.com")).await);
    }

    let program = std::env::var_os("REKEY_TEST_SCHEMATHESIS")
        .expect("REKEY_TEST_SCHEMATHESIS names no schemathesis; `cargo xtask test --only description` installs one and sets it");
    let mut command = Command::new(program);
    command.args(["--config-file", CONFIG, "--no-color", "run"]).arg(format!("{}/api/openapi.json", app.base));
    if let Some(cookie) = client.cookie() {
        command.args(["--header", &format!("Cookie: {cookie}")]);
    }
    for (number, link) in (1..).zip(links) {
        command.env(format!("LINK_{number}"), link);
    }
    command.args(more).env("PYTHONIOENCODING", "utf-8");
    let output = tokio::task::spawn_blocking(move || command.output()).await.expect("no panic").expect("schemathesis can be started");
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{report}\n{}", String::from_utf8_lossy(&output.stderr));
}

async fn inp_05(database: Database) {
    let app = TestApp::start_with(database, &OFF).await;
    for number in 1..=30 {
        app.add_user(&format!("Person {number}"), &format!("person{number}@example.com")).await;
    }
    explore(&app, &app.client(), &["--max-examples", "10"]).await;
    let admin = app.admin().await;
    explore(&app, &admin, &["--exclude-name", "DELETE /api/session"]).await;
    admin.get("/api/users").await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn inp_05_every_answer_is_described_on_sqlite() {
    inp_05(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn inp_05_every_answer_is_described_on_postgres() {
    inp_05(Database::Postgres).await;
}
