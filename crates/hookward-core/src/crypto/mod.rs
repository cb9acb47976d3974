//! Cryptographic primitives: hashes, MACs, signature verification. Verification knows no
//! crypto library; elsewhere, `key/` and `handshake/` use the key types of some.

#[cfg(all(feature = "aws-lc-rs", any(feature = "rsa", feature = "ecdsa")))]
mod aws_lc;

use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::scheme::{Algorithm, Digest};
#[cfg(feature = "ecdsa")]
use crate::scheme::{Curve, EcdsaForm};

/// Types that hold a key, or the state of a hash that absorbed one, must be zeroized on
/// drop: a build in which one is not does not compile. An HMAC consists of three states
/// of its hash and one block, each of which is zeroized.
const _: () = {
    use sha2::digest::block_api::CoreProxy;
    use zeroize::ZeroizeOnDrop;

    const fn is_wiped<T: ZeroizeOnDrop>() {}
    const fn parts_are_wiped<H: CoreProxy<Core: ZeroizeOnDrop> + ZeroizeOnDrop>() {}

    parts_are_wiped::<Md5>();
    parts_are_wiped::<Sha1>();
    parts_are_wiped::<Sha256>();
    parts_are_wiped::<Sha384>();
    parts_are_wiped::<Sha512>();
    #[cfg(feature = "rsa")]
    is_wiped::<rsa::PrivateKey>();
    #[cfg(feature = "ecdsa")]
    is_wiped::<p256::ecdsa::SigningKey>();
    #[cfg(feature = "ecdsa")]
    is_wiped::<p384::ecdsa::SigningKey>();
    #[cfg(feature = "ed25519")]
    is_wiped::<ed25519_dalek::SigningKey>();
    is_wiped::<zeroize::Zeroizing<Vec<u8>>>();
    is_wiped::<zeroize::Zeroizing<[u8; 32]>>();
};

/// The result of a MAC or hash, at most 64 bytes.
#[derive(Clone)]
pub(crate) struct Tag {
    bytes: [u8; 64],
    len: u8,
}

impl Tag {
    #[inline]
    fn of(bytes: &[u8]) -> Self {
        let mut tag = Self {
            bytes: [0; 64],
            len: 0,
        };
        let len = bytes.len().min(64);
        tag.bytes[..len].copy_from_slice(&bytes[..len]);
        tag.len = u8::try_from(len).unwrap_or(64);
        tag
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// Zeroizes a value that is itself a secret.
    pub(crate) fn wipe(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.bytes);
    }

    /// The first 32 bytes, padded with zeros.
    pub(crate) fn first_half(&self) -> [u8; 32] {
        self.bytes.as_chunks().0[0]
    }

    /// Compares in time that does not depend on the content; the lengths are public.
    pub(crate) fn ct_eq(&self, other: &[u8]) -> bool {
        let bytes = self.as_bytes();
        if bytes.len() != other.len() {
            return false;
        }
        // Word by word: a sixteenth of the work of `[u8]::ct_eq`.
        let (words, rest) = bytes.as_chunks::<16>();
        let (other_words, other_rest) = other.as_chunks::<16>();
        let equal =
            words
                .iter()
                .zip(other_words)
                .fold(rest.ct_eq(other_rest), |equal, (word, other)| {
                    equal & u128::from_ne_bytes(*word).ct_eq(&u128::from_ne_bytes(*other))
                });
        equal.into()
    }
}

/// A hash or MAC in progress. Those with a large state are boxed, so that the common ones
/// are cheap to move.
#[derive(Clone)]
pub(crate) enum Stream {
    HmacMd5(Hmac<Md5>),
    HmacSha1(Hmac<Sha1>),
    HmacSha256(Hmac<Sha256>),
    HmacSha384(Box<Hmac<Sha384>>),
    HmacSha512(Box<Hmac<Sha512>>),
    Md5(Md5),
    Sha1(Sha1),
    Sha256(Sha256),
    Sha384(Box<Sha384>),
    Sha512(Box<Sha512>),
    /// One of the others, with the start of its input.
    Recording(Box<Recording>),
}

/// A hash or MAC that records its input up to a limit. The record may contain a secret:
/// some hashes are fed one.
#[derive(Clone)]
pub(crate) struct Recording {
    stream: Stream,
    fed: Zeroizing<Vec<u8>>,
    /// If the input is longer than this, the record is discarded.
    limit: usize,
    is_over: bool,
}

