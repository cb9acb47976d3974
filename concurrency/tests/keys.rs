//! Keys that are rotated while requests are verified, and the cache of fetched ones, under
//! many schedules and with mistakes that must be found.
//!
//! `SCHEDULES=N` tries N random schedules of each scenario (by default 2,000).

#![allow(clippy::unwrap_used, clippy::panic)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use hookward_concurrency::keys::{
    Caching, FRESH, Handle, KeyRing, Lookup, STALE, Server, Verifier,
};
use hookward_concurrency::{CACHE_MISTAKES, HANDLE_MISTAKES, caches, handles};
use shuttle::rand::{Rng, thread_rng};
use shuttle::scheduler::{PctScheduler, RandomScheduler};
use shuttle::{Config, MaxSteps, Runner, future, thread};

const SEED: u64 = 0x686f_6f6b;

fn random(scenario: fn()) {
    let schedules = std::env::var("SCHEDULES").map_or(2000, |number| number.parse().unwrap());
    let mut config = Config::new();
    config.max_steps = MaxSteps::FailAfter(20_000);
    let scheduler = RandomScheduler::new_from_seed(SEED, schedules / 2);
    Runner::new(scheduler, config.clone()).run(scenario);
    let scheduler = PctScheduler::new_from_seed(SEED, 3, schedules / 2);
    Runner::new(scheduler, config).run(scenario);
}

#[derive(Debug, Clone)]
enum Step {
    Rotated(KeyRing),
    Seen(Verifier),
}

/// A step, and when it was called and returned.
#[derive(Debug, Clone)]
struct Event {
    step: Step,
    called: usize,
    returned: usize,
}

/// Whether there is an order of the steps, each between its call and its return, in which
/// each rotation replaces what is current, and each look sees it.
fn is_linear(events: &[Event], current: &Verifier) -> bool {
    let Some(first_return) = events.iter().map(|event| event.returned).min() else {
        return true;
    };
    events.iter().enumerate().any(|(at, event)| {
        if event.called > first_return {
            return false;
        }
        let next = match &event.step {
            Step::Rotated(ring) => current.with_keys(*ring).unwrap(),
            Step::Seen(seen) if seen == current => current.clone(),
            Step::Seen(_) => return false,
        };
        let mut rest = events.to_vec();
        rest.remove(at);
        is_linear(&rest, &next)
    })
}

/// Two operators rotate, with and without recipients, and a third is refused; requests look
/// at the keys.
fn rotations<H: Handle>() {
    let before = Verifier {
        keys: 1,
        recipients: 1,
    };
    let handle = H::new(before.clone());
    let events = Arc::new(Mutex::new(Vec::new()));
    let counter = Arc::new(AtomicUsize::new(0));
    let ring = |keys, recipients| KeyRing { keys, recipients };
    let rotated = [
        vec![ring(2, None), ring(3, Some(3))],
        vec![ring(4, Some(4)), ring(0, Some(9)), ring(5, None)],
        vec![],
    ];
    let threads = rotated.map(|rings| {
        let (handle, events, counter) = (handle.clone(), events.clone(), counter.clone());
        let count = move || counter.fetch_add(1, Ordering::SeqCst);
        thread::spawn(move || {
            let record = |called, step| {
                let returned = count();
                events.lock().unwrap().push(Event {
                    step,
                    called,
                    returned,
                });
            };
            for ring in rings {
                let called = count();
                match handle.rotate(ring) {
                    Ok(()) => record(called, Step::Rotated(ring)),
                    Err(_) => assert_eq!(ring.keys, 0),
                }
                let called = count();
                record(called, Step::Seen(handle.current()));
            }
            for _ in 0..2 {
                let called = count();
                record(called, Step::Seen(handle.current()));
            }
        })
    });
    for thread in threads {
        thread.join().unwrap();
    }
    let events = events.lock().unwrap();
    assert!(is_linear(&events, &before), "{events:#?}");
}

#[test]
fn each_rotation_replaces_what_is_current_and_each_request_sees_one_ring() {
    random(rotations::<handles::sound::KeyHandle>);
}

/// Waits for an answer, whose time of fetching is in `recipients`.
async fn answer(lookup: Lookup) -> Result<Verifier, String> {
    lookup.await.map_err(|rejection| rejection.0)
}

/// Requests for a set that nobody has fetched yet share one fetch, whoever of them is given
/// up.
fn one_fetch<C: Caching>() {
    let server = Server::with(1);
    let cache = C::of(&server);
    future::block_on(async {
        let requests: Vec<_> = (0..3)
            .map(|_| {
                let cache = cache.clone();
                future::spawn(async move {
                    let lookup = cache.get(None);
                    if thread_rng().gen_bool(0.3) {
                        // The client has gone.
                        return;
                    }
                    assert_eq!(answer(lookup).await.unwrap().keys, 1);
                })
            })
            .collect();
        for request in requests {
            request.await.unwrap();
        }
        assert_eq!(answer(cache.get(None)).await.unwrap().keys, 1);
    });
    assert_eq!(server.fetches(), 1);
}

