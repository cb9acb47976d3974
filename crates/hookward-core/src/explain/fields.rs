//! The timestamp, id, URL and headers of a request, as a scheme reads them.

use std::sync::Arc;

use http::HeaderMap;
use http::header::HeaderName;

use super::place::read;
use super::token::BearerToken;
use crate::request::head::{RequestHead, listed_headers};
use crate::request::request_url::ExternalUrl;
use crate::scheme::format::Fields as Written;
use crate::scheme::part::Source;
use crate::scheme::{Place, Plan};

/// The values of a request besides its signature and body.
#[derive(Debug, Clone, Default)]
pub(super) struct HeadFields {
    pub(super) timestamp: Option<Vec<u8>>,
    pub(super) id: Option<Vec<u8>>,
    pub(super) key_id: Option<Vec<u8>>,
    pub(super) method: String,
    pub(super) url: Option<String>,
    pub(super) target: String,
    /// The headers that the template names.
    pub(super) headers: Vec<(HeaderName, Vec<u8>)>,
    /// The headers listed in another header, in signed form.
    pub(super) listed: Vec<(HeaderName, String)>,
    pub(super) token: Option<Arc<BearerToken>>,
}

impl HeadFields {
    /// The values as the scheme reads them.
    pub(super) fn of(
        plan: &Plan,
        head: &dyn RequestHead,
        headers: &HeaderMap,
        body: &[u8],
        external_url: &ExternalUrl,
    ) -> Self {
        let target = head.target().into_owned();
        let text = read(&plan.at, headers, &target, body).unwrap_or_default();
        let mut written = Written::default();
        let _ = plan.format.read(&text, &mut written);
        let token = BearerToken::find(plan, headers, &target, body).map(Arc::new);
        let at = |place: Option<&Place>| match place? {
            place if place.is_in_jws() => token.as_ref()?.value(place),
            place => read(place, headers, &target, body),
        };
        let mut sources = Vec::new();
        for part in &plan.parts {
            part.for_each(&mut |slot| sources.push(&slot.source));
        }
        Self {
            timestamp: match &plan.timestamp {
                Some(planned) if planned.at.is_some() => at(planned.at.as_ref()),
                _ => written.timestamp.map(<[u8]>::to_vec),
            },
            id: at(plan.event_id.as_ref()).or_else(|| written.id.map(<[u8]>::to_vec)),
            key_id: at(plan.key_id.as_ref())
                .or_else(|| written.signatures.first()?.1.map(<[u8]>::to_vec)),
            method: head.method().to_owned(),
            url: external_url.of_any_host(head).ok().map(|url| url.text()),
            headers: sources
                .iter()
                .filter_map(|source| match source {
                    Source::Header(name) => {
                        Some((name.clone(), headers.get(name)?.as_bytes().to_vec()))
                    }
                    _ => None,
                })
                .collect(),
            listed: sources
                .iter()
                .filter_map(|source| match source {
                    Source::Headers(list) => {
                        let text = listed_headers(head, list, &plan.has_to_be_listed(), &|_| None);
                        Some((list.clone(), text.ok()?))
                    }
                    _ => None,
                })
                .collect(),
            token,
            target,
        }
    }

    /// The value at a location; claims are read from the token.
    pub(super) fn value(&self, place: &Place, headers: &HeaderMap, body: &[u8]) -> Option<Vec<u8>> {
        if place.is_in_jws() {
            return self.token.as_ref()?.value(place);
        }
        read(place, headers, &self.target, body)
    }

    /// A copy with another timestamp.
    pub(super) fn at(&self, timestamp: Vec<u8>) -> Self {
        Self {
            timestamp: Some(timestamp),
            ..self.clone()
        }
    }
}