impl Recording {
    fn update(&mut self, bytes: &[u8]) {
        self.stream.update(bytes);
        self.is_over |= self.fed.len().saturating_add(bytes.len()) > self.limit;
        if !self.is_over {
            self.fed.extend_from_slice(bytes);
        }
    }
}

macro_rules! each {
    ($stream:expr, $s:ident => $do:expr) => {
        match $stream {
            Stream::HmacMd5($s) => $do,
            Stream::HmacSha1($s) => $do,
            Stream::HmacSha256($s) => $do,
            Stream::HmacSha384($s) => $do,
            Stream::HmacSha512($s) => $do,
            Stream::Md5($s) => $do,
            Stream::Sha1($s) => $do,
            Stream::Sha256($s) => $do,
            Stream::Sha384($s) => $do,
            Stream::Sha512($s) => $do,
            Stream::Recording($s) => $do,
        }
    };
}

impl Stream {
    pub(crate) fn hash(digest: Digest) -> Self {
        match digest {
            Digest::Md5 => Self::Md5(Md5::new()),
            Digest::Sha1 => Self::Sha1(Sha1::new()),
            Digest::Sha256 => Self::Sha256(Sha256::new()),
            Digest::Sha384 => Self::Sha384(Box::default()),
            Digest::Sha512 => Self::Sha512(Box::default()),
        }
    }

    /// A MAC with its key absorbed: cloning it takes no hashing.
    pub(crate) fn hmac(digest: Digest, key: &[u8]) -> Self {
        // HMAC takes keys of any length (RFC 2104 section 2), so `new_from_slice` cannot
        // fail; and keys are never empty.
        macro_rules! keyed {
            ($hash:ty) => {
                Hmac::<$hash>::new_from_slice(key)
                    .unwrap_or_else(|_| Hmac::<$hash>::new(&Default::default()))
            };
        }
        match digest {
            Digest::Md5 => Self::HmacMd5(keyed!(Md5)),
            Digest::Sha1 => Self::HmacSha1(keyed!(Sha1)),
            Digest::Sha256 => Self::HmacSha256(keyed!(Sha256)),
            Digest::Sha384 => Self::HmacSha384(Box::new(keyed!(Sha384))),
            Digest::Sha512 => Self::HmacSha512(Box::new(keyed!(Sha512))),
        }
    }

    /// Whether it is a MAC over this digest.
    pub(crate) const fn is_hmac(&self, digest: Digest) -> bool {
        matches!(
            (self, digest),
            (Self::HmacMd5(_), Digest::Md5)
                | (Self::HmacSha1(_), Digest::Sha1)
                | (Self::HmacSha256(_), Digest::Sha256)
                | (Self::HmacSha384(_), Digest::Sha384)
                | (Self::HmacSha512(_), Digest::Sha512)
        )
    }

    /// The same, recording its input as long as that is at most `limit` bytes.
    pub(crate) fn recording(self, limit: usize) -> Self {
        Self::Recording(Box::new(Recording {
            stream: self,
            // Allocated at full size: growing would leave copies in memory.
            fed: Zeroizing::new(Vec::with_capacity(limit)),
            limit,
            is_over: false,
        }))
    }

