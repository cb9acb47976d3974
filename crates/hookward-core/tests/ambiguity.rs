//! Ambiguity of signed texts that could be split in two ways: what is signed as one id, time
//! and body must not verify as others.
#![allow(clippy::unwrap_used)]

use std::borrow::Cow;

use hookward_core::{
    Binding, Code, Digest, Key, Location, Rejection, RequestPart, Scheme, SchemeError, Signer,
    TimeUnit, Trust, UnixTime, Verified, Verifier, providers,
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
    const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
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

/// What filters leave out of the body, and what of it stays open.
#[test]
fn what_is_left_out_is_not_covered_unless_it_is_fixed() {
    let json = |pointer: &'static str| Location::Json(Cow::Borrowed(pointer));
    let acme = |template: &'static str| {
        Scheme::hmac("acme", Digest::Sha256)
            .header("x-signature")
            .signed(template)
    };
    let bound = |scheme: Scheme, pointer| {
        let bindings = Box::leak(Box::new([Binding::new(json(pointer), "1")]));
        scheme.bind(bindings)
    };
    for (scheme, covers, weak, leaves_body_open) in [
        (acme("{form|sort|join}"), "form", "", false),
        (
            acme("{form|only(a, b)|sort|join}"),
            "form:a, form:b",
            "",
            true,
        ),
        (
            acme("{query|only(a)|join}.{body}"),
            "nothing",
            "body, query:a",
            false,
        ),
        (acme("{form|without(a)|sort|join}"), "nothing", "form", true),
        (acme("{query|without(a)|join}"), "nothing", "query", true),
        (acme("{json|without(/a)|compact}"), "nothing", "json", true),
        (
            bound(acme("{json|without(/a)|compact}"), "/a"),
            "json",
            "",
            false,
        ),
        (
            bound(acme("{json|without(/a)|compact}"), "/b"),
            "nothing",
            "json",
            true,
        ),
        (
            bound(acme("{json|without(/a, /b)|compact}"), "/a"),
            "nothing",
            "json",
            true,
        ),
        (
            acme("{({url}{form|sort|join('', '')})|sha256|hex}"),
            "host",
            "form, url",
            false,
        ),
    ] {
        let coverage = scheme.coverage().unwrap();
        let weakly: Vec<String> = coverage.weak().map(ToString::to_string).collect();
        let found = (
            coverage.to_string(),
            weakly.join(", "),
            coverage.leaves_body_open(),
        );
        let expected = (covers.to_owned(), weak.to_owned(), leaves_body_open);
        assert_eq!(found, expected, "{:?}", scheme.signed);
        assert_eq!(coverage.is_empty(), covers == "nothing");
        let mut parts = coverage.iter().chain(coverage.weak());
        assert!(parts.all(|part| part.to_string().parse() == Ok(part.clone())));
    }
}

#[test]
fn each_part_of_a_request_reads_as_it_is_written() {
    for text in [
        "body",
        "body:/a/0",
        "json",
        "form",
        "form:a",
        "claim:/a",
        "method",
        "url",
        "host",
        "path",
        "target",
        "query",
        "query:a",
        "header:x-a",
        "timestamp",
        "id",
    ] {
        let part: RequestPart = text.parse().unwrap();
        assert_eq!(part.to_string(), text);
    }
    for wrong in [
        "",
        "bodies",
        "body:a",
        "body:",
        "claim",
        "claim:a",
        "header",
        "method:a",
        "json:/a",
        "id:a",
        "timestamp:x",
    ] {
        let error = wrong.parse::<RequestPart>().unwrap_err().to_string();
        assert!(error.starts_with(&format!("`{wrong}` is not")), "{error}");
    }
}

fn acme(template: &str) -> Scheme {
    let mut scheme = Scheme::hmac("acme", Digest::Sha256)
        .header("x-signature")
        .timestamp_header("x-time", TimeUnit::Seconds)
        .event_id_header("x-id");
    scheme.signed = template.to_owned().into();
    scheme
}

