//! What one request can make the verifier do, and Ed25519's signatures that no
//! honest signer makes.

#![allow(clippy::unwrap_used)]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookward_core::{
    Algorithm, Code, Encoding, Key, KeyError, KeyForm, KeyRing, Scheme, Signer, Step, Trust,
    UnixTime, Verifier, providers,
};
use http::Request;

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

/// Ed25519 key pairs: `whsk_` and `whpk_`, from a seed of this byte.
fn private(seed: u8) -> Key {
    Key::new(format!("whsk_{}", STANDARD.encode([seed; 32]))).unwrap()
}

fn public(seed: u8) -> Key {
    let point = ed25519_dalek::SigningKey::from_bytes(&[seed; 32]).verifying_key();
    Key::new(format!("whpk_{}", STANDARD.encode(point.to_bytes()))).unwrap()
}

fn ring(seeds: impl IntoIterator<Item = u8>) -> KeyRing {
    seeds.into_iter().map(public).collect()
}

const HOOK: Scheme = providers::STANDARD_WEBHOOKS_V1A;

/// A delivery with the signatures of these keys, in this order.
fn delivery(seeds: impl IntoIterator<Item = u8>) -> Request<String> {
    let mut request = Request::post("https://hooks.example/in")
        .body("{\"n\": 1}".to_owned())
        .unwrap();
    let mut signatures = Vec::new();
    for seed in seeds {
        let signed = Signer::new(&HOOK, private(seed))
            .unwrap()
            .sign(&request, NOW, Some("msg_1"))
            .unwrap();
        for (name, value) in signed.headers() {
            if name == "webhook-signature" {
                signatures.push(value.to_str().unwrap().to_owned());
            } else {
                request.headers_mut().insert(name, value.clone());
            }
        }
    }
    let all = signatures.join(" ").parse().unwrap();
    request.headers_mut().insert("webhook-signature", all);
    request
}

fn verdict(verifier: &Verifier, request: &Request<String>) -> Result<String, Code> {
    let whole = verifier.verify_at(request, NOW);
    let stepped = verifier.begin(request, NOW).and_then(|check| {
        let mut check = check.with_body_kept();
        loop {
            check.update(request.body().as_bytes());
            match check.step()? {
                Step::Again(next) => check = next,
                Step::Verified(verified) => return Ok(verified),
                Step::Keys(..) => unreachable!(),
            }
        }
    });
    let [whole, stepped] = [whole, stepped].map(|verdict| {
        verdict
            .map(|verified| verified.key_id().to_owned())
            .map_err(|rejection| rejection.code())
    });
    assert_eq!(whole, stepped);
    whole
}

#[test]
fn a_rotation_of_three_keys_and_three_signatures_verifies() {
    let verifier = Verifier::new(HOOK, ring([1, 2, 3])).unwrap();
    assert_eq!(verdict(&verifier, &delivery([1])), Ok("0".into()));
    assert_eq!(verdict(&verifier, &delivery([8, 9, 3])), Ok("2".into()));
    assert_eq!(
        verdict(&verifier, &delivery([8, 9, 7])),
        Err(Code::SignatureMismatch)
    );
}

#[test]
fn one_signature_may_be_of_any_key_of_a_large_ring() {
    let verifier = Verifier::new(HOOK, ring(1..=20)).unwrap();
    assert_eq!(verdict(&verifier, &delivery([20])), Ok("19".into()));
    assert_eq!(
        verdict(&verifier, &delivery([99])),
        Err(Code::SignatureMismatch)
    );
}

#[test]
fn pairs_of_signatures_and_keys_beyond_nine_are_not_checked() {
    let one = Verifier::new(HOOK, ring([1])).unwrap();
    let two = Verifier::new(HOOK, ring([1, 2])).unwrap();
    let others = |n: u8| 100..100 + n;
    assert_eq!(
        verdict(&one, &delivery(others(8).chain([1]))),
        Ok("0".into())
    );
    assert_eq!(
        verdict(&one, &delivery(others(9).chain([1]))),
        Err(Code::SignatureMalformed)
    );
    assert_eq!(
        verdict(&two, &delivery(others(4).chain([1]))),
        Ok("0".into())
    );
    assert_eq!(
        verdict(&two, &delivery(others(4).chain([2]))),
        Err(Code::SignatureMalformed)
    );
    assert_eq!(
        verdict(&two, &delivery(others(16))),
        Err(Code::SignatureMalformed)
    );
}

