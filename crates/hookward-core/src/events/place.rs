//! Where the type of an event is, and reading it.

use std::fmt;
use std::str::{self, FromStr as _};
use std::sync::Arc;

use bytes::Bytes;
use http::HeaderName;

use super::misfit::{Misfit, MisfitKind};
use crate::catalogue::event_types;
use crate::request::head::RequestHead;
use crate::scheme::suggestion::nearest;
use crate::scheme::{Coverage, Place, RequestPart, Scheme, SchemeError};
use crate::text::printable::printable;
use crate::text::values::{self, ValueError};
use crate::verify::Verified;

/// Where a provider writes the type of an event.
///
/// The catalogue knows the place for the entries whose provider documents it
/// ([docs/events.md](https://github.com/hookward/hookward/blob/main/docs/events.md) lists
/// them); any other is named.
///
/// ```
/// use bytes::Bytes;
/// use hookward::{EventTypes, providers};
///
/// let of_stripe = EventTypes::of(&providers::STRIPE)?;
/// assert_eq!(of_stripe.to_string(), "body:/type");
/// assert!(of_stripe.are_proven_by(&providers::STRIPE)?);
///
/// // GitHub writes it in a header, which nothing signs.
/// let of_github = EventTypes::of(&providers::GITHUB)?;
/// assert_eq!(of_github.to_string(), "header:x-github-event");
/// assert!(!of_github.are_proven_by(&providers::GITHUB)?);
///
/// assert!(EventTypes::by("body:/meta/kind").is_ok());
/// assert!(EventTypes::by("bdy:/meta/kind").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventTypes {
    place: Place,
}

impl EventTypes {
    /// Where the provider documents it.
    ///
    /// # Errors
    /// [`EventsError::NotInCatalogue`] where the catalogue does not know.
    pub fn of(scheme: &Scheme) -> Result<Self, EventsError> {
        match event_types::place_of(&scheme.name) {
            Some(place) => Self::by(place),
            None => Err(EventsError::NotInCatalogue(
                scheme.name.clone().into_owned(),
            )),
        }
    }

    /// At a place of your naming: `body:/pointer` (RFC 6901) in a JSON body, `form:NAME`,
    /// `header:NAME` or `query:NAME`.
    ///
    /// # Errors
    /// [`EventsError::Place`] where the text is no such place.
    pub fn by(place: &str) -> Result<Self, EventsError> {
        let refused = || EventsError::Place(place.to_owned());
        let part = RequestPart::from_str(place).map_err(|_| refused())?;
        let place = match part {
            RequestPart::BodyAt(pointer) if is_pointer(&pointer) => Place::Json(pointer.into()),
            RequestPart::FormField(name) if !name.is_empty() => Place::Form(name.into()),
            RequestPart::QueryField(name) if !name.is_empty() => Place::Query(name.into()),
            RequestPart::Header(name) => {
                Place::Header(HeaderName::try_from(name).map_err(|_| refused())?)
            }
            _ => return Err(refused()),
        };
        Ok(Self { place })
    }

    /// Whether deliveries of this scheme prove the type: the signature covers the place.
    /// For a scheme with several forms, whether all do.
    ///
    /// # Errors
    /// [`SchemeError`] when the scheme is not usable.
    pub fn are_proven_by(&self, scheme: &Scheme) -> Result<bool, SchemeError> {
        for form in scheme.forms() {
            if !self.is_covered(&form.coverage()?) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Reads the type of a verified delivery. `body` is the body that was verified, or that
    /// an endpoint handed out.
    ///
    /// It is read in one way only, as ids are: the whole body must be JSON, no member on
    /// the way to the type may occur twice, and a header, parameter or field appears once.
    /// The type is a string, or an integer as it is written.
    ///
    /// # Errors
    /// [`Misfit`] where it is absent or cannot be read.
    pub fn read(
        &self,
        verified: &Verified,
        head: &dyn RequestHead,
        body: &Bytes,
    ) -> Result<EventType, Misfit> {
        match self.value(verified, head, body) {
            Ok(name) => Ok(EventType {
                name: Some(name.into()),
                is_proven: self.is_proven(verified),
            }),
            Err(problem) => {
                let reason = format!("the type of the event, {}: {problem}", self.place);
                Err(Misfit::new(MisfitKind::EventType, &reason, verified, body))
            }
        }
    }

    fn is_proven(&self, verified: &Verified) -> bool {
        // The document has covered values alone.
        let is_in_document = verified.replaces_body() && self.place.is_in_body();
        is_in_document || self.is_covered(verified.covers())
    }

    fn is_covered(&self, coverage: &Coverage) -> bool {
        match &self.place {
            // The signed URL may be one that is configured.
            Place::Query(name) => coverage.iter().any(|part| match part {
                RequestPart::Target | RequestPart::Query => true,
                RequestPart::QueryField(covered) => **covered == **name,
                _ => false,
            }),
            place => coverage.proves(place),
        }
    }

    fn value(
        &self,
        verified: &Verified,
        head: &dyn RequestHead,
        body: &[u8],
    ) -> Result<String, &'static str> {
        let value = match &self.place {
            Place::Json(pointer) => return in_json(body, pointer),
            // Proven fields are handed out as a JSON object.
            Place::Form(name) if verified.replaces_body() => {
                let step = name.replace('~', "~0").replace('/', "~1");
                return in_json(body, &format!("/{step}"));
            }
            Place::Form(name) => {
                let text = str::from_utf8(body).map_err(|_| "the form is not UTF-8")?;
                values::parameter(text, name).map(std::borrow::Cow::into_owned)
            }
            Place::Query(name) => {
                let target = head.target();
                values::parameter(values::query_of(&target), name).map(std::borrow::Cow::into_owned)
            }
            Place::Header(name) => in_header(head, name),
            _ => Err(ValueError::Missing),
        };
        let value = value.map_err(problem)?;
        if value.is_empty() {
            return Err("is empty");
        }
        Ok(value)
    }
}

fn is_pointer(pointer: &str) -> bool {
    pointer.split('/').skip(1).all(|step| {
        let mut escapes = step.split('~').skip(1);
        !step.is_empty() && escapes.all(|rest| rest.starts_with(['0', '1']))
    })
}

fn problem(error: ValueError) -> &'static str {
    match error {
        ValueError::Missing => "is absent",
        ValueError::Repeated => "appears more than once; expected exactly one value",
        ValueError::Malformed => "cannot be read",
    }
}

