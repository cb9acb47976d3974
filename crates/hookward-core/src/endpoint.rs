//! Everything an adapter needs for one route, and the reception of one body.
//!
//! An adapter asks the [`Endpoint`] for a [`Reception`], pushes frames into
//! it, and turns a [`Rejection`] into a response. It holds no verification
//! logic of its own.

use std::fmt;
use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use arc_swap::ArcSwap;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};

use crate::diagnoses::{self, Diagnoses, Watch};
use crate::frames::Frames;
use crate::handshake::{Handshaken, Handshakes, Pending};
use crate::head::RequestHead;
use crate::key::KeyRing;
use crate::rejection::{Code, Rejection};
use crate::replay::{IdentityFrom, ReplayGuard};
use crate::scheme::Success;
use crate::time::UnixTime;
use crate::verification::{Demands, Step, Verification, Verified};
use crate::verifier::{ConfigError, Verifier};

/// Bytes hashed before other tasks get their turn: about 16 µs of SHA-256.
const SLICE: usize = 32 * 1024;

/// Where an endpoint gets the verifier for a request: one for all, one that is
/// swapped while keys rotate, or one per tenant.
///
/// Implemented by [`Verifier`], [`KeyHandle`], [`Tenants`](crate::Tenants) and
/// by closures from the head to a [`Lookup`].
///
/// A source that looks at the request answers with the keys *and* the tenant of
/// the record that it found: [`Tenants`](crate::Tenants) does, others with
/// [`Verifier::for_tenant`]. The tenant is never text of the request.
pub trait KeySource: Send + Sync + 'static {
    /// The verifier for this request. What the answer needs of the head is
    /// read now; the answer may come later.
    fn verifier(&self, head: &dyn RequestHead) -> Lookup;

    /// The scheme and settings of every answer, for a source whose look-ups cost
    /// something: the endpoint then refuses from the head what it can before it
    /// asks for keys. Keys of this verifier are not used.
    ///
    /// `None`, which is the default, for sources whose keys are at hand. A source
    /// that is a closure gets one by [`for_scheme`](Self::for_scheme).
    fn outline(&self) -> Option<Verifier> {
        None
    }

    /// The scheme and settings of every answer, by which an endpoint checks its own
    /// when it is built. Keys of this verifier are not used.
    fn scheme(&self) -> Option<Verifier> {
        self.outline()
    }

    /// This source with the scheme and settings of all its answers, so that
    /// requests which the scheme refuses by their head cost no look-up.
    ///
    /// ```
    /// use hookward_core::{
    ///     Code, Endpoint, Key, KeySource as _, Lookup, Rejection, RequestHead, Verifier, providers,
    /// };
    ///
    /// # async fn secret_of(_: String) -> Option<(String, String)> { None }
    /// let base = Verifier::without_keys(providers::GITHUB)?;
    /// let scheme = base.clone();
    /// let keys = move |head: &dyn RequestHead| {
    ///     let (base, name) = (base.clone(), head.path().into_owned());
    ///     Lookup::later(async move {
    ///         let Some((tenant, secret)) = secret_of(name).await else {
    ///             return Err(Rejection::new(Code::KeyUnknown, "no such tenant"));
    ///         };
    ///         Ok(base.with_keys(Key::new(secret)?)?.for_tenant(tenant))
    ///     })
    /// };
    /// let endpoint = Endpoint::new(keys.for_scheme(scheme));
    /// # let _ = endpoint;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn for_scheme(self, scheme: Verifier) -> ForScheme<Self>
    where
        Self: Sized,
    {
        ForScheme {
            scheme,
            source: self,
        }
    }
}

/// A [`KeySource`] all of whose answers are for one scheme
/// ([`KeySource::for_scheme`]).
#[derive(Clone)]
pub struct ForScheme<S> {
    scheme: Verifier,
    source: S,
}

impl<S> fmt::Debug for ForScheme<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForScheme")
            .field("scheme", &self.scheme)
            .finish_non_exhaustive()
    }
}

impl<S: KeySource> KeySource for ForScheme<S> {
    fn verifier(&self, head: &dyn RequestHead) -> Lookup {
        self.source.verifier(head)
    }

    fn outline(&self) -> Option<Verifier> {
        Some(self.scheme.clone())
    }
}

