//! salvo middleware (a hoop) that rejects requests which are not genuine webhooks.
//!
//! [`Verify`] rejects what it can from the request head without reading the body, hashes
//! the body as its frames arrive, and passes the same bytes to the handler. Install it
//! before any hoop that reads or changes the body.
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
//! The proof is also in the request's extensions, for hoops and handlers that take a
//! [`Request`](salvo_core::Request): `request.extensions().get::<Verified>()` with the
//! core's [`Verified`](hookward_core::Verified).
//!
//! If the proof does not cover the body and the verifier was built with
//! [`Trust::Proven`](hookward_core::Trust::Proven), the handler gets the JSON document of
//! the covered values instead of the body.
//!
//! Trailers are never part of the signed content: they are dropped.
//!
//! With its feature `fix-http1-request-uri`, which is enabled by default, salvo writes
//! the `Host` header and the connection's scheme into the URI of every HTTP/1 request.
//! The original request target is then lost, so the host is taken from the header, and
//! the scheme is `https` or the one configured in the verifier (`with_external_url`,
//! `with_trusted_proxies`), even for a target in absolute form with the same host.

#![forbid(unsafe_code)]

mod events;
mod extract;
mod head;
mod hoop;

pub use self::events::{EventRouter, Events};
pub use self::extract::{
    Event, FromDelivery, OrMisfit, Proven, Verified, Webhook, WebhookError, WebhookForm,
};
pub use self::hoop::{Verify, respond};
