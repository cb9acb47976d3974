//! Schemes: how a provider signs, as plain data.
//!
//! A [`Scheme`] says which algorithm is used, where the signature stands and
//! how it is written, what exactly is signed, and where timestamp and event id
//! stand. The catalogue in [`providers`](crate::catalogue::providers) is made of nothing
//! else, and a scheme that no catalogue knows is described the same way, in
//! code or, with feature `serde`, in TOML or JSON:
//!
//! ```
//! use hookward_core::{Digest, Encoding, Scheme, TimeUnit};
//!
//! const ACME: Scheme = Scheme::hmac("acme", Digest::Sha256)
//!     .header("x-acme-signature")
//!     .format("t={timestamp},v1={signature}")
//!     .encoding(Encoding::Hex)
//!     .signed("{timestamp}.{body}")
//!     .timestamp_in_signature(TimeUnit::Seconds)
//!     .tolerance(300)
//!     .event_id_header("x-acme-event");
//! # assert!(ACME.check().is_ok());
//! ```
//!
//! # What `signed` says
//!
//! A template reads like the provider's page: literal text and placeholders. A
//! placeholder is a source, optionally followed by filters, as in
//! `{body|sha256|hex}` or `{form|sort|join('=', '&')}`. A group in brackets,
//! `[request-id:{header:x-request-id};]`, is there where each of its
//! placeholders has a value. `{{`, `}}`, `[[` and `]]` are brackets of the text.
//!
//! The sources and filters are listed in `docs/schemes.md`. What a signature
//! covers is computed from them: [`Scheme::coverage`].
//!
//! `signature.format` has `{signature}`, or `{signatures}` for several with
//! commas between them at the end of the value, `{timestamp}`, `{id}`,
//! `{key_id}`, and `{any}` for text that is not looked at.

pub(crate) mod boundary;
pub(crate) mod coverage;
pub(crate) mod delivery;
#[cfg(feature = "serde")]
mod display;
mod errors;
pub(crate) mod filter;
pub(crate) mod format;
pub(crate) mod near;
mod readings;
pub(crate) mod recipient;
pub(crate) mod redaction;
#[cfg(feature = "serde")]
pub(crate) mod serial;
pub(crate) mod source;
#[cfg(feature = "serde")]
mod spelled;
pub(crate) mod template;
pub(crate) mod trust;
pub(crate) mod window;

use std::borrow::Cow;
use std::fmt;

use http::header::HeaderName;
use smallvec::SmallVec;

use self::coverage::Rules;
pub use self::coverage::{Coverage, ParseRequestPartError, Proof, RequestPart};
pub(crate) use self::delivery::Identified;
pub use self::delivery::{Replay, ReplayBy, ReplayKind, Retries, RetryTime, Success};
use self::format::{Format, Slot};
pub(crate) use self::recipient::PlannedRecipient;
pub use self::recipient::{MeantFor, Recipient};
use self::source::Source;
pub use self::template::{Digest, TemplateError};
use self::template::{Part, parse_signed};
pub use self::trust::Trust;
use crate::text::encoding::Encoding;
use crate::text::time::TimeUnit;

/// Text of a scheme: static in the catalogue, owned when read from a file.
pub type Text = Cow<'static, str>;

/// The tolerance where a provider names none.
pub const DEFAULT_TOLERANCE_SECS: u32 = 300;

/// The body limit where a provider names none: 2 MiB.
pub const DEFAULT_BODY_LIMIT: u64 = 2 * 1024 * 1024;

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

impl Algorithm {
    /// Whether the content is covered at all.
    #[must_use]
    pub const fn signs_content(self) -> bool {
        !matches!(self, Self::SharedSecret | Self::Basic)
    }

    /// Whether verification needs a public key instead of a shared secret.
    #[must_use]
    pub const fn is_public_key(self) -> bool {
        matches!(
            self,
            Self::RsaPkcs1(_)
                | Self::RsaPss(_)
                | Self::RsaPssAnySalt(_)
                | Self::Ecdsa(..)
                | Self::Ed25519
        )
    }

    /// The length of the signature in bytes, where the algorithm alone tells.
    pub(crate) const fn signature_len(self) -> Option<usize> {
        match self {
            Self::Hmac(digest) | Self::Hash(digest) => Some(digest.len()),
            Self::Ed25519 | Self::Ecdsa(Curve::P256, _, EcdsaForm::Fixed) => Some(64),
            Self::Ecdsa(Curve::P384, _, EcdsaForm::Fixed) => Some(96),
            _ => None,
        }
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
        Some(match self {
            Self::Hmac(Digest::Sha256) => "HS256",
            Self::Hmac(Digest::Sha384) => "HS384",
            Self::Hmac(Digest::Sha512) => "HS512",
            Self::RsaPkcs1(Digest::Sha256) => "RS256",
            Self::RsaPkcs1(Digest::Sha384) => "RS384",
            Self::RsaPkcs1(Digest::Sha512) => "RS512",
            Self::RsaPss(Digest::Sha256) => "PS256",
            Self::RsaPss(Digest::Sha384) => "PS384",
            Self::RsaPss(Digest::Sha512) => "PS512",
            Self::Ecdsa(Curve::P256, Digest::Sha256, EcdsaForm::Fixed) => "ES256",
            Self::Ecdsa(Curve::P384, Digest::Sha384, EcdsaForm::Fixed) => "ES384",
            Self::Ed25519 => "EdDSA",
            _ => return None,
        })
    }

    /// Whether a JWS header that names this algorithm means it: by the name
    /// above, or for Ed25519 by that of RFC 9864 section 2.2.
    pub(crate) fn is_jose_name(self, name: &str) -> bool {
        self.jose_name() == Some(name) || self == Self::Ed25519 && name == "Ed25519"
    }

