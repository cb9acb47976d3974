//! Signed texts that could be cut in two ways: what is signed as one id, time
//! and body must not pass as others.
#![allow(clippy::unwrap_used)]

use hookward_core::{
    Code, Digest, Key, Location, Rejection, Scheme, Signer, TimeUnit, Trust, UnixTime, Verified,
    Verifier, providers,
};
use http::Request;

const THEN: UnixTime = UnixTime::from_secs(1_700_000_000);
const LATER: UnixTime = UnixTime::from_secs(1_800_000_000);

fn signed(
    scheme: &Scheme,
    key: &str,
    mut request: Request<Vec<u8>>,
    id: Option<&str>,
) -> Request<Vec<u8>> {
    Signer::new(scheme, Key::new(key).unwrap())
        .unwrap()
        .sign(&request, THEN, id)
        .unwrap()
        .apply(&mut request);
    request
}

fn verify(
    scheme: &Scheme,
    key: &str,
    request: &Request<Vec<u8>>,
    now: UnixTime,
) -> Result<Verified, Rejection> {
    Verifier::new(scheme.clone().trust(Trust::AsSent), Key::new(key).unwrap())
        .unwrap()
        .verify_at(request, now)
}

#[test]
fn a_time_in_a_text_does_not_become_the_time_of_sending() {
    const KEY: &str = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let scheme = &providers::STANDARD_WEBHOOKS;
    let later = LATER.as_secs();
    let body = format!("{{\"text\":\"hi .{later}. bye\"}}");
    let genuine = Request::post("/x").body(body.clone().into_bytes()).unwrap();
    let genuine = signed(scheme, KEY, genuine, Some("msg_1"));
    assert!(verify(scheme, KEY, &genuine, THEN).is_ok());

    let (before, after) = body.split_once(&format!(".{later}.")).unwrap();
    let id = format!("msg_1.{}.{before}", THEN.as_secs());
    let moved = Request::post("/x")
        .header("webhook-id", id)
        .header("webhook-timestamp", later.to_string())
        .header("webhook-signature", &genuine.headers()["webhook-signature"])
        .body(after.as_bytes().to_vec())
        .unwrap();
    let refused = verify(scheme, KEY, &moved, LATER).unwrap_err();
    assert_eq!(refused.code(), Code::ContentMalformed, "{refused}");
}

#[test]
fn no_value_moves_over_the_separator_that_ends_it() {
    // The id, and what follows it, of one text cut in two ways.
    for (template, (id, body), (other_id, other_body)) in [
        (
            "{id} {body}",
            ("guid", "{\"a\": 1}"),
            ("guid {\"a\":", "1}"),
        ),
        (
            "{id}|{timestamp}|{body}",
            ("a", "b|1700000000|c"),
            ("a|1700000000|b", "c"),
        ),
        (
            "v1:{id}:{timestamp}:{body}",
            ("a", "b:1700000000:c"),
            ("a:1700000000:b", "c"),
        ),
        ("{body}.{id}.{timestamp}", ("b", "{}.a"), ("a.b", "{}")),
        ("{id}\n{body}", ("a", "b\nc"), ("a\nb", "c")),
    ] {
        let mut scheme = Scheme::hmac("acme", Digest::Sha256)
            .header("x-signature")
            .event_id_at(Location::Query("id".into()));
        if template.contains("{timestamp}") {
            scheme = scheme.timestamp_header("x-time", TimeUnit::Seconds);
        }
        scheme.signed = template.to_owned().into();
        let request = |id: &str, body: &str| {
            let id = id
                .bytes()
                .map(|byte| format!("%{byte:02x}"))
                .collect::<String>();
            let uri = format!("https://example.com/x?id={id}");
            Request::post(uri).body(body.as_bytes().to_vec()).unwrap()
        };
        let genuine = signed(&scheme, "secret", request(id, body), None);
        let verdict = verify(&scheme, "secret", &genuine, THEN);
        assert!(verdict.is_ok(), "{template}: {verdict:?}");
        let mut moved = request(other_id, other_body);
        for (name, value) in genuine.headers() {
            moved.headers_mut().append(name, value.clone());
        }
        let refused = verify(&scheme, "secret", &moved, THEN).unwrap_err();
        assert_eq!(
            refused.code(),
            Code::ContentMalformed,
            "{template}: {refused}"
        );
    }
}

