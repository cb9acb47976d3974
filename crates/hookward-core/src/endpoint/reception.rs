//! Incremental reception of a body: hashes frames as they arrive and keeps them for the
//! handler.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;

use super::observe::Watch;
use super::route::Endpoint;
use crate::handshake::{HandshakeOutcome, Pending};
use crate::replay::IdentityFrom;
use crate::request::budget::{MemoryPermit, counted};
use crate::request::frames::Frames;
use crate::request::head::RequestHead;
use crate::request::reason::Reason;
use crate::request::rejection::Rejection;
use crate::text::time::UnixTime;
use crate::verify::lookup::Lookup;
use crate::verify::verifier::Verifier;
use crate::verify::{Step, Verification, Verified};

/// Bytes to hash before yielding to the executor: about 16 µs of SHA-256.
const SLICE: usize = 32 * 1024;

pub(super) fn too_large(limit: u64) -> Rejection {
    Reason::OverLimit { most: limit }.into()
}

fn over_budget() -> Rejection {
    Reason::OverBudget.into()
}

impl Endpoint {
    /// Starts the reception of a request whose keys are known. `declared` is the body's
    /// length if the head declares it.
    ///
    /// # Errors
    /// Every rejection that is possible before the body is read.
    pub fn begin(
        &self,
        verifier: &Verifier,
        head: &impl RequestHead,
        declared: Option<u64>,
    ) -> Result<Reception, Rejection> {
        self.start(verifier.clone(), head, declared)
    }

    /// [`begin`](Self::begin), consuming the verifier.
    pub(crate) fn start(
        &self,
        verifier: Verifier,
        head: &impl RequestHead,
        declared: Option<u64>,
    ) -> Result<Reception, Rejection> {
        let now = self.now(&verifier);
        let limit = self.body_limit.unwrap_or_else(|| verifier.body_limit());
        let is_too_large = declared.is_some_and(|length| length > limit);
        let mut watch = self.observer.as_ref().map(|observer| {
            let now = self.clock.as_ref().map_or_else(UnixTime::now, |now| now());
            observer.clone().watch(&verifier, head, now)
        });
        let mut in_one_piece = self.contiguous || self.identity_from.is_some();
        let check = match Verification::begin(verifier.inner, head, now, self.demands.as_deref()) {
            Ok(check) => {
                let mut check = check.with_body_kept();
                // Otherwise the body would be in memory twice: in frames, and in the
                // contiguous buffer that the scheme needs at the end.
                in_one_piece |= check.borrows_body();
                BodyCheck::Running(check)
            }
            Err(rejection) => {
                let is_wanted = !is_too_large
                    && watch
                        .as_mut()
                        .is_some_and(|watch| watch.wants_body(&rejection, declared));
                if !is_wanted {
                    return Err(rejection);
                }
                BodyCheck::Refused(Box::new(rejection))
            }
        };
        if is_too_large {
            return Err(too_large(limit));
        }
        let limit = match check {
            BodyCheck::Running(_) => limit,
            BodyCheck::Refused(_) => watch
                .as_ref()
                .map_or(0, |watch| watch.longest_body().min(limit)),
        };
        let mut reception = self.reception(check, limit);
        if in_one_piece {
            reception.kept.frames = Frames::contiguous(declared.unwrap_or(0));
            reception.kept.is_rare = true;
        }
        reception.kept.watch = watch;
        Ok(reception)
    }

    fn reception(&self, check: BodyCheck, limit: u64) -> Reception {
        let budget = self.budget.clone();
        Reception {
            check,
            kept: Kept {
                frames: Frames::default(),
                permit: budget.map(MemoryPermit::of),
                identity_from: self.identity_from.clone(),
                is_rare: false,
                handshake: None,
                watch: None,
            },
            unhashed: 0,
            limit,
        }
    }

    /// The reception of a body that is read although the request is rejected, because it
    /// may be an endpoint validation.
    pub(crate) fn refused(&self, rejection: Rejection, limit: u64) -> Reception {
        self.reception(BodyCheck::Refused(Box::new(rejection)), limit)
    }
}

/// How much one poll may hash before yielding to the executor.
#[derive(Debug)]
pub struct PollBudget {
    left: usize,
    /// Whether a frame arrived after the budget was used up.
    is_exhausted: bool,
}

impl Default for PollBudget {
    fn default() -> Self {
        Self {
            left: SLICE,
            is_exhausted: false,
        }
    }
}

/// A body being received: hashed as it arrives, kept for the handler.
#[must_use]
#[derive(Debug)]
pub struct Reception {
    check: BodyCheck,
    kept: Kept,
    /// How many of the last bytes are not hashed yet.
    unhashed: usize,
    limit: u64,
}

/// A running verification, or the rejection of a request whose body is read regardless,
/// because it may be an endpoint validation or the rejection is to be diagnosed.
#[derive(Debug)]
enum BodyCheck {
    Running(Verification),
    Refused(Box<Rejection>),
}

impl BodyCheck {
    fn update(&mut self, bytes: &[u8]) {
        if let Self::Running(check) = self {
            check.update(bytes);
        }
    }

