//! A tower layer that lets only genuine webhooks through.
//!
//! [`VerifyLayer`] refuses what it can from the request head without reading
//! the body, hashes the body as its frames arrive, and hands the handler the
//! very same bytes. It works on axum routers, with plain hyper, and on any
//! stack of tower services over `http` requests.
//!
//! Put it outside of everything that changes the body: decompression, body
//! limits that buffer, parsers. A signature is checked over the bytes that the
//! provider sent.
//!
//! ```
//! use hookward::{Key, Verifier, providers};
//! use hookward::tower::VerifyLayer;
//! use axum::{Router, routing::post};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let verifier = Verifier::new(providers::GITHUB, Key::new("secret")?)?;
//! let app: Router = Router::new()
//!     .route("/webhooks/github", post(|| async { "received" }))
//!     .layer(VerifyLayer::new(verifier));
//! # Ok(()) }
//! ```
//!
//! Where the proof leaves the body open and the verifier was built with
//! [`Trust::Proven`](hookward_core::Trust::Proven), the handler gets the JSON
//! document of the covered values in place of the body.
//!
//! Trailers are not part of any signed content: they are dropped, unless
//! [`VerifyLayer::with_unsigned_trailers`] asks for them.
//!
//! The timeouts need a tokio runtime with its timer enabled.

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
