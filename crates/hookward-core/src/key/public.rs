//! Parsers for public and private keys: PEM, DER, JWK, modulus, point. Providers issue
//! keys in all of these forms.

#![cfg_attr(
    not(all(feature = "rsa", feature = "ecdsa", feature = "ed25519")),
    allow(dead_code, unused_imports, unused_variables)
)]

use zeroize::Zeroizing;

use super::{KeyError, KeyKind};
use crate::crypto::{PrivateKey, PublicKey};
use crate::scheme::{Algorithm, Curve, KeyForm};
#[cfg(feature = "message-signatures")]
use crate::scheme::{Digest, EcdsaForm};
use crate::text::encoding::{DecodeError, Encoding};

/// RSA keys of other sizes are refused.
#[cfg(feature = "rsa")]
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// The same for schemes whose providers have short keys.
#[cfg(feature = "rsa")]
const SHORT_RSA_BITS: std::ops::RangeInclusive<usize> = 1024..=8192;

#[cfg(feature = "sign")]
pub(super) const NEEDS_PRIVATE: KeyError = KeyError::WrongKind {
    found: "a public key",
    expected: "a private key",
    help: "signing needs the private half, as PEM (PKCS#8 or PKCS#1)",
};

/// `-----BEGIN` in base64, except for its last bits.
pub(super) const BASE64_OF_BEGIN: &str = "LS0tLS1CRUdJT";

/// The encoding detected from the text or bytes of a key.
enum KeyEncoding {
    Spki(Vec<u8>),
    Pkcs1(Vec<u8>),
    /// Unlabelled DER: SPKI, PKCS#1 or a certificate.
    Der(Vec<u8>),
    Jwk(serde_json::Value),
    /// Raw bytes: an Ed25519 point.
    Raw(Zeroizing<Vec<u8>>),
    /// Other text: a modulus, a point, or a secret.
    Text(Zeroizing<String>),
}

/// The label and the content of a PEM block (RFC 7468), on separate lines, or all on one
/// line, as issued by eBay.
fn pem(text: &str) -> Option<(&str, Zeroizing<Vec<u8>>)> {
    let rest = text.strip_prefix("-----BEGIN ")?;
    let (label, rest) = rest.split_once("-----")?;
    let (inner, _) = rest.split_once("-----END ")?;
    let on_lines = inner.starts_with(['\r', '\n']) && inner.ends_with('\n');
    let on_one_line = !inner.is_empty() && !inner.contains(['\r', '\n']);
    if !on_lines && !on_one_line {
        return None;
    }
    let compact: Zeroizing<String> = Zeroizing::new(
        inner
            .chars()
            .filter(|c| !matches!(c, '\r' | '\n'))
            .collect(),
    );
    let bytes = Encoding::Base64.decode(compact.as_bytes()).ok()?;
    Some((label, Zeroizing::new(bytes)))
}

/// The text from the first PEM block on: tools add explanatory text before it (RFC 7468
/// section 5.2).
fn after_remarks(text: &str) -> &str {
    text.find("\n-----BEGIN ")
        .map_or(text, |line| &text[line + 1..])
}

