//! What is shown: errors, logs, metrics, `Debug`, diagnoses, panics and answers.

use std::collections::BTreeSet;
use std::fmt::{Debug, Write as _};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, Once};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookward::remote::{
    Allowed, CertificateKeys, Fetch, FetchError, FetchFuture, JwksKeys, Remote, SnsKeys, Template,
    Trust as Certificates,
};
use hookward::{
    Algorithm, Claim, ClaimToken, Code, Digest, Endpoint, Explainer, Key, KeyForm, KeyHandle,
    KeyRing, Location, Lookup, MemoryStore, Redaction, Rejection, Renewal, ReplayGuard, ReplayKey,
    ReplayStore, RequestHead, Scheme, Signer, StoreError, StoreFuture, TenantKeys, Tenants, Trust,
    UnixTime, Verifier, handshakes, providers,
};
use hookward_tests::{ADAPTERS, Message, PATIENCE, Server, hmac_sha256_hex};

use crate::marked::Marked;

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

/// Characters that every encoding treats differently, and none that a header or URL forbids.
const SECRET: &str = "Zk3+qW/9vTx=7pLd.Rm2_Yb8-Hc5~Nf4";
const OTHER: &str = "Gs6+eU/1wJa=8oBn.Vt0_Xi3-Kq7~Dy2";

/// What was logged, counted and said by panics, in one text.
static SAID: Mutex<String> = Mutex::new(String::new());

fn say(text: &str) {
    let mut said = SAID
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    said.push_str(text);
    said.push('\n');
}

fn said() -> String {
    SAID.lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .clone()
}

/// Takes down every span and event at every level.
struct Log(AtomicU64);

impl tracing::field::Visit for Fields {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }
}

struct Fields(String);

impl tracing::Subscriber for Log {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        let mut fields = Fields(format!("span {}", span.metadata().name()));
        span.record(&mut fields);
        say(&fields.0);
        tracing::span::Id::from_u64(self.0.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _: &tracing::span::Id, values: &tracing::span::Record<'_>) {
        let mut fields = Fields(String::new());
        values.record(&mut fields);
        say(&fields.0);
    }

    fn event(&self, event: &tracing::Event<'_>) {
        let metadata = event.metadata();
        let mut fields = Fields(format!("{} {}", metadata.level(), metadata.target()));
        event.record(&mut fields);
        say(&fields.0);
    }

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

/// Takes down the names and labels of every metric.
struct Metrics;

impl metrics::Recorder for Metrics {
    fn describe_counter(
        &self,
        _: metrics::KeyName,
        _: Option<metrics::Unit>,
        text: metrics::SharedString,
    ) {
        say(&text);
    }

    fn describe_gauge(
        &self,
        _: metrics::KeyName,
        _: Option<metrics::Unit>,
        text: metrics::SharedString,
    ) {
        say(&text);
    }

    fn describe_histogram(
        &self,
        _: metrics::KeyName,
        _: Option<metrics::Unit>,
        text: metrics::SharedString,
    ) {
        say(&text);
    }

    fn register_counter(&self, key: &metrics::Key, _: &metrics::Metadata<'_>) -> metrics::Counter {
        say(&format!("metric {key}"));
        metrics::Counter::noop()
    }

    fn register_gauge(&self, key: &metrics::Key, _: &metrics::Metadata<'_>) -> metrics::Gauge {
        say(&format!("metric {key}"));
        metrics::Gauge::noop()
    }

    fn register_histogram(
        &self,
        key: &metrics::Key,
        _: &metrics::Metadata<'_>,
    ) -> metrics::Histogram {
        say(&format!("metric {key}"));
        metrics::Histogram::noop()
    }
}

fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing::subscriber::set_global_default(Log(AtomicU64::new(0))).unwrap();
        metrics::set_global_recorder(Metrics).unwrap();
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            say(&panic.to_string());
            usual(panic);
        }));
    });
}

fn hidden(text: &str, what: &str) {
    static MARKED: LazyLock<[Marked; 2]> =
        LazyLock::new(|| [SECRET, OTHER].map(|secret| Marked::new(secret.as_bytes())));
    for secret in MARKED.iter() {
        if let Some(found) = secret.leak(text) {
            panic!("{what} shows a secret: {found}");
        }
    }
}

