//! A claim in memory beside what services use instead.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin claims [N]`
//! prints nanoseconds a claim of N new keys, and of the same keys again, each
//! with the ratio to `MemoryStore`. Minimum of three rounds.

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::Mutex;
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
        assert_eq!(black_box((fresh, again)), (n, 0), "a replay was let through");
    }
    best
}

fn main() {
    let n: u64 = std::env::args().nth(1).map_or(1_000_000, |n| n.parse().expect("a number"));
    let ours = measure(
        n,
        || MemoryStore::with_capacity(usize::try_from(n).expect("fits") * 2),
        |store, key| {
            let claim = store.claim(ReplayKey::from_bytes(key), KEEP);
            let waker = std::task::Waker::noop();
            let mut context = std::task::Context::from_waker(waker);
            let mut claim = std::pin::pin!(claim);
            matches!(
                claim.as_mut().poll(&mut context),
                std::task::Poll::Ready(Ok(Claim::Fresh(_)))
            )
        },
    );
    let rows = [
        ("hookward MemoryStore", ours),
        (
            "Mutex<HashMap>, no expiry",
            measure(n, || Mutex::new(HashMap::new()), |store, key| {
                store.lock().expect("no panic").insert(key, Instant::now()).is_none()
            }),
        ),
        (
            "dashmap 6, no expiry",
            measure(n, DashMap::new, |store, key| store.insert(key, Instant::now()).is_none()),
        ),
        (
            "moka 0.12, time to live, no size limit",
            measure(
                n,
                || moka::sync::Cache::builder().time_to_live(KEEP).build(),
                |store: &moka::sync::Cache<[u8; 16], ()>, key| store.entry(key).or_insert(()).is_fresh(),
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
}
