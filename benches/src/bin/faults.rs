//! What runs twice, and what is refused, when a shared store fails.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --features stores --bin faults`
//! starts servers of its own. In each case but the last, 32 handlers run when the store
//! fails, and succeed while it is away; it comes back after a time, and once the leases
//! of six seconds are over every delivery is sent again. Printed is how many were
//! answered 200 the first time, and how many of those were handled again.
//!
//! A failover goes to a server that has not received the last writes: once while the
//! handlers run, so that their claims are lost, and once after their successes were
//! recorded, which are then lost as well.
//!
//! In the last case the server has fewer connections than its clients want: two receivers
//! and 64 senders for ten seconds. Then everything that was answered 200 is sent again.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::Request;
use axum::routing::post;
use hookward::postgres::PostgresStore;
use hookward::redis::RedisStore;
use hookward::tower::VerifyLayer;
use hookward::{Endpoint, Key, ReplayGuard, ReplayStore, Verifier, providers};
use hookward_benches::STANDARD_SECRET;
use hookward_benches::servers::{Postgres, Redis, Sender};
use tokio::sync::Semaphore;

const LEASE: Duration = Duration::from_secs(6);
const HANDLERS: usize = 32;

/// Counts the runs of each delivery's handler.
struct Handler {
    runs: Mutex<HashMap<String, u32>>,
    started: AtomicU64,
    /// A permit for each handler that may end.
    may_end: Semaphore,
    waits: AtomicBool,
}

impl Handler {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            runs: Mutex::default(),
            started: AtomicU64::new(0),
            may_end: Semaphore::new(0),
            waits: AtomicBool::new(false),
        })
    }

    async fn run(&self, id: String) {
        *self.runs.lock().expect("no panic").entry(id).or_default() += 1;
        self.started.fetch_add(1, Ordering::SeqCst);
        if self.waits.load(Ordering::SeqCst) {
            self.may_end.acquire().await.expect("open").forget();
        }
    }

    fn again(&self, ids: &[String]) -> usize {
        let runs = self.runs.lock().expect("no panic");
        ids.iter()
            .filter(|id| runs.get(*id).is_some_and(|runs| *runs > 1))
            .count()
    }
}

