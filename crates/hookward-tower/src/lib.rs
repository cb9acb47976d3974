//! Tower middleware that rejects requests which are not genuine webhooks.
//!
//! [`VerifyLayer`] rejects what it can from the request head without reading the body,
//! hashes the body as its frames arrive, and passes the same bytes to the handler. It
//! works with axum routers, plain hyper, and any stack of tower services over `http`
//! requests.
//!
//! Install it outside any middleware that changes the body: decompression, body limits
//! that buffer, parsers. A signature is verified over the bytes that the provider sent.
//!
//! ```
//! use hookward::{Key, Verifier, providers};
//! use hookward::tower::VerifyLayer;
//! use axum::{Router, routing::post};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let verifier = Verifier::new(providers::GITHUB, Key::new("secret")?)?;
//! let app: Router = Router::new()
//!     .route("/webhooks/github", post(|| async { "received" }).layer(VerifyLayer::new(verifier)));
//! # Ok(()) }
//! ```
//!
//! If the proof does not cover the body and the verifier was built with
//! [`Trust::Proven`](hookward_core::Trust::Proven), the handler gets the JSON document of
//! the covered values instead of the body.
//!
//! Trailers are never part of the signed content: they are dropped unless
//! [`VerifyLayer::with_unsigned_trailers`] is set.
//!
//! The timeouts require a Tokio runtime with its timer enabled.

#![forbid(unsafe_code)]

#[cfg(feature = "axum")]
pub mod axum;
mod body;
mod future;
mod head;
mod layer;
mod service;

pub use self::body::{ResponseBody, VerifiedBody};
pub use self::future::ResponseFuture;
pub use self::layer::VerifyLayer;
pub use self::service::Verify;
