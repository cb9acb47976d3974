use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use hookward_core::{
    Claimed, Claiming, Code, Endpoint, Handshaken, Lookup, OpenDelivery, Opened, Progress,
    Received, Reception, Rejection, Reply, Rereading, Settling, StoreFuture, Turn, Verified,
};
use http::request::Parts;
use http::{HeaderMap, Request, Response};
use http_body::Body;
use pin_project_lite::pin_project;
use tokio::time::{Instant, Sleep};
use tower_service::Service;

use crate::body::{ResponseBody, VerifiedBody};
use crate::head::Head;

pin_project! {
    /// The future of [`Verify`](crate::Verify).
    pub struct ResponseFuture<S, B>
    where
        S: Service<Request<VerifiedBody>>,
    {
        endpoint: Arc<Endpoint>,
        service: S,
        parts: Option<Parts>,
        #[pin]
        body: B,
        trailers: Option<Box<HeaderMap>>,
        timer: Option<Timer>,
        #[pin]
        state: State<S::Future, S::Response>,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<F, R> {
        Looking { lookup: Lookup },
        Reading { reception: Option<Reception> },
        Rereading { again: Option<Box<Rereading>> },
        Claiming { claiming: Claiming, received: Option<Received> },
        Handling { #[pin] handler: F, open: OpenDelivery },
        Settling { settling: Settling, response: Option<R> },
        Replying { reply: Reply },
        Refused { rejection: Option<Rejection> },
    }
}

/// The wait for the next piece of a body. Made only when there is one to wait
/// for.
struct Timer {
    sleep: Pin<Box<Sleep>>,
    /// When the whole body has to be there.
    end: Instant,
    /// Whether a frame came since the sleep was set.
    stale: bool,
}

impl<S, B> fmt::Debug for ResponseFuture<S, B>
where
    S: Service<Request<VerifiedBody>>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}

impl<S, B> ResponseFuture<S, B>
where
    S: Service<Request<VerifiedBody>>,
    B: Body,
{
    pub(crate) fn new(endpoint: Arc<Endpoint>, service: S, request: Request<B>) -> Self {
        let (parts, body) = request.into_parts();
        let lookup = endpoint.lookup(&Head(&parts));
        Self {
            endpoint,
            service,
            parts: Some(parts),
            body,
            trailers: None,
            timer: None,
            state: State::Looking { lookup },
        }
    }
}

impl<S, B, ResBody> Future for ResponseFuture<S, B>
where
    S: Service<Request<VerifiedBody>, Response = Response<ResBody>>,
    B: Body,
{
    type Output = Result<Response<ResponseBody<ResBody>>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            let next = match this.state.as_mut().project() {
                StateProj::Looking { lookup } => {
                    let verifier = ready!(Pin::new(lookup).poll(cx));
                    let declared = this.body.size_hint().lower();
                    let opened = match this.parts.as_ref() {
                        Some(parts) => this.endpoint.open(verifier, &Head(parts), Some(declared)),
                        None => Err(polled_twice()),
                    };
                    match opened {
                        Ok(Opened::Reading(reception)) => State::Reading {
                            reception: Some(reception),
                        },
                        Ok(Opened::Handshake(handshaken)) => {
                            shake(handshaken, this.parts, this.trailers, this.service)
                        }
                        Err(rejection) => State::refused(rejection),
                    }
                }
                StateProj::Reading { reception: slot } => {
                    let outcome = match slot {
                        Some(reception) => ready!(read(
                            reception,
                            this.body.as_mut(),
                            this.trailers,
                            this.timer,
                            this.endpoint,
                            cx
                        )),
                        None => Err(polled_twice()),
                    };
                    let reception = slot.take();
                    let finished = outcome.and_then(|()| {
                        reception
                            .ok_or_else(polled_twice)
                            .and_then(Reception::finish)
                    });
                    proceed(
                        finished,
                        this.endpoint,
                        this.parts,
                        this.trailers,
                        this.service,
                    )
                }
                StateProj::Rereading { again } => {
                    if let Some(again) = again {
                        ready!(again.poll_keys(cx));
                    }
                    if again.as_mut().is_some_and(|again| again.advance()) {
                        cx.waker().wake_by_ref();
                        return Poll::Pending;
                    }
                    let finished = again
                        .take()
                        .ok_or_else(polled_twice)
                        .and_then(|again| again.finish());
                    proceed(
                        finished,
                        this.endpoint,
                        this.parts,
                        this.trailers,
                        this.service,
                    )
                }
                StateProj::Claiming { claiming, received } => {
                    let claimed = ready!(Pin::new(claiming).poll(cx));
                    match (claimed, received.take()) {
                        (Ok(Claimed::Acknowledge), _) => {
                            let body = ResponseBody::refusal(Bytes::new());
                            return Poll::Ready(Ok(Response::new(body)));
                        }
                        (Ok(Claimed::Fresh(delivery)), Some(received)) => handle(
                            received,
                            OpenDelivery::new(Some(delivery), spawn),
                            this.parts,
                            this.trailers,
                            this.service,
                        ),
                        (Ok(Claimed::Duplicate), Some(mut received)) => {
                            received.verified().mark_duplicate();
                            handle(
                                received,
                                OpenDelivery::new(None, spawn),
                                this.parts,
                                this.trailers,
                                this.service,
                            )
                        }
                        (Ok(_), None) => State::refused(polled_twice()),
                        (Err(rejection), _) => State::refused(rejection),
                    }
                }
                StateProj::Handling { handler, open } => {
                    let response = ready!(handler.poll(cx))?;
                    let success = this.endpoint.is_success(response.status());
                    match open.settle(success) {
                        None => return Poll::Ready(Ok(response.map(ResponseBody::handler))),
                        Some(settling) => State::Settling {
                            settling,
                            response: Some(response),
                        },
                    }
                }
                StateProj::Settling { settling, response } => {
                    let settled = ready!(Pin::new(settling).poll(cx));
                    if let Err(error) = settled {
                        // The handler succeeded, so the provider gets its
                        // answer; a retry may then be handled once more.
                        note_unsettled(&error);
                    }
                    match response.take() {
                        Some(response) => {
                            return Poll::Ready(Ok(response.map(ResponseBody::handler)));
                        }
                        None => State::refused(polled_twice()),
                    }
                }
                StateProj::Replying { reply } => {
                    let provider = reply.provider();
                    match ready!(Pin::new(reply).poll(cx)) {
                        Ok(response) => {
                            note_validated(provider);
                            return Poll::Ready(Ok(response.map(ResponseBody::refusal)));
                        }
                        Err(rejection) => State::refused(rejection),
                    }
                }
                StateProj::Refused { rejection } => {
                    let rejection = rejection.take().unwrap_or_else(polled_twice);
                    note_refused(&rejection);
                    let answer = this.endpoint.answer(&rejection);
                    return Poll::Ready(Ok(answer.map(ResponseBody::refusal)));
                }
            };
            this.state.set(next);
        }
    }
}

