//! What has been seen, in the memory of one process.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Claim, ClaimToken, ReplayKey, ReplayStore, StoreError, StoreFuture};

/// As many locks, so that requests seldom wait for each other.
const SHARDS: usize = 64;

/// Expired claims that one operation clears away at most.
const SWEEP: usize = 4;

/// What a full [`MemoryStore`] does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum WhenFull {
    /// Answers with an error, so that the request gets 503 and the provider
    /// comes again. The default: forgetting a claim would let a replay of that
    /// delivery through, and whoever can send many genuine deliveries could
    /// bring that about.
    #[default]
    Refuse,
    /// Forgets the claim that would have expired first.
    ForgetOldest,
}

/// A [`ReplayStore`] in memory, for a service that runs as one process.
///
/// # Security
///
/// A restart forgets everything: deliveries of the last minutes, or of the
/// retention where the scheme has no timestamp, can then be replayed. Several
/// processes do not know of each other's claims. For both there are the shared
/// stores.
///
/// # Memory
///
/// Bounded by the capacity, one million claims by default, about 100 bytes
/// each. Expired claims are cleared away a few at a time by the claims that
/// follow; there is no background task. See [`WhenFull`] for a full store.
pub struct MemoryStore {
    shards: Box<[Mutex<Shard>]>,
    hasher: RandomState,
    capacity_per_shard: usize,
    when_full: WhenFull,
    start: Instant,
    tokens: AtomicU64,
    forgotten: AtomicU64,
}

#[derive(Default)]
struct Shard {
    claims: HashMap<ReplayKey, Entry>,
    /// Keys by the second of their expiry.
    expiries: BTreeMap<u64, Vec<ReplayKey>>,
}

struct Entry {
    /// Milliseconds since the store's start.
    expires: u64,
    /// Who holds it; `None` once committed.
    holder: Option<ClaimToken>,
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
    /// A store for at most about this many claims at a time.
    #[must_use]
    pub fn with_capacity(claims: usize) -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            hasher: RandomState::new(),
            capacity_per_shard: claims.div_ceil(SHARDS).max(1),
            when_full: WhenFull::default(),
            start: Instant::now(),
            tokens: AtomicU64::new(1),
            forgotten: AtomicU64::new(0),
        }
    }

    /// What happens when it is full.
    #[must_use]
    pub fn when_full(mut self, answer: WhenFull) -> Self {
        self.when_full = answer;
        self
    }

    /// How many claims are kept, expired ones that were not yet cleared away
    /// included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shards
            .iter()
            .map(|shard| lock(shard).claims.len())
            .sum()
    }

    /// Whether nothing is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many live claims were forgotten because the store was full.
    #[must_use]
    pub fn forgotten(&self) -> u64 {
        self.forgotten.load(Ordering::Relaxed)
    }

    fn shard(&self, key: &ReplayKey) -> MutexGuard<'_, Shard> {
        let index = usize::try_from(self.hasher.hash_one(key) >> 32).unwrap_or(0) % SHARDS;
        lock(&self.shards[index])
    }

    fn now(&self) -> u64 {
        millis(self.start.elapsed())
    }
}

/// A panic while the lock was held leaves the shard whole: every change to it
/// is a single insertion or removal.
fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl Shard {
    /// Sets or moves a claim's expiry.
    fn put(&mut self, key: ReplayKey, expires: u64, holder: Option<ClaimToken>) {
        self.claims.insert(key, Entry { expires, holder });
        self.expiries.entry(expires / 1000).or_default().push(key);
    }

    /// Clears away a few claims that expired.
    fn sweep(&mut self, now: u64) {
        for _ in 0..SWEEP {
            let Some(mut bucket) = self.expiries.first_entry() else {
                return;
            };
            let second = *bucket.key();
            if second >= now / 1000 {
                return;
            }
            let key = bucket.get_mut().pop();
            if bucket.get().is_empty() {
                bucket.remove();
            }
            if let Some(key) = key {
                self.remove_if_due(key, second);
            }
        }
    }

    /// A claim that was moved to a later expiry stands in a later bucket too.
    fn remove_if_due(&mut self, key: ReplayKey, second: u64) -> bool {
        let due = self
            .claims
            .get(&key)
            .is_some_and(|entry| entry.expires / 1000 == second);
        if due {
            self.claims.remove(&key);
        }
        due
    }

    /// Drops the live claim that would expire first.
    fn forget_oldest(&mut self) -> bool {
        while let Some(mut bucket) = self.expiries.first_entry() {
            let second = *bucket.key();
            let key = bucket.get_mut().pop();
            if bucket.get().is_empty() {
                bucket.remove();
            }
            if key.is_some_and(|key| self.remove_if_due(key, second)) {
                return true;
            }
        }
        false
    }
}

impl ReplayStore for MemoryStore {
    fn claim(&self, key: ReplayKey, lease: Duration) -> StoreFuture<'static, Claim> {
        let now = self.now();
        let mut shard = self.shard(&key);
        shard.sweep(now);
        let live = shard.claims.get(&key).filter(|entry| entry.expires > now);
        if let Some(entry) = live {
            return StoreFuture::now(Ok(match entry.holder {
                Some(_) => Claim::InProgress(Duration::from_millis(entry.expires - now)),
                None => Claim::Done,
            }));
        }
        if shard.claims.len() >= self.capacity_per_shard && !shard.claims.contains_key(&key) {
            match self.when_full {
                WhenFull::ForgetOldest => {
                    if shard.forget_oldest() {
                        self.forgotten.fetch_add(1, Ordering::Relaxed);
                    }
                }
                WhenFull::Refuse => {
                    return StoreFuture::now(Err(StoreError::new(
                        "the memory store is full: give it a larger capacity",
                    )));
                }
            }
        }
        let token = ClaimToken(self.tokens.fetch_add(1, Ordering::Relaxed));
        shard.put(key, now.saturating_add(millis(lease)), Some(token));
        StoreFuture::now(Ok(Claim::Fresh(token)))
    }

    fn commit(
        &self,
        key: ReplayKey,
        token: ClaimToken,
        keep: Duration,
    ) -> StoreFuture<'static, ()> {
        let now = self.now();
        let mut shard = self.shard(&key);
        let other = shard
            .claims
            .get(&key)
            .is_some_and(|entry| entry.expires > now && entry.holder != Some(token));
        if !other {
            shard.put(key, now.saturating_add(millis(keep)), None);
        }
        StoreFuture::now(Ok(()))
    }

    fn release(&self, key: ReplayKey, token: ClaimToken) -> StoreFuture<'static, ()> {
        let mut shard = self.shard(&key);
        if shard
            .claims
            .get(&key)
            .is_some_and(|entry| entry.holder == Some(token))
        {
            shard.claims.remove(&key);
        }
        StoreFuture::now(Ok(()))
    }
}
