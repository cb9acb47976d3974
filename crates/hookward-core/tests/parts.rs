//! The rarer parts of the scheme language, each through the entry of the
//! catalogue that needs it. The signatures were computed with Python's `hmac`.
#![allow(clippy::unwrap_used)]

use hookward_core::{
    Binding, Code, Digest, Key, KeyRing, Location, Rejection, Scheme, Signer, UnixTime, Verified,
    Verifier, providers,
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
    Verifier::new(scheme.clone(), ring)
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
        "{body:sha256:hex}",
    )];
    let scheme = Scheme::hmac("acme", Digest::Sha256)
        .signed("{method}{path}")
        .bind(DIGEST);
    let error = scheme.check().unwrap_err().to_string();
    assert!(error.contains("not signed"), "{error}");
    let signed = scheme.signed("{method}{path}{header:x-body-digest}");
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
    let check = |url: &str, body: &str| {
        code(verify(
            &providers::VONAGE_SMS_SHA256,
            &["secret"],
            url,
            &[],
            body,
        ))
    };
    assert_eq!(check(&format!("{URL}?{PAIRS}"), ""), None);
    assert_eq!(check(URL, PAIRS), None);
    assert_eq!(
        check(URL, &format!("{PAIRS}&c=1")),
        Some(Code::SignatureMismatch)
    );
    let older = PAIRS.replace("1700000000", "1600000000");
    assert_eq!(check(URL, &older), Some(Code::SignatureMismatch));
}

#[test]
fn another_form_is_taken_when_the_value_is_not_in_this_one() {
    const HEX: &str = "77325902caca812dc259733aacd046b73817372c777b8d95b402647474516e13";
    let check = |value: &str| {
        code(verify(
            &providers::X_HUB_SIGNATURE_SHA256,
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
