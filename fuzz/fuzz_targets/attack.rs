//! Stacked mutations of the attack suite: whatever is accepted leaves every covered part
//! unchanged.
//!
//! Input: two bytes for the entry, one for its sample, then two bytes for each
//! of at most three changes.

#![no_main]

#[allow(dead_code)]
#[path = "../../tests/attack/json.rs"]
mod json;
#[allow(dead_code)]
#[path = "../../tests/attack/judge.rs"]
mod judge;
#[allow(dead_code, unreachable_pub)]
#[path = "../../tests/src/kit.rs"]
mod kit;
#[path = "../../tests/attack/mutate.rs"]
mod mutate;
#[allow(dead_code)]
#[path = "../../tests/attack/parts.rs"]
mod parts;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use hookward_core::{Verifier, providers};
use libfuzzer_sys::fuzz_target;

static ENTRIES: LazyLock<Vec<Vec<(Verifier, kit::Sample)>>> = LazyLock::new(|| {
    providers::all()
        .map(|entry| {
            let samples = kit::samples(entry).unwrap().into_iter();
            samples
                .map(|sample| (kit::verifier_of(&sample).unwrap(), sample))
                .collect()
        })
        .collect()
});

static KNOWN: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../tests/data/attack/known.json")).unwrap()
});

fuzz_target!(|data: &[u8]| {
    let [high, low, sample, changes @ ..] = data else {
        return;
    };
    let entry = usize::from(u16::from_be_bytes([*high, *low]));
    let samples = &ENTRIES[entry % ENTRIES.len()];
    let (verifier, sample) = &samples[usize::from(*sample) % samples.len()];
    let passes = |request: &kit::Wire| {
        let body = &request.body;
        verifier.verify_parts(request, body, kit::NOW).is_ok()
    };
    let mut changed: Option<mutate::Mutant> = None;
    for pick in changes.chunks_exact(2).take(3) {
        let base = changed
            .as_ref()
            .map_or(&sample.request, |mutant| &mutant.request);
        let mut mutants = mutate::mutants(sample, base, &[], &passes);
        if mutants.is_empty() {
            return;
        }
        let pick = usize::from(u16::from_be_bytes([pick[0], pick[1]]));
        let mut next = mutants.swap_remove(pick % mutants.len());
        if let Some(before) = &changed {
            next.label = format!("{}, then {}", before.label, next.label);
            next.later += before.later;
        }
        changed = Some(next);
    }
    let Some(mutant) = changed else { return };
    let judges: [(&str, &dyn judge::Covers); 1] = [("the scheme", &judge::Computed)];
    let verdict = judge::judge(verifier, sample, &[], &[mutant], &judges, false);
    for hole in verdict.holes {
        let name = format!("{} {}", sample.title(), hole.part);
        assert!(KNOWN.contains(&name), "{}", hole.says);
    }
});
