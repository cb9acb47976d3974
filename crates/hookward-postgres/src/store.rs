use std::error::Error as _;
use std::fmt;
use std::future::Future;
use std::str::FromStr as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime,
};
use hookward_replay::{
    Claim, ClaimToken, Renewal, ReplayKey, ReplayStore, StoreError, StoreFuture,
};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::Instant;
use tokio_postgres::config::SslMode;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Config, Error, NoTls, Row, Transaction};

use crate::sql::{Key, Statements};

/// Connections of a pool that [`PostgresStore::open`] creates. An operation uses one for
/// a round trip, so a few suffice for thousands of deliveries per second.
const CONNECTIONS: usize = 16;

/// The longest duration sent to the server, about 35 years: a timestamp beyond its range
/// would fail the statement.
const LONGEST_MILLIS: i64 = 1 << 40;

/// Claims between two removals of expired rows, and the maximum number of rows removed.
/// More are removed than added, so that a backlog shrinks.
const CLAIMS_PER_SWEEP: u64 = 256;
const ROWS_PER_SWEEP: u32 = 1024;

/// How often an operation is retried if connections turn out to be broken, or other
/// claimers of the same key interfere.
const ATTEMPTS: usize = 4;

/// A [`ReplayStore`] on Postgres, for a receiver that runs as several
/// processes, or that writes to Postgres anyway.
///
/// Creating the store does not connect: the first claim does, and so do the first ones
/// after an outage. During an outage, every claim is an error within the
/// [`timeout`](Self::timeout), and the request is answered with 503. The table is created
/// by [`migrate`](Self::migrate), or by running [`MIGRATION`](crate::MIGRATION). Requires
/// a Tokio runtime, which the adapters run in.
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
/// # Cost
///
/// One statement per operation: one round trip once a connection has prepared it. A
/// duplicate neither writes nor locks.
///
/// About 120 bytes of table and indexes per entry, measured on Postgres 15 with a
/// million, plus dead tuples until autovacuum removes them; one entry per delivery until
/// its window or retention ends. Expired rows are removed in the background, in batches
/// of up to 1024 after every 256th claim of a replica;
/// [`delete_expired`](Self::delete_expired) does the same on demand. Rejected and forged
/// requests leave none.
#[derive(Clone)]
pub struct PostgresStore {
    pool: Pool,
    statements: Arc<Statements>,
    limit: Arc<Limit>,
    claims: Arc<AtomicU64>,
}

/// The timeout in milliseconds, which is also set on new connections.
struct Limit(AtomicU64);

impl Limit {
    fn get(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::Relaxed))
    }
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

/// Why an operation failed.
enum Fault {
    Overdue(Duration),
    Server(Error),
    Pool(PoolError),
    /// Concurrent claimers of the key interfered repeatedly.
    Contended,
}

impl Fault {
    /// Whether the server may have performed the operation nevertheless.
    fn leaves_doubt(&self) -> bool {
        match self {
            Self::Overdue(_) => true,
            Self::Server(error) => error.as_db_error().is_none(),
            Self::Pool(_) | Self::Contended => false,
        }
    }

    /// The connection was or became broken.
    fn is_broken_connection(&self) -> bool {
        let Self::Server(error) = self else {
            return false;
        };
        match error.code() {
            Some(code) => [
                SqlState::ADMIN_SHUTDOWN,
                SqlState::CRASH_SHUTDOWN,
                SqlState::IDLE_SESSION_TIMEOUT,
            ]
            .contains(code),
            None => {
                error.is_closed()
                    || error
                        .source()
                        .is_some_and(|source| source.is::<std::io::Error>())
            }
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overdue(limit) => write!(f, "Postgres did not answer within {limit:?}"),
            Self::Server(error) | Self::Pool(PoolError::Backend(error)) => describe(error, f),
            Self::Pool(error) => write!(f, "no connection to Postgres: {error}"),
            Self::Contended => f.write_str("too many claims of this delivery at one time"),
        }
    }
}

