//! Nanoseconds per verification with a public key, beside the crypto libraries
//! alone: `cargo run --release -p hookward-core --example public_keys
//! --features rsa,ecdsa,ed25519`, and again with `aws-lc-rs` added.
//!
//! All rows of a group run in turns; the fastest of the rounds counts. The
//! libraries hash the same body and have their key parsed.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used)]

use std::hint::black_box;
use std::time::Instant;

use hookward_core::{Algorithm, Curve, Digest, EcdsaForm, Key, Scheme, Signer, UnixTime, Verifier};
use http::Request;
use sha2::Digest as _;

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const ROUNDS: usize = 60;

type Check<'a> = (String, Box<dyn Fn() -> bool + 'a>);

/// Prints the fastest round of each, as nanoseconds and as a multiple of the
/// first.
fn race(name: &str, per_round: u32, checks: &[Check<'_>]) {
    let mut best = vec![u128::MAX; checks.len()];
    for _ in 0..ROUNDS {
        for ((_, check), best) in checks.iter().zip(&mut best) {
            let start = Instant::now();
            for _ in 0..per_round {
                assert!(black_box(check()), "{name}");
            }
            *best = (*best).min(start.elapsed().as_nanos());
        }
    }
    println!("{name}");
    for ((label, _), nanos) in checks.iter().zip(&best) {
        #[allow(clippy::cast_precision_loss)]
        let (nanos, first) = (*nanos as f64, best[0] as f64);
        println!(
            "  {label:<28} {:>9.0} ns  {:.2}",
            nanos / f64::from(per_round),
            nanos / first
        );
    }
}

/// The whole of a verification by hookward: parsing, hash and key.
fn ours(
    algorithm: Algorithm,
    private: &Key,
    public: Key,
    body: &[u8],
) -> (Vec<u8>, Check<'static>) {
    let scheme = Scheme::public_key("bench", algorithm).header("signature");
    let request = Request::post("/").body(body.to_vec()).unwrap();
    let signed = Signer::new(&scheme, private.clone())
        .unwrap()
        .sign(&request, NOW, None)
        .unwrap();
    let (_, value) = signed.headers().first().unwrap();
    let signature = {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD
            .decode(value)
            .unwrap()
    };
    let request = Request::post("/")
        .header("signature", value)
        .body(body.to_vec())
        .unwrap();
    let verifier = Verifier::new(scheme, public).unwrap();
    (
        signature,
        (
            "hookward".into(),
            Box::new(move || verifier.verify_at(&request, NOW).is_ok()),
        ),
    )
}

#[cfg(feature = "aws-lc-rs")]
fn by_aws_lc<'a>(
    algorithm: &'static dyn aws_lc_rs::signature::VerificationAlgorithm,
    public: &[u8],
    body: &'a [u8],
    signature: &'a [u8],
) -> Check<'a> {
    let key = aws_lc_rs::signature::ParsedPublicKey::new(algorithm, public).unwrap();
    (
        "aws-lc-rs, parsed".into(),
        Box::new(move || key.verify_sig(body, signature).is_ok()),
    )
}

fn rsa(bits: usize, body: &[u8]) {
    use rsa::pkcs8::{EncodePrivateKey as _, EncodePublicKey as _, LineEnding};
    let key = rsa::PrivateKey::new(&mut getrandom::SysRng, bits).unwrap();
    let private = Key::new(key.to_pkcs8_pem(LineEnding::LF).unwrap().as_bytes()).unwrap();
    let public = key.to_public_key();
    let spki = public.to_public_key_pem(LineEnding::LF).unwrap();
    let algorithm = Algorithm::RsaPkcs1(Digest::Sha256);
    let (signature, ours) = ours(algorithm, &private, Key::new(spki).unwrap(), body);
    let checks = [
        (
            "rsa".to_owned(),
            Box::new(|| {
                public
                    .pkcs1v15_verify_prehash::<sha2::Sha256>(
                        &sha2::Sha256::digest(body),
                        &signature,
                    )
                    .is_ok()
            }) as Box<dyn Fn() -> bool + '_>,
        ),
        #[cfg(feature = "aws-lc-rs")]
        by_aws_lc(
            &aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA256,
            public.to_public_key_der().unwrap().as_bytes(),
            body,
            &signature,
        ),
        ours,
    ];
    race(&format!("RSA-{bits}, PKCS#1 v1.5, SHA-256"), 50, &checks);
}

