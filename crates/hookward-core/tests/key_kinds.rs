//! The kind of a key: a public key is never taken for a secret, and what is
//! evidently of another kind is refused when a verifier is built.

#![allow(clippy::unwrap_used, clippy::panic)]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookward_core::{
    Algorithm, ConfigError, Digest, Encoding, Key, KeyError, KeyForm, KeyKind, KeyRing,
    MessageSignatures, Scheme, Signer, Trust, UnixTime, Verifier, providers,
};

const ED25519_SPKI: &str = "MCowBQYDK2VwAyEAGpwctzjRxs7X5qQApR65Q80BfwrOT4K9LvKGDUsVSIg=";
const ED25519_BASE64: &str = "GpwctzjRxs7X5qQApR65Q80BfwrOT4K9LvKGDUsVSIg=";
const ED25519_HEX: &str = "1a9c1cb738d1c6ced7e6a400a51eb943cd017f0ace4f82bd2ef2860d4b154888";
const P256_POINT: &str = "049bb9a09c5760977aaae6a7d00f3965547a54effd64b079c09b9c2fb957cbd16bdd30fed7ab8c2438d419df78b8fb8dc9ac19982b88f52966eaa167f18fb5d77f";
const P256_COMPRESSED: &str = "A5u5oJxXYJd6quan0A85ZVR6VO/9ZLB5wJucL7lXy9Fr";
const P256_JWK: &str = r#"{"kty":"EC","crv":"P-256","x":"m7mgnFdgl3qq5qfQDzllVHpU7_1ksHnAm5wvuVfL0Ws","y":"3TD-16uMJDjUGd94uPuNyawZmCuI9Slm6qFn8Y-1138"}"#;
const RSA_SPKI: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvspt8p8LaoUQLOujOTbdr3w2eswF0rIJUbFPnietmHL5JaBjhIPhNvcszKas5xxwh4pWxqw5Ow1chOTF5mv55BBOhtmn/MICn3u1d+/Yl9dows6m6raolAcIi1iBcmaXYjCTZrK/YNJ4DpX2Apg5wXcITalUa2k86eXE34DIIheNzIGhUC9uSvm3pXH5ISliwzH0H6Jl6MUYVy0bV4nxM1U/1GC9BD8ZqhZ9bSk3Co70KsqSTz6RiaCbkVqowtS0EidFC+WhhTybFE+QzBaYQrlDxLA3v1GsOiw47grP96VLs1PaeIGfo6iQTrEkeF6i9zk9Sc9kBc787nM2yfu+owIDAQAB";
const RSA_MODULUS: &str = "vspt8p8LaoUQLOujOTbdr3w2eswF0rIJUbFPnietmHL5JaBjhIPhNvcszKas5xxwh4pWxqw5Ow1chOTF5mv55BBOhtmn_MICn3u1d-_Yl9dows6m6raolAcIi1iBcmaXYjCTZrK_YNJ4DpX2Apg5wXcITalUa2k86eXE34DIIheNzIGhUC9uSvm3pXH5ISliwzH0H6Jl6MUYVy0bV4nxM1U_1GC9BD8ZqhZ9bSk3Co70KsqSTz6RiaCbkVqowtS0EidFC-WhhTybFE-QzBaYQrlDxLA3v1GsOiw47grP96VLs1PaeIGfo6iQTrEkeF6i9zk9Sc9kBc787nM2yfu-ow";

fn key(text: &str) -> Key {
    Key::new(text).unwrap()
}

/// What is wrong with the key, when a verifier is built with it.
fn refused(scheme: &Scheme, key: Key) -> Option<KeyError> {
    match Verifier::new(scheme.clone().trust(Trust::AsSent), key) {
        Ok(_) => None,
        Err(ConfigError::Key { error, .. }) => Some(error),
        Err(error) => panic!("{error}"),
    }
}

fn is_wrong_kind(error: Option<KeyError>) -> bool {
    matches!(error, Some(KeyError::WrongKind { .. }))
}

/// Spellings in which the public keys are known to everyone.
fn bare_public_keys() -> Vec<String> {
    let mut bare = vec![
        ED25519_BASE64.to_owned(),
        ED25519_BASE64.trim_end_matches('=').to_owned(),
        ED25519_BASE64.replace('+', "-").replace('/', "_"),
        ED25519_HEX.to_owned(),
        ED25519_HEX.to_uppercase(),
        P256_POINT.to_owned(),
        P256_COMPRESSED.to_owned(),
        RSA_MODULUS.to_owned(),
    ];
    let lines: Vec<String> = bare.iter().map(|text| format!(" {text}\n")).collect();
    bare.extend(lines);
    // Copied without its first or last characters.
    bare.extend([ED25519_BASE64[1..].to_owned(), ED25519_HEX[2..].to_owned()]);
    bare
}

