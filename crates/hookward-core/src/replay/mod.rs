//! The replay guard: what a delivery is claimed under, and what follows from the claim.
//!
//! A valid signature proves who sent a delivery, not that it is new. The
//! [`ReplayGuard`] claims each delivery in a [`ReplayStore`] after its
//! signature verified and before the handler runs; the handler's outcome
//! commits the claim or releases it.

mod settle;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

pub use hookward_replay::{
    Claim, ClaimToken, MemoryStore, ReplayKey, ReplayStore, StoreError, StoreFuture, WhenFull,
};

pub use self::settle::{OpenDelivery, Settling, Spawn};
use smallvec::SmallVec;

use crate::request::frames::Frames;
use crate::request::reason::{Reason, text};
use crate::request::rejection::Rejection;
use crate::scheme::{Location, Place, ReplayBy, Success};
use crate::verify::config::ConfigError;
use crate::verify::{Identify, Verified};

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
    /// The version of what a [`ReplayKey`] is derived from. A key of another version is
    /// another key, so that a delivery handled before an upgrade is handled again when
    /// it is replayed after it: a release that changes this, or moves the identities of
    /// an entry of the catalogue, says so in the changelog.
    pub const KEY_VERSION: u32 = crate::verify::KEY_VERSION;

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
    ///
    /// A receiver that claims them itself claims
    /// [`Verified::replay_key_before`] as well, for one release after an upgrade.
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
            asked: key,
            // Without its id a delivery is told apart by its content, then as now.
            before: key.and_then(|key| {
                let before = verified.replay_key_before(&self.namespace);
                before.filter(|before| *before != key)
            }),
            closing: None,
            lease: self.lease,
            delivery: Some(Delivery {
                store: self.store.clone(),
                keep: self.keep(verified),
                claims: SmallVec::new(),
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
    /// The key that `answer` is for; none for what is claimed nowhere.
    asked: Option<ReplayKey>,
    /// The key of the release before, to be claimed too.
    before: Option<ReplayKey>,
    /// What is told to the store of the key that is held, and then the outcome; boxed,
    /// since fresh deliveries have no use for it.
    closing: Option<Box<Closing>>,
    lease: Duration,
    delivery: Option<Delivery>,
    on_duplicate: OnDuplicate,
    /// Whether the provider does not send again after 409.
    is_conflict_final: bool,
}

type Closing = (StoreFuture<'static, ()>, Result<Claimed, Rejection>);

impl Future for Claiming {
    type Output = Result<Claimed, Rejection>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            if let Some(closing) = &mut self.closing {
                // Whatever the store says: its lease ends.
                let _ = ready!(Pin::new(&mut closing.0).poll(cx));
            }
            if let Some(closing) = self.closing.take() {
                return Poll::Ready(closing.1);
            }
            let answer = ready!(Pin::new(&mut self.answer).poll(cx));
            let Some(mut delivery) = self.delivery.take() else {
                return Poll::Ready(Err(Reason::ClaimPolled.into()));
            };
            // What is held under the other key goes the same way.
            self.closing = Some(Box::new(match answer {
                Ok(Claim::Fresh(token)) => {
                    if let Some(key) = self.asked {
                        delivery.claims.push((key, token));
                    }
                    let Some(before) = self.before.take() else {
                        return Poll::Ready(Ok(Claimed::Fresh(delivery)));
                    };
                    // The release before may have handled it.
                    self.answer = delivery.store.claim(before, self.lease);
                    self.asked = Some(before);
                    self.delivery = Some(delivery);
                    continue;
                }
                Ok(Claim::Done) => (delivery.commit(), self.handled_before()),
                Ok(Claim::InProgress(left)) => (delivery.release(), Err(self.still_handled(left))),
                Err(error) => {
                    let rejection = Reason::StoreFailed { error: text(error) }.into();
                    (delivery.release(), Err(rejection))
                }
            }));
        }
    }
}

impl Claiming {
    fn handled_before(&self) -> Result<Claimed, Rejection> {
        match self.on_duplicate {
            OnDuplicate::Acknowledge => Ok(Claimed::Acknowledge),
            OnDuplicate::HandThrough => Ok(Claimed::Duplicate),
            OnDuplicate::Reject => Err(Reason::HandledBefore.into()),
        }
    }

    fn still_handled(&self, left: Duration) -> Rejection {
        let rejection = Rejection::from(Reason::InProgress).retry_after(left);
        match self.is_conflict_final {
            true => rejection.with_status(503),
            false => rejection,
        }
    }
}

/// A claim that waits for the handler's outcome. Dropping it releases it.
#[must_use]
#[derive(Debug)]
pub struct Delivery {
    store: Arc<dyn ReplayStore>,
    keep: Duration,
    /// None for what is claimed nowhere; two where the release before told deliveries
    /// apart otherwise.
    claims: SmallVec<[(ReplayKey, ClaimToken); 1]>,
}

impl Delivery {
    /// Remembers the delivery as handled to success.
    pub fn commit(mut self) -> StoreFuture<'static, ()> {
        let keep = self.keep;
        self.settle(&|store, key, token| store.commit(key, token, keep))
    }

    /// Releases the claim, so that the provider's retry is handled.
    pub fn release(mut self) -> StoreFuture<'static, ()> {
        self.settle(&|store, key, token| store.release(key, token))
    }

    fn settle(
        &mut self,
        how: &dyn Fn(&dyn ReplayStore, ReplayKey, ClaimToken) -> StoreFuture<'static, ()>,
    ) -> StoreFuture<'static, ()> {
        let claims = std::mem::take(&mut self.claims);
        let mut all = claims
            .iter()
            .map(|(key, token)| how(&*self.store, *key, *token));
        match (all.next(), all.next()) {
            (None, _) => StoreFuture::now(Ok(())),
            (Some(one), None) => one,
            (Some(one), Some(other)) => StoreFuture::later(async move {
                let (one, other) = (one.await, other.await);
                one.and(other)
            }),
        }
    }
}

impl Drop for Delivery {
    /// Releases the claim as far as that needs no waiting; a store that does
    /// I/O is asked, and if it cannot answer at once the lease runs out.
    /// Adapters with a runtime release in the background instead.
    fn drop(&mut self) {
        let mut context = Context::from_waker(std::task::Waker::noop());
        for (key, token) in std::mem::take(&mut self.claims) {
            let mut release = self.store.release(key, token);
            let _ = Pin::new(&mut release).poll(&mut context);
        }
    }
}