/// Where keys come from that only the body tells of, as Amazon SNS writes the
/// URL of its certificate into the message.
///
/// A [`KeySource`] answers with [`Verifier::awaiting_keys`]; when the body is
/// there, this is asked for the verifier with the key. The body is not verified
/// yet: what it names must be held to an allow-list.
pub trait BodyKeys: Send + Sync + 'static {
    /// The verifier for this body, of the same scheme. What the answer needs
    /// of the body is read now; the answer may come later.
    fn verifier(&self, body: &[u8]) -> Lookup;
}

/// The answer of a [`KeySource`], or of a look-up that one makes
/// ([`TenantLookup`](crate::TenantLookup)).
#[must_use]
pub struct Lookup<T = Verifier> {
    state: LookupState<T>,
}

enum LookupState<T> {
    Now(Ready<Result<T, Rejection>>),
    Later(Pin<Box<dyn Future<Output = Result<T, Rejection>> + Send>>),
}

impl<T> Lookup<T> {
    /// An answer that is already available.
    pub fn now(answer: Result<T, Rejection>) -> Self {
        Self {
            state: LookupState::Now(ready(answer)),
        }
    }

    /// An answer that requires I/O.
    pub fn later(answer: impl Future<Output = Result<T, Rejection>> + Send + 'static) -> Self {
        Self {
            state: LookupState::Later(Box::pin(answer)),
        }
    }
}

impl<T> Future for Lookup<T> {
    type Output = Result<T, Rejection>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.state {
            LookupState::Now(answer) => Pin::new(answer).poll(cx),
            LookupState::Later(answer) => answer.as_mut().poll(cx),
        }
    }
}

impl KeySource for Verifier {
    fn verifier(&self, _: &dyn RequestHead) -> Lookup {
        Lookup::now(Ok(self.clone()))
    }

    fn scheme(&self) -> Option<Verifier> {
        Some(self.without_its_keys())
    }
}

impl<F> KeySource for F
where
    F: Fn(&dyn RequestHead) -> Lookup + Send + Sync + 'static,
{
    fn verifier(&self, head: &dyn RequestHead) -> Lookup {
        self(head)
    }
}

/// A verifier whose keys can be replaced while requests are served.
///
/// Clones share the keys. A request uses the keys that are set when its head
/// arrives; from the next request on, a removed key no longer verifies.
///
/// ```
/// use hookward_core::{Endpoint, Key, KeyHandle, Verifier, providers};
///
/// let keys = KeyHandle::new(Verifier::new(providers::GITHUB, Key::new("old")?)?);
/// let endpoint = Endpoint::new(keys.clone());
/// keys.rotate(Key::new("new")?)?;
/// # let _ = endpoint;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct KeyHandle {
    current: Arc<ArcSwap<Verifier>>,
}

impl fmt::Debug for KeyHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeyHandle")
            .field(&self.current.load())
            .finish()
    }
}

impl KeyHandle {
    /// A handle that starts with this verifier.
    #[must_use]
    pub fn new(verifier: Verifier) -> Self {
        Self {
            current: Arc::new(ArcSwap::from_pointee(verifier)),
        }
    }

    /// Replaces all keys.
    ///
    /// # Errors
    /// [`ConfigError`] for keys that do not fit; the old ones then stay.
    pub fn rotate(&self, keys: impl Into<KeyRing>) -> Result<(), ConfigError> {
        let next = self.current.load().with_keys(keys)?;
        self.current.store(Arc::new(next));
        Ok(())
    }

    /// The verifier with the present keys.
    #[must_use]
    pub fn current(&self) -> Verifier {
        Verifier::clone(&self.current.load())
    }
}

impl KeySource for KeyHandle {
    fn verifier(&self, _: &dyn RequestHead) -> Lookup {
        Lookup::now(Ok(self.current()))
    }

    fn scheme(&self) -> Option<Verifier> {
        Some(self.current().without_its_keys())
    }
}

/// A bound on the memory of all bodies in flight, shared by the endpoints that
/// are given clones of it.
#[derive(Debug, Clone)]
pub struct MemoryBudget {
    shared: Arc<BudgetState>,
}

#[derive(Debug)]
struct BudgetState {
    limit: u64,
    used: AtomicU64,
}