fn in_json(body: &[u8], pointer: &str) -> Result<String, &'static str> {
    let written = values::json_text(body, pointer).map_err(problem)?;
    let is_integer = written.len() <= 20 && written.bytes().all(|byte| byte.is_ascii_digit());
    if is_integer {
        return Ok(written.to_owned());
    }
    if !written.starts_with('"') {
        return Err("is neither a string nor a positive integer");
    }
    let text: String = serde_json::from_str(written).map_err(|_| "is not Unicode")?;
    match text.is_empty() {
        true => Err("is empty"),
        false => Ok(text),
    }
}

fn in_header(head: &dyn RequestHead, name: &HeaderName) -> Result<String, ValueError> {
    let mut found = Err(ValueError::Missing);
    head.header_values(name, &mut |value| {
        found = match found {
            Err(ValueError::Missing) => str::from_utf8(value)
                .map(|text| text.trim_matches([' ', '\t']).to_owned())
                .map_err(|_| ValueError::Malformed),
            _ => Err(ValueError::Repeated),
        };
    });
    found
}

/// As [`EventTypes::by`] takes it.
impl fmt::Display for EventTypes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match RequestPart::at(&self.place) {
            Some(part) => part.fmt(f),
            None => self.place.fmt(f),
        }
    }
}

/// The type of an event, as the delivery names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventType {
    name: Option<Arc<str>>,
    is_proven: bool,
}

impl EventType {
    /// The type of a delivery whose type cannot be read.
    pub(super) const UNREADABLE: Self = Self {
        name: None,
        is_proven: false,
    };

    /// The type, byte for byte as the provider writes it: `invoice.paid`, `push`. `None`
    /// only for the handler of all other events, where it is absent or cannot be read.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Whether the signature covers the type. One that is not covered, such as GitHub's and
    /// Shopify's header, whoever relayed or recorded the request may have changed: the
    /// payload is genuine, and may be that of another event.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        self.is_proven
    }
}

/// Events that cannot be routed as they were described. A mistake in the service, found
/// when it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventsError {
    /// The catalogue does not know where the provider with this name writes the type.
    NotInCatalogue(String),
    /// This text is not a place of an event type.
    Place(String),
    /// Two handlers are for this type.
    Repeated(String),
    /// A handler is for the empty type, which no delivery has.
    EmptyType,
    /// All deliveries would be acknowledged, since there is no handler.
    NoHandler,
    /// Deliveries of the provider with this name have to be answered by a handler, such as
    /// the interactions of Discord: they cannot be acknowledged without one.
    NeedsHandler(String),
}

impl fmt::Display for EventsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotInCatalogue(name) => write!(
                f,
                "the catalogue does not know where `{}` writes the type of an event: name the place, as in `Events::by(\"body:/type\")`",
                printable(name)
            ),
            Self::Place(place) => {
                write!(
                    f,
                    "`{}` is not a place of an event type: write body:/pointer, form:NAME, header:NAME or query:NAME",
                    printable(place)
                )?;
                let (source, rest) = place.split_once([':', '/']).unwrap_or((place, ""));
                let known = ["body", "form", "header", "query"];
                match nearest(source, known.into_iter()).first() {
                    Some(&"body") => {
                        let pointer = rest.trim_start_matches('/');
                        write!(f, "; did you mean `body:/{}`?", printable(pointer))
                    }
                    Some(near) => write!(f, "; did you mean `{near}:{}`?", printable(rest)),
                    None => Ok(()),
                }
            }
            Self::Repeated(name) => {
                write!(f, "two handlers are for the event type `{}`", printable(name))
            }
            Self::EmptyType => f.write_str("a handler is for the empty event type"),
            Self::NoHandler => f.write_str(
                "no event type has a handler, so that every delivery would be acknowledged and lost: add `.on(type, handler)`",
            ),
            Self::NeedsHandler(name) => write!(
                f,
                "a handler has to answer what `{}` sends: use `.otherwise(handler)` or `.refuse_others()` in place of `.acknowledge_others()`",
                printable(name)
            ),
        }
    }
}

impl std::error::Error for EventsError {}
