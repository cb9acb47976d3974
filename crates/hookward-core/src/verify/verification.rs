//! Verification in progress: the public steps between the request head and the verdict.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use super::demands::Demands;
use super::lookup::Lookup;
use super::particulars::{Content, Particulars};
use super::state::State;
use super::verdict::{Outcome, not_awaited};
use super::verified::{MaybeTime, Verified};
use super::verifier::{Inner, Verifier};
use crate::request::head::RequestHead;
use crate::request::reason::Reason;
use crate::request::rejection::Rejection;
use crate::text::time::UnixTime;

/// The outcome of [`Verification::step`].
#[must_use]
pub enum Step {
    /// The request is genuine.
    Verified(Verified),
    /// A second pass over the same body is needed: the first key did not match and others
    /// remain, or the event id that identifies the delivery is missing and a digest of
    /// the body has to replace it.
    Again(Verification),
    /// The body names the location of the key: await the verifier, then continue with
    /// [`Verification::resume`].
    Keys(Lookup, Verification),
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verified(verified) => f.debug_tuple("Verified").field(verified).finish(),
            Self::Again(check) => f.debug_tuple("Again").field(check).finish(),
            Self::Keys(_, check) => f.debug_tuple("Keys").field(check).finish(),
        }
    }
}

/// A verification in progress, between the request head and the last byte of the body.
#[must_use]
pub struct Verification {
    inner: Arc<Inner>,
    /// Boxed: the state of a hash is large, and a `Verification` is moved often.
    state: Box<State>,
}

impl fmt::Debug for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verification")
            .field("provider", &self.state.request.plan(&self.inner).name)
            .finish_non_exhaustive()
    }
}

impl Verification {
    pub(crate) fn begin(
        inner: Arc<Inner>,
        head: &dyn RequestHead,
        now: UnixTime,
        demands: Option<&Demands>,
    ) -> Result<Self, Rejection> {
        let state = State::begin(&inner, head, now, demands)?;
        if inner.has_no_keys() {
            return Err(no_keys());
        }
        Ok(Self { inner, state })
    }

    /// Refuses from the head alone what can be refused without a key.
    #[cold]
    pub(crate) fn check_head(
        outline: &Inner,
        head: &dyn RequestHead,
        now: UnixTime,
    ) -> Result<(), Rejection> {
        State::begin(outline, head, now, None).map(drop)
    }

    /// Declares that the caller keeps the body and can feed it a second time.
    ///
    /// Only the first key is then computed while the body arrives, and
    /// [`step`](Self::step) requests a second pass in the rare case that another key is
    /// needed, or the digest of a body that lacks its id. Without this, everything is
    /// computed in one pass.
    ///
    /// While deliveries match a key other than the first, all keys are computed in one
    /// pass regardless, so that the verdict is known when the last byte arrives.
    pub fn with_body_kept(mut self) -> Self {
        self.state.keep_body(&self.inner);
        self
    }

    /// Declares that the caller buffers the body and lends it through
    /// [`lend_body`](Self::lend_body), so that it is not buffered here as well and the
    /// caller's limit on its length is the only one. Returns `false` if nothing needs the
    /// buffered body.
    #[inline]
    pub(crate) fn borrows_body(&mut self) -> bool {
        self.state.cold.is_some() && self.state.lend_body(&Bytes::new())
    }

    /// Lends the body after its last byte, if [`borrows_body`](Self::borrows_body)
    /// returned `true`.
    #[inline]
    pub(crate) fn lend_body(&mut self, body: &Bytes) {
        self.state.lend_body(body);
    }

    /// Whether the body may name the key, whose lookup has to be waited for.
    pub(crate) fn asks_for_keys(&self) -> bool {
        self.inner.body_keys.is_some()
    }

    /// Feeds the next bytes of the body; chunk boundaries do not matter.
    pub fn update(&mut self, bytes: &[u8]) {
        self.state.update(&self.inner, bytes);
    }

    /// Returns the verdict, after the last byte.
    ///
    /// # Errors
    /// The reason for refusing the request. After
    /// [`with_body_kept`](Self::with_body_kept), call [`step`](Self::step) instead: this
    /// method does not request a second pass, so that it tries the first key only.
    pub fn finish(self) -> Result<Verified, Rejection> {
        match self.step()? {
            Step::Verified(verified) => Ok(verified),
            Step::Again(rest) if rest.state.awaits_digest() => Err(no_second_pass()),
            Step::Again(rest) => Err(rest.state.mismatch(&rest.inner)),
            Step::Keys(..) => Err(not_awaited()),
        }
    }

