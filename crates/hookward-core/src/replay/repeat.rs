//! Recording the outcome of a delivery in the background, when the store did not answer
//! at once.

use std::future::{Future, poll_fn};
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use hookward_replay::StoreFuture;

use super::claiming::{Claims, Outcome};
use super::notes;
use super::pending::{Open, Recording};
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
    let began = (runtime.now)();
    let unsettled = Unsettled {
        claims,
        recording,
        runtime,
        began,
        _open: open,
    };
    unsettled.go_on(first);
}

/// An outcome that the store does not know yet: a success if it is being recorded.
pub(super) struct Unsettled {
    claims: Claims,
    recording: Option<Recording>,
    runtime: &'static Runtime,
    /// When the outcome was known.
    began: Instant,
    _open: Open,
}

impl Unsettled {
    /// Goes on in a task of the current runtime. If that ends first, a success is
    /// [left](super::pending::Shared::leave) to others. Returns whether there is such a runtime.
    pub(super) fn go_on(self, first: Option<StoreFuture<'static, ()>>) -> bool {
        let spawn = self.runtime.spawn;
        let is_there = Arc::new(());
        let was_there = Arc::downgrade(&is_there);
        let mut task = Task(Some(self));
        spawn(StoreFuture::later(async move {
            let _is_there = is_there;
            if let Some(unsettled) = &task.0 {
                unsettled.until_settled(first).await;
            }
            drop(task.0.take());
            Ok(())
        }));
        was_there.strong_count() > 0
    }

    async fn until_settled(&self, first: Option<StoreFuture<'static, ()>>) {
        let (claims, runtime) = (&self.claims, self.runtime);
        let (outcome, limit) = match self.recording {
            Some(_) => (Outcome::Success, claims.keep),
            None => (Outcome::Failure, claims.lease),
        };
        if let Some(first) = first {
            match first.await {
                Ok(()) => return,
                Err(error) => notes::unsettled(&error),
            }
        }
        let mut wait = FIRST_WAIT;
        loop {
            self.pause(claims.spread(wait)).await;
            if self.is_forgotten() {
                return;
            }
            let passed = (runtime.now)().saturating_duration_since(self.began);
            if passed >= limit {
                if outcome == Outcome::Success {
                    notes::success_lost("the store was away for too long");
                }
                return;
            }
            if claims.settle(outcome, passed).await.is_ok() {
                // Asked for while the store recorded it.
                if self.is_forgotten() {
                    let _ = claims.forget().await;
                    return;
                }
                notes::settled_late(passed);
                claims.shared.store_answered();
                return;
            }
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    /// Whether the delivery is to be handled again.
    fn is_forgotten(&self) -> bool {
        self.recording.as_ref().is_some_and(Recording::is_forgotten)
    }

    /// Waits for this time; with a success, after the first wait, at most until the store
    /// has answered somebody.
    async fn pause(&self, time: Duration) {
        let runtime = self.runtime;
        let now = (runtime.now)();
        let Some(recording) = self.recording.as_ref().filter(|_| time > FIRST_WAIT) else {
            return (runtime.sleep_until)(now + time).await;
        };
        (runtime.sleep_until)(now + FIRST_WAIT).await;
        let mut sleep = (runtime.sleep_until)(now + time);
        let mut is_listed = false;
        poll_fn(|cx| {
            if mem::replace(&mut is_listed, true) {
                return Poll::Ready(());
            }
            recording.wake_when_the_store_answers(cx.waker());
            Pin::new(&mut sleep).poll(cx)
        })
        .await;
    }
}

/// What a task of a runtime has to settle.
struct Task(Option<Unsettled>);

impl Drop for Task {
    fn drop(&mut self) {
        if let Some(unsettled) = self.0.take().filter(|work| work.recording.is_some()) {
            notes::success_left();
            let shared = unsettled.claims.shared.clone();
            shared.leave(unsettled);
        }
    }
}
