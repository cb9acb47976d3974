//! What shells, editors and settings pages do to a key, undone.

use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::Change;
use crate::crypto::PublicKey;
use crate::key::{Key, KeyRing, Material};
use crate::scheme::{Algorithm, KeyForm, Plan};
use crate::text::encoding::Encoding;

/// A key to try and what has to change for it.
pub(super) struct Candidate {
    pub(super) changes: Vec<Change>,
    pub(super) material: Tried,
}

pub(super) enum Tried {
    Secret(Zeroizing<Vec<u8>>),
    Public(Box<PublicKey>),
}

/// A text and what was done to it.
type Cleaned = (Option<Change>, Zeroizing<Vec<u8>>);

/// The keys as they are, those that are unusable left out.
pub(super) fn as_given(plan: &Plan, ring: &KeyRing, named: Option<&[u8]>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (id, key, _) in ring.keys() {
        let Some(material) = usable(plan.algorithm, &plan.key, key) else {
            continue;
        };
        let mut changes = match named {
            Some(name) if name != id.as_bytes() => vec![Change::new(
                "key_is_another",
                format!("the key `{id}` is used, not the one that the request names"),
            )],
            _ => Vec::new(),
        };
        if key.not_a_credential(plan.algorithm, &plan.name).is_err() {
            changes.push(Change::new(
                "key_is_another_kind",
                "the key is used although it looks like one for calling an API: give it as `Key::shared_secret`, or `--key secret:env:VARIABLE`",
            ));
        }
        found.push(Candidate { changes, material });
    }
    found
}

fn usable(algorithm: Algorithm, form: &KeyForm, key: &Key) -> Option<Tried> {
    if !algorithm.is_public_key() {
        return key.secret(form).ok().map(Tried::Secret);
    }
    match key.prepare(algorithm, form).ok()? {
        Material::Public(key) => Some(Tried::Public(Box::new(key))),
        _ => None,
    }
}

/// Keys that the service does not use.
pub(super) fn others(algorithm: Algorithm, form: &KeyForm, ring: &KeyRing) -> Vec<Candidate> {
    ring.keys()
        .iter()
        .filter_map(|(id, key, _)| {
            Some(Candidate {
                changes: vec![Change::new(
                    "key_is_another",
                    format!("another of your keys is used: `{id}`"),
                )],
                material: usable(algorithm, form, key)?,
            })
        })
        .collect()
}

/// Keys that the service does not use, read otherwise.
pub(super) fn others_read(algorithm: Algorithm, form: &KeyForm, ring: &KeyRing) -> Vec<Candidate> {
    let mut found = readings(algorithm, form, ring);
    for candidate in &mut found {
        candidate.changes.insert(
            0,
            Change::new("key_is_another", "another of your keys is used"),
        );
    }
    found.retain(|candidate| candidate.changes.len() == 2);
    found
}

/// Other readings of every key on the ring.
pub(super) fn readings(algorithm: Algorithm, form: &KeyForm, ring: &KeyRing) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (id, key, _) in ring.keys() {
        let Some(given) = key.given() else { continue };
        let of_key = if ring.len() > 1 {
            format!(" (key `{id}`)")
        } else {
            String::new()
        };
        if algorithm.is_public_key() {
            public(algorithm, form, key, given, &of_key, &mut found);
        } else {
            secrets(form, given, &of_key, &mut found);
        }
    }
    found.sort_by_key(|candidate| candidate.changes.len());
    found
}

fn public(
    algorithm: Algorithm,
    form: &KeyForm,
    key: &Key,
    given: &[u8],
    of_key: &str,
    found: &mut Vec<Candidate>,
) {
    if let Some(half) = key.public_half(algorithm) {
        found.push(Candidate {
            changes: vec![Change::new(
                "key_is_private",
                format!("the public half of the private key is used{of_key}"),
            )],
            material: Tried::Public(Box::new(half)),
        });
    }
    for (change, text) in pem_mended(given).into_iter().chain(cleaned(given)) {
        let Some(mut change) = change else { continue };
        change.clause += of_key;
        let Ok(key) = Key::new(text.to_vec()) else {
            continue;
        };
        if let Some(material) = usable(algorithm, form, &key) {
            found.push(Candidate {
                changes: vec![change],
                material,
            });
        } else if let Some(half) = key.public_half(algorithm) {
            found.push(Candidate {
                changes: vec![
                    change,
                    Change::new(
                        "key_is_private",
                        "the public half of the private key is used",
                    ),
                ],
                material: Tried::Public(Box::new(half)),
            });
        }
    }
}

