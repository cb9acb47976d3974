//! poem middleware that rejects requests which are not genuine webhooks.
//!
//! [`Verify`] rejects what it can from the request head without reading the body, hashes
//! the body as its frames arrive, and passes the same bytes to the handler. Install it
//! outside any middleware that changes the body, such as decompression.
//!
//! ```
//! use hookward::{Key, Verifier, providers};
//! use hookward::poem::{Verify, Webhook};
//! use poem::{EndpointExt, Route, handler, post};
//!
//! #[handler]
//! async fn on_event(hook: Webhook<serde_json::Value>) -> String {
//!     format!("from {}", hook.verified().provider())
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let verifier = Verifier::new(providers::GITHUB, Key::new("secret")?)?;
//! let app = Route::new()
//!     .at("/webhooks/github", post(on_event).with(Verify::new(verifier)));
//! # use poem::Endpoint;
//! # let request = poem::Request::builder().method(http::Method::POST);
//! # let request = request.uri_str("/webhooks/github").body("{}");
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! # assert_eq!(app.get_response(request).await.status(), 403);
//! # });
//! # Ok(()) }
//! ```
//!
//! If the proof does not cover the body and the verifier was built with
//! [`Trust::Proven`](hookward_core::Trust::Proven), the handler gets the JSON document of
//! the covered values instead of the body.
//!
//! Trailers are never part of the signed content: they are dropped.
//!
//! The signed URL is that of the request line: routers that shorten the path, such as
//! [`Route::nest`](poem::Route::nest), do not affect it.

#![forbid(unsafe_code)]

mod events;
mod extract;
mod head;
mod middleware;

pub use self::events::{EventRouter, Events};
pub use self::extract::{
    Event, FromDelivery, OrMisfit, Proven, Verified, Webhook, WebhookError, WebhookForm,
};
pub use self::middleware::{Verify, VerifyEndpoint, respond};
