//! HTTP client on hyper: one request per connection.

use std::error::Error as _;
use std::io::{Error, ErrorKind, Result};
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use bytes::{Buf as _, Bytes};
use hookward_core::{is_printable, printable};
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, Uri};
use http_body_util::BodyExt as _;
use http_body_util::channel::{Channel, Sender};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::fault::Fault;
#[cfg(feature = "tls")]
use crate::tls::Trust;

/// Longer responses are rejected.
const ANSWER_LIMIT: usize = 4 << 20;
/// The longest head of a response.
pub(crate) const HEAD_LIMIT: usize = 128 << 10;
/// The maximum number of header lines.
pub(crate) const MAX_HEADERS: usize = 256;
/// The number of pieces of a slow body, with a pause before each.
const PIECES_SLOW: u32 = 8;
const PAUSE: Duration = Duration::from_millis(250);
/// The number of chunks of a chunked body.
const PIECES_CHUNKED: usize = 3;

/// Headers in the order and spelling in which they are sent.
pub(crate) type Headers = Vec<(String, Vec<u8>)>;

/// A parsed `http://` or `https://` URL.
#[derive(Debug, Clone)]
pub(crate) struct Url {
    /// Host and port as written in the URL.
    pub(crate) authority: String,
    pub(crate) target: String,
    /// The trust anchors for `https://`.
    #[cfg(feature = "tls")]
    trust: Option<Trust>,
}

impl Url {
    /// Parses the URL of a receiver; for `https://`, trusts the authorities of a PEM file
    /// or those of the system.
    #[cfg_attr(not(feature = "tls"), allow(unused_variables))]
    pub(crate) fn parse(text: &str, ca: Option<&Path>) -> std::result::Result<Self, Fault> {
        #[cfg(not(feature = "tls"))]
        if text.starts_with("https://") {
            return Err(Fault::new("this build has no TLS, so it sends to http:// only").help(
                "build it with the feature `tls`, or print a command with `hookward sign --curl URL`",
            ));
        }
        let https = text.strip_prefix("https://");
        let rest = https
            .or_else(|| text.strip_prefix("http://"))
            .ok_or_else(|| {
                Fault::new(format!("`{text}` is not a URL to send to"))
                    .help("write http://HOST:PORT/PATH or https://HOST/PATH")
            })?;
        let at = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(at);
        let target = target.split('#').next().unwrap_or_default();
        let bad = |c: char| c.is_whitespace() || c.is_control() || c == '@';
        if authority.is_empty() || text.contains(bad) {
            // What is before the last `@` may be a password.
            let shown = match text.rsplit_once('@') {
                Some((_, host)) => format!("…@{host}"),
                None => text.to_owned(),
            };
            return Err(Fault::new(format!("`{shown}` is not a URL to send to"))
                .help("write http://HOST:PORT/PATH, without blanks or user name"));
        }
        Ok(Self {
            #[cfg(feature = "tls")]
            trust: match https {
                Some(_) => Some(Trust::new(ca)?),
                None => None,
            },
            authority: authority.to_owned(),
            target: if target.starts_with('/') {
                target.to_owned()
            } else {
                format!("/{target}")
            },
        })
    }

    async fn connect(&self) -> Result<Connection> {
        let (host, port) = match self.authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => (host, Some(port)),
            _ => (self.authority.as_str(), None),
        };
        #[cfg(feature = "tls")]
        let usual = if self.trust.is_some() { "443" } else { "80" };
        #[cfg(not(feature = "tls"))]
        let usual = "80";
        let address = format!("{host}:{}", port.unwrap_or(usual));
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        #[cfg(feature = "tls")]
        if let Some(trust) = &self.trust {
            return Ok(Connection::new(trust.connect(host, stream).await?));
        }
        Ok(Connection::new(stream))
    }
}

/// A stream that writes the target unchanged. hyper requires a URI, which excludes `<`
/// and `>`, and quotation marks in the query, so it is given `/` instead.
///
/// The stream remains readable when it accepts no more bytes: a receiver may reject a
/// request before it has read all of it, and hyper would discard the response on a failed
/// write.
struct Connection {
    stream: Pin<Box<dyn Stream>>,
    /// What hyper writes first, and what is sent instead.
    start: Option<(Vec<u8>, Bytes)>,
    /// Bytes that hyper wrote and that are not sent yet.
    pending: Bytes,
    is_broken: bool,
}

trait Stream: AsyncRead + AsyncWrite + Send {}

