//! Each Rust block of the README and of the pages that `build.rs` lists is compiled as
//! it is printed, and run.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode};
use axum::routing::{get, post};
use hookward::axum::{Proven, Verified, Webhook};
use hookward::tower::VerifyLayer;
use hookward::{
    Code, Endpoint, Key, MemoryStore, ReplayGuard, Scheme, Signer, UnixTime, Verifier, providers,
};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

/// The modules are the blocks, in the order of the pages.
macro_rules! block {
    ($($module:ident = $($name:literal),+;)+) => {
        $(#[allow(unreachable_pub)]
        mod $module {
            $(include!(concat!(env!("OUT_DIR"), "/", $name, ".rs"));)+
        })+

        const COVERED: &[&str] = &[$($($name),+),+];
    };
}

block! {
    axum_program = "README-quick-start-1", "README-quick-start-2";
    two_providers = "README-two-providers-on-one-router-1";
    arguments = "README-what-handlers-take-1";
    actix_program = "README-actix-web-1";
    no_framework = "README-other-frameworks-1";
    rotation = "README-keys-and-rotation-1";
    replays = "README-replays-1";
    own_provider = "README-providers-1";
    tenants = "keys-tenants-1";
    fetched_keys = "keys-keys-fetched-by-url-1";
    guard = "replay-replays-and-idempotency-1";
    own_id = "replay-what-makes-two-requests-the-same-delivery-1";
    stores = "replay-stores-1";
    external_url = "proxies-the-url-1";
    limits = "operating-limits-1";
    busy = "operating-limits-2";
    limiting_writes = "operating-the-server-1";
    axum_serving = "operating-axum-1";
    actix_serving = "operating-actix-web-1";
    poem_serving = "operating-poem-1";
    salvo_serving = "operating-salvo-1";
    stopping = "operating-with-any-of-them-1";
    diagnoses = "operating-diagnoses-1";
    validations = "operating-endpoint-validations-1";
    explained = "troubleshooting-the-signature-does-not-match-1";
}

#[test]
fn each_block_is_compiled_and_run() {
    let printed: Vec<_> = include_str!(concat!(env!("OUT_DIR"), "/blocks.txt"))
        .lines()
        .collect();
    assert_eq!(
        printed, COVERED,
        "a block that is not in `block!`, or no longer printed"
    );
}

fn key(secret: &str) -> Key {
    Key::new(secret).unwrap()
}

/// A genuine request for an entry.
fn signed(scheme: &Scheme, secret: &str, path: &str, kind: &str, body: &str) -> Request<Body> {
    let request = Request::post(path)
        .header("content-type", kind)
        .body(body.to_owned())
        .unwrap();
    let signer = Signer::new(scheme, key(secret)).unwrap();
    let signed = signer.sign(&request, UnixTime::now(), None).unwrap();
    let mut request = request.map(Body::from);
    signed.apply(&mut request);
    request
}

fn from_github(path: &str, body: &str) -> Request<Body> {
    signed(
        &providers::GITHUB,
        "github's",
        path,
        "application/json",
        body,
    )
}

