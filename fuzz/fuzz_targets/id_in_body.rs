//! The id that is read while the body arrives equals the one that a parser of the whole
//! body finds, for any split; and the identity is the same whether or not the body is
//! buffered.
//!
//! Input: which pointer, then a length-prefixed list of cuts, then the body.

#![no_main]

use std::borrow::Cow;
use std::sync::LazyLock;

use hookward_core::{
    Digest, Key, Location, ReplayBy, Scheme, Signer, Step, UnixTime, Verification, Verifier,
};
use libfuzzer_sys::fuzz_target;

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

const POINTERS: [&str; 8] = ["/id", "/a/id", "/0", "/a/1/b", "/", "/a~1b", "/~0", "/é"];

/// Beyond these the whole parse finds more than the scanner, which is bounded.
const LONGEST: usize = 4096;
const DEEPEST: usize = 1024;

static CASES: LazyLock<Vec<(Verifier, Signer)>> = LazyLock::new(|| {
    POINTERS
        .into_iter()
        .map(|pointer| {
            let key = || Key::from_bytes("key").unwrap();
            let mut scheme = Scheme::hmac("acme", Digest::Sha256).header("x-signature");
            scheme.event_id = Some(Location::Json(Cow::Borrowed(pointer)));
            let scheme = scheme.replay_by(ReplayBy::Id);
            let verifier = Verifier::new(scheme.clone(), key()).unwrap();
            (
                verifier.with_identity(),
                Signer::new(&scheme, key()).unwrap(),
            )
        })
        .collect()
});

fuzz_target!(|data: &[u8]| {
    let [pointer, cuts, rest @ ..] = data else {
        return;
    };
    let (cuts, body) = rest.split_at(rest.len().min(usize::from(*cuts)));
    let (verifier, signer) = &CASES[usize::from(*pointer) % CASES.len()];
    let mut request = http::Request::post("https://h/")
        .body(body.to_vec())
        .unwrap();
    for (name, value) in signer.sign(&request, NOW, None).unwrap().headers() {
        request.headers_mut().append(name, value.clone());
    }
    let feed = |check: &mut Verification| {
        let mut rest = body;
        for cut in cuts {
            let (frame, after) = rest.split_at(rest.len().min(usize::from(*cut)));
            check.update(frame);
            rest = after;
        }
        check.update(rest);
    };

    let mut check = verifier.begin(&request, NOW).unwrap();
    feed(&mut check);
    let streamed = check.finish().unwrap();
    let mut check = verifier.begin(&request, NOW).unwrap().with_body_kept();
    feed(&mut check);
    let (kept, is_missing) = match check.step().unwrap() {
        Step::Verified(proof) => (proof, false),
        Step::Keys(..) => unreachable!("the keys are there"),
        Step::Again(mut check) => {
            feed(&mut check);
            (check.finish().unwrap(), true)
        }
    };
    assert_eq!(streamed.replay_key("n"), kept.replay_key("n"));
    assert_eq!(streamed.event_id(), kept.event_id());
    let whole = verifier.event_id_in(body).filter(|id| !id.is_empty());
    let opened = body
        .iter()
        .filter(|byte| matches!(byte, b'[' | b'{'))
        .count();
    let is_short = body.len() <= LONGEST || whole.as_ref().is_none_or(|id| id.len() < LONGEST / 6);
    if is_short && opened <= DEEPEST {
        assert_eq!(streamed.event_id(), whole.as_deref());
        assert_eq!(is_missing, whole.is_none() && !body.is_empty());
    }
});
