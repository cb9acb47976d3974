//! Events: their types, and payloads that do not fit.

use std::borrow::Cow;

use bytes::Bytes;
use hookward_core::adapter::{EventRoutes, Others, Routed};
use hookward_core::{
    Digest, EventTypes, EventsError, Key, MisfitKind, Scheme, Signer, Success, Trust, UnixTime,
    Verified, Verifier, providers,
};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

/// A verified delivery of this scheme, its head, and the body that a handler gets.
fn delivery(scheme: &Scheme, body: &str) -> (Verified, http::Request<Vec<u8>>, Bytes) {
    let key = || Key::new("secret").unwrap();
    let mut request = http::Request::post("/hook?kind=q&other=o")
        .header("x-kind", "h")
        .body(body.as_bytes().to_vec())
        .unwrap();
    let signer = Signer::new(scheme, key()).unwrap();
    signer
        .sign(&request, NOW, None)
        .unwrap()
        .apply(&mut request);
    let verifier = Verifier::new(scheme.clone(), key()).unwrap();
    let verified = verifier.verify_at(&request, NOW).unwrap();
    let given = match verified.proven(request.body()) {
        Ok(proven) => Bytes::copy_from_slice(proven),
        Err(_) => request.body().clone().into(),
    };
    (verified, request, given)
}

const BODY: Scheme = Scheme::hmac("acme", Digest::Sha256);

