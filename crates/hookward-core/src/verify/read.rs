//! Extraction of single values from a request head or body, by [`Place`]. A repeated
//! value is an error, since parsers disagree on which one wins.

use std::borrow::Cow;

use crate::request::head::{RequestHead, Single, single};
use crate::request::reason::{self, Reason};
use crate::request::rejection::{Code, Rejection};
use crate::scheme::Place;
use crate::text::encoding::Encoding;
use crate::text::values::{self, ValueError};

/// Whether a value is present at a place in the head; `true` for other places.
pub(super) fn is_present(head: &dyn RequestHead, place: &Place) -> bool {
    match place {
        Place::Header(name) | Place::HeaderJson(name, _) => single(head, name) != Single::Absent,
        Place::Query(name) => {
            let target = head.target();
            let query = values::query_of(&target);
            values::parameter(query, name) != Err(ValueError::Missing)
        }
        _ => true,
    }
}

/// Reads the value at a place in the head; `None` if it is missing.
pub(super) type ReadHead<'a> = dyn Fn(&Place) -> Result<Option<Vec<u8>>, Rejection> + 'a;

/// Codes that distinguish a missing value from an unreadable one.
pub(super) const MISSING: Code = Code::RecipientMismatch;
pub(super) const MALFORMED: Code = Code::ContentMalformed;

/// `None` for a missing value; an unreadable one is an error.
pub(super) fn if_present<T>(value: Result<T, Rejection>) -> Result<Option<T>, Rejection> {
    match value {
        Ok(value) => Ok(Some(value)),
        Err(missing) if missing.code() == MISSING => Ok(None),
        Err(rejection) => Err(rejection),
    }
}

/// Reads the value at a place in the head.
pub(crate) fn read<'a>(
    head: &'a dyn RequestHead,
    place: &Place,
    missing: Code,
    malformed: Code,
) -> Result<Cow<'a, [u8]>, Rejection> {
    match place {
        Place::Header(name) => match single(head, name) {
            Single::One(value) => Ok(Cow::Borrowed(value)),
            Single::Absent => Err(Rejection::from(Reason::Missing {
                code: missing,
                place: reason::text(place),
            })),
            Single::Repeated => Err(Rejection::from(Reason::HeaderRepeated {
                code: malformed,
                place: reason::text(place),
            })),
        },
        Place::Query(name) => {
            let target = head.target();
            let query = values::query_of(&target);
            value_at(
                values::parameter(query, name).map(Cow::into_owned),
                place,
                missing,
                malformed,
            )
            .map(|text| Cow::Owned(text.into_bytes()))
        }
        Place::HeaderJson(name, pointer) => {
            let header = read(head, &Place::Header(name.clone()), missing, malformed)?;
            let value = Encoding::Base64
                .decode(&header)
                .map_err(|_| ValueError::Malformed)
                .and_then(|object| values::json(&object, pointer));
            value
                .map(|text| Cow::Owned(text.into_bytes()))
                .map_err(|error| {
                    Rejection::from(match error {
                        ValueError::Missing => Reason::Missing {
                            code: missing,
                            place: reason::text(place),
                        },
                        ValueError::Repeated => Reason::Repeated {
                            code: malformed,
                            place: reason::text(place),
                        },
                        ValueError::Malformed => Reason::NotJsonInBase64 {
                            code: malformed,
                            header: reason::text(name),
                        },
                    })
                })
        }
        Place::Json(_)
        | Place::Form(_)
        | Place::FormJson(..)
        | Place::Body
        | Place::Claim(_)
        | Place::JwsHeader(_) => Ok(Cow::Borrowed(&[])),
    }
}

/// Reads the value at a place in the body.
pub(super) fn read_body(
    body: &[u8],
    place: &Place,
    missing: Code,
    malformed: Code,
) -> Result<String, Rejection> {
    let value = match place {
        Place::Json(pointer) => values::json(body, pointer),
        Place::Form(name) => match std::str::from_utf8(body) {
            Ok(text) => values::parameter(text, name).map(Cow::into_owned),
            Err(_) => Err(ValueError::Malformed),
        },
        Place::FormJson(name, pointer) => match std::str::from_utf8(body) {
            Ok(text) => values::parameter(text, name)
                .and_then(|object| values::json(object.as_bytes(), pointer)),
            Err(_) => Err(ValueError::Malformed),
        },
        Place::Body => String::from_utf8(body.to_vec()).map_err(|_| ValueError::Malformed),
        Place::Header(_)
        | Place::HeaderJson(..)
        | Place::Query(_)
        | Place::Claim(_)
        | Place::JwsHeader(_) => Err(ValueError::Missing),
    };
    match value {
        Err(error) if values::is_multipart(body) => Err(Rejection::from(Reason::Multipart {
            code: match error {
                ValueError::Missing => missing,
                ValueError::Repeated | ValueError::Malformed => malformed,
            },
            place: reason::text(place),
        })),
        value => value_at(value, place, missing, malformed),
    }
}

pub(super) fn value_at(
    value: Result<String, ValueError>,
    place: &Place,
    missing: Code,
    malformed: Code,
) -> Result<String, Rejection> {
    value.map_err(|error| {
        let place = reason::text(place);
        let code = malformed;
        Rejection::from(match error {
            ValueError::Missing => Reason::Missing {
                code: missing,
                place,
            },
            ValueError::Repeated => Reason::Repeated { code, place },
            ValueError::Malformed => Reason::BodyUnparsed { code, place },
        })
    })
}
