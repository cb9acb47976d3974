//! Against a real server, started here from the installed program.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::time::{Duration, Instant};

use hookward_postgres::tokio_postgres::{Client, NoTls};
use hookward_postgres::{ClaimIn, MIGRATION, PostgresStore};
use hookward_replay::conformance::Suite;
use hookward_replay::{Claim, ClaimToken, ReplayKey, ReplayStore};
use tokio::runtime::Runtime;

use self::support::Server;

const MINUTE: Duration = Duration::from_secs(60);

impl Server {
    async fn store(&self) -> PostgresStore {
        let store = PostgresStore::open(&self.url()).unwrap();
        store.migrate().await.unwrap();
        store
    }

    /// A connection of the test's own, as a receiver has.
    async fn client(&self) -> Client {
        let (client, connection) = hookward_postgres::tokio_postgres::connect(&self.url(), NoTls)
            .await
            .unwrap();
        tokio::spawn(connection);
        client
    }
}

fn key(number: u64) -> ReplayKey {
    let mut bytes = [7; 16];
    // Spread like hashes are.
    let number = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
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
    runtime.block_on(server.store());
    // Of 32 concurrent claims some wait for a connection.
    let open = move || {
        let store = PostgresStore::open(&url).unwrap();
        store.timeout(Duration::from_secs(20))
    };
    Suite::new(open)
        .block_on(move |task| runtime.block_on(task))
        .unavailable(|| {
            let store = PostgresStore::open("postgres://user@127.0.0.1:1/db").unwrap();
            store.timeout(Duration::from_millis(200))
        })
        .check()
        .unwrap();
}

#[tokio::test]
async fn a_commit_after_the_lease_is_remembered_when_its_row_is_gone() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = server.store().await;
    let token = fresh(store.claim(key(2), Duration::ZERO).await.unwrap());
    store.delete_expired(10).await.unwrap();
    store.commit(key(2), token, MINUTE).await.unwrap();
    assert_eq!(store.claim(key(2), MINUTE).await.unwrap(), Claim::Done);
}

#[tokio::test]
async fn expired_rows_are_removed_in_batches_and_live_ones_never() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = server.store().await;
    for number in 0..25 {
        fresh(store.claim(key(number), Duration::ZERO).await.unwrap());
    }
    let done = fresh(store.claim(key(100), MINUTE).await.unwrap());
    store.commit(key(100), done, MINUTE).await.unwrap();
    fresh(store.claim(key(101), MINUTE).await.unwrap());
    assert_eq!(store.delete_expired(10).await.unwrap(), 10);
    assert_eq!(store.delete_expired(10).await.unwrap(), 10);
    assert_eq!(store.delete_expired(10).await.unwrap(), 5);
    assert_eq!(store.delete_expired(10).await.unwrap(), 0);
    assert_eq!(store.claim(key(100), MINUTE).await.unwrap(), Claim::Done);
    assert!(matches!(
        store.claim(key(101), MINUTE).await.unwrap(),
        Claim::InProgress(_)
    ));
}

