use std::convert::Infallible;
use std::fmt;
use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_http::{Request, Response};
use actix_web::body::BoxBody;
use actix_web::dev::{ResourceDef, Service, ServiceFactory};
use hookward_core::Endpoint;

use crate::Verify;
use crate::head::Head;
use crate::incoming::{Incoming, declared_length};
use crate::middleware::respond;

/// Service that sends `100 Continue` only after the request head has passed verification.
///
/// A middleware runs too late for that: actix-http answers `Expect: 100-continue` before
/// it calls the app, and `HttpServer` has no setting for it. A rejected sender thus
/// receives `100 Continue` immediately followed by the rejection; nothing of its body is
/// kept. If that is not good enough, serve the app through actix-http's own builder,
/// which accepts this service:
///
/// ```
/// use actix_http::HttpService;
/// use actix_server::Server;
/// use actix_service::map_config;
/// use actix_web::dev::AppConfig;
/// use actix_web::{App, web};
/// use hookward::actix::{Expect, Verify};
/// use hookward::{Key, Verifier, providers};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let verify = Verify::new(Verifier::new(providers::GITHUB, Key::new("secret")?)?);
/// let expect = Expect::new().route("/webhooks/github", &verify);
/// let server = Server::build().bind("webhooks", "127.0.0.1:0", move || {
///     let app = App::new().service(
///         web::resource("/webhooks/github")
///             .wrap(verify.clone())
///             .route(web::post().to(|| async { "received" })),
///     );
///     HttpService::build()
///         .expect(expect.clone())
///         .finish(map_config(app, |_| AppConfig::default()))
///         .tcp()
/// })?;
/// # let _ = server;
/// # Ok(()) }
/// ```
///
/// The key source is queried twice for a request with `Expect`. An endpoint with
/// handshakes answers all of them with `100 Continue`, since a validation may only be
/// recognized later.
#[derive(Clone, Default)]
pub struct Expect {
    routes: Vec<(ResourceDef, Arc<Endpoint>)>,
}

impl Expect {
    /// For no route yet: every request is answered with `100 Continue`.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Checks the heads of requests to this path, a pattern as in
    /// [`web::resource`](actix_web::web::resource). The first matching pattern applies.
    #[must_use]
    pub fn route(mut self, path: &str, verify: &Verify) -> Self {
        let route = (ResourceDef::new(path), verify.endpoint.clone());
        self.routes.push(route);
        self
    }

    fn endpoint(&self, path: &str) -> Option<Arc<Endpoint>> {
        let route = self.routes.iter().find(|(route, _)| route.is_match(path));
        route.map(|(_, endpoint)| endpoint.clone())
    }
}

impl fmt::Debug for Expect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.routes.iter().map(|(route, _)| route.pattern()))
            .finish()
    }
}

impl ServiceFactory<Request> for Expect {
    type Response = Request;
    type Error = Response<BoxBody>;
    type Config = ();
    type Service = Self;
    type InitError = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn new_service(&self, (): ()) -> Self::Future {
        ready(Ok(self.clone()))
    }
}

impl Service<Request> for Expect {
    type Response = Request;
    type Error = Response<BoxBody>;
    type Future = Pin<Box<dyn Future<Output = Result<Request, Response<BoxBody>>>>>;

    fn poll_ready(&self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&self, mut request: Request) -> Self::Future {
        let endpoint = self.endpoint(request.path());
        Box::pin(async move {
            let Some(endpoint) = endpoint else {
                return Ok(request);
            };
            let lookup = endpoint.lookup(&Head(request.head())).await;
            let declared = declared_length(&request);
            match endpoint.check_head(lookup, &Head(request.head()), declared) {
                Ok(()) => Ok(request),
                Err(rejection) => {
                    let response = respond(endpoint.refuse(&rejection));
                    let incoming = Incoming::take(&mut request);
                    Err(incoming.close_after(response).await.into())
                }
            }
        })
    }
}
