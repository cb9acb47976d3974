//! What has been seen: replay keys, stores and the guard.
//!
//! A valid signature proves who sent a delivery, not that it is new. The
//! [`ReplayGuard`] claims each delivery in a [`ReplayStore`] after its
//! signature verified and before the handler runs; the handler's outcome
//! commits the claim or releases it.

mod memory;
mod settle;
mod table;

use std::fmt;
use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

pub use self::memory::{MemoryStore, WhenFull};
pub use self::settle::{OpenDelivery, Settling, Spawn};
use crate::crypto::sha256;
use crate::request::frames::Frames;
use crate::request::reason::{Reason, text};
use crate::request::rejection::Rejection;
use crate::scheme::{Location, Place, ReplayBy, Success};
use crate::text::printable;
use crate::verify::config::ConfigError;
use crate::verify::{Identify, Verified};

/// The identity of a delivery within a namespace, as a store keeps it: 128 bits of a
/// hash.
///
/// That is enough: to have a delivery taken for one that was handled, its sender
/// needs a second preimage of 128 bits; to have two of his own taken for one, a
/// collision between two contents that the *provider* signs, with ids and times of
/// its making, so that he cannot compute the 2⁶⁴ candidates ahead. Neither key nor
/// signature can be had from it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ReplayKey([u8; 16]);

impl ReplayKey {
    /// The version of what a key is derived from. A key of another version is another
    /// key, so that a delivery handled before an upgrade is handled again when it is
    /// replayed after it: a release that changes this, or moves the identities of an
    /// entry of the catalogue, says so in the changelog.
    pub const VERSION: u32 = 3;

    /// Equal only for the same namespace, tenant and identity: every value but the
    /// last has its length before it. No tenant differs from every tenant, the empty
    /// one included.
    pub(crate) fn derive(namespace: &str, tenant: Option<&str>, identity: &[u8; 32]) -> Self {
        let length = |bytes: &[u8]| (bytes.len() as u64).to_be_bytes();
        let tenant_length = tenant.map_or([0xff; 8], |tenant| length(tenant.as_bytes()));
        let hash = sha256(&[
            b"hookward replay\0",
            &Self::VERSION.to_be_bytes(),
            &length(namespace.as_bytes()),
            namespace.as_bytes(),
            &tenant_length,
            tenant.unwrap_or_default().as_bytes(),
            identity,
        ]);
        let mut key = [0; 16];
        key.copy_from_slice(&hash[..16]);
        Self(key)
    }

    /// A key from its bytes. For stores and their tests; the guard derives its
    /// keys from a [`Verified`].
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The key as a store keeps it.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// In hex.
impl fmt::Display for ReplayKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for ReplayKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReplayKey({})", hex::encode(self.0))
    }
}

/// Who holds a claim: the store gives it out with a fresh claim and takes it
/// back on commit and release, so that a holder whose lease ran out cannot
/// touch the claim of its successor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClaimToken(pub u64);

/// A store's answer to a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Never seen, or released, or its lease ran out: the caller holds it now.
    Fresh(ClaimToken),
    /// Somebody holds it; the lease runs out after this time at the latest.
    InProgress(Duration),
    /// It was handled to success.
    Done,
}

/// A store that could not answer.
#[derive(Clone, PartialEq, Eq)]
pub struct StoreError {
    message: String,
}

impl StoreError {
    /// An error with a message for the operator, in which what is not printable
    /// is escaped.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: printable::owned(message.into()),
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for StoreError {}

crate::text::debug_as_display!(StoreError);

/// A store's answer: there at once, or later. Stores in memory answer without
/// an allocation.
#[must_use]
pub struct StoreFuture<'a, T> {
    state: Answer<'a, T>,
}

enum Answer<'a, T> {
    Now(Ready<Result<T, StoreError>>),
    Later(Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>),
}

impl<'a, T> StoreFuture<'a, T> {
    /// An answer that is there.
    pub fn now(answer: Result<T, StoreError>) -> Self {
        Self {
            state: Answer::Now(ready(answer)),
        }
    }

    /// An answer that takes I/O.
    pub fn later(answer: impl Future<Output = Result<T, StoreError>> + Send + 'a) -> Self {
        Self {
            state: Answer::Later(Box::pin(answer)),
        }
    }
}

impl<T> Future for StoreFuture<'_, T> {
    type Output = Result<T, StoreError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.state {
            Answer::Now(answer) => Pin::new(answer).poll(cx),
            Answer::Later(answer) => answer.as_mut().poll(cx),
        }
    }
}

// Nothing in it is pinned structurally: `Ready` is `Unpin`, the box is a box.
impl<T> Unpin for StoreFuture<'_, T> {}

