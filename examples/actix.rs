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
use std::time::Duration;

use actix_http::HttpService;
use actix_server::Server;
use actix_service::map_config;
use actix_web::dev::AppConfig;
use actix_web::http::StatusCode;
use actix_web::{App, HttpResponse, web};
use hookward::Verifier;
use hookward::actix::{Expect, Verified, Verify};
use hookward_examples::{
    HEAD_TIMEOUT, Receiver, SHUTDOWN_TIMEOUT, address, listen, print_welcome, replay_store, routes,
    settled,
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
    let (mut webhooks, mut endpoints) = (Vec::new(), Vec::new());
    for route in &routes {
        let endpoint = route.endpoint(&store)?;
        endpoints.push(endpoint.clone());
        webhooks.push(Webhook {
            name: route.name,
            path: route.path(),
            verifier: route.verifier()?,
            verify: Verify::new(endpoint),
        });
    }
    let expect = webhooks.iter().fold(Expect::new(), |expect, webhook| {
        expect.route(&webhook.path, &webhook.verify)
    });
    let listener = listen(address()).await?;
    let listener = listener.into_std()?;
    print_welcome(&routes, &format!("http://{}", listener.local_addr()?))?;
    // What `HttpServer` does, but `100 Continue` waits until the head has passed.
    let server = Server::build()
        .shutdown_timeout(SHUTDOWN_TIMEOUT.as_secs())
        .listen("webhooks", listener, move || {
            let app = App::new()
                .app_data(receiver.clone())
                .configure(|app| configure(app, &webhooks));
            HttpService::build()
                // For the first request of a connection; later ones are up to a proxy.
                .client_request_timeout(HEAD_TIMEOUT)
                .client_disconnect_timeout(Duration::from_secs(1))
                .expect(expect.clone())
                .finish(map_config(app, |()| AppConfig::default()))
                .tcp()
        })?
        .run();
    server.await?;
    settled(&endpoints).await;
    Ok(())
}

fn configure(app: &mut web::ServiceConfig, webhooks: &[Webhook]) {
    // The middleware bounds the body already.
    app.app_data(web::PayloadConfig::new(usize::MAX))
        .route("/stats", web::get().to(stats));
    for webhook in webhooks {
        let (name, verifier) = (webhook.name, webhook.verifier.clone());
        let handler = move |verified: Verified, body: web::Bytes, receiver: web::Data<Receiver>| {
            let verifier = verifier.clone();
            async move {
                let event_id = verifier.event_id_in(&body);
                on_event(&receiver, name, &verified, event_id.as_deref(), &body).await
            }
        };
        app.service(
            web::resource(&webhook.path)
                .wrap(webhook.verify.clone())
                .route(web::post().to(handler)),
        );
    }
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
