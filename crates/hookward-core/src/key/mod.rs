//! Keys: parsing them in the form in which a provider issues them, and preparing them for
//! an algorithm. A key that cannot work is refused here, before any request.

pub(crate) mod chain;
mod error;
mod kind;
#[cfg(feature = "message-signatures")]
pub(crate) mod message;
mod public;
mod ring;

pub use self::error::KeyError;
pub use self::kind::KeyKind;
pub(crate) use self::public::tlv;
#[cfg(feature = "x5c")]
pub(crate) use self::public::{of_certificate, of_subject};
pub use self::ring::KeyRing;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use zeroize::Zeroizing;

use self::chain::Roots;
#[cfg(feature = "message-signatures")]
use self::message::MessageKey;
#[cfg(all(feature = "message-signatures", feature = "sign"))]
use self::message::MessageSigningKey;
#[cfg(feature = "sign")]
use crate::crypto::PrivateKey;
use crate::crypto::{PublicKey, Stream, sha256};
use crate::scheme::{Algorithm, Digest, KeyForm};
use crate::text::encoding::Encoding;

/// One key.
///
/// [`Key::new`] takes it as the provider shows it, and the scheme says how it is encoded:
/// as text, hex or base64, with or without `whsec_`, as PEM, DER or modulus. The other
/// constructors are for a key that is stored in another form than the provider's.
///
/// The bytes are wiped from memory on drop, `Debug` does not show them, and a
/// key is never empty or blank.
///
/// A key that is evidently of the wrong kind is refused when a verifier is built: a
/// public key, PEM or JWK as a shared secret, `sk_live_…` where webhooks are signed with
/// a separate secret. [`shared_secret`](Self::shared_secret) and
/// [`public_key`](Self::public_key) state the kind, which RFC 9421 requires for text in
/// an ambiguous form.
///
/// ```
/// use hookward::Key;
///
/// let key = Key::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
/// assert_eq!(format!("{key:?}"), "Key(redacted)");
/// assert!(Key::new("").is_err());
/// # Ok::<(), hookward::KeyError>(())
/// ```
#[derive(Clone)]
pub struct Key {
    given: Given,
    /// Set if the operator states it.
    kind: Option<KeyKind>,
}

#[derive(Clone)]
enum Given {
    /// As the provider shows it; the scheme's key form applies.
    Provided(Zeroizing<Vec<u8>>),
    /// The raw bytes of the secret.
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
    /// A JWK set adds all of its keys that the scheme can use, at most 32, each under its
    /// `kid`.
    ///
    /// Nothing is trimmed: a secret may end in any character.
    ///
    /// # Errors
    /// [`KeyError`] if it is empty or blank.
    pub fn new(key: impl Into<Vec<u8>>) -> Result<Self, KeyError> {
        let bytes = Zeroizing::new(key.into());
        not_blank(&bytes)?;
        Ok(Self {
            given: Given::Provided(bytes),
            kind: None,
        })
    }

    /// A shared secret as the provider shows it, even if it looks like another kind of
    /// key.
    ///
    /// Like [`new`](Self::new), for two cases in which the text is ambiguous: a secret
    /// for RFC 9421 that could also be a public key, and an API key with which a provider
    /// does sign its webhooks.
    ///
    /// ```
    /// use hookward::{Key, Verifier, providers};
    ///
    /// let text = "GpwctzjRxs7X5qQApR65Q80BfwrOT4K9LvKGDUsVSIg=";
    /// assert!(Verifier::new(providers::GITHUB, Key::new(text)?).is_ok());
    /// assert!(Verifier::new(providers::GITHUB, Key::shared_secret(text)?).is_ok());
    /// assert!(Verifier::new(providers::GITHUB, Key::public_key(text)?).is_err());
    /// # Ok::<(), hookward::KeyError>(())
    /// ```
    ///
    /// # Errors
    /// [`KeyError`] if it is empty or blank.
    pub fn shared_secret(key: impl Into<Vec<u8>>) -> Result<Self, KeyError> {
        Ok(Self::new(key)?.of_kind(KeyKind::SharedSecret))
    }

    /// A public key in any form in which providers issue them; it is never used as a
    /// shared secret.
    ///
    /// # Errors
    /// [`KeyError`] if it is empty or blank.
    pub fn public_key(key: impl Into<Vec<u8>>) -> Result<Self, KeyError> {
        Ok(Self::new(key)?.of_kind(KeyKind::Public))
    }

    /// States the kind of a key that was read from a file or the environment.
    ///
    /// ```no_run
    /// use hookward::{Key, KeyKind};
    ///
    /// let key = Key::from_env("PARTNER_SECRET")?.of_kind(KeyKind::SharedSecret);
    /// # Ok::<(), hookward::KeyError>(())
    /// ```
    #[must_use]
    pub fn of_kind(mut self, kind: KeyKind) -> Self {
        self.kind = Some(kind);
        self
    }

    /// The raw bytes of a secret, regardless of the form that the scheme expects.
    ///
    /// # Errors
    /// [`KeyError`] if they are empty or blank.
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Result<Self, KeyError> {
        let bytes = Zeroizing::new(bytes.into());
        not_blank(&bytes)?;
        Ok(Self {
            given: Given::Bytes(bytes),
            kind: None,
        })
    }

    /// A hex-encoded secret, regardless of the form that the scheme expects.
    ///
    /// # Errors
    /// [`KeyError`] if it is empty or not hex.
    pub fn from_hex(digits: &str) -> Result<Self, KeyError> {
        Self::decoded(digits, Encoding::Hex)
    }

