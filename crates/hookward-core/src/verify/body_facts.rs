//! [`Facts`] of a request after its body has been read.

use std::borrow::Cow;

use http::header::HeaderName;

use super::facts::{Facts, Unmet, hashed};
use super::head_facts::{HeadCopy, Metadata, param};
use super::jws::Jws;
use super::state::{BodyState, Running};
use super::verifier::Inner;
use crate::crypto::{Crc32, Tag};
use crate::request::head::Single;
use crate::request::request_url::{RequestUrl, UrlError};
use crate::scheme::Digest;
use crate::scheme::{Place, Plan};

/// The request after its body has been read.
pub(super) struct BodyFacts<'a> {
    pub(super) inner: &'a Inner,
    pub(super) plan: &'a Plan,
    pub(super) body: Option<&'a BodyState>,
    pub(super) jws: Option<&'a Jws>,
    pub(super) metadata: &'a Metadata<'a>,
    pub(super) head: Option<&'a HeadCopy>,
}

impl BodyFacts<'_> {
    /// The value read from the body, or else the one from the head.
    fn either<'a>(
        &'a self,
        from_body: Option<&'a [u8]>,
        from_head: fn(&HeadCopy) -> Option<&[u8]>,
    ) -> Option<Cow<'a, [u8]>> {
        from_body
            .or_else(|| self.head.and_then(from_head))
            .map(Cow::Borrowed)
    }
}

impl<'a> Facts<'a> for &'a BodyFacts<'_> {
    fn method(&self) -> &'a str {
        self.head.map_or("", |copy| &copy.method)
    }

    fn url(&self) -> Result<RequestUrl<'a>, Unmet> {
        match self.head.and_then(|copy| copy.url.as_ref()) {
            Some(Ok(url)) => Ok(url.borrowed()),
            Some(Err(error)) => Err(Unmet::Url(*error)),
            None => Err(Unmet::Url(UrlError::NoHost)),
        }
    }

    fn target(&self) -> Cow<'a, str> {
        Cow::Borrowed(self.head.map_or("", |copy| &copy.target))
    }

    fn header(&self, name: &HeaderName) -> Single<'a> {
        let known = self
            .head
            .and_then(|copy| copy.headers.iter().find(|(known, ..)| known == name));
        match known {
            Some((_, Some(value), _)) => Single::One(value),
            Some((_, None, true)) => Single::Repeated,
            Some((_, None, false)) | None => Single::Absent,
        }
    }

    fn listed(&self, list: &HeaderName) -> Result<String, Unmet> {
        self.head
            .and_then(|copy| copy.listed.iter().find(|(known, _)| known == list))
            .map_or_else(
                || Err(Unmet::Missing(format!("header `{list}`"))),
                |(_, text)| text.clone(),
            )
    }

    fn timestamp(&self) -> Option<Cow<'a, [u8]>> {
        let from_body = self.metadata.timestamp.as_deref();
        self.either(from_body, |copy| copy.timestamp.as_deref())
    }

    fn id(&self) -> Option<Cow<'a, [u8]>> {
        let from_body = self.metadata.id.as_deref();
        self.either(from_body, |copy| copy.id.as_deref())
    }

    fn key_id(&self) -> Option<Cow<'a, [u8]>> {
        let from_body = self.metadata.key_id.as_deref();
        self.either(from_body, |copy| copy.key_id.as_deref())
    }

    fn jws(&self) -> Option<(&'a [u8], &'a [u8])> {
        self.jws.map(Jws::encoded)
    }

    fn param(&self, name: &str) -> Option<&'a str> {
        param(self.inner, name)
    }

    fn secret(&self) -> &'a [u8] {
        &[]
    }

    fn body(&self) -> &'a [u8] {
        self.body
            .and_then(|body| body.kept.as_deref())
            .unwrap_or_default()
    }

    fn digest(&self, digest: Digest) -> Tag {
        let streamed = self.body.and_then(|body| {
            body.digests
                .iter()
                .find_map(|(known, running)| match running {
                    Running::Done(tag) if *known == digest => Some(tag.clone()),
                    _ => None,
                })
        });
        streamed.unwrap_or_else(|| hashed(digest, self.body()))
    }

    fn crc32(&self) -> u32 {
        self.body
            .and_then(|body| body.crc32)
            .map_or(0, Crc32::finish)
    }

    fn place_of_signature(&self) -> &'a Place {
        &self.plan.at
    }

    fn limit(&self) -> u64 {
        self.inner.setup.body_limit
    }
}
