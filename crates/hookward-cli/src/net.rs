//! Just enough HTTP/1.1 (RFC 9112) over a socket: one request, one answer.
//!
//! The command needs exact control over the bytes that it sends (repeated
//! headers, chunks, pauses) and over those that it receives, and gets by
//! without an HTTP library and its runtime.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::Path;
use std::time::{Duration, Instant};

use hookward_core::{is_printable, printable};
use http::HeaderValue;

use crate::fault::Fault;
#[cfg(feature = "tls")]
use crate::tls::{self, Trust};

/// The longest answer that is read.
const ANSWER_LIMIT: u64 = 4 << 20;
/// The longest line of a head, and the longest head.
pub(crate) const LINE_LIMIT: u64 = 64 << 10;
const HEAD_LIMIT: usize = 128 << 10;
/// The most lines of a head.
pub(crate) const MAX_HEADERS: usize = 256;

/// Headers in the order and spelling in which they are sent.
pub(crate) type Headers = Vec<(String, Vec<u8>)>;

/// An `http://` or `https://` URL, split.
#[derive(Debug, Clone)]
pub(crate) struct Url {
    /// Host and port as they stand in the URL.
    pub(crate) authority: String,
    pub(crate) target: String,
    /// Whom to trust, for `https://`.
    #[cfg(feature = "tls")]
    trust: Option<Trust>,
}

impl Url {
    /// A URL to send to; for `https://` with the authorities of a PEM file, or
    /// those of the system.
    #[cfg_attr(not(feature = "tls"), allow(unused_variables))]
    pub(crate) fn parse(text: &str, ca: Option<&Path>) -> Result<Self, Fault> {
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
            return Err(Fault::new(format!("`{text}` is not a URL to send to"))
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

    fn connect(&self, timeout: Duration) -> std::io::Result<Connection> {
        let (host, port) = match self.authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => (host, Some(port)),
            _ => (self.authority.as_str(), None),
        };
        #[cfg(feature = "tls")]
        let usual = if self.trust.is_some() { "443" } else { "80" };
        #[cfg(not(feature = "tls"))]
        let usual = "80";
        let address = format!("{host}:{}", port.unwrap_or(usual));
        let mut last = std::io::Error::other("the host has no address");
        for address in address.to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, timeout) {
                Ok(stream) => {
                    stream.set_read_timeout(Some(timeout))?;
                    stream.set_write_timeout(Some(timeout))?;
                    stream.set_nodelay(true)?;
                    #[cfg(feature = "tls")]
                    if let Some(trust) = &self.trust {
                        return Ok(Connection::Tls(Box::new(trust.connect(host, stream)?)));
                    }
                    return Ok(Connection::Plain(stream));
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

enum Connection {
    Plain(TcpStream),
    #[cfg(feature = "tls")]
    Tls(Box<tls::Stream>),
}

impl Read for Connection {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            #[cfg(feature = "tls")]
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Connection {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(bytes),
            #[cfg(feature = "tls")]
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            #[cfg(feature = "tls")]
            Self::Tls(stream) => stream.flush(),
        }
    }
}

/// Why there is no answer, with what to do.
pub(crate) fn unanswered(whom: &str, error: &std::io::Error) -> Fault {
    let fault = Fault::new(format!("no answer from {whom}: {error}"));
    if error.to_string().contains("certificate") {
        return fault.help("give the certificate of its authority with --ca FILE.pem");
    }
    if error.kind() == std::io::ErrorKind::ConnectionRefused {
        return fault.help("is the receiver running, and is the URL right?");
    }
    fault
}

/// How the body goes out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Pace {
    /// In chunks instead of with a Content-Length.
    pub(crate) chunked: bool,
    /// In a few pieces with pauses between them.
    pub(crate) slow: bool,
}

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) body: Vec<u8>,
    pub(crate) took: Duration,
}

