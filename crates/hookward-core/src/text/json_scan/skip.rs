//! A JSON tokenizer that skips: strings, numbers and literals within one chunk, several
//! bytes at a time. Most of a body is off the path to the value that is read.

use super::MALFORMED;
use crate::text::values::ValueError;

/// The next byte that is not whitespace.
#[inline(always)]
pub(super) fn next_byte(bytes: &[u8], at: &mut usize) -> Option<u8> {
    let byte = *bytes.get(*at)?;
    if byte > b' ' {
        return Some(byte);
    }
    after_blanks(bytes, at)
}

#[inline(always)]
fn after_blanks(bytes: &[u8], at: &mut usize) -> Option<u8> {
    loop {
        match *bytes.get(*at)? {
            // Indentation, eight bytes at a time.
            b' ' => {
                *at += match bytes[*at..].first_chunk() {
                    Some(word) => spaces(u64::from_le_bytes(*word)),
                    None => 1,
                }
            }
            b'\t' | b'\n' | b'\r' => *at += 1,
            byte => return Some(byte),
        }
    }
}

/// The number of leading spaces.
#[inline(always)]
fn spaces(word: u64) -> usize {
    (word ^ u64::from_ne_bytes([b' '; 8])).trailing_zeros() as usize / 8
}

/// Where a string ends.
pub(super) enum Skipped {
    /// After its closing quote.
    Whole(usize),
    /// In a later chunk; the bytes from this index on are unread.
    Cut(usize),
}

/// Skips the rest of a string.
#[inline(always)]
pub(super) fn skip_text(bytes: &[u8], mut at: usize) -> Result<Skipped, ValueError> {
    loop {
        at += plain_length(&bytes[at..]);
        match bytes.get(at) {
            Some(b'"') => return Ok(Skipped::Whole(at + 1)),
            Some(b'\\') => {}
            Some(_) => return Err(MALFORMED),
            None => return Ok(Skipped::Cut(at)),
        }
        at += match bytes.get(at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
            Some(b'u') => match bytes.get(at + 2..at + 6) {
                Some(digits) if digits.iter().all(u8::is_ascii_hexdigit) => 6,
                Some(_) => return Err(MALFORMED),
                None => return Ok(Skipped::Cut(at)),
            },
            Some(_) => return Err(MALFORMED),
            None => return Ok(Skipped::Cut(at)),
        };
    }
}

/// The index after a number; `None` if the chunk ends with it.
#[inline(always)]
pub(super) fn skip_number(bytes: &[u8], mut at: usize) -> Result<Option<usize>, ValueError> {
    if bytes[at] == b'-' {
        at += 1;
    }
    // A leading zero can only be followed by a fraction or an exponent.
    let mut next = match bytes.get(at) {
        Some(b'0') => at + 1,
        _ => match skip_digits(bytes, at) {
            end if end == at => return if_cut(bytes, at),
            end => end,
        },
    };
    if bytes.get(next) == Some(&b'.') {
        at = next + 1;
        next = skip_digits(bytes, at);
        if next == at {
            return if_cut(bytes, at);
        }
    }
    if matches!(bytes.get(next), Some(b'e' | b'E')) {
        at = next + 1;
        at += usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
        next = skip_digits(bytes, at);
        if next == at {
            return if_cut(bytes, at);
        }
    }
    Ok((next < bytes.len()).then_some(next))
}

/// An error if there is no digit where one is required, unless the chunk ends there.
fn if_cut(bytes: &[u8], at: usize) -> Result<Option<usize>, ValueError> {
    match bytes.get(at) {
        None => Ok(None),
        Some(_) => Err(MALFORMED),
    }
}

#[inline(always)]
fn skip_digits(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    at
}

/// The index after `true`, `false` or `null`; `None` if the chunk ends first.
#[inline(always)]
pub(super) fn skip_word(bytes: &[u8], at: usize) -> Result<Option<usize>, ValueError> {
    match &bytes[at..] {
        [b't', b'r', b'u', b'e', ..] | [b'n', b'u', b'l', b'l', ..] => Ok(Some(at + 4)),
        [b'f', b'a', b'l', b's', b'e', ..] => Ok(Some(at + 5)),
        rest if rest.len() < 5 => Ok(None),
        _ => Err(MALFORMED),
    }
}

/// The number of bytes before a quote, a backslash or a control character.
#[inline(always)]
pub(super) fn plain_length(bytes: &[u8]) -> usize {
    /// From this length on, `memchr` pays for its setup.
    const SHORT: usize = 4;
    let (words, _) = bytes.as_chunks::<8>();
    for (at, word) in words.iter().take(SHORT).enumerate() {
        let found = special(u64::from_le_bytes(*word));
        if found != 0 {
            return at * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    plain_length_from(bytes, words.len().min(SHORT) * 8)
}

#[inline(never)]
fn plain_length_from(bytes: &[u8], start: usize) -> usize {
    let rest = &bytes[start..];
    let end = memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
    let is_control = |byte: &u8| *byte < b' ';
    // Branch-free over the word.
    let any = |bytes: &[u8]| bytes.iter().fold(false, |any, byte| any | is_control(byte));
    match any(&rest[..end]) {
        false => start + end,
        true => start + rest.iter().position(is_control).unwrap_or(end),
    }
}

/// The high bit of each byte that is a quote, a backslash or a control character; bits
/// above the first such byte may be false positives.
#[inline(always)]
fn special(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    let has = |word: u64, below: u64| word.wrapping_sub(ONES * below) & !word;
    let quote = has(word ^ (ONES * u64::from(b'"')), 1);
    let backslash = has(word ^ (ONES * u64::from(b'\\')), 1);
    (quote | backslash | has(word, 0x20)) & (ONES << 7)
}