    /// Continues with the keys that [`Step::Keys`] requested: those of `verifier`, which
    /// must be for the same scheme.
    pub fn resume(&mut self, verifier: &Verifier) {
        // A verifier for another scheme is ignored: the keys remain missing.
        if verifier.inner.setup.plans.len() == self.inner.setup.plans.len() {
            // The tenant was determined from the head.
            let tenant = self.inner.tenant.clone();
            self.inner = match tenant {
                Some(tenant) => verifier.for_tenant(tenant).inner,
                None => verifier.inner.clone(),
            };
        }
    }

    /// Returns the verdict after the last byte, or requests a second pass over the body
    /// or the keys that the body names.
    ///
    /// # Errors
    /// The reason for refusing the request.
    pub fn step(self) -> Result<Step, Rejection> {
        let Self { inner, mut state } = self;
        let (key, identity) = match state.step(&inner)? {
            Outcome::Verified(key, identity) => (key, identity),
            Outcome::SecondPass => return Ok(Step::Again(Self { inner, state })),
            Outcome::Keys(lookup) => return Ok(Step::Keys(lookup, Self { inner, state })),
            Outcome::OtherForm(state) => return Self { inner, state }.step(),
        };
        Verifier::note_match(&inner, key);
        Ok(Step::Verified(Verified {
            inner,
            plan: state.request.plan,
            key,
            timestamp: MaybeTime::new(state.request.timestamp),
            event_id: state.request.event_id.take(),
            identity,
            particulars: state.particulars(),
            duplicate: false,
            claim: None,
        }))
    }
}

impl Verifier {
    /// Starts a verification: parses the signature, timestamp and ids in the head, checks
    /// the window and selects the keys.
    ///
    /// Feed the body to [`Verification::update`], then call [`Verification::finish`].
    ///
    /// # Errors
    /// The reason for refusing the request, if it can be refused before the body is read.
    pub fn begin(
        &self,
        head: &impl RequestHead,
        now: impl Into<UnixTime>,
    ) -> Result<Verification, Rejection> {
        let demands = self.inner.setup.demands.as_deref();
        Verification::begin(self.inner.clone(), head, now.into(), demands)
    }

    /// Verifies a request with a buffered body, using the system clock.
    ///
    /// # Errors
    /// The reason for refusing it.
    pub fn verify<B: AsRef<[u8]>>(
        &self,
        request: &http::Request<B>,
    ) -> Result<Verified, Rejection> {
        self.verify_at(request, UnixTime::now())
    }

    /// Verifies a request with a buffered body, at a given time.
    ///
    /// # Errors
    /// The reason for refusing it.
    pub fn verify_at<B: AsRef<[u8]>>(
        &self,
        request: &http::Request<B>,
        now: impl Into<UnixTime>,
    ) -> Result<Verified, Rejection> {
        self.verify_parts(request, request.body().as_ref(), now)
    }

    /// Verifies a head and a buffered body, at a given time.
    ///
    /// # Errors
    /// The reason for refusing it.
    pub fn verify_parts(
        &self,
        head: &impl RequestHead,
        body: &[u8],
        now: impl Into<UnixTime>,
    ) -> Result<Verified, Rejection> {
        let mut check = self.begin(head, now)?.with_body_kept();
        check.update(body);
        match check.step()? {
            Step::Verified(verified) => Ok(verified),
            Step::Again(mut check) => {
                check.update(body);
                check.finish()
            }
            Step::Keys(..) => Err(not_awaited()),
        }
    }
}

impl State {
    fn mismatch(&self, inner: &Inner) -> Rejection {
        let request = &self.request;
        request.mismatch(request.plan(inner), request.keys(inner))
    }

    /// Whether the second pass is for the identity alone.
    fn awaits_digest(&self) -> bool {
        let identity = self.cold.as_ref().and_then(|cold| cold.identity.as_ref());
        identity.is_some_and(|identity| identity.awaits_digest())
    }

    /// The details of the proof that depend on this request.
    #[inline]
    fn particulars(&mut self) -> Option<Arc<Particulars>> {
        match &mut self.cold {
            None => None,
            Some(cold) => {
                let coverage = cold.coverage.take();
                let document = cold.document.take();
                let previous_identity = cold.previous_identity.take();
                if coverage.is_none() && document.is_none() && previous_identity.is_none() {
                    return None;
                }
                Some(Arc::new(Particulars {
                    previous_identity,
                    coverage,
                    content: document.unwrap_or(Content::AsSent),
                }))
            }
        }
    }
}

/// The rejection of a verifier that has neither keys nor a source of them.
fn no_keys() -> Rejection {
    Reason::NoKeys.into()
}

/// The rejection for a caller that keeps the body but does not feed it a second time.
#[cold]
fn no_second_pass() -> Rejection {
    Reason::NotFedAgain.into()
}
