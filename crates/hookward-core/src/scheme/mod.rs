//! The scheme language: how a provider signs, as plain data. It knows no keys and does no
//! verification.
//!
//! A [`Scheme`] defines the algorithm, the location and format of the signature, the
//! signed content, and the locations of timestamp and event id. The catalogue in
//! [`providers`](crate::catalogue::providers) consists of such constants, and a provider
//! that is not in it is described the same way, in code or, with feature `serde`, in TOML
//! or JSON:
//!
//! ```
//! use hookward::{Digest, Encoding, Scheme, TimeUnit};
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
//! A template consists of literal text and placeholders, like the description on a
//! provider's page. A placeholder is a source, optionally followed by filters, as in
//! `{body|sha256|hex}` or `{form|sort|join('=', '&')}`. A group in brackets,
//! `[request-id:{header:x-request-id};]`, is present if each of its placeholders has a
//! value. `{{`, `}}`, `[[` and `]]` are literal brackets.
//!
//! The sources and filters are listed in `docs/schemes.md`. What a signature
//! covers is computed from them: [`Scheme::coverage`].
//!
//! `signature.format` has `{signature}`, or `{signatures}` for a comma-separated list at
//! the end of the value, `{timestamp}`, `{id}`, `{key_id}`, and `{any}` for text that is
//! ignored.

mod algorithm;
pub(crate) mod ambiguity;
mod ambiguity_message;
mod builder;
pub(crate) mod coverage;
pub(crate) mod delivery;
#[cfg(feature = "serde")]
mod display;
mod error;
pub(crate) mod filter;
pub(crate) mod format;
mod forms;
mod key_form;
mod location;
mod plan;
pub(crate) mod recipient;
pub(crate) mod redaction;
mod rules;
#[cfg(feature = "serde")]
pub(crate) mod serial;
pub(crate) mod source;
#[cfg(feature = "serde")]
mod spelling;
pub(crate) mod suggestion;
pub(crate) mod template;
pub(crate) mod trust;
pub(crate) mod window;

use std::borrow::Cow;

pub use self::algorithm::{Algorithm, Curve, Digest, EcdsaForm};
pub use self::coverage::{Coverage, ParseRequestPartError, Proof, RequestPart};
pub(crate) use self::delivery::{Identified, PlannedKind};
pub use self::delivery::{Replay, ReplayBy, ReplayKind, Retries, RetryTime, Success};
pub use self::error::SchemeError;
pub(crate) use self::forms::NotSelected;
pub use self::key_form::KeyForm;
pub use self::location::Location;
pub(crate) use self::location::Place;
pub(crate) use self::plan::{Plan, PlannedBinding, PlannedTimestamp, StartOfBody, Window};
pub use self::recipient::{MeantFor, Recipient};
use self::source::Source;
pub use self::template::TemplateError;
pub use self::trust::Trust;
use crate::text::encoding::Encoding;
use crate::text::time::TimeUnit;

/// Text of a scheme: static in the catalogue, owned if deserialized.
pub type Text = Cow<'static, str>;

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

/// How a provider signs. See the [module documentation](self).
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

impl Scheme {
    /// The coverage of a signature of the first form, computed from the scheme.
    ///
    /// For message signatures and lists of headers it depends on the request; this is the
    /// minimum.
    ///
    /// # Errors
    /// [`SchemeError`] if the scheme is not valid.
    pub fn coverage(&self) -> Result<Coverage, SchemeError> {
        Ok(Plan::compile(self)?.coverage)
    }

    /// Whether the signed text of this form is unambiguous. If it is not, as with values
    /// that are concatenated without a separator, a recorded request can be sent with its
    /// values split differently: the parts in question are covered weakly, and
    /// [`ambiguous`](Self::ambiguous) must state the consequences.
    ///
    /// # Errors
    /// [`SchemeError`] if the scheme is not valid.
    pub fn has_one_reading(&self) -> Result<bool, SchemeError> {
        Ok(self.ambiguity(&Plan::compile(self)?).is_none())
    }

    /// The ambiguity of the signed text or of a bound value, if any.
    fn ambiguity(&self, plan: &Plan) -> Option<(&'static str, TemplateError)> {
        if !self.algorithm.signs_content() || self.algorithm == Algorithm::MessageSignatures {
            return None;
        }
        let signed = std::iter::once(("signed", &*self.signed, &*plan.parts));
        let bound = self.bind.iter().zip(&plan.bind);
        signed
            .chain(bound.map(|(binding, planned)| ("bind", &*binding.is, &*planned.is)))
            .find_map(|(field, template, parts)| {
                Some((field, ambiguity_message::ambiguity(template, parts)?))
            })
    }

    /// Whether `signed` or a bound value reads the URL or its host, so that the verifier
    /// must know under which URL the provider calls.
    ///
    /// # Errors
    /// [`SchemeError`] if the scheme is not valid.
    pub fn reads_host(&self) -> Result<bool, SchemeError> {
        let plan = Plan::compile(self)?;
        Ok(plan
            .parts
            .iter()
            .chain(plan.bind.iter().flat_map(|binding| &*binding.is))
            .any(|part| part.any(&|slot| matches!(slot.source, Source::Url | Source::Host))))
    }

    /// Whether the signature covers the event id, in the head or as part of a signed
    /// body.
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

    /// Validates the scheme as [`Verifier::new`](crate::Verifier::new) does, without a
    /// key.
    ///
    /// # Errors
    /// What is wrong and what to write instead.
    pub fn check(&self) -> Result<(), SchemeError> {
        self.check_all_but_readings()?;
        for form in self.forms() {
            rules::check_readings(form, form.ambiguity(&Plan::compile(form)?))?;
        }
        Ok(())
    }

    fn check_all_but_readings(&self) -> Result<(), SchemeError> {
        Plan::compile(self).map(drop)?;
        rules::check_forms(self)?;
        for other in self.or.iter() {
            rules::forms_are_nested(other)?;
            Plan::compile(other).map(drop)?;
        }
        Ok(())
    }
}
