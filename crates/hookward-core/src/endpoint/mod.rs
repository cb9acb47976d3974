//! Everything an adapter needs for one route, and the reception of one body.
//!
//! An adapter asks the [`Endpoint`] for a [`Reception`], pushes frames into
//! it, and turns a [`Rejection`] into a response. It holds no verification
//! logic of its own.

mod exchange;
#[cfg(feature = "http-body")]
mod http_body;
mod notes;
mod observe;
mod reception;
mod source;
pub(crate) mod tenants;
mod validation;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};

pub use self::exchange::{Admission, Admitted, Exchange, Incoming, Runtime, Sleep, Unreadable};
#[cfg(feature = "http-body")]
pub use self::http_body::HttpBody;
pub(crate) use self::observe::Observer;
#[cfg(feature = "explain")]
pub(crate) use self::observe::Watch;
use self::reception::too_large;
pub use self::reception::{PollBudget, Progress, Received, Reception, SecondPass};
pub use self::source::{ForScheme, KeyHandle, KeySource};
pub use self::validation::OpenOutcome;
use crate::handshake::Handshakes;
use crate::replay::{IdentityFrom, ReplayGuard};
use crate::request::budget::MemoryBudget;
use crate::request::head::RequestHead;
use crate::request::rejection::Rejection;
use crate::scheme::Success;
use crate::text::time::UnixTime;
use crate::verify::config::ConfigError;
use crate::verify::lookup::Lookup;
use crate::verify::verifier::Verifier;
use crate::verify::{Demands, Verification, Verified};

/// Marks the answer to a delivery that was handled before.
const REPLAY: HeaderName = HeaderName::from_static("hookward-replay");

type Acknowledge = dyn Fn(&Verified) -> Response<Bytes> + Send + Sync;
type Respond = dyn Fn(&Rejection) -> Response<Bytes> + Send + Sync;
type IsSuccess = dyn Fn(StatusCode) -> bool + Send + Sync;
type WallClock = dyn Fn() -> UnixTime + Send + Sync;

