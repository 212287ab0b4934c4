//! Metrics.

use crate::support::*;

#[tokio::test]
async fn enu_01_the_metrics_are_hidden_behind_a_proxy() {
    let cli = Cli::on(Database::Sqlite).await;
    for flags in [&["--trusted-proxies", "127.0.0.0/8"][..], &[]] {
        let program = cli.start(flags, &[]);
        let client = program.client();
        client.get("/metrics").await.expect(200);
        for (name, value) in [("x-forwarded-for", "203.0.113.9"), ("x-forwarded-for", "10.0.0.9"), ("via", "1.1 proxy")] {
            let response = client.send(client.request("GET", "/metrics").header(name, value)).await;
            assert_eq!(response.status, 404, "{name} {flags:?}");
        }
    }
}

#[tokio::test]
async fn enu_01_the_metrics_are_hidden_from_public_addresses_without_a_proxy_too() {
    let app = TestApp::start(Database::Sqlite).await;
    for (peer, status) in [("127.0.0.1", 200), ("10.0.0.9", 200), ("::1", 200), ("203.0.113.9", 404), ("2001:db8::9", 404)] {
        assert_eq!(app.status_from(peer.parse().expect("an address"), "/metrics").await, status, "{peer}");
    }
}

#[tokio::test]
async fn an_unreachable_mail_server_shows_in_the_metrics() {
    let cli = Cli::on(Database::Sqlite).await;
    cli.ok(&["user", "add", "--email", "ada@example.com", "--name", "Ada", "--role", "admin", "--mail"]);
    let program = cli.start(&["--smtp-url", &format!("smtp://{}", unused_address())], &[]);
    let text = poll("an attempt fails", async || {
        let text = program.client().get("/metrics").await.expect(200).text();
        (!text.contains("rekey_mails_total{outcome=\"failed\"} 0\n")).then_some(text)
    })
    .await;
    assert!(text.contains("# TYPE rekey_mail_queue gauge\nrekey_mail_queue 1\n"), "{text}");
    assert!(text.contains("rekey_mails_total{outcome=\"sent\"} 0\n") && !text.contains("ada"), "{text}");
}
