//! Each form in which hookward takes a key of the vectors.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use hookward_core::{Key, KeyForm};
use serde_json::{Value, json};

use crate::vectors::{bytes, text};

/// A key in one form, and the form that the scheme has to state.
pub(crate) struct Form {
    pub(crate) name: &'static str,
    pub(crate) scheme: KeyForm,
    pub(crate) key: Key,
}

/// The forms of a shared secret. `None` if it is empty, which no key of hookward is.
pub(crate) fn of_secret(secret: &[u8]) -> Vec<Form> {
    let prefixed = |prefix: &str, text: String| format!("{prefix}{text}");
    let hex = hex::encode(secret);
    let base64 = STANDARD.encode(secret);
    let given = [
        ("hex", KeyForm::Hex, hex.clone()),
        ("hex, upper case", KeyForm::Hex, hex.to_uppercase()),
        (
            "hex after a prefix",
            KeyForm::HexAfter("key_".into()),
            prefixed("key_", hex.clone()),
        ),
        ("base64", KeyForm::Base64("".into()), base64.clone()),
        (
            "base64 without padding",
            KeyForm::Base64("".into()),
            STANDARD_NO_PAD.encode(secret),
        ),
        (
            "base64 after whsec_",
            KeyForm::Base64("whsec_".into()),
            prefixed("whsec_", base64.clone()),
        ),
        (
            "base64 after a prefix, or text",
            KeyForm::Base64OrText("whsec_".into()),
            prefixed("whsec_", base64.clone()),
        ),
        (
            "base64 after a prefix, and text",
            KeyForm::Base64AndText("whsec_".into()),
            prefixed("whsec_", base64.clone()),
        ),
        (
            "base64url",
            KeyForm::Base64Url("".into()),
            URL_SAFE_NO_PAD.encode(secret),
        ),
        (
            "base64url with padding",
            KeyForm::Base64Url("".into()),
            URL_SAFE.encode(secret),
        ),
        ("detected", KeyForm::Any, prefixed("whsec_", base64.clone())),
    ];
    let mut forms: Vec<Form> = given
        .into_iter()
        .map(|(name, scheme, text)| Form {
            name,
            scheme,
            key: Key::shared_secret(text).unwrap(),
        })
        .collect();
    let constructed = [
        ("bytes", Key::from_bytes(secret)),
        ("Key::from_hex", Key::from_hex(&hex)),
        ("Key::from_base64", Key::from_base64(&base64)),
        // Text, if it is text.
        ("text", Key::new(secret)),
    ];
    for (name, key) in constructed {
        forms.push(Form {
            name,
            scheme: KeyForm::Text,
            key: key.unwrap(),
        });
    }
    forms
}

/// The public key of a group, as DER (SPKI).
fn spki(group: &Value) -> Vec<u8> {
    bytes(&group["publicKeyDer"])
}

fn pem(label: &str, der: &[u8], line_end: &str) -> String {
    let base64 = STANDARD.encode(der);
    let lines: Vec<&str> = base64
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    format!(
        "-----BEGIN {label}-----{line_end}{}{line_end}-----END {label}-----{line_end}",
        lines.join(line_end)
    )
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut der = vec![tag];
    if length < 0x80 {
        der.push(length as u8);
    } else {
        let digits: Vec<u8> = length
            .to_be_bytes()
            .into_iter()
            .skip_while(|b| *b == 0)
            .collect();
        der.push(0x80 | digits.len() as u8);
        der.extend(digits);
    }
    [&der[..], content].concat()
}

/// A certificate (RFC 5280 section 4.1) with this key, whose names are empty and whose
/// signature nobody made: hookward takes the key of one that the operator gives.
fn certificate(spki: &[u8]) -> Vec<u8> {
    let version = element(0xa0, &element(0x02, &[2]));
    let serial = element(0x02, &[1]);
    let algorithm = element(
        0x30,
        &element(0x06, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2]),
    );
    let name = element(0x30, &[]);
    let times = [
        element(0x17, b"200101000000Z"),
        element(0x17, b"400101000000Z"),
    ]
    .concat();
    let validity = element(0x30, &times);
    let fields = [
        &version[..],
        &serial,
        &algorithm,
        &name,
        &validity,
        &name,
        spki,
    ];
    let signature = element(0x03, &[0, 1, 2, 3]);
    let parts = [element(0x30, &fields.concat()), algorithm, signature];
    element(0x30, &parts.concat())
}

/// A number as a JWK has it: without leading zeros for RSA, of the field's length for a
/// coordinate.
fn coordinate(value: &Value, length: usize) -> Vec<u8> {
    let digits = bytes(value);
    let start = digits.iter().position(|b| *b != 0).unwrap_or(digits.len());
    let digits = &digits[start..];
    [&vec![0; length - digits.len()][..], digits].concat()
}

