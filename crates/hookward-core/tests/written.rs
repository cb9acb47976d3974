//! Schemes as a stranger writes them after `docs/schemes.md`. The signatures
//! were computed with Python's `hmac`.
#![allow(clippy::unwrap_used, clippy::panic)]
#![cfg(feature = "serde")]

use hookward_core::{Code, Key, KeyRing, Scheme, Trust, UnixTime, Verifier};

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
    Verifier::new(scheme.trust(Trust::AsSent), ring.clone())
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
        signed = "{path}?{query|without(sig)}\n{body}"
    "#;
    const SIG: &str = "e1baa32d87a08b25faf6251bb0ec3730cebf1a0d4bbda194a45490d8fa645dab";
    let check = |target: &str| refusal(SCHEME, &one("k"), target, &[], "{}");
    assert_eq!(check(&format!("/h?a=1&b=%20x&sig={SIG}")), None);
    assert_eq!(check(&format!("/h?sig={SIG}&a=1&b=%20x")), None);
    assert_eq!(check(&format!("/h?a=1&s%69g={SIG}&b=%20x")), None);
    for tampered in [
        format!("/h?a=2&b=%20x&sig={SIG}"),
        format!("/h?b=%20x&a=1&sig={SIG}"),
        format!("/h?a=1&b=+x&sig={SIG}"),
        format!("/h?a=1&b=%20x&c&sig={SIG}"),
    ] {
        assert_eq!(
            check(&tampered),
            Some(Code::SignatureMismatch),
            "{tampered}"
        );
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
        bind = [{ at = { claim = "/sha" }, is = "{body|sha256|hex}" }]
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
    for part in [
        "sort(unique)|join('', '')",
        "sort(all)|flatten|join",
        "sort|join",
        "sort|php",
    ] {
        let scheme = format!(
            "algorithm = \"hmac-sha256\"\nsignature = {{ header = \"x-sig\" }}\nsigned = \"{{form|{part}}}\"{}",
            if part.contains("''") {
                "\nambiguous = \"fields can be cut anywhere\""
            } else {
                ""
            }
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
        ("key = 5", "expected the name of a key form"),
        ("key = { fom = \"hex\" }", "did you mean `form`?"),
        (
            "key = { form = \"hex\", leaf = \"1.2\" }",
            "are for a key of the form `x5c-root`",
        ),
        (
            "signature = { header = \"a\", query = \"b\" }",
            "exactly one location",
        ),
        ("signature = { encoding = \"hex\" }", "has no location"),
    ] {
        let written = format!("algorithm = \"hmac-sha256\"\n{line}");
        let error = toml::from_str::<Scheme>(&written).unwrap_err().to_string();
        assert!(error.contains("line 2") && error.contains(says), "{error}");
    }
}

#[test]
fn a_misspelt_key_or_value_is_an_error_that_names_the_nearest_first() {
    for (line, says) in [
        (
            "repaly = { by = \"id\" }",
            "key `repaly`: did you mean `replay`?",
        ),
        ("succes = \"200\"", "key `succes`: did you mean `success`?"),
        (
            "ambigous = \"x\"",
            "key `ambigous`: did you mean `ambiguous`?",
        ),
        (
            "recipient = []",
            "key `recipient`: did you mean `recipients`?",
        ),
        (
            "colour = 1",
            "unknown key `colour`, known are `name`, `form`,",
        ),
        (
            "algoritm = \"hmac-sha256\"",
            "key `algoritm`: did you mean `algorithm`?",
        ),
        (
            "algorithm = \"hmac-sha265\"",
            "unknown algorithm `hmac-sha265`: did you mean `hmac-sha256`? Known are ",
        ),
        (
            "key = \"tetx\"",
            "unknown key form `tetx`: did you mean `text`?",
        ),
        (
            "key = { form = \"base46\", prefix = \"a\" }",
            "did you mean `base64`?",
        ),
        (
            "signature = { haeder = \"x-sig\" }",
            "key `haeder`: did you mean `header`?",
        ),
        (
            "signature = { header = \"a\", encoding = \"bas64\" }",
            "unknown value `bas64`: did you mean `base64`?",
        ),
        (
            "timestamp = { header = \"t\", unit = \"rfc3393\" }",
            "unknown value `rfc3393`: did you mean `rfc3339`?",
        ),
        ("event_id = { jsno = \"/id\" }", "did you mean `json`?"),
        ("absent = [{ qurey = \"a\" }]", "did you mean `query`?"),
        ("bind = [{ att = 1 }]", "key `att`: did you mean `at`?"),
        (
            "recipients = [{ nam = \"a\" }]",
            "key `nam`: did you mean `name`?",
        ),
        ("replay = { bye = \"id\" }", "key `bye`: did you mean `by`?"),
        (
            "replay = { by = \"contents\" }",
            "unknown value of `replay.by` `contents`: did you mean `content`?",
        ),
        (
            "replay = { kind = { headr = \"x\" } }",
            "key `headr`: did you mean `header`?",
        ),
        (
            "retries = { after = [\"5x\"] }",
            "unknown outcome `5x` in `retries.after`: did you mean `5xx`?",
        ),
        (
            "retries = { after = [\"never again\"] }",
            "in `retries.after`: write a status (`503`)",
        ),
        (
            "retries = { after = [], time = \"renew\" }",
            "unknown value of `retries.time` `renew`: did you mean `renewed`?",
        ),
        (
            "success = \"handle\"",
            "unknown value of `success` `handle`: did you mean `handler`?",
        ),
        (
            "[[or]]\nevnt_id = 1",
            "key `evnt_id`: did you mean `event_id`?",
        ),
    ] {
        let written = format!("# a scheme\n{line}");
        let error = toml::from_str::<Scheme>(&written).unwrap_err().to_string();
        let at = 2 + line.matches('\n').count();
        assert!(
            error.contains(&format!("line {at}, ")) && error.contains(says),
            "{line}: {error}"
        );
    }
    let error = serde_json::from_str::<Scheme>(r#"{ "algorithm": "md5", "sgned": "" }"#)
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("unknown key `sgned`: did you mean `signed`?")
            && error.contains("line 1 column"),
        "{error}"
    );
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
        let error = Verifier::new(scheme.clone().trust(Trust::AsSent), one(public)).unwrap_err();
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
            Verifier::new(scheme.clone().trust(Trust::AsSent), one(secret)).is_ok(),
            "{secret}"
        );
    }
}

