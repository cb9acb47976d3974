//! The memory budget for bodies in flight. Without it, many slow senders could fill the
//! memory within the limit of each body.

use super::frames::Frames;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A limit on the memory of all bodies in flight, shared by the endpoints that hold
/// clones of it.
#[derive(Debug, Clone)]
pub struct MemoryBudget {
    shared: Arc<BudgetState>,
}

#[derive(Debug)]
struct BudgetState {
    limit: u64,
    used: AtomicU64,
}

impl MemoryBudget {
    /// Limits buffered bodies to this many bytes at a time: the buffers that they are
    /// copied into, with the capacity reserved for more, from the first frame until the
    /// handler drops the last.
    ///
    /// Not included: copies made by a handler or by an extractor that joins frames
    /// (`Bytes`; [`contiguous_body`](crate::Endpoint::contiguous_body) avoids that), what
    /// is computed from a body during verification, which never yields and so concerns
    /// one body per thread, and the framework's read buffers, of which each connection has
    /// its own. A body of one frame is accounted with its length and keeps its read buffer
    /// alive. Every other body is copied out of them, but for frames that are about as long
    /// as such a buffer, which are accounted with 512 KiB.
    #[must_use]
    pub fn bytes(limit: u64) -> Self {
        Self {
            shared: Arc::new(BudgetState {
                limit,
                used: AtomicU64::new(0),
            }),
        }
    }

    /// The bytes in use.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.shared.used.load(Ordering::Relaxed)
    }

    /// In one step: what is refused has never been counted, so that it costs no other its
    /// place.
    fn take(&self, bytes: u64) -> bool {
        let limit = self.shared.limit;
        let more = |used: u64| used.checked_add(bytes).filter(|used| *used <= limit);
        self.shared
            .used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, more)
            .is_ok()
    }
}

/// Bytes taken from a [`MemoryBudget`], released on drop.
#[derive(Debug)]
pub(crate) struct MemoryPermit {
    budget: MemoryBudget,
    bytes: u64,
}

impl MemoryPermit {
    pub(crate) fn of(budget: MemoryBudget) -> Self {
        Self { budget, bytes: 0 }
    }

    /// Returns `false`, and changes nothing, if the budget does not allow it.
    pub(crate) fn resize(&mut self, bytes: u64) -> bool {
        if let Some(more) = bytes.checked_sub(self.bytes) {
            if more > 0 && !self.budget.take(more) {
                return false;
            }
        } else {
            let less = self.bytes - bytes;
            self.budget.shared.used.fetch_sub(less, Ordering::Relaxed);
        }
        self.bytes = bytes;
        true
    }
}

impl Drop for MemoryPermit {
    fn drop(&mut self) {
        self.budget
            .shared
            .used
            .fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// Attaches the permit to the frames: it is released when the last of them is dropped.
#[inline]
pub(crate) fn counted(frames: Frames, permit: Option<MemoryPermit>) -> Frames {
    match permit {
        Some(permit) => frames.owned_by(permit),
        None => frames,
    }
}
