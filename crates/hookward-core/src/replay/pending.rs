//! Claims of one guard that are held by handlers or not yet settled: what a process that
//! is told to stop waits for.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use hookward_replay::{Claim, ReplayKey, ReplayStore, StoreFuture};

/// The maximum number of commits that are repeated at a time. Each takes less than a
/// kilobyte.
const MOST_REPEATED: usize = 10_000;

/// How many commits are tried again when the store answers. Each that succeeds wakes as
/// many, and none is woken by one that fails.
const WOKEN_AT_ONCE: usize = 16;

/// A store, and the claims made in it that are not settled yet.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) store: Arc<dyn ReplayStore>,
    /// Claims held by handlers or not yet settled.
    open: AtomicUsize,
    /// Commits that are repeated in the background; `keys` is examined only if there are
    /// any.
    repeated: AtomicUsize,
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    /// Deliveries that were handled, which the store does not know yet, and how often
    /// each is being recorded.
    keys: HashMap<ReplayKey, usize>,
    /// Tasks that wait for `open` to become zero.
    for_all: Vec<Waker>,
    /// Commits that wait for their next attempt.
    for_the_store: Vec<Waker>,
}

impl Shared {
    pub(super) fn new(store: Arc<dyn ReplayStore>) -> Self {
        Self {
            store,
            open: AtomicUsize::new(0),
            repeated: AtomicUsize::new(0),
            waiting: Mutex::default(),
        }
    }

    /// A panic while the lock was held leaves the lists consistent.
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Claims a key, which is done if this process has handled the delivery and is still
    /// recording that.
    pub(super) fn claim(&self, key: ReplayKey, lease: Duration) -> StoreFuture<'static, Claim> {
        match self.is_being_recorded(key) {
            true => StoreFuture::now(Ok(Claim::Done)),
            false => self.store.claim(key, lease),
        }
    }

    /// Whether this process has handled the delivery, and is still recording that.
    pub(super) fn is_being_recorded(&self, key: ReplayKey) -> bool {
        self.repeated.load(Ordering::Acquire) != 0 && self.waiting().keys.contains_key(&key)
    }

    /// The store has answered: commits that wait for it need not wait longer.
    pub(super) fn store_answered(&self) {
        if self.repeated.load(Ordering::Relaxed) != 0 {
            let mut waiting = self.waiting();
            let first = waiting.for_the_store.len().saturating_sub(WOKEN_AT_ONCE);
            let woken: Vec<_> = waiting.for_the_store.drain(first..).collect();
            drop(waiting);
            woken.into_iter().for_each(Waker::wake);
        }
    }

    /// Wakes this task when the store next answers anybody.
    pub(super) fn wake_when_the_store_answers(&self, waker: &Waker) {
        let mut waiting = self.waiting();
        if !waiting.for_the_store.iter().any(|w| w.will_wake(waker)) {
            waiting.for_the_store.push(waker.clone());
        }
    }
}

/// Counts a claim as open until it is dropped.
pub(super) struct Open(Arc<Shared>);

impl Open {
    pub(super) fn new(shared: &Arc<Shared>) -> Self {
        shared.open.fetch_add(1, Ordering::AcqRel);
        Self(shared.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if self.0.open.fetch_sub(1, Ordering::AcqRel) == 1 {
            let waiting = mem::take(&mut self.0.waiting().for_all);
            waiting.into_iter().for_each(Waker::wake);
        }
    }
}

/// Keys of a delivery that was handled and is not recorded yet, until it is dropped.
pub(super) struct Recording {
    shared: Arc<Shared>,
    keys: Vec<ReplayKey>,
}

impl Recording {
    /// `None` if too many are being recorded.
    pub(super) fn new(shared: &Arc<Shared>, keys: Vec<ReplayKey>) -> Option<Self> {
        let more = |count: usize| (count < MOST_REPEATED).then_some(count + 1);
        shared
            .repeated
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, more)
            .ok()?;
        let mut waiting = shared.waiting();
        for key in &keys {
            *waiting.keys.entry(*key).or_default() += 1;
        }
        drop(waiting);
        Some(Self {
            shared: shared.clone(),
            keys,
        })
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        let mut waiting = self.shared.waiting();
        for key in &self.keys {
            if let Some(count) = waiting.keys.get_mut(key) {
                *count -= 1;
                if *count == 0 {
                    waiting.keys.remove(key);
                }
            }
        }
        drop(waiting);
        self.shared.repeated.fetch_sub(1, Ordering::AcqRel);
    }
}

/// The future of [`ReplayGuard::settled`](crate::ReplayGuard::settled).
#[must_use]
pub struct Settled(pub(super) Arc<Shared>);

impl fmt::Debug for Settled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settled")
            .field("open", &self.0.open.load(Ordering::Acquire))
            .finish()
    }
}

impl Future for Settled {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.0.open.load(Ordering::Acquire) == 0 {
            return Poll::Ready(());
        }
        let mut waiting = self.0.waiting();
        if !waiting.for_all.iter().any(|w| w.will_wake(cx.waker())) {
            waiting.for_all.push(cx.waker().clone());
        }
        drop(waiting);
        // The last claim may have been settled before the task was listed.
        match self.0.open.load(Ordering::Acquire) {
            0 => Poll::Ready(()),
            _ => Poll::Pending,
        }
    }
}
