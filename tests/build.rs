//! Takes the Rust blocks out of README.md and of the pages under `docs/` that are
//! listed here, so that `tests/readme.rs` compiles and runs them as they are printed.

#![forbid(unsafe_code)]

use std::collections::HashMap;
use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

const PAGES: [&str; 6] = [
    "README.md",
    "docs/keys.md",
    "docs/replay.md",
    "docs/proxies.md",
    "docs/operating.md",
    "docs/troubleshooting.md",
];

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut names = Vec::new();
    for page in PAGES {
        let path = format!("../{page}");
        println!("cargo::rerun-if-changed={path}");
        let text = fs::read_to_string(&path)?;
        let page = page.trim_start_matches("docs/").trim_end_matches(".md");
        for (name, block) in blocks(page, &text) {
            fs::write(out.join(format!("{name}.rs")), callable(&block))?;
            names.push(name);
        }
    }
    fs::write(out.join("blocks.txt"), names.join("\n"))?;
    Ok(())
}

/// A block as it is printed, but for two things: its items can be called from outside of
/// their module, and a program takes any port that is free.
fn callable(block: &str) -> String {
    let lines = block.lines().map(|line| {
        let is_item = ["fn ", "async fn ", "struct "]
            .iter()
            .any(|start| line.starts_with(start));
        let public = if is_item { "pub " } else { "" };
        format!("{public}{line}\n")
    });
    lines
        .collect::<String>()
        .replace("\"127.0.0.1:3000\"", "\"127.0.0.1:0\"")
}

/// The Rust blocks of a page by name: the page, the heading's anchor, and the number of
/// the block under it.
fn blocks(page: &str, text: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut counts = HashMap::new();
    let mut heading = String::new();
    let mut open: Option<(bool, String)> = None;
    for line in text.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => {
                let is_rust = language.split(',').next() == Some("rust");
                open = Some((is_rust, String::new()));
            }
            (Some((is_rust, block)), Some(_)) => {
                if *is_rust {
                    let count = counts.entry(heading.clone()).or_insert(0);
                    *count += 1;
                    blocks.push((format!("{page}-{heading}-{count}"), std::mem::take(block)));
                }
                open = None;
            }
            (Some((_, block)), None) => {
                block.push_str(line);
                block.push('\n');
            }
            (None, None) if line.starts_with('#') => heading = anchor(line),
            (None, None) => {}
        }
    }
    blocks
}

fn anchor(heading: &str) -> String {
    heading
        .trim_start_matches('#')
        .trim()
        .to_lowercase()
        .chars()
        .filter_map(|c| match c {
            ' ' => Some('-'),
            c if c.is_alphanumeric() || c == '-' => Some(c),
            _ => None,
        })
        .collect()
}
