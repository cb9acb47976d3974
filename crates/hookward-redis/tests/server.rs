//! Against a real server, started here from the installed program.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hookward_core::{Claim, ClaimToken, ReplayKey, ReplayStore};
use hookward_redis::RedisStore;
use tokio::sync::Barrier;

use self::support::Server;

const MINUTE: Duration = Duration::from_secs(60);
const BRIEF: Duration = Duration::from_millis(60);

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

/// Claims until the lease that stands in the way has run out on the server.
async fn claim_after_lease(store: &RedisStore, key: ReplayKey) -> ClaimToken {
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        match store.claim(key, MINUTE).await.unwrap() {
            Claim::Fresh(token) => return token,
            Claim::InProgress(left) => tokio::time::sleep(left).await,
            Claim::Done => panic!("done"),
        }
        assert!(Instant::now() < end, "the lease does not run out");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_64_concurrent_claims_exactly_one_is_fresh() {
    let Some(server) = Server::start() else {
        return;
    };
    // Two stores with a connection each stand for two replicas.
    let stores = [server.store(), server.store()];
    for number in 0..200 {
        let barrier = Arc::new(Barrier::new(64));
        let claims: Vec<_> = (0..64)
            .map(|caller| {
                let (store, barrier) = (stores[caller % 2].clone(), barrier.clone());
                tokio::spawn(async move {
                    barrier.wait().await;
                    store.claim(key(number), MINUTE).await.unwrap()
                })
            })
            .collect();
        let mut winners = 0;
        for claim in claims {
            match claim.await.unwrap() {
                Claim::Fresh(_) => winners += 1,
                Claim::InProgress(left) => assert!(left <= MINUTE && !left.is_zero()),
                Claim::Done => panic!("nobody committed"),
            }
        }
        assert_eq!(winners, 1, "key {number}");
    }
}

#[tokio::test]
async fn a_claim_is_in_progress_then_done_for_every_replica() {
    let Some(server) = Server::start() else {
        return;
    };
    let (one, other) = (server.store(), server.store());
    let token = fresh(one.claim(key(1), MINUTE).await.unwrap());
    let Claim::InProgress(left) = other.claim(key(1), MINUTE).await.unwrap() else {
        panic!("not in progress");
    };
    assert!(
        left > MINUTE - Duration::from_secs(10) && left <= MINUTE,
        "{left:?}"
    );
    one.commit(key(1), token, MINUTE).await.unwrap();
    assert_eq!(other.claim(key(1), MINUTE).await.unwrap(), Claim::Done);
    assert_eq!(one.claim(key(1), MINUTE).await.unwrap(), Claim::Done);
    // A commit sent twice, and a release after it, change nothing.
    one.commit(key(1), token, MINUTE).await.unwrap();
    one.release(key(1), token).await.unwrap();
    assert_eq!(one.claim(key(1), MINUTE).await.unwrap(), Claim::Done);
}

#[tokio::test]
async fn a_released_claim_is_fresh_again() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = server.store();
    let token = fresh(store.claim(key(1), MINUTE).await.unwrap());
    store.release(key(1), token).await.unwrap();
    let second = fresh(store.claim(key(1), MINUTE).await.unwrap());
    assert_ne!(token, second);
}

#[tokio::test]
async fn a_stale_token_cannot_touch_its_successor() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = server.store();
    let stale = fresh(store.claim(key(1), BRIEF).await.unwrap());
    let successor = claim_after_lease(&store, key(1)).await;
    store.release(key(1), stale).await.unwrap();
    store.commit(key(1), stale, MINUTE).await.unwrap();
    assert!(matches!(
        store.claim(key(1), MINUTE).await.unwrap(),
        Claim::InProgress(_)
    ));
    store.commit(key(1), successor, MINUTE).await.unwrap();
    assert_eq!(store.claim(key(1), MINUTE).await.unwrap(), Claim::Done);
}

#[tokio::test]
async fn a_commit_after_the_lease_is_remembered_when_nobody_holds_the_claim() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = server.store();
    let token = fresh(store.claim(key(1), BRIEF).await.unwrap());
    tokio::time::sleep(BRIEF * 2).await;
    store.commit(key(1), token, MINUTE).await.unwrap();
    assert_eq!(store.claim(key(1), MINUTE).await.unwrap(), Claim::Done);
}

#[tokio::test]
async fn what_was_kept_long_enough_is_fresh_again() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = server.store();
    let token = fresh(store.claim(key(1), MINUTE).await.unwrap());
    store.commit(key(1), token, BRIEF).await.unwrap();
    assert_eq!(store.claim(key(1), MINUTE).await.unwrap(), Claim::Done);
    tokio::time::sleep(BRIEF * 2).await;
    fresh(store.claim(key(1), MINUTE).await.unwrap());
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

#[tokio::test]
async fn the_longest_times_are_accepted() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = server.store();
    let token = fresh(store.claim(key(1), Duration::MAX).await.unwrap());
    store.commit(key(1), token, Duration::MAX).await.unwrap();
    assert_eq!(store.claim(key(1), MINUTE).await.unwrap(), Claim::Done);
    fresh(store.claim(key(2), Duration::ZERO).await.unwrap());
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
    // What that claim left behind on the server is given back.
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

/// Polls well within the lease of a minute that would stand in the way.
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

#[tokio::test]
async fn a_full_server_refuses_instead_of_forgetting() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = server.store();
    let token = fresh(store.claim(key(1), MINUTE).await.unwrap());
    store.commit(key(1), token, MINUTE).await.unwrap();
    assert!(
        server
            .raw(b"CONFIG SET maxmemory 1\r\n")
            .unwrap()
            .starts_with("+OK")
    );
    assert!(store.claim(key(2), MINUTE).await.is_err());
    assert!(
        server
            .raw(b"CONFIG SET maxmemory 0\r\n")
            .unwrap()
            .starts_with("+OK")
    );
    assert_eq!(store.claim(key(1), MINUTE).await.unwrap(), Claim::Done);
    fresh(store.claim(key(2), MINUTE).await.unwrap());
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

#[tokio::test]
async fn tokens_differ() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = server.store();
    let mut tokens = HashSet::new();
    for number in 0..100 {
        tokens.insert(fresh(store.claim(key(number), MINUTE).await.unwrap()));
    }
    assert_eq!(tokens.len(), 100);
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
