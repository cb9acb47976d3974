//! Verification through the public interface: codes, messages, keys, splits.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use hookward_core::{
    Algorithm, Code, ConfigError, Digest, Encoding, Key, KeyForm, KeyRing, Location, Scheme,
    Signer, Step, TimeUnit, Tolerance, Trust, UnixTime, Verifier, providers,
};
use http::Request;
use proptest::prelude::*;

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

fn key(text: &str) -> Key {
    Key::new(text).unwrap()
}

fn verifier(scheme: Scheme, secret: &str) -> Verifier {
    Verifier::new(scheme.trust(Trust::AsSent), key(secret)).unwrap()
}

fn request(headers: &[(&str, &str)], body: &str) -> Request<String> {
    let mut builder = Request::post("https://hooks.example/in?x=1");
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(body.to_owned()).unwrap()
}

fn signed(scheme: &Scheme, keys: impl Into<KeyRing>, body: &str) -> Request<String> {
    let mut request = request(&[], body);
    let signer = Signer::new(scheme, keys).unwrap();
    for (name, value) in signer.sign(&request, NOW, Some("msg_1")).unwrap().headers() {
        request.headers_mut().append(name, value.clone());
    }
    request
}

#[test]
fn operator_messages_name_the_place_and_the_expectation() {
    let github = verifier(providers::GITHUB, "s");
    let hex = "0".repeat(64);
    let cases = [
        (vec![], Code::SignatureMissing, "no header `x-hub-signature-256`".to_owned()),
        (vec![String::new()], Code::SignatureMissing, "header `x-hub-signature-256` is empty".into()),
        (
            vec![format!("sha256={}", &hex[..40])],
            Code::SignatureMalformed,
            "header `x-hub-signature-256`: expected 64 hex digits after `sha256=`, found 40".into(),
        ),
        (
            vec![format!("sha1={hex}")],
            Code::SignatureMalformed,
            "header `x-hub-signature-256`: expected `sha256=`, which is missing".into(),
        ),
        (
            vec![format!("sha256=g{}", &hex[1..])],
            Code::SignatureMalformed,
            "header `x-hub-signature-256`: invalid character at position 1 after `sha256=`: expected hex digits".into(),
        ),
        (
            vec![format!("sha256={hex}"); 2],
            Code::SignatureMalformed,
            "header `x-hub-signature-256` appears more than once; expected exactly one value".into(),
        ),
        (
            vec![format!("sha256={hex}")],
            Code::SignatureMismatch,
            "header `x-hub-signature-256`: the signature does not match this request under key `0`"
                .replace("key `0`", "the key"),
        ),
    ];
    for (values, code, message) in cases {
        let headers: Vec<_> = values
            .iter()
            .map(|v| ("x-hub-signature-256", v.as_str()))
            .collect();
        let rejection = github.verify_at(&request(&headers, "{}"), NOW).unwrap_err();
        assert_eq!((rejection.code(), rejection.to_string()), (code, message));
        assert_eq!(rejection.status(), 403);
    }
}

#[test]
fn timestamps_are_refused_by_their_fault() {
    let stripe = verifier(providers::STRIPE, "s");
    let slack = verifier(providers::SLACK, "s");
    let mac = "0".repeat(64);
    let code = |v: &Verifier, headers: &[(&str, &str)]| {
        v.verify_at(&request(headers, "{}"), NOW)
            .unwrap_err()
            .code()
    };
    let with = |t: &str| format!("{t}v1={mac}");
    for (text, expected) in [
        ("t=1699999699,", Code::TimestampTooOld),
        ("t=1700000301,", Code::TimestampInFuture),
        ("t=1700000000,", Code::SignatureMismatch),
        ("", Code::TimestampMissing),
        ("t=,", Code::TimestampMissing),
        ("t=x,", Code::TimestampMalformed),
        ("t=1700000000,t=1700000000,", Code::TimestampMalformed),
    ] {
        assert_eq!(
            code(&stripe, &[("stripe-signature", &with(text))]),
            expected,
            "{text}"
        );
    }
    let signature = format!("v0={mac}");
    let slack_headers = ("x-slack-signature", signature.as_str());
    assert_eq!(code(&slack, &[slack_headers]), Code::TimestampMissing);
    let repeated = ("x-slack-request-timestamp", "1700000000");
    assert_eq!(
        code(&slack, &[slack_headers, repeated, repeated]),
        Code::TimestampMalformed
    );
}

#[test]
fn a_tolerance_can_be_narrowed_widened_and_switched_off() {
    let at = |tolerance, seconds: i64| {
        let verifier = verifier(providers::STRIPE, "s")
            .with_tolerance(tolerance)
            .unwrap();
        let request = signed(&providers::STRIPE, key("s"), "{}");
        verifier
            .verify_at(&request, UnixTime::from_secs(1_700_000_000 + seconds))
            .is_ok()
    };
    assert!(at(Tolerance::seconds(0), 0) && !at(Tolerance::seconds(0), 1));
    assert!(!at(Tolerance::seconds(0), -1));
    assert!(at(Tolerance::window(1000, 0), 1000) && !at(Tolerance::window(1000, 0), -1));
    assert!(at(Tolerance::unchecked(), 10_000_000));
    let error = verifier(providers::GITHUB, "s")
        .with_tolerance(Tolerance::seconds(1))
        .unwrap_err();
    assert_eq!(error, ConfigError::NoTimestamp);
}

