//! Messages that quote a request hold nothing of it unescaped, and no secret
//! that the scheme sends in it.

#![allow(clippy::unwrap_used)]

use std::borrow::Cow;

use std::error::Error;

use hookward_core::{
    Code, ConfigError, Digest, Explainer, HandshakeError, Key, KeyError, Location, Redaction,
    Rejection, RequestPart, Scheme, SchemeError, SignError, StoreError, Trust, UnixTime, Verifier,
    is_printable, printable, providers,
};

const TEXT: &str = "a\u{1b}[2J\r\n\u{85}\u{9b}\u{202e}\u{2028}\u{200b}b";

#[test]
fn a_rejection_and_an_error_of_a_store_are_printable_whatever_they_quote() {
    let rejection = Rejection::new(Code::ContentMalformed, format!("no `{TEXT}`"));
    let error = StoreError::new(format!("the server said {TEXT}"));
    for shown in [rejection.to_string(), error.to_string()] {
        assert!(shown.chars().all(is_printable), "{shown:?}");
        assert!(
            shown.contains(r"a\x1b[2J\r\n\u{85}\u{9b}\u{202e}"),
            "{shown}"
        );
    }
    let long = Rejection::new(Code::ContentMalformed, "é".repeat(1 << 20));
    assert!(long.to_string().len() < 10_000);
    // A value that was escaped before is not escaped again.
    let shown = printable(TEXT).to_string();
    let rejection = Rejection::new(Code::ContentMalformed, shown.clone());
    assert_eq!(rejection.to_string(), shown);
}

