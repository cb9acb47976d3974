//! A streaming JSON scanner: it extracts one value of a document while the document
//! arrives, without buffering it.
//!
//! Its result is that of [`values::json`](crate::text::values::json) for the whole
//! document, however the document is split into chunks. Three limits bound its memory,
//! and what exceeds them is malformed: a value of more than [`MAX_VALUE`] bytes as
//! written, more than [`MAX_DEPTH`] open arrays and objects, and a number of more than
//! [`MAX_VALUE`] bytes where the pointer expects an array or object.
//!
//! As there, the whole document must be JSON (RFC 8259), a duplicate member name on the
//! path to the value is refused, and strings off the path are not checked for UTF-8 and
//! unpaired surrogates. Member names on the path are compared while they are decoded, so
//! that they need no buffer.

mod skip;

use std::str;

use smallvec::SmallVec;

use self::skip::{Skipped, next_byte, plain_length, skip_number, skip_text, skip_word};
use crate::text::values::{ValueError, pointer_step};

/// The longest value, as written: with quotes and escapes.
pub(crate) const MAX_VALUE: usize = 4096;

/// The maximum nesting depth of arrays and objects.
pub(crate) const MAX_DEPTH: usize = 1024;

/// The maximum depth of the pointer: the recursion limit of `serde_json`.
const MAX_LEVEL: usize = 127;

/// Reads the value that a JSON pointer (RFC 6901) refers to.
pub(crate) struct Scanner {
    /// The unescaped reference tokens of the pointer, concatenated.
    steps: SmallVec<[u8; 48]>,
    /// Where each token ends.
    ends: SmallVec<[usize; 4]>,
    state: ScanState,
    /// The number of open arrays and objects.
    depth: usize,
    /// Which of them are objects.
    objects: [u64; MAX_DEPTH / 64],
    /// How many of them are on the pointer's path; the outermost ones.
    level: usize,
    /// How many reference tokens have been resolved.
    matched: usize,
    /// The index that the pointer selects in the innermost array on its path.
    index: usize,
    /// What the next value is to the pointer.
    role: Role,
    /// Whether the string is a member name.
    is_name: bool,
    /// Whether the string must be valid Unicode.
    is_checked: bool,
    /// How much of the wanted name has been matched so far; `None` if the string is
    /// another name.
    compared: Option<usize>,
    /// A high surrogate that must be followed by a low one.
    high: Option<u16>,
    /// The start of a character that is split across chunks.
    cut: SmallVec<[u8; 4]>,
    /// The depth of the value that is being recorded.
    kept_at: Option<usize>,
    value: Vec<u8>,
    is_found: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ScanState {
    /// Before a value.
    Value,
    /// After `[`.
    FirstItem,
    /// After `{`.
    FirstName,
    /// After `,` in an object.
    Name,
    /// After a member name.
    Colon,
    /// After a value.
    After,
    Text,
    /// After a backslash.
    Escape,
    /// Within `\uXXXX`: the digits so far, and how many follow.
    Hex(u16, u8),
    Number(Number),
    /// Within `true`, `false` or `null`: the number of bytes read.
    Word(Word, u8),
    Over(ValueError),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    True,
    False,
    Null,
}

/// The last byte of a number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Number {
    Minus,
    /// A leading zero.
    Zero,
    Digit,
    Point,
    Fraction,
    E,
    Sign,
    Exponent,
}

impl ScanState {
    fn is_between_tokens(self) -> bool {
        matches!(
            self,
            Self::Value
                | Self::FirstItem
                | Self::FirstName
                | Self::Name
                | Self::Colon
                | Self::After
        )
    }
}

/// What a value is to the pointer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// The value that the pointer refers to.
    Wanted,
    /// One that contains it.
    OnTheWay,
    Other,
}

/// A chunk of the document.
struct Chunk<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Where the value that is being recorded starts in it.
    start: usize,
}

impl Chunk<'_> {
    /// The next byte that is not whitespace.
    #[inline(always)]
    fn peek(&mut self) -> Option<u8> {
        next_byte(self.bytes, &mut self.at)
    }
}

type ScanResult = Result<ScanState, ValueError>;

const MALFORMED: ValueError = ValueError::Malformed;

