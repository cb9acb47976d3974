use std::fmt;
use std::str::FromStr as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use hookward_replay::{
    Claim, ClaimToken, Renewal, ReplayKey, ReplayStore, StoreError, StoreFuture,
};
use tokio::runtime::Handle;
use tokio_postgres::config::SslMode;
use tokio_postgres::types::Type;
use tokio_postgres::{Config, Error, Transaction};

use crate::driver::{drive, driver};
use crate::fault::Fault;
use crate::lane::{Answer, Kind, Lanes, Step, claim_of, number};
use crate::link::{Connector, Limit, Link};
use crate::sql::{Key, Statements};

/// How long an operation may take by default.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Connections of a pool that [`PostgresStore::open`] creates. Concurrent operations share
/// statements, so these suffice for tens of thousands of deliveries per second.
const CONNECTIONS: usize = 10;

/// The longest duration sent to the server, about 35 years: a timestamp beyond its range
/// would fail the statement.
const LONGEST_MILLIS: i64 = 1 << 40;

/// Claims between two removals of expired rows, and the maximum number of rows removed.
/// More are removed than added, so that a backlog shrinks.
const CLAIMS_PER_SWEEP: u64 = 256;
const ROWS_PER_SWEEP: u32 = 1024;

/// How often a claim in a transaction is retried if other claimers of the key interfere.
const ATTEMPTS: usize = 4;

/// How long [`PostgresStore::ready`] waits between two attempts.
const READY_PAUSE: Duration = Duration::from_millis(250);

/// A [`ReplayStore`] on Postgres, for a receiver that runs as several
/// processes, or that writes to Postgres anyway.
///
/// Creating the store does not connect: the first claim does, and so do the first ones
/// after an outage; [`ready`](Self::ready) waits for the server. During an outage, every claim is an error within the
/// [`timeout`](Self::timeout), and the request is answered with 503. The table is created
/// by [`migrate`](Self::migrate), or by running [`MIGRATION`](crate::MIGRATION). Requires
/// a Tokio runtime, which the adapters run in.
///
/// Statements, and the connections that they open, are driven by a thread of their own, one
/// for all Postgres stores of the process, which the first operation starts: a handler that
/// blocks its thread, or a runtime that ends, holds up no operation of others.
///
/// # Security
///
/// *Lost writes.* A completed operation is on the server's disk, with Postgres's default
/// settings. With `synchronous_commit = off` a crash of the server loses the last
/// fraction of a second, and a failover to an asynchronous replica loses what had not
/// reached it. A forgotten delivery can be handled again, as long as its signed timestamp
/// is within the window.
///
/// *Clocks.* All times are relative and measured by the server. The replicas' clocks do
/// not matter; a server whose clock jumps forward forgets early.
///
/// *Ambiguous results.* A claim whose reply is lost is released in the background; if
/// that fails too, its lease expires.
///
/// # Tokens
///
/// The token of a claim is the server's time in microseconds since 1970, and larger than
/// that of the expired claim it replaces, so a later claim of a key has a larger one: it is
/// a fencing token. A server whose clock is set back can break the order for a key that was
/// released before.
///
/// # Cost
///
/// One round trip per operation, once a connection has prepared the statement. Concurrent
/// operations of one kind share a statement, and with it the server's wait for its disk: an
/// operation that finds none in flight is sent at once, and those that arrive until it is
/// answered are sent together, up to 256 of them. Each gets its own answer. A duplicate
/// neither writes nor locks.
///
/// A delivery that another transaction holds ([`claim_in`](Self::claim_in)) is waited for
/// apart from the others: the batch in which it is found is halved until it is by itself.
///
/// About 120 bytes of table and indexes per entry, measured on Postgres 15 with a
/// million, plus dead tuples until autovacuum removes them; one entry per delivery until
/// its window or retention ends. Expired rows are removed in the background, in batches
/// of up to 1024 after every 256th claim of a replica;
/// [`delete_expired`](Self::delete_expired) does the same on demand. Rejected and forged
/// requests leave none.
#[derive(Clone)]
pub struct PostgresStore {
    link: Link,
    lanes: Arc<Lanes>,
    claims: Arc<AtomicU64>,
}

