//! A salvo hoop that lets only genuine webhooks through.
//!
//! [`Verify`] refuses what it can from the request head without reading the
//! body, hashes the body as its frames arrive, and hands the handler the very
//! same bytes. Put it before every hoop that reads or changes the body.
//!
//! ```
//! use hookward::{Key, Verifier, providers};
//! use hookward::salvo::{Verify, Webhook};
//! use salvo_core::prelude::*;
//!
//! #[handler]
//! async fn on_event(hook: Webhook<serde_json::Value>) -> String {
//!     format!("from {}", hook.verified().provider())
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let verifier = Verifier::new(providers::GITHUB, Key::new("secret")?)?;
//! let router = Router::with_path("webhooks/github")
//!     .hoop(Verify::new(verifier))
//!     .post(on_event);
//! # let _ = router;
//! # Ok(()) }
//! ```
//!
//! The proof is in the request's extensions, for hoops and handlers that take a
//! [`Request`](salvo_core::Request): `request.extensions().get::<Verified>()` with
//! the [`Verified`](hookward_core::Verified) of the core.
//!
//! Where the proof leaves the body open and the verifier was built with
//! [`Trust::Proven`](hookward_core::Trust::Proven), the handler gets the JSON
//! document of the covered values in place of the body.
//!
//! Trailers are not part of any signed content: they are dropped.
//!
//! With its feature `fix-http1-request-uri`, which is on by default, salvo writes
//! the `Host` header and the connection's scheme into the URI of every HTTP/1
//! request. What was sent can no longer be told then, so the host is taken from
//! the header, and the scheme is `https` or what the verifier was told
//! (`with_external_url`, `with_trusted_proxies`), also for a target in absolute
//! form with the same host.

#![forbid(unsafe_code)]

mod extract;
mod head;
mod hoop;

pub use self::extract::{Proven, Verified, Webhook, WebhookError};
pub use self::hoop::Verify;
