//! The timeouts of a body.

use std::time::{Duration, Instant};

use crate::request::reason::Reason;
use crate::request::rejection::Rejection;

/// Farther away than any connection lasts: what a timeout too long for the
/// clock is taken for.
const FAR: Duration = Duration::from_secs(60 * 60 * 24 * 365);

/// The idle and the total timeout of one body, for adapters: what
/// [`Endpoint::timeouts`](crate::Endpoint::timeouts) sets, decided by the times
/// that the adapter tells.
///
/// Ask it by the clock whenever a task is about to wait or to yield. A timer of
/// the runtime is for waking the task, and not enough: tokio keeps one pending
/// for a task that has used up its cooperative budget, as one does whose socket
/// is always readable.
///
/// ```
/// use std::time::{Duration, Instant};
/// use hookward_core::Code;
/// use hookward_core::adapter::Deadline;
///
/// let start = Instant::now();
/// let mut deadline = Deadline::start((Duration::from_secs(5), Duration::from_secs(8)), start);
/// deadline.reset_idle(start + Duration::from_secs(4));
/// assert!(deadline.check(start + Duration::from_secs(7)).is_ok());
/// // By then all of the body must have arrived, however it came.
/// assert_eq!(deadline.expires(), start + Duration::from_secs(8));
/// let overdue = deadline.check(deadline.expires()).unwrap_err();
/// assert_eq!(overdue.code(), Code::BodyTimeout);
/// ```
#[derive(Debug, Clone)]
pub struct Deadline {
    idle: Duration,
    total: Duration,
    /// When all of the body must have arrived.
    end: Instant,
    /// When the next chunk must have arrived; never after `end`.
    next: Instant,
}

impl Deadline {
    /// Both timeouts, the idle and the total one, start now.
    #[must_use]
    pub fn start((idle, total): (Duration, Duration), now: Instant) -> Self {
        let end = after(now, total);
        Self {
            idle,
            total,
            end,
            next: end.min(after(now, idle)),
        }
    }

    /// A chunk arrived: the idle timeout starts again.
    pub fn reset_idle(&mut self, now: Instant) {
        self.next = self.end.min(after(now, self.idle));
    }

    /// When one of the timeouts passes, unless a chunk arrives before.
    #[must_use]
    pub fn expires(&self) -> Instant {
        self.next
    }

    /// Whether neither timeout has passed.
    ///
    /// # Errors
    /// The refusal, with [`Code::BodyTimeout`], if one has.
    pub fn check(&self, now: Instant) -> Result<(), Rejection> {
        if now < self.next {
            return Ok(());
        }
        let shown = |timeout| format!("{timeout:?}").into();
        Err(Rejection::from(if self.next >= self.end {
            let timeout = shown(self.total);
            Reason::BodyLate { timeout }
        } else {
            let timeout = shown(self.idle);
            Reason::ChunkLate { timeout }
        }))
    }
}

fn after(now: Instant, timeout: Duration) -> Instant {
    now.checked_add(timeout).unwrap_or_else(|| now + FAR)
}
