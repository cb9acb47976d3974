//! Keys in the form in which the provider hands them out.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use rsa::pkcs1::{DecodeRsaPrivateKey as _, DecodeRsaPublicKey as _};
use rsa::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _};
use zeroize::Zeroizing;

use crate::crypto::{PrivateKey, PublicKey, Stream, sha256};
use crate::encoding::{DecodeError, Encoding};
use crate::scheme::{Algorithm, KeyForm};

/// RSA keys outside of these sizes are refused.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// One key.
///
/// [`Key::new`] takes it as the provider shows it, and the scheme knows how to
/// read it: as text, behind hex or base64, with or without `whsec_`, as PEM,
/// DER or modulus. The other constructors say the form themselves, for a key
/// that is stored in another form than the provider's.
///
/// The bytes are wiped from memory on drop, `Debug` does not show them, and a
/// key is never empty.
///
/// ```
/// use hookward_core::Key;
///
/// let key = Key::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
/// assert_eq!(format!("{key:?}"), "Key(redacted)");
/// assert!(Key::new("").is_err());
/// # Ok::<(), hookward_core::KeyError>(())
/// ```
#[derive(Clone)]
pub struct Key {
    given: Given,
}

#[derive(Clone)]
enum Given {
    /// As the provider shows it; the scheme's key form applies.
    Provided(Zeroizing<Vec<u8>>),
    /// The secret bytes themselves.
    Bytes(Zeroizing<Vec<u8>>),
    /// Modulus and exponent, big-endian.
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(redacted)")
    }
}

impl Key {
    /// A key as the provider shows it: text, PEM, or the bytes of a DER file.
    ///
    /// Nothing is trimmed: a secret may end in any character.
    ///
    /// # Errors
    /// [`KeyError`] when it is empty.
    pub fn new(key: impl Into<Vec<u8>>) -> Result<Self, KeyError> {
        let bytes = Zeroizing::new(key.into());
        if bytes.is_empty() {
            return Err(KeyError::Empty);
        }
        Ok(Self {
            given: Given::Provided(bytes),
        })
    }

    /// The secret bytes themselves, whatever form the scheme expects.
    ///
    /// # Errors
    /// [`KeyError`] when there are none.
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Result<Self, KeyError> {
        let bytes = Zeroizing::new(bytes.into());
        if bytes.is_empty() {
            return Err(KeyError::Empty);
        }
        Ok(Self {
            given: Given::Bytes(bytes),
        })
    }

    /// A secret stored as hex digits, whatever form the scheme expects.
    ///
    /// # Errors
    /// [`KeyError`] when it is empty or not hex.
    pub fn from_hex(digits: &str) -> Result<Self, KeyError> {
        Self::decoded(digits, Encoding::Hex)
    }

    /// A secret stored as standard base64, whatever form the scheme expects.
    ///
    /// # Errors
    /// [`KeyError`] when it is empty or not base64.
    pub fn from_base64(text: &str) -> Result<Self, KeyError> {
        Self::decoded(text, Encoding::Base64)
    }

    fn decoded(text: &str, encoding: Encoding) -> Result<Self, KeyError> {
        let bytes = encoding
            .decode(text.as_bytes())
            .map_err(|error| KeyError::not_encoded(encoding, error))?;
        Self::from_bytes(bytes)
    }

    /// An RSA public key from modulus and exponent in base64url, as JWK and
    /// Zentitle2 write them; the exponent is usually `AQAB`.
    ///
    /// # Errors
    /// [`KeyError`] when either is not base64url or empty.
    pub fn from_rsa_components(modulus: &str, exponent: &str) -> Result<Self, KeyError> {
        let decode = |text: &str| {
            Encoding::Base64url
                .decode(text.as_bytes())
                .map_err(|error| KeyError::not_encoded(Encoding::Base64url, error))
        };
        let (modulus, exponent) = (decode(modulus)?, decode(exponent)?);
        if modulus.is_empty() || exponent.is_empty() {
            return Err(KeyError::Empty);
        }
        Ok(Self {
            given: Given::Rsa { modulus, exponent },
        })
    }