#[test]
fn refusals_and_diagnoses_of_hostile_requests_are_printable() {
    let now = UnixTime::from_secs(1_700_000_000);
    let text = TEXT.replace(['\u{1b}', '\r', '\n'], "");
    let schemes = [
        &providers::STRIPE,
        &providers::TWILIO,
        &providers::GITHUB,
        &providers::SLACK,
    ];
    for scheme in schemes {
        let key = || Key::new("a secret for tests").unwrap();
        let verifier = Verifier::new(scheme.clone().trust(Trust::AsSent), key()).unwrap();
        let explainer = Explainer::new(scheme.clone(), key()).unwrap();
        for name in ["host", "x-forwarded-host", "x-forwarded-prefix", "date"] {
            let body = format!(r#"{{"id":"{text}","timestamp":"{text}"#);
            let value = http::HeaderValue::from_bytes(text.as_bytes()).unwrap();
            let request = http::Request::post("https://a.example/in?a=%1b&b=c")
                .header(name, &value)
                .header("stripe-signature", &value)
                .header("x-twilio-signature", "00")
                .header("x-hub-signature-256", "sha256=00")
                .header("x-slack-signature", &value)
                .header("x-slack-request-timestamp", &value)
                .body(body.clone())
                .unwrap();
            let rejection = verifier.verify_at(&request, now).unwrap_err();
            let headers = request.headers();
            let found = explainer.explain(&request, headers, body.as_bytes(), now);
            let texts = [rejection.to_string(), found.sentence, found.expected];
            let texts = texts.into_iter().chain(found.evidence).chain(found.message);
            for shown in texts.chain(found.signed.map(|signed| signed.escaped)) {
                assert!(shown.chars().all(is_printable), "{shown:?}");
            }
        }
    }
}

const PLACES: [Location; 5] = [
    Location::Query(Cow::Borrowed("token")),
    Location::Header(Cow::Borrowed("x-token")),
    Location::Form(Cow::Borrowed("token")),
    Location::Json(Cow::Borrowed("/a/0/token")),
    Location::Body,
];

#[test]
fn what_is_sent_as_a_secret_is_quoted_by_no_refusal_and_no_diagnosis() {
    let now = UnixTime::from_secs(1_700_000_000);
    for place in PLACES {
        let scheme = Scheme::shared_secret("s").at(place.clone());
        let key = || Key::new("the-real-secret").unwrap();
        let verifier = Verifier::new(scheme.clone().trust(Trust::AsSent), key()).unwrap();
        let explainer = Explainer::new(scheme.clone(), key()).unwrap();
        for sent in ["the-real-secret", "the-real-secrets", "+the-real-secret"] {
            for body in [
                format!("token={sent}&token={sent}"),
                format!(r#"{{"a":[{{"token":"{sent}"}}],"token":"{sent}"#),
                sent.to_owned(),
            ] {
                let target = format!("https://a.example/in?token={sent}&token={sent}");
                let request = http::Request::post(target)
                    .header("x-token", sent)
                    .header("x-token", sent)
                    .body(body.clone())
                    .unwrap();
                let found = explainer.explain(&request, request.headers(), body.as_bytes(), now);
                let texts = [found.sentence, found.expected].into_iter();
                let texts = texts.chain(found.evidence).chain(found.message);
                let refused = verifier.verify_at(&request, now);
                for shown in texts.chain(refused.err().map(|refused| refused.to_string())) {
                    assert!(!shown.contains("the-real-secret"), "{place}: {shown}");
                }
            }
        }
    }
}

#[test]
fn a_scheme_that_sends_its_secret_has_it_redacted_and_no_other_has() {
    let secret = [
        Scheme::shared_secret("s"),
        Scheme::basic("s"),
        Scheme::hash("s", Digest::Sha256).signed("{secret}"),
        Scheme::hmac("s", Digest::Sha256).signed("fixed"),
    ];
    let signed = [
        Scheme::hash("s", Digest::Sha256),
        Scheme::hmac("s", Digest::Sha256),
        Scheme::hmac("s", Digest::Sha256).signed("{timestamp}"),
        Scheme::message_signatures("s"),
    ];
    for scheme in &secret {
        let redaction = Redaction::of([scheme]);
        assert_eq!(
            redaction.places(),
            std::slice::from_ref(&scheme.signature.at)
        );
    }
    assert!(Redaction::of(&signed).places().is_empty());
    for entry in providers::all() {
        let forms = std::iter::once(&entry.scheme).chain(entry.scheme.or.iter());
        let sends = |form: &Scheme| !form.algorithm.signs_content();
        for form in forms.filter(|form| sends(form)) {
            let places = Redaction::of([&entry.scheme]);
            assert!(
                places.places().contains(&form.signature.at),
                "{}",
                form.name
            );
        }
    }
}

#[test]
fn every_spelling_and_every_copy_of_a_secret_is_redacted() {
    let of = |place| Redaction::of([&Scheme::shared_secret("s").at(place)]);
    let query = of(PLACES[0].clone());
    for (target, redacted) in [
        ("/?token=abc", "/?token=hookward-redacted"),
        ("/?a&token=a=b&c", "/?a&token=hookward-redacted&c"),
        (
            "/?%74oken=x&Token=y",
            "/?%74oken=hookward-redacted&Token=hookward-redacted",
        ),
        ("?token=", "?token=hookward-redacted"),
        ("/?tokens=x&xtoken=y", "/?tokens=x&xtoken=y"),
        ("/token=x", "/token=x"),
        (
            "http://u:p@h/?token=\u{e4}",
            "http://hookward-redacted@h/?token=hookward-redacted",
        ),
        ("http://h/?a=http://u@h", "http://h/?a=http://u@h"),
        ("/?a=http://u:p@h", "/?a=http://u:p@h"),
    ] {
        assert_eq!(query.target(target), redacted);
    }
    let copy = query.header("x-original-uri", b"/in?token=abc&a=b");
    assert_eq!(&*copy, b"/in?token=hookward-redacted&a=b");
    let header = of(PLACES[1].clone());
    assert_eq!(&*header.header("X-Token", b"abc"), b"hookward-redacted");
    assert_eq!(&*header.header("x-tokens", b"abc"), b"abc");
    let form = of(PLACES[2].clone());
    let body = form.body(b"a=1&token=%20x&token=y").unwrap();
    assert_eq!(
        &*body,
        b"a=1&token=hookward-redacted&token=hookward-redacted"
    );
    assert_eq!(form.body(b"token=\xff"), None);
    let json = of(PLACES[3].clone());
    for (body, redacted) in [
        (
            r#"{ "a" :[ {"token" : "x", "token":{"b":1} }, {"token":"z"}]}"#,
            r#"{ "a" :[ {"token" : "hookward-redacted", "token":"hookward-redacted" }, {"token":"z"}]}"#,
        ),
        (
            r#"{"\u0061":[{"to\u006ben":1.50}],"a":[{"token":"x"}]}"#,
            r#"{"\u0061":[{"to\u006ben":"hookward-redacted"}],"a":[{"token":"hookward-redacted"}]}"#,
        ),
        (r#"{"a":{"token":"x"}}"#, r#"{"a":{"token":"x"}}"#),
        (r#"{"a":[{"token":null}]}"#, r#"{"a":[{"token":null}]}"#),
        ("a=b", "a=b"),
        ("", ""),
    ] {
        let found = json.body(body.as_bytes()).unwrap();
        assert_eq!(std::str::from_utf8(&found).unwrap(), redacted);
    }
    // Where it cannot be told where the secret is.
    for body in [
        r#"{"a":[{"token":"x""#,
        "{\"a\":[{\"token\":\"\u{0}\"}]}",
        "[1",
    ] {
        assert_eq!(json.body(body.as_bytes()), None, "{body}");
    }
    let deep = "[".repeat(100_000);
    assert_eq!(json.body(deep.as_bytes()), None);
}

#[test]
fn a_secret_is_put_back_only_where_one_was_taken_out() {
    let query = &PLACES[0];
    assert_eq!(
        Redaction::restore_target(
            query,
            "/?token=hookward-redacted&a=hookward-redacted",
            "x%20y"
        ),
        "/?token=x%20y&a=hookward-redacted"
    );
    assert_eq!(
        Redaction::restore_target(query, "/?token=other", "x"),
        "/?token=other"
    );
    let json = br#"{"a":[{"token":"hookward-redacted"}],"b":"hookward-redacted"}"#;
    assert_eq!(
        Redaction::restore_body(&PLACES[3], json, "x\"").unwrap(),
        br#"{"a":[{"token":"x\""}],"b":"hookward-redacted"}"#
    );
    for (place, other) in [
        (&PLACES[2], "token=other"),
        (&PLACES[3], r#"{"a":[{"token":"other"}]}"#),
        (&PLACES[4], "other"),
    ] {
        let restored = Redaction::restore_body(place, other.as_bytes(), "x").unwrap();
        assert_eq!(restored, other.as_bytes());
    }
    assert_eq!(Redaction::restore_body(&PLACES[3], b"{", "x"), None);
}

#[test]
fn what_main_returns_is_shown_as_a_sentence() {
    fn scheme_error(scheme: Scheme) -> SchemeError {
        match Verifier::new(scheme.trust(Trust::AsSent), Key::new("s").unwrap()) {
            Err(ConfigError::Scheme(error)) => error,
            other => unreachable!("{:?}", other.map(drop)),
        }
    }
    let wrong = Scheme::hmac("acme", Digest::Sha256).header("x-acme");
    let template = scheme_error(wrong.clone().signed("{bodi}"));
    let SchemeError::Template { error, .. } = template.clone() else {
        unreachable!("{template}");
    };
    let code = Code::SignatureMissing;
    let all: Vec<(Box<dyn Error>, &str)> = vec![
        (
            KeyError::Unset("GITHUB_WEBHOOK_SECRET".into()).into(),
            "GITHUB_WEBHOOK_SECRET is not set",
        ),
        (KeyError::NotBuilt("rsa").into(), "feature `rsa`"),
        (ConfigError::NoKey.into(), "the key ring is empty"),
        (
            ConfigError::Scheme(scheme_error(wrong.signed("{body"))).into(),
            "in `signed`",
        ),
        (template.into(), "in `signed`"),
        (error.into(), "bodi"),
        ("boddy".parse::<RequestPart>().unwrap_err().into(), "boddy"),
        (SignError::Key.into(), "the private key cannot sign"),
        (
            StoreError::new("the server is away").into(),
            "the server is away",
        ),
        (
            HandshakeError::Status {
                name: "acme",
                status: 7,
            }
            .into(),
            "7 is not an HTTP status",
        ),
        (
            Rejection::new(code, "no header `x-signature`").into(),
            "signature_missing: no header `x-signature`",
        ),
    ];
    for (error, expected) in all {
        let (shown, sentence) = (format!("{error:?}"), error.to_string());
        assert!(shown.ends_with(&sentence), "{shown} is not: {sentence}");
        assert!(shown.contains(expected), "{shown} does not say: {expected}");
        assert!(error.is::<Rejection>() || shown == sentence, "{shown}");
    }
}
