//! A receiver on actix-web: `cargo run -p hookward-examples --example actix --features actix`.
//!
//! It prints a genuine and a forged `curl` command for each route, and one line for
//! each refusal. Settings: `ADDR`, `HANDLER_DELAY_MS`, `HANDLER_STATUS`, `BODY_LIMIT`,
//! `BODY_IDLE_TIMEOUT_MS`, `BODY_TIMEOUT_MS`, `REPLAY_STORE` (`memory`; with feature
//! `stores` also `sqlite:PATH`, `redis://…` or `postgres://…`), `WEBHOOK_DIAGNOSES` (says on
//! standard error why a signature did not match; for development), and the keys that it
//! names on start.

#![forbid(unsafe_code)]

use std::error::Error;

use actix_web::http::StatusCode;
use actix_web::{App, HttpResponse, HttpServer, web};
use hookward::Verifier;
use hookward::actix::{Verified, Verify};
use hookward_examples::{
    HEAD_TIMEOUT, Receiver, SHUTDOWN_TIMEOUT, address, print_welcome, replay_store, routes,
};

/// What one route's resource is made of.
#[derive(Clone)]
struct Webhook {
    name: &'static str,
    path: String,
    verifier: Verifier,
    verify: Verify,
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let routes = routes();
    let receiver = web::Data::new(Receiver::from_env(&routes)?);
    // Made once, so that all workers share the replay guards.
    let store = replay_store().await?;
    let mut webhooks = Vec::new();
    for route in &routes {
        webhooks.push(Webhook {
            name: route.name,
            path: route.path(),
            verifier: route.verifier()?,
            verify: Verify::new(route.endpoint(&store)?),
        });
    }
    let server = HttpServer::new(move || {
        let mut app = App::new()
            .app_data(receiver.clone())
            // The middleware bounds the body already.
            .app_data(web::PayloadConfig::new(usize::MAX))
            .route("/stats", web::get().to(stats));
        for webhook in webhooks.clone() {
            let Webhook {
                name,
                path,
                verifier,
                verify,
            } = webhook;
            let handler =
                move |verified: Verified, body: web::Bytes, receiver: web::Data<Receiver>| {
                    let verifier = verifier.clone();
                    async move {
                        let event_id = verifier.event_id_in(&body);
                        on_event(&receiver, name, &verified, event_id.as_deref(), &body).await
                    }
                };
            app = app.service(
                web::resource(path)
                    .wrap(verify)
                    .route(web::post().to(handler)),
            );
        }
        app
    })
    // For the first request of a connection; later ones are up to a proxy.
    .client_request_timeout(HEAD_TIMEOUT)
    .shutdown_timeout(SHUTDOWN_TIMEOUT.as_secs())
    .bind(address())?;
    let base = server
        .addrs()
        .first()
        .map(|address| format!("http://{address}"));
    print_welcome(&routes, &base.unwrap_or_default())?;
    server.run().await?;
    Ok(())
}

async fn stats(receiver: web::Data<Receiver>) -> HttpResponse {
    HttpResponse::Ok().json(receiver.stats())
}

async fn on_event(
    receiver: &Receiver,
    route: &'static str,
    verified: &Verified,
    event_id: Option<&str>,
    body: &[u8],
) -> HttpResponse {
    let answer = receiver.on_event(route, verified, event_id, body);
    if let Some(delay) = receiver.delay {
        actix_web::rt::time::sleep(delay).await;
    }
    HttpResponse::build(StatusCode::from_u16(receiver.status).unwrap_or_default()).json(answer)
}
