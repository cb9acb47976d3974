//! The limit on bodies that are waited for at a time. Without it, slow senders could use
//! up the connections that a process may have open, each within its timeouts.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use super::reason::Reason;
use super::rejection::Rejection;

/// The limit of [`WaitingBodies::default`]: half of the 1,024 descriptors that a process
/// may usually have open.
const DEFAULT_LIMIT: usize = 512;

/// Bytes a second below which a sender is slow.
const LEAST_RATE: u64 = 16 * 1024;

/// How far a slow sender may fall behind, and how often it is looked at after that.
const GRACE: Duration = Duration::from_secs(1);

static DEFAULT: LazyLock<WaitingBodies> = LazyLock::new(|| WaitingBodies::at_most(DEFAULT_LIMIT));

/// A limit on the number of bodies that are waited for at a time, shared by the endpoints
/// that hold clones of it.
///
/// A process that has no descriptors left accepts no connection, so whoever opens enough
/// of them, sends a head on each and then next to nothing keeps everybody else out for as
/// long as the timeouts of a body allow. Beyond this limit, slow senders are therefore
/// answered with 503 (`overloaded`): those that are a second or more behind an average of
/// 16 KiB a second. The adapter closes their connections. A body that is faster is never
/// refused, so the limit may be exceeded by as many as can arrive within a second; neither
/// is one that has arrived with its head, which is not waited for.
///
/// By default, all endpoints of a process share a limit of 512 ([`WaitingBodies::default`]
/// is a clone of it). Set it well below the number of descriptors that the process may
/// have open (`ulimit -n`).
///
/// ```
/// use hookward::{Endpoint, Key, Verifier, WaitingBodies, providers};
///
/// let verifier = Verifier::new(providers::GITHUB, Key::new("secret")?)?;
/// let endpoint = Endpoint::new(verifier).waiting_bodies(WaitingBodies::at_most(20_000));
/// # let _ = endpoint;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct WaitingBodies {
    shared: Arc<WaitingState>,
}

#[derive(Debug)]
struct WaitingState {
    limit: usize,
    waiting: AtomicUsize,
}

impl Default for WaitingBodies {
    fn default() -> Self {
        DEFAULT.clone()
    }
}

impl WaitingBodies {
    /// A limit of its own.
    #[must_use]
    pub fn at_most(limit: usize) -> Self {
        Self {
            shared: Arc::new(WaitingState {
                limit,
                waiting: AtomicUsize::new(0),
            }),
        }
    }

    /// How many bodies are waited for.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.shared.waiting.load(Ordering::Relaxed)
    }
}

/// One body that is waited for; no longer counted once it is dropped.
#[derive(Debug)]
pub(crate) struct WaitingBody {
    bodies: WaitingBodies,
    is_counted: bool,
    /// When the sender becomes slow, unless it sends more.
    slow: Instant,
}

impl WaitingBody {
    /// Starts to wait for a body.
    pub(crate) fn start(bodies: WaitingBodies, now: Instant) -> Self {
        bodies.shared.waiting.fetch_add(1, Ordering::Relaxed);
        Self {
            bodies,
            is_counted: true,
            slow: now + GRACE,
        }
    }

    /// Some bytes have arrived.
    pub(crate) fn received(&mut self, bytes: usize) {
        let nanos = (bytes as u64).saturating_mul(1_000_000_000) / LEAST_RATE;
        let later = self.slow.checked_add(Duration::from_nanos(nanos));
        self.slow = later.unwrap_or(self.slow);
    }

    /// When to [`check`](Self::check) again.
    pub(crate) fn next_check(&self, now: Instant) -> Instant {
        if now < self.slow {
            self.slow
        } else {
            now + GRACE
        }
    }

    /// Checks that the sender is fast enough, or that there is room for it regardless.
    ///
    /// # Errors
    /// `overloaded` if it has to make room for others.
    pub(crate) fn check(&mut self, now: Instant) -> Result<(), Rejection> {
        if now < self.slow || !self.is_counted {
            return Ok(());
        }
        let (limit, waiting) = (self.bodies.shared.limit, &self.bodies.shared.waiting);
        let leave = |waiting: usize| (waiting > limit).then(|| waiting - 1);
        // Each that leaves makes room, so that no more leave than must.
        if waiting
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, leave)
            .is_err()
        {
            return Ok(());
        }
        self.is_counted = false;
        Err(Reason::TooManyWaiting { most: limit }.into())
    }
}

impl Drop for WaitingBody {
    fn drop(&mut self) {
        if self.is_counted {
            self.bodies.shared.waiting.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::request::rejection::Code;

    #[test]
    fn only_slow_senders_beyond_the_limit_make_room_and_no_more_than_must() {
        let bodies = WaitingBodies::at_most(2);
        let start = Instant::now();
        let mut waiting: Vec<_> = (0..5)
            .map(|_| WaitingBody::start(bodies.clone(), start))
            .collect();
        // Ahead of the least rate for ten seconds.
        waiting[1].received(10 * 16 * 1024);
        assert!(waiting.iter_mut().all(|body| body.check(start).is_ok()));
        let later = start + GRACE;
        let left: Vec<_> = waiting
            .iter_mut()
            .map(|body| body.check(later).map_err(|refused| refused.code()))
            .collect();
        let refused = Err(Code::Overloaded);
        assert_eq!(left, [refused, Ok(()), refused, refused, Ok(())]);
        assert_eq!(bodies.waiting(), 2);
        waiting.remove(0);
        assert_eq!(bodies.waiting(), 2, "a refused one is not counted");
        drop(waiting);
        assert_eq!(bodies.waiting(), 0);
    }

    #[test]
    fn a_sender_is_slow_a_second_after_what_it_sent_should_have_taken() {
        let start = Instant::now();
        let mut body = WaitingBody::start(WaitingBodies::at_most(0), start);
        let second = Duration::from_secs(1);
        assert_eq!(body.next_check(start), start + second);
        body.received(8 * 1024);
        assert_eq!(body.next_check(start), start + second * 3 / 2);
        body.received(8 * 1024);
        assert!(
            body.check(start + second * 2 - Duration::from_nanos(1))
                .is_ok()
        );
        assert!(body.check(start + second * 2).is_err());
        assert_eq!(body.next_check(start + second * 5), start + second * 6);
    }

    #[test]
    fn endpoints_share_the_default_limit() {
        let before = WaitingBodies::default();
        assert!(Arc::ptr_eq(
            &before.shared,
            &WaitingBodies::default().shared
        ));
        assert_eq!(before.shared.limit, 512);
    }
}
