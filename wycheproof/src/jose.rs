//! The vectors for JSON Web Signatures (RFC 7515) and for JSON Web Keys (RFC 7517).
//!
//! A compact JWS is verified as providers send it: as the value of a header, with its
//! payload, and detached (appendix F), with the payload as the request's body. The first
//! is for payloads that are JSON, as those of webhooks are.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hookward_core::{Algorithm, Curve, Digest, EcdsaForm, Key, KeyRing, Scheme, Trust, Verifier};
use serde_json::Value;

use crate::run::{NOW, Run, Verdict};
use crate::vectors::{self, class, text};

const COMPACT: &str = "{jws_header}.{jws_payload}.{signature}";
const DETACHED: &str = "{jws_header}..{signature}";

/// The algorithm of a key: its `alg`, or the first for its type. `None` if hookward does
/// not have it.
fn algorithm(jwk: &Value) -> Option<Algorithm> {
    Some(match (jwk["alg"].as_str(), jwk["kty"].as_str()) {
        (Some("HS256"), _) => Algorithm::Hmac(Digest::Sha256),
        (Some("HS384"), _) => Algorithm::Hmac(Digest::Sha384),
        (Some("HS512"), _) => Algorithm::Hmac(Digest::Sha512),
        (Some("RS256"), _) | (None, Some("RSA")) => Algorithm::RsaPkcs1(Digest::Sha256),
        (Some("RS384"), _) => Algorithm::RsaPkcs1(Digest::Sha384),
        (Some("RS512"), _) => Algorithm::RsaPkcs1(Digest::Sha512),
        (Some("PS256"), _) => Algorithm::RsaPss(Digest::Sha256),
        (Some("PS384"), _) => Algorithm::RsaPss(Digest::Sha384),
        (Some("PS512"), _) => Algorithm::RsaPss(Digest::Sha512),
        (Some("ES256"), _) | (None, Some("EC")) => {
            Algorithm::Ecdsa(Curve::P256, Digest::Sha256, EcdsaForm::Fixed)
        }
        (Some("ES384"), _) => Algorithm::Ecdsa(Curve::P384, Digest::Sha384, EcdsaForm::Fixed),
        // What an operator would state for a key whose own `alg` is wrong.
        (Some("ES521" | "ES224"), _) if jwk["crv"] == "P-256" => {
            Algorithm::Ecdsa(Curve::P256, Digest::Sha256, EcdsaForm::Fixed)
        }
        (Some("A256GCM" | "A256KW"), _) => Algorithm::Hmac(Digest::Sha256),
        _ => return None,
    })
}

fn scheme(algorithm: Algorithm) -> Scheme {
    let scheme = match algorithm {
        Algorithm::Hmac(hash) => Scheme::hmac("wycheproof", hash),
        other => Scheme::public_key("wycheproof", other),
    };
    // A token with its payload says nothing of the body.
    scheme.header("x-signature").trust(Trust::AsSent)
}

/// A key as hookward takes it: a public one as the JWK, a secret decoded from it.
fn key(jwk: &Value) -> Result<Key, String> {
    let key = match jwk["kty"].as_str() {
        Some("oct") => {
            let secret = URL_SAFE_NO_PAD.decode(text(&jwk["k"]));
            Key::from_bytes(secret.map_err(|_| "key refused: not canonical base64url")?)
        }
        _ => Key::new(jwk.to_string()),
    };
    key.map_err(|error| format!("key refused: {error}"))
}

/// The verdicts on a JWS: with its payload, and detached if the payload is canonical.
fn verify(
    run: &mut Run,
    ring: &KeyRing,
    algorithm: Algorithm,
    jws: &str,
    selects_key: bool,
) -> Verdict {
    let schemes = |format: &'static str, signed| {
        let scheme = scheme(algorithm).jws(format).signed(signed);
        match selects_key {
            true => scheme,
            false => scheme.without_key_id(),
        }
    };
    let mut one = |scheme: Scheme, value: &str, body: &[u8]| -> Verdict {
        run.verifications += 1;
        let Ok(value) = http::HeaderValue::from_str(value) else {
            return Some("not a header value".to_owned());
        };
        let request = http::Request::post("https://hooks.example/in")
            .header("x-signature", value)
            .body(())
            .unwrap();
        assert!(request.headers().contains_key("x-signature"));
        match Verifier::new(scheme, ring.clone()) {
            Ok(verifier) => verifier
                .verify_parts(&request, body, NOW)
                .err()
                .map(|rejection| rejection.code().to_string()),
            Err(error) => Some(format!("key refused: {error}")),
        }
    };
    let whole = one(schemes(COMPACT, "{jws_header}.{jws_payload}"), jws, b"");
    let parts: Vec<&str> = jws.split('.').collect();
    let [header, payload, signature] = parts[..] else {
        return whole;
    };
    let Ok(body) = URL_SAFE_NO_PAD.decode(payload) else {
        return whole;
    };
    let detached = format!("{header}..{signature}");
    let scheme = schemes(DETACHED, "{jws_header}.{body|base64url}");
    let verdict = one(scheme, &detached, &body);
    // Never accepted in one form and refused in the other, except for a payload that is
    // not a JSON object: `exp` and `nbf` are looked for in it.
    let is_json = serde_json::from_slice::<serde_json::Map<String, Value>>(&body).is_ok();
    if is_json || verdict.is_some() {
        assert!(
            whole.is_none() == verdict.is_none(),
            "{jws}: {whole:?}, {verdict:?}"
        );
    }
    verdict
}

pub(crate) fn signatures() -> Run {
    let mut run = Run::new("json_web_signature", "JWS".to_owned());
    for group in &vectors::groups("json_web_signature") {
        let jwk = group.get("public").unwrap_or(&group["private"]);
        run.forms.insert("JWK");
        for test in vectors::tests(group) {
            let verdict = match (algorithm(jwk), key(jwk)) {
                (None, _) => Some("an algorithm that hookward does not have".to_owned()),
                (_, Err(refused)) => Some(refused),
                (Some(algorithm), Ok(key)) => {
                    verify(&mut run, &key.into(), algorithm, text(&test["jws"]), false)
                }
            };
            let class = class(test, algorithm(jwk).is_some());
            run.count(test, class, verdict);
        }
    }
    run
}

pub(crate) fn keys() -> Run {
    let mut run = Run::new("json_web_key", "JWS, a key set".to_owned());
    for group in &vectors::groups("json_web_key") {
        let set = group.get("public").unwrap_or(&group["private"]);
        run.forms.insert("JWK set");
        let keys = set["keys"].as_array().unwrap();
        for test in vectors::tests(group) {
            let algorithm = keys.iter().find_map(algorithm);
            let ring = match keys.iter().any(|jwk| jwk["kty"] == "oct") {
                // Secrets are given one by one, each under its id.
                true => keys.iter().try_fold(KeyRing::default(), |ring, jwk| {
                    key(jwk).map(|key| ring.with(text(&jwk["kid"]), key))
                }),
                false => Key::new(set.to_string())
                    .map(KeyRing::from)
                    .map_err(|error| format!("key refused: {error}")),
            };
            let verdict = match (algorithm, ring) {
                (None, _) => Some("an algorithm that hookward does not have".to_owned()),
                (_, Err(refused)) => Some(refused),
                (Some(algorithm), Ok(ring)) => {
                    verify(&mut run, &ring, algorithm, text(&test["jws"]), true)
                }
            };
            run.count(test, class(test, algorithm.is_some()), verdict);
        }
    }
    run
}