impl<F, R> State<F, R> {
    fn refused(rejection: Rejection) -> Self {
        Self::Refused {
            rejection: Some(rejection),
        }
    }
}

/// Feeds the body's frames to the reception until the body ends.
fn read<B: Body>(
    reception: &mut Reception,
    mut body: Pin<&mut B>,
    trailers: &mut Option<Box<HeaderMap>>,
    timer: &mut Option<Timer>,
    endpoint: &Endpoint,
    cx: &mut Context<'_>,
) -> Poll<Result<(), Rejection>> {
    let mut turn = Turn::default();
    loop {
        if reception.advance(&mut turn) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if body.is_end_stream() {
            return Poll::Ready(Ok(()));
        }
        match body.as_mut().poll_frame(cx) {
            Poll::Pending => {
                let waited = ready!(wait(timer, endpoint, cx));
                return Poll::Ready(Err(waited));
            }
            Poll::Ready(None) => return Poll::Ready(Ok(())),
            Poll::Ready(Some(Err(_))) => {
                return Poll::Ready(Err(Rejection::new(
                    Code::BodyUnreadable,
                    "the body broke off or could not be read",
                )));
            }
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(timer) = timer {
                    timer.stale = true;
                }
                match frame.into_data() {
                    Ok(mut data) => {
                        let bytes = data.copy_to_bytes(data.remaining());
                        reception.push(bytes, &mut turn)?;
                    }
                    Err(frame) => {
                        if let Ok(more) = frame.into_trailers() {
                            match trailers {
                                Some(trailers) => trailers.extend(more),
                                None => *trailers = Some(Box::new(more)),
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Pending until the next piece, or all of the body, is overdue.
fn wait(timer: &mut Option<Timer>, endpoint: &Endpoint, cx: &mut Context<'_>) -> Poll<Rejection> {
    let (idle, total) = endpoint.timeouts();
    let timer = timer.get_or_insert_with(|| {
        let now = Instant::now();
        let end = now + total;
        let first = end.min(now + idle);
        Timer {
            sleep: Box::pin(tokio::time::sleep_until(first)),
            end,
            stale: false,
        }
    });
    if std::mem::take(&mut timer.stale) {
        let next = timer.end.min(Instant::now() + idle);
        timer.sleep.as_mut().reset(next);
    }
    timer.sleep.as_mut().poll(cx).map(|()| {
        let what = if timer.sleep.deadline() >= timer.end {
            ("all of the body", total)
        } else {
            ("the next piece of the body", idle)
        };
        Rejection::new(
            Code::BodyTimeout,
            format!("{} did not come within {:?}", what.0, what.1),
        )
    })
}

/// A verified request goes to the guard, or to the handler where there is none.
fn proceed<S: Service<Request<VerifiedBody>>>(
    finished: Result<Progress, Rejection>,
    endpoint: &Endpoint,
    parts: &mut Option<Parts>,
    trailers: &mut Option<Box<HeaderMap>>,
    service: &mut S,
) -> State<S::Future, S::Response> {
    let mut received = match finished {
        Ok(Progress::Done(received)) => received,
        Ok(Progress::Again(again)) => return State::Rereading { again: Some(again) },
        Ok(Progress::Handshake(handshaken)) => return shake(handshaken, parts, trailers, service),
        Err(rejection) => return State::refused(rejection),
    };
    match endpoint.guard() {
        Some(guard) => State::Claiming {
            claiming: guard.claim(received.verified()),
            received: Some(received),
        },
        None => handle(
            received,
            OpenDelivery::new(None, spawn),
            parts,
            trailers,
            service,
        ),
    }
}

/// An endpoint validation is answered, or goes to the handler past the guard.
fn shake<S: Service<Request<VerifiedBody>>>(
    handshaken: Handshaken,
    parts: &mut Option<Parts>,
    trailers: &mut Option<Box<HeaderMap>>,
    service: &mut S,
) -> State<S::Future, S::Response> {
    let passed = match handshaken {
        Handshaken::Answer(reply) => return State::Replying { reply },
        Handshaken::HandThrough(passed) => passed,
    };
    let Some(mut parts) = parts.take() else {
        return State::refused(polled_twice());
    };
    let (validation, verified, frames, taken) = passed.into_parts();
    parts.extensions.insert(validation);
    if let Some(verified) = verified {
        parts.extensions.insert::<Verified>(verified);
    }
    let body = VerifiedBody::new(frames, trailers.take(), taken);
    let handler = service.call(Request::from_parts(parts, body));
    State::Handling {
        handler,
        open: OpenDelivery::new(None, spawn),
    }
}

fn handle<S: Service<Request<VerifiedBody>>>(
    received: Received,
    open: OpenDelivery,
    parts: &mut Option<Parts>,
    trailers: &mut Option<Box<HeaderMap>>,
    service: &mut S,
) -> State<S::Future, S::Response> {
    let Some(mut parts) = parts.take() else {
        return State::refused(polled_twice());
    };
    let (verified, frames, taken) = received.into_parts();
    parts.extensions.insert::<Verified>(verified);
    let body = VerifiedBody::new(frames, trailers.take(), taken);
    let handler = service.call(Request::from_parts(parts, body));
    State::Handling { handler, open }
}

/// Finishes in the background what a dropped request leaves unfinished.
fn spawn(answer: StoreFuture<'static, ()>) {
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(answer);
    }
}

/// Reached only when a future is polled after it answered.
fn polled_twice() -> Rejection {
    Rejection::new(Code::BodyUnreadable, "the request was already answered")
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
fn note_unsettled(error: &hookward_core::StoreError) {
    #[cfg(feature = "metrics")]
    metrics::counter!("hookward_unsettled_total").increment(1);
    #[cfg(feature = "tracing")]
    tracing::error!(target: "hookward", "the replay store failed after the handler: {error}");
}
