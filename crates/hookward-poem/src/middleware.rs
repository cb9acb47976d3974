use std::io;
use std::sync::Arc;

use bytes::Bytes;
use hookward_core::Endpoint;
use hookward_core::adapter::{Admitted, Exchange, HttpBody, Runtime};
use http_body_util::BodyExt as _;
use http_body_util::combinators::BoxBody;
use poem::{Body, IntoResponse, Middleware, Request, Response};

use crate::head::Head;

/// Middleware that verifies requests to an endpoint or a route. See the [crate
/// documentation](crate).
///
/// Created from a [`Verifier`](hookward_core::Verifier), from a
/// [`KeyHandle`](hookward_core::KeyHandle) whose keys can be rotated, or from an
/// [`Endpoint`] with limits and a replay guard.
#[derive(Debug, Clone)]
pub struct Verify {
    endpoint: Arc<Endpoint>,
}

impl Verify {
    /// Creates a middleware for one endpoint.
    #[must_use]
    pub fn new(endpoint: impl Into<Endpoint>) -> Self {
        Self {
            endpoint: Arc::new(endpoint.into()),
        }
    }
}

impl<E: poem::Endpoint> Middleware<E> for Verify {
    type Output = VerifyEndpoint<E>;

    fn transform(&self, inner: E) -> Self::Output {
        VerifyEndpoint {
            endpoint: self.endpoint.clone(),
            inner,
        }
    }
}

/// An endpoint with verification. Created by [`Verify`].
#[derive(Debug)]
pub struct VerifyEndpoint<E> {
    endpoint: Arc<Endpoint>,
    inner: E,
}

impl<E: poem::Endpoint> poem::Endpoint for VerifyEndpoint<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let mut body = HttpBody::new(BoxBody::from(request.take_body()));
        let (head, declared) = (Head(&request), body.declared());
        let mut exchange = Exchange::new(self.endpoint.clone(), Runtime::tokio(), &head);
        match exchange.admit(&head, declared, &mut body).await {
            Admitted::Handle(mut admission) => {
                admission.describe(request.headers_mut());
                admission.prove(request.extensions_mut());
                let frames = admission
                    .body
                    .map_err(|never| -> io::Error { match never {} });
                request.set_body(Body::from(BoxBody::new(frames)));
                let answer = exchange.handle(self.inner.call(request)).await;
                // In poem, an error is a response as well.
                let answer = answer.map(IntoResponse::into_response);
                let status = match &answer {
                    Ok(response) => response.status(),
                    Err(error) => error.status(),
                };
                exchange.settle(status).await;
                answer
            }
            Admitted::Answer(answer) => Ok(respond(answer)),
        }
    }
}

/// A response of the `http` crate, such as that of
/// [`Misfit::acknowledge`](hookward_core::Misfit::acknowledge), as poem has them.
#[must_use]
pub fn respond(response: http::Response<Bytes>) -> Response {
    let (parts, body) = response.into_parts();
    let mut response = Response::from(body);
    response.set_status(parts.status);
    *response.headers_mut() = parts.headers;
    response
}