/// Sends one request and reads the answer.
pub(crate) fn exchange(
    url: &Url,
    method: &str,
    headers: &Headers,
    body: &[u8],
    pace: Pace,
    timeout: Duration,
) -> std::io::Result<Answer> {
    check(method, &url.target, headers)
        .map_err(|what| std::io::Error::new(std::io::ErrorKind::InvalidInput, what))?;
    let start = Instant::now();
    let mut stream = url.connect(timeout)?;
    let sent = write_request(&mut stream, url, method, headers, body, pace);
    // A receiver may refuse before it has read everything.
    let answer = read_answer(BufReader::new(stream), method);
    match (sent, answer) {
        (_, Ok((status, headers, body))) => Ok(Answer {
            status,
            headers,
            body,
            took: start.elapsed(),
        }),
        (Err(error), Err(_)) | (Ok(()), Err(error)) => Err(error),
    }
}

/// What keeps a request from being written on a connection, where the parts
/// of it could be read as something else than what they are (RFC 9110,
/// RFC 9112): the method is a token, the target starts with a slash and has no
/// blank, control character or fragment, names and values of headers have no
/// line break, and there is one host. The length is not among the headers: it
/// is written by [`exchange`].
pub(crate) fn check(method: &str, target: &str, headers: &Headers) -> Result<(), String> {
    if !is_token(method.as_bytes()) {
        return Err(format!("`{}` is not a method", printable(method)));
    }
    let is_allowed = |c: char| is_printable(c) && c != ' ' && c != '#';
    if !target.starts_with('/') || !target.chars().all(is_allowed) {
        // Its query may hold a secret.
        let path = target.split('?').next().unwrap_or_default();
        return Err(format!(
            "the target of a request is a path and a query without blanks, control characters and `#`, and `{}` is not or has another query",
            printable(path)
        ));
    }
    let mut hosts = 0;
    for (name, value) in headers {
        let shown = printable(name).limit(80);
        if !is_token(name.as_bytes()) {
            return Err(format!("`{shown}` is not a header name"));
        }
        if HeaderValue::from_bytes(value).is_err() {
            return Err(format!("header `{shown}` has control characters"));
        }
        if is_framing(name) {
            return Err(format!("header `{shown}` is set by the length of the body"));
        }
        hosts += usize::from(name.eq_ignore_ascii_case("host"));
    }
    if hosts > 1 {
        return Err("header `host` appears more than once".to_owned());
    }
    Ok(())
}

/// A token (RFC 9110 section 5.6.2).
fn is_token(text: &[u8]) -> bool {
    !text.is_empty()
        && text
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte))
}

fn is_framing(name: &str) -> bool {
    name.eq_ignore_ascii_case("content-length") || name.eq_ignore_ascii_case("transfer-encoding")
}

/// The headers that are passed on: those without the ones that concern one
/// connection, by name or because `Connection` names them (RFC 9110 section
/// 7.6.1), or the length of the message.
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

fn write_request(
    stream: &mut impl Write,
    url: &Url,
    method: &str,
    headers: &Headers,
    body: &[u8],
    pace: Pace,
) -> std::io::Result<()> {
    let mut head = format!("{method} {} HTTP/1.1\r\n", url.target).into_bytes();
    let has = |name: &str| {
        headers
            .iter()
            .any(|(known, _)| known.eq_ignore_ascii_case(name))
    };
    if !has("host") {
        head.extend_from_slice(format!("host: {}\r\n", url.authority).as_bytes());
    }
    for (name, value) in headers {
        head.extend_from_slice(name.as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value);
        head.extend_from_slice(b"\r\n");
    }
    if pace.chunked {
        head.extend_from_slice(b"transfer-encoding: chunked\r\n");
    } else {
        head.extend_from_slice(format!("content-length: {}\r\n", body.len()).as_bytes());
    }
    head.extend_from_slice(b"connection: close\r\n\r\n");
    stream.write_all(&head)?;
    let pieces = if pace.slow {
        8
    } else if pace.chunked {
        3
    } else {
        1
    };
    for piece in body.chunks(body.len().div_ceil(pieces).max(1)) {
        if pace.slow {
            std::thread::sleep(Duration::from_millis(250));
        }
        if pace.chunked {
            stream.write_all(format!("{:x}\r\n", piece.len()).as_bytes())?;
        }
        stream.write_all(piece)?;
        if pace.chunked {
            stream.write_all(b"\r\n")?;
        }
        stream.flush()?;
    }
    if pace.chunked {
        stream.write_all(b"0\r\n\r\n")?;
    }
    stream.flush()
}

