//! What callers fill in, and the forms in which a request comes out.

use hookward::testing::{self, TestRequest};
use hookward::{Code, Digest, Key, KeyRing, Scheme, UnixTime, Verifier, providers};
use http::Method;
use serde_json::{Value, json};

const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

fn body_of(request: &TestRequest) -> Value {
    serde_json::from_slice(&request.try_build().unwrap().into_body()).unwrap()
}

#[test]
fn a_body_goes_out_as_it_was_given_where_nothing_has_to_be_added() {
    let body = "{ \"a\" : 1.0,\n\"é\": null }";
    for entry in ["github", "stripe", "shopify", "standard-webhooks", "slack"] {
        let scheme = providers::find(entry).unwrap().scheme.clone();
        let request = testing::request(scheme).at(NOW).body(body);
        assert_eq!(request.try_build().unwrap().body(), body, "{entry}");
    }
}

#[test]
fn what_the_scheme_reads_from_the_body_is_added_to_it() {
    let mailgun = testing::request(providers::MAILGUN)
        .at(NOW)
        .json(&json!({"event-data": {"event": "opened"}}));
    let body = body_of(&mailgun);
    assert_eq!(body["event-data"]["event"], "opened");
    assert!(body["signature"]["token"].is_string(), "{body}");

    // An old time that is in the event becomes that of the delivery.
    let linear = testing::request(providers::LINEAR)
        .at(NOW)
        .json(&json!({"action": "create", "webhookTimestamp": 1}));
    assert_eq!(body_of(&linear)["webhookTimestamp"], 1_800_000_000_000_i64);
}

#[test]
fn forms_are_escaped_and_signed() {
    let request = testing::request(providers::TWILIO)
        .uri("https://example.com/voice?a=1")
        .form([("From", "+14158675310"), ("Body", "Zoë & co")])
        .try_build()
        .unwrap();
    assert_eq!(request.uri(), "/voice?a=1");
    assert_eq!(request.headers()["host"], "example.com");
    assert_eq!(request.body(), "From=%2B14158675310&Body=Zo%C3%AB+%26+co");
    let verifier = testing::verifier(providers::TWILIO);
    assert!(verifier.verify_at(&request, NOW).is_ok());
}

#[test]
fn a_secret_of_ones_own_signs() {
    let key = || Key::new("whsec_of_the_staging_account").unwrap();
    let delivery = testing::request(providers::STRIPE).at(NOW).key(key());
    let own = Verifier::new(providers::STRIPE, key()).unwrap();
    let code = |request: &TestRequest| {
        let verdict = own.verify_at(&request.try_build().unwrap(), NOW);
        verdict.err().map(|rejection| rejection.code())
    };
    assert_eq!(code(&delivery), None);
    assert_eq!(code(&delivery.stale()), Some(Code::TimestampTooOld));
    assert_eq!(code(&delivery.early()), Some(Code::TimestampInFuture));
    for forged in [delivery.tampered(), delivery.by_other_key()] {
        assert_eq!(code(&forged), Some(Code::SignatureMismatch));
    }
    assert_eq!(code(&delivery.unsigned()), Some(Code::SignatureMissing));
}

#[test]
fn a_private_key_of_ones_own_signs() {
    let private = include_str!("../../keys/other-rsa-2048.pem");
    let ring = KeyRing::default().push(Key::new(private).unwrap());
    let delivery = testing::request(providers::ZENTITLE).at(NOW).key(ring);
    let signature =
        |request: &TestRequest| request.try_build().unwrap().headers()["n-signature"].clone();
    // The same as by the key that nothing trusts.
    let other = testing::request(providers::ZENTITLE).at(NOW).by_other_key();
    assert_eq!(signature(&delivery), signature(&other));
}

#[test]
fn schemes_of_ones_own_are_signed() {
    let scheme = Scheme::hmac("acme", Digest::Sha256)
        .header("x-acme-signature")
        .signed("{method}\n{path}\n{body}");
    let delivery = testing::request(scheme.clone())
        .method(Method::PUT)
        .path("/hooks/acme")
        .json(&json!({"a": 1}));
    let verifier = testing::verifier(scheme);
    assert!(verifier.verify(&delivery.try_build().unwrap()).is_ok());
    assert!(
        verifier
            .verify(&delivery.tampered().try_build().unwrap())
            .is_err()
    );
}

