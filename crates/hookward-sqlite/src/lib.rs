//! Replay store in a SQLite file, for a receiver on one machine: it survives a restart,
//! needs no server, and is shared by all processes of the machine.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use hookward::ReplayGuard;
//! use hookward::sqlite::SqliteStore;
//!
//! let store = SqliteStore::open("/var/lib/receiver/replay.sqlite")?;
//! let guard = ReplayGuard::new(store, "github-main");
//! # let _ = guard;
//! # Ok(()) }
//! ```
//!
//! See [`SqliteStore`] for its guarantees. Feature `bundled`, enabled by default,
//! compiles SQLite; without it the system's library is linked.
//!
//! # Why SQLite
//!
//! An embedded store must not lose what it has acknowledged when its process is killed,
//! and two processes must be able to use the file concurrently: a zero-downtime restart
//! starts the new process before the old one ends.
//!
//! | | SQLite | redb | LMDB (heed) |
//! |---|---|---|---|
//! | several processes on one file | yes | no, the second cannot open it | yes |
//! | an answered commit survives `kill -9` and power failure | yes, write-ahead log | yes | yes |
//! | a truncated or corrupt file | an error | an error | `SIGBUS`, the file is mapped |
//! | opening it from Rust | safe | safe | `unsafe` |
//! | license | public domain, binding MIT | MIT or Apache-2.0 | OpenLDAP |
//! | release build, processor time measured | 99 s (16 s in debug), a C compiler | 25 s | not measured |
//!
//! redb builds faster but rejects the second process, so that an overlapping deployment
//! gets errors or has to stop first. Opening LMDB requires `unsafe`, which hookward
//! forbids. The price of SQLite is compiling it once, for those who enable the feature;
//! the system's library (`default-features = false`) avoids that.
//!
//! A program can link only one version of SQLite: if another crate of yours does, it must
//! use the same `libsqlite3-sys` as the `rusqlite` that this crate depends on.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod database;
mod store;
mod worker;

pub use crate::store::SqliteStore;
