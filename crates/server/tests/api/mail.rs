//! What mail holds, and what it does not.

use crate::on_both;
use crate::world::*;

on_both! {
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
