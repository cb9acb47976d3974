//! Sans-IO verification of inbound webhooks.
//!
//! This crate implements signatures, keys, timestamps and replay protection. It
//! has no sockets, no runtime and no clock: a [`Verifier`] takes a request head, a
//! time and body bytes as they arrive, and returns [`Verified`] or a
//! [`Rejection`]. The adapter crates do the I/O.
//!
//! - [`Scheme`]: how a provider signs, as plain data; [`providers`] is the
//!   catalogue.
//! - [`Key`], [`KeyRing`]: keys in the form in which the provider displays them.
//! - [`Verifier`], [`Verification`], [`Verified`]: from the head to the proof.
//! - [`ReplayGuard`], [`ReplayStore`]: processes each delivery successfully at most
//!   once.
//! - [`Endpoint`]: the configuration of one route, as the adapters take it.
//! - [`EventTypes`], [`Misfit`]: event types, and deliveries that do not match the
//!   handler's type.
//! - [`Handshake`]: endpoint validations, and their responses; [`handshakes`] is the
//!   catalogue.
//! - `Signer` (feature `sign`): request signing, for tests and the command line.
//! - `Explainer` (feature `explain`): diagnosis of signatures that do not match, for
//!   development.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod catalogue;
mod crypto;
mod endpoint;
mod events;
#[cfg(feature = "explain")]
mod explain;
pub mod handshake;
mod key;
#[cfg(feature = "message-signatures")]
mod message_signatures;
mod replay;
mod request;
pub mod scheme;
#[cfg(feature = "sign")]
mod sign;
mod text;
mod verify;

/// API for authors of adapters: the state machine that drives a request, and its
/// building blocks.
///
/// An adapter moves head, body and response between its framework and an
/// [`Exchange`](adapter::Exchange), and decides nothing:
/// [docs/adapters.md](https://github.com/hookward/hookward/blob/main/docs/adapters.md)
/// shows how to write one.
pub mod adapter {
    #[cfg(feature = "http-body")]
    pub use crate::endpoint::HttpBody;
    pub use crate::endpoint::OpenOutcome;
    pub use crate::endpoint::{
        Admission, Admitted, Exchange, Incoming, PollBudget, Progress, Received, Reception,
        SecondPass, Unreadable,
    };
    pub use crate::events::{EventRoutes, EventTable, NOT_ROUTED, Others, Routed};
    pub use crate::handshake::{ForwardedHandshake, HandshakeOutcome, Reply};
    pub use crate::replay::{Runtime, Settled, Sleep, Spawn};
    pub use crate::request::deadline::Deadline;
    pub use crate::request::frames::Frames;
    pub use crate::request::head::target_of;
}

pub use crate::catalogue::{handshakes, providers};
pub use crate::endpoint::tenants::{TenantKeys, TenantLookup, Tenants};
pub use crate::endpoint::{Endpoint, ForScheme, KeyHandle, KeySource};
pub use crate::events::{EventType, EventTypes, EventsError, Misfit, MisfitKind};
#[cfg(feature = "explain")]
pub use crate::explain::{Diagnosis, Explainer, SignedBytes};
pub use crate::handshake::{Handshake, HandshakeError, Validation};
pub use crate::key::{Key, KeyError, KeyKind, KeyRing};
#[cfg(feature = "message-signatures")]
pub use crate::message_signatures::MessageSignatures;
pub use crate::replay::{
    Claim, ClaimToken, Claimed, Claiming, Delivery, MemoryStore, OnDuplicate, Renewal, ReplayGuard,
    ReplayKey, ReplayStore, StoreError, StoreFuture, WhenFull,
};
pub use crate::request::budget::MemoryBudget;
pub use crate::request::head::RequestHead;
pub use crate::request::rejection::{Code, Rejection};
pub use crate::request::request_url::Forwarding;
pub use crate::request::waiting::WaitingBodies;
pub use crate::scheme::redaction::Redaction;
#[cfg(feature = "serde")]
pub use crate::scheme::serial::Draft;
pub use crate::scheme::window::Tolerance;
pub use crate::scheme::{
    Algorithm, Binding, Coverage, Curve, Digest, EcdsaForm, KeyForm, Location, MeantFor,
    ParseRequestPartError, Proof, Recipient, Replay, ReplayBy, ReplayKind, RequestPart, Retries,
    RetryTime, Scheme, SchemeError, Success, TemplateError, Trust,
};
#[cfg(feature = "sign")]
pub use crate::sign::{SignError, Signed, Signer};
pub use crate::text::encoding::Encoding;
pub use crate::text::printable::{Printable, VALUE_LIMIT, is_printable, printable};
pub use crate::text::time::{TimeUnit, UnixTime};
pub use crate::verify::config::ConfigError;
pub use crate::verify::key_names::KeyNames;
pub use crate::verify::lookup::{BodyKeys, Lookup};
pub use crate::verify::verifier::Verifier;
pub use crate::verify::{NotProven, Step, Verification, Verified};