    /// The recorded input, if it is within the limit.
    pub(crate) fn recorded(&self) -> Option<&[u8]> {
        match self {
            Self::Recording(recording) if !recording.is_over => Some(&recording.fed),
            _ => None,
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        each!(self, s => s.update(bytes));
    }

    #[inline]
    pub(crate) fn finish(self) -> Tag {
        each!(self, s => Tag::of(s.finalize_bytes().as_ref()))
    }
}

/// Finalizes MACs and hashes under one name.
trait Finalize {
    type Output: AsRef<[u8]>;
    fn finalize_bytes(self) -> Self::Output;
}

macro_rules! finalize_hash {
    ($($hash:ty),*) => {$(
        impl Finalize for $hash {
            type Output = sha2::digest::Output<$hash>;
            #[inline]
            fn finalize_bytes(self) -> Self::Output {
                self.finalize()
            }
        }
        impl Finalize for Hmac<$hash> {
            type Output = sha2::digest::Output<$hash>;
            #[inline]
            fn finalize_bytes(self) -> Self::Output {
                self.finalize().into_bytes()
            }
        }
    )*};
}
finalize_hash!(Md5, Sha1, Sha256, Sha384, Sha512);

impl AsRef<[u8]> for Tag {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl Finalize for Recording {
    type Output = Tag;
    fn finalize_bytes(self) -> Tag {
        self.stream.finish()
    }
}

impl<F: Finalize> Finalize for Box<F> {
    type Output = F::Output;
    fn finalize_bytes(self) -> F::Output {
        (*self).finalize_bytes()
    }
}

/// SHA-256 of concatenated pieces, for lookups and comparisons of secrets.
pub(crate) fn sha256(pieces: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for piece in pieces {
        hash.update(piece);
    }
    hash.finalize().into()
}

/// Dispatches a function that is generic over the digest.
#[cfg(feature = "rsa")]
macro_rules! with_digest {
    ($digest:expr, $d:ident => $do:expr, $otherwise:expr) => {
        match $digest {
            Digest::Sha1 => {
                type $d = Sha1;
                $do
            }
            Digest::Sha256 => {
                type $d = Sha256;
                $do
            }
            Digest::Sha384 => {
                type $d = Sha384;
                $do
            }
            Digest::Sha512 => {
                type $d = Sha512;
                $do
            }
            Digest::Md5 => $otherwise,
        }
    };
}

/// An RSA key, with its AWS-LC counterpart if that backend is enabled.
#[cfg(feature = "rsa")]
#[derive(Clone)]
pub(crate) struct RsaKey {
    key: rsa::PublicKey,
    #[cfg(feature = "aws-lc-rs")]
    aws: aws_lc::AwsRsaKey,
}

/// A point, with its AWS-LC counterpart if that backend is enabled.
#[cfg(feature = "ecdsa")]
#[derive(Clone)]
pub(crate) struct EcKey<K> {
    key: K,
    #[cfg(feature = "aws-lc-rs")]
    aws: aws_lc::AwsEcKey,
}

/// A public key, parsed once.
#[derive(Clone)]
pub(crate) enum PublicKey {
    #[cfg(feature = "rsa")]
    Rsa(Box<RsaKey>),
    #[cfg(feature = "ecdsa")]
    P256(Box<EcKey<p256::ecdsa::VerifyingKey>>),
    #[cfg(feature = "ecdsa")]
    P384(Box<EcKey<p384::ecdsa::VerifyingKey>>),
    #[cfg(feature = "ed25519")]
    Ed25519(Box<ed25519_dalek::VerifyingKey>),
}

#[cfg(feature = "rsa")]
impl From<rsa::PublicKey> for PublicKey {
    fn from(key: rsa::PublicKey) -> Self {
        Self::Rsa(Box::new(RsaKey {
            #[cfg(feature = "aws-lc-rs")]
            aws: aws_lc::AwsRsaKey::new(&key),
            key,
        }))
    }
}

#[cfg(feature = "ecdsa")]
impl From<p256::ecdsa::VerifyingKey> for PublicKey {
    fn from(key: p256::ecdsa::VerifyingKey) -> Self {
        Self::P256(Box::new(EcKey {
            #[cfg(feature = "aws-lc-rs")]
            aws: aws_lc::AwsEcKey::p256(key.to_sec1_point(false).as_bytes()),
            key,
        }))
    }
}

#[cfg(feature = "ecdsa")]
impl From<p384::ecdsa::VerifyingKey> for PublicKey {
    fn from(key: p384::ecdsa::VerifyingKey) -> Self {
        Self::P384(Box::new(EcKey {
            #[cfg(feature = "aws-lc-rs")]
            aws: aws_lc::AwsEcKey::p384(key.to_sec1_point(false).as_bytes()),
            key,
        }))
    }
}

#[cfg(feature = "ed25519")]
impl From<ed25519_dalek::VerifyingKey> for PublicKey {
    fn from(key: ed25519_dalek::VerifyingKey) -> Self {
        Self::Ed25519(Box::new(key))
    }
}

impl PublicKey {
    /// The length of its signatures in bytes, if fixed.
    pub(crate) fn signature_len(&self) -> Option<usize> {
        match *self {
            #[cfg(feature = "rsa")]
            Self::Rsa(ref key) => {
                use rsa::traits::PublicKeyParts as _;
                Some(key.key.size())
            }
            #[cfg(feature = "ecdsa")]
            Self::P256(_) | Self::P384(_) => None,
            #[cfg(feature = "ed25519")]
            Self::Ed25519(_) => Some(64),
        }
    }

