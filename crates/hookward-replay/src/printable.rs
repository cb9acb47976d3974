//! Escaping of characters that are invisible or change how text is displayed.
//!
//! Defined here because the messages of a [`StoreError`](crate::StoreError) must be
//! printable, and `hookward-core`, whose `Printable` builds on this, depends on this
//! crate.

use std::fmt;

/// Writes a character, escaped as `\n`, `\x1b` or `\u{202e}` unless it is printable.
///
/// # Errors
/// Those of the writer.
pub fn write_escaped(c: char, out: &mut impl fmt::Write) -> fmt::Result {
    match c {
        _ if is_printable(c) => out.write_char(c),
        '\n' => out.write_str("\\n"),
        '\r' => out.write_str("\\r"),
        '\t' => out.write_str("\\t"),
        '\0'..='\x7f' => write!(out, "\\x{:02x}", u32::from(c)),
        _ => write!(out, "\\u{{{:x}}}", u32::from(c)),
    }
}

/// Whether a character is displayed as itself, wherever it is displayed. The space is;
/// all other blanks and control characters are not.
///
/// Which code points are assigned depends on the Unicode tables of the standard library
/// that this crate was compiled with.
#[must_use]
pub fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return matches!(c, ' '..='~');
    }
    // Letters and symbols that are displayed as nothing (Default_Ignorable_Code_Point,
    // and the empty Braille cell).
    if matches!(
        c,
        '\u{34f}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffc}'
            | '\u{e0000}'..='\u{e0fff}'
    ) {
        return false;
    }
    // The standard library escapes the categories Cc, Cf, Cn, Co, Zl, Zp and Zs, as well
    // as combining marks at the start of a text, hence the character in front.
    let mut text = [b'a'; 5];
    let length = 1 + c.encode_utf8(&mut text[1..]).len();
    std::str::from_utf8(&text[..length]).is_ok_and(|text| text.escape_debug().nth(1) == Some(c))
}
