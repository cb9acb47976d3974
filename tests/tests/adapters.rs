//! One table of cases for all adapters, over real connections.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "adapters/claims.rs"]
mod claims;
#[path = "adapters/events.rs"]
mod events;

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use hookward::{
    Claim, ClaimToken, Code, Encoding, Endpoint, Forwarding, Key, KeyHandle, KeyRing, Lookup,
    MemoryBudget, MemoryStore, OnDuplicate, Rejection, Renewal, ReplayBy, ReplayGuard, ReplayKey,
    ReplayStore, RequestHead, Scheme, Signer, StoreError, StoreFuture, Trust, UnixTime, Verifier,
    providers,
};
use hookward_tests::{
    ADAPTERS, Adapter, Answer, Message, PATIENCE, Server, given_back, hmac_sha256_hex,
};

const SECRET: &[u8] = b"It's a Secret to Everybody";
const NOW: i64 = 1_700_000_000;

fn key(secret: &[u8]) -> Key {
    Key::new(secret).unwrap()
}

fn github() -> Verifier {
    Verifier::new(providers::GITHUB, key(SECRET)).unwrap()
}

fn signature(secret: &[u8], body: &[u8]) -> String {
    format!("sha256={}", hmac_sha256_hex(secret, &[body]))
}

fn genuine(body: &[u8]) -> Message {
    Message::new(body).header("X-Hub-Signature-256", signature(SECRET, body))
}

fn guarded() -> Endpoint {
    Endpoint::new(github())
        .replay_guard(ReplayGuard::new(MemoryStore::default(), "github"))
        .unwrap()
}

fn stripe(secret: &[u8], timestamp: &str, body: &[u8]) -> Message {
    let mac = hmac_sha256_hex(secret, &[timestamp.as_bytes(), b".", body]);
    Message::new(body).header("Stripe-Signature", format!("t={timestamp},v1={mac}"))
}

