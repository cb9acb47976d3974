//! Evaluation of templates: the single implementation that verifier, signer and explainer
//! share, so that they cannot disagree on what is signed.
//!
//! A template reads a request through [`Facts`]. The matches over sources and filters are
//! exhaustive, without a wildcard arm: a new source or filter does not compile until its
//! value is defined.

use std::borrow::Cow;

use super::facts::{Facts, Unmet, described};
use super::filters::{apply, text};
use super::value::{Document, Field, Pairs, Value};
use crate::request::head::Single;
use crate::request::reason::Reason;
use crate::scheme::Place;
use crate::scheme::ambiguity;
use crate::scheme::filter::{AppliedFilter, Filter};
use crate::scheme::part::{Part, Presence, Slot, Source};
use crate::text::values::{self, ValueError};

/// Whether an optional filter applies.
type Applies<'f> = &'f dyn Fn(&AppliedFilter) -> bool;

/// Evaluates a part of a template.
pub(crate) fn evaluate<'a>(part: &'a Part, facts: &dyn Facts<'a>) -> Result<Cow<'a, [u8]>, Unmet> {
    evaluate_spelling(part, facts, &|_| true)
}

fn evaluate_spelling<'a>(
    part: &'a Part,
    facts: &dyn Facts<'a>,
    applies: Applies<'_>,
) -> Result<Cow<'a, [u8]>, Unmet> {
    match part {
        Part::Literal(bytes) => Ok(Cow::Borrowed(bytes)),
        Part::Slot(slot) => value(slot, facts, applies, false),
        Part::Group(alternatives) => {
            for parts in alternatives {
                if let Some(text) = alternative(parts, facts, applies)? {
                    return Ok(Cow::Owned(text));
                }
            }
            Ok(Cow::Borrowed(&[]))
        }
    }
}

/// Evaluates all parts and concatenates them.
pub(crate) fn concatenated<'a>(parts: &'a [Part], facts: &dyn Facts<'a>) -> Result<Vec<u8>, Unmet> {
    let mut out = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let text = evaluate(part, facts)?;
        check_boundary(parts, at, &text)?;
        out.extend_from_slice(&text);
    }
    Ok(out)
}

/// Refuses a value that would make its end in the signed text ambiguous; the rules are in
/// [`ambiguity`](crate::scheme::ambiguity).
#[inline]
pub(crate) fn check_boundary(parts: &[Part], at: usize, text: &[u8]) -> Result<(), Unmet> {
    match &parts[at] {
        Part::Slot(slot) if ambiguity::is_checked(slot) && !ambiguity::fits(parts, at, text) => {
            Err(Unmet::from(Reason::SignedEnds {
                what: described(&slot.source).into(),
            }))
        }
        _ => Ok(()),
    }
}

/// Evaluates an alternative of a group; `None` if one of its placeholders has no value.
fn alternative<'a>(
    parts: &'a [Part],
    facts: &dyn Facts<'a>,
    applies: Applies<'_>,
) -> Result<Option<Vec<u8>>, Unmet> {
    let mut out = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let text = match part {
            Part::Slot(slot) => value(slot, facts, applies, true),
            part => evaluate_spelling(part, facts, applies),
        };
        match text {
            Ok(text) => {
                check_boundary(parts, at, &text)?;
                out.extend_from_slice(&text);
            }
            Err(Unmet::Missing(_)) => return Ok(None),
            Err(unmet) => return Err(unmet),
        }
    }
    Ok(Some(out))
}

