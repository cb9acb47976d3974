//! The store in memory under many schedules, and with mistakes that must be found.
//!
//! `SCHEDULES=N` tries N random schedules of each scenario (by default 3,000).

#![allow(clippy::unwrap_used, clippy::panic)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hookward_concurrency::budget::{MemoryBudget, Share};
use hookward_concurrency::{Answer, History, MISTAKES, Step, Subject, Time, stores};
use shuttle::rand::{Rng, thread_rng};
use shuttle::scheduler::{DfsScheduler, PctScheduler, RandomScheduler};
use shuttle::{Config, Runner, thread};

const SEED: u64 = 0x686f_6f6b;

fn schedules() -> usize {
    std::env::var("SCHEDULES").map_or(3000, |number| number.parse().unwrap())
}

fn random(scenario: impl Fn() + Send + Sync + 'static, schedules: usize) {
    let scenario = Arc::new(scenario);
    let again = scenario.clone();
    let scheduler = RandomScheduler::new_from_seed(SEED, schedules / 2);
    Runner::new(scheduler, Config::new()).run(move || scenario());
    // Few changes of thread at places that matter.
    let scheduler = PctScheduler::new_from_seed(SEED, 3, schedules / 2);
    Runner::new(scheduler, Config::new()).run(move || again());
}

/// A thread that moves the clock, between any two steps of the others.
fn passing(time: &Time, ticks: usize) -> thread::JoinHandle<()> {
    let time = time.clone();
    thread::spawn(move || {
        for _ in 0..ticks {
            thread::yield_now();
            time.pass(1);
        }
    })
}

/// One copy of a delivery: claimed, then a handler that may renew, outlive its lease, succeed
/// or fail, or never come back.
fn deliver<S: Subject>(store: &S, history: &History, time: &Time, key: u8) {
    let step = |step| history.step(store, time, key, step);
    let lease = thread_rng().gen_range(1..4);
    let Answer::Fresh(token) = step(Step::Claim { lease }) else {
        return;
    };
    if thread_rng().gen_bool(0.4) {
        step(Step::Renew { token, lease });
    }
    match thread_rng().gen_range(0..8) {
        0..=3 => {
            let keep = if thread_rng().gen_bool(0.8) { 1000 } else { 1 };
            step(Step::Commit { token, keep });
        }
        4 | 5 => {
            step(Step::Release { token });
        }
        6 => {
            step(Step::Forget);
        }
        _ => {}
    }
}

/// Copies of two deliveries come at once, while time passes.
fn contention<S: Subject>() {
    let (time, history) = (Time::default(), History::default());
    let store = Arc::new(S::of_capacity(64, time.clone()));
    let mut threads = vec![passing(&time, 4)];
    for _ in 0..3 {
        let (store, history, time) = (store.clone(), history.clone(), time.clone());
        threads.push(thread::spawn(move || {
            for _ in 0..2 {
                let key = u8::from(thread_rng().gen_bool(0.2));
                deliver(&*store, &history, &time, key);
            }
        }));
    }
    for thread in threads {
        thread.join().unwrap();
    }
    for key in 0..2 {
        history.step(&*store, &time, key, Step::Claim { lease: 1 });
    }
    history.check();
}

