//! Deliveries a second through the shared stores, beside the raw commands.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --features stores --bin stores
//! [postgres|redis|redis-fsync]... [SECONDS]` starts servers of its own and prints, for 1,
//! 64 and 512 connections:
//!
//! - raw: the statements that claim and commit, prepared, in `pgbench`; the scripts that
//!   claim and commit, by `EVALSHA`, in `redis-benchmark`. The least that is needed: what
//!   answers a duplicate is not in them.
//! - store: as many tasks, each of which claims a new key and commits it;
//! - receiver: as many HTTP connections to an axum server on loopback, each of which
//!   sends genuine deliveries (Standard Webhooks, 256 B) with ids of their own; the
//!   senders run on the same processors;
//! - memory: the same receiver with `MemoryStore`.
//!
//! A delivery is a claim and a commit. The best of three interleaved rounds: other load on
//! the machine only takes away.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::Request;
use axum::routing::post;
use hookward::postgres::PostgresStore;
use hookward::redis::RedisStore;
use hookward::tower::VerifyLayer;
use hookward::{
    Claim, Endpoint, Key, MemoryStore, ReplayGuard, ReplayKey, ReplayStore, UnixTime, Verifier,
    providers,
};
use hookward_benches::STANDARD_SECRET;
use hookward_benches::servers::{Postgres, Redis, Sender, text};
use tokio::runtime::{Builder, Runtime};

const CONNECTIONS: [usize; 3] = [1, 64, 512];
const ROUNDS: usize = 3;
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// What is measured at a number of connections: deliveries a second.
trait Backend {
    fn raw(&self, connections: usize, time: Duration) -> f64;
    fn store(&self) -> Arc<dyn ReplayStore>;
}

/// The two statements that anyone would write.
const SCRIPT: &str = "\
\\set id random(1, 9000000000000000000)
INSERT INTO raw AS claim (key, holder, expires) \
VALUES (md5(:id::text)::uuid, :id, clock_timestamp() + interval '60 s') \
ON CONFLICT (key) DO UPDATE SET holder = excluded.holder, expires = excluded.expires \
WHERE claim.expires <= clock_timestamp();
INSERT INTO raw AS claim (key, holder, expires) \
VALUES (md5(:id::text)::uuid, NULL, clock_timestamp() + interval '3600 s') \
ON CONFLICT (key) DO UPDATE SET holder = excluded.holder, expires = excluded.expires \
WHERE claim.holder = :id;
";

impl Backend for Postgres {
    fn raw(&self, connections: usize, time: Duration) -> f64 {
        let program = |name| {
            let mut command = Command::new(self.programs.join(name));
            command.args([
                "-h",
                "127.0.0.1",
                "-p",
                &self.server.port.to_string(),
                "-U",
                "hookward",
            ]);
            command
        };
        let table = "DROP TABLE IF EXISTS raw; CREATE TABLE raw \
                     (key uuid PRIMARY KEY, holder bigint, expires timestamptz NOT NULL); \
                     CREATE INDEX ON raw (expires)";
        text(program("psql").args(["-q", "-c", table, "postgres"]));
        let script =
            std::env::temp_dir().join(format!("hookward-bench-{}.sql", std::process::id()));
        std::fs::write(&script, SCRIPT).expect("written");
        let threads = connections.min(2).to_string();
        // It counts the time in which it connects.
        let seconds = time.as_secs() + connections as u64 / 64;
        let printed = text(
            program("pgbench")
                .args([
                    "-n",
                    "-M",
                    "prepared",
                    "-c",
                    &connections.to_string(),
                    "-j",
                    &threads,
                ])
                .args(["-T", &seconds.to_string(), "-f"])
                .arg(&script)
                .arg("postgres"),
        );
        let _ = std::fs::remove_file(&script);
        let rate = printed.lines().find_map(|line| line.strip_prefix("tps = "));
        number(Some(rate.unwrap_or_else(|| panic!("no rate: {printed}"))))
    }

