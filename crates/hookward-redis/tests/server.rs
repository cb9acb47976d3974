//! Against a real server, started here from the installed program.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use hookward_redis::RedisStore;
use hookward_replay::conformance::Suite;
use hookward_replay::{Claim, ClaimToken, Renewal, ReplayKey, ReplayStore};

use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::watch;

use self::support::Server;

const MINUTE: Duration = Duration::from_secs(60);

impl Server {
    fn store(&self) -> RedisStore {
        RedisStore::open(&self.url()).unwrap()
    }
}

fn key(number: u64) -> ReplayKey {
    let mut bytes = [7; 16];
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

#[test]
fn it_conforms() {
    let Some(server) = Server::start() else {
        return;
    };
    let (url, runtime) = (server.url(), Runtime::new().unwrap());
    Suite::new(move || RedisStore::open(&url).unwrap())
        .block_on(move |task| runtime.block_on(task))
        .unavailable(|| {
            let store = RedisStore::open("redis://127.0.0.1:1").unwrap();
            store.timeout(Duration::from_millis(200))
        })
        .check()
        .unwrap();
}

#[tokio::test]
async fn prefixes_keep_stores_apart() {
    let Some(server) = Server::start() else {
        return;
    };
    let (one, other) = (server.store().prefix("a:"), server.store().prefix("b:"));
    fresh(one.claim(key(1), MINUTE).await.unwrap());
    fresh(other.claim(key(1), MINUTE).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_was_stopped_and_started_works_again() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let store = server.store();
    let done = fresh(store.claim(key(1), MINUTE).await.unwrap());
    store.commit(key(1), done, MINUTE).await.unwrap();
    fresh(store.claim(key(2), MINUTE).await.unwrap());

    server.down();
    for _ in 0..3 {
        let begin = Instant::now();
        assert!(store.claim(key(3), MINUTE).await.is_err());
        assert!(store.commit(key(1), done, MINUTE).await.is_err());
        assert!(begin.elapsed() < Duration::from_secs(5));
    }

    assert!(server.up());
    // The very first claim works, and nothing that was acknowledged is lost.
    assert_eq!(store.claim(key(1), MINUTE).await.unwrap(), Claim::Done);
    assert!(matches!(
        store.claim(key(2), MINUTE).await.unwrap(),
        Claim::InProgress(_)
    ));
    fresh(store.claim(key(3), MINUTE).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_that_nobody_noticed_costs_no_request() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let store = server.store();
    fresh(store.claim(key(1), MINUTE).await.unwrap());
    server.down();
    assert!(server.up());
    fresh(store.claim(key(2), MINUTE).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_server_is_an_error_within_the_timeout() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = server.store().timeout(Duration::from_millis(200));
    fresh(store.claim(key(1), MINUTE).await.unwrap());
    server.signal("-STOP");
    let begin = Instant::now();
    let error = store.claim(key(2), MINUTE).await.unwrap_err();
    let took = begin.elapsed();
    server.signal("-CONT");
    assert!(error.to_string().contains("200ms"), "{error}");
    assert!(took < Duration::from_secs(2), "{took:?}");
    // What that claim left behind on the server is released.
    claim_until_fresh(&store, key(2)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_whose_caller_has_gone_is_given_back() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = server.store();
    fresh(store.claim(key(1), MINUTE).await.unwrap());
    server.signal("-STOP");
    let mut claim = Box::pin(store.claim(key(2), MINUTE));
    assert!(
        tokio::time::timeout(Duration::from_millis(50), &mut claim)
            .await
            .is_err()
    );
    drop(claim);
    server.signal("-CONT");
    claim_until_fresh(&store, key(2)).await;
}

/// Polls well within the lease of a minute that would otherwise delay it.
async fn claim_until_fresh(store: &RedisStore, key: ReplayKey) {
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        match store.claim(key, MINUTE).await {
            Ok(Claim::Fresh(_)) => return,
            other => assert!(Instant::now() < end, "{other:?}"),
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn scripts_that_the_server_forgot_are_sent_again() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = server.store();
    let token = fresh(store.claim(key(1), MINUTE).await.unwrap());
    assert!(server.raw(b"SCRIPT FLUSH\r\n").unwrap().starts_with("+OK"));
    store.commit(key(1), token, MINUTE).await.unwrap();
    assert!(server.raw(b"SCRIPT FLUSH\r\n").unwrap().starts_with("+OK"));
    assert_eq!(store.claim(key(1), MINUTE).await.unwrap(), Claim::Done);
}

/// A server that answers scripts like Redis 5 does, until it is upgraded. It waits for two
/// of them before it answers either, four times.
fn redis_5(is_upgraded: Arc<AtomicBool>) -> String {
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let (mut input, mut output) = (BufReader::new(stream.try_clone().unwrap()), stream);
        let number = |input: &mut BufReader<_>| {
            let mut line = String::new();
            input.read_line(&mut line).ok()?;
            line.trim().get(1..)?.parse::<usize>().ok()
        };
        let (mut scripts, mut answers, mut loaded) = (0, String::new(), Vec::new());
        while let Some(arguments) = number(&mut input) {
            let command: Vec<_> = (0..arguments)
                .map(|_| {
                    let length = number(&mut input).unwrap();
                    let mut text = vec![0; length + 2];
                    input.read_exact(&mut text).unwrap();
                    String::from_utf8(text).unwrap().trim_end().to_owned()
                })
                .collect();
            let is_upgraded = is_upgraded.load(Ordering::Relaxed);
            let has_flags = command[1].starts_with("#!lua");
            answers += match &*command[0] {
                "EVALSHA" if loaded.contains(&(is_upgraded, command[1].clone())) => ":0\r\n",
                "EVALSHA" => "-NOSCRIPT No matching script.\r\n",
                "EVAL" if has_flags && !is_upgraded => {
                    "-ERR Error compiling script (new function): user_script:1: unexpected \
                     symbol near '#'\r\n"
                }
                "EVAL" if !has_flags && is_upgraded => "-OOM command not allowed\r\n",
                "EVAL" => {
                    let hash = redis::Script::new(&command[1]).get_hash().to_owned();
                    loaded.push((is_upgraded, hash));
                    ":0\r\n"
                }
                _ => "+OK\r\n",
            };
            scripts += usize::from(command[0].starts_with("EVAL"));
            if scripts % 2 == 0 || scripts > 8 {
                output.write_all(answers.as_bytes()).unwrap();
                answers.clear();
            }
        }
    });
    url
}

#[tokio::test]
async fn before_redis_7_scripts_are_sent_without_flags_and_after_an_upgrade_with_them() {
    let is_upgraded = Arc::new(AtomicBool::new(false));
    let store = RedisStore::open(&redis_5(is_upgraded.clone())).unwrap();
    let token = ClaimToken(1);
    let commits = async || {
        let (one, other) = tokio::join!(
            store.commit(key(1), token, MINUTE),
            store.commit(key(2), token, MINUTE)
        );
        one.unwrap();
        other.unwrap();
    };
    commits().await;
    commits().await;
    is_upgraded.store(true, Ordering::Relaxed);
    // A server that is full runs those with flags only.
    commits().await;
    commits().await;
}

#[tokio::test]
async fn the_longest_timeout_is_one() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = server.store().timeout(Duration::MAX);
    fresh(store.claim(key(1), MINUTE).await.unwrap());
}

/// As a firewall does with connections that it has forgotten.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_of_the_users_function_that_went_silent_is_replaced() {
    let Some(server) = Server::start() else {
        return;
    };
    let firewall = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("redis://{}", firewall.local_addr().unwrap());
    let forgets = watch::Sender::new(());
    let (told, port) = (forgets.clone(), server.port);
    tokio::spawn(async move {
        while let Ok((mut one, _)) = firewall.accept().await {
            let mut forgets = told.subscribe();
            tokio::spawn(async move {
                let mut other = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                tokio::select! {
                    _ = tokio::io::copy_bidirectional(&mut one, &mut other) => {}
                    _ = forgets.changed() => std::future::pending().await,
                }
            });
        }
    });
    let client = redis::Client::open(url).unwrap();
    let store = RedisStore::from_connector(move || {
        let client = client.clone();
        async move { client.get_multiplexed_async_connection().await }
    });
    let store = store.timeout(Duration::from_secs(10));
    fresh(store.claim(key(1), MINUTE).await.unwrap());
    forgets.send(()).unwrap();
    fresh(store.claim(key(2), MINUTE).await.unwrap());
}

#[tokio::test]
async fn a_full_server_refuses_claims_and_records_what_was_handled() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = server.store();
    let done = fresh(store.claim(key(1), MINUTE).await.unwrap());
    let failed = fresh(store.claim(key(2), MINUTE).await.unwrap());
    let runs = fresh(store.claim(key(3), MINUTE).await.unwrap());
    server.ok("CONFIG SET maxmemory 1");
    let error = store.claim(key(4), MINUTE).await.unwrap_err();
    assert!(error.to_string().contains("raise maxmemory"), "{error}");
    store.commit(key(1), done, MINUTE).await.unwrap();
    store.release(key(2), failed).await.unwrap();
    let renewed = store.renew(key(3), runs, MINUTE).await.unwrap();
    assert_eq!(renewed, Renewal::Held);
    assert_eq!(store.claim(key(1), MINUTE).await.unwrap(), Claim::Done);
    server.ok("CONFIG SET maxmemory 0");
    fresh(store.claim(key(2), MINUTE).await.unwrap());
    fresh(store.claim(key(4), MINUTE).await.unwrap());
}

#[tokio::test]
async fn a_replica_that_only_reads_is_waited_for_and_named() {
    let Some(primary) = Server::start() else {
        return;
    };
    let port = primary.port.to_string();
    let replica = Server::with(&["--replicaof", "127.0.0.1", &port]).unwrap();
    let store = replica.store().timeout(Duration::from_millis(300));
    let begin = Instant::now();
    let error = store.claim(key(1), MINUTE).await.unwrap_err();
    assert!(error.to_string().contains("read-only replica"), "{error}");
    assert!(begin.elapsed() < Duration::from_secs(2));
    // It is promoted while a claim waits.
    let store = replica.store().timeout(Duration::from_secs(20));
    let claim = tokio::spawn(store.claim(key(1), MINUTE));
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!claim.is_finished());
    replica.ok("REPLICAOF NO ONE");
    fresh(claim.await.unwrap().unwrap());
}

