//! One receiver per framework, all with the same behaviour.

use std::net::SocketAddr;
use std::sync::{Arc, mpsc};

use actix_web::{App, HttpResponse, HttpServer, web};
use axum::Router;
use axum::http::StatusCode;
use axum::routing::any;
use hookward::Endpoint;
use hookward::tower::VerifyLayer;
use poem::EndpointExt as _;
use poem::listener::{Acceptor as _, Listener as _};
use salvo_core::Writer as _;
use salvo_core::conn::{Acceptor as _, Listener as _};
use serde_json::Value;
use tokio::sync::oneshot;

use crate::{Handler, events};

/// Resolves when a server is told to stop; never if it is dropped.
async fn stopped(stop: oneshot::Receiver<()>) {
    if stop.await.is_err() {
        std::future::pending::<()>().await;
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

pub(crate) fn axum(
    endpoint: Endpoint,
    handler: Arc<Handler>,
    ready: &mpsc::Sender<SocketAddr>,
    stop: oneshot::Receiver<()>,
) {
    runtime().block_on(async {
        let shared = handler.clone();
        let proven = move |hook: hookward::axum::Proven<Value>| async move {
            shared.run(hook.verified().is_duplicate()).await;
            hook.payload.to_string()
        };
        let payload = async move |hook: hookward::axum::Webhook<Value>| hook.payload.to_string();
        let run = move |proof: hookward::axum::Verified,
                        headers: axum::http::HeaderMap,
                        body: bytes::Bytes| {
            let handler = handler.clone();
            let content = described(|name| headers.get(name)?.to_str().ok());
            async move {
                let status = handler.run(proof.is_duplicate()).await;
                let told = [
                    ("x-tenant", proof.tenant().unwrap_or_default().to_owned()),
                    ("x-content", content),
                ];
                (StatusCode::from_u16(status).unwrap(), told, body)
            }
        };
        let hooks = Router::new()
            .merge(events::axum())
            .route("/hooks/proven", any(proven))
            .route("/hooks/payload", any(payload))
            .route("/hooks/{*rest}", any(run));
        let app = Router::new()
            .merge(hooks.clone())
            .nest("/nested", hooks)
            .layer(axum::extract::DefaultBodyLimit::disable())
            .layer(VerifyLayer::new(endpoint))
            .into_make_service_with_connect_info::<SocketAddr>();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        ready.send(listener.local_addr().unwrap()).unwrap();
        tokio::select! {
            ended = axum::serve(listener, app) => ended.unwrap(),
            () = stopped(stop) => {}
        }
    });
}

pub(crate) fn actix(
    endpoint: Endpoint,
    handler: Arc<Handler>,
    ready: &mpsc::Sender<SocketAddr>,
    stop: oneshot::Receiver<()>,
) {
    let verify = hookward::actix::Verify::new(endpoint);
    let serve = async move {
        let server = HttpServer::new(move || {
            let handler = handler.clone();
            let shared = handler.clone();
            let proven = move |hook: hookward::actix::Proven<Value>| {
                let handler = shared.clone();
                async move {
                    handler.run(hook.verified().is_duplicate()).await;
                    hook.payload.to_string()
                }
            };
            let payload = async |hook: hookward::actix::Webhook<Value>| hook.payload.to_string();
            let run = move |proof: hookward::actix::Verified,
                            request: actix_web::HttpRequest,
                            body: web::Bytes| {
                let handler = handler.clone();
                let content = described(|name| request.headers().get(name)?.to_str().ok());
                async move {
                    let status = handler.run(proof.is_duplicate()).await;
                    let status = actix_web::http::StatusCode::from_u16(status).unwrap();
                    HttpResponse::build(status)
                        .insert_header(("x-tenant", proof.tenant().unwrap_or_default()))
                        .insert_header(("x-content", content))
                        .body(body)
                }
            };
            App::new()
                .app_data(web::PayloadConfig::new(usize::MAX))
                .wrap(verify.clone())
                .service(web::scope("/nested").route("/hooks/{rest:.*}", web::to(run.clone())))
                .configure(events::actix)
                .route("/hooks/proven", web::to(proven))
                .route("/hooks/payload", web::to(payload))
                .route("/hooks/{rest:.*}", web::to(run))
        })
        .workers(2)
        .disable_signals()
        .bind("127.0.0.1:0")
        .unwrap();
        ready.send(server.addrs()[0]).unwrap();
        let running = server.run();
        let handle = running.handle();
        tokio::select! {
            ended = running => ended.unwrap(),
            () = async {
                stopped(stop).await;
                handle.stop(false).await;
            } => {}
        }
    };
    actix_web::rt::System::new().block_on(serve);
}

pub(crate) fn poem(
    endpoint: Endpoint,
    handler: Arc<Handler>,
    ready: &mpsc::Sender<SocketAddr>,
    stop: oneshot::Receiver<()>,
) {
    use poem::web::Data;

    #[poem::handler]
    async fn proven(
        hook: hookward::poem::Proven<Value>,
        Data(handler): Data<&Arc<Handler>>,
    ) -> String {
        handler.run(hook.verified().is_duplicate()).await;
        hook.payload.to_string()
    }

    #[poem::handler]
    async fn payload(hook: hookward::poem::Webhook<Value>) -> String {
        hook.payload.to_string()
    }

    #[poem::handler]
    async fn run(
        proof: hookward::poem::Verified,
        request: &poem::Request,
        body: poem::Body,
        Data(handler): Data<&Arc<Handler>>,
    ) -> poem::Response {
        let content = described(|name| request.header(name));
        let body = body.into_bytes().await.unwrap();
        let status = handler.run(proof.is_duplicate()).await;
        poem::Response::builder()
            .status(StatusCode::from_u16(status).unwrap())
            .header("x-tenant", proof.tenant().unwrap_or_default())
            .header("x-content", content)
            .body(body)
    }

    let hooks = || {
        events::poem()
            .at("/hooks/proven", proven)
            .at("/hooks/payload", payload)
            .at("/hooks/*rest", run)
    };
    let app = hooks()
        .nest("/nested", hooks())
        .data(handler)
        .with(hookward::poem::Verify::new(endpoint));
    runtime().block_on(async {
        let listener = poem::listener::TcpListener::bind("127.0.0.1:0");
        let acceptor = listener.into_acceptor().await.unwrap();
        let address = acceptor.local_addr()[0].as_socket_addr().copied();
        ready.send(address.unwrap()).unwrap();
        let server = poem::Server::new_with_acceptor(acceptor);
        tokio::select! {
            ended = server.run(app) => ended.unwrap(),
            () = stopped(stop) => {}
        }
    });
}

pub(crate) fn salvo(
    endpoint: Endpoint,
    handler: Arc<Handler>,
    ready: &mpsc::Sender<SocketAddr>,
    stop: oneshot::Receiver<()>,
) {
    use salvo_core::{Request, Response, Router};

    struct Proven(Arc<Handler>);
    #[salvo_core::handler]
    impl Proven {
        async fn handle(&self, hook: hookward::salvo::Proven<Value>) -> String {
            self.0.run(hook.verified().is_duplicate()).await;
            hook.payload.to_string()
        }
    }

    #[salvo_core::handler]
    async fn payload(hook: hookward::salvo::Webhook<Value>) -> String {
        hook.payload.to_string()
    }

    struct Run(Arc<Handler>);
    #[salvo_core::handler]
    impl Run {
        async fn handle(
            &self,
            proof: hookward::salvo::Verified,
            request: &mut Request,
            response: &mut Response,
        ) {
            let content = described(|name| request.headers().get(name)?.to_str().ok());
            let body = request.payload_with_max_size(usize::MAX).await.unwrap();
            let status = self.0.run(proof.is_duplicate()).await;
            response.status_code(StatusCode::from_u16(status).unwrap());
            let tenant = proof.tenant().unwrap_or_default();
            response.add_header("x-tenant", tenant, true).unwrap();
            response.add_header("x-content", content, true).unwrap();
            response.body(body.clone());
        }
    }

    let hooks = || {
        events::salvo()
            .push(Router::with_path("hooks/proven").goal(Proven(handler.clone())))
            .push(Router::with_path("hooks/payload").goal(payload))
            .push(Router::with_path("hooks/{**rest}").goal(Run(handler.clone())))
    };
    let app = Router::new()
        .hoop(hookward::salvo::Verify::new(endpoint))
        .push(hooks())
        .push(Router::with_path("nested").push(hooks()));
    runtime().block_on(async {
        let listener = salvo_core::conn::TcpListener::new("127.0.0.1:0");
        let acceptor = listener.try_bind().await.unwrap();
        let address = acceptor.holdings()[0].local_addr.clone().into_std();
        ready.send(address.unwrap()).unwrap();
        let server = salvo_core::Server::new(acceptor);
        tokio::select! {
            ended = server.try_serve(app) => ended.unwrap(),
            () = stopped(stop) => {}
        }
    });
}

/// The headers that describe the body, as the handler sees them.
fn described<'a>(header: impl Fn(&'static str) -> Option<&'a str>) -> String {
    [
        "content-type",
        "content-length",
        "content-encoding",
        "transfer-encoding",
    ]
    .map(|name| header(name).unwrap_or("-"))
    .join(" ")
}
