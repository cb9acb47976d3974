//! Locations: where a value is in a request, as a scheme declares it.

use std::fmt;

use super::text::Text;

/// The location of a value in a request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Location {
    /// A header that appears once.
    Header(Text),
    /// A parameter of the query, decoded.
    Query(Text),
    /// A scalar of the JSON body, by RFC 6901 pointer.
    Json(Text),
    /// A field of an `application/x-www-form-urlencoded` body, decoded.
    Form(Text),
    /// A member, by RFC 6901 pointer, of a base64-encoded JSON object in a header: the
    /// header's name, then the pointer.
    HeaderJson(Text, Text),
    /// A member, by RFC 6901 pointer, of the JSON object in a form field: the field's
    /// name, then the pointer.
    FormJson(Text, Text),
    /// The whole body.
    Body,
    /// A claim of the JWS payload, by RFC 6901 pointer.
    Claim(Text),
    /// A member of the JWS header, by RFC 6901 pointer.
    JwsHeader(Text),
}

impl Location {
    /// Whether the value is part of the body.
    #[must_use]
    pub const fn is_in_body(&self) -> bool {
        matches!(
            self,
            Self::Json(_) | Self::Form(_) | Self::FormJson(..) | Self::Body
        )
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) => write!(f, "header `{name}`"),
            Self::Query(name) => write!(f, "query parameter `{name}`"),
            Self::Json(pointer) => write!(f, "JSON body field `{pointer}`"),
            Self::Form(name) => write!(f, "form field `{name}`"),
            Self::Body => f.write_str("body"),
            Self::Claim(pointer) => write!(f, "claim `{pointer}`"),
            Self::JwsHeader(pointer) => write!(f, "JWS header `{pointer}`"),
            Self::HeaderJson(name, pointer) => {
                write!(f, "member `{pointer}` of header `{name}`")
            }
            Self::FormJson(name, pointer) => {
                write!(f, "member `{pointer}` of form field `{name}`")
            }
        }
    }
}
