//! Schemes that sign a prefix beside one that signs the body alone.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin prefix` prints
//! nanoseconds over a router without verification for GitHub (`{body}`), Stripe
//! (`{timestamp}.{body}`), Slack (`v0:{timestamp}:{body}`) and Standard Webhooks
//! (`{id}.{timestamp}.{body}`), with the ratio to GitHub. Minimum of interleaved
//! rounds.

use std::time::Duration;

use hookward::tower::VerifyLayer;
use hookward::{Key, Scheme, Verifier, providers};
use hookward_benches::{
    Delivery, Front, Handler, STANDARD_SECRET, Served, per, repeats, runtime, shortest, time,
};

fn router(scheme: Scheme, secret: &str) -> Served {
    let verifier = Verifier::new(scheme, Key::new(secret).expect("a key")).expect("a verifier");
    Served::Axum(Handler::Streaming.routes().layer(VerifyLayer::new(verifier)))
}

fn main() {
    const SECRET: &str = "whsec_a secret as Stripe hands it out";
    let runtime = runtime();
    let schemes = [
        (providers::GITHUB, SECRET),
        (providers::STRIPE, SECRET),
        (providers::SLACK, SECRET),
        (providers::STANDARD_WEBHOOKS, STANDARD_SECRET),
    ];
    let mut routers = [None, Some(0), Some(1), Some(2), Some(3)].map(|index: Option<usize>| match index {
        None => Front::Nothing.router(Handler::Streaming),
        Some(index) => router(schemes[index].0.clone(), schemes[index].1),
    });
    println!("{:>9} {:>12} {:>24} {:>24} {:>24}", "body", "github", "stripe", "slack", "standard-webhooks");
    for size in [256, 4096, 65_536, 1 << 20] {
        let mut delivery = Delivery::new(size);
        for (scheme, secret) in &schemes {
            delivery.sign(scheme, secret);
        }
        let repeats = repeats(size);
        let best: [Duration; 5] =
            shortest(25, |index| time(&runtime, &mut routers[index], &delivery, repeats));
        let over = |index: usize| per(best[index], repeats) - per(best[0], repeats);
        print!("{size:>9} {:>9.0} ns", over(1));
        for index in 2..5 {
            print!(" {:>12.0} ns ({:5.2}x)", over(index), over(index) / over(1));
        }
        println!();
    }
}
