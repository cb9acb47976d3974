//! A lossless JSON parser: it keeps member order and the text of numbers, which a
//! signature can cover.

use std::borrow::Cow;

/// Deeper documents are not parsed.
const MAX_DEPTH: usize = 128;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json<'a> {
    /// `null`, `true`, `false`.
    Word(&'a str),
    Number(&'a str),
    Text(Cow<'a, str>),
    Array(Vec<Json<'a>>),
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

impl<'a> Json<'a> {
    pub(crate) fn empty_arrays(&self) -> usize {
        match self {
            Self::Array(items) if items.is_empty() => 1,
            Self::Array(items) => items.iter().map(Self::empty_arrays).sum(),
            Self::Object(members) => members.iter().map(|(_, value)| value.empty_arrays()).sum(),
            _ => 0,
        }
    }

    /// The document with one of its empty arrays, by position, or all of them replaced by
    /// empty objects.
    pub(crate) fn with_empty_objects(&self, chosen: Option<usize>, index: &mut usize) -> Json<'a> {
        match self {
            Self::Array(items) if items.is_empty() => {
                let at = *index;
                *index += 1;
                if chosen.is_none_or(|chosen| chosen == at) {
                    Json::Object(Vec::new())
                } else {
                    Json::Array(Vec::new())
                }
            }
            Self::Array(items) => Json::Array(
                items
                    .iter()
                    .map(|item| item.with_empty_objects(chosen, index))
                    .collect(),
            ),
            Self::Object(members) => Json::Object(
                members
                    .iter()
                    .map(|(name, value)| (name.clone(), value.with_empty_objects(chosen, index)))
                    .collect(),
            ),
            other => other.clone(),
        }
    }
}

/// What the document contains, to skip styles that would not change it.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct JsonTraits {
    /// Characters outside ASCII, unescaped.
    pub(crate) raw_unicode: bool,
    /// Characters outside ASCII, escaped as `\uXXXX`.
    pub(crate) escaped_unicode: bool,
    pub(crate) bare_slash: bool,
    pub(crate) escaped_slash: bool,
    /// Any of `<`, `>`, `&`, `'`, `+`, a backquote or a quote inside a string,
    /// or U+2028, U+2029, DEL.
    pub(crate) markup: bool,
    pub(crate) control: bool,
    /// Unescaped control characters in a string, in violation of RFC 8259 section 7.
    pub(crate) raw_control: bool,
    pub(crate) numbers: usize,
    pub(crate) members: usize,
}

/// The document, if the entire text is JSON.
pub(crate) fn parse(text: &str) -> Option<(Json<'_>, JsonTraits)> {
    let mut reader = Reader {
        text,
        at: 0,
        seen: JsonTraits::default(),
    };
    reader.blanks();
    let value = reader.value(0).ok()?;
    reader.blanks();
    (reader.at == text.len()).then_some((value, reader.seen))
}

/// Whether the text is truncated JSON.
pub(crate) fn ends_early(text: &str) -> bool {
    let mut reader = Reader {
        text,
        at: 0,
        seen: JsonTraits::default(),
    };
    reader.blanks();
    reader.value(0) == Err(Broken::Ended)
}

/// What is missing at the end of a truncated document, if that is only quotes, brackets
/// and braces.
pub(crate) fn missing_end(text: &str) -> Option<String> {
    let mut open = Vec::new();
    let mut in_string = false;
    let mut escaped = false;
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' => open.push('}'),
            b'[' => open.push(']'),
            b'}' | b']' if open.pop() != Some(char::from(byte)) => return None,
            _ => {}
        }
    }
    if escaped || open.is_empty() || open.len() > MAX_DEPTH {
        return None;
    }
    // A quote, or the rest of a literal.
    let last = text.rsplit([':', ',', '[', ' ']).next().unwrap_or_default();
    let rest = ["null", "true", "false"]
        .into_iter()
        .find_map(|word| word.strip_prefix(last).filter(|_| !last.is_empty()));
    let rest = if in_string {
        "\""
    } else {
        rest.unwrap_or_default()
    };
    Some(rest.chars().chain(open.into_iter().rev()).collect())
}

#[derive(Debug, PartialEq, Eq)]
enum Broken {
    Ended,
    Wrong,
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    seen: JsonTraits,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Result<u8, Broken> {
        self.text
            .as_bytes()
            .get(self.at)
            .copied()
            .ok_or(Broken::Ended)
    }

