//! Extraction of possible signatures from anywhere in a request, in any encoding.

use http::HeaderMap;
use http::header::HeaderName;

use super::cause::{self, Change};
use super::place::read;
use super::urlencoded::percent_decoded;
use crate::scheme::format::{Fields as Written, FormatSlot};
use crate::scheme::{Place, Plan};
use crate::text::encoding::Encoding;
use crate::text::values;

/// Maximum number of signatures compared with each computed value.
const MAX_SIGNATURES: usize = 96;

/// Maximum number of pieces of one header that are decoded.
const MAX_TOKENS: usize = 64;

/// Longer headers are skipped.
const MAX_VALUE: usize = 8192;

/// Minimum number of matching bytes of a truncated signature: a random one matches with
/// probability 2⁻⁶⁴.
pub(super) const LEAST_PREFIX: usize = 8;

/// A possible signature found in the request.
pub(super) struct FoundSignature {
    pub(super) bytes: Vec<u8>,
    /// Whether the signature is truncated.
    pub(super) cut: bool,
    pub(super) change: Option<Change>,
}

/// All possible signatures of the request: those that the scheme reads first, then
/// everything that decodes as one.
pub(super) fn signatures(
    plan: &Plan,
    headers: &HeaderMap,
    target: &str,
    body: &[u8],
) -> Vec<FoundSignature> {
    let text = read(&plan.at, headers, target, body);
    let mut found = text
        .as_deref()
        .map_or_else(Vec::new, |text| own(plan, text));
    if !plan.algorithm.signs_content() {
        shared(plan, headers, &mut found);
        return found;
    }
    let own_place = plan.at.to_string();
    if let Some(text) = &text {
        hunt(plan, &own_place, true, text, &mut found);
    }
    in_headers(plan, headers, &mut found);
    for (name, value) in values::pairs(values::query_of(target)) {
        let place = format!("query parameter `{name}`");
        hunt(plan, &place, false, value.as_bytes(), &mut found);
    }
    found.truncate(MAX_SIGNATURES);
    found
}

/// Those that the scheme reads.
fn own(plan: &Plan, text: &[u8]) -> Vec<FoundSignature> {
    let mut written = Written::default();
    if plan.format.read(text, &mut written).is_err() {
        return Vec::new();
    }
    let texts = written.signatures.iter();
    texts
        .filter_map(|(text, _)| plan.encoding.decode(text).ok())
        .map(|bytes| FoundSignature {
            bytes,
            cut: false,
            change: None,
        })
        .collect()
}

fn own_header(plan: &Plan) -> Option<&HeaderName> {
    match &plan.at {
        Place::Header(name) => Some(name),
        _ => None,
    }
}

fn in_headers(plan: &Plan, headers: &HeaderMap, found: &mut Vec<FoundSignature>) {
    let own = own_header(plan);
    let is_repeated = own.is_some_and(|name| headers.get_all(name).iter().count() > 1);
    let mut ordered: Vec<(&HeaderName, &[u8])> =
        headers.iter().map(|(n, v)| (n, v.as_bytes())).collect();
    // Headers that look like signatures come first, in case there are too many.
    ordered.sort_by_key(|(name, _)| {
        let name = name.as_str();
        !(name.contains("sign") || name.contains("hmac") || name.contains("digest"))
    });
    for (name, value) in ordered {
        if Some(name) != own {
            hunt(plan, &format!("header `{name}`"), false, value, found);
        } else if is_repeated {
            let before = found.len();
            hunt(plan, &plan.at.to_string(), true, value, found);
            for signature in &mut found[before..] {
                signature.change = Some(cause::signature_repeated::alone(name));
            }
        }
    }
}

