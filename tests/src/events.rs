//! The same routes for typed events with each adapter:
//!
//! - `/hooks/typed`, `/hooks/form`: one payload type;
//! - `/hooks/dead-letter`: a payload type, or the misfit, which is acknowledged;
//! - `/hooks/acknowledged`, `/hooks/refused`, `/hooks/otherwise`: handlers for the types `a`
//!   and `b` of `body:/type`, and what becomes of others;
//! - `/hooks/by-header`: the same for GitHub's header, with a handler for all others.

use hookward::providers;
use serde::Deserialize;

/// What the handler of `b` and of `/hooks/typed` takes.
#[derive(Debug, Deserialize)]
struct Invoice {
    secret_amount: u32,
}

/// A form.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Text {
    from: String,
    num_media: u32,
    body: Option<String>,
}

impl Text {
    fn told(&self) -> String {
        format!("{} {} {:?}", self.from, self.num_media, self.body)
    }
}

/// What the handler of all other types answers.
fn other(event: &hookward::EventType, body: &[u8]) -> String {
    let name = event.name().unwrap_or("-");
    let body = String::from_utf8_lossy(body);
    format!("other {name} {} {body}", event.is_proven())
}

/// What the handler of a dead letter keeps.
fn letter(misfit: &hookward::Misfit) -> String {
    let body = String::from_utf8_lossy(misfit.body());
    format!(
        "{} {} {body}",
        misfit.kind().as_str(),
        misfit.verified().provider()
    )
}

pub(crate) fn axum() -> axum::Router {
    use axum::routing::any;
    use hookward::axum::{Event, EventRouter, Events, OrMisfit, Webhook, WebhookForm};
    use serde_json::Value;

    async fn a(event: Event, hook: Webhook<Value>) -> String {
        format!("a {} {}", event.is_proven(), hook.payload)
    }
    async fn b(hook: Webhook<Invoice>) -> String {
        format!("b {}", hook.payload.secret_amount)
    }
    async fn rest(event: Event, body: bytes::Bytes) -> String {
        other(&event, &body)
    }
    async fn form(hook: WebhookForm<Text>) -> String {
        hook.payload.told()
    }
    async fn dead_letter(
        OrMisfit(hook): OrMisfit<Webhook<Invoice>>,
    ) -> axum::http::Response<axum::body::Body> {
        match hook {
            Ok(hook) => axum::http::Response::new(hook.payload.secret_amount.to_string().into()),
            Err(misfit) => {
                let mut answer = misfit.acknowledge().map(|_| letter(&misfit).into());
                answer.headers_mut().remove("content-length");
                answer
            }
        }
    }
    let events = |at: Events| -> Events { at.on("a", a).on("b", b) };
    let by_type = || events(Events::by("body:/type"));
    let header: EventRouter = events(Events::new(&providers::GITHUB))
        .otherwise(rest)
        .unwrap();
    axum::Router::new()
        .route("/hooks/typed", any(b))
        .route("/hooks/form", any(form))
        .route("/hooks/dead-letter", any(dead_letter))
        .route(
            "/hooks/acknowledged",
            any(by_type().acknowledge_others().unwrap()),
        )
        .route("/hooks/refused", any(by_type().refuse_others().unwrap()))
        .route("/hooks/otherwise", any(by_type().otherwise(rest).unwrap()))
        .route("/hooks/by-header", any(header))
}

pub(crate) fn actix(config: &mut actix_web::web::ServiceConfig) {
    use actix_web::{HttpResponse, web};
    use hookward::actix::{Event, Events, OrMisfit, Webhook, WebhookForm};
    use serde_json::Value;

    async fn a(event: Event, hook: Webhook<Value>) -> String {
        format!("a {} {}", event.is_proven(), hook.payload)
    }
    async fn b(hook: Webhook<Invoice>) -> String {
        format!("b {}", hook.payload.secret_amount)
    }
    async fn rest(event: Event, body: web::Bytes) -> String {
        other(&event, &body)
    }
    async fn form(hook: WebhookForm<Text>) -> String {
        hook.payload.told()
    }
    async fn dead_letter(OrMisfit(hook): OrMisfit<Webhook<Invoice>>) -> HttpResponse {
        match hook {
            Ok(hook) => HttpResponse::Ok().body(hook.payload.secret_amount.to_string()),
            Err(misfit) => HttpResponse::Ok().body(letter(&misfit)),
        }
    }
    let events = |at: Events| at.on("a", a).on("b", b);
    let by_type = || events(Events::by("body:/type"));
    let header = events(Events::new(&providers::GITHUB))
        .otherwise(rest)
        .unwrap();
    config
        .route("/hooks/typed", web::to(b))
        .route("/hooks/form", web::to(form))
        .route("/hooks/dead-letter", web::to(dead_letter))
        .route(
            "/hooks/acknowledged",
            web::to(by_type().acknowledge_others().unwrap()),
        )
        .route(
            "/hooks/refused",
            web::to(by_type().refuse_others().unwrap()),
        )
        .route(
            "/hooks/otherwise",
            web::to(by_type().otherwise(rest).unwrap()),
        )
        .route("/hooks/by-header", web::to(header));
}

