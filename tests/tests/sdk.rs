//! The catalogue against SDKs: requests that they signed or accepted, recorded in
//! `data/sdk` by the scripts there.

#![allow(clippy::unwrap_used, clippy::panic)]

use hookward_core::providers;
use hookward_tests::vectors::{Expectation, recorded};

#[test]
fn what_an_sdk_signs_or_accepts_verifies() {
    let mut failures = Vec::new();
    for (name, vectors) in recorded() {
        let Some(provider) = providers::find(&name) else {
            failures.push(format!("no entry `{name}`"));
            continue;
        };
        for vector in vectors {
            assert_eq!(vector.expect, Expectation::Valid, "{name}");
            if let Err(rejection) = vector.verify(&provider.scheme, &vector.body()) {
                failures.push(format!("{name}: {rejection:?}: {}", vector.says()));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn one_tampered_byte_in_a_signed_part_does_not_verify() {
    let mut tried = 0;
    let mut failures = Vec::new();
    for (name, vectors) in recorded() {
        let scheme = &providers::find(&name).unwrap().scheme;
        for vector in vectors {
            assert!(!vector.signed.is_empty(), "{name}: nothing is signed");
            // Without the window, so that only the signature can be rejected.
            let timeless = hookward_tests::vectors::Vector {
                now: None,
                ..vector.clone()
            };
            let timeless = if timeless.verify(scheme, &vector.body()).is_ok() {
                timeless
            } else {
                vector.clone()
            };
            for part in &vector.signed {
                for (i, (copy, body)) in timeless.tampered(part).iter().enumerate() {
                    tried += 1;
                    if copy.verify(scheme, body).is_ok() {
                        failures.push(format!("{name}: {part}, byte {i}: {}", vector.says()));
                    }
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(tried > 5_000, "only {tried} copies were tried");
}

#[test]
fn every_recording_says_what_the_sdk_did() {
    for (name, vectors) in recorded() {
        for vector in vectors {
            let recording = vector.sdk.as_ref().unwrap();
            assert!(
                recording.made || recording.judged,
                "{name}: {}",
                vector.says()
            );
        }
    }
}
