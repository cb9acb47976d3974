//! The backend of RustCrypto against that of AWS-LC: for any key, signature and message both
//! take the key or refuse it with the same error, and have the same verdict.
//!
//! Input: an algorithm, a message, how a key is made from a genuine one, how a signature is,
//! edits of either's bytes. The signature is made with the private key for what the input asks
//! for, so that the deep checks are reached: paddings, hash identifiers, numbers at the
//! borders, points.
//!
//! Both backends parse keys with the same code, and what AWS-LC cannot take is verified by
//! RustCrypto in either build: PSS with SHA-1 or any salt, short RSA keys with some hashes,
//! keys that AWS-LC refuses, and Ed25519. These agree by construction; no other difference
//! is known.

#![no_main]

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use libfuzzer_sys::fuzz_target;
use num_bigint::BigUint;
use sha2::Digest as _;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hash {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

const HASHES: [Hash; 4] = [Hash::Sha1, Hash::Sha256, Hash::Sha384, Hash::Sha512];

impl Hash {
    fn of(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => sha1::Sha1::digest(bytes).to_vec(),
            Self::Sha256 => sha2::Sha256::digest(bytes).to_vec(),
            Self::Sha384 => sha2::Sha384::digest(bytes).to_vec(),
            Self::Sha512 => sha2::Sha512::digest(bytes).to_vec(),
        }
    }

    /// What is before the digest (RFC 8017 section 9.2, note 1).
    fn identifier(self) -> &'static str {
        match self {
            Self::Sha1 => "3021300906052b0e03021a05000414",
            Self::Sha256 => "3031300d060960864801650304020105000420",
            Self::Sha384 => "3041300d060960864801650304020205000430",
            Self::Sha512 => "3051300d060960864801650304020305000440",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    RsaPkcs1(Hash),
    RsaPss(Hash),
    RsaPssAnySalt(Hash),
    /// Whether it is fixed rather than DER.
    P256(Hash, bool),
    P384(Hash, bool),
    Ed25519,
}

const ALGORITHMS: [Algorithm; 18] = [
    Algorithm::RsaPkcs1(Hash::Sha1),
    Algorithm::RsaPkcs1(Hash::Sha256),
    Algorithm::RsaPkcs1(Hash::Sha384),
    Algorithm::RsaPkcs1(Hash::Sha512),
    Algorithm::RsaPss(Hash::Sha1),
    Algorithm::RsaPss(Hash::Sha256),
    Algorithm::RsaPss(Hash::Sha384),
    Algorithm::RsaPss(Hash::Sha512),
    Algorithm::RsaPssAnySalt(Hash::Sha256),
    Algorithm::P256(Hash::Sha256, false),
    Algorithm::P256(Hash::Sha256, true),
    Algorithm::P256(Hash::Sha1, false),
    Algorithm::P256(Hash::Sha512, true),
    Algorithm::P384(Hash::Sha384, false),
    Algorithm::P384(Hash::Sha384, true),
    Algorithm::P384(Hash::Sha256, false),
    Algorithm::P384(Hash::Sha512, true),
    Algorithm::Ed25519,
];

/// A key as an operator gives it.
#[derive(Debug)]
enum Given {
    Bytes(Vec<u8>),
    /// Modulus and exponent in base64url.
    Components(String, String),
}

/// Why a key is refused; or the verdict, `None` if the signature is accepted.
type Answer = Result<Option<String>, String>;

struct Asked<'a> {
    algorithm: Algorithm,
    allows_short: bool,
    key: &'a Given,
    signature: &'a [u8],
    message: &'a [u8],
}

