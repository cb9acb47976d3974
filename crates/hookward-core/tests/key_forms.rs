//! Public keys in the forms in which they are handed out, and what is said of
//! those that do not belong to the scheme. Keys and signatures were made by
//! Python's `cryptography`.

#![allow(clippy::unwrap_used)]

use hookward_core::{
    Algorithm, Code, Curve, Digest, EcdsaForm, Key, KeyRing, Scheme, Trust, UnixTime, Verifier,
};

const P256: Algorithm = Algorithm::Ecdsa(Curve::P256, Digest::Sha256, EcdsaForm::Der);
const RSA: Algorithm = Algorithm::RsaPkcs1(Digest::Sha256);

const P256_SPKI: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEm7mgnFdgl3qq5qfQDzllVHpU7/1ksHnAm5wvuVfL0WvdMP7Xq4wkONQZ33i4+43JrBmYK4j1KWbqoWfxj7XXfw==";
const P256_POINT: &str = "049bb9a09c5760977aaae6a7d00f3965547a54effd64b079c09b9c2fb957cbd16bdd30fed7ab8c2438d419df78b8fb8dc9ac19982b88f52966eaa167f18fb5d77f";
const P256_COMPRESSED: &str = "A5u5oJxXYJd6quan0A85ZVR6VO/9ZLB5wJucL7lXy9Fr";
const P256_JWK: &str = r#"{"kty":"EC","crv":"P-256","x":"m7mgnFdgl3qq5qfQDzllVHpU7_1ksHnAm5wvuVfL0Ws","y":"3TD-16uMJDjUGd94uPuNyawZmCuI9Slm6qFn8Y-1138"}"#;
const P256_SIGNATURE: &str = "MEQCIGMCSRGZxvgRr1HF22q+L527c2/CGzXJlZliNJqa4yOcAiBSPb30bwQc/eIHMf1wAPBxAb0eHmrVHEUmahwGM2IcxA==";
const P384_SPKI: &str = "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEjVZPMMUsB7tfOhYJV6LK6Tvj1+EHD1joi3u2QEGMozg5Krxm+QWA94qjQGJa66OHGo0JcLINGZ96RYYCnfpWpI9JHb9xW9NAfnMLijaydF5R9ZflQDdsp5fqLX1SWMmk";
const K1_SPKI: &str = "MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAE5Z6QTA4QlrTK6T8VgcbFHvWB9m94LSdFVQvmvVEJoScqn28eqgtk0Juyw/T7ODMBjZr8FMjBmkbt3ljLlFAfYg==";
const X25519_SPKI: &str = "MCowBQYDK2VuAyEAYV+Pzd+p5dBd6z7DxtnidLcB+vdnvkDOkypawIeS+20=";
const X25519_JWK: &str =
    r#"{"kty":"OKP","crv":"X25519","x":"YV-Pzd-p5dBd6z7DxtnidLcB-vdnvkDOkypawIeS-20"}"#;
const ED25519_SPKI: &str = "MCowBQYDK2VwAyEAGpwctzjRxs7X5qQApR65Q80BfwrOT4K9LvKGDUsVSIg=";
const ED25519_JWK: &str = r#"{"kty":"OKP","crv":"Ed25519","kid":"two","x":"GpwctzjRxs7X5qQApR65Q80BfwrOT4K9LvKGDUsVSIg"}"#;
const ED25519_SIGNATURE: &str =
    "f1ka7t/4gvTjM5w3SMZkq18EtGrvfFHznIeraJB7NXqfs4tIXH+9YtGtl1fVxBTBTALw5t3aFj0XchT4bJLZDQ==";
const RSA_SPKI: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvspt8p8LaoUQLOujOTbdr3w2eswF0rIJUbFPnietmHL5JaBjhIPhNvcszKas5xxwh4pWxqw5Ow1chOTF5mv55BBOhtmn/MICn3u1d+/Yl9dows6m6raolAcIi1iBcmaXYjCTZrK/YNJ4DpX2Apg5wXcITalUa2k86eXE34DIIheNzIGhUC9uSvm3pXH5ISliwzH0H6Jl6MUYVy0bV4nxM1U/1GC9BD8ZqhZ9bSk3Co70KsqSTz6RiaCbkVqowtS0EidFC+WhhTybFE+QzBaYQrlDxLA3v1GsOiw47grP96VLs1PaeIGfo6iQTrEkeF6i9zk9Sc9kBc787nM2yfu+owIDAQAB";
const RSA_MODULUS: &str = "vspt8p8LaoUQLOujOTbdr3w2eswF0rIJUbFPnietmHL5JaBjhIPhNvcszKas5xxwh4pWxqw5Ow1chOTF5mv55BBOhtmn/MICn3u1d+/Yl9dows6m6raolAcIi1iBcmaXYjCTZrK/YNJ4DpX2Apg5wXcITalUa2k86eXE34DIIheNzIGhUC9uSvm3pXH5ISliwzH0H6Jl6MUYVy0bV4nxM1U/1GC9BD8ZqhZ9bSk3Co70KsqSTz6RiaCbkVqowtS0EidFC+WhhTybFE+QzBaYQrlDxLA3v1GsOiw47grP96VLs1PaeIGfo6iQTrEkeF6i9zk9Sc9kBc787nM2yfu+ow==";
const RSA_SIGNATURE: &str = "Tn0iJx7Xd1lLWDQkpJTLajNHczL0y4Fbuv/HJf6in5ecy+9hopYOG76yPeykiFx7RLIaSJ8fUDUL5NT2/0r9LUPyEXMXZueSbxSb5mLMzQ5SZ81wGCsa59SAIY8ZvxCPSLiJGDj6zAW8sPad8tV/3MxxtSWrlstlHHHjrS+P+J/64kUL42rEX6UOw959al87e4X4oYHNd5lfh6Iwv1kPxv+o0zbER/uw5PvSwOjVN3Psr/JzLCzrnd01aVRqEnB8gFa1kRTJxPlrFqgCGTGiARVB1KsGDYZiB8zWPtGOII9aFCYcLqdFMRcnFttNR3V+GQTipCu2WQyYecRAXbPARg==";