#[test]
fn digits_do_not_move_between_a_timestamp_and_what_is_next_to_it() {
    let scheme = Scheme::hmac("acme", Digest::Sha256)
        .header("x-signature")
        .signed("{timestamp}{body}")
        .timestamp_header("x-time", TimeUnit::Seconds);
    let genuine = Request::post("/x").body(b"{}".to_vec()).unwrap();
    let genuine = signed(&scheme, "secret", genuine, None);
    assert!(verify(&scheme, "secret", &genuine, THEN).is_ok());
    for (time, body) in [
        ("170000000", "0{}"),
        ("17", "00000000{}"),
        ("01700000000", "{}"),
    ] {
        let mut moved = genuine.clone();
        *moved.body_mut() = body.as_bytes().to_vec();
        moved.headers_mut().insert("x-time", time.parse().unwrap());
        let at = UnixTime::from_secs(time.parse().unwrap());
        assert!(verify(&scheme, "secret", &moved, at).is_err(), "{time}");
    }
    // The same instant in finer units, the digits from the body.
    let scheme = Scheme::hmac("acme", Digest::Sha256)
        .header("x-signature")
        .signed("{timestamp}{body}")
        .timestamp_header("x-time", TimeUnit::SecondsOrMillis);
    let genuine = Request::post("/x").body(b"123{}".to_vec()).unwrap();
    let genuine = signed(&scheme, "secret", genuine, None);
    let refused = verify(&scheme, "secret", &genuine, THEN).unwrap_err();
    assert_eq!(refused.code(), Code::ContentMalformed);
}

#[test]
fn what_is_in_the_url_does_not_move_into_the_body() {
    let scheme = &providers::SQUARE;
    let request =
        |uri: &str, body: &str| Request::post(uri).body(body.as_bytes().to_vec()).unwrap();
    // Operators type brackets and bars into callback URLs.
    for genuine in [
        "https://a.example/x?y[]=1|2",
        "https://a.example/x?q={a}",
        "https://a.example/x?y[]",
        "https://a.example/x",
    ] {
        for body in ["{\"a\":\"}\\\"]\"}", "[{\"a\":[1]}]", " "] {
            let body = body.trim();
            if body.is_empty() && genuine.ends_with(['}', ']']) {
                continue;
            }
            let sent = signed(scheme, "secret", request(genuine, body), None);
            let verdict = verify(scheme, "secret", &sent, THEN);
            assert!(verdict.is_ok(), "{genuine} {body}: {verdict:?}");
        }
    }
    let sent = signed(
        scheme,
        "secret",
        request("https://a.example/x?y=1", "{}"),
        None,
    );
    for (uri, body) in [
        ("https://a.example/x?y=", "1{}"),
        ("https://a.example/x", "?y=1{}"),
        ("https://a.example/x?y=1{}", ""),
        ("https://a.example/x?y=1{", "}"),
    ] {
        let mut moved = request(uri, body);
        *moved.headers_mut() = sent.headers().clone();
        assert!(
            verify(scheme, "secret", &moved, THEN).is_err(),
            "{uri} {body}"
        );
    }
}

#[test]
fn the_shape_of_a_body_is_read_once_whatever_key_matches() {
    let scheme = &providers::SQUARE;
    let request = Request::post("https://a.example/x")
        .body(b"{\"a\":1}".to_vec())
        .unwrap();
    let sent = signed(scheme, "new", request, None);
    let keys = ["older", "old", "new"].map(|key| Key::new(key).unwrap());
    let verifier = Verifier::new(
        scheme.clone().trust(Trust::AsSent),
        hookward_core::KeyRing::from(keys),
    )
    .unwrap();
    assert_eq!(verifier.verify_at(&sent, THEN).unwrap().key_id(), "2");
}

fn sns() -> Scheme {
    Scheme::hmac("sns-like", Digest::Sha256)
        .at(Location::Json("/Signature".into()))
        .signed("{json|lines(Message, MessageId, Subject?, Timestamp, TopicArn, Type)}")
}

fn notification(members: serde_json::Value) -> Request<Vec<u8>> {
    Request::post("/sns")
        .body(serde_json::to_vec(&members).unwrap())
        .unwrap()
}