fn broken(what: &str) -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::InvalidData, what.to_owned())
}

/// One line without its ending; `None` at the end of the stream.
pub(crate) fn read_line(from: &mut impl BufRead) -> std::io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    from.by_ref()
        .take(LINE_LIMIT)
        .read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    if line.pop() != Some(b'\n') {
        return Err(broken("a head that is cut or has too long a line"));
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(Some(line))
}

/// Header lines up to the empty line.
pub(crate) fn read_headers(from: &mut impl BufRead) -> std::io::Result<Headers> {
    let mut headers = Headers::new();
    let mut length = 0;
    loop {
        let line = read_line(from)?.ok_or_else(|| broken("a head that is cut"))?;
        length += line.len();
        if length > HEAD_LIMIT {
            return Err(broken("too long a head"));
        }
        if line.is_empty() {
            return Ok(headers);
        }
        let colon = line
            .iter()
            .position(|b| *b == b':')
            .ok_or_else(|| broken("a header line without a colon"))?;
        let name = std::str::from_utf8(&line[..colon])
            .map_err(|_| broken("a header name that is not text"))?;
        if !is_token(name.as_bytes()) {
            return Err(broken("a header name that is not a token"));
        }
        let value = line[colon + 1..].trim_ascii();
        if HeaderValue::from_bytes(value).is_err() {
            return Err(broken("a header value with control characters"));
        }
        headers.push((name.to_owned(), value.to_vec()));
        if headers.len() > MAX_HEADERS {
            return Err(broken("too many headers"));
        }
    }
}

pub(crate) fn value<'h>(headers: &'h Headers, name: &str) -> Option<&'h [u8]> {
    headers
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_slice())
}

/// Whether the body is chunked, and its length where one is declared. A
/// message with both, or with two lengths, is refused: that is how requests
/// are smuggled (RFC 9112 section 6.3).
pub(crate) fn framing(headers: &Headers) -> std::io::Result<(bool, Option<u64>)> {
    let all = |name: &str| {
        headers
            .iter()
            .filter(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_slice())
            .collect::<Vec<_>>()
    };
    let (codings, lengths) = (all("transfer-encoding"), all("content-length"));
    let chunked = match codings.as_slice() {
        [] => false,
        [coding] if coding.eq_ignore_ascii_case(b"chunked") => true,
        _ => return Err(broken("a transfer coding other than chunked")),
    };
    let length = match lengths.as_slice() {
        [] => None,
        [length] if !chunked && length.iter().all(u8::is_ascii_digit) => Some(
            std::str::from_utf8(length)
                .ok()
                .and_then(|text| text.parse().ok())
                .ok_or_else(|| broken("a Content-Length that is no number"))?,
        ),
        _ => return Err(broken("a Content-Length that is no number or not alone")),
    };
    Ok((chunked, length))
}

/// Makes room for more bytes of a body, or refuses to.
pub(crate) type Reserve<'r> = &'r mut dyn FnMut(&mut Vec<u8>, usize) -> std::io::Result<()>;