#[tokio::test]
async fn what_a_failover_lost_is_fresh_and_a_repeated_commit_is_recorded() {
    let Some(mut primary) = Server::start() else {
        return;
    };
    let port = primary.port.to_string();
    let replica = Server::with(&["--replicaof", "127.0.0.1", &port]).unwrap();
    let replicated = |number: u64| {
        let text = format!("GET hookward:{}\r\n", key(number));
        replica.raw(text.as_bytes()).unwrap().contains("done")
    };
    let store = primary.store();
    for number in [1, 2] {
        let token = fresh(store.claim(key(number), MINUTE).await.unwrap());
        store.commit(key(number), token, MINUTE).await.unwrap();
    }
    until(|| replicated(1) && replicated(2));
    replica.ok("REPLICAOF NO ONE");
    // Written to the old primary alone.
    let lost = fresh(store.claim(key(3), MINUTE).await.unwrap());
    store.commit(key(3), lost, MINUTE).await.unwrap();
    let late = fresh(store.claim(key(4), MINUTE).await.unwrap());
    primary.down();

    let store = replica.store();
    assert_eq!(store.claim(key(1), MINUTE).await.unwrap(), Claim::Done);
    fresh(store.claim(key(3), MINUTE).await.unwrap());
    // The handler of the fourth succeeds after the failover.
    assert_eq!(
        store.renew(key(4), late, MINUTE).await.unwrap(),
        Renewal::Held
    );
    store.commit(key(4), late, MINUTE).await.unwrap();
    assert_eq!(store.claim(key(4), MINUTE).await.unwrap(), Claim::Done);
}

