//! Replay stores: which webhook deliveries have been claimed and handled.
//!
//! A signature proves who sent a delivery, not that it is new. hookward claims each
//! delivery in a [`ReplayStore`] before its handler runs; the handler's outcome commits
//! the claim or releases it. This crate is what the author of a store needs, and has no
//! dependencies: the trait and its types, [`MemoryStore`] for a single process, and with
//! feature `conformance` the suite of tests that every implementation must pass.
//!
//! Receivers use the `hookward` crate, which re-exports the trait, the types and the
//! store in memory. Stores on Redis, Postgres and SQLite are crates of their own.
//!
//! - [`ReplayStore`]: the contract, method by method.
//! - [`ReplayKey`]: what a store is asked about, 16 bytes. `hookward-core` derives it
//!   from a verified request; a store never sees the request.
//! - [`Claim`], [`ClaimToken`], [`Renewal`], [`StoreError`], [`StoreFuture`]: a store's
//!   answers.
//! - [`MemoryStore`]: bounded memory, exact expiry, no background task.
//! - `conformance` (feature `conformance`): the contract as tests.
//!
//! [docs/stores.md](https://github.com/hookward/hookward/blob/main/docs/stores.md)
//! shows how a store is written and tested.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "conformance")]
pub mod conformance;
mod error;
mod key;
mod memory;
#[doc(hidden)]
pub mod printable;
mod store;
mod table;

pub use crate::error::StoreError;
pub use crate::key::ReplayKey;
pub use crate::memory::{MemoryStore, WhenFull};
pub use crate::store::{Claim, ClaimToken, Renewal, ReplayStore, StoreFuture};