    const NAMED: &[(&'static str, Self)] = &[
        ("hmac-md5", Self::Hmac(Digest::Md5)),
        ("hmac-sha1", Self::Hmac(Digest::Sha1)),
        ("hmac-sha256", Self::Hmac(Digest::Sha256)),
        ("hmac-sha384", Self::Hmac(Digest::Sha384)),
        ("hmac-sha512", Self::Hmac(Digest::Sha512)),
        ("md5", Self::Hash(Digest::Md5)),
        ("sha1", Self::Hash(Digest::Sha1)),
        ("sha256", Self::Hash(Digest::Sha256)),
        ("sha384", Self::Hash(Digest::Sha384)),
        ("sha512", Self::Hash(Digest::Sha512)),
        ("shared-secret", Self::SharedSecret),
        ("basic", Self::Basic),
        ("rsa-pkcs1-sha1", Self::RsaPkcs1(Digest::Sha1)),
        ("rsa-pkcs1-sha256", Self::RsaPkcs1(Digest::Sha256)),
        ("rsa-pkcs1-sha384", Self::RsaPkcs1(Digest::Sha384)),
        ("rsa-pkcs1-sha512", Self::RsaPkcs1(Digest::Sha512)),
        ("rsa-pss-sha256", Self::RsaPss(Digest::Sha256)),
        ("rsa-pss-sha384", Self::RsaPss(Digest::Sha384)),
        ("rsa-pss-sha512", Self::RsaPss(Digest::Sha512)),
        (
            "rsa-pss-sha256-any-salt",
            Self::RsaPssAnySalt(Digest::Sha256),
        ),
        (
            "rsa-pss-sha384-any-salt",
            Self::RsaPssAnySalt(Digest::Sha384),
        ),
        (
            "rsa-pss-sha512-any-salt",
            Self::RsaPssAnySalt(Digest::Sha512),
        ),
        (
            "ecdsa-p256-sha1",
            Self::Ecdsa(Curve::P256, Digest::Sha1, EcdsaForm::Der),
        ),
        (
            "ecdsa-p256-sha256",
            Self::Ecdsa(Curve::P256, Digest::Sha256, EcdsaForm::Der),
        ),
        (
            "ecdsa-p256-sha256-fixed",
            Self::Ecdsa(Curve::P256, Digest::Sha256, EcdsaForm::Fixed),
        ),
        (
            "ecdsa-p384-sha384",
            Self::Ecdsa(Curve::P384, Digest::Sha384, EcdsaForm::Der),
        ),
        (
            "ecdsa-p384-sha384-fixed",
            Self::Ecdsa(Curve::P384, Digest::Sha384, EcdsaForm::Fixed),
        ),
        ("ed25519", Self::Ed25519),
        ("message-signatures", Self::MessageSignatures),
    ];

    /// The name that scheme files and the command line use.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMED
            .iter()
            .find(|(_, known)| *known == self)
            .map_or("unnamed", |(name, _)| name)
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

/// The form in which the provider hands the key out.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyForm {
    /// The secret is the text itself, in UTF-8.
    Text,
    /// The secret is the text in Unicode normalisation form NFKD. ASCII is in
    /// that form already; other text needs feature `nfkd`, and is
    /// [`KeyError::NotBuilt`](crate::KeyError::NotBuilt) without it.
    TextNfkd,
    /// The secret is the bytes behind hex digits.
    Hex,
    /// The secret is the bytes behind hex digits, after a prefix that may be
    /// left out.
    HexAfter(Text),
    /// The secret is the bytes behind standard base64, after a prefix that
    /// may be left out (`whsec_`); empty for none.
    Base64(Text),
    /// The secret is the bytes behind base64url, padded or not, after a prefix
    /// that may be left out; empty for none.
    Base64Url(Text),
    /// With the prefix the bytes behind base64, without it the text itself.
    Base64OrText(Text),
    /// With the prefix the bytes behind base64, or else the text itself, prefix
    /// included: which of them a provider signs with does not show, so both are
    /// tried. Without it the text itself.
    Base64AndText(Text),
    /// The secret is the raw digest of the text.
    Hashed(Digest),
    /// The secret is the digest of the text, written in lower-case hex.
    HashedHex(Digest),
    /// A public key: PEM (SPKI, PKCS#1 or an X.509 certificate), as it is or in
    /// base64 once more, base64 or binary DER, a JWK, a JWK set, the bare modulus
    /// of an RSA key with exponent 65537 in base64url, base64 or hex, or the 32
    /// bytes of an Ed25519 key in hex or base64, with or without `whpk_`.
    PublicKey,
    /// As [`PublicKey`](Self::PublicKey), with RSA moduli from 1024 bits on.
    /// Only where a provider's key is that short: such a key can be broken by
    /// those with the means.
    ShortRsa,
    /// A secret whose text, repeated and cut to 32 bytes, is the seed of the
    /// provider's Ed25519 key; or the public key made from it, in hex. A text that
    /// could be that key in base64 takes
    /// [`Key::shared_secret`](crate::Key::shared_secret) or
    /// [`Key::public_key`](crate::Key::public_key).
    RepeatedSeed,
    /// Root certificates, PEM or one in DER. The request carries its own
    /// certificate and those above it, in `x5c` of the JWS header, and they
    /// have to lead to one of the roots. Feature `x5c`.
    X5cRoot {
        /// The id of an extension by which the provider marks its signing
        /// certificates, `1.2.840.113635.100.6.11.1`; empty for none.
        leaf: Text,
        /// The same for the certificate directly above.
        issuer: Text,
    },
    /// What the key's form tells: a public key in PEM, DER, as a JWK or behind
    /// `whpk_`; a secret behind `whsec_`, in a JWK of type `oct`, or in any text
    /// that could not be a public key: the text, or where it is base64 the bytes
    /// behind it. What could be either takes
    /// [`Key::shared_secret`](crate::Key::shared_secret) or
    /// [`Key::public_key`](crate::Key::public_key). For
    /// [`Algorithm::MessageSignatures`].
    Any,
}

/// Where a value stands in a request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Location {
    /// The one value of a header.
    Header(Text),
    /// A parameter of the query, decoded.
    Query(Text),
    /// A scalar of the JSON body, by RFC 6901 pointer.
    Json(Text),
    /// A field of an `application/x-www-form-urlencoded` body, decoded.
    Form(Text),
    /// A member, by RFC 6901 pointer, of the JSON object that a header carries
    /// in base64: the header's name, then the pointer.
    HeaderJson(Text, Text),
    /// A member, by RFC 6901 pointer, of the JSON object in a form field: the field's
    /// name, then the pointer.
    FormJson(Text, Text),
    /// The whole body.
    Body,
    /// A claim of the JWS payload, by RFC 6901 pointer.
    Claim(Text),
    /// A member of the JWS header, by RFC 6901 pointer.
    JwsHeader(Text),
}

impl Location {
    /// Whether the value is part of the body.
    #[must_use]
    pub const fn is_in_body(&self) -> bool {
        matches!(
            self,
            Self::Json(_) | Self::Form(_) | Self::FormJson(..) | Self::Body
        )
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) => write!(f, "header `{name}`"),
            Self::Query(name) => write!(f, "query parameter `{name}`"),
            Self::Json(pointer) => write!(f, "JSON body field `{pointer}`"),
            Self::Form(name) => write!(f, "form field `{name}`"),
            Self::Body => f.write_str("body"),
            Self::Claim(pointer) => write!(f, "claim `{pointer}`"),
            Self::JwsHeader(pointer) => write!(f, "JWS header `{pointer}`"),
            Self::HeaderJson(name, pointer) => {
                write!(f, "member `{pointer}` of header `{name}`")
            }
            Self::FormJson(name, pointer) => {
                write!(f, "member `{pointer}` of form field `{name}`")
            }
        }
    }
}

/// A value in the request that has to equal something computed from it: a
/// digest of the body in a signed claim or header, the URL in a claim.
///
/// With it a signature covers more than what it is computed over.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Binding {
    /// Where the value stands.
    pub at: Location,
    /// What it has to equal, as a template: `{body|sha256|hex}`.
    pub is: Text,
    /// Whether the value is there exactly when the body is not empty.
    pub with_body: bool,
}

impl Binding {
    /// A value at a place and the template that it equals.
    #[must_use]
    pub const fn new(at: Location, is: &'static str) -> Self {
        Self {
            at,
            is: Cow::Borrowed(is),
            with_body: false,
        }
    }

    /// For a value that is only sent with a body.
    #[must_use]
    pub const fn with_body(mut self) -> Self {
        self.with_body = true;
        self
    }
}

/// Where the signature stands and how it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Signature {
    /// The header, parameter or field.
    pub at: Location,
    /// Its form: `sha256={signature}`, `t={timestamp},v1={signature}`.
    pub format: Text,
    /// The text between several signatures of one value, each of the form
    /// above.
    pub separator: Option<Text>,
    /// How the signature's bytes are written.
    pub encoding: Encoding,
    /// Further headers of the same form, for providers that send one for each
    /// key; at least one header has to be there.
    pub also: Cow<'static, [Text]>,
    /// Whether the header may stand there more than once, with a signature in
    /// each; otherwise a repeated header is malformed.
    pub repeated: bool,
}

/// Where the timestamp stands, how it is written and how far it may be off.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timestamp {
    /// Where it stands; `None` for `{timestamp}` in the signature's format.
    pub at: Option<Location>,
    /// How it is written.
    pub unit: TimeUnit,
    /// Seconds that it may lie in the past or in the future; `None` for
    /// [`DEFAULT_TOLERANCE_SECS`].
    pub tolerance: Option<u32>,
    /// Whether a request without it is fine. An optional timestamp cannot be
    /// part of the signed content.
    pub optional: bool,
}

