//! Diagnoses of arbitrary requests: one is called genuine if and only if it verifies, a
//! cause that is proven makes it verify for somebody who has the key alone, and no text
//! has the key in it.
//!
//! Input: a byte for the entry, one for the mistake of an operator, one for an edit of the
//! body, then the body.

#![no_main]

use std::sync::LazyLock;

use hookward_core::{Key, Scheme, Signer, Trust, UnixTime, Verifier, providers};
use libfuzzer_sys::fuzz_target;

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

/// Letters that no word has, so that a text that has them in it has the key.
const SECRET: &str = "qzxwvkjqzxwvkjqzxwvkjqzxwvkjqzxw";

struct Case {
    scheme: Scheme,
    signer: Signer,
    verifiers: Vec<Verifier>,
}

impl Case {
    fn new(scheme: Scheme) -> Self {
        Self {
            signer: Signer::new(&scheme, Key::new(SECRET).unwrap()).unwrap(),
            verifiers: keys()
                .into_iter()
                .filter_map(|key| {
                    let scheme = scheme.clone().any_recipient().trust(Trust::AsSent);
                    Verifier::new(scheme, Key::new(key).unwrap()).ok()
                })
                .collect(),
            scheme,
        }
    }
}

/// The key as it is, and as operators get it wrong.
fn keys() -> [String; 6] {
    [
        SECRET.to_owned(),
        format!("\"{SECRET}\""),
        format!("{SECRET}\n"),
        format!(" {SECRET}"),
        hookward_core::Encoding::Base64.encode(SECRET.as_bytes()),
        "another-secret-another-secret-00".to_owned(),
    ]
}

static CASES: [LazyLock<Case>; 8] = [
    LazyLock::new(|| Case::new(providers::GITHUB)),
    LazyLock::new(|| Case::new(providers::STRIPE)),
    LazyLock::new(|| Case::new(providers::SLACK)),
    LazyLock::new(|| Case::new(providers::SHOPIFY)),
    LazyLock::new(|| Case::new(providers::TWILIO)),
    LazyLock::new(|| Case::new(providers::SQUARE)),
    LazyLock::new(|| Case::new(providers::PADDLE)),
    LazyLock::new(|| Case::new(providers::API_KEY)),
];

fuzz_target!(|data: &[u8]| {
    let [entry, mistake, edit, body @ ..] = data else {
        return;
    };
    // Each of thousands of attempts hashes the body.
    let body = &body[..body.len().min(128)];
    let case = &CASES[usize::from(*entry) % CASES.len()];
    let verifier = &case.verifiers[usize::from(*mistake) % case.verifiers.len()];
    let mut request = http::Request::post("https://hooks.example/in?a=b")
        .header("content-type", "application/json")
        .body(body.to_vec())
        .unwrap();
    let Ok(signed) = case.signer.sign(&request, NOW, Some("evt_1")) else {
        return;
    };
    signed.apply(&mut request);
    // How frameworks and proxies change a request.
    match edit % 8 {
        0 | 1 => {}
        2 => request.body_mut().push(b'\n'),
        3 => drop(request.body_mut().pop()),
        4 => {
            let text = String::from_utf8_lossy(request.body()).into_owned();
            *request.body_mut() = text.into_bytes();
        }
        5 => {
            if let Ok(value) = serde_json::from_slice::<serde_json::Value>(request.body()) {
                *request.body_mut() = value.to_string().into_bytes();
            }
        }
        6 => *request.uri_mut() = http::Uri::from_static("http://hooks.example/in?a=b"),
        _ => {
            let at = usize::from(*edit) / 8;
            if let Some(byte) = request.body_mut().get_mut(at) {
                *byte ^= 0x20;
            }
        }
    }
    let found = verifier.explain_at(&request, NOW);
    let verdict = verifier.verify_at(&request, NOW);
    assert_eq!(
        found.verified,
        verdict.is_ok(),
        "{}: {found:?}",
        case.scheme.name
    );
    if found.verified {
        assert!(found.proven || !case.scheme.algorithm.signs_content());
    } else {
        assert_eq!(found.code, verdict.err().map(|rejection| rejection.code()));
    }
    assert!(
        !(found.cause.is_some() && found.hint.is_some()),
        "{found:?}"
    );
    assert!(found.also.is_none() || found.cause.is_some(), "{found:?}");
    assert!(!found.sentence.is_empty());
    if !body
        .windows(8)
        .any(|part| SECRET.as_bytes().windows(8).any(|own| own == part))
    {
        let texts = [&found.sentence, &found.expected];
        let all = texts
            .into_iter()
            .chain(&found.evidence)
            .chain(&found.message);
        // The API key itself is what is sent there.
        for text in all.filter(|_| case.scheme.algorithm.signs_content()) {
            assert!(!text.contains(&SECRET[..8]), "{text}");
        }
    }
});
