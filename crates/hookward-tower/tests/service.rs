//! The layer with misbehaving bodies and services.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::Future as _;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hookward_core::{Endpoint, Key, Signer, UnixTime, Verifier, handshakes, providers};
use hookward_tower::{VerifiedBody, VerifyLayer};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body::{Body, Frame};
use http_body_util::{BodyExt as _, Empty};
use tokio::time::Sleep;
use tower::{Layer as _, Service, ServiceExt};

const PATIENCE: Duration = Duration::from_secs(60);

fn github() -> Verifier {
    Verifier::new(providers::GITHUB, Key::new("secret").unwrap()).unwrap()
}

/// A request with the signature of `signed`.
fn request<B>(signed: &[u8], body: B) -> Request<B> {
    let signer = Signer::new(&providers::GITHUB, Key::new("secret").unwrap()).unwrap();
    let request = Request::post("/").body(signed).unwrap();
    let headers = signer.sign(&request, UnixTime::now(), None).unwrap();
    let mut request = Request::post("/").body(body).unwrap();
    for (name, value) in headers.headers() {
        request.headers_mut().append(name, value.clone());
    }
    request
}

/// Responds with the body's length, and with its trailers as headers.
async fn echo(request: Request<VerifiedBody>) -> Result<Response<Empty<Bytes>>, Infallible> {
    let collected = request.into_body().collect().await?;
    let mut response = Response::new(Empty::new());
    if let Some(trailers) = collected.trailers() {
        *response.headers_mut() = trailers.clone();
    }
    let length = collected.to_bytes().len();
    response.headers_mut().insert("length", length.into());
    Ok(response)
}

async fn send<B: Body<Data = Bytes>>(
    layer: VerifyLayer,
    request: Request<B>,
) -> (StatusCode, HeaderMap) {
    let service = layer.layer(tower::service_fn(echo));
    let response = service.oneshot(request).await.unwrap();
    (response.status(), response.headers().clone())
}

/// Sends each frame after a delay.
struct Slow {
    frames: VecDeque<Frame<Bytes>>,
    every: Duration,
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Slow {
    fn new(frames: impl IntoIterator<Item = Frame<Bytes>>, every: Duration) -> Self {
        Self {
            frames: frames.into_iter().collect(),
            every,
            sleep: None,
        }
    }
}

impl Body for Slow {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let every = self.every;
        let sleep = self
            .sleep
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(every)));
        std::task::ready!(sleep.as_mut().poll(cx));
        self.sleep = None;
        Poll::Ready(self.frames.pop_front().map(Ok))
    }
}

fn data(bytes: &'static [u8]) -> Frame<Bytes> {
    Frame::data(Bytes::from_static(bytes))
}

fn timeouts(idle: u64, total: u64) -> VerifyLayer {
    VerifyLayer::new(
        Endpoint::new(github())
            .idle_timeout(Duration::from_secs(idle))
            .total_timeout(Duration::from_secs(total)),
    )
}

