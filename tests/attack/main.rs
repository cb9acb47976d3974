//! Attack suite: what an attacker may change about a genuine request, for every entry.
//!
//! For every entry of the catalogue and each of its forms, a genuine request is changed
//! in every way that `mutate` knows. An accepted change must not affect any part that the
//! proof covers; a rejected one must have one of the stable codes.
//!
//! `HOOKWARD_ATTACK_TABLE=FILE` writes what passed, as tab-separated values:
//! entry and form, change, the parts that differ. `HOOKWARD_ATTACK_ONLY=NAME`
//! takes one entry alone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod deliveries;
mod json;
mod judge;
mod mutate;
mod parts;
mod sample;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use hookward_core::providers::{self, Provider};
use hookward_tests::kit;

use self::judge::{Computed, Covers, Expected, Verdict};
use self::kit::{Sample, Wire};

/// The verdicts on all samples of an entry.
fn attack(
    entry: &'static Provider,
    judges: &[(&str, &dyn Covers)],
    tells_parts: bool,
) -> Vec<(String, Verdict)> {
    let samples = kit::samples(entry).unwrap();
    samples
        .iter()
        .enumerate()
        .map(|(index, sample)| {
            let verifier = kit::verifier_of(sample).unwrap().with_identity();
            let passes = |request: &Wire| {
                verifier
                    .verify_parts(request, &request.body, kit::NOW)
                    .is_ok()
            };
            let others: Vec<&Sample> = samples
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != index)
                .map(|(_, other)| other)
                .collect();
            let mutants = mutate::mutants(sample, &sample.request, &others, &passes);
            let verdict = judge::judge(&verifier, sample, &others, &mutants, judges, tells_parts);
            (sample.title(), verdict)
        })
        .collect()
}

/// Runs `each` over the entries on every core.
fn over_all<T: Send>(each: impl Fn(&'static Provider) -> T + Sync) -> Vec<T> {
    let only = std::env::var("HOOKWARD_ATTACK_ONLY").ok();
    let entries: Vec<&'static Provider> = providers::all()
        .filter(|entry| only.as_deref().is_none_or(|only| entry.scheme.name == only))
        .collect();
    let next = AtomicUsize::new(0);
    let found = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(entry) = entries.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let verdict = each(entry);
                    found.lock().unwrap().push(verdict);
                }
            });
        }
    });
    found.into_inner().unwrap()
}

/// The parts of a scheme by which two entries are one under two names: whoever
/// gives both one key has what is signed for the one accepted by the other.
fn formula(scheme: &hookward_core::Scheme) -> String {
    format!(
        "{:?} {:?} {} {:?} {:?}",
        scheme.algorithm, scheme.key, scheme.signed, scheme.signature.encoding, scheme.bind
    )
}

#[test]
fn what_two_entries_with_one_formula_and_one_key_sign_is_not_mixed() {
    let entries: Vec<&'static Provider> = providers::all().collect();
    let mut kinds: BTreeMap<String, Vec<Sample>> = BTreeMap::new();
    for entry in entries {
        for sample in kit::samples(entry).unwrap() {
            let is_signed = sample.scheme.algorithm.signs_content();
            // The body alone says nothing but itself.
            if is_signed && sample.scheme.signed != "{body}" {
                kinds
                    .entry(formula(&sample.scheme))
                    .or_default()
                    .push(sample);
            }
        }
    }
    let expected = Expected::read();
    let judges: [(&str, &dyn Covers); 2] = [("the scheme", &Computed), ("the page", &expected)];
    let (mut pairs, mut tried, mut passed) = (0, 0, 0);
    let mut names = BTreeSet::new();
    let mut holes = Vec::new();
    for samples in kinds.values() {
        for sample in samples {
            let others: Vec<&Sample> = samples
                .iter()
                .filter(|other| other.name() != sample.name())
                .collect();
            if others.is_empty() {
                continue;
            }
            pairs += others.len();
            names.insert(sample.name());
            let verifier = kit::verifier_of(sample).unwrap();
            let mutants = mutate::exchanged(sample, &others);
            let verdict = judge::judge(&verifier, sample, &others, &mutants, &judges, false);
            tried += verdict.tried;
            passed += verdict.accepted.len();
            holes.extend(verdict.holes.into_iter().map(|hole| hole.says));
        }
    }
    println!(
        "{pairs} pairs of {} entries, {tried} changes, {passed} passed",
        names.len()
    );
    assert!(
        names.contains("svix") && names.contains("standard-webhooks"),
        "{names:?}"
    );
    assert!(passed > 0);
    assert!(
        holes.is_empty(),
        "{} holes:\n{}",
        holes.len(),
        holes.join("\n")
    );
}

/// Changes that pass although they should not, as `title part`: known vulnerabilities to
/// be fixed.
fn known_holes() -> BTreeSet<String> {
    serde_json::from_str(include_str!("../data/attack/known.json")).unwrap()
}

#[test]
fn no_change_that_passes_touches_what_is_covered() {
    let expected = Expected::read();
    let judges: [(&str, &(dyn Covers + Sync)); 2] = [
        ("the scheme", &Computed),
        ("the provider's page", &expected),
    ];
    let table = std::env::var_os("HOOKWARD_ATTACK_TABLE");
    let verdicts = over_all(|entry| {
        let judges = judges.map(|(name, judge)| (name, judge as &dyn Covers));
        attack(entry, &judges, table.is_some())
    });
    let mut verdicts: Vec<_> = verdicts.into_iter().flatten().collect();
    verdicts.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut tried, mut passed) = (0, 0);
    let (mut holes, mut new) = (BTreeSet::new(), Vec::new());
    let known = known_holes();
    let mut lines = String::new();
    for (title, verdict) in &verdicts {
        tried += verdict.tried;
        passed += verdict.accepted.len();
        for (code, count) in &verdict.refused {
            *codes.entry(code).or_default() += count;
        }
        for (label, parts) in &verdict.accepted {
            let (label, parts) = (label.escape_debug(), parts.join(" "));
            writeln!(lines, "{title}\t{label}\t{}", parts.escape_debug()).unwrap();
        }
        for hole in &verdict.holes {
            let name = format!("{title} {}", hole.part);
            if !known.contains(&name) {
                new.push(&*hole.says);
            }
            holes.insert(name);
        }
    }
    if let Some(path) = table {
        std::fs::write(path, lines).unwrap();
    }
    println!("{tried} changes, {passed} passed; refused: {codes:?}");
    println!("holes: {}", serde_json::to_string_pretty(&holes).unwrap());
    let shown = new.iter().take(60).copied().collect::<Vec<_>>().join("\n");
    assert!(new.is_empty(), "{} new holes:\n{shown}", new.len());
}
