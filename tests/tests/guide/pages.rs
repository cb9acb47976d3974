//! One page of the guide for each entry of the catalogue, printed from the entry.
//!
//! `HOOKWARD_WRITE=1 cargo test -p hookward-tests --test coverage guide` writes
//! them, and the file in which their Rust blocks are compiled.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use hookward::handshake::Setting;
use hookward_core::providers::{self, Evidence, Provider};
use hookward_core::{
    Algorithm, ConfigError, Key, KeyForm, KeyRing, Location, Proof, ReplayBy, Scheme, SignError,
    Signer, Success, Trust, Verifier,
};
use hookward_tests::kit;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Compares a file with what it should be, or writes it.
fn shown(path: &Path, expected: &str, outdated: &mut Vec<String>) {
    if std::fs::read_to_string(path).is_ok_and(|text| text == expected) {
        return;
    }
    if std::env::var_os("HOOKWARD_WRITE").is_some() {
        std::fs::write(path, expected).unwrap();
        return;
    }
    outdated.push(path.display().to_string());
}

/// The documentation of each constant, as it is written in the catalogue.
fn comments() -> BTreeMap<String, String> {
    let folder = root().join("crates/hookward-core/src/catalogue/providers");
    let mut found = BTreeMap::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let mut comment = String::new();
        for line in std::fs::read_to_string(path).unwrap().lines() {
            if let Some(text) = line.strip_prefix("    ///") {
                comment += text.strip_prefix(' ').unwrap_or(text);
                comment.push('\n');
                continue;
            }
            if let Some(name) = line
                .strip_prefix("    ")
                .and_then(|line| line.strip_suffix(" {"))
            {
                found.insert(name.to_owned(), std::mem::take(&mut comment));
            }
            comment.clear();
        }
    }
    found
}

/// What has to be decided for an entry before a verifier can be built.
struct Choices {
    /// The form to name, where there is no automatic choice.
    only: Option<String>,
    /// The recipients to name, as the page shows them.
    recipients: Vec<String>,
    /// Whether the body is left open.
    trust: bool,
    /// Values that are set with the key.
    params: Vec<String>,
    names_keys: bool,
}

impl Choices {
    fn of(entry: &Provider) -> Self {
        let scheme = &entry.scheme;
        let mut accepted: Vec<_> = scheme.accepted_forms().collect();
        let mut only = None;
        if accepted.is_empty() {
            let first = scheme.form_names().zip(scheme.forms()).next().unwrap();
            only = Some(first.0.to_string());
            accepted.push(first);
        }
        let mut recipients = Vec::new();
        for (_, form) in &accepted {
            for (index, recipient) in form.recipients.iter().enumerate() {
                if !recipient.is_required {
                    continue;
                }
                let value = match (&*recipient.name, recipient.is_host()) {
                    (_, true) => "hooks.example.com".to_owned(),
                    (name, _) if name.contains("environment") => "Production".to_owned(),
                    (name, _) => format!("your {name}"),
                };
                let value = match index {
                    0 => value,
                    _ => format!("{}={value}", recipient.name),
                };
                if !recipients.contains(&value) {
                    recipients.push(value);
                }
            }
        }
        let mut params = Vec::new();
        for part in scheme.to_string().split("{const:").skip(1) {
            let name = part.split(['}', '|', '?', ':']).next().unwrap_or_default();
            if !params.iter().any(|known| known == name) {
                params.push(name.to_owned());
            }
        }
        let names_keys = accepted.iter().any(|(_, form)| {
            form.key_id.is_some()
                || form.algorithm == Algorithm::MessageSignatures
                || form.signature.format.contains("{key_id}")
        });
        let mut choices = Self {
            only,
            recipients,
            trust: false,
            params,
            names_keys,
        };
        // What building the verifier asks for is what the page has to say.
        choices.trust = choices.build(scheme).is_err();
        choices
    }

    fn apply(&self, scheme: &Scheme) -> Scheme {
        let mut scheme = scheme.clone();
        if let Some(form) = &self.only {
            scheme = scheme.only(form.clone());
        }
        for value in &self.recipients {
            scheme = scheme.recipient(value.clone());
        }
        match self.trust {
            true => scheme.trust(Trust::Proven),
            false => scheme,
        }
    }

    fn ring(&self, key: Key) -> KeyRing {
        let ring = match self.names_keys {
            true => KeyRing::default().with("key-1", key),
            false => KeyRing::from([key]),
        };
        self.params.iter().fold(ring, |ring, name| {
            ring.param(&**name, format!("your {}", name.replace('_', " ")))
        })
    }

