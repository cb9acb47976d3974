//! What the commands print and record: marked secrets are given in every way, with good and
//! bad input, and no part of one may be found, in any encoding, except where printing it is
//! what the command is for.

use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookward_core::{
    Algorithm, Digest, Key, KeyForm, Location, Scheme, Signer, UnixTime, providers,
};

use super::marked::Marked;
use super::{receiver, scratch};

/// Characters that every encoding treats differently, and none that a header or URL forbids.
const SECRET: &str = "Zk3+qW/9vTx=7pLd.Rm2_Yb8-Hc5~Nf4";
/// What is sent in its place.
const OTHER: &str = "Gs6+eU/1wJa=8oBn.Vt0_Xi3-Kq7~Dy2";
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

const ED25519: &str = include_str!("../../../hookward-testing/keys/ed25519.pem");
const RSA: &str = include_str!("../../../hookward-testing/keys/rsa-2048.pem");

fn der(pem: &str) -> Vec<u8> {
    let lines = pem.lines().filter(|line| !line.starts_with('-'));
    STANDARD.decode(lines.collect::<String>()).unwrap()
}

/// Everything that is secret here. Of the private keys these are the seed, and the end of an
/// RSA key, which is a number of its own.
struct Secrets(Vec<(&'static str, Marked)>);

impl Secrets {
    fn new() -> Self {
        let (ed25519, rsa) = (der(ED25519), der(RSA));
        Self(vec![
            ("the secret", Marked::new(SECRET.as_bytes())),
            ("the other secret", Marked::new(OTHER.as_bytes())),
            ("the seed", Marked::new(&ed25519[ed25519.len() - 32..])),
            ("the RSA key", Marked::new(&rsa[rsa.len() - 96..])),
        ])
    }

    fn leak(&self, text: &[u8]) -> Option<String> {
        let text = String::from_utf8_lossy(text);
        self.0
            .iter()
            .find_map(|(name, marked)| Some(format!("{name} as {}", marked.leak(&text)?)))
    }
}

/// One run of the command; the secret is in the environment and in files, as it is given.
struct Run {
    status: Option<i32>,
    out: Vec<u8>,
    err: Vec<u8>,
}

fn run(key: &str, args: &[&str], input: &[u8]) -> Run {
    let mut child = Command::new(env!("CARGO_BIN_EXE_hookward"))
        .args(args)
        .env("HOOK_KEY", key)
        .env("OTHER_KEY", OTHER)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    Run {
        status: output.status.code(),
        out: output.stdout,
        err: output.stderr,
    }
}

/// Runs the command and finds no secret.
fn hidden(secrets: &Secrets, key: &str, args: &[&str], input: &[u8]) -> Option<i32> {
    let run = run(key, args, input);
    for text in [&run.out, &run.err] {
        assert_eq!(secrets.leak(text), None, "{args:?}");
    }
    run.status
}

/// A scheme, and its secret as an operator has it.
struct Case {
    name: &'static str,
    /// `--provider` or `--scheme`, and its value.
    which: [String; 2],
    scheme: Scheme,
    key: String,
    /// Whether the secret itself is what is sent.
    sends_it: bool,
}

/// Schemes of each kind: by algorithm, by form of the key, and by where a secret is sent.
fn cases(directory: &Path) -> Vec<Case> {
    let mut cases = Vec::new();
    let base64 = STANDARD.encode(SECRET);
    let known = [
        (providers::GITHUB, SECRET.to_owned()),
        (providers::STRIPE, format!("whsec_{SECRET}")),
        (providers::STANDARD_WEBHOOKS, format!("whsec_{base64}")),
        (providers::SLACK, SECRET.to_owned()),
        (providers::TWILIO, SECRET.to_owned()),
        (providers::DISCORD, ED25519.to_owned()),
    ];
    for (scheme, key) in known {
        cases.push(Case {
            name: "of the catalogue",
            which: ["--provider".into(), scheme.name.to_string()],
            scheme,
            key,
            sends_it: false,
        });
    }
    let own = [
        (
            "hex",
            "algorithm = 'hmac-sha512'\nkey = 'hex'\nsignature = { header = 'x-signature' }",
            Scheme::hmac("own", Digest::Sha512)
                .header("x-signature")
                .key(KeyForm::Hex),
            hex::encode(SECRET),
        ),
        (
            "hash",
            "algorithm = 'sha256'\nsigned = '{secret}{body}'\nsignature = { header = 'x-signature' }",
            Scheme::hash("own", Digest::Sha256)
                .header("x-signature")
                .signed("{secret}{body}"),
            SECRET.to_owned(),
        ),
        (
            "RSA",
            "algorithm = 'rsa-pkcs1-sha256'\nsignature = { header = 'x-signature' }",
            Scheme::public_key("own", Algorithm::RsaPkcs1(Digest::Sha256)).header("x-signature"),
            RSA.to_owned(),
        ),
        (
            "token",
            "algorithm = 'shared-secret'\nsignature = { header = 'x-token' }",
            Scheme::shared_secret("own").at(Location::Header("x-token".into())),
            SECRET.to_owned(),
        ),
        (
            "bearer",
            "algorithm = 'shared-secret'\nsignature = { header = 'authorization', format = 'Bearer {signature}' }",
            Scheme::shared_secret("own")
                .at(Location::Header("authorization".into()))
                .format("Bearer {signature}"),
            SECRET.to_owned(),
        ),
        (
            "basic",
            "algorithm = 'basic'\nsignature = { header = 'authorization' }",
            Scheme::basic("own"),
            format!("user:{SECRET}"),
        ),
        (
            "query",
            "algorithm = 'shared-secret'\nsignature = { query = 'token' }",
            Scheme::shared_secret("own").at(Location::Query("token".into())),
            SECRET.to_owned(),
        ),
        (
            "json",
            "algorithm = 'shared-secret'\nsignature = { json = '/token' }",
            Scheme::shared_secret("own").at(Location::Json("/token".into())),
            SECRET.to_owned(),
        ),
        (
            "form",
            "algorithm = 'shared-secret'\nsignature = { form = 'token' }",
            Scheme::shared_secret("own").at(Location::Form("token".into())),
            SECRET.to_owned(),
        ),
    ];
    for (name, toml, scheme, key) in own {
        let file = directory.join(format!("{name}.toml"));
        std::fs::write(&file, format!("name = 'own'\n{toml}\n")).unwrap();
        let sends_it = matches!(scheme.algorithm, Algorithm::SharedSecret | Algorithm::Basic);
        cases.push(Case {
            name,
            which: ["--scheme".into(), file.display().to_string()],
            scheme,
            key,
            sends_it,
        });
    }
    cases
}

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Where a message has a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Nowhere,
    Token,
    Authorization,
    Query,
    Json,
    Form,
}

impl Place {
    /// Where the scheme's own secret is sent.
    fn of(case: &Case) -> Self {
        match &case.scheme.signature.at {
            _ if !case.sends_it => Self::Nowhere,
            Location::Header(name) if name == "x-token" => Self::Token,
            Location::Header(_) => Self::Authorization,
            Location::Query(_) => Self::Query,
            Location::Form(_) => Self::Form,
            _ => Self::Json,
        }
    }
}

/// What arrives: genuine if the scheme's signer can make it so, and with a secret in each
/// place where one may be sent.
fn messages(case: &Case) -> Vec<(Place, Vec<u8>)> {
    let mut requests = vec![
        http::Request::post("https://hooks.example/in?a=b")
            .header("content-type", "application/json")
            .body(br#"{"id":"evt_1"}"#.to_vec())
            .unwrap(),
    ];
    let signer = Signer::new(&case.scheme, Key::new(case.key.clone()).unwrap());
    if let Ok(signer) = signer
        && let Ok(signed) = signer.sign(&requests[0], NOW, Some("evt_1"))
    {
        let mut genuine = requests[0].clone();
        signed.apply(&mut genuine);
        let mut changed = genuine.clone();
        changed.body_mut().push(b' ');
        requests.extend([genuine, changed]);
    }
    let own = Place::of(case);
    let mut messages: Vec<_> = requests.iter().map(|request| (own, raw(request))).collect();
    for secret in [SECRET, OTHER] {
        let basic = STANDARD.encode(format!("user:{secret}"));
        let escaped = escaped(secret);
        for (place, target, header, body) in [
            (
                Place::Token,
                "/in",
                format!("X-Token: {secret}"),
                String::new(),
            ),
            (
                Place::Token,
                "/in",
                format!("X-Token: {secret}x"),
                String::new(),
            ),
            (
                Place::Authorization,
                "/in",
                format!("Authorization: Bearer {secret}"),
                String::new(),
            ),
            (
                Place::Authorization,
                "/in",
                format!("Authorization: bearer  {secret}"),
                String::new(),
            ),
            (
                Place::Authorization,
                "/in",
                format!("Authorization: Basic {basic}"),
                String::new(),
            ),
            (
                Place::Authorization,
                "/in",
                format!("Authorization: {secret}"),
                String::new(),
            ),
            (
                Place::Query,
                &format!("/in?token={escaped}"),
                "A: b".into(),
                String::new(),
            ),
            (
                Place::Query,
                &format!("/in?token={secret}"),
                "A: b".into(),
                String::new(),
            ),
            (
                Place::Json,
                "/in",
                "A: b".into(),
                format!("{{\"token\":\"{secret}\"}}"),
            ),
            (
                Place::Json,
                "/in",
                "A: b".into(),
                format!("{{\"token\":\"{secret}\""),
            ),
            (
                Place::Form,
                "/in",
                "A: b".into(),
                format!("token={escaped}&a=b"),
            ),
        ] {
            let message = format!(
                "POST {target} HTTP/1.1\r\nHost: hooks.example\r\n{header}\r\n\
                 Content-Length: {}\r\n\r\n{body}",
                body.len()
            );
            messages.push((place, message.into_bytes()));
        }
    }
    messages
}

fn raw(request: &http::Request<Vec<u8>>) -> Vec<u8> {
    let target = request.uri().path_and_query().unwrap();
    let mut message = format!("POST {target} HTTP/1.1\r\nHost: hooks.example\r\n").into_bytes();
    for (name, value) in request.headers() {
        message.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    let length = format!("Content-Length: {}\r\n\r\n", request.body().len());
    message.extend([length.as_bytes(), request.body()].concat());
    message
}

#[test]
fn verify_and_explain_show_no_secret() {
    let (secrets, directory) = (Secrets::new(), scratch("secrets-verify"));
    let mut verified = 0;
    for case in cases(&directory) {
        let [by, which] = &case.which;
        let own = Place::of(&case);
        for (place, message) in messages(&case) {
            let args = [
                "--key",
                "env:HOOK_KEY",
                "--now",
                "1700000000",
                "--request",
                "-",
            ];
            let args = [&[by, &**which][..], &args].concat();
            let with = |command: &'static str, more: &[&'static str]| {
                let args = [&[command], &args[..], more].concat();
                hidden(&secrets, &case.key, &args, &message)
            };
            verified += usize::from(with("verify", &[]) == Some(0));
            with("verify", &["--json"]);
            // A secret where the scheme has none is content, which a diagnosis shows.
            if place == own || place == Place::Nowhere {
                with("explain", &["--other-key", "env:OTHER_KEY"]);
                with("explain", &["--json"]);
            }
        }
    }
    assert!(verified > 12, "{verified}");
}

/// Keys that cannot be used, and command lines that are wrong.
#[test]
fn no_error_shows_a_secret() {
    let (secrets, directory) = (Secrets::new(), scratch("secrets-errors"));
    let file = |name: &str, text: &str| {
        let path = directory.join(name);
        std::fs::write(&path, text).unwrap();
        format!("file:{}", path.display())
    };
    let base64 = STANDARD.encode(SECRET);
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{base64}\n-----END PUBLIC KEY-----\n");
    let texts = [
        SECRET.to_owned(),
        format!("\"{SECRET}\""),
        format!(" {SECRET}\n"),
        format!("whsec_{SECRET}"),
        format!("whsec_{base64}!"),
        format!("user:{SECRET}"),
        format!("{{\"kty\":\"oct\",\"k\":\"{base64}\"}}"),
        format!("{{\"kty\":\"oct\",\"k\":\"{base64}\""),
        pem.replace('\n', " "),
        pem,
        ED25519.to_owned(),
        RSA.to_owned(),
        RSA.replace('\n', "\\n"),
        hex::encode(SECRET),
    ];
    let mut specs: Vec<String> = ["env:HOOK_KEY", "secret:env:HOOK_KEY", "public:env:HOOK_KEY"]
        .map(String::from)
        .to_vec();
    specs.push("id=env:HOOK_KEY".into());
    let providers = ["github", "standard-webhooks", "discord", "rfc9421"];
    for (i, text) in texts.iter().enumerate() {
        let in_file = file(&format!("key-{i}"), text);
        let in_text = format!("text:{text}");
        for provider in providers {
            for spec in specs.iter().chain([&in_file, &in_text, text]) {
                // To sign with a key is one more way to use it, wherever it comes from.
                let commands = ["verify", "sign"];
                for command in &commands[..1 + usize::from(spec == "env:HOOK_KEY")] {
                    let args = [command, "--provider", provider, "--key", spec];
                    let args = [&args[..], &["--url", "https://h/", "--body", "-"]].concat();
                    hidden(&secrets, text, &args, b"{}");
                }
            }
        }
    }
    // A secret where something else belongs. After `file:` it is a path, which is shown.
    for spec in [
        format!("env:{SECRET}"),
        format!("secret:env:{SECRET}"),
        format!("key:{SECRET}"),
        format!("{SECRET}=env:"),
        format!("id={SECRET}"),
    ] {
        let args = [
            "verify",
            "--provider",
            "github",
            "--key",
            &spec,
            "--body",
            "-",
        ];
        assert_eq!(hidden(&secrets, SECRET, &args, b"{}"), Some(2), "{spec}");
    }
    let url = format!("http://user:{SECRET}@127.0.0.1:1/in");
    for line in [
        &[
            "verify",
            "--provider",
            "github",
            "--body",
            "-",
            &format!("text:{SECRET}"),
        ][..],
        &["verify", "--provider", "github", "--kye", SECRET],
        &[
            "verify",
            "--provider",
            "github",
            &format!("--kye=text:{SECRET}"),
        ],
        &[
            "verify",
            "--provider",
            "github",
            "--key",
            "env:HOOK_KEY",
            SECRET,
        ],
        &[
            "send",
            "--provider",
            "github",
            "--key",
            "env:HOOK_KEY",
            "http://127.0.0.1:1",
            SECRET,
        ],
        &["listen", "--key", "env:HOOK_KEY", SECRET],
        &[SECRET],
        // A password in the URL of a receiver.
        &[
            "send",
            "--provider",
            "github",
            "--key",
            "env:HOOK_KEY",
            &url,
        ],
        &[
            "listen",
            "--provider",
            "github",
            "--key",
            "env:HOOK_KEY",
            "--forward",
            &url,
        ],
        &["replay", "/dev/null", "--to", &url],
        &[
            "verify",
            "--provider",
            "github",
            "--key",
            "env:HOOK_KEY",
            "--url",
            &url,
            "--body",
            "-",
        ],
        &[
            "listen",
            "--provider",
            "meta",
            "--key",
            "env:HOOK_KEY",
            "--handshake",
            SECRET,
        ],
    ] {
        assert_eq!(hidden(&secrets, SECRET, line, b"{}"), Some(2), "{line:?}");
    }
}

/// `sign` prints what is sent. Where that is the secret itself it is printed, and nowhere else.
#[test]
fn sign_shows_the_secret_only_where_it_is_what_is_sent() {
    let (secrets, directory) = (Secrets::new(), scratch("secrets-sign"));
    let mut shown = 0;
    for case in cases(&directory) {
        let [by, which] = &case.which;
        for more in [
            &["--url", "https://hooks.example/in"][..],
            &["--url", "https://hooks.example/in", "--json"],
            &["--curl", "https://hooks.example/in"],
        ] {
            let args = ["sign", by, which, "--key", "env:HOOK_KEY", "--body", "-"];
            let args = [&args[..], more].concat();
            let run = run(&case.key, &args, br#"{"id":"evt_1"}"#);
            assert_eq!(secrets.leak(&run.err), None, "{args:?}");
            let leak = secrets.leak(&run.out);
            if case.sends_it && run.status == Some(0) {
                shown += usize::from(leak.is_some());
            } else {
                assert_eq!(leak, None, "{args:?}");
            }
        }
    }
    // The header of a token, a bearer token and Basic; each in three forms.
    assert!(shown >= 9, "{shown}");
}

#[test]
fn send_shows_no_secret() {
    let (secrets, directory) = (Secrets::new(), scratch("secrets-send"));
    for status in [200, 401] {
        let address = receiver(move |_| (status, "told".into()));
        let url = format!("http://{address}/in");
        for case in cases(&directory) {
            let [by, which] = &case.which;
            let args = ["send", by, which, "--key", "env:HOOK_KEY", "--timeout", "5"];
            for more in [
                &[&*url][..],
                &[&url, "--json"],
                &[&url, "--tamper", "signature"],
                &[&url, "--tamper", "key", "--json"],
                &["http://127.0.0.1:1/in"],
                &["not a URL"],
            ] {
                hidden(&secrets, &case.key, &[&args[..], more].concat(), b"");
            }
            if ["github", "own"].contains(&&*case.scheme.name) {
                for more in [&["--suite", &*url][..], &["--suite", &url, "--json"]] {
                    hidden(&secrets, &case.key, &[&args[..], more].concat(), b"");
                }
            }
        }
    }
}

/// A running `hookward listen`, whose output goes to files.
struct Listening {
    child: Child,
    address: String,
    files: [PathBuf; 2],
}

impl Listening {
    fn start(directory: &Path, key: &str, args: &[&str]) -> Self {
        let files = ["out", "err"].map(|name| directory.join(name));
        let [out, err] = files.clone().map(|path| File::create(path).unwrap());
        let child = Command::new(env!("CARGO_BIN_EXE_hookward"))
            .args(["listen", "--addr", "127.0.0.1:0"])
            .args(args)
            .env("HOOK_KEY", key)
            .stdout(out)
            .stderr(err)
            .spawn()
            .unwrap();
        let mut this = Self {
            child,
            address: String::new(),
            files,
        };
        let said = this.until(1, &["listening on "]);
        let line = said.lines().find(|line| line.starts_with("listening on "));
        this.address = line.unwrap().replace("listening on http://", "");
        this
    }

    /// What is in one of the files, once one of the texts is in it.
    fn until(&self, file: usize, texts: &[&str]) -> String {
        for _ in 0..1000 {
            let said = std::fs::read(&self.files[file]).unwrap();
            let said = String::from_utf8_lossy(&said).into_owned();
            // The line is whole.
            if said.ends_with('\n') && texts.iter().any(|text| said.contains(text)) {
                return said;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        panic!("it does not say {texts:?}");
    }

    fn post(&self, message: &[u8]) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(message).unwrap();
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let _ = stream.read_to_end(&mut Vec::new());
    }
}

/// A message that is seen in the output by its size.
fn last() -> Vec<u8> {
    let head = "POST /in HTTP/1.1\r\nHost: h\r\nContent-Length: 321\r\n\r\n";
    [head.as_bytes(), &[b' '; 321]].concat()
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Deliveries of each scheme are shown and recorded without the secret that the scheme sends;
/// what was taken out of a recording is put back by `replay`, which does not show it either.
#[test]
fn listen_and_its_recordings_have_no_secret_and_replay_shows_none() {
    let (secrets, base) = (Secrets::new(), scratch("secrets-listen"));
    let (mut recordings, mut restored) = (0, 0);
    let address = receiver(|seen| {
        let mut values = seen.headers.values().map(|value| value.as_bytes());
        let has_secret = values.any(|value| value.windows(32).any(|w| w == SECRET.as_bytes()))
            || seen.body.windows(32).any(|w| w == SECRET.as_bytes());
        (if has_secret { 200 } else { 404 }, String::new())
    });
    for (i, case) in cases(&base).iter().enumerate() {
        let [by, which] = &case.which;
        let directory = base.join(i.to_string());
        std::fs::create_dir(&directory).unwrap();
        let into = directory.join("recorded").display().to_string();
        let mut args = vec![by, which, "--key", "env:HOOK_KEY", "--tolerance", "none"];
        args.extend(["--record", &into, "--record-refused"]);
        // Either kind of output.
        args.extend((i % 2 == 0).then_some("--json"));
        // A receiver has no private key.
        if case.key.contains("PRIVATE KEY") {
            let args = [&["listen"][..], &args].concat();
            assert_eq!(hidden(&secrets, &case.key, &args, b""), Some(2));
            continue;
        }
        let listening = Listening::start(&directory, &case.key, &args);
        // A secret where the scheme has none is content like any other.
        let own = Place::of(case);
        for (place, message) in messages(case) {
            if place == own || place == Place::Nowhere {
                listening.post(&message);
            }
        }
        listening.post(format!("POST /in?token={SECRET}\r\n").as_bytes());
        listening.post(format!("POST /in HTTP/1.1\r\nX-Token {SECRET}\r\n\r\n").as_bytes());
        listening.post(&last());
        let said = listening.until(0, &["\"size\":321,", "  321 bytes"]);
        drop(listening);
        let noted = std::fs::read(directory.join("err")).unwrap();
        for text in [said.as_bytes(), &noted] {
            assert_eq!(secrets.leak(text), None, "{}", case.name);
        }
        for entry in std::fs::read_dir(&into).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read(&path).unwrap();
            assert_eq!(secrets.leak(&text), None, "{}", case.name);
            recordings += 1;
            let (file, to) = (path.display().to_string(), format!("http://{address}"));
            let args = [
                "replay",
                &file,
                "--to",
                &to,
                by,
                which,
                "--key",
                "env:HOOK_KEY",
            ];
            let status = hidden(&secrets, &case.key, &args, b"");
            restored += usize::from(status == Some(0));
            hidden(&secrets, &case.key, &[&args[..], &["--json"]].concat(), b"");
        }
    }
    assert!(recordings > 30, "{recordings}");
    assert!(restored > 5, "{restored}");
}

/// The token of an endpoint validation is as secret as a key.
#[test]
fn listen_shows_no_token_of_a_validation() {
    let (secrets, directory) = (Secrets::new(), scratch("secrets-handshake"));
    let token = format!("token={SECRET}");
    let args = [
        "--provider",
        "meta",
        "--key",
        "env:HOOK_KEY",
        "--handshake",
        &token,
    ];
    let listening = Listening::start(&directory, "a key", &args);
    for token in [SECRET, OTHER, &escaped(SECRET)] {
        let query = format!("hub.mode=subscribe&hub.challenge=123&hub.verify_token={token}");
        listening.post(format!("GET /in?{query} HTTP/1.1\r\nHost: h\r\n\r\n").as_bytes());
    }
    listening.post(&last());
    let said = listening.until(0, &["\"size\":321,", "  321 bytes"]);
    drop(listening);
    let noted = std::fs::read(directory.join("err")).unwrap();
    for text in [said.as_bytes(), &noted] {
        assert_eq!(secrets.leak(text), None);
    }
}
