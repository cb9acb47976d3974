//! Reverses encodings of a body: compression, charsets, base64, JSON strings, HTML
//! entities.

use super::body::{Trials, Visit};
use super::urlencoded::{percent_decoded, percent_encoded};
use super::{cause, charset};
use crate::text::encoding::Encoding;

/// Maximum size of a decompressed body.
#[cfg(feature = "explain-compression")]
const MAX_INFLATED: u64 = 8 << 20;

/// Visits decoded variants: charsets, compression and other wrappings. Returns false if
/// stopped.
pub(super) fn recoded(body: &[u8], visit: &mut Visit<'_>) -> bool {
    let mut trials = Trials::new(visit);
    for (name, bytes) in inflated(body) {
        trials.put(cause::body_is_compressed::inflated(name), &bytes);
    }
    charset::recoded(body, &mut trials);
    if let Ok(text) = std::str::from_utf8(body) {
        quoted(text, &mut trials);
        match text.trim_start().starts_with(['{', '[']) {
            true => of_json(text, &mut trials),
            false => of_other_text(text, &mut trials),
        }
    }
    trials.goes_on()
}

/// JSON inside a JSON string, and text with HTML entities.
fn quoted(text: &str, trials: &mut Trials<'_, '_>) {
    if text.trim_start().starts_with('"')
        && let Ok(inner) = serde_json::from_str::<String>(text)
    {
        trials.put(cause::body_json_quoted::unwrapped(), inner.as_bytes());
    }
    if text.contains("&quot;") || text.contains("&amp;") || text.contains("&#") {
        let undone = unescaped(text);
        trials.put(cause::body_html_escaped::undone(), undone.as_bytes());
    }
}

/// JSON that a shell printed, or that a parser extracted from a form.
fn of_json(text: &str, trials: &mut Trials<'_, '_>) {
    let before = before_echo(text);
    if before != text {
        for (end, also) in [("", ""), ("\n", ", and the newline at its end is removed")] {
            if let Some(before) = before.strip_suffix(end) {
                let change = cause::body_json_line_breaks::before_echo(also);
                trials.put(change, before.as_bytes());
            }
        }
    }
    for space in ["+", "%20"] {
        let mut form = "payload=".to_owned();
        percent_encoded(&mut form, text, "-._~", space, true);
        let change = cause::body_form_reencoded::with_field();
        trials.put(change, form.as_bytes());
    }
}

fn of_other_text(text: &str, trials: &mut Trials<'_, '_>) {
    if text.len() >= 16
        && let Some(bytes) = of_base64(text.trim_ascii())
    {
        trials.put(cause::body_is_base64::decoded(), &bytes);
    }
    if let Some((_, json)) = text.split_once('=')
        && json.starts_with("%7B")
        && !json.contains('&')
    {
        let decoded = percent_decoded(&json.replace('+', "%20"));
        let change = cause::body_form_reencoded::value_alone();
        trials.put(change, decoded.as_bytes());
    }
    if text.contains('%') {
        let decoded = percent_decoded(text);
        trials.put(cause::body_form_reencoded::decoded(), decoded.as_bytes());
    }
}

fn of_base64(text: &str) -> Option<Vec<u8>> {
    let encoding = if text.contains(['-', '_']) {
        Encoding::Base64url
    } else {
        Encoding::Base64NoPad
    };
    encoding.decode(text.trim_end_matches('=').as_bytes()).ok()
}

/// Replaces HTML entities by their characters, in one pass.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(10).position(|byte| byte == b';');
        let found = end.and_then(|end| Some((entity(&rest[1..end])?, end + 1)));
        let (c, length) = found.unwrap_or(('&', 1));
        out.push(c);
        rest = &rest[length..];
    }
    out + rest
}

/// The character of an entity, by name or code point.
fn entity(name: &str) -> Option<char> {
    Some(match name {
        "quot" => '"',
        "apos" => '\'',
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        name => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(code)?
        }
    })
}

/// Reverses a shell's `echo`, which turns `\n` in strings into a line break and `\\` into
/// one backslash.
fn before_echo(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let mut in_string = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                in_string = !in_string;
                out.push(c);
            }
            '\\' if in_string => match chars.peek() {
                Some('"' | '/' | 'u') => {
                    out.push(c);
                    out.extend(chars.next());
                }
                _ => out.push_str("\\\\"),
            },
            '\n' if in_string => out.push_str("\\n"),
            '\t' if in_string => out.push_str("\\t"),
            '\r' if in_string => out.push_str("\\r"),
            '\u{8}' if in_string => out.push_str("\\b"),
            '\u{c}' if in_string => out.push_str("\\f"),
            c => out.push(c),
        }
    }
    out
}

/// The compression format, by its magic bytes.
#[cfg(feature = "explain-compression")]
fn compression(body: &[u8]) -> Option<&'static str> {
    match body {
        [0x1f, 0x8b, 8, ..] => Some("gzip"),
        [0x78, flags, ..] if (0x7800 + u32::from(*flags)) % 31 == 0 && !body.is_ascii() => {
            Some("deflate")
        }
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some("zstd"),
        _ => None,
    }
}

#[cfg(feature = "explain-compression")]
fn inflated(body: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    use std::io::Read;
    fn read(from: impl Read) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        from.take(MAX_INFLATED + 1).read_to_end(&mut out).ok()?;
        (out.len() as u64 <= MAX_INFLATED && !out.is_empty()).then_some(out)
    }
    let mut found = Vec::new();
    match compression(body) {
        Some("gzip") => {
            found.extend(read(flate2::read::MultiGzDecoder::new(body)).map(|b| ("gzip", b)));
        }
        Some("deflate") => {
            found.extend(read(flate2::read::ZlibDecoder::new(body)).map(|b| ("deflate", b)));
        }
        // Some servers send raw DEFLATE (RFC 1951) as `deflate`, and brotli has no magic
        // bytes.
        _ if std::str::from_utf8(body).is_err() => {
            found.extend(read(flate2::read::DeflateDecoder::new(body)).map(|b| ("deflate", b)));
            let brotli = brotli_decompressor::Decompressor::new(body, 4096);
            found.extend(read(brotli).map(|b| ("br", b)));
        }
        _ => {}
    }
    found
}

#[cfg(not(feature = "explain-compression"))]
fn inflated(_: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    Vec::new()
}
