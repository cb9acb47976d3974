//! The signed content of a request under one interpretation.

use std::borrow::Cow;

use http::HeaderName;

use super::explainer::Explainer;
use super::fields::HeadFields;
use crate::request::head::Single;
use crate::request::request_url::RequestUrl;
use crate::scheme::part::{Part, Source};
use crate::scheme::{Place, Plan};
use crate::verify::evaluate::evaluate;
use crate::verify::facts::{Facts, Unmet};

/// A request under one interpretation.
#[derive(Clone, Copy)]
struct Reading<'a> {
    explainer: &'a Explainer,
    plan: &'a Plan,
    fields: &'a HeadFields,
    body: &'a [u8],
    secret: &'a [u8],
}

impl<'a> Facts<'a> for Reading<'a> {
    fn method(&self) -> &'a str {
        &self.fields.method
    }

    fn url(&self) -> Result<RequestUrl<'a>, Unmet> {
        let url = self.fields.url.as_deref().and_then(RequestUrl::parse);
        url.ok_or_else(|| Unmet::Missing("URL".into()))
    }

    fn target(&self) -> Cow<'a, str> {
        Cow::Borrowed(&self.fields.target)
    }

    fn header(&self, name: &HeaderName) -> Single<'a> {
        let mut headers = self.fields.headers.iter();
        headers
            .find(|(known, _)| known == name)
            .map_or(Single::Absent, |(_, value)| Single::One(value))
    }

    fn listed(&self, list: &HeaderName) -> Result<String, Unmet> {
        let mut listed = self.fields.listed.iter();
        listed
            .find(|(known, _)| known == list)
            .map(|(_, text)| text.clone())
            .ok_or_else(|| Unmet::Missing(format!("header `{list}`")))
    }

    fn timestamp(&self) -> Option<Cow<'a, [u8]>> {
        self.fields.timestamp.as_deref().map(Cow::Borrowed)
    }

    fn id(&self) -> Option<Cow<'a, [u8]>> {
        self.fields.id.as_deref().map(Cow::Borrowed)
    }

    fn key_id(&self) -> Option<Cow<'a, [u8]>> {
        self.fields.key_id.as_deref().map(Cow::Borrowed)
    }

    fn jws(&self) -> Option<(&'a [u8], &'a [u8])> {
        let token = self.fields.token.as_ref()?;
        Some((&token.encoded_header, &token.encoded_payload))
    }

    fn param(&self, name: &str) -> Option<&'a str> {
        let mut params = self.explainer.ring.params().iter();
        params
            .find(|(known, _)| **known == *name)
            .map(|(_, value)| &**value)
    }

    fn secret(&self) -> &'a [u8] {
        self.secret
    }

    fn body(&self) -> &'a [u8] {
        self.body
    }

    fn place_of_signature(&self) -> &'a Place {
        &self.plan.at
    }

    fn limit(&self) -> u64 {
        self.explainer.setup.body_limit
    }
}

impl Explainer {
    /// The pieces of the signed content; `None` if one is missing.
    pub(super) fn content<'a>(
        &'a self,
        plan: &'a Plan,
        parts: &'a [Part],
        fields: &'a HeadFields,
        body: &'a [u8],
        secret: &'a [u8],
    ) -> Option<Vec<Cow<'a, [u8]>>> {
        let reading = Reading {
            explainer: self,
            plan,
            fields,
            body,
            secret,
        };
        parts
            .iter()
            .map(|part| match part.bare() {
                Some(Source::Secret) if plan.algorithm.is_public_key() => None,
                // An absent value is not a wrong one: there is nothing to compare.
                Some(Source::Url) => fields
                    .url
                    .as_deref()
                    .map(|url| Cow::Borrowed(url.as_bytes())),
                _ => evaluate(part, &reading).ok(),
            })
            .collect()
    }
}
