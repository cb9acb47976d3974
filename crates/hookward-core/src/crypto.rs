//! The arithmetic. No other module knows which library does it.

use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::Md5;
use rsa::traits::PublicKeyParts as _;
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use subtle::ConstantTimeEq as _;

use crate::scheme::{Algorithm, Digest};

/// The result of a MAC or hash, at most 64 bytes.
#[derive(Clone)]
pub(crate) struct Tag {
    bytes: [u8; 64],
    len: u8,
}

impl Tag {
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

    /// Constant time in the content; the lengths are public.
    pub(crate) fn ct_eq(&self, other: &[u8]) -> bool {
        self.as_bytes().ct_eq(other).into()
    }
}

/// A hash or MAC that is being fed.
#[derive(Clone)]
pub(crate) enum Stream {
    HmacMd5(Hmac<Md5>),
    HmacSha1(Hmac<Sha1>),
    HmacSha256(Hmac<Sha256>),
    HmacSha384(Hmac<Sha384>),
    HmacSha512(Hmac<Sha512>),
    Md5(Md5),
    Sha1(Sha1),
    Sha256(Sha256),
    Sha384(Sha384),
    Sha512(Sha512),
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
        }
    };
}

impl Stream {
    pub(crate) fn hash(digest: Digest) -> Self {
        match digest {
            Digest::Md5 => Self::Md5(Md5::new()),
            Digest::Sha1 => Self::Sha1(Sha1::new()),
            Digest::Sha256 => Self::Sha256(Sha256::new()),
            Digest::Sha384 => Self::Sha384(Sha384::new()),
            Digest::Sha512 => Self::Sha512(Sha512::new()),
        }
    }

    /// A MAC with its key absorbed: cloning it costs no hashing.
    pub(crate) fn hmac(digest: Digest, key: &[u8]) -> Self {
        // HMAC takes keys of any length (RFC 2104 section 2), so the error of
        // `new_from_slice` cannot happen; an empty key would only be weaker,
        // and keys are never empty.
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
            Digest::Sha384 => Self::HmacSha384(keyed!(Sha384)),
            Digest::Sha512 => Self::HmacSha512(keyed!(Sha512)),
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        each!(self, s => s.update(bytes));
    }

    pub(crate) fn finish(self) -> Tag {
        each!(self, s => Tag::of(&finalize(s)))
    }
}

/// One name for the last step of MACs and hashes.
trait Finalize {
    type Output: AsRef<[u8]>;
    fn finalize_bytes(self) -> Self::Output;
}

macro_rules! finalize_hash {
    ($($hash:ty),*) => {$(
        impl Finalize for $hash {
            type Output = sha2::digest::Output<$hash>;
            fn finalize_bytes(self) -> Self::Output {
                self.finalize()
            }
        }
        impl Finalize for Hmac<$hash> {
            type Output = sha2::digest::Output<$hash>;
            fn finalize_bytes(self) -> Self::Output {
                self.finalize().into_bytes()
            }
        }
    )*};
}
finalize_hash!(Md5, Sha1, Sha256, Sha384, Sha512);

fn finalize<F: Finalize>(stream: F) -> F::Output {
    stream.finalize_bytes()
}

/// SHA-256 of a few pieces, for lookups and comparisons of secrets.
pub(crate) fn sha256(pieces: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for piece in pieces {
        hash.update(piece);
    }
    hash.finalize().into()
}

/// A public key, parsed once.
#[derive(Clone)]
pub(crate) enum PublicKey {
    Rsa(Box<rsa::PublicKey>),
}

impl PublicKey {
    /// The length of its signatures in bytes.
    pub(crate) fn signature_len(&self) -> usize {
        match self {
            Self::Rsa(key) => key.size(),
        }
    }

    /// Whether `signature` belongs to the message with this digest.
    pub(crate) fn verify(&self, algorithm: Algorithm, digest: &[u8], signature: &[u8]) -> bool {
        match (self, algorithm) {
            (Self::Rsa(key), Algorithm::RsaPkcs1(hash)) => match hash {
                Digest::Sha1 => key.pkcs1v15_verify_prehash::<Sha1>(digest, signature),
                Digest::Sha256 => key.pkcs1v15_verify_prehash::<Sha256>(digest, signature),
                Digest::Sha384 => key.pkcs1v15_verify_prehash::<Sha384>(digest, signature),
                Digest::Sha512 => key.pkcs1v15_verify_prehash::<Sha512>(digest, signature),
                Digest::Md5 => return false,
            }
            .is_ok(),
            _ => false,
        }
    }
}

/// A private key, for the signer.
pub(crate) enum PrivateKey {
    Rsa(Box<rsa::PrivateKey>),
}

impl PrivateKey {
    pub(crate) fn sign(&self, algorithm: Algorithm, digest: &[u8]) -> Option<Vec<u8>> {
        match (self, algorithm) {
            (Self::Rsa(key), Algorithm::RsaPkcs1(hash)) => match hash {
                Digest::Sha1 => key.pkcs1v15_sign_prehash::<Sha1>(digest),
                Digest::Sha256 => key.pkcs1v15_sign_prehash::<Sha256>(digest),
                Digest::Sha384 => key.pkcs1v15_sign_prehash::<Sha384>(digest),
                Digest::Sha512 => key.pkcs1v15_sign_prehash::<Sha512>(digest),
                Digest::Md5 => return None,
            }
            .ok(),
            _ => None,
        }
    }
}

/// CRC-32 as zip and Ethernet use it (IEEE 802.3), fed piece by piece.
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
