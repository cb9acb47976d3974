//! Public-key verdicts beside those of the RustCrypto libraries: whichever
//! backend does the arithmetic, right, changed and misshapen signatures get the
//! verdict that those libraries give.

#![allow(clippy::unwrap_used)]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookward_core::{
    Algorithm, Code, Curve, Digest, EcdsaForm, Key, KeyForm, Scheme, UnixTime, Verifier,
};
use http::Request;
use proptest::prelude::*;
use proptest::sample::Index;
use rsa::pkcs8::EncodePublicKey as _;
use sha2::Digest as _;
use std::sync::LazyLock;

const DIGESTS: [Digest; 4] = [Digest::Sha1, Digest::Sha256, Digest::Sha384, Digest::Sha512];

fn hashed(digest: Digest, body: &[u8]) -> Vec<u8> {
    match digest {
        Digest::Sha1 => sha1::Sha1::digest(body).to_vec(),
        Digest::Sha256 => sha2::Sha256::digest(body).to_vec(),
        Digest::Sha384 => sha2::Sha384::digest(body).to_vec(),
        _ => sha2::Sha512::digest(body).to_vec(),
    }
}

fn accepts(verifier: &Verifier, body: &[u8], signature: &[u8]) -> bool {
    let request = Request::post("/")
        .header("signature", STANDARD.encode(signature))
        .body(body.to_vec())
        .unwrap();
    verifier.verify_at(&request, UnixTime::from_secs(0)).is_ok()
}

fn verifier(algorithm: Algorithm, form: KeyForm, spki: &[u8]) -> Verifier {
    let scheme = Scheme::public_key("test", algorithm)
        .header("signature")
        .key(form);
    Verifier::new(scheme, Key::new(STANDARD.encode(spki)).unwrap()).unwrap()
}

#[test]
fn a_jwk_set_stands_for_the_keys_in_it() {
    const SET: &str = r#"{"keys": [
        {"kty": "EC", "crv": "P-256", "kid": "ec", "x": "", "y": ""},
        {"kty": "OKP", "crv": "Ed25519", "kid": "enc", "use": "enc", "x": "6kpsY-KcUgq-9VB7Ey7F-ZVHdq6-vnuSQh7qaRRG0iw"},
        {"kty": "oct", "kid": "secret", "k": "c2VjcmV0"},
        {"kty": "OKP", "crv": "Ed25519", "kid": "old", "x": "_RckOFqgx1tk-3jNYC-h2ZH96_drE8WO1wLqyDXp9hg"},
        {"kty": "OKP", "crv": "Ed25519", "kid": "new", "x": "6kpsY-KcUgq-9VB7Ey7F-ZVHdq6-vnuSQh7qaRRG0iw"}
    ]}"#;
    const NEW: &str =
        "tCFbGQP4srJllkVV+oc0rNbRFzzE0m00PEyBFJnDOPFP4iOwdQ6GccLck81ksWLZmqDCC7NLQYd6wAocvYUAAA==";
    const OLD: &str =
        "3W0b83NwQvIJJRg4GmJepKG5kJKl47wmz0mZXGa43arDR2XCghYkJHhfHX/JPy9ZZSDeTipa1S5gYZWrBFivBQ==";
    const SCHEME: Scheme = Scheme::public_key("acme", Algorithm::Ed25519)
        .header("signature")
        .key_id_header("key-id");
    let verifier = Verifier::new(SCHEME, Key::new(SET).unwrap()).unwrap();
    assert_eq!(verifier.key_ids().collect::<Vec<_>>(), ["old", "new"]);
    let check = |id: &str, signature: &str| {
        let request = Request::post("/")
            .header("signature", signature)
            .header("key-id", id)
            .body("{}")
            .unwrap();
        let verdict = verifier.verify_at(&request, UnixTime::from_secs(0));
        verdict.map(|verified| verified.key_id().to_owned())
    };
    assert_eq!(check("new", NEW).unwrap(), "new");
    assert_eq!(check("old", OLD).unwrap(), "old");
    assert_eq!(
        check("old", NEW).unwrap_err().code(),
        Code::SignatureMismatch
    );
    assert_eq!(check("enc", NEW).unwrap_err().code(), Code::KeyUnknown);

    let unfit = Key::new(r#"{"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}"#).unwrap();
    let error = Verifier::new(SCHEME, unfit).unwrap_err().to_string();
    assert!(
        error.contains("a JWK set without a key that fits"),
        "{error}"
    );
}

/// What is done to a right signature: nothing, a flipped bit, a byte added or
/// taken, other bytes altogether.
#[derive(Clone, Debug)]
enum Change {
    Nothing,
    Flip(Index, u8),
    Fill(Index, u8),
    Push(u8),
    Pop,
    Replace(Vec<u8>),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        Just(Change::Nothing),
        (any::<Index>(), 0..8_u8).prop_map(|(at, bit)| Change::Flip(at, bit)),
        (any::<Index>(), prop_oneof![Just(0), Just(0xff)])
            .prop_map(|(at, byte)| Change::Fill(at, byte)),
        any::<u8>().prop_map(Change::Push),
        Just(Change::Pop),
        prop::collection::vec(any::<u8>(), 0..140).prop_map(Change::Replace),
    ]
}

impl Change {
    fn apply(&self, mut signature: Vec<u8>) -> Vec<u8> {
        match self {
            Self::Nothing => {}
            Self::Flip(at, bit) => {
                let at = at.index(signature.len());
                signature[at] ^= 1 << bit;
            }
            Self::Fill(at, byte) => {
                let at = at.index(signature.len());
                signature[at..].fill(*byte);
            }
            Self::Push(byte) => signature.push(*byte),
            Self::Pop => {
                signature.pop();
            }
            Self::Replace(bytes) => signature.clone_from(bytes),
        }
        signature
    }
}

