//! Values of one request that a template reads, and why a template has no value.

use std::borrow::Cow;

use http::header::HeaderName;

use crate::crypto::{Crc32, Stream, Tag};
use crate::request::head::Single;
use crate::request::reason::Reason;
use crate::request::rejection::Rejection;
use crate::request::request_url::{RequestUrl, UrlError};
use crate::scheme::Digest;
use crate::scheme::Place;
use crate::scheme::part::Source;
use crate::text::values::ValueError;

/// Why a template has no value for a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unmet {
    /// This value is missing from the request.
    Missing(String),
    /// This value appears more than once.
    Repeated(String),
    /// A value is invalid for another reason.
    Malformed(Box<Reason>),
    /// The URL cannot be determined.
    Url(UrlError),
}

impl Unmet {
    pub(super) fn of(error: ValueError, what: impl Into<String>) -> Self {
        let what = what.into();
        match error {
            ValueError::Missing => Self::Missing(what),
            ValueError::Repeated => Self::Repeated(what),
            ValueError::Malformed => Reason::SignedUnreadable { what: what.into() }.into(),
        }
    }

    /// What is missing or invalid, for an error of the signer.
    #[cfg(feature = "sign")]
    pub(crate) fn what(self) -> String {
        match self {
            Self::Missing(what) | Self::Repeated(what) => what,
            Self::Malformed(reason) => reason.to_string(),
            Self::Url(_) => "the URL".to_owned(),
        }
    }
}

impl From<Unmet> for Rejection {
    fn from(unmet: Unmet) -> Self {
        Self::from(match unmet {
            Unmet::Missing(what) => Reason::SignedMissing { what: what.into() },
            Unmet::Repeated(what) => Reason::SignedRepeated { what: what.into() },
            Unmet::Malformed(reason) => *reason,
            Unmet::Url(error) => return error.into(),
        })
    }
}

impl From<Reason> for Unmet {
    #[cold]
    fn from(reason: Reason) -> Self {
        Self::Malformed(Box::new(reason))
    }
}

/// The values of one request that a template reads.
pub(crate) trait Facts<'a> {
    fn method(&self) -> &'a str;
    fn url(&self) -> Result<RequestUrl<'a>, Unmet>;
    /// Path and query as received.
    fn target(&self) -> Cow<'a, str>;
    fn header(&self, name: &HeaderName) -> Single<'a>;
    /// The headers that the header `list` names.
    fn listed(&self, list: &HeaderName) -> Result<String, Unmet>;
    fn timestamp(&self) -> Option<Cow<'a, [u8]>>;
    fn id(&self) -> Option<Cow<'a, [u8]>>;
    fn key_id(&self) -> Option<Cow<'a, [u8]>>;
    /// Header and payload of the JWS, still base64url-encoded.
    fn jws(&self) -> Option<(&'a [u8], &'a [u8])>;
    fn param(&self, name: &str) -> Option<&'a str>;
    fn secret(&self) -> &'a [u8];
    fn body(&self) -> &'a [u8];
    /// A digest of the body.
    fn digest(&self, digest: Digest) -> Tag {
        hashed(digest, self.body())
    }
    /// The CRC-32 of the body.
    fn crc32(&self) -> u32 {
        let mut crc32 = Crc32::new();
        crc32.update(self.body());
        crc32.finish()
    }
    /// The place of the signature, which is never part of the signed content.
    fn place_of_signature(&self) -> &'a Place;
    /// The maximum length of a decompressed body, in bytes.
    fn limit(&self) -> u64;
}

pub(crate) fn hashed(digest: Digest, bytes: &[u8]) -> Tag {
    let mut stream = Stream::hash(digest);
    stream.update(bytes);
    stream.finish()
}

/// The name of a source in messages.
pub(crate) fn described(source: &Source) -> String {
    match source {
        Source::Body => "body".into(),
        Source::Timestamp => "timestamp".into(),
        Source::Id => "id".into(),
        Source::KeyId => "key id".into(),
        Source::Method => "method".into(),
        Source::Url => "URL".into(),
        Source::Host => "`Host` header".into(),
        Source::Path => "path".into(),
        Source::Target => "target".into(),
        Source::Query => "query".into(),
        Source::QueryField(name) => format!("query parameter `{name}`"),
        Source::Header(name) | Source::Headers(name) => format!("header `{name}`"),
        Source::Form => "form".into(),
        Source::FormField(name) => format!("form field `{name}`"),
        Source::Json => "JSON body".into(),
        Source::JsonAt(pointer, _) => format!("JSON body field `{pointer}`"),
        Source::JwsHeader | Source::JwsPayload => "JWS".into(),
        Source::Const(name) => format!("value set as `{name}`"),
        Source::Secret => "key".into(),
        Source::Template(_) => "signed text".into(),
    }
}
