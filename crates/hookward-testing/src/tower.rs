//! Probes for tower services.

use std::fmt;
use std::future::poll_fn;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tower_service::Service;

use crate::TestRequest;
use crate::protect::{Answer, REPLAY, Route, assert_handled_once as assert_once};

/// Asserts that nothing forged gets through to the handler of a route.
///
/// With a path it sends requests that nobody signed, of several methods and media
/// types. With a [delivery](crate::TestRequest) it first sends that, which must be
/// let through, and then every forgery of it that its scheme refuses: without a
/// signature, by another key, tampered with, stale, dated in the future. Give a
/// delivery where you can: it also shows that the route is there and trusts the
/// right key. The handler then runs once.
///
/// A refusal counts only if it is hookward's own, which shows by the
/// [`Code`](hookward_core::Code) in the response's extensions; a 400 or 415 that an
/// extractor answers says nothing of the next request.
///
/// ```
/// use axum::{Router, routing::post};
/// use hookward::tower::VerifyLayer;
/// use hookward::{providers, testing};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let layer = VerifyLayer::new(testing::verifier(providers::GITHUB));
/// let app: Router = Router::new()
///     .route("/webhooks/github", post(async || "handled").layer(layer));
///
/// testing::assert_protected(app.clone(), "/webhooks/github").await;
/// let delivery = testing::request(providers::GITHUB).path("/webhooks/github");
/// testing::assert_protected(app, delivery).await;
/// # }
/// ```
///
/// # Panics
/// Where a forged request gets through, or a genuine one does not.
pub async fn assert_protected<S, B>(mut app: S, route: impl Into<Route>)
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>>,
    S::Error: fmt::Debug,
{
    let route = route.into();
    let probes = route.probes();
    let mut answers = Vec::with_capacity(probes.len());
    for probe in &probes {
        let (answer, _) = call(&mut app, probe.request.clone()).await;
        answers.push(answer);
    }
    route.assert(&probes, &answers);
}

/// Asserts that a delivery is handled once: sent again as it was recorded, a replay
/// guard acknowledges or refuses it without the handler.
///
/// # Panics
/// Where the first one does not get through, or the second one does.
pub async fn assert_handled_once<S, B>(mut app: S, delivery: &TestRequest)
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>>,
    S::Error: fmt::Debug,
{
    let recording: Request<Bytes> = delivery.build_as();
    let first = call(&mut app, recording.clone()).await;
    let again = call(&mut app, recording).await;
    assert_once(first, again);
}

async fn call<S, B>(app: &mut S, request: Request<Bytes>) -> (Answer, bool)
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>>,
    S::Error: fmt::Debug,
{
    let request = request.map(Full::new);
    let response = match poll_fn(|cx| app.poll_ready(cx)).await {
        Ok(()) => app.call(request).await,
        Err(error) => Err(error),
    };
    match response {
        Ok(response) => (
            Answer {
                status: response.status(),
                code: response.extensions().get().copied(),
            },
            response.headers().contains_key(REPLAY),
        ),
        Err(error) => panic!("the service failed: {error:?}"),
    }
}
