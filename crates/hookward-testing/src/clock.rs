//! A clock that tests set.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use hookward_core::{Endpoint, UnixTime};

/// A clock that moves only when it is told to. Clones show the same time.
///
/// ```
/// use std::time::Duration;
/// use hookward::{Endpoint, UnixTime, providers};
/// use hookward::testing::{self, Clock};
///
/// let clock = Clock::at(UnixTime::from_secs(1_700_000_000));
/// let endpoint = clock.drives(Endpoint::new(testing::verifier(providers::STRIPE)));
/// let delivery = testing::request(providers::STRIPE).at(clock.now());
/// // Five minutes later the provider's window has passed.
/// clock.advance(Duration::from_secs(301));
/// # let _ = (endpoint, delivery);
/// ```
///
/// A [`MemoryStore`](hookward_core::MemoryStore) forgets by a clock of its own:
/// [`MemoryStore::with_clock`](hookward_core::MemoryStore::with_clock) with
/// [`elapsed`](Self::elapsed).
#[derive(Debug, Clone)]
pub struct Clock {
    millis: Arc<AtomicI64>,
}

impl Clock {
    /// A clock that shows this time.
    #[must_use]
    pub fn at(time: impl Into<UnixTime>) -> Self {
        Self {
            millis: Arc::new(AtomicI64::new(time.into().as_millis())),
        }
    }

    /// The time that it shows.
    #[must_use]
    pub fn now(&self) -> UnixTime {
        UnixTime::from_millis(self.millis.load(Ordering::SeqCst))
    }

    /// Sets it, forwards or backwards.
    pub fn set(&self, time: impl Into<UnixTime>) {
        self.millis.store(time.into().as_millis(), Ordering::SeqCst);
    }

    /// Moves it forwards.
    pub fn advance(&self, by: Duration) {
        self.set(self.now().plus(by));
    }

    /// The endpoint with this clock instead of the machine's
    /// ([`Endpoint::clock`]).
    #[must_use]
    pub fn drives(&self, endpoint: impl Into<Endpoint>) -> Endpoint {
        let clock = self.clone();
        endpoint.into().clock(move || clock.now())
    }

    /// The time since 1970 by this clock, for a store in memory.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.now().as_millis()).unwrap_or(0))
    }
}
