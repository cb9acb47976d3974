//! The signature format: a parser and writer for the value of a signature header,
//! compiled from `signature.format`.

use smallvec::SmallVec;

use super::template_error::TemplateError;
use super::tokens::{TemplateToken, tokens};

/// The maximum number of pairs of signature and key that are checked for one request:
/// three signatures for three keys, as in a rotation, or one signature for each key of a
/// larger ring. Each pair costs a public-key operation, and with Ed25519 a pass over the
/// body.
pub(crate) const MAX_CHECKS: usize = 9;

/// The maximum number of signatures that are checked for one request.
pub(crate) const MAX_CANDIDATES: usize = 16;

/// A placeholder of a signature format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FormatSlot {
    Signature,
    /// Comma-separated signatures up to the end of the value.
    Signatures,
    Timestamp,
    Id,
    KeyId,
    /// The protected header of a JWS, still encoded.
    JwsHeader,
    /// The payload of a JWS, still encoded.
    JwsPayload,
    /// Text that must be present and is ignored.
    Any,
}

impl FormatSlot {
    fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "signature" => Self::Signature,
            "signatures" => Self::Signatures,
            "timestamp" => Self::Timestamp,
            "id" => Self::Id,
            "key_id" => Self::KeyId,
            "jws_header" => Self::JwsHeader,
            "jws_payload" => Self::JwsPayload,
            "any" => Self::Any,
            _ => return None,
        })
    }
}

