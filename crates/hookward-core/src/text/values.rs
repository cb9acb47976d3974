//! Parsers for queries, forms and JSON bodies: one value out of them, or all pairs.
//! Ambiguous input, such as a repeated name, is refused.

use std::borrow::Cow;
use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_core::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// A decoded `name=value` pair.
pub(crate) type Pair<'a> = (Cow<'a, str>, Cow<'a, str>);

/// What is escaped in a form: everything except the unreserved characters (RFC 3986
/// section 2.3).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
/// What `encodeURIComponent` escapes, and what `encodeURI` does (ECMA-262).
const COMPONENT: &AsciiSet = &UNRESERVED
    .remove(b'!')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');
const URI: &AsciiSet = &COMPONENT
    .remove(b';')
    .remove(b',')
    .remove(b'/')
    .remove(b'?')
    .remove(b':')
    .remove(b'@')
    .remove(b'&')
    .remove(b'=')
    .remove(b'+')
    .remove(b'$')
    .remove(b'#');

/// More fields than this are not sorted: a form of separators alone would cost fifty
/// times its size.
pub(crate) const MAX_FIELDS: usize = 10_000;

/// The query of a target: what follows the first `?`, or empty.
pub(crate) fn query_of(target: &str) -> &str {
    target.split_once('?').map_or("", |(_, query)| query)
}

/// Every segment between `&`, with its decoded pair.
pub(crate) fn raw_pairs(text: &str) -> impl Iterator<Item = (&str, Pair<'_>)> {
    text.split('&').map(|raw| (raw, pair(raw)))
}

fn pair(raw: &str) -> Pair<'_> {
    let (name, value) = raw.split_once('=').unwrap_or((raw, ""));
    (percent_decode(name), percent_decode(value))
}

/// Splits `a=1&b=2` and decodes both sides (WHATWG URL, urlencoded parsing).
pub(crate) fn pairs(text: &str) -> impl Iterator<Item = Pair<'_>> {
    text.split('&').filter(|raw| !raw.is_empty()).map(pair)
}

/// Whether every escape decodes to UTF-8. All others decode to the same replacement
/// character, so that one could be exchanged for another.
pub(crate) fn is_utf8(text: &str) -> bool {
    text.split(['&', '='])
        .all(|text| !text.contains('%') || std::str::from_utf8(&percent_decoded(text)).is_ok())
}

fn percent_decode(text: &str) -> Cow<'_, str> {
    if !text.contains(['%', '+']) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(String::from_utf8_lossy(&percent_decoded(text)).into_owned())
}

fn percent_decoded(text: &str) -> Vec<u8> {
    percent_decode_str(&text.replace('+', " ")).collect()
}

/// `a=1&b=2`, form-encoded.
pub(crate) fn form_text<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut out = String::new();
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push('&');
        }
        escape(name, &mut out);
        out.push('=');
        escape(value, &mut out);
    }
    out
}

/// The text with this parameter in place of those of the same name.
#[cfg(feature = "sign")]
pub(crate) fn with_parameter(text: &str, name: &str, value: &str) -> String {
    let is_other = |pair: &&str| !pair.is_empty() && pairs(pair).all(|(known, _)| known != name);
    let mut out = text
        .split('&')
        .filter(is_other)
        .collect::<Vec<_>>()
        .join("&");
    if !out.is_empty() {
        out.push('&');
    }
    escape(name, &mut out);
    out.push('=');
    escape(value, &mut out);
    out
}

fn escape(text: &str, out: &mut String) {
    for (i, word) in text.split(' ').enumerate() {
        if i > 0 {
            out.push('+');
        }
        out.extend(utf8_percent_encode(word, UNRESERVED));
    }
}

/// The URL with the escapes of `:/?@!$'()*,;` decoded and all others unchanged. In the
/// path, `%2F` and `%3F` are kept as well: decoded, they would end a segment or the path,
/// and a different target would have the same text as the signed one.
pub(crate) fn unescape_url(url: &str) -> String {
    let mut out = String::with_capacity(url.len());
    let mut rest = url;
    let mut in_query = false;
    while let Some(at) = rest.find('%') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        in_query |= before.contains('?');
        let decoded = escape
            .get(1..3)
            .and_then(|digits| u8::from_str_radix(digits, 16).ok())
            .map(char::from)
            .filter(|c| ":/?@!$'()*,;".contains(*c))
            .filter(|c| in_query || !matches!(c, '/' | '?'));
        let length = match decoded {
            Some(c) => {
                out.push(c);
                3
            }
            None => {
                out.push('%');
                1
            }
        };
        rest = &escape[length..];
    }
    out.push_str(rest);
    out
}

/// Path and query as Contentful signs them: the query escaped as a component
/// (ECMA-262, `encodeURIComponent`), then both as a URI (`encodeURI`).
pub(crate) fn escape_target(target: &str) -> String {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let uri = match query {
        "" => path.to_owned(),
        query => format!("{path}?{}", utf8_percent_encode(query, COMPONENT)),
    };
    utf8_percent_encode(&uri, URI).to_string()
}

/// Why a value could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValueError {
    Missing,
    Repeated,
    Malformed,
}

