//! The cost of a second secret during a key rotation.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin rotation` prints
//! nanoseconds over a router without verification: with one secret, with two of
//! which the first matches, and with two of which the second does; and the
//! ratios to one. Minimum of interleaved rounds.

use std::time::Duration;

use hookward::tower::VerifyLayer;
use hookward::{Key, KeyRing, Verifier, providers};
use hookward_benches::{
    Delivery, Front, Handler, SECRET, Served, per, repeats, runtime, shortest, time,
};

fn router<const N: usize>(secrets: [&[u8]; N]) -> Served {
    let ring = KeyRing::from(secrets.map(|secret| Key::new(secret).expect("a key")));
    let verifier = Verifier::new(providers::GITHUB, ring).expect("a verifier");
    Served::Axum(
        Handler::Streaming
            .routes()
            .layer(VerifyLayer::new(verifier)),
    )
}

fn main() {
    let runtime = runtime();
    let mut routers = [
        Front::Nothing.router(Handler::Streaming),
        router([SECRET]),
        router([SECRET, b"the old one"]),
        router([b"the new one", SECRET]),
    ];
    println!(
        "{:>9} {:>12} {:>24} {:>24}",
        "body", "one secret", "two, first matches", "two, second matches"
    );
    for size in [256, 4096, 65_536, 1 << 20] {
        let delivery = Delivery::new(size);
        let repeats = repeats(size);
        let best: [Duration; 4] = shortest(25, |index| {
            time(&runtime, &mut routers[index], &delivery, repeats)
        });
        let over = |index: usize| per(best[index], repeats) - per(best[0], repeats);
        println!(
            "{size:>9} {:>9.0} ns {:>12.0} ns ({:5.2}x) {:>12.0} ns ({:5.2}x)",
            over(1),
            over(2),
            over(2) / over(1),
            over(3),
            over(3) / over(1)
        );
    }
}
