//! Schemes: how a provider signs, as plain data.
//!
//! A [`Scheme`] says which algorithm is used, where the signature stands and
//! how it is written, what exactly is signed, and where timestamp and event id
//! stand. The catalogue in [`providers`](crate::providers) is made of nothing
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
//! # What `signed` can name
//!
//! | placeholder | stands for |
//! |---|---|
//! | `{body}` | the raw body |
//! | `{body:sha256:hex}` | its digest, encoded; with `raw`, or no encoding, the digest's bytes |
//! | `{timestamp}`, `{id}`, `{key_id}` | the text at the place that the scheme names |
//! | `{body:base64}` | the body in an encoding |
//! | `{method}`, `{path}`, `{query}`, `{target}` | the request line, as received; `{method:lower}` in lower case |
//! | `{url}`, `{url:base}`, `{url:unescaped}` | the URL that the provider called; without its query; with the escapes of `:/?@!$'()*,;` decoded, in the path all but `%2F` and `%3F` |
//! | `{target:escaped}` | the target with its query escaped and then all of it, `%` included, once more |
//! | `{url:port?}`, `{url:unescaped?}` | the URL with the default port or none, with another port that the operator names or none; with those escapes decoded or not: either may have been signed |
//! | `{query:NAME}`, `{form:NAME}` | one decoded parameter or form field |
//! | `{query:NAME:lower}` | the parameter, its ASCII letters in lower case: their case is not signed |
//! | `{query:sorted}` | the parameters sorted by name, escaped as a form is |
//! | `{form:sorted}` | name and value of each distinct field, sorted, nothing between them |
//! | `{query:pairs}`, `{form:pairs}` | `&name=value` for each but the signature's own, sorted, `&` and `=` in either written `_` |
//! | `{form:joined}`, `{form:joined:-NAME,NAME}` | `name=value` of the decoded fields, sorted by name, joined by `&`, without the signature's own and those named after `-` |
//! | `{form:php}` | the decoded fields but the signature's own, sorted by name, as PHP's `serialize` writes them |
//! | `{json:lines:A,B?}` | of each member at the top of a JSON body its name and its value, a line each, in this order; with `?` left out where it is missing or `null` |
//! | `{json:sorted}`, `{json:compact}` | the JSON body written anew, without the signature's own member; with `:ascii` or `:php` after it escaped as Python or PHP do |
//! | `{url-and-form}` | the URL without its query, `?`, the decoded query sorted as `name=value` with `&` between, `.`, each form field, sorted, name then value; `?` and `.` only before what is there |
//! | `{body-or-url}` | the body; for a request without one the URL |
//! | `{json:/pointer}`, `{json:/pointer?}` | a scalar of the JSON body; with `?` nothing where it is missing or `null` |
//! | `{header:NAME}` | the one value of a header |
//! | `{headers:NAME}` | `name:value` of the headers that header `NAME` lists, joined by `;`; sorted by name; the list has to name itself, the timestamp's header and those of bound values |
//! | `{const:NAME}` | a value set with the keys |
//! | `{secret}` | the key, for plain hashes |
//!
//! `signature.format` has `{signature}`, or `{signatures}` for several with
//! commas between them at the end of the value, `{timestamp}`, `{id}`,
//! `{key_id}`, and `{any}` for text that is not looked at.

#[cfg(feature = "serde")]
mod display;
pub(crate) mod format;
#[cfg(feature = "serde")]
mod serial;
pub(crate) mod template;

use std::borrow::Cow;
use std::fmt;

use http::header::HeaderName;
use smallvec::SmallVec;

