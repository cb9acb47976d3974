//! The cost of a rejection by the head.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin refusal` prints,
//! for deliveries with a body of 1 MiB that are to be refused, the time of the
//! whole answer (the router's own share, measured with a layer that does nothing
//! and a handler that leaves the body alone, is printed first), the bytes
//! allocated and the frames of the body that were polled. Minimum of interleaved
//! rounds.

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::from_fn;
use axum::routing::post;
use hookward::tower::VerifyLayer;
use hookward::{Endpoint, Key, UnixTime, Verifier, providers};
use hookward_benches::{
    Counting, Delivery, Frames, by_hand, frames, keyed, mac_of, per, runtime, verifier,
};
use http_body::Body as _;
use tower::util::MapRequestLayer;
use tower::{Service as _, ServiceExt as _};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

static POLLED: AtomicUsize = AtomicUsize::new(0);

/// Counts the frames that are asked for.
struct Watched(Frames);

impl http_body::Body for Watched {
    type Data = bytes::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<bytes::Bytes>, Self::Error>>> {
        POLLED.fetch_add(1, Ordering::Relaxed);
        Pin::new(&mut self.0).poll_frame(cx)
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.0.size_hint()
    }
}

struct Case {
    name: &'static str,
    router: Router,
    delivery: Delivery,
    status: u16,
}

fn cases() -> Vec<Case> {
    const SIZE: usize = 1 << 20;
    let routes = || Router::new().route("/", post(|request: Request| async move { drop(request) }));
    let with = |name: &'static str, value: Option<&str>| {
        let mut delivery = Delivery::new(SIZE);
        match value {
            Some(value) => drop(
                delivery
                    .headers
                    .insert(name, value.parse().expect("a value")),
            ),
            None => drop(delivery.headers.remove(name)),
        }
        delivery
    };
    let forged = format!("sha256={}", "0".repeat(64));
    let header = "x-hub-signature-256";
    let missing = || with(header, None);
    let malformed = || with(header, Some("sha256=00"));
    let forgery = || with(header, Some(&forged));
    let stale = || {
        let then = (UnixTime::now().as_secs() - 3600).to_string();
        with(
            "stripe-signature",
            Some(&format!("t={then},v1={}", "0".repeat(64))),
        )
    };
    let ours = || routes().layer(VerifyLayer::new(verifier()));
    let hand = || routes().layer(from_fn(by_hand));
    let stripe = Verifier::new(providers::STRIPE, Key::new("whsec_secret").expect("a key"));
    let stripe = stripe.expect("a verifier");
    let small = Endpoint::new(verifier()).body_limit(1000);
    let case = |name, router, delivery, status| Case {
        name,
        router,
        delivery,
        status,
    };
    let idle = routes().layer(MapRequestLayer::new(|request: Request| request));
    vec![
        case("idle layer (the router's own)", idle, missing(), 200),
        case("hookward: no signature", ours(), missing(), 403),
        case("hookward: malformed", ours(), malformed(), 403),
        case(
            "hookward: stale",
            routes().layer(VerifyLayer::new(stripe)),
            stale(),
            403,
        ),
        case(
            "hookward: announced too large",
            routes().layer(VerifyLayer::new(small)),
            Delivery::new(SIZE),
            413,
        ),
        case("hookward: well-formed forgery", ours(), forgery(), 403),
        case("by hand: no signature", hand(), missing(), 403),
        case("by hand: malformed", hand(), malformed(), 403),
        case("by hand: well-formed forgery", hand(), forgery(), 403),
        #[cfg(feature = "peers")]
        case(
            "webhook-verify: no signature",
            hookward_benches::webhook_verify(routes()),
            missing(),
            400,
        ),
        #[cfg(feature = "peers")]
        case(
            "webhook-verify: malformed",
            hookward_benches::webhook_verify(routes()),
            malformed(),
            400,
        ),
        #[cfg(feature = "peers")]
        case(
            "webhook-verify: forgery",
            hookward_benches::webhook_verify(routes()),
            forgery(),
            401,
        ),
    ]
}

fn main() {
    let runtime = runtime();
    let mut cases = cases();
    let mut best = vec![Duration::MAX; cases.len()];
    let mut seen = vec![(0, 0, 0); cases.len()];
    let frames = frames(1 << 20);
    let mut mac = Duration::MAX;
    const BATCH: usize = 64;
    for round in 0..60 {
        let start = Instant::now();
        std::hint::black_box(mac_of(&keyed(), std::hint::black_box(&frames)));
        mac = mac.min(start.elapsed());
        for ((case, best), seen) in cases.iter_mut().zip(&mut best).zip(&mut seen) {
            let batch = || -> Vec<Request> {
                let request = |_| {
                    case.delivery
                        .request()
                        .map(|frames| Body::new(Watched(frames)))
                };
                (0..BATCH).map(request).collect()
            };
            let (requests, one) = (batch(), batch().pop().expect("one"));
            let (router, status) = (&mut case.router, case.status);
            runtime.block_on(async {
                if round == 1 {
                    POLLED.store(0, Ordering::Relaxed);
                    let live = Counting::reset();
                    let answer = router
                        .as_service()
                        .ready()
                        .await
                        .expect("ready")
                        .call(one)
                        .await;
                    let counted = Counting::since(live);
                    drop(answer);
                    *seen = (
                        counted.bytes,
                        counted.allocations,
                        POLLED.load(Ordering::Relaxed),
                    );
                }
                let mut answers = Vec::with_capacity(BATCH);
                let start = Instant::now();
                for request in requests {
                    let answer = router
                        .as_service()
                        .ready()
                        .await
                        .expect("ready")
                        .call(request)
                        .await;
                    answers.push(answer.expect("an answer"));
                }
                *best = (*best).min(start.elapsed());
                for answer in answers {
                    assert_eq!(answer.status().as_u16(), status, "{}", case.name);
                    assert!(answer.body().size_hint().lower() < 1024);
                }
            });
        }
    }
    println!("the MAC of 1 MiB: {} ns", mac.as_nanos());
    let idle = per(best[0], BATCH);
    for ((case, best), (bytes, allocations, polled)) in cases.iter().zip(&best).zip(&seen) {
        let ns = per(*best, BATCH);
        println!(
            "{:32} {ns:>9.0} ns ({:>9.0} over idle) {bytes:>9} bytes in {allocations:>3} allocations, {polled:>3} polls of the body",
            case.name,
            ns - idle
        );
    }
}