/// The result of [`PostgresStore::claim_in`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum ClaimIn {
    /// Not claimed before: do the work in this transaction, and commit it.
    Fresh,
    /// A transaction that claimed it has committed: the work is done.
    Done,
    /// A handler holds it through [`ReplayStore::claim`]; its lease expires after this
    /// time at the latest.
    InProgress(Duration),
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore")
            .field("timeout", &self.link.limit.get())
            .field("connections", &self.link.pool.status().size)
            .finish_non_exhaustive()
    }
}

impl PostgresStore {
    /// Creates a store for the server at a URL, `postgres://user:password@host/database`,
    /// or a `key=value` list, with up to 10 connections and without TLS.
    ///
    /// Of several hosts, `postgres://a,b/database?target_session_attrs=read-write`, each that
    /// does not answer takes a share of the [`timeout`](Self::timeout), unless the URL has a
    /// `connect_timeout`: with two hosts a third.
    ///
    /// Its connections set a `statement_timeout`, so that a statement whose caller gave
    /// up does not continue; behind a pooler that shares sessions between transactions,
    /// use [`from_pool`](Self::from_pool).
    ///
    /// # Errors
    /// The URL does not parse, or requires TLS: for that see
    /// [`from_pool`](Self::from_pool).
    pub fn open(url: &str) -> Result<Self, StoreError> {
        // The error could contain parts of the URL.
        let config = Config::from_str(url).map_err(|_| {
            StoreError::new(
                "not a Postgres URL that can be used: write postgres://user@host/database",
            )
        })?;
        if config.get_ssl_mode() == SslMode::Require {
            return Err(StoreError::new(
                "the Postgres URL requires TLS: make a pool with a TLS connector of your \
                 choice, and use PostgresStore::from_pool",
            ));
        }
        let limit = Arc::new(Limit::new(TIMEOUT));
        let told = limit.clone();
        let manager = Manager::from_connect(
            config,
            Connector(limit.clone()),
            ManagerConfig {
                recycling_method: RecyclingMethod::Fast,
            },
        );
        let pool = Pool::builder(manager)
            .max_size(CONNECTIONS)
            .runtime(Runtime::Tokio1)
            .post_create(Hook::async_fn(move |client, _| {
                // A plan that was made while the table was small must serve when it is
                // large: no scan of the table, whatever its statistics say.
                let settings = format!(
                    "SET statement_timeout = {}; SET enable_seqscan = off; SET jit = off; \
                     SET plan_cache_mode = force_generic_plan",
                    told.get().as_millis()
                );
                Box::pin(async move {
                    let set = client.batch_execute(&settings).await;
                    set.map_err(HookError::Backend)
                })
            }))
            .build()
            .map_err(|error| StoreError::new(format!("no connection pool: {error}")))?;
        Ok(Self::on(pool, limit))
    }

    /// Creates a store on an existing pool: with TLS, with other limits, or shared with
    /// the rest of the service.
    ///
    /// Set a `statement_timeout` on its connections, about as long as the store's
    /// [`timeout`](Self::timeout): a statement whose caller gave up then does not continue.
    /// With several hosts, or a name with several addresses, also set a `connect_timeout`
    /// that is shorter than it, so that the next is tried.
    ///
    /// An operation uses a connection for a round trip. Under load the store uses about
    /// five, one for each kind of operation; while statements are slow or keys locked, up to
    /// six for each kind, and one each to remove what expired and to release what is in
    /// doubt. It waits for a connection like any other user of the pool, within its timeout:
    /// on one that handlers share and keep while they run, renewals wait for them, and
    /// leases can end. Give the store a pool of its own, or leave it room.
    /// When a statement of the store is overdue, connections of the pool that have been idle
    /// since it was sent are closed.
    #[must_use]
    pub fn from_pool(pool: Pool) -> Self {
        Self::on(pool, Arc::new(Limit::new(TIMEOUT)))
    }

