//! HTTP/1.1 server of `hookward listen`: hyper behind a [`Tap`] that preserves each head
//! as received.
//!
//! hyper sorts headers by name and parses the target as a URI, without its fragment and
//! without some characters that providers send. But a signature covers the bytes of the
//! target, and a recording contains the whole head. So the tap copies each head, replaces
//! its target with `/`, and withholds the bytes of the next request until this one has
//! been read. A malformed head reaches the service as an empty request with the reason,
//! so that hyper writes every response.
//!
//! The number of connections, the size of heads and bodies, the time for both and the
//! memory of all bodies are limited.

use std::convert::Infallible;
use std::error::Error as _;
use std::future::Future as _;
use std::io::{Error, ErrorKind, Result};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf as _, Bytes, BytesMut};
use http::{Extensions, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::{Instant, Sleep, sleep, sleep_until, timeout};

use crate::fault::{Fault, tell};
use crate::net::{HEAD_LIMIT, Headers, MAX_HEADERS};

/// Further connections are turned away with 503.
const MAX_CONNECTIONS: usize = 256;
/// If more than this are being turned away, further ones are closed without a response.
const MAX_TURNED_AWAY: usize = 64;
/// An idle connection is closed after this time.
const IDLE: Duration = Duration::from_secs(30);
/// A response that the peer does not read for this long is abandoned.
const STALL: Duration = Duration::from_secs(30);
/// How long, and how much, to read after a request was rejected midway: closing a
/// connection with unread bytes resets it, and the response may be lost.
const LINGER: Duration = Duration::from_secs(1);
const LINGER_BYTES: usize = 1 << 20;

const TURN_AWAY: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\n\
    content-type: text/plain\r\ncontent-length: 21\r\nretry-after: 5\r\n\
    connection: close\r\n\r\ntoo many connections\n";

/// Limits of a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// The largest body.
    pub(crate) body: u64,
    /// The bodies of all connections together.
    pub(crate) memory: u64,
    /// From the first byte of a request to its last.
    pub(crate) time: Duration,
}

/// A head as received.
pub(crate) struct Head {
    pub(crate) start_line: Vec<u8>,
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Headers,
    framing: Framing,
}

/// A request as received.
pub(crate) struct Request {
    pub(crate) head: Head,
    pub(crate) body: Vec<u8>,
    /// hyper's record of the spelling of header names, for forwarding the request.
    pub(crate) extensions: Extensions,
    _memory: MemoryShare,
}

/// How the end of a body is determined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Framing {
    Chunked,
    Length(u64),
}

/// Why a request was not read.
struct Unreadable {
    status: u16,
    what: String,
}

impl Unreadable {
    fn new(status: u16, what: impl Into<String>) -> Self {
        Self {
            status,
            what: what.into(),
        }
    }

    fn too_large() -> Self {
        Self::new(413, "a body over the limit")
    }
}

/// The bytes left for the bodies of all connections.
struct Memory(AtomicU64);

/// A reservation of memory, released on drop.
struct MemoryShare {
    memory: Arc<Memory>,
    bytes: u64,
}

impl MemoryShare {
    /// Reserves memory for more bytes of a body. A body counts twice its capacity:
    /// growing may copy it, and the response to a validation keeps a copy.
    fn reserve(
        &mut self,
        body: &mut Vec<u8>,
        more: usize,
        limit: u64,
    ) -> std::result::Result<(), Unreadable> {
        let needed = body.len() + more;
        if needed <= body.capacity() {
            return Ok(());
        }
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let capacity = (body.capacity() * 2).min(limit).max(needed).max(1024);
        let bytes = capacity as u64 * 2;
        let taken = self
            .memory
            .0
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| {
                left.checked_sub(bytes - self.bytes)
            });
        if taken.is_err() {
            let what = "the memory for bodies is used up (--memory-limit)";
            return Err(Unreadable::new(503, what));
        }
        self.bytes = bytes;
        body.reserve_exact(capacity - body.len());
        Ok(())
    }
}