/// A PEM block that lost its lines.
fn pem_mended(given: &[u8]) -> Vec<Cleaned> {
    let Ok(text) = std::str::from_utf8(given) else {
        return Vec::new();
    };
    let plain = text
        .trim_start_matches('\u{feff}')
        .trim()
        .trim_matches(['"', '\'']);
    let mut found = Vec::new();
    let mut put = |clause: &str, text: String| {
        found.push((
            Some(Change::new("key_pem_mangled", clause)),
            Zeroizing::new(text.into_bytes()),
        ));
    };
    if plain.contains("\\n") {
        put(
            "the `\\n` written as text in the PEM key are made line breaks",
            plain.replace("\\r", "").replace("\\n", "\n"),
        );
    }
    let Some((label, rest)) = plain
        .strip_prefix("-----BEGIN ")
        .and_then(|rest| rest.split_once("-----"))
    else {
        // The lines of base64 alone, marks and all lost, are read as DER.
        return found;
    };
    let base64: String = rest
        .split("-----END")
        .next()
        .unwrap_or_default()
        .replace("\\r", "")
        .replace("\\n", "")
        .split_whitespace()
        .collect();
    let lines: Vec<&str> = base64
        .as_bytes()
        .chunks(64)
        .filter_map(|line| std::str::from_utf8(line).ok())
        .collect();
    put(
        "the PEM key gets its line breaks back, which were lost or changed",
        format!(
            "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
            lines.join("\n")
        ),
    );
    found
}

/// The text without what surrounds it by mistake; the text itself first.
fn cleaned(given: &[u8]) -> Vec<Cleaned> {
    let mut found: Vec<Cleaned> = vec![(None, Zeroizing::new(given.to_vec()))];
    let mut put = |cause, clause: &str, text: &[u8]| {
        if !text.is_empty() && !found.iter().any(|(_, known)| known.as_slice() == text) {
            found.push((
                Some(Change::new(cause, clause)),
                Zeroizing::new(text.to_vec()),
            ));
        }
    };
    let no_bom = given.strip_prefix(b"\xef\xbb\xbf").unwrap_or(given);
    put(
        "key_has_bom",
        "the byte order mark (BOM) before the key is left out",
        no_bom,
    );
    let space = given.trim_ascii();
    let ends = given.trim_ascii_end();
    if ends.len() < given.len() && given[ends.len()..].contains(&b'\n') {
        put(
            "key_has_newline",
            "the newline at the end of the key is left out",
            space,
        );
    }
    put(
        "key_has_space",
        "the spaces around the key are left out",
        space,
    );
    if let Ok(text) = std::str::from_utf8(given) {
        let invisible = |c: char| {
            c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}' | '\u{2060}' | '\u{a0}')
        };
        // A mark at the start has a name of its own.
        let trimmed = match text.strip_prefix('\u{feff}') {
            Some(_) => text,
            None => text.trim_matches(invisible),
        };
        put(
            "key_has_space",
            "the invisible characters around the key are left out",
            trimmed.as_bytes(),
        );
    }
    let inner = no_bom.trim_ascii();
    for (open, close, name) in [
        ("\"", "\"", "quotes"),
        ("'", "'", "quotes"),
        ("`", "`", "backquotes"),
        ("\u{201c}", "\u{201d}", "typographic quotes"),
        ("<", ">", "angle brackets"),
    ] {
        if let Some(text) = inner
            .strip_prefix(open.as_bytes())
            .and_then(|text| text.strip_suffix(close.as_bytes()))
        {
            let clause = format!("the {name} around the key are left out");
            put("key_has_quotes", &clause, text);
            put("key_has_quotes", &clause, text.trim_ascii());
            for (open, close) in [("\"", "\""), ("'", "'")] {
                if let Some(text) = text
                    .strip_prefix(open.as_bytes())
                    .and_then(|text| text.strip_suffix(close.as_bytes()))
                {
                    put("key_has_quotes", &clause, text);
                }
            }
        }
    }
    // What a shell, a compose file or a URL would have undone.
    for (from, to, what) in [
        ("\\", "", "backslashes before its characters"),
        ("$$", "$", "doubled dollar signs"),
        ("%%", "%", "doubled percent signs"),
    ] {
        if let Ok(text) = std::str::from_utf8(inner)
            && text.contains(from)
        {
            put(
                "key_is_escaped",
                &format!("the {what} in the key are undone"),
                text.replace(from, to).as_bytes(),
            );
        }
    }
    if inner.contains(&b'%')
        && let Ok(text) = std::str::from_utf8(inner)
    {
        put(
            "key_is_escaped",
            "the key is percent-decoded",
            super::head::percent_decoded(text).as_bytes(),
        );
    }
    for mark in [&b"\\n"[..], b"\\r\\n", b"\"", b"'", b",", b";"] {
        if let Some(text) = inner.strip_suffix(mark) {
            let shown = String::from_utf8_lossy(mark);
            put(
                "key_has_suffix",
                &format!("the `{shown}` at the end of the key is left out"),
                text,
            );
        }
    }
    for quote in [&b"\""[..], b"'"] {
        if let Some(text) = inner.strip_prefix(quote) {
            put(
                "key_has_quotes",
                "the quote before the key is left out",
                text,
            );
        }
    }
    if let Some(at) = inner.windows(2).position(|pair| pair == b" #")
        && at > 0
    {
        put(
            "key_has_suffix",
            "the comment after the key is left out",
            inner[..at].trim_ascii_end(),
        );
    }
    if let Some(at) = inner.iter().position(|b| *b == b' ')
        && inner[..at].iter().all(u8::is_ascii_alphabetic)
        && at > 0
    {
        put(
            "key_has_prefix",
            "the word before the key is left out",
            inner[at..].trim_ascii(),
        );
    }
    let (half, other) = inner.split_at(inner.len() / 2);
    if half == other {
        put(
            "key_doubled",
            "the key is taken once: it stands there twice",
            half,
        );
    }
    if let Some(at) = inner.iter().position(|b| matches!(b, b'=' | b':'))
        && at > 0
        && at + 1 < inner.len()
        && inner[..at]
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b' ' | b'"'))
    {
        let value = inner[at + 1..].trim_ascii();
        put(
            "key_has_name",
            "the variable name before the key is left out",
            value,
        );
        for quote in [b'"', b'\''] {
            if let [first, text @ .., last] = value
                && *first == quote
                && *last == quote
            {
                put(
                    "key_has_name",
                    "the variable name before the key and the quotes around it are left out",
                    text,
                );
            }
        }
    }
    found
}