macro_rules! backend {
    ($name:ident, $core:ident) => {
        mod $name {
            use $core::{
                Algorithm, Curve, Digest, EcdsaForm, Encoding, Key, KeyForm, Scheme, UnixTime,
                Verifier,
            };

            use crate::{Answer, Asked, Given, Hash};

            fn digest(hash: Hash) -> Digest {
                match hash {
                    Hash::Sha1 => Digest::Sha1,
                    Hash::Sha256 => Digest::Sha256,
                    Hash::Sha384 => Digest::Sha384,
                    Hash::Sha512 => Digest::Sha512,
                }
            }

            fn algorithm(asked: crate::Algorithm) -> Algorithm {
                use crate::Algorithm as Asked;
                let form = |is_fixed| match is_fixed {
                    true => EcdsaForm::Fixed,
                    false => EcdsaForm::Der,
                };
                match asked {
                    Asked::RsaPkcs1(hash) => Algorithm::RsaPkcs1(digest(hash)),
                    Asked::RsaPss(hash) => Algorithm::RsaPss(digest(hash)),
                    Asked::RsaPssAnySalt(hash) => Algorithm::RsaPssAnySalt(digest(hash)),
                    Asked::P256(hash, is_fixed) => {
                        Algorithm::Ecdsa(Curve::P256, digest(hash), form(is_fixed))
                    }
                    Asked::P384(hash, is_fixed) => {
                        Algorithm::Ecdsa(Curve::P384, digest(hash), form(is_fixed))
                    }
                    Asked::Ed25519 => Algorithm::Ed25519,
                }
            }

            pub(crate) fn answer(asked: &Asked<'_>) -> Answer {
                let scheme = Scheme::public_key("backends", algorithm(asked.algorithm))
                    .header("x-signature")
                    .encoding(Encoding::Hex)
                    .key(match asked.allows_short {
                        true => KeyForm::ShortRsa,
                        false => KeyForm::PublicKey,
                    });
                let key = match asked.key {
                    Given::Bytes(bytes) => Key::public_key(bytes.clone()),
                    Given::Components(n, e) => Key::from_rsa_components(n, e),
                };
                let key = key.map_err(|error| error.to_string())?;
                let verifier = Verifier::new(scheme, key).map_err(|error| error.to_string())?;
                let request = http::Request::post("https://hooks.example/in")
                    .header("x-signature", hex::encode(asked.signature))
                    .body(())
                    .unwrap();
                let verdict =
                    verifier.verify_parts(&request, asked.message, UnixTime::from_secs(0));
                Ok(verdict.err().map(|rejection| rejection.to_string()))
            }
        }
    };
}
backend!(aws_lc, hookward_core);
backend!(rustcrypto, hookward_core_rustcrypto);

/// The bytes of the input; zeros once they are used up, which mean genuine.
struct Choices<'a>(&'a [u8]);

impl<'a> Choices<'a> {
    fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::from(self.byte()) % all.len()]
    }

    /// Up to three edits of bytes: overwritten, inserted, removed, cut off.
    fn edit(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..self.byte() % 4 {
            let at = usize::from(u16::from_be_bytes([self.byte(), self.byte()]));
            let (how, value) = (self.byte(), self.byte());
            let at = at % (bytes.len() + 1);
            match how % 6 {
                0 | 1 if at < bytes.len() => bytes[at] ^= value,
                2 if at < bytes.len() => bytes[at] = value,
                3 => bytes.insert(at, value),
                4 if at < bytes.len() => drop(bytes.remove(at)),
                5 => bytes.truncate(at),
                _ => {}
            }
        }
    }
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut der = vec![tag];
    if length < 0x80 {
        der.push(length as u8);
    } else {
        let digits = length.to_be_bytes();
        let digits = &digits[digits.iter().position(|digit| *digit != 0).unwrap_or(7)..];
        der.push(0x80 | digits.len() as u8);
        der.extend(digits);
    }
    [&der[..], content].concat()
}

/// Writes an INTEGER, in one of the ways that are not DER if `how` is not 0.
fn integer(digits: &[u8], how: u8) -> Vec<u8> {
    let start = digits.iter().position(|digit| *digit != 0);
    let digits = start.map_or(&[0][..], |start| &digits[start..]);
    let signed = match digits[0] {
        0x80.. => [&[0], digits].concat(),
        _ => digits.to_vec(),
    };
    match how % 16 {
        // Negative if its first bit is set.
        1 => element(2, digits),
        2 => element(2, &[&[0], &signed[..]].concat()),
        // A length that is longer than it has to be.
        3 => [&[2, 0x81, signed.len() as u8], &signed[..]].concat(),
        4 => [&[2, 0x82, 0, signed.len() as u8], &signed[..]].concat(),
        5 => element(0x22, &signed),
        6 => element(2, &[]),
        // Of indefinite length.
        7 => [&[2, 0x80], &signed[..], &[0, 0]].concat(),
        _ => element(2, &signed),
    }
}

