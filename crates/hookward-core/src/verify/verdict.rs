//! Third phase: the verdict, after the last byte of the body. Signatures are compared
//! first, then bindings, recipients and the window.

use std::borrow::Cow;
use std::sync::Arc;

use super::availability::is_in_body_or_its_jws;
use super::body_facts::BodyFacts;
use super::head_facts::Metadata;
use super::identifying::{Identity, is_valid_id};
use super::read::read_body;
use super::shape::Reserved;
use super::signature::{match_public, match_tag};
use super::state::{Candidate, ColdState, RemainingKeys, Running, State, TrailingPart, Verdict};
use super::streams::feed_secret;
use super::verifier::Inner;
use crate::crypto::Stream;
use crate::request::reason::{self, Reason};
use crate::request::rejection::{Code, Rejection};
use crate::scheme::StartOfBody;
use crate::scheme::window::check_window;
use crate::text::encoding::Encoding;
use crate::text::time::UnixTime;
use crate::verify::evaluate::{check_boundary, evaluate};
use crate::verify::lookup::Lookup;

/// The outcome of a pass over the body.
pub(super) enum Outcome {
    /// The request is genuine: the index of the key that matched, and the identity.
    Verified(u16, Identity),
    /// A second pass over the body is needed.
    SecondPass,
    /// The key that the body names has to be looked up.
    Keys(Lookup),
    /// This form does not apply; the next one was fed the same body.
    OtherForm(Box<State>),
}

impl State {
    pub(super) fn step(&mut self, inner: &Inner) -> Result<Outcome, Rejection> {
        self.start_remaining_keys(inner);
        if self.cold.is_none() {
            return self.step_without_cold_state(inner);
        }
        if self.remaining_keys == RemainingKeys::Deferred {
            let deferred = self.take_remaining_keys(inner);
            self.cold().streams.deferred = deferred;
        }
        let plan = self.request.plan(inner);
        let keys = self.request.keys(inner);
        let Self {
            request,
            primary,
            cold,
            ..
        } = self;
        Verdict {
            inner,
            plan,
            keys,
            request,
            primary,
            cold: cold.get_or_insert_default(),
        }
        .reach()
    }

    #[inline]
    fn step_without_cold_state(&mut self, inner: &Inner) -> Result<Outcome, Rejection> {
        let (plan, keys) = (self.request.plan(inner), self.request.keys(inner));
        let Some((key, stream)) = self.primary.take() else {
            return Err(not_awaited());
        };
        if let Some(key) = self.request.matching_key(plan, keys, key, stream) {
            return Ok(Outcome::Verified(key, Identity::Unknown));
        }
        if self.remaining_keys == RemainingKeys::None {
            return Err(self.request.mismatch(plan, keys));
        }
        let deferred = self.take_remaining_keys(inner);
        let cold = self.cold();
        cold.streams.deferred = deferred;
        self.primary = cold.start_second_pass();
        Ok(Outcome::SecondPass)
    }
}

impl ColdState {
    /// Prepares the second pass with the deferred keys, and returns the hash of the first
    /// of them.
    fn start_second_pass(&mut self) -> Option<(u16, Stream)> {
        let mut deferred = std::mem::take(&mut self.streams.deferred).into_iter();
        self.is_second_pass = true;
        if let Some(identity) = &mut self.identity {
            identity.start_second_pass();
        }
        let first = deferred.next();
        self.streams.additional = deferred.collect();
        first
    }
}