/// A compiled `signature.format`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Format {
    /// The source text, for the signer.
    pieces: Vec<FormatPiece>,
    shape: FormatShape,
    /// The separator of several signatures in one header value.
    separator: Option<Box<str>>,
    /// The literal before the signature, for messages.
    prefix: Box<str>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum FormatShape {
    /// `sha256={signature}`: literals and slots in a fixed order.
    Sequence,
    /// `t={timestamp},v1={signature}`: named values in any order, unknown names ignored.
    ParameterFormat(ParameterFormat),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct ParameterFormat {
    /// The text before the first name, including the space after it: the scheme of an
    /// `Authorization` header.
    prefix: Box<str>,
    separator: u8,
    names: Vec<NamedParameter>,
}

/// A parameter of the format.
#[derive(Debug, Clone, PartialEq, Eq)]
struct NamedParameter {
    name: Box<str>,
    value: NamedValue,
    is_quoted: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum NamedValue {
    Slot(FormatSlot),
    /// Fixed text.
    Text(Box<str>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum FormatPiece {
    Literal(Box<str>),
    Slot(FormatSlot),
}

/// A signature with its key id.
pub(crate) type Listed<'a> = (&'a [u8], Option<&'a [u8]>);

/// The parsed value of a signature header, borrowed from it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Fields<'a> {
    /// The signatures, each with its key id.
    pub(crate) signatures: SmallVec<[Listed<'a>; 2]>,
    pub(crate) timestamp: Option<&'a [u8]>,
    pub(crate) id: Option<&'a [u8]>,
    pub(crate) jws_header: Option<&'a [u8]>,
    pub(crate) jws_payload: Option<&'a [u8]>,
}

/// Why a value does not match the format. With several entries, any of them is reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FormatError {
    /// A prefix or separator of the format is missing.
    Literal(Box<str>),
    /// A named value of the format is missing.
    Name(Box<str>),
    /// The timestamp appears more than once with different values.
    RepeatedTimestamp,
    RepeatedId,
    /// Another value that must be unique is repeated.
    Repeated(Box<str>),
    /// The value of this name is not quoted as in the format.
    Quotes(Box<str>),
    TooMany,
}

impl Format {
    pub(crate) fn parse(format: &str, separator: Option<&str>) -> Result<Self, TemplateError> {
        let fail = |at, length, problem: String, help: &str| {
            Err(TemplateError::new(format, at, length, problem, help))
        };
        let parsed = tokens(format)?;
        let mut pieces = Vec::with_capacity(parsed.len());
        let mut signatures = 0;
        let mut prefix = "";
        for (i, token) in parsed.iter().enumerate() {
            let (name, at) = match token {
                TemplateToken::Literal(text) => {
                    pieces.push(FormatPiece::Literal(text.as_str().into()));
                    continue;
                }
                TemplateToken::Slot(name, at) => (*name, *at),
            };
            let before = i.checked_sub(1).map(|i| &parsed[i]);
            let length = name.chars().count() + 2;
            if matches!(before, Some(TemplateToken::Slot(..))) {
                return fail(
                    at,
                    length,
                    "two placeholders with nothing between them".into(),
                    "write the text that separates them",
                );
            }
            let Some(slot) = FormatSlot::from_name(name) else {
                return fail(
                    at,
                    length,
                    format!("`{{{name}}}` is not a placeholder of a signature format"),
                    "known here: {signature}, {signatures}, {timestamp}, {id}, {key_id}, {jws_header}, {jws_payload}, {any}",
                );
            };
            if slot == FormatSlot::Signatures && i + 1 != parsed.len() {
                return fail(
                    at,
                    length,
                    "something after `{signatures}`".into(),
                    "it takes all signatures up to the end of the value: write it last",
                );
            }
            if matches!(slot, FormatSlot::Signature | FormatSlot::Signatures) {
                signatures += 1;
                if let Some(TemplateToken::Literal(text)) = before {
                    prefix = text;
                }
            }
            pieces.push(FormatPiece::Slot(slot));
        }
        if signatures != 1 {
            return fail(
                0,
                format.chars().count(),
                format!("the format has {signatures} `{{signature}}` placeholders"),
                "write exactly one, and `separator` if the header lists several",
            );
        }
        if separator == Some("") {
            return fail(
                0,
                0,
                "an empty separator".into(),
                "write the text between two signatures, or omit `separator`",
            );
        }
        let prefix: Box<str> = prefix.trim_start_matches(['"', ',', ';', ' ', '&']).into();
        let shape = parameters(&pieces).map_or(FormatShape::Sequence, FormatShape::ParameterFormat);
        Ok(Self {
            pieces,
            shape,
            separator: separator.map(Into::into),
            prefix,
        })
    }

    /// The literal directly before the signature, `sha256=`.
    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The text before the signature, if the format has nothing else.
    pub(crate) fn only_prefix(&self) -> Option<&str> {
        match &self.pieces[..] {
            _ if self.separator.is_some() => None,
            [FormatPiece::Slot(FormatSlot::Signature)] => Some(""),
            [
                FormatPiece::Literal(prefix),
                FormatPiece::Slot(FormatSlot::Signature),
            ] => Some(prefix),
            _ => None,
        }
    }

    pub(crate) fn has(&self, slot: FormatSlot) -> bool {
        self.pieces.contains(&FormatPiece::Slot(slot))
    }

    /// Parses a header value.
    pub(crate) fn read<'a>(
        &self,
        value: &'a [u8],
        into: &mut Fields<'a>,
    ) -> Result<(), FormatError> {
        let Some(separator) = &self.separator else {
            return self.read_entry(value, into);
        };
        let before = into.signatures.len();
        let mut failure = None;
        let separator = separator.as_bytes();
        let mut rest = Some(value);
        while let Some(text) = rest {
            let entry = match find(text, separator) {
                Some(at) => {
                    rest = Some(&text[at + separator.len()..]);
                    &text[..at]
                }
                None => {
                    rest = None;
                    text
                }
            };
            let entry = trim(entry);
            if entry.is_empty() {
                continue;
            }
            match self.read_entry(entry, into) {
                Ok(()) => {}
                Err(error @ (FormatError::Literal(_) | FormatError::Name(_))) => {
                    // A version unknown to this scheme.
                    failure = Some(error);
                }
                Err(error) => return Err(error),
            }
        }
        if into.signatures.len() > before {
            return Ok(());
        }
        Err(failure.unwrap_or_else(|| FormatError::Literal(self.prefix.clone())))
    }

    fn read_entry<'a>(&self, entry: &'a [u8], into: &mut Fields<'a>) -> Result<(), FormatError> {
        match &self.shape {
            FormatShape::Sequence => read_sequence(&self.pieces, entry, into),
            FormatShape::ParameterFormat(parameters) => parameters.read(entry, into),
        }
    }

    /// Writes a header value, for the signer.
    #[cfg(feature = "sign")]
    pub(crate) fn write(&self, value_of: &dyn Fn(FormatSlot) -> String) -> String {
        self.pieces
            .iter()
            .map(|piece| match piece {
                FormatPiece::Literal(text) => text.to_string(),
                FormatPiece::Slot(slot) => value_of(*slot),
            })
            .collect()
    }
}

/// A format of parameters: `NAME=VALUE` with separators, each value a placeholder or
/// text, quoted or not, and optionally a word and a space before the first name.
fn parameters(pieces: &[FormatPiece]) -> Option<ParameterFormat> {
    let mut found = ParameterFormat {
        prefix: Box::default(),
        separator: 0,
        names: Vec::new(),
    };
    let mut pieces = pieces.iter();
    let FormatPiece::Literal(first) = pieces.next()? else {
        return None;
    };
    let mut rest: &str = first;
    if let Some(blank) = rest.find([' ', '=', ',', ';', '&'])
        && rest.as_bytes()[blank] == b' '
    {
        let name = rest[blank..].trim_start_matches(' ');
        let (prefix, name) = rest.split_at(rest.len() - name.len());
        found.prefix = prefix.into();
        rest = name;
    }
    loop {
        let (name, value) = rest.split_once('=')?;
        if name.is_empty() || name.contains([',', ';', '&', ' ', '"']) {
            return None;
        }
        let unquoted = value.strip_prefix('"');
        let is_quoted = unquoted.is_some();
        let value = unquoted.unwrap_or(value);
        let (value, after) = if value.is_empty() {
            let Some(FormatPiece::Slot(slot)) = pieces.next() else {
                return None;
            };
            let after = match pieces.next() {
                Some(FormatPiece::Literal(text)) => &**text,
                Some(FormatPiece::Slot(_)) => return None,
                None => "",
            };
            (NamedValue::Slot(*slot), after)
        } else {
            let end = if is_quoted {
                value.find('"')?
            } else {
                value.find([',', ';', '&', '"', ' ']).unwrap_or(value.len())
            };
            (NamedValue::Text(value[..end].into()), &value[end..])
        };
        if found.names.iter().any(|known| *known.name == *name) {
            return None;
        }
        found.names.push(NamedParameter {
            name: name.into(),
            value,
            is_quoted,
        });
        let after = if is_quoted {
            after.strip_prefix('"')?
        } else {
            after
        };
        if after.is_empty() {
            break;
        }
        let separator = after.bytes().next()?;
        if !matches!(separator, b',' | b';' | b'&')
            || found.separator != 0 && found.separator != separator
        {
            return None;
        }
        found.separator = separator;
        rest = after[1..].trim_start_matches(' ');
    }
    (pieces.next().is_none() && found.separator != 0).then_some(found)
}

fn put<'a>(
    into: &mut Fields<'a>,
    slot: FormatSlot,
    value: &'a [u8],
    key_id: &mut Option<&'a [u8]>,
) -> Result<(), FormatError> {
    match slot {
        FormatSlot::Signature => {
            if into.signatures.len() >= MAX_CANDIDATES {
                return Err(FormatError::TooMany);
            }
            into.signatures.push((value, None));
        }
        FormatSlot::Signatures => {
            for signature in value.split(|b| *b == b',') {
                put(into, FormatSlot::Signature, trim(signature), key_id)?;
            }
        }
        FormatSlot::Timestamp => match into.timestamp {
            Some(earlier) if earlier != value => return Err(FormatError::RepeatedTimestamp),
            _ => into.timestamp = Some(value),
        },
        FormatSlot::Id => match into.id {
            Some(earlier) if earlier != value => return Err(FormatError::RepeatedId),
            _ => into.id = Some(value),
        },
        FormatSlot::KeyId => *key_id = Some(value),
        FormatSlot::JwsHeader => into.jws_header = Some(value),
        FormatSlot::JwsPayload => into.jws_payload = Some(value),
        FormatSlot::Any => {}
    }
    Ok(())
}