fn describe(error: &Error, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let Some(answer) = error.as_db_error() else {
        write!(f, "Postgres: {error}")?;
        return match error.source() {
            Some(source) if !error.to_string().contains(&source.to_string()) => {
                write!(f, ": {source}")
            }
            _ => Ok(()),
        };
    };
    write!(
        f,
        "Postgres: {} ({})",
        answer.message(),
        answer.code().code()
    )?;
    if *answer.code() == SqlState::UNDEFINED_TABLE {
        f.write_str("; run PostgresStore::migrate or migration.sql first")?;
    }
    Ok(())
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore")
            .field("timeout", &self.limit.get())
            .field("connections", &self.pool.status().size)
            .finish_non_exhaustive()
    }
}

impl PostgresStore {
    /// Creates a store for the server at a URL, `postgres://user:password@host/database`,
    /// or a `key=value` list, with up to 16 connections and without TLS.
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
        let limit = Arc::new(Limit(AtomicU64::new(2000)));
        let told = limit.clone();
        let manager = Manager::from_config(
            config,
            NoTls,
            ManagerConfig {
                recycling_method: RecyclingMethod::Fast,
            },
        );
        let pool = Pool::builder(manager)
            .max_size(CONNECTIONS)
            .runtime(Runtime::Tokio1)
            .post_create(Hook::async_fn(move |client, _| {
                let set = format!("SET statement_timeout = {}", told.get().as_millis());
                Box::pin(
                    async move { client.batch_execute(&set).await.map_err(HookError::Backend) },
                )
            }))
            .build()
            .map_err(|error| StoreError::new(format!("no connection pool: {error}")))?;
        Ok(Self::on(pool, limit))
    }

    /// Creates a store on an existing pool: with TLS, with other limits, or shared with
    /// the rest of the service.
    ///
    /// If a statement of the store waits for a transaction of yours that
    /// [claimed](Self::claim_in) the same delivery, only the server's `statement_timeout`
    /// ends it; set one.
    #[must_use]
    pub fn from_pool(pool: Pool) -> Self {
        Self::on(pool, Arc::new(Limit(AtomicU64::new(2000))))
    }

    fn on(pool: Pool, limit: Arc<Limit>) -> Self {
        Self {
            pool,
            statements: Arc::default(),
            limit,
            claims: Arc::default(),
        }
    }

    /// The table's name, with an optional schema; `hookward_replay` by default.
    ///
    /// # Errors
    /// The name does not consist of lower-case letters, digits and underscores, or is
    /// longer than 55 characters.
    pub fn table(mut self, name: &str) -> Result<Self, StoreError> {
        let statements = Statements::new(name).ok_or_else(|| {
            StoreError::new(format!(
                "{name:?} is no table name: use at most 55 lower-case letters, digits and \
                 underscores, with a schema before it or not"
            ))
        })?;
        self.statements = Arc::new(statements);
        Ok(self)
    }

    /// How long an operation may take, including connecting, before it fails; two seconds
    /// by default. Applies to connections opened from now on.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        let millis = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX);
        // Zero would disable the server's timeout, which is a 32-bit number.
        let millis = millis.clamp(1, i32::MAX.unsigned_abs().into());
        self.limit.0.store(millis, Ordering::Relaxed);
        self
    }

    /// Creates the table and its index if they are missing. Replicas may do so
    /// concurrently when they start.
    ///
    /// # Errors
    /// The server is unavailable, or the user may not create tables.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let client = self.pool.get().await.map_err(|e| public(Fault::Pool(e)))?;
        client
            .batch_execute(&self.statements.migration)
            .await
            .map_err(|e| public(Fault::Server(e)))
    }

    /// Removes up to `limit` expired rows and returns their number. The store does so by
    /// itself as claims arrive; this is for scheduled jobs, or after a long pause.
    ///
    /// # Errors
    /// The server is unavailable.
    pub async fn delete_expired(&self, limit: u32) -> Result<u64, StoreError> {
        let rows = self
            .query(&self.statements.delete_expired, &[&i64::from(limit)])
            .await
            .map_err(public)?;
        let gone: i64 = match rows.first() {
            Some(row) => row.try_get(0).map_err(|e| public(Fault::Server(e)))?,
            None => 0,
        };
        Ok(gone.unsigned_abs())
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
                    &self.statements.claim_in,
                    &[(&key, Type::UUID), (&keep, Type::INT8)],
                )
                .await?;
            if let Some(row) = rows.first() {
                return Ok(match Answer::read(row)? {
                    Answer::Fresh => ClaimIn::Fresh,
                    Answer::Done => ClaimIn::Done,
                    Answer::Held(left) => ClaimIn::InProgress(left),
                });
            }
        }
        // The outcome is unknown: the caller must not do the work, and the provider
        // retries.
        Ok(ClaimIn::InProgress(Duration::ZERO))
    }

    async fn run_claim(
        &self,
        key: ReplayKey,
        token: ClaimToken,
        lease: Duration,
    ) -> Result<Claim, Fault> {
        let (key, holder, lease) = (Key(key), number(token), millis(lease));
        for _ in 0..ATTEMPTS {
            let rows = self
                .query(&self.statements.claim, &[&key, &holder, &lease])
                .await?;
            if let Some(row) = rows.first() {
                return Ok(match Answer::read(row).map_err(Fault::Server)? {
                    Answer::Fresh => Claim::Fresh(token),
                    Answer::Done => Claim::Done,
                    Answer::Held(left) => Claim::InProgress(left),
                });
            }
        }
        Err(Fault::Contended)
    }

    async fn run_release(&self, key: ReplayKey, token: ClaimToken) -> Result<(), Fault> {
        let (key, holder) = (Key(key), number(token));
        self.query(&self.statements.release, &[&key, &holder])
            .await
            .map(drop)
    }

    /// Removes a batch of expired rows after every so many claims. An error here will
    /// recur with the next claim and is reported there.
    async fn sweep(&self) {
        let claims = self.claims.fetch_add(1, Ordering::Relaxed);
        if claims % CLAIMS_PER_SWEEP == CLAIMS_PER_SWEEP - 1 {
            let _ = self.delete_expired(ROWS_PER_SWEEP).await;
        }
    }

    /// Runs a statement on a connection. The limit applies to all of it, including
    /// waiting for a connection and connecting.
    async fn query(
        &self,
        statement: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, Fault> {
        let limit = self.limit.get();
        let end = Instant::now() + limit;
        let mut attempts = 1;
        loop {
            let client = match tokio::time::timeout_at(end, self.pool.get()).await {
                Ok(client) => client.map_err(Fault::Pool)?,
                Err(_) => return Err(Fault::Overdue(limit)),
            };
            let answer = query_on(&client, statement, parameters);
            let fault = match tokio::time::timeout_at(end, answer).await {
                Ok(Ok(rows)) => return Ok(rows),
                Ok(Err(error)) => Fault::Server(error),
                Err(_) => Fault::Overdue(limit),
            };
            let broken = fault.is_broken_connection();
            if broken || matches!(fault, Fault::Overdue(_)) {
                // A statement still in progress would delay the next operation.
                drop(Object::take(client));
            }
            if !broken || attempts == ATTEMPTS {
                return Err(fault);
            }
            // The statements are idempotent.
            attempts += 1;
        }
    }
}

