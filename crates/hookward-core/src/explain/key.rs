//! Reverses what shells, editors and dashboards do to a key.

use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::cause::{self, Change};
use super::urlencoded::percent_decoded;
use crate::crypto::PublicKey;
use crate::key::{Key, KeyRing, Material};
use crate::scheme::{Algorithm, KeyForm, Plan};
use crate::text::encoding::Encoding;

/// A candidate key, with the changes that lead to it.
pub(super) struct KeyCandidate {
    pub(super) changes: Vec<Change>,
    pub(super) material: Tried,
}

pub(super) enum Tried {
    Secret(Zeroizing<Vec<u8>>),
    Public(Box<PublicKey>),
}

/// A text, with the changes that led to it.
type Cleaned = (Option<Change>, Zeroizing<Vec<u8>>);

/// The keys as given, except unusable ones.
pub(super) fn as_given(plan: &Plan, ring: &KeyRing, named: Option<&[u8]>) -> Vec<KeyCandidate> {
    let mut found = Vec::new();
    for (id, key, _) in ring.keys() {
        let Some(material) = usable(plan.algorithm, &plan.key, key) else {
            continue;
        };
        let mut changes = match named {
            Some(name) if name != id.as_bytes() => vec![cause::key_is_another::named(id)],
            _ => Vec::new(),
        };
        if key.not_a_credential(plan.algorithm, &plan.name).is_err() {
            changes.push(cause::key_is_another_kind::api_key());
        }
        found.push(KeyCandidate { changes, material });
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
pub(super) fn others(algorithm: Algorithm, form: &KeyForm, ring: &KeyRing) -> Vec<KeyCandidate> {
    ring.keys()
        .iter()
        .filter_map(|(id, key, _)| {
            Some(KeyCandidate {
                changes: vec![cause::key_is_another::other(id)],
                material: usable(algorithm, form, key)?,
            })
        })
        .collect()
}

/// Keys that the service does not use, in other readings.
pub(super) fn others_read(
    algorithm: Algorithm,
    form: &KeyForm,
    ring: &KeyRing,
) -> Vec<KeyCandidate> {
    let mut found = readings(algorithm, form, ring);
    for candidate in &mut found {
        let another = cause::key_is_another::other_read();
        candidate.changes.insert(0, another);
    }
    found.retain(|candidate| candidate.changes.len() == 2);
    found
}

/// Other readings of each key on the ring.
pub(super) fn readings(algorithm: Algorithm, form: &KeyForm, ring: &KeyRing) -> Vec<KeyCandidate> {
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
            let mut secrets = Secrets::new(form, given, &of_key, found);
            secrets.add_all(given);
            found = secrets.found;
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
    found: &mut Vec<KeyCandidate>,
) {
    if let Some(half) = key.public_half(algorithm) {
        found.push(KeyCandidate {
            changes: vec![cause::key_is_private::half(of_key)],
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
            found.push(KeyCandidate {
                changes: vec![change],
                material,
            });
        } else if let Some(half) = key.public_half(algorithm) {
            found.push(KeyCandidate {
                changes: vec![change, cause::key_is_private::half("")],
                material: Tried::Public(Box::new(half)),
            });
        }
    }
}

/// A PEM block that lost its line breaks.
fn pem_mended(given: &[u8]) -> Vec<Cleaned> {
    let Ok(text) = std::str::from_utf8(given) else {
        return Vec::new();
    };
    let plain = text
        .trim_start_matches('\u{feff}')
        .trim()
        .trim_matches(['"', '\'']);
    let mut found = Vec::new();
    let mut put = |change: Change, text: String| {
        found.push((Some(change), Zeroizing::new(text.into_bytes())));
    };
    if plain.contains("\\n") {
        put(
            cause::key_pem_mangled::escapes(),
            plain.replace("\\r", "").replace("\\n", "\n"),
        );
    }
    let Some((label, rest)) = plain
        .strip_prefix("-----BEGIN ")
        .and_then(|rest| rest.split_once("-----"))
    else {
        // Lines of base64 without their delimiters are read as DER.
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
        cause::key_pem_mangled::lines(),
        format!(
            "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
            lines.join("\n")
        ),
    );
    found
}

/// The text without surrounding characters that were added by mistake; the original text
/// first.
fn cleaned(given: &[u8]) -> Vec<Cleaned> {
    let mut cleaning = Cleaning {
        found: vec![(None, Zeroizing::new(given.to_vec()))],
    };
    let no_bom = given.strip_prefix(b"\xef\xbb\xbf").unwrap_or(given);
    let inner = no_bom.trim_ascii();
    cleaning.put(cause::key_has_bom::before(), no_bom);
    cleaning.blanks(given);
    cleaning.quotes(inner);
    cleaning.escapes(inner);
    cleaning.ends(inner);
    cleaning.prefix(inner);
    cleaning.repetition(inner);
    cleaning.name(inner);
    cleaning.found
}

fn cleaned_again(text: &[u8]) -> impl Iterator<Item = Cleaned> {
    cleaned(text).into_iter().skip(1)
}

/// The distinct readings of a text so far.
struct Cleaning {
    found: Vec<Cleaned>,
}

impl Cleaning {
    fn put(&mut self, change: Change, text: &[u8]) {
        let is_known = |(_, known): &Cleaned| known.as_slice() == text;
        if !text.is_empty() && !self.found.iter().any(is_known) {
            self.found
                .push((Some(change), Zeroizing::new(text.to_vec())));
        }
    }

    fn blanks(&mut self, given: &[u8]) {
        let space = given.trim_ascii();
        let ends = given.trim_ascii_end();
        if ends.len() < given.len() && given[ends.len()..].contains(&b'\n') {
            self.put(cause::key_has_newline::at_end(), space);
        }
        self.put(cause::key_has_space::around(), space);
        let Ok(text) = std::str::from_utf8(given) else {
            return;
        };
        let invisible = |c: char| {
            c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}' | '\u{2060}' | '\u{a0}')
        };
        // A mark at the start has its own cause.
        let trimmed = match text.strip_prefix('\u{feff}') {
            Some(_) => text,
            None => text.trim_matches(invisible),
        };
        self.put(cause::key_has_space::invisible(), trimmed.as_bytes());
    }

    fn quotes(&mut self, inner: &[u8]) {
        for (open, close, name) in [
            ("\"", "\"", "quotes"),
            ("'", "'", "quotes"),
            ("`", "`", "backquotes"),
            ("\u{201c}", "\u{201d}", "typographic quotes"),
            ("<", ">", "angle brackets"),
        ] {
            let Some(text) = between(inner, open, close) else {
                continue;
            };
            let change = || cause::key_has_quotes::around(name);
            self.put(change(), text);
            self.put(change(), text.trim_ascii());
            for quote in ["\"", "'"] {
                if let Some(text) = between(text, quote, quote) {
                    self.put(change(), text);
                }
            }
        }
    }

    /// Unescapes what a shell, a compose file or a URL escaped.
    fn escapes(&mut self, inner: &[u8]) {
        let Ok(text) = std::str::from_utf8(inner) else {
            return;
        };
        for (from, to, what) in [
            ("\\", "", "backslashes before its characters"),
            ("$$", "$", "doubled dollar signs"),
            ("%%", "%", "doubled percent signs"),
        ] {
            if text.contains(from) {
                let undone = text.replace(from, to);
                self.put(cause::key_is_escaped::undone(what), undone.as_bytes());
            }
        }
        if text.contains('%') {
            let decoded = percent_decoded(text);
            self.put(cause::key_is_escaped::percent(), decoded.as_bytes());
        }
    }

    fn ends(&mut self, inner: &[u8]) {
        for mark in [&b"\\n"[..], b"\\r\\n", b"\"", b"'", b",", b";"] {
            if let Some(text) = inner.strip_suffix(mark) {
                let shown = String::from_utf8_lossy(mark);
                self.put(cause::key_has_suffix::mark(shown), text);
            }
        }
        for quote in [&b"\""[..], b"'"] {
            if let Some(text) = inner.strip_prefix(quote) {
                self.put(cause::key_has_quotes::before(), text);
            }
        }
        if let Some(at) = inner.windows(2).position(|pair| pair == b" #")
            && at > 0
        {
            let text = inner[..at].trim_ascii_end();
            self.put(cause::key_has_suffix::comment(), text);
        }
    }

    /// Strips a word before the key, as in `Bearer …`.
    fn prefix(&mut self, inner: &[u8]) {
        if let Some(at) = inner.iter().position(|b| *b == b' ')
            && inner[..at].iter().all(u8::is_ascii_alphabetic)
            && at > 0
        {
            self.put(cause::key_has_prefix::word(), inner[at..].trim_ascii());
        }
    }

    fn repetition(&mut self, inner: &[u8]) {
        let (half, other) = inner.split_at(inner.len() / 2);
        if half == other {
            self.put(cause::key_doubled::once(), half);
        }
    }

    /// Strips a variable name before the key, as in `SECRET=…`.
    fn name(&mut self, inner: &[u8]) {
        let is_of_name = |b: &u8| b.is_ascii_alphanumeric() || b"_- \"".contains(b);
        let Some(at) = inner.iter().position(|b| matches!(b, b'=' | b':')) else {
            return;
        };
        if at == 0 || at + 1 == inner.len() || !inner[..at].iter().all(is_of_name) {
            return;
        }
        let value = inner[at + 1..].trim_ascii();
        self.put(cause::key_has_name::before(), value);
        for quote in ["\"", "'"] {
            if let Some(text) = between(value, quote, quote) {
                self.put(cause::key_has_name::before_quoted(), text);
            }
        }
    }
}

/// The text between two delimiters.
fn between<'t>(text: &'t [u8], open: &str, close: &str) -> Option<&'t [u8]> {
    text.strip_prefix(open.as_bytes())?
        .strip_suffix(close.as_bytes())
}

