//! Buffered bodies: one limit, one copy, and the accounting of the memory budget, also
//! for schemes that need a contiguous body.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::borrow::Cow;

use bytes::Bytes;
use hookward::adapter::{Frames, PollBudget, Progress};
use hookward::{
    Binding, Code, Digest, Endpoint, Key, Location, MemoryBudget, MemoryStore, ReplayGuard, Scheme,
    Signer, Trust, UnixTime, Verifier, providers,
};
use hookward_tests::{ADAPTERS, Message, Server, given_back, vectors};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

/// The signature in the JSON body, over one of its fields.
const IN_JSON: Scheme = Scheme::hmac("in-json", Digest::Sha256)
    .at(Location::Json(Cow::Borrowed("/signature")))
    .signed("{json:/data}");

/// The signature in a form, over its sorted fields.
const IN_FORM: Scheme = Scheme::hmac("in-form", Digest::Sha256)
    .at(Location::Form(Cow::Borrowed("sign")))
    .signed("[&{form|sort(unique)|flatten|join}]");

/// The signature in a header, over the body re-serialized.
const REBUILT: Scheme = Scheme::hmac("rebuilt", Digest::Sha256)
    .header("x-signature")
    .signed("{json|sort|compact}");

/// A form that the body rules out, and the one that was signed.
const CHOSEN: Scheme = Scheme::hmac("chosen", Digest::Sha512)
    .at(Location::Json(Cow::Borrowed("/signature")))
    .signed("{json:/data}")
    .bind(VERSION_2)
    .or(VERSION_1);
const VERSION_2: &[Binding] = &[Binding::new(Location::Json(Cow::Borrowed("/version")), "2")];
const VERSION_1: &[Scheme] = &[Scheme::hmac("chosen", Digest::Sha256)
    .at(Location::Json(Cow::Borrowed("/signature")))
    .signed("{json:/data}")];