async fn query_on(
    client: &Object,
    statement: &str,
    parameters: &[&(dyn ToSql + Sync)],
) -> Result<Vec<Row>, Error> {
    let statement = client.prepare_cached(statement).await?;
    client.query(&statement, parameters).await
}

impl ReplayStore for PostgresStore {
    fn claim(&self, key: ReplayKey, lease: Duration) -> StoreFuture<'static, Claim> {
        let store = self.clone();
        StoreFuture::later(async move {
            let runtime = runtime()?;
            let token = fresh_token()?;
            let (tell, told) = oneshot::channel();
            runtime.spawn(async move {
                let answer = store.run_claim(key, token, lease).await;
                let doubt = answer.as_ref().is_err_and(Fault::leaves_doubt);
                let fresh = matches!(answer, Ok(Claim::Fresh(_)));
                let gone = tell.send(answer.map_err(public)).is_err();
                if doubt || (fresh && gone) {
                    let _ = store.run_release(key, token).await;
                }
                store.sweep().await;
            });
            told.await.unwrap_or_else(|_| Err(cut_off()))
        })
    }

    fn renew(
        &self,
        key: ReplayKey,
        token: ClaimToken,
        lease: Duration,
    ) -> StoreFuture<'static, Renewal> {
        let store = self.clone();
        to_the_end(async move {
            let (key, holder, lease) = (Key(key), number(token), millis(lease));
            let rows = store
                .query(&store.statements.renew, &[&key, &holder, &lease])
                .await?;
            Ok(match rows.is_empty() {
                true => Renewal::Lost,
                false => Renewal::Held,
            })
        })
    }

    fn commit(
        &self,
        key: ReplayKey,
        _token: ClaimToken,
        keep: Duration,
    ) -> StoreFuture<'static, ()> {
        let store = self.clone();
        to_the_end(async move {
            let (key, keep) = (Key(key), millis(keep));
            store
                .query(&store.statements.commit, &[&key, &keep])
                .await
                .map(drop)
        })
    }

    fn release(&self, key: ReplayKey, token: ClaimToken) -> StoreFuture<'static, ()> {
        let store = self.clone();
        to_the_end(async move { store.run_release(key, token).await })
    }

    fn forget(&self, key: ReplayKey) -> StoreFuture<'static, ()> {
        let store = self.clone();
        to_the_end(async move {
            store
                .query(&store.statements.forget, &[&Key(key)])
                .await
                .map(drop)
        })
    }
}