#[test]
fn genuine_requests_reach_the_handler_byte_for_byte_however_they_are_split() {
    let binary: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    let megabyte: Vec<u8> = (0..1 << 20)
        .map(|i: u32| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let endpoints = [
        Endpoint::new(github()),
        Endpoint::new(github()).contiguous_body(),
    ];
    for (adapter, endpoint) in ADAPTERS
        .into_iter()
        .flat_map(|adapter| endpoints.clone().map(|endpoint| (adapter, endpoint)))
    {
        let server = Server::start(adapter, endpoint);
        let mut runs = 0;
        for body in [&b""[..], b"{}", b"\r\n\0\xff", &binary, &megabyte] {
            let message = genuine(body);
            let mut splits = vec![vec![message.bytes()], vec![message.chunked(5000)]];
            if body.len() < 100 {
                splits.push(message.bytes().iter().map(|b| vec![*b]).collect());
                splits.push(message.chunked(1).iter().map(|b| vec![*b]).collect());
            } else {
                splits.push(message.bytes().chunks(1000).map(<[u8]>::to_vec).collect());
                // A million chunks take seconds; poem and salvo have axum's HTTP parser.
                let has_own_parser = matches!(adapter, Adapter::Axum | Adapter::Actix);
                let smallest = if has_own_parser {
                    1
                } else {
                    body.len().div_ceil(70_000)
                };
                splits.push(vec![message.chunked(smallest)]);
            }
            for split in splits {
                let pieces: Vec<&[u8]> = split.iter().map(Vec::as_slice).collect();
                let answer = server.send(&pieces);
                runs += 1;
                assert_eq!(answer.status, 200, "{adapter:?}, {} bytes", body.len());
                assert!(answer.body == body, "{adapter:?}: the body changed");
            }
        }
        assert_eq!(server.handler.runs(), runs, "{adapter:?}");
    }
}

#[test]
fn tampered_requests_get_one_opaque_403_and_never_reach_the_handler() {
    let body = b"{\"action\":\"opened\"}";
    let good = signature(SECRET, body);
    let with = |value: &[u8]| Message::new(&body[..]).header("X-Hub-Signature-256", value);
    let hex = &good["sha256=".len()..];
    let mut flipped = good.clone().into_bytes();
    flipped[10] = if flipped[10] == b'0' { b'1' } else { b'0' };
    let cases = [
        ("no signature", Message::new(&body[..])),
        ("an empty one", with(b"")),
        ("one without digits", with(b"sha256=")),
        (
            "a repeated one",
            with(good.as_bytes()).header("x-hub-signature-256", good.clone()),
        ),
        (
            "two in one value",
            with(format!("{good},{good}").as_bytes()),
        ),
        ("one digit short", with(&good.as_bytes()[..good.len() - 1])),
        ("one byte short", with(&good.as_bytes()[..good.len() - 2])),
        ("one byte long", with(format!("{good}00").as_bytes())),
        ("another prefix", with(format!("sha1={hex}").as_bytes())),
        ("no prefix", with(hex.as_bytes())),
        (
            "a prefix in capitals",
            with(format!("SHA256={hex}").as_bytes()),
        ),
        (
            "a blank after the prefix",
            with(format!("sha256= {hex}").as_bytes()),
        ),
        (
            "not hex",
            with(format!("sha256=zz{}", &hex[2..]).as_bytes()),
        ),
        (
            "not ASCII",
            with(format!("sha256=é{}", &hex[2..]).as_bytes()),
        ),
        (
            "not UTF-8",
            with(&[b"sha256=\xff\xfe".as_slice(), &hex.as_bytes()[4..]].concat()),
        ),
        ("a flipped digit", with(&flipped)),
        ("another key", with(signature(b"another", body).as_bytes())),
        (
            "another header",
            Message::new(&body[..]).header("X-Hub-Signature", good.clone()),
        ),
        (
            "another body",
            Message {
                body: b"{\"action\":\"closed\"}".to_vec(),
                ..with(good.as_bytes())
            },
        ),
        (
            "a longer body",
            Message {
                body: [&body[..], b"\n"].concat(),
                ..with(good.as_bytes())
            },
        ),
        (
            "a cut body",
            Message {
                body: body[..body.len() - 1].to_vec(),
                ..with(good.as_bytes())
            },
        ),
        (
            "no body",
            Message {
                body: Vec::new(),
                ..with(good.as_bytes())
            },
        ),
    ];
    for adapter in ADAPTERS {
        let server = Server::start(adapter, github());
        let mut bodies = Vec::new();
        for (name, message) in &cases {
            let answer = server.post(message);
            assert_eq!(answer.status, 403, "{adapter:?}: {name}");
            bodies.push(answer.body);
            assert_eq!(
                server.send(&[&message.chunked(7)]).status,
                403,
                "{adapter:?}: {name}"
            );
        }
        bodies.dedup();
        assert_eq!(bodies.len(), 1, "{adapter:?}: the answers differ");
        assert_eq!(server.handler.runs(), 0, "{adapter:?}");
        assert_eq!(server.post(&genuine(body)).status, 200);
    }
}

#[test]
fn every_flipped_bit_of_the_body_is_refused() {
    let body = b"{\"n\":1}";
    let message = genuine(body);
    for adapter in ADAPTERS {
        let server = Server::start(adapter, github());
        for bit in 0..body.len() * 8 {
            let mut tampered = message.clone();
            tampered.body[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(server.post(&tampered).status, 403, "{adapter:?}: bit {bit}");
        }
        assert_eq!(server.handler.runs(), 0);
    }
}

#[test]
fn the_window_is_two_sided_and_the_timestamp_strict() {
    let cases = [
        ("now", "1700000000", 200),
        ("the oldest", "1699999700", 200),
        ("too old", "1699999699", 403),
        ("the farthest ahead", "1700000300", 200),
        ("too far ahead", "1700000301", 403),
        ("a sign", "+1700000000", 403),
        ("a minus", "-1700000000", 403),
        ("a fraction", "1700000000.0", 403),
        ("a blank", "17 00000000", 403),
        ("too large", "99999999999999999999", 403),
        ("nothing", "", 403),
    ];
    for adapter in ADAPTERS {
        let verifier = Verifier::new(providers::STRIPE, key(b"whsec_x")).unwrap();
        let endpoint = Endpoint::new(verifier).clock(|| UnixTime::from_secs(NOW));
        let server = Server::start(adapter, endpoint);
        for (name, timestamp, status) in cases {
            let answer = server.post(&stripe(b"whsec_x", timestamp, b"{}"));
            assert_eq!(answer.status, status, "{adapter:?}: {name}");
        }
        assert_eq!(server.handler.runs(), 3, "{adapter:?}");
    }
}

#[test]
fn what_the_head_tells_is_refused_before_a_body_byte_is_sent() {
    for adapter in ADAPTERS {
        let server = Server::start(adapter, github());
        let unsigned = Message::new("");
        let signed = genuine(b"");
        for (head, status) in [
            (unsigned.head("content-length: 1000"), 403),
            (unsigned.head("transfer-encoding: chunked"), 403),
            (signed.head("content-length: 99999999"), 413),
        ] {
            assert_eq!(server.send(&[&head]).status, status, "{adapter:?}");
        }
        assert_eq!(server.handler.runs(), 0);
    }
}

#[test]
fn a_body_over_the_limit_gets_413_announced_or_not() {
    for adapter in ADAPTERS {
        let server = Server::start(adapter, Endpoint::new(github()).body_limit(1000));
        assert_eq!(
            server.post(&genuine(&[b'x'; 1000])).status,
            200,
            "{adapter:?}"
        );
        assert_eq!(
            server.post(&genuine(&[b'x'; 1001])).status,
            413,
            "{adapter:?}"
        );
        assert_eq!(
            server.send(&[&genuine(&[b'x'; 1001]).chunked(100)]).status,
            413,
            "{adapter:?}"
        );
        assert_eq!(server.handler.runs(), 1);
    }
}

#[test]
fn a_body_that_stalls_gets_408() {
    for adapter in ADAPTERS {
        let endpoint = Endpoint::new(github()).idle_timeout(Duration::from_millis(100));
        let server = Server::start(adapter, endpoint);
        let mut head = genuine(b"{}").head("content-length: 2");
        head.push(b'{');
        assert_eq!(server.send(&[&head]).status, 408, "{adapter:?}: idle");

        let endpoint = Endpoint::new(github()).total_timeout(Duration::from_millis(300));
        let server = Server::start(adapter, endpoint);
        let mut connection = server.connect();
        connection
            .write_all(&genuine(b"").head("content-length: 1000000"))
            .unwrap();
        let writer = connection.try_clone().unwrap();
        let dripping = std::thread::spawn(move || {
            let mut writer = writer;
            // Ends when the server closes.
            while writer.write_all(b"x").is_ok() {
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        assert_eq!(
            Answer::read(&mut connection).status,
            408,
            "{adapter:?}: total"
        );
        let _ = connection.shutdown(std::net::Shutdown::Both);
        dripping.join().unwrap();
        assert_eq!(server.handler.runs(), 0);
    }
}

#[test]
fn a_delivery_is_handled_once_and_its_copies_are_acknowledged() {
    for adapter in ADAPTERS {
        let server = Server::start(adapter, guarded());
        for _ in 0..3 {
            assert_eq!(server.post(&genuine(b"{}")).status, 200, "{adapter:?}");
        }
        assert_eq!(server.handler.runs(), 1, "{adapter:?}");
        assert_eq!(server.post(&genuine(b"{ }")).status, 200);
        assert_eq!(server.handler.runs(), 2, "{adapter:?}: another delivery");
    }
}

#[test]
fn copies_are_refused_or_handed_through_by_choice() {
    for adapter in ADAPTERS {
        for (choice, status, runs) in [
            (OnDuplicate::Reject, 403, 1),
            (OnDuplicate::HandThrough, 200, 2),
        ] {
            let guard = ReplayGuard::new(MemoryStore::default(), "x").on_duplicate(choice);
            let server = Server::start(
                adapter,
                Endpoint::new(github()).replay_guard(guard).unwrap(),
            );
            assert_eq!(server.post(&genuine(b"{}")).status, 200);
            assert_eq!(
                server.post(&genuine(b"{}")).status,
                status,
                "{adapter:?} {choice:?}"
            );
            assert_eq!(server.handler.runs(), runs, "{adapter:?} {choice:?}");
            assert_eq!(server.handler.duplicates(), runs - 1);
        }
    }
}

#[test]
fn success_is_2xx_unless_the_operator_says_otherwise() {
    /// The statuses that the handler answers, and whether the delivery is done then.
    type Cases = [(u16, bool)];
    let usual: &Cases = &[
        (200, true),
        (201, true),
        (204, true),
        (299, true),
        (301, false),
        (302, false),
        (307, false),
        (400, false),
        (404, false),
        (409, false),
        (410, false),
        (429, false),
        (500, false),
        (503, false),
    ];
    // 200 alone, and a resource that is gone.
    let own: &Cases = &[
        (200, true),
        (201, false),
        (202, false),
        (204, false),
        (302, false),
        (404, false),
        (410, true),
        (500, false),
    ];
    for adapter in ADAPTERS {
        let chosen = guarded().success_when(|status| matches!(status.as_u16(), 200 | 410));
        for (endpoint, cases) in [(guarded(), usual), (chosen, own)] {
            let server = Server::start(adapter, endpoint);
            let mut runs = 0;
            for (status, is_success) in cases {
                let message = genuine(format!("{{\"status\":{status}}}").as_bytes());
                server.handler.answer(*status);
                assert_eq!(server.post(&message).status, *status, "{adapter:?}");
                server.handler.answer(200);
                assert_eq!(server.post(&message).status, 200, "{adapter:?}: {status}");
                runs += if *is_success { 1 } else { 2 };
                assert_eq!(server.handler.runs(), runs, "{adapter:?}: {status}");
            }
        }
    }
}

#[test]
fn a_failed_delivery_may_come_again() {
    for adapter in ADAPTERS {
        let server = Server::start(adapter, guarded());
        server.handler.answer(500);
        assert_eq!(server.post(&genuine(b"{}")).status, 500, "{adapter:?}");
        server.handler.answer(200);
        server.handler.panic(true);
        assert_ne!(server.post(&genuine(b"{}")).status, 200, "{adapter:?}");
        server.handler.panic(false);
        // The connection may be closed before the delivery is released: until then it is
        // answered with 409.
        let again = (0..10_000)
            .map(|_| server.post(&genuine(b"{}")).status)
            .find(|status| *status != 409);
        assert_eq!(again, Some(200), "{adapter:?}");
        assert_eq!(server.handler.runs(), 3, "{adapter:?}");
        assert_eq!(server.post(&genuine(b"{}")).status, 200);
        assert_eq!(server.handler.runs(), 3, "{adapter:?}: now it is done");
    }
}

#[test]
fn a_copy_during_the_first_delivery_gets_409_with_retry_after() {
    for adapter in ADAPTERS {
        let server = Server::start(adapter, guarded());
        server.handler.close();
        let mut first = server.connect();
        first.write_all(&genuine(b"{}").bytes()).unwrap();
        server.handler.wait_for_run();
        let second = server.post(&genuine(b"{}"));
        assert_eq!(second.status, 409, "{adapter:?}");
        let wait: u64 = second.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{adapter:?}: {wait}");
        server.handler.open();
        assert_eq!(Answer::read(&mut first).status, 200, "{adapter:?}");
        assert_eq!(server.post(&genuine(b"{}")).status, 200);
        assert_eq!(server.handler.runs(), 1, "{adapter:?}");
    }
}

#[test]
fn a_sender_that_hangs_up_gives_the_delivery_back() {
    for adapter in ADAPTERS {
        let server = Server::start(adapter, guarded());
        server.handler.close();
        let mut first = server.connect();
        first.write_all(&genuine(b"{}").bytes()).unwrap();
        server.handler.wait_for_run();
        drop(first);
        // Some servers only notice when the handler ends; then the delivery was processed
        // successfully, and the retry is acknowledged.
        server.handler.open();
        let status = loop {
            let status = server.post(&genuine(b"{}")).status;
            if status != 409 {
                break status;
            }
            std::thread::yield_now();
        };
        assert_eq!(status, 200, "{adapter:?}");
        assert!(server.handler.runs() <= 2, "{adapter:?}");
    }
}

/// A store that does nothing before it is polled a second time, as one over a network.
#[derive(Debug)]
struct Late(Arc<MemoryStore>);

impl Late {
    fn ask<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&MemoryStore) -> StoreFuture<'static, T> + Send + 'static,
    ) -> StoreFuture<'static, T> {
        let store = self.0.clone();
        StoreFuture::later(async move {
            tokio::time::sleep(Duration::from_millis(5)).await;
            ask(&store).await
        })
    }
}

impl ReplayStore for Late {
    fn claim(&self, key: ReplayKey, lease: Duration) -> StoreFuture<'static, Claim> {
        self.ask(move |store| store.claim(key, lease))
    }

    fn renew(
        &self,
        key: ReplayKey,
        token: ClaimToken,
        lease: Duration,
    ) -> StoreFuture<'static, Renewal> {
        self.ask(move |store| store.renew(key, token, lease))
    }

    fn commit(
        &self,
        key: ReplayKey,
        token: ClaimToken,
        keep: Duration,
    ) -> StoreFuture<'static, ()> {
        self.ask(move |store| store.commit(key, token, keep))
    }

    fn release(&self, key: ReplayKey, token: ClaimToken) -> StoreFuture<'static, ()> {
        self.ask(move |store| store.release(key, token))
    }

    fn forget(&self, key: ReplayKey) -> StoreFuture<'static, ()> {
        self.ask(move |store| store.forget(key))
    }
}