/// The distinct readings of a shared secret so far.
struct Secrets<'a> {
    form: &'a KeyForm,
    /// Appended to clauses if there are several keys.
    of_key: &'a str,
    known: Vec<Zeroizing<Vec<u8>>>,
    found: Vec<KeyCandidate>,
}

impl<'a> Secrets<'a> {
    fn new(form: &'a KeyForm, given: &[u8], of_key: &'a str, found: Vec<KeyCandidate>) -> Self {
        Self {
            form,
            of_key,
            known: in_form(form, given).into_iter().collect(),
            found,
        }
    }

    fn add(&mut self, mut changes: Vec<Change>, secret: Zeroizing<Vec<u8>>) {
        let is_known = |known: &Zeroizing<Vec<u8>>| bool::from(known.ct_eq(&secret));
        if secret.is_empty() || self.known.iter().any(is_known) {
            return;
        }
        self.known.push(secret.clone());
        if let Some(last) = changes.last_mut() {
            last.clause += self.of_key;
        }
        self.found.push(KeyCandidate {
            changes,
            material: Tried::Secret(secret),
        });
    }

    fn add_bytes(&mut self, change: Change, parts: &[&[u8]]) {
        self.add(vec![change], Zeroizing::new(parts.concat()));
    }

    fn add_all(&mut self, given: &[u8]) {
        let cleaned = cleaned(given);
        self.add_cleaned(&cleaned);
        self.add_cleaned_twice(&cleaned);
        self.add_decoded(&cleaned);
        self.add_charset(given);
        self.add_lacking(given);
        self.add_cases(given);
    }

