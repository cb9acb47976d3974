//! Escaping of text from the network, before it reaches a terminal, a log, a
//! header or JSON output.
//!
//! A request can carry escape sequences that move a terminal's cursor, line breaks that
//! forge log records, and bidirectional overrides and invisible characters that make one
//! text look like another. [`printable`] escapes them all; this crate's own messages
//! ([`Rejection`](crate::Rejection), [`Diagnosis`](crate::Diagnosis),
//! [`StoreError`](crate::StoreError)) are already printable.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

pub use hookward_replay::printable::is_printable;
use hookward_replay::printable::write_escaped;

/// The longest value that is shown, in characters, unless
/// [`Printable::limit`] says otherwise.
pub const VALUE_LIMIT: usize = 200;
/// The longest message.
const MESSAGE_LIMIT: usize = 4000;

/// Text from the network, escaped for display on one line.
///
/// Letters, digits, marks and symbols of every script are shown as they are. Control
/// characters (C0, DEL, C1), line and paragraph separators, format characters such as
/// bidirectional overrides and zero-width joiners, spaces other than U+0020,
/// default-ignorable characters, private-use and unassigned code points, and bytes that
/// are not UTF-8 are escaped: `\n`, `\x1b`, `\u{202e}`, `\xff`. A backslash is doubled,
/// so that the escaped text is unambiguous. A value longer than [`VALUE_LIMIT`] is
/// truncated and ends in `…`.
///
/// ```
/// use hookward::printable;
///
/// assert_eq!(printable("größe: 3").to_string(), "größe: 3");
/// assert_eq!(printable("a\r\nb\x1b[2J").to_string(), r"a\r\nb\x1b[2J");
/// assert_eq!(printable("a\u{202e}b\u{85}").to_string(), r"a\u{202e}b\u{85}");
/// assert_eq!(printable(b"\xffx").to_string(), r"\xffx");
/// assert_eq!(printable(r"\n").to_string(), r"\\n");
/// assert_eq!(printable("abcdef").limit(3).to_string(), "abc…");
/// ```
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct Printable<'a> {
    bytes: &'a [u8],
    limit: usize,
    style: EscapeStyle,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EscapeStyle {
    /// A value: backslashes are escaped as well.
    Value,
    /// A message around values that may be escaped already.
    Message,
    /// The same with several lines.
    Lines,
    /// Serialized JSON.
    Json,
}

/// Text from the network, for display. See [`Printable`].
pub fn printable<T: AsRef<[u8]> + ?Sized>(text: &T) -> Printable<'_> {
    Printable {
        bytes: text.as_ref(),
        limit: VALUE_LIMIT,
        style: EscapeStyle::Value,
    }
}

impl<'a> Printable<'a> {
    /// A message composed of fixed text and values, on one line. Like a value, except
    /// that backslashes are not doubled: values that are already escaped are not escaped
    /// twice.
    pub fn message<T: AsRef<[u8]> + ?Sized>(text: &'a T) -> Self {
        Self {
            bytes: text.as_ref(),
            limit: MESSAGE_LIMIT,
            style: EscapeStyle::Message,
        }
    }

    /// Text of several lines, such as a response body: like a message, but line feeds and
    /// tabs are kept.
    pub fn lines<T: AsRef<[u8]> + ?Sized>(text: &'a T) -> Self {
        Self {
            bytes: text.as_ref(),
            limit: usize::MAX,
            style: EscapeStyle::Lines,
        }
    }

    /// Serialized JSON. Unprintable characters, which can only occur within strings, are
    /// written as `\u202e`: the JSON decodes to the same value.
    ///
    /// ```
    /// use hookward::Printable;
    ///
    /// let json = serde_json::json!({"event": "a\u{202e}b"}).to_string();
    /// assert_eq!(Printable::json(&json).to_string(), r#"{"event":"a\u202eb"}"#);
    /// ```
    pub fn json<T: AsRef<[u8]> + ?Sized>(text: &'a T) -> Self {
        Self {
            bytes: text.as_ref(),
            limit: usize::MAX,
            style: EscapeStyle::Json,
        }
    }

