//! Canonicalization of body fields: re-serialized JSON, lines, PHP arrays, gunzip.
//! Providers that sign a rebuilt text rather than the raw body need it.

use std::borrow::Cow;
use std::fmt;

use serde_core::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::text::json::{self, Json};
use crate::text::json_style::{Escapes, Layout, Style};
use crate::text::values::{self, ValueError};

/// How JSON is re-serialized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct JsonForm {
    /// Whether the members of each object are sorted by name.
    sorted: bool,
    escapes: JsonEscapes,
}

/// What is escaped in strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JsonEscapes {
    /// What JSON requires: `JSON.stringify`.
    Least,
    /// Also everything outside ASCII: Python's `json.dumps`.
    Ascii,
    /// Also `/`: PHP's `json_encode`.
    Php,
}

impl JsonForm {
    pub(crate) const fn new(sorted: bool, escapes: JsonEscapes) -> Self {
        Self { sorted, escapes }
    }

    const fn style(self) -> Style {
        let escapes = match self.escapes {
            JsonEscapes::Least => Escapes::Least,
            JsonEscapes::Ascii | JsonEscapes::Php => Escapes::Ascii,
        };
        let mut style = Style::new(Layout::Compact, escapes);
        style.sorted = self.sorted;
        style.slash = matches!(self.escapes, JsonEscapes::Php);
        style
    }
}

/// A body with more values is not re-serialized: a parsed value takes many times the
/// memory of its text.
const MAX_VALUES: usize = 100_000;

/// Re-serializes JSON without whitespace, in the given style, omitting the members at the
/// pointers `except`.
///
/// A duplicate member name in an object, at any depth, is refused: parsers disagree on
/// which one wins. Numbers keep their text, so that two spellings of one number are not
/// signed as one text.
pub(crate) fn json_written(
    body: &[u8],
    form: JsonForm,
    except: &[&str],
) -> Result<String, ValueError> {
    let values = body
        .iter()
        .filter(|byte| matches!(byte, b',' | b'[' | b'{'));
    if values.count() > MAX_VALUES {
        return Err(ValueError::Malformed);
    }
    // The lossless parser accepts some texts that are not JSON.
    serde_json::from_slice::<&RawValue>(body).map_err(|_| ValueError::Malformed)?;
    let text = std::str::from_utf8(body).map_err(|_| ValueError::Malformed)?;
    let (mut document, _) = json::parse(text).ok_or(ValueError::Malformed)?;
    if repeats_a_name(&document) {
        return Err(ValueError::Repeated);
    }
    for pointer in except {
        if let Some((_, pointer)) = pointer.split_once('/') {
            remove(&mut document, pointer);
        }
    }
    let mut out = Vec::with_capacity(body.len());
    form.style().write(&document, &mut out);
    String::from_utf8(out).map_err(|_| ValueError::Malformed)
}

/// Removes the member at a pointer without its first `/`.
fn remove(value: &mut Json<'_>, pointer: &str) {
    let (step, rest) = match pointer.split_once('/') {
        Some((step, rest)) => (step, Some(rest)),
        None => (pointer, None),
    };
    let name = values::pointer_step(step);
    match (value, rest) {
        (Json::Object(members), None) => members.retain(|(known, _)| *known != name),
        (Json::Object(members), Some(rest)) => {
            if let Some((_, inner)) = members.iter_mut().find(|(known, _)| *known == name) {
                remove(inner, rest);
            }
        }
        (Json::Array(items), Some(rest)) => {
            if let Some(inner) = name.parse().ok().and_then(|at: usize| items.get_mut(at)) {
                remove(inner, rest);
            }
        }
        _ => {}
    }
}

fn repeats_a_name(value: &Json<'_>) -> bool {
    match value {
        Json::Array(items) => items.iter().any(repeats_a_name),
        Json::Object(members) => {
            let mut names: Vec<&str> = members.iter().map(|(name, _)| &**name).collect();
            names.sort_unstable();
            names.windows(2).any(|pair| pair[0] == pair[1])
                || members.iter().any(|(_, value)| repeats_a_name(value))
        }
        Json::Word(_) | Json::Number(_) | Json::Text(_) => false,
    }
}

/// A member of a JSON object that is signed by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SignedMember {
    pub(crate) name: Box<str>,
    /// Whether it is omitted when missing or `null`.
    pub(crate) optional: bool,
    /// The allowed values; empty for any.
    pub(crate) values: Box<[Box<str>]>,
}

