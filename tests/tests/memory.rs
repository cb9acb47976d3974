//! The memory that a request holds before it is authenticated, by a counting allocator:
//! at most twice the payload that has arrived plus 64 KiB, whatever the frames, the
//! framing between them and the read buffers behind them.
//!
//! `cargo test -p hookward-tests --test memory -- --nocapture` prints what the servers
//! hold beside it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::alloc::System;
use std::collections::VecDeque;
use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use actix_web::{App, HttpServer, web};
use bytes::Bytes;
use hookward::adapter::{Admitted, Exchange, Incoming, Runtime, Unreadable};
use hookward::{
    Digest, Endpoint, Key, Location, MemoryBudget, Scheme, Signer, UnixTime, Verifier,
    WaitingBodies, providers,
};
use hookward_tests::{Adapter, Message, PATIENCE, Server, hmac_sha256_hex};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const KIB: usize = 1024;

/// hyper's largest read buffer by default.
const LARGEST_BUFFER: usize = 8192 + 4096 * 100;

/// Bytes that are allocated and not freed.
fn live() -> i64 {
    let stats = ALLOCATOR.stats();
    i64::try_from(stats.bytes_allocated).unwrap() - i64::try_from(stats.bytes_deallocated).unwrap()
}

/// The allocator counts for the whole process, so the tests run one by one.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn most(payload: usize) -> i64 {
    i64::try_from(2 * payload + 64 * KIB).unwrap()
}

fn github() -> Endpoint {
    Endpoint::new(Verifier::new(providers::GITHUB, Key::new("secret").unwrap()).unwrap())
}

/// The signature in the body, which must be contiguous for that.
const IN_JSON: Scheme = Scheme::hmac("in-json", Digest::Sha256)
    .at(Location::Json(std::borrow::Cow::Borrowed("/signature")))
    .signed("{json:/data}")
    .trust(hookward::Trust::AsSent);

/// A body that is never complete: frames of these lengths, each in a read buffer of that
/// size, of which the server keeps nothing.
struct Unfinished {
    frames: VecDeque<(usize, usize)>,
    arrived: usize,
}