/// As many bytes of a body, or an error of kind `UnexpectedEof`. Room is
/// reserved for what has come, not for what was announced.
pub(crate) fn read_exactly(
    from: &mut impl BufRead,
    mut length: u64,
    body: &mut Vec<u8>,
    reserve: Reserve<'_>,
) -> std::io::Result<()> {
    while length > 0 {
        let there = from.fill_buf()?;
        if there.is_empty() {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let count = there
            .len()
            .min(usize::try_from(length).unwrap_or(usize::MAX));
        reserve(body, count)?;
        body.extend_from_slice(&there[..count]);
        from.consume(count);
        length -= count as u64;
    }
    Ok(())
}

/// The body of a chunked message.
pub(crate) fn read_chunks(
    from: &mut impl BufRead,
    limit: u64,
    reserve: Reserve<'_>,
) -> std::io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = read_line(from)?.ok_or_else(|| broken("a chunk that is cut"))?;
        let digits = line.split(|b| *b == b';').next().unwrap_or_default();
        let size = std::str::from_utf8(digits.trim_ascii())
            .ok()
            .filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|text| u64::from_str_radix(text, 16).ok())
            .ok_or_else(|| broken("a chunk size that is no number"))?;
        if size == 0 {
            read_headers(from)?;
            return Ok(body);
        }
        if size.saturating_add(body.len() as u64) > limit {
            return Err(std::io::Error::new(
                std::io::ErrorKind::FileTooLarge,
                "a body over the limit",
            ));
        }
        read_exactly(from, size, &mut body, reserve)?;
        if read_line(from)?.is_none_or(|line| !line.is_empty()) {
            return Err(broken("a chunk without its line ending"));
        }
    }
}

fn read_answer(mut from: impl BufRead, method: &str) -> std::io::Result<(u16, Headers, Vec<u8>)> {
    loop {
        let line = read_line(&mut from)?
            .ok_or_else(|| broken("the connection was closed without an answer"))?;
        let status = std::str::from_utf8(&line)
            .ok()
            .filter(|line| line.starts_with("HTTP/1."))
            .and_then(|line| line.split(' ').nth(1)?.parse::<u16>().ok())
            .ok_or_else(|| broken("the answer is not HTTP/1.1"))?;
        let headers = read_headers(&mut from)?;
        if (100..200).contains(&status) {
            continue;
        }
        let (chunked, length) = framing(&headers)?;
        let mut body = Vec::new();
        if method == "HEAD" || matches!(status, 204 | 304) {
        } else if chunked {
            body = read_chunks(&mut from, ANSWER_LIMIT, &mut |_, _| Ok(()))?;
        } else {
            // To the declared length, else to the end of the connection; a
            // reset after the answer does not take it back.
            let mut limited = from
                .by_ref()
                .take(length.unwrap_or(ANSWER_LIMIT).min(ANSWER_LIMIT));
            let read = limited.read_to_end(&mut body);
            if length.is_some() && body.is_empty() {
                read?;
            }
        }
        return Ok((status, headers, body));
    }
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

    #[test]
    fn ambiguous_framing_is_refused() {
        let of = |lines: &[(&str, &str)]| {
            let headers = lines
                .iter()
                .map(|(n, v)| ((*n).to_owned(), v.as_bytes().to_vec()))
                .collect();
            framing(&headers).map_err(|_| ())
        };
        assert_eq!(of(&[("Content-Length", "5")]), Ok((false, Some(5))));
        assert_eq!(of(&[("Transfer-Encoding", "chunked")]), Ok((true, None)));
        for bad in [
            &[("content-length", "5"), ("content-length", "6")][..],
            &[("content-length", "5"), ("transfer-encoding", "chunked")],
            &[("content-length", "+5")],
            &[("transfer-encoding", "gzip, chunked")],
        ] {
            assert_eq!(of(bad), Err(()), "{bad:?}");
        }
    }

    #[test]
    fn chunks_are_joined_and_bounded() {
        let read = |text: &str, limit| {
            read_chunks(&mut text.as_bytes(), limit, &mut |_, _| Ok(())).map_err(|_| ())
        };
        assert_eq!(
            read("3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n", 10),
            Ok(b"abcde".to_vec())
        );
        assert_eq!(read("3\r\nabc\r\n0\r\n\r\n", 2), Err(()));
        assert_eq!(read("5\r\nabc", 10), Err(()));
        assert_eq!(read("-1\r\n\r\n", 10), Err(()));
    }
}