macro_rules! ecdsa {
    ($library:ident, $curve:expr, $secret:expr, $digest:expr, $form:expr, $body:expr, $negate:expr, $change:expr) => {{
        use $library::ecdsa::signature::hazmat::{PrehashSigner as _, PrehashVerifier as _};
        use $library::ecdsa::{DerSignature, Signature, SigningKey};
        let key = SigningKey::from_slice(&$secret[..size_of::<$library::FieldBytes>()]).unwrap();
        let public = *key.verifying_key();
        let digest = hashed($digest, $body);
        let mut right: Signature = key.sign_prehash(&digest).unwrap();
        if $negate {
            let (r, s) = right.split_scalars();
            right = Signature::from_scalars(*r, -*s).unwrap();
        }
        let right = match $form {
            EcdsaForm::Der => right.to_der().as_bytes().to_vec(),
            _ => right.to_bytes().to_vec(),
        };
        let given = $change.apply(right);
        let expected = match $form {
            EcdsaForm::Der => DerSignature::from_bytes(&given)
                .is_ok_and(|given| public.verify_prehash(&digest, &given).is_ok()),
            _ => Signature::from_slice(&given)
                .is_ok_and(|given| public.verify_prehash(&digest, &given).is_ok()),
        };
        let spki = public.to_public_key_der().unwrap();
        let algorithm = Algorithm::Ecdsa($curve, $digest, $form);
        let verifier = verifier(algorithm, KeyForm::PublicKey, spki.as_bytes());
        prop_assert_eq!(accepts(&verifier, $body, &given), expected);
        if matches!($change, Change::Nothing) {
            prop_assert!(expected);
        }
    }};
}

/// One key of each size, since making them takes long.
static RSA: LazyLock<[rsa::PrivateKey; 2]> = LazyLock::new(|| {
    [1024, 2048].map(|bits| rsa::PrivateKey::new(&mut getrandom::SysRng, bits).unwrap())
});

macro_rules! with {
    ($digest:expr, $d:ident => $do:expr) => {
        match $digest {
            Digest::Sha1 => {
                type $d = sha1::Sha1;
                $do
            }
            Digest::Sha256 => {
                type $d = sha2::Sha256;
                $do
            }
            Digest::Sha384 => {
                type $d = sha2::Sha384;
                $do
            }
            _ => {
                type $d = sha2::Sha512;
                $do
            }
        }
    };
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ecdsa_agrees(
        mut secret in prop::array::uniform32(any::<u8>()).prop_map(|half| [half, half].concat()),
        on_p256 in any::<bool>(),
        digest in prop::sample::select(&DIGESTS[..]),
        is_fixed in any::<bool>(),
        body in prop::collection::vec(any::<u8>(), 0..64),
        negate in any::<bool>(),
        change in change(),
    ) {
        // Below the orders of both curves, and not zero.
        secret[0] = 1;
        let form = if is_fixed { EcdsaForm::Fixed } else { EcdsaForm::Der };
        if on_p256 {
            ecdsa!(p256, Curve::P256, secret, digest, form, &body, negate, change);
        } else {
            ecdsa!(p384, Curve::P384, secret, digest, form, &body, negate, change);
        }
    }

    #[test]
    fn rsa_agrees(
        is_short in any::<bool>(),
        digest in prop::sample::select(&DIGESTS[..]),
        is_pss in any::<bool>(),
        body in prop::collection::vec(any::<u8>(), 0..64),
        change in change(),
    ) {
        let key = &RSA[usize::from(!is_short)];
        let hashed = hashed(digest, &body);
        // A 1024-bit key has no room for a PSS salt of 64 bytes.
        let right = with!(digest, D => if is_pss {
            key.pss_sign_prehash::<D>(&hashed)
        } else {
            key.pkcs1v15_sign_prehash::<D>(&hashed)
        }).unwrap_or_else(|_| vec![1; 128]);
        let given = change.apply(right);
        let public = key.to_public_key();
        let expected = with!(digest, D => if is_pss {
            public.pss_verify_prehash::<D>(&hashed, &given)
        } else {
            public.pkcs1v15_verify_prehash::<D>(&hashed, &given)
        }).is_ok();
        let algorithm = if is_pss {
            Algorithm::RsaPss(digest)
        } else {
            Algorithm::RsaPkcs1(digest)
        };
        let spki = public.to_public_key_der().unwrap();
        let verifier = verifier(algorithm, KeyForm::ShortRsa, spki.as_bytes());
        prop_assert_eq!(accepts(&verifier, &body, &given), expected);
    }

    #[test]
    fn ed25519_agrees_with_the_strict_check(
        secret in any::<[u8; 32]>(),
        body in prop::collection::vec(any::<u8>(), 0..64),
        change in change(),
    ) {
        use ed25519_dalek::{Signature, Signer as _, SigningKey};
        let key = SigningKey::from_bytes(&secret);
        let public = key.verifying_key();
        let given = change.apply(key.sign(&body).to_bytes().to_vec());
        let expected = Signature::from_slice(&given)
            .is_ok_and(|given| public.verify_strict(&body, &given).is_ok());
        let spki = public.to_public_key_der().unwrap();
        let verifier = verifier(Algorithm::Ed25519, KeyForm::PublicKey, spki.as_bytes());
        prop_assert_eq!(accepts(&verifier, &body, &given), expected);
    }
}
