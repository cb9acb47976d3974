//! Endpoint validations: the challenge that a provider sends before it accepts a URL, and
//! the expected response.
//!
//! A [`Handshake`] is data, like a [`Scheme`](crate::Scheme): how to recognize the
//! request ([`Condition`]), what must match before it is answered ([`Check`]), and the
//! response ([`Answer`], made of [`Value`]s). The catalogue is
//! [`handshakes`](crate::catalogue::handshakes). An [`Endpoint`](crate::Endpoint) answers
//! none by default:
//!
//! ```
//! use hookward::{Endpoint, Key, Verifier, handshakes, providers};
//!
//! let verifier = Verifier::new(providers::META, Key::new("app secret")?)?;
//! let endpoint = Endpoint::new(verifier)
//!     .handshake(handshakes::META.token("the verify token of the app's dashboard"))?;
//! # let _ = endpoint;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is answered, and when
//!
//! - A **signed** handshake is verified like a delivery and answered from the verified
//!   body, before the replay guard: if it is sent again, it is answered again.
//! - An **unsigned** handshake is answered only if it matches the configuration: a token
//!   (compared in constant time), or an allow-list of topics or origins, if the provider
//!   sends something to match. A handshake in the head is answered without reading the
//!   body. One in the body is only looked for in bodies of at most 16 KiB that failed
//!   verification.
//! - A handshake with the wrong token, topic or origin is rejected with 403, or with the
//!   status that the provider expects.
//!
//! # Security
//!
//! A response never contains markup chosen by the requester: the content type is fixed
//! and `nosniff` is set, and a challenge must have its [`Shape`] ([`Check::Shape`]),
//! which excludes markup, quotes and control characters.
//!
//! Nor is it a signing oracle. Some providers have the challenge signed with the same key
//! that signs deliveries (X, LinkedIn, QQ, Braintree; Zoom, after verification), and
//! anyone can request it. Two rules separate such challenges from deliveries:
//!
//! - Shapes are checked before anything is computed. A handshake that signs a value
//!   without a shape, or with an alphabet in which JSON can be written, is an error when
//!   the endpoint is built.
//! - While a handshake is enabled, answered or forwarded, its endpoint rejects every
//!   delivery whose *signed content* is a text that the handshake could have signed, with
//!   `content_malformed`, even though the signature is valid. No JSON object, array,
//!   string, XML document or form with several fields is such a text, so no genuine
//!   delivery is rejected.
//!
//! The second rule applies to the endpoint that has the handshake. If deliveries under
//! the same key arrive at another endpoint, enable the handshake there as well.
//!
//! A request costs at most one MAC, hash or signature over at most 256 bytes of
//! challenge, and one hash for each configured token.

mod answer;
mod creation;
mod dispatch;
mod setup;
mod values;

pub use self::creation::{PendingCreation, PendingCreations, SecretOffer, Subscription};
pub use self::dispatch::{ForwardedHandshake, HandshakeOutcome, Reply, Validation};
pub(crate) use self::dispatch::{Handshakes, LONGEST_BODY, Pending};
pub use self::setup::{HandshakeError, Mode, Setting};
pub use crate::verify::shape::{Alphabet, Shape};

use std::fmt;

use self::setup::Settings;
use crate::scheme::Digest;
use crate::text::encoding::Encoding;

