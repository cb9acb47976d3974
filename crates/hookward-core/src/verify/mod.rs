//! Verification: from the head of a request and the bytes of its body to the verdict.
//!
//! Three phases work on one [`State`], and each borrows what it needs of it:
//!
//! 1. [`head`]: what the head alone shows to be wrong is refused; the hashes are started.
//! 2. [`body`]: each frame is hashed as it arrives.
//! 3. [`verdict`]: values in the body are read, signatures compared, recipient and
//!    bindings checked, and the identity of the delivery completed.
//!
//! A MAC over the body alone takes the [`fast_path`], which needs no [`state::ColdState`].

mod body;
mod choose;
pub(crate) mod config;
pub(crate) mod evaluate;
mod facts;
mod fast_path;
mod filters;
mod from_body;
mod head;
mod identity;
mod jws;
pub(crate) mod key_names;
pub(crate) mod lookup;
mod proven;
mod read;
mod recipient;
pub(crate) mod shape;
mod signature;
mod state;
mod streams;
mod verdict;
mod verified;
pub(crate) mod verifier;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

pub(crate) use self::choose::{choose, signature_texts};
pub(crate) use self::identity::{Demands, Identify, KEY_VERSION};
#[cfg(feature = "explain")]
pub(crate) use self::jws::JWS_LEEWAY;
pub use self::proven::NotProven;
use self::proven::{Content, Particulars};
pub(crate) use self::read::read;
use self::state::State;
use self::verdict::Outcome;
use self::verified::MaybeTime;
pub use self::verified::Verified;
use crate::request::head::RequestHead;
use crate::request::reason::Reason;
use crate::request::rejection::Rejection;
use crate::text::time::UnixTime;
use crate::verify::lookup::Lookup;
use crate::verify::verifier::{Inner, Verifier};

/// `https://`.
const LONGEST_URL_SCHEME: usize = 8;

/// What [`Verification::step`] found.
#[must_use]
pub enum Step {
    /// The request is genuine.
    Verified(Verified),
    /// Feed the same body once more: the first key did not match and others are
    /// left, or the id that tells deliveries apart is missing and the body has to do
    /// so.
    Again(Verification),
    /// The body tells where the key is: wait for the verifier and go on with
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

/// The state between the request head and the last body byte.
#[must_use]
pub struct Verification {
    inner: Arc<Inner>,
    /// Behind a pointer: the state of a hash is large, and this is moved often.
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

    /// Refuses from the head what can be refused without a key.
    #[cold]
    pub(crate) fn check_head(
        outline: &Inner,
        head: &dyn RequestHead,
        now: UnixTime,
    ) -> Result<(), Rejection> {
        State::begin(outline, head, now, None).map(drop)
    }

    /// Tells that the caller keeps the body and can feed it once more.
    ///
    /// Then only the first key is computed while the body arrives, and
    /// [`step`](Self::step) asks for the body again in the unusual case that
    /// another key is needed, or the digest of a body that lacks its id. Without
    /// this, all is computed at once.
    ///
    /// While deliveries match another key than the first, all keys are
    /// computed at once all the same, so that the verdict is known when the last
    /// byte arrives.
    pub fn with_body_kept(mut self) -> Self {
        self.state.keep_body(&self.inner);
        self
    }

    /// Tells that the caller keeps the body in one piece and lends it by
    /// [`lend_body`](Self::lend_body), so that it is not kept here as well, and the
    /// caller's limit on its length is the only one. `false` when nobody needs it.
    #[inline]
    pub(crate) fn borrows_body(&mut self) -> bool {
        self.state.cold.is_some() && self.state.lend_body(&Bytes::new())
    }

    /// Lends the body after the last byte, to a verification that
    /// [borrows it](Self::borrows_body).
    #[inline]
    pub(crate) fn lend_body(&mut self, body: &Bytes) {
        self.state.lend_body(body);
    }

    /// Feeds the next bytes of the body, in any split.
    pub fn update(&mut self, bytes: &[u8]) {
        self.state.update(&self.inner, bytes);
    }

    /// Gives the verdict after the last byte.
    ///
    /// # Errors
    /// The reason for refusing the request. After
    /// [`with_body_kept`](Self::with_body_kept) use [`step`](Self::step): this
    /// answers for the first key alone.
    pub fn finish(self) -> Result<Verified, Rejection> {
        match self.step()? {
            Step::Verified(verified) => Ok(verified),
            Step::Again(rest) if rest.state.awaits_digest() => Err(not_fed_again()),
            Step::Again(rest) => Err(rest.state.mismatch(&rest.inner)),
            Step::Keys(..) => Err(not_awaited()),
        }
    }

    /// Goes on with the keys for which [`Step::Keys`] asked: those of
    /// `verifier`, which is for the same scheme.
    pub fn resume(&mut self, verifier: &Verifier) {
        // One for another scheme is none: the keys stay missing.
        if verifier.inner.setup.plans.len() == self.inner.setup.plans.len() {
            // The tenant was found by the head.
            let tenant = self.inner.tenant.clone();
            self.inner = match tenant {
                Some(tenant) => verifier.for_tenant(tenant).inner,
                None => verifier.inner.clone(),
            };
        }
    }

    /// Gives the verdict after the last byte, or asks for the body once more.
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
        }))
    }
}

impl State {
    fn mismatch(&self, inner: &Inner) -> Rejection {
        let request = &self.request;
        request.mismatch(request.plan(inner), request.keys(inner))
    }

    /// Whether the body is fed once more for the identity alone.
    fn awaits_digest(&self) -> bool {
        let identity = self.cold.as_ref().and_then(|cold| cold.identity.as_ref());
        identity.is_some_and(|identity| identity.awaits_digest())
    }

    /// What the proof has that differs from request to request.
    #[inline]
    fn particulars(&mut self) -> Option<Arc<Particulars>> {
        match &mut self.cold {
            None => None,
            Some(cold) => {
                let coverage = cold.coverage.take();
                let document = cold.document.take();
                let before = cold.before.take();
                if coverage.is_none() && document.is_none() && before.is_none() {
                    return None;
                }
                Some(Arc::new(Particulars {
                    before,
                    coverage,
                    content: document.unwrap_or(Content::AsSent),
                }))
            }
        }
    }
}

/// A verifier that has no keys and knows nobody who has.
fn no_keys() -> Rejection {
    Reason::NoKeys.into()
}

/// Somebody who verifies without waiting for keys.
pub(crate) fn not_awaited() -> Rejection {
    Reason::NotAwaited.into()
}

/// Somebody who keeps the body, and does not feed it once more.
#[cold]
fn not_fed_again() -> Rejection {
    Reason::NotFedAgain.into()
}
