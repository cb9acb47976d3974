//! Through the adapters: what the kit makes gets through them or does not, and its
//! assertions see the difference.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::{App, web};
use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::routing::post;
use hookward::actix::Verify;
use hookward::providers::{self, Provider};
use hookward::testing::{self, Clock, TestRequest};
use hookward::tower::VerifyLayer;
use hookward::{Code, Endpoint, MemoryStore, ReplayBy, ReplayGuard, Scheme, Success, UnixTime};
use tower::ServiceExt as _;

const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);
const PATH: &str = "/webhooks/acme";

/// Entries of each kind: MACs in headers, query, form and JSON, each algorithm, with
/// and without a time, by id and by content, secrets, tokens, a chain.
const SAMPLE: [&str; 24] = [
    "github",
    "stripe",
    "slack",
    "standard-webhooks",
    "standard-webhooks-v1a",
    "shopify",
    "twilio",
    "mailgun",
    "adyen",
    "aws-sns",
    "apple-app-store-v2",
    "paypal",
    "alipay",
    "wechatpay-v3",
    "discord",
    "ebay",
    "rfc9421",
    "gitlab",
    "api-key",
    "google-pubsub",
    "zenskar",
    "zentitle",
    "zenovay",
    "vonage-sms-sha256",
];

fn entries() -> impl Iterator<Item = &'static Provider> {
    SAMPLE
        .iter()
        .map(|name| providers::find(name).unwrap_or_else(|| panic!("there is no {name}")))
}

fn block_on<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
        .block_on(test)
}

fn delivery(scheme: &Scheme) -> TestRequest {
    testing::request(scheme.clone()).path(PATH).at(NOW)
}

fn endpoint(scheme: &Scheme) -> Endpoint {
    Clock::at(NOW).drives(testing::verifier(scheme.clone()))
}

/// A router whose route takes any method, and counts.
fn router(endpoint: Endpoint, runs: &Arc<AtomicUsize>) -> Router {
    let runs = runs.clone();
    let handler = async move |_body: Bytes| {
        runs.fetch_add(1, Ordering::SeqCst);
    };
    let route = axum::routing::any(handler).layer(VerifyLayer::new(endpoint));
    Router::new().route(PATH, route)
}

fn guard_for(endpoint: Endpoint, scheme: &Scheme) -> Option<Endpoint> {
    let by = delivery_identity(scheme)?;
    (by != ReplayBy::None).then(|| {
        endpoint
            .replay_guard(ReplayGuard::new(MemoryStore::default(), "kit"))
            .unwrap()
    })
}

fn delivery_identity(scheme: &Scheme) -> Option<ReplayBy> {
    let request = delivery(scheme).try_build().unwrap();
    let verifier = testing::verifier(scheme.clone());
    Some(verifier.verify_at(&request, NOW).ok()?.replay_by())
}

#[test]
fn axum_routes_of_every_kind_of_entry_are_protected() {
    for entry in entries() {
        let scheme = &entry.scheme;
        let runs = Arc::default();
        let app = router(endpoint(scheme), &runs);
        block_on(async {
            testing::assert_protected(app.clone(), PATH).await;
            assert_eq!(runs.load(Ordering::SeqCst), 0, "{}", scheme.name);
            testing::assert_protected(app, delivery(scheme)).await;
            assert_eq!(runs.load(Ordering::SeqCst), 1, "{}", scheme.name);
        });
    }
}

#[test]
fn actix_routes_of_every_kind_of_entry_are_protected() {
    for entry in entries() {
        let scheme = &entry.scheme;
        let runs: Arc<AtomicUsize> = Arc::default();
        actix_web::rt::System::new().block_on(async {
            let verify = Verify::new(endpoint(scheme));
            let seen = runs.clone();
            let handler = move |_body: web::Bytes| {
                seen.fetch_add(1, Ordering::SeqCst);
                async { "handled" }
            };
            let route = web::resource(PATH).wrap(verify).to(handler);
            let app = actix_web::test::init_service(App::new().service(route)).await;
            testing::actix::assert_protected(&app, PATH).await;
            testing::actix::assert_protected(&app, delivery(scheme)).await;
        });
        assert_eq!(runs.load(Ordering::SeqCst), 1, "{}", scheme.name);
    }
}

#[test]
fn a_replay_is_handled_once_behind_a_guard() {
    let mut tried = 0;
    for entry in entries() {
        let scheme = &entry.scheme;
        // There the handler answers a known delivery as well, which is marked.
        if scheme.success == Success::Handler {
            continue;
        }
        let Some(guarded) = guard_for(endpoint(scheme), scheme) else {
            continue;
        };
        tried += 1;
        let runs = Arc::default();
        let app = router(guarded.clone(), &runs);
        block_on(testing::assert_handled_once(app, &delivery(scheme)));
        assert_eq!(runs.load(Ordering::SeqCst), 1, "{}", scheme.name);

        actix_web::rt::System::new().block_on(async {
            let verify = Verify::new(guard_for(endpoint(scheme), scheme).unwrap());
            let route = web::resource(PATH).wrap(verify).to(async || "handled");
            let app = actix_web::test::init_service(App::new().service(route)).await;
            testing::actix::assert_handled_once(&app, &delivery(scheme)).await;
        });
    }
    assert!(tried > 15, "{tried}");
}

