//! Keys in the form in which the provider hands them out.

pub(crate) mod chain;
mod kind;
#[cfg(feature = "message-signatures")]
pub(crate) mod message;
mod public;

pub use self::kind::KeyKind;
pub(crate) use self::public::tlv;
#[cfg(feature = "x5c")]
pub(crate) use self::public::{of_certificate, of_subject};

use std::borrow::Cow;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use zeroize::Zeroizing;

#[cfg(feature = "message-signatures")]
use self::message::MessageKey;
#[cfg(all(feature = "message-signatures", feature = "sign"))]
use self::message::MessageSigningKey;
#[cfg(feature = "sign")]
use crate::crypto::PrivateKey;
use crate::crypto::{PublicKey, Stream, sha256};
use crate::key::chain::Roots;
use crate::scheme::{Algorithm, Digest, KeyForm, MeantFor};
use crate::text::encoding::{DecodeError, Encoding};

/// One key.
///
/// [`Key::new`] takes it as the provider shows it, and the scheme knows how to
/// read it: as text, behind hex or base64, with or without `whsec_`, as PEM,
/// DER or modulus. The other constructors say the form themselves, for a key
/// that is stored in another form than the provider's.
///
/// The bytes are wiped from memory on drop, `Debug` does not show them, and a
/// key is never empty or blank.
///
/// What is evidently a key of another kind is refused when a verifier is built:
/// a public key, PEM or JWK as a shared secret, `sk_live_…` where webhooks are
/// signed with a secret of their own. [`shared_secret`](Self::shared_secret) and
/// [`public_key`](Self::public_key) say which kind it is, which RFC 9421 needs
/// for a bare text.
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
    /// Where the operator says so.
    kind: Option<KeyKind>,
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
    /// A JWK set stands for all of its keys that the scheme can use, 32 at the
    /// most, each under its `kid`.
    ///
    /// Nothing is trimmed: a secret may end in any character.
    ///
    /// # Errors
    /// [`KeyError`] when it is empty or blank.
    pub fn new(key: impl Into<Vec<u8>>) -> Result<Self, KeyError> {
        let bytes = Zeroizing::new(key.into());
        not_blank(&bytes)?;
        Ok(Self {
            given: Given::Provided(bytes),
            kind: None,
        })
    }

    /// A shared secret as the provider shows it, whatever it looks like.
    ///
    /// As [`new`](Self::new), for two cases in which the text does not tell: a
    /// secret for RFC 9421 that could be a public key as well, and an API key
    /// with which a provider does sign its webhooks.
    ///
    /// ```
    /// use hookward_core::{Key, Verifier, providers};
    ///
    /// let text = "GpwctzjRxs7X5qQApR65Q80BfwrOT4K9LvKGDUsVSIg=";
    /// assert!(Verifier::new(providers::GITHUB, Key::new(text)?).is_ok());
    /// assert!(Verifier::new(providers::GITHUB, Key::shared_secret(text)?).is_ok());
    /// assert!(Verifier::new(providers::GITHUB, Key::public_key(text)?).is_err());
    /// # Ok::<(), hookward_core::KeyError>(())
    /// ```
    ///
    /// # Errors
    /// [`KeyError`] when it is empty or blank.
    pub fn shared_secret(key: impl Into<Vec<u8>>) -> Result<Self, KeyError> {
        Ok(Self::new(key)?.of_kind(KeyKind::SharedSecret))
    }

    /// A public key in any form in which providers hand them out; it is never
    /// taken for a shared secret.
    ///
    /// # Errors
    /// [`KeyError`] when it is empty or blank.
    pub fn public_key(key: impl Into<Vec<u8>>) -> Result<Self, KeyError> {
        Ok(Self::new(key)?.of_kind(KeyKind::Public))
    }

    /// Says which kind of key it is, for one from a file or the environment.
    ///
    /// ```no_run
    /// use hookward_core::{Key, KeyKind};
    ///
    /// let key = Key::from_env("PARTNER_SECRET")?.of_kind(KeyKind::SharedSecret);
    /// # Ok::<(), hookward_core::KeyError>(())
    /// ```
    #[must_use]
    pub fn of_kind(mut self, kind: KeyKind) -> Self {
        self.kind = Some(kind);
        self
    }

    /// The secret bytes themselves, whatever form the scheme expects.
    ///
    /// # Errors
    /// [`KeyError`] when there are none, or nothing but white space.
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Result<Self, KeyError> {
        let bytes = Zeroizing::new(bytes.into());
        not_blank(&bytes)?;
        Ok(Self {
            given: Given::Bytes(bytes),
            kind: None,
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
            kind: Some(KeyKind::Public),
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
    // Without any public-key feature there is no such key.
    #[cfg_attr(
        not(any(feature = "rsa", feature = "ecdsa", feature = "ed25519")),
        allow(unreachable_code)
    )]
    #[cfg(feature = "explain")]
    pub(crate) fn public_half(&self, algorithm: Algorithm) -> Option<PublicKey> {
        Some(
            public::parse_private(algorithm, &KeyForm::PublicKey, self.given()?)
                .ok()?
                .public(),
        )
    }

    /// The secret's bytes as `form` has them.
    pub(crate) fn secret(&self, form: &KeyForm) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        const PUBLIC: KeyError = KeyError::WrongKind {
            found: "a public key, which anyone may know",
            expected: "a shared secret",
            help: kind::COPY_SECRET,
        };
        if self.kind == Some(KeyKind::Public) {
            return Err(PUBLIC);
        }
        let provided = match &self.given {
            Given::Bytes(bytes) | Given::Provided(bytes) => bytes,
            Given::Rsa { .. } => return Err(PUBLIC),
        };
        if let Some(evident) = kind::not_a_secret(provided) {
            return Err(evident.into());
        }
        if matches!(self.given, Given::Bytes(_)) {
            return Ok(provided.clone());
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
            KeyForm::TextNfkd => nfkd(provided)?,
            KeyForm::Hex => Encoding::Hex
                .decode(provided)
                .map_err(|error| KeyError::not_encoded(Encoding::Hex, error))?,
            KeyForm::HexAfter(prefix) => Encoding::Hex
                .decode(provided.strip_prefix(prefix.as_bytes()).unwrap_or(provided))
                .map_err(|error| KeyError::not_encoded(Encoding::Hex, error))?,
            KeyForm::Base64Url(prefix) => {
                let text = provided.strip_prefix(prefix.as_bytes()).unwrap_or(provided);
                Encoding::Base64url
                    .decode(text)
                    .or_else(|error| Encoding::Base64urlPadded.decode(text).map_err(|_| error))
                    .map_err(|error| KeyError::not_encoded(Encoding::Base64url, error))?
            }
            KeyForm::Base64(prefix) => {
                base64(behind(provided, prefix.as_bytes()).unwrap_or(provided))?
            }
            KeyForm::Any => match behind(provided, b"whsec_") {
                Some(text) => base64(text)?,
                None => provided.to_vec(),
            },
            KeyForm::Base64OrText(prefix) => match behind(provided, prefix.as_bytes()) {
                Some(text) => base64(text)?,
                None => provided.to_vec(),
            },
            KeyForm::Base64AndText(prefix) => {
                match behind(provided, prefix.as_bytes()).and_then(|text| base64(text).ok()) {
                    Some(decoded) if !decoded.is_empty() => decoded,
                    _ => provided.to_vec(),
                }
            }
            KeyForm::Hashed(digest) => hashed(*digest, provided).to_vec(),
            KeyForm::HashedHex(digest) => Encoding::Hex
                .encode(&hashed(*digest, provided))
                .into_bytes(),
            KeyForm::PublicKey
            | KeyForm::ShortRsa
            | KeyForm::RepeatedSeed
            | KeyForm::X5cRoot { .. } => {
                return Err(KeyError::WrongKind {
                    found: "a public key",
                    expected: "a shared secret",
                    help: "give the scheme a key form that fits its algorithm",
                });
            }
        };
        let bytes = Zeroizing::new(bytes);
        not_blank(&bytes)?;
        if let Some(evident) = kind::not_a_secret(&bytes) {
            return Err(evident.into());
        }
        Ok(bytes)
    }

    /// The form of its other reading, where the text of a key does not tell which
    /// of two it is.
    pub(crate) fn other_form(&self, form: &KeyForm) -> Option<KeyForm> {
        match (form, &self.given) {
            (KeyForm::Base64AndText(prefix), Given::Provided(text))
                if behind(text, prefix.as_bytes()).is_some() =>
            {
                Some(KeyForm::Text)
            }
            _ => None,
        }
    }

    /// Refuses credentials that are made for calling an API, where deliveries of
    /// `scheme` are signed with something else.
    pub(crate) fn not_a_credential(
        &self,
        algorithm: Algorithm,
        scheme: &str,
    ) -> Result<(), KeyError> {
        let is_keyed = !algorithm.is_public_key() && algorithm.signs_content();
        match &self.given {
            Given::Provided(text) if is_keyed && self.kind.is_none() => {
                kind::credential(text, scheme).map_or(Ok(()), |evident| Err(evident.into()))
            }
            _ => Ok(()),
        }
    }

    fn public(&self, algorithm: Algorithm, form: &KeyForm) -> Result<PublicKey, KeyError> {
        match &self.given {
            Given::Rsa { modulus, exponent } => {
                public::from_rsa(algorithm, form, modulus, exponent)
            }
            Given::Bytes(bytes) | Given::Provided(bytes) if *form == KeyForm::RepeatedSeed => {
                public::parse_seed_or_point(algorithm, self.kind, bytes)
            }
            Given::Bytes(bytes) | Given::Provided(bytes) => {
                if self.kind == Some(KeyKind::SharedSecret) {
                    return Err(KeyError::WrongKind {
                        found: "a shared secret",
                        expected: "the provider's public key",
                        help: "the scheme verifies with a public key: copy it from the provider's webhook settings",
                    });
                }
                public::parse(algorithm, form, bytes)
            }
        }
    }

    pub(crate) fn prepare(
        &self,
        algorithm: Algorithm,
        form: &KeyForm,
    ) -> Result<Material, KeyError> {
        if let (KeyForm::X5cRoot { leaf, issuer }, Some(given)) = (form, self.given()) {
            return Roots::parse(given, leaf, issuer).map(Material::Roots);
        }
        Ok(match algorithm {
            Algorithm::Hmac(digest) => Material::Keyed {
                stream: Stream::hmac(digest, &self.secret(form)?),
                secret: None,
            },
            Algorithm::Hash(digest) => Material::Keyed {
                stream: Stream::hash(digest),
                secret: Some(Arc::new(self.secret(form)?)),
            },
            Algorithm::SharedSecret | Algorithm::Basic => {
                Material::Shared(Zeroizing::new(sha256(&[&self.secret(form)?])))
            }
            Algorithm::RsaPkcs1(_)
            | Algorithm::RsaPss(_)
            | Algorithm::RsaPssAnySalt(_)
            | Algorithm::Ecdsa(..)
            | Algorithm::Ed25519 => Material::Public(self.public(algorithm, form)?),
            // Those keys go by the verifier's policy.
            Algorithm::MessageSignatures => {
                return Err(KeyError::NotBuilt("message-signatures"));
            }
        })
    }

    /// What a signer needs of this key.
    #[cfg(feature = "sign")]
    pub(crate) fn prepare_signing(
        &self,
        algorithm: Algorithm,
        form: &KeyForm,
    ) -> Result<SigningMaterial, KeyError> {
        Ok(match algorithm {
            Algorithm::Hmac(digest) => SigningMaterial::Keyed {
                stream: Box::new(Stream::hmac(digest, &self.secret(form)?)),
                secret: None,
            },
            Algorithm::Hash(digest) => SigningMaterial::Keyed {
                stream: Box::new(Stream::hash(digest)),
                secret: Some(self.secret(form)?),
            },
            Algorithm::SharedSecret | Algorithm::Basic => {
                SigningMaterial::Shared(self.secret(form)?)
            }
            Algorithm::RsaPkcs1(_)
            | Algorithm::RsaPss(_)
            | Algorithm::RsaPssAnySalt(_)
            | Algorithm::Ecdsa(..)
            | Algorithm::Ed25519 => match &self.given {
                Given::Bytes(bytes) | Given::Provided(bytes) => {
                    SigningMaterial::Private(public::parse_private(algorithm, form, bytes)?)
                }
                Given::Rsa { .. } => return Err(public::NEEDS_PRIVATE),
            },
            // Those keys go by the signer's policy.
            Algorithm::MessageSignatures => {
                return Err(KeyError::NotBuilt("message-signatures"));
            }
        })
    }

    /// The key of the kind that the operator says, that its form tells, or that
    /// alone is allowed.
    #[cfg(feature = "message-signatures")]
    pub(crate) fn message_key(&self, allowed: &[Algorithm]) -> Result<MessageKey, KeyError> {
        let bytes = match &self.given {
            Given::Rsa { modulus, exponent } => {
                let algorithm = Algorithm::RsaPss(Digest::Sha512);
                return public::from_rsa(algorithm, &KeyForm::PublicKey, modulus, exponent)
                    .map(MessageKey::Public);
            }
            Given::Bytes(bytes) | Given::Provided(bytes) => bytes,
        };
        if self.kind != Some(KeyKind::SharedSecret)
            && let Some(key) = public::parse_any(bytes)?
        {
            return Ok(MessageKey::Public(key));
        }
        match self.message_kind(allowed)? {
            KeyKind::SharedSecret => Ok(MessageKey::shared(&self.message_secrets()?)),
            KeyKind::Public => {
                let mut refused = None;
                for algorithm in allowed {
                    match public::parse(*algorithm, &KeyForm::PublicKey, bytes) {
                        Ok(key) => return Ok(MessageKey::Public(key)),
                        Err(error) => refused = Some(error),
                    }
                }
                Err(refused.unwrap_or(KeyError::Unparsable("a public key")))
            }
        }
    }

    /// The kind of a key whose form shows no public key. Never a guess: what
    /// could be of either kind is an error.
    #[cfg(feature = "message-signatures")]
    fn message_kind(&self, allowed: &[Algorithm]) -> Result<KeyKind, KeyError> {
        let Given::Provided(bytes) = &self.given else {
            // Bytes are given as those of a secret.
            return Ok(self.kind.unwrap_or(KeyKind::SharedSecret));
        };
        if let Some(kind) = self.kind {
            return Ok(kind);
        }
        if behind(bytes, b"whsec_").is_some() || public::jwk_secret(bytes).is_some() {
            return Ok(KeyKind::SharedSecret);
        }
        if !allowed.contains(&Algorithm::Hmac(Digest::Sha256)) {
            return Ok(KeyKind::Public);
        }
        let only_secrets = !allowed.iter().any(|algorithm| algorithm.is_public_key());
        if only_secrets || !kind::may_be_public(bytes) {
            return Ok(KeyKind::SharedSecret);
        }
        Err(KeyError::Ambiguous)
    }

    /// The readings of a shared secret.
    #[cfg(feature = "message-signatures")]
    fn message_secrets(&self) -> Result<Vec<Zeroizing<Vec<u8>>>, KeyError> {
        let Given::Provided(bytes) = &self.given else {
            return Ok(vec![self.secret(&KeyForm::Any)?]);
        };
        if let Some(secret) = public::jwk_secret(bytes) {
            return Ok(vec![secret]);
        }
        let mut readings = vec![self.secret(&KeyForm::Any)?];
        if !bytes.starts_with(b"whsec_")
            && let Ok(decoded) = Encoding::Base64.decode(bytes)
            && decoded.len() >= 16
        {
            readings.push(Zeroizing::new(decoded));
        }
        Ok(readings)
    }

    #[cfg(all(feature = "message-signatures", feature = "sign"))]
    pub(crate) fn message_signing_key(
        &self,
        allowed: &[Algorithm],
    ) -> Result<MessageSigningKey, KeyError> {
        let bytes = match &self.given {
            Given::Rsa { .. } => return Err(public::NEEDS_PRIVATE),
            Given::Bytes(bytes) | Given::Provided(bytes) => bytes,
        };
        let looks_private = bytes.starts_with(b"-----BEGIN")
            || bytes.starts_with(b"whsk_")
            || !matches!(public::parse_any(bytes), Ok(None));
        if looks_private && self.kind != Some(KeyKind::SharedSecret) {
            return public::parse_any_private(bytes).map(MessageSigningKey::Private);
        }
        match self.message_kind(allowed)? {
            KeyKind::SharedSecret => {
                let readings = self.message_secrets()?;
                let secret = readings.first().ok_or(KeyError::Empty)?;
                Ok(MessageSigningKey::shared(secret))
            }
            KeyKind::Public => Err(public::NEEDS_PRIVATE),
        }
    }
}

