//! Why a scheme cannot be used: a variant for each contradiction.

use std::fmt;

use super::{Algorithm, Location, ReplayBy, TemplateError};

/// Why a scheme cannot be used.
///
/// The sentences say what to write instead, in the words of a scheme file.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SchemeError {
    /// A template does not parse.
    Template {
        /// `signed`, `signature.format` or `bind`.
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
    /// `ambiguous` is declared, but the signed text has one reading.
    NotAmbiguous,
    /// A header's name is not one.
    HeaderName(String),
    /// A JSON pointer does not start with `/` (RFC 6901).
    JsonPointer(String),

    /// `signed` has no placeholder, so that every request has the same signature.
    NothingSigned,
    /// `signed` has a placeholder whose value has no location.
    NoLocation {
        /// `{timestamp}`, `{id}` or `{key_id}`.
        placeholder: &'static str,
        /// The field that gives the location: `timestamp`, `event_id` or `key_id`.
        field: &'static str,
    },
    /// The timestamp has no location, and `signature.format` has no `{timestamp}`.
    TimestampNowhere,
    /// `signed` has `{timestamp}`, which `optional` lets be absent.
    OptionalTimestampSigned,
    /// An optional filter on a part that is available only after the body.
    LateOptionalFilter,
    /// An optional filter with an algorithm that cannot try several texts.
    OptionalFilterForPublicKey(Algorithm),
    /// Each optional filter doubles the texts that are hashed; two are accepted.
    TooManyOptionalFilters(usize),
    /// A plain hash over content without `{secret}` proves nothing.
    HashWithoutSecret(Algorithm),
    /// `{secret}` is signed by an algorithm that takes the secret as its key, or none.
    SecretSigned(Algorithm),
    /// `{secret}` has filters, or is in a group or a nested template.
    SecretNotBare,
    /// `{secret}` or an optional filter in a bound value.
    BoundToSecret,

    /// A public-key algorithm with the key form of a shared secret.
    NeedsPublicKey(Algorithm),
    /// An algorithm of a shared secret with the key form of a public key.
    NeedsSharedSecret(Algorithm),
    /// Certificates in `x5c` without a JWS that carries them.
    X5cOutsideJws,
    /// The object identifier of a certificate extension does not parse.
    ExtensionId(String),

    /// HTTP Basic credentials (RFC 7617) outside a header.
    BasicInBody(Location),
    /// Ed25519 hashes the signature before the content (RFC 8032 section 5.1.7), so
    /// that it must be available before the body.
    Ed25519InBody(Location),
    /// `also` or `repeated`, while the signature is not in a header.
    SeveralOutsideHeader(Location),
    /// A JWS with an algorithm that has no `alg` name (RFC 7518 section 3.1).
    NoJoseName(Algorithm),
    /// A claim or a part of a JWS, while `signature.format` has none.
    NoJws,
    /// A value in the head is compared with the request, but is not signed itself.
    UnsignedBinding(Location),
    /// RFC 9421 fixes what this field would say.
    FixedByMessageSignatures(&'static str),

    /// A recipient's name that is not lower-case letters.
    RecipientName(String),
    /// Two recipients of one name.
    RecipientTwice(String),
    /// A recipient without `at` is the host of the URL, which is not signed.
    RecipientWithoutPlace(String),
    /// A recipient at a place that is not signed.
    UnsignedRecipient {
        /// Its name.
        name: String,
        /// The place.
        at: Location,
    },

    /// A text that is not one of [`ReplayBy`].
    UnknownReplayBy(String),
    /// `replay` has the places of an id, but does not tell deliveries apart by it.
    UnusedReplayId(ReplayBy),
    /// Deliveries are told apart by an id that has no location.
    NoReplayId,
    /// Deliveries are told apart by a place that is not signed.
    UnsignedReplayId(Location),
    /// A header tells deliveries apart by a list that is empty.
    NoReplayKinds {
        /// The header's name.
        header: String,
    },

    /// A form within `or` has an `or` of its own.
    NestedForms,
    /// A form's name that is not lower-case letters, digits and hyphens.
    FormName(String),
    /// Two forms of one name.
    FormTwice(String),

    /// Keys are to be looked up by the body, but a form needs them before.
    KeyBeforeBody,
    /// The policy for message signatures allows no algorithm.
    NoMessageAlgorithm,
    /// The policy for message signatures names an algorithm that is not in the
    /// registry (RFC 9421 section 6.2).
    MessageAlgorithm {
        /// The name.
        name: String,
        /// Those of the registry.
        known: Vec<&'static str>,
    },
    /// The policy for message signatures names a component that does not parse
    /// (RFC 9421 section 2): what is wrong with it.
    MessageComponent(String),
    /// A value of the parameter `salt` that is not known.
    MessageSalt(String),
}

impl SchemeError {
    /// The sentence of a contradiction without values.
    const fn sentence(&self) -> &'static str {
        match self {
            Self::NotAmbiguous => {
                "`ambiguous` is declared, and the signed text is read in one way only: leave it out"
            }
            Self::NothingSigned => "`signed` has no placeholder: must cover at minimum `{body}`",
            Self::TimestampNowhere => {
                "the timestamp has no location: name its header, or write `{timestamp}` into `signature.format`"
            }
            Self::OptionalTimestampSigned => {
                "an optional timestamp cannot be signed: leave `optional` out, or `{timestamp}`"
            }
            Self::LateOptionalFilter => {
                "an optional filter, such as `port?`, must come before the body: leave the `?` out, or write two forms"
            }
            Self::SecretNotBare => {
                "`{secret}` takes no filters and cannot be in a group or a template of its own: write it bare, and for a hash of the secret `key = \"md5-hex\"` or another"
            }
            Self::BoundToSecret => {
                "`{secret}` and optional filters are for `signed`: no value can be bound to them"
            }
            Self::X5cOutsideJws => {
                "certificates in `x5c` need `{jws_header}` in `signature.format`"
            }
            Self::NoJws => "claims and JWS parts need `{jws_header}` in `signature.format`",
            Self::NoReplayId => {
                "deliveries are told apart by an id, but the scheme has none: give its place in `event_id` or in `replay`"
            }
            Self::NestedForms => {
                "a scheme inside `or` cannot have an `or` of its own: list all forms in one"
            }
            Self::KeyBeforeBody => "the key is needed before the body: give it to `Verifier::new`",
            Self::NoMessageAlgorithm => "no algorithm is allowed",
            _ => "",
        }
    }
}

