//! Why a key cannot be used.

use std::fmt;

use crate::text::encoding::{DecodeError, Encoding};

/// Why a key cannot be used. Never shows the key.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// It is empty.
    Empty,
    /// It is blank: only whitespace or zero bytes.
    Blank,
    /// The environment variable is not set.
    Unset(String),
    /// The value is not text.
    NotText,
    /// The file could not be read: path and reason.
    Unreadable(String, String),
    /// The text is not in the encoding of the scheme's key form.
    NotEncoded {
        /// The encoding's name.
        encoding: &'static str,
        /// What is wrong, without the key's text.
        problem: String,
    },
    /// A key of another kind than the scheme needs.
    WrongKind {
        /// What was given.
        found: &'static str,
        /// What the scheme needs.
        expected: &'static str,
        /// What to do.
        help: &'static str,
    },
    /// It could be a shared secret or a public key, and the algorithm depends on which it
    /// is.
    Ambiguous,
    /// It does not parse as the kind of key it was detected to be.
    Unparsable(&'static str),
    /// The scheme requires a cargo feature that is not enabled: its name.
    NotBuilt(&'static str),
    /// An Ed25519 key of small order, under which a signature can verify for any message.
    Weak,
    /// An RSA key of this many bits; 2048 to 8192 are accepted.
    RsaSize(usize),
    /// An error with the source of the key.
    At(String, Box<KeyError>),
}

impl KeyError {
    #[cfg(feature = "explain")]
    pub(crate) fn is_wrong_kind(&self) -> bool {
        match self {
            Self::WrongKind { .. } => true,
            Self::At(_, error) => error.is_wrong_kind(),
            _ => false,
        }
    }

    pub(super) fn not_encoded(encoding: Encoding, error: DecodeError) -> Self {
        Self::NotEncoded {
            encoding: encoding.name(),
            problem: match error {
                DecodeError::Length => "invalid length".into(),
                DecodeError::Character(index) => {
                    format!("invalid character at position {}", index + 1)
                }
                DecodeError::Padding => "missing or invalid padding".into(),
            },
        }
    }

    pub(super) fn at(self, place: String) -> Self {
        match self {
            error @ (Self::Unset(_) | Self::Unreadable(..)) => error,
            error => Self::At(place, Box::new(error)),
        }
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the key is empty"),
            Self::Blank => f.write_str(
                "the key is blank (only whitespace or zero bytes): copy it as the provider shows it",
            ),
            Self::Unset(variable) => write!(
                f,
                "environment variable {variable} is not set: set it to the key as the provider shows it"
            ),
            Self::NotText => f.write_str("the key is not Unicode text"),
            Self::Unreadable(path, reason) => {
                write!(f, "cannot read the key file {path}: {reason}")
            }
            Self::NotEncoded { encoding, problem } => write!(
                f,
                "the key is not {encoding}: {problem}; copy it again as the provider shows it, without quotes or spaces"
            ),
            Self::WrongKind {
                found,
                expected,
                help,
            } => {
                write!(f, "this is {found}, but the scheme needs {expected}: {help}")
            }
            Self::Ambiguous => f.write_str(
                "the key could be a shared secret or a public key, and the algorithm depends on which it is: use `Key::shared_secret(…)` or `Key::public_key(…)`, on the command line `--key secret:env:VARIABLE` or `--key public:env:VARIABLE`; the prefixes `whsec_` and `whpk_`, PEM and JWK are unambiguous as well",
            ),
            Self::Unparsable(what) => write!(f, "the key is not valid: expected {what}"),
            Self::NotBuilt(feature) => write!(
                f,
                "the scheme requires cargo feature `{feature}` of hookward, which is not enabled in this build"
            ),
            Self::Weak => {
                f.write_str("the Ed25519 key has small order, so that anyone can forge signatures: ask the provider for a proper key")
            }
            Self::RsaSize(bits) => write!(
                f,
                "the RSA key has {bits} bits, but 2048 to 8192 are required: ask the provider for another key"
            ),
            Self::At(place, error) => write!(f, "{place}: {error}"),
        }
    }
}

impl std::error::Error for KeyError {}

crate::text::debug_as_display!(KeyError);
