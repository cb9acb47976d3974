//! Worker thread that owns the connection, and its queue.
//!
//! SQLite blocks: on the disk, and on the lock of another process. A dedicated thread
//! blocks instead of the tasks of an async runtime. It drains the queue and runs all
//! operations in one transaction, so that under load many of them share one `fsync`.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use hookward_replay::{Claim, ClaimToken, Renewal, ReplayKey, StoreError};
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::database::{self, Fault, Statements, Tokens};

/// Capacity of the queue, and the maximum number of operations per transaction.
pub(crate) const QUEUE: usize = 1024;

/// Fresh claims between two removals of expired rows, and the maximum number of rows
/// removed. More are removed than added, so that a backlog shrinks.
const CLAIMS_PER_SWEEP: u32 = 64;
const ROWS_PER_SWEEP: u32 = 256;

/// The minimum time that a claim may be queued, however short the timeout.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);

/// How long an operation may wait for the lock of another process.
#[derive(Debug)]
pub(crate) struct Limit(AtomicU64);

impl Limit {
    pub(crate) fn new(limit: Duration) -> Self {
        let new = Self(AtomicU64::new(0));
        new.set(limit);
        new
    }

    pub(crate) fn get(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::Relaxed))
    }

    pub(crate) fn set(&self, limit: Duration) {
        // SQLite's timeout is a 32-bit number.
        let millis = limit.as_millis().min(i32::MAX.unsigned_abs().into()) as u64;
        self.0.store(millis, Ordering::Relaxed);
    }
}

/// The time since 1970.
pub(crate) type Clock = Arc<dyn Fn() -> Duration + Send + Sync>;

pub(crate) struct Order {
    pub(crate) step: Step,
    pub(crate) clock: Clock,
    pub(crate) since: Instant,
}

type Answer<T> = oneshot::Sender<Result<T, StoreError>>;

pub(crate) enum Step {
    Claim(ReplayKey, Duration, Answer<Claim>),
    Renew(ReplayKey, ClaimToken, Duration, Answer<Renewal>),
    Commit(ReplayKey, Duration, Answer<()>),
    Release(ReplayKey, ClaimToken, Answer<()>),
    Forget(ReplayKey, Answer<()>),
    DeleteExpired(u32, Answer<u64>),
}

impl Step {
    /// Whether it must survive a power failure once it has completed.
    ///
    /// A claim need not: its holder has lost power as well. Nor need a release: a key
    /// that is held until its lease expires delays a delivery but loses none.
    fn is_durable(&self) -> bool {
        matches!(self, Self::Commit(..) | Self::Forget(..))
    }

    fn is_abandoned(&self) -> bool {
        matches!(self, Self::Claim(_, _, answer) if answer.is_closed())
    }

    fn is_claim(&self) -> bool {
        matches!(self, Self::Claim(..))
    }

    fn fail(self, error: StoreError) {
        match self {
            Self::Claim(_, _, answer) => drop(answer.send(Err(error))),
            Self::Renew(_, _, _, answer) => drop(answer.send(Err(error))),
            Self::Commit(_, _, answer) | Self::Release(_, _, answer) | Self::Forget(_, answer) => {
                drop(answer.send(Err(error)))
            }
            Self::DeleteExpired(_, answer) => drop(answer.send(Err(error))),
        }
    }
}

/// The result of an operation, sent once the transaction is committed.
enum Outcome {
    Claim(Claim),
    Renewal(Renewal),
    Done,
    Deleted(usize),
}

/// Opens the file and starts the thread, which ends with the last sender of operations.
pub(crate) fn start(path: &Path, limit: Arc<Limit>) -> Result<mpsc::Sender<Order>, StoreError> {
    let connection = database::open(path, limit.get()).map_err(|fault| public(&fault))?;
    let (orders, queue) = mpsc::channel(QUEUE);
    std::thread::Builder::new()
        .name("hookward-sqlite".into())
        .spawn(move || work(&connection, queue, &limit))
        .map_err(|error| StoreError::new(format!("no thread for SQLite: {error}")))?;
    Ok(orders)
}

fn public(fault: &Fault) -> StoreError {
    StoreError::new(fault.to_string())
}

fn work(connection: &Connection, mut queue: mpsc::Receiver<Order>, limit: &Limit) {
    let mut worker = Worker {
        connection,
        statements: None,
        limit,
        busy_timeout: Duration::MAX,
        is_synchronous: true,
        claims: 0,
        tokens: Tokens::default(),
    };
    let mut batch = Vec::with_capacity(QUEUE);
    while queue.blocking_recv_many(&mut batch, QUEUE) > 0 {
        let now = Instant::now();
        let limit = limit.get();
        let mut steps = Vec::with_capacity(batch.len());
        for order in batch.drain(..) {
            if order.step.is_abandoned() {
                continue;
            }
            // Expired: another process holds the lock, and the caller gives up as well.
            let waited = now.duration_since(order.since);
            if order.step.is_claim() && waited > limit.max(SHORTEST_WAIT) {
                order.step.fail(public(&Fault::Locked(limit)));
                continue;
            }
            steps.push((order.step, order.clock));
        }
        worker.run(steps);
    }
}