/// A message with the signatures of these keys, each under a label of its own.
fn message(seeds: impl IntoIterator<Item = u8>) -> Request<String> {
    let mut request = Request::post("https://hooks.example/in")
        .body("{\"n\": 1}".to_owned())
        .unwrap();
    for (i, seed) in seeds.into_iter().enumerate() {
        let ring = KeyRing::from(private(seed)).param("label", format!("s{i}"));
        let signed = Signer::new(&providers::RFC9421, ring)
            .unwrap()
            .sign(&request, NOW, None)
            .unwrap();
        for (name, value) in signed.headers() {
            request.headers_mut().append(name.clone(), value.clone());
        }
    }
    request
}

#[test]
fn message_signatures_are_checked_in_a_bounded_number_of_pairs() {
    let verifier =
        |seeds: &[u8]| Verifier::new(providers::RFC9421, ring(seeds.iter().copied())).unwrap();
    let three = verifier(&[1, 2, 3]);
    assert_eq!(verdict(&three, &message([1])), Ok("0".into()));
    assert_eq!(verdict(&three, &message([8, 9, 3])), Ok("2".into()));
    let four = verifier(&[1, 2, 3, 4]);
    assert_eq!(verdict(&four, &message([8, 4])), Ok("3".into()));
    assert_eq!(
        verdict(&four, &message((100..115).chain([1]))),
        Err(Code::SignatureMalformed)
    );
    let many = Verifier::new(providers::RFC9421, ring(1..=20)).unwrap();
    assert_eq!(verdict(&many, &message([20])), Ok("19".into()));
    assert_eq!(
        verdict(&many, &message([99])),
        Err(Code::SignatureMalformed)
    );
}

/// Key, message and signature, where R is a point of small order: each fits
/// RFC 8032's equation. The first key is honest; the others are the same plus a
/// point of order eight.
const SMALL_R: [(&str, &str, &str); 8] = [
    (
        "7db0dc9222f3c183457ddde4c708de8e5ea6bf3d5c4404cca14b32729a05c32a",
        "hello 0",
        "0100000000000000000000000000000000000000000000000000000000000000fd16845a917102be17a3d8ac781674a84218f253dddbbc3a0f77f4a032894e03",
    ),
    (
        "84662a34aed9ffa3cda76d0e391547db4cef8f741000ed0450ba225faf34ed0f",
        "hello 0",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85d99ed0c59f1200883356b621da6182acdce492ba4b7a7a8d6e6624caae88c205",
    ),
    (
        "84662a34aed9ffa3cda76d0e391547db4cef8f741000ed0450ba225faf34ed0f",
        "hello 0",
        "0000000000000000000000000000000000000000000000000000000000000080ee832d41af10cbfcbefb212176ec450b36c6b012cf5de9c55bdac8b3694abf09",
    ),
    (
        "84662a34aed9ffa3cda76d0e391547db4cef8f741000ed0450ba225faf34ed0f",
        "hello 5",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa713c17cd58999062baa4e51330ae8487738d9ac22361c643b8cb5af0d87f6708",
    ),
    (
        "84662a34aed9ffa3cda76d0e391547db4cef8f741000ed0450ba225faf34ed0f",
        "hello 2",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f5ed2a99e1e34ff97b5434e4d7a4dd84e7dafcc2107f0c86b7b66a33f62be570b",
    ),
    (
        "84662a34aed9ffa3cda76d0e391547db4cef8f741000ed0450ba225faf34ed0f",
        "hello 3",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a170bb09218a2ae2c036f017508dd23adce638ca286fbbf07dcc724af2b449b0e",
    ),
    (
        "84662a34aed9ffa3cda76d0e391547db4cef8f741000ed0450ba225faf34ed0f",
        "hello 10",
        "0000000000000000000000000000000000000000000000000000000000000000bd8a1e0f8a11d33aae03580484036103eb65611d1b3f1c28a2389a88a4959103",
    ),
    (
        "84662a34aed9ffa3cda76d0e391547db4cef8f741000ed0450ba225faf34ed0f",
        "hello 7",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05cb72c4e71949e11ae2100b6f2d4cf7b3fc46bbbc671c39f2109f400868ca8c00",
    ),
];

