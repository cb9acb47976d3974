use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Buf;
use hookward_core::{
    BudgetShare, Claimed, Claiming, Code, Delivery, Endpoint, Frames, Handshaken, Lookup,
    OpenDelivery, Opened, Progress, Received, Reception, Rejection, Reply, Rereading, Settling,
    StoreFuture, Turn, Verified, Verifier,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Request, Response, header};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_service::Service;

use crate::body::{ResponseBody, VerifiedBody};
use crate::deadline::Deadline;
use crate::head::Head;

/// Trailer frames taken before yielding to the executor. HTTP has one.
const MAX_TRAILERS_A_POLL: usize = 8;

pin_project! {
    /// The future of [`Verify`](crate::Verify).
    #[project = FutureProj]
    pub struct ResponseFuture<S, B>
    where
        S: Service<Request<VerifiedBody>>,
    {
        endpoint: Arc<Endpoint>,
        service: S,
        parts: Option<Parts>,
        #[pin]
        body: B,
        keeps_trailers: bool,
        trailers: Option<Box<HeaderMap>>,
        // Started when the body is first waited for.
        deadline: Option<Deadline>,
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
    }
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
    pub(crate) fn new(
        endpoint: Arc<Endpoint>,
        keeps_trailers: bool,
        service: S,
        request: Request<B>,
    ) -> Self {
        let (parts, body) = request.into_parts();
        let lookup = endpoint.lookup(&Head(&parts));
        Self {
            endpoint,
            service,
            parts: Some(parts),
            body,
            keeps_trailers,
            trailers: None,
            deadline: None,
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
                    let finished = match this.open(verifier) {
                        // Most bodies are there already.
                        Ok(Opened::Reading(mut reception)) => match this.read(&mut reception, cx) {
                            Poll::Ready(read) => read.and_then(|()| reception.finish()),
                            Poll::Pending => {
                                let reception = Some(reception);
                                this.state.set(State::Reading { reception });
                                return Poll::Pending;
                            }
                        },
                        Ok(Opened::Handshake(handshaken)) => Ok(Progress::Handshake(handshaken)),
                        Err(rejection) => Err(rejection),
                    };
                    this.proceed(finished)
                }
                StateProj::Reading { reception } => {
                    // Out of the state, which `read` does not touch.
                    let mut taken = reception.take();
                    let Some(reading) = &mut taken else {
                        return this.refuse(&polled_twice());
                    };
                    match this.read(reading, cx) {
                        Poll::Ready(read) => {
                            let finished = taken.ok_or_else(polled_twice);
                            this.proceed(read.and(finished).and_then(Reception::finish))
                        }
                        Poll::Pending => {
                            if let StateProj::Reading { reception } = this.state.as_mut().project()
                            {
                                *reception = taken;
                            }
                            return Poll::Pending;
                        }
                    }
                }
                StateProj::Rereading { again } => {
                    if let Some(again) = again {
                        ready!(again.poll_keys(cx));
                    }
                    if again.as_mut().is_some_and(|again| again.advance()) {
                        cx.waker().wake_by_ref();
                        return Poll::Pending;
                    }
                    let again = again.take().ok_or_else(polled_twice);
                    this.proceed(again.and_then(|again| again.finish()))
                }
                StateProj::Claiming { claiming, received } => {
                    let claimed = ready!(Pin::new(claiming).poll(cx));
                    match (claimed, received.take()) {
                        (Ok(Claimed::Acknowledge), Some(mut received)) => {
                            let verified = received.verified();
                            note_acknowledged(verified);
                            let answer = this.endpoint.acknowledge(verified);
                            return Poll::Ready(Ok(answer.map(ResponseBody::refusal)));
                        }
                        (Ok(Claimed::Fresh(delivery)), Some(received)) => {
                            this.handle(received, Some(delivery))
                        }
                        (Ok(Claimed::Duplicate), Some(mut received)) => {
                            received.verified().mark_duplicate();
                            this.handle(received, None)
                        }
                        (Ok(_), None) => return this.refuse(&polled_twice()),
                        (Err(rejection), _) => return this.refuse(&rejection),
                    }
                }
                StateProj::Handling { handler, open } => {
                    let response = ready!(handler.poll(cx))?;
                    let success = this.endpoint.is_success(response.status());
                    match open.settle(success) {
                        None => return Poll::Ready(Ok(response.map(ResponseBody::handler))),
                        Some(settling) => {
                            let response = Some(response);
                            this.go_to(State::Settling { settling, response })
                        }
                    }
                }
                StateProj::Settling { settling, response } => {
                    let settled = ready!(Pin::new(settling).poll(cx));
                    if let Err(error) = settled {
                        // The handler succeeded, so the provider gets its
                        // answer; a retry may then be handled once more.
                        note_unsettled(&error);
                    }
                    return match response.take() {
                        Some(response) => Poll::Ready(Ok(response.map(ResponseBody::handler))),
                        None => this.refuse(&polled_twice()),
                    };
                }
                StateProj::Replying { reply } => {
                    let provider = reply.provider();
                    match ready!(Pin::new(reply).poll(cx)) {
                        Ok(response) => {
                            note_validated(provider);
                            return Poll::Ready(Ok(response.map(ResponseBody::refusal)));
                        }
                        Err(rejection) => Err(rejection),
                    }
                }
            };
            if let Err(rejection) = next {
                return this.refuse(&rejection);
            }
        }
    }
}

