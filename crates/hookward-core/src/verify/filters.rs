//! Filters of templates: normalization, encoding and canonicalization of values. Each
//! must produce exactly the bytes that the provider signs.

use std::borrow::Cow;

use super::facts::{Facts, Unmet, described, hashed};
use super::value::{Document, Field, Pairs, Value};
use crate::crypto::Crc32;
use crate::request::reason::Reason;
use crate::scheme::ambiguity::JsonShape;
use crate::scheme::filter::{AppliedFilter, Filter};
use crate::scheme::part::Source;
use crate::text::canonical::{self, JsonForm};
use crate::text::values::{self, ValueError};

/// Applies a filter to a value. An optional filter that does not apply yields its input
/// or, for the port of a URL, the other spelling.
pub(super) fn apply<'a>(
    step: &'a AppliedFilter,
    applies: bool,
    value: Value<'a>,
    source: &Source,
    facts: &dyn Facts<'a>,
) -> Result<Value<'a>, Unmet> {
    let encoded = |text: String| Value::Bytes(Cow::Owned(text.into_bytes()));
    let bytes = |bytes: Vec<u8>| Value::Bytes(Cow::Owned(bytes));
    Ok(match &step.filter {
        Filter::Port => encoded(port(value, applies, source)?),
        _ if !applies => value,
        // URLs.
        Filter::Base => match value {
            Value::Url(url) => encoded(url.base()),
            _ => return Err(wrong_kind(source)),
        },

        // Bytes.
        Filter::Unescape => {
            let text = text(value, source)?;
            encoded(values::unescape_url(&utf8(&text, source)?))
        }
        Filter::EncodeUri => {
            let text = text(value, source)?;
            encoded(values::escape_target(&utf8(&text, source)?))
        }
        Filter::Lower => bytes(text(value, source)?.to_ascii_lowercase()),
        Filter::Upper => bytes(text(value, source)?.to_ascii_uppercase()),
        Filter::Digest(digest) => bytes(hashed(*digest, &text(value, source)?).as_bytes().to_vec()),
        Filter::Crc32 => {
            let mut crc32 = Crc32::new();
            crc32.update(&text(value, source)?);
            encoded(crc32.finish().to_string())
        }
        Filter::Encode(encoding) => encoded(encoding.encode(&text(value, source)?)),
        Filter::Gunzip => bytes(gunzip(&text(value, source)?, facts.limit(), source)?),
        Filter::Free => Value::Bytes(text(value, source)?),
        Filter::Width(width) => Value::Bytes(check_width(text(value, source)?, *width, source)?),
        Filter::JsonText => Value::Bytes(json_text(text(value, source)?, source)?),

        // Names and values.
        Filter::Sort => Value::Pairs(sorted_by_unique_name(decoded(value, source)?, source)?),
        Filter::SortAll => Value::Pairs(sorted_pairs(decoded(value, source)?)),
        Filter::SortUnique => {
            let mut pairs = sorted_pairs(decoded(value, source)?);
            pairs
                .fields
                .dedup_by(|a, b| a.name == b.name && a.value == b.value);
            Value::Pairs(pairs)
        }
        Filter::Without(names) => {
            let mut pairs = as_pairs(value, source)?;
            pairs
                .fields
                .retain(|field| names.iter().all(|name| **name != *field.name));
            Value::Pairs(pairs)
        }
        Filter::Only(names) => Value::Pairs(selected(decoded(value, source)?, names, source)?),
        Filter::Nonempty => {
            let mut pairs = as_pairs(value, source)?;
            pairs.fields.retain(|field| !field.value.is_empty());
            Value::Pairs(pairs)
        }
        Filter::Flatten => Value::Pairs(flattened(decoded(value, source)?)),
        Filter::Merge(between) => Value::Pairs(merged(decoded(value, source)?, between)),
        Filter::Join(equals, and) => encoded(joined(decoded(value, source)?, equals, and, source)?),
        Filter::Values(between) => {
            let pairs = decoded(value, source)?;
            let values: Vec<&str> = pairs.fields.iter().map(|field| &*field.value).collect();
            encoded(values.join(between))
        }
        Filter::Form => {
            let pairs = decoded(value, source)?;
            let fields = pairs.fields.iter();
            encoded(values::form_text(
                fields.map(|field| (&*field.name, &*field.value)),
            ))
        }
        Filter::Php => {
            let pairs = decoded(value, source)?;
            let fields = pairs.fields.iter();
            encoded(canonical::php(
                fields.map(|field| [&*field.name, &*field.value]),
            ))
        }

        // JSON.
        Filter::SortJson => {
            let mut document = as_json(value, source)?;
            document.sorted = true;
            Value::Json(document)
        }
        Filter::WithoutJson(pointers) => {
            let mut document = as_json(value, source)?;
            let pointers = pointers.iter().map(|pointer| &**pointer);
            document.without.extend(pointers);
            Value::Json(document)
        }
        Filter::Compact(escapes) => {
            let document = as_json(value, source)?;
            if document.is_member && document.text.is_empty() {
                return Ok(bytes(Vec::new()));
            }
            let form = JsonForm::new(document.sorted, *escapes);
            let written = canonical::json_written(&document.text, form, &document.without);
            encoded(written.map_err(|error| Unmet::of(error, described(source)))?)
        }
        Filter::Lines(members) => {
            let document = as_json(value, source)?;
            let lines = canonical::json_lines(&document.text, members);
            encoded(lines.map_err(|error| Unmet::of(error, described(source)))?)
        }
        Filter::Raw => Value::Bytes(as_json(value, source)?.text),
    })
}

