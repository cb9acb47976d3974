//! One verified route: its configuration, and the responses to what it refuses.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};

use super::notes;
use super::observe::Observer;
use super::reception::too_large;
use super::source::{KeyHandle, KeySource};
use crate::handshake::Handshakes;
use crate::replay::{IdentityFrom, ReplayGuard};
use crate::request::budget::MemoryBudget;
use crate::request::head::RequestHead;
use crate::request::rejection::{Code, Rejection};
use crate::request::waiting::WaitingBodies;
use crate::scheme::Success;
use crate::text::time::UnixTime;
use crate::verify::config::ConfigError;
use crate::verify::lookup::Lookup;
use crate::verify::verifier::Verifier;
use crate::verify::{Demands, Verification, Verified};

/// Marks the response to a delivery that was already handled.
const REPLAY: HeaderName = HeaderName::from_static("hookward-replay");

type Acknowledge = dyn Fn(&Verified) -> Response<Bytes> + Send + Sync;
type Respond = dyn Fn(&Rejection) -> Response<Bytes> + Send + Sync;
type IsSuccess = dyn Fn(StatusCode) -> bool + Send + Sync;
type WallClock = dyn Fn() -> UnixTime + Send + Sync;

/// One verified route: its keys, limits, replay guard and responses.
///
/// ```
/// use std::time::Duration;
/// use hookward::{Endpoint, Key, MemoryStore, ReplayGuard, Verifier, providers};
///
/// let verifier = Verifier::new(providers::GITHUB, Key::new("secret")?)?;
/// let endpoint = Endpoint::new(verifier)
///     .replay_guard(ReplayGuard::new(MemoryStore::default(), "github"))?
///     .body_limit(256 * 1024)
///     .idle_timeout(Duration::from_secs(3));
/// # let _ = endpoint;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Endpoint {
    pub(super) keys: Arc<dyn KeySource>,
    /// Rejects requests by their head before `keys` is queried.
    pub(super) outline: Option<Verifier>,
    pub(super) guard: Option<ReplayGuard>,
    /// What a verification must compute besides its verdict.
    pub(crate) demands: Option<Box<Demands>>,
    /// The operator's own notion of a delivery's identity.
    pub(super) identity_from: Option<IdentityFrom>,
    pub(super) body_limit: Option<u64>,
    pub(super) contiguous: bool,
    pub(super) idle_timeout: Duration,
    pub(super) total_timeout: Duration,
    pub(super) budget: Option<MemoryBudget>,
    pub(super) waiting: Option<WaitingBodies>,
    pub(super) respond: Option<Arc<Respond>>,
    pub(super) acknowledge: Option<Arc<Acknowledge>>,
    pub(super) is_success: Option<Arc<IsSuccess>>,
    pub(super) clock: Option<Arc<WallClock>>,
    pub(crate) handshakes: Option<Arc<Handshakes>>,
    pub(super) observer: Option<Arc<dyn Observer>>,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("guard", &self.guard)
            .field("body_limit", &self.body_limit)
            .field("idle_timeout", &self.idle_timeout)
            .field("total_timeout", &self.total_timeout)
            .finish_non_exhaustive()
    }
}

impl From<Verifier> for Endpoint {
    fn from(verifier: Verifier) -> Self {
        Self::new(verifier)
    }
}

impl From<KeyHandle> for Endpoint {
    fn from(keys: KeyHandle) -> Self {
        Self::new(keys)
    }
}

impl Endpoint {
    /// An endpoint with the defaults: the provider's body limit, five seconds between two
    /// chunks of a body, thirty seconds for all of it, no replay guard.
    #[must_use]
    pub fn new(keys: impl KeySource) -> Self {
        Self {
            outline: keys.outline().map(|scheme| scheme.without_its_keys()),
            keys: Arc::new(keys),
            guard: None,
            demands: None,
            identity_from: None,
            body_limit: None,
            contiguous: false,
            idle_timeout: Duration::from_secs(5),
            total_timeout: Duration::from_secs(30),
            budget: None,
            waiting: None,
            respond: None,
            acknowledge: None,
            is_success: None,
            clock: None,
            handshakes: None,
            observer: None,
        }
    }