impl Drop for MemoryShare {
    fn drop(&mut self) {
        self.memory.0.fetch_add(self.bytes, Ordering::AcqRel);
    }
}

/// Answers requests; called on a thread that may block.
pub(crate) type Answer = dyn Fn(Request) -> Response<Bytes> + Send + Sync;

struct Server {
    limits: Limits,
    memory: Arc<Memory>,
    answer: Arc<Answer>,
}

/// Serves a socket until the process ends.
pub(crate) fn run(
    socket: std::net::TcpListener,
    limits: Limits,
    answer: Arc<Answer>,
) -> std::result::Result<Infallible, Fault> {
    let fail = |error: Error| Fault::new(format!("cannot listen: {error}"));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(MAX_CONNECTIONS)
        .build()
        .map_err(fail)?;
    let server = Arc::new(Server {
        limits,
        memory: Arc::new(Memory(AtomicU64::new(limits.memory))),
        answer,
    });
    let open = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let turned_away = Arc::new(Semaphore::new(MAX_TURNED_AWAY));
    runtime.block_on(async {
        socket.set_nonblocking(true).map_err(fail)?;
        let socket = tokio::net::TcpListener::from_std(socket).map_err(fail)?;
        loop {
            // The connection broke before it was accepted, or no descriptors are left.
            let Ok((stream, _)) = socket.accept().await else {
                sleep(Duration::from_millis(20)).await;
                continue;
            };
            if let Ok(permit) = open.clone().try_acquire_owned() {
                let server = server.clone();
                tokio::spawn(async move {
                    server.serve(stream).await;
                    drop(permit);
                });
            } else if let Ok(permit) = turned_away.clone().try_acquire_owned() {
                tokio::spawn(async move {
                    let _ = timeout(LINGER, turn_away(stream)).await;
                    drop(permit);
                });
            }
        }
    })
}

async fn turn_away(mut stream: TcpStream) -> Result<()> {
    stream.write_all(TURN_AWAY).await?;
    stream.shutdown().await?;
    let mut rest = stream.take(LINGER_BYTES as u64);
    tokio::io::copy(&mut rest, &mut tokio::io::sink()).await?;
    Ok(())
}

impl Server {
    /// The requests of one connection.
    async fn serve(&self, stream: TcpStream) {
        let _ = stream.set_nodelay(true);
        let shared = Arc::new(Mutex::new(Shared::default()));
        let tap = Tap::new(stream, shared.clone(), self.limits.time);
        let service = service_fn(|request| self.receive(&shared, request));
        let served = http1::Builder::new()
            .half_close(true)
            .preserve_header_case(true)
            .auto_date_header(false)
            .max_headers(MAX_HEADERS)
            .max_buf_size(2 * HEAD_LIMIT)
            .serve_connection(TokioIo::new(tap), service)
            .await;
        if let Err(error) = served
            && error.is_parse()
        {
            tell!("note: a request could not be read: {}", causes(&error));
        }
    }

