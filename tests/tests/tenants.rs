//! Tenants with all adapters: whose keys, whose handler, and what is rejected before a
//! key is looked up.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hookward::{
    Code, Endpoint, Key, KeySource, Location, Lookup, MemoryStore, Rejection, ReplayGuard,
    RequestHead, Scheme, TenantKeys, Tenants, UnixTime, Verifier, handshakes, providers,
};
use hookward_tests::{ADAPTERS, Message, Server, hmac_sha256_hex};

const NOW: i64 = 1_700_000_000;

fn key(secret: &str) -> Key {
    Key::new(secret).unwrap()
}

/// Finds a record by the last segment of the path, ignoring case, as many databases do.
fn tenants() -> Tenants {
    Tenants::new(
        Verifier::without_keys(providers::GITHUB).unwrap(),
        |head: &dyn RequestHead| head.path().rsplit('/').next().map(str::to_owned),
        |name: &str| {
            let name = name.to_ascii_lowercase();
            Lookup::later(async move {
                tokio::task::yield_now().await;
                match &*name {
                    "acme" | "mallory" => Ok(Some(TenantKeys::new(
                        name.clone(),
                        Key::new(format!("secret of {name}"))?,
                    ))),
                    "down" => Err(Rejection::new(Code::KeyUnavailable, "the database is down")),
                    _ => Ok(None),
                }
            })
        },
    )
}

fn from(tenant: &str, target: &str) -> Message {
    let signature = hmac_sha256_hex(format!("secret of {tenant}").as_bytes(), &[b"{}"]);
    Message::new("{}")
        .target(target)
        .header("x-hub-signature-256", format!("sha256={signature}"))
}

#[test]
fn the_tenant_is_that_of_the_record_however_the_request_spells_it() {
    for adapter in ADAPTERS {
        let server = Server::start(adapter, Endpoint::new(tenants()));
        for (signer, target, tenant) in [
            ("acme", "/hooks/acme", Some("acme")),
            ("mallory", "/hooks/mallory", Some("mallory")),
            ("mallory", "/hooks/acme", None),
            // The query does not name a tenant.
            ("acme", "/hooks/acme?x=/mallory", Some("acme")),
            ("mallory", "/hooks/acme?x=/mallory", None),
            ("mallory", "/hooks/acme?/mallory", None),
            ("mallory", "/hooks/acme?a=1?b=/mallory", None),
            (
                "mallory",
                "https://hooks.example/hooks/acme?x=/mallory",
                None,
            ),
            // One record, found by another spelling.
            ("acme", "/hooks/Acme", Some("acme")),
            ("mallory", "/hooks/Acme", None),
            // No record is found by one that a router would decode.
            ("acme", "/hooks/%61cme", None),
            ("mallory", "/hooks/%61cme", None),
            ("mallory", "/hooks/acme%2Fmallory", None),
            ("mallory", "/hooks/acme%3Fx=/mallory", Some("mallory")),
            ("acme", "/hooks/acme%3Fx=/mallory", None),
            ("acme", "/hooks/acme/", None),
            ("acme", "/hooks/mallory/../acme", Some("acme")),
            ("mallory", "/hooks/mallory/../acme", None),
        ] {
            let answer = server.post(&from(signer, target));
            let context = format!("{adapter:?} {signer} {target}");
            match tenant {
                Some(tenant) => {
                    assert_eq!(answer.status, 200, "{context}");
                    assert_eq!(answer.header("x-tenant"), Some(tenant), "{context}");
                }
                None => assert_eq!(answer.status, 403, "{context}"),
            }
        }
        let down = server.post(&from("down", "/hooks/down"));
        assert_eq!(down.status, 503, "{adapter:?}");
        assert!(down.header("retry-after").is_some());
    }
}