/// New deliveries come at once, so that the table grows while others are looked up.
fn growth<S: Subject>() {
    let (time, history) = (Time::default(), History::default());
    // One shard, whose first segment has sixteen places.
    let store = Arc::new(S::of_capacity(64, time.clone()));
    for key in 0..13 {
        let answer = history.step(&*store, &time, key, Step::Claim { lease: 1000 });
        let Answer::Fresh(token) = answer else {
            panic!("{answer:?}");
        };
        if key % 2 == 0 {
            history.step(&*store, &time, key, Step::Commit { token, keep: 1000 });
        }
    }
    let threads: Vec<_> = (0..3_u8)
        .map(|thread| {
            let (store, history, time) = (store.clone(), history.clone(), time.clone());
            thread::spawn(move || {
                for number in 0..3 {
                    let key = 20 + number * 3 + thread;
                    deliver(&*store, &history, &time, key);
                    // One that was there, and one that another thread adds.
                    for key in [number + thread, 20 + number * 3] {
                        history.step(&*store, &time, key, Step::Claim { lease: 1000 });
                    }
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    for key in (0..13).chain(20..29) {
        history.step(&*store, &time, key, Step::Claim { lease: 1 });
    }
    history.check();
}

/// Shards take slots of one budget; no more are out than there are.
fn slots<S: Subject>() {
    const ALL: usize = 10;
    let (take, give) = S::slots(ALL);
    let (take, give) = (Arc::new(take), Arc::new(give));
    let out = Arc::new(AtomicUsize::new(0));
    let threads: Vec<_> = (0..3)
        .map(|_| {
            let (take, give, out) = (take.clone(), give.clone(), out.clone());
            thread::spawn(move || {
                for _ in 0..2 {
                    let slots = thread_rng().gen_range(3..8);
                    if take(slots) {
                        let all = out.fetch_add(slots, Ordering::SeqCst) + slots;
                        assert!(all <= ALL, "{all} slots of {ALL} are out");
                        thread::yield_now();
                        out.fetch_sub(slots, Ordering::SeqCst);
                        give(slots);
                    }
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
}

#[test]
fn copies_that_race_are_handled_by_one_at_a_time_and_no_success_is_lost() {
    random(contention::<stores::sound::MemoryStore>, schedules());
}

#[test]
fn nothing_is_lost_while_the_table_grows() {
    random(growth::<stores::sound::MemoryStore>, schedules() / 3);
}

#[test]
fn no_more_slots_are_taken_than_there_are() {
    random(slots::<stores::sound::MemoryStore>, schedules());
}

/// Every schedule of two copies while the clock moves once, over each outcome of the first.
#[test]
fn two_copies_under_every_schedule() {
    let tried = Arc::new(AtomicUsize::new(0));
    for outcome in 0..4 {
        let tried = tried.clone();
        let scheduler = DfsScheduler::new(None, false);
        Runner::new(scheduler, Config::new()).run(move || {
            tried.fetch_add(1, Ordering::SeqCst);
            let (time, history) = (Time::default(), History::default());
            let store = stores::sound::MemoryStore::of_capacity(1, time.clone());
            let store = Arc::new(store);
            let clock = passing(&time, 1);
            let other = {
                let (store, history, time) = (store.clone(), history.clone(), time.clone());
                thread::spawn(move || {
                    let answer = history.step(&*store, &time, 0, Step::Claim { lease: 1 });
                    if let Answer::Fresh(token) = answer {
                        history.step(&*store, &time, 0, Step::Release { token });
                    }
                })
            };
            let answer = history.step(&*store, &time, 0, Step::Claim { lease: 1 });
            if let Answer::Fresh(token) = answer {
                let step = match outcome {
                    0 => Step::Commit { token, keep: 1000 },
                    1 => Step::Release { token },
                    2 => Step::Renew { token, lease: 1 },
                    _ => Step::Forget,
                };
                history.step(&*store, &time, 0, step);
            }
            clock.join().unwrap();
            other.join().unwrap();
            history.step(&*store, &time, 0, Step::Claim { lease: 1 });
            history.check();
        });
    }
    let tried = tried.load(Ordering::SeqCst);
    println!("{tried} schedules");
    assert!(tried > 1000, "{tried}");
}

/// Whether the scenarios find something wrong with a store.
fn is_found<S: Subject>() -> bool {
    let scenarios: [fn(); 3] = [contention::<S>, growth::<S>, slots::<S>];
    scenarios
        .into_iter()
        .any(|scenario| catch_unwind(AssertUnwindSafe(|| random(scenario, schedules()))).is_err())
}

macro_rules! mistakes {
    ($($name:ident),*) => {
        #[test]
        fn every_mistake_is_found() {
            let names = [$(stringify!($name)),*];
            assert_eq!(names.join(" "), MISTAKES);
            let found = [$(is_found::<stores::$name::MemoryStore>()),*];
            let missed: Vec<_> = names.iter().zip(found).filter(|(_, found)| !found).collect();
            assert!(missed.is_empty(), "not found: {missed:?}");
        }
    };
}

mistakes!(
    claim_in_two_steps,
    renew_in_two_steps,
    release_in_two_steps,
    release_by_anybody,
    renew_by_anybody,
    late_success_is_dropped,
    growth_loses_an_entry,
    budget_in_two_steps
);

/// Bodies in flight take no more than the budget, and nothing is left when they are gone.
#[test]
fn bodies_share_a_budget() {
    random(
        || {
            const ALL: u64 = 10;
            let budget = MemoryBudget::bytes(ALL);
            let out = Arc::new(std::sync::atomic::AtomicU64::new(0));
            let threads: Vec<_> = (0..3)
                .map(|_| {
                    let (budget, out) = (budget.clone(), out.clone());
                    thread::spawn(move || {
                        let mut share = Share::of(&budget);
                        let mut held = 0;
                        for _ in 0..3 {
                            let bytes = thread_rng().gen_range(0..8);
                            if bytes < held {
                                out.fetch_sub(held - bytes, Ordering::SeqCst);
                            }
                            if share.resize(bytes) {
                                if bytes > held {
                                    let more = bytes - held;
                                    let all = out.fetch_add(more, Ordering::SeqCst) + more;
                                    assert!(all <= ALL, "{all} of {ALL} bytes");
                                }
                                held = bytes;
                            }
                        }
                        out.fetch_sub(held, Ordering::SeqCst);
                    })
                })
                .collect();
            for thread in threads {
                thread.join().unwrap();
            }
            assert_eq!(budget.used(), 0);
        },
        schedules(),
    );
}

/// A body that is refused takes nothing, so that it costs no other its place.
#[test]
fn a_body_that_is_refused_makes_no_other_be_refused() {
    random(
        || {
            let budget = MemoryBudget::bytes(10);
            let large = {
                let budget = budget.clone();
                thread::spawn(move || assert!(!Share::of(&budget).resize(11)))
            };
            assert!(Share::of(&budget).resize(5), "it fits");
            large.join().unwrap();
        },
        schedules(),
    );
}