fn ring(key: &str) -> KeyRing {
    KeyRing::default().push(Key::new(key).unwrap())
}

fn scheme(algorithm: Algorithm) -> Scheme {
    Scheme::public_key("test", algorithm)
        .header("signature")
        .key_id_header("key-id")
}

/// The id of the key that verified, or the refusal.
fn verified(
    algorithm: Algorithm,
    ring: &KeyRing,
    id: Option<&str>,
    signature: &str,
) -> Result<String, Code> {
    let mut request = http::Request::post("/").header("signature", signature);
    if let Some(id) = id {
        request = request.header("key-id", id);
    }
    Verifier::new(scheme(algorithm), ring.clone())
        .unwrap()
        .verify_at(&request.body("x").unwrap(), UnixTime::from_secs(0))
        .map(|verified| verified.key_id().to_owned())
        .map_err(|rejection| rejection.code())
}

fn pem(base64: &str) -> String {
    format!("-----BEGIN PUBLIC KEY-----\n{base64}\n-----END PUBLIC KEY-----\n")
}

#[test]
fn a_key_is_taken_in_every_form_it_is_handed_out_in() {
    let remarks = format!(
        "Bag Attributes\n    friendlyName: webhooks\n{}",
        pem(P256_SPKI)
    );
    let unpadded = RSA_MODULUS.trim_end_matches('=');
    let url_safe = unpadded.replace('+', "-").replace('/', "_");
    for (algorithm, key, signature) in [
        (P256, P256_SPKI, P256_SIGNATURE),
        (P256, &pem(P256_SPKI), P256_SIGNATURE),
        (P256, &remarks, P256_SIGNATURE),
        (P256, P256_JWK, P256_SIGNATURE),
        (P256, P256_POINT, P256_SIGNATURE),
        (P256, P256_COMPRESSED, P256_SIGNATURE),
        (RSA, &pem(RSA_SPKI), RSA_SIGNATURE),
        (RSA, RSA_MODULUS, RSA_SIGNATURE),
        (RSA, unpadded, RSA_SIGNATURE),
        (RSA, &url_safe, RSA_SIGNATURE),
        (Algorithm::Ed25519, ED25519_SPKI, ED25519_SIGNATURE),
        (Algorithm::Ed25519, ED25519_JWK, ED25519_SIGNATURE),
    ] {
        let verdict = verified(algorithm, &ring(key), None, signature);
        assert_eq!(verdict, Ok("0".into()), "{key}");
    }
}

#[test]
fn a_key_of_another_kind_is_told_by_its_name() {
    for (algorithm, key, found) in [
        (P256, P384_SPKI, "a P-384 public key"),
        (P256, &pem(P384_SPKI), "a P-384 public key"),
        (P256, K1_SPKI, "a secp256k1 public key"),
        (P256, RSA_SPKI, "an RSA public key"),
        (P256, ED25519_JWK, "an Ed25519 public key"),
        (RSA, P256_JWK, "a P-256 public key"),
        (RSA, ED25519_SPKI, "an Ed25519 public key"),
        (Algorithm::Ed25519, X25519_SPKI, "an X25519 key"),
        (Algorithm::Ed25519, RSA_SPKI, "an RSA public key"),
        // Either `x` would be taken for a point.
        (Algorithm::Ed25519, P256_JWK, "a P-256 public key"),
        (Algorithm::Ed25519, X25519_JWK, "a key on another"),
    ] {
        let error = Verifier::new(scheme(algorithm), ring(key)).unwrap_err();
        let text = error.to_string();
        assert!(text.contains(&format!("this is {found}")), "{text}");
        assert!(text.contains("the scheme needs a"), "{text}");
    }
}