fn debug(value: &dyn Debug, what: &str) {
    hidden(&format!("{value:?} {value:#?}"), what);
}

fn key() -> Key {
    Key::new(SECRET).unwrap()
}

fn github() -> Verifier {
    Verifier::new(providers::GITHUB, key()).unwrap()
}

fn bearer() -> Scheme {
    Scheme::shared_secret("bearer")
        .header("authorization")
        .format("Bearer {signature}")
}

fn request(body: &str) -> http::Request<String> {
    http::Request::post("https://hooks.example/in")
        .header("host", "hooks.example")
        .body(body.to_owned())
        .unwrap()
}

/// Every key form that a secret of text can be given in.
fn ways_to_give_a_key() -> Vec<Vec<u8>> {
    let base64 = STANDARD.encode(SECRET);
    let texts = [
        SECRET.to_owned(),
        format!(" {SECRET}\n"),
        format!("\"{SECRET}\""),
        format!("whsec_{base64}"),
        format!("whsec_{SECRET}"),
        format!("whsk_{base64}"),
        format!("whpk_{base64}"),
        format!("v1,whsec_{base64}"),
        base64.clone(),
        hex::encode(SECRET),
        format!("hex_{}", hex::encode(SECRET)),
        format!("sk_live_{SECRET}"),
        format!("ghp_{SECRET}"),
        format!("ssh-ed25519 {base64}"),
        format!("user:{SECRET}"),
        format!("{SECRET}:"),
        format!("WEBHOOK_SECRET={SECRET}"),
        format!("Bearer {SECRET}"),
        format!("https://user:{SECRET}@hooks.example/"),
        format!("{{\"kty\":\"oct\",\"k\":\"{base64}\"}}"),
        format!("{{\"keys\":[{{\"kty\":\"oct\",\"k\":\"{base64}\"}}]}}"),
        format!("{{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"d\":\"{base64}\"}}"),
        format!("{{\"secret\":\"{SECRET}\""),
        format!("-----BEGIN PRIVATE KEY-----\n{base64}\n-----END PRIVATE KEY-----\n"),
        format!("-----BEGIN RSA PRIVATE KEY-----\n{base64}\n-----END RSA PRIVATE KEY-----\n"),
        format!("-----BEGIN PUBLIC KEY-----\n{base64}\n-----END PUBLIC KEY-----\n"),
        format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n"),
        format!("-----BEGIN {SECRET}-----\n{base64}\n-----END {SECRET}-----\n"),
        format!("-----BEGIN PRIVATE KEY----- {base64} -----END PRIVATE KEY-----"),
    ];
    let mut ways: Vec<Vec<u8>> = texts.into_iter().map(String::into_bytes).collect();
    ways.push([SECRET.as_bytes(), b"\xff"].concat());
    ways.push([&[0x30, 0x82, 0, 32][..], SECRET.as_bytes()].concat());
    ways
}

/// An entry of the catalogue for each way to read a key and a signature.
fn kinds_of_entries() -> Vec<Scheme> {
    let mut seen = BTreeSet::new();
    let schemes = providers::all().map(|entry| entry.scheme.clone());
    schemes
        .filter(|scheme| seen.insert(format!("{:?} {:?}", scheme.algorithm, scheme.key)))
        .collect()
}