/// How a provider signs. See the [module documentation](self).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scheme {
    /// The provider's name, as the command line and `Verified` give it.
    pub name: Text,
    /// What proves that the request is genuine.
    pub algorithm: Algorithm,
    /// The form in which the key is handed out.
    pub key: KeyForm,
    /// Where the signature stands and how it is written.
    pub signature: Signature,
    /// What is signed, as a template.
    pub signed: Text,
    /// The timestamp, for schemes that have one.
    pub timestamp: Option<Timestamp>,
    /// Where the event's id stands.
    pub event_id: Option<Location>,
    /// Where the id of the key stands, for schemes whose requests name one.
    pub key_id: Option<Location>,
    /// Headers and the value that each must have for this scheme to apply.
    pub expect: Cow<'static, [(Text, Text)]>,
    /// Values that have to equal something computed from the request.
    pub bind: Cow<'static, [Binding]>,
    /// Places that must be empty: those in the head for this scheme to apply,
    /// those in the body for it to verify, so that nothing unsigned stands
    /// beside what is signed.
    pub absent: Cow<'static, [Location]>,
    /// Other forms of the same provider, tried in order when this one's
    /// signature is not there or not written in its form, or when what it
    /// expects, lacks or must not find in the head does not hold.
    pub or: Cow<'static, [Scheme]>,
    /// The name of this form among those of the provider, `default` where it is
    /// the only one.
    pub form: Text,
    /// Whether this form is accepted only where the operator names it: an old
    /// one, one that is sent with a stronger one, or one of several that sign
    /// different parts of a request.
    pub opt_in: bool,
    /// The forms that the operator accepts beyond those that are accepted
    /// anyway. Set by [`accept`](Self::accept).
    pub accept: Cow<'static, [Text]>,
    /// The one form that the operator accepts. Set by [`only`](Self::only).
    pub only: Option<Text>,
    /// What handlers are given where the proof leaves the body open. Set by
    /// [`trust`](Self::trust); that of the first form is for all.
    pub trust: Option<Trust>,
    /// Whether what is signed is a token that says nothing of the request which
    /// carries it, though it is within its body.
    pub token: bool,
    /// The signed values that tell for whom a delivery is.
    pub recipients: Cow<'static, [Recipient]>,
    /// Whom the operator accepts deliveries for. Set by [`recipient`](Self::recipient)
    /// and [`any_recipient`](Self::any_recipient).
    pub meant_for: MeantFor,
    /// What tells deliveries apart.
    pub replay: Replay,
    /// What the provider does about an answer that is not success; `None` where it
    /// is not known. That of the first form is for all.
    pub retries: Option<Retries>,
    /// What the provider takes for success. That of the first form is for all.
    pub success: Success,
    /// What an attacker can do with a signed text that has more than one
    /// reading; empty where it has one. A scheme that says it where there is one
    /// reading, or does not where there are several, is refused.
    pub ambiguous: Text,
    /// The largest body the provider sends, in bytes; `None` for
    /// [`DEFAULT_BODY_LIMIT`].
    pub body_limit: Option<u64>,
}

/// Replaces a field in a `const fn`, where nothing can be dropped. In a
/// constant the replaced value never owns memory.
macro_rules! put {
    ($field:expr, $value:expr) => {
        std::mem::forget(std::mem::replace(&mut $field, $value))
    };
}

/// Why no form of a scheme can be accepted.
#[derive(Debug)]
pub(crate) enum NotSelected {
    /// A form that the scheme does not have, or none where one must be named.
    Form(String),
    Scheme(SchemeError),
}

/// Constructors and setters for constants. On a scheme that was read from a
/// file, assign the public fields instead: a setter does not free the text
/// that it replaces.
#[allow(
    clippy::mem_replace_option_with_none,
    clippy::mem_replace_option_with_some
)] // `Option::replace` would drop
impl Scheme {
    const fn new(
        name: &'static str,
        algorithm: Algorithm,
        key: KeyForm,
        encoding: Encoding,
    ) -> Self {
        Self {
            name: Cow::Borrowed(name),
            algorithm,
            key,
            signature: Signature {
                at: Location::Header(Cow::Borrowed("x-signature")),
                format: Cow::Borrowed("{signature}"),
                separator: None,
                encoding,
                also: Cow::Borrowed(&[]),
                repeated: false,
            },
            signed: Cow::Borrowed("{body}"),
            timestamp: None,
            event_id: None,
            key_id: None,
            expect: Cow::Borrowed(&[]),
            bind: Cow::Borrowed(&[]),
            absent: Cow::Borrowed(&[]),
            or: Cow::Borrowed(&[]),
            form: Cow::Borrowed("default"),
            opt_in: false,
            accept: Cow::Borrowed(&[]),
            only: None,
            trust: None,
            token: false,
            recipients: Cow::Borrowed(&[]),
            meant_for: MeantFor::UNSAID,
            replay: Replay::UNSAID,
            retries: None,
            success: Success::Any2xx,
            ambiguous: Cow::Borrowed(""),
            body_limit: None,
        }
    }

    /// An HMAC over the raw body, in hex, with a text secret, in
    /// `X-Signature`; the setters change what differs.
    #[must_use]
    pub const fn hmac(name: &'static str, digest: Digest) -> Self {
        Self::new(name, Algorithm::Hmac(digest), KeyForm::Text, Encoding::Hex)
    }

    /// A hash over content that contains the secret.
    #[must_use]
    pub const fn hash(name: &'static str, digest: Digest) -> Self {
        Self::new(name, Algorithm::Hash(digest), KeyForm::Text, Encoding::Hex)
            .signed("{secret}{body}")
    }

    /// A secret that is sent as it is.
    #[must_use]
    pub const fn shared_secret(name: &'static str) -> Self {
        Self::new(
            name,
            Algorithm::SharedSecret,
            KeyForm::Text,
            Encoding::Plain,
        )
    }

    /// HTTP Basic credentials; the key is `user:password`.
    #[must_use]
    pub const fn basic(name: &'static str) -> Self {
        Self::new(name, Algorithm::Basic, KeyForm::Text, Encoding::Base64)
            .header("authorization")
            .format("Basic {signature}")
    }

    /// A public-key algorithm over the raw body, in base64.
    #[must_use]
    pub const fn public_key(name: &'static str, algorithm: Algorithm) -> Self {
        Self::new(name, algorithm, KeyForm::PublicKey, Encoding::Base64)
    }

    /// HTTP Message Signatures (RFC 9421) in `Signature` and
    /// `Signature-Input`, with a `created` time.
    #[must_use]
    pub const fn message_signatures(name: &'static str) -> Self {
        Self::new(
            name,
            Algorithm::MessageSignatures,
            KeyForm::Any,
            Encoding::Base64,
        )
        .header("signature")
        .timestamp_in_signature(TimeUnit::Seconds)
    }

    /// RSA PKCS#1 v1.5 over the raw body, in base64.
    #[must_use]
    pub const fn rsa_pkcs1(name: &'static str, digest: Digest) -> Self {
        Self::new(
            name,
            Algorithm::RsaPkcs1(digest),
            KeyForm::PublicKey,
            Encoding::Base64,
        )
    }

    /// The header that carries the signature.
    #[must_use]
    pub const fn header(self, name: &'static str) -> Self {
        self.at(Location::Header(Cow::Borrowed(name)))
    }

    /// Further headers that may carry a signature.
    #[must_use]
    pub const fn also(mut self, headers: &'static [Text]) -> Self {
        put!(self.signature.also, Cow::Borrowed(headers));
        self
    }

    /// Lets the signature's header stand there more than once.
    #[must_use]
    pub const fn repeated(mut self) -> Self {
        self.signature.repeated = true;
        self
    }

    /// Where the signature stands.
    #[must_use]
    pub const fn at(mut self, at: Location) -> Self {
        put!(self.signature.at, at);
        self
    }

