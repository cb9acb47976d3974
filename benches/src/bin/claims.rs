//! A claim in memory beside what services use instead.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin claims [N]`
//! prints nanoseconds a claim of N new keys, and of the same keys again, each
//! with the ratio to `MemoryStore`; then of new keys in a window, where N are live
//! and one expires for each that comes, which is how a service runs; the same store
//! under two threads; and what one read of so much memory takes when nothing
//! foretells where. Minimum of three rounds.

use std::collections::{HashMap, VecDeque};
use std::future::Future as _;
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use dashmap::DashMap;
use hookward::{Claim, MemoryStore, ReplayKey, ReplayStore};

const KEEP: Duration = Duration::from_secs(3600);

/// Keys as hashes are: spread evenly.
fn key(number: u64) -> [u8; 16] {
    let mut x = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut next = || {
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^= x >> 31;
        x.to_ne_bytes()
    };
    let (a, b) = (next(), next());
    let mut key = [0; 16];
    key[..8].copy_from_slice(&a);
    key[8..].copy_from_slice(&b);
    key
}

/// Nanoseconds a claim for new keys and for known ones.
fn measure<S>(n: u64, make: impl Fn() -> S, claim: impl Fn(&S, [u8; 16]) -> bool) -> (f64, f64) {
    let mut best = (f64::MAX, f64::MAX);
    for _ in 0..3 {
        let store = make();
        let per = |elapsed: Duration| elapsed.as_nanos() as f64 / n as f64;
        let start = Instant::now();
        let mut fresh = 0;
        for number in 0..n {
            fresh += u64::from(claim(&store, key(number)));
        }
        best.0 = best.0.min(per(start.elapsed()));
        let start = Instant::now();
        let mut again = 0;
        for number in 0..n {
            again += u64::from(claim(&store, key(number)));
        }
        best.1 = best.1.min(per(start.elapsed()));
        assert_eq!(
            black_box((fresh, again)),
            (n, 0),
            "a replay was let through"
        );
    }
    best
}

/// Nanoseconds a claim of a new key at the tick `claim` is given; every tick a
/// claim expires.
fn window(n: u64, claim: impl Fn([u8; 16], u64) -> bool) -> f64 {
    (0..3 * n).for_each(|tick| assert!(claim(key(tick), tick)));
    let start = Instant::now();
    let fresh = (3 * n..4 * n)
        .filter(|tick| claim(key(*tick), *tick))
        .count();
    let elapsed = start.elapsed();
    assert_eq!(fresh as u64, n);
    elapsed.as_nanos() as f64 / n as f64
}

fn windows(n: u64) -> [f64; 2] {
    let ticks = Arc::new(AtomicU64::new(0));
    let clock = ticks.clone();
    let store =
        MemoryStore::with_capacity(usize::try_from(n).expect("fits") * 2).with_clock(move || {
            black_box(Instant::now());
            Duration::from_millis(clock.load(Ordering::Relaxed))
        });
    let ours = window(n, |key, tick| {
        ticks.store(tick, Ordering::Relaxed);
        claim(&store, ReplayKey::from_bytes(key), Duration::from_millis(n))
    });
    drop(store);
    let map = Mutex::new((HashMap::new(), VecDeque::new()));
    let by_hand = window(n, |key, tick| {
        black_box(Instant::now());
        let (map, queue) = &mut *map.lock().expect("no panic");
        while queue.front().is_some_and(|(expires, _)| *expires <= tick) {
            if let Some((_, key)) = queue.pop_front() {
                map.remove(&key);
            }
        }
        queue.push_back((tick + n, key));
        map.insert(key, tick + n).is_none()
    });
    [ours, by_hand]
}

