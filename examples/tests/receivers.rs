//! The examples as processes: replicas that share a store, and processes that
//! are killed.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../crates/hookward-postgres/tests/support/mod.rs"]
mod postgres;
#[path = "../../crates/hookward-redis/tests/support/mod.rs"]
mod redis;

use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const PATIENCE: Duration = Duration::from_secs(60);

/// The receiver on axum is the package's program; the others are examples.
fn program(name: &str) -> PathBuf {
    let receiver = PathBuf::from(env!("CARGO_BIN_EXE_receiver"));
    match name {
        "axum" => receiver,
        // target/<profile>/receiver → target/<profile>/examples/NAME
        _ => receiver.with_file_name("examples").join(name),
    }
}

/// A running example; killed when it is dropped.
struct Process {
    child: Child,
    address: String,
}

impl Process {
    fn start(example: &str, settings: &[(&str, &str)]) -> Self {
        Self::spawn(example, Command::new(program(example)), settings)
    }

    /// Starts it with a limit of open files.
    fn start_with_files(example: &str, files: u32, settings: &[(&str, &str)]) -> Self {
        let mut command = Command::new("sh");
        let script = format!("ulimit -n {files} && exec \"$0\"");
        command.arg("-c").arg(script).arg(program(example));
        Self::spawn(example, command, settings)
    }

    fn spawn(example: &str, mut command: Command, settings: &[(&str, &str)]) -> Self {
        let mut child = command
            .env("ADDR", "127.0.0.1:0")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{example}: {error}"));
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines
            .find_map(|line| {
                line.unwrap()
                    .strip_prefix("listening on http://")
                    .map(str::to_owned)
            })
            .expect("the example should listen");
        // Keeps the pipe open and empty.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address }
    }

    /// Sends SIGTERM.
    fn terminate(&self) {
        let kill = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        assert!(kill.unwrap().success());
    }

    fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Status and body; status 0 when the process died.
    fn send(&self, request: &[u8]) -> (u16, String) {
        let mut stream = self.connect();
        stream.write_all(request).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let text = String::from_utf8_lossy(&answer);
        let status = text
            .split(' ')
            .nth(1)
            .and_then(|s| s.parse().ok())
            .unwrap_or(0);
        let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        (status, body.to_owned())
    }

    fn get(&self, path: &str) -> String {
        self.send(format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes())
            .1
    }