#[test]
fn no_error_about_a_key_quotes_it() {
    listen();
    let own = [
        Scheme::hmac("own", Digest::Sha256).key(KeyForm::Hex),
        Scheme::hmac("own", Digest::Sha256).key(KeyForm::HexAfter("hex_".into())),
        Scheme::hmac("own", Digest::Sha256).key(KeyForm::Base64("whsec_".into())),
        Scheme::hmac("own", Digest::Sha256).key(KeyForm::Base64Url("whsec_".into())),
        Scheme::hmac("own", Digest::Sha256).key(KeyForm::Base64OrText("whsec_".into())),
        Scheme::public_key("own", Algorithm::Ed25519).key(KeyForm::RepeatedSeed),
        Scheme::basic("own"),
        bearer(),
    ];
    let schemes: Vec<Scheme> = kinds_of_entries()
        .into_iter()
        .chain(own.map(|scheme| scheme.header("x-signature")))
        .collect();
    let mut errors = 0;
    // Most errors are the same.
    let mut texts = BTreeSet::new();
    for way in ways_to_give_a_key() {
        for key in [
            Key::new(way.clone()),
            Key::shared_secret(way.clone()),
            Key::public_key(way.clone()),
            Key::from_bytes(way.clone()),
            Key::from_hex(&String::from_utf8_lossy(&way)),
            Key::from_base64(&String::from_utf8_lossy(&way)),
            Key::from_rsa_components(&String::from_utf8_lossy(&way), "AQAB"),
        ] {
            let key = match key {
                Ok(key) => key,
                Err(error) => {
                    texts.insert(format!("{error} {error:?} {error:#?}"));
                    errors += 1;
                    continue;
                }
            };
            texts.insert(format!("{key:?} {key:#?}"));
            for scheme in &schemes {
                if let Err(error) = Verifier::new(scheme.clone(), key.clone()) {
                    texts.insert(format!("{}: {error} {error:?}", scheme.name));
                    errors += 1;
                }
                if let Err(error) = Signer::new(scheme, key.clone()) {
                    texts.insert(format!("{}: {error} {error:?}", scheme.name));
                    errors += 1;
                }
            }
        }
    }
    let texts: Vec<String> = texts.into_iter().collect();
    hidden(&texts.join("\n"), "an error about a key");
    assert!(errors > 1000, "{errors}");
    // A password in a URL, which an operator may have copied from a browser.
    let url = format!("https://user:{SECRET}@hooks.example/");
    for error in [
        github().with_external_url(&url).unwrap_err(),
        github().with_exact_url(&url).unwrap_err(),
    ] {
        hidden(&format!("{error} {error:?}"), "an error about a URL");
    }
    hidden(&said(), "the log");
}

#[test]
fn debug_shows_no_secret() {
    listen();
    let text = || Key::new(SECRET).unwrap();
    let seed = || Key::new(format!("whsk_{}", STANDARD.encode(&SECRET[..32]))).unwrap();
    let ring = KeyRing::default().with("one", text()).push(text());
    debug(&text(), "Key");
    debug(&seed(), "Key");
    debug(&ring, "KeyRing");
    let mut signed = request("{}");
    let scheme = providers::STANDARD_WEBHOOKS_V1A;
    let signer = Signer::new(&scheme, seed()).unwrap();
    debug(&signer, "Signer");
    debug(
        &signer.sign(&signed, NOW, Some("evt_1")).unwrap(),
        "SignedRequest",
    );
    for scheme in [
        Scheme::hmac("mac", Digest::Sha256).header("x-signature"),
        Scheme::hash("hash", Digest::Sha256)
            .header("x-signature")
            .signed("{secret}.{body}"),
        Scheme::shared_secret("token").header("x-signature"),
    ] {
        let scheme = scheme.trust(Trust::AsSent);
        let signer = Signer::new(&scheme, text()).unwrap();
        debug(&signer, "Signer");
        for (name, value) in signer.sign(&signed, NOW, None).unwrap().headers() {
            signed.headers_mut().insert(name, value.clone());
        }
        let verifier = Verifier::new(scheme.clone(), ring.clone()).unwrap();
        debug(&verifier, "Verifier");
        let mut check = verifier.begin(&signed, NOW).unwrap();
        debug(&check, "Verification");
        check.update(b"{}");
        debug(&check, "Verification");
        let step = check.with_body_kept().step();
        debug(&step, "Step");
        debug(&verifier.verify_at(&signed, NOW), "Verified");
        debug(
            &Explainer::new(scheme.clone(), text()).unwrap(),
            "Explainer",
        );
        debug(&Redaction::of([&scheme]), "Redaction");
    }
    let keys = KeyHandle::new(github());
    debug(&keys, "KeyHandle");
    let store = Arc::new(MemoryStore::default());
    let guard = ReplayGuard::shared(store.clone(), "hooks");
    debug(&guard, "ReplayGuard");
    let tenants = Tenants::new(
        Verifier::without_keys(providers::GITHUB).unwrap(),
        |_: &dyn RequestHead| Some(SECRET.to_owned()),
        |name: &str| Ok(Some(TenantKeys::new("acme", Key::new(name)?))),
    );
    debug(&TenantKeys::new("acme", text()), "TenantKeys");
    debug(&tenants, "Tenants");
    debug(&Endpoint::new(tenants), "Endpoint");
    let endpoint = Endpoint::new(keys).replay_guard(guard).unwrap();
    for handshake in [
        handshakes::META.token(SECRET),
        handshakes::SLACK.key(text()),
    ] {
        debug(&handshake, "Handshake");
    }
    let endpoint = endpoint.handshake(handshakes::META.token(SECRET)).unwrap();
    debug(&endpoint, "Endpoint");
    debug(&hookward::tower::VerifyLayer::new(endpoint.clone()), "axum");
    debug(&hookward::actix::Verify::new(endpoint.clone()), "actix");
    debug(&hookward::poem::Verify::new(endpoint.clone()), "poem");
    debug(&hookward::salvo::Verify::new(endpoint), "salvo");
    // Keys that are fetched, with a client that knows a password.
    let remote = Remote::new(Broken);
    debug(&remote, "Remote");
    let es256 = Scheme::public_key("test", Algorithm::Ed25519).header("x-signature");
    let template = || Template::new(es256.clone()).param("token", SECRET);
    debug(&template(), "Template");
    let url = format!("https://keys.example/set?token={SECRET}");
    let jwks = JwksKeys::new(remote.clone(), template(), &url);
    if let Ok(jwks) = &jwks {
        // The URL is the operator's own, and shown: a token does not belong into it.
        assert!(format!("{jwks:?}").contains("JwksKeys"));
    }
    let allowed = Allowed::new(["certs.example/"]);
    let trust = Certificates::new(allowed, ["certs.example"]).unwrap();
    debug(&trust, "Trust");
    let header = http::HeaderName::from_static("x-cert");
    let certificates = CertificateKeys::new(remote.clone(), template(), header, trust);
    debug(&certificates.ok(), "CertificateKeys");
    debug(
        &SnsKeys::regions(remote, ["eu-west-1"], ["arn:*"]).ok(),
        "SnsKeys",
    );
    hidden(&said(), "the log");
}