/// Writes a SEQUENCE.
fn sequence(parts: &[Vec<u8>], how: u8) -> Vec<u8> {
    let content = parts.concat();
    match how % 16 {
        1 => [&[0x30, 0x80], &content[..], &[0, 0]].concat(),
        2 if content.len() < 0x80 => [&[0x30, 0x81, content.len() as u8], &content[..]].concat(),
        3 => [element(0x30, &content), vec![5, 0]].concat(),
        4 => element(0x30, &[&content[..], &[5, 0]].concat()),
        5 => element(0x31, &content),
        _ => element(0x30, &content),
    }
}

fn pem(label: &str, der: &[u8]) -> Vec<u8> {
    let base64 = STANDARD.encode(der);
    format!("-----BEGIN {label}-----\n{base64}\n-----END {label}-----\n").into_bytes()
}

/// A certificate with this key (RFC 5280 section 4.1), whose names are empty and whose
/// signature nobody made.
fn certificate(spki: &[u8]) -> Vec<u8> {
    let algorithm = hex::decode("300a06082a8648ce3d040302").unwrap();
    let name = element(0x30, &[]);
    let time = element(0x17, b"200101000000Z");
    let validity = element(0x30, &[&time[..], &time].concat());
    let fields = [
        element(0xa0, &element(2, &[2])),
        element(2, &[1]),
        algorithm.clone(),
        name.clone(),
        validity,
        name,
        spki.to_vec(),
    ];
    let parts = [
        element(0x30, &fields.concat()),
        algorithm,
        element(3, &[0, 1]),
    ];
    element(0x30, &parts.concat())
}

/// The DER of a key in one of the forms in which it is given.
fn given(choices: &mut Choices<'_>, spki: Vec<u8>) -> Given {
    let form = choices.byte();
    let mut bytes = match form % 5 {
        4 => certificate(&spki),
        _ => spki,
    };
    choices.edit(&mut bytes);
    Given::Bytes(match form % 5 {
        1 => pem("PUBLIC KEY", &bytes),
        2 => STANDARD.encode(&bytes).into_bytes(),
        3 => STANDARD.encode(pem("PUBLIC KEY", &bytes)).into_bytes(),
        _ => bytes,
    })
}

/// An RSA modulus of many small primes, with which signing takes microseconds. Nothing that
/// verifies looks at the primes.
struct Modulus {
    primes: Vec<u64>,
    /// What is 1 modulo the prime, and 0 modulo all others.
    units: Vec<BigUint>,
    n: BigUint,
}

/// The public exponents of the keys. The primes less one share no factor with any.
const EXPONENTS: [u64; 8] = [65537, 3, 17, 257, 5, 0xffff_ffff, 65537 * 65537, 15];

fn power(base: u64, mut exponent: u64, modulus: u64) -> u64 {
    let times = |a: u64, b: u64| (u128::from(a) * u128::from(b) % u128::from(modulus)) as u64;
    let (mut result, mut square) = (1 % modulus, base % modulus);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = times(result, square);
        }
        square = times(square, square);
        exponent >>= 1;
    }
    result
}

/// Whether a number of 64 bits is prime (Miller and Rabin; these bases suffice).
fn is_prime(n: u64) -> bool {
    const BASES: [u64; 12] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37];
    if BASES.iter().any(|p| n.is_multiple_of(*p)) {
        return false;
    }
    let twos = (n - 1).trailing_zeros();
    BASES.iter().all(|base| {
        let mut x = power(*base, (n - 1) >> twos, n);
        let mut passes = x == 1;
        for _ in 0..twos {
            passes |= x == n - 1;
            x = (u128::from(x) * u128::from(x) % u128::from(n)) as u64;
        }
        passes
    })
}

