//! A scheme as data: [`Scheme`] and what it consists of.

use std::borrow::Cow;

use super::algorithm::Algorithm;
use super::key_form::KeyForm;
use super::location::Location;
use super::replay::Replay;
use super::retries::{Retries, Success};
use super::text::Text;
use crate::text::encoding::Encoding;
use crate::text::time::TimeUnit;

/// The tolerance for providers that document none.
pub const DEFAULT_TOLERANCE_SECS: u32 = 300;

/// The body limit for providers that document none: 2 MiB.
pub const DEFAULT_BODY_LIMIT: u64 = 2 * 1024 * 1024;

/// A value in the request that must equal something computed from it: a digest of the
/// body in a signed claim or header, the URL in a claim.
///
/// It extends the signature's coverage beyond the signed content.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Binding {
    /// The location of the value.
    pub at: Location,
    /// What it must equal, as a template: `{body|sha256|hex}`.
    pub is: Text,
    /// Whether the value is present if and only if the body is not empty.
    pub with_body: bool,
}

impl Binding {
    /// A value at a location and the template that it must equal.
    #[must_use]
    pub const fn new(at: Location, is: &'static str) -> Self {
        Self {
            at,
            is: Cow::Borrowed(is),
            with_body: false,
        }
    }

    /// For a value that is sent only with a body.
    #[must_use]
    pub const fn with_body(mut self) -> Self {
        self.with_body = true;
        self
    }
}

/// The location, format and encoding of the signature.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Signature {
    /// The header, parameter or field that contains it.
    pub at: Location,
    /// Its format: `sha256={signature}`, `t={timestamp},v1={signature}`.
    pub format: Text,
    /// The separator of several signatures in one value, each in the format above.
    pub separator: Option<Text>,
    /// The encoding of the signature's bytes.
    pub encoding: Encoding,
    /// Additional headers in the same format, for providers that send one for each key;
    /// at least one header must be present.
    pub also: Cow<'static, [Text]>,
    /// Whether the header may appear more than once, with a signature in each; otherwise
    /// a repeated header is malformed.
    pub repeated: bool,
}

impl Signature {
    /// Whether a request may have several headers with signatures.
    pub(crate) fn is_several(&self) -> bool {
        self.repeated || !self.also.is_empty()
    }
}

/// The location and format of the timestamp, and the tolerance for it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timestamp {
    /// Its location; `None` for `{timestamp}` in the signature's format.
    pub at: Option<Location>,
    /// Its format.
    pub unit: TimeUnit,
    /// How many seconds it may be in the past or in the future; `None` for
    /// [`DEFAULT_TOLERANCE_SECS`].
    pub tolerance: Option<u32>,
    /// Whether it may be absent. An optional timestamp cannot be part of the signed
    /// content.
    pub optional: bool,
}

/// How a provider signs. See the [module documentation](super).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scheme {
    /// The provider's name, as used on the command line and in `Verified`.
    pub name: Text,
    /// The algorithm that authenticates a request.
    pub algorithm: Algorithm,
    /// The form in which the key is issued.
    pub key: KeyForm,
    /// The location, format and encoding of the signature.
    pub signature: Signature,
    /// The signed content, as a template.
    pub signed: Text,
    /// The timestamp, for schemes that have one.
    pub timestamp: Option<Timestamp>,
    /// The location of the event's id.
    pub event_id: Option<Location>,
    /// The location of the key id, for schemes whose requests have one.
    pub key_id: Option<Location>,
    /// Headers, each with the value that it must have for this form to apply.
    pub expect: Cow<'static, [(Text, Text)]>,
    /// Values that must equal something computed from the request.
    pub bind: Cow<'static, [Binding]>,
    /// Locations that must be empty: those in the head for this form to apply, those in
    /// the body for verification to succeed, so that unsigned values cannot accompany
    /// signed ones.
    pub absent: Cow<'static, [Location]>,
    /// Alternative forms of the same provider, tried in order if this form does not
    /// apply: its signature is missing or in another format, or the head does not match
    /// `expect` and `absent`.
    pub or: Cow<'static, [Scheme]>,
    /// The name of this form among those of the provider, `default` if it is the only
    /// one.
    pub form: Text,
    /// Whether this form is accepted only if the operator names it: an old one, one that
    /// is sent along with a stronger one, or one of several that sign different parts of
    /// a request.
    pub opt_in: bool,
    /// The opt-in forms that the operator accepts. Set by [`accept`](Self::accept).
    pub accept: Cow<'static, [Text]>,
    /// The only form that the operator accepts. Set by [`only`](Self::only).
    pub only: Option<Text>,
    /// What handlers are given if the proof leaves the body open. Set by
    /// [`trust`](Self::trust); the first form's value applies to all.
    pub trust: Option<Trust>,
    /// Whether the signed content is a token that is independent of the request that
    /// carries it, although it is in the body.
    pub token: bool,
    /// The signed values that name the receiver of a delivery.
    pub recipients: Cow<'static, [Recipient]>,
    /// The recipients for which the operator accepts deliveries. Set by
    /// [`recipient`](Self::recipient) and [`any_recipient`](Self::any_recipient).
    pub meant_for: MeantFor,
    /// What identifies a delivery.
    pub replay: Replay,
    /// How the provider retries; `None` if it is not known. The first form's value
    /// applies to all.
    pub retries: Option<Retries>,
    /// Which response the provider considers success. The first form's value applies to
    /// all.
    pub success: Success,
    /// What an attacker can do with an ambiguous signed text; empty if it is unambiguous.
    /// A scheme is refused if it declares this for an unambiguous text, or does not for
    /// an ambiguous one.
    pub ambiguous: Text,
    /// The maximum size of the provider's bodies, in bytes; `None` for
    /// [`DEFAULT_BODY_LIMIT`].
    pub body_limit: Option<u64>,
}

