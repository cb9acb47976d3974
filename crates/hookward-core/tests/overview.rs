//! The catalogue as text: each entry as a scheme file, and all of them as the
//! table in the documentation.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;

use hookward_core::providers::{self, Provider};
use hookward_core::scheme::DEFAULT_TOLERANCE_SECS;
use hookward_core::{KeyForm, Location, Scheme};

/// The table in the documentation of `providers`.
const SHOWN: &str = include_str!("../src/catalogue/providers/overview.md");

/// Text as code that may break between its parts, so that the table fits a page.
fn code(text: &str) -> String {
    let mut out = String::from("<code>");
    for c in text.chars() {
        match c {
            '\n' => out += "&#92;n",
            '&' | '<' | '>' | '|' | '*' | '_' | '\\' | '[' | ']' | '`' => {
                out += &format!("&#{};", u32::from(c));
            }
            c => out.push(c),
        }
        let is_inside = out.len() > "<code>/".len();
        if is_inside && matches!(c, '}' | '.' | ',' | '/' | ':' | '=' | '_') {
            out += "<wbr>";
        }
    }
    out.trim_end_matches("<wbr>").to_owned() + "</code>"
}

/// Pointers deep in a body by their last name.
fn shortened(template: &str) -> String {
    let mut parts = template.split("json:/");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (pointer, rest) = part.split_at(part.find('}').unwrap_or(part.len()));
        text += match pointer.rsplit_once('/') {
            Some((parents, name)) if parents.contains('/') => format!("json:…/{name}"),
            _ => format!("json:/{pointer}"),
        }
        .as_str();
        text += rest;
    }
    text
}

fn place(location: &Location) -> String {
    match location {
        Location::Header(name) => code(name),
        Location::Query(name) => format!("query {}", code(name)),
        Location::Json(pointer) => {
            let shown = shortened(&format!("{{json:{pointer}}}"));
            format!("JSON {}", code(&shown[6..shown.len() - 1]))
        }
        Location::Form(name) => format!("form {}", code(name)),
        Location::HeaderJson(name, pointer) => format!("{} in {}", code(pointer), code(name)),
        Location::Claim(pointer) => format!("claim {}", code(pointer)),
        Location::JwsHeader(pointer) => format!("JWS header {}", code(pointer)),
        _ => "the body".into(),
    }
}

fn signature(scheme: &Scheme) -> String {
    let mut text = place(&scheme.signature.at);
    if scheme.signature.format != "{signature}" {
        text += &format!(": {}", code(&scheme.signature.format));
    }
    if let Some(separator) = &scheme.signature.separator {
        text += match &**separator {
            " " => ", several with blanks between".into(),
            separator => format!(", several with {} between", code(separator)),
        }
        .as_str();
    }
    text + &format!(" ({})", scheme.signature.encoding.name())
}

fn timestamp(scheme: &Scheme) -> String {
    let Some(timestamp) = &scheme.timestamp else {
        return String::new();
    };
    let at = timestamp
        .at
        .as_ref()
        .map_or("in the signature".into(), place);
    let tolerance = timestamp.tolerance.unwrap_or(DEFAULT_TOLERANCE_SECS);
    let mut text = format!("{at}, {}, ±{tolerance} s", timestamp.unit.name());
    if timestamp.optional {
        text += ", optional";
    }
    if !scheme.timestamp_is_signed() {
        text += ", **unsigned**";
    }
    text
}

fn event_id(scheme: &Scheme) -> String {
    match &scheme.event_id {
        None => String::new(),
        Some(at) if scheme.event_id_is_signed() => place(at),
        Some(at) => format!("{}, **unsigned**", place(at)),
    }
}

