//! The connection after a request was rejected while its sender continues, with each
//! adapter over real connections.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use actix_web::dev::AppConfig;
use actix_web::{App, web};
use hookward::actix::{Expect, Verify};
use hookward::{
    Code, Endpoint, Key, Lookup, MemoryBudget, Rejection, RequestHead, Verifier, WaitingBodies,
    providers,
};
use hookward_tests::{ADAPTERS, Adapter, Answer, Message, PATIENCE, Server, hmac_sha256_hex};

const SECRET: &[u8] = b"It's a Secret to Everybody";
const CHUNKED: &str = "transfer-encoding: chunked";

fn github() -> Verifier {
    Verifier::new(providers::GITHUB, Key::new(SECRET).unwrap()).unwrap()
}

fn genuine(body: &[u8]) -> Message {
    let signature = format!("sha256={}", hmac_sha256_hex(SECRET, &[body]));
    Message::new(body).header("X-Hub-Signature-256", signature)
}

/// A request that is rejected before its body has ended.
struct Refused {
    name: &'static str,
    endpoint: Endpoint,
    /// What is sent before the answer; it ends between two chunks.
    start: Vec<u8>,
    status: u16,
}

fn chunk(bytes: &[u8]) -> Vec<u8> {
    let size = format!("{:x}\r\n", bytes.len());
    [size.as_bytes(), bytes, b"\r\n"].concat()
}

fn refused() -> Vec<Refused> {
    let signed = genuine(b"{}").head(CHUNKED);
    let unsigned = Message::new("").head(CHUNKED);
    let keys_are_away = Endpoint::new(|_: &dyn RequestHead| {
        Lookup::now(Err(Rejection::new(Code::KeyUnavailable, "away")))
    });
    let empty_answer = Endpoint::new(github()).on_rejection(|_| {
        let mut response = http::Response::default();
        *response.status_mut() = http::StatusCode::FORBIDDEN;
        response
    });
    vec![
        Refused {
            name: "no signature",
            endpoint: github().into(),
            start: unsigned.clone(),
            status: 403,
        },
        Refused {
            name: "an empty answer",
            endpoint: empty_answer,
            start: unsigned.clone(),
            status: 403,
        },
        Refused {
            name: "no keys",
            endpoint: keys_are_away,
            start: signed.clone(),
            status: 503,
        },
        Refused {
            name: "too long",
            endpoint: Endpoint::new(github()).body_limit(1000),
            start: [signed.clone(), chunk(&[b'x'; 1001])].concat(),
            status: 413,
        },
        Refused {
            name: "over the memory budget",
            endpoint: Endpoint::new(github()).memory_budget(MemoryBudget::bytes(1000)),
            start: [signed.clone(), chunk(&[b'x'; 1001])].concat(),
            status: 503,
        },
        Refused {
            name: "too slow",
            endpoint: Endpoint::new(github()).idle_timeout(Duration::from_millis(50)),
            start: [signed, chunk(b"x")].concat(),
            status: 408,
        },
        Refused {
            name: "no signature, with a length",
            endpoint: github().into(),
            start: Message::new("").head("content-length: 1000000"),
            status: 403,
        },
        Refused {
            name: "too long by its length",
            endpoint: Endpoint::new(github()).body_limit(1000),
            start: genuine(b"{}").head("content-length: 1000000000000"),
            status: 413,
        },
        Refused {
            name: "no signature, as a WebSocket",
            endpoint: github().into(),
            start: Message::new("")
                .header("connection", "upgrade")
                .header("upgrade", "websocket")
                .head("content-length: 1000000000000"),
            status: 403,
        },
    ]
}

impl Refused {
    /// Sends the start and reads the response.
    fn answered(&self, adapter: Adapter) -> (Server, TcpStream) {
        let server = Server::start(adapter, self.endpoint.clone());
        let mut connection = server.connect();
        connection.set_write_timeout(Some(PATIENCE)).unwrap();
        connection.write_all(&self.start).unwrap();
        let answer = read_answer(&mut connection);
        assert_eq!(answer, self.status, "{adapter:?}: {}", self.name);
        (server, connection)
    }
}

