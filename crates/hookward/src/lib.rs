//! Proves that an inbound webhook is genuine before a handler sees it.
//!
//! Add one layer to an axum router, or wrap an actix app, name the provider
//! and the key, and from then on a request whose signature, timestamp or
//! replay state is wrong is answered 403 and the handler never runs.
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
//!     .route("/webhooks/github", post(on_push))
//!     .layer(VerifyLayer::new(verifier));
//! # Ok(()) }
//! # #[cfg(not(feature = "axum"))]
//! # fn main() {}
//! ```
//!
//! Where a provider's signature covers less than the body, building the verifier
//! asks what handlers shall be given: the covered values alone, or the body as it
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
//!     .route("/webhooks/braintree", post(on_notification))
//!     .layer(VerifyLayer::new(verifier));
//! # Ok(()) }
//! # #[cfg(not(feature = "axum"))]
//! # fn main() {}
//! ```
//!
//! Without a framework, the [`Verifier`] is fed a head and body bytes and does
//! no I/O of its own. Features: `axum`, `tower`, `actix-web`, `poem`, `salvo`, `rsa`, `ecdsa`,
//! `ed25519`, `x5c`, `message-signatures`, `redis`, `postgres`, `sqlite`,
//! `remote-keys`, `serde`, `explain`, `sign`, `tracing`, `metrics`.

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
    pub use hookward_tower::axum::{NotVerified, Proven, Verified, Webhook, WebhookError};
}

/// The middleware and the extractors for actix-web.
#[cfg(feature = "actix-web")]
pub mod actix {
    pub use hookward_actix::{
        Expect, Proven, Verified, Verify, VerifyService, Webhook, WebhookError,
    };
}

/// The middleware and the extractors for poem.
#[cfg(feature = "poem")]
pub mod poem {
    pub use hookward_poem::{Proven, Verified, Verify, VerifyEndpoint, Webhook, WebhookError};
}

/// The hoop and the extractors for salvo.
#[cfg(feature = "salvo")]
pub mod salvo {
    pub use hookward_salvo::{Proven, Verified, Verify, Webhook, WebhookError};
}

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