/// Both edges of a window in milliseconds: what a unit does not write does not count.
#[test]
fn a_window_ends_at_the_unit_in_which_the_time_is_written() {
    use hookward_core::TimeUnit::{
        DecimalSeconds, HttpDate, Iso8601, Iso8601Basic, Micros, Millis, Rfc2822, Rfc3339, Seconds,
        SecondsOrMillis, Sql,
    };
    let sent = UnixTime::from_secs(1_700_000_000);
    for unit in [
        Seconds,
        Millis,
        SecondsOrMillis,
        Micros,
        Rfc3339,
        Iso8601,
        HttpDate,
        Rfc2822,
        Iso8601Basic,
        DecimalSeconds,
        Sql,
    ] {
        let scheme = Scheme::hmac("test", hookward_core::Digest::Sha256)
            .header("signature")
            .signed("{timestamp}.{body}")
            .timestamp_header("time", unit);
        let mut request = request(&[], "{}");
        let signer = Signer::new(&scheme, key("s")).unwrap();
        for (name, value) in signer.sign(&request, sent, None).unwrap().headers() {
            request.headers_mut().insert(name, value.clone());
        }
        let verifier = Verifier::new(scheme.trust(Trust::AsSent), key("s"))
            .unwrap()
            .with_tolerance(Tolerance::window(10, 20))
            .unwrap();
        let at = |millis: i64| {
            let now = UnixTime::from_millis(sent.as_millis() + millis);
            verifier
                .verify_at(&request, now)
                .map_err(|r| r.code())
                .err()
        };
        let (old, early) = (Some(Code::TimestampTooOld), Some(Code::TimestampInFuture));
        assert_eq!(at(10_000), None, "{unit:?}");
        assert_eq!(at(11_000), old, "{unit:?}");
        assert_eq!(at(-20_000), None, "{unit:?}");
        assert_eq!(at(-21_000), early, "{unit:?}");
        // Within the second in which the window ends.
        let is_exact = matches!(unit, Millis | Micros);
        assert_eq!(at(10_001), old.filter(|_| is_exact), "{unit:?}");
        assert_eq!(at(10_999), old.filter(|_| is_exact), "{unit:?}");
        assert_eq!(at(-20_001), early, "{unit:?}");
        assert_eq!(at(-19_999), None, "{unit:?}");
    }
}

#[test]
fn each_bit_of_a_signature_counts() {
    use hookward_core::Digest::{Md5, Sha1, Sha256, Sha384, Sha512};
    for digest in [Md5, Sha1, Sha256, Sha384, Sha512] {
        let scheme = Scheme::hmac("test", digest).header("signature");
        let genuine = signed(&scheme, key("s"), "{}");
        let verifier = verifier(scheme, "s");
        assert!(verifier.verify_at(&genuine, NOW).is_ok());
        let tag = hex::decode(genuine.headers()["signature"].as_bytes()).unwrap();
        for bit in 0..tag.len() * 8 {
            let mut other = tag.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            let mut request = genuine.clone();
            let value = hex::encode(other).parse().unwrap();
            request.headers_mut().insert("signature", value);
            let code = verifier
                .verify_at(&request, NOW)
                .map_err(|r| r.code())
                .err();
            assert_eq!(code, Some(Code::SignatureMismatch), "{digest:?}: {bit}");
        }
    }
}