fn read_sequence<'a>(
    pieces: &[FormatPiece],
    entry: &'a [u8],
    into: &mut Fields<'a>,
) -> Result<(), FormatError> {
    // The most common format by far.
    if let [
        FormatPiece::Literal(prefix),
        FormatPiece::Slot(FormatSlot::Signature),
    ] = pieces
    {
        let signature = entry
            .strip_prefix(prefix.as_bytes())
            .ok_or_else(|| FormatError::Literal(prefix.clone()))?;
        return put(into, FormatSlot::Signature, signature, &mut None);
    }
    let mut rest = entry;
    let mut key_id = None;
    let mut found: SmallVec<[(FormatSlot, &'a [u8]); 4]> = SmallVec::new();
    for (i, piece) in pieces.iter().enumerate() {
        match piece {
            FormatPiece::Literal(text) => {
                rest = rest
                    .strip_prefix(text.as_bytes())
                    .ok_or_else(|| FormatError::Literal(text.clone()))?;
            }
            FormatPiece::Slot(slot) => {
                let end = match pieces.get(i + 1) {
                    Some(FormatPiece::Literal(next)) => find(rest, next.as_bytes())
                        .ok_or_else(|| FormatError::Literal(next.clone()))?,
                    _ => rest.len(),
                };
                let (value, after) = rest.split_at(end);
                found.push((*slot, value));
                rest = after;
            }
        }
    }
    if !rest.is_empty() {
        let last = pieces.iter().rev().find_map(|p| match p {
            FormatPiece::Literal(text) => Some(text.clone()),
            FormatPiece::Slot(_) => None,
        });
        return Err(FormatError::Literal(last.unwrap_or_default()));
    }
    let before = into.signatures.len();
    for (slot, value) in found {
        put(into, slot, value, &mut key_id)?;
    }
    for signature in &mut into.signatures[before..] {
        signature.1 = key_id;
    }
    Ok(())
}

impl ParameterFormat {
    fn read<'a>(&self, entry: &'a [u8], into: &mut Fields<'a>) -> Result<(), FormatError> {
        let before = into.signatures.len();
        let mut rest = entry
            .strip_prefix(self.prefix.as_bytes())
            .ok_or_else(|| FormatError::Literal(self.prefix.clone()))?;
        let mut key_id = None;
        let mut seen: SmallVec<[bool; 8]> = SmallVec::from_elem(false, self.names.len());
        // Quotes are significant only if the format has them.
        let has_quotes = self.names.iter().any(|known| known.is_quoted);
        while !rest.is_empty() {
            let (pair, after) = self.split(rest, has_quotes);
            rest = after;
            let pair = trim(pair);
            let Some(equals) = pair.iter().position(|b| *b == b'=') else {
                continue;
            };
            let (name, value) = (&pair[..equals], &pair[equals + 1..]);
            let found = self.names.iter().enumerate();
            let Some((index, known)) = found
                .into_iter()
                .find(|(_, known)| known.name.as_bytes() == name)
            else {
                continue;
            };
            let value = if known.is_quoted {
                match value {
                    [b'"', inner @ .., b'"']
                        if !inner.iter().any(|b| matches!(b, b'"' | b'\\')) =>
                    {
                        inner
                    }
                    _ => return Err(FormatError::Quotes(known.name.clone())),
                }
            } else {
                value
            };
            let again = std::mem::replace(&mut seen[index], true);
            match &known.value {
                NamedValue::Text(text) if text.as_bytes() != value => {
                    return Err(FormatError::Literal(known.shown(text)));
                }
                NamedValue::Text(_) if !again => {}
                NamedValue::Slot(FormatSlot::Timestamp) if again => {
                    return Err(FormatError::RepeatedTimestamp);
                }
                NamedValue::Slot(slot)
                    if !again
                        || matches!(
                            slot,
                            FormatSlot::Signature | FormatSlot::Signatures | FormatSlot::Any
                        ) =>
                {
                    put(into, *slot, value, &mut key_id)?;
                }
                _ => return Err(FormatError::Repeated(known.name.clone())),
            }
        }
        for (known, seen) in self.names.iter().zip(seen) {
            match &known.value {
                NamedValue::Slot(FormatSlot::Signature | FormatSlot::Signatures) if !seen => {
                    return Err(FormatError::Name(known.name.clone()));
                }
                NamedValue::Text(text) if !seen => {
                    return Err(FormatError::Literal(known.shown(text)));
                }
                _ => {}
            }
        }
        for signature in &mut into.signatures[before..] {
            signature.1 = key_id;
        }
        Ok(())
    }

    /// The next pair, and the rest after its separator.
    fn split<'a>(&self, text: &'a [u8], has_quotes: bool) -> (&'a [u8], &'a [u8]) {
        let mut inside = false;
        for (at, byte) in text.iter().enumerate() {
            if has_quotes && *byte == b'"' {
                inside = !inside;
            } else if *byte == self.separator && !inside {
                return (&text[..at], &text[at + 1..]);
            }
        }
        (text, &[])
    }
}