/// Status and body of the answer.
async fn answer(app: &Router, request: Request<Body>) -> (StatusCode, String) {
    let response = app.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

async fn status(app: &Router, request: Request<Body>) -> StatusCode {
    answer(app, request).await.0
}

fn a_get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

/// The programs are started by running this test binary again.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
#[ignore = "a program that serves until it is killed; the test below starts it"]
fn axum_main() {
    axum_program::main().unwrap();
}

#[test]
#[ignore = "a program that serves until it is killed; the test below starts it"]
fn actix_main() {
    actix_program::main().unwrap();
}

#[test]
fn the_programs_serve_genuine_deliveries_and_refuse_forged_ones() {
    for program in ["axum_main", "actix_main"] {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", program, "--ignored", "--nocapture"])
            .env("GITHUB_WEBHOOK_SECRET", "github's")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let _program = Program(child);
        let address = lines
            .find_map(|line| {
                let line = line.unwrap();
                let (_, address) = line.split_once("127.0.0.1:")?;
                let port = address.trim_end_matches(|c: char| !c.is_ascii_digit());
                Some(format!("127.0.0.1:{port}"))
            })
            .expect("the program should listen");
        let body = r#"{"repository":{"full_name":"octo/demo"}}"#;
        let genuine = from_github("/webhooks/github", body);
        let signature = genuine.headers()["x-hub-signature-256"].to_str().unwrap();
        let post = |body: &str| {
            let mut stream = TcpStream::connect(&address).unwrap();
            write!(
                stream,
                "POST /webhooks/github HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
                 x-hub-signature-256: {signature}\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            )
            .unwrap();
            let mut text = String::new();
            stream.read_to_string(&mut text).unwrap();
            text.split(' ').nth(1).unwrap().to_owned()
        };
        assert_eq!(post(body), "200", "{program}");
        assert_eq!(post(&body.replace("octo", "evil")), "403", "{program}");
        let line = lines.next().unwrap().unwrap();
        assert!(line.contains("key 0: \"octo/demo\""), "{program}: {line}");
    }
}

#[tokio::test]
async fn two_providers_are_told_apart_by_their_routes() {
    let app = two_providers::app(key("github's"), key("stripe's")).unwrap();
    let from_stripe = |path| {
        signed(
            &providers::STRIPE,
            "stripe's",
            path,
            "application/json",
            "{}",
        )
    };
    assert_eq!(
        status(&app, from_github("/webhooks/github", "{}")).await,
        200
    );
    assert_eq!(status(&app, from_stripe("/webhooks/stripe")).await, 200);
    assert_eq!(
        status(&app, from_github("/webhooks/stripe", "{}")).await,
        403
    );
    assert_eq!(status(&app, from_stripe("/webhooks/github")).await, 403);
    // What the page says about other requests.
    assert_eq!(status(&app, a_get("/health")).await, 200);
    assert_eq!(status(&app, a_get("/unknown")).await, 404);
    assert_eq!(status(&app, a_get("/webhooks/github")).await, 403);
}

fn github_layer() -> VerifyLayer {
    VerifyLayer::new(Verifier::new(providers::GITHUB, key("github's")).unwrap())
}

#[tokio::test]
async fn a_layer_on_the_router_covers_what_was_added_before_it_alone() {
    let app = Router::new()
        .route("/health", get(|| async {}))
        .layer(github_layer())
        .route("/later", post(|| async {}))
        .route("/later/verified", post(|_: Verified| async {}))
        .route("/later/webhook", post(|_: Webhook<()>| async {}))
        .route("/later/proven", post(|_: Proven<()>| async {}));
    assert_eq!(status(&app, a_get("/health")).await, 403);
    assert_eq!(status(&app, a_get("/unknown")).await, 403);
    let unsigned = |path: &str| Request::post(path).body(Body::empty()).unwrap();
    assert_eq!(
        status(&app, unsigned("/later")).await,
        200,
        "nothing protects it"
    );
    for path in ["/later/verified", "/later/webhook", "/later/proven"] {
        let (status, says) = answer(&app, unsigned(path)).await;
        assert_eq!(status, 500, "{path}");
        assert!(
            says.contains(".layer(VerifyLayer::new(verifier))"),
            "{says}"
        );
    }
    // Two of them need both signatures.
    let app = Router::new()
        .route("/webhooks/github", post(|| async {}))
        .layer(github_layer())
        .layer(VerifyLayer::new(
            Verifier::new(providers::STRIPE, key("stripe's")).unwrap(),
        ));
    assert_eq!(
        status(&app, from_github("/webhooks/github", "{}")).await,
        403
    );
    // `route_layer` leaves other methods alone.
    let app = Router::new().route(
        "/webhooks/github",
        post(|| async {}).route_layer(github_layer()),
    );
    assert_eq!(status(&app, a_get("/webhooks/github")).await, 405);
    assert_eq!(status(&app, unsigned("/webhooks/github")).await, 403);
}

#[tokio::test]
async fn handlers_take_forms_raw_bytes_and_headers() {
    let app = arguments::app(key("github's"), key("slack's")).unwrap();
    let kind = "application/x-www-form-urlencoded";
    let command = "command=%2Fdeploy&text=to+staging";
    let slash = signed(
        &providers::SLACK,
        "slack's",
        "/webhooks/slack",
        kind,
        command,
    );
    assert_eq!(
        answer(&app, slash).await,
        (StatusCode::OK, "/deploy to staging".into())
    );
    // Three megabytes: more than axum's own extractors take by default.
    let large = format!("\"{}\"", "x".repeat(3_000_000));
    let mut push = from_github("/webhooks/github", &large);
    push.headers_mut()
        .insert("x-github-event", "push".parse().unwrap());
    assert_eq!(
        answer(&app, push).await,
        (StatusCode::OK, "push, 3000002 bytes".into())
    );

    let app = Router::new()
        .route("/bytes", post(|_: Verified, _: Bytes| async {}))
        .route("/webhook", post(|_: Webhook<String>| async {}))
        .route("/proven", post(|_: Proven<String>| async {}))
        .layer(github_layer());
    assert_eq!(status(&app, from_github("/bytes", &large)).await, 413);
    assert_eq!(status(&app, from_github("/webhook", &large)).await, 200);
    assert_eq!(status(&app, from_github("/proven", &large)).await, 200);
}

#[test]
fn the_core_needs_no_framework() {
    let verifier = Verifier::new(providers::GITHUB, key("github's")).unwrap();
    let (head, _) = from_github("/", "{}").into_parts();
    let whole = Request::from_parts(head.clone(), b"{}".to_vec());
    assert!(no_framework::whole(&verifier, &whole).is_ok());
    let frames = |frames: [&'static str; 2]| frames.into_iter().map(str::as_bytes);
    assert!(no_framework::streamed(&verifier, &head, frames(["{", "}"])).is_ok());
    assert!(no_framework::streamed(&verifier, &head, frames(["[", "]"])).is_err());
}

#[tokio::test]
async fn two_keys_verify_until_one_is_retired() {
    let (layer, keys) = rotation::layer(key("new"), key("old")).unwrap();
    let handler = |verified: Verified| async move { verified.key_id().to_owned() };
    let app = Router::new().route("/", post(handler).layer(layer));
    let by = |secret| signed(&providers::GITHUB, secret, "/", "application/json", "{}");
    assert_eq!(
        answer(&app, by("new")).await,
        (StatusCode::OK, "2026-11".into())
    );
    assert_eq!(
        answer(&app, by("old")).await,
        (StatusCode::OK, "2026-05".into())
    );
    rotation::retire(&keys, key("new")).unwrap();
    assert_eq!(status(&app, by("new")).await, 200);
    assert_eq!(status(&app, by("old")).await, 403);
}

#[tokio::test]
async fn a_copy_is_acknowledged_and_not_handled() {
    let endpoint = replays::endpoint(key("github's")).unwrap();
    let handler = |_: Verified| async { "handled" };
    let app = Router::new().route("/", post(handler).layer(VerifyLayer::new(endpoint)));
    assert_eq!(
        answer(&app, from_github("/", "{}")).await,
        (StatusCode::OK, "handled".into())
    );
    assert_eq!(
        answer(&app, from_github("/", "{}")).await,
        (StatusCode::OK, String::new())
    );
}

#[test]
fn a_provider_of_ones_own_is_text_or_code() {
    let readme = include_str!("../../README.md");
    let (_, block) = readme.split_once("```toml\nalgorithm").unwrap();
    let (text, _) = block.split_once("```").unwrap();
    let text = format!("algorithm{text}");
    let verifier = own_provider::acme(&text, key("acme's")).unwrap();
    let scheme: Scheme = toml::from_str(&text).unwrap();
    let request = Request::post("/").body("{}".to_owned()).unwrap();
    let signer = Signer::new(&scheme, key("acme's")).unwrap();
    let mut signed_request = request.clone().map(String::into_bytes);
    signer
        .sign(&request, UnixTime::now(), None)
        .unwrap()
        .apply(&mut signed_request);
    assert!(verifier.verify(&signed_request).is_ok());
    assert!(verifier.verify(&request).is_err());
    assert!(own_provider::in_code(key("acme's")).is_ok());
}

#[tokio::test]
async fn a_tenant_is_that_of_the_record() {
    let record = |tenant: &str, secret: &str| (tenant.to_owned(), secret.to_owned());
    let records = [
        ("acme".to_owned(), record("acme", "github's")),
        ("alias".to_owned(), record("acme", "github's")),
    ];
    let app = tenants::app(Arc::new(records.into())).unwrap();
    for (path, expected) in [
        ("/hooks/acme", 204),
        // Verified with a record's key; the handler sees whose it is.
        ("/hooks/alias", 404),
        ("/hooks/globex", 403),
        // The router decodes this to `acme`, the key source does not.
        ("/hooks/%61cme", 403),
    ] {
        assert_eq!(
            status(&app, from_github(path, "{}")).await,
            expected,
            "{path}"
        );
    }
}

#[tokio::test]
async fn sources_of_keys_stores_and_endpoints_are_built() {
    assert!(fetched_keys::endpoints().is_ok());
    assert!(stores::on_redis().is_ok());
    let endpoint = guard::endpoint(key("whsec_stripe's"), MemoryStore::default()).unwrap();
    assert!(endpoint.guard().is_some());
    let _: ReplayGuard = stores::in_memory();
    let github = || Verifier::new(providers::GITHUB, key("github's")).unwrap();
    let limited = limits::endpoint(github());
    let app = Router::new().route(
        "/",
        post(|_: Verified| async {}).layer(VerifyLayer::new(limited)),
    );
    let large = "x".repeat(256 * 1024);
    assert_eq!(status(&app, from_github("/", &large)).await, 200);
    assert_eq!(
        status(&app, from_github("/", &format!("{large}x"))).await,
        413
    );
    let _ = diagnoses::diagnosed(Endpoint::new(github()));
    assert!(validations::validated(Verifier::new(providers::META, key("meta's")).unwrap()).is_ok());
}

#[tokio::test]
async fn an_id_of_the_payload_tells_deliveries_apart() {
    let github = Verifier::new(providers::GITHUB, key("github's")).unwrap();
    let endpoint = own_id::by_order_event(github).unwrap();
    let handler = |_: Verified| async { "handled" };
    let app = Router::new().route("/", post(handler).layer(VerifyLayer::new(endpoint)));
    let order = |id: u32, sent: u32| {
        from_github(
            "/",
            &format!("{{\"order\":{{\"event_id\":{id}}},\"sent\":{sent}}}"),
        )
    };
    assert_eq!(answer(&app, order(1, 1)).await.1, "handled");
    assert_eq!(answer(&app, order(1, 2)).await.1, "");
    assert_eq!(answer(&app, order(2, 2)).await.1, "handled");
}

#[test]
fn a_signed_url_is_the_one_that_the_provider_called() {
    let outside = Request::post("https://example.com/hooks/sms?a=1")
        .header("content-type", "application/x-www-form-urlencoded")
        .body("Body=hello".to_owned())
        .unwrap();
    let signer = Signer::new(&providers::TWILIO, key("twilio's")).unwrap();
    let signed = signer.sign(&outside, UnixTime::now(), None).unwrap();
    // The proxy strips the prefix.
    let mut inside = outside.map(String::into_bytes);
    *inside.uri_mut() = "/sms?a=1".parse().unwrap();
    inside
        .headers_mut()
        .insert("host", "10.0.0.7:3000".parse().unwrap());
    signed.apply(&mut inside);
    let known = external_url::behind_a_known_url(key("twilio's")).unwrap();
    assert!(known.verify(&inside).is_ok());
    let pinned = external_url::on_pinned_hosts(key("twilio's")).unwrap();
    assert_eq!(
        pinned.verify(&inside).unwrap_err().code(),
        Code::RecipientMismatch
    );
    assert!(external_url::behind_a_trusted_proxy(key("twilio's")).is_ok());
}

#[test]
fn a_mismatch_is_explained_in_a_sentence() {
    let verifier = Verifier::new(providers::GITHUB, key("676974687562")).unwrap();
    let request = Request::post("/").body("{}".to_owned()).unwrap();
    let signer = Signer::new(&providers::GITHUB, key("github")).unwrap();
    let signed = signer.sign(&request, UnixTime::now(), None).unwrap();
    let mut request = request.map(String::into_bytes);
    signed.apply(&mut request);
    let says = explained::why(&verifier, &request);
    assert_eq!(
        says,
        "The signature matches when the key is decoded from hex."
    );
}

/// The body of the response to a GET.
fn get_from(address: std::net::SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn the_servers_of_the_guide_serve_until_they_are_told_to_stop() {
    use salvo_core::conn::{Acceptor as _, Listener as _};

    let asked = async |address| {
        let answer = tokio::task::spawn_blocking(move || get_from(address, "/"));
        answer.await.unwrap()
    };
    let stop = || {
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        (stop, async { drop(stopped.await) })
    };

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    limiting_writes::limit_writes(&listener).unwrap();
    let app = Router::new().route("/", get(|| async { "served" }));
    let (end, stopped) = stop();
    let serving = tokio::spawn(axum_serving::serve(listener, app, stopped));
    assert!(asked(address).await.ends_with("served"));
    end.send(()).unwrap();
    serving.await.unwrap();

    stopping::settle(ReplayGuard::new(MemoryStore::default(), "stopped")).await;

    poem_serving::serve(poem::Route::new(), std::future::ready(()))
        .await
        .unwrap();

    let acceptor = salvo_core::conn::TcpListener::new("127.0.0.1:0");
    let acceptor = acceptor.bind().await;
    let address = acceptor.holdings()[0].local_addr.clone();
    let address = address.into_std().unwrap();
    let (end, stopped) = stop();
    let app = salvo_core::Router::new();
    let serving = tokio::spawn(salvo_serving::serve(acceptor, app, stopped));
    let answer = asked(address).await;
    assert!(answer.starts_with("HTTP/1.1 405"), "{answer}");
    end.send(()).unwrap();
    serving.await.unwrap();
}

#[test]
fn the_actix_server_of_the_guide_says_continue_only_to_a_head_that_passed() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let verifier = Verifier::new(providers::GITHUB, Key::new("secret").unwrap()).unwrap();
    let verify = hookward::actix::Verify::new(busy::busy(verifier.into()));
    let (send, receive) = std::sync::mpsc::channel();
    let serving = std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async {
            let server = actix_serving::serve(listener, verify).unwrap();
            send.send(server.handle()).unwrap();
            server.await.unwrap();
        });
    });
    let handle = receive.recv().unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .write_all(
            b"POST /webhooks/github HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\n\
              connection: close\r\ncontent-length: 2\r\n\r\n",
        )
        .unwrap();
    let mut first = [0; 13];
    stream.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 403 ");
    drop(stream);
    drop(handle.stop(true));
    serving.join().unwrap();
}
