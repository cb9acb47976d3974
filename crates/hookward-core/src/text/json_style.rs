//! A JSON serializer in the styles of common software: whitespace, escapes and numbers.
//! The explainer uses it to find the serializer that a signed body came from.

use std::borrow::Cow;

use super::json::{Json, JsonTraits};

/// The whitespace between tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// None.
    Compact,
    /// `, ` and `: `, the default of Python's `json.dumps`.
    Spaced,
    /// `,` and `: `.
    SpacedColon,
    /// One member per line, indented by this many spaces.
    Indent(u8),
    /// One member per line, indented by tabs.
    Tabs,
    /// Two spaces and ` : `, arrays on one line, as written by Jackson.
    Jackson,
}

/// Which characters are escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escapes {
    /// Only what JSON requires.
    Least,
    /// Everything outside ASCII, as `\u00e9`.
    Ascii,
    /// The same with upper-case digits, as `\u00E9`.
    AsciiUpper,
    /// `<`, `>`, `&`, U+2028 and U+2029, as Go does.
    Go,
    /// The same with `\u0008` and `\u000c` for `\b` and `\f`, as Go did before 1.22.
    GoLong,
    /// U+2028, U+2029, and `\u0008`, `\u000c`: Go without HTML escapes.
    GoPlain,
    /// U+2028 and U+2029, as PHP does with `JSON_UNESCAPED_UNICODE`.
    Separators,
    /// Everything outside ASCII, and `<>&'"` with upper-case digits: PHP with its
    /// `JSON_HEX` flags.
    PhpHex,
    /// Everything outside ASCII, `"&'+<>` and the backquote, as .NET does.
    DotNet,
}

impl Escapes {
    pub(crate) const ALL: [Self; 9] = [
        Self::Least,
        Self::Ascii,
        Self::Go,
        Self::DotNet,
        Self::AsciiUpper,
        Self::Separators,
        Self::GoLong,
        Self::GoPlain,
        Self::PhpHex,
    ];

    /// Whether characters outside ASCII are written unescaped.
    pub(crate) const fn is_unicode(self) -> bool {
        matches!(
            self,
            Self::Least | Self::Go | Self::GoLong | Self::GoPlain | Self::Separators
        )
    }

    /// Whether `<`, `>` and `&` are escaped.
    pub(crate) const fn is_html(self) -> bool {
        matches!(self, Self::Go | Self::GoLong | Self::DotNet | Self::PhpHex)
    }

    /// The simplest style with the same result for a document.
    pub(crate) fn level(self, seen: &JsonTraits) -> Self {
        let mut this = self;
        if !seen.control {
            this = match this {
                Self::GoLong => Self::Go,
                Self::GoPlain => Self::Separators,
                other => other,
            };
        }
        if !seen.markup {
            this = match this {
                Self::Go | Self::Separators => Self::Least,
                Self::PhpHex => Self::Ascii,
                other => other,
            };
        }
        let unicode = seen.raw_unicode || seen.escaped_unicode;
        if !unicode && !seen.markup && (!seen.control || this == Self::Ascii) {
            this = Self::Least;
        }
        this
    }
}

/// How numbers are formatted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Numbers {
    AsTheyStand,
    /// As JavaScript and Go format a double: `1.0` becomes `1`.
    JavaScript,
    /// As Python formats a float: `1e3` becomes `1000.0`, integers are unchanged.
    Python,
}

/// A serialization style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Style {
    pub(crate) layout: Layout,
    pub(crate) escapes: Escapes,
    pub(crate) slash: bool,
    pub(crate) sorted: bool,
    pub(crate) numbers: Numbers,
}

impl Style {
    pub(crate) const fn new(layout: Layout, escapes: Escapes) -> Self {
        Self {
            layout,
            escapes,
            slash: false,
            sorted: false,
            numbers: Numbers::AsTheyStand,
        }
    }

    /// Writes `value` into `out`, replacing its content.
    pub(crate) fn write(self, value: &Json<'_>, out: &mut Vec<u8>) {
        out.clear();
        Writer {
            style: self,
            out,
            swap: &|_| None,
            number: 0,
            orders: None,
        }
        .value(value, 0);
    }

    /// The same with the keys of some objects reordered.
    pub(crate) fn write_in_order(self, value: &Json<'_>, out: &mut Vec<u8>, orders: &Orders) {
        out.clear();
        Writer {
            style: self,
            out,
            swap: &|_| None,
            number: 0,
            orders: Some(orders),
        }
        .value(value, 0);
    }

    /// The same with the text of some numbers replaced, by their position.
    pub(crate) fn write_with_numbers(
        self,
        value: &Json<'_>,
        out: &mut Vec<u8>,
        swap: &dyn Fn(usize) -> Option<String>,
    ) {
        out.clear();
        Writer {
            style: self,
            out,
            swap,
            number: 0,
            orders: None,
        }
        .value(value, 0);
    }
}

/// An iterator over the key orders of some objects.
pub(crate) struct Orders {
    objects: Vec<(*const (), Vec<usize>)>,
    is_fresh: bool,
}

