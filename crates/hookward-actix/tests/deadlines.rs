//! The timeouts of a body, with a clock controlled by the test.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::VecDeque;
use std::future::Future as _;
use std::pin::{Pin, pin};
use std::sync::mpsc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::dev::{Payload, Service as _, ServiceRequest, ServiceResponse, Transform as _};
use actix_web::error::PayloadError;
use actix_web::test::TestRequest;
use actix_web::{Error, HttpResponse};
use bytes::Bytes;
use futures_core::Stream;
use hookward_actix::Verify;
use hookward_core::{Endpoint, Key, Signer, UnixTime, Verifier, providers};
use tokio::time::Sleep;

const PATIENCE: Duration = Duration::from_secs(60);

type Chunk = Option<Result<Bytes, PayloadError>>;

/// The status of the response to a request with the signature of `signed`.
async fn send(
    idle: Duration,
    total: Duration,
    signed: &[u8],
    body: impl Stream<Item = Result<Bytes, PayloadError>> + 'static,
) -> u16 {
    let key = || Key::new("secret").unwrap();
    let signer = Signer::new(&providers::GITHUB, key()).unwrap();
    let request = http::Request::post("/").body(signed).unwrap();
    let headers = signer.sign(&request, UnixTime::now(), None).unwrap();
    let mut request = TestRequest::post();
    for (name, value) in headers.headers() {
        request = request.insert_header((name.as_str(), value.to_str().unwrap()));
    }
    let mut request = request.to_srv_request();
    let body: Pin<Box<dyn Stream<Item = _>>> = Box::pin(body);
    request.set_payload(Payload::from(body));

    let endpoint = Endpoint::new(Verifier::new(providers::GITHUB, key()).unwrap())
        .idle_timeout(idle)
        .total_timeout(total);
    let handler = actix_web::dev::fn_service(|request: ServiceRequest| async {
        Ok::<_, Error>(ServiceResponse::new(
            request.into_parts().0,
            HttpResponse::Ok().finish(),
        ))
    });
    let service = Verify::new(endpoint).new_transform(handler).await.unwrap();
    service.call(request).await.unwrap().status().as_u16()
}

/// Sends each chunk after a delay.
struct Slow {
    chunks: VecDeque<&'static [u8]>,
    every: Duration,
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Stream for Slow {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Chunk> {
        let every = self.every;
        let sleep = self
            .sleep
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(every)));
        std::task::ready!(sleep.as_mut().poll(cx));
        self.sleep = None;
        let chunk = self.chunks.pop_front();
        Poll::Ready(chunk.map(|chunk| Ok(Bytes::from_static(chunk))))
    }
}

#[tokio::test(start_paused = true)]
async fn each_chunk_restarts_the_idle_timeout_but_not_the_total_one() {
    for (chunk, idle, total, every, status) in [
        (&b"x"[..], 4, 60, 2, 200),
        (b"x", 4, 60, 3, 200),
        (b"x", 4, 60, 5, 408),
        (b"x", 4, 20, 3, 408),
        (b"", 4, 60, 1, 408),
    ] {
        let body = Slow {
            chunks: std::iter::repeat_n(chunk, 10).collect(),
            every: Duration::from_secs(every),
            sleep: None,
        };
        let (idle, total) = (Duration::from_secs(idle), Duration::from_secs(total));
        let answer = send(idle, total, &chunk.repeat(10), body).await;
        assert_eq!(
            answer, status,
            "{idle:?}, {total:?}, {chunk:?} every {every} s"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_longest_timeouts_mean_none() {
    let body = Slow {
        chunks: [&b"{}"[..]].into(),
        every: Duration::from_secs(60 * 60),
        sleep: None,
    };
    assert_eq!(send(Duration::MAX, Duration::MAX, b"{}", body).await, 200);
}

/// A body that is always ready and never ends.
struct Endless(fn(&mut Context<'_>) -> Poll<Chunk>);

impl Stream for Endless {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Chunk> {
        (self.0)(cx)
    }
}

/// Like a socket that is always readable: uses up the task's cooperative budget, so that
/// Tokio's timers are not ready.
fn use_up_budget(cx: &mut Context<'_>) -> Poll<Chunk> {
    loop {
        let budget = pin!(tokio::task::coop::consume_budget());
        if budget.poll(cx).is_pending() {
            return Poll::Pending;
        }
    }
}

#[test]
fn timeouts_fire_while_the_body_is_always_ready() {
    type Next = fn(&mut Context<'_>) -> Poll<Chunk>;
    let bodies: [(&str, Next); 3] = [
        ("nothing, but woken again", |cx| {
            cx.waker().wake_by_ref();
            Poll::Pending
        }),
        ("nothing, with the budget used up", use_up_budget),
        ("empty chunks", |_| Poll::Ready(Some(Ok(Bytes::new())))),
    ];
    for (idle, total) in [(20, 60_000), (60_000, 20)] {
        for (name, body) in bodies {
            let (answered, answer) = mpsc::channel();
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .unwrap();
                let (idle, total) = (Duration::from_millis(idle), Duration::from_millis(total));
                let sent = send(idle, total, b"{}", Endless(body));
                let _ = answered.send(runtime.block_on(sent));
            });
            assert_eq!(answer.recv_timeout(PATIENCE), Ok(408), "{name}");
        }
    }
}