fn not_blank(bytes: &[u8]) -> Result<(), KeyError> {
    match bytes {
        [] => Err(KeyError::Empty),
        bytes if kind::is_blank(bytes) => Err(KeyError::Blank),
        _ => Ok(()),
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

/// A key made ready for an algorithm. The most usual variant is the large one,
/// and stands where the verifier is so that no pointer leads to it.
#[derive(Clone)]
#[allow(clippy::large_enum_variant)]
pub(crate) enum Material {
    /// A stream to clone per request; the secret for `{secret}`.
    Keyed {
        stream: Stream,
        secret: Option<Arc<Zeroizing<Vec<u8>>>>,
    },
    /// The hash of a secret that is sent as it is.
    Shared(Zeroizing<[u8; 32]>),
    Public(PublicKey),
    /// The roots to which the certificates of a request have to lead.
    Roots(Roots),
    #[cfg(feature = "message-signatures")]
    Message(Arc<MessageKey>),
}

/// A key of a ring, made ready.
#[derive(Clone)]
pub(crate) struct PreparedKey {
    pub(crate) id: Arc<str>,
    /// Whether the operator gave the id.
    pub(crate) named: bool,
    pub(crate) material: Material,
}

#[cfg(feature = "sign")]
pub(crate) enum SigningMaterial {
    Keyed {
        stream: Box<Stream>,
        secret: Option<Zeroizing<Vec<u8>>>,
    },
    Shared(Zeroizing<Vec<u8>>),
    Private(PrivateKey),
    #[cfg(feature = "message-signatures")]
    Message(MessageSigningKey),
}

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

/// The keys of one endpoint: one, or several while a secret is rotated.
///
/// The first key is the primary one: it is tried first, so the usual delivery
/// hashes its body once. While rotating, put the new key first.
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
    keys: Vec<(Arc<str>, Key, bool)>,
    params: Vec<(Box<str>, Box<str>)>,
    meant_for: MeantFor,
}

impl KeyRing {
    /// Adds a key under an id: the one that requests name, where the scheme
    /// has key ids, otherwise any name for logs.
    #[must_use]
    pub fn with(mut self, id: impl Into<Arc<str>>, key: Key) -> Self {
        self.keys.push((id.into(), key, true));
        self
    }

    /// Adds a key under its position: `0`, `1`, …
    #[must_use]
    pub fn push(mut self, key: Key) -> Self {
        let id = self.keys.len().to_string();
        self.keys.push((id.into(), key, false));
        self
    }

    /// Sets a value that the scheme signs as `{const:NAME}` and that belongs to
    /// the subscription: Trello's callback URL, PayPal's webhook id.
    #[must_use]
    pub fn param(mut self, name: impl Into<Box<str>>, value: impl Into<Box<str>>) -> Self {
        self.params.push((name.into(), value.into()));
        self
    }

    /// Accepts deliveries for this recipient: whose keys these are, where a source of
    /// keys serves several. It replaces the scheme's values for the same recipient
    /// ([`Scheme::recipient`](crate::Scheme::recipient), which says how to write it);
    /// those for others stay.
    #[must_use]
    pub fn recipient(mut self, value: impl Into<Cow<'static, str>>) -> Self {
        self.meant_for.values.to_mut().push(value.into());
        self
    }

    /// Accepts deliveries for anybody, but where a value is named.
    #[must_use]
    pub fn any_recipient(mut self) -> Self {
        self.meant_for.anyone = true;
        self
    }

    pub(crate) const fn meant_for(&self) -> &MeantFor {
        &self.meant_for
    }

    pub(crate) fn set_meant_for(&mut self, meant_for: MeantFor) {
        self.meant_for = meant_for;
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
        self.keys.iter().map(|(id, ..)| &**id)
    }

    pub(crate) fn keys(&self) -> &[(Arc<str>, Key, bool)] {
        &self.keys
    }

    /// The ring with the keys of JWK sets in their place: those that fit, each
    /// under its `kid`, or under its position where it has none. A set without a
    /// key that fits stays there.
    pub(crate) fn expanded(&self, fits: &dyn Fn(&Key) -> bool) -> Cow<'_, Self> {
        let sets: Vec<_> = self
            .keys
            .iter()
            .map(|(_, key, _)| key.given().and_then(public::key_set))
            .collect();
        if sets.iter().all(Option::is_none) {
            return Cow::Borrowed(self);
        }
        let mut ring = Self {
            keys: Vec::new(),
            params: self.params.clone(),
            meant_for: self.meant_for.clone(),
        };
        for ((id, key, named), set) in self.keys.iter().zip(sets) {
            let before = ring.len();
            for (kid, jwk) in set.unwrap_or_default() {
                let Some(jwk) = Self::fitting(jwk, key.kind, fits) else {
                    continue;
                };
                ring = match kid {
                    Some(kid) if ring.ids().any(|known| known == kid) => ring,
                    Some(kid) => ring.with(kid, jwk),
                    None => ring.push(jwk),
                };
            }
            if ring.len() == before {
                ring.keys.push((id.clone(), key.clone(), *named));
            }
        }
        Cow::Owned(ring)
    }

    fn fitting(jwk: String, kind: Option<KeyKind>, fits: &dyn Fn(&Key) -> bool) -> Option<Key> {
        let mut key = Key::new(jwk).ok()?;
        key.kind = kind;
        Some(key).filter(fits)
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

fn hashed(digest: Digest, text: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut stream = Stream::hash(digest);
    stream.update(text);
    let mut tag = stream.finish();
    let bytes = Zeroizing::new(tag.as_bytes().to_vec());
    tag.wipe();
    bytes
}

/// The text in normalisation form NFKD (Unicode Standard Annex 15).
fn nfkd(text: &[u8]) -> Result<Vec<u8>, KeyError> {
    if text.is_ascii() {
        return Ok(text.to_vec());
    }
    #[cfg(feature = "nfkd")]
    {
        use unicode_normalization::UnicodeNormalization as _;

        // The longest expansion is elevenfold (Annex 15, section 15), so that the
        // buffer never moves and leaves no copy behind.
        let mut normal = String::with_capacity(text.len() * 11);
        normal.extend(
            std::str::from_utf8(text)
                .map_err(|_| KeyError::NotText)?
                .nfkd(),
        );
        Ok(normal.into_bytes())
    }
    #[cfg(not(feature = "nfkd"))]
    Err(KeyError::NotBuilt("nfkd"))
}

/// What stands behind the prefix. The version of the signatures may stand before
/// it, `v1,whsec_…`, as Supabase hands secrets out.
fn behind<'a>(text: &'a [u8], prefix: &[u8]) -> Option<&'a [u8]> {
    if prefix.is_empty() {
        return None;
    }
    let unversioned = text.strip_prefix(b"v1,").unwrap_or(text);
    unversioned.strip_prefix(prefix)
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