fn form(bytes: &[u8]) -> Result<KeyEncoding, KeyError> {
    let Some(text) = std::str::from_utf8(bytes).ok().filter(|t| t.is_ascii()) else {
        return Ok(if bytes.len() == 32 {
            KeyEncoding::Raw(Zeroizing::new(bytes.to_vec()))
        } else {
            KeyEncoding::Der(bytes.to_vec())
        });
    };
    let text = after_remarks(text.trim());
    if text.starts_with("-----BEGIN") {
        let (label, der) = pem(text).ok_or(KeyError::Unparsable(
            "PEM: are its line breaks still there, or did they become spaces or the text `\\n`?",
        ))?;
        return match label {
            "PUBLIC KEY" => Ok(KeyEncoding::Spki(der.to_vec())),
            "RSA PUBLIC KEY" => Ok(KeyEncoding::Pkcs1(der.to_vec())),
            "CERTIFICATE" => spki_of_certificate(&der)
                .map(|spki| KeyEncoding::Spki(spki.to_vec()))
                .ok_or(KeyError::Unparsable("an X.509 certificate")),
            _ if label.ends_with("PRIVATE KEY") => Err(KeyError::WrongKind {
                found: "a private key",
                expected: "the provider's public key",
                help: "a receiver never needs the private half; give the `PUBLIC KEY` PEM",
            }),
            _ => Err(KeyError::Unparsable(
                "a PEM block labelled `PUBLIC KEY`, `RSA PUBLIC KEY` or `CERTIFICATE`",
            )),
        };
    }
    if text.starts_with('{') {
        return serde_json::from_str(text)
            .map(KeyEncoding::Jwk)
            .map_err(|_| KeyError::Unparsable("a JWK"));
    }
    let compact: Zeroizing<String> = Zeroizing::new(text.split_ascii_whitespace().collect());
    // PEM that is itself encoded in base64, as issued by Wix and OpenPix.
    if compact.starts_with(BASE64_OF_BEGIN)
        && let Ok(inner) = Encoding::Base64.decode(compact.as_bytes())
        && inner.starts_with(b"-----BEGIN")
    {
        return form(&inner);
    }
    if compact.starts_with("whsec_") {
        // The underscore is in the base64url alphabet.
        return Ok(KeyEncoding::Text(compact));
    }
    let bare = compact.strip_prefix("whpk_").unwrap_or(&compact);
    if bare.len() == 64
        && let Ok(point) = Encoding::Hex.decode(bare.as_bytes())
    {
        return Ok(KeyEncoding::Raw(Zeroizing::new(point)));
    }
    for encoding in [Encoding::Base64, Encoding::Base64NoPad, Encoding::Base64url] {
        if let Ok(bytes) = encoding.decode(bare.as_bytes()) {
            if bytes.len() == 32 {
                return Ok(KeyEncoding::Raw(Zeroizing::new(bytes)));
            }
            // A SEQUENCE, with a multi-byte length or that of a short key.
            if encoding == Encoding::Base64
                && bytes.first() == Some(&0x30)
                && tlv(&bytes).is_some_and(|(_, _, rest)| rest.is_empty())
            {
                return Ok(KeyEncoding::Der(bytes));
            }
        }
    }
    Ok(KeyEncoding::Text(compact))
}

/// One DER element: tag, content, and what follows it.
pub(crate) fn tlv(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let count = usize::from(first & 0x7f);
        if count == 0 || count > 4 {
            return None;
        }
        let (digits, rest) = rest.split_at_checked(count)?;
        (
            digits
                .iter()
                .fold(0, |length, digit| length << 8 | usize::from(*digit)),
            rest,
        )
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// The public key in an X.509 certificate (RFC 5280 section 4.1). The certificate is not
/// validated: the operator configured it.
fn spki_of_certificate(der: &[u8]) -> Option<&[u8]> {
    const SEQUENCE: u8 = 0x30;
    const VERSION: u8 = 0xa0;
    let (tag, certificate, _) = tlv(der)?;
    let (tbs_tag, tbs, _) = tlv(certificate)?;
    if tag != SEQUENCE || tbs_tag != SEQUENCE {
        return None;
    }
    let mut rest = tbs;
    if tlv(rest)?.0 == VERSION {
        rest = tlv(rest)?.2;
    }
    // serialNumber, signature, issuer, validity, subject
    for _ in 0..5 {
        rest = tlv(rest)?.2;
    }
    let (tag, _, after) = tlv(rest)?;
    (tag == SEQUENCE).then(|| &rest[..rest.len() - after.len()])
}

/// The key in the SPKI of a certificate.
#[cfg(feature = "x5c")]
pub(crate) fn of_certificate(algorithm: Algorithm, spki: &[u8]) -> Result<PublicKey, KeyError> {
    parse(algorithm, &KeyForm::PublicKey, spki)
}

/// The key in the `subjectPublicKey` of a certificate: a point (RFC 5480
/// section 2.2), or PKCS#1.
#[cfg(feature = "x5c")]
pub(crate) fn of_subject(algorithm: Algorithm, bytes: &[u8]) -> Option<PublicKey> {
    match algorithm {
        Algorithm::Ecdsa(Curve::P256, ..) => p256::ecdsa::VerifyingKey::from_sec1_bytes(bytes)
            .ok()
            .map(PublicKey::from),
        Algorithm::Ecdsa(Curve::P384, ..) => p384::ecdsa::VerifyingKey::from_sec1_bytes(bytes)
            .ok()
            .map(PublicKey::from),
        #[cfg(feature = "rsa")]
        Algorithm::RsaPkcs1(_) => {
            rsa_public(KeyEncoding::Pkcs1(bytes.to_vec()), &KeyForm::PublicKey).ok()
        }
        _ => None,
    }
}

/// Whether a JWK is of a type and, where the type is ambiguous, on a curve (RFC 7517
/// section 4.1, RFC 7518 section 6.2.1, RFC 8037 section 2).
fn is_jwk(jwk: &serde_json::Value, kty: &str, crv: Option<&str>) -> bool {
    jwk_text(jwk, "kty") == Some(kty) && crv.is_none_or(|crv| jwk_text(jwk, "crv") == Some(crv))
}

/// Whether a JWK is for signatures: neither its `use` nor its `key_ops` limits it to
/// encryption or key agreement (RFC 7517 sections 4.2 and 4.3).
fn is_for_signatures(jwk: &serde_json::Value) -> bool {
    let signs = jwk.get("key_ops").is_none_or(|operations| {
        let mut operations = operations.as_array().into_iter().flatten();
        operations.any(|operation| operation == "verify" || operation == "sign")
    });
    signs && jwk_text(jwk, "use") != Some("enc")
}

/// A member of a JWK, not decoded.
fn jwk_text<'a>(jwk: &'a serde_json::Value, name: &str) -> Option<&'a str> {
    jwk.get(name).and_then(serde_json::Value::as_str)
}

