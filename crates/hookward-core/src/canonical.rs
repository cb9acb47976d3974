//! Texts that providers rebuild from the fields of a body before they sign.

use std::borrow::Cow;
use std::fmt;

use serde_core::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::json::{self, Escapes, Json, Layout, Style};
use crate::values::{self, Pair, ValueError};

/// How a JSON body is written anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct JsonForm {
    /// Whether the members of each object are sorted by name.
    pub(crate) sorted: bool,
    escapes: JsonEscapes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum JsonEscapes {
    /// What JSON demands: `JSON.stringify`.
    #[default]
    Least,
    /// And everything beyond ASCII: Python's `json.dumps`.
    Ascii,
    /// And `/`: PHP's `json_encode`.
    Php,
}

impl JsonForm {
    /// From `sorted` or `compact`, with `:ascii` or `:php` after it.
    pub(crate) fn from_argument(argument: &str) -> Option<Self> {
        let (order, escapes) = match argument.split_once(':') {
            Some((order, "ascii")) => (order, JsonEscapes::Ascii),
            Some((order, "php")) => (order, JsonEscapes::Php),
            Some(_) => return None,
            None => (argument, JsonEscapes::Least),
        };
        let sorted = match order {
            "sorted" => true,
            "compact" => false,
            _ => return None,
        };
        Some(Self { sorted, escapes })
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

/// A body of more values is not written anew: each takes many times the memory of
/// its text.
const MAX_VALUES: usize = 100_000;

/// The JSON body without blanks, in a form, without the member at the pointer
/// `except`.
///
/// A name that occurs twice in one object, at any depth, is refused: which of the
/// two counts is for each reader to say. Numbers stay as they stand, since two of
/// them that are written alike would be signed alike.
pub(crate) fn json_written(
    body: &[u8],
    form: JsonForm,
    except: Option<&str>,
) -> Result<String, ValueError> {
    let values = body
        .iter()
        .filter(|byte| matches!(byte, b',' | b'[' | b'{'));
    if values.count() > MAX_VALUES {
        return Err(ValueError::Malformed);
    }
    // The reader behind takes some texts that are not JSON.
    serde_json::from_slice::<&RawValue>(body).map_err(|_| ValueError::Malformed)?;
    let text = std::str::from_utf8(body).map_err(|_| ValueError::Malformed)?;
    let (mut document, _) = json::parse(text).ok_or(ValueError::Malformed)?;
    if repeats_a_name(&document) {
        return Err(ValueError::Repeated);
    }
    if let Some((_, except)) = except.and_then(|pointer| pointer.split_once('/')) {
        remove(&mut document, except);
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
pub(crate) struct Member {
    pub(crate) name: Box<str>,
    /// Whether it is left out where it is missing or `null`.
    pub(crate) optional: bool,
}

/// Name and value of members at the top of a JSON body, each on a line of its
/// own, in the order of `members`.
///
/// The body is parsed once; a signed member that occurs twice is refused.
pub(crate) fn json_lines(body: &[u8], members: &[Member]) -> Result<String, ValueError> {
    let mut found: Vec<Option<&RawValue>> = vec![None; members.len()];
    let mut repeated = false;
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    deserializer
        .deserialize_map(Members {
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
        out.push_str(&member.name);
        out.push('\n');
        out.push_str(&value);
        out.push('\n');
    }
    Ok(out)
}

struct Members<'m, 'f, 'de> {
    members: &'m [Member],
    found: &'f mut [Option<&'de RawValue>],
    repeated: &'f mut bool,
}

impl<'de> Visitor<'de> for Members<'_, '_, 'de> {
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

/// The fields of a form but those named, sorted by name. A name that occurs
/// twice is refused: receivers disagree on which value counts.
fn fields<'a>(text: &'a str, except: &dyn Fn(&str) -> bool) -> Result<Vec<Pair<'a>>, ValueError> {
    let mut fields: Vec<Pair<'a>> = values::pairs(text)
        .filter(|(name, _)| !except(name))
        .collect();
    fields.sort();
    if fields.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        return Err(ValueError::Repeated);
    }
    Ok(fields)
}