/// Nanoseconds a claim of new keys and of known ones, while two threads claim.
fn two_threads(n: u64) -> [f64; 2] {
    let store = MemoryStore::with_capacity(usize::try_from(n).expect("fits") * 2);
    [true, false].map(|is_new| {
        let start = Instant::now();
        std::thread::scope(|scope| {
            for half in 0..2 {
                let store = &store;
                scope.spawn(move || {
                    for number in (0..n).filter(|number| number % 2 == half) {
                        assert_eq!(
                            claim(store, ReplayKey::from_bytes(key(number)), KEEP),
                            is_new
                        );
                    }
                });
            }
        });
        start.elapsed().as_nanos() as f64 / n as f64
    })
}

/// Nanoseconds of a read whose place the read before it tells, among as much
/// memory as N claims take.
fn read(n: u64) -> f64 {
    // One cycle through all lines (Sattolo's algorithm).
    let lines = usize::try_from(n / 2).expect("fits").max(2);
    let mut order: Vec<u32> = (0..u32::try_from(lines).expect("fits")).collect();
    let mut random = 1_u64;
    for last in (1..lines).rev() {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        order.swap(last, (random >> 33) as usize % last);
    }
    let memory: Vec<[u32; 16]> = order.iter().map(|next| [*next; 16]).collect();
    let reads = 1_000_000;
    let start = Instant::now();
    let mut at = 0;
    for _ in 0..reads {
        at = memory[at as usize][0];
    }
    black_box(at);
    start.elapsed().as_nanos() as f64 / f64::from(reads)
}

fn claim(store: &MemoryStore, key: ReplayKey, lease: Duration) -> bool {
    let claim = std::pin::pin!(store.claim(key, lease));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    matches!(
        claim.poll(&mut context),
        std::task::Poll::Ready(Ok(Claim::Fresh(_)))
    )
}

/// The least of three rounds, each figure by itself.
fn least<const N: usize>(run: impl Fn() -> [f64; N]) -> [f64; N] {
    (0..3).fold([f64::MAX; N], |best, _| {
        let next = run();
        std::array::from_fn(|figure| best[figure].min(next[figure]))
    })
}

fn main() {
    let n: u64 = std::env::args()
        .nth(1)
        .map_or(1_000_000, |n| n.parse().expect("a number"));
    let ours = measure(
        n,
        || MemoryStore::with_capacity(usize::try_from(n).expect("fits") * 2),
        |store, key| claim(store, ReplayKey::from_bytes(key), KEEP),
    );
    let rows = [
        ("hookward MemoryStore", ours),
        (
            "Mutex<HashMap>, no expiry",
            measure(
                n,
                || Mutex::new(HashMap::new()),
                |store, key| {
                    store
                        .lock()
                        .expect("no panic")
                        .insert(key, Instant::now())
                        .is_none()
                },
            ),
        ),
        (
            "dashmap 6, no expiry",
            measure(n, DashMap::new, |store, key| {
                store.insert(key, Instant::now()).is_none()
            }),
        ),
        (
            "moka 0.12, time to live, no size limit",
            measure(
                n,
                || moka::sync::Cache::builder().time_to_live(KEEP).build(),
                |store: &moka::sync::Cache<[u8; 16], ()>, key| {
                    store.entry(key).or_insert(()).is_fresh()
                },
            ),
        ),
    ];
    println!("{n} keys, one thread");
    for (name, (new, known)) in rows {
        println!(
            "{name:40} new {new:7.0} ns ({:4.1}x)   known {known:7.0} ns ({:4.1}x)",
            new / ours.0,
            known / ours.1
        );
    }
    let [ours, by_hand] = least(|| windows(n));
    println!(
        "a window of {n}: hookward MemoryStore {ours:.0} ns, Mutex<(HashMap, VecDeque)> {by_hand:.0} ns ({:.1}x)",
        by_hand / ours
    );
    let [new, known] = least(|| two_threads(n));
    println!("two threads: hookward MemoryStore new {new:.0} ns, known {known:.0} ns");
    let [read] = least(|| [read(n)]);
    println!("a read of so much memory: {read:.0} ns");
}
