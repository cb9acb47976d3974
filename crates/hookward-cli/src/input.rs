//! Request parser: reads a raw message, or assembles a request from its parts.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::io::Read as _;

use hookward_core::{Redaction, RequestHead, printable};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::args::Selection;
use crate::fault::{Fault, tell};

/// Longer requests are not read: 1 GiB.
const LIMIT: u64 = 1 << 30;

/// A request as received.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) method: String,
    /// The whole URL, or only the target if the host is unknown.
    pub(crate) url: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// The bytes after the body, beyond Content-Length.
    pub(crate) rest: Vec<u8>,
}

impl Received {
    /// Path and query, without scheme and authority.
    pub(crate) fn target_text(&self) -> &str {
        &self.url[self.target_start()..]
    }

    /// The URL of `--url`, if it is absolute.
    pub(crate) fn whole_url<'s>(&self, selection: &'s Selection) -> Option<&'s str> {
        let url = selection.url.as_deref()?;
        self.split().is_some().then_some(url)
    }

    /// Makes the host of `--url` the only one.
    pub(crate) fn forget_host(&mut self) {
        self.headers.remove(http::header::HOST);
    }

    /// For schemes that sign the URL.
    pub(crate) fn require_host(&self) -> Result<(), Fault> {
        if self.split().is_some() || self.headers.contains_key(http::header::HOST) {
            return Ok(());
        }
        Err(
            Fault::new("the scheme signs the URL, but the request names no host")
                .help("give the URL that the provider called with --url, or a `Host` header"),
        )
    }

    /// Scheme, authority and the start of the target, for an absolute URL.
    fn split(&self) -> Option<(&str, &str, usize)> {
        // A target may contain another URL in its query.
        if self.url.starts_with(['/', '?', '#']) {
            return None;
        }
        let (scheme, rest) = self.url.split_once("://")?;
        let length = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        Some((scheme, &rest[..length], scheme.len() + 3 + length))
    }

    /// Where the target starts in the URL, after scheme and authority.
    fn target_start(&self) -> usize {
        self.split().map_or(0, |(_, _, start)| start)
    }
}

impl RequestHead for Received {
    fn method(&self) -> &str {
        &self.method
    }

    fn target(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.url[self.target_start()..])
    }

    fn header_values<'a>(&'a self, name: &HeaderName, each: &mut dyn FnMut(&'a [u8])) {
        for value in self.headers.get_all(name) {
            each(value.as_bytes());
        }
    }

    fn scheme(&self) -> Option<&str> {
        self.split().map(|(scheme, _, _)| scheme)
    }

    fn authority(&self) -> Option<&str> {
        self.split().map(|(_, authority, _)| authority)
    }
}

pub(crate) fn read_request(selection: &Selection) -> Result<Received, Fault> {
    let mut received = match &selection.request {
        Some(file) => parse(&read_input(file)?)?,
        None => {
            let mut headers = HeaderMap::new();
            for header in &selection.headers {
                let (name, value) = header_line(bytes_of(header)?)?;
                headers.append(name, value);
            }
            let body = match &selection.body {
                Some(file) => read_input(file)?,
                None => {
                    return Err(Fault::new("no request given")
                        .help("give --request FILE, or the headers with -H and the body with --body FILE (`-` for standard input, /dev/null for an empty one)"));
                }
            };
            Received {
                method: selection.method.clone().unwrap_or_else(|| "POST".into()),
                url: String::new(),
                headers,
                body,
                rest: Vec::new(),
            }
        }
    };
    if received.headers.contains_key(Redaction::MARK) {
        tell!(
            "note: secrets were removed from this recording, so it may not verify; `replay --key` restores them"
        );
    }
    if let Some(url) = &selection.url {
        received.url.clone_from(url);
    } else if received.url.is_empty() {
        received.url.push('/');
    }
    Ok(received)
}

#[cfg(unix)]
pub(crate) fn bytes_of(text: &OsStr) -> Result<&[u8], Fault> {
    use std::os::unix::ffi::OsStrExt as _;
    Ok(text.as_bytes())
}

#[cfg(not(unix))]
pub(crate) fn bytes_of(text: &OsStr) -> Result<&[u8], Fault> {
    text.to_str()
        .map(str::as_bytes)
        .ok_or_else(|| Fault::new("a header that is not Unicode"))
}

pub(crate) fn read_input(file: &str) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    let (name, read) = if file == "-" {
        (
            "standard input",
            std::io::stdin().lock().take(LIMIT).read_to_end(&mut bytes),
        )
    } else {
        (
            file,
            std::fs::File::open(file).and_then(|f| f.take(LIMIT).read_to_end(&mut bytes)),
        )
    };
    read.map_err(|error| Fault::new(format!("cannot read {name}: {error}")))?;
    Ok(bytes)
}

