//! A streaming JSON scanner: one value of a document, read while the document
//! arrives and without keeping it.
//!
//! It answers what [`values::json`](crate::text::values::json) answers for the whole
//! document, in any split into pieces, with three limits that bound its memory; what
//! is beyond them is malformed: a value of more than [`MAX_VALUE`] bytes as it is
//! written, more than [`MAX_DEPTH`] open arrays and objects, and a number of more
//! than [`MAX_VALUE`] bytes where the pointer wants an array or object.
//!
//! As there, the whole document must be JSON (RFC 8259), a member name that occurs
//! twice on the way to the value is refused, and strings beside the way are not
//! looked at for UTF-8 and unpaired surrogates. Member names on the way are compared
//! as they are decoded, so that nothing is kept of them.

mod skip;

use std::str;

use smallvec::SmallVec;

use self::skip::{Skipped, next_byte, plain_length, skip_number, skip_text, skip_word};
use crate::text::values::{ValueError, pointer_step};

/// The longest value, as it is written: with quotes and escapes.
pub(crate) const MAX_VALUE: usize = 4096;

/// The most arrays and objects that may be open at one time.
pub(crate) const MAX_DEPTH: usize = 1024;

/// The most of them that the pointer may name: the limit of `serde_json`.
const MAX_LEVEL: usize = 127;

/// Reads the value that a JSON pointer (RFC 6901) names.
pub(crate) struct Scanner {
    /// The steps of the pointer without their escapes, one behind the other.
    steps: SmallVec<[u8; 48]>,
    /// Where each step ends.
    ends: SmallVec<[usize; 4]>,
    state: State,
    /// How many arrays and objects are open.
    depth: usize,
    /// Which of them are objects.
    objects: [u64; MAX_DEPTH / 64],
    /// How many of them the pointer names; the outermost ones.
    level: usize,
    /// How many steps of the pointer were found.
    matched: usize,
    /// The element of the innermost array that the pointer names.
    index: usize,
    /// What the next value is.
    role: Role,
    /// Whether the string is a member name.
    is_name: bool,
    /// Whether the string must be Unicode.
    is_checked: bool,
    /// How much of the wanted name the string has been so far; nothing when it is
    /// another one.
    compared: Option<usize>,
    /// A high surrogate whose low one must follow.
    high: Option<u16>,
    /// The start of a character that the end of a piece cut.
    cut: SmallVec<[u8; 4]>,
    /// The depth of the value that is being kept.
    kept_at: Option<usize>,
    value: Vec<u8>,
    is_found: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
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
    /// Within `true`, `false` or `null`: how many bytes of it were read.
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

impl State {
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
    /// The value that the pointer names.
    Wanted,
    /// One that should hold it.
    OnTheWay,
    Other,
}

/// A piece of the document.
struct Piece<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Where the value that is being kept starts in it.
    start: usize,
}

impl Piece<'_> {
    /// The next byte that is no white space.
    #[inline(always)]
    fn peek(&mut self) -> Option<u8> {
        next_byte(self.bytes, &mut self.at)
    }
}