impl Incoming for Unfinished {
    fn poll_data(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Result<Option<Bytes>, Unreadable>> {
        let Some((length, buffer)) = self.frames.pop_front() else {
            return Poll::Pending;
        };
        self.arrived += length;
        let frame = Bytes::from(vec![b'7'; buffer]).slice(buffer - length..);
        Poll::Ready(Ok(Some(frame)))
    }
}

static STOPPED: Runtime = Runtime {
    now: Instant::now,
    sleep_until: |_| Box::pin(std::future::pending()),
    spawn: |_| {},
};

#[test]
fn an_exchange_holds_at_most_twice_the_payload_and_64_kib() {
    let _alone = alone();
    let bodies: Vec<(&str, Vec<(usize, usize)>)> = vec![
        ("one byte", vec![(1, LARGEST_BUFFER)]),
        ("one frame", vec![(16 * KIB, LARGEST_BUFFER)]),
        ("frames of one byte", vec![(1, 32 * KIB); 3000]),
        ("frames of 2 KiB", vec![(2 * KIB, 32 * KIB); 300]),
        ("frames of 16 KiB", vec![(16 * KIB, LARGEST_BUFFER); 60]),
        ("frames of 64 KiB", vec![(64 * KIB, LARGEST_BUFFER); 20]),
        ("frames of 200 KiB", vec![(200 * KIB, LARGEST_BUFFER); 6]),
        ("full buffers", vec![(LARGEST_BUFFER, LARGEST_BUFFER); 4]),
        (
            "large and small",
            [(70_000, LARGEST_BUFFER), (1, LARGEST_BUFFER)].repeat(20),
        ),
        (
            "small and large",
            [(1, LARGEST_BUFFER), (33 * KIB, LARGEST_BUFFER)].repeat(20),
        ),
    ];
    let secret = || Key::new("secret").unwrap();
    let in_json = || Endpoint::new(Verifier::new(IN_JSON, secret()).unwrap());
    type Made = fn() -> Endpoint;
    let endpoints: [(&str, &dyn Fn() -> Endpoint); 3] = [
        ("in pieces", &(github as Made)),
        ("contiguous", &|| github().contiguous_body()),
        ("signature in the body", &in_json),
    ];
    let signature = format!("sha256={}", "0".repeat(64));
    for (kind, endpoint) in endpoints {
        for (name, frames) in &bodies {
            for announces in [false, true] {
                let length: usize = frames.iter().map(|(length, _)| length).sum();
                let budget = MemoryBudget::bytes(64 << 20);
                let endpoint = Arc::new(
                    endpoint()
                        .body_limit(16 << 20)
                        .memory_budget(budget.clone()),
                );
                let request = http::Request::post("/").header("x-hub-signature-256", &signature);
                let head = request.body(()).unwrap();
                let declared = announces.then_some(length as u64 + 1);
                let mut body = Unfinished {
                    frames: frames.iter().copied().collect(),
                    arrived: 0,
                };
                let mut context = Context::from_waker(Waker::noop());
                let before = live();
                let mut exchange = Exchange::new(endpoint, &STOPPED, &head);
                loop {
                    let is_waiting = body.frames.is_empty();
                    let polled =
                        exchange.poll_admit(&mut context, &head, declared, Pin::new(&mut body));
                    let case = format!("{kind}, {name}, {declared:?}, {} bytes", body.arrived);
                    if let Poll::Ready(Admitted::Answer(answer)) = polled {
                        panic!("{case}: {}", answer.status());
                    }
                    let held = live() - before;
                    assert!(held <= most(body.arrived), "{case}: {held}");
                    // What is not accounted is the state of the exchange, and what the test
                    // harness allocates meanwhile.
                    let accounted = i64::try_from(budget.used()).unwrap();
                    assert!(accounted <= most(body.arrived), "{case}: {accounted}");
                    assert!(
                        held - accounted < 32 * 1024,
                        "{case}: {accounted} of {held}"
                    );
                    if is_waiting {
                        break;
                    }
                }
                assert_eq!(body.arrived, length);
                drop(exchange);
                assert_eq!(budget.used(), 0);
            }
        }
    }
}

/// A body that is complete, in frames of this length.
struct Whole(VecDeque<Bytes>);

impl Incoming for Whole {
    fn poll_data(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Result<Option<Bytes>, Unreadable>> {
        Poll::Ready(Ok(self.0.pop_front()))
    }
}

#[test]
fn a_budget_counts_what_a_handler_gets_also_where_that_replaces_the_body() {
    let _alone = alone();
    let proven = || IN_JSON.trust(hookward::Trust::Proven);
    for (name, scheme) in [("body", providers::GITHUB), ("document", proven())] {
        for frame in [1000, 40_000, 1 << 20] {
            let budget = MemoryBudget::bytes(64 << 20);
            let key = || Key::new("secret").unwrap();
            let verifier = Verifier::new(scheme.clone(), key()).unwrap();
            let endpoint = Arc::new(Endpoint::new(verifier).memory_budget(budget.clone()));
            let text = format!(r#"{{"data":"{}"}}"#, "7".repeat(150_000));
            let request = http::Request::post("/").body(text.clone()).unwrap();
            let signer = Signer::new(&scheme, key()).unwrap();
            let signed = signer.sign(&request, UnixTime::now(), None).unwrap();
            let body = signed.body().map_or(text.into_bytes(), <[u8]>::to_vec);
            let mut head = request.map(drop);
            head.headers_mut().extend(signed.headers().iter().cloned());
            let frames = body.chunks(frame).map(Bytes::copy_from_slice).collect();
            drop(body);
            // Warm: what is made once is not of this request.
            for is_warm in [false, true] {
                let mut body = Whole(VecDeque::clone(&frames));
                let before = live();
                let mut exchange = Exchange::new(endpoint.clone(), &STOPPED, &head);
                let mut context = Context::from_waker(Waker::noop());
                let admission = loop {
                    match exchange.poll_admit(&mut context, &head, None, Pin::new(&mut body)) {
                        Poll::Pending => {}
                        Poll::Ready(Admitted::Handle(admission)) => break admission,
                        Poll::Ready(Admitted::Answer(answer)) => panic!("{}", answer.status()),
                    }
                };
                drop((exchange, body));
                let kept = admission.body;
                drop(admission.verified);
                let held = live() - before;
                let accounted = i64::try_from(budget.used()).unwrap();
                let case = format!("{name}, frames of {frame}: {accounted} of {held}");
                assert!(!is_warm || held - accounted < 8192, "{case}");
                assert!(budget.used() >= kept.len(), "{case}");
                drop(kept);
                assert_eq!(budget.used(), 0, "{case}");
            }
        }
    }
}

/// A genuine or forged body, as it is sent but for its end.
struct Sent {
    name: &'static str,
    /// The head's last line.
    framing: String,
    bytes: Vec<u8>,
    payload: usize,
}

impl Sent {
    /// A chunk of this length behind this many bytes that are not payload.
    fn chunk(&mut self, adapter: Adapter, length: usize, framing: usize) {
        let size = format!("{length:x}");
        match adapter {
            Adapter::Actix if framing > 0 => {
                self.bytes.extend_from_slice(size.as_bytes());
                self.bytes.push(b';');
                self.bytes.resize(self.bytes.len() + framing, b'e');
            }
            // hyper takes 16 KiB of extensions for a body, but any number of zeros.
            _ => {
                self.bytes.resize(self.bytes.len() + framing, b'0');
                self.bytes.extend_from_slice(size.as_bytes());
            }
        }
        self.bytes.extend_from_slice(b"\r\n");
        self.bytes.resize(self.bytes.len() + length, b'7');
        self.bytes.extend_from_slice(b"\r\n");
        self.payload += length;
    }
}

fn sent(adapter: Adapter) -> Vec<Sent> {
    let chunked = |name, add: &dyn Fn(&mut Sent)| {
        let mut sent = Sent {
            name,
            framing: "transfer-encoding: chunked".into(),
            bytes: Vec::new(),
            payload: 0,
        };
        add(&mut sent);
        sent
    };
    vec![
        chunked("chunks of 2 KiB behind 30 KB of framing", &|sent| {
            (0..60).for_each(|_| sent.chunk(adapter, 2 * KIB, 30_000));
        }),
        chunked("chunks of 17 KiB behind 120 KB of framing", &|sent| {
            (0..10).for_each(|_| sent.chunk(adapter, 17 * KIB, 120_000));
        }),
        chunked("chunks of one byte", &|sent| {
            (0..20_000).for_each(|_| sent.chunk(adapter, 1, 0));
        }),
        chunked("chunks of 2 KiB, many of one byte between", &|sent| {
            for _ in 0..50 {
                sent.chunk(adapter, 2 * KIB, 0);
                (0..400).for_each(|_| sent.chunk(adapter, 1, 0));
            }
        }),
        chunked("one chunk of one byte behind 30 KB of framing", &|sent| {
            sent.chunk(adapter, 1, 30_000);
        }),
        chunked("chunks of 64 KiB", &|sent| {
            (0..8).for_each(|_| sent.chunk(adapter, 64 * KIB, 0));
        }),
        Sent {
            name: "512 KiB with a length",
            framing: "content-length: 524289".into(),
            bytes: vec![b'7'; 512 * KIB],
            payload: 512 * KIB,
        },
    ]
}

/// A server whose handler reads a body and keeps nothing of it; it counts the bytes.
fn bare(adapter: Adapter, read: Arc<AtomicU64>) -> SocketAddr {
    let (ready, address) = mpsc::channel();
    std::thread::spawn(move || match adapter {
        Adapter::Axum => {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .unwrap();
            let handler = async move |mut body: axum::body::Body| {
                while let Some(Ok(frame)) = http_body_util::BodyExt::frame(&mut body).await {
                    let length = frame.data_ref().map_or(0, Bytes::len) as u64;
                    read.fetch_add(length, Ordering::SeqCst);
                }
            };
            let app = axum::Router::new().fallback(handler);
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                ready.send(listener.local_addr().unwrap()).unwrap();
                axum::serve(listener, app).await.unwrap();
            });
        }
        Adapter::Actix => actix_web::rt::System::new().block_on(async move {
            let server = HttpServer::new(move || {
                let read = read.clone();
                let handler = move |mut body: web::Payload| {
                    let read = read.clone();
                    async move {
                        let next = async |body: &mut web::Payload| {
                            let next = |cx: &mut Context<'_>| {
                                futures_core::Stream::poll_next(Pin::new(&mut *body), cx)
                            };
                            std::future::poll_fn(next).await
                        };
                        while let Some(Ok(frame)) = next(&mut body).await {
                            read.fetch_add(frame.len() as u64, Ordering::SeqCst);
                        }
                        ""
                    }
                };
                App::new().default_service(web::to(handler))
            })
            .workers(2)
            .disable_signals()
            .bind("127.0.0.1:0")
            .unwrap();
            ready.send(server.addrs()[0]).unwrap();
            server.run().await.unwrap();
        }),
        _ => unreachable!("not measured"),
    });
    address.recv_timeout(PATIENCE).unwrap()
}

