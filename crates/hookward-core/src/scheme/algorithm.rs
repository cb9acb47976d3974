//! Signature algorithms, as rows of one table.
//!
//! A row has all that follows from the algorithm alone: its name in scheme files and
//! on the command line, its name in a JWS, the length of its signatures, what kind of
//! key it takes, and the cargo feature that builds it. A new algorithm is a row here
//! and its primitives in the crypto module.

use std::fmt;

use self::Curve::{P256, P384};
use self::Digest::{Md5, Sha1, Sha256, Sha384, Sha512};
use self::EcdsaForm::{Der, Fixed};

/// What proves that a request is genuine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// A keyed hash (RFC 2104) over the signed content.
    Hmac(Digest),
    /// A hash over content that contains the secret (`{secret}` in `signed`);
    /// weaker than HMAC, only where a provider still uses it.
    Hash(Digest),
    /// The secret itself is sent. It proves that the sender knows it and
    /// nothing about the content.
    SharedSecret,
    /// HTTP Basic (RFC 7617); the key is `user:password`. It proves nothing
    /// about the content.
    Basic,
    /// RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2). Feature `rsa`.
    RsaPkcs1(Digest),
    /// RSASSA-PSS (RFC 8017 section 8.1) with a salt as long as the digest.
    /// Feature `rsa`.
    RsaPss(Digest),
    /// The same with a salt of any length, as OpenSSL writes and reads it unless
    /// it is told otherwise. Feature `rsa`.
    RsaPssAnySalt(Digest),
    /// ECDSA (FIPS 186-5) on a curve, over a digest, written in a form.
    /// Feature `ecdsa`.
    Ecdsa(Curve, Digest, EcdsaForm),
    /// Ed25519 (RFC 8032), refusing keys and signatures of small order.
    /// Feature `ed25519`.
    Ed25519,
    /// HTTP Message Signatures (RFC 9421): the request lists what is signed,
    /// and the key decides how. The body counts through `Content-Digest`
    /// (RFC 9530); `signed` stays `{body}`. Feature `message-signatures`.
    MessageSignatures,
}

/// An elliptic curve of ECDSA.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Curve {
    /// NIST P-256, also secp256r1 or prime256v1.
    P256,
    /// NIST P-384, also secp384r1.
    P384,
}

/// How an ECDSA signature is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EcdsaForm {
    /// An ASN.1 sequence of two integers, in DER.
    Der,
    /// Both integers one after the other, each as long as the curve's field, as
    /// JOSE and RFC 9421 write it.
    Fixed,
}

/// A digest that a template or a scheme can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Digest {
    /// MD5, only where a provider still uses it.
    Md5,
    /// SHA-1, only where a provider still uses it.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Digest {
    const ALL: [Self; 5] = [
        Self::Md5,
        Self::Sha1,
        Self::Sha256,
        Self::Sha384,
        Self::Sha512,
    ];

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    /// The length of its value in bytes.
    #[must_use]
    pub const fn len(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// Never true: every digest has bytes.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        false
    }
}

/// What an algorithm proves, and by which kind of key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// The content, by a shared secret.
    Keyed,
    /// That the sender knows a secret, which is sent.
    Credential,
    /// The content, by a public key over its digest.
    PublicKey,
    /// The content itself, by a public key.
    PublicKeyStreamed,
    /// What the request lists, by either kind of key.
    Message,
}

/// What follows from an algorithm alone.
#[derive(Debug)]
struct Row {
    name: &'static str,
    /// The `alg` of a JWS header (RFC 7518 section 3.1, RFC 8037).
    jose_name: Option<&'static str>,
    /// In bytes, where the algorithm alone tells.
    signature_len: Option<usize>,
    class: Class,
    /// The cargo feature that builds it; empty where none is needed.
    feature: &'static str,
}