impl Modulus {
    fn of_primes(count: usize) -> Self {
        let primes: Vec<u64> = (0..)
            .map(|i| u64::MAX - 2 * i)
            .filter(|p| [3, 5, 17, 257, 65537].iter().all(|f| (p - 1) % f != 0))
            .filter(|p| is_prime(*p))
            .take(count)
            .collect();
        let n: BigUint = primes.iter().map(|p| BigUint::from(*p)).product();
        let units = primes
            .iter()
            .map(|p| {
                let rest = &n / p;
                let inverse = power(u64::try_from(&rest % p).unwrap(), p - 2, *p);
                rest * inverse
            })
            .collect();
        Self { primes, units, n }
    }

    fn len(&self) -> usize {
        8 * self.primes.len()
    }

    /// The number whose power with this exponent is `encoded`.
    fn root(&self, exponent: u64, encoded: &BigUint) -> BigUint {
        let sum: BigUint = self
            .primes
            .iter()
            .zip(&self.units)
            .map(|(p, unit)| {
                let order = i128::from(p - 1);
                let (mut a, mut b, mut x, mut y) = (i128::from(exponent), order, 1, 0);
                while b != 0 {
                    (x, y) = (y, x - a / b * y);
                    (a, b) = (b, a % b);
                }
                let inverse = u64::try_from(x.rem_euclid(order)).unwrap();
                unit * power(u64::try_from(encoded % p).unwrap(), inverse, *p)
            })
            .sum();
        sum % &self.n
    }
}

static MODULI: LazyLock<[Modulus; 4]> = LazyLock::new(|| [32, 16, 48, 64].map(Modulus::of_primes));

fn fixed(number: &BigUint, length: usize) -> Vec<u8> {
    let digits = number.to_bytes_be();
    let digits = &digits[digits.len().saturating_sub(length)..];
    [&vec![0; length - digits.len()][..], digits].concat()
}

