//! Reverses what software between the provider and the verifier does to the start, the
//! end and the length of a body.

use http::HeaderMap;

use super::cause::{self, Change};
use crate::text::json;
use crate::text::printable::printable;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Receives one variant of the body; returns false to stop.
pub(super) type Visit<'v> = dyn FnMut(&Change, &[u8]) -> bool + 'v;

/// Variants of the body, visited until one visitor returns false.
pub(super) struct Trials<'t, 'v> {
    visit: &'t mut Visit<'v>,
    goes_on: bool,
}

impl<'t, 'v> Trials<'t, 'v> {
    pub(super) fn new(visit: &'t mut Visit<'v>) -> Self {
        Self {
            visit,
            goes_on: true,
        }
    }

    pub(super) fn put(&mut self, change: Change, bytes: &[u8]) {
        self.goes_on = self.goes_on && (self.visit)(&change, bytes);
    }

    /// Returns false if stopped.
    pub(super) const fn goes_on(&self) -> bool {
        self.goes_on
    }
}

/// The length in `Content-Length`.
pub(super) fn declared(headers: &HeaderMap) -> Option<usize> {
    headers
        .get(http::header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

/// Variants that do not depend on the content's format. Returns false if stopped.
pub(super) fn plain(body: &[u8], declared: Option<usize>, visit: &mut Visit<'_>) -> bool {
    let mut trials = Trials::new(visit);
    last_line_ending(body, &mut trials);
    surroundings(body, &mut trials);
    byte_order_mark(body, &mut trials);
    line_endings(body, &mut trials);
    length(body, declared, &mut trials);
    repetition(body, &mut trials);
    trials.goes_on()
}

fn last_line_ending(body: &[u8], trials: &mut Trials<'_, '_>) {
    for (mark, what) in [
        ("\r\n", "line ending"),
        ("\n", "newline"),
        ("\\n", "`\\n` written as text"),
        ("\\r\\n", "`\\r\\n` written as text"),
    ] {
        if let Some(rest) = body.strip_suffix(mark.as_bytes()) {
            trials.put(cause::body_trailing_newline::left_out(what), rest);
        }
    }
    if body.is_empty() {
        return;
    }
    for (mark, what) in [("\n", "a newline"), ("\r\n", "a line ending (CR LF)")] {
        let change = cause::body_trailing_newline::missing(what);
        trials.put(change, &[body, mark.as_bytes()].concat());
    }
}

fn surroundings(body: &[u8], trials: &mut Trials<'_, '_>) {
    let zeros = body.iter().rev().take_while(|byte| **byte == 0).count();
    if zeros > 0 && zeros < body.len() {
        let rest = &body[..body.len() - zeros];
        trials.put(cause::body_surrounding_space::zeros(), rest);
    }
    let trimmed = body.trim_ascii();
    if trimmed.len() != body.len() && !trimmed.is_empty() {
        trials.put(cause::body_surrounding_space::white(), trimmed);
    }
}

fn byte_order_mark(body: &[u8], trials: &mut Trials<'_, '_>) {
    match body.strip_prefix(BOM) {
        Some(rest) => trials.put(cause::body_bom::left_out(), rest),
        None if body.is_empty() => {}
        None => trials.put(cause::body_bom::missing(), &[BOM, body].concat()),
    }
}

fn line_endings(body: &[u8], trials: &mut Trials<'_, '_>) {
    if !body.contains(&b'\n') {
        return;
    }
    let unix = replaced(body, b"\r\n", b"\n");
    if unix.len() != body.len() {
        trials.put(cause::body_line_endings::are("LF", "CR LF"), &unix);
    }
    let windows = replaced(&unix, b"\n", b"\r\n");
    trials.put(cause::body_line_endings::are("CR LF", "LF"), &windows);
}

fn length(body: &[u8], declared: Option<usize>, trials: &mut Trials<'_, '_>) {
    if let Some(end) = std::str::from_utf8(body).ok().and_then(json::missing_end) {
        for end in [end.clone(), end + "\n"] {
            let change = cause::body_truncated::end(printable(&end));
            trials.put(change, &[body, end.as_bytes()].concat());
        }
    }
    if let Some(length) = declared.filter(|length| *length < body.len()) {
        trials.put(cause::body_too_long::first(length), &body[..length]);
    }
    if let Some(joined) = unchunked(body) {
        trials.put(cause::body_is_chunked::joined(), &joined);
    }
}

fn repetition(body: &[u8], trials: &mut Trials<'_, '_>) {
    if body.is_empty() {
        return;
    }
    let (first, second) = body.split_at(body.len() / 2);
    if first == second {
        trials.put(cause::body_doubled::once(), first);
    }
    trials.put(cause::body_should_be_empty::empty(), b"");
    trials.put(cause::body_doubled::twice(), &[body, body].concat());
}

/// The content of a message in chunked transfer coding (RFC 9112, section 7.1) that was
/// not decoded.
fn unchunked(body: &[u8]) -> Option<Vec<u8>> {
    let mut joined = Vec::new();
    let mut rest = body;
    loop {
        let end = rest.iter().take(64).position(|byte| *byte == b'\n')?;
        let line = rest[..end].split(|byte| *byte == b';').next()?;
        let size = std::str::from_utf8(line).ok()?.trim();
        if size.is_empty() || !size.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let size = usize::from_str_radix(size, 16).ok()?;
        rest = &rest[end + 1..];
        if size == 0 {
            return (!joined.is_empty()).then_some(joined);
        }
        joined.extend_from_slice(rest.get(..size)?);
        rest = &rest[size..];
        rest = rest.strip_prefix(b"\r").unwrap_or(rest);
        rest = rest.strip_prefix(b"\n")?;
    }
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 8);
    let mut rest = bytes;
    while let Some(at) = rest.windows(from.len()).position(|window| window == from) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(to);
        rest = &rest[at + from.len()..];
    }
    out.extend_from_slice(rest);
    out
}