const BODY: &str = r#"{"n": 1}"#;

#[test]
fn digests_and_encodings_can_be_of_texts_in_hex() {
    for (key, place, sig) in [
        (
            "md5-hex",
            r#"header = "x-sig""#,
            "18ab4807bf2916721d99cc2ee992d31b814306a39163b14b7111f883ca809015",
        ),
        (
            "text",
            r#"header = "x-sig", encoding = "base64-hex""#,
            "OThhYTkyYjI1NThmNGFiNTM2YjFiMzU3NzZjM2FmMTkxY2M5MGM2YzliN2UyMDcwYmJhMGQ2YTNkMjQwNTljMA==",
        ),
    ] {
        let scheme =
            format!("algorithm = \"hmac-sha256\"\nkey = \"{key}\"\nsignature = {{ {place} }}");
        let check = |sig: &str, body| refusal(&scheme, &one("k"), "/", &[("x-sig", sig)], body);
        assert_eq!(check(sig, BODY), None, "{key}");
        assert_eq!(check(sig, "{}"), Some(Code::SignatureMismatch), "{key}");
        assert_eq!(check(&sig[1..], BODY), Some(Code::SignatureMalformed));
    }
}

#[test]
fn body_and_method_are_signed_in_the_form_that_is_named() {
    for (signed, sig) in [
        (
            "{body|base64}",
            "d0ae976ce9f511674fc31ab409fab45182d586e96cc00c216059c56df098135e",
        ),
        (
            "{body|sha256|hex-upper}",
            "0187578baa6fc1f45c8c3fac0037a3fec72dc740a2c2ea3025c41140cb8e8f00",
        ),
        (
            "{method|lower} {body}",
            "4a10bae04d629a6fd6a784dd10355b851646663dfdde31affcc40e6fb88230f6",
        ),
    ] {
        let scheme = format!(
            "algorithm = \"hmac-sha256\"\nsignature = {{ header = \"x-sig\" }}\nsigned = \"{signed}\"\nevent_id = {{ json = \"/n\" }}"
        );
        let check = |body| refusal(&scheme, &one("k"), "/", &[("x-sig", sig)], body);
        assert_eq!(check(BODY), None, "{signed}");
        assert_eq!(check("{\"n\": 2}"), Some(Code::SignatureMismatch));
        let scheme: Scheme = toml::from_str(&scheme).unwrap();
        assert!(scheme.event_id_is_signed(), "{signed}");
    }
}

