//! Schemes as a stranger writes them after `docs/schemes.md`. The signatures
//! were computed with Python's `hmac`.
#![allow(clippy::unwrap_used)]
#![cfg(feature = "serde")]

use hookward_core::{Code, Key, KeyRing, Scheme, UnixTime, Verifier};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

/// The refusal, or nothing for a genuine request.
fn refusal(
    written: &str,
    ring: &KeyRing,
    target: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Option<Code> {
    let scheme: Scheme = toml::from_str(written).unwrap();
    let again: Scheme = serde_json::from_str(&serde_json::to_string(&scheme).unwrap()).unwrap();
    assert_eq!(again, scheme);
    let mut request = http::Request::post(format!("https://example.com{target}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (parts, ()) = request.body(()).unwrap().into_parts();
    Verifier::new(scheme, ring.clone())
        .unwrap()
        .verify_parts(&parts, body.as_bytes(), NOW)
        .err()
        .map(|rejection| rejection.code())
}

fn one(key: &str) -> KeyRing {
    KeyRing::default().push(Key::new(key).unwrap())
}

#[test]
fn the_query_is_signed_without_the_signature_that_stands_in_it() {
    const SCHEME: &str = r#"
        algorithm = "hmac-sha256"
        signature = { query = "sig" }
        signed = "{path}?{query:-sig}\n{body}"
    "#;
    const SIG: &str = "e1baa32d87a08b25faf6251bb0ec3730cebf1a0d4bbda194a45490d8fa645dab";
    let check = |target: &str| refusal(SCHEME, &one("k"), target, &[], "{}");
    assert_eq!(check(&format!("/h?a=1&b=%20x&sig={SIG}")), None);
    assert_eq!(check(&format!("/h?sig={SIG}&a=1&b=%20x")), None);
    assert_eq!(check(&format!("/h?a=1&s%69g={SIG}&b=%20x")), None);
    for spoiled in [
        format!("/h?a=2&b=%20x&sig={SIG}"),
        format!("/h?b=%20x&a=1&sig={SIG}"),
        format!("/h?a=1&b=+x&sig={SIG}"),
        format!("/h?a=1&b=%20x&c&sig={SIG}"),
    ] {
        assert_eq!(check(&spoiled), Some(Code::SignatureMismatch), "{spoiled}");
    }
    assert_eq!(
        check(&format!("/h?a=1&b=%20x&sig={SIG}&sig={SIG}")),
        Some(Code::SignatureMalformed)
    );
}

#[test]
fn a_secret_stands_behind_a_prefix_in_hex_and_base64url() {
    for (form, keys) in [
        ("hex", ["acme_fffe01", "fffe01"]),
        ("base64url", ["acme___4B", "__4B"]),
    ] {
        let scheme = format!(
            "algorithm = \"hmac-sha256\"\nkey = {{ form = \"{form}\", prefix = \"acme_\" }}\nsignature = {{ header = \"x-sig\" }}"
        );
        for key in keys {
            let headers = [(
                "x-sig",
                "0175c29ff8210b685a49324657d215dfb54e0b3988d626e31105de39b8778416",
            )];
            assert_eq!(
                refusal(&scheme, &one(key), "/", &headers, "{}"),
                None,
                "{key}"
            );
        }
    }
    let wrong = "algorithm = \"hmac-sha256\"\nkey = { form = \"text\", prefix = \"x\" }\nsignature = { header = \"x-sig\" }";
    let error = toml::from_str::<Scheme>(wrong).unwrap_err().to_string();
    assert!(error.contains("has no prefix"), "{error}");
}

#[test]
fn a_token_needs_neither_its_encoding_nor_what_it_signs_written_down() {
    const SCHEME: &str = r#"
        algorithm = "hmac-sha256"
        signature = { header = "x-token", format = "{jws_header}.{jws_payload}.{signature}" }
        bind = [{ at = { claim = "/sha" }, is = "{body:sha256:hex}" }]
    "#;
    const DETACHED: &str = r#"
        algorithm = "hmac-sha256"
        signature = { header = "x-token", format = "{jws_header}..{signature}" }
    "#;
    let check = |scheme: &str, token: &str, body: &str| {
        refusal(scheme, &one("k"), "/", &[("x-token", token)], body)
    };
    assert_eq!(
        check(
            SCHEME,
            "eyJhbGciOiJIUzI1NiJ9.eyJzaGEiOiAiNDQxMzZmYTM1NWIzNjc4YTExNDZhZDE2ZjdlODY0OWU5NGZiNGZjMjFmZTc3ZTgzMTBjMDYwZjYxY2FhZmY4YSJ9.YDAFxWfQerUuRrwls47LGWowEsonuHvaScmN_EyjY_E",
            "{}"
        ),
        None
    );
    assert_eq!(
        check(
            SCHEME,
            "eyJhbGciOiJIUzI1NiJ9.eyJzaGEiOiAiNDQxMzZmYTM1NWIzNjc4YTExNDZhZDE2ZjdlODY0OWU5NGZiNGZjMjFmZTc3ZTgzMTBjMDYwZjYxY2FhZmY4YSJ9.YDAFxWfQerUuRrwls47LGWowEsonuHvaScmN_EyjY_E",
            "{ }"
        ),
        Some(Code::SignatureMismatch)
    );
    assert_eq!(
        check(
            DETACHED,
            "eyJhbGciOiJIUzI1NiJ9..CYG8qKSuUG1cj5ZM7YUE3kRjuUjOfiv14zgdYx-7pLo",
            "{}"
        ),
        None
    );
    assert_eq!(
        check(
            DETACHED,
            "eyJhbGciOiJIUzI1NiJ9..CYG8qKSuUG1cj5ZM7YUE3kRjuUjOfiv14zgdYx-7pLo",
            "{ }"
        ),
        Some(Code::SignatureMismatch)
    );
}

#[test]
fn a_key_id_beside_the_signature_can_be_signed() {
    const SCHEME: &str = r#"
        algorithm = "hmac-sha256"
        signature = { header = "x-acme", format = "keyId={key_id};ts={timestamp};sig={signature}" }
        timestamp = { unit = "s" }
        signed = "{timestamp}:{key_id}:{body}"
    "#;
    let ring = KeyRing::default()
        .with("a", Key::new("ka").unwrap())
        .with("b", Key::new("kb").unwrap());
    let check = |value: &str| refusal(SCHEME, &ring, "/", &[("x-acme", value)], "{}");
    let sig = "d006c92b9bd698cc59e6d63b8872cf9024fa6828e9f87735d87c57a9891aa703";
    assert_eq!(check(&format!("keyId=b;ts=1700000000;sig={sig}")), None);
    assert_eq!(
        check(&format!("keyId=a;ts=1700000000;sig={sig}")),
        Some(Code::SignatureMismatch)
    );
    assert_eq!(
        check(&format!("keyId=c;ts=1700000000;sig={sig}")),
        Some(Code::KeyUnknown)
    );
    let listed = SCHEME.replace("sig={signature}\"", "sig={signature}\", separator = \" \"");
    assert_eq!(
        refusal(
            &listed,
            &ring,
            "/",
            &[(
                "x-acme",
                &format!("keyId=b;ts=1700000000;sig={sig} keyId=a;ts=1700000000;sig={sig}")
            )],
            "{}"
        ),
        Some(Code::SignatureMalformed)
    );
}

#[test]
fn a_form_of_countless_fields_is_refused_before_it_is_sorted() {
    for part in ["sorted", "pairs", "joined", "php"] {
        let scheme = format!(
            "algorithm = \"hmac-sha256\"\nsignature = {{ header = \"x-sig\" }}\nsigned = \"{{form:{part}}}\""
        );
        let check = |fields: usize| {
            let body: Vec<_> = (0..fields).map(|i| format!("f{i}=1")).collect();
            let headers = [("x-sig", &*"0".repeat(64))];
            refusal(&scheme, &one("k"), "/", &headers, &body.join("&"))
        };
        assert_eq!(check(10_000), Some(Code::SignatureMismatch), "{part}");
        assert_eq!(check(10_001), Some(Code::ContentMalformed), "{part}");
    }
}

#[test]
fn a_mistake_is_shown_where_it_stands() {
    for (line, says) in [
        ("key = \"utf8\"", "unknown key form `utf8`"),
        ("key = { form = \"utf8\", prefix = \"x\" }", "`utf8`"),
        ("key = { fom = \"hex\" }", "expected the name of a key form"),
        (
            "signature = { header = \"a\", query = \"b\" }",
            "name one place",
        ),
        ("signature = { encoding = \"hex\" }", "names no place"),
    ] {
        let written = format!("algorithm = \"hmac-sha256\"\n{line}");
        let error = toml::from_str::<Scheme>(&written).unwrap_err().to_string();
        assert!(error.contains("line 2") && error.contains(says), "{error}");
    }
}

#[test]
fn a_public_key_is_no_shared_secret() {
    let scheme: Scheme =
        toml::from_str("algorithm = \"hmac-sha256\"\nsignature = { header = \"x-sig\" }").unwrap();
    for public in [
        // RFC 8037 appendix A.2
        r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
        "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
        // SendGrid, from the tests of its Python library
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==",
        "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----",
    ] {
        let error = Verifier::new(scheme.clone(), one(public)).unwrap_err();
        assert!(error.to_string().contains("shared secret"), "{error}");
    }
    for secret in [
        "MCowBQYDK2Vw",
        "MySecret",
        "{\"kty\":\"oct\"}",
        "{braces}",
        "M",
    ] {
        assert!(
            Verifier::new(scheme.clone(), one(secret)).is_ok(),
            "{secret}"
        );
    }
}