macro_rules! ecdsa {
    ($body:expr, $library:ident, $curve:expr, $digest:expr, $hash:ty, $aws:ident) => {{
        use $library::ecdsa::{DerSignature, SigningKey, signature::hazmat::PrehashVerifier as _};
        use $library::pkcs8::{EncodePrivateKey as _, EncodePublicKey as _, LineEnding};
        let key = SigningKey::from_slice(&[7; size_of::<$library::FieldBytes>()]).unwrap();
        let private = Key::new(key.to_pkcs8_pem(LineEnding::LF).unwrap().as_bytes()).unwrap();
        let public = *key.verifying_key();
        let spki = public.to_public_key_pem(LineEnding::LF).unwrap();
        let algorithm = Algorithm::Ecdsa($curve, $digest, EcdsaForm::Der);
        let body: &[u8] = $body;
        let (signature, ours) = ours(algorithm, &private, Key::new(spki).unwrap(), body);
        let checks = [
            (
                stringify!($library).to_owned(),
                Box::new(|| {
                    DerSignature::from_bytes(&signature).is_ok_and(|signature| {
                        public
                            .verify_prehash(&<$hash>::digest(body), &signature)
                            .is_ok()
                    })
                }) as Box<dyn Fn() -> bool + '_>,
            ),
            #[cfg(feature = "aws-lc-rs")]
            by_aws_lc(
                &aws_lc_rs::signature::$aws,
                public.to_sec1_point(false).as_bytes(),
                body,
                &signature,
            ),
            ours,
        ];
        race(
            concat!("ECDSA, ", stringify!($library), ", DER"),
            50,
            &checks,
        );
    }};
}

fn ed25519(body: &[u8]) {
    use ed25519_dalek::pkcs8::EncodePrivateKey as _;
    use ed25519_dalek::{SigningKey, Verifier as _};
    let key = SigningKey::from_bytes(&[7; 32]);
    let private = Key::new(key.to_pkcs8_der().unwrap().as_bytes()).unwrap();
    let public = key.verifying_key();
    let text = hex::encode(public.as_bytes());
    let (signature, ours) = ours(Algorithm::Ed25519, &private, Key::new(text).unwrap(), body);
    let parsed = ed25519_dalek::Signature::from_slice(&signature).unwrap();
    let checks = [
        (
            "ed25519-dalek".to_owned(),
            Box::new(|| public.verify(body, &parsed).is_ok()) as Box<dyn Fn() -> bool + '_>,
        ),
        (
            "ed25519-dalek, strict".to_owned(),
            Box::new(|| public.verify_strict(body, &parsed).is_ok()),
        ),
        #[cfg(feature = "aws-lc-rs")]
        by_aws_lc(
            &aws_lc_rs::signature::ED25519,
            public.as_bytes(),
            body,
            &signature,
        ),
        ours,
    ];
    race(&format!("Ed25519, {} bytes", body.len()), 100, &checks);
}

/// A MAC with its key absorbed.
fn hmac(body: &[u8]) {
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let keyed = Hmac::<sha2::Sha256>::new_from_slice(&[7; 32]).unwrap();
    #[cfg(feature = "aws-lc-rs")]
    let aws = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &[7; 32]);
    let checks = [
        (
            "hmac, sha2".to_owned(),
            Box::new(|| {
                let mut mac = keyed.clone();
                mac.update(body);
                black_box(mac.finalize());
                true
            }) as Box<dyn Fn() -> bool + '_>,
        ),
        #[cfg(feature = "aws-lc-rs")]
        (
            "aws-lc-rs".to_owned(),
            Box::new(|| {
                let mut mac = aws_lc_rs::hmac::Context::with_key(&aws);
                mac.update(body);
                black_box(mac.sign());
                true
            }),
        ),
    ];
    race(
        &format!("HMAC-SHA256, {} bytes", body.len()),
        2_000,
        &checks,
    );
}

fn main() {
    let body = [b'x'; 256];
    rsa(2048, &body);
    rsa(4096, &body);
    ecdsa!(
        &body,
        p256,
        Curve::P256,
        Digest::Sha256,
        sha2::Sha256,
        ECDSA_P256_SHA256_ASN1
    );
    ecdsa!(
        &body,
        p384,
        Curve::P384,
        Digest::Sha384,
        sha2::Sha384,
        ECDSA_P384_SHA384_ASN1
    );
    ed25519(&body);
    ed25519(&[b'x'; 4096]);
    hmac(&body);
    hmac(&[b'x'; 4096]);
}
