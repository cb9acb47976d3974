//! Histories on real servers, in real time: each replica reaches the server through a
//! proxy of its own, which cuts connections, holds them or swallows answers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hookward::ReplayStore;
use hookward::postgres::PostgresStore;
use hookward::redis::RedisStore;
use hookward::sqlite::SqliteStore;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::seeds;
use crate::world::{Fault, Link, Plan, Random, run};

#[path = "../../../crates/hookward-postgres/tests/support/mod.rs"]
mod postgres;
#[path = "../../../crates/hookward-redis/tests/support/mod.rs"]
mod redis;

const LIMIT: Duration = Duration::from_millis(500);

/// Many deliveries, each with a history of its own.
const PLAN: Plan = Plan {
    replicas: 3,
    deliveries: 60,
    lease: Duration::from_millis(1500),
    away: Duration::from_millis(1000),
    handler: Duration::from_millis(2500),
    kills: true,
    // Servers count in milliseconds.
    shortest: 0.99,
};

struct Proxied {
    store: Arc<dyn ReplayStore>,
    fault: watch::Sender<Fault>,
}

impl Link for Proxied {
    fn store(&self) -> Arc<dyn ReplayStore> {
        self.store.clone()
    }

    fn set(&self, fault: Fault) {
        self.fault.send_replace(fault);
    }
}

/// A proxy in front of a local port.
async fn proxy(port: u16) -> (u16, watch::Sender<Fault>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let own = listener.local_addr().unwrap().port();
    let (fault, faults) = watch::channel(Fault::None);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            if *faults.borrow() == Fault::Killed {
                continue;
            }
            let server = SocketAddr::from(([127, 0, 0, 1], port));
            let Ok(server) = TcpStream::connect(server).await else {
                continue;
            };
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = server.into_split();
            tokio::spawn(pump(from_client, to_server, faults.clone(), Fault::Away));
            tokio::spawn(pump(from_server, to_client, faults.clone(), Fault::Deaf));
        }
    });
    (own, fault)
}

/// Passes bytes on. What arrives during this fault is lost, and the connection is cut once
/// the fault ends.
async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut faults: watch::Receiver<Fault>,
    stops: Fault,
) {
    let mut buffer = [0; 16384];
    loop {
        tokio::select! {
            read = from.read(&mut buffer) => {
                let Ok(length @ 1..) = read else { return };
                let fault = *faults.borrow();
                if fault == stops || fault == Fault::Killed {
                    // Neither passed on nor answered, until the fault ends.
                    let _ = faults.wait_for(|fault| *fault == Fault::None).await;
                    return;
                }
                if to.write_all(&buffer[..length]).await.is_err() {
                    return;
                }
            }
            changed = faults.changed() => {
                if changed.is_err() || *faults.borrow() == Fault::Killed {
                    return;
                }
            }
        }
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

async fn proxied<S: ReplayStore>(port: u16, open: impl Fn(u16) -> S) -> Vec<Arc<dyn Link>> {
    let mut links: Vec<Arc<dyn Link>> = Vec::new();
    for _ in 0..PLAN.replicas {
        let (port, fault) = proxy(port).await;
        let store = Arc::new(open(port));
        links.push(Arc::new(Proxied { store, fault }));
    }
    links
}

#[test]
fn histories_on_redis_keep_the_rules() {
    let Some(server) = redis::Server::start() else {
        return;
    };
    for seed in seeds(2) {
        runtime().block_on(async {
            let open = |port| {
                let url = format!("redis://127.0.0.1:{port}");
                RedisStore::open(&url).unwrap().timeout(LIMIT)
            };
            let links = proxied(server.port, open).await;
            let report = run(PLAN, &format!("redis-{seed}"), Random(seed), links).await;
            let report = report.unwrap_or_else(|how| panic!("seed {seed}: {how}"));
            println!("{report:?}");
        });
    }
}

#[test]
fn histories_on_postgres_keep_the_rules() {
    let Some(server) = postgres::Server::start() else {
        return;
    };
    for seed in seeds(2) {
        runtime().block_on(async {
            let migrated = PostgresStore::open(&server.url()).unwrap();
            migrated.migrate().await.unwrap();
            let open = |port| {
                let url = format!("postgres://hookward@127.0.0.1:{port}/postgres");
                PostgresStore::open(&url).unwrap().timeout(LIMIT)
            };
            let links = proxied(server.port, open).await;
            let report = run(PLAN, &format!("postgres-{seed}"), Random(seed), links).await;
            let report = report.unwrap_or_else(|how| panic!("seed {seed}: {how}"));
            println!("{report:?}");
        });
    }
}

/// There is no server to be away: another process locks the file instead.
struct Locked {
    store: SqliteStore,
    path: std::path::PathBuf,
}

impl Link for Locked {
    fn store(&self) -> Arc<dyn ReplayStore> {
        Arc::new(self.store.clone())
    }

    fn set(&self, fault: Fault) {
        if fault == Fault::Away {
            let path = self.path.clone();
            // A second handle works through the queue of its own thread.
            let store = SqliteStore::open(path).unwrap();
            tokio::spawn(async move {
                for _ in 0..50 {
                    let _ = store.delete_expired(1000).await;
                }
            });
        }
    }
}

#[test]
fn histories_on_sqlite_keep_the_rules() {
    let directory = std::env::temp_dir().join(format!("hookward-histories-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    for seed in seeds(1) {
        let path = directory.join(format!("{seed}.db"));
        runtime().block_on(async {
            let links = (0..PLAN.replicas)
                .map(|_| {
                    let store = SqliteStore::open(&path).unwrap().timeout(LIMIT);
                    let path = path.clone();
                    Arc::new(Locked { store, path }) as Arc<dyn Link>
                })
                .collect();
            // A replica that is killed here still reaches the file.
            let plan = Plan {
                kills: false,
                ..PLAN
            };
            let report = run(plan, "sqlite", Random(seed), links).await;
            let report = report.unwrap_or_else(|how| panic!("seed {seed}: {how}"));
            println!("{report:?}");
        });
    }
    std::fs::remove_dir_all(&directory).unwrap();
}
