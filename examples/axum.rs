//! A receiver on axum: `cargo run -p hookward-examples`.
//!
//! It prints a genuine and a forged `curl` command for each route, and one line for
//! each refusal. Settings: `ADDR`, `HANDLER_DELAY_MS`, `HANDLER_STATUS`, `BODY_LIMIT`,
//! `BODY_IDLE_TIMEOUT_MS`, `BODY_TIMEOUT_MS`, `REPLAY_STORE` (`memory`; with feature
//! `stores` also `sqlite:PATH`, `redis://…` or `postgres://…`), `WEBHOOK_DIAGNOSES` (says on
//! standard error why a signature did not match; for development), and the keys that it
//! names on start.

#![forbid(unsafe_code)]

use std::error::Error;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use hookward::Endpoint;
use hookward::axum::Verified;
use hookward::tower::VerifyLayer;
use hookward_examples::{
    Receiver, Route, address, listen, print_welcome, replay_store, routes, serve, settled,
};
use serde_json::Value;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let routes = routes();
    let receiver = Arc::new(Receiver::from_env(&routes)?);
    let store = replay_store().await?;
    let endpoints = routes
        .iter()
        .map(|route| route.endpoint(&store))
        .collect::<Result<Vec<_>, _>>()?;
    let app = app(&routes, &endpoints, &receiver)?;
    let listener = listen(address()).await?;
    print_welcome(&routes, &format!("http://{}", listener.local_addr()?))?;
    serve(listener, app).await?;
    settled(&endpoints).await;
    Ok(())
}

fn app(
    routes: &[Route],
    endpoints: &[Endpoint],
    receiver: &Arc<Receiver>,
) -> Result<Router, Box<dyn Error>> {
    let mut app = Router::new();
    for (route, endpoint) in routes.iter().zip(endpoints) {
        let (name, verifier, receiver) = (route.name, route.verifier()?, receiver.clone());
        let handler = move |verified: Verified, body: Bytes| async move {
            let event_id = verifier.event_id_in(&body);
            on_event(&receiver, name, &verified, event_id.as_deref(), &body).await
        };
        app = app.route(
            &route.path(),
            post(handler).layer(VerifyLayer::new(endpoint.clone())),
        );
    }
    let receiver = receiver.clone();
    // The verification layers bound the bodies already.
    Ok(app
        .layer(DefaultBodyLimit::disable())
        .route("/stats", get(async move || Json(receiver.stats()))))
}

async fn on_event(
    receiver: &Receiver,
    route: &'static str,
    verified: &Verified,
    event_id: Option<&str>,
    body: &[u8],
) -> (StatusCode, Json<Value>) {
    let answer = receiver.on_event(route, verified, event_id, body);
    if let Some(delay) = receiver.delay {
        tokio::time::sleep(delay).await;
    }
    (
        StatusCode::from_u16(receiver.status).unwrap_or_default(),
        Json(answer),
    )
}
