//! The hoop in process: bodies that were already read, and what salvo adds to the URI.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;

use hookward_core::{
    Digest, Endpoint, Key, KeyRing, MemoryStore, ReplayGuard, Scheme, Signer, UnixTime, Verified,
    Verifier, providers,
};
use hookward_salvo::{Verify, Webhook};
use http::uri::Scheme as UriScheme;
use salvo_core::Extractible;
use salvo_core::http::ResBody;
use salvo_core::prelude::*;

fn ring() -> KeyRing {
    KeyRing::from(Key::new("secret").unwrap())
}

/// A request that is genuine for this URL, as the `http` crate represents it.
fn genuine(scheme: &Scheme, url: &str) -> http::Request<Vec<u8>> {
    let mut request = http::Request::post(url)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(b"{}".to_vec())
        .unwrap();
    let signer = Signer::new(scheme, ring()).unwrap();
    let signed = signer.sign(&request, UnixTime::now(), None).unwrap();
    signed.apply(&mut request);
    request
}

fn github() -> Verifier {
    Verifier::new(providers::GITHUB, ring()).unwrap()
}

/// Responds with the body, without a status.
struct Echo;

#[handler]
impl Echo {
    async fn handle(&self, request: &mut Request, response: &mut Response) {
        assert!(request.extensions().get::<Verified>().is_some());
        let body = request.payload().await.unwrap().clone();
        response.body(body);
    }
}

/// Reads the body before the hoop does.
enum Reads {
    Nothing,
    Payload,
    Form,
    /// And restores it.
    Again,
}

#[handler]
impl Reads {
    async fn handle(&self, request: &mut Request) {
        match self {
            Self::Nothing => {}
            Self::Payload => drop(request.payload().await.unwrap().clone()),
            Self::Form => assert!(request.form_data().await.is_ok()),
            Self::Again => {
                let body = request.payload().await.unwrap().clone();
                request.replace_body(body.into());
            }
        }
    }
}

async fn run(mut request: Request, handlers: Vec<Arc<dyn Handler>>) -> Response {
    let mut response = Response::new();
    let mut flow = FlowCtrl::new(handlers);
    flow.call_next(&mut request, &mut Depot::new(), &mut response)
        .await;
    response
}

fn body(response: &Response) -> &[u8] {
    match &response.body {
        ResBody::Once(bytes) => bytes,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_body_that_was_read_before_is_refused_since_salvo_would_give_it_to_the_handler() {
    let verify = Verify::new(github());
    for (reads, status) in [
        (Reads::Nothing, None),
        (Reads::Payload, Some(400)),
        (Reads::Form, Some(400)),
        (Reads::Again, Some(400)),
    ] {
        let request = genuine(&providers::GITHUB, "/hooks");
        let request = Request::from_hyper(request, UriScheme::HTTP);
        let handlers: Vec<Arc<dyn Handler>> =
            vec![Arc::new(reads), Arc::new(verify.clone()), Arc::new(Echo)];
        let response = run(request, handlers).await;
        assert_eq!(response.status_code.map(|code| code.as_u16()), status);
        assert!(status.is_some() || body(&response) == b"{}");
    }
}

#[tokio::test]
async fn no_status_is_success_and_a_refusal_keeps_its_body() {
    let guard = ReplayGuard::new(MemoryStore::default(), "github");
    let endpoint = Endpoint::new(github()).replay_guard(guard).unwrap();
    let endpoint = endpoint.on_rejection(|_| {
        let mut answer = http::Response::default();
        *answer.status_mut() = StatusCode::FORBIDDEN;
        answer
    });
    let verify = Verify::new(endpoint);
    for is_copy in [false, true] {
        let request = genuine(&providers::GITHUB, "/hooks");
        let request = Request::from_hyper(request, UriScheme::HTTP);
        let response = run(request, vec![Arc::new(verify.clone()), Arc::new(Echo)]).await;
        let marked = response.headers().contains_key("hookward-replay");
        assert_eq!(marked, is_copy);
    }
    let request = http::Request::post("/hooks").body("{}").unwrap();
    let request = Request::from_hyper(request, UriScheme::HTTP);
    let response = run(request, vec![Arc::new(verify), Arc::new(Echo)]).await;
    assert_eq!(response.status_code, Some(StatusCode::FORBIDDEN));
    assert_eq!(body(&response), b"");
}

#[tokio::test]
async fn what_salvo_adds_to_the_uri_does_not_change_the_signed_url() {
    let scheme = Scheme::hmac("acme", Digest::Sha256).signed("{url}{body}");
    let verify = Verify::new(Verifier::new(scheme.clone(), ring()).unwrap());
    let url = "https://hooks.example/hooks?a=1";
    // The target, `Host`, and whether the result is the URL that was signed.
    for (version, target, host, is_genuine) in [
        (http::Version::HTTP_11, "/hooks?a=1", "hooks.example", true),
        // As `fix-http1-request-uri` rewrites it behind a proxy that terminates TLS.
        (
            http::Version::HTTP_11,
            "http://hooks.example/hooks?a=1",
            "hooks.example",
            true,
        ),
        (
            http::Version::HTTP_11,
            "http://evil.example/hooks?a=1",
            "evil.example",
            false,
        ),
        // In absolute form, with a contradicting host.
        (
            http::Version::HTTP_11,
            "https://evil.example/hooks?a=1",
            "hooks.example",
            false,
        ),
        (
            http::Version::HTTP_11,
            "https://hooks.example/hooks?a=1",
            "evil.example",
            false,
        ),
        // HTTP/2 always has both.
        (
            http::Version::HTTP_2,
            "https://hooks.example/hooks?a=1",
            "",
            true,
        ),
        (
            http::Version::HTTP_2,
            "http://hooks.example/hooks?a=1",
            "",
            false,
        ),
    ] {
        let mut request = genuine(&scheme, url);
        *request.uri_mut() = target.parse().unwrap();
        *request.version_mut() = version;
        if !host.is_empty() {
            let host = host.parse().unwrap();
            request.headers_mut().insert("host", host);
        }
        let request = Request::from_hyper(request, UriScheme::HTTP);
        let response = run(request, vec![Arc::new(verify.clone()), Arc::new(Echo)]).await;
        let status = response.status_code.map(|code| code.as_u16());
        let expected = if is_genuine { None } else { Some(403) };
        assert_eq!(status, expected, "{version:?} {target} {host}");
    }
}

#[tokio::test]
async fn an_extractor_tells_that_a_route_is_not_behind_the_hoop() {
    let request = genuine(&providers::GITHUB, "/hooks");
    let mut request = Request::from_hyper(request, UriScheme::HTTP);
    let error = Webhook::<()>::extract(&mut request, &mut Depot::new()).await;
    assert!(error.unwrap_err().to_string().contains(".hoop("));
}