/// One verified route: whose signatures, what limits, what replay guard, what
/// answers.
///
/// ```
/// use std::time::Duration;
/// use hookward_core::{Endpoint, Key, MemoryStore, ReplayGuard, Verifier, providers};
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
    keys: Arc<dyn KeySource>,
    /// What refuses requests by their head before `keys` are asked.
    outline: Option<Verifier>,
    guard: Option<ReplayGuard>,
    /// What is asked of a verification beyond its verdict.
    pub(crate) demands: Option<Box<Demands>>,
    /// The operator's own notion of what tells deliveries apart.
    identity_from: Option<IdentityFrom>,
    body_limit: Option<u64>,
    contiguous: bool,
    idle_timeout: Duration,
    total_timeout: Duration,
    budget: Option<MemoryBudget>,
    respond: Option<Arc<Respond>>,
    acknowledge: Option<Arc<Acknowledge>>,
    is_success: Option<Arc<IsSuccess>>,
    clock: Option<Arc<WallClock>>,
    pub(crate) handshakes: Option<Arc<Handshakes>>,
    observer: Option<Arc<dyn Observer>>,
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
    /// An endpoint with the defaults: the provider's body limit, five seconds
    /// between two pieces of a body, thirty for all of it, no replay guard.
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
            respond: None,
            acknowledge: None,
            is_success: None,
            clock: None,
            handshakes: None,
            observer: None,
        }
    }

    /// Lets every delivery reach the handler to success once.
    ///
    /// ```
    /// use hookward_core::{ConfigError, Endpoint, Key, MemoryStore, ReplayGuard, Verifier, providers};
    ///
    /// let guard = || ReplayGuard::new(MemoryStore::default(), "hooks");
    /// let github = Verifier::new(providers::GITHUB, Key::new("secret")?)?;
    /// let endpoint = Endpoint::new(github).replay_guard(guard())?;
    ///
    /// // Two presses of one key make two requests that are equal byte for byte.
    /// let voice = Verifier::new(providers::TWILIO, Key::new("auth token")?)?;
    /// let refused = Endpoint::new(voice).replay_guard(guard());
    /// assert!(matches!(refused, Err(ConfigError::Replay(_))));
    /// # let _ = endpoint;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ConfigError::Replay`] where the guard could not tell the deliveries of the
    /// scheme apart, with what to decide. A key source that does not tell its
    /// [scheme](KeySource::scheme) is checked with each request, which is then
    /// refused with `key_unavailable`.
    pub fn replay_guard(mut self, guard: ReplayGuard) -> Result<Self, ConfigError> {
        self = self.identify_for(&guard)?;
        self.guard = Some(guard);
        Ok(self)
    }

    /// Computes what a guard tells deliveries apart by, and leaves the claim to the
    /// receiver, who makes it with [`ReplayGuard::key`], say inside a transaction of
    /// its own.
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

    /// The longest body in bytes; a longer one is answered 413.
    #[must_use]
    pub fn body_limit(mut self, bytes: u64) -> Self {
        self.body_limit = Some(bytes);
        self
    }

    /// Joins the frames of a body while they arrive, for handlers that want it
    /// in one piece (`Bytes`, `Webhook<T>`).
    ///
    /// Without it such a handler's extractor joins them when all are there, which
    /// reads the body from memory once more and holds it twice meanwhile; a body
    /// of one frame is not copied either way. A handler that takes the body as it
    /// comes is better off without, and so may be one that does not: the buffer
    /// that grows costs page faults. Measure it.
    ///
    /// Memory is taken ahead for up to four times what came, as far as the body's
    /// announced length reaches. A [`MemoryBudget`] counts it.
    ///
    /// Schemes that need the body in one piece, such as those whose signature is in
    /// it, have it so without this.
    #[must_use]
    pub fn contiguous_body(mut self) -> Self {
        self.contiguous = true;
        self
    }

    /// How long the next piece of a body may take; then 408.
    #[must_use]
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = timeout;
        self
    }

    /// How long a body may take as a whole; then 408.
    #[must_use]
    pub fn total_timeout(mut self, timeout: Duration) -> Self {
        self.total_timeout = timeout;
        self
    }

    /// A bound on the memory of all bodies in flight; over it 503.
    #[must_use]
    pub fn memory_budget(mut self, budget: MemoryBudget) -> Self {
        self.budget = Some(budget);
        self
    }

    /// Replaces the response to a refusal. It sees the reason; what it tells
    /// the sender is its choice.
    #[must_use]
    pub fn on_rejection(
        mut self,
        respond: impl Fn(&Rejection) -> Response<Bytes> + Send + Sync + 'static,
    ) -> Self {
        self.respond = Some(Arc::new(respond));
        self
    }

    /// Which answers of the handler count as success, 2xx by default. Others
    /// give the delivery back, so that the provider's retry is handled.
    #[must_use]
    pub fn success_when(
        mut self,
        is_success: impl Fn(StatusCode) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.is_success = Some(Arc::new(is_success));
        self
    }

    /// Replaces the machine's clock, for tests.
    #[must_use]
    pub fn clock(mut self, now: impl Fn() -> UnixTime + Send + Sync + 'static) -> Self {
        self.clock = Some(Arc::new(now));
        self
    }

    /// Who looks at refused requests.
    #[cfg(feature = "explain")]
    pub(crate) fn set_observer(&mut self, observer: Option<Arc<dyn Observer>>) {
        self.observer = observer;
    }

    /// Replaces the answer to a delivery that was handled before and is not handled
    /// again, which is what the provider takes for success: mostly 200, and a fixed
    /// body where it wants one ([`Success`]).
    #[must_use]
    pub fn acknowledge_with(
        mut self,
        answer: impl Fn(&Verified) -> Response<Bytes> + Send + Sync + 'static,
    ) -> Self {
        self.acknowledge = Some(Arc::new(answer));
        self
    }

    /// The answer to a delivery that was handled before, with
    /// `hookward-replay: acknowledged` among its headers.
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

    /// How long the next piece of a body may take, and the whole.
    #[must_use]
    pub fn timeouts(&self) -> (Duration, Duration) {
        (self.idle_timeout, self.total_timeout)
    }

    /// Whether an answer of the handler counts as success.
    #[must_use]
    pub fn is_success(&self, status: StatusCode) -> bool {
        self.is_success
            .as_ref()
            .map_or_else(|| status.is_success(), |is_success| is_success(status))
    }

    /// Asks the key source, for a request whose head passes what can be checked
    /// without keys.
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
    fn check_outline(&self, outline: &Verifier, head: &dyn RequestHead) -> Result<(), Rejection> {
        // A diagnosis needs the keys, whatever the refusal.
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

    /// Reading the clock costs something; most schemes have no use for it.
    fn now(&self, verifier: &Verifier) -> UnixTime {
        match &self.clock {
            _ if !verifier.needs_time() => UnixTime::from_secs(0),
            Some(clock) => clock(),
            None => UnixTime::now(),
        }
    }

    /// The response to a refusal, which is logged and counted with the features
    /// `tracing` and `metrics`.
    #[must_use]
    pub fn refuse(&self, rejection: &Rejection) -> Response<Bytes> {
        notes::refused(rejection);
        self.answer(rejection)
    }

    /// The response to a refusal.
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
/// The longest length that the head announces; servers refuse several that
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
