//! The commands of the guide, run as they are printed.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use hookward_core::providers;
use serde_json::Value;

/// Genuine requests of every entry.
#[allow(dead_code, unreachable_pub)]
#[path = "../../../../tests/src/kit.rs"]
mod kit;

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

/// The content of each block of a page with this info string.
fn blocks(page: &str, info: &str) -> Vec<String> {
    let start = format!("```{info}\n");
    page.split(&start)
        .skip(1)
        .filter_map(|rest| Some(rest.split_once("```")?.0.to_owned()))
        .collect()
}

/// A folder in which `hookward` is on the path.
struct Shell {
    folder: PathBuf,
    variables: Vec<(String, String)>,
}

impl Shell {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("guide-{name}"));
        std::fs::create_dir_all(&folder).unwrap();
        Self {
            folder,
            variables: Vec::new(),
        }
    }

    fn write(&self, file: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.folder.join(file), content).unwrap();
    }

    fn run(&self, command: &str) -> Output {
        let binaries = Path::new(env!("CARGO_BIN_EXE_hookward")).parent().unwrap();
        let path = std::env::var("PATH").unwrap_or_default();
        Command::new("sh")
            .args(["-c", command])
            .current_dir(&self.folder)
            .env("PATH", format!("{}:{path}", binaries.display()))
            .envs(self.variables.iter().cloned())
            .output()
            .unwrap()
    }
}

fn told(output: &Output) -> String {
    format!(
        "{:?} {}",
        output.status.code(),
        String::from_utf8_lossy(&output.stderr).trim()
    )
}

/// A request as a file.
fn message(request: &kit::Wire) -> Vec<u8> {
    let mut text = format!("{} {} HTTP/1.1\r\n", request.method, request.target).into_bytes();
    for (name, value) in &request.headers {
        text.extend_from_slice(name.as_bytes());
        text.extend_from_slice(b": ");
        text.extend_from_slice(value);
        text.extend_from_slice(b"\r\n");
    }
    text.extend_from_slice(b"\r\n");
    text.extend_from_slice(&request.body);
    text
}

#[test]
fn the_commands_for_each_provider_do_what_its_page_says() {
    let samples: Value =
        serde_json::from_str(include_str!("../../../hookward-testing/data/samples.json")).unwrap();
    let mut shell = Shell::new("providers");
    let mut wrong = Vec::new();
    let mut commands = 0;
    for entry in providers::all() {
        let name = &*entry.scheme.name;
        let page = std::fs::read_to_string(docs().join(format!("providers/{name}.md"))).unwrap();
        let (private, public) = kit::key_pair(&entry.scheme);
        let variable = name.to_uppercase().replace('-', "_");
        shell.variables = vec![(format!("{variable}_WEBHOOK_SECRET"), public.clone())];
        shell.write(&format!("{name}.pem"), &public);
        shell.write("private.pem", &private);
        for command in blocks(&page, "sh").iter().flat_map(|block| block.lines()) {
            let form = command
                .split_once("--form ")
                .and_then(|(_, rest)| rest.split(' ').next());
            let sample = kit::samples(entry).unwrap().into_iter().find(|sample| {
                sample.variant.is_empty() && form.is_none_or(|form| sample.scheme.form == form)
            });
            let request = sample.unwrap().request;
            shell.write("delivery.http", message(&request));
            shell.write("event.json", &request.body);
            // What the reader fills in: values of the sample.
            let mut command = command.to_owned();
            while let Some((before, rest)) = command.split_once(" --recipient '") {
                let (_, rest) = rest.split_once('\'').unwrap();
                command = format!("{before} --any-recipient{rest}");
            }
            command = command.replacen(" --any-recipient --any-recipient", " --any-recipient", 1);
            if let Some(params) = samples[name]["params"].as_object() {
                for (param, value) in params {
                    let placeholder = format!("'your {}'", param.replace('_', " "));
                    command =
                        command.replace(&placeholder, &format!("'{}'", value.as_str().unwrap()));
                }
            }
            commands += 1;
            let output = shell.run(&format!("{command} --now {}", kit::NOW.as_secs()));
            if output.status.code() != Some(0) {
                wrong.push(format!("{command}\n  {}", told(&output)));
            }
        }
    }
    assert!(commands >= 500, "only {commands} commands");
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_commands_of_the_tutorial_verify_its_delivery() {
    let page = std::fs::read_to_string(docs().join("custom-scheme.md")).unwrap();
    let mut shell = Shell::new("tutorial");
    shell.variables = vec![("ACME_SECRET".into(), "acme secret".into())];
    shell.write("acme.toml", &blocks(&page, "toml")[0]);
    let delivery = blocks(&page, "http").remove(0);
    shell.write("delivery.http", delivery.trim_end());
    let commands: Vec<String> = blocks(&page, "sh");
    assert_eq!(commands.len(), 2);
    for command in &commands {
        let output = shell.run(command);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{command}: {}",
            told(&output)
        );
    }
    // And not a changed one.
    shell.write("delivery.http", delivery.trim_end().replace('7', "8"));
    assert_eq!(shell.run(&commands[1]).status.code(), Some(1));
}

#[test]
fn the_commands_of_the_quick_start_print_a_request() {
    let page = std::fs::read_to_string(docs().join("quick-start/README.md")).unwrap();
    let shell = Shell::new("quick-start");
    let output = shell.run(&blocks(&page, "sh")[0]);
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert!(
        printed.contains("curl") && printed.contains("x-hub-signature-256: sha256="),
        "{printed}"
    );
}

#[test]
fn the_commands_for_message_signatures_sign_what_they_verify() {
    let page = std::fs::read_to_string(docs().join("message-signatures.md")).unwrap();
    let shell = Shell::new("message-signatures");
    shell.write(
        "sender.pem",
        include_str!("../../../hookward-testing/keys/ed25519.pub.pem"),
    );
    shell.write(
        "private.pem",
        include_str!("../../../hookward-testing/keys/ed25519.pem"),
    );
    shell.write("event.json", "{}");
    let commands = blocks(&page, "sh").remove(0);
    let (verify, sign) = commands.split_once('\n').unwrap();
    let signed = shell.run(sign);
    assert_eq!(signed.status.code(), Some(0), "{}", told(&signed));
    let headers = String::from_utf8(signed.stdout).unwrap();
    let request = format!("POST /hooks HTTP/1.1\nHost: example.com\n{headers}\n{{}}");
    shell.write("delivery.http", request);
    let verified = shell.run(verify);
    assert_eq!(verified.status.code(), Some(0), "{}", told(&verified));
}
