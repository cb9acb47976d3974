//! Connections, and how a statement is run on one within a limit.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use deadpool_postgres::{Connect, Object, Pool};
use hookward_replay::StoreError;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, Error, NoTls, Row};

use crate::fault::Fault;
use crate::sql::Statements;

/// The first pause before a retry, and the longest: each is twice the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_millis(200);

/// The timeout of the operations in milliseconds, which is also set on new connections.
pub(crate) struct Limit(AtomicU64);

impl Limit {
    pub(crate) fn new(timeout: Duration) -> Self {
        let limit = Self(AtomicU64::new(0));
        limit.set(timeout);
        limit
    }

    pub(crate) fn set(&self, timeout: Duration) {
        let millis = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX);
        // Zero would disable the server's timeout, which is a 32-bit number.
        let millis = millis.clamp(1, i32::MAX.unsigned_abs().into());
        self.0.store(millis, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::Relaxed))
    }
}

/// Connects without TLS, and leaves time for the next address where one does not answer.
pub(crate) struct Connector(pub(crate) Arc<Limit>);

impl Connect for Connector {
    fn connect(&self, config: &Config) -> Connecting {
        let mut config = config.clone();
        if config.get_connect_timeout().is_none() {
            let hosts = config.get_hosts().len().max(config.get_hostaddrs().len());
            let parts = u32::try_from(hosts).unwrap_or(u32::MAX).saturating_add(1);
            config.connect_timeout(self.0.get() / parts);
        }
        Box::pin(async move {
            let (client, connection) = config.connect(NoTls).await?;
            // An error that ends the connection is that of its statements.
            let task = tokio::spawn(async move { drop(connection.await) });
            Ok((client, task))
        })
    }
}

type Connecting = Pin<Box<dyn Future<Output = Result<(Client, JoinHandle<()>), Error>> + Send>>;

/// Where statements are run.
#[derive(Clone)]
pub(crate) struct Link {
    pub(crate) pool: Pool,
    pub(crate) statements: Arc<Statements>,
    pub(crate) limit: Arc<Limit>,
    pub(crate) trouble: Arc<Trouble>,
}

impl Link {
    pub(crate) fn end(&self) -> Instant {
        Instant::now() + self.limit.get()
    }

    /// Runs a statement on a connection until this time, which includes waiting for a
    /// connection and connecting. What may pass is retried: the statements are idempotent.
    pub(crate) async fn query(
        &self,
        statement: &str,
        parameters: &[&(dyn ToSql + Sync)],
        end: Instant,
    ) -> Result<Vec<Row>, Fault> {
        self.run(Work::Query(statement, parameters), end).await
    }

    /// As [`query`](Self::query), but a lock is an error at once.
    pub(crate) async fn query_unlocked(
        &self,
        statement: &str,
        parameters: &[&(dyn ToSql + Sync)],
        end: Instant,
    ) -> Result<Vec<Row>, Fault> {
        self.run(Work::Unlocked(statement, parameters), end).await
    }

    /// Runs statements that return nothing.
    pub(crate) async fn execute(&self, statements: &str, end: Instant) -> Result<(), Fault> {
        self.run(Work::Statements(statements), end).await.map(drop)
    }

    async fn run(&self, work: Work<'_>, end: Instant) -> Result<Vec<Row>, Fault> {
        let mut pause = FIRST_PAUSE;
        // Connections that broke while they were idle are replaced without a pause.
        let mut broken = self.pool.status().size;
        let mut last: Option<Fault> = None;
        loop {
            let fault = match (self.attempt(work, end).await, last.take()) {
                (Ok(rows), _) => {
                    self.trouble.end();
                    return Ok(rows);
                }
                // What prevented an answer before says more.
                (Err(Fault::Overdue(_)), Some(last)) => {
                    return Err(Fault::InDoubt(Box::new(last)));
                }
                (Err(fault), Some(last)) if last.leaves_doubt() && !fault.leaves_doubt() => {
                    Fault::InDoubt(Box::new(fault))
                }
                (Err(fault), _) => fault,
            };
            let waits = !(fault.is_lock() && matches!(work, Work::Unlocked(..)));
            if !fault.may_pass() || !waits {
                return Err(fault);
            }
            if fault.is_unusable_connection() && broken > 0 {
                broken -= 1;
            } else if Instant::now() + pause < end {
                self.trouble.begin(&fault);
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            } else {
                return Err(fault);
            }
            last = Some(fault);
        }
    }

    async fn attempt(&self, work: Work<'_>, end: Instant) -> Result<Vec<Row>, Fault> {
        let overdue = || Fault::Overdue(self.limit.get());
        let client = timeout_at(end, self.pool.get()).await;
        let client = client.map_err(|_| overdue())?.map_err(Fault::Pool)?;
        let sent = std::time::Instant::now();
        let fault = match timeout_at(end, work.on(&client)).await {
            Ok(Ok(rows)) => return Ok(rows),
            Ok(Err(error)) => Fault::Server(error),
            Err(_) => overdue(),
        };
        if fault.is_unusable_connection() || matches!(fault, Fault::Overdue(_)) {
            // A statement still in progress would delay the next operation.
            drop(Object::take(client));
        }
        if matches!(fault, Fault::Overdue(_)) {
            // What made this connection silent may have done so to all that were idle
            // since: they would be found out one by one, each by a statement.
            self.pool.retain(|_, of| of.last_used() < sent.elapsed());
        }
        Err(fault)
    }
}

#[derive(Clone, Copy)]
enum Work<'a> {
    Query(&'a str, &'a [&'a (dyn ToSql + Sync)]),
    Unlocked(&'a str, &'a [&'a (dyn ToSql + Sync)]),
    Statements(&'a str),
}

impl Work<'_> {
    async fn on(self, client: &Object) -> Result<Vec<Row>, Error> {
        match self {
            Self::Query(statement, parameters) | Self::Unlocked(statement, parameters) => {
                let statement = client.prepare_cached(statement).await?;
                client.query(&statement, parameters).await
            }
            Self::Statements(statements) => {
                client.batch_execute(statements).await?;
                Ok(Vec::new())
            }
        }
    }
}

/// What keeps statements from being run at the moment, for the callers whose time ends
/// while they wait for them.
#[derive(Default)]
pub(crate) struct Trouble {
    is_present: AtomicBool,
    what: Mutex<String>,
}

impl Trouble {
    fn begin(&self, fault: &Fault) {
        *self.what() = fault.to_string();
        self.is_present.store(true, Ordering::Relaxed);
    }

    fn end(&self) {
        if self.is_present.load(Ordering::Relaxed) {
            self.is_present.store(false, Ordering::Relaxed);
        }
    }

    /// The error of a caller whose time has ended.
    pub(crate) fn overdue(&self, limit: Duration) -> StoreError {
        let fault = Fault::Overdue(limit);
        StoreError::new(match self.is_present.load(Ordering::Relaxed) {
            true => format!("{fault}; {}", self.what()),
            false => fault.to_string(),
        })
    }

    fn what(&self) -> MutexGuard<'_, String> {
        self.what.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
