//! What an attacker may change about a genuine request, entry by entry.
//!
//! For every entry of the catalogue and each of its forms, a genuine request is
//! taken and changed in every way that `mutate` knows. A change that passes must
//! leave everything that the proof covers as it was; one that does not pass must
//! be refused with one of the stable codes.
//!
//! `HOOKWARD_ATTACK_TABLE=FILE` writes what passed, as tab-separated values:
//! entry and form, change, the parts that differ. `HOOKWARD_ATTACK_ONLY=NAME`
//! takes one entry alone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod json;
mod judge;
mod mutate;
mod parts;
mod sample;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use hookward_core::providers::{self, Provider};
use hookward_tests::kit;

use self::judge::{Covers, Expected, Named, Verdict};
use self::kit::{Sample, Wire};

/// The verdicts on all samples of an entry.
fn attack(entry: &'static Provider, judges: &[(&str, &dyn Covers)]) -> Vec<(String, Verdict)> {
    let verifier = kit::verifier(entry).unwrap();
    let samples = kit::samples(entry).unwrap();
    let passes =
        |request: &Wire| verifier.verify_parts(request, &request.body, kit::NOW).is_ok();
    samples
        .iter()
        .enumerate()
        .map(|(index, sample)| {
            let others: Vec<&Sample> = samples
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != index)
                .map(|(_, other)| other)
                .collect();
            let t = std::time::Instant::now();
            let mutants = mutate::mutants(sample, &sample.request, &others, &passes);
            if std::env::var_os("COUNTS").is_some() { let mut c = BTreeMap::new(); for m in &mutants { *c.entry(m.label.split([' ', ':']).next().unwrap().to_owned()).or_insert(0)+=1; } println!("{} gen {:?} {c:?}", sample.title(), t.elapsed()); }
            let g = t.elapsed();
            let v = judge::judge(&verifier, sample, &mutants, judges);
            if std::env::var_os("COUNTS").is_some() { println!("TIME {} {} {} {}", sample.title(), mutants.len(), g.as_millis(), t.elapsed().as_millis()); }
            (sample.title(), v)
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

#[test]
fn no_change_that_passes_touches_what_is_covered() {
    let expected = Expected::read();
    let judges: [(&str, &(dyn Covers + Sync)); 2] =
        [("the scheme", &Named), ("the provider's page", &expected)];
    let verdicts = over_all(|entry| {
        let judges = judges.map(|(name, judge)| (name, judge as &dyn Covers));
        attack(entry, &judges)
    });
    let mut verdicts: Vec<_> = verdicts.into_iter().flatten().collect();
    verdicts.sort_by(|(a, _), (b, _)| a.cmp(b));

    if let Some(path) = std::env::var_os("HOOKWARD_ATTACK_TABLE") {
        let mut table = String::new();
        for (title, verdict) in &verdicts {
            for accepted in &verdict.accepted {
                let changed = accepted.changed.join(" ");
                writeln!(table, "{title}\t{}\t{changed}", accepted.label).unwrap();
            }
        }
        std::fs::write(path, table).unwrap();
    }
    let tried: usize = verdicts.iter().map(|(_, verdict)| verdict.tried).sum();
    let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
    for (code, count) in verdicts.iter().flat_map(|(_, verdict)| &verdict.refused) {
        *codes.entry(code).or_default() += count;
    }
    let passed: usize = verdicts
        .iter()
        .map(|(_, verdict)| verdict.accepted.len())
        .sum();
    if std::env::var_os("COUNTS").is_some() { for (t, v) in &verdicts { println!("{t} {}", v.tried); } }
    println!("{tried} changes, {passed} passed; refused: {codes:?}");
    let holes: Vec<&String> = verdicts
        .iter()
        .flat_map(|(_, verdict)| &verdict.holes)
        .collect();
    let shown: Vec<&str> = holes.iter().take(60).map(|hole| hole.as_str()).collect();
    assert!(
        holes.is_empty(),
        "{} holes:\n{}",
        holes.len(),
        shown.join("\n")
    );
}