    fn store(&self) -> Arc<dyn ReplayStore> {
        let url = self.url();
        let store = PostgresStore::open(&url).expect("a URL").timeout(MINUTE);
        runtime(1).block_on(async {
            let drop = "DROP TABLE IF EXISTS hookward_replay";
            let mut psql = Command::new(self.programs.join("psql"));
            psql.args(["-q", "-c", drop, &url]);
            text(&mut psql);
            let migrating = PostgresStore::open(&url).expect("a URL");
            migrating.migrate().await.expect("a table");
        });
        Arc::new(store)
    }
}

/// Calls a second.
fn calls(redis: &Redis, connections: usize, count: usize, arguments: &[&str]) -> f64 {
    let port = redis.server.port.to_string();
    let printed = text(
        Command::new("redis-benchmark")
            .args(["-p", &port, "-c", &connections.to_string()])
            .args(["-n", &count.to_string(), "-r", "1000000000", "--csv"])
            .args(arguments),
    );
    number(
        printed
            .lines()
            .last()
            .and_then(|line| line.rsplit("\",\"").nth(6)),
    )
}

const CLAIM: &str = "\
local held = redis.call('GET', KEYS[1])
if not held then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return -2
end
if held == 'done' then
  return -1
end
return redis.call('PTTL', KEYS[1])";
const COMMIT: &str = "\
local held = redis.call('GET', KEYS[1])
if not held or held == ARGV[1] then
  redis.call('SET', KEYS[1], 'done', 'PX', ARGV[2])
end
return 0";

impl Backend for Redis {
    fn raw(&self, connections: usize, time: Duration) -> f64 {
        let (claim, commit) = (self.load(CLAIM), self.load(COMMIT));
        let rate = |script: &str, count: usize| {
            let keys = "raw:00000000000000000000__rand_int__";
            let arguments = ["EVALSHA", script, "1", keys, "0123456789abcdef", "60000"];
            calls(self, connections, count, &arguments)
        };
        // So many calls take about the time.
        let few = rate(&claim, connections.max(2000));
        let count = (few * time.as_secs_f64() / 2.0) as usize + connections;
        let (claims, commits) = (rate(&claim, count), rate(&commit, count));
        1.0 / (1.0 / claims + 1.0 / commits)
    }

    fn store(&self) -> Arc<dyn ReplayStore> {
        self.try_ask("FLUSHALL");
        Arc::new(
            RedisStore::open(&self.url())
                .expect("a URL")
                .timeout(MINUTE),
        )
    }
}

fn number(text: Option<&str>) -> f64 {
    let text = text.expect("a figure");
    let digits: String = text
        .chars()
        .take_while(|c| c.is_ascii_digit() || *c == '.')
        .collect();
    digits
        .parse()
        .unwrap_or_else(|_| panic!("{text:?} is no figure"))
}

fn runtime(threads: usize) -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_all()
        .build()
        .expect("a runtime")
}