/// Decodes base64 in either alphabet, padded or not.
fn unpadded(text: &str) -> Result<Vec<u8>, DecodeError> {
    let text = text.trim_end_matches('=').as_bytes();
    Encoding::Base64url
        .decode(text)
        .or_else(|_| Encoding::Base64NoPad.decode(text))
}

/// A description of a public key, if its encoding shows that it is one.
fn kind(bytes: &[u8]) -> Option<&'static str> {
    const CURVES: [(&[u8], &str); 4] = [
        (
            &[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7],
            "a P-256 public key",
        ),
        (&[6, 5, 0x2b, 0x81, 4, 0, 0x22], "a P-384 public key"),
        (&[6, 5, 0x2b, 0x81, 4, 0, 0x23], "a P-521 public key"),
        (&[6, 5, 0x2b, 0x81, 4, 0, 0x0a], "a secp256k1 public key"),
    ];
    const TYPES: [(&[u8], &str); 6] = [
        (
            &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1],
            "an RSA public key",
        ),
        (
            &[6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1],
            "an elliptic-curve public key",
        ),
        (&[6, 3, 0x2b, 0x65, 0x70], "an Ed25519 public key"),
        (
            &[6, 3, 0x2b, 0x65, 0x6e],
            "an X25519 key, for key agreement and not for signatures",
        ),
        (&[6, 3, 0x2b, 0x65, 0x71], "an Ed448 public key"),
        (
            &[6, 7, 0x2a, 0x86, 0x48, 0xce, 0x38, 4, 1],
            "a DSA public key",
        ),
    ];
    let of_spki = |der: &[u8]| {
        let (_, spki, _) = tlv(der)?;
        let (0x30, algorithm, _) = tlv(spki)? else {
            return None;
        };
        let (_, _, parameters) = tlv(algorithm)?;
        let curve = CURVES.iter().find(|(id, _)| parameters == *id);
        let key = || TYPES.iter().find(|(id, _)| algorithm.starts_with(id));
        curve.or_else(key).map(|(_, name)| *name)
    };
    match form(bytes).ok()? {
        KeyEncoding::Spki(der) => of_spki(&der),
        KeyEncoding::Pkcs1(_) => Some("an RSA public key"),
        KeyEncoding::Der(der) => {
            of_spki(&der).or_else(|| spki_of_certificate(&der).and_then(of_spki))
        }
        KeyEncoding::Jwk(jwk) => {
            if jwk.get("keys").is_some() {
                return Some("a JWK set without a key that fits");
            }
            Some(match (jwk_text(&jwk, "kty")?, jwk_text(&jwk, "crv")) {
                ("RSA", _) => "an RSA public key",
                ("EC", Some("P-256")) => "a P-256 public key",
                ("EC", Some("P-384")) => "a P-384 public key",
                ("EC", _) => "a key on another elliptic curve",
                ("OKP", Some("Ed25519")) => "an Ed25519 public key",
                ("OKP", _) => "a key on another Edwards or Montgomery curve",
                ("oct", _) => "a shared secret",
                _ => return None,
            })
        }
        KeyEncoding::Raw(_) | KeyEncoding::Text(_) => None,
    }
}