    /// The key in an environment variable, as the provider shows it.
    ///
    /// One line ending at the end is taken off, as by [`from_file`](Self::from_file).
    ///
    /// # Errors
    /// [`KeyError`] when the variable is unset, not Unicode or empty.
    pub fn from_env(variable: &str) -> Result<Self, KeyError> {
        match std::env::var(variable) {
            Ok(value) => Self::new(without_line_end(Zeroizing::new(value.into_bytes())).to_vec()),
            Err(std::env::VarError::NotPresent) => Err(KeyError::Unset(variable.to_owned())),
            Err(std::env::VarError::NotUnicode(_)) => Err(KeyError::NotText),
        }
        .map_err(|error| error.at(format!("environment variable {variable}")))
    }

    /// The key in a file, as the provider shows it: text, PEM or binary DER.
    ///
    /// One line ending at the end of the file (`\n` or `\r\n`) is taken off,
    /// since editors and `echo` add it; nothing else is. A secret that really
    /// ends in a newline goes through [`Key::new`] or [`Key::from_bytes`].
    ///
    /// # Errors
    /// [`KeyError`] when the file cannot be read or holds nothing.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, KeyError> {
        let path = path.as_ref();
        let bytes = std::fs::read(path)
            .map(Zeroizing::new)
            .map_err(|error| KeyError::Unreadable(path.display().to_string(), error.to_string()))?;
        Self::new(without_line_end(bytes).to_vec())
            .map_err(|error| error.at(format!("file {}", path.display())))
    }

    /// The bytes that were given, in whatever form.
    pub(crate) fn given(&self) -> Option<&[u8]> {
        match &self.given {
            Given::Provided(bytes) | Given::Bytes(bytes) => Some(bytes),
            Given::Rsa { .. } => None,
        }
    }

    /// The public half of a private key in PEM.
    pub(crate) fn public_half(&self) -> Option<PublicKey> {
        let private = self.rsa_private().ok()?;
        Some(PublicKey::Rsa(Box::new(private.to_public_key())))
    }

    /// The secret's bytes as `form` has them.
    pub(crate) fn secret(&self, form: &KeyForm) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let provided = match &self.given {
            Given::Bytes(bytes) => return Ok(bytes.clone()),
            Given::Rsa { .. } => {
                return Err(KeyError::WrongKind {
                    found: "an RSA public key",
                    expected: "a shared secret",
                    help: "copy the signing secret from the provider's webhook settings",
                });
            }
            Given::Provided(bytes) => bytes,
        };
        if provided.starts_with(b"-----BEGIN ") {
            return Err(KeyError::WrongKind {
                found: "a PEM key",
                expected: "a shared secret",
                help: "copy the signing secret from the provider's webhook settings",
            });
        }
        let base64 = |text: &[u8]| {
            // Providers hand secrets out with and without padding.
            Encoding::Base64
                .decode(text)
                .or_else(|error| Encoding::Base64NoPad.decode(text).map_err(|_| error))
                .map_err(|error| KeyError::not_encoded(Encoding::Base64, error))
        };
        let bytes = match form {
            KeyForm::Text => provided.to_vec(),
            KeyForm::Hex => Encoding::Hex
                .decode(provided)
                .map_err(|error| KeyError::not_encoded(Encoding::Hex, error))?,
            KeyForm::Base64(prefix) => {
                base64(provided.strip_prefix(prefix.as_bytes()).unwrap_or(provided))?
            }
            KeyForm::Base64OrText(prefix) => match provided.strip_prefix(prefix.as_bytes()) {
                Some(text) => base64(text)?,
                None => provided.to_vec(),
            },
            KeyForm::PublicKey => {
                return Err(KeyError::WrongKind {
                    found: "a public key",
                    expected: "a shared secret",
                    help: "give the scheme a key form that fits its algorithm",
                });
            }
        };
        if bytes.is_empty() {
            return Err(KeyError::Empty);
        }
        Ok(Zeroizing::new(bytes))
    }

    fn rsa_public(&self) -> Result<rsa::PublicKey, KeyError> {
        let built = match &self.given {
            Given::Rsa { modulus, exponent } => rsa_from(modulus, exponent)?,
            Given::Bytes(bytes) | Given::Provided(bytes) => parse_rsa_public(bytes)?,
        };
        use rsa::traits::PublicKeyParts as _;
        let bits = usize::try_from(built.n().bit_width_vartime()).unwrap_or(0);
        if !RSA_BITS.contains(&bits) {
            return Err(KeyError::RsaSize(bits));
        }
        Ok(built)
    }

    pub(crate) fn prepare(
        &self,
        algorithm: Algorithm,
        form: &KeyForm,
    ) -> Result<Material, KeyError> {
        Ok(match algorithm {
            Algorithm::Hmac(digest) => Material::Keyed {
                stream: Stream::hmac(digest, &self.secret(form)?),
                secret: None,
            },
            Algorithm::Hash(digest) => Material::Keyed {
                stream: Stream::hash(digest),
                secret: Some(self.secret(form)?.to_vec().into()),
            },
            Algorithm::SharedSecret | Algorithm::Basic => {
                Material::Shared(sha256(&[&self.secret(form)?]))
            }
            Algorithm::RsaPkcs1(_) => {
                Material::Public(PublicKey::Rsa(Box::new(self.rsa_public()?)))
            }
        })
    }

    /// What a signer needs of this key.
    pub(crate) fn prepare_signing(
        &self,
        algorithm: Algorithm,
        form: &KeyForm,
    ) -> Result<SigningMaterial, KeyError> {
        Ok(match algorithm {
            Algorithm::Hmac(digest) => SigningMaterial::Keyed {
                stream: Stream::hmac(digest, &self.secret(form)?),
                secret: None,
            },
            Algorithm::Hash(digest) => SigningMaterial::Keyed {
                stream: Stream::hash(digest),
                secret: Some(self.secret(form)?),
            },
            Algorithm::SharedSecret | Algorithm::Basic => {
                SigningMaterial::Shared(self.secret(form)?)
            }
            Algorithm::RsaPkcs1(digest) => SigningMaterial::Private {
                digest,
                key: PrivateKey::Rsa(Box::new(self.rsa_private()?)),
            },
        })
    }

    fn rsa_private(&self) -> Result<rsa::PrivateKey, KeyError> {
        let needs = KeyError::WrongKind {
            found: "a public key",
            expected: "an RSA private key",
            help: "signing needs the private half, as PEM (PKCS#8 or PKCS#1)",
        };
        let (Given::Bytes(bytes) | Given::Provided(bytes)) = &self.given else {
            return Err(needs);
        };
        let Ok(text) = std::str::from_utf8(bytes) else {
            return rsa::PrivateKey::from_pkcs8_der(bytes)
                .or_else(|_| rsa::PrivateKey::from_pkcs1_der(bytes).map_err(|_| ()))
                .map_err(|()| needs);
        };
        let text = text.trim();
        if text.starts_with("-----BEGIN PRIVATE KEY-----") {
            rsa::PrivateKey::from_pkcs8_pem(text).map_err(|_| KeyError::Unparsable("PKCS#8 PEM"))
        } else if text.starts_with("-----BEGIN RSA PRIVATE KEY-----") {
            rsa::PrivateKey::from_pkcs1_pem(text).map_err(|_| KeyError::Unparsable("PKCS#1 PEM"))
        } else {
            Err(needs)
        }
    }
}

