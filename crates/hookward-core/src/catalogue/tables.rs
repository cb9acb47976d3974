//! Documentation tests: the tables in `docs/` are generated from the code, so that they
//! cannot be out of date.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;

use crate::catalogue::providers;
use crate::request::reason::{Reason, UrlFault};
use crate::scheme::filter::FILTERS;
use crate::scheme::source::SOURCES;

/// Compares the text between two markers of a page with `expected`, or rewrites it if
/// `HOOKWARD_WRITE` is set.
pub(crate) fn shown(page: &str, marker: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs")
        .join(page);
    let text = std::fs::read_to_string(&path).unwrap();
    let (start, end) = (
        format!("<!-- {marker} -->\n"),
        format!("<!-- /{marker} -->"),
    );
    let from = text.find(&start).unwrap() + start.len();
    let to = text.find(&end).unwrap();
    if text[from..to] == *expected {
        return;
    }
    if std::env::var_os("HOOKWARD_WRITE").is_some() {
        let written = format!("{}{expected}{}", &text[..from], &text[to..]);
        std::fs::write(&path, written).unwrap();
        return;
    }
    panic!(
        "docs/{page}: the table `{marker}` is out of date: run the test once with HOOKWARD_WRITE=1"
    );
}

#[test]
fn the_documentation_lists_every_source() {
    let mut table = "| source | yields | known | covers | |\n|---|---|---|---|---|\n".to_owned();
    for entry in SOURCES {
        table += &format!(
            "| `{{{}{}}}` | {} | {} | {} | {} |\n",
            entry.name,
            entry.argument.written(),
            entry.kind.name(),
            entry.known,
            entry.covers,
            entry.doc,
        );
    }
    shown("schemes.md", "sources", &table);
}

#[test]
fn the_documentation_lists_every_filter() {
    let mut table = "| filter | from | to | loses | |\n|---|---|---|---|---|\n".to_owned();
    for entry in FILTERS.iter().filter(|entry| !entry.doc.is_empty()) {
        let arguments = match entry.arguments {
            "" => String::new(),
            arguments => format!("({arguments})"),
        };
        table += &format!(
            "| `{}{arguments}` | {} | {} | {} | {} |\n",
            entry.name,
            entry.from.name(),
            entry.to.name(),
            entry.loses,
            entry.doc,
        );
    }
    shown("schemes.md", "filters", &table);
}

#[test]
fn the_documentation_lists_every_refusal() {
    let mut table = "| code | message |\n|---|---|\n".to_owned();
    for (code, reason, sentence) in Reason::each() {
        let code = match code.starts_with('*') {
            true => "of the value's use".to_owned(),
            false => format!("`{}`", reason.code()),
        };
        match reason {
            Reason::Url { .. } => {
                for fault in UrlFault::EACH {
                    table += &format!("| {code} | {fault} |\n");
                }
            }
            // Their text comes from another error.
            Reason::BodyStart { .. } | Reason::Setup { .. } | Reason::Other { .. } => {}
            _ => table += &format!("| {code} | {sentence} |\n"),
        }
    }
    shown("refusals.md", "refusals", &table);
}

#[test]
fn the_documentation_says_how_the_deliveries_of_each_entry_are_identified() {
    let mut entries: Vec<_> = providers::all().collect();
    entries.sort_by(|a, b| a.scheme.name.cmp(&b.scheme.name));
    let mut table =
        "| entry | form | by | why | retries | success |\n|---|---|---|---|---|---|\n".to_owned();
    for entry in entries {
        let first = &entry.scheme;
        for (name, form) in first.form_names().zip(first.forms()) {
            let by = form.replays_by().unwrap();
            assert_eq!(form.replay.by, Some(by), "{} {name}", first.name);
            let places: Vec<String> = match (by, form.replay.id.is_empty()) {
                (crate::scheme::ReplayBy::Id, true) => {
                    form.event_id.iter().map(ToString::to_string).collect()
                }
                _ => form.replay.id.iter().map(ToString::to_string).collect(),
            };
            let mut identity = by.to_string();
            if !places.is_empty() {
                identity += &format!(": {}", places.join(" and "));
            }
            if let Some(kind) = &form.replay.kind {
                identity += &format!(
                    ", and header `{}` ({} values)",
                    kind.header,
                    kind.values.len()
                );
            }
            let is_first = std::ptr::eq(form, first);
            let retries = first.retries.as_ref().filter(|_| is_first);
            let success = is_first && first.success != crate::scheme::Success::Any2xx;
            table += &format!(
                "| {} | {} | {identity} | {} | {} | {} |\n",
                first.name,
                if name == "default" { "" } else { &name },
                form.replay.why.replace('|', "\\|"),
                retries.map(ToString::to_string).unwrap_or_default(),
                if success {
                    first.success.to_string()
                } else {
                    String::new()
                },
            );
        }
    }
    shown("deliveries.md", "deliveries", &table);
}

