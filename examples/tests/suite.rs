//! `hookward send --suite` finds no holes in the example receivers.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// The name of a route and the key that signs for it, as the examples print
/// them.
const ROUTES: [(&str, &str); 8] = [
    ("zenskar", "text:demo-zenskar-secret"),
    (
        "zentitle",
        concat!(
            "file:",
            env!("CARGO_MANIFEST_DIR"),
            "/demo/zentitle-private-key.pem"
        ),
    ),
    ("api-key", "text:demo-api-key"),
    ("zenovay", "text:demo-zenovay-secret"),
    ("github", "text:demo-github-secret"),
    ("stripe", "text:whsec_demo"),
    ("slack", "text:demo-slack-secret"),
    (
        "standard-webhooks",
        "text:whsec_ZGVtbyBzdGFuZGFyZCB3ZWJob29rcyBzZWNyZXQ=",
    ),
];

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A program that was built beside this test.
fn built(name: &str) -> PathBuf {
    // target/<profile>/deps/suite-… → target/<profile>
    let mut path = std::env::current_exe().unwrap();
    path.pop();
    path.pop();
    path.join(name)
}

#[test]
fn the_suite_finds_no_holes_in_the_examples() {
    let hookward = built("hookward");
    if !hookward.exists() {
        eprintln!("skipped: the command is not built; `cargo test --workspace` builds it");
        return;
    }
    let receiver = PathBuf::from(env!("CARGO_BIN_EXE_receiver"));
    for example in [receiver, built("examples").join("actix")] {
        let mut child = Command::new(&example)
            .env("ADDR", "127.0.0.1:0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let _running = Running(child);
        let base = lines
            .find_map(|line| {
                line.unwrap()
                    .strip_prefix("listening on ")
                    .map(str::to_owned)
            })
            .expect("the example should listen");
        std::thread::spawn(move || lines.for_each(drop));
        for (route, key) in ROUTES {
            let url = format!("{base}/webhooks/{route}");
            let output = Command::new(&hookward)
                .args(["send", "--suite", &url, "--provider", route, "--key", key])
                .output()
                .unwrap();
            let table = String::from_utf8_lossy(&output.stdout);
            assert!(
                output.status.success() && table.contains("no holes in"),
                "{}, {route}:\n{table}{}",
                example.display(),
                String::from_utf8_lossy(&output.stderr)
            );
        }
    }
}
