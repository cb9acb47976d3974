//! Every vector and every recording through all adapters: the verdict, the code of a
//! rejection, and the exact bytes that the handler receives.

#![allow(clippy::unwrap_used, clippy::panic)]

use actix_web::{App, HttpResponse, web};
use axum::Router;
use bytes::Bytes;
use hookward::tower::VerifyLayer;
use hookward::{Endpoint, providers};
use hookward_tests::vectors::{Vector, published, recorded};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

/// The status, and the body that the handler echoes or the code of the refusal.
type Outcome = (u16, Vec<u8>);

fn endpoint(name: &str, vector: &Vector) -> Endpoint {
    let scheme = &providers::find(name).unwrap().scheme;
    let now = vector.now();
    Endpoint::new(vector.verifier(scheme))
        .clock(move || now)
        .on_rejection(|rejection| {
            let mut response = http::Response::new(Bytes::from(rejection.code().as_str()));
            *response.status_mut() = http::StatusCode::FORBIDDEN;
            response
        })
}

fn target(vector: &Vector) -> String {
    let url: http::Uri = vector.url.as_deref().unwrap_or("/").parse().unwrap();
    url.path_and_query().map_or("/".into(), ToString::to_string)
}

/// The library's verdict.
fn expected(name: &str, vector: &Vector) -> Outcome {
    let scheme = &providers::find(name).unwrap().scheme;
    match vector.verify(scheme, &vector.body()) {
        Ok(_) => (200, vector.body()),
        Err(rejection) => (403, rejection.code().as_str().into()),
    }
}

async fn by_axum(name: &str, vector: &Vector) -> Outcome {
    let app = Router::new()
        .fallback(|body: Bytes| async move { body })
        .layer(axum::extract::DefaultBodyLimit::disable())
        .layer(VerifyLayer::new(endpoint(name, vector)));
    let mut request = http::Request::builder()
        .method(vector.method.as_str())
        .uri(target(vector));
    for (name, value) in vector.header_lines() {
        request = request.header(name, value);
    }
    let request = request.body(axum::body::Body::from(vector.body())).unwrap();
    let response = app.oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, body.to_vec())
}

async fn by_actix(name: &str, vector: &Vector) -> Outcome {
    let app = actix_web::test::init_service(
        App::new()
            .app_data(web::PayloadConfig::new(usize::MAX))
            .wrap(hookward::actix::Verify::new(endpoint(name, vector)))
            .default_service(web::to(|body: Bytes| async move {
                HttpResponse::Ok().body(body)
            })),
    )
    .await;
    let method = actix_web::http::Method::from_bytes(vector.method.as_bytes()).unwrap();
    let mut request = actix_web::test::TestRequest::with_uri(&target(vector)).method(method);
    for line in vector.header_lines() {
        request = request.append_header(line);
    }
    let request = request.set_payload(vector.body()).to_request();
    let response = actix_web::test::call_service(&app, request).await;
    let status = response.status().as_u16();
    let body = actix_web::test::read_body(response).await;
    (status, body.to_vec())
}

#[test]
fn either_adapter_gives_every_vector_its_verdict_and_code() {
    let mut differing = Vec::new();
    let mut tried = 0;
    actix_web::rt::System::new().block_on(async {
        for (name, vectors) in published().into_iter().chain(recorded()) {
            for (i, vector) in vectors.iter().enumerate() {
                if vector.ring().is_err() {
                    // An empty secret is rejected before any request.
                    continue;
                }
                let expected = expected(&name, vector);
                for (adapter, outcome) in [
                    ("axum", by_axum(&name, vector).await),
                    ("actix", by_actix(&name, vector).await),
                ] {
                    tried += 1;
                    if outcome != expected {
                        differing.push(format!(
                            "{name} {i} by {adapter}: {} {}, not {} {}",
                            outcome.0,
                            String::from_utf8_lossy(&outcome.1),
                            expected.0,
                            String::from_utf8_lossy(&expected.1),
                        ));
                    }
                }
            }
        }
    });
    assert!(differing.is_empty(), "{}", differing.join("\n"));
    assert!(tried > 800, "only {tried} requests");
}