impl MemoryBudget {
    /// At most this many bytes at a time: what is kept of bodies, with what is
    /// reserved for more of them, from the first frame until the handler drops the
    /// last.
    ///
    /// Not counted: copies that a handler makes, or an extractor that joins several
    /// frames (`Bytes`; [`contiguous_body`](Endpoint::contiguous_body) spares it
    /// that), what is computed from one body while it is judged, which happens at once and so for
    /// one body per thread, and the framework's read buffers. A frame of 16 KiB or
    /// more keeps the buffer that it came in; of shorter ones only the first does,
    /// as long as it is alone.
    #[must_use]
    pub fn bytes(limit: u64) -> Self {
        Self {
            shared: Arc::new(BudgetState {
                limit,
                used: AtomicU64::new(0),
            }),
        }
    }

    /// The bytes in use.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.shared.used.load(Ordering::Relaxed)
    }

    fn take(&self, bytes: u64) -> bool {
        let before = self.shared.used.fetch_add(bytes, Ordering::Relaxed);
        if before.saturating_add(bytes) > self.shared.limit {
            self.shared.used.fetch_sub(bytes, Ordering::Relaxed);
            return false;
        }
        true
    }
}

/// Bytes taken from a [`MemoryBudget`], given back on drop.
#[derive(Debug)]
pub struct BudgetShare {
    budget: MemoryBudget,
    bytes: u64,
}

impl BudgetShare {
    /// `false` where the budget does not allow it; then nothing changes.
    fn resize(&mut self, bytes: u64) -> bool {
        if let Some(more) = bytes.checked_sub(self.bytes) {
            if more > 0 && !self.budget.take(more) {
                return false;
            }
        } else {
            let less = self.bytes - bytes;
            self.budget.shared.used.fetch_sub(less, Ordering::Relaxed);
        }
        self.bytes = bytes;
        true
    }
}