#[test]
fn values_that_go_with_the_key_are_made_up_unless_they_are_given() {
    let scheme = Scheme::hmac("acme", Digest::Sha256)
        .header("x-acme-signature")
        .signed("{const:account}.{body}");
    let delivery = testing::request(scheme.clone());
    let verifier = testing::verifier(scheme.clone());
    assert!(verifier.verify(&delivery.try_build().unwrap()).is_ok());

    let own = KeyRing::from(testing::key(scheme.clone())).param("account", "acct_1");
    let delivery = delivery.key(own.clone());
    assert!(verifier.verify(&delivery.try_build().unwrap()).is_err());
    let verifier = Verifier::new(scheme, own).unwrap();
    assert!(verifier.verify(&delivery.try_build().unwrap()).is_ok());
    assert!(
        verifier
            .verify(&delivery.by_other_key().try_build().unwrap())
            .is_err()
    );
}

#[test]
fn a_named_form_is_signed() {
    let request = testing::request(providers::AWS_SNS.only("v1"));
    assert_eq!(body_of(&request)["SignatureVersion"], "1");
    assert_eq!(
        body_of(&testing::request(providers::AWS_SNS))["SignatureVersion"],
        "2"
    );
}

#[test]
fn what_cannot_be_made_is_an_error_that_says_why() {
    let error = |request: TestRequest| request.try_build().unwrap_err().to_string();
    let says = error(testing::request(providers::GITHUB).stale());
    assert!(says.contains("only a replay guard refuses it"), "{says}");
    let says = error(testing::request(providers::TELEGRAM).tampered());
    assert!(says.contains("signs nothing of this request"), "{says}");
    let says = error(testing::request(providers::MAILGUN).body("no JSON"));
    assert!(says.contains("no genuine request of mailgun"), "{says}");
}

#[test]
fn a_request_is_written_for_a_socket_and_for_a_shell() {
    let delivery = testing::request(providers::GITHUB)
        .uri("http://127.0.0.1:3000/webhooks/github?a=1")
        .header("x-github-event", "push")
        .json(&json!({"ref": "it's"}));
    let text = String::from_utf8(delivery.to_http11()).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /webhooks/github?a=1 HTTP/1.1\r\nhost: 127.0.0.1:3000\r\n"));
    assert!(head.contains("\r\nx-hub-signature-256: sha256="), "{head}");
    assert!(head.ends_with("\r\ncontent-length: 14"), "{head}");
    assert_eq!(body, r#"{"ref":"it's"}"#);

    let command = delivery.to_curl();
    assert!(command.starts_with("curl -i -X POST 'http://127.0.0.1:3000/webhooks/github?a=1' -H "));
    assert!(
        command.ends_with(r#"--data-binary '{"ref":"it'\''s"}'"#),
        "{command}"
    );
    let binary = testing::request(providers::GITHUB).body([0, 255]).to_curl();
    assert!(binary.starts_with(r"printf '\000\377' | curl "), "{binary}");
}

#[test]
fn every_entry_has_a_sample() {
    for entry in providers::all() {
        let sample = testing::sample(entry.scheme.clone());
        let is_json = serde_json::from_slice::<Value>(&sample.body).is_ok();
        let is_form = sample.content_type == "application/x-www-form-urlencoded";
        assert!(
            is_json || is_form || sample.body.is_empty(),
            "{}: {}",
            entry.scheme.name,
            String::from_utf8_lossy(&sample.body)
        );
    }
}

#[test]
fn samples_that_were_published_name_their_source() {
    let square = testing::sample(providers::SQUARE);
    assert!(
        square
            .source
            .is_some_and(|source| source.starts_with("square/"))
    );
    let published = providers::all().filter(|entry| {
        let sample = testing::sample(entry.scheme.clone());
        sample.source.is_some_and(|source| !source.is_empty())
    });
    assert!(published.count() > 10);
}
