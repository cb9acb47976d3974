//! Public keys: the whole check of a delivery of 256 B beside the bare
//! arithmetic.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --features peers --bin keys`
//! prints microseconds for `Verifier::verify`, for the crate that it computes
//! with (key parsed once), for aws-lc-rs with a parsed key, and for ring; with
//! the ratios. Everyone hashes the message. Minimum of interleaved rounds.

use std::hint::black_box;
use std::time::{Duration, Instant};

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{self as aws, KeyPair as _, ParsedPublicKey};
use ed25519_dalek::Verifier as _;
use hookward::{Algorithm, Curve, Digest, EcdsaForm, Encoding, Key, Scheme, Verifier};
use hookward_benches::per;

type Check = Box<dyn Fn() -> bool>;

const MESSAGE: &[u8] = &[b'7'; 256];

/// The check of a delivery that carries this signature, the key given in DER.
fn hookward(algorithm: Algorithm, spki: &[u8], signature: &[u8]) -> Check {
    let scheme = Scheme::public_key("bench", algorithm).header("x-signature").encoding(Encoding::Hex);
    let verifier = Verifier::new(scheme, Key::new(spki).expect("a key")).expect("a verifier");
    let request = http::Request::post("/")
        .header("host", "hooks.example.com")
        .header("x-signature", hex::encode(signature))
        .body(MESSAGE)
        .expect("a request");
    Box::new(move || verifier.verify(black_box(&request)).is_ok())
}

fn parsed(algorithm: &'static dyn aws::ParsedVerificationAlgorithm, key: &[u8], signature: &[u8]) -> Check {
    let key = ParsedPublicKey::new(algorithm, key).expect("a key");
    let signature = signature.to_vec();
    Box::new(move || key.verify_sig(black_box(MESSAGE), &signature).is_ok())
}

fn ring(algorithm: &'static dyn ring::signature::VerificationAlgorithm, key: &[u8], signature: &[u8]) -> Check {
    let key = ring::signature::UnparsedPublicKey::new(algorithm, key.to_vec());
    let signature = signature.to_vec();
    Box::new(move || key.verify(black_box(MESSAGE), &signature).is_ok())
}

fn rsa(size: KeySize) -> [Check; 4] {
    use rsa::pkcs8::DecodePublicKey as _;
    use rsa::signature::Verifier as _;
    let pair = aws::RsaKeyPair::generate(size).expect("a pair");
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(&aws::RSA_PKCS1_SHA256, &SystemRandom::new(), MESSAGE, &mut signature).expect("signed");
    let pkcs1 = pair.public_key().as_ref().to_vec();
    let spki = AsDer::<PublicKeyX509Der<'_>>::as_der(pair.public_key()).expect("DER").as_ref().to_vec();
    let raw = rsa::RsaPublicKey::from_public_key_der(&spki).expect("a key");
    let raw = rsa::pkcs1v15::VerifyingKey::<sha2::Sha256>::new(raw);
    let raw_signature = rsa::pkcs1v15::Signature::try_from(&signature[..]).expect("a signature");
    [
        hookward(Algorithm::RsaPkcs1(Digest::Sha256), &spki, &signature),
        Box::new(move || raw.verify(black_box(MESSAGE), &raw_signature).is_ok()),
        parsed(&aws::RSA_PKCS1_2048_8192_SHA256, &pkcs1, &signature),
        ring(&ring::signature::RSA_PKCS1_2048_8192_SHA256, &pkcs1, &signature),
    ]
}

fn p256() -> [Check; 4] {
    use p256::ecdsa::signature::Verifier as _;
    let pair = aws::EcdsaKeyPair::generate(&aws::ECDSA_P256_SHA256_FIXED_SIGNING).expect("a pair");
    let signature = pair.sign(&SystemRandom::new(), MESSAGE).expect("signed").as_ref().to_vec();
    let point = pair.public_key().as_ref().to_vec();
    let spki = AsDer::<PublicKeyX509Der<'_>>::as_der(pair.public_key()).expect("DER").as_ref().to_vec();
    let raw = p256::ecdsa::VerifyingKey::from_sec1_bytes(&point).expect("a key");
    let raw_signature = p256::ecdsa::Signature::from_slice(&signature).expect("a signature");
    [
        hookward(Algorithm::Ecdsa(Curve::P256, Digest::Sha256, EcdsaForm::Fixed), &spki, &signature),
        Box::new(move || raw.verify(black_box(MESSAGE), &raw_signature).is_ok()),
        parsed(&aws::ECDSA_P256_SHA256_FIXED, &point, &signature),
        ring(&ring::signature::ECDSA_P256_SHA256_FIXED, &point, &signature),
    ]
}

fn ed25519() -> [Check; 4] {
    let pair = aws::Ed25519KeyPair::generate().expect("a pair");
    let signature = pair.sign(MESSAGE).as_ref().to_vec();
    let point = pair.public_key().as_ref().to_vec();
    let spki = AsDer::<PublicKeyX509Der<'_>>::as_der(pair.public_key()).expect("DER").as_ref().to_vec();
    let raw = ed25519_dalek::VerifyingKey::try_from(&point[..]).expect("a key");
    let raw_signature = ed25519_dalek::Signature::from_slice(&signature).expect("a signature");
    [
        hookward(Algorithm::Ed25519, &spki, &signature),
        Box::new(move || raw.verify(black_box(MESSAGE), &raw_signature).is_ok()),
        parsed(&aws::ED25519, &point, &signature),
        ring(&ring::signature::ED25519, &point, &signature),
    ]
}

fn main() {
    const REPEATS: usize = 60;
    let rows = [
        ("RSA-2048 PKCS#1, SHA-256", rsa(KeySize::Rsa2048)),
        ("RSA-4096 PKCS#1, SHA-256", rsa(KeySize::Rsa4096)),
        ("ECDSA P-256, SHA-256", p256()),
        ("Ed25519", ed25519()),
    ];
    println!(
        "{:26} {:>11} {:>22} {:>22} {:>22}",
        "", "hookward", "rsa, p256, dalek bare", "aws-lc-rs, parsed", "ring"
    );
    for (name, checks) in rows {
        let mut best = [Duration::MAX; 4];
        for _ in 0..40 {
            for (best, check) in best.iter_mut().zip(&checks) {
                let start = Instant::now();
                for _ in 0..REPEATS {
                    assert!(check());
                }
                *best = (*best).min(start.elapsed());
            }
        }
        let us = best.map(|best| per(best, REPEATS) / 1000.0);
        print!("{name:26} {:>8.1} us", us[0]);
        for &other in &us[1..] {
            print!(" {other:>8.1} us ({:6.2}x)", us[0] / other);
        }
        println!();
    }
    println!("in brackets: hookward's time over that one's");
}