/// Reads up to the end of a head.
fn read_head(connection: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match connection.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => break,
        }
    }
    String::from_utf8_lossy(&head).to_lowercase()
}

fn status(head: &str) -> u16 {
    let status = head.split(' ').nth(1).unwrap_or_default();
    status.parse().unwrap_or_default()
}

/// Reads a response, with a length or chunked, to its end.
fn read_answer(connection: &mut TcpStream) -> u16 {
    let head = read_head(connection);
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    match length {
        Some(length) => connection.read_exact(&mut vec![0; length]).unwrap(),
        None if head.contains("transfer-encoding: chunked") => {
            assert_eq!(read_head(connection), "0\r\n\r\n");
        }
        None => {}
    }
    status(&head)
}

/// Sends this until the connection closes; how many bytes it took.
fn flood(connection: &mut TcpStream, piece: &[u8], most: u64, name: &str) -> u64 {
    let mut taken = 0;
    while taken < most {
        match connection.write(piece) {
            Ok(bytes) => taken += bytes as u64,
            Err(error) => {
                let is_open = matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
                assert!(
                    !is_open,
                    "{name}: still open after {PATIENCE:?} and {taken} bytes"
                );
                break;
            }
        }
    }
    taken
}

/// Every case on a thread of its own: most of them wait.
fn concurrently(run: impl Fn(&Refused, Adapter) + Send + Sync) {
    std::thread::scope(|scope| {
        for adapter in ADAPTERS {
            for case in refused() {
                let run = &run;
                scope.spawn(move || run(&case, adapter));
            }
        }
    });
}

#[test]
fn a_sender_that_goes_on_after_a_refusal_is_disconnected_within_a_few_megabytes() {
    let mut data = chunk(&[b'x'; 65_536]);
    data.extend_from_slice(&chunk(&[b'y'; 1000]));
    concurrently(|case, adapter| {
        let (server, mut connection) = case.answered(adapter);
        // What the socket buffers of both ends hold is part of it.
        let most = 16 << 20;
        let taken = flood(
            &mut connection,
            &data,
            most,
            &format!("{adapter:?}: {}", case.name),
        );
        assert!(taken < most, "{adapter:?}: {}: {taken} bytes", case.name);
        assert_eq!(server.handler.runs(), 0);
    });
}

/// With actix alone: hyper, which does not ask a middleware, stops after 128
/// reads of at most 400 KiB.
#[test]
fn framing_without_payload_does_not_keep_a_refused_connection_open() {
    let extension = [&b"1;"[..], &[b'x'; 8000], b"\r\nx\r\n"].concat();
    let pieces = [vec![b'0'; 65_536], chunk(b"x"), extension];
    std::thread::scope(|scope| {
        for piece in &pieces {
            for case in refused() {
                scope.spawn(move || {
                    let (_server, mut connection) = case.answered(Adapter::Actix);
                    let most = 64 << 20;
                    let taken = flood(&mut connection, piece, most, case.name);
                    assert!(taken < most, "{}: {taken} bytes", case.name);
                });
            }
        }
    });
}

#[test]
fn a_sender_that_trickles_after_a_refusal_is_disconnected() {
    concurrently(|case, adapter| {
        let (_server, mut connection) = case.answered(adapter);
        let start = Instant::now();
        while connection.write_all(&chunk(b"x")).is_ok() {
            assert!(start.elapsed() < PATIENCE, "{adapter:?}: {}", case.name);
            std::thread::sleep(Duration::from_millis(20));
        }
    });
}

