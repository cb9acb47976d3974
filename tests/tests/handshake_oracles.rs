//! Endpoint validations are not signing oracles: what they sign for an attacker never
//! passes as a delivery.
//!
//! Some providers require the challenge to be signed with the key that signs deliveries.
//! These tests request such signatures and send them back as deliveries: under the
//! provider's own scheme, and under every other scheme of the catalogue that uses the
//! same kind of key.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use bytes::Bytes;
use hookward::adapter::{HandshakeOutcome, OpenOutcome, PollBudget, Progress};
use hookward::scheme::Location;
use hookward::{
    Code, Encoding, Endpoint, Handshake, Key, KeyRing, Rejection, Scheme, Signer, Trust, UnixTime,
    Verifier, handshakes, providers,
};
use hookward_tests::{ADAPTERS, Message, Server};
use proptest::prelude::*;

const NOW: i64 = 1_700_000_000;
/// Valid as text, hex and base64, so that most schemes accept it.
const SECRET: &str = "0123456789abcdef0123456789abcdef";
const UUID: &str = "9b4507b3-9040-4669-9ca3-6b94edb50553";

fn get(query: &str) -> Message {
    Message::new("")
        .method("GET")
        .target(&format!("/hooks/x?{query}"))
        .header("connection", "close")
}

fn post(body: &str) -> Message {
    Message::new(body).header("connection", "close")
}

/// Percent-encodes everything.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn endpoint(verifier: &Verifier, handshake: Option<&Handshake>) -> Endpoint {
    let endpoint = Endpoint::new(verifier.clone()).clock(|| UnixTime::from_secs(NOW));
    match handshake {
        Some(handshake) => endpoint.handshake(handshake.clone()).unwrap(),
        None => endpoint,
    }
}

/// A handshake that signs, and how an attacker sends a challenge to it.
struct Oracle {
    handshake: Handshake,
    ask: fn(&str) -> Message,
}

fn oracles() -> Vec<Oracle> {
    let key = || Key::new(SECRET).unwrap();
    vec![
        Oracle {
            handshake: handshakes::X_TWITTER,
            ask: |challenge| get(&format!("crc_token={}", encoded(challenge))),
        },
        Oracle {
            handshake: handshakes::LINKEDIN,
            ask: |challenge| get(&format!("challengeCode={}", encoded(challenge))),
        },
        Oracle {
            handshake: handshakes::BRAINTREE.token("public_key"),
            ask: |challenge| get(&format!("bt_challenge={}", encoded(challenge))),
        },
        Oracle {
            handshake: handshakes::EBAY
                .token(SECRET)
                .url("https://hooks.example/x"),
            ask: |challenge| get(&format!("challenge_code={}", encoded(challenge))),
        },
        Oracle {
            handshake: handshakes::QQ_BOT.key(key()),
            ask: |challenge| {
                let (time, token) = match challenge.split_at_checked(10) {
                    Some((time, token)) if time.bytes().all(|byte| byte.is_ascii_digit()) => {
                        (time.to_owned(), token)
                    }
                    _ => (NOW.to_string(), challenge),
                };
                let data = serde_json::json!({ "plain_token": token, "event_ts": time });
                post(&serde_json::json!({ "op": 13, "d": data }).to_string())
            },
        },
        Oracle {
            handshake: handshakes::ZOOM,
            ask: |challenge| {
                let payload = serde_json::json!({ "plainToken": challenge });
                let event = "endpoint.url_validation";
                post(&serde_json::json!({ "event": event, "payload": payload }).to_string())
            },
        },
    ]
}

#[test]
fn every_handshake_of_the_catalogue_that_signs_is_tried() {
    let tried = oracles();
    for entry in handshakes::all() {
        let signs = entry
            .handshake
            .exchanges()
            .iter()
            .any(|exchange| exchange.signs().next().is_some());
        let name = entry.handshake.name();
        let is_tried = tried.iter().any(|oracle| oracle.handshake.name() == name);
        assert_eq!(signs, is_tried, "{name}");
    }
}

