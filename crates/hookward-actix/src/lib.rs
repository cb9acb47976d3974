//! actix-web middleware that rejects requests which are not genuine webhooks.
//!
//! [`Verify`] rejects what it can from the request head without reading the body, hashes
//! the body as it arrives, and passes the same bytes to the handler. Install it outside
//! any middleware that changes the body.
//!
//! ```
//! use actix_web::{App, web};
//! use hookward::actix::{Verify, Webhook};
//! use hookward::{Key, Verifier, providers};
//!
//! async fn on_event(hook: Webhook<serde_json::Value>) -> String {
//!     format!("from {}", hook.verified().provider())
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let verifier = Verifier::new(providers::GITHUB, Key::new("secret")?)?;
//! let verify = Verify::new(verifier);
//! let app = move || {
//!     App::new().service(
//!         web::resource("/webhooks/github").wrap(verify.clone()).route(web::post().to(on_event)),
//!     )
//! };
//! # let _ = app;
//! # Ok(()) }
//! ```
//!
//! If the proof does not cover the body and the verifier was built with
//! [`Trust::Proven`](hookward_core::Trust::Proven), the handler gets the JSON document of
//! the covered values instead of the body.
//!
//! The connection is closed after the response to a request whose body has not been read
//! to its end: at most 256 KiB of the rest are read, for at most one second. actix logs a
//! sender that continues regardless as an error of the response's payload. An empty
//! response to an HTTP/1.0 request, and a 204 or 304 from
//! [`Endpoint::on_rejection`](hookward_core::Endpoint::on_rejection), are left to actix,
//! which reads on for its `client_disconnect_timeout`.
//!
//! actix sends `100 Continue` before any middleware sees the request; see [`Expect`].

#![forbid(unsafe_code)]

mod events;
mod expect;
mod extract;
mod head;
mod incoming;
mod middleware;
mod unread;

pub use self::events::{EventRouter, Events, WholeRequest};
pub use self::expect::Expect;
pub use self::extract::{Event, OrMisfit, Proven, Verified, Webhook, WebhookError, WebhookForm};
pub use self::middleware::{Verify, VerifyService, respond};
