//! The command line's contract: exit statuses, JSON, keys, requests.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod guide;

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

fn hookward(args: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_hookward"))
        .args(args)
        .env("HOOK_SECRET", "It's a Secret to Everybody")
        .env("EMPTY", "")
        .env_remove("UNSET")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that does not read its input closes the pipe.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// From GitHub's documentation on validating deliveries.
const GITHUB: &[u8] = b"POST /webhooks HTTP/1.1\r\n\
    Host: example.com\r\n\
    X-Hub-Signature-256: sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17\r\n\
    X-GitHub-Delivery: 72d3162e-cc78-11e3-81ab-4c9367dc0958\r\n\r\nHello, World!";

const STRIPE: &[&str] = &[
    "verify",
    "--provider",
    "stripe",
    "--key",
    "env:HOOK_SECRET",
    "--request",
    "-",
];

#[test]
fn a_genuine_request_exits_0_and_says_what_was_proven() {
    let args = [
        "verify",
        "--provider",
        "github",
        "--key",
        "env:HOOK_SECRET",
        "--request",
        "-",
    ];
    let output = hookward(&args, GITHUB);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert_eq!(
        out(&output),
        "verified: github, key 0, event 72d3162e-cc78-11e3-81ab-4c9367dc0958\n"
    );

    let output = hookward(&[&args[..], &["--json"]].concat(), GITHUB);
    let mut json: Value = serde_json::from_str(&out(&output)).unwrap();
    let key = json.as_object_mut().unwrap().remove("replay_key").unwrap();
    assert_eq!(key.as_str().unwrap().len(), 32, "{key}");
    assert_eq!(
        json,
        json!({"verified": true, "provider": "github", "key": "0", "timestamp": null,
               "event_id": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
               "form": "default", "proof": "signature", "covers": ["body"], "weak": [],
               "replay_by": "content"})
    );
}

#[test]
fn a_forged_request_exits_1_with_a_code() {
    let args = [
        "verify",
        "--provider",
        "github",
        "--key",
        "env:HOOK_SECRET",
        "--request",
        "-",
        "--json",
    ];
    let mut forged = GITHUB.to_vec();
    *forged.last_mut().unwrap() = b'?';
    let output = hookward(&args, &forged);
    assert_eq!(output.status.code(), Some(1));
    let json: Value = serde_json::from_str(&out(&output)).unwrap();
    assert_eq!(
        (&json["verified"], &json["code"]),
        (&json!(false), &json!("signature_mismatch"))
    );
    assert!(
        json["message"]
            .as_str()
            .unwrap()
            .contains("x-hub-signature-256")
    );
}

#[test]
fn headers_and_body_can_be_given_one_by_one() {
    let signature = "X-Hub-Signature-256: sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    let args = [
        "verify",
        "--provider",
        "github",
        "--key",
        "env:HOOK_SECRET",
        "-H",
        signature,
        "--body",
        "-",
    ];
    assert_eq!(hookward(&args, b"Hello, World!").status.code(), Some(0));
    let repeated = [&args[..], &["-H", signature]].concat();
    let output = hookward(&repeated, b"Hello, World!");
    assert_eq!(
        output.status.code(),
        Some(1),
        "a repeated header counts as repeated"
    );
}

#[test]
fn what_is_signed_verifies_and_keys_rotate() {
    for provider in ["github", "stripe", "slack", "zenskar", "zenovay", "api-key"] {
        let select = [
            "--provider",
            provider,
            "--key",
            "env:HOOK_SECRET",
            "--now",
            "1700000000",
        ];
        let sign = [&["sign"][..], &select, &["--body", "-", "--id", "evt_1"]].concat();
        let headers = out(&hookward(&sign, b"{}"));
        let message = format!("POST / HTTP/1.1\n{headers}\n{{}}");
        let verify = [
            &["verify", "--key", "new=text:another"][..],
            &select,
            &["--request", "-", "--json"],
        ]
        .concat();
        let verify: Vec<&str> = verify
            .iter()
            .map(|a| {
                if *a == "env:HOOK_SECRET" {
                    "old=env:HOOK_SECRET"
                } else {
                    a
                }
            })
            .collect();
        let output = hookward(&verify, message.as_bytes());
        assert_eq!(
            output.status.code(),
            Some(0),
            "{provider}: {}{}",
            out(&output),
            err(&output)
        );
        let json: Value = serde_json::from_str(&out(&output)).unwrap();
        assert_eq!(json["key"], "old", "{provider}");
    }
}

