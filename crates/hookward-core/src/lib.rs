//! Sans-IO verification of inbound webhooks.
//!
//! This crate knows signatures, keys, timestamps and replays. It has no
//! sockets, no runtime and no clock: a [`Verifier`] is fed a request head, a
//! time and body bytes as they arrive, and answers with [`Verified`] or a
//! [`Rejection`]. Adapters for tower and actix do the I/O.
//!
//! - [`Scheme`]: how a provider signs, as plain data; [`providers`] is the
//!   catalogue.
//! - [`Key`], [`KeyRing`]: keys in the form in which the provider hands them
//!   out.
//! - [`Verifier`], [`Verification`], [`Verified`]: from the head to the proof.
//! - [`ReplayGuard`], [`ReplayStore`]: each delivery handled once.
//! - [`Endpoint`]: all of it for one route, as the adapters take it.
//! - [`Handshake`]: the validation of an endpoint, answered; [`handshakes`] is
//!   the catalogue.
//! - `Signer` (feature `sign`): the other side, for tests and the command line.
//! - `Explainer` (feature `explain`): why a signature does not match, for people
//!   who debug.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod canonical;
mod chain;
mod crypto;
mod deadline;
#[cfg_attr(not(feature = "explain"), path = "no_diagnoses.rs")]
mod diagnoses;
mod encoding;
mod endpoint;
#[cfg(feature = "explain")]
mod explain;
mod frames;
pub mod handshake;
pub mod handshakes;
mod head;
// Most of what it writes, only the explainer has a use for.
#[cfg_attr(not(feature = "explain"), allow(dead_code))]
mod json;
mod json_scan;
mod key;
mod key_names;
#[cfg(feature = "message-signatures")]
mod message_signatures;
mod printable;
pub mod providers;
mod redaction;
mod rejection;
mod replay;
// Message signatures and the explainer have a use for all of it.
#[cfg_attr(
    not(all(feature = "explain", feature = "message-signatures")),
    allow(dead_code)
)]
mod request_url;
pub mod scheme;
mod shape;
#[cfg(feature = "sign")]
mod sign;
mod tenants;
mod time;
mod values;
mod verification;
mod verifier;

pub use crate::deadline::Deadline;
pub use crate::encoding::Encoding;
pub use crate::endpoint::{
    BodyKeys, BudgetShare, Endpoint, ForScheme, KeyHandle, KeySource, Lookup, MemoryBudget,
    Progress, Received, Reception, Rereading, Turn,
};
#[cfg(feature = "explain")]
pub use crate::explain::{Diagnosis, Explainer, SignedBytes};
pub use crate::frames::Frames;
pub use crate::handshake::{
    Handshake, HandshakeError, Handshaken, Opened, Passed, Reply, Validation,
};
pub use crate::head::{RequestHead, target_of};
pub use crate::key::{Key, KeyError, KeyKind, KeyRing};
pub use crate::key_names::KeyNames;
#[cfg(feature = "message-signatures")]
pub use crate::message_signatures::MessageSignatures;
pub use crate::printable::{Printable, VALUE_LIMIT, is_printable, printable};
pub use crate::redaction::Redaction;
pub use crate::rejection::{Code, Rejection};
pub use crate::replay::{
    Claim, ClaimToken, Claimed, Claiming, Delivery, MemoryStore, OnDuplicate, OpenDelivery,
    ReplayGuard, ReplayKey, ReplayStore, Settling, Spawn, StoreError, StoreFuture, WhenFull,
};
pub use crate::request_url::Forwarding;
#[cfg(feature = "serde")]
pub use crate::scheme::serial::Draft;
pub use crate::scheme::{
    Algorithm, Binding, Coverage, Curve, Digest, EcdsaForm, KeyForm, Location, MeantFor,
    ParseRequestPartError, Proof, Recipient, Replay, ReplayBy, ReplayKind, RequestPart, Retries,
    RetryTime, Scheme, SchemeError, Success, TemplateError, Trust,
};
#[cfg(feature = "sign")]
pub use crate::sign::{SignError, Signed, Signer};
pub use crate::tenants::{TenantKeys, TenantLookup, Tenants};
pub use crate::time::{TimeUnit, UnixTime};
pub use crate::verification::{NotProven, Step, Verification, Verified};
pub use crate::verifier::{ConfigError, Tolerance, Verifier};
