//! Shared secrets that are none, and comparisons that end early.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookward::{Encoding, Key, KeyForm, KeyRing, Scheme, Verifier, providers};
use hookward_tests::{ADAPTERS, Message, Server, hmac_sha256_hex};

use crate::NOW;

const SECRET: &[u8] = b"It's a Secret to Everybody";
const BODY: &str = r#"{"type":"invoice.paid"}"#;

/// A delivery of Standard Webhooks with this signature header.
fn standard(signature: &str) -> Message {
    Message::new(BODY)
        .header("webhook-id", "evt_1")
        .header("webhook-timestamp", NOW.as_secs().to_string())
        .header("webhook-signature", signature)
}

fn standard_tag(secret: &[u8]) -> Vec<u8> {
    let time = NOW.as_secs().to_string();
    let content = format!("evt_1.{time}.{BODY}");
    hex::decode(hmac_sha256_hex(secret, &[content.as_bytes()])).unwrap()
}

/// CVE-2024-21491 (svix before 1.17.0): the signatures were compared as far as the shorter
/// one went, so that an empty one, or one right byte, verified.
#[test]
fn cve_2024_21491_a_prefix_of_a_signature_does_not_verify() {
    let key = || Key::new(format!("whsec_{}", STANDARD.encode(SECRET))).unwrap();
    let tag = standard_tag(SECRET);
    for adapter in ADAPTERS {
        for scheme in [providers::STANDARD_WEBHOOKS, providers::SVIX] {
            let prefix = match &*scheme.name {
                "svix" => "svix",
                _ => "webhook",
            };
            let renamed = |signature: &str| {
                let mut message = standard(signature);
                for (name, _) in &mut message.headers {
                    *name = name.replacen("webhook", prefix, 1);
                }
                message
            };
            let verifier = Verifier::new(scheme, key()).unwrap();
            let endpoint = hookward::Endpoint::new(verifier).clock(|| NOW);
            let server = Server::start(adapter, endpoint);
            for length in 0..tag.len() {
                let short = format!("v1,{}", STANDARD.encode(&tag[..length]));
                assert_eq!(server.post(&renamed(&short)).status, 403, "{adapter:?}");
            }
            for other in [
                "v1,".to_owned(),
                "v1".to_owned(),
                "v1,=".to_owned(),
                "v1, v1, v1,".to_owned(),
                format!("v1,{}", STANDARD.encode([&tag[..], &[0]].concat())),
                format!("v1,{}", STANDARD.encode([&tag[..], &tag].concat())),
                // A right one behind prefixes of it is a rotation.
            ] {
                assert_eq!(server.post(&renamed(&other)).status, 403, "{other}");
            }
            assert_eq!(server.handler.runs(), 0);
            let whole = format!("v1,{}", STANDARD.encode(&tag));
            assert_eq!(server.post(&renamed(&whole)).status, 200, "{adapter:?}");
        }
    }
}

/// The same for every MAC and every encoding, and for secrets that are sent as they are.
#[test]
fn cve_2024_21491_for_every_mac_encoding_and_token() {
    use hookward::Digest::{Md5, Sha1, Sha256, Sha384, Sha512};
    for digest in [Md5, Sha1, Sha256, Sha384, Sha512] {
        for encoding in [
            Encoding::Hex,
            Encoding::Base64,
            Encoding::Base64NoPad,
            Encoding::Base64url,
        ] {
            let scheme = Scheme::hmac("test", digest)
                .header("signature")
                .encoding(encoding);
            let signed = hookward::Signer::new(&scheme, Key::new(SECRET).unwrap())
                .unwrap()
                .sign(
                    &http::Request::post("/").body(BODY.to_owned()).unwrap(),
                    NOW,
                    None,
                )
                .unwrap();
            let signature = signed.headers()[0].1.to_str().unwrap().to_owned();
            let verifier = Verifier::new(scheme, Key::new(SECRET).unwrap()).unwrap();
            let accepts = |text: &str| {
                let request = http::Request::post("/")
                    .header("signature", text)
                    .body(BODY.to_owned())
                    .unwrap();
                verifier.verify_at(&request, NOW).is_ok()
            };
            assert!(accepts(&signature));
            for length in 0..signature.len() {
                assert!(!accepts(&signature[..length]), "{digest:?} {encoding:?}");
                assert!(
                    !accepts(&signature[length + 1..]),
                    "{digest:?} {encoding:?}"
                );
            }
            assert!(!accepts(&signature.repeat(2)), "{digest:?} {encoding:?}");
        }
    }
    let token = "a token that is sent as it is";
    let scheme = Scheme::shared_secret("test").header("x-token");
    let verifier = Verifier::new(scheme, Key::new(token).unwrap()).unwrap();
    let accepts = |text: &str| {
        let request = http::Request::post("/")
            .header("x-token", text)
            .body(String::new())
            .unwrap();
        verifier.verify_at(&request, NOW).is_ok()
    };
    assert!(accepts(token));
    for length in 0..token.len() {
        assert!(!accepts(&token[..length]) && !accepts(&token[length + 1..]));
    }
    for other in [
        format!("{token}x"),
        format!("{token} x"),
        token.to_uppercase(),
    ] {
        assert!(!accepts(&other), "{other}");
    }
}