pub(crate) fn header_line(line: &[u8]) -> Result<(HeaderName, HeaderValue), Fault> {
    let shown = || printable(line).limit(40).to_string();
    let colon = line.iter().position(|b| *b == b':').ok_or_else(|| {
        Fault::new(format!("`{}` is not a valid header", shown())).help("write `Name: value`")
    })?;
    let (name, value) = (&line[..colon], &line[colon + 1..]);
    let name = HeaderName::from_bytes(name)
        .map_err(|_| Fault::new(format!("`{}` has no header name before the colon", shown())))?;
    let value = HeaderValue::from_bytes(value.trim_ascii()).map_err(|_| {
        Fault::new(format!(
            "the value of header `{name}` has control characters"
        ))
    })?;
    Ok((name, value))
}

/// One line without its ending, and the rest.
fn line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|b| *b == b'\n')?;
    let line = &bytes[..end];
    Some((line.strip_suffix(b"\r").unwrap_or(line), &bytes[end + 1..]))
}

/// Parses a raw HTTP/1.1 request message (RFC 9112); line endings may be bare LF, the
/// body is not changed.
pub(crate) fn parse(message: &[u8]) -> Result<Received, Fault> {
    let broken = |what: &str| {
        Fault::new(format!("the request message is malformed: {what}"))
            .help("it starts with a line such as `POST /webhooks HTTP/1.1`, then headers, an empty line, and the body")
    };
    let (start, mut rest) = line(message).ok_or_else(|| broken("no start line"))?;
    let start = std::str::from_utf8(start).map_err(|_| broken("the start line is not text"))?;
    let mut words = start.split(' ');
    let (Some(method), Some(target), Some(version), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(broken("the start line does not have three parts"));
    };
    if !version.starts_with("HTTP/") || method.is_empty() {
        return Err(broken("the start line does not end in an HTTP version"));
    }
    let mut headers = HeaderMap::new();
    loop {
        let Some((text, after)) = line(rest) else {
            if rest.is_empty() {
                break;
            }
            return Err(broken("the last header line has no line ending"));
        };
        rest = after;
        if text.is_empty() {
            break;
        }
        if text.starts_with(b" ") || text.starts_with(b"\t") {
            return Err(broken(
                "a folded header line, which HTTP/1.1 does not allow",
            ));
        }
        let (name, value) = header_line(text)?;
        headers
            .try_append(name, value)
            .map_err(|_| broken("too many headers"))?;
    }
    let (mut body, mut surplus) = (rest, &[][..]);
    let mut lengths = headers.get_all(http::header::CONTENT_LENGTH).iter();
    if let Some(length) = lengths.next() {
        if lengths.any(|other| other != length) {
            return Err(broken(
                "Content-Length appears twice, with different values",
            ));
        }
        let length: usize = length
            .to_str()
            .ok()
            .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| broken("Content-Length is not a number"))?;
        match body.split_at_checked(length) {
            Some(split) => (body, surplus) = split,
            None => tell!(
                "warning: Content-Length is {length} bytes, but the message has {}",
                body.len()
            ),
        }
    }
    if headers.contains_key(http::header::TRANSFER_ENCODING) {
        tell!(
            "warning: the body is used as is, although Transfer-Encoding names a coding: chunks are not decoded"
        );
    }
    Ok(Received {
        method: method.to_owned(),
        url: target.to_owned(),
        headers,
        body: body.to_vec(),
        rest: surplus.to_vec(),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_message_parses_with_either_line_end_and_an_untouched_body() {
        for end in ["\r\n", "\n"] {
            let message = [
                "POST /a?b=c HTTP/1.1",
                "Host: h",
                "X: 1",
                "x:2 ",
                "",
                "b\r\nody\n",
            ]
            .join(end);
            let parsed = parse(message.as_bytes()).unwrap();
            assert_eq!(
                (parsed.method.as_str(), parsed.url.as_str()),
                ("POST", "/a?b=c")
            );
            assert_eq!(
                parsed.headers.get_all("x").iter().collect::<Vec<_>>(),
                ["1", "2"]
            );
            assert_eq!(parsed.body, b"b\r\nody\n");
        }
        assert_eq!(
            parse(b"POST / HTTP/1.1\nContent-Length: 2\n\nabc")
                .unwrap()
                .body,
            b"ab"
        );
    }

    #[test]
    fn what_is_not_a_message_is_told() {
        for bad in [
            "",
            "POST /",
            "POST / HTTP/1.1\nno colon\n\n",
            "POST / HTTP/1.1\nA: b",
            "POST / HTTP/1.1\nA: b\n c\n\n",
            "POST / HTTP/1.1\nContent-Length: +2\n\nab",
            "POST / HTTP/1.1\nContent-Length: 2\nContent-Length: 1\n\nab",
        ] {
            assert!(parse(bad.as_bytes()).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_url_splits_into_its_parts() {
        let of = |url: &str| Received {
            method: String::new(),
            url: url.into(),
            headers: HeaderMap::new(),
            body: Vec::new(),
            rest: Vec::new(),
        };
        let head = of("https://h:1/p?q=/");
        assert_eq!(
            (head.scheme(), head.authority(), &*head.target()),
            (Some("https"), Some("h:1"), "/p?q=/")
        );
        let head = of("https://h?q");
        assert_eq!((head.authority(), &*head.target()), (Some("h"), "?q"));
        let head = of("/p");
        assert_eq!(
            (head.scheme(), head.authority(), &*head.target()),
            (None, None, "/p")
        );
    }
}