    fn build(&self, scheme: &Scheme) -> Result<Verifier, ConfigError> {
        let (_, key) = kit::key_pair(scheme);
        Verifier::new(self.apply(scheme), self.ring(Key::new(key).unwrap()))
    }

    /// The scheme as it is written in Rust.
    fn written(&self, constant: &str) -> String {
        let mut text = format!("providers::{constant}");
        if let Some(form) = &self.only {
            text += &format!(".only(\"{form}\")");
        }
        for value in &self.recipients {
            text += &format!(".recipient(\"{value}\")");
        }
        if self.trust {
            text += ".trust(Trust::Proven)";
        }
        text
    }
}

/// What the handler of the example takes.
#[derive(PartialEq)]
enum Payload {
    Json,
    Proven,
    Bytes,
}

/// One entry, and what its page shows.
struct Page<'a> {
    entry: &'a Provider,
    comment: &'a str,
    choices: Choices,
    payload: Payload,
    get: bool,
    sample: kit::Wire,
}

impl Page<'_> {
    fn scheme(&self) -> &Scheme {
        &self.entry.scheme
    }

    fn name(&self) -> &str {
        &self.scheme().name
    }

    fn constant(&self) -> String {
        self.name().to_uppercase().replace('-', "_")
    }

    fn is_public(&self) -> bool {
        let (private, public) = kit::key_pair(self.scheme());
        private != public
    }

    fn variable(&self) -> String {
        format!("{}_WEBHOOK_SECRET", self.constant())
    }

    /// The features of the facade that the entry needs, beside the framework's.
    fn features(&self) -> Vec<&'static str> {
        let mut features = Vec::new();
        for form in self.scheme().forms() {
            let by_algorithm = match form.algorithm {
                Algorithm::RsaPkcs1(_) | Algorithm::RsaPss(_) | Algorithm::RsaPssAnySalt(_) => {
                    Some("rsa")
                }
                Algorithm::Ecdsa(..) => Some("ecdsa"),
                Algorithm::Ed25519 => Some("ed25519"),
                Algorithm::MessageSignatures => Some("message-signatures"),
                _ => None,
            };
            let by_key = match form.key {
                KeyForm::X5cRoot { .. } => Some("x5c"),
                KeyForm::TextNfkd => Some("nfkd"),
                _ => None,
            };
            let by_filter = form.signed.contains("gunzip").then_some("gunzip");
            for feature in [by_algorithm, by_key, by_filter].into_iter().flatten() {
                if !features.contains(&feature) {
                    features.push(feature);
                }
            }
        }
        features
    }

    /// `main.rs`.
    fn program(&self) -> String {
        let name = self.name();
        let method = if self.get { "get" } else { "post" };
        let (extractor, arguments, line) = match self.payload {
            Payload::Json => (
                "use hookward::axum::Webhook;\n",
                "hook: Webhook<serde_json::Value>",
                "println!(\"{}\", hook.payload);",
            ),
            Payload::Proven => (
                "use hookward::axum::Proven;\n",
                "hook: Proven<serde_json::Value>",
                "println!(\"{}\", hook.payload);",
            ),
            Payload::Bytes => (
                "use hookward::axum::Verified;\n",
                "Verified(proof): Verified, body: Bytes",
                "println!(\"{} bytes, proven: {}\", body.len(), proof.covers());",
            ),
        };
        let handler = match &self.scheme().success {
            Success::Body(answer) => format!(
                "async fn on_event({arguments}) -> &'static str {{\n    {line}\n    {answer:?}\n}}\n"
            ),
            _ => format!("async fn on_event({arguments}) {{\n    {line}\n}}\n"),
        };
        let mut names = vec!["Key"];
        if self.choices.names_keys || !self.choices.params.is_empty() {
            names.push("KeyRing");
        }
        if self.choices.trust {
            names.push("Trust");
        }
        names.extend(["Verifier", "providers"]);
        let key = match self.is_public() {
            true => format!("Key::from_file(\"{name}.pem\")?"),
            false => format!("Key::from_env(\"{}\")?", self.variable()),
        };
        let mut ring = match self.choices.names_keys {
            true => "KeyRing::default().with(\"key-1\", key)".to_owned(),
            false if self.choices.params.is_empty() => "key".to_owned(),
            false => "KeyRing::from([key])".to_owned(),
        };
        for param in &self.choices.params {
            ring += &format!(".param(\"{param}\", \"your {}\")", param.replace('_', " "));
        }
        let body = match self.payload {
            Payload::Bytes => "use axum::body::Bytes;\n",
            _ => "",
        };
        format!(
            "{body}use axum::{{Router, routing::{method}}};\n\
             {extractor}\
             use hookward::tower::VerifyLayer;\n\
             use hookward::{{{}}};\n\
             \n\
             #[tokio::main]\n\
             async fn main() -> Result<(), Box<dyn std::error::Error>> {{\n    \
                 let key = {key};\n    \
                 let scheme = {};\n    \
                 let verifier = Verifier::new(scheme, {ring})?;\n    \
                 let app = Router::new().route(\n        \
                     \"/webhooks/{name}\",\n        \
                     {method}(on_event).layer(VerifyLayer::new(verifier)),\n    \
                 );\n    \
                 let listener = tokio::net::TcpListener::bind(\"127.0.0.1:3000\").await?;\n    \
                 axum::serve(listener, app).await?;\n    \
                 Ok(())\n\
             }}\n\
             \n\
             {handler}",
            names.join(", "),
            self.choices.written(&self.constant()),
        )
    }

    /// What sets up the endpoint validation, where a line is enough.
    fn handshake(&self) -> Option<String> {
        let entry = self.entry.handshake()?;
        let constant = entry.handshake.name().to_uppercase().replace('-', "_");
        let mut text = format!("handshakes::{constant}");
        for need in entry.handshake.needs() {
            text += match need {
                Setting::Token => ".token(\"the token that you agreed on\")",
                Setting::AllowList => ".allow(\"what you expect\")",
                Setting::Url => ".url(\"https://hooks.example.com/webhooks\")",
                _ => return None,
            };
        }
        Some(format!(
            "use hookward::{{Endpoint, handshakes}};\n\nlet endpoint = Endpoint::new(verifier)\n    .handshake({text})?;\nlet layer = VerifyLayer::new(endpoint);\n"
        ))
    }

    /// What makes the command line build the same verifier.
    fn flags(&self) -> String {
        let mut text = String::new();
        if let Some(form) = &self.choices.only {
            text += &format!(" --form {form}");
        }
        for value in &self.choices.recipients {
            text += &format!(" --recipient '{value}'");
        }
        for param in &self.choices.params {
            text += &format!(" --param {param}='your {}'", param.replace('_', " "));
        }
        text
    }

    /// The headers that `sign` has to be given beside a body, as options.
    fn headers_to_sign(&self) -> Result<String, SignError> {
        let (private, _) = kit::key_pair(self.scheme());
        let ring = self.choices.ring(Key::new(private).unwrap());
        let signer = Signer::new(&self.choices.apply(self.scheme()), ring).unwrap();
        let url = format!("http://127.0.0.1:3000/webhooks/{}", self.name());
        let mut request = http::Request::post(url)
            .body(self.sample.body.clone())
            .unwrap();
        let mut options = String::new();
        loop {
            let Err(error) = signer.sign(&request, kit::NOW, None) else {
                return Ok(options);
            };
            // "header `x-acme-nonce`", and how often.
            let SignError::Missing(what) = &error else {
                return Err(error);
            };
            let name = what
                .strip_prefix("header `")
                .and_then(|rest| rest.split('`').next());
            let Some((name, value)) = name.and_then(|name| Some((name, self.sample.header(name)?)))
            else {
                return Err(error);
            };
            let value = String::from_utf8_lossy(value).into_owned();
            options += &format!(" -H '{name}: {value}'");
            request.headers_mut().append(
                name.parse::<http::HeaderName>().unwrap(),
                value.parse().unwrap(),
            );
        }
    }

    fn commands(&self) -> String {
        let name = self.name();
        let id = match self.choices.names_keys {
            true => "key-1=",
            false => "",
        };
        let (verify, sign) = match self.is_public() {
            true => (
                format!("{id}file:{name}.pem"),
                format!("{id}file:private.pem"),
            ),
            false => {
                let key = format!("{id}env:{}", self.variable());
                (key.clone(), key)
            }
        };
        let flags = self.flags();
        let sign = match self.headers_to_sign() {
            Err(_) => String::new(),
            Ok(headers) => format!(
                "hookward sign --provider {name} --key {sign}{flags}{headers} --body event.json --curl http://127.0.0.1:3000/webhooks/{name}\n"
            ),
        };
        format!(
            "hookward verify --provider {name} --key {verify}{flags} --request delivery.http\n{sign}"
        )
    }

    fn written(&self, names: &BTreeMap<String, String>) -> String {
        let entry = self.entry;
        let scheme = self.scheme();
        let (constant, name) = (self.constant(), self.name());
        let mut paragraphs = paragraphs_of(self.comment)
            .into_iter()
            .map(|text| linked(text.trim(), names));
        let formula = paragraphs.next().unwrap_or_default();
        let formula = match formula.strip_prefix(&format!("{}: ", entry.title)) {
            Some(text) => format!("{}{}", text[..1].to_uppercase(), &text[1..]),
            None => formula,
        };
        let (keys, rest): (Vec<String>, Vec<String>) =
            paragraphs.partition(|text| text.starts_with("Key:"));
        let mut out = format!(
            "# {}\n\nBy the end of this page you have a route that only genuine webhooks of {} reach, you know what their \
             signature proves, and you can check a recorded delivery.\n\n{}\n\nThe entry of the catalogue is \
             `providers::{constant}`, on the command line `{name}`",
            entry.title, entry.title, formula,
        );
        if !entry.aliases.is_empty() {
            let aliases: Vec<String> = entry.aliases.iter().map(|a| format!("`{a}`")).collect();
            write!(out, " (also {})", aliases.join(", ")).unwrap();
        }
        write!(out, ". Source: [the provider's page]({}).\n\n", entry.page).unwrap();

        // The route.
        out += "## Receive\n\n```toml\n[dependencies]\naxum = \"0.8\"\n";
        let features: Vec<String> = std::iter::once("axum")
            .chain(self.features())
            .map(|feature| format!("\"{feature}\""))
            .collect();
        writeln!(
            out,
            "hookward = {{ path = \"../hookward/crates/hookward\", features = [{}] }}",
            features.join(", ")
        )
        .unwrap();
        if self.payload != Payload::Bytes {
            out += "serde_json = \"1\"\n";
        }
        out += "tokio = { version = \"1\", features = [\"macros\", \"net\", \"rt-multi-thread\"] }\n```\n\n";
        write!(out, "```rust,no_run\n{}```\n\n", self.program()).unwrap();
        out += &self.decisions();

        // The key.
        out += "## Key\n\n";
        for key in &keys {
            let text = key.strip_prefix("Key:").unwrap_or(key).trim();
            writeln!(out, "{}{}\n", text[..1].to_uppercase(), &text[1..]).unwrap();
        }
        writeln!(
            out,
            "Form: {}. [Keys and rotation](../keys.md) shows how to load it, rotate it, and hold several.\n",
            form_of_key(scheme)
        )
        .unwrap();

        // What is signed.
        out += "## What is signed\n\n";
        out += &signed(scheme, self.choices.only.is_some());
        out += "Whatever may be changed is as trustworthy as a query parameter. [What a signature proves](../coverage.md) \
                explains each column.\n\n";
        if !rest.is_empty() || !entry.notes.is_empty() {
            out += "## Good to know\n\n";
            for text in &rest {
                writeln!(out, "{text}\n").unwrap();
            }
            if !entry.notes.is_empty() {
                writeln!(out, "{}\n", escaped(entry.notes)).unwrap();
            }
        }

        // Deliveries.
        out += "## Retries and duplicates\n\n";
        out += &deliveries(scheme);

        if let Some(handshake) = entry.handshake() {
            out += "## Endpoint validation\n\n";
            let signed = match handshake.handshake.is_signed() {
                true => "The request is signed as a delivery is.",
                false => "The request is **not** signed.",
            };
            writeln!(
                out,
                "Before it delivers, {} asks the endpoint a question. {signed} See [its page]({}).\n",
                entry.title, handshake.page
            )
            .unwrap();
            for exchange in handshake.handshake.exchanges() {
                writeln!(out, "- {}", escaped(&exchange.to_string())).unwrap();
            }
            out.push('\n');
            if !handshake.notes.is_empty() {
                writeln!(out, "{}\n", escaped(handshake.notes)).unwrap();
            }
            match self.handshake() {
                Some(lines) => writeln!(
                    out,
                    "The middleware answers it when the endpoint is told to:\n\n```rust,no_run\n{lines}```\n"
                )
                .unwrap(),
                None => {
                    let needs: Vec<String> = handshake
                        .handshake
                        .needs()
                        .map(|need| format!("`{}`", need.as_str()))
                        .collect();
                    writeln!(
                        out,
                        "`handshakes::{}` needs {}; [endpoint validations](../handshakes.md) shows how to set them.\n",
                        handshake.handshake.name().to_uppercase().replace('-', "_"),
                        needs.join(" and "),
                    )
                    .unwrap();
                }
            }
        }

        write!(
            out,
            "## On the command line\n\n```sh\n{}```\n\n",
            self.commands()
        )
        .unwrap();
        out += "`verify` checks a recorded delivery";
        out += match (self.headers_to_sign(), self.is_public()) {
            (Err(_), _) => ". `sign` cannot write this provider's requests around a body alone. ",
            (Ok(_), true) => {
                ", `sign` prints a command that sends a genuine one. The provider alone has its private key: `sign` takes \
                 one of your own, whose public half the receiver under test is given. "
            }
            (Ok(_), false) => ", `sign` prints a command that sends a genuine one. ",
        };
        out += "If nothing matches, `hookward explain` with the arguments of `verify` [finds out why](../explain.md).\n\n";
        let evidence = match entry.evidence {
            Evidence::Vectors => {
                "signatures that the provider or another implementation made, or the verdict of one"
            }
            Evidence::Sdk => "what the provider's own SDK signs or accepts, recorded",
            _ => "the provider's documentation; no signature from a third party is available",
        };
        writeln!(out, "Tested against {evidence}.").unwrap();
        out
    }

    /// What the operator was asked, and what else could be answered.
    fn decisions(&self) -> String {
        let scheme = self.scheme();
        let mut out = String::new();
        if self.choices.trust {
            out += "- **Trust.** The proof does not cover the body, so you decide what the handler gets: with \
                    `Trust::Proven` a JSON document of the covered values alone, with `Trust::AsSent` the body as it was \
                    sent.\n";
        }
        for recipient in scheme
            .accepted_forms()
            .flat_map(|(_, form)| form.recipients.iter())
            .fold(Vec::new(), |mut all, one| {
                if !all.contains(&one) {
                    all.push(one);
                }
                all
            })
        {
            match recipient.is_required {
                true => writeln!(
                    out,
                    "- **Meant for you.** One key signs for every customer of {}: name your {} ({}), several times if \
                     there are several; `*` at the end of a value matches any continuation. Others are refused with \
                     `recipient_mismatch`. `.any_recipient()` accepts all.",
                    self.entry.title,
                    recipient.name,
                    recipient.places()
                ),
                false => writeln!(
                    out,
                    "- **Meant for you.** `.recipient(\"…\")` compares the {} ({}). It is optional.",
                    recipient.name,
                    recipient.places()
                ),
            }
            .unwrap();
        }
        let forms: Vec<_> = scheme.form_names().zip(scheme.forms()).collect();
        if let Some(form) = &self.choices.only {
            let others: Vec<String> = forms
                .iter()
                .filter(|(name, _)| name != form)
                .map(|(name, _)| format!("`{name}`"))
                .collect();
            writeln!(
                out,
                "- **Form.** The forms sign different parts of a request, so there is no automatic choice. The others: {}.",
                others.join(", ")
            )
            .unwrap();
        }
        let off: Vec<String> = forms
            .iter()
            .filter(|(_, form)| form.opt_in)
            .map(|(name, _)| format!("`.accept(\"{name}\")`"))
            .collect();
        if !off.is_empty() && self.choices.only.is_none() {
            writeln!(
                out,
                "- **Forms that are off** until you name them: {}.",
                off.join(", ")
            )
            .unwrap();
        }
        if self.payload == Payload::Bytes && scheme.body_limit.is_some_and(|limit| limit > 2 << 20)
        {
            out += "- **Large bodies.** axum's `Bytes` stops at 2 MB unless the router has the layer \
                    `DefaultBodyLimit::disable()`; hookward bounds the body in any case.\n";
        }
        if self.choices.names_keys {
            out += "- **Key ids.** Requests name their key: put each on the ring under the id that the sender uses.\n";
        }
        for param in &self.choices.params {
            writeln!(
                out,
                "- **`{param}`** is signed and not sent: set it beside the key."
            )
            .unwrap();
        }
        if scheme
            .forms()
            .any(|form| form.reads_host().unwrap_or(false))
        {
            out += "- **The URL is signed**, as the provider called it. Behind a proxy, [say what the outside looks \
                    like](../proxies.md).\n";
        }
        if self.is_public() {
            out += "- **The key file** holds the provider's public key. Where the provider publishes its keys at a URL, \
                    feature `remote-keys` can [fetch them](../keys.md).\n";
        }
        if !out.is_empty() {
            out.push('\n');
        }
        out
    }
}

