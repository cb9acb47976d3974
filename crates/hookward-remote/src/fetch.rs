//! HTTP client abstraction: a trait with one method, so that any client can be used.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use hookward_core::Printable;
use http::Uri;

/// Maximum size of a response, in bytes.
pub(crate) const MAX_BODY: usize = 256 * 1024;

/// Fetches a document over HTTPS.
///
/// This crate provides [`HttpsFetch`](crate::HttpsFetch); implement the trait to use a proxy or a client of
/// your own.
///
/// # Security
/// An implementation must verify the server's certificate for the URL's host, must not
/// follow redirects, and must stop reading after 256 KiB. The caller enforces a timeout.
pub trait Fetch: Send + Sync + 'static {
    /// Fetches `url`, which was checked against the allow-list.
    fn get(&self, url: Uri) -> FetchFuture;
}

/// The future of [`Fetch::get`].
pub type FetchFuture = Pin<Box<dyn Future<Output = Result<Fetched, FetchError>> + Send>>;

/// A response with status 200; any other status is a [`FetchError`].
#[derive(Debug, Clone)]
pub struct Fetched {
    /// The body.
    pub body: Bytes,
    /// How long the server allows caching it: `max-age` of `Cache-Control`.
    pub max_age: Option<Duration>,
}

/// Why a fetch failed, for the operator.
#[derive(Clone, PartialEq, Eq)]
pub struct FetchError(String);

impl FetchError {
    /// Creates an error with a reason; non-printable characters are escaped.
    #[must_use]
    pub fn new(reason: impl Into<String>) -> Self {
        Self(Printable::message(&reason.into()).to_string())
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for FetchError {}
