//! Password rules and password storage.

use crate::support::*;
use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, Version};
use sqlx::Row;

/// A holder of a link.
struct Owner {
    client: Client,
    token: String,
}

impl Owner {
    async fn with_link(app: &TestApp, email: &str) -> Self {
        Self { client: app.client(), token: app.link_for(email).await }
    }

    async fn sets(&self, password: &str) -> Response {
        self.client.post("/api/password-resets/redeem", json!({"token": self.token, "password": password})).await
    }
}

/// Returns the status of a login with this password.
async fn tries(app: &TestApp, email: &str, password: &str) -> u16 {
    app.client().post("/api/session", json!({"email": email, "password": password})).await.status
}

/// Returns the stored hash of this user.
async fn stored(app: &TestApp, id: &str) -> String {
    let id: i64 = id.parse().expect("a number");
    sqlx::query("SELECT password_hash FROM users WHERE id = $1").bind(id).fetch_one(app.store.read()).await.expect("a row").get(0)
}

async fn store(app: &TestApp, id: &str, phc: &str) {
    let id: i64 = id.parse().expect("a number");
    let mut tx = app.store.begin().await.expect("begins");
    sqlx::query("UPDATE users SET password_hash = $2 WHERE id = $1").bind(id).bind(phc).execute(&mut *tx).await.expect("a row");
    tx.commit().await.expect("commits");
}

/// Returns distinct characters beyond 16 bits that do not combine with each other.
fn astral(count: u32) -> String {
    (0..count).filter_map(|n| char::from_u32(0x1f400 + n * 7 % 200)).collect()
}