/// What has been seen. Implementations are shared between all requests.
///
/// # Security
///
/// A store that forgets a committed claim early lets a replay through; one
/// that answers [`Claim::Done`] for what was never committed loses a delivery.
/// When in doubt a store returns an error: the request is then answered 503,
/// and the provider comes again.
///
/// All times are durations, to be measured by the store's own clock: replicas
/// whose clocks differ must agree.
pub trait ReplayStore: Send + Sync + fmt::Debug + 'static {
    /// Claims `key` for `lease`, atomically: of any number of callers at one
    /// time exactly one gets [`Claim::Fresh`].
    fn claim(&self, key: ReplayKey, lease: Duration) -> StoreFuture<'static, Claim>;

    /// Marks a claim as handled to success and remembers it for `keep`. A
    /// token that no longer holds the claim changes nothing, unless nobody
    /// holds it: then the success is remembered.
    fn commit(&self, key: ReplayKey, token: ClaimToken, keep: Duration)
    -> StoreFuture<'static, ()>;

    /// Releases a claim, so that the next delivery is fresh. A token that no
    /// longer holds the claim changes nothing.
    fn release(&self, key: ReplayKey, token: ClaimToken) -> StoreFuture<'static, ()>;

    /// Forgets a key, whether it is committed or held, so that the next delivery is
    /// fresh.
    fn forget(&self, key: ReplayKey) -> StoreFuture<'static, ()>;
}

/// The operator's own notion of what tells deliveries apart.
#[derive(Clone)]
pub(crate) struct IdentityFrom(Arc<FromBody>);

type FromBody = dyn Fn(&Verified, &[u8]) -> Option<Vec<u8>> + Send + Sync;

impl IdentityFrom {
    pub(crate) fn of(&self, verified: &Verified, frames: &mut Frames) -> Option<Vec<u8>> {
        (self.0)(verified, &frames.share())
    }
}

impl fmt::Debug for IdentityFrom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdentityFrom")
    }
}

/// What happens to a delivery that was handled to success before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum OnDuplicate {
    /// What the provider takes for success, mostly 200, without running the handler:
    /// it stops retrying. A delivery that only the handler can answer is handed
    /// through.
    #[default]
    Acknowledge,
    /// 403 with code `replayed`.
    Reject,
    /// The handler runs, and [`Verified::is_duplicate`] is true.
    HandThrough,
}

/// Lets every delivery reach its handler to success once.
///
/// ```
/// use std::time::Duration;
/// use hookward_core::{MemoryStore, OnDuplicate, ReplayGuard};
///
/// let guard = ReplayGuard::new(MemoryStore::default(), "github-main")
///     .lease(Duration::from_secs(30))
///     .on_duplicate(OnDuplicate::Reject);
/// # let _ = guard;
/// ```
#[derive(Debug, Clone)]
pub struct ReplayGuard {
    store: Arc<dyn ReplayStore>,
    namespace: Arc<str>,
    by: Option<ReplayBy>,
    event_id: Option<Location>,
    pub(crate) identity_from: Option<IdentityFrom>,
    on_duplicate: OnDuplicate,
    lease: Duration,
    retention: Duration,
    clock_allowance: Duration,
}

impl ReplayGuard {
    /// A guard on a store. The namespace names the endpoint: endpoints that
    /// share a store need different ones, replicas of one endpoint the same.
    #[must_use]
    pub fn new(store: impl ReplayStore, namespace: impl Into<Arc<str>>) -> Self {
        Self::shared(Arc::new(store), namespace)
    }

    /// As [`new`](Self::new), for a store that several guards share.
    #[must_use]
    pub fn shared(store: Arc<dyn ReplayStore>, namespace: impl Into<Arc<str>>) -> Self {
        Self {
            store,
            namespace: namespace.into(),
            by: None,
            event_id: None,
            identity_from: None,
            on_duplicate: OnDuplicate::default(),
            lease: Duration::from_secs(60),
            retention: Duration::from_secs(24 * 60 * 60),
            clock_allowance: Duration::from_secs(2 * 60 * 60),
        }
    }

    /// What tells deliveries apart, where the scheme's own
    /// [`replay_by`](crate::Scheme::replay_by) does not fit what is sent to you.
    #[must_use]
    pub fn by(mut self, by: ReplayBy) -> Self {
        self.by = Some(by);
        self
    }

