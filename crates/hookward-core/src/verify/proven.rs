//! Document of proven values: the JSON that a handler receives in place of a body that
//! the proof does not cover, so that it cannot read anything that an attacker may have
//! changed.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use super::particulars::{Content, Particulars};
use super::read::value_at;
use super::state::{ProvenInputs, State, Verdict};
use super::verified::Verified;
use crate::request::head::RequestHead;
use crate::request::reason::{self, Reason};
use crate::request::rejection::{Code, Rejection};
use crate::scheme::trust::ProvenKind;
use crate::scheme::{Place, Plan, Proof, RequestPart};
use crate::text::values::{self, ValueError};
use crate::verify::verifier::Inner;

impl State {
    /// Stores what the document needs from the head, and buffers the body if the document
    /// needs it.
    #[cold]
    pub(super) fn start_proven(
        &mut self,
        inner: &Inner,
        plan: &Plan,
        head: &dyn RequestHead,
    ) -> Result<(), Rejection> {
        let own = self.cold().coverage.clone();
        let coverage = own.as_deref().unwrap_or(&plan.coverage);
        let kind = ProvenKind::of(plan, coverage);
        if kind.is_in_body() {
            self.keep_whole_body();
        }
        let query = match kind {
            // The signed URL may be the configured one.
            ProvenKind::Query(_) if coverage.iter().any(|part| *part == RequestPart::Url) => {
                let url = inner.setup.external_url.of(head)?;
                url.query().unwrap_or_default().to_owned()
            }
            ProvenKind::Query(_) => values::query_of(&head.target()).to_owned(),
            _ => String::new(),
        };
        self.cold().proven_inputs = Some(Box::new(ProvenInputs { query }));
        Ok(())
    }
}

impl Verdict<'_> {
    /// The document of proven values of a verified request; `None` if the handler
    /// receives the body as sent.
    pub(super) fn proven_document(&self) -> Result<Option<Content>, Rejection> {
        let Some(proven_inputs) = &self.cold.proven_inputs else {
            return Ok(None);
        };
        let plan = self.plan;
        let coverage = self.cold.coverage.as_deref().unwrap_or(&plan.coverage);
        if coverage.covers_body() {
            return Ok(None);
        }
        let body = self.cold.kept_body().unwrap_or_default();
        let document = match ProvenKind::of(plan, coverage) {
            ProvenKind::Claims => match &self.cold.jws {
                Some(jws) => jws.payload().to_vec(),
                None => b"{}".to_vec(),
            },
            ProvenKind::Json(pointers) => members(body, &pointers)?,
            ProvenKind::Form(names) => {
                let text = std::str::from_utf8(body).map_err(|_| Reason::FormNotUtf8)?;
                strings(text, Some(&names), &|name| Place::Form(name.into()))?
            }
            ProvenKind::Query(names) => strings(&proven_inputs.query, names.as_deref(), &|name| {
                Place::Query(name.into())
            })?,
            ProvenKind::Empty => b"{}".to_vec(),
        };
        // It is accounted with its length, so no capacity is left over.
        Ok(Some(Content::Document(document.into_boxed_slice().into())))
    }
}

/// The parameters with these names, or all of them, as a JSON object of strings. A
/// repeated parameter is refused, since parsers disagree on which value wins.
fn strings(
    text: &str,
    names: Option<&[&str]>,
    place: &dyn Fn(&str) -> Place,
) -> Result<Vec<u8>, Rejection> {
    let mut out = b"{".to_vec();
    let mut put = |name: &str, value: &str| {
        if out.len() > 1 {
            out.push(b',');
        }
        quote(name, &mut out);
        out.push(b':');
        quote(value, &mut out);
    };
    match names {
        Some(names) => {
            for name in names {
                match values::parameter(text, name) {
                    Ok(value) => put(name, &value),
                    Err(ValueError::Missing) => {}
                    Err(error) => return Err(unreadable(error, &place(name))),
                }
            }
        }
        None => {
            let mut sorted: Vec<_> = values::pairs(text).map(|(name, _)| name).collect();
            sorted.sort_unstable();
            if let Some(two) = sorted.windows(2).find(|two| two[0] == two[1]) {
                return Err(unreadable(ValueError::Repeated, &place(&two[0])));
            }
            if !values::is_utf8(text) {
                return Err(Reason::QueryNotUtf8.into());
            }
            values::pairs(text).for_each(|(name, value)| put(&name, &value));
        }
    }
    out.push(b'}');
    Ok(out)
}