    /// How the signature is written, with `{signature}` and what stands
    /// around it.
    #[must_use]
    pub const fn format(mut self, format: &'static str) -> Self {
        put!(self.signature.format, Cow::Borrowed(format));
        self
    }

    /// The text between several signatures in one value.
    #[must_use]
    pub const fn separator(mut self, separator: &'static str) -> Self {
        put!(self.signature.separator, Some(Cow::Borrowed(separator)));
        self
    }

    /// How the signature's bytes are written.
    #[must_use]
    pub const fn encoding(mut self, encoding: Encoding) -> Self {
        self.signature.encoding = encoding;
        self
    }

    /// What is signed.
    #[must_use]
    pub const fn signed(mut self, template: &'static str) -> Self {
        put!(self.signed, Cow::Borrowed(template));
        self
    }

    /// The form of the key.
    #[must_use]
    pub const fn key(mut self, form: KeyForm) -> Self {
        put!(self.key, form);
        self
    }

    /// A timestamp in a header of its own.
    #[must_use]
    pub const fn timestamp_header(self, name: &'static str, unit: TimeUnit) -> Self {
        self.timestamp_at(Location::Header(Cow::Borrowed(name)), unit)
    }

    /// A timestamp somewhere in the request.
    #[must_use]
    pub const fn timestamp_at(mut self, at: Location, unit: TimeUnit) -> Self {
        put!(
            self.timestamp,
            Some(Timestamp {
                at: Some(at),
                unit,
                tolerance: None,
                optional: false
            })
        );
        self
    }

    /// A timestamp inside the signature's format, as `{timestamp}`.
    #[must_use]
    pub const fn timestamp_in_signature(mut self, unit: TimeUnit) -> Self {
        put!(
            self.timestamp,
            Some(Timestamp {
                at: None,
                unit,
                tolerance: None,
                optional: false
            })
        );
        self
    }

    /// Seconds that the timestamp may lie in the past or in the future.
    /// Without a timestamp it has no effect.
    #[must_use]
    pub const fn tolerance(mut self, seconds: u32) -> Self {
        if let Some(timestamp) = &mut self.timestamp {
            timestamp.tolerance = Some(seconds);
        }
        self
    }

    /// Lets a request without the timestamp through.
    #[must_use]
    pub const fn optional_timestamp(mut self) -> Self {
        if let Some(timestamp) = &mut self.timestamp {
            timestamp.optional = true;
        }
        self
    }

    /// A header that carries the event's id.
    #[must_use]
    pub const fn event_id_header(self, name: &'static str) -> Self {
        self.event_id_at(Location::Header(Cow::Borrowed(name)))
    }

    /// A field of the JSON body that carries the event's id.
    #[must_use]
    pub const fn event_id_json(self, pointer: &'static str) -> Self {
        self.event_id_at(Location::Json(Cow::Borrowed(pointer)))
    }

    /// Where the event's id stands.
    #[must_use]
    pub const fn event_id_at(mut self, at: Location) -> Self {
        put!(self.event_id, Some(at));
        self
    }

    /// A header that names the key.
    #[must_use]
    pub const fn key_id_header(mut self, name: &'static str) -> Self {
        put!(self.key_id, Some(Location::Header(Cow::Borrowed(name))));
        self
    }

    /// Where the request names the key.
    #[must_use]
    pub const fn key_id_at(mut self, at: Location) -> Self {
        put!(self.key_id, Some(at));
        self
    }

    /// For requests that name no key.
    #[must_use]
    pub const fn without_key_id(mut self) -> Self {
        put!(self.key_id, None);
        self
    }

    /// Headers and the value each must have.
    #[must_use]
    pub const fn expect(mut self, headers: &'static [(Text, Text)]) -> Self {
        put!(self.expect, Cow::Borrowed(headers));
        self
    }

    /// Values that have to equal something computed from the request.
    #[must_use]
    pub const fn bind(mut self, bindings: &'static [Binding]) -> Self {
        put!(self.bind, Cow::Borrowed(bindings));
        self
    }

    /// A compact JWS (RFC 7515) in the signature's place, after `prefix`: the
    /// header's `alg` must be that of the algorithm, `exp` and `nbf` are held
    /// to, `kid` names the key.
    #[must_use]
    pub const fn jws(mut self, format: &'static str) -> Self {
        put!(self.signature.format, Cow::Borrowed(format));
        put!(self.signed, Cow::Borrowed("{jws_header}.{jws_payload}"));
        put!(
            self.key_id,
            Some(Location::JwsHeader(Cow::Borrowed("/kid")))
        );
        self.signature.encoding = Encoding::Base64url;
        self
    }

    /// Places that must be empty.
    #[must_use]
    pub const fn absent(mut self, places: &'static [Location]) -> Self {
        put!(self.absent, Cow::Borrowed(places));
        self
    }

    /// Other forms of the same provider.
    #[must_use]
    pub const fn or(mut self, others: &'static [Scheme]) -> Self {
        put!(self.or, Cow::Borrowed(others));
        self
    }

    /// Names this form.
    #[must_use]
    pub const fn form(mut self, name: &'static str) -> Self {
        put!(self.form, Cow::Borrowed(name));
        self
    }

    /// Accepts this form only where the operator names it.
    #[must_use]
    pub const fn opt_in(mut self) -> Self {
        self.opt_in = true;
        self
    }

    /// Says that what is signed is a token about something else than the request
    /// that carries it.
    #[must_use]
    pub const fn token(mut self) -> Self {
        self.token = true;
        self
    }

    /// Says what an attacker can do with a signed text that has more than one
    /// reading. Only where the provider signs such a text: what is read in one
    /// way is proven, and this is not.
    #[must_use]
    pub const fn ambiguous(mut self, attack: &'static str) -> Self {
        put!(self.ambiguous, Cow::Borrowed(attack));
        self
    }

    /// The largest body the provider sends, in bytes.
    #[must_use]
    pub const fn body_limit(mut self, bytes: u64) -> Self {
        self.body_limit = Some(bytes);
        self
    }

    /// Every form of the scheme, each with its name in [`form`](Self::form).
    pub fn forms(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(self.or.iter())
    }

    /// The name of each form. One within [`or`](Self::or) that has none of its
    /// own is named after its position: `form-2`.
    pub fn form_names(&self) -> impl Iterator<Item = Text> {
        self.forms().enumerate().map(|(at, form)| match at {
            0 => form.form.clone(),
            at if form.form == "default" => Cow::Owned(format!("form-{}", at + 1)),
            _ => form.form.clone(),
        })
    }

    /// The forms that requests are accepted in, each with its name: those that
    /// are not [`opt_in`](Self::opt_in), and those that the operator named.
    pub fn accepted_forms(&self) -> impl Iterator<Item = (Text, &Self)> {
        self.form_names()
            .zip(self.forms())
            .filter(|(name, form)| match &self.only {
                Some(only) => name == only,
                None => !form.opt_in || self.accept.contains(name),
            })
    }

