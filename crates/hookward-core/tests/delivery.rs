//! What makes two requests one delivery: copies, retries and mutants have one
//! identity, two events have two.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hookward_core::adapter::{PollBudget, Progress};
use hookward_core::{
    Claimed, Code, ConfigError, Digest, Endpoint, Key, KeyRing, Location, MemoryStore, Rejection,
    Renewal, Replay, ReplayBy, ReplayGuard, ReplayKey, ReplayStore, Retries, Scheme, Signer, Step,
    Success, TimeUnit, Tolerance, Trust, UnixTime, Verification, Verified, Verifier, providers,
};
use http::Request;
use sha2::{Digest as _, Sha256, Sha512};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

fn key() -> Key {
    Key::new("secret").unwrap()
}

fn now<F: Future>(future: F) -> F::Output {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut context) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a store in memory answers at once"),
    }
}

fn request(body: &str) -> Request<String> {
    Request::post("https://hooks.example/in?a=1")
        .header("host", "hooks.example")
        .body(body.to_owned())
        .unwrap()
}

/// A genuine request.
fn signed(scheme: &Scheme, ring: impl Into<KeyRing>, time: i64, body: &str) -> Request<String> {
    sign(scheme, ring, time, request(body))
}

fn sign(
    scheme: &Scheme,
    ring: impl Into<KeyRing>,
    time: i64,
    mut request: Request<String>,
) -> Request<String> {
    let signer = Signer::new(scheme, ring).unwrap();
    let time = UnixTime::from_secs(NOW.as_secs() + time);
    for (name, value) in signer
        .sign(&request, time, Some("evt_1"))
        .unwrap()
        .headers()
    {
        request.headers_mut().append(name, value.clone());
    }
    request
}

fn identity(scheme: &Scheme, request: &Request<String>) -> Result<Option<ReplayKey>, Rejection> {
    under(scheme, key(), request)
}

/// In one piece and in frames, with the body kept and without.
fn under(
    scheme: &Scheme,
    ring: impl Into<KeyRing>,
    request: &Request<String>,
) -> Result<Option<ReplayKey>, Rejection> {
    let verifier = Verifier::new(scheme.clone().trust(Trust::AsSent), ring)
        .unwrap()
        .with_identity();
    let found = verifier
        .verify_at(request, NOW)
        .map(|proof| proof.replay_key(""));
    let body = request.body().as_bytes();
    let lengths: &[usize] = match body.len() {
        0..5000 => &[1, 5],
        _ => &[4096],
    };
    for length in lengths {
        let feed = |check: &mut Verification| {
            body.chunks(*length).for_each(|frame| check.update(frame));
        };
        let streamed = verifier.begin(request, NOW).and_then(|mut check| {
            feed(&mut check);
            check.finish().map(|proof| proof.replay_key(""))
        });
        assert_eq!(streamed, found);
        let kept = verifier.begin(request, NOW).and_then(|check| {
            let mut check = check.with_body_kept();
            feed(&mut check);
            let proof = match check.step()? {
                Step::Verified(proof) => proof,
                Step::Again(mut check) => {
                    feed(&mut check);
                    check.finish()?
                }
                Step::Keys(..) => panic!("the keys are there"),
            };
            Ok(proof.replay_key(""))
        });
        assert_eq!(kept, found);
    }
    found
}

fn scheme() -> Scheme {
    Scheme::hmac("acme", Digest::Sha256).header("x-signature")
}

fn timed() -> Scheme {
    scheme()
        .timestamp_header("x-time", TimeUnit::Seconds)
        .signed("{timestamp}.{body}")
}

#[test]
fn the_key_that_matched_makes_no_difference() {
    let named = |name: &str| Key::new(name).unwrap();
    for scheme in [scheme(), timed(), timed().replay_by(ReplayBy::Payload)] {
        let request = signed(&scheme, named("old"), 0, "{}");
        let before = under(&scheme, named("old"), &request).unwrap();
        assert!(before.is_some());
        let rings = [["new", "old"], ["old", "new"]];
        for ring in rings.map(|ring| KeyRing::from(ring.map(named))) {
            assert_eq!(under(&scheme, ring, &request), Ok(before));
        }
        let by_other_key = signed(&scheme, named("new"), 0, "{}");
        assert_eq!(under(&scheme, named("new"), &by_other_key), Ok(before));
    }
}

#[test]
fn the_form_and_the_spelling_make_no_difference() {
    let agora = providers::AGORA.accept("v1");
    let both = signed(&agora, key(), 0, "{\"a\":1}");
    let mut weaker = both.clone();
    assert!(weaker.headers_mut().remove("agora-signature-v2").is_some());
    let older = signed(&providers::AGORA.only("v1"), key(), 0, "{\"a\":1}");
    for (name, value) in older.headers() {
        weaker.headers_mut().insert(name.clone(), value.clone());
    }
    assert_eq!(identity(&agora, &both), identity(&agora, &weaker));
    assert!(identity(&agora, &both).unwrap().is_some());

    // A port may be in the signed URL or not.
    let twilio = providers::TWILIO.replay_by(ReplayBy::Content);
    let mut request = signed(&twilio, key(), 0, "");
    let genuine = identity(&twilio, &request).unwrap();
    request
        .headers_mut()
        .insert("host", "hooks.example:443".parse().unwrap());
    assert_eq!(identity(&twilio, &request), Ok(genuine));
}

