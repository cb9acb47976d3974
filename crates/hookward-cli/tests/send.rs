//! `hookward send`, `listen` and `replay` against receivers with known vulnerabilities
//! and against each other.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "../../../tests/tests/secrets/marked.rs"]
mod marked;
#[path = "send/secrets.rs"]
mod secrets;
#[path = "send/sockets.rs"]
mod sockets;

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};

use hookward_core::{Key, Signer, Tolerance, UnixTime, Verifier, providers};
use serde_json::Value;

const SECRET: &str = "whsec_a_secret_for_tests";

fn hookward(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hookward"))
        .args(args)
        .env("HOOK_KEY", SECRET)
        .output()
        .unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

fn scratch(name: &str) -> PathBuf {
    let name = format!("{name}-{}", std::process::id());
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}

#[derive(Debug)]
struct Seen {
    headers: http::HeaderMap,
    body: Vec<u8>,
}

fn read_request(stream: &TcpStream) -> Option<Seen> {
    let mut from = BufReader::new(stream);
    let mut line = String::new();
    from.read_line(&mut line).ok()?;
    let mut headers = http::HeaderMap::new();
    loop {
        let mut line = String::new();
        from.read_line(&mut line).ok()?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        headers.append(
            http::HeaderName::from_bytes(name.as_bytes()).ok()?,
            value.trim().parse().ok()?,
        );
    }
    let mut body = Vec::new();
    if headers.contains_key("transfer-encoding") {
        loop {
            let mut size = String::new();
            from.read_line(&mut size).ok()?;
            let size = usize::from_str_radix(size.trim(), 16).ok()?;
            let mut chunk = vec![0; size + 2];
            from.read_exact(&mut chunk).ok()?;
            if size == 0 {
                break;
            }
            body.extend_from_slice(&chunk[..size]);
        }
    } else {
        let length = headers.get("content-length")?.to_str().ok()?.parse().ok()?;
        body.resize(length, 0);
        from.read_exact(&mut body).ok()?;
    }
    Some(Seen { headers, body })
}

/// A receiver whose response only the handler can determine.
fn receiver(handler: impl Fn(Seen) -> (u16, String) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let Some(seen) = read_request(&stream) else {
                continue;
            };
            let (status, body) = handler(seen);
            let _ = write!(
                stream,
                "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    address
}

/// A receiver for Stripe with exactly one vulnerability.
fn holed(hole: &'static str) -> SocketAddr {
    let key = Key::new(SECRET).unwrap();
    let mut verifier = Verifier::new(providers::STRIPE, key.clone())
        .unwrap()
        .with_identity();
    if hole == "no-timestamp-check" {
        verifier = verifier.with_tolerance(Tolerance::unchecked()).unwrap();
    }
    let done = Mutex::new(HashSet::new());
    receiver(move |mut seen| {
        let value = seen.headers.get("stripe-signature").cloned();
        let text = value.as_ref().and_then(|v| v.to_str().ok()).unwrap_or("");
        if hole == "repeated-header"
            && let Some(value) = &value
        {
            seen.headers.insert("stripe-signature", value.clone());
        }
        if hole == "missing-signature" && value.is_none() {
            return (200, "handled".into());
        }
        let alone = seen.headers.get_all("stripe-signature").iter().count() == 1;
        if hole == "prefix-compare"
            && alone
            && let Some((time, signature)) = text.split_once(",v1=")
            && let Ok(seconds) = time.trim_start_matches("t=").parse()
            && !signature.is_empty()
        {
            let mut request = http::Request::post("/").body(seen.body.clone()).unwrap();
            let signer = Signer::new(&providers::STRIPE, key.clone()).unwrap();
            let signed = signer
                .sign(&request, UnixTime::from_secs(seconds), None)
                .unwrap();
            let (name, right) = &signed.headers()[0];
            if right.to_str().unwrap().starts_with(text) {
                request.headers_mut().insert(name.clone(), right.clone());
                seen.headers.clone_from(request.headers());
            }
        }
        let mut request = http::Request::post("/").body(seen.body).unwrap();
        *request.headers_mut() = seen.headers;
        let mut verdict = verifier.verify(&request);
        if verdict.is_err() && hole == "json-reserialisation" {
            // It verifies what its JSON library writes, not what arrived.
            if let Ok(value) = serde_json::from_slice::<Value>(request.body()) {
                *request.body_mut() = value.to_string().into_bytes();
                verdict = verifier.verify(&request);
            }
        }
        match verdict {
            Ok(verified) => {
                let key = verified.replay_key("");
                let first = done.lock().unwrap().insert(format!("{key:?}"));
                if first || hole == "replay" {
                    (200, "handled".into())
                } else {
                    (200, String::new())
                }
            }
            Err(_) => (403, "no".into()),
        }
    })
}

fn suite(address: SocketAddr) -> (Option<i32>, Value) {
    let url = format!("http://{address}/hooks");
    let output = hookward(&[
        "send",
        "--suite",
        &url,
        "--provider",
        "stripe",
        "--key",
        "env:HOOK_KEY",
        "--json",
    ]);
    (output.status.code(), json(&output))
}

#[test]
fn the_suite_finds_each_hole_and_no_other() {
    for hole in [
        "prefix-compare",
        "no-timestamp-check",
        "replay",
        "json-reserialisation",
        "repeated-header",
        "missing-signature",
    ] {
        let (status, found) = suite(holed(hole));
        assert_eq!(status, Some(1), "{hole}: {found}");
        let holes: Vec<&str> = found["holes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|hole| hole.as_str().unwrap())
            .filter(|found| !(hole == "no-timestamp-check" && *found == "no-future-check"))
            .collect();
        assert_eq!(holes, [hole], "{found:#}");
    }
}

#[test]
fn the_suite_finds_nothing_in_a_sound_receiver() {
    let (status, found) = suite(holed("none"));
    assert_eq!(
        (status, &found["holes"]),
        (Some(0), &serde_json::json!([])),
        "{found:#}"
    );
}

#[test]
fn a_receiver_that_refuses_everything_is_not_praised() {
    let (status, _) = suite(receiver(|_| (403, "no".into())));
    assert_eq!(status, Some(1));
}

#[test]
fn send_tells_whether_the_answer_is_deserved() {
    let url = format!("http://{}/hooks", holed("none"));
    let send = |more: &[&str]| {
        let mut args = vec![
            "send",
            &url,
            "--provider",
            "stripe",
            "--key",
            "env:HOOK_KEY",
        ];
        args.extend_from_slice(more);
        hookward(&args).status.code()
    };
    assert_eq!(send(&[]), Some(0));
    assert_eq!(send(&["--chunked", "--event", "invoice.paid"]), Some(0));
    assert_eq!(send(&["--repeat", "3"]), Some(0));
    for tamper in ["body", "signature", "timestamp", "key", "replay"] {
        assert_eq!(send(&["--tamper", tamper]), Some(0), "{tamper}");
    }
    assert_eq!(send(&["--expect", "403"]), Some(1));
    assert_eq!(send(&["--tamper", "body", "--expect", "403"]), Some(0));
    let lenient = format!("http://{}/", receiver(|_| (200, "fine".into())));
    let output = hookward(&[
        "send",
        &lenient,
        "--provider",
        "stripe",
        "--key",
        "env:HOOK_KEY",
        "--tamper",
        "key",
    ]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        hookward(&[
            "send",
            "https://h/",
            "--provider",
            "stripe",
            "--key",
            "env:HOOK_KEY"
        ])
        .status
        .code(),
        Some(2)
    );
}

/// A running `hookward listen`.
struct Listening {
    child: Child,
    url: String,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Listening {
    fn start(args: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hookward"))
            .args(["listen", "--addr", "127.0.0.1:0", "--json"])
            .args(args)
            .env("HOOK_KEY", SECRET)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut notes = BufReader::new(child.stderr.take().unwrap());
        let url = loop {
            let mut line = String::new();
            assert!(notes.read_line(&mut line).unwrap() > 0, "it did not start");
            if let Some(url) = line.strip_prefix("listening on ") {
                break url.trim().to_owned();
            }
        };
        std::thread::spawn(move || std::io::copy(&mut notes, &mut std::io::sink()));
        let lines = Arc::new(Mutex::new(Vec::new()));
        let out = BufReader::new(child.stdout.take().unwrap());
        let into = lines.clone();
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                into.lock().unwrap().push(line);
            }
        });
        Self { child, url, lines }
    }

    /// What it said, once there are that many lines.
    fn said(&self, count: usize) -> Vec<Value> {
        for _ in 0..200 {
            let lines = self.lines.lock().unwrap().clone();
            if lines.len() >= count {
                return lines
                    .iter()
                    .map(|line| serde_json::from_str(line).unwrap())
                    .collect();
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        panic!("fewer than {count} lines");
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn listen_guesses_the_provider_and_explains_a_refusal() {
    let listening = Listening::start(&["--key", "env:HOOK_KEY"]);
    let url = format!("{}/in", listening.url);
    let send = |provider: &str, more: &[&str]| {
        let mut args = vec![
            "send",
            &url,
            "--provider",
            provider,
            "--key",
            "env:HOOK_KEY",
        ];
        args.extend_from_slice(more);
        hookward(&args).status.code()
    };
    assert_eq!(send("github", &["--event", "issues"]), Some(0));
    assert_eq!(send("stripe", &["--chunked"]), Some(0));
    assert_eq!(send("stripe", &["--tamper", "timestamp"]), Some(0));
    // Veriff has the same header, without `hmac-sha256-hex=` before the digits.
    assert_eq!(send("easypost", &[]), Some(0));
    let said = listening.said(4);
    assert_eq!(said[0]["verdict"], "verified");
    assert_eq!(
        (&said[0]["provider"], &said[0]["event"]),
        (&"github".into(), &"issues".into())
    );
    assert_eq!(
        (&said[1]["provider"], &said[1]["age"]),
        (&"stripe".into(), &0.into())
    );
    assert_eq!(said[2]["code"], "timestamp_too_old");
    assert_eq!(said[2]["cause"], "delivery_late");
    assert_eq!(said[3]["provider"], "easypost");
}

/// Status and body of a GET.
fn get(url: &str) -> (u16, String) {
    let (authority, target) = url
        .strip_prefix("http://")
        .unwrap()
        .split_once('/')
        .unwrap();
    let mut stream = std::net::TcpStream::connect(authority).unwrap();
    write!(
        stream,
        "GET /{target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("x-content-type-options: nosniff") || body == "refused\n");
    (head[9..12].parse().unwrap(), body.to_owned())
}

#[test]
fn listen_answers_the_validation_of_the_provider_that_was_named() {
    let listening = Listening::start(&[
        "--provider",
        "meta",
        "--key",
        "env:HOOK_KEY",
        "--handshake",
        "token=right",
    ]);
    let ask = |token: &str| {
        get(&format!(
            "{}/in?hub.mode=subscribe&hub.challenge=123&hub.verify_token={token}",
            listening.url
        ))
    };
    assert_eq!(ask("right"), (200, "123".into()));
    assert_eq!(ask("wrong"), (403, "refused\n".into()));
    let said = listening.said(2);
    assert_eq!(said[0]["verdict"], "validated");
    assert_eq!(said[0]["provider"], "meta");
    assert_eq!(said[1]["verdict"], "rejected");
}

#[test]
fn listen_forwards_what_is_genuine_byte_for_byte_and_nothing_else() {
    let bodies = Arc::new(Mutex::new(Vec::new()));
    let into = bodies.clone();
    let service = receiver(move |seen| {
        into.lock().unwrap().push(seen.body);
        (202, "taken".into())
    });
    let to = format!("http://{service}");
    let listening = Listening::start(&[
        "--provider",
        "github",
        "--key",
        "env:HOOK_KEY",
        "--forward",
        &to,
    ]);
    let directory = scratch("forward");
    let data = directory.join("data");
    let body: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    std::fs::write(&data, &body).unwrap();
    let data = data.display().to_string();
    let url = format!("{}/path?q=1", listening.url);
    for (more, status) in [
        (&["--expect", "202"][..], Some(0)),
        (&["--chunked", "--expect", "202"], Some(0)),
        (&["--tamper", "body", "--expect", "403"], Some(0)),
        (&["--tamper", "signature", "--expect", "403"], Some(0)),
    ] {
        let mut args = vec![
            "send",
            &url,
            "--provider",
            "github",
            "--key",
            "env:HOOK_KEY",
            "--data",
            &data,
        ];
        args.extend_from_slice(more);
        assert_eq!(hookward(&args).status.code(), status, "{more:?}");
    }
    assert_eq!(*bodies.lock().unwrap(), [body.clone(), body]);
}

#[test]
fn what_listen_records_can_be_verified_explained_and_replayed() {
    let directory = scratch("record");
    let record = directory.display().to_string();
    let listening = Listening::start(&["--key", "env:HOOK_KEY", "--record", &record]);
    for more in [&[][..], &["--chunked"]] {
        let mut args = vec![
            "send",
            &listening.url,
            "--provider",
            "github",
            "--key",
            "env:HOOK_KEY",
        ];
        args.extend_from_slice(more);
        assert_eq!(hookward(&args).status.code(), Some(0));
    }
    let said = listening.said(2);
    for line in &said {
        let file = line["recorded"].as_str().unwrap();
        for command in ["verify", "explain"] {
            let output = hookward(&[
                command,
                "--provider",
                "github",
                "--key",
                "env:HOOK_KEY",
                "--request",
                file,
                "--json",
            ]);
            assert_eq!(json(&output)["verified"], true, "{output:?}");
        }
        let output = hookward(&["replay", file, "--to", &listening.url, "--json"]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
    assert!(
        listening
            .said(4)
            .iter()
            .all(|line| line["verdict"] == "verified")
    );
}

#[test]
fn listen_refuses_ambiguous_and_oversized_messages() {
    let listening = Listening::start(&["--key", "env:HOOK_KEY", "--body-limit", "1000"]);
    let address = listening.url.trim_start_matches("http://");
    for (message, status) in [
        (
            "POST / HTTP/1.1\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
            "400",
        ),
        (
            "POST / HTTP/1.1\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nabcdef",
            "400",
        ),
        ("POST / HTTP/1.1\r\ncontent-length: 1001\r\n\r\n", "413"),
        ("POST / HTTP/1.1\r\nno colon\r\n\r\n", "400"),
        ("nonsense\r\n\r\n", "400"),
    ] {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(message.as_bytes()).unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{message:?}: {answer}"
        );
    }
}

#[test]
fn completions_and_manual_pages_are_printed() {
    for shell in ["bash", "zsh", "fish"] {
        let output = hookward(&["completions", shell]);
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(
            text.contains("explain") && output.status.success(),
            "{shell}"
        );
    }
    for (args, words) in [
        (&["man"][..], "hookward"),
        (&["man", "explain"], "other\\-key"),
    ] {
        let output = hookward(args);
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(text.contains(".TH") && text.contains(words), "{text}");
    }
    assert_eq!(hookward(&["man", "nonsense"]).status.code(), Some(2));
}
