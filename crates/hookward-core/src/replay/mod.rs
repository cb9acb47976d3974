//! Replay guard: the key that a delivery is claimed under, what becomes of the claim while
//! the handler runs, and how its outcome is recorded.
//!
//! A valid signature proves who sent a delivery, not that it is new. The
//! [`ReplayGuard`] claims each delivery in a [`ReplayStore`] after its
//! signature verified and before the handler runs, renews the claim while it runs, and
//! commits or releases it by the handler's outcome.

mod claiming;
mod guard;
mod notes;
mod open;
mod pending;
mod repeat;
mod runtime;

pub use hookward_replay::{
    Claim, ClaimToken, MemoryStore, Renewal, ReplayKey, ReplayStore, StoreError, StoreFuture,
    WhenFull,
};

pub use self::claiming::{Claimed, Claiming, Delivery};
pub(crate) use self::guard::IdentityFrom;
pub use self::guard::{OnDuplicate, ReplayGuard};
pub(crate) use self::open::{OpenDelivery, Settling};
pub use self::pending::Settled;
pub use self::runtime::{Runtime, Sleep, Spawn};
