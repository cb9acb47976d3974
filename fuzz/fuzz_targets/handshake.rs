//! Arbitrary requests to endpoints with a validation: none is taken for a delivery, one
//! that needs the token is not answered without it, the answer has neither token nor key
//! in it, and it is the same for any split of the body.
//!
//! Input: a byte for the validation, one for the method, then the query, and on further
//! lines `name: value` headers, an empty line, and the body. `$` is replaced by the token.

#![no_main]

use std::pin::pin;
use std::sync::LazyLock;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use hookward_core::adapter::{HandshakeOutcome, OpenOutcome, PollBudget, Progress};
use hookward_core::handshake::{Check, Setting};
use hookward_core::{
    Digest, Encoding, Endpoint, Key, Rejection, Scheme, UnixTime, Verifier, handshakes,
};
use libfuzzer_sys::fuzz_target;

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

/// Secrets that no input can have.
fn secret() -> String {
    use std::hash::{BuildHasher, RandomState};
    let numbers = [0, 1].map(|n| RandomState::new().hash_one(n).to_ne_bytes());
    Encoding::Hex.encode(&numbers.concat())
}

struct Case {
    name: &'static str,
    endpoint: Endpoint,
    verifier: Verifier,
    token: String,
    key: String,
    /// Whether each of its exchanges needs the token.
    needs_token: bool,
}

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    handshakes::all()
        .filter_map(|entry| {
            let (token, key) = (secret(), secret());
            let scheme = Scheme::hmac("acme", Digest::Sha256).header("x-acme-signature");
            let verifier = Verifier::new(scheme, Key::new(&*key).unwrap()).unwrap();
            let mut handshake = entry.handshake.clone();
            for setting in entry.handshake.needs() {
                handshake = match setting {
                    Setting::Token => handshake.token(&*token),
                    Setting::AllowList => handshake.allow("https://hooks.example/in"),
                    Setting::Key => handshake.key(Key::new(&*key).unwrap()),
                    Setting::Url => handshake.url("https://hooks.example/in"),
                    // These call functions of the user's.
                    _ => return None,
                };
            }
            let needs_token = entry.handshake.exchanges().iter().all(|exchange| {
                exchange
                    .checks
                    .iter()
                    .any(|check| matches!(check, Check::Token(_) | Check::SortedSha1 { .. }))
            });
            let endpoint = Endpoint::new(verifier.clone()).clock(|| NOW);
            Some(Case {
                name: entry.handshake.name(),
                endpoint: endpoint.handshake(handshake).ok()?,
                verifier,
                token,
                key,
                needs_token,
            })
        })
        .collect()
});

/// What becomes of a request.
#[derive(Debug, PartialEq)]
enum Outcome {
    Delivery,
    Answer(u16, Vec<u8>),
    HandedThrough,
}

fn outcome(found: HandshakeOutcome) -> Result<Outcome, Rejection> {
    match found {
        HandshakeOutcome::HandThrough(_) => Ok(Outcome::HandedThrough),
        HandshakeOutcome::Answer(reply) => {
            let mut context = Context::from_waker(Waker::noop());
            let Poll::Ready(answer) = pin!(reply).poll(&mut context) else {
                unreachable!("nothing is awaited");
            };
            let answer = answer?;
            Ok(Outcome::Answer(
                answer.status().as_u16(),
                answer.body().to_vec(),
            ))
        }
    }
}

fn send(case: &Case, head: &http::request::Parts, frames: &[&[u8]]) -> Result<Outcome, Rejection> {
    let opened = case.endpoint.open(Ok(case.verifier.clone()), head, None)?;
    let mut reception = match opened {
        OpenOutcome::Handshake(found) => return outcome(found),
        OpenOutcome::Reading(reception) => reception,
    };
    for frame in frames {
        reception.push(Bytes::copy_from_slice(frame), &mut PollBudget::default())?;
        while reception.advance(&mut PollBudget::default()) {}
    }
    match reception.finish()? {
        Progress::Done(_) => Ok(Outcome::Delivery),
        Progress::Handshake(found) => outcome(found),
        Progress::SecondPass(_) => unreachable!("one key"),
    }
}

use std::future::Future as _;

fuzz_target!(|data: &[u8]| {
    let [choice, method, rest @ ..] = data else {
        return;
    };
    let case = &CASES[usize::from(*choice) % CASES.len()];
    let Ok(text) = std::str::from_utf8(rest) else {
        return;
    };
    let has_token = text.contains('$');
    let text = text.replace('$', &case.token);
    let (lines, body) = text.split_once("\n\n").unwrap_or((&text, ""));
    let mut lines = lines.lines();
    let query = lines.next().unwrap_or_default();
    let method = ["GET", "POST", "HEAD", "OPTIONS", "PUT"][usize::from(*method) % 5];
    let mut request = http::Request::builder()
        .method(method)
        .uri(format!("https://hooks.example/in?{query}"));
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        request = request.header(name, value);
    }
    let Ok(request) = request.body(()) else {
        return;
    };
    let (head, ()) = request.into_parts();
    let body = body.as_bytes();

    let whole = send(case, &head, &[body]);
    let halves = body.split_at(body.len() / 2);
    let bytes: Vec<&[u8]> = body.chunks(1).collect();
    assert_eq!(
        whole,
        send(case, &head, &[halves.0, halves.1]),
        "{}",
        case.name
    );
    assert_eq!(whole, send(case, &head, &bytes), "{}", case.name);
    match whole {
        Ok(Outcome::Delivery) => panic!("{}: nothing here was signed", case.name),
        Ok(Outcome::Answer(status, answer)) => {
            assert!(
                has_token || !case.needs_token || status >= 300,
                "{}: answered without the token",
                case.name
            );
            let holds = |secret: &str| memchr::memmem::find(&answer, secret.as_bytes()).is_some();
            assert!(!holds(&case.key), "{}: the key is in the answer", case.name);
            // What was sent may be echoed, and the strings of these two are told to anyone
            // who asks.
            let is_told = ["cisco-meraki", "vk"].contains(&case.name);
            assert!(
                has_token || is_told || !holds(&case.token),
                "{}: the token is in the answer",
                case.name
            );
        }
        Ok(Outcome::HandedThrough) | Err(_) => {}
    }
});