    /// Tells deliveries apart by an id of your payload: one that is unique for each
    /// event and the same when it is sent again. A request without it is handled by
    /// its content where the signature proves that it is missing, and refused where
    /// it does not.
    ///
    /// An id in a JSON body is read while the body arrives. One is missing, too, when
    /// it occurs twice on the way that the pointer describes, when it takes more than
    /// 4,096 bytes as it is written, and when the body is not JSON or has more than
    /// 1,024 arrays and objects within each other.
    ///
    /// ```
    /// use hookward_core::{Location, MemoryStore, ReplayGuard};
    ///
    /// let guard = ReplayGuard::new(MemoryStore::default(), "orders")
    ///     .event_id(Location::Json("/order/event_id".into()));
    /// # let _ = guard;
    /// ```
    #[must_use]
    pub fn event_id(mut self, place: Location) -> Self {
        self.by = Some(ReplayBy::Id);
        self.event_id = Some(place);
        self
    }

    /// Tells deliveries apart by what a function makes of the proof and the body:
    /// equal for two requests exactly where they are the same delivery. With `None`
    /// the delivery is not claimed, and is handled however often it comes.
    ///
    /// Use proven values alone ([`Verified::covers`]): whoever replays a delivery can
    /// change the others.
    #[must_use]
    pub fn identity_from(
        mut self,
        identity: impl Fn(&Verified, &[u8]) -> Option<Vec<u8>> + Send + Sync + 'static,
    ) -> Self {
        // Nothing else has to be computed.
        self.by = Some(ReplayBy::None);
        self.identity_from = Some(IdentityFrom(Arc::new(identity)));
        self
    }

    /// What a verification has to compute for this guard.
    pub(crate) fn identify(&self) -> Result<Identify, ConfigError> {
        Ok(Identify {
            by: self.by,
            id: self
                .event_id
                .as_ref()
                .map(Place::compile)
                .transpose()
                .map_err(|error| ConfigError::Replay(format!("the event id: {error}")))?,
            is_relied_on: self.identity_from.is_none(),
        })
    }

    /// What happens to a delivery that was handled before.
    #[must_use]
    pub fn on_duplicate(mut self, answer: OnDuplicate) -> Self {
        self.on_duplicate = answer;
        self
    }

    /// How long a handler may take before its claim counts as abandoned; one
    /// minute by default. A copy that arrives meanwhile gets 409. Longer than
    /// the slowest handler, or a delivery can be handled twice; short enough
    /// that the provider still retries after a crash.
    #[must_use]
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// How long a handled delivery is remembered when no signed timestamp
    /// bounds its life; 24 hours by default, since providers retry for about a
    /// day. A copy that comes later is handled again.
    #[must_use]
    pub fn retention(mut self, retention: Duration) -> Self {
        self.retention = retention;
        self
    }

    /// The key under which [`claim`](Self::claim) claims a delivery; for
    /// receivers that claim it themselves, inside a transaction of their own.
    ///
    /// `None` where there is nothing to tell apart, as for a test delivery without
    /// content: it needs no claim. `None` too for a proof whose identity nobody asked
    /// for: see [`Endpoint::identify_for`](crate::Endpoint::identify_for).
    #[must_use]
    pub fn key(&self, verified: &Verified) -> Option<ReplayKey> {
        verified.replay_key(&self.namespace)
    }

    /// Forgets that a delivery was handled, so that it is handled once more when it
    /// comes again: for one whose effects were undone, or were not what they should
    /// have been. A claim that is held is taken from its holder.
    pub fn forget(&self, key: ReplayKey) -> StoreFuture<'static, ()> {
        self.store.forget(key)
    }

    /// How far a replica's clock may be off without letting a replay through;
    /// two hours by default.
    ///
    /// A replica whose clock is slow still accepts a timestamp that is stale
    /// for the others, so what was handled is remembered for this much longer
    /// than the window. The price is the memory of as many deliveries as come
    /// in that time.
    #[must_use]
    pub fn clock_allowance(mut self, allowance: Duration) -> Self {
        self.clock_allowance = allowance;
        self
    }

    /// How long a delivery has to be remembered once it was handled: until its
    /// window has closed for every replica, or for the
    /// [retention](Self::retention) where that is longer or there is no window.
    ///
    /// Only where copies are all there is to stop does the window alone bound it: a
    /// retry with a new time is the same delivery by its id or payload.
    #[must_use]
    pub fn keep(&self, verified: &Verified) -> Duration {
        let closed = verified
            .window()
            .map(|window| window + self.clock_allowance);
        let by = self.by.unwrap_or_else(|| verified.replay_by());
        match (closed, by, &self.identity_from) {
            (Some(closed), ReplayBy::Content | ReplayBy::Body, None) => closed,
            (closed, ..) => self.retention.max(closed.unwrap_or_default()),
        }
    }

    /// Claims a verified delivery. One with nothing to tell it apart from others is
    /// fresh however often it comes.
    pub fn claim(&self, verified: &Verified) -> Claiming {
        let retries = verified.retries();
        let claiming = |answer, key: Option<ReplayKey>| Claiming {
            answer,
            delivery: Some(Delivery {
                store: self.store.clone(),
                key,
                keep: self.keep(verified),
                token: None,
            }),
            on_duplicate: match (self.on_duplicate, verified.success()) {
                (OnDuplicate::Acknowledge, Success::Handler) => OnDuplicate::HandThrough,
                (on_duplicate, _) => on_duplicate,
            },
            // What the provider takes as final would lose the delivery, should the
            // first copy fail.
            is_conflict_final: retries
                .is_some_and(|retries| retries.follow(503) && !retries.follow(409)),
        };
        match self.key(verified) {
            Some(key) => claiming(self.store.claim(key, self.lease), Some(key)),
            None if verified.is_unidentified() => claiming(
                StoreFuture::now(Err(StoreError::new(
                    "the verification did not compute what tells deliveries apart: give the guard to the endpoint",
                ))),
                None,
            ),
            None => claiming(StoreFuture::now(Ok(Claim::Fresh(ClaimToken(0)))), None),
        }
    }
}

