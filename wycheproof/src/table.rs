//! The table of what became of every vector.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::run::{DEVIATIONS, Run};
use crate::vectors::Class;

/// A block for each run: how many vectors of each class were accepted or refused, and for
/// which reason. Vectors on which one may differ are listed with their numbers, so that
/// the table determines the verdict on each.
pub fn table(runs: &[Run]) -> String {
    let mut out = String::new();
    let mut totals: BTreeMap<(Class, bool), usize> = BTreeMap::new();
    let (mut vectors, mut verifications) = (0, 0);
    for run in runs {
        let (file, algorithm) = (run.file, &run.algorithm);
        writeln!(
            out,
            "{file} as {algorithm}: {} vectors, {} forms of the key, {} verifications",
            run.vectors,
            run.forms.len(),
            run.verifications,
        )
        .unwrap();
        vectors += run.vectors;
        verifications += run.verifications;
        for ((class, verdict), tests) in &run.verdicts {
            let word = match verdict {
                None => "accepted".to_owned(),
                Some(reason) => format!("refused, {reason}"),
            };
            *totals.entry((*class, verdict.is_none())).or_default() += tests.len();
            writeln!(out, "    {:5} {} {word}", tests.len(), class.name()).unwrap();
            let is_listed = matches!(
                (class, verdict),
                (Class::Valid, Some(_))
                    | (Class::Here, _)
                    | (Class::Acceptable, _)
                    | (Class::Invalid | Class::Foreign, None)
            );
            if is_listed {
                let mut by_flags: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
                for (id, flags) in tests {
                    by_flags.entry(flags).or_default().push(*id);
                }
                for (flags, ids) in by_flags {
                    let flags = if flags.is_empty() { "no flag" } else { flags };
                    writeln!(out, "          {flags}: {}", ranges(&ids)).unwrap();
                }
            }
        }
    }
    writeln!(out, "deviations:").unwrap();
    for (file, ids, reason) in DEVIATIONS {
        writeln!(out, "    {file} {}: {reason}", ranges(ids)).unwrap();
    }
    writeln!(
        out,
        "in all: {vectors} vectors, {verifications} verifications"
    )
    .unwrap();
    for class in Class::ALL {
        let count = |accepted| totals.get(&(class, accepted)).copied().unwrap_or(0);
        let (accepted, refused) = (count(true), count(false));
        writeln!(
            out,
            "    {}: {accepted} accepted, {refused} refused",
            class.name()
        )
        .unwrap();
    }
    out
}

fn ranges(ids: &[u64]) -> String {
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for id in ids {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *id => *last = *id,
            _ => runs.push((*id, *id)),
        }
    }
    let shown: Vec<String> = runs
        .into_iter()
        .map(|(first, last)| match first == last {
            true => first.to_string(),
            false => format!("{first}-{last}"),
        })
        .collect();
    shown.join(", ")
}