fn without_line_end(mut bytes: Zeroizing<Vec<u8>>) -> Zeroizing<Vec<u8>> {
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
    }
    bytes
}

fn rsa_from(modulus: &[u8], exponent: &[u8]) -> Result<rsa::PublicKey, KeyError> {
    if modulus.len() > 1024 || exponent.len() > 8 {
        return Err(KeyError::RsaSize(modulus.len() * 8));
    }
    let n = rsa::BoxedUint::from_be_slice_vartime(modulus);
    let e = rsa::BoxedUint::from_be_slice_vartime(exponent);
    rsa::PublicKey::new(n, e).map_err(|_| {
        KeyError::Unparsable(
            "an RSA modulus and exponent (the modulus must be odd, 2048 to 8192 bits)",
        )
    })
}

/// PEM, DER, base64 of DER, or the bare base64url modulus.
fn parse_rsa_public(bytes: &[u8]) -> Result<rsa::PublicKey, KeyError> {
    let der = |der: &[u8]| {
        rsa::PublicKey::from_public_key_der(der)
            .ok()
            .or_else(|| rsa::PublicKey::from_pkcs1_der(der).ok())
    };
    let Some(text) = std::str::from_utf8(bytes).ok().filter(|t| t.is_ascii()) else {
        return der(bytes).ok_or(KeyError::Unparsable("a DER public key"));
    };
    let text = text.trim();
    if text.starts_with("-----BEGIN") {
        return pem_public(text);
    }
    let compact: String = text.split_ascii_whitespace().collect();
    if let Ok(bytes) = Encoding::Base64.decode(compact.as_bytes())
        && let Some(key) = der(&bytes)
    {
        return Ok(key);
    }
    let modulus = compact.trim_end_matches('=');
    if let Ok(modulus) = Encoding::Base64url.decode(modulus.as_bytes())
        && modulus.len() >= 64
    {
        return rsa_from(&modulus, &[1, 0, 1]);
    }
    Err(KeyError::Unparsable(
        "a public key: neither PEM, nor base64 DER, nor a base64url modulus",
    ))
}