/// The location of a value in the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// A query parameter, decoded.
    Query(&'static str),
    /// A header.
    Header(&'static str),
    /// A value in a JSON body, by JSON pointer (RFC 6901).
    Json(&'static str),
    /// A field of a form body, decoded.
    Form(&'static str),
}

impl Source {
    const fn in_body(self) -> bool {
        matches!(self, Self::Json(_) | Self::Form(_))
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Query(name) => write!(f, "query parameter `{name}`"),
            Self::Header(name) => write!(f, "header `{name}`"),
            Self::Json(pointer) => write!(f, "JSON `{pointer}`"),
            Self::Form(name) => write!(f, "form field `{name}`"),
        }
    }
}

/// A condition that distinguishes a validation from other requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Condition {
    /// The value is present and not empty.
    Present(Source),
    /// The value is absent.
    Absent(Source),
    /// The value equals this text; for a JSON number, its digits.
    Is(Source, &'static str),
    /// The value is an empty JSON array.
    EmptyArray(Source),
}

impl Condition {
    const fn source(self) -> Source {
        match self {
            Self::Present(source)
            | Self::Absent(source)
            | Self::Is(source, _)
            | Self::EmptyArray(source) => source,
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Present(source) => source.fmt(f),
            Self::Absent(source) => write!(f, "no {source}"),
            Self::Is(source, text) => write!(f, "{source} = `{text}`"),
            Self::EmptyArray(source) => write!(f, "{source} = `[]`"),
        }
    }
}

/// A requirement for answering a validation. A validation that fails one is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Check {
    /// The value is one of the configured tokens; compared in constant time.
    Token(Source),
    /// The value is on the allow-list.
    Allowed(Source),
    /// The value is on the allow-list, if there is one.
    AllowedIfListed(Source),
    /// The value is not on the allow-list: a request to unsubscribe from a wanted topic
    /// must not be confirmed.
    NotAllowed(Source),
    /// The value has this shape. Checked before all other requirements.
    Shape(Source, Shape),
    /// The value of `signature` is the SHA-1, hex-encoded, of a configured token and the
    /// values of `over`, sorted and concatenated.
    SortedSha1 {
        /// The location of the hash.
        signature: Source,
        /// What is hashed besides the token.
        over: &'static [Source],
    },
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(source) => write!(f, "{source} is the token"),
            Self::Allowed(source) => write!(f, "{source} is on the allow-list"),
            Self::AllowedIfListed(source) => {
                write!(f, "{source} is on the allow-list, if there is one")
            }
            Self::NotAllowed(source) => write!(f, "{source} is not on the allow-list"),
            Self::Shape(source, shape) => write!(f, "{source} is {shape}"),
            Self::SortedSha1 { signature, .. } => {
                write!(f, "{signature} is the SHA-1 over the token")
            }
        }
    }
}

impl Check {
    fn sources(self) -> impl Iterator<Item = Source> {
        let (first, rest): (Source, &[Source]) = match self {
            Self::Token(source)
            | Self::Allowed(source)
            | Self::AllowedIfListed(source)
            | Self::NotAllowed(source)
            | Self::Shape(source, _) => (source, &[]),
            Self::SortedSha1 { signature, over } => (signature, over),
        };
        std::iter::once(first).chain(rest.iter().copied())
    }

    const fn wants_token(self) -> bool {
        matches!(self, Self::Token(_) | Self::SortedSha1 { .. })
    }

    const fn wants_list(self) -> bool {
        matches!(self, Self::Allowed(_) | Self::NotAllowed(_))
    }
}