/// The paragraphs of a comment; an example is one, without its hidden lines.
fn paragraphs_of(comment: &str) -> Vec<String> {
    let mut paragraphs = vec![String::new()];
    let mut is_code = false;
    for line in comment.lines() {
        if line.starts_with("```") {
            is_code = !is_code;
        }
        let line = match line {
            // Compiled as the example of the constant.
            "```" if is_code => "```rust,ignore",
            line if is_code && line.starts_with("# ") => continue,
            line => line,
        };
        if line.is_empty() && !is_code {
            paragraphs.push(String::new());
            continue;
        }
        if let Some(last) = paragraphs.last_mut() {
            *last += &line.replace("hookward_core::", "hookward::");
            last.push('\n');
        }
    }
    paragraphs
}

/// Text whose brackets are no markup.
fn escaped(text: &str) -> String {
    text.split('`')
        .enumerate()
        .map(|(index, part)| match index % 2 {
            0 => part
                .replace('<', "&lt;")
                .replace('*', "\\*")
                .replace('[', "\\[")
                .replace('_', "\\_"),
            _ => format!("`{part}`"),
        })
        .collect()
}

/// A cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', "\\n")
}

/// rustdoc's links as links between pages.
fn linked(text: &str, names: &BTreeMap<String, String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("[`") {
        out += &rest[..at];
        rest = &rest[at + 2..];
        let Some(end) = rest.find("`]") else {
            out += "[`";
            continue;
        };
        let item = &rest[..end];
        rest = &rest[end + 2..];
        if rest.starts_with("(crate::")
            && let Some(close) = rest.find(')')
        {
            rest = &rest[close + 1..];
        }
        match names.get(item) {
            Some(page) => write!(out, "[`{item}`]({page}.md)").unwrap(),
            None => write!(out, "`{item}`").unwrap(),
        }
    }
    let mut text = out + rest;
    for (constant, page) in names {
        let item = format!("](crate::catalogue::providers::{constant})");
        text = text.replace(&item, &format!("]({page}.md)"));
    }
    text
}