    /// Whether a message signature by this algorithm can be verified with it.
    #[allow(unused_variables)]
    #[cfg(feature = "message-signatures")]
    pub(crate) const fn fits(&self, algorithm: Algorithm) -> bool {
        match *self {
            #[cfg(feature = "rsa")]
            Self::Rsa(_) => {
                matches!(algorithm, Algorithm::RsaPss(_) | Algorithm::RsaPkcs1(_))
            }
            #[cfg(feature = "ecdsa")]
            Self::P256(_) => matches!(algorithm, Algorithm::Ecdsa(Curve::P256, ..)),
            #[cfg(feature = "ecdsa")]
            Self::P384(_) => matches!(algorithm, Algorithm::Ecdsa(Curve::P384, ..)),
            #[cfg(feature = "ed25519")]
            Self::Ed25519(_) => matches!(algorithm, Algorithm::Ed25519),
        }
    }

    /// Verifies `signature` over the message with this digest. Ed25519 uses
    /// [`Ed25519Stream`] instead.
    #[allow(unused_variables)]
    pub(crate) fn verify(&self, algorithm: Algorithm, digest: &[u8], signature: &[u8]) -> bool {
        #[cfg(all(feature = "aws-lc-rs", any(feature = "rsa", feature = "ecdsa")))]
        if let Some(verdict) = self.verify_by_aws_lc(algorithm, digest, signature) {
            return verdict;
        }
        match (self, algorithm) {
            #[cfg(feature = "rsa")]
            (Self::Rsa(key), Algorithm::RsaPkcs1(hash)) => with_digest!(
                hash,
                D => key.key.pkcs1v15_verify_prehash::<D>(digest, signature).is_ok(),
                false
            ),
            #[cfg(feature = "rsa")]
            (Self::Rsa(key), Algorithm::RsaPss(hash)) => with_digest!(
                hash,
                D => key.key.pss_verify_prehash::<D>(digest, signature).is_ok(),
                false
            ),
            #[cfg(feature = "rsa")]
            (Self::Rsa(key), Algorithm::RsaPssAnySalt(hash)) => {
                use rsa::signature::hazmat::PrehashVerifier as _;
                let Ok(signature) = rsa::pss::Signature::try_from(signature) else {
                    return false;
                };
                with_digest!(
                    hash,
                    D => rsa::pss::VerifyingKey::<D>::new_with_auto_salt_len(key.key.clone())
                        .verify_prehash(digest, &signature)
                        .is_ok(),
                    false
                )
            }
            #[cfg(feature = "ecdsa")]
            (Self::P256(key), Algorithm::Ecdsa(Curve::P256, _, form)) => {
                use p256::ecdsa::{
                    DerSignature, Signature, signature::hazmat::PrehashVerifier as _,
                };
                match form {
                    EcdsaForm::Der => DerSignature::from_bytes(signature)
                        .is_ok_and(|signature| key.key.verify_prehash(digest, &signature).is_ok()),
                    EcdsaForm::Fixed => Signature::from_slice(signature)
                        .is_ok_and(|signature| key.key.verify_prehash(digest, &signature).is_ok()),
                }
            }
            #[cfg(feature = "ecdsa")]
            (Self::P384(key), Algorithm::Ecdsa(Curve::P384, _, form)) => {
                use p384::ecdsa::{
                    DerSignature, Signature, signature::hazmat::PrehashVerifier as _,
                };
                match form {
                    EcdsaForm::Der => DerSignature::from_bytes(signature)
                        .is_ok_and(|signature| key.key.verify_prehash(digest, &signature).is_ok()),
                    EcdsaForm::Fixed => Signature::from_slice(signature)
                        .is_ok_and(|signature| key.key.verify_prehash(digest, &signature).is_ok()),
                }
            }
            _ => false,
        }
    }