impl<S, B> FutureProj<'_, S, B>
where
    S: Service<Request<VerifiedBody>>,
    B: Body,
{
    /// Sets the state in place: the future of a handler is large.
    #[inline]
    fn go_to(&mut self, next: State<S::Future, S::Response>) -> Result<(), Rejection> {
        self.state.set(next);
        Ok(())
    }

    fn open(&self, verifier: Result<Verifier, Rejection>) -> Result<Opened, Rejection> {
        let declared = self.body.size_hint().lower();
        let parts = self.parts.as_ref().ok_or_else(polled_twice)?;
        self.endpoint.open(verifier, &Head(parts), Some(declared))
    }

    /// Feeds the body's frames to the reception until the body ends.
    fn read(
        &mut self,
        reception: &mut Reception,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Rejection>> {
        let mut turn = Turn::default();
        let mut trailers = 0;
        loop {
            if reception.advance(&mut turn) || trailers > MAX_TRAILERS_A_POLL {
                // More may be readable for as long as the sender likes.
                self.deadline().check()?;
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            if self.body.is_end_stream() {
                return Poll::Ready(Ok(()));
            }
            match self.body.as_mut().poll_frame(cx) {
                Poll::Pending => {
                    let overdue = ready!(self.deadline().poll(cx));
                    return Poll::Ready(Err(overdue));
                }
                Poll::Ready(None) => return Poll::Ready(Ok(())),
                Poll::Ready(Some(Err(_))) => {
                    return Poll::Ready(Err(Rejection::new(
                        Code::BodyUnreadable,
                        "the connection closed mid-body, or the body could not be read",
                    )));
                }
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(mut data) => {
                        if let Some(deadline) = self.deadline
                            && data.has_remaining()
                        {
                            deadline.reset_idle();
                        }
                        let bytes = data.copy_to_bytes(data.remaining());
                        reception.push(bytes, &mut turn)?;
                    }
                    Err(frame) => {
                        trailers += 1;
                        if *self.keeps_trailers
                            && let Ok(more) = frame.into_trailers()
                        {
                            // One block per message: more would be without bound.
                            self.trailers.get_or_insert_with(|| Box::new(more));
                        }
                    }
                },
            }
        }
    }

    fn deadline(&mut self) -> &mut Deadline {
        let timeouts = self.endpoint.timeouts();
        self.deadline
            .get_or_insert_with(|| Deadline::start(timeouts))
    }

    /// A verified request goes to the guard, or to the handler where there is
    /// none.
    fn proceed(&mut self, finished: Result<Progress, Rejection>) -> Result<(), Rejection> {
        let mut received = match finished? {
            Progress::Done(received) => received,
            Progress::Again(again) => {
                return self.go_to(State::Rereading { again: Some(again) });
            }
            Progress::Handshake(handshaken) => return self.shake(handshaken),
        };
        match self.endpoint.guard() {
            Some(guard) => {
                let claiming = guard.claim(received.verified());
                let received = Some(received);
                self.go_to(State::Claiming { claiming, received })
            }
            None => self.handle(received, None),
        }
    }

    /// An endpoint validation is answered, or goes to the handler past the
    /// guard.
    fn shake(&mut self, handshaken: Handshaken) -> Result<(), Rejection> {
        let passed = match handshaken {
            Handshaken::Answer(reply) => return self.go_to(State::Replying { reply }),
            Handshaken::HandThrough(passed) => passed,
        };
        let (validation, verified, frames, taken) = passed.into_parts();
        if let Some(parts) = self.parts {
            parts.extensions.insert(validation);
        }
        if let Some(verified) = verified {
            self.prove(verified, &frames);
        }
        self.call(frames, taken, None)
    }

    fn handle(&mut self, received: Received, delivery: Option<Delivery>) -> Result<(), Rejection> {
        let (verified, frames, taken) = received.into_parts();
        self.prove(verified, &frames);
        self.call(frames, taken, delivery)
    }

    #[inline]
    fn prove(&mut self, verified: Verified, frames: &Frames) {
        if verified.replaces_body() {
            self.describe(frames.len());
        }
        if let Some(parts) = self.parts {
            parts.extensions.insert::<Verified>(verified);
        }
    }

    /// Replaces what the head says of the body, which is a JSON document now.
    #[cold]
    fn describe(&mut self, length: u64) {
        // Unsigned, and of the body that was sent.
        *self.trailers = None;
        if let Some(parts) = self.parts {
            for name in [
                header::CONTENT_ENCODING,
                header::TRANSFER_ENCODING,
                header::TRAILER,
            ] {
                parts.headers.remove(name);
            }
            let json = HeaderValue::from_static("application/json");
            parts.headers.insert(header::CONTENT_TYPE, json);
            parts
                .headers
                .insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        }
    }

    fn call(
        &mut self,
        frames: Frames,
        taken: Option<BudgetShare>,
        delivery: Option<Delivery>,
    ) -> Result<(), Rejection> {
        let body = VerifiedBody::new(frames, self.trailers.take(), taken);
        let open = OpenDelivery::new(delivery, spawn);
        let parts = self.parts.take().ok_or_else(polled_twice)?;
        let handler = self.service.call(Request::from_parts(parts, body));
        self.go_to(State::Handling { handler, open })
    }

    fn refuse<R>(
        &self,
        rejection: &Rejection,
    ) -> Poll<Result<Response<ResponseBody<R>>, S::Error>> {
        note_refused(rejection);
        let answer = self.endpoint.answer(rejection);
        Poll::Ready(Ok(answer.map(ResponseBody::refusal)))
    }
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