fn form_of_key(scheme: &Scheme) -> String {
    let public = "a public key as PEM (also a certificate), DER, a JWK or a JWK set";
    match &scheme.key {
        _ if scheme.algorithm == Algorithm::Basic => "`user:password`, as text".into(),
        KeyForm::Text => "text, used as it is".into(),
        KeyForm::TextNfkd => "text, normalized to NFKD".into(),
        KeyForm::Hex => "hex digits, decoded before use".into(),
        KeyForm::HexAfter(prefix) => format!("hex digits after `{prefix}`, decoded before use"),
        KeyForm::Base64(prefix) if prefix.is_empty() => "base64, decoded before use".into(),
        KeyForm::Base64(prefix) => {
            format!("base64 with or without `{prefix}` in front, decoded before use")
        }
        KeyForm::Base64Url(prefix) if prefix.is_empty() => "base64url, decoded before use".into(),
        KeyForm::Base64Url(prefix) => format!("base64url after `{prefix}`, decoded before use"),
        KeyForm::Base64AndText(prefix) => {
            format!("text, or base64 after `{prefix}`: with the prefix both readings are tried")
        }
        KeyForm::Base64OrText(prefix) => {
            format!("base64 after `{prefix}`, and text without that prefix")
        }
        KeyForm::PublicKey => public.into(),
        KeyForm::ShortRsa => format!("{public}; RSA keys from 1024 bits on are accepted"),
        KeyForm::RepeatedSeed => "a secret that is the seed of the key, as text".into(),
        KeyForm::X5cRoot { .. } => "the root certificates, PEM or DER".into(),
        other => format!("`{other}`"),
    }
}