#[test]
fn a_bare_text_that_could_be_a_public_key_takes_a_word_on_its_kind() {
    for text in bare_public_keys() {
        let error = refused(&providers::RFC9421, key(&text)).unwrap();
        assert_eq!(error, KeyError::Ambiguous, "{text}");
        for way in [
            "Key::shared_secret",
            "Key::public_key",
            "secret:env:",
            "public:env:",
        ] {
            assert!(error.to_string().contains(way), "{error}");
        }
        assert!(
            Signer::new(&providers::RFC9421, key(&text)).is_err(),
            "{text}"
        );
        let secret = Key::shared_secret(text.as_str()).unwrap();
        assert_eq!(refused(&providers::RFC9421, secret), None, "{text}");
    }
    let binary = hex::decode(ED25519_HEX).unwrap();
    assert_eq!(
        refused(&providers::RFC9421, Key::new(binary).unwrap()),
        Some(KeyError::Ambiguous)
    );
}

#[test]
fn the_kind_that_was_said_decides_the_algorithm() {
    let request = http::Request::post("https://hooks.example/in")
        .body("{}")
        .unwrap();
    let now = UnixTime::from_secs(1_700_000_000);
    // A forger signs with the public key as a secret.
    let secret = Key::shared_secret(ED25519_BASE64).unwrap();
    let mut forged = request.clone();
    let signature = Signer::new(&providers::RFC9421, secret.clone())
        .unwrap()
        .sign(&request, now, None)
        .unwrap();
    for (name, value) in signature.headers() {
        forged.headers_mut().append(name.clone(), value.clone());
    }
    let verifies = |key: Key| {
        Verifier::new(providers::RFC9421, key)
            .unwrap()
            .verify_at(&forged, now)
            .is_ok()
    };
    assert!(verifies(secret), "both sides say that it is a secret");
    assert!(!verifies(Key::public_key(ED25519_BASE64).unwrap()));
    assert!(!verifies(key(&format!("whpk_{ED25519_BASE64}"))));
    assert!(
        Signer::new(
            &providers::RFC9421,
            Key::public_key(ED25519_BASE64).unwrap()
        )
        .is_err()
    );
}

#[test]
fn where_one_kind_alone_is_allowed_nothing_has_to_be_said() {
    let with = |algorithm| MessageSignatures::default().algorithms([algorithm]);
    for algorithm in [Algorithm::Hmac(Digest::Sha256), Algorithm::Ed25519] {
        let verifier = Verifier::message_signatures(with(algorithm), key(ED25519_BASE64));
        assert!(verifier.is_ok(), "{algorithm}");
    }
    let ring = KeyRing::from(key(ED25519_BASE64)).param("algorithms", "hmac-sha256");
    assert!(Verifier::new(providers::RFC9421, ring.clone()).is_ok());
    assert!(Signer::new(&providers::RFC9421, ring).is_ok());
    let public = Key::public_key(ED25519_BASE64).unwrap();
    let policy = with(Algorithm::Hmac(Digest::Sha256));
    assert!(Verifier::message_signatures(policy, public).is_err());
}

#[test]
fn texts_that_could_not_be_a_public_key_are_secrets() {
    for text in [
        "a shared secret",
        "s3cr3t",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        r#"{"kty":"oct","k":"GpwctzjRxs7X5qQApR65Q80BfwrOT4K9LvKGDUsVSIg"}"#,
        "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==",
    ] {
        assert_eq!(refused(&providers::RFC9421, key(text)), None, "{text}");
    }
    // Given as bytes of a secret.
    let bytes = Key::from_base64(ED25519_BASE64).unwrap();
    assert_eq!(refused(&providers::RFC9421, bytes), None);
}

/// Schemes with a shared secret in each form.
fn keyed() -> Vec<Scheme> {
    [
        KeyForm::Text,
        KeyForm::TextNfkd,
        KeyForm::Base64("".into()),
        KeyForm::Base64("whsec_".into()),
        KeyForm::Base64Url("".into()),
        KeyForm::Base64OrText("whsec_".into()),
        KeyForm::Hashed(Digest::Sha1),
        KeyForm::HashedHex(Digest::Sha256),
    ]
    .into_iter()
    .map(|form| Scheme::hmac("test", Digest::Sha256).key(form))
    .chain([
        Scheme::shared_secret("test").header("x-key"),
        Scheme::basic("test"),
    ])
    .collect()
}

