//! HTTP message signatures against the cases of RFC 9421 appendix B and
//! against requests that other implementations signed.
//!
//! `data/message_signatures/rfc9421.json` holds the keys, messages and cases
//! of the RFC (from its last draft, httpwg/http-extensions, with the wrong
//! digest printed there corrected) and the digests of RFC 9530.
//! `pypi.json` and `npm.json` were written by the scripts beside them.

#![cfg(all(
    feature = "message-signatures",
    feature = "rsa",
    feature = "ecdsa",
    feature = "ed25519"
))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use hookward_core::adapter::{PollBudget, Progress};
use hookward_core::{
    Algorithm, Code, Curve, Digest, EcdsaForm, Endpoint, Key, KeyRing, Location, MemoryStore,
    MessageSignatures, Rejection, ReplayBy, ReplayGuard, Scheme, Signer, Step, Tolerance, Trust,
    UnixTime, Verified, Verifier, providers,
};
use serde_json::Value;

const RFC: &str = include_str!("data/message_signatures/rfc9421.json");
const PYPI: &str = include_str!("data/message_signatures/pypi.json");
const NPM: &str = include_str!("data/message_signatures/npm.json");
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

type Request = http::Request<Vec<u8>>;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn header(name: &str) -> http::HeaderName {
    http::HeaderName::from_bytes(name.as_bytes()).unwrap()
}

fn set(request: &mut Request, name: &str, value: &str) {
    request
        .headers_mut()
        .insert(header(name), value.parse().unwrap());
}

fn add(request: &mut Request, name: &str, value: &str) {
    request
        .headers_mut()
        .append(header(name), value.parse().unwrap());
}

fn get(request: &Request, name: &str) -> String {
    let values = request.headers().get_all(name);
    let values: Vec<&str> = values.iter().map(|value| value.to_str().unwrap()).collect();
    values.join(", ")
}

fn set_uri(request: &mut Request, uri: &str) {
    *request.uri_mut() = uri.parse().unwrap();
}

fn code(verdict: Result<Verified, Rejection>) -> Option<Code> {
    verdict.err().map(|rejection| rejection.code())
}

/// In one piece and in frames of one byte, with and without the body kept:
/// the same verdict.
fn verify(verifier: &Verifier, request: &Request, now: UnixTime) -> Result<Verified, Rejection> {
    let verifier = &verifier.clone().with_identity();
    let whole = verifier.verify_at(request, now);
    let streamed = verifier.begin(request, now).and_then(|mut check| {
        request.body().chunks(1).for_each(|byte| check.update(byte));
        check.finish()
    });
    let stepped = verifier.begin(request, now).and_then(|check| {
        let mut check = check.with_body_kept();
        check.update(request.body());
        match check.step()? {
            Step::Verified(verified) => Ok(verified),
            Step::Again(_) | Step::Keys(..) => {
                panic!("a message signature never needs the body twice")
            }
        }
    });
    for other in [streamed, stepped] {
        match (&whole, &other) {
            (Ok(a), Ok(b)) => {
                assert_eq!(a.replay_key("n"), b.replay_key("n"));
                assert_eq!((a.key_id(), a.timestamp()), (b.key_id(), b.timestamp()));
            }
            (Err(a), Err(b)) => assert_eq!(a, b),
            (a, b) => panic!("in one piece {a:?}, in frames {b:?}"),
        }
    }
    whole
}

// Appendix B.

struct Case {
    id: String,
    request: Request,
    key_id: String,
    created: UnixTime,
    valid: bool,
}

fn rfc_key(data: &Value, id: &str) -> Key {
    let key = &data["keys"][id];
    match key["public_pem"].as_str() {
        Some(pem) => Key::new(pem).unwrap(),
        None => Key::from_base64(text(&key["secret_base64"])).unwrap(),
    }
}

fn rfc_message(message: &Value) -> Request {
    let mut request = http::Request::builder()
        .method(text(&message["method"]))
        .uri(text(&message["target"]));
    for pair in message["headers"].as_array().unwrap() {
        request = request.header(text(&pair[0]), text(&pair[1]));
    }
    request
        .body(text(&message["body"]).as_bytes().to_vec())
        .unwrap()
}