fn pem_public(text: &str) -> Result<rsa::PublicKey, KeyError> {
    let label = text
        .strip_prefix("-----BEGIN ")
        .and_then(|rest| rest.split_once("-----"))
        .map_or("", |(label, _)| label);
    let label = label.to_owned();
    match label.as_str() {
        "PUBLIC KEY" => rsa::PublicKey::from_public_key_pem(text)
            .map_err(|_| KeyError::Unparsable("an RSA key in SPKI PEM (`PUBLIC KEY`)")),
        "RSA PUBLIC KEY" => rsa::PublicKey::from_pkcs1_pem(text)
            .map_err(|_| KeyError::Unparsable("an RSA key in PKCS#1 PEM (`RSA PUBLIC KEY`)")),
        _ if label.ends_with("PRIVATE KEY") => Err(KeyError::WrongKind {
            found: "a private key",
            expected: "the provider's public key",
            help: "a receiver never needs the private half; give the `PUBLIC KEY` PEM",
        }),
        _ => Err(KeyError::Unparsable(
            "a PEM block labelled `PUBLIC KEY` or `RSA PUBLIC KEY`",
        )),
    }
}

/// A key made ready for an algorithm.
#[derive(Clone)]
pub(crate) enum Material {
    /// A stream to clone per request; the secret for `{secret}`.
    Keyed {
        stream: Stream,
        secret: Option<Arc<[u8]>>,
    },
    /// The hash of a secret that is sent as it is.
    Shared([u8; 32]),
    Public(PublicKey),
}

pub(crate) enum SigningMaterial {
    Keyed {
        stream: Stream,
        secret: Option<Zeroizing<Vec<u8>>>,
    },
    Shared(Zeroizing<Vec<u8>>),
    Private {
        digest: crate::scheme::Digest,
        key: PrivateKey,
    },
}