#[test]
fn one_tenants_delivery_is_never_anothers_duplicate() {
    const SCHEME: Scheme = Scheme::hmac("shop", hookward::Digest::Sha256)
        .header("x-signature")
        .event_id_header("x-id")
        .signed("{id}.{body}");
    for adapter in ADAPTERS {
        let tenants = Tenants::new(
            Verifier::without_keys(SCHEME).unwrap(),
            |head: &dyn RequestHead| head.path().rsplit('/').next().map(str::to_owned),
            // Even where two share a secret.
            |name: &str| Ok(Some(TenantKeys::new(name, Key::new("shared")?))),
        );
        let guard = ReplayGuard::new(MemoryStore::default(), "shop").by(hookward::ReplayBy::Id);
        let server = Server::start(adapter, Endpoint::new(tenants).replay_guard(guard).unwrap());
        let send = |tenant: &str| {
            let message = Message::new("{}")
                .target(&format!("/hooks/{tenant}"))
                .header("x-id", "evt_1")
                .header("x-signature", hmac_sha256_hex(b"shared", &[b"evt_1.{}"]));
            assert_eq!(server.post(&message).status, 200, "{adapter:?}");
            server.handler.runs()
        };
        assert_eq!(send("mallory"), 1);
        assert_eq!(
            send("acme"),
            2,
            "{adapter:?}: mallory's evt_1 is not acme's"
        );
        assert_eq!(send("acme"), 2, "{adapter:?}");
        assert_eq!(send("mallory"), 2, "{adapter:?}");
    }
}

/// A key source closure that counts its calls.
fn counted(verifier: Verifier) -> (impl KeySource, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let (counts, scheme) = (count.clone(), verifier.clone());
    let source = move |_: &dyn RequestHead| {
        counts.fetch_add(1, Ordering::SeqCst);
        let verifier = verifier.clone();
        Lookup::later(async move { Ok(verifier) })
    };
    (source.for_scheme(scheme), count)
}

const ABSENT: Scheme = Scheme::hmac("absent", hookward::Digest::Sha256)
    .header("x-signature")
    .expect(&[(Cow::Borrowed("x-version"), Cow::Borrowed("1"))])
    .absent(&[Location::Header(Cow::Borrowed("x-not"))])
    .signed("{header:x-signed}.{body}");

const RSA: Scheme = Scheme::rsa_pkcs1("rsa", hookward::Digest::Sha256).header("x-signature");

#[test]
fn what_the_head_refuses_costs_no_look_up() {
    let mac = "0".repeat(64);
    let hub = |text: String| Message::new("{}").header("x-hub-signature-256", text);
    let stripe = |text: String| Message::new("{}").header("stripe-signature", text);
    let absent = |version: &str| {
        Message::new("{}")
            .header("x-signature", &*mac)
            .header("x-version", version)
    };
    let github = || Verifier::new(providers::GITHUB, key("s")).unwrap();
    let stripes = || Verifier::new(providers::STRIPE, key("whsec_s")).unwrap();
    let expects = || Verifier::new(ABSENT, key("s")).unwrap();
    let rsa = || Verifier::without_keys(RSA).unwrap();
    let messages = || Verifier::without_keys(providers::RFC9421).unwrap();
    let api_key = || Verifier::without_keys(providers::API_KEY).unwrap();
    let cases: Vec<(&str, Verifier, Message, u16)> = vec![
        ("no signature", github(), Message::new("{}"), 403),
        ("an empty signature", github(), hub(String::new()), 403),
        ("another prefix", github(), hub(format!("sha1={mac}")), 403),
        ("a short signature", github(), hub("sha256=00".into()), 403),
        (
            "not hex",
            github(),
            hub(format!("sha256={}", "x".repeat(64))),
            403,
        ),
        (
            "two signatures",
            github(),
            hub(format!("sha256={mac}")).header("x-hub-signature-256", &*mac),
            403,
        ),
        (
            "too long a body",
            github(),
            {
                let mut message = hub(format!("sha256={mac}"));
                message.body = vec![b'x'; 2000];
                message
            },
            413,
        ),
        ("no timestamp", stripes(), stripe(format!("v1={mac}")), 403),
        (
            "a malformed timestamp",
            stripes(),
            stripe(format!("t=+1,v1={mac}")),
            403,
        ),
        (
            "an old timestamp",
            stripes(),
            stripe(format!("t={},v1={mac}", NOW - 301)),
            403,
        ),
        (
            "a timestamp to come",
            stripes(),
            stripe(format!("t={},v1={mac}", NOW + 301)),
            403,
        ),
        (
            "seventeen signatures",
            stripes(),
            stripe(format!("t={NOW}{}", format!(",v1={mac}").repeat(17))),
            403,
        ),
        (
            "another version",
            expects(),
            absent("2").header("x-signed", "a"),
            403,
        ),
        ("no signed header", expects(), absent("1"), 403),
        (
            "two signed headers",
            expects(),
            absent("1").header("x-signed", "a").header("x-signed", "b"),
            403,
        ),
        (
            "a header that must be absent",
            expects(),
            absent("1").header("x-signed", "a").header("x-not", "1"),
            403,
        ),
        ("no RSA signature", rsa(), Message::new("{}"), 403),
        (
            "not base64",
            rsa(),
            Message::new("{}").header("x-signature", "!"),
            403,
        ),
        ("no API key", api_key(), Message::new("{}"), 403),
        ("no message signature", messages(), Message::new("{}"), 403),
        (
            "an old message signature",
            messages(),
            Message::new("{}")
                .header(
                    "signature-input",
                    "a=(\"@method\" \"@target-uri\");created=1",
                )
                .header("signature", "a=:AAAA:"),
            403,
        ),
        (
            "a message signature that covers nothing",
            messages(),
            Message::new("{}")
                .header("signature-input", format!("a=();created={NOW}"))
                .header("signature", "a=:AAAA:"),
            403,
        ),
    ];
    for adapter in ADAPTERS {
        for (what, verifier, message, status) in &cases {
            let (source, count) = counted(verifier.clone());
            let endpoint = Endpoint::new(source)
                .body_limit(1000)
                .clock(|| UnixTime::from_secs(NOW));
            let server = Server::start(adapter, endpoint);
            assert_eq!(server.post(message).status, *status, "{adapter:?} {what}");
            assert_eq!(count.load(Ordering::SeqCst), 0, "{adapter:?} {what}");
        }
    }
}

