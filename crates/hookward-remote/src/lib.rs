//! Keys that are fetched by URL, for [`hookward_core`].
//!
//! Some providers rotate their public keys behind a URL: a JWK set, or a
//! certificate that each request points at. The sources here are
//! [`KeySource`](hookward_core::KeySource)s: an endpoint asks them for each
//! request, and they answer from their cache, or fetch.
//!
//! ```no_run
//! use hookward_core::{Endpoint, providers};
//! use hookward_remote::{CertificateKeys, JwksKeys, Remote, SnsKeys, Template};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let remote = Remote::https();
//! let pubsub = JwksKeys::new(
//!     remote.clone(),
//!     Template::new(providers::GOOGLE_PUBSUB)
//!         .param("audience", "https://hooks.example.com/pubsub")
//!         .param("email", "push@my-project.iam.gserviceaccount.com"),
//!     "https://www.googleapis.com/oauth2/v3/certs",
//! )?;
//! let paypal = CertificateKeys::paypal(remote.clone(), "your webhook's id")?;
//! let sns = SnsKeys::regions(remote, ["eu-west-1"])?;
//! let endpoints = [Endpoint::new(pubsub), Endpoint::new(paypal), Endpoint::new(sns)];
//! # let _ = endpoints;
//! # Ok(()) }
//! ```
//!
//! # What a sender can make it do
//!
//! A URL that comes with a request was written by whoever sent it. Before
//! anything is fetched, it has to be `https` and to fit the source's
//! [`Allowed`] list. Redirects are not followed, an answer is at most 256 KiB
//! and has a few seconds in all. At most 64 URLs are remembered, failures among
//! them, and at most thirty fetches a minute are started; a key id that no set
//! has triggers one fetch a minute. Requests for the same URL share one fetch.
//!
//! # When it fails
//!
//! Without a key the request is refused: 503 with `Retry-After`
//! (`key_unavailable`), so that the provider sends it again. What was fetched
//! before stays in use for a day while its server is down. A certificate that
//! does not chain to a root, is for another name, or is not valid now is
//! `certificate_untrusted`.

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
mod validity;

pub use crate::allowed::Allowed;
pub use crate::cache::Remote;
pub use crate::certificate::{CertificateKeys, Roots, RootsError, Trust};
pub use crate::fetch::{Fetch, FetchError, FetchFuture, Fetched};
pub use crate::https::HttpsFetch;
pub use crate::jwks::JwksKeys;
pub use crate::sns::SnsKeys;
pub use crate::template::{SetupError, Template};
