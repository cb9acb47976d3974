use std::future::{Future, Ready, poll_fn, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Payload, Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::error::PayloadError;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{Error, HttpMessage as _, HttpResponse};
use bytes::Bytes;
use futures_core::Stream;
use hookward_core::{
    BudgetShare, Claimed, Code, Endpoint, Frames, Handshaken, OpenDelivery, Opened, Passed,
    Progress, Reception, Rejection, Reply, StoreFuture, Turn, Verified,
};

use crate::deadline::Deadline;
use crate::head::Head;
use crate::incoming::{Incoming, declared_length};

/// Puts verification in front of an app, a scope or a resource. See the
/// [crate documentation](crate).
///
/// Made from a [`Verifier`](hookward_core::Verifier), from a
/// [`KeyHandle`](hookward_core::KeyHandle) whose keys can be rotated, or from
/// an [`Endpoint`] with limits and a replay guard. Make it once, outside of
/// the app factory, so that all workers share the guard.
#[derive(Debug, Clone)]
pub struct Verify {
    pub(crate) endpoint: Arc<Endpoint>,
}

impl Verify {
    /// A middleware for one endpoint.
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

/// A service behind verification. Made by [`Verify`].
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
        let endpoint = self.endpoint.clone();
        let service = self.service.clone();
        Box::pin(async move {
            let mut incoming = Incoming::take(&mut request);
            let answer = match admit(&endpoint, &mut request, &mut incoming).await {
                Ok(Admitted::Delivery(open)) => {
                    let response = handle(&endpoint, &*service, request, open).await;
                    // Until now, so that actix knows what has not been read.
                    drop(incoming);
                    return response;
                }
                Ok(Admitted::Acknowledged(answer)) => answer,
                Ok(Admitted::Answered(response)) => response,
                Err(rejection) => refuse(&endpoint, &rejection),
            };
            let response = incoming.close_after(answer).await.map_into_right_body();
            Ok(request.into_response(response))
        })
    }
}

/// Runs the handler and settles the delivery by its answer.
async fn handle<S, B>(
    endpoint: &Endpoint,
    service: &S,
    request: ServiceRequest,
    mut open: OpenDelivery,
) -> Result<ServiceResponse<EitherBody<B>>, Error>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    let response = service.call(request).await?;
    let status = http::StatusCode::from_u16(response.status().as_u16());
    let success = status.is_ok_and(|status| endpoint.is_success(status));
    if let Some(settling) = open.settle(success)
        && let Err(error) = settling.await
    {
        // The handler succeeded, so the provider gets its answer; a retry may
        // then be handled once more.
        note_unsettled(&error);
    }
    Ok(response.map_into_left_body())
}

/// What becomes of a request that was not refused.
enum Admitted {
    /// The handler runs; proof and payload are with the request.
    Delivery(OpenDelivery),
    /// The handler ran before.
    Acknowledged(HttpResponse),
    /// The request was an endpoint validation.
    Answered(HttpResponse),
}

/// From the head to the claim.
async fn admit(
    endpoint: &Endpoint,
    request: &mut ServiceRequest,
    incoming: &mut Incoming,
) -> Result<Admitted, Rejection> {
    let verifier = endpoint.lookup(&Head(request.head())).await;
    let declared = declared_length(&*request);
    let reception = match endpoint.open(verifier, &Head(request.head()), declared)? {
        Opened::Reading(reception) => reception,
        Opened::Handshake(handshaken) => {
            if matches!(handshaken, Handshaken::HandThrough(_)) {
                incoming.discard(endpoint.timeouts()).await?;
            }
            return shake(handshaken, request).await;
        }
    };
    let mut received = match receive(endpoint, reception, incoming).await? {
        Progress::Done(received) => received,
        Progress::Handshake(handshaken) => return shake(handshaken, request).await,
        Progress::Again(_) => return Err(unfinished()),
    };

    let open = match endpoint.guard() {
        None => OpenDelivery::new(None, spawn),
        Some(guard) => match guard.claim(received.verified()).await? {
            Claimed::Fresh(delivery) => OpenDelivery::new(Some(delivery), spawn),
            Claimed::Acknowledge => {
                let verified = received.verified();
                note_acknowledged(verified);
                let answer = translate(endpoint.acknowledge(verified));
                return Ok(Admitted::Acknowledged(answer));
            }
            Claimed::Duplicate => {
                received.verified().mark_duplicate();
                OpenDelivery::new(None, spawn)
            }
        },
    };
    let (verified, frames, share) = received.into_parts();
    if verified.replaces_body() {
        describe(request, frames.len());
    }
    give(request, frames, share);
    request.extensions_mut().insert::<Verified>(verified);
    Ok(Admitted::Delivery(open))
}

/// Replaces what the head says of the body, which is a JSON document now.
#[cold]
fn describe(request: &mut ServiceRequest, length: u64) {
    let headers = request.headers_mut();
    for name in [
        header::CONTENT_ENCODING,
        header::TRANSFER_ENCODING,
        header::TRAILER,
    ] {
        headers.remove(name);
    }
    let json = HeaderValue::from_static("application/json");
    headers.insert(header::CONTENT_TYPE, json);
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
}