/// The one value of a parameter.
pub(crate) fn parameter<'a>(text: &'a str, name: &str) -> Result<Cow<'a, str>, ValueError> {
    let mut values = pairs(text)
        .filter(|(n, _)| n == name)
        .map(|(_, value)| value);
    match (values.next(), values.next()) {
        (None, _) => Err(ValueError::Missing),
        (Some(value), None) if value.contains('\u{fffd}') && !is_utf8(text) => {
            Err(ValueError::Malformed)
        }
        (Some(value), None) => Ok(value),
        _ => Err(ValueError::Repeated),
    }
}

/// An unescaped reference token of a JSON pointer (RFC 6901 section 4).
pub(crate) fn pointer_step(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

/// The value that a JSON pointer (RFC 6901) refers to, as text: a string without quotes
/// and unescaped, anything else as written in the body.
///
/// Only the path to the value is checked; a duplicate member name on that path is
/// refused, since parsers disagree on which one wins.
pub(crate) fn json(body: &[u8], pointer: &str) -> Result<String, ValueError> {
    let raw = json_text(body, pointer)?;
    if raw.starts_with('"') {
        serde_json::from_str(raw).map_err(|_| ValueError::Malformed)
    } else {
        Ok(raw.to_owned())
    }
}

/// The value that a JSON pointer refers to, as written in the body.
pub(crate) fn json_text<'b>(body: &'b [u8], pointer: &str) -> Result<&'b str, ValueError> {
    let steps: Vec<String> = pointer.split('/').skip(1).map(pointer_step).collect();
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let mut found = Err(ValueError::Missing);
    let walked = PathStep {
        steps: &steps,
        found: &mut found,
    }
    .deserialize(&mut deserializer);
    if found == Err(ValueError::Repeated) {
        return found;
    }
    walked
        .and_then(|()| deserializer.end())
        .map_err(|_| ValueError::Malformed)?;
    found
}

struct PathStep<'s, 'f, 'de> {
    steps: &'s [String],
    found: &'f mut Result<&'de str, ValueError>,
}

impl<'de> DeserializeSeed<'de> for PathStep<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        use serde_core::Deserialize as _;
        if self.steps.is_empty() {
            *self.found = Ok(<&RawValue>::deserialize(deserializer)?.get());
            return Ok(());
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for PathStep<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Some((wanted, rest)) = self.steps.split_first() else {
            return Ok(());
        };
        let mut seen = false;
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            if name != wanted.as_str() {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            if seen {
                *self.found = Err(ValueError::Repeated);
                return Err(serde_core::de::Error::custom("repeated member"));
            }
            seen = true;
            map.next_value_seed(PathStep {
                steps: rest,
                found: self.found,
            })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Some((wanted, rest)) = self.steps.split_first() else {
            return Ok(());
        };
        let wanted: Option<usize> = wanted.parse().ok();
        let mut index = 0;
        loop {
            let more = if Some(index) == wanted {
                seq.next_element_seed(PathStep {
                    steps: rest,
                    found: self.found,
                })?
                .is_some()
            } else {
                seq.next_element::<IgnoredAny>()?.is_some()
            };
            if !more {
                return Ok(());
            }
            index += 1;
        }
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// Whether a body is `multipart/form-data` (RFC 7578), judging by its start: a boundary,
/// and the `Content-Disposition` of the first part.
pub(crate) fn is_multipart(body: &[u8]) -> bool {
    const DISPOSITION: &[u8] = b"content-disposition: form-data";
    let start = &body[..body.len().min(1024)];
    start.starts_with(b"--")
        && start
            .windows(DISPOSITION.len())
            .any(|window| window.eq_ignore_ascii_case(DISPOSITION))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_finds_a_scalar_as_written() {
        let body = br#"{"a":{"b/c":[1,{"d":"\u00e9\n"}],"n":614.0},"t":true}"#;
        assert_eq!(json(body, "/a/b~1c/1/d").unwrap(), "é\n");
        assert_eq!(json(body, "/a/n").unwrap(), "614.0");
        assert_eq!(json(body, "/t").unwrap(), "true");
        assert_eq!(json(body, "/a/b~1c/0").unwrap(), "1");
        assert_eq!(json(body, "/a/x"), Err(ValueError::Missing));
        assert_eq!(json(body, "/t/x"), Err(ValueError::Missing));
        assert_eq!(json(b"{\"a\":1", "/a"), Err(ValueError::Malformed));
        assert_eq!(json(b"{\"a\":1} x", "/a"), Err(ValueError::Malformed));
    }

    #[test]
    fn a_duplicate_member_on_the_path_is_refused() {
        assert_eq!(json(br#"{"a":1,"a":2}"#, "/a"), Err(ValueError::Repeated));
        assert_eq!(json(br#"{"x":1,"x":2,"a":2}"#, "/a").unwrap(), "2");
    }

    #[test]
    fn only_some_escapes_of_a_url_are_decoded() {
        assert_eq!(
            unescape_url("https://a.example/%2f%40%3F%20%e4%3B?x=%3A%&y=%zz%2F%3f%2"),
            "https://a.example/%2f@%3F%20%e4;?x=:%&y=%zz/?%2"
        );
    }

    #[test]
    fn forms_decode_as_browsers_do() {
        let found: Vec<_> = pairs("a=1&b=%2B1+x&c&=&d=%zz").collect();
        let expected = [("a", "1"), ("b", "+1 x"), ("c", ""), ("", ""), ("d", "%zz")];
        assert!(
            found
                .iter()
                .zip(expected)
                .all(|(f, e)| f.0 == e.0 && f.1 == e.1)
        );
        assert_eq!(parameter("a=1&a=2", "a"), Err(ValueError::Repeated));
    }
}