/// Empty and blank secrets: stripe-java's pull request 2286, librefang's issue 3492. An
/// environment variable that is not set becomes an empty key, under which anybody signs.
#[test]
fn stripe_java_2286_empty_and_blank_secrets_are_no_keys() {
    let blanks = [
        "", " ", "\n", "\r\n", "\t \n", "\u{a0}", "\u{2003}", "\u{feff}", "\0", "\0\0\0\0",
    ];
    for blank in blanks {
        for key in [
            Key::new(blank),
            Key::shared_secret(blank),
            Key::public_key(blank),
        ] {
            let Ok(key) = key else { continue };
            for entry in hookward::providers::all() {
                let verifier = Verifier::new(entry.scheme.clone(), key.clone());
                assert!(verifier.is_err(), "{}: {blank:?}", entry.scheme.name);
            }
            for scheme in [
                Scheme::hmac("test", hookward::Digest::Sha256).header("signature"),
                Scheme::shared_secret("test").header("x-token"),
            ] {
                assert!(Verifier::new(scheme, key.clone()).is_err(), "{blank:?}");
            }
        }
        assert!(Key::new(blank).is_err(), "{blank:?}");
    }
    // What decodes to nothing is as empty.
    for form in [
        KeyForm::Hex,
        KeyForm::HexAfter("hex_".into()),
        KeyForm::Base64("whsec_".into()),
        KeyForm::Base64Url("whsec_".into()),
        KeyForm::Base64OrText("whsec_".into()),
    ] {
        let scheme = Scheme::hmac("test", hookward::Digest::Sha256)
            .header("signature")
            .key(form.clone());
        for text in ["whsec_", "whsec_ ", "hex_", "hex_\n"] {
            // Where there is no such prefix, `hex_` is a text like any other, and base64url.
            let is_text = text.starts_with("hex_")
                && matches!(form, KeyForm::Base64OrText(_) | KeyForm::Base64Url(_));
            let verifier = Key::new(text).map(|key| Verifier::new(scheme.clone(), key));
            let accepted = verifier.is_ok_and(|verifier| verifier.is_ok());
            assert!(!accepted || is_text, "{form:?}: {text:?}");
        }
    }
    assert!(Verifier::new(providers::GITHUB, KeyRing::default()).is_err());
    assert!(Key::from_env("HOOKWARD_TEST_VARIABLE_THAT_IS_NOT_SET").is_err());
    let basic = Scheme::basic("test");
    for text in ["", ":", " : "] {
        let accepted = Key::new(text).is_ok_and(|key| Verifier::new(basic.clone(), key).is_ok());
        assert!(!accepted, "{text:?}");
    }
}

/// A receiver without its secret refuses what is signed with an empty one.
#[test]
fn librefang_3492_what_is_signed_with_an_empty_key_is_refused() {
    let key = || Key::new(SECRET).unwrap();
    for adapter in ADAPTERS {
        let github = Verifier::new(providers::GITHUB, key()).unwrap();
        let server = Server::start(adapter, github);
        for secret in ["", " ", "\0", "null", "undefined", "None"] {
            let mac = hmac_sha256_hex(secret.as_bytes(), &[BODY.as_bytes()]);
            let message = Message::new(BODY).header("X-Hub-Signature-256", format!("sha256={mac}"));
            assert_eq!(server.post(&message).status, 403, "{adapter:?}: {secret:?}");
        }
        let gitlab = Verifier::new(providers::GITLAB, key()).unwrap();
        let server = Server::start(adapter, gitlab);
        for token in ["", " ", "null"] {
            let message = Message::new(BODY).header("X-Gitlab-Token", token);
            assert_eq!(server.post(&message).status, 403, "{adapter:?}: {token:?}");
        }
        assert_eq!(server.post(&Message::new(BODY)).status, 403);
        assert_eq!(server.handler.runs(), 0);
    }
}
