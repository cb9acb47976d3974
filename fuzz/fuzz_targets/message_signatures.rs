//! Arbitrary `Signature`, `Signature-Input` and `Content-Digest` headers: the verifier's
//! verdict is the same for whole and for split bodies, and only what was signed is
//! accepted.
//!
//! Input: `name: value` lines and, after an empty line, the body. `i`, `s` and
//! `d` are short for the three headers; a line without a colon goes to
//! `Signature-Input`.

#![no_main]

use std::sync::LazyLock;

use hookward_core::{
    Key, KeyRing, MessageSignatures, Signer, Trust, UnixTime, Verifier, providers,
};
use libfuzzer_sys::fuzz_target;

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

/// A secret that no input can contain.
static RING: LazyLock<KeyRing> = LazyLock::new(|| {
    use std::hash::{BuildHasher, RandomState};
    let mut secret = [0; 32];
    for chunk in secret.chunks_mut(8) {
        chunk.copy_from_slice(&RandomState::new().hash_one(0).to_ne_bytes());
    }
    KeyRing::default().with("k", Key::from_bytes(secret).unwrap())
});

/// The default policy, and one that accepts everything that is signed.
static VERIFIERS: LazyLock<[Verifier; 2]> = LazyLock::new(|| {
    let anything = MessageSignatures::default()
        .require_only(Vec::<String>::new())
        .optional_created();
    [
        Verifier::new(providers::RFC9421, RING.clone()).unwrap(),
        Verifier::message_signatures(anything.trust(Trust::AsSent), RING.clone()).unwrap(),
    ]
});

static SIGNER: LazyLock<Signer> =
    LazyLock::new(|| Signer::new(&providers::RFC9421, RING.clone()).unwrap());

fuzz_target!(|data: &[u8]| {
    let mut request = http::Request::post("https://hooks.example/in?a=b")
        .body(&b""[..])
        .unwrap();
    let mut rest = data;
    while let Some(end) = rest.iter().position(|b| *b == b'\n') {
        let line = &rest[..end];
        rest = &rest[end + 1..];
        if line.is_empty() {
            break;
        }
        let (name, value) = match line.iter().position(|b| *b == b':') {
            Some(colon) => (&line[..colon], &line[colon + 1..]),
            None => (&b"i"[..], line),
        };
        let name: &[u8] = match name {
            b"i" => b"signature-input",
            b"s" => b"signature",
            b"d" => b"content-digest",
            name => name,
        };
        if let (Ok(name), Ok(value)) = (
            http::HeaderName::from_bytes(name),
            http::HeaderValue::from_bytes(value.trim_ascii()),
        ) {
            request.headers_mut().append(name, value);
        }
    }
    *request.body_mut() = rest;
    for verifier in &*VERIFIERS {
        let whole = verifier
            .verify_at(&request, NOW)
            .expect_err("nothing here was signed");
        let streamed = verifier.begin(&request, NOW).and_then(|mut check| {
            rest.chunks(3).for_each(|frame| check.update(frame));
            check.finish()
        });
        assert_eq!(streamed.expect_err("nothing here was signed"), whole);
    }
    // What is signed verifies, whatever else is there.
    request.headers_mut().remove("signature-input");
    request.headers_mut().remove("signature");
    request.headers_mut().remove("content-digest");
    if let Ok(signed) = SIGNER.sign(&request, NOW, None) {
        for (name, value) in signed.headers() {
            request.headers_mut().append(name.clone(), value.clone());
        }
        if let Err(rejection) = VERIFIERS[0].verify_at(&request, NOW) {
            panic!("{rejection}");
        }
    }
});