/// A part of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value {
    /// A value of the request, echoed.
    Echo(Source),
    /// A fixed text.
    Text(&'static str),
    /// A fixed number; in JSON without quotes.
    Number(u32),
    /// The configured token.
    Token,
    /// The configured URL of the endpoint.
    Url,
    /// The HMAC of these values, concatenated, with the key of the deliveries or, if
    /// configured, that of the handshake.
    Hmac(Digest, Encoding, &'static [Value]),
    /// The hash of these values, concatenated.
    Hash(Digest, Encoding, &'static [Value]),
    /// The Ed25519 signature of these values, concatenated, with the key whose seed is
    /// the configured secret, repeated and truncated to 32 bytes.
    Ed25519(Encoding, &'static [Value]),
    /// These values, concatenated.
    Joined(&'static [Value]),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let over = |f: &mut fmt::Formatter<'_>, values: &[Self]| {
            values
                .iter()
                .enumerate()
                .try_for_each(|(i, value)| write!(f, "{}{value}", if i > 0 { " + " } else { "" }))
        };
        match self {
            Self::Echo(source) => source.fmt(f),
            Self::Text(text) => write!(f, "`{text}`"),
            Self::Number(number) => number.fmt(f),
            Self::Token => f.write_str("the token"),
            Self::Url => f.write_str("the URL"),
            Self::Hmac(digest, encoding, values) => {
                write!(f, "{}(HMAC-{}(key, ", encoding.name(), digest.title())?;
                over(f, values)?;
                f.write_str("))")
            }
            Self::Hash(digest, encoding, values) => {
                write!(f, "{}({}(", encoding.name(), digest.title())?;
                over(f, values)?;
                f.write_str("))")
            }
            Self::Ed25519(encoding, values) => {
                write!(f, "{}(Ed25519(key, ", encoding.name())?;
                over(f, values)?;
                f.write_str("))")
            }
            Self::Joined(values) => over(f, values),
        }
    }
}

impl Value {
    /// Whether it echoes this value of the request or is computed from it.
    #[must_use]
    pub fn reads(&self, source: Source) -> bool {
        self.any(&|value| *value == Self::Echo(source))
    }

    /// Whether it or one of its parts is `wanted`.
    fn any(&self, wanted: &dyn Fn(&Self) -> bool) -> bool {
        wanted(self)
            || match self {
                Self::Hmac(_, _, parts)
                | Self::Hash(_, _, parts)
                | Self::Ed25519(_, parts)
                | Self::Joined(parts) => parts.iter().any(|part| part.any(wanted)),
                _ => false,
            }
    }
}

/// The body of an answer. Its kind determines the content type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Body {
    /// An empty body.
    Empty,
    /// `text/plain; charset=utf-8`.
    Text(Value),
    /// `application/json`: an object with these members.
    Json(&'static [(&'static str, Value)]),
}

/// The response to a validation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Headers in addition to the content type and `X-Content-Type-Options: nosniff`.
    pub headers: &'static [(&'static str, Value)],
    /// The body.
    pub body: Body,
}

impl Answer {
    /// This status with an empty body.
    #[must_use]
    pub const fn empty(status: u16) -> Self {
        Self {
            status,
            headers: &[],
            body: Body::Empty,
        }
    }

    /// 200 with a value as plain text.
    #[must_use]
    pub const fn text(value: Value) -> Self {
        Self {
            body: Body::Text(value),
            ..Self::empty(200)
        }
    }

    /// 200 with a JSON object.
    #[must_use]
    pub const fn json(members: &'static [(&'static str, Value)]) -> Self {
        Self {
            body: Body::Json(members),
            ..Self::empty(200)
        }
    }

    /// Adds headers.
    #[must_use]
    pub const fn headers(self, headers: &'static [(&'static str, Value)]) -> Self {
        Self { headers, ..self }
    }

    fn values(&self) -> impl Iterator<Item = &Value> {
        let (text, members) = match &self.body {
            Body::Empty => (None, &[][..]),
            Body::Text(value) => (Some(value), &[][..]),
            Body::Json(members) => (None, *members),
        };
        let named = members.iter().chain(self.headers).map(|(_, value)| value);
        text.into_iter().chain(named)
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.status.fmt(f)?;
        match self.body {
            Body::Empty => {}
            Body::Text(value) => write!(f, " text/plain {value}")?,
            Body::Json(members) => {
                f.write_str(" application/json {")?;
                for (i, (name, value)) in members.iter().enumerate() {
                    write!(f, "{}{name}: {value}", if i > 0 { ", " } else { "" })?;
                }
                f.write_str("}")?;
            }
        }
        self.headers
            .iter()
            .try_for_each(|(name, value)| write!(f, ", header `{name}`: {value}"))
    }
}

/// A callback that must complete before a validation is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// Store the value, which is the key of all later deliveries; only while a creation
    /// is pending.
    StoreSecret(Source),
    /// Fetch a URL to confirm the subscription to a topic.
    Confirm {
        /// The location of the URL.
        url: Source,
        /// The location of the topic.
        topic: Source,
        /// The hosts that the URL may have, over https; `REGION` matches a region of AWS.
        hosts: &'static [&'static str],
    },
}

impl Effect {
    fn sources(self) -> impl Iterator<Item = Source> {
        let (one, other) = match self {
            Self::StoreSecret(source) => (source, None),
            Self::Confirm { url, topic, .. } => (url, Some(topic)),
        };
        std::iter::once(one).chain(other)
    }
}