/// Secrets sent verbatim: other headers and notations.
fn shared(plan: &Plan, headers: &HeaderMap, found: &mut Vec<FoundSignature>) {
    let own = own_header(plan);
    for (name, value) in headers {
        let value = value.as_bytes();
        let is_own = Some(name) == own;
        let mut forms: Vec<(Vec<u8>, Change)> = Vec::new();
        if !is_own {
            let change = cause::signature_in_other_header::key(name);
            forms.push((value.to_vec(), change));
        }
        credentials(name, is_own, value, &mut forms);
        quoted(name, is_own, value, &mut forms);
        let signatures = forms
            .into_iter()
            .filter(|(bytes, _)| !bytes.is_empty())
            .map(|(bytes, change)| FoundSignature {
                bytes,
                cut: false,
                change: Some(change),
            });
        found.extend(signatures);
    }
    found.truncate(MAX_SIGNATURES);
}

/// The text after a word such as `Bearer`, unchanged and as Basic credentials.
fn credentials(name: &HeaderName, is_own: bool, value: &[u8], forms: &mut Vec<(Vec<u8>, Change)>) {
    for prefix in [
        "Bearer ", "bearer ", "Token ", "ApiKey ", "Basic ", "Key ", "token=",
    ] {
        let Some(rest) = value.strip_prefix(prefix.as_bytes()) else {
            continue;
        };
        if let Ok(plain) = Encoding::Base64.decode(rest) {
            for (part, what) in of_basic(plain) {
                let change = match is_own {
                    true => cause::signature_prefix::credentials(name, what),
                    false => cause::signature_in_other_header::credentials(name, what),
                };
                forms.push((part, change));
            }
        }
        let word = prefix.trim_end();
        let change = match is_own {
            true => cause::signature_prefix::word(name, word),
            false => cause::signature_in_other_header::word(name, word),
        };
        forms.push((rest.to_vec(), change));
    }
}

/// Decoded credentials and the parts that may be the secret.
fn of_basic(plain: Vec<u8>) -> [(Vec<u8>, &'static str); 3] {
    let (user, password) = match plain.iter().position(|b| *b == b':') {
        Some(at) => (plain[..at].to_vec(), plain[at + 1..].to_vec()),
        None => (Vec::new(), Vec::new()),
    };
    [
        (plain, "decoded from base64"),
        (user, "the user name of the Basic credentials"),
        (password, "the password of the Basic credentials"),
    ]
}

fn quoted(name: &HeaderName, is_own: bool, value: &[u8], forms: &mut Vec<(Vec<u8>, Change)>) {
    let [first, text @ .., last] = value.trim_ascii() else {
        return;
    };
    if first == last && matches!(first, b'"' | b'\'') {
        let change = match is_own {
            true => cause::signature_prefix::quotes(name),
            false => cause::signature_in_other_header::quotes(name),
        };
        forms.push((text.to_vec(), change));
    }
}

/// Collects every token of a value that decodes as a signature.
fn hunt(plan: &Plan, place: &str, is_own: bool, value: &[u8], found: &mut Vec<FoundSignature>) {
    if value.len() > MAX_VALUE || found.len() >= MAX_SIGNATURES {
        return;
    }
    let Ok(text) = std::str::from_utf8(value) else {
        return;
    };
    let mut hunt = Hunt {
        plan,
        place,
        is_own,
        expected: plan.algorithm.signature_len(),
        found,
    };
    for (token, undone) in tokens(text) {
        hunt.token(&token, undone);
    }
}

/// What happened to a text before it became a token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Undone {
    Nothing,
    PercentEncoding,
    /// A form decoder turned the plus signs of base64 into spaces.
    LostPlus,
}

