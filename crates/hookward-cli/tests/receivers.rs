//! `send --suite` against receivers in Python and Node, and `listen --forward`
//! in front of a Python server under load.

#![allow(clippy::unwrap_used)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use hookward_core::{Key, Signer, UnixTime, providers};
use serde_json::Value;

const SECRET: &str = "whsec_a_secret_for_tests";

/// A program that ends with the test.
struct Running {
    child: Child,
    /// The first line that it printed.
    line: String,
}

impl Running {
    fn start(mut command: Command, from_stderr: bool) -> std::io::Result<Self> {
        let mut child = command
            .env("HOOK_KEY", SECRET)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let mut out: Box<dyn std::io::Read + Send> = Box::new(child.stdout.take().unwrap());
        let mut err: Box<dyn std::io::Read + Send> = Box::new(child.stderr.take().unwrap());
        if from_stderr {
            std::mem::swap(&mut out, &mut err);
        }
        let mut out = BufReader::new(out);
        let mut line = String::new();
        out.read_line(&mut line)?;
        // Nothing that it prints later blocks it.
        std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
        std::thread::spawn(move || std::io::copy(&mut err, &mut std::io::sink()));
        let line = line.trim().to_owned();
        Ok(Self { child, line })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A receiver in another language; none, with the reason printed, where the
/// language is not installed.
fn receiver(program: &str, arguments: &[&str]) -> Option<Running> {
    let (script, probe) = match program {
        "python3" => ("receiver.py", "--version"),
        _ => ("receiver.js", "--version"),
    };
    if Command::new(program).arg(probe).output().is_err() {
        eprintln!("skipped: `{program}` is not installed");
        return None;
    }
    let mut command = Command::new(program);
    command.arg(
        PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("tests/data/receivers")
            .join(script),
    );
    command.args(arguments);
    Some(Running::start(command, false).unwrap())
}

fn finds_its_holes(program: &str) {
    for hole in [
        "none",
        "prefix-compare",
        "no-timestamp-check",
        "replay",
        "json-reserialisation",
    ] {
        let Some(running) = receiver(program, &[hole]) else {
            return;
        };
        let (found, status) = suite(&running);
        let expected: &[&str] = match hole {
            "none" => &[],
            "no-timestamp-check" => &["no-timestamp-check", "no-future-check"],
            _ => &[hole],
        };
        assert_eq!(found["holes"], serde_json::json!(expected), "{found:#}");
        assert_eq!(status, Some(i32::from(hole != "none")), "{hole}");
    }
}

#[test]
fn the_suite_finds_each_hole_of_a_python_receiver() {
    finds_its_holes("python3");
}

#[test]
fn the_suite_finds_each_hole_of_a_node_receiver() {
    finds_its_holes("node");
}

fn suite(receiver: &Running) -> (Value, Option<i32>) {
    let url = format!("http://127.0.0.1:{}/hooks", receiver.line);
    let output = Command::new(env!("CARGO_BIN_EXE_hookward"))
        .args(["send", "--suite", &url, "--provider", "stripe", "--json"])
        .args(["--key", "env:HOOK_KEY"])
        .env("HOOK_KEY", SECRET)
        .output()
        .unwrap();
    let found = serde_json::from_slice(&output.stdout).unwrap();
    (found, output.status.code())
}

#[test]
fn the_suite_finds_holes_that_only_some_comparisons_have() {
    for (hole, expected) in [
        ("json-dumps", "json-reserialisation"),
        ("algorithm-confusion", "algorithm-confusion"),
        ("empty-key", "empty-key"),
        ("suffix-compare", "suffix-compare"),
        ("loose-compare", "loose-compare"),
        ("replay-unseen", "replay"),
    ] {
        let Some(running) = receiver("python3", &[hole]) else {
            return;
        };
        let (found, status) = suite(&running);
        assert_eq!(found["holes"], serde_json::json!([expected]), "{found:#}");
        assert_eq!(status, Some(1), "{hole}");
    }
}

#[test]
fn a_receiver_that_takes_no_chunks_has_no_hole() {
    let Some(running) = receiver("python3", &["no-chunks"]) else {
        return;
    };
    let (found, status) = suite(&running);
    assert_eq!(found["holes"], serde_json::json!([]), "{found:#}");
    assert_eq!(found["cases"][1]["outcome"], "odd", "{found:#}");
    assert_eq!(status, Some(0));
}

/// A raw request; in chunks where `chunk` is not 0.
fn message(body: &[u8], secret: &str, chunk: usize) -> Vec<u8> {
    let unsigned = http::Request::post("/hooks").body(body).unwrap();
    let signer = Signer::new(&providers::GITHUB, Key::new(secret).unwrap()).unwrap();
    let signed = signer.sign(&unsigned, UnixTime::now(), None).unwrap();
    let mut out = b"POST /hooks HTTP/1.1\r\nhost: a.example\r\nconnection: close\r\n".to_vec();
    for (name, value) in signed.headers() {
        write!(out, "{name}: {}\r\n", value.to_str().unwrap()).unwrap();
    }
    if chunk == 0 {
        write!(out, "content-length: {}\r\n\r\n", body.len()).unwrap();
        out.extend_from_slice(body);
        return out;
    }
    out.extend_from_slice(b"transfer-encoding: chunked\r\n\r\n");
    for piece in body.chunks(chunk) {
        write!(out, "{:x}\r\n", piece.len()).unwrap();
        out.extend_from_slice(piece);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"0\r\n\r\n");
    out
}

#[test]
fn a_python_server_behind_listen_gets_every_genuine_body_and_nothing_else_under_load() {
    let kept =
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("kept-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&kept);
    std::fs::create_dir_all(&kept).unwrap();
    let Some(server) = receiver("python3", &["keep", kept.to_str().unwrap()]) else {
        return;
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_hookward"));
    command
        .args(["listen", "--addr", "127.0.0.1:0", "--provider", "github"])
        .args(["--key", "env:HOOK_KEY", "--json", "--forward"])
        .arg(format!("http://127.0.0.1:{}", server.line));
    let listening = Running::start(command, true).unwrap();
    let address = listening.line.rsplit('/').next().unwrap().to_owned();

    let senders: Vec<_> = (0..12_usize)
        .map(|sender| {
            let address = address.clone();
            std::thread::spawn(move || {
                let mut genuine = Vec::new();
                for serial in 0..30_usize {
                    let size = [0, 1, 7, 4096, 70_000, 300_000][(sender + serial) % 6];
                    let seed = sender * 1000 + serial;
                    let mut body = seed.to_be_bytes().to_vec();
                    body.extend((0..size).map(|i| u8::try_from((i * 31 + seed) % 256).unwrap()));
                    let is_genuine = serial % 3 != 1;
                    let secret = if is_genuine { SECRET } else { "guess" };
                    let chunk = [0, 5000][serial % 2];
                    let mut stream = TcpStream::connect(&address).unwrap();
                    stream.write_all(&message(&body, secret, chunk)).unwrap();
                    let mut answer = String::new();
                    stream.read_to_string(&mut answer).unwrap();
                    let status = if is_genuine {
                        "HTTP/1.1 200"
                    } else {
                        "HTTP/1.1 403"
                    };
                    assert!(answer.starts_with(status), "{answer}");
                    if is_genuine {
                        genuine.push(body);
                    }
                }
                genuine
            })
        })
        .collect();
    let mut sent: Vec<Vec<u8>> = senders
        .into_iter()
        .flat_map(|sender| sender.join().unwrap())
        .collect();
    let mut arrived: Vec<Vec<u8>> = std::fs::read_dir(&kept)
        .unwrap()
        .map(|file| std::fs::read(file.unwrap().path()).unwrap())
        .collect();
    sent.sort();
    arrived.sort();
    assert_eq!(sent.len(), 240);
    assert!(sent == arrived, "{} arrived", arrived.len());
    std::fs::remove_dir_all(kept).unwrap();
}
