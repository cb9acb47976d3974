//! hookward's shared state under every schedule that shuttle tries: the replay store in
//! memory and the memory budget.
//!
//! The sources are those of the crates, with shuttle's locks and atomics in place of
//! std's (`build.rs`). What the threads saw of a key is a history; it is right if there is
//! an order of its steps, each between its call and its return, in which the contract of
//! `ReplayStore` gives the same answers ([`History::check`]). That contains what matters: at
//! most one holder at a time, and no success is lost.
//!
//! The same tests run over copies of the store in which a mistake was made; for each of
//! them they must fail.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod history;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub use history::{Answer, History, Step};

/// The names of the mistakes.
pub const MISTAKES: &str = env!("MISTAKES");

/// A clock that a test moves, in milliseconds. Reading it is no step of its own: a store
/// reads it before it takes its lock, so that another thread may come between.
#[derive(Clone, Default)]
pub struct Time(Arc<AtomicU64>);

impl Time {
    pub fn now(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    pub fn pass(&self, milliseconds: u64) {
        self.0.fetch_add(milliseconds, Ordering::SeqCst);
    }
}

/// A replay store under test; times are in milliseconds.
pub trait Subject: Send + Sync + 'static {
    fn of_capacity(claims: usize, time: Time) -> Self;
    fn step(&self, key: u8, step: Step) -> Answer;
    /// A budget of slots, and what takes and gives them.
    fn slots(all: usize) -> (Take, Give);
}

pub type Take = Box<dyn Fn(usize) -> bool + Send + Sync>;
pub type Give = Box<dyn Fn(usize) + Send + Sync>;

/// Implements [`Subject`] for the store of the module that it is written in.
macro_rules! subject {
    () => {
        impl crate::Subject for MemoryStore {
            fn of_capacity(claims: usize, time: crate::Time) -> Self {
                MemoryStore::with_capacity(claims)
                    .with_clock(move || std::time::Duration::from_millis(time.now()))
            }

            fn step(&self, key: u8, step: crate::Step) -> crate::Answer {
                use crate::{Answer, Step};
                use std::future::Future as _;
                use std::time::Duration;

                fn ready<T>(mut answer: StoreFuture<'static, T>) -> Result<T, StoreError> {
                    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
                    match std::pin::Pin::new(&mut answer).poll(&mut context) {
                        std::task::Poll::Ready(answer) => answer,
                        std::task::Poll::Pending => panic!("memory does not wait"),
                    }
                }

                let key = ReplayKey::from_bytes([key; 16]);
                let answer = match step {
                    Step::Claim { lease } => ready(self.claim(key, Duration::from_millis(lease)))
                        .map(|claim| match claim {
                            Claim::Fresh(token) => Answer::Fresh(token.0),
                            Claim::InProgress(left) => {
                                Answer::InProgress(u64::try_from(left.as_millis()).unwrap())
                            }
                            Claim::Done => Answer::Done,
                        }),
                    Step::Renew { token, lease } => {
                        let lease = Duration::from_millis(lease);
                        ready(self.renew(key, ClaimToken(token), lease)).map(
                            |renewal| match renewal {
                                Renewal::Held => Answer::Held,
                                Renewal::Lost => Answer::Lost,
                            },
                        )
                    }
                    Step::Commit { token, keep } => {
                        let keep = Duration::from_millis(keep);
                        ready(self.commit(key, ClaimToken(token), keep)).map(|()| Answer::Ok)
                    }
                    Step::Release { token } => {
                        ready(self.release(key, ClaimToken(token))).map(|()| Answer::Ok)
                    }
                    Step::Forget => ready(self.forget(key)).map(|()| Answer::Ok),
                };
                answer.unwrap_or(Answer::Full)
            }

            fn slots(all: usize) -> (crate::Take, crate::Give) {
                let budget = Arc::new(table::Budget::new(all));
                let other = budget.clone();
                (
                    Box::new(move |slots| budget.take(slots)),
                    Box::new(move |slots| other.give(slots)),
                )
            }
        }
    };
}
use subject;

/// The store as it is (`sound`), and with each mistake.
pub mod stores {
    include!(concat!(env!("OUT_DIR"), "/stores.rs"));
}

/// The memory budget of `hookward-core`.
pub mod budget {
    // The documentation points at what is not here.
    #![allow(rustdoc::broken_intra_doc_links, dead_code)]

    include!(concat!(env!("OUT_DIR"), "/budgets.rs"));

    /// A share of a budget.
    pub struct Share(memory_budget::MemoryPermit);

    impl Share {
        pub fn of(budget: &MemoryBudget) -> Self {
            Self(memory_budget::MemoryPermit::of(budget.clone()))
        }

        pub fn resize(&mut self, bytes: u64) -> bool {
            self.0.resize(bytes)
        }
    }

    pub use memory_budget::MemoryBudget;
}
