//! Strict decoders for signatures and keys: hex, base64, base64url. They accept the full
//! length and one canonical form per encoding only, so that a signature has one spelling.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const STRICT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(false)
    .with_decode_padding_mode(DecodePaddingMode::RequireCanonical);
const STRICT_NO_PAD: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_encode_padding(false)
    .with_decode_allow_trailing_bits(false)
    .with_decode_padding_mode(DecodePaddingMode::RequireNone);

const BASE64: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, STRICT);
const BASE64_NO_PAD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, STRICT_NO_PAD);
const BASE64URL: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, STRICT_NO_PAD);
const BASE64URL_PADDED: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, STRICT);

/// How bytes are written as text.
///
/// Every encoding accepts exactly one spelling of a value, except that hex digits may be
/// in either case: trailing bits, missing or surplus padding and whitespace are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Encoding {
    /// Hexadecimal digits in either case, written in lower case.
    Hex,
    /// Hexadecimal digits in either case, written in upper case.
    HexUpper,
    /// Standard base64 with padding (RFC 4648 section 4).
    Base64,
    /// Standard base64 without padding.
    Base64NoPad,
    /// URL-safe base64 without padding (RFC 4648 section 5, as JOSE uses it).
    Base64url,
    /// URL-safe base64 with padding.
    Base64urlPadded,
    /// The hex digits, themselves encoded in standard base64 with padding, as by PHP's
    /// `base64_encode(hash_hmac(…))`.
    Base64Hex,
    /// The text itself: a shared secret sent as it is.
    Plain,
}

/// Why text cannot be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DecodeError {
    /// More or fewer characters than the value can have.
    Length,
    /// A character outside the alphabet, or one that is not canonical.
    Character(usize),
    /// Padding that is missing or surplus, or non-zero trailing bits before it.
    Padding,
}

impl Encoding {
    /// The number of characters that `bytes` bytes take in this encoding.
    pub(crate) const fn text_len(self, bytes: usize) -> usize {
        match self {
            Self::Hex | Self::HexUpper => bytes * 2,
            Self::Base64 | Self::Base64urlPadded => bytes.div_ceil(3) * 4,
            Self::Base64NoPad | Self::Base64url => (bytes * 4).div_ceil(3),
            Self::Base64Hex => (bytes * 2).div_ceil(3) * 4,
            Self::Plain => bytes,
        }
    }

    /// What its characters are called in messages.
    pub(crate) const fn characters(self) -> &'static str {
        match self {
            Self::Hex | Self::HexUpper => "hex digits",
            Self::Base64 | Self::Base64NoPad => "base64 characters",
            Self::Base64Hex => "characters of hex digits in base64",
            Self::Base64url | Self::Base64urlPadded => "base64url characters",
            Self::Plain => "characters",
        }
    }

    fn engine(self) -> Option<&'static GeneralPurpose> {
        match self {
            Self::Base64 => Some(&BASE64),
            Self::Base64NoPad => Some(&BASE64_NO_PAD),
            Self::Base64url => Some(&BASE64URL),
            Self::Base64urlPadded => Some(&BASE64URL_PADDED),
            Self::Hex | Self::HexUpper | Self::Base64Hex | Self::Plain => None,
        }
    }

    /// Decodes into `out` and returns the length written; `Length` if the text cannot
    /// fit.
    pub(crate) fn decode_into(self, text: &[u8], out: &mut [u8]) -> Result<usize, DecodeError> {
        match self {
            Self::Hex | Self::HexUpper => {
                if !text.len().is_multiple_of(2) || text.len() / 2 > out.len() {
                    return Err(DecodeError::Length);
                }
                let out = &mut out[..text.len() / 2];
                decode_hex(text, out).map(|()| out.len())
            }
            Self::Base64Hex => {
                let digits = BASE64.decode(text).map_err(base64_error)?;
                Self::Hex.decode_into(&digits, out)
            }
            Self::Plain => {
                let out = out.get_mut(..text.len()).ok_or(DecodeError::Length)?;
                out.copy_from_slice(text);
                Ok(text.len())
            }
            _ => {
                let Some(engine) = self.engine() else {
                    return Err(DecodeError::Length);
                };
                engine.decode_slice(text, out).map_err(|error| match error {
                    base64::DecodeSliceError::OutputSliceTooSmall => DecodeError::Length,
                    base64::DecodeSliceError::DecodeError(error) => base64_error(error),
                })
            }
        }
    }

    /// Decodes to a vector no longer than the text.
    pub(crate) fn decode(self, text: &[u8]) -> Result<Vec<u8>, DecodeError> {
        match self.engine() {
            Some(engine) => engine.decode(text).map_err(base64_error),
            None => {
                let mut out = vec![0; text.len()];
                let length = self.decode_into(text, &mut out)?;
                out.truncate(length);
                Ok(out)
            }
        }
    }

    /// Encodes bytes as text. `Plain` keeps UTF-8 and replaces invalid sequences.
    #[must_use]
    pub fn encode(self, bytes: &[u8]) -> String {
        match self.engine() {
            Some(engine) => engine.encode(bytes),
            None if self == Self::Hex => hex::encode(bytes),
            None if self == Self::HexUpper => hex::encode_upper(bytes),
            None if self == Self::Base64Hex => BASE64.encode(hex::encode(bytes)),
            None => String::from_utf8_lossy(bytes).into_owned(),
        }
    }

    /// The name used in schemes and templates.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hex => "hex",
            Self::HexUpper => "hex-upper",
            Self::Base64 => "base64",
            Self::Base64NoPad => "base64-no-pad",
            Self::Base64url => "base64url",
            Self::Base64urlPadded => "base64url-padded",
            Self::Base64Hex => "base64-hex",
            Self::Plain => "plain",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [
            Self::Hex,
            Self::HexUpper,
            Self::Base64,
            Self::Base64NoPad,
            Self::Base64url,
            Self::Base64urlPadded,
            Self::Base64Hex,
            Self::Plain,
        ]
        .into_iter()
        .find(|e| e.name() == name)
    }
}

