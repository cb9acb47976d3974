//! Untrusted input is printed escaped, recorded within bounds and without secrets, and
//! only forwarded if it is unambiguous.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use base64::Engine as _;
use hookward_core::{Key, Scheme, Signer, UnixTime, is_printable, providers};
use serde_json::Value;

const SECRET: &str = "whsec_a_secret_for_tests";

/// Characters that move the cursor, forge a line or hide text, and are valid in a text.
const TEXT: &str = "a\u{85}\u{9b}31m\u{ad}\u{61c}\u{200b}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202e}\u{2060}\u{2066}\u{2069}\u{feff}\u{3164}\u{fe0f}\u{e0001}\u{e000}b";
/// The same among controls and what is no text.
const BYTES: &[u8] =
    b"a\x1b[2J\x1b]0;t\x07\0\x08\x0b\x7f\x9b\xff\xc2\xe2\x80b\xf0\x9f\xed\xa0\x80\xc0\xaf";

/// A directory of its own, removed in the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static SERIAL: AtomicUsize = AtomicUsize::new(0);
        let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
        let path =
            std::env::temp_dir().join(format!("hookward-printing-{}-{serial}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, bytes: &[u8]) -> String {
        std::fs::write(self.0.join(name), bytes).unwrap();
        self.path(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn hookward(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hookward"))
        .args(args)
        .env("HOOK_KEY", SECRET)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Lines of text without anything that is not printable.
fn assert_printable(bytes: &[u8], what: &str) {
    let text = std::str::from_utf8(bytes).unwrap_or_else(|_| panic!("{what}: {bytes:?}"));
    for c in text.chars() {
        assert!(is_printable(c) || c == '\n', "{what}: {c:?} in {text:?}");
    }
}

fn assert_output_printable(output: &Output, what: &str) {
    assert_printable(&output.stdout, what);
    assert_printable(&output.stderr, what);
}

/// Requests with these bytes in each of their parts.
fn messages(hostile: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let json = serde_json::to_vec(&String::from_utf8_lossy(hostile)).unwrap();
    let part = |before: &str, hostile: &[u8], after: &str| {
        [before.as_bytes(), hostile, after.as_bytes()].concat()
    };
    let with = |line: Vec<u8>, headers: Vec<u8>, body: Vec<u8>| {
        let length = format!("\r\ncontent-length: {}\r\n\r\n", body.len());
        let line = if line.is_empty() {
            b"POST /in HTTP/1.1".to_vec()
        } else {
            line
        };
        let host = b"\r\nhost: a.example\r\nx-b: c".to_vec();
        let headers = if headers.is_empty() {
            Vec::new()
        } else {
            [b"\r\n".to_vec(), headers].concat()
        };
        [line, host, headers, length.into_bytes(), body].concat()
    };
    let none = Vec::new;
    let stripe = "stripe-signature: t=1700000000,v1=00";
    vec![
        (
            "method",
            with(part("P", hostile, " / HTTP/1.1"), none(), none()),
        ),
        (
            "path",
            with(part("POST /", hostile, " HTTP/1.1"), none(), none()),
        ),
        (
            "query",
            with(part("POST /?a=", hostile, "&b HTTP/1.1"), none(), none()),
        ),
        (
            "version",
            with(part("POST / HTTP/1.", hostile, ""), none(), none()),
        ),
        ("host", with(none(), part("host: ", hostile, ""), none())),
        (
            "header name",
            with(none(), part("x-", hostile, ": a"), none()),
        ),
        (
            "event",
            with(none(), part("x-github-event: ", hostile, ""), none()),
        ),
        (
            "content type",
            with(none(), part("content-type: ", hostile, ""), none()),
        ),
        (
            "signature",
            with(
                none(),
                part("stripe-signature: t=", hostile, ",v1=0"),
                none(),
            ),
        ),
        (
            "label and key id",
            with(
                none(),
                part(
                    "signature: a=:AAAA:\r\nsignature-input: a=(\"@method\" \"x-y\");keyid=\"",
                    hostile,
                    "\"",
                ),
                none(),
            ),
        ),
        (
            "form",
            with(
                none(),
                b"content-type: application/x-www-form-urlencoded".to_vec(),
                part("a=", hostile, "&=b"),
            ),
        ),
        (
            "event and id in JSON",
            with(
                none(),
                stripe.into(),
                [&b"{\"id\":"[..], &json, b",\"type\":", &json, b"}"].concat(),
            ),
        ),
        ("body", with(none(), stripe.into(), hostile.to_vec())),
    ]
}

#[test]
fn verify_explain_sign_and_replay_print_nothing_of_a_request_unescaped() {
    let scratch = Scratch::new();
    let elsewhere = {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", socket.local_addr().unwrap())
    };
    for hostile in [TEXT.as_bytes(), BYTES] {
        for (place, message) in messages(hostile) {
            let file = scratch.write("message", &message);
            let check = |args: &[&str]| {
                let what = format!("{args:?} with a hostile {place}");
                assert_output_printable(&hookward(args), &what);
            };
            let now = ["--now", "1700000000"];
            for provider in ["stripe", "http-message-signatures", "twilio"] {
                let request = ["--request", &file, "--key", "env:HOOK_KEY"];
                let select = [&["--provider", provider][..], &request, &now].concat();
                check(&[&["verify"][..], &select].concat());
                check(&[&["verify", "--json"][..], &select].concat());
                if provider == "stripe" {
                    check(&[&["explain"][..], &select].concat());
                    check(&[&["explain", "--json"][..], &select].concat());
                    check(&[&["sign", "--json"][..], &select].concat());
                    let curl = ["sign", "--curl", "http://localhost/"];
                    check(&[&curl[..], &select].concat());
                }
            }
            check(&["replay", &file, "--to", &elsewhere]);
        }
    }
}

#[test]
fn what_verifies_is_printed_escaped_and_json_decodes_to_the_original() {
    let scratch = Scratch::new();
    let id = format!("evt\\\"`\u{1b}[2J\n{TEXT}");
    let body = serde_json::to_vec(&serde_json::json!({ "id": id, "type": "t" })).unwrap();
    let file = scratch.write("message", &signed(&providers::STRIPE, "/", &body, ""));
    let select = [
        "--provider",
        "stripe",
        "--key",
        "env:HOOK_KEY",
        "--request",
        &file,
    ];
    let output = hookward(&[&["verify"][..], &select].concat());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_output_printable(&output, "text");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains(r"\\"), "{text}");
    assert!(text.contains(r"\x1b[2J\na\u{85}\u{9b}31m"), "{text}");
    assert_eq!(text.lines().count(), 1);
    let output = hookward(&[&["verify", "--json"][..], &select].concat());
    assert_output_printable(&output, "JSON");
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["event_id"], id);
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .contains(r"\u202e")
    );
}

/// A genuine message of a scheme.
fn signed(scheme: &Scheme, target: &str, body: &[u8], more: &str) -> Vec<u8> {
    let request = http::Request::post("https://a.example/")
        .body(body)
        .unwrap();
    let signer = Signer::new(scheme, Key::new(SECRET).unwrap()).unwrap();
    let signed = signer.sign(&request, UnixTime::now(), None).unwrap();
    let mut out = format!("POST {target} HTTP/1.1\r\nhost: a.example\r\n{more}").into_bytes();
    for (name, value) in signed.headers() {
        write!(out, "{name}: {}\r\n", value.to_str().unwrap()).unwrap();
    }
    write!(out, "content-length: {}\r\n\r\n", body.len()).unwrap();
    out.extend_from_slice(body);
    out
}

/// A running `hookward listen`, and all that it wrote.
struct Listening {
    child: Child,
    address: String,
    out: JoinHandle<Vec<u8>>,
    notes: JoinHandle<Vec<u8>>,
}

impl Listening {
    fn start(args: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hookward"))
            .args(["listen", "--addr", "127.0.0.1:0"])
            .args(args)
            .env("HOOK_KEY", SECRET)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut noted = String::new();
        let address = loop {
            let start = noted.len();
            assert!(stderr.read_line(&mut noted).unwrap() > 0, "{noted}");
            if let Some(url) = noted[start..].strip_prefix("listening on http://") {
                break url.trim().to_owned();
            }
        };
        let notes = std::thread::spawn(move || {
            let mut bytes = noted.into_bytes();
            stderr.read_to_end(&mut bytes).unwrap();
            bytes
        });
        let mut stdout = child.stdout.take().unwrap();
        let out = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            stdout.read_to_end(&mut bytes).unwrap();
            bytes
        });
        Self {
            child,
            address,
            out,
            notes,
        }
    }

    /// The response, which arrives after the line about the request.
    fn send(&self, message: &[u8]) -> String {
        send(&self.address, message)
    }

    /// Ends it, for what it wrote to standard output and error.
    fn end(mut self) -> (Vec<u8>, Vec<u8>) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        (self.out.join().unwrap(), self.notes.join().unwrap())
    }

    /// Ends it, for its lines of JSON.
    fn lines(self) -> Vec<Value> {
        let (out, _) = self.end();
        let text = String::from_utf8(out).unwrap();
        let lines = text.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

fn send(address: &str, message: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    // It may be refused before all of it is written.
    let _ = stream.write_all(message);
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn listen_prints_nothing_of_a_request_unescaped() {
    let scratch = Scratch::new();
    for (more, name) in [
        (&["--key", "env:HOOK_KEY"][..], "key"),
        (&["--key", "env:HOOK_KEY", "--json"], "key-json"),
        (
            &["--provider", "stripe", "--key", "env:HOOK_KEY"],
            "provider",
        ),
        (&[], "none"),
        (&["--json"], "none-json"),
    ] {
        let record = scratch.path(name);
        let recording = ["--record", &record, "--record-refused"];
        let listening = Listening::start(&[more, &recording].concat());
        for hostile in [TEXT.as_bytes(), BYTES] {
            for (place, message) in messages(hostile) {
                let answer = listening.send(&message);
                assert!(answer.starts_with("HTTP/1.1 "), "{place}: {answer}");
            }
        }
        let body = serde_json::to_vec(&serde_json::json!({ "type": TEXT })).unwrap();
        let target = format!("/?{TEXT}");
        let answer = listening.send(&signed(&providers::STRIPE, &target, &body, ""));
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        let (out, notes) = listening.end();
        assert_printable(&out, name);
        assert_printable(&notes, name);
        if name.ends_with("json") {
            let text = String::from_utf8(out).unwrap();
            let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
            assert_eq!(last["event"], TEXT);
            assert_eq!(last["target"], target);
        }
        for file in std::fs::read_dir(&record).unwrap() {
            let name = file.unwrap().file_name().into_string().unwrap();
            let is_safe = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_' || c == '.';
            assert!(name.chars().all(is_safe), "{name}");
        }
    }
}

/// A service that records what it receives, with a fixed response.
fn service(answer: Vec<u8>) -> (SocketAddr, Arc<Mutex<Vec<Vec<u8>>>>) {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let into = seen.clone();
    std::thread::spawn(move || {
        for stream in socket.incoming() {
            let mut stream = stream.unwrap();
            let mut got = Vec::new();
            let mut piece = [0; 4096];
            while !is_whole(&got) {
                match stream.read(&mut piece) {
                    Ok(0) | Err(_) => break,
                    Ok(count) => got.extend_from_slice(&piece[..count]),
                }
            }
            into.lock().unwrap().push(got);
            let _ = stream.write_all(&answer);
        }
    });
    (address, seen)
}

/// Whether a message has all of its body.
fn is_whole(message: &[u8]) -> bool {
    let text = String::from_utf8_lossy(message).to_ascii_lowercase();
    let Some((head, _)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    if head.contains("transfer-encoding: chunked") {
        return text.ends_with("\r\n0\r\n\r\n");
    }
    let start = message.windows(4).position(|four| four == b"\r\n\r\n");
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let length = length.map_or(0, |length| length.parse().unwrap());
    start.is_some_and(|start| message.len() >= start + 4 + length)
}

#[test]
fn send_and_replay_print_nothing_of_an_answer_unescaped() {
    let scratch = Scratch::new();
    let message = scratch.write("message", b"POST / HTTP/1.1\r\n\r\nEND");
    let data = scratch.write("data", b"END");
    for hostile in [TEXT.as_bytes(), BYTES] {
        for answer in [
            [b"HTTP/1.1 200 OK\r\n\r\n", hostile].concat(),
            [b"HTTP/1.1 200 ", hostile, b"\r\n\r\n"].concat(),
            [b"HTTP/1.1 ", hostile, b"\r\n\r\n"].concat(),
            [b"HTTP/1.1 200 OK\r\nx-", hostile, b": a\r\n\r\n"].concat(),
            [b"HTTP/1.1 200 OK\r\ncontent-length: ", hostile, b"\r\n\r\n"].concat(),
            hostile.to_vec(),
        ] {
            let (address, _) = service(answer);
            let url = format!("http://{address}");
            let party = [
                "--provider",
                "github",
                "--key",
                "env:HOOK_KEY",
                "--data",
                &data,
            ];
            for args in [
                &[&["send", &url][..], &party].concat()[..],
                &[&["send", "--json", &url][..], &party].concat(),
                &[&["send", "--suite", &url][..], &party].concat(),
                &[&["send", "--json", "--suite", &url][..], &party].concat(),
                &["replay", &message, "--to", &url],
                &["replay", "--json", &message, "--to", &url],
            ] {
                assert_output_printable(&hookward(args), &format!("{args:?}"));
            }
        }
    }
}

#[test]
fn listen_forwards_no_request_that_could_be_read_otherwise() {
    let (address, seen) = service(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec());
    let to = format!("http://{address}");
    let party = ["--provider", "github", "--key", "env:HOOK_KEY", "--json"];
    let listening = Listening::start(&[&party[..], &["--forward", &to]].concat());
    let body = b"{} END";
    let mut not_forwarded = 0;
    for target in [
        "/a\u{85}b",
        "/a\u{2028}b",
        "/a#b",
        "*",
        "a.example:80",
        "a/b",
        "http://a.example?/b",
        "\\a",
    ] {
        let answer = listening.send(&signed(&providers::GITHUB, target, body, ""));
        assert!(answer.starts_with("HTTP/1.1 400"), "{target:?}: {answer}");
        not_forwarded += 1;
    }
    let fine = String::from_utf8(signed(&providers::GITHUB, "/", body, "")).unwrap();
    let twice = fine.replacen("host: a.example", "host: a.example\r\nhost: b.example", 1);
    assert!(listening.send(twice.as_bytes()).starts_with("HTTP/1.1 400"));
    not_forwarded += 1;
    // Refused before: what is not a head.
    for target in ["/a\rb", "/a\0b", "/a\tb", "/a\x1bb", "/a\x7fb", "/a b", ""] {
        let answer = listening.send(&signed(&providers::GITHUB, target, body, ""));
        assert!(answer.starts_with("HTTP/1.1 400"), "{target:?}: {answer}");
    }
    for method in ["PO\rST", "P\0", "P\u{e9}", "P(", "\"P\"", "P\x1b", ""] {
        let message = fine.replacen("POST", method, 1);
        let answer = listening.send(message.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 400"), "{method:?}: {answer}");
    }
    for bad in [
        "x y: z",
        "x: a\rb",
        "x: a\0b",
        "x\r: a",
        " x: folded",
        "x\u{e9}: a",
    ] {
        let message = fine.replacen("host", &format!("{bad}\r\nhost"), 1);
        let answer = listening.send(message.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 400"), "{bad:?}: {answer}");
    }
    assert_eq!(seen.lock().unwrap().len(), 0);

    let more = "connection: close, x-drop\r\nx-drop: 1\r\nte: trailers\r\nupgrade: h2c\r\nkeep-alive: 1\r\nx-keep: 1\r\n";
    for (target, sent) in [
        ("/a?b=c", "/a?b=c"),
        ("/[a]|?\u{e4}", "/[a]|?\u{e4}"),
        ("/`<>?a=\"<b>\"", "/`<>?a=\"<b>\""),
        ("http://b.example/c?d", "/c?d"),
    ] {
        let answer = listening.send(&signed(&providers::GITHUB, target, body, more));
        assert!(answer.starts_with("HTTP/1.1 200"), "{target:?}: {answer}");
        let got = seen.lock().unwrap().pop().unwrap();
        let got = String::from_utf8(got).unwrap().to_ascii_lowercase();
        assert!(
            got.starts_with(&format!("post {sent} http/1.1\r\n")),
            "{got}"
        );
        for dropped in ["x-drop", "te:", "upgrade", "keep-alive"] {
            assert!(!got.contains(dropped), "{got}");
        }
        assert!(got.contains("x-keep: 1\r\n"), "{got}");
        assert_eq!(got.matches("content-length").count(), 1, "{got}");
        assert_eq!(got.matches("connection").count(), 1, "{got}");
    }
    let lines = listening.lines();
    let refused = lines
        .iter()
        .filter(|line| line["not_forwarded"].is_string());
    assert_eq!(refused.clone().count(), not_forwarded);
    for line in refused {
        assert_eq!(line["forwarded"], false, "{line}");
    }
}

#[test]
fn replay_sends_no_recording_that_could_be_read_otherwise() {
    let scratch = Scratch::new();
    let (address, seen) = service(b"HTTP/1.1 200 OK\r\n\r\n".to_vec());
    let to = format!("http://{address}");
    for message in [
        &b"P\rOST / HTTP/1.1\n\nEND"[..],
        b"P\x1b / HTTP/1.1\n\nEND",
        b"POST /a\rGET HTTP/1.1\n\nEND",
        b"POST /a\0 HTTP/1.1\n\nEND",
        b"POST /a#b HTTP/1.1\n\nEND",
        b"POST * HTTP/1.1\n\nEND",
        b"POST x HTTP/1.1\n\nEND",
        b"POST / HTTP/1.1\nHost: a\nHost: b\n\nEND",
        b"POST / HTTP/1.1\nx: a\rb\n\nEND",
    ] {
        let file = scratch.write("message", message);
        let output = hookward(&["replay", &file, "--to", &to]);
        assert_eq!(output.status.code(), Some(2), "{message:?}: {output:?}");
        assert_output_printable(&output, "replay");
    }
    assert_eq!(seen.lock().unwrap().len(), 0);
    let smuggling = b"POST /a HTTP/1.1\nTransfer-Encoding: chunked\nConnection: x-drop\nx-drop: 1\nx-keep: 1\n\nEND";
    let file = scratch.write("message", smuggling);
    assert_eq!(
        hookward(&["replay", &file, "--to", &to]).status.code(),
        Some(0)
    );
    let got = seen.lock().unwrap().pop().unwrap();
    let got = String::from_utf8(got).unwrap();
    assert!(got.contains("x-keep: 1\r\n"), "{got}");
    assert!(!got.contains("x-drop") && !got.contains("ransfer"), "{got}");
}

fn files(directory: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

#[test]
fn recordings_are_bounded_in_number_and_size_over_restarts() {
    let scratch = Scratch::new();
    let party = ["--provider", "github", "--key", "env:HOOK_KEY", "--json"];
    let message = signed(&providers::GITHUB, "/", b"{}", "");
    for (name, bound, kept) in [
        ("files", &["--record-files", "3"][..], 3),
        ("bytes", &["--record-bytes", "450"], 2),
    ] {
        let record = scratch.path(name);
        for _ in 0..2 {
            let start = [&party[..], &["--record", &record], bound].concat();
            let listening = Listening::start(&start);
            for _ in 0..kept + 2 {
                let answer = listening.send(&message);
                assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
            }
            let (_, notes) = listening.end();
            let notes = String::from_utf8(notes).unwrap();
            assert_eq!(notes.matches("no longer recorded").count(), 1, "{notes}");
            assert_eq!(files(&record).len(), kept, "{name}");
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(Path::new(&record)), 0o700);
            assert!(files(&record).iter().all(|file| mode(file) == 0o600));
        }
    }
}

#[test]
fn refused_requests_are_recorded_only_where_that_is_asked_for() {
    let scratch = Scratch::new();
    let forged = b"POST / HTTP/1.1\r\nx-hub-signature-256: sha256=00\r\ncontent-length: 0\r\n\r\n";
    let unknown = b"POST / HTTP/1.1\r\ncontent-length: 0\r\n\r\n";
    for (name, more, kept) in [("no", &[][..], 0), ("yes", &["--record-refused"], 2)] {
        let record = scratch.path(name);
        let start = ["--key", "env:HOOK_KEY", "--record", &record];
        let listening = Listening::start(&[&start[..], more].concat());
        for message in [&forged[..], unknown] {
            assert!(listening.send(message).starts_with("HTTP/1.1 403"));
        }
        drop(listening.end());
        assert_eq!(files(&record).len(), kept);
    }
}

#[test]
fn the_memory_of_all_bodies_together_is_bounded() {
    let party = ["--provider", "github", "--key", "env:HOOK_KEY", "--json"];
    let limit = ["--memory-limit", "500000", "--body-limit", "200000"];
    let listening = Listening::start(&[&party[..], &limit].concat());
    // One that is still arriving holds its share.
    let wait = || {
        let mut waiting = TcpStream::connect(&listening.address).unwrap();
        let head = b"POST / HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: 200000\r\n\r\n";
        waiting.write_all(head).unwrap();
        // It may be refused before all of it is written.
        let _ = waiting.write_all(&[b'a'; 199_999]);
        waiting
    };
    let mut waiting = wait();
    let message = signed(&providers::GITHUB, "/", &[b'b'; 199_999], "");
    let chunked = [
        &b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n30000\r\n"[..],
        &[b'c'; 0x30000],
        b"\r\n0\r\n\r\n",
    ]
    .concat();
    // Until the first has been read.
    let mut answer = String::new();
    let mut is_refused = false;
    for _ in 0..500 {
        // One after the other, so that only what waits can be in their way.
        is_refused = [&message, &chunked, &message, &chunked].iter().all(|sent| {
            answer = listening.send(sent);
            answer.starts_with("HTTP/1.1 503")
        });
        if is_refused {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
        // Where another one came first, what waits is what was refused.
        waiting = wait();
    }
    assert!(is_refused, "{answer}");
    let small = signed(&providers::GITHUB, "/", b"{}", "");
    assert!(listening.send(&small).starts_with("HTTP/1.1 200"));
    // What it held is free again.
    waiting.write_all(b"a").unwrap();
    waiting.shutdown(std::net::Shutdown::Write).unwrap();
    let mut refused = String::new();
    waiting.read_to_string(&mut refused).unwrap();
    assert!(refused.contains("HTTP/1.1 403"), "{refused}");
    drop(waiting);
    for _ in 0..500 {
        answer = listening.send(&message);
        if answer.starts_with("HTTP/1.1 200") {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

/// A scheme that sends its secret, and a request with a text in its place.
struct Bearer {
    scheme: &'static str,
    request: fn(&str) -> String,
}

fn message(target: &str, header: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {target} HTTP/1.1\r\nhost: a.example\r\n{header}content-length: {length}\r\n\r\n{body}"
    )
}

const BEARERS: &[Bearer] = &[
    Bearer {
        scheme: "name = \"s\"\nalgorithm = \"shared-secret\"\nsignature = { query = \"token\" }\n",
        request: |secret| message(&format!("/in?a=1&token={secret}&b=%20c"), "", "{ }"),
    },
    Bearer {
        scheme: "name = \"s\"\nalgorithm = \"shared-secret\"\nsignature = { header = \"x-api-key\" }\n",
        request: |secret| message("/in", &format!("X-Api-Key: {secret}\r\n"), "{ }"),
    },
    Bearer {
        scheme: "name = \"s\"\nalgorithm = \"shared-secret\"\nsignature = { header = \"authorization\", format = \"Bearer {signature}\" }\n",
        request: |secret| message("/in", &format!("Authorization: Bearer {secret}\r\n"), "{ }"),
    },
    Bearer {
        scheme: "name = \"s\"\nalgorithm = \"shared-secret\"\nsignature = { json = \"/auth/secret\" }\n",
        request: |secret| {
            let body =
                format!("{{ \"z\": 1.0, \"auth\": {{\"secret\" : \"{secret}\"}}, \"a\":[ ] }}");
            message("/in", "", &body)
        },
    },
    Bearer {
        scheme: "name = \"s\"\nalgorithm = \"shared-secret\"\nsignature = { form = \"token\" }\n",
        request: |secret| message("/in", "", &format!("z=%7e&token={secret}&a=+")),
    },
    Bearer {
        scheme: "name = \"s\"\nalgorithm = \"sha256\"\nsigned = \"{secret}\"\nsignature = { header = \"x-hash\" }\n",
        request: |secret| message("/in", &format!("x-hash: {secret}\r\n"), "{ }"),
    },
];

fn secret_of(bearer: &Bearer) -> String {
    if bearer.scheme.contains("x-hash") {
        let signer = Signer::new(
            &Scheme::hash("s", hookward_core::Digest::Sha256).signed("{secret}"),
            Key::new(SECRET).unwrap(),
        )
        .unwrap();
        let request = http::Request::post("https://a.example/").body("").unwrap();
        let signed = signer.sign(&request, UnixTime::now(), None).unwrap();
        return signed.headers()[0].1.to_str().unwrap().to_owned();
    }
    SECRET.to_owned()
}

#[test]
fn a_secret_in_the_request_is_in_no_line_and_no_recording_and_replay_puts_it_back() {
    let scratch = Scratch::new();
    for (index, bearer) in BEARERS.iter().enumerate() {
        let scheme = scratch.write(&format!("{index}.toml"), bearer.scheme.as_bytes());
        let secret = secret_of(bearer);
        let genuine = (bearer.request)(&secret);
        let record = scratch.path(&index.to_string());
        let select = ["--scheme", &scheme, "--key", "env:HOOK_KEY"];
        let recording = ["--record", &record, "--record-refused"];
        for json in [&["--json"][..], &[]] {
            let listening = Listening::start(&[&select[..], &recording, json].concat());
            let answer = listening.send(genuine.as_bytes());
            assert!(answer.starts_with("HTTP/1.1 200"), "{genuine}: {answer}");
            let forged = (bearer.request)("almost-the-secret");
            assert!(
                listening
                    .send(forged.as_bytes())
                    .starts_with("HTTP/1.1 403")
            );
            // The mark in place of a secret is not a secret, and no statement about one.
            let claimed = (bearer.request)("hookward-redacted");
            let claimed = claimed.replacen("host", "hookward-redacted: verified\r\nhost", 1);
            assert!(
                listening
                    .send(claimed.as_bytes())
                    .starts_with("HTTP/1.1 403")
            );
            let (out, notes) = listening.end();
            let recorded = files(&record)
                .into_iter()
                .map(|file| std::fs::read(file).unwrap());
            for written in [out, notes].into_iter().chain(recorded) {
                let text = String::from_utf8(written).unwrap();
                assert!(!text.contains(&secret), "{text}");
                assert!(!text.contains("almost-the-secret"), "{text}");
            }
        }
        let (mut verified, mut others) = (Vec::new(), Vec::new());
        for file in files(&record) {
            let text = std::fs::read_to_string(&file).unwrap();
            assert!(text.matches("hookward-redacted: ").count() <= 1, "{text}");
            match text.contains("hookward-redacted: verified; ") {
                true => verified.push(file.to_str().unwrap().to_owned()),
                false => others.push(file.to_str().unwrap().to_owned()),
            }
        }
        assert_eq!((verified.len(), others.len()), (2, 4));

        // It arrives as it was sent.
        let listening = Listening::start(&[&select[..], &["--json"]].concat());
        let to = format!("http://{}", listening.address);
        let replay = |file: &str, more: &[&str]| {
            hookward(&[&["replay", file, "--to", &to][..], more].concat())
        };
        assert_eq!(replay(&verified[0], &[]).status.code(), Some(2));
        let output = replay(&verified[0], &select);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        for file in &others {
            let output = replay(file, &select);
            assert_eq!(output.status.code(), Some(1), "{output:?}");
        }
        let verdicts: Vec<Value> = listening
            .lines()
            .iter()
            .map(|line| line["verdict"].clone())
            .collect();
        assert_eq!(
            verdicts,
            ["verified", "rejected", "rejected", "rejected", "rejected"]
        );

        let (address, seen) = service(b"HTTP/1.1 200 OK\r\n\r\n".to_vec());
        let to = format!("http://{address}");
        let more = ["--to", &to, "--timeout", "1"];
        hookward(&[&["replay", &verified[0]][..], &more, &select].concat());
        let got = seen.lock().unwrap().pop().unwrap();
        let got = String::from_utf8(got).unwrap();
        let (line, rest) = genuine.split_once("\r\n").unwrap();
        let body = rest.split_once("\r\n\r\n").unwrap().1;
        assert!(got.starts_with(line), "{got}");
        assert!(got.ends_with(&format!("\r\n\r\n{body}")), "{got}");
    }
}

#[test]
fn basic_credentials_and_a_user_in_the_target_are_redacted() {
    let scratch = Scratch::new();
    let scheme = scratch.write("basic.toml", b"name = \"s\"\nalgorithm = \"basic\"\nsignature = { header = \"authorization\", format = \"Basic {signature}\", encoding = \"base64\" }\n");
    let key = scratch.write("key", b"me:hunter2");
    let key = format!("file:{key}");
    let record = scratch.path("record");
    let credentials = base64::engine::general_purpose::STANDARD.encode("me:hunter2");
    let select = [
        "--scheme", &scheme, "--key", &key, "--record", &record, "--json",
    ];
    let listening = Listening::start(&select);
    let header = format!("authorization: Basic {credentials}\r\n");
    let request = message("http://me:hunter2@a.example/in", &header, "");
    let answer = listening.send(request.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let (out, _) = listening.end();
    let recorded = std::fs::read(&files(&record)[0]).unwrap();
    for written in [out, recorded] {
        let text = String::from_utf8(written).unwrap();
        assert!(
            !text.contains("hunter2") && !text.contains(&credentials),
            "{text}"
        );
    }
}