impl Drop for BudgetShare {
    fn drop(&mut self) {
        self.budget
            .shared
            .used
            .fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// Marks the answer to a delivery that was handled before.
const REPLAY: HeaderName = HeaderName::from_static("hookward-replay");

type Acknowledge = dyn Fn(&Verified) -> Response<Bytes> + Send + Sync;
type Respond = dyn Fn(&Rejection) -> Response<Bytes> + Send + Sync;
type IsSuccess = dyn Fn(StatusCode) -> bool + Send + Sync;
type Clock = dyn Fn() -> UnixTime + Send + Sync;

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
    clock: Option<Arc<Clock>>,
    pub(crate) handshakes: Option<Arc<Handshakes>>,
    diagnoses: Option<Arc<Diagnoses>>,
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
            diagnoses: None,
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

    /// For development: logs why a signature did not match, for each refused
    /// request, as [`Verifier::explain`] finds it.
    ///
    /// `log` gets a warning at once, and then a text for each refusal that is
    /// diagnosed: five in a row, then one a second, of bodies up to 1 MiB. It
    /// runs on a thread of its own; the answer to the sender is the same as
    /// without. To prove a cause, requests that are refused from their head are
    /// read to their end first (one that stalls or breaks off is then answered
    /// 408 or 400, not 403), so this is not for production. No secret is
    /// logged, but signed content is.
    ///
    /// ```
    /// use hookward_core::{Endpoint, Key, Verifier, providers};
    ///
    /// let verifier = Verifier::new(providers::GITHUB, Key::new("secret")?)?;
    /// let mut endpoint = Endpoint::new(verifier);
    /// if std::env::var_os("WEBHOOK_DIAGNOSES").is_some() {
    ///     endpoint = endpoint.diagnose_refusals(|text| eprintln!("{text}"));
    /// }
    /// # let _ = endpoint;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "explain")]
    #[must_use]
    pub fn diagnose_refusals(mut self, log: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.diagnoses = Diagnoses::start(Box::new(log)).map(Arc::new);
        self
    }

    /// [`diagnose_refusals`](Self::diagnose_refusals) with warnings of target
    /// `hookward` as the log.
    #[cfg(all(feature = "explain", feature = "tracing"))]
    #[must_use]
    pub fn trace_diagnoses(self) -> Self {
        self.diagnose_refusals(|text| tracing::warn!(target: "hookward", "{text}"))
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
        if self.diagnoses.is_some()
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

    /// Starts the reception of a request whose keys are known. `declared` is
    /// the body's length where the head tells it.
    ///
    /// # Errors
    /// Everything that can be refused before the body is read.
    pub fn begin(
        &self,
        verifier: &Verifier,
        head: &impl RequestHead,
        declared: Option<u64>,
    ) -> Result<Reception, Rejection> {
        self.start(verifier.clone(), head, declared)
    }

    /// [`begin`](Self::begin) with a verifier that is not needed any more.
    pub(crate) fn start(
        &self,
        verifier: Verifier,
        head: &impl RequestHead,
        declared: Option<u64>,
    ) -> Result<Reception, Rejection> {
        let now = self.now(&verifier);
        let limit = self.body_limit.unwrap_or_else(|| verifier.body_limit());
        let is_too_large = declared.is_some_and(|length| length > limit);
        let mut watch = self.diagnoses.as_ref().map(|diagnoses| {
            let now = self.clock.as_ref().map_or_else(UnixTime::now, |now| now());
            diagnoses.watch(&verifier, head, now)
        });
        let mut in_one_piece = self.contiguous || self.identity_from.is_some();
        let check = match Verification::begin(verifier.inner, head, now, self.demands.as_deref()) {
            Ok(check) => {
                let mut check = check.with_body_kept();
                // Kept once: here, and in the piece that is needed in the end.
                in_one_piece |= check.borrows_body();
                Check::Running(check)
            }
            Err(rejection) => {
                let is_wanted = !is_too_large
                    && watch
                        .as_mut()
                        .is_some_and(|watch| watch.wants_body(&rejection, declared));
                if !is_wanted {
                    return Err(rejection);
                }
                Check::Refused(Box::new(rejection))
            }
        };
        if is_too_large {
            return Err(too_large(limit));
        }
        let limit = match check {
            Check::Running(_) => limit,
            Check::Refused(_) => limit.min(diagnoses::MAX_BODY),
        };
        let mut reception = self.reception(check, limit);
        if in_one_piece {
            reception.kept.frames = Frames::contiguous(declared.unwrap_or(0));
            reception.kept.is_rare = true;
        }
        reception.kept.watch = watch;
        Ok(reception)
    }

    fn reception(&self, check: Check, limit: u64) -> Reception {
        let budget = self.budget.clone();
        Reception {
            check,
            kept: Kept {
                frames: Frames::default(),
                taken: budget.map(|budget| BudgetShare { budget, bytes: 0 }),
                identity_from: self.identity_from.clone(),
                is_rare: false,
                handshake: None,
                watch: None,
            },
            unhashed: Bytes::new(),
            limit,
        }
    }

    /// The reception of a body that is read although the request is refused:
    /// it may be an endpoint validation.
    pub(crate) fn refused(&self, rejection: Rejection, limit: u64) -> Reception {
        self.reception(Check::Refused(Box::new(rejection)), limit)
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

fn too_large(limit: u64) -> Rejection {
    Rejection::new(
        Code::BodyTooLarge,
        format!("the body is longer than the limit of {limit} bytes"),
    )
}

fn over_budget() -> Rejection {
    Rejection::new(
        Code::Overloaded,
        "the memory budget for bodies in flight is used up",
    )
}

/// How much one poll may hash before other tasks get their turn.
#[derive(Debug)]
pub struct Turn {
    left: usize,
    /// Whether a frame came when nothing was left.
    is_over: bool,
}

impl Default for Turn {
    fn default() -> Self {
        Self {
            left: SLICE,
            is_over: false,
        }
    }
}

/// A body on its way in: hashed as it comes, kept as it came.
#[must_use]
#[derive(Debug)]
pub struct Reception {
    check: Check,
    kept: Kept,
    /// The end of the last frame that is not hashed yet.
    unhashed: Bytes,
    limit: u64,
}

/// A check, or the refusal of a request whose body is read all the same: it
/// may be an endpoint validation, or its refusal is to be diagnosed.
#[derive(Debug)]
enum Check {
    Running(Verification),
    Refused(Box<Rejection>),
}

impl Check {
    fn update(&mut self, bytes: &[u8]) {
        if let Self::Running(check) = self {
            check.update(bytes);
        }
    }

    /// The refusal that stands already, or another.
    fn refusal_or(&self, other: impl FnOnce() -> Rejection) -> Rejection {
        match self {
            Self::Running(_) => other(),
            Self::Refused(rejection) => (**rejection).clone(),
        }
    }
}

/// What is kept of a request until it is clear what it is.
#[derive(Debug)]
struct Kept {
    frames: Frames,
    taken: Option<BudgetShare>,
    /// What tells deliveries apart, where the operator says it.
    identity_from: Option<IdentityFrom>,
    /// Whether something may be left to do with a verified body, which then is in
    /// one piece.
    is_rare: bool,
    /// What tells whether it is an endpoint validation.
    handshake: Option<Box<Pending>>,
    /// What diagnoses a refusal.
    watch: Option<Box<Watch>>,
}

impl Kept {
    /// From the verdict to the delivery, or to the endpoint validation that it
    /// is.
    fn conclude(mut self, mut verdict: Result<Verified, Rejection>) -> Result<Progress, Rejection> {
        let handshake = self.handshake.filter(|handshake| match &verdict {
            Ok(_) => true,
            Err(rejection) => handshake.may_go_unsigned(rejection),
        });
        let verified = verdict.as_ref().ok();
        if let Some(found) = handshake.and_then(|it| it.conclude(verified, &self.frames)) {
            let found = found?;
            if let Ok(verified) = &mut verdict {
                hand_out(verified, &mut self.frames, &mut self.taken)?;
            }
            let handshaken = found.handshaken(verdict.ok(), self.frames, self.taken);
            return Ok(Progress::Handshake(handshaken));
        }
        match verdict {
            Ok(mut verified) => {
                if self.is_rare {
                    hand_out(&mut verified, &mut self.frames, &mut self.taken)?;
                    if let Some(from) = &self.identity_from {
                        let value = from.of(&verified, &mut self.frames);
                        verified.identify_as(value.as_deref());
                    }
                }
                Ok(Progress::Done(Received {
                    verified,
                    frames: self.frames,
                    taken: self.taken,
                }))
            }
            Err(rejection) => {
                if let Some(watch) = self.watch {
                    watch.refused(&rejection, &self.frames);
                }
                Err(rejection)
            }
        }
    }
}

/// Replaces the body by the document of proven values, where a handler gets that.
#[cold]
fn hand_out(
    verified: &mut Verified,
    frames: &mut Frames,
    taken: &mut Option<BudgetShare>,
) -> Result<(), Rejection> {
    let Some(document) = verified.take_document() else {
        return Ok(());
    };
    let length = document.len() as u64;
    *frames = Frames::default();
    frames.push(document);
    match taken.as_mut().map(|taken| taken.resize(length)) {
        None | Some(true) => Ok(()),
        Some(false) => Err(over_budget()),
    }
}

impl Reception {
    pub(crate) fn with_handshake(mut self, handshake: Option<Box<Pending>>) -> Self {
        self.kept.handshake = handshake;
        self
    }

    /// Takes the next frame and hashes it as far as the turn allows; go on
    /// with [`advance`](Self::advance) before the next frame.
    ///
    /// # Errors
    /// `body_too_large` over the limit, `overloaded` over the budget.
    pub fn push(&mut self, frame: Bytes, turn: &mut Turn) -> Result<(), Rejection> {
        self.hash(usize::MAX);
        let length = frame.len() as u64;
        if self.kept.frames.len() + length > self.limit {
            return Err(self.check.refusal_or(|| too_large(self.limit)));
        }
        if self.kept.taken.is_some() {
            let least = self.kept.frames.least_growth(frame.len());
            self.take(self.kept.frames.held() + least)?;
        }
        if turn.left == 0 {
            // Other tasks run before it is hashed, but only if it comes at all.
            turn.is_over = true;
            self.unhashed = frame.clone();
        } else if frame.len() <= SLICE {
            self.check.update(&frame);
            // A frame costs something even when it is tiny.
            turn.left = turn.left.saturating_sub(frame.len().max(512));
        } else {
            self.unhashed = frame.clone();
        }
        self.kept.frames.push(frame);
        if self.kept.taken.is_some() {
            // What was reserved with it.
            self.take(self.kept.frames.held())?;
        }
        Ok(())
    }

    /// Makes the share of the memory budget as large as what is held.
    #[cold]
    fn take(&mut self, held: u64) -> Result<(), Rejection> {
        match self.kept.taken.as_mut().map(|taken| taken.resize(held)) {
            None | Some(true) => Ok(()),
            Some(false) => Err(self.check.refusal_or(over_budget)),
        }
    }

    /// Hashes what is left of the last frame, as far as the turn allows;
    /// `true` when there is more to hash and other tasks should run first.
    #[inline]
    pub fn advance(&mut self, turn: &mut Turn) -> bool {
        turn.left -= self.hash(turn.left);
        turn.is_over || !self.unhashed.is_empty()
    }

    /// Nearly always there is nothing left: a frame is hashed when it comes.
    #[inline]
    fn hash(&mut self, most: usize) -> usize {
        if self.unhashed.is_empty() {
            return 0;
        }
        self.hash_rest(most)
    }

    fn hash_rest(&mut self, most: usize) -> usize {
        let length = most.min(self.unhashed.len());
        let slice = self.unhashed.split_to(length);
        self.check.update(&slice);
        length
    }

    /// Gives the verdict after the last frame, or asks to go over the body
    /// once more for the other keys.
    ///
    /// # Errors
    /// The reason for refusing the request.
    pub fn finish(mut self) -> Result<Progress, Rejection> {
        self.hash(usize::MAX);
        if let Check::Running(check) = &mut self.check
            && check.borrows_body()
        {
            check.lend_body(&self.kept.frames.share());
        }
        let kept = self.kept;
        let step = match self.check {
            Check::Running(check) => check.step(),
            Check::Refused(rejection) => Err(*rejection),
        };
        let (check, frame, lookup) = match step {
            Ok(Step::Verified(verified)) => return kept.conclude(Ok(verified)),
            Err(rejection) => return kept.conclude(Err(rejection)),
            Ok(Step::Again(check)) => (check, 0, None),
            // Nothing has to be hashed once more.
            Ok(Step::Keys(lookup, check)) => (check, usize::MAX, Some(lookup)),
        };
        Ok(Progress::Again(Box::new(Rereading {
            check,
            kept,
            frame,
            at: 0,
            lookup,
            refused: None,
        })))
    }
}

/// What [`Reception::finish`] found.
#[must_use]
#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // one per request, moved once
pub enum Progress {
    /// The request is genuine.
    Done(Received),
    /// The first key did not match, or the body told where the key is: wait for
    /// keys, go over the body again.
    Again(Box<Rereading>),
    /// The request is an endpoint validation.
    Handshake(Handshaken),
}

/// A verified body.
#[must_use]
#[derive(Debug)]
pub struct Received {
    verified: Verified,
    frames: Frames,
    taken: Option<BudgetShare>,
}

impl Received {
    /// The proof.
    pub fn verified(&mut self) -> &mut Verified {
        &mut self.verified
    }

    /// The proof, the frames, and what gives the memory budget back when the
    /// body is dropped.
    pub fn into_parts(self) -> (Verified, Frames, Option<BudgetShare>) {
        (self.verified, self.frames, self.taken)
    }
}

/// The second pass over a body, for the keys after the first or for a key that
/// the body told of.
#[must_use]
pub struct Rereading {
    check: Verification,
    kept: Kept,
    frame: usize,
    at: usize,
    /// The key that is waited for.
    lookup: Option<Lookup>,
    /// Why there is none.
    refused: Option<Rejection>,
}

impl fmt::Debug for Rereading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rereading")
            .field("check", &self.check)
            .field("awaits_keys", &self.lookup.is_some())
            .finish_non_exhaustive()
    }
}

impl Rereading {
    /// Waits for the key that the body told of, where it did. To be ready
    /// before [`advance`](Self::advance).
    pub fn poll_keys(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(lookup) = &mut self.lookup {
            let Poll::Ready(answer) = Pin::new(lookup).poll(cx) else {
                return Poll::Pending;
            };
            self.lookup = None;
            match answer {
                Ok(verifier) => self.check.resume(&verifier),
                Err(rejection) => self.refused = Some(rejection),
            }
        }
        Poll::Ready(())
    }

    /// Hashes a slice; `true` when other tasks should have a turn before the
    /// next.
    pub fn advance(&mut self) -> bool {
        let Some(frame) = self.kept.frames.iter().nth(self.frame) else {
            return false;
        };
        let end = (self.at + SLICE).min(frame.len());
        self.check.update(&frame[self.at..end]);
        self.at = end;
        if end == frame.len() {
            self.frame += 1;
            self.at = 0;
        }
        true
    }

    /// The verdict, after [`advance`](Self::advance) said `false`; never
    /// [`Progress::Again`].
    ///
    /// # Errors
    /// The reason for refusing the request.
    pub fn finish(self) -> Result<Progress, Rejection> {
        let verdict = match self.refused {
            Some(rejection) => Err(rejection),
            None => self.check.finish(),
        };
        self.kept.conclude(verdict)
    }
}
