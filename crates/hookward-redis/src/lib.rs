//! Replay store on Redis or Valkey, shared by all replicas of a receiver.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use hookward::ReplayGuard;
//! use hookward::redis::RedisStore;
//!
//! let store = RedisStore::open("redis://127.0.0.1:6379")?;
//! let guard = ReplayGuard::new(store, "github-main");
//! # let _ = guard;
//! # Ok(()) }
//! ```
//!
//! Each operation is one server-side script on one key: atomic, one round trip, and valid
//! in a cluster. See [`RedisStore`] for its guarantees.
//!
//! Feature `tls-rustls` enables `rediss://` URLs. It brings rustls without a crypto
//! provider: install one in `main`, such as
//! `rustls::crypto::ring::default_provider().install_default()`.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod connection;
mod fault;
mod script;
mod store;

pub use redis;

pub use crate::store::RedisStore;
