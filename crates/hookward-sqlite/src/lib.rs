//! A replay store in a file, for a receiver on one machine: it survives a restart, needs
//! no server, and is shared by all processes of the machine.
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
//! See [`SqliteStore`] for what it promises. Feature `bundled`, on by default, compiles
//! SQLite; without it the system's library is linked.
//!
//! # Why SQLite
//!
//! An embedded store must keep what it answered when its process is killed, and two
//! processes must be able to use the file at a time: a restart without downtime starts
//! the new one before the old one ends.
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
//! redb builds faster and refuses the second process, so that a deployment with overlap
//! gets errors or has to stop first. LMDB needs `unsafe` to be opened, which hookward
//! forbids. The price of SQLite is its compilation, once, for those who enable the
//! feature; with the system's library (`default-features = false`) it is not paid.
//!
//! A program can link one version of SQLite: where another crate of yours does, its
//! `libsqlite3-sys` must be the one of the `rusqlite` that this crate depends on.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod database;
mod store;
mod worker;

pub use crate::store::SqliteStore;
