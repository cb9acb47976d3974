//! Stores that break while handlers run, under real receivers: what was answered with
//! success is not handled again. Without renewals and repeated commits, each of these
//! cases handled all 32 deliveries a second time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../crates/hookward-postgres/tests/support/mod.rs"]
mod postgres;
#[path = "../../crates/hookward-redis/tests/support/mod.rs"]
mod redis;

use std::io::Write as _;
use std::thread::sleep;
use std::time::Duration;

use hookward::postgres::PostgresStore;
use hookward::postgres::tokio_postgres::{Client, NoTls};
use hookward::redis::RedisStore;
use hookward::{Endpoint, Key, ReplayGuard, ReplayStore, Verifier, providers};
use hookward_tests::{Adapter, Answer, Message, Server, hmac_sha256_hex};

const SECRET: &[u8] = b"a secret";
const LEASE: Duration = Duration::from_secs(6);
const OUTAGE: Duration = Duration::from_millis(2500);
const DELIVERIES: usize = 32;

fn delivery(number: usize) -> Message {
    let body = format!("[{number}]").into_bytes();
    let signature = hmac_sha256_hex(SECRET, &[&body]);
    Message::new(body).header("X-Hub-Signature-256", format!("sha256={signature}"))
}

fn replica(adapter: Adapter, store: impl ReplayStore) -> (Server, ReplayGuard) {
    let guard = ReplayGuard::new(store, "hooks").lease(LEASE);
    let verifier = Verifier::new(providers::GITHUB, Key::new(SECRET).unwrap()).unwrap();
    let endpoint = Endpoint::new(verifier).replay_guard(guard.clone()).unwrap();
    (Server::start(adapter, endpoint), guard)
}

/// The store breaks while handlers run, and is back before their leases end. After the
/// leases, copies are sent to the other replica.
fn no_success_is_forgotten<S: ReplayStore>(
    adapters: [Adapter; 2],
    open: impl Fn() -> S,
    mut breaks: impl FnMut(),
    mut mends: impl FnMut(),
) {
    let (first, guard) = replica(adapters[0], open());
    let (second, _) = replica(adapters[1], open());
    first.handler.close();
    let mut connections: Vec<_> = (0..DELIVERIES)
        .map(|number| {
            let mut connection = first.connect();
            connection.write_all(&delivery(number).bytes()).unwrap();
            connection
        })
        .collect();
    (0..DELIVERIES).for_each(|_| first.handler.wait_for_run());
    breaks();
    (0..DELIVERIES).for_each(|_| first.handler.open());
    for connection in &mut connections {
        assert_eq!(Answer::read(connection).status, 200);
    }
    sleep(OUTAGE);
    mends();
    hookward_replay::conformance::block_on(guard.settled());
    // Whatever was only held has expired.
    sleep(LEASE);
    for number in 0..DELIVERIES {
        let answer = second.post(&delivery(number));
        assert_eq!(answer.status, 200, "delivery {number}");
    }
    assert_eq!(first.handler.runs(), DELIVERIES);
    assert_eq!(
        second.handler.runs(),
        0,
        "handled again by the other replica"
    );
}

/// Once with each adapter in front of the handlers, at the same time.
fn both(case: impl Fn([Adapter; 2]) + Sync) {
    std::thread::scope(|scope| {
        scope.spawn(|| case([Adapter::Axum, Adapter::Actix]));
        scope.spawn(|| case([Adapter::Actix, Adapter::Axum]));
    });
}

#[test]
fn redis_is_killed_and_restarted() {
    both(|adapters| {
        let Some(server) = redis::Server::start() else {
            return;
        };
        let server = std::cell::RefCell::new(server);
        let url = server.borrow().url();
        no_success_is_forgotten(
            adapters,
            || RedisStore::open(&url).unwrap(),
            || server.borrow_mut().down(),
            || assert!(server.borrow_mut().up()),
        );
    });
}

#[test]
fn redis_is_out_of_memory() {
    both(|adapters| {
        let Some(server) = redis::Server::start() else {
            return;
        };
        no_success_is_forgotten(
            adapters,
            || RedisStore::open(&server.url()).unwrap(),
            || server.ok("CONFIG SET maxmemory 1"),
            || server.ok("CONFIG SET maxmemory 0"),
        );
    });
}

#[test]
fn redis_is_a_replica_for_a_while() {
    both(|adapters| {
        let Some(server) = redis::Server::start() else {
            return;
        };
        no_success_is_forgotten(
            adapters,
            || RedisStore::open(&server.url()).unwrap(),
            // It keeps its data, and refuses writes.
            || server.ok("REPLICAOF 127.0.0.1 1"),
            || server.ok("REPLICAOF NO ONE"),
        );
    });
}

fn migrated() -> Option<postgres::Server> {
    let server = postgres::Server::start()?;
    let runtime = runtime();
    runtime.block_on(async {
        let store = PostgresStore::open(&server.url()).unwrap();
        store.migrate().await.unwrap();
    });
    Some(server)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
}

#[test]
fn postgres_is_killed_and_restarted() {
    both(|adapters| {
        let Some(server) = migrated() else {
            return;
        };
        let server = std::cell::RefCell::new(server);
        let url = server.borrow().url();
        no_success_is_forgotten(
            adapters,
            || PostgresStore::open(&url).unwrap(),
            || server.borrow_mut().down(),
            || assert!(server.borrow_mut().up()),
        );
    });
}

#[test]
fn the_table_in_postgres_is_locked() {
    both(|adapters| {
        let Some(server) = migrated() else {
            return;
        };
        let runtime = runtime();
        let client: Client = runtime.block_on(async {
            let (client, connection) =
                hookward::postgres::tokio_postgres::connect(&server.url(), NoTls)
                    .await
                    .unwrap();
            tokio::spawn(connection);
            client
        });
        let run = |statement: &str| runtime.block_on(client.batch_execute(statement)).unwrap();
        no_success_is_forgotten(
            adapters,
            || PostgresStore::open(&server.url()).unwrap(),
            || run("BEGIN; LOCK TABLE hookward_replay IN ACCESS EXCLUSIVE MODE"),
            || run("COMMIT"),
        );
    });
}