fn rfc_cases(data: &Value) -> Vec<Case> {
    let cases = data["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 10);
    cases
        .iter()
        .map(|case| {
            let mut request = rfc_message(&data["messages"][text(&case["message"])]);
            set(
                &mut request,
                "signature-input",
                text(&case["signature_input"]),
            );
            set(&mut request, "signature", text(&case["signature"]));
            Case {
                id: text(&case["id"]).to_owned(),
                request,
                key_id: text(&case["keyid"]).to_owned(),
                created: UnixTime::from_secs(case["created"].as_i64().unwrap()),
                valid: case["expect"] == "valid",
            }
        })
        .collect()
}

/// The whole ring of the RFC's keys.
fn rfc_ring(data: &Value) -> KeyRing {
    data["keys"]
        .as_object()
        .unwrap()
        .keys()
        .fold(KeyRing::default(), |ring, id| {
            ring.with(id.as_str(), rfc_key(data, id))
        })
}

fn anything() -> MessageSignatures {
    MessageSignatures::default()
        .require_only(Vec::<String>::new())
        .trust(Trust::AsSent)
}

#[test]
fn the_cases_of_appendix_b_get_their_verdict_when_nothing_has_to_be_covered() {
    let data = json(RFC);
    let verifier = Verifier::message_signatures(anything(), rfc_ring(&data)).unwrap();
    for case in rfc_cases(&data) {
        match verify(&verifier, &case.request, case.created) {
            Ok(verified) => {
                assert!(case.valid, "{}", case.id);
                assert_eq!(verified.key_id(), case.key_id, "{}", case.id);
                assert_eq!(verified.timestamp(), Some(case.created));
                assert_eq!(verified.provider(), "rfc9421");
            }
            Err(rejection) => {
                assert!(!case.valid, "{}: {rejection}", case.id);
                assert_eq!(rejection.code(), Code::SignatureMismatch, "{}", case.id);
            }
        }
        // The key alone, without its id.
        let verifier =
            Verifier::message_signatures(anything(), rfc_key(&data, &case.key_id)).unwrap();
        assert_eq!(
            verify(&verifier, &case.request, case.created).is_ok(),
            case.valid,
            "{}",
            case.id
        );
    }
}

#[test]
fn the_default_policy_takes_of_appendix_b_what_covers_method_target_and_body() {
    let data = json(RFC);
    let verifier = Verifier::new(providers::RFC9421, rfc_ring(&data)).unwrap();
    for case in rfc_cases(&data) {
        let expected = match case.id.as_str() {
            "sig-b23" => None,
            // Its request has no body, and `@path` is covered but not the query.
            id if id.starts_with("transform") => Some(Code::SignatureMalformed),
            "sig-b21" | "sig-b22" | "sig-b25" | "sig-b26" | "ttrp" => {
                Some(Code::SignatureMalformed)
            }
            other => panic!("{other}"),
        };
        let found = code(verify(&verifier, &case.request, case.created));
        assert_eq!(found, expected, "{}", case.id);
    }
}

#[test]
fn transformed_messages_of_appendix_b_4_verify_unless_what_is_covered_changed() {
    let data = json(RFC);
    let verifier = Verifier::message_signatures(anything(), rfc_ring(&data)).unwrap();
    let case = rfc_cases(&data)
        .into_iter()
        .find(|case| case.id == "transform-accept-collapsed")
        .unwrap();
    for (message, expected) in [
        ("transform-original", None),
        ("transform-query-and-header-added", None),
        ("transform-accept-collapsed", None),
        ("transform-fields-reordered", None),
        (
            "transform-method-and-authority-changed",
            Some(Code::SignatureMismatch),
        ),
        (
            "transform-accept-values-reordered",
            Some(Code::SignatureMismatch),
        ),
    ] {
        let mut request = rfc_message(&data["messages"][message]);
        for name in ["signature-input", "signature"] {
            set(&mut request, name, &get(&case.request, name));
        }
        assert_eq!(
            code(verify(&verifier, &request, case.created)),
            expected,
            "{message}"
        );
    }
}

#[test]
fn the_forms_of_a_key_verify_alike() {
    let data = json(RFC);
    for case in rfc_cases(&data).iter().filter(|case| case.valid) {
        let key = &data["keys"][&case.key_id];
        let mut forms = Vec::new();
        if let Some(secret) = key["secret_base64"].as_str() {
            let jwk = format!(
                r#"{{"kty":"oct","k":"{}"}}"#,
                secret
                    .trim_end_matches('=')
                    .replace('+', "-")
                    .replace('/', "_")
            );
            forms.extend([secret.to_owned(), format!("whsec_{secret}"), jwk]);
        } else {
            forms.extend([text(&key["public_pem"]).to_owned(), key["jwk"].to_string()]);
            if case.key_id == "test-key-ed25519" {
                let point = text(&key["jwk"]["x"]).replace('-', "+").replace('_', "/");
                forms.push(format!("whpk_{point}="));
            }
        }
        for form in forms {
            let key = Key::new(form.clone()).unwrap();
            let verifier = Verifier::message_signatures(anything(), key).unwrap();
            assert!(
                verify(&verifier, &case.request, case.created).is_ok(),
                "{}: {form}",
                case.id
            );
        }
    }
}

// Other implementations.

struct Recorded {
    name: String,
    request: Request,
    ring: KeyRing,
}

fn recorded(data: &str) -> Vec<Recorded> {
    json(data)["cases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|case| {
            let mut request = http::Request::builder()
                .method(text(&case["method"]))
                .uri(text(&case["url"]));
            for pair in case["headers"].as_array().unwrap() {
                request = request.header(text(&pair[0]), text(&pair[1]));
            }
            assert_eq!(case["now"], NOW.as_secs());
            Recorded {
                name: text(&case["name"]).to_owned(),
                request: request
                    .body(text(&case["body"]).as_bytes().to_vec())
                    .unwrap(),
                ring: case["keys"]
                    .as_object()
                    .unwrap()
                    .iter()
                    .fold(KeyRing::default(), |ring, (id, key)| {
                        ring.with(id.as_str(), Key::new(text(key)).unwrap())
                    }),
            }
        })
        .collect()
}

/// All that other implementations signed in the form of the RFC.
fn genuine() -> Vec<Recorded> {
    let npm = recorded(NPM)
        .into_iter()
        .filter(|case| !case.name.starts_with("rsa-pss"));
    let all: Vec<Recorded> = recorded(PYPI).into_iter().chain(npm).collect();
    assert!(all.len() >= 40, "{}", all.len());
    all
}

#[test]
fn requests_signed_by_other_implementations_verify_under_the_default_policy() {
    for case in genuine() {
        let verifier = Verifier::new(providers::RFC9421, case.ring.clone()).unwrap();
        match verify(&verifier, &case.request, NOW) {
            Ok(verified) => assert!(case.ring.ids().any(|id| id == verified.key_id())),
            Err(rejection) => panic!("{}: {}: {rejection}", case.name, rejection.code()),
        }
    }
}

/// RFC 9421 section 3.3.1 fixes the salt at 64 bytes.
#[test]
fn a_pss_signature_with_another_salt_is_refused_unless_the_policy_takes_any() {
    let cases = recorded(NPM);
    let mut found = cases
        .iter()
        .filter(|case| case.name.starts_with("rsa-pss"))
        .peekable();
    assert!(found.peek().is_some());
    for case in found {
        let verifier = Verifier::new(providers::RFC9421, case.ring.clone()).unwrap();
        let found = code(verify(&verifier, &case.request, NOW));
        assert_eq!(found, Some(Code::SignatureMismatch), "{}", case.name);
        let any = MessageSignatures::default().any_salt();
        let verifier = Verifier::message_signatures(any, case.ring.clone()).unwrap();
        assert_eq!(code(verify(&verifier, &case.request, NOW)), None);
        let ring = case.ring.clone().param("salt", "any");
        let verifier = Verifier::new(providers::RFC9421, ring).unwrap();
        assert_eq!(code(verify(&verifier, &case.request, NOW)), None);
        let mut tampered = case.request.clone();
        set(
            &mut tampered,
            "content-digest",
            "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:",
        );
        let found = code(verify(&verifier, &tampered, NOW));
        assert_eq!(found, Some(Code::SignatureMismatch), "{}", case.name);
    }
}

/// Every way to change one byte of a text, a few of them for a long one.
fn one_byte_off(text: &str) -> Vec<String> {
    let step = (text.len() / 12).max(1);
    (0..text.len())
        .step_by(step)
        .map(|at| {
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] = match bytes[at] {
                b'a' => b'b',
                b'1' => b'2',
                byte if byte.is_ascii_alphanumeric() => b'a',
                _ => b'1',
            };
            String::from_utf8(bytes).unwrap()
        })
        .collect()
}

