use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use hookward_replay::{
    Claim, ClaimToken, Renewal, ReplayKey, ReplayStore, StoreError, StoreFuture,
};
use tokio::sync::{mpsc, oneshot};

use crate::worker::{self, Clock, Limit, Order, QUEUE, Step};

/// A [`ReplayStore`] in a SQLite file, for a receiver on one machine.
///
/// All processes of the machine can use one file concurrently, so that a deployment can
/// start the new process before the old one ends. The file must be on a local file
/// system: SQLite's write-ahead log does not work over a network. The files `-wal` and
/// `-shm` next to it belong to it.
///
/// Requires no async runtime. One thread per store does the blocking work; up to 1,024
/// operations are queued for it, and a claim beyond that is an error and is answered with
/// 503, while a commit waits. Clones share the thread, which ends with the last of them.
///
/// # Security
///
/// *Lost writes.* Completed operations survive `kill -9` of the process. A commit and
/// [`forget`](ReplayStore::forget) complete after `fsync` of the log
/// (`synchronous=FULL`), so they survive a power failure if the disk honours it. A claim
/// and a release are not synced: after a power failure, a claim may be lost together with
/// the handler that held it.
///
/// *Clocks.* Times are those of the machine's wall clock, which advances while the
/// machine is off. If it is set forward by an hour, leases and keep times end an hour
/// early; if it is set back, they end late. The window of signed timestamps moves with
/// it.
///
/// *Locks.* If a process holds the lock of the file for longer than the
/// [`timeout`](Self::timeout), operations of the others fail. So do operations on a file
/// that is corrupt, read-only, of another application or on a full disk: at
/// [`open`](Self::open) or when it is first noticed. SQLite's pages have no checksums:
/// damage that preserves their structure is not detected.
///
/// *Deleted files.* A process keeps using a file that was deleted or replaced, and does
/// not see the claims of one that opens the new file. Do not delete it while it is in
/// use.
///
/// # Cost
///
/// A delivery costs one `fsync`, for its commit; concurrent deliveries share it, since
/// all queued operations run in one transaction. A duplicate writes nothing. Measured on
/// two busy cores and a virtual disk: 0.5 to 1.5 ms for a single delivery, 5,000 to
/// 13,000 deliveries per second with 16 to 256 concurrent ones, 19 to 96 µs for a
/// duplicate.
///
/// About 64 bytes in the file per entry, one entry per delivery until its window or
/// retention ends, and a log of a few megabytes.
///
/// Expired rows are removed along with claims, at most 256 after every 64 fresh ones;
/// [`delete_expired`](Self::delete_expired) does the same on demand. The file does not
/// shrink, but its free pages are reused. Rejected and forged requests leave nothing.
#[derive(Clone)]
pub struct SqliteStore {
    orders: mpsc::Sender<Order>,
    limit: Arc<Limit>,
    clock: Clock,
    path: Arc<Path>,
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore")
            .field("path", &self.path)
            .field("timeout", &self.limit.get())
            .finish_non_exhaustive()
    }
}

impl SqliteStore {
    /// Opens a store in this file, which is created if it is missing; its directory is
    /// not. Blocks while the file is opened: for a few milliseconds, or up to two seconds
    /// while another process has locked it.
    ///
    /// # Errors
    /// The file cannot be opened, created or written, is corrupt, is locked, or is the
    /// database of another application.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let path = path.into();
        // Either would be a database that ends with the process.
        if path.as_os_str().is_empty() || path.as_os_str() == ":memory:" {
            return Err(StoreError::new(
                "the SQLite store needs the path of a file; use MemoryStore for one in memory",
            ));
        }
        let limit = Arc::new(Limit::new(Duration::from_secs(2)));
        Ok(Self {
            orders: worker::start(&path, limit.clone())?,
            limit,
            clock: Arc::new(|| {
                // Before 1970 there are no deliveries.
                let since = SystemTime::now().duration_since(UNIX_EPOCH);
                since.unwrap_or_default()
            }),
            path: path.into(),
        })
    }

    /// How long an operation waits for another process that has locked the file before it
    /// fails; two seconds by default. A claim with queued operations ahead of it takes at
    /// most twice as long. Any other operation is not given up while it is queued: it takes
    /// up to as long again for every 1,024 ahead of it. A disk that hangs has no limit:
    /// operations wait for it.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        self.limit.set(timeout);
        self
    }

    /// Replaces the clock of this handle, so that tests need not wait: the time since
    /// 1970.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Removes up to `limit` expired rows, and returns their number. The store does so by
    /// itself as claims arrive; this is for scheduled jobs, or after a long pause.
    ///
    /// # Errors
    /// Those of any operation.
    pub async fn delete_expired(&self, limit: u32) -> Result<u64, StoreError> {
        self.ask(|answer| Step::DeleteExpired(limit, answer)).await
    }

    fn order(&self, step: Step) -> Order {
        Order {
            step,
            clock: self.clock.clone(),
            since: Instant::now(),
        }
    }

    /// Waits for a place in the queue, then for the result.
    async fn ask<T>(
        &self,
        step: impl FnOnce(oneshot::Sender<Result<T, StoreError>>) -> Step,
    ) -> Result<T, StoreError> {
        let (tell, told) = oneshot::channel();
        let place = self.orders.reserve().await.map_err(|_| ended())?;
        place.send(self.order(step(tell)));
        told.await.unwrap_or_else(|_| Err(ended()))
    }
}

impl ReplayStore for SqliteStore {
    fn claim(&self, key: ReplayKey, lease: Duration) -> StoreFuture<'static, Claim> {
        let store = self.clone();
        StoreFuture::later(async move {
            let (tell, told) = oneshot::channel();
            let place = store.orders.try_reserve().map_err(|error| match error {
                mpsc::error::TrySendError::Full(()) => StoreError::new(format!(
                    "SQLite is too slow: {QUEUE} steps are waiting for it"
                )),
                mpsc::error::TrySendError::Closed(()) => ended(),
            })?;
            place.send(store.order(Step::Claim(key, lease, tell)));
            told.await.unwrap_or_else(|_| Err(ended()))
        })
    }

    fn renew(
        &self,
        key: ReplayKey,
        token: ClaimToken,
        lease: Duration,
    ) -> StoreFuture<'static, Renewal> {
        let store = self.clone();
        StoreFuture::later(async move {
            let step = |answer| Step::Renew(key, token, lease, answer);
            store.ask(step).await
        })
    }

    fn commit(
        &self,
        key: ReplayKey,
        _token: ClaimToken,
        keep: Duration,
    ) -> StoreFuture<'static, ()> {
        let store = self.clone();
        StoreFuture::later(async move { store.ask(|answer| Step::Commit(key, keep, answer)).await })
    }

    fn release(&self, key: ReplayKey, token: ClaimToken) -> StoreFuture<'static, ()> {
        let store = self.clone();
        StoreFuture::later(
            async move { store.ask(|answer| Step::Release(key, token, answer)).await },
        )
    }

    fn forget(&self, key: ReplayKey) -> StoreFuture<'static, ()> {
        let store = self.clone();
        StoreFuture::later(async move { store.ask(|answer| Step::Forget(key, answer)).await })
    }
}

fn ended() -> StoreError {
    StoreError::new("the thread of the SQLite store has ended")
}
