//! `hookward explain` on requests that other software changed, one way each.

#![allow(clippy::unwrap_used)]

use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// A directory of its own for the files of one case.
fn scratch(name: &str) -> PathBuf {
    let name: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("explain-{name}"));
    std::fs::create_dir_all(&path).unwrap();
    path
}

fn explain(case: &Value, json: bool) -> Output {
    let directory = scratch(case["name"].as_str().unwrap());
    let (key, body) = (directory.join("key"), directory.join("body"));
    let bytes = match case["key"].as_str() {
        Some(text) => text.as_bytes().to_vec(),
        None => STANDARD
            .decode(case["key_base64"].as_str().unwrap())
            .unwrap(),
    };
    // One line ending is taken off a file.
    std::fs::write(&key, [&bytes, &b"\n"[..]].concat()).unwrap();
    let bytes = STANDARD
        .decode(case["body_base64"].as_str().unwrap())
        .unwrap();
    std::fs::write(&body, bytes).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_hookward"));
    command.arg("explain");
    match case["scheme"].as_str() {
        Some(scheme) => {
            let file = directory.join("scheme.toml");
            std::fs::write(&file, scheme).unwrap();
            command.arg("--scheme").arg(file);
        }
        None => {
            command.args(["--provider", case["provider"].as_str().unwrap()]);
        }
    }
    command.arg("--key").arg(format!("file:{}", key.display()));
    command.arg("--body").arg(&body);
    command.args(["--now", &case["now"].to_string()]);
    for header in case["headers"].as_array().unwrap() {
        command.args(["-H", header.as_str().unwrap()]);
    }
    if let Some(url) = case["url"].as_str() {
        command.args(["--url", url]);
    }
    for extra in case["extra"].as_array().unwrap() {
        command.arg(extra.as_str().unwrap());
    }
    if json {
        command.arg("--json");
    }
    command.output().unwrap()
}

fn cases() -> Vec<Value> {
    serde_json::from_str(include_str!("data/explain.json")).unwrap()
}

/// What is wrong with the answer to a case.
fn complaint(case: &Value) -> Option<String> {
    let output = explain(case, true);
    let text = String::from_utf8_lossy(&output.stdout);
    let Ok(found) = serde_json::from_str::<Value>(&text) else {
        return Some(format!(
            "no JSON: {text} {}",
            String::from_utf8_lossy(&output.stderr)
        ));
    };
    let wrong = |what: &str| {
        Some(format!(
            "{what}: cause {} also {}: {}",
            found["cause"], found["also"], found["sentence"]
        ))
    };
    if case["cause"] == "verified" {
        let fits = found["verified"] == true && output.status.code() == Some(0);
        return if fits { None } else { wrong("not genuine") };
    }
    if output.status.success() || found["verified"] != false {
        return wrong("taken as genuine");
    }
    if let Some(causes) = case["cause"].as_array() {
        let both = [&found["cause"], &found["also"]];
        let has = |cause: &Value| match cause.as_str() {
            Some("clock") => both.contains(&&Value::from("delivery_late")),
            _ => both.contains(&cause),
        };
        return if causes.iter().all(has) {
            None
        } else {
            wrong(&format!("expected {}", case["cause"]))
        };
    }
    if found["cause"] != case["cause"] || found["also"] != case["also"] {
        return wrong(&format!("expected {}", case["cause"]));
    }
    if found["hint"] != case["hint"] || found["proven"] == found["cause"].is_null() {
        return wrong(&format!("hint {} expected {}", found["hint"], case["hint"]));
    }
    let sentence = found["sentence"].as_str().unwrap();
    match case["says"].as_str() {
        Some(words) if !sentence.contains(words) => wrong(&format!("does not say {words:?}")),
        _ => None,
    }
}

