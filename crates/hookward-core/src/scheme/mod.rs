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
mod check;
mod compiled;
pub(crate) mod coverage;
mod definition;
pub(crate) mod delivery;
#[cfg(feature = "serde")]
mod display;
mod error;
pub(crate) mod filter;
pub(crate) mod format;
mod forms;
mod key_form;
mod location;
pub(crate) mod part;
mod place;
mod plan;
pub(crate) mod recipient;
pub(crate) mod redaction;
mod replay;
mod retries;
mod rules;
mod selection;
#[cfg(feature = "serde")]
pub(crate) mod serial;
pub(crate) mod source;
#[cfg(feature = "serde")]
mod spelling;
pub(crate) mod suggestion;
pub(crate) mod template;
mod template_error;
mod text;
mod tokens;
pub(crate) mod trust;
mod value_kind;
pub(crate) mod window;

pub use self::algorithm::{Algorithm, Curve, Digest, EcdsaForm};
pub(crate) use self::compiled::PlannedBinding;
pub use self::coverage::{Coverage, ParseRequestPartError, Proof, RequestPart};
pub use self::definition::{
    Binding, DEFAULT_BODY_LIMIT, DEFAULT_TOLERANCE_SECS, MeantFor, Recipient, Scheme, Signature,
    Timestamp, Trust,
};
pub(crate) use self::delivery::{Identified, PlannedKind};
pub use self::error::SchemeError;
pub use self::key_form::KeyForm;
pub use self::location::Location;
pub(crate) use self::place::Place;
pub(crate) use self::plan::{Plan, StartOfBody};
pub use self::replay::{Replay, ReplayBy, ReplayKind};
pub use self::retries::{Retries, RetryTime, Success};
pub(crate) use self::selection::NotSelected;
pub use self::template_error::TemplateError;
pub use self::text::Text;
