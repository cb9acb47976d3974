//! Diagnosis of rejected requests: finds the smallest change under which the signature
//! matches.
//!
//! [`Explainer::explain`] takes a rejected request and tries what commonly goes wrong:
//! keys in another encoding or in quotes, another provider's scheme, bodies that a JSON
//! parser re-serialized, URLs that a proxy rewrote, clocks. It tries single changes
//! first, then pairs, within a fixed amount of work. A change is only reported if the
//! signature was verified under it.
//!
//! [`Verifier::explain`](crate::Verifier::explain) is the shortcut; an [`Explainer`] also
//! accepts keys that a verifier rejects, and keys that are not in use.
//!
//! # Security
//!
//! A diagnosis computes signatures with many readings of the keys and reports which one
//! matched, so it is for people who hold the keys: on the command line and in
//! development. It must not be reachable by remote callers. The result contains neither
//! keys nor computed signatures, but it does contain the signed bytes.

mod attempt;
mod bodies;
mod body;
mod cause;
mod charset;
mod claims;
mod clock;
mod content;
mod description;
mod diagnose;
mod diagnosis;
mod explainer;
mod fields;
mod form;
mod head;
mod key;
pub(crate) mod log;
mod lossy_json;
mod place;
mod recoded;
mod rewriting;
mod search;
mod signatures;
mod signed;
#[cfg(test)]
mod tables;
#[cfg(test)]
mod tests;
mod token;
mod url;
mod urlencoded;

pub use self::diagnosis::{Diagnosis, SignedBytes};
pub use self::explainer::Explainer;
