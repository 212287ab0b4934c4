//! Logging in and out.

use crate::on_both;
use crate::world::*;

on_both! {
    async fn somebody_logs_in_and_out(app) {
        let jo = app.add_user("Jo Okafor", "jo@example.com").await;
        let visitor = app.visitor();
        let answer = visitor.post("/api/session", json!({"email": "JO@example.com", "password": PASSWORD})).await.expect(200);
        assert_eq!(answer.json(), json!({"user": {"id": jo, "name": "Jo Okafor", "email": "jo@example.com", "role": "agent", "extension": "1001"}}));
        let cookie = answer.header("set-cookie");
        assert!(cookie.starts_with("rekey=") && cookie.contains("; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
        assert_eq!(visitor.get("/api/session").await.json(), answer.json());
        let stolen = visitor.cookie().expect("a cookie");
        visitor.delete("/api/session").await.expect(204);
        let thief = app.visitor();
        thief.set_cookie(&stolen);
        assert_eq!(thief.get("/api/session").await.json(), json!({"user": null}), "the server ended it");
    }

    async fn ses_06_idle_and_absolute_limits_hold(app) {
        app.add_user("Jo", "jo@example.com").await;
        let idle = app.log_in("jo@example.com", PASSWORD).await;
        app.advance(12 * 3600 + 1);
        assert_eq!(idle.get("/api/session").await.json()["user"], Value::Null);
        let busy = app.log_in("jo@example.com", PASSWORD).await;
        for _ in 0..(30 * 24 / 11) {
            app.advance(11 * 3600);
            busy.put("/api/account/password", json!({"current_password": "", "new_password": ""})).await.expect(422);
        }
        app.advance(11 * 3600);
        busy.put("/api/account/password", json!({"current_password": "", "new_password": ""})).await.expect(401);
    }

    async fn ses_02_an_id_chosen_by_the_client_is_ignored(app) {
        app.add_user("Jo", "jo@example.com").await;
        let visitor = app.visitor();
        let chosen = "rekey=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        visitor.set_cookie(chosen);
        visitor.post("/api/session", json!({"email": "jo@example.com", "password": PASSWORD})).await.expect(200);
        assert_ne!(visitor.cookie().expect("a cookie"), chosen);
    }
}