#[test]
fn a_public_key_is_no_secret_for_any_scheme() {
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{ED25519_SPKI}\n-----END PUBLIC KEY-----\n");
    let pem_in_base64 = Encoding::Base64.encode(pem.as_bytes());
    let set = format!(r#"{{"keys":[{P256_JWK}]}}"#);
    let wrapped: String = RSA_SPKI
        .as_bytes()
        .chunks(64)
        .map(|line| format!("{}\n", std::str::from_utf8(line).unwrap()))
        .collect();
    let whpk = format!("whpk_{ED25519_BASE64}");
    for scheme in keyed() {
        for text in [
            &*pem,
            &pem.replace('\n', "\\n"),
            &format!("\"{pem}\""),
            &format!("Bag Attributes\n{pem}"),
            &pem.replace("PUBLIC KEY", "CERTIFICATE"),
            &pem.replace("PUBLIC", "OPENSSH PRIVATE"),
            &pem_in_base64,
            ED25519_SPKI,
            &ED25519_SPKI.replace('=', ""),
            RSA_SPKI,
            &wrapped,
            P256_JWK,
            &set,
            r#"{"keys":[]}"#,
            r#"{"kty":"oct","k":"GpwctzjRxs7X5qQApR65Q80BfwrOT4K9LvKGDUsVSIg"}"#,
            &whpk,
            &whpk.replace("whpk_", "whsk_"),
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBqcHLc40cbO1+akAKUeuUPNAX8Kzk+CvS7yhg1LFUiI me@host",
        ] {
            for key in [key(text), Key::shared_secret(text).unwrap()] {
                assert!(is_wrong_kind(refused(&scheme, key)), "{scheme:?}: {text}");
            }
            let bytes = Key::from_bytes(text).unwrap();
            assert!(is_wrong_kind(refused(&scheme, bytes)), "{text}");
        }
        let der = Key::from_base64(ED25519_SPKI).unwrap();
        assert!(is_wrong_kind(refused(&scheme, der)));
        let said = Key::new("secret").unwrap().of_kind(KeyKind::Public);
        assert!(is_wrong_kind(refused(&scheme, said)));
    }
    let in_hex = Scheme::hmac("test", Digest::Sha256).key(KeyForm::Hex);
    let spki = hex::encode(STANDARD.decode(ED25519_SPKI).unwrap());
    assert!(is_wrong_kind(refused(&in_hex, key(&spki))));
}

#[test]
fn a_secret_is_no_public_key() {
    let scheme = Scheme::public_key("test", Algorithm::Ed25519);
    for text in [ED25519_BASE64, ED25519_HEX, ED25519_SPKI] {
        assert_eq!(refused(&scheme, key(text)), None);
        assert_eq!(refused(&scheme, Key::public_key(text).unwrap()), None);
        let secret = Key::shared_secret(text).unwrap();
        assert!(is_wrong_kind(refused(&scheme, secret)), "{text}");
    }
    // 43 characters of base64url, the prefix among them, are 32 bytes.
    let whsec = format!("whsec_{}", "A".repeat(37));
    assert!(refused(&scheme, key(&whsec)).is_some());
}

#[test]
fn a_public_key_is_no_seed() {
    let scheme = Scheme::public_key("test", Algorithm::Ed25519).key(KeyForm::RepeatedSeed);
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{ED25519_SPKI}\n-----END PUBLIC KEY-----\n");
    let forger = |text: &str| Signer::new(&scheme, Key::shared_secret(text).unwrap());
    let request = http::Request::post("https://hooks.example/")
        .body("x")
        .unwrap();
    let now = UnixTime::from_secs(0);
    for text in [ED25519_SPKI, &*pem, ED25519_HEX] {
        let verifier = Verifier::new(scheme.clone().trust(Trust::AsSent), key(text)).unwrap();
        let Ok(signer) = forger(text) else { continue };
        let mut forged = request.clone();
        for (name, value) in signer.sign(&request, now, None).unwrap().headers() {
            forged.headers_mut().append(name.clone(), value.clone());
        }
        assert!(verifier.verify_at(&forged, now).is_err(), "{text}");
    }
    assert_eq!(
        refused(&scheme, key(ED25519_BASE64)),
        Some(KeyError::Ambiguous)
    );
    assert_eq!(
        refused(&scheme, Key::public_key(ED25519_BASE64).unwrap()),
        None
    );
    assert_eq!(refused(&scheme, key("naOC0ocQE3shWLAfffVLB1rhYPG7")), None);
}

#[test]
fn blank_keys_are_refused() {
    for blank in [
        " ",
        "   ",
        "\n",
        "\t\r\n ",
        "\u{a0}",
        "\u{feff}",
        "\u{200b} ",
        // HMAC pads keys with zeros: this is the empty key.
        "\0",
        "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        " \0\n",
    ] {
        assert_eq!(Key::new(blank).err(), Some(KeyError::Blank), "{blank:?}");
        assert_eq!(Key::from_bytes(blank).err(), Some(KeyError::Blank));
    }
    assert_eq!(Key::from_hex("2020").err(), Some(KeyError::Blank));
    assert_eq!(Key::from_base64("ICAg").err(), Some(KeyError::Blank));
    assert_eq!(Key::from_hex("00000000").err(), Some(KeyError::Blank));
    assert_eq!(Key::from_base64("AAAAAAAA").err(), Some(KeyError::Blank));
    let scheme = Scheme::hmac("test", Digest::Sha256).key(KeyForm::Base64("whsec_".into()));
    assert_eq!(refused(&scheme, key("whsec_ICAg")), Some(KeyError::Blank));
    assert_eq!(refused(&scheme, key("whsec_AAAA")), Some(KeyError::Blank));
    assert_eq!(refused(&scheme, key("whsec_")), Some(KeyError::Empty));
    let basic = Scheme::basic("test");
    for text in [":", " : ", ":\n"] {
        assert_eq!(
            refused(&basic, key(text)),
            Some(KeyError::Blank),
            "{text:?}"
        );
    }
    for text in ["user:", ":password", "user:password", "user::"] {
        assert_eq!(refused(&basic, key(text)), None, "{text:?}");
    }
}

#[test]
fn a_credential_for_an_api_is_no_webhook_secret() {
    for text in [
        "sk_live_51H8abcdefghijkl",
        "sk_test_51H8abcdefghijkl",
        "rk_live_51H8abcdefghijkl",
        "pk_live_51H8abcdefghijkl",
        " sk_live_51H8abcdefghijkl\n",
        "\"sk_live_51H8abcdefghijkl\"",
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "github_pat_11ABCDEFG0abcdefghijkl",
        "xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcHrzqqgy",
        "shpat_b4a5a1a5a1a5a1a5a1a5a1a5a1a5a1a5",
        "glpat-abcdefghijklmnopqrst",
        "AKIAIOSFODNN7EXAMPLE",
        "AC0123456789abcdef0123456789abcdef",
    ] {
        for scheme in [
            providers::STRIPE,
            providers::GITHUB,
            providers::SLACK,
            Scheme::hmac("acme", Digest::Sha256),
        ] {
            let error = refused(&scheme, key(text)).unwrap();
            assert!(error.to_string().contains("Key::shared_secret"), "{error}");
            assert!(!error.to_string().contains("51H8"), "{error}");
            assert!(is_wrong_kind(Some(error)), "{text}");
            assert!(Signer::new(&scheme, key(text)).is_err());
            assert_eq!(refused(&scheme, Key::shared_secret(text).unwrap()), None);
        }
        // A scheme that repeats the credential may have any.
        assert_eq!(refused(&providers::API_KEY, key(text)), None, "{text}");
    }
    // A provider that signs with its API key, which no publishable key is.
    let secret = key("sk_live_51H8abcdefghijkl");
    assert_eq!(refused(&providers::PAYSTACK, secret), None);
    let publishable = key("pk_live_51H8abcdefghijkl");
    assert!(is_wrong_kind(refused(&providers::PAYSTACK, publishable)));
}

#[test]
fn secrets_that_only_resemble_a_credential_are_taken() {
    for text in [
        "whsec_5a0d9a0d9a0d",
        "shpss_1f2e3d4c",
        "SKILLED",
        "AC/DC",
        "AKIA",
        "MIIB",
        "Mfi3r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "{not json}",
        r#"{"secret":"x"}"#,
        "ssh-is-not-a-key",
        "-----",
        " padded ",
        "\u{e9}\u{e8}",
    ] {
        assert_eq!(refused(&providers::GITHUB, key(text)), None, "{text}");
    }
}