#[test]
fn dates_stand_there_in_the_forms_of_mail_and_iso_8601_and_as_fractions() {
    for (unit, time, late, sig) in [
        (
            "rfc2822",
            "Tue, 14 Nov 2023 22:13:20 +0000",
            "Tue, 14 Nov 2023 22:13:20 -0100",
            "1525380434b6f26647e27d6189fce53ab015e85ab531bdace0ea57f6175163c2",
        ),
        (
            "iso8601-basic",
            "20231114T221320Z",
            "20231114T221920Z",
            "a4021468a3c46d66d545b3af50019c11714b8a921942954c04d11e415b2621ff",
        ),
        (
            "s-decimal",
            "1700000000.250",
            "1700000400.250",
            "d8c74c68175577c58ef648930bb6fc04b05818d620171e276ea943e2bd5fdcd3",
        ),
    ] {
        let scheme = format!(
            "algorithm = \"hmac-sha256\"\nsignature = {{ header = \"x-sig\" }}\nsigned = \"{{timestamp}}.{{body}}\"\ntimestamp = {{ header = \"x-time\", unit = \"{unit}\" }}"
        );
        let check = |time: &str| {
            let headers = [("x-sig", sig), ("x-time", time)];
            refusal(&scheme, &one("k"), "/", &headers, BODY)
        };
        assert_eq!(check(time), None, "{unit}");
        assert_eq!(check(late), Some(Code::TimestampInFuture), "{unit}");
        assert_eq!(check(&format!("{time} ")), Some(Code::TimestampMalformed));
        assert_eq!(check("yesterday"), Some(Code::TimestampMalformed));
    }
}

#[test]
fn quoted_parameters_of_an_authorization_header_stand_in_any_order() {
    const SCHEME: &str = r#"
        algorithm = "hmac-sha256"
        signature = { header = "authorization", format = 'Signature keyId="{key_id}",algorithm="hmac-sha256",headers="(request-target) host digest",signature="{signature}"', encoding = "base64" }
        signed = "(request-target): {method|lower} {target}\nhost: {header:host}\ndigest: {header:digest}"
        bind = [{ at = { header = "digest" }, is = "SHA-256={body|sha256|base64}" }]
    "#;
    const DIGEST: &str = "SHA-256=5dX3wdIl/WsTYj67G1udB1xwVln4GGix43AFoJI7A0Y=";
    let ring = KeyRing::default().with("me", Key::new("k").unwrap());
    let check = |value: &str, target: &str, body: &str| {
        let headers = [
            ("host", "example.com"),
            ("authorization", value),
            ("digest", DIGEST),
        ];
        refusal(SCHEME, &ring, target, &headers, body)
    };
    let written = r#"Signature keyId="me",algorithm="hmac-sha256",headers="(request-target) host digest",signature="MHWDXvptPPK1YlS0s+NqE8VNoL5TJua5jVBYGw8Am2M=""#;
    let turned = r#"Signature signature="MHWDXvptPPK1YlS0s+NqE8VNoL5TJua5jVBYGw8Am2M=", headers="(request-target) host digest", created=1, algorithm="hmac-sha256", keyId="me""#;
    for value in [written, turned] {
        assert_eq!(check(value, "/in?x=1", BODY), None, "{value}");
        assert_eq!(check(value, "/in?x=2", BODY), Some(Code::SignatureMismatch));
        assert_eq!(check(value, "/in?x=1", "{}"), Some(Code::SignatureMismatch));
        for (from, to, code) in [
            ("\"me\"", "\"you\"", Code::KeyUnknown),
            ("\"me\"", "me", Code::SignatureMalformed),
            (" host", "", Code::SignatureMalformed),
            ("hmac-", "hmac_", Code::SignatureMalformed),
            ("Signature ", "", Code::SignatureMalformed),
        ] {
            let tampered = value.replacen(from, to, 1);
            assert_eq!(check(&tampered, "/in?x=1", BODY), Some(code), "{tampered}");
        }
    }
}

