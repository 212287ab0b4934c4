//! Links: what ends them, what does not, where they lead, and what they are no good for.

use crate::line::{answers, post};
use crate::on_both;
use crate::world::*;

const CALLS: [&str; 4] = ["inspect", "redeem", "renew", "report"];
const NEVER: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn path(call: &str) -> String {
    format!("/api/password-resets/{call}")
}

fn body(call: &str, token: &str) -> Value {
    if call == "redeem" { json!({"token": token, "password": NEW_PASSWORD}) } else { json!({"token": token}) }
}

on_both! {
    async fn tok_06_a_link_dies_with_password_address_and_status(app) {
        let admin = app.admin().await;
        let jo = app.add_user("Jo", "jo@example.com").await;
        let path_of_jo = format!("/api/users/{jo}");
        let change = async |change: Value| admin.patch(&path_of_jo, change).await.expect(200);
        let is_dead = async |token: &str| {
            for call in CALLS.into_iter().filter(|call| *call != "report") {
                assert_eq!(app.visitor().post(&path(call), body(call, token)).await.expect(410).code(), "link_cancelled", "{call}");
            }
        };
        let token = app.link_for("jo@example.com").await;
        change(json!({"name": "Joanna", "role": "admin"})).await;
        app.visitor().post(&path("inspect"), json!({"token": token})).await.expect(200);
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

    async fn tok_06_a_link_whose_mail_still_waits_dies_too(app) {
        let admin = app.admin().await;
        let changes = [json!({"email": "new@example.com"}), json!({"email": null}), json!({"status": "disabled"})];
        app.smtp.be(Mood::Busy);
        for (n, change) in changes.into_iter().enumerate() {
            let id = app.add_user("Jo", &format!("jo{n}@example.com")).await;
            admin.send(admin.request("POST", &format!("/api/users/{id}/password-reset"))).await.expect(202);
            app.waiting_for_a_retry().await;
            admin.patch(&format!("/api/users/{id}"), change).await.expect(200);
        }
        app.smtp.be(Mood::Kind);
        app.advance(30);
        app.settled().await;
        let subjects: Vec<String> = app.smtp.mails().iter().map(|mail| mail.subject()).collect();
        assert_eq!(subjects, ["Your Squaretalk email address was changed"; 2], "no link is mailed, to the new address least of all");
    }

    async fn tok_06_a_link_whose_mail_waits_when_the_owner_sets_a_password_is_not_sent(app) with ["--limit-mail", "2/10m"] {
        for email in ["jo@example.com", "al@example.com", "bo@example.com"] {
            app.add_user("Jo", email).await;
        }
        let older = app.link_for("jo@example.com").await;
        app.link_for("bo@example.com").await;
        let al = app.log_in("al@example.com", PASSWORD).await;
        app.settled().await;
        app.advance(60);
        for email in ["jo@example.com", "al@example.com"] {
            app.visitor().post("/api/password-resets", json!({"email": email})).await.expect(202);
        }
        app.waiting_for_a_retry().await;
        // By the older link, which works until the newer one's mail leaves; and by the current password.
        app.visitor().post(&path("redeem"), body("redeem", &older)).await.expect(200);
        al.put("/api/account/password", json!({"current_password": PASSWORD, "new_password": NEW_PASSWORD})).await.expect(204);
        app.waiting_for_a_retry().await;
        app.advance(600);
        app.settled().await;
        let mut subjects: Vec<_> = app.smtp.mails().iter().map(|mail| mail.subject()).collect();
        subjects.sort();
        let (reset, notice) = ("Reset your Squaretalk password", "Your Squaretalk password was changed");
        assert_eq!(subjects, [reset, reset, notice, notice], "what was sent before, and a notice for each");
    }

    async fn tok_07_a_newer_link_cancels_the_older_and_a_suppressed_request_does_not(app) {
        let admin = app.admin().await;
        let jo = app.add_user("Jo", "jo@example.com").await;
        let visitor = app.visitor();
        let first = app.link_for("jo@example.com").await;
        visitor.post("/api/password-resets", json!({"email": "jo@example.com"})).await.expect(429);
        app.settled().await;
        visitor.post(&path("inspect"), json!({"token": first})).await.expect(200);
        admin.send(admin.request("POST", &format!("/api/users/{jo}/password-reset"))).await.expect(202);
        let second = app.next_link_for("jo@example.com", &first).await;
        assert_eq!(visitor.post(&path("redeem"), body("redeem", &first)).await.expect(410).code(), "link_cancelled");
        app.advance(60);
        visitor.post(&path("renew"), json!({"token": second})).await.expect(202);
        let third = app.smtp.wait_for(|mail| mail.subject().starts_with("Reset") && ![&first, &second].contains(&&mail.token())).await.token();
        assert_eq!(visitor.post(&path("redeem"), body("redeem", &second)).await.expect(410).code(), "link_cancelled");
        visitor.post(&path("renew"), json!({"token": third})).await.expect(429);
        visitor.post(&path("redeem"), body("redeem", &third)).await.expect(200);
    }

    async fn tok_07_an_older_mail_that_comes_late_does_not_cancel_the_newer(app) {
        let admin = app.admin().await;
        let jo = app.add_user("Jo", "jo@example.com").await;
        app.smtp.be(Mood::Holds);
        app.visitor().post("/api/password-resets", json!({"email": "jo@example.com"})).await.expect(202);
        app.smtp.holding(1).await;
        app.smtp.be(Mood::Kind);
        admin.send(admin.request("POST", &format!("/api/users/{jo}/password-reset"))).await.expect(202);
        let newer = app.mail_to("jo@example.com").await;
        app.smtp.release();
        app.settled().await;
        app.visitor().post(&path("inspect"), json!({"token": newer.token()})).await.expect(200);
        assert_eq!(app.smtp.mails().len(), 1, "the older mail is not sent any more");
    }

    async fn tok_09_looking_never_uses_a_link_up(app) {
        app.add_user("Jo", "jo@example.com").await;
        let token = app.link_for("jo@example.com").await;
        let visitor = app.visitor();
        let first = visitor.post(&path("inspect"), json!({"token": token})).await.expect(200);
        for page in ["/reset-password".to_owned(), "/not-me".to_owned(), format!("/reset-password?token={token}"), format!("/not-me?token={token}")] {
            for method in ["GET", "HEAD"] {
                for (name, value) in [("purpose", "prefetch"), ("sec-purpose", "prefetch;prerender"), ("x-moz", "prefetch"), ("x-purpose", "preview"), ("user-agent", "Safe Links scanner")] {
                    visitor.send(visitor.request(method, &page).header(name, value)).await.expect(200);
                }
            }
        }
        for call in CALLS {
            for method in ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"] {
                let url = format!("{}?token={token}", path(call));
                visitor.send(visitor.request(method, &url).json(&body(call, &token))).await.expect(405);
            }
        }
        let looks = (0..50).map(|_| {
            let (visitor, token) = (app.visitor(), token.clone());
            async move { visitor.post(&path("inspect"), json!({"token": token})).await.expect(200).json() }
        });
        for look in futures_util::future::join_all(looks).await {
            assert_eq!(look, first.json());
        }
        visitor.post(&path("redeem"), body("redeem", &token)).await.expect(200);
        app.log_in("jo@example.com", NEW_PASSWORD).await;
    }

    async fn tok_10_what_was_never_a_link_is_answered_alike(app) {
        let gone = app.token_of_nobody().await;
        let malformed = ["", "x", &NEVER[1..], &format!("{NEVER}A"), &format!("{NEVER}="), &format!("{}B", &NEVER[1..]), "../../etc/passwd", "\u{0}", "é", &"A".repeat(9000)];
        for call in CALLS {
            let one = answers(&app.base, &[post(&path(call), &body(call, NEVER))]).remove(0);
            assert!(one.starts_with("HTTP/1.1 410") && one.contains("\"code\":\"link_invalid\""), "{one}");
            for token in malformed.into_iter().chain([&*gone]) {
                let other = answers(&app.base, &[post(&path(call), &body(call, token))]).remove(0);
                assert_eq!(other, one, "{call} of {token:?}");
            }
        }
    }

    async fn tok_10_who_holds_a_real_link_learns_what_became_of_it(app) {
        for email in ["jo@example.com", "al@example.com", "di@example.com"] {
            app.add_user("Jo", email).await;
        }
        let (expired, used, reported) = (app.link_for("jo@example.com").await, app.link_for("al@example.com").await, app.link_for("di@example.com").await);
        let visitor = app.visitor();
        visitor.post(&path("redeem"), body("redeem", &used)).await.expect(200);
        visitor.post(&path("report"), body("report", &reported)).await.expect(204);
        app.advance(30 * 60 + 1);
        for (token, code) in [(expired, "link_expired"), (used, "link_used"), (reported, "link_cancelled")] {
            for call in ["inspect", "redeem"] {
                assert_eq!(visitor.post(&path(call), body(call, &token)).await.expect(410).code(), code);
            }
        }
    }

    async fn tok_11_a_link_starts_with_the_public_url_whatever_a_request_says(app) with ["--public-url", "https://reset.example.com", "--trusted-proxies", "127.0.0.0/8"] {
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
        let visitor = app.visitor();
        visitor.send(lies(visitor.request("POST", "/api/password-resets")).json(&json!({"email": "jo@example.com"}))).await.expect(202);
        mails.push(app.mail_to("jo@example.com").await);
        let next = async |before: usize| app.smtp.wait_for(|mail| app.smtp.mails().len() > before && mail.raw == app.smtp.mails()[before].raw).await;
        app.advance(60);
        visitor.send(lies(visitor.request("POST", &path("renew"))).json(&json!({"token": mails[0].token()}))).await.expect(202);
        mails.push(next(1).await);
        admin.send(lies(admin.request("POST", &format!("/api/users/{jo}/password-reset")))).await.expect(202);
        mails.push(next(2).await);
        admin.send(lies(admin.request("POST", "/api/users")).json(&json!({"name": "New", "email": "new@example.com"}))).await.expect(201);
        mails.push(next(3).await);
        app.add_user("Al", "al@example.com").await;
        let bytes = String::from_utf8(post("/api/password-resets", &json!({"email": "al@example.com"}))).expect("text");
        let absolute = bytes.replacen("POST /", "POST http://evil.example/", 1).replacen("Host: localhost", "Host: evil.example", 1);
        assert!(answers(&app.base, &[absolute.into_bytes()])[0].starts_with("HTTP/1.1 202"));
        mails.push(next(4).await);
        for mail in mails {
            let links = |text: &str| text.match_indices("http").map(|(at, _)| text[at..].to_owned()).collect::<Vec<_>>();
            for part in [mail.text(), mail.html()] {
                let links = links(&part);
                assert!(!links.is_empty() && links.iter().all(|link| link.starts_with("https://reset.example.com/")), "{part}");
            }
            assert!(!String::from_utf8_lossy(&mail.raw).contains("evil.example"));
        }
        let redirect = visitor.send(lies(visitor.request("GET", "/.well-known/change-password"))).await.expect(302);
        assert_eq!(redirect.header("location"), "/account/password");
    }
}
