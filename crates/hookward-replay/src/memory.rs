//! In-memory replay store, for services that run as a single process.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::table::{Budget, Full, Hashed, Mark, Put, SLOT_BYTES, Secret, Table};
use crate::{Claim, ClaimToken, Renewal, ReplayKey, ReplayStore, StoreError, StoreFuture};

/// The maximum number of shards, so that requests rarely contend for a lock.
const MOST_SHARDS: usize = 128;

/// The number of claims that justifies another shard.
const CLAIMS_PER_SHARD: usize = 1024;

/// What a full [`MemoryStore`] does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum WhenFull {
    /// Returns an error, so that the request is answered with 503 and the provider
    /// retries. The default: evicting a claim would let a replay of that delivery
    /// through, and an attacker who can cause many genuine deliveries could force that.
    #[default]
    Refuse,
    /// Evicts a live claim and counts it in [`forgotten`](MemoryStore::forgotten): of the
    /// sixteen that compete for a slot, the one that would expire first.
    ForgetOldest,
}

/// A [`ReplayStore`] in memory, for a service that runs as one process.
///
/// # Security
///
/// A restart forgets everything: deliveries of the last minutes, or of the retention if
/// the scheme has no timestamp, can then be replayed. Several processes do not see each
/// other's claims. The SQLite store solves both for one machine, those on Redis and
/// Postgres for several.
///
/// Time is the machine's monotonic clock: setting the wall clock has no effect. The
/// location of a claim in memory depends on a random key, so nobody can craft deliveries
/// that collide.
///
/// # Memory
///
/// An entry takes 24 bytes, and 25 to 33 including free slots. Memory grows with the
/// claims, in steps of a few kilobytes, up to 32 bytes times the capacity, which is one
/// million claims by default; beyond that see [`WhenFull`]. It does not shrink.
///
/// The slot of an expired claim is reused for the next one: there is no background task
/// and no scan. An operation examines 16 slots of one of up to 128 shards; growing is
/// bounded too, to about twenty microseconds.
pub struct MemoryStore {
    shards: Box<[Mutex<Table>]>,
    secret: Secret,
    budget: Budget,
    when_full: WhenFull,
    clock: Clock,
    /// Numbers the claims: a later claim has a larger token.
    claims: AtomicU64,
    forgotten: AtomicU64,
}

enum Clock {
    Machine(Instant),
    Given(Box<dyn Fn() -> Duration + Send + Sync>),
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore")
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::with_capacity(1_000_000)
    }
}

impl MemoryStore {
    /// Creates a store for about this many concurrent live claims: at least this many
    /// fit.
    #[must_use]
    pub fn with_capacity(claims: usize) -> Self {
        let shards = (claims / CLAIMS_PER_SHARD)
            .next_power_of_two()
            .min(MOST_SHARDS);
        let tables: Box<[_]> = (0..shards).map(|_| Mutex::new(Table::new())).collect();
        Self {
            shards: tables,
            secret: Secret::random(),
            // Entries are not spread perfectly evenly, and segments of a shard are
            // between 3/4 and nearly full.
            budget: Budget::new(claims.saturating_add(claims / 3).saturating_add(16)),
            when_full: WhenFull::default(),
            clock: Clock::Machine(Instant::now()),
            claims: AtomicU64::new(0),
            forgotten: AtomicU64::new(0),
        }
    }

    /// Sets the behaviour when the store is full.
    #[must_use]
    pub fn when_full(mut self, answer: WhenFull) -> Self {
        self.when_full = answer;
        self
    }

