//! The layer in process: what a handler receives, and where the layer can be installed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body as AxumBody;
use axum::routing::post;
use bytes::Bytes;
use hookward_core::{Digest, Key, Scheme, Signer, Trust, UnixTime, Verifier, providers};
use hookward_tower::axum::{Verified, Webhook};
use hookward_tower::{VerifiedBody, Verify, VerifyLayer};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt as _, Full};
use tower::{Layer as _, ServiceExt as _, service_fn};

/// A body of the given frames.
struct Script(VecDeque<Frame<Bytes>>);

impl Body for Script {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop_front().map(Ok))
    }
}

/// A body that must not be read.
struct Untouchable;

impl Body for Untouchable {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        panic!("the body was read");
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(10)
    }
}

fn key() -> Key {
    Key::new("secret").unwrap()
}

fn github() -> Verifier {
    Verifier::new(providers::GITHUB, key()).unwrap()
}

fn signed<B>(scheme: &Scheme, uri: &str, content: &[u8], body: B) -> Request<B> {
    let mut request = Request::post(uri)
        .header("host", "h")
        .body(content.to_vec())
        .unwrap();
    let headers = Signer::new(scheme, key())
        .unwrap()
        .sign(&request, UnixTime::now(), None)
        .unwrap();
    for (name, value) in headers.headers() {
        request.headers_mut().append(name, value.clone());
    }
    request.map(|_| body)
}

#[tokio::test]
async fn the_handler_gets_a_lone_or_large_frame_as_it_came_and_the_trailers_on_request() {
    let lone = vec![Bytes::from(vec![1; 20_000])];
    let large = vec![Bytes::from(vec![1; 300_000]), Bytes::from(vec![2; 400_000])];
    let small = vec![Bytes::from(vec![1; 20_000]), Bytes::from(vec![2; 30_000])];
    for (frames, is_copied) in [(lone, false), (large, false), (small, true)] {
        the_handler_gets(frames, is_copied).await;
    }
}