#[test]
fn a_template_that_is_not_read_back_is_refused_when_it_is_built() {
    for (template, says) in [
        (
            "{header:x-nonce}{body}",
            &[
                "`{header:x-nonce}` and `{body}` have no delimiter between them",
                "  {header:x-nonce}{body}\n  ^^^^^^^^^^^^^^^^^^^^^^\n",
                "1. `{header:x-nonce}` is `1`, `{body}` is `23`",
                "2. `{header:x-nonce}` is `12`, `{body}` is `3`",
                "separate them by a text that the values cannot contain",
                "`ambiguous = \"…\"`",
            ][..],
        ),
        (
            "{timestamp}.{id}{body}",
            &[
                "`{id}` and `{body}` have no delimiter",
                "            ^^^^^^^^^^",
            ],
        ),
        (
            "{body}.{url}",
            &[
                "`{body}` is `1`, `{url}` is `.https://example.com/1`",
                "`{body}` is `1.`, `{url}` is `https://example.com/1`",
            ],
        ),
        (
            "{url}{form|sort|join('', '')}",
            &[
                "`{form|sort|join('', '')}` is `234`",
                "is `https://example.com/12`",
            ],
        ),
        (
            "[{header:x-a}.]{body}",
            &[
                "`[{header:x-a}.]` and `{body}`",
                "no `[{header:x-a}.]`, `{body}` is `1.23`",
            ],
        ),
        (
            "{form|sort|join('', '')}",
            &[
                "`a` with the value `bc`",
                "`ab` with the value `c`",
                "join('=', '&')",
            ],
        ),
        (
            "{form|only(x, y)|values('|')}",
            &["`x` with the value `1|2`"],
        ),
        (
            "{({id}{header:x-a})|sha256|hex}.{body}",
            &["`{id}` and `{header:x-a}`"],
        ),
        (
            "{query|sort|join}\n{body}",
            &["`{query|sort|join}` and `{body}`"],
        ),
        ("{path}{query}", &["`{path}` and `{query}`"]),
        ("{path}[?{query}]{body}", &["`[?{query}]` and `{body}`"]),
    ] {
        let scheme = acme(template);
        assert!(!scheme.has_one_reading().unwrap(), "{template}");
        assert!(scheme.coverage().is_ok(), "{template}");
        let error = scheme.check().unwrap_err();
        assert!(matches!(error, SchemeError::Ambiguous { .. }), "{error}");
        let error = error.to_string();
        for says in says {
            assert!(error.contains(says), "{template}: {says}\n{error}");
        }
        let built = Verifier::new(scheme.clone(), Key::new("secret").unwrap());
        assert_eq!(built.unwrap_err().to_string(), error);
        let declared = scheme.ambiguous("one value becomes another");
        assert!(declared.check().is_ok(), "{template}");
        #[cfg(feature = "serde")]
        {
            let written = declared.to_string();
            let read: Scheme = toml::from_str(&written).unwrap();
            assert_eq!(read, declared);
            let lines = written
                .lines()
                .filter(|line| !line.starts_with("ambiguous"));
            let undeclared = lines.collect::<Vec<_>>().join("\n");
            let refused = toml::from_str::<Scheme>(&undeclared)
                .unwrap_err()
                .to_string();
            assert!(
                refused.contains("the signed text is ambiguous"),
                "{refused}"
            );
            let hookward_core::Draft(draft) = toml::from_str(&undeclared).unwrap();
            assert_eq!(draft.signed, template);
        }
    }
    for template in [
        "{body}",
        "{id}.{timestamp}.{body}",
        "{timestamp}{id|width(32)}{body}",
        "{url}{body}",
        "{url}payload{form:payload|json}",
        "{path}[?{query}]\n{body}",
        "{url|base}[?{query}].{id}",
        "{method}\n{path}\n{query|sort(all)|form}\n{body}",
        "{body}{header:x-a|width(8)}{timestamp}",
    ] {
        assert!(acme(template).check().is_ok(), "{template}");
        let declared = acme(template).ambiguous("nothing comes of it");
        let error = declared.check().unwrap_err().to_string();
        assert!(error.contains("remove it"), "{template}: {error}");
    }
    // Each form has its own, and what is bound counts as what is signed.
    let mut several = acme("{body}").form("v2");
    several.or = vec![acme("{id}{body}").form("v1")].into();
    assert!(several.check().is_err());
    several.or.to_mut()[0].ambiguous = "the id is no id".into();
    assert!(several.check().is_ok());
    let secret = Scheme::shared_secret("s").ambiguous("what is not signed has no reading");
    assert!(secret.check().is_err());
}

