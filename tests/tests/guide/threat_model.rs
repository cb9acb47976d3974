//! The threat model: each rule names tests, and each of them is there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use hookward_core::Code;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn page() -> String {
    std::fs::read_to_string(root().join("docs/threat-model.md")).unwrap()
}

/// The rules, by the heading of each, with what follows it.
fn rules(page: &str) -> Vec<(&str, &str)> {
    let (_, rules) = page.split_once("\n## The rules\n").unwrap();
    let (rules, _) = rules.split_once("\n## ").unwrap();
    rules
        .split("\n### ")
        .skip(1)
        .map(|rule| rule.split_once('\n').unwrap())
        .collect()
}

/// The names of the functions in a file that the test harness runs.
fn tests_in(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut is_test, mut is_ignored) = (false, false);
    for line in text.lines().map(str::trim_start) {
        if let Some(attribute) = line.strip_prefix("#[") {
            is_test |= attribute
                .split([']', '('])
                .next()
                .is_some_and(|name| name == "test" || name.ends_with("::test"));
            is_ignored |= attribute.starts_with("ignore");
        } else if !line.is_empty() && !line.starts_with("//") {
            let signature = line
                .trim_start_matches("pub ")
                .trim_start_matches("async ")
                .strip_prefix("fn ");
            if let (true, false, Some(signature)) = (is_test, is_ignored, signature) {
                found.extend(signature.split(['(', '<']).next());
            }
            (is_test, is_ignored) = (false, false);
        }
    }
    found
}

#[test]
fn every_rule_names_tests_that_exist() {
    let page = page();
    let mut numbers = Vec::new();
    let mut wrong = Vec::new();
    let mut files: BTreeMap<&str, Option<String>> = BTreeMap::new();
    for (heading, content) in rules(&page) {
        numbers.push(heading.split(':').next().unwrap());
        let mut named = 0;
        let mut has_text = false;
        for line in content.lines().filter(|line| !line.is_empty()) {
            let Some(item) = line.strip_prefix("- `") else {
                has_text |= named == 0;
                continue;
            };
            let Some((path, names)) = item.split_once("`: ") else {
                wrong.push(format!("{heading}: not a file and names: {line}"));
                continue;
            };
            let text = files
                .entry(path)
                .or_insert_with(|| std::fs::read_to_string(root().join(path)).ok());
            let Some(text) = text else {
                wrong.push(format!("{heading}: no file {path}"));
                continue;
            };
            let there = tests_in(text);
            for name in names.split(", ") {
                let name = name.trim_matches('`');
                named += 1;
                if !there.contains(&name) {
                    wrong.push(format!("{heading}: no test {name} in {path}"));
                }
            }
        }
        if named < 2 || !has_text {
            wrong.push(format!("{heading}: says nothing, or names {named} tests"));
        }
    }
    let mut expected: Vec<String> = (1..=20).map(|number| format!("Rule {number}")).collect();
    expected.extend(["Rule 4a".to_owned(), "Rejection codes".to_owned()]);
    assert_eq!(numbers, expected);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_test_is_a_function_that_the_harness_runs() {
    let text = "
        #[test]
        fn plain() {}
        #[tokio::test(flavor = \"multi_thread\")]
        async fn with_a_runtime() {}
        #[test]
        #[cfg(feature = \"rsa\")]
        // A word.
        fn behind_more() {}
        #[test]
        #[ignore = \"slow\"]
        fn left_out() {}
        fn helper() {}
        #[tested]
        fn other() {}
    ";
    assert_eq!(tests_in(text), ["plain", "with_a_runtime", "behind_more"]);
}

#[test]
fn the_codes_are_those_of_the_library() {
    let page = page();
    let rules = rules(&page);
    let (_, content) = rules
        .iter()
        .find(|(heading, _)| *heading == "Rejection codes")
        .unwrap();
    let (list, _) = content.split_once(". [").unwrap();
    let listed: Vec<&str> = list.split('`').skip(1).step_by(2).collect();
    assert_eq!(listed, Code::ALL.map(Code::as_str));
}
