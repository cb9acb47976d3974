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

mod algorithm;
pub(crate) mod boundary;
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
pub(crate) mod near;
mod plan;
mod readings;
pub(crate) mod recipient;
pub(crate) mod redaction;
mod rules;
#[cfg(feature = "serde")]
pub(crate) mod serial;
pub(crate) mod source;
#[cfg(feature = "serde")]
mod spelled;
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

/// Text of a scheme: static in the catalogue, owned when read from a file.
pub type Text = Cow<'static, str>;

/// The tolerance where a provider names none.
pub const DEFAULT_TOLERANCE_SECS: u32 = 300;

/// The body limit where a provider names none: 2 MiB.
pub const DEFAULT_BODY_LIMIT: u64 = 2 * 1024 * 1024;

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

impl Signature {
    /// Whether a request may have more than one header with signatures.
    pub(crate) fn is_several(&self) -> bool {
        self.repeated || !self.also.is_empty()
    }
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

impl Scheme {
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