on_both_databases! {
    async fn pwd_01_fifteen_code_points_at_the_least_and_256_at_the_most(app) {
        app.add_user("Jo Okafor", "jo@example.com").await;
        let config = app.client().get("/api/config").await.expect(200).json();
        assert_eq!(config["password"], json!({"min_length": 15, "max_length": 256}));
        let jo = Owner::with_link(&app, "jo@example.com").await;
        for (password, code, named) in [
            (String::new(), "required", "password"),
            ("fourteen chars".to_owned(), "too_short", "15"),
            (astral(14), "too_short", "14"),
            (astral(257), "too_long", "256"),
            (format!("{}é", "kettle on the third floor ".repeat(10)), "too_long", "256"),
        ] {
            let answer = jo.sets(&password).await;
            assert_eq!(answer.field("password"), code, "{password}");
            let message = answer.json()["errors"]["password"][0]["message"].clone();
            assert!(message.as_str().expect("a message").contains(named), "{message}");
        }
        jo.sets(&astral(15)).await.expect(200);
        let session = app.log_in("jo@example.com", &astral(15)).await;
        let change = json!({"current_password": astral(15), "new_password": astral(256)});
        session.put("/api/account/password", change).await.expect(204);
        app.log_in("jo@example.com", &astral(256)).await;
        assert_eq!(tries(&app, "jo@example.com", &astral(257)).await, 422);
    }

    async fn pwd_01_nothing_is_cut_off(app) {
        app.add_user("Jo Okafor", "jo@example.com").await;
        let long: String = "a kettle on the third floor, then ".chars().cycle().take(255).collect();
        let jo = Owner::with_link(&app, "jo@example.com").await;
        jo.sets(&format!("{long}1")).await.expect(200);
        let cut = |length: usize| long.chars().take(length).collect::<String>();
        for other in [format!("{long}2"), long.clone(), cut(72), format!("{}1", cut(72))] {
            assert_eq!(tries(&app, "jo@example.com", &other).await, 401, "{other}");
        }
        app.log_in("jo@example.com", &format!("{long}1")).await;
    }

    async fn pwd_02_forms_of_one_text_are_one_password(app) {
        app.add_user("Jo Okafor", "jo@example.com").await;
        let jo = Owner::with_link(&app, "jo@example.com").await;
        // 14 characters in NFC, 28 as sent; and 256 in NFC.
        assert_eq!(jo.sets(&"e\u{301}o\u{308}".repeat(7)).await.field("password"), "too_short");
        assert_eq!(jo.sets(&"a\u{30a}x ".repeat(86)).await.field("password"), "too_long");
        jo.sets("a cafe\u{301} in U\u{308}berlingen").await.expect(200);
        let composed = "a caf\u{e9} in \u{dc}berlingen";
        let session = app.log_in("jo@example.com", composed).await;
        app.log_in("jo@example.com", "a cafe\u{301} in \u{dc}berlingen").await;
        // The angstrom sign and the letter, and decomposed Hangul.
        let change = json!({"current_password": "a caf\u{e9} in U\u{308}berlingen", "new_password": "ten \u{212b}ngstr\u{f6}m or \u{1100}\u{1161}"});
        session.put("/api/account/password", change).await.expect(204);
        app.log_in("jo@example.com", "ten A\u{30a}ngstro\u{308}m or \u{ac00}").await;
        assert_eq!(tries(&app, "jo@example.com", "ten Angstrom or \u{ac00}").await, 401, "accents count");
        let long = json!({"current_password": "ten \u{c5}ngstr\u{f6}m or \u{ac00}", "new_password": "a\u{30a}x ".repeat(85) + "."});
        session.put("/api/account/password", long).await.expect(204);
    }

    async fn pwd_03_neither_spaces_nor_case_are_taken_away(app) {
        app.add_user("Jo Okafor", "jo@example.com").await;
        let jo = Owner::with_link(&app, "jo@example.com").await;
        jo.sets("  Seven purple Umbrellas\t").await.expect(200);
        for other in ["Seven purple Umbrellas", "  Seven purple Umbrellas", " Seven purple Umbrellas\t", "  seven purple umbrellas\t"] {
            assert_eq!(tries(&app, "jo@example.com", other).await, 401, "{other:?}");
        }
        app.log_in("jo@example.com", "  Seven purple Umbrellas\t").await;
    }

    async fn pwd_04_common_and_personal_passwords_are_refused_with_the_reason(app) {
        app.add_user("Jo Okafor", "jo.okafor@mail.example.com").await;
        let jo = Owner::with_link(&app, "jo.okafor@mail.example.com").await;
        let session = app.log_in("jo.okafor@mail.example.com", PASSWORD).await;
        for (password, code) in [
            ("iloveyouforever", "common"),
            ("WelcomeToTheJungle", "common"),
            ("passwordpassword", "common"),
            ("Password2024!!!!!", "common"),
            ("letmein123456789", "common"),
            ("iloveyouiloveyou", "common"),
            ("football1234567890", "common"),
            ("P@ssw0rd12345678", "common"),
            ("monkey-dragon-2024", "common"),
            ("123456789012345", "sequence"),
            ("zyxwvutsrqponmlkj", "sequence"),
            ("890123456789012", "sequence"),
            ("qwertyuiop123456", "keyboard_row"),
            ("poiuytrewqlkjhgfdsa", "keyboard_row"),
            ("azertyuiopqsdfgh", "keyboard_row"),
            ("!@#$%^&*()_+!@#$", "keyboard_row"),
            ("1Q2W3E4R5T6Y7U8I!", "keyboard_row"),
            ("1qaz2wsx3edc4rfv", "keyboard_row"),
            ("AAAAAAAAAAAAaaaaaaaa", "repeated_character"),
            ("Squaretalk2026!!!", "personal"),
            ("SQUARETALKsquaretalk", "personal"),
            ("okafor jo 19841984", "personal"),
            ("Jo.Okafor@mail.example.com", "personal"),
            ("rofakookafor2026", "personal"),
        ] {
            let answer = jo.sets(password).await;
            assert_eq!(answer.field("password"), code, "{password}");
            let message = answer.json()["errors"]["password"][0]["message"].as_str().expect("a message").to_owned();
            assert!(message.len() > 20 && !message.to_lowercase().contains(&password.to_lowercase()), "{message}");
            let change = json!({"current_password": PASSWORD, "new_password": password});
            assert_eq!(session.put("/api/account/password", change).await.field("new_password"), code, "{password}");
        }
        // Only the whole password is compared: containing a common word or a name is allowed.
        jo.sets("my password is never password").await.expect(200);
        let change = json!({"current_password": "my password is never password", "new_password": "okafor keeps bees in may"});
        app.log_in("jo.okafor@mail.example.com", "my password is never password").await.put("/api/account/password", change).await.expect(204);
    }

    async fn pwd_05_what_it_is_made_of_is_free_and_it_never_expires(app) {
        app.add_user("Jo Okafor", "jo@example.com").await;
        let mut current = PASSWORD.to_owned();
        let session = app.log_in("jo@example.com", PASSWORD).await;
        for password in ["seven purple giraffes", "8301947265193847", "%&/%(=/)§?=)/&%§", "пароль на вторник утром", "  .  ,  .  ;  .  :", "七つの紫の傘が三階の廊下に"] {
            let password = if password.chars().count() < 15 { password.repeat(2) } else { password.to_owned() };
            let change = json!({"current_password": current, "new_password": password});
            session.put("/api/account/password", change).await.expect(204);
            current = password;
        }
        app.advance(5 * 365 * 86_400);
        // No call accepts a password hint.
        let session = app.log_in("jo@example.com", &current).await;
        let hint = json!({"current_password": current, "new_password": PASSWORD, "hint": "umbrellas"});
        assert_eq!(session.put("/api/account/password", hint).await.field("body"), "unknown_field");
        let description = app.client().get("/api/openapi.json").await.expect(200);
        assert!(!String::from_utf8(description.bytes).expect("text").to_lowercase().contains("hint\":"));
    }

    async fn pwd_06_a_nul_ends_no_password(app) {
        app.add_user("Jo Okafor", "jo@example.com").await;
        let jo = Owner::with_link(&app, "jo@example.com").await;
        jo.sets("seven purple\0umbrellas").await.expect(200);
        for other in ["seven purple", "seven purple\0", "seven purple\0giraffes", "seven purpleumbrellas"] {
            assert_eq!(tries(&app, "jo@example.com", other).await, 401, "{other:?}");
        }
        let session = app.log_in("jo@example.com", "seven purple\0umbrellas").await;
        let change = |new: &str| json!({"current_password": "seven purple\0umbrellas", "new_password": new});
        assert_eq!(session.put("/api/account/password", change("short\0")).await.field("new_password"), "too_short");
        session.put("/api/account/password", change("\0seven purple umbrellas")).await.expect(204);
        assert_eq!(tries(&app, "jo@example.com", "").await, 422);
        assert_eq!(tries(&app, "jo@example.com", "\0").await, 401);
        app.log_in("jo@example.com", "\0seven purple umbrellas").await;
    }

    async fn pwd_07_argon2id_strong_enough_with_a_salt_of_its_own(app) {
        let ids = [app.add_user("Jo", "jo@example.com").await, app.add_user("Al", "al@example.com").await];
        let mut salts = Vec::new();
        for (id, email) in ids.iter().zip(["jo@example.com", "al@example.com"]) {
            Owner::with_link(&app, email).await.sets(NEW_PASSWORD).await.expect(200);
            let phc = stored(&app, id).await;
            let parts: Vec<&str> = phc.split('$').collect();
            let ["", "argon2id", "v=19", costs, salt, hash] = parts[..] else { panic!("no PHC string of argon2id: {phc}") };
            let cost = |name: &str| costs.split(',').find_map(|cost| cost.strip_prefix(name)?.strip_prefix('=')?.parse::<u32>().ok());
            assert!(cost("m") >= Some(19 * 1024) && cost("t") >= Some(2) && cost("p") == Some(1), "{costs}");
            assert!(salt.len() >= 22 && hash.len() >= 43, "{phc}");
            salts.push(salt.to_owned());
        }
        assert_ne!(salts[0], salts[1]);
        assert!(!String::from_utf8_lossy(&app.dump().await).contains(NEW_PASSWORD));
    }

    async fn pwd_07_an_older_work_factor_is_raised_at_the_next_login(app) {
        let id = app.add_user("Jo", "jo@example.com").await;
        for (algorithm, memory, passes) in [(Algorithm::Argon2id, 8 * 1024, 1), (Algorithm::Argon2i, 19 * 1024, 2)] {
            let params = Params::new(memory, passes, 1, None).expect("parameters");
            let weak = Argon2::new(algorithm, Version::V0x13, params).hash_password(PASSWORD.as_bytes()).expect("a hash").to_string();
            store(&app, &id, &weak).await;
            assert_eq!(tries(&app, "jo@example.com", "not the password").await, 401);
            assert_eq!(stored(&app, &id).await, weak, "a failure changes nothing");
            app.log_in("jo@example.com", PASSWORD).await;
            let raised = stored(&app, &id).await;
            assert!(raised.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{raised}");
            app.log_in("jo@example.com", PASSWORD).await;
            assert_eq!(stored(&app, &id).await, raised, "and once is enough");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pwd_01_the_least_length_can_be_set_down_to_eight() {
    for kind in [Database::Sqlite, Database::Postgres] {
        let app = TestApp::start_with(kind, &["--password-min-length", "8"]).await;
        app.add_user("Jo Okafor", "jo@example.com").await;
        let jo = Owner::with_link(&app, "jo@example.com").await;
        // Common passwords of eight characters are on the list unchanged.
        for (password, code) in
            [("seven x", "too_short"), ("trustno1", "common"), ("password", "common"), ("Sunshine", "common"), ("okafor12", "personal")]
        {
            assert_eq!(jo.sets(password).await.field("password"), code, "{password}");
        }
        jo.sets("k3J9-xQp").await.expect(200);
    }
}