impl<S: AsyncRead + AsyncWrite + Send> Stream for S {}

impl Connection {
    fn new(stream: impl Stream + 'static) -> Self {
        Self {
            stream: Box::pin(stream),
            start: None,
            pending: Bytes::new(),
            is_broken: false,
        }
    }

    /// Writes the start of the request.
    fn start(&mut self, method: &str, target: &str) {
        let line = |target: &str| format!("{method} {target} HTTP/1.1\r\n").into_bytes();
        self.start = Some((line("/"), line(target).into()));
    }

    fn poll_out(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        if !self.is_broken {
            match self.stream.as_mut().poll_write(cx, bytes) {
                Poll::Ready(Err(_)) => self.is_broken = true,
                written => return written,
            }
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_pending(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while !self.pending.is_empty() {
            let pending = self.pending.clone();
            let Ok(count) = ready!(self.poll_out(cx, &pending)) else {
                break;
            };
            self.pending.advance(count);
        }
        Poll::Ready(())
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        self.stream.as_mut().poll_read(cx, into)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        if let Some((start, instead)) = self.start.take() {
            if !bytes.starts_with(&start) {
                return Poll::Ready(Err(Error::other("a request that was not to be written")));
            }
            self.pending = instead;
            return Poll::Ready(Ok(start.len()));
        }
        ready!(self.poll_pending(cx));
        self.poll_out(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        ready!(self.poll_pending(cx));
        match self.stream.as_mut().poll_flush(cx) {
            Poll::Ready(Err(_)) => Poll::Ready(Ok(())),
            flushed => flushed,
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.stream.as_mut().poll_shutdown(cx)
    }
}

/// The error for a missing response, with advice.
pub(crate) fn unanswered(whom: &str, error: &Error) -> Fault {
    let fault = Fault::new(format!("no response from {whom}: {error}"));
    if error.to_string().contains("certificate") {
        return fault.help("give the certificate of its authority with --ca FILE.pem");
    }
    if error.kind() == ErrorKind::ConnectionRefused {
        return fault.help("is the receiver running, and is the URL right?");
    }
    fault
}

/// How the body is sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Pace {
    /// Chunked instead of with a Content-Length.
    pub(crate) chunked: bool,
    /// In a few pieces with pauses between them.
    pub(crate) slow: bool,
}

/// A response.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) took: Duration,
}

/// A request to send.
pub(crate) struct Request<'r> {
    pub(crate) method: &'r str,
    /// Without the length of the body.
    pub(crate) headers: &'r Headers,
    /// For a forwarded request: the original spelling of its header names.
    pub(crate) extensions: Extensions,
    pub(crate) body: Bytes,
}

impl Request<'_> {
    /// Rejects a request whose parts could be parsed differently by the receiver (RFC
    /// 9110, RFC 9112): the method must be a token, the target must start with a slash
    /// and contain no blank, control character or fragment, header names and values must
    /// not contain line breaks, and there must be one host. The length must not be among
    /// the headers: [`exchange`] writes it.
    pub(crate) fn check(&self, target: &str) -> std::result::Result<(), String> {
        self.head(target).map(drop)
    }

    fn head(&self, target: &str) -> std::result::Result<http::Request<()>, String> {
        let method = Method::from_bytes(self.method.as_bytes())
            .map_err(|_| format!("`{}` is not a method", printable(self.method).limit(80)))?;
        let is_allowed = |c: char| is_printable(c) && c != ' ' && c != '#';
        if !target.starts_with('/') || !target.chars().all(is_allowed) {
            // The query may contain a secret.
            let path = target.split('?').next().unwrap_or_default();
            return Err(format!(
                "the target of a request is a path and a query without blanks, control characters and `#`, and `{}` is not or has another query",
                printable(path)
            ));
        }
        let mut request = http::Request::new(());
        *request.method_mut() = method;
        *request.uri_mut() = Uri::from_static("/");
        *request.extensions_mut() = self.extensions.clone();
        let headers = request.headers_mut();
        for (name, value) in self.headers {
            let shown = printable(name).limit(80);
            let known = HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| format!("`{shown}` is not a header name"))?;
            let value = HeaderValue::from_bytes(value)
                .map_err(|_| format!("header `{shown}` has control characters"))?;
            if is_framing(name) {
                return Err(format!(
                    "header `{shown}` is determined by the body's length"
                ));
            }
            if known == http::header::HOST && headers.contains_key(&known) {
                return Err("header `host` appears more than once".to_owned());
            }
            headers
                .try_append(known, value)
                .map_err(|_| "too many headers".to_owned())?;
        }
        Ok(request)
    }
}