async fn the_handler_gets(frames: Vec<Bytes>, is_copied: bool) {
    let content = frames.concat();
    let mut trailers = HeaderMap::new();
    trailers.insert("x-after", "1".parse().unwrap());
    let script = frames
        .iter()
        .cloned()
        .map(Frame::data)
        .chain([Frame::trailers(trailers.clone())])
        .collect();
    let expected = if is_copied {
        vec![Bytes::from(content.clone())]
    } else {
        frames.clone()
    };
    let service = VerifyLayer::new(github())
        .with_unsigned_trailers()
        .layer(service_fn(move |request: Request<VerifiedBody>| {
            let (expected, trailers) = (expected.clone(), trailers.clone());
            async move {
                let mut body = request.into_body();
                let length = expected.iter().map(Bytes::len).sum::<usize>();
                assert_eq!(body.size_hint().exact(), Some(length as u64));
                for frame in &expected {
                    let got = body.frame().await.unwrap().unwrap().into_data().unwrap();
                    assert_eq!(got, frame);
                    assert!(is_copied || got.as_ptr() == frame.as_ptr(), "copied");
                }
                assert!(!body.is_end_stream());
                let got = body
                    .frame()
                    .await
                    .unwrap()
                    .unwrap()
                    .into_trailers()
                    .unwrap();
                assert_eq!(got, trailers);
                assert!(body.is_end_stream() && body.frame().await.is_none());
                Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
            }
        }));
    let request = signed(&providers::GITHUB, "/", &content, Script(script));
    assert_eq!(service.oneshot(request).await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_refusal_from_the_head_does_not_touch_the_body() {
    let service = Verify::new(
        service_fn(|_: Request<VerifiedBody>| async {
            Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
        }),
        github(),
    );
    for value in [None, Some("sha256=00"), Some("")] {
        let mut request = Request::post("/").body(Untouchable).unwrap();
        if let Some(value) = value {
            request
                .headers_mut()
                .insert("x-hub-signature-256", value.parse().unwrap());
        }
        let answer = service.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN);
        assert_eq!(
            answer.into_body().collect().await.unwrap().to_bytes(),
            "Forbidden"
        );
    }
}

#[tokio::test]
async fn the_original_url_is_verified_wherever_the_layer_is_installed() {
    const SCHEME: Scheme = Scheme::hmac("acme", Digest::Sha256)
        .header("x-acme")
        .signed("{method}{url}{body}");
    let layer = || VerifyLayer::new(Verifier::new(SCHEME, key()).unwrap());
    let routes = || Router::new().route("/hook", post(|| async {}));
    let nested = |inner: Router| Router::new().nest("/a", Router::new().nest("/b", inner));
    let apps: [Router; 4] = [
        nested(routes().layer(layer())),
        nested(routes().route_layer(layer())),
        nested(routes()).layer(layer()),
        nested(Router::new().route("/hook", post(|| async {}).layer(layer()))),
    ];
    for app in apps {
        let request = signed(
            &SCHEME,
            "https://h/a/b/hook?x=1",
            b"{}",
            AxumBody::from("{}"),
        );
        let (mut parts, body) = request.into_parts();
        parts.uri = "/a/b/hook?x=1".parse().unwrap();
        let answer = app.oneshot(Request::from_parts(parts, body)).await.unwrap();
        assert_eq!(answer.status(), 200);
    }
}

#[derive(serde::Deserialize)]
struct Push {
    after: String,
}

#[tokio::test]
async fn a_webhook_gives_payload_and_proof() {
    let app = Router::new()
        .route(
            "/",
            post(|hook: Webhook<Push>| async move {
                format!("{} {}", hook.verified().provider(), hook.payload.after)
            }),
        )
        .route(
            "/empty",
            post(|hook: Webhook<Option<Push>>| async move { hook.payload.is_none().to_string() }),
        )
        .layer(VerifyLayer::new(github()));
    let send = |uri: &'static str, body: &'static str| {
        let request = signed(
            &providers::GITHUB,
            uri,
            body.as_bytes(),
            AxumBody::from(body),
        );
        let app = app.clone();
        async move {
            let answer = app.oneshot(request).await.unwrap();
            let status = answer.status().as_u16();
            (
                status,
                answer.into_body().collect().await.unwrap().to_bytes(),
            )
        }
    };
    assert_eq!(
        send("/", r#"{"after":"abc"}"#).await,
        (200, "github abc".into())
    );
    assert_eq!(send("/empty", "").await, (200, "true".into()));
    assert_eq!(send("/", "{").await.0, 400);
    assert_eq!(send("/", "{}").await.0, 422);
}

#[tokio::test]
async fn a_missing_layer_is_told_plainly() {
    let app: Router = Router::new()
        .route("/proof", post(|_: Verified| async {}))
        .route("/hook", post(|_: Webhook<Push>| async {}));
    for uri in ["/proof", "/hook"] {
        let request = Request::post(uri).body(AxumBody::from("{}")).unwrap();
        let answer = app.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), 500);
        let text = answer.into_body().collect().await.unwrap().to_bytes();
        assert!(
            String::from_utf8_lossy(&text).contains("VerifyLayer::new(verifier)"),
            "{text:?}"
        );
    }
}

#[tokio::test]
async fn no_trailers_come_with_proven_values() {
    let scheme = Scheme::hmac("acme", Digest::Sha256)
        .signed("{json:/order}")
        .trust(Trust::Proven);
    let sent = Bytes::from_static(br#"{"order":"A-17","kind":"forged"}"#);
    let mut trailers = HeaderMap::new();
    trailers.insert("x-kind", "forged".parse().unwrap());
    let script = Script([Frame::data(sent.clone()), Frame::trailers(trailers)].into());
    let request = signed(&scheme, "/", &sent, script);
    let service = VerifyLayer::new(Verifier::new(scheme, key()).unwrap())
        .with_unsigned_trailers()
        .layer(service_fn(async |request: Request<VerifiedBody>| {
            let body = request.into_body().collect().await.unwrap();
            assert!(body.trailers().is_none());
            assert_eq!(body.to_bytes(), r#"{"order":"A-17"}"#);
            Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
        }));
    assert_eq!(service.oneshot(request).await.unwrap().status(), 200);
}