#[test]
fn a_silent_sender_is_disconnected_after_a_refusal() {
    concurrently(|case, adapter| {
        let (_server, mut connection) = case.answered(adapter);
        match connection.read(&mut [0]) {
            Ok(0) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
            other => panic!("{adapter:?}: {}: {other:?}", case.name),
        }
    });
}

#[test]
fn no_request_is_read_out_of_the_body_of_a_refused_one() {
    let inner = genuine(b"{}").bytes();
    let length = |length: usize| format!("content-length: {length}");
    let websocket = Message::new("")
        .header("connection", "upgrade")
        .header("upgrade", "websocket");
    let unsigned = Message::new("");
    let bodies = [
        (
            "a length",
            [unsigned.head(&length(inner.len())), inner.clone()].concat(),
        ),
        (
            "a cut body",
            [unsigned.head(&length(1 << 20)), inner.clone()].concat(),
        ),
        ("a chunk", [unsigned.head(CHUNKED), chunk(&inner)].concat()),
        (
            "the end of chunks",
            [unsigned.head(CHUNKED), chunk(&inner), b"0\r\n\r\n".to_vec()].concat(),
        ),
        (
            "a WebSocket",
            [websocket.head(&length(inner.len())), inner.clone()].concat(),
        ),
        (
            "a WebSocket without a length",
            [websocket.head("x: y"), inner.clone()].concat(),
        ),
    ];
    for adapter in ADAPTERS {
        let server = Server::start(adapter, github());
        for (name, bytes) in &bodies {
            // Without a length, what follows is another request or nothing.
            let may_follow = name.ends_with("without a length");
            let runs = server.handler.runs();
            let mut connection = server.connect();
            connection.write_all(bytes).unwrap();
            connection.shutdown(Shutdown::Write).unwrap();
            let mut answers = Vec::new();
            let _ = connection.read_to_end(&mut answers);
            let answers = String::from_utf8_lossy(&answers);
            // A server that closes with unread bytes may reset the connection
            // before the answer is read.
            assert!(
                answers.is_empty() || answers.starts_with("HTTP/1.1 403"),
                "{adapter:?}: {name}: {answers}"
            );
            if !may_follow {
                assert!(
                    answers.matches("HTTP/1.1").count() <= 1,
                    "{adapter:?}: {name}"
                );
                assert_eq!(server.handler.runs(), runs, "{adapter:?}: {name}");
            }
        }
    }
}

#[test]
fn a_request_behind_a_refused_one_is_answered_by_itself_or_not_at_all() {
    for adapter in ADAPTERS {
        let server = Server::start(adapter, github());
        for first in [Message::new("{}").bytes(), Message::new("{}").chunked(1)] {
            let mut connection = server.connect();
            connection
                .write_all(&[first, genuine(b"{}").bytes()].concat())
                .unwrap();
            connection.shutdown(Shutdown::Write).unwrap();
            let mut answers = Vec::new();
            let _ = connection.read_to_end(&mut answers);
            let answers = String::from_utf8_lossy(&answers);
            let statuses: Vec<u16> = answers
                .split("HTTP/1.1 ")
                .skip(1)
                .map(|answer| answer[..3].parse().unwrap())
                .collect();
            assert!(
                [&[][..], &[403], &[403, 200]].contains(&&statuses[..]),
                "{adapter:?}: {statuses:?}"
            );
        }
    }
}

/// Input that keeps a socket readable and never completes a body.
fn endless() -> [(&'static str, Vec<u8>, &'static [u16]); 4] {
    let tiny = chunk(b"x").repeat(200);
    let extended = [&b"1;"[..], &[b'e'; 1000], b"\r\nx\r\n"].concat();
    [
        ("a chunk size of zeros", vec![b'0'; 1024], &[408]),
        ("chunks of one byte", tiny, &[408]),
        // hyper takes 16 KiB of extensions for a body.
        ("chunks with extensions", extended, &[408, 400]),
        ("an extension without end", vec![b'e'; 1024], &[408, 400]),
    ]
}