impl Orders {
    /// Objects by their address, each with the number of its members.
    pub(crate) fn of(sizes: &[(*const (), usize)]) -> Self {
        Self {
            objects: sizes
                .iter()
                .map(|(at, size)| (*at, (0..*size).collect()))
                .collect(),
            is_fresh: true,
        }
    }

    /// Advances to the next order; `false` after the last. The first is that of the text.
    pub(crate) fn advance(&mut self) -> bool {
        if std::mem::take(&mut self.is_fresh) {
            return true;
        }
        self.objects.iter_mut().any(|(_, order)| {
            let is_next = next_order(order);
            if !is_next {
                order.sort_unstable();
            }
            is_next
        })
    }

    fn at(&self, members: &[(Cow<'_, str>, Json<'_>)]) -> Option<&[usize]> {
        let at = members.as_ptr().cast();
        let found = self.objects.iter().find(|(known, _)| *known == at);
        found.map(|(_, order)| order.as_slice())
    }
}

/// The next permutation in lexicographic order; `false` after the last.
fn next_order(order: &mut [usize]) -> bool {
    let Some(pivot) = order.windows(2).rposition(|pair| pair[0] < pair[1]) else {
        return false;
    };
    let Some(other) = order.iter().rposition(|at| *at > order[pivot]) else {
        return false;
    };
    order.swap(pivot, other);
    order[pivot + 1..].reverse();
    true
}

struct Writer<'o> {
    style: Style,
    out: &'o mut Vec<u8>,
    swap: &'o dyn Fn(usize) -> Option<String>,
    number: usize,
    orders: Option<&'o Orders>,
}

impl Writer<'_> {
    fn put(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn line(&mut self, depth: usize) {
        let (byte, count) = match self.style.layout {
            Layout::Indent(width) => (b' ', usize::from(width)),
            Layout::Tabs => (b'\t', 1),
            Layout::Jackson => (b' ', 2),
            _ => return,
        };
        self.out.push(b'\n');
        self.out.resize(self.out.len() + depth * count, byte);
    }

    fn value(&mut self, value: &Json<'_>, depth: usize) {
        match value {
            Json::Word(word) => self.put(word),
            Json::Number(text) => self.number(text),
            Json::Text(text) => self.string(text),
            Json::Array(items) => self.array(items, depth),
            Json::Object(members) => self.object(members, depth),
        }
    }

    fn array(&mut self, items: &[Json<'_>], depth: usize) {
        if self.style.layout == Layout::Jackson {
            self.put("[ ");
            for (i, item) in items.iter().enumerate() {
                self.put(if i > 0 { ", " } else { "" });
                self.value(item, depth);
            }
            return self.put(if items.is_empty() { "]" } else { " ]" });
        }
        self.put("[");
        for (i, item) in items.iter().enumerate() {
            self.comma(i);
            self.line(depth + 1);
            self.value(item, depth + 1);
        }
        if !items.is_empty() {
            self.line(depth);
        }
        self.put("]");
    }

    fn comma(&mut self, index: usize) {
        if index > 0 {
            self.put(if self.style.layout == Layout::Spaced {
                ", "
            } else {
                ","
            });
        }
    }

    fn object(&mut self, members: &[(Cow<'_, str>, Json<'_>)], depth: usize) {
        let mut order: Vec<&(Cow<'_, str>, Json<'_>)> = members.iter().collect();
        if self.style.sorted {
            order.sort_by(|a, b| a.0.cmp(&b.0));
        }
        if let Some(other) = self.orders.and_then(|orders| orders.at(members)) {
            order = other.iter().map(|at| &members[*at]).collect();
        }
        self.put("{");
        for (i, (name, value)) in order.into_iter().enumerate() {
            self.comma(i);
            self.line(depth + 1);
            self.string(name);
            self.put(match self.style.layout {
                Layout::Compact => ":",
                Layout::Jackson => " : ",
                _ => ": ",
            });
            self.value(value, depth + 1);
        }
        if !members.is_empty() {
            self.line(depth);
        } else if self.style.layout == Layout::Jackson {
            self.put(" ");
        }
        self.put("}");
    }

    fn number(&mut self, text: &str) {
        let index = self.number;
        self.number += 1;
        if let Some(other) = (self.swap)(index) {
            return self.put(&other);
        }
        match self.style.numbers {
            Numbers::AsTheyStand => self.put(text),
            Numbers::JavaScript => self.put(&javascript_number(text)),
            Numbers::Python => self.put(&python_number(text)),
        }
    }

    fn string(&mut self, text: &str) {
        self.out.push(b'"');
        let mut plain = 0;
        for (at, c) in text.char_indices() {
            if self.is_unescaped(c) {
                continue;
            }
            self.out.extend_from_slice(&text.as_bytes()[plain..at]);
            plain = at + c.len_utf8();
            self.escape(c);
        }
        self.out.extend_from_slice(&text.as_bytes()[plain..]);
        self.out.push(b'"');
    }

    /// Whether a character is written unescaped.
    fn is_unescaped(&self, c: char) -> bool {
        match c {
            '\\' | '\0'..' ' | '"' => false,
            '/' => !self.style.slash,
            '\u{7f}' => !matches!(
                self.style.escapes,
                Escapes::Ascii | Escapes::AsciiUpper | Escapes::DotNet
            ),
            '<' | '>' | '&' => !self.style.escapes.is_html(),
            '\'' => !matches!(self.style.escapes, Escapes::DotNet | Escapes::PhpHex),
            '+' | '`' => self.style.escapes != Escapes::DotNet,
            '\u{2028}' | '\u{2029}' => self.style.escapes == Escapes::Least,
            c if c.is_ascii() => true,
            _ => self.style.escapes.is_unicode(),
        }
    }

    fn escape(&mut self, c: char) {
        let escapes = self.style.escapes;
        let is_long = matches!(escapes, Escapes::GoLong | Escapes::GoPlain);
        match c {
            '"' if !matches!(escapes, Escapes::DotNet | Escapes::PhpHex) => self.put("\\\""),
            '\\' => self.put("\\\\"),
            '/' => self.put("\\/"),
            '\n' => self.put("\\n"),
            '\r' => self.put("\\r"),
            '\t' => self.put("\\t"),
            '\u{8}' if !is_long => self.put("\\b"),
            '\u{c}' if !is_long => self.put("\\f"),
            c => {
                let upper = match escapes {
                    Escapes::AsciiUpper | Escapes::DotNet => true,
                    Escapes::PhpHex => matches!(c, '<' | '>' | '&' | '\'' | '"'),
                    _ => false,
                };
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    self.put(&if upper {
                        format!("\\u{unit:04X}")
                    } else {
                        format!("\\u{unit:04x}")
                    });
                }
            }
        }
    }
}