    /// Replaces the clock, so that tests need not wait: the time since some fixed moment,
    /// monotonic.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        self.clock = Clock::Given(Box::new(clock));
        self
    }

    /// The number of claims in memory, including expired ones that were not yet replaced.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).used()).sum()
    }

    /// Whether the store is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of bytes currently allocated.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let bytes = |shard| {
            let table = lock(shard);
            table.slots() * SLOT_BYTES + table.overhead()
        };
        self.shards.iter().map(bytes).sum()
    }

    /// How many live claims were evicted because the store was full.
    #[must_use]
    pub fn forgotten(&self) -> u64 {
        self.forgotten.load(Ordering::Relaxed)
    }

    fn locate(&self, key: ReplayKey) -> (Hashed, MutexGuard<'_, Table>) {
        let key = u128::from_ne_bytes(*key.as_bytes());
        let halves = [(key >> 64) as u64, key as u64];
        let hashed = self.secret.hashed(halves);
        let shard = &self.shards[hashed.shard(self.shards.len())];
        (hashed, lock(shard))
    }

    /// In milliseconds; starts at one, so that nothing expires at zero.
    fn now(&self) -> u64 {
        let since = match &self.clock {
            Clock::Machine(start) => start.elapsed(),
            Clock::Given(clock) => clock(),
        };
        millis(since).saturating_add(1)
    }

    /// Sets a key's entry.
    fn put(&self, table: &mut Table, key: Hashed, mark: Mark, now: u64) -> Result<(), StoreError> {
        table
            .put(key, mark, now, &self.secret, &self.budget)
            .or_else(|Full| self.full(table, key, mark))
    }

    /// Handles an entry for which there is no free slot.
    fn full(&self, table: &mut Table, key: Hashed, mark: Mark) -> Result<(), StoreError> {
        match self.when_full {
            WhenFull::Refuse => Err(StoreError::new(
                "the memory store is full: give it a larger capacity",
            )),
            WhenFull::ForgetOldest => {
                table.replace_first_to_expire(key, mark);
                self.forgotten.fetch_add(1, Ordering::Relaxed);
                Ok(())
            }
        }
    }
}

/// The table is consistent even if a thread panicked while holding the lock: it allocates
/// before it changes anything.
fn lock(shard: &Mutex<Table>) -> MutexGuard<'_, Table> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

fn millis(duration: Duration) -> u64 {
    let seconds = duration.as_secs().saturating_mul(1000);
    seconds.saturating_add(u64::from(duration.subsec_millis()))
}

impl ReplayStore for MemoryStore {
    fn claim(&self, key: ReplayKey, lease: Duration) -> StoreFuture<'static, Claim> {
        let now = self.now();
        let (key, mut table) = self.locate(key);
        let mut token = 0;
        let held = || {
            // Under the lock of the key, so that a later claim of it has a larger token.
            token = self.claims.fetch_add(1, Ordering::Relaxed) + 1;
            Mark::held(now.saturating_add(millis(lease)), token)
        };
        let (mark, put) = table.get_or_put(key, held, now, &self.secret, &self.budget);
        let claimed = match put {
            Ok(Put::Known) if mark.is_committed() => return StoreFuture::now(Ok(Claim::Done)),
            Ok(Put::Known) => {
                let left = Duration::from_millis(mark.expires() - now);
                return StoreFuture::now(Ok(Claim::InProgress(left)));
            }
            Ok(Put::New) => Ok(()),
            Err(Full) => self.full(&mut table, key, mark),
        };
        StoreFuture::now(claimed.map(|()| Claim::Fresh(ClaimToken(token))))
    }

    fn renew(
        &self,
        key: ReplayKey,
        token: ClaimToken,
        lease: Duration,
    ) -> StoreFuture<'static, Renewal> {
        let now = self.now();
        let (key, mut table) = self.locate(key);
        StoreFuture::now(match table.get(key, now) {
            Some(mark) if !mark.is_held_by(token.0) => Ok(Renewal::Lost),
            _ => {
                let mark = Mark::held(now.saturating_add(millis(lease)), token.0);
                self.put(&mut table, key, mark, now).map(|()| Renewal::Held)
            }
        })
    }

    fn commit(
        &self,
        key: ReplayKey,
        _token: ClaimToken,
        keep: Duration,
    ) -> StoreFuture<'static, ()> {
        let now = self.now();
        let (key, mut table) = self.locate(key);
        StoreFuture::now(match table.get(key, now) {
            Some(mark) if mark.is_committed() => Ok(()),
            _ => {
                let mark = Mark::committed(now.saturating_add(millis(keep)));
                self.put(&mut table, key, mark, now)
            }
        })
    }

    fn release(&self, key: ReplayKey, token: ClaimToken) -> StoreFuture<'static, ()> {
        let (key, mut table) = self.locate(key);
        table.remove(key, |mark| mark.is_held_by(token.0));
        StoreFuture::now(Ok(()))
    }

    fn forget(&self, key: ReplayKey) -> StoreFuture<'static, ()> {
        let (key, mut table) = self.locate(key);
        table.remove(key, |_| true);
        StoreFuture::now(Ok(()))
    }
}
