//! A handler that wants the body in one piece, as `Bytes` or as JSON.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin contiguous`
//! prints nanoseconds of the layer and of the handler's extractor, over a router
//! whose handler streams without verification, with the ratio to the middleware
//! that one writes by hand. Minimum of interleaved rounds.

use std::time::Duration;

use hookward_benches::{Delivery, Front, Handler, per, repeats, runtime, shortest, time};

fn main() {
    let runtime = runtime();
    let mut routers = [
        (Front::Nothing, Handler::Streaming),
        (Front::ByHand, Handler::Bytes),
        (Front::Hookward, Handler::Bytes),
        (Front::Contiguous, Handler::Bytes),
        (Front::ByHand, Handler::Json),
        (Front::Hookward, Handler::Json),
        (Front::Contiguous, Handler::Json),
    ]
    .map(|(front, handler)| front.router(handler));
    println!(
        "{:>9} {:>15} {:>24} {:>24} {:>15} {:>24} {:>24}",
        "body",
        "Bytes by hand",
        "frames",
        "contiguous",
        "Json by hand",
        "Webhook<T>, frames",
        "contiguous"
    );
    for size in [256, 4096, 16 << 10, 32 << 10, 65_536, 256 << 10, 1 << 20] {
        let delivery = Delivery::new(size);
        let repeats = repeats(size);
        let best: [Duration; 7] = shortest(25, |index| {
            time(&runtime, &mut routers[index], &delivery, repeats)
        });
        let over = |index: usize| per(best[index], repeats) - per(best[0], repeats);
        println!(
            "{size:>9} {:>12.0} ns {:>12.0} ns ({:5.2}x) {:>12.0} ns ({:5.2}x) {:>12.0} ns {:>12.0} ns ({:5.2}x) {:>12.0} ns ({:5.2}x)",
            over(1),
            over(2),
            over(2) / over(1),
            over(3),
            over(3) / over(1),
            over(4),
            over(5),
            over(5) / over(4),
            over(6),
            over(6) / over(4)
        );
    }
}
