//! Waiting for background work of the server under test.

use super::TestApp;
use crate::support::wait_until;
use rekey_server::jobs::outbox;
use rekey_server::store::number;

impl TestApp {
    /// Waits until the job queue is empty.
    pub async fn wait_for_empty_queue(&self) {
        wait_until("the job queue is empty", async || outbox::waiting(&self.store).await.expect("the queue can be read") == 0).await;
    }

    /// Waits until every job was attempted and waits for its next attempt, if there are any.
    pub async fn wait_for_scheduled_retries(&self) {
        let sql = "SELECT count(*) FROM outbox WHERE attempts = 0 OR claimed_until > 0 OR next_at <= $1";
        wait_until("every job waits for its next attempt", async || {
            let row = sqlx::query(sql).bind(self.now()).fetch_one(self.store.read()).await.expect("a count");
            number(&row).expect("a number") == 0
        })
        .await;
    }

    /// Advances the clock over the delays between attempts until the job queue is empty. The clock is not advanced while a job is leased: its lease
    /// would expire.
    pub async fn run_queue_with_retries(&self) {
        loop {
            self.wait_for_scheduled_retries().await;
            if outbox::waiting(&self.store).await.expect("the queue can be read") == 0 {
                return;
            }
            self.advance(30);
        }
    }

    /// Waits until a password is being verified: the attempt is counted before.
    pub async fn wait_for_login_attempt(&self) {
        let sql = "SELECT 1 FROM login_failures WHERE failures > 0";
        wait_until("a login is attempted", async || sqlx::query(sql).fetch_optional(self.store.read()).await.expect("rows").is_some())
            .await;
    }

    /// Waits until a session was used within the last seconds: a signed-in request has passed the session check.
    pub async fn wait_for_session_use(&self, seconds: i64) {
        let since = self.now() - seconds * 1000;
        let sql = "SELECT 1 FROM sessions WHERE last_used_at >= $1";
        wait_until("a session is used", async || {
            sqlx::query(sql).bind(since).fetch_optional(self.store.read()).await.expect("rows").is_some()
        })
        .await;
    }
}