impl fmt::Display for SchemeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Template { field, error } | Self::Ambiguous { field, error } => {
                write!(f, "in `{field}`: {error}")
            }
            Self::HeaderName(name) => write!(f, "`{name}` is not a header name"),
            Self::JsonPointer(pointer) => write!(
                f,
                "`{pointer}` is not a JSON pointer: start it with `/`, as in `/event/id`"
            ),
            Self::NoLocation { placeholder, field } => write!(
                f,
                "`signed` has `{placeholder}`, but the scheme has no `{field}`: give its location"
            ),
            Self::OptionalFilterForPublicKey(algorithm) => write!(
                f,
                "an optional filter, such as `port?`, is for shared keys, and {algorithm} takes a public key: leave the `?` out, or write two forms"
            ),
            Self::TooManyOptionalFilters(found) => write!(
                f,
                "{found} optional filters: at most two, which are four spellings of one request"
            ),
            Self::HashWithoutSecret(algorithm) => write!(
                f,
                "`signed` has no `{{secret}}`, without which anyone can compute {algorithm}: write it where the provider does"
            ),
            Self::SecretSigned(algorithm) => write!(
                f,
                "`{{secret}}` belongs into `signed` for the plain hashes md5 to sha512 and nowhere else; this is {algorithm}"
            ),
            Self::NeedsPublicKey(algorithm) => write!(
                f,
                "{algorithm} is checked with a public key: leave `key` out, or write `public-key`"
            ),
            Self::NeedsSharedSecret(algorithm) => write!(
                f,
                "{algorithm} takes a shared secret, no public key: write the form in which it is handed out, such as `text`, `hex` or `base64`, or leave `key` out"
            ),
            Self::ExtensionId(id) => write!(
                f,
                "`{id}` is not the id of an extension: write numbers and dots, as in `1.2.840.113635.100.6.11.1`"
            ),
            Self::BasicInBody(at) => {
                write!(f, "Basic credentials are sent in a header, not in the {at}")
            }
            Self::Ed25519InBody(at) => write!(
                f,
                "an Ed25519 signature in the {at} cannot be checked while the body arrives: it must be in the head"
            ),
            Self::SeveralOutsideHeader(at) => write!(
                f,
                "`also` and `repeated` are for headers: the signature must be in one, not in the {at}"
            ),
            Self::NoJoseName(algorithm) => write!(f, "{algorithm} has no name in a JWS header"),
            Self::UnsignedBinding(at) => write!(
                f,
                "the bound value in the {at} is not signed: name a place that `signed` covers"
            ),
            Self::FixedByMessageSignatures(field) => write!(
                f,
                "`{field}` cannot be as it is: RFC 9421 fixes form, content and key id of a message signature; beside `algorithm` and the header write at most `timestamp` (in seconds, without a place), `event_id`, `expect`, `absent` and `body_limit`"
            ),
            other => other.fmt_of_request(f),
        }
    }
}

