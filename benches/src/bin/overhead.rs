//! The overhead of verification.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin overhead [SIZE]`
//! prints, for each body size, nanoseconds over the same router without
//! verification, and the ratio to a MAC with absorbed key over the same frames.
//! With `--features peers` the crates that one would use instead are beside
//! it. Minimum of interleaved rounds.

use std::time::{Duration, Instant};

use hookward_benches::{Delivery, Front, Handler, keyed, mac_of, per, repeats, runtime, time};

fn main() {
    let runtime = runtime();
    let fronts: Vec<Front> = Front::ALL
        .iter()
        .copied()
        .filter(|front| !matches!(front, Front::Idle | Front::Contiguous))
        .collect();
    let mut routers: Vec<_> = fronts
        .iter()
        .map(|front| front.router(Handler::Streaming))
        .collect();
    let keyed = keyed();
    let chosen: Option<usize> = std::env::args().nth(1).and_then(|size| size.parse().ok());
    for size in [256, 4096, 65_536, 1 << 20] {
        if chosen.is_some_and(|chosen| chosen != size) {
            continue;
        }
        let delivery = Delivery::new(size);
        let repeats = repeats(size);
        let mut mac = Duration::MAX;
        let mut best = vec![Duration::MAX; fronts.len()];
        for _ in 0..25 {
            let start = Instant::now();
            for _ in 0..repeats {
                std::hint::black_box(mac_of(&keyed, std::hint::black_box(&delivery.frames)));
            }
            mac = mac.min(start.elapsed());
            for (best, router) in best.iter_mut().zip(&mut routers) {
                *best = (*best).min(time(&runtime, router, &delivery, repeats));
            }
        }
        let mac = per(mac, repeats);
        println!("{size} B: MAC alone {mac:.0} ns");
        for (index, &front) in fronts.iter().enumerate() {
            if front == front.base() {
                continue;
            }
            let base = fronts
                .iter()
                .position(|&other| other == front.base())
                .expect("its base");
            let over = per(best[index], repeats) - per(best[base], repeats);
            println!("  {:18} {over:>11.0} ns {:6.2}x", front.name(), over / mac);
        }
    }
}