fn ed25519() -> Scheme {
    Scheme::public_key("test", Algorithm::Ed25519)
        .header("signature")
        .encoding(Encoding::Hex)
}

#[test]
fn a_signature_whose_r_has_small_order_is_refused() {
    use ed25519_dalek::Verifier as _;
    for (key, message, signature) in SMALL_R {
        // It is one that the equation accepts.
        let point: [u8; 32] = hex::decode(key).unwrap().try_into().unwrap();
        let point = ed25519_dalek::VerifyingKey::from_bytes(&point).unwrap();
        let bytes = ed25519_dalek::Signature::from_slice(&hex::decode(signature).unwrap()).unwrap();
        point.verify(message.as_bytes(), &bytes).unwrap();

        let request = Request::post("/")
            .header("signature", signature)
            .body(message.to_owned())
            .unwrap();
        let verifier = Verifier::new(ed25519(), Key::new(key).unwrap()).unwrap();
        assert!(verifier.verify_at(&request, NOW).is_err(), "{signature}");
    }
}

#[test]
fn a_public_key_of_small_order_is_refused_in_every_form() {
    for (_, _, signature) in SMALL_R {
        let point = hex::decode(&signature[..64]).unwrap();
        let base64 = STANDARD.encode(&point);
        let der = [
            hex::decode("302a300506032b6570032100").unwrap(),
            point.clone(),
        ]
        .concat();
        let spki = STANDARD.encode(&der);
        let url = base64
            .trim_end_matches('=')
            .replace('+', "-")
            .replace('/', "_");
        let jwk = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{url}"}}"#);
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{spki}\n-----END PUBLIC KEY-----\n");
        let texts = [
            hex::encode(&point),
            base64.clone(),
            format!("whpk_{base64}"),
            url.clone(),
            spki.clone(),
            pem.clone(),
            STANDARD.encode(&pem),
            jwk.clone(),
        ];
        let schemes = [
            ed25519(),
            ed25519().key(KeyForm::RepeatedSeed),
            providers::RFC9421,
        ];
        for scheme in schemes {
            for text in &texts {
                let key = Key::public_key(text.as_str()).unwrap();
                let error = Verifier::new(scheme.clone().trust(Trust::AsSent), key)
                    .unwrap_err()
                    .to_string();
                let weak = KeyError::Weak.to_string();
                assert!(error.contains(&weak), "{}: {text}: {error}", scheme.name);
            }
            // Binary, where some of these points are ASCII, and a set of no key that fits.
            let set = format!("{{\"keys\":[{jwk}]}}").into_bytes();
            for bytes in [der.clone(), point.clone(), set] {
                // The point of zeros is blank already.
                let Ok(key) = Key::public_key(bytes) else {
                    continue;
                };
                assert!(
                    Verifier::new(scheme.clone().trust(Trust::AsSent), key).is_err(),
                    "{base64}"
                );
            }
        }
    }
}

