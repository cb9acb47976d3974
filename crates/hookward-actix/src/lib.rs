//! An actix-web middleware that lets only genuine webhooks through.
//!
//! [`Verify`] refuses what it can from the request head without reading the
//! body, hashes the body as it arrives, and hands the handler the very same
//! bytes. Put it outside of everything that changes the body.
//!
//! ```
//! use actix_web::{App, web};
//! use hookward_actix::{Verify, Webhook};
//! use hookward_core::{Key, Verifier, providers};
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

#![forbid(unsafe_code)]

mod extract;
mod head;
mod middleware;

pub use self::extract::{Verified, Webhook, WebhookError};
pub use self::middleware::{Verify, VerifyService};