/// What a dropped request leaves to be told to the store is told in the background.
#[test]
fn a_store_that_answers_late_is_told_of_a_sender_that_hung_up() {
    for adapter in ADAPTERS {
        let store = Late(Arc::new(MemoryStore::default()));
        let guard = ReplayGuard::new(store, "late").lease(Duration::from_secs(600));
        let endpoint = Endpoint::new(github()).replay_guard(guard).unwrap();
        let server = Server::start(adapter, endpoint);
        server.handler.close();
        server.handler.answer(500);
        let mut first = server.connect();
        first.write_all(&genuine(b"{}").bytes()).unwrap();
        server.handler.wait_for_run();
        drop(first);
        // Some servers only notice when the handler ends, which then has failed.
        server.handler.open();
        let patience = std::time::Instant::now() + hookward_tests::PATIENCE;
        while server.post(&genuine(b"{}")).status != 500 {
            assert!(std::time::Instant::now() < patience, "{adapter:?}");
            std::thread::yield_now();
        }
        assert!(server.handler.runs() >= 2, "{adapter:?}");
    }
}

#[test]
fn stripping_a_signature_does_not_make_a_new_delivery() {
    let sign = |secret: &[u8]| hmac_sha256_hex(secret, &[b"1700000000.{}"]);
    let both = format!("t=1700000000,v1={},v1={}", sign(b"new"), sign(b"old"));
    let one = |secret: &[u8]| format!("t=1700000000,v1={}", sign(secret));
    for adapter in ADAPTERS {
        let ring = KeyRing::from([key(b"new"), key(b"old")]);
        let endpoint = Endpoint::new(Verifier::new(providers::STRIPE, ring).unwrap())
            .clock(|| UnixTime::from_secs(NOW))
            .replay_guard(ReplayGuard::new(MemoryStore::default(), "stripe"))
            .unwrap();
        let server = Server::start(adapter, endpoint);
        for value in [both.clone(), one(b"old"), one(b"new")] {
            let message = Message::new("{}").header("Stripe-Signature", value);
            assert_eq!(server.post(&message).status, 200, "{adapter:?}");
        }
        assert_eq!(server.handler.runs(), 1, "{adapter:?}");
    }
}

