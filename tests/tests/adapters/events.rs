//! Typed events, the same with every adapter.

use hookward::{Endpoint, EventTypes, EventsError, MemoryStore, ReplayGuard, Verifier, providers};
use hookward_tests::{ADAPTERS, Adapter, Answer, Message, Server, hmac_sha256_hex};

use super::{SECRET, genuine, github, guarded, key};

/// Runs the cases with each adapter, behind GitHub's signature and no guard.
fn each(case: impl Fn(Adapter, &dyn Fn(&str, Message) -> Answer)) {
    for adapter in ADAPTERS {
        let server = Server::start(adapter, Endpoint::new(github()));
        case(adapter, &|path, message| {
            server.post(&message.target(&format!("/hooks/{path}")))
        });
        server.stop();
    }
}

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

#[test]
fn a_payload_that_does_not_fit_tells_the_sender_nothing_of_the_type() {
    let misfits = [
        (r#"{"secret_amount":"12"}"#, 422, "Unprocessable Entity"),
        (r#"{"amount":12}"#, 422, "Unprocessable Entity"),
        (
            r#"{"secret_amount":1,"secret_amount":2}"#,
            422,
            "Unprocessable Entity",
        ),
        ("", 422, "Unprocessable Entity"),
        ("{", 400, "Bad Request"),
        ("{\"secret_amount\":1}x", 400, "Bad Request"),
        ("secret_amount=1", 400, "Bad Request"),
    ];
    each(|adapter, post| {
        for (body, status, phrase) in misfits {
            let answer = post("typed", genuine(body.as_bytes()));
            assert_eq!(answer.status, status, "{adapter:?} {body}");
            assert_eq!(text(&answer), phrase, "{adapter:?} {body}");
            assert!(!answer.head.contains("secret_amount"), "{adapter:?} {body}");
        }
        let answer = post("typed", genuine(br#"{"secret_amount":12}"#));
        assert_eq!(
            (answer.status, &*text(&answer)),
            (200, "b 12"),
            "{adapter:?}"
        );
    });
}

#[test]
fn a_handler_that_takes_misfits_has_the_raw_bytes_and_the_proof() {
    each(|adapter, post| {
        let answer = post("dead-letter", genuine(br#"{"secret_amount":-1}"#));
        let letter = r#"data github {"secret_amount":-1}"#;
        assert_eq!(
            (answer.status, &*text(&answer)),
            (200, letter),
            "{adapter:?}"
        );
        let answer = post("dead-letter", genuine(b"\xff"));
        assert_eq!(answer.status, 200, "{adapter:?}");
        assert!(text(&answer).starts_with("syntax github "), "{adapter:?}");
        let answer = post("dead-letter", genuine(br#"{"secret_amount":7}"#));
        assert_eq!(text(&answer), "7", "{adapter:?}");
    });
}

#[test]
fn a_form_is_read_as_the_handler_says_and_not_as_its_content_type() {
    each(|adapter, post| {
        let form = b"From=%2B1+415&NumMedia=2&Other=x";
        for content_type in ["application/x-www-form-urlencoded", "application/json"] {
            let message = genuine(form).header("Content-Type", content_type);
            let answer = post("form", message);
            assert_eq!(text(&answer), "+1 415 2 None", "{adapter:?}");
        }
        for misfit in [
            &b"From=a&NumMedia=two"[..],
            b"From=a&From=b&NumMedia=1",
            b"NumMedia=1",
            b"",
            br#"{"From":"a","NumMedia":1}"#,
        ] {
            let answer = post("form", genuine(misfit));
            assert_eq!(
                (answer.status, &*text(&answer)),
                (422, "Unprocessable Entity")
            );
        }
        for broken in [&b"From=%ff&NumMedia=1"[..], b"From=\xff&NumMedia=1"] {
            assert_eq!(post("form", genuine(broken)).status, 400, "{adapter:?}");
        }
    });
}

#[test]
fn events_go_to_the_handler_of_their_type() {
    each(|adapter, post| {
        for path in ["acknowledged", "refused", "otherwise"] {
            let answer = post(path, genuine(br#"{"n":1,"type":"a"}"#));
            assert_eq!(text(&answer), r#"a true {"n":1,"type":"a"}"#, "{adapter:?}");
            // Escapes are of the spelling, not of the type.
            let answer = post(path, genuine(br#"{"type":"\u0062","secret_amount":3}"#));
            assert_eq!(text(&answer), "b 3", "{adapter:?}");
            let answer = post(path, genuine(br#"{"type":"b","secret_amount":"x"}"#));
            assert_eq!(
                (answer.status, &*text(&answer)),
                (422, "Unprocessable Entity")
            );
        }
        for other in ["A", "a ", "a\\u0000", "aa"] {
            let body = format!(r#"{{"type":"{other}"}}"#);
            let answer = post("acknowledged", genuine(body.as_bytes()));
            assert_eq!((answer.status, &*text(&answer)), (200, ""), "{adapter:?}");
            let answer = post("refused", genuine(body.as_bytes()));
            assert_eq!(
                (answer.status, &*text(&answer)),
                (422, "Unprocessable Entity")
            );
            let answer = post("otherwise", genuine(body.as_bytes()));
            assert!(text(&answer).starts_with("other "), "{adapter:?}");
        }
        // A forged one goes nowhere.
        let forged = Message::new(br#"{"type":"a"}"#.as_slice());
        assert_eq!(post("otherwise", forged).status, 403, "{adapter:?}");
    });
}

/// What router and handler could read differently.
const UNREADABLE: [&[u8]; 13] = [
    br#"{"type":"a","type":"b"}"#,
    br#"{"type":"a","n":{},"\u0074ype":"b"}"#,
    br#"{"n":1}"#,
    br#"[{"type":"a"}]"#,
    br#"{"type":["a"]}"#,
    br#"{"type":{"":"a"}}"#,
    br#"{"type":null}"#,
    br#"{"type":true}"#,
    br#"{"type":1.0}"#,
    br#"{"type":""}"#,
    br#"{"type":"\ud800"}"#,
    br#"{"type":"a"}{"type":"b"}"#,
    b"",
];

#[test]
fn a_type_that_can_be_read_in_two_ways_is_not_routed() {
    each(|adapter, post| {
        for body in UNREADABLE {
            let shown = String::from_utf8_lossy(body);
            for path in ["acknowledged", "refused"] {
                let answer = post(path, genuine(body));
                assert_eq!(answer.status, 422, "{adapter:?} {path} {shown}");
                assert_eq!(text(&answer), "Unprocessable Entity", "{adapter:?} {shown}");
            }
            let answer = post("otherwise", genuine(body));
            assert_eq!(
                text(&answer),
                format!("other - false {shown}"),
                "{adapter:?}"
            );
        }
    });
}

#[test]
fn a_large_body_is_routed_wherever_its_type_is() {
    each(|adapter, post| {
        let filler = "x".repeat(3 << 20);
        for body in [
            format!(r#"{{"type":"b","secret_amount":1,"filler":"{filler}"}}"#),
            format!(r#"{{"filler":"{filler}","secret_amount":1,"type":"b"}}"#),
        ] {
            let answer = post("refused", genuine(body.as_bytes()));
            assert_eq!(text(&answer), "b 1", "{adapter:?}");
        }
        let deep = format!(
            r#"{{"a":{}1{},"type":"a"}}"#,
            "[".repeat(100_000),
            "]".repeat(100_000)
        );
        // The handler's reader bounds the depth of a document.
        assert_eq!(
            post("refused", genuine(deep.as_bytes())).status,
            400,
            "{adapter:?}"
        );
    });
}

#[test]
fn a_type_in_an_unsigned_header_is_marked() {
    each(|adapter, post| {
        let message = || genuine(br#"{"secret_amount":5}"#);
        let answer = post("by-header", message().header("X-GitHub-Event", "a"));
        assert_eq!(
            text(&answer),
            r#"a false {"secret_amount":5}"#,
            "{adapter:?}"
        );
        // Whoever replays the delivery may name another type: the proof does not cover it.
        let answer = post("by-header", message().header("X-GitHub-Event", "b"));
        assert_eq!(text(&answer), "b 5", "{adapter:?}");
        let answer = post("by-header", message().header("X-GitHub-Event", "c"));
        assert!(text(&answer).starts_with("other c false"), "{adapter:?}");

        let repeated = message()
            .header("X-GitHub-Event", "a")
            .header("x-github-event", "a");
        for unreadable in [
            message(),
            repeated,
            message().header("X-GitHub-Event", ""),
            message().header("X-GitHub-Event", b"\xff".as_slice()),
        ] {
            let answer = post("by-header", unreadable);
            assert!(text(&answer).starts_with("other - false"), "{adapter:?}");
        }
    });
}

#[test]
fn a_refused_misfit_is_handled_when_it_comes_again_and_an_acknowledged_one_is_not() {
    for adapter in ADAPTERS {
        let server = Server::start(adapter, guarded());
        let misfit = genuine(br#"{"type":"b"}"#);
        for _ in 0..2 {
            let answer = server.post(&misfit.clone().target("/hooks/refused"));
            assert_eq!(answer.status, 422, "{adapter:?}");
            assert_eq!(answer.header("hookward-replay"), None);
        }
        // The same delivery, which now has a handler that keeps it.
        let answer = server.post(&misfit.clone().target("/hooks/dead-letter"));
        assert_eq!(text(&answer), r#"data github {"type":"b"}"#, "{adapter:?}");
        let answer = server.post(&misfit.clone().target("/hooks/dead-letter"));
        assert_eq!(answer.status, 200, "{adapter:?}");
        assert_eq!(
            answer.header("hookward-replay"),
            Some("acknowledged"),
            "{adapter:?}"
        );

        let other = genuine(br#"{"type":"unknown"}"#).target("/hooks/acknowledged");
        assert_eq!(server.post(&other).header("hookward-replay"), None);
        let again = server.post(&other);
        assert_eq!(
            again.header("hookward-replay"),
            Some("acknowledged"),
            "{adapter:?}"
        );
        server.stop();
    }
}

#[test]
fn the_answer_is_one_after_which_the_provider_sends_again() {
    // A provider that takes 4xx as final.
    const SERVER_ERRORS: &[std::borrow::Cow<'static, str>] = &[
        std::borrow::Cow::Borrowed("5xx"),
        std::borrow::Cow::Borrowed("timeout"),
    ];
    let scheme = providers::GITHUB.retries(hookward::Retries::after(SERVER_ERRORS));
    for adapter in ADAPTERS {
        let verifier = Verifier::new(scheme.clone(), key(SECRET)).unwrap();
        let server = Server::start(adapter, Endpoint::new(verifier));
        for (path, body) in [
            ("typed", &b"{}"[..]),
            ("typed", b"{"),
            ("refused", br#"{"type":"c"}"#),
        ] {
            let answer = server.post(&genuine(body).target(&format!("/hooks/{path}")));
            assert_eq!(answer.status, 503, "{adapter:?} {path}");
            assert_eq!(text(&answer), "Service Unavailable", "{adapter:?} {path}");
        }
        server.stop();
    }
}

#[test]
fn mistakes_in_a_description_are_found_when_it_is_built() {
    use hookward::axum::{EventRouter, Events};

    let handler = || async {};
    let built =
        |events: Events| -> Result<EventRouter, EventsError> { events.acknowledge_others() };
    let refused = |events| built(events).err();

    let unknown = Events::new(&providers::API_KEY).on("a", handler);
    let said = refused(unknown).unwrap().to_string();
    assert!(
        said.contains("`api-key`") && said.contains("Events::by"),
        "{said}"
    );
    for (place, near) in [
        ("bdy:/type", "body:/type"),
        ("body:type", "body:/type"),
        ("body/type", "body:/type"),
        ("headr:x-event", "header:x-event"),
        ("fom:Event", "form:Event"),
    ] {
        let said = refused(Events::by(place).on("a", handler))
            .unwrap()
            .to_string();
        assert!(said.ends_with(&format!("did you mean `{near}`?")), "{said}");
    }
    for place in [
        "body",
        "json",
        "body:/a//b",
        "body:/a~2",
        "header:a b",
        "form:",
        "url",
        "",
        "id",
    ] {
        let error = refused(Events::by(place).on("a", handler));
        assert_eq!(error, Some(EventsError::Place(place.to_owned())));
    }
    let stripe = || Events::new(&providers::STRIPE);
    let twice = stripe().on("a", handler).on("b", handler).on("a", handler);
    assert_eq!(refused(twice), Some(EventsError::Repeated("a".to_owned())));
    assert_eq!(
        refused(stripe().on("", handler)),
        Some(EventsError::EmptyType)
    );
    assert_eq!(refused(stripe()), Some(EventsError::NoHandler));
    let built: Result<EventRouter, _> = stripe().refuse_others();
    assert!(built.is_ok());
}

#[test]
fn two_types_of_one_endpoint_do_not_change_what_its_guard_claims() {
    // Stripe's identity is its event id: a copy is one copy whatever its type says.
    let endpoint = Endpoint::new(Verifier::new(providers::STRIPE, key(SECRET)).unwrap())
        .clock(|| hookward::UnixTime::from_secs(super::NOW))
        .replay_guard(ReplayGuard::new(MemoryStore::default(), "stripe"))
        .unwrap();
    let server = Server::start(Adapter::Axum, endpoint);
    let send = |body: &str| {
        let time = super::NOW.to_string();
        let mac = hmac_sha256_hex(SECRET, &[time.as_bytes(), b".", body.as_bytes()]);
        let message = Message::new(body).header("Stripe-Signature", format!("t={time},v1={mac}"));
        server.post(&message.target("/hooks/acknowledged"))
    };
    assert_eq!(
        text(&send(r#"{"id":"evt_1","type":"a"}"#)),
        r#"a true {"id":"evt_1","type":"a"}"#
    );
    let copy = send(r#"{"id":"evt_1","type":"b"}"#);
    assert_eq!(copy.header("hookward-replay"), Some("acknowledged"));
    server.stop();
}

#[test]
fn the_catalogue_prefers_a_place_that_is_signed() {
    let proven = |scheme: &hookward::Scheme| {
        EventTypes::of(scheme)
            .unwrap()
            .are_proven_by(scheme)
            .unwrap()
    };
    // Twitch and Bitbucket Server write the type in an unsigned header as well.
    for scheme in [
        providers::STRIPE,
        providers::TWITCH,
        providers::BITBUCKET_SERVER,
    ] {
        assert!(proven(&scheme), "{}", scheme.name);
    }
    for scheme in [
        providers::GITHUB,
        providers::SHOPIFY,
        providers::WOOCOMMERCE,
        providers::GITLAB,
    ] {
        assert!(!proven(&scheme), "{}", scheme.name);
    }
}