/// Formats whose values are all right but for one thing.
#[test]
fn a_signature_header_is_read_in_one_way_only() {
    let tag = |content: &str| {
        use hmac::{KeyInit as _, Mac as _};
        let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(b"s").unwrap();
        mac.update(content.as_bytes());
        hex::encode(mac.finalize().into_bytes())
    };
    let verdict = |scheme: &Scheme, value: &str| {
        let verifier = verifier(scheme.clone(), "s");
        let request = request(&[("signature", value)], "x");
        verifier
            .verify_at(&request, NOW)
            .map_err(|r| r.code())
            .err()
    };
    let base = || Scheme::hmac("test", hookward_core::Digest::Sha256).header("signature");
    let malformed = Some(Code::SignatureMalformed);
    let (now, then) = ("1700000000", "1700000001");
    let (of_now, of_then) = (tag(&format!("{now}.x")), tag(&format!("{then}.x")));

    // Entries of a list agree on their time, and on their id.
    let timed = base()
        .format("{timestamp}:{signature}")
        .separator(" ")
        .signed("{timestamp}.{body}")
        .timestamp_in_signature(hookward_core::TimeUnit::Seconds);
    for (value, expected) in [
        (format!("{now}:{of_now}"), None),
        (format!("{now}:{of_now} {now}:{of_now}"), None),
        (format!("{now}:{of_now} {then}:{of_now}"), Some(())),
        (format!("{then}:{of_now} {now}:{of_now}"), Some(())),
        (format!("{now}:{of_now} {then}:{of_then}"), Some(())),
    ] {
        assert_eq!(verdict(&timed, &value).map(drop), expected, "{value}");
    }
    let with_id = base()
        .format("{id}:{signature}")
        .separator(" ")
        .signed("{id}.{body}");
    let (one, two) = (tag("one.x"), tag("two.x"));
    for (value, expected) in [
        (format!("one:{one}"), None),
        (format!("one:{one} one:{one}"), None),
        (format!("one:{one} two:{one}"), Some(Code::ContentMalformed)),
        (format!("two:{one} one:{one}"), Some(Code::ContentMalformed)),
        (format!("one:{one} two:{two}"), Some(Code::ContentMalformed)),
    ] {
        assert_eq!(verdict(&with_id, &value), expected, "{value}");
    }
    // Nothing follows, and names are compared as they are.
    let framed = base().format("sig({signature})");
    let of_body = tag("x");
    assert_eq!(verdict(&framed, &format!("sig({of_body})")), None);
    for value in [
        format!("sig({of_body})x"),
        format!("sig({of_body})) "),
        format!("sig({of_body}),sig({of_body})"),
        format!("xsig({of_body})"),
        format!("Sig({of_body})"),
    ] {
        assert_eq!(verdict(&framed, &value), malformed, "{value}");
    }
    let named = base().format("v1={signature},t={timestamp}");
    assert_eq!(verdict(&named, &format!("v1={of_body},t=1")), None);
    for value in [
        format!("V1={of_body},t=1"),
        format!("v1 ={of_body},t=1"),
        format!("v2={of_body},t=1"),
    ] {
        assert!(verdict(&named, &value).is_some(), "{value}");
    }
}

#[test]
fn a_prefix_of_the_signature_does_not_verify() {
    for scheme in [providers::GITHUB, providers::STANDARD_WEBHOOKS] {
        let request = signed(&scheme, Key::from_bytes("secret").unwrap(), "{}");
        let Location::Header(name) = &scheme.signature.at else {
            panic!()
        };
        let verifier = Verifier::new(
            scheme.clone().trust(Trust::AsSent),
            Key::from_bytes("secret").unwrap(),
        )
        .unwrap();
        assert!(verifier.verify_at(&request, NOW).is_ok());
        let whole = request.headers()[name.as_ref()]
            .to_str()
            .unwrap()
            .to_owned();
        for cut in 0..whole.len() {
            let mut request = request.clone();
            request.headers_mut().insert(
                http::HeaderName::try_from(name.as_ref()).unwrap(),
                whole[..cut].parse().unwrap(),
            );
            assert!(verifier.verify_at(&request, NOW).is_err(), "{cut}");
        }
    }
}

#[test]
fn keys_are_read_in_the_form_in_which_they_are_handed_out() {
    let hex = Scheme::hmac("hex", Digest::Sha256).key(KeyForm::Hex);
    let text = Scheme::hmac("hex", Digest::Sha256);
    let request = signed(&text, Key::from_bytes([0xab, 0xcd]).unwrap(), "{}");
    assert!(
        Verifier::new(hex.clone(), key("abCD"))
            .unwrap()
            .verify_at(&request, NOW)
            .is_ok()
    );
    assert!(
        Verifier::new(text.clone(), Key::from_hex("abcd").unwrap())
            .unwrap()
            .verify_at(&request, NOW)
            .is_ok()
    );
    assert!(
        Verifier::new(text, Key::from_base64("q80=").unwrap())
            .unwrap()
            .verify_at(&request, NOW)
            .is_ok()
    );

    let standard = providers::STANDARD_WEBHOOKS;
    let delivery = signed(
        &standard,
        key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        "{}",
    );
    for form in [
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "v1,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    ] {
        let verifier = Verifier::new(standard.clone(), key(form)).unwrap();
        assert!(verifier.verify_at(&delivery, NOW).is_ok(), "{form}");
    }

    for (scheme, bad) in [
        (hex.clone(), "abc"),
        (hex.clone(), "xy"),
        (providers::STANDARD_WEBHOOKS, "whsec_"),
        (providers::STANDARD_WEBHOOKS, "whsec_!!!!"),
        (providers::GITHUB, "-----BEGIN PUBLIC KEY-----\n"),
        (providers::ZENTITLE, "c2VjcmV0"),
        (
            providers::ZENTITLE,
            "-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY-----",
        ),
    ] {
        let error = Verifier::new(scheme.trust(Trust::AsSent), key(bad)).unwrap_err();
        let text = error.to_string();
        assert!(matches!(error, ConfigError::Key { .. }), "{text}");
        assert!(!text.contains(bad), "the key is shown: {text}");
    }
    assert_eq!(
        Verifier::new(providers::GITHUB, KeyRing::default()).unwrap_err(),
        ConfigError::NoKey
    );
    let twice = KeyRing::default().with("a", key("1")).with("a", key("2"));
    assert_eq!(
        Verifier::new(providers::GITHUB, twice).unwrap_err(),
        ConfigError::RepeatedKeyId("a".into())
    );
}

