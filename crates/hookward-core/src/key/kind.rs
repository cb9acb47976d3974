//! Detection of a key's kind from its encoding or prefix, where that is unambiguous.
//!
//! A key of the wrong kind verifies nothing at best. At worst it lets anyone sign: a
//! public key used as a shared secret is known to everyone, and an API key is often given
//! to browsers, colleagues and other services. A key that is evidently of the wrong kind
//! is therefore refused when a verifier is built; [`explain`](crate::Verifier::explain)
//! uses the same table.

use zeroize::Zeroizing;

use super::KeyError;
use super::public::tlv;
use crate::text::encoding::Encoding;
use crate::text::values;

/// The kind of a key, if the operator states it.
///
/// Most schemes determine it: HMAC takes a shared secret, Ed25519 a public key. Where the
/// algorithm follows from the key (RFC 9421) and the text could be either, it must be
/// stated; see [`Key::of_kind`](crate::Key::of_kind).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyKind {
    /// Known only to the sender and the receiver: HMAC.
    SharedSecret,
    /// Known to anyone; the sender keeps the private half: RSA, ECDSA, Ed25519.
    Public,
}

/// What a text was detected to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Evident {
    pub(crate) found: &'static str,
    help: &'static str,
}

impl From<Evident> for KeyError {
    fn from(evident: Evident) -> Self {
        Self::WrongKind {
            found: evident.found,
            expected: "a shared secret",
            help: evident.help,
        }
    }
}

pub(super) const COPY_SECRET: &str = "copy the signing secret from the provider's webhook settings";

const API_KEY: &str = "webhooks are signed with a secret of their own: copy it from the provider's webhook settings; if this provider does sign with this very key, say so with `Key::shared_secret`, or `--key secret:env:VARIABLE`";

/// The characters that follow a prefix.
#[derive(Clone, Copy)]
enum Tail {
    Any,
    /// Exactly this many lower-case hex digits.
    Hex(usize),
    /// Exactly this many upper-case letters or digits.
    Upper(usize),
}

impl Tail {
    fn fits(self, tail: &[u8]) -> bool {
        match self {
            Self::Any => true,
            Self::Hex(digits) => {
                tail.len() == digits && tail.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
            }
            Self::Upper(characters) => {
                tail.len() == characters
                    && tail
                        .iter()
                        .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
            }
        }
    }
}

/// Prefixes of API credentials. Account names and publishable keys are marked as known to
/// others: no provider signs with them.
const CREDENTIALS: &[(&str, Tail, bool, &str)] = {
    use Tail::{Any, Hex, Upper};
    const SECRET_API_KEY: &str = "an API key (`sk_…`)";
    const RESTRICTED: &str = "a restricted API key (`rk_…`)";
    const PUBLISHABLE: &str = "a publishable API key (`pk_…`), which browsers may know";
    const GITHUB: &str = "a GitHub access token";
    const SLACK: &str = "a Slack access token";
    const SHOPIFY: &str = "a Shopify access token";
    const OPENAI: &str = "an OpenAI API key";
    &[
        ("sk_live_", Any, false, SECRET_API_KEY),
        ("sk_test_", Any, false, SECRET_API_KEY),
        ("rk_live_", Any, false, RESTRICTED),
        ("rk_test_", Any, false, RESTRICTED),
        ("pk_live_", Any, true, PUBLISHABLE),
        ("pk_test_", Any, true, PUBLISHABLE),
        ("ghp_", Any, false, GITHUB),
        ("gho_", Any, false, GITHUB),
        ("ghu_", Any, false, GITHUB),
        ("ghs_", Any, false, GITHUB),
        ("ghr_", Any, false, GITHUB),
        ("github_pat_", Any, false, GITHUB),
        ("glpat-", Any, false, "a GitLab access token"),
        ("xoxb-", Any, false, SLACK),
        ("xoxp-", Any, false, SLACK),
        ("xoxa-", Any, false, SLACK),
        ("xoxr-", Any, false, SLACK),
        ("xoxs-", Any, false, SLACK),
        ("xoxe.xox", Any, false, SLACK),
        ("xapp-", Any, false, "a Slack app-level token"),
        ("shpat_", Any, false, SHOPIFY),
        ("shpca_", Any, false, SHOPIFY),
        ("shppa_", Any, false, SHOPIFY),
        ("sk-proj-", Any, false, OPENAI),
        ("sk-svcacct-", Any, false, OPENAI),
        ("sk-ant-", Any, false, "an Anthropic API key"),
        ("npm_", Any, false, "an npm access token"),
        ("pypi-", Any, false, "a PyPI API token"),
        ("lin_api_", Any, false, "a Linear API key"),
        ("dop_v1_", Any, false, "a DigitalOcean access token"),
        ("pat-na1-", Any, false, "a HubSpot access token"),
        ("pat-eu1-", Any, false, "a HubSpot access token"),
        ("figd_", Any, false, "a Figma access token"),
        ("ATATT3", Any, false, "an Atlassian API token"),
        ("AKIA", Upper(16), true, "the id of an AWS access key"),
        ("ASIA", Upper(16), true, "the id of an AWS access key"),
        ("AC", Hex(32), true, "the SID of a Twilio account"),
        ("SK", Hex(32), true, "the SID of a Twilio API key"),
    ]
};

