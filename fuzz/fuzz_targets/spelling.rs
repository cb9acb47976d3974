//! The text of a signature has one spelling: of all edits of a genuine one, only those
//! are accepted that spell the same bytes as the encoding writes them, in the place of a
//! signature. Hex digits may be in either case.
//!
//! Input: a byte for the encoding, one for the format, then edits of three bytes each, and
//! after a byte of 255 the body.

#![no_main]

use std::sync::LazyLock;

use hookward_core::{Digest, Encoding, Key, Scheme, Signer, UnixTime, Verifier};
use libfuzzer_sys::fuzz_target;

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

const ENCODINGS: [Encoding; 7] = [
    Encoding::Hex,
    Encoding::HexUpper,
    Encoding::Base64,
    Encoding::Base64NoPad,
    Encoding::Base64url,
    Encoding::Base64urlPadded,
    Encoding::Base64Hex,
];

const FORMATS: [&str; 4] = [
    "{signature}",
    "sha256={signature}",
    "v1={signature};x",
    "v1,{signature}",
];

const PIECES: &[u8] = b"0129afAFgGzZ+/-_=,. \t;'\"\\\n\0vxs%";

static VERIFIERS: LazyLock<Vec<(Encoding, &str, Verifier, Signer)>> = LazyLock::new(|| {
    ENCODINGS
        .into_iter()
        .flat_map(|encoding| FORMATS.map(|format| (encoding, format)))
        .map(|(encoding, format)| {
            let scheme = Scheme::hmac("acme", Digest::Sha256)
                .header("x-signature")
                .format(format)
                .encoding(encoding);
            let key = || Key::from_bytes("key").unwrap();
            let signer = Signer::new(&scheme, key()).unwrap();
            (
                encoding,
                format,
                Verifier::new(scheme, key()).unwrap(),
                signer,
            )
        })
        .collect()
});

fuzz_target!(|data: &[u8]| {
    let [choice, format, rest @ ..] = data else {
        return;
    };
    let end = rest
        .iter()
        .position(|byte| *byte == 255)
        .unwrap_or(rest.len());
    let (edits, body) = rest.split_at(end);
    let index = usize::from(*choice) % ENCODINGS.len() * FORMATS.len();
    let (encoding, _, verifier, signer) = &VERIFIERS[index + usize::from(*format) % FORMATS.len()];
    let mut request = http::Request::post("https://h/")
        .body(body.to_vec())
        .unwrap();
    let signed = signer.sign(&request, NOW, None).unwrap();
    let (name, genuine) = signed.headers()[0].clone();
    let genuine = genuine.as_bytes();

    let mut text = genuine.to_vec();
    for edit in edits.chunks_exact(3) {
        let at = usize::from(edit[1]) % (text.len() + 1);
        let piece = PIECES[usize::from(edit[2]) % PIECES.len()];
        match edit[0] % 5 {
            0 => text.insert(at, piece),
            1 if at < text.len() => text[at] = piece,
            2 if at < text.len() => drop(text.remove(at)),
            3 => text.truncate(at),
            _ => {
                if let Some(byte) = text.get_mut(at) {
                    byte.make_ascii_uppercase();
                }
            }
        }
    }
    let Ok(value) = http::HeaderValue::from_bytes(&text) else {
        return;
    };
    request.headers_mut().insert(name, value);
    let verdict = verifier.verify_at(&request, NOW);
    // A format takes white space around its parts, and a list several signatures: what
    // is accepted has the genuine text between separators.
    let same = |a: u8, b: u8| match encoding {
        Encoding::Hex | Encoding::HexUpper => a.eq_ignore_ascii_case(&b),
        _ => a == b,
    };
    let spelt = encoded(genuine);
    let is_there = text
        .windows(spelt.len())
        .any(|part| part.iter().zip(spelt).all(|(a, b)| same(*a, *b)));
    if text == genuine {
        assert!(verdict.is_ok());
    }
    if verdict.is_ok() {
        // In base64 of hex, the digits inside may be in either case.
        let is_hex_inside = matches!(encoding, Encoding::Base64Hex);
        assert!(
            is_there || is_hex_inside,
            "{:?}",
            String::from_utf8_lossy(&text)
        );
    }
});

/// The signature in a genuine value: without the format's own text.
fn encoded(value: &[u8]) -> &[u8] {
    let value = value.strip_suffix(b";x").unwrap_or(value);
    let prefixes: [&[u8]; 3] = [b"sha256=", b"v1=", b"v1,"];
    prefixes
        .iter()
        .find_map(|prefix| value.strip_prefix(*prefix))
        .unwrap_or(value)
}