#[test]
fn a_body_that_is_always_readable_gets_408_and_others_are_served_meanwhile() {
    std::thread::scope(|scope| {
        for adapter in ADAPTERS {
            for (name, piece, statuses) in endless() {
                scope.spawn(move || {
                    let endpoint = Endpoint::new(github())
                        .idle_timeout(Duration::from_secs(1))
                        .total_timeout(Duration::from_secs(2));
                    let server = Server::start(adapter, endpoint);
                    let mut connection = server.connect();
                    let mut start = genuine(b"{}").head(CHUNKED);
                    if name == "an extension without end" {
                        start.extend_from_slice(b"1;");
                    }
                    connection.write_all(&start).unwrap();
                    let mut writer = connection.try_clone().unwrap();
                    // Always readable, but no more than an unoptimized parser can take.
                    let flooding = std::thread::spawn(move || {
                        while writer.write_all(&piece).is_ok() {
                            std::thread::sleep(Duration::from_millis(1));
                        }
                    });
                    for _ in 0..20 {
                        let answer = server.post(&genuine(b"{}"));
                        assert_eq!(answer.status, 200, "{adapter:?}: {name}");
                    }
                    let answer = status(&read_head(&mut connection));
                    assert!(statuses.contains(&answer), "{adapter:?}: {name}: {answer}");
                    assert_eq!(server.post(&genuine(b"{}")).status, 200, "{adapter:?}");
                    flooding.join().unwrap();
                });
            }
        }
    });
}

/// The limit is that of the endpoint; the senders are slow at once, because they send
/// nothing for a second.
#[test]
fn slow_senders_beyond_the_limit_get_503_and_the_others_are_waited_for() {
    for adapter in ADAPTERS {
        let waiting = WaitingBodies::at_most(2);
        let endpoint = Endpoint::new(github())
            .idle_timeout(PATIENCE)
            .total_timeout(PATIENCE * 2)
            .waiting_bodies(waiting.clone());
        let server = Server::start(adapter, endpoint);
        let mut slow: Vec<TcpStream> = (0..5)
            .map(|_| {
                let mut connection = server.connect();
                let head = genuine(b"{}").head("content-length: 2");
                connection.write_all(&head).unwrap();
                connection
            })
            .collect();
        let refused = {
            let (answered, answers) = mpsc::channel();
            for connection in &slow {
                let mut connection = connection.try_clone().unwrap();
                let answered = answered.clone();
                std::thread::spawn(move || {
                    let _ = answered.send(Answer::read(&mut connection).status);
                });
            }
            for _ in 0..3 {
                assert_eq!(answers.recv_timeout(PATIENCE), Ok(503), "{adapter:?}");
            }
            assert_eq!(waiting.waiting(), 2, "{adapter:?}");
            assert_eq!(server.post(&genuine(b"{}")).status, 200, "{adapter:?}");
            for connection in &mut slow {
                // Three of them are closed.
                let _ = connection.write_all(b"{}");
            }
            [(); 2].map(|()| answers.recv_timeout(PATIENCE).unwrap())
        };
        assert_eq!(refused, [200, 200], "{adapter:?}");
        assert_eq!(waiting.waiting(), 0, "{adapter:?}");
        assert_eq!(server.handler.runs(), 3, "{adapter:?}");
    }
}

#[test]
fn a_genuine_delivery_may_ask_for_an_upgrade() {
    for adapter in ADAPTERS {
        let server = Server::start(adapter, github());
        for protocol in ["websocket", "WebSocket", "h2c", "TLS/1.0"] {
            let message = genuine(b"{\"n\":1}")
                .header("connection", "upgrade")
                .header("upgrade", protocol);
            let answer = server.post(&message);
            assert_eq!(answer.status, 200, "{adapter:?}: {protocol}");
            assert_eq!(answer.body, b"{\"n\":1}", "{adapter:?}: {protocol}");
            let answer = server.send(&[&message.chunked(3)]);
            assert_eq!(answer.status, 200, "{adapter:?}: {protocol}, in chunks");
            let empty = genuine(b"")
                .header("connection", "upgrade")
                .header("upgrade", protocol);
            let answer = server.send(&[&empty.head("x: y")]);
            assert_eq!(answer.status, 200, "{adapter:?}: {protocol}, no body");
        }
    }
}

