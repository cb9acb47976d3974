//! Errors of schemes: a variant for each contradiction, with the message that says what
//! to write instead.

use std::fmt;

use super::algorithm::Algorithm;
use super::location::Location;
use super::replay::ReplayBy;
use super::template_error::TemplateError;

/// Why a scheme cannot be used.
///
/// The messages say what to write instead, in the syntax of a scheme file.
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
    /// The signed text is ambiguous, so that a recorded request can be sent with other
    /// values, and this is not declared.
    Ambiguous {
        /// `signed` or `bind`.
        field: &'static str,
        /// The parts without a delimiter, and two requests with the same text.
        error: TemplateError,
    },
    /// `ambiguous` is declared, but the signed text is unambiguous.
    NotAmbiguous,
    /// A header name is invalid.
    HeaderName(String),
    /// A JSON pointer does not start with `/` (RFC 6901).
    JsonPointer(String),

    /// `signed` has no placeholder, so that every request has the same signature.
    NothingSigned,
    /// `signed` has a placeholder whose value has no location.
    NoLocation {
        /// `{timestamp}`, `{id}` or `{key_id}`.
        placeholder: &'static str,
        /// The field for the location: `timestamp`, `event_id` or `key_id`.
        field: &'static str,
    },
    /// The timestamp has no location, and `signature.format` has no `{timestamp}`.
    TimestampNowhere,
    /// `signed` has `{timestamp}`, which is declared `optional`.
    OptionalTimestampSigned,
    /// An optional filter on a part that is available only after the body has been read.
    LateOptionalFilter,
    /// An optional filter with a public-key algorithm, which cannot check several texts.
    OptionalFilterForPublicKey(Algorithm),
    /// More than two optional filters; each doubles the number of texts that are hashed.
    TooManyOptionalFilters(usize),
    /// A plain hash over content without `{secret}`, which proves nothing.
    HashWithoutSecret(Algorithm),
    /// `{secret}` in the signed content of an algorithm that is not a plain hash.
    SecretSigned(Algorithm),
    /// `{secret}` has filters, or is in a group or a nested template.
    SecretNotBare,
    /// `{secret}` or an optional filter in a bound value.
    BoundToSecret,

    /// A public-key algorithm with the key form of a shared secret.
    NeedsPublicKey(Algorithm),
    /// An algorithm of a shared secret with the key form of a public key.
    NeedsSharedSecret(Algorithm),
    /// Certificates in `x5c` without a JWS that contains them.
    X5cOutsideJws,
    /// The object identifier of a certificate extension is invalid.
    ExtensionId(String),

    /// HTTP Basic credentials (RFC 7617) outside a header.
    BasicInBody(Location),
    /// An Ed25519 signature in the body. It must be available before the body, since the
    /// signature is hashed before the content (RFC 8032 section 5.1.7).
    Ed25519InBody(Location),
    /// `also` or `repeated` for a signature that is not in a header.
    SeveralOutsideHeader(Location),
    /// A JWS with an algorithm that has no `alg` name (RFC 7518 section 3.1).
    NoJoseName(Algorithm),
    /// A claim or a part of a JWS, while `signature.format` has no JWS.
    NoJws,
    /// A bound value in the head that is not signed itself.
    UnsignedBinding(Location),
    /// A field whose value is determined by RFC 9421.
    FixedByMessageSignatures(&'static str),

    /// A recipient's name that is not only lower-case letters.
    RecipientName(String),
    /// Two recipients with the same name.
    RecipientTwice(String),
    /// A recipient without `at` is the host of the URL, which is not signed.
    RecipientWithoutPlace(String),
    /// A recipient at a location that is not signed.
    UnsignedRecipient {
        /// Its name.
        name: String,
        /// The location.
        at: Location,
    },

    /// A text that is not one of [`ReplayBy`].
    UnknownReplayBy(String),
    /// `replay` has the locations of an id, but does not identify deliveries by it.
    UnusedReplayId(ReplayBy),
    /// Deliveries are identified by an id that has no location.
    NoReplayId,
    /// Deliveries are identified by a value that is not signed.
    UnsignedReplayId(Location),
    /// A header distinguishes deliveries by an empty list of values.
    NoReplayKinds {
        /// The header's name.
        header: String,
    },

    /// A form in `or` has its own `or`.
    NestedForms,
    /// A form's name that is not only lower-case letters, digits and hyphens.
    FormName(String),
    /// Two forms with the same name.
    FormTwice(String),

    /// Keys are looked up by the body, but a form needs them before.
    KeyBeforeBody,
    /// The policy for message signatures allows no algorithm.
    NoMessageAlgorithm,
    /// The policy for message signatures names an algorithm that is not in the
    /// registry (RFC 9421 section 6.2).
    MessageAlgorithm {
        /// The name.
        name: String,
        /// The names in the registry.
        known: Vec<&'static str>,
    },
    /// The policy for message signatures names a component that does not parse
    /// (RFC 9421 section 2): what is wrong with it.
    MessageComponent(String),
    /// An unknown value of the parameter `salt`.
    MessageSalt(String),
}

