//! Compiled locations.

use std::fmt;

use http::header::HeaderName;

use super::error::SchemeError;
use super::location::Location;
use super::text::Text;

/// A compiled location: the header name is parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    Header(HeaderName),
    Query(Box<str>),
    Json(Box<str>),
    Form(Box<str>),
    HeaderJson(HeaderName, Box<str>),
    FormJson(Box<str>, Box<str>),
    Body,
    Claim(Box<str>),
    JwsHeader(Box<str>),
}

impl Place {
    pub(crate) fn compile(location: &Location) -> Result<Self, SchemeError> {
        Ok(match location {
            Location::Header(name) => Self::Header(header_name(name)?),
            Location::Query(name) => Self::Query(name.as_ref().into()),
            Location::Json(pointer) if pointer.starts_with('/') => {
                Self::Json(pointer.as_ref().into())
            }
            Location::Claim(pointer) if pointer.starts_with('/') => {
                Self::Claim(pointer.as_ref().into())
            }
            Location::JwsHeader(pointer) if pointer.starts_with('/') => {
                Self::JwsHeader(pointer.as_ref().into())
            }
            Location::HeaderJson(name, pointer) if pointer.starts_with('/') => {
                Self::HeaderJson(header_name(name)?, pointer.as_ref().into())
            }
            Location::FormJson(name, pointer) if pointer.starts_with('/') => {
                Self::FormJson(name.as_ref().into(), pointer.as_ref().into())
            }
            Location::Body => Self::Body,
            Location::Json(pointer)
            | Location::Claim(pointer)
            | Location::JwsHeader(pointer)
            | Location::FormJson(_, pointer)
            | Location::HeaderJson(_, pointer) => {
                return Err(SchemeError::JsonPointer(pointer.clone().into_owned()));
            }
            Location::Form(name) => Self::Form(name.as_ref().into()),
        })
    }

    pub(crate) const fn is_in_body(&self) -> bool {
        matches!(
            self,
            Self::Json(_) | Self::Form(_) | Self::FormJson(..) | Self::Body
        )
    }

    pub(crate) const fn is_in_jws(&self) -> bool {
        matches!(self, Self::Claim(_) | Self::JwsHeader(_))
    }
}

impl From<&Place> for Location {
    fn from(place: &Place) -> Self {
        let text = |text: &str| Text::Owned(text.to_owned());
        match place {
            Place::Header(name) => Self::Header(text(name.as_str())),
            Place::Query(name) => Self::Query(text(name)),
            Place::Json(pointer) => Self::Json(text(pointer)),
            Place::Form(name) => Self::Form(text(name)),
            Place::HeaderJson(name, pointer) => {
                Self::HeaderJson(text(name.as_str()), text(pointer))
            }
            Place::FormJson(name, pointer) => Self::FormJson(text(name), text(pointer)),
            Place::Body => Self::Body,
            Place::Claim(pointer) => Self::Claim(text(pointer)),
            Place::JwsHeader(pointer) => Self::JwsHeader(text(pointer)),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Location::from(self).fmt(f)
    }
}

pub(super) fn header_name(name: &str) -> Result<HeaderName, SchemeError> {
    HeaderName::try_from(name).map_err(|_| SchemeError::HeaderName(name.to_owned()))
}