impl NamedParameter {
    fn shown(&self, text: &str) -> Box<str> {
        let quote = if self.is_quoted { "\"" } else { "" };
        format!("{}={quote}{text}{quote}", self.name).into()
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let (first, rest) = needle.split_first()?;
    let mut from = 0;
    loop {
        let at = from + memchr::memchr(*first, &haystack[from..])?;
        if haystack[at + 1..].starts_with(rest) {
            return Some(at);
        }
        from = at + 1;
    }
}

/// Trims the whitespace that RFC 9110 allows in lists.
fn trim(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read<'a>(
        format: &str,
        separator: Option<&str>,
        value: &'a str,
    ) -> Result<Fields<'a>, FormatError> {
        let mut fields = Fields::default();
        Format::parse(format, separator)
            .unwrap()
            .read(value.as_bytes(), &mut fields)?;
        Ok(fields)
    }

    fn signatures<'a>(fields: &Fields<'a>) -> Vec<&'a str> {
        fields
            .signatures
            .iter()
            .map(|(s, _)| std::str::from_utf8(s).unwrap())
            .collect()
    }

    #[test]
    fn a_prefix_must_match_exactly() {
        assert_eq!(
            signatures(&read("sha256={signature}", None, "sha256=ab").unwrap()),
            ["ab"]
        );
        for bad in ["SHA256=ab", "sha1=ab", "ab", " sha256=ab", ""] {
            assert!(read("sha256={signature}", None, bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn parameters_are_in_any_order_and_unknown_ones_are_ignored() {
        let format = "t={timestamp},v1={signature}";
        let fields = read(format, None, "v0=x, v1=a,t=12,v1=b,junk").unwrap();
        assert_eq!(signatures(&fields), ["a", "b"]);
        assert_eq!(fields.timestamp, Some(&b"12"[..]));
        assert_eq!(
            read(format, None, "t=1,t=1,v1=a"),
            Err(FormatError::RepeatedTimestamp)
        );
        assert_eq!(
            read(format, None, "t=1,v0=a"),
            Err(FormatError::Name("v1".into()))
        );
        let named = "k={key_id};s={signature};n={id}";
        for (value, name) in [("k=1;k=1;s=a;n=1", "k"), ("k=1;s=a;n=1;n=1", "n")] {
            let repeated = Err(FormatError::Repeated(name.into()));
            assert_eq!(read(named, None, value), repeated, "{value}");
        }
    }

    #[test]
    fn parameters_may_follow_a_word_be_quoted_and_include_fixed_text() {
        let format = r#"Signature keyId="{key_id}",algorithm="hmac-sha256",headers="date digest",signature="{signature}""#;
        for value in [
            r#"Signature keyId="k",algorithm="hmac-sha256",headers="date digest",signature="a=""#,
            r#"Signature signature="a=", headers="date digest", created=1, x="b,signature=c", algorithm="hmac-sha256", keyId="k""#,
        ] {
            let fields = read(format, None, value).unwrap();
            assert_eq!(
                fields.signatures[0],
                (&b"a="[..], Some(&b"k"[..])),
                "{value}"
            );
        }
        for bad in [
            r#"keyId="k",algorithm="hmac-sha256",headers="date digest",signature="a=""#,
            r#"Signature keyId="k",algorithm="hmac-sha1",headers="date digest",signature="a=""#,
            r#"Signature keyId="k",headers="date digest",signature="a=""#,
            r#"Signature keyId="k",algorithm="hmac-sha256",headers="date",signature="a=""#,
            r#"Signature keyId="k",keyId="k",algorithm="hmac-sha256",headers="date digest",signature="a=""#,
            r#"Signature keyId="k",algorithm="hmac-sha256",headers="date digest",signature=a="#,
            r#"Signature keyId="k",algorithm="hmac-sha256",headers="date digest",signature="a\"""#,
            r#"Signature keyId="k,algorithm="hmac-sha256",headers="date digest",signature="a=""#,
        ] {
            assert!(read(format, None, bad).is_err(), "{bad}");
        }
        let fields = read("alg=x; sig={signature}", None, "sig=a;alg=x").unwrap();
        assert_eq!(signatures(&fields), ["a"]);
        assert!(read("alg=x; sig={signature}", None, "sig=a;alg=y").is_err());
    }

    #[cfg(feature = "sign")]
    #[test]
    fn the_signer_writes_the_format() {
        let format = r#"Signature keyId="{key_id}",algorithm="hmac-sha256",headers="date digest",signature="{signature}""#;
        let written = Format::parse(format, None)
            .unwrap()
            .write(&|slot| format!("{slot:?}"));
        assert_eq!(
            written,
            r#"Signature keyId="KeyId",algorithm="hmac-sha256",headers="date digest",signature="Signature""#
        );
    }

    #[test]
    fn several_signatures_may_be_at_the_end() {
        let fields = read("{timestamp},{signatures}", None, "12,a, b").unwrap();
        assert_eq!(signatures(&fields), ["a", "b"]);
        assert_eq!(fields.timestamp, Some(&b"12"[..]));
        assert!(Format::parse("{signatures},{timestamp}", None).is_err());
        let many = format!("12,{}", vec!["a"; 17].join(","));
        assert_eq!(
            read("{timestamp},{signatures}", None, &many),
            Err(FormatError::TooMany)
        );
    }

    #[test]
    fn unknown_versions_in_a_list_are_ignored() {
        let fields = read("v1,{signature}", Some(" "), "v1a,x v1,a v2,b v1,c").unwrap();
        assert_eq!(signatures(&fields), ["a", "c"]);
        assert!(read("v1,{signature}", Some(" "), "v2,b").is_err());
        assert!(read("v1,{signature}", Some(" "), "").is_err());
    }

    #[test]
    fn no_more_than_sixteen_signatures_are_checked() {
        let sixteen = vec!["v1,a"; 16].join(" ");
        assert_eq!(
            read("v1,{signature}", Some(" "), &sixteen)
                .unwrap()
                .signatures
                .len(),
            16
        );
        let seventeen = vec!["v1,a"; 17].join(" ");
        assert_eq!(
            read("v1,{signature}", Some(" "), &seventeen),
            Err(FormatError::TooMany)
        );
    }

    #[test]
    fn a_key_id_belongs_to_its_signature() {
        let value = "k1/SHA256/aa,k2/SHA256/bb";
        let fields = read("{key_id}/SHA256/{signature}", Some(","), value).unwrap();
        assert_eq!(fields.signatures[1], (&b"bb"[..], Some(&b"k2"[..])));
    }
}
