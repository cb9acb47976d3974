//! A claim, from the question to the store to the delivery that a handler may run for.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use hookward_replay::{
    Claim, ClaimToken, Renewal, ReplayKey, ReplayStore, StoreError, StoreFuture,
};
use smallvec::SmallVec;

use super::guard::OnDuplicate;
use super::pending::Shared;
use crate::request::reason::{Reason, text};
use crate::request::rejection::Rejection;

/// The outcome of a claim.
#[must_use]
#[derive(Debug)]
pub enum Claimed {
    /// Run the handler, then settle the delivery by its outcome.
    Fresh(Delivery),
    /// Respond with what the provider takes for success, without running the handler
    /// ([`Endpoint::acknowledge`](crate::Endpoint::acknowledge)).
    Acknowledge,
    /// Run the handler with the proof marked as a duplicate.
    Duplicate,
}

/// The future of [`ReplayGuard::claim`](crate::ReplayGuard::claim).
#[must_use]
pub struct Claiming {
    pub(super) answer: StoreFuture<'static, Claim>,
    /// The key that `answer` refers to; `None` if nothing is claimed.
    pub(super) asked: Option<ReplayKey>,
    /// The key as derived by the previous release, which is claimed too.
    pub(super) before: Option<ReplayKey>,
    /// The pending request to the store about a key that is already claimed, then its
    /// outcome; boxed, since fresh deliveries do not need it.
    pub(super) closing: Option<Box<Closing>>,
    pub(super) delivery: Option<Delivery>,
    pub(super) on_duplicate: OnDuplicate,
    /// Whether the provider does not retry after 409.
    pub(super) is_conflict_final: bool,
}

pub(super) type Closing = (StoreFuture<'static, ()>, Result<Claimed, Rejection>);

impl Future for Claiming {
    type Output = Result<Claimed, Rejection>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            if let Some(closing) = &mut self.closing {
                // The store's answer does not matter: the lease expires.
                let _ = ready!(Pin::new(&mut closing.0).poll(cx));
            }
            if let Some(closing) = self.closing.take() {
                return Poll::Ready(closing.1);
            }
            let answer = ready!(Pin::new(&mut self.answer).poll(cx));
            let Some(mut delivery) = self.delivery.take() else {
                return Poll::Ready(Err(Reason::ClaimPolled.into()));
            };
            // A claim under the other key is released in the same way.
            self.closing = Some(Box::new(match answer {
                Ok(Claim::Fresh(token)) => {
                    if let (Some(key), Some(claims)) = (self.asked, &mut delivery.claims) {
                        claims.held.push((key, token));
                        claims.shared.store_answered();
                        // Its handler succeeded while the store was asked.
                        if claims.shared.is_being_recorded(key) {
                            let done = (delivery.commit(), self.handled_before());
                            self.closing = Some(Box::new(done));
                            continue;
                        }
                    }
                    let (Some(before), Some(claims)) = (self.before.take(), &delivery.claims)
                    else {
                        return Poll::Ready(Ok(Claimed::Fresh(delivery)));
                    };
                    // The previous release may have handled it.
                    self.answer = claims.shared.claim(before, claims.lease);
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

/// The answer of a store to one step.
type Answer<T> = Result<T, StoreError>;

/// The claims of a delivery that is fresh.
#[derive(Debug, Clone)]
pub(super) struct Claims {
    pub(super) shared: Arc<Shared>,
    pub(super) lease: Duration,
    pub(super) renew_for: Duration,
    pub(super) keep: Duration,
    /// Empty if nothing is claimed; two if the previous release derived the key
    /// differently.
    pub(super) held: SmallVec<[(ReplayKey, ClaimToken); 1]>,
}

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Success,
    Failure,
}

impl Claims {
    pub(super) fn keys(&self) -> Vec<ReplayKey> {
        self.held.iter().map(|(key, _)| *key).collect()
    }

    /// Records the outcome, which has been known for this time.
    pub(super) fn settle(&self, outcome: Outcome, since: Duration) -> StoreFuture<'static, ()> {
        let keep = self.keep.saturating_sub(since);
        let ask = |store: &dyn ReplayStore, key, token| match outcome {
            Outcome::Success => store.commit(key, token, keep),
            Outcome::Failure => store.release(key, token),
        };
        self.ask(&ask, (), |one, other| one.and(other))
    }

    /// Extends the lease.
    pub(super) fn renew(&self) -> StoreFuture<'static, Renewal> {
        let ask = |store: &dyn ReplayStore, key, token| store.renew(key, token, self.lease);
        self.ask(&ask, Renewal::Held, |one, other| match (one?, other?) {
            (Renewal::Held, Renewal::Held) => Ok(Renewal::Held),
            _ => Ok(Renewal::Lost),
        })
    }

    /// Forgets the delivery.
    pub(super) fn forget(&self) -> StoreFuture<'static, ()> {
        let ask = |store: &dyn ReplayStore, key, _| store.forget(key);
        self.ask(&ask, (), |one, other| one.and(other))
    }

    /// Asks the store about each claim; `none` is the answer if nothing is claimed.
    fn ask<T: Send + 'static>(
        &self,
        ask: &dyn Fn(&dyn ReplayStore, ReplayKey, ClaimToken) -> StoreFuture<'static, T>,
        none: T,
        both: fn(Answer<T>, Answer<T>) -> Answer<T>,
    ) -> StoreFuture<'static, T> {
        let store = &*self.shared.store;
        let mut all = self
            .held
            .iter()
            .map(|(key, token)| ask(store, *key, *token));
        match (all.next(), all.next()) {
            (None, _) => StoreFuture::now(Ok(none)),
            (Some(one), None) => one,
            (Some(one), Some(other)) => {
                StoreFuture::later(async move { both(one.await, other.await) })
            }
        }
    }

    /// This time, give or take a quarter, so that many deliveries are not recorded in one
    /// moment.
    pub(super) fn spread(&self, time: Duration) -> Duration {
        let byte = self.held.first().map_or(128, |(key, _)| key.as_bytes()[0]);
        time * (192 + u32::from(byte) / 2) / 256
    }
}

