//! The rarer parts of the scheme language, each through the entry of the
//! catalogue that needs it. The signatures were computed with Python's `hmac`.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "parts/events.rs"]
mod events;

use std::borrow::Cow;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hookward_core::{
    Binding, BodyKeys, Code, Digest, Key, KeyRing, Location, Lookup, Rejection, Scheme, Signer,
    Trust, UnixTime, Verified, Verifier, providers,
};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const URL: &str = "https://example.com/hooks";

fn verify(
    scheme: &Scheme,
    secrets: &[&str],
    url: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Result<Verified, Rejection> {
    let ring = secrets.iter().fold(KeyRing::default(), |ring, secret| {
        ring.push(Key::new(*secret).unwrap())
    });
    let mut request = http::Request::post(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (parts, ()) = request.body(()).unwrap().into_parts();
    Verifier::new(scheme.clone().trust(Trust::AsSent), ring)
        .unwrap()
        .verify_parts(&parts, body.as_bytes(), NOW)
}

fn code(verdict: Result<Verified, Rejection>) -> Option<Code> {
    verdict.err().map(|rejection| rejection.code())
}

#[test]
fn each_signature_behind_the_timestamp_is_tried() {
    const NEW: &str = "8399216d111287e3bb28e25c0f4f31dffdf831c68c9ee2b96c2f67c9b81d341b";
    const OLD: &str = "4bd506c7b3d7862fbce40dd20a8ba9fdc3203722fb9e6c84849d5b0160c60479";
    let both = format!("1700000000000,{OLD},{NEW}");
    let check = |secret: &str, value: &str| {
        code(verify(
            &providers::RECURLY,
            &[secret],
            URL,
            &[("recurly-signature", value)],
            "{}",
        ))
    };
    assert_eq!(check("secret", &both), None);
    assert_eq!(check("old", &both), None);
    assert_eq!(
        check("secret", &format!("1700000000000,{OLD}")),
        Some(Code::SignatureMismatch)
    );
    assert_eq!(
        check("secret", "1700000000000,"),
        Some(Code::SignatureMissing)
    );
}

#[test]
fn a_parameter_can_be_signed_in_lower_case() {
    const SIGNATURE: &str =
        "ts=1700000000,v1=2af11ff0f611c830fbf6607f0ea1221b1514cecf0dec93fbb628bd4fb4a31910";
    let check = |id: &str| {
        let url = format!("{URL}?data.id={id}");
        let headers = [("x-signature", SIGNATURE), ("x-request-id", "r-1")];
        code(verify(
            &providers::MERCADO_PAGO,
            &["secret"],
            &url,
            &headers,
            "{}",
        ))
    };
    assert_eq!(check("ORD01JQ4S"), None);
    assert_eq!(check("ord01jq4s"), None);
    assert_eq!(check("ORD01JQ4T"), Some(Code::SignatureMismatch));
    // Whose case is the sender's to choose is no event id.
    const SCHEME: Scheme = Scheme::hmac("acme", Digest::Sha256)
        .header("x-signature")
        .signed("{query:id|lower}.{body}")
        .event_id_at(Location::Query(Cow::Borrowed("id")));
    SCHEME.check().unwrap();
    assert!(!SCHEME.event_id_is_signed());
}

#[test]
fn a_url_may_be_signed_with_its_escapes_decoded_or_not() {
    const DECODED: &str = "Myjt3tIS6SZ/AVIuHjRa2hmKY0nJwt1SmnN/FUiJHDY=";
    const AS_IT_STANDS: &str = "I8fnAvdlkLs9cspBR+OroXg7hoPtgZXYgxjsML4MmQI=";
    let check = |url: &str, signature: &str| {
        let headers = [
            ("x-hubspot-signature-v3", signature),
            ("x-hubspot-request-timestamp", "1700000000000"),
        ];
        code(verify(
            &providers::HUBSPOT_V3,
            &["secret"],
            url,
            &headers,
            "{}",
        ))
    };
    let url = "https://example.com/hooks?next=%2Fa%3Fb&c=%20";
    assert_eq!(check(url, DECODED), None);
    assert_eq!(check(url, AS_IT_STANDS), None);
    // What was signed with the escapes is not also signed without them.
    let decoded = "https://example.com/hooks?next=/a?b&c=%20";
    assert_eq!(check(decoded, DECODED), None);
    assert_eq!(check(decoded, AS_IT_STANDS), Some(Code::SignatureMismatch));
}

#[test]
fn a_key_can_be_the_digest_of_what_is_handed_out() {
    let check = |signature: &str| {
        let body = format!(
            "bt_signature=other%7C{}%26mine%7C{signature}&bt_payload=PHhtbD4%3D%0A",
            "0".repeat(40)
        );
        code(verify(&providers::BRAINTREE, &["secret"], URL, &[], &body))
    };
    assert_eq!(check("ae46f28079f97511d4e6d1100ed298d517269e9a"), None);
    assert_eq!(
        check("be46f28079f97511d4e6d1100ed298d517269e9a"),
        Some(Code::SignatureMismatch)
    );
}

#[test]
fn any_of_several_headers_may_carry_the_signature() {
    const ONE: (&str, &str) = (
        "x-docusign-signature-1",
        "Mt8k408OnssTf6QyCrDVC8wwhD2IAA8TYHSLYUS06OU=",
    );
    const TWO: (&str, &str) = (
        "x-docusign-signature-2",
        "dzJZAsrKgS3CWXM6rNBGtzgXNyx3e42VtAJkdHRRbhM=",
    );
    let check = |headers: &[(&str, &str)]| {
        code(verify(
            &providers::DOCUSIGN,
            &["secret"],
            URL,
            headers,
            "{}",
        ))
    };
    assert_eq!(check(&[ONE, TWO]), None);
    assert_eq!(check(&[TWO]), None);
    assert_eq!(check(&[ONE]), Some(Code::SignatureMismatch));
    assert_eq!(check(&[]), Some(Code::SignatureMissing));
    assert_eq!(check(&[TWO, TWO]), Some(Code::SignatureMalformed));
    assert_eq!(check(&[("x-docusign-signature-1", "no"), TWO]), None);
}

#[test]
fn the_headers_that_the_request_lists_are_signed() {
    const LIST: &str = "x-contentful-timestamp,x-contentful-signed-headers,x-contentful-topic";
    const GOOD: &str = "0087fe9a3fc2d4768d689fcd43012d5814e8e969d0c675e0d94c16b11754cdc1";
    const UNLISTED: &str = "a2a1c9ae40393b59ea34fd99d3f9c7a5dc8f5c10d3070a1ae6740f6f333847eb";
    let check = |list: &str, topic: &str, signature: &str| {
        code(verify(
            &providers::CONTENTFUL,
            &["secret"],
            URL,
            &[
                ("x-contentful-signed-headers", list),
                ("x-contentful-timestamp", "1700000000000"),
                ("x-contentful-topic", topic),
                ("x-contentful-signature", signature),
            ],
            "{}",
        ))
    };
    assert_eq!(check(LIST, "a b", GOOD), None);
    assert_eq!(check(LIST, "a c", GOOD), Some(Code::SignatureMismatch));
    // A list that leaves itself out could be changed.
    assert_eq!(
        check("x-contentful-timestamp", "a b", UNLISTED),
        Some(Code::ContentMalformed)
    );
    // So could a timestamp that is not on it.
    assert_eq!(
        check("x-contentful-signed-headers", "a b", GOOD),
        Some(Code::ContentMalformed)
    );
    assert!(providers::CONTENTFUL.timestamp_is_signed());
}

#[test]
fn the_signer_signs_the_headers_that_are_listed() {
    let mut request = http::Request::post(URL)
        .header(
            "x-contentful-signed-headers",
            "x-contentful-signed-headers,x-contentful-timestamp",
        )
        .body("{}")
        .unwrap();
    let key = Key::new("secret").unwrap();
    let signed = Signer::new(&providers::CONTENTFUL, key.clone())
        .unwrap()
        .sign(&request, NOW, None)
        .unwrap();
    for (name, value) in signed.headers() {
        request.headers_mut().insert(name.clone(), value.clone());
    }
    let verifier = Verifier::new(providers::CONTENTFUL, key).unwrap();
    assert_eq!(code(verifier.verify_at(&request, NOW)), None);
}

#[test]
fn a_url_is_signed_as_it_reads_without_its_escapes() {
    let verdict = verify(
        &providers::HUBSPOT_V3,
        &["secret"],
        "https://example.com/a%3Ab?c=%40x%20",
        &[
            ("x-hubspot-request-timestamp", "1700000000000"),
            (
                "x-hubspot-signature-v3",
                "ynwPWVYlV0Oxi3UD1Edi8DvAKjvrqm+JyUfrPA0nJCM=",
            ),
        ],
        "{}",
    );
    assert_eq!(code(verdict), None);
}

#[test]
fn a_signed_digest_binds_the_body() {
    const SIGNED: &str = "https://example.com/hooks?bodySHA256=1a2613ec93fa82b8b76d7decf6f493cff9bdf9999208caa30deb11440c1f8b43";
    let check = |url: &str, body: &str| {
        code(verify(
            &providers::TWILIO,
            &["secret"],
            url,
            &[("x-twilio-signature", "sqNHSL5NxaLkDfkGGZa+3NL2IlU=")],
            body,
        ))
    };
    assert_eq!(check(SIGNED, r#"{"n":"1"}"#), None);
    assert_eq!(check(SIGNED, r#"{"n":"2"}"#), Some(Code::SignatureMismatch));
    assert_eq!(check(SIGNED, ""), Some(Code::SignatureMismatch));
    assert_eq!(check(URL, r#"{"n":"1"}"#), Some(Code::SignatureMismatch));
    let short = SIGNED.trim_end_matches('3');
    assert_eq!(check(short, r#"{"n":"1"}"#), Some(Code::SignatureMismatch));
}

#[test]
fn a_digest_outside_of_what_is_signed_is_a_mistake_in_the_scheme() {
    const DIGEST: &[Binding] = &[Binding::new(
        Location::Header(std::borrow::Cow::Borrowed("x-body-digest")),
        "{body|sha256|hex}",
    )];
    let scheme = Scheme::hmac("acme", Digest::Sha256)
        .signed("{method}{path}")
        .bind(DIGEST);
    let error = scheme.check().unwrap_err().to_string();
    assert!(error.contains("not signed"), "{error}");
    let signed = scheme.signed("{method} {path} {header:x-body-digest}");
    assert!(signed.check().is_ok());
}

#[test]
fn a_field_that_may_be_missing_is_signed_as_nothing() {
    let body = |more: &str| {
        format!(
            r#"{{"notificationItems":[{{"NotificationRequestItem":{{"pspReference":"p","merchantAccountCode":"m","merchantReference":"r","amount":{{"value":100,"currency":"EUR"}},"eventCode":"AUTHORISATION","success":"true","additionalData":{{"hmacSignature":"X/4rDLLuUS8FyhhybP4fwE9e8/IZ6aoqkzR6dzRTrjU="}}}}}}{more}]}}"#
        )
    };
    let key = "aa".repeat(32);
    let check = |body: &str| code(verify(&providers::ADYEN, &[&key], URL, &[], body));
    assert_eq!(check(&body("")), None);
    let other = body("").replace(r#""value":100"#, r#""value":101"#);
    assert_eq!(check(&other), Some(Code::SignatureMismatch));
    // A second item would go unchecked.
    assert_eq!(
        check(&body(r#",{"NotificationRequestItem":{}}"#)),
        Some(Code::ContentMalformed)
    );
    assert_eq!(check(&body(",null")), Some(Code::ContentMalformed));
}

#[test]
fn sorted_parameters_are_signed_from_the_query_and_from_a_form() {
    let verdict = verify(
        &providers::MESSAGEBIRD_LEGACY,
        &["secret"],
        "https://example.com/hooks?b=%26&a=1%202",
        &[
            ("messagebird-request-timestamp", "1700000000"),
            (
                "messagebird-signature",
                "R+z78E4GUouHbeNqYGmH6e9vyKuR8lNSszYr4grOJVk=",
            ),
        ],
        "{}",
    );
    assert_eq!(code(verdict), None);

    const PAIRS: &str = "b=%3D&timestamp=1700000000&a=1+2&sig=0D4C73DC18419FF06E461E571DF9CA57C8E557089418FC842915396BD3985A86";
    let check = |form: &'static str, url: &str, body: &str| {
        let scheme = providers::VONAGE_SMS_SHA256.only(form);
        code(verify(&scheme, &["secret"], url, &[], body))
    };
    let by_query = format!("{URL}?{PAIRS}");
    assert_eq!(check("query", &by_query, ""), None);
    assert_eq!(check("form", URL, PAIRS), None);
    assert_eq!(
        check("form", URL, &format!("{PAIRS}&c=1")),
        Some(Code::SignatureMismatch)
    );
    // What was signed in one role is looked for in that role alone.
    let missing = Some(Code::SignatureMissing);
    assert_eq!(check("form", &by_query, "a=2"), missing);
    assert_eq!(check("query", URL, PAIRS), missing);
    let older = PAIRS.replace("1700000000", "1600000000");
    assert_eq!(check("form", URL, &older), Some(Code::SignatureMismatch));
}

#[test]
fn another_form_is_taken_when_the_value_is_not_in_this_one() {
    const HEX: &str = "77325902caca812dc259733aacd046b73817372c777b8d95b402647474516e13";
    let check = |value: &str| {
        code(verify(
            &providers::X_HUB_SIGNATURE_SHA256.accept("bare"),
            &["secret"],
            URL,
            &[("x-hub-signature", value)],
            "{}",
        ))
    };
    assert_eq!(check(HEX), None);
    assert_eq!(check(&format!("sha256={HEX}")), None);
    assert_eq!(
        check(&format!("sha1={HEX}")),
        Some(Code::SignatureMalformed)
    );
}

#[test]
fn a_header_is_repeated_only_where_the_scheme_says_so() {
    const GOOD: &str = "sha256=77325902caca812dc259733aacd046b73817372c777b8d95b402647474516e13";
    let other = format!("sha256={}", "0".repeat(64));
    let check = |scheme: &Scheme, name: &str, values: &[&str]| {
        let headers: Vec<_> = values.iter().map(|value| (name, *value)).collect();
        code(verify(scheme, &["secret"], URL, &headers, "{}"))
    };
    let mollie = |values: &[&str]| check(&providers::MOLLIE, "x-mollie-signature", values);
    assert_eq!(mollie(&[GOOD]), None);
    assert_eq!(mollie(&[&other, GOOD]), None);
    assert_eq!(mollie(&[&other, &other]), Some(Code::SignatureMismatch));
    assert_eq!(mollie(&[]), Some(Code::SignatureMissing));
    assert_eq!(mollie(&[GOOD; 17]), Some(Code::SignatureMalformed));
    assert_eq!(
        check(&providers::GITHUB, "x-hub-signature-256", &[GOOD, GOOD]),
        Some(Code::SignatureMalformed)
    );
}

const VERSION_1: &[Binding] = &[Binding::new(Location::Json(Cow::Borrowed("/v")), "1")];
const VERSION_2: &[Binding] = &[Binding::new(Location::Json(Cow::Borrowed("/v")), "2")];
const SUMS_SHA1: &[Scheme] = &[sums(Digest::Sha1).bind(VERSION_1)];

const fn sums(digest: Digest) -> Scheme {
    Scheme::hmac("sums", digest)
        .at(Location::Json(Cow::Borrowed("/sum")))
        .signed("{json|lines(a, b?)}")
}

#[test]
fn a_value_in_the_body_chooses_the_form() {
    const ONE: &str = "4e9f6f1bf12a557ed43e65e7309d1167686187af";
    const TWO: &str = "0952de5f0e4f01adec2c6f7b7ab7a31ac12a158ce1ee622b1e56e429b3ed343a";
    let both = sums(Digest::Sha256).bind(VERSION_2).or(SUMS_SHA1);
    let alone = sums(Digest::Sha256).bind(VERSION_2);
    let check = |scheme: &Scheme, version: &str, sum: &str| {
        let body = format!(r#"{{"a":"x","v":"{version}","sum":"{sum}"}}"#);
        code(verify(scheme, &["secret"], URL, &[], &body))
    };
    assert_eq!(check(&both, "2", TWO), None);
    assert_eq!(check(&both, "1", ONE), None);
    for (version, sum) in [("1", TWO), ("2", ONE), ("3", TWO)] {
        let refused = check(&both, version, sum);
        assert_eq!(refused, Some(Code::SignatureMalformed), "{version}");
    }
    // The last form that is left says what it binds.
    assert_eq!(check(&both, "3", ONE), Some(Code::SignatureMismatch));
    assert_eq!(check(&alone, "1", TWO), Some(Code::SignatureMismatch));
    for body in ["", "{}", "[]", r#"{"v":"2"}"#, r#"{"v":"2","v":"1"}"#] {
        assert!(
            verify(&both, &["secret"], URL, &[], body).is_err(),
            "{body}"
        );
    }
}

#[test]
fn the_fields_of_a_form_are_joined_but_those_left_out() {
    const SUM: &str = "0e29ee446fab1cbc7ae8e201d720a42bf3babd050f343b777972eec0a1a1f4e4";
    let scheme = Scheme::hmac("joined", Digest::Sha256)
        .at(Location::Form(Cow::Borrowed("sum")))
        .signed("{form|without(kind, x)|sort|join}");
    let check = |body: &str| code(verify(&scheme, &["secret"], URL, &[], body));
    assert_eq!(check(&format!("b=2+%C3%A9&kind=k&sum={SUM}&x=y&a=1")), None);
    assert_eq!(
        check(&format!("b=2+%C3%A9&sum={SUM}&a=1&c=")),
        Some(Code::SignatureMismatch)
    );
    for twofold in ["a=1%26b%3D2+%C3%A9", "a=1&b=2+%C3%A9&a=1"] {
        assert_eq!(
            check(&format!("{twofold}&sum={SUM}")),
            Some(Code::ContentMalformed)
        );
    }
}

/// What a template within a template takes from the head is kept until the body is there.
#[test]
fn a_text_of_head_and_body_is_computed_after_the_body() {
    let genuine = || {
        http::Request::post("https://example.com/in/x?q=1")
            .header("host", "example.com")
            .header("x-a", "one")
            .header("x-b", "two")
            .header("x-list", "x-list,x-a,x-b")
            .body("a=1&b=2".to_owned())
            .unwrap()
    };
    type Change = fn(&mut http::Request<String>);
    let header: Change = |it| {
        let _ = it.headers_mut().insert("x-a", "two".parse().unwrap());
    };
    let absent: Change = |it| {
        let _ = it.headers_mut().remove("x-a");
    };
    let repeated: Change = |it| {
        let _ = it.headers_mut().append("x-a", "one".parse().unwrap());
    };
    let path: Change = |it| *it.uri_mut() = "https://example.com/in/y?q=1".parse().unwrap();
    let query: Change = |it| *it.uri_mut() = "https://example.com/in/x?q=2".parse().unwrap();
    let host: Change = |it| {
        *it.uri_mut() = "https://other.example/in/x?q=1".parse().unwrap();
        it.headers_mut()
            .insert("host", "other.example".parse().unwrap());
    };
    let method: Change = |it| *it.method_mut() = http::Method::PUT;
    let body: Change = |it| *it.body_mut() = "a=1&b=3".to_owned();
    for (signed, changes) in [
        (
            "{({header:x-a}\n{form:b})|sha256|hex}.{({url}\n{form:b})|sha256|hex}",
            &[header, absent, repeated, path, query, host, body][..],
        ),
        (
            "{({url}\n{form:b})|sha256|hex}.{({header:x-a}\n{form:b})|sha256|hex}",
            &[header, absent, repeated, path, query, host, body],
        ),
        (
            "{({method}\n{target}\n{form:b})|sha256|hex}",
            &[method, path, query, body],
        ),
        ("{({host}\n{form:b})|sha256|hex}", &[host, body]),
        (
            "{({headers:x-list}\n{form:b})|sha256|hex}",
            &[header, absent, repeated, body],
        ),
        (
            "{form:a}.{({headers:x-list}\n{form:b})|sha256|hex}.{({query}\n{form:b})|sha256|hex}",
            &[header, absent, repeated, query, body],
        ),
    ] {
        let scheme = Scheme::hmac("acme", Digest::Sha256)
            .header("x-signature")
            .signed(signed)
            .trust(Trust::AsSent);
        let scheme = match scheme.has_one_reading().unwrap() {
            true => scheme,
            false => scheme.ambiguous("the test is about where the values come from"),
        };
        let key = Key::new("secret").unwrap();
        let mut request = genuine();
        let signer = Signer::new(&scheme, key.clone()).unwrap();
        for (name, value) in signer.sign(&request, NOW, None).unwrap().headers() {
            request.headers_mut().insert(name.clone(), value.clone());
        }
        let verifier = Verifier::new(scheme, key).unwrap();
        let check = |request: &http::Request<String>| {
            let whole = verifier.verify_at(request, NOW).map(drop);
            let streamed = verifier.begin(request, NOW).and_then(|mut check| {
                request
                    .body()
                    .as_bytes()
                    .chunks(2)
                    .for_each(|it| check.update(it));
                check.finish().map(drop)
            });
            assert_eq!(whole, streamed, "{signed}");
            whole
        };
        assert_eq!(check(&request), Ok(()), "{signed}");
        for (at, change) in changes.iter().enumerate() {
            let mut changed = request.clone();
            change(&mut changed);
            assert!(check(&changed).is_err(), "{signed}: {at}");
        }
    }
}

#[test]
fn an_event_id_in_the_body_is_read_after_it_was_verified() {
    let verifier = |scheme: Scheme| {
        Verifier::new(scheme.trust(Trust::AsSent), Key::new("secret").unwrap()).unwrap()
    };
    let acme = Scheme::hmac("acme", Digest::Sha256).header("x-signature");
    let json = verifier(acme.clone().event_id_json("/id"));
    assert_eq!(
        json.event_id_in(br#"{"id":"evt_1"}"#).as_deref(),
        Some("evt_1")
    );
    for none in [
        "",
        "{}",
        r#"{"id":""}"#,
        r#"{"id":null}"#,
        r#"{"id":{}}"#,
        "id=evt_1",
    ] {
        assert_eq!(json.event_id_in(none.as_bytes()), None, "{none}");
    }
    let form = verifier(
        acme.clone()
            .event_id_at(Location::Form(Cow::Borrowed("id"))),
    );
    assert_eq!(form.event_id_in(b"a=1&id=evt_1").as_deref(), Some("evt_1"));
    let head = verifier(acme.clone().event_id_header("x-id"));
    assert_eq!(head.event_id_in(br#"{"id":"evt_1"}"#), None);
    assert_eq!(verifier(acme).event_id_in(br#"{"id":"evt_1"}"#), None);
}

#[test]
fn the_proof_says_whether_the_event_id_is_signed() {
    let acme = Scheme::hmac("acme", Digest::Sha256)
        .header("x-signature")
        .event_id_header("x-id");
    for (scheme, is_signed) in [(acme.clone(), false), (acme.signed("{id}.{body}"), true)] {
        let mut request = http::Request::post(URL)
            .header("x-id", "evt_1")
            .body("{}")
            .unwrap();
        let key = Key::new("secret").unwrap();
        let signer = Signer::new(&scheme, key.clone()).unwrap();
        for (name, value) in signer.sign(&request, NOW, Some("evt_1")).unwrap().headers() {
            request.headers_mut().insert(name.clone(), value.clone());
        }
        let proof = Verifier::new(scheme, key)
            .unwrap()
            .verify_at(&request, NOW)
            .unwrap();
        assert_eq!(proof.event_id(), Some("evt_1"));
        assert_eq!(proof.event_id_is_signed(), is_signed);
        assert!(proof.covers().covers_body());
    }
}

#[test]
fn a_fixed_parameter_of_a_signature_is_given_once() {
    let scheme = Scheme::hmac("acme", Digest::Sha256)
        .header("x-signature")
        .format("v=1,s={signature}");
    let request = http::Request::post(URL).body("{}").unwrap();
    let signer = Signer::new(&scheme, Key::new("secret").unwrap()).unwrap();
    let signed = signer.sign(&request, NOW, None).unwrap();
    let (_, value) = signed.headers().iter().next().unwrap();
    let value = value.to_str().unwrap();
    let check = |value: &str| {
        let headers = [("x-signature", value)];
        code(verify(&scheme, &["secret"], URL, &headers, "{}"))
    };
    assert_eq!(check(value), None);
    assert_eq!(check(&format!("x=1,{value},y=2")), None, "unknown names");
    for wrong in [
        format!("v=1,{value}"),
        format!("{value},v=1"),
        format!("{value},v=2"),
        value.replace("v=1", "v=2"),
        value.replace("v=1,", ""),
    ] {
        assert_eq!(check(&wrong), Some(Code::SignatureMalformed), "{wrong}");
    }
}

#[test]
fn a_mistake_in_the_format_of_a_signature_is_marked() {
    for (format, at) in [
        ("a={größe},s={signature}", "{größe}"),
        ("{timestamp}{signature}", "{signature}"),
        ("s={signatures},t={timestamp}", "{signatures}"),
    ] {
        let scheme = Scheme::hmac("acme", Digest::Sha256)
            .header("x-signature")
            .format(format);
        let error = scheme.check().unwrap_err().to_string();
        let marks = error.matches('^').count();
        assert_eq!(marks, at.chars().count(), "{error}");
    }
}

/// Of two forms with one header, the form is the one whose algorithm the token names.
#[test]
fn the_algorithm_of_a_token_chooses_the_form() {
    const BY_SHA512: &[Scheme] = &[Scheme::hmac("acme", Digest::Sha512)
        .header("x-token")
        .jws("{jws_header}..{signature}")
        .signed("{jws_header}.{body|base64url}")
        .form("new")];
    let by_sha256 = Scheme::hmac("acme", Digest::Sha256)
        .header("x-token")
        .jws("{jws_header}..{signature}")
        .signed("{jws_header}.{body|base64url}")
        .form("old");
    let scheme = by_sha256.clone().or(BY_SHA512);
    let key = || Key::new("a secret that is long enough for it").unwrap();
    for form in [by_sha256, BY_SHA512[0].clone()] {
        let mut request = http::Request::post(URL).body("{}").unwrap();
        let signer = Signer::new(&form, key()).unwrap();
        for (name, value) in signer.sign(&request, NOW, None).unwrap().headers() {
            request.headers_mut().insert(name.clone(), value.clone());
        }
        let verifier = Verifier::new(scheme.clone(), key()).unwrap();
        assert_eq!(
            code(verifier.verify_at(&request, NOW)),
            None,
            "{:?}",
            form.form
        );
    }
}

#[test]
fn a_request_without_a_body_is_signed_by_its_url() {
    const OF_URL: &str = "8eb025a0ad2ab72b598ac62d835c252291e5d08c066f9d1fbdc8c6906aeba853";
    const OF_BODY: &str = "77325902caca812dc259733aacd046b73817372c777b8d95b402647474516e13";
    // Each role is named: nothing unsigned tells which of the two was signed.
    const BY_URL: &[Scheme] = &[Scheme::hmac("either", Digest::Sha256)
        .signed("{url}")
        .form("get")
        .opt_in()];
    let scheme = Scheme::hmac("either", Digest::Sha256)
        .form("post")
        .opt_in()
        .or(BY_URL);
    let undecided = Verifier::new(
        scheme.clone().trust(Trust::AsSent),
        Key::new("secret").unwrap(),
    );
    let error = undecided.unwrap_err().to_string();
    assert!(error.contains("`post`, `get`"), "{error}");
    let check = |form: &'static str, signature: &str, body: &str| {
        let url = format!("{URL}?x=1");
        code(verify(
            &scheme.clone().only(form),
            &["secret"],
            &url,
            &[("host", "example.com"), ("x-signature", signature)],
            body,
        ))
    };
    assert_eq!(check("get", OF_URL, ""), None);
    assert_eq!(check("post", OF_BODY, "{}"), None);
    for (form, signature, body, expected) in [
        ("get", OF_BODY, "{}", Code::SignatureMismatch),
        ("post", OF_URL, "{}", Code::SignatureMismatch),
        ("post", OF_URL, "", Code::SignatureMismatch),
        // A URL that was signed, sent as the body.
        (
            "post",
            OF_URL,
            "https://example.com/hooks?x=1",
            Code::ContentMalformed,
        ),
    ] {
        assert_eq!(
            check(form, signature, body),
            Some(expected),
            "{form} {body}"
        );
    }
}

#[test]
fn a_member_of_json_in_a_header_is_read_strictly() {
    // base64 of JSON with the MAC of the body.
    let header = |json: &str| BASE64.encode(json);
    let member = |name| Location::HeaderJson(Cow::Borrowed("x-sig"), Cow::Borrowed(name));
    let scheme = Scheme::hmac("member", Digest::Sha256)
        .at(member("/s"))
        .key_id_at(member("/k"));
    let check = |value: &str| code(verify(&scheme, &["secret"], URL, &[("x-sig", value)], "{}"));
    const MAC: &str = "77325902caca812dc259733aacd046b73817372c777b8d95b402647474516e13";
    assert_eq!(check(&header(&format!(r#"{{"k":"0","s":"{MAC}"}}"#))), None);
    for (json, expected) in [
        (r#"{"k":"0"}"#.to_owned(), Code::SignatureMissing),
        (
            format!(r#"{{"s":"{MAC}","s":"{MAC}"}}"#),
            Code::SignatureMalformed,
        ),
        ("[]".to_owned(), Code::SignatureMissing),
        ("{".to_owned(), Code::SignatureMalformed),
    ] {
        assert_eq!(check(&header(&json)), Some(expected), "{json}");
    }
    assert_eq!(check("{}"), Some(Code::SignatureMalformed));
    let bound = [Binding::new(member("/d"), "{body|sha256|hex}")];
    let mut scheme = scheme.clone();
    scheme.bind = Cow::Owned(bound.to_vec());
    assert!(scheme.check().is_err(), "nothing signs the bound value");
}

#[test]
fn nothing_is_bound_to_what_is_only_signed() {
    for is in ["{secret}", "{query:id|lower?}"] {
        let at = Location::Json(Cow::Borrowed("/a"));
        let mut binding = Binding::new(at, "");
        binding.is = Cow::Borrowed(is);
        let mut scheme = Scheme::hmac("bound", Digest::Sha256);
        scheme.bind = Cow::Owned(vec![binding]);
        let refused = scheme.check().unwrap_err().to_string();
        assert!(refused.contains("for `signed`"), "{refused}");
    }
}

#[test]
fn a_bound_value_may_be_absent_only_without_a_body_and_only_where_the_scheme_says_so() {
    const URL_ALONE: Scheme = Scheme::hmac("bound", Digest::Sha256).signed("{url}");
    let of_body = "77325902caca812dc259733aacd046b73817372c777b8d95b402647474516e13";
    let digest = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    let check = |with_body: bool, query: &str, body: &str| {
        let place = Location::Query(Cow::Borrowed("digest"));
        let binding = Binding::new(place, "{body|sha256|hex}");
        let binding = match with_body {
            true => binding.with_body(),
            false => binding,
        };
        let mut scheme = URL_ALONE;
        scheme.bind = Cow::Owned(vec![binding]);
        let mut request = http::Request::post(format!("{URL}?id=1{query}"))
            .header("host", "example.com")
            .body(body.as_bytes().to_vec())
            .unwrap();
        let signer = Signer::new(&URL_ALONE, Key::new("secret").unwrap()).unwrap();
        let signed = signer.sign(&request, NOW, None).unwrap();
        signed.apply(&mut request);
        let verifier = Verifier::new(scheme.trust(Trust::AsSent), Key::new("secret").unwrap());
        code(verifier.unwrap().verify_at(&request, NOW))
    };
    let right = format!("&digest={digest}");
    let wrong = format!("&digest={of_body}");
    for with_body in [false, true] {
        assert_eq!(check(with_body, &right, "{}"), None, "{with_body}");
        assert!(check(with_body, "", "{}").is_some(), "{with_body}");
        assert!(check(with_body, &wrong, "{}").is_some(), "{with_body}");
    }
    assert_eq!(check(false, "", ""), Some(Code::ContentMalformed));
    assert_eq!(check(true, "", ""), None);
}

#[cfg(feature = "rsa")]
#[test]
fn short_rsa_keys_are_taken_only_where_the_scheme_says_so() {
    let vectors = include_str!("../../../tests/data/vectors/cryptapi.json");
    let vectors: serde_json::Value = serde_json::from_str(vectors).unwrap();
    let key = || Key::new(vectors[0]["secret"].as_str().unwrap()).unwrap();
    assert!(Verifier::new(providers::CRYPTAPI.only("post").any_recipient(), key()).is_ok());
    let refused = Verifier::new(providers::WISE.any_recipient(), key())
        .unwrap_err()
        .to_string();
    assert!(refused.contains("1024 bits"), "{refused}");
}

#[test]
fn keys_from_the_body_are_for_signatures_in_the_body() {
    struct Nobody;
    impl BodyKeys for Nobody {
        fn verifier(&self, _: &[u8]) -> Lookup {
            Lookup::now(Err(Rejection::new(Code::KeyUnknown, "nobody")))
        }
    }
    assert!(
        Verifier::awaiting_keys(
            providers::AWS_SNS.trust(Trust::AsSent).any_recipient(),
            Arc::new(Nobody)
        )
        .is_ok()
    );
    for scheme in [
        providers::WISE,
        providers::DISCORD,
        providers::GITHUB,
        sums(Digest::Sha1),
    ] {
        let scheme = scheme.trust(Trust::AsSent).any_recipient();
        let refused = Verifier::awaiting_keys(scheme, Arc::new(Nobody)).unwrap_err();
        assert!(refused.to_string().contains("before the body"), "{refused}");
    }
}

#[test]
fn a_secret_that_may_be_text_or_base64_is_tried_as_both() {
    const SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
    const BODY: &str = r#"{"type":"order.paid"}"#;
    let check = |secrets: &[&str], signature: &str| {
        let headers = [
            ("webhook-id", "msg_1"),
            ("webhook-timestamp", "1700000000"),
            ("webhook-signature", signature),
        ];
        verify(&providers::POLAR, secrets, URL, &headers, BODY)
    };
    for (secret, signature) in [
        (SECRET, "v1,asboFmncnvq+OZchRdsLq9VB8608unI45c764bqUlD8="),
        (SECRET, "v1,Lbi7x4IQIa5E6VVsB2I1OZd6hYiH6mQK4v42DX66hD0="),
        (
            "polar_whs_abcDEF123",
            "v1,jOcZcTpfQ7gShWA4/3/0WEd31nAxVvy5JPHOyfFFuvY=",
        ),
    ] {
        for secrets in [&[secret][..], &["older", secret], &[secret, "older"]] {
            let verified = check(secrets, signature).unwrap();
            let at = secrets.iter().position(|known| *known == secret).unwrap();
            assert_eq!(verified.key_id(), at.to_string());
        }
        let other = signature.replace("v1,", "v1,A");
        assert!(check(&[secret], &other[..other.len() - 1]).is_err());
        assert_eq!(
            code(check(&["whsec_other"], signature)),
            Some(Code::SignatureMismatch)
        );
    }
    let ring = KeyRing::from([Key::new(SECRET).unwrap(), Key::new("text").unwrap()]);
    let verifier = Verifier::new(providers::POLAR, ring).unwrap();
    assert_eq!(verifier.key_ids().collect::<Vec<_>>(), ["0", "1"]);
}

#[test]
fn a_body_without_its_time_is_refused() {
    let check = |signature: &str, body: &str| {
        let headers = [("linear-signature", signature)];
        code(verify(&providers::LINEAR, &["s3cret"], URL, &headers, body))
    };
    for (body, signature, refused) in [
        (
            r#"{"webhookTimestamp":1700000000000,"type":"Issue"}"#,
            "276bc642c12194df80f5afa83db450176ccf6ea153b7e84c6f7bdcabdca77c73",
            None,
        ),
        (
            r#"{"type":"Issue"}"#,
            "06b7622b7e88dd8adeb42227afaeea999343f9cef0ef76dfeb63fc9ec69669bf",
            Some(Code::TimestampMissing),
        ),
        (
            r#"{"webhookTimestamp":1700000000000,"type":"Issue","webhookTimestamp":1700000000000}"#,
            "5c9560f00f05cc510ba2b35a2fadf291093523f1177a4f83f1ab5265993409e7",
            Some(Code::TimestampMalformed),
        ),
    ] {
        assert_eq!(check(signature, body), refused, "{body}");
    }
}

#[test]
fn old_events_are_signed_with_another_separator() {
    let check = |scheme: &Scheme, signature: &str| {
        let headers = [
            ("x-deliveroo-hmac-sha256", signature),
            ("x-deliveroo-sequence-guid", "a-guid"),
        ];
        code(verify(scheme, &["s3cret"], URL, &headers, r#"{"a":1}"#))
    };
    let new = "eaf2fee605e272f88b958b6bff5f18827a2543dae4e2af4c1029424e27f99777";
    let old = "390fce75975de84701b0c071eac95e0b143cdc270dcd298fa328cdf7d0320a8d";
    assert_eq!(check(&providers::DELIVEROO, new), None);
    assert_eq!(
        check(&providers::DELIVEROO, old),
        Some(Code::SignatureMismatch)
    );
    assert_eq!(check(&providers::DELIVEROO.only("legacy"), old), None);
    assert_eq!(
        check(&providers::DELIVEROO.only("legacy"), new),
        Some(Code::SignatureMismatch)
    );
}

#[cfg(feature = "gunzip")]
#[test]
fn a_body_that_is_signed_before_compression_is_decompressed() {
    // Written by Python's `gzip.compress(…, mtime=0)`.
    const GZIP: [u8; 42] = [
        31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 42, 169, 44, 72, 85, 178, 82, 202, 77, 45, 46,
        78, 76, 79, 213, 203, 75, 45, 87, 170, 5, 0, 213, 19, 72, 202, 22, 0, 0, 0,
    ];
    let check = |scheme: Scheme, body: &[u8]| {
        let (parts, ()) = http::Request::post(URL)
            .header(
                "x-signature",
                "e9e04ad87d03ed081b9ba564504d6a1e41e402c0ae6f8ad98dbc8865afc12a2c",
            )
            .body(())
            .unwrap()
            .into_parts();
        let scheme = scheme.trust(Trust::AsSent);
        let verifier = Verifier::new(scheme, Key::new("s3cret").unwrap()).unwrap();
        code(verifier.verify_parts(&parts, body, NOW))
    };
    let plain = br#"{"type":"message.new"}"#;
    assert_eq!(check(providers::GETSTREAM, plain), None);
    assert_eq!(
        check(providers::GETSTREAM, &GZIP),
        Some(Code::SignatureMismatch)
    );
    let compressed = || providers::GETSTREAM.only("compressed");
    assert_eq!(check(compressed(), &GZIP), None);
    assert_eq!(check(compressed(), plain), Some(Code::ContentMalformed));
}

#[test]
fn a_multipart_body_is_told_as_one() {
    let body = "--b\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\nt\r\n--b--\r\n";
    for scheme in [&providers::MAILGUN_FORM, &providers::MAILGUN] {
        let refused = verify(scheme, &["s3cret"], URL, &[], body).unwrap_err();
        assert!(
            refused.to_string().contains("multipart/form-data"),
            "{refused}"
        );
        #[cfg(feature = "explain")]
        {
            let scheme = scheme.clone().trust(Trust::AsSent);
            let verifier = Verifier::new(scheme, Key::new("s3cret").unwrap()).unwrap();
            let request = http::Request::post(URL)
                .body(body.as_bytes().to_vec())
                .unwrap();
            let found = verifier.explain_at(&request, NOW);
            assert_eq!(found.hint, Some("body_multipart"), "{found:?}");
        }
    }
}

/// What handlers are given where the proof leaves the body open.
mod trust {
    use hookward_core::{
        Binding, Code, ConfigError, Digest, Key, KeyHandle, KeyRing, Location, Rejection, Scheme,
        Signer, Trust, Verified, Verifier, providers,
    };
    use http::Request;

    use super::{NOW, URL};

    /// Every form of the catalogue that asks, in alphabetical order.
    const ASKS: &[&str] = &[
        "adyen",
        "apple-app-store-v2",
        "aws-sns v1",
        "aws-sns v2",
        "bitso",
        "braintree",
        "dropbox-sign",
        "ecwid",
        "getstream compressed",
        "google-pubsub",
        "hubspot-v1",
        "hubspot-v2",
        "lever",
        "mailchimp-transactional events",
        "mailgun",
        "mailgun-form",
        "mercado-pago",
        "microsoft-graph",
        "midtrans",
        "monday",
        "opennode",
        "paypal",
        "paysera ss2",
        "paysera ss3",
        "paysera ss3-form",
        "plivo-v2",
        "shopify-app-proxy",
        "travis-ci",
        "vonage-sms-md5 form",
        "vonage-sms-md5 query",
        "vonage-sms-md5hash form",
        "vonage-sms-md5hash query",
        "vonage-sms-sha1 form",
        "vonage-sms-sha1 query",
        "vonage-sms-sha256 form",
        "vonage-sms-sha256 query",
        "vonage-sms-sha512 form",
        "vonage-sms-sha512 query",
    ];

    #[test]
    fn an_entry_asks_exactly_where_its_proof_leaves_the_body_open() {
        let mut asking = Vec::new();
        for entry in providers::all() {
            for name in entry.scheme.form_names() {
                let scheme = entry.scheme.clone().only(name.clone());
                let text = match &*name {
                    "default" => entry.scheme.name.to_string(),
                    name => format!("{} {name}", entry.scheme.name),
                };
                match Verifier::without_keys(scheme.clone()) {
                    Ok(_) => {}
                    Err(ConfigError::Trust(_)) => asking.push(text.clone()),
                    Err(error) => panic!("{text}: {error}"),
                }
                for trust in [Trust::Proven, Trust::AsSent] {
                    assert!(
                        Verifier::without_keys(scheme.clone().trust(trust)).is_ok(),
                        "{text}"
                    );
                }
            }
        }
        asking.sort_unstable();
        assert_eq!(asking, ASKS);
    }

    #[test]
    fn the_question_says_what_is_at_stake_and_what_to_write() {
        let page = |scheme: Scheme| Verifier::without_keys(scheme).unwrap_err().to_string();
        assert_eq!(
            page(providers::BRAINTREE),
            "braintree is proven by a signature that does not cover the body: choose what handlers are given.
  covered: form:bt_payload
  an attacker who relays or records a request can change: the rest of the body, the method, the URL, other headers, when it is sent
Write one of:
  scheme.trust(Trust::Proven)  for the covered fields of the form, as a JSON object of strings
  scheme.trust(Trust::AsSent)  for the body as sent, of which handlers can trust only what `Verified::covers()` lists"
        );
        let paypal = page(providers::PAYPAL);
        assert!(paypal.contains("lost before signing: body\n"), "{paypal}");
        assert!(paypal.contains("for an empty JSON object"), "{paypal}");
        let monday = page(providers::MONDAY);
        assert!(
            monday.contains("a token that says nothing of the body"),
            "{monday}"
        );
        assert!(monday.contains("for the claims of the token"), "{monday}");
    }

    fn ring() -> KeyRing {
        KeyRing::from(Key::new("secret").unwrap())
    }

    fn signed(scheme: &Scheme, ring: KeyRing, url: &str, body: &str) -> Request<String> {
        let mut request = Request::post(url).body(body.to_owned()).unwrap();
        let signer = Signer::new(scheme, ring).unwrap();
        signer
            .sign(&request.clone().map(String::into_bytes), NOW, None)
            .unwrap()
            .headers()
            .iter()
            .for_each(|(name, value)| {
                request.headers_mut().append(name.clone(), value.clone());
            });
        request
    }

    fn verify(scheme: &Scheme, request: &Request<String>) -> Result<Verified, Rejection> {
        Verifier::new(scheme.clone().trust(Trust::Proven), ring())
            .unwrap()
            .verify_at(request, NOW)
    }

    fn document(scheme: &Scheme, request: &Request<String>) -> String {
        let verified = verify(scheme, request).unwrap();
        assert!(verified.replaces_body());
        let document = verified.proven(request.body().as_bytes()).unwrap();
        String::from_utf8(document.to_vec()).unwrap()
    }

    fn acme(signed: &'static str) -> Scheme {
        Scheme::hmac("acme", Digest::Sha256).signed(signed)
    }

    #[test]
    fn values_of_a_json_body_are_at_their_places_and_nothing_else_is() {
        let scheme = acme(
            "{json:/items/1/id}:{json:/a~1b}:{json:/total}:{json:/items/1/x?}:{json:/sub|raw}",
        );
        let genuine =
            r#"{"items":[{"id":"0"},{"id":"\u00e9\"1"}],"a/b":true,"total":5.0,"sub":{"k":[1]}}"#;
        let mut request = signed(&scheme, ring(), URL, genuine);
        let expected =
            r#"{"a/b":true,"items":[null,{"id":"\u00e9\"1"}],"sub":{"k":[1]},"total":5.0}"#;
        assert_eq!(document(&scheme, &request), expected);
        // Whatever a relay adds, it is not in it.
        *request.body_mut() = r#"{"paid":true,"items":[{"id":"9","paid":1},{"paid":true,"id":"\u00e9\"1","n":{}},"more"],
            "sub":{"k":[1]},"total":5.0,"paid":false,"a/b":true,"":{}}"#
            .to_owned();
        assert_eq!(document(&scheme, &request), expected);
        // An object in the array's place is not what was signed.
        *request.body_mut() =
            r#"{"items":{"1":{"id":"\u00e9\"1"}},"a/b":true,"total":5.0,"sub":{"k":[1]}}"#
                .to_owned();
        let refused = verify(&scheme, &request).unwrap_err();
        assert_eq!(refused.code(), Code::ContentMalformed);
        assert!(refused.to_string().contains("`/items`"), "{refused}");
        // Nor is an array in an object's, also at the top.
        for (signed_as, body, other) in [
            ("{json:/a/b}", r#"{"a":{"b":"1"}}"#, r#"{"a":["1"]}"#),
            ("{json:/0/b}", r#"[{"b":"1"}]"#, r#"{"0":{"b":"1"}}"#),
        ] {
            let scheme = acme(signed_as);
            let mut request = signed(&scheme, ring(), URL, body);
            assert_eq!(document(&scheme, &request), body);
            *request.body_mut() = other.to_owned();
            assert!(verify(&scheme, &request).is_err(), "{other}");
        }
        // Doubled on the way to a covered value: readers disagree.
        *request.body_mut() =
            r#"{"items":[0,{"id":"\u00e9\"1"}],"items":[],"a/b":true,"total":5.0,"sub":{"k":[1]}}"#
                .to_owned();
        assert_eq!(
            verify(&scheme, &request).unwrap_err().code(),
            Code::ContentMalformed
        );
    }

    #[test]
    fn adyens_eight_values_are_all_that_a_handler_sees() {
        let scheme = providers::ADYEN;
        let hex = Key::new("44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056");
        let ring = KeyRing::from(hex.unwrap());
        let body = r#"{"live":"false","notificationItems":[{"NotificationRequestItem":{"additionalData":{"hmacSignature":"coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0="},"amount":{"value":1130,"currency":"EUR"},"pspReference":"7914073381342284","eventCode":"AUTHORISATION","eventDate":"2019-05-06T17:15:34.121+02:00","merchantAccountCode":"TestMerchant","operations":["CANCEL"],"merchantReference":"TestPayment-1407325143704","paymentMethod":"visa","success":"true","reason":"forged"}}]}"#;
        let request = Request::post(URL).body(body).unwrap();
        let verified = Verifier::new(scheme.trust(Trust::Proven), ring)
            .unwrap()
            .verify_at(&request, NOW)
            .unwrap();
        let document = verified.proven(body.as_bytes()).unwrap();
        assert_eq!(
            std::str::from_utf8(document).unwrap(),
            r#"{"notificationItems":[{"NotificationRequestItem":{"amount":{"currency":"EUR","value":1130},"eventCode":"AUTHORISATION","merchantAccountCode":"TestMerchant","merchantReference":"TestPayment-1407325143704","pspReference":"7914073381342284","success":"true"}}]}"#
        );
    }

    #[test]
    fn fields_of_a_form_are_strings() {
        let scheme = acme("{form:data}");
        let mut request = signed(&scheme, ring(), URL, "data=%7B%22a%22%3A1%7D+%00");
        let expected = r#"{"data":"{\"a\":1} \u0000"}"#;
        assert_eq!(document(&scheme, &request), expected);
        *request.body_mut() = "status=settled&data=%7B%22a%22%3A1%7D+%00&x=1&x=2".to_owned();
        assert_eq!(document(&scheme, &request), expected);
        *request.body_mut() = "data=%7B%22a%22%3A1%7D+%00&data=other".to_owned();
        assert_eq!(
            verify(&scheme, &request).unwrap_err().code(),
            Code::ContentMalformed
        );
    }

    #[test]
    fn a_signed_query_is_what_a_handler_gets_of_it() {
        let body = r#"{"a":"forged"}"#;
        for (template, expected) in [
            ("{query|sort(all)|join}", r#"{"b":"x&y","a":"\"1"}"#),
            ("{target}", r#"{"b":"x&y","a":"\"1"}"#),
            ("{query:a}", r#"{"a":"\"1"}"#),
            ("{method}", "{}"),
        ] {
            let scheme = acme(template);
            let url = "https://example.com/hooks?b=x%26y&a=%221";
            assert_eq!(
                document(&scheme, &signed(&scheme, ring(), url, body)),
                expected,
                "{template}"
            );
        }
        // An object has one value for a name.
        let scheme = acme("{query|sort(all)|join}");
        let twice = signed(&scheme, ring(), "https://example.com/hooks?a=1&a=2", body);
        assert_eq!(
            verify(&scheme, &twice).unwrap_err().code(),
            Code::ContentMalformed
        );
        // A configured URL is what was signed, whatever the request's own says.
        let scheme = acme("{url}").trust(Trust::Proven);
        let mut request = signed(&scheme, ring(), "https://example.com/hooks?a=1", body);
        *request.uri_mut() = "https://example.com/hooks?a=2".parse().unwrap();
        let verifier = Verifier::new(scheme, ring())
            .unwrap()
            .with_exact_url("https://example.com/hooks?a=1")
            .unwrap();
        let verified = verifier.verify_at(&request, NOW).unwrap();
        assert_eq!(verified.proven(&[]).unwrap(), br#"{"a":"1"}"#);
    }

    #[test]
    fn the_claims_of_a_token_come_before_everything_else() {
        const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhY21lIiwicGFpZCI6ZmFsc2V9.1nfRFSw9MsAOqWAGJZedKie6qnH9AVO8Bel0Qddkegs";
        let scheme = Scheme::hmac("jwt", Digest::Sha256)
            .header("authorization")
            .jws("Bearer {jws_header}.{jws_payload}.{signature}");
        let request = Request::post("https://example.com/hooks?sub=other")
            .header("authorization", format!("Bearer {TOKEN}"))
            .body(r#"{"sub":"other","paid":true}"#.to_owned())
            .unwrap();
        assert_eq!(
            document(&scheme, &request),
            r#"{"sub":"acme","paid":false}"#
        );
        let in_body = scheme
            .clone()
            .at(Location::Json("/token".into()))
            .jws("{jws_header}.{jws_payload}.{signature}");
        let request = Request::post(URL)
            .body(format!(r#"{{"paid":true,"token":"{TOKEN}"}}"#))
            .unwrap();
        assert_eq!(
            document(&in_body, &request),
            r#"{"sub":"acme","paid":false}"#
        );
    }

    #[test]
    fn what_is_covered_weakly_is_not_handed_out() {
        for template in [
            "{json:/a}{json:/b}",
            "{json:/a|lower}.{body|crc32}",
            "{form|sort|flatten|join}",
        ] {
            let mut scheme = acme(template);
            if !scheme.has_one_reading().unwrap() {
                scheme = scheme.ambiguous("values can be cut elsewhere");
            }
            let body = if template.contains("form") {
                "a=1"
            } else {
                r#"{"a":"x","b":"y"}"#
            };
            assert_eq!(
                document(&scheme, &signed(&scheme, ring(), URL, body)),
                "{}",
                "{template}"
            );
        }
    }

    #[test]
    fn a_body_that_is_covered_or_a_bare_secret_needs_no_word() {
        const DIGEST: &[Binding] = &[Binding::new(
            Location::Header(std::borrow::Cow::Borrowed("x-digest")),
            "{body|sha256|hex}",
        )];
        let body = r#"{"a": 1}"#;
        for scheme in [
            acme("{body}"),
            acme("{timestamp}.{body}").timestamp_header("x-time", hookward_core::TimeUnit::Seconds),
            acme("{header:x-digest}").bind(DIGEST),
            acme("{json|sort|compact}"),
        ] {
            for trust in [None, Some(Trust::Proven), Some(Trust::AsSent)] {
                let mut scheme = scheme.clone();
                scheme.trust = trust;
                let request = if scheme.bind.is_empty() {
                    signed(&scheme, ring(), URL, body)
                } else {
                    continue;
                };
                let verified = Verifier::new(scheme, ring())
                    .unwrap()
                    .verify_at(&request, NOW)
                    .unwrap();
                assert!(!verified.replaces_body());
                assert_eq!(verified.proven(body.as_bytes()).unwrap(), body.as_bytes());
            }
        }
        assert!(Verifier::without_keys(acme("{header:x-digest}").bind(DIGEST)).is_ok());
        // Each byte is signed, and only where its fields end is not.
        for template in [
            "{form|sort|join('', '')}",
            "[{query:a}{form|join('', '')}|{form|join('', '')}]",
        ] {
            let scheme = acme(template).ambiguous("fields can be cut elsewhere");
            assert!(Verifier::without_keys(scheme).is_ok(), "{template}");
        }
        // A stranger can append to what a plain hash ends with.
        let extended = Scheme::hash("acme", Digest::Sha256);
        assert!(matches!(
            Verifier::without_keys(extended),
            Err(ConfigError::Trust(_))
        ));
    }

    #[test]
    fn nothing_is_proven_as_sent_or_by_a_secret() {
        let scheme = acme("{json:/a}").trust(Trust::AsSent);
        let request = signed(&scheme, ring(), URL, r#"{"a":1,"b":2}"#);
        let verified = Verifier::new(scheme, ring())
            .unwrap()
            .verify_at(&request, NOW)
            .unwrap();
        assert!(!verified.replaces_body());
        let error = verified
            .proven(request.body().as_bytes())
            .unwrap_err()
            .to_string();
        assert!(error.contains("scheme.trust(Trust::Proven)"), "{error}");

        let request = Request::post(URL)
            .header("x-signature", "secret")
            .body("{}")
            .unwrap();
        for trust in [Trust::Proven, Trust::AsSent] {
            let verifier = Verifier::new(Scheme::shared_secret("acme").trust(trust), ring());
            let verified = verifier.unwrap().verify_at(&request, NOW).unwrap();
            let error = verified.proven(b"{}").unwrap_err().to_string();
            assert!(
                error.contains("proves nothing about the content"),
                "{error}"
            );
        }
    }

    #[test]
    fn what_is_built_of_a_verifier_follows_it() {
        let scheme = acme("{json:/a}");
        assert!(matches!(
            Verifier::without_keys(scheme.clone()),
            Err(ConfigError::Trust(_))
        ));
        let base = Verifier::without_keys(scheme.clone().trust(Trust::Proven)).unwrap();
        let handle = KeyHandle::new(base.with_keys(Key::new("old").unwrap()).unwrap());
        // The second key of the ring goes over the body once more.
        handle
            .rotate(KeyRing::from(Key::new("new").unwrap()).push(Key::new("secret").unwrap()))
            .unwrap();
        let request = signed(&scheme, ring(), URL, r#"{"b":1,"a":2}"#);
        for verifier in [
            handle.current(),
            base.with_keys(ring()).unwrap().for_tenant("acme"),
        ] {
            let verified = verifier.verify_at(&request, NOW).unwrap();
            assert_eq!(verified.proven(&[]).unwrap(), br#"{"a":2}"#);
            let (parts, body) = request.clone().into_parts();
            let mut check = verifier.begin(&parts, NOW).unwrap();
            body.as_bytes()
                .chunks(1)
                .for_each(|byte| check.update(byte));
            assert_eq!(check.finish().unwrap().proven(&[]).unwrap(), br#"{"a":2}"#);
        }
    }

    #[cfg(feature = "message-signatures")]
    #[test]
    fn a_message_signature_is_judged_by_what_its_policy_demands() {
        use hookward_core::MessageSignatures;

        let ring = || KeyRing::default().with("k", Key::new("a shared secret").unwrap());
        let policy = || MessageSignatures::default().require_only(["@method", "@query"]);
        let undecided = Verifier::message_signatures(policy(), ring());
        assert!(matches!(undecided, Err(ConfigError::Trust(_))));
        assert!(Verifier::message_signatures(MessageSignatures::default(), ring()).is_ok());
        let verifier = Verifier::message_signatures(policy().trust(Trust::Proven), ring()).unwrap();
        // The signer covers the body as well, so that there is nothing to replace.
        let request = signed(
            &providers::RFC9421,
            ring(),
            "https://example.com/hooks?a=1",
            "{}",
        );
        let verified = verifier.verify_at(&request, NOW).unwrap();
        assert!(!verified.replaces_body());
        assert_eq!(verified.proven(b"{}").unwrap(), b"{}");
    }
}
