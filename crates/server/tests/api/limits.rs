//! Rate limits: which requests are counted together, and what happens beyond the limit.

use crate::support::*;
use futures_util::future::join_all;

/// Attempts a login that fails, with these `X-Forwarded-For` lines.
async fn log_in_from(app: &TestApp, forwarded: &[&str], email: &str) -> u16 {
    let client = app.client();
    let request = client.request("POST", "/api/session").json(&json!({"email": email, "password": "not the password"}));
    let request = forwarded.iter().fold(request, |request, line| request.header("x-forwarded-for", *line));
    client.send(request).await.status
}

async fn ask(app: &TestApp, email: &str) -> u16 {
    app.client().post("/api/password-resets", json!({"email": email})).await.status
}

async fn audit(admin: &Client, action: &str) -> Vec<Value> {
    let page = admin.get("/api/audit?limit=100").await.expect(200).json();
    page["items"].as_array().expect("rows").iter().filter(|row| row["action"] == action).cloned().collect()
}

fn resets(app: &TestApp, email: &str) -> usize {
    app.smtp.mails().iter().filter(|mail| mail.to == [email] && mail.subject().starts_with("Reset")).count()
}

on_both_databases! {
    async fn rat_04_only_a_trusted_proxy_is_believed(app) with ["--limit-login-per-ip", "3/1m", "--trusted-proxies", "10.0.0.0/8,::1"] {
        for n in 0..3 {
            assert_eq!(log_in_from(&app, &[&format!("192.0.2.{n}")], &format!("a{n}@example.com")).await, 401);
        }
        assert_eq!(log_in_from(&app, &["192.0.2.77"], "b@example.com").await, 429);
        assert_eq!(log_in_from(&app, &[], "b@example.com").await, 429);
        app.advance(60);
        let admin = app.admin().await;
        assert!(audit(&admin, "login_failed").await.iter().all(|row| row["ip"] == "127.0.0.1"));
    }

    async fn rat_04_a_trusted_proxy_is_read_from_the_right(app) with ["--limit-login-per-ip", "3/1m", "--trusted-proxies", "127.0.0.1/32, 10.0.0.0/8"] {
        // Forged entries are on the left; the last line is from the nearest proxy.
        let lines: [&[&str]; 3] = [&["203.0.113.1, 192.0.2.1"], &["203.0.113.2", "192.0.2.1, 10.1.1.1"], &["192.0.2.1:4711"]];
        for (n, forwarded) in lines.into_iter().enumerate() {
            assert_eq!(log_in_from(&app, forwarded, &format!("a{n}@example.com")).await, 401);
        }
        assert_eq!(log_in_from(&app, &["203.0.113.4, 192.0.2.1"], "b@example.com").await, 429);
        assert_eq!(log_in_from(&app, &["192.0.2.1, 203.0.113.4"], "b@example.com").await, 401, "another client");
        for header in ["forwarded", "x-real-ip", "cf-connecting-ip", "true-client-ip", "x-client-ip"] {
            let client = app.client();
            let request = client.request("POST", "/api/session").json(&json!({"email": "c@example.com", "password": "not the password"}));
            let request = request.header("x-forwarded-for", "192.0.2.1").header(header, "203.0.113.9");
            client.send(request).await.expect(429);
        }
        let admin = app.admin().await;
        let seen: Vec<Value> = audit(&admin, "login_failed").await.iter().map(|row| row["ip"].clone()).collect();
        assert_eq!(seen, ["203.0.113.4", "192.0.2.1", "192.0.2.1", "192.0.2.1"]);
    }

    async fn rat_05_every_spelling_of_an_address_counts_as_one(app) {
        app.add_user("Jo", "jürgen@exämple.de").await;
        let spellings = ["jürgen@exämple.de", " JÜRGEN@EXÄMPLE.DE ", "ju\u{308}rgen@exa\u{308}mple.de", "jürgen@xn--exmple-cua.de", "Jürgen@XN--EXMPLE-CUA.DE\t", "jürgen@ｅｘämple.de"];
        assert_eq!(ask(&app, spellings[0]).await, 202);
        for spelling in spellings {
            assert_eq!(ask(&app, spelling).await, 429, "{spelling:?}");
        }
        assert_eq!(ask(&app, "jurgen@exämple.de").await, 202, "a look-alike is somebody else");
        for (n, spelling) in spellings.into_iter().enumerate() {
            let expected = if n < 5 { 401 } else { 429 };
            assert_eq!(log_in_from(&app, &[], spelling).await, expected, "{spelling:?}");
        }
        assert_eq!(log_in_from(&app, &[], "jurgen@exämple.de").await, 401);
        app.wait_for_empty_queue().await;
        assert!(app.smtp.mails().iter().all(|mail| mail.to == ["jürgen@xn--exmple-cua.de"]), "{:?}", app.smtp.mails());
    }

    async fn rat_05_an_ipv6_client_is_its_64(app) with ["--limit-login-per-ip", "3/1m", "--limit-forgot-per-ip", "3/1m", "--trusted-proxies", "127.0.0.1"] {
        for n in 0..3 {
            assert_eq!(log_in_from(&app, &[&format!("2001:db8:1:2:{n}::{n}")], &format!("a{n}@example.com")).await, 401);
        }
        assert_eq!(log_in_from(&app, &["2001:db8:1:2:ffff:ffff:ffff:ffff"], "b@example.com").await, 429);
        assert_eq!(log_in_from(&app, &["2001:db8:1:3::1"], "b@example.com").await, 401, "the next network");
        assert_eq!(log_in_from(&app, &["::ffff:192.0.2.1"], "b@example.com").await, 401);
        for n in 1..3 {
            assert_eq!(log_in_from(&app, &["192.0.2.1"], &format!("c{n}@example.com")).await, 401);
        }
        assert_eq!(log_in_from(&app, &["::ffff:192.0.2.1"], "d@example.com").await, 429, "IPv4 in IPv6 is IPv4");
        assert_eq!(log_in_from(&app, &["192.0.2.2"], "d@example.com").await, 401);
        for n in 0..4 {
            let client = app.client();
            let request = client.request("POST", "/api/password-resets").json(&json!({"email": format!("a{n}@example.com")}));
            let answer = client.send(request.header("x-forwarded-for", format!("2001:db8:1:2:{n}::1"))).await;
            assert_eq!(answer.status, if n < 3 { 202 } else { 429 }, "requests for links are counted apart from logins");
        }
    }

    async fn rat_05_a_fresh_link_for_an_old_one_counts_for_the_client_too(app) with ["--limit-forgot-per-ip", "3/1m", "--trusted-proxies", "127.0.0.1"] {
        let mut tokens = Vec::new();
        for n in 0..5 {
            app.add_user("Jo", &format!("jo{n}@example.com")).await;
            tokens.push(app.link_for(&format!("jo{n}@example.com")).await);
            app.advance(60);
        }
        let renew = async |ip: &str, token: &str| {
            let client = app.client();
            let request = client.request("POST", "/api/password-resets/renew").json(&json!({"token": token}));
            client.send(request.header("x-forwarded-for", ip)).await.status
        };
        let last = tokens.pop().expect("five tokens");
        for (n, token) in tokens.iter().enumerate() {
            let expected = if n < 3 { 202 } else { 429 };
            assert_eq!(renew(&format!("2001:db8:1:2:{n}::1"), token).await, expected, "after {n}");
        }
        assert_eq!(renew("2001:db8:1:3::1", &last).await, 202, "the next network");
    }

    async fn rat_06_over_its_share_an_address_gets_no_more_mails_that_day(app) with ["--limit-mail-per-recipient", "3/1d", "--resend-cooldown", "0s"] {
        let admin = app.admin().await;
        let jo = app.add_user("Jo", "jo@example.com").await;
        app.add_user("Al", "al@example.com").await;
        let mut last = String::new();
        for n in 0..5 {
            // In any spelling of the address, and through an old link too.
            match n % 3 {
                0 => assert_eq!(ask(&app, "jo@example.com").await, 202),
                1 => assert_eq!(ask(&app, "JO@EXAMPLE.com").await, 202),
                _ => assert_eq!(app.client().post("/api/password-resets/renew", json!({"token": last})).await.status, 202),
            }
            app.wait_for_empty_queue().await;
            if n < 3 {
                last = app.smtp.mails().last().expect("a mail").token();
            }
        }
        assert_eq!(resets(&app, "jo@example.com"), 3);
        let dropped = audit(&admin, "reset_throttled").await;
        assert_eq!(dropped.len(), 2);
        assert!(dropped.iter().all(|row| row["subject"]["id"] == *jo), "{dropped:?}");
        assert_eq!(admin.get(&format!("/api/users/{jo}")).await.json()["reset"]["state"], "failed");
        app.client().post("/api/password-resets/inspect", json!({"token": last})).await.expect(200);
        app.link_for("al@example.com").await;
        // A day later.
        app.advance(24 * 3600);
        assert_eq!(ask(&app, "jo@example.com").await, 202);
        app.wait_for_empty_queue().await;
        assert_eq!(resets(&app, "jo@example.com"), 4);
    }

    async fn rat_06_public_requests_leave_admins_their_share_of_mails_and_vice_versa(app) with ["--limit-mail-per-recipient", "3/1d", "--resend-cooldown", "0s"] {
        let admin = app.admin().await;
        let mut state = String::new();
        for (n, strangers_first) in [(0, true), (1, false)] {
            let email = format!("jo{n}@example.com");
            let jo = app.add_user("Jo", &email).await;
            for by_stranger in [strangers_first, !strangers_first] {
                for _ in 0..5 {
                    match by_stranger {
                        true => assert_eq!(ask(&app, &email).await, 202),
                        false => drop(admin.send(admin.request("POST", &format!("/api/users/{jo}/password-reset"))).await.expect(202)),
                    }
                    app.wait_for_empty_queue().await;
                }
                state = admin.get(&format!("/api/users/{jo}")).await.json()["reset"]["state"].to_string();
            }
            assert_eq!((resets(&app, &email), &*state), (6, "\"failed\""), "each of the two shares is used up, and no more");
        }
        assert_eq!(audit(&admin, "reset_throttled").await.len(), 8);
    }

    async fn rat_06_over_the_total_mails_wait_and_none_is_lost(app) with ["--limit-mail", "4/1m"] {
        let admin = app.admin().await;
        let mut ids = Vec::new();
        for n in 0..10 {
            ids.push(app.add_user("Jo", &format!("jo{n}@example.com")).await);
        }
        admin.post("/api/users/password-resets", json!({"ids": ids})).await.expect(202);
        for sent in [4, 8, 10] {
            app.wait_for_scheduled_retries().await;
            assert_eq!(app.smtp.mails().len(), sent);
            app.advance(59);
            app.wait_for_scheduled_retries().await;
            assert_eq!(app.smtp.mails().len(), sent, "not before the minute is over");
            app.advance(1);
        }
        assert!((0..10).all(|n| resets(&app, &format!("jo{n}@example.com")) == 1));
        assert!(audit(&admin, "reset_throttled").await.is_empty());
    }

    async fn concurrent_resets_changes_and_redemptions_wait_for_each_other_and_succeed(app) with ["--resend-cooldown", "0s", "--limit-mail-per-recipient", "off", "--limit-forgot-per-ip", "off"] {
        let admin = app.admin().await;
        let mut ids = Vec::new();
        let mut tokens = Vec::new();
        for n in 0..4 {
            ids.push(app.add_user("Jo", &format!("jo{n}@example.com")).await);
            tokens.push(app.link_for(&format!("jo{n}@example.com")).await);
        }
        app.wait_for_empty_queue().await;
        for round in 0..12 {
            let mut calls = Vec::new();
            for (n, id) in ids.iter().enumerate() {
                let email = format!("jo{n}@example.com");
                let turned: Vec<&String> = ids.iter().cycle().skip(n + round).take(4).collect();
                let path = format!("/api/users/{id}");
                calls.extend([
                    ("POST", "/api/users/password-resets".to_owned(), json!({"ids": turned})),
                    ("POST", format!("{path}/password-reset"), json!({})),
                    ("PATCH", path.clone(), json!({"email": if round % 2 == 0 { format!("new{n}@example.com") } else { email.clone() }})),
                    ("PATCH", path, json!({"name": format!("Jo {round}")})),
                    ("POST", "/api/password-resets".to_owned(), json!({"email": email})),
                ]);
                for call in ["inspect", "redeem", "renew", "report"] {
                    let mut body = json!({"token": tokens[n]});
                    if call == "redeem" {
                        body["password"] = json!(format!("{NEW_PASSWORD} {round} {n}"));
                    }
                    calls.push(("POST", format!("/api/password-resets/{call}"), body));
                }
            }
            let answers = join_all(calls.into_iter().map(|(method, path, body)| {
                let admin = admin.clone();
                async move { (admin.send(admin.request(method, &path).json(&body)).await.status, path) }
            }));
            for (status, path) in answers.await {
                assert!(status < 500, "{path} in round {round}: {status}");
            }
            app.advance(31);
            app.wait_for_empty_queue().await;
        }
    }
}
