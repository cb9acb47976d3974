//! Links, anchors, table of contents and Rust blocks of everything that is read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .unwrap()
}

fn markdown_in(folder: &Path, found: &mut Vec<PathBuf>) {
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            markdown_in(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
}

fn pages_of_the_guide() -> Vec<PathBuf> {
    let mut found = Vec::new();
    markdown_in(&root().join("docs"), &mut found);
    found.sort();
    found
}

fn pages() -> Vec<PathBuf> {
    let mut found = pages_of_the_guide();
    for name in ["README", "CONTRIBUTING", "ARCHITECTURE", "SECURITY"] {
        found.push(root().join(format!("{name}.md")));
    }
    for crate_ in std::fs::read_dir(root().join("crates")).unwrap() {
        let path = crate_.unwrap().path().join("README.md");
        if path.exists() {
            found.push(path);
        }
    }
    found
}

/// A page's text without its code, with the number of each line.
fn prose(text: &str) -> Vec<(usize, String)> {
    let mut lines = Vec::new();
    let mut fence = None;
    for (index, line) in text.lines().enumerate() {
        let trimmed = line.trim_start();
        let ticks = trimmed.len() - trimmed.trim_start_matches('`').len();
        match fence {
            Some(open) if ticks >= open => fence = None,
            Some(_) => {}
            None if ticks >= 3 => fence = Some(ticks),
            None => lines.push((index + 1, line.to_owned())),
        }
    }
    lines
}

/// A line without its code spans.
fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect()
}

/// The anchors that GitHub and mdBook make of the headings.
fn anchors(text: &str) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut anchors = Vec::new();
    for (_, line) in prose(text) {
        let Some(heading) = line
            .strip_prefix('#')
            .map(|rest| rest.trim_start_matches('#').trim())
        else {
            continue;
        };
        let slug: String = heading
            .to_lowercase()
            .chars()
            .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
            .map(|c| if c == ' ' { '-' } else { c })
            .collect();
        let count = counts.entry(slug.clone()).or_default();
        anchors.push(match *count {
            0 => slug,
            n => format!("{slug}-{n}"),
        });
        *count += 1;
    }
    anchors
}

#[test]
fn every_relative_link_resolves() {
    let docs = root().join("docs");
    let mut known: BTreeMap<PathBuf, Vec<String>> = BTreeMap::new();
    let mut broken = Vec::new();
    let mut checked = 0;
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        for (line, content) in prose(&text) {
            let content = without_code(&content);
            for part in content.split("](").skip(1) {
                let target = part.split([')', ' ']).next().unwrap_or_default();
                if target.contains("://") || target.starts_with("mailto:") {
                    continue;
                }
                checked += 1;
                let mut fail = |why: &str| {
                    let page = page.strip_prefix(root()).unwrap().display();
                    broken.push(format!("{page}:{line}: {target}: {why}"));
                };
                let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
                let file = match path {
                    "" => page.clone(),
                    path => page.parent().unwrap().join(path),
                };
                let Ok(file) = file.canonicalize() else {
                    fail("no such file");
                    continue;
                };
                if page.starts_with(&docs) && !file.starts_with(&docs) {
                    fail("outside of the book");
                    continue;
                }
                if anchor.is_empty() {
                    continue;
                }
                let anchors = known.entry(file.clone()).or_insert_with(|| {
                    anchors(&std::fs::read_to_string(&file).unwrap_or_default())
                });
                if !anchors.iter().any(|known| known == anchor) {
                    fail("no such heading");
                }
            }
        }
    }
    assert!(checked > 1000, "only {checked} links");
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_page_is_in_the_table_of_contents() {
    let docs = root().join("docs");
    let summary = std::fs::read_to_string(docs.join("SUMMARY.md")).unwrap();
    let mut missing = Vec::new();
    for page in pages_of_the_guide() {
        let name = page.strip_prefix(&docs).unwrap().display().to_string();
        let entries = summary.matches(&format!("]({name})")).count();
        if name != "SUMMARY.md" && entries != 1 {
            missing.push(format!("{name}: {entries} times"));
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

/// The pages of the providers, whose blocks are printed together with what compiles
/// them, and the quick start have tests of their own.
#[test]
fn every_rust_block_is_compiled_or_says_why_not() {
    let docs = root().join("docs");
    let mut doctests = String::new();
    for file in [
        "tests/src/guide.rs",
        "tests/src/lib.rs",
        "tests/build.rs",
        "crates/hookward/src/lib.rs",
    ] {
        doctests += &std::fs::read_to_string(root().join(file)).unwrap();
    }
    let tested_programs = ["actix-web", "axum", "poem", "salvo", "tower"];
    let mut wrong = Vec::new();
    for page in pages_of_the_guide() {
        let name = page.strip_prefix(&docs).unwrap().display().to_string();
        if name.starts_with("providers/") {
            continue;
        }
        let text = std::fs::read_to_string(&page).unwrap();
        let is_doctest = doctests.contains(&format!("{name}\""));
        let is_program = tested_programs
            .iter()
            .any(|program| name == format!("quick-start/{program}.md"));
        let mut before = String::new();
        let mut is_open = false;
        let mut programs = 0;
        for (index, line) in text.lines().enumerate() {
            if let Some(info) = line.trim_start().strip_prefix("```") {
                is_open = !is_open;
                if !is_open || !info.starts_with("rust") {
                    continue;
                }
                programs += 1;
                let what = match info {
                    _ if info.contains("ignore") && !before.contains("compiled") => {
                        "ignored, and the text before it does not say why it is not compiled"
                    }
                    _ if info.contains("ignore") || is_doctest => continue,
                    _ if is_program && programs == 1 => continue,
                    _ => "not compiled by any test: list the page in tests/src/guide.rs",
                };
                wrong.push(format!("docs/{name}:{}: {what}", index + 1));
            } else if !is_open && !line.is_empty() {
                before = line.to_owned();
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