/// Deliveries a second through a store.
fn claims(store: &Arc<dyn ReplayStore>, tasks: usize, time: Duration) -> f64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let runtime = runtime(2);
    let handled = Arc::new(AtomicU64::new(0));
    let (begin, salt) = (Instant::now(), UnixTime::now().as_secs().cast_unsigned());
    runtime.block_on(async {
        let tasks: Vec<_> = (0..tasks)
            .map(|_| {
                let (store, handled) = (store.clone(), handled.clone());
                tokio::spawn(async move {
                    while begin.elapsed() < time {
                        let number = NEXT.fetch_add(1, Ordering::Relaxed);
                        let mut bytes = [0; 16];
                        let spread = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
                        bytes[..8].copy_from_slice(&spread.to_be_bytes());
                        bytes[8..].copy_from_slice(&salt.to_be_bytes());
                        let key = ReplayKey::from_bytes(bytes);
                        let claim = store.claim(key, MINUTE).await.expect("an answer");
                        let Claim::Fresh(token) = claim else {
                            panic!("{claim:?}")
                        };
                        store.commit(key, token, HOUR).await.expect("an answer");
                        handled.fetch_add(1, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("no panic");
        }
    });
    handled.load(Ordering::Relaxed) as f64 / begin.elapsed().as_secs_f64()
}

/// Deliveries a second through a receiver.
fn deliveries(store: Arc<dyn ReplayStore>, connections: usize, time: Duration) -> f64 {
    let server = runtime(2);
    let key = Key::new(STANDARD_SECRET).expect("a key");
    let verifier = Verifier::new(providers::STANDARD_WEBHOOKS, key).expect("a verifier");
    let endpoint = Endpoint::new(verifier)
        .replay_guard(ReplayGuard::new(store, "bench"))
        .expect("a guard");
    let handler = post(|request: Request| async move {
        let _ = axum::body::to_bytes(request.into_body(), 1 << 20).await;
    });
    let router = Router::new()
        .route("/", handler)
        .layer(VerifyLayer::new(endpoint));
    let address = server.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("bound");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    });
    let handled = Arc::new(AtomicU64::new(0));
    let begin = Instant::now();
    runtime(1).block_on(async {
        let senders: Vec<_> = (0..connections)
            .map(|sender| tokio::spawn(send(address, sender, begin + time, handled.clone())))
            .collect();
        for sender in senders {
            sender.await.expect("no panic");
        }
    });
    let rate = handled.load(Ordering::Relaxed) as f64 / begin.elapsed().as_secs_f64();
    server.shutdown_background();
    rate
}

/// Sends one delivery after the other on one connection.
async fn send(address: SocketAddr, sender: usize, end: Instant, handled: Arc<AtomicU64>) {
    static RUNS: AtomicU64 = AtomicU64::new(0);
    let run = RUNS.fetch_add(1, Ordering::Relaxed);
    let mut connection = Sender::connect(address).await;
    for number in 0_u64.. {
        if Instant::now() >= end {
            return;
        }
        assert_eq!(
            connection
                .send(&format!("msg_{sender}_{run}_{number}"))
                .await,
            200
        );
        handled.fetch_add(1, Ordering::Relaxed);
    }
}

fn measure(name: &str, backend: &dyn Backend, time: Duration) {
    println!("{name}: deliveries a second, and the ratio to raw");
    for connections in CONNECTIONS {
        let mut best = [0_f64; 4];
        for _ in 0..ROUNDS {
            let round = [
                backend.raw(connections, time),
                claims(&backend.store(), connections, time),
                deliveries(backend.store(), connections, time),
                deliveries(Arc::new(MemoryStore::default()), connections, time),
            ];
            best = std::array::from_fn(|figure| best[figure].max(round[figure]));
        }
        let [raw, store, receiver, memory] = best;
        println!(
            "  {connections:4} connections: raw {raw:7.0}, store {store:7.0} ({:.2}), \
             receiver {receiver:7.0} ({:.2}); receiver with a store in memory {memory:7.0}",
            store / raw,
            receiver / raw
        );
    }
}

fn main() {
    let mut time = Duration::from_secs(3);
    let mut backends = Vec::new();
    for argument in std::env::args().skip(1) {
        match argument.parse() {
            Ok(seconds) => time = Duration::from_secs(seconds),
            Err(_) => backends.push(argument),
        }
    }
    if backends.is_empty() {
        backends = ["postgres", "redis", "redis-fsync"]
            .map(String::from)
            .to_vec();
    }
    for backend in backends {
        match backend.as_str() {
            "postgres" => measure("Postgres", &Postgres::start(600), time),
            "redis" => measure(
                "Redis without persistence",
                &Redis::start("redis", "no"),
                time,
            ),
            "redis-fsync" => {
                let server = Redis::start("redis-fsync", "yes");
                measure("Redis with `appendfsync always`", &server, time);
            }
            other => panic!("{other:?} is no store: postgres, redis or redis-fsync"),
        }
    }
}