/// The outcome of a request, in the core.
fn send(verifier: &Verifier, endpoint: &Endpoint, message: &Message) -> Result<Outcome, Rejection> {
    let mut request = http::Request::builder()
        .method(message.method.as_str())
        .uri(message.target.as_str());
    for (name, value) in &message.headers {
        request = request.header(name, value.as_slice());
    }
    let Ok(request) = request.body(()) else {
        return Ok(Outcome::Unsendable);
    };
    let (head, ()) = request.into_parts();
    let mut reception = match endpoint.open(Ok(verifier.clone()), &head, None)? {
        OpenOutcome::Handshake(handshaken) => return Ok(Outcome::of(handshaken)),
        OpenOutcome::Reading(reception) => reception,
    };
    for piece in message.body.chunks(7) {
        reception.push(Bytes::copy_from_slice(piece), &mut PollBudget::default())?;
    }
    let progress = match reception.finish()? {
        Progress::SecondPass(mut again) => {
            while again.advance() {}
            again.finish()?
        }
        progress => progress,
    };
    Ok(match progress {
        Progress::Done(_) => Outcome::Delivered,
        Progress::Handshake(handshaken) => Outcome::of(handshaken),
        Progress::SecondPass(_) => panic!("a third pass"),
    })
}

#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    /// The handler runs.
    Delivered,
    /// The body of the answer to a validation.
    Answered(String),
    Unsendable,
}

impl Outcome {
    fn of(handshaken: HandshakeOutcome) -> Self {
        let HandshakeOutcome::Answer(reply) = handshaken else {
            return Self::Delivered;
        };
        match pin!(reply).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(response)) => {
                Self::Answered(String::from_utf8(response.body().to_vec()).unwrap())
            }
            _ => Self::Unsendable,
        }
    }
}

/// Everything in a response that may be a MAC or a signature.
fn tags(answer: &str) -> Vec<Vec<u8>> {
    let texts: Vec<String> = match serde_json::from_str::<BTreeMap<String, String>>(answer) {
        Ok(members) => members.into_values().collect(),
        Err(_) => vec![answer.to_owned()],
    };
    let mut tags = Vec::new();
    for text in &texts {
        for part in text.split(['|', ',']) {
            let part = part.strip_prefix("sha256=").unwrap_or(part);
            tags.extend(hex::decode(part).ok());
            tags.extend(STANDARD.decode(part).ok());
        }
    }
    tags.retain(|tag| [16, 20, 32, 48, 64].contains(&tag.len()));
    tags
}

fn spelled(encoding: Encoding, tag: &[u8]) -> Option<String> {
    Some(match encoding {
        Encoding::Hex => hex::encode(tag),
        Encoding::HexUpper => hex::encode_upper(tag),
        Encoding::Base64 => STANDARD.encode(tag),
        Encoding::Base64NoPad => STANDARD_NO_PAD.encode(tag),
        Encoding::Base64url => URL_SAFE_NO_PAD.encode(tag),
        Encoding::Base64urlPadded => URL_SAFE.encode(tag),
        Encoding::Base64Hex => STANDARD.encode(hex::encode(tag)),
        _ => return None,
    })
}

/// Deliveries under a scheme whose signed content may be `content`, with this
/// signature.
fn deliveries(scheme: &Scheme, tag: &[u8], content: &str) -> Vec<Message> {
    let Some(signature) = spelled(scheme.signature.encoding, tag) else {
        return Vec::new();
    };
    let literal = scheme.signed.split('{').next().unwrap_or_default();
    let rest = content.strip_prefix(literal).unwrap_or(content);
    let now = NOW.to_string();
    let mut splits = vec![
        (now.clone(), rest.to_owned()),
        (now.clone(), content.to_owned()),
    ];
    for at in [10, 13] {
        if let Some((time, body)) = rest.split_at_checked(at)
            && time.bytes().all(|byte| byte.is_ascii_digit())
        {
            splits.push((time.to_owned(), body.to_owned()));
        }
    }
    let mut fields = scheme.signed.split("{form:").skip(1);
    if let Some(name) = fields.next().and_then(|rest| rest.split('}').next()) {
        splits.push((now.clone(), format!("{name}={}", encoded(content))));
        splits.push((now, format!("{name}={content}")));
    }
    let mut messages = Vec::new();
    for (time, body) in splits {
        let text = scheme
            .signature
            .format
            .replace("{signature}", &signature)
            .replace("{timestamp}", &time)
            .replace("{id}", "1")
            .replace("{any}", "0");
        let mut message = Message::new(body.clone()).target("/hooks/x");
        match &scheme.signature.at {
            Location::Header(name) => message = message.header(name, text),
            Location::Query(name) => {
                message = message.target(&format!("/hooks/x?{name}={}", encoded(&text)));
            }
            Location::Form(name) => {
                message.body = format!("{name}={}&{body}", encoded(&text)).into_bytes();
            }
            _ => continue,
        }
        if let Some(Location::Header(name)) = scheme.timestamp.as_ref().and_then(|t| t.at.as_ref())
        {
            message = message.header(name, time.clone());
        }
        for (name, value) in scheme.expect.iter() {
            message = message.header(name, value.as_bytes());
        }
        let mut by_get = message.clone().method("GET");
        by_get.body = Vec::new();
        if message.target == "/hooks/x" {
            by_get = by_get.target(&format!("/hooks/x?{body}"));
        }
        messages.extend([message, by_get]);
    }
    messages
}