fn cleaned_again(text: &[u8]) -> impl Iterator<Item = Cleaned> {
    cleaned(text).into_iter().skip(1)
}

fn secrets(form: &KeyForm, given: &[u8], of_key: &str, found: &mut Vec<Candidate>) {
    let plain = Key::new(given.to_vec())
        .ok()
        .and_then(|key| key.secret(form).ok());
    let mut known: Vec<Zeroizing<Vec<u8>>> = plain.into_iter().collect();
    let mut add = |changes: Vec<Change>, secret: Zeroizing<Vec<u8>>| {
        if secret.is_empty() || known.iter().any(|k| bool::from(k.ct_eq(&secret))) {
            return;
        }
        known.push(secret.clone());
        let mut changes = changes;
        if let Some(last) = changes.last_mut() {
            last.clause += of_key;
        }
        found.push(Candidate {
            changes,
            material: Tried::Secret(secret),
        });
    };
    let cleaned = cleaned(given);
    // Cleaned, in the form that the scheme has.
    for (change, text) in cleaned.iter().filter(|(change, _)| change.is_some()) {
        if let Some(secret) = Key::new(text.to_vec())
            .ok()
            .and_then(|key| key.secret(form).ok())
        {
            add(change.iter().cloned().collect(), secret);
        }
    }
    // Cleaned twice: `"key\\n"`.
    for (first, text) in cleaned.iter().filter(|(change, _)| change.is_some()) {
        for (second, text) in cleaned_again(text) {
            if let Some(secret) = Key::new(text.to_vec())
                .ok()
                .and_then(|key| key.secret(form).ok())
            {
                add(first.iter().cloned().chain(second).collect(), secret);
            }
        }
    }
    // In another form, as it is and cleaned.
    for (change, text) in &cleaned {
        for (reading, secret) in decoded(text) {
            add(change.iter().cloned().chain([reading]).collect(), secret);
        }
    }
    // Characters beyond ASCII in another charset.
    if !given.is_ascii() {
        let latin1: Option<Vec<u8>> = std::str::from_utf8(given).ok().and_then(|text| {
            text.chars()
                .map(|c| u8::try_from(u32::from(c)).ok())
                .collect()
        });
        let (name, other) = match latin1 {
            Some(bytes) => ("ISO-8859-1 (latin1)", bytes),
            None => {
                let text: String = given.iter().map(|byte| char::from(*byte)).collect();
                ("UTF-8", text.into_bytes())
            }
        };
        add(
            vec![Change::new(
                "key_charset",
                format!("the characters of the key are encoded in {name}"),
            )],
            Zeroizing::new(other),
        );
    }
    // The other side has something more than the key at hand.
    for (clause, end) in [
        (
            "a newline stands at the end of the key, as the sender signs with it",
            "\n",
        ),
        (
            "CR LF stands at the end of the key, as the sender signs with it",
            "\r\n",
        ),
        (
            "a space stands at the end of the key, as the sender signs with it",
            " ",
        ),
    ] {
        add(
            vec![Change::new("key_lacks_newline", clause)],
            Zeroizing::new([given, end.as_bytes()].concat()),
        );
    }
    for quote in ["\"", "'"] {
        add(
            vec![Change::new(
                "key_lacks_quotes",
                "the key stands in quotes, as the sender signs with them",
            )],
            Zeroizing::new([quote.as_bytes(), given, quote.as_bytes()].concat()),
        );
    }
    for prefix in ["whsec_", "sk_", "secret_"] {
        add(
            vec![Change::new(
                "key_lacks_prefix",
                format!("the key has its prefix `{prefix}` before it"),
            )],
            Zeroizing::new([prefix.as_bytes(), given].concat()),
        );
    }
    if let Ok(text) = std::str::from_utf8(given) {
        for (name, other) in [
            ("lower", text.to_lowercase()),
            ("upper", text.to_uppercase()),
        ] {
            add(
                vec![Change::new(
                    "key_case",
                    format!("the key is written in {name} case"),
                )],
                Zeroizing::new(other.into_bytes()),
            );
        }
    }
}