impl Scanner {
    pub(crate) fn new(pointer: &str) -> Self {
        let mut steps = SmallVec::new();
        let mut ends = SmallVec::new();
        for step in pointer.split('/').skip(1) {
            if step.contains('~') {
                steps.extend_from_slice(pointer_step(step).as_bytes());
            } else {
                steps.extend_from_slice(step.as_bytes());
            }
            ends.push(steps.len());
        }
        let role = match ends.is_empty() {
            true => Role::Wanted,
            false => Role::OnTheWay,
        };
        Self {
            steps,
            ends,
            state: ScanState::Value,
            depth: 0,
            objects: [0; MAX_DEPTH / 64],
            level: 0,
            matched: 0,
            index: 0,
            role,
            is_name: false,
            is_checked: false,
            compared: None,
            high: None,
            cut: SmallVec::new(),
            kept_at: None,
            value: Vec::new(),
            is_found: false,
        }
    }

    /// Consumes the next chunk of the document.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        if let ScanState::Over(_) = self.state {
            return;
        }
        if let Err(error) = self.scan(bytes) {
            self.state = ScanState::Over(error);
            self.value = Vec::new();
        }
    }

    /// The value, after the last chunk: a string without quotes and unescaped, anything
    /// else as written.
    pub(crate) fn finish(mut self) -> Result<String, ValueError> {
        match self.state {
            ScanState::Over(error) => return Err(error),
            // A document that is a single number ends only with the input.
            ScanState::Number(number) if self.depth == 0 && number.may_end() => {
                self.end_value(&Chunk {
                    bytes: &[],
                    at: 0,
                    start: 0,
                })?;
            }
            ScanState::After if self.depth == 0 => {}
            _ => return Err(MALFORMED),
        }
        if !self.is_found {
            return Err(ValueError::Missing);
        }
        let mut value = String::from_utf8(self.value).map_err(|_| MALFORMED)?;
        if value.starts_with('"') {
            if value.contains('\\') {
                return serde_json::from_str(&value).map_err(|_| MALFORMED);
            }
            value.pop();
            value.remove(0);
        }
        Ok(value)
    }

    fn scan(&mut self, bytes: &[u8]) -> Result<(), ValueError> {
        let mut piece = Chunk {
            bytes,
            at: 0,
            start: 0,
        };
        let mut state = self.state;
        while piece.at < bytes.len() {
            if self.depth > self.level && state.is_between_tokens() {
                state = self.skip(&mut piece, state)?;
                if piece.at == bytes.len() {
                    break;
                }
            }
            state = match state {
                ScanState::Text => self.text(&mut piece)?,
                ScanState::After => match piece.peek() {
                    None => state,
                    Some(b',') if self.depth > 0 => {
                        piece.at += 1;
                        if self.is_in_object() {
                            ScanState::Name
                        } else {
                            self.role = self.role_of_item();
                            ScanState::Value
                        }
                    }
                    Some(b'}') if self.depth > 0 && self.is_in_object() => {
                        self.close(&mut piece)?
                    }
                    Some(b']') if self.depth > 0 && !self.is_in_object() => {
                        self.close(&mut piece)?
                    }
                    Some(_) => return Err(MALFORMED),
                },
                ScanState::Name | ScanState::FirstName => match piece.peek() {
                    None => state,
                    Some(b'"') => {
                        piece.at += 1;
                        self.is_name = true;
                        self.is_checked = self.depth == self.level;
                        self.compared = self.is_checked.then_some(0);
                        ScanState::Text
                    }
                    Some(b'}') if state == ScanState::FirstName => self.close(&mut piece)?,
                    Some(_) => return Err(MALFORMED),
                },
                ScanState::Colon => match piece.peek() {
                    None => state,
                    Some(b':') => {
                        piece.at += 1;
                        ScanState::Value
                    }
                    Some(_) => return Err(MALFORMED),
                },
                ScanState::Value => match piece.peek() {
                    None => state,
                    Some(first) => self.begin_value(&mut piece, first)?,
                },
                ScanState::FirstItem => match piece.peek() {
                    None => state,
                    Some(b']') => self.close(&mut piece)?,
                    Some(first) => {
                        self.role = self.role_of_item();
                        self.begin_value(&mut piece, first)?
                    }
                },
                ScanState::Number(number) => self.number(&mut piece, number)?,
                ScanState::Word(word, read) => self.word(&mut piece, word, read)?,
                ScanState::Escape => self.escape(&mut piece)?,
                ScanState::Hex(unit, left) => self.hex(&mut piece, unit, left)?,
                ScanState::Over(error) => return Err(error),
            };
        }
        if self.kept_at.is_some() {
            self.keep(&bytes[piece.start..])?;
        }
        self.state = state;
        Ok(())
    }

    /// Skips whole strings, numbers and literals in an array or object off the path: a
    /// fast path of [`scan`](Self::scan), which handles tokens split across chunks and
    /// the end of the array or object.
    fn skip(&mut self, piece: &mut Chunk<'_>, mut state: ScanState) -> ScanResult {
        let bytes = piece.bytes;
        let mut at = piece.at;
        let mut is_object = self.is_in_object();
        self.role = Role::Other;
        'cut: loop {
            if matches!(state, ScanState::Name | ScanState::FirstName) {
                match next_byte(bytes, &mut at) {
                    None => break,
                    Some(b'"') => {}
                    // An empty object is handled like any other.
                    Some(b'}') if state == ScanState::FirstName => {
                        state = ScanState::After;
                        continue;
                    }
                    Some(_) => return Err(MALFORMED),
                }
                match skip_text(bytes, at + 1)? {
                    Skipped::Whole(end) => at = end,
                    Skipped::Cut(end) => {
                        at = end;
                        state = self.other_text(true);
                        break;
                    }
                }
                state = ScanState::Colon;
            }
            if state == ScanState::Colon {
                match next_byte(bytes, &mut at) {
                    None => break,
                    Some(b':') => at += 1,
                    Some(_) => return Err(MALFORMED),
                }
                state = ScanState::Value;
            }
            if state != ScanState::After {
                let Some(byte) = next_byte(bytes, &mut at) else {
                    break;
                };
                match byte {
                    b'"' => match skip_text(bytes, at + 1)? {
                        Skipped::Whole(end) => at = end,
                        Skipped::Cut(end) => {
                            at = end;
                            state = self.other_text(false);
                            break;
                        }
                    },
                    b'-' | b'0'..=b'9' => match skip_number(bytes, at)? {
                        Some(end) => at = end,
                        None => break,
                    },
                    b'{' | b'[' => {
                        is_object = byte == b'{';
                        state = self.open(is_object)?;
                        at += 1;
                        continue;
                    }
                    b']' if state == ScanState::FirstItem => {}
                    b't' | b'f' | b'n' => match skip_word(bytes, at)? {
                        Some(end) => at = end,
                        None => break,
                    },
                    _ => return Err(MALFORMED),
                }
                state = ScanState::After;
            }
            loop {
                let Some(byte) = next_byte(bytes, &mut at) else {
                    break 'cut;
                };
                if byte == b',' {
                    break;
                }
                if byte != if is_object { b'}' } else { b']' } {
                    return Err(MALFORMED);
                }
                if self.depth == self.level + 1 {
                    break 'cut;
                }
                at += 1;
                self.depth -= 1;
                is_object = self.is_in_object();
            }
            at += 1;
            state = match is_object {
                true => ScanState::Name,
                false => ScanState::Value,
            };
        }
        piece.at = at;
        Ok(state)
    }

    /// Within a string off the path.
    fn other_text(&mut self, is_name: bool) -> ScanState {
        self.is_name = is_name;
        self.is_checked = false;
        self.compared = None;
        ScanState::Text
    }

    #[inline(always)]
    fn is_in_object(&self) -> bool {
        let at = self.depth.wrapping_sub(1) % MAX_DEPTH;
        self.objects[at / 64] >> (at % 64) & 1 == 1
    }

    /// The reference token that selects within the innermost array or object on the path.
    fn step(&self) -> &[u8] {
        let at = self.level.saturating_sub(1);
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.steps[start..self.ends[at]]
    }

    /// The next reference token is resolved: what the value is to the pointer.
    fn found_step(&mut self) -> Role {
        self.matched = self.level;
        if self.matched == self.ends.len() {
            Role::Wanted
        } else {
            Role::OnTheWay
        }
    }

    #[inline(always)]
    fn role_of_item(&mut self) -> Role {
        if self.depth != self.level || self.matched >= self.level {
            return Role::Other;
        }
        self.role_of_item_on_the_way()
    }

    fn role_of_item_on_the_way(&mut self) -> Role {
        let wanted = str::from_utf8(self.step())
            .ok()
            .and_then(|s| s.parse().ok());
        let is_wanted = wanted == Some(self.index);
        self.index += 1;
        if is_wanted {
            self.found_step()
        } else {
            Role::Other
        }
    }

    #[inline(always)]
    fn begin_value(&mut self, piece: &mut Chunk<'_>, first: u8) -> ScanResult {
        let is_number = matches!(first, b'-' | b'0'..=b'9');
        if self.role == Role::Wanted || self.role == Role::OnTheWay && is_number {
            self.kept_at = Some(self.depth);
            piece.start = piece.at;
        }
        let next = match first {
            b'"' => {
                self.is_name = false;
                self.is_checked = self.role == Role::OnTheWay;
                self.compared = None;
                ScanState::Text
            }
            b'{' => self.open(true)?,
            b'[' => self.open(false)?,
            b'-' => ScanState::Number(Number::Minus),
            b'0' => ScanState::Number(Number::Zero),
            b'1'..=b'9' => ScanState::Number(Number::Digit),
            b't' => ScanState::Word(Word::True, 1),
            b'f' => ScanState::Word(Word::False, 1),
            b'n' => ScanState::Word(Word::Null, 1),
            _ => return Err(MALFORMED),
        };
        piece.at += 1;
        Ok(next)
    }

    fn open(&mut self, is_object: bool) -> ScanResult {
        if self.depth == MAX_DEPTH {
            return Err(MALFORMED);
        }
        let (word, bit) = (self.depth / 64, self.depth % 64);
        self.objects[word] = self.objects[word] & !(1 << bit) | u64::from(is_object) << bit;
        self.depth += 1;
        if self.role == Role::OnTheWay {
            if self.level == MAX_LEVEL {
                return Err(MALFORMED);
            }
            self.level += 1;
            self.index = 0;
        }
        if is_object {
            return Ok(ScanState::FirstName);
        }
        self.role = Role::Other;
        Ok(ScanState::FirstItem)
    }

    #[inline(always)]
    fn close(&mut self, piece: &mut Chunk<'_>) -> ScanResult {
        piece.at += 1;
        self.depth -= 1;
        self.level = self.level.min(self.depth);
        self.end_value(piece)
    }

    #[inline(always)]
    fn end_value(&mut self, piece: &Chunk<'_>) -> ScanResult {
        if self.kept_at == Some(self.depth) {
            self.end_kept(piece)?;
        }
        Ok(ScanState::After)
    }

    #[inline(never)]
    fn end_kept(&mut self, piece: &Chunk<'_>) -> Result<(), ValueError> {
        self.keep(&piece.bytes[piece.start..piece.at])?;
        self.kept_at = None;
        if self.matched == self.ends.len() {
            str::from_utf8(&self.value).map_err(|_| MALFORMED)?;
            self.is_found = true;
        } else {
            // A number where an array or object is expected: the value is missing, unless
            // the number is out of range.
            serde_json::from_slice::<f64>(&self.value).map_err(|_| MALFORMED)?;
            self.value.clear();
        }
        Ok(())
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), ValueError> {
        if self.value.len() + bytes.len() > MAX_VALUE {
            return Err(MALFORMED);
        }
        self.value.extend_from_slice(bytes);
        Ok(())
    }

    #[inline(always)]
    fn text(&mut self, piece: &mut Chunk<'_>) -> ScanResult {
        let rest = &piece.bytes[piece.at..];
        let length = plain_length(rest);
        if self.is_checked {
            self.check(&rest[..length], length == rest.len())?;
        }
        piece.at += length;
        let Some(byte) = rest.get(length) else {
            return Ok(ScanState::Text);
        };
        piece.at += 1;
        match byte {
            b'"' if self.is_name => self.end_name(),
            b'"' if self.high.is_some() => Err(MALFORMED),
            b'"' => self.end_value(piece),
            b'\\' => Ok(ScanState::Escape),
            _ => Err(MALFORMED),
        }
    }

    #[inline(always)]
    fn end_name(&mut self) -> ScanResult {
        self.role = Role::Other;
        if self.is_checked {
            self.end_name_on_the_way()?;
        }
        Ok(ScanState::Colon)
    }

    fn end_name_on_the_way(&mut self) -> Result<(), ValueError> {
        if self.high.is_some() {
            return Err(MALFORMED);
        }
        if self.compared == Some(self.step().len()) {
            // Parsers disagree on which one wins.
            if self.matched >= self.level {
                return Err(ValueError::Repeated);
            }
            self.role = self.found_step();
        }
        Ok(())
    }

    /// Validates the next bytes of a string that must be Unicode. `is_last`: the string
    /// may continue in the next chunk.
    fn check(&mut self, bytes: &[u8], is_last: bool) -> Result<(), ValueError> {
        if self.high.is_some() && !bytes.is_empty() {
            return Err(MALFORMED);
        }
        self.compare(bytes);
        let mut bytes = bytes;
        while !self.cut.is_empty() {
            let Some((byte, rest)) = bytes.split_first() else {
                return if is_last { Ok(()) } else { Err(MALFORMED) };
            };
            self.cut.push(*byte);
            bytes = rest;
            match str::from_utf8(&self.cut) {
                Ok(_) => self.cut.clear(),
                Err(error) if error.error_len().is_none() => {}
                Err(_) => return Err(MALFORMED),
            }
        }
        match str::from_utf8(bytes) {
            Ok(_) => Ok(()),
            Err(error) if is_last && error.error_len().is_none() => {
                self.cut.extend_from_slice(&bytes[error.valid_up_to()..]);
                Ok(())
            }
            Err(_) => Err(MALFORMED),
        }
    }

    /// Compares the next decoded bytes of a member name with the wanted one.
    fn compare(&mut self, bytes: &[u8]) {
        if let Some(at) = self.compared {
            let is_equal = self.step()[at..].starts_with(bytes);
            self.compared = is_equal.then_some(at + bytes.len());
        }
    }

    fn escape(&mut self, piece: &mut Chunk<'_>) -> ScanResult {
        let byte = piece.bytes[piece.at];
        piece.at += 1;
        if byte == b'u' {
            return Ok(ScanState::Hex(0, 4));
        }
        let decoded = match byte {
            b'"' | b'\\' | b'/' => byte,
            b'b' => 0x08,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            _ => return Err(MALFORMED),
        };
        if self.is_checked {
            if self.high.is_some() {
                return Err(MALFORMED);
            }
            self.compare(&[decoded]);
        }
        Ok(ScanState::Text)
    }

    fn hex(&mut self, piece: &mut Chunk<'_>, unit: u16, left: u8) -> ScanResult {
        let digit = char::from(piece.bytes[piece.at]).to_digit(16);
        piece.at += 1;
        let digit = digit.and_then(|digit| u16::try_from(digit).ok());
        let unit = unit << 4 | digit.ok_or(MALFORMED)?;
        if left > 1 {
            return Ok(ScanState::Hex(unit, left - 1));
        }
        if self.is_checked {
            self.check_unit(unit)?;
        }
        Ok(ScanState::Text)
    }

    /// Handles an escaped UTF-16 code unit.
    fn check_unit(&mut self, unit: u16) -> Result<(), ValueError> {
        let high = self.high.take();
        if high.is_none() && (0xd800..0xdc00).contains(&unit) {
            self.high = Some(unit);
            return Ok(());
        }
        let c = char::decode_utf16(high.into_iter().chain([unit])).next();
        let c = c.and_then(Result::ok).ok_or(MALFORMED)?;
        self.compare(c.encode_utf8(&mut [0; 4]).as_bytes());
        Ok(())
    }

    #[inline(always)]
    fn number(&mut self, piece: &mut Chunk<'_>, mut number: Number) -> ScanResult {
        while let Some(&byte) = piece.bytes.get(piece.at) {
            number = match (number, byte) {
                (Number::Digit, b'0'..=b'9') | (Number::Minus, b'1'..=b'9') => Number::Digit,
                (Number::Minus, b'0') => Number::Zero,
                (Number::Zero | Number::Digit, b'.') => Number::Point,
                (Number::Point | Number::Fraction, b'0'..=b'9') => Number::Fraction,
                (Number::Zero | Number::Digit | Number::Fraction, b'e' | b'E') => Number::E,
                (Number::E, b'+' | b'-') => Number::Sign,
                (Number::E | Number::Sign | Number::Exponent, b'0'..=b'9') => Number::Exponent,
                (number, _) if number.may_end() => return self.end_value(piece),
                _ => return Err(MALFORMED),
            };
            piece.at += 1;
        }
        Ok(ScanState::Number(number))
    }

    fn word(&mut self, piece: &mut Chunk<'_>, word: Word, read: u8) -> ScanResult {
        let rest = &word.text()[usize::from(read)..];
        let bytes = &piece.bytes[piece.at..];
        let length = rest.len().min(bytes.len());
        if bytes[..length] != rest[..length] {
            return Err(MALFORMED);
        }
        piece.at += length;
        if length < rest.len() {
            return Ok(ScanState::Word(
                word,
                read + u8::try_from(length).unwrap_or(0),
            ));
        }
        self.end_value(piece)
    }
}

impl Word {
    fn text(self) -> &'static [u8] {
        match self {
            Self::True => b"true",
            Self::False => b"false",
            Self::Null => b"null",
        }
    }
}

impl Number {
    fn may_end(self) -> bool {
        matches!(
            self,
            Self::Zero | Self::Digit | Self::Fraction | Self::Exponent
        )
    }
}

#[cfg(test)]
mod tests;
