//! Sans-IO state machine that drives one request through an endpoint: key lookup, body,
//! verification, replay claim, handler. Every adapter runs this one, so the sequence
//! exists once, whatever the framework.

use std::fmt;
use std::future::{Future, poll_fn};
use std::mem;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Extensions, Response, StatusCode};

use super::notes;
use super::reception::{PollBudget, Progress, Received, Reception, SecondPass};
use super::route::Endpoint;
use super::validation::OpenOutcome;
use crate::handshake::{ForwardedHandshake, HandshakeOutcome, Reply, Validation};
use crate::replay::{Claimed, Claiming, Delivery, OpenDelivery, Runtime, Settling, Sleep};
use crate::request::deadline::{Deadline, after};
use crate::request::frames::Frames;
use crate::request::head::RequestHead;
use crate::request::reason::Reason;
use crate::request::rejection::Rejection;
use crate::request::waiting::WaitingBody;
use crate::verify::Verified;
use crate::verify::lookup::Lookup;
use crate::verify::verifier::Verifier;

/// Body bytes that are read and discarded before an endpoint validation recognized from
/// the head is forwarded to the handler.
const MAX_DISCARDED: u64 = 64 * 1024;

/// A request body, as an adapter receives it from its framework.
///
/// ```
/// use std::pin::Pin;
/// use std::task::{Context, Poll, ready};
///
/// use bytes::Bytes;
/// use hookward::adapter::{Incoming, Unreadable};
///
/// /// A body that is already in memory.
/// struct Whole(Option<Bytes>);
///
/// impl Incoming for Whole {
///     fn poll_data(
///         mut self: Pin<&mut Self>,
///         _: &mut Context<'_>,
///     ) -> Poll<Result<Option<Bytes>, Unreadable>> {
///         Poll::Ready(Ok(self.0.take()))
///     }
/// }
/// ```
pub trait Incoming {
    /// The next chunk of the body, of any size; `None` after the last one. Frames other
    /// than data, such as trailers, are up to the adapter: it must not loop over an
    /// unbounded number of them without returning [`Poll::Pending`].
    ///
    /// # Errors
    /// [`Unreadable`] if the body ends prematurely.
    fn poll_data(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Option<Bytes>, Unreadable>>;

    /// Whether the body is known to have ended, without polling it.
    fn is_end(&self) -> bool {
        false
    }
}

/// The body ended prematurely: the connection closed mid-body, or the framing was
/// invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable;

/// The outcome of [`Exchange::admit`].
#[must_use]
#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // one per request, moved once
pub enum Admitted {
    /// Run the handler with this request, then pass its status to [`Exchange::settle`].
    Handle(Admission),
    /// Do not run the handler; respond with this: a rejection, the acknowledgement of a
    /// delivery that was already handled, or the response to an endpoint validation.
    Answer(Response<Bytes>),
}

/// A request for the handler.
#[must_use]
#[derive(Debug)]
pub struct Admission {
    /// The proof, for the request's extensions. `None` for an endpoint validation that is
    /// not signed.
    pub verified: Option<Verified>,
    /// Marks an endpoint validation; for the request's extensions as well.
    pub validation: Option<Validation>,
    /// The body, which replaces the one that was read. Its bytes count towards the
    /// endpoint's memory budget until the last of them is dropped.
    pub body: Frames,
}

impl Admission {
    /// Whether the body is the document of proven values
    /// ([`Trust::Proven`](crate::Trust::Proven)) instead of the body that was sent. If
    /// so, the headers that describe the body must be replaced and trailers dropped.
    #[must_use]
    #[inline]
    pub fn replaces_body(&self) -> bool {
        self.verified.as_ref().is_some_and(Verified::replaces_body)
    }

    /// The headers that describe a replaced body: each with its new value, or `None` if
    /// it must be removed.
    #[cold]
    #[must_use]
    pub fn headers(&self) -> [(HeaderName, Option<HeaderValue>); 5] {
        let json = HeaderValue::from_static("application/json");
        [
            (header::CONTENT_ENCODING, None),
            (header::TRANSFER_ENCODING, None),
            (header::TRAILER, None),
            (header::CONTENT_TYPE, Some(json)),
            (
                header::CONTENT_LENGTH,
                Some(HeaderValue::from(self.body.len())),
            ),
        ]
    }