/// All spellings of a part that may have been signed; first the normal one, with every
/// filter applied.
pub(crate) fn spellings<'a>(
    part: &'a Part,
    facts: &dyn Facts<'a>,
) -> Result<Vec<Cow<'a, [u8]>>, Unmet> {
    let mut optional: Vec<&AppliedFilter> = Vec::new();
    part.for_each(&mut |slot| optional.extend(slot.steps.iter().filter(|step| step.optional)));
    let mut found: Vec<Cow<'a, [u8]>> = Vec::new();
    for left_out in 0..1_usize << optional.len() {
        let applies = |step: &AppliedFilter| {
            optional
                .iter()
                .position(|known| std::ptr::eq(*known, step))
                .is_none_or(|bit| left_out & (1 << bit) == 0)
        };
        let text = match evaluate_spelling(part, facts, &applies) {
            Ok(text) => text,
            // A spelling that this request does not have.
            Err(_) if left_out > 0 => continue,
            Err(unmet) => return Err(unmet),
        };
        if !found.contains(&text) {
            found.push(text);
        }
    }
    Ok(found)
}

/// Evaluates a placeholder, without the optional filters that do not apply. In a group,
/// an empty value is a missing one.
fn value<'a>(
    slot: &'a Slot,
    facts: &dyn Facts<'a>,
    applies: Applies<'_>,
    in_group: bool,
) -> Result<Cow<'a, [u8]>, Unmet> {
    let steps = &slot.steps;
    // A digest of the body is computed while it arrives.
    let (mut value, done) = match (&slot.source, steps.first().map(|step| &step.filter)) {
        (Source::Body, Some(Filter::Digest(digest))) => {
            let tag = facts.digest(*digest);
            (bytes(tag.as_bytes().to_vec()), 1)
        }
        (Source::Body, Some(Filter::Crc32)) => (bytes(facts.crc32().to_string().into_bytes()), 1),
        _ => (read(slot, facts)?, 0),
    };
    if in_group {
        let is_empty = match &value {
            Value::Pairs(pairs) => pairs.fields.iter().all(|field| field.raw.is_empty()),
            Value::Bytes(bytes) => bytes.is_empty() && !matches!(slot.source, Source::Header(_)),
            Value::Json(document) => document.text.is_empty(),
            Value::Url(_) => false,
        };
        if is_empty {
            return Err(Unmet::Missing(described(&slot.source)));
        }
    }
    for step in steps.iter().skip(done) {
        value = apply(
            step,
            !step.optional || applies(step),
            value,
            &slot.source,
            facts,
        )?;
    }
    text(value, &slot.source)
}

fn bytes<'a>(bytes: Vec<u8>) -> Value<'a> {
    Value::Bytes(Cow::Owned(bytes))
}

/// Reads the value of a source.
fn read<'a>(slot: &'a Slot, facts: &dyn Facts<'a>) -> Result<Value<'a>, Unmet> {
    let source = &slot.source;
    let is_raw = slot.steps.is_empty();
    let found = |value: Option<Cow<'a, [u8]>>| {
        value
            .map(Value::Bytes)
            .ok_or_else(|| Unmet::Missing(described(source)))
    };
    let text = |text: Cow<'a, str>| {
        Value::Bytes(match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        })
    };
    Ok(match source {
        Source::Body => Value::Bytes(Cow::Borrowed(facts.body())),
        Source::Timestamp => found(facts.timestamp())?,
        Source::Id => found(facts.id())?,
        Source::KeyId => found(facts.key_id())?,
        Source::Method => Value::Bytes(Cow::Borrowed(facts.method().as_bytes())),
        Source::Url => Value::Url(facts.url()?),
        Source::Host => bytes(facts.url()?.authority().into_bytes()),
        Source::Path => text(up_to(facts.target(), '?')),
        Source::Target => text(facts.target()),
        Source::Query if is_raw => text(query(facts)),
        Source::Query => Value::Pairs(pairs(query(facts), facts, "query")?),
        Source::QueryField(name) => {
            let query = query(facts);
            let value = values::parameter(&query, name).map(Cow::into_owned);
            text(Cow::Owned(
                value.map_err(|error| Unmet::of(error, described(source)))?,
            ))
        }
        Source::Header(name) => match facts.header(name) {
            Single::One(value) => Value::Bytes(Cow::Borrowed(value)),
            Single::Absent => return Err(Unmet::Missing(described(source))),
            Single::Repeated => return Err(Unmet::Repeated(described(source))),
        },
        Source::Headers(list) => bytes(facts.listed(list)?.into_bytes()),
        Source::Form => Value::Pairs(pairs(Cow::Borrowed(form(facts)?), facts, "form")?),
        Source::FormField(name) => {
            let value = values::parameter(form(facts)?, name);
            text(value.map_err(|error| Unmet::of(error, described(source)))?)
        }
        Source::Json => Value::Json(Document {
            text: Cow::Borrowed(facts.body()),
            is_member: false,
            without: match facts.place_of_signature() {
                Place::Json(pointer) => vec![&**pointer],
                _ => Vec::new(),
            },
            sorted: false,
        }),
        Source::JsonAt(pointer, presence) => {
            let text = match values::json_text(facts.body(), pointer) {
                Ok(text) if *presence == Presence::Optional && text == "null" => "",
                Err(ValueError::Missing) if *presence == Presence::Optional => "",
                found => found.map_err(|error| Unmet::of(error, described(source)))?,
            };
            Value::Json(Document {
                text: Cow::Borrowed(text.as_bytes()),
                is_member: true,
                without: Vec::new(),
                sorted: false,
            })
        }
        Source::JwsHeader => found(facts.jws().map(|(header, _)| Cow::Borrowed(header)))?,
        Source::JwsPayload => found(facts.jws().map(|(_, payload)| Cow::Borrowed(payload)))?,
        Source::Const(name) => found(
            facts
                .param(name)
                .map(|value| Cow::Borrowed(value.as_bytes())),
        )?,
        Source::Secret => Value::Bytes(Cow::Borrowed(facts.secret())),
        Source::Template(parts) => bytes(concatenated(parts, facts)?),
    })
}