#[test]
fn a_retry_with_the_same_signed_id_is_the_same_delivery_by_its_id() {
    let send = |server: &Server, id: &str, timestamp: &str, body: &str| {
        let content = format!("{id}.{timestamp}.{body}");
        let mac = hex::decode(hmac_sha256_hex(b"secret", &[content.as_bytes()])).unwrap();
        let message = Message::new(body)
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp)
            .header(
                "webhook-signature",
                format!("v1,{}", Encoding::Base64.encode(&mac)),
            );
        server.post(&message).status
    };
    for adapter in ADAPTERS {
        let scheme = providers::STANDARD_WEBHOOKS;
        let verifier = Verifier::new(
            scheme.trust(Trust::AsSent),
            Key::from_bytes("secret").unwrap(),
        )
        .unwrap();
        let guard = ReplayGuard::new(MemoryStore::default(), "sw").by(ReplayBy::Id);
        let endpoint = Endpoint::new(verifier)
            .clock(|| UnixTime::from_secs(NOW))
            .replay_guard(guard)
            .unwrap();
        let server = Server::start(adapter, endpoint);
        assert_eq!(
            send(&server, "msg_1", "1700000000", "{}"),
            200,
            "{adapter:?}"
        );
        assert_eq!(send(&server, "msg_1", "1700000100", "{}"), 200);
        assert_eq!(server.handler.runs(), 1, "{adapter:?}: a retry");
        assert_eq!(send(&server, "msg_2", "1700000100", "{}"), 200);
        assert_eq!(server.handler.runs(), 2, "{adapter:?}: another event");
    }
}

