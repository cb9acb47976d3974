//! The catalogue against independent signatures.
//!
//! `data/vectors/NAME.json` holds what providers and other implementations
//! published for the entry of that name: each vector says where it comes from,
//! and an invalid one what is wrong with it.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;

use hookward_core::providers::{self, Evidence};
use hookward_core::{Code, EventTypes, Location, Scheme};
use hookward_tests::vectors::{Expectation, Vector, published, recorded};

fn schemes(scheme: &Scheme) -> impl Iterator<Item = &Scheme> {
    std::iter::once(scheme).chain(scheme.or.iter())
}

/// The schemes that sign the body as a whole.
fn signs_whole_body(scheme: &Scheme) -> bool {
    schemes(scheme).all(|s| s.algorithm.signs_content() && s.signed.contains("{body"))
}

#[test]
fn every_vector_gets_the_verdict_that_its_source_gives() {
    let mut failures = Vec::new();
    for (name, vectors) in published() {
        let provider = providers::find(&name).unwrap_or_else(|| panic!("no entry `{name}`"));
        assert!(
            vectors.iter().any(|v| v.expect == Expectation::Valid),
            "{name}: no valid vector"
        );
        for (i, vector) in vectors.iter().enumerate() {
            if let Err(error) = vector.ring() {
                // An empty secret is rejected before any request.
                assert_eq!(vector.expect, Expectation::Invalid, "{name} {i}: {error}");
                assert!(
                    matches!(error, hookward_core::KeyError::Empty),
                    "{name} {i}: {error}"
                );
                continue;
            }
            let verdict = vector.verify(&provider.scheme, &vector.body());
            if verdict.is_ok() != (vector.expect == Expectation::Valid) {
                failures.push(format!(
                    "{name} {i}: expected {:?}, got {verdict:?}: {}",
                    vector.expect,
                    vector.says()
                ));
            }
            if vector.why.as_deref() == Some("time") {
                let code = verdict.unwrap_err().code();
                assert!(
                    matches!(code, Code::TimestampTooOld | Code::TimestampInFuture),
                    "{name} {i}: refused as {code}, not on the clock alone"
                );
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn a_flipped_bit_in_a_signed_body_does_not_verify() {
    let mut tried = 0;
    for (name, vectors) in published() {
        let scheme = &providers::find(&name).unwrap().scheme;
        if !signs_whole_body(scheme) {
            continue;
        }
        for (i, vector) in vectors.iter().enumerate() {
            let mut body = vector.body();
            if vector.expect == Expectation::Invalid || body.is_empty() {
                continue;
            }
            let length = body.len();
            for at in [0, length / 2, length - 1] {
                body[at] ^= 1;
                assert!(
                    vector.verify(scheme, &body).is_err(),
                    "{name} {i}: bit 0 of byte {at}"
                );
                body[at] ^= 1;
                tried += 1;
            }
        }
    }
    assert!(tried > 100, "only {tried} bodies were changed");
}

/// What the files of vectors and recordings prove about each entry.
fn proven() -> BTreeMap<String, Evidence> {
    let name = |known: &str| providers::find(known).unwrap().scheme.name.to_string();
    let mut proven = BTreeMap::new();
    let of = |recorded: &[Vector], own| recorded.iter().any(|v| v.sdk.as_ref().unwrap().own == own);
    for (known, recorded) in recorded() {
        if of(&recorded, false) {
            proven.entry(name(&known)).or_insert(Evidence::Vectors);
        }
        if of(&recorded, true) {
            proven.insert(name(&known), Evidence::Sdk);
        }
    }
    for (known, vectors) in published() {
        // Vectors that were signed with test keys, in want of published ones,
        // are checked too, but are no evidence.
        let made_by_others =
            |v: &Vector| !v.source.starts_with("SYNTHETIC") && v.source != "derived";
        if vectors.iter().any(made_by_others) {
            proven.insert(name(&known), Evidence::Vectors);
        }
    }
    proven
}

#[test]
fn an_entry_claims_the_evidence_that_its_files_hold() {
    let proven = proven();
    let wrong: Vec<_> = providers::all()
        .filter_map(|provider| {
            let name = provider.scheme.name.as_ref();
            let holds = proven.get(name).copied().unwrap_or(Evidence::Documented);
            (provider.evidence != holds).then(|| {
                format!(
                    "{name}: claims {}, has {}",
                    provider.evidence.as_str(),
                    holds.as_str()
                )
            })
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_entry_of_the_catalogue_is_a_usable_scheme() {
    for provider in providers::all() {
        if let Err(error) = provider.scheme.check() {
            panic!("{}: {error}", provider.scheme.name);
        }
        for other in provider.scheme.or.iter() {
            assert_eq!(other.name, provider.scheme.name);
        }
        assert!(
            provider.page.starts_with("https://"),
            "{}: {}",
            provider.scheme.name,
            provider.page
        );
    }
}

#[test]
fn no_two_entries_share_a_name_or_an_alias() {
    let mut seen = BTreeMap::new();
    for provider in providers::all() {
        let name = provider.scheme.name.as_ref();
        for known in std::iter::once(name).chain(provider.aliases.iter().copied()) {
            assert_eq!(known, known.to_ascii_lowercase());
            if let Some(other) = seen.insert(known, name) {
                panic!("`{known}` finds both {other} and {name}");
            }
            assert_eq!(providers::find(known).unwrap().scheme.name, name);
        }
    }
}

#[test]
fn every_entry_survives_being_written_down_and_read_again() {
    for provider in providers::all() {
        let scheme = &provider.scheme;
        let json = serde_json::to_string(scheme).unwrap();
        let read: Scheme = serde_json::from_str(&json)
            .unwrap_or_else(|error| panic!("{}: {error}\n{json}", scheme.name));
        assert_eq!(&read, scheme, "JSON\n{json}");
        let toml = toml::to_string(scheme).unwrap();
        let read: Scheme = toml::from_str(&toml)
            .unwrap_or_else(|error| panic!("{}: {error}\n{toml}", scheme.name));
        assert_eq!(&read, scheme, "TOML\n{toml}");
    }
}

#[test]
fn an_unsigned_timestamp_or_id_is_told_in_the_notes() {
    for provider in providers::all() {
        let scheme = &provider.scheme;
        let unsigned_header = matches!(&scheme.event_id, Some(Location::Header(_)))
            && !scheme.event_id_is_signed()
            && scheme.algorithm.signs_content();
        if unsigned_header {
            assert!(
                provider.notes.contains("not signed") || provider.notes.contains("unsigned"),
                "{}: {}",
                scheme.name,
                provider.notes
            );
        }
    }
}

/// The README states the size of the catalogue and how its entries are proven.
#[test]
fn the_readme_counts_the_catalogue() {
    let readme: String = include_str!("../../README.md")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let count = |holds: &dyn Fn(&providers::Provider) -> bool| {
        providers::all().filter(|entry| holds(entry)).count()
    };
    let public = count(&|entry| entry.scheme.algorithm.is_public_key());
    let all = count(&|_| true);
    for (number, says) in [
        (all, "providers are constants,"),
        (all - public, "with a shared secret"),
        (public, "with a public key"),
        (
            count(&|entry| entry.evidence == Evidence::Vectors),
            "by vectors that the provider",
        ),
        (
            count(&|entry| entry.evidence == Evidence::Sdk),
            "by the recorded output or verdict of the provider's own SDK",
        ),
        (
            count(&|entry| entry.evidence == Evidence::Documented),
            "by documentation alone",
        ),
    ] {
        assert!(
            readme.contains(&format!(" {number} {says}")),
            "README.md should say: {number} {says}"
        );
    }
}

/// Entries whose published deliveries have the shape of real ones. Others are signatures over
/// `Hello World`.
const WITH_EVENT_TYPES: [&str; 18] = [
    "adyen",
    "adyen-platforms",
    "authorize-net",
    "bitbucket-server",
    "box",
    "coinbase-commerce",
    "ebay",
    "onfido",
    "openai",
    "paddle-classic",
    "pagerduty",
    "pingpp",
    "shopify",
    "square",
    "stripe",
    "telnyx",
    "wise",
    "worldline",
];

#[test]
fn published_deliveries_have_their_type_where_the_catalogue_says() {
    let all = published();
    for name in WITH_EVENT_TYPES {
        let scheme = &providers::find(name).unwrap().scheme;
        let types = EventTypes::of(scheme).unwrap();
        let genuine = |vector: &&Vector| vector.expect == Expectation::Valid;
        let found = all[name].iter().filter(genuine).any(|vector| {
            let mut request = http::Request::new(());
            for (header, value) in vector.header_lines() {
                let header: http::HeaderName = header.parse().unwrap();
                request.headers_mut().append(header, value.parse().unwrap());
            }
            let body = vector.body();
            let verified = vector.verify(scheme, &body).unwrap();
            types.read(&verified, &request, &body.into()).is_ok()
        });
        assert!(found, "{name}: no delivery has a type at {types}");
    }
}
