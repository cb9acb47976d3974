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
use crate::printable;
use crate::rejection::{Code, Rejection};
use crate::verification::Verified;

/// The identity of a delivery: 128 bits of a hash over what was verified.
///
/// It is derived from the message (its digest for public keys, the MAC under
/// the ring's first key for shared secrets), never from signature bytes, and a
/// signature cannot be had from it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ReplayKey([u8; 16]);

impl ReplayKey {
    /// Equal only for the same kind, namespace, tenant, provider and identity:
    /// every value but the last has its length before it. No tenant differs from
    /// every tenant, the empty one included.
    pub(crate) fn derive(
        kind: &[u8],
        namespace: &str,
        tenant: Option<&str>,
        provider: &str,
        identity: &[u8],
    ) -> Self {
        let length = |bytes: &[u8]| (bytes.len() as u64).to_be_bytes();
        let tenant_length = tenant.map_or([0xff; 8], |tenant| length(tenant.as_bytes()));
        let hash = sha256(&[
            b"hookward replay 2\0",
            kind,
            &length(namespace.as_bytes()),
            namespace.as_bytes(),
            &tenant_length,
            tenant.unwrap_or_default().as_bytes(),
            &length(provider.as_bytes()),
            provider.as_bytes(),
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
#[derive(Debug, Clone, PartialEq, Eq)]
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

    /// Gives a claim back, so that the next delivery is fresh. A token that no
    /// longer holds the claim changes nothing.
    fn release(&self, key: ReplayKey, token: ClaimToken) -> StoreFuture<'static, ()>;
}

/// What makes two deliveries the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ReplayMode {
    /// The signed content: exact copies of a delivery. A provider's own retry
    /// with a new timestamp is another delivery.
    #[default]
    ExactContent,
    /// The signed event id where there is one, in the head or inside the signed
    /// body: a provider's retry is the same delivery too. Without a signed id in
    /// the request, as with Shopify and GitHub, whose ids stand in unsigned
    /// headers, the exact content.
    EventId,
}

/// What happens to a delivery that was handled to success before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum OnDuplicate {
    /// 200 without running the handler: the provider stops retrying.
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
    mode: ReplayMode,
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
            mode: ReplayMode::default(),
            on_duplicate: OnDuplicate::default(),
            lease: Duration::from_secs(60),
            retention: Duration::from_secs(24 * 60 * 60),
            clock_allowance: Duration::from_secs(2 * 60 * 60),
        }
    }

    /// What makes two deliveries the same.
    #[must_use]
    pub fn mode(mut self, mode: ReplayMode) -> Self {
        self.mode = mode;
        self
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
    #[must_use]
    pub fn key(&self, verified: &Verified) -> ReplayKey {
        match self.mode {
            ReplayMode::EventId => verified.event_key(&self.namespace),
            ReplayMode::ExactContent => None,
        }
        .unwrap_or_else(|| verified.replay_key(&self.namespace))
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
    /// [retention](Self::retention).
    #[must_use]
    pub fn keep(&self, verified: &Verified) -> Duration {
        let closed = verified
            .window()
            .map(|window| window + self.clock_allowance);
        match self.mode {
            ReplayMode::ExactContent => closed.unwrap_or(self.retention),
            // An event id outlives the timestamp of one delivery: retries carry
            // new ones.
            ReplayMode::EventId => self.retention.max(closed.unwrap_or_default()),
        }
    }

    /// Whether the event id is looked for in the body, where the scheme has it
    /// there.
    pub(crate) fn wants_event_id(&self) -> bool {
        self.mode == ReplayMode::EventId
    }

    /// Claims a verified delivery.
    pub fn claim(&self, verified: &Verified) -> Claiming {
        let key = self.key(verified);
        let keep = self.keep(verified);
        Claiming {
            answer: self.store.claim(key, self.lease),
            delivery: Some(Delivery {
                store: self.store.clone(),
                key,
                keep,
                token: None,
            }),
            on_duplicate: self.on_duplicate,
        }
    }
}

/// What became of a claim.
#[must_use]
#[derive(Debug)]
pub enum Claimed {
    /// Run the handler, and settle the delivery by its outcome.
    Fresh(Delivery),
    /// Answer 200 without running the handler.
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
                None => Err(Rejection::new(
                    Code::StoreUnavailable,
                    "the claim was polled after its end",
                )),
            },
            (Ok(Claim::Done), OnDuplicate::Acknowledge) => Ok(Claimed::Acknowledge),
            (Ok(Claim::Done), OnDuplicate::HandThrough) => Ok(Claimed::Duplicate),
            (Ok(Claim::Done), OnDuplicate::Reject) => Err(Rejection::new(
                Code::Replayed,
                "this delivery was handled before",
            )),
            (Ok(Claim::InProgress(left)), _) => Err(Rejection::new(
                Code::DeliveryInProgress,
                "the first copy of this delivery is still being handled",
            )
            .retry_after(left)),
            (Err(error), _) => Err(Rejection::new(
                Code::StoreUnavailable,
                format!("the replay store failed: {error}"),
            )),
        })
    }
}

/// A claim that waits for the handler's outcome. Dropping it releases it.
#[must_use]
#[derive(Debug)]
pub struct Delivery {
    store: Arc<dyn ReplayStore>,
    key: ReplayKey,
    keep: Duration,
    token: Option<ClaimToken>,
}

impl Delivery {
    /// Remembers the delivery as handled to success.
    pub fn commit(mut self) -> StoreFuture<'static, ()> {
        match self.token.take() {
            Some(token) => self.store.commit(self.key, token, self.keep),
            None => StoreFuture::now(Ok(())),
        }
    }

    /// Gives the claim back, so that the provider's retry is handled.
    pub fn release(mut self) -> StoreFuture<'static, ()> {
        match self.token.take() {
            Some(token) => self.store.release(self.key, token),
            None => StoreFuture::now(Ok(())),
        }
    }
}

impl Drop for Delivery {
    /// Releases the claim as far as that needs no waiting; a store that does
    /// I/O is asked, and if it cannot answer at once the lease runs out.
    /// Adapters with a runtime release in the background instead.
    fn drop(&mut self) {
        if let Some(token) = self.token.take() {
            let mut release = self.store.release(self.key, token);
            let mut context = Context::from_waker(std::task::Waker::noop());
            let _ = Pin::new(&mut release).poll(&mut context);
        }
    }
}
