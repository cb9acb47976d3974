//! The programs of docs/quick-start, with their tests.
//!
//! The files in `quick_start/` are the Rust blocks of the pages, so that they are
//! compiled, formatted and linted, and their tests run, in one binary.
//! `HOOKWARD_WRITE=1` copies them from the pages.

#![allow(dead_code, unreachable_pub)]

#[path = "quick_start/actix_web.rs"]
mod actix_web_page;
#[path = "quick_start/axum.rs"]
mod axum_page;
#[path = "quick_start/poem.rs"]
mod poem_page;
#[path = "quick_start/salvo.rs"]
mod salvo_page;
#[path = "quick_start/tower.rs"]
mod tower_page;

use std::path::Path;

/// The first Rust block of a page.
fn program(page: &str) -> &str {
    let (_, rest) = page.split_once("```rust\n").unwrap();
    rest.split_once("```\n").unwrap().0
}

#[test]
fn the_programs_of_the_quick_start_are_those_that_are_tested() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in ["actix-web", "axum", "poem", "salvo", "tower"] {
        let page = root.join(format!("../docs/quick-start/{name}.md"));
        let page = std::fs::read_to_string(page).unwrap();
        let copy = root.join(format!(
            "tests/guide/quick_start/{}.rs",
            name.replace('-', "_")
        ));
        let tested = std::fs::read_to_string(&copy).unwrap_or_default();
        if tested != program(&page) && std::env::var_os("HOOKWARD_WRITE").is_some() {
            std::fs::write(copy, program(&page)).unwrap();
            continue;
        }
        assert!(
            tested == program(&page),
            "docs/quick-start/{name}.md has another program than {}: run the test once with HOOKWARD_WRITE=1",
            copy.display()
        );
    }
}
