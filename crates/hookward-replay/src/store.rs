use std::fmt;
use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::{ReplayKey, StoreError};

/// Identifies the holder of a claim. The store issues it with a fresh claim and expects
/// it on renewal and release, so that a holder whose lease has expired cannot renew or
/// release the claim of its successor. A commit gets it too, and is recorded whoever holds
/// the claim.
///
/// A later claim of a key has a larger token, whichever process made it and whether the
/// store was restarted between them: it is a fencing token. A counter of the store is one
/// way, its clock in microseconds another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClaimToken(pub u64);

/// The answer of a store to a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Never claimed, or released, forgotten or expired since: the caller holds the
    /// claim now.
    Fresh(ClaimToken),
    /// Another caller holds the claim; its lease expires after this time unless it is
    /// committed or released earlier. At most the lease it was claimed for.
    InProgress(Duration),
    /// A holder committed it: the delivery was processed successfully.
    Done,
}

/// The answer of a store to a renewal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewal {
    /// The caller holds the claim for another lease from now on.
    Held,
    /// The caller no longer holds it: its lease expired, and another caller has claimed
    /// or committed the key since. The work may be done twice.
    Lost,
}

/// The answer of a store: already available, or after I/O. Stores in memory answer
/// without an allocation.
///
/// Dropping it before it is ready must leave the store usable. Whether the step has
/// taken effect is then unknown; a claim that was made must be released, or its lease
/// expires.
#[must_use]
pub struct StoreFuture<'a, T> {
    state: Answer<'a, T>,
}

enum Answer<'a, T> {
    Now(Ready<Result<T, StoreError>>),
    Later(Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>),
}

impl<'a, T> StoreFuture<'a, T> {
    /// An answer that is already available.
    pub fn now(answer: Result<T, StoreError>) -> Self {
        Self {
            state: Answer::Now(ready(answer)),
        }
    }

    /// An answer that requires I/O.
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

/// Records which deliveries are claimed and which were processed. One instance is shared
/// by all requests of a receiver; several instances on the same data behave as one.
///
/// A key is in one of three states: *free*, *held* by a token until its lease expires,
/// or *committed* until its keep time ends. Held and committed keys whose time has
/// passed are free.
///
/// | state of the key | `claim` | `renew(token)` | `commit(token)` | `release(token)` | `forget` |
/// |---|---|---|---|---|---|
/// | free | held, `Fresh` | held by this token, `Held` | committed | unchanged | unchanged |
/// | held by this token | unchanged, `InProgress` | held for the new lease, `Held` | committed | free | free |
/// | held by another token | unchanged, `InProgress` | unchanged, `Lost` | committed | unchanged | free |
/// | committed | unchanged, `Done` | unchanged, `Lost` | unchanged | unchanged | free |
///
/// Each step is atomic. All times are durations, measured by the clock of the store and
/// not of its callers, so that replicas whose clocks differ agree; any [`Duration`] must
/// be accepted, and those beyond the store's range are shortened to it.
///
/// Feature `conformance` has the tests that every implementation must pass.
///
/// # Security
///
/// A store that loses a committed key early lets a replay through; one that answers
/// [`Claim::Done`] for a key that was never committed loses a delivery. When in doubt a
/// store must return an error: the request is then answered with 503, and the provider
/// sends the delivery again.
pub trait ReplayStore: Send + Sync + fmt::Debug + 'static {
    /// Claims `key` for `lease`. Of any number of concurrent callers exactly one gets
    /// [`Claim::Fresh`].
    fn claim(&self, key: ReplayKey, lease: Duration) -> StoreFuture<'static, Claim>;

    /// Extends a claim: its lease ends `lease` from now on. A handler that takes longer
    /// than its lease keeps its claim in this way.
    ///
    /// A key that is free is held again: the lease expired, or the store lost it, and
    /// nobody has claimed the key since.
    fn renew(
        &self,
        key: ReplayKey,
        token: ClaimToken,
        lease: Duration,
    ) -> StoreFuture<'static, Renewal>;

    /// Marks a delivery as processed successfully and keeps it for `keep` from now on,
    /// regardless of the remaining lease.
    ///
    /// A success is a fact, so it is recorded whatever became of the claim: also if its
    /// lease has expired, and if a successor holds the key, which then no longer needs to
    /// succeed. A key that is committed already is unchanged, and keeps its time.
    fn commit(&self, key: ReplayKey, token: ClaimToken, keep: Duration)
    -> StoreFuture<'static, ()>;

    /// Releases a claim, so that the next delivery is fresh. If the token does not, or no
    /// longer, hold the claim, nothing changes and the result is `Ok`.
    fn release(&self, key: ReplayKey, token: ClaimToken) -> StoreFuture<'static, ()>;

    /// Forgets a key, whether it is committed or held, so that the next delivery is
    /// fresh.
    fn forget(&self, key: ReplayKey) -> StoreFuture<'static, ()>;
}

/// A reference-counted store is a store.
impl<S: ReplayStore + ?Sized> ReplayStore for Arc<S> {
    fn claim(&self, key: ReplayKey, lease: Duration) -> StoreFuture<'static, Claim> {
        (**self).claim(key, lease)
    }

    fn renew(
        &self,
        key: ReplayKey,
        token: ClaimToken,
        lease: Duration,
    ) -> StoreFuture<'static, Renewal> {
        (**self).renew(key, token, lease)
    }

    fn commit(
        &self,
        key: ReplayKey,
        token: ClaimToken,
        keep: Duration,
    ) -> StoreFuture<'static, ()> {
        (**self).commit(key, token, keep)
    }

    fn release(&self, key: ReplayKey, token: ClaimToken) -> StoreFuture<'static, ()> {
        (**self).release(key, token)
    }

    fn forget(&self, key: ReplayKey) -> StoreFuture<'static, ()> {
        (**self).forget(key)
    }
}
