//! How long the verdict takes after the last byte.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin latency` hands
//! bodies to a router frame by frame, each frame only when the one before was
//! taken in, and prints microseconds from the last frame's arrival to the
//! handler's call, and the longest single poll. Then the same over a loopback
//! socket with a sender that paces itself: from the last write to the handler's
//! call, beside a handler that waits for the body and verifies nothing, which is
//! what network and server take. Minimum and median of rounds.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::from_fn;
use axum::routing::post;
use bytes::Bytes;
use hookward::Endpoint;
use hookward::tower::VerifyLayer;
use hookward_benches::{Delivery, by_hand, runtime, verifier};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tower::{Service as _, ServiceExt as _};

/// What runs before the handler.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Front {
    /// Waits for the body, verifies nothing.
    Waiting,
    ByHand,
    Hookward,
    #[cfg(feature = "peers")]
    WebhookVerify,
}

const FRONTS: &[Front] = &[
    Front::Waiting,
    Front::ByHand,
    Front::Hookward,
    #[cfg(feature = "peers")]
    Front::WebhookVerify,
];

type Called = Arc<Mutex<Option<Instant>>>;

impl Front {
    fn name(self) -> &'static str {
        match self {
            Self::Waiting => "no verification",
            Self::ByHand => "by hand",
            Self::Hookward => "hookward",
            #[cfg(feature = "peers")]
            Self::WebhookVerify => "webhook-verify",
        }
    }

    /// A router whose handler notes when it is called.
    fn router(self, called: &Called) -> Router {
        let called = called.clone();
        let handler = move |request: Request| {
            let called = called.clone();
            async move {
                if self == Self::Waiting {
                    to_bytes(request.into_body(), 1 << 25)
                        .await
                        .expect("a body");
                }
                *called.lock().expect("unpoisoned") = Some(Instant::now());
                "ok"
            }
        };
        let routes = Router::new()
            .route("/", post(handler))
            .layer(DefaultBodyLimit::disable());
        match self {
            Self::Waiting => routes,
            Self::ByHand => routes.layer(from_fn(by_hand)),
            Self::Hookward => routes.layer(VerifyLayer::new(Endpoint::new(verifier()))),
            #[cfg(feature = "peers")]
            Self::WebhookVerify => hookward_benches::webhook_verify(routes),
        }
    }
}

/// The frames that have arrived.
#[derive(Default)]
struct Arrived {
    frames: VecDeque<Bytes>,
    is_over: bool,
}

struct Paced(Arc<Mutex<Arrived>>);

impl http_body::Body for Paced {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
        let mut arrived = self.0.lock().expect("unpoisoned");
        match arrived.frames.pop_front() {
            Some(frame) => Poll::Ready(Some(Ok(http_body::Frame::data(frame)))),
            None if arrived.is_over => Poll::Ready(None),
            None => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        let arrived = self.0.lock().expect("unpoisoned");
        arrived.is_over && arrived.frames.is_empty()
    }
}

/// Whether the future asked to be polled again.
#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The verdict's latency, and the longest poll.
fn in_process(router: &mut Router, called: &Called, delivery: &Delivery) -> (Duration, Duration) {
    let arrived = Arc::new(Mutex::new(Arrived::default()));
    let mut request = delivery
        .request()
        .map(|_| Body::new(Paced(arrived.clone())));
    request.headers_mut().remove("content-length");
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(woken.clone());
    let mut context = Context::from_waker(&waker);
    let mut answer = pin!(router.as_service().call(request));
    let mut longest = Duration::ZERO;
    let mut last = Instant::now();
    let count = delivery.frames.len();
    for (index, frame) in delivery.frames.iter().enumerate() {
        // Written just now, as by the kernel: what came last lies in the cache.
        let frame = Bytes::copy_from_slice(frame);
        last = Instant::now();
        {
            let mut arrived = arrived.lock().expect("unpoisoned");
            arrived.frames.push_back(frame);
            arrived.is_over = index + 1 == count;
        }
        loop {
            woken.0.store(false, Ordering::Relaxed);
            let start = Instant::now();
            let polled = answer.as_mut().poll(&mut context);
            longest = longest.max(start.elapsed());
            if let Poll::Ready(answer) = polled {
                assert_eq!(answer.expect("an answer").status(), 200);
                break;
            }
            if !woken.0.load(Ordering::Relaxed) {
                break;
            }
        }
    }
    let called = called
        .lock()
        .expect("unpoisoned")
        .take()
        .expect("the handler ran");
    (called - last, longest)
}