/// The URL with its port or, in the other spelling, without it.
fn port(value: Value<'_>, normal: bool, source: &Source) -> Result<String, Unmet> {
    let Value::Url(url) = value else {
        return Err(wrong_kind(source));
    };
    match url.port_spellings() {
        (text, _) if normal => Ok(text),
        (_, Some(other)) => Ok(other),
        (_, None) => Err(Unmet::Missing(described(source))),
    }
}

fn gunzip(text: &[u8], most: u64, source: &Source) -> Result<Vec<u8>, Unmet> {
    canonical::gunzip(text, most).ok_or_else(|| {
        let what = described(source).into();
        Reason::SignedCompressed { what, most }.into()
    })
}

fn check_width<'a>(
    text: Cow<'a, [u8]>,
    width: usize,
    source: &Source,
) -> Result<Cow<'a, [u8]>, Unmet> {
    if text.len() == width {
        return Ok(text);
    }
    Err(Unmet::from(Reason::SignedWidth {
        what: described(source).into(),
        found: text.len(),
        width,
    }))
}

/// Accepts a text that is exactly one JSON object or array.
fn json_text<'a>(text: Cow<'a, [u8]>, source: &Source) -> Result<Cow<'a, [u8]>, Unmet> {
    let mut shape = JsonShape::default();
    shape.update(&text);
    if !text.is_empty() && shape.is_whole(None) {
        return Ok(text);
    }
    let what = described(source).into();
    Err(Reason::SignedNotJson { what }.into())
}

fn sorted_pairs(mut pairs: Pairs<'_>) -> Pairs<'_> {
    pairs
        .fields
        .sort_by(|a, b| (&a.name, &a.value).cmp(&(&b.name, &b.value)));
    pairs
}

/// Sorts by name; a repeated name is an error.
fn sorted_by_unique_name<'a>(pairs: Pairs<'a>, source: &Source) -> Result<Pairs<'a>, Unmet> {
    let mut pairs = sorted_pairs(pairs);
    let mut neighbours = pairs.fields.windows(2);
    if neighbours.any(|two| two[0].name == two[1].name) {
        let what = format!("a field of the {}", described(source));
        return Err(Unmet::Repeated(what));
    }
    pairs.sorted = true;
    Ok(pairs)
}

/// The fields with these names, in the order of `names`.
fn selected<'a, N: AsRef<str>>(
    mut pairs: Pairs<'a>,
    names: &[N],
    source: &Source,
) -> Result<Pairs<'a>, Unmet> {
    let mut fields = Vec::with_capacity(names.len());
    for name in names.iter().map(AsRef::as_ref) {
        let (found, rest): (Vec<_>, Vec<_>) = pairs
            .fields
            .into_iter()
            .partition(|field| *field.name == *name);
        if found.len() > 1 {
            return Err(Unmet::Repeated(format!(
                "field `{name}` of the {}",
                described(source)
            )));
        }
        fields.extend(found);
        pairs.fields = rest;
    }
    let sorted = false;
    Ok(Pairs { fields, sorted })
}

/// Replaces the separators of a form, `&` and `=`, with `_` in names and values.
fn flattened(mut pairs: Pairs<'_>) -> Pairs<'_> {
    for field in &mut pairs.fields {
        field.name = Cow::Owned(field.name.replace(['&', '='], "_"));
        field.value = Cow::Owned(field.value.replace(['&', '='], "_"));
    }
    pairs
}

/// Joins the values of each repeated name.
fn merged<'a>(pairs: Pairs<'a>, between: &str) -> Pairs<'a> {
    let mut fields: Vec<Field<'a>> = Vec::with_capacity(pairs.fields.len());
    for field in pairs.fields {
        match fields.iter_mut().find(|known| known.name == field.name) {
            Some(known) => {
                let value = known.value.to_mut();
                value.push_str(between);
                value.push_str(&field.value);
            }
            None => fields.push(field),
        }
    }
    let sorted = false;
    Pairs { fields, sorted }
}