fn place(at: Option<&Location>) -> String {
    at.map_or("in the signature".into(), ToString::to_string)
}

fn list(parts: impl Iterator<Item = String>) -> String {
    let parts: Vec<String> = parts.map(|part| format!("`{part}`")).collect();
    parts.join(", ")
}

/// A table for each form.
fn signed(scheme: &Scheme, is_chosen: bool) -> String {
    let mut out = String::new();
    let several = scheme.form_names().count() > 1;
    for (name, form) in scheme.form_names().zip(scheme.forms()) {
        let coverage = form.coverage().unwrap();
        if several {
            let accepted = match (form.opt_in, is_chosen) {
                (_, true) => format!(", chosen with `.only(\"{name}\")`"),
                (true, _) => format!(", accepted with `.accept(\"{name}\")`"),
                _ => String::new(),
            };
            writeln!(out, "### Form `{name}`{accepted}\n").unwrap();
        }
        out += "| | |\n|---|---|\n";
        let mut row = |what: &str, value: String| {
            if !value.is_empty() {
                writeln!(out, "| {what} | {value} |").unwrap();
            }
        };
        row("algorithm", format!("`{}`", form.algorithm.name()));
        row(
            "signature",
            format!(
                "{}: `{}` in {}",
                cell(&form.signature.at.to_string()),
                cell(&form.signature.format),
                form.signature.encoding.name()
            ),
        );
        row(
            "signed",
            match coverage.proof() {
                Proof::Secret => "nothing: the secret itself is sent".into(),
                _ if form.algorithm == Algorithm::MessageSignatures => {
                    "what the signature lists, at least what the policy requires".into()
                }
                _ => format!("<code>{}</code>", cell(&markup(&form.signed))),
            },
        );
        row(
            "proof",
            match coverage.proof() {
                Proof::Token => "a token: says nothing of the content".into(),
                Proof::Secret => "a secret: whoever knows it can send any content".into(),
                other => other.to_string(),
            },
        );
        row("covers", list(coverage.iter().map(ToString::to_string)));
        row("weakly", list(coverage.weak().map(ToString::to_string)));
        row("may be changed", coverage.may_change().join(", "));
        if !form.ambiguous.is_empty() {
            row("second reading", escaped(&cell(&form.ambiguous)));
        }
        if let Some(timestamp) = &form.timestamp {
            let signed = match form.timestamp_is_signed() {
                true => "signed",
                false => "**not signed**",
            };
            row(
                "timestamp",
                format!("{}, {signed}", cell(&place(timestamp.at.as_ref()))),
            );
        }
        if let Some(id) = &form.event_id {
            let signed = match form.event_id_is_signed() {
                true => "signed",
                false => "**not signed**",
            };
            row("event id", format!("{}, {signed}", cell(&id.to_string())));
        }
        out.push('\n');
    }
    out
}