#[test]
fn an_id_inside_the_signed_body_names_the_event_by_its_id() {
    for adapter in ADAPTERS {
        let verifier = Verifier::new(providers::STRIPE, key(b"s")).unwrap();
        let guard = ReplayGuard::new(MemoryStore::default(), "stripe").by(ReplayBy::Id);
        let endpoint = Endpoint::new(verifier)
            .clock(|| UnixTime::from_secs(NOW))
            .replay_guard(guard)
            .unwrap();
        let server = Server::start(adapter, endpoint);
        let send = |timestamp: &str, id: &str| {
            // Large enough to come in several frames.
            let body = format!(r#"{{"pad":"{}","id":"{id}"}}"#, "x".repeat(100_000));
            server
                .post(&stripe(b"s", timestamp, body.as_bytes()))
                .status
        };
        assert_eq!(send("1700000000", "evt_1"), 200);
        assert_eq!(send("1700000100", "evt_1"), 200);
        assert_eq!(
            server.handler.runs(),
            1,
            "{adapter:?}: the provider's retry"
        );
        assert_eq!(send("1700000100", "evt_2"), 200);
        assert_eq!(server.handler.runs(), 2, "{adapter:?}");
    }
}

#[test]
fn a_rotated_key_counts_from_the_next_request_on() {
    for adapter in ADAPTERS {
        let keys = KeyHandle::new(github());
        let server = Server::start(adapter, keys.clone());
        assert_eq!(server.post(&genuine(b"1")).status, 200);
        keys.rotate(KeyRing::from([key(b"new"), key(SECRET)]))
            .unwrap();
        assert_eq!(
            server.post(&genuine(b"2")).status,
            200,
            "{adapter:?}: both are good"
        );
        let new =
            |body: &[u8]| Message::new(body).header("X-Hub-Signature-256", signature(b"new", body));
        assert_eq!(server.post(&new(b"3")).status, 200, "{adapter:?}");
        keys.rotate(key(b"new")).unwrap();
        assert_eq!(
            server.post(&genuine(b"4")).status,
            403,
            "{adapter:?}: the old one is gone"
        );
        assert_eq!(server.post(&new(b"5")).status, 200, "{adapter:?}");
        assert!(keys.rotate(KeyRing::default()).is_err());
        assert_eq!(
            server.post(&new(b"6")).status,
            200,
            "{adapter:?}: a bad rotation changes nothing"
        );
    }
}

#[test]
fn the_second_key_verifies_bodies_of_every_size() {
    for adapter in ADAPTERS {
        let ring = KeyRing::from([key(b"new"), key(b"newer"), key(SECRET)]);
        let server = Server::start(adapter, Verifier::new(providers::GITHUB, ring).unwrap());
        for size in [0, 1, 127, 128, 129, 5000, 40_000, 200_000] {
            for chunk in [1000, 33_000] {
                let message = genuine(&vec![b'x'; size]);
                assert_eq!(
                    server.send(&[&message.chunked(chunk)]).status,
                    200,
                    "{adapter:?} {size}"
                );
                let mut tampered = message;
                tampered.body.push(b'x');
                assert_eq!(
                    server.send(&[&tampered.chunked(chunk)]).status,
                    403,
                    "{adapter:?} {size}"
                );
            }
        }
    }
}

#[test]
fn each_tenant_has_its_own_key_and_an_unreachable_source_closes() {
    let tenants = || {
        let base = github();
        Endpoint::new(move |head: &dyn RequestHead| {
            let tenant = head
                .path()
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .to_owned();
            let base = base.clone();
            Lookup::later(async move {
                tokio::task::yield_now().await;
                match tenant.as_str() {
                    "one" | "two" => {
                        let verifier = base.with_keys(key(tenant.as_bytes())).unwrap();
                        Ok(verifier.for_tenant(tenant))
                    }
                    "down" => Err(Rejection::new(
                        Code::KeyUnavailable,
                        "the key source is down",
                    )),
                    _ => Err(Rejection::new(Code::KeyUnknown, "no such tenant")),
                }
            })
        })
    };
    for adapter in ADAPTERS {
        let server = Server::start(adapter, tenants());
        let send = |tenant: &str, secret: &[u8]| {
            let message = Message::new("{}")
                .target(&format!("/hooks/{tenant}"))
                .header("X-Hub-Signature-256", signature(secret, b"{}"));
            server.post(&message)
        };
        let one = send("one", b"one");
        assert_eq!(
            (one.status, one.header("x-tenant")),
            (200, Some("one")),
            "{adapter:?}"
        );
        assert_eq!(send("two", b"two").status, 200, "{adapter:?}");
        assert_eq!(send("one", b"two").status, 403, "{adapter:?}");
        assert_eq!(send("three", b"three").status, 403, "{adapter:?}");
        let down = send("down", b"down");
        assert_eq!(down.status, 503, "{adapter:?}");
        assert!(down.header("retry-after").is_some());
        assert_eq!(server.handler.runs(), 2);
    }
}

const SIGNS_URL: Scheme = Scheme::hmac("acme", hookward::Digest::Sha256)
    .header("x-acme")
    .signed("{url}{body}");

fn signs_url() -> Verifier {
    Verifier::new(SIGNS_URL, key(SECRET)).unwrap()
}

fn signed_for(url: &str, target: &str) -> Message {
    Message::new("{}")
        .target(target)
        .header("x-acme", hmac_sha256_hex(SECRET, &[url.as_bytes(), b"{}"]))
}

#[test]
fn the_url_is_the_one_that_the_provider_called() {
    for adapter in ADAPTERS {
        // Nested routers shorten the URI that handlers see, not the signed one.
        let server = Server::start(adapter, signs_url());
        for target in ["/hooks/x", "/nested/hooks/x", "/nested/hooks/x?a=%20b&a=c"] {
            let message = signed_for(&format!("https://hooks.example{target}"), target);
            assert_eq!(server.post(&message).status, 200, "{adapter:?} {target}");
        }
        let shortened = signed_for("https://hooks.example/hooks/x", "/nested/hooks/x");
        assert_eq!(server.post(&shortened).status, 403, "{adapter:?}");

        // A proxy that strips a prefix: the base is configured.
        let base = signs_url()
            .with_external_url("https://example.com/api/")
            .unwrap();
        let server = Server::start(adapter, base);
        let message = signed_for("https://example.com/api/hooks/x?q", "/hooks/x?q");
        assert_eq!(server.post(&message).status, 200, "{adapter:?}");
    }
}

#[test]
fn forwarding_headers_count_only_from_trusted_peers() {
    let through_proxy = |url| {
        signed_for(url, "/hooks/x")
            .header("x-forwarded-proto", "https")
            .header("x-forwarded-host", "example.com")
            .header("x-forwarded-prefix", "/api")
    };
    let genuine = through_proxy("https://example.com/api/hooks/x");
    let usual = Forwarding::x_forwarded().proto().host().prefix();
    for adapter in ADAPTERS {
        let trusted = signs_url().with_trusted_proxies(["127.0.0.0/8"], usual);
        let server = Server::start(adapter, trusted.unwrap());
        assert_eq!(server.post(&genuine).status, 200, "{adapter:?}");
        // The client's own, of the family that the proxy does not write.
        let other = genuine
            .clone()
            .header("forwarded", "proto=http;host=example.org");
        assert_eq!(server.post(&other).status, 200, "{adapter:?}");
        let standard = signed_for("http://example.org/hooks/x", "/hooks/x")
            .header("forwarded", "for=1.2.3.4;proto=http;host=\"example.org\"");
        assert_eq!(server.post(&standard).status, 403, "{adapter:?}");
        let repeated = genuine.clone().header("x-forwarded-host", "example.com");
        assert_eq!(server.post(&repeated).status, 403, "{adapter:?}");

        let forwarded = Forwarding::rfc7239().proto().host();
        let trusted = signs_url().with_trusted_proxies(["127.0.0.0/8"], forwarded);
        let server = Server::start(adapter, trusted.unwrap());
        assert_eq!(server.post(&standard).status, 200, "{adapter:?}");

        let others = signs_url().with_trusted_proxies(["10.0.0.0/8"], usual);
        let server = Server::start(adapter, others.unwrap());
        assert_eq!(server.post(&genuine).status, 403, "{adapter:?}");
        let direct = through_proxy("https://hooks.example/hooks/x");
        assert_eq!(server.post(&direct).status, 200, "{adapter:?}");
    }
}

/// A store that can be made to fail.
#[derive(Debug)]
struct Flaky {
    store: MemoryStore,
    down: Arc<AtomicBool>,
}

impl Flaky {
    fn ask<T: Send + 'static>(&self, answer: StoreFuture<'static, T>) -> StoreFuture<'static, T> {
        let down = self.down.load(Ordering::SeqCst);
        StoreFuture::later(async move {
            tokio::task::yield_now().await;
            if down {
                Err(StoreError::new("down"))
            } else {
                answer.await
            }
        })
    }
}