    /// An error closes the connection without a response.
    async fn receive(
        &self,
        shared: &Mutex<Shared>,
        request: hyper::Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>> {
        let head = lock(shared).head.take();
        let read = match head {
            Some(Ok(head)) => self.read(head, request).await?,
            Some(Err(unreadable)) => Err(unreadable),
            None => return Err(ErrorKind::InvalidData.into()),
        };
        let request = match read {
            Ok(request) => request,
            Err(Unreadable { status, what }) => {
                tell!("note: a request could not be read: {what}");
                lock(shared).is_refused = true;
                let mut response = Response::new(Bytes::from_static(b"unreadable\n"));
                *response.status_mut() =
                    http::StatusCode::from_u16(status).map_err(Error::other)?;
                let headers = response.headers_mut();
                for (name, value) in [("content-type", "text/plain"), ("connection", "close")] {
                    headers.insert(name, http::HeaderValue::from_static(value));
                }
                return Ok(written(response));
            }
        };
        lock(shared).is_read = true;
        let answer = self.answer.clone();
        let answered = tokio::task::spawn_blocking(move || answer(request)).await;
        answered.map(written).map_err(Error::other)
    }

    async fn read(
        &self,
        head: Head,
        request: hyper::Request<Incoming>,
    ) -> Result<std::result::Result<Request, Unreadable>> {
        let limit = self.limits.body;
        if matches!(head.framing, Framing::Length(length) if length > limit) {
            return Ok(Err(Unreadable::too_large()));
        }
        let mut memory = MemoryShare {
            memory: self.memory.clone(),
            bytes: 0,
        };
        let (parts, mut incoming) = request.into_parts();
        let mut body = Vec::new();
        while let Some(frame) = incoming.frame().await {
            let frame = match frame {
                Ok(frame) => frame,
                Err(error) => return broken(&error).map(Err),
            };
            let Ok(data) = frame.into_data() else {
                continue;
            };
            if (body.len() + data.len()) as u64 > limit {
                return Ok(Err(Unreadable::too_large()));
            }
            if let Err(unreadable) = memory.reserve(&mut body, data.len(), limit) {
                return Ok(Err(unreadable));
            }
            body.extend_from_slice(&data);
        }
        Ok(Ok(Request {
            head,
            body,
            extensions: parts.extensions,
            _memory: memory,
        }))
    }
}

/// Why a body was not read, or an error if the peer is gone.
fn broken(error: &hyper::Error) -> Result<Unreadable> {
    let io = error.source().and_then(|source| source.downcast_ref());
    match io.map(Error::kind) {
        Some(ErrorKind::TimedOut) => Ok(Unreadable::new(408, "it took too long (--timeout)")),
        Some(ErrorKind::InvalidInput | ErrorKind::InvalidData) => {
            Ok(Unreadable::new(400, causes(error)))
        }
        _ => Err(Error::other(causes(error))),
    }
}

/// An error and its causes, in one line.
fn causes(error: &hyper::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

/// A response as hyper writes it.
fn written(mut response: Response<Bytes>) -> Response<Full<Bytes>> {
    if matches!(response.status().as_u16(), 502 | 503) {
        let seconds = http::HeaderValue::from_static("5");
        response.headers_mut().insert("retry-after", seconds);
    }
    response.map(Full::new)
}

/// The state shared by the tap and the service.
#[derive(Default)]
struct Shared {
    /// The request that hyper is reading.
    head: Option<std::result::Result<Head, Unreadable>>,
    /// Its body has been read, so that the next bytes are a head.
    is_read: bool,
    /// It was rejected, possibly before it was complete.
    is_refused: bool,
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What comes next on a connection.
enum Next {
    Head,
    Body(u64),
    Chunks,
    /// Nothing that will be read.
    End,
}

/// What a timeout applies to.
#[derive(PartialEq, Eq)]
enum Clock {
    /// A response, which has a timeout of its own.
    Answer,
    Idle,
    Request,
}

/// A stream that records the bytes of each head.
struct Tap {
    stream: TcpStream,
    shared: Arc<Mutex<Shared>>,
    /// Bytes received and not yet passed to hyper.
    received: BytesMut,
    /// Bytes that hyper may read now.
    ready: BytesMut,
    next: Next,
    /// How much of the buffered head has been searched for its end.
    scanned: usize,
    time: Duration,
    /// The deadline of the request, or of an idle connection.
    end: Pin<Box<Sleep>>,
    clock: Clock,
    /// When to abandon a response that the peer does not read.
    stall: Option<Pin<Box<Sleep>>>,
    /// How much is still read after a rejection, once the response is written.
    linger: Option<usize>,
}

impl Tap {
    fn new(stream: TcpStream, shared: Arc<Mutex<Shared>>, time: Duration) -> Self {
        Self {
            stream,
            shared,
            received: BytesMut::new(),
            ready: BytesMut::new(),
            next: Next::Head,
            scanned: 0,
            time,
            end: Box::pin(sleep(time)),
            clock: Clock::Answer,
            stall: None,
            linger: None,
        }
    }

    /// Receives more bytes; 0 at the end of the stream.
    fn poll_more(&mut self, cx: &mut Context<'_>) -> Poll<Result<usize>> {
        // A peer that never pauses must not hold the connection forever.
        if Instant::now() >= self.end.deadline() {
            return Poll::Ready(Err(ErrorKind::TimedOut.into()));
        }
        let mut piece = [std::mem::MaybeUninit::uninit(); 16 << 10];
        let mut piece = ReadBuf::uninit(&mut piece);
        match Pin::new(&mut self.stream).poll_read(cx, &mut piece) {
            Poll::Ready(read) => {
                read?;
                self.received.extend_from_slice(piece.filled());
                Poll::Ready(Ok(piece.filled().len()))
            }
            Poll::Pending => {
                ready!(self.end.as_mut().poll(cx));
                Poll::Ready(Err(ErrorKind::TimedOut.into()))
            }
        }
    }

    /// Moves the bytes that hyper may read into `ready`; `None` at the end of the stream.
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        while self.ready.is_empty() {
            match &mut self.next {
                Next::End => break,
                Next::Head => {
                    if !ready!(self.poll_head(cx))? {
                        break;
                    }
                    continue;
                }
                Next::Body(left) if !self.received.is_empty() => {
                    let here = usize::try_from(*left).unwrap_or(usize::MAX);
                    self.ready = self.received.split_to(here.min(self.received.len()));
                    *left -= self.ready.len() as u64;
                    if *left == 0 {
                        self.start_head();
                    }
                    continue;
                }
                Next::Chunks if lock(&self.shared).is_read => {
                    self.start_head();
                    continue;
                }
                Next::Chunks if !self.received.is_empty() => {
                    // The last chunk ends with an empty line, and hyper must not get any
                    // byte after it before the service has seen the end. Bytes that may
                    // become one are withheld.
                    let whole = self.received.len();
                    let end = match after_empty_line(&self.received, 0) {
                        Some(end) => end,
                        None if self.received.ends_with(b"\n") => whole - 1,
                        None if self.received.ends_with(b"\n\r") => whole - 2,
                        None => whole,
                    };
                    if end > 0 {
                        self.ready = self.received.split_to(end);
                        continue;
                    }
                }
                Next::Body(_) | Next::Chunks => {}
            }
            if ready!(self.poll_more(cx))? == 0 {
                break;
            }
        }
        Poll::Ready(Ok(()))
    }

    fn start_head(&mut self) {
        self.next = Next::Head;
        self.clock = Clock::Answer;
        self.scanned = 0;
    }

    /// Takes a head, or a substitute if it is malformed; false at the end of the stream.
    fn poll_head(&mut self, cx: &mut Context<'_>) -> Poll<Result<bool>> {
        loop {
            let blank = self
                .received
                .iter()
                .position(|byte| !matches!(byte, b'\r' | b'\n'));
            if self.scanned == 0 {
                self.received.advance(blank.unwrap_or(self.received.len()));
            }
            if self.clock == Clock::Answer {
                self.clock = Clock::Idle;
                self.end
                    .as_mut()
                    .reset(Instant::now() + IDLE.min(self.time));
            }
            if self.clock == Clock::Idle && !self.received.is_empty() {
                self.clock = Clock::Request;
                self.end.as_mut().reset(Instant::now() + self.time);
            }
            if let Some(end) = after_empty_line(&self.received, self.scanned) {
                let head = self.received.split_to(end);
                self.start_body(parse(&head), &head);
                return Poll::Ready(Ok(true));
            }
            // The empty line may start in the last three bytes.
            self.scanned = self.received.len().saturating_sub(3);
            let refused = if self.received.len() > HEAD_LIMIT {
                Unreadable::new(431, "the head is too long")
            } else {
                match ready!(self.poll_more(cx)) {
                    Ok(0) if self.received.is_empty() => return Poll::Ready(Ok(false)),
                    Ok(0) => Unreadable::new(400, "the head is truncated"),
                    Ok(_) => continue,
                    Err(error) if error.kind() == ErrorKind::TimedOut => {
                        if self.received.is_empty() {
                            return Poll::Ready(Ok(false));
                        }
                        Unreadable::new(408, "it took too long (--timeout)")
                    }
                    Err(error) => return Poll::Ready(Err(error)),
                }
            };
            self.start_body(Err(refused), b"");
            return Poll::Ready(Ok(true));
        }
    }

    fn start_body(&mut self, head: std::result::Result<Head, Unreadable>, bytes: &[u8]) {
        match &head {
            Ok(head) => {
                self.next = match head.framing {
                    Framing::Chunked => Next::Chunks,
                    Framing::Length(length) => Next::Body(length),
                };
                self.ready.extend_from_slice(head.method.as_bytes());
                self.ready.extend_from_slice(b" / ");
                let rest = head.method.len() + 1 + head.target.len() + 1;
                self.ready
                    .extend_from_slice(bytes.get(rest..).unwrap_or_default());
                if head.framing == Framing::Length(0) {
                    self.start_head();
                }
            }
            Err(_) => {
                self.next = Next::End;
                self.ready.extend_from_slice(b"GET / HTTP/1.1\r\n\r\n");
            }
        }
        let mut shared = lock(&self.shared);
        shared.is_read = false;
        shared.head = Some(head);
    }
}

/// The index after the first empty line that ends at or after `from`.
fn after_empty_line(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    while let Some(found) = bytes[at..].iter().position(|byte| *byte == b'\n') {
        at += found + 1;
        match &bytes[at..] {
            [b'\n', ..] => return Some(at + 1),
            [b'\r', b'\n', ..] => return Some(at + 2),
            _ => {}
        }
    }
    None
}

/// Whether a request line ends with an HTTP version, and not with the rest of a target
/// that contains a blank.
fn names_a_version(head: &[u8]) -> bool {
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let mut words = line.trim_ascii_end().split(|byte| *byte == b' ').skip(2);
    let version = words.next().unwrap_or_default();
    version.starts_with(b"HTTP/") && words.next().is_none()
}

/// A head up to its empty line.
fn parse(bytes: &[u8]) -> std::result::Result<Head, Unreadable> {
    let mut lines = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut parsed = httparse::Request::new(&mut lines);
    match parsed.parse(bytes) {
        Ok(httparse::Status::Complete(length)) if length == bytes.len() => {}
        Ok(_) => return Err(Unreadable::new(400, "the head is truncated")),
        Err(httparse::Error::TooManyHeaders) => {
            return Err(Unreadable::new(431, "too many headers"));
        }
        Err(httparse::Error::Version) if names_a_version(bytes) => {
            return Err(Unreadable::new(505, "not HTTP/1.1"));
        }
        Err(error) => return Err(Unreadable::new(400, error.to_string())),
    }
    let headers: Headers = parsed
        .headers
        .iter()
        .map(|header| (header.name.to_owned(), header.value.to_vec()))
        .collect();
    let line = bytes
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    Ok(Head {
        start_line: line.trim_ascii_end().to_vec(),
        method: parsed.method.unwrap_or_default().to_owned(),
        target: parsed.path.unwrap_or_default().to_owned(),
        framing: framing(&headers).map_err(|what| Unreadable::new(400, what))?,
        headers,
    })
}

/// Determines how the body ends. hyper prefers the transfer coding over a length; such a
/// message is rejected here, because another server may parse it differently, which
/// enables request smuggling (RFC 9112, section 6.3).
fn framing(headers: &Headers) -> std::result::Result<Framing, &'static str> {
    let all = |name: &str| {
        headers
            .iter()
            .filter(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_slice())
            .collect::<Vec<_>>()
    };
    let (codings, lengths) = (all("transfer-encoding"), all("content-length"));
    match (codings.as_slice(), lengths.as_slice()) {
        ([], []) => Ok(Framing::Length(0)),
        ([coding], []) if coding.eq_ignore_ascii_case(b"chunked") => Ok(Framing::Chunked),
        ([_, ..], []) => Err("an unsupported transfer coding"),
        ([], [length]) if length.iter().all(u8::is_ascii_digit) => std::str::from_utf8(length)
            .ok()
            .and_then(|text| text.parse().ok())
            .map(Framing::Length)
            .ok_or("an invalid Content-Length"),
        _ => Err("an invalid or repeated Content-Length"),
    }
}

impl AsyncRead for Tap {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        ready!(self.poll_ready(cx))?;
        let count = self.ready.len().min(into.remaining());
        into.put_slice(&self.ready.split_to(count));
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Tap {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        if let Poll::Ready(written) = Pin::new(&mut self.stream).poll_write(cx, bytes) {
            self.stall = None;
            return Poll::Ready(written);
        }
        let stall = self.stall.get_or_insert_with(|| Box::pin(sleep(STALL)));
        ready!(stall.as_mut().poll(cx));
        Poll::Ready(Err(ErrorKind::TimedOut.into()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    /// Ends the responses; after a rejection, reads on for a moment.
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let this = &mut *self;
        if this.linger.is_none() {
            ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
            this.end = Box::pin(sleep_until(Instant::now() + LINGER));
            this.linger = Some(match lock(&this.shared).is_refused {
                true => LINGER_BYTES,
                false => 0,
            });
        }
        while let Some(left) = this.linger.filter(|left| *left > 0) {
            this.received.clear();
            match ready!(this.poll_more(cx)) {
                Ok(0) | Err(_) => break,
                Ok(count) => this.linger = Some(left.saturating_sub(count)),
            }
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_head_is_found_wherever_it_is_cut() {
        for (text, end) in [
            (&b"GET / HTTP/1.1\r\n\r\nrest"[..], 18),
            (b"GET / HTTP/1.1\n\nrest", 16),
            (b"GET / HTTP/1.1\r\na: b\n\r\nrest", 23),
        ] {
            assert_eq!(after_empty_line(text, 0), Some(end));
            for cut in 0..end {
                assert_eq!(after_empty_line(&text[..cut], 0), None, "{cut}");
                assert_eq!(after_empty_line(text, cut.saturating_sub(3)), Some(end));
            }
        }
    }

    #[test]
    fn ambiguous_framing_is_refused() {
        let of = |lines: &[(&str, &str)]| {
            let headers = lines
                .iter()
                .map(|(n, v)| ((*n).to_owned(), v.as_bytes().to_vec()))
                .collect();
            framing(&headers).map_err(|_| ())
        };
        assert_eq!(of(&[("Content-Length", "5")]), Ok(Framing::Length(5)));
        assert_eq!(
            of(&[("Transfer-Encoding", "chunked")]),
            Ok(Framing::Chunked)
        );
        for bad in [
            &[("content-length", "5"), ("content-length", "6")][..],
            &[("content-length", "5"), ("content-length", "5")],
            &[("content-length", "5"), ("transfer-encoding", "chunked")],
            &[("content-length", "+5")],
            &[("content-length", "")],
            &[("content-length", "99999999999999999999")],
            &[("transfer-encoding", "gzip, chunked")],
            &[
                ("transfer-encoding", "chunked"),
                ("transfer-encoding", "chunked"),
            ],
        ] {
            assert_eq!(of(bad), Err(()), "{bad:?}");
        }
    }
}
