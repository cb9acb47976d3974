//! The catalogue against signatures that others made.
//!
//! `data/vectors/NAME.json` holds what providers and other implementations
//! published for the entry of that name: each vector says where it comes from,
//! and an invalid one what is wrong with it.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use hookward_core::providers::{self, Evidence};
use hookward_core::{
    Code, Key, KeyRing, Location, Scheme, Tolerance, UnixTime, Verified, Verifier,
};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    secret: Secret,
    headers: BTreeMap<String, Values>,
    method: String,
    url: Option<String>,
    body: Body,
    expect: Expectation,
    /// The clock in seconds; without one the window is not checked.
    now: Option<i64>,
    source: String,
    why: Option<String>,
    /// The id of the key on the ring, where a header chooses it.
    key_id: Option<String>,
    /// Values that are set with the key.
    #[serde(default)]
    params: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Secret {
    One(String),
    Several(Vec<String>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Values {
    One(String),
    Several(Vec<String>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Body {
    Text(String),
    Bytes { base64: String },
}

#[derive(Deserialize, PartialEq, Eq, Debug)]
#[serde(rename_all = "lowercase")]
enum Expectation {
    Valid,
    Invalid,
}

impl Vector {
    fn ring(&self) -> Result<KeyRing, hookward_core::KeyError> {
        let secrets = match &self.secret {
            Secret::One(secret) => std::slice::from_ref(secret),
            Secret::Several(secrets) => secrets,
        };
        let params = self
            .params
            .iter()
            .fold(KeyRing::default(), |ring, (name, value)| {
                ring.param(name.as_str(), value.as_str())
            });
        secrets.iter().try_fold(params, |ring, secret| {
            let key = Key::new(secret.as_str())?;
            Ok(match &self.key_id {
                Some(id) => ring.with(id.as_str(), key),
                None => ring.push(key),
            })
        })
    }

    fn body(&self) -> Vec<u8> {
        match &self.body {
            Body::Text(text) => text.clone().into_bytes(),
            Body::Bytes { base64 } => base64::engine::general_purpose::STANDARD
                .decode(base64)
                .unwrap(),
        }
    }

    fn verifier(&self, scheme: &Scheme) -> Verifier {
        let mut verifier = Verifier::new(scheme.clone(), self.ring().unwrap()).unwrap();
        if let Some(url) = &self.url {
            verifier = verifier.with_exact_url(url).unwrap();
        }
        if self.now.is_none() && verifier.checks_time() {
            verifier = verifier.with_tolerance(Tolerance::unchecked()).unwrap();
        }
        verifier
    }

    fn verify(&self, scheme: &Scheme, body: &[u8]) -> Result<Verified, hookward_core::Rejection> {
        let mut request = http::Request::builder()
            .method(self.method.as_str())
            .uri(self.url.as_deref().unwrap_or("https://example.com/webhook"));
        for (name, values) in &self.headers {
            let values = match values {
                Values::One(value) => std::slice::from_ref(value),
                Values::Several(values) => values,
            };
            for value in values {
                request = request.header(name, value);
            }
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let now = UnixTime::from_secs(self.now.unwrap_or(1_700_000_000));
        self.verifier(scheme).verify_parts(&parts, body, now)
    }

    fn says(&self) -> String {
        format!("{} ({})", self.why.as_deref().unwrap_or("-"), self.source)
    }
}

fn vector_files() -> BTreeMap<String, Vec<Vector>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/vectors");
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let vectors = serde_json::from_slice(&std::fs::read(&path).unwrap())
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            (name, vectors)
        })
        .collect()
}

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
    for (name, vectors) in vector_files() {
        let provider = providers::find(&name).unwrap_or_else(|| panic!("no entry `{name}`"));
        assert!(
            vectors.iter().any(|v| v.expect == Expectation::Valid),
            "{name}: no valid vector"
        );
        for (i, vector) in vectors.iter().enumerate() {
            if let Err(error) = vector.ring() {
                // An empty secret is refused before any request.
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
    for (name, vectors) in vector_files() {
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

#[test]
fn an_entry_claims_vectors_exactly_when_it_has_a_file_of_them() {
    let files = vector_files();
    for provider in providers::all() {
        // Vectors that were signed with test keys, in want of published ones,
        // are checked too, but are no evidence.
        let published = files
            .get(provider.scheme.name.as_ref())
            .is_some_and(|vectors| {
                vectors
                    .iter()
                    .any(|v| !v.source.starts_with("SYNTHETIC") && v.source != "derived")
            });
        assert_eq!(
            provider.evidence == Evidence::Vectors,
            published,
            "{}",
            provider.scheme.name
        );
    }
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

#[test]
fn the_readme_counts_the_catalogue_as_it_is() {
    let readme: String = include_str!("../../README.md")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let count = |holds: &dyn Fn(&providers::Provider) -> bool| {
        providers::all().filter(|entry| holds(entry)).count()
    };
    let public = count(&|entry| entry.scheme.algorithm.is_public_key());
    let all = count(&|_| true);
    for sentence in [
        format!(
            "{all} providers are constants, {} with a shared secret and {public} with a public key",
            all - public
        ),
        format!(
            "{} by vectors that the provider",
            count(&|entry| entry.evidence == Evidence::Vectors)
        ),
        format!(
            "{} by documentation alone",
            count(&|entry| entry.evidence == Evidence::Documented)
        ),
    ] {
        assert!(
            readme.contains(&sentence),
            "README.md should say: {sentence}"
        );
    }
}
