//! Failures of whole receivers: bodies, headers, ids, claims and answers.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::Shutdown;
use std::sync::Arc;

use hookward::{
    Endpoint, Key, MemoryBudget, MemoryStore, ReplayGuard, ReplayKey, ReplayStore as _, Scheme,
    Trust, Verifier, providers,
};
use hookward::{Location, TimeUnit};
use hookward_tests::{ADAPTERS, Adapter, Answer, Message, Server, given_back, hmac_sha256_hex};
use std::time::Duration;

use crate::NOW;

const SECRET: &[u8] = b"It's a Secret to Everybody";

fn key() -> Key {
    Key::new(SECRET).unwrap()
}

fn github() -> Verifier {
    Verifier::new(providers::GITHUB, key()).unwrap()
}

fn signature(secret: &[u8], body: &[u8]) -> String {
    format!("sha256={}", hmac_sha256_hex(secret, &[body]))
}

fn genuine(body: &[u8]) -> Message {
    Message::new(body).header("X-Hub-Signature-256", signature(SECRET, body))
}

/// An id and a time in headers, both signed.
fn with_id() -> Scheme {
    Scheme::hmac("test", hookward::Digest::Sha256)
        .header("x-signature")
        .signed("{id}.{timestamp}.{body}")
        .timestamp_header("x-time", TimeUnit::Seconds)
        .event_id_header("x-id")
}

fn delivery(secret: &[u8], id: &[u8], body: &[u8]) -> Message {
    let time = NOW.as_secs().to_string();
    let mac = hmac_sha256_hex(secret, &[id, b".", time.as_bytes(), b".", body]);
    Message::new(body)
        .header("x-id", id)
        .header("x-time", time)
        .header("x-signature", mac)
}

fn guarded(store: &Arc<MemoryStore>) -> Endpoint {
    Endpoint::new(Verifier::new(with_id(), key()).unwrap())
        .clock(|| NOW)
        .replay_guard(ReplayGuard::shared(store.clone(), "hooks"))
        .unwrap()
}

/// CVE-2024-40634 (Argo CD): the webhook's body was read whole into memory before its
/// signature was looked at, so that anybody could exhaust it.
#[test]
fn cve_2024_40634_a_body_without_an_end_is_not_kept() {
    const LIMIT: usize = 1 << 20;
    for adapter in ADAPTERS {
        let budget = MemoryBudget::bytes(8 << 20);
        let endpoint = Endpoint::new(github())
            .body_limit(LIMIT as u64)
            .memory_budget(budget.clone());
        let server = Server::start(adapter, endpoint);
        let forged = Message::new("").header("X-Hub-Signature-256", signature(b"no", b""));
        // What declares its size is refused before a byte of it is sent.
        for length in ["1048577", "99999999999", "9223372036854775807"] {
            let head = forged.head(&format!("content-length: {length}"));
            assert_eq!(server.send(&[&head]).status, 413, "{adapter:?}: {length}");
        }
        // Some servers refuse this one themselves.
        let head = forged.head("content-length: 18446744073709551615");
        let status = server.send(&[&head]).status;
        assert!(matches!(status, 400 | 413 | 431), "{adapter:?}: {status}");
        let unsigned = Message::new("");
        let head = unsigned.head("content-length: 99999999999");
        assert_eq!(server.send(&[&head]).status, 403, "{adapter:?}");
        // What does not is refused at the limit, and the rest is not read for long.
        let chunk = [&b"10000\r\n"[..], &[b'x'; 0x1_0000], b"\r\n"].concat();
        for (message, status) in [(&forged, 413), (&unsigned, 403)] {
            let mut connection = server.connect();
            let mut sent = 0;
            let _ = connection.write_all(&message.head("transfer-encoding: chunked"));
            while sent < 256 << 20 && connection.write_all(&chunk).is_ok() {
                sent += chunk.len();
            }
            assert!(sent < 64 << 20, "{adapter:?}: {sent} bytes were taken");
            let _ = connection.shutdown(Shutdown::Write);
            let status_of = Answer::read(&mut connection).status;
            // A connection that was reset may have lost the answer.
            assert!(matches!(status_of, 0) || status_of == status, "{status_of}");
        }
        given_back(&budget);
        assert_eq!(server.handler.runs(), 0, "{adapter:?}");
        assert_eq!(server.post(&genuine(b"{}")).status, 200, "{adapter:?}");
    }
}

