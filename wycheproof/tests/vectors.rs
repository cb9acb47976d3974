//! `cargo test`, and `cargo test --features aws-lc-rs` for the second backend: the table
//! is the same. `HOOKWARD_WRITE=1` writes it.

use hookward_wycheproof::{all, table};

#[test]
fn every_verdict_is_the_expected_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/expected.txt");
    let runs = all();
    let table = table(&runs);
    print!("{table}");
    if std::env::var_os("HOOKWARD_WRITE").is_some() {
        std::fs::write(path, &table).unwrap();
    }
    let wrong: Vec<String> = runs.iter().flat_map(|run| run.wrong()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(
        std::fs::read_to_string(path).is_ok_and(|expected| expected == table),
        "the table is not that of expected.txt"
    );
}
