//! Key lookup: the future that a key source returns. An answer that is already available
//! is not boxed, since that is the common case.

use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::task::{Context, Poll};

use super::verifier::Verifier;
use crate::request::rejection::Rejection;

/// A source of keys that are named only in the body, as Amazon SNS puts the URL of its
/// certificate into the message.
///
/// A [`KeySource`](crate::KeySource) returns [`Verifier::awaiting_keys`]; after the body
/// has been read, this trait is asked for the verifier with the key. The body is not
/// verified yet: what it names must be checked against an allow-list.
pub trait BodyKeys: Send + Sync + 'static {
    /// Looks up the verifier for this body, which must be for the same scheme.
    /// Implementations read what they need from `body` before they return; the lookup may
    /// complete later.
    fn verifier(&self, body: &[u8]) -> Lookup;
}

/// The lookup of keys by a [`KeySource`](crate::KeySource), or of a tenant by a
/// [`TenantLookup`](crate::TenantLookup).
#[must_use]
pub struct Lookup<T = Verifier> {
    state: LookupState<T>,
}

enum LookupState<T> {
    Now(Ready<Result<T, Rejection>>),
    Later(Pin<Box<dyn Future<Output = Result<T, Rejection>> + Send>>),
}

impl<T> Lookup<T> {
    /// An answer that is already available.
    pub fn now(answer: Result<T, Rejection>) -> Self {
        Self {
            state: LookupState::Now(ready(answer)),
        }
    }

    /// An answer that requires I/O.
    pub fn later(answer: impl Future<Output = Result<T, Rejection>> + Send + 'static) -> Self {
        Self {
            state: LookupState::Later(Box::pin(answer)),
        }
    }
}

impl<T> Future for Lookup<T> {
    type Output = Result<T, Rejection>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.state {
            LookupState::Now(answer) => Pin::new(answer).poll(cx),
            LookupState::Later(answer) => answer.as_mut().poll(cx),
        }
    }
}
