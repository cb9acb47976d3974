//! Copies of a delivery over a store that fails, under many schedules: renewed while the
//! handler runs, settled in the background where the store was away.
//!
//! `SCHEDULES=N` tries N schedules of each scenario (by default 2,000).

#![allow(clippy::unwrap_used, clippy::panic)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use hookward_concurrency::around::{
    Delivered, Flaky, Guarding, now, pass, passed, reset, sleep_until,
};
use hookward_concurrency::stores::sound::{MemoryStore, ReplayKey};
use hookward_concurrency::{Answer, EXCHANGE_MISTAKES, Step, Subject, exchanges};
use shuttle::rand::{Rng, thread_rng};
use shuttle::scheduler::{DfsScheduler, RandomScheduler};
use shuttle::{Config, MaxSteps, Runner, future};

const SEED: u64 = 0x686f_6f6b;
/// A claim is renewed after a third of it.
const LEASE: Duration = Duration::from_secs(30);

fn random(scenario: fn()) {
    let schedules = std::env::var("SCHEDULES").map_or(2000, |number| number.parse().unwrap());
    let scheduler = RandomScheduler::new_from_seed(SEED, schedules);
    let mut config = Config::new();
    // Who is never woken waits while the clock goes on.
    config.max_steps = MaxSteps::FailAfter(20_000);
    Runner::new(scheduler, config).run(scenario);
}

/// Every schedule of a small scenario.
fn every(scenario: fn()) {
    let scheduler = DfsScheduler::new(None, false);
    let schedules = Runner::new(scheduler, Config::new()).run(scenario);
    assert!(schedules > 50, "{schedules}");
}

/// Lets time pass while something happens.
async fn with_a_clock(what: impl Future<Output = ()>) {
    let is_over = Arc::new(AtomicBool::new(false));
    let clock = {
        let is_over = is_over.clone();
        future::spawn(async move {
            while !is_over.load(Ordering::SeqCst) {
                pass(Duration::from_millis(200));
                future::yield_now().await;
            }
        })
    };
    what.await;
    is_over.store(true, Ordering::SeqCst);
    clock.await.unwrap();
}

/// A handler that takes a while, and then succeeds or not.
async fn handler() -> bool {
    match thread_rng().gen_range(0..3) {
        0 => {}
        1 => future::yield_now().await,
        // Until the first renewal is on its way.
        _ => sleep_until(now() + LEASE / 3 + Duration::from_millis(400)).await,
    }
    thread_rng().gen_bool(0.5)
}

fn flaky(store: MemoryStore, failures: usize) -> Flaky {
    Flaky {
        store: Arc::new(store),
        failures: Arc::new(AtomicUsize::new(failures)),
        leaked: Arc::new(AtomicBool::new(false)),
    }
}

/// The store's clock stops, so that no lease ends. One success at most, by one handler at a time; in the end the store
/// knows the success, or the delivery is free.
fn no_lease_ends<G: Guarding>() {
    reset();
    let store = flaky(
        MemoryStore::with_capacity(1).with_clock(|| Duration::ZERO),
        3,
    );
    let (running, successes) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let guard = G::new(store.clone());
    future::block_on(with_a_clock(async {
        let copies: Vec<_> = (0..3)
            .map(|_| {
                let guard = guard.clone();
                let (running, successes) = (running.clone(), successes.clone());
                future::spawn(async move {
                    let handler = async {
                        assert_eq!(running.fetch_add(1, Ordering::SeqCst), 0, "two at a time");
                        let success = handler().await;
                        successes.fetch_add(usize::from(success), Ordering::SeqCst);
                        running.fetch_sub(1, Ordering::SeqCst);
                        success
                    };
                    let key = ReplayKey::from_bytes([0; 16]);
                    if guard.deliver(key, LEASE, handler).await == Delivered::Acknowledged {
                        assert_eq!(successes.load(Ordering::SeqCst), 1, "nothing was handled");
                    }
                })
            })
            .collect();
        for copy in copies {
            copy.await.unwrap();
        }
        guard.settled().await;
    }));
    let successes = successes.load(Ordering::SeqCst);
    assert!(successes <= 1, "{successes} successes");
    match store.store.step(0, Step::Claim { lease: 1 }) {
        Answer::Done => assert_eq!(successes, 1, "a failure was recorded as a success"),
        answer if successes == 1 => panic!("the success is lost: {answer:?}"),
        Answer::Fresh(_) => {}
        answer => assert!(store.leaked.load(Ordering::SeqCst), "{answer:?}"),
    }
}