    /// Shows at most this many characters of the text, followed by `…` if there are more.
    pub const fn limit(mut self, characters: usize) -> Self {
        self.limit = characters;
        self
    }

    fn escape(&self, c: char, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.style, c) {
            (EscapeStyle::Value, '\\') => f.write_str("\\\\"),
            (EscapeStyle::Lines | EscapeStyle::Json, '\n' | '\t') => f.write_char(c),
            (EscapeStyle::Json, _) if !is_printable(c) => c
                .encode_utf16(&mut [0; 2])
                .iter()
                .try_for_each(|unit| write!(f, "\\u{unit:04x}")),
            _ => write_escaped(c, f),
        }
    }
}

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut left = self.limit;
        for chunk in self.bytes.utf8_chunks() {
            for c in chunk.valid().chars() {
                if left == 0 {
                    return f.write_char('…');
                }
                left -= 1;
                self.escape(c, f)?;
            }
            for byte in chunk.invalid() {
                if left == 0 {
                    return f.write_char('…');
                }
                left -= 1;
                write!(f, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

/// Escapes what is not printable in a message; does not copy if nothing needs escaping.
pub(crate) fn message(text: Cow<'static, str>) -> Cow<'static, str> {
    match text {
        // A literal of this crate.
        Cow::Borrowed(text) => Cow::Borrowed(text),
        Cow::Owned(text) => Cow::Owned(owned(text)),
    }
}

pub(crate) fn owned(text: String) -> String {
    let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if text.len() <= MESSAGE_LIMIT && (is_plain || text.chars().all(is_printable)) {
        return text;
    }
    Printable::message(&text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_every_script_is_shown_as_it_is() {
        for text in ["Größe", "注文", "הזמנה", "طلب", "क्रम", "🎉 €5", "e\u{301}"]
        {
            assert_eq!(printable(text).to_string(), text);
            assert_eq!(Printable::message(text).to_string(), text);
            assert_eq!(Printable::json(text).to_string(), text);
        }
    }

    #[test]
    fn every_control_and_format_character_is_escaped_in_every_style() {
        let mut dangerous: Vec<char> = ('\0'..=' ').filter(|c| *c != ' ').collect();
        dangerous.extend('\x7f'..='\u{a0}');
        dangerous.extend("\u{ad}\u{34f}\u{61c}\u{180e}\u{feff}\u{fff9}\u{3164}\u{e0001}".chars());
        dangerous.extend('\u{200b}'..='\u{200f}');
        dangerous.extend('\u{2028}'..='\u{202f}');
        dangerous.extend('\u{2060}'..='\u{206f}');
        dangerous.extend("\u{378}\u{e000}\u{10ffff}\u{fe0f}\u{e0100}\u{1d173}".chars());
        for c in dangerous {
            let text = format!("a{c}b");
            for shown in [
                printable(&text).to_string(),
                Printable::message(&text).to_string(),
            ] {
                assert!(shown.starts_with("a\\") && shown.ends_with('b'), "{c:?}");
                assert!(shown.chars().all(is_printable), "{c:?}");
            }
            let json = serde_json::to_string(&text).unwrap_or_default();
            let shown = Printable::json(&json).to_string();
            assert!(shown.chars().all(is_printable), "{c:?}");
            assert_eq!(
                serde_json::from_str::<String>(&shown).ok().as_ref(),
                Some(&text)
            );
        }
    }

    #[test]
    fn an_escaped_value_is_unambiguous_and_is_not_escaped_twice_in_a_message() {
        assert_ne!(
            printable("\u{202e}").to_string(),
            printable("\\u{202e}").to_string()
        );
        assert_ne!(
            printable(b"\xff").to_string(),
            printable("\u{ff}").to_string()
        );
        let message = format!("`{}` is not a label", printable("a\u{202e}\n"));
        assert_eq!(Printable::message(&message).to_string(), message);
        assert_eq!(owned(message.clone()), message);
    }

    #[test]
    fn a_message_is_one_line_of_bounded_length() {
        let long = owned("\n".repeat(1 << 20));
        assert!(long.len() <= 2 * MESSAGE_LIMIT + '…'.len_utf8());
        assert!(!long.contains('\n'));
    }
}