pub(crate) fn poem() -> poem::Route {
    use hookward::poem::{Event, Events, OrMisfit, Webhook, WebhookForm};
    use serde_json::Value;

    #[poem::handler]
    async fn a(event: Event, hook: Webhook<Value>) -> String {
        format!("a {} {}", event.is_proven(), hook.payload)
    }
    #[poem::handler]
    async fn b(hook: Webhook<Invoice>) -> String {
        format!("b {}", hook.payload.secret_amount)
    }
    #[poem::handler]
    async fn rest(event: Event, body: Vec<u8>) -> String {
        other(&event, &body)
    }
    #[poem::handler]
    async fn form(hook: WebhookForm<Text>) -> String {
        hook.payload.told()
    }
    #[poem::handler]
    async fn dead_letter(OrMisfit(hook): OrMisfit<Webhook<Invoice>>) -> String {
        match hook {
            Ok(hook) => hook.payload.secret_amount.to_string(),
            Err(misfit) => letter(&misfit),
        }
    }
    let events = |at: Events| at.on("a", a).on("b", b);
    let by_type = || events(Events::by("body:/type"));
    let header = events(Events::new(&providers::GITHUB))
        .otherwise(rest)
        .unwrap();
    poem::Route::new()
        .at("/hooks/typed", b)
        .at("/hooks/form", form)
        .at("/hooks/dead-letter", dead_letter)
        .at(
            "/hooks/acknowledged",
            by_type().acknowledge_others().unwrap(),
        )
        .at("/hooks/refused", by_type().refuse_others().unwrap())
        .at("/hooks/otherwise", by_type().otherwise(rest).unwrap())
        .at("/hooks/by-header", header)
}

pub(crate) fn salvo() -> salvo_core::Router {
    use hookward::salvo::{Event, Events, OrMisfit, Webhook, WebhookForm};
    use salvo_core::{Request, Router, Writer as _, handler};
    use serde_json::Value;

    #[handler]
    async fn a(event: Event, hook: Webhook<Value>) -> String {
        format!("a {} {}", event.is_proven(), hook.payload)
    }
    #[handler]
    async fn b(hook: Webhook<Invoice>) -> String {
        format!("b {}", hook.payload.secret_amount)
    }
    #[handler]
    async fn rest(event: Event, request: &mut Request) -> String {
        other(
            &event,
            request.payload_with_max_size(usize::MAX).await.unwrap(),
        )
    }
    #[handler]
    async fn form(hook: WebhookForm<Text>) -> String {
        hook.payload.told()
    }
    #[handler]
    async fn dead_letter(hook: OrMisfit<Webhook<Invoice>>) -> String {
        match hook.0 {
            Ok(hook) => hook.payload.secret_amount.to_string(),
            Err(misfit) => letter(&misfit),
        }
    }
    let events = |at: Events| at.on("a", a).on("b", b);
    let by_type = || events(Events::by("body:/type"));
    let header = events(Events::new(&providers::GITHUB))
        .otherwise(rest)
        .unwrap();
    Router::new()
        .push(Router::with_path("hooks/typed").goal(b))
        .push(Router::with_path("hooks/form").goal(form))
        .push(Router::with_path("hooks/dead-letter").goal(dead_letter))
        .push(Router::with_path("hooks/acknowledged").goal(by_type().acknowledge_others().unwrap()))
        .push(Router::with_path("hooks/refused").goal(by_type().refuse_others().unwrap()))
        .push(Router::with_path("hooks/otherwise").goal(by_type().otherwise(rest).unwrap()))
        .push(Router::with_path("hooks/by-header").goal(header))
}