#[test]
fn a_head_that_passes_is_looked_up_once() {
    let mac = "0".repeat(64);
    let cases: Vec<(&str, Verifier, Message)> = vec![
        (
            "a MAC",
            Verifier::new(providers::GITHUB, key("s")).unwrap(),
            Message::new("{}").header("x-hub-signature-256", format!("sha256={mac}")),
        ),
        // Without the key nobody knows how long its signatures are.
        (
            "an RSA signature of any length",
            Verifier::without_keys(RSA).unwrap(),
            Message::new("{}").header("x-signature", "AAAA"),
        ),
        (
            "an API key",
            Verifier::new(providers::API_KEY, key("s3cret-s3cret-s3cret")).unwrap(),
            Message::new("{}").header("x-api-key", "another"),
        ),
    ];
    for adapter in ADAPTERS {
        for (what, verifier, message) in &cases {
            let (source, count) = counted(verifier.clone());
            let server = Server::start(adapter, Endpoint::new(source));
            assert!(
                matches!(server.post(message).status, 403 | 503),
                "{adapter:?} {what}"
            );
            assert_eq!(count.load(Ordering::SeqCst), 1, "{adapter:?} {what}");
        }
    }
}

#[test]
fn a_validation_that_needs_a_key_is_looked_up_though_it_has_no_signature() {
    for adapter in ADAPTERS {
        let verifier = Verifier::new(providers::X_TWITTER, key("consumer secret")).unwrap();
        let (source, count) = counted(verifier);
        let endpoint = Endpoint::new(source)
            .handshake(handshakes::X_TWITTER)
            .unwrap();
        let server = Server::start(adapter, endpoint);
        let crc = Message::new("")
            .method("GET")
            .target("/hooks/x?crc_token=9b4507b3-9040-4669-9ca3-6b94edb50553");
        let answer = server.post(&crc);
        assert_eq!(answer.status, 200, "{adapter:?}");
        assert_eq!(count.load(Ordering::SeqCst), 1);
        // Deliveries without a signature are not.
        assert_eq!(server.post(&Message::new("{}")).status, 403);
        assert_eq!(count.load(Ordering::SeqCst), 1, "{adapter:?}");
    }
}
