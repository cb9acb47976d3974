//! Replay store on Postgres, shared by all replicas of a receiver, and usable inside the
//! transaction in which the receiver does its work.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use hookward::ReplayGuard;
//! use hookward::postgres::PostgresStore;
//!
//! let store = PostgresStore::open("postgres://receiver@localhost/app")?;
//! store.migrate().await?;
//! let guard = ReplayGuard::new(store, "github-main");
//! # let _ = guard;
//! # Ok(()) }
//! ```
//!
//! Operations are single statements that use the server's clock, on Postgres 12 or later;
//! concurrent ones share a statement. See [`PostgresStore`]
//! for its guarantees, and [`PostgresStore::claim_in`] for effects that happen exactly
//! once.
//!
//! # Why tokio-postgres
//!
//! The store needs a handful of statements and a pool. `tokio-postgres` and `deadpool-postgres`
//! provide that on Rust 1.85; `sqlx` 0.9 requires a newer compiler (1.94) than this
//! workspace supports (1.89), and more than these statements need. A receiver that uses
//! `sqlx` can still share the server and the table.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod driver;
mod fault;
mod lane;
mod link;
mod sql;
mod store;

pub use deadpool_postgres;
pub use tokio_postgres;

pub use crate::sql::MIGRATION;
pub use crate::store::{ClaimIn, PostgresStore};