#[tokio::test(start_paused = true)]
async fn each_frame_restarts_the_idle_timeout_but_not_the_total_one() {
    let ten_frames = |every| {
        let frames = (0..10).map(|_| data(b"x"));
        request(&[b'x'; 10], Slow::new(frames, Duration::from_secs(every)))
    };
    for (idle, total, every, status) in [
        (4, 60, 2, StatusCode::OK),
        (4, 60, 3, StatusCode::OK),
        (4, 60, 5, StatusCode::REQUEST_TIMEOUT),
        (4, 20, 3, StatusCode::REQUEST_TIMEOUT),
    ] {
        let (answer, _) = send(timeouts(idle, total), ten_frames(every)).await;
        assert_eq!(
            answer, status,
            "{idle} s, {total} s, a frame every {every} s"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_frame_does_not_restart_the_idle_timeout() {
    let frames = std::iter::repeat_with(|| data(b"")).take(30);
    let request = request(b"", Slow::new(frames, Duration::from_secs(1)));
    let (status, _) = send(timeouts(4, 60), request).await;
    assert_eq!(status, StatusCode::REQUEST_TIMEOUT);
}

#[tokio::test(start_paused = true)]
async fn the_longest_timeouts_mean_none() {
    let layer = VerifyLayer::new(
        Endpoint::new(github())
            .idle_timeout(Duration::MAX)
            .total_timeout(Duration::MAX),
    );
    let slow = Slow::new([data(b"{}")], Duration::from_secs(60 * 60));
    assert_eq!(send(layer, request(b"{}", slow)).await.0, StatusCode::OK);
}

/// A body that is always ready and never ends.
struct Endless(fn(&mut Context<'_>) -> Poll<Frame<Bytes>>);

impl Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        (self.0)(cx).map(|frame| Some(Ok(frame)))
    }
}

/// Like a socket that is always readable: uses up the task's cooperative budget, so that
/// Tokio's timers are not ready.
fn use_up_budget(cx: &mut Context<'_>) -> Poll<Frame<Bytes>> {
    loop {
        let budget = pin!(tokio::task::coop::consume_budget());
        if budget.poll(cx).is_pending() {
            return Poll::Pending;
        }
    }
}

#[test]
fn timeouts_fire_while_the_body_is_always_ready() {
    type Next = fn(&mut Context<'_>) -> Poll<Frame<Bytes>>;
    let bodies: [(&str, Next); 4] = [
        ("nothing, but woken again", |cx| {
            cx.waker().wake_by_ref();
            Poll::Pending
        }),
        ("nothing, with the budget used up", use_up_budget),
        ("empty frames", |_| Poll::Ready(data(b""))),
        ("trailers", |_| {
            Poll::Ready(Frame::trailers(HeaderMap::new()))
        }),
    ];
    for (idle, total) in [(20, 60_000), (60_000, 20)] {
        for (name, body) in bodies {
            let (answered, answer) = mpsc::channel();
            std::thread::spawn(move || {
                let endpoint = Endpoint::new(github())
                    .idle_timeout(Duration::from_millis(idle))
                    .total_timeout(Duration::from_millis(total));
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .unwrap();
                let sent = send(VerifyLayer::new(endpoint), request(b"{}", Endless(body)));
                let _ = answered.send(runtime.block_on(sent).0);
            });
            let status = answer.recv_timeout(PATIENCE);
            assert_eq!(status, Ok(StatusCode::REQUEST_TIMEOUT), "{name}");
        }
    }
}

#[tokio::test]
async fn one_poll_takes_a_bounded_number_of_frames() {
    static FRAMES: AtomicUsize = AtomicUsize::new(0);
    let endless = Endless(|_| {
        FRAMES.fetch_add(1, Ordering::Relaxed);
        Poll::Ready(data(b""))
    });
    let service = VerifyLayer::new(github()).layer(tower::service_fn(echo));
    let mut future = pin!(service.oneshot(request(b"{}", endless)));
    let mut cx = Context::from_waker(std::task::Waker::noop());
    assert!(future.as_mut().poll(&mut cx).is_pending());
    assert!(FRAMES.load(Ordering::Relaxed) < 1000);
}

#[tokio::test(start_paused = true)]
async fn unsigned_trailers_reach_the_handler_only_on_request() {
    let with_trailers = || {
        let mut trailers = HeaderMap::new();
        trailers.insert("x-hub-signature-256", "unsigned".parse().unwrap());
        let frames = [data(b"{}"), Frame::trailers(trailers)];
        request(b"{}", Slow::new(frames, Duration::ZERO))
    };
    let (status, headers) = send(VerifyLayer::new(github()), with_trailers()).await;
    assert_eq!(status, StatusCode::OK);
    assert!(!headers.contains_key("x-hub-signature-256"));

    let layer = VerifyLayer::new(github()).with_unsigned_trailers();
    let (status, headers) = send(layer, with_trailers()).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers["x-hub-signature-256"], "unsigned");
}

/// A service whose instances must each be ready before they are called, like tower's rate
/// and concurrency limits.
struct Counted {
    is_ready: bool,
    unready_calls: Arc<AtomicUsize>,
}

impl Clone for Counted {
    fn clone(&self) -> Self {
        Self {
            is_ready: false,
            unready_calls: self.unready_calls.clone(),
        }
    }
}

impl Service<Request<VerifiedBody>> for Counted {
    type Response = Response<Empty<Bytes>>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.is_ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<VerifiedBody>) -> Self::Future {
        if !std::mem::take(&mut self.is_ready) {
            self.unready_calls.fetch_add(1, Ordering::Relaxed);
        }
        std::future::ready(Ok(Response::new(Empty::new())))
    }
}

#[tokio::test(start_paused = true)]
async fn the_instance_that_is_called_is_the_one_that_was_ready() {
    let unready_calls = Arc::new(AtomicUsize::new(0));
    let mut service = VerifyLayer::new(github()).layer(Counted {
        is_ready: false,
        unready_calls: unready_calls.clone(),
    });
    for every in [0, 1, 0] {
        let body = Slow::new([data(b"{}")], Duration::from_secs(every));
        let ready = ServiceExt::<Request<Slow>>::ready(&mut service)
            .await
            .unwrap();
        let response = ready.call(request(b"{}", body)).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
    }
    // Two concurrently.
    let slow = || request(b"", Slow::new([], Duration::from_secs(1)));
    let first = ServiceExt::<Request<Slow>>::ready(&mut service)
        .await
        .unwrap()
        .call(slow());
    let second = ServiceExt::<Request<Slow>>::ready(&mut service)
        .await
        .unwrap()
        .call(slow());
    let (first, second) = (first.await.unwrap(), second.await.unwrap());
    assert_eq!(
        (first.status(), second.status()),
        (StatusCode::OK, StatusCode::OK)
    );
    assert_eq!(unready_calls.load(Ordering::Relaxed), 0);
}

/// Each frame counts as 512 bytes at least, since the smallest has a cost too.
#[tokio::test]
async fn the_body_of_a_validation_in_the_head_is_read_up_to_64_kib_and_discarded() {
    static BYTES: [u8; 64 * 1024 + 1] = [b'x'; 64 * 1024 + 1];
    for (lengths, status) in [
        (vec![], StatusCode::OK),
        (vec![1], StatusCode::OK),
        (vec![64 * 1024], StatusCode::OK),
        (vec![32 * 1024, 32 * 1024], StatusCode::OK),
        (vec![1; 128], StatusCode::OK),
        (vec![64 * 1024 + 1], StatusCode::PAYLOAD_TOO_LARGE),
        (vec![32 * 1024, 32 * 1024, 1], StatusCode::PAYLOAD_TOO_LARGE),
        (vec![1; 129], StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let endpoint = Endpoint::new(github())
            .handshake(handshakes::MICROSOFT_GRAPH.hand_through())
            .unwrap();
        let frames = lengths.iter().map(|length| data(&BYTES[..*length]));
        let request = Request::post("/?validationToken=abc")
            .body(Slow::new(frames, Duration::ZERO))
            .unwrap();
        let (found, headers) = send(VerifyLayer::new(endpoint), request).await;
        assert_eq!(found, status, "{lengths:?}");
        let length = headers.get("length").map(|length| length.to_str().unwrap());
        let expected = (status == StatusCode::OK).then_some("0");
        assert_eq!(length, expected, "{lengths:?}");
    }
}