type Next = Result<State, ValueError>;

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
            state: State::Value,
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

    /// Takes in the next piece of the document.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        if let State::Over(_) = self.state {
            return;
        }
        if let Err(error) = self.scan(bytes) {
            self.state = State::Over(error);
            self.value = Vec::new();
        }
    }

    /// The value, after the last piece: a string without its quotes and escapes,
    /// anything else as it is written.
    pub(crate) fn finish(mut self) -> Result<String, ValueError> {
        match self.state {
            State::Over(error) => return Err(error),
            // Only the end of the document ends a number that is all of it.
            State::Number(number) if self.depth == 0 && number.may_end() => {
                self.end_value(&Piece {
                    bytes: &[],
                    at: 0,
                    start: 0,
                })?;
            }
            State::After if self.depth == 0 => {}
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
        let mut piece = Piece {
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
                State::Text => self.text(&mut piece)?,
                State::After => match piece.peek() {
                    None => state,
                    Some(b',') if self.depth > 0 => {
                        piece.at += 1;
                        if self.is_in_object() {
                            State::Name
                        } else {
                            self.role = self.role_of_item();
                            State::Value
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
                State::Name | State::FirstName => match piece.peek() {
                    None => state,
                    Some(b'"') => {
                        piece.at += 1;
                        self.is_name = true;
                        self.is_checked = self.depth == self.level;
                        self.compared = self.is_checked.then_some(0);
                        State::Text
                    }
                    Some(b'}') if state == State::FirstName => self.close(&mut piece)?,
                    Some(_) => return Err(MALFORMED),
                },
                State::Colon => match piece.peek() {
                    None => state,
                    Some(b':') => {
                        piece.at += 1;
                        State::Value
                    }
                    Some(_) => return Err(MALFORMED),
                },
                State::Value => match piece.peek() {
                    None => state,
                    Some(first) => self.begin_value(&mut piece, first)?,
                },
                State::FirstItem => match piece.peek() {
                    None => state,
                    Some(b']') => self.close(&mut piece)?,
                    Some(first) => {
                        self.role = self.role_of_item();
                        self.begin_value(&mut piece, first)?
                    }
                },
                State::Number(number) => self.number(&mut piece, number)?,
                State::Word(word, read) => self.word(&mut piece, word, read)?,
                State::Escape => self.escape(&mut piece)?,
                State::Hex(unit, left) => self.hex(&mut piece, unit, left)?,
                State::Over(error) => return Err(error),
            };
        }
        if self.kept_at.is_some() {
            self.keep(&bytes[piece.start..])?;
        }
        self.state = state;
        Ok(())
    }

    /// Reads on in an array or object that is not on the way, as far as there are
    /// whole strings, numbers and words: the same as [`scan`](Self::scan), which reads
    /// what the end of the piece cuts, and which ends the array or object.
    fn skip(&mut self, piece: &mut Piece<'_>, mut state: State) -> Next {
        let bytes = piece.bytes;
        let mut at = piece.at;
        let mut is_object = self.is_in_object();
        self.role = Role::Other;
        'cut: loop {
            if matches!(state, State::Name | State::FirstName) {
                match next_byte(bytes, &mut at) {
                    None => break,
                    Some(b'"') => {}
                    // An empty object, as any other.
                    Some(b'}') if state == State::FirstName => {
                        state = State::After;
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
                state = State::Colon;
            }
            if state == State::Colon {
                match next_byte(bytes, &mut at) {
                    None => break,
                    Some(b':') => at += 1,
                    Some(_) => return Err(MALFORMED),
                }
                state = State::Value;
            }
            if state != State::After {
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
                    b']' if state == State::FirstItem => {}
                    b't' | b'f' | b'n' => match skip_word(bytes, at)? {
                        Some(end) => at = end,
                        None => break,
                    },
                    _ => return Err(MALFORMED),
                }
                state = State::After;
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
                true => State::Name,
                false => State::Value,
            };
        }
        piece.at = at;
        Ok(state)
    }

    /// Within a string that is not on the way.
    fn other_text(&mut self, is_name: bool) -> State {
        self.is_name = is_name;
        self.is_checked = false;
        self.compared = None;
        State::Text
    }

    #[inline(always)]
    fn is_in_object(&self) -> bool {
        let at = self.depth.wrapping_sub(1) % MAX_DEPTH;
        self.objects[at / 64] >> (at % 64) & 1 == 1
    }

    /// The step of the pointer that names something in the innermost array or object
    /// on its way.
    fn step(&self) -> &[u8] {
        let at = self.level.saturating_sub(1);
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.steps[start..self.ends[at]]
    }

    /// The next step of the pointer is found: what is there.
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
    fn begin_value(&mut self, piece: &mut Piece<'_>, first: u8) -> Next {
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
                State::Text
            }
            b'{' => self.open(true)?,
            b'[' => self.open(false)?,
            b'-' => State::Number(Number::Minus),
            b'0' => State::Number(Number::Zero),
            b'1'..=b'9' => State::Number(Number::Digit),
            b't' => State::Word(Word::True, 1),
            b'f' => State::Word(Word::False, 1),
            b'n' => State::Word(Word::Null, 1),
            _ => return Err(MALFORMED),
        };
        piece.at += 1;
        Ok(next)
    }

    fn open(&mut self, is_object: bool) -> Next {
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
            return Ok(State::FirstName);
        }
        self.role = Role::Other;
        Ok(State::FirstItem)
    }

    #[inline(always)]
    fn close(&mut self, piece: &mut Piece<'_>) -> Next {
        piece.at += 1;
        self.depth -= 1;
        self.level = self.level.min(self.depth);
        self.end_value(piece)
    }

    #[inline(always)]
    fn end_value(&mut self, piece: &Piece<'_>) -> Next {
        if self.kept_at == Some(self.depth) {
            self.end_kept(piece)?;
        }
        Ok(State::After)
    }

    #[inline(never)]
    fn end_kept(&mut self, piece: &Piece<'_>) -> Result<(), ValueError> {
        self.keep(&piece.bytes[piece.start..piece.at])?;
        self.kept_at = None;
        if self.matched == self.ends.len() {
            str::from_utf8(&self.value).map_err(|_| MALFORMED)?;
            self.is_found = true;
        } else {
            // A number where an array or object is wanted: nothing is there, unless it
            // is too large for one.
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
    fn text(&mut self, piece: &mut Piece<'_>) -> Next {
        let rest = &piece.bytes[piece.at..];
        let length = plain_length(rest);
        if self.is_checked {
            self.check(&rest[..length], length == rest.len())?;
        }
        piece.at += length;
        let Some(byte) = rest.get(length) else {
            return Ok(State::Text);
        };
        piece.at += 1;
        match byte {
            b'"' if self.is_name => self.end_name(),
            b'"' if self.high.is_some() => Err(MALFORMED),
            b'"' => self.end_value(piece),
            b'\\' => Ok(State::Escape),
            _ => Err(MALFORMED),
        }
    }

    #[inline(always)]
    fn end_name(&mut self) -> Next {
        self.role = Role::Other;
        if self.is_checked {
            self.end_name_on_the_way()?;
        }
        Ok(State::Colon)
    }

    fn end_name_on_the_way(&mut self) -> Result<(), ValueError> {
        if self.high.is_some() {
            return Err(MALFORMED);
        }
        if self.compared == Some(self.step().len()) {
            // Parsers disagree on which one counts.
            if self.matched >= self.level {
                return Err(ValueError::Repeated);
            }
            self.role = self.found_step();
        }
        Ok(())
    }

    /// Looks at the next bytes of a string that must be Unicode. `is_last`: more of
    /// it may follow in the next piece.
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

    /// Compares the next bytes of a member name, decoded, with the wanted one.
    fn compare(&mut self, bytes: &[u8]) {
        if let Some(at) = self.compared {
            let is_equal = self.step()[at..].starts_with(bytes);
            self.compared = is_equal.then_some(at + bytes.len());
        }
    }

    fn escape(&mut self, piece: &mut Piece<'_>) -> Next {
        let byte = piece.bytes[piece.at];
        piece.at += 1;
        if byte == b'u' {
            return Ok(State::Hex(0, 4));
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
        Ok(State::Text)
    }

    fn hex(&mut self, piece: &mut Piece<'_>, unit: u16, left: u8) -> Next {
        let digit = char::from(piece.bytes[piece.at]).to_digit(16);
        piece.at += 1;
        let digit = digit.and_then(|digit| u16::try_from(digit).ok());
        let unit = unit << 4 | digit.ok_or(MALFORMED)?;
        if left > 1 {
            return Ok(State::Hex(unit, left - 1));
        }
        if self.is_checked {
            self.check_unit(unit)?;
        }
        Ok(State::Text)
    }

    /// Looks at a UTF-16 code unit that was escaped.
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
    fn number(&mut self, piece: &mut Piece<'_>, mut number: Number) -> Next {
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
        Ok(State::Number(number))
    }

    fn word(&mut self, piece: &mut Piece<'_>, word: Word, read: u8) -> Next {
        let rest = &word.text()[usize::from(read)..];
        let bytes = &piece.bytes[piece.at..];
        let length = rest.len().min(bytes.len());
        if bytes[..length] != rest[..length] {
            return Err(MALFORMED);
        }
        piece.at += length;
        if length < rest.len() {
            return Ok(State::Word(word, read + u8::try_from(length).unwrap_or(0)));
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
