//! Claims of one guard that are held by handlers or not yet settled: what a process that
//! is told to stop waits for.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use hookward_replay::{Claim, ReplayKey, ReplayStore, StoreFuture};
use smallvec::SmallVec;

use super::repeat::Unsettled;

/// The maximum number of commits that are repeated at a time. Each takes less than a
/// kilobyte.
const MOST_REPEATED: usize = 10_000;

/// How many commits are tried again when the store answers. Each that succeeds wakes as
/// many, and none is woken by one that fails.
const WOKEN_AT_ONCE: usize = 16;

/// A store, and the claims made in it that are not settled yet.
pub(super) struct Shared {
    pub(super) store: Arc<dyn ReplayStore>,
    /// Claims held by handlers or not yet settled.
    open: AtomicUsize,
    /// Commits that are repeated in the background; `keys` is examined only if there are
    /// any.
    repeated: AtomicUsize,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    /// Deliveries that were handled, which the store does not know yet, and what records
    /// each of them.
    keys: HashMap<ReplayKey, SmallVec<[u64; 1]>>,
    /// The number of the last [`Recording`].
    last: u64,
    /// Tasks that wait for `open` to become zero.
    for_all: Vec<Waker>,
    /// Recordings that wait for their next attempt.
    for_the_store: BTreeMap<u64, Waker>,
    /// Successes whose runtime ended before they were recorded.
    left: Vec<Unsettled>,
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

    /// The store has answered: commits that wait for it need not wait longer, and those
    /// without a runtime are taken over by the current one.
    pub(super) fn store_answered(&self) {
        if self.repeated.load(Ordering::Relaxed) != 0 {
            let mut woken = SmallVec::<[Waker; WOKEN_AT_ONCE]>::new();
            let mut waiting = self.waiting();
            while woken.len() < WOKEN_AT_ONCE {
                let Some((_, waker)) = waiting.for_the_store.pop_last() else {
                    break;
                };
                woken.push(waker);
            }
            let first = waiting.left.len().saturating_sub(WOKEN_AT_ONCE);
            let left = waiting.left.split_off(first);
            drop(waiting);
            woken.into_iter().for_each(Waker::wake);
            for unsettled in left {
                unsettled.go_on(None);
            }
        }
    }

    /// Keeps a success whose runtime has ended for the next that [`store_answered`] or
    /// [`Settled`] runs in.
    ///
    /// [`store_answered`]: Self::store_answered
    pub(super) fn leave(&self, unsettled: Unsettled) {
        let mut waiting = self.waiting();
        waiting.left.push(unsettled);
        let woken = mem::take(&mut waiting.for_all);
        drop(waiting);
        woken.into_iter().for_each(Waker::wake);
    }

    /// Stops recording the success of a delivery that is to be handled again.
    pub(super) fn forget(&self, key: ReplayKey) {
        if self.repeated.load(Ordering::Acquire) != 0 {
            self.waiting().keys.remove(&key);
        }
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("store", &self.store)
            .field("open", &self.open.load(Ordering::Acquire))
            .field("repeated", &self.repeated.load(Ordering::Acquire))
            .finish()
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
    number: u64,
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
        waiting.last += 1;
        let number = waiting.last;
        for key in &keys {
            waiting.keys.entry(*key).or_default().push(number);
        }
        drop(waiting);
        Some(Self {
            shared: shared.clone(),
            keys,
            number,
        })
    }

    /// Whether somebody asked to [forget](Shared::forget) the delivery since.
    pub(super) fn is_forgotten(&self) -> bool {
        let waiting = self.shared.waiting();
        let is_listed = |key| {
            waiting
                .keys
                .get(key)
                .is_some_and(|it| it.contains(&self.number))
        };
        !self.keys.iter().all(is_listed)
    }

    /// Wakes this task when the store next answers anybody.
    pub(super) fn wake_when_the_store_answers(&self, waker: &Waker) {
        let mut waiting = self.shared.waiting();
        waiting.for_the_store.insert(self.number, waker.clone());
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        let mut waiting = self.shared.waiting();
        for key in &self.keys {
            if let Some(recordings) = waiting.keys.get_mut(key) {
                recordings.retain(|number| *number != self.number);
                if recordings.is_empty() {
                    waiting.keys.remove(key);
                }
            }
        }
        waiting.for_the_store.remove(&self.number);
        drop(waiting);
        self.shared.repeated.fetch_sub(1, Ordering::AcqRel);
    }
}

/// The future of [`ReplayGuard::settled`](crate::ReplayGuard::settled).
#[must_use]
pub struct Settled {
    shared: Arc<Shared>,
    /// Whether it is polled outside a runtime, where nothing can be recorded.
    is_outside: bool,
}

impl Settled {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            is_outside: false,
        }
    }
}

impl fmt::Debug for Settled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settled")
            .field("open", &self.shared.open.load(Ordering::Acquire))
            .finish_non_exhaustive()
    }
}

impl Future for Settled {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let shared = self.shared.clone();
        if shared.open.load(Ordering::Acquire) == 0 {
            return Poll::Ready(());
        }
        if !self.is_outside {
            let left = mem::take(&mut shared.waiting().left);
            for unsettled in left {
                self.is_outside |= !unsettled.go_on(None);
            }
        }
        let mut waiting = shared.waiting();
        if !waiting.for_all.iter().any(|w| w.will_wake(cx.waker())) {
            waiting.for_all.push(cx.waker().clone());
        }
        // Others may have come before the task was listed.
        if !self.is_outside && !waiting.left.is_empty() {
            cx.waker().wake_by_ref();
        }
        drop(waiting);
        // The last claim may have been settled before the task was listed.
        match shared.open.load(Ordering::Acquire) {
            0 => Poll::Ready(()),
            _ => Poll::Pending,
        }
    }
}