/// From the rows: the list of them, and the one of an algorithm.
macro_rules! algorithms {
    ($($name:literal, [$($algorithm:tt)+], $jose:expr, $len:expr, $class:ident, $feature:literal;)+) => {
        impl Algorithm {
            const NAMED: &[(&'static str, Self)] = &[$(($name, Self::$($algorithm)+)),+];

            const fn row(self) -> &'static Row {
                match self {
                    $(Self::$($algorithm)+ => &Row {
                        name: $name,
                        jose_name: $jose,
                        signature_len: $len,
                        class: Class::$class,
                        feature: $feature,
                    },)+
                    _ => self.unnamed_row(),
                }
            }
        }
    };
}

// Name, value, name in a JWS, length of a signature, class, cargo feature.
algorithms! {
    "hmac-md5",                [Hmac(Md5)],                 None,          Some(16), Keyed,      "";
    "hmac-sha1",               [Hmac(Sha1)],                None,          Some(20), Keyed,      "";
    "hmac-sha256",             [Hmac(Sha256)],              Some("HS256"), Some(32), Keyed,      "";
    "hmac-sha384",             [Hmac(Sha384)],              Some("HS384"), Some(48), Keyed,      "";
    "hmac-sha512",             [Hmac(Sha512)],              Some("HS512"), Some(64), Keyed,      "";
    "md5",                     [Hash(Md5)],                 None,          Some(16), Keyed,      "";
    "sha1",                    [Hash(Sha1)],                None,          Some(20), Keyed,      "";
    "sha256",                  [Hash(Sha256)],              None,          Some(32), Keyed,      "";
    "sha384",                  [Hash(Sha384)],              None,          Some(48), Keyed,      "";
    "sha512",                  [Hash(Sha512)],              None,          Some(64), Keyed,      "";
    "shared-secret",           [SharedSecret],              None,          None,     Credential, "";
    "basic",                   [Basic],                     None,          None,     Credential, "";
    "rsa-pkcs1-sha1",          [RsaPkcs1(Sha1)],            None,          None,     PublicKey,  "rsa";
    "rsa-pkcs1-sha256",        [RsaPkcs1(Sha256)],          Some("RS256"), None,     PublicKey,  "rsa";
    "rsa-pkcs1-sha384",        [RsaPkcs1(Sha384)],          Some("RS384"), None,     PublicKey,  "rsa";
    "rsa-pkcs1-sha512",        [RsaPkcs1(Sha512)],          Some("RS512"), None,     PublicKey,  "rsa";
    "rsa-pss-sha256",          [RsaPss(Sha256)],            Some("PS256"), None,     PublicKey,  "rsa";
    "rsa-pss-sha384",          [RsaPss(Sha384)],            Some("PS384"), None,     PublicKey,  "rsa";
    "rsa-pss-sha512",          [RsaPss(Sha512)],            Some("PS512"), None,     PublicKey,  "rsa";
    "rsa-pss-sha256-any-salt", [RsaPssAnySalt(Sha256)],     None,          None,     PublicKey,  "rsa";
    "rsa-pss-sha384-any-salt", [RsaPssAnySalt(Sha384)],     None,          None,     PublicKey,  "rsa";
    "rsa-pss-sha512-any-salt", [RsaPssAnySalt(Sha512)],     None,          None,     PublicKey,  "rsa";
    "ecdsa-p256-sha1",         [Ecdsa(P256, Sha1, Der)],    None,          None,     PublicKey,  "ecdsa";
    "ecdsa-p256-sha256",       [Ecdsa(P256, Sha256, Der)],  None,          None,     PublicKey,  "ecdsa";
    "ecdsa-p256-sha256-fixed", [Ecdsa(P256, Sha256, Fixed)],Some("ES256"), Some(64), PublicKey,  "ecdsa";
    "ecdsa-p384-sha384",       [Ecdsa(P384, Sha384, Der)],  None,          None,     PublicKey,  "ecdsa";
    "ecdsa-p384-sha384-fixed", [Ecdsa(P384, Sha384, Fixed)],Some("ES384"), Some(96), PublicKey,  "ecdsa";
    "ed25519",                 [Ed25519],                   Some("EdDSA"), Some(64), PublicKeyStreamed, "ed25519";
    "message-signatures",      [MessageSignatures],         None,          None,     Message,    "message-signatures";
}

impl Algorithm {
    /// A public-key algorithm over a digest that no row combines it with.
    const fn unnamed_row(self) -> &'static Row {
        const fn unnamed(signature_len: Option<usize>, feature: &'static str) -> Row {
            Row {
                name: "unnamed",
                jose_name: None,
                signature_len,
                class: Class::PublicKey,
                feature,
            }
        }
        const FIXED_P256: Row = unnamed(Some(64), "ecdsa");
        const FIXED_P384: Row = unnamed(Some(96), "ecdsa");
        const DER: Row = unnamed(None, "ecdsa");
        const RSA: Row = unnamed(None, "rsa");
        match self {
            Self::Ecdsa(P256, _, Fixed) => &FIXED_P256,
            Self::Ecdsa(P384, _, Fixed) => &FIXED_P384,
            Self::Ecdsa(_, _, Der) => &DER,
            _ => &RSA,
        }
    }

    /// Whether the content is covered at all.
    #[must_use]
    pub const fn signs_content(self) -> bool {
        !matches!(self.row().class, Class::Credential)
    }

    /// Whether verification needs a public key instead of a shared secret.
    #[must_use]
    pub const fn is_public_key(self) -> bool {
        matches!(
            self.row().class,
            Class::PublicKey | Class::PublicKeyStreamed
        )
    }

    /// Whether a signature is computed over the message itself, not over its digest, so
    /// that each signature is checked while the message arrives.
    pub(crate) const fn streams_message(self) -> bool {
        matches!(self.row().class, Class::PublicKeyStreamed)
    }

    /// Whether the request lists what is signed.
    pub(crate) const fn lists_content(self) -> bool {
        matches!(self.row().class, Class::Message)
    }

    /// The length of the MAC or hash in bytes, of algorithms with a shared secret over
    /// the content.
    pub(crate) const fn tag_len(self) -> Option<usize> {
        match self.row() {
            Row {
                class: Class::Keyed,
                signature_len,
                ..
            } => *signature_len,
            _ => None,
        }
    }

    /// The length of the signature in bytes, where the algorithm alone tells.
    pub(crate) const fn signature_len(self) -> Option<usize> {
        self.row().signature_len
    }

    /// The cargo feature that builds it; empty where none is needed.
    pub(crate) const fn feature(self) -> &'static str {
        self.row().feature
    }

    /// The digest of the message, by which replays are recognised and which
    /// most public-key algorithms sign.
    pub(crate) const fn message_digest(self) -> Digest {
        match self {
            Self::RsaPkcs1(digest)
            | Self::RsaPss(digest)
            | Self::RsaPssAnySalt(digest)
            | Self::Ecdsa(_, digest, _) => digest,
            _ => Digest::Sha256,
        }
    }

    /// The name in the `alg` header of a JWS (RFC 7518 section 3.1, RFC 8037).
    pub(crate) const fn jose_name(self) -> Option<&'static str> {
        self.row().jose_name
    }

    /// Whether a JWS header that names this algorithm means it: by the name
    /// above, or for Ed25519 by that of RFC 9864 section 2.2.
    pub(crate) fn is_jose_name(self, name: &str) -> bool {
        self.jose_name() == Some(name) || self == Self::Ed25519 && name == "Ed25519"
    }

    /// The name that scheme files and the command line use.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The algorithm with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMED
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, algorithm)| *algorithm)
    }

    /// The names of all algorithms.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Self::NAMED.iter().map(|(name, _)| *name)
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