/// A genuine message whose body has about this length.
fn genuine(scheme: &Scheme, length: usize) -> Message {
    let pad = "x".repeat(length);
    let body = if scheme.name == IN_FORM.name {
        format!("data={pad}&more=1")
    } else {
        format!(r#"{{"data":"{pad}","more":1}}"#)
    };
    let request = http::Request::post("/hooks/x").body(body.clone()).unwrap();
    let signed = scheme.or.first().unwrap_or(scheme);
    let signer = Signer::new(signed, Key::new("secret").unwrap()).unwrap();
    let signed = signer.sign(&request, NOW, None).unwrap();
    let body = signed.body().map_or(body.into_bytes(), <[u8]>::to_vec);
    let message = Message::new(body);
    signed
        .headers()
        .iter()
        .fold(message, |message, (name, value)| {
            message.header(name.as_str(), value.as_bytes())
        })
}

fn endpoint(scheme: &Scheme) -> Endpoint {
    Endpoint::new(
        Verifier::new(
            scheme.clone().trust(Trust::AsSent),
            Key::new("secret").unwrap(),
        )
        .unwrap(),
    )
}

fn schemes() -> [Scheme; 4] {
    [IN_JSON, IN_FORM, REBUILT, CHOSEN]
}

#[test]
fn the_limit_of_the_endpoint_counts_whatever_the_schemes_own_is() {
    for adapter in ADAPTERS {
        for scheme in schemes() {
            let name = &scheme.name;
            let narrow = scheme.clone().body_limit(2000);
            // Above the scheme's own.
            let server = Server::start(adapter, endpoint(&narrow).body_limit(200_000));
            for length in [100, 1900, 2100, 150_000] {
                let message = genuine(&narrow, length);
                assert_eq!(
                    server.post(&message).status,
                    200,
                    "{adapter:?} {name} {length}"
                );
                let chunked = server.send(&[&message.chunked(1500)]);
                assert_eq!(chunked.status, 200, "{adapter:?} {name} {length} in chunks");
                assert_eq!(chunked.body, message.body);
            }
            let long = genuine(&narrow, 200_000);
            assert_eq!(server.post(&long).status, 413, "{adapter:?} {name}");
            assert_eq!(
                server.send(&[&long.chunked(1500)]).status,
                413,
                "{adapter:?} {name}"
            );
            // Below it.
            let server = Server::start(adapter, endpoint(&narrow).body_limit(1000));
            assert_eq!(
                server.post(&genuine(&narrow, 900)).status,
                200,
                "{adapter:?} {name}"
            );
            let long = genuine(&narrow, 1100);
            assert_eq!(server.post(&long).status, 413, "{adapter:?} {name}");
            assert_eq!(
                server.send(&[&long.chunked(300)]).status,
                413,
                "{adapter:?} {name}"
            );
            // The scheme's own, where the endpoint has none.
            let server = Server::start(adapter, endpoint(&narrow));
            assert_eq!(
                server.post(&genuine(&narrow, 1900)).status,
                200,
                "{adapter:?} {name}"
            );
            assert_eq!(
                server.post(&genuine(&narrow, 2100)).status,
                413,
                "{adapter:?} {name}"
            );
        }
    }
}

#[test]
fn adyen_takes_what_the_endpoint_takes() {
    let vector = &vectors::published()["adyen"][0];
    let text = String::from_utf8(vector.body()).unwrap();
    let padded =
        |length: usize| text.replacen('{', &format!(r#"{{"pad":"{}","#, "x".repeat(length)), 1);
    for adapter in ADAPTERS {
        let verifier = vector.verifier(&providers::ADYEN);
        let own = verifier.body_limit();
        let above = usize::try_from(own).unwrap() + 1000;
        let server = Server::start(adapter, Endpoint::new(verifier.clone()));
        assert_eq!(
            server.post(&Message::new(padded(1000))).status,
            200,
            "{adapter:?}"
        );
        assert_eq!(
            server.post(&Message::new(padded(above))).status,
            413,
            "{adapter:?}"
        );
        let server = Server::start(
            adapter,
            Endpoint::new(verifier.clone()).body_limit(own + 10_000),
        );
        assert_eq!(
            server.post(&Message::new(padded(above))).status,
            200,
            "{adapter:?}"
        );
        let server = Server::start(adapter, Endpoint::new(verifier).body_limit(5000));
        assert_eq!(
            server.post(&Message::new(padded(1000))).status,
            200,
            "{adapter:?}"
        );
        assert_eq!(
            server.post(&Message::new(padded(5000))).status,
            413,
            "{adapter:?}"
        );
    }
}

/// What a body reserves from a budget while it arrives in such frames, and the resulting
/// frames.
fn received(
    endpoint: &Endpoint,
    budget: &MemoryBudget,
    message: &Message,
    frame: usize,
    announced: Option<u64>,
) -> Frames {
    let mut request = http::Request::post("/hooks/x");
    for (name, value) in &message.headers {
        request = request.header(name.as_str(), &value[..]);
    }
    let head = request.body(()).unwrap();
    let verifier = std::pin::pin!(endpoint.lookup(&head));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(Ok(verifier)) = std::future::Future::poll(verifier, &mut context)
    else {
        panic!("a verifier is there");
    };
    let mut reception = endpoint.begin(&verifier, &head, announced).unwrap();
    let mut came = 0;
    for piece in message.body.chunks(frame) {
        reception
            .push(Bytes::copy_from_slice(piece), &mut PollBudget::default())
            .unwrap();
        came += piece.len() as u64;
        assert!(
            budget.used() >= came,
            "{frame} {announced:?}: {} of {came}",
            budget.used()
        );
        assert!(
            budget.used() <= 2 * came + 64 * 1024,
            "{frame} {announced:?}: {} for {came}",
            budget.used()
        );
    }
    let Ok(Progress::Done(received)) = reception.finish() else {
        panic!("genuine");
    };
    assert!(budget.used() >= came);
    received.into_parts().1
}

#[test]
fn a_budget_counts_what_is_kept_and_what_is_reserved_until_the_last_frame_is_dropped() {
    let guard = || ReplayGuard::new(MemoryStore::default(), "n");
    let id_in_body = providers::GITHUB.event_id_json("/data");
    for scheme in schemes().into_iter().chain([providers::GITHUB, id_in_body]) {
        for announces in [false, true] {
            for frame in [1, 700, 5000, 20_000, 1 << 20] {
                for contiguous in [false, true] {
                    let budget = MemoryBudget::bytes(10 << 20);
                    let mut endpoint = endpoint(&scheme)
                        .memory_budget(budget.clone())
                        .replay_guard(guard())
                        .unwrap();
                    if contiguous {
                        endpoint = endpoint.contiguous_body();
                    }
                    let message = genuine(&scheme, 60_000);
                    let announced = announces.then_some(message.body.len() as u64);
                    let mut frames = received(&endpoint, &budget, &message, frame, announced);
                    let mut whole = Vec::new();
                    let mut taken = Vec::new();
                    while let Some(piece) = frames.pop() {
                        whole.extend_from_slice(&piece);
                        taken.push(piece);
                    }
                    assert_eq!(whole, message.body);
                    drop(frames);
                    // Frames that a handler keeps.
                    assert!(
                        budget.used() >= whole.len() as u64,
                        "{} {frame}",
                        scheme.name
                    );
                    if contiguous {
                        assert_eq!(taken.len(), 1);
                    }
                    drop(taken);
                    assert_eq!(budget.used(), 0, "{} {frame}", scheme.name);
                }
            }
        }
    }
}

#[test]
fn a_body_that_is_needed_in_one_piece_is_kept_once() {
    for scheme in schemes() {
        let budget = MemoryBudget::bytes(10 << 20);
        let endpoint = endpoint(&scheme).memory_budget(budget.clone());
        let message = genuine(&scheme, 100_000);
        let length = message.body.len() as u64;
        // A single frame is not copied; several are joined.
        let frames = received(&endpoint, &budget, &message, 1 << 20, Some(length));
        assert_eq!(
            (frames.iter().count(), budget.used()),
            (1, length),
            "{}",
            scheme.name
        );
        drop(frames);
        let frames = received(&endpoint, &budget, &message, 10_000, Some(length));
        assert_eq!(
            (frames.iter().count(), budget.used()),
            (1, length),
            "{}",
            scheme.name
        );
    }
}

#[test]
fn a_reserve_over_the_budget_is_refused() {
    let budget = MemoryBudget::bytes(30_000);
    let endpoint = endpoint(&providers::GITHUB)
        .memory_budget(budget.clone())
        .contiguous_body();
    let message = genuine(&providers::GITHUB, 100_000);
    let mut request = http::Request::post("/");
    for (name, value) in &message.headers {
        request = request.header(name.as_str(), &value[..]);
    }
    let head = request.body(()).unwrap();
    let verifier = Verifier::new(providers::GITHUB, Key::new("secret").unwrap()).unwrap();
    let mut reception = endpoint.begin(&verifier, &head, Some(100_000)).unwrap();
    let mut push =
        |bytes| reception.push(Bytes::from(vec![b'x'; bytes]), &mut PollBudget::default());
    push(4000).unwrap();
    push(4000).unwrap();
    // Twice sixteen thousand.
    assert_eq!(push(8001).unwrap_err().code(), Code::Overloaded);
    drop(reception);
    assert_eq!(budget.used(), 0);
}

#[test]
fn a_handler_that_holds_the_body_holds_its_share_of_the_budget() {
    for adapter in ADAPTERS {
        for scheme in [providers::GITHUB, IN_JSON, IN_FORM] {
            let budget = MemoryBudget::bytes(10 << 20);
            let endpoint = endpoint(&scheme)
                .memory_budget(budget.clone())
                .contiguous_body();
            let server = Server::start(adapter, endpoint);
            let message = genuine(&scheme, 100_000);
            server.handler.close();
            let mut connection = server.connect();
            std::io::Write::write_all(&mut connection, &message.bytes()).unwrap();
            server.handler.wait_for_run();
            // actix's own extractor of `Bytes` copies the body in any case.
            if adapter != hookward_tests::Adapter::Actix {
                assert!(
                    budget.used() >= message.body.len() as u64,
                    "{adapter:?} {}",
                    scheme.name
                );
            }
            server.handler.open();
            let answer = hookward_tests::Answer::read(&mut connection);
            assert_eq!(
                (answer.status, answer.body.len()),
                (200, message.body.len())
            );
            drop(connection);
            given_back(&budget);
        }
    }
}