/// `a=1&b=2`: decoded fields, sorted by name.
///
/// Decoded values can hold `&` and `=`, so two forms could have one text. Only
/// one of them is taken: a field whose text would read as two is refused.
pub(crate) fn form_joined(text: &str, except: &dyn Fn(&str) -> bool) -> Result<String, ValueError> {
    let mut out = String::with_capacity(text.len());
    for (name, value) in fields(text, except)? {
        let reads_as_two = value
            .split_once('&')
            .is_some_and(|(_, rest)| rest.contains('='));
        if name.contains(['&', '=']) || reads_as_two {
            return Err(ValueError::Malformed);
        }
        if !out.is_empty() {
            out.push('&');
        }
        out.push_str(&name);
        out.push('=');
        out.push_str(&value);
    }
    Ok(out)
}

/// The fields as PHP's `serialize` writes an array of strings, sorted by name;
/// lengths are in bytes.
pub(crate) fn form_php(text: &str, except: &dyn Fn(&str) -> bool) -> Result<String, ValueError> {
    let fields = fields(text, except)?;
    let mut out = format!("a:{}:{{", fields.len());
    for (name, value) in fields {
        for text in [name, value] {
            out.push_str(&format!("s:{}:\"{text}\";", text.len()));
        }
    }
    out.push('}');
    Ok(out)
}

/// The URL without its query, `?`, the decoded parameters as `name=value`,
/// sorted and joined by `&`, `.`, and the form's fields, sorted, name then
/// value; `?` and `.` only before what is there.
pub(crate) fn url_and_form(url: &str, form: &str) -> String {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let sorted = |text| {
        let mut pairs: Vec<Pair<'_>> = values::pairs(text).collect();
        pairs.sort();
        pairs
    };
    let (query, form) = (sorted(query), sorted(form));
    let mut out = base.to_owned();
    if !query.is_empty() || !form.is_empty() {
        out.push('?');
    }
    for (at, (name, value)) in query.iter().enumerate() {
        if at > 0 {
            out.push('&');
        }
        out.extend([name, "=", value]);
    }
    if !query.is_empty() && !form.is_empty() {
        out.push('.');
    }
    for (name, value) in form {
        out.extend([name, value]);
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn members() -> Vec<Member> {
        [("A", false), ("B", true), ("C", false)]
            .map(|(name, optional)| Member {
                name: name.into(),
                optional,
            })
            .to_vec()
    }

    #[test]
    fn members_stand_on_lines_in_the_order_of_the_scheme() {
        let lines = |body: &str| json_lines(body.as_bytes(), &members());
        assert_eq!(
            lines(r#"{"C":"x\ny","x":{"A":1},"A":"\u00e9"}"#).unwrap(),
            "A\né\nC\nx\ny\n"
        );
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
    fn a_form_that_reads_in_two_ways_is_refused() {
        let joined = |text| form_joined(text, &|name| name == "sign");
        assert_eq!(
            joined("b=2+%C3%A9&sign=x&a=1%3D1&c=").unwrap(),
            "a=1=1&b=2 é&c="
        );
        assert_eq!(joined("a=Tom+%26+Jerry").unwrap(), "a=Tom & Jerry");
        assert_eq!(joined("a=1%26b%3D2"), Err(ValueError::Malformed));
        assert_eq!(joined("a%3D1%26b=2"), Err(ValueError::Malformed));
        assert_eq!(joined("a=1&a=2"), Err(ValueError::Repeated));
        assert_eq!(joined("sign=1&sign=2&a=1").unwrap(), "a=1");
    }

    #[test]
    fn php_counts_bytes() {
        assert_eq!(
            form_php("note=caf%C3%A9&alert_id=1&p=x", &|name| name == "p").unwrap(),
            "a:2:{s:8:\"alert_id\";s:1:\"1\";s:4:\"note\";s:5:\"café\";}"
        );
    }
}
