//! What is known of providers: their schemes and their endpoint validations.

pub mod handshakes;
pub mod providers;
#[cfg(feature = "message-signatures")]
mod rfc9421;
#[cfg(test)]
pub(crate) mod tables;