/// The schemes whose deliveries are signed under one secret, with it.
fn schemes() -> Vec<(&'static Scheme, Verifier)> {
    let mut schemes: Vec<_> = providers::all()
        .map(|entry| &entry.scheme)
        .filter(|scheme| scheme.algorithm.signs_content())
        .filter_map(|scheme| {
            let ring = KeyRing::default().with("public_key", Key::new(SECRET).unwrap());
            let as_sent = || scheme.clone().trust(Trust::AsSent);
            let verifier = Verifier::new(as_sent(), ring)
                .or_else(|_| Verifier::new(as_sent(), Key::new(SECRET).unwrap()));
            Some((scheme, verifier.ok()?))
        })
        .collect();
    schemes.sort_by_key(|(scheme, _)| scheme.name.clone());
    schemes
}

/// How many deliveries can be forged from the response, at an endpoint without the
/// handshake; at the one that has it, none.
fn try_oracle(oracle: &Oracle, scheme: &Scheme, verifier: &Verifier, challenge: &str) -> usize {
    let on = endpoint(verifier, Some(&oracle.handshake));
    let off = endpoint(verifier, None);
    let mut message = (oracle.ask)(challenge);
    if oracle.handshake.is_signed() {
        // Not even the provider can obtain such a signature.
        let Ok(signer) = Signer::new(scheme, Key::new(SECRET).unwrap()) else {
            return 0;
        };
        let request = http::Request::post("https://hooks.example/hooks/x")
            .body(message.body.clone())
            .unwrap();
        let Ok(signed) = signer.sign(&request, UnixTime::from_secs(NOW), Some("1")) else {
            return 0;
        };
        for (name, value) in signed.headers() {
            message = message.header(name.as_str(), value.as_bytes());
        }
    }
    let what = || {
        format!(
            "{}, {}, {challenge:?}",
            oracle.handshake.name(),
            scheme.name
        )
    };
    let answer = match send(verifier, &on, &message) {
        Ok(Outcome::Answered(answer)) => answer,
        // Signed by the provider, and without a challenge: an event like any other.
        Ok(Outcome::Delivered) if oracle.handshake.is_signed() => return 0,
        Ok(Outcome::Delivered) => panic!("{}: the challenge was a delivery", what()),
        _ => return 0,
    };
    let mut contents = vec![challenge.to_owned(), format!("{NOW}{challenge}")];
    contents.push(format!("{challenge}{SECRET}https://hooks.example/x"));
    let mut would_pass = 0;
    for tag in tags(&answer) {
        for content in &contents {
            for delivery in deliveries(scheme, &tag, content) {
                if send(verifier, &off, &delivery) == Ok(Outcome::Delivered) {
                    would_pass += 1;
                    let rejection = send(verifier, &on, &delivery).expect_err(&what());
                    assert_eq!(rejection.code(), Code::ContentMalformed, "{}", what());
                }
            }
        }
    }
    would_pass
}