struct Worker<'c> {
    connection: &'c Connection,
    statements: Option<Statements<'c>>,
    limit: &'c Limit,
    busy_timeout: Duration,
    is_synchronous: bool,
    /// Fresh claims since expired rows were last removed.
    claims: u32,
    tokens: Tokens,
}

impl Worker<'_> {
    /// Runs operations in one transaction, and sends their results.
    fn run(&mut self, steps: Vec<(Step, Clock)>) {
        if steps.is_empty() {
            return;
        }
        let outcomes = match self.transact(&steps) {
            Ok(outcomes) => outcomes,
            Err(fault) => {
                let error = public(&fault);
                return steps
                    .into_iter()
                    .for_each(|(step, _)| step.fail(error.clone()));
            }
        };
        let mut released = Vec::new();
        for ((step, clock), outcome) in steps.into_iter().zip(outcomes) {
            match (step, outcome) {
                (Step::Claim(key, _, answer), Outcome::Claim(claim)) => {
                    let gone = answer.send(Ok(claim)).is_err();
                    if let (true, Claim::Fresh(token)) = (gone, claim) {
                        let (nobody, _) = oneshot::channel();
                        released.push((Step::Release(key, token, nobody), clock));
                    }
                }
                (Step::Renew(_, _, _, answer), Outcome::Renewal(renewal)) => {
                    drop(answer.send(Ok(renewal)));
                }
                (
                    Step::Commit(_, _, answer)
                    | Step::Release(_, _, answer)
                    | Step::Forget(_, answer),
                    _,
                ) => drop(answer.send(Ok(()))),
                (Step::DeleteExpired(_, answer), Outcome::Deleted(rows)) => {
                    drop(answer.send(Ok(rows as u64)));
                }
                (step, _) => step.fail(StoreError::new("SQLite: no answer to the step")),
            }
        }
        // Only releases, so the recursion ends here.
        self.run(released);
    }

    fn transact(&mut self, steps: &[(Step, Clock)]) -> Result<Vec<Outcome>, Fault> {
        let limit = self.limit.get();
        if self.busy_timeout != limit {
            self.connection.busy_timeout(limit)?;
            self.busy_timeout = limit;
        }
        let is_synchronous = steps.iter().any(|(step, _)| step.is_durable());
        if self.is_synchronous != is_synchronous {
            let level = if is_synchronous { "FULL" } else { "NORMAL" };
            self.connection.pragma_update(None, "synchronous", level)?;
            self.is_synchronous = is_synchronous;
        }
        let statements = match &mut self.statements {
            Some(statements) => statements,
            none => none.insert(Statements::prepare(self.connection)?),
        };
        let (mut claims, mut tokens) = (self.claims, self.tokens.clone());
        let outcomes = database::transaction(self.connection, limit, || {
            let mut outcomes = Vec::with_capacity(steps.len());
            for (step, clock) in steps {
                let outcome = run(statements, &mut tokens, step, clock())?;
                if let Outcome::Claim(Claim::Fresh(_)) = outcome {
                    claims += 1;
                    if claims == CLAIMS_PER_SWEEP {
                        statements.delete_expired(ROWS_PER_SWEEP, clock())?;
                        claims = 0;
                    }
                }
                outcomes.push(outcome);
            }
            Ok(outcomes)
        })?;
        (self.claims, self.tokens) = (claims, tokens);
        Ok(outcomes)
    }
}

fn run(
    statements: &mut Statements<'_>,
    tokens: &mut Tokens,
    step: &Step,
    now: Duration,
) -> Result<Outcome, Fault> {
    Ok(match step {
        Step::Claim(key, lease, _) => Outcome::Claim(statements.claim(*key, tokens, *lease, now)?),
        Step::Renew(key, token, lease, _) => {
            Outcome::Renewal(statements.renew(*key, *token, *lease, now)?)
        }
        Step::Commit(key, keep, _) => {
            statements.commit(*key, *keep, now)?;
            Outcome::Done
        }
        Step::Release(key, token, _) => {
            statements.release(*key, *token)?;
            Outcome::Done
        }
        Step::Forget(key, _) => {
            statements.forget(*key)?;
            Outcome::Done
        }
        Step::DeleteExpired(limit, _) => Outcome::Deleted(statements.delete_expired(*limit, now)?),
    })
}