    /// The existing rejection, or else the given one.
    fn refusal_or(&self, other: impl FnOnce() -> Rejection) -> Rejection {
        match self {
            Self::Running(_) => other(),
            Self::Refused(rejection) => (**rejection).clone(),
        }
    }
}

/// What is kept of a request until its outcome is known.
#[derive(Debug)]
struct Kept {
    frames: Frames,
    permit: Option<MemoryPermit>,
    /// The identity function that the operator configured, if any.
    identity_from: Option<IdentityFrom>,
    /// Whether a verified body may need further processing, in which case it is
    /// contiguous.
    is_rare: bool,
    /// Decides whether the request is an endpoint validation.
    handshake: Option<Box<Pending>>,
    /// Observes a rejection.
    watch: Option<Box<dyn Watch>>,
}

impl Kept {
    /// Turns the verdict into the outcome: a delivery or an endpoint validation.
    fn conclude(mut self, mut verdict: Result<Verified, Rejection>) -> Result<Progress, Rejection> {
        let handshake = self.handshake.filter(|handshake| match &verdict {
            Ok(_) => true,
            Err(rejection) => handshake.may_go_unsigned(rejection),
        });
        let verified = verdict.as_ref().ok();
        if let Some(found) = handshake.and_then(|it| it.conclude(verified, &self.frames)) {
            let found = found?;
            if let Ok(verified) = &mut verdict {
                hand_out(verified, &mut self.frames, &mut self.permit)?;
            }
            let outcome = found.into_outcome(verdict.ok(), self.frames, self.permit);
            return Ok(Progress::Handshake(outcome));
        }
        match verdict {
            Ok(mut verified) => {
                if self.is_rare {
                    hand_out(&mut verified, &mut self.frames, &mut self.permit)?;
                    if let Some(from) = &self.identity_from {
                        let value = from.of(&verified, &mut self.frames);
                        verified.identify_as(value.as_deref());
                    }
                }
                Ok(Progress::Done(Received {
                    verified,
                    frames: self.frames,
                    permit: self.permit,
                }))
            }
            Err(rejection) => {
                if let Some(watch) = self.watch {
                    watch.refused(&rejection, &self.frames);
                }
                Err(rejection)
            }
        }
    }
}

/// Replaces the body with the document of proven values, for schemes whose handlers get
/// that.
#[cold]
fn hand_out(
    verified: &mut Verified,
    frames: &mut Frames,
    permit: &mut Option<MemoryPermit>,
) -> Result<(), Rejection> {
    let Some(document) = verified.take_document() else {
        return Ok(());
    };
    let length = document.len() as u64;
    *frames = Frames::default();
    frames.push(document);
    match permit.as_mut().map(|permit| permit.resize(length)) {
        None | Some(true) => Ok(()),
        Some(false) => Err(over_budget()),
    }
}

impl Reception {
    pub(crate) fn with_handshake(mut self, handshake: Option<Box<Pending>>) -> Self {
        self.kept.handshake = handshake;
        self
    }

    /// Takes the next frame and hashes as much of it as the budget allows; call
    /// [`advance`](Self::advance) before pushing the next frame.
    ///
    /// # Errors
    /// `body_too_large` beyond the limit, `overloaded` beyond the memory budget.
    pub fn push(&mut self, frame: Bytes, budget: &mut PollBudget) -> Result<(), Rejection> {
        self.hash(usize::MAX);
        let length = frame.len() as u64;
        if self.kept.frames.len() + length > self.limit {
            return Err(self.check.refusal_or(|| too_large(self.limit)));
        }
        if self.kept.permit.is_some() {
            let least = self.kept.frames.least_growth(frame.len());
            self.take(self.kept.frames.held() + least)?;
        }
        if budget.left == 0 {
            // Yield before hashing it, but only now that a frame has arrived.
            budget.is_exhausted = true;
            self.unhashed = frame.len();
        } else if frame.len() <= SLICE {
            self.check.update(&frame);
            // Even a tiny frame has a cost.
            budget.left = budget.left.saturating_sub(frame.len().max(512));
        } else {
            self.unhashed = frame.len();
        }
        self.kept.frames.push(frame);
        if self.kept.permit.is_some() {
            // Accounts for the capacity that was actually reserved.
            self.take(self.kept.frames.held())?;
        }
        Ok(())
    }

    /// Copies the body out of the framework's read buffers, so that no more than twice its
    /// length and 64 KiB is held while its sender takes time. Call this before waiting for
    /// the next frame.
    ///
    /// # Errors
    /// `overloaded` beyond the memory budget.
    #[cold]
    pub fn detach(&mut self) -> Result<(), Rejection> {
        self.kept.frames.detach();
        self.take(self.kept.frames.held())
    }

    /// Resizes the memory permit to what is held.
    #[cold]
    fn take(&mut self, held: u64) -> Result<(), Rejection> {
        match self.kept.permit.as_mut().map(|permit| permit.resize(held)) {
            None | Some(true) => Ok(()),
            Some(false) => Err(self.check.refusal_or(over_budget)),
        }
    }

