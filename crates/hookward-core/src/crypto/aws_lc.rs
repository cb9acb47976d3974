//! Crypto backend: RSA and ECDSA verification with AWS-LC, several times as fast as the
//! default one.
//!
//! Keys and signature encodings are validated by the same code as without this backend;
//! only the primitives differ. What AWS-LC cannot verify over a precomputed digest is
//! answered with `None`, and the caller falls back to the default backend.

#[cfg(feature = "rsa")]
use std::sync::OnceLock;

use aws_lc_rs::digest as hash;
#[cfg(feature = "ecdsa")]
use aws_lc_rs::signature::EcdsaVerificationAlgorithm;
#[cfg(feature = "rsa")]
use aws_lc_rs::signature::RsaParameters;
use aws_lc_rs::signature::{self as aws, ParsedPublicKey};

#[cfg(feature = "rsa")]
use crate::scheme::{Algorithm, Digest};

/// Verifies a signature over a precomputed digest.
fn fits(
    key: &ParsedPublicKey,
    algorithm: &'static hash::Algorithm,
    digest: &[u8],
    signature: &[u8],
) -> bool {
    hash::Digest::import_less_safe(digest, algorithm)
        .is_ok_and(|digest| key.verify_digest_sig(&digest, signature).is_ok())
}

/// An RSA key. In AWS-LC, a parsed key is bound to one padding and one hash, so each
/// combination is parsed on first use and cached.
#[cfg(feature = "rsa")]
#[derive(Clone)]
pub(super) struct AwsRsaKey {
    pkcs1: Box<[u8]>,
    is_short: bool,
    parsed: [OnceLock<Option<Box<ParsedPublicKey>>>; 7],
}

#[cfg(feature = "rsa")]
impl AwsRsaKey {
    pub(super) fn new(key: &rsa::PublicKey) -> Self {
        use rsa::pkcs1::EncodeRsaPublicKey as _;
        use rsa::traits::PublicKeyParts as _;
        let pkcs1 = key
            .to_pkcs1_der()
            .map_or_else(|_| Box::default(), |der| der.as_bytes().into());
        Self {
            pkcs1,
            is_short: key.n().bit_width_vartime() < 2048,
            parsed: [const { OnceLock::new() }; 7],
        }
    }

    /// `None` if AWS-LC does not support the combination: PSS with SHA-1, and short keys
    /// with PSS or with PKCS#1 v1.5 and SHA-384.
    pub(super) fn verify(
        &self,
        algorithm: Algorithm,
        digest: &[u8],
        signature: &[u8],
    ) -> Option<bool> {
        // These size limits are wide: the size was checked when the key was parsed.
        type Parameters = (usize, &'static RsaParameters, &'static hash::Algorithm);
        let (slot, parameters, hash): Parameters = match algorithm {
            Algorithm::RsaPkcs1(Digest::Sha1) => (
                0,
                &aws::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
                &hash::SHA1_FOR_LEGACY_USE_ONLY,
            ),
            Algorithm::RsaPkcs1(Digest::Sha256) => (
                1,
                &aws::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
                &hash::SHA256,
            ),
            Algorithm::RsaPkcs1(Digest::Sha512) => (
                2,
                &aws::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
                &hash::SHA512,
            ),
            _ if self.is_short => return None,
            Algorithm::RsaPkcs1(Digest::Sha384) => {
                (3, &aws::RSA_PKCS1_2048_8192_SHA384, &hash::SHA384)
            }
            Algorithm::RsaPss(Digest::Sha256) => (4, &aws::RSA_PSS_2048_8192_SHA256, &hash::SHA256),
            Algorithm::RsaPss(Digest::Sha384) => (5, &aws::RSA_PSS_2048_8192_SHA384, &hash::SHA384),
            Algorithm::RsaPss(Digest::Sha512) => (6, &aws::RSA_PSS_2048_8192_SHA512, &hash::SHA512),
            _ => return None,
        };
        let key = self.parsed[slot].get_or_init(|| {
            ParsedPublicKey::new(parameters, &self.pkcs1)
                .ok()
                .map(Box::new)
        });
        Some(fits(key.as_deref()?, hash, digest, signature))
    }
}