#[test]
fn the_headers_of_a_signature_are_printed_as_json() {
    let sign = |more: &[&str]| {
        let args = [
            "sign",
            "--provider",
            "github",
            "--key",
            "env:HOOK_SECRET",
            "--now",
            "1700000000",
            "--body",
            "-",
            "--json",
        ];
        let output = hookward(&[&args, more].concat(), b"{}");
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
        serde_json::from_str::<Value>(&out(&output)).unwrap()
    };
    let found = sign(&[]);
    assert_eq!(
        (&found["provider"], &found["curl"]),
        (&"github".into(), &Value::Null)
    );
    let headers = found["headers"].as_array().unwrap();
    let signature = headers.last().unwrap();
    assert_eq!(signature["name"], "x-hub-signature-256");
    let value = signature["value"].as_str().unwrap();
    assert!(value.starts_with("sha256=") && value.len() == 71, "{value}");
    let found = sign(&["--curl", "https://a.example/"]);
    assert!(found["curl"].as_str().unwrap().starts_with("curl -i"));
}

#[test]
fn the_clock_and_the_tolerance_can_be_set() {
    let sign = [
        "sign",
        "--provider",
        "stripe",
        "--key",
        "env:HOOK_SECRET",
        "--now",
        "1700000000",
        "--body",
        "-",
    ];
    let message = format!("POST / HTTP/1.1\n{}\n{{}}", out(&hookward(&sign, b"{}")));
    let verify = |more: &[&str]| hookward(&[STRIPE, more].concat(), message.as_bytes());
    assert_eq!(verify(&["--now", "1700000300"]).status.code(), Some(0));
    assert_eq!(verify(&["--now", "1700000301"]).status.code(), Some(1));
    assert_eq!(
        verify(&["--now", "1700000001", "--tolerance", "0"])
            .status
            .code(),
        Some(1)
    );
    assert_eq!(
        verify(&["--now", "1700000000", "--tolerance", "0"])
            .status
            .code(),
        Some(0)
    );
    let off = verify(&["--tolerance", "none"]);
    assert_eq!(off.status.code(), Some(0));
    assert!(
        err(&off).contains("timestamp is not checked"),
        "{}",
        err(&off)
    );
    assert_eq!(verify(&[]).status.code(), Some(1), "the machine's clock");
}

