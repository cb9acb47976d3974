//! Against servers as they are deployed: a cluster, Sentinel, TLS.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hookward_redis::RedisStore;
use hookward_replay::conformance::Suite;
use hookward_replay::{Claim, ClaimToken, ReplayKey, ReplayStore};
use redis::cluster::ClusterClient;
use redis::sentinel::{SentinelClient, SentinelServerType};
use redis::{Client, TlsCertificates};
use tokio::runtime::Runtime;
use tokio::sync::Mutex;

use self::support::{Server, Tied, directory, free_port};

const MINUTE: Duration = Duration::from_secs(60);
const SECOND: Duration = Duration::from_secs(1);

fn key(number: u64) -> ReplayKey {
    let mut bytes = [3; 16];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    ReplayKey::from_bytes(bytes)
}

#[track_caller]
fn fresh(claim: Claim) -> ClaimToken {
    match claim {
        Claim::Fresh(token) => token,
        other => panic!("not fresh: {other:?}"),
    }
}

#[track_caller]
fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let end = Instant::now() + MINUTE;
    while !condition() {
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn conforms(runtime: Runtime, open: impl Fn() -> RedisStore + Send + Sync + 'static) {
    Suite::new(open)
        .block_on(move |task| runtime.block_on(task))
        .check()
        .unwrap();
}

/// Six servers: three primaries, each with a replica.
struct Cluster(Vec<Server>);

impl Cluster {
    fn start() -> Option<Self> {
        let settings = [
            "--cluster-enabled",
            "yes",
            "--cluster-node-timeout",
            "1000",
            "--cluster-replica-validity-factor",
            "0",
        ];
        let servers: Option<Vec<_>> = (0..6)
            .map(|_| {
                // Its bus is on the port plus 10,000, or where it is told.
                let bus = free_port().to_string();
                let settings = [&settings[..], &["--cluster-port", &bus]].concat();
                Server::with(&settings)
            })
            .collect();
        let servers = servers?;
        let made = Command::new("redis-cli")
            .args(["--cluster", "create"])
            .args(
                servers
                    .iter()
                    .map(|server| format!("127.0.0.1:{}", server.port)),
            )
            .args(["--cluster-replicas", "1", "--cluster-yes"])
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stdout)
        );
        let cluster = Self(servers);
        until("the cluster forms", || cluster.is_whole(6));
        Some(cluster)
    }

    /// Whether those that run agree that every slot has a primary, and see this many.
    fn is_whole(&self, known: usize) -> bool {
        self.running().all(|server| {
            let info = server.raw(b"CLUSTER INFO\r\n").unwrap_or_default();
            let nodes = server.raw(b"CLUSTER NODES\r\n").unwrap_or_default();
            let replicas = nodes.matches(" slave ").count() + nodes.matches("myself,slave").count();
            let replicas = replicas - nodes.matches("slave,fail").count();
            info.contains("cluster_state:ok") && replicas >= known - 3
        })
    }

    fn running(&self) -> impl Iterator<Item = &Server> {
        self.0.iter().filter(|server| server.child.is_some())
    }

    async fn store(&self) -> RedisStore {
        let urls: Vec<_> = self.running().map(Server::url).collect();
        let client = ClusterClient::new(urls).unwrap();
        RedisStore::from_connection(client.get_async_connection().await.unwrap())
    }
}

#[test]
fn it_conforms_on_a_cluster() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let runtime = Runtime::new().unwrap();
    let store = runtime.block_on(cluster.store());
    conforms(runtime, move || store.clone());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_that_loses_a_primary_forgets_nothing_and_goes_on() {
    let Some(mut cluster) = Cluster::start() else {
        return;
    };
    let store = cluster.store().await.timeout(SECOND * 30);
    let mut handled = Vec::new();
    for number in 0..50 {
        let token = fresh(store.claim(key(number), MINUTE).await.unwrap());
        store.commit(key(number), token, MINUTE * 10).await.unwrap();
        handled.push(key(number));
    }
    // The replicas have all of it before the primary dies.
    until("replicated", || {
        let sizes = cluster.running().map(|server| {
            let answer = server.raw(b"DBSIZE\r\n").unwrap();
            answer
                .trim()
                .trim_start_matches(':')
                .parse::<u64>()
                .unwrap()
        });
        sizes.sum::<u64>() == 100
    });
    let primary = cluster.0.iter().position(|server| {
        let role = server.raw(b"ROLE\r\n").unwrap_or_default();
        role.contains("master")
    });
    cluster.0[primary.unwrap()].down();
    let begin = Instant::now();
    for key in handled {
        assert_eq!(store.claim(key, MINUTE).await.unwrap(), Claim::Done);
    }
    println!("all answered {:?} after the primary died", begin.elapsed());
    for number in 50..100 {
        fresh(store.claim(key(number), MINUTE).await.unwrap());
    }
}

#[tokio::test]
async fn a_single_connection_to_a_cluster_says_what_is_missing() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let store = RedisStore::open(&cluster.0[0].url()).unwrap();
    let mut errors = 0;
    for number in 0..50 {
        if let Err(error) = store.claim(key(number), MINUTE).await {
            assert!(error.to_string().contains("cluster"), "{error}");
            errors += 1;
        }
    }
    assert!(errors > 0);
}