/// Sends one request and reads the response.
pub(crate) fn exchange(
    url: &Url,
    request: Request<'_>,
    pace: Pace,
    timeout: Duration,
) -> Result<Answer> {
    let exchanged = exchange_on(url, request, pace, timeout);
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => runtime.block_on(exchanged),
        Err(_) => tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?
            .block_on(exchanged),
    }
}

async fn exchange_on(
    url: &Url,
    request: Request<'_>,
    pace: Pace,
    timeout: Duration,
) -> Result<Answer> {
    let mut head = request
        .head(&url.target)
        .map_err(|what| Error::new(ErrorKind::InvalidInput, what))?;
    if !head.headers().contains_key(http::header::HOST) {
        let host = HeaderValue::from_str(&url.authority).map_err(Error::other)?;
        let mut headers = HeaderMap::from_iter([(http::header::HOST, host)]);
        headers.extend(head.headers_mut().drain());
        *head.headers_mut() = headers;
    }
    let (name, value) = if pace.chunked {
        let coding = HeaderValue::from_static("chunked");
        (http::header::TRANSFER_ENCODING, coding)
    } else {
        (http::header::CONTENT_LENGTH, request.body.len().into())
    };
    head.headers_mut().insert(name, value);
    let close = HeaderValue::from_static("close");
    head.headers_mut().insert(http::header::CONNECTION, close);
    let start = Instant::now();
    let late = |_| {
        Error::new(
            ErrorKind::TimedOut,
            format!("none in {} s", timeout.as_secs()),
        )
    };
    let mut connection = tokio::time::timeout(timeout, url.connect())
        .await
        .map_err(late)??;
    connection.start(request.method, &url.target);
    let (mut sender, connection) = http1::Builder::new()
        .preserve_header_case(true)
        .max_headers(MAX_HEADERS)
        .max_buf_size(HEAD_LIMIT)
        .handshake(TokioIo::new(connection))
        .await
        .map_err(|error| failed(&error))?;
    let (pieces, body) = Channel::<Bytes>::new(1);
    // Both end with the response.
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let _ = connection.await;
    });
    tasks.spawn(write_body(pieces, request.body, pace));
    let answered = async {
        let response = sender
            .send_request(head.map(|()| body))
            .await
            .map_err(|error| failed(&error))?;
        let (parts, incoming) = response.into_parts();
        let body = read_body(&parts.headers, incoming).await?;
        Ok(Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body,
            took: start.elapsed(),
        })
    };
    let pauses = if pace.slow {
        PIECES_SLOW * PAUSE
    } else {
        Duration::ZERO
    };
    tokio::time::timeout(timeout + pauses, answered)
        .await
        .map_err(late)?
}

async fn write_body(mut pieces: Sender<Bytes>, mut body: Bytes, pace: Pace) {
    let count = match pace {
        Pace { slow: true, .. } => PIECES_SLOW as usize,
        Pace { chunked: true, .. } => PIECES_CHUNKED,
        Pace { .. } => 1,
    };
    let size = body.len().div_ceil(count);
    while !body.is_empty() {
        if pace.slow {
            tokio::time::sleep(PAUSE).await;
        }
        let piece = body.split_to(size.min(body.len()));
        if pieces.send_data(piece).await.is_err() {
            return;
        }
    }
}

/// Reads a body as far as possible: a reset after a complete response does not invalidate
/// it, but its framing must not announce more.
async fn read_body(headers: &HeaderMap, mut incoming: Incoming) -> Result<Bytes> {
    let mut body = Vec::new();
    while let Some(frame) = incoming.frame().await {
        match frame {
            Ok(frame) => {
                if let Ok(data) = frame.into_data() {
                    let here = data.len().min(ANSWER_LIMIT - body.len());
                    body.extend_from_slice(&data[..here]);
                    if body.len() == ANSWER_LIMIT {
                        break;
                    }
                }
            }
            Err(error) => {
                let is_chunked = headers.contains_key(http::header::TRANSFER_ENCODING);
                let has_length = headers.contains_key(http::header::CONTENT_LENGTH);
                if is_chunked || has_length && body.is_empty() {
                    return Err(failed(&error));
                }
                break;
            }
        }
    }
    Ok(body.into())
}

