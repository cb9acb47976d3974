//! Architecture tests: a module only uses those below it and its own, files and functions
//! stay short, doc examples import the facade, and what is secret has no `==`.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::{Path, PathBuf};

/// From the top. Modules of one line do not know each other.
const LAYERS: [&[&str]; 10] = [
    &["explain", "events"],
    &["catalogue"],
    &["endpoint"],
    &["handshake", "replay", "sign"],
    &["verify"],
    &["message_signatures"],
    &["key"],
    &["crypto"],
    &["scheme"],
    &["request", "text"],
];

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|modules| modules.contains(&module))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.extension() {
            None => sources(&path, found),
            Some(extension) if extension == "rs" => found.push(path),
            Some(_) => {}
        }
    }
}

#[test]
fn no_module_uses_one_above_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut arrows = Vec::new();
    for file in files {
        let name = file.strip_prefix(&root).unwrap();
        let own = name.iter().next().unwrap().to_str().unwrap();
        if own == "lib.rs" {
            continue;
        }
        let from = layer(own).unwrap_or_else(|| panic!("{own} is in no layer"));
        let text = std::fs::read_to_string(&file).unwrap();
        // Tests may build whatever they need.
        let text = text.split("\nmod tests {").next().unwrap();
        let code = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        for used in code.flat_map(|line| line.split("crate::").skip(1)) {
            let used: String = used
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            let is_neighbour = |to| to == from && used != own && !matches!(own, "request" | "text");
            // What the crate exports at its root may be from above; from the top two
            // layers it is from below.
            let is_export = used.starts_with(char::is_uppercase) && from > 1;
            if is_export || layer(&used).is_some_and(|to| to < from || is_neighbour(to)) {
                arrows.push(format!("{}: {used}", name.display()));
            }
        }
    }
    assert!(arrows.is_empty(), "{arrows:#?}");
}

/// The lines of a source file. Catalogue data is a list, to be looked up.
const LINE_LIMIT: usize = 850;

#[test]
fn no_source_file_is_over_the_line_limit() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut files = Vec::new();
    for package in std::fs::read_dir(crates).unwrap() {
        let source = package.unwrap().path().join("src");
        if source.is_dir() {
            sources(&source, &mut files);
        }
    }
    assert!(!files.is_empty());
    let mut long = Vec::new();
    for file in files {
        let name = file.strip_prefix(crates).unwrap();
        let lines = std::fs::read_to_string(&file).unwrap().lines().count();
        let is_data = name.starts_with("hookward-core/src/catalogue");
        if lines > LINE_LIMIT && !is_data {
            long.push(format!("{}: {lines} lines", name.display()));
        }
    }
    assert!(long.is_empty(), "{long:#?}");
}

/// A reader pastes an example into a crate that depends on `hookward` alone. Authors of
/// stores depend on `hookward-replay`.
#[test]
fn examples_import_the_facade() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut files = Vec::new();
    for package in std::fs::read_dir(crates).unwrap() {
        let package = package.unwrap().path();
        if package.join("src").is_dir() && !package.ends_with("hookward-replay") {
            sources(&package.join("src"), &mut files);
        }
    }
    let mut found = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let lines = text.lines().map(str::trim_start);
        let comments = lines.filter_map(|line| {
            let text = line.strip_prefix("///").or(line.strip_prefix("//!"))?;
            Some(text.trim_start().trim_start_matches("# "))
        });
        found.extend(
            comments
                .filter(|line| line.starts_with("use hookward_"))
                .map(|line| format!("{}: {line}", file.display())),
        );
    }
    assert!(found.is_empty(), "{found:#?}");
}

/// `==` on a MAC or a secret stops at the first byte that differs, so that these types
/// have no such operator, and each place that compares them uses `ct_eq`.
#[test]
fn secrets_and_macs_are_not_comparable_with_an_operator() {
    const SECRET: [&str; 11] = [
        "Key",
        "KeyRing",
        "Material",
        "MessageKey",
        "MessageSigningKey",
        "PreparedKey",
        "PrivateKey",
        "Recording",
        "SigningMaterial",
        "Stream",
        "Tag",
    ];
    const COMPARING: [(&str, &str); 4] = [
        ("verify/signature.rs", "fn match_shared"),
        ("verify/signature.rs", "fn match_tag"),
        ("key/message.rs", "pub(crate) fn verify("),
        ("handshake/values.rs", "fn is_token"),
    ];
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    for folder in ["key", "crypto"] {
        sources(&root.join(folder), &mut files);
    }
    let mut defined = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let mut attributes = String::new();
        for line in text.lines().map(str::trim_start) {
            if line.starts_with("#[") {
                attributes += line;
            } else if !line.starts_with("//") {
                let mut words = line.split(|c: char| !c.is_alphanumeric()).rev();
                if line.contains("struct ") || line.contains("enum ") {
                    let name = words.find(|word| SECRET.contains(word));
                    assert!(
                        name.is_none() || !attributes.contains("PartialEq"),
                        "{}: {line}",
                        file.display()
                    );
                    defined.extend(name.map(str::to_owned));
                } else if line.starts_with("impl") && line.contains("PartialEq") {
                    assert!(
                        !words.any(|word| SECRET.contains(&word)),
                        "{}: {line}",
                        file.display()
                    );
                }
                attributes.clear();
            }
        }
    }
    defined.sort();
    defined.dedup();
    assert_eq!(defined, SECRET, "a type was renamed or moved: list it");

    for (file, function) in COMPARING {
        let text = std::fs::read_to_string(root.join(file)).unwrap();
        let (_, body) = text
            .split_once(function)
            .unwrap_or_else(|| panic!("{file} has no `{function}`: name what compares now"));
        let body = body.split("\n}\n").next().unwrap();
        let body = body.split("\n    }\n").next().unwrap();
        assert!(body.contains(".ct_eq("), "{file}: {function}");
    }
}