fn code(text: String) -> String {
    if text.is_empty() {
        return text;
    }
    format!("`{}`", text.replace(", ", "`, `"))
}

#[test]
fn the_documentation_says_what_each_entry_covers() {
    let mut entries: Vec<_> = providers::all().collect();
    entries.sort_by(|a, b| a.scheme.name.cmp(&b.scheme.name));
    let mut table =
        "| entry | form | proof | covers | weakly | may be changed |\n|---|---|---|---|---|---|\n"
            .to_owned();
    for entry in entries {
        for (name, form) in entry.scheme.form_names().zip(entry.scheme.forms()) {
            let coverage = form.coverage().unwrap();
            let weak: Vec<String> = coverage.weak().map(ToString::to_string).collect();
            let covers: Vec<String> = coverage.iter().map(ToString::to_string).collect();
            let form_name = match (&*name, form.opt_in) {
                ("default", _) => String::new(),
                (name, true) => format!("{name}, where named"),
                (name, false) => name.to_owned(),
            };
            table += &format!(
                "| {} | {form_name} | {} | {} | {} | {} |\n",
                entry.scheme.name,
                coverage.proof(),
                code(covers.join(", ")),
                code(weak.join(", ")),
                coverage
                    .may_change()
                    .into_iter()
                    .map(str::to_owned)
                    .chain((!form.ambiguous.is_empty()).then(|| format!(
                        "and by a [second reading](schemes.md#one-reading-or-a-declaration): {}",
                        form.ambiguous
                    )))
                    .collect::<Vec<_>>()
                    .join(", "),
            );
        }
    }
    shown("coverage.md", "coverage", &table);
}

#[test]
fn the_documentation_lists_every_ambiguous_template() {
    let mut entries: Vec<_> = providers::all().collect();
    entries.sort_by(|a, b| a.scheme.name.cmp(&b.scheme.name));
    let mut table =
        "| entry | form | signed | what an attacker can do |\n|---|---|---|---|\n".to_owned();
    for entry in entries {
        for (name, form) in entry.scheme.form_names().zip(entry.scheme.forms()) {
            // Every entry compiles, so that each ambiguity is declared and no declaration
            // is superfluous.
            if form.ambiguous.is_empty() {
                continue;
            }
            table += &format!(
                "| `{}` | {} | `{}` | {} |\n",
                entry.scheme.name,
                if name == "default" { "" } else { &name },
                form.signed.replace('|', "\\|"),
                form.ambiguous,
            );
        }
    }
    shown("schemes.md", "ambiguous", &table);
}

#[test]
fn the_documentation_says_where_the_type_of_an_event_is() {
    use crate::catalogue::event_types::EVENT_TYPES;

    assert!(EVENT_TYPES.is_sorted_by(|a, b| a.0 < b.0));
    let mut table = "| entry | type at | proven | source |\n|---|---|---|---|\n".to_owned();
    for (name, place, source) in EVENT_TYPES {
        let entry = providers::find(name).unwrap();
        assert_eq!(entry.scheme.name, *name);
        let types = crate::EventTypes::of(&entry.scheme).unwrap();
        assert_eq!(types.to_string(), *place);
        let proven = match types.are_proven_by(&entry.scheme).unwrap() {
            true => "yes",
            false => "no",
        };
        table += &format!("| {name} | `{place}` | {proven} | <{source}> |\n");
    }
    shown("events.md", "event-types", &table);
}