    fn blanks(&mut self) {
        while let Ok(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> Result<(), Broken> {
        if self.peek()? != byte {
            return Err(Broken::Wrong);
        }
        self.at += 1;
        Ok(())
    }

    fn value(&mut self, depth: usize) -> Result<Json<'a>, Broken> {
        if depth > MAX_DEPTH {
            return Err(Broken::Wrong);
        }
        match self.peek()? {
            b'"' => Ok(Json::Text(self.string()?)),
            b'[' => {
                let mut items = Vec::new();
                self.list(b']', |reader| {
                    items.push(reader.value(depth + 1)?);
                    Ok(())
                })?;
                Ok(Json::Array(items))
            }
            b'{' => {
                let mut members = Vec::new();
                self.list(b'}', |reader| {
                    let name = reader.string()?;
                    reader.blanks();
                    reader.take(b':')?;
                    reader.blanks();
                    members.push((name, reader.value(depth + 1)?));
                    reader.seen.members += 1;
                    Ok(())
                })?;
                Ok(Json::Object(members))
            }
            b'-' | b'0'..=b'9' => {
                let start = self.at;
                while let Ok(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9') = self.peek() {
                    self.at += 1;
                }
                let text = &self.text[start..self.at];
                if text.parse::<f64>().is_err() {
                    return Err(Broken::Wrong);
                }
                self.seen.numbers += 1;
                Ok(Json::Number(text))
            }
            _ => {
                let rest = &self.text[self.at..];
                for word in ["null", "true", "false"] {
                    if rest.starts_with(word) {
                        self.at += word.len();
                        return Ok(Json::Word(word));
                    }
                    if word.starts_with(rest) {
                        return Err(Broken::Ended);
                    }
                }
                Err(Broken::Wrong)
            }
        }
    }

    fn list(
        &mut self,
        end: u8,
        mut each: impl FnMut(&mut Self) -> Result<(), Broken>,
    ) -> Result<(), Broken> {
        self.at += 1;
        self.blanks();
        if self.peek()? == end {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.blanks();
            each(self)?;
            self.blanks();
            match self.peek()? {
                b',' => self.at += 1,
                byte if byte == end => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return Err(Broken::Wrong),
            }
        }
    }

    fn string(&mut self) -> Result<Cow<'a, str>, Broken> {
        self.take(b'"')?;
        let start = self.at;
        loop {
            match self.peek()? {
                b'"' => {
                    let text = &self.text[start..self.at];
                    self.at += 1;
                    return Ok(Cow::Borrowed(text));
                }
                b'\\' => break,
                byte => self.note(byte),
            }
        }
        let mut out = self.text[start..self.at].to_owned();
        loop {
            let from = self.at;
            while !matches!(self.peek()?, b'"' | b'\\') {
                let byte = self.peek()?;
                self.note(byte);
            }
            out.push_str(&self.text[from..self.at]);
            self.at += 1;
            if self.text.as_bytes()[self.at - 1] == b'"' {
                return Ok(Cow::Owned(out));
            }
            out.push(self.escape()?);
        }
    }

    /// One unescaped byte of a string.
    fn note(&mut self, byte: u8) {
        match byte {
            b'/' => self.seen.bare_slash = true,
            b'<' | b'>' | b'&' | b'\'' | b'+' | b'`' | 0x7f => self.seen.markup = true,
            0xe2 => {
                self.seen.raw_unicode = true;
                self.seen.markup = true;
            }
            0x80.. => self.seen.raw_unicode = true,
            0..0x20 => {
                self.seen.control = true;
                self.seen.raw_control = true;
            }
            _ => {}
        }
        self.at += 1;
    }

    fn escape(&mut self) -> Result<char, Broken> {
        let byte = self.peek()?;
        self.at += 1;
        Ok(match byte {
            b'"' => {
                self.seen.markup = true;
                '"'
            }
            b'\\' => '\\',
            b'/' => {
                self.seen.escaped_slash = true;
                '/'
            }
            b'n' => '\n',
            b't' => '\t',
            b'r' => '\r',
            b'b' => {
                self.seen.control = true;
                '\u{8}'
            }
            b'f' => {
                self.seen.control = true;
                '\u{c}'
            }
            b'u' => {
                let unit = self.unit()?;
                let code = match unit {
                    0xd800..0xdc00 => {
                        self.take(b'\\')?;
                        self.take(b'u')?;
                        let low = self.unit()?;
                        if !(0xdc00..0xe000).contains(&low) {
                            return Err(Broken::Wrong);
                        }
                        0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00)
                    }
                    unit => unit,
                };
                match code {
                    0x80.. => self.seen.escaped_unicode = true,
                    0..0x20 => self.seen.control = true,
                    _ => self.seen.markup = true,
                }
                if matches!(code, 0x2028 | 0x2029) {
                    self.seen.markup = true;
                }
                char::from_u32(code).ok_or(Broken::Wrong)?
            }
            _ => return Err(Broken::Wrong),
        })
    }

    fn unit(&mut self) -> Result<u32, Broken> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = char::from(self.peek()?).to_digit(16).ok_or(Broken::Wrong)?;
            unit = unit * 16 + digit;
            self.at += 1;
        }
        Ok(unit)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn truncated_json_is_distinguished_from_invalid_json() {
        assert!(ends_early(r#"{"a": [1, "b"#));
        assert!(ends_early(r#"{"a": tr"#));
        assert!(!ends_early(r#"{"a": 1}"#));
        assert!(!ends_early("a=1&b=2"));
        assert!(parse(r#"{"a":1} "#).is_some());
        assert!(parse(r#"{"a":1}x"#).is_none());
        assert!(parse(r#""\ud800""#).is_none());
    }
}
