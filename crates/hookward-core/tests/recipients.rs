//! Meant for you: a genuine delivery for somebody else is refused.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::borrow::Cow::Borrowed;

use hookward_core::providers;
use hookward_core::{
    Code, ConfigError, Digest, Key, KeyHandle, KeyRing, Location, Recipient, Rejection, Scheme,
    Signer, UnixTime, Verified, Verifier,
};
use http::Request;

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

const SHOP: Recipient = Recipient::new("shop", &[Location::Json(Borrowed("/shop"))]);
const STAGE: Recipient = Recipient::new(
    "stage",
    &[
        Location::Json(Borrowed("/stage")),
        Location::Json(Borrowed("/data/stage")),
    ],
);

const ACME: Scheme = Scheme::hmac("acme", Digest::Sha256)
    .header("x-signature")
    .recipients(const { &[SHOP, STAGE] });

fn key() -> Key {
    Key::new("secret").unwrap()
}

fn signed(scheme: &Scheme, body: &str) -> Request<String> {
    let mut request = Request::post("https://hooks.example/in")
        .header("host", "hooks.example")
        .body(body.to_owned())
        .unwrap();
    let signer = Signer::new(scheme, key()).unwrap();
    for (name, value) in signer.sign(&request, NOW, Some("evt_1")).unwrap().headers() {
        request.headers_mut().append(name, value.clone());
    }
    request
}

fn verify(scheme: Scheme, ring: impl Into<KeyRing>, body: &str) -> Result<Verified, Rejection> {
    let request = signed(&scheme, body);
    let verifier = Verifier::new(scheme, ring).unwrap();
    let whole = verifier.verify_at(&request, NOW);
    let streamed = verifier.begin(&request, NOW).and_then(|mut check| {
        body.as_bytes()
            .chunks(1)
            .for_each(|byte| check.update(byte));
        check.finish()
    });
    assert_eq!(
        whole.as_ref().map(|_| ()),
        streamed.as_ref().map(|_| ()),
        "{body}"
    );
    whole
}

fn code(verdict: Result<Verified, Rejection>) -> Option<Code> {
    verdict.err().map(|rejection| rejection.code())
}

#[test]
fn building_asks_for_whom_deliveries_are() {
    let unsaid = |scheme: Scheme| match Verifier::new(scheme, key()) {
        Err(ConfigError::Recipient(page)) => page,
        other => panic!("{other:?}"),
    };
    let page = unsaid(ACME);
    for words in [
        "acme",
        "shop",
        "JSON body field `/shop`",
        ".recipient(",
        "KeyRing::recipient",
        "--recipient",
        ".any_recipient()",
    ] {
        assert!(page.contains(words), "{page}");
    }
    // Each of them, and by its name.
    assert!(unsaid(ACME.recipient("a")).contains("stage"));
    assert!(unsaid(ACME.recipient("stage=live")).contains("shop"));
    assert!(Verifier::new(ACME.recipient("a").recipient("stage=live"), key()).is_ok());
    assert!(Verifier::new(ACME.any_recipient(), key()).is_ok());
    let ring = |ring: KeyRing| Verifier::new(ACME, ring.push(key()));
    assert!(ring(KeyRing::default().any_recipient()).is_ok());
    assert!(ring(KeyRing::default().recipient("a").recipient("stage=live")).is_ok());
    // Keys may bring them: a scheme without keys is not asked.
    let outline = Verifier::without_keys(ACME).unwrap();
    assert!(outline.check_recipients().is_err());
    assert!(outline.with_keys(key()).is_err());
    // Nothing changes for others, whatever is named.
    assert!(Verifier::new(providers::GITHUB, key()).is_ok());
    assert!(Verifier::new(providers::GITHUB.recipient("a"), key()).is_ok());
}

