//! What a proof says it covers, held against what was changed.

use std::collections::BTreeMap;
use std::path::Path;

use hookward_core::{Code, UnixTime, Verified, Verifier};
use serde::Deserialize;

use crate::kit::{NOW, Sample};
use crate::mutate::Mutant;
use crate::parts::{View, changed, is_same};

/// The parts that a proof covers, by someone's word; `None` for no word.
pub(crate) trait Covers {
    fn covers(&self, sample: &Sample, verified: &Verified) -> Option<Vec<String>>;
}

/// What the scheme names without a filter: the sources that coverage calls by
/// the same name.
pub(crate) struct Named;

impl Covers for Named {
    fn covers(&self, sample: &Sample, _: &Verified) -> Option<Vec<String>> {
        let scheme = &sample.scheme;
        if !scheme.algorithm.signs_content() {
            return Some(Vec::new());
        }
        let named = |source: &str| scheme.signed.contains(&format!("{{{source}}}"));
        Some(
            [
                "body",
                "timestamp",
                "id",
                "method",
                "url",
                "path",
                "query",
                "target",
            ]
            .into_iter()
            .filter(|source| named(source))
            .map(str::to_owned)
            .collect(),
        )
    }
}

/// What the providers' pages say, as data.
pub(crate) struct Expected(BTreeMap<(String, String), Vec<String>>);

/// One form of one entry in `coverage.json`.
#[derive(Deserialize)]
struct Entry {
    provider: String,
    #[serde(default)]
    form: String,
    covers: Vec<String>,
}

impl Expected {
    /// Reads `data/coverage.json`; without the file there is no word.
    pub(crate) fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/coverage.json");
        let Ok(bytes) = std::fs::read(&path) else {
            return Self(BTreeMap::new());
        };
        let entries: Vec<Entry> = serde_json::from_slice(&bytes)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self(
            entries
                .into_iter()
                .map(|entry| ((entry.provider, entry.form), entry.covers))
                .collect(),
        )
    }
}

impl Covers for Expected {
    fn covers(&self, sample: &Sample, _: &Verified) -> Option<Vec<String>> {
        // Forms have no names yet: the first is the default one.
        let form = match sample.form {
            0 => "default".to_owned(),
            index => index.to_string(),
        };
        self.0.get(&(sample.name().to_owned(), form)).cloned()
    }
}

/// A mutant that was let through.
pub(crate) struct Accepted {
    pub(crate) label: String,
    /// The parts that are not as they were signed.
    pub(crate) changed: Vec<String>,
}

/// The verdict on all mutants of a sample.
#[derive(Default)]
pub(crate) struct Verdict {
    pub(crate) tried: usize,
    pub(crate) refused: BTreeMap<&'static str, usize>,
    pub(crate) accepted: Vec<Accepted>,
    /// Mutants that changed something that is covered.
    pub(crate) holes: Vec<String>,
}

/// Verifies mutants and holds those that pass to what each judge says is
/// covered.
pub(crate) fn judge(
    verifier: &Verifier,
    sample: &Sample,
    mutants: &[Mutant],
    judges: &[(&str, &dyn Covers)],
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
        match verifier.verify_parts(request, &request.body, now) {
            Err(rejection) => {
                let code = rejection.code();
                assert!(Code::ALL.contains(&code), "{}: {code}", mutant.label);
                assert!(!rejection.to_string().is_empty());
                *verdict.refused.entry(code.as_str()).or_default() += 1;
            }
            Ok(proof) => {
                let view = View::new(&sample.scheme, request, Some(&proof));
                for (judge, word) in judges {
                    // The word of the proof that was given for the mutant counts,
                    // and so does that of the genuine one.
                    for proof in [&genuine_proof, &proof] {
                        for part in word.covers(sample, proof).unwrap_or_default() {
                            if !is_same(&genuine, &view, &part) {
                                verdict.holes.push(format!(
                                    "{}: `{}` passes, and {judge} says that `{part}` is proven: {} became {}",
                                    sample.title(),
                                    mutant.label,
                                    genuine.part(&part),
                                    view.part(&part),
                                ));
                            }
                        }
                    }
                }
                verdict.accepted.push(Accepted {
                    label: match mutant.later {
                        0 => mutant.label.clone(),
                        later => format!("{} (+{later} s)", mutant.label),
                    },
                    changed: changed(&genuine, &view),
                });
            }
        }
    }
    verdict.holes.dedup();
    verdict
}
