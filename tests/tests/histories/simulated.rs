//! Histories on the store in memory, behind links that fail, on tokio's paused clock: the
//! same in every run.

use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use hookward::{
    Claim, ClaimToken, MemoryStore, Renewal, ReplayKey, ReplayStore, StoreError, StoreFuture,
};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep};

use crate::seeds;
use crate::world::{Fault, Link, Plan, Random, Report, run};

const LEASE: Duration = Duration::from_secs(60);
/// After which a step that is not answered fails.
const LIMIT: Duration = Duration::from_secs(2);

/// A bug of a store or a guard, which the histories must show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bug {
    None,
    /// A claim reads, and writes a moment later.
    TwoSteps,
    /// A commit by a lost token is dropped.
    LateCommitIsDropped,
    /// A renewal is answered and not made.
    RenewalIsIgnored,
    /// Anybody's claim is released.
    ReleaseOfAnybody,
    /// What is held counts as done.
    DoneWhenHeld,
    /// A commit is kept for a minute.
    ForgetsEarly,
    /// Tokens are not ordered.
    TokensFall,
}

#[derive(Clone)]
struct Wire {
    memory: Arc<MemoryStore>,
    fault: Arc<Mutex<Fault>>,
    random: Arc<Mutex<Random>>,
    bug: Bug,
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Wire")
    }
}

impl Link for Wire {
    fn store(&self) -> Arc<dyn ReplayStore> {
        Arc::new(self.clone())
    }

    fn set(&self, fault: Fault) {
        *self.fault.lock().unwrap() = fault;
    }
}

impl Wire {
    fn fault(&self) -> Fault {
        *self.fault.lock().unwrap()
    }

    async fn travels(&self) {
        let time = self.random.lock().unwrap().up_to(Duration::from_millis(20));
        sleep(time).await;
    }

    /// Sends a step to the store, and its answer back; the caller may go away meanwhile.
    fn step<T: Send + 'static>(
        &self,
        step: impl FnOnce(&MemoryStore) -> StoreFuture<'static, T> + Send + 'static,
        undo: impl FnOnce(&MemoryStore, &T) + Send + 'static,
    ) -> StoreFuture<'static, T> {
        let wire = self.clone();
        StoreFuture::later(async move {
            let (tell, told) = oneshot::channel();
            tokio::spawn(async move {
                wire.travels().await;
                let answer = match wire.fault() {
                    Fault::None | Fault::Deaf => step(&wire.memory).await,
                    Fault::Away | Fault::Killed => {
                        sleep(LIMIT).await;
                        Err(StoreError::new("away"))
                    }
                };
                wire.travels().await;
                let answer = match (answer, wire.fault()) {
                    (Ok(answer), Fault::None) => Ok(answer),
                    (Ok(answer), _) => {
                        sleep(LIMIT).await;
                        // As a store does in the background, if it can.
                        if wire.fault() == Fault::None {
                            undo(&wire.memory, &answer);
                        }
                        Err(StoreError::new("no answer"))
                    }
                    (Err(error), _) => Err(error),
                };
                let _ = tell.send(answer);
            });
            told.await.unwrap()
        })
    }
}