/// A member of a JWK, decoded from base64url.
fn jwk_member(jwk: &serde_json::Value, name: &str) -> Option<Vec<u8>> {
    Encoding::Base64url
        .decode(jwk.get(name)?.as_str()?.as_bytes())
        .ok()
}

pub(super) fn parse(
    algorithm: Algorithm,
    key_form: &KeyForm,
    bytes: &[u8],
) -> Result<PublicKey, KeyError> {
    let expected = match algorithm {
        Algorithm::RsaPkcs1(_) | Algorithm::RsaPss(_) | Algorithm::RsaPssAnySalt(_) => {
            "an RSA public key"
        }
        Algorithm::Ecdsa(Curve::P256, ..) => "a P-256 public key",
        Algorithm::Ecdsa(Curve::P384, ..) => "a P-384 public key",
        _ => "an Ed25519 public key",
    };
    parse_as(algorithm, key_form, bytes).map_err(|error| match (error, kind(bytes)) {
        (KeyError::Unparsable(_), Some(found)) if found != expected => KeyError::WrongKind {
            found,
            expected,
            help: "check which algorithm and which key the provider's page names",
        },
        (error, _) => error,
    })
}

fn parse_as(algorithm: Algorithm, key_form: &KeyForm, bytes: &[u8]) -> Result<PublicKey, KeyError> {
    let form = form(bytes)?;
    if matches!(&form, KeyEncoding::Jwk(jwk) if !is_for_signatures(jwk)) {
        return Err(KeyError::WrongKind {
            found: "a JWK for another use (`use` or `key_ops`)",
            expected: "a public key that verifies signatures",
            help: "copy the provider's key for signatures",
        });
    }
    match algorithm {
        #[cfg(feature = "rsa")]
        Algorithm::RsaPkcs1(_) | Algorithm::RsaPss(_) | Algorithm::RsaPssAnySalt(_) => {
            rsa_public(form, key_form)
        }
        #[cfg(not(feature = "rsa"))]
        Algorithm::RsaPkcs1(_) | Algorithm::RsaPss(_) | Algorithm::RsaPssAnySalt(_) => {
            Err(KeyError::NotBuilt(algorithm.feature()))
        }
        #[cfg(feature = "ecdsa")]
        Algorithm::Ecdsa(curve, ..) => ecdsa_public(curve, form),
        #[cfg(not(feature = "ecdsa"))]
        Algorithm::Ecdsa(..) => Err(KeyError::NotBuilt(algorithm.feature())),
        #[cfg(feature = "ed25519")]
        Algorithm::Ed25519 => ed25519_public(form),
        #[cfg(not(feature = "ed25519"))]
        Algorithm::Ed25519 => Err(KeyError::NotBuilt(algorithm.feature())),
        _ => Err(KeyError::Unparsable("a public key")),
    }
}

/// The key derived from a secret, or the public key itself: in hex, or in a form that
/// shows that it is one. A public key used as the secret would let anyone sign.
#[cfg_attr(not(feature = "ed25519"), allow(unused_variables))]
pub(super) fn parse_seed_or_point(
    algorithm: Algorithm,
    kind: Option<KeyKind>,
    bytes: &[u8],
) -> Result<PublicKey, KeyError> {
    #[cfg(feature = "ed25519")]
    {
        let is_point = bytes.len() == 64 && bytes.iter().all(u8::is_ascii_hexdigit);
        let evident = super::kind::not_a_secret(bytes);
        let seed = || Ok(repeated_seed(bytes).public());
        match (kind, evident) {
            (Some(KeyKind::SharedSecret), Some(evident)) => Err(evident.into()),
            (Some(KeyKind::SharedSecret), None) => seed(),
            (Some(KeyKind::Public), _) | (None, Some(_)) => {
                parse(algorithm, &KeyForm::PublicKey, bytes)
            }
            (None, None) if is_point => parse(algorithm, &KeyForm::PublicKey, bytes),
            (None, None) if super::kind::may_be_public(bytes) => Err(KeyError::Ambiguous),
            (None, None) => seed(),
        }
    }
    #[cfg(not(feature = "ed25519"))]
    Err(KeyError::NotBuilt("ed25519"))
}

