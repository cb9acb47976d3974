#![allow(clippy::unwrap_used)]

use super::Explainer;
use crate::catalogue::providers;
use crate::key::{Key, KeyRing};
use crate::scheme::{Digest, Scheme};
use crate::text::time::UnixTime;
use crate::verify::verifier::Verifier;

/// A small deterministic generator, so that failures are reproducible.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count)
            .map(|_| u8::try_from(self.next() >> 56).unwrap())
            .collect()
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        let index = self.next() % from.len() as u64;
        from[usize::try_from(index).unwrap()]
    }
}

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

#[test]
fn a_random_signature_never_has_a_cause() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let bodies = [
        r#"{"a":1,"b":"x/y"}"#,
        "a=1&b=2+3",
        "plain text\n",
        "{\"n\": [1.0, 2e3]}\r\n",
        "\u{feff}{}",
        "\"{}\"",
    ];
    let keys = [
        "secret",
        "6b6579",
        "c2VjcmV0",
        "whsec_c2VjcmV0",
        "\"quoted\"",
        " blank ",
    ];
    for _ in 0..60 {
        let length = [16, 20, 32, 32, 32, 48, 64][usize::try_from(random.next() % 7).unwrap()];
        let signature = random.bytes(length);
        let written = match random.next() % 3 {
            0 => hex::encode(&signature),
            1 => crate::Encoding::Base64.encode(&signature),
            _ => crate::Encoding::Base64url.encode(&signature),
        };
        let prefix = random.pick(&["", "sha256=", "t=1700000000,v1=", "v1,", "v0="]);
        let header = random.pick(&[
            "x-hub-signature-256",
            "stripe-signature",
            "svix-signature",
            "x-slack-signature",
            "x-other",
        ]);
        let body = random.pick(&bodies);
        let key = random.pick(&keys);
        let request = http::Request::post("https://example.com/hooks?a=1&b=2")
            .header(header, format!("{prefix}{written}"))
            .header("x-slack-request-timestamp", "1700000000")
            .header("svix-id", "msg_1")
            .header("svix-timestamp", "1700000000")
            .body(body)
            .unwrap();
        for scheme in [providers::GITHUB, providers::STRIPE, providers::SLACK] {
            let ring = KeyRing::from(Key::new(key).unwrap());
            let found = Explainer::new(scheme, ring).unwrap().explain(
                &request,
                request.headers(),
                body.as_bytes(),
                NOW,
            );
            assert_eq!(
                (found.cause, found.hint),
                (None, None),
                "{}",
                found.sentence
            );
            assert!(!found.verified && !found.proven);
        }
    }
}