#[tokio::test]
async fn claims_clear_away_what_expired() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = server.store().await;
    for number in 0..600 {
        fresh(store.claim(key(number), Duration::ZERO).await.unwrap());
    }
    let client = server.client().await;
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        let row = client
            .query_one("SELECT count(*) FROM hookward_replay", &[])
            .await
            .unwrap();
        if row.get::<_, i64>(0) < 256 {
            return;
        }
        assert!(Instant::now() < end, "{row:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn tables_are_migrated_by_the_store_or_by_hand_and_kept_apart() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client().await;
    let store = PostgresStore::open(&server.url()).unwrap();
    let error = store.claim(key(1), MINUTE).await.unwrap_err();
    assert!(error.to_string().contains("migrat"), "{error}");
    client.batch_execute(MIGRATION).await.unwrap();
    fresh(store.claim(key(1), MINUTE).await.unwrap());

    client.batch_execute("CREATE SCHEMA hooks").await.unwrap();
    let other = store.clone().table("hooks.user").unwrap();
    let migrations = [other.migrate(), other.migrate(), other.migrate()];
    for migration in migrations.map(|_| {
        let other = other.clone();
        tokio::spawn(async move { other.migrate().await })
    }) {
        migration.await.unwrap().unwrap();
    }
    fresh(other.claim(key(1), MINUTE).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_was_stopped_and_started_works_again() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let store = server.store().await;
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
    let store = server.store().await;
    fresh(store.claim(key(1), MINUTE).await.unwrap());
    server.down();
    assert!(server.up());
    fresh(store.claim(key(2), MINUTE).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_not_answer_is_an_error_within_the_timeout() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = PostgresStore::open(&server.url())
        .unwrap()
        .timeout(Duration::from_millis(300));
    store.migrate().await.unwrap();
    let client = server.client().await;
    client
        .batch_execute("BEGIN; LOCK TABLE hookward_replay IN ACCESS EXCLUSIVE MODE")
        .await
        .unwrap();
    let begin = Instant::now();
    store.claim(key(1), MINUTE).await.unwrap_err();
    let took = begin.elapsed();
    assert!(took < Duration::from_secs(2), "{took:?}");
    client.batch_execute("ROLLBACK").await.unwrap();
    // What that claim may have left behind on the server is released.
    claim_until_fresh(&store, key(1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_whose_caller_has_gone_is_given_back() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = server.store().await;
    fresh(store.claim(key(1), MINUTE).await.unwrap());
    let client = server.client().await;
    client
        .batch_execute("BEGIN; LOCK TABLE hookward_replay IN ACCESS EXCLUSIVE MODE")
        .await
        .unwrap();
    let mut claim = Box::pin(store.claim(key(2), MINUTE));
    assert!(
        tokio::time::timeout(Duration::from_millis(50), &mut claim)
            .await
            .is_err()
    );
    drop(claim);
    client.batch_execute("ROLLBACK").await.unwrap();
    claim_until_fresh(&store, key(2)).await;
}

/// Polls well within the lease of a minute that would otherwise delay it.
async fn claim_until_fresh(store: &PostgresStore, key: ReplayKey) {
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
async fn a_claim_in_a_transaction_commits_and_rolls_back_with_it() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = server.store().await;
    let mut client = server.client().await;
    client
        .batch_execute("CREATE TABLE effect (id bigint)")
        .await
        .unwrap();

    let transaction = client.transaction().await.unwrap();
    let claim = store.claim_in(&transaction, key(1), MINUTE).await.unwrap();
    assert_eq!(claim, ClaimIn::Fresh);
    transaction
        .execute("INSERT INTO effect VALUES (1)", &[])
        .await
        .unwrap();
    transaction.rollback().await.unwrap();

    let transaction = client.transaction().await.unwrap();
    let claim = store.claim_in(&transaction, key(1), MINUTE).await.unwrap();
    assert_eq!(claim, ClaimIn::Fresh);
    transaction
        .execute("INSERT INTO effect VALUES (1)", &[])
        .await
        .unwrap();
    transaction.commit().await.unwrap();

    let transaction = client.transaction().await.unwrap();
    let claim = store.claim_in(&transaction, key(1), MINUTE).await.unwrap();
    assert_eq!(claim, ClaimIn::Done);
    // The transaction goes on working.
    let effects = transaction
        .query_one("SELECT count(*) FROM effect", &[])
        .await
        .unwrap();
    assert_eq!(effects.get::<_, i64>(0), 1);
    transaction.commit().await.unwrap();
    assert_eq!(store.claim(key(1), MINUTE).await.unwrap(), Claim::Done);
}

#[tokio::test]
async fn a_claim_in_a_transaction_sees_leases_and_what_expired() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = server.store().await;
    let mut client = server.client().await;
    let transaction = client.transaction().await.unwrap();
    let token = fresh(store.claim(key(1), MINUTE).await.unwrap());
    let claim = store.claim_in(&transaction, key(1), MINUTE).await.unwrap();
    let ClaimIn::InProgress(left) = claim else {
        panic!("{claim:?}");
    };
    assert!(left <= MINUTE && left > MINUTE / 2);
    store.release(key(1), token).await.unwrap();
    let claim = store
        .claim_in(&transaction, key(1), Duration::ZERO)
        .await
        .unwrap();
    assert_eq!(claim, ClaimIn::Fresh);
    // The clock runs on inside the transaction.
    let claim = store.claim_in(&transaction, key(1), MINUTE).await.unwrap();
    assert_eq!(claim, ClaimIn::Fresh);
    transaction.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_transactions_the_second_waits_and_sees_what_became_of_the_first() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = server.store().await;
    let (mut one, watcher) = (server.client().await, server.client().await);
    for (number, commits) in [(1, true), (2, false)] {
        let first = one.transaction().await.unwrap();
        let claim = store.claim_in(&first, key(number), MINUTE).await.unwrap();
        assert_eq!(claim, ClaimIn::Fresh);
        let second = tokio::spawn({
            let (store, mut other) = (store.clone(), server.client().await);
            async move {
                let second = other.transaction().await.unwrap();
                let claim = store.claim_in(&second, key(number), MINUTE).await.unwrap();
                second.commit().await.unwrap();
                claim
            }
        });
        let end = Instant::now() + Duration::from_secs(20);
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
        while watcher
            .query_one(waiting, &[])
            .await
            .unwrap()
            .get::<_, i64>(0)
            == 0
        {
            assert!(Instant::now() < end, "the second does not wait");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!(!second.is_finished());
        if commits {
            first.commit().await.unwrap();
            assert_eq!(second.await.unwrap(), ClaimIn::Done);
        } else {
            first.rollback().await.unwrap();
            assert_eq!(second.await.unwrap(), ClaimIn::Fresh);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_transactions_with_the_same_delivery_one_has_the_effect() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = server.store().await;
    let client = server.client().await;
    client
        .batch_execute("CREATE TABLE effect (id bigint)")
        .await
        .unwrap();
    let mut clients = Vec::new();
    for _ in 0..16 {
        clients.push(server.client().await);
    }
    let replicas: Vec<_> = clients
        .into_iter()
        .map(|mut client| {
            let store = store.clone();
            tokio::spawn(async move {
                for number in 0..50 {
                    let transaction = client.transaction().await.unwrap();
                    let claim = store.claim_in(&transaction, key(number), MINUTE).await;
                    if claim.unwrap() == ClaimIn::Fresh {
                        let id = number.cast_signed();
                        let insert = "INSERT INTO effect VALUES ($1)";
                        transaction.execute(insert, &[&id]).await.unwrap();
                    }
                    transaction.commit().await.unwrap();
                }
            })
        })
        .collect();
    for replica in replicas {
        replica.await.unwrap();
    }
    let row = client
        .query_one("SELECT count(*), count(DISTINCT id) FROM effect", &[])
        .await
        .unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (50, 50));
}

/// `cargo test -p hookward-postgres --test server -- --ignored --nocapture`
#[tokio::test(flavor = "multi_thread")]
#[ignore = "prints measurements"]
async fn measure() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = server.store().await;
    let client = server.client().await;
    let count = 10_000;
    let begin = Instant::now();
    for number in 0..count {
        let token = fresh(store.claim(key(number), MINUTE).await.unwrap());
        store.commit(key(number), token, MINUTE * 60).await.unwrap();
    }
    println!(
        "{:?} a step",
        begin.elapsed() / u32::try_from(2 * count).unwrap()
    );
    let begin = Instant::now();
    for number in 0..count {
        assert_eq!(store.claim(key(number), MINUTE).await.unwrap(), Claim::Done);
    }
    println!(
        "{:?} a duplicate",
        begin.elapsed() / u32::try_from(count).unwrap()
    );
    for fill in [100_000_i32, 1_000_000] {
        client
            .batch_execute(&format!(
                "INSERT INTO hookward_replay SELECT gen_random_uuid(), NULL, \
                 now() + i * interval '1 ms' + interval '1 day' FROM generate_series(1, {fill}) i"
            ))
            .await
            .unwrap();
        let row = client
            .query_one(
                "SELECT pg_total_relation_size('hookward_replay') / count(*), count(*) \
                 FROM hookward_replay",
                &[],
            )
            .await
            .unwrap();
        client
            .execute("ANALYZE hookward_replay", &[])
            .await
            .unwrap();
        let begin = Instant::now();
        for number in 0..1000 {
            let number = number + u64::try_from(fill).unwrap();
            fresh(store.claim(key(number), MINUTE).await.unwrap());
        }
        println!(
            "{} rows: {} bytes an entry, {:?} a claim",
            row.get::<_, i64>(1),
            row.get::<_, i64>(0),
            begin.elapsed() / 1000
        );
    }
}
