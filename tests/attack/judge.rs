//! Compares what a proof claims to cover with what was changed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use hookward_core::{Code, Proof, ReplayBy, UnixTime, Verified, Verifier};
use serde::Deserialize;

use crate::kit::{NOW, Sample, Wire};
use crate::mutate::Mutant;
use crate::parts::{View, changed, is_same};

/// The parts that a proof covers, according to one source; `None` if the source has no
/// entry.
pub(crate) trait Covers {
    fn covers(&self, sample: &Sample, verified: &Verified) -> Option<Vec<String>>;
}

/// What the proof says of itself.
pub(crate) struct Computed;

impl Covers for Computed {
    fn covers(&self, _: &Sample, verified: &Verified) -> Option<Vec<String>> {
        Some(verified.covers().iter().map(ToString::to_string).collect())
    }
}

/// What the providers' pages say, as data.
pub(crate) struct Expected {
    covers: BTreeMap<(String, String), Vec<String>>,
}

/// One form of one entry in `coverage.json`.
#[derive(Deserialize)]
struct Entry {
    provider: String,
    form: String,
    covers: Vec<String>,
    /// What is signed but ambiguous.
    #[serde(default)]
    ambiguous: Vec<String>,
}

impl Expected {
    /// Reads `data/coverage.json`; without the file this source has no entries.
    pub(crate) fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/coverage.json");
        let mut this = Self {
            covers: BTreeMap::new(),
        };
        let Ok(bytes) = std::fs::read(&path) else {
            return this;
        };
        let entries: Vec<Entry> = serde_json::from_slice(&bytes)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for mut entry in entries {
            entry.covers.retain(|part| !entry.ambiguous.contains(part));
            this.covers
                .insert((entry.provider, entry.form), entry.covers);
        }
        this
    }
}

impl Covers for Expected {
    fn covers(&self, sample: &Sample, verified: &Verified) -> Option<Vec<String>> {
        // In another form it is a different request.
        if verified.form() != sample.scheme.form {
            return None;
        }
        let key = (sample.name().to_owned(), sample.scheme.form.to_string());
        self.covers.get(&key).cloned()
    }
}

/// A change to a covered part that was accepted.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Hole {
    pub(crate) part: String,
    pub(crate) says: String,
}

/// The verdict on all mutants of a sample.
#[derive(Default)]
pub(crate) struct Verdict {
    pub(crate) tried: usize,
    pub(crate) refused: BTreeMap<&'static str, usize>,
    /// The accepted changes and, if requested, the parts that differ.
    /// differ.
    pub(crate) accepted: Vec<(String, Vec<String>)>,
    pub(crate) holes: Vec<Hole>,
}