    /// Cleaned, in the scheme's form.
    fn add_cleaned(&mut self, cleaned: &[Cleaned]) {
        for (change, text) in cleaned {
            let Some(change) = change else { continue };
            if let Some(secret) = in_form(self.form, text) {
                self.add(vec![change.clone()], secret);
            }
        }
    }

    /// Cleaned twice, for example `"key\\n"`.
    fn add_cleaned_twice(&mut self, cleaned: &[Cleaned]) {
        for (first, text) in cleaned {
            let Some(first) = first else { continue };
            for (second, text) in cleaned_again(text) {
                if let Some(secret) = in_form(self.form, &text) {
                    let changes = [first.clone()].into_iter().chain(second).collect();
                    self.add(changes, secret);
                }
            }
        }
    }

    /// In other forms, both as given and cleaned.
    fn add_decoded(&mut self, cleaned: &[Cleaned]) {
        for (change, text) in cleaned {
            for (reading, secret) in decoded(text) {
                let changes = change.iter().cloned().chain([reading]).collect();
                self.add(changes, secret);
            }
        }
    }

    /// Non-ASCII characters in another charset.
    fn add_charset(&mut self, given: &[u8]) {
        if given.is_ascii() {
            return;
        }
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
        let change = cause::key_charset::encoded(name);
        self.add(vec![change], Zeroizing::new(other));
    }