#[test]
fn a_digest_can_be_bound_to_a_header_that_the_request_lists() {
    const SCHEME: &str = r#"
        algorithm = "hmac-sha256"
        signature = { header = "x-sig" }
        signed = "{headers:x-signed}"
        timestamp = { header = "x-date", unit = "s" }
        bind = [{ at = { header = "digest" }, is = "SHA-256={body|sha256|base64}" }]
    "#;
    const DIGEST: &str = "SHA-256=5dX3wdIl/WsTYj67G1udB1xwVln4GGix43AFoJI7A0Y=";
    let check = |list: &str, sig: &str, body: &str| {
        let headers = [
            ("x-signed", list),
            ("x-date", "1700000000"),
            ("digest", DIGEST),
            ("x-sig", sig),
        ];
        refusal(SCHEME, &one("k"), "/", &headers, body)
    };
    let all = "6a6bce6e740107e9f2a949f868d66f1c1779567bde11f07eb85480cb9b04a4e7";
    let list = "digest,x-date,x-signed";
    assert_eq!(check(list, all, BODY), None);
    assert_eq!(check(list, all, "{}"), Some(Code::SignatureMismatch));
    // Genuine, but it says nothing of the body.
    let without = "aba5b5340a16ade69a62c85d3c45ac8cca4d662c3bf6fb568a200416b325dd0c";
    assert_eq!(
        check("x-date,x-signed", without, BODY),
        Some(Code::ContentMalformed)
    );
}

#[test]
fn a_timestamp_that_is_signed_where_it_is_there_takes_two_forms() {
    const SCHEME: &str = r#"
        algorithm = "hmac-sha256"
        signature = { header = "x-sig" }
        absent = [{ header = "x-time" }]

        [[or]]
        algorithm = "hmac-sha256"
        signature = { header = "x-sig" }
        signed = "{timestamp}.{body}"
        timestamp = { header = "x-time", unit = "s" }
    "#;
    let without = (
        "x-sig",
        "98aa92b2558f4ab536b1b35776c3af191cc90c6c9b7e2070bba0d6a3d24059c0",
    );
    let with = (
        "x-sig",
        "94010d27c3b065088c496f7d36db9ce3ea6197d14f41eaf33b2f09b4d8a1a8ad",
    );
    let check = |headers: &[(&str, &str)]| refusal(SCHEME, &one("k"), "/", headers, BODY);
    assert_eq!(check(&[without]), None);
    assert_eq!(check(&[with, ("x-time", "1700000000")]), None);
    assert_eq!(check(&[with]), Some(Code::SignatureMismatch));
    assert_eq!(
        check(&[without, ("x-time", "1700000000")]),
        Some(Code::SignatureMismatch)
    );
}

