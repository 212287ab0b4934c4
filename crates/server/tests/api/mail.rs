//! What mail holds, and what it does not.

use crate::on_both;
use crate::world::*;

on_both! {
    async fn tok_02_no_mailed_token_is_written_down(app) {
        app.add_user("Jo", "jo@example.com").await;
        let token = app.link_for("jo@example.com").await;
        app.settled().await;
        let dump = app.dump().await;
        assert!(dump.contains("jo@example.com"), "the dump holds what is stored");
        assert!(!dump.contains(&token));
    }

    async fn tok_03_the_queue_holds_no_token(app) {
        app.add_user("Jo", "jo@example.com").await;
        app.smtp.be(Mood::Busy);
        app.visitor().post("/api/password-resets", json!({"email": "jo@example.com"})).await.expect(202);
        app.smtp.turned_away().await;
        let queued = app.dump().await;
        app.smtp.be(Mood::Kind);
        let token = app.mail_after_retries("jo@example.com").await.token();
        assert!(!queued.contains(&token));
    }

    async fn eml_05_a_hostile_name_does_no_harm(app) {
        let admin = app.admin().await;
        for (at, name) in ["<b onload=x>Jo</b>", "https://evil.example/login", ".", "\u{202e}oJ"].into_iter().enumerate() {
            let email = format!("jo{at}@example.com");
            let answer = admin.post("/api/users", json!({"name": name, "email": email})).await;
            if answer.status == 422 {
                continue;
            }
            let mail = app.mail_to(&email).await;
            assert!(!mail.html().contains("<b onload") && !mail.html().contains("evil.example/login\""), "{}", mail.html());
            assert!(!mail.text().contains("https://evil.example"), "{}", mail.text());
        }
        let transcript = app.smtp.transcript();
        let lines: Vec<&[u8]> = transcript.split_inclusive(|byte| *byte == b'\n').collect();
        assert!(lines.iter().all(|line| line.ends_with(b"\r\n")), "no bare line feed");
        let dots = lines.iter().filter(|line| **line == b".\r\n").count();
        assert_eq!(dots, app.smtp.mails().len(), "one lone dot a mail");
    }
}
