//! Contents of mails, and notices of changed addresses.

use crate::support::*;

on_both_databases! {
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

    async fn a_changed_address_is_notified_once_without_a_link_and_without_the_new_address(app) {
        let admin = app.admin().await;
        let jo = app.add_user("Jo", "jo@example.com").await;
        let change = async |email: Value| admin.patch(&format!("/api/users/{jo}"), json!({"name": "Joanna", "email": email})).await.expect(200);
        change(json!(" JO@Example.com ")).await;
        change(json!("new@elsewhere.example")).await;
        let told = app.mail_to("jo@example.com").await;
        assert_eq!(told.subject(), "Your Squaretalk email address was changed");
        for part in [told.text(), told.html()] {
            assert!(part.contains("Hello Joanna,") && part.contains("Ada Admin") && part.contains("jo@example.com"), "{part}");
            assert!(["new@", "elsewhere", "http", "href", "token"].iter().all(|hidden| !part.contains(hidden)), "{part}");
        }
        change(Value::Null).await;
        app.mail_to("new@elsewhere.example").await;
        // Without an old address there is no notice.
        change(json!("third@example.com")).await;
        app.wait_for_empty_queue().await;
        assert_eq!(app.smtp.mails().len(), 2, "one for each address that was lost, none for those that were given");
    }

    async fn the_old_address_is_notified_after_an_outage_and_above_its_mail_limit_too(app) with ["--limit-mail-per-recipient", "1/1d", "--limit-mail", "1/1d"] {
        let admin = app.admin().await;
        let jo = app.add_user("Jo", "jo@example.com").await;
        app.link_for("jo@example.com").await;
        app.smtp.set_behaviour(SmtpBehaviour::busy());
        admin.patch(&format!("/api/users/{jo}"), json!({"email": "new@example.com"})).await.expect(200);
        app.wait_for_scheduled_retries().await;
        app.smtp.set_behaviour(SmtpBehaviour::accept());
        app.run_queue_with_retries().await;
        let subjects: Vec<String> = app.smtp.mails().iter().map(|mail| mail.subject()).collect();
        assert_eq!(subjects, ["Reset your Squaretalk password", "Your Squaretalk email address was changed"]);
    }

    async fn a_mail_rejected_by_policy_fails_without_marking_the_address_as_bounced(app) {
        let admin = app.admin().await;
        for (email, said, status) in [("refused@example.com", "5.1.1", "bounced"), ("policy@example.com", "5.7.1", "ok")] {
            let path = format!("/api/users/{}", app.add_user("Jo", email).await);
            admin.post(&format!("{path}/password-reset"), json!({})).await.expect(202);
            app.wait_for_empty_queue().await;
            let user = admin.get(&path).await.json();
            assert_eq!((&user["reset"]["state"], &user["email_status"]), (&json!("failed"), &json!(status)), "{user}");
            assert!(user["reset"]["detail"].as_str().is_some_and(|detail| detail.contains(said)), "{user}");
        }
    }
}