/// The key whose seed is the text, repeated and truncated to 32 bytes.
#[cfg(feature = "ed25519")]
fn repeated_seed(text: &[u8]) -> PrivateKey {
    let mut seed = Zeroizing::new([0; 32]);
    for (byte, of_text) in seed.iter_mut().zip(text.iter().cycle()) {
        *byte = *of_text;
    }
    PrivateKey::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(&seed)))
}

/// The algorithms whose keys can be distinguished by their encoding.
#[cfg(feature = "message-signatures")]
const KINDS: [Algorithm; 4] = [
    Algorithm::RsaPss(Digest::Sha512),
    Algorithm::Ecdsa(Curve::P256, Digest::Sha256, EcdsaForm::Fixed),
    Algorithm::Ecdsa(Curve::P384, Digest::Sha384, EcdsaForm::Fixed),
    Algorithm::Ed25519,
];

/// A public key of the kind detected from its encoding: its PEM label, the structure of
/// its DER, its JWK type or `whpk_`. `None` if it could also be a secret.
#[cfg(feature = "message-signatures")]
pub(super) fn parse_any(bytes: &[u8]) -> Result<Option<PublicKey>, KeyError> {
    let prefixed = bytes.trim_ascii().starts_with(b"whpk_");
    let kinds = match form(bytes)? {
        KeyEncoding::Jwk(jwk) => match (jwk_text(&jwk, "kty"), jwk_text(&jwk, "crv")) {
            (Some("RSA"), _) => &KINDS[..1],
            (Some("EC"), Some("P-256")) => &KINDS[1..2],
            (Some("EC"), Some("P-384")) => &KINDS[2..3],
            (Some("OKP"), Some("Ed25519")) => &KINDS[3..],
            (Some("oct"), _) => return Ok(None),
            _ => return Err(NO_KIND),
        },
        KeyEncoding::Spki(_) | KeyEncoding::Pkcs1(_) => &KINDS[..],
        KeyEncoding::Der(der) => {
            let is_der =
                der.first() == Some(&0x30) && tlv(&der).is_some_and(|(_, _, rest)| rest.is_empty());
            if !is_der {
                return Ok(None);
            }
            &KINDS[..]
        }
        KeyEncoding::Raw(_) if prefixed => &KINDS[3..],
        KeyEncoding::Text(_) if prefixed => return Err(NO_KIND),
        KeyEncoding::Raw(_) | KeyEncoding::Text(_) => return Ok(None),
    };
    let mut refused = NO_KIND;
    for kind in kinds {
        match parse(*kind, &KeyForm::PublicKey, bytes) {
            Ok(key) => return Ok(Some(key)),
            Err(error @ (KeyError::RsaSize(_) | KeyError::Weak)) => return Err(error),
            Err(error @ KeyError::NotBuilt(_)) => refused = error,
            Err(_) => {}
        }
    }
    Err(refused)
}

/// The maximum number of keys taken from a JWK set.
const MAX_KEYS: usize = 32;

/// The keys of a JWK set (RFC 7517 section 5), each with its `kid`, except those that
/// are not for signatures.
pub(super) fn key_set(bytes: &[u8]) -> Option<Vec<(Option<String>, String)>> {
    let Ok(KeyEncoding::Jwk(set)) = form(bytes) else {
        return None;
    };
    let keys = set.get("keys")?.as_array()?;
    Some(
        keys.iter()
            .filter(|jwk| is_for_signatures(jwk))
            .take(MAX_KEYS)
            .map(|jwk| (jwk_text(jwk, "kid").map(str::to_owned), jwk.to_string()))
            .collect(),
    )
}

