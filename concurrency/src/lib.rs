//! hookward's shared state under every schedule that shuttle tries: the replay store in
//! memory, how a delivery's claim is renewed and settled, and the memory budget.
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

pub mod around;
pub mod history;
pub mod keys;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub use history::{Answer, History, Step};

/// The names of the mistakes.
pub const MISTAKES: &str = env!("MISTAKES");
pub const EXCHANGE_MISTAKES: &str = env!("EXCHANGE_MISTAKES");
pub const HANDLE_MISTAKES: &str = env!("HANDLE_MISTAKES");
pub const CACHE_MISTAKES: &str = env!("CACHE_MISTAKES");

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

/// A guard over the modules that it is written beside: what `Exchange` does with a claim.
macro_rules! guard {
    () => {
        #[derive(Clone)]
        pub struct Guard(Arc<pending::Shared>);

        impl crate::around::Guarding for Guard {
            fn new(store: impl crate::stores::sound::ReplayStore) -> Self {
                Self(Arc::new(pending::Shared::new(Arc::new(store))))
            }

            async fn deliver(
                &self,
                key: crate::stores::sound::ReplayKey,
                lease: std::time::Duration,
                handler: impl Future<Output = bool> + Send,
            ) -> crate::around::Delivered {
                use crate::around::Delivered;

                let claiming = claiming::Claiming {
                    answer: self.0.claim(key, lease),
                    asked: Some(key),
                    before: None,
                    closing: None,
                    delivery: Some(claiming::Delivery::new(claiming::Claims {
                        shared: self.0.clone(),
                        lease,
                        renew_for: lease * 100,
                        keep: lease * 100_000,
                        held: smallvec::SmallVec::new(),
                    })),
                    on_duplicate: guard::OnDuplicate::Acknowledge,
                    is_conflict_final: false,
                };
                match claiming.await {
                    Ok(claiming::Claimed::Fresh(delivery)) => {
                        let runtime: &'static runtime::Runtime = &runtime::Runtime {
                            now: crate::around::now,
                            sleep_until: crate::around::sleep_until,
                            spawn: |unfinished| {
                                shuttle::future::spawn(async {
                                    let _ = unfinished.await;
                                });
                            },
                        };
                        let mut open = open::OpenDelivery::new(delivery, runtime);
                        let mut handler = std::pin::pin!(handler);
                        let success = std::future::poll_fn(|cx| {
                            let polled = handler.as_mut().poll(cx);
                            if polled.is_pending() {
                                open.poll_renew(cx);
                            }
                            polled
                        })
                        .await;
                        if let Some(settling) = open.settle(success) {
                            settling.await;
                        }
                        Delivered::Handled(success)
                    }
                    Ok(_) => Delivered::Acknowledged,
                    Err(_) => Delivered::Refused,
                }
            }

            async fn settled(&self) {
                pending::Settled::new(self.0.clone()).await
            }
        }
    };
}
use guard;

/// A handle of the module that it is written beside.
macro_rules! handle {
    () => {
        impl crate::keys::Handle for source::KeyHandle {
            fn new(verifier: crate::keys::Verifier) -> Self {
                source::KeyHandle::new(verifier)
            }

            fn rotate(&self, ring: crate::keys::KeyRing) -> Result<(), crate::keys::ConfigError> {
                source::KeyHandle::rotate(self, ring)
            }

            fn current(&self) -> crate::keys::Verifier {
                source::KeyHandle::current(self)
            }
        }

        pub use source::KeyHandle;
    };
}
use handle;

/// A cache of the module that it is written beside, with one URL of an operator.
macro_rules! cache {
    () => {
        #[derive(Clone)]
        pub struct Cache(cache::Cache);

        impl crate::keys::Caching for Cache {
            fn of(server: &crate::keys::Server) -> Self {
                let clock = server.clone();
                let seconds = |seconds: i64| std::time::Duration::from_secs(seconds as u64);
                let remote = cache::Remote::new(server.clone())
                    .keep(seconds(crate::keys::FRESH), seconds(crate::keys::FRESH))
                    .stale(seconds(crate::keys::STALE))
                    .clock(move || clock.now());
                Self(cache::Cache::new(remote, |fetched, now| {
                    Ok(cache::Built {
                        verifier: crate::keys::Verifier {
                            keys: fetched.version,
                            recipients: now.as_secs() as u64,
                        },
                        recheck: None,
                    })
                }))
            }

            fn get(&self, wanted: Option<&str>) -> crate::keys::Lookup {
                let url = crate::keys::Uri("keys.example".to_owned());
                self.0.get(&url, cache::Origin::Operator, wanted)
            }
        }
    };
}
use cache;

/// The store as it is (`sound`), and with each mistake.
pub mod stores {
    include!(concat!(env!("OUT_DIR"), "/stores.rs"));
}

/// How `hookward-core` settles a delivery, as it is and with each mistake.
pub mod exchanges {
    include!(concat!(env!("OUT_DIR"), "/exchanges.rs"));
}

/// `KeyHandle` of `hookward-core`, as it is and with each mistake.
pub mod handles {
    include!(concat!(env!("OUT_DIR"), "/handles.rs"));
}

/// The cache of fetched keys of `hookward-remote`, as it is and with each mistake.
pub mod caches {
    include!(concat!(env!("OUT_DIR"), "/caches.rs"));
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
