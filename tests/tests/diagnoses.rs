//! Diagnoses of rejections in development, with all adapters.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::mpsc::{Receiver, channel};

use hookward::{Endpoint, Key, UnixTime, Verifier, providers};
use hookward_tests::{ADAPTERS, Adapter, Message, PATIENCE, Server, hmac_sha256_hex};

const SECRET: &[u8] = b"It's a Secret to Everybody";
const NOW: i64 = 1_700_000_000;

fn signature(body: &[u8]) -> String {
    format!("sha256={}", hmac_sha256_hex(SECRET, &[body]))
}

fn signed(body: &[u8], over: &[u8]) -> Message {
    Message::new(body).header("X-Hub-Signature-256", signature(over))
}

fn endpoint(provider: hookward::Scheme) -> Endpoint {
    let verifier = Verifier::new(provider, Key::new(SECRET).unwrap()).unwrap();
    Endpoint::new(verifier).clock(|| UnixTime::from_secs(NOW))
}

/// A server with diagnoses enabled, and its log after the warning.
fn diagnosing(adapter: Adapter, endpoint: Endpoint) -> (Server, Receiver<String>) {
    let (send, log) = channel();
    let endpoint = endpoint.diagnose_refusals(move |text| {
        let _ = send.send(text.to_owned());
    });
    let warning = log.recv_timeout(PATIENCE).unwrap();
    assert!(warning.contains("development"), "{warning}");
    (Server::start(adapter, endpoint), log)
}

#[test]
fn a_refusal_is_explained_in_the_log_and_not_to_the_sender() {
    let spaced = br#"{"a": 1, "b": "x"}"#;
    let compact = br#"{"a":1,"b":"x"}"#;
    let good = signature(compact);
    let cases = [
        // Rejected after the body.
        (signed(spaced, compact), "compact"),
        // Rejected by the head; proven with the body.
        (
            Message::new(&compact[..]).header("X-Hub-Signature-256", &good["sha256=".len()..]),
            "prefix",
        ),
        (
            Message::new(&compact[..]).header("X-Acme-Signature", good.clone()),
            "x-acme-signature",
        ),
        (
            signed(b"{}", b"forged"),
            "No common mistake explains why the signature does not match",
        ),
    ];
    for adapter in ADAPTERS {
        let plain = Server::start(adapter, endpoint(providers::GITHUB));
        let (server, log) = diagnosing(adapter, endpoint(providers::GITHUB));
        for (message, words) in &cases {
            let (told, untold) = (server.post(message), plain.post(message));
            assert_eq!((told.status, &told.body), (403, &untold.body));
            for name in ["content-type", "content-length"] {
                assert_eq!(told.header(name), untold.header(name));
            }
            let text = log.recv_timeout(PATIENCE).unwrap();
            assert!(text.contains(words), "{adapter:?}: {text}");
            assert!(!text.contains("It's a Secret"), "{text}");
        }
        // Genuine requests are not logged.
        assert_eq!(server.post(&signed(compact, compact)).status, 200);
        assert!(log.try_recv().is_err());
        assert_eq!(server.handler.runs(), 1);
    }
}

#[test]
fn a_stale_delivery_is_told_from_a_forged_one() {
    let body = b"{}";
    let stamp = (NOW - 4000).to_string();
    let mac = hmac_sha256_hex(SECRET, &[stamp.as_bytes(), b".", body]);
    let message = Message::new(&body[..]).header("Stripe-Signature", format!("t={stamp},v1={mac}"));
    for adapter in ADAPTERS {
        let (server, log) = diagnosing(adapter, endpoint(providers::STRIPE));
        assert_eq!(server.post(&message).status, 403);
        let text = log.recv_timeout(PATIENCE).unwrap();
        assert!(text.contains("only the time is off"), "{text}");
    }
}

#[test]
fn bodies_over_a_megabyte_are_refused_without_a_diagnosis() {
    for adapter in ADAPTERS {
        let (server, log) = diagnosing(adapter, endpoint(providers::GITHUB).body_limit(4 << 20));
        let long = vec![b'x'; (1 << 20) + 1];
        assert_eq!(server.post(&signed(&long, b"other")).status, 403);
        let unsigned = Message::new(long);
        assert_eq!(server.post(&unsigned).status, 403);
        // In chunks nobody knows the length in advance.
        assert_eq!(server.send(&[&unsigned.chunked(1 << 16)]).status, 403);
        assert_eq!(server.post(&signed(b"{}", b"other")).status, 403);
        let first = log.recv_timeout(PATIENCE).unwrap();
        assert!(first.contains("2 bytes"), "{first}");
    }
}

#[test]
fn an_endpoint_over_its_limit_answers_as_without_diagnoses() {
    for adapter in ADAPTERS {
        let limited = || endpoint(providers::GITHUB).body_limit(10);
        let (server, _log) = diagnosing(adapter, limited());
        let plain = Server::start(adapter, limited());
        let long = Message::new(vec![b'x'; 11]);
        for pieces in [long.bytes(), long.chunked(4)] {
            assert_eq!(server.send(&[&pieces]).status, 403);
            assert_eq!(plain.send(&[&pieces]).status, 403);
        }
        let long = signed(&[b'x'; 11], &[b'x'; 11]);
        assert_eq!(server.post(&long).status, 413);
    }
}
