//! Mails of the server under test, and their links.

use super::TestApp;
use crate::support::{Mail, json};
use rekey_server::jobs::outbox;

impl TestApp {
    /// Waits for a mail to this address.
    pub async fn mail_to(&self, address: &str) -> Mail {
        self.smtp.wait_for_mail(|mail| mail.to == [address]).await
    }

    /// Requests a reset link on the "forgot" screen and returns the token from the mail.
    pub async fn link_for(&self, email: &str) -> String {
        let before = self.smtp.mails();
        self.client().post("/api/password-resets", json!({"email": email})).await.expect(202);
        let is_new_link = |mail: &Mail| mail.to == [email] && mail.subject().starts_with("Reset") && !before.contains(mail);
        self.smtp.wait_for_mail(is_new_link).await.token()
    }

    /// Waits for a reset link with a token other than `other`, and returns the token.
    pub async fn next_link_for(&self, email: &str, other: &str) -> String {
        let is_other = |mail: &Mail| mail.to == [email] && mail.subject().starts_with("Reset") && mail.token() != other;
        self.smtp.wait_for_mail(is_other).await.token()
    }

    /// Advances the clock over the delays between attempts until the mail has arrived.
    pub async fn mail_after_retries(&self, address: &str) -> Mail {
        loop {
            self.wait_for_scheduled_retries().await;
            if let Some(mail) = self.smtp.mails().into_iter().find(|mail| mail.to == [address]) {
                return mail;
            }
            assert!(outbox::waiting(&self.store).await.expect("the queue can be read") > 0, "no mail to {address} is left to send");
            self.advance(30);
        }
    }

    /// Returns the token of a user whose rows were deleted, which the API never does.
    pub async fn token_of_deleted_user(&self) -> String {
        let id = self.add_user("Gone", "gone@example.com").await;
        let token = self.link_for("gone@example.com").await;
        self.wait_for_empty_queue().await;
        let id: i64 = id.parse().expect("a number");
        let tokens = "DELETE FROM tokens WHERE reset_id IN (SELECT id FROM resets WHERE user_id = $1)";
        for sql in [tokens, "DELETE FROM resets WHERE user_id = $1", "DELETE FROM users WHERE id = $1"] {
            sqlx::query(sql).bind(id).execute(self.store.write()).await.expect("deleted");
        }
        token
    }
}
