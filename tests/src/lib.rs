//! Shared test harness: real servers on loopback, one per adapter, and a client that
//! writes requests byte by byte.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod events;
#[cfg(doctest)]
mod guide;
pub mod kit;
mod servers;
pub mod vectors;

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit as _, Mac as _};
use hookward::Endpoint;
use sha2::Sha256;
use tokio::sync::{Semaphore, oneshot};

/// How long a test waits for an expected event before it fails.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The adapters, each of which must answer every case in the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adapter {
    /// `VerifyLayer` on an axum router.
    Axum,
    /// `Verify` around an actix app.
    Actix,
    /// `Verify` around a poem route.
    Poem,
    /// `Verify` as a hoop of a salvo router.
    Salvo,
}

/// All adapters.
pub const ADAPTERS: [Adapter; 4] = [Adapter::Axum, Adapter::Actix, Adapter::Poem, Adapter::Salvo];

/// A handler that records its calls and whose behaviour is configurable. It responds with
/// the body that it received, and the proof's tenant in `x-tenant`.
#[derive(Debug)]
pub struct Handler {
    runs: AtomicUsize,
    duplicates: AtomicUsize,
    status: AtomicU16,
    panics: AtomicBool,
    entered: Mutex<mpsc::Sender<()>>,
    left: Mutex<mpsc::Receiver<()>>,
    /// Each permit lets one call proceed; open by default.
    gate: Semaphore,
    gated: AtomicBool,
}

impl Handler {
    fn new() -> Arc<Self> {
        let (entered, left) = mpsc::channel();
        Arc::new(Self {
            runs: AtomicUsize::new(0),
            duplicates: AtomicUsize::new(0),
            status: AtomicU16::new(200),
            panics: AtomicBool::new(false),
            entered: Mutex::new(entered),
            left: Mutex::new(left),
            gate: Semaphore::new(0),
            gated: AtomicBool::new(false),
        })
    }

    /// How often it ran.
    pub fn runs(&self) -> usize {
        self.runs.load(Ordering::SeqCst)
    }

    /// How often it ran for a delivery marked as a duplicate.
    pub fn duplicates(&self) -> usize {
        self.duplicates.load(Ordering::SeqCst)
    }

    /// Sets its response.
    pub fn answer(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    /// Sets whether it panics.
    pub fn panic(&self, panics: bool) {
        self.panics.store(panics, Ordering::SeqCst);
    }

    /// Blocks calls until [`open`](Self::open).
    pub fn close(&self) {
        self.gated.store(true, Ordering::SeqCst);
    }

    /// Unblocks one waiting call, and all later ones.
    pub fn open(&self) {
        self.gated.store(false, Ordering::SeqCst);
        self.gate.add_permits(1);
    }

    /// Waits until a call has started.
    pub fn wait_for_run(&self) {
        self.left
            .lock()
            .unwrap()
            .recv_timeout(PATIENCE)
            .expect("the handler should run");
    }

    async fn run(&self, duplicate: bool) -> u16 {
        self.runs.fetch_add(1, Ordering::SeqCst);
        if duplicate {
            self.duplicates.fetch_add(1, Ordering::SeqCst);
        }
        let _ = self.entered.lock().unwrap().send(());
        if self.gated.load(Ordering::SeqCst) {
            self.gate.acquire().await.unwrap().forget();
        }
        assert!(
            !self.panics.load(Ordering::SeqCst),
            "the handler was told to panic"
        );
        self.status.load(Ordering::SeqCst)
    }
}

/// Waits until no memory is held: the handler responds with the body, which the server
/// drops once it is written, possibly after the response has arrived here.
pub fn given_back(budget: &hookward::MemoryBudget) {
    let patience = Instant::now() + PATIENCE;
    while budget.used() > 0 {
        assert!(
            Instant::now() < patience,
            "{} bytes are held",
            budget.used()
        );
        std::thread::yield_now();
    }
}

/// A receiver on loopback: every path below `/hooks`, and the same below
/// `/nested/hooks` inside a nested router or scope.
#[derive(Debug)]
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its handler.
    pub handler: Arc<Handler>,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Server {
    /// Starts a receiver with this adapter in front.
    pub fn start(adapter: Adapter, endpoint: impl Into<Endpoint>) -> Self {
        let handler = Handler::new();
        let (send, receive) = mpsc::channel();
        let endpoint = endpoint.into();
        let shared = handler.clone();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || match adapter {
            Adapter::Axum => servers::axum(endpoint, shared, &send, stopped),
            Adapter::Actix => servers::actix(endpoint, shared, &send, stopped),
            Adapter::Poem => servers::poem(endpoint, shared, &send, stopped),
            Adapter::Salvo => servers::salvo(endpoint, shared, &send, stopped),
        });
        let address = receive
            .recv_timeout(PATIENCE)
            .expect("the server should start");
        Self {
            address,
            handler,
            stop,
            thread,
        }
    }