#[test]
fn the_content_is_the_one_that_the_verifier_checks() {
    for entry in providers::all() {
        if entry.scheme.algorithm.is_public_key() || entry.scheme.signature.at.is_in_body() {
            continue;
        }
        let key = Key::new("whsec_c2VjcmV0c2VjcmV0").unwrap();
        let body = &*format!(r#"{{"id":"evt_1","webhookTimestamp":{}}}"#, NOW.as_millis());
        let mut request = http::Request::post("https://example.com/hooks?a=1")
            .body(body.as_bytes().to_vec())
            .unwrap();
        let Ok(signer) = crate::Signer::new(&entry.scheme, key.clone()) else {
            continue;
        };
        let Ok(signed) = signer.sign(&request, NOW, None) else {
            continue;
        };
        signed.apply(&mut request);
        let explainer = Explainer::new(entry.scheme.clone(), key).unwrap();
        let name = &entry.scheme.name;
        let found = explainer.explain(&request, request.headers(), body.as_bytes(), NOW);
        assert!(found.verified, "{name}: {}", found.sentence);
        // A year later the signature is still found, if a time is signed.
        let later = NOW.plus(std::time::Duration::from_secs(365 * 86_400));
        let found = explainer.explain(&request, request.headers(), body.as_bytes(), later);
        if !found.verified {
            assert_eq!(
                found.cause,
                Some("delivery_late"),
                "{name}: {}",
                found.sentence
            );
        }
    }
}

#[test]
fn the_key_is_not_among_the_signed_bytes_that_are_shown() {
    let key = "a-key-in-the-body";
    let body = format!(r#"{{"leaked":"{key}"}}"#);
    let request = http::Request::post("/")
        .header("x-hub-signature-256", format!("sha256={}", "ab".repeat(32)))
        .body(())
        .unwrap();
    let ring = KeyRing::from(Key::new(key).unwrap());
    let found = Explainer::new(providers::GITHUB, ring).unwrap().explain(
        &request,
        request.headers(),
        body.as_bytes(),
        NOW,
    );
    let signed = found.signed.unwrap();
    assert!(!signed.escaped.contains(key), "{}", signed.escaped);
    assert_eq!(signed.sha256, None);
}

#[test]
fn garbage_is_explained_without_a_cause() {
    let mut random = Random(0x0123_4567_89ab_cdef);
    const ALPHABET: &[u8] =
        b"{}[]\",:\\/u00e9d83d1.0e+- \n\r\t=&%?#;'<>\xc3\xa9\xef\xbb\xbf\x1f\x8b\x08\x00x";
    let text = |random: &mut Random| -> Vec<u8> {
        let count = usize::try_from(random.next() % 60).unwrap();
        random
            .bytes(count)
            .into_iter()
            .map(|byte| ALPHABET[usize::from(byte) % ALPHABET.len()])
            .collect()
    };
    let url: Scheme = Scheme::hmac("acme", Digest::Sha256)
        .signed("{method}{url}{path}{query}{id}.{timestamp}.{body}")
        .ambiguous("the end of the URL can be moved into the path")
        .timestamp_header("x-time", crate::TimeUnit::Seconds)
        .event_id_header("x-id");
    for _ in 0..150 {
        let body = text(&mut random);
        let mut key = text(&mut random);
        key.push(b'k');
        let mut request = http::Request::post("https://a.example:8080/b%2fc/d?x=1&y=%zz&z")
            .body(())
            .unwrap();
        for name in [
            "x-signature",
            "x-time",
            "x-id",
            "x-forwarded-host",
            "x-original-url",
            "content-length",
            "date",
        ] {
            let value = text(&mut random);
            if let Ok(value) = http::HeaderValue::from_bytes(&value) {
                request.headers_mut().append(name, value);
            }
        }
        for scheme in [
            url.clone(),
            providers::GITHUB,
            providers::ZENTITLE,
            providers::API_KEY,
        ] {
            let ring = KeyRing::from(Key::new(key.clone()).unwrap());
            let found = Explainer::new(scheme, ring)
                .unwrap()
                .with_rest(&b"rest"[..])
                .explain(&request, request.headers(), &body, NOW);
            assert!(!found.proven, "{}", found.sentence);
        }
    }
}

#[test]
fn a_verifier_explains_with_its_own_url_and_window() {
    let key = Key::new("secret").unwrap();
    let scheme = || Scheme::hmac("acme", Digest::Sha256).signed("{url}{body}");
    let mut request = http::Request::post("https://hooks.example.com/base/in")
        .body(r#"{"a": 1}"#)
        .unwrap();
    let signer = crate::Signer::new(&scheme(), key.clone()).unwrap();
    let signed = signer.sign(&request, NOW, None).unwrap();
    for (name, value) in signed.headers() {
        request.headers_mut().append(name.clone(), value.clone());
    }
    // The URL as received behind a proxy.
    *request.uri_mut() = "/in".parse().unwrap();
    let verifier = |base| {
        Verifier::new(scheme(), key.clone())
            .unwrap()
            .with_external_url(base)
            .unwrap()
    };
    let right = verifier("https://hooks.example.com/base");
    assert!(right.explain(&request).verified);
    *request.body_mut() = r#"{"a":1}"#;
    assert_eq!(right.explain(&request).cause, Some("body_json_spaced"));
    *request.body_mut() = r#"{"a": 1}"#;
    let found = verifier("http://hooks.example.com/base").explain(&request);
    assert_eq!(found.cause, Some("url_scheme"), "{}", found.sentence);
    let explainer = Explainer::new(scheme(), key.clone()).unwrap();
    let explainer = explainer
        .with_external_url("https://hooks.example.com/base")
        .unwrap();
    let found = explainer.explain(&request, request.headers(), request.body().as_bytes(), NOW);
    assert!(found.verified, "{}", found.sentence);
    assert!(explainer.with_external_url("hooks").is_err());
}

#[test]
fn a_detached_token_over_the_body_finds_the_body_again() {
    let key = Key::new("secret").unwrap();
    let scheme = || {
        Scheme::hmac("acme", Digest::Sha256)
            .header("x-jws")
            .jws("{jws_header}..{signature}")
            .signed("{jws_header}.{body|base64url}")
    };
    let signed_over = r#"{"a": 1, "b": "é"}"#;
    let header = crate::Encoding::Base64url.encode(br#"{"alg":"HS256"}"#);
    let content = format!(
        "{header}.{}",
        crate::Encoding::Base64url.encode(signed_over.as_bytes())
    );
    let mut stream = crate::crypto::Stream::hmac(Digest::Sha256, b"secret");
    stream.update(content.as_bytes());
    let tag = crate::Encoding::Base64url.encode(stream.finish().as_bytes());
    for (body, cause) in [
        (r#"{"a":1,"b":"é"}"#, Some("body_json_spaced")),
        (r#"{"a": 2, "b": "é"}"#, None),
    ] {
        let request = http::Request::post("/")
            .header("x-jws", format!("{header}..{tag}"))
            .body(body)
            .unwrap();
        let verifier = Verifier::new(scheme(), key.clone()).unwrap();
        let found = verifier.explain_at(&request, NOW);
        assert_eq!(found.cause, cause, "{}", found.sentence);
    }
}
