//! What is around the settling of a delivery in `hookward-core`, as far as it is needed: a
//! runtime with a clock that the test moves, a store that fails, and the types that are passed
//! through.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use shuttle::rand::{Rng, thread_rng};

use crate::stores::sound::{
    Claim, ClaimToken, MemoryStore, Renewal, ReplayKey, ReplayStore, StoreError, StoreFuture,
};

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivered {
    /// The handler ran; whether it succeeded.
    Handled(bool),
    Acknowledged,
    Refused,
}

/// A replay guard under test.
pub trait Guarding: Clone + Send + Sync + 'static {
    fn new(store: impl ReplayStore) -> Self;
    fn deliver(
        &self,
        key: ReplayKey,
        lease: Duration,
        handler: impl Future<Output = bool> + Send,
    ) -> impl Future<Output = Delivered> + Send;
    fn settled(&self) -> impl Future<Output = ()> + Send;
}

/// All tasks of a schedule run on one thread of the system.
struct Clock {
    began: Instant,
    passed: Duration,
    waiting: Vec<Waker>,
}

thread_local! {
    static CLOCK: RefCell<Clock> = RefCell::new(Clock {
        began: Instant::now(),
        passed: Duration::ZERO,
        waiting: Vec::new(),
    });
}

pub fn now() -> Instant {
    CLOCK.with_borrow(|clock| clock.began + clock.passed)
}

/// Starts from the beginning.
pub fn reset() {
    CLOCK.with_borrow_mut(|clock| {
        clock.passed = Duration::ZERO;
        clock.waiting.clear();
    });
}

/// Moves the clock and wakes all timers, so that those that are due can see it.
pub fn pass(time: Duration) {
    let waiting = CLOCK.with_borrow_mut(|clock| {
        clock.passed += time;
        std::mem::take(&mut clock.waiting)
    });
    waiting.into_iter().for_each(Waker::wake);
}

pub fn passed() -> Duration {
    CLOCK.with_borrow(|clock| clock.passed)
}

struct Timer(Instant);

impl Future for Timer {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if now() >= self.0 {
            return Poll::Ready(());
        }
        CLOCK.with_borrow_mut(|clock| clock.waiting.push(cx.waker().clone()));
        Poll::Pending
    }
}

pub fn sleep_until(at: Instant) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(Timer(at))
}

/// A store behind a network: what is sent is done, whether or not the answer is waited for,
/// and a number of answers are errors, before or after the step took effect.
#[derive(Debug, Clone)]
pub struct Flaky {
    pub store: Arc<MemoryStore>,
    pub failures: Arc<AtomicUsize>,
    /// A claim took effect and was answered with an error: nobody holds it.
    pub leaked: Arc<AtomicBool>,
}

impl Flaky {
    fn send<T: Send + 'static>(
        &self,
        step: impl FnOnce(&MemoryStore) -> StoreFuture<'static, T> + Send + 'static,
        is_claim: bool,
    ) -> StoreFuture<'static, T> {
        let this = self.clone();
        let sent = shuttle::future::spawn(async move {
            shuttle::future::yield_now().await;
            let fails = thread_rng().gen_bool(0.5)
                && this
                    .failures
                    .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                        left.checked_sub(1)
                    })
                    .is_ok();
            if fails && thread_rng().gen_bool(0.5) {
                return Err(StoreError::new("away"));
            }
            let answer = step(&this.store).await;
            shuttle::future::yield_now().await;
            if fails {
                this.leaked.fetch_or(is_claim, Ordering::SeqCst);
                return Err(StoreError::new("the answer was lost"));
            }
            answer
        });
        StoreFuture::later(
            async move { sent.await.unwrap_or_else(|_| Err(StoreError::new("gone"))) },
        )
    }
}

impl ReplayStore for Flaky {
    fn claim(&self, key: ReplayKey, lease: Duration) -> StoreFuture<'static, Claim> {
        self.send(move |store| store.claim(key, lease), true)
    }

    fn renew(
        &self,
        key: ReplayKey,
        token: ClaimToken,
        lease: Duration,
    ) -> StoreFuture<'static, Renewal> {
        self.send(move |store| store.renew(key, token, lease), false)
    }

    fn commit(
        &self,
        key: ReplayKey,
        token: ClaimToken,
        keep: Duration,
    ) -> StoreFuture<'static, ()> {
        self.send(move |store| store.commit(key, token, keep), false)
    }

    fn release(&self, key: ReplayKey, token: ClaimToken) -> StoreFuture<'static, ()> {
        self.send(move |store| store.release(key, token), false)
    }

    fn forget(&self, key: ReplayKey) -> StoreFuture<'static, ()> {
        self.send(move |store| store.forget(key), false)
    }
}

pub mod guard {
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum OnDuplicate {
        Acknowledge,
        Reject,
        HandThrough,
    }
}

pub mod notes {
    use std::time::Duration;

    use crate::stores::sound::StoreError;

    pub fn claim_lost() {}
    pub fn renewal_failed(_: &StoreError) {}
    pub fn renewals_ended(_: Duration) {}
    pub fn unsettled(_: &StoreError) {}
    pub fn settled_late(_: Duration) {}
    pub fn success_left() {}
    pub fn success_lost(_: &str) {}
}

pub mod request {
    pub mod deadline {
        use std::time::{Duration, Instant};

        pub fn after(now: Instant, time: Duration) -> Instant {
            now + time
        }
    }

    pub mod reason {
        #[derive(Debug)]
        pub enum Reason {
            ClaimPolled,
            StoreFailed { error: String },
            HandledBefore,
            InProgress,
        }

        pub fn text(text: impl ToString) -> String {
            text.to_string()
        }
    }

    pub mod rejection {
        use std::time::Duration;

        use super::reason::Reason;

        #[derive(Debug)]
        pub struct Rejection(pub Reason);

        impl From<Reason> for Rejection {
            fn from(reason: Reason) -> Self {
                Self(reason)
            }
        }

        impl Rejection {
            pub fn retry_after(self, _: Duration) -> Self {
                self
            }

            pub fn with_status(self, _: u16) -> Self {
                self
            }
        }
    }
}