impl ReplayStore for Flaky {
    fn claim(&self, key: ReplayKey, lease: Duration) -> StoreFuture<'static, Claim> {
        self.ask(self.store.claim(key, lease))
    }

    fn renew(
        &self,
        key: ReplayKey,
        token: ClaimToken,
        lease: Duration,
    ) -> StoreFuture<'static, Renewal> {
        self.ask(self.store.renew(key, token, lease))
    }

    fn commit(
        &self,
        key: ReplayKey,
        token: ClaimToken,
        keep: Duration,
    ) -> StoreFuture<'static, ()> {
        self.ask(self.store.commit(key, token, keep))
    }

    fn release(&self, key: ReplayKey, token: ClaimToken) -> StoreFuture<'static, ()> {
        self.ask(self.store.release(key, token))
    }

    fn forget(&self, key: ReplayKey) -> StoreFuture<'static, ()> {
        self.ask(self.store.forget(key))
    }
}

#[test]
fn a_store_that_fails_closes_and_a_failed_commit_does_not_take_the_answer_back() {
    for adapter in ADAPTERS {
        let down = Arc::new(AtomicBool::new(true));
        let store = Flaky {
            store: MemoryStore::default(),
            down: down.clone(),
        };
        let endpoint = Endpoint::new(github())
            .replay_guard(ReplayGuard::new(store, "x"))
            .unwrap();
        let server = Server::start(adapter, endpoint);
        let answer = server.post(&genuine(b"{}"));
        assert_eq!(answer.status, 503, "{adapter:?}");
        assert!(answer.header("retry-after").is_some(), "{adapter:?}");
        assert_eq!(server.handler.runs(), 0, "{adapter:?}");

        down.store(false, Ordering::SeqCst);
        server.handler.close();
        let mut connection = server.connect();
        connection.write_all(&genuine(b"{ }").bytes()).unwrap();
        server.handler.wait_for_run();
        down.store(true, Ordering::SeqCst);
        server.handler.open();
        assert_eq!(Answer::read(&mut connection).status, 200, "{adapter:?}");
    }
}

/// Counts renewals; its claims never expire by themselves.
#[derive(Debug, Clone)]
struct Renewed {
    store: Arc<MemoryStore>,
    renewals: Arc<AtomicUsize>,
}

impl ReplayStore for Renewed {
    fn claim(&self, key: ReplayKey, lease: Duration) -> StoreFuture<'static, Claim> {
        self.store.claim(key, lease)
    }

    fn renew(
        &self,
        key: ReplayKey,
        token: ClaimToken,
        lease: Duration,
    ) -> StoreFuture<'static, Renewal> {
        self.renewals.fetch_add(1, Ordering::SeqCst);
        self.store.renew(key, token, lease)
    }

    fn commit(
        &self,
        key: ReplayKey,
        token: ClaimToken,
        keep: Duration,
    ) -> StoreFuture<'static, ()> {
        self.store.commit(key, token, keep)
    }

    fn release(&self, key: ReplayKey, token: ClaimToken) -> StoreFuture<'static, ()> {
        self.store.release(key, token)
    }

    fn forget(&self, key: ReplayKey) -> StoreFuture<'static, ()> {
        self.store.forget(key)
    }
}

