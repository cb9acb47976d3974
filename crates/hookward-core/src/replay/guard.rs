//! Configuration of the replay guard, and the claim of a verified delivery.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use hookward_replay::{Claim, ClaimToken, ReplayKey, ReplayStore, StoreError, StoreFuture};
use smallvec::SmallVec;

use super::claiming::{Claiming, Claims, Delivery};
use super::pending::{Settled, Shared};
use crate::request::frames::Frames;
use crate::scheme::{Location, Place, ReplayBy, Success};
use crate::verify::config::ConfigError;
use crate::verify::{Identify, Verified};

/// The operator's own notion of a delivery's identity.
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

/// What to do with a delivery that was already processed successfully.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum OnDuplicate {
    /// Respond with what the provider takes for success, usually 200, without running the
    /// handler: it stops retrying. A delivery that only the handler can answer is passed
    /// to it instead.
    #[default]
    Acknowledge,
    /// Respond with 403, code `replayed`.
    Reject,
    /// Run the handler; [`Verified::is_duplicate`] is true.
    HandThrough,
}

/// Ensures that each delivery is processed successfully at most once.
///
/// ```
/// use std::time::Duration;
/// use hookward::{MemoryStore, OnDuplicate, ReplayGuard};
///
/// let guard = ReplayGuard::new(MemoryStore::default(), "github-main")
///     .lease(Duration::from_secs(30))
///     .on_duplicate(OnDuplicate::Reject);
/// # let _ = guard;
/// ```
#[derive(Debug, Clone)]
pub struct ReplayGuard {
    /// Clones of a guard share it.
    shared: Arc<Shared>,
    namespace: Arc<str>,
    by: Option<ReplayBy>,
    event_id: Option<Location>,
    pub(crate) identity_from: Option<IdentityFrom>,
    on_duplicate: OnDuplicate,
    lease: Duration,
    renew_for: Duration,
    retention: Duration,
    clock_allowance: Duration,
}

impl ReplayGuard {
    /// The version of the derivation of a [`ReplayKey`]. Keys of different versions never
    /// match, so a delivery handled before an upgrade is handled again if it is replayed
    /// after it. A release that changes this, or the identity of an entry of the
    /// catalogue, says so in the changelog.
    pub const KEY_VERSION: u32 = crate::verify::KEY_VERSION;

    /// Creates a guard on a store. The namespace identifies the endpoint: endpoints that
    /// share a store must use different ones, replicas of one endpoint the same.
    #[must_use]
    pub fn new(store: impl ReplayStore, namespace: impl Into<Arc<str>>) -> Self {
        Self::shared(Arc::new(store), namespace)
    }

    /// Like [`new`](Self::new), for a store shared by several guards.
    #[must_use]
    pub fn shared(store: Arc<dyn ReplayStore>, namespace: impl Into<Arc<str>>) -> Self {
        Self {
            shared: Arc::new(Shared::new(store)),
            namespace: namespace.into(),
            by: None,
            event_id: None,
            identity_from: None,
            on_duplicate: OnDuplicate::default(),
            lease: Duration::from_secs(60),
            renew_for: Duration::from_secs(60 * 60),
            retention: Duration::from_secs(24 * 60 * 60),
            clock_allowance: Duration::from_secs(2 * 60 * 60),
        }
    }

    /// Overrides how deliveries are identified, for payloads that the scheme's own
    /// [`replay_by`](crate::Scheme::replay_by) does not fit.
    #[must_use]
    pub fn by(mut self, by: ReplayBy) -> Self {
        self.by = Some(by);
        self
    }

    /// Identifies deliveries by an id in your payload, which must be unique for each
    /// event and the same for each retry. A request without it is identified by its
    /// content if the signature proves that the id is absent, and rejected otherwise.
    ///
    /// An id in a JSON body is read while the body arrives. It counts as missing if a
    /// member on the pointer's path is repeated, if it takes more than 4,096 bytes as
    /// written, if the body is not JSON, or if more than 1,024 arrays and objects are
    /// nested.
    ///
    /// ```
    /// use hookward::{Location, MemoryStore, ReplayGuard};
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

    /// Identifies deliveries by a function of the proof and the body. Two requests must
    /// have equal values if and only if they are the same delivery. A delivery with
    /// `None` is not claimed and is handled each time it arrives.
    ///
    /// Use only values that the signature covers ([`Verified::covers`]): an attacker who
    /// replays a delivery can change the others.
    #[must_use]
    pub fn identity_from(
        mut self,
        identity: impl Fn(&Verified, &[u8]) -> Option<Vec<u8>> + Send + Sync + 'static,
    ) -> Self {
        // Nothing else needs to be computed.
        self.by = Some(ReplayBy::None);
        self.identity_from = Some(IdentityFrom(Arc::new(identity)));
        self
    }

    /// What a verification must compute for this guard.
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

    /// Sets what happens to a delivery that was already handled.
    #[must_use]
    pub fn on_duplicate(mut self, answer: OnDuplicate) -> Self {
        self.on_duplicate = answer;
        self
    }

