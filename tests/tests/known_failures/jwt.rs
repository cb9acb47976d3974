//! Tokens (JWT, JWS) that other verifiers accepted, and headers of theirs that named the
//! key to use.

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use hookward::remote::{Fetch, FetchError, FetchFuture, Fetched, JwksKeys, Remote};
use hookward::{
    Algorithm, Code, Curve, Digest, EcdsaForm, Endpoint, Key, KeyForm, KeyRing, Scheme, Signer,
    Trust, Verifier,
};
use hookward_tests::{ADAPTERS, Message, Server};
use http::Uri;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::{NOW, pem};

const RS256: Algorithm = Algorithm::RsaPkcs1(Digest::Sha256);
const ES256: Algorithm = Algorithm::Ecdsa(Curve::P256, Digest::Sha256, EcdsaForm::Fixed);

/// A token as a bearer, signed by this algorithm.
fn bearer(algorithm: Algorithm) -> Scheme {
    let scheme = match algorithm {
        Algorithm::Hmac(digest) => Scheme::hmac("test", digest),
        public => Scheme::public_key("test", public),
    };
    scheme
        .header("authorization")
        .jws("Bearer {jws_header}.{jws_payload}.{signature}")
        .trust(Trust::AsSent)
}

/// What is signed of a token.
fn input(header: &Value, claims: &Value) -> String {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", encode(header), encode(claims))
}

fn hs256(secret: &[u8], header: &Value, claims: &Value) -> String {
    let input = input(header, claims);
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    mac.update(input.as_bytes());
    let tag = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    format!("{input}.{tag}")
}

