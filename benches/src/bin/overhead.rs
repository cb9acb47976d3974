//! What verification adds to a router, beside the middleware that one writes by
//! hand: `from_fn`, `to_bytes`, `hmac`.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin overhead [SIZE]`
//! prints, for each body size, nanoseconds over the same router without
//! verification, and the ratio to a MAC with absorbed key over the same frames.
//! Minimum of interleaved rounds.

use std::time::{Duration, Instant};

use hookward_benches::{Front, frames, keyed, mac_of, request, signature};
use tower::{Service as _, ServiceExt as _};

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let mut routers = [Front::Nothing, Front::ByHand, Front::Hookward, Front::Idle].map(|front| front.router(false));
    let keyed = keyed();
    println!("{:>9} {:>12} {:>22} {:>22} {:>22}", "body", "MAC alone", "by hand", "hookward", "a layer that idles");
    let chosen: Option<usize> = std::env::args().nth(1).and_then(|size| size.parse().ok());
    for size in [256, 4096, 65_536, 1 << 20] {
        if chosen.is_some_and(|chosen| chosen != size) {
            continue;
        }
        let frames = frames(size);
        let signature = signature(&frames);
        let work = if chosen.is_some() { 2_000_000 } else { 20_000_000 };
        let repeats = (work / (size + 2000)).max(20);
        let mut best = [Duration::MAX; 5];
        for _ in 0..15 {
            let start = Instant::now();
            for _ in 0..repeats {
                std::hint::black_box(mac_of(&keyed, std::hint::black_box(&frames)));
            }
            best[4] = best[4].min(start.elapsed());
            for (index, router) in routers.iter_mut().enumerate() {
                let elapsed = runtime.block_on(async {
                    let start = Instant::now();
                    for _ in 0..repeats {
                        let request = request(&frames, &signature);
                        let answer = router.as_service().ready().await.expect("ready").call(request);
                        assert_eq!(answer.await.expect("an answer").status(), 200);
                    }
                    start.elapsed()
                });
                best[index] = best[index].min(elapsed);
            }
        }
        let ns = |duration: Duration| duration.as_nanos() as f64 / repeats as f64;
        let mac = ns(best[4]);
        let over = |index: usize| ns(best[index]) - ns(best[0]);
        println!(
            "{size:>9} {mac:>9.0} ns {:>12.0} ns ({:5.2}x) {:>11.0} ns ({:5.2}x) {:>11.0} ns ({:5.2}x)",
            over(1), over(1) / mac, over(2), over(2) / mac, over(3), over(3) / mac
        );
    }
}
