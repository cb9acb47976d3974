//! What is known of providers: their schemes and their endpoint validations.

pub(crate) mod event_types;
pub mod handshakes;
pub mod providers;
#[cfg(feature = "message-signatures")]
mod rfc9421;
#[cfg(test)]
mod tables;
