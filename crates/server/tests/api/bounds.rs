//! Limits of a reset link: it does not leak, starts no session, opens no other account, and no admin sees it.

use crate::support::*;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

const REDEEM: &str = "/api/password-resets/redeem";

on_both_databases! {
    async fn tok_12_the_token_stands_behind_the_hash_sign_and_nowhere_else(app) {
        app.add_user("Jo", "jo@example.com").await;
        app.client().post("/api/password-resets", json!({"email": "jo@example.com"})).await.expect(202);
        let mail = app.mail_to("jo@example.com").await;
        let token = mail.token();
        for part in [mail.text(), mail.html(), mail.subject()] {
            for (at, _) in part.match_indices(&token) {
                let before = &part[..at];
                assert!(before.ends_with("/reset-password#token=") || before.ends_with("/not-me#token="), "{part}");
            }
        }
        let head = String::from_utf8_lossy(&mail.raw).split("\r\n\r\n").next().expect("headers").to_owned();
        assert!(!head.contains(&token));
        // No response to a call with the token contains it.
        for call in ["inspect", "renew", "report"] {
            app.advance(60);
            let answer = app.client().post(&format!("/api/password-resets/{call}"), json!({"token": token})).await;
            assert!(answer.status < 300, "{call}: {}", answer.status);
            assert!(!format!("{:?}{}", answer.headers, String::from_utf8_lossy(&answer.bytes)).contains(&token), "{call}");
        }
    }

    async fn tok_13_the_pages_load_nothing_from_elsewhere_and_send_no_referrer(app) {
        for path in ["/", "/login", "/reset-password", "/not-me", "/nowhere"] {
            let page = app.client().get(path).await;
            assert_eq!(page.header("referrer-policy"), "no-referrer", "{path}");
            let policy = page.header("content-security-policy");
            let mut directives = policy.split(';').map(str::trim);
            assert_eq!(directives.next(), Some("default-src 'none'"), "{path}");
            for source in directives.flat_map(|directive| directive.split_whitespace().skip(1)) {
                assert!(source.starts_with('\'') && source.ends_with('\'') || source == "data:", "{path}: {source}");
            }
            let html = String::from_utf8(page.bytes).expect("text");
            assert!(html.contains("<script"), "{path}: the page itself is looked at");
            for attribute in ["src=", "href=", "action=", "content=\"0;"] {
                for (at, _) in html.match_indices(attribute) {
                    let value = html[at + attribute.len()..].trim_start_matches(['"', '\'']);
                    assert!(!value.starts_with("//") && !value.starts_with("http"), "{path}: {}", &value[..40]);
                }
            }
        }
    }

    async fn tok_14_a_token_is_no_session_and_a_session_no_token(app) {
        app.add_user("Jo", "jo@example.com").await;
        let token = app.link_for("jo@example.com").await;
        let thief = app.client();
        for name in ["rekey", "__Host-rekey"] {
            thief.set_cookie(&format!("{name}={token}"));
            assert_eq!(thief.get("/api/session").await.expect(200).json(), json!({"user": null}));
            thief.put("/api/account/password", json!({"current_password": PASSWORD, "new_password": NEW_PASSWORD})).await.expect(401);
        }
        let request = app.client();
        let bearer = request.request("GET", "/api/users").header("authorization", format!("Bearer {token}"));
        request.send(bearer).await.expect(401);

        let session = app.log_in("jo@example.com", PASSWORD).await;
        let id = session.cookie().expect("a cookie").split_once('=').expect("a pair").1.to_owned();
        for call in ["inspect", "redeem", "renew", "report"] {
            let mut body = json!({"token": id});
            if call == "redeem" {
                body["password"] = json!(NEW_PASSWORD);
            }
            assert_eq!(app.client().post(&format!("/api/password-resets/{call}"), body).await.expect(410).code(), "link_invalid");
        }
    }

    async fn tok_14_a_token_opens_the_account_it_was_mailed_for_and_no_other(app) {
        let jo = app.add_user("Jo", "jo@example.com").await;
        app.add_user("Al", "al@example.com").await;
        let (token_of_jo, token_of_al) = (app.link_for("jo@example.com").await, app.link_for("al@example.com").await);
        let al = app.log_in("al@example.com", PASSWORD).await;
        for (field, value) in [("email", json!("al@example.com")), ("user", json!("2")), ("user_id", json!(2)), ("id", json!(jo))] {
            let mut body = json!({"token": token_of_jo, "password": NEW_PASSWORD});
            body[field] = value;
            al.post(REDEEM, body).await.expect(422);
        }
        // A session of another user makes no difference.
        al.post(REDEEM, json!({"token": token_of_jo, "password": NEW_PASSWORD})).await.expect(200);
        app.log_in("jo@example.com", NEW_PASSWORD).await;
        app.log_in("al@example.com", PASSWORD).await;
        assert_eq!(al.get("/api/session").await.json()["user"]["email"], "al@example.com", "the session goes on");
        app.client().post("/api/password-resets/inspect", json!({"token": token_of_al})).await.expect(200);
    }

    async fn tok_15_a_reset_starts_no_session(app) {
        app.add_user("Jo", "jo@example.com").await;
        let token = app.link_for("jo@example.com").await;
        let (fresh, old) = (app.client(), app.log_in("jo@example.com", PASSWORD).await);
        let cookie = old.cookie().expect("a cookie");
        fresh.post("/api/password-resets/inspect", json!({"token": token})).await.expect(200);
        let answer = fresh.post(REDEEM, json!({"token": token, "password": NEW_PASSWORD})).await.expect(200);
        assert_eq!((answer.header("set-cookie"), answer.json()), (String::new(), json!({"sessions_ended": 1})));
        assert!(fresh.cookie().is_none());
        assert_eq!(fresh.get("/api/session").await.json(), json!({"user": null}));
        old.set_cookie(&cookie);
        assert_eq!(old.get("/api/session").await.json(), json!({"user": null}));
    }

    async fn tok_16_no_answer_to_an_admin_holds_a_token_link_hash_or_password(app) {
        let admin = app.admin().await;
        let mut seen: Vec<String> = Vec::new();
        let mut request = b"GET /api/events HTTP/1.1\r\nHost: localhost\r\nCookie: ".to_vec();
        request.extend(format!("{}\r\n\r\n", admin.cookie().expect("a cookie")).bytes());
        let jo = app.add_user("Jo", "jo@example.com").await;
        let al = app.add_user("Al", "al@example.com").await;
        let mut events = tokio::task::block_in_place(|| Connection::open(&app.base));
        tokio::task::block_in_place(|| events.send(&request));
        let keep = |seen: &mut Vec<String>, answer: &Response| seen.push(format!("{:?}{}", answer.headers, String::from_utf8_lossy(&answer.bytes)));
        keep(&mut seen, &admin.send(admin.request("POST", &format!("/api/users/{jo}/password-reset"))).await.expect(202));
        keep(&mut seen, &admin.send(admin.request("POST", &format!("/api/users/{jo}/password-reset"))).await.expect(429));
        keep(&mut seen, &admin.post("/api/users/password-resets", json!({"ids": [jo, al]})).await.expect(202));
        let created = admin.post("/api/users", json!({"name": "New", "email": "new@example.com"})).await.expect(201);
        keep(&mut seen, &created);
        let mut tokens = Vec::new();
        for to in ["jo@example.com", "al@example.com", "new@example.com"] {
            tokens.push(app.mail_to(to).await.token());
        }
        app.wait_for_empty_queue().await;
        let walk = async |seen: &mut Vec<String>| {
            let ids = [&jo, &al, created.json()["id"].as_str().expect("an id")].map(|id| format!("/api/users/{id}"));
            let lists = ["/api/users", "/api/users?filter=reset_pending", "/api/users?search=jo", "/api/audit?limit=100", "/api/session", "/api/config", "/metrics", "/api/openapi.json"];
            for path in lists.map(str::to_owned).into_iter().chain(ids) {
                keep(seen, &admin.get(&path).await.expect(200));
            }
            keep(seen, &admin.get("/api/users?search=argon2").await.expect(200));
        };
        walk(&mut seen).await;
        app.client().post("/api/password-resets/inspect", json!({"token": tokens[1]})).await.expect(200);
        app.client().post(REDEEM, json!({"token": tokens[0], "password": NEW_PASSWORD})).await.expect(200);
        keep(&mut seen, &admin.patch(&format!("/api/users/{al}"), json!({"name": "Alfred", "email": "alfred@example.com", "status": "disabled"})).await.expect(200));
        keep(&mut seen, &admin.patch(&format!("/api/users/{al}"), json!({"password": NEW_PASSWORD})).await.expect(422));
        keep(&mut seen, &admin.patch(&format!("/api/users/{al}"), json!({"password_hash": "x"})).await.expect(422));
        walk(&mut seen).await;
        seen.push(tokio::task::block_in_place(|| events.read_until_second("\n\n")));
        assert!(seen.last().is_some_and(|stream| stream.contains("event: users")), "{seen:?}");

        let mut secrets = vec![PASSWORD.to_owned(), NEW_PASSWORD.to_owned(), "argon2".to_owned(), "#token".to_owned(), "/reset-password#".to_owned()];
        for token in &tokens {
            let hash = Sha256::digest(URL_SAFE_NO_PAD.decode(token).expect("base64url"));
            let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
            secrets.extend([token.clone(), hex, URL_SAFE_NO_PAD.encode(hash)]);
        }
        for answer in &seen {
            let is_description = answer.contains("\"openapi\"");
            for secret in secrets.iter().filter(|secret| !is_description || !secret.contains("token")) {
                assert!(!answer.contains(secret), "{secret} in {answer}");
            }
        }
        let user = admin.get(&format!("/api/users/{jo}")).await.json();
        let fields = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<BTreeSet<_>>();
        let names = |list: &str| list.split(' ').map(str::to_owned).collect::<BTreeSet<_>>();
        assert_eq!(fields(&user), names("id name email email_status role status phone language extension extension_type last_login_at paused_until reset"));
        assert_eq!(fields(&user["reset"]), names("state state_at requested_at requested_by expires_at detail"));
    }

    async fn tok_17_the_owner_gets_one_mail_after_every_change(app) {
        let admin = app.admin().await;
        app.add_user("Jo", "jo@example.com").await;
        let token = app.link_for("jo@example.com").await;
        admin.post("/api/users", json!({"name": "New", "email": "new@example.com"})).await.expect(201);
        let welcome = app.mail_to("new@example.com").await.token();
        let notices = || app.smtp.mails().into_iter().filter(|mail| mail.subject() == "Your Squaretalk password was changed").collect::<Vec<_>>();
        assert!(notices().is_empty());
        let third = "a third and better password";
        app.client().post(REDEEM, json!({"token": token, "password": NEW_PASSWORD})).await.expect(200);
        app.client().post(REDEEM, json!({"token": welcome, "password": NEW_PASSWORD})).await.expect(200);
        let jo = app.log_in("jo@example.com", NEW_PASSWORD).await;
        // The mail server is down when the last notice is due: it arrives late, and once.
        app.wait_for_empty_queue().await;
        app.smtp.set_behaviour(SmtpBehaviour::busy());
        jo.put("/api/account/password", json!({"current_password": NEW_PASSWORD, "new_password": third})).await.expect(204);
        jo.put("/api/account/password", json!({"current_password": NEW_PASSWORD, "new_password": third})).await.expect(422);
        app.client().post(REDEEM, json!({"token": token, "password": third})).await.expect(410);
        app.wait_for_scheduled_retries().await;
        app.smtp.set_behaviour(SmtpBehaviour::accept());
        app.advance(30);
        app.wait_for_empty_queue().await;
        let mut recipients: Vec<_> = notices().iter().flat_map(|mail| mail.to.clone()).collect();
        recipients.sort();
        assert_eq!(recipients, ["jo@example.com", "jo@example.com", "new@example.com"]);
        for mail in notices() {
            for part in [mail.text(), mail.html()] {
                for unwanted in ["http", "reset-password", "token", PASSWORD, NEW_PASSWORD, third] {
                    assert!(!part.contains(unwanted), "{unwanted}: {part}");
                }
                assert!(part.contains("If it was not you") && part.contains("Forgot your password?"), "{part}");
            }
        }
    }
}