fn rsa_key(choices: &mut Choices<'_>, modulus: &Modulus) -> (Given, u64) {
    let exponent = choices.of(&EXPONENTS);
    let shown = match choices.byte() % 16 {
        1 => 1,
        2 => 2,
        3 => 0,
        4 => exponent + 1,
        5 => (1 << 33) + 1,
        6 => u64::MAX,
        _ => exponent,
    };
    let mut n = modulus.n.to_bytes_be();
    // A modulus that is even, or longer, or shorter.
    if choices.byte() % 8 == 1 {
        choices.edit(&mut n);
    }
    let e = shown.to_be_bytes();
    let e = &e[e.iter().position(|digit| *digit != 0).unwrap_or(7)..];
    let url = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let how = [choices.byte(), choices.byte(), choices.byte()];
    let pkcs1 = || sequence(&[integer(&n, how[0]), integer(e, how[1])], how[2]);
    let key = match choices.byte() % 8 {
        0 => {
            let mut der = pkcs1();
            choices.edit(&mut der);
            Given::Bytes(der)
        }
        1 => {
            let mut der = pkcs1();
            choices.edit(&mut der);
            Given::Bytes(pem("RSA PUBLIC KEY", &der))
        }
        2 => Given::Components(url(&n), url(e)),
        3 => {
            let mut jwk =
                format!(r#"{{"kty":"RSA","n":"{}","e":"{}"}}"#, url(&n), url(e)).into_bytes();
            choices.edit(&mut jwk);
            Given::Bytes(jwk)
        }
        // Their exponent is 65537.
        4 => Given::Bytes(hex::encode(&n).into_bytes()),
        5 => Given::Bytes(url(&n).into_bytes()),
        _ => {
            let algorithm = hex::decode("300d06092a864886f70d0101010500").unwrap();
            let bits = element(3, &[&[0], &pkcs1()[..]].concat());
            given(choices, sequence(&[algorithm, bits], 0))
        }
    };
    (key, exponent)
}

/// The encoded message of PKCS#1 v1.5 (RFC 8017 section 9.2).
fn pkcs1(choices: &mut Choices<'_>, hash: Hash, message: &[u8], length: usize) -> Vec<u8> {
    let how = choices.byte() % 32;
    let other = HASHES[usize::from(how) % 4];
    let digest = match how {
        4..8 => other.of(message),
        _ => hash.of(message),
    };
    let identifier = hex::decode(match how {
        4..12 => other.identifier(),
        _ => hash.identifier(),
    });
    let mut identifier = identifier.unwrap();
    if how == 12 {
        // The parameters of the hash are missing.
        let at = identifier.len() - 4;
        identifier.drain(at..at + 2);
        identifier[1] -= 2;
        identifier[3] -= 2;
    }
    let info = [identifier, digest].concat();
    let fill = length.saturating_sub(3 + info.len());
    let encoded = match how {
        // Padding of eight bytes, and anything after the digest.
        13 => [&[0, 1][..], &[0xff; 8], &[0], &info, &vec![0x55; fill - 8]].concat(),
        14 => [&[0, 2][..], &vec![0xff; fill], &[0], &info].concat(),
        15 => [&[0, 1][..], &vec![0; fill], &[0], &info].concat(),
        16 => [&[0, 1][..], &[0], &info, &vec![0; fill]].concat(),
        _ => [&[0, 1][..], &vec![0xff; fill], &[0], &info].concat(),
    };
    let mut encoded = encoded;
    choices.edit(&mut encoded);
    encoded
}

/// The encoded message of PSS (RFC 8017 section 9.1.1), as long as the modulus.
fn pss(choices: &mut Choices<'_>, hash: Hash, message: &[u8], length: usize) -> Vec<u8> {
    let how = choices.byte() % 32;
    let digest = hash.of(message);
    let size = digest.len();
    let most = length - size - 2;
    let salt_length = match how {
        1 => 0,
        2 => most,
        3 => size - 1,
        4 => size + 1,
        5 => 20,
        _ => size,
    };
    let salt = vec![choices.byte(); salt_length.min(most)];
    let mask_hash = match how {
        8..12 => HASHES[usize::from(how) % 4],
        _ => hash,
    };
    let h = hash.of(&[&[0; 8][..], &digest, &salt].concat());
    let mut block = vec![0; length - size - 1];
    let start = block.len() - salt.len();
    block[start..].copy_from_slice(&salt);
    block[start - 1] = if how == 12 { 2 } else { 1 };
    if how == 13 && start > 2 {
        block[1] = 1;
    }
    choices.edit(&mut block);
    block.resize(length - size - 1, 0);
    let mut at = 0;
    for counter in 0_u32.. {
        let mask = mask_hash.of(&[&h[..], &counter.to_be_bytes()].concat());
        for (byte, mask) in block[at..].iter_mut().zip(&mask) {
            *byte ^= mask;
        }
        at += mask.len();
        if at >= block.len() {
            break;
        }
    }
    // The modulus has all its bits.
    if how != 14 {
        block[0] &= 0x7f;
    }
    let trailer = if how == 15 { 0xcc } else { 0xbc };
    [block, h, vec![trailer]].concat()
}

fn rsa(choices: &mut Choices<'_>, algorithm: Algorithm, message: &[u8]) -> (Given, Vec<u8>) {
    let modulus = &MODULI[usize::from(choices.byte() % 4)];
    let (key, exponent) = rsa_key(choices, modulus);
    let encoded = match algorithm {
        Algorithm::RsaPss(hash) | Algorithm::RsaPssAnySalt(hash) => {
            pss(choices, hash, message, modulus.len())
        }
        Algorithm::RsaPkcs1(hash) => pkcs1(choices, hash, message, modulus.len()),
        _ => return (key, Vec::new()),
    };
    let how = choices.byte() % 16;
    let encoded = BigUint::from_bytes_be(&encoded) % &modulus.n;
    let signature = match how {
        1 => encoded,
        2 => &modulus.n - modulus.root(exponent, &encoded),
        // The same number, once more than the modulus.
        3 => &modulus.n + modulus.root(exponent, &encoded),
        4 => BigUint::ZERO,
        5 => BigUint::from(1_u8),
        6 => &modulus.n - 1_u8,
        7 => modulus.n.clone(),
        _ => modulus.root(exponent, &encoded),
    };
    let length = match signature > modulus.n {
        true => signature.to_bytes_be().len(),
        false => modulus.len(),
    };
    let length = match how {
        8 => length + 1,
        9 => signature.to_bytes_be().len(),
        _ => length,
    };
    (key, fixed(&signature, length))
}

/// What differs between the curves.
struct Curve {
    /// The length of a coordinate.
    len: usize,
    /// The identifier of the curve in a key.
    oid: &'static str,
    /// The order of the group, and the prime of the field.
    order: &'static str,
    prime: &'static str,
    name: &'static str,
}

const P256: Curve = Curve {
    len: 32,
    oid: "06082a8648ce3d030107",
    order: "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
    prime: "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
    name: "P-256",
};

const P384: Curve = Curve {
    len: 48,
    oid: "06052b81040022",
    order: "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
    prime: "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
    name: "P-384",
};

fn number(hex: &str) -> BigUint {
    BigUint::parse_bytes(hex.as_bytes(), 16).unwrap()
}

/// The private key: any number of the group.
const SCALAR: u8 = 0x5a;

/// The uncompressed point, and `r` and `s` over a digest.
type Signed = (Vec<u8>, Vec<u8>);

/// What was signed before, by the curve's length and the digest: to sign takes longer than
/// all the rest.
static SIGNED: LazyLock<Mutex<HashMap<(usize, Vec<u8>), Signed>>> = LazyLock::new(Mutex::default);

fn signed(curve: &Curve, digest: &[u8]) -> Signed {
    let mut known = SIGNED.lock().unwrap();
    known
        .entry((curve.len, digest.to_vec()))
        .or_insert_with(|| sign(curve, digest))
        .clone()
}

fn sign(curve: &Curve, digest: &[u8]) -> Signed {
    macro_rules! signed {
        ($curve:ident) => {{
            use $curve::ecdsa::{Signature, SigningKey, signature::hazmat::PrehashSigner as _};
            let key = SigningKey::from_slice(&vec![SCALAR; curve.len]).unwrap();
            let signature: Signature = key.sign_prehash(digest).unwrap();
            let point = key.verifying_key().to_sec1_point(false);
            (point.as_bytes().to_vec(), signature.to_bytes().to_vec())
        }};
    }
    match curve.len {
        32 => signed!(p256),
        _ => signed!(p384),
    }
}

/// A number of a signature, or one at the borders of what it may be.
fn half(how: u8, genuine: BigUint, curve: &Curve) -> BigUint {
    let order = number(curve.order);
    match how % 32 {
        1 => BigUint::ZERO,
        2 => BigUint::from(1_u8),
        3 => order,
        4 => order - genuine,
        5 => order + genuine,
        6 => order - 1_u8,
        7 => number(curve.prime),
        8 => number(curve.prime) - order,
        9 => (BigUint::from(1_u8) << (8 * curve.len)) - 1_u8,
        10 => BigUint::from(1_u8) << (8 * curve.len - 1),
        _ => genuine,
    }
}

fn ecdsa(
    choices: &mut Choices<'_>,
    curve: &Curve,
    hash: Hash,
    is_fixed: bool,
    message: &[u8],
) -> (Given, Vec<u8>) {
    let (point, genuine) = signed(curve, &hash.of(message));
    let (x, y) = point[1..].split_at(curve.len);
    let y_number = BigUint::from_bytes_be(y);
    let parity = y[curve.len - 1] & 1;
    let mut point = match choices.byte() % 16 {
        1 => vec![0],
        // Compressed, of either parity, and hybrid.
        2 => [&[2 | parity], x].concat(),
        3 => [&[3 ^ parity], x].concat(),
        4 => [&[6 | parity], x, y].concat(),
        5 => [&[7 ^ parity], x, y].concat(),
        6 => [&[4], y, x].concat(),
        7 => [
            &[4],
            x,
            &fixed(&(number(curve.prime) - &y_number), curve.len),
        ]
        .concat(),
        8 => [&[4], x, &vec![0; curve.len]].concat(),
        9 => [&[4][..], &vec![0; 2 * curve.len]].concat(),
        10 => [&[4], x, &fixed(&number(curve.prime), curve.len)].concat(),
        _ => point.clone(),
    };
    choices.edit(&mut point);
    let key = match choices.byte() % 6 {
        0 => Given::Bytes(hex::encode(&point).into_bytes()),
        1 => Given::Bytes(STANDARD.encode(&point).into_bytes()),
        2 => {
            let url = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
            let mut jwk = format!(
                r#"{{"kty":"EC","crv":"{}","x":"{}","y":"{}"}}"#,
                curve.name,
                url(point.get(1..=curve.len).unwrap_or_default()),
                url(point.get(1 + curve.len..).unwrap_or_default()),
            )
            .into_bytes();
            choices.edit(&mut jwk);
            Given::Bytes(jwk)
        }
        _ => {
            let key_type = hex::decode(format!("06072a8648ce3d0201{}", curve.oid)).unwrap();
            let bits = element(3, &[&[0], &point[..]].concat());
            let how = choices.byte();
            given(choices, sequence(&[element(0x30, &key_type), bits], how))
        }
    };
    let (r, s) = genuine.split_at(curve.len);
    let r = half(choices.byte(), BigUint::from_bytes_be(r), curve);
    let s = half(choices.byte(), BigUint::from_bytes_be(s), curve);
    let signature = match is_fixed {
        true => [fixed(&r, curve.len), fixed(&s, curve.len)].concat(),
        false => {
            let parts = [&r, &s].map(|half| integer(&half.to_bytes_be(), choices.byte()));
            sequence(&parts, choices.byte())
        }
    };
    (key, signature)
}

fn ed25519(choices: &mut Choices<'_>, message: &[u8]) -> (Given, Vec<u8>) {
    use ed25519_dalek::Signer as _;
    let private = ed25519_dalek::SigningKey::from_bytes(&[SCALAR; 32]);
    let point = private.verifying_key().to_bytes();
    let spki = [
        &hex::decode("302a300506032b6570032100").unwrap()[..],
        &point,
    ]
    .concat();
    let key = given(choices, spki);
    (key, private.sign(message).to_bytes().to_vec())
}

/// AWS-LC takes the genuine keys, so that the comparison is one.
static CHECKED: LazyLock<()> = LazyLock::new(|| {
    use aws_lc_rs::signature::{self as aws, ParsedPublicKey};
    for modulus in &*MODULI {
        for exponent in EXPONENTS {
            let n = integer(&modulus.n.to_bytes_be(), 0);
            let der = sequence(&[n, integer(&exponent.to_be_bytes(), 0)], 0);
            let parameters = &aws::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY;
            assert!(
                ParsedPublicKey::new(parameters, &der).is_ok(),
                "{} {exponent}",
                modulus.len()
            );
        }
    }
    for (curve, parameters) in [
        (P256, &aws::ECDSA_P256_SHA256_ASN1),
        (P384, &aws::ECDSA_P384_SHA384_ASN1),
    ] {
        assert!(ParsedPublicKey::new(parameters, signed(&curve, &[1; 32]).0).is_ok());
    }
    // Without an edit, each is accepted by both.
    for algorithm in 0..ALGORITHMS.len() as u8 {
        for allows_short in [0, 1] {
            assert_eq!(compare(&[algorithm, allows_short]), Ok(None), "{algorithm}");
        }
    }
});

const MESSAGES: [&[u8]; 4] = [b"{}", b"", b"\0", &[b'a'; 200]];

fn compare(data: &[u8]) -> Answer {
    let mut choices = Choices(data);
    let algorithm = choices.of(&ALGORITHMS);
    let allows_short = choices.byte() % 2 == 1;
    let message = choices.of(&MESSAGES);
    let (key, mut signature) = match algorithm {
        Algorithm::P256(hash, is_fixed) => ecdsa(&mut choices, &P256, hash, is_fixed, message),
        Algorithm::P384(hash, is_fixed) => ecdsa(&mut choices, &P384, hash, is_fixed, message),
        Algorithm::Ed25519 => ed25519(&mut choices, message),
        _ => rsa(&mut choices, algorithm, message),
    };
    choices.edit(&mut signature);
    let asked = Asked {
        algorithm,
        allows_short,
        key: &key,
        signature: &signature,
        message,
    };
    let (first, second) = (rustcrypto::answer(&asked), aws_lc::answer(&asked));
    assert!(
        first == second,
        "{algorithm:?}: RustCrypto {first:?}, AWS-LC {second:?}: {key:02x?}, {signature:02x?}, \
         {message:02x?}"
    );
    first
}

fuzz_target!(|data: &[u8]| {
    LazyLock::force(&CHECKED);
    let _ = compare(data);
});
