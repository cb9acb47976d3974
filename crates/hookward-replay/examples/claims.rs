//! Nanoseconds, bytes and the longest stall per claim, beside a plain
//! `Mutex<HashMap>`: `cargo run --release -p hookward-replay --example claims`.
//!
//! Sizes to run as arguments; 1000 to 10 million otherwise.

#![forbid(unsafe_code)]

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use hookward_replay::{MemoryStore, ReplayKey, ReplayStore};

const LEASE: Duration = Duration::from_secs(3600);

/// Spread as hashes are.
fn key(number: u64) -> ReplayKey {
    let mut bytes = [0; 16];
    let mix = |n: u64| {
        let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        n ^ (n >> 31)
    };
    bytes[..8].copy_from_slice(&mix(number.wrapping_add(1)).to_ne_bytes());
    bytes[8..].copy_from_slice(&mix(number ^ 0x9e37_79b9_7f4a_7c15).to_ne_bytes());
    ReplayKey::from_bytes(bytes)
}

/// The process's resident bytes, where the system tells them.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = pages.split(' ').nth(1).and_then(|n| n.parse().ok());
    pages.unwrap_or(0_usize) * 4096
}

/// Fills up with claims, then claims some of them again. The slowest includes
/// whatever else the machine did meanwhile.
fn run(name: &str, size: u64, claim: impl Fn(ReplayKey), bytes: impl Fn() -> usize) {
    let before = resident();
    let begin = Instant::now();
    let mut slowest = Duration::ZERO;
    let mut last = begin;
    for number in 0..size {
        claim(key(number));
        let now = Instant::now();
        slowest = slowest.max(now - last);
        last = now;
    }
    let fill = begin.elapsed().as_nanos() as f64 / size as f64;
    let grown = resident().saturating_sub(before) as f64 / size as f64;
    let exact = bytes() as f64 / size as f64;

    let rounds = 1_000_000;
    let begin = Instant::now();
    for round in 0..rounds {
        claim(key(round * 7919 % size));
    }
    let known = begin.elapsed().as_nanos() as f64 / rounds as f64;
    println!(
        "{name:>14} {size:>9}: {fill:6.0} ns new, {known:6.0} ns known, \
         slowest {:8.1} us, {exact:5.1} bytes allocated, {grown:5.1} bytes resident",
        slowest.as_nanos() as f64 / 1000.0
    );
}

fn main() {
    let mut sizes: Vec<u64> = std::env::args()
        .skip(1)
        .filter_map(|a| a.parse().ok())
        .collect();
    if sizes.is_empty() {
        sizes = (3..8).map(|exponent| 10_u64.pow(exponent)).collect();
    }
    for size in sizes {
        let store = MemoryStore::with_capacity(usize::try_from(size).unwrap_or(usize::MAX));
        run(
            "MemoryStore",
            size,
            |key| drop(black_box(store.claim(key, LEASE))),
            || store.bytes(),
        );
        assert_eq!(store.len() as u64, size, "none is lost");
        drop(store);

        let map = Mutex::new(HashMap::<ReplayKey, (Instant, bool)>::new());
        let claim = |key| {
            if let Ok(mut map) = map.lock() {
                let now = Instant::now();
                let entry = map.entry(key).or_insert((now + LEASE, false));
                black_box(entry.0 > now);
            }
        };
        let bytes = || map.lock().map_or(0, |map| map.capacity() * 8 / 7 * 33);
        run("Mutex<HashMap>", size, claim, bytes);
    }
}