    /// The same with AWS-LC; `None` if it does not support the combination.
    #[cfg(all(feature = "aws-lc-rs", any(feature = "rsa", feature = "ecdsa")))]
    fn verify_by_aws_lc(
        &self,
        algorithm: Algorithm,
        digest: &[u8],
        signature: &[u8],
    ) -> Option<bool> {
        #[cfg(feature = "ecdsa")]
        if matches!(algorithm, Algorithm::Ecdsa(_, _, EcdsaForm::Der))
            && !well_formed(algorithm, signature)
        {
            return Some(false);
        }
        match (self, algorithm) {
            #[cfg(feature = "rsa")]
            (Self::Rsa(key), Algorithm::RsaPkcs1(_) | Algorithm::RsaPss(_)) => {
                key.aws.verify(algorithm, digest, signature)
            }
            #[cfg(feature = "ecdsa")]
            (Self::P256(key), Algorithm::Ecdsa(Curve::P256, _, form)) => {
                key.aws
                    .verify_p256(digest, signature, form == EcdsaForm::Fixed)
            }
            #[cfg(feature = "ecdsa")]
            (Self::P384(key), Algorithm::Ecdsa(Curve::P384, _, form)) => {
                key.aws
                    .verify_p384(digest, signature, form == EcdsaForm::Fixed)
            }
            _ => None,
        }
    }

    /// Starts an Ed25519 verification; `None` for another kind of key and for signatures
    /// that no honest signer produces.
    #[allow(unused_variables)]
    pub(crate) fn ed25519_stream(&self, signature: &[u8]) -> Option<Ed25519Stream> {
        match *self {
            #[cfg(feature = "ed25519")]
            Self::Ed25519(ref key) => {
                let signature = ed25519_dalek::Signature::from_slice(signature).ok()?;
                // With a small-order point as R, one signature could verify for many
                // messages; weak keys are refused when they are parsed.
                if SMALL_ORDER.contains(signature.r_bytes()) {
                    return None;
                }
                Some(Ed25519Stream {
                    check: Box::new(key.verify_stream(&signature).ok()?),
                })
            }
            #[allow(unreachable_patterns)]
            _ => None,
        }
    }
}

/// The points of small order, as RFC 8032 section 5.1.2 encodes points. R is compared
/// bytewise, so non-canonical encodings never match.
#[cfg(feature = "ed25519")]
const SMALL_ORDER: [[u8; 32]; 8] = {
    const fn ends(first: u8, middle: u8, last: u8) -> [u8; 32] {
        let mut bytes = [middle; 32];
        bytes[0] = first;
        bytes[31] = last;
        bytes
    }
    const fn sign(mut bytes: [u8; 32]) -> [u8; 32] {
        bytes[31] |= 0x80;
        bytes
    }
    const EIGHTH: [u8; 32] = [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ];
    const OTHER_EIGHTH: [u8; 32] = [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ];
    [
        ends(0x01, 0x00, 0x00),
        ends(0xec, 0xff, 0x7f),
        ends(0x00, 0x00, 0x00),
        ends(0x00, 0x00, 0x80),
        EIGHTH,
        sign(EIGHTH),
        OTHER_EIGHTH,
        sign(OTHER_EIGHTH),
    ]
};

/// Whether the bytes are well-formed as a signature of the algorithm, apart from their
/// length.
#[cfg_attr(not(feature = "ecdsa"), allow(unused_variables))]
pub(crate) fn well_formed(algorithm: Algorithm, signature: &[u8]) -> bool {
    match algorithm {
        #[cfg(feature = "ecdsa")]
        Algorithm::Ecdsa(Curve::P256, _, EcdsaForm::Der) => {
            p256::ecdsa::DerSignature::from_bytes(signature).is_ok()
        }
        #[cfg(feature = "ecdsa")]
        Algorithm::Ecdsa(Curve::P384, _, EcdsaForm::Der) => {
            p384::ecdsa::DerSignature::from_bytes(signature).is_ok()
        }
        _ => true,
    }
}

/// A streaming Ed25519 verification: the signature is in the head, and RFC 8032 hashes
/// the message once to verify it.
pub(crate) struct Ed25519Stream {
    #[cfg(feature = "ed25519")]
    check: Box<ed25519_dalek::StreamVerifier>,
}

#[cfg_attr(not(feature = "ed25519"), allow(unused_variables, clippy::unused_self))]
impl Ed25519Stream {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        #[cfg(feature = "ed25519")]
        self.check.update(bytes);
    }

