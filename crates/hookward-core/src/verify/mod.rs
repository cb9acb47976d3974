//! Verification state machine: from the head of a request and the bytes of its body to
//! the verdict.
//!
//! Three phases share one [`state::State`], and each borrows the fields it needs:
//!
//! 1. [`head`]: rejects what the head alone shows to be invalid, and starts the hashes.
//! 2. [`body`]: hashes each frame as it arrives.
//! 3. [`verdict`]: reads values in the body, compares signatures, checks recipient and
//!    bindings, and completes the identity of the delivery.
//!
//! A MAC over the body alone takes the [`fast_path`], which needs no [`state::ColdState`].

mod availability;
mod body;
mod body_facts;
mod body_values;
mod choose;
pub(crate) mod config;
mod demands;
pub(crate) mod evaluate;
pub(crate) mod facts;
mod fast_path;
mod filters;
mod from_body;
mod head;
mod head_facts;
mod identifying;
mod identity;
mod jws;
pub(crate) mod key_names;
pub(crate) mod lookup;
mod particulars;
mod proven;
mod read;
mod recipient;
pub(crate) mod setup;
pub(crate) mod shape;
mod signature;
mod state;
mod streams;
mod value;
mod verdict;
mod verification;
mod verified;
pub(crate) mod verifier;

pub(crate) use self::choose::{choose, signature_texts};
pub(crate) use self::demands::{Demands, Identify};
pub(crate) use self::identifying::KEY_VERSION;
#[cfg(feature = "explain")]
pub(crate) use self::jws::JWS_LEEWAY;
pub use self::proven::NotProven;
pub(crate) use self::read::read;
pub use self::verification::{Step, Verification};
pub use self::verified::Verified;