/// Verifies mutants, and compares those that pass with the coverage according to each
/// source.
pub(crate) fn judge(
    verifier: &Verifier,
    sample: &Sample,
    others: &[&Sample],
    mutants: &[Mutant],
    judges: &[(&str, &dyn Covers)],
    tells_parts: bool,
) -> Verdict {
    let genuine_proof = verifier
        .verify_parts(&sample.request, &sample.request.body, NOW)
        .unwrap_or_else(|error| panic!("{}: {error}", sample.title()));
    let genuine = View::new(&sample.scheme, &sample.request, Some(&genuine_proof));
    let mut verdict = Verdict::default();
    for mutant in mutants {
        verdict.tried += 1;
        let now = UnixTime::from_secs(NOW.as_secs() + mutant.later);
        let request = &mutant.request;
        let proof = match verifier.verify_parts(request, &request.body, now) {
            Ok(proof) => proof,
            Err(rejection) => {
                let code = rejection.code();
                assert!(Code::ALL.contains(&code), "{}: {code}", mutant.label);
                assert!(!rejection.to_string().is_empty());
                *verdict.refused.entry(code.as_str()).or_default() += 1;
                continue;
            }
        };
        let view = View::new(&sample.scheme, request, Some(&proof));
        for (judge, word) in judges {
            // Both the proof of the changed request and that of the genuine one count.
            let parts: BTreeSet<String> = [&genuine_proof, &proof]
                .into_iter()
                .filter_map(|proof| word.covers(sample, proof))
                .flatten()
                .collect();
            let other = mutant.other.and_then(|index| others.get(index));
            if other.is_some_and(|other| is_delivery_of(other, request, &proof, *word)) {
                continue;
            }
            for part in parts {
                if is_same(&genuine, &view, &part) {
                    continue;
                }
                let says = format!(
                    "{}: `{}` passes, and {judge} says that `{part}` is proven:\n    {}",
                    sample.title(),
                    mutant.label,
                    difference(&genuine.part(&part), &view.part(&part)),
                );
                verdict.holes.push(Hole { part, says });
            }
        }
        if let Some(says) = another_identity(sample, mutant, &genuine_proof, &proof) {
            let other = mutant.other.and_then(|index| others.get(index));
            if !other.is_some_and(|other| is_delivery_of(other, request, &proof, &Computed)) {
                let says = format!("{}: `{}` passes, {says}", sample.title(), mutant.label);
                verdict.holes.push(Hole {
                    part: "identity".into(),
                    says,
                });
            }
        }
        let label = match mutant.later {
            0 => mutant.label.clone(),
            later => format!("{} ({later} s later)", mutant.label),
        };
        let parts = match tells_parts {
            true => changed(&genuine, &view),
            false => Vec::new(),
        };
        verdict.accepted.push((label, parts));
    }
    verdict
}

/// Violations of the identity of a changed request that passes: it must equal that of the
/// genuine one, unless the change concerns an unproven value that is part of the
/// identity.
fn another_identity(
    sample: &Sample,
    mutant: &Mutant,
    genuine: &Verified,
    proof: &Verified,
) -> Option<String> {
    let (was, is) = (&sample.request, &mutant.request);
    let by = genuine.replay_by();
    let tells_apart = match by {
        // Nothing of a secret's request is proven, its id neither.
        ReplayBy::Id if genuine.proof() != Proof::Signature => was.body != is.body,
        ReplayBy::Body => {
            was.body != is.body
                || genuine.proof() != Proof::Signature
                    && (was.method != is.method || was.target != is.target)
        }
        _ => false,
    };
    let kind = |request: &Wire| -> Vec<Vec<u8>> {
        let Some(kind) = &sample.scheme.replay.kind else {
            return Vec::new();
        };
        let headers = request.headers.iter();
        headers
            .filter(|(name, _)| name.eq_ignore_ascii_case(&kind.header))
            .map(|(_, value)| value.clone())
            .collect()
    };
    let (before, after) = (genuine.replay_key("n"), proof.replay_key("n"));
    if tells_apart || kind(was) != kind(is) || before == after {
        return None;
    }
    Some(format!(
        "and is another delivery by its {by} ({before:?}, {after:?}): a copy would be handled again"
    ))
}

/// Whether a request has everything that the proof of another genuine one covers:
/// then it is that delivery, and no forged one.
fn is_delivery_of(other: &Sample, request: &Wire, proof: &Verified, word: &dyn Covers) -> bool {
    let theirs = View::new(&other.scheme, &other.request, None);
    let this = View::new(&other.scheme, request, None);
    // Where nothing is said of it, nothing is judged.
    word.covers(other, proof)
        .is_none_or(|parts| parts.iter().all(|part| is_same(&theirs, &this, part)))
}

/// Where two texts begin to differ.
fn difference(a: &str, b: &str) -> String {
    let at = a
        .char_indices()
        .zip(b.chars())
        .find(|((_, a), b)| a != b)
        .map_or(a.len().min(b.len()), |((at, _), _)| at);
    let part = |text: &str| -> String {
        let mut start = at.saturating_sub(40);
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        text[start..].chars().take(100).collect()
    };
    format!("…{}\n    …{}", part(a), part(b))
}