/// CVE-2017-12635 (Apache CouchDB): two parsers read different members of one name. What a
/// signature covers by its value has one.
#[test]
fn cve_2017_12635_a_member_that_appears_twice_is_refused_where_it_is_signed() {
    let scheme = Scheme::hmac("test", hookward::Digest::Sha256)
        .header("x-signature")
        .signed("{json:/amount}.{json:/order/id}")
        .trust(Trust::AsSent);
    let mac = hmac_sha256_hex(SECRET, &[b"100.a1"]);
    for adapter in ADAPTERS {
        let verifier = Verifier::new(scheme.clone(), key()).unwrap();
        let server = Server::start(adapter, verifier);
        for (body, status) in [
            (r#"{"amount":"100","order":{"id":"a1"}}"#, 200),
            (r#"{"amount":"1","amount":"100","order":{"id":"a1"}}"#, 403),
            (r#"{"amount":"100","amount":"1","order":{"id":"a1"}}"#, 403),
            (
                r#"{"amount":"100","amount":"100","order":{"id":"a1"}}"#,
                403,
            ),
            (
                r#"{"amount":"100","\u0061mount":"1","order":{"id":"a1"}}"#,
                403,
            ),
            (r#"{"amount":"100","order":{"id":"a1","id":"b2"}}"#, 403),
            (
                r#"{"amount":"100","order":{"id":"a1"},"order":{"id":"b2"}}"#,
                403,
            ),
            (r#"{"amount":"100","order":{"id":"a1"},"order":null}"#, 403),
            (r#"{"amount":"100","order":{"id":"a1"}}{"amount":"1"}"#, 403),
            (r#"{"amount":"100","order":{"id":"a1"}} x"#, 403),
            // Another name: the handler reads it as another, too.
            (r#"{"amount":"100","Amount":"1","order":{"id":"a1"}}"#, 200),
            // 100 is not "100", but the same text is signed.
            (r#"{"amount":1e2,"order":{"id":"a1"}}"#, 403),
        ] {
            let message = Message::new(body).header("x-signature", mac.clone());
            assert_eq!(server.post(&message).status, status, "{adapter:?}: {body}");
        }
    }
}

/// The same with the id by which a delivery is known: with two of them, one copy would be
/// known by the first and another by the last.
#[test]
fn cve_2017_12635_an_id_that_appears_twice_is_no_id() {
    for adapter in ADAPTERS {
        let guard =
            ReplayGuard::new(MemoryStore::default(), "x").event_id(Location::Json("/id".into()));
        let endpoint = Endpoint::new(github()).replay_guard(guard).unwrap();
        let server = Server::start(adapter, endpoint);
        // The body is signed, so that another one is another delivery.
        let twice = genuine(br#"{"id":"evt_1","id":"evt_2"}"#);
        for message in [
            &genuine(br#"{"id":"evt_1"}"#),
            &twice,
            &genuine(br#"{"id":"evt_2"}"#),
        ] {
            assert_eq!(server.post(message).status, 200, "{adapter:?}");
        }
        assert_eq!(server.handler.runs(), 3, "{adapter:?}");
        assert_eq!(server.post(&twice).status, 200);
        assert_eq!(server.handler.runs(), 3, "{adapter:?}");
    }
}

/// Header folding (RFC 9112 section 5.2, deprecated for the attacks that it allowed), names
/// with blanks, lines that end early: either the server refuses them, or the value is not
/// the signature.
#[test]
fn rfc_9112_5_2_folded_headers_never_reach_the_handler() {
    let body = b"{}";
    let good = signature(SECRET, body);
    let (start, rest) = good.split_at(20);
    let lines = [
        format!("X-Hub-Signature-256: {start}\r\n {rest}"),
        format!("X-Hub-Signature-256: {start}\r\n\t{rest}"),
        format!("X-Hub-Signature-256:\r\n {good}"),
        format!("X-Hub-Signature-256: {good}\r\n "),
        format!("X-Hub-Signature-256 : {good}"),
        format!(" X-Hub-Signature-256: {good}"),
        format!("X-Other: x\r\n X-Hub-Signature-256: {good}"),
        format!("X-Hub-Signature-256: {start}\r{rest}"),
        format!("X-Other: x\rX-Hub-Signature-256: {good}"),
        format!("X-Other: x\0\nX-Hub-Signature-256: {good}\0"),
        format!("X-Hub-Signature-256\0: {good}"),
        format!("X-Hub-Signature-256: {good}\0"),
        format!("X-Hub-Signature-256: \0{good}"),
        format!("X-Hub-Signature-256: {start}\0{rest}"),
        format!("X_Hub_Signature_256: {good}"),
        format!("X-Hub-Signature-256\u{200b}: {good}"),
        format!("X-Hub-Signature-256: {good}\u{feff}"),
        format!("X-Hub-Signature-256: {good}\u{85}"),
        format!("X-Hub-Signature-256: {good}\u{a0}"),
    ];
    for adapter in ADAPTERS {
        let server = Server::start(adapter, github());
        for line in &lines {
            let request = format!(
                "POST /hooks/x HTTP/1.1\r\nhost: h\r\ncontent-length: 2\r\n{line}\r\n\r\n{{}}"
            );
            let mut connection = server.connect();
            connection.write_all(request.as_bytes()).unwrap();
            let answer = Answer::read(&mut connection);
            assert!(
                matches!(answer.status, 0 | 400 | 403 | 431),
                "{adapter:?}: {line:?}: {}",
                answer.status
            );
        }
        assert_eq!(server.handler.runs(), 0, "{adapter:?}");
        assert_eq!(server.post(&genuine(body)).status, 200, "{adapter:?}");
    }
}

/// Ids that other software took for one another: cut at a NUL, folded in case, normalized
/// (CVE-2019-19844 in Django is the best known of the kind). Here two ids are one if their
/// bytes are.
#[test]
fn cve_2019_19844_ids_that_look_alike_are_different_deliveries() {
    let ids: [&str; 12] = [
        "evt_k",
        "evt_K",
        "evt_\u{212a}",
        "evt_\u{ff2b}",
        "evt_\u{e9}",
        "evt_e\u{301}",
        "evt_\u{131}",
        "evt_i",
        "evt_k\u{200b}",
        "evt_k\u{ad}",
        "evt_k%00",
        "evt_k\\u0000",
    ];
    for adapter in ADAPTERS {
        let store = Arc::new(MemoryStore::default());
        let server = Server::start(adapter, guarded(&store));
        for (at, id) in ids.iter().enumerate() {
            let message = delivery(SECRET, id.as_bytes(), b"{}");
            assert_eq!(server.post(&message).status, 200, "{adapter:?}: {id}");
            assert_eq!(server.handler.runs(), at + 1, "{adapter:?}: {id}");
        }
        assert_eq!(store.len(), ids.len());
        // Bytes that are no text of a header, or no text at all.
        for id in [
            &b"evt_k\0"[..],
            b"evt_k\0x",
            b"\0",
            b"evt_\xff",
            b"\xc0\x80",
        ] {
            let answer = server.post(&delivery(SECRET, id, b"{}"));
            let is_refused = matches!(answer.status, 0 | 400 | 403);
            // Bytes beyond ASCII are signed as they are.
            assert!(is_refused || !id.contains(&0), "{adapter:?}: {id:?}");
        }
    }
    // In a body, where NUL can be written.
    for adapter in ADAPTERS {
        let guard =
            ReplayGuard::new(MemoryStore::default(), "x").event_id(Location::Json("/id".into()));
        let endpoint = Endpoint::new(github()).replay_guard(guard).unwrap();
        let server = Server::start(adapter, endpoint);
        let bodies = [
            r#"{"id":"evt_k"}"#,
            r#"{"id":"evt_k\u0000"}"#,
            r#"{"id":"evt_k\u0000x"}"#,
            r#"{"id":"EVT_K"}"#,
            r#"{"id":"evt_\u212a"}"#,
        ];
        for (at, body) in bodies.iter().enumerate() {
            assert_eq!(server.post(&genuine(body.as_bytes())).status, 200);
            assert_eq!(server.handler.runs(), at + 1, "{adapter:?}: {body}");
        }
        // The same id, written in another way.
        let same = genuine(br#"{ "id" : "\u0065vt_k" }"#);
        assert_eq!(server.post(&same).status, 200);
        assert_eq!(server.handler.runs(), bodies.len(), "{adapter:?}");
    }
}

/// Digits of other scripts, which many parsers of numbers accept.
#[test]
fn cve_2019_19844_digits_of_other_scripts_are_no_timestamp() {
    let server = Server::start(
        Adapter::Axum,
        Endpoint::new(Verifier::new(with_id(), key()).unwrap()).clock(|| NOW),
    );
    for time in [
        "\u{ff11}\u{ff17}\u{ff10}\u{ff10}\u{ff10}\u{ff10}\u{ff10}\u{ff10}\u{ff10}\u{ff10}",
        "\u{661}700000000",
        "17\u{2070}0000000",
        "1_700_000_000",
        "1,700,000,000",
        "0x6553f100",
        "1.7e9",
        "1700000000\u{200b}",
    ] {
        let mac = hmac_sha256_hex(SECRET, &[b"evt_1.", time.as_bytes(), b".{}"]);
        let message = Message::new("{}")
            .header("x-id", "evt_1")
            .header("x-time", time)
            .header("x-signature", mac);
        assert_eq!(server.post(&message).status, 403, "{time}");
    }
    assert_eq!(server.handler.runs(), 0);
}

/// Receivers that note an id as seen before the signature is verified: a forged request
/// with the id of a delivery to come makes that one a duplicate, and it is lost.
#[test]
fn poisoning_a_forged_request_does_not_use_up_an_id() {
    for adapter in ADAPTERS {
        let store = Arc::new(MemoryStore::default());
        let server = Server::start(adapter, guarded(&store));
        let good = delivery(SECRET, b"evt_1", b"{\"n\":1}");
        let change = |change: &dyn Fn(&mut Message)| {
            let mut message = good.clone();
            change(&mut message);
            message
        };
        let forged = [
            delivery(b"another secret", b"evt_1", b"{\"n\":1}"),
            change(&|message| message.body = b"{\"n\":2}".to_vec()),
            change(&|message| message.body.clear()),
            change(&|message| message.headers[1].1 = b"1700000001".to_vec()),
            change(&|message| message.headers[1].1 = b"1600000000".to_vec()),
            change(&|message| drop(message.headers.pop())),
            change(&|message| message.headers.push(message.headers[0].clone())),
        ];
        for message in &forged {
            assert_eq!(server.post(message).status, 403, "{adapter:?}");
        }
        assert_eq!(store.len(), 0, "{adapter:?}");

        // Nor while the genuine one is being handled, nor afterwards.
        server.handler.close();
        let mut connection = server.connect();
        connection.write_all(&good.bytes()).unwrap();
        server.handler.wait_for_run();
        for message in &forged {
            assert_eq!(server.post(message).status, 403, "{adapter:?}");
        }
        assert_eq!(server.post(&good).status, 409, "{adapter:?}");
        server.handler.open();
        assert_eq!(Answer::read(&mut connection).status, 200, "{adapter:?}");
        for message in &forged {
            assert_eq!(server.post(message).status, 403, "{adapter:?}");
        }
        assert_eq!(server.post(&good).status, 200, "{adapter:?}");
        assert_eq!(server.handler.runs(), 1, "{adapter:?}");
        assert_eq!(store.len(), 1, "{adapter:?}");
    }
}

/// Receivers that note an id as handled before the handler has succeeded: the retry after a
/// failure is acknowledged, and the delivery is lost.
#[test]
fn early_commit_a_delivery_whose_handler_failed_is_handled_again() {
    for adapter in ADAPTERS {
        let store = Arc::new(MemoryStore::default());
        let server = Server::start(adapter, guarded(&store));
        let mut runs = 0;
        let message = delivery(SECRET, b"evt_1", b"{}");
        for status in [500, 503, 404, 429, 302, 400, 200] {
            server.handler.answer(status);
            assert_eq!(server.post(&message).status, status, "{adapter:?}");
            runs += 1;
            assert_eq!(server.handler.runs(), runs, "{adapter:?}: {status}");
        }
        assert_eq!(server.post(&message).status, 200);
        assert_eq!(server.handler.runs(), runs, "{adapter:?}");
    }
}

/// oCERT-2011-003 and 28C3, "Effective denial of service attacks against web application
/// platforms": keys that collide in a hash table. A store's table is keyed: keys that agree
/// in all but a few bits take no more room than any others.
#[test]
fn ocert_2011_003_replay_keys_that_resemble_each_other_take_no_more_room() {
    const KEYS: u64 = 20_000;
    let fill = |key: &dyn Fn(u64) -> [u8; 16]| {
        let store = MemoryStore::with_capacity(2 * 20_000);
        for i in 0..KEYS {
            let key = ReplayKey::from_bytes(key(i));
            let claim = store.claim(key, Duration::from_secs(60));
            assert!(poll(claim).is_ok());
        }
        assert_eq!(store.len(), 20_000);
        store.bytes()
    };
    let mixed = |i: u64| {
        let hash = u128::from(i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        (hash ^ hash >> 64).to_be_bytes()
    };
    let usual = fill(&mixed);
    let low = |i: u64| u128::from(i).to_be_bytes();
    let high = |i: u64| (u128::from(i) << 108).to_be_bytes();
    let middle = |i: u64| (u128::from(i) << 56).to_be_bytes();
    let swapped = |i: u64| (u128::from(i) << 64 | u128::from(i)).to_le_bytes();
    let keys: [&dyn Fn(u64) -> [u8; 16]; 4] = [&low, &high, &middle, &swapped];
    for (at, key) in keys.into_iter().enumerate() {
        let bytes = fill(key);
        assert!(bytes < usual * 3 / 2, "{at}: {bytes} and {usual}");
    }
}

/// The same in a body: members are found by reading, not by a table of them. 100,000 members
/// whose names differ in their last byte or two are as good as any.
#[test]
fn ocert_2011_003_a_body_of_countless_members_is_read_once() {
    let mut body = String::from("{");
    for i in 0..100_000 {
        body.push_str(&format!("\"{}{i:x}\":{i},", "Ez".repeat(8)));
    }
    body.push_str("\"id\":\"evt_1\"}");
    for adapter in ADAPTERS {
        let guard =
            ReplayGuard::new(MemoryStore::default(), "x").event_id(Location::Json("/id".into()));
        let endpoint = Endpoint::new(github()).replay_guard(guard).unwrap();
        let server = Server::start(adapter, endpoint);
        assert_eq!(server.post(&genuine(body.as_bytes())).status, 200);
        assert_eq!(server.post(&genuine(b"{\"id\":\"evt_1\"}")).status, 200);
        assert_eq!(server.handler.runs(), 1, "{adapter:?}");
    }
}

fn poll<T>(mut future: hookward::StoreFuture<'static, T>) -> Result<T, hookward::StoreError> {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::Pin::new(&mut future).poll(&mut context) {
        std::task::Poll::Ready(answer) => answer,
        std::task::Poll::Pending => unreachable!("the store in memory answers at once"),
    }
}

/// Answers that tell an attacker how far a forgery got: D. Bleichenbacher (CRYPTO 1998) and
/// S. Vaudenay (EUROCRYPT 2002) needed no more. Every refusal of a forged request is the
/// same, byte by byte, but for the date and for actix's `Connection: close`, which a
/// request gets that is refused by what its sender knows: its head.
#[test]
fn response_oracle_every_forgery_gets_the_same_bytes() {
    let time = NOW.as_secs().to_string();
    let good = delivery(SECRET, b"evt_1", b"{}");
    let with = |at: usize, value: &[u8]| {
        let mut message = good.clone();
        message.headers[at].1 = value.to_vec();
        message
    };
    let mac = String::from_utf8(good.headers[2].1.clone()).unwrap();
    let (first, last) = mac.split_at(1);
    let other = |digit: &str| if digit == "0" { "1" } else { "0" };
    let (start, end) = mac.split_at(mac.len() - 1);
    let without = |name: &str| {
        let mut message = good.clone();
        message.headers.retain(|(known, _)| known != name);
        message
    };
    let cases = [
        ("no signature", without("x-signature")),
        ("no time", without("x-time")),
        ("no id", without("x-id")),
        ("an empty signature", with(2, b"")),
        ("half a signature", with(2, &mac.as_bytes()[..32])),
        ("a signature that is not hex", with(2, b"zz")),
        (
            "the first digit",
            with(2, format!("{}{last}", other(first)).as_bytes()),
        ),
        (
            "the last digit",
            with(2, format!("{start}{}", other(end)).as_bytes()),
        ),
        ("no digit right", with(2, &[b'0'; 64])),
        ("a long signature", with(2, &[b'0'; 5000])),
        ("a stale time", with(1, b"1600000000")),
        ("a time to come", with(1, b"1800000000")),
        ("a time that is none", with(1, b"yesterday")),
        (
            "another time",
            with(1, format!("{}1", &time[..9]).as_bytes()),
        ),
        ("another id", with(0, b"evt_2")),
        ("an empty id", with(0, b"")),
        ("another secret", delivery(b"another", b"evt_1", b"{}")),
        (
            "another body",
            Message {
                body: b"[]".to_vec(),
                ..good.clone()
            },
        ),
    ];
    for adapter in ADAPTERS {
        let store = Arc::new(MemoryStore::default());
        let server = Server::start(adapter, guarded(&store));
        // What is known already makes no difference either.
        for known in [false, true] {
            if known {
                assert_eq!(server.post(&good).status, 200);
            }
            let mut answers: BTreeMap<Vec<u8>, &str> = BTreeMap::new();
            for (name, message) in &cases {
                let answer = server.post(message);
                assert_eq!(answer.status, 403, "{adapter:?}: {name}");
                // The signature of the others is compared with one.
                let is_compared = name.starts_with("another") || name.ends_with("digit");
                assert!(!is_compared || answer.header("connection").is_none());
                let varies =
                    |line: &&str| line.starts_with("date:") || line.starts_with("connection:");
                let head: Vec<_> = answer.head.lines().filter(|line| !varies(line)).collect();
                answers.insert([head.join("\n").as_bytes(), &answer.body].concat(), name);
            }
            let names: Vec<_> = answers.values().collect();
            assert_eq!(answers.len(), 1, "{adapter:?}: {names:?}");
        }
    }
}