/// A template within `<code>`.
fn markup(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '&' => "&amp;".into(),
            '<' => "&lt;".into(),
            '*' | '_' | '\\' | '[' | ']' | '`' | '~' => format!("&#{};", u32::from(c)),
            c => c.to_string(),
        })
        .collect()
}

fn deliveries(scheme: &Scheme) -> String {
    let mut out = String::new();
    match &scheme.retries {
        Some(retries) if retries.to_string() == "never" => {
            writeln!(out, "The provider never sends a delivery again.\n")
        }
        Some(retries) => writeln!(out, "The provider sends again {retries}.\n"),
        None => writeln!(
            out,
            "Whether and when the provider sends again is not documented.\n"
        ),
    }
    .unwrap();
    if scheme.success != Success::Any2xx {
        writeln!(
            out,
            "It takes for success: {}.\n",
            escaped(&scheme.success.to_string())
        )
        .unwrap();
    }
    let all: Vec<_> = scheme.form_names().zip(scheme.forms()).collect();
    let alike = all.iter().all(|(_, form)| {
        form.replays_by().ok() == scheme.replays_by().ok()
            && form.replay.id == scheme.replay.id
            && form.event_id == scheme.event_id
            && form.replay.kind == scheme.replay.kind
            && (form.replay.why.is_empty() || form.replay.why == scheme.replay.why)
    });
    let shown = if alike { &all[..1] } else { &all[..] };
    for (name, form) in shown {
        let by = form.replays_by().unwrap();
        let form_name = match alike {
            true => "A ".into(),
            false => format!("In form `{name}`, a "),
        };
        let told = match by {
            ReplayBy::Id => {
                let places: Vec<String> = match form.replay.id.is_empty() {
                    true => form.event_id.iter().map(ToString::to_string).collect(),
                    false => form.replay.id.iter().map(ToString::to_string).collect(),
                };
                format!("replay guard tells deliveries apart by their id, {}.", places.join(" and "))
            }
            ReplayBy::Payload => "replay guard tells deliveries apart by the proven values without the time of sending.".into(),
            ReplayBy::Content => "replay guard tells deliveries apart by all proven values.".into(),
            ReplayBy::Body => "replay guard tells deliveries apart by the whole body beside what is proven.".into(),
            _ => "replay guard needs a decision: two genuine deliveries can be equal byte for byte, so building the endpoint fails until you say what tells them apart (`event_id`, `identity_from` or `by`).".into(),
        };
        write!(out, "{form_name}{told}").unwrap();
        if let Some(kind) = &form.replay.kind {
            write!(
                out,
                " The header `{}` counts too, with {} known values.",
                kind.header,
                kind.values.len()
            )
            .unwrap();
        }
        if !form.replay.why.is_empty() {
            write!(out, " {}", escaped(&form.replay.why)).unwrap();
        }
        out += "\n\n";
    }
    out += "[Replay and idempotency](../replay.md) shows how to add a guard.\n\n";
    out
}