/// Entries of the catalogue whose deliveries are signed with the account's API
/// key.
pub(crate) const SIGN_WITH_API_KEY: &[&str] = &[
    "ably",
    "acuity",
    "affirm",
    "braintree",
    "checkr",
    "dropbox-sign",
    "moonpay",
    "nango",
    "opennode",
    "paystack",
    "retell",
];

/// The kind of API credential that a key evidently is, unless deliveries of `scheme` are
/// signed with it.
pub(crate) fn credential(key: &[u8], scheme: &str) -> Option<Evident> {
    let key = bare(key);
    let signs_with_it = SIGN_WITH_API_KEY.contains(&scheme);
    CREDENTIALS
        .iter()
        .filter(|(_, _, others_know_it, _)| *others_know_it || !signs_with_it)
        .find(|(prefix, tail, ..)| {
            key.strip_prefix(prefix.as_bytes())
                .is_some_and(|rest| tail.fits(rest))
        })
        .map(|(.., found)| Evident {
            found,
            help: API_KEY,
        })
}

/// The text without surrounding quotes and whitespace.
fn bare(key: &[u8]) -> &[u8] {
    let key = key.strip_prefix(b"\xef\xbb\xbf").unwrap_or(key);
    let key = key.trim_ascii();
    let quote = |b: &u8| matches!(b, b'"' | b'\'' | b'`');
    let key = key.strip_prefix(b"v1,").unwrap_or(key);
    match key {
        [first, inner @ .., last] if quote(first) && first == last => inner.trim_ascii(),
        key => key,
    }
}