/// The verdict's latency over a socket.
async fn over_socket(
    address: std::net::SocketAddr,
    called: &Called,
    delivery: &Delivery,
) -> Duration {
    let mut socket = tokio::net::TcpStream::connect(address)
        .await
        .expect("connected");
    socket.set_nodelay(true).expect("set");
    let length: usize = delivery.frames.iter().map(Bytes::len).sum();
    let mut head = format!("POST / HTTP/1.1\r\nconnection: close\r\ncontent-length: {length}\r\n");
    for (name, value) in &delivery.headers {
        head += &format!("{name}: {}\r\n", value.to_str().expect("text"));
    }
    head += "\r\n";
    socket.write_all(head.as_bytes()).await.expect("written");
    let mut last = Instant::now();
    for frame in &delivery.frames {
        // Slower than anybody hashes, as networks are.
        let pause = Instant::now();
        while pause.elapsed() < Duration::from_micros(25) {
            tokio::task::yield_now().await;
        }
        last = Instant::now();
        socket.write_all(frame).await.expect("written");
    }
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).await.expect("read");
    assert!(answer.starts_with(b"HTTP/1.1 200"));
    let called = called
        .lock()
        .expect("unpoisoned")
        .take()
        .expect("the handler ran");
    called.saturating_duration_since(last)
}

fn micros(duration: Duration) -> f64 {
    duration.as_nanos() as f64 / 1000.0
}

fn least_and_median(mut times: Vec<Duration>) -> (f64, f64) {
    times.sort();
    (micros(times[0]), micros(times[times.len() / 2]))
}

fn main() {
    const SIZES: [(usize, &str); 4] = [
        (4096, "4 KiB"),
        (65_536, "64 KiB"),
        (1 << 20, "1 MiB"),
        (10 << 20, "10 MiB"),
    ];
    let single = runtime();
    println!(
        "in process: µs from the last frame to the handler (least, median), longest poll (median of rounds)"
    );
    for (size, name) in SIZES {
        let delivery = Delivery::new(size);
        for &front in FRONTS {
            let called = Called::default();
            let mut router = front.router(&called);
            let _entered = single.enter();
            single
                .block_on(async { router.as_service::<Body>().ready().await.map(drop) })
                .expect("ready");
            let rounds = if size > 1 << 20 { 15 } else { 101 };
            let (latencies, polls) = (0..rounds)
                .map(|_| in_process(&mut router, &called, &delivery))
                .unzip();
            let (least, median) = least_and_median(latencies);
            let (_, poll) = least_and_median(polls);
            println!(
                "  {name:>7} {:16} {least:>9.1} {median:>9.1}   poll {poll:>9.1}",
                front.name()
            );
        }
    }
    println!("over a socket, paced: µs from the last write to the handler (least, median)");
    let server = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    for (size, name) in SIZES {
        let delivery = Delivery::new(size);
        for &front in FRONTS {
            let called = Called::default();
            let router = front.router(&called);
            let listener = server
                .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
                .expect("bound");
            let address = listener.local_addr().expect("an address");
            let serving = server.spawn(async move { axum::serve(listener, router).await });
            let rounds = if size > 1 << 20 { 9 } else { 51 };
            let times =
                (0..rounds).map(|_| single.block_on(over_socket(address, &called, &delivery)));
            let (least, median) = least_and_median(times.collect());
            println!("  {name:>7} {:16} {least:>9.1} {median:>9.1}", front.name());
            serving.abort();
        }
    }
}
