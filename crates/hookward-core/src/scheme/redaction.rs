//! Redaction of secrets that a scheme sends with the request. It makes logs and
//! recordings of deliveries safe to keep and share.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde_core::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::scheme::algorithm::Algorithm;
use crate::scheme::definition::Scheme;
use crate::scheme::location::Location;
use crate::scheme::part::Source;
use crate::scheme::template::parse_signed;
use crate::text::values;

/// A redactor for requests of schemes that send a secret.
///
/// Schemes that send the secret itself ([`Algorithm::SharedSecret`],
/// [`Algorithm::Basic`]) or a hash of only the secret disclose it to anyone who reads a
/// log of their requests. Signatures are not secret and are kept. User name and password
/// in targets are redacted under every scheme.
///
/// ```
/// use std::borrow::Cow;
///
/// use hookward::{Location, Redaction, Scheme};
///
/// const ACME: Scheme = Scheme::shared_secret("acme").at(Location::Query(Cow::Borrowed("token")));
/// let redaction = Redaction::of([&ACME]);
/// assert_eq!(redaction.target("/in?token=hunter2&a=1"), "/in?token=hookward-redacted&a=1");
/// assert_eq!(redaction.target("http://me:pass@a.example/"), "http://hookward-redacted@a.example/");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct Redaction {
    places: Vec<Location>,
}

impl Redaction {
    /// The replacement for a secret.
    pub const MARK: &'static str = "hookward-redacted";

    /// Redacts the secrets of these schemes, in all their forms.
    pub fn of<'s>(schemes: impl IntoIterator<Item = &'s Scheme>) -> Self {
        let mut redaction = Self::default();
        for scheme in schemes {
            redaction.add(scheme);
        }
        redaction
    }

    fn add(&mut self, scheme: &Scheme) {
        if sends_its_secret(scheme) {
            self.also(scheme.signature.at.clone());
            for name in scheme.signature.also.iter() {
                self.also(Location::Header(name.clone()));
            }
        }
        for form in scheme.or.iter() {
            self.add(form);
        }
    }

    fn also(&mut self, place: Location) {
        if !self.places.contains(&place) {
            self.places.push(place);
        }
    }

    /// The locations that are redacted.
    #[must_use]
    pub fn places(&self) -> &[Location] {
        &self.places
    }

    /// Redacts a request target or a whole URL.
    #[must_use]
    pub fn target<'t>(&self, target: &'t str) -> Cow<'t, str> {
        let mut spans = Vec::new();
        spans.extend(user_info(target));
        for place in &self.places {
            spans.extend(in_target(place, target));
        }
        match replaced(target.as_bytes(), spans, Self::MARK.as_bytes()) {
            None => Cow::Borrowed(target),
            // The delimiters are ASCII, so that only whole characters are removed.
            Some(out) => Cow::Owned(String::from_utf8_lossy(&out).into_owned()),
        }
    }

    /// Redacts a header's value. Secrets of the query are also redacted in URLs that
    /// proxies copy into headers.
    #[must_use]
    pub fn header<'v>(&self, name: &str, value: &'v [u8]) -> Cow<'v, [u8]> {
        if self.places.iter().any(|place| is_header(place, name)) {
            return Cow::Borrowed(Self::MARK.as_bytes());
        }
        let Ok(text) = std::str::from_utf8(value) else {
            return Cow::Borrowed(value);
        };
        let places = self.places.iter();
        let spans = places.flat_map(|place| in_target(place, text)).collect();
        replaced(value, spans, Self::MARK.as_bytes()).map_or(Cow::Borrowed(value), Cow::Owned)
    }

    /// Redacts a body; `None` if the scheme has a secret in the body and the body does
    /// not parse, so that the secret cannot be located.
    #[must_use]
    pub fn body<'b>(&self, body: &'b [u8]) -> Option<Cow<'b, [u8]>> {
        let mut body = Cow::Borrowed(body);
        for place in &self.places {
            if let Some(out) = in_body(place, &body, None, Self::MARK)? {
                body = Cow::Owned(out);
            }
        }
        Some(body)
    }
}

/// Restores the secret in a redacted request.
impl Redaction {
    /// The target with `value`, already encoded, in place of the redacted parameter.
    #[must_use]
    pub fn restore_target(place: &Location, target: &str, value: &str) -> String {
        let spans = in_target(place, target)
            .into_iter()
            .filter(|span| target.get(span.clone()) == Some(Self::MARK))
            .collect();
        match replaced(target.as_bytes(), spans, value.as_bytes()) {
            None => target.to_owned(),
            Some(out) => String::from_utf8_lossy(&out).into_owned(),
        }
    }

    /// The body with `value`, already encoded, in place of the redacted field; `None` if
    /// the body does not parse.
    #[must_use]
    pub fn restore_body(place: &Location, body: &[u8], value: &str) -> Option<Vec<u8>> {
        let mark = Some(Self::MARK);
        Some(in_body(place, body, mark, value)?.unwrap_or_else(|| body.to_vec()))
    }
}