/// A text read as every encoding it can be in, with and without a prefix.
fn decoded(text: &[u8]) -> Vec<(Change, Zeroizing<Vec<u8>>)> {
    let mut found = Vec::new();
    let mut put = |cause, clause: String, bytes: Vec<u8>| {
        found.push((Change::new(cause, clause), Zeroizing::new(bytes)));
    };
    put(
        "key_is_text",
        "the key is taken as text, as it stands".to_owned(),
        text.to_vec(),
    );
    // `whsec_`, `sk_live_`: letters and underscores at the start.
    let prefix = text
        .iter()
        .take(16)
        .position(|b| *b == b'_' || *b == b':' || *b == b'.')
        .map_or(0, |at| at + 1);
    let hex_mark = if text.starts_with(b"0x") { 2 } else { 0 };
    for (start, with) in [
        (0, ""),
        (prefix, " after its prefix"),
        (hex_mark, " after `0x`"),
    ] {
        if start == 0 && !with.is_empty() {
            continue;
        }
        let rest = &text[start..];
        if start > 0 {
            put(
                "key_has_prefix",
                "the key's prefix is left out".to_owned(),
                rest.to_vec(),
            );
        }
        for encoding in [
            Encoding::Hex,
            Encoding::Base64,
            Encoding::Base64NoPad,
            Encoding::Base64url,
            Encoding::Base64urlPadded,
        ] {
            let Ok(bytes) = encoding.decode(rest) else {
                continue;
            };
            let (cause, name) = match encoding {
                Encoding::Hex => ("key_is_hex", "hex"),
                Encoding::Base64 | Encoding::Base64NoPad => ("key_is_base64", "base64"),
                _ => ("key_is_base64url", "base64url"),
            };
            put(
                cause,
                format!("the key is decoded from {name}{with}"),
                bytes,
            );
        }
    }
    // One in hex that the sender has in base64, and the other way.
    if let Ok(bytes) = Encoding::Hex.decode(text) {
        put(
            "key_is_raw",
            "the key is written in base64 instead of hex, and taken as text".to_owned(),
            Encoding::Base64.encode(&bytes).into_bytes(),
        );
    } else if let Ok(bytes) = Encoding::Base64.decode(text) {
        put(
            "key_is_raw",
            "the key is written in hex instead of base64, and taken as text".to_owned(),
            hex::encode(bytes).into_bytes(),
        );
    }
    let separated: Vec<u8> = text
        .iter()
        .copied()
        .filter(|b| !matches!(b, b':' | b' ' | b'-'))
        .collect();
    if separated.len() < text.len()
        && let Ok(bytes) = Encoding::Hex.decode(&separated)
    {
        put(
            "key_is_hex",
            "the key is decoded from hex, without what separates its bytes".to_owned(),
            bytes,
        );
    }
    put(
        "key_is_raw",
        "the key is written in hex and taken as text".to_owned(),
        hex::encode(text).into_bytes(),
    );
    put(
        "key_is_raw",
        "the key is written in base64 and taken as text".to_owned(),
        Encoding::Base64.encode(text).into_bytes(),
    );
    found
}
