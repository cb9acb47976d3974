//! The answer of a source of keys.

use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::task::{Context, Poll};

use super::verifier::Verifier;
use crate::request::rejection::Rejection;

/// Where keys come from that only the body tells of, as Amazon SNS writes the
/// URL of its certificate into the message.
///
/// A [`KeySource`](crate::KeySource) answers with [`Verifier::awaiting_keys`]; when the body is
/// there, this is asked for the verifier with the key. The body is not verified
/// yet: what it names must be held to an allow-list.
pub trait BodyKeys: Send + Sync + 'static {
    /// The verifier for this body, of the same scheme. What the answer needs
    /// of the body is read now; the answer may come later.
    fn verifier(&self, body: &[u8]) -> Lookup;
}

/// The answer of a [`KeySource`](crate::KeySource), or of a look-up that one makes
/// ([`TenantLookup`](crate::TenantLookup)).
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