#[test]
fn a_value_of_fixed_width_ends_where_its_width_says() {
    let scheme = acme("{timestamp}{id|width(8)}{body}");
    let request = |id: &str, body: &str| {
        let request = Request::post("/x").header("x-id", id);
        request.body(body.as_bytes().to_vec()).unwrap()
    };
    let sent = signed(
        &scheme,
        "secret",
        request("12345678", "9{}"),
        Some("12345678"),
    );
    assert!(verify(&scheme, "secret", &sent, THEN).is_ok());
    for (id, body) in [
        ("123456789", "{}"),
        ("1234567", "89{}"),
        ("", "123456789{}"),
    ] {
        let mut moved = sent.clone();
        moved.headers_mut().insert("x-id", id.parse().unwrap());
        *moved.body_mut() = body.as_bytes().to_vec();
        let refused = verify(&scheme, "secret", &moved, THEN).unwrap_err();
        assert_eq!(refused.code(), Code::ContentMalformed, "{id}");
    }
    for wrong in [
        "width",
        "width(0)",
        "width(x)",
        "width(+1)",
        "width(10000)",
        "width(1, 2)",
    ] {
        let error = acme(&format!("{{id|{wrong}}}"))
            .check()
            .unwrap_err()
            .to_string();
        assert!(error.contains("as in `width(32)`"), "{wrong}: {error}");
    }
}