    /// A secret encoded in standard base64, regardless of the form that the scheme
    /// expects.
    ///
    /// # Errors
    /// [`KeyError`] if it is empty or not base64.
    pub fn from_base64(text: &str) -> Result<Self, KeyError> {
        Self::decoded(text, Encoding::Base64)
    }

    fn decoded(text: &str, encoding: Encoding) -> Result<Self, KeyError> {
        let bytes = encoding
            .decode(text.as_bytes())
            .map_err(|error| KeyError::not_encoded(encoding, error))?;
        Self::from_bytes(bytes)
    }

    /// An RSA public key from modulus and exponent in base64url, as in a JWK and as
    /// issued by Zentitle2; the exponent is usually `AQAB`.
    ///
    /// # Errors
    /// [`KeyError`] if either is empty or not base64url.
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
    /// A single trailing line ending is removed, as by [`from_file`](Self::from_file).
    ///
    /// # Errors
    /// [`KeyError`] if the variable is unset, not Unicode, empty or blank.
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
    /// A single trailing line ending (`\n` or `\r\n`) is removed, since editors and
    /// `echo` add it; nothing else is. For a secret that really ends in a newline, use
    /// [`Key::new`] or [`Key::from_bytes`].
    ///
    /// # Errors
    /// [`KeyError`] if the file cannot be read, is empty or blank.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, KeyError> {
        let path = path.as_ref();
        let bytes = std::fs::read(path)
            .map(Zeroizing::new)
            .map_err(|error| KeyError::Unreadable(path.display().to_string(), error.to_string()))?;
        Self::new(without_line_end(bytes).to_vec())
            .map_err(|error| error.at(format!("file {}", path.display())))
    }

    /// The bytes as given, not decoded.
    pub(crate) fn given(&self) -> Option<&[u8]> {
        match &self.given {
            Given::Provided(bytes) | Given::Bytes(bytes) => Some(bytes),
            Given::Rsa { .. } => None,
        }
    }

    /// The public half of a private key in PEM.
    // Without a public-key feature, no private key parses.
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

    /// The bytes of the secret, decoded according to `form`.
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
            // Providers issue secrets with and without padding.
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

    /// A secret that is sent as it is. Of `user:password` one may be blank, not both.
    fn sent(&self, algorithm: Algorithm, form: &KeyForm) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let secret = self.secret(form)?;
        if algorithm == Algorithm::Basic && secret.splitn(2, |b| *b == b':').all(kind::is_blank) {
            return Err(KeyError::Blank);
        }
        Ok(secret)
    }

    /// The form of the alternative reading, if the text of a key can be read in two ways.
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

    /// Refuses API credentials where deliveries of `scheme` are signed with another
    /// secret.
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
                Material::Shared(Zeroizing::new(sha256(&[&self.sent(algorithm, form)?])))
            }
            _ if algorithm.is_public_key() => Material::Public(self.public(algorithm, form)?),
            // Keys of message signatures are prepared according to the verifier's policy.
            _ => {
                return Err(KeyError::NotBuilt(algorithm.feature()));
            }
        })
    }

    /// Prepares the key for a signer.
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
                SigningMaterial::Shared(self.sent(algorithm, form)?)
            }
            _ if algorithm.is_public_key() => match &self.given {
                Given::Bytes(bytes) | Given::Provided(bytes) => {
                    SigningMaterial::Private(public::parse_private(algorithm, form, bytes)?)
                }
                Given::Rsa { .. } => return Err(public::NEEDS_PRIVATE),
            },
            // Keys of message signatures are prepared according to the signer's policy.
            _ => {
                return Err(KeyError::NotBuilt(algorithm.feature()));
            }
        })
    }

    /// The key, of the kind that the operator states, that its form shows, or that is the
    /// only one allowed.
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

    /// The kind of a key whose form is not that of a public key. An ambiguous key is an
    /// error, never a guess.
    #[cfg(feature = "message-signatures")]
    fn message_kind(&self, allowed: &[Algorithm]) -> Result<KeyKind, KeyError> {
        let Given::Provided(bytes) = &self.given else {
            // Raw bytes are always those of a secret.
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

    /// The readings of a shared secret: the text, and its base64 decoding if it has one.
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

/// A key prepared for an algorithm. The most common variant is the largest, and is stored
/// inline to save an indirection.
#[derive(Clone)]
#[allow(clippy::large_enum_variant)]
pub(crate) enum Material {
    /// A stream to clone for each request; the secret for `{secret}`.
    Keyed {
        stream: Stream,
        secret: Option<Arc<Zeroizing<Vec<u8>>>>,
    },
    /// The hash of a secret that is sent in plain text.
    Shared(Zeroizing<[u8; 32]>),
    Public(PublicKey),
    /// The roots to which the certificate chain of a request must lead.
    Roots(Roots),
    #[cfg(feature = "message-signatures")]
    Message(Arc<MessageKey>),
}

/// A prepared key of a ring.
#[derive(Clone)]
pub(crate) struct PreparedKey {
    pub(crate) id: Arc<str>,
    /// Whether the operator set the id.
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

        // The longest expansion is elevenfold (Annex 15, section 15), so the buffer never
        // reallocates and leaves no copy in memory.
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

/// What follows the prefix. It may be preceded by the version of the signatures,
/// `v1,whsec_…`, as in secrets issued by Supabase.
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
    fn one_trailing_line_ending_is_removed_and_nothing_else() {
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