fn unreadable(error: ValueError, place: &Place) -> Rejection {
    let code = Code::ContentMalformed;
    match value_at(Err(error), place, code, code) {
        Err(rejection) => rejection,
        Ok(_) => Rejection::from(Reason::Unreadable {
            place: reason::text(place),
        }),
    }
}

fn quote(text: &str, out: &mut Vec<u8>) {
    // Serializing a string cannot fail.
    if let Ok(quoted) = serde_json::to_string(text) {
        out.extend_from_slice(quoted.as_bytes());
    }
}

/// A node of the document.
enum Node<'a> {
    /// A value, verbatim from the body.
    Value(&'a str),
    Object(Vec<(String, Self)>),
    Array(Vec<Option<Self>>),
}

/// The values that these pointers name in a JSON body, each at its original place.
fn members(body: &[u8], pointers: &[&str]) -> Result<Vec<u8>, Rejection> {
    let mut root = None;
    // Each container is checked once, for the first value in it.
    for pointer in pointers {
        let place = || Place::Json((*pointer).into());
        let text = match values::json_text(body, pointer) {
            // `null` is equivalent to a missing value.
            Ok("null") | Err(ValueError::Missing) => continue,
            Ok(text) => text,
            Err(error) => return Err(unreadable(error, &place())),
        };
        let steps: Vec<&str> = pointer.split('/').skip(1).collect();
        let mut path = String::new();
        let mut node = match &mut root {
            Some(root) => root,
            root => root.insert(container(body, &path, steps.first())?),
        };
        for (at, step) in steps.iter().enumerate() {
            path.push('/');
            path.push_str(step);
            let child = || match steps.get(at + 1) {
                None => Ok(Node::Value(text)),
                next => container(body, &path, next),
            };
            match node.child(step, child)? {
                Some(child) => node = child,
                None => return Err(unreadable(ValueError::Malformed, &place())),
            }
        }
    }
    let mut out = Vec::new();
    root.unwrap_or(Node::Object(Vec::new())).write(&mut out);
    Ok(out)
}

/// An empty container on the path to a value. The signature covers the value but not the
/// kind of its container, so that the pointer determines the kind: an array if the next
/// step is a number, otherwise an object.
fn container<'a>(body: &[u8], path: &str, next: Option<&&str>) -> Result<Node<'a>, Rejection> {
    let is_list = next.is_some_and(|step| step.bytes().all(|byte| byte.is_ascii_digit()));
    let (start, node, name) = match is_list {
        true => ('[', Node::Array(Vec::new()), "an array"),
        false => ('{', Node::Object(Vec::new()), "an object"),
    };
    match values::json_text(body, path) {
        Ok(text) if text.trim_start().starts_with(start) => Ok(node),
        _ => Err(Rejection::from(Reason::OtherJson {
            way: reason::text(path),
            expected: name,
        })),
    }
}

impl<'a> Node<'a> {
    /// The child at a step, inserted if missing; `None` if this node cannot have it.
    fn child(
        &mut self,
        step: &str,
        new: impl FnOnce() -> Result<Self, Rejection>,
    ) -> Result<Option<&mut Self>, Rejection> {
        Ok(match self {
            Self::Value(_) => None,
            Self::Object(members) => {
                let name = values::pointer_step(step);
                let at = match members.iter().position(|(known, _)| *known == name) {
                    Some(at) => at,
                    None => {
                        members.push((name, new()?));
                        members.len() - 1
                    }
                };
                members.get_mut(at).map(|(_, node)| node)
            }
            Self::Array(items) => {
                // The pointer resolved in the body, so that the index is less than the
                // array's length.
                let Ok(at) = step.parse::<usize>() else {
                    return Ok(None);
                };
                if items.len() <= at {
                    items.resize_with(at + 1, || None);
                }
                match items.get_mut(at) {
                    Some(item @ None) => Some(item.insert(new()?)),
                    item => item.and_then(Option::as_mut),
                }
            }
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Value(text) => out.extend_from_slice(text.as_bytes()),
            Self::Object(members) => {
                out.push(b'{');
                for (at, (name, node)) in members.iter().enumerate() {
                    if at > 0 {
                        out.push(b',');
                    }
                    quote(name, out);
                    out.push(b':');
                    node.write(out);
                }
                out.push(b'}');
            }
            Self::Array(items) => {
                out.push(b'[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        out.push(b',');
                    }
                    match item {
                        Some(node) => node.write(out),
                        None => out.extend_from_slice(b"null"),
                    }
                }
                out.push(b']');
            }
        }
    }
}

