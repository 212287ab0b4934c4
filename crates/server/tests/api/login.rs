//! Login and logout.

use crate::support::*;

on_both_databases! {
    async fn a_user_logs_in_and_out(app) {
        let jo = app.add_user("Jo Okafor", "jo@example.com").await;
        let client = app.client();
        let answer = client.post("/api/session", json!({"email": "JO@example.com", "password": PASSWORD})).await.expect(200);
        assert_eq!(answer.json(), json!({"user": {"id": jo, "name": "Jo Okafor", "email": "jo@example.com", "role": "agent", "extension": "1000"}}));
        let cookie = answer.header("set-cookie");
        assert!(cookie.starts_with("rekey=") && cookie.contains("; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
        assert_eq!(client.get("/api/session").await.json(), answer.json());
        let stolen = client.cookie().expect("a cookie");
        client.delete("/api/session").await.expect(204);
        let thief = app.client();
        thief.set_cookie(&stolen);
        assert_eq!(thief.get("/api/session").await.json(), json!({"user": null}), "the server ended it");
    }
}