    /// Hashes the rest of the last frame, as far as the budget allows; returns `true` if
    /// more is left and the caller should yield first.
    #[inline]
    pub fn advance(&mut self, budget: &mut PollBudget) -> bool {
        budget.left -= self.hash(budget.left);
        budget.is_exhausted || self.unhashed > 0
    }

    /// Usually nothing is left, because a frame is hashed when it arrives.
    #[inline]
    fn hash(&mut self, most: usize) -> usize {
        if self.unhashed == 0 {
            return 0;
        }
        self.hash_rest(most)
    }

    fn hash_rest(&mut self, most: usize) -> usize {
        let mut left = most.min(self.unhashed);
        let length = left;
        while left > 0 {
            let slice = self.kept.frames.last(self.unhashed);
            let slice = &slice[..left.min(slice.len())];
            self.check.update(slice);
            left -= slice.len();
            self.unhashed -= slice.len();
            if slice.is_empty() {
                break;
            }
        }
        length
    }

    /// Returns the verdict after the last frame, or asks for a second pass over the body
    /// with the remaining keys.
    ///
    /// # Errors
    /// The reason for rejecting the request.
    pub fn finish(mut self) -> Result<Progress, Rejection> {
        self.hash(usize::MAX);
        if let BodyCheck::Running(check) = &mut self.check
            && check.borrows_body()
        {
            if check.asks_for_keys() {
                self.detach()?;
            }
            if let BodyCheck::Running(check) = &mut self.check {
                check.lend_body(&self.kept.frames.share());
            }
        }
        let kept = self.kept;
        let step = match self.check {
            BodyCheck::Running(check) => check.step(),
            BodyCheck::Refused(rejection) => Err(*rejection),
        };
        let (check, frame, lookup) = match step {
            Ok(Step::Verified(verified)) => return kept.conclude(Ok(verified)),
            Err(rejection) => return kept.conclude(Err(rejection)),
            Ok(Step::Again(check)) => (check, 0, None),
            // Nothing needs to be hashed a second time.
            Ok(Step::Keys(lookup, check)) => (check, usize::MAX, Some(lookup)),
        };
        Ok(Progress::SecondPass(Box::new(SecondPass {
            check,
            kept,
            frame,
            at: 0,
            lookup,
            refused: None,
        })))
    }
}

/// The outcome of [`Reception::finish`].
#[must_use]
#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // one per request, moved once
pub enum Progress {
    /// The request is genuine.
    Done(Received),
    /// The first key did not match, or the body names the key: a second pass is needed,
    /// after the key lookup if there is one.
    SecondPass(Box<SecondPass>),
    /// The request is an endpoint validation.
    Handshake(HandshakeOutcome),
}

/// A verified body.
#[must_use]
#[derive(Debug)]
pub struct Received {
    verified: Verified,
    frames: Frames,
    permit: Option<MemoryPermit>,
}

impl Received {
    /// The proof.
    pub fn verified(&mut self) -> &mut Verified {
        &mut self.verified
    }

    /// The proof and the frames, which count towards the memory budget until the last of
    /// them is dropped.
    pub fn into_parts(self) -> (Verified, Frames) {
        (self.verified, counted(self.frames, self.permit))
    }
}

/// The second pass over a body, for the keys after the first or for a key that the body
/// names.
#[must_use]
pub struct SecondPass {
    check: Verification,
    kept: Kept,
    frame: usize,
    at: usize,
    /// The pending key lookup.
    lookup: Option<Lookup>,
    /// Why the lookup failed.
    refused: Option<Rejection>,
}

impl fmt::Debug for SecondPass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecondPass")
            .field("check", &self.check)
            .field("awaits_keys", &self.lookup.is_some())
            .finish_non_exhaustive()
    }
}

impl SecondPass {
    /// Waits for the key that the body names, if it does. Must be ready before
    /// [`advance`](Self::advance) is called.
    pub fn poll_keys(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(lookup) = &mut self.lookup {
            let Poll::Ready(answer) = Pin::new(lookup).poll(cx) else {
                return Poll::Pending;
            };
            self.lookup = None;
            match answer {
                Ok(verifier) => self.check.resume(&verifier),
                Err(rejection) => self.refused = Some(rejection),
            }
        }
        Poll::Ready(())
    }

    /// Hashes one slice; returns `true` if the caller should yield before the next one.
    pub fn advance(&mut self) -> bool {
        let Some(frame) = self.kept.frames.iter().nth(self.frame) else {
            return false;
        };
        let end = (self.at + SLICE).min(frame.len());
        self.check.update(&frame[self.at..end]);
        self.at = end;
        if end == frame.len() {
            self.frame += 1;
            self.at = 0;
        }
        true
    }

    /// Returns the verdict, once [`advance`](Self::advance) has returned `false`; never
    /// [`Progress::SecondPass`].
    ///
    /// # Errors
    /// The reason for rejecting the request.
    pub fn finish(self) -> Result<Progress, Rejection> {
        let verdict = match self.refused {
            Some(rejection) => Err(rejection),
            None => self.check.finish(),
        };
        self.kept.conclude(verdict)
    }
}
