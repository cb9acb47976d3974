//! Grammar of challenges, and the language of the texts that handshakes sign for anyone.
//!
//! A [`Shape`] restricts a challenge to an alphabet and a length. The shapes of what a
//! handshake signs define the language of all texts that anyone can have signed
//! ([`Reserved`]). A delivery whose signed content is in that language proves nothing,
//! and is refused.

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

/// The characters of a challenge. No alphabet contains `<`, `>`, quotes or `&`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Alphabet {
    /// `0` to `9`.
    Digits,
    /// `0` to `9` and `a` to `f`.
    Hex,
    /// ASCII letters and digits.
    Alphanumeric,
    /// ASCII letters, digits, `-` and `_`: also the characters of base64url.
    Base64url,
    /// ASCII letters, digits and `-._~+/=`: also the characters of base64.
    Token,
    /// Printable ASCII, including the space, except for `<`, `>`, quotes and `&`. For
    /// challenges that are echoed; texts of this alphabet are never signed.
    Text,
}

impl Alphabet {
    const fn has(self, byte: u8) -> bool {
        match self {
            Self::Digits => byte.is_ascii_digit(),
            Self::Hex => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
            Self::Alphanumeric => byte.is_ascii_alphanumeric(),
            Self::Base64url => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'),
            Self::Token => {
                byte.is_ascii_alphanumeric()
                    || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=')
            }
            Self::Text => {
                matches!(byte, b' '..=b'~') && !matches!(byte, b'<' | b'>' | b'"' | b'\'' | b'&')
            }
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Digits => "digits",
            Self::Hex => "lower-case hex digits",
            Self::Alphanumeric => "letters and digits",
            Self::Base64url => "letters, digits, `-` and `_`",
            Self::Token => "letters, digits and `-._~+/=`",
            Self::Text => "ASCII characters without markup",
        }
    }
}

/// The shape of a challenge: a number of characters of an alphabet, or a UUID. A
/// challenge of any other shape is refused before anything is computed from it.
///
/// ```
/// use hookward::handshake::{Alphabet, Shape};
///
/// const CODE: Shape = Shape::new(Alphabet::Digits, 1, 20);
/// assert!(CODE.matches("1158201444"));
/// assert!(!CODE.matches("") && !CODE.matches("1e3"));
/// assert!(Shape::UUID.matches("890e4665-4dfe-4ab1-b689-ed553bceeed0"));
/// assert_eq!(CODE.to_string(), "1 to 20 digits");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Uuid,
    Run {
        alphabet: Alphabet,
        min: usize,
        max: usize,
    },
}

/// The length of a UUID in its text form.
const UUID: usize = 36;

impl Shape {
    /// A UUID in its text form, in either case (RFC 9562 section 4).
    pub const UUID: Self = Self { kind: Kind::Uuid };

    /// From `min` to `max` characters of an alphabet. A `min` of 0 is raised to 1, since
    /// an empty challenge is a missing one.
    #[must_use]
    pub const fn new(alphabet: Alphabet, min: usize, max: usize) -> Self {
        let min = if min == 0 { 1 } else { min };
        Self {
            kind: Kind::Run { alphabet, min, max },
        }
    }

    /// Whether the whole text has this shape.
    #[must_use]
    pub fn matches(self, text: &str) -> bool {
        let text = text.as_bytes();
        match self.kind {
            Kind::Uuid => is_uuid(text),
            Kind::Run { alphabet, min, max } => {
                (min..=max).contains(&text.len()) && text.iter().all(|byte| alphabet.has(*byte))
            }
        }
    }

    /// Whether texts of this shape may be signed: they are short, and their alphabet
    /// cannot express JSON objects, markup or line breaks.
    pub(crate) const fn may_be_signed(self) -> bool {
        match self.kind {
            Kind::Uuid => true,
            Kind::Run { alphabet, max, .. } => {
                !matches!(alphabet, Alphabet::Text) && max <= LONGEST_SIGNED
            }
        }
    }

    const fn max_len(self) -> usize {
        match self.kind {
            Kind::Uuid => UUID,
            Kind::Run { max, .. } => max,
        }
    }
}

/// The maximum length of a signed challenge, in bytes.
const LONGEST_SIGNED: usize = 256;

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Uuid => f.write_str("a UUID"),
            Kind::Run { alphabet, min, max } if min == max => {
                write!(f, "{min} {}", alphabet.name())
            }
            Kind::Run { alphabet, min, max } => write!(f, "{min} to {max} {}", alphabet.name()),
        }
    }
}

