use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hookward_core::{Code, Rejection};
use tokio::time::{Instant, Sleep};

/// Farther away than any connection lasts: what a timeout too long for the
/// clock is taken for.
const FAR: Duration = Duration::from_secs(60 * 60 * 24 * 365);

/// The idle and the total timeout of one body.
///
/// Decided by the clock. A `Sleep` alone is not enough: tokio keeps it pending
/// for a task that has used up its cooperative budget, as one does whose socket
/// is always readable. The `Sleep` only wakes the task that waits.
pub(crate) struct Deadline {
    idle: Duration,
    total: Duration,
    /// When all of the body must have arrived.
    end: Instant,
    /// When the next chunk must have arrived; never after `end`.
    next: Instant,
    /// Set for `next`, or for an earlier one.
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Deadline {
    /// Both timeouts start now.
    pub(crate) fn start((idle, total): (Duration, Duration)) -> Self {
        let now = Instant::now();
        let end = after(now, total);
        Self {
            idle,
            total,
            end,
            next: end.min(after(now, idle)),
            sleep: None,
        }
    }

    /// A chunk arrived: the idle timeout starts again.
    pub(crate) fn reset_idle(&mut self) {
        self.next = self.end.min(after(Instant::now(), self.idle));
    }

    /// The refusal, if one of the timeouts has passed.
    pub(crate) fn check(&self) -> Result<(), Rejection> {
        if Instant::now() < self.next {
            return Ok(());
        }
        let message = if self.next >= self.end {
            format!("timed out after {:?} waiting for the body", self.total)
        } else {
            format!("timed out after {:?} waiting for the next chunk", self.idle)
        };
        Err(Rejection::new(Code::BodyTimeout, message))
    }

    /// Pending until one of the timeouts has passed.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Rejection> {
        loop {
            if let Err(rejection) = self.check() {
                return Poll::Ready(rejection);
            }
            let next = self.next;
            let sleep = self
                .sleep
                .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(next)));
            ready!(sleep.as_mut().poll(cx));
            // It was set before the last chunk arrived.
            sleep.as_mut().reset(next);
        }
    }
}

fn after(now: Instant, timeout: Duration) -> Instant {
    now.checked_add(timeout).unwrap_or_else(|| now + FAR)
}
