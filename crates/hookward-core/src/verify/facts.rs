//! [`Facts`] of a request: a view of the head, and a view of the request after its body
//! has been read. The second has a copy of the head values that it needs, since the head
//! is only borrowed.

use std::borrow::Cow;

use http::header::HeaderName;

use super::availability::{is_known_from_head, is_source_known_from_head};
use super::jws::Jws;
use super::state::{BodyState, Metadata, Running};
use crate::crypto::{Crc32, Tag};
use crate::request::head::{RequestHead, Single, listed_headers, single};
use crate::request::request_url::{RequestUrl, UrlError};
use crate::scheme::source::Source;
use crate::scheme::template::{Digest, Part};
use crate::scheme::{Place, Plan};
use crate::verify::evaluate::{Facts, Unmet};
use crate::verify::verifier::Inner;

/// The head of a request and the values read from it.
pub(super) struct HeadFacts<'a> {
    pub(super) inner: &'a Inner,
    pub(super) plan: &'a Plan,
    pub(super) head: &'a dyn RequestHead,
    pub(super) jws: Option<&'a Jws>,
    pub(super) metadata: Metadata<'a>,
}

impl<'s> Facts<'s> for &'s HeadFacts<'_> {
    fn method(&self) -> &'s str {
        self.head.method()
    }

    fn url(&self) -> Result<RequestUrl<'s>, Unmet> {
        self.inner
            .setup
            .external_url
            .of(self.head)
            .map_err(Unmet::Url)
    }

    fn target(&self) -> Cow<'s, str> {
        self.head.target()
    }

    fn header(&self, name: &HeaderName) -> Single<'s> {
        single(self.head, name)
    }

    fn listed(&self, list: &HeaderName) -> Result<String, Unmet> {
        listed_headers(self.head, list, &self.plan.has_to_be_listed(), &|_| None)
            .map_err(Unmet::Missing)
    }

    fn timestamp(&self) -> Option<Cow<'s, [u8]>> {
        self.metadata.timestamp.as_deref().map(Cow::Borrowed)
    }

    fn id(&self) -> Option<Cow<'s, [u8]>> {
        self.metadata.id.as_deref().map(Cow::Borrowed)
    }

    fn key_id(&self) -> Option<Cow<'s, [u8]>> {
        self.metadata.key_id.as_deref().map(Cow::Borrowed)
    }

    fn jws(&self) -> Option<(&'s [u8], &'s [u8])> {
        self.jws.map(Jws::encoded)
    }

    fn param(&self, name: &str) -> Option<&'s str> {
        param(self.inner, name)
    }

    fn secret(&self) -> &'s [u8] {
        &[]
    }

    /// Not available yet: no part that reads it is evaluated from the head.
    fn body(&self) -> &'s [u8] {
        &[]
    }

    fn place_of_signature(&self) -> &'s Place {
        &self.plan.at
    }

    fn limit(&self) -> u64 {
        self.inner.setup.body_limit
    }
}

fn param<'a>(inner: &'a Inner, name: &str) -> Option<&'a str> {
    inner
        .params
        .iter()
        .find(|(known, _)| **known == *name)
        .map(|(_, value)| &**value)
}

/// Copy of the head values for parts that are evaluated after the body has been read.
pub(super) struct HeadCopy {
    method: String,
    target: String,
    url: Option<Result<RequestUrl<'static>, UrlError>>,
    headers: Vec<(HeaderName, Option<Vec<u8>>, bool)>,
    listed: Vec<(HeaderName, Result<String, Unmet>)>,
    timestamp: Option<Vec<u8>>,
    id: Option<Vec<u8>>,
    key_id: Option<Vec<u8>>,
}

impl HeadCopy {
    /// Copies what `part` reads from the head. `None` if it reads nothing from it, or can
    /// be evaluated from the head alone.
    pub(super) fn of(facts: &HeadFacts<'_>, part: &Part) -> Option<Self> {
        if is_known_from_head(facts.plan, part) {
            return None;
        }
        let mut copy: Option<Self> = None;
        part.for_each(&mut |slot| {
            if !is_read_from_head(facts.plan, &slot.source) {
                return;
            }
            let copy = copy.get_or_insert_with(|| Self {
                method: facts.head.method().to_owned(),
                target: facts.head.target().into_owned(),
                url: None,
                headers: Vec::new(),
                listed: Vec::new(),
                timestamp: facts.metadata.timestamp.as_deref().map(<[u8]>::to_vec),
                id: facts.metadata.id.as_deref().map(<[u8]>::to_vec),
                key_id: facts.metadata.key_id.as_deref().map(<[u8]>::to_vec),
            });
            match &slot.source {
                Source::Url | Source::Host => {
                    let url = facts.inner.setup.external_url.of(facts.head);
                    copy.url = Some(url.map(RequestUrl::into_owned));
                }
                Source::Header(name) => {
                    let (value, repeated) = match single(facts.head, name) {
                        Single::Absent => (None, false),
                        Single::One(value) => (Some(value.to_vec()), false),
                        Single::Repeated => (None, true),
                    };
                    copy.headers.push((name.clone(), value, repeated));
                }
                Source::Headers(list) => {
                    copy.listed.push((list.clone(), facts.listed(list)));
                }
                _ => {}
            }
        });
        copy
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.url = self.url.take().or(other.url);
        self.headers.extend(other.headers);
        self.listed.extend(other.listed);
    }
}

/// Whether this plan reads a source from the head.
fn is_read_from_head(plan: &Plan, source: &Source) -> bool {
    match source {
        Source::Method
        | Source::Url
        | Source::Host
        | Source::Path
        | Source::Target
        | Source::Query
        | Source::QueryField(_)
        | Source::Header(_)
        | Source::Headers(_) => true,
        Source::Timestamp | Source::Id | Source::KeyId => is_source_known_from_head(plan, source),
        Source::Body
        | Source::Form
        | Source::FormField(_)
        | Source::Json
        | Source::JsonAt(..)
        | Source::JwsHeader
        | Source::JwsPayload
        | Source::Const(_)
        | Source::Secret
        | Source::Template(_) => false,
    }
}

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
        streamed.unwrap_or_else(|| crate::verify::evaluate::hashed(digest, self.body()))
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