/// Signs with a private key of the kit: any scheme with public keys signs a text that is
/// the body.
fn signed(algorithm: Algorithm, private: &str, header: &Value, claims: &Value) -> String {
    let input = input(header, claims);
    let scheme = Scheme::public_key("test", algorithm).header("signature");
    let request = http::Request::post("/").body(input.clone()).unwrap();
    let signed = Signer::new(&scheme, Key::new(private).unwrap())
        .unwrap()
        .sign(&request, NOW, None)
        .unwrap();
    let signature = signed.headers()[0].1.as_bytes();
    let signature = STANDARD.decode(signature).unwrap();
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn verdict(verifier: &Verifier, token: &str) -> Result<(), Code> {
    let request = http::Request::post("/")
        .header("authorization", format!("Bearer {token}"))
        .body(String::new())
        .unwrap();
    let verdict = verifier.verify_at(&request, NOW);
    verdict.map(drop).map_err(|rejection| rejection.code())
}

fn rs256_verifier(ring: impl Into<KeyRing>) -> Verifier {
    Verifier::new(bearer(RS256), ring).unwrap()
}

fn rsa_public() -> Key {
    Key::public_key(pem!("rsa-2048.pub")).unwrap()
}

fn claims() -> Value {
    json!({"sub": "attacker"})
}

/// CVE-2015-9235 (jsonwebtoken), CVE-2016-10555 (jwt-simple), CVE-2022-29217 (PyJWT): the
/// header said `HS256`, and the public key served as the secret of the MAC.
#[test]
fn cve_2015_9235_a_public_key_is_never_the_secret_of_a_mac() {
    let verifier = rs256_verifier(rsa_public());
    let genuine = signed(RS256, pem!("rsa-2048"), &json!({"alg": "RS256"}), &claims());
    assert_eq!(verdict(&verifier, &genuine), Ok(()));

    let pem = pem!("rsa-2048.pub");
    let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = STANDARD.decode(&base64).unwrap();
    let lines = pem.replace('\n', "\r\n");
    let texts: [&[u8]; 6] = [
        pem.as_bytes(),
        pem.trim_end().as_bytes(),
        lines.as_bytes(),
        base64.as_bytes(),
        &der,
        b"",
    ];
    for secret in texts {
        for (alg, expected) in [
            ("HS256", Code::AlgorithmNotAllowed),
            ("hs256", Code::AlgorithmNotAllowed),
            // As if it were what the scheme expects.
            ("RS256", Code::SignatureMalformed),
        ] {
            let token = hs256(secret, &json!({"alg": alg}), &claims());
            assert_eq!(verdict(&verifier, &token), Err(expected), "{alg}");
        }
        // Nor can an operator give the public key where a secret is expected.
        if secret != der && !secret.is_empty() {
            let key = Key::new(secret).unwrap();
            let scheme = bearer(Algorithm::Hmac(Digest::Sha256));
            assert!(Verifier::new(scheme, key).is_err());
        }
    }
}

/// The same the other way around, and between algorithms of one kind of key: the header
/// chooses nothing.
#[test]
fn cve_2016_10555_the_header_of_a_token_does_not_choose_the_algorithm() {
    let schemes = [
        bearer(RS256),
        bearer(Algorithm::RsaPss(Digest::Sha256)),
        bearer(Algorithm::RsaPkcs1(Digest::Sha512)),
    ];
    for scheme in &schemes {
        let verifier = Verifier::new(scheme.clone(), rsa_public()).unwrap();
        for signer in &schemes {
            let algorithm = signer.algorithm;
            let is_own = algorithm == scheme.algorithm;
            for alg in ["RS256", "PS256", "RS512"] {
                let token = signed(algorithm, pem!("rsa-2048"), &json!({"alg": alg}), &claims());
                let names_own = match scheme.algorithm {
                    Algorithm::RsaPss(_) => alg == "PS256",
                    Algorithm::RsaPkcs1(Digest::Sha512) => alg == "RS512",
                    _ => alg == "RS256",
                };
                let expected = match (names_own, is_own) {
                    (false, _) => Err(Code::AlgorithmNotAllowed),
                    (true, true) => Ok(()),
                    (true, false) => Err(Code::SignatureMismatch),
                };
                assert_eq!(verdict(&verifier, &token), expected, "{alg} {algorithm:?}");
            }
            // The names are case-sensitive (RFC 7515 section 4.1.1).
            for alg in ["rs256", "Ps256", "rS512"] {
                let token = signed(algorithm, pem!("rsa-2048"), &json!({"alg": alg}), &claims());
                let refused = Err(Code::AlgorithmNotAllowed);
                assert_eq!(verdict(&verifier, &token), refused, "{alg} {algorithm:?}");
            }
        }
    }
}

/// CVE-2018-1000531 (prime-jwt) and T. McLean, "Critical vulnerabilities in JSON Web Token
/// libraries" (2015): `none` in any case, and no algorithm at all, switched verification
/// off.
#[test]
fn cve_2018_1000531_a_token_without_an_algorithm_is_refused() {
    let rsa = rs256_verifier(rsa_public());
    let hmac = bearer(Algorithm::Hmac(Digest::Sha256));
    let hmac = Verifier::new(hmac, Key::new("a secret of some length").unwrap()).unwrap();
    let mut names: Vec<Value> = (0..16_u8)
        .map(|upper| {
            let cased = "none".bytes().enumerate().map(|(at, byte)| {
                let byte = match upper >> at & 1 {
                    1 => byte.to_ascii_uppercase(),
                    _ => byte,
                };
                char::from(byte)
            });
            Value::String(cased.collect())
        })
        .collect();
    names.extend([
        json!(""),
        json!(" none"),
        json!("none\u{0}"),
        json!("n\u{f6}ne"),
        json!(null),
        json!(0),
        json!(false),
        json!([]),
        json!(["HS256"]),
        json!({"HS256": 1}),
        json!("HS256,none"),
        json!(" HS256"),
        json!("HS256 "),
        json!("HS\u{ff12}56"),
    ]);
    let mut headers: Vec<Value> = names.into_iter().map(|alg| json!({"alg": alg})).collect();
    headers.extend([json!({}), json!({"typ": "JWT"}), json!([]), json!("none")]);
    for header in headers {
        let input = input(&header, &claims());
        let signature = URL_SAFE_NO_PAD.encode([0; 32]);
        for token in [
            format!("{input}."),
            input.clone(),
            format!("{input}.{signature}"),
            hs256(b"a secret of some length", &header, &claims()),
            hs256(b"", &header, &claims()),
        ] {
            for verifier in [&rsa, &hmac] {
                assert!(verdict(verifier, &token).is_err(), "{token}");
            }
        }
    }
    // The right algorithm and no signature.
    for (verifier, alg) in [(&rsa, "RS256"), (&hmac, "HS256")] {
        let input = input(&json!({"alg": alg}), &claims());
        for end in ["", ".", ".."] {
            assert!(verdict(verifier, &format!("{input}{end}")).is_err());
        }
    }
}

/// A member that appears twice: one parser reads the first, another the last (RFC 7515
/// section 4 leaves both open).
#[test]
fn rfc_7515_a_header_with_two_algorithms_is_refused() {
    let hmac = bearer(Algorithm::Hmac(Digest::Sha256));
    let verifier = Verifier::new(hmac, Key::new("a secret").unwrap()).unwrap();
    for header in [
        r#"{"alg":"HS256","alg":"none"}"#,
        r#"{"alg":"none","alg":"HS256"}"#,
        r#"{"alg":"HS256","alg":"HS256"}"#,
        r#"{"alg":"HS256","\u0061lg":"none"}"#,
        r#"{"alg":"HS256"}{"alg":"none"}"#,
        r#"{"alg":"HS256"} x"#,
    ] {
        let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), "e30");
        let mut mac = Hmac::<Sha256>::new_from_slice(b"a secret").unwrap();
        mac.update(input.as_bytes());
        let tag = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
        let token = format!("{input}.{tag}");
        assert!(verdict(&verifier, &token).is_err(), "{header}");
    }
    let token = hs256(b"a secret", &json!({"alg": "HS256"}), &json!({}));
    assert_eq!(verdict(&verifier, &token), Ok(()));
}

