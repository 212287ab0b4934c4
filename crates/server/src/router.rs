//! Routing table: every path, and the middleware around all of them.

use crate::app::App;
use crate::http::middleware::{catch, client_ip, headers, origin, request_id};
use crate::http::{json, openapi};
use crate::{account, audit, health, login, metrics, public_config, reset, spa, users};
use axum::Router;
use axum::handler::Handler;
use axum::routing::get;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// API routes; each is documented at its handler.
fn api() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(openapi::description())
        .routes(routes!(public_config::config))
        .routes(routes!(login::show, login::log_in, login::log_out))
        .routes(routes!(reset::request))
        .routes(routes!(reset::inspect))
        .routes(routes!(reset::redeem))
        .routes(routes!(reset::renew))
        .routes(routes!(reset::report))
        .routes(routes!(account::change))
        .routes(routes!(users::list, users::create))
        .routes(routes!(users::bulk_reset))
        .routes(routes!(users::show, users::patch))
        .routes(routes!(users::reset_one))
        .routes(routes!(users::events))
        .routes(routes!(audit::list))
        .routes(routes!(health::ready))
        .routes(routes!(health::alive))
}

/// Returns the OpenAPI description, as printed by `rekey openapi` and served at `/api/openapi.json`.
#[must_use]
pub fn openapi() -> OpenApi {
    let mut description = api().into_openapi();
    openapi::complete(&mut description);
    description
}

/// Returns the router of the whole server.
pub fn router(app: App) -> Router {
    let (api, mut description) = api().split_for_parts();
    openapi::complete(&mut description);
    let config = &app.config;
    let mut router = api
        .merge(openapi::router(&description))
        .route("/metrics", get(health::metrics))
        .with_state(app.clone())
        .route("/.well-known/change-password", get(spa::change_password));
    if let Some(inbox) = app.transport.inbox().filter(|_| config.shows_inbox()) {
        router = router.merge(inbox.router());
    }
    router
        .method_not_allowed_fallback(catch::method_not_allowed)
        .fallback_service(spa::serve.with_state(spa::Site::new(app.clone())))
        .layer(json::layer())
        .layer(catch::layer())
        .layer(origin::layer(config.public_url.origin()))
        .layer(client_ip::layer(config.trusted_proxies.clone()))
        .layer(metrics::layer())
        .layer(request_id::layer(config.trusted_proxies.clone()))
        .layer(headers::layer(config.public_url.is_https()))
}