fn failed(error: &hyper::Error) -> Error {
    match error.source() {
        Some(source) => Error::other(format!("{error}: {source}")),
        None => Error::other(error.to_string()),
    }
}

fn is_framing(name: &str) -> bool {
    name.eq_ignore_ascii_case("content-length") || name.eq_ignore_ascii_case("transfer-encoding")
}

/// The headers to forward: all except those that concern one connection, by name or
/// because `Connection` names them (RFC 9110, section 7.6.1), and the message's length.
pub(crate) fn end_to_end(headers: Headers) -> Headers {
    let named: Vec<String> = headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("connection"))
        .flat_map(|(_, value)| value.split(|byte| *byte == b','))
        .map(|name| String::from_utf8_lossy(name.trim_ascii()).to_ascii_lowercase())
        .filter(|name| name != "host")
        .collect();
    headers
        .into_iter()
        .filter(|(name, _)| {
            !is_framing(name) && !is_hop_by_hop(name) && !named.contains(&name.to_ascii_lowercase())
        })
        .collect()
}

fn is_hop_by_hop(name: &str) -> bool {
    [
        "connection",
        "expect",
        "http2-settings",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "upgrade",
    ]
    .iter()
    .any(|known| known.eq_ignore_ascii_case(name))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_split_and_what_cannot_be_sent_to_is_told() {
        let url = Url::parse("http://h:1/p?q=1", None).unwrap();
        assert_eq!((&*url.authority, &*url.target), ("h:1", "/p?q=1"));
        assert_eq!(Url::parse("http://h", None).unwrap().target, "/");
        assert_eq!(Url::parse("http://h?x", None).unwrap().target, "/?x");
        for bad in ["ftp://h/", "h", "http://", "http://u@h/", "http://h/a b"] {
            assert!(Url::parse(bad, None).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_could_be_read_as_another_request_is_not_written() {
        let check = |method: &str, target: &str, headers: &Headers| {
            let request = Request {
                method,
                headers,
                extensions: Extensions::new(),
                body: Bytes::new(),
            };
            request.check(target)
        };
        let headers = |name: &str, value: &str| vec![(name.to_owned(), value.as_bytes().to_vec())];
        let fine = headers("x-a", "caf\u{e9}\tb");
        for target in ["/", "/a?b=c", "//a", "/[]|?\u{e4}=\"{}<>", "/%00%0d%0a"] {
            assert_eq!(check("M-SEARCH", target, &fine), Ok(()), "{target}");
        }
        for method in [
            "", "PO ST", "POST\r", "P\0", "P\u{e9}", "P/", "P:", "\u{202e}",
        ] {
            assert!(check(method, "/", &fine).is_err(), "{method:?}");
        }
        for bad in '\0'..='\u{a0}' {
            let is_bad = bad == ' ' || bad == '#' || bad.is_control() || bad == '\u{a0}';
            for target in [format!("/{bad}"), format!("/a?b={bad}c")] {
                assert_eq!(check("POST", &target, &fine).is_err(), is_bad, "{target:?}");
            }
        }
        for target in [
            "",
            "*",
            "a.example:80",
            "http://a.example/",
            "/\u{2028}",
            "/\u{202e}",
        ] {
            assert!(check("POST", target, &fine).is_err(), "{target:?}");
        }
        for (name, value) in [
            ("", "a"),
            ("a b", "a"),
            ("a:", "a"),
            ("a\r", "a"),
            ("a\u{e9}", "a"),
            ("x", "a\rb"),
            ("x", "a\nb"),
            ("x", "\0"),
            ("x", "\x7f"),
            ("Content-Length", "1"),
            ("transfer-encoding", "chunked"),
        ] {
            assert!(check("POST", "/", &headers(name, value)).is_err(), "{name}");
        }
        let hosts = [headers("host", "a"), headers("Host", "b")].concat();
        assert!(check("POST", "/", &hosts).is_err());
    }

    #[test]
    fn headers_of_the_connection_are_not_passed_on() {
        let all = [
            "Host",
            "x-a",
            "Connection",
            "X-Named",
            "Content-Length",
            "Transfer-Encoding",
            "TE",
            "Upgrade",
            "Keep-Alive",
            "Expect",
            "Trailer",
        ];
        let headers = all
            .map(|name| (name.to_owned(), b"close, x-named , host".to_vec()))
            .to_vec();
        let names: Vec<String> = end_to_end(headers)
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(names, ["Host", "x-a"]);
    }
}