/// `exp` and `nbf` (RFC 7519 sections 4.1.4 and 4.1.5) that are ignored, or that are no
/// numbers and so never pass: with five seconds for clocks, and no more.
#[test]
fn rfc_7519_4_1_4_a_token_is_valid_for_its_time_and_five_seconds() {
    let hmac = bearer(Algorithm::Hmac(Digest::Sha256));
    let verifier = Verifier::new(hmac, Key::new("a secret").unwrap()).unwrap();
    let now = NOW.as_secs();
    let at = |claims: Value| {
        verdict(
            &verifier,
            &hs256(b"a secret", &json!({"alg": "HS256"}), &claims),
        )
        .is_ok()
    };
    assert!(at(json!({})));
    for (seconds, is_in_time) in [
        (3600, true),
        (0, true),
        (-5, true),
        (-6, false),
        (-3600, false),
    ] {
        assert_eq!(at(json!({"exp": now + seconds})), is_in_time, "{seconds}");
        assert_eq!(at(json!({"nbf": now - seconds})), is_in_time, "{seconds}");
    }
    for claim in ["exp", "nbf"] {
        for value in [
            json!("never"),
            json!(""),
            json!(null),
            json!(true),
            json!([now]),
            json!(-now),
            json!(1e300),
        ] {
            assert!(!at(json!({claim: value.clone()})), "{claim}: {value}");
        }
        let twice = format!(r#"{{"{claim}":{now},"{claim}":{now}}}"#);
        let input = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256"}"#),
            URL_SAFE_NO_PAD.encode(twice)
        );
        let mut mac = Hmac::<Sha256>::new_from_slice(b"a secret").unwrap();
        mac.update(input.as_bytes());
        let tag = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
        assert!(
            verdict(&verifier, &format!("{input}.{tag}")).is_err(),
            "{claim}"
        );
    }
}

/// Key ids that other software put into a path, a query or a command: the classic is
/// `../../dev/null`, whose content, nothing, is then the secret (PortSwigger, "JWT
/// attacks", 2022).
const KIDS: [&str; 18] = [
    "../../../../dev/null",
    "/dev/null",
    "/proc/sys/kernel/randomize_va_space",
    "file:///dev/null",
    "x' UNION SELECT '' -- ",
    "' OR '1'='1",
    "\"; DROP TABLE keys; --",
    "|id",
    "$(id)",
    "`id`",
    "https://attacker.example/key",
    "\u{0}",
    "one\u{0}two",
    "one\n",
    " one",
    "ONE",
    "*",
    "",
];

/// The id of a key is a name on the ring, and nothing else.
#[test]
fn kid_injection_an_id_is_compared_with_the_names_on_the_ring() {
    let scheme = bearer(Algorithm::Hmac(Digest::Sha256));
    let named = KeyRing::default()
        .with("one", Key::new("secret of one").unwrap())
        .with("two", Key::new("secret of two").unwrap());
    let named = Verifier::new(scheme.clone(), named).unwrap();
    // Without names, the id of a token means nothing.
    let bare = Verifier::new(scheme, Key::new("secret of one").unwrap()).unwrap();
    for kid in KIDS {
        let header = json!({"alg": "HS256", "kid": kid});
        // The keys that the injection would yield, and that of another name.
        for secret in ["", "\n", "2\n", "1", kid, "secret of two"] {
            let token = hs256(secret.as_bytes(), &header, &claims());
            assert_eq!(verdict(&named, &token), Err(Code::KeyUnknown), "{kid:?}");
            assert_eq!(
                verdict(&bare, &token),
                Err(Code::SignatureMismatch),
                "{kid:?}"
            );
        }
        let token = hs256(b"secret of one", &header, &claims());
        assert_eq!(verdict(&named, &token), Err(Code::KeyUnknown), "{kid:?}");
        assert_eq!(verdict(&bare, &token), Ok(()), "{kid:?}");
    }
    for (kid, secret, expected) in [
        ("one", "secret of one", Ok(())),
        ("two", "secret of two", Ok(())),
        ("one", "secret of two", Err(Code::SignatureMismatch)),
        ("two", "secret of one", Err(Code::SignatureMismatch)),
    ] {
        let header = json!({"alg": "HS256", "kid": kid});
        let token = hs256(secret.as_bytes(), &header, &claims());
        assert_eq!(verdict(&named, &token), expected, "{kid} {secret}");
    }
    for kid in [json!(["one"]), json!({"one": 1}), json!(null), json!(1)] {
        let header = json!({"alg": "HS256", "kid": kid});
        let token = hs256(b"secret of one", &header, &claims());
        assert_eq!(verdict(&named, &token), Err(Code::KeyUnknown), "{kid}");
    }
}

