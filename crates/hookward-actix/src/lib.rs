//! An actix-web middleware that lets only genuine webhooks through.
//!
//! [`Verify`] refuses what it can from the request head without reading the
//! body, hashes the body as it arrives, and hands the handler the very same
//! bytes. Put it outside of everything that changes the body.
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
//! Where the proof leaves the body open and the verifier was built with
//! [`Trust::Proven`](hookward_core::Trust::Proven), the handler gets the JSON
//! document of the covered values in place of the body.
//!
//! The connection closes after the answer to a request whose body has not been
//! read to its end: at most 256 KiB of the rest are read, and for at most a
//! second. actix logs a sender that goes on regardless as an error of the
//! response's payload. An empty answer to an HTTP/1.0 request, and a 204 or 304
//! of [`Endpoint::on_rejection`](hookward_core::Endpoint::on_rejection), are
//! left to actix, which reads on for its `client_disconnect_timeout`.
//!
//! actix sends `100 Continue` before any middleware sees the request; see
//! [`Expect`].

#![forbid(unsafe_code)]

mod expect;
mod extract;
mod head;
mod incoming;
mod middleware;
mod unread;

pub use self::expect::Expect;
pub use self::extract::{Proven, Verified, Webhook, WebhookError};
pub use self::middleware::{Verify, VerifyService};