    /// Moves the proof, and the marker of an endpoint validation, into the request's
    /// extensions, which leaves the body. Call [`describe`](Self::describe) first: it
    /// needs the proof.
    #[inline]
    pub fn prove(&mut self, extensions: &mut Extensions) {
        if let Some(validation) = self.validation.take() {
            extensions.insert(validation);
        }
        if let Some(verified) = self.verified.take() {
            extensions.insert(verified);
        }
    }

    /// Sets [`headers`](Self::headers) if the body is replaced.
    #[inline]
    pub fn describe(&self, headers: &mut HeaderMap) {
        if self.replaces_body() {
            for (name, value) in self.headers() {
                match value {
                    Some(value) => drop(headers.insert(name, value)),
                    None => drop(headers.remove(name)),
                }
            }
        }
    }
}

/// One request on its way through an [`Endpoint`]: looks up the keys, verifies the body
/// while it arrives, claims the delivery, and records the handler's outcome.
///
/// It performs no I/O. An adapter creates it from the head, calls [`admit`](Self::admit),
/// runs the handler if told to ([`handle`](Self::handle)), and passes the response's status
/// to [`settle`](Self::settle). If it is dropped before that, the delivery is released, so
/// that a retry is handled. See
/// [docs/adapters.md](https://github.com/hookward/hookward/blob/main/docs/adapters.md).
#[must_use]
pub struct Exchange {
    endpoint: Arc<Endpoint>,
    runtime: &'static Runtime,
    /// Started when the body is first pending.
    deadline: Option<Box<Timer>>,
    /// How long a key lookup may take; started when it is first pending.
    patience: Option<(Instant, Sleep)>,
    state: ExchangeState,
}

enum ExchangeState {
    /// The key lookup is pending.
    Looking(Lookup),
    /// The body is being read.
    Reading(Reception),
    /// The body is hashed a second time.
    SecondPass(Box<SecondPass>),
    /// The replay store's answer is pending.
    Claiming(Claiming, Received),
    /// The response to an endpoint validation is pending.
    Replying(Reply),
    /// An endpoint validation is forwarded to the handler once its body has been read;
    /// with the number of bytes discarded so far.
    Forwarding(ForwardedHandshake, u64),
    /// The handler is running.
    Handling(OpenDelivery),
    /// The handler's outcome is being recorded.
    Settling(Settling),
    /// Done.
    Over,
}

/// What to do after a state was polled.
#[allow(clippy::large_enum_variant)] // one per request, moved once
enum Transition {
    /// Poll the next state.
    Go,
    /// Nothing to do until the task is woken.
    Wait,
    Out(Admitted),
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange").finish_non_exhaustive()
    }
}

impl Exchange {
    /// Starts an exchange from the head of a request; begins the key lookup.
    #[inline]
    pub fn new(
        endpoint: Arc<Endpoint>,
        runtime: &'static Runtime,
        head: &impl RequestHead,
    ) -> Self {
        let lookup = endpoint.lookup(head);
        Self {
            endpoint,
            runtime,
            deadline: None,
            patience: None,
            state: ExchangeState::Looking(lookup),
        }
    }

    /// Reads and verifies the request, and claims the delivery.
    ///
    /// `declared` is the body's length if the framework knows it. A rejection is not an
    /// error but a response.
    pub async fn admit<B: Incoming + Unpin>(
        &mut self,
        head: &impl RequestHead,
        declared: Option<u64>,
        body: &mut B,
    ) -> Admitted {
        poll_fn(|cx| self.poll_admit(cx, head, declared, Pin::new(&mut *body))).await
    }

    /// Runs the handler, and renews its claim while it is pending.
    ///
    /// If the claim is lost, the handler goes on: its success counts nevertheless.
    pub async fn handle<F: Future>(&mut self, handler: F) -> F::Output {
        let mut handler = pin!(handler);
        poll_fn(|cx| {
            let polled = handler.as_mut().poll(cx);
            if polled.is_pending() {
                self.poll_renew(cx);
            }
            polled
        })
        .await
    }

    /// [`handle`](Self::handle) for hand-written futures: to be called whenever the handler
    /// is pending. Wakes the task when there is something to do.
    #[inline]
    pub fn poll_renew(&mut self, cx: &mut Context<'_>) {
        if let ExchangeState::Handling(open) = &mut self.state {
            open.poll_renew(cx);
        }
    }

