//! Against a real server, started here from the installed program.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::time::{Duration, Instant};

use hookward_postgres::deadpool_postgres::{self, Manager, Pool};
use hookward_postgres::tokio_postgres::{Client, NoTls};
use hookward_postgres::{ClaimIn, MIGRATION, PostgresStore};
use hookward_replay::conformance::Suite;
use hookward_replay::{Claim, ClaimToken, Renewal, ReplayKey, ReplayStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::watch;

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

#[tokio::test(flavor = "multi_thread")]
async fn of_many_claims_that_wait_together_one_of_each_key_is_fresh() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = server.store().await.timeout(Duration::from_secs(30));
    let client = server.client().await;
    // While the table is locked, they queue up.
    client
        .batch_execute("BEGIN; LOCK TABLE hookward_replay IN ACCESS EXCLUSIVE MODE")
        .await
        .unwrap();
    let claims: Vec<_> = (0..600_u64)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move { (number % 40, store.claim(key(number % 40), MINUTE).await) })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(200)).await;
    client.batch_execute("ROLLBACK").await.unwrap();
    let mut tokens = std::collections::HashMap::new();
    for claim in claims {
        let (number, claim) = claim.await.unwrap();
        match claim.unwrap() {
            Claim::Fresh(token) => assert_eq!(tokens.insert(number, token), None, "{number}"),
            Claim::InProgress(left) => assert!(left <= MINUTE),
            Claim::Done => panic!("{number} is committed"),
        }
    }
    assert_eq!(tokens.len(), 40);
    // All steps of a batch take effect, each by its own token.
    let steps: Vec<_> = (0..40_u64)
        .map(|number| {
            let (store, token) = (store.clone(), tokens[&number]);
            let other = ClaimToken(token.0 + 1);
            tokio::spawn(async move {
                match number % 4 {
                    0 => store.commit(key(number), token, MINUTE).await.unwrap(),
                    1 => store.release(key(number), token).await.unwrap(),
                    2 => store.release(key(number), other).await.unwrap(),
                    _ => {
                        let renewed = store.renew(key(number), token, MINUTE * 2).await.unwrap();
                        assert_eq!(renewed, Renewal::Held);
                        let lost = store.renew(key(number), other, MINUTE).await.unwrap();
                        assert_eq!(lost, Renewal::Lost);
                    }
                }
            })
        })
        .collect();
    for step in steps {
        step.await.unwrap();
    }
    for number in 0..40_u64 {
        let claim = store.claim(key(number), MINUTE).await.unwrap();
        match number % 4 {
            0 => assert_eq!(claim, Claim::Done),
            1 => assert!(fresh(claim).0 > tokens[&number].0),
            2 => assert!(matches!(claim, Claim::InProgress(left) if left <= MINUTE)),
            _ => assert!(matches!(claim, Claim::InProgress(left) if left > MINUTE)),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_a_transaction_holds_does_not_hold_up_the_others() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = server.store().await.timeout(Duration::from_secs(20));
    let mut client = server.client().await;
    let transaction = client.transaction().await.unwrap();
    let claim = store.claim_in(&transaction, key(1), MINUTE).await.unwrap();
    assert_eq!(claim, ClaimIn::Fresh);
    let claim = |number: u64| tokio::spawn(store.claim(key(number), MINUTE));
    let mut copies: Vec<_> = (0..5).map(|_| claim(1)).collect();
    let begin = Instant::now();
    for number in 2..300 {
        // A further copy comes in now and then.
        if number % 10 == 0 {
            copies.push(claim(1));
        }
        fresh(claim(number).await.unwrap().unwrap());
    }
    println!("298 others after {:?}", begin.elapsed());
    assert!(copies.iter().all(|copy| !copy.is_finished()));
    transaction.commit().await.unwrap();
    for copy in copies {
        assert_eq!(copy.await.unwrap().unwrap(), Claim::Done);
    }
}

/// As with actix, which has a runtime for each of its threads.
#[test]
fn a_runtime_that_is_blocked_idle_or_gone_holds_up_no_other() {
    let Some(server) = Server::start() else {
        return;
    };
    let other = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let own = other();
    let store = own.block_on(server.store());
    let held = fresh(own.block_on(store.claim(key(0), MINUTE)).unwrap());
    // Every lane is used from here, with a statement that the other runtime begins.
    let begins = |runtime: &Runtime, number: u64| {
        runtime.block_on(async {
            fresh(store.claim(key(number), MINUTE).await.unwrap());
            let steps: [std::pin::Pin<Box<dyn Future<Output = ()>>>; 5] = [
                Box::pin(async { drop(store.claim(key(number + 1), MINUTE).await) }),
                Box::pin(async { drop(store.renew(key(number), held, MINUTE).await) }),
                Box::pin(async { drop(store.commit(key(number + 2), held, MINUTE).await) }),
                Box::pin(async { drop(store.release(key(number), held).await) }),
                Box::pin(async { drop(store.forget(key(number + 3)).await) }),
            ];
            for mut step in steps {
                std::future::poll_fn(|cx| {
                    let _ = step.as_mut().poll(cx);
                    std::task::Poll::Ready(())
                })
                .await;
                // Its caller waits on, as far as its runtime lets it.
                std::mem::forget(step);
            }
        });
    };
    let works = |number: u64| {
        own.block_on(async {
            for number in number..number + 5 {
                let token = fresh(store.claim(key(number), MINUTE).await.unwrap());
                let renewed = store.renew(key(number), token, MINUTE).await.unwrap();
                assert_eq!(renewed, Renewal::Held);
                store.commit(key(number), token, MINUTE).await.unwrap();
                store.release(key(number), token).await.unwrap();
                store.forget(key(number)).await.unwrap();
            }
        });
    };
    let idle = other();
    begins(&idle, 100);
    works(200);
    let gone = other();
    begins(&gone, 300);
    drop(gone);
    works(400);
    std::thread::scope(|scope| {
        let (has_begun, begun) = std::sync::mpsc::channel();
        let (may_end, end) = std::sync::mpsc::channel::<()>();
        let (other, begins) = (&other, &begins);
        scope.spawn(move || {
            let blocked = other();
            let _in = blocked.enter();
            begins(&blocked, 500);
            has_begun.send(()).unwrap();
            // A handler that blocks its thread.
            blocked.block_on(async { end.recv().unwrap_err() });
        });
        begun.recv().unwrap();
        works(600);
        drop(may_end);
    });
    drop(idle);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_with_a_locked_delivery_is_halved_and_the_others_are_in_time() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = server.store().await.timeout(Duration::from_secs(4));
    let mut client = server.client().await;
    // A slow disk.
    for setting in ["commit_delay = 50000", "commit_siblings = 0"] {
        let set = format!("ALTER SYSTEM SET {setting}");
        client.batch_execute(&set).await.unwrap();
    }
    let reload = "SELECT pg_reload_conf()";
    client.batch_execute(reload).await.unwrap();
    let transaction = client.transaction().await.unwrap();
    let claim = store.claim_in(&transaction, key(1), MINUTE).await.unwrap();
    assert_eq!(claim, ClaimIn::Fresh);
    let begin = Instant::now();
    let claim = |number: u64| tokio::spawn(store.claim(key(number), MINUTE));
    let mut claims: Vec<_> = (1000..1200).map(claim).collect();
    let copy = claim(1);
    claims.extend((1200..1400).map(claim));
    for claim in claims {
        fresh(claim.await.unwrap().unwrap());
    }
    println!("400 others after {:?}", begin.elapsed());
    copy.await.unwrap().unwrap_err();
    transaction.commit().await.unwrap();
}

/// A firewall that forgets connections: both ends keep them, and nothing arrives.
struct Firewall {
    port: u16,
    forgets: watch::Sender<()>,
}

impl Firewall {
    async fn before(server: &Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (port, server) = (listener.local_addr().unwrap().port(), server.port);
        let forgets = watch::Sender::new(());
        let told = forgets.clone();
        tokio::spawn(async move {
            while let Ok((mut one, _)) = listener.accept().await {
                let mut forgets = told.subscribe();
                tokio::spawn(async move {
                    let mut other = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut one, &mut other) => {}
                        _ = forgets.changed() => std::future::pending().await,
                    }
                });
            }
        });
        Self { port, forgets }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_went_silent_while_they_were_idle_are_found_at_once() {
    let Some(server) = Server::start() else {
        return;
    };
    let firewall = Firewall::before(&server).await;
    let url = format!("postgres://hookward@127.0.0.1:{}/postgres", firewall.port);
    let store = PostgresStore::open(&url).unwrap();
    store.migrate().await.unwrap();
    // Ten at one time, so that there are ten connections.
    let (client, watcher) = (server.client().await, server.client().await);
    client
        .batch_execute("BEGIN; LOCK TABLE hookward_replay IN ACCESS EXCLUSIVE MODE")
        .await
        .unwrap();
    let patient = store.timeout(MINUTE);
    let removals: Vec<_> = (0..10)
        .map(|_| {
            let store = patient.clone();
            tokio::spawn(async move { store.delete_expired(1).await })
        })
        .collect();
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
    let end = Instant::now() + MINUTE;
    loop {
        let row = watcher.query_one(waiting, &[]).await.unwrap();
        if row.get::<_, i64>(0) == 10 {
            break;
        }
        assert!(Instant::now() < end, "{row:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    client.batch_execute("ROLLBACK").await.unwrap();
    for removal in removals {
        removal.await.unwrap().unwrap();
    }
    firewall.forgets.send(()).unwrap();
    let store = patient.timeout(Duration::from_secs(1));
    let mut failed = 0;
    while let Err(error) = store.claim(key(failed), MINUTE).await {
        println!("{error}");
        failed += 1;
    }
    // The second may have taken its connection when the first was told.
    assert!(failed <= 2, "{failed} claims failed");
}

/// The answer is lost, the row is locked before the claim is sent again, and its caller
/// leaves.
#[tokio::test(flavor = "multi_thread")]
async fn a_claim_in_doubt_that_meets_a_lock_is_withdrawn_when_its_caller_has_gone() {
    let Some(server) = Server::start() else {
        return;
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (front, back) = (listener.local_addr().unwrap().port(), server.port);
    let (loses, lost, ends) = (
        watch::Sender::new(false),
        watch::Sender::new(false),
        watch::Sender::new(false),
    );
    let told = (loses.subscribe(), lost.clone(), ends.subscribe());
    tokio::spawn(async move {
        while let Ok((one, _)) = listener.accept().await {
            let (loses, lost, mut ends) = told.clone();
            tokio::spawn(async move {
                let other = TcpStream::connect(("127.0.0.1", back)).await.unwrap();
                let ((mut from, mut to), (mut answers, mut caller)) =
                    (one.into_split(), other.into_split());
                let asks = tokio::spawn(async move {
                    let _ = tokio::io::copy(&mut from, &mut caller).await;
                });
                let mut answer = [0; 8192];
                while let Ok(length @ 1..) = answers.read(&mut answer).await {
                    if *loses.borrow() && !lost.send_replace(true) {
                        ends.wait_for(|ends| *ends).await.unwrap();
                        break;
                    }
                    to.write_all(&answer[..length]).await.unwrap();
                }
                asks.abort();
            });
        }
    });
    let url = format!("postgres://hookward@127.0.0.1:{front}/postgres");
    let store = PostgresStore::open(&url).unwrap().timeout(MINUTE);
    store.migrate().await.unwrap();
    // From here on the statement is prepared.
    let token = fresh(store.claim(key(1), MINUTE).await.unwrap());
    store.release(key(1), token).await.unwrap();
    loses.send_replace(true);
    let claim = tokio::spawn(store.claim(key(2), MINUTE));
    lost.subscribe().wait_for(|lost| *lost).await.unwrap();
    let (mut client, watcher) = (server.client().await, server.client().await);
    let transaction = client.transaction().await.unwrap();
    let locks = "SELECT key FROM hookward_replay FOR UPDATE";
    let locked = transaction.query(locks, &[]).await.unwrap();
    assert_eq!(locked.len(), 1);
    ends.send_replace(true);
    let waits = async |for_what: &str| {
        let waiting = "SELECT count(*) FROM pg_stat_activity \
                       WHERE wait_event_type = 'Lock' AND query LIKE $1";
        let end = Instant::now() + Duration::from_secs(20);
        let what = format!("%{for_what}%");
        while watcher
            .query_one(waiting, &[&what])
            .await
            .unwrap()
            .get::<_, i64>(0)
            == 0
        {
            assert!(Instant::now() < end, "no statement waits: {for_what}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    waits("held AS MATERIALIZED").await;
    claim.abort();
    waits("WHERE claim.attempt = asked.number").await;
    transaction.rollback().await.unwrap();
    claim_until_fresh(&store, key(2)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_hosts_the_next_is_tried_when_one_does_not_answer() {
    let Some(server) = Server::start() else {
        return;
    };
    drop(server.store().await);
    // Its queue is full, so that the system drops what would begin a connection.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let silent = socket.listen(1).unwrap();
    let address = silent.local_addr().unwrap();
    let mut queued = Vec::new();
    while let Ok(connected) =
        tokio::time::timeout(Duration::from_millis(500), TcpStream::connect(address)).await
    {
        queued.push(connected.unwrap());
    }
    let url = format!(
        "postgres://hookward@{address},127.0.0.1:{}/postgres?target_session_attrs=read-write",
        server.port
    );
    let store = PostgresStore::open(&url).unwrap();
    fresh(store.claim(key(1), MINUTE).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_a_free_connection_is_waited_for_and_named() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = server.store().await;
    drop(store);
    let mut taken = Vec::new();
    while let Ok((client, connection)) =
        hookward_postgres::tokio_postgres::connect(&server.url(), NoTls).await
    {
        tokio::spawn(connection);
        taken.push(client);
    }
    let store = PostgresStore::open(&server.url()).unwrap();
    let impatient = PostgresStore::open(&server.url()).unwrap();
    let impatient = impatient.timeout(Duration::from_millis(300));
    let begin = Instant::now();
    let error = impatient.claim(key(1), MINUTE).await.unwrap_err();
    assert!(error.to_string().contains("max_connections"), "{error}");
    assert!(begin.elapsed() < Duration::from_secs(2));
    let store = store.timeout(Duration::from_secs(20));
    let claim = tokio::spawn(store.claim(key(1), MINUTE));
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!claim.is_finished());
    drop(taken);
    fresh(claim.await.unwrap().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_of_the_users_that_runs_short_is_waited_for_and_named() {
    let Some(server) = Server::start() else {
        return;
    };
    server.store().await;
    let manager = Manager::new(server.url().parse().unwrap(), NoTls);
    // The pool gives up sooner than the store.
    let pool = Pool::builder(manager)
        .max_size(1)
        .runtime(deadpool_postgres::Runtime::Tokio1)
        .wait_timeout(Some(Duration::from_millis(20)))
        .build()
        .unwrap();
    let taken = pool.get().await.unwrap();
    let impatient = PostgresStore::from_pool(pool.clone()).timeout(Duration::from_millis(300));
    let begin = Instant::now();
    let error = impatient.claim(key(1), MINUTE).await.unwrap_err();
    assert!(error.to_string().contains("enlarge the pool"), "{error}");
    assert!(begin.elapsed() >= Duration::from_millis(200));
    let store = PostgresStore::from_pool(pool.clone()).timeout(Duration::from_secs(20));
    let claims: Vec<_> = (1..50)
        .map(|number| tokio::spawn(store.claim(key(number), MINUTE)))
        .collect();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(claims.iter().all(|claim| !claim.is_finished()));
    drop(taken);
    for claim in claims {
        let token = fresh(claim.await.unwrap().unwrap());
        assert!(token.0 > 0);
    }
    assert_eq!(pool.status().size, 1);
}

/// Waits until this many statements of the store wait for a lock.
async fn until_locked(client: &Client, count: i64) {
    let end = Instant::now() + Duration::from_secs(10);
    let waiting = "SELECT count(*) FROM pg_stat_activity \
                   WHERE wait_event_type = 'Lock' AND query LIKE '%hookward_replay%'";
    loop {
        let row = client.query_one(waiting, &[]).await.unwrap();
        if row.get::<_, i64>(0) >= count {
            return;
        }
        assert!(Instant::now() < end, "no statement waits");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[test]
fn a_runtime_that_ends_in_the_middle_of_a_statement_holds_up_no_other() {
    let Some(server) = Server::start() else {
        return;
    };
    let lasting = Runtime::new().unwrap();
    let (store, client) = lasting.block_on(async {
        let store = server.store().await.timeout(Duration::from_secs(5));
        (store, server.client().await)
    });
    let run = |statement: &str| lasting.block_on(client.batch_execute(statement)).unwrap();
    // More often than statements may be in flight.
    for round in 0..6_u64 {
        let ending = Runtime::new().unwrap();
        run("BEGIN; LOCK TABLE hookward_replay IN ACCESS EXCLUSIVE MODE");
        ending.spawn(store.claim(key(100 + round), MINUTE));
        lasting.block_on(until_locked(&client, 1));
        let claims: Vec<_> = (0..5)
            .map(|number| lasting.spawn(store.claim(key(200 + 5 * round + number), MINUTE)))
            .collect();
        ending.shutdown_background();
        run("COMMIT");
        for claim in claims {
            fresh(lasting.block_on(claim).unwrap().unwrap());
        }
        fresh(
            lasting
                .block_on(store.claim(key(300 + round), MINUTE))
                .unwrap(),
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_only_reads_is_waited_for_and_named() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = server.store().await.timeout(Duration::from_millis(300));
    let client = server.client().await;
    let read_only = async |value: &str| {
        let set = format!("ALTER SYSTEM SET default_transaction_read_only = {value}");
        client
            .batch_execute("BEGIN READ WRITE; COMMIT")
            .await
            .unwrap();
        client
            .batch_execute("SET default_transaction_read_only = off")
            .await
            .unwrap();
        client.batch_execute(&set).await.unwrap();
        client
            .batch_execute("SELECT pg_reload_conf()")
            .await
            .unwrap();
    };
    read_only("on").await;
    let end = Instant::now() + Duration::from_secs(20);
    let mut number = 1;
    let error = loop {
        assert!(Instant::now() < end, "it goes on writing");
        number += 1;
        match store.claim(key(number), MINUTE).await {
            Ok(claim) => fresh(claim),
            Err(error) => break error,
        };
    };
    assert!(error.to_string().contains("read-only standby"), "{error}");
    let patient = PostgresStore::open(&server.url()).unwrap();
    let patient = patient.timeout(Duration::from_secs(20));
    let claim = tokio::spawn(patient.claim(key(1000), MINUTE));
    tokio::time::sleep(Duration::from_millis(100)).await;
    read_only("off").await;
    fresh(claim.await.unwrap().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_waits_for_its_store_or_fails() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let store = PostgresStore::open(&server.url()).unwrap();
    // What the operator has to correct is not waited for.
    let begin = Instant::now();
    let error = store.ready(MINUTE).await.unwrap_err();
    assert!(error.to_string().contains("migrat"), "{error}");
    assert!(begin.elapsed() < MINUTE / 2);
    store.migrate().await.unwrap();
    store.ready(Duration::ZERO).await.unwrap();

    server.down();
    let store = store.timeout(Duration::from_millis(300));
    store.ready(Duration::ZERO).await.unwrap_err();
    let waits = tokio::spawn({
        let store = store.clone();
        async move { store.ready(MINUTE).await }
    });
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(!waits.is_finished());
    assert!(server.up());
    waits.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_accepts_and_never_answers_is_an_error_within_the_timeout() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let store = PostgresStore::open(&format!("postgres://user@{address}/db")).unwrap();
    let store = store.timeout(Duration::from_millis(200));
    let begin = Instant::now();
    let error = store.migrate().await.unwrap_err();
    assert!(error.to_string().contains("200ms"), "{error}");
    store.claim(key(1), MINUTE).await.unwrap_err();
    store.ready(Duration::ZERO).await.unwrap_err();
    let took = begin.elapsed();
    assert!(took < Duration::from_secs(5), "{took:?}");
}

/// Every replica starts with a migration.
#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_is_not_needed_locks_nothing() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = server.store().await;
    let mut client = server.client().await;
    let transaction = client.transaction().await.unwrap();
    let claim = store.claim_in(&transaction, key(1), MINUTE).await.unwrap();
    assert_eq!(claim, ClaimIn::Fresh);
    store.migrate().await.unwrap();
    transaction.commit().await.unwrap();
}

/// A plan that was made for an empty table serves a large one.
#[tokio::test(flavor = "multi_thread")]
async fn the_table_is_not_scanned() {
    let Some(server) = Server::start() else {
        return;
    };
    drop(server.store().await);
    let client = server.client().await;
    client
        .batch_execute("VACUUM ANALYZE hookward_replay")
        .await
        .unwrap();
    let mut scans = Vec::new();
    for round in 1..=2 {
        let store = PostgresStore::open(&server.url()).unwrap();
        for number in 0..20 {
            let token = fresh(
                store
                    .claim(key(round * 100 + number), MINUTE)
                    .await
                    .unwrap(),
            );
            let key = key(round * 100 + number);
            store.renew(key, token, MINUTE).await.unwrap();
            match number % 2 {
                0 => store.commit(key, token, MINUTE).await.unwrap(),
                _ => store.release(key, token).await.unwrap(),
            }
        }
        store.delete_expired(100).await.unwrap();
        // A connection that ends reports what it counted.
        drop(store);
        let end = Instant::now() + Duration::from_secs(20);
        let counted = "SELECT seq_scan, idx_scan FROM pg_stat_user_tables \
                       WHERE relname = 'hookward_replay'";
        loop {
            let row = client.query_one(counted, &[]).await.unwrap();
            if row.get::<_, Option<i64>>(1).unwrap_or(0) >= 40 * i64::try_from(round).unwrap() {
                scans.push(row.get::<_, i64>(0));
                break;
            }
            assert!(Instant::now() < end, "nothing is counted: {row:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    // The first round's count has those of the migration.
    assert_eq!(scans[0], scans[1]);
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
    for tasks in [1, 64, 512_u64] {
        let (begin, each) = (Instant::now(), (16_384 / tasks).min(512));
        let running: Vec<_> = (0..tasks)
            .map(|task| {
                let store = store.clone();
                tokio::spawn(async move {
                    for number in 0..each {
                        let key = key((1 << 40) * tasks + task * each + number);
                        let token = fresh(store.claim(key, MINUTE).await.unwrap());
                        store.commit(key, token, MINUTE * 60).await.unwrap();
                    }
                })
            })
            .collect();
        for task in running {
            task.await.unwrap();
        }
        let all = f64::from(u32::try_from(tasks * each).unwrap());
        let second = all / begin.elapsed().as_secs_f64();
        println!("{second:.0} deliveries a second by {tasks} tasks");
    }
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
