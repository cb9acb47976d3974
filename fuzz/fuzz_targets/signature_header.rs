//! Arbitrary headers: no panic, and nothing is accepted that was never signed.
//!
//! Input: one byte chooses the provider, the rest is `name: value` lines and,
//! after an empty line, the body.

#![no_main]

use std::sync::LazyLock;

use hookward_core::{Key, Location, Trust, UnixTime, Verifier, providers};
use libfuzzer_sys::fuzz_target;

/// A secret that no input can contain.
static SECRET: LazyLock<[u8; 32]> = LazyLock::new(|| {
    use std::hash::{BuildHasher, RandomState};
    let mut secret = [0; 32];
    for chunk in secret.chunks_mut(8) {
        chunk.copy_from_slice(&RandomState::new().hash_one(0).to_ne_bytes());
    }
    secret
});

static VERIFIERS: LazyLock<Vec<(Verifier, String)>> = LazyLock::new(|| {
    providers::all()
        .filter_map(|entry| {
            let header = match &entry.scheme.signature.at {
                Location::Header(name) => name.to_string(),
                _ => String::new(),
            };
            let key = Key::from_bytes(*SECRET).ok()?;
            let key = if entry.scheme.algorithm.is_public_key() {
                // An RSA modulus of 2048 bits whose factors nobody knows.
                let mut modulus = Vec::new();
                for i in 0..8u8 {
                    modulus.extend(SECRET.map(|b| b.wrapping_add(i)));
                }
                modulus[0] |= 0x80;
                modulus[255] |= 1;
                Key::new(hookward_core::Encoding::Base64url.encode(&modulus)).ok()?
            } else {
                key
            };
            Some((
                Verifier::new(
                    entry.scheme.clone().any_recipient().trust(Trust::AsSent),
                    key,
                )
                .ok()?,
                header,
            ))
        })
        .collect()
});

fuzz_target!(|data: &[u8]| {
    let Some((choice, rest)) = data.split_first() else {
        return;
    };
    let (verifier, header) = &VERIFIERS[usize::from(*choice) % VERIFIERS.len()];
    let mut request = http::Request::post("https://hooks.example/in?a=b")
        .body(&b""[..])
        .unwrap();
    let mut rest = rest;
    while let Some(end) = rest.iter().position(|b| *b == b'\n') {
        let line = &rest[..end];
        rest = &rest[end + 1..];
        if line.is_empty() {
            break;
        }
        let (name, value) = match line.iter().position(|b| *b == b':') {
            Some(colon) => (&line[..colon], &line[colon + 1..]),
            // The signature's own header, so that the fuzzer need not find it.
            None => (header.as_bytes(), line),
        };
        if let (Ok(name), Ok(value)) = (
            http::HeaderName::from_bytes(name),
            http::HeaderValue::from_bytes(value.trim_ascii()),
        ) {
            request.headers_mut().append(name, value);
        }
    }
    *request.body_mut() = rest;
    let rejection = verifier
        .verify_at(&request, UnixTime::from_secs(1_700_000_000))
        .expect_err("nothing here was signed");
    assert!(!rejection.to_string().is_empty());
});