    /// Accepts a further form: one that is off unless it is named.
    ///
    /// ```
    /// use hookward_core::{Key, Verifier, providers};
    ///
    /// // Agora sends SHA-1 with SHA-256, for receivers that know no better.
    /// let scheme = providers::AGORA.accept("v1");
    /// let verifier = Verifier::new(scheme, Key::new("secret")?)?;
    /// # let _ = verifier;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn accept(mut self, form: impl Into<Text>) -> Self {
        self.accept.to_mut().push(form.into());
        self
    }

    /// Accepts one form alone: required where forms sign different parts of a
    /// request, so that nothing unsigned selects what is signed.
    ///
    /// ```
    /// use hookward_core::{ConfigError, Key, Trust, Verifier, providers};
    ///
    /// let key = || Key::new("secret");
    /// let undecided = Verifier::new(providers::VONAGE_SMS_SHA256, key()?);
    /// assert!(matches!(undecided, Err(ConfigError::Form(_))));
    /// let query = providers::VONAGE_SMS_SHA256.only("query").trust(Trust::AsSent);
    /// assert!(Verifier::new(query, key()?).is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn only(mut self, form: impl Into<Text>) -> Self {
        self.only = Some(form.into());
        self
    }

    /// The forms that are accepted; the error says which there are.
    pub(crate) fn selected(&self) -> Result<Vec<Plan>, NotSelected> {
        let names = || {
            let names: Vec<String> = self.form_names().map(|name| format!("`{name}`")).collect();
            names.join(", ")
        };
        for name in self.accept.iter().chain(&self.only) {
            if !self.form_names().any(|known| known == *name) {
                return Err(NotSelected::Form(format!(
                    "{} has no form `{}`: it has {}",
                    self.name,
                    name.escape_debug(),
                    names()
                )));
            }
        }
        let selected = self
            .accepted_forms()
            .map(|(name, form)| {
                let mut plan = Plan::compile(form)?;
                plan.form = name;
                Ok(plan)
            })
            .collect::<Result<Vec<_>, SchemeError>>()
            .map_err(NotSelected::Scheme)?;
        if selected.is_empty() {
            return Err(NotSelected::Form(format!(
                "the forms of {} sign different parts of a request, so one must be named: `.only(\"…\")` or `--form …` with one of {}",
                self.name,
                names()
            )));
        }
        Ok(selected)
    }

    /// What a signature of the first form covers, computed from the scheme.
    ///
    /// For message signatures and lists of headers the request decides; this is
    /// what it must cover at the least.
    ///
    /// # Errors
    /// [`SchemeError`] when the scheme is not usable.
    pub fn coverage(&self) -> Result<Coverage, SchemeError> {
        Ok(Plan::compile(self)?.coverage)
    }

    /// Whether the signed text of this form is read in one way only. Where it is
    /// not, as with values that are joined by nothing, what one request says can
    /// be sent as another: the parts in question are covered weakly, and
    /// [`ambiguous`](Self::ambiguous) must say what comes of it.
    ///
    /// # Errors
    /// [`SchemeError`] when the scheme is not usable.
    pub fn has_one_reading(&self) -> Result<bool, SchemeError> {
        Ok(self.ambiguity(&Plan::compile(self)?).is_none())
    }

    /// Where the signed text, or a value that is bound, has more than one
    /// reading.
    fn ambiguity(&self, plan: &Plan) -> Option<(&'static str, TemplateError)> {
        if !self.algorithm.signs_content() || self.algorithm == Algorithm::MessageSignatures {
            return None;
        }
        let signed = std::iter::once(("signed", &*self.signed, &*plan.parts));
        let bound = self.bind.iter().zip(&plan.bind);
        signed
            .chain(bound.map(|(binding, planned)| ("bind", &*binding.is, &*planned.is)))
            .find_map(|(field, template, parts)| {
                Some((field, readings::ambiguity(template, parts)?))
            })
    }

    /// Whether there is one reading, or what comes of several is declared.
    fn check_readings(&self, plan: &Plan) -> Result<(), SchemeError> {
        match self.ambiguity(plan) {
            Some((field, error)) if self.ambiguous.trim().is_empty() => {
                Err(SchemeError::Ambiguous { field, error })
            }
            None if !self.ambiguous.is_empty() => Err(SchemeError::Inconsistent(
                "`ambiguous` is declared, and the signed text is read in one way only: leave it out"
                    .into(),
            )),
            _ => Ok(()),
        }
    }

    /// Whether `signed`, or a value that is bound, reads the URL or its host, so
    /// that the verifier has to know under which URL the provider calls.
    ///
    /// # Errors
    /// [`SchemeError`] when the scheme is not usable.
    pub fn reads_host(&self) -> Result<bool, SchemeError> {
        let plan = Plan::compile(self)?;
        Ok(plan
            .parts
            .iter()
            .chain(plan.bind.iter().flat_map(|binding| &*binding.is))
            .any(|part| part.any(&|slot| matches!(slot.source, Source::Url | Source::Host))))
    }

    /// Whether the signature covers the event id: signed with the head, or
    /// part of a signed body.
    #[must_use]
    pub fn event_id_is_signed(&self) -> bool {
        Plan::compile(self).is_ok_and(|plan| plan.signs_event_id)
    }

    /// Whether the signature covers the timestamp.
    #[must_use]
    pub fn timestamp_is_signed(&self) -> bool {
        Plan::compile(self).is_ok_and(|plan| {
            plan.timestamp
                .as_ref()
                .is_some_and(|timestamp| plan.signs_timestamp(timestamp))
        })
    }

    /// Checks the scheme as [`Verifier::new`](crate::Verifier::new) does,
    /// without a key.
    ///
    /// # Errors
    /// What is wrong and what to write instead.
    pub fn check(&self) -> Result<(), SchemeError> {
        self.check_all_but_readings()?;
        for form in self.forms() {
            form.check_readings(&Plan::compile(form)?)?;
        }
        Ok(())
    }

    fn check_all_but_readings(&self) -> Result<(), SchemeError> {
        Plan::compile(self).map(drop)?;
        self.check_form_names()?;
        for other in self.or.iter() {
            if !other.or.is_empty() {
                return Err(SchemeError::Inconsistent(
                    "a scheme inside `or` cannot have an `or` of its own: list all forms in one"
                        .into(),
                ));
            }
            Plan::compile(other).map(drop)?;
        }
        Ok(())
    }
}

impl Scheme {
    fn check_form_names(&self) -> Result<(), SchemeError> {
        let names: Vec<Text> = self.form_names().collect();
        for (at, name) in names.iter().enumerate() {
            let is_word = !name.is_empty()
                && name
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            if !is_word {
                return Err(SchemeError::Inconsistent(format!(
                    "`{}` is not a name for a form: write lower-case letters, digits and hyphens, as in `form = \"v2\"`",
                    name.escape_debug()
                )));
            }
            if names[..at].contains(name) {
                return Err(SchemeError::Inconsistent(format!(
                    "two forms are named `{name}`: give each a name of its own, as in `form = \"v2\"`"
                )));
            }
        }
        Ok(())
    }
}

/// Why a scheme cannot be used.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SchemeError {
    /// A template does not parse.
    Template {
        /// `signed` or `signature.format`.
        field: &'static str,
        /// What is wrong and where.
        error: TemplateError,
    },
    /// The signed text has more than one reading, so that what one request says
    /// can be sent as another, and nothing is declared about it.
    Ambiguous {
        /// `signed` or `bind`.
        field: &'static str,
        /// Which parts run into each other, and two requests with one text.
        error: TemplateError,
    },
    /// A header's name is not one.
    HeaderName(String),
    /// Parts of the scheme contradict each other, or one is missing.
    Inconsistent(String),
}

impl fmt::Display for SchemeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Template { field, error } | Self::Ambiguous { field, error } => {
                write!(f, "in `{field}`: {error}")
            }
            Self::HeaderName(name) => write!(f, "`{name}` is not a header name"),
            Self::Inconsistent(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for SchemeError {}

/// A location whose header name is parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    Header(HeaderName),
    Query(Box<str>),
    Json(Box<str>),
    Form(Box<str>),
    HeaderJson(HeaderName, Box<str>),
    FormJson(Box<str>, Box<str>),
    Body,
    Claim(Box<str>),
    JwsHeader(Box<str>),
}

