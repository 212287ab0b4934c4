//! Reset links: what invalidates them, where they lead, and how invalid ones are answered.

use crate::support::*;

const CALLS: [&str; 4] = ["inspect", "redeem", "renew", "report"];
const NEVER: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn path(call: &str) -> String {
    format!("/api/password-resets/{call}")
}

fn body(call: &str, token: &str) -> Value {
    if call == "redeem" { json!({"token": token, "password": NEW_PASSWORD}) } else { json!({"token": token}) }
}

on_both_databases! {
    async fn tok_06_a_link_dies_with_password_address_and_status(app) {
        let admin = app.admin().await;
        let jo = app.add_user("Jo", "jo@example.com").await;
        let path_of_jo = format!("/api/users/{jo}");
        let change = async |change: Value| admin.patch(&path_of_jo, change).await.expect(200);
        let is_dead = async |token: &str| {
            for call in CALLS.into_iter().filter(|call| *call != "report") {
                assert_eq!(app.client().post(&path(call), body(call, token)).await.expect(410).code(), "link_cancelled", "{call}");
            }
        };
        let token = app.link_for("jo@example.com").await;
        change(json!({"name": "Joanna", "role": "admin"})).await;
        app.client().post(&path("inspect"), json!({"token": token})).await.expect(200);
        change(json!({"email": "jo2@example.com"})).await;
        is_dead(&token).await;
        change(json!({"email": "jo@example.com"})).await;
        is_dead(&token).await;

        app.advance(61);
        let token = app.link_for("jo@example.com").await;
        change(json!({"email": null})).await;
        is_dead(&token).await;
        change(json!({"email": "jo@example.com"})).await;

        app.advance(61);
        let token = app.link_for("jo@example.com").await;
        change(json!({"status": "disabled"})).await;
        is_dead(&token).await;
        change(json!({"status": "active"})).await;
        is_dead(&token).await;

        app.advance(61);
        let token = app.link_for("jo@example.com").await;
        let session = app.log_in("jo@example.com", PASSWORD).await;
        session.put("/api/account/password", json!({"current_password": PASSWORD, "new_password": NEW_PASSWORD})).await.expect(204);
        is_dead(&token).await;
        app.log_in("jo@example.com", NEW_PASSWORD).await;
    }

    async fn tok_06_a_link_whose_mail_is_still_queued_is_cancelled_too(app) {
        let admin = app.admin().await;
        let changes = [json!({"email": "new@example.com"}), json!({"email": null}), json!({"status": "disabled"})];
        app.smtp.set_behaviour(SmtpBehaviour::busy());
        for (n, change) in changes.into_iter().enumerate() {
            let id = app.add_user("Jo", &format!("jo{n}@example.com")).await;
            admin.send(admin.request("POST", &format!("/api/users/{id}/password-reset"))).await.expect(202);
            app.wait_for_scheduled_retries().await;
            admin.patch(&format!("/api/users/{id}"), change).await.expect(200);
        }
        app.smtp.set_behaviour(SmtpBehaviour::accept());
        app.advance(30);
        app.wait_for_empty_queue().await;
        let subjects: Vec<String> = app.smtp.mails().iter().map(|mail| mail.subject()).collect();
        assert_eq!(subjects, ["Your Squaretalk email address was changed"; 2], "no link is mailed, to the new address least of all");
    }

    async fn tok_06_a_queued_link_is_not_sent_after_the_owner_set_a_password(app) with ["--limit-mail", "2/10m"] {
        for email in ["jo@example.com", "al@example.com", "bo@example.com"] {
            app.add_user("Jo", email).await;
        }
        let older = app.link_for("jo@example.com").await;
        app.link_for("bo@example.com").await;
        let al = app.log_in("al@example.com", PASSWORD).await;
        app.wait_for_empty_queue().await;
        app.advance(60);
        for email in ["jo@example.com", "al@example.com"] {
            app.client().post("/api/password-resets", json!({"email": email})).await.expect(202);
        }
        app.wait_for_scheduled_retries().await;
        // With the older link, which is valid until the newer one is mailed, and with the current password.
        app.client().post(&path("redeem"), body("redeem", &older)).await.expect(200);
        al.put("/api/account/password", json!({"current_password": PASSWORD, "new_password": NEW_PASSWORD})).await.expect(204);
        app.wait_for_scheduled_retries().await;
        app.advance(600);
        app.wait_for_empty_queue().await;
        let mut subjects: Vec<_> = app.smtp.mails().iter().map(|mail| mail.subject()).collect();
        subjects.sort();
        let (reset, notice) = ("Reset your Squaretalk password", "Your Squaretalk password was changed");
        assert_eq!(subjects, [reset, reset, notice, notice], "what was sent before, and a notice for each");
    }

    async fn tok_07_a_newer_link_cancels_the_older_and_a_suppressed_request_does_not(app) {
        let admin = app.admin().await;
        let jo = app.add_user("Jo", "jo@example.com").await;
        let client = app.client();
        let first = app.link_for("jo@example.com").await;
        client.post("/api/password-resets", json!({"email": "jo@example.com"})).await.expect(429);
        app.wait_for_empty_queue().await;
        client.post(&path("inspect"), json!({"token": first})).await.expect(200);
        admin.send(admin.request("POST", &format!("/api/users/{jo}/password-reset"))).await.expect(202);
        let second = app.next_link_for("jo@example.com", &first).await;
        assert_eq!(client.post(&path("redeem"), body("redeem", &first)).await.expect(410).code(), "link_cancelled");
        app.advance(60);
        client.post(&path("renew"), json!({"token": second})).await.expect(202);
        let third = app.smtp.wait_for_mail(|mail| mail.subject().starts_with("Reset") && ![&first, &second].contains(&&mail.token())).await.token();
        assert_eq!(client.post(&path("redeem"), body("redeem", &second)).await.expect(410).code(), "link_cancelled");
        client.post(&path("renew"), json!({"token": third})).await.expect(429);
        client.post(&path("redeem"), body("redeem", &third)).await.expect(200);
    }

    async fn tok_07_an_older_mail_that_comes_late_does_not_cancel_the_newer(app) {
        let admin = app.admin().await;
        let jo = app.add_user("Jo", "jo@example.com").await;
        app.smtp.set_behaviour(SmtpBehaviour::hold());
        app.client().post("/api/password-resets", json!({"email": "jo@example.com"})).await.expect(202);
        app.smtp.wait_for_held(1).await;
        app.smtp.set_behaviour(SmtpBehaviour::accept());
        admin.send(admin.request("POST", &format!("/api/users/{jo}/password-reset"))).await.expect(202);
        let newer = app.mail_to("jo@example.com").await;
        app.smtp.release();
        app.wait_for_empty_queue().await;
        app.client().post(&path("inspect"), json!({"token": newer.token()})).await.expect(200);
        assert_eq!(app.smtp.mails().len(), 1, "the older mail is not sent any more");
    }

    async fn tok_09_inspecting_a_link_never_redeems_it(app) {
        app.add_user("Jo", "jo@example.com").await;
        let token = app.link_for("jo@example.com").await;
        let client = app.client();
        let first = client.post(&path("inspect"), json!({"token": token})).await.expect(200);
        for page in ["/reset-password".to_owned(), "/not-me".to_owned(), format!("/reset-password?token={token}"), format!("/not-me?token={token}")] {
            for method in ["GET", "HEAD"] {
                for (name, value) in [("purpose", "prefetch"), ("sec-purpose", "prefetch;prerender"), ("x-moz", "prefetch"), ("x-purpose", "preview"), ("user-agent", "Safe Links scanner")] {
                    client.send(client.request(method, &page).header(name, value)).await.expect(200);
                }
            }
        }
        for call in CALLS {
            for method in ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"] {
                let url = format!("{}?token={token}", path(call));
                client.send(client.request(method, &url).json(&body(call, &token))).await.expect(405);
            }
        }
        let looks = (0..50).map(|_| {
            let (client, token) = (app.client(), token.clone());
            async move { client.post(&path("inspect"), json!({"token": token})).await.expect(200).json() }
        });
        for look in futures_util::future::join_all(looks).await {
            assert_eq!(look, first.json());
        }
        client.post(&path("redeem"), body("redeem", &token)).await.expect(200);
        app.log_in("jo@example.com", NEW_PASSWORD).await;
    }

    async fn tok_10_every_token_that_never_existed_gets_the_same_response(app) {
        let gone = app.token_of_deleted_user().await;
        let malformed = ["", "x", &NEVER[1..], &format!("{NEVER}A"), &format!("{NEVER}="), &format!("{}B", &NEVER[1..]), "../../etc/passwd", "\u{0}", "é", &"A".repeat(9000)];
        for call in CALLS {
            let one = raw_http::exchange_all(&app.base, &[raw_http::post(&path(call), &body(call, NEVER))]).remove(0);
            assert!(one.starts_with("HTTP/1.1 410") && one.contains("\"code\":\"link_invalid\""), "{one}");
            for token in malformed.into_iter().chain([&*gone]) {
                let other = raw_http::exchange_all(&app.base, &[raw_http::post(&path(call), &body(call, token))]).remove(0);
                assert_eq!(other, one, "{call} of {token:?}");
            }
        }
    }

    async fn tok_10_the_holder_of_a_real_link_learns_its_status(app) {
        for email in ["jo@example.com", "al@example.com", "di@example.com"] {
            app.add_user("Jo", email).await;
        }
        let (expired, used, reported) = (app.link_for("jo@example.com").await, app.link_for("al@example.com").await, app.link_for("di@example.com").await);
        let client = app.client();
        client.post(&path("redeem"), body("redeem", &used)).await.expect(200);
        client.post(&path("report"), body("report", &reported)).await.expect(204);
        app.advance(30 * 60 + 1);
        for (token, code) in [(expired, "link_expired"), (used, "link_used"), (reported, "link_cancelled")] {
            for call in ["inspect", "redeem"] {
                assert_eq!(client.post(&path(call), body(call, &token)).await.expect(410).code(), code);
            }
        }
    }

    async fn tok_11_a_link_starts_with_the_public_url_not_with_the_host_of_a_request(app) with ["--public-url", "https://reset.example.com", "--trusted-proxies", "127.0.0.0/8"] {
        let admin = app.admin().await;
        let jo = app.add_user("Jo", "jo@example.com").await;
        let lies = |request: reqwest::RequestBuilder| {
            let names = ["x-forwarded-host", "x-host", "x-forwarded-server", "x-original-host", "x-http-host-override", "forwarded", "x-forwarded-proto", "x-forwarded-port", "x-forwarded-prefix", "x-original-url", "x-rewrite-url", "referer"];
            let value = |name: &str| match name {
                "forwarded" => "for=192.0.2.1;host=evil.example;proto=http".to_owned(),
                "x-forwarded-proto" => "http".to_owned(),
                "x-forwarded-port" => "8443".to_owned(),
                "referer" => "https://evil.example/".to_owned(),
                _ => "evil.example".to_owned(),
            };
            names.iter().fold(request.header("host", "evil.example"), |request, name| request.header(*name, value(name)))
        };
        let mut mails = Vec::new();
        let client = app.client();
        client.send(lies(client.request("POST", "/api/password-resets")).json(&json!({"email": "jo@example.com"}))).await.expect(202);
        mails.push(app.mail_to("jo@example.com").await);
        app.advance(60);
        client.send(lies(client.request("POST", &path("renew"))).json(&json!({"token": mails[0].token()}))).await.expect(202);
        mails.push(app.smtp.wait_for_nth_mail(2).await);
        admin.send(lies(admin.request("POST", &format!("/api/users/{jo}/password-reset")))).await.expect(202);
        mails.push(app.smtp.wait_for_nth_mail(3).await);
        admin.send(lies(admin.request("POST", "/api/users")).json(&json!({"name": "New", "email": "new@example.com"}))).await.expect(201);
        mails.push(app.smtp.wait_for_nth_mail(4).await);
        app.add_user("Al", "al@example.com").await;
        let bytes = String::from_utf8(raw_http::post("/api/password-resets", &json!({"email": "al@example.com"}))).expect("text");
        let absolute = bytes.replacen("POST /", "POST http://evil.example/", 1).replacen("Host: localhost", "Host: evil.example", 1);
        assert!(raw_http::exchange_all(&app.base, &[absolute.into_bytes()])[0].starts_with("HTTP/1.1 202"));
        mails.push(app.smtp.wait_for_nth_mail(5).await);
        for mail in mails {
            let links = |text: &str| text.match_indices("http").map(|(at, _)| text[at..].to_owned()).collect::<Vec<_>>();
            for part in [mail.text(), mail.html()] {
                let links = links(&part);
                assert!(!links.is_empty() && links.iter().all(|link| link.starts_with("https://reset.example.com/")), "{part}");
            }
            assert!(!String::from_utf8_lossy(&mail.raw).contains("evil.example"));
        }
        let redirect = client.send(lies(client.request("GET", "/.well-known/change-password"))).await.expect(302);
        assert_eq!(redirect.header("location"), "/account/password");
    }
}