/// The result of the claiming statements.
enum Answer {
    Fresh,
    Done,
    Held(Duration),
}

impl Answer {
    fn read(row: &Row) -> Result<Self, Error> {
        if row.try_get("fresh")? {
            return Ok(Self::Fresh);
        }
        if row.try_get("done")? {
            return Ok(Self::Done);
        }
        let left: i64 = row.try_get("millis")?;
        let left = u64::try_from(left).unwrap_or(0);
        Ok(Self::Held(Duration::from_millis(left)))
    }
}

/// Runs an operation to completion even if the request that started it is dropped.
fn to_the_end<T: Send + 'static>(
    step: impl Future<Output = Result<T, Fault>> + Send + 'static,
) -> StoreFuture<'static, T> {
    StoreFuture::later(async move {
        match runtime()?.spawn(step).await {
            Ok(answer) => answer.map_err(public),
            Err(_) => Err(cut_off()),
        }
    })
}

fn runtime() -> Result<Handle, StoreError> {
    Handle::try_current().map_err(|_| StoreError::new("the Postgres store needs a Tokio runtime"))
}

fn cut_off() -> StoreError {
    StoreError::new("the runtime ended before Postgres answered")
}

fn public(fault: Fault) -> StoreError {
    StoreError::new(fault.to_string())
}

/// 64 bits from the operating system's random number generator: unique across replicas
/// without a sequence, which would need a migration.
fn fresh_token() -> Result<ClaimToken, StoreError> {
    getrandom::u64()
        .map(ClaimToken)
        .map_err(|error| StoreError::new(format!("no random numbers to be had: {error}")))
}

/// The token's bits as a signed integer, which is what the server stores.
fn number(token: ClaimToken) -> i64 {
    token.0.cast_signed()
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis())
        .unwrap_or(LONGEST_MILLIS)
        .min(LONGEST_MILLIS)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
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
