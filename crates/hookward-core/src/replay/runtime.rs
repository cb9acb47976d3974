//! What the core needs from an async runtime.

use std::future::Future;
use std::pin::Pin;
use std::time::Instant;

use hookward_replay::StoreFuture;

/// What an exchange needs from a runtime. Plain functions, so that the core depends on no
/// runtime.
#[derive(Debug, Clone, Copy)]
pub struct Runtime {
    /// The clock that [`sleep_until`](Self::sleep_until) uses.
    pub now: fn() -> Instant,
    /// Returns a timer that wakes the task.
    pub sleep_until: fn(Instant) -> Sleep,
    /// Spawns what a request leaves unfinished.
    pub spawn: Spawn,
}

/// Spawns a future that needs I/O on the adapter's runtime.
pub type Spawn = fn(StoreFuture<'static, ()>);

/// A timer.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Runtime {
    /// Tokio's clock, timers and tasks.
    #[cfg(feature = "tokio")]
    #[must_use]
    pub const fn tokio() -> &'static Self {
        &Self {
            now: || tokio::time::Instant::now().into_std(),
            sleep_until: |at| Box::pin(tokio::time::sleep_until(at.into())),
            spawn: |unfinished| {
                if let Ok(runtime) = tokio::runtime::Handle::try_current() {
                    runtime.spawn(unfinished);
                }
            },
        }
    }
}