impl SchemeError {
    /// What concerns recipients, replay, forms and policies.
    fn fmt_of_request(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RecipientName(name) => write!(
                f,
                "`{}` cannot name a recipient: write lower-case letters",
                name.escape_debug()
            ),
            Self::RecipientTwice(name) => {
                write!(f, "two recipients are named `{name}`: write each name once")
            }
            Self::RecipientWithoutPlace(name) => write!(
                f,
                "the recipient `{name}` has no `at`, so it is the host of the URL, which is not signed: give a place in `at`"
            ),
            Self::UnsignedRecipient { name, at } => write!(
                f,
                "the recipient `{name}` is the {at}, which is not signed: whoever relays a delivery can change it"
            ),
            Self::UnknownReplayBy(text) => write!(
                f,
                "`{}` tells no deliveries apart: write id, payload, content, body or none",
                text.escape_debug()
            ),
            Self::UnusedReplayId(by) => write!(
                f,
                "`replay` has places of an id, but deliveries are told apart by {by}: write `by = \"id\"`"
            ),
            Self::UnsignedReplayId(at) => write!(
                f,
                "deliveries are told apart by the {at}, which is not signed: whoever replays one can change it"
            ),
            Self::NoReplayKinds { header } => write!(
                f,
                "the header `{header}` tells deliveries apart by a closed list: name its values"
            ),
            Self::FormName(name) => write!(
                f,
                "`{}` is not a name for a form: write lower-case letters, digits and hyphens, as in `form = \"v2\"`",
                name.escape_debug()
            ),
            Self::FormTwice(name) => write!(
                f,
                "two forms are named `{name}`: give each a name of its own, as in `form = \"v2\"`"
            ),
            Self::MessageAlgorithm { name, known } => write!(
                f,
                "`{name}` is not an algorithm of RFC 9421; those are {}",
                known.join(", ")
            ),
            Self::MessageComponent(problem) => f.write_str(problem),
            Self::MessageSalt(value) => write!(f, "`{value}` is not a salt: write `any`"),
            other => f.write_str(other.sentence()),
        }
    }
}

impl std::error::Error for SchemeError {}

crate::text::debug_as_display!(
    super::coverage::ParseRequestPartError,
    SchemeError,
    TemplateError
);