use self::format::{Format, Slot};
pub use self::template::{Digest, TemplateError};
use self::template::{Part, parse_signed};
use crate::encoding::Encoding;
use crate::time::TimeUnit;

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
        matches!(self, Self::Json(_) | Self::Form(_) | Self::Body)
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
    /// What it has to equal, as a template: `{body:sha256:hex}`.
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

    /// The largest body the provider sends, in bytes.
    #[must_use]
    pub const fn body_limit(mut self, bytes: u64) -> Self {
        self.body_limit = Some(bytes);
        self
    }

    /// Whether the signature covers the event id: signed with the head, or
    /// part of a signed body.
    #[must_use]
    pub fn event_id_is_signed(&self) -> bool {
        let Some(location) = &self.event_id else {
            return false;
        };
        let Ok(parts) = parse_signed(&self.signed) else {
            return false;
        };
        parts.contains(&Part::Id) || self.covers(&parts, location)
    }

    /// Whether the signature covers the timestamp.
    #[must_use]
    pub fn timestamp_is_signed(&self) -> bool {
        let Some(timestamp) = &self.timestamp else {
            return false;
        };
        let Ok(parts) = parse_signed(&self.signed) else {
            return false;
        };
        self.algorithm == Algorithm::MessageSignatures
            || parts.contains(&Part::Timestamp)
            || lists_headers(&parts) && matches!(timestamp.at, Some(Location::Header(_)))
            || timestamp
                .at
                .as_ref()
                .is_some_and(|at| self.covers(&parts, at))
    }

    fn covers(&self, parts: &[Part], location: &Location) -> bool {
        if !self.algorithm.signs_content() {
            return false;
        }
        // A bound digest makes the body part of what is signed.
        let binds_body = |binding: &Binding| {
            parse_signed(&binding.is)
                .is_ok_and(|is| is.iter().any(|part| matches!(part, Part::BodyDigest(..))))
        };
        if location.is_in_body() && self.bind.iter().any(binds_body) {
            return true;
        }
        parts.iter().any(|part| match (location, part) {
            (Location::Header(name), Part::Header(signed)) => {
                signed.as_str().eq_ignore_ascii_case(name)
            }
            // The list has to name what is bound; see `has_to_be_listed`.
            (Location::Header(name), Part::HeadersListed(_)) => self.bind.iter().any(
                |b| matches!(&b.at, Location::Header(bound) if bound.eq_ignore_ascii_case(name)),
            ),
            (Location::Claim(_), Part::JwsPayload) | (Location::JwsHeader(_), Part::JwsHeader) => {
                true
            }
            (
                Location::Query(_),
                Part::Url
                | Part::UrlUnescaped
                | Part::UrlUnescapedOrNot
                | Part::UrlPort
                | Part::Query
                | Part::QuerySorted
                | Part::QueryPairs
                | Part::UrlAndForm
                | Part::Target
                | Part::TargetEscaped,
            ) => true,
            (Location::Query(name), Part::QueryParam(signed)) => **signed == **name,
            (Location::Query(name), Part::QueryWithout(left_out)) => **left_out != **name,
            (
                Location::Json(_) | Location::Form(_),
                Part::Body
                | Part::BodyDigest(..)
                | Part::BodyBase64url
                | Part::BodyEncoded(_)
                | Part::BodyOrUrl,
            ) => true,
            (Location::Json(pointer), Part::JsonWritten(_)) => {
                !matches!(&self.signature.at, Location::Json(own) if own == pointer)
            }
            (Location::Json(pointer), Part::JsonLines(members)) => members
                .iter()
                .any(|m| pointer.strip_prefix('/') == Some(&*m.name)),
            (Location::Form(name), Part::FormJoined(except)) => {
                except.iter().all(|left_out| **left_out != **name)
            }
            (Location::Form(name), Part::FormPhp(except)) => {
                except.iter().all(|left_out| **left_out != **name)
            }
            (Location::Json(pointer), Part::Json(signed) | Part::JsonOrNothing(signed)) => {
                **signed == **pointer
            }
            (Location::Form(_), Part::FormSorted | Part::FormPairs | Part::UrlAndForm) => true,
            (Location::Form(name), Part::FormField(signed)) => **signed == **name,
            _ => false,
        })
    }

    /// Checks the scheme as [`Verifier::new`](crate::Verifier::new) does,
    /// without a key.
    ///
    /// # Errors
    /// What is wrong and what to write instead.
    pub fn check(&self) -> Result<(), SchemeError> {
        Plan::compile(self).map(drop)?;
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

/// Why a scheme cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SchemeError {
    /// A template does not parse.
    Template {
        /// `signed` or `signature.format`.
        field: &'static str,
        /// What is wrong and where.
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
            Self::Template { field, error } => write!(f, "in `{field}`: {error}"),
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
    Body,
    Claim(Box<str>),
    JwsHeader(Box<str>),
}

impl Place {
    fn compile(location: &Location) -> Result<Self, SchemeError> {
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
            Location::Body => Self::Body,
            Location::Json(pointer)
            | Location::Claim(pointer)
            | Location::JwsHeader(pointer)
            | Location::HeaderJson(_, pointer) => {
                return Err(SchemeError::Inconsistent(format!(
                    "`{pointer}` is not a JSON pointer: start it with `/`, as in `/event/id`"
                )));
            }
            Location::Form(name) => Self::Form(name.as_ref().into()),
        })
    }

    pub(crate) const fn is_in_body(&self) -> bool {
        matches!(self, Self::Json(_) | Self::Form(_) | Self::Body)
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
    /// One MAC in one header, over the body alone.
    is_plain: bool,
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
        let has = |part: &Part| parts.contains(part);
        if scheme.algorithm.signs_content() && !parts.iter().any(|p| !matches!(p, Part::Literal(_)))
        {
            return wrong("`signed` names nothing of the request: write what is signed, `{body}` at the least".into());
        }
        if has(&Part::Timestamp) && scheme.timestamp.is_none() {
            return wrong("`signed` has `{timestamp}`, but the scheme has no `timestamp`: say where it stands".into());
        }
        if let Some(timestamp) = &scheme.timestamp
            && timestamp.at.is_none()
            && !format.has(Slot::Timestamp)
            && scheme.algorithm != Algorithm::MessageSignatures
        {
            return wrong("the timestamp stands nowhere: name its header, or write `{timestamp}` into `signature.format`".into());
        }
        if has(&Part::Timestamp) && scheme.timestamp.as_ref().is_some_and(|t| t.optional) {
            return wrong(
                "an optional timestamp cannot be signed: leave `optional` out, or `{timestamp}`"
                    .into(),
            );
        }
        if has(&Part::Id) && scheme.event_id.is_none() && !format.has(Slot::Id) {
            return wrong(
                "`signed` has `{id}`, but the scheme has no `event_id`: say where it stands".into(),
            );
        }
        if has(&Part::KeyId)
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
        let mut ports = parts
            .iter()
            .enumerate()
            .filter(|(_, part)| matches!(part, Part::UrlPort | Part::UrlUnescapedOrNot))
            .map(|(at, _)| at);
        if let Some(at) = ports.next()
            && (ports.next().is_some()
                || first_late.is_some_and(|late| late < at)
                || scheme.algorithm.is_public_key())
        {
            return wrong(
                "`{url:port?}` or `{url:unescaped?}` stands once, before the body, and for shared keys alone: write `{url}`"
                    .into(),
            );
        }
        let either = |part: &&Part| **part == Part::BodyOrUrl;
        if has(&Part::BodyOrUrl)
            && (parts.iter().filter(either).count() > 1
                || first_late.is_none_or(|late| parts[late] != Part::BodyOrUrl))
        {
            return wrong(
                "`{body-or-url}` stands once, before anything else that is read from the body"
                    .into(),
            );
        }
        let hashes_secret = matches!(scheme.algorithm, Algorithm::Hash(_));
        if hashes_secret != has(&Part::Secret) {
            return wrong(format!(
                "`{{secret}}` belongs into `signed` for the plain hashes md5 to sha512 and nowhere else; this is {}",
                scheme.algorithm
            ));
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
        let only_signed = |part: &Part| matches!(part, Part::BodyOrUrl | Part::UrlAndForm);
        if bind
            .iter()
            .any(|binding| binding.is.iter().any(only_signed))
        {
            return wrong(
                "`{body-or-url}` and `{url-and-form}` are for `signed`: nothing is bound to them"
                    .into(),
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
                if !id.is_empty() && crate::chain::oid(id).is_none() {
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
                || has(&Part::JwsHeader)
                || has(&Part::JwsPayload)
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
        // A parameter that is signed in lower case is bound by that, though its
        // case is the sender's to choose: it is no event id.
        let lower = |at: &Location| {
            parts.iter().any(|part| match (at, part) {
                (Location::Query(name), Part::QueryParamLower(signed)) => **signed == **name,
                _ => false,
            })
        };
        for Binding { at, .. } in scheme.bind.iter() {
            if matches!(
                at,
                Location::Header(_) | Location::Query(_) | Location::HeaderJson(..)
            ) && !scheme.covers(&parts, at)
                && !lower(at)
            {
                return wrong(format!(
                    "the bound value in the {at} is not signed: name a place that `signed` covers"
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
        let signs_event_id = has(&Part::Id)
            // Told only where the signature covers it.
            || is_message && matches!(event_id, Some(Place::Header(_)))
            || scheme
                .event_id
                .as_ref()
                .is_some_and(|at| scheme.covers(&parts, at));
        let keeps_body = at.is_in_body()
            || bind
                .iter()
                .any(|b| b.at.is_in_body() || b.is.iter().any(Part::needs_whole_body))
            || absent.iter().any(Place::is_in_body)
            || parts.iter().any(Part::needs_whole_body)
            || has(&Part::Id) && event_id.as_ref().is_some_and(Place::is_in_body)
            || timestamp
                .as_ref()
                .is_some_and(|t| t.at.as_ref().is_some_and(Place::is_in_body))
            || key_id.as_ref().is_some_and(Place::is_in_body)
            || body_comes_late(&parts);
        let is_plain = matches!(scheme.algorithm, Algorithm::Hmac(_))
            && parts == [Part::Body]
            && timestamp.is_none()
            && key_id.is_none()
            && bind.is_empty()
            && !several
            && !keeps_body
            && event_id
                .as_ref()
                .is_none_or(|at| matches!(at, Place::Header(_)) || at.is_in_body());
        Ok(Self {
            is_plain,
            name: scheme.name.clone(),
            algorithm: scheme.algorithm,
            key: scheme.key.clone(),
            at,
            format,
            encoding: scheme.signature.encoding,
            signs_id: has(&Part::Id),
            signs_key_id: has(&Part::KeyId),
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
        })
    }
}

impl Plan {
    /// The parameters that have to be set with the keys.
    pub(crate) fn params(&self) -> impl Iterator<Item = &str> {
        self.parts
            .iter()
            .chain(self.bind.iter().flat_map(|b| &*b.is))
            .filter_map(|part| match part {
                Part::Const(name) => Some(&**name),
                _ => None,
            })
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

    /// The parameter or field that carries the signature and cannot be part
    /// of what is signed.
    pub(crate) fn parameter_of_signature(&self) -> Option<&str> {
        match &self.at {
            Place::Query(name) | Place::Form(name) => Some(name),
            _ => None,
        }
    }

    /// The member of a JSON body that carries the signature, by its pointer.
    pub(crate) fn member_of_signature(&self) -> Option<&str> {
        match &self.at {
            Place::Json(pointer) => Some(pointer),
            _ => None,
        }
    }

    /// Tells which fields are no part of `{form:joined}` and `{form:php}`.
    pub(crate) fn leaves_out<'a>(&'a self, except: &'a [Box<str>]) -> impl Fn(&str) -> bool + 'a {
        move |name| {
            self.parameter_of_signature() == Some(name) || except.iter().any(|e| **e == *name)
        }
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
        self.parts.iter().any(|part| match (part, &timestamp.at) {
            (Part::Timestamp, _) => true,
            (Part::Header(signed), Some(Place::Header(name))) => signed == name,
            (
                Part::Body | Part::BodyDigest(..) | Part::BodyBase64url | Part::BodyEncoded(_),
                Some(at),
            ) => at.is_in_body(),
            (Part::JwsPayload, Some(Place::Claim(_))) => true,
            (Part::Json(signed) | Part::JsonOrNothing(signed), Some(Place::Json(pointer))) => {
                signed == pointer
            }
            (Part::FormSorted | Part::FormPairs, Some(Place::Form(_))) => true,
            (Part::JsonWritten(_), Some(Place::Json(_))) => true,
            (Part::JsonLines(members), Some(Place::Json(pointer))) => members
                .iter()
                .any(|m| pointer.strip_prefix('/') == Some(&*m.name)),
            (Part::FormJoined(except) | Part::FormPhp(except), Some(Place::Form(name))) => {
                !except.contains(name)
            }
            (Part::HeadersListed(_), Some(Place::Header(_))) => true,
            _ => false,
        }) || self.algorithm == Algorithm::MessageSignatures
    }
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

/// Whether headers are signed that the request lists. The timestamp's is then
/// required to be among them.
fn lists_headers(parts: &[Part]) -> bool {
    parts
        .iter()
        .any(|part| matches!(part, Part::HeadersListed(_)))
}

/// Whether `{body}` stands after something that is only known with the whole
/// body, or twice: then it cannot be hashed while it arrives.
fn body_comes_late(parts: &[Part]) -> bool {
    let first = parts.iter().position(|part| !part.is_in_head());
    parts
        .iter()
        .enumerate()
        .any(|(i, part)| matches!(part, Part::Body | Part::BodyBase64url) && Some(i) != first)
}