/// Name and value of top-level members of a JSON body, each on its own line, in the order
/// of `members`.
///
/// The body is parsed once; a duplicate signed member is refused. So is a line feed in
/// any value but the first, so that the text can be parsed unambiguously from its end,
/// however many lines the first value has.
pub(crate) fn json_lines(body: &[u8], members: &[SignedMember]) -> Result<String, ValueError> {
    let mut found: Vec<Option<&RawValue>> = vec![None; members.len()];
    let mut repeated = false;
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    deserializer
        .deserialize_map(MembersVisitor {
            members,
            found: &mut found,
            repeated: &mut repeated,
        })
        .and_then(|()| deserializer.end())
        .map_err(|_| ValueError::Malformed)?;
    if repeated {
        return Err(ValueError::Repeated);
    }
    let mut out = String::with_capacity(body.len());
    for (member, raw) in members.iter().zip(found) {
        let raw = match raw.map(RawValue::get) {
            None | Some("null") if member.optional => continue,
            None => return Err(ValueError::Missing),
            Some(raw) => raw,
        };
        let value: Cow<'_, str> = if raw.starts_with('"') {
            serde_json::from_str::<String>(raw)
                .map_err(|_| ValueError::Malformed)?
                .into()
        } else {
            raw.into()
        };
        let is_known = member.values.is_empty() || member.values.iter().any(|v| **v == *value);
        if !out.is_empty() && value.contains('\n') || !is_known {
            return Err(ValueError::Malformed);
        }
        out.push_str(&member.name);
        out.push('\n');
        out.push_str(&value);
        out.push('\n');
    }
    Ok(out)
}

struct MembersVisitor<'m, 'f, 'de> {
    members: &'m [SignedMember],
    found: &'f mut [Option<&'de RawValue>],
    repeated: &'f mut bool,
}

impl<'de> Visitor<'de> for MembersVisitor<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            match self.members.iter().position(|m| *m.name == *name) {
                Some(at) => {
                    let value: &'de RawValue = map.next_value()?;
                    *self.repeated |= self.found[at].replace(value).is_some();
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// Names and values in the format of PHP's `serialize` for an array of strings; lengths
/// are in bytes.
pub(crate) fn php<'a>(fields: impl ExactSizeIterator<Item = [&'a str; 2]>) -> String {
    let mut out = format!("a:{}:{{", fields.len());
    for text in fields.flatten() {
        out.push_str(&format!("s:{}:\"{text}\";", text.len()));
    }
    out.push('}');
    out
}

/// The content of a gzip file (RFC 1952), at most `limit` bytes of it; `None` if it is
/// not gzip, is longer, or feature `gunzip` is disabled.
#[cfg(feature = "gunzip")]
pub(crate) fn gunzip(file: &[u8], limit: u64) -> Option<Vec<u8>> {
    use std::io::Read as _;
    let mut out = Vec::new();
    let mut reader = flate2::bufread::GzDecoder::new(file);
    // One byte over the limit shows that the content is longer.
    (&mut reader)
        .take(limit.saturating_add(1))
        .read_to_end(&mut out)
        .ok()?;
    let is_whole = reader.into_inner().is_empty();
    (is_whole && out.len() as u64 <= limit).then_some(out)
}

#[cfg(not(feature = "gunzip"))]
pub(crate) fn gunzip(_: &[u8], _: u64) -> Option<Vec<u8>> {
    None
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn members() -> Vec<SignedMember> {
        [("A", false), ("B", true), ("C", false)]
            .map(|(name, optional)| SignedMember {
                name: name.into(),
                optional,
                values: Box::default(),
            })
            .to_vec()
    }

    #[test]
    fn members_are_written_on_lines_in_the_order_of_the_scheme() {
        let lines = |body: &str| json_lines(body.as_bytes(), &members());
        assert_eq!(
            lines(r#"{"C":"xy","x":{"A":1},"A":"\u00e9\nz"}"#).unwrap(),
            "A\né\nz\nC\nxy\n"
        );
        // After the first value, a line feed would start the next member.
        assert_eq!(lines(r#"{"A":1,"C":"x\ny"}"#), Err(ValueError::Malformed));
        assert_eq!(
            lines(r#"{"A":1.0,"B":"b","C":true}"#).unwrap(),
            "A\n1.0\nB\nb\nC\ntrue\n"
        );
        assert_eq!(lines(r#"{"A":1,"B":null,"C":2}"#).unwrap(), "A\n1\nC\n2\n");
        assert_eq!(lines(r#"{"A":1}"#), Err(ValueError::Missing));
        assert_eq!(
            lines(r#"{"A":1,"C":2,"\u0041":3}"#),
            Err(ValueError::Repeated)
        );
        for bad in ["", "[]", "1", r#"{"A":1,"C":2}x"#, r#"{"A":1,"C":"#] {
            assert_eq!(lines(bad), Err(ValueError::Malformed), "{bad}");
        }
    }

    #[test]
    fn php_counts_bytes() {
        assert_eq!(
            php([["alert_id", "1"], ["note", "café"]].into_iter()),
            "a:2:{s:8:\"alert_id\";s:1:\"1\";s:4:\"note\";s:5:\"café\";}"
        );
    }
}
