//! Key sources that fetch public keys by URL, for [`hookward_core`].
//!
//! Some providers rotate their public keys at a URL: a JWK set, or a certificate that
//! each request references. The sources here implement
//! [`KeySource`](hookward_core::KeySource): an endpoint queries them for each request,
//! and they answer from their cache or fetch.
//!
//! ```no_run
//! use hookward::{Endpoint, Trust, providers};
//! use hookward::remote::{CertificateKeys, JwksKeys, Remote, SnsKeys, Template};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let remote = Remote::https();
//! let pubsub = JwksKeys::new(
//!     remote.clone(),
//!     Template::new(providers::GOOGLE_PUBSUB.trust(Trust::AsSent))
//!         .param("audience", "https://hooks.example.com/pubsub")
//!         .param("email", "push@my-project.iam.gserviceaccount.com"),
//!     "https://www.googleapis.com/oauth2/v3/certs",
//! )?;
//! let paypal = CertificateKeys::paypal(remote.clone(), "your webhook's id", Trust::AsSent)?;
//! let sns = SnsKeys::regions(remote, ["eu-west-1"], ["arn:aws:sns:eu-west-1:111111111111:*"])?;
//! let endpoints = [Endpoint::new(pubsub), Endpoint::new(paypal), Endpoint::new(sns)];
//! # let _ = endpoints;
//! # Ok(()) }
//! ```
//!
//! # What a sender can cause
//!
//! The URL in a request was chosen by its sender. Before anything is fetched, it must be
//! `https` and match the source's [`Allowed`] list. Redirects are not followed, a
//! response is at most 256 KiB, and a fetch has a timeout of a few seconds. Requests for
//! the same URL share one fetch.
//!
//! Invented URLs do not prevent genuine ones from being fetched:
//!
//! | URL | fetches of one source |
//! |---|---|
//! | of the operator (JWK set) | when it is old; a key id that the set does not have triggers one a minute |
//! | that once was good | always, at most one in 30 seconds while it fails |
//! | new, in the shape that the provider uses | 30 a minute in all |
//! | new, in another shape | 30 a minute in all, apart from those |
//! | new, asking again after it was turned away | 10 more a minute of either shape |
//!
//! At most 64 URLs are cached, those that once succeeded are evicted last, along with
//! 64-bit hashes of 4096 that were turned away.
//!
//! A limitation remains: before a URL was ever fetched, it cannot be distinguished from
//! an invented one of the same shape. An attacker who sends more than 30 of those per
//! minute delays it until the provider retries; one who also repeats them, or sends
//! thousands in between, delays it further.
//!
//! # Failures
//!
//! Without a key the request is rejected: 503 with `Retry-After` (`key_unavailable`), so
//! that the provider retries. Keys that were fetched before remain in use for a day while
//! their server is down. A certificate that does not chain to a root, is for another
//! name, or is not currently valid is rejected with `certificate_untrusted`.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod allowed;
mod cache;
mod certificate;
mod fetch;
mod https;
mod jwks;
mod sns;
mod template;

pub use crate::allowed::Allowed;
pub use crate::cache::Remote;
pub use crate::certificate::{CertificateKeys, Roots, RootsError, Trust};
pub use crate::fetch::{Fetch, FetchError, FetchFuture, Fetched};
pub use crate::https::HttpsFetch;
pub use crate::jwks::JwksKeys;
pub use crate::sns::SnsKeys;
pub use crate::template::{SetupError, Template};