/// What became of a claim.
#[must_use]
#[derive(Debug)]
pub enum Claimed {
    /// Run the handler, and settle the delivery by its outcome.
    Fresh(Delivery),
    /// Answer with what the provider takes for success, without running the handler
    /// ([`Endpoint::acknowledge`](crate::Endpoint::acknowledge)).
    Acknowledge,
    /// Run the handler, with the proof marked as a duplicate.
    Duplicate,
}

/// The future of [`ReplayGuard::claim`].
#[must_use]
pub struct Claiming {
    answer: StoreFuture<'static, Claim>,
    delivery: Option<Delivery>,
    on_duplicate: OnDuplicate,
    /// Whether the provider does not send again after 409.
    is_conflict_final: bool,
}

impl Future for Claiming {
    type Output = Result<Claimed, Rejection>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = match Pin::new(&mut self.answer).poll(cx) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(answer) => answer,
        };
        let delivery = self.delivery.take();
        Poll::Ready(match (answer, self.on_duplicate) {
            (Ok(Claim::Fresh(token)), _) => match delivery {
                Some(mut delivery) => {
                    delivery.token = Some(token);
                    Ok(Claimed::Fresh(delivery))
                }
                None => Err(Reason::ClaimPolled.into()),
            },
            (Ok(Claim::Done), OnDuplicate::Acknowledge) => Ok(Claimed::Acknowledge),
            (Ok(Claim::Done), OnDuplicate::HandThrough) => Ok(Claimed::Duplicate),
            (Ok(Claim::Done), OnDuplicate::Reject) => Err(Reason::HandledBefore.into()),
            (Ok(Claim::InProgress(left)), _) => {
                let rejection = Rejection::from(Reason::InProgress).retry_after(left);
                Err(match self.is_conflict_final {
                    true => rejection.with_status(503),
                    false => rejection,
                })
            }
            (Err(error), _) => Err(Rejection::from(Reason::StoreFailed { error: text(error) })),
        })
    }
}

/// A claim that waits for the handler's outcome. Dropping it releases it.
#[must_use]
#[derive(Debug)]
pub struct Delivery {
    store: Arc<dyn ReplayStore>,
    /// None for what is claimed nowhere.
    key: Option<ReplayKey>,
    keep: Duration,
    token: Option<ClaimToken>,
}

impl Delivery {
    /// Remembers the delivery as handled to success.
    pub fn commit(mut self) -> StoreFuture<'static, ()> {
        match (self.token.take(), self.key) {
            (Some(token), Some(key)) => self.store.commit(key, token, self.keep),
            _ => StoreFuture::now(Ok(())),
        }
    }

    /// Gives the claim back, so that the provider's retry is handled.
    pub fn release(mut self) -> StoreFuture<'static, ()> {
        match (self.token.take(), self.key) {
            (Some(token), Some(key)) => self.store.release(key, token),
            _ => StoreFuture::now(Ok(())),
        }
    }
}

impl Drop for Delivery {
    /// Releases the claim as far as that needs no waiting; a store that does
    /// I/O is asked, and if it cannot answer at once the lease runs out.
    /// Adapters with a runtime release in the background instead.
    fn drop(&mut self) {
        if let (Some(token), Some(key)) = (self.token.take(), self.key) {
            let mut release = self.store.release(key, token);
            let mut context = Context::from_waker(std::task::Waker::noop());
            let _ = Pin::new(&mut release).poll(&mut context);
        }
    }
}