/// CVE-2018-0114 (node-jose): the key in the header, `jwk`, was believed. The same with the
/// URL of a key, `jku` and `x5u`, and with a certificate, `x5c` (RFC 7515 sections 4.1.2 to
/// 4.1.6).
#[test]
fn cve_2018_0114_a_key_that_a_token_brings_along_is_not_used() {
    let attacker = {
        let pem = pem!("p256.pub");
        let text: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let der = STANDARD.decode(text).unwrap();
        let (x, y) = der[der.len() - 64..].split_at(32);
        json!({
            "kty": "EC", "crv": "P-256", "kid": "one",
            "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y),
        })
    };
    // Another key of the same kind is trusted; the attacker's is the kit's.
    let trusted = json!({
        "kty": "EC", "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    });
    let ring = KeyRing::default().with("one", Key::public_key(trusted.to_string()).unwrap());
    let verifier = Verifier::new(bearer(ES256), ring).unwrap();
    let control = KeyRing::default().with("one", Key::public_key(attacker.to_string()).unwrap());
    let control = Verifier::new(bearer(ES256), control).unwrap();
    for extra in [
        json!({}),
        json!({"jwk": attacker.clone()}),
        json!({"jku": "https://attacker.example/keys.json"}),
        json!({"x5u": "https://attacker.example/cert.pem"}),
        json!({"x5c": [STANDARD.encode(b"not a certificate")]}),
        json!({"x5t": "AAAA", "x5t#S256": "AAAA"}),
    ] {
        let mut header = json!({"alg": "ES256", "kid": "one"});
        header
            .as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        let token = signed(ES256, pem!("p256"), &header, &claims());
        assert_eq!(verdict(&control, &token), Ok(()), "{header}");
        assert_eq!(
            verdict(&verifier, &token),
            Err(Code::SignatureMismatch),
            "{header}"
        );
    }
    // Where chains are expected, they have to lead to the operator's root.
    let scheme = bearer(ES256).key(KeyForm::X5cRoot {
        leaf: "".into(),
        issuer: "".into(),
    });
    let rooted = Verifier::new(scheme, Key::new(pem!("chain-root")).unwrap()).unwrap();
    for header in [
        json!({"alg": "ES256"}),
        json!({"alg": "ES256", "jwk": attacker}),
        json!({"alg": "ES256", "x5u": "https://attacker.example/cert.pem"}),
        json!({"alg": "ES256", "x5c": []}),
    ] {
        let token = signed(ES256, pem!("p256"), &header, &claims());
        assert!(verdict(&rooted, &token).is_err(), "{header}");
    }
}

/// Serves one key set and records what is fetched.
#[derive(Clone, Default)]
struct KeyServer(Arc<Mutex<Vec<String>>>);

impl Fetch for KeyServer {
    fn get(&self, url: Uri) -> FetchFuture {
        self.0.lock().unwrap().push(url.to_string());
        Box::pin(async move {
            match url.host() {
                Some("keys.example") => Ok(Fetched {
                    body: r#"{"keys":[{"kty":"EC","crv":"P-256","kid":"one","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#.into(),
                    max_age: None,
                }),
                _ => Err(FetchError::new("not the operator's server")),
            }
        })
    }
}

/// The same with keys that are fetched, through whole receivers: whatever a token names,
/// only the operator's URL is fetched, and an unknown id makes it be fetched once.
#[test]
fn cve_2018_0114_and_kid_injection_where_keys_are_fetched() {
    for adapter in ADAPTERS {
        let fetched = KeyServer::default();
        let remote = Remote::new(fetched.clone()).clock(|| NOW);
        let keys = JwksKeys::new(remote, bearer(ES256), "https://keys.example/set").unwrap();
        let server = Server::start(adapter, Endpoint::new(keys).clock(|| NOW));
        for kid in KIDS {
            let header = json!({
                "alg": "ES256", "kid": kid,
                "jku": "https://attacker.example/keys.json",
                "x5u": "https://attacker.example/cert.pem",
            });
            let token = signed(ES256, pem!("p256"), &header, &claims());
            let message = Message::new("{}").header("Authorization", format!("Bearer {token}"));
            assert_eq!(server.post(&message).status, 403, "{adapter:?}: {kid:?}");
        }
        assert_eq!(server.handler.runs(), 0);
        let fetched = fetched.0.lock().unwrap();
        assert!(
            fetched.iter().all(|url| url == "https://keys.example/set"),
            "{fetched:?}"
        );
        assert_eq!(fetched.len(), 1, "{adapter:?}");
    }
}