fn is_uuid(text: &[u8]) -> bool {
    text.len() == UUID
        && text.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// A piece of a text that a handshake signs.
#[derive(Clone)]
pub(crate) enum Piece {
    /// A fixed text, which may be a secret.
    Literal(Arc<Zeroizing<Vec<u8>>>),
    /// A text that the requester chooses.
    Chosen(Shape),
}

impl Piece {
    pub(crate) fn literal(text: &str) -> Self {
        Self::Literal(Arc::new(Zeroizing::new(text.as_bytes().to_vec())))
    }

    fn max_len(&self) -> usize {
        match self {
            Self::Literal(text) => text.len(),
            Self::Chosen(shape) => shape.max_len(),
        }
    }

    /// The positions at which a piece may end that starts at one of `starts`, in time
    /// linear in the length of the text.
    fn ends(&self, text: &[u8], starts: &[bool]) -> Vec<bool> {
        let mut ends = vec![false; starts.len()];
        let (min, max, run_at): (usize, usize, Vec<usize>) = match self {
            Self::Chosen(Shape {
                kind: Kind::Run { alphabet, min, max },
            }) => (*min, *max, runs(text, *alphabet)),
            _ => (0, 0, Vec::new()),
        };
        // One past the last position that is marked.
        let mut reach = 0;
        for (start, is_start) in starts.iter().enumerate() {
            let rest = text.get(start..).unwrap_or_default();
            match self {
                Self::Literal(literal) if *is_start && rest.starts_with(literal) => {
                    ends[start + literal.len()] = true;
                }
                Self::Chosen(Shape { kind: Kind::Uuid })
                    if *is_start && rest.get(..UUID).is_some_and(is_uuid) =>
                {
                    ends[start + UUID] = true;
                }
                Self::Chosen(Shape {
                    kind: Kind::Run { .. },
                }) if *is_start => {
                    let last = start + run_at[start].min(max);
                    // Lower positions are marked already.
                    for end in ends
                        .iter_mut()
                        .take(last + 1)
                        .skip((start + min).max(reach))
                    {
                        *end = true;
                    }
                    if last >= start + min {
                        reach = reach.max(last + 1);
                    }
                }
                _ => {}
            }
        }
        ends
    }
}

/// For each position, the length of the run of the alphabet's characters that starts
/// there.
fn runs(text: &[u8], alphabet: Alphabet) -> Vec<usize> {
    let mut runs = vec![0; text.len() + 1];
    for (at, byte) in text.iter().enumerate().rev() {
        if alphabet.has(*byte) {
            runs[at] = runs[at + 1] + 1;
        }
    }
    runs
}

/// All texts that handshakes sign for anyone.
pub(crate) struct Reserved {
    texts: Vec<(&'static str, Vec<Piece>)>,
    longest: usize,
}

impl Reserved {
    /// The union of these, each with the name of the handshake that signs it; `None` if
    /// nothing is signed.
    pub(crate) fn new(
        texts: impl IntoIterator<Item = (&'static str, Vec<Piece>)>,
    ) -> Option<Arc<Self>> {
        let texts: Vec<_> = texts.into_iter().collect();
        let length = |pieces: &[Piece]| pieces.iter().map(Piece::max_len).sum();
        let longest = texts.iter().map(|(_, pieces)| length(pieces)).max()?;
        Some(Arc::new(Self { texts, longest }))
    }

    /// The length of the longest of these texts, in bytes.
    pub(crate) fn longest(&self) -> usize {
        self.longest
    }

    /// The handshake that signs this text for anyone, if there is one.
    pub(crate) fn signed_by(&self, text: &[u8]) -> Option<&'static str> {
        if text.len() > self.longest {
            return None;
        }
        let signs = |pieces: &[Piece]| {
            let mut reached = vec![false; text.len() + 1];
            reached[0] = true;
            for piece in pieces {
                reached = piece.ends(text, &reached);
            }
            reached[text.len()]
        };
        self.texts
            .iter()
            .find_map(|(name, pieces)| signs(pieces).then_some(*name))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_matches_from_end_to_end() {
        let uuid = "890e4665-4dfe-4ab1-b689-ed553bceeed0";
        assert!(Shape::UUID.matches(uuid));
        assert!(Shape::UUID.matches(&uuid.to_uppercase()));
        for wrong in [
            "",
            "890e4665-4dfe-4ab1-b689-ed553bceeed",
            "890e4665-4dfe-4ab1-b689-ed553bceeed00",
            "890e4665a4dfe-4ab1-b689-ed553bceeed0",
            "890e4665-4dfe-4ab1-b689-ed553bceeeg0",
            "890e4665-4dfe-4ab1-b689-ed553bceeed\n",
            "890e4665-4dfe-4ab1-b689-ed553bcee\u{e9}d",
        ] {
            assert!(!Shape::UUID.matches(wrong), "{wrong:?}");
        }
        let hex = Shape::new(Alphabet::Hex, 2, 4);
        for (text, fits) in [
            ("a", false),
            ("ab", true),
            ("abcd", true),
            ("abcde", false),
            ("AB", false),
            ("ab\n", false),
            (" ab", false),
        ] {
            assert_eq!(hex.matches(text), fits, "{text:?}");
        }
        assert!(
            !Shape::new(Alphabet::Token, 0, 4).matches(""),
            "a missing one"
        );
    }

    #[test]
    fn no_alphabet_has_markup_control_characters_or_more_than_ascii() {
        use Alphabet::{Alphanumeric, Base64url, Digits, Hex, Text, Token};
        for alphabet in [Digits, Hex, Alphanumeric, Base64url, Token, Text] {
            for byte in 0..=u8::MAX {
                if alphabet.has(byte) {
                    assert!((b' '..=b'~').contains(&byte), "{alphabet:?}: {byte}");
                    assert!(!b"<>\"'&".contains(&byte), "{alphabet:?}: {byte}");
                }
            }
        }
        // What is signed is neither a JSON object, array or string, nor a form of two
        // fields, nor text with line breaks.
        for alphabet in [Digits, Hex, Alphanumeric, Base64url, Token] {
            for byte in *b"{}[]\",: \r\n?#@%\\;" {
                assert!(!alphabet.has(byte), "{alphabet:?}: {byte}");
            }
        }
    }

    #[test]
    fn overlapping_pieces_match_as_if_every_division_were_tried() {
        /// All divisions, tried one after the other.
        fn divides(pieces: &[(Alphabet, usize, usize)], text: &[u8]) -> bool {
            let Some(((alphabet, min, max), rest)) = pieces.split_first() else {
                return text.is_empty();
            };
            (*min..=*max).any(|length| {
                text.split_at_checked(length).is_some_and(|(head, tail)| {
                    head.iter().all(|byte| alphabet.has(*byte)) && divides(rest, tail)
                })
            })
        }
        let pieces = [
            (Alphabet::Digits, 1, 3),
            (Alphabet::Hex, 2, 3),
            (Alphabet::Digits, 1, 2),
        ];
        let chosen =
            pieces.map(|(alphabet, min, max)| Piece::Chosen(Shape::new(alphabet, min, max)));
        let reserved = Reserved::new([("a", chosen.to_vec())]).unwrap();
        // Every text of up to nine of these characters.
        let mut recognised = 0;
        for length in 0..=9 {
            for number in 0..3_usize.pow(length) {
                let text: Vec<u8> = (0..length)
                    .map(|place| b"1az"[number / 3_usize.pow(place) % 3])
                    .collect();
                let is_signed = reserved.signed_by(&text).is_some();
                assert_eq!(is_signed, divides(&pieces, &text), "{text:?}");
                recognised += usize::from(is_signed);
            }
        }
        assert!(recognised > 30, "{recognised}");
    }

    #[test]
    fn a_reserved_text_is_recognised_in_every_division() {
        let digits = Piece::Chosen(Shape::new(Alphabet::Digits, 2, 4));
        let word = Piece::Chosen(Shape::new(Alphabet::Alphanumeric, 2, 3));
        let reserved = Reserved::new([
            ("a", vec![digits, word]),
            ("b", vec![Piece::literal("id="), Piece::Chosen(Shape::UUID)]),
        ])
        .unwrap();
        assert_eq!(reserved.longest(), 39);
        for (text, by) in [
            ("12ab", Some("a")),
            ("1234567", Some("a")),
            ("1234", Some("a")),
            ("123", None),
            ("12345678", None),
            ("ab12", None),
            ("", None),
            ("id=890e4665-4dfe-4ab1-b689-ed553bceeed0", Some("b")),
            ("890e4665-4dfe-4ab1-b689-ed553bceeed0", None),
            ("id=890e4665-4dfe-4ab1-b689-ed553bceeed0 ", None),
            ("12ab{}", None),
        ] {
            assert_eq!(reserved.signed_by(text.as_bytes()), by, "{text}");
        }
        assert!(Reserved::new([]).is_none());
    }
}