/// A primary, its replica, and a sentinel that alone decides on a failover.
struct Watched {
    primary: Server,
    replica: Server,
    _sentinel: Tied,
    sentinel_url: String,
}

impl Watched {
    fn start() -> Option<Self> {
        let primary = Server::start()?;
        let primary_port = primary.port.to_string();
        let replica = Server::with(&["--replicaof", "127.0.0.1", &primary_port]).unwrap();
        let (directory, port) = (directory(), free_port());
        let config = directory.join("sentinel.conf");
        let settings = format!(
            "port {port}\nbind 127.0.0.1\ndir {}\nsentinel monitor receiver 127.0.0.1 {} 1\n\
             sentinel down-after-milliseconds receiver 500\n\
             sentinel failover-timeout receiver 3000\n",
            directory.display(),
            primary.port
        );
        std::fs::write(&config, settings).unwrap();
        let arguments = [config.display().to_string(), "--sentinel".to_owned()];
        let sentinel = Tied::spawn(primary.program, &arguments);
        let ask = |command: &[u8]| {
            use std::io::{Read as _, Write as _};
            let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).ok()?;
            stream.write_all(command).ok()?;
            let mut answer = [0; 8192];
            let length = stream.read(&mut answer).ok()?;
            Some(String::from_utf8_lossy(&answer[..length]).into_owned())
        };
        let replica_port = replica.port.to_string();
        until("the sentinel knows the replica", || {
            let replicas = ask(b"SENTINEL REPLICAS receiver\r\n");
            replicas.is_some_and(|replicas| {
                replicas.contains(&replica_port)
                    && replicas.contains("master-link-status\r\n$2\r\nok")
            })
        });
        Some(Self {
            primary,
            replica,
            _sentinel: sentinel,
            sentinel_url: format!("redis://127.0.0.1:{port}"),
        })
    }

    fn store(&self) -> RedisStore {
        let sentinels = vec![self.sentinel_url.clone()];
        let master = SentinelServerType::Master;
        let client = SentinelClient::build(sentinels, "receiver", None, master).unwrap();
        let client = Arc::new(Mutex::new(client));
        RedisStore::from_connector(move || {
            let client = client.clone();
            async move { client.lock().await.get_async_connection().await }
        })
    }
}

#[test]
fn it_conforms_through_sentinel() {
    let Some(watched) = Watched::start() else {
        return;
    };
    let runtime = Runtime::new().unwrap();
    let store = watched.store();
    conforms(runtime, move || store.clone());
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_failover_sentinel_names_the_new_primary() {
    let Some(mut watched) = Watched::start() else {
        return;
    };
    let store = watched.store().timeout(SECOND * 30);
    let done = fresh(store.claim(key(1), MINUTE).await.unwrap());
    store.commit(key(1), done, MINUTE * 10).await.unwrap();
    let held = fresh(store.claim(key(2), MINUTE * 10).await.unwrap());
    until("replicated", || {
        let answer = watched.replica.raw(b"DBSIZE\r\n");
        answer.is_some_and(|answer| answer.starts_with(":2"))
    });
    watched.primary.down();
    let begin = Instant::now();
    // The first operation waits for the failover.
    assert_eq!(store.claim(key(1), MINUTE).await.unwrap(), Claim::Done);
    println!("answered {:?} after the primary died", begin.elapsed());
    store.commit(key(2), held, MINUTE * 10).await.unwrap();
    assert_eq!(store.claim(key(2), MINUTE).await.unwrap(), Claim::Done);
    fresh(store.claim(key(3), MINUTE).await.unwrap());
}

/// A server that speaks TLS, and its certificate.
fn tls() -> Option<(Server, u16, String)> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (certificate, private_key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let directory = directory();
    let file = |name: &str, content: &str| {
        let path = directory.join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    };
    let (cert, key) = (
        file("cert.pem", &certificate),
        file("key.pem", &private_key),
    );
    let port = free_port();
    let settings = [
        "--tls-port",
        &port.to_string(),
        "--tls-cert-file",
        &cert,
        "--tls-key-file",
        &key,
        "--tls-auth-clients",
        "no",
        "--tls-ca-cert-file",
        &cert,
    ];
    let server = Server::with(&settings)?;
    Some((server, port, certificate))
}

#[test]
fn it_conforms_over_tls() {
    let Some((_server, port, certificate)) = tls() else {
        return;
    };
    let runtime = Runtime::new().unwrap();
    let url = format!("rediss://localhost:{port}");
    let trusted = TlsCertificates {
        client_tls: None,
        root_cert: Some(certificate.into_bytes()),
    };
    let client = Client::build_with_tls(url, trusted).unwrap();
    let store = RedisStore::from_connector(move || {
        let client = client.clone();
        async move { client.get_multiplexed_async_connection().await }
    });
    conforms(runtime, move || store.clone());
}

#[cfg(feature = "tls-rustls")]
#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let Some((_server, port, _)) = tls() else {
        return;
    };
    let store = RedisStore::open(&format!("rediss://localhost:{port}")).unwrap();
    let begin = Instant::now();
    let error = store
        .timeout(SECOND * 2)
        .claim(key(1), MINUTE)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("certificate"), "{error}");
    assert!(begin.elapsed() < SECOND * 10);
}