#[test]
fn basic_credentials_stand_where_http_puts_them() {
    let scheme = "algorithm = \"basic\"";
    let ring = one("user:pass");
    let check = |value: &str| refusal(scheme, &ring, "/", &[("authorization", value)], "");
    assert_eq!(check("Basic dXNlcjpwYXNz"), None);
    assert_eq!(check("Basic dXNlcjpwYXNy"), Some(Code::SignatureMismatch));
    assert_eq!(check("dXNlcjpwYXNz"), Some(Code::SignatureMalformed));
}

#[test]
fn a_missing_line_and_a_key_that_cannot_fit_are_told_with_what_to_write() {
    for (written, says) in [
        (
            "signature = { header = \"x\" }",
            "as in `algorithm = \"hmac-sha256\"`",
        ),
        (
            "algorithm = \"hmac-sha256\"",
            "`signature = { header = \"x-signature\" }`",
        ),
        (
            "algorithm = \"hmac-sha256\"\nsignature = \"x\"",
            "expected the location of the signature, as in `{ header",
        ),
        (
            "algorithm = \"hmac-sha256\"\nsignature = { header = \"x y\" }",
            "`x y` is not a valid header name",
        ),
        (
            "algorithm = \"hmac-sha256\"\nsignature = { json = \"x\" }",
            "start it with `/`",
        ),
        (
            "algorithm = \"hmac-sha256\"\nsignature = { header = \"x\" }\nevent_id = \"x\"",
            "expected a location, as in `{ header",
        ),
        (
            "algorithm = \"hmac-sha256\"\nsignature = { header = \"x\" }\ntimestamp = { json = \"x\" }",
            "start it with `/`",
        ),
        (
            "algorithm = \"hmac-sha256\"\nkey = \"public-key\"\nsignature = { header = \"x\" }",
            "takes a shared secret",
        ),
        (
            "algorithm = \"ed25519\"\nkey = \"hex\"\nsignature = { header = \"x\" }",
            "remove `key`",
        ),
        (
            "algorithm = \"hmac-sha256\"\nsignature = { header = \"x\", format = \"{jws_payload}.{signature}\" }",
            "require `{jws_header}`",
        ),
    ] {
        let error = toml::from_str::<Scheme>(written).unwrap_err().to_string();
        assert!(error.contains(says), "{written}: {error}");
    }
}

#[test]
fn each_scheme_in_the_documentation_is_one() {
    let pages = [
        include_str!("../../../docs/schemes.md"),
        include_str!("../../../README.md"),
    ];
    let mut schemes = 0;
    for block in pages
        .iter()
        .flat_map(|page| page.split("```toml\n").skip(1))
    {
        let (text, _) = block.split_once("```").unwrap();
        if !text.contains("algorithm") {
            continue;
        }
        let scheme: Scheme = toml::from_str(text).unwrap_or_else(|error| panic!("{error}"));
        let again: Scheme = toml::from_str(&scheme.to_string()).unwrap();
        assert_eq!(again, scheme);
        schemes += 1;
    }
    assert!(schemes >= 6, "{schemes}");
}

#[test]
fn each_formula_in_the_documentation_is_a_scheme() {
    let page = include_str!("../../../docs/schemes.md");
    let (_, tables) = page.split_once("## From a provider's page").unwrap();
    let mut schemes = 0;
    for row in tables.lines().filter(|line| line.starts_with("| ")) {
        let row = row.replace("\\|", "\u{1}");
        let Some(cell) = row.split('|').nth(2).map(|cell| cell.replace('\u{1}', "|")) else {
            continue;
        };
        let code = |start: &str| {
            cell.split('`')
                .skip(1)
                .step_by(2)
                .find(|code| code.starts_with(start))
                .map(ToOwned::to_owned)
        };
        let Some(signed) = code("signed = ") else {
            continue;
        };
        let lines = [
            code("algorithm").unwrap_or_else(|| "algorithm = \"hmac-sha256\"".into()),
            code("signature").unwrap_or_else(|| "signature = { header = \"x-sig\" }".into()),
            signed,
        ];
        let others = ["key", "timestamp", "event_id", "bind", "ambiguous"];
        let others = others.iter().filter_map(|name| code(&format!("{name} = ")));
        let written: Vec<String> = lines.into_iter().chain(others).collect();
        let written = written.join("\n");
        let scheme = toml::from_str::<Scheme>(&written);
        assert!(scheme.is_ok(), "{written}\n{}", scheme.unwrap_err());
        schemes += 1;
    }
    assert!(schemes >= 40, "{schemes}");
}

