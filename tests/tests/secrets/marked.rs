//! Finds a secret in a text, whatever it was encoded as.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};

/// So many bytes of a secret are too many. What is this long is in no text by chance.
const PART: usize = 8;

/// A secret, and what a part of it looks like in each encoding.
pub(crate) struct Marked {
    parts: Vec<(&'static str, String)>,
}

impl Marked {
    pub(crate) fn new(secret: &[u8]) -> Self {
        let parts = secret.windows(PART).flat_map(forms);
        let parts = parts.map(|(how, form)| (how, form.to_ascii_lowercase()));
        Self {
            parts: parts.collect(),
        }
    }

    /// Where a part of the secret is in a text: as it is, in hex, base64, decimal numbers or
    /// escaped, in either case.
    pub(crate) fn leak(&self, text: &str) -> Option<String> {
        let lower = text.to_ascii_lowercase();
        self.parts.iter().find_map(|(how, form)| {
            let at = lower.find(form)?;
            let start = lower[..at].char_indices().rev().nth(60);
            let start = start.map_or(0, |(start, _)| start);
            let shown: String = text[start..].chars().take(120 + form.len()).collect();
            Some(format!("{how}: …{shown}…"))
        })
    }
}

fn forms(part: &[u8]) -> Vec<(&'static str, String)> {
    let mut forms = vec![("hex", hex::encode(part))];
    if let Ok(text) = std::str::from_utf8(part) {
        forms.push(("text", text.to_owned()));
        forms.push(("escaped", text.escape_default().to_string()));
    }
    let numbers: Vec<String> = part.iter().map(u8::to_string).collect();
    forms.push(("numbers", numbers.join(", ")));
    forms.push(("numbers", numbers.join(",")));
    let mut escaped = String::new();
    let mut all = String::new();
    for byte in part {
        let _ = write!(all, "%{byte:02X}");
        let _ = match byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            true => write!(escaped, "{}", char::from(*byte)),
            false => write!(escaped, "%{byte:02X}"),
        };
    }
    forms.push(("URL-escaped", escaped));
    forms.push(("URL-escaped", all));
    for (alphabet, name) in [(STANDARD, "base64"), (URL_SAFE, "base64url")] {
        let engine = GeneralPurpose::new(&alphabet, NO_PAD);
        // What of the part fills whole groups, wherever a group starts.
        for skipped in 0..3 {
            let whole = (part.len() - skipped) / 3 * 3;
            forms.push((name, engine.encode(&part[skipped..skipped + whole])));
        }
    }
    // Three bytes in base64 are in many texts.
    forms.retain(|(_, form)| form.len() >= 8);
    forms
}

#[test]
fn a_secret_is_found_in_every_encoding() {
    let secret = b"mK7q/z0V2c+h1nX9sTtR=4bW8y";
    let marked = Marked::new(secret);
    let engine = |alphabet| GeneralPurpose::new(&alphabet, NO_PAD);
    for before in ["", "x", "xy"] {
        let framed = [before.as_bytes(), secret, b"."].concat();
        for text in [
            String::from_utf8(framed.clone()).unwrap(),
            hex::encode(&framed),
            hex::encode_upper(&framed),
            engine(STANDARD).encode(&framed),
            engine(URL_SAFE).encode(&framed),
            format!("{framed:?}"),
            format!("{:?}", String::from_utf8(framed.clone()).unwrap()),
            String::from_utf8(framed.clone())
                .unwrap()
                .replace('/', "%2F")
                .replace('+', "%2B")
                .replace('=', "%3D"),
            framed.iter().map(|byte| format!("%{byte:02x}")).collect(),
            String::from_utf8(framed.clone()).unwrap()[..12].to_owned(),
        ] {
            assert!(
                marked.leak(&format!("before {text} after")).is_some(),
                "{text}"
            );
        }
    }
    assert_eq!(marked.leak("mK7q/z0 and V2c+h1n and nothing else"), None);
}