/// Why a key cannot be used. Never shows the key.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// There is nothing in it.
    Empty,
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
    /// It does not parse as what it seems to be.
    Unparsable(&'static str),
    /// An RSA key of this many bits; 2048 to 8192 are accepted.
    RsaSize(usize),
    /// Another error, with where the key came from.
    At(String, Box<KeyError>),
}

impl KeyError {
    fn not_encoded(encoding: Encoding, error: DecodeError) -> Self {
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

    fn at(self, place: String) -> Self {
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
            Self::Unparsable(what) => write!(f, "the key does not parse as {what}"),
            Self::RsaSize(bits) => write!(
                f,
                "an RSA key of {bits} bits: 2048 to 8192 are accepted; ask the provider for a longer key"
            ),
            Self::At(place, error) => write!(f, "{place}: {error}"),
        }
    }
}

impl std::error::Error for KeyError {}

/// The keys of one endpoint: one, or several while a secret is rotated.
///
/// The first key is the primary one: it is tried first, so the usual delivery
/// hashes its body once, and it keys the identity under which replays are
/// recognised. While rotating, put the new key first.
///
/// ```
/// use hookward_core::{Key, KeyRing};
///
/// let ring = KeyRing::from([Key::new("new secret")?, Key::new("old secret")?]);
/// assert_eq!(ring.len(), 2);
/// let named = KeyRing::default().with("2026-11", Key::new("new secret")?);
/// assert_eq!(named.ids().collect::<Vec<_>>(), ["2026-11"]);
/// # Ok::<(), hookward_core::KeyError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct KeyRing {
    keys: Vec<(Arc<str>, Key)>,
    params: Vec<(Box<str>, Box<str>)>,
}

impl KeyRing {
    /// Adds a key under an id: the one that requests name, where the scheme
    /// has key ids, otherwise any name for logs.
    #[must_use]
    pub fn with(mut self, id: impl Into<Arc<str>>, key: Key) -> Self {
        self.keys.push((id.into(), key));
        self
    }

    /// Adds a key under its position: `0`, `1`, …
    #[must_use]
    pub fn push(self, key: Key) -> Self {
        let id = self.keys.len().to_string();
        self.with(id, key)
    }

    /// Sets a value that the scheme signs as `{const:NAME}` and that belongs to
    /// the subscription: Trello's callback URL, PayPal's webhook id.
    #[must_use]
    pub fn param(mut self, name: impl Into<Box<str>>, value: impl Into<Box<str>>) -> Self {
        self.params.push((name.into(), value.into()));
        self
    }

    /// How many keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there are none; a verifier refuses such a ring.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The ids, primary key first.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|(id, _)| &**id)
    }

    pub(crate) fn keys(&self) -> &[(Arc<str>, Key)] {
        &self.keys
    }

    /// The values set with [`param`](Self::param), name first.
    #[must_use]
    pub fn params(&self) -> &[(Box<str>, Box<str>)] {
        &self.params
    }
}

impl From<Key> for KeyRing {
    fn from(key: Key) -> Self {
        Self::default().push(key)
    }
}

impl<const N: usize> From<[Key; N]> for KeyRing {
    fn from(keys: [Key; N]) -> Self {
        keys.into_iter().collect()
    }
}

impl FromIterator<Key> for KeyRing {
    fn from_iter<I: IntoIterator<Item = Key>>(keys: I) -> Self {
        keys.into_iter().fold(Self::default(), Self::push)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn one_line_ending_is_taken_off_and_nothing_else() {
        let strip = |s: &str| {
            String::from_utf8(without_line_end(Zeroizing::new(s.into())).to_vec()).unwrap()
        };
        assert_eq!(strip("secret\n"), "secret");
        assert_eq!(strip("secret\r\n"), "secret");
        assert_eq!(strip("secret\n\n"), "secret\n");
        assert_eq!(strip(" secret "), " secret ");
        assert_eq!(strip("secret\r"), "secret\r");
    }
}