    /// Stops it and waits for its threads. A dropped server keeps running.
    pub fn stop(self) {
        let _ = self.stop.send(());
        self.thread.join().unwrap();
    }

    /// Sends a request in these chunks, and reads the whole response.
    pub fn send(&self, pieces: &[&[u8]]) -> Answer {
        let mut connection = self.connect();
        for piece in pieces {
            // A server that has responded may have closed the connection already.
            if connection.write_all(piece).is_err() {
                break;
            }
        }
        Answer::read(&mut connection)
    }

    /// Sends one request message.
    pub fn post(&self, request: &Message) -> Answer {
        self.send(&[&request.bytes()])
    }

    /// A connection for tests that write to it directly.
    pub fn connect(&self) -> TcpStream {
        let connection = TcpStream::connect(self.address).unwrap();
        connection.set_nodelay(true).unwrap();
        connection.set_read_timeout(Some(PATIENCE)).unwrap();
        connection
    }
}

/// A response as received.
#[derive(Debug)]
pub struct Answer {
    /// The status code; 0 if the connection closed without a response.
    pub status: u16,
    /// The head, in lower case.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// Reads one response with a `Content-Length`, or to the end.
    pub fn read(connection: &mut TcpStream) -> Self {
        let mut bytes = Vec::new();
        let mut buffer = [0; 65536];
        loop {
            if let Some(answer) = Self::parse(&bytes, false) {
                return answer;
            }
            match connection.read(&mut buffer) {
                Ok(0) | Err(_) => break,
                Ok(n) => bytes.extend_from_slice(&buffer[..n]),
            }
        }
        Self::parse(&bytes, true).unwrap_or(Self {
            status: 0,
            head: String::new(),
            body: bytes,
        })
    }

    fn parse(bytes: &[u8], at_end: bool) -> Option<Self> {
        let end = bytes.windows(4).position(|w| w == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
        let body = &bytes[end + 4..];
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let length = match status {
            204 => Some(0),
            _ => head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .and_then(|length| length.parse::<usize>().ok()),
        };
        if !at_end && length.is_none_or(|length| body.len() < length) {
            return None;
        }
        Some(Self {
            status,
            body: body.to_vec(),
            head,
        })
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// A request message to send.
#[derive(Debug, Clone)]
pub struct Message {
    /// The method.
    pub method: String,
    /// The request target.
    pub target: String,
    /// Header lines, each as sent.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Message {
    /// A POST to `/hooks/x`.
    pub fn new(body: impl Into<Vec<u8>>) -> Self {
        Self {
            method: "POST".into(),
            target: "/hooks/x".into(),
            headers: Vec::new(),
            body: body.into(),
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the method.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        self.method = method.into();
        self
    }

    /// Sets the target.
    #[must_use]
    pub fn target(mut self, target: &str) -> Self {
        self.target = target.into();
        self
    }

    /// The start line and the headers, with one more line.
    pub fn head(&self, last: &str) -> Vec<u8> {
        let mut head = format!(
            "{} {} HTTP/1.1\r\nhost: hooks.example\r\n",
            self.method, self.target
        )
        .into_bytes();
        for (name, value) in &self.headers {
            head.extend_from_slice(name.as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value);
            head.extend_from_slice(b"\r\n");
        }
        head.extend_from_slice(last.as_bytes());
        head.extend_from_slice(b"\r\n\r\n");
        head
    }

    /// The message with a `Content-Length`.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.head(&format!("content-length: {}", self.body.len()));
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// The message in chunks of this size.
    pub fn chunked(&self, size: usize) -> Vec<u8> {
        let mut bytes = self.head("transfer-encoding: chunked");
        for chunk in self.body.chunks(size) {
            bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            bytes.extend_from_slice(chunk);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"0\r\n\r\n");
        bytes
    }
}

/// Hex HMAC-SHA256, computed without hookward.
pub fn hmac_sha256_hex(secret: &[u8], pieces: &[&[u8]]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    for piece in pieces {
        mac.update(piece);
    }
    hex::encode(mac.finalize().into_bytes())
}