    /// How long a claim lasts; one minute by default. While the handler runs, its claim is
    /// [renewed](Self::renew_for) each time a third of the lease has passed, so the lease
    /// only bounds how long a claim outlives a process that crashed or lost its store: it
    /// must be short enough for the provider to retry after that.
    ///
    /// A copy that arrives while a claim lasts is answered with 409. A handler that blocks
    /// its thread is not renewed meanwhile: if it does so for longer than the lease, a
    /// delivery can be handled twice.
    #[must_use]
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// How long the claim of a running handler is renewed; one hour by default. A handler
    /// that hangs would otherwise keep the provider's retries out for ever.
    /// [`Duration::ZERO`] turns renewals off: the lease must then exceed the slowest
    /// handler.
    #[must_use]
    pub fn renew_for(mut self, time: Duration) -> Self {
        self.renew_for = time;
        self
    }

    /// How long a handled delivery is remembered if no signed timestamp bounds its
    /// lifetime; 24 hours by default, since providers retry for about a day. A copy that
    /// arrives later is handled again.
    #[must_use]
    pub fn retention(mut self, retention: Duration) -> Self {
        self.retention = retention;
        self
    }

    /// The key under which [`claim`](Self::claim) claims a delivery, for receivers that
    /// claim it themselves inside their own transaction.
    ///
    /// `None` if the delivery has no identity, such as a test delivery without content:
    /// it needs no claim. Also `None` for a proof whose identity was not computed: see
    /// [`Endpoint::identify_for`](crate::Endpoint::identify_for).
    ///
    /// A receiver that makes its own claims must also claim
    /// [`Verified::replay_key_before`], for one release after an upgrade.
    #[must_use]
    pub fn key(&self, verified: &Verified) -> Option<ReplayKey> {
        verified.replay_key(&self.namespace)
    }

    /// Forgets that a delivery was handled, so that it is handled again when it is next
    /// received; for a delivery whose effects were undone or incorrect.
    ///
    /// To be called once no handler runs for it: one that still does takes its claim back,
    /// and its success is recorded. So is one that another process records in the background
    /// after the store was away.
    pub fn forget(&self, key: ReplayKey) -> StoreFuture<'static, ()> {
        self.shared.forget(key);
        self.shared.store.forget(key)
    }

    /// Waits until no handler holds a claim of this guard, and the outcome of each delivery
    /// is recorded. To be awaited, with a timeout, before a process ends: once the server
    /// has stopped accepting requests, and before the runtime is dropped.
    ///
    /// What it waits for is bounded only by the handlers and by how long the store is
    /// away, since a success that could not be recorded is tried again in the background:
    /// in the runtime that handled the delivery and, if that has ended, as a worker of a
    /// server may have, in the one that awaits this.
    ///
    /// ```
    /// use hookward::{MemoryStore, ReplayGuard};
    ///
    /// # async fn stop() {
    /// let guard = ReplayGuard::new(MemoryStore::default(), "github-main");
    /// // A clone goes into the endpoint; the server runs, and stops. Then, with a timeout:
    /// guard.settled().await;
    /// # }
    /// ```
    pub fn settled(&self) -> Settled {
        Settled::new(self.shared.clone())
    }

    /// How far a replica's clock may be off without letting a replay through; two hours
    /// by default.
    ///
    /// A replica with a slow clock still accepts a timestamp that is stale for the
    /// others, so a handled delivery is remembered for this much longer than the window.
    /// The cost is the memory for the deliveries received in that time.
    #[must_use]
    pub fn clock_allowance(mut self, allowance: Duration) -> Self {
        self.clock_allowance = allowance;
        self
    }

    /// How long a handled delivery must be remembered: until its window has closed on
    /// every replica, or for the [retention](Self::retention) if that is longer or there
    /// is no window.
    ///
    /// The window alone is the bound only if the identity includes the timestamp: a retry
    /// with a new time is the same delivery by its id or payload.
    #[must_use]
    pub fn keep(&self, verified: &Verified) -> Duration {
        let closed = verified
            .window()
            .map(|window| window.saturating_add(self.clock_allowance));
        let by = self.by.unwrap_or_else(|| verified.replay_by());
        match (closed, by, &self.identity_from) {
            (Some(closed), ReplayBy::Content | ReplayBy::Body, None) => closed,
            (closed, ..) => self.retention.max(closed.unwrap_or_default()),
        }
    }

    /// Claims a verified delivery. A delivery without an identity is always fresh.
    pub fn claim(&self, verified: &Verified) -> Claiming {
        let retries = verified.retries();
        let claiming = |answer, key: Option<ReplayKey>| Claiming {
            answer,
            asked: key,
            // Without its id, a delivery is identified by its content, both then and now.
            before: key.and_then(|key| {
                let before = verified.replay_key_before(&self.namespace);
                before.filter(|before| *before != key)
            }),
            closing: None,
            delivery: Some(Delivery::new(Claims {
                shared: self.shared.clone(),
                lease: self.lease,
                renew_for: self.renew_for,
                keep: self.keep(verified),
                held: SmallVec::new(),
            })),
            on_duplicate: match (self.on_duplicate, verified.success()) {
                (OnDuplicate::Acknowledge, Success::Handler) => OnDuplicate::HandThrough,
                (on_duplicate, _) => on_duplicate,
            },
            // If the provider takes the response as final, the delivery would be lost
            // should the first copy fail.
            is_conflict_final: retries
                .is_some_and(|retries| retries.follow(503) && !retries.follow(409)),
        };
        match self.key(verified) {
            Some(key) => claiming(self.shared.claim(key, self.lease), Some(key)),
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