#[test]
fn one_byte_off_in_anything_that_is_covered_does_not_verify() {
    let mut tampered = 0;
    for case in genuine() {
        let verifier = Verifier::new(providers::RFC9421, case.ring.clone()).unwrap();
        let mut refused = |what: &str, request: &Request| {
            let verdict = verify(&verifier, request, NOW);
            assert!(verdict.is_err(), "{}: {what}: {request:?}", case.name);
            tampered += 1;
        };
        let inputs = get(&case.request, "signature-input");
        let covers = |name: &str| inputs.contains(&format!("\"{name}\""));

        let mut request = case.request.clone();
        *request.method_mut() = http::Method::PUT;
        refused("method", &request);

        let uri = case.request.uri().to_string();
        let host_at = uri.find("://").unwrap() + 3;
        for changed in one_byte_off(&uri[host_at..]) {
            let mut request = case.request.clone();
            if let Ok(uri) = format!("https://{changed}").parse::<http::Uri>()
                // Host names have no case.
                && uri.to_string().to_lowercase() != case.request.uri().to_string().to_lowercase()
                && (uri.authority().is_some_and(|a| a.port().is_none() || a.port_u16() == Some(443)))
            {
                *request.uri_mut() = uri;
                refused("URL", &request);
            }
        }
        for name in [
            "content-type",
            "content-digest",
            "x-multi",
            "x-bytes",
            "x-dict",
            "priority",
        ] {
            if !covers(name) {
                continue;
            }
            let mut request = case.request.clone();
            request.headers_mut().remove(name);
            refused(name, &request);
            // Of a dictionary only the members that are named are covered.
            if name == "x-dict" || inputs.contains("\"content-digest\";key") {
                continue;
            }
            for changed in one_byte_off(&get(&case.request, name)) {
                if changed == get(&case.request, name) || inputs.contains(&format!("\"{name}\";sf"))
                {
                    continue;
                }
                let mut request = case.request.clone();
                set(&mut request, name, &changed);
                refused(name, &request);
            }
            let mut request = case.request.clone();
            add(&mut request, name, "x");
            refused("one more line", &request);
        }
        for at in 0..case.request.body().len() {
            let mut request = case.request.clone();
            request.body_mut()[at] ^= 1;
            refused("body", &request);
        }
        let mut request = case.request.clone();
        request.body_mut().push(b' ');
        refused("a longer body", &request);
        if !case.request.body().is_empty() {
            let mut request = case.request.clone();
            request.body_mut().clear();
            refused("no body", &request);
        }
        // Two signatures back each other up; labels are not signed.
        if case.name == "two signatures" {
            continue;
        }
        let input = inputs.split_once('=').unwrap().1;
        for changed in one_byte_off(input) {
            if changed == input {
                continue;
            }
            let mut request = case.request.clone();
            let label = inputs.split_once('=').unwrap().0;
            set(
                &mut request,
                "signature-input",
                &format!("{label}={changed}"),
            );
            refused("signature parameters", &request);
        }
        let signature = get(&case.request, "signature");
        let (label, bytes) = signature.split_once("=:").unwrap();
        for changed in one_byte_off(bytes.trim_end_matches([':', '='])) {
            let mut request = case.request.clone();
            let padding = bytes.len() - bytes.trim_end_matches([':', '=']).len() - 1;
            let changed = format!("{label}=:{changed}{}:", "=".repeat(padding));
            if changed != signature {
                set(&mut request, "signature", &changed);
                refused("signature", &request);
            }
        }
    }
    assert!(tampered > 1500, "{tampered}");
}

// The policy.

fn secret() -> KeyRing {
    KeyRing::default().with("k", Key::new("a shared secret").unwrap())
}

fn post(body: &str) -> Request {
    http::Request::post("https://example.com/hooks?a=1")
        .header("content-type", "application/json")
        .body(body.as_bytes().to_vec())
        .unwrap()
}

/// Signs what the components name, with the parameters of a ring.
fn sign_with(ring: KeyRing, components: &str, request: &mut Request) {
    let signer = Signer::new(&providers::RFC9421, ring.param("require", components)).unwrap();
    let signed = signer.sign(request, NOW, None).unwrap();
    for (name, value) in signed.headers() {
        request.headers_mut().append(name.clone(), value.clone());
    }
}

fn signed(components: &str, mut request: Request) -> Request {
    sign_with(secret(), components, &mut request);
    request
}

fn usual() -> Verifier {
    Verifier::new(providers::RFC9421, secret()).unwrap()
}