/// A claim awaiting the handler's outcome. Dropping it releases it.
///
/// An adapter's [`Exchange`](crate::adapter::Exchange) renews the claim while the handler
/// runs, and repeats a commit that failed. Whoever claims with
/// [`ReplayGuard::claim`](crate::ReplayGuard::claim) does so with
/// [`renew`](Self::renew) and [`commit`](Self::commit).
#[must_use]
#[derive(Debug)]
pub struct Delivery {
    /// Taken once it is settled.
    claims: Option<Claims>,
}

impl Delivery {
    pub(super) fn new(claims: Claims) -> Self {
        Self {
            claims: Some(claims),
        }
    }

    /// Remembers the delivery as processed successfully.
    pub fn commit(self) -> StoreFuture<'static, ()> {
        self.settle(Outcome::Success)
    }

    /// Releases the claim, so that the provider's retry is handled.
    pub fn release(self) -> StoreFuture<'static, ()> {
        self.settle(Outcome::Failure)
    }

    fn settle(mut self, outcome: Outcome) -> StoreFuture<'static, ()> {
        match self.claims.take() {
            Some(claims) => claims.settle(outcome, Duration::ZERO),
            None => StoreFuture::now(Ok(())),
        }
    }

    /// Extends the claim by another [lease](crate::ReplayGuard::lease) from now on, for a
    /// handler that takes longer.
    pub fn renew(&self) -> StoreFuture<'static, Renewal> {
        match &self.claims {
            Some(claims) => claims.renew(),
            None => StoreFuture::now(Ok(Renewal::Held)),
        }
    }

    /// The token of the claim: see [`Verified::fencing_token`](crate::Verified::fencing_token).
    /// `None` if nothing is claimed.
    #[must_use]
    pub fn token(&self) -> Option<ClaimToken> {
        let claims = self.claims.as_ref()?;
        claims.held.first().map(|(_, token)| *token)
    }

    /// The claims, which are then not released; `None` if nothing is claimed.
    pub(super) fn into_claims(mut self) -> Option<Claims> {
        self.claims.take().filter(|claims| !claims.held.is_empty())
    }
}

impl Drop for Delivery {
    /// Releases the claim as far as possible without waiting: a store that does I/O is
    /// asked, and if its answer is not immediately available the lease expires. Adapters
    /// with a runtime release in the background instead.
    fn drop(&mut self) {
        let mut context = Context::from_waker(Waker::noop());
        let Some(claims) = self.claims.take() else {
            return;
        };
        for (key, token) in claims.held {
            let mut release = claims.shared.store.release(key, token);
            let _ = Pin::new(&mut release).poll(&mut context);
        }
    }
}
