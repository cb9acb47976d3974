//! The reviewed list of dependencies, against what cargo says.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// What the page says of a crate.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    version: String,
    licence: String,
    used_in: BTreeSet<String>,
    /// Whether a build script of its own runs.
    builds: bool,
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_default()
}

fn array<'a>(value: &'a Value, member: &str) -> &'a [Value] {
    value[member].as_array().map_or(&[], Vec::as_slice)
}

/// The direct dependencies of the published crates, those for tests left out.
fn resolved() -> BTreeMap<String, Row> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--all-features"])
        // What other platforms would need does not have to be there.
        .args(["--locked", "--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages: HashMap<&str, &Value> = array(&metadata, "packages")
        .iter()
        .map(|package| (text(package, "id"), package))
        .collect();
    let members: BTreeSet<&str> = array(&metadata, "workspace_members")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let mut rows = BTreeMap::new();
    for node in array(&metadata["resolve"], "nodes") {
        let user = packages[text(node, "id")];
        // `publish` is an empty list where a crate is not published.
        if !members.contains(text(node, "id")) || user["publish"].is_array() {
            continue;
        }
        for dependency in array(node, "deps") {
            let id = text(dependency, "pkg");
            let is_normal = array(dependency, "dep_kinds")
                .iter()
                .any(|kind| kind["kind"].is_null());
            if !is_normal || members.contains(id) {
                continue;
            }
            let package = packages[id];
            let row = rows
                .entry(text(package, "name").to_owned())
                .or_insert_with(|| Row {
                    version: text(package, "version")
                        .split('+')
                        .next()
                        .unwrap()
                        .to_owned(),
                    licence: text(package, "license").to_owned(),
                    used_in: BTreeSet::new(),
                    builds: array(package, "targets").iter().any(|target| {
                        array(target, "kind")
                            .iter()
                            .any(|kind| kind == "custom-build")
                    }),
                });
            let name = text(user, "name");
            row.used_in
                .insert(name.strip_prefix("hookward-").unwrap_or(name).to_owned());
        }
    }
    rows
}

#[test]
fn the_list_of_dependencies_is_what_is_built() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/dependencies.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, list) = page.split_once("\n## The list\n").unwrap();
    let mut listed = BTreeMap::new();
    for line in list.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [name, version, licence, used_in, why, touches, others] = cells[..] else {
            panic!("seven cells are expected: {line}");
        };
        for said in [why, touches, others] {
            assert!(!said.is_empty(), "nothing is said: {line}");
        }
        let row = Row {
            version: version.to_owned(),
            licence: licence.to_owned(),
            used_in: used_in.split(", ").map(str::to_owned).collect(),
            builds: touches.contains("build script: "),
        };
        let twice = listed.insert(name.trim_matches('`').to_owned(), row);
        assert!(twice.is_none(), "{name} is listed twice");
    }
    let mut wrong = Vec::new();
    let resolved = resolved();
    for (name, row) in &resolved {
        if listed.get(name) != Some(row) {
            wrong.push(format!(
                "{name}: listed as {:?}, built as {row:?}",
                listed.get(name)
            ));
        }
    }
    wrong.extend(
        listed
            .keys()
            .filter(|name| !resolved.contains_key(*name))
            .map(|name| format!("{name}: listed, and not a dependency")),
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
