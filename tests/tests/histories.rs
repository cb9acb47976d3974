//! Random histories of replicas that share a store: providers that retry, handlers that
//! fail and take their time, stores that are away, answers that are lost, replicas that
//! are killed. Every history is checked against the rules of a replay store, and against
//! what a guard promises: each delivery is handled to success at most once, and to failure
//! any number of times.
//!
//! `HOOKWARD_HISTORIES=2000 cargo test -p hookward-tests --test histories` runs more of
//! them; a failure names its seed, and `HOOKWARD_SEED=…` runs that one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "histories/record.rs"]
mod record;
#[path = "histories/servers.rs"]
mod servers;
#[path = "histories/simulated.rs"]
mod simulated;
#[path = "histories/world.rs"]
mod world;

/// The seeds to run: so many, or those that were asked for.
fn seeds(usual: u64) -> std::ops::Range<u64> {
    let number = |name| std::env::var(name).ok()?.parse::<u64>().ok();
    match (number("HOOKWARD_SEED"), number("HOOKWARD_HISTORIES")) {
        (Some(seed), _) => seed..seed + 1,
        (None, Some(count)) => 0..count,
        (None, None) => 0..usual,
    }
}