#[test]
fn a_genuine_delivery_for_somebody_else_is_refused() {
    let mine = || ACME.recipient("a").recipient("b/*").recipient("stage=live");
    let passes = [
        r#"{"shop":"a","stage":"live"}"#,
        r#"{"shop":"b/1","stage":"live"}"#,
        r#"{"shop":"b/","data":{"stage":"live"}}"#,
        r#"{"shop":"a","stage":"live","data":{"stage":"test"}}"#,
    ];
    for body in passes {
        assert_eq!(code(verify(mine(), key(), body)), None, "{body}");
    }
    let foreign = [
        r#"{"shop":"A","stage":"live"}"#,
        r#"{"shop":"aa","stage":"live"}"#,
        r#"{"shop":"b","stage":"live"}"#,
        r#"{"shop":"","stage":"live"}"#,
        r#"{"shop":null,"stage":"live"}"#,
        r#"{"shop":["a"],"stage":"live"}"#,
        r#"{"shop":"a","shop":"x","stage":"live"}"#,
        r#"{"stage":"live"}"#,
        r#"{"shop":"a"}"#,
        r#"{"shop":"a","stage":"test"}"#,
        r#"{"shop":"live","stage":"a"}"#,
        r#"{"shop":"a","data":{"stage":"test"}}"#,
        "shop=a",
        "",
    ];
    for body in foreign {
        let refused = verify(mine(), key(), body).unwrap_err();
        assert_eq!(refused.code(), Code::RecipientMismatch, "{body}");
        assert_eq!(refused.status(), 403);
        assert!(!refused.to_string().contains("b/"), "{refused}");
        assert_eq!(
            code(verify(ACME.any_recipient(), key(), body)),
            None,
            "{body}"
        );
    }
    // A forged one is a forged one.
    let mut forged = signed(&ACME, r#"{"shop":"x"}"#);
    *forged.body_mut() = r#"{"shop":"y"}"#.to_owned();
    let verifier = Verifier::new(mine(), key()).unwrap();
    assert_eq!(
        code(verifier.verify_at(&forged, NOW)),
        Some(Code::SignatureMismatch)
    );
}

#[test]
fn keys_bring_the_recipients_of_their_tenant() {
    let base = Verifier::without_keys(ACME).unwrap();
    let of = |shop: &str| {
        let ring = KeyRing::from(key())
            .recipient(shop.to_owned())
            .recipient("stage=*");
        base.with_keys(ring).unwrap().for_tenant(shop)
    };
    let request = signed(&ACME, r#"{"shop":"a","stage":"live"}"#);
    let verified = of("a").verify_at(&request, NOW).unwrap();
    assert_eq!(verified.tenant(), Some("a"));
    let refused = code(of("b").verify_at(&request, NOW));
    assert_eq!(refused, Some(Code::RecipientMismatch));
    // Those of the keys, and not those of the scheme, for the same recipient.
    let scheme = ACME.recipient("b").recipient("stage=live");
    let ring = || KeyRing::from(key());
    for named in ["a", "shop=a"] {
        let verifier = Verifier::new(scheme.clone(), ring().recipient(named)).unwrap();
        assert!(verifier.verify_at(&request, NOW).is_ok(), "{named}");
    }
    // What the scheme says of another recipient stays.
    let test = signed(&ACME, r#"{"shop":"a","stage":"test"}"#);
    for keys in [ring().recipient("a"), ring().any_recipient().recipient("a")] {
        let verifier = Verifier::new(scheme.clone(), keys).unwrap();
        let refused = code(verifier.verify_at(&test, NOW));
        assert_eq!(refused, Some(Code::RecipientMismatch));
    }
}

#[test]
fn whoever_takes_anybody_still_has_what_is_named_compared() {
    let scheme = ACME.any_recipient().recipient("stage=live");
    assert_eq!(
        code(verify(
            scheme.clone(),
            key(),
            r#"{"shop":"x","stage":"live"}"#
        )),
        None
    );
    assert_eq!(
        code(verify(scheme, key(), r#"{"shop":"x","stage":"test"}"#)),
        Some(Code::RecipientMismatch)
    );
}

#[test]
fn a_rotation_keeps_the_recipients_that_came_with_the_keys() {
    let scheme = Scheme::hmac("acme", Digest::Sha256)
        .header("x-signature")
        .recipients(const { &[SHOP.optional()] });
    let foreign = signed(&scheme, r#"{"shop":"x"}"#);
    let verifier = Verifier::new(scheme, KeyRing::from(key()).recipient("a")).unwrap();
    let handle = KeyHandle::new(verifier);
    let rotated = |ring: KeyRing| {
        handle.rotate(ring).unwrap();
        code(handle.current().verify_at(&foreign, NOW))
    };
    let refused = Some(Code::RecipientMismatch);
    assert_eq!(rotated(KeyRing::from(key())), refused);
    assert_eq!(
        rotated(KeyRing::from([Key::new("new").unwrap(), key()])),
        refused
    );
    assert_eq!(rotated(KeyRing::from(key()).recipient("x")), None);
    assert_eq!(rotated(KeyRing::from(key())), None);
}

#[test]
fn only_a_place_without_a_value_leaves_the_next_one_to_tell() {
    let mine = || ACME.recipient("a").recipient("stage=live");
    let body = |stage: &str| format!(r#"{{"shop":"a",{stage}"data":{{"stage":"live"}}}}"#);
    for stage in ["", r#""stage":null,"#, r#""stage":"","#] {
        assert_eq!(code(verify(mine(), key(), &body(stage))), None, "{stage}");
    }
    for stage in [
        r#""stage":"test","#,
        r#""stage":"\ud800","#,
        r#""stage":{},"stage":"live","#,
        r#""stage":["live"],"#,
    ] {
        assert_eq!(
            code(verify(mine(), key(), &body(stage))),
            Some(Code::RecipientMismatch),
            "{stage}"
        );
    }
}

#[test]
fn slacks_workspace_is_told_by_json_and_forms_alike() {
    let slack = || providers::SLACK.recipient("T1");
    let passes = [
        r#"{"team_id":"T1","event_id":"E"}"#,
        "token=x&team_id=T1&text=hi",
        "payload=%7B%22team%22%3A%7B%22id%22%3A%22T1%22%7D%7D",
    ];
    for body in passes {
        assert_eq!(code(verify(slack(), key(), body)), None, "{body}");
    }
    let foreign = [
        r#"{"team_id":"T2","x":"&team_id=T1&"}"#,
        r#" {"x":"&team_id=T1&"}"#,
        r#"["&team_id=T1&"]"#,
        "team_id=T2&payload=%7B%22team%22%3A%7B%22id%22%3A%22T1%22%7D%7D",
        "team_id=T1&team_id=T2",
        "text=hi",
    ];
    for body in foreign {
        assert_eq!(
            code(verify(slack(), key(), body)),
            Some(Code::RecipientMismatch),
            "{body}"
        );
    }
}

#[test]
fn an_optional_recipient_is_compared_where_it_is_named() {
    const SCHEME: Scheme = Scheme::hmac("acme", Digest::Sha256)
        .header("x-signature")
        .recipients(const { &[SHOP.optional()] });
    assert_eq!(code(verify(SCHEME, key(), "{}")), None);
    let named = SCHEME.recipient("a");
    assert_eq!(
        code(verify(named.clone(), key(), "{}")),
        Some(Code::RecipientMismatch)
    );
    assert_eq!(code(verify(named, key(), r#"{"shop":"a"}"#)), None);
}

#[test]
fn the_host_of_a_signed_url_is_pinned() {
    const SCHEME: Scheme = Scheme::hmac("acme", Digest::Sha256)
        .header("x-signature")
        .signed("{url}\n{body}")
        .recipients(const { &[Recipient::host()] });
    let request = signed(&SCHEME, "{}");
    let at = |scheme: Scheme| {
        let verifier = Verifier::new(scheme, key())?;
        Ok::<_, ConfigError>(code(verifier.verify_at(&request, NOW)))
    };
    assert_eq!(at(SCHEME.recipient("hooks.example")), Ok(None));
    assert_eq!(at(SCHEME.recipient("host=HOOKS.example:443")), Ok(None));
    assert_eq!(
        at(SCHEME.recipient("other.example")),
        Ok(Some(Code::RecipientMismatch))
    );
    assert!(matches!(at(SCHEME), Err(ConfigError::Recipient(_))));
    assert!(matches!(
        at(SCHEME.recipient("no host/")),
        Err(ConfigError::Host(_))
    ));
    // A host is named whole: `*` would pin a host of that name.
    assert!(matches!(
        at(SCHEME.recipient("hooks.*")),
        Err(ConfigError::Recipient(_))
    ));
}

#[test]
fn a_recipient_must_be_signed() {
    let wrong = |scheme: Scheme, words: &str| {
        let error = scheme.check().unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    };
    const HEADER: Recipient = Recipient::new("shop", &[Location::Header(Borrowed("x-shop"))]);
    let plain = || Scheme::hmac("acme", Digest::Sha256).header("x-signature");
    wrong(plain().recipients(const { &[HEADER] }), "not signed");
    wrong(plain().recipients(const { &[Recipient::host()] }), "host");
    wrong(
        plain().recipients(const { &[SHOP, SHOP] }),
        "give each a different name",
    );
    let fields = plain().signed("{json:/id}");
    wrong(fields.recipients(const { &[SHOP] }), "not signed");
}

#[cfg(feature = "serde")]
#[test]
fn a_scheme_in_toml_names_its_recipients() {
    let text = r#"
name = "acme"
algorithm = "hmac-sha256"
signature = { header = "x-signature" }
recipients = [{ name = "shop", at = [{ json = "/shop" }] }, { name = "owner", at = [{ form = "payload", member = "/owner" }], optional = true }]
"#;
    let scheme: Scheme = toml::from_str(text).unwrap();
    assert_eq!(scheme.recipients.len(), 2);
    let again: Scheme = toml::from_str(&scheme.to_string()).unwrap();
    assert_eq!(again, scheme);
    let request = signed(&scheme, "payload=%7B%22owner%22%3A%22me%22%7D");
    let at = |owner: &str| {
        let scheme = scheme.clone().recipient(format!("owner={owner}"));
        let ring = KeyRing::from(key());
        match Verifier::new(scheme, ring) {
            Err(ConfigError::Recipient(_)) => None,
            verifier => Some(code(verifier.unwrap().verify_at(&request, NOW))),
        }
    };
    // The first is required.
    assert_eq!(at("me"), None);
    let mut alone = scheme.clone();
    alone.recipients = alone.recipients[1..].to_vec().into();
    for (owner, expected) in [("me", None), ("you", Some(Code::RecipientMismatch))] {
        let verifier = Verifier::new(alone.clone().recipient(owner), key()).unwrap();
        assert_eq!(code(verifier.verify_at(&request, NOW)), expected);
    }
}

/// Which entries of the catalogue ask.
#[test]
fn entries_whose_key_signs_for_every_customer_ask() {
    let mut asking: Vec<String> = providers::all()
        .flat_map(|entry| {
            let forms = entry.scheme.form_names().zip(entry.scheme.forms());
            forms.filter_map(|(form, scheme)| {
                let names: Vec<&str> = scheme
                    .recipients
                    .iter()
                    .filter(|recipient| recipient.is_required)
                    .map(|recipient| &*recipient.name)
                    .collect();
                (!names.is_empty())
                    .then(|| format!("{} {form}: {}", entry.scheme.name, names.join(", ")))
            })
        })
        .collect();
    asking.sort();
    assert_eq!(
        asking,
        [
            "adobe-io-events default: client",
            "apple-app-store-v2 default: bundle, environment",
            "aws-sns v1: topic",
            "aws-sns v2: topic",
            "circle default: subscription",
            "cryptapi get: host",
            "cryptapi post: address",
            "dyte default: organization",
            "fal default: user",
            "fireblocks jws: workspace",
            "github-secret-scanning default: type",
            "kick default: broadcaster",
            "manus default: host",
            "pingpp default: app",
            "travis-ci default: owner",
            "wise default: subscription",
            "woovi-rsa default: company",
        ]
    );
}

#[cfg(feature = "message-signatures")]
#[test]
fn a_message_signature_is_compared_too() {
    let ring = || KeyRing::default().with("k", Key::shared_secret("a long enough secret").unwrap());
    let mut scheme = providers::RFC9421;
    scheme.recipients = vec![SHOP].into();
    for (shop, expected) in [("a", None), ("x", Some(Code::RecipientMismatch))] {
        let mut request = Request::post("https://hooks.example/in")
            .header("host", "hooks.example")
            .body(format!(r#"{{"shop":"{shop}"}}"#))
            .unwrap();
        let signer = Signer::new(&scheme, ring()).unwrap();
        for (name, value) in signer.sign(&request, NOW, None).unwrap().headers() {
            request.headers_mut().append(name, value.clone());
        }
        let verifier = Verifier::new(scheme.clone().recipient("a"), ring()).unwrap();
        assert_eq!(code(verifier.verify_at(&request, NOW)), expected, "{shop}");
    }
    // The policy does not ask for the header to be signed.
    const HEADER: Recipient = Recipient::new("shop", &[Location::Header(Borrowed("x-shop"))]);
    scheme.recipients = vec![HEADER].into();
    let error = Verifier::new(scheme.recipient("a"), ring()).unwrap_err();
    assert!(error.to_string().contains("not signed"), "{error}");
}