#[cfg(feature = "rsa")]
#[test]
fn short_rsa_keys_are_refused_with_what_to_do() {
    // 1024 bits of ones.
    let modulus = Encoding::Base64url.encode(&[0xff; 128]);
    let error = Verifier::new(providers::ZENTITLE, key(&modulus))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("1024 bits") && error.contains("ask the provider"),
        "{error}"
    );
}

#[test]
fn nothing_secret_is_shown_by_debug() {
    let secret = "a very secret value";
    let ring = KeyRing::from([key(secret)]);
    let verifier = Verifier::new(providers::GITHUB, ring.clone()).unwrap();
    let verified = verifier
        .verify_at(&signed(&providers::GITHUB, key(secret), "{}"), NOW)
        .unwrap();
    let signer = Signer::new(&providers::GITHUB, ring.clone()).unwrap();
    let shown = format!(
        "{ring:?} {verifier:?} {verified:?} {signer:?} {:?}",
        key(secret)
    );
    assert!(!shown.contains("secret value"), "{shown}");
}

#[test]
fn the_first_of_two_keys_hashes_the_body_once_and_the_second_asks_for_it_again() {
    let ring = KeyRing::default()
        .with("new", key("new"))
        .with("old", key("old"));
    let verifier = Verifier::new(providers::GITHUB, ring).unwrap();
    let check = |secret: &str| {
        let request = signed(&providers::GITHUB, key(secret), "{}");
        let mut check = verifier.begin(&request, NOW).unwrap().with_body_kept();
        check.update(b"{}");
        check.step().unwrap()
    };
    assert!(matches!(check("new"), Step::Verified(v) if v.key_id() == "new"));
    let Step::Again(mut again) = check("old") else {
        panic!("the second key needs the body")
    };
    again.update(b"{}");
    assert_eq!(again.finish().unwrap().key_id(), "old");
    // From now on deliveries under the old key are expected: both keys at once.
    assert!(matches!(check("old"), Step::Verified(v) if v.key_id() == "old"));
    assert!(matches!(check("new"), Step::Verified(v) if v.key_id() == "new"));
    assert!(matches!(check("new"), Step::Verified(_)));
}

#[test]
fn each_of_three_keys_verifies_with_or_without_a_kept_body_whichever_matched_last() {
    for scheme in [providers::GITHUB, providers::STRIPE] {
        let ids = ["first", "second", "third"];
        let ring = ids
            .iter()
            .fold(KeyRing::default(), |ring, id| ring.with(*id, key(id)));
        let verifier = Verifier::new(scheme.clone().trust(Trust::AsSent), ring).unwrap();
        for body in ["", "{}"] {
            for (id, is_kept) in ids
                .iter()
                .flat_map(|id| [(id, true), (id, false), (id, true)])
            {
                let request = signed(&scheme, key(id), body);
                let mut check = verifier.begin(&request, NOW).unwrap();
                if is_kept {
                    check = check.with_body_kept();
                }
                let feed = |check: &mut hookward_core::Verification| {
                    body.as_bytes()
                        .chunks(1)
                        .for_each(|byte| check.update(byte));
                };
                feed(&mut check);
                let verified = match check.step().unwrap() {
                    Step::Verified(verified) => verified,
                    Step::Again(mut check) => {
                        assert!(is_kept, "{id}: everything is hashed at once");
                        feed(&mut check);
                        check.finish().unwrap()
                    }
                    Step::Keys(..) => panic!("the keys are there"),
                };
                assert_eq!(verified.key_id(), *id);
            }
            let forged = signed(&scheme, key("fourth"), body);
            let refused = verifier.verify_at(&forged, NOW).unwrap_err();
            assert_eq!(refused.code(), Code::SignatureMismatch);
        }
    }
}

#[test]
fn both_keys_give_one_replay_key() {
    let ring = KeyRing::from([key("new"), key("old")]);
    let verifier = Verifier::new(providers::GITHUB, ring)
        .unwrap()
        .with_identity();
    let of = |secret: &str, body: &str| {
        verifier
            .verify_at(&signed(&providers::GITHUB, key(secret), body), NOW)
            .unwrap()
            .replay_key("a")
    };
    assert_eq!(of("new", "{}"), of("old", "{}"));
    assert_ne!(of("new", "{}"), of("new", "{ }"));
    let verified = verifier
        .verify_at(&signed(&providers::GITHUB, key("new"), "{}"), NOW)
        .unwrap();
    assert_ne!(
        verified.replay_key("a"),
        verified.replay_key("b"),
        "another endpoint"
    );
}