    pub(crate) fn verify(self) -> bool {
        #[cfg(feature = "ed25519")]
        return self.check.finalize_and_verify().is_ok();
        #[cfg(not(feature = "ed25519"))]
        false
    }
}

/// A private key, for signing requests.
#[cfg_attr(not(feature = "sign"), allow(dead_code))]
pub(crate) enum PrivateKey {
    #[cfg(feature = "rsa")]
    Rsa(Box<rsa::PrivateKey>),
    #[cfg(feature = "ecdsa")]
    P256(Box<p256::ecdsa::SigningKey>),
    #[cfg(feature = "ecdsa")]
    P384(Box<p384::ecdsa::SigningKey>),
    #[cfg(feature = "ed25519")]
    Ed25519(Box<ed25519_dalek::SigningKey>),
}

impl PrivateKey {
    /// The corresponding public key.
    #[cfg_attr(not(feature = "explain"), allow(dead_code))]
    pub(crate) fn public(&self) -> PublicKey {
        match *self {
            #[cfg(feature = "rsa")]
            Self::Rsa(ref key) => key.to_public_key().into(),
            #[cfg(feature = "ecdsa")]
            Self::P256(ref key) => (*key.verifying_key()).into(),
            #[cfg(feature = "ecdsa")]
            Self::P384(ref key) => (*key.verifying_key()).into(),
            #[cfg(feature = "ed25519")]
            Self::Ed25519(ref key) => key.verifying_key().into(),
        }
    }

    /// Signs a message; `digest` is its digest under the algorithm's hash.
    #[cfg(feature = "sign")]
    #[allow(unused_variables)]
    pub(crate) fn sign(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        digest: &[u8],
    ) -> Option<Vec<u8>> {
        match (self, algorithm) {
            #[cfg(feature = "rsa")]
            (Self::Rsa(key), Algorithm::RsaPkcs1(hash)) => {
                with_digest!(hash, D => key.pkcs1v15_sign_prehash::<D>(digest).ok(), None)
            }
            #[cfg(feature = "rsa")]
            (Self::Rsa(key), Algorithm::RsaPss(hash) | Algorithm::RsaPssAnySalt(hash)) => {
                with_digest!(hash, D => key.pss_sign_prehash::<D>(digest).ok(), None)
            }
            #[cfg(feature = "ecdsa")]
            (Self::P256(key), Algorithm::Ecdsa(Curve::P256, _, form)) => {
                use p256::ecdsa::{Signature, signature::hazmat::PrehashSigner as _};
                let signature: Signature = key.sign_prehash(digest).ok()?;
                Some(match form {
                    EcdsaForm::Der => signature.to_der().as_bytes().to_vec(),
                    EcdsaForm::Fixed => signature.to_bytes().to_vec(),
                })
            }
            #[cfg(feature = "ecdsa")]
            (Self::P384(key), Algorithm::Ecdsa(Curve::P384, _, form)) => {
                use p384::ecdsa::{Signature, signature::hazmat::PrehashSigner as _};
                let signature: Signature = key.sign_prehash(digest).ok()?;
                Some(match form {
                    EcdsaForm::Der => signature.to_der().as_bytes().to_vec(),
                    EcdsaForm::Fixed => signature.to_bytes().to_vec(),
                })
            }
            #[cfg(feature = "ed25519")]
            (Self::Ed25519(key), Algorithm::Ed25519) => {
                use ed25519_dalek::Signer as _;
                Some(key.sign(message).to_bytes().to_vec())
            }
            _ => None,
        }
    }
}

/// A streaming CRC-32 as in zip and Ethernet (IEEE 802.3).
#[derive(Clone, Copy)]
pub(crate) struct Crc32(u32);

impl Crc32 {
    pub(crate) const fn new() -> Self {
        Self(!0)
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let mut x = (self.0 ^ u32::from(*byte)) & 0xff;
            for _ in 0..8 {
                x = if x & 1 == 1 {
                    0xedb8_8320 ^ (x >> 1)
                } else {
                    x >> 1
                };
            }
            self.0 = (self.0 >> 8) ^ x;
        }
    }

    pub(crate) const fn finish(self) -> u32 {
        !self.0
    }
}

#[cfg(all(test, feature = "ed25519"))]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_points_of_small_order_are_these_eight() {
        for (i, point) in SMALL_ORDER.iter().enumerate() {
            let key = ed25519_dalek::VerifyingKey::from_bytes(point).unwrap();
            assert!(key.is_weak());
            // Canonical: decoding and encoding gives the same bytes.
            assert_eq!(key.to_edwards().compress().as_bytes(), point);
            assert!(!SMALL_ORDER[..i].contains(point));
        }
    }
}
