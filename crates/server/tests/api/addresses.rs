//! Email addresses: one canonical form, one recipient, no injection into SMTP or MIME.

use crate::support::*;

/// Requests a reset link for a typed address.
async fn forgot(app: &TestApp, email: impl Into<Value>) -> Response {
    app.client().post("/api/password-resets", json!({"email": email.into()})).await
}

async fn add(admin: &Client, email: impl Into<Value>) -> Response {
    admin.post("/api/users", json!({"name": "Somebody Else", "email": email.into()})).await
}

/// The envelope recipients of all mails, once the queue is empty.
async fn recipients(app: &TestApp) -> Vec<String> {
    app.wait_for_empty_queue().await;
    app.smtp.mails().into_iter().flat_map(|mail| mail.to).collect()
}

/// Two addresses in one, or several lines: no mail may go to any address but Jo's.
const TWO_IN_ONE: [&str; 16] = [
    "jo@example.com,eve@example.com",
    "jo@example.com;eve@example.com",
    "jo@example.com eve@example.com",
    "jo@example.com, eve@example.com",
    "eve@example.com jo@example.com",
    "<jo@example.com>",
    "Jo <jo@example.com>",
    "jo@example.com>,<eve@example.com",
    "\"jo@example.com\"@example.com",
    "jo@example.com@example.com",
    "jo@example.com\r\nBcc: eve@example.com",
    "jo@example.com\r\nRCPT TO:<eve@example.com>",
    "jo@example.com\n",
    "\r\njo@example.com",
    "jo\0@example.com",
    "jo@example.com\0eve@example.com",
];

