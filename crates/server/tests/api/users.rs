//! Users: the table and the actions of admins.

use crate::support::*;

fn names(page: &Value) -> Vec<String> {
    page["items"].as_array().expect("items").iter().map(|user| user["name"].as_str().expect("a name").to_owned()).collect()
}

on_both_databases! {
    async fn an_admin_sends_a_link_to_a_user_and_sees_its_status(app) {
        let admin = app.admin().await;
        let jo = app.add_user("Jo", "jo@example.com").await;
        let path = format!("/api/users/{jo}");
        assert_eq!(admin.get(&path).await.json()["reset"], Value::Null);
        let started = admin.post(&format!("{path}/password-reset"), json!({})).await;
        assert_eq!(started.status, 202, "a call that needs no body may have an empty one");
        let reset = &started.json()["reset"];
        assert_eq!((&reset["state"], &reset["expires_at"]), (&json!("queued"), &Value::Null));
        assert_eq!(reset["requested_by"], json!({"kind": "admin", "name": "Ada Admin"}));
        let mail = app.mail_to("jo@example.com").await;
        assert!(mail.text().contains("Ada Admin"), "{}", mail.text());
        app.wait_for_empty_queue().await;
        assert_eq!(admin.get(&path).await.json()["reset"]["state"], "sent");
        app.client().post("/api/password-resets/inspect", json!({"token": mail.token()})).await.expect(200);
        assert_eq!(admin.get(&path).await.json()["reset"]["state"], "opened");
        let pending = async || admin.get("/api/users?filter=reset_pending").await.expect(200).json()["total"].clone();
        assert_eq!(pending().await, 1);
        app.client().post("/api/password-resets/redeem", json!({"token": mail.token(), "password": NEW_PASSWORD})).await.expect(200);
        assert_eq!(admin.get(&path).await.json()["reset"]["state"], "used");
        assert_eq!(pending().await, 0);

        let again = admin.send(admin.request("POST", &format!("{path}/password-reset"))).await.expect(429);
        assert_eq!(again.header("retry-after"), "60");
        app.advance(60);
        admin.send(admin.request("POST", &format!("{path}/password-reset"))).await.expect(202);
    }

    async fn the_event_stream_reports_every_change_of_a_user(app) {
        let admin = app.admin().await;
        let jo = app.add_user("Jo", "jo@example.com").await;
        app.advance(60);
        let mut stream = admin.request("GET", "/api/events").send().await.expect("an answer").error_for_status().expect("a stream");
        let mut told = async |what: &str| {
            let change = async {
                loop {
                    let chunk = stream.chunk().await.expect("a stream").expect("it goes on");
                    if let Some(data) = String::from_utf8_lossy(&chunk).lines().find_map(|line| line.strip_prefix("data: ").map(str::to_owned)) {
                        return data;
                    }
                }
            };
            let change = tokio::time::timeout(TIMEOUT, change).await.unwrap_or_else(|_| panic!("no word of {what}"));
            assert_eq!(change, json!({"ids": [jo]}).to_string(), "{what}");
            app.advance(1);
        };
        admin.post(&format!("/api/users/{jo}/password-reset"), json!({})).await.expect(202);
        let token = app.mail_to("jo@example.com").await.token();
        app.wait_for_empty_queue().await;
        told("a link").await;
        app.client().post("/api/password-resets/inspect", json!({"token": token})).await.expect(200);
        told("its being opened").await;
        app.client().post("/api/password-resets/redeem", json!({"token": token, "password": NEW_PASSWORD})).await.expect(200);
        told("a new password").await;
        app.log_in("jo@example.com", NEW_PASSWORD).await;
        told("a login").await;
        admin.patch(&format!("/api/users/{jo}"), json!({"status": "disabled"})).await.expect(200);
        told("being disabled").await;
    }

    async fn a_rejected_mail_is_shown_and_its_address_marked_as_bounced(app) {
        let admin = app.admin().await;
        let jo = app.add_user("Jo", "jo@example.com").await;
        app.smtp.set_behaviour(SmtpBehaviour::reject_recipients());
        admin.send(admin.request("POST", &format!("/api/users/{jo}/password-reset"))).await.expect(202);
        app.wait_for_empty_queue().await;
        let user = admin.get(&format!("/api/users/{jo}")).await.json();
        assert_eq!((&user["reset"]["state"], &user["email_status"]), (&json!("failed"), &json!("bounced")));
        assert!(user["reset"]["detail"].as_str().expect("a reason").contains("550"), "{user}");
        app.smtp.set_behaviour(SmtpBehaviour::accept());
        app.advance(60);
        admin.send(admin.request("POST", &format!("/api/users/{jo}/password-reset"))).await.expect(202);
        app.mail_to("jo@example.com").await;
        app.wait_for_empty_queue().await;
        assert_eq!(admin.get(&format!("/api/users/{jo}")).await.json()["email_status"], "ok");
    }

    async fn users_that_cannot_be_reset_are_listed_with_the_reason(app) {
        let admin = app.admin().await;
        let jo = app.add_user("Jo", "jo@example.com").await;
        let di = app.add_disabled_user("Di", "di@example.com").await;
        let no = admin.post("/api/users", json!({"name": "No Mail", "email": null, "role": "agent"})).await.expect(201).json()["id"].clone();
        let no = no.as_str().expect("an id");
        assert_eq!(admin.send(admin.request("POST", &format!("/api/users/{di}/password-reset"))).await.expect(409).code(), "user_disabled");
        assert_eq!(admin.send(admin.request("POST", &format!("/api/users/{no}/password-reset"))).await.expect(409).code(), "no_valid_email");
        assert_eq!(admin.send(admin.request("POST", "/api/users/999/password-reset")).await.expect(404).code(), "not_found");
        let answer = admin.post("/api/users/password-resets", json!({"ids": [jo, di, no, "999", "x", jo]})).await.expect(202).json();
        assert_eq!(answer["queued"], json!([jo]));
        let skipped = json!([{"id": di, "code": "user_disabled"}, {"id": no, "code": "no_valid_email"}, {"id": "999", "code": "not_found"}, {"id": "x", "code": "not_found"}]);
        assert_eq!(answer["skipped"], skipped);
    }

    async fn a_new_user_is_welcomed_and_sets_a_password(app) {
        let admin = app.admin().await;
        let user = admin.post("/api/users", json!({"name": " New Person ", "email": "New@Example.com", "role": "agent"})).await.expect(201).json();
        assert_eq!((&user["name"], &user["email"], &user["extension"]), (&json!("New Person"), &json!("new@example.com"), &json!("1001")));
        assert_eq!(user["reset"]["state"], "queued");
        let mail = app.mail_to("new@example.com").await;
        assert_eq!(mail.subject(), "Welcome to Squaretalk: set your password");
        app.advance(24 * 3600);
        app.client().post("/api/password-resets/redeem", json!({"token": mail.token(), "password": NEW_PASSWORD})).await.expect(200);
        app.log_in("new@example.com", NEW_PASSWORD).await;
        let admin = app.log_in("admin@example.com", PASSWORD).await;
        let taken = admin.post("/api/users", json!({"name": "Other", "email": "NEW@example.com", "role": "agent"})).await.expect(409);
        assert_eq!(taken.code(), "email_taken");
    }

    async fn search_filters_sorts_and_pages(app) {
        let admin = app.admin().await;
        for name in ["Zoë Müller", "Bo Diddley", "anna Bell", "Иван Ёлкин"] {
            let email = format!("{}@example.org", name.len() + name.chars().count() * 100);
            app.add_user(name, &email).await;
        }
        admin.post("/api/users", json!({"name": "No Mail", "email": null})).await.expect(201);
        let page = async |query: &str| admin.get(&format!("/api/users?{query}")).await.expect(200).json();
        assert_eq!(names(&page("").await), ["Ada Admin", "anna Bell", "Bo Diddley", "No Mail", "Zoë Müller", "Иван Ёлкин"]);
        for (typed, found) in [("MULLER", "Zoë Müller"), ("m%C3%BCl", "Zoë Müller"), ("zo", "Zoë Müller"), ("%D0%B5%D0%BB%D0%BA", "Иван Ёлкин"), ("didd", "Bo Diddley"), ("1002", "Bo Diddley"), ("admin%40ex", "Ada Admin")] {
            let page = page(&format!("search={typed}")).await;
            assert_eq!((names(&page), page["total"].as_u64()), (vec![found.to_owned()], Some(1)), "{typed}");
        }
        assert_eq!(names(&page("search=%22%25_%5C").await), Vec::<String>::new());
        assert_eq!(names(&page("filter=no_valid_email").await), ["No Mail"]);
        assert_eq!(names(&page("filter=reset_pending").await), Vec::<String>::new());
        assert_eq!(names(&page("sort=-extension").await)[0], "No Mail");
        assert_eq!(names(&page("sort=last_login").await)[0], "Ada Admin");
        assert_eq!(names(&page("sort=-last_login").await)[0], "Ada Admin");

        for sort in ["name", "-name", "email", "-email", "extension", "-extension", "last_login", "-last_login"] {
            let whole = names(&page(&format!("sort={sort}")).await);
            let mut cursor = String::new();
            let mut walked = Vec::new();
            let mut last = Value::Null;
            while walked.len() < 6 {
                last = page(&format!("sort={sort}&limit=2{cursor}")).await;
                assert_eq!(last["total"], 6);
                walked.extend(names(&last));
                cursor = format!("&cursor={}", last["next_cursor"].as_str().unwrap_or_default());
            }
            assert_eq!((walked, &last["next_cursor"]), (whole.clone(), &Value::Null), "{sort}");
            let back = page(&format!("sort={sort}&limit=2&cursor={}", last["previous_cursor"].as_str().expect("a way back"))).await;
            assert_eq!(names(&back), whole[2..4], "{sort}");
            let first = page(&format!("sort={sort}&limit=2&cursor={}", back["previous_cursor"].as_str().expect("a way back"))).await;
            assert_eq!((names(&first), &first["previous_cursor"]), (whole[..2].to_vec(), &Value::Null), "{sort}");
        }
        for query in ["filter=x", "sort=x", "sort=--name", "limit=101", "limit=0", "limit=x", "cursor=x", "surprise=1"] {
            admin.get(&format!("/api/users?{query}")).await.expect(422);
        }
    }

    async fn a_user_is_changed_and_nobody_locks_themselves_out(app) {
        let admin = app.admin().await;
        let jo = app.add_user("Jo", "jo@example.com").await;
        let path = format!("/api/users/{jo}");
        let session = app.log_in("jo@example.com", PASSWORD).await;
        let user = admin.patch(&path, json!({"name": "Joanna", "role": "admin"})).await.expect(200).json();
        assert_eq!((&user["name"], &user["role"], &user["email"]), (&json!("Joanna"), &json!("admin"), &json!("jo@example.com")));
        assert_eq!(admin.patch(&path, json!({"email": "admin@example.com"})).await.expect(409).code(), "email_taken");
        assert_eq!(admin.patch(&path, json!({"email": "x"})).await.field("email"), "invalid_email");
        assert_eq!(admin.patch(&path, json!({"name": null})).await.status, 422);
        let user = admin.patch(&path, json!({"email": null})).await.expect(200).json();
        assert_eq!((&user["email"], &user["email_status"]), (&Value::Null, &json!("missing")));
        admin.patch(&path, json!({"status": "disabled"})).await.expect(200);
        assert_eq!(session.get("/api/session").await.json()["user"], Value::Null, "disabling ends sessions");
        let own = admin.get("/api/session").await.json()["user"]["id"].as_str().expect("an id").to_owned();
        assert_eq!(admin.patch(&format!("/api/users/{own}"), json!({"status": "disabled"})).await.field("status"), "own_account");
        assert_eq!(admin.patch(&format!("/api/users/{own}"), json!({"role": "agent"})).await.field("role"), "own_account");
        for wrong in [json!(null), json!(5), json!([]), json!({})] {
            assert_eq!(admin.patch(&path, json!({"role": wrong})).await.expect(422).field("role"), "invalid_type", "{wrong}");
            assert_eq!(admin.patch(&path, json!({"status": wrong})).await.expect(422).field("status"), "invalid_type", "{wrong}");
        }
        admin.patch("/api/users/999", json!({"name": "x"})).await.expect(404);
    }
}