/// The double that the text denotes, formatted as by `JSON.stringify`.
pub(crate) fn javascript_number(text: &str) -> String {
    let Ok(value) = text.parse::<f64>() else {
        return text.to_owned();
    };
    if value == 0.0 {
        return "0".to_owned();
    }
    let size = value.abs();
    if !(1e-6..1e21).contains(&size) {
        let text = format!("{value:e}");
        return match text.split_once("e-") {
            Some(_) => text,
            None => text.replacen('e', "e+", 1),
        };
    }
    format!("{value}")
}

/// As formatted by Python's `json`: integers unchanged, everything else as a float.
pub(crate) fn python_number(text: &str) -> String {
    if !text.contains(['.', 'e', 'E']) {
        return text.to_owned();
    }
    let Ok(value) = text.parse::<f64>() else {
        return text.to_owned();
    };
    let size = value.abs();
    if size != 0.0 && !(1e-4..1e16).contains(&size) {
        let text = format!("{value:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = match exponent.strip_prefix('-') {
            Some(rest) => ('-', rest),
            None => ('+', exponent),
        };
        return format!("{digits}e{sign}{exponent:0>2}");
    }
    format!("{value:?}")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn written(text: &str, style: Style) -> String {
        let mut out = Vec::new();
        style.write(&crate::text::json::parse(text).unwrap().0, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn styles_match_the_output_of_their_software() {
        let text = r#"{"b":[1.0,{"url":"a/b"},[]],"a":"é<\u2028","c":{}}"#;
        for (style, expected) in [
            (
                Style::new(Layout::Spaced, Escapes::Ascii),
                r#"{"b": [1.0, {"url": "a/b"}, []], "a": "\u00e9<\u2028", "c": {}}"#,
            ),
            (
                Style {
                    slash: true,
                    ..Style::new(Layout::Compact, Escapes::Ascii)
                },
                r#"{"b":[1.0,{"url":"a\/b"},[]],"a":"\u00e9<\u2028","c":{}}"#,
            ),
            (
                Style {
                    sorted: true,
                    numbers: Numbers::JavaScript,
                    ..Style::new(Layout::Compact, Escapes::Go)
                },
                r#"{"a":"é\u003c\u2028","b":[1,{"url":"a/b"},[]],"c":{}}"#,
            ),
            (
                Style::new(Layout::Indent(2), Escapes::Least),
                "{\n  \"b\": [\n    1.0,\n    {\n      \"url\": \"a/b\"\n    },\n    []\n  ],\n  \"a\": \"é<\u{2028}\",\n  \"c\": {}\n}",
            ),
        ] {
            assert_eq!(written(text, style), expected);
        }
    }

    #[test]
    fn numbers_are_formatted_as_in_other_languages() {
        for (text, javascript, python) in [
            ("1.0", "1", "1.0"),
            ("1e3", "1000", "1000.0"),
            ("10.50", "10.5", "10.5"),
            (
                "12345678901234567890",
                "12345678901234567000",
                "12345678901234567890",
            ),
            ("1e21", "1e+21", "1e+21"),
            ("0.0000001", "1e-7", "1e-07"),
            ("-0", "0", "-0"),
        ] {
            assert_eq!(javascript_number(text), javascript, "{text}");
            assert_eq!(python_number(text), python, "{text}");
        }
    }
}
