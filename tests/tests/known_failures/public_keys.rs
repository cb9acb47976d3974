//! Signatures with public keys that other verifiers accepted.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookward::{Algorithm, Curve, Digest, EcdsaForm, Key, Scheme, Signer, Trust, Verifier};
use serde_json::Value;

use crate::{NOW, pem};

const BODY: &str = r#"{"event":"payment.succeeded","amount":100000}"#;

fn scheme(algorithm: Algorithm) -> Scheme {
    Scheme::public_key("test", algorithm).header("signature")
}

fn verifier(algorithm: Algorithm, key: &str) -> Verifier {
    let key = Key::public_key(key).unwrap();
    Verifier::new(scheme(algorithm).trust(Trust::AsSent), key).unwrap()
}

fn accepts(verifier: &Verifier, body: &str, signature: &[u8]) -> bool {
    let request = http::Request::post("/")
        .header("signature", STANDARD.encode(signature))
        .body(body.to_owned())
        .unwrap();
    verifier.verify_at(&request, NOW).is_ok()
}

/// The signature of the kit's key over [`BODY`].
fn genuine(algorithm: Algorithm, private: &str) -> Vec<u8> {
    let request = http::Request::post("/").body(BODY.to_owned()).unwrap();
    let signed = Signer::new(&scheme(algorithm), Key::new(private).unwrap())
        .unwrap()
        .sign(&request, NOW, None)
        .unwrap();
    STANDARD.decode(signed.headers()[0].1.as_bytes()).unwrap()
}