fn check(which: impl Fn(&str) -> bool) {
    let chosen: Vec<Value> = cases()
        .into_iter()
        .filter(|case| which(case["name"].as_str().unwrap()))
        .collect();
    assert!(!chosen.is_empty());
    let failures: Vec<String> = chosen
        .iter()
        .filter_map(|case| Some(format!("{}: {}", case["name"], complaint(case)?)))
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_single_cause_is_named() {
    check(|name| !name.starts_with("two:") && !name.starts_with("forged"));
}

/// What PHP, Go, Node, Python and shells make of each other's bodies.
#[test]
fn bodies_that_other_software_wrote_again_are_recognised() {
    let recorded: Vec<Value> =
        serde_json::from_str(include_str!("data/recorded/recorded.json")).unwrap();
    let failures: Vec<String> = recorded
        .into_iter()
        .filter_map(|mut case| {
            case["provider"] = "github".into();
            case["key"] = "It's a Secret to Everybody".into();
            case["now"] = 0.into();
            case["extra"] = serde_json::json!([]);
            let found: Value = serde_json::from_slice(&explain(&case, true).stdout).unwrap();
            let like = case["cause_like"].as_str().unwrap();
            let cause = found["cause"].as_str().unwrap_or("none");
            (!cause.starts_with(like)).then(|| format!("{}: {}", case["name"], found["sentence"]))
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// What nginx made of signed requests, as `listen --record` got them.
#[test]
fn what_nginx_changes_is_named() {
    let data = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/nginx");
    let text = std::fs::read_to_string(data.join("cases.json")).unwrap();
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    let directory = scratch("nginx");
    let scheme = std::fs::read_to_string(data.join("acme.toml")).unwrap();
    let (key, underscore) = (directory.join("key"), directory.join("scheme.toml"));
    std::fs::write(&key, "It's a Secret to Everybody").unwrap();
    std::fs::write(&underscore, scheme.replace("x-acme", "x_acme")).unwrap();
    for case in cases {
        let file = case["file"].as_str().unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_hookward"))
            .args(["explain", "--json", "--request"])
            .arg(data.join(file))
            .arg("--key")
            .arg(format!("file:{}", key.display()))
            .arg("--scheme")
            .arg(match file {
                "underscore.http" => underscore.clone(),
                _ => data.join("acme.toml"),
            })
            .output()
            .unwrap();
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        let sentence = found["sentence"].as_str().unwrap();
        match case["cause"].as_str() {
            Some("verified") => assert_eq!(found["verified"], true, "{file}: {sentence}"),
            Some(cause) => assert_eq!(found["cause"], cause, "{file}: {sentence}"),
            None => {
                assert_eq!(found["cause"], Value::Null, "{file}: {sentence}");
                let words = match file {
                    "underscore.http" => "underscore",
                    _ => "this scheme signs the URL",
                };
                assert!(sentence.contains(words), "{file}: {sentence}");
            }
        }
    }
}

#[test]
fn two_causes_at_once_are_both_named() {
    check(|name| name.starts_with("two:"));
}

#[test]
fn a_forged_request_has_no_cause() {
    check(|name| name.starts_with("forged"));
    for case in cases() {
        if case["name"].as_str().unwrap().starts_with("forged") {
            let text = explain(&case, false);
            let text = String::from_utf8_lossy(&text.stdout);
            assert!(
                !text.lines().any(|line| line.starts_with("  cause ")),
                "{text}"
            );
        }
    }
}

#[test]
fn the_first_line_is_the_finding_and_no_key_is_printed() {
    for case in cases() {
        let output = explain(&case, false);
        let text = String::from_utf8_lossy(&output.stdout);
        let first = text.lines().next().unwrap();
        assert!(first.ends_with('.'), "{}: {first}", case["name"]);
        for shown in [&output.stdout, &output.stderr] {
            let shown = String::from_utf8_lossy(shown);
            if let Some(key) = case["key"].as_str() {
                for line in key.lines().filter(|line| line.len() >= 6) {
                    assert!(!shown.contains(line.trim()), "{}: {shown}", case["name"]);
                }
            }
        }
    }
}

#[test]
fn a_length_counted_in_characters_is_found_out() {
    let directory = scratch("rest");
    let (request, key) = (directory.join("request"), directory.join("key"));
    let body = r#"{"name":"Zoë Müller"}"#;
    std::fs::write(&key, "some secret").unwrap();
    let signer = hookward_core::Signer::new(
        &hookward_core::providers::GITHUB,
        hookward_core::Key::new("some secret").unwrap(),
    )
    .unwrap();
    let unsigned = http::Request::post("/").body(body).unwrap();
    let signed = signer
        .sign(&unsigned, hookward_core::UnixTime::from_secs(0), Some("1"))
        .unwrap();
    let mut message = String::from("POST / HTTP/1.1\r\nHost: a.example\r\n");
    for (name, value) in signed.headers() {
        message += &format!("{name}: {}\r\n", value.to_str().unwrap());
    }
    message += &format!("Content-Length: {}\r\n\r\n{body}", body.chars().count());
    std::fs::write(&request, message).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_hookward"))
        .args(["explain", "--provider", "github", "--json", "--request"])
        .arg(&request)
        .arg("--key")
        .arg(format!("file:{}", key.display()))
        .output()
        .unwrap();
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["cause"], "body_truncated", "{found}");
    assert_eq!(
        (&found["proven"], output.status.code()),
        (&Value::Bool(true), Some(1))
    );
}

#[test]
fn a_megabyte_that_nothing_explains_takes_a_second_at_most() {
    let item = r#"{"id":12345,"name":"Zoë Müller","url":"https://example.com/a","amount":10.5},"#;
    let mut body = String::from("[");
    while body.len() < (1 << 20) - 100 {
        body += item;
    }
    body.pop();
    body.push(']');
    let case = serde_json::json!({
        "name": "a megabyte", "provider": "stripe", "scheme": null, "key": "\"some key\"",
        "headers": [format!("Stripe-Signature: t=1700000000,v1={}", "ab".repeat(32))],
        "url": null, "now": 1_700_000_000, "extra": [],
        "body_base64": STANDARD.encode(body),
    });
    let start = Instant::now();
    let output = explain(&case, true);
    let elapsed = start.elapsed();
    assert!(String::from_utf8_lossy(&output.stdout).contains("\"cause\":null"));
    println!("explained in {elapsed:?}");
    // Unoptimised builds write JSON slowly.
    let allowance = if cfg!(debug_assertions) { 20 } else { 1 };
    assert!(elapsed < Duration::from_secs(allowance), "{elapsed:?}");
}