on_both_databases! {
    async fn eml_01_mail_goes_to_the_stored_address_not_to_the_typed_one(app) {
        app.add_user("Mike", "mike@github.com").await;
        // CVE-2019-19844: look-alikes, and addresses that map to it in some case mapping or collation, but are different addresses.
        for typed in ["mike@gıthub.com", "mıke@github.com", "mike@gith\u{443}b.com", "m\u{456}ke@github.com", "ﬁ@github.com", "mike@github.com.evil.example", "mike@gíthub.com", "mike\u{200b}@github.com"] {
            assert!([202, 422].contains(&forgot(&app, typed).await.status), "{typed}");
        }
        assert_eq!(recipients(&app).await, [] as [&str; 0]);
        // Other spellings of the same address: mail goes to the stored one.
        for typed in ["MIKE@GITHUB.COM", " mike@GitHub.com ", "mi\u{212a}e@github.com", "mike@ｇｉｔｈｕｂ.com"] {
            let before = app.smtp.mails().len();
            forgot(&app, typed).await.expect(202);
            assert_eq!(recipients(&app).await[before..], ["mike@github.com"], "{typed}");
            app.advance(61);
        }
        let transcript = String::from_utf8_lossy(&app.smtp.transcript()).into_owned();
        assert!(!transcript.contains('ı') && !transcript.contains("xn--"), "{transcript}");
    }

    async fn eml_01_a_look_alike_is_an_account_of_its_own(app) {
        app.add_user("Mike", "mike@github.com").await;
        app.add_user("Other", "mike@gıthub.com").await;
        forgot(&app, "mike@gıthub.com").await.expect(202);
        assert_eq!(recipients(&app).await, ["mike@xn--gthub-n4a.com"]);
        forgot(&app, "mike@github.com").await.expect(202);
        assert_eq!(recipients(&app).await, ["mike@xn--gthub-n4a.com", "mike@github.com"]);
    }

    async fn eml_02_every_spelling_is_one_account(app) {
        let admin = app.admin().await;
        let jo = add(&admin, " J\u{fc}rgen@Ex\u{e4}mple.com ").await.expect(201).json();
        assert_eq!(jo["email"], "j\u{fc}rgen@xn--exmple-cua.com");
        let al = add(&admin, "al@example.com").await.expect(201).json()["id"].as_str().expect("an id").to_owned();
        let spellings = [
            "j\u{fc}rgen@ex\u{e4}mple.com",
            "J\u{dc}RGEN@EX\u{c4}MPLE.COM",
            "ju\u{308}rgen@exa\u{308}mple.com",
            "j\u{fc}rgen@xn--exmple-cua.com",
            "J\u{fc}rgen@XN--EXMPLE-CUA.COM",
            "\tj\u{fc}rgen@ex\u{e4}mple.com ",
        ];
        for typed in spellings {
            assert_eq!(add(&admin, typed).await.expect(409).code(), "email_taken", "{typed}");
            assert_eq!(admin.patch(&format!("/api/users/{al}"), json!({"email": typed})).await.expect(409).code(), "email_taken", "{typed}");
        }
        // The unique constraint of the database rejects duplicates too.
        let mut tx = app.store.begin().await.expect("begins");
        let twice = sqlx::query("UPDATE users SET address = 'j\u{fc}rgen@xn--exmple-cua.com' WHERE email = 'al@example.com'").execute(&mut *tx).await;
        assert!(twice.is_err());
        drop(tx);
        // Each spelling finds the account and shares its rate limits.
        let welcome = app.mail_to("j\u{fc}rgen@xn--exmple-cua.com").await;
        app.client().post("/api/password-resets/redeem", json!({"token": welcome.token(), "password": NEW_PASSWORD})).await.expect(200);
        for typed in spellings {
            app.log_in(typed, NEW_PASSWORD).await;
        }
        forgot(&app, spellings[0]).await.expect(202);
        for typed in spellings {
            forgot(&app, typed).await.expect(429);
        }
    }

    async fn eml_03_no_call_takes_more_than_one_address(app) {
        let admin = app.admin().await;
        let jo = app.add_user("Jo", "jo@example.com").await;
        let calls: [(&str, &str, &str); 4] = [
            ("POST", "/api/password-resets", r#"{"email":EMAIL}"#),
            ("POST", "/api/users", r#"{"name":"Eve","email":EMAIL}"#),
            ("PATCH", "/api/users/JO", r#"{"email":EMAIL}"#),
            ("POST", "/api/session", r#"{"email":EMAIL,"password":"seven purple umbrellas"}"#),
        ];
        let mut values: Vec<String> = TWO_IN_ONE.iter().map(|text| json!(text).to_string()).collect();
        let others = [
            r#"["jo@example.com","eve@example.com"]"#,
            r#"["jo@example.com"]"#,
            r#"{"0":"jo@example.com","1":"eve@example.com"}"#,
            r#""jo@example.com","email":"eve@example.com""#,
            r#""jo@example.com","email[]":"eve@example.com""#,
            r#""jo@example.com","Email":"eve@example.com""#,
            r#""jo@example.com","\u0065mail":"eve@example.com""#,
            "7",
            "true",
        ];
        values.extend(others.map(str::to_owned));
        for (method, path, body) in calls {
            for value in &values {
                let request = admin.request(method, &path.replace("JO", &jo)).header("content-type", "application/json");
                let answer = admin.send(request.body(body.replace("EMAIL", value))).await;
                assert_eq!(answer.status, 422, "{method} {path} {value}");
                assert!(!String::from_utf8_lossy(&answer.bytes).contains("eve@"), "{path} {value}");
            }
        }
        app.link_for("jo@example.com").await;
        assert_eq!(recipients(&app).await, ["jo@example.com"]);
        assert_eq!(admin.get(&format!("/api/users/{jo}")).await.json()["email"], "jo@example.com");
        assert_eq!(admin.get("/api/users").await.json()["total"], 2);
    }

    async fn eml_04_an_injection_leaves_nothing_in_the_conversation(app) {
        let admin = app.admin().await;
        app.add_user("Jo", "jo@example.com").await;
        for typed in TWO_IN_ONE {
            assert_eq!(forgot(&app, typed).await.field("email"), "invalid_email", "{typed:?}");
            assert_eq!(add(&admin, typed).await.field("email"), "invalid_email", "{typed:?}");
        }
        for name in ["Jo\r\nBcc: eve@example.com", "Jo\n.\nMAIL FROM:<eve@example.com>", "Jo\0", "Jo\u{2028}Bcc: eve@example.com", "Jo\u{85}x"] {
            let answer = admin.post("/api/users", json!({"name": name, "email": "al@example.com"})).await;
            assert_eq!(answer.field("name"), "invalid_characters", "{name:?}");
        }
        // Valid names and addresses with characters that are special in SMTP or MIME.
        for (at, name) in ["Jo =?utf-8?q?=0D=0ABcc:_eve=40example.com?=", "MAIL FROM:<eve@example.com>", ". Jo", "Jo \"; eve@example.com", "QUIT"].into_iter().enumerate() {
            admin.post("/api/users", json!({"name": name, "email": format!("=?x?q?=0d=0a{at}@example.com")})).await.expect(201);
        }
        app.link_for("jo@example.com").await;
        app.wait_for_empty_queue().await;
        let transcript = String::from_utf8(app.smtp.transcript()).expect("ASCII");
        assert!(!transcript.replace("\r\n", "").contains(['\r', '\n', '\0']), "a bare CR or LF, or a NUL");
        let commands = |verb: &str| transcript.split("\r\n").filter(|line| line.to_ascii_uppercase().starts_with(verb)).count();
        assert_eq!((commands("MAIL FROM:"), commands("RCPT TO:"), commands("DATA"), commands("TO:")), (6, 6, 6, 6));
        assert_eq!((commands("BCC:"), commands("CC:"), commands(".\r\n")), (0, 0, 0));
        assert_eq!(transcript.split("\r\n").filter(|line| *line == ".").count(), 6, "one end a mail");
        assert!(!transcript.contains("RCPT TO:<eve@"), "{transcript}");
        assert!(app.smtp.mails().iter().all(|mail| mail.to.len() == 1));
    }

    async fn eml_04_an_address_has_254_bytes_at_the_most(app) {
        let admin = app.admin().await;
        let of = |length: usize| {
            let [local, label] = ["l".repeat(64), "d".repeat(60)];
            format!("{local}@{label}.{label}.{}.com", "e".repeat(length - 64 - 1 - 122 - 4))
        };
        assert_eq!(of(254).len(), 254);
        assert_eq!(add(&admin, of(255)).await.field("email"), "too_long");
        assert_eq!(forgot(&app, of(255)).await.field("email"), "too_long");
        // Within the limit as typed, in characters, or before Punycode encoding.
        assert_eq!(forgot(&app, format!("{}@example.com", "ü".repeat(122))).await.field("email"), "too_long");
        assert_eq!(forgot(&app, format!("{}@example.com", "ü".repeat(33))).await.field("email"), "invalid_email");
        let unfolds = format!("{}@{}.com", "l".repeat(60), ["ü-a-b-c-d-e"; 14].join("."));
        assert!(unfolds.len() <= 254);
        assert_eq!(forgot(&app, unfolds).await.field("email"), "too_long");
        add(&admin, of(254)).await.expect(201);
        app.mail_to(&of(254)).await;
    }

    async fn eml_05_a_name_of_a_user_or_an_admin_puts_no_link_into_a_mail(app) {
        let admin = app.admin().await;
        let jo = app.add_user("Jo", "jo@example.com").await;
        let own = admin.get("/api/session").await.json()["user"]["id"].as_str().expect("an id").to_owned();
        let names = ["<a href=https://evil.example>Jo</a>", "https://evil.example/login", "evil.example", "Jo & <img src=x onerror=alert(1)>", "\"'><script>", ".", "..", "{{link}}", "=2E"];
        for name in names {
            admin.patch(&format!("/api/users/{jo}"), json!({"name": name})).await.expect(200);
            admin.patch(&format!("/api/users/{own}"), json!({"name": name})).await.expect(200);
            let before = app.smtp.mails().len();
            admin.send(admin.request("POST", &format!("/api/users/{jo}/password-reset"))).await.expect(202);
            app.wait_for_empty_queue().await;
            let mail = app.smtp.mails().get(before).cloned().expect("a mail");
            let (html, text) = (mail.html(), mail.text());
            assert!(!html.contains("<img") && !html.contains("<script") && !html.contains("evil"), "{html}");
            assert!(!text.contains("evil") && text.contains("#token="), "{text}");
            let links: Vec<&str> = html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
            assert!(!links.is_empty() && links.iter().all(|link| link.starts_with("http://localhost:8080/") || link.starts_with("mailto:")), "{links:?}");
            let raw = String::from_utf8(mail.raw.clone()).expect("ASCII");
            assert!(!raw.replace("\r\n", "").contains(['\r', '\n']) && !raw.contains("evil"), "{raw}");
            app.advance(61);
        }
        assert_eq!(app.smtp.mails().len(), names.len());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eml_06_with_tls_required_nothing_is_sent_without_it() {
    for database in [Database::Sqlite, Database::Postgres] {
        // The server offers no STARTTLS, or an attacker removed it from the reply.
        let smtp = SmtpServer::start();
        let url = format!("smtp://jo:hunter2@localhost:{}?tls=required", smtp.address.port());
        let app = TestApp::start_with(database, &["--smtp-url", &url]).await;
        let admin = app.admin().await;
        let jo = app.add_user("Jo", "jo@example.com").await;
        forgot(&app, "jo@example.com").await.expect(202);
        app.wait_for_scheduled_retries().await;
        app.advance(30);
        smtp.wait_for_transcript(|text| text.matches("EHLO").count() >= 2).await;
        let transcript = String::from_utf8_lossy(&smtp.transcript()).into_owned();
        assert!(transcript.lines().all(|line| line.starts_with("EHLO") || line.starts_with("QUIT")), "{transcript}");
        assert_eq!(admin.get(&format!("/api/users/{jo}")).await.json()["reset"]["state"], "queued");
    }
}
