//! Why a key cannot be used.

use std::fmt;

use crate::text::encoding::{DecodeError, Encoding};

/// Why a key cannot be used. Never shows the key.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// There is nothing in it.
    Empty,
    /// There is nothing in it but white space.
    Blank,
    /// The environment variable is not set.
    Unset(String),
    /// The value is not text.
    NotText,
    /// The file could not be read: path and reason.
    Unreadable(String, String),
    /// The text is not in the encoding that the scheme's key form names.
    NotEncoded {
        /// The encoding's name.
        encoding: &'static str,
        /// What is wrong, without the text.
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
    /// It could be a shared secret or a public key, and the algorithm follows from
    /// which of them it is.
    Ambiguous,
    /// It does not parse as what it seems to be.
    Unparsable(&'static str),
    /// This build lacks what the scheme needs, arithmetic or tables: the cargo
    /// feature to enable.
    NotBuilt(&'static str),
    /// An Ed25519 key of small order, under which anything verifies.
    Weak,
    /// An RSA key of this many bits; 2048 to 8192 are accepted.
    RsaSize(usize),
    /// Another error, with where the key came from.
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
                DecodeError::Length => "its length cannot be right".into(),
                DecodeError::Character(index) => {
                    format!("character {} is not of that alphabet", index + 1)
                }
                DecodeError::Padding => "its padding is missing or wrong".into(),
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
                "the key is blank, nothing but white space: copy it as the provider shows it",
            ),
            Self::Unset(variable) => write!(
                f,
                "environment variable {variable} is not set: put the key there, as the provider shows it"
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
                write!(f, "this is {found}, the scheme needs {expected}: {help}")
            }
            Self::Ambiguous => f.write_str(
                "this may be a shared secret or a public key, and the algorithm follows from which it is: say `Key::shared_secret(…)` or `Key::public_key(…)`, on the command line `--key secret:env:VARIABLE` or `--key public:env:VARIABLE`; `whsec_` or `whpk_` before the base64, PEM and JWK tell it as well",
            ),
            Self::Unparsable(what) => write!(f, "the key does not parse as {what}"),
            Self::NotBuilt(feature) => write!(
                f,
                "this build lacks what the scheme needs: enable feature `{feature}` of hookward"
            ),
            Self::Weak => {
                f.write_str("an Ed25519 key of small order, under which anything verifies")
            }
            Self::RsaSize(bits) => write!(
                f,
                "an RSA key of {bits} bits: 2048 to 8192 are accepted; ask the provider for a longer key"
            ),
            Self::At(place, error) => write!(f, "{place}: {error}"),
        }
    }
}

impl std::error::Error for KeyError {}

crate::text::debug_as_display!(KeyError);