#[cfg(feature = "message-signatures")]
const NO_KIND: KeyError =
    KeyError::Unparsable("a public key for RSA, ECDSA on P-256 or P-384, or Ed25519");

/// The secret in a JWK of type `oct` (RFC 7518 section 6.4).
#[cfg(feature = "message-signatures")]
pub(super) fn jwk_secret(bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let Ok(KeyEncoding::Jwk(jwk)) = form(bytes) else {
        return None;
    };
    let secret = Zeroizing::new(jwk_member(&jwk, "k")?);
    (jwk.get("kty")?.as_str()? == "oct" && !secret.is_empty()).then_some(secret)
}

/// A private key of the kind detected from its encoding.
#[cfg(all(feature = "message-signatures", feature = "sign"))]
pub(super) fn parse_any_private(bytes: &[u8]) -> Result<PrivateKey, KeyError> {
    let mut refused = NEEDS_PRIVATE;
    for kind in KINDS {
        match parse_private(kind, &KeyForm::PublicKey, bytes) {
            Ok(key) => return Ok(key),
            Err(error @ KeyError::NotBuilt(_)) => refused = error,
            Err(_) => {}
        }
    }
    Err(refused)
}

pub(super) fn from_rsa(
    algorithm: Algorithm,
    key_form: &KeyForm,
    modulus: &[u8],
    exponent: &[u8],
) -> Result<PublicKey, KeyError> {
    match algorithm {
        #[cfg(feature = "rsa")]
        Algorithm::RsaPkcs1(_) | Algorithm::RsaPss(_) | Algorithm::RsaPssAnySalt(_) => {
            rsa_components(modulus, exponent, key_form)
        }
        #[cfg(not(feature = "rsa"))]
        Algorithm::RsaPkcs1(_) | Algorithm::RsaPss(_) | Algorithm::RsaPssAnySalt(_) => {
            Err(KeyError::NotBuilt(algorithm.feature()))
        }
        _ => Err(KeyError::WrongKind {
            found: "an RSA public key",
            expected: "a key for another algorithm",
            help: "check which algorithm the provider signs with",
        }),
    }
}

#[cfg(feature = "rsa")]
fn rsa_public(form: KeyEncoding, key_form: &KeyForm) -> Result<PublicKey, KeyError> {
    use rsa::pkcs1::DecodeRsaPublicKey as _;
    use rsa::pkcs8::DecodePublicKey as _;
    let wrong = || {
        KeyError::Unparsable(
            "an RSA public key: neither PEM, nor base64 DER, nor a JWK, nor a modulus in base64url, base64 or hex",
        )
    };
    let spki = |der: &[u8]| rsa::PublicKey::from_public_key_der(der).ok();
    let pkcs1 = |der: &[u8]| rsa::PublicKey::from_pkcs1_der(der).ok();
    let key = match form {
        KeyEncoding::Spki(der) => spki(&der),
        KeyEncoding::Pkcs1(der) => pkcs1(&der),
        KeyEncoding::Der(der) => spki(&der)
            .or_else(|| pkcs1(&der))
            .or_else(|| spki_of_certificate(&der).and_then(spki)),
        KeyEncoding::Jwk(jwk) if !is_jwk(&jwk, "RSA", None) => None,
        KeyEncoding::Jwk(jwk) => {
            let (Some(n), Some(e)) = (jwk_member(&jwk, "n"), jwk_member(&jwk, "e")) else {
                return Err(wrong());
            };
            return rsa_components(&n, &e, key_form);
        }
        KeyEncoding::Text(text) => {
            // That many hex digits are never base64.
            let decoded = match Encoding::Hex.decode(text.as_bytes()) {
                Ok(modulus) => Ok(modulus),
                Err(_) => unpadded(&text),
            };
            match decoded {
                Ok(modulus) if modulus.len() >= 64 => {
                    return rsa_components(&modulus, &[1, 0, 1], key_form);
                }
                _ => None,
            }
        }
        KeyEncoding::Raw(_) => None,
    };
    checked_rsa(key.ok_or_else(wrong)?, key_form)
}

