//! API rules that are not specific to a feature.

use crate::support::*;

on_both_databases! {
    async fn a_bulk_reset_reports_the_result_of_each_user(app) {
        let admin = app.admin().await;
        let mut ids = Vec::new();
        for at in 0..3 {
            ids.push(app.add_user(&format!("Jo {at}"), &format!("jo{at}@example.com")).await);
        }
        ids.reverse();
        let many = async |ids: Value| admin.post("/api/users/password-resets", json!({"ids": ids})).await;
        let answer = many(json!([ids[0], "x", ids[1], "007", ids[0], "-1", "999999", ids[2]])).await.expect(202).json();
        assert_eq!(answer["queued"], json!(ids), "as asked, each once");
        let nobody = |id: &str| json!({"id": id, "code": "not_found"});
        assert_eq!(answer["skipped"], json!([nobody("x"), nobody("007"), nobody("-1"), nobody("999999")]));
        let again = many(json!(ids)).await.expect(202).json();
        assert_eq!(again["queued"], json!([]));
        assert_eq!(again["skipped"][2], json!({"id": ids[2], "code": "too_many_requests"}));
        assert_eq!(many(json!([])).await.field("ids"), "required");
        let most: Vec<String> = (1000..2000).map(|id| id.to_string()).collect();
        assert_eq!(many(json!(most)).await.expect(202).json()["skipped"].as_array().map(Vec::len), Some(1000));
        let over = many(json!([most, vec!["1".to_owned()]].concat())).await;
        assert_eq!(over.field("ids"), "too_long");
        assert!(over.json()["errors"]["ids"][0]["message"].as_str().expect("a message").contains("1000"));
        for wrong in [json!("1"), json!([1]), json!([null]), json!({"1": 1})] {
            assert_eq!(many(wrong).await.field("ids"), "invalid_type");
        }
        app.wait_for_empty_queue().await;
        let audit = admin.get("/api/audit").await.json();
        let asked = audit["items"].as_array().expect("rows").iter().filter(|row| row["action"] == "reset_requested").count();
        assert_eq!(asked, 3);
    }

    async fn a_refusal_says_what_to_do(app) {
        let admin = app.admin().await;
        let own = admin.get("/api/session").await.json()["user"]["id"].as_str().expect("an id").to_owned();
        for change in [json!({"status": "disabled"}), json!({"role": "agent"})] {
            let refused = admin.patch(&format!("/api/users/{own}"), change).await.expect(422).json();
            let errors = refused["errors"].as_object().expect("errors");
            let message = errors.values().next().and_then(|found| found[0]["message"].as_str()).expect("a message");
            assert!(message.contains("another admin"), "{message}");
        }
        let same = json!({"status": "active", "role": "admin", "name": "Ada A."});
        assert_eq!(admin.patch(&format!("/api/users/{own}"), same).await.expect(200).json()["name"], "Ada A.");
    }

    async fn two_admins_who_demote_each_other_leave_one(app) {
        let ada = app.admin().await;
        let bo = app.add_user("Bo", "bo@example.com").await;
        let own = ada.get("/api/session").await.json()["user"]["id"].as_str().expect("an id").to_owned();
        ada.patch(&format!("/api/users/{bo}"), json!({"role": "admin"})).await.expect(200);
        let bo_in = app.log_in("bo@example.com", PASSWORD).await;
        app.advance(120);
        // Bo's request passes the session check as an admin's, but its body is slow.
        let (go, wait) = tokio::sync::oneshot::channel::<()>();
        let rest = futures_util::stream::once(async move {
            let _ = wait.await;
            Ok::<_, std::io::Error>("\"agent\"}".to_owned())
        });
        let first = futures_util::stream::once(async { Ok("{\"role\":".to_owned()) });
        let body = reqwest::Body::wrap_stream(futures_util::StreamExt::chain(first, Box::pin(rest)));
        let request = bo_in.request("PATCH", &format!("/api/users/{own}")).header("content-type", "application/json").body(body);
        let slow = tokio::spawn(async move { bo_in.send(request).await });
        app.wait_for_session_use(60).await;
        ada.patch(&format!("/api/users/{bo}"), json!({"role": "agent"})).await.expect(200);
        go.send(()).expect("the request still waits");
        assert_eq!(slow.await.expect("no panic").expect(403).code(), "forbidden");
        assert_eq!(ada.get(&format!("/api/users/{own}")).await.expect(200).json()["role"], "admin");
    }

    async fn a_malformed_id_is_answered_as_an_unknown_one(app) {
        let admin = app.admin().await;
        for id in ["x", "0", "-1", "1.0", "01", "+1", "99999999999999999999", "9223372036854775807", "%00", "%ff", "1%2f2", "null", "..%2f1", "😀"] {
            let path = format!("/api/users/{id}");
            assert_eq!(admin.get(&path).await.expect(404).code(), "not_found", "{id}");
            assert_eq!(admin.patch(&path, json!({"name": "x"})).await.expect(404).code(), "not_found", "{id}");
            assert_eq!(admin.send(admin.request("POST", &format!("{path}/password-reset"))).await.expect(404).code(), "not_found", "{id}");
        }
        for path in ["/api/users/", "/api/users/1/", "/api/users/1/nothing", "/api", "/api/", "/api/nothing", "/.well-known/nothing", "/healthz/x"] {
            assert_eq!(admin.get(path).await.expect(404).code(), "not_found", "{path}");
        }
    }

    async fn a_stream_tells_admins_which_rows_changed(app) {
        let admin = app.admin().await;
        app.advance(1);
        let mut stream = admin.request("GET", "/api/events").send().await.expect("an answer");
        assert_eq!((stream.status().as_u16(), stream.headers()["content-type"].to_str().ok()), (200, Some("text/event-stream")));
        let jo = app.add_user("Jo", "jo@example.com").await;
        let mut text = String::new();
        while !text.contains("\n\n") {
            text += std::str::from_utf8(&stream.chunk().await.expect("no error").expect("an event")).expect("text");
        }
        assert_eq!(text, format!("event: users\ndata: {{\"ids\":[\"{jo}\"]}}\n\n"));
        admin.delete("/api/session").await.expect(204);
        assert_eq!(stream.chunk().await.expect("no error"), None, "it ends with the session");
    }

    async fn a_description_names_each_call_once(app) {
        let description = app.client().get("/api/openapi.json").await.expect(200).json();
        assert!(description["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")));
        let calls = description["paths"].as_object().expect("paths").values().flat_map(|path| path.as_object().expect("methods").values());
        let mut names: Vec<_> = calls.map(|call| call["operationId"].as_str().expect("a name").to_owned()).collect();
        names.sort();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count, "{names:?}");
    }

    async fn a_mail_has_the_headers_that_mail_programs_expect(app) {
        let admin = app.admin().await;
        admin.post("/api/users", json!({"name": "Zoë Łukaszewicz 李", "email": "zoe@example.com"})).await.expect(201);
        let mail = app.mail_to("zoe@example.com").await;
        let raw = String::from_utf8(mail.raw.clone()).expect("text");
        let head = raw.split("\r\n\r\n").next().expect("a head").replace("\r\n ", " ");
        let header = |name: &str| {
            let found: Vec<_> = head.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).collect();
            assert_eq!(found.len(), 1, "{name} in {head}");
            found[0].to_owned()
        };
        assert_eq!(header("From"), "Squaretalk <no-reply@localhost>");
        assert!(header("To").starts_with("=?utf-8?") && header("To").ends_with(" <zoe@example.com>"), "{head}");
        assert_eq!(header("Subject"), "Welcome to Squaretalk: set your password");
        assert_eq!(header("Auto-Submitted"), "auto-generated");
        assert_eq!(header("MIME-Version"), "1.0");
        assert!(header("Date").ends_with("+0000") && header("Message-ID").ends_with("@localhost>"), "{head}");
        assert!(header("Content-Type").starts_with("multipart/alternative"), "{head}");
        let (text, html) = (raw.find("text/plain; charset=utf-8"), raw.find("text/html; charset=utf-8"));
        assert!(text.is_some() && text < html, "the plainest part comes first (RFC 2046 section 5.1.4)");
        let (text, html) = (mail.text(), mail.html());
        assert!(text.contains("Hello Zoë Łukaszewicz 李,") && text.contains(&mail.token()));
        assert_eq!(html.matches("class=\"button\"").count(), 1);
        assert_eq!(html.matches(&mail.link("reset-password")).count(), 3, "behind the button, and twice in clear");
        assert!(!html.contains("<img") && !html.contains("<script") && html.contains("prefers-color-scheme: dark"));
    }
}
