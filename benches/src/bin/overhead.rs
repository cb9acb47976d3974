//! What verification adds to a router, beside the middleware that one writes by
//! hand: `from_fn`, `to_bytes`, `hmac`.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin overhead [SIZE]`
//! prints, for each body size, nanoseconds over the same router without
//! verification, and the ratio to a MAC with absorbed key over the same frames.
//! Minimum of interleaved rounds.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use hmac::{Hmac, KeyInit as _, Mac as _};
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};
use http_body_util::BodyExt as _;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use tower::{Service as _, ServiceExt as _};

const SECRET: &[u8] = b"It's a Secret to Everybody";
const FRAME: usize = 16 * 1024;

struct Frames {
    frames: VecDeque<Bytes>,
    left: u64,
}

impl http_body::Body for Frames {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
        let frame = self.frames.pop_front();
        self.left -= frame.as_ref().map_or(0, |frame| frame.len() as u64);
        Poll::Ready(frame.map(|frame| Ok(http_body::Frame::data(frame))))
    }

    fn size_hint(&self) -> http_body::SizeHint {
        http_body::SizeHint::with_exact(self.left)
    }
}

/// The handler takes the body as it comes.
async fn handler(request: Request) -> &'static str {
    let mut body = request.into_body();
    while let Some(frame) = body.frame().await {
        std::hint::black_box(frame.is_ok());
    }
    "ok"
}

async fn by_hand(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let signature = parts
        .headers
        .get("x-hub-signature-256")
        .and_then(|value| value.to_str().ok()?.strip_prefix("sha256="))
        .and_then(|digits| hex::decode(digits).ok());
    let Some(signature) = signature else { return StatusCode::FORBIDDEN.into_response() };
    let Ok(bytes) = axum::body::to_bytes(body, 1 << 25).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET).expect("any length");
    mac.update(&bytes);
    if !bool::from(mac.finalize().into_bytes()[..].ct_eq(&signature)) {
        return StatusCode::FORBIDDEN.into_response();
    }
    next.run(Request::from_parts(parts, Body::from(bytes))).await
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let routes = || Router::new().route("/", post(handler));
    let verifier = Verifier::new(providers::GITHUB, Key::new(SECRET).expect("a key")).expect("a verifier");
    let mut routers = [
        ("no verification", routes()),
        ("by hand", routes().layer(from_fn(by_hand))),
        ("hookward", routes().layer(VerifyLayer::new(verifier))),
    ];
    let keyed = Hmac::<Sha256>::new_from_slice(SECRET).expect("any length");
    println!("{:>9} {:>12} {:>22} {:>22}", "body", "MAC alone", "by hand", "hookward");
    let chosen: Option<usize> = std::env::args().nth(1).and_then(|size| size.parse().ok());
    for size in [256, 4096, 65_536, 1 << 20] {
        if chosen.is_some_and(|chosen| chosen != size) {
            continue;
        }
        let frames: Vec<Bytes> =
            vec![7u8; size].chunks(FRAME).map(Bytes::copy_from_slice).collect();
        let mac_of = |frames: &[Bytes]| {
            let mut mac = keyed.clone();
            frames.iter().for_each(|frame| mac.update(frame));
            mac.finalize().into_bytes()
        };
        let signature = format!("sha256={}", hex::encode(mac_of(&frames)));
        let work = if chosen.is_some() { 2_000_000 } else { 20_000_000 };
        let repeats = (work / (size + 2000)).max(20);
        let mut best = [Duration::MAX; 4];
        for _ in 0..15 {
            let start = Instant::now();
            for _ in 0..repeats {
                std::hint::black_box(mac_of(std::hint::black_box(&frames)));
            }
            best[3] = best[3].min(start.elapsed());
            for (index, (_, router)) in routers.iter_mut().enumerate() {
                let elapsed = runtime.block_on(async {
                    let start = Instant::now();
                    for _ in 0..repeats {
                        let body = Frames { frames: frames.iter().cloned().collect(), left: size as u64 };
                        let request = http::Request::post("/")
                            .header("x-hub-signature-256", &signature)
                            .body(Body::new(body))
                            .expect("a request");
                        let answer = router.as_service().ready().await.expect("ready").call(request);
                        assert_eq!(answer.await.expect("an answer").status(), 200);
                    }
                    start.elapsed()
                });
                best[index] = best[index].min(elapsed);
            }
        }
        let ns = |duration: Duration| duration.as_nanos() as f64 / repeats as f64;
        let mac = ns(best[3]);
        let over = |index: usize| ns(best[index]) - ns(best[0]);
        println!(
            "{size:>9} {mac:>9.0} ns {:>12.0} ns ({:5.2}x) {:>11.0} ns ({:5.2}x)",
            over(1), over(1) / mac, over(2), over(2) / mac
        );
    }
}
