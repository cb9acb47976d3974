//! [`Facts`] of the head of a request, and the copy of its values for parts that are
//! evaluated after the body has been read, since the head is only borrowed.

use std::borrow::Cow;

use http::header::HeaderName;

use super::availability::{is_known_from_head, is_source_known_from_head};
use super::jws::Jws;
use crate::request::head::{RequestHead, Single, listed_headers, single};
use crate::request::request_url::{RequestUrl, UrlError};
use crate::scheme::part::{Part, Source};
use crate::scheme::{Place, Plan};
use crate::verify::facts::{Facts, Unmet};
use crate::verify::verifier::Inner;

/// Timestamp, id and key id of the request, as text.
#[derive(Default)]
pub(super) struct Metadata<'a> {
    pub(super) timestamp: Option<Cow<'a, [u8]>>,
    pub(super) id: Option<Cow<'a, [u8]>>,
    pub(super) key_id: Option<Cow<'a, [u8]>>,
}

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

pub(super) fn param<'a>(inner: &'a Inner, name: &str) -> Option<&'a str> {
    inner
        .params
        .iter()
        .find(|(known, _)| **known == *name)
        .map(|(_, value)| &**value)
}

/// Copy of the head values for parts that are evaluated after the body has been read.
pub(super) struct HeadCopy {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) url: Option<Result<RequestUrl<'static>, UrlError>>,
    pub(super) headers: Vec<(HeaderName, Option<Vec<u8>>, bool)>,
    pub(super) listed: Vec<(HeaderName, Result<String, Unmet>)>,
    pub(super) timestamp: Option<Vec<u8>>,
    pub(super) id: Option<Vec<u8>>,
    pub(super) key_id: Option<Vec<u8>>,
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