    fn on(pool: Pool, limit: Arc<Limit>) -> Self {
        Self::through(Link {
            pool,
            statements: Arc::default(),
            limit,
            trouble: Arc::default(),
        })
    }

    fn through(link: Link) -> Self {
        Self {
            lanes: Lanes::new(link.clone()),
            link,
            claims: Arc::default(),
        }
    }

    /// The table's name, with an optional schema; `hookward_replay` by default.
    ///
    /// # Errors
    /// The name does not consist of lower-case letters, digits and underscores, or is
    /// longer than 55 characters.
    pub fn table(self, name: &str) -> Result<Self, StoreError> {
        let statements = Statements::new(name).ok_or_else(|| {
            StoreError::new(format!(
                "{name:?} is no table name: use at most 55 lower-case letters, digits and \
                 underscores, with a schema before it or not"
            ))
        })?;
        Ok(Self::through(Link {
            statements: Arc::new(statements),
            ..self.link
        }))
    }

    /// How long an operation may take, including connecting, before it fails; two seconds
    /// by default. Applies to connections opened from now on.
    ///
    /// What may pass within that time is retried: a refused or broken connection, a server
    /// that is starting up or has no connection left, one that only reads, a locked row.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        self.link.limit.set(timeout);
        self
    }

    /// Creates the table and its index if they are missing. Replicas may do so
    /// concurrently when they start. If nothing is missing, nothing is locked.
    ///
    /// # Errors
    /// The server did not answer within the [`timeout`](Self::timeout), or the user may not
    /// create tables.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let link = self.link.clone();
        drive(async move { migrate(&link).await })
            .await?
            .map_err(public)
    }

    /// Waits until the store can be used: the server answers, the table is there, and it
    /// can be written to. What may pass is retried until this time has passed; with
    /// [`Duration::ZERO`] it is tried once, within the [`timeout`](Self::timeout).
    ///
    /// A receiver need not call it: without, it starts, and answers 503 until the store can
    /// be used.
    ///
    /// # Errors
    /// The last attempt's. What does not pass by itself, such as a wrong password or a
    /// missing table, is not waited for.
    pub async fn ready(&self, within: Duration) -> Result<(), StoreError> {
        let begin = Instant::now();
        loop {
            let lanes = self.lanes.clone();
            let fault = match drive(async move { probe(&lanes).await }).await? {
                Ok(()) => return Ok(()),
                Err(fault) => fault,
            };
            let passes = fault.may_pass() || matches!(fault, Fault::Overdue(_));
            if !passes || begin.elapsed() + READY_PAUSE >= within {
                return Err(public(fault));
            }
            tokio::time::sleep(READY_PAUSE).await;
        }
    }

    /// Removes up to `limit` expired rows and returns their number. The store does so by
    /// itself as claims arrive; this is for scheduled jobs, or after a long pause.
    ///
    /// # Errors
    /// The server is unavailable.
    pub async fn delete_expired(&self, limit: u32) -> Result<u64, StoreError> {
        let link = self.link.clone();
        let gone = drive(async move { delete_expired(&link, limit).await });
        gone.await?.map_err(public)
    }

    /// Claims a delivery inside your own transaction: the claim and the transaction's
    /// writes are committed together or not at all, so the effect happens exactly once,
    /// whatever crashes when.
    ///
    /// A second transaction that claims the same delivery waits for the first: it gets
    /// [`ClaimIn::Done`] after a commit, and [`ClaimIn::Fresh`] after a rollback. The
    /// transaction's `lock_timeout` limits the wait. Under `REPEATABLE READ` and
    /// `SERIALIZABLE` it gets the usual serialization failure instead and must be retried
    /// from the start.
    ///
    /// The endpoint's guard must not claim the same key in the same table beforehand:
    /// configure the endpoint only to identify deliveries (`Endpoint::identify_for`), and
    /// take key and time from that guard.
    ///
    /// ```no_run
    /// # use hookward::{ReplayGuard, Verified};
    /// # use hookward::postgres::{ClaimIn, PostgresStore};
    /// # use hookward::postgres::deadpool_postgres::Pool;
    /// # async fn handle(
    /// #     pool: Pool, store: PostgresStore, guard: ReplayGuard, verified: Verified,
    /// # ) -> Result<(), Box<dyn std::error::Error>> {
    /// let mut client = pool.get().await?;
    /// let transaction = client.transaction().await?;
    /// let Some(key) = guard.key(&verified) else {
    ///     return Ok(()); // nothing tells it apart: handle it without a claim
    /// };
    /// let keep = guard.keep(&verified);
    /// match store.claim_in(&transaction, key, keep).await? {
    ///     ClaimIn::Fresh => {
    ///         transaction
    ///             .execute("UPDATE account SET balance = balance + 1", &[])
    ///             .await?;
    ///         transaction.commit().await?; // then answer 200
    ///     }
    ///     ClaimIn::Done => {}          // answer 200
    ///     ClaimIn::InProgress(_) => {} // answer 409 or 503: the provider retries
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The server's error; the transaction must then be rolled back.
    pub async fn claim_in(
        &self,
        transaction: &Transaction<'_>,
        key: ReplayKey,
        keep: Duration,
    ) -> Result<ClaimIn, Error> {
        let (key, keep) = (Key(key), millis(keep));
        for _ in 0..ATTEMPTS {
            let rows = transaction
                .query_typed(
                    &self.link.statements.claim_in,
                    &[(&key, Type::UUID), (&keep, Type::INT8)],
                )
                .await?;
            if let Some(row) = rows.first() {
                return Ok(match claim_of(row)? {
                    Claim::Fresh(_) => ClaimIn::Fresh,
                    Claim::Done => ClaimIn::Done,
                    Claim::InProgress(left) => ClaimIn::InProgress(left),
                });
            }
        }
        // The outcome is unknown: the caller must not do the work, and the provider
        // retries.
        Ok(ClaimIn::InProgress(Duration::ZERO))
    }

    /// Removes a batch of expired rows after every so many claims. An error here will
    /// recur with the next claim and is reported there.
    fn sweep(&self) {
        let claims = self.claims.fetch_add(1, Ordering::Relaxed);
        if claims % CLAIMS_PER_SWEEP == CLAIMS_PER_SWEEP - 1
            && let Ok(driver) = driver()
        {
            let link = self.link.clone();
            driver.spawn(async move {
                let _ = delete_expired(&link, ROWS_PER_SWEEP).await;
            });
        }
    }

    fn perform<T>(
        &self,
        kind: Kind,
        step: Step,
        answer: impl FnOnce(Answer) -> T + Send + 'static,
    ) -> StoreFuture<'static, T> {
        let lanes = self.lanes.clone();
        StoreFuture::later(async move {
            needs_runtime()?;
            lanes.perform(kind, step).await.map(answer)
        })
    }
}