#[test]
fn method_target_and_body_have_to_be_covered() {
    let verifier = usual();
    for (components, expected) in [
        ("@method @target-uri content-digest", None),
        ("@method @authority @request-target content-digest", None),
        ("@method @authority @path @query content-digest", None),
        (
            r#"@method @target-uri "content-digest";key="sha-256""#,
            None,
        ),
        (r#"@method @target-uri "content-digest";sf"#, None),
        (r#"@method @target-uri "content-digest";bs"#, None),
        ("@target-uri content-digest", Some(Code::SignatureMalformed)),
        ("@method content-digest", Some(Code::SignatureMalformed)),
        (
            "@method @path @query content-digest",
            Some(Code::SignatureMalformed),
        ),
        (
            "@method @authority content-digest",
            Some(Code::SignatureMalformed),
        ),
        (
            "@method @authority @path content-digest",
            Some(Code::SignatureMalformed),
        ),
        (
            r#"@method @authority @path "@query-param";name="a" content-digest"#,
            Some(Code::SignatureMalformed),
        ),
        ("@method @target-uri", Some(Code::SignatureMalformed)),
        (
            "@method @target-uri content-type",
            Some(Code::SignatureMalformed),
        ),
    ] {
        let request = signed(components, post("{}"));
        let found = verify(&verifier, &request, NOW);
        assert_eq!(code(found), expected, "{components}");
    }
    // Without a query there is none to cover.
    let mut request = post("{}");
    set_uri(&mut request, "https://example.com/hooks");
    let mut request = signed("@method @authority @path content-digest", request);
    assert_eq!(code(verify(&verifier, &request, NOW)), None);
    set_uri(&mut request, "https://example.com/hooks?admin=1");
    assert_eq!(
        code(verify(&verifier, &request, NOW)),
        Some(Code::SignatureMalformed)
    );
}

#[test]
fn a_request_without_a_body_needs_no_digest_unless_a_body_could_have_been_taken_away() {
    let verifier = usual();
    let empty = |method: &str| {
        let mut request = post("");
        *request.method_mut() = method.parse().unwrap();
        request
    };
    let refused = Some(Code::SignatureMalformed);
    for (method, expected) in [
        ("GET", None),
        ("HEAD", None),
        ("DELETE", None),
        ("POST", refused),
        ("PUT", refused),
    ] {
        let mut request = signed("@method @target-uri", empty(method));
        assert_eq!(code(verify(&verifier, &request, NOW)), expected, "{method}");
        // A body that comes all the same, announced or not.
        *request.body_mut() = b"x".to_vec();
        assert_eq!(code(verify(&verifier, &request, NOW)), refused, "{method}");
        set(&mut request, "content-length", "1");
        let begun = verifier.begin(&request, NOW).map(drop);
        assert_eq!(
            begun.unwrap_err().code(),
            Code::SignatureMalformed,
            "{method}"
        );
    }
    let mut request = empty("POST");
    set(&mut request, "content-length", "0");
    let mut request = signed("@method @target-uri content-length", request);
    assert_eq!(code(verify(&verifier, &request, NOW)), None);
    *request.body_mut() = b"x".to_vec();
    assert_eq!(code(verify(&verifier, &request, NOW)), refused);
    // The digest of nothing is a digest.
    let request = signed("@method @target-uri content-digest", empty("POST"));
    assert_eq!(code(verify(&verifier, &request, NOW)), None);
}

#[test]
fn components_can_be_required_beside_or_instead_of_the_usual_ones() {
    let policy = MessageSignatures::default()
        .require("content-type")
        .require(r#""@query-param";name="a""#);
    let verifier = Verifier::message_signatures(policy, secret()).unwrap();
    let all = r#"@method @target-uri content-digest content-type "@query-param";name="a""#;
    assert_eq!(code(verify(&verifier, &signed(all, post("{}")), NOW)), None);
    let less = "@method @target-uri content-digest content-type";
    assert_eq!(
        code(verify(&verifier, &signed(less, post("{}")), NOW)),
        Some(Code::SignatureMalformed)
    );

    let policy = MessageSignatures::default().require_only(["content-digest"]);
    let verifier = Verifier::message_signatures(policy, secret()).unwrap();
    let mut request = signed("content-digest", post("{}"));
    assert_eq!(code(verify(&verifier, &request, NOW)), None);
    // What is covered is checked, whatever is required.
    *request.body_mut() = b"[]".to_vec();
    assert_eq!(
        code(verify(&verifier, &request, NOW)),
        Some(Code::SignatureMismatch)
    );

    for unusable in [
        "@status",
        "Content-Digest",
        "",
        "\"a\";unknown",
        "\"date\";tr",
        "\"@path\";sf",
    ] {
        let policy = MessageSignatures::default().require(unusable);
        assert!(
            Verifier::message_signatures(policy, secret()).is_err(),
            "{unusable}"
        );
    }
}

#[test]
fn a_ring_s_parameters_set_the_policy() {
    let ring = secret()
        .param("require", "@method content-digest")
        .param("tag", "app");
    let verifier = Verifier::new(providers::RFC9421, ring.clone()).unwrap();
    let mut request = post("{}");
    sign_with(
        secret().param("tag", "app"),
        "@method content-digest",
        &mut request,
    );
    assert_eq!(code(verify(&verifier, &request, NOW)), None);
    let mut request = post("{}");
    sign_with(
        secret().param("tag", "other"),
        "@method content-digest",
        &mut request,
    );
    assert_eq!(
        code(verify(&verifier, &request, NOW)),
        Some(Code::SignatureMissing)
    );
    let ring = secret().param("algorithms", "md5");
    assert!(Verifier::new(providers::RFC9421, ring).is_err());
}

#[test]
fn label_and_tag_choose_among_signatures() {
    let mut request = post("{}");
    let usual = "@method @target-uri content-digest";
    for label in ["one", "two"] {
        let ring = secret().param("label", label).param("tag", label);
        let mut copy = request.clone();
        copy.headers_mut().remove("signature");
        copy.headers_mut().remove("signature-input");
        sign_with(ring, usual, &mut copy);
        for name in ["signature-input", "signature"] {
            add(&mut request, name, &get(&copy, name));
        }
        set(
            &mut request,
            "content-digest",
            &get(&copy, "content-digest"),
        );
    }
    let with = |policy: MessageSignatures| {
        let verifier = Verifier::message_signatures(policy, secret()).unwrap();
        code(verify(&verifier, &request, NOW))
    };
    let policy = MessageSignatures::default;
    assert_eq!(with(policy().label("two")), None);
    assert_eq!(with(policy().tag("one")), None);
    assert_eq!(with(policy().label("two").tag("two")), None);
    let missing = Some(Code::SignatureMissing);
    assert_eq!(with(policy().label("three")), missing);
    assert_eq!(with(policy().tag("three")), missing);
    assert_eq!(with(policy().label("one").tag("two")), missing);
}

#[test]
fn created_is_required_and_has_a_window_and_expires_is_held_to() {
    let at = |seconds: i64| UnixTime::from_secs(NOW.as_secs() + seconds);
    let usual_components = "@method @target-uri content-digest";
    let request = signed(usual_components, post("{}"));
    let verifier = usual();
    for (offset, expected) in [
        (300, None),
        (301, Some(Code::TimestampTooOld)),
        (-300, None),
        (-301, Some(Code::TimestampInFuture)),
    ] {
        assert_eq!(
            code(verify(&verifier, &request, at(offset))),
            expected,
            "{offset}"
        );
    }
    let policy = MessageSignatures::default().tolerance(Tolerance::seconds(5));
    let strict = Verifier::message_signatures(policy, secret()).unwrap();
    assert_eq!(
        code(verify(&strict, &request, at(6))),
        Some(Code::TimestampTooOld)
    );
    let open = usual().with_tolerance(Tolerance::unchecked()).unwrap();
    assert_eq!(code(verify(&open, &request, at(1_000_000))), None);

    for (params, expected) in [
        ("", Some(Code::TimestampMissing)),
        (";created=\"1700000000\"", Some(Code::TimestampMalformed)),
        (";created=1700000000.5", Some(Code::TimestampMalformed)),
        (";created=-1", Some(Code::TimestampMalformed)),
        (
            ";created=1700000000;expires=1699999999",
            Some(Code::TimestampTooOld),
        ),
        (
            ";created=1700000000;expires=\"x\"",
            Some(Code::TimestampMalformed),
        ),
        (
            ";created=1700000000;nonce=1",
            Some(Code::SignatureMalformed),
        ),
        (
            ";created=1700000000;keyid=k",
            Some(Code::SignatureMalformed),
        ),
        (
            ";created=1700000000;created=1700000000",
            Some(Code::SignatureMalformed),
        ),
    ] {
        let mut request = request.clone();
        let input = format!(r#"sig1=("@method" "@target-uri" "content-digest"){params}"#);
        set(&mut request, "signature-input", &input);
        assert_eq!(code(verify(&verifier, &request, NOW)), expected, "{params}");
    }

    // Recorded with `expires` 60 s ahead.
    let case = recorded(PYPI)
        .into_iter()
        .find(|case| case.name == "every parameter")
        .unwrap();
    let verifier = Verifier::new(providers::RFC9421, case.ring).unwrap();
    assert_eq!(code(verify(&verifier, &case.request, at(60))), None);
    assert_eq!(
        code(verify(&verifier, &case.request, at(61))),
        Some(Code::TimestampTooOld)
    );
    let open = verifier.with_tolerance(Tolerance::unchecked()).unwrap();
    assert_eq!(
        code(verify(&open, &case.request, at(61))),
        Some(Code::TimestampTooOld)
    );
}

#[test]
fn the_key_decides_the_algorithm_and_alg_has_to_agree() {
    let data = json(RFC);
    let cases = rfc_cases(&data);
    let b23 = cases.iter().find(|case| case.id == "sig-b23").unwrap();
    let with = |algorithms: &[Algorithm], request: &Request| {
        let policy = MessageSignatures::default().algorithms(algorithms.iter().copied());
        let key = KeyRing::default().with(&*b23.key_id, rfc_key(&data, &b23.key_id));
        Verifier::message_signatures(policy, key)
            .map(|verifier| code(verify(&verifier, request, b23.created)))
    };
    let pss = Algorithm::RsaPss(Digest::Sha512);
    let pkcs1 = Algorithm::RsaPkcs1(Digest::Sha256);
    assert_eq!(with(&[pss], &b23.request).unwrap(), None);
    assert_eq!(with(&[pss, pkcs1], &b23.request).unwrap(), None);
    assert_eq!(
        with(&[pkcs1], &b23.request).unwrap(),
        Some(Code::SignatureMismatch)
    );
    assert!(with(&[Algorithm::Ed25519], &b23.request).is_err());
    assert!(with(&[Algorithm::Hmac(Digest::Sha256)], &b23.request).is_err());
    assert!(with(&[Algorithm::RsaPss(Digest::Sha256)], &b23.request).is_err());
    assert!(with(&[], &b23.request).is_err());

    let refused = Some(Code::AlgorithmNotAllowed);
    let all = [
        pss,
        pkcs1,
        Algorithm::Hmac(Digest::Sha256),
        Algorithm::Ecdsa(Curve::P256, Digest::Sha256, EcdsaForm::Fixed),
        Algorithm::Ed25519,
    ];
    for (alg, expected) in [
        ("hmac-sha256", refused),
        ("ed25519", refused),
        ("none", refused),
        ("", refused),
        ("RSA-PSS-SHA512", refused),
        ("rsa-pss-sha512", Some(Code::SignatureMismatch)),
    ] {
        let mut request = b23.request.clone();
        let input = format!("{};alg=\"{alg}\"", get(&request, "signature-input"));
        set(&mut request, "signature-input", &input);
        assert_eq!(with(&all, &request).unwrap(), expected, "{alg}");
    }
}

#[test]
fn a_public_key_is_never_taken_for_a_secret() {
    let data = json(RFC);
    for id in ["test-key-rsa", "test-key-ecc-p256", "test-key-ed25519"] {
        let key = &data["keys"][id];
        for form in [text(&key["public_pem"]).to_owned(), key["jwk"].to_string()] {
            // A forger knows the public key and signs with it as a secret.
            let forger = Key::from_bytes(form.clone()).unwrap();
            assert!(Signer::new(&providers::RFC9421, forger).is_err());
            let policy = MessageSignatures::default().algorithms([Algorithm::Hmac(Digest::Sha256)]);
            let key = Key::new(form).unwrap();
            assert!(Verifier::message_signatures(policy, key).is_err(), "{id}");
        }
    }
    let broken = text(&data["keys"]["test-key-rsa"]["public_pem"]).replace('K', "");
    assert!(Verifier::new(providers::RFC9421, Key::new(broken).unwrap()).is_err());
}

#[test]
fn keyid_chooses_the_key_and_an_unknown_one_is_refused() {
    let ring = KeyRing::default()
        .with("other", Key::new("another secret").unwrap())
        .with("k", Key::new("a shared secret").unwrap());
    let usual_components = "@method @target-uri content-digest";
    let verifier = Verifier::new(providers::RFC9421, ring).unwrap();
    let request = signed(usual_components, post("{}"));
    assert_eq!(verify(&verifier, &request, NOW).unwrap().key_id(), "k");

    let stranger = KeyRing::default().with("stranger", Key::new("a shared secret").unwrap());
    let mut request = post("{}");
    sign_with(stranger, usual_components, &mut request);
    assert_eq!(
        code(verify(&verifier, &request, NOW)),
        Some(Code::KeyUnknown)
    );
    let wrong = KeyRing::default().with("other", Key::new("a shared secret").unwrap());
    let mut request = post("{}");
    sign_with(wrong, usual_components, &mut request);
    assert_eq!(
        code(verify(&verifier, &request, NOW)),
        Some(Code::SignatureMismatch)
    );
    // Without `keyid` each is tried.
    let mut request = post("{}");
    sign_with(
        Key::new("a shared secret").unwrap().into(),
        usual_components,
        &mut request,
    );
    assert!(!get(&request, "signature-input").contains("keyid"));
    assert_eq!(verify(&verifier, &request, NOW).unwrap().key_id(), "k");
}

// The digest.

#[test]
fn every_known_digest_has_to_match_and_one_has_to_be_there() {
    let data = json(RFC);
    let rfc9530 = &data["rfc9530"];
    let body = text(&rfc9530["body"]);
    let value = |name: &str| format!("{name}={}", text(&rfc9530["values"][name]));
    let wrong_512 = format!("sha-512=:{}==:", "A".repeat(86));
    let negative = &rfc9530["negative"][0];
    let none = None;
    let verifier = usual();
    for (field, body, expected) in [
        (value("sha-256"), body, none),
        (value("sha-512"), body, none),
        (
            format!("{}, {}", value("sha-512"), value("sha-256")),
            body,
            none,
        ),
        (
            format!("{}, {}", value("md5"), value("sha-256")),
            body,
            none,
        ),
        (
            format!("{}, md5=:AAAA:, crc32c=1, x=(a b)", value("sha-256")),
            body,
            none,
        ),
        (
            value("sha-256"),
            "{\"hello\": \"mars!\"}",
            Some(Code::SignatureMismatch),
        ),
        (
            format!("{}, {wrong_512}", value("sha-256")),
            body,
            Some(Code::SignatureMismatch),
        ),
        (
            text(&negative["content_digest"]).to_owned(),
            text(&negative["body"]),
            Some(Code::SignatureMismatch),
        ),
        (value("md5"), body, Some(Code::AlgorithmNotAllowed)),
        (value("sha"), body, Some(Code::AlgorithmNotAllowed)),
        ("x-new=:AAAA:".into(), body, Some(Code::AlgorithmNotAllowed)),
        ("sha-256=:AAAA:".into(), body, Some(Code::ContentMalformed)),
        (
            "sha-256=\"text\"".into(),
            body,
            Some(Code::ContentMalformed),
        ),
        ("sha-256".into(), body, Some(Code::ContentMalformed)),
        (
            format!("{}, {}", value("sha-256"), value("sha-256")),
            body,
            Some(Code::ContentMalformed),
        ),
        ("=".into(), body, Some(Code::ContentMalformed)),
    ] {
        let mut request = post(body);
        set(&mut request, "content-digest", &field);
        let request = signed("@method @target-uri content-digest", request);
        assert_eq!(code(verify(&verifier, &request, NOW)), expected, "{field}");
    }
}

#[test]
fn the_field_is_read_over_several_lines() {
    let data = json(RFC);
    let values = &data["rfc9530"]["values"];
    let mut request = post(text(&data["rfc9530"]["body"]));
    add(
        &mut request,
        "content-digest",
        &format!("md5={}", text(&values["md5"])),
    );
    add(
        &mut request,
        "content-digest",
        &format!("sha-512={}", text(&values["sha-512"])),
    );
    let request = signed("@method @target-uri content-digest", request);
    assert_eq!(code(verify(&usual(), &request, NOW)), None);
}

// Components that are refused.

#[test]
fn components_that_cannot_be_checked_are_refused() {
    let verifier = usual();
    let base = signed("@method @target-uri content-digest", post("{}"));
    for (component, expected) in [
        (r#""@status""#, Code::SignatureMalformed),
        (r#""@signature-params""#, Code::SignatureMalformed),
        (r#""@unknown""#, Code::SignatureMalformed),
        (r#""@method""#, Code::SignatureMalformed),
        (r#""content-digest""#, Code::SignatureMalformed),
        (r#""@method";req"#, Code::SignatureMalformed),
        (r#""content-type";req"#, Code::SignatureMalformed),
        (r#""content-type";tr"#, Code::ContentMalformed),
        (r#""content-type";bs;sf"#, Code::SignatureMalformed),
        (r#""content-type";bs;key="a""#, Code::SignatureMalformed),
        (r#""content-type";unknown"#, Code::SignatureMalformed),
        (r#""content-type";sf=?0"#, Code::SignatureMalformed),
        (r#""content-type";key=1"#, Code::SignatureMalformed),
        (r#""content-type";key="A""#, Code::SignatureMalformed),
        (r#""@path";name="a""#, Code::SignatureMalformed),
        (r#""@query-param""#, Code::SignatureMalformed),
        (r#""@query-param";name=a"#, Code::SignatureMalformed),
        (r#""@query-param";name="b""#, Code::ContentMalformed),
        (r#""Content-Type""#, Code::SignatureMalformed),
        (r#""""#, Code::SignatureMalformed),
        (r#""x y""#, Code::SignatureMalformed),
        ("content-type", Code::SignatureMalformed),
        ("1", Code::SignatureMalformed),
        (r#""x-absent""#, Code::ContentMalformed),
        (r#""content-digest";key="sha-1""#, Code::ContentMalformed),
        (r#""content-type";sf"#, Code::SignatureMismatch),
        (r#""content-type";bs"#, Code::SignatureMismatch),
        (r#""@query-param";name="a""#, Code::SignatureMismatch),
    ] {
        let mut request = base.clone();
        let input = get(&request, "signature-input").replace(") ", "").replacen(
            ')',
            &format!(" {component})"),
            1,
        );
        set(&mut request, "signature-input", &input);
        assert_eq!(
            code(verify(&verifier, &request, NOW)),
            Some(expected),
            "{component}"
        );
    }
    // The same component with its parameters in another order is the same.
    let mut request = base.clone();
    set(
        &mut request,
        "signature-input",
        r#"sig1=("@method" "@target-uri" "content-digest" "x";key="a";sf "x";sf;key="a");created=1700000000"#,
    );
    assert_eq!(
        code(verify(&verifier, &request, NOW)),
        Some(Code::SignatureMalformed)
    );
    // A query parameter that appears twice.
    let request = signed(
        r#"@method @target-uri content-digest "@query-param";name="a""#,
        post("{}"),
    );
    assert_eq!(code(verify(&verifier, &request, NOW)), None);
    let mut request = request;
    set_uri(&mut request, "https://example.com/hooks?a=1&a=1");
    assert_eq!(
        code(verify(&verifier, &request, NOW)),
        Some(Code::ContentMalformed)
    );
}

#[test]
fn missing_malformed_and_oversized_headers_are_refused_from_the_head() {
    let verifier = usual();
    let base = signed("@method @target-uri content-digest", post("{}"));
    let input = get(&base, "signature-input");
    let signature = get(&base, "signature");
    let refused = |change: &dyn Fn(&mut Request)| {
        let mut request = base.clone();
        change(&mut request);
        verifier
            .begin(&request, NOW)
            .map(drop)
            .map_err(|r| r.code())
    };
    let missing = Err(Code::SignatureMissing);
    let malformed = Err(Code::SignatureMalformed);
    assert_eq!(refused(&|_| ()), Ok(()));
    for name in ["signature", "signature-input"] {
        assert_eq!(refused(&|r| drop(r.headers_mut().remove(name))), missing);
        assert_eq!(refused(&|r| set(r, name, "")), missing);
        for value in [
            "(",
            "sig1",
            "sig1=1",
            "sig1=?1",
            "=",
            "sig1=::",
            "SIG=:AA==:",
            "sig1=:!:",
        ] {
            assert_eq!(
                refused(&|r| set(r, name, value)),
                malformed,
                "{name}: {value}"
            );
        }
        assert_eq!(refused(&|r| set(r, name, &"a".repeat(40_000))), malformed);
        let long: Vec<String> = (0..5000).map(|i| format!("a{i}=1")).collect();
        assert_eq!(refused(&|r| set(r, name, &long.join(","))), malformed);
        // The same label once more, on a line of its own.
        assert_eq!(
            refused(&|r| add(
                r,
                name,
                if name == "signature" {
                    &signature
                } else {
                    &input
                }
            )),
            malformed
        );
        let non_ascii = http::HeaderValue::from_bytes(b"sig1=\xff").unwrap();
        assert_eq!(
            refused(&|r| drop(r.headers_mut().insert(header(name), non_ascii.clone()))),
            malformed
        );
    }
    // Another label than that of the signature.
    assert_eq!(
        refused(&|r| set(r, "signature", &signature.replace("sig1", "sig2"))),
        malformed
    );
    // Sixteen are looked at, seventeen refused.
    let several = |count: usize| -> String {
        let more: Vec<String> = (1..count).map(|i| format!("x{i}=();keyid=\"x\"")).collect();
        format!("{}, {input}", more.join(", "))
    };
    assert_eq!(
        refused(&|r| set(r, "signature-input", &several(16))),
        Ok(())
    );
    assert_eq!(
        refused(&|r| set(r, "signature-input", &several(17))),
        malformed
    );
    let many: Vec<String> = (0..65).map(|i| format!("\"x{i}\"")).collect();
    let many = format!("sig1=({});created=1700000000", many.join(" "));
    assert_eq!(refused(&|r| set(r, "signature-input", &many)), malformed);
    // What is covered is bounded as well.
    let long = signed("@method @target-uri content-digest x-long", {
        let mut request = post("{}");
        set(&mut request, "x-long", &"a".repeat(60_000));
        request
    });
    assert_eq!(code(verify(&verifier, &long, NOW)), None);
    let mut longer = long;
    set(&mut longer, "x-long", &"a".repeat(70_000));
    assert_eq!(
        code(verify(&verifier, &longer, NOW)),
        Some(Code::ContentMalformed)
    );
    // The same long field again and again costs no more than a few readings.
    let mut request = signed("@method @target-uri content-digest", post("{}"));
    let fields: Vec<String> = (0..60)
        .map(|i| format!("\"x-long\";key=\"a{i}\""))
        .collect();
    let inputs: Vec<String> = (0..16)
        .map(|i| {
            format!(
                "sig{i}=(\"@method\" \"@target-uri\" \"content-digest\" {});created=1700000000",
                fields[..20].join(" ")
            )
        })
        .collect();
    let signatures: Vec<String> = (0..16)
        .map(|i| get(&request, "signature").replace("sig1", &format!("sig{i}")))
        .collect();
    let members: Vec<String> = (0..60)
        .map(|i| format!("a{i}=\"{}\"", "b".repeat(1000)))
        .collect();
    set(&mut request, "signature-input", &inputs.join(", "));
    set(&mut request, "signature", &signatures.join(", "));
    set(&mut request, "x-long", &members.join(", "));
    let rejection = verify(&verifier, &request, NOW).unwrap_err();
    assert_eq!(rejection.code(), Code::ContentMalformed);
    assert!(rejection.to_string().contains("262144"), "{rejection}");
    // A line that is not ASCII cannot be signed as is.
    let mut request = signed(
        "@method @target-uri content-digest content-type",
        post("{}"),
    );
    let value = http::HeaderValue::from_bytes("caf\u{e9}".as_bytes()).unwrap();
    request.headers_mut().insert("content-type", value);
    assert_eq!(
        code(verify(&verifier, &request, NOW)),
        Some(Code::ContentMalformed)
    );
}

// URL, replay, endpoint.

#[test]
fn the_url_is_the_one_that_the_sender_called() {
    let data = "@method @scheme @target-uri @authority @path @query content-digest";
    let mut request = post("{}");
    set_uri(&mut request, "https://example.com/base/hooks?a=1");
    let mut request = signed(data, request);
    // As it arrives behind a proxy that strips `/base`.
    set_uri(&mut request, "/hooks?a=1");
    set(&mut request, "host", "10.0.0.7:8080");
    assert_eq!(
        code(verify(&usual(), &request, NOW)),
        Some(Code::SignatureMismatch)
    );
    let verifier = usual()
        .with_external_url("https://example.com/base")
        .unwrap();
    assert_eq!(code(verify(&verifier, &request, NOW)), None);
    let exact = usual()
        .with_exact_url("https://example.com/base/hooks?a=1")
        .unwrap();
    assert_eq!(code(verify(&exact, &request, NOW)), None);
    request.headers_mut().remove("host");
    assert_eq!(
        code(verify(&usual(), &request, NOW)),
        Some(Code::ContentMalformed)
    );
    // The default port and the case of the host are not part of `@authority`.
    let mut request = signed(
        "@method @authority @request-target content-digest",
        post("{}"),
    );
    set_uri(&mut request, "/hooks?a=1");
    for host in ["example.com", "EXAMPLE.com", "example.com:443"] {
        set(&mut request, "host", host);
        assert_eq!(code(verify(&usual(), &request, NOW)), None, "{host}");
    }
    set(&mut request, "host", "example.com:444");
    assert_eq!(
        code(verify(&usual(), &request, NOW)),
        Some(Code::SignatureMismatch)
    );
}

#[test]
fn a_delivery_signed_with_two_keys_stays_one_when_a_signature_is_stripped() {
    let case = recorded(PYPI)
        .into_iter()
        .find(|case| case.name == "two signatures")
        .unwrap();
    let verifier = Verifier::new(providers::RFC9421, case.ring).unwrap();
    let both = verify(&verifier, &case.request, NOW).unwrap();
    let inputs = get(&case.request, "signature-input");
    let mut keys = vec![both.key_id().to_owned()];
    for part in inputs.split(", ") {
        let mut request = case.request.clone();
        set(&mut request, "signature-input", part);
        let one = verify(&verifier, &request, NOW).unwrap();
        assert_eq!(one.replay_key("n"), both.replay_key("n"));
        keys.push(one.key_id().to_owned());
    }
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 2);
    // Renamed labels and other bytes of a randomised signature change nothing.
    let renamed = |name: &str| get(&case.request, name).replace("a=", "x=");
    let mut request = case.request.clone();
    set(&mut request, "signature-input", &renamed("signature-input"));
    set(&mut request, "signature", &renamed("signature"));
    let renamed = verify(&verifier, &request, NOW).unwrap();
    assert_eq!(renamed.replay_key("n"), both.replay_key("n"));
}

#[test]
fn another_time_or_content_is_another_delivery_and_another_nonce_is_none() {
    let usual_components = "@method @target-uri content-digest";
    let signer = Signer::new(
        &providers::RFC9421,
        secret().param("require", usual_components),
    )
    .unwrap();
    let mut keys = BTreeMap::new();
    for (body, time, nonce) in [
        ("{}", 0, None),
        ("[]", 0, None),
        ("{}", 1, None),
        ("{}", 0, Some("a")),
    ] {
        let mut request = post(body);
        let now = UnixTime::from_secs(NOW.as_secs() + time);
        for (name, value) in signer.sign(&request, now, nonce).unwrap().headers() {
            request.headers_mut().insert(name.clone(), value.clone());
        }
        let verified = verify(&usual(), &request, NOW).unwrap();
        let key = format!("{:?}", verified.replay_key("n"));
        // What the policy does not demand does not count.
        let is_known = nonce.is_some();
        assert_eq!(keys.insert(key, (body, time)).is_some(), is_known);
    }
}

#[test]
fn an_endpoint_streams_the_body_and_refuses_from_the_head() {
    let endpoint = Endpoint::new(usual()).clock(|| NOW);
    let body = "0123456789".repeat(20_000);
    let request = signed("@method @target-uri content-digest", post(&body));
    let receive = |request: &Request, body: &[u8]| -> Result<(), Rejection> {
        let mut reception = endpoint.begin(&usual(), request, None)?;
        for frame in body.chunks(70_000) {
            let mut turn = PollBudget::default();
            reception.push(frame.to_vec().into(), &mut turn)?;
            while reception.advance(&mut turn) {
                turn = PollBudget::default();
            }
        }
        match reception.finish()? {
            Progress::Done(_) => Ok(()),
            Progress::SecondPass(_) | Progress::Handshake(_) => panic!("once is enough"),
        }
    };
    assert_eq!(receive(&request, body.as_bytes()), Ok(()));
    let mut tampered = body.into_bytes();
    tampered[123_456] ^= 1;
    let refused = receive(&request, &tampered).unwrap_err();
    assert_eq!(refused.code(), Code::SignatureMismatch);
    let mut stranger = request;
    set(
        &mut stranger,
        "signature-input",
        r#"sig1=("@method");created=1700000000;keyid="k""#,
    );
    assert!(endpoint.begin(&usual(), &stranger, None).is_err());
}

#[test]
fn an_event_id_counts_where_the_signature_covers_it() {
    let mut scheme = providers::RFC9421
        .event_id_header("webhook-id")
        .replay_by(ReplayBy::Id);
    scheme.name = "acme".into();
    let verifier = Verifier::new(scheme.trust(Trust::AsSent), secret()).unwrap();
    let mut request = post("{}");
    set(&mut request, "webhook-id", "evt_1");
    let covered = signed(
        "@method @target-uri content-digest webhook-id",
        request.clone(),
    );
    let verified = verify(&verifier, &covered, NOW).unwrap();
    assert_eq!(verified.event_id(), Some("evt_1"));
    assert!(verified.event_id_is_signed() && verified.replay_key("n").is_some());
    // White space around a value is not covered, and no part of the id.
    let mut padded = covered.clone();
    set(&mut padded, "webhook-id", "evt_1");
    padded
        .headers_mut()
        .insert("webhook-id", http::HeaderValue::from_static(" evt_1\t"));
    let again = verify(&verifier, &padded, NOW).unwrap();
    assert_eq!(again.replay_key("n"), verified.replay_key("n"));
    // Also where the operator names the header.
    let guarded = |place| {
        let guard = ReplayGuard::new(MemoryStore::default(), "n").event_id(place);
        Endpoint::new(usual()).clock(|| NOW).replay_guard(guard)
    };
    let endpoint = guarded(Location::Header("webhook-id".into())).unwrap();
    let key_of = |request: &Request| {
        let mut reception = endpoint.begin(&usual(), request, None).unwrap();
        let body = request.body().clone();
        reception
            .push(body.into(), &mut PollBudget::default())
            .unwrap();
        match reception.finish().unwrap() {
            Progress::Done(received) => received.into_parts().0.replay_key("n"),
            Progress::SecondPass(_) | Progress::Handshake(_) => panic!("once is enough"),
        }
    };
    assert!(key_of(&covered).is_some());
    assert_eq!(key_of(&covered), key_of(&padded));
    // No id is read from a query.
    assert!(guarded(Location::Query("id".into())).is_err());
    let uncovered = signed("@method @target-uri content-digest", request);
    // An id that nothing proves tells no deliveries apart: the request is refused.
    assert_eq!(
        code(verify(&verifier, &uncovered, NOW)),
        Some(Code::ContentMalformed)
    );
    let verified = verifier.verify_at(&uncovered, NOW).unwrap();
    assert_eq!(
        (verified.event_id(), verified.replay_key("n")),
        (None, None)
    );
}

#[test]
fn an_event_id_does_not_count_where_another_form_of_its_header_is_covered() {
    let mut scheme = providers::RFC9421
        .event_id_header("webhook-id")
        .replay_by(ReplayBy::Id);
    scheme.name = "acme".into();
    let verifier = Verifier::new(scheme.trust(Trust::AsSent), secret()).unwrap();
    for (form, genuine, changed) in [
        (r#""webhook-id";key="id""#, "id=evt_1, x=1", "id=evt_1, x=2"),
        (r#""webhook-id";sf"#, "evt_1;a=1", "evt_1; a=1"),
        (r#""webhook-id";bs"#, "evt_1", "evt_1"),
    ] {
        let components = format!("@method @target-uri content-digest {form}");
        let mut request = post("{}");
        set(&mut request, "webhook-id", genuine);
        sign_with(secret(), &components, &mut request);
        for value in [genuine, changed] {
            set(&mut request, "webhook-id", value);
            let verified = verifier.verify_at(&request, NOW).unwrap();
            assert_eq!(verified.event_id(), None, "{form} {value}");
            let refused = code(verify(&verifier, &request, NOW));
            assert_eq!(refused, Some(Code::ContentMalformed), "{form} {value}");
        }
    }
}

#[cfg(feature = "serde")]
#[test]
fn a_scheme_in_toml_names_header_window_and_limit_and_nothing_that_the_rfc_fixes() {
    let scheme: Scheme = toml::from_str(
        r#"
        name = "acme"
        algorithm = "message-signatures"
        signature = { header = "signature" }
        timestamp = { unit = "s", tolerance = 60 }
        event_id = { header = "webhook-id" }
        "#,
    )
    .unwrap();
    let verifier = Verifier::new(scheme.trust(Trust::AsSent), secret()).unwrap();
    let request = signed("@method @target-uri content-digest", post("{}"));
    assert_eq!(code(verify(&verifier, &request, NOW)), None);
    let later = UnixTime::from_secs(NOW.as_secs() + 61);
    assert_eq!(
        code(verify(&verifier, &request, later)),
        Some(Code::TimestampTooOld)
    );
    for line in [
        "signed = \"{method}\"",
        "key_id = { header = \"x-key\" }",
        "timestamp = { unit = \"ms\" }",
        "timestamp = { header = \"date\", unit = \"s\" }",
        "key = \"text\"",
    ] {
        let text = format!(
            "algorithm = \"message-signatures\"\nsignature = {{ header = \"signature\" }}\n{line}\n"
        );
        assert!(toml::from_str::<Scheme>(&text).is_err(), "{line}");
    }
}

// Hostile input.

/// A small generator, so that a failure comes again.
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % below
    }
}

#[test]
fn whatever_stands_in_the_headers_there_is_a_verdict_and_no_forgery() {
    const PIECES: &[&str] = &[
        "sig1",
        "sig2",
        "=",
        "(",
        ")",
        ";",
        ",",
        " ",
        ":",
        "\"",
        "\\",
        "?1",
        "?0",
        "1700000000",
        "-1",
        "9999999999999999",
        "1.5",
        "@1",
        "%\"c3\"",
        "\"@method\"",
        "\"@target-uri\"",
        "\"@query-param\"",
        "\"@path\"",
        "\"@query\"",
        "\"@authority\"",
        "\"content-digest\"",
        "\"content-type\"",
        "\"signature\"",
        "\"x-dict\"",
        ";sf",
        ";bs",
        ";tr",
        ";req",
        ";key=\"a\"",
        ";name=\"a\"",
        ";created=1700000000",
        ";expires=1800000000",
        ";keyid=\"k\"",
        ";alg=\"hmac-sha256\"",
        ";alg=\"none\"",
        ";nonce=\"\"",
        ";tag=\"t\"",
        "=:AAAA:",
        "=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:",
        "sha-256",
        "sha-512",
        "a=1",
        "\t",
        "é",
    ];
    let verifier = usual();
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let genuine = signed("@method @target-uri content-digest", post("{}"));
    for round in 0..20_000 {
        let mut request = genuine.clone();
        let names = [
            "signature-input",
            "signature",
            "content-digest",
            "x-dict",
            "content-type",
        ];
        for _ in 0..=random.next(3) {
            let name = names[random.next(names.len())];
            let mut value = match random.next(3) {
                0 => get(&genuine, name),
                _ => String::new(),
            };
            for _ in 0..random.next(12) {
                let mut at = random.next(value.len() + 1);
                while !value.is_char_boundary(at) {
                    at -= 1;
                }
                value.insert_str(at, PIECES[random.next(PIECES.len())]);
            }
            if let Ok(value) = http::HeaderValue::from_bytes(value.as_bytes()) {
                if random.next(4) == 0 {
                    request.headers_mut().append(header(name), value);
                } else {
                    request.headers_mut().insert(header(name), value);
                }
            }
        }
        if let Ok(verified) = verify(&verifier, &request, NOW) {
            // Only what says the same as the genuine request.
            assert_eq!(
                verified.replay_key("n"),
                verify(&verifier, &genuine, NOW).unwrap().replay_key("n"),
                "round {round}: {request:?}"
            );
        }
    }
}
