//! A request as text: HTTP/1.1, and a command of curl.

use std::fmt::Write as _;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HOST};

/// The request as HTTP/1.1 has it (RFC 9112).
pub(crate) fn http11(request: &http::Request<Bytes>) -> Vec<u8> {
    let mut out = format!("{} {} HTTP/1.1\r\n", request.method(), request.uri()).into_bytes();
    for (name, value) in request.headers() {
        if *name == CONTENT_LENGTH {
            continue;
        }
        out.extend_from_slice(name.as_str().as_bytes());
        out.extend_from_slice(b": ");
        out.extend_from_slice(value.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    let body = request.body();
    out.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
    out.extend_from_slice(body);
    out
}

/// A command for a POSIX shell that sends it.
pub(crate) fn curl(request: &http::Request<Vec<u8>>) -> String {
    let mut out = format!(
        "curl -i -X {} {}",
        request.method(),
        quoted(&request.uri().to_string())
    );
    for (name, value) in request.headers() {
        if *name == HOST || *name == CONTENT_LENGTH {
            continue;
        }
        let value = String::from_utf8_lossy(value.as_bytes());
        let _ = write!(out, " -H {}", quoted(&format!("{name}: {value}")));
    }
    let body = request.body();
    match std::str::from_utf8(body) {
        _ if body.is_empty() => out,
        Ok(text) if !text.contains('\0') && !text.starts_with('@') => {
            format!("{out} --data-binary {}", quoted(text))
        }
        _ => {
            let bytes: String = body.iter().map(|byte| format!("\\{byte:03o}")).collect();
            format!("printf '{bytes}' | {out} --data-binary @-")
        }
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
