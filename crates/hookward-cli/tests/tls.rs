//! `send`, `replay` and `listen --forward` to a real TLS server on loopback.

#![cfg(feature = "tls")]
#![allow(clippy::unwrap_used)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

const SECRET: &str = "whsec_a_secret_for_tests";

fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/tls")
        .join(name)
}

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hookward"));
    command.args(args).env("HOOK_KEY", SECRET);
    command
}

fn github(args: &[&str]) -> Output {
    command(args)
        .args(["--provider", "github", "--key", "env:HOOK_KEY"])
        .output()
        .unwrap()
}

/// A server that records the bodies it receives; returns its port.
fn server() -> (u16, Arc<Mutex<Vec<Vec<u8>>>>) {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let chain = vec![CertificateDer::from_pem_file(data("server.pem")).unwrap()];
    let key = PrivateKeyDer::from_pem_file(data("server.key")).unwrap();
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let bodies = Arc::new(Mutex::new(Vec::new()));
    let into = bodies.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = ServerConnection::new(config.clone()).unwrap();
            let mut stream = BufReader::new(StreamOwned::new(connection, stream.unwrap()));
            let mut length = 0;
            let is_there = loop {
                let mut line = String::new();
                // A client that does not trust us hangs up here.
                if stream.read_line(&mut line).is_err() || line.is_empty() {
                    break false;
                }
                if let Some(text) = line.to_lowercase().strip_prefix("content-length:") {
                    length = text.trim().parse().unwrap();
                }
                if line == "\r\n" {
                    break true;
                }
            };
            if !is_there {
                continue;
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).unwrap();
            into.lock().unwrap().push(body);
            let answer = b"HTTP/1.1 202 Accepted\r\ncontent-length: 5\r\n\r\ntaken";
            stream.get_mut().write_all(answer).unwrap();
            stream.get_mut().flush().unwrap();
        }
    });
    (port, bodies)
}

#[test]
fn a_delivery_goes_out_over_tls_to_whom_is_trusted_alone() {
    let (port, bodies) = server();
    let ca = data("ca.pem").display().to_string();
    for host in ["localhost", "127.0.0.1"] {
        let url = format!("https://{host}:{port}/hooks");
        let output = github(&["send", &url, "--ca", &ca, "--expect", "202"]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
    assert_eq!(bodies.lock().unwrap().len(), 2);

    // Not an authority that the system knows; no certificate at all; not its name.
    let url = format!("https://localhost:{port}/hooks");
    let other = data("server.key").display().to_string();
    let ip = format!("https://127.0.0.2:{port}/hooks");
    for args in [
        &["send", &url][..],
        &["send", &url, "--ca", &other],
        &["send", &ip, "--ca", &ca],
    ] {
        let output = github(args);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("error: "));
    }
    assert_eq!(bodies.lock().unwrap().len(), 2);
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn genuine_deliveries_are_forwarded_over_tls_byte_for_byte() {
    let (port, bodies) = server();
    let ca = data("ca.pem").display().to_string();
    let to = format!("https://localhost:{port}");
    let mut child = command(&["listen", "--addr", "127.0.0.1:0", "--forward", &to])
        .args(["--ca", &ca, "--provider", "github", "--key", "env:HOOK_KEY"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut notes = BufReader::new(child.stderr.take().unwrap());
    let _child = Running(child);
    notes.read_line(&mut line).unwrap();
    let url = line
        .trim()
        .strip_prefix("listening on ")
        .unwrap()
        .to_owned();
    std::thread::spawn(move || std::io::copy(&mut notes, &mut std::io::sink()));

    let body: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("tls-body");
    std::fs::write(&file, &body).unwrap();
    let file = file.display().to_string();
    let output = github(&["send", &url, "--data", &file, "--expect", "202"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let output = github(&["send", &url, "--data", &file, "--tamper", "body"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(*bodies.lock().unwrap(), [body]);
}