    /// Enables replay protection: each delivery is processed successfully at most once.
    ///
    /// ```
    /// use hookward::{ConfigError, Endpoint, Key, MemoryStore, ReplayGuard, Verifier, providers};
    ///
    /// let guard = || ReplayGuard::new(MemoryStore::default(), "hooks");
    /// let github = Verifier::new(providers::GITHUB, Key::new("secret")?)?;
    /// let endpoint = Endpoint::new(github).replay_guard(guard())?;
    ///
    /// // Pressing a key twice sends two byte-identical requests.
    /// let voice = Verifier::new(providers::TWILIO, Key::new("auth token")?)?;
    /// let refused = Endpoint::new(voice).replay_guard(guard());
    /// assert!(matches!(refused, Err(ConfigError::Replay(_))));
    /// # let _ = endpoint;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ConfigError::Replay`] if the guard cannot identify the scheme's deliveries; the
    /// message says what to decide. A key source without a [scheme](KeySource::scheme) is
    /// checked for each request instead, which is then rejected with `key_unavailable`.
    pub fn replay_guard(mut self, guard: ReplayGuard) -> Result<Self, ConfigError> {
        self = self.identify_for(&guard)?;
        self.guard = Some(guard);
        Ok(self)
    }

    /// Computes the identity of each delivery for a guard but leaves the claim to the
    /// receiver, who makes it with [`ReplayGuard::key`], for example inside its own
    /// transaction.
    ///
    /// # Errors
    /// As [`replay_guard`](Self::replay_guard).
    pub fn identify_for(mut self, guard: &ReplayGuard) -> Result<Self, ConfigError> {
        let identify = guard.identify()?;
        if let Some(scheme) = self.keys.scheme()
            && let Some(problem) = scheme.identity_problem(&identify)
        {
            return Err(ConfigError::Replay(problem));
        }
        self.demands.get_or_insert_default().identify = Some(identify);
        self.identity_from = guard.identity_from.clone();
        Ok(self)
    }

    /// The longest body in bytes; a longer one is answered with 413.
    #[must_use]
    pub fn body_limit(mut self, bytes: u64) -> Self {
        self.body_limit = Some(bytes);
        self
    }

    /// Copies the frames of a body into one buffer as they arrive, for handlers that need
    /// it contiguous (`Bytes`, `Webhook<T>`).
    ///
    /// Otherwise all but large ones are copied into pieces of 64 KiB, which such a handler's
    /// extractor joins once all have arrived: that reads the body from memory a second time
    /// and holds it twice meanwhile. A body of one frame is not copied in either case. A handler that
    /// streams the body is better off without this setting, and others may be too, because
    /// growing the buffer costs page faults. Measure before enabling it.
    ///
    /// Reserves up to twice the bytes received, but no more than the declared length. A
    /// [`MemoryBudget`] accounts for it.
    ///
    /// Schemes that need a contiguous body, such as those whose signature is in the body,
    /// get one regardless of this setting.
    #[must_use]
    pub fn contiguous_body(mut self) -> Self {
        self.contiguous = true;
        self
    }