#[test]
fn a_jws_with_critical_extensions_is_refused() {
    let scheme = Scheme::hmac("test", hookward_core::Digest::Sha256)
        .header("signature")
        .format("{jws_header}..{signature}")
        .encoding(Encoding::Base64url)
        .signed("{jws_header}.{body|base64url}");
    let verifier = Verifier::new(scheme.trust(Trust::AsSent), Key::new("secret").unwrap()).unwrap();
    for (header, expected) in [
        (r#"{"alg":"HS256"}"#, None),
        (
            r#"{"alg":"HS256","crit":["exp"]}"#,
            Some(Code::AlgorithmNotAllowed),
        ),
        (
            r#"{"alg":"HS256","crit":["b64"],"b64":false}"#,
            Some(Code::AlgorithmNotAllowed),
        ),
        (
            r#"{"alg":"HS256","crit":[]}"#,
            Some(Code::AlgorithmNotAllowed),
        ),
        (
            r#"{"alg":"HS256","crit":null}"#,
            Some(Code::AlgorithmNotAllowed),
        ),
        (
            r#"{"crit":["x"],"alg":"HS256"}"#,
            Some(Code::AlgorithmNotAllowed),
        ),
    ] {
        use hmac::{KeyInit as _, Mac as _};
        let url = base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let encoded = url.encode(header);
        let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(b"secret").unwrap();
        mac.update(format!("{encoded}.{}", url.encode("x")).as_bytes());
        let tag = url.encode(mac.finalize().into_bytes());
        let request = Request::post("/")
            .header("signature", format!("{encoded}..{tag}"))
            .body("x")
            .unwrap();
        let code = verifier.verify_at(&request, NOW).err().map(|r| r.code());
        assert_eq!(code, expected, "{header}");
    }
}

#[test]
fn a_key_id_that_names_another_key_of_the_ring_is_held_to_that_key() {
    let ring = KeyRing::default()
        .with("one", Key::new("first secret").unwrap())
        .with("two", Key::new("second secret").unwrap());
    let mac = Scheme::hmac("mac", hookward_core::Digest::Sha256)
        .header("signature")
        .key_id_header("key-id");
    let beside = Scheme::hmac("beside", hookward_core::Digest::Sha256)
        .header("signature")
        .format("{key_id}:{signature}");
    let shared = Scheme::shared_secret("shared")
        .header("signature")
        .key_id_header("key-id");
    let shared_beside = Scheme::shared_secret("shared beside")
        .header("signature")
        .format("{key_id}:{signature}");
    for scheme in [mac, beside, shared, shared_beside] {
        let is_beside = scheme.name.ends_with("beside");
        let verifier = Verifier::new(scheme.clone().trust(Trust::AsSent), ring.clone()).unwrap();
        let single = KeyRing::default().with("two", Key::new("second secret").unwrap());
        let mut request = Request::post("https://hooks.example/")
            .body("x".to_owned())
            .unwrap();
        let signed = Signer::new(&scheme, single)
            .unwrap()
            .sign(&request, NOW, None)
            .unwrap();
        for (name, value) in signed.headers() {
            request.headers_mut().insert(name, value.clone());
        }
        if !request.headers().contains_key("key-id") && !is_beside {
            request
                .headers_mut()
                .insert("key-id", "two".parse().unwrap());
        }
        let with = |id: &str| {
            let mut request = request.clone();
            if is_beside {
                let value = request.headers()["signature"].to_str().unwrap();
                let value = value.replacen("two", id, 1).parse().unwrap();
                request.headers_mut().insert("signature", value);
            } else {
                request.headers_mut().insert("key-id", id.parse().unwrap());
            }
            verdict(&verifier, &request)
        };
        assert_eq!(with("two"), Ok("two".into()), "{}", scheme.name);
        assert_eq!(with("one"), Err(Code::SignatureMismatch), "{}", scheme.name);
        assert_eq!(with("none"), Err(Code::KeyUnknown), "{}", scheme.name);
    }
}

/// The same for public keys, which are tried in another place.
#[test]
fn a_key_id_that_names_another_public_key_is_held_to_that_key() {
    let ring = KeyRing::default()
        .with("one", public(1))
        .with("two", public(2));
    let header = Scheme::public_key("header", Algorithm::Ed25519)
        .header("signature")
        .key_id_header("key-id");
    let beside = Scheme::public_key("beside", Algorithm::Ed25519)
        .header("signature")
        .format("{key_id}:{signature}");
    let p256 = Scheme::public_key("p256", P256)
        .header("signature")
        .format("{key_id}:{signature}");
    const P256: Algorithm = Algorithm::Ecdsa(
        hookward_core::Curve::P256,
        hookward_core::Digest::Sha256,
        hookward_core::EcdsaForm::Fixed,
    );
    const ONE: &str = include_str!("../../hookward-testing/keys/p256.pem");
    const ONE_PUBLIC: &str = include_str!("../../hookward-testing/keys/p256.pub.pem");
    // Any other point of the curve.
    const TWO: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
    let curve = KeyRing::default()
        .with("one", Key::new(ONE_PUBLIC).unwrap())
        .with("two", Key::new(TWO).unwrap());
    for (scheme, ring, private) in [
        (header, ring.clone(), private(1)),
        (beside, ring, private(1)),
        (p256, curve, Key::new(ONE).unwrap()),
    ] {
        let verifier = Verifier::new(scheme.clone().trust(Trust::AsSent), ring).unwrap();
        let request = Request::post("https://hooks.example/")
            .body("x".to_owned())
            .unwrap();
        let signer = Signer::new(&scheme, KeyRing::default().with("one", private)).unwrap();
        let signed = signer.sign(&request, NOW, None).unwrap();
        let with = |id: &str| {
            let mut request = request.clone();
            for (name, value) in signed.headers() {
                let value = value
                    .to_str()
                    .unwrap()
                    .replacen("one:", &format!("{id}:"), 1);
                request.headers_mut().insert(name, value.parse().unwrap());
            }
            request.headers_mut().insert("key-id", id.parse().unwrap());
            verdict(&verifier, &request)
        };
        assert_eq!(with("one"), Ok("one".into()), "{}", scheme.name);
        assert_eq!(with("two"), Err(Code::SignatureMismatch), "{}", scheme.name);
        assert_eq!(with("none"), Err(Code::KeyUnknown), "{}", scheme.name);
    }
}

#[test]
fn ten_digits_are_no_milliseconds_of_today() {
    let scheme = Scheme::hmac("test", hookward_core::Digest::Sha256)
        .header("signature")
        .signed("{timestamp}.{body}")
        .timestamp_header("time", hookward_core::TimeUnit::Millis);
    let verifier = Verifier::new(scheme.trust(Trust::AsSent), Key::new("secret").unwrap()).unwrap();
    use hmac::{KeyInit as _, Mac as _};
    for (time, expected) in [
        ("1700000000000", None),
        ("1700000000", Some(Code::TimestampTooOld)),
        ("17000000000000", Some(Code::TimestampInFuture)),
    ] {
        let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(b"secret").unwrap();
        mac.update(format!("{time}.x").as_bytes());
        let request = Request::post("/")
            .header("signature", hex::encode(mac.finalize().into_bytes()))
            .header("time", time)
            .body("x")
            .unwrap();
        let code = verifier.verify_at(&request, NOW).err().map(|r| r.code());
        assert_eq!(code, expected, "{time}");
    }
}

/// Adyen's SDKs write `null` as nothing.
#[test]
fn null_in_an_optional_json_field_is_signed_as_nothing() {
    let scheme = Scheme::hmac("test", hookward_core::Digest::Sha256)
        .header("signature")
        .signed("{json:/a}:{json:/b?}:{json:/c}");
    let key = || Key::new("secret").unwrap();
    let verifier = Verifier::new(scheme.clone().trust(Trust::AsSent), key()).unwrap();
    let with = |body: &str| Request::post("/").body(body.to_owned()).unwrap();
    let signature = |body: &str| {
        let request = with(body);
        let signed = Signer::new(&scheme, key()).unwrap();
        let signed = signed.sign(&request, NOW, None).unwrap();
        let (_, value) = signed.headers().iter().next().unwrap();
        value.clone()
    };
    let absent = signature(r#"{"a":"1","c":"2"}"#);
    for body in [
        r#"{"a":"1","c":"2"}"#,
        r#"{"a":"1","b":null,"c":"2"}"#,
        r#"{"a":"1","b":"","c":"2"}"#,
    ] {
        assert_eq!(signature(body), absent, "{body}");
        let mut request = with(body);
        request.headers_mut().insert("signature", absent.clone());
        assert_eq!(verdict(&verifier, &request), Ok("0".into()), "{body}");
    }
    let mut request = with(r#"{"a":"1","b":"null","c":"2"}"#);
    request.headers_mut().insert("signature", absent);
    assert_eq!(verdict(&verifier, &request), Err(Code::SignatureMismatch));
}