/// Whether it is blank: only whitespace, zero-width characters and zero bytes. HMAC pads a
/// key with zeros (RFC 2104 section 2), so a key of zeros is the empty key.
pub(super) fn is_blank(key: &[u8]) -> bool {
    std::str::from_utf8(key).is_ok_and(|text| {
        text.chars().all(|c| {
            c.is_whitespace()
                || matches!(c, '\0' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
        })
    })
}

/// What the key was detected to be, if it cannot be a shared secret of any scheme.
pub(super) fn not_a_secret(key: &[u8]) -> Option<Evident> {
    const PUBLIC: &str = "a public key, which anyone may know";
    let evident = |found, help| Some(Evident { found, help });
    let text = bare(key);
    if contains(key, b"-----BEGIN ") || text.starts_with(super::public::BASE64_OF_BEGIN.as_bytes())
    {
        return evident("a PEM key", COPY_SECRET);
    }
    if text.first() == Some(&b'{') {
        return match jwk_type(text)?.as_str() {
            "oct"
                if !["/k", "/keys/0/k"]
                    .iter()
                    .any(|k| values::json(text, k).is_ok()) =>
            {
                None
            }
            "oct" => evident(
                "a JWK",
                "the secret is its member `k`: decode it from base64url and give it with `Key::from_bytes`",
            ),
            "RSA" | "EC" | "OKP" => evident(PUBLIC, COPY_SECRET),
            _ => evident("a JWK or a JWK set", COPY_SECRET),
        };
    }
    for (prefix, found) in [
        (&b"whpk_"[..], PUBLIC),
        (b"whsk_", "a private signing key"),
        (b"ssh-", "an SSH key"),
        (b"ecdsa-sha2-", "an SSH key"),
        (b"sk-ssh-", "an SSH key"),
        (b"sk-ecdsa-sha2-", "an SSH key"),
    ] {
        if text.starts_with(prefix) && (found != "an SSH key" || contains(text, b" AAAA")) {
            return evident(found, COPY_SECRET);
        }
    }
    if is_der(key) {
        return evident(PUBLIC, COPY_SECRET);
    }
    // A SEQUENCE in base64.
    if text.first() == Some(&b'M') {
        let compact: Zeroizing<Vec<u8>> = Zeroizing::new(
            text.iter()
                .copied()
                .filter(|b| !b.is_ascii_whitespace() && *b != b'=')
                .collect(),
        );
        let is_der = [Encoding::Base64NoPad, Encoding::Base64url]
            .iter()
            .any(|encoding| {
                encoding
                    .decode(&compact)
                    .is_ok_and(|der| is_der(&Zeroizing::new(der)))
            });
        if is_der {
            return evident(PUBLIC, COPY_SECRET);
        }
    }
    None
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(text, part).is_some()
}

/// The type of a JWK, or of the first key of a set.
fn jwk_type(text: &[u8]) -> Option<String> {
    ["/kty", "/keys/0/kty"]
        .iter()
        .find_map(|place| values::json(text, place).ok())
        .map(|kind| kind.to_string())
        .or_else(|| {
            // An empty set.
            let set: serde_json::Value = serde_json::from_slice(text).ok()?;
            set.get("keys")?.as_array().map(|_| String::new())
        })
}

/// Whether text without a prefix could be a public key in one of the accepted forms: a
/// point of Ed25519, P-256 or P-384, or the modulus of an RSA key, in hex, base64 or raw.
/// A length within a few bytes of a point is taken for a copying mistake.
#[cfg(any(feature = "message-signatures", feature = "ed25519"))]
pub(super) fn may_be_public(key: &[u8]) -> bool {
    const POINTS: std::ops::RangeInclusive<usize> = 30..=36;
    const SMALLEST_MODULUS: usize = 128;
    let has_such_a_length = |bytes: &[u8]| match bytes.len() {
        49 | 65 | 97 => matches!(bytes[0], 2..=4),
        length => POINTS.contains(&length) || length >= SMALLEST_MODULUS,
    };
    if !key.is_ascii() {
        return has_such_a_length(key);
    }
    let compact: Zeroizing<Vec<u8>> = Zeroizing::new(
        bare(key)
            .iter()
            .copied()
            .filter(|b| !b.is_ascii_whitespace())
            .collect(),
    );
    let digits = compact.strip_prefix(b"0x").unwrap_or(&compact);
    let padding = compact.iter().rev().take_while(|b| **b == b'=').count();
    let unpadded = &compact[..compact.len() - padding];
    [
        (Encoding::Hex, digits),
        (Encoding::Base64NoPad, unpadded),
        (Encoding::Base64url, unpadded),
    ]
    .iter()
    .any(|(encoding, text)| {
        encoding
            .decode(text)
            .is_ok_and(|bytes| has_such_a_length(&Zeroizing::new(bytes)))
    })
}

/// Whether the bytes have the DER structure of keys and certificates: a SEQUENCE that
/// starts with an INTEGER or a SEQUENCE and whose elements fill it. One in a hundred
/// million random secrets does.
fn is_der(bytes: &[u8]) -> bool {
    const SHORTEST: usize = 40;
    let Some((0x30, mut rest, [])) = tlv(bytes) else {
        return false;
    };
    let begins_like_a_key = matches!(tlv(rest), Some((0x02 | 0x30, [_, ..], _)));
    while !rest.is_empty() {
        let Some((_, _, after)) = tlv(rest) else {
            return false;
        };
        rest = after;
    }
    bytes.len() >= SHORTEST && begins_like_a_key
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_distinct_so_that_the_order_does_not_matter() {
        for (i, (prefix, ..)) in CREDENTIALS.iter().enumerate() {
            for (other, ..) in &CREDENTIALS[i + 1..] {
                assert!(
                    !prefix.starts_with(other) && !other.starts_with(prefix),
                    "{prefix} {other}"
                );
            }
        }
    }

    #[test]
    fn entries_that_are_signed_with_the_api_key_are_listed() {
        const SAYS_SO: [&str; 7] = [
            "the account's API key",
            "the account's or app's API key",
            "the API key",
            "the part behind the colon of the API key",
            "the private API key",
            "the private key of the API keys",
            "the secret key of the account",
        ];
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/catalogue/providers");
        let sources: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
            .collect();
        assert!(sources.len() > 10);
        let mut says_so = false;
        for line in sources.iter().flat_map(|source| source.lines()) {
            if let Some(key) = line.trim().strip_prefix("/// Key: ") {
                says_so = SAYS_SO.iter().any(|words| key.starts_with(words));
            }
            let scheme = line
                .split_once("Scheme::hmac(\"")
                .and_then(|(_, rest)| rest.split_once('"'));
            if let Some((name, _)) = scheme {
                assert!(!says_so || SIGN_WITH_API_KEY.contains(&name), "{name}");
                says_so = false;
            }
        }
        for name in SIGN_WITH_API_KEY {
            assert!(crate::catalogue::providers::find(name).is_some(), "{name}");
        }
    }
}