/// The distinct pieces of a value that may be a signature.
fn tokens(text: &str) -> Vec<(String, Undone)> {
    let mut tokens: Vec<(String, Undone)> = Vec::new();
    let mut put = |text: &str, undone: Undone| {
        let text = text.trim().trim_matches(['"', '\'', '<', '>']);
        let fits = (11..=4096).contains(&text.len()) && tokens.len() < MAX_TOKENS;
        if fits && !tokens.iter().any(|(known, _)| known == text) {
            tokens.push((text.to_owned(), undone));
        }
    };
    let ends = [',', ' ', ';', '|', '.'];
    put(text, Undone::Nothing);
    for (at, _) in text.match_indices(['=', ' ', ',', ';', ':', '|', '.']) {
        let rest = &text[at + 1..];
        put(rest, Undone::Nothing);
        let end = rest.find(ends).unwrap_or(rest.len());
        put(&rest[..end], Undone::Nothing);
    }
    for (end, _) in text.match_indices(ends) {
        put(&text[..end], Undone::Nothing);
    }
    if text.contains('%') {
        let decoded = percent_decoded(text);
        for (at, _) in decoded.match_indices(['=', ' ', ',']) {
            put(&decoded[at + 1..], Undone::PercentEncoding);
        }
        put(&decoded, Undone::PercentEncoding);
    }
    if text.contains(' ') {
        put(&text.trim().replace(' ', "+"), Undone::LostPlus);
    }
    tokens
}

/// The search for signatures in one value.
struct Hunt<'h> {
    plan: &'h Plan,
    place: &'h str,
    /// Whether this is the location of the scheme's signature.
    is_own: bool,
    /// The length of a signature, if the algorithm fixes it.
    expected: Option<usize>,
    found: &'h mut Vec<FoundSignature>,
}