#[test]
fn a_message_of_one_topic_does_not_read_as_one_of_another() {
    let victim = "arn:aws:sns:eu-west-1:111111111111:payments";
    let text = format!(
        "{{\"paid\":true}}\nMessageId\n1\nTimestamp\n2023-11-14T22:13:20.000Z\nTopicArn\n{victim}\nType\nNotification"
    );
    let sent = notification(serde_json::json!({
        "Type": "Notification", "MessageId": "real", "TopicArn": "arn:aws:sns:eu-west-1:666666666666:evil",
        "Message": text, "Timestamp": "2023-11-14T22:13:20.000Z", "Signature": "",
    }));
    let sent = signed(&sns(), "secret", sent, None);
    assert!(verify(&sns(), "secret", &sent, THEN).is_ok());
    let sent: serde_json::Value = serde_json::from_slice(sent.body()).unwrap();
    let rest = "Notification\nMessageId\nreal\nTimestamp\n2023-11-14T22:13:20.000Z\nTopicArn\narn:aws:sns:eu-west-1:666666666666:evil\nType\nNotification";
    let forged = notification(serde_json::json!({
        "Type": rest, "MessageId": "1", "TopicArn": victim, "Message": "{\"paid\":true}",
        "Timestamp": "2023-11-14T22:13:20.000Z", "Signature": sent["Signature"],
    }));
    let refused = verify(&sns(), "secret", &forged, THEN).unwrap_err();
    assert_eq!(refused.code(), Code::ContentMalformed);
}

#[test]
fn a_genuine_message_may_have_any_text() {
    for text in [
        "Subject\nhello",
        "a\nSubject\nb\n",
        "\n",
        "Type\nNotification\n",
    ] {
        for subject in [None, Some("hello")] {
            let mut members = serde_json::json!({
                "Type": "Notification", "MessageId": "1", "TopicArn": "arn:aws:sns:eu-west-1:1:t",
                "Message": text, "Timestamp": "2023-11-14T22:13:20.000Z", "Signature": "",
            });
            if let Some(subject) = subject {
                members["Subject"] = subject.into();
            }
            let sent = signed(&sns(), "secret", notification(members), None);
            assert!(verify(&sns(), "secret", &sent, THEN).is_ok(), "{text:?}");
        }
    }
}

#[test]
fn a_joined_form_is_refused_only_where_it_reads_as_another() {
    let scheme = Scheme::hmac("joined", Digest::Sha256)
        .at(Location::Form("sign".into()))
        .signed("{form|sort|join}");
    let check = |form: &str| {
        let request = Request::post("/x").body(form.as_bytes().to_vec()).unwrap();
        let signer = Signer::new(&scheme, Key::new("secret").unwrap()).unwrap();
        let mut signed = request.clone();
        let Ok(signature) = signer.sign(&request, THEN, None) else {
            return Some(Code::ContentMalformed);
        };
        signature.apply(&mut signed);
        verify(&scheme, "secret", &signed, THEN)
            .err()
            .map(|error| error.code())
    };
    // Values with `&`, and with `=`, that no form in order could have as fields.
    for genuine in [
        "subject=AT%26T&total_amount=1",
        "body=a%3Db&subject=x",
        "subject=x%26y%26z&total_amount=1",
        "subject=fish%26chips%3D2&total_amount=1",
        "b=1%26a%3D2",
    ] {
        assert_eq!(check(genuine), None, "{genuine}");
    }
    for twofold in [
        "subject=a%26total_amount%3D1",
        "a=1%26b%3D2&c=3",
        "a%3D1%26b=2",
    ] {
        assert_eq!(check(twofold), Some(Code::ContentMalformed), "{twofold}");
    }
}

#[test]
fn the_secret_is_bare_or_refused() {
    for template in [
        "{({body}{secret})|md5|hex}",
        "{body}{secret|md5|hex}",
        "{secret|md5|hex}{body}",
        "[{secret}.]{body}",
        "{body}[{secret}]",
        "{secret}[{secret}]{body}",
    ] {
        let mut scheme = Scheme::hash("acme", Digest::Md5);
        scheme.signed = template.to_owned().into();
        let refused = scheme.check().unwrap_err().to_string();
        assert!(refused.contains("write it bare"), "{template}: {refused}");
    }
}

#[test]
fn a_group_that_can_be_cut_out_of_the_body_covers_nothing() {
    for (template, covers) in [
        ("[{header:x-a}.]{body}", "nothing"),
        ("[{header:x-a}|{header:x-b}].{body}", "nothing"),
        (
            "[a:{header:x-a};|b:{header:x-b};]c:{body}",
            "body, header:x-a",
        ),
        ("{path}[?{query}]{body}", "nothing"),
        ("{form|nonempty|sort|join}", "nothing"),
        ("{json:/d|without(/x)|compact}", "nothing"),
    ] {
        let mut scheme = Scheme::hmac("acme", Digest::Sha256).header("x-signature");
        scheme.signed = template.to_owned().into();
        assert_eq!(scheme.coverage().unwrap().to_string(), covers, "{template}");
    }
}
