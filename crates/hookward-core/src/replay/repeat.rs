//! Recording the outcome of a delivery in the background, when the store did not answer
//! at once.

use std::future::{Future, poll_fn};
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use hookward_replay::StoreFuture;

use super::claiming::{Claims, Outcome};
use super::notes;
use super::pending::{Open, Recording, Shared};
use super::runtime::Runtime;

/// The time until the second attempt, which is doubled for each further one.
const FIRST_WAIT: Duration = Duration::from_millis(50);
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// Settles claims in the background until the store confirms it, or until that no longer
/// matters: a success for as long as it would be kept, a failure for the lease.
///
/// `first` is the first attempt, unless it has failed already.
pub(super) fn repeat(
    claims: Claims,
    outcome: Outcome,
    first: Option<StoreFuture<'static, ()>>,
    runtime: &'static Runtime,
    open: Open,
) {
    let recording = match outcome {
        Outcome::Success => match Recording::new(&claims.shared, claims.keys()) {
            None => return notes::success_lost("too many others are being recorded"),
            recording => recording,
        },
        Outcome::Failure => None,
    };
    (runtime.spawn)(StoreFuture::later(async move {
        until_settled(&claims, outcome, first, runtime).await;
        drop((recording, open));
        Ok(())
    }));
}

async fn until_settled(
    claims: &Claims,
    outcome: Outcome,
    first: Option<StoreFuture<'static, ()>>,
    runtime: &Runtime,
) {
    let began = (runtime.now)();
    let limit = match outcome {
        Outcome::Success => claims.keep,
        Outcome::Failure => claims.lease,
    };
    if let Some(first) = first {
        match first.await {
            Ok(()) => return,
            Err(error) => notes::unsettled(&error),
        }
    }
    let mut wait = FIRST_WAIT;
    loop {
        pause(&claims.shared, runtime, claims.spread(wait)).await;
        let passed = (runtime.now)().saturating_duration_since(began);
        if passed >= limit {
            if outcome == Outcome::Success {
                notes::success_lost("the store was away for too long");
            }
            return;
        }
        if claims.settle(outcome, passed).await.is_ok() {
            notes::settled_late(passed);
            claims.shared.store_answered();
            return;
        }
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

/// Waits for this time or, after the first wait, until the store has answered somebody.
async fn pause(shared: &Arc<Shared>, runtime: &Runtime, time: Duration) {
    let now = (runtime.now)();
    (runtime.sleep_until)(now + time.min(FIRST_WAIT)).await;
    if time <= FIRST_WAIT {
        return;
    }
    let mut sleep = (runtime.sleep_until)(now + time);
    let mut is_listed = false;
    poll_fn(|cx| {
        if mem::replace(&mut is_listed, true) {
            return Poll::Ready(());
        }
        shared.wake_when_the_store_answers(cx.waker());
        Pin::new(&mut sleep).poll(cx)
    })
    .await;
}
