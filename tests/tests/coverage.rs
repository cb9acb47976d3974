//! What the catalogue says that a signature covers, against what the providers'
//! pages and libraries say.
//!
//! `data/coverage.json` was written from those, not from the code; its fields are
//! described in `data/README.md`.

#![allow(clippy::unwrap_used, clippy::panic)]

// The name under which users add it.
extern crate salvo_core as salvo;

#[path = "guide/dependencies.rs"]
mod guide_dependencies;
#[path = "guide/links.rs"]
mod guide_links;
#[path = "guide/pages.rs"]
mod guide_pages;
#[path = "guide/quick_start.rs"]
mod quick_start;
#[path = "guide/threat_model.rs"]
mod threat_model;

use std::collections::BTreeSet;

use hookward_core::{RequestPart, providers};
use serde::Deserialize;

#[derive(Deserialize)]
struct Entry {
    provider: String,
    forms: Vec<Form>,
}

#[derive(Deserialize)]
struct Form {
    name: String,
    default: bool,
}

#[derive(Deserialize)]
struct Row {
    provider: String,
    form: String,
    proof: String,
    covers: Vec<String>,
    weak: Vec<String>,
    /// What is signed and can be cut in several ways: covered weakly, unless it
    /// is narrowed.
    ambiguous: Option<Vec<String>>,
}

fn parts(texts: &[String]) -> BTreeSet<RequestPart> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

#[test]
fn computed_coverage_is_what_the_providers_pages_say() {
    let rows: Vec<Row> = serde_json::from_str(include_str!("../data/coverage.json")).unwrap();
    let mut wrong = Vec::new();
    let mut entries = BTreeSet::new();
    for row in &rows {
        let entry = providers::find(&row.provider).unwrap();
        let scheme = &entry.scheme;
        let Some((_, form)) = scheme
            .form_names()
            .zip(scheme.forms())
            .find(|(name, _)| *name == row.form)
        else {
            wrong.push(format!("{}: no form `{}`", row.provider, row.form));
            continue;
        };
        entries.insert(entry.scheme.name.clone());
        let coverage = form.coverage().unwrap();
        let covers: BTreeSet<RequestPart> = coverage.iter().cloned().collect();
        let weak: BTreeSet<RequestPart> = coverage.weak().cloned().collect();
        let (mut expected, mut expected_weak) = (parts(&row.covers), parts(&row.weak));
        for part in parts(row.ambiguous.as_deref().unwrap_or_default()) {
            if weak.contains(&part) && expected.remove(&part) {
                // Wherever its path ends, the host ends where that starts.
                if part == RequestPart::Url {
                    expected.insert(RequestPart::Host);
                }
                expected_weak.insert(part);
            }
        }
        if covers != expected || weak != expected_weak || coverage.proof().as_str() != row.proof {
            wrong.push(format!(
                "{} {}: expected {} {:?} weakly {:?}, computed {} {:?} weakly {:?}",
                row.provider,
                row.form,
                row.proof,
                row.covers,
                row.weak,
                coverage.proof(),
                covers.iter().map(ToString::to_string).collect::<Vec<_>>(),
                weak.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ));
        }
    }
    assert!(entries.len() >= 60, "only {} entries", entries.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `data/forms.json`: what is accepted unless the operator says otherwise.
#[test]
fn forms_that_no_customer_gets_unasked_are_off_by_default() {
    let entries: Vec<Entry> = serde_json::from_str(include_str!("../data/forms.json")).unwrap();
    let (mut wrong, mut compared) = (Vec::new(), 0);
    for Entry { provider, forms } in &entries {
        let scheme = &providers::find(provider).unwrap().scheme;
        for Form { name, default } in forms {
            // Some entries read several of a page's forms by one formula.
            let found = scheme.form_names().zip(scheme.forms());
            let Some((_, form)) = found.into_iter().find(|(known, _)| known == name) else {
                continue;
            };
            compared += 1;
            if form.opt_in == *default {
                wrong.push(format!(
                    "{provider} {name}: on by default: {}",
                    !form.opt_in
                ));
            }
        }
    }
    assert!(compared >= 50, "only {compared} forms");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