#[test]
fn every_part_of_the_template_is_signed_and_verified() {
    let signed_parts = [
        "{body}",
        "{timestamp}.{body}",
        "{id}.{timestamp}.{body}",
        "{method}\n{path}\n{query}\n{body}",
        "{url}{body}",
        "{url|base}|{target}|{body}",
        "{body|sha256|hex}",
        "{body|sha512|base64}.{timestamp}",
        "{body}{body|md5|hex}{body|sha256}",
        "{body|crc32}|{id}",
        "{json:/a/0}:{json:/b}",
        "{body}{body}",
        "{json:/b}.{body}",
        "{query:x}{header:x-extra}{const:hook}{key_id}{body}{timestamp}",
        "{{literal}}{body}",
    ];
    let ring = KeyRing::default()
        .with("k1", key("secret"))
        .param("hook", "WH-1");
    let body = r#"{"a":[1.50],"b":"t\u00e9xt"}"#;
    for template in signed_parts {
        let mut scheme = Scheme::hmac("t", Digest::Sha256)
            .header("x-sig")
            .timestamp_header("x-time", TimeUnit::Seconds)
            .event_id_header("x-id")
            .key_id_header("x-key");
        scheme.signed = template.into();
        if !scheme.has_one_reading().unwrap() {
            scheme.ambiguous = "one part becomes another".into();
        }
        let mut request = request(&[("x-extra", "e")], body);
        let signer = Signer::new(&scheme, ring.clone()).unwrap();
        for (name, value) in signer.sign(&request, NOW, Some("id-1")).unwrap().headers() {
            request.headers_mut().append(name, value.clone());
        }
        let verifier = Verifier::new(scheme.clone().trust(Trust::AsSent), ring.clone())
            .unwrap()
            .with_identity();
        let verified = verifier
            .verify_at(&request, NOW)
            .unwrap_or_else(|e| panic!("{template}: {e}"));
        assert_eq!(verified.event_id(), Some("id-1"), "{template}");
        assert!(verified.replay_key("n").is_some(), "{template}");

        // Byte by byte, all keys at once: the same verdict.
        let mut check = verifier.begin(&request, NOW).unwrap();
        for byte in body.as_bytes() {
            check.update(&[*byte]);
        }
        assert_eq!(
            check.finish().unwrap().replay_key("n"),
            verified.replay_key("n"),
            "{template}"
        );

        let mut tampered = request.clone();
        *tampered.body_mut() = body.replace("t\\u00e9", "u\\u00e9").replace("1.50", "1.51");
        assert!(verifier.verify_at(&tampered, NOW).is_err(), "{template}");
    }
}