#[test]
fn every_adapter_renews_the_claim_while_its_handler_runs() {
    for adapter in ADAPTERS {
        let store = Renewed {
            store: Arc::new(MemoryStore::default().with_clock(|| Duration::ZERO)),
            renewals: Arc::default(),
        };
        let renewals = store.renewals.clone();
        let guard = ReplayGuard::new(store, "x").lease(Duration::from_millis(300));
        let endpoint = Endpoint::new(github()).replay_guard(guard.clone()).unwrap();
        let server = Server::start(adapter, endpoint);
        server.handler.close();
        let mut connection = server.connect();
        connection.write_all(&genuine(b"{}").bytes()).unwrap();
        server.handler.wait_for_run();
        let patience = Instant::now() + PATIENCE;
        while renewals.load(Ordering::SeqCst) < 3 {
            assert!(Instant::now() < patience, "{adapter:?}: no renewals");
            std::thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(server.post(&genuine(b"{}")).status, 409, "{adapter:?}");
        server.handler.open();
        assert_eq!(Answer::read(&mut connection).status, 200, "{adapter:?}");
        hookward_replay::conformance::block_on(guard.settled());
        assert_eq!(server.post(&genuine(b"{}")).status, 200, "{adapter:?}");
        assert_eq!(server.handler.runs(), 1, "{adapter:?}");
    }
}

#[test]
fn a_replica_whose_clock_is_an_hour_off_lets_no_replay_through() {
    use std::sync::atomic::AtomicI64;
    for adapter in ADAPTERS {
        // The actual time, which the store uses.
        let passed = Arc::new(AtomicI64::new(0));
        let store: Arc<dyn ReplayStore> = {
            let passed = passed.clone();
            Arc::new(MemoryStore::default().with_clock(move || {
                Duration::from_secs(passed.load(Ordering::SeqCst).unsigned_abs())
            }))
        };
        let replica = |off: i64| {
            let passed = passed.clone();
            let verifier = Verifier::new(providers::STRIPE, key(b"s")).unwrap();
            let endpoint = Endpoint::new(verifier)
                .replay_guard(ReplayGuard::shared(store.clone(), "stripe"))
                .unwrap()
                .clock(move || UnixTime::from_secs(NOW + passed.load(Ordering::SeqCst) + off));
            Server::start(adapter, endpoint)
        };
        let (right, slow) = (replica(0), replica(-3600));
        let delivery = stripe(b"s", "1700000000", b"{}");
        assert_eq!(right.post(&delivery).status, 200, "{adapter:?}");
        // Stale for the others, within its window for the slow one.
        for minutes in [10, 30, 59, 61, 64] {
            passed.store(minutes * 60, Ordering::SeqCst);
            let status = slow.post(&delivery).status;
            assert!(matches!(status, 200 | 403), "{adapter:?}: {status}");
            assert_eq!(right.post(&delivery).status, 403, "{adapter:?}");
        }
        assert_eq!(right.handler.runs() + slow.handler.runs(), 1, "{adapter:?}");
        // A fresh delivery is not mistaken for a known one.
        let fresh = stripe(b"s", "1700003840", b"{ }");
        assert_eq!(right.post(&fresh).status, 200, "{adapter:?}");
        assert_eq!(right.handler.runs(), 2, "{adapter:?}");
    }
}

#[test]
fn forged_requests_leave_no_trace_in_the_store() {
    let store = Arc::new(MemoryStore::default());
    for adapter in ADAPTERS {
        let guard = ReplayGuard::shared(store.clone(), "x");
        let server = Server::start(
            adapter,
            Endpoint::new(github()).replay_guard(guard).unwrap(),
        );
        for i in 0..50 {
            let body = format!("{i}").into_bytes();
            let message =
                Message::new(body.clone()).header("X-Hub-Signature-256", signature(b"no", &body));
            assert_eq!(server.post(&message).status, 403);
        }
        assert_eq!(store.len(), 0, "{adapter:?}");
    }
}

#[test]
fn the_memory_budget_is_shared_and_given_back() {
    for adapter in ADAPTERS {
        let budget = MemoryBudget::bytes(1000);
        let server = Server::start(
            adapter,
            Endpoint::new(github()).memory_budget(budget.clone()),
        );
        for (body, status) in [
            (&[b'x'; 900][..], 200),
            (&[b'x'; 1100], 503),
            (&[b'y'; 900], 200),
        ] {
            assert_eq!(server.post(&genuine(body)).status, status, "{adapter:?}");
            given_back(&budget);
        }
    }
}

#[test]
fn the_answer_to_a_refusal_can_be_replaced() {
    for adapter in ADAPTERS {
        let endpoint = Endpoint::new(github()).on_rejection(|rejection| {
            http::Response::builder()
                .status(498)
                .header("x-reason", rejection.code().as_str())
                .body(Bytes::from_static(b"no"))
                .unwrap()
        });
        let server = Server::start(adapter, endpoint);
        let answer = server.post(&Message::new("{}"));
        assert_eq!(
            (answer.status, &answer.body[..]),
            (498, &b"no"[..]),
            "{adapter:?}"
        );
        assert_eq!(
            answer.header("x-reason"),
            Some("signature_missing"),
            "{adapter:?}"
        );
    }
}

#[test]
fn a_body_that_breaks_off_never_reaches_the_handler() {
    for adapter in ADAPTERS {
        let server = Server::start(adapter, guarded());
        let mut head = genuine(b"{}").head("transfer-encoding: chunked");
        head.extend_from_slice(b"2\r\n{}\r\nzz\r\n");
        assert_eq!(server.send(&[&head]).status, 400, "{adapter:?}");
        assert_eq!(server.handler.runs(), 0);
    }
}

#[test]
fn message_signatures_are_verified_from_the_head_and_the_body_while_it_arrives() {
    let ring = KeyRing::default().with("sender", key(SECRET));
    let signer = Signer::new(&providers::RFC9421, ring.clone()).unwrap();
    let body = "{\"n\": 1}".repeat(20_000);
    let request = http::Request::post("https://hooks.example/hooks/x?a=1")
        .body(body.as_bytes())
        .unwrap();
    let signed = signer
        .sign(&request, UnixTime::from_secs(NOW), None)
        .unwrap();
    let message = |body: &[u8]| {
        let message = Message::new(body).target("/hooks/x?a=1");
        signed
            .headers()
            .iter()
            .fold(message, |message, (name, value)| {
                message.header(name.as_str(), value.as_bytes())
            })
    };
    let mut tampered = body.clone().into_bytes();
    tampered[150_000] ^= 1;
    for adapter in ADAPTERS {
        let verifier = Verifier::new(providers::RFC9421, ring.clone()).unwrap();
        let guard = ReplayGuard::new(MemoryStore::default(), "rfc9421");
        let endpoint = Endpoint::new(verifier)
            .clock(|| UnixTime::from_secs(NOW))
            .replay_guard(guard)
            .unwrap();
        let server = Server::start(adapter, endpoint);
        let genuine = message(body.as_bytes());

        for refused in [
            message(&tampered),
            message(b""),
            genuine.clone().target("/hooks/x?a=2"),
            genuine.clone().target("/hooks/x"),
            genuine.clone().header("Content-Digest", "sha-256=:AAAA:"),
            Message::new(body.as_bytes()).target("/hooks/x?a=1"),
        ] {
            assert_eq!(server.post(&refused).status, 403, "{adapter:?}");
        }
        assert_eq!(server.handler.runs(), 0, "{adapter:?}");

        let answer = server.send(&[&genuine.chunked(7000)]);
        assert_eq!(answer.status, 200, "{adapter:?}");
        assert!(
            answer.body == body.as_bytes(),
            "{adapter:?}: the body changed"
        );
        assert_eq!(server.handler.runs(), 1, "{adapter:?}");
        // A copy is acknowledged, without the handler.
        assert_eq!(server.post(&genuine).status, 200, "{adapter:?}");
        assert_eq!(server.handler.runs(), 1, "{adapter:?}");
    }
}

/// What handlers receive if the proof does not cover the body.
mod trust {
    use hookward::{Digest, KeySource as _, Location};

    use super::*;

    /// `Content-Type` and the like, as the handler saw them.
    const CONTENT: &str = "x-content";

    fn acme(signed: &'static str) -> Scheme {
        Scheme::hmac("acme", Digest::Sha256).signed(signed)
    }

    fn message(text: &str, body: &str) -> Message {
        Message::new(body)
            .header("x-signature", hmac_sha256_hex(SECRET, &[text.as_bytes()]))
            .header("content-type", "text/plain")
            .header("content-encoding", "gzip")
    }

    fn endpoint(scheme: Scheme) -> Endpoint {
        Endpoint::new(Verifier::new(scheme, key(SECRET)).unwrap())
    }

    #[test]
    fn a_handler_sees_what_is_proven_and_nothing_else_whatever_it_asks_for() {
        let forged = r#"{"amount":1,"order":"A-17","paid":true,"order2":"B"}"#;
        let proven = r#"{"order":"A-17"}"#;
        for adapter in ADAPTERS {
            let server = Server::start(
                adapter,
                endpoint(acme("{json:/order}").trust(Trust::Proven)),
            );
            let message = message("A-17", forged);
            for target in [
                "/hooks/x",
                "/hooks/proven",
                "/hooks/payload",
                "/nested/hooks/x",
            ] {
                let message = message.clone().target(target);
                for bytes in [message.bytes(), message.chunked(7)] {
                    let answer = server.send(&[&bytes]);
                    assert_eq!(answer.status, 200, "{adapter:?} {target}");
                    let body = String::from_utf8(answer.body.clone()).unwrap();
                    assert_eq!(body, proven, "{adapter:?} {target}");
                    let content = answer.header(CONTENT);
                    let described = format!("application/json {} - -", proven.len());
                    assert!(
                        content.is_none_or(|content| content == described),
                        "{content:?}"
                    );
                    assert_eq!(content.is_some(), target.ends_with('x'));
                }
            }
            assert_eq!(
                server.post(&super::trust::message("A-18", forged)).status,
                403
            );
        }
    }

    #[test]
    fn nothing_changes_as_sent_and_where_the_body_is_covered() {
        let body = r#"{ "order":"A-17", "paid":true}"#;
        let as_sent = acme("{json:/order}").trust(Trust::AsSent);
        let covered = acme("{body}").trust(Trust::Proven);
        for adapter in ADAPTERS {
            for (scheme, text) in [(&as_sent, "A-17"), (&covered, body)] {
                let server = Server::start(adapter, endpoint(scheme.clone()));
                let answer = server.post(&message(text, body));
                assert_eq!((answer.status, &*answer.body), (200, body.as_bytes()));
                let content = format!("text/plain {} gzip -", body.len());
                assert_eq!(answer.header(CONTENT), Some(&*content), "{adapter:?}");
                let answer = server.post(&message(text, body).target("/hooks/proven"));
                if text == body {
                    assert_eq!(answer.body, br#"{"order":"A-17","paid":true}"#);
                } else {
                    // A mistake in the service, which is not revealed to the sender.
                    assert_eq!(
                        (answer.status, &*answer.body),
                        (500, &b""[..]),
                        "{adapter:?}"
                    );
                    assert_eq!(server.handler.runs(), 1);
                }
            }
            let server = Server::start(adapter, endpoint(Scheme::shared_secret("acme")));
            let message = Message::new("{}")
                .header("x-signature", SECRET)
                .target("/hooks/proven");
            assert_eq!(server.post(&message).status, 500, "{adapter:?}");
        }
    }

    #[test]
    fn sources_guards_and_budgets_go_with_the_proven_values() {
        let scheme = acme("{form:data}").trust(Trust::Proven);
        let base = Verifier::without_keys(scheme.clone()).unwrap();
        let outline = base.clone();
        let source = move |_: &dyn RequestHead| {
            Lookup::now(
                base.with_keys(key(SECRET))
                    .map(|verifier| verifier.for_tenant("acme"))
                    .map_err(Rejection::from),
            )
        };
        let source = source.for_scheme(outline);
        for adapter in ADAPTERS {
            let budget = MemoryBudget::bytes(1 << 20);
            let guard = ReplayGuard::new(MemoryStore::default(), "acme")
                .identity_from(|_: &hookward::Verified, body: &[u8]| Some(body.to_vec()));
            let endpoint = Endpoint::new(source.clone())
                .memory_budget(budget.clone())
                .replay_guard(guard)
                .unwrap();
            let server = Server::start(adapter, endpoint);
            let answer = server.post(&message("x", "data=x&status=paid"));
            assert_eq!(
                (answer.status, &*answer.body),
                (200, &br#"{"data":"x"}"#[..])
            );
            assert_eq!(answer.header("x-tenant"), Some("acme"));
            // The operator's function saw the same, so this is a replay.
            let answer = server.post(&message("x", "status=open&data=x"));
            assert_eq!(
                answer.header("hookward-replay"),
                Some("acknowledged"),
                "{adapter:?}"
            );
            assert_eq!(server.handler.runs(), 1);
            given_back(&budget);
        }
    }

    #[test]
    fn braintrees_payload_is_the_only_field() {
        let scheme = providers::BRAINTREE;
        let ring = || KeyRing::from(Key::new("private").unwrap());
        let mut request = http::Request::post("https://hooks.example/hooks/x")
            .body(b"bt_payload=cGF5bG9hZA%3D%3D".to_vec())
            .unwrap();
        Signer::new(&scheme, ring())
            .unwrap()
            .sign(&request, UnixTime::from_secs(NOW), None)
            .unwrap()
            .apply(&mut request);
        let verifier = Verifier::new(scheme.trust(Trust::Proven), ring()).unwrap();
        for adapter in ADAPTERS {
            let server = Server::start(adapter, Endpoint::new(verifier.clone()));
            let body = [request.body(), &b"&status=settled"[..]].concat();
            let answer = server.post(&Message::new(body).target("/hooks/proven"));
            let body = String::from_utf8(answer.body).unwrap();
            assert_eq!(body, r#"{"bt_payload":"cGF5bG9hZA=="}"#, "{adapter:?}");
        }
    }

    #[test]
    fn a_repeated_parameter_is_refused_before_the_guard() {
        let scheme = acme("{query|sort(all)|join}").at(Location::Header("x-signature".into()));
        for adapter in ADAPTERS {
            let server = Server::start(adapter, endpoint(scheme.clone().trust(Trust::Proven)));
            let signed = |query: &str| message(query, "{}").target(&format!("/hooks/x?{query}"));
            let answer = server.post(&signed("a=1&b=2"));
            assert_eq!(
                (answer.status, &*answer.body),
                (200, &br#"{"a":"1","b":"2"}"#[..])
            );
            assert_eq!(server.post(&signed("a=1&a=2")).status, 403, "{adapter:?}");
        }
    }
}
