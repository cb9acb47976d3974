//! The middleware in process: error responses, and nested routes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::atomic::{AtomicUsize, Ordering};

use hookward_core::{
    Digest, Endpoint, Key, KeyRing, MemoryStore, ReplayGuard, Scheme, Signer, UnixTime, Verifier,
    providers,
};
use hookward_poem::{Verified, Verify, Webhook};
use http::StatusCode;
use poem::web::{LocalAddr, RemoteAddr};
use poem::{
    Endpoint as _, EndpointExt as _, FromRequest as _, Request, RequestBody, RequestParts, Route,
};

const URL: &str = "https://hooks.example/hooks/x";

fn ring() -> KeyRing {
    KeyRing::from(Key::new("secret").unwrap())
}

/// A genuine request, made with poem's builder.
fn genuine(scheme: &Scheme) -> Request {
    let mut sent = http::Request::post(URL).body(b"{}".to_vec()).unwrap();
    let signer = Signer::new(scheme, ring()).unwrap();
    let signed = signer.sign(&sent, UnixTime::now(), None).unwrap();
    signed.apply(&mut sent);
    let mut request = Request::builder()
        .method(http::Method::POST)
        .uri_str("/hooks/x")
        .header("host", "hooks.example")
        .body("{}");
    request.headers_mut().extend(sent.headers().clone());
    request
}

#[tokio::test]
async fn an_error_is_answered_and_its_delivery_may_come_again() {
    let guard = ReplayGuard::new(MemoryStore::default(), "github");
    let verifier = Verifier::new(providers::GITHUB, ring()).unwrap();
    let endpoint = Endpoint::new(verifier).replay_guard(guard).unwrap();
    let runs = AtomicUsize::new(0);
    let handler = poem::endpoint::make(move |_| {
        let run = runs.fetch_add(1, Ordering::SeqCst);
        async move {
            match run {
                0 => Err(poem::Error::from_status(StatusCode::SERVICE_UNAVAILABLE)),
                run => Ok(run.to_string()),
            }
        }
    });
    let app = handler.with(Verify::new(endpoint));
    for (expected, is_copy) in [(503, false), (200, false), (200, true)] {
        let answer = app.get_response(genuine(&providers::GITHUB)).await;
        assert_eq!(answer.status(), expected);
        assert_eq!(answer.header("hookward-replay").is_some(), is_copy);
        let body = answer.into_body().into_string().await.unwrap();
        assert!(expected == 503 || is_copy || body == "1", "{body}");
    }
}

#[tokio::test]
async fn the_signed_url_is_that_of_the_request_line_also_in_a_nested_route() {
    let scheme = Scheme::hmac("acme", Digest::Sha256).signed("{url}{body}");
    let verify = Verify::new(Verifier::new(scheme.clone(), ring()).unwrap());
    let handler = || poem::endpoint::make_sync(|request: Request| request.uri().path().to_owned());
    let outside = Route::new().nest("/hooks", handler()).with(verify.clone());
    let inside = Route::new().nest("/hooks", handler().with(verify));
    let from_a_server = || {
        let sent = genuine(&scheme);
        let mut parts = http::Request::post("/hooks/x")
            .body(())
            .unwrap()
            .into_parts()
            .0;
        parts.headers = sent.headers().clone();
        let (local, remote) = (LocalAddr::default(), RemoteAddr::default());
        let parts = RequestParts::from((parts, local, remote, http::uri::Scheme::HTTP));
        Request::from_parts(parts, "{}".into())
    };
    for answer in [
        outside.get_response(from_a_server()).await,
        inside.get_response(from_a_server()).await,
        // Requests of the test client have no original URI.
        outside.get_response(genuine(&scheme)).await,
    ] {
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.into_body().into_string().await.unwrap(), "/x");
    }
}

#[tokio::test]
async fn extractors_tell_that_a_route_is_not_behind_the_middleware() {
    let request = genuine(&providers::GITHUB);
    let mut body = RequestBody::new("{}".into());
    let error = Verified::from_request(&request, &mut body).await;
    assert_eq!(error.unwrap_err().status(), 500);
    let error = Webhook::<()>::from_request(&request, &mut body).await;
    assert_eq!(error.unwrap_err().status(), 500);
}