#[test]
fn a_json_value_in_a_form_starts_in_one_place() {
    let scheme = providers::MAILCHIMP_TRANSACTIONAL.only("events");
    let request = |uri: &str, events: &str| {
        let escaped: String = events.bytes().map(|byte| format!("%{byte:02X}")).collect();
        Request::post(uri)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("mandrill_events={escaped}").into_bytes())
            .unwrap()
    };
    let events = r#"[{"event":"send","msg":{"subject":"mandrill_events[1]","tags":["[\"]"]}}]"#;
    for uri in [
        "https://a.example/x",
        "https://a.example/mandrill_events[]?a=[1]",
    ] {
        for events in [events, "[]", r#"["[\"]"]"#] {
            let form = providers::MAILCHIMP_TRANSACTIONAL;
            let sent = signed(&form, "secret", request(uri, events), None);
            let verdict = verify(&scheme, "secret", &sent, THEN).unwrap();
            assert_eq!(verdict.weak().next(), None);
        }
    }
    let sent = signed(
        &providers::MAILCHIMP_TRANSACTIONAL,
        "secret",
        request("https://a.example/x", r#"["mandrill_events[\"]"]"#),
        None,
    );
    // What is left of a string, from its middle on, is no JSON.
    let mut moved = request(r#"https://a.example/xmandrill_events[""#, r#"[\"]"]"#);
    *moved.headers_mut() = sent.headers().clone();
    let refused = verify(&scheme, "secret", &moved, THEN).unwrap_err();
    assert_eq!(refused.code(), Code::ContentMalformed);
    for events in ["", "1", "x", "[]]", "[1", "{}x"] {
        let sent = signed(
            &providers::MAILCHIMP_TRANSACTIONAL,
            "secret",
            request("https://a.example/x", events),
            None,
        );
        let refused = verify(&scheme, "secret", &sent, THEN).unwrap_err();
        assert_eq!(refused.code(), Code::ContentMalformed, "{events}");
    }
}

#[test]
fn a_member_with_listed_values_has_one_of_them() {
    let mut scheme = sns();
    scheme.signed = "{json|lines(Message, Type=Notification|SubscriptionConfirmation)}".into();
    for (kind, passes) in [
        ("Notification", true),
        ("SubscriptionConfirmation", true),
        ("notification", false),
        ("Notification|SubscriptionConfirmation", false),
        ("", false),
    ] {
        let members = serde_json::json!({"Type": kind, "Message": "a\nType\nx", "Signature": ""});
        let request = notification(members);
        let signer = Signer::new(&scheme, Key::new("secret").unwrap()).unwrap();
        assert_eq!(signer.sign(&request, THEN, None).is_ok(), passes, "{kind}");
    }
    assert!(
        providers::AWS_SNS
            .signed
            .contains("Type=Notification|SubscriptionConfirmation|")
    );
}

#[test]
fn what_is_declared_of_an_ambiguous_form_is_so() {
    let get = |uri: &str| Request::get(uri).body(Vec::new()).unwrap();
    let post = |uri: &str, body: &str| Request::post(uri).body(body.as_bytes().to_vec()).unwrap();
    let proxy = |query: &str| {
        get(&format!(
            "https://a.example/proxy?{query}&path_prefix=%2Fapps%2Fx&shop=s.myshopify.com&timestamp=1700000000"
        ))
    };
    let twilio = providers::TWILIO.only("form");
    let mandrill = providers::MAILCHIMP_TRANSACTIONAL;
    for (scheme, genuine, forged) in [
        (
            &providers::SHOPIFY_APP_PROXY,
            proxy("a=1logged_in_customer_id%3D7m%3D&logged_in_customer_id="),
            proxy("a=1&logged_in_customer_id=7&m=logged_in_customer_id%3D"),
        ),
        (
            &twilio,
            post("https://a.example/sms", "Body=hiCallStatuscompleted"),
            post("https://a.example/sms", "Body=hi&CallStatus=completed"),
        ),
        (
            &mandrill,
            post("https://a.example/m", "mandrill_events=[1]"),
            post("https://a.example/mmandrill_events[1]", ""),
        ),
        (
            &providers::MIDTRANS,
            post(
                "https://a.example/m",
                r#"{"order_id":"5200","status_code":"200","gross_amount":"100.00","signature_key":""}"#,
            ),
            post(
                "https://a.example/m",
                r#"{"order_id":"5","status_code":"200","gross_amount":"200100.00","signature_key":""}"#,
            ),
        ),
    ] {
        assert!(!scheme.forms().all(|form| form.ambiguous.is_empty()));
        let signer = Signer::new(scheme, Key::new("hush").unwrap()).unwrap();
        let both = [genuine, forged].map(|request| {
            let headers = signer.sign(&request, THEN, None).unwrap();
            let mut signed = request;
            headers.apply(&mut signed);
            signed
        });
        // One signature, wherever it is.
        let values = both.each_ref().map(|request| {
            let body = String::from_utf8_lossy(request.body()).into_owned();
            let uri = request.uri().to_string();
            let texts = [body, uri].map(|text| {
                let from = text.find("signature=").or(text.find("signature_key"));
                from.map(|from| text[from..].to_owned())
            });
            format!("{:?} {texts:?}", request.headers())
        });
        assert_eq!(values[0], values[1], "{}", scheme.name);
        for request in &both {
            let verdict = verify(scheme, "hush", request, THEN);
            assert!(verdict.is_ok(), "{}: {verdict:?}", scheme.name);
        }
    }
}
