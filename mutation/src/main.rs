//! Writes files of hookward with all their mutants in them, each behind a number that a variable of the environment
//! chooses (mutant schemata), so that one build tests them all.
//!
//! ```text
//! hookward-mutation MUTANTS ROOT OUT < DROPPED
//! ```
//!
//! `MUTANTS` is what `cargo mutants --list --json` prints; a mutant's number is its place in the list, from 1. `DROPPED`
//! are numbers, a line each, of mutants that do not compile. The files are written below `OUT`. Printed is, for each
//! mutant that was put in, where its text is, and which are no Rust; the others do not fit: what a `const fn` does, for
//! instance, is computed while hookward is compiled.

#![forbid(unsafe_code)]

mod rewrite;
mod sites;

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::io::Read;
use std::path::Path;

use serde::Deserialize;

/// A mutant as `cargo mutants` lists it.
#[derive(Deserialize)]
pub(crate) struct Mutant {
    file: String,
    genre: String,
    replacement: String,
    span: Span,
    function: Option<Function>,
}

#[derive(Deserialize)]
struct Function {
    return_type: Option<String>,
}

#[derive(Deserialize, Clone, Copy)]
pub(crate) struct Span {
    start: Place,
    end: Place,
}

/// From 1, in characters.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    line: usize,
    column: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [mutants, root, out] = &arguments[..] else {
        return Err("usage: hookward-mutation MUTANTS ROOT OUT < DROPPED".into());
    };
    let mutants: Vec<Mutant> = serde_json::from_str(&std::fs::read_to_string(mutants)?)?;
    let mut dropped = String::new();
    std::io::stdin().read_to_string(&mut dropped)?;
    let dropped: BTreeSet<u32> = dropped.lines().map(str::parse).collect::<Result<_, _>>()?;

    let mut files: BTreeMap<&str, Vec<(u32, &Mutant)>> = BTreeMap::new();
    for (number, mutant) in (1..).zip(&mutants) {
        let file = files.entry(&mutant.file).or_default();
        if !dropped.contains(&number) {
            file.push((number, mutant));
        }
    }
    let mut written = Vec::new();
    let mut wrong = Vec::new();
    for (file, mutants) in files {
        let source = std::fs::read_to_string(Path::new(root).join(file))?;
        let found = sites::find(&source, &mutants)?;
        wrong.extend(found.wrong);
        let (text, places) = rewrite::rewrite(&source, found.sites);
        let path = Path::new(out).join(file);
        std::fs::create_dir_all(path.parent().ok_or("no folder")?)?;
        std::fs::write(path, text)?;
        written.extend(places.into_iter().map(|place| {
            serde_json::json!({
                "number": place.number,
                "file": file,
                "text": [place.text.start, place.text.end],
                "site": [place.site.start, place.site.end],
            })
        }));
    }
    println!(
        "{}",
        serde_json::json!({ "put_in": written, "wrong": wrong })
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Mutant, rewrite, sites};

    /// The text with these mutants: (genre, line, column from, column to, replacement, return type).
    fn rewritten(
        source: &str,
        mutants: &[(&str, usize, usize, usize, &str, &str)],
    ) -> (String, Vec<u32>) {
        let mutants: Vec<Mutant> = mutants
            .iter()
            .map(|&(genre, line, from, to, replacement, of)| {
                serde_json::from_value(serde_json::json!({
                    "file": "",
                    "genre": genre,
                    "replacement": replacement,
                    "span": {
                        "start": { "line": line, "column": from },
                        "end": { "line": line, "column": to },
                    },
                    "function": { "return_type": of },
                }))
                .expect("a mutant")
            })
            .collect();
        let numbered: Vec<_> = (1..).zip(&mutants).collect();
        let found = sites::find(source, &numbered).expect("Rust");
        let (text, places) = rewrite::rewrite(source, found.sites);
        for place in places {
            assert!(place.site.start <= place.text.start && place.text.end <= place.site.end);
            assert!(!text[place.text].is_empty());
        }
        (text.replace("::hookward_mutant::on", "on"), found.wrong)
    }

    #[test]
    fn one_operator_within_another_has_the_source_around_it() {
        let (text, _) = rewritten(
            "fn f() -> bool {\n    a == b && !c\n}\n",
            &[
                ("BinaryOperator", 2, 12, 14, "||", ""),
                ("BinaryOperator", 2, 7, 9, "!=", ""),
                ("UnaryOperator", 2, 15, 16, "", ""),
                ("FnValue", 2, 5, 17, "true", "-> bool"),
            ],
        );
        assert_eq!(
            text,
            "fn f() -> bool {\n    if on(4) { return true; } (if on(1) { a == b || !c } else { \
             (if on(2) { a != b } else { a == b }) && (if on(3) { c } else { !c }) })\n}\n"
        );
    }

    #[test]
    fn arms_are_deleted_by_guards() {
        let (text, _) = rewritten(
            "fn f() {\n    match a {\n        A => 1,\n        B if g => 2,\n        _ => 3,\n    }\n}\n",
            &[
                ("MatchArm", 3, 9, 16, "", ""),
                ("MatchArm", 4, 9, 21, "", ""),
                ("MatchArmGuard", 4, 14, 15, "false", ""),
                ("MatchArmGuard", 4, 14, 15, "true", ""),
            ],
        );
        assert!(text.contains("A if !on(1) => 1,"), "{text}");
        assert!(
            text.contains("B if (!on(2) && (on(4) || !on(3) && (g))) => 2,"),
            "{text}"
        );
    }

    #[test]
    fn fields_come_from_the_base_and_iterators_stay() {
        let (text, _) = rewritten(
            "fn f() -> impl Iterator<Item = u8> {\n    g(S { a: 1, ..d() })\n}\n",
            &[
                ("StructField", 2, 11, 15, "", "-> impl Iterator<Item = u8>"),
                (
                    "FnValue",
                    2,
                    5,
                    25,
                    "::std::iter::once(0)",
                    "-> impl Iterator<Item = u8>",
                ),
            ],
        );
        assert!(
            text.contains("a: if on(1) { (d()).a } else { 1 }, ..d() })"),
            "{text}"
        );
        assert!(
            text.contains("({ g(S {")
                && text.contains("}).filter(move |_| !on(2)).chain(on(2).then(|| 0))"),
            "{text}"
        );
    }

    #[test]
    fn what_is_computed_while_compiling_does_not_fit() {
        let source = "const fn f() -> u8 {\n    1 + 2\n}\nfn g() {\n    if let A = a && b {}\n}\n";
        let (text, wrong) = rewritten(
            source,
            &[
                ("BinaryOperator", 2, 7, 8, "-", ""),
                ("FnValue", 2, 5, 10, "0", "-> u8"),
                ("BinaryOperator", 5, 18, 20, "||", ""),
            ],
        );
        assert_eq!(text, source);
        assert_eq!(wrong, [3]);
    }
}