impl Place {
    pub(crate) fn compile(location: &Location) -> Result<Self, SchemeError> {
        Ok(match location {
            Location::Header(name) => Self::Header(header_name(name)?),
            Location::Query(name) => Self::Query(name.as_ref().into()),
            Location::Json(pointer) if pointer.starts_with('/') => {
                Self::Json(pointer.as_ref().into())
            }
            Location::Claim(pointer) if pointer.starts_with('/') => {
                Self::Claim(pointer.as_ref().into())
            }
            Location::JwsHeader(pointer) if pointer.starts_with('/') => {
                Self::JwsHeader(pointer.as_ref().into())
            }
            Location::HeaderJson(name, pointer) if pointer.starts_with('/') => {
                Self::HeaderJson(header_name(name)?, pointer.as_ref().into())
            }
            Location::FormJson(name, pointer) if pointer.starts_with('/') => {
                Self::FormJson(name.as_ref().into(), pointer.as_ref().into())
            }
            Location::Body => Self::Body,
            Location::Json(pointer)
            | Location::Claim(pointer)
            | Location::JwsHeader(pointer)
            | Location::FormJson(_, pointer)
            | Location::HeaderJson(_, pointer) => {
                return Err(SchemeError::Inconsistent(format!(
                    "`{pointer}` is not a JSON pointer: start it with `/`, as in `/event/id`"
                )));
            }
            Location::Form(name) => Self::Form(name.as_ref().into()),
        })
    }

    pub(crate) const fn is_in_body(&self) -> bool {
        matches!(
            self,
            Self::Json(_) | Self::Form(_) | Self::FormJson(..) | Self::Body
        )
    }

    pub(crate) const fn is_in_jws(&self) -> bool {
        matches!(self, Self::Claim(_) | Self::JwsHeader(_))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) => write!(f, "header `{name}`"),
            Self::Query(name) => write!(f, "query parameter `{name}`"),
            Self::Json(pointer) => write!(f, "JSON body field `{pointer}`"),
            Self::Form(name) => write!(f, "form field `{name}`"),
            Self::Body => f.write_str("body"),
            Self::Claim(pointer) => write!(f, "claim `{pointer}`"),
            Self::JwsHeader(pointer) => write!(f, "JWS header `{pointer}`"),
            Self::HeaderJson(name, pointer) => {
                write!(f, "member `{pointer}` of header `{name}`")
            }
            Self::FormJson(name, pointer) => {
                write!(f, "member `{pointer}` of form field `{name}`")
            }
        }
    }
}

fn header_name(name: &str) -> Result<HeaderName, SchemeError> {
    HeaderName::try_from(name).map_err(|_| SchemeError::HeaderName(name.to_owned()))
}

/// A scheme made ready for requests.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) name: Text,
    pub(crate) form: Text,
    pub(crate) algorithm: Algorithm,
    pub(crate) key: KeyForm,
    pub(crate) at: Place,
    pub(crate) format: Format,
    pub(crate) encoding: Encoding,
    pub(crate) parts: Box<[Part]>,
    pub(crate) timestamp: Option<PlannedTimestamp>,
    pub(crate) event_id: Option<Place>,
    pub(crate) key_id: Option<Place>,
    pub(crate) expect: Box<[(HeaderName, Box<str>)]>,
    pub(crate) bind: Box<[PlannedBinding]>,
    /// Further headers with signatures.
    pub(crate) also: Box<[HeaderName]>,
    pub(crate) repeated: bool,
    pub(crate) absent: Box<[Place]>,
    /// Whether the signature covers the event id.
    pub(crate) signs_event_id: bool,
    /// Whether `signed` has `{id}`, and `{key_id}`.
    pub(crate) signs_id: bool,
    pub(crate) signs_key_id: bool,
    /// The whole body must be kept to compute the content or to find a value.
    pub(crate) keeps_body: bool,
    /// What a signature covers.
    pub(crate) coverage: Coverage,
    /// Whether a handler gets the covered values in place of the body.
    pub(crate) hands_proven: bool,
    /// How the body must start, where that matters.
    pub(crate) start_of_body: Option<StartOfBody>,
    /// Whether the parts of the signed text can be told apart in one way only.
    pub(crate) parts_are_apart: bool,
    /// For whom a delivery is.
    pub(crate) recipients: Box<[PlannedRecipient]>,
    /// What tells deliveries apart.
    pub(crate) identified: Identified,
    /// One MAC in one header, over the body alone.
    is_plain: bool,
}

/// How a body must start, so that what is signed is read in one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StartOfBody {
    /// As one JSON object or array, to its end, unless it is empty: it follows
    /// the URL in the signed text.
    Json,
    /// Not with a digit: it follows a time in the signed text.
    NoDigit,
    /// Not as a URL does: the provider signs URLs under the same key.
    NoUrl,
}

