//! Sessions: start, cookie, and everything that ends them.

use crate::support::*;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rekey_server::auth::hashing::hash_now;
use std::collections::BTreeSet;

/// Returns the only cookie of a response: name, value, and attributes in lower case.
fn cookie(answer: &Response) -> (String, String, BTreeSet<String>) {
    let lines: Vec<_> = answer.headers.get_all("set-cookie").iter().map(|line| line.to_str().expect("text")).collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
    let mut parts = lines[0].split(';').map(str::trim);
    let (name, value) = parts.next().and_then(|pair| pair.split_once('=')).expect("a pair");
    (name.to_owned(), value.to_owned(), parts.map(str::to_ascii_lowercase).collect())
}

async fn log_in(client: &Client) -> Response {
    client.post("/api/session", json!({"email": "jo@example.com", "password": PASSWORD})).await.expect(200)
}

/// Returns the status of a slow login.
async fn log_in_at_last(client: &Client) -> u16 {
    client.post("/api/session", json!({"email": "jo@example.com", "password": PASSWORD})).await.status
}

async fn is_in(client: &Client) -> bool {
    client.get("/api/session").await.expect(200).json()["user"] != Value::Null
}

/// Returns whether the session is valid, by a call that counts as use of it and fails with a status other than 401.
async fn uses(client: &Client) -> bool {
    let status = client.put("/api/account/password", json!({"current_password": "", "new_password": ""})).await.status;
    assert!(matches!(status, 401 | 422), "{status}");
    status == 422
}

/// Returns a client with a stolen cookie.
fn thief(app: &TestApp, cookie: &str) -> Client {
    let thief = app.client();
    thief.set_cookie(cookie);
    thief
}

#[tokio::test]
async fn ses_01_the_cookie_is_as_strict_as_the_public_url_allows() {
    let strict: BTreeSet<String> = ["path=/", "httponly", "samesite=lax"].map(str::to_owned).into();
    let public_urls = [("http://localhost:8080", "rekey"), ("http://127.0.0.1:8080", "rekey"), ("https://rekey.example", "__Host-rekey")];
    for (url, name) in public_urls {
        let mut expected = strict.clone();
        if url.starts_with("https") {
            expected.insert("secure".to_owned());
        }
        let app = TestApp::start_with(Database::Sqlite, &["--public-url", url]).await;
        app.add_user("Jo", "jo@example.com").await;
        let client = app.client();
        for (answer, max_age) in
            [(log_in(&client).await, "max-age=2592000"), (client.delete("/api/session").await.expect(204), "max-age=0")]
        {
            let (named, value, attributes) = cookie(&answer);
            assert_eq!((named.as_str(), value.is_empty()), (name, max_age == "max-age=0"), "{url}");
            expected.insert(max_age.to_owned());
            // No Domain attribute: other hosts must neither receive nor set the cookie.
            assert_eq!(attributes, expected, "{url}");
            expected.remove(max_age);
        }
        let stored = log_in(&app.client()).await;
        let (_, value, _) = cookie(&stored);
        assert!(is_in(&thief(&app, &format!("{name}={value}"))).await);
        let other = if name == "rekey" { "__Host-rekey" } else { "rekey" };
        assert!(!is_in(&thief(&app, &format!("{other}={value}"))).await, "{url}: a cookie without the prefix is nobody's");
    }
}