impl Verdict<'_> {
    fn reach(mut self) -> Result<Outcome, Rejection> {
        if let Some((key, identity)) = self.identity_of_second_pass() {
            return Ok(Outcome::Verified(key, identity));
        }
        self.check_start_of_body()?;
        if let Some(next) = self.other_form() {
            return Ok(Outcome::OtherForm(next));
        }
        self.finish_body()?;
        if let (Some(keys), true) = (&self.inner.body_keys, self.cold.body.is_some()) {
            self.check_without_keys()?;
            let body = self.cold.kept_body().unwrap_or_default();
            return Ok(Outcome::Keys(keys.verifier(body)));
        }
        #[cfg(feature = "message-signatures")]
        if let Some(key) = self.key_of_message()? {
            return self.verified_by(key);
        }
        let metadata = self.read_body_values()?;
        self.feed_after_body(&metadata)?;
        let Some(key) = self.matching_key()? else {
            if self.cold.streams.deferred.is_empty() {
                return Err(self.request.mismatch(self.plan, self.keys));
            }
            *self.primary = self.cold.start_second_pass();
            return Ok(Outcome::SecondPass);
        };
        self.check_bindings(&metadata)?;
        self.check_recipients()?;
        if let Some(timestamp) = self.timestamp(&metadata)? {
            self.request.timestamp = Some(timestamp);
        }
        if self.request.event_id.is_none()
            && let Some(id) = &metadata.id
        {
            let id = std::str::from_utf8(id).ok();
            self.request.event_id = id.filter(|id| is_valid_id(id)).map(Arc::from);
        }
        self.verified_by(key)
    }

    /// Checks the start of a body that could be read as a continuation of the signed text
    /// before it.
    fn check_start_of_body(&self) -> Result<(), Rejection> {
        let Some(expected) = self.plan.start_of_body else {
            return Ok(());
        };
        if let Some(problem) = expected.problem(&self.cold.body_start) {
            return Err(Reason::BodyStart { problem }.into());
        }
        if expected == StartOfBody::Json && !self.cold.json_shape.is_whole(self.cold.url_end) {
            return Err(Reason::BodyAfterUrl.into());
        }
        Ok(())
    }

    /// The next form, fed the same body, if a value in the body rules this one out.
    fn other_form(&mut self) -> Option<Box<State>> {
        if self.cold.other_forms.is_empty() {
            return None;
        }
        let body = self.cold.body.as_mut().filter(|body| !body.overflow)?;
        let kept = body.kept.as_deref()?;
        let applies = self.plan.body_constants().all(|(place, text)| {
            read_body(kept, place, Code::ContentMalformed, Code::ContentMalformed)
                .is_ok_and(|value| value.as_bytes() == text)
        });
        if applies {
            self.cold.other_forms.clear();
            return None;
        }
        let kept = body.kept.take()?;
        let mut others = std::mem::take(&mut self.cold.other_forms).into_iter();
        let mut next = Box::new(others.next()?);
        next.cold().other_forms = others.collect();
        let keeps_body = next.body().kept.take().is_some();
        next.update(self.inner, &kept);
        next.body().kept = keeps_body.then_some(kept);
        Some(next)
    }

    /// Finishes the digests of the body and its last base64 group.
    fn finish_body(&mut self) -> Result<(), Rejection> {
        let ColdState { streams, body, .. } = &mut *self.cold;
        let Some(body) = body else {
            return Ok(());
        };
        if body.overflow {
            let most = self.inner.setup.body_limit;
            return Err(Reason::OverLimit { most }.into());
        }
        // The last, incomplete base64 group. A second pass must start with an empty
        // carry.
        if let Some(carry) = &mut body.base64 {
            let rest = Encoding::Base64url.encode(carry);
            carry.clear();
            streams.feed(self.primary.as_mut(), rest.as_bytes());
        }
        for (_, digest) in &mut body.digests {
            if let Running::Fed(stream) = digest {
                *digest = Running::Done((**stream).clone().finish());
            }
        }
        Ok(())
    }

    /// Refuses from the body what can be refused without a key. The values read are
    /// discarded; they are read again with the key.
    fn check_without_keys(&mut self) -> Result<(), Rejection> {
        let metadata = self.read_body_values()?;
        self.timestamp(&metadata)?;
        self.check_bindings(&metadata)?;
        self.request.candidates.clear();
        self.cold.jws = None;
        Ok(())
    }

    /// The index of the key of a message signature that was verified from the head, after
    /// a check that the digests it covers match the body; `None` for other signatures.
    #[cfg(feature = "message-signatures")]
    fn key_of_message(&mut self) -> Result<Option<u16>, Rejection> {
        let ColdState {
            message: Some(message),
            body,
            identity,
            ..
        } = &mut *self.cold
        else {
            return Ok(None);
        };
        let digests = body.iter().flat_map(|body| &body.digests);
        let found = digests.filter_map(|(digest, running)| match running {
            Running::Done(tag) => Some((*digest, tag)),
            Running::Fed(_) => None,
        });
        let is_sha256 = |(digest, _): &(_, _)| *digest == crate::scheme::Digest::Sha256;
        if let Some(identity) = identity
            && message.covers_body()
            && let Some((_, digest)) = found.clone().find(is_sha256)
        {
            identity.set_digest(digest);
        }
        message.check_body(self.request.body_is_empty, found)?;
        let key = message.key;
        self.check_recipients()?;
        if let Some(identity) = &mut self.cold.identity {
            identity.finish_digest(None);
        }
        Ok(Some(key))
    }

    /// Feeds the signed content that follows the body.
    fn feed_after_body(&mut self, metadata: &Metadata<'_>) -> Result<(), Rejection> {
        let Self {
            inner, plan, keys, ..
        } = *self;
        let ColdState {
            streams,
            is_second_pass,
            identity,
            trailing,
            head,
            body,
            jws,
            ..
        } = &mut *self.cold;
        let facts = BodyFacts {
            inner,
            plan,
            body: body.as_deref(),
            jws: jws.as_deref(),
            metadata,
            head: head.as_deref(),
        };
        for part in &*trailing {
            let bytes: Cow<'_, [u8]> = match part {
                TrailingPart::Secret => {
                    feed_secret(keys, self.primary.iter_mut().chain(&mut streams.additional));
                    continue;
                }
                TrailingPart::Bytes(bytes) => Cow::Borrowed(bytes),
                TrailingPart::Part(index) => {
                    let text = evaluate(&plan.parts[*index], &&facts)?;
                    check_boundary(&plan.parts, *index, &text)?;
                    if !*is_second_pass && let Some(identity) = identity {
                        identity.add_from_body(plan, &plan.parts[*index], &text);
                    }
                    text
                }
            };
            streams.feed(self.primary.as_mut(), &bytes);
        }
        Ok(())
    }

    /// The index of the key under which a signature matches the content.
    fn matching_key(&mut self) -> Result<Option<u16>, Rejection> {
        let Some((key, stream)) = self.primary.take() else {
            return Err(not_awaited());
        };
        let cold = &mut *self.cold;
        let reserved = cold.reserved.as_deref();
        refuse_reserved(reserved, &stream)?;
        let tag = stream.finish();
        let is_keyed = !self.plan.algorithm.is_public_key();
        let candidates: &[Candidate] = &self.request.candidates;
        let mut matched = self.request.chosen.filter(|_| self.request.is_settled);
        if matched.is_none() && is_keyed {
            matched = match_tag(key, &tag, candidates);
        }
        for (key, stream) in cold.streams.additional.drain(..) {
            refuse_reserved(reserved, &stream)?;
            if matched.is_none() && is_keyed {
                matched = match_tag(key, &stream.finish(), candidates);
            }
        }
        if let Some(identity) = &mut cold.identity {
            identity.finish_digest(Some(&tag));
        }
        if is_keyed {
            return Ok(matched);
        }
        if self.plan.algorithm.streams_message() {
            let mut checks = cold.streams.ed25519_checks.drain(..);
            return Ok(checks.find_map(|(key, check)| check.verify().then_some(key)));
        }
        Ok(match_public(
            self.plan.algorithm,
            self.keys,
            self.request.chosen,
            cold.certificate_key.as_ref(),
            &tag,
            candidates,
        ))
    }

    /// The timestamp, if it is in the body; refused outside its window.
    fn timestamp(&self, metadata: &Metadata<'_>) -> Result<Option<UnixTime>, Rejection> {
        let Some(planned) = &self.plan.timestamp else {
            return Ok(None);
        };
        let at = planned.at.as_ref();
        let Some(place) = at.filter(|place| is_in_body_or_its_jws(self.plan, place)) else {
            return Ok(None);
        };
        match &metadata.timestamp {
            Some(text) => {
                let tolerance = self.inner.setup.tolerance;
                check_window(tolerance, self.plan, planned, text, self.request.now).map(Some)
            }
            None if planned.optional => Ok(None),
            None => Err(Rejection::from(Reason::NoTimestamp {
                place: reason::text(place),
            })),
        }
    }

    /// The outcome for a genuine request.
    fn verified_by(&mut self, key: u16) -> Result<Outcome, Rejection> {
        let identity = self.identity(key)?;
        // After a second pass for the identity alone, the document exists already.
        if self.cold.document.is_none() {
            self.cold.document = self.proven_document()?;
        }
        Ok(match identity {
            Some(identity) => Outcome::Verified(key, identity),
            None => Outcome::SecondPass,
        })
    }
}

/// Refuses content that a handshake signs for anyone.
#[inline]
fn refuse_reserved(reserved: Option<&Reserved>, stream: &Stream) -> Result<(), Rejection> {
    match reserved {
        None => Ok(()),
        Some(reserved) => refuse_recorded(reserved, stream),
    }
}

#[cold]
fn refuse_recorded(reserved: &Reserved, stream: &Stream) -> Result<(), Rejection> {
    match stream.recorded().and_then(|text| reserved.signed_by(text)) {
        None => Ok(()),
        Some(name) => Err(Rejection::from(Reason::SignedTextOfValidation {
            provider: reason::text(name),
        })),
    }
}

/// The rejection for a caller that does not await the keys that the body names.
pub(super) fn not_awaited() -> Rejection {
    Reason::NotAwaited.into()
}