#[test]
fn a_json_body_is_signed_as_it_is_written_anew() {
    const NESTED: &str = r#"{"b": {"z": 1, "a": [{"y": "a/b", "x": "é"}]}, "a": 10.50}"#;
    for (form, sig) in [
        (
            "sort|compact",
            "0f1add9b75a038949a079733bca28e3f92dad14840a7ad3020e6dc16b8d779c6",
        ),
        (
            "sort|compact(ascii)",
            "b5018254b91b24d987f3c779aa54b120f7b12b9e79fd8cb0bf07fea0a878c6c1",
        ),
        (
            "sort|compact(php)",
            "9a93018d7c8d10dcdf2023f48ca8bb99860d6a6b28719451fc1a8405c2956007",
        ),
        (
            "compact",
            "3421c2d8989f970e6c4fbf9b1910ffd66d131c7d1d79636df661c7f667dc669d",
        ),
    ] {
        let scheme = |place: &str| {
            format!(
                "algorithm = \"hmac-sha256\"\nsignature = {{ {place} }}\nsigned = \"{{json|{form}}}\""
            )
        };
        let in_head = scheme("header = \"x-sig\"");
        let check = |body: &str| refusal(&in_head, &one("k"), "/", &[("x-sig", sig)], body);
        assert_eq!(check(NESTED), None, "{form}");
        assert_eq!(check(&NESTED.replace("\": ", "\":  ")), None, "{form}");
        assert_eq!(check(&NESTED.replace("é", "\\u00E9")), None, "{form}");
        let turned = r#"{"a":10.50,"b":{"a":[{"x":"é","y":"a\/b"}],"z":1}}"#;
        let order = (!form.starts_with("sort")).then_some(Code::SignatureMismatch);
        assert_eq!(check(turned), order, "{form}");
        for tampered in [
            NESTED.replace("10.50", "10.5"),
            NESTED.replace("a/b", "a/c"),
            NESTED.replace("\"z\"", "\"w\""),
        ] {
            assert_eq!(
                check(&tampered),
                Some(Code::SignatureMismatch),
                "{tampered}"
            );
        }
        for unclear in [
            NESTED.replace("\"x\"", "\"x\": 2, \"\\u0078\""),
            NESTED.replace("\"a\": 10", "\"b\": 10"),
            NESTED.replace(": 1,", ": 01,"),
            format!("{NESTED}x"),
            format!("\u{feff}{NESTED}"),
            format!("{}{}", "[".repeat(200), "]".repeat(200)),
            format!("[1{}]", ",1".repeat(100_000)),
        ] {
            let start: String = unclear.chars().take(80).collect();
            assert_eq!(check(&unclear), Some(Code::ContentMalformed), "{start}");
        }
        // Beside the signature, which is no part of it.
        for (place, body) in [
            (
                "json = \"/sig\"",
                NESTED.replacen('{', &format!("{{\"sig\": \"{sig}\", "), 1),
            ),
            (
                "json = \"/b/sig\"",
                NESTED.replacen("{\"z", &format!("{{\"sig\": \"{sig}\", \"z"), 1),
            ),
        ] {
            let verdict = refusal(&scheme(place), &one("k"), "/", &[], &body);
            assert_eq!(verdict, None, "{body}");
        }
    }
    let error = toml::from_str::<Scheme>(
        "algorithm = \"hmac-sha256\"\nsignature = { header = \"x\" }\nsigned = \"{json:sortd}\"",
    );
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("{json|sort|compact}")
    );
}
