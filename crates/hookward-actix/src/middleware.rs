use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Payload, Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::error::PayloadError;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{Error, HttpMessage as _, HttpResponse};
use bytes::Bytes;
use futures_core::Stream;
use hookward_core::adapter::{Admission, Admitted, Exchange, Frames, Runtime};
use hookward_core::{Code, Endpoint, Verified};

use crate::head::Head;
use crate::incoming::{Incoming, declared_length};

/// Middleware that verifies requests to an app, a scope or a resource. See the [crate
/// documentation](crate).
///
/// Created from a [`Verifier`](hookward_core::Verifier), from a
/// [`KeyHandle`](hookward_core::KeyHandle) whose keys can be rotated, or from an
/// [`Endpoint`] with limits and a replay guard. Create it once, outside the app factory,
/// so that all workers share the guard.
#[derive(Debug, Clone)]
pub struct Verify {
    pub(crate) endpoint: Arc<Endpoint>,
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

impl<S, B> Transform<S, ServiceRequest> for Verify
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = VerifyService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(VerifyService {
            endpoint: self.endpoint.clone(),
            service: Rc::new(service),
        }))
    }
}

/// A service with verification. Created by [`Verify`].
#[derive(Debug)]
pub struct VerifyService<S> {
    endpoint: Arc<Endpoint>,
    service: Rc<S>,
}

impl<S, B> Service<ServiceRequest> for VerifyService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>>>>;

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.service.poll_ready(cx)
    }

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let (endpoint, service) = (self.endpoint.clone(), self.service.clone());
        Box::pin(async move {
            let mut body = Incoming::take(&mut request);
            let declared = declared_length(&request);
            let head = Head(request.head());
            let mut exchange = Exchange::new(endpoint, Runtime::tokio(), &head);
            match exchange.admit(&head, declared, &mut body).await {
                Admitted::Handle(admission) => {
                    give(&mut request, admission);
                    let response = exchange.handle(service.call(request)).await;
                    // Kept until here, so that actix knows what has not been read.
                    drop(body);
                    let status = match &response {
                        Ok(response) => response.status(),
                        Err(error) => error.as_response_error().status_code(),
                    };
                    if let Ok(status) = http::StatusCode::from_u16(status.as_u16()) {
                        exchange.settle(status).await;
                    }
                    Ok(response?.map_into_left_body())
                }
                Admitted::Answer(answer) => {
                    let response = body.close_after(respond(answer)).await;
                    Ok(request.into_response(response.map_into_right_body()))
                }
            }
        })
    }
}

/// Replaces the payload with the verified body, and adds the proof.
fn give(request: &mut ServiceRequest, admission: Admission) {
    if admission.replaces_body() {
        describe(request, &admission);
    }
    let mut extensions = request.extensions_mut();
    if let Some(validation) = admission.validation {
        extensions.insert(validation);
    }
    if let Some(verified) = admission.verified {
        extensions.insert::<Verified>(verified);
    }
    drop(extensions);
    let frames = admission.body;
    let body: Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>> =
        Box::pin(VerifiedPayload { frames });
    request.set_payload(Payload::from(body));
}

/// Updates the headers that describe the body, which is now a JSON document.
#[cold]
fn describe(request: &mut ServiceRequest, admission: &Admission) {
    let headers = request.headers_mut();
    for (name, value) in admission.headers() {
        let Ok(name) = HeaderName::from_bytes(name.as_str().as_bytes()) else {
            continue;
        };
        match value.map(|value| HeaderValue::from_bytes(value.as_bytes())) {
            Some(Ok(value)) => drop(headers.insert(name, value)),
            _ => drop(headers.remove(name)),
        }
    }
}

/// A payload that was verified and is complete.
struct VerifiedPayload {
    frames: Frames,
}

impl Stream for VerifiedPayload {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.frames.pop().map(Ok))
    }
}

/// A response of the `http` crate, such as that of
/// [`Misfit::acknowledge`](hookward_core::Misfit::acknowledge), as actix has them.
#[must_use]
pub fn respond(response: http::Response<Bytes>) -> HttpResponse {
    let (parts, body) = response.into_parts();
    let status = StatusCode::from_u16(parts.status.as_u16()).unwrap_or(StatusCode::FORBIDDEN);
    let mut response = HttpResponse::build(status);
    for (name, value) in &parts.headers {
        if let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(name.as_str().as_bytes()),
            HeaderValue::from_bytes(value.as_bytes()),
        ) {
            response.append_header((name, value));
        }
    }
    let mut response = response.body(body);
    if let Some(code) = parts.extensions.get::<Code>() {
        response.extensions_mut().insert(*code);
    }
    response
}