/// Why no proven values are available: a mistake in the service, not in the request. For
/// the operator's log.
#[derive(Clone, PartialEq, Eq)]
pub struct NotProven {
    provider: String,
    proof: Proof,
}

impl fmt::Display for NotProven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let provider = &self.provider;
        match self.proof {
            Proof::Secret => write!(
                f,
                "{provider} sends a shared secret, which proves nothing about the content, so there are no proven values. Read the body instead, as with `Webhook<T>`, and trust it only as far as you trust everyone who may have seen the secret"
            ),
            Proof::Signature | Proof::Token => write!(
                f,
                "{provider} does not prove the body, and the verifier was built with `Trust::AsSent`, which hands out the unproven body, so there are no proven values. Build the verifier with `scheme.trust(Trust::Proven)`, or read the body, as with `Webhook<T>`"
            ),
        }
    }
}

impl std::error::Error for NotProven {}

crate::text::debug_as_display!(NotProven);

impl Verified {
    /// Returns the proven content, for receivers without a framework: the body itself if
    /// the proof covers it, or else, under [`Trust::Proven`](crate::Trust::Proven), the
    /// JSON document of the covered values. `body` is the body that was verified, or the
    /// one that an endpoint handed out.
    ///
    /// ```
    /// use hookward::{Digest, Encoding, Key, Scheme, Trust, Verifier};
    ///
    /// // `sign` covers the order's number and nothing else.
    /// let scheme = Scheme::hmac("acme", Digest::Sha256)
    ///     .signed("{json:/order}")
    ///     .trust(Trust::Proven);
    /// let verifier = Verifier::new(scheme, Key::new("secret")?)?;
    /// let body = r#"{"order":"A-17","paid":true}"#;
    /// let request = http::Request::post("/acme")
    ///     .header("x-signature", "5e218d3123af0a4d4d640c88d63a6e7d96a2ed569073a0ac2e7ec78a724a98b7")
    ///     .body(body)?;
    /// let verified = verifier.verify(&request)?;
    /// assert_eq!(verified.proven(body.as_bytes())?, br#"{"order":"A-17"}"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`NotProven`] for a bare secret and, if the proof does not cover the body, under
    /// [`Trust::AsSent`](crate::Trust::AsSent).
    pub fn proven<'a>(&'a self, body: &'a [u8]) -> Result<&'a [u8], NotProven> {
        let content = self.particulars.as_deref().map(|own| &own.content);
        match content {
            Some(Content::Document(document)) => Ok(document),
            Some(Content::IsBody) => Ok(body),
            Some(Content::AsSent) | None => {
                let coverage = self.covers();
                let is_covered = coverage.proof() != Proof::Secret
                    && !(coverage.leaves_body_open() && self.plan().leaves_body_open());
                if is_covered {
                    Ok(body)
                } else {
                    Err(NotProven {
                        provider: self.provider().to_owned(),
                        proof: coverage.proof(),
                    })
                }
            }
        }
    }

    /// Whether an endpoint hands out the document of proven values with this proof,
    /// instead of the body as sent. Adapters must then replace the headers that describe
    /// the body.
    #[must_use]
    pub fn replaces_body(&self) -> bool {
        let own = self.particulars.as_deref();
        own.is_some_and(|own| !matches!(own.content, Content::AsSent))
    }

    /// Takes the document, to hand it out as the body.
    pub(crate) fn take_document(&mut self) -> Option<Bytes> {
        let own = self.particulars.as_deref()?;
        let Content::Document(document) = &own.content else {
            return None;
        };
        let document = document.clone();
        self.particulars = Some(Arc::new(Particulars {
            previous_identity: own.previous_identity,
            coverage: own.coverage.clone(),
            content: Content::IsBody,
        }));
        Some(document)
    }
}
