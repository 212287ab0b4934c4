//! "Forgot your password?"

use crate::support::*;
use sqlx::Row;

on_both_databases! {
    async fn a_reset_link_is_mailed_and_sets_a_new_password(app) {
        app.add_user("Jo Okafor", "jo@example.com").await;
        let client = app.client();
        let answer = client.post("/api/password-resets", json!({"email": " Jo@Example.com "})).await.expect(202);
        assert_eq!(answer.json(), json!({"resend_after_seconds": 60}));

        let mail = app.mail_to("jo@example.com").await;
        assert_eq!(mail.subject(), "Reset your Squaretalk password");
        assert!(mail.link("reset-password").starts_with("http://localhost:8080/reset-password#token="));
        let token = mail.token();
        let found = client.post("/api/password-resets/inspect", json!({"token": token})).await.expect(200).json();
        assert_eq!(found["email"], "jo@example.com");

        let done = client.post("/api/password-resets/redeem", json!({"token": token, "password": NEW_PASSWORD})).await.expect(200);
        assert_eq!(done.json(), json!({"sessions_ended": 0}));
        assert_eq!(client.get("/api/session").await.json(), json!({"user": null}), "a reset logs nobody in");
        app.client().post("/api/session", json!({"email": "jo@example.com", "password": PASSWORD})).await.expect(401);
        app.log_in("jo@example.com", NEW_PASSWORD).await;

        let notice = app.smtp.wait_for_mail(|mail| mail.subject() == "Your Squaretalk password was changed").await;
        assert_eq!(notice.to, ["jo@example.com"]);
        assert!(!notice.text().contains("token=") && !notice.text().contains("reset-password"), "{}", notice.text());
    }

    async fn eml_03_an_address_is_one_string(app) {
        app.add_user("Jo", "jo@example.com").await;
        for email in [json!(["jo@example.com", "eve@example.com"]), json!({"a": 1}), json!(7), json!(null)] {
            let answer = app.client().post("/api/password-resets", json!({"email": email})).await;
            assert_eq!(answer.status, 422, "{email}");
        }
        for email in ["jo@example.com,eve@example.com", "jo@example.com;eve@example.com", "jo@example.com eve@example.com", "jo@example.com\r\nBcc: eve@example.com", "jo"] {
            let answer = app.client().post("/api/password-resets", json!({"email": email})).await;
            assert_eq!(answer.field("email"), "invalid_email", "{email}");
        }
        let twice = r#"{"email":"jo@example.com","email":"eve@example.com"}"#;
        let client = app.client();
        let request = client.request("POST", "/api/password-resets").header("content-type", "application/json").body(twice);
        assert!(client.send(request).await.status / 100 == 4);
        let mail = app.link_for("jo@example.com").await;
        assert!(!mail.is_empty());
        assert!(app.smtp.mails().iter().all(|mail| mail.to == ["jo@example.com"]));
    }

    async fn rel_03_a_mail_promised_with_202_is_sent_when_the_mail_server_is_back(app) {
        app.add_user("Jo", "jo@example.com").await;
        app.smtp.set_behaviour(SmtpBehaviour::busy());
        app.client().post("/api/password-resets", json!({"email": "jo@example.com"})).await.expect(202);
        app.smtp.wait_for_deferrals(1).await;
        app.smtp.set_behaviour(SmtpBehaviour::accept());
        let mail = app.mail_after_retries("jo@example.com").await;
        app.client().post("/api/password-resets/inspect", json!({"token": mail.token()})).await.expect(200);
    }

    async fn a_disabled_user_gets_no_mail(app) {
        app.add_disabled_user("Di", "di@example.com").await;
        app.add_user("Jo", "jo@example.com").await;
        app.client().post("/api/password-resets", json!({"email": "di@example.com"})).await.expect(202);
        app.link_for("jo@example.com").await;
        assert!(app.smtp.mails().iter().all(|mail| mail.to == ["jo@example.com"]));
    }

    async fn log_03_the_mail_job_of_a_request_has_the_id_of_that_request(app) {
        app.add_user("Jo", "jo@example.com").await;
        app.smtp.set_behaviour(SmtpBehaviour::busy());
        let response = app.client().post("/api/password-resets", json!({"email": "jo@example.com"})).await;
        app.wait_for_scheduled_retries().await;
        let row = sqlx::query("SELECT kind, request_id FROM outbox").fetch_one(app.store.read()).await.expect("a job");
        let (kind, id): (String, String) = (row.get(0), row.get(1));
        assert_eq!((kind.as_str(), id.as_str()), ("link", response.header("x-request-id").as_str()), "the job that the request's job queued");
    }
}