#[test]
fn nothing_that_is_signed_for_a_stranger_verifies_under_any_scheme() {
    let challenges = [
        UUID,
        "M2RkODJkZmMtYjlkYi00NmQ4LTk0MGUtM2JjYzkwM2Q4MjQ0",
        "20f9f8ed05f77439fe955c977e4c8a53",
        "12345678901234567890123456789012",
        "2oXY7bAKQLCwXDMECt8m_g",
        "Arq0D5A61EgUu4OxUvOp",
        "1700000000Arq0D5A61EgUu4OxUvOp",
    ];
    let schemes = schemes();
    assert!(schemes.len() > 100, "{}", schemes.len());
    for oracle in oracles() {
        let mut would_pass = 0;
        for (scheme, verifier) in &schemes {
            for challenge in challenges {
                would_pass += try_oracle(&oracle, scheme, verifier, challenge);
            }
        }
        // The attempts are real: without the handshake they pass. eBay's hash is not a
        // MAC, and its key is not that of deliveries.
        let name = oracle.handshake.name();
        assert_eq!(would_pass > 0, name != "ebay", "{name}: {would_pass}");
    }
}

/// Text that is a body, a form, a time, or nothing, and no challenge.
const NO_CHALLENGES: &[&str] = &[
    "",
    "true",
    "false",
    "null",
    "12345",
    "-1",
    "1.5e3",
    "\"x\"",
    "{}",
    "[]",
    "[1]",
    "{\"a\":1}",
    "a=b",
    "a=b&c=d",
    "action=approve",
    "user/42/delete",
    "1700000000",
    "1700000000true",
    "1700000000[]",
    "hmacsha256=",
    "hmacsha256=true",
    "hmacsha256=9b4507b3-9040-4669-9ca3-6b94edb50553",
    "v0:1700000000:{}",
    "evt_1.1700000000.{}",
    "https://hooks.example/x",
    "<xml/>",
    "PG5vdGlmaWNhdGlvbj48L25vdGlmaWNhdGlvbj4=",
    "a\nb",
    "\u{0}",
    "\u{feff}{}",
    "\u{e9}",
];

#[test]
fn what_is_no_challenge_is_not_signed() {
    for oracle in oracles() {
        let long = "a".repeat(129);
        for challenge in NO_CHALLENGES.iter().copied().chain([&*long]) {
            for scheme in [providers::GITHUB, providers::ZOOM, providers::QQ_BOT] {
                let verifier = Verifier::new(
                    scheme.clone().trust(Trust::AsSent),
                    Key::new(SECRET).unwrap(),
                )
                .unwrap();
                let on = endpoint(&verifier, Some(&oracle.handshake));
                let outcome = send(&verifier, &on, &(oracle.ask)(challenge));
                assert!(
                    !matches!(outcome, Ok(Outcome::Answered(_) | Outcome::Delivered)),
                    "{}: {challenge:?}: {outcome:?}",
                    oracle.handshake.name()
                );
            }
        }
    }
}