#[test]
fn a_retry_is_signed_again_and_is_the_same_delivery_by_id() {
    let first = delivery(&providers::STANDARD_WEBHOOKS).id("msg_1");
    let again = first.retried();
    let other = first.clone().id("msg_2");
    let signature = |request: &TestRequest| {
        let request = request.build_as::<Bytes>();
        request.headers()["webhook-signature"].clone()
    };
    assert_ne!(signature(&first), signature(&again));
    assert_eq!(signature(&first), signature(&first.replayed()));

    let scheme = &providers::STANDARD_WEBHOOKS;
    let runs = Arc::default();
    let app = router(guard_for(endpoint(scheme), scheme).unwrap(), &runs);
    block_on(async {
        for (request, expected) in [(&first, 1), (&again, 1), (&other, 2)] {
            let response = app.clone().oneshot(request.build()).await.unwrap();
            assert_eq!(response.status(), StatusCode::OK);
            assert_eq!(runs.load(Ordering::SeqCst), expected);
        }
    });
}

#[test]
fn a_clock_moves_the_window() {
    let clock = Clock::at(NOW);
    let app = router(
        clock.drives(testing::verifier(providers::STRIPE)),
        &Arc::default(),
    );
    let delivery = testing::request(providers::STRIPE)
        .path(PATH)
        .at(clock.now());
    block_on(async {
        let status = async || {
            let response = app.clone().oneshot(delivery.build()).await.unwrap();
            (response.status(), response.extensions().get().copied())
        };
        assert_eq!(status().await, (StatusCode::OK, None));
        clock.advance(Duration::from_secs(301));
        let stale = Some(Code::TimestampTooOld);
        assert_eq!(status().await, (StatusCode::FORBIDDEN, stale));
        clock.set(NOW);
        assert_eq!(status().await, (StatusCode::OK, None));
    });
}

/// What a failed assertion says.
fn failure(test: impl Future<Output = ()>) -> String {
    let panic = catch_unwind(AssertUnwindSafe(|| block_on(test))).unwrap_err();
    panic.downcast_ref::<String>().unwrap().clone()
}

#[test]
fn an_open_route_fails_with_what_got_through() {
    let open = || Router::new().route(PATH, post(async || "handled"));
    let says = failure(testing::assert_protected(open(), PATH));
    assert!(
        says.starts_with("/webhooks/acme is not protected:\n- JSON without a signature"),
        "{says}"
    );
    assert!(says.contains("something behind it answered 200"), "{says}");

    let says = failure(testing::assert_protected(
        open(),
        delivery(&providers::STRIPE),
    ));
    for part in [
        "stale",
        "signed by another key",
        "tampered",
        "without a signature",
    ] {
        assert!(says.contains(part), "{part}: {says}");
    }
    assert!(!says.contains("a genuine delivery"), "{says}");
}

#[test]
fn an_extractor_that_refuses_does_not_protect() {
    let handler = async |_: axum::Json<Vec<u8>>| "handled";
    let app = Router::new().route(PATH, post(handler));
    let says = failure(testing::assert_protected(app, PATH));
    assert!(says.contains("422") && says.contains("415"), "{says}");
}

#[test]
fn a_route_that_refuses_the_genuine_or_is_elsewhere_fails() {
    let app = || router(endpoint(&providers::GITHUB), &Arc::default());
    let says = failure(testing::assert_protected(
        app(),
        delivery(&providers::STRIPE),
    ));
    assert!(
        says.contains(
            "a genuine delivery: hookward refused it with 403 Forbidden (signature_missing)"
        ),
        "{says}"
    );
    let elsewhere = delivery(&providers::GITHUB).path("/elsewhere");
    let says = failure(testing::assert_protected(app(), elsewhere));
    assert!(
        says.starts_with("/elsewhere is not protected:") && says.contains("there is no such route"),
        "{says}"
    );
    let says = failure(testing::assert_protected(app(), "/elsewhere"));
    assert!(says.contains("there is no such route"), "{says}");
}

#[test]
fn a_route_without_a_guard_fails_where_replays_must_not_be_handled() {
    let app = router(endpoint(&providers::STRIPE), &Arc::default());
    let delivery = delivery(&providers::STRIPE);
    let says = failure(testing::assert_handled_once(app, &delivery));
    assert!(says.contains("the route has no replay guard"), "{says}");
}