/// Leases end. What has succeeded is not handled again by a copy that comes later, whether
/// or not the store knows it yet.
fn leases_end<G: Guarding>() {
    reset();
    // Its clock is faster, so that leases end while handlers and commits are on their way.
    let store = MemoryStore::with_capacity(1).with_clock(|| passed() * 50);
    let store = flaky(store, 6);
    let guard = G::new(store.clone());
    let succeeded = Arc::new(AtomicBool::new(false));
    future::block_on(with_a_clock(async {
        let copies: Vec<_> = (0..3)
            .map(|_| {
                let (guard, succeeded) = (guard.clone(), succeeded.clone());
                future::spawn(async move {
                    for _ in 0..2 {
                        let was_handled = succeeded.load(Ordering::SeqCst);
                        let key = ReplayKey::from_bytes([0; 16]);
                        match guard.deliver(key, LEASE, handler()).await {
                            Delivered::Handled(success) => {
                                assert!(!was_handled, "a success was handled again");
                                succeeded.fetch_or(success, Ordering::SeqCst);
                            }
                            Delivered::Acknowledged | Delivered::Refused => {}
                        }
                    }
                })
            })
            .collect();
        for copy in copies {
            copy.await.unwrap();
        }
        guard.settled().await;
    }));
    if succeeded.load(Ordering::SeqCst) {
        let answer = store.store.step(0, Step::Claim { lease: 1 });
        assert_eq!(answer, Answer::Done, "the success is lost");
    }
}

/// Who waits for all claims is woken by the last, whenever it is settled.
fn all_are_waited_for<G: Guarding>() {
    reset();
    let guard = G::new(MemoryStore::with_capacity(1));
    let delivering = {
        let guard = guard.clone();
        future::spawn(async move {
            let key = ReplayKey::from_bytes([0; 16]);
            guard.deliver(key, LEASE, async { true }).await;
        })
    };
    future::block_on(async {
        guard.settled().await;
        delivering.await.unwrap();
    });
}

#[test]
fn whoever_waits_for_all_claims_is_woken() {
    every(all_are_waited_for::<exchanges::sound::Guard>);
}

#[test]
fn a_delivery_succeeds_once_and_is_recorded_whatever_the_store_does() {
    random(no_lease_ends::<exchanges::sound::Guard>);
}

#[test]
fn a_success_that_is_being_recorded_is_not_handled_again() {
    random(leases_end::<exchanges::sound::Guard>);
}

fn is_found<G: Guarding>() -> bool {
    let fails = |run: fn()| catch_unwind(AssertUnwindSafe(run)).is_err();
    fails(|| random(no_lease_ends::<G>))
        || fails(|| random(leases_end::<G>))
        || fails(|| every(all_are_waited_for::<G>))
}

macro_rules! mistakes {
    ($($name:ident),*) => {
        #[test]
        fn every_mistake_is_found() {
            let names = [$(stringify!($name)),*];
            assert_eq!(names.join(" "), EXCHANGE_MISTAKES);
            let found = [$(is_found::<exchanges::$name::Guard>()),*];
            let missed: Vec<_> = names.iter().zip(found).filter(|(_, found)| !found).collect();
            assert!(missed.is_empty(), "not found: {missed:?}");
        }
    };
}

mistakes!(
    outcome_is_tried_once,
    renewal_overtakes_release,
    success_is_unknown_while_it_is_recorded,
    settled_misses_the_last_claim
);
