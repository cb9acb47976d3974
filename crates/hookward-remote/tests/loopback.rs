//! Keys from real TLS servers on loopback.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use hookward_core::{
    Algorithm, Code, Curve, Digest, EcdsaForm, Endpoint, Key, KeyRing, KeySource, Rejection,
    Scheme, Signer, UnixTime, providers,
};
use hookward_remote::{
    Allowed, CertificateKeys, Fetch, FetchError, FetchFuture, Fetched, JwksKeys, Remote, Roots,
    SetupError, Template, Trust,
};
use http::{HeaderName, Request, Uri};
use rcgen::KeyPair;
use tokio::sync::Barrier;

use support::{Authority, Clock, Page, Server};

const BODY: &str = r#"{"webhook_type":"ITEM"}"#;
const MINUTE: i64 = 60;
const DAY: i64 = 86_400;

/// A JWK set with these keys.
fn jwks(keys: &[(&str, &KeyPair)]) -> String {
    let keys: Vec<_> = keys
        .iter()
        .map(|(kid, key)| {
            let point = key.public_key_raw();
            let [x, y] = [&point[1..33], &point[33..]].map(|half| URL_SAFE_NO_PAD.encode(half));
            format!(r#"{{"kty":"EC","crv":"P-256","kid":"{kid}","x":"{x}","y":"{y}"}}"#)
        })
        .collect();
    format!(r#"{{"keys":[{}]}}"#, keys.join(","))
}

/// A genuine request of Plaid's scheme.
fn plaid(kid: &str, key: &KeyPair, now: UnixTime) -> Request<&'static str> {
    let ring = KeyRing::default().with(kid, Key::new(key.serialize_pem()).unwrap());
    signed(&providers::PLAID, ring, now, &[])
}

fn signed(
    scheme: &Scheme,
    ring: KeyRing,
    now: UnixTime,
    headers: &[(&'static str, &str)],
) -> Request<&'static str> {
    let mut request = Request::post("https://hooks.example.com/")
        .body(BODY)
        .unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    let signature = Signer::new(scheme, ring)
        .unwrap()
        .sign(&request, now, None)
        .unwrap();
    for (name, value) in signature.headers() {
        request.headers_mut().append(name.clone(), value.clone());
    }
    request
}

async fn verify(
    source: &impl KeySource,
    request: &Request<&'static str>,
    now: UnixTime,
) -> Result<(), Rejection> {
    let verifier = source.verifier(request).await?;
    verifier.verify_at(request, now).map(drop)
}

fn code(verdict: Result<(), Rejection>) -> Option<Code> {
    verdict.err().map(|rejection| rejection.code())
}

#[tokio::test]
async fn a_key_set_is_fetched_once_and_again_when_it_is_old() {
    let (authority, clock, key) = (
        Authority::new("a"),
        Clock::new(),
        KeyPair::generate().unwrap(),
    );
    let server = Server::start(&authority).await;
    server.set(
        "/jwks",
        Page::Is(jwks(&[("k1", &key)]), "Cache-Control: max-age=600\r\n"),
    );
    let source = JwksKeys::new(
        clock.remote(&authority),
        providers::PLAID,
        &server.url("/jwks"),
    )
    .unwrap();
    for _ in 0..3 {
        verify(&source, &plaid("k1", &key, clock.now()), clock.now())
            .await
            .unwrap();
    }
    assert_eq!(server.hits(), 1);
    clock.advance(601);
    verify(&source, &plaid("k1", &key, clock.now()), clock.now())
        .await
        .unwrap();
    assert_eq!(server.hits(), 2);
    // A fetch is independent of the validity of the request.
    let other = KeyPair::generate().unwrap();
    let forged = plaid("k1", &other, clock.now());
    assert_eq!(
        code(verify(&source, &forged, clock.now()).await),
        Some(Code::SignatureMismatch)
    );
}

#[tokio::test]
async fn a_new_key_id_makes_the_set_be_fetched_once_a_minute() {
    let (authority, clock) = (Authority::new("a"), Clock::new());
    let [old, new] = [(); 2].map(|()| KeyPair::generate().unwrap());
    let server = Server::start(&authority).await;
    server.set("/jwks", Page::Is(jwks(&[("old", &old)]), ""));
    let source = JwksKeys::new(
        clock.remote(&authority),
        providers::PLAID,
        &server.url("/jwks"),
    )
    .unwrap();
    verify(&source, &plaid("old", &old, clock.now()), clock.now())
        .await
        .unwrap();
    server.set("/jwks", Page::Is(jwks(&[("new", &new), ("old", &old)]), ""));
    for _ in 0..10 {
        let request = plaid("new", &new, clock.now());
        assert_eq!(
            code(verify(&source, &request, clock.now()).await),
            Some(Code::KeyUnknown)
        );
    }
    assert_eq!(server.hits(), 1);
    clock.advance(MINUTE);
    for (kid, key) in [("new", &new), ("old", &old)] {
        verify(&source, &plaid(kid, key, clock.now()), clock.now())
            .await
            .unwrap();
    }
    assert_eq!(server.hits(), 2);
    // Unknown ids do not cause repeated fetches.
    for invented in 0..50 {
        let request = plaid(&format!("x{invented}"), &new, clock.now());
        assert_eq!(
            code(verify(&source, &request, clock.now()).await),
            Some(Code::KeyUnknown)
        );
    }
    assert_eq!(server.hits(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_at_the_same_time_share_one_fetch() {
    let (authority, clock, key) = (
        Authority::new("a"),
        Clock::new(),
        KeyPair::generate().unwrap(),
    );
    let server = Server::start(&authority).await;
    server.gate.forget_permits(1_000_000);
    server.set("/jwks", Page::Is(jwks(&[("k1", &key)]), ""));
    let source = JwksKeys::new(
        clock.remote(&authority),
        providers::PLAID,
        &server.url("/jwks"),
    )
    .unwrap();
    let asked = Arc::new(Barrier::new(65));
    let requests: Vec<_> = (0..64)
        .map(|_| {
            let (source, asked) = (source.clone(), asked.clone());
            let request = plaid("k1", &key, clock.now());
            let now = clock.now();
            tokio::spawn(async move {
                let lookup = source.verifier(&request);
                asked.wait().await;
                let verifier = lookup.await.unwrap();
                verifier.verify_at(&request, now).map(drop).unwrap();
            })
        })
        .collect();
    asked.wait().await;
    server.gate.add_permits(1);
    for request in requests {
        request.await.unwrap();
    }
    assert_eq!(server.hits(), 1);
}

#[tokio::test]
async fn a_fetch_goes_on_when_the_request_that_started_it_is_gone() {
    let (authority, clock, key) = (
        Authority::new("a"),
        Clock::new(),
        KeyPair::generate().unwrap(),
    );
    let server = Server::start(&authority).await;
    server.set("/jwks", Page::Is(jwks(&[("k1", &key)]), ""));
    let source = JwksKeys::new(
        clock.remote(&authority),
        providers::PLAID,
        &server.url("/jwks"),
    )
    .unwrap();
    let request = plaid("k1", &key, clock.now());
    drop(source.verifier(&request));
    verify(&source, &request, clock.now()).await.unwrap();
    assert_eq!(server.hits(), 1);
}

/// A page that points elsewhere, one that is no success, and one without an end: none of
/// their keys is used, nor is the other page asked for.
#[tokio::test]
async fn only_the_page_itself_is_a_key_set() {
    let (authority, clock, key) = (
        Authority::new("a"),
        Clock::new(),
        KeyPair::generate().unwrap(),
    );
    let server = Server::start(&authority).await;
    let set = jwks(&[("k1", &key)]);
    server.set("/other", Page::Is(set.clone(), ""));
    let other = server.url("/other");
    for status in [
        "301 Moved",
        "302 Found",
        "303 See Other",
        "307 Moved",
        "308 Moved",
    ] {
        for location in [&*other, "/other", "//localhost/other"] {
            let before = server.hits();
            let line = format!("{status}\r\nLocation: {location}");
            server.set("/jwks", Page::Status(String::leak(line)));
            let source = JwksKeys::new(
                clock.remote(&authority),
                providers::PLAID,
                &server.url("/jwks"),
            )
            .unwrap();
            let asked = verify(&source, &plaid("k1", &key, clock.now()), clock.now()).await;
            assert_eq!(code(asked), Some(Code::KeyUnavailable), "{status}");
            assert_eq!(server.hits(), before + 1, "{status} {location}");
        }
    }
    // 256 KiB are the most, declared or not.
    let padded = |length: usize| format!("{set}{}", " ".repeat(length - set.len()));
    for (page, is_taken) in [
        (Page::Is(padded(256 * 1024), ""), true),
        (Page::Is(padded(256 * 1024 + 1), ""), false),
        (Page::Answer("200 OK", set.clone()), true),
        (Page::Answer("201 Created", set.clone()), false),
        (Page::Answer("203 Non-Authoritative", set.clone()), false),
        (Page::Answer("404 Not Found", set.clone()), false),
        (Page::Answer("500 Down", set.clone()), false),
    ] {
        server.set("/jwks", page);
        let source = JwksKeys::new(
            clock.remote(&authority),
            providers::PLAID,
            &server.url("/jwks"),
        )
        .unwrap();
        let asked = verify(&source, &plaid("k1", &key, clock.now()), clock.now()).await;
        assert_eq!(asked.is_ok(), is_taken);
    }
}

/// Keys for encryption, a second key of one name, and keys beyond the 32nd are not used.
#[tokio::test]
async fn keys_of_a_set_that_are_not_used() {
    let (authority, clock) = (Authority::new("a"), Clock::new());
    let [first, second, last] = [(); 3].map(|()| KeyPair::generate().unwrap());
    let server = Server::start(&authority).await;
    let entry = |id: &str, key: &KeyPair| {
        let set = jwks(&[(id, key)]);
        let set: serde_json::Value = serde_json::from_str(&set).unwrap();
        set["keys"][0].clone()
    };
    let mut keys = vec![entry("k1", &first), entry("k1", &second)];
    let mut encryption = entry("k2", &second);
    encryption["use"] = "enc".into();
    keys.push(encryption);
    for i in keys.len()..31 {
        keys.push(entry(&format!("other-{i}"), &first));
    }
    keys.push(entry("k32", &last));
    keys.push(entry("k33", &last));
    server.set(
        "/jwks",
        Page::Is(serde_json::json!({ "keys": keys }).to_string(), ""),
    );
    let source = JwksKeys::new(
        clock.remote(&authority),
        providers::PLAID,
        &server.url("/jwks"),
    )
    .unwrap();
    for (id, key, expected) in [
        ("k1", &first, None),
        ("k1", &second, Some(Code::SignatureMismatch)),
        ("k2", &second, Some(Code::KeyUnknown)),
        ("k32", &last, None),
        ("k33", &last, Some(Code::KeyUnknown)),
    ] {
        let asked = verify(&source, &plaid(id, key, clock.now()), clock.now()).await;
        assert_eq!(asked.err().map(|refused| refused.code()), expected, "{id}");
    }
}

#[tokio::test]
async fn keys_stay_in_use_for_a_day_while_their_server_is_down() {
    let (authority, clock, key) = (
        Authority::new("a"),
        Clock::new(),
        KeyPair::generate().unwrap(),
    );
    let server = Server::start(&authority).await;
    server.set("/jwks", Page::Is(jwks(&[("k1", &key)]), ""));
    let source = JwksKeys::new(
        clock.remote(&authority),
        providers::PLAID,
        &server.url("/jwks"),
    )
    .unwrap();
    let ask = async || verify(&source, &plaid("k1", &key, clock.now()), clock.now()).await;
    ask().await.unwrap();
    server.set("/jwks", Page::Status("503 Down"));
    clock.advance(3600 + DAY - 1);
    for _ in 0..3 {
        ask().await.unwrap();
    }
    assert_eq!(server.hits(), 2);
    clock.advance(MINUTE);
    let refused = ask().await.unwrap_err();
    assert_eq!(refused.code(), Code::KeyUnavailable);
    assert_eq!(refused.status(), 503);
    assert_eq!(refused.retry_after_secs(), Some(30));
    assert_eq!(server.hits(), 3);
    // A failure is cached for half a minute.
    assert_eq!(code(ask().await), Some(Code::KeyUnavailable));
    assert_eq!(server.hits(), 3);
    server.set("/jwks", Page::Is(jwks(&[("k1", &key)]), ""));
    clock.advance(31);
    ask().await.unwrap();
}

#[tokio::test]
async fn answers_that_are_no_key_set_are_refused() {
    let (authority, clock, key) = (
        Authority::new("a"),
        Clock::new(),
        KeyPair::generate().unwrap(),
    );
    let server = Server::start(&authority).await;
    let redirect = "302 Found\r\nLocation: /good";
    server.set("/good", Page::Is(jwks(&[("k1", &key)]), ""));
    server.set("/redirect", Page::Status(redirect));
    let absolute = format!("301 Moved\r\nLocation: {}", server.url("/good"));
    server.set("/moved", Page::Status(Box::leak(absolute.into_boxed_str())));
    server.set("/silent", Page::Silence);
    let large = format!("{}{}", " ".repeat(256 * 1024), jwks(&[("k1", &key)]));
    server.set("/large", Page::Is(large, ""));
    server.set("/text", Page::Is("hello".into(), ""));
    server.set("/list", Page::Is("[]".into(), ""));
    server.set("/empty", Page::Is(r#"{"keys":[]}"#.into(), ""));
    let rsa = r#"{"keys":[{"kty":"RSA","kid":"k1","n":"AQAB","e":"AQAB"}]}"#;
    server.set("/rsa", Page::Is(rsa.into(), ""));
    let request = plaid("k1", &key, clock.now());
    for path in [
        "/redirect",
        "/moved",
        "/silent",
        "/large",
        "/text",
        "/list",
        "/empty",
        "/rsa",
        "/none",
    ] {
        let remote =
            clock
                .remote(&authority)
                .timeout(Duration::from_millis(if path == "/silent" {
                    50
                } else {
                    5000
                }));
        let source = JwksKeys::new(remote, providers::PLAID, &server.url(path)).unwrap();
        let verdict = verify(&source, &request, clock.now()).await;
        assert_eq!(code(verdict), Some(Code::KeyUnavailable), "{path}");
    }
    assert_eq!(server.hits(), 9, "no redirect is followed");

    // A server with another CA, and one that is unavailable.
    let stranger = Authority::new("b");
    let remote = clock.remote(&stranger);
    let source = JwksKeys::new(remote, providers::PLAID, &server.url("/good")).unwrap();
    assert_eq!(
        code(verify(&source, &request, clock.now()).await),
        Some(Code::KeyUnavailable)
    );
    for url in ["http://localhost/jwks", "localhost/jwks", ""] {
        let source = JwksKeys::new(clock.remote(&authority), providers::PLAID, url);
        assert!(matches!(source, Err(SetupError::Url(_))), "{url}");
    }
}

const ACME: Scheme = Scheme::public_key(
    "acme",
    Algorithm::Ecdsa(Curve::P256, Digest::Sha256, EcdsaForm::Der),
);
const NAME: &str = "signing.acme.example";

fn acme(url: &str, key: &KeyPair, now: UnixTime) -> Request<&'static str> {
    let ring = KeyRing::from(Key::new(key.serialize_pem()).unwrap());
    signed(&ACME, ring, now, &[("x-cert-url", url)])
}

/// A source of certificates from a server, under an authority.
fn certificates(remote: Remote, server: &Server, roots: Roots) -> CertificateKeys {
    let allowed = format!("localhost:{}/certs/", server.port);
    let trust = Trust::new(Allowed::new([allowed.as_str()]), [NAME])
        .unwrap()
        .roots(roots);
    CertificateKeys::new(remote, ACME, HeaderName::from_static("x-cert-url"), trust).unwrap()
}

#[tokio::test]
async fn a_certificate_is_held_to_chain_name_and_time() {
    let (authority, clock) = (Authority::new("a"), Clock::new());
    let server = Server::start(&authority).await;
    let signers = Authority::new("signers");
    let (good, key) = signers.certificate(NAME);
    let (other_name, other_name_key) = signers.certificate("evil.example");
    let (stranger, stranger_key) = Authority::new("strangers").certificate(NAME);
    let below = signers.intermediate();
    let (long, long_key) = below.certificate(NAME);
    server.set("/certs/good", Page::Is(good.clone(), ""));
    server.set("/certs/chain", Page::Is(format!("{long}{}", below.pem), ""));
    server.set("/certs/no-chain", Page::Is(long.clone(), ""));
    server.set("/certs/name", Page::Is(other_name, ""));
    server.set("/certs/stranger", Page::Is(stranger, ""));
    server.set("/certs/text", Page::Is("hello".into(), ""));
    server.set("/certs/many", Page::Is(good.repeat(11), ""));
    let source = certificates(clock.remote(&authority), &server, signers.roots());
    let untrusted = Some(Code::CertificateUntrusted);
    for (path, key, expected) in [
        ("good", &key, None),
        ("chain", &long_key, None),
        ("good", &stranger_key, Some(Code::SignatureMismatch)),
        ("no-chain", &long_key, untrusted),
        ("name", &other_name_key, untrusted),
        ("stranger", &stranger_key, untrusted),
        // No certificate at all, such as the page of a proxy: to be tried again.
        ("text", &key, Some(Code::KeyUnavailable)),
        ("many", &key, untrusted),
    ] {
        let url = server.url(&format!("/certs/{path}"));
        let verdict = verify(&source, &acme(&url, key, clock.now()), clock.now()).await;
        assert_eq!(code(verdict), expected, "{path}");
    }
    // Expired while it was cached: the cache must not outlive the certificate.
    let url = server.url("/certs/good");
    let keep = Duration::from_secs(2 * 365 * 86_400);
    let source = certificates(
        clock.remote(&authority).keep(keep, keep),
        &server,
        signers.roots(),
    );
    let ask = async || verify(&source, &acme(&url, &key, clock.now()), clock.now()).await;
    ask().await.unwrap();
    clock.advance(365 * DAY);
    assert_eq!(code(ask().await), untrusted);
    clock.advance(-3 * 365 * DAY);
    assert_eq!(code(ask().await), untrusted, "not valid yet");
}

#[tokio::test]
async fn nothing_is_fetched_from_where_it_is_not_allowed() {
    let (authority, clock) = (Authority::new("a"), Clock::new());
    let server = Server::start(&authority).await;
    let signers = Authority::new("signers");
    let (good, key) = signers.certificate(NAME);
    for path in ["/certs/good", "/other/good"] {
        server.set(path, Page::Is(good.clone(), ""));
    }
    let source = certificates(clock.remote(&authority), &server, signers.roots());
    for url in [
        server.url("/other/good"),
        server.url("/certs/../other/good"),
        server.url("/certs/good").replace("https", "http"),
        server.url("/certs/good").replace("localhost", "127.0.0.1"),
        "https://evil.example/certs/good".to_owned(),
    ] {
        let verdict = verify(&source, &acme(&url, &key, clock.now()), clock.now()).await;
        assert_eq!(code(verdict), Some(Code::CertificateUntrusted), "{url}");
    }
    let mut twice = acme(&server.url("/certs/good"), &key, clock.now());
    twice
        .headers_mut()
        .append("x-cert-url", server.url("/certs/good").parse().unwrap());
    assert_eq!(
        code(verify(&source, &twice, clock.now()).await),
        Some(Code::KeyUnknown)
    );
    assert_eq!(server.hits(), 0);

    let paypal = CertificateKeys::paypal(
        clock.remote(&authority),
        "WH-1",
        hookward_core::Trust::AsSent,
    )
    .unwrap();
    let request = Request::post("/")
        .header(
            "paypal-cert-url",
            "https://evil.example/v1/notifications/certs/1",
        )
        .body(BODY)
        .unwrap();
    assert_eq!(
        code(verify(&paypal, &request, clock.now()).await),
        Some(Code::CertificateUntrusted)
    );
}

/// A client that has no documents and counts calls.
#[derive(Clone, Default)]
struct Nothing(Arc<AtomicUsize>);

impl Fetch for Nothing {
    fn get(&self, url: Uri) -> FetchFuture {
        self.0.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move {
            if url.path() == "/certs/empty" {
                return Ok(Fetched {
                    body: Bytes::new(),
                    max_age: None,
                });
            }
            Err(FetchError::new("nothing here"))
        })
    }
}

#[tokio::test]
async fn a_flood_of_different_urls_starts_a_bounded_number_of_fetches() {
    let (clock, nothing) = (Clock::new(), Nothing::default());
    let (_, key) = Authority::new("a").certificate(NAME);
    let by = clock.clone();
    let remote = Remote::new(nothing.clone()).clock(move || by.now());
    let allowed = Allowed::new(["certs.acme.example/certs/"]);
    let source = CertificateKeys::new(
        remote,
        ACME,
        HeaderName::from_static("x-cert-url"),
        Trust::new(allowed, [NAME]).unwrap(),
    )
    .unwrap();
    for minute in 1..=3 {
        for invented in 0..200 {
            let url = format!("https://certs.acme.example/certs/{minute}-{invented}");
            let verdict = verify(&source, &acme(&url, &key, clock.now()), clock.now()).await;
            assert_eq!(code(verdict), Some(Code::KeyUnavailable));
        }
        assert_eq!(nothing.0.load(Ordering::SeqCst), 30 * minute);
        clock.advance(MINUTE);
    }
}

/// A client that has a certificate at some URLs, and keeps a list of what it was
/// asked for.
#[derive(Clone, Default)]
struct Shelf {
    pages: Arc<Mutex<HashMap<String, String>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Shelf {
    fn asked(&self, url: &str) -> usize {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|known| *known == url).count()
    }
}

impl Fetch for Shelf {
    fn get(&self, url: Uri) -> FetchFuture {
        let url = url.to_string();
        self.asked.lock().unwrap().push(url.clone());
        let page = self.pages.lock().unwrap().get(&url).cloned();
        Box::pin(async move {
            let body = page.ok_or_else(|| FetchError::new("404"))?;
            Ok(Fetched {
                body: Bytes::from(body),
                max_age: None,
            })
        })
    }
}

/// Certificates at one host, fetched by a client of the test's.
fn shelved(shelf: &Shelf, clock: &Clock, roots: Roots, likely: Option<&str>) -> CertificateKeys {
    let by = clock.clone();
    let remote = Remote::new(shelf.clone()).clock(move || by.now());
    let mut trust = Trust::new(Allowed::new(["certs.acme.example/certs/"]), [NAME])
        .unwrap()
        .roots(roots);
    if let Some(likely) = likely {
        trust = trust.likely(Allowed::new([likely]));
    }
    CertificateKeys::new(remote, ACME, HeaderName::from_static("x-cert-url"), trust).unwrap()
}

/// As an attacker sends it: a URL, and no signature that could match.
fn unsigned(url: &str) -> Request<&'static str> {
    Request::post("/")
        .header("x-cert-url", url)
        .body(BODY)
        .unwrap()
}

const GENUINE: &str = "https://certs.acme.example/certs/CERT-1";

#[tokio::test]
async fn a_url_that_once_was_good_is_fetched_again_whatever_strangers_invent() {
    let (clock, shelf) = (Clock::new(), Shelf::default());
    let signers = Authority::new("signers");
    let (good, key) = signers.certificate(NAME);
    shelf.pages.lock().unwrap().insert(GENUINE.into(), good);
    let source = shelved(&shelf, &clock, signers.roots(), None);
    let ask = async |url: &str| {
        let request = acme(url, &key, clock.now());
        code(verify(&source, &request, clock.now()).await)
    };
    assert_eq!(ask(GENUINE).await, None);
    for round in 1..=5 {
        // Longer than any answer is kept, and than it is used while its server is
        // down: all that is left is that it once was good.
        clock.advance(3 * DAY);
        for invented in 0..200 {
            let url = format!("https://certs.acme.example/certs/CERT-{round}-{invented}");
            let verdict = verify(&source, &unsigned(&url), clock.now()).await;
            assert_eq!(code(verdict), Some(Code::KeyUnavailable));
        }
        assert_eq!(ask(GENUINE).await, None, "{round}");
        assert_eq!(shelf.asked(GENUINE), 1 + round);
    }
}

#[tokio::test]
async fn a_certificate_that_fails_for_a_while_comes_back_whatever_strangers_invent() {
    let (clock, shelf) = (Clock::new(), Shelf::default());
    let signers = Authority::new("signers");
    let (good, key) = signers.certificate(NAME);
    let source = shelved(&shelf, &clock, signers.roots(), None);
    let ask = async |url: &str| {
        let request = acme(url, &key, clock.now());
        code(verify(&source, &request, clock.now()).await)
    };
    let put = || {
        shelf
            .pages
            .lock()
            .unwrap()
            .insert(GENUINE.into(), good.clone())
    };
    put();
    assert_eq!(ask(GENUINE).await, None);
    clock.advance(3 * DAY);
    shelf.pages.lock().unwrap().clear();
    for invented in 0..200 {
        let url = format!("https://certs.acme.example/certs/{invented}");
        let _ = verify(&source, &unsigned(&url), clock.now()).await;
        // Failing as well, its fetches are at most one in half a minute.
        let verdict = verify(&source, &unsigned(GENUINE), clock.now()).await;
        assert_eq!(code(verdict), Some(Code::KeyUnavailable));
    }
    assert_eq!(shelf.asked(GENUINE), 2);
    put();
    clock.advance(31);
    assert_eq!(ask(GENUINE).await, None);
}

#[tokio::test]
async fn before_the_first_fetch_invented_urls_only_delay_the_genuine_one() {
    let (clock, shelf) = (Clock::new(), Shelf::default());
    let signers = Authority::new("signers");
    let (good, key) = signers.certificate(NAME);
    shelf.pages.lock().unwrap().insert(GENUINE.into(), good);
    let source = shelved(&shelf, &clock, signers.roots(), None);
    let ask = async |url: &str| {
        let request = acme(url, &key, clock.now());
        code(verify(&source, &request, clock.now()).await)
    };
    let flood = async |minute: usize| {
        for invented in 0..500 {
            let url = format!("https://certs.acme.example/certs/CERT-{minute}-{invented}");
            let _ = verify(&source, &unsigned(&url), clock.now()).await;
        }
    };
    flood(0).await;
    let refused = verify(&source, &acme(GENUINE, &key, clock.now()), clock.now()).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code(), Code::KeyUnavailable);
    assert!(refused.retry_after_secs().is_some(), "it is sent again");
    // Which URLs are known to ask again is a matter of hashes: a flood may take the
    // place of the genuine one, which is then requested again.
    let mut floods = 1_usize;
    loop {
        clock.advance(MINUTE);
        flood(floods).await;
        floods += 1;
        if ask(GENUINE).await.is_none() {
            break;
        }
        assert!(floods < 20, "every flood keeps the genuine one out");
    }
    // The fetches of the floods, and the genuine one's.
    assert_eq!(shelf.asked.lock().unwrap().len(), floods * 30 + 1);
}

#[tokio::test]
async fn urls_of_the_usual_shape_have_an_allowance_of_their_own() {
    let (clock, shelf) = (Clock::new(), Shelf::default());
    let signers = Authority::new("signers");
    let (good, key) = signers.certificate(NAME);
    shelf.pages.lock().unwrap().insert(GENUINE.into(), good);
    let likely = Some("certs.acme.example/certs/CERT-");
    let source = shelved(&shelf, &clock, signers.roots(), likely);
    let ask = async |url: &str| {
        let request = acme(url, &key, clock.now());
        code(verify(&source, &request, clock.now()).await)
    };
    for invented in 0..100 {
        let url = format!("https://certs.acme.example/certs/BOGUS-{invented}");
        let _ = verify(&source, &unsigned(&url), clock.now()).await;
    }
    assert_eq!(ask(GENUINE).await, None);

    let paypal = Shelf::default();
    let by = clock.clone();
    let remote = Remote::new(paypal.clone()).clock(move || by.now());
    let source = CertificateKeys::paypal(remote, "WH-1", hookward_core::Trust::AsSent).unwrap();
    let ask = async |name: &str| {
        let url = format!("https://api.paypal.com/v1/notifications/certs/{name}");
        let request = Request::post("/")
            .header("paypal-cert-url", &url)
            .body(BODY)
            .unwrap();
        let _ = verify(&source, &request, clock.now()).await;
        paypal.asked(&url)
    };
    for invented in 0..30 {
        assert_eq!(ask(&format!("BOGUS-{invented}")).await, 1);
    }
    assert_eq!(ask("BOGUS-30").await, 0);
    assert_eq!(ask("CERT-360caa42-fca2a594-1d93a270").await, 1);
}

#[tokio::test]
async fn a_key_set_never_gives_a_shared_secret() {
    let (authority, clock) = (Authority::new("a"), Clock::new());
    let server = Server::start(&authority).await;
    let oct = r#"{"kty":"oct","kid":"k1","k":"GpwctzjRxs7X5qQApR65Q80BfwrOT4K9LvKGDUsVSIg"}"#;
    server.set("/jwks", Page::Is(format!(r#"{{"keys":[{oct}]}}"#), ""));
    let scheme = Scheme::hmac("acme", Digest::Sha256).key_id_header("key-id");
    let source = JwksKeys::new(clock.remote(&authority), scheme, &server.url("/jwks")).unwrap();
    let request = Request::post("/")
        .header("key-id", "k1")
        .body(BODY)
        .unwrap();
    assert_eq!(
        code(verify(&source, &request, clock.now()).await),
        Some(Code::KeyUnavailable)
    );
}

#[tokio::test]
async fn without_a_chain_a_certificate_that_comes_with_one_is_held_to_the_roots() {
    let (authority, clock) = (Authority::new("a"), Clock::new());
    let server = Server::start(&authority).await;
    let signers = Authority::new("signers");
    let below = signers.intermediate();
    let (leaf, key) = below.certificate(NAME);
    let stranger = Authority::new("strangers");
    let (other_name, other_key) = below.certificate("evil.example");
    server.set("/certs/alone", Page::Is(leaf.clone(), ""));
    server.set("/certs/chain", Page::Is(format!("{leaf}{}", below.pem), ""));
    let astray = format!("{leaf}{}", stranger.pem);
    server.set("/certs/astray", Page::Is(astray, ""));
    server.set("/certs/twice", Page::Is(format!("{leaf}{leaf}"), ""));
    server.set("/certs/name", Page::Is(other_name, ""));
    let allowed = format!("localhost:{}/certs/", server.port);
    let trust = Trust::new(Allowed::new([allowed.as_str()]), [NAME])
        .unwrap()
        .roots(signers.roots())
        .without_chain();
    let header = HeaderName::from_static("x-cert-url");
    let source = CertificateKeys::new(clock.remote(&authority), ACME, header, trust).unwrap();
    let untrusted = Some(Code::CertificateUntrusted);
    for (path, key, expected) in [
        ("alone", &key, None),
        ("chain", &key, None),
        ("astray", &key, untrusted),
        ("twice", &key, untrusted),
        ("name", &other_key, untrusted),
    ] {
        let url = server.url(&format!("/certs/{path}"));
        let verdict = verify(&source, &acme(&url, key, clock.now()), clock.now()).await;
        assert_eq!(code(verdict), expected, "{path}");
    }
    // Alone, it still has to be in its time window.
    clock.advance(365 * DAY);
    let url = server.url("/certs/alone");
    let verdict = verify(&source, &acme(&url, &key, clock.now()), clock.now()).await;
    assert_eq!(code(verdict), untrusted);
}

#[tokio::test]
async fn a_paypal_delivery_is_verified_with_the_certificate_it_points_at() {
    // Made with OpenSSL for this test: an RSA key, its certificate for
    // `messageverificationcerts.paypal.com`, and the authority above it.
    let certificate = include_str!("data/rsa-leaf.pem");
    let key = include_str!("data/rsa-leaf.key.pem");
    let roots = Roots::from_pem(include_str!("data/rsa-root.pem")).unwrap();
    let (authority, clock) = (Authority::new("a"), Clock::new());
    let server = Server::start(&authority).await;
    server.set(
        "/v1/notifications/certs/CERT-1",
        Page::Is(certificate.into(), ""),
    );
    let allowed = format!("localhost:{}/v1/notifications/certs/", server.port);
    let trust = Trust::new(
        Allowed::new([allowed.as_str()]),
        ["messageverificationcerts.paypal.com"],
    )
    .unwrap();
    let source = |trust| {
        CertificateKeys::new(
            clock.remote(&authority),
            Template::new(providers::PAYPAL.trust(hookward_core::Trust::AsSent))
                .param("webhook_id", "WH-1"),
            HeaderName::from_static("paypal-cert-url"),
            trust,
        )
        .unwrap()
    };
    let request = |webhook: &str| {
        let ring = KeyRing::from(Key::new(key).unwrap()).param("webhook_id", webhook);
        let url = server.url("/v1/notifications/certs/CERT-1");
        let headers = [("paypal-cert-url", url.as_str())];
        signed(&providers::PAYPAL, ring, clock.now(), &headers)
    };
    let trusting = source(trust.clone().roots(roots));
    verify(&trusting, &request("WH-1"), clock.now())
        .await
        .unwrap();
    assert_eq!(
        code(verify(&trusting, &request("WH-2"), clock.now()).await),
        Some(Code::SignatureMismatch),
        "another webhook's"
    );
    assert_eq!(
        code(verify(&source(trust), &request("WH-1"), clock.now()).await),
        Some(Code::CertificateUntrusted),
        "Mozilla's roots do not know this authority"
    );
}

#[tokio::test]
async fn what_the_head_refuses_fetches_nothing() {
    let (clock, nothing) = (Clock::new(), Nothing::default());
    let (_, key) = Authority::new("a").certificate(NAME);
    let remote = || {
        let by = clock.clone();
        Remote::new(nothing.clone()).clock(move || by.now())
    };
    let certificates = CertificateKeys::new(
        remote(),
        ACME,
        HeaderName::from_static("x-cert-url"),
        Trust::new(Allowed::new(["certs.acme.example/certs/"]), [NAME]).unwrap(),
    )
    .unwrap();
    let jwks = JwksKeys::new(
        remote(),
        providers::PLAID,
        "https://certs.acme.example/jwks",
    )
    .unwrap();
    let by = clock.clone();
    let certificates = Endpoint::new(certificates).clock(move || by.now());
    let by = clock.clone();
    let jwks = Endpoint::new(jwks).clock(move || by.now());

    let acme = acme("https://certs.acme.example/certs/1", &key, clock.now());
    let plaid = plaid("k1", &KeyPair::generate().unwrap(), clock.now());
    for (endpoint, request, header) in [
        (&certificates, &acme, "x-signature"),
        (&jwks, &plaid, "plaid-verification"),
    ] {
        for value in [None, Some(""), Some("?"), Some("e30.e30"), Some("=")] {
            let mut refused = request.clone();
            assert!(refused.headers_mut().remove(header).is_some(), "{header}");
            if let Some(value) = value {
                refused.headers_mut().insert(header, value.parse().unwrap());
            }
            let refusal = endpoint.lookup(&refused).await.unwrap_err();
            assert_ne!(refusal.code(), Code::KeyUnavailable, "{header} {value:?}");
        }
        let mut repeated = request.clone();
        let value = request.headers()[header].clone();
        repeated.headers_mut().append(header, value);
        assert!(endpoint.lookup(&repeated).await.is_err());
    }
    assert_eq!(nothing.0.load(Ordering::SeqCst), 0);
    for (endpoint, request) in [(&certificates, &acme), (&jwks, &plaid)] {
        let refusal = endpoint.lookup(request).await.unwrap_err();
        assert_eq!(refusal.code(), Code::KeyUnavailable);
    }
    assert_eq!(nothing.0.load(Ordering::SeqCst), 2);
    // What is too old is not looked up either.
    clock.advance(3600);
    for (endpoint, request) in [(&jwks, &plaid)] {
        let refusal = endpoint.lookup(request).await.unwrap_err();
        assert_eq!(refusal.code(), Code::TimestampTooOld);
    }
    assert_eq!(nothing.0.load(Ordering::SeqCst), 2);
}