/// One kind of request and its response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exchange {
    /// The method of the request.
    pub method: &'static str,
    /// How to recognize it; all conditions must hold.
    pub when: &'static [Condition],
    /// What must hold for it to be answered; all checks.
    pub checks: &'static [Check],
    /// The callback that must complete first.
    pub effect: Option<Effect>,
    /// The response.
    pub answer: Answer,
}

impl Exchange {
    /// A request with this method that meets these conditions, and its response.
    #[must_use]
    pub const fn new(method: &'static str, when: &'static [Condition], answer: Answer) -> Self {
        Self {
            method,
            when,
            checks: &[],
            effect: None,
            answer,
        }
    }

    /// Sets what must hold before it is answered.
    #[must_use]
    pub const fn check(self, checks: &'static [Check]) -> Self {
        Self { checks, ..self }
    }

    /// Sets the callback that must complete before it is answered.
    #[must_use]
    pub const fn effect(self, effect: Effect) -> Self {
        Self {
            effect: Some(effect),
            ..self
        }
    }

    /// The shape that a value must have, if one is declared.
    #[must_use]
    pub fn shape(&self, source: Source) -> Option<Shape> {
        self.checks.iter().find_map(|check| match check {
            Check::Shape(known, shape) if *known == source => Some(*shape),
            _ => None,
        })
    }

    /// The values that are echoed in the response or are input of a MAC, hash or
    /// signature in it.
    pub(crate) fn echoes(&self) -> Vec<Source> {
        let found = std::cell::RefCell::new(Vec::new());
        self.any_value(&|value| {
            if let Value::Echo(source) = value {
                found.borrow_mut().push(*source);
            }
            false
        });
        found.into_inner()
    }

    /// The values of the response that are computed with a secret, for anyone who asks.
    pub fn signs(&self) -> impl Iterator<Item = Value> {
        let found = std::cell::RefCell::new(Vec::new());
        self.any_value(&|value| {
            let is_signed = match value {
                Value::Hmac(..) | Value::Ed25519(..) => true,
                Value::Hash(_, _, parts) => parts
                    .iter()
                    .any(|part| part.any(&|part| matches!(part, Value::Token))),
                _ => false,
            };
            if is_signed {
                found.borrow_mut().push(*value);
            }
            false
        });
        found.into_inner().into_iter()
    }

    pub(crate) fn any_value(&self, wanted: &dyn Fn(&Value) -> bool) -> bool {
        self.answer.values().any(|value| value.any(wanted))
    }

    /// Whether any of its values is in the body.
    fn needs_body(&self) -> bool {
        self.when.iter().any(|when| when.source().in_body())
            || self
                .checks
                .iter()
                .flat_map(|check| check.sources())
                .chain(self.effect.into_iter().flat_map(Effect::sources))
                .any(Source::in_body)
            || self.echoes().into_iter().any(Source::in_body)
    }

    /// The headers that it reads.
    fn headers(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        let mut note = |source| {
            if let Source::Header(name) = source {
                names.push(name);
            }
        };
        self.when.iter().for_each(|when| note(when.source()));
        self.checks
            .iter()
            .flat_map(|check| check.sources())
            .for_each(&mut note);
        self.effect
            .into_iter()
            .flat_map(Effect::sources)
            .for_each(&mut note);
        self.echoes().into_iter().for_each(note);
        names
    }
}

impl fmt::Display for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.method)?;
        for (i, when) in self.when.iter().enumerate() {
            write!(f, "{} {when}", if i > 0 { "," } else { " with" })?;
        }
        for (i, check) in self.checks.iter().enumerate() {
            write!(f, "{} {check}", if i > 0 { " and" } else { "; if" })?;
        }
        match self.effect {
            Some(Effect::StoreSecret(source)) => write!(f, "; keep the secret of {source}")?,
            Some(Effect::Confirm { url, .. }) => write!(f, "; fetch {url}")?,
            None => {}
        }
        write!(f, " → {}", self.answer)
    }
}