impl ReplayStore for PostgresStore {
    fn claim(&self, key: ReplayKey, lease: Duration) -> StoreFuture<'static, Claim> {
        let store = self.clone();
        StoreFuture::later(async move {
            needs_runtime()?;
            let step = Step {
                key,
                number: attempt()?,
                millis: millis(lease),
            };
            store.sweep();
            match store.lanes.perform(Kind::Claim, step).await? {
                Answer::Claim(claim) => Ok(claim),
                other => Err(StoreError::new(format!("no answer to a claim: {other:?}"))),
            }
        })
    }

    fn renew(
        &self,
        key: ReplayKey,
        token: ClaimToken,
        lease: Duration,
    ) -> StoreFuture<'static, Renewal> {
        let step = Step {
            key,
            number: number(token),
            millis: millis(lease),
        };
        self.perform(Kind::Renew, step, |answer| match answer {
            Answer::Renewal(renewal) => renewal,
            Answer::Claim(_) | Answer::Done => Renewal::Lost,
        })
    }

    fn commit(
        &self,
        key: ReplayKey,
        _token: ClaimToken,
        keep: Duration,
    ) -> StoreFuture<'static, ()> {
        let step = Step {
            key,
            number: 0,
            millis: millis(keep),
        };
        self.perform(Kind::Commit, step, drop)
    }

    fn release(&self, key: ReplayKey, token: ClaimToken) -> StoreFuture<'static, ()> {
        let step = Step {
            key,
            number: number(token),
            millis: 0,
        };
        self.perform(Kind::Release, step, drop)
    }

    fn forget(&self, key: ReplayKey) -> StoreFuture<'static, ()> {
        let step = Step {
            key,
            number: 0,
            millis: 0,
        };
        self.perform(Kind::Forget, step, drop)
    }
}