impl SchemeError {
    /// The message of an error without values.
    const fn sentence(&self) -> &'static str {
        match self {
            Self::NotAmbiguous => {
                "`ambiguous` is declared, but the signed text is unambiguous: remove it"
            }
            Self::NothingSigned => "`signed` has no placeholder: must cover at minimum `{body}`",
            Self::TimestampNowhere => {
                "the timestamp has no location: set its header, or add `{timestamp}` to `signature.format`"
            }
            Self::OptionalTimestampSigned => {
                "an optional timestamp cannot be signed: remove `optional` or `{timestamp}`"
            }
            Self::LateOptionalFilter => {
                "an optional filter, such as `port?`, must be on a part before the body: remove the `?`, or write two forms"
            }
            Self::SecretNotBare => {
                "`{secret}` takes no filters and cannot be in a group or nested template: write it bare; for a hash of the secret set `key`, as in `key = \"md5-hex\"`"
            }
            Self::BoundToSecret => {
                "`{secret}` and optional filters are only for `signed`: a value cannot be bound to them"
            }
            Self::X5cOutsideJws => {
                "certificates in `x5c` require `{jws_header}` in `signature.format`"
            }
            Self::NoJws => "claims and JWS parts require `{jws_header}` in `signature.format`",
            Self::NoReplayId => {
                "deliveries are identified by an id, but the scheme has none: set its location in `event_id` or in `replay`"
            }
            Self::NestedForms => {
                "a scheme in `or` cannot have its own `or`: list all forms in the outer one"
            }
            Self::KeyBeforeBody => {
                "the key is required before the body is read: pass it to `Verifier::new`"
            }
            Self::NoMessageAlgorithm => "the policy allows no algorithm: name at least one",
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
            Self::HeaderName(name) => write!(f, "`{name}` is not a valid header name"),
            Self::JsonPointer(pointer) => write!(
                f,
                "`{pointer}` is not a JSON pointer: start it with `/`, as in `/event/id`"
            ),
            Self::NoLocation { placeholder, field } => write!(
                f,
                "`signed` has `{placeholder}`, but the scheme has no `{field}`: set its location"
            ),
            Self::OptionalFilterForPublicKey(algorithm) => write!(
                f,
                "an optional filter, such as `port?`, requires a shared secret, but {algorithm} takes a public key: remove the `?`, or write two forms"
            ),
            Self::TooManyOptionalFilters(found) => write!(
                f,
                "{found} optional filters: at most two are allowed, which make four spellings of a request"
            ),
            Self::HashWithoutSecret(algorithm) => write!(
                f,
                "`signed` has no `{{secret}}`, without which anyone can compute {algorithm}: add it where the provider has it"
            ),
            Self::SecretSigned(algorithm) => write!(
                f,
                "`{{secret}}` is only for the `signed` of plain hashes (md5 to sha512): remove it, the key of {algorithm} is not part of the content"
            ),
            Self::NeedsPublicKey(algorithm) => write!(
                f,
                "{algorithm} takes a public key: remove `key`, or write `public-key`"
            ),
            Self::NeedsSharedSecret(algorithm) => write!(
                f,
                "{algorithm} takes a shared secret, not a public key: write the form in which it is issued, such as `text`, `hex` or `base64`, or remove `key`"
            ),
            Self::ExtensionId(id) => write!(
                f,
                "`{id}` is not a valid extension id: write numbers and dots, as in `1.2.840.113635.100.6.11.1`"
            ),
            Self::BasicInBody(at) => {
                write!(
                    f,
                    "HTTP Basic credentials must be in a header, not in the {at}"
                )
            }
            Self::Ed25519InBody(at) => write!(
                f,
                "an Ed25519 signature in the {at} cannot be verified while the body arrives: it must be in the head"
            ),
            Self::SeveralOutsideHeader(at) => write!(
                f,
                "`also` and `repeated` are for headers: the signature must be in a header, not in the {at}"
            ),
            Self::NoJoseName(algorithm) => write!(
                f,
                "{algorithm} has no `alg` name for a JWS (RFC 7518 section 3.1): use one that has"
            ),
            Self::UnsignedBinding(at) => write!(
                f,
                "the bound value in the {at} is not signed: use a location that `signed` covers"
            ),
            Self::FixedByMessageSignatures(field) => write!(
                f,
                "`{field}` cannot be set: RFC 9421 determines format, content and key id of a message signature; besides `algorithm` and the header, only `timestamp` (in seconds, without a location), `event_id`, `expect`, `absent` and `body_limit` are allowed"
            ),
            other => other.fmt_of_request(f),
        }
    }
}