/// A provider's endpoint validation, and how to answer it.
///
/// What a provider requires is in the catalogue,
/// [`handshakes`](crate::catalogue::handshakes); the methods add the settings of one
/// endpoint. The [module](self) documentation says when it is answered.
///
/// A validation that is not in the catalogue can be described:
///
/// ```
/// use hookward::handshake::{
///     Alphabet, Answer, Check, Condition, Exchange, Shape, Source, Value,
/// };
/// use hookward::{Endpoint, Handshake, Key, Verifier, providers};
///
/// const ACME: Handshake = Handshake::unsigned("acme", &[
///     Exchange::new(
///         "GET",
///         &[Condition::Present(Source::Query("echo"))],
///         Answer::text(Value::Echo(Source::Query("echo"))),
///     )
///     .check(&[
///         Check::Shape(Source::Query("echo"), Shape::new(Alphabet::Hex, 16, 32)),
///         Check::Token(Source::Header("x-acme-token")),
///     ]),
/// ]);
///
/// let verifier = Verifier::new(providers::GITHUB, Key::new("secret")?)?;
/// let endpoint = Endpoint::new(verifier).handshake(ACME.token("open sesame"))?;
/// # let _ = endpoint;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Handshake {
    name: &'static str,
    signed: bool,
    exchanges: &'static [Exchange],
    mismatch: u16,
    refusal: Option<u16>,
    key_digest: Option<Digest>,
    settings: Option<Box<Settings>>,
}

impl Handshake {
    /// A validation that is signed like a delivery.
    #[must_use]
    pub const fn signed(name: &'static str, exchanges: &'static [Exchange]) -> Self {
        Self::new(name, true, exchanges)
    }

    /// A validation without a signature.
    #[must_use]
    pub const fn unsigned(name: &'static str, exchanges: &'static [Exchange]) -> Self {
        Self::new(name, false, exchanges)
    }

    const fn new(name: &'static str, signed: bool, exchanges: &'static [Exchange]) -> Self {
        Self {
            name,
            signed,
            exchanges,
            mismatch: 403,
            refusal: None,
            key_digest: None,
            settings: None,
        }
    }

    /// Sets the status for a validation with the wrong token, topic or origin; 403 by
    /// default.
    #[must_use]
    pub const fn mismatch_status(mut self, status: u16) -> Self {
        self.mismatch = status;
        self
    }

    /// Derives the key of the response by hashing the secret that the provider displays,
    /// as Braintree does; applies to the handshake's own [`key`](Self::key).
    #[must_use]
    pub const fn key_hashed(mut self, digest: Digest) -> Self {
        self.key_digest = Some(digest);
        self
    }

    /// Sets the status of the response, whose body is empty, to a request whose signature
    /// does not verify; 403 by default.
    ///
    /// Discord and Xero send invalid signatures on purpose and require exactly 401; the
    /// catalogue sets it. A WebSub subscriber may acknowledge what it drops (W3C WebSub,
    /// section 8, Signature Validation), so that a hub does not retry and a forger learns
    /// nothing: `handshakes::WEBSUB.refusal_status(202)`. The handler never runs, and
    /// [`Endpoint::on_rejection`](crate::Endpoint::on_rejection) takes precedence.
    #[must_use]
    pub const fn refusal_status(mut self, status: u16) -> Self {
        self.refusal = Some(status);
        self
    }

    /// The provider's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The status for a request whose signature does not verify, if it is not 403.
    #[must_use]
    pub const fn refusal(&self) -> Option<u16> {
        self.refusal
    }

    /// Whether the validation is signed like a delivery and answered only if it verifies.
    #[must_use]
    pub const fn is_signed(&self) -> bool {
        self.signed
    }

    /// The kinds of request, and their responses.
    #[must_use]
    pub const fn exchanges(&self) -> &'static [Exchange] {
        self.exchanges
    }
}

impl fmt::Debug for Handshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Handshake");
        debug
            .field("name", &self.name)
            .field("signed", &self.signed);
        if let Some(settings) = &self.settings {
            debug.field("mode", &settings.mode);
        }
        debug.finish_non_exhaustive()
    }
}