/// Serializes pairs; an error if other pairs would serialize to the same text.
fn joined(pairs: Pairs<'_>, equals: &str, and: &str, source: &Source) -> Result<String, Unmet> {
    if !equals.is_empty() && !and.is_empty() && is_ambiguous(&pairs, equals, and) {
        let what = described(source).into();
        return Err(Reason::SignedRunsOn { what }.into());
    }
    let mut out = String::new();
    for (at, field) in pairs.fields.iter().enumerate() {
        if at > 0 {
            out.push_str(and);
        }
        out.push_str(&field.name);
        out.push_str(equals);
        out.push_str(&field.value);
    }
    Ok(out)
}

fn as_pairs<'a>(value: Value<'a>, source: &Source) -> Result<Pairs<'a>, Unmet> {
    match value {
        Value::Pairs(pairs) => Ok(pairs),
        _ => Err(wrong_kind(source)),
    }
}

fn as_json<'a>(value: Value<'a>, source: &Source) -> Result<Document<'a>, Unmet> {
    match value {
        Value::Json(document) => Ok(document),
        _ => Err(wrong_kind(source)),
    }
}

/// Decoded pairs. Invalid UTF-8 is refused: all of it decodes to the same replacement
/// character, so that an attacker could exchange one invalid sequence for another.
fn decoded<'a>(value: Value<'a>, source: &Source) -> Result<Pairs<'a>, Unmet> {
    let Value::Pairs(mut pairs) = value else {
        return Err(wrong_kind(source));
    };
    pairs.fields.retain(|field| !field.raw.is_empty());
    if pairs
        .fields
        .iter()
        .any(|field| !values::is_utf8(&field.raw))
    {
        return Err(Unmet::from(Reason::SignedNotUtf8 {
            what: format!("the {}", described(source)).into(),
        }));
    }
    Ok(pairs)
}

/// Unreachable: the template parser checks the kinds of values.
fn wrong_kind(source: &Source) -> Unmet {
    let what = described(source).into();
    Reason::SignedUnfit { what }.into()
}

/// Whether other pairs would join to the same text.
///
/// This is the case if a name contains a separator, or if a value contains a separator
/// followed by `name=`. The exception is a `name` that would be out of order among sorted
/// pairs: no sorted pairs join to the text then.
fn is_ambiguous(pairs: &Pairs<'_>, equals: &str, and: &str) -> bool {
    pairs.fields.iter().enumerate().any(|(at, field)| {
        if field.name.contains(equals) || field.name.contains(and) {
            return true;
        }
        field.value.match_indices(and).any(|(split, _)| {
            let rest = &field.value[split + and.len()..];
            let Some((name, _)) = rest.split_once(equals) else {
                return false;
            };
            // A name that contains a separator is refused above.
            let name = name.rsplit(and).next().unwrap_or(name);
            let next = pairs.fields.get(at + 1);
            !pairs.sorted || name > &*field.name && next.is_none_or(|next| name < &*next.name)
        })
    })
}

fn utf8<'v>(text: &'v [u8], source: &Source) -> Result<Cow<'v, str>, Unmet> {
    std::str::from_utf8(text).map(Cow::Borrowed).map_err(|_| {
        let what = described(source).into();
        Reason::SignedNotUtf8 { what }.into()
    })
}

/// Converts a value to bytes: pairs as they were received, a JSON string without its
/// quotes and escapes.
pub(super) fn text<'a>(value: Value<'a>, source: &Source) -> Result<Cow<'a, [u8]>, Unmet> {
    Ok(match value {
        Value::Bytes(bytes) => bytes,
        Value::Url(url) => Cow::Owned(url.text().into_bytes()),
        Value::Pairs(pairs) => {
            let raw: Vec<&str> = pairs.fields.iter().map(|field| &*field.raw).collect();
            Cow::Owned(raw.join("&").into_bytes())
        }
        Value::Json(document) => match document.text {
            Cow::Borrowed(text) if text.starts_with(b"\"") => {
                let text: String = serde_json::from_slice(text)
                    .map_err(|_| Unmet::of(ValueError::Malformed, described(source)))?;
                Cow::Owned(text.into_bytes())
            }
            text => text,
        },
    })
}