#[test]
fn a_type_is_proven_where_the_signature_covers_its_place() {
    let head = BODY.signed("{header:x-kind}.{query:kind}.{body}");
    let other = BODY.signed("{query:other}.{body}");
    for (scheme, place, name, is_proven) in [
        (&other, "query:kind", "q", false),
        (&other, "query:other", "o", true),
        (&BODY, "body:/kind", "b", true),
        (&BODY, "header:x-kind", "h", false),
        (&BODY, "query:kind", "q", false),
        (&head, "header:X-Kind", "h", true),
        (&head, "query:kind", "q", true),
    ] {
        let (verified, request, body) = delivery(scheme, r#"{"kind":"b"}"#);
        let types = EventTypes::by(place).unwrap();
        let event = types.read(&verified, &request, &body).unwrap();
        assert_eq!(
            (event.name(), event.is_proven()),
            (Some(name), is_proven),
            "{place}"
        );
        assert_eq!(types.are_proven_by(scheme).unwrap(), is_proven, "{place}");
    }
    let (verified, request, body) = delivery(&BODY, "kind=f&other=g");
    let event = EventTypes::by("form:kind")
        .unwrap()
        .read(&verified, &request, &body)
        .unwrap();
    assert_eq!((event.name(), event.is_proven()), (Some("f"), true));
}

#[test]
fn a_type_that_is_not_proven_is_not_in_the_document_of_proven_values() {
    let scheme = BODY.signed("{json:/order}");
    let body = r#"{"order":"A-17","kind":"paid"}"#;
    let types = EventTypes::by("body:/kind").unwrap();
    let order = EventTypes::by("body:/order").unwrap();

    let (verified, request, sent) = delivery(&scheme.clone().trust(Trust::AsSent), body);
    let event = types.read(&verified, &request, &sent).unwrap();
    assert_eq!((event.name(), event.is_proven()), (Some("paid"), false));
    assert!(order.read(&verified, &request, &sent).unwrap().is_proven());

    let (verified, request, proven) = delivery(&scheme.trust(Trust::Proven), body);
    assert_eq!(proven, r#"{"order":"A-17"}"#);
    let misfit = types.read(&verified, &request, &proven).unwrap_err();
    assert_eq!(misfit.kind(), MisfitKind::EventType);
    let event = order.read(&verified, &request, &proven).unwrap();
    assert_eq!((event.name(), event.is_proven()), (Some("A-17"), true));
}

#[test]
fn the_operator_is_told_why_on_one_printable_line() {
    #[derive(Debug, serde::Deserialize)]
    struct Invoice {
        #[allow(dead_code)]
        amount: u32,
    }
    let long = format!("\\u202e\\n{}", "x".repeat(10_000));
    for (body, kind, told) in [
        (
            r#"{"total":1}"#.to_owned(),
            MisfitKind::Data,
            "missing field `amount`",
        ),
        (
            format!(r#"{{"amount":"{long}"}}"#),
            MisfitKind::Data,
            "invalid type: string",
        ),
        ("{".to_owned(), MisfitKind::Syntax, "EOF while parsing"),
    ] {
        let (verified, _, body) = delivery(&BODY, &body);
        let misfit = verified.json_payload::<Invoice>(&body).unwrap_err();
        assert_eq!(misfit.kind(), kind);
        assert_eq!(misfit.body(), &body);
        let reason = misfit.reason();
        assert!(reason.starts_with(told), "{reason}");
        assert!(reason.chars().count() <= 401, "{reason}");
        assert!(!reason.contains(['\n', '\u{202e}']), "{reason}");
        for answer in [misfit.refuse(), misfit.acknowledge()] {
            let shown = format!("{answer:?}");
            assert!(!shown.contains("amount"), "{shown}");
        }
    }
}

#[test]
fn an_acknowledgement_is_what_the_provider_takes_for_success() {
    let fixed = BODY.success(Success::Body(Cow::Borrowed("success")));
    for (scheme, expected) in [(&BODY, ""), (&fixed, "success")] {
        let (verified, request, body) = delivery(scheme, r#"{"type":"other"}"#);
        let routes = EventRoutes::by("body:/type").on("known", ());
        let table = routes.others(Others::Acknowledge).unwrap();
        let Routed::Answer(answer) = table.route(&verified, &request, &body) else {
            panic!("no handler is for it")
        };
        assert_eq!(
            (answer.status().as_u16(), &answer.body()[..]),
            (200, expected.as_bytes())
        );
        let misfit = verified.json_payload::<u8>(&body).unwrap_err();
        assert_eq!(misfit.acknowledge().body(), expected);
    }
    // The answer to an interaction says something.
    let routes = EventRoutes::by("body:/type").on("2", ());
    assert!(routes.others(Others::Acknowledge).is_ok());
    let scheme = BODY.success(Success::Handler);
    let refused = EventRoutes::new(&scheme)
        .on("2", ())
        .others(Others::Acknowledge);
    assert!(matches!(refused, Err(EventsError::NotInCatalogue(_))));
    let twilio = EventRoutes::new(&providers::TWILIO).on("x", ());
    assert!(twilio.others(Others::Refuse).is_err());
}

#[test]
fn an_integer_is_a_type_as_it_is_written() {
    let types = EventTypes::by("body:/type").unwrap();
    for (written, name) in [
        ("2", Some("2")),
        ("0", Some("0")),
        ("-1", None),
        ("1e0", None),
    ] {
        let (verified, request, body) = delivery(&BODY, &format!(r#"{{"type":{written}}}"#));
        let read = types.read(&verified, &request, &body).ok();
        assert_eq!(
            read.as_ref().and_then(|event| event.name()),
            name,
            "{written}"
        );
    }
}

#[test]
fn a_form_is_read_into_every_kind_of_field() {
    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Status {
        Paid,
    }
    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Id(String);
    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Order {
        id: Id,
        status: Status,
        count: i64,
        price: f64,
        test: bool,
        note: Option<String>,
        absent: Option<u8>,
    }
    let (verified, _, body) = delivery(
        &BODY,
        "id=a%2Fb&status=paid&count=-3&price=1.5&test=true&note=a+b&more=1",
    );
    let order: Order = verified.form_payload(&body).unwrap();
    let expected = Order {
        id: Id("a/b".to_owned()),
        status: Status::Paid,
        count: -3,
        price: 1.5,
        test: true,
        note: Some("a b".to_owned()),
        absent: None,
    };
    assert_eq!(order, expected);
    let pairs: Vec<(String, String)> = verified.form_payload(&body).unwrap();
    assert_eq!(pairs.len(), 7);

    // The document of proven fields is read alike.
    let scheme = BODY.signed("{form:id}.{form:count}").trust(Trust::Proven);
    let (verified, _, proven) = delivery(&scheme, "id=a&count=7&status=forged");
    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Proven {
        id: String,
        count: u8,
        status: Option<String>,
    }
    let read: Proven = verified.form_payload(&proven).unwrap();
    assert_eq!((&*read.id, read.count, read.status), ("a", 7, None));
}
