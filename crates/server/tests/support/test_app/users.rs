//! Users of the server under test, and their sessions.

use super::TestApp;
use crate::support::{Client, PASSWORD, json};
use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, Version};
use rekey_server::auth::hashing::hash_now;
use rekey_server::users::write::{self, NewRow, Profile};
use rekey_wire::users::{Role, Status};
use std::sync::OnceLock;

impl TestApp {
    /// Adds an agent with [`PASSWORD`] and returns the id.
    pub async fn add_user(&self, name: &str, email: &str) -> String {
        self.add(name, email, Role::Agent, Status::Active, true).await
    }

    /// Adds an agent who has not set a password yet.
    pub async fn add_user_without_password(&self, name: &str, email: &str) -> String {
        self.add(name, email, Role::Agent, Status::Active, false).await
    }

    /// Adds a disabled agent with [`PASSWORD`].
    pub async fn add_disabled_user(&self, name: &str, email: &str) -> String {
        self.add(name, email, Role::Agent, Status::Disabled, true).await
    }

    /// Adds an admin, Ada Admin, admin@example.com, and logs in.
    pub async fn admin(&self) -> Client {
        self.add("Ada Admin", "admin@example.com", Role::Admin, Status::Active, true).await;
        self.log_in("admin@example.com", PASSWORD).await
    }

    async fn add(&self, name: &str, email: &str, role: Role, status: Status, with_password: bool) -> String {
        static HASH: OnceLock<String> = OnceLock::new();
        let hash = HASH.get_or_init(|| hash_now(PASSWORD).expect("a hash"));
        let mut tx = self.store.begin().await.expect("begins");
        let extension = write::next_extension(&mut tx).await.expect("an extension");
        let row = NewRow {
            role,
            status,
            password_hash: with_password.then(|| hash.clone()),
            ..NewRow::agent(name.to_owned(), Profile::keep(Some(email)), extension)
        };
        let ids = write::insert(&mut tx, self.clock.now(), &[row]).await.expect("a user");
        tx.commit().await.expect("commits");
        ids[0].to_string()
    }

    /// Logs a user in.
    pub async fn log_in(&self, email: &str, password: &str) -> Client {
        let client = self.client();
        client.post("/api/session", json!({"email": email, "password": password})).await.expect(200);
        client
    }

    /// Replaces a user's hash by one of [`PASSWORD`] that is slow to verify.
    pub async fn set_slow_hash(&self, id: &str) {
        let params = Params::new(19 * 1024, 40, 1, None).expect("parameters");
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let hash = argon.hash_password(PASSWORD.as_bytes()).expect("a hash").to_string();
        self.replace_hash(id, &hash).await;
    }

    /// Replaces the password hash of a user, like a reset.
    pub async fn replace_hash(&self, id: &str, hash: &str) {
        let id: i64 = id.parse().expect("a number");
        let mut tx = self.store.begin().await.expect("begins");
        sqlx::query("UPDATE users SET password_hash = $2 WHERE id = $1").bind(id).bind(hash).execute(&mut *tx).await.expect("a row");
        tx.commit().await.expect("commits");
    }
}