/// A curve in AWS-LC. One hash suffices: ECDSA interprets a digest as a number, of which
/// only the leftmost bits are used (FIPS 186-5 section 6.4.2).
#[cfg(feature = "ecdsa")]
struct EcCurve {
    algorithm: &'static EcdsaVerificationAlgorithm,
    hash: &'static hash::Algorithm,
    /// The length in bytes of a coordinate, of half a signature, and of the hash.
    len: usize,
}

#[cfg(feature = "ecdsa")]
const P256: EcCurve = EcCurve {
    algorithm: &aws::ECDSA_P256_SHA256_ASN1,
    hash: &hash::SHA256,
    len: 32,
};

#[cfg(feature = "ecdsa")]
const P384: EcCurve = EcCurve {
    algorithm: &aws::ECDSA_P384_SHA384_ASN1,
    hash: &hash::SHA384,
    len: 48,
};

/// The maximum length of half a signature in bytes.
#[cfg(feature = "ecdsa")]
const HALF: usize = 48;

/// A point on P-256 or P-384.
#[cfg(feature = "ecdsa")]
#[derive(Clone)]
pub(super) struct AwsEcKey(Option<ParsedPublicKey>);

#[cfg(feature = "ecdsa")]
impl AwsEcKey {
    /// From an uncompressed point (SEC 1 section 2.3.3).
    pub(super) fn p256(point: &[u8]) -> Self {
        Self(ParsedPublicKey::new(P256.algorithm, point).ok())
    }

    pub(super) fn p384(point: &[u8]) -> Self {
        Self(ParsedPublicKey::new(P384.algorithm, point).ok())
    }

    pub(super) fn verify_p256(
        &self,
        digest: &[u8],
        signature: &[u8],
        is_fixed: bool,
    ) -> Option<bool> {
        self.verify(&P256, digest, signature, is_fixed)
    }

    pub(super) fn verify_p384(
        &self,
        digest: &[u8],
        signature: &[u8],
        is_fixed: bool,
    ) -> Option<bool> {
        self.verify(&P384, digest, signature, is_fixed)
    }

    fn verify(
        &self,
        curve: &EcCurve,
        digest: &[u8],
        signature: &[u8],
        is_fixed: bool,
    ) -> Option<bool> {
        let key = self.0.as_ref()?;
        let mut number = [0; HALF];
        let number = &mut number[..curve.len];
        let leftmost = &digest[..digest.len().min(curve.len)];
        number[curve.len - leftmost.len()..].copy_from_slice(leftmost);
        if !is_fixed {
            return Some(fits(key, curve.hash, number, signature));
        }
        if signature.len() != 2 * curve.len {
            return Some(false);
        }
        let mut der = [0; 2 + 2 * (3 + HALF)];
        let len = write_der(signature, &mut der);
        Some(fits(key, curve.hash, number, &der[..len]))
    }
}

/// Encodes `r` and `s` of equal length in DER (RFC 3279 section 2.2.3); returns the
/// length.
#[cfg(feature = "ecdsa")]
fn write_der(fixed: &[u8], der: &mut [u8; 2 + 2 * (3 + HALF)]) -> usize {
    let (r, s) = fixed.split_at(fixed.len() / 2);
    let mut at = 2;
    for half in [r, s] {
        let zeros = half.iter().take_while(|byte| **byte == 0).count();
        let digits = &half[zeros..];
        // Without this byte, the INTEGER would be empty or negative.
        let sign = usize::from(digits.first().is_none_or(|first| *first >= 0x80));
        let len = sign + digits.len();
        der[at] = 0x02;
        der[at + 1] = u8::try_from(len).unwrap_or(0);
        der[at + 2 + sign..at + 2 + len].copy_from_slice(digits);
        at += 2 + len;
    }
    der[0] = 0x30;
    der[1] = u8::try_from(at - 2).unwrap_or(0);
    at
}