#[test]
fn an_exponent_that_is_none_is_named() {
    let modulus = RSA_MODULUS.trim_end_matches('=');
    let modulus = modulus.replace('+', "-").replace('/', "_");
    for exponent in ["AQ", "Ag", "AQAAAAAAAAAAAQ"] {
        let jwk = format!(r#"{{"kty":"RSA","n":"{modulus}","e":"{exponent}"}}"#);
        let error = Verifier::new(scheme(RSA), ring(&jwk)).unwrap_err();
        assert!(error.to_string().contains("exponent"), "{error}");
    }
}

#[test]
fn a_jwk_for_another_use_verifies_no_signature() {
    for (key, algorithm) in [(P256_JWK, P256), (ED25519_JWK, Algorithm::Ed25519)] {
        for limit in [
            r#"{"use":"enc","#,
            r#"{"key_ops":["deriveKey"],"#,
            r#"{"key_ops":[],"#,
            r#"{"key_ops":"verify","#,
        ] {
            let limited = key.replacen('{', limit, 1);
            let error = Verifier::new(scheme(algorithm), ring(&limited)).unwrap_err();
            assert!(error.to_string().contains("for another use"), "{error}");
        }
        for limit in [r#"{"use":"sig","#, r#"{"key_ops":["verify"],"#] {
            let limited = key.replacen('{', limit, 1);
            assert!(Verifier::new(scheme(algorithm), ring(&limited)).is_ok());
        }
    }
}

#[test]
fn a_key_set_is_a_ring_of_the_keys_that_fit() {
    let named = P256_JWK.replacen('{', r#"{"kid":"one","use":"sig","#, 1);
    let encrypts = P256_JWK.replacen('{', r#"{"kid":"three","use":"enc","#, 1);
    let set = format!(r#"{{"keys":[{ED25519_JWK},{X25519_JWK},{encrypts},{named}]}}"#);
    let check = |id, signature| verified(P256, &ring(&set), id, signature);
    assert_eq!(check(Some("one"), P256_SIGNATURE), Ok("one".into()));
    for id in ["two", "three", "0"] {
        assert_eq!(check(Some(id), P256_SIGNATURE), Err(Code::KeyUnknown));
    }
    let ed25519 = Algorithm::Ed25519;
    assert_eq!(
        verified(ed25519, &ring(&set), Some("two"), ED25519_SIGNATURE),
        Ok("two".into())
    );
    let beside = ring(&set).with("mine", Key::new(P256_SPKI).unwrap());
    assert_eq!(
        verified(P256, &beside, Some("mine"), P256_SIGNATURE),
        Ok("mine".into())
    );
    let error = Verifier::new(scheme(RSA), ring(&set)).unwrap_err();
    assert!(
        error.to_string().contains("without a key that fits"),
        "{error}"
    );
    // Anybody may know it: it is no secret.
    let shared = Scheme::hmac("test", Digest::Sha256);
    assert!(Verifier::new(shared, ring(&set)).is_err());
}

#[test]
fn a_jws_by_ed25519_names_it_in_either_of_its_registered_ways() {
    let key = r#"{"kty":"OKP","crv":"Ed25519","x":"6kpsY-KcUgq-9VB7Ey7F-ZVHdq6-vnuSQh7qaRRG0iw"}"#;
    let scheme = Scheme::public_key("test", Algorithm::Ed25519)
        .header("signature")
        .format("{jws_header}..{signature}")
        .encoding(hookward_core::Encoding::Base64url)
        .signed("{jws_header}.{body|base64url}");
    let verifier = Verifier::new(scheme.trust(Trust::AsSent), ring(key)).unwrap();
    for (jws, code) in [
        (
            "eyJhbGciOiJFZDI1NTE5In0..XlSS-o-U38KkAX4x6Q-_lrK6xfOezbu5pXe14PLs6Ysz7azYKF6B3Fp53uoy2j9FBKiUYokqaJt7mAUhU-t2DA",
            None,
        ),
        (
            "eyJhbGciOiJFZERTQSJ9..PIB0w1BVnjbgDQWKaUdYOwhSYeo95cTuTrrUdhsPkm88gkAiTRgnIlYpSrZ8FpTOd7q9jk8mPf0y7UBYUIybCg",
            None,
        ),
        (
            "eyJhbGciOiJlZDI1NTE5In0..YPTZ-Iw2iNzDIAanl0BBrEpk9YVjyb-pChxCzk17hcs9QKH-HuouRs3YItFe60zvPy8StaQ7L4IJyUnTfDCbDA",
            Some(Code::AlgorithmNotAllowed),
        ),
        (
            "eyJhbGciOiJub25lIn0..7RHXgOiGkkJ4Sbr3y31C-In3ppQwSrg1AVM8tF_BZ0RhJHqUpXR7XJ5ihBRldGHwL3a5U5BQfR1Q5CHswslfAw",
            Some(Code::AlgorithmNotAllowed),
        ),
    ] {
        let request = http::Request::post("/")
            .header("signature", jws)
            .body(r#"{"n": 1}"#)
            .unwrap();
        let verdict = verifier.verify_at(&request, UnixTime::from_secs(0));
        assert_eq!(
            verdict.err().map(|rejection| rejection.code()),
            code,
            "{jws}"
        );
    }
}