impl SchemeError {
    /// Messages about recipients, replay, forms and policies.
    fn fmt_of_request(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RecipientName(name) => write!(
                f,
                "`{}` is not a valid name for a recipient: write lower-case letters",
                name.escape_debug()
            ),
            Self::RecipientTwice(name) => {
                write!(
                    f,
                    "two recipients are named `{name}`: give each a different name"
                )
            }
            Self::RecipientWithoutPlace(name) => write!(
                f,
                "the recipient `{name}` has no `at`, so it is the host of the URL, which is not signed: set a signed location in `at`"
            ),
            Self::UnsignedRecipient { name, at } => write!(
                f,
                "the recipient `{name}` is the {at}, which is not signed: anyone who relays a delivery can change it"
            ),
            Self::UnknownReplayBy(text) => write!(
                f,
                "`{}` is not a delivery identity: write id, payload, content, body or none",
                text.escape_debug()
            ),
            Self::UnusedReplayId(by) => write!(
                f,
                "`replay` has locations of an id, but deliveries are identified by {by}: write `by = \"id\"`"
            ),
            Self::UnsignedReplayId(at) => write!(
                f,
                "deliveries are identified by the {at}, which is not signed: anyone who replays one can change it"
            ),
            Self::NoReplayKinds { header } => write!(
                f,
                "the header `{header}` distinguishes deliveries by a closed list of values, which is empty: add its values"
            ),
            Self::FormName(name) => write!(
                f,
                "`{}` is not a valid name for a form: write lower-case letters, digits and hyphens, as in `form = \"v2\"`",
                name.escape_debug()
            ),
            Self::FormTwice(name) => write!(
                f,
                "two forms are named `{name}`: give each a different name, as in `form = \"v2\"`"
            ),
            Self::MessageAlgorithm { name, known } => write!(
                f,
                "`{name}` is not an algorithm of RFC 9421: write one of {}",
                known.join(", ")
            ),
            Self::MessageComponent(problem) => f.write_str(problem),
            Self::MessageSalt(value) => write!(f, "`{value}` is not a valid `salt`: write `any`"),
            other => f.write_str(other.sentence()),
        }
    }
}

impl std::error::Error for SchemeError {}

crate::text::debug_as_display!(SchemeError);