impl Hunt<'_> {
    fn token(&mut self, token: &str, undone: Undone) {
        let mut encodings = [
            (Encoding::Hex, "hex"),
            (Encoding::Base64, "base64"),
            (Encoding::Base64NoPad, "base64 without padding"),
            (Encoding::Base64url, "base64url"),
            (Encoding::Base64urlPadded, "base64url with padding"),
            (Encoding::Base64Hex, "hex digits in base64"),
        ];
        // Some texts decode to the same bytes in two encodings: the scheme's own comes
        // first.
        encodings.sort_by_key(|(encoding, _)| *encoding != self.plan.encoding);
        for (encoding, name) in encodings {
            let Ok(bytes) = encoding.decode(token.as_bytes()) else {
                continue;
            };
            self.decoded_twice(name, &bytes);
            self.cut(token, encoding, &bytes);
            self.too_long(encoding, &bytes);
            let change = self.change(undone, encoding, name);
            self.push(bytes, false, change);
        }
        self.surplus(token);
        self.odd(token);
    }

    /// The changes that decode a token from an encoding.
    fn change(&self, undone: Undone, encoding: Encoding, name: &str) -> Change {
        let place = self.place;
        let is_same = encoding == self.plan.encoding;
        match undone {
            Undone::PercentEncoding => cause::signature_percent_encoded::decoded(place),
            Undone::LostPlus => cause::signature_plus_lost::mended(place),
            Undone::Nothing if self.is_own && is_same => self.other_prefix(),
            Undone::Nothing if self.is_own => self.other_encoding(encoding, name),
            Undone::Nothing if is_same => cause::signature_in_other_header::signature(place, ""),
            Undone::Nothing => {
                let how = format!(", in {name}");
                cause::signature_in_other_header::signature(place, how)
            }
        }
    }

    fn other_prefix(&self) -> Change {
        let format = &self.plan.format;
        let prefix = format.prefix();
        if format.has(FormatSlot::JwsHeader) {
            cause::signature_prefix::token(self.place)
        } else if prefix.is_empty() {
            cause::signature_prefix::alone(self.place)
        } else {
            cause::signature_prefix::without(self.place, prefix)
        }
    }

    fn other_encoding(&self, encoding: Encoding, name: &str) -> Change {
        let (place, own) = (self.place, self.plan.encoding.name());
        match encoding {
            Encoding::Hex => cause::signature_is_hex::read(place, name, own),
            // Only the padding is missing.
            Encoding::Base64NoPad if self.plan.encoding == Encoding::Base64 => {
                cause::signature_cut::padding(place, own)
            }
            Encoding::Base64 | Encoding::Base64NoPad => {
                cause::signature_is_base64::read(place, name, own)
            }
            _ => cause::signature_is_base64url::read(place, name, own),
        }
    }

    /// Encoded twice: hex digits in base64, or base64 in hex.
    fn decoded_twice(&mut self, outer: &str, bytes: &[u8]) {
        if !bytes.is_ascii() {
            return;
        }
        for (encoding, inner) in [(Encoding::Hex, "hex"), (Encoding::Base64, "base64")] {
            if let Ok(twice) = encoding.decode(bytes)
                && twice.len() >= 16
            {
                let change = cause::signature_encoded_twice::decoded(self.place, outer, inner);
                self.push(twice, false, change);
            }
        }
    }

    /// A truncated signature.
    fn cut(&mut self, token: &str, encoding: Encoding, bytes: &[u8]) {
        let Some(expected) = self.expected else {
            return;
        };
        if (LEAST_PREFIX..expected).contains(&bytes.len()) {
            let change = cause::signature_cut::completed(
                self.place,
                token.len(),
                encoding.text_len(expected),
                encoding.characters(),
            );
            self.push(bytes.to_vec(), true, change);
        }
    }

    /// A hex-encoded signature followed by more digits.
    fn too_long(&mut self, encoding: Encoding, bytes: &[u8]) {
        let Some(expected) = self.expected else {
            return;
        };
        if bytes.len() > expected && encoding == Encoding::Hex {
            let change = cause::signature_too_long::digits(self.place, expected * 2);
            self.push(bytes[..expected].to_vec(), false, change);
        }
    }

    /// A base64-encoded signature followed by other text.
    fn surplus(&mut self, token: &str) {
        let encoding = self.plan.encoding;
        // A signature whose length is fixed by the key ends with its padding.
        let end = match self.expected {
            Some(expected) => encoding.text_len(expected),
            None => token.rfind('=').map_or(0, |at| at + 1),
        };
        let is_base64 = !matches!(encoding, Encoding::Hex | Encoding::Plain);
        if !is_base64 || end == 0 || token.len() <= end {
            return;
        }
        let Some(text) = token.get(..end) else { return };
        if let Ok(bytes) = encoding.decode(text.as_bytes()) {
            let change = cause::signature_too_long::characters(self.place, end);
            self.push(bytes, false, change);
        }
    }

    /// A signature truncated in the middle of a byte or of a base64 group.
    fn odd(&mut self, token: &str) {
        let Some(expected) = self.expected else {
            return;
        };
        let own = self.plan.encoding;
        let whole = own.text_len(expected);
        if token.len() >= whole {
            return;
        }
        let keep = match own {
            Encoding::Hex => token.len() / 2 * 2,
            Encoding::Plain => return,
            _ => token.trim_end_matches('=').len() / 4 * 4,
        };
        let encoding = match own {
            Encoding::Hex => Encoding::Hex,
            Encoding::Base64 | Encoding::Base64NoPad => Encoding::Base64NoPad,
            _ => Encoding::Base64url,
        };
        let Some(text) = token.get(..keep) else {
            return;
        };
        let Ok(bytes) = encoding.decode(text.as_bytes()) else {
            return;
        };
        if (LEAST_PREFIX..expected).contains(&bytes.len()) {
            let change =
                cause::signature_cut::completed(self.place, token.len(), whole, own.characters());
            self.push(bytes, true, change);
        }
    }

    fn push(&mut self, bytes: Vec<u8>, cut: bool, change: Change) {
        let is_known = |known: &FoundSignature| known.cut == cut && known.bytes == bytes;
        if self.found.len() < MAX_SIGNATURES && !self.found.iter().any(is_known) {
            self.found.push(FoundSignature {
                bytes,
                cut,
                change: Some(change),
            });
        }
    }
}
