//! How long after the last byte the handler is called.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin latency` prints
//! microseconds from the arrival of the last frame to the call of the handler,
//! and the longest single poll of the request's future; first in process, one
//! frame of 16 KiB a poll, then over a loopback socket with a sender that pauses
//! between its writes. Minimum and median over the requests.

use std::convert::Infallible;
use std::future::Future;
use std::io::{Read as _, Write as _};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::OnceLock;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::middleware::from_fn;
use axum::routing::post;
use hookward::tower::VerifyLayer;
use hookward_benches::{Delivery, FRAME, by_hand, verifier};
use http_body_util::BodyExt as _;
use tower::{Layer as _, Service};

const SIZES: [usize; 6] = [4096, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 10 << 20];

/// Nanoseconds since the start of the process.
fn now() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_nanos() as u64
}

/// When the last frame arrived, when the handler was called, and the longest
/// poll of the request that is under way.
static ARRIVED: AtomicU64 = AtomicU64::new(0);
static CALLED: AtomicU64 = AtomicU64::new(0);
static LONGEST: AtomicU64 = AtomicU64::new(0);

/// One frame a poll, as if each came by itself.
struct Trickle {
    frames: std::vec::IntoIter<Bytes>,
    ready: bool,
}

impl http_body::Body for Trickle {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
        if self.frames.len() == 0 {
            return Poll::Ready(None);
        }
        if !self.ready {
            self.ready = true;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.ready = false;
        let frame = self.frames.next();
        if self.frames.len() == 0 {
            ARRIVED.store(now(), Ordering::Relaxed);
        }
        Poll::Ready(frame.map(|frame| Ok(http_body::Frame::data(frame))))
    }

    fn is_end_stream(&self) -> bool {
        self.frames.len() == 0
    }
}

/// Times each poll of what it wraps.
#[derive(Clone)]
struct Timed<S>(S);

impl<S, R> Service<R> for Timed<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = TimedFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: R) -> Self::Future {
        LONGEST.store(0, Ordering::Relaxed);
        TimedFuture(Box::pin(self.0.call(request)))
    }
}

struct TimedFuture<F>(Pin<Box<F>>);

impl<F: Future> Future for TimedFuture<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let start = Instant::now();
        let polled = self.0.as_mut().poll(cx);
        LONGEST.fetch_max(start.elapsed().as_nanos() as u64, Ordering::Relaxed);
        polled
    }
}

/// Notes when it is called; the body is not its concern.
async fn handler(request: Request) -> &'static str {
    CALLED.store(now(), Ordering::Relaxed);
    drop(request);
    "ok"
}

/// Without verification: the body is there.
async fn reads(request: Request) -> &'static str {
    let mut body = request.into_body();
    while let Some(frame) = body.frame().await {
        std::hint::black_box(frame.is_ok());
    }
    CALLED.store(now(), Ordering::Relaxed);
    "ok"
}

fn fronts() -> Vec<(&'static str, Router)> {
    let routes = Router::new().route("/", post(handler));
    vec![
        ("nothing", Router::new().route("/", post(reads))),
        ("by hand", routes.clone().layer(from_fn(by_hand))),
        #[cfg(feature = "peers")]
        ("webhook-verify", hookward_benches::webhook_verify(routes.clone())),
        ("hookward", routes.layer(VerifyLayer::new(verifier()))),
    ]
}

/// Microseconds: the least and the median.
fn summary(mut times: Vec<u64>) -> String {
    times.sort_unstable();
    let us = |ns: u64| ns as f64 / 1000.0;
    format!("{:8.1} / {:8.1}", us(times[0]), us(times[times.len() / 2]))
}

fn rounds(size: usize) -> usize {
    (60_000_000 / size).clamp(25, 300)
}

fn report(size: usize, name: &str, latency: Vec<u64>, longest: Vec<u64>) {
    println!("{size:>9} {name:15} {} us   longest poll {} us", summary(latency), summary(longest));
}

fn in_process() {
    println!("in process: least / median");
    for size in SIZES {
        let delivery = Delivery::new(size);
        let mut fronts = fronts();
        let mut times = vec![(Vec::new(), Vec::new()); fronts.len()];
        for _ in 0..rounds(size) {
            for ((_, router), (latency, longest)) in fronts.iter_mut().zip(&mut times) {
                let trickle = Trickle { frames: delivery.frames.clone().into_iter(), ready: false };
                let request = delivery.request().map(|_| Body::new(trickle));
                let mut service = Timed(router.as_service());
                let mut future = std::pin::pin!(service.call(request));
                let mut context = Context::from_waker(Waker::noop());
                let answer = loop {
                    if let Poll::Ready(answer) = future.as_mut().poll(&mut context) {
                        break answer.expect("an answer");
                    }
                };
                assert_eq!(answer.status(), 200);
                latency.push(CALLED.load(Ordering::Relaxed) - ARRIVED.load(Ordering::Relaxed));
                longest.push(LONGEST.load(Ordering::Relaxed));
            }
        }
        for ((name, _), (latency, longest)) in fronts.iter().zip(times) {
            report(size, name, latency, longest);
        }
    }
}

/// Sends the delivery in pieces, and waits for the answer.
fn send(stream: &mut std::net::TcpStream, head: &[u8], body: &[u8]) {
    stream.write_all(head).expect("sent");
    let pieces = body.len().div_ceil(FRAME);
    for (index, piece) in body.chunks(FRAME).enumerate() {
        // Long enough for the receiver to have dealt with the piece before.
        std::thread::sleep(Duration::from_micros(100));
        if index + 1 == pieces {
            ARRIVED.store(now(), Ordering::Relaxed);
        }
        stream.write_all(piece).expect("sent");
    }
    let mut answer = [0; 1024];
    let read = stream.read(&mut answer).expect("an answer");
    assert!(answer[..read].starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer[..read]));
}

fn over_a_socket() {
    println!("over a loopback socket, from the last write: least / median");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let mut streams: Vec<_> = fronts()
        .into_iter()
        .map(|(name, router)| {
            let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("bound");
            let address = listener.local_addr().expect("an address");
            let router = Router::new().fallback_service(tower::layer::layer_fn(Timed).layer(router));
            runtime.spawn(async move { axum::serve(listener, router).await });
            let stream = std::net::TcpStream::connect(address).expect("connected");
            stream.set_nodelay(true).expect("set");
            (name, stream)
        })
        .collect();
    for size in SIZES {
        let delivery = Delivery::new(size);
        let body = delivery.frames.concat();
        let mut head = format!("POST / HTTP/1.1\r\ncontent-length: {size}\r\n");
        for (name, value) in &delivery.headers {
            head.push_str(&format!("{name}: {}\r\n", value.to_str().expect("text")));
        }
        head.push_str("\r\n");
        let mut times = vec![(Vec::new(), Vec::new()); streams.len()];
        for _ in 0..rounds(size).min(100) {
            for ((_, stream), (latency, longest)) in streams.iter_mut().zip(&mut times) {
                send(stream, head.as_bytes(), &body);
                latency.push(CALLED.load(Ordering::Relaxed).saturating_sub(ARRIVED.load(Ordering::Relaxed)));
                longest.push(LONGEST.load(Ordering::Relaxed));
            }
        }
        for ((name, _), (latency, longest)) in streams.iter().zip(times) {
            report(size, name, latency, longest);
        }
    }
}

fn main() {
    in_process();
    over_a_socket();
}