/// Fails and tells nothing.
struct Broken;

impl Fetch for Broken {
    fn get(&self, _: http::Uri) -> FetchFuture {
        Box::pin(async { Err(FetchError::new("away")) })
    }
}

/// A store that is away, or fails to commit.
struct Away(MemoryStore, AtomicBool);

impl Away {
    fn answer<T: Send + 'static>(
        &self,
        answer: StoreFuture<'static, T>,
    ) -> StoreFuture<'static, T> {
        match self.1.load(Ordering::SeqCst) {
            true => StoreFuture::now(Err(StoreError::new("away"))),
            false => answer,
        }
    }
}

impl Debug for Away {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Away")
    }
}

impl ReplayStore for Away {
    fn claim(&self, key: ReplayKey, lease: Duration) -> StoreFuture<'static, Claim> {
        self.answer(self.0.claim(key, lease))
    }

    fn renew(
        &self,
        key: ReplayKey,
        token: ClaimToken,
        lease: Duration,
    ) -> StoreFuture<'static, Renewal> {
        self.answer(self.0.renew(key, token, lease))
    }

    fn commit(&self, _: ReplayKey, _: ClaimToken, _: Duration) -> StoreFuture<'static, ()> {
        StoreFuture::now(Err(StoreError::new("away")))
    }

    fn release(&self, key: ReplayKey, token: ClaimToken) -> StoreFuture<'static, ()> {
        self.answer(self.0.release(key, token))
    }

    fn forget(&self, key: ReplayKey) -> StoreFuture<'static, ()> {
        self.answer(self.0.forget(key))
    }
}