    /// How often the handler of `/webhooks/github` ran.
    fn runs(&self) -> u64 {
        let stats: serde_json::Value = serde_json::from_str(&self.get("/stats")).unwrap();
        stats["github"].as_u64().unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

fn hex_mac(secret: &str, content: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(content.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

fn github(body: &str) -> Vec<u8> {
    let mac = hex_mac("demo-github-secret", body);
    format!(
        "POST /webhooks/github HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
         x-github-delivery: d-1\r\nx-hub-signature-256: sha256={mac}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn stripe(body: &str) -> Vec<u8> {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let mac = hex_mac("whsec_demo", &format!("{now}.{body}"));
    format!(
        "POST /webhooks/stripe HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
         stripe-signature: t={now},v1={mac}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Polls until it holds.
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Sixty-four copies at once over two replicas, again and again.
fn copies_are_handled_once(store: &str, deliveries: u64) {
    let settings = [("REPLAY_STORE", store)];
    let replicas = [
        Process::start("axum", &settings),
        Process::start("actix", &settings),
    ];
    for delivery in 0..deliveries {
        let request = github(&format!("{{\"delivery\":{delivery}}}"));
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let copies: Vec<_> = (0..64)
                .map(|copy| {
                    let (replica, request) = (&replicas[copy % 2], &request);
                    scope.spawn(move || replica.send(request).0)
                })
                .collect();
            copies
                .into_iter()
                .map(|copy| copy.join().unwrap())
                .collect()
        });
        assert!(
            statuses.iter().all(|s| matches!(s, 200 | 409)),
            "{statuses:?}"
        );
        assert!(statuses.contains(&200), "{statuses:?}");
        let runs: u64 = replicas.iter().map(Process::runs).sum();
        assert_eq!(runs, delivery + 1);
    }
}

/// A receiver is killed while its handler runs: until the lease runs out a copy
/// gets 409, after that it is handled.
fn a_kill_leaves_a_lease(store: &str) {
    let mut first = Process::start(
        "axum",
        &[
            ("REPLAY_STORE", store),
            ("HANDLER_DELAY_MS", "60000"),
            ("REPLAY_LEASE_MS", "3000"),
        ],
    );
    let second = Process::start(
        "actix",
        &[("REPLAY_STORE", store), ("REPLAY_LEASE_MS", "3000")],
    );
    let request = github("{\"killed\":true}");
    let mut hanging = first.connect();
    hanging.write_all(&request).unwrap();
    until("the first handler should run", || first.runs() == 1);
    first.kill();
    assert_eq!(second.send(&request).0, 409);
    assert_eq!(second.runs(), 0);
    until("the retry should be handled", || {
        second.send(&request).0 == 200
    });
    assert_eq!(second.runs(), 1);
    assert_eq!(second.send(&request).0, 200);
    assert_eq!(second.runs(), 1, "it is done now");
}

/// The store goes away and comes back: 503 meanwhile, no restart, nothing twice.
fn an_outage_closes_and_heals(store: &str, down: impl FnOnce(), up: impl FnOnce()) {
    let receiver = Process::start("axum", &[("REPLAY_STORE", store)]);
    assert_eq!(receiver.send(&github("1")).0, 200);
    down();
    assert_eq!(receiver.send(&github("1")).0, 503);
    assert_eq!(receiver.send(&github("2")).0, 503);
    up();
    until("it should recover", || receiver.send(&github("2")).0 == 200);
    assert_eq!(receiver.send(&github("1")).0, 200);
    assert_eq!(
        receiver.runs(),
        2,
        "what was handled before the outage is still known"
    );
}

#[test]
fn replicas_on_redis_handle_each_delivery_once() {
    let Some(mut server) = redis::Server::start() else {
        return;
    };
    let url = server.url();
    copies_are_handled_once(&url, 20);
    a_kill_leaves_a_lease(&url);
    let server = std::cell::RefCell::new(&mut server);
    an_outage_closes_and_heals(
        &url,
        || server.borrow_mut().down(),
        || assert!(server.borrow_mut().up()),
    );
}

#[test]
fn replicas_on_postgres_handle_each_delivery_once() {
    let Some(mut server) = postgres::Server::start() else {
        return;
    };
    let url = server.url();
    copies_are_handled_once(&url, 20);
    a_kill_leaves_a_lease(&url);
    let server = std::cell::RefCell::new(&mut server);
    an_outage_closes_and_heals(
        &url,
        || server.borrow_mut().down(),
        || assert!(server.borrow_mut().up()),
    );
}

#[test]
fn processes_that_share_a_file_handle_each_delivery_once_and_after_a_restart() {
    let directory = std::env::temp_dir().join(format!("hookward-examples-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let store = format!("sqlite:{}", directory.join("replay.sqlite").display());
    copies_are_handled_once(&store, 20);
    a_kill_leaves_a_lease(&store);
    let mut first = Process::start("axum", &[("REPLAY_STORE", &store)]);
    assert_eq!(first.send(&github("\"once\"")).0, 200);
    assert_eq!(first.runs(), 1);
    first.kill();
    let second = Process::start("axum", &[("REPLAY_STORE", &store)]);
    assert_eq!(second.send(&github("\"once\"")).0, 200);
    assert_eq!(second.runs(), 0, "it was handled before the restart");
    std::fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn an_effect_in_the_claims_transaction_happens_once_whenever_the_process_dies() {
    let Some(server) = postgres::Server::start() else {
        return;
    };
    let url = server.url();
    for (expected, point) in [(1, "before-commit"), (2, "after-commit")] {
        let request = stripe(&format!("{{\"id\":\"evt_{expected}\"}}"));
        let crashing = Process::start("transaction", &[("DATABASE_URL", &url), ("CRASH", point)]);
        assert_eq!(
            crashing.send(&request).0,
            0,
            "{point}: it should die without an answer"
        );
        let receiver = Process::start("transaction", &[("DATABASE_URL", &url)]);
        for _ in 0..2 {
            assert_eq!(receiver.send(&request).0, 200, "{point}");
        }
        assert_eq!(receiver.get("/balance"), expected.to_string(), "{point}");
    }
}

#[test]
fn what_was_acknowledged_is_worked_on_though_the_process_is_killed() {
    let Some(server) = postgres::Server::start() else {
        return;
    };
    let url = server.url();
    let mut slow = Process::start(
        "queue",
        &[("DATABASE_URL", &url), ("HANDLER_DELAY_MS", "60000")],
    );
    for number in 0..10 {
        assert_eq!(slow.send(&github(&format!("{number}"))).0, 202);
    }
    assert_eq!(slow.send(&github("3")).0, 202, "a copy is acknowledged");
    assert_eq!(slow.get("/done"), "0");
    slow.kill();
    let receiver = Process::start("queue", &[("DATABASE_URL", &url)]);
    until("all should be worked on", || receiver.get("/done") == "10");
    assert_eq!(receiver.send(&github("3")).0, 202);
    assert_eq!(receiver.get("/done"), "10");
}

#[test]
fn half_a_head_is_not_waited_for_longer_than_the_examples_say() {
    std::thread::scope(|scope| {
        for example in ["axum", "actix"] {
            scope.spawn(move || {
                let receiver = Process::start(example, &[]);
                let mut half = receiver.connect();
                half.write_all(b"POST /webhooks/github HTTP/1.1\r\nhost: x\r\nx-hub-")
                    .unwrap();
                let mut answer = Vec::new();
                // Ends when the connection is closed, well before `PATIENCE` is over.
                let read = half.read_to_end(&mut answer);
                assert!(read.is_ok(), "{example}: {read:?}");
                assert_eq!(receiver.send(&github("1")).0, 200, "{example}");
            });
        }
    });
}

/// Whoever sends requests and never reads the answers.
#[test]
#[cfg(target_os = "linux")]
fn a_connection_whose_answers_are_not_read_ends() {
    std::thread::scope(|scope| {
        for example in ["axum", "actix"] {
            scope.spawn(move || {
                let receiver = Process::start(example, &[]);
                let mut stream = receiver.connect();
                let second = Duration::from_secs(1);
                stream.set_write_timeout(Some(second)).unwrap();
                let refused =
                    b"POST /webhooks/github HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n";
                let requests = refused.repeat(1000);
                let start = Instant::now();
                let mut is_full = false;
                let error = loop {
                    match stream.write(&requests) {
                        Ok(_) => assert!(start.elapsed() < PATIENCE, "{example}: it goes on"),
                        Err(error) if error.kind() == ErrorKind::WouldBlock => is_full = true,
                        Err(error) => break error,
                    }
                    assert!(start.elapsed() < PATIENCE, "{example}: still open");
                };
                assert!(is_full, "{example}: {error}");
                assert_eq!(receiver.send(&github("1")).0, 200, "{example}");
            });
        }
    });
}

#[test]
fn a_handler_that_runs_when_the_receiver_is_told_to_stop_finishes() {
    for example in ["axum", "actix"] {
        let mut receiver = Process::start(example, &[("HANDLER_DELAY_MS", "1500")]);
        let mut running = receiver.connect();
        running.write_all(&github("1")).unwrap();
        until("the handler should run", || receiver.runs() == 1);
        receiver.terminate();
        let mut answer = Vec::new();
        running.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.starts_with("HTTP/1.1 200 "), "{example}: {answer}");
        let status = receiver.child.wait().unwrap();
        assert!(status.success(), "{example}: {status}");
    }
}

#[test]
fn a_receiver_that_is_told_to_stop_waits_until_the_store_has_its_successes() {
    let Some(mut server) = redis::Server::start() else {
        return;
    };
    let url = server.url();
    let store = ("REPLAY_STORE", url.as_str());
    for example in ["axum", "actix"] {
        let mut first = Process::start(example, &[store, ("HANDLER_DELAY_MS", "1000")]);
        let request = github(example);
        let mut running = first.connect();
        running.write_all(&request).unwrap();
        until("the handler should run", || first.runs() == 1);
        server.down();
        first.terminate();
        let mut answer = Vec::new();
        running.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.starts_with("HTTP/1.1 200 "), "{example}: {answer}");
        assert!(server.up());
        let status = first.child.wait().unwrap();
        assert!(status.success(), "{example}: {status}");
        // Long before the lease of the first ends.
        let second = Process::start("axum", &[store]);
        assert_eq!(second.send(&request).0, 200, "{example}");
        assert_eq!(second.runs(), 0, "{example}: handled again");
    }
}

#[test]
fn continue_is_sent_only_after_the_head_passed() {
    for example in ["axum", "actix"] {
        let receiver = Process::start(example, &[]);
        let genuine = String::from_utf8(github("1")).unwrap();
        let genuine = genuine.replace("content-length", "expect: 100-continue\r\ncontent-length");
        let forged = genuine.replace("x-hub-signature-256: sha256=", "x-hub-signature-256: ");
        for (request, expected) in [(genuine, "100 Continue"), (forged, "403 ")] {
            let head = &request[..request.find("\r\n\r\n").unwrap() + 4];
            let mut stream = receiver.connect();
            stream.write_all(head.as_bytes()).unwrap();
            let mut first = [0; 21];
            stream.read_exact(&mut first).unwrap();
            let first = String::from_utf8_lossy(&first);
            let expected = format!("HTTP/1.1 {expected}");
            assert!(first.starts_with(&expected), "{example}: {first}");
        }
    }
}

#[test]
fn floods_without_payload_end_with_the_timeouts_and_genuine_senders_are_served_meanwhile() {
    for example in ["axum", "actix"] {
        let timeouts = [
            ("BODY_IDLE_TIMEOUT_MS", "1000"),
            ("BODY_TIMEOUT_MS", "2000"),
        ];
        let receiver = Process::start(example, &timeouts);
        let request = String::from_utf8(github("0")).unwrap();
        let head =
            request[..request.len() - 1].replace("content-length: 1", "transfer-encoding: chunked");
        std::thread::scope(|scope| {
            let floods: Vec<_> = (0..4)
                .map(|_| {
                    let mut stream = receiver.connect();
                    stream.set_write_timeout(Some(PATIENCE)).unwrap();
                    stream.write_all(head.as_bytes()).unwrap();
                    // A chunk size of zeros, as fast as the socket takes it.
                    scope.spawn(move || {
                        loop {
                            if let Err(error) = stream.write_all(&[b'0'; 65_536]) {
                                return error.kind();
                            }
                        }
                    })
                })
                .collect();
            let mut longest = Duration::ZERO;
            for number in 1..20 {
                let start = Instant::now();
                let status = receiver.send(&github(&number.to_string())).0;
                assert_eq!(status, 200, "{example}");
                longest = longest.max(start.elapsed());
            }
            println!("{example}: under four floods, the slowest genuine delivery took {longest:?}");
            for flood in floods {
                let ended = flood.join().unwrap();
                let is_open = matches!(ended, ErrorKind::WouldBlock | ErrorKind::TimedOut);
                assert!(!is_open, "{example}: {ended:?}");
            }
        });
    }
}

/// Connections of senders that send a head that passes and then a byte now and then, and
/// come again when they are turned away.
struct Hostile {
    _runtime: tokio::runtime::Runtime,
    /// How many of them have sent their head.
    connected: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
}

impl Hostile {
    fn attack(address: SocketAddr, connections: usize) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let connected = Arc::new(AtomicUsize::new(0));
        let stop = Arc::new(AtomicBool::new(false));
        for _ in 0..connections {
            let (connected, stop) = (connected.clone(), stop.clone());
            runtime.spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    let _ = Self::hold_one(address, &connected).await;
                }
            });
        }
        Self {
            _runtime: runtime,
            connected,
            stop,
        }
    }

    async fn hold_one(address: SocketAddr, connected: &AtomicUsize) -> std::io::Result<()> {
        const HEAD: &str = "POST /webhooks/github HTTP/1.1\r\nhost: x\r\n\
            x-github-delivery: d-1\r\ncontent-length: 100000\r\nx-hub-signature-256: sha256=";
        let mut stream = tokio::net::TcpStream::connect(address).await?;
        let head = format!("{HEAD}{}\r\n\r\n", "0".repeat(64));
        stream.write_all(head.as_bytes()).await?;
        connected.fetch_add(1, Ordering::Relaxed);
        let (mut reader, mut writer) = stream.split();
        let mut answer = Vec::new();
        let trickle = async {
            // A refused sender goes on for as long as it can.
            loop {
                tokio::time::sleep(Duration::from_millis(300)).await;
                writer.write_all(b"x").await?;
            }
        };
        let closed = async {
            reader.read_to_end(&mut answer).await?;
            Ok(())
        };
        let ended = tokio::select! {
            ended = trickle => ended,
            ended = closed => ended,
        };
        connected.fetch_sub(1, Ordering::Relaxed);
        ended
    }
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

#[test]
fn slow_senders_that_outnumber_the_descriptors_do_not_keep_genuine_ones_out() {
    const HOSTILE: usize = 1100;
    const GENUINE: usize = 200;
    // Many providers wait for 10 seconds.
    const DELIVERY_TIMEOUT: Duration = Duration::from_secs(10);
    let own = std::process::id().to_string();
    let raised = Command::new("prlimit")
        .args(["--nofile=4096:", "--pid", &own])
        .status();
    assert!(raised.is_ok_and(|status| status.success()), "prlimit");
    for example in ["axum", "actix"] {
        let receiver = Process::start_with_files(example, 1024, &[]);
        let attack = Hostile::attack(receiver.address.parse().unwrap(), HOSTILE);
        until("the attack should begin", || {
            attack.connected.load(Ordering::Relaxed) > 1000
        });
        let begun = Instant::now();
        let mut longest = Duration::ZERO;
        let mut served = 0;
        std::thread::scope(|scope| {
            let senders: Vec<_> = (0..8)
                .map(|sender| {
                    let receiver = &receiver;
                    scope.spawn(move || {
                        let mut served = 0;
                        let mut longest = Duration::ZERO;
                        for number in 0..GENUINE / 8 {
                            let start = Instant::now();
                            let request = github(&format!("[{sender},{number}]"));
                            let status = receiver.send(&request).0;
                            let time = start.elapsed();
                            served += usize::from(status == 200 && time < DELIVERY_TIMEOUT);
                            longest = longest.max(time);
                        }
                        (served, longest)
                    })
                })
                .collect();
            for sender in senders {
                let (number, time) = sender.join().unwrap();
                served += number;
                longest = longest.max(time);
            }
        });
        println!(
            "{example}: {served} of {GENUINE} served in {:?}, the slowest in {longest:?}; \
             {} of {HOSTILE} slow senders connected",
            begun.elapsed(),
            attack.connected.load(Ordering::Relaxed)
        );
        assert!(served * 100 >= GENUINE * 99, "{example}: {served}");
        drop(attack);
    }
}