fn key(scheme: &Scheme) -> String {
    match &scheme.key {
        KeyForm::Text => "text".into(),
        KeyForm::TextNfkd => "text, NFKD".into(),
        KeyForm::Hex => "hex".into(),
        KeyForm::HexAfter(prefix) => format!("hex after {}", code(prefix)),
        KeyForm::Base64(prefix) if prefix.is_empty() => "base64".into(),
        KeyForm::Base64(prefix) => format!("base64 after {}", code(prefix)),
        KeyForm::Base64Url(prefix) if prefix.is_empty() => "base64url".into(),
        KeyForm::Base64Url(prefix) => format!("base64url after {}", code(prefix)),
        KeyForm::Base64AndText(prefix) => format!("text, also base64 after {}", code(prefix)),
        KeyForm::Base64OrText(prefix) => format!("base64 after {}, else text", code(prefix)),
        KeyForm::PublicKey => "public key".into(),
        KeyForm::ShortRsa => "public key, RSA from 1024 bits".into(),
        KeyForm::RepeatedSeed => "secret, the seed of the key".into(),
        KeyForm::X5cRoot { .. } => "root certificates".into(),
        _ if scheme.algorithm.name() == "message-signatures" => "any".into(),
        _ => "digest of the text".into(),
    }
}

fn row(entry: &Provider) -> String {
    let scheme = &entry.scheme;
    let constant = scheme.name.to_uppercase().replace('-', "_");
    let signed = if scheme.algorithm.signs_content() {
        code(&shortened(&scheme.signed))
    } else {
        "**nothing**".into()
    };
    let forms = match scheme.or.len() {
        0 => String::new(),
        1 => "; or another form".into(),
        n => format!("; or {n} other forms"),
    };
    let mut beside = Vec::new();
    if scheme.timestamp.is_some() {
        beside.push(timestamp(scheme));
    }
    if scheme.event_id.is_some() {
        beside.push(format!("id {}", event_id(scheme)));
    }
    format!(
        "| [{}]({constant}) {} | {}, {} | {}{forms} | {signed} | {} | {} |\n",
        code(&constant),
        entry.title.replace('|', "\\|"),
        scheme.algorithm,
        key(scheme),
        signature(scheme),
        beside.join("; "),
        entry.evidence.as_str(),
    )
}

fn table() -> String {
    let mut entries: Vec<&Provider> = providers::all().collect();
    entries.sort_by(|a, b| a.scheme.name.cmp(&b.scheme.name));
    let head = "| entry | algorithm, key | signature | signed | timestamp, event id | evidence |\n|---|---|---|---|---|---|\n";
    entries
        .into_iter()
        .fold(head.to_owned(), |text, entry| text + &row(entry))
}

/// A few rows may lag behind, so that one more provider, or a fix to one, does
/// not have to touch the table.
#[test]
fn the_documentation_shows_the_catalogue_as_it_is() {
    const BEHIND: usize = 9;
    let table = table();
    // `HOOKWARD_WRITE=1 cargo test -p hookward-core --test overview` writes it.
    if std::env::var_os("HOOKWARD_WRITE").is_some() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/src/catalogue/providers/overview.md"
        );
        std::fs::write(path, &table).unwrap();
        return;
    }
    let shown: BTreeSet<&str> = SHOWN.lines().collect();
    let now: BTreeSet<&str> = table.lines().collect();
    let missing: Vec<_> = now.difference(&shown).collect();
    let outdated: Vec<_> = shown.difference(&now).collect();
    assert!(
        missing.len() <= BEHIND && outdated.len() <= BEHIND,
        "run it once with HOOKWARD_WRITE=1: {missing:#?} instead of {outdated:#?}"
    );
}

#[cfg(feature = "serde")]
#[test]
fn an_entry_written_as_text_reads_back_as_the_same_scheme() {
    for entry in providers::all() {
        let text = entry.scheme.to_string();
        let again: Scheme = toml::from_str(&text)
            .unwrap_or_else(|error| panic!("{}: {error}\n{text}", entry.scheme.name));
        assert_eq!(again, entry.scheme, "{text}");
        assert_eq!(again.to_string(), text);
        let json = serde_json::to_string(&entry.scheme).unwrap();
        assert_eq!(serde_json::from_str::<Scheme>(&json).unwrap(), entry.scheme);
    }
}