fn number(value: &Value) -> Vec<u8> {
    bytes(value).into_iter().skip_while(|b| *b == 0).collect()
}

/// The forms of a public key.
pub(crate) fn of_public(group: &Value) -> Vec<Form> {
    let spki = spki(group);
    let public = &group["publicKey"];
    let url = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let mut given: Vec<(&'static str, Vec<u8>)> = vec![
        ("DER", spki.clone()),
        ("DER in base64", STANDARD.encode(&spki).into()),
        ("PEM", text(&group["publicKeyPem"]).into()),
        ("PEM with CRLF", pem("PUBLIC KEY", &spki, "\r\n").into()),
        (
            "PEM on one line",
            format!(
                "-----BEGIN PUBLIC KEY-----{}-----END PUBLIC KEY-----",
                STANDARD.encode(&spki)
            )
            .into(),
        ),
        (
            "PEM in base64",
            STANDARD.encode(pem("PUBLIC KEY", &spki, "\n")).into(),
        ),
        (
            "PEM after remarks",
            format!("Subject: acme\n{}", pem("PUBLIC KEY", &spki, "\n")).into(),
        ),
        ("certificate in DER", certificate(&spki)),
        (
            "certificate in PEM",
            pem("CERTIFICATE", &certificate(&spki), "\n").into(),
        ),
    ];
    let mut jwk = None;
    let mut components = None;
    if public.get("modulus").is_some() {
        let (n, e) = (
            number(&public["modulus"]),
            number(&public["publicExponent"]),
        );
        let pkcs1 = bytes(&group["publicKeyAsn"]);
        given.push(("PKCS#1 in DER", pkcs1.clone()));
        given.push(("PKCS#1 in base64", STANDARD.encode(&pkcs1).into()));
        given.push(("PKCS#1 in PEM", pem("RSA PUBLIC KEY", &pkcs1, "\n").into()));
        if e == [1, 0, 1] {
            given.push(("modulus in base64url", url(&n).into()));
            given.push(("modulus in base64", STANDARD.encode(&n).into()));
            given.push(("modulus in hex", hex::encode(&n).into()));
        }
        components = Some(Key::from_rsa_components(&url(&n), &url(&e)).unwrap());
        jwk = Some(json!({ "kty": "RSA", "n": url(&n), "e": url(&e) }));
    } else if public.get("wx").is_some() {
        let (name, length) = match text(&public["curve"]) {
            "secp256r1" => ("P-256", 32),
            "secp384r1" => ("P-384", 48),
            other => panic!("{other}"),
        };
        let (x, y) = (
            coordinate(&public["wx"], length),
            coordinate(&public["wy"], length),
        );
        let point = bytes(&public["uncompressed"]);
        let short = [&[2 | (y[length - 1] & 1)][..], &x].concat();
        given.push(("point in hex", hex::encode(&point).into()));
        given.push(("point in base64", STANDARD.encode(&point).into()));
        given.push(("point in base64url", url(&point).into()));
        given.push(("compressed point in hex", hex::encode(&short).into()));
        given.push(("compressed point in base64", STANDARD.encode(&short).into()));
        jwk = Some(json!({ "kty": "EC", "crv": name, "x": url(&x), "y": url(&y) }));
    } else if public.get("pk").is_some() {
        let point = bytes(&public["pk"]);
        given.push(("raw", point.clone()));
        given.push(("hex", hex::encode(&point).into()));
        given.push(("base64", STANDARD.encode(&point).into()));
        given.push((
            "base64 without padding",
            STANDARD_NO_PAD.encode(&point).into(),
        ));
        given.push(("base64url", url(&point).into()));
        given.push(("whpk_", format!("whpk_{}", STANDARD.encode(&point)).into()));
        jwk = Some(json!({ "kty": "OKP", "crv": "Ed25519", "x": url(&point) }));
    }
    if let Some(jwk) = jwk {
        given.push(("JWK", jwk.to_string().into()));
        given.push(("JWK set", json!({ "keys": [jwk] }).to_string().into()));
    }
    for name in ["publicKeyJwk", "keyJwk"] {
        if let Some(jwk) = group.get(name) {
            given.push(("JWK of the vectors", jwk.to_string().into()));
        }
    }
    let mut forms: Vec<Form> = given
        .into_iter()
        .map(|(name, key)| Form {
            name,
            scheme: KeyForm::PublicKey,
            key: Key::new(key).unwrap(),
        })
        .collect();
    if let Some(key) = components {
        forms.push(Form {
            name: "Key::from_rsa_components",
            scheme: KeyForm::PublicKey,
            key,
        });
    }
    forms
}