async fn migrate(link: &Link) -> Result<(), Fault> {
    let (end, of) = (link.end(), &link.statements);
    let rows = link.query(&of.is_migrated, &[], end).await?;
    let is_migrated = match rows.first() {
        Some(row) => row.try_get(0).map_err(Fault::Server)?,
        None => false,
    };
    match is_migrated {
        true => Ok(()),
        false => link.execute(&of.migration, end).await,
    }
}

/// Claims a key that no delivery has, and forgets it.
async fn probe(lanes: &Lanes) -> Result<(), Fault> {
    let step = |number| Step {
        key: ReplayKey::from_bytes(*b"hookward is here"),
        number,
        millis: 0,
    };
    let attempt = i64::from(std::process::id());
    lanes.attempt(Kind::Claim, step(attempt)).await?;
    lanes.attempt(Kind::Forget, step(0)).await?;
    Ok(())
}

async fn delete_expired(link: &Link, limit: u32) -> Result<u64, Fault> {
    let (statement, limit) = (&link.statements.delete_expired, i64::from(limit));
    let rows = link.query(statement, &[&limit], link.end()).await?;
    let gone: i64 = match rows.first() {
        Some(row) => row.try_get(0).map_err(Fault::Server)?,
        None => 0,
    };
    Ok(gone.unsigned_abs())
}

/// The timer of an operation is the caller's.
fn needs_runtime() -> Result<(), StoreError> {
    let runtime = Handle::try_current().map(drop);
    runtime.map_err(|_| StoreError::new("the Postgres store needs a Tokio runtime"))
}

fn public(fault: Fault) -> StoreError {
    StoreError::new(fault.to_string())
}

/// 64 bits from the operating system's random number generator, by which a claim that is
/// sent twice recognizes itself.
fn attempt() -> Result<i64, StoreError> {
    getrandom::u64()
        .map(u64::cast_signed)
        .map_err(|error| StoreError::new(format!("no random numbers to be had: {error}")))
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis())
        .unwrap_or(LONGEST_MILLIS)
        .min(LONGEST_MILLIS)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::future::Future as _;

    use super::*;

    #[test]
    fn a_password_appears_in_no_message() {
        for url in [
            "postgres://user:hunter2@host:notaport/db",
            "password=hunter2 nonsense",
            "postgres://user:hunter2@host/db?sslmode=require",
        ] {
            let error = PostgresStore::open(url).unwrap_err();
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
        let store = PostgresStore::open("postgres://user:hunter2@host/db").unwrap();
        assert!(!format!("{store:?}").contains("hunter2"));
    }

    #[test]
    fn times_stay_in_the_servers_range() {
        assert_eq!(millis(Duration::ZERO), 0);
        assert_eq!(millis(Duration::MAX), LONGEST_MILLIS);
    }

    #[test]
    fn without_a_runtime_it_is_an_error_and_no_panic() {
        let store = PostgresStore::open("postgres://user@127.0.0.1:1/db").unwrap();
        let mut claim = store.claim(ReplayKey::from_bytes([0; 16]), Duration::from_secs(1));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        let answer = std::pin::Pin::new(&mut claim).poll(&mut context);
        assert!(matches!(answer, std::task::Poll::Ready(Err(_))));
    }
}