#[cfg(feature = "rsa")]
fn rsa_components(
    modulus: &[u8],
    exponent: &[u8],
    key_form: &KeyForm,
) -> Result<PublicKey, KeyError> {
    if modulus.len() > 1024 {
        return Err(KeyError::RsaSize(modulus.len() * 8));
    }
    if exponent.len() > 8 {
        return Err(KeyError::Unparsable(
            "an RSA exponent, which is usually `AQAB`",
        ));
    }
    let n = rsa::BoxedUint::from_be_slice_vartime(modulus);
    let e = rsa::BoxedUint::from_be_slice_vartime(exponent);
    let key = rsa::PublicKey::new(n, e).map_err(|_| {
        KeyError::Unparsable(
            "an RSA modulus and exponent: the modulus has to be odd, of 2048 to 8192 bits, the exponent odd and from 3 on",
        )
    })?;
    checked_rsa(key, key_form)
}

#[cfg(feature = "rsa")]
fn checked_rsa(key: rsa::PublicKey, key_form: &KeyForm) -> Result<PublicKey, KeyError> {
    use rsa::traits::PublicKeyParts as _;
    let bits = usize::try_from(key.n().bit_width_vartime()).unwrap_or(0);
    let allowed = match key_form {
        KeyForm::ShortRsa => SHORT_RSA_BITS,
        _ => RSA_BITS,
    };
    if !allowed.contains(&bits) {
        return Err(KeyError::RsaSize(bits));
    }
    Ok(key.into())
}

#[cfg(feature = "ecdsa")]
fn ecdsa_public(curve: Curve, form: KeyEncoding) -> Result<PublicKey, KeyError> {
    use p256::pkcs8::DecodePublicKey as _;
    let spki = |der: &[u8]| match curve {
        Curve::P256 => p256::ecdsa::VerifyingKey::from_public_key_der(der)
            .ok()
            .map(PublicKey::from),
        Curve::P384 => p384::ecdsa::VerifyingKey::from_public_key_der(der)
            .ok()
            .map(PublicKey::from),
    };
    // SEC 1 section 2.3.3.
    let point = |bytes: &[u8]| match curve {
        Curve::P256 => p256::ecdsa::VerifyingKey::from_sec1_bytes(bytes)
            .ok()
            .map(PublicKey::from),
        Curve::P384 => p384::ecdsa::VerifyingKey::from_sec1_bytes(bytes)
            .ok()
            .map(PublicKey::from),
    };
    let name = match curve {
        Curve::P256 => "P-256",
        Curve::P384 => "P-384",
    };
    let key = match form {
        KeyEncoding::Spki(der) => spki(&der),
        KeyEncoding::Der(der) => spki(&der).or_else(|| spki_of_certificate(&der).and_then(spki)),
        KeyEncoding::Jwk(jwk) if !is_jwk(&jwk, "EC", Some(name)) => None,
        KeyEncoding::Jwk(jwk) => match (jwk_member(&jwk, "x"), jwk_member(&jwk, "y")) {
            (Some(x), Some(y)) => point(&[&[4][..], &x, &y].concat()),
            _ => None,
        },
        KeyEncoding::Text(text) => Encoding::Hex
            .decode(text.as_bytes())
            .or_else(|_| unpadded(&text))
            .ok()
            .and_then(|bytes| point(&bytes)),
        KeyEncoding::Pkcs1(_) | KeyEncoding::Raw(_) => None,
    };
    key.ok_or(KeyError::Unparsable(match curve {
        Curve::P256 => {
            "a P-256 public key: neither PEM, nor base64 DER, nor a JWK, nor a point in hex or base64"
        }
        Curve::P384 => {
            "a P-384 public key: neither PEM, nor base64 DER, nor a JWK, nor a point in hex or base64"
        }
    }))
}

