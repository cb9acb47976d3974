//! The test kit, by its public interface.

#![allow(clippy::unwrap_used, clippy::panic)]

mod adapters;
mod catalogue;
mod requests;