#[track_caller]
fn until(mut condition: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !condition() {
        assert!(Instant::now() < end, "it does not come");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[tokio::test]
async fn a_server_without_a_free_connection_is_waited_for() {
    let Some(server) = Server::with(&["--maxclients", "1"]) else {
        return;
    };
    let taken = std::net::TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    let impatient = server.store().timeout(Duration::from_millis(300));
    impatient.claim(key(1), MINUTE).await.unwrap_err();
    // Otherwise it takes the connection that becomes free.
    drop(impatient);
    let store = server.store().timeout(Duration::from_secs(20));
    let claim = tokio::spawn(store.claim(key(1), MINUTE));
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!claim.is_finished());
    drop(taken);
    fresh(claim.await.unwrap().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_waits_for_its_store_or_fails() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let store = server.store().timeout(Duration::from_millis(200));
    store.ready(Duration::ZERO).await.unwrap();
    server.down();
    store.ready(Duration::ZERO).await.unwrap_err();
    let waits = tokio::spawn({
        let store = store.clone();
        async move { store.ready(Duration::from_secs(60)).await }
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!waits.is_finished());
    assert!(server.up());
    waits.await.unwrap().unwrap();
    // What the operator has to correct is not waited for.
    server.ok("CONFIG SET requirepass right");
    let begin = Instant::now();
    let error = server.store().ready(MINUTE).await.unwrap_err();
    assert!(error.to_string().contains("password"), "{error}");
    assert!(begin.elapsed() < MINUTE / 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_accepts_and_never_answers_is_an_error_within_the_timeout() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", silent.local_addr().unwrap());
    let store = RedisStore::open(&url).unwrap();
    let store = store.timeout(Duration::from_millis(200));
    let begin = Instant::now();
    let error = store.claim(key(1), MINUTE).await.unwrap_err();
    assert!(error.to_string().contains("200ms"), "{error}");
    store.ready(Duration::ZERO).await.unwrap_err();
    let took = begin.elapsed();
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_loads_its_data_is_waited_for() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let store = server.store().timeout(Duration::from_secs(30));
    let done = fresh(store.claim(key(1), MINUTE * 60).await.unwrap());
    store.commit(key(1), done, MINUTE * 60).await.unwrap();
    for number in 2..100 {
        fresh(store.claim(key(number), MINUTE * 60).await.unwrap());
    }
    server.down();
    server.arguments = ["--key-load-delay", "10000"].map(String::from).to_vec();
    server.launch();
    assert_eq!(store.claim(key(1), MINUTE).await.unwrap(), Claim::Done);
}

#[tokio::test]
async fn a_wrong_password_is_an_error_that_does_not_print_it() {
    let Some(server) = Server::start() else {
        return;
    };
    assert!(
        server
            .raw(b"CONFIG SET requirepass right\r\n")
            .unwrap()
            .starts_with("+OK")
    );
    let url = format!("redis://:hunter2@127.0.0.1:{}", server.port);
    let error = RedisStore::open(&url)
        .unwrap()
        .claim(key(1), MINUTE)
        .await
        .unwrap_err();
    assert!(!error.to_string().contains("hunter2"), "{error}");
    let url = format!("redis://:right@127.0.0.1:{}", server.port);
    fresh(
        RedisStore::open(&url)
            .unwrap()
            .claim(key(1), MINUTE)
            .await
            .unwrap(),
    );
}

/// `cargo test -p hookward-redis --test server -- --ignored --nocapture`
#[tokio::test(flavor = "multi_thread")]
#[ignore = "prints measurements"]
async fn measure() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = server.store();
    let used = || {
        let info = server.raw(b"INFO memory\r\n").unwrap();
        let line = info
            .lines()
            .find(|l| l.starts_with("used_memory:"))
            .unwrap();
        line.split_once(':').unwrap().1.parse::<u64>().unwrap()
    };
    fresh(store.claim(key(u64::MAX), MINUTE).await.unwrap());
    assert!(
        server
            .raw(b"CONFIG SET appendonly no\r\n")
            .unwrap()
            .starts_with("+OK")
    );
    let count = 20_000;
    let before = used();
    let begin = Instant::now();
    for number in 0..count {
        let token = fresh(store.claim(key(number), MINUTE).await.unwrap());
        store.commit(key(number), token, MINUTE * 60).await.unwrap();
    }
    let each = begin.elapsed() / u32::try_from(2 * count).unwrap();
    println!(
        "{each:?} a step, {} bytes an entry",
        (used() - before) / count
    );
}