/// Challenges as they are sent, and mixed up.
fn challenge() -> impl Strategy<Value = String> {
    let right = prop_oneof![
        "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
        "[A-Za-z0-9_-]{30,66}",
        "[0-9a-f]{18,34}",
        "[A-Za-z0-9]{14,66}",
        "[0-9]{14,66}",
        "17000000[0-9]{2}[A-Za-z0-9]{14,66}",
        "17000000[0-9]{2}[0-9]{3}[A-Za-z0-9]{14,66}",
    ];
    let wrong = prop::sample::select(NO_CHALLENGES).prop_map(str::to_owned);
    prop_oneof![
        4 => right.clone(),
        1 => wrong.clone(),
        1 => (right.clone(), wrong.clone()).prop_map(|(a, b)| a + &b),
        1 => (wrong, right.clone()).prop_map(|(a, b)| a + &b),
        1 => (right, any::<prop::sample::Index>(), "[ -~]{0,3}").prop_map(|(mut text, at, with)| {
            text.insert_str(at.index(text.len() + 1), &with);
            text
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 128,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn no_challenge_becomes_a_delivery(
        challenge in challenge(),
        others in prop::collection::vec(any::<prop::sample::Index>(), 4),
    ) {
        let schemes = schemes_once();
        for oracle in oracles() {
            let own = schemes.iter().find(|(scheme, _)| scheme.name == oracle.handshake.name());
            let some = others.iter().map(|other| other.get(schemes));
            for (scheme, verifier) in own.into_iter().chain(some) {
                try_oracle(&oracle, scheme, verifier, &challenge);
            }
        }
    }
}

fn schemes_once() -> &'static [(&'static Scheme, Verifier)] {
    static ONCE: std::sync::OnceLock<Vec<(&'static Scheme, Verifier)>> = std::sync::OnceLock::new();
    ONCE.get_or_init(schemes)
}

// Over sockets, through all adapters.

fn served(scheme: Scheme, keys: impl Into<KeyRing>, handshake: Handshake) -> Endpoint {
    let verifier = Verifier::new(scheme.trust(Trust::AsSent), keys).unwrap();
    endpoint(&verifier, Some(&handshake))
}

fn member(answer: &[u8], name: &str) -> String {
    let answer: serde_json::Value = serde_json::from_slice(answer).unwrap();
    answer[name].as_str().unwrap().to_owned()
}

#[test]
fn a_crc_token_of_x_is_no_delivery() {
    for adapter in ADAPTERS {
        let key = || Key::new("consumer secret").unwrap();
        let server = Server::start(
            adapter,
            served(providers::X_TWITTER, key(), handshakes::X_TWITTER),
        );
        for body in ["true", "12345", "action=approve", "user/42/delete", ""] {
            let answer = server.post(&get(&format!("crc_token={}", encoded(body))));
            assert_eq!(answer.status, 403, "{adapter:?}: {body:?}");
            assert_eq!(answer.body, b"Forbidden", "{adapter:?}: {body:?}");
        }
        for token in [UUID, "12345678901234567890123456789012"] {
            let answer = server.post(&get(&format!("crc_token={token}")));
            assert_eq!(answer.status, 200, "{adapter:?}");
            let signature = member(&answer.body, "response_token");
            let delivery = post(token).header("x-twitter-webhooks-signature", signature);
            assert_eq!(server.post(&delivery).status, 403, "{adapter:?}: {token}");
        }
        assert_eq!(server.handler.runs(), 0, "{adapter:?}");
    }
}

#[test]
fn a_challenge_code_of_linkedin_is_no_delivery() {
    for adapter in ADAPTERS {
        let key = || Key::new("client secret").unwrap();
        let server = Server::start(
            adapter,
            served(providers::LINKEDIN, key(), handshakes::LINKEDIN),
        );
        for body in ["", "true", "a=b", UUID] {
            let code = encoded(&format!("hmacsha256={body}"));
            let answer = server.post(&get(&format!("challengeCode={code}")));
            assert_eq!(answer.status, 403, "{adapter:?}: {body:?}");
        }
        let answer = server.post(&get(&format!("challengeCode={UUID}")));
        assert_eq!(answer.status, 200, "{adapter:?}");
        let signature = member(&answer.body, "challengeResponse");
        for signature in [signature.clone(), format!("hmacsha256={signature}")] {
            let delivery = post(UUID).header("x-li-signature", signature);
            assert_eq!(server.post(&delivery).status, 403, "{adapter:?}");
        }
        assert_eq!(server.handler.runs(), 0, "{adapter:?}");
    }
}

#[test]
fn a_plain_token_of_qq_is_no_delivery() {
    for adapter in ADAPTERS {
        let key = || Key::new("DG5g3B4j9X2KOErG").unwrap();
        let server = Server::start(
            adapter,
            served(providers::QQ_BOT, key(), handshakes::QQ_BOT.key(key())),
        );
        let ask = |token: &str, time: &str| {
            let data = serde_json::json!({ "plain_token": token, "event_ts": time });
            server.post(&post(
                &serde_json::json!({ "op": 13, "d": data }).to_string(),
            ))
        };
        let now = NOW.to_string();
        for (token, time) in [
            ("true", &*now),
            ("[]", &now),
            ("777", &now),
            ("", &now),
            ("Arq0D5A61EgUu4OxUvOp", "1700000000.5"),
            ("Arq0D5A61EgUu4OxUvOp", "17e8"),
            ("Arq0D5A61EgUu4OxUvOp", ""),
        ] {
            assert_eq!(ask(token, time).status, 403, "{adapter:?}: {time}{token}");
        }
        // Where the time ends and the body begins is for the forger to choose.
        for (token, time) in [
            ("Arq0D5A61EgUu4OxUvOp", "1700000000"),
            ("1234567890123456789", "1700000000123"),
        ] {
            let answer = ask(token, time);
            assert_eq!(answer.status, 200, "{adapter:?}");
            let signature = member(&answer.body, "signature");
            let content = format!("{time}{token}");
            let delivery = post(&content[10..])
                .header("x-signature-ed25519", signature)
                .header("x-signature-timestamp", &content[..10]);
            assert_eq!(server.post(&delivery).status, 403, "{adapter:?}: {content}");
        }
        assert_eq!(server.handler.runs(), 0, "{adapter:?}");
    }
}

#[test]
fn a_challenge_of_braintree_is_no_payload() {
    for adapter in ADAPTERS {
        let keys = KeyRing::default().with("public_key", Key::new("private_key").unwrap());
        let server = Server::start(
            adapter,
            served(
                providers::BRAINTREE,
                keys,
                handshakes::BRAINTREE.token("public_key"),
            ),
        );
        for payload in [
            "PG5vdGlmaWNhdGlvbj4",
            "true",
            &"a".repeat(19),
            &"a".repeat(33),
        ] {
            let answer = server.post(&get(&format!("bt_challenge={payload}")));
            assert_eq!(answer.status, 403, "{adapter:?}: {payload}");
        }
        let challenge = "deadbeefdeadbeefdeadbeefdeadbeef";
        let answer = server.post(&get(&format!("bt_challenge={challenge}")));
        assert_eq!(answer.status, 200, "{adapter:?}");
        let signature = String::from_utf8(answer.body).unwrap();
        for written in [challenge.to_owned(), encoded(challenge)] {
            let form = format!("bt_signature={}&bt_payload={written}", encoded(&signature));
            let delivery = post(&form).header("content-type", "application/x-www-form-urlencoded");
            assert_eq!(server.post(&delivery).status, 403, "{adapter:?}: {form}");
        }
        assert_eq!(server.handler.runs(), 0, "{adapter:?}");
    }
}

#[test]
fn a_challenge_that_the_handler_answers_is_no_delivery_either() {
    for adapter in ADAPTERS {
        let key = || Key::new("consumer secret").unwrap();
        let handshake = handshakes::X_TWITTER.hand_through();
        let server = Server::start(adapter, served(providers::X_TWITTER, key(), handshake));
        let signer = Signer::new(&providers::X_TWITTER, key()).unwrap();
        let request = |body: &str| {
            let request = http::Request::post("https://hooks.example/hooks/x")
                .body(body.to_owned())
                .unwrap();
            let signed = signer
                .sign(&request, UnixTime::from_secs(NOW), None)
                .unwrap();
            let signature = &signed.headers()[0].1;
            post(body).header("x-twitter-webhooks-signature", signature.as_bytes())
        };
        assert_eq!(server.post(&request(UUID)).status, 403, "{adapter:?}");
        assert_eq!(server.handler.runs(), 0, "{adapter:?}");
        assert_eq!(server.post(&request("{}")).status, 200, "{adapter:?}");
        assert_eq!(server.handler.runs(), 1, "{adapter:?}");
        // The handler is not asked to sign what is no challenge.
        assert_eq!(
            server.post(&get("crc_token=true")).status,
            403,
            "{adapter:?}"
        );
        assert_eq!(server.handler.runs(), 1, "{adapter:?}");
    }
}

#[test]
fn a_challenge_under_an_older_key_of_the_ring_is_no_delivery() {
    for adapter in ADAPTERS {
        let keys = [Key::new("new").unwrap(), Key::new("old").unwrap()];
        let handshake = handshakes::X_TWITTER.key(Key::new("old").unwrap());
        let server = Server::start(adapter, served(providers::X_TWITTER, keys, handshake));
        let answer = server.post(&get(&format!("crc_token={UUID}")));
        let signature = member(&answer.body, "response_token");
        for _ in 0..2 {
            let delivery = post(UUID).header("x-twitter-webhooks-signature", &*signature);
            assert_eq!(server.post(&delivery).status, 403, "{adapter:?}");
        }
        assert_eq!(server.handler.runs(), 0, "{adapter:?}");
    }
}