/// The text up to the first `end`.
fn up_to(text: Cow<'_, str>, end: char) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.split(end).next().unwrap_or_default()),
        Cow::Owned(mut text) => {
            text.truncate(text.find(end).unwrap_or(text.len()));
            Cow::Owned(text)
        }
    }
}

fn query<'a>(facts: &dyn Facts<'a>) -> Cow<'a, str> {
    match facts.target() {
        Cow::Borrowed(target) => Cow::Borrowed(values::query_of(target)),
        Cow::Owned(target) => Cow::Owned(values::query_of(&target).to_owned()),
    }
}

/// The body as the text of a form.
fn form<'a>(facts: &dyn Facts<'a>) -> Result<&'a str, Unmet> {
    std::str::from_utf8(facts.body()).map_err(|_| {
        let what = "the form body".into();
        Reason::SignedNotUtf8 { what }.into()
    })
}

/// The decoded pairs of a query or form, without the one that carries the signature.
fn pairs<'a>(text: Cow<'a, str>, facts: &dyn Facts<'a>, what: &str) -> Result<Pairs<'a>, Unmet> {
    if text.bytes().filter(|byte| *byte == b'&').count() >= values::MAX_FIELDS {
        return Err(Unmet::from(Reason::TooManyFields {
            what: what.into(),
            most: values::MAX_FIELDS,
        }));
    }
    let own = match (facts.place_of_signature(), what) {
        (Place::Query(name), "query") | (Place::Form(name), "form") => Some(&**name),
        _ => None,
    };
    let fields = match text {
        Cow::Borrowed(text) => values::raw_pairs(text)
            .map(|(raw, (name, value))| Field {
                raw: Cow::Borrowed(raw),
                name,
                value,
            })
            .collect(),
        Cow::Owned(text) => values::raw_pairs(&text)
            .map(|(raw, (name, value))| Field {
                raw: Cow::Owned(raw.to_owned()),
                name: Cow::Owned(name.into_owned()),
                value: Cow::Owned(value.into_owned()),
            })
            .collect::<Vec<_>>(),
    };
    let mut pairs = Pairs {
        fields,
        sorted: false,
    };
    if let Some(own) = own {
        pairs.fields.retain(|field| field.name != own);
    }
    Ok(pairs)
}
