//! Catalogue of providers: their signature schemes and endpoint validations.

pub(crate) mod event_types;
pub mod handshakes;
pub mod providers;
#[cfg(feature = "message-signatures")]
mod rfc9421;
#[cfg(test)]
pub(crate) mod tables;