/// An actix app on actix-http's own builder, with `Expect`.
fn with_expect() -> SocketAddr {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let verify = Verify::new(Endpoint::new(github()).body_limit(1000));
        let expect = Expect::new().route("/hooks/{name}", &verify);
        actix_web::rt::System::new().block_on(async move {
            let server = actix_server::Server::build()
                .workers(1)
                .disable_signals()
                .listen("hooks", listener, move || {
                    let app = App::new().service(
                        web::resource("/hooks/{name}")
                            .wrap(verify.clone())
                            .route(web::post().to(|body: web::Bytes| async { body })),
                    );
                    actix_http::HttpService::build()
                        .expect(expect.clone())
                        .finish(actix_service::map_config(app, |_| AppConfig::default()))
                        .tcp()
                })
                .unwrap()
                .run();
            send.send(address).unwrap();
            server.await.unwrap();
        });
    });
    receive.recv_timeout(PATIENCE).unwrap()
}

fn ask(address: SocketAddr, message: &Message, framing: &str) -> (TcpStream, u16) {
    let mut connection = TcpStream::connect(address).unwrap();
    connection.set_read_timeout(Some(PATIENCE)).unwrap();
    connection.set_write_timeout(Some(PATIENCE)).unwrap();
    let message = message.clone().header("expect", "100-continue");
    connection.write_all(&message.head(framing)).unwrap();
    let first = status(&read_head(&mut connection));
    (connection, first)
}

#[test]
fn only_a_head_that_passes_is_told_to_continue() {
    // actix with `Expect`; the others send it when the body is first read.
    let others = [Adapter::Axum, Adapter::Poem, Adapter::Salvo]
        .map(|adapter| Server::start(adapter, Endpoint::new(github()).body_limit(1000)).address);
    for address in others.into_iter().chain([with_expect()]) {
        let body = b"{\"n\":1}";
        for (framing, bytes) in [
            ("content-length: 7", body.to_vec()),
            (CHUNKED, [chunk(body), b"0\r\n\r\n".to_vec()].concat()),
        ] {
            let (mut connection, first) = ask(address, &genuine(body), framing);
            assert_eq!(first, 100, "{framing}");
            connection.write_all(&bytes).unwrap();
            let answer = Answer::read(&mut connection);
            assert_eq!(
                (answer.status, &answer.body[..]),
                (200, &body[..]),
                "{framing}"
            );
        }
        for (message, framing, status) in [
            (Message::new(""), "content-length: 7", 403),
            (Message::new(""), CHUNKED, 403),
            (genuine(body), "content-length: 1001", 413),
        ] {
            let (mut connection, first) = ask(address, &message, framing);
            assert_eq!(first, status, "{framing}");
            let most = 16 << 20;
            let taken = flood(&mut connection, &chunk(&[b'x'; 65_536]), most, framing);
            assert!(taken < most, "{framing}: {taken} bytes");
        }
    }
}

/// actix-http answers before any middleware is called.
#[test]
fn without_expect_actix_sends_the_refusal_right_behind_100_continue() {
    let server = Server::start(Adapter::Actix, github());
    let (mut connection, first) = ask(server.address, &Message::new(""), CHUNKED);
    assert_eq!(first, 100);
    assert_eq!(read_answer(&mut connection), 403);
    let most = 16 << 20;
    assert!(flood(&mut connection, &chunk(&[b'x'; 65_536]), most, "actix") < most);
}
