//! The rejection of a request: a stable code, an HTTP status and a message for the
//! operator. Adapters answer with the status alone.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use super::reason::Reason;
use crate::text::printable;

/// The reason for a rejection, stable across releases: the value to match on and to label
/// metrics with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Code {
    /// The request has no signature where the scheme expects one.
    SignatureMissing,
    /// A signature is present, but not in the format that the scheme requires: repeated,
    /// truncated, with the wrong prefix, in another encoding.
    SignatureMalformed,
    /// The signature is well-formed, but does not match this content under any of the
    /// keys.
    SignatureMismatch,
    /// The scheme's timestamp is missing.
    TimestampMissing,
    /// The timestamp is not in the format that the scheme requires.
    TimestampMalformed,
    /// The timestamp is older than the tolerance allows.
    TimestampTooOld,
    /// The timestamp is further in the future than the tolerance allows.
    TimestampInFuture,
    /// Something else that the signature covers is missing, repeated or
    /// unreadable.
    ContentMalformed,
    /// The request names an algorithm that the scheme does not allow.
    AlgorithmNotAllowed,
    /// The request names a key that is not on the ring, or no tenant was found.
    KeyUnknown,
    /// The key source failed.
    KeyUnavailable,
    /// A certificate does not chain to what the scheme trusts.
    CertificateUntrusted,
    /// The request is meant for another recipient, such as a host that is not pinned.
    RecipientMismatch,
    /// The body exceeds the limit.
    BodyTooLarge,
    /// The body did not arrive in time.
    BodyTimeout,
    /// The body could not be read completely.
    BodyUnreadable,
    /// The delivery was already handled.
    Replayed,
    /// The first copy of this delivery is still being handled.
    DeliveryInProgress,
    /// The replay store failed.
    StoreUnavailable,
    /// The memory budget for bodies in flight is exhausted.
    Overloaded,
}

impl Code {
    /// Every code.
    pub const ALL: [Self; 20] = [
        Self::SignatureMissing,
        Self::SignatureMalformed,
        Self::SignatureMismatch,
        Self::TimestampMissing,
        Self::TimestampMalformed,
        Self::TimestampTooOld,
        Self::TimestampInFuture,
        Self::ContentMalformed,
        Self::AlgorithmNotAllowed,
        Self::KeyUnknown,
        Self::KeyUnavailable,
        Self::CertificateUntrusted,
        Self::RecipientMismatch,
        Self::BodyTooLarge,
        Self::BodyTimeout,
        Self::BodyUnreadable,
        Self::Replayed,
        Self::DeliveryInProgress,
        Self::StoreUnavailable,
        Self::Overloaded,
    ];

    /// The code as shown in logs and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignatureMissing => "signature_missing",
            Self::SignatureMalformed => "signature_malformed",
            Self::SignatureMismatch => "signature_mismatch",
            Self::TimestampMissing => "timestamp_missing",
            Self::TimestampMalformed => "timestamp_malformed",
            Self::TimestampTooOld => "timestamp_too_old",
            Self::TimestampInFuture => "timestamp_in_future",
            Self::ContentMalformed => "content_malformed",
            Self::AlgorithmNotAllowed => "algorithm_not_allowed",
            Self::KeyUnknown => "key_unknown",
            Self::KeyUnavailable => "key_unavailable",
            Self::CertificateUntrusted => "certificate_untrusted",
            Self::RecipientMismatch => "recipient_mismatch",
            Self::BodyTooLarge => "body_too_large",
            Self::BodyTimeout => "body_timeout",
            Self::BodyUnreadable => "body_unreadable",
            Self::Replayed => "replayed",
            Self::DeliveryInProgress => "delivery_in_progress",
            Self::StoreUnavailable => "store_unavailable",
            Self::Overloaded => "overloaded",
        }
    }

    /// The HTTP status of the response: 403 for everything that a forger could cause, so
    /// that the response reveals nothing.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::BodyTooLarge => 413,
            Self::BodyTimeout => 408,
            Self::BodyUnreadable => 400,
            Self::DeliveryInProgress => 409,
            Self::KeyUnavailable | Self::StoreUnavailable | Self::Overloaded => 503,
            _ => 403,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A rejection: a stable [`Code`] and a message for the operator.
///
/// The message names the header and what was expected there. It never contains a secret,
/// a key or a signature, and it is not for the sender: adapters answer with
/// [`status`](Self::status) and an opaque body.
///
/// ```
/// use hookward::{Code, Key, Verifier, providers};
///
/// let verifier = Verifier::new(providers::GITHUB, Key::new("It's a Secret to Everybody")?)?;
/// let request = http::Request::post("/").header("x-hub-signature-256", "sha256=abcd").body("")?;
/// let rejection = verifier.verify(&request).unwrap_err();
/// assert_eq!(rejection.code(), Code::SignatureMalformed);
/// assert_eq!(rejection.status(), 403);
/// assert_eq!(
///     rejection.to_string(),
///     "header `x-hub-signature-256`: expected 64 hex digits after `sha256=`, found 4",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
/// `Debug` prints the code, then the message.
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub struct Rejection {
    /// Boxed, since every `Result` on the path of a request has room for it.
    reason: Box<Reason>,
    retry_after: Option<Duration>,
    /// Overrides the status of the code.
    status: Option<u16>,
}

impl Rejection {
    /// A rejection with a message for the operator. For adapters and stores; verification
    /// creates its own.
    ///
    /// Unprintable characters in an owned message are escaped, and the message is
    /// truncated to 4,000 characters.
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        let message = printable::message(message.into());
        Reason::Other { code, message }.into()
    }

    /// Sets how long the sender should wait before it retries.
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// Sets the status, for a provider that expects another one than the code's.
    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    pub(crate) const fn has_own_status(&self) -> bool {
        self.status.is_some()
    }

    /// The stable reason.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.reason.code()
    }

    /// The HTTP status of the response.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self.status {
            Some(status) => status,
            None => self.code().status(),
        }
    }

    /// The value of `Retry-After` in whole seconds, at least one, if the status calls for
    /// it.
    #[must_use]
    pub fn retry_after_secs(&self) -> Option<u64> {
        let wait = match (self.retry_after, self.status()) {
            (Some(wait), _) => wait,
            (None, 503 | 409) => Duration::from_secs(5),
            (None, _) => return None,
        };
        Some(
            wait.as_millis()
                .div_ceil(1000)
                .try_into()
                .unwrap_or(u64::MAX)
                .max(1),
        )
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // It may contain values of the request, which are untrusted.
        f.write_str(&printable::owned(self.reason.to_string()))
    }
}

impl fmt::Debug for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {self}", self.code())
    }
}

impl From<Reason> for Rejection {
    #[cold]
    fn from(reason: Reason) -> Self {
        Self {
            reason: Box::new(reason),
            retry_after: None,
            status: None,
        }
    }
}

impl std::error::Error for Rejection {}