#[test]
fn a_scheme_file_describes_any_other_provider() {
    let directory = std::env::temp_dir().join(format!("hookward-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let file = directory.join("acme.toml");
    std::fs::write(&file, "name = \"acme\"\nalgorithm = \"hmac-sha512\"\nsigned = \"{method} {url}\\n{body}\"\nsignature = { header = \"x-acme\", encoding = \"base64\" }\n").unwrap();
    let file = file.to_str().unwrap();
    let select = ["--scheme", file, "--key", "env:HOOK_SECRET"];
    let url = "https://example.com/in?a=b";
    let headers = out(&hookward(
        &[&["sign"][..], &select, &["--url", url, "--body", "-"]].concat(),
        b"{}",
    ));
    let message = format!("POST /in?a=b HTTP/1.1\nHost: example.com\n{headers}\n{{}}");
    let verify = [&["verify"][..], &select, &["--request", "-"]].concat();
    assert_eq!(hookward(&verify, message.as_bytes()).status.code(), Some(0));
    std::fs::write(
        file,
        "algorithm = \"hmac-sha512\"\nsigned = \"{bodi}\"\nsignature = { header = \"x\" }\n",
    )
    .unwrap();
    let output = hookward(&verify, message.as_bytes());
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("^^^^^^"), "{}", err(&output));
    std::fs::remove_dir_all(directory).unwrap();
}

#[test]
fn a_scheme_with_two_readings_is_described_and_not_used() {
    let directory = std::env::temp_dir().join(format!("hookward-two-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let file = directory.join("acme.toml");
    let lines = "algorithm = \"hmac-sha256\"\nsignature = { header = \"x-sig\" }\nsigned = \"{header:x-nonce}{body}\"\n";
    let forms =
        |output: &Output| -> serde_json::Value { serde_json::from_str(&out(output)).unwrap() };
    std::fs::write(&file, lines).unwrap();
    let path = file.to_str().unwrap();
    let page = "`{header:x-nonce}` is `12`, `{body}` is `3`";
    let described = hookward(&["providers", "--scheme", path], b"");
    assert_eq!(described.status.code(), Some(2));
    assert!(
        out(&described).contains("weakly     body, header:x-nonce"),
        "{}",
        out(&described)
    );
    for line in [
        "covers     nothing fully",
        "ambiguous  (not declared) the signed text can be cut",
    ] {
        assert!(out(&described).contains(line), "{}", out(&described));
    }
    assert!(err(&described).contains(page), "{}", err(&described));
    let described = hookward(&["providers", "--scheme", path, "--json"], b"");
    assert_eq!(described.status.code(), Some(2));
    assert_eq!(forms(&described)["forms"][0]["one_reading"], false);
    assert!(forms(&described)["forms"][0]["ambiguous"].is_null());
    let verify = [
        "verify",
        "--scheme",
        path,
        "--key",
        "env:HOOK_SECRET",
        "--request",
        "-",
    ];
    let refused = hookward(&verify, GITHUB);
    assert_eq!(refused.status.code(), Some(2));
    assert!(err(&refused).contains(page), "{}", err(&refused));

    std::fs::write(
        &file,
        format!("{lines}ambiguous = \"the nonce can be longer\"\n"),
    )
    .unwrap();
    let described = hookward(&["providers", "--scheme", path], b"");
    assert_eq!(described.status.code(), Some(0));
    assert!(
        out(&described).contains("ambiguous  the nonce can be longer"),
        "{}",
        out(&described)
    );
    let described = hookward(&["providers", "--scheme", path, "--json"], b"");
    assert_eq!(
        forms(&described)["forms"][0]["ambiguous"],
        "the nonce can be longer"
    );
    assert_eq!(hookward(&verify, GITHUB).status.code(), Some(1));
    std::fs::remove_dir_all(directory).unwrap();
    let twilio = hookward(&["providers", "twilio"], b"");
    assert!(
        out(&twilio).contains("an SMS `hiCallStatuscompleted`"),
        "{}",
        out(&twilio)
    );
}

#[test]
fn a_scheme_that_signs_the_host_needs_one() {
    let directory = std::env::temp_dir().join(format!("hookward-host-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let file = directory.join("acme.toml");
    let path = file.to_str().unwrap();
    let verify = [
        "verify",
        "--scheme",
        path,
        "--key",
        "env:HOOK_SECRET",
        "-H",
        "x-sig: 00",
        "--body",
        "-",
    ];
    for (signed, code) in [
        ("{host}\\n{body}", 2),
        ("[{({url}.{header:x-a})|sha256|hex}]\\n{body}", 2),
        ("{{url}}{body}", 1),
    ] {
        let lines = format!(
            "algorithm = \"hmac-sha256\"\nsignature = {{ header = \"x-sig\" }}\nsigned = \"{signed}\"\n"
        );
        std::fs::write(&file, lines).unwrap();
        let output = hookward(&verify, b"{}");
        assert_eq!(
            output.status.code(),
            Some(code),
            "{signed} {}",
            err(&output)
        );
    }
    std::fs::remove_dir_all(directory).unwrap();
}

#[test]
fn what_cannot_be_used_exits_2_and_says_what_to_do() {
    let verify = |provider: &str, key: &str| {
        hookward(
            &[
                "verify",
                "--provider",
                provider,
                "--key",
                key,
                "--request",
                "-",
            ],
            GITHUB,
        )
    };
    for (output, hint) in [
        (verify("githib", "env:HOOK_SECRET"), "did you mean `github`"),
        (verify("github", "env:UNSET"), "UNSET is not set"),
        (verify("github", "env:EMPTY"), "empty"),
        (verify("github", "file:/nonexistent"), "/nonexistent"),
        (verify("github", "hunter2"), "--key env:VARIABLE"),
        (verify("zentitle", "env:HOOK_SECRET"), "neither PEM"),
        (
            hookward(
                &["verify", "--provider", "github", "--key", "env:HOOK_SECRET"],
                b"",
            ),
            "--request FILE",
        ),
        (hookward(&["verify", "--provider", "github"], b""), "--key"),
        (hookward(STRIPE, b"nonsense"), "start line"),
        (
            hookward(
                &[
                    "verify",
                    "--tolerance",
                    "x",
                    "--provider",
                    "stripe",
                    "--key",
                    "env:HOOK_SECRET",
                    "--request",
                    "-",
                ],
                GITHUB,
            ),
            "--tolerance 300",
        ),
    ] {
        assert_eq!(output.status.code(), Some(2), "{}", err(&output));
        assert!(err(&output).contains(hint), "{}", err(&output));
        assert!(!err(&output).contains("hunter2"), "a key is shown");
        assert!(out(&output).is_empty());
    }
    let literal = verify("github", "text:It's a Secret to Everybody");
    assert_eq!(literal.status.code(), Some(0));
    assert!(err(&literal).contains("warning"));
    assert!(!err(&literal).contains("Secret to"));
}

#[test]
fn the_printed_curl_command_is_one_shell_command() {
    let args = [
        "sign",
        "--provider",
        "github",
        "--key",
        "env:HOOK_SECRET",
        "--body",
        "-",
        "--curl",
        "http://127.0.0.1:1/x",
    ];
    let text = out(&hookward(&args, b"it's"));
    assert!(
        text.starts_with("curl -i") && text.contains(r"--data-binary 'it'\''s'"),
        "{text}"
    );
    assert!(text.ends_with("'http://127.0.0.1:1/x'\n"), "{text}");
}

#[test]
fn an_error_in_a_scheme_says_where_and_ends_with_one_line_feed() {
    let file = std::env::temp_dir().join(format!("hookward-wrong-{}.toml", std::process::id()));
    let path = file.to_str().unwrap();
    for (line, says) in [
        ("repaly = { by = \"id\" }", "did you mean `replay`?"),
        ("success = \"handle\"", "`success` `handle`: did you mean"),
        ("signed = \"{bdy}\"", "did you mean `body`?"),
    ] {
        let lines =
            format!("algorithm = \"hmac-sha256\"\nsignature = {{ header = \"x-sig\" }}\n{line}\n");
        std::fs::write(&file, lines).unwrap();
        let output = hookward(&["providers", "--scheme", path], b"");
        let text = err(&output);
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.contains(says), "{text}");
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{text:?}");
    }
    std::fs::remove_file(file).unwrap();
}

#[test]
fn what_is_refused_when_it_is_verified_is_not_signed() {
    let file = std::env::temp_dir().join(format!("hookward-bar-{}.toml", std::process::id()));
    std::fs::write(
        &file,
        r#"algorithm = "hmac-sha256"
signature = { header = "x-sig" }
signed = "{json:/order_id}|{json:/amount}"
recipients = [{ name = "order", at = [{ json = "/order_id" }] }]
"#,
    )
    .unwrap();
    let path = file.to_str().unwrap();
    let run = |command: &str, more: &[&str], body: &str| {
        let args = [
            command,
            "--scheme",
            path,
            "--key",
            "env:HOOK_SECRET",
            "--body",
            "-",
        ];
        hookward(&[&args, more].concat(), body.as_bytes())
    };
    let genuine = r#"{"order_id":"7","amount":1}"#;
    let signed = run("sign", &[], genuine);
    assert_eq!(signed.status.code(), Some(0), "{}", err(&signed));
    for (more, body, code) in [
        (
            vec![],
            r#"{"order_id":"7|x","amount":1}"#,
            "content_malformed",
        ),
        (vec!["--recipient", "8"], genuine, "recipient_mismatch"),
    ] {
        let refused = run("sign", &more, body);
        assert_eq!(refused.status.code(), Some(1), "{}", err(&refused));
        assert!(out(&refused).is_empty());
        let text = err(&refused);
        assert!(text.starts_with(&format!("rejected: {code}: ")), "{text}");
        let as_json: Value =
            serde_json::from_str(&out(&run("sign", &[&more[..], &["--json"]].concat(), body)))
                .unwrap();
        assert_eq!(as_json["code"], code);
    }
    let again = run("sign", &["-H", "x-sig: 00", "--recipient", "7"], genuine);
    assert_eq!(out(&again), out(&signed));
    std::fs::remove_file(file).unwrap();
}

#[test]
fn an_entry_says_what_was_proven_and_what_to_decide() {
    let lines = |name: &str, lines: &[&str]| {
        let text = out(&hookward(&["providers", name], b""));
        for line in lines {
            assert!(text.contains(&format!("\n  {line}")), "{line}: {text}");
        }
        text
    };
    let github = lines("github", &["proof      signature\n", "key        text\n"]);
    assert!(!github.contains("\n  trust "), "{github}");
    lines(
        "mailgun",
        &[
            "proof      signature\n",
            "trust      choose what handlers get: `.trust(Trust::Proven)`",
        ],
    );
    lines(
        "monday",
        &[
            "proof      token: does not prove the content\n",
            "trust      ",
        ],
    );
    let okta = lines("okta", &["proof      secret: "]);
    assert!(!okta.contains("\n  trust "), "{okta}");
    lines("paypal", &["key        public-key\n", "trust      "]);
    lines(
        "standard-webhooks",
        &["key        { form = \"base64\", prefix = \"whsec_\" }\n"],
    );
    for (name, member, value) in [
        ("stripe", "replay_id", serde_json::json!([{"json": "/id"}])),
        (
            "aws-sns",
            "replay_id",
            serde_json::json!([{"json": "/MessageId"}]),
        ),
        ("github", "replay_id", serde_json::json!([])),
        ("github", "success", Value::Null),
        (
            "agora",
            "success",
            serde_json::json!("200 and no other status"),
        ),
    ] {
        let entry: Value =
            serde_json::from_str(&out(&hookward(&["providers", name, "--json"], b""))).unwrap();
        assert_eq!(entry["forms"][0][member], value, "{name}");
    }
}

#[test]
fn the_catalogue_is_shown() {
    let table = out(&hookward(&["providers"], b""));
    for name in ["github", "stripe", "zentitle", "standard-webhooks"] {
        assert!(table.lines().any(|line| line.starts_with(name)), "{name}");
    }
    let one: Value =
        serde_json::from_str(&out(&hookward(&["providers", "STRIPE", "--json"], b""))).unwrap();
    assert_eq!(one["scheme"]["signed"], "{timestamp}.{body}");
    let all: Value = serde_json::from_str(&out(&hookward(&["providers", "--json"], b""))).unwrap();
    assert!(all.as_array().unwrap().len() >= 8);
}

#[test]
fn message_signatures_find_their_key_by_keyid_under_the_policy_that_is_asked_for() {
    let run = |command: &str, keys: &[&str], more: &[&str], input: &[u8]| {
        let mut args = vec![
            command,
            "--provider",
            "http-message-signatures",
            "--now",
            "1700000000",
        ];
        for key in keys {
            args.extend(["--key", key]);
        }
        args.extend(more);
        hookward(&args, input)
    };
    let sign = ["--url", "https://hooks.example/in?a=1", "--body", "-"];
    let message = |headers: &str, body: &str| {
        format!("POST /in?a=1 HTTP/1.1\nHost: hooks.example\n{headers}\n{body}").into_bytes()
    };
    let keys = ["other=text:other secret", "sender=env:HOOK_SECRET"];
    let verify = ["--request", "-", "--json"];
    let json = |output: &Output| -> Value { serde_json::from_str(&out(output)).unwrap() };

    let headers = out(&run("sign", &keys[1..], &sign, b"{}"));
    for name in [
        "content-digest: sha-256=:",
        "signature-input: sig1=(",
        "signature: sig1=:",
    ] {
        assert!(
            headers.lines().any(|line| line.starts_with(name)),
            "{headers}"
        );
    }
    let output = run("verify", &keys, &verify, &message(&headers, "{}"));
    assert_eq!(output.status.code(), Some(0), "{}", out(&output));
    let mut found = json(&output);
    let key = found.as_object_mut().unwrap().remove("replay_key").unwrap();
    assert_eq!(key.as_str().unwrap().len(), 32, "{key}");
    assert_eq!(
        found,
        json!({"verified": true, "provider": "rfc9421", "key": "sender",
               "timestamp": 1_700_000_000, "event_id": null, "form": "default",
               "proof": "signature", "weak": [], "replay_by": "content",
               "covers": ["body", "method", "host", "target", "timestamp"]})
    );
    let output = run("verify", &keys, &verify, &message(&headers, "[]"));
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(json(&output)["code"], "signature_mismatch");
    let output = run("verify", &keys[..1], &verify, &message(&headers, "{}"));
    assert_eq!(json(&output)["code"], "key_unknown");
    // A text that could be a public key takes a word on its kind.
    let text = "GpwctzjRxs7X5qQApR65Q80BfwrOT4K9LvKGDUsVSIg=";
    let bare = format!("sender=text:{text}");
    let output = run("verify", &[&*bare], &verify, &message(&headers, "{}"));
    assert_eq!(output.status.code(), Some(2), "{}", err(&output));
    assert!(err(&output).contains("--key secret:env:VARIABLE"));
    for kind in ["secret", "public"] {
        let said = format!("sender={kind}:text:{text}");
        let output = run("verify", &[&*said], &verify, &message(&headers, "{}"));
        assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    }
    // What the signature covers, as this side reads it.
    let wrong = ["sender=text:another secret"];
    let output = run("explain", &wrong, &verify, &message(&headers, "{}"));
    assert_eq!(output.status.code(), Some(1));
    let signed = json(&output)["signed_bytes"]["escaped"].to_string();
    assert!(signed.contains("@authority"), "{signed}");
    assert!(signed.contains(": hooks.example"), "{signed}");

    let require = ["--param", "require=@method content-digest"];
    let headers = out(&run(
        "sign",
        &keys[1..],
        &[&sign[..], &require].concat(),
        b"{}",
    ));
    let output = run("verify", &keys, &verify, &message(&headers, "{}"));
    assert_eq!(json(&output)["code"], "signature_malformed");
    let relaxed = [&verify[..], &require].concat();
    let output = run("verify", &keys, &relaxed, &message(&headers, "{}"));
    assert_eq!(output.status.code(), Some(0), "{}", out(&output));
    let unusable = [&verify[..], &["--param", "require=@status"]].concat();
    let output = run("verify", &keys, &unusable, &message(&headers, "{}"));
    assert_eq!(output.status.code(), Some(2), "{}", out(&output));
}

#[test]
fn the_validation_of_endpoints_is_shown_with_the_provider_or_by_itself() {
    let slack = out(&hookward(&["providers", "slack"], b""));
    assert!(slack.contains("`url_verification`"), "{slack}");
    let strava = out(&hookward(&["providers", "strava"], b""));
    assert!(strava.contains("needs token"), "{strava}");
    let meta: Value =
        serde_json::from_str(&out(&hookward(&["providers", "meta", "--json"], b""))).unwrap();
    assert_eq!(meta["handshake"]["signed"], false);
    assert_eq!(meta["handshake"]["needs"][0], "token");
    let github: Value =
        serde_json::from_str(&out(&hookward(&["providers", "github", "--json"], b""))).unwrap();
    assert!(github["handshake"].is_null());
}

#[test]
fn a_signature_in_the_body_or_the_query_is_shown_as_such() {
    let sign = |provider: &str, more: &[&str]| {
        let key = ["--key", "env:HOOK_SECRET", "--now", "1700000000"];
        let args = ["sign", "--provider", provider, "--body", "-"];
        let args = [&args[..], &key, more].concat();
        hookward(&args, br#"{"signature":{"token":"t"}}"#)
    };
    let url = ["--url", "https://hooks.example/in?a=1"];
    let found: Value =
        serde_json::from_str(&out(&sign("mailgun", &[&url[..], &["--json"]].concat()))).unwrap();
    let body = found["body"].as_str().unwrap();
    let message = format!("POST /in HTTP/1.1\nHost: hooks.example\n\n{body}");
    let verify = |provider: &str, message: &str| {
        let args = ["verify", "--provider", provider, "--key", "env:HOOK_SECRET"];
        let args = [&args[..], &["--now", "1700000100", "--request", "-"]].concat();
        hookward(&args, message.as_bytes()).status.code()
    };
    assert_eq!(verify("mailgun", &message), Some(0), "{body}");
    assert_eq!(
        verify("mailgun", &message.replace("17000", "17001")),
        Some(1)
    );

    let found: Value =
        serde_json::from_str(&out(&sign("pandadoc", &[&url[..], &["--json"]].concat()))).unwrap();
    let target = found["url"]
        .as_str()
        .unwrap()
        .trim_start_matches("https://hooks.example");
    assert!(target.starts_with("/in?a=1&signature="), "{target}");
    let message = format!(
        "POST {target} HTTP/1.1\nHost: hooks.example\n\n{}",
        r#"{"signature":{"token":"t"}}"#
    );
    assert_eq!(verify("pandadoc", &message), Some(0));
    let curl = out(&sign(
        "pandadoc",
        &["--curl", "https://hooks.example/in?a=1"],
    ));
    assert!(curl.contains(target), "{curl}");
    let output = sign("pandadoc", &url);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn an_entry_that_is_printed_as_a_scheme_file_is_one() {
    let output = hookward(&["providers", "github", "--toml"], b"");
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let path = std::env::temp_dir().join(format!("hookward-toml-{}.toml", std::process::id()));
    std::fs::write(&path, out(&output)).unwrap();
    let args = ["verify", "--key", "env:HOOK_SECRET", "--request", "-"];
    let scheme = ["--scheme", path.to_str().unwrap()];
    let output = hookward(&[&args[..], &scheme].concat(), GITHUB);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(
        out(&output).starts_with("verified: github"),
        "{}",
        out(&output)
    );
}

/// The keys of RFC 8037 appendix A.2 and RFC 7517 appendix A.1.
#[test]
fn a_key_set_is_given_by_file() {
    let set = r#"{"keys":[
        {"kty":"EC","crv":"P-256","kid":"1","use":"enc","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"},
        {"kty":"OKP","crv":"Ed25519","kid":"2","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
    let path = std::env::temp_dir().join(format!("hookward-set-{}.json", std::process::id()));
    std::fs::write(&path, set).unwrap();
    let key = format!("file:{}", path.display());
    let check = |provider: &str| {
        hookward(
            &[
                "verify",
                "--provider",
                provider,
                "--key",
                &key,
                "--request",
                "-",
                "--json",
            ],
            b"POST / HTTP/1.1\r\nHost: a.example\r\n\r\n",
        )
    };
    let (usable, without) = (check("discord"), check("circle"));
    std::fs::remove_file(&path).unwrap();
    assert_eq!(usable.status.code(), Some(1), "{}", err(&usable));
    assert_eq!(without.status.code(), Some(2), "{}", out(&without));
}

#[test]
fn the_url_comes_from_target_and_host_and_hosts_can_be_pinned() {
    let key = ["--key", "env:HOOK_SECRET", "--now", "1700000000"];
    let select = [&["--provider", "square"][..], &key].concat();
    let url = "https://hooks.example/in?next=https://evil.example/x";
    let sign = ["--url", url, "--body", "-"];
    let headers = out(&hookward(&[&["sign"][..], &select, &sign].concat(), b"{}"));
    let headers = headers.trim_end();
    let message = |start: &str| format!("POST {start}\n{headers}\n\n{{}}");
    let verify = |more: &[&str], start: &str| {
        let args = [
            &["verify"][..],
            &select,
            &["--request", "-", "--json"],
            more,
        ]
        .concat();
        let output = hookward(&args, message(start).as_bytes());
        let code = serde_json::from_str::<Value>(&out(&output))
            .ok()
            .and_then(|found| Some(found["code"].as_str()?.to_owned()));
        (output.status.code(), code)
    };
    let genuine = "/in?next=https://evil.example/x HTTP/1.1\nHost: hooks.example";
    assert_eq!(verify(&[], genuine), (Some(0), None));
    let pinned = ["--host", "other.example", "hooks.example"];
    assert_eq!(verify(&pinned, genuine), (Some(0), None));
    let repeated = ["--host", "other.example", "--host", "hooks.example:443"];
    assert_eq!(verify(&repeated, genuine), (Some(0), None));
    let refused = |code: &str| (Some(1), Some(code.to_owned()));
    let other = ["--host", "other.example"];
    assert_eq!(verify(&other, genuine), refused("recipient_mismatch"));
    let with_url = ["--host", "other.example", "--url", url];
    assert_eq!(verify(&with_url, genuine), refused("recipient_mismatch"));
    // The proxy's own host in the message, the provider's URL by hand.
    let internal = "/x HTTP/1.1\nHost: 10.0.0.7:8080";
    assert_eq!(verify(&["--url", url], internal), (Some(0), None));
    assert_eq!(verify(&[], internal), refused("signature_mismatch"));
    for malformed in [
        "/x HTTP/1.1\nHost: hooks.example/in?next=https://evil.example/x#",
        "/in?next=https://evil.example/x HTTP/1.1\nHost: hooks.example\nHost: hooks.example",
        "/in?next=https://evil.example/x HTTP/1.1\nHost: u@hooks.example",
        "https://hooks.example/in?next=https://evil.example/x HTTP/1.1\nHost: evil.example",
        "/in#x HTTP/1.1\nHost: hooks.example",
    ] {
        assert_eq!(
            verify(&[], malformed),
            refused("content_malformed"),
            "{malformed}"
        );
    }
    // Neither: the command is incomplete.
    assert_eq!(verify(&[], "/in HTTP/1.0\nX: y"), (Some(2), None));
    for wrong in ["a/b", "a:x", ""] {
        assert_eq!(
            verify(&["--host", wrong], genuine),
            (Some(2), None),
            "{wrong}"
        );
    }
    let explained = hookward(
        &[
            &["explain"][..],
            &select,
            &["--request", "-", "--json"],
            &other,
        ]
        .concat(),
        message(genuine).as_bytes(),
    );
    assert_eq!(explained.status.code(), Some(1));
    let found: Value = serde_json::from_str(&out(&explained)).unwrap();
    assert_eq!(found["code"], "recipient_mismatch");
}
