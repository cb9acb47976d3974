//! AWS-LC and RustCrypto say the same of every ECDSA and RSA signature: hookward with the
//! first, the crates of the second called directly.
//!
//! Input: one byte for the algorithm, two for an edit of the signature, then edits of two
//! bytes each, and after a byte of 255 the message.

#![no_main]

use std::sync::LazyLock;

use hookward_core::{
    Algorithm, Curve, Digest, EcdsaForm, Encoding, Key, Scheme, UnixTime, Verifier,
};
use libfuzzer_sys::fuzz_target;
use p256::ecdsa::signature::hazmat::{PrehashSigner as _, PrehashVerifier as _};
use sha2::Digest as _;

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

struct Keys {
    p256: p256::ecdsa::SigningKey,
    p384: p384::ecdsa::SigningKey,
    verifiers: [Verifier; 4],
}

static KEYS: LazyLock<Keys> = LazyLock::new(|| {
    let p256 = p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
    let p384 = p384::ecdsa::SigningKey::from_slice(&[7; 48]).unwrap();
    let points = [
        Encoding::Hex.encode(p256.verifying_key().to_sec1_point(false).as_bytes()),
        Encoding::Hex.encode(p384.verifying_key().to_sec1_point(false).as_bytes()),
    ];
    let verifier = |curve, digest, form, point: &str| {
        let scheme = Scheme::public_key("acme", Algorithm::Ecdsa(curve, digest, form))
            .header("x-signature")
            .encoding(Encoding::Hex);
        Verifier::new(scheme, Key::new(point).unwrap()).unwrap()
    };
    let verifiers = [
        verifier(Curve::P256, Digest::Sha256, EcdsaForm::Der, &points[0]),
        verifier(Curve::P256, Digest::Sha256, EcdsaForm::Fixed, &points[0]),
        verifier(Curve::P384, Digest::Sha384, EcdsaForm::Der, &points[1]),
        verifier(Curve::P384, Digest::Sha384, EcdsaForm::Fixed, &points[1]),
    ];
    Keys {
        p256,
        p384,
        verifiers,
    }
});

/// The orders of the curves' groups, and numbers around them.
const ORDERS: [&str; 2] = [
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
    "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
];

fuzz_target!(|data: &[u8]| {
    let [choice, special, place, rest @ ..] = data else {
        return;
    };
    let end = rest
        .iter()
        .position(|byte| *byte == 255)
        .unwrap_or(rest.len());
    let (edits, message) = rest.split_at(end);
    let keys = &*KEYS;
    let way = usize::from(*choice) % 4;
    let (digest256, digest384) = (sha2::Sha256::digest(message), sha2::Sha384::digest(message));
    let mut fixed = if way < 2 {
        let signature: p256::ecdsa::Signature = keys.p256.sign_prehash(&digest256).unwrap();
        signature.to_bytes().to_vec()
    } else {
        let signature: p384::ecdsa::Signature = keys.p384.sign_prehash(&digest384).unwrap();
        signature.to_bytes().to_vec()
    };
    // One of the two numbers becomes a special one.
    let half = fixed.len() / 2;
    let from = half * usize::from(*place % 2);
    let number = &mut fixed[from..from + half];
    match special % 8 {
        1 => number.fill(0),
        2 => number.fill(255),
        3 => {
            number.fill(0);
            number[half - 1] = *place;
        }
        4 | 5 => {
            let order = hex::decode(ORDERS[usize::from(way >= 2)]).unwrap();
            number.copy_from_slice(&order);
            number[half - 1] = number[half - 1].wrapping_add(place / 2).wrapping_sub(8);
        }
        6 => number[usize::from(*place) % half] ^= 1,
        // The other root: n - s.
        7 => {
            let order = hex::decode(ORDERS[usize::from(way >= 2)]).unwrap();
            let mut borrow = 0i16;
            for (digit, of_order) in number.iter_mut().zip(&order).rev() {
                let difference = i16::from(*of_order) - i16::from(*digit) - borrow;
                borrow = i16::from(difference < 0);
                *digit = (difference & 0xff) as u8;
            }
        }
        _ => {}
    }
    let mut signature = if way % 2 == 0 { der(&fixed) } else { fixed };
    for edit in edits.chunks_exact(2) {
        let at = usize::from(edit[0]) % (signature.len() + 1);
        match edit[1] {
            0..=63 if at < signature.len() => drop(signature.remove(at)),
            64..=127 => signature.insert(at, edit[1] - 64),
            value => {
                if let Some(byte) = signature.get_mut(at) {
                    *byte = byte.wrapping_add(value);
                }
            }
        }
    }
    let expected = match way {
        0 => p256::ecdsa::DerSignature::from_bytes(&signature).is_ok_and(|s| {
            keys.p256
                .verifying_key()
                .verify_prehash(&digest256, &s)
                .is_ok()
        }),
        1 => p256::ecdsa::Signature::from_slice(&signature).is_ok_and(|s| {
            keys.p256
                .verifying_key()
                .verify_prehash(&digest256, &s)
                .is_ok()
        }),
        2 => p384::ecdsa::DerSignature::from_bytes(&signature).is_ok_and(|s| {
            keys.p384
                .verifying_key()
                .verify_prehash(&digest384, &s)
                .is_ok()
        }),
        _ => p384::ecdsa::Signature::from_slice(&signature).is_ok_and(|s| {
            keys.p384
                .verifying_key()
                .verify_prehash(&digest384, &s)
                .is_ok()
        }),
    };
    let request = http::Request::post("https://h/")
        .header("x-signature", hex::encode(&signature))
        .body(message)
        .unwrap();
    let verdict = keys.verifiers[way].verify_at(&request, NOW);
    assert_eq!(verdict.is_ok(), expected, "{}", hex::encode(&signature));
});

/// Both numbers as an ASN.1 sequence in DER.
fn der(fixed: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    for half in fixed.chunks_exact(fixed.len() / 2) {
        let digits: Vec<u8> = half.iter().copied().skip_while(|byte| *byte == 0).collect();
        let sign = usize::from(digits.first().is_none_or(|first| *first >= 0x80));
        content.push(2);
        content.push((digits.len() + sign) as u8);
        content.extend(vec![0; sign]);
        content.extend(digits);
    }
    let mut out = vec![0x30];
    out.push(content.len() as u8);
    out.extend(content);
    out
}
