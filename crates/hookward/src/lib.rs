//! Proves that an inbound webhook is genuine before a handler sees it.
//!
//! Name the provider and the key: a request whose signature is missing, malformed
//! or forged is answered 403 and the handler never runs, and so is one whose signed
//! timestamp is too old.
//!
//! ```
//! # #[cfg(feature = "axum")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use axum::{Router, routing::post};
//! use hookward::axum::Webhook;
//! use hookward::tower::VerifyLayer;
//! use hookward::{Key, Verifier, providers};
//!
//! async fn on_push(hook: Webhook<serde_json::Value>) {
//!     println!("{:?} {}", hook.verified(), hook.payload["after"]);
//! }
//!
//! let verifier = Verifier::new(providers::GITHUB, Key::new("from your secret store")?)?;
//! let app: Router = Router::new()
//!     .route("/webhooks/github", post(on_push).layer(VerifyLayer::new(verifier)));
//! # Ok(()) }
//! # #[cfg(not(feature = "axum"))]
//! # fn main() {}
//! ```
//!
//! Put the layer on each route. Around a router it also covers the fallback and
//! every route that was added before, and none that is added later. A handler that
//! takes `Verified`, `Webhook` or `Proven` cannot run without the proof: where the
//! layer is missing, the request is answered 500.
//!
//! Where a provider's signature covers less than the body, the verifier is not built
//! until you choose what handlers get: the covered values alone, or the body as it
//! was sent ([`Trust`]).
//!
//! ```
//! # #[cfg(feature = "axum")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use axum::{Router, routing::post};
//! use hookward::axum::Proven;
//! use hookward::tower::VerifyLayer;
//! use hookward::{Key, Trust, Verifier, providers};
//!
//! async fn on_notification(hook: Proven<serde_json::Value>) {
//!     println!("{}", hook.payload["bt_payload"]);
//! }
//!
//! // Braintree signs one field of the form; what else is in it, anybody may have added.
//! let scheme = providers::BRAINTREE.trust(Trust::Proven);
//! let verifier = Verifier::new(scheme, Key::new("from your secret store")?)?;
//! let app: Router = Router::new()
//!     .route("/webhooks/braintree", post(on_notification).layer(VerifyLayer::new(verifier)));
//! # Ok(()) }
//! # #[cfg(not(feature = "axum"))]
//! # fn main() {}
//! ```
//!
//! One route can have a handler for each type of event:
//!
//! ```
//! # #[cfg(feature = "axum")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use axum::{Router, routing::post};
//! use hookward::axum::{Events, Webhook};
//! use hookward::tower::VerifyLayer;
//! use hookward::{Key, Verifier, providers};
//!
//! #[derive(serde::Deserialize)]
//! struct InvoicePaid {
//!     id: String,
//! }
//!
//! async fn on_paid(hook: Webhook<InvoicePaid>) -> String {
//!     hook.payload.id
//! }
//!
//! let events = Events::new(&providers::STRIPE)
//!     .on("invoice.paid", on_paid)
//!     .acknowledge_others()?;
//! let verifier = Verifier::new(providers::STRIPE, Key::new("whsec_secret")?)?;
//! let app: Router = Router::new()
//!     .route("/webhooks/stripe", post(events).layer(VerifyLayer::new(verifier)));
//! # Ok(()) }
//! # #[cfg(not(feature = "axum"))]
//! # fn main() {}
//! ```
//!
//! Without a framework, the [`Verifier`] is fed a head and body bytes and does
//! no I/O of its own. Features: `axum`, `tower`, `actix-web`, `poem`, `salvo`, `rsa`, `ecdsa`,
//! `ed25519`, `x5c`, `message-signatures`, `redis`, `postgres`, `sqlite`,
//! `remote-keys`, `serde`, `explain`, `sign`, `testing`, `tracing`, `metrics`.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub use hookward_core::*;

/// The middleware for tower stacks.
#[cfg(feature = "tower")]
pub mod tower {
    pub use hookward_tower::{ResponseBody, ResponseFuture, VerifiedBody, Verify, VerifyLayer};
}

/// Extractors for axum handlers.
#[cfg(feature = "axum")]
pub mod axum {
    pub use hookward_tower::axum::{
        Event, EventRouter, Events, NotVerified, OrMisfit, Proven, Verified, Webhook, WebhookError,
        WebhookForm,
    };
}

/// The middleware and the extractors for actix-web.
#[cfg(feature = "actix-web")]
pub mod actix {
    pub use hookward_actix::{
        Event, EventRouter, Events, Expect, OrMisfit, Proven, Verified, Verify, VerifyService,
        Webhook, WebhookError, WebhookForm, WholeRequest, respond,
    };
}

/// The middleware and the extractors for poem.
#[cfg(feature = "poem")]
pub mod poem {
    pub use hookward_poem::{
        Event, EventRouter, Events, FromDelivery, OrMisfit, Proven, Verified, Verify,
        VerifyEndpoint, Webhook, WebhookError, WebhookForm, respond,
    };
}

/// The hoop and the extractors for salvo.
#[cfg(feature = "salvo")]
pub mod salvo {
    pub use hookward_salvo::{
        Event, EventRouter, Events, FromDelivery, OrMisfit, Proven, Verified, Verify, Webhook,
        WebhookError, WebhookForm, respond,
    };
}

/// Genuine and forged requests of every provider, for tests.
///
/// The guide is [docs/testing.md](https://github.com/hookward/hookward/blob/main/docs/testing.md).
#[cfg(feature = "testing")]
pub use hookward_testing as testing;

/// A replay store on Redis or Valkey, shared by all replicas.
#[cfg(feature = "redis")]
pub mod redis {
    pub use hookward_redis::{RedisStore, redis};
}

/// A replay store on Postgres, shared by all replicas, also inside your own
/// transaction.
#[cfg(feature = "postgres")]
pub mod postgres {
    pub use hookward_postgres::{
        ClaimIn, MIGRATION, PostgresStore, deadpool_postgres, tokio_postgres,
    };
}

/// A replay store in a file, for the processes of one machine; survives a restart.
#[cfg(feature = "sqlite")]
pub mod sqlite {
    pub use hookward_sqlite::SqliteStore;
}

/// Keys that are fetched by URL: JWK sets and certificates, validated, cached,
/// from an allow-list of hosts.
#[cfg(feature = "remote-keys")]
pub mod remote {
    pub use hookward_remote::*;
}
