//! Alternative crates, each used as its own documentation shows.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse as _;
use axum::routing::post;
use axum_github_webhook_extract::{GithubEvent, GithubToken};
use http_body_util::BodyExt as _;
use serde::de::IgnoredAny;
use tower::ServiceBuilder;
use tower::util::MapRequestLayer;
use webhooksmith_axum::{VerifiedWebhook, WebhookSecretLayer};

use crate::SECRET;

fn secret() -> String {
    String::from_utf8(SECRET.to_vec()).expect("text")
}

/// webhook-verify in front of these routes.
pub fn webhook_verify(routes: Router) -> Router {
    let secret = webhook_verify::Secret::new(secret());
    let layer =
        webhook_verify::tower::VerifyLayer::<Bytes>::new(webhook_verify::Provider::GitHub, secret);
    // Its errors have to be made answers before axum takes it, and the layer
    // that hands axum's own body on is not `Sync`.
    routes.layer(
        ServiceBuilder::new()
            .layer(axum::error_handling::HandleErrorLayer::new(|_| async {
                StatusCode::BAD_REQUEST
            }))
            .layer(layer)
            .layer(MapRequestLayer::new(|request: http::Request<Bytes>| {
                request.map(Body::from)
            })),
    )
}

pub(crate) fn standardwebhooks(routes: Router) -> Router {
    let webhook = standardwebhooks::Webhook::from_bytes(SECRET.to_vec()).expect("a secret");
    let webhook = Arc::new(webhook);
    routes.layer(from_fn(move |request: Request, next: Next| {
        let webhook = Arc::clone(&webhook);
        async move {
            let (parts, body) = request.into_parts();
            let Ok(bytes) = to_bytes(body, 1 << 25).await else {
                return StatusCode::PAYLOAD_TOO_LARGE.into_response();
            };
            if webhook.verify(&bytes, &parts.headers).is_err() {
                return StatusCode::FORBIDDEN.into_response();
            }
            next.run(Request::from_parts(parts, Body::from(bytes)))
                .await
        }
    }))
}

async fn event(_: GithubEvent<IgnoredAny>) -> &'static str {
    "ok"
}

pub(crate) fn github_extract() -> Router {
    Router::new()
        .route("/", post(event))
        .layer(axum::extract::DefaultBodyLimit::disable())
        .with_state(GithubToken(Arc::new(secret())))
}

async fn streaming(request: axum07::extract::Request) -> &'static str {
    let mut body = request.into_body();
    while let Some(frame) = body.frame().await {
        std::hint::black_box(frame.is_ok());
    }
    "ok"
}

async fn verified(VerifiedWebhook(hook): VerifiedWebhook) -> &'static str {
    std::hint::black_box(hook.body);
    "ok"
}

pub(crate) fn nothing() -> axum07::Router {
    axum07::Router::new().route("/", axum07::routing::post(streaming))
}

pub(crate) fn webhooksmith() -> axum07::Router {
    axum07::Router::new()
        .route("/", axum07::routing::post(verified))
        .layer(WebhookSecretLayer::new(secret()))
}
