//! Keys for HTTP Message Signatures, with the algorithms that each allows (RFC 9421
//! section 3.3).

use zeroize::Zeroizing;

use super::KeyError;
#[cfg(feature = "sign")]
use crate::crypto::PrivateKey;
use crate::crypto::{PublicKey, Stream};
use crate::scheme::{Algorithm, Curve, Digest, EcdsaForm};

/// The algorithms by their names in the registry (section 6.2); the preferred one first
/// for each kind of key.
pub(crate) const ALGORITHMS: [(&str, Algorithm); 6] = [
    ("rsa-pss-sha512", Algorithm::RsaPss(Digest::Sha512)),
    ("rsa-v1_5-sha256", Algorithm::RsaPkcs1(Digest::Sha256)),
    ("hmac-sha256", Algorithm::Hmac(Digest::Sha256)),
    (
        "ecdsa-p256-sha256",
        Algorithm::Ecdsa(Curve::P256, Digest::Sha256, EcdsaForm::Fixed),
    ),
    (
        "ecdsa-p384-sha384",
        Algorithm::Ecdsa(Curve::P384, Digest::Sha384, EcdsaForm::Fixed),
    ),
    ("ed25519", Algorithm::Ed25519),
];

pub(crate) fn named(name: &str) -> Option<Algorithm> {
    ALGORITHMS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, algorithm)| *algorithm)
}

/// A verification key: its kind decides which algorithms are allowed with it.
#[derive(Clone)]
pub(crate) enum MessageKey {
    /// The keyed hash state, one for each reading of the secret.
    Shared(Vec<Stream>),
    Public(PublicKey),
}

impl MessageKey {
    pub(crate) fn shared(readings: &[Zeroizing<Vec<u8>>]) -> Self {
        Self::Shared(
            readings
                .iter()
                .map(|secret| Stream::hmac(Digest::Sha256, secret))
                .collect(),
        )
    }

    /// Whether the key is of the kind that an algorithm needs.
    pub(crate) fn fits(&self, algorithm: Algorithm) -> bool {
        match self {
            Self::Shared(_) => algorithm == Algorithm::Hmac(Digest::Sha256),
            Self::Public(key) => key.fits(algorithm),
        }
    }

    /// The length of a signature in bytes, if fixed.
    pub(crate) fn signature_len(&self, algorithm: Algorithm) -> Option<usize> {
        algorithm.signature_len().or(match self {
            Self::Public(key) => key.signature_len(),
            Self::Shared(_) => None,
        })
    }

    pub(crate) fn verify(&self, algorithm: Algorithm, base: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Shared(streams) => streams.iter().any(|stream| {
                let mut stream = stream.clone();
                stream.update(base);
                stream.finish().ct_eq(signature)
            }),
            Self::Public(key) if algorithm.streams_message() => {
                key.ed25519_stream(signature).is_some_and(|mut check| {
                    check.update(base);
                    check.verify()
                })
            }
            Self::Public(key) => {
                let mut hash = Stream::hash(algorithm.message_digest());
                hash.update(base);
                key.verify(algorithm, hash.finish().as_bytes(), signature)
            }
        }
    }
}

/// The error for a key that no allowed algorithm can be used with.
pub(crate) const NO_ALGORITHM: KeyError = KeyError::WrongKind {
    found: "a key of another kind",
    expected: "a key for one of the allowed algorithms",
    help: "allow the algorithm that goes with it, or give the key of the sender",
};

/// A signing key.
#[cfg(feature = "sign")]
pub(crate) enum MessageSigningKey {
    Shared(Box<Stream>),
    Private(PrivateKey),
}

#[cfg(feature = "sign")]
impl MessageSigningKey {
    pub(crate) fn shared(secret: &[u8]) -> Self {
        Self::Shared(Box::new(Stream::hmac(Digest::Sha256, secret)))
    }

    // Without a public-key feature, no private key parses.
    #[cfg_attr(
        not(any(feature = "rsa", feature = "ecdsa", feature = "ed25519")),
        allow(unreachable_code)
    )]
    pub(crate) fn fits(&self, algorithm: Algorithm) -> bool {
        match self {
            Self::Shared(_) => algorithm == Algorithm::Hmac(Digest::Sha256),
            Self::Private(key) => key.public().fits(algorithm),
        }
    }

    pub(crate) fn sign(&self, algorithm: Algorithm, base: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Shared(stream) => {
                let mut stream = (**stream).clone();
                stream.update(base);
                Some(stream.finish().as_bytes().to_vec())
            }
            Self::Private(key) => {
                let mut hash = Stream::hash(algorithm.message_digest());
                hash.update(base);
                key.sign(algorithm, base, hash.finish().as_bytes())
            }
        }
    }
}
