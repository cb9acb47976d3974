//! Timeouts of a body, without a timer: the adapter supplies the time.

use std::time::{Duration, Instant};

use crate::request::reason::Reason;
use crate::request::rejection::Rejection;

/// Used in place of a timeout that the clock cannot represent: longer than any connection
/// lasts.
const FAR: Duration = Duration::from_secs(60 * 60 * 24 * 365);

/// The idle and the total timeout of one body, for adapters. They are set with
/// [`Endpoint::timeouts`](crate::Endpoint::timeouts); the adapter supplies the current
/// time.
///
/// [`check`](Self::check) it whenever a task is about to wait or to yield. A timer of the
/// runtime wakes the task, but is not sufficient: tokio keeps a timer pending for a task
/// that has exhausted its cooperative budget, which happens if its socket is always
/// readable.
///
/// ```
/// use std::time::{Duration, Instant};
/// use hookward::Code;
/// use hookward::adapter::Deadline;
///
/// let start = Instant::now();
/// let mut deadline = Deadline::start((Duration::from_secs(5), Duration::from_secs(8)), start);
/// deadline.reset_idle(start + Duration::from_secs(4));
/// assert!(deadline.check(start + Duration::from_secs(7)).is_ok());
/// // The total timeout applies even if chunks keep arriving.
/// assert_eq!(deadline.expires(), start + Duration::from_secs(8));
/// let overdue = deadline.check(deadline.expires()).unwrap_err();
/// assert_eq!(overdue.code(), Code::BodyTimeout);
/// ```
#[derive(Debug, Clone)]
pub struct Deadline {
    idle: Duration,
    total: Duration,
    /// When the entire body must have arrived.
    end: Instant,
    /// When the next chunk must have arrived; never after `end`.
    next: Instant,
}

impl Deadline {
    /// Starts both timeouts, idle and total.
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

    /// Restarts the idle timeout: a chunk arrived.
    pub fn reset_idle(&mut self, now: Instant) {
        self.next = self.end.min(after(now, self.idle));
    }

    /// When the first of the timeouts expires, unless a chunk arrives before.
    #[must_use]
    pub fn expires(&self) -> Instant {
        self.next
    }

    /// Checks that neither timeout has expired.
    ///
    /// # Errors
    /// A rejection with [`Code::BodyTimeout`](crate::Code::BodyTimeout) if one has.
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

/// Saturates.
pub(crate) fn after(now: Instant, timeout: Duration) -> Instant {
    now.checked_add(timeout).unwrap_or_else(|| now + FAR)
}