    /// The sender's key has additional characters.
    fn add_lacking(&mut self, given: &[u8]) {
        for (what, end) in [("a newline", "\n"), ("CR LF", "\r\n"), ("a space", " ")] {
            let change = cause::key_lacks_newline::ending(what);
            self.add_bytes(change, &[given, end.as_bytes()]);
        }
        for quote in ["\"", "'"] {
            let change = cause::key_lacks_quotes::around();
            self.add_bytes(change, &[quote.as_bytes(), given, quote.as_bytes()]);
        }
        for prefix in ["whsec_", "sk_", "secret_"] {
            let change = cause::key_lacks_prefix::prefix(prefix);
            self.add_bytes(change, &[prefix.as_bytes(), given]);
        }
    }

    fn add_cases(&mut self, given: &[u8]) {
        let Ok(text) = std::str::from_utf8(given) else {
            return;
        };
        for (name, other) in [
            ("lower", text.to_lowercase()),
            ("upper", text.to_uppercase()),
        ] {
            let change = cause::key_case::written(name);
            self.add(vec![change], Zeroizing::new(other.into_bytes()));
        }
    }
}

/// The secret that a text encodes in the scheme's form.
fn in_form(form: &KeyForm, text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    Key::new(text.to_vec()).ok()?.secret(form).ok()
}

/// Decodes a text from every plausible encoding, with and without a prefix.
fn decoded(text: &[u8]) -> Vec<(Change, Zeroizing<Vec<u8>>)> {
    let mut found = vec![(
        cause::key_is_text::undecoded(),
        Zeroizing::new(text.to_vec()),
    )];
    // `whsec_`, `sk_live_`: letters and underscores at the start.
    let prefix = text
        .iter()
        .take(16)
        .position(|b| *b == b'_' || *b == b':' || *b == b'.')
        .map_or(0, |at| at + 1);
    let hex_mark = if text.starts_with(b"0x") { 2 } else { 0 };
    found.extend(decoded_from(text, ""));
    for (start, after) in [(prefix, " after its prefix"), (hex_mark, " after `0x`")] {
        if start > 0 {
            let rest = &text[start..];
            found.push((
                cause::key_has_prefix::prefix(),
                Zeroizing::new(rest.to_vec()),
            ));
            found.extend(decoded_from(rest, after));
        }
    }
    let mut put = |change, bytes: Vec<u8>| found.push((change, Zeroizing::new(bytes)));
    // A key that is hex-encoded here and base64-encoded at the sender, or the reverse.
    if let Ok(bytes) = Encoding::Hex.decode(text) {
        let base64 = Encoding::Base64.encode(&bytes);
        put(cause::key_is_raw::base64_for_hex(), base64.into_bytes());
    } else if let Ok(bytes) = Encoding::Base64.decode(text) {
        let digits = hex::encode(bytes);
        put(cause::key_is_raw::hex_for_base64(), digits.into_bytes());
    }
    let separated: Vec<u8> = text
        .iter()
        .copied()
        .filter(|b| !matches!(b, b':' | b' ' | b'-'))
        .collect();
    if separated.len() < text.len()
        && let Ok(bytes) = Encoding::Hex.decode(&separated)
    {
        put(cause::key_is_hex::separated(), bytes);
    }
    put(cause::key_is_raw::hex(), hex::encode(text).into_bytes());
    let base64 = Encoding::Base64.encode(text);
    put(cause::key_is_raw::base64(), base64.into_bytes());
    found
}

/// Decodes a text from every plausible encoding; `after` names the prefix that was
/// stripped.
fn decoded_from(text: &[u8], after: &str) -> Vec<(Change, Zeroizing<Vec<u8>>)> {
    let encodings = [
        Encoding::Hex,
        Encoding::Base64,
        Encoding::Base64NoPad,
        Encoding::Base64url,
        Encoding::Base64urlPadded,
    ];
    let decode = |encoding: Encoding| {
        let bytes = encoding.decode(text).ok()?;
        let change = match encoding {
            Encoding::Hex => cause::key_is_hex::decoded(after),
            Encoding::Base64 | Encoding::Base64NoPad => cause::key_is_base64::decoded(after),
            _ => cause::key_is_base64url::decoded(after),
        };
        Some((change, Zeroizing::new(bytes)))
    };
    encodings.into_iter().filter_map(decode).collect()
}