#[test]
fn a_retry_that_is_signed_again_is_the_same_delivery_by_its_payload_or_id() {
    let body = r#"{"id":"evt_1","n":1}"#;
    let same = |scheme: &Scheme, one: &Request<String>, two: &Request<String>| {
        let (one, two) = (
            identity(scheme, one).unwrap(),
            identity(scheme, two).unwrap(),
        );
        assert!(one.is_some() && two.is_some());
        one == two
    };
    for (by, is_one) in [
        (ReplayBy::Content, false),
        (ReplayBy::Payload, true),
        (ReplayBy::Id, true),
    ] {
        let scheme = timed().event_id_json("/id").replay_by(by);
        let first = signed(&scheme, key(), 0, body);
        let retry = signed(&scheme, key(), 100, body);
        assert_eq!(same(&scheme, &first, &retry), is_one, "{by}");
        let other = signed(&scheme, key(), 100, r#"{"id":"evt_2","n":1}"#);
        assert!(!same(&scheme, &first, &other), "{by}");
    }
    // The id alone counts, however the rest is counted up.
    let scheme = timed().event_id_json("/id").replay_by(ReplayBy::Id);
    let first = signed(&scheme, key(), 0, body);
    let second = signed(&scheme, key(), 0, r#"{"n":2,"id":"evt_1"}"#);
    assert!(same(&scheme, &first, &second));
    // Without an id, which a signed body proves, by all of it.
    let none = signed(&scheme, key(), 0, r#"{"n":2}"#);
    let other = signed(&scheme, key(), 0, r#"{"n":3}"#);
    assert!(!same(&scheme, &none, &other));
    assert!(same(&scheme, &none, &none));
    let empty = signed(&scheme, key(), 0, r#"{"id":"","n":2}"#);
    assert!(!same(&scheme, &empty, &none));
    // An id in two places is that of both.
    const TWO: &[Location] = &[
        Location::Json(std::borrow::Cow::Borrowed("/id")),
        Location::Json(std::borrow::Cow::Borrowed("/n")),
    ];
    let scheme = scheme.replay_id(TWO);
    assert!(!same(&scheme, &first, &second));
}

fn by_id(pointer: &'static str) -> Scheme {
    timed().event_id_json(pointer).replay_by(ReplayBy::Id)
}

#[test]
fn an_id_in_the_body_is_one_however_and_wherever_it_is_written() {
    let of = |scheme: &Scheme, body: &str| {
        let request = signed(scheme, key(), 0, body);
        let found = identity(scheme, &request).unwrap().unwrap();
        // The time of a retry does not matter.
        let retry = signed(scheme, key(), 60, body);
        (found, identity(scheme, &retry) == Ok(Some(found)))
    };
    let scheme = by_id("/event/id");
    let large = "a \\\" long text".repeat(80_000);
    let id = of(&scheme, r#"{"event":{"id":"é1"}}"#).0;
    for body in [
        r#"{"event":{"id":"\u00e91"}}"#,
        r#"{"\u0065vent" : { "n":1, "\u0069d":"\u00E9\u0031" } , "n":2}"#,
        r#"{"n":[{"event":{"id":2}},{}],"event":{"id":"é1","x":{"id":3}},"id":4}"#,
        r#"{"n":1,"n":2,"event":{"id":"é1"}}"#,
        &format!(r#"{{"text":"{large}","event":{{"id":"é1"}}}}"#),
        &format!(
            r#"{{"event":{{"id":"é1"}},"n":{}{}}}"#,
            "[".repeat(1000),
            "]".repeat(1000)
        ),
    ] {
        assert_eq!(of(&scheme, body), (id, true), "{body:.60}");
    }
    let mut others = vec![id];
    for body in [r#"{"event":{"id":"1"}}"#, r#"{"event":{"id":1.0}}"#] {
        let (found, is_one) = of(&scheme, body);
        assert!(is_one && !others.contains(&found), "{body}");
        others.push(found);
    }
    // As it is written: what is not a string is not read.
    assert_eq!(of(&scheme, r#"{"event":{"id":1}}"#).0, others[1]);
    // What is no id is none: two events without one are two, by their content.
    for none in ["null", "\"null\"", "true", "{}", "[1]", "\"\""] {
        for n in 0..2 {
            let body = format!(r#"{{"event":{{"id":{none}}},"n":{n}}}"#);
            let (found, is_one) = of(&scheme, &body);
            assert!(!is_one && !others.contains(&found), "{body}");
            others.push(found);
        }
    }

    let scheme = by_id("/0/events/1");
    let id = of(&scheme, r#"[{"events":[1,"a",3]}]"#).0;
    assert_eq!(
        of(&scheme, r#"[ {"events":["b","a"]},{"events":[1,2]}]"#),
        (id, true)
    );
    assert_ne!(of(&scheme, r#"[{"events":["a"]}]"#).0, id);
}

#[test]
fn without_an_id_the_content_counts() {
    let scheme = by_id("/id");
    let id = identity(&scheme, &signed(&scheme, key(), 0, r#"{"id":"a"}"#)).unwrap();
    let too_deep = format!(r#"{{"id":"a","n":{}"#, "[".repeat(1 << 20));
    let too_long = format!(r#"{{"id":"{}"}}"#, "a".repeat(4096));
    let mut seen = vec![id.unwrap()];
    // Nothing but the time of sending: a copy of it is one, another one is not.
    for time in [0, 60] {
        let empty = signed(&scheme, key(), time, "");
        let found = identity(&scheme, &empty).unwrap().unwrap();
        assert!(!seen.contains(&found));
        seen.push(found);
    }
    for body in [
        "{}",
        "id=a",
        r#"{"id":""}"#,
        r#"{"id":{}"#,
        r#"{"id":"a""#,
        r#"{"id":"a"}x"#,
        r#"{"id":"a","id":"a"}"#,
        r#"{"id":"a","\u0069d":"b"}"#,
        r#"{"id":"\ud800"}"#,
        r#"{"ID":"a"}"#,
        r#"["a"]"#,
        &too_long,
        &too_deep,
    ] {
        let request = signed(&scheme, key(), 0, body);
        let found = identity(&scheme, &request).unwrap().unwrap();
        assert!(!seen.contains(&found), "{body:.60}");
        seen.push(found);
        assert_eq!(identity(&scheme, &request), Ok(Some(found)));
        // Also where the second pass is for another key as well.
        let rings = [["new", "secret"], ["secret", "new"]];
        for ring in rings.map(|ring| KeyRing::from(ring.map(|name| Key::new(name).unwrap()))) {
            assert_eq!(
                under(&scheme, ring, &request),
                Ok(Some(found)),
                "{body:.60}"
            );
        }
        // And at an endpoint, which keeps the body.
        let verifier = Verifier::new(scheme.clone(), key()).unwrap();
        let endpoint = Endpoint::new(verifier.clone())
            .clock(|| NOW)
            .replay_guard(ReplayGuard::new(MemoryStore::default(), ""))
            .unwrap();
        let proof = received(&endpoint, &verifier, &request).unwrap();
        assert_eq!(proof.replay_key(""), Some(found));
    }
}

/// Where decoded values are signed and not the bytes, another spelling of them is the
/// same delivery, also without the id.
#[test]
fn without_an_id_unsigned_bytes_do_not_count() {
    let form = Scheme::hmac("acme", Digest::Sha256)
        .header("x-signature")
        .signed("{form|sort|join}")
        .event_id_at(Location::Form("id".into()))
        .replay_by(ReplayBy::Id);
    let json = Scheme::hmac("acme", Digest::Sha256)
        .header("x-signature")
        .signed("{json|sort|compact}")
        .event_id_json("/id")
        .replay_by(ReplayBy::Id);
    for (scheme, bodies, other) in [
        (form, ["a=1&b=x+y", "b=x%20y&%61=1"], "a=1&b=x-y"),
        (
            json,
            [r#"{"a":1,"b":"x"}"#, r#" {"b":"x", "a":1} "#],
            r#"{"a":2,"b":"x"}"#,
        ),
    ] {
        let request = signed(&scheme, key(), 0, bodies[0]);
        let found = identity(&scheme, &request).unwrap();
        assert!(found.is_some());
        let mut respelled = request.clone();
        *respelled.body_mut() = bodies[1].to_owned();
        assert_eq!(identity(&scheme, &respelled), Ok(found), "{}", bodies[1]);
        let other = signed(&scheme, key(), 0, other);
        assert_ne!(identity(&scheme, &other).unwrap(), found);
    }
}

#[test]
fn the_body_is_read_again_only_for_a_body_without_its_id() {
    let scheme = by_id("/id");
    let verifier = Verifier::new(scheme.clone(), key())
        .unwrap()
        .with_identity();
    let step = |body: &str| {
        let request = signed(&scheme, key(), 0, body);
        let mut check = verifier.begin(&request, NOW).unwrap().with_body_kept();
        check.update(body.as_bytes());
        check.step().unwrap()
    };
    let Step::Verified(proof) = step(r#"{"id":"a"}"#) else {
        panic!("the id is there")
    };
    assert_eq!(proof.event_id(), Some("a"));
    assert!(matches!(step("{}"), Step::Again(_)));
    // Who asks for the end at once gets no proof without an identity.
    let request = signed(&scheme, key(), 0, "{}");
    let mut check = verifier.begin(&request, NOW).unwrap().with_body_kept();
    check.update(b"{}");
    assert_eq!(check.finish().unwrap_err().code(), Code::KeyUnavailable);
    // Where the second pass would be for another key, the first alone is tried.
    let ring = KeyRing::from(["new", "other"].map(|name| Key::new(name).unwrap()));
    let verifier = Verifier::new(scheme.clone(), ring).unwrap().with_identity();
    let request = signed(&scheme, key(), 0, r#"{"id":"a"}"#);
    let mut check = verifier.begin(&request, NOW).unwrap().with_body_kept();
    check.update(request.body().as_bytes());
    assert_eq!(check.finish().unwrap_err().code(), Code::SignatureMismatch);
}

/// Whichever digest of the body is signed.
#[test]
fn a_message_signature_proves_that_the_body_has_no_id() {
    let ring = || KeyRing::default().with("k", Key::shared_secret("a long enough secret").unwrap());
    let scheme = providers::RFC9421
        .event_id_json("/id")
        .replay_by(ReplayBy::Id);
    let sha256 = |body: &str| format!("sha-256=:{}:", BASE64.encode(Sha256::digest(body)));
    let sha512 = |body: &str| format!("sha-512=:{}:", BASE64.encode(Sha512::digest(body)));
    let both = |body: &str| format!("{}, {}", sha512(body), sha256(body));
    let of = |digest: &dyn Fn(&str) -> String, time: i64, body: &str| {
        let mut request = request(body);
        let digest = digest(body).parse().unwrap();
        request.headers_mut().insert("content-digest", digest);
        under(&scheme, ring(), &sign(&scheme, ring(), time, request))
    };
    let id = of(&sha256, 0, r#"{"id":"a","n":1}"#);
    assert!(id.as_ref().unwrap().is_some());
    let none = of(&sha256, 0, r#"{"n":2}"#);
    assert!(none.as_ref().unwrap().is_some() && none != id);
    for digest in [&sha256 as &dyn Fn(&str) -> String, &sha512, &both] {
        assert_eq!(of(digest, 0, r#"{"n":2,"id":"a"}"#), id);
        assert_eq!(of(digest, 9, r#"{"n":2,"id":"a"}"#), id);
        // Without an id, the content counts: the body, and when it was signed.
        assert_eq!(of(digest, 0, r#"{"n":2}"#), none);
        assert_ne!(of(digest, 0, r#"{"n":3}"#), none);
        assert_ne!(of(digest, 9, r#"{"n":2}"#), none);
    }
}

#[test]
fn an_id_must_be_proven() {
    let unsigned = scheme().event_id_header("x-id").replay_by(ReplayBy::Id);
    let error = unsigned.check().unwrap_err().to_string();
    assert!(error.contains("not signed"), "{error}");
    let missing = scheme().replay_by(ReplayBy::Id).check().unwrap_err();
    assert!(missing.to_string().contains("event_id"), "{missing}");

    // Nothing of a secret's request is proven, the lack of an id neither.
    let secret = Scheme::shared_secret("acme")
        .header("x-key")
        .event_id_json("/id")
        .replay_by(ReplayBy::Id);
    let with = signed(&secret, key(), 0, r#"{"id":"1","n":1}"#);
    assert!(identity(&secret, &with).unwrap().is_some());
    let without = signed(&secret, key(), 0, r#"{"n":1}"#);
    let refused = identity(&secret, &without).unwrap_err();
    assert_eq!(refused.code(), Code::ContentMalformed);
}

#[test]
fn what_is_not_proven_counts_where_the_proof_does_not_tell_events_apart() {
    // A charge's id is signed, and not what became of the charge.
    let charge = scheme().signed("{form:id}");
    assert_eq!(charge.replays_by(), Ok(ReplayBy::Body));
    let request = |body: &str| {
        let mut request = signed(&charge, key(), 0, body);
        request.headers_mut().insert(
            "content-type",
            "application/x-www-form-urlencoded".parse().unwrap(),
        );
        request
    };
    let processing = identity(&charge, &request("id=1&status=processing")).unwrap();
    let paid = identity(&charge, &request("id=1&status=paid")).unwrap();
    assert!(processing.is_some() && processing != paid);
    let again = identity(&charge, &request("id=1&status=paid")).unwrap();
    assert_eq!(again, paid);

    let secret = Scheme::shared_secret("acme").header("x-key");
    assert_eq!(secret.replays_by(), Ok(ReplayBy::Body));
    let one = signed(&secret, key(), 0, "{}");
    let mut elsewhere = one.clone();
    *elsewhere.uri_mut() = "https://hooks.example/other".parse().unwrap();
    let mut method = one.clone();
    *method.method_mut() = http::Method::PUT;
    let body = signed(&secret, key(), 0, "{ }");
    let found = [one, elsewhere, method, body].map(|r| identity(&secret, &r).unwrap().unwrap());
    for (at, key) in found.iter().enumerate() {
        assert!(!found[..at].contains(key), "{at}");
    }
}

#[test]
fn a_kind_tells_equal_bodies_apart_and_values_outside_its_list_are_one() {
    use std::borrow::Cow::Borrowed;
    let scheme = scheme().replay_kind(
        "x-topic",
        &[Borrowed("order.created"), Borrowed("order.updated")],
    );
    let with = |topics: &[&str]| {
        let mut request = signed(&scheme, key(), 0, "{}");
        for topic in topics {
            request
                .headers_mut()
                .append("x-topic", topic.parse().unwrap());
        }
        identity(&scheme, &request).unwrap().unwrap()
    };
    let (created, updated) = (with(&["order.created"]), with(&["order.updated"]));
    assert_ne!(created, updated);
    let other = with(&["order.deleted"]);
    assert!(other != created && other != updated);
    // Whoever replays a delivery gets one more of it, and no number.
    for forged in [
        &[][..],
        &["Order.Created"],
        &["x"],
        &["order.created", "order.created"],
        &["order.created "][..0],
    ] {
        assert_eq!(with(forged), other, "{forged:?}");
    }
}

#[test]
fn an_identity_knows_namespace_and_tenant_and_not_the_providers_name() {
    let request = signed(&scheme(), key(), 0, "{}");
    let mut renamed = scheme();
    renamed.name = "other".into();
    assert_eq!(identity(&scheme(), &request), identity(&renamed, &request));
    let verifier = Verifier::new(scheme().trust(Trust::AsSent), key())
        .unwrap()
        .with_identity();
    let of = |verifier: &Verifier, namespace: &str| {
        let proof = verifier.verify_at(&request, NOW).unwrap();
        proof.replay_key(namespace).unwrap()
    };
    let tenant = verifier.for_tenant("acme");
    let all = [
        of(&verifier, "a"),
        of(&verifier, "b"),
        of(&tenant, "a"),
        of(&verifier.for_tenant(""), "a"),
    ];
    for (at, key) in all.iter().enumerate() {
        assert!(!all[..at].contains(key), "{at}");
    }
    // The identity of a version: a change of it moves every stored key, and is in
    // the changelog.
    assert_eq!(ReplayGuard::KEY_VERSION, 3);
    assert_eq!(
        of(&verifier, "").to_string(),
        "2fd3e1d5cb2cd967e9b0f35dab31401b"
    );
}

#[test]
fn without_a_demand_nothing_is_computed() {
    let request = signed(&scheme(), key(), 0, "{}");
    let verifier = Verifier::new(scheme().trust(Trust::AsSent), key()).unwrap();
    let proof = verifier.verify_at(&request, NOW).unwrap();
    assert_eq!(proof.replay_key(""), None);
    // A guard that is not the endpoint's cannot tell anything: it fails closed.
    let guard = ReplayGuard::new(MemoryStore::default(), "n");
    let refused = now(guard.claim(&proof)).unwrap_err();
    assert_eq!(refused.code(), Code::StoreUnavailable);
}

/// The proof that an endpoint has, also after a second pass.
fn received(
    endpoint: &Endpoint,
    verifier: &Verifier,
    request: &Request<String>,
) -> Result<Verified, Rejection> {
    let mut reception = endpoint.begin(verifier, request, None)?;
    for frame in request.body().as_bytes().chunks(4096) {
        reception.push(frame.to_vec().into(), &mut PollBudget::default())?;
        while reception.advance(&mut PollBudget::default()) {}
    }
    let progress = match reception.finish()? {
        Progress::SecondPass(mut second) => {
            while second.advance() {}
            second.finish()?
        }
        progress => progress,
    };
    let Progress::Done(received) = progress else {
        panic!("no handshake")
    };
    Ok(received.into_parts().0)
}

/// What becomes of a request at an endpoint.
fn at(
    endpoint: &Endpoint,
    verifier: &Verifier,
    request: &Request<String>,
) -> Result<Claimed, Rejection> {
    let verified = received(endpoint, verifier, request)?;
    now(endpoint.guard().unwrap().claim(&verified))
}

fn handle(claimed: Claimed) {
    match claimed {
        Claimed::Fresh(delivery) => now(delivery.commit()).unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_guard_that_could_not_tell_deliveries_apart_cannot_be_built() {
    let scheme = scheme().replay_by(ReplayBy::None);
    let verifier = Verifier::new(scheme.clone().trust(Trust::AsSent), key()).unwrap();
    let guard = || ReplayGuard::new(MemoryStore::default(), "n");
    let endpoint = || Endpoint::new(verifier.clone()).clock(|| NOW);
    let refused = endpoint().replay_guard(guard()).unwrap_err();
    let ConfigError::Replay(page) = &refused else {
        panic!("{refused:?}")
    };
    for word in ["acme", "event_id", "identity_from"] {
        assert!(page.contains(word), "{page}");
    }
    // Nor one by a time alone: two events of a second would be one.
    for by in [ReplayBy::Payload, ReplayBy::Content] {
        let timer = Scheme::hmac("acme", Digest::Sha256)
            .timestamp_header("x-time", TimeUnit::Seconds)
            .signed("{timestamp}")
            .replay_by(by);
        let verifier = Verifier::new(timer.trust(Trust::AsSent), key()).unwrap();
        let refused = Endpoint::new(verifier).replay_guard(guard()).unwrap_err();
        assert!(refused.to_string().contains("the time"), "{refused}");
    }
    // Nor one by something that is not signed.
    let header = guard().event_id(Location::Header("x-id".into()));
    assert!(matches!(
        endpoint().replay_guard(header),
        Err(ConfigError::Replay(_))
    ));
    // A source that does not tell its scheme is found out with the request.
    let source = {
        let verifier = verifier.clone();
        move |_: &dyn hookward_core::RequestHead| hookward_core::Lookup::now(Ok(verifier.clone()))
    };
    let late = Endpoint::new(source).replay_guard(guard()).unwrap();
    let refused = at(&late, &verifier, &signed(&scheme, key(), 0, "{}")).unwrap_err();
    assert_eq!(refused.code(), Code::KeyUnavailable);

    // Decided.
    let by_id = guard().event_id(Location::Json("/id".into()));
    let own = guard().identity_from(|proof, body| {
        assert_eq!(proof.provider(), "acme");
        (!body.is_empty()).then(|| body[..body.len().min(11)].to_vec())
    });
    for guard in [by_id, own] {
        let endpoint = endpoint().replay_guard(guard).unwrap();
        let of = |body: &str| at(&endpoint, &verifier, &signed(&scheme, key(), 0, body)).unwrap();
        handle(of(r#"{"id":"a1","n":1}"#));
        assert!(matches!(of(r#"{"id":"a1","n":2}"#), Claimed::Acknowledge));
        handle(of(r#"{"id":"a2","n":1}"#));
    }
}

#[test]
fn a_delivery_without_content_is_handled_however_often_it_comes() {
    let verifier = Verifier::new(scheme().trust(Trust::AsSent), key()).unwrap();
    let endpoint = Endpoint::new(verifier.clone())
        .replay_guard(ReplayGuard::new(MemoryStore::default(), "n"))
        .unwrap();
    let request = signed(&scheme(), key(), 0, "");
    for _ in 0..3 {
        handle(at(&endpoint, &verifier, &request).unwrap());
    }
    // With a signed time it is a delivery like any other.
    let verifier = Verifier::new(timed(), key()).unwrap();
    let endpoint = Endpoint::new(verifier.clone())
        .clock(|| NOW)
        .replay_guard(ReplayGuard::new(MemoryStore::default(), "n"))
        .unwrap();
    let request = signed(&timed(), key(), 0, "");
    handle(at(&endpoint, &verifier, &request).unwrap());
    let again = at(&endpoint, &verifier, &request).unwrap();
    assert!(matches!(again, Claimed::Acknowledge));
}

/// An entry that is corrected moves identities: for one release both are claimed.
#[test]
fn what_was_handled_before_an_upgrade_is_known_after_it() {
    static BEFORE: Replay = Replay::by(ReplayBy::Content);
    // In the body, and where it is missing by a second pass.
    let now = |pointer| by_id(pointer).replay_before(&BEFORE);
    for (pointer, changes_retry) in [("/id", true), ("/other", false)] {
        let store: Arc<dyn ReplayStore> = Arc::new(MemoryStore::default());
        let endpoint = |scheme: &Scheme| {
            let verifier = Verifier::new(scheme.clone(), key()).unwrap();
            let guard = ReplayGuard::shared(store.clone(), "n");
            let endpoint = Endpoint::new(verifier.clone()).clock(|| NOW);
            (endpoint.replay_guard(guard).unwrap(), verifier)
        };
        let claim = |(endpoint, verifier): &(Endpoint, Verifier), request: &Request<String>| {
            at(endpoint, verifier, request)
        };
        let old = endpoint(&timed().replay_by(ReplayBy::Content));
        let new = endpoint(&now(pointer));
        let later = endpoint(&by_id(pointer));
        let delivery =
            |id: &str, time| signed(&timed(), key(), time, &format!(r#"{{"id":"{id}"}}"#));
        // Handled by the release before: a copy is acknowledged, and then known by its
        // new identity too.
        handle(claim(&old, &delivery("a", 0)).unwrap());
        for receiver in [&new, &new, &later] {
            let copy = claim(receiver, &delivery("a", 0)).unwrap();
            assert!(matches!(copy, Claimed::Acknowledge), "{copy:?}");
        }
        // Handled by this one: a replica that was not upgraded knows it.
        handle(claim(&new, &delivery("b", 0)).unwrap());
        for receiver in [&old, &new, &later] {
            let copy = claim(receiver, &delivery("b", 0)).unwrap();
            assert!(matches!(copy, Claimed::Acknowledge), "{copy:?}");
        }
        let retry = claim(&new, &delivery("b", 60)).unwrap();
        assert_eq!(matches!(retry, Claimed::Acknowledge), changes_retry);
        drop(retry);
        // While either handles it, the other does not; released, it is fresh for both.
        for (one, other) in [(&old, &new), (&new, &old)] {
            let running = claim(one, &delivery("c", 0)).unwrap();
            let Claimed::Fresh(fresh) = &running else {
                panic!("{running:?}");
            };
            assert_eq!(crate::now(fresh.renew()), Ok(Renewal::Held));
            let refused = claim(other, &delivery("c", 0)).unwrap_err();
            assert_eq!(refused.code(), Code::DeliveryInProgress);
            let refused = claim(one, &delivery("c", 0)).unwrap_err();
            assert_eq!(refused.code(), Code::DeliveryInProgress);
            drop(running);
            drop(claim(other, &delivery("c", 0)).unwrap());
        }
    }
    // What the operator says is not of a release.
    let verifier = Verifier::new(now("/id"), key()).unwrap();
    let guard = ReplayGuard::new(MemoryStore::default(), "n").by(ReplayBy::Body);
    let endpoint = Endpoint::new(verifier.clone()).replay_guard(guard).unwrap();
    let request = signed(&timed(), key(), 0, "{}");
    let proof = received(&endpoint.clock(|| NOW), &verifier, &request).unwrap();
    assert!(proof.replay_key("n").is_some());
    assert_eq!(proof.replay_key_before("n"), None);
}

#[test]
fn a_handled_delivery_can_be_forgotten() {
    let verifier = Verifier::new(scheme().trust(Trust::AsSent), key()).unwrap();
    let guard = ReplayGuard::new(MemoryStore::default(), "n");
    let endpoint = Endpoint::new(verifier.clone())
        .replay_guard(guard.clone())
        .unwrap();
    let request = signed(&scheme(), key(), 0, "{}");
    handle(at(&endpoint, &verifier, &request).unwrap());
    let proof = verifier.with_identity().verify_at(&request, NOW).unwrap();
    let again = at(
        &endpoint,
        &Verifier::new(scheme().trust(Trust::AsSent), key()).unwrap(),
        &request,
    )
    .unwrap();
    assert!(matches!(again, Claimed::Acknowledge));
    now(guard.forget(guard.key(&proof).unwrap())).unwrap();
    handle(
        at(
            &endpoint,
            &Verifier::new(scheme().trust(Trust::AsSent), key()).unwrap(),
            &request,
        )
        .unwrap(),
    );
}

#[test]
fn the_answers_are_what_the_provider_takes_for_success_and_retries() {
    use std::borrow::Cow::Borrowed;
    let plain = scheme();
    let no_4xx = scheme().retries(Retries::after(&[Borrowed("5xx"), Borrowed("timeout")]));
    let some_4xx = scheme().retries(Retries::after(&[Borrowed("409"), Borrowed("5xx")]));
    let never = scheme().retries(Retries::never());
    for (scheme, status) in [(plain, 409), (no_4xx, 503), (some_4xx, 409), (never, 409)] {
        let verifier = Verifier::new(scheme.clone().trust(Trust::AsSent), key()).unwrap();
        let endpoint = Endpoint::new(verifier.clone())
            .replay_guard(ReplayGuard::new(MemoryStore::default(), "n"))
            .unwrap();
        let request = signed(&scheme, key(), 0, "{}");
        let held = at(&endpoint, &verifier, &request).unwrap();
        let refused = at(&endpoint, &verifier, &request).unwrap_err();
        assert_eq!(refused.code(), Code::DeliveryInProgress);
        assert_eq!(endpoint.answer(&refused).status(), status);
        assert!(
            endpoint
                .answer(&refused)
                .headers()
                .contains_key("retry-after")
        );
        handle(held);
    }

    let fixed = scheme().success(Success::Body("success".into()));
    let interaction = scheme().success(Success::Handler);
    for (scheme, body) in [(scheme(), ""), (fixed, "success"), (interaction, "")] {
        let verifier = Verifier::new(scheme.clone().trust(Trust::AsSent), key()).unwrap();
        let endpoint = Endpoint::new(verifier.clone())
            .replay_guard(ReplayGuard::new(MemoryStore::default(), "n"))
            .unwrap();
        let request = signed(&scheme, key(), 0, "{}");
        handle(at(&endpoint, &verifier, &request).unwrap());
        let again = at(&endpoint, &verifier, &request).unwrap();
        let is_for_handler = scheme.success == Success::Handler;
        assert_eq!(matches!(again, Claimed::Duplicate), is_for_handler);
        let proof = verifier.verify_at(&request, NOW).unwrap();
        let answer = endpoint.acknowledge(&proof);
        assert_eq!(
            (answer.status().as_u16(), &answer.body()[..]),
            (200, body.as_bytes())
        );
        assert_eq!(answer.headers()["hookward-replay"], "acknowledged");
        let own = endpoint.acknowledge_with(|_| http::Response::new("own".into()));
        assert_eq!(&own.acknowledge(&proof).body()[..], b"own");
    }
}

/// How long a delivery of each class is remembered, by what bounds its lifetime.
#[test]
fn what_was_handled_is_remembered_as_long_as_it_could_come_again() {
    const CLASSES: [ReplayBy; 4] = [
        ReplayBy::Content,
        ReplayBy::Body,
        ReplayBy::Payload,
        ReplayBy::Id,
    ];
    let seconds = Duration::from_secs;
    let guard = || ReplayGuard::new(MemoryStore::default(), "n");
    let proof = |scheme: &Scheme, tolerance: Option<Tolerance>| {
        let request = signed(scheme, key(), 0, r#"{"id":"1"}"#);
        let mut verifier = Verifier::new(scheme.clone().trust(Trust::AsSent), key()).unwrap();
        if let Some(tolerance) = tolerance {
            verifier = verifier.with_tolerance(tolerance).unwrap();
        }
        verifier.verify_at(&request, NOW).unwrap()
    };
    // The scheme's own window is 300 s to each side, and the second that it ends in.
    let proofs = |by: ReplayBy| {
        let scheme = |scheme: Scheme| scheme.event_id_json("/id").replay_by(by);
        let timed = scheme(timed());
        let window = |past, future| Some(Tolerance::window(past, future));
        let place = Location::Json("/time".into());
        let optional = scheme(self::scheme().timestamp_at(place, TimeUnit::Seconds));
        let optional = optional.optional_timestamp();
        let mut unsigned = timed.clone();
        unsigned.signed = "{body}".into();
        let other = scheme(self::scheme()).header("x-other").form("other");
        let mut two_forms = timed.clone();
        two_forms.or = vec![other].into();
        [
            ("its own", proof(&timed, None), Some(601)),
            ("narrow", proof(&timed, window(10, 10)), Some(21)),
            ("to the past", proof(&timed, window(100, 0)), Some(101)),
            ("to the future", proof(&timed, window(7, 100)), Some(108)),
            ("exact", proof(&timed, window(0, 0)), Some(1)),
            ("none", proof(&timed, Some(Tolerance::unchecked())), None),
            ("no time", proof(&scheme(self::scheme()), None), None),
            ("an unsigned time", proof(&unsigned, None), None),
            ("an optional time", proof(&optional, None), None),
            ("a form without time", proof(&two_forms, None), None),
        ]
    };
    for (retention, allowance) in [(86_400, 0), (86_400, 7200), (500, 0), (500, 40), (5, 3)] {
        let kept = |guard: ReplayGuard, proof: &Verified| {
            guard
                .retention(seconds(retention))
                .clock_allowance(seconds(allowance))
                .keep(proof)
        };
        for by in CLASSES {
            for (name, proof, window) in proofs(by) {
                let what = format!("{by:?}, {name}, {retention} s, {allowance} s");
                // A copy dies with its window, on every replica.
                let closed = window.map(|window| seconds(window + allowance));
                let of_copy = closed.unwrap_or(seconds(retention));
                // A retry carries a new time.
                let of_retry = of_copy.max(seconds(retention));
                let has_time = matches!(by, ReplayBy::Content | ReplayBy::Body);
                let expected = if has_time { of_copy } else { of_retry };
                assert_eq!(kept(guard(), &proof), expected, "{what}");
                // What the operator says comes first.
                for (own, has_time) in [
                    (guard().by(ReplayBy::Content), true),
                    (guard().by(ReplayBy::Body), true),
                    (guard().by(ReplayBy::Payload), false),
                    (guard().event_id(Location::Json("/id".into())), false),
                    (guard().identity_from(|_, _| Some(b"x".to_vec())), false),
                ] {
                    let expected = if has_time { of_copy } else { of_retry };
                    assert_eq!(kept(own, &proof), expected, "{what}");
                }
            }
        }
    }
    // By default for a day, and two hours longer than a window.
    let [(_, timed, _), .., (_, untimed, _)] = proofs(ReplayBy::Content);
    assert_eq!(guard().keep(&timed), seconds(601 + 7200));
    assert_eq!(guard().keep(&untimed), seconds(24 * 60 * 60));
}

/// Each part of a replay key is preceded by its length: no two pairs of a namespace and a
/// tenant are written as the same bytes.
#[test]
fn no_namespace_and_tenant_read_as_another_pair() {
    let request = signed(&scheme(), key(), 0, "{}");
    let verifier = Verifier::new(scheme().trust(Trust::AsSent), key())
        .unwrap()
        .with_identity();
    let key_of = |namespace: &str, tenant: Option<&str>| {
        let verifier = match tenant {
            Some(tenant) => verifier.for_tenant(tenant),
            None => verifier.clone(),
        };
        let proof = verifier.verify_at(&request, NOW).unwrap();
        proof.replay_key(namespace).unwrap()
    };
    let length = |length: u64| String::from_utf8(length.to_be_bytes().to_vec()).unwrap();
    // The bytes of the one, without a length before the namespace, are those of the other.
    let tenant = format!("b{}c", length(1));
    let namespace = format!("a{}b", length(10));
    let pairs = [
        ("a", Some(&*tenant)),
        (&*namespace, Some("c")),
        ("", None),
        ("", Some("")),
        ("a", None),
        ("a", Some("")),
        ("", Some("a")),
        ("ab", Some("c")),
        ("a", Some("bc")),
        ("abc", None),
        ("abc", Some("")),
        ("A", None),
    ];
    for (at, (namespace, tenant)) in pairs.iter().enumerate() {
        let one = key_of(namespace, *tenant);
        assert_eq!(one, key_of(namespace, *tenant));
        for (other, of) in &pairs[..at] {
            let pair = (namespace, tenant, other, of);
            assert_ne!(one, key_of(other, *of), "{pair:?}");
        }
    }
}

#[test]
fn values_that_identify_a_delivery_keep_their_boundaries() {
    const PLACES: &[Location] = &[
        Location::Json(std::borrow::Cow::Borrowed("/a")),
        Location::Json(std::borrow::Cow::Borrowed("/b")),
    ];
    let identity = |scheme: &Scheme, body: &str| {
        under(scheme, key(), &signed(scheme, key(), 0, body)).unwrap()
    };
    let by_two = scheme().replay_by(ReplayBy::Id).replay_id(PLACES);
    let bodies = [
        r#"{"a":"xy","b":"z"}"#,
        r#"{"a":"x","b":"yz"}"#,
        r#"{"a":"z","b":"xy"}"#,
        r#"{"a":"xyz"}"#,
        r#"{"b":"xyz"}"#,
        // Even if a value has what could be a boundary.
        r#"{"a":"x\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000y","b":"z"}"#,
        r#"{"a":"x","b":"y\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000z"}"#,
    ];
    for (at, body) in bodies.iter().enumerate() {
        for other in &bodies[..at] {
            let equal = identity(&by_two, body) == identity(&by_two, other);
            assert!(!equal, "{body} {other}");
        }
    }
    // Where the signed text has no boundaries, every division of it is one delivery.
    let joined = scheme()
        .signed("{json:/a}{json:/b}")
        .ambiguous("the end of one value can be the start of the next")
        .replay_by(ReplayBy::Content);
    assert_eq!(identity(&joined, bodies[0]), identity(&joined, bodies[1]));
    assert_ne!(identity(&joined, bodies[0]), identity(&joined, bodies[2]));
}

/// Two events whose id is the same nothing are two deliveries.
#[test]
fn what_cannot_be_an_id_is_none() {
    let scheme = scheme().event_id_json("/id").replay_by(ReplayBy::Id);
    for nothing in [
        "null", "true", "false", "\"\"", "{}", "[]", "[1]", "\"null\"",
    ] {
        let [one, other] = [1, 2].map(|n| {
            let body = format!(r#"{{"id":{nothing},"n":{n}}}"#);
            let request = signed(&scheme, key(), 0, &body);
            under(&scheme, key(), &request).unwrap()
        });
        assert!(one.is_some());
        assert_ne!(one, other, "{nothing}");
    }
    let [one, other] = [1, 2].map(|n| {
        let request = signed(&scheme, key(), 0, &format!(r#"{{"id":"evt_1","n":{n}}}"#));
        under(&scheme, key(), &request).unwrap()
    });
    assert_eq!(one, other);
}

#[test]
fn a_message_signature_made_again_is_one_delivery_by_its_payload() {
    let ring = || KeyRing::default().with("k", Key::shared_secret("a long enough secret").unwrap());
    let key_of = |by: ReplayBy, time: i64| {
        let scheme = providers::RFC9421.replay_by(by);
        let request = signed(&scheme, ring(), time, "{}");
        under(&scheme, ring(), &request).unwrap().unwrap()
    };
    assert_eq!(key_of(ReplayBy::Payload, 0), key_of(ReplayBy::Payload, 60));
    assert_ne!(key_of(ReplayBy::Content, 0), key_of(ReplayBy::Content, 60));
    assert_ne!(key_of(ReplayBy::Content, 0), key_of(ReplayBy::Payload, 0));
}

#[test]
fn a_claim_is_held_for_the_lease() {
    let request = signed(&scheme(), key(), 0, "{}");
    let verifier = Verifier::new(scheme().trust(Trust::AsSent), key()).unwrap();
    for (lease, expected) in [(None, 60), (Some(10), 10), (Some(600), 600)] {
        let store = MemoryStore::default().with_clock(|| Duration::from_secs(1000));
        let mut guard = ReplayGuard::new(store, "n");
        if let Some(lease) = lease {
            guard = guard.lease(Duration::from_secs(lease));
        }
        let endpoint = Endpoint::new(verifier.clone()).replay_guard(guard).unwrap();
        let running = at(&endpoint, &verifier, &request).unwrap();
        let refused = at(&endpoint, &verifier, &request).unwrap_err();
        assert_eq!(refused.code(), Code::DeliveryInProgress);
        assert_eq!(refused.retry_after_secs(), Some(expected));
        drop(running);
    }
}

#[test]
fn two_message_signatures_that_say_different_things_are_refused_unless_one_is_named() {
    let ring = || KeyRing::default().with("k", Key::shared_secret("a long enough secret").unwrap());
    let sign = |time: i64| signed(&providers::RFC9421, ring(), time, "{}");
    let (first, second) = (sign(0), sign(60));
    let with = |of_second: bool| {
        let mut request = first.clone();
        for name in ["signature-input", "signature"] {
            let text = |from: &Request<String>| from.headers()[name].to_str().unwrap().to_owned();
            let mut value = text(&first);
            if of_second {
                let other = text(&second);
                let (_, rest) = other.split_once('=').unwrap();
                value += &format!(", other={rest}");
            }
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        request
    };
    let verifier = Verifier::new(providers::RFC9421, ring())
        .unwrap()
        .with_identity();
    let alone = verifier
        .verify_at(&with(false), NOW)
        .unwrap()
        .replay_key("");
    assert!(alone.is_some());
    let refused = verifier.verify_at(&with(true), NOW).unwrap_err();
    assert_eq!(refused.code(), Code::SignatureMalformed);
    assert!(refused.to_string().contains("label"), "{refused}");
    let label = first.headers()["signature-input"].to_str().unwrap();
    let label = label.split('=').next().unwrap().to_owned();
    let named = Verifier::new(providers::RFC9421, ring().param("label", label))
        .unwrap()
        .with_identity();
    let found = named.verify_at(&with(true), NOW).unwrap().replay_key("");
    assert_eq!(found, alone);
}