impl ReplayStore for Wire {
    fn claim(&self, key: ReplayKey, lease: Duration) -> StoreFuture<'static, Claim> {
        let bug = self.bug;
        let undo = move |memory: &MemoryStore, claim: &Claim| {
            if let Claim::Fresh(token) = claim {
                drop(memory.release(key, *token));
            }
        };
        if bug == Bug::TwoSteps {
            let wire = self.clone();
            let read = self.step(
                move |memory| {
                    let claim = memory.claim(key, lease);
                    StoreFuture::later(claim)
                },
                undo,
            );
            return StoreFuture::later(async move {
                match read.await? {
                    Claim::InProgress(left) if left > lease.mul_f64(0.999) => {
                        wire.travels().await;
                        drop(wire.memory.forget(key));
                        wire.memory.claim(key, lease).await
                    }
                    claim => Ok(claim),
                }
            });
        }
        self.step(
            move |memory| {
                let claim = memory.claim(key, lease);
                StoreFuture::later(async move {
                    Ok(match claim.await? {
                        Claim::InProgress(_) if bug == Bug::DoneWhenHeld => Claim::Done,
                        Claim::Fresh(token) if bug == Bug::TokensFall => {
                            Claim::Fresh(ClaimToken(u64::MAX - token.0))
                        }
                        claim => claim,
                    })
                })
            },
            undo,
        )
    }

    fn renew(
        &self,
        key: ReplayKey,
        token: ClaimToken,
        lease: Duration,
    ) -> StoreFuture<'static, Renewal> {
        let bug = self.bug;
        self.step(
            move |memory| match bug {
                Bug::RenewalIsIgnored => StoreFuture::now(Ok(Renewal::Held)),
                _ => memory.renew(key, token, lease),
            },
            |_, _| {},
        )
    }

    fn commit(
        &self,
        key: ReplayKey,
        token: ClaimToken,
        keep: Duration,
    ) -> StoreFuture<'static, ()> {
        let bug = self.bug;
        self.step(
            move |memory| match bug {
                Bug::ForgetsEarly => memory.commit(key, token, keep.min(LEASE)),
                Bug::LateCommitIsDropped => {
                    let renewed = memory.renew(key, token, LEASE);
                    match hookward_replay::conformance::block_on(renewed) {
                        Ok(Renewal::Held) => memory.commit(key, token, keep),
                        _ => StoreFuture::now(Ok(())),
                    }
                }
                _ => memory.commit(key, token, keep),
            },
            |_, ()| {},
        )
    }

    fn release(&self, key: ReplayKey, token: ClaimToken) -> StoreFuture<'static, ()> {
        let bug = self.bug;
        self.step(
            move |memory| match bug {
                Bug::ReleaseOfAnybody => memory.forget(key),
                _ => memory.release(key, token),
            },
            |_, ()| {},
        )
    }

    fn forget(&self, key: ReplayKey) -> StoreFuture<'static, ()> {
        self.step(move |memory| memory.forget(key), |_, ()| {})
    }
}

/// Three replicas, whose store is away for less than a lease lasts after a renewal.
const MILD: Plan = Plan {
    replicas: 3,
    deliveries: 12,
    lease: LEASE,
    away: Duration::from_secs(20),
    handler: Duration::from_secs(180),
    kills: false,
    shortest: 0.9,
};

/// The store is away for longer than leases last, and a replica is killed.
const HARSH: Plan = Plan {
    away: Duration::from_secs(200),
    kills: true,
    ..MILD
};

fn history(plan: Plan, bug: Bug, seed: u64) -> Result<Report, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut random = Random(seed);
        // The store's clock is up to a tenth fast or slow, and the replicas' are not used.
        let rate = 0.9 + random.below(200) as f64 / 1000.0;
        let start = Instant::now();
        let clock = move || start.elapsed().mul_f64(rate);
        let memory = Arc::new(MemoryStore::default().with_clock(clock));
        let links: Vec<Arc<dyn Link>> = (0..plan.replicas)
            .map(|_| {
                Arc::new(Wire {
                    memory: memory.clone(),
                    fault: Arc::new(Mutex::new(Fault::None)),
                    random: Arc::new(Mutex::new(random.split())),
                    bug,
                }) as Arc<dyn Link>
            })
            .collect();
        run(plan, "hooks", random, links).await
    })
}

#[test]
fn no_delivery_is_handled_twice_while_outages_are_shorter_than_the_lease() {
    let mut steps = 0;
    for seed in seeds(150) {
        let report =
            history(MILD, Bug::None, seed).unwrap_or_else(|how| panic!("seed {seed}: {how}"));
        assert_eq!(report.handled, MILD.deliveries, "seed {seed}");
        assert_eq!(report.handled_twice, 0, "seed {seed}");
        steps += report.steps;
    }
    assert!(steps > 0);
}

#[test]
fn histories_with_long_outages_and_kills_keep_the_rules() {
    let (mut all, mut twice) = (0, 0);
    for seed in seeds(150) {
        let report =
            history(HARSH, Bug::None, seed).unwrap_or_else(|how| panic!("seed {seed}: {how}"));
        assert_eq!(report.handled, HARSH.deliveries, "seed {seed}");
        twice += report.handled_twice;
        all += report.handled;
    }
    println!("{twice} of {all} deliveries were handled twice");
}

#[test]
fn histories_show_the_bugs_of_stores() {
    let bugs = [
        Bug::TwoSteps,
        Bug::LateCommitIsDropped,
        Bug::RenewalIsIgnored,
        Bug::ReleaseOfAnybody,
        Bug::DoneWhenHeld,
        Bug::ForgetsEarly,
        Bug::TokensFall,
    ];
    for bug in bugs {
        let shows = |seed| {
            let plan = if seed % 2 == 0 { MILD } else { HARSH };
            match history(plan, bug, seed) {
                Err(_) => true,
                Ok(report) => plan.away == MILD.away && report.handled_twice > 0,
            }
        };
        assert!((0..400).any(shows), "{bug:?} does not show");
    }
}