/// A signed value that names the receiver of a delivery.
///
/// If a provider signs with one key for all its customers, a signature proves the sender
/// but not the receiver: anyone with an account can obtain a signed delivery for
/// themselves and send it to you. Schemes define which value to compare.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recipient {
    /// What it is: `topic`, `audience`, `environment`.
    pub name: Text,
    /// Its locations: the first that has a value is used. Empty for the host of the
    /// signed URL.
    pub at: Cow<'static, [Location]>,
    /// Whether building a verifier requires a value for it. Others are compared if a
    /// value is given.
    pub is_required: bool,
}

impl Recipient {
    /// A value at the first of these locations that has one.
    #[must_use]
    pub const fn new(name: &'static str, at: &'static [Location]) -> Self {
        Self {
            name: Cow::Borrowed(name),
            at: Cow::Borrowed(at),
            is_required: true,
        }
    }

    /// The host of the signed URL.
    #[must_use]
    pub const fn host() -> Self {
        Self::new("host", &[])
    }

    /// Compared only if a value is given.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.is_required = false;
        self
    }

    /// Whether the host of the signed URL is meant.
    #[must_use]
    pub fn is_host(&self) -> bool {
        self.at.is_empty()
    }

    /// Its locations, in words: "JSON body field `/TopicArn`".
    #[must_use]
    pub fn places(&self) -> String {
        if self.is_host() {
            return "the host of the signed URL".into();
        }
        let places: Vec<String> = self.at.iter().map(ToString::to_string).collect();
        places.join(" or ")
    }
}

/// The recipients for which an operator accepts deliveries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MeantFor {
    /// Values, in the syntax of [`Scheme::recipient`].
    pub values: Cow<'static, [Text]>,
    /// Any recipient: deliveries meant for others are accepted as well.
    pub anyone: bool,
}

impl MeantFor {
    pub(super) const UNSET: Self = Self {
        values: Cow::Borrowed(&[]),
        anyone: false,
    };

    pub(crate) fn is_unset(&self) -> bool {
        self.values.is_empty() && !self.anyone
    }
}

/// What a handler is given of a request whose proof does not cover the body: a signature
/// over some fields or over the URL alone, a checksum, a token next to the body.
///
/// Such a proof seems to cover the body, but an attacker who relays or records a request
/// can change what it does not cover. Building a [`Verifier`](crate::Verifier) therefore
/// fails until one of the two is chosen. A scheme that covers its body needs neither, nor
/// does a bare secret, which claims nothing about the content; for them it has no effect.
///
/// ```
/// use hookward::{ConfigError, Key, Trust, Verifier, providers};
///
/// let key = || Key::new("44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056");
/// let undecided = Verifier::new(providers::ADYEN, key()?);
/// assert!(matches!(undecided, Err(ConfigError::Trust(_))));
/// assert!(Verifier::new(providers::ADYEN.trust(Trust::Proven), key()?).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Trust {
    /// Only the covered values. In place of the body, a handler is given a JSON document
    /// of them, of the first kind that the form covers:
    ///
    /// 1. the claims of the token, where the signature is a JWS with a payload;
    /// 2. the covered values of the JSON body, each at its original position: objects,
    ///    and arrays up to the last covered element, with `null` for uncovered ones;
    /// 3. the covered fields of the form, as an object of strings;
    /// 4. the covered parameters of the query, or all of them if the query is covered, as
    ///    an object of strings;
    /// 5. otherwise `{}`.
    ///
    /// There is only one kind, so that values cannot shadow each other. It depends on the
    /// scheme, not on the request. [Weakly](crate::Coverage::weak) covered values are not
    /// included, and values missing from the request are omitted.
    Proven,
    /// The body as sent. The handler must check
    /// [`Verified::covers`](crate::Verified::covers) itself.
    AsSent,
}