/// A scheme that sends its secret in one place, and requests with a right one, a wrong one,
/// two, and broken ones.
fn sent_in(place: &Location, secret: &str) -> Vec<Message> {
    let escaped: String = secret.bytes().map(|byte| format!("%{byte:02X}")).collect();
    match place {
        Location::Query(_) => vec![
            Message::new("{}").target(&format!("/hooks/x?token={escaped}")),
            Message::new("{}").target(&format!("/hooks/x?token={secret}")),
            Message::new("{}").target(&format!("/hooks/x?token={escaped}&token={escaped}")),
            Message::new("{}").target(&format!("/hooks/x?Token={escaped}")),
        ],
        Location::Header(_) => {
            let basic = STANDARD.encode(format!("user:{secret}"));
            [
                format!("Bearer {secret}"),
                format!("bearer {secret}"),
                format!("Bearer  {secret}"),
                secret.to_owned(),
                format!("Basic {basic}"),
                format!("Bearer {secret}, Bearer {secret}"),
                format!("Bearer {secret}\u{e9}"),
            ]
            .into_iter()
            .map(|value| Message::new("{}").header("Authorization", value))
            .chain([Message::new("{}")
                .header("Authorization", format!("Bearer {secret}"))
                .header("Authorization", format!("Bearer {secret}"))])
            .collect()
        }
        _ => [
            format!("{{\"token\":\"{secret}\"}}"),
            format!("{{\"token\":\"{secret}\""),
            format!("{{\"token\":\"{secret}\",\"token\":\"{secret}\"}}"),
            format!("{{\"token\":[\"{secret}\"]}}"),
            format!("token={escaped}"),
            format!("token={escaped}&token={escaped}"),
            secret.to_owned(),
        ]
        .into_iter()
        .map(Message::new)
        .collect(),
    }
}

#[test]
fn no_answer_log_or_metric_shows_a_secret_that_is_sent() {
    listen();
    let places = [
        (bearer(), Location::Header("authorization".into())),
        (
            Scheme::basic("basic"),
            Location::Header("authorization".into()),
        ),
        (
            Scheme::shared_secret("query").at(Location::Query("token".into())),
            Location::Query("token".into()),
        ),
        (
            Scheme::shared_secret("json").at(Location::Json("/token".into())),
            Location::Json("/token".into()),
        ),
        (
            Scheme::shared_secret("form").at(Location::Form("token".into())),
            Location::Form("token".into()),
        ),
        (
            Scheme::shared_secret("body").at(Location::Body),
            Location::Body,
        ),
    ];
    for adapter in ADAPTERS {
        for (scheme, place) in &places {
            let text = match scheme.algorithm {
                Algorithm::Basic => format!("user:{SECRET}"),
                _ => SECRET.to_owned(),
            };
            let key = Key::new(text).unwrap();
            let verifier = Verifier::new(scheme.clone().trust(Trust::AsSent), key).unwrap();
            let store = Arc::new(Away(MemoryStore::default(), AtomicBool::new(false)));
            let guard = ReplayGuard::shared(store.clone(), "hooks")
                .identity_from(|_, body| Some(body.to_vec()));
            let endpoint = Endpoint::new(verifier)
                .replay_guard(guard)
                .unwrap()
                .body_limit(200)
                .trace_diagnoses();
            debug(&endpoint, "Endpoint");
            let server = Server::start(adapter, endpoint);
            let mut refused = 0;
            for (secret, away) in [(SECRET, false), (OTHER, false), (SECRET, true)] {
                store.1.store(away, Ordering::SeqCst);
                for message in sent_in(place, secret) {
                    let answer = server.post(&message);
                    hidden(&answer.head, "the head of an answer");
                    if answer.status != 200 {
                        refused += 1;
                        let body = String::from_utf8_lossy(&answer.body).into_owned();
                        hidden(&body, "a refusal");
                    }
                }
                // Too long, and broken off.
                for message in sent_in(place, secret) {
                    let long = Message {
                        body: [&message.body[..], &[b' '; 300]].concat(),
                        ..message
                    };
                    hidden(&server.post(&long).head, "the head of an answer");
                }
            }
            assert!(refused > 2, "{}", scheme.name);
            server.handler.panic(true);
            for message in sent_in(place, SECRET).into_iter().take(1) {
                let mut connection = server.connect();
                let _ = std::io::Write::write_all(&mut connection, &message.bytes());
                // The panic of the handler is the service's own; hookward adds nothing.
                let _ = connection.shutdown(std::net::Shutdown::Both);
            }
        }
    }
    // The diagnoses are made in the background.
    let patience = std::time::Instant::now() + PATIENCE;
    while !said().contains("refused") || said().matches("hookward").count() < 100 {
        assert!(std::time::Instant::now() < patience, "{}", said());
        std::thread::yield_now();
    }
    let said = said();
    assert!(said.contains("metric") && said.contains("hookward_refused_total"));
    hidden(&said, "the log");
}