#[cfg(feature = "ed25519")]
fn ed25519_public(form: KeyEncoding) -> Result<PublicKey, KeyError> {
    use ed25519_dalek::VerifyingKey;
    use ed25519_dalek::pkcs8::DecodePublicKey as _;
    let point = |bytes: &[u8]| {
        bytes
            .try_into()
            .ok()
            .and_then(|b| VerifyingKey::from_bytes(b).ok())
    };
    let key = match form {
        KeyEncoding::Spki(der) => VerifyingKey::from_public_key_der(&der).ok(),
        KeyEncoding::Der(der) => VerifyingKey::from_public_key_der(&der).ok().or_else(|| {
            spki_of_certificate(&der).and_then(|spki| VerifyingKey::from_public_key_der(spki).ok())
        }),
        KeyEncoding::Raw(bytes) => point(&bytes),
        KeyEncoding::Jwk(jwk) if !is_jwk(&jwk, "OKP", Some("Ed25519")) => None,
        KeyEncoding::Jwk(jwk) => jwk_member(&jwk, "x").and_then(|x| point(&x)),
        KeyEncoding::Pkcs1(_) | KeyEncoding::Text(_) => None,
    };
    let key = key.ok_or(KeyError::Unparsable(
        "an Ed25519 public key: neither PEM, nor DER, nor a JWK, nor 32 bytes in hex or base64",
    ))?;
    if key.is_weak() {
        return Err(KeyError::Weak);
    }
    Ok(key.into())
}

/// A private key: PEM (PKCS#8, or PKCS#1 for RSA), binary PKCS#8, or for
/// Ed25519 `whsk_` and base64.
#[cfg(feature = "sign")]
pub(super) fn parse_private(
    algorithm: Algorithm,
    key_form: &KeyForm,
    bytes: &[u8],
) -> Result<PrivateKey, KeyError> {
    #[cfg(feature = "ed25519")]
    if *key_form == KeyForm::RepeatedSeed && algorithm == Algorithm::Ed25519 {
        return Ok(repeated_seed(bytes));
    }
    let text = std::str::from_utf8(bytes)
        .map(str::trim)
        .unwrap_or_default();
    let (label, der) = match pem(text) {
        Some((label, der)) => (label, der),
        None => ("", Zeroizing::new(bytes.to_vec())),
    };
    if label.ends_with("PUBLIC KEY") {
        return Err(NEEDS_PRIVATE);
    }
    match algorithm {
        #[cfg(feature = "rsa")]
        Algorithm::RsaPkcs1(_) | Algorithm::RsaPss(_) | Algorithm::RsaPssAnySalt(_) => {
            use rsa::pkcs1::DecodeRsaPrivateKey as _;
            use rsa::pkcs8::DecodePrivateKey as _;
            rsa::PrivateKey::from_pkcs8_der(&der)
                .ok()
                .or_else(|| rsa::PrivateKey::from_pkcs1_der(&der).ok())
                .map(|key| PrivateKey::Rsa(Box::new(key)))
                .ok_or(NEEDS_PRIVATE)
        }
        #[cfg(feature = "ecdsa")]
        Algorithm::Ecdsa(curve, ..) => {
            use p256::pkcs8::DecodePrivateKey as _;
            match curve {
                Curve::P256 => p256::ecdsa::SigningKey::from_pkcs8_der(&der)
                    .map(|key| PrivateKey::P256(Box::new(key)))
                    .map_err(|_| NEEDS_PRIVATE),
                Curve::P384 => p384::ecdsa::SigningKey::from_pkcs8_der(&der)
                    .map(|key| PrivateKey::P384(Box::new(key)))
                    .map_err(|_| NEEDS_PRIVATE),
            }
        }
        #[cfg(feature = "ed25519")]
        Algorithm::Ed25519 => {
            use ed25519_dalek::SigningKey;
            use ed25519_dalek::pkcs8::DecodePrivateKey as _;
            if let Some(text) = text.strip_prefix("whsk_") {
                // Seed, or seed and public half.
                let bytes =
                    Zeroizing::new(Encoding::Base64.decode(text.as_bytes()).unwrap_or_default());
                let seed = bytes
                    .get(..32)
                    .and_then(|seed| seed.try_into().ok())
                    .ok_or(NEEDS_PRIVATE)?;
                return Ok(PrivateKey::Ed25519(Box::new(SigningKey::from_bytes(seed))));
            }
            SigningKey::from_pkcs8_der(&der)
                .map(|key| PrivateKey::Ed25519(Box::new(key)))
                .map_err(|_| NEEDS_PRIVATE)
        }
        _ => Err(KeyError::NotBuilt(algorithm.feature())),
    }
}