#[test]
fn signatures_inside_the_body_are_read_strictly() {
    let scheme = Scheme::hmac("in-body", Digest::Sha256)
        .at(Location::Json("/signature".into()))
        .signed("{timestamp}{json:/event/type}")
        .timestamp_at(Location::Json("/event/time".into()), TimeUnit::Seconds);
    let verifier = verifier(scheme, "secret");
    // Computed with Python's hmac over "1700000000paid".
    let mac = "0bb3986ac1f9a52bf8f255cf99965b677cbce85fc4d8a30456fdc6e3f3b5b625";
    let body = |extra: &str| {
        format!(r#"{{{extra}"event":{{"time":1700000000,"type":"paid"}},"signature":"{mac}"}}"#)
    };
    let code = |body: &str| {
        verifier
            .verify_at(&request(&[], body), NOW)
            .unwrap_err()
            .code()
    };
    let verified = verifier.verify_at(&request(&[], &body("")), NOW).unwrap();
    assert_eq!(verified.timestamp(), Some(NOW));
    assert_eq!(
        code(&body("").replace("paid", "owed")),
        Code::SignatureMismatch
    );
    assert_eq!(code(&body(r#""signature":"x","#)), Code::SignatureMalformed);
    assert_eq!(code("{}"), Code::SignatureMissing);
    assert_eq!(code("{"), Code::SignatureMalformed);
    assert_eq!(code(""), Code::SignatureMalformed);
    let short = body("").replace(mac, "abcd");
    assert_eq!(code(&short), Code::SignatureMalformed);
}

#[test]
fn a_jws_that_is_the_whole_body_is_read_like_one_in_a_header() {
    use hookward_core::Binding;
    use std::borrow::Cow;
    const BOUND: &[Binding] = &[Binding::new(
        Location::Claim(Cow::Borrowed("/sub")),
        "{url}",
    )];
    let scheme = Scheme::hmac("jws", Digest::Sha256)
        .header("x-token")
        .jws("{jws_header}.{jws_payload}.{signature}")
        .timestamp_at(Location::Claim("/iat".into()), TimeUnit::Seconds)
        .event_id_at(Location::Claim("/jti".into()))
        .bind(BOUND);
    let ring = KeyRing::default()
        .with("k1", key("one"))
        .with("k2", key("two"));
    let in_header = signed(&scheme, KeyRing::default().with("k2", key("two")), "");
    let token = in_header.headers()["x-token"].to_str().unwrap();
    let in_body = request(&[], token);
    for (scheme, request) in [
        (scheme.clone(), &in_header),
        (scheme.clone().at(Location::Body), &in_body),
    ] {
        let verifier = Verifier::new(scheme.trust(Trust::AsSent), ring.clone()).unwrap();
        let verified = verifier.verify_at(request, NOW).unwrap();
        assert_eq!(verified.key_id(), "k2");
        assert_eq!(verified.timestamp(), Some(NOW));
        assert_eq!(verified.event_id(), Some("msg_1"));
        let late = NOW.plus(std::time::Duration::from_secs(301));
        let code = verifier.verify_at(request, late).unwrap_err().code();
        assert_eq!(code, Code::TimestampTooOld);
        let elsewhere = verifier.with_exact_url("https://other.example/").unwrap();
        let code = elsewhere.verify_at(request, NOW).unwrap_err().code();
        assert_eq!(code, Code::SignatureMismatch);
    }
}

#[test]
fn a_key_id_chooses_the_key_and_nothing_else() {
    let scheme = Scheme::hmac("k", Digest::Sha256)
        .header("x-sig")
        .key_id_header("x-key");
    let ring = KeyRing::default().with("a", key("1")).with("b", key("2"));
    let verifier = Verifier::new(scheme.clone().trust(Trust::AsSent), ring).unwrap();
    let request = signed(&scheme, KeyRing::default().with("b", key("2")), "{}");
    assert_eq!(verifier.verify_at(&request, NOW).unwrap().key_id(), "b");
    let code = |id: Option<&str>| {
        let mut request = request.clone();
        request.headers_mut().remove("x-key");
        if let Some(id) = id {
            request.headers_mut().insert("x-key", id.parse().unwrap());
        }
        verifier.verify_at(&request, NOW).unwrap_err().code()
    };
    assert_eq!(code(Some("a")), Code::SignatureMismatch);
    assert_eq!(code(Some("c")), Code::KeyUnknown);
    assert_eq!(code(None), Code::KeyUnknown);
}

#[test]
fn shared_secrets_are_compared_before_the_body() {
    let api_key = verifier(providers::API_KEY, "k-123");
    for (name, value, genuine) in [
        ("x-api-key", "k-123", true),
        ("authorization", "Bearer k-123", true),
        ("authorization", "bearer k-123", false),
        ("x-api-key", "k-12", false),
        ("x-api-key", "k-1234", false),
        ("x-api-key", "K-123", false),
    ] {
        let begun = api_key.begin(&request(&[(name, value)], ""), NOW);
        assert_eq!(begun.is_ok(), genuine, "{name}: {value}");
    }
    let basic = verifier(Scheme::basic("b"), "user:pass");
    let header = format!("Basic {}", Encoding::Base64.encode(b"user:pass"));
    assert!(
        basic
            .begin(&request(&[("authorization", &header)], ""), NOW)
            .is_ok()
    );
    let header = format!("Basic {}", Encoding::Base64.encode(b"user:past"));
    assert!(
        basic
            .begin(&request(&[("authorization", &header)], ""), NOW)
            .is_err()
    );
}

#[test]
fn an_optional_timestamp_counts_where_it_is_sent() {
    let zenovay = verifier(providers::ZENOVAY, "s");
    let mut request = signed(&providers::ZENOVAY, key("s"), "{}");
    assert!(zenovay.verify_at(&request, NOW).is_ok());
    request
        .headers_mut()
        .insert("x-zenovay-timestamp", "1600000000".parse().unwrap());
    assert_eq!(
        zenovay.verify_at(&request, NOW).unwrap_err().code(),
        Code::TimestampTooOld
    );
    request
        .headers_mut()
        .insert("x-zenovay-timestamp", "1700000000123".parse().unwrap());
    assert!(zenovay.verify_at(&request, NOW).is_ok(), "milliseconds");
    request.headers_mut().remove("x-zenovay-timestamp");
    assert!(zenovay.verify_at(&request, NOW).is_ok());
}

#[test]
fn a_scheme_that_contradicts_itself_is_refused_when_it_is_built() {
    let base = || Scheme::hmac("x", Digest::Sha256);
    for (scheme, hint) in [
        (base().signed("{timestamp}{body}"), "no `timestamp`"),
        (base().signed("{id}{body}"), "no `event_id`"),
        (base().signed("{bodi}"), "is not a placeholder"),
        (base().signed("constant"), "no placeholder"),
        (base().signed("{secret}{body}"), "`{secret}` is only for"),
        (base().format("sha256="), "0 `{signature}` placeholders"),
        (
            base().format("{signature}{timestamp}"),
            "nothing between them",
        ),
        (base().header("bad header"), "is not a valid header name"),
        (
            base().timestamp_in_signature(TimeUnit::Seconds),
            "the timestamp has no location",
        ),
        (base().event_id_json("id"), "JSON pointer"),
        (base().key(KeyForm::PublicKey), "public key"),
    ] {
        let error = Verifier::new(scheme.trust(Trust::AsSent), key("s"))
            .unwrap_err()
            .to_string();
        assert!(error.contains(hint), "{error}");
    }
    assert_eq!(
        Verifier::new(base().signed("{const:hook}{body}"), key("s")).unwrap_err(),
        ConfigError::MissingParam("hook".into())
    );
    assert!(Algorithm::from_name("none").is_none());
}

#[cfg(feature = "serde")]
#[test]
fn a_scheme_is_written_down_in_toml() {
    let text = r#"
        algorithm = "hmac-sha256"
        signature = { header = "x-acme-signature", format = "t={timestamp},v1={signature}", encoding = "hex" }
        signed    = "{timestamp}.{body}"
        timestamp = { unit = "s", tolerance = 300 }
        event_id  = { header = "x-acme-event" }
    "#;
    let scheme: Scheme = toml::from_str(text).unwrap();
    let request = signed(&scheme, key("s"), "{}");
    assert!(
        verifier(scheme.clone(), "s")
            .verify_at(&request, NOW)
            .is_ok()
    );
    let json = serde_json::to_string(&scheme).unwrap();
    assert_eq!(serde_json::from_str::<Scheme>(&json).unwrap(), scheme);

    for (bad, hint) in [
        (text.replace("{body}", "{bodi}"), "{bodi}"),
        (
            text.replace("hmac-sha256", "hmac-sha257"),
            "unknown algorithm `hmac-sha257`",
        ),
        (text.replace("tolerance", "tolerence"), "tolerence"),
        (
            text.replace("header = \"x-acme-signature\", ", ""),
            "has no location",
        ),
        (
            text.replace("x-acme-event\"", "x-acme-event\", query = \"e\""),
            "exactly one location",
        ),
    ] {
        let error = toml::from_str::<Scheme>(&bad).unwrap_err().to_string();
        assert!(error.contains(hint), "{error}");
    }
}

/// What schemes sign whose signature is in the body or in the query.
const JSON: &str = r#"{
    "order_id": "o-1", "status_code": "200", "gross_amount": "10.00",
    "event": {"event_type": "sent"}, "signature": {"token": "0123456789"},
    "token": "t-1", "triggeredAt": 1,
    "notificationItems": [{"NotificationRequestItem": {
        "pspReference": "p", "originalReference": "", "merchantAccountCode": "m",
        "merchantReference": "r", "amount": {"value": 10, "currency": "EUR"},
        "eventCode": "AUTHORISATION", "success": "true"}}]
}"#;
const FORM: &str = "id=1&token=0123456789&bt_payload=abc&data=d&order=%C3%A4+b";

#[test]
fn signatures_that_stand_in_the_body_or_the_query_are_written_there() {
    let mut seen = 0;
    for provider in providers::all() {
        let scheme = &provider.scheme;
        let is_form = matches!(scheme.signature.at, Location::Form(_));
        let body = if is_form { FORM } else { JSON };
        if matches!(scheme.signature.at, Location::Header(_)) || scheme.algorithm.is_public_key() {
            continue;
        }
        seen += 1;
        let ring = KeyRing::from(key(
            "6b6579206f66207468697274792d74776f20627974657320696e20746578742e",
        ));
        let mut request = http::Request::post("https://hooks.example.com/in?a=1&b=%20")
            .body(body.as_bytes().to_vec())
            .unwrap();
        let name = &scheme.name;
        let name = name.clone();
        let forms = scheme.form_names().count();
        let scheme = &match scheme.form_names().next() {
            Some(first) if forms > 1 => scheme.clone().only(first),
            _ => scheme.clone(),
        };
        let verifier = Verifier::new(scheme.clone().trust(Trust::AsSent), ring.clone()).unwrap();
        assert!(verifier.verify_at(&request, NOW).is_err(), "{name}");
        Signer::new(scheme, ring)
            .unwrap()
            .sign(&request, NOW, None)
            .unwrap_or_else(|error| panic!("{name}: {error}"))
            .apply(&mut request);
        let verified = verifier
            .verify_at(&request, NOW)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(verified.provider(), name);
        let others = KeyRing::from(key(
            "ff6579206f66207468697274792d74776f20627974657320696e20746578742e",
        ));
        let stranger = Verifier::new(scheme.clone().trust(Trust::AsSent), others).unwrap();
        assert!(stranger.verify_at(&request, NOW).is_err(), "{name}");
    }
    assert!(seen >= 15, "{seen} such entries");
}

#[test]
fn what_a_scheme_wants_in_the_body_replaces_what_is_there() {
    let scheme = Scheme::hmac("in-body", Digest::Sha256)
        .at(Location::Json("/meta/sig~1nature".into()))
        .signed("{timestamp}{json:/type}")
        .timestamp_at(Location::Json("/time".into()), TimeUnit::Seconds);
    let signer = Signer::new(&scheme, key("secret")).unwrap();
    let mut request = http::Request::post("https://hooks.example.com/")
        .body(br#"{"time":1,"type":"paid"}"#.to_vec())
        .unwrap();
    let signed = signer.sign(&request, NOW, None).unwrap();
    assert!(signed.headers().is_empty() && signed.uri().is_none());
    signed.apply(&mut request);
    let body = String::from_utf8(request.body().clone()).unwrap();
    assert!(body.contains(r#""time":1700000000"#), "{body}");
    let verifier = verifier(scheme, "secret");
    assert!(verifier.verify_at(&request, NOW).is_ok());
    assert!(
        signer
            .sign(&http::Request::new("no JSON"), NOW, None)
            .is_err()
    );
    assert!(
        signer
            .sign(&http::Request::new(r#"{"meta":[]}"#), NOW, None)
            .is_err()
    );
}

#[test]
fn escapes_that_are_not_utf8_are_no_replacement_characters() {
    let sorted = Scheme::hmac("sorted", Digest::Sha256)
        .header("x-sig")
        .signed("{form|sort(unique)|join('', '')}{query|sort(unique)|form}")
        .ambiguous("fields can be cut anywhere");
    let field = Scheme::hmac("field", Digest::Sha256)
        .header("x-sig")
        .signed("{form:a}{query:x}")
        .ambiguous("the end of one is the start of the other");
    for scheme in [sorted, field] {
        let genuine = |body: &str, query: &str| {
            Request::post(format!("https://hooks.example/in?{query}"))
                .body(body.as_bytes().to_vec())
                .unwrap()
        };
        let mut request = genuine("a=%EF%BF%BD", "x=%EF%BF%BD");
        let signer = Signer::new(&scheme, key("secret")).unwrap();
        signer
            .sign(&request, NOW, None)
            .unwrap()
            .apply(&mut request);
        let verifier = verifier(scheme, "secret");
        assert!(verifier.verify_at(&request, NOW).is_ok());
        for (body, query) in [("a=%FF", "x=%EF%BF%BD"), ("a=%EF%BF%BD", "x=%FF")] {
            let mut tampered = genuine(body, query);
            *tampered.headers_mut() = request.headers().clone();
            let refused = verifier.verify_at(&tampered, NOW).unwrap_err();
            assert_eq!(refused.code(), Code::ContentMalformed, "{body} {query}");
        }
    }
}

/// A header value a few changes away from a genuine one.
fn tampered(value: &str) -> impl Strategy<Value = String> + use<> {
    let value = value.to_owned();
    let change = (
        0..5_u8,
        any::<prop::sample::Index>(),
        proptest::char::range(' ', '~'),
    );
    proptest::collection::vec(change, 0..4).prop_map(move |changes| {
        let mut text: Vec<char> = value.chars().collect();
        for (kind, at, other) in changes {
            let at = at.index(text.len() + 1);
            match (kind, text.get_mut(at)) {
                (0, Some(char)) => *char = other,
                (1, Some(_)) => drop(text.remove(at)),
                (2, _) => text.insert(at, other),
                (3, _) => text.truncate(at),
                (_, Some(char)) => *char = char.to_ascii_uppercase(),
                (_, None) => {}
            }
        }
        text.into_iter().collect()
    })
}

fn one_header_over_the_body() -> [Scheme; 4] {
    [
        providers::GITHUB,
        providers::SHOPIFY,
        Scheme::hmac("hex", Digest::Sha1).header("x-signature"),
        Scheme::hmac("long", Digest::Sha512)
            .header("x-signature")
            .format("v0:{signature}")
            .encoding(Encoding::Base64url),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    // The most usual form has a reading of its own. A scheme that takes the
    // header repeatedly goes the long way, and reads one header alike.
    #[test]
    fn the_short_way_and_the_long_way_judge_alike(
        (scheme, text) in (0..4_usize).prop_flat_map(|index| {
            let scheme = one_header_over_the_body()[index].clone();
            let genuine = signed(&scheme, key("secret"), "{}");
            let Location::Header(name) = scheme.signature.at.clone() else { panic!("a header") };
            let value = genuine.headers()[&*name].to_str().unwrap().to_owned();
            (Just(scheme), tampered(&value))
        }),
        keys in 1..3_usize,
    ) {
        let ring = (0..keys).fold(KeyRing::default(), |ring, index| {
            ring.with(format!("{index}"), key(["secret", "other"][index]))
        });
        let Location::Header(name) = scheme.signature.at.clone() else { panic!("a header") };
        let request = request(&[(&name, &text)], "{}");
        let verdict = |scheme: Scheme| {
            let verifier = Verifier::new(scheme.trust(Trust::AsSent), ring.clone()).unwrap();
            // Without a demand for identities the first has a reading of its own.
            let verdict = verifier.verify_at(&request, NOW).and_then(|_| {
                verifier.clone().with_identity().verify_at(&request, NOW)
            });
            verdict.map(|proof| (proof.replay_key("n"), proof.key_id().to_owned()))
        };
        let short = verdict(scheme.clone());
        let long = verdict(scheme.repeated());
        prop_assert_eq!(
            short.map_err(|refusal| (refusal.code(), refusal.to_string())),
            long.map_err(|refusal| (refusal.code(), refusal.to_string()))
        );
    }
}