/// A receiver on a store.
async fn receiver(store: Arc<dyn ReplayStore>, handler: Arc<Handler>) -> SocketAddr {
    let key = Key::new(STANDARD_SECRET).expect("a key");
    let verifier = Verifier::new(providers::STANDARD_WEBHOOKS, key).expect("a verifier");
    let guard = ReplayGuard::new(store, "faults").lease(LEASE);
    let endpoint = Endpoint::new(verifier)
        .replay_guard(guard)
        .expect("a guard");
    let run = post(move |request: Request| async move {
        let id = request.headers()["webhook-id"]
            .to_str()
            .expect("text")
            .to_owned();
        let _ = axum::body::to_bytes(request.into_body(), 1 << 20).await;
        handler.run(id).await;
    });
    let router = Router::new()
        .route("/", run)
        .layer(VerifyLayer::new(endpoint));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("bound");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// Sends everything again until the store answers for it.
async fn resend(address: SocketAddr, ids: &[String]) {
    let mut sender = Sender::connect(address).await;
    for id in ids {
        let end = Instant::now() + Duration::from_secs(30);
        while !matches!(sender.send(id).await, 200 | 409) && Instant::now() < end {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

async fn case(
    name: &str,
    store: Arc<dyn ReplayStore>,
    away: Duration,
    fail: impl FnOnce(),
    come_back: impl FnOnce(),
) {
    let handler = Handler::new();
    handler.waits.store(true, Ordering::SeqCst);
    let address = receiver(store, handler.clone()).await;
    let sending: Vec<_> = (0..HANDLERS)
        .map(|number| {
            tokio::spawn(async move {
                let id = format!("msg_{number}");
                (Sender::connect(address).await.send(&id).await, id)
            })
        })
        .collect();
    while handler.started.load(Ordering::SeqCst) < HANDLERS as u64 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::task::block_in_place(fail);
    handler.waits.store(false, Ordering::SeqCst);
    handler.may_end.add_permits(HANDLERS);
    let begin = Instant::now();
    tokio::time::sleep(away).await;
    tokio::task::block_in_place(come_back);
    let mut done = Vec::new();
    for delivery in sending {
        let (status, id) = delivery.await.expect("no panic");
        if status == 200 {
            done.push(id);
        }
    }
    let answered = begin.elapsed();
    tokio::time::sleep(LEASE + Duration::from_secs(1)).await;
    resend(address, &done).await;
    println!(
        "{name}: {} of {HANDLERS} answered 200 (the last {:.1} s after the failure), {} of them handled again",
        done.len(),
        answered.as_secs_f64(),
        handler.again(&done)
    );
}

async fn redis() {
    let server = Mutex::new(Redis::start("faults", "yes"));
    let with = |run: &dyn Fn(&mut Redis)| run(&mut server.lock().expect("no panic"));
    let url = server.lock().expect("no panic").url();
    let store = || -> Arc<dyn ReplayStore> {
        with(&|server| drop(server.try_ask("FLUSHALL")));
        Arc::new(RedisStore::open(&url).expect("a URL"))
    };
    let tell = |command: &str| with(&|server| drop(server.try_ask(command)));
    let three = Duration::from_secs(3);
    case(
        "Redis killed, back after 3 s",
        store(),
        three,
        || with(&Redis::down),
        || with(&Redis::up),
    )
    .await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let full = || tell("CONFIG SET maxmemory 1");
    case("Redis at maxmemory for 3 s", store(), three, full, || {
        tell("CONFIG SET maxmemory 0")
    })
    .await;
    let only_reads = || tell("REPLICAOF 127.0.0.1 1");
    case(
        "Redis a read-only replica for 3 s",
        store(),
        three,
        only_reads,
        || tell("REPLICAOF NO ONE"),
    )
    .await;
    let pid = server
        .lock()
        .expect("no panic")
        .server
        .child
        .id()
        .to_string();
    let signal = |name: &str| {
        drop(
            std::process::Command::new("kill")
                .args([name, &pid])
                .status(),
        )
    };
    case(
        "Redis stopped (SIGSTOP) for 3 s",
        store(),
        three,
        || signal("-STOP"),
        || signal("-CONT"),
    )
    .await;
}

/// Redis whose successor has nothing of the last writes.
struct Failover {
    primary: Mutex<Redis>,
    replica: Redis,
    is_over: Arc<AtomicBool>,
}

impl Failover {
    fn start(name: &str) -> Self {
        let server = |role| Redis::start(&format!("{name}-{role}"), "yes");
        Self {
            primary: Mutex::new(server("primary")),
            replica: server("replica"),
            is_over: Arc::default(),
        }
    }

    /// Connects to the server that is the primary now, as through Sentinel.
    fn store(&self) -> Arc<dyn ReplayStore> {
        let primary = self.primary.lock().expect("no panic").url();
        let clients =
            [primary, self.replica.url()].map(|url| redis::Client::open(url).expect("a URL"));
        let is_over = self.is_over.clone();
        Arc::new(RedisStore::from_connector(move || {
            let client = clients[usize::from(is_over.load(Ordering::SeqCst))].clone();
            async move { client.get_multiplexed_async_connection().await }
        }))
    }

    fn lose(&self) {
        self.primary.lock().expect("no panic").down();
    }

    fn promote(&self) {
        self.is_over.store(true, Ordering::SeqCst);
    }
}

async fn failover() {
    let servers = Failover::start("claims");
    case(
        "Redis, failover after 3 s that lost the claims",
        servers.store(),
        Duration::from_secs(3),
        || servers.lose(),
        || servers.promote(),
    )
    .await;

    let servers = Failover::start("successes");
    let handler = Handler::new();
    let address = receiver(servers.store(), handler.clone()).await;
    let ids: Vec<_> = (0..HANDLERS)
        .map(|number| format!("msg_{number}"))
        .collect();
    let mut sender = Sender::connect(address).await;
    for id in &ids {
        assert_eq!(sender.send(id).await, 200);
    }
    tokio::task::block_in_place(|| servers.lose());
    servers.promote();
    resend(address, &ids).await;
    println!(
        "Redis, failover that lost recorded successes: {} of {HANDLERS} handled again",
        handler.again(&ids)
    );
}

async fn postgres() {
    let server = Mutex::new(Postgres::start(60));
    let with = |run: &dyn Fn(&mut Postgres)| run(&mut server.lock().expect("no panic"));
    let url = server.lock().expect("no panic").url();
    let store = async || {
        let store = PostgresStore::open(&url).expect("a URL");
        store.migrate().await.expect("a table");
        with(&|server| drop(server.psql("TRUNCATE hookward_replay").wait()));
        let store: Arc<dyn ReplayStore> = Arc::new(store);
        store
    };
    let three = Duration::from_secs(3);
    let ended = || with(&Postgres::down);
    case(
        "Postgres crashed, back after 3 s",
        store().await,
        three,
        ended,
        || with(&Postgres::up),
    )
    .await;
    let lock = || {
        let lock = "BEGIN; LOCK TABLE hookward_replay IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(3)";
        with(&|server| drop(server.psql(lock)));
        std::thread::sleep(Duration::from_millis(200));
    };
    case(
        "Postgres, table locked for 3 s",
        store().await,
        three,
        lock,
        || {},
    )
    .await;
    let stop = || with(&|server| server.signal("-STOP"));
    let go_on = || with(&|server| server.signal("-CONT"));
    case(
        "Postgres stopped (SIGSTOP) for 3 s",
        store().await,
        three,
        stop,
        go_on,
    )
    .await;
}

/// Two receivers on a server that has 11 connections for all.
async fn connections() {
    let server = Postgres::start(14);
    let handler = Handler::new();
    let mut receivers = Vec::new();
    for _ in 0..2 {
        let store = PostgresStore::open(&server.url()).expect("a URL");
        store.migrate().await.expect("a table");
        receivers.push(receiver(Arc::new(store), handler.clone()).await);
    }
    // Others take what is left, again and again.
    let stop = Arc::new(AtomicBool::new(false));
    let others = std::thread::spawn({
        let stop = stop.clone();
        move || {
            while !stop.load(Ordering::SeqCst) {
                let others: Vec<_> = (0..10)
                    .map(|_| server.psql("SELECT pg_sleep(0.5)"))
                    .collect();
                others.into_iter().for_each(|mut psql| drop(psql.wait()));
            }
            server
        }
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let end = Instant::now() + Duration::from_secs(10);
    let sending: Vec<_> = (0..64)
        .map(|sender| {
            let address = receivers[sender % 2];
            tokio::spawn(async move {
                let (mut connection, mut done, mut refused) =
                    (Sender::connect(address).await, Vec::new(), 0);
                for number in 0_u64.. {
                    if Instant::now() > end {
                        break;
                    }
                    let id = format!("msg_{sender}_{number}");
                    match connection.send(&id).await {
                        200 => done.push(id),
                        _ => refused += 1,
                    }
                }
                (done, refused)
            })
        })
        .collect();
    let (mut done, mut refused) = (Vec::new(), 0);
    for sender in sending {
        let (its, not) = sender.await.expect("no panic");
        done.extend(its);
        refused += not;
    }
    stop.store(true, Ordering::SeqCst);
    let _server = tokio::task::block_in_place(|| others.join().expect("no panic"));
    tokio::time::sleep(LEASE + Duration::from_secs(1)).await;
    resend(receivers[0], &done).await;
    println!(
        "Postgres with 11 connections, of which others take up to 10: {} answered 200, of which {} were \
         handled again; {refused} answered 503",
        done.len(),
        handler.again(&done)
    );
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async {
        redis().await;
        failover().await;
        postgres().await;
        connections().await;
    });
}
