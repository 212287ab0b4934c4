//! What an operator watches.

use crate::app::App;
use crate::database::Kind;
use crate::shell::Shell;
use crate::smtp::PATIENCE;
use std::time::Duration;

#[tokio::test]
async fn enu_01_the_numbers_are_for_who_is_inside() {
    let shell = Shell::on(Kind::Sqlite).await;
    let http = reqwest::Client::new();
    for flags in [&["--trusted-proxies", "127.0.0.0/8"][..], &[]] {
        let program = shell.start(flags, &[]).await;
        let request = || http.get(format!("{}/metrics", program.base));
        assert_eq!(request().send().await.expect("an answer").status(), 200);
        for (name, value) in [("x-forwarded-for", "203.0.113.9"), ("x-forwarded-for", "10.0.0.9"), ("via", "1.1 proxy")] {
            assert_eq!(request().header(name, value).send().await.expect("an answer").status(), 404, "{name} {flags:?}");
        }
    }
}

#[tokio::test]
async fn enu_01_nor_are_they_for_who_comes_from_outside_without_a_proxy() {
    let app = App::start(Kind::Sqlite).await;
    for (peer, status) in [("127.0.0.1", 200), ("10.0.0.9", 200), ("::1", 200), ("203.0.113.9", 404), ("2001:db8::9", 404)] {
        assert_eq!(app.status_from(peer.parse().expect("an address"), "/metrics").await, status, "{peer}");
    }
}

#[tokio::test]
async fn a_mail_server_that_is_away_shows_in_the_numbers() {
    let shell = Shell::on(Kind::Sqlite).await;
    shell.ok(&["user", "add", "--email", "ada@example.com", "--name", "Ada", "--role", "admin", "--mail"]);
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let program = shell.start(&["--smtp-url", &format!("smtp://{nobody}")], &[]).await;
    let numbers = async || reqwest::get(format!("{}/metrics", program.base)).await.expect("an answer").text().await.expect("text");
    let failed = async {
        loop {
            let text = numbers().await;
            if !text.contains("rekey_mails_total{outcome=\"failed\"} 0\n") {
                return text;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let text = tokio::time::timeout(PATIENCE, failed).await.expect("an attempt fails in time");
    assert!(text.contains("# TYPE rekey_mail_queue gauge\nrekey_mail_queue 1\n"), "{text}");
    assert!(text.contains("rekey_mails_total{outcome=\"sent\"} 0\n") && !text.contains("ada"), "{text}");
}
