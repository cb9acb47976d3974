//! What fetches: a trait with one method, so that any HTTP client can do it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use hookward_core::Printable;
use http::Uri;

/// The longest answer that is read, in bytes.
pub(crate) const MAX_BODY: usize = 256 * 1024;

/// Gets a document over HTTPS.
///
/// [`HttpsFetch`](crate::HttpsFetch) is the one that comes with this crate;
/// implement it to go through a proxy or with a client of your own.
///
/// # Security
/// An implementation must verify the server's certificate for the URL's host,
/// must not follow redirects, and must stop reading after 256 KiB. The time is
/// bounded by the caller.
pub trait Fetch: Send + Sync + 'static {
    /// Gets `url`, which was checked against the allow-list.
    fn get(&self, url: Uri) -> FetchFuture;
}

/// The future of [`Fetch::get`].
pub type FetchFuture = Pin<Box<dyn Future<Output = Result<Fetched, FetchError>> + Send>>;

/// The answer with status 200; every other status is a [`FetchError`].
#[derive(Debug, Clone)]
pub struct Fetched {
    /// The body.
    pub body: Bytes,
    /// How long the server says it may be kept: `max-age` of `Cache-Control`.
    pub max_age: Option<Duration>,
}

/// Why nothing was fetched, for the operator.
#[derive(Clone, PartialEq, Eq)]
pub struct FetchError(String);

impl FetchError {
    /// An error with a reason, in which what is not printable is escaped.
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