const CONNECTIONS: usize = 4;

/// Waits until the servers have freed what they held for earlier connections.
fn at_rest() {
    let mut same = 0;
    let mut last = live();
    while same < 20 {
        std::thread::sleep(std::time::Duration::from_millis(5));
        same = if live() == last { same + 1 } else { 0 };
        last = live();
    }
}

/// What the process holds for each of some connections that have sent this, once all of
/// it has been read; and the change of `read` for each.
fn held(address: SocketAddr, sent: &Sent, read: &dyn Fn() -> u64, bound: i64) -> (i64, u64) {
    let signature = format!("sha256={}", hmac_sha256_hex(b"secret", &[b"{}"]));
    let head = Message::new("")
        .header("x-hub-signature-256", signature)
        .head(&sent.framing);
    at_rest();
    let (start, before) = (read(), live());
    let connections: Vec<TcpStream> = (0..CONNECTIONS)
        .map(|_| {
            let mut connection = TcpStream::connect(address).unwrap();
            connection.write_all(&head).unwrap();
            connection.write_all(&sent.bytes).unwrap();
            connection
        })
        .collect();
    let whole = start + (CONNECTIONS * sent.payload) as u64;
    let each = || (live() - before) / CONNECTIONS as i64;
    let patience = Instant::now() + PATIENCE * 3;
    let mut same = 0;
    let mut last = (0, 0);
    // What is counted as read may include a reserve, so it has to come to rest.
    while same < 20 {
        std::thread::sleep(std::time::Duration::from_millis(5));
        let now = (each(), read());
        same = if now == last && now.0 <= bound && now.1 >= whole {
            same + 1
        } else {
            0
        };
        last = now;
        assert!(
            Instant::now() < patience,
            "{}: {now:?}, bound {bound}, read {whole}",
            sent.name
        );
    }
    drop(connections);
    (last.0, (last.1 - start) / CONNECTIONS as u64)
}

#[test]
fn connections_hold_at_most_twice_the_payload_and_64_kib_beside_the_servers_buffers() {
    let _alone = alone();
    println!("bytes a connection: payload, server alone, with hookward, accounted");
    for adapter in [Adapter::Axum, Adapter::Actix] {
        let counter = Arc::new(AtomicU64::new(0));
        let alone = bare(adapter, counter.clone());
        let budget = MemoryBudget::bytes(1 << 30);
        let endpoint = github()
            .waiting_bodies(WaitingBodies::at_most(1000))
            .idle_timeout(PATIENCE * 6)
            .total_timeout(PATIENCE * 6)
            .memory_budget(budget.clone());
        let server = Server::start(adapter, endpoint);
        for sent in sent(adapter) {
            let count = || counter.load(Ordering::SeqCst);
            let (own, _) = held(alone, &sent, &count, i64::MAX);
            let bound = own + most(sent.payload);
            let (with, accounted) = held(server.address, &sent, &|| budget.used(), bound);
            println!(
                "{adapter:?}, {}: {}, {own}, {with}, {accounted}",
                sent.name, sent.payload
            );
            assert!(accounted >= sent.payload as u64);
            hookward_tests::given_back(&budget);
        }
        server.stop();
    }
}