/// Whether anyone who reads one request can forge others: the secret is sent, or a hash
/// that is the same for every request.
fn sends_its_secret(scheme: &Scheme) -> bool {
    match scheme.algorithm {
        Algorithm::SharedSecret | Algorithm::Basic => true,
        Algorithm::Hash(_) | Algorithm::Hmac(_) => {
            parse_signed(&scheme.signed).is_ok_and(|parts| {
                parts
                    .iter()
                    .all(|part| part.is_fixed() || part.bare() == Some(&Source::Secret))
            })
        }
        _ => false,
    }
}

fn is_header(place: &Location, name: &str) -> bool {
    matches!(place, Location::Header(known) | Location::HeaderJson(known, _)
        if known.eq_ignore_ascii_case(name))
}

/// `user:password` of an absolute URL.
fn user_info(url: &str) -> Option<Range<usize>> {
    let (scheme, rest) = url.split_once("://")?;
    // A path or query may contain another URL.
    if scheme.contains(['/', '?', '#']) {
        return None;
    }
    let start = scheme.len() + 3;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let at = rest[..end].rfind('@')?;
    Some(start..start + at)
}

fn in_target(place: &Location, target: &str) -> Vec<Range<usize>> {
    let Location::Query(name) = place else {
        return Vec::new();
    };
    let Some((path, query)) = target.split_once('?') else {
        return Vec::new();
    };
    parameters(query, name, path.len() + 1)
}

/// The spans of all values of a parameter. Names are compared case-insensitively: a
/// secret sent under a slightly wrong name is still a secret.
fn parameters(text: &str, name: &str, offset: usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = offset;
    for pair in text.split('&') {
        let end = at + pair.len();
        if let Some((written, value)) = pair.split_once('=')
            && values::pairs(written).any(|(known, _)| known.eq_ignore_ascii_case(name))
        {
            found.push(end - value.len()..end);
        }
        at = end + 1;
    }
    found
}

/// The body with a text in place of the secret, or of `only` this value: `None` if it
/// cannot be located, `Some(None)` if there is nothing to replace.
#[allow(clippy::option_option)]
fn in_body(
    place: &Location,
    body: &[u8],
    only: Option<&str>,
    with: &str,
) -> Option<Option<Vec<u8>>> {
    if body.is_empty() {
        return Some(None);
    }
    Some(match place {
        Location::Form(name) => {
            let text = std::str::from_utf8(body).ok()?;
            let mut spans = parameters(text, name, 0);
            spans.retain(|span| only.is_none() || text.get(span.clone()) == only);
            replaced(body, spans, with.as_bytes())
        }
        Location::Json(pointer) => {
            let text = std::str::from_utf8(body).ok()?;
            let only = only.map(serde_json::to_string).transpose().ok()?;
            let mut spans = members(text, pointer)?;
            spans.retain(|span| only.is_none() || text.get(span.clone()) == only.as_deref());
            replaced(body, spans, serde_json::to_string(with).ok()?.as_bytes())
        }
        Location::Body if only.is_none_or(|only| only.as_bytes() == body) => {
            Some(with.as_bytes().to_vec())
        }
        _ => None,
    })
}

/// The spans of all values that a JSON pointer refers to, including duplicate members;
/// `None` if the text is not JSON.
fn members(text: &str, pointer: &str) -> Option<Vec<Range<usize>>> {
    if !text.trim_ascii_start().starts_with(['{', '[']) {
        return Some(Vec::new());
    }
    let whole: &RawValue = serde_json::from_str(text).ok()?;
    let mut found = vec![whole];
    for step in pointer.strip_prefix('/')?.split('/') {
        let step = values::pointer_step(step);
        let mut below = Vec::new();
        for value in found {
            let MembersOf(fields) = serde_json::from_str(value.get()).ok()?;
            let named = fields.into_iter().filter(|(name, _)| *name == step);
            below.extend(named.map(|(_, value)| value));
        }
        found = below;
    }
    let start = text.as_ptr() as usize;
    let spans = found.into_iter().filter(|value| value.get() != "null");
    Some(
        spans
            .map(|value| {
                let at = value.get().as_ptr() as usize - start;
                at..at + value.get().len()
            })
            .collect(),
    )
}

/// The members of an object, or the items of an array by index.
struct MembersOf<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for MembersOf<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = MembersOf<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            fields.push((name, map.next_value()?));
        }
        Ok(MembersOf(fields))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some(item) = items.next_element()? {
            fields.push((fields.len().to_string(), item));
        }
        Ok(MembersOf(fields))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(MembersOf(Vec::new()))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
        Ok(MembersOf(Vec::new()))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
        Ok(MembersOf(Vec::new()))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(MembersOf(Vec::new()))
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Self::Value, E> {
        Ok(MembersOf(Vec::new()))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(MembersOf(Vec::new()))
    }
}

/// The text with the spans replaced; `None` if there are none.
fn replaced(text: &[u8], mut spans: Vec<Range<usize>>, with: &[u8]) -> Option<Vec<u8>> {
    spans.sort_by_key(|span| span.start);
    if spans.is_empty() {
        return None;
    }
    let mut out = Vec::with_capacity(text.len());
    let mut from = 0;
    for span in spans {
        out.extend_from_slice(text.get(from..span.start).unwrap_or_default());
        out.extend_from_slice(with);
        from = span.end.max(from);
    }
    out.extend_from_slice(text.get(from..).unwrap_or_default());
    Some(out)
}