on_both_databases! {
    async fn ses_02_the_id_is_256_random_bits_and_kept_as_a_hash(app) {
        app.add_user("Jo", "jo@example.com").await;
        let mut seen = BTreeSet::new();
        for _ in 0..3 {
            let (_, id, _) = cookie(&log_in(&app.client()).await);
            let bits = URL_SAFE_NO_PAD.decode(&id).expect("base64url");
            assert_eq!(bits.len(), 32);
            assert!(seen.insert(id.clone()), "each login has an id of its own");
            let dump = String::from_utf8_lossy(&app.dump().await).into_owned();
            let hex: String = bits.iter().map(|byte| format!("{byte:02x}")).collect();
            assert!(dump.contains("jo@example.com"), "the dump holds what is stored");
            assert!(!dump.contains(&id) && !dump.contains(&hex), "the database holds the id");
            let rows = sqlx::query("SELECT id_hash FROM sessions").fetch_all(app.store.read()).await.expect("rows");
            let stored: Vec<Vec<u8>> = rows.iter().map(|row| sqlx::Row::get(row, 0)).collect();
            assert_eq!(stored.len(), seen.len());
            assert!(stored.iter().all(|stored| stored.len() == 32 && *stored != bits), "only a hash is kept");
        }
    }

    async fn ses_02_an_id_chosen_by_the_client_is_ignored(app) {
        app.add_user("Jo", "jo@example.com").await;
        let chosen = format!("rekey={}", "A".repeat(43));
        let client = thief(&app, &chosen);
        let (_, given, _) = cookie(&log_in(&client).await);
        assert_ne!(chosen, format!("rekey={given}"));
        assert!(is_in(&client).await);
        assert!(!is_in(&thief(&app, &chosen)).await, "what the client chose is worth nothing after the login either");
        assert_eq!(app.client().get("/api/session").await.header("set-cookie"), "", "a client gets no session");
    }

    async fn ses_02_logging_in_again_begins_a_new_session_and_ends_the_one_it_replaces(app) {
        app.add_user("Jo", "jo@example.com").await;
        let (client, elsewhere) = (app.client(), app.log_in("jo@example.com", PASSWORD).await);
        log_in(&client).await;
        let first = client.cookie().expect("a cookie");
        client.post("/api/session", json!({"email": "jo@example.com", "password": "wrong"})).await.expect(401);
        assert!(is_in(&client).await, "a failure ends nothing");
        log_in(&client).await;
        assert_ne!(client.cookie(), Some(first.clone()));
        assert!(is_in(&client).await && is_in(&elsewhere).await);
        assert!(!is_in(&thief(&app, &first)).await, "no browser can end it any more, so it has ended");
    }

    async fn ses_02_only_the_very_id_opens_a_session_wherever_it_stands_among_other_cookies(app) {
        app.add_user("Jo", "jo@example.com").await;
        let (name, id, _) = cookie(&log_in(&app.client()).await);
        let dump_of_hash = {
            let row = sqlx::query("SELECT id_hash FROM sessions").fetch_one(app.store.read()).await.expect("a row");
            URL_SAFE_NO_PAD.encode(sqlx::Row::get::<Vec<u8>, _>(&row, 0))
        };
        let flipped = format!("{}{}", if id.starts_with('A') { 'B' } else { 'A' }, &id[1..]);
        for other in [dump_of_hash, flipped, id[..42].to_owned(), format!("{id}="), format!("{id}A"), format!("\"{id}\""), id.to_lowercase(), String::new()] {
            assert!(!is_in(&thief(&app, &format!("{name}={other}"))).await, "{other}");
        }
        for named in ["REKEY", "xrekey", "rekey2", "__Host-rekey"] {
            assert!(!is_in(&thief(&app, &format!("{named}={id}"))).await, "{named}");
        }
        for around in [format!("a=b; {name}={id}"), format!("{name}={id}; a=b"), format!("a=b;{name}={id};c"), format!("{name}2=x; {name}={id}"), format!("a=\"x y\"; {name}={id}")] {
            assert!(is_in(&thief(&app, &around)).await, "{around}");
        }
        // Other programs on the same host may use any bytes in their cookies.
        let client = app.client();
        let bytes = [b"theme=d\xc3\xbcster \xff; ", format!("{name}={id}").as_bytes()].concat();
        let header = reqwest::header::HeaderValue::from_bytes(&bytes).expect("a header");
        let answer = client.send(client.request("GET", "/api/session").header("cookie", header)).await;
        assert_ne!(answer.json()["user"], Value::Null);
    }

    async fn ses_03_logging_out_ends_the_session_on_the_server(app) {
        app.add_user("Jo", "jo@example.com").await;
        let (here, there) = (app.log_in("jo@example.com", PASSWORD).await, app.log_in("jo@example.com", PASSWORD).await);
        let stolen = thief(&app, &here.cookie().expect("a cookie"));
        assert!(is_in(&stolen).await);
        here.delete("/api/session").await.expect(204);
        assert_eq!(here.cookie(), None, "the browser forgets it");
        assert!(!is_in(&stolen).await && !uses(&stolen).await, "and the server has ended it");
        assert!(is_in(&there).await, "other devices stay logged in");
        // Logging out again, or without a session, is not an error and ends no other session.
        for client in [&stolen, &app.client()] {
            client.delete("/api/session").await.expect(204);
        }
        assert!(is_in(&there).await);
    }

    async fn ses_04_a_change_of_password_ends_the_other_sessions_when_it_completes(app) {
        app.add_user("Jo", "jo@example.com").await;
        app.add_user("Al", "al@example.com").await;
        let (here, there) = (app.log_in("jo@example.com", PASSWORD).await, app.log_in("jo@example.com", PASSWORD).await);
        let other = app.log_in("al@example.com", PASSWORD).await;
        let change = async |current: &str, new: &str| here.put("/api/account/password", json!({"current_password": current, "new_password": new})).await;
        change("not the password", NEW_PASSWORD).await.expect(422);
        change(PASSWORD, "short").await.expect(422);
        let token = app.link_for("jo@example.com").await;
        app.client().post("/api/password-resets/inspect", json!({"token": token})).await.expect(200);
        app.client().post("/api/password-resets/redeem", json!({"token": token, "password": "short"})).await.expect(422);
        assert!(is_in(&here).await && is_in(&there).await, "asking and failing end nothing");
        change(PASSWORD, NEW_PASSWORD).await.expect(204);
        assert!(is_in(&here).await && !is_in(&there).await && is_in(&other).await);
        app.advance(61);
        let token = app.link_for("jo@example.com").await;
        assert!(is_in(&here).await);
        app.client().post("/api/password-resets/redeem", json!({"token": token, "password": PASSWORD})).await.expect(200);
        assert!(!is_in(&here).await && is_in(&other).await, "a reset ends all of the owner's, and nobody else's");
    }

    async fn ses_04_a_login_with_the_password_of_before_begins_no_session_when_the_change_has_completed(app) {
        let jo = app.add_user("Jo", "jo@example.com").await;
        app.set_slow_hash(&jo).await;
        let new = hash_now(NEW_PASSWORD).expect("a hash");
        let client = app.client();
        let change = async {
            app.wait_for_login_attempt().await;
            app.replace_hash(&jo, &new).await;
        };
        let (status, ()) = tokio::join!(log_in_at_last(&client), change);
        assert_eq!((status, is_in(&client).await), (401, false), "what was typed is no password any more");
        app.log_in("jo@example.com", NEW_PASSWORD).await;
    }

    async fn ses_05_a_login_in_progress_when_the_account_is_disabled_starts_no_session(app) {
        let admin = app.admin().await;
        let jo = app.add_user("Jo", "jo@example.com").await;
        app.set_slow_hash(&jo).await;
        let client = app.client();
        let path = format!("/api/users/{jo}");
        let change = async {
            app.wait_for_login_attempt().await;
            admin.patch(&path, json!({"status": "disabled"})).await.expect(200);
        };
        let (status, ()) = tokio::join!(log_in_at_last(&client), change);
        assert_eq!(status, 401);
        admin.patch(&path, json!({"status": "active"})).await.expect(200);
        assert!(!is_in(&client).await);
    }

    async fn ses_05_disabling_an_account_ends_its_sessions_for_good(app) {
        let admin = app.admin().await;
        let jo = app.add_user("Jo", "jo@example.com").await;
        let path = format!("/api/users/{jo}");
        let (here, there) = (app.log_in("jo@example.com", PASSWORD).await, app.log_in("jo@example.com", PASSWORD).await);
        admin.patch(&path, json!({"name": "Joanna"})).await.expect(200);
        assert!(is_in(&here).await, "another change ends nothing");
        // An admin's event stream, open for hours, ends too.
        admin.patch(&path, json!({"role": "admin"})).await.expect(200);
        let mut stream = here.request("GET", "/api/events").send().await.expect("an answer").error_for_status().expect("a stream");
        admin.patch(&path, json!({"status": "disabled"})).await.expect(200);
        for session in [&here, &there] {
            assert!(!is_in(session).await && !uses(session).await);
            session.get("/api/users").await.expect(401);
        }
        let ended = async { while let Ok(Some(_)) = stream.chunk().await {} };
        tokio::time::timeout(TIMEOUT, ended).await.expect("the stream ends");
        here.post("/api/session", json!({"email": "jo@example.com", "password": PASSWORD})).await.expect(401);
        admin.patch(&path, json!({"status": "active"})).await.expect(200);
        assert!(!is_in(&here).await && !is_in(&there).await, "enabling the account brings none back");
        assert!(is_in(&admin).await);
        // Disabled directly in the database, without deleting sessions: the session query checks the status too.
        let here = app.log_in("jo@example.com", PASSWORD).await;
        sqlx::query("UPDATE users SET status = 'disabled' WHERE email = 'jo@example.com'").execute(app.store.write()).await.expect("updates");
        assert!(!is_in(&here).await && !uses(&here).await);
    }

    async fn ses_06_an_unused_session_ends_after_the_idle_limit(app) {
        app.add_user("Jo", "jo@example.com").await;
        let (just, over) = (app.log_in("jo@example.com", PASSWORD).await, app.log_in("jo@example.com", PASSWORD).await);
        app.advance(12 * 3600 - 1);
        assert!(uses(&just).await, "it holds through its last second");
        assert!(is_in(&over).await, "looking finds it");
        app.advance(1);
        assert!(!is_in(&over).await && !uses(&over).await, "and has not kept it");
        app.advance(12 * 3600 - 2);
        assert!(is_in(&just).await, "using has");
        app.advance(1);
        assert!(!is_in(&just).await);
    }

    async fn ses_06_no_session_outlives_the_absolute_limit(app) {
        app.add_user("Jo", "jo@example.com").await;
        let busy = app.log_in("jo@example.com", PASSWORD).await;
        for _ in 0..(30 * 24 / 8 - 1) {
            app.advance(8 * 3600);
            assert!(uses(&busy).await);
        }
        app.advance(8 * 3600 - 1);
        assert!(uses(&busy).await, "it holds through its last second");
        app.advance(1);
        assert!(!is_in(&busy).await && !uses(&busy).await, "however much it is used");
    }

    async fn ses_06_every_signed_in_call_counts_as_use_but_looking_and_listening(app) {
        app.admin().await;
        let jo = app.add_user("Jo", "jo@example.com").await;
        let more_than_half = 7 * 3600;
        for call in crate::calls::all(&app, &jo).await.iter().filter(|call| call.path != "/api/session") {
            let signed_out = call.send(&app.client(), &[]).await;
            let is_signed_in = signed_out.status == 401 && signed_out.code() == "not_signed_in";
            let session = app.log_in("admin@example.com", PASSWORD).await;
            app.advance(more_than_half);
            assert!(is_in(&session).await);
            if call.path == "/api/events" {
                drop(session.request("GET", "/api/events").send().await.expect("an answer").error_for_status().expect("a stream"));
            } else {
                call.send(&session, &[]).await;
            }
            app.advance(more_than_half);
            assert_eq!(is_in(&session).await, is_signed_in && call.path != "/api/events", "{call:?}");
        }
    }
}
