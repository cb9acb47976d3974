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
#[cfg(feature = "explain")]
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

/// What only the author of an adapter needs: the driver of a request, and the pieces
/// that it is made of.
///
/// An adapter moves head, body and answer between its framework and an
/// [`Exchange`](adapter::Exchange), and decides nothing:
/// [docs/adapters.md](https://github.com/hookward/hookward/blob/main/docs/adapters.md)
/// shows how one is written.
pub mod adapter {
    pub use crate::deadline::Deadline;
    #[cfg(feature = "http-body")]
    pub use crate::endpoint::HttpBody;
    pub use crate::endpoint::{
        Admission, Admitted, Exchange, Incoming, Progress, Received, Reception, Rereading, Runtime,
        Sleep, Turn, Unreadable,
    };
    pub use crate::frames::Frames;
    pub use crate::handshake::{Handshaken, Opened, Passed, Reply};
    pub use crate::head::target_of;
    pub use crate::replay::{OpenDelivery, Settling, Spawn};
}

pub use crate::encoding::Encoding;
pub use crate::endpoint::{
    BodyKeys, Endpoint, ForScheme, KeyHandle, KeySource, Lookup, MemoryBudget,
};
#[cfg(feature = "explain")]
pub use crate::explain::{Diagnosis, Explainer, SignedBytes};
pub use crate::handshake::{Handshake, HandshakeError, Validation};
pub use crate::head::RequestHead;
pub use crate::key::{Key, KeyError, KeyKind, KeyRing};
pub use crate::key_names::KeyNames;
#[cfg(feature = "message-signatures")]
pub use crate::message_signatures::MessageSignatures;
pub use crate::printable::{Printable, VALUE_LIMIT, is_printable, printable};
pub use crate::redaction::Redaction;
pub use crate::rejection::{Code, Rejection};
pub use crate::replay::{
    Claim, ClaimToken, Claimed, Claiming, Delivery, MemoryStore, OnDuplicate, ReplayGuard,
    ReplayKey, ReplayStore, StoreError, StoreFuture, WhenFull,
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