    /// Records the handler's outcome: if its status counts as success, the delivery is
    /// committed, otherwise released. Must complete before the response is sent.
    ///
    /// If the store fails, the outcome is recorded in the background as soon as it answers
    /// again ([`ReplayGuard::settled`](crate::ReplayGuard::settled)).
    pub async fn settle(&mut self, status: StatusCode) {
        poll_fn(|cx| self.poll_settle(cx, status)).await;
    }

    /// [`admit`](Self::admit) for hand-written futures. Once it has returned `Ready`, it
    /// stays pending.
    #[inline]
    pub fn poll_admit<B: Incoming>(
        &mut self,
        cx: &mut Context<'_>,
        head: &impl RequestHead,
        declared: Option<u64>,
        mut body: Pin<&mut B>,
    ) -> Poll<Admitted> {
        let mut next = match &mut self.state {
            ExchangeState::Looking(lookup) => {
                let verifier = match Pin::new(lookup).poll(cx) {
                    Poll::Ready(verifier) => verifier,
                    Poll::Pending => Err(ready!(self.poll_patience(cx))),
                };
                self.state = ExchangeState::Over;
                self.patience = None;
                self.open(cx, verifier, head, declared, body.as_mut())
            }
            _ => Ok(Transition::Go),
        };
        loop {
            match next {
                Ok(Transition::Out(admitted)) => return Poll::Ready(admitted),
                Ok(Transition::Wait) => return Poll::Pending,
                Ok(Transition::Go) => next = self.resume(cx, body.as_mut()),
                Err(rejection) => {
                    let answer = self.endpoint.refuse(&rejection);
                    return Poll::Ready(Admitted::Answer(answer));
                }
            }
        }
    }

    /// Checks the head, then reads as much of the body as has arrived.
    #[inline]
    fn open<B: Incoming>(
        &mut self,
        cx: &mut Context<'_>,
        verifier: Result<Verifier, Rejection>,
        head: &impl RequestHead,
        declared: Option<u64>,
        body: Pin<&mut B>,
    ) -> Result<Transition, Rejection> {
        let mut reception = match self.endpoint.open(verifier, head, declared)? {
            OpenOutcome::Reading(reception) => reception,
            OpenOutcome::Handshake(outcome) => return Ok(self.validate(outcome)),
        };
        // Most bodies have already arrived.
        match self.read(cx, body, &mut reception) {
            Poll::Ready(read) => {
                read?;
                let progress = reception.finish()?;
                Ok(self.proceed(progress))
            }
            Poll::Pending => Ok(self.wait(ExchangeState::Reading(reception))),
        }
    }

    /// Resumes where the last poll had to wait.
    fn resume<B: Incoming>(
        &mut self,
        cx: &mut Context<'_>,
        body: Pin<&mut B>,
    ) -> Result<Transition, Rejection> {
        match mem::replace(&mut self.state, ExchangeState::Over) {
            ExchangeState::Reading(mut reception) => match self.read(cx, body, &mut reception) {
                Poll::Ready(read) => {
                    read?;
                    // The body is no longer waited for.
                    self.deadline = None;
                    let progress = reception.finish()?;
                    Ok(self.proceed(progress))
                }
                Poll::Pending => Ok(self.wait(ExchangeState::Reading(reception))),
            },
            ExchangeState::SecondPass(mut pass) => {
                if pass.poll_keys(cx).is_pending() {
                    return match self.poll_patience(cx) {
                        Poll::Pending => Ok(self.wait(ExchangeState::SecondPass(pass))),
                        Poll::Ready(late) => Err(late),
                    };
                }
                if pass.advance() {
                    cx.waker().wake_by_ref();
                    return Ok(self.wait(ExchangeState::SecondPass(pass)));
                }
                let progress = pass.finish()?;
                Ok(self.proceed(progress))
            }
            ExchangeState::Claiming(mut claiming, received) => {
                match Pin::new(&mut claiming).poll(cx) {
                    Poll::Ready(claimed) => Ok(self.claimed(claimed?, received)),
                    Poll::Pending => Ok(self.wait(ExchangeState::Claiming(claiming, received))),
                }
            }
            ExchangeState::Replying(mut reply) => match Pin::new(&mut reply).poll(cx) {
                Poll::Ready(answer) => {
                    let answer = answer?;
                    notes::validated(reply.provider());
                    Ok(Transition::Out(Admitted::Answer(answer)))
                }
                Poll::Pending => Ok(self.wait(ExchangeState::Replying(reply))),
            },
            ExchangeState::Forwarding(forwarded, discarded) => {
                self.forward(cx, body, forwarded, discarded)
            }
            other => Ok(self.wait(other)),
        }
    }