/// A key source that fails says why in the operator's log; the sender is told nothing of it.
#[test]
fn a_key_source_that_fails_tells_the_sender_nothing() {
    const WHY: &str = "vault.internal:8200 is sealed";
    listen();
    for adapter in ADAPTERS {
        let endpoint = Endpoint::new(|_: &dyn RequestHead| {
            Lookup::now(Err(Rejection::new(Code::KeyUnavailable, WHY)))
        });
        let server = Server::start(adapter, endpoint);
        let mac = hmac_sha256_hex(b"x", &[b"{}"]);
        let message = Message::new("{}").header("X-Hub-Signature-256", format!("sha256={mac}"));
        let answer = server.post(&message);
        assert_eq!(answer.status, 503);
        let text = answer.head + &String::from_utf8_lossy(&answer.body);
        assert_eq!(Marked::new(WHY.as_bytes()).leak(&text), None, "{adapter:?}");
    }
    assert!(said().contains(WHY));
}

#[test]
fn no_diagnosis_shows_a_key() {
    let mut texts = Vec::new();
    for scheme in kinds_of_entries() {
        for way in ways_to_give_a_key() {
            let Ok(key) = Key::new(way) else { continue };
            let Ok(explainer) = Explainer::new(scheme.clone(), key) else {
                continue;
            };
            let mut asked = request(r#"{"id":"evt_1"}"#);
            // A signature that nobody made, where the scheme expects one.
            if let Location::Header(name) = &scheme.signature.at
                && let Ok(name) = http::HeaderName::try_from(&**name)
            {
                let value = http::HeaderValue::from_static("t=1700000000,v1=00,sha256=00");
                asked.headers_mut().insert(name, value);
            }
            let body = asked.body().clone();
            let found = explainer.explain(&asked, asked.headers(), body.as_bytes(), NOW);
            texts.push(format!("{}: {found:?}", scheme.name));
            break;
        }
    }
    assert!(texts.len() > 10, "{}", texts.len());
    hidden(&texts.join("\n"), "a diagnosis");
}

#[test]
fn no_store_shows_the_password_of_its_url() {
    listen();
    let escaped: String = SECRET.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        for password in [SECRET, &escaped] {
            for url in [
                // Nothing listens there.
                format!("redis://user:{password}@127.0.0.1:1/0"),
                format!("redis://:{password}@127.0.0.1:1"),
                format!("rediss://user:{password}@127.0.0.1:1"),
                format!("redis://user:{password}@:x"),
                format!("redis://user:{password}@127.0.0.1:99999/x"),
                format!("redis//user:{password}@h"),
                password.to_owned(),
            ] {
                let store = hookward::redis::RedisStore::open(&url);
                hidden(&format!("{store:?}"), "RedisStore");
                if let Ok(store) = store {
                    let store = store.timeout(Duration::from_millis(200));
                    claim(&store).await;
                }
            }
            for url in [
                format!("postgres://user:{password}@127.0.0.1:1/db"),
                format!("postgresql://user:{password}@127.0.0.1:1/db?sslmode=disable"),
                format!("host=127.0.0.1 port=1 user=x password='{password}' dbname=x"),
                format!("host=127.0.0.1 port=x password='{password}'"),
                format!("postgres://user:{password}@:x/db"),
                format!("postgres://user:{password}@127.0.0.1:1/db?unknown={password}"),
                format!("postgres//user:{password}@h"),
                password.to_owned(),
            ] {
                let store = hookward::postgres::PostgresStore::open(&url);
                hidden(&format!("{store:?}"), "PostgresStore");
                if let Ok(store) = store {
                    let store = store.timeout(Duration::from_millis(200));
                    if let Err(error) = store.migrate().await {
                        hidden(&format!("{error} {error:?}"), "an error of migrate");
                    }
                    claim(&store).await;
                }
            }
        }
    });
    hidden(&said(), "the log");
}

async fn claim(store: &dyn ReplayStore) {
    debug(&store, "a store");
    let key = ReplayKey::from_bytes([7; 16]);
    let failed = store.claim(key, Duration::from_secs(1)).await.unwrap_err();
    hidden(&format!("{failed} {failed:?}"), "an error of a store");
    let rejection = Rejection::new(Code::StoreUnavailable, failed.to_string());
    hidden(&format!("{rejection} {rejection:?}"), "a rejection");
}