fn entries() -> Vec<&'static Provider> {
    let mut entries: Vec<_> = providers::all().collect();
    entries.sort_by(|a, b| a.scheme.name.cmp(&b.scheme.name));
    entries
}

fn page<'a>(entry: &'a Provider, comment: &'a str) -> Page<'a> {
    let choices = Choices::of(entry);
    let known = providers::find(&entry.scheme.name).unwrap();
    let sample = kit::samples(known)
        .unwrap()
        .into_iter()
        .find(|sample| sample.variant.is_empty());
    let sample = sample.unwrap();
    let get = sample.request.method == "GET";
    let json = serde_json::from_slice::<serde_json::Value>(&sample.request.body).is_ok();
    Page {
        entry,
        comment,
        get,
        sample: sample.request,
        payload: match json {
            _ if choices.trust => Payload::Proven,
            true => Payload::Json,
            false => Payload::Bytes,
        },
        choices,
    }
}

#[test]
fn the_guide_has_a_page_of_every_provider() {
    let comments = comments();
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for entry in entries() {
        let name = entry.scheme.name.to_string();
        names.insert(name.to_uppercase().replace('-', "_"), name);
    }
    let folder = root().join("docs/providers");
    let mut outdated = Vec::new();
    let mut programs =
        String::from("// The programs of docs/providers, printed by tests/tests/guide/pages.rs.\n");
    let mut index = String::from(
        "# Providers\n\nEvery entry of the catalogue has a page with a receiver to paste, the place of the key, what the \
         signature proves and what it does not, and the commands to check a delivery. A provider that is missing takes \
         about [eight lines](../custom-scheme.md).\n\nThe pages are printed from the catalogue. `hookward providers NAME` \
         shows the same on the command line.\n\n| provider | entry | proof | key | a delivery is told apart by |\n|---|---|---|---|---|\n",
    );
    let mut titles: Vec<(String, String)> = Vec::new();
    let mut unbuilt = Vec::new();
    for entry in entries() {
        let name = &entry.scheme.name;
        let constant = name.to_uppercase().replace('-', "_");
        let comment = comments.get(&constant).map_or("", String::as_str);
        assert!(!comment.is_empty(), "{constant} has no documentation");
        let page = page(entry, comment);
        if let Err(error) = page.choices.build(&entry.scheme) {
            unbuilt.push(format!("{name}: {error}"));
        }
        shown(
            &folder.join(format!("{name}.md")),
            &page.written(&names),
            &mut outdated,
        );
        let module = constant.to_lowercase();
        writeln!(programs, "mod {module}_page {{\n{}}}", page.program()).unwrap();
        if let Some(lines) = page.handshake() {
            writeln!(
                programs,
                "mod {module}_validation {{\nuse hookward::{{Verifier, tower::VerifyLayer}};\n\nfn layer(verifier: Verifier) -> Result<VerifyLayer, Box<dyn std::error::Error>> {{\n{lines}Ok(layer)\n}}\n}}"
            )
            .unwrap();
        }
        titles.push((entry.title.to_owned(), name.to_string()));
        let coverage = entry.scheme.coverage().unwrap();
        writeln!(
            index,
            "| [{}]({name}.md) | `{name}` | {} | {} | {} |",
            cell(entry.title),
            coverage.proof(),
            if page.is_public() { "public" } else { "shared" },
            entry.scheme.replays_by().unwrap(),
        )
        .unwrap();
    }
    assert!(unbuilt.is_empty(), "{}", unbuilt.join("\n"));
    shown(&folder.join("README.md"), &index, &mut outdated);
    shown(
        &root().join("tests/src/provider_programs.rs"),
        &programs,
        &mut outdated,
    );
    // The end of the table of contents.
    let path = root().join("docs/SUMMARY.md");
    let summary = std::fs::read_to_string(&path).unwrap();
    let (before, _) = summary.split_once("# Providers\n").unwrap();
    titles.sort_by_key(|(title, _)| title.to_lowercase());
    let mut contents = format!("{before}# Providers\n\n- [All providers](providers/README.md)\n");
    for (title, name) in titles {
        writeln!(contents, "  - [{title}](providers/{name}.md)").unwrap();
    }
    shown(&path, &contents, &mut outdated);
    let extra: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| {
            let stem = path.file_stem().unwrap().to_str().unwrap();
            stem != "README" && !names.values().any(|name| name == stem)
        })
        .map(|path| path.display().to_string())
        .collect();
    assert!(extra.is_empty(), "no entry of the catalogue: {extra:?}");
    assert!(
        outdated.is_empty(),
        "out of date, run the test once with HOOKWARD_WRITE=1: {outdated:#?}"
    );
}