/// Key ids that nobody has: one fetch a minute, and what is there is used. A key that is new
/// is found with the next fetch.
fn forged_ids<C: Caching>() {
    let server = Server::with(1);
    let cache = C::of(&server);
    future::block_on(async {
        answer(cache.get(None)).await.unwrap();
        let minutes = thread_rng().gen_range(0..3);
        let requests: Vec<_> = (0..3)
            .map(|forged| {
                let cache = cache.clone();
                future::spawn(async move {
                    for _ in 0..2 {
                        answer(cache.get(Some(&format!("forged {forged}"))))
                            .await
                            .unwrap();
                    }
                })
            })
            .collect();
        for _ in 0..minutes {
            server.pass(60);
            future::yield_now().await;
        }
        for request in requests {
            request.await.unwrap();
        }
        assert!(server.fetches() <= 1 + minutes, "{}", server.fetches());
        server.rotate();
        server.pass(60);
        assert_eq!(answer(cache.get(Some("2"))).await.unwrap().keys, 2);
    });
}

/// The server goes away and comes back: while a set may be used it is, and after that it is
/// not, whoever asks.
fn outages<C: Caching>() {
    let server = Server::with(1);
    let cache = C::of(&server);
    future::block_on(async {
        answer(cache.get(None)).await.unwrap();
        server.is_away(true);
        let fetched = server.second();
        let requests: Vec<_> = (0..3)
            .map(|_| {
                let (cache, server) = (cache.clone(), server.clone());
                future::spawn(async move {
                    for _ in 0..3 {
                        let asked = server.second();
                        let answer = answer(cache.get(None)).await;
                        let ends = fetched + FRESH + STALE;
                        match answer {
                            Ok(set) if set.keys == 1 => {
                                assert!(asked < ends, "used for too long");
                            }
                            Ok(_) => {}
                            Err(why) => assert!(server.second() >= ends, "{why}"),
                        }
                    }
                })
            })
            .collect();
        for seconds in [FRESH - 1, 1, STALE - 1, 1, 100] {
            server.pass(seconds);
            future::yield_now().await;
        }
        for request in requests {
            request.await.unwrap();
        }
        // Failures are remembered for half a minute.
        answer(cache.get(None)).await.unwrap_err();
        let before = server.fetches();
        answer(cache.get(None)).await.unwrap_err();
        assert_eq!(server.fetches(), before, "a failure is asked for again");
        server.is_away(false);
        server.rotate();
        server.pass(30);
        assert_eq!(answer(cache.get(None)).await.unwrap().keys, 2);
    });
}

/// A fetch that the runtime gives up: who waits is told, and the next request fetches again.
fn aborted<C: Caching>() {
    let server = Server::with(1);
    let cache = C::of(&server);
    server.abort_one();
    future::block_on(async {
        let requests: Vec<_> = (0..2)
            .map(|_| {
                let cache = cache.clone();
                future::spawn(async move { answer(cache.get(None)).await.is_ok() })
            })
            .collect();
        let mut good = 0;
        for request in requests {
            good += usize::from(request.await.unwrap());
        }
        assert!(good < 2);
        assert_eq!(answer(cache.get(None)).await.unwrap().keys, 1);
    });
    assert_eq!(server.fetches(), 2);
}

#[test]
fn a_set_is_fetched_once_whoever_waits_for_it() {
    random(one_fetch::<caches::sound::Cache>);
}

#[test]
fn forged_key_ids_cause_one_fetch_a_minute() {
    random(forged_ids::<caches::sound::Cache>);
}

#[test]
fn an_outage_keeps_keys_for_as_long_as_they_may_be_used() {
    random(outages::<caches::sound::Cache>);
}

#[test]
fn an_aborted_fetch_is_made_again() {
    random(aborted::<caches::sound::Cache>);
}

fn fails(scenario: fn()) -> bool {
    catch_unwind(AssertUnwindSafe(|| random(scenario))).is_err()
}

fn is_found_in_handle<H: Handle>() -> bool {
    fails(rotations::<H>)
}

fn is_found_in_cache<C: Caching>() -> bool {
    fails(one_fetch::<C>) || fails(forged_ids::<C>) || fails(outages::<C>) || fails(aborted::<C>)
}

macro_rules! mistakes {
    ($test:ident, $all:ident, $is_found:ident, $module:ident::$type:ident, $($name:ident),*) => {
        #[test]
        fn $test() {
            let names = [$(stringify!($name)),*];
            assert_eq!(names.join(" "), $all);
            let found = [$($is_found::<$module::$name::$type>()),*];
            let missed: Vec<_> = names.iter().zip(found).filter(|(_, found)| !found).collect();
            assert!(missed.is_empty(), "not found: {missed:?}");
        }
    };
}

mistakes!(
    every_mistake_of_the_handle_is_found,
    HANDLE_MISTAKES,
    is_found_in_handle,
    handles::KeyHandle,
    rotation_undoes_another,
    rotation_in_two_steps,
    current_is_of_two_rings,
    rotation_is_published_later
);

mistakes!(
    every_mistake_of_the_cache_is_found,
    CACHE_MISTAKES,
    is_found_in_cache,
    caches::Cache,
    flights_are_not_looked_for,
    flight_is_listed_late,
    clock_is_read_before_the_lock,
    every_unknown_key_is_fetched,
    failures_are_forgotten,
    stale_for_ever,
    outage_forgets_keys,
    fetch_belongs_to_a_request,
    aborted_fetch_is_waited_for
);
