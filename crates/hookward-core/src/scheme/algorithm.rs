//! The table of signature algorithms.
//!
//! A row has everything that follows from the algorithm alone: its name in scheme files
//! and on the command line, its name in a JWS, the length of its signatures, the kind of
//! its key, and its cargo feature. A new algorithm is a row here and its primitives in
//! the crypto module.

use std::fmt;

use self::Curve::{P256, P384};
use self::Digest::{Md5, Sha1, Sha256, Sha384, Sha512};
use self::EcdsaForm::{Der, Fixed};

/// The algorithm that authenticates a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// A keyed hash (RFC 2104) over the signed content.
    Hmac(Digest),
    /// A hash over content that contains the secret (`{secret}` in `signed`); weaker than
    /// HMAC, only for providers that still use it.
    Hash(Digest),
    /// The secret itself is sent. It proves that the sender knows it, and nothing about
    /// the content.
    SharedSecret,
    /// HTTP Basic (RFC 7617); the key is `user:password`. It proves nothing
    /// about the content.
    Basic,
    /// RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2). Feature `rsa`.
    RsaPkcs1(Digest),
    /// RSASSA-PSS (RFC 8017 section 8.1) with a salt as long as the digest.
    /// Feature `rsa`.
    RsaPss(Digest),
    /// The same with a salt of any length, the default of OpenSSL. Feature `rsa`.
    RsaPssAnySalt(Digest),
    /// ECDSA (FIPS 186-5) on a curve, over a digest, in one of two encodings. Feature
    /// `ecdsa`.
    Ecdsa(Curve, Digest, EcdsaForm),
    /// Ed25519 (RFC 8032), refusing keys and signatures of small order.
    /// Feature `ed25519`.
    Ed25519,
    /// HTTP Message Signatures (RFC 9421): the request lists what is signed, and the key
    /// determines the algorithm. The body is covered through `Content-Digest` (RFC 9530);
    /// `signed` remains `{body}`. Feature `message-signatures`.
    MessageSignatures,
}

/// An elliptic curve of ECDSA.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Curve {
    /// NIST P-256, also known as secp256r1 or prime256v1.
    P256,
    /// NIST P-384, also known as secp384r1.
    P384,
}

/// The encoding of an ECDSA signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EcdsaForm {
    /// An ASN.1 sequence of two integers, in DER.
    Der,
    /// Both integers concatenated, each as long as the curve's field, as in JOSE and RFC
    /// 9421.
    Fixed,
}

/// A digest for templates and schemes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Digest {
    /// MD5, only for providers that still use it.
    Md5,
    /// SHA-1, only for providers that still use it.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Digest {
    /// All of them, the common ones first.
    pub(crate) const ALL: &[Self] = &[
        Self::Sha256,
        Self::Sha1,
        Self::Sha512,
        Self::Sha384,
        Self::Md5,
    ];

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.name() == name)
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

    /// The name in sentences.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        }
    }

    /// The length of the digest in bytes.
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

    /// Always `false`: no digest is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        false
    }
}

/// What an algorithm proves, and with which kind of key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// The content, with a shared secret.
    Keyed,
    /// Knowledge of a secret, which is sent.
    Credential,
    /// The content, with a public key over its digest.
    PublicKey,
    /// The content itself, with a public key.
    PublicKeyStreamed,
    /// What the request lists, with either kind of key.
    Message,
}

/// The properties of an algorithm.
#[derive(Debug)]
struct AlgorithmRow {
    name: &'static str,
    /// The `alg` of a JWS header (RFC 7518 section 3.1, RFC 8037).
    jose_name: Option<&'static str>,
    /// In bytes, if the algorithm determines it.
    signature_len: Option<usize>,
    class: Class,
    /// The cargo feature that enables it; empty if none is needed.
    feature: &'static str,
}

/// Expands the rows to the list of them and the lookup by algorithm.
macro_rules! algorithms {
    ($($name:literal, [$($algorithm:tt)+], $jose:expr, $len:expr, $class:ident, $feature:literal;)+) => {
        impl Algorithm {
            const NAMED: &[(&'static str, Self)] = &[$(($name, Self::$($algorithm)+)),+];

            const fn row(self) -> &'static AlgorithmRow {
                match self {
                    $(Self::$($algorithm)+ => &AlgorithmRow {
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
    /// A combination of public-key algorithm and digest that has no row.
    const fn unnamed_row(self) -> &'static AlgorithmRow {
        const fn unnamed(signature_len: Option<usize>, feature: &'static str) -> AlgorithmRow {
            AlgorithmRow {
                name: "unnamed",
                jose_name: None,
                signature_len,
                class: Class::PublicKey,
                feature,
            }
        }
        const FIXED_P256: AlgorithmRow = unnamed(Some(64), "ecdsa");
        const FIXED_P384: AlgorithmRow = unnamed(Some(96), "ecdsa");
        const DER: AlgorithmRow = unnamed(None, "ecdsa");
        const RSA: AlgorithmRow = unnamed(None, "rsa");
        match self {
            Self::Ecdsa(P256, _, Fixed) => &FIXED_P256,
            Self::Ecdsa(P384, _, Fixed) => &FIXED_P384,
            Self::Ecdsa(_, _, Der) => &DER,
            _ => &RSA,
        }
    }

    /// Whether it covers any content.
    #[must_use]
    pub const fn signs_content(self) -> bool {
        !matches!(self.row().class, Class::Credential)
    }

    /// Whether verification takes a public key instead of a shared secret.
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
            AlgorithmRow {
                class: Class::Keyed,
                signature_len,
                ..
            } => *signature_len,
            _ => None,
        }
    }

    /// The length of the signature in bytes, if the algorithm determines it.
    pub(crate) const fn signature_len(self) -> Option<usize> {
        self.row().signature_len
    }

    /// The cargo feature that enables it; empty if none is needed.
    pub(crate) const fn feature(self) -> &'static str {
        self.row().feature
    }

    /// The digest of the message, which identifies replays and is what most public-key
    /// algorithms sign.
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

    /// Whether this `alg` of a JWS header denotes the algorithm: the name above, or for
    /// Ed25519 that of RFC 9864 section 2.2.
    pub(crate) fn is_jose_name(self, name: &str) -> bool {
        self.jose_name() == Some(name) || self == Self::Ed25519 && name == "Ed25519"
    }

    /// The name in scheme files and on the command line.
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
