//! Stores that break while handlers run, under real receivers: what was answered with
//! success is not handled again. Without renewals and repeated commits, each of these
//! cases handled all 32 deliveries a second time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../crates/hookward-postgres/tests/support/mod.rs"]
mod postgres;
#[path = "../../crates/hookward-redis/tests/support/mod.rs"]
mod redis;

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

use hookward::postgres::PostgresStore;
use hookward::postgres::tokio_postgres::{Client, NoTls};
use hookward::redis::RedisStore;
use hookward::{
    Claim, ClaimToken, Endpoint, Key, Renewal, ReplayGuard, ReplayKey, ReplayStore, Verifier,
    providers,
};
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

/// A network between a store and its server, in which answers can be lost: what was asked
/// arrives, the connection breaks with the answer, and further ones are refused.
struct Relay {
    port: u16,
    loses: Arc<AtomicBool>,
}

impl Relay {
    fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let loses = Arc::new(AtomicBool::new(false));
        let told = loses.clone();
        spawn(move || {
            let mut listener = Some(listener);
            loop {
                if told.load(Ordering::SeqCst) {
                    listener = None;
                    sleep(Duration::from_millis(1));
                    continue;
                }
                let listening =
                    listener.get_or_insert_with(|| TcpListener::bind(("127.0.0.1", port)).unwrap());
                listening.set_nonblocking(true).unwrap();
                let Ok((client, _)) = listening.accept() else {
                    sleep(Duration::from_millis(1));
                    continue;
                };
                client.set_nonblocking(false).unwrap();
                if let Ok(server) = TcpStream::connect(("127.0.0.1", server)) {
                    let ends = (client.try_clone().unwrap(), server.try_clone().unwrap());
                    let never = Arc::new(AtomicBool::new(false));
                    spawn(move || pump(ends.0, ends.1, &never));
                    let told = told.clone();
                    spawn(move || pump(server, client, &told));
                }
            }
        });
        Self { port, loses }
    }

    fn lose_answers(&self, loses: bool) {
        self.loses.store(loses, Ordering::SeqCst);
    }
}

fn pump(mut from: TcpStream, mut to: TcpStream, loses: &AtomicBool) {
    let mut bytes = [0; 8192];
    loop {
        let length = from.read(&mut bytes).unwrap_or(0);
        let is_lost = length == 0 || loses.load(Ordering::SeqCst);
        if is_lost || to.write_all(&bytes[..length]).is_err() {
            let _ = from.shutdown(Shutdown::Both);
            let _ = to.shutdown(Shutdown::Both);
            return;
        }
    }
}

const MINUTE: Duration = Duration::from_secs(60);

fn key(number: u8) -> ReplayKey {
    ReplayKey::from_bytes([number; 16])
}

async fn fresh(store: &impl ReplayStore, number: u8) -> ClaimToken {
    match store.claim(key(number), MINUTE).await {
        Ok(Claim::Fresh(token)) => token,
        other => panic!("{number} is not fresh: {other:?}"),
    }
}

/// `store` is behind the relay, and gives up after two seconds; `other` is not.
async fn answers_are_lost(relay: Relay, store: impl ReplayStore, other: impl ReplayStore) {
    // Connected, and everything prepared.
    let warm = async |number| {
        let token = fresh(&store, number).await;
        let renewed = store.renew(key(number), token, MINUTE).await;
        assert_eq!(renewed.unwrap(), Renewal::Held);
        store.release(key(number), token).await.unwrap();
        store.commit(key(number), token, MINUTE).await.unwrap();
    };
    let lose = async || {
        relay.lose_answers(true);
        tokio::time::sleep(Duration::from_millis(150)).await;
        relay.lose_answers(false);
    };

    // What is asked again within the timeout is answered as if it had been asked once.
    warm(1).await;
    let (token, ()) = tokio::join!(fresh(&store, 2), lose());
    let renewed = other.renew(key(2), token, MINUTE).await;
    assert_eq!(renewed.unwrap(), Renewal::Held, "the claim is another's");
    warm(3).await;
    let (renewed, ()) = tokio::join!(store.renew(key(2), token, MINUTE), lose());
    assert_eq!(renewed.unwrap(), Renewal::Held);
    warm(4).await;
    let (released, ()) = tokio::join!(store.release(key(2), token), lose());
    released.unwrap();
    let token = fresh(&other, 2).await;
    warm(5).await;
    let (committed, ()) = tokio::join!(store.commit(key(2), token, MINUTE), lose());
    committed.unwrap();
    assert_eq!(other.claim(key(2), MINUTE).await.unwrap(), Claim::Done);

    // A claim of which only the server knows is withdrawn.
    warm(6).await;
    relay.lose_answers(true);
    store.claim(key(7), MINUTE).await.unwrap_err();
    let held = other.claim(key(7), MINUTE).await.unwrap();
    assert!(matches!(held, Claim::InProgress(_)), "{held:?}");
    relay.lose_answers(false);
    let end = Instant::now() + MINUTE / 4;
    loop {
        match other.claim(key(7), MINUTE).await.unwrap() {
            Claim::Fresh(_) => break,
            held => assert!(Instant::now() < end, "{held:?}"),
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[test]
fn answers_of_redis_are_lost() {
    let Some(server) = redis::Server::start() else {
        return;
    };
    runtime().block_on(async {
        let relay = Relay::to(server.port);
        let url = format!("redis://127.0.0.1:{}", relay.port);
        let store = RedisStore::open(&url).unwrap();
        let other = RedisStore::open(&server.url()).unwrap();
        answers_are_lost(relay, store, other).await;
    });
}

#[test]
fn answers_of_postgres_are_lost() {
    let Some(server) = migrated() else {
        return;
    };
    runtime().block_on(async {
        let relay = Relay::to(server.port);
        let url = server
            .url()
            .replace(&format!(":{}/", server.port), &format!(":{}/", relay.port));
        let store = PostgresStore::open(&url).unwrap();
        let other = PostgresStore::open(&server.url()).unwrap();
        answers_are_lost(relay, store, other).await;
    });
}
