//! Values at their places in a request: in its head, and in its body.

use std::borrow::Cow;

use crate::request::head::{RequestHead, Single, single};
use crate::request::reason::{self, Reason};
use crate::request::rejection::{Code, Rejection};
use crate::scheme::Place;
use crate::text::encoding::Encoding;
use crate::text::values::{self, ValueError};

/// Whether there is anything at a place in the head.
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

/// The value at a place in the head, if there is one.
pub(super) type ReadHead<'a> = dyn Fn(&Place) -> Result<Option<Vec<u8>>, Rejection> + 'a;

/// The codes by which a value that is not there differs from one that cannot be read.
pub(super) const MISSING: Code = Code::RecipientMismatch;
pub(super) const MALFORMED: Code = Code::ContentMalformed;

/// Nothing where there is no value, and the reason where it cannot be read.
pub(super) fn if_present<T>(value: Result<T, Rejection>) -> Result<Option<T>, Rejection> {
    match value {
        Ok(value) => Ok(Some(value)),
        Err(missing) if missing.code() == MISSING => Ok(None),
        Err(rejection) => Err(rejection),
    }
}

/// The one value at a place in the head.
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

/// The one value at a place in the body.
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