    #[inline]
    fn wait(&mut self, state: ExchangeState) -> Transition {
        self.state = state;
        Transition::Wait
    }

    #[inline]
    fn go(&mut self, state: ExchangeState) -> Transition {
        self.state = state;
        Transition::Go
    }

    /// [`settle`](Self::settle) for hand-written futures.
    pub fn poll_settle(&mut self, cx: &mut Context<'_>, status: StatusCode) -> Poll<()> {
        if let ExchangeState::Handling(open) = &mut self.state {
            let settling = open.settle(self.endpoint.is_success(status));
            self.state = settling.map_or(ExchangeState::Over, ExchangeState::Settling);
        }
        if let ExchangeState::Settling(settling) = &mut self.state {
            ready!(Pin::new(settling).poll(cx));
            self.state = ExchangeState::Over;
        }
        Poll::Ready(())
    }

    /// Feeds the body to the reception until it ends.
    #[inline]
    fn read<B: Incoming>(
        &mut self,
        cx: &mut Context<'_>,
        mut body: Pin<&mut B>,
        reception: &mut Reception,
    ) -> Poll<Result<(), Rejection>> {
        let mut budget = PollBudget::default();
        loop {
            if reception.advance(&mut budget) {
                // A sender can keep the body readable indefinitely, so the deadline is
                // checked here too.
                self.deadline().check()?;
                if !body.is_end() {
                    reception.detach()?;
                }
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            if body.is_end() {
                return Poll::Ready(Ok(()));
            }
            match body.as_mut().poll_data(cx) {
                Poll::Pending => {
                    reception.detach()?;
                    return self.deadline().poll(cx).map(Err);
                }
                Poll::Ready(Ok(None)) => return Poll::Ready(Ok(())),
                Poll::Ready(Ok(Some(bytes))) => {
                    if let Some(deadline) = &mut self.deadline
                        && !bytes.is_empty()
                    {
                        deadline.received(bytes.len());
                    }
                    reception.push(bytes, &mut budget)?;
                }
                Poll::Ready(Err(Unreadable)) => return Poll::Ready(Err(unreadable())),
            }
        }
    }

    /// Passes a verified request to the replay guard or, without one, to the handler.
    #[inline]
    fn proceed(&mut self, progress: Progress) -> Transition {
        match progress {
            Progress::Done(mut received) => match self.endpoint.guard() {
                None => self.admitted(received, None),
                Some(guard) => {
                    let claiming = guard.claim(received.verified());
                    self.go(ExchangeState::Claiming(claiming, received))
                }
            },
            Progress::SecondPass(pass) => self.go(ExchangeState::SecondPass(pass)),
            Progress::Handshake(outcome) => self.validate(outcome),
        }
    }

    /// Answers an endpoint validation or forwards it to the handler.
    #[cold]
    fn validate(&mut self, outcome: HandshakeOutcome) -> Transition {
        self.go(match outcome {
            HandshakeOutcome::Answer(reply) => ExchangeState::Replying(reply),
            HandshakeOutcome::HandThrough(forwarded) => ExchangeState::Forwarding(forwarded, 0),
        })
    }

    fn claimed(&mut self, claimed: Claimed, mut received: Received) -> Transition {
        match claimed {
            Claimed::Fresh(delivery) => self.admitted(received, Some(delivery)),
            Claimed::Duplicate => {
                received.verified().mark_duplicate();
                self.admitted(received, None)
            }
            Claimed::Acknowledge => {
                let verified = received.verified();
                notes::acknowledged(verified);
                Transition::Out(Admitted::Answer(self.endpoint.acknowledge(verified)))
            }
        }
    }

    #[inline]
    fn admitted(&mut self, received: Received, delivery: Option<Delivery>) -> Transition {
        let (mut verified, body) = received.into_parts();
        if let Some(delivery) = delivery {
            verified.claimed_with(delivery.token());
            self.state = ExchangeState::Handling(OpenDelivery::new(delivery, self.runtime));
        }
        Transition::Out(Admitted::Handle(Admission {
            verified: Some(verified),
            validation: None,
            body,
        }))
    }

    /// Forwards an endpoint validation to the handler, bypassing the replay guard, once
    /// its body has been read. The body is discarded rather than dropped because some
    /// servers read on without limit after a body was dropped.
    #[cold]
    fn forward<B: Incoming>(
        &mut self,
        cx: &mut Context<'_>,
        mut body: Pin<&mut B>,
        forwarded: ForwardedHandshake,
        mut discarded: u64,
    ) -> Result<Transition, Rejection> {
        while !body.is_end() {
            match body.as_mut().poll_data(cx) {
                Poll::Pending => {
                    return match self.deadline().poll(cx) {
                        Poll::Pending => {
                            Ok(self.wait(ExchangeState::Forwarding(forwarded, discarded)))
                        }
                        Poll::Ready(overdue) => Err(overdue),
                    };
                }
                Poll::Ready(Ok(None)) => break,
                // Even a tiny chunk has a cost.
                Poll::Ready(Ok(Some(bytes))) => discarded += bytes.len().max(512) as u64,
                Poll::Ready(Err(Unreadable)) => return Err(unreadable()),
            }
            if discarded > MAX_DISCARDED {
                return Err(Reason::ValidationBody.into());
            }
        }
        self.deadline = None;
        let (validation, verified, body) = forwarded.into_parts();
        Ok(Transition::Out(Admitted::Handle(Admission {
            verified,
            validation: Some(validation),
            body,
        })))
    }

    /// Pending until a key lookup has taken too long.
    #[cold]
    fn poll_patience(&mut self, cx: &mut Context<'_>) -> Poll<Rejection> {
        let (_, timeout) = self.endpoint.timeouts();
        let now = (self.runtime.now)();
        let (end, sleep) = self.patience.get_or_insert_with(|| {
            let end = after(now, timeout);
            (end, (self.runtime.sleep_until)(end))
        });
        if now < *end && sleep.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        let timeout = format!("{timeout:?}").into();
        Poll::Ready(Reason::LookUpLate { timeout }.into())
    }

    fn deadline(&mut self) -> &mut Timer {
        let (endpoint, runtime) = (&self.endpoint, self.runtime);
        self.deadline
            .get_or_insert_with(|| Box::new(Timer::start(endpoint, runtime)))
    }
}

fn unreadable() -> Rejection {
    Reason::BodyBroken.into()
}

/// A body's [`Deadline`], driven by the runtime's clock, and its place among the bodies
/// that are waited for.
struct Timer {
    deadline: Deadline,
    waiting: WaitingBody,
    runtime: &'static Runtime,
    /// Wakes the waiting task. Set for the next check or an earlier time.
    sleep: Option<Sleep>,
}

impl Timer {
    /// Starts both timeouts.
    #[cold]
    fn start(endpoint: &Endpoint, runtime: &'static Runtime) -> Self {
        let now = (runtime.now)();
        Self {
            deadline: Deadline::start(endpoint.timeouts(), now),
            waiting: WaitingBody::start(endpoint.waiting.clone().unwrap_or_default(), now),
            runtime,
            sleep: None,
        }
    }

    /// Restarts the idle timeout when a chunk arrives.
    fn received(&mut self, bytes: usize) {
        self.deadline.reset_idle((self.runtime.now)());
        self.waiting.received(bytes);
    }

    /// Fails if one of the timeouts has elapsed, or if the sender is slow and has to make
    /// room for others.
    fn check(&mut self) -> Result<Instant, Rejection> {
        let now = (self.runtime.now)();
        self.deadline.check(now)?;
        self.waiting.check(now)?;
        Ok(now)
    }

    /// Pending until [`check`](Self::check) fails.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Rejection> {
        loop {
            let now = match self.check() {
                Ok(now) => now,
                Err(rejection) => return Poll::Ready(rejection),
            };
            let sleep = self.sleep.get_or_insert_with(|| {
                let next = self.deadline.expires().min(self.waiting.next_check(now));
                (self.runtime.sleep_until)(next)
            });
            if sleep.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            // The timer was set before the last chunk arrived, or for a sender that is
            // slow although there is room for it.
            self.sleep = None;
        }
    }
}