/// Replaces the payload by what was read.
fn give(request: &mut ServiceRequest, frames: Frames, share: Option<BudgetShare>) {
    // Given back to the memory budget when the last frame is dropped.
    let frames = match share {
        Some(share) => frames.owned_by(share),
        None => frames,
    };
    let body: Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>> =
        Box::pin(VerifiedPayload { frames });
    request.set_payload(Payload::from(body));
}

/// An endpoint validation is answered, or goes to the handler past the guard.
async fn shake(
    handshaken: Handshaken,
    request: &mut ServiceRequest,
) -> Result<Admitted, Rejection> {
    match handshaken {
        Handshaken::Answer(reply) => answer(reply).await.map(Admitted::Answered),
        Handshaken::HandThrough(passed) => {
            hand_through(passed, request);
            Ok(Admitted::Delivery(OpenDelivery::new(None, spawn)))
        }
    }
}

async fn answer(reply: Reply) -> Result<HttpResponse, Rejection> {
    let provider = reply.provider();
    let response = reply.await?;
    note_validated(provider);
    Ok(translate(response))
}

fn hand_through(passed: Passed, request: &mut ServiceRequest) {
    let (validation, verified, frames, share) = passed.into_parts();
    if verified.as_ref().is_some_and(Verified::replaces_body) {
        describe(request, frames.len());
    }
    give(request, frames, share);
    let mut extensions = request.extensions_mut();
    extensions.insert(validation);
    if let Some(verified) = verified {
        extensions.insert::<Verified>(verified);
    }
}

/// Never reached: the body is gone over until there is a verdict.
fn unfinished() -> Rejection {
    Rejection::new(Code::BodyUnreadable, "the request has no verdict")
}

/// Feeds the payload to the reception until it ends.
async fn receive(
    endpoint: &Endpoint,
    mut reception: Reception,
    incoming: &mut Incoming,
) -> Result<Progress, Rejection> {
    // Started when the body is first waited for.
    let mut deadline = None;
    let start = || Deadline::start(endpoint.timeouts());
    let mut turn = Turn::default();
    loop {
        while reception.advance(&mut turn) {
            turn = Turn::default();
            tokio::task::yield_now().await;
            // More may be readable for as long as the sender likes.
            deadline.get_or_insert_with(start).check()?;
        }
        let chunk = poll_fn(|cx| match incoming.poll_chunk(cx) {
            Poll::Pending => {
                turn = Turn::default();
                deadline.get_or_insert_with(start).poll(cx).map(Err)
            }
            chunk => chunk,
        });
        let Some(bytes) = chunk.await? else {
            break;
        };
        if let Some(deadline) = &mut deadline
            && !bytes.is_empty()
        {
            deadline.reset_idle();
        }
        reception.push(bytes, &mut turn)?;
    }
    match reception.finish()? {
        Progress::Again(mut again) => {
            poll_fn(|cx| again.poll_keys(cx)).await;
            while again.advance() {
                tokio::task::yield_now().await;
            }
            again.finish()
        }
        progress => Ok(progress),
    }
}

/// A payload that was verified and is there in full.
struct VerifiedPayload {
    frames: Frames,
}

impl Stream for VerifiedPayload {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.frames.pop().map(Ok))
    }
}

/// The answer to a refusal.
pub(crate) fn refuse(endpoint: &Endpoint, rejection: &Rejection) -> HttpResponse {
    note_refused(rejection);
    translate(endpoint.answer(rejection))
}

/// From the types of the `http` crate to actix's.
fn translate(response: http::Response<Bytes>) -> HttpResponse {
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
    response.body(body)
}

/// Finishes in the background what a dropped request leaves unfinished.
fn spawn(answer: StoreFuture<'static, ()>) {
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(answer);
    }
}

#[allow(unused_variables)]
fn note_refused(rejection: &Rejection) {
    #[cfg(feature = "metrics")]
    metrics::counter!("hookward_refused_total", "code" => rejection.code().as_str()).increment(1);
    #[cfg(feature = "tracing")]
    tracing::warn!(target: "hookward", code = rejection.code().as_str(), "refused: {rejection}");
}

#[allow(unused_variables)]
fn note_validated(provider: &str) {
    #[cfg(feature = "tracing")]
    tracing::info!(target: "hookward", provider, "answered an endpoint validation");
}

#[allow(unused_variables)]
fn note_acknowledged(verified: &Verified) {
    #[cfg(feature = "metrics")]
    metrics::counter!("hookward_acknowledged_total").increment(1);
    #[cfg(feature = "tracing")]
    tracing::info!(target: "hookward", provider = verified.provider(), "acknowledged a delivery that was handled before");
}

#[allow(unused_variables)]
fn note_unsettled(error: &hookward_core::StoreError) {
    #[cfg(feature = "metrics")]
    metrics::counter!("hookward_unsettled_total").increment(1);
    #[cfg(feature = "tracing")]
    tracing::error!(target: "hookward", "the replay store failed after the handler: {error}");
}