impl StartOfBody {
    /// What is wrong with the first bytes of a body.
    pub(crate) fn problem(self, start: &[u8]) -> Option<&'static str> {
        match self {
            // It is followed to its end.
            Self::Json => None,
            Self::NoDigit => start.first().is_some_and(u8::is_ascii_digit).then_some(
                "the body follows the time in the signed text and starts with a digit: it could be read as part of the time",
            ),
            Self::NoUrl => {
                let start = start.to_ascii_lowercase();
                (start.starts_with(b"http://") || start.starts_with(b"https://"))
                    .then_some("the body is a URL, which this provider signs in another role")
            }
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct PlannedBinding {
    pub(crate) at: Place,
    pub(crate) is: Box<[Part]>,
    pub(crate) with_body: bool,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub(crate) unit: TimeUnit,
    pub(crate) tolerance: u32,
}

#[derive(Debug, Clone)]
pub(crate) struct PlannedTimestamp {
    pub(crate) at: Option<Place>,
    pub(crate) window: Window,
    pub(crate) optional: bool,
}

impl Plan {
    /// The header and the text before the signature, for a MAC over the body
    /// alone beside which nothing has to be read.
    pub(crate) fn plain(&self) -> Option<(&HeaderName, &str)> {
        match &self.at {
            Place::Header(name) if self.is_plain => Some((name, self.format.only_prefix()?)),
            _ => None,
        }
    }

    pub(crate) fn compile(scheme: &Scheme) -> Result<Self, SchemeError> {
        let wrong = |what: String| Err(SchemeError::Inconsistent(what));
        let format = Format::parse(
            &scheme.signature.format,
            scheme.signature.separator.as_deref(),
        )
        .map_err(|error| SchemeError::Template {
            field: "signature.format",
            error,
        })?;
        let parts = parse_signed(&scheme.signed).map_err(|error| SchemeError::Template {
            field: "signed",
            error,
        })?;
        let has = |source: &Source| any_reads(&parts, source);
        if scheme.algorithm.signs_content() && !parts.iter().any(|p| !matches!(p, Part::Literal(_)))
        {
            return wrong("`signed` has no placeholder: must cover at minimum `{body}`".into());
        }
        if has(&Source::Timestamp) && scheme.timestamp.is_none() {
            return wrong("`signed` has `{timestamp}`, but the scheme has no `timestamp`: say where it stands".into());
        }
        if let Some(timestamp) = &scheme.timestamp
            && timestamp.at.is_none()
            && !format.has(Slot::Timestamp)
            && scheme.algorithm != Algorithm::MessageSignatures
        {
            return wrong("the timestamp stands nowhere: name its header, or write `{timestamp}` into `signature.format`".into());
        }
        if has(&Source::Timestamp) && scheme.timestamp.as_ref().is_some_and(|t| t.optional) {
            return wrong(
                "an optional timestamp cannot be signed: leave `optional` out, or `{timestamp}`"
                    .into(),
            );
        }
        if has(&Source::Id) && scheme.event_id.is_none() && !format.has(Slot::Id) {
            return wrong(
                "`signed` has `{id}`, but the scheme has no `event_id`: say where it stands".into(),
            );
        }
        if has(&Source::KeyId)
            && scheme.key_id.is_none()
            && (!format.has(Slot::KeyId)
                || matches!(
                    scheme.signature.at,
                    Location::Json(_) | Location::Form(_) | Location::Body
                ))
        {
            return wrong(
                "`signed` has `{key_id}`, but the scheme has no `key_id`: say where it stands"
                    .into(),
            );
        }
        let first_late = parts.iter().position(|part| !part.is_in_head());
        check_variants(scheme, &parts, first_late)?;
        let hashes_secret = matches!(scheme.algorithm, Algorithm::Hash(_));
        if hashes_secret != has(&Source::Secret) {
            return wrong(format!(
                "`{{secret}}` belongs into `signed` for the plain hashes md5 to sha512 and nowhere else; this is {}",
                scheme.algorithm
            ));
        }
        // Its value differs from key to key: it is fed to each hash by itself.
        let is_bare = |part: &Part| part.bare() == Some(&Source::Secret);
        if parts
            .iter()
            .any(|part| !is_bare(part) && part.any(&|slot| slot.source == Source::Secret))
        {
            return wrong(
                "`{secret}` takes no filters and cannot be in a group or a template of its own: write it bare, and for a hash of the secret `key = \"md5-hex\"` or another"
                    .into(),
            );
        }
        if !scheme.algorithm.signs_content()
            && scheme.signature.at.is_in_body()
            && scheme.algorithm == Algorithm::Basic
        {
            return wrong("Basic credentials stand in a header".into());
        }
        if let Some(help) = misfit(scheme.algorithm, &scheme.key) {
            return wrong(format!("{} {help}", scheme.algorithm));
        }
        let at = Place::compile(&scheme.signature.at)?;
        if scheme.algorithm == Algorithm::Ed25519 && at.is_in_body() {
            return wrong("an Ed25519 signature inside the body cannot be checked while the body arrives: it has to stand in the head".into());
        }
        let timestamp = match &scheme.timestamp {
            None => None,
            Some(timestamp) => Some(PlannedTimestamp {
                at: timestamp.at.as_ref().map(Place::compile).transpose()?,
                window: Window {
                    unit: timestamp.unit,
                    tolerance: timestamp.tolerance.unwrap_or(DEFAULT_TOLERANCE_SECS),
                },
                optional: timestamp.optional,
            }),
        };
        let event_id = scheme.event_id.as_ref().map(Place::compile).transpose()?;
        let key_id = scheme.key_id.as_ref().map(Place::compile).transpose()?;
        let expect = scheme
            .expect
            .iter()
            .map(|(name, value)| Ok((header_name(name)?, value.as_ref().into())))
            .collect::<Result<Box<[_]>, SchemeError>>()?;
        let bind = scheme
            .bind
            .iter()
            .map(|binding| {
                Ok(PlannedBinding {
                    at: Place::compile(&binding.at)?,
                    is: parse_signed(&binding.is)
                        .map_err(|error| SchemeError::Template {
                            field: "bind",
                            error,
                        })?
                        .into(),
                    with_body: binding.with_body,
                })
            })
            .collect::<Result<Box<[_]>, SchemeError>>()?;
        let is_of_signed =
            |part: &Part| part.any(&|slot| slot.source == Source::Secret || slot.has_variants());
        if bind
            .iter()
            .any(|binding| binding.is.iter().any(is_of_signed))
        {
            return wrong(
                "`{secret}` and optional filters are for `signed`: nothing is bound to them".into(),
            );
        }
        let jws = format.has(Slot::JwsHeader);
        if let KeyForm::X5cRoot { leaf, issuer } = &scheme.key {
            if !jws {
                return wrong(
                    "certificates in `x5c` need `{jws_header}` in `signature.format`".into(),
                );
            }
            for id in [leaf, issuer] {
                if !id.is_empty() && crate::text::der::oid(id).is_none() {
                    return wrong(format!(
                        "`{id}` is not the id of an extension: write numbers and dots, as in `1.2.840.113635.100.6.11.1`"
                    ));
                }
            }
        }
        if jws && scheme.algorithm.jose_name().is_none() {
            return wrong(format!("{} has no name in a JWS header", scheme.algorithm));
        }
        let claims = [
            &timestamp.as_ref().and_then(|t| t.at.clone()),
            &event_id,
            &key_id,
        ]
        .into_iter()
        .flatten()
        .chain(bind.iter().map(|binding| &binding.at))
        .any(Place::is_in_jws);
        if !jws
            && (claims
                || has(&Source::JwsHeader)
                || has(&Source::JwsPayload)
                || format.has(Slot::JwsPayload))
        {
            return wrong("claims and JWS parts need `{jws_header}` in `signature.format`".into());
        }
        let several = scheme.signature.repeated || !scheme.signature.also.is_empty();
        if several && !matches!(at, Place::Header(_)) {
            return wrong(
                "`also` and `repeated` are for headers: the signature has to stand in one".into(),
            );
        }
        let also = scheme
            .signature
            .also
            .iter()
            .map(|name| header_name(name))
            .collect::<Result<Box<[_]>, _>>()?;
        let rules = Rules {
            algorithm: scheme.algorithm,
            at: &at,
            parts: &parts,
            timestamp: timestamp.as_ref(),
            event_id: event_id.as_ref(),
            key_id: key_id.as_ref(),
            bind: &bind,
            expect: &expect,
            is_token: scheme.token,
        };
        let coverage = rules.coverage();
        for binding in &bind {
            let is_in_head = matches!(
                binding.at,
                Place::Header(_) | Place::Query(_) | Place::HeaderJson(..)
            );
            let is_fixed = binding.is.iter().all(Part::is_fixed);
            // Up to what was lost will do: what is bound to it is compared.
            if is_in_head
                && !is_fixed
                && !coverage.proves(&binding.at)
                && !coverage.is_weak(&binding.at)
            {
                return wrong(format!(
                    "the bound value in the {} is not signed: name a place that `signed` covers",
                    binding.at
                ));
            }
        }
        let absent = scheme
            .absent
            .iter()
            .map(Place::compile)
            .collect::<Result<Box<[_]>, _>>()?;
        let is_message = scheme.algorithm == Algorithm::MessageSignatures;
        if is_message {
            check_message(scheme, &at)?;
        }
        let signs_event_id = coverage.covers(&RequestPart::Id);
        let parts_are_apart = boundary::ambiguous(&parts).is_empty();
        let recipients = PlannedRecipient::compile_all(scheme, event_id.as_ref(), &coverage)?;
        let identified = Identified::compile(scheme, event_id.as_ref(), &coverage)?;
        let start_of_body = if boundary::needs_json_body(&parts) {
            Some(StartOfBody::Json)
        } else {
            boundary::needs_no_digit(&parts).then_some(StartOfBody::NoDigit)
        };
        let keeps_body = at.is_in_body()
            || bind
                .iter()
                .any(|b| b.at.is_in_body() || b.is.iter().any(Part::needs_whole_body))
            || absent.iter().any(Place::is_in_body)
            || parts.iter().any(Part::needs_whole_body)
            || has(&Source::Id) && event_id.as_ref().is_some_and(Place::is_in_body)
            || timestamp
                .as_ref()
                .is_some_and(|t| t.at.as_ref().is_some_and(Place::is_in_body))
            || key_id.as_ref().is_some_and(Place::is_in_body)
            || body_comes_late(&parts);
        let is_plain = matches!(scheme.algorithm, Algorithm::Hmac(_))
            && parts == [Part::BODY]
            && timestamp.is_none()
            && key_id.is_none()
            && bind.is_empty()
            && recipients.is_empty()
            && !several
            && !keeps_body
            && event_id
                .as_ref()
                .is_none_or(|at| matches!(at, Place::Header(_)) || at.is_in_body());
        #[cfg_attr(not(feature = "message-signatures"), allow(unused_mut))]
        let mut plan = Self {
            is_plain,
            name: scheme.name.clone(),
            form: scheme.form.clone(),
            algorithm: scheme.algorithm,
            key: scheme.key.clone(),
            at,
            format,
            encoding: scheme.signature.encoding,
            signs_id: has(&Source::Id),
            signs_key_id: has(&Source::KeyId),
            parts: parts.into(),
            timestamp,
            event_id,
            key_id,
            expect,
            bind,
            also,
            repeated: scheme.signature.repeated,
            absent,
            signs_event_id,
            keeps_body,
            coverage,
            hands_proven: false,
            start_of_body,
            parts_are_apart,
            recipients,
            identified,
        };
        // What the usual policy demands; another one replaces it.
        #[cfg(feature = "message-signatures")]
        if is_message {
            plan.set_coverage(Coverage::of_message_signatures(true, true));
        }
        Ok(plan)
    }
}

impl Plan {
    /// The parameters that have to be set with the keys.
    pub(crate) fn params(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for part in self
            .parts
            .iter()
            .chain(self.bind.iter().flat_map(|b| &*b.is))
        {
            part.for_each(&mut |slot| {
                if let Source::Const(name) = &slot.source {
                    names.push(&**name);
                }
            });
        }
        names
    }

    /// Whether the signed text starts with the URL.
    pub(crate) fn starts_with_url(&self) -> bool {
        matches!(self.parts.first(), Some(Part::Slot(slot)) if slot.source == Source::Url)
    }

    /// Refuses a body that is a URL, where the signed text starts with the body.
    pub(crate) fn set_url_refused(&mut self) {
        if self.parts.first() == Some(&Part::BODY) {
            self.start_of_body = Some(StartOfBody::NoUrl);
            self.is_plain = false;
        }
    }

    /// Replaces what a signature covers, where a policy says so.
    #[cfg(feature = "message-signatures")]
    pub(crate) fn set_coverage(&mut self, mut coverage: Coverage) {
        coverage.add_places(
            self.timestamp.as_ref().and_then(|t| t.at.as_ref()),
            self.event_id.as_ref(),
        );
        coverage.normalize();
        // An id in a header is told only where the signature covers it.
        self.signs_event_id = match &self.event_id {
            Some(Place::Header(_)) => true,
            Some(place) => coverage.proves(place),
            None => false,
        };
        self.coverage = coverage;
    }

    /// The headers that a header lists as signed, where the scheme has such.
    pub(crate) fn list_of_headers(&self) -> Option<&HeaderName> {
        let mut list = None;
        for part in &self.parts {
            part.for_each(&mut |slot| {
                if let Source::Headers(name) = &slot.source {
                    list = Some(name);
                }
            });
        }
        list
    }

    /// Whether `signed` reads this source.
    pub(crate) fn reads(&self, source: &Source) -> bool {
        any_reads(&self.parts, source)
    }

    /// Whether its keys may stand in a JWK set.
    pub(crate) fn takes_jwk(&self) -> bool {
        self.algorithm.is_public_key() || self.algorithm == Algorithm::MessageSignatures
    }

    /// Whether the body tells if this form applies: a value in it is bound to
    /// a constant.
    pub(crate) fn is_told_by_body(&self) -> bool {
        self.body_constants().next().is_some()
    }

    /// Places in the body and the constant text that each has to hold.
    pub(crate) fn body_constants(&self) -> impl Iterator<Item = (&Place, &[u8])> {
        self.bind.iter().filter_map(|binding| match &*binding.is {
            [Part::Literal(text)] if binding.at.is_in_body() => Some((&binding.at, &**text)),
            _ => None,
        })
    }

    pub(crate) fn timestamp_header(&self) -> Option<&HeaderName> {
        match self.timestamp.as_ref().map(|timestamp| &timestamp.at) {
            Some(Some(Place::Header(name))) => Some(name),
            _ => None,
        }
    }

    /// The headers that the request's own list of signed headers has to name:
    /// the timestamp's and those of bound values.
    pub(crate) fn has_to_be_listed(&self) -> SmallVec<[&HeaderName; 2]> {
        let bound = self.bind.iter().filter_map(|binding| match &binding.at {
            Place::Header(name) => Some(name),
            _ => None,
        });
        self.timestamp_header().into_iter().chain(bound).collect()
    }

    pub(crate) fn signs_timestamp(&self, timestamp: &PlannedTimestamp) -> bool {
        self.algorithm == Algorithm::MessageSignatures
            || self.coverage.covers(&RequestPart::Timestamp)
            || timestamp
                .at
                .as_ref()
                .is_some_and(|place| self.coverage.proves(place))
    }
}

/// Whether any part of a template reads this source.
fn any_reads(parts: &[Part], source: &Source) -> bool {
    parts
        .iter()
        .any(|part| part.any(&|slot| slot.source == *source))
}

/// Variants multiply the hashes: at most four spellings in all, and only where
/// the other spellings can be hashed along with the first.
fn check_variants(
    scheme: &Scheme,
    parts: &[Part],
    first_late: Option<usize>,
) -> Result<(), SchemeError> {
    let mut optional = 0_usize;
    for (at, part) in parts.iter().enumerate() {
        if !part.any(&|slot| slot.has_variants()) {
            continue;
        }
        part.for_each(&mut |slot| {
            optional += slot.steps.iter().filter(|step| step.optional).count();
        });
        if first_late.is_some_and(|late| late <= at) || scheme.algorithm.is_public_key() {
            return Err(SchemeError::Inconsistent(
                "an optional filter, such as `port?`, must come before the body and is for shared keys: leave the `?` out, or write two forms"
                    .into(),
            ));
        }
    }
    if optional > 2 {
        return Err(SchemeError::Inconsistent(
            "more than four spellings of one request: at most two filters may be optional".into(),
        ));
    }
    Ok(())
}

/// Why keys of this form cannot belong to the algorithm.
fn misfit(algorithm: Algorithm, key: &KeyForm) -> Option<&'static str> {
    let is_public = matches!(
        key,
        KeyForm::PublicKey | KeyForm::ShortRsa | KeyForm::RepeatedSeed | KeyForm::X5cRoot { .. }
    );
    match (algorithm.is_public_key(), is_public) {
        _ if algorithm == Algorithm::MessageSignatures => None,
        (true, false) => {
            Some("is checked with a public key: leave `key` out, or write `public-key`")
        }
        (false, true) => Some(
            "takes a shared secret, no public key: write the form in which it is handed out, such as `text`, `hex` or `base64`, or leave `key` out",
        ),
        _ => None,
    }
}

/// A message signature says itself what it covers and how: a scheme can only
/// name its header, its window and what stands beside it.
fn check_message(scheme: &Scheme, at: &Place) -> Result<(), SchemeError> {
    let in_signature =
        |timestamp: &Timestamp| timestamp.at.is_none() && timestamp.unit == TimeUnit::Seconds;
    let is_plain = matches!(at, Place::Header(_))
        && scheme.signature.format == "{signature}"
        && scheme.signature.separator.is_none()
        && scheme.signature.also.is_empty()
        && scheme.signed == "{body}"
        && scheme.key == KeyForm::Any
        && scheme.key_id.is_none()
        && scheme.bind.is_empty()
        && !scheme.absent.iter().any(Location::is_in_body)
        && scheme.timestamp.as_ref().is_none_or(in_signature);
    if is_plain {
        return Ok(());
    }
    Err(SchemeError::Inconsistent(
        "RFC 9421 fixes form, content and key id of a message signature: beside `algorithm` and the header write at most `timestamp` (in seconds, without a place), `event_id`, `expect`, `absent` and `body_limit`"
            .into(),
    ))
}

/// Whether `{body}` comes after something that is available only after the
/// whole body has been read, or twice: then it cannot be hashed while it arrives.
fn body_comes_late(parts: &[Part]) -> bool {
    let first = parts.iter().position(|part| !part.is_in_head());
    parts
        .iter()
        .enumerate()
        .any(|(i, part)| part.streams_body() && Some(i) != first)
}