    /// How long to wait for the next chunk of a body; then 408.
    #[must_use]
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = timeout;
        self
    }

    /// How long a body may take as a whole; then 408. A key lookup may take as long; then
    /// 503.
    #[must_use]
    pub fn total_timeout(mut self, timeout: Duration) -> Self {
        self.total_timeout = timeout;
        self
    }

    /// Limits the memory of all bodies in flight; beyond it, 503.
    #[must_use]
    pub fn memory_budget(mut self, budget: MemoryBudget) -> Self {
        self.budget = Some(budget);
        self
    }

    /// Limits the number of bodies that are waited for at a time; beyond it, slow senders
    /// are answered with 503. By default, the endpoints of a process share a limit of 512.
    #[must_use]
    pub fn waiting_bodies(mut self, limit: WaitingBodies) -> Self {
        self.waiting = Some(limit);
        self
    }

    /// Replaces the response to a rejection. The function sees the reason; what the
    /// response tells the sender is its choice.
    #[must_use]
    pub fn on_rejection(
        mut self,
        respond: impl Fn(&Rejection) -> Response<Bytes> + Send + Sync + 'static,
    ) -> Self {
        self.respond = Some(Arc::new(respond));
        self
    }

    /// Which statuses of the handler count as success, 2xx by default. Any other releases
    /// the delivery, so that the provider's retry is handled.
    #[must_use]
    pub fn success_when(
        mut self,
        is_success: impl Fn(StatusCode) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.is_success = Some(Arc::new(is_success));
        self
    }

    /// Replaces the system clock, for tests.
    #[must_use]
    pub fn clock(mut self, now: impl Fn() -> UnixTime + Send + Sync + 'static) -> Self {
        self.clock = Some(Arc::new(now));
        self
    }

    /// Observes rejected requests.
    #[cfg(feature = "explain")]
    pub(crate) fn set_observer(&mut self, observer: Option<Arc<dyn Observer>>) {
        self.observer = observer;
    }

    /// Replaces the response to a delivery that was already handled and is not handled
    /// again. By default it is what the provider takes for success: usually 200, with a
    /// fixed body for providers that require one ([`Success`]).
    #[must_use]
    pub fn acknowledge_with(
        mut self,
        answer: impl Fn(&Verified) -> Response<Bytes> + Send + Sync + 'static,
    ) -> Self {
        self.acknowledge = Some(Arc::new(answer));
        self
    }

    /// The response to a delivery that was already handled, with the header
    /// `hookward-replay: acknowledged`.
    #[must_use]
    pub fn acknowledge(&self, verified: &Verified) -> Response<Bytes> {
        let mut response = match (&self.acknowledge, verified.success()) {
            (Some(answer), _) => answer(verified),
            (None, Success::Body(body)) => {
                let mut response = Response::new(Bytes::copy_from_slice(body.as_bytes()));
                response.headers_mut().insert(
                    header::CONTENT_TYPE,
                    HeaderValue::from_static("text/plain; charset=utf-8"),
                );
                response
            }
            (None, Success::Any2xx | Success::Ok | Success::Handler) => Response::new(Bytes::new()),
        };
        response
            .headers_mut()
            .insert(REPLAY, HeaderValue::from_static("acknowledged"));
        response
    }

    /// The replay guard.
    #[must_use]
    pub fn guard(&self) -> Option<&ReplayGuard> {
        self.guard.as_ref()
    }

    /// The idle timeout and the total timeout of a body.
    #[must_use]
    pub fn timeouts(&self) -> (Duration, Duration) {
        (self.idle_timeout, self.total_timeout)
    }

    /// Whether a status of the handler counts as success.
    #[must_use]
    pub fn is_success(&self, status: StatusCode) -> bool {
        self.is_success
            .as_ref()
            .map_or_else(|| status.is_success(), |is_success| is_success(status))
    }

    /// Queries the key source, if the head passes the checks that need no keys.
    #[inline]
    pub fn lookup(&self, head: &dyn RequestHead) -> Lookup {
        if let Some(outline) = &self.outline
            && let Err(rejection) = self.check_outline(outline, head)
        {
            return Lookup::now(Err(rejection));
        }
        self.keys.verifier(head)
    }

    #[cold]
    pub(super) fn check_outline(
        &self,
        outline: &Verifier,
        head: &dyn RequestHead,
    ) -> Result<(), Rejection> {
        // A diagnosis needs the keys, whatever the rejection.
        if self.observer.is_some()
            || self
                .handshakes
                .as_ref()
                .is_some_and(|handshakes| handshakes.may_need_keys(head))
        {
            return Ok(());
        }
        Verification::check_head(&outline.inner, head, self.now(outline))?;
        let limit = self.body_limit.unwrap_or_else(|| outline.body_limit());
        if declared_length(head).is_some_and(|length| length > limit) {
            return Err(too_large(limit));
        }
        Ok(())
    }

    /// Reading the clock has a cost, and most schemes do not need it.
    pub(super) fn now(&self, verifier: &Verifier) -> UnixTime {
        match &self.clock {
            _ if !verifier.needs_time() => UnixTime::from_secs(0),
            Some(clock) => clock(),
            None => UnixTime::now(),
        }
    }

    /// The response to a rejection, which is also logged and counted (features `tracing`
    /// and `metrics`).
    ///
    /// Its [extensions](Response::extensions) have the [`Code`], for outer
    /// layers and for tests. They are never sent.
    #[must_use]
    pub fn refuse(&self, rejection: &Rejection) -> Response<Bytes> {
        notes::refused(rejection);
        let mut response = self.answer(rejection);
        response.extensions_mut().insert::<Code>(rejection.code());
        response
    }

    /// The response to a rejection.
    #[must_use]
    pub fn answer(&self, rejection: &Rejection) -> Response<Bytes> {
        if let Some(respond) = &self.respond {
            return respond(rejection);
        }
        if let Some(handshakes) = &self.handshakes
            && let Some(status) = handshakes.refusal(rejection)
        {
            let mut response = Response::new(Bytes::new());
            *response.status_mut() = status;
            return response;
        }
        let status = StatusCode::from_u16(rejection.status()).unwrap_or(StatusCode::FORBIDDEN);
        let text = status.canonical_reason().unwrap_or("Refused");
        let mut response = Response::new(Bytes::from_static(text.as_bytes()));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/plain; charset=utf-8"),
        );
        if let Some(seconds) = rejection.retry_after_secs() {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
/// The largest length that the head declares; servers reject a message with several that
/// differ.
fn declared_length(head: &dyn RequestHead) -> Option<u64> {
    let mut longest = None;
    head.header_values(&header::CONTENT_LENGTH, &mut |value| {
        let length = std::str::from_utf8(value)
            .ok()
            .and_then(|text| text.parse().ok());
        longest = longest.max(length);
    });
    longest
}