/// The value of each byte as a hex digit; `NO_DIGIT` for all others.
const HEX_DIGITS: [u8; 256] = {
    let mut table = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        table[b"0123456789abcdef"[value] as usize] = value as u8;
        table[b"0123456789ABCDEF"[value] as usize] = value as u8;
        value += 1;
    }
    table
};
const NO_DIGIT: u8 = 0xff;

/// Decodes pairs of digits. Every hex signature takes this path, so an error is located
/// afterwards, in a second pass.
fn decode_hex(text: &[u8], out: &mut [u8]) -> Result<(), DecodeError> {
    let digit = |byte: u8| HEX_DIGITS[usize::from(byte)];
    let (blocks, rest) = text.as_chunks();
    let (out_blocks, out_rest) = out.as_chunks_mut();
    let mut seen = 0;
    for (block, out) in blocks.iter().zip(out_blocks) {
        seen |= decode_block(block, out);
    }
    for ([high, low], byte) in rest.as_chunks().0.iter().zip(out_rest) {
        let (high, low) = (digit(*high), digit(*low));
        seen |= high | low;
        *byte = high << 4 | low;
    }
    if seen < 16 {
        return Ok(());
    }
    let wrong = text.iter().position(|byte| digit(*byte) == NO_DIGIT);
    Err(wrong.map_or(DecodeError::Length, DecodeError::Character))
}

/// Decodes a block of digits without a branch or a table, so that the compiler can
/// vectorize it; the result is 16 or more if one of them is not a digit.
#[inline]
fn decode_block(text: &[u8; 32], out: &mut [u8; 16]) -> u8 {
    let mut values = [0; 32];
    let mut seen = 0;
    for (value, byte) in values.iter_mut().zip(text) {
        let digit = byte.wrapping_sub(b'0');
        let letter = (byte | 0x20).wrapping_sub(b'a');
        *value = if digit < 10 {
            digit
        } else if letter < 6 {
            letter + 10
        } else {
            NO_DIGIT
        };
        seen |= *value;
    }
    for (byte, [high, low]) in out.iter_mut().zip(values.as_chunks().0) {
        *byte = high << 4 | low;
    }
    seen
}

fn base64_error(error: base64::DecodeError) -> DecodeError {
    match error {
        base64::DecodeError::InvalidByte(index, _) => DecodeError::Character(index),
        base64::DecodeError::InvalidLength(_) => DecodeError::Length,
        base64::DecodeError::InvalidLastSymbol(..) | base64::DecodeError::InvalidPadding => {
            DecodeError::Padding
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_a_digit_or_refused_at_any_position() {
        for length in [2, 30, 32, 34, 64, 96, 128] {
            for at in 0..length {
                for byte in 0..=u8::MAX {
                    let mut text = vec![b'5'; length];
                    text[at] = byte;
                    let decoded = Encoding::Hex.decode(&text);
                    match char::from(byte).to_digit(16) {
                        Some(value) => {
                            let mut expected = vec![0x55; length / 2];
                            let value = u8::try_from(value).unwrap();
                            expected[at / 2] = [value << 4 | 5, 0x50 | value][at % 2];
                            assert_eq!(decoded.unwrap(), expected);
                        }
                        None => assert_eq!(decoded, Err(DecodeError::Character(at))),
                    }
                }
            }
        }
    }

    #[test]
    fn one_canonical_spelling_per_value() {
        let b64 = |t: &str| Encoding::Base64.decode(t.as_bytes());
        assert_eq!(b64("AAE=").unwrap(), [0, 1]);
        assert_eq!(b64("AAF="), Err(DecodeError::Padding), "trailing bits");
        assert_eq!(b64("AAE"), Err(DecodeError::Padding));
        assert!(b64("AAE==").is_err());
        assert!(b64(" AAE=").is_err());
        assert!(b64("__8=").is_err(), "the other alphabet");
        assert_eq!(Encoding::Base64url.decode(b"__8").unwrap(), [255, 255]);
        assert!(Encoding::Base64url.decode(b"__8=").is_err());
        assert_eq!(Encoding::Hex.decode(b"aBcD").unwrap(), [0xab, 0xcd]);
        assert_eq!(Encoding::Hex.decode(b"abc"), Err(DecodeError::Length));
        let twice = Encoding::Base64Hex;
        assert_eq!(twice.decode(b"YUJjRA==").unwrap(), [0xab, 0xcd]);
        assert_eq!(twice.decode(b"YUJjRA"), Err(DecodeError::Padding));
        assert_eq!(twice.decode(b"YWJj"), Err(DecodeError::Length));
        assert!(twice.decode(b"eHl6eg==").is_err(), "no hex digits");
        assert_eq!(twice.encode(&[0xab, 0xcd]), "YWJjZA==");
    }
}
