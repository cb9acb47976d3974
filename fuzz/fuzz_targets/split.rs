//! Arbitrary splits into frames: the streaming path returns the verdict of the one-shot
//! path.
//!
//! Input: scheme, kind of tampering, key, then a length-prefixed list of cuts, then the
//! body.

#![no_main]

use std::sync::LazyLock;

use hookward_core::{
    Digest, Key, KeyRing, Location, ReplayBy, Scheme, Signer, Step, TimeUnit, Trust, UnixTime,
    Verifier, providers,
};
use libfuzzer_sys::fuzz_target;

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

const fn acme(signed: &'static str) -> Scheme {
    Scheme::hmac("acme", Digest::Sha256)
        .signed(signed)
        .timestamp_header("x-time", TimeUnit::Seconds)
        .event_id_header("x-id")
}

const fn twofold(signed: &'static str) -> Scheme {
    acme(signed).ambiguous("one part becomes another")
}

struct Case {
    verifier: Verifier,
    signers: [Signer; 2],
}

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let schemes = [
        providers::GITHUB,
        providers::STRIPE,
        providers::SLACK,
        providers::STANDARD_WEBHOOKS,
        providers::API_KEY,
        acme("{body}{timestamp}"),
        acme("{body|sha256|hex}.{id}"),
        twofold("{body|crc32}{body}"),
        twofold("{json:/a}{body}"),
        twofold("{form|sort(unique)|join('', '')}{timestamp}"),
        Scheme::hash("hash", Digest::Sha256).signed("{secret}{body}{secret}"),
        Scheme::hmac("in-body", Digest::Sha256)
            .at(Location::Json(std::borrow::Cow::Borrowed("/s")))
            .signed("{json:/a}"),
        acme("{body|base64}{timestamp}"),
        acme("{timestamp}{json|sort|compact(php)}"),
        Scheme::hmac("in-body", Digest::Sha256)
            .at(Location::Json(std::borrow::Cow::Borrowed("/s")))
            .signed("{json|sort|compact}"),
        acme("{timestamp}.{body}")
            .event_id_json("/id")
            .replay_by(ReplayBy::Id),
    ];
    let first = || Key::from_bytes("first").unwrap();
    let second = || Key::from_bytes("second").unwrap();
    schemes
        .into_iter()
        .map(|scheme| Case {
            verifier: Verifier::new(
                scheme.clone().trust(Trust::AsSent),
                KeyRing::from([first(), second()]),
            )
            .unwrap()
            .with_identity(),
            signers: [
                Signer::new(&scheme, first()).unwrap(),
                Signer::new(&scheme, second()).unwrap(),
            ],
        })
        .collect()
});

fuzz_target!(|data: &[u8]| {
    let [scheme, spoil, key, cuts, rest @ ..] = data else {
        return;
    };
    let (cuts, body) = rest.split_at(rest.len().min(usize::from(*cuts)));
    let case = &CASES[usize::from(*scheme) % CASES.len()];
    let mut request = http::Request::post("https://h/?a=b")
        .body(body.to_vec())
        .unwrap();
    if let Ok(signed) = case.signers[usize::from(*key) % 2].sign(&request, NOW, Some("id")) {
        for (name, value) in signed.headers() {
            request.headers_mut().append(name, value.clone());
        }
    }
    if spoil % 2 == 1 {
        let at = usize::from(*spoil / 2);
        if let Some(byte) = request.body_mut().get_mut(at) {
            *byte ^= 1;
        }
    }
    let body = request.body().clone();

    let whole = case.verifier.verify_at(&request, NOW);
    let frames = || {
        let mut rest = &body[..];
        let mut frames = Vec::new();
        for cut in cuts {
            let (frame, after) = rest.split_at(rest.len().min(usize::from(*cut)));
            frames.push(frame);
            rest = after;
        }
        frames.push(rest);
        frames
    };

    // All keys at once.
    let streamed = case.verifier.begin(&request, NOW).and_then(|mut check| {
        frames().iter().for_each(|frame| check.update(frame));
        check.finish()
    });
    // The first key, then the others over the buffered body.
    let replayed = case.verifier.begin(&request, NOW).and_then(|check| {
        let mut check = check.with_body_kept();
        frames().iter().for_each(|frame| check.update(frame));
        match check.step()? {
            Step::Verified(verified) => Ok(verified),
            Step::Keys(..) => unreachable!("the keys are there"),
            Step::Again(mut check) => {
                frames().iter().for_each(|frame| check.update(frame));
                check.finish()
            }
        }
    });
    for other in [streamed, replayed] {
        match (&whole, &other) {
            (Ok(a), Ok(b)) => {
                assert_eq!(a.replay_key("n"), b.replay_key("n"));
                assert_eq!((a.key_id(), a.event_id()), (b.key_id(), b.event_id()));
            }
            (Err(a), Err(b)) => assert_eq!(a, b),
            (a, b) => panic!("one-shot says {a:?}, frames say {b:?}"),
        }
    }
    if spoil % 2 == 0 {
        return;
    }
    // A request that was tampered with inside the signed body never verifies.
    if usize::from(*spoil / 2) < body.len() && (usize::from(*scheme) % CASES.len()) < 4 {
        assert!(whole.is_err());
    }
});