/// CVE-2006-4339 (OpenSSL), found by D. Bleichenbacher, and what followed: CVE-2006-4340
/// and CVE-2014-1568 (NSS), CVE-2016-1494 (python-rsa), CVE-2018-15836 (Openswan),
/// CVE-2018-16149, -16150 and -16253 (axTLS), CVE-2018-16151 and -16152 (strongSwan),
/// CVE-2021-30246 (jsrsasign), CVE-2022-24771 to -24773 (node-forge): verifiers that parse
/// the encoded message of RSASSA-PKCS1-v1_5 instead of comparing all of it. With the
/// exponent 3, each of them lets anybody sign.
#[test]
fn cve_2006_4339_and_its_family_only_one_encoding_of_a_digest_verifies() {
    let data: Value =
        serde_json::from_str(include_str!("../../data/known_failures/pkcs1.json")).unwrap();
    let body = data["message"].as_str().unwrap();
    let mut forged = 0;
    for key in data["keys"].as_array().unwrap() {
        let exponent = match key["e"].as_u64() {
            Some(3) => "Aw",
            _ => "AQAB",
        };
        let jwk = format!(r#"{{"kty":"RSA","n":{},"e":"{exponent}"}}"#, key["n"]);
        let verifier = verifier(Algorithm::RsaPkcs1(Digest::Sha256), &jwk);
        for case in key["signatures"].as_array().unwrap() {
            let signature = STANDARD
                .decode(case["signature"].as_str().unwrap())
                .unwrap();
            let is_genuine = case["flaw"] == "genuine";
            assert_eq!(
                accepts(&verifier, body, &signature),
                is_genuine,
                "e = {}: {}",
                key["e"],
                case["flaw"]
            );
            forged += usize::from(!is_genuine);
        }
    }
    assert_eq!(forged, 41);
}

/// The order of P-256 and P-384 (FIPS 186-4, D.1.2), big-endian.
const ORDERS: [(Curve, &str); 2] = [
    (
        Curve::P256,
        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
    ),
    (
        Curve::P384,
        "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
    ),
];

fn curve_keys(curve: Curve) -> (&'static str, &'static str) {
    match curve {
        Curve::P256 => (pem!("p256"), pem!("p256.pub")),
        _ => (pem!("p384"), pem!("p384.pub")),
    }
}

/// An INTEGER in DER, as short as DER demands.
fn integer(number: &[u8]) -> Vec<u8> {
    let start = number.iter().position(|b| *b != 0);
    let mut content = start.map_or_else(|| vec![0], |start| number[start..].to_vec());
    if content[0] >= 0x80 {
        content.insert(0, 0);
    }
    [&[2, u8::try_from(content.len()).unwrap()][..], &content].concat()
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    [&[0x30, u8::try_from(content.len()).unwrap()][..], &content].concat()
}

/// CVE-2022-21449 (Java, "psychic signatures"): r = s = 0 verified every message under every
/// key. Nor does any other pair of 0, 1 and multiples of the order.
#[test]
fn cve_2022_21449_numbers_outside_of_the_range_are_no_ecdsa_signature() {
    for (curve, order) in ORDERS {
        let order = hex::decode(order).unwrap();
        let length = order.len();
        let small = |n: u8| [vec![0; length - 1], vec![n]].concat();
        let mut after = order.clone();
        after[length - 1] += 1;
        let edges = [small(0), small(1), order.clone(), after, vec![0xff; length]];
        for digest in [Digest::Sha256, Digest::Sha384] {
            let fixed = verifier(
                Algorithm::Ecdsa(curve, digest, EcdsaForm::Fixed),
                curve_keys(curve).1,
            );
            let der = verifier(
                Algorithm::Ecdsa(curve, digest, EcdsaForm::Der),
                curve_keys(curve).1,
            );
            for (r, s) in edges.iter().flat_map(|r| edges.iter().map(move |s| (r, s))) {
                for body in ["", BODY] {
                    assert!(!accepts(&fixed, body, &[&r[..], s].concat()));
                    let encoded = sequence(&[&integer(r), &integer(s)]);
                    assert!(!accepts(&der, body, &encoded), "{encoded:x?}");
                }
            }
        }
    }
}

/// CVE-2024-42460 and CVE-2024-42461 (elliptic): numbers with a negative sign or leading
/// zeros, and lengths in BER, so that one signature had many spellings. CVE-2020-13822 is
/// the same with zeros and overflows.
#[test]
fn cve_2024_42461_an_ecdsa_signature_has_one_spelling_in_der() {
    for (curve, _) in ORDERS {
        let digest = match curve {
            Curve::P256 => Digest::Sha256,
            _ => Digest::Sha384,
        };
        let algorithm = Algorithm::Ecdsa(curve, digest, EcdsaForm::Der);
        let (private, public) = curve_keys(curve);
        let verifier = verifier(algorithm, public);
        let signature = genuine(algorithm, private);
        assert!(accepts(&verifier, BODY, &signature));

        let r_end = 4 + usize::from(signature[3]);
        let (r, s) = (&signature[2..r_end], &signature[r_end..]);
        let padded = |number: &[u8]| [&[2, number[1] + 1, 0][..], &number[2..]].concat();
        let long = |number: &[u8]| [&[2, 0x81, number[1]][..], &number[2..]].concat();
        let content = [r, s].concat();
        let length = u8::try_from(content.len()).unwrap();
        let spellings = [
            ("a leading zero of r", sequence(&[&padded(r), s])),
            ("a leading zero of s", sequence(&[r, &padded(s)])),
            ("a long length of r", sequence(&[&long(r), s])),
            ("a long length of s", sequence(&[r, &long(s)])),
            (
                "a long length of both",
                [&[0x30, 0x81, length][..], &content].concat(),
            ),
            (
                "a length in two bytes",
                [&[0x30, 0x82, 0, length][..], &content].concat(),
            ),
            (
                "an indefinite length",
                [&[0x30, 0x80][..], &content, &[0, 0]].concat(),
            ),
            ("a byte behind", [&signature[..], &[0]].concat()),
            ("a byte inside", sequence(&[r, s, &[0]])),
            ("a third number", sequence(&[r, s, &[2, 1, 1]])),
            ("one number", sequence(&[r])),
            ("a set", [&[0x31, length][..], &content].concat()),
            ("a string", sequence(&[&[&[4][..], &r[1..]].concat(), s])),
            ("a byte short", signature[..signature.len() - 1].to_vec()),
            ("nothing", sequence(&[])),
        ];
        for (name, spelling) in spellings {
            assert!(!accepts(&verifier, BODY, &spelling), "{curve:?}: {name}");
        }
    }
}

/// CVE-2024-48949 (elliptic) and CVE-2020-36843 (EdDSA-Java): S was not compared with the
/// order (RFC 8032 section 5.1.7), so that S + L verified too. CVE-2024-42459 is the same
/// with the length.
#[test]
fn cve_2024_48949_an_ed25519_signature_is_not_malleable() {
    /// L, little-endian.
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let verifier = verifier(Algorithm::Ed25519, pem!("ed25519.pub"));
    let signature = genuine(Algorithm::Ed25519, pem!("ed25519"));
    assert!(accepts(&verifier, BODY, &signature));
    let mut malleated = signature.clone();
    // 1 to 15 times the order fits into 32 bytes.
    for times in 1..16 {
        let mut carry = 0;
        for (byte, of_order) in malleated[32..].iter_mut().zip(ORDER) {
            let sum = u16::from(*byte) + u16::from(of_order) + carry;
            *byte = u8::try_from(sum & 0xff).unwrap();
            carry = sum >> 8;
        }
        if carry > 0 {
            break;
        }
        assert!(!accepts(&verifier, BODY, &malleated), "{times}");
    }
    for bit in [0x20, 0x40, 0x80] {
        let mut other = signature.clone();
        other[63] |= bit;
        assert!(!accepts(&verifier, BODY, &other));
    }
    for length in [0, 32, 63, 65, 96, 128] {
        let mut other = signature.clone();
        other.resize(length, 0);
        assert!(!accepts(&verifier, BODY, &other), "{length}");
    }
}

/// CVE-2020-28042 (ServiceStack): a signature of another length, or an empty one, was
/// compared as far as it went.
#[test]
fn cve_2020_28042_a_signature_of_another_length_does_not_verify() {
    for (algorithm, private, public) in [
        (
            Algorithm::RsaPkcs1(Digest::Sha256),
            pem!("rsa-2048"),
            pem!("rsa-2048.pub"),
        ),
        (
            Algorithm::RsaPss(Digest::Sha256),
            pem!("rsa-2048"),
            pem!("rsa-2048.pub"),
        ),
        (
            Algorithm::Ecdsa(Curve::P256, Digest::Sha256, EcdsaForm::Fixed),
            pem!("p256"),
            pem!("p256.pub"),
        ),
        (Algorithm::Ed25519, pem!("ed25519"), pem!("ed25519.pub")),
    ] {
        let verifier = verifier(algorithm, public);
        let signature = genuine(algorithm, private);
        assert!(accepts(&verifier, BODY, &signature), "{algorithm:?}");
        for length in 0..signature.len() {
            assert!(
                !accepts(&verifier, BODY, &signature[..length]),
                "{algorithm:?}: the first {length}"
            );
            assert!(
                !accepts(&verifier, BODY, &signature[signature.len() - length..]),
                "{algorithm:?}: the last {length}"
            );
        }
        for more in [&[0][..], &[0; 32], &signature] {
            let behind = [&signature[..], more].concat();
            let before = [more, &signature].concat();
            assert!(!accepts(&verifier, BODY, &behind), "{algorithm:?}");
            assert!(!accepts(&verifier, BODY, &before), "{algorithm:?}");
        }
    }
}
