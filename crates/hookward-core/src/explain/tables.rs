//! Generator of the tables in `docs/explain.md`, from the table of causes.

use super::cause::{Cause, CauseRow};
use crate::catalogue::tables::shown;

/// A table of the causes that have a text in this column.
fn table(heading: &str, said: fn(&CauseRow) -> Option<&'static str>) -> String {
    let mut table = format!("{heading} | what to do |\n|---|---|---|\n");
    for cause in Cause::ALL {
        if let Some(said) = said(cause.row()) {
            let advice = cause.advice().unwrap_or_default();
            table += &format!("| `{}` | {said} | {advice} |\n", cause.name());
        }
    }
    table
}

#[test]
fn the_documentation_lists_every_cause() {
    let changes = table("| cause | the signature matches when", |row| row.change);
    shown("explain.md", "causes", &changes);
    let unchanged = table("| cause | what is wrong", |row| row.unchanged);
    shown("explain.md", "unchanged", &unchanged);
    let hints = table("| hint | what is seen", |row| row.hint);
    shown("explain.md", "hints", &hints);
}

#[test]
fn every_cause_is_documented_once_under_its_name() {
    for (i, cause) in Cause::ALL.iter().enumerate() {
        let row = cause.row();
        let is_documented = row.change.or(row.unchanged).or(row.hint).is_some();
        assert!(is_documented, "{}", row.name);
        let mut others = Cause::ALL[..i].iter();
        assert!(others.all(|other| other.name() != row.name), "{}", row.name);
    }
}
