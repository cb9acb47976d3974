//! A server for load tests, and the cost of the number of tenants.
//!
//! `scale serve FRONT PORT` serves a router behind a front until it is ended;
//! `scale lua SIZE` prints the script with which wrk sends a genuine delivery to
//! it. The script `benches/scale` drives both.
//!
//! `scale tenants` prints nanoseconds a request of 256 B behind a key source that
//! finds one of N tenants' verifiers by path, for N from 1 to 100,000, with the
//! tenants asked for at random, and what the map alone takes to find them.
//! Minimum of rounds.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::routing::post;
use hookward::tower::VerifyLayer;
use hookward::{Code, Endpoint, Key, Lookup, Rejection, RequestHead, Verifier, providers};
use hookward_benches::{Delivery, Front, Handler, Served, per, runtime};
use tower::{Service as _, ServiceExt as _};

fn serve(front: &str, port: u16) {
    let front = Front::named(front).expect("a known front");
    let router = match front.router(Handler::Streaming) {
        Served::Axum(router) => router,
        Served::Around(_) | Served::Least(_) => panic!("a router is served"),
        #[cfg(feature = "peers")]
        Served::Axum07(_) => panic!("only fronts of axum 0.8 are served"),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let listener = tokio::net::TcpSocket::new_v4().expect("a socket");
        listener.set_reuseaddr(true).expect("set");
        listener.bind(([127, 0, 0, 1], port).into()).expect("bound");
        let listener = listener.listen(16_384).expect("listening");
        axum::serve(listener, router).await.expect("served");
    });
}

fn lua(size: usize) {
    let delivery = Delivery::new(size);
    println!("wrk.method = \"POST\"");
    println!("wrk.body = '\"' .. string.rep('7', {}) .. '\"'", size - 2);
    for (name, value) in &delivery.headers {
        println!(
            "wrk.headers[\"{name}\"] = \"{}\"",
            value.to_str().expect("text")
        );
    }
}

struct Tenants {
    verifiers: Arc<HashMap<String, Verifier>>,
    router: Router,
    requests: Vec<http::Request<()>>,
    delivery: Delivery,
}

/// A router behind a source of `count` tenants' keys, and requests to it: each
/// tenant has a secret of its own.
fn tenants(count: usize) -> Tenants {
    let secret = |tenant: usize| format!("the secret of tenant {tenant}");
    let key = |tenant| Key::new(secret(tenant)).expect("a key");
    let first = Verifier::new(providers::GITHUB, key(0)).expect("a verifier");
    let verifiers: HashMap<String, Verifier> = (0..count)
        .map(|tenant| {
            // The compiled scheme is shared by all.
            let verifier = first.with_keys(key(tenant)).expect("a verifier");
            (format!("/hooks/{tenant}"), verifier)
        })
        .collect();
    let verifiers = Arc::new(verifiers);
    let map = verifiers.clone();
    let keys = move |head: &dyn RequestHead| {
        let found = verifiers.get(&*head.path()).cloned();
        Lookup::now(found.ok_or_else(|| Rejection::new(Code::KeyUnknown, "no such tenant")))
    };
    let handler = post(|request: Request| async move { drop(request) });
    let router = Router::new()
        .route("/hooks/{tenant}", handler)
        .layer(VerifyLayer::new(Endpoint::new(keys)));
    let mut random = 1_u64;
    let mut delivery = Delivery::new(256);
    let requests = (0..8192)
        .map(|_| {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let tenant = (random >> 33) as usize % count;
            delivery.sign(&providers::GITHUB, &secret(tenant));
            let mut request = http::Request::post(format!("/hooks/{tenant}"))
                .body(())
                .expect("a request");
            *request.headers_mut() = delivery.headers.clone();
            request
        })
        .collect();
    Tenants {
        verifiers: map,
        router,
        requests,
        delivery,
    }
}

fn tenants_table() {
    let runtime = runtime();
    let mut sets: Vec<_> = [1, 10, 100, 1000, 10_000, 100_000]
        .map(|n| (n, tenants(n)))
        .into();
    let mut best = vec![[Duration::MAX; 2]; sets.len()];
    for _ in 0..10 {
        for ((_, set), best) in sets.iter_mut().zip(&mut best) {
            let mut elapsed = [Duration::ZERO; 2];
            // Made in small batches, so that it is the keys that are cold.
            for chunk in set.requests.chunks(16) {
                let batch: Vec<Request> = chunk
                    .iter()
                    .map(|head| {
                        let (parts, ()) = head.clone().into_parts();
                        Request::from_parts(parts, Body::new(set.delivery.request().into_body()))
                    })
                    .collect();
                elapsed[0] += runtime.block_on(async {
                    let start = Instant::now();
                    for request in batch {
                        let answer = set
                            .router
                            .as_service()
                            .ready()
                            .await
                            .expect("ready")
                            .call(request)
                            .await;
                        assert_eq!(answer.expect("an answer").status(), 200);
                    }
                    start.elapsed()
                });
            }
            for chunk in set.requests.chunks(16) {
                let start = Instant::now();
                for request in chunk {
                    std::hint::black_box(set.verifiers.get(request.uri().path()).cloned());
                }
                elapsed[1] += start.elapsed();
            }
            for (best, elapsed) in best.iter_mut().zip(elapsed) {
                *best = (*best).min(elapsed);
            }
        }
    }
    let one = per(best[0][0], 8192);
    for ((count, _), best) in sets.iter().zip(best) {
        let [request, lookup] = best.map(|best| per(best, 8192));
        println!(
            "{count:>7} tenants: {request:>6.0} ns a request ({:.2}x), of which the map {lookup:>4.0}",
            request / one
        );
    }
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["serve", front, port] => serve(front, port.parse().expect("PORT is a number")),
        ["lua", size] => lua(size.parse().expect("SIZE is a number of bytes")),
        ["tenants"] => tenants_table(),
        _ => {
            eprintln!("scale (serve FRONT PORT | lua SIZE | tenants)");
            std::process::exit(2);
        }
    }
}
