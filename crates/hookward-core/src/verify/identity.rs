//! Phases of an identity: started from the head, completed after a signature matched.

use std::sync::Arc;

use super::availability::{is_in_body_or_its_jws, is_known_from_head};
use super::body_values::BodyValues;
use super::demands::Identify;
use super::head_facts::HeadFacts;
use super::identifying::{
    BodyDigest, BodyId, Identifying, Identity, Values, is_valid_id, missing_id,
};
use super::jws::Jws;
use super::read::ReadHead;
use super::state::{ColdState, Request, State, Verdict};
use crate::crypto::{Stream, sha256};
#[cfg(feature = "message-signatures")]
use crate::message_signatures::{self, AcceptedSignature};
#[cfg(feature = "message-signatures")]
use crate::request::head::{RequestHead, Single, single};
use crate::request::rejection::{Code, Rejection};
use crate::scheme::part::Part;
use crate::scheme::{Digest, Place, Plan, PlannedKind, Proof, ReplayBy};
#[cfg(feature = "message-signatures")]
use crate::text::time::UnixTime;
use crate::verify::evaluate::evaluate;
#[cfg(feature = "message-signatures")]
use crate::verify::verifier::Inner;

impl State {
    /// Starts the identity with the values in the head.
    #[cold]
    pub(super) fn start_identity(
        &mut self,
        facts: &HeadFacts<'_>,
        identify: &Identify,
        read: &ReadHead<'_>,
    ) -> Result<(), Rejection> {
        let plan = facts.plan;
        let Some(by) = identify.checked(plan)? else {
            return Ok(());
        };
        let kind = plan.identified.kind.as_ref();
        let mut this = self.identifying(facts, by, identify.id(plan), kind, read)?;
        if let Some(previous) = identify.previous(plan) {
            // The previous release did not claim a delivery that it could not identify.
            let previous = self.identifying(
                facts,
                previous.by,
                &previous.id,
                previous.kind.as_ref(),
                read,
            );
            this.previous = previous.ok().map(Box::new);
        }
        self.cold().identity = Some(Box::new(this));
        Ok(())
    }

    fn identifying(
        &mut self,
        facts: &HeadFacts<'_>,
        by: ReplayBy,
        places: &[Place],
        kind: Option<&PlannedKind>,
        read: &ReadHead<'_>,
    ) -> Result<Identifying, Rejection> {
        let plan = facts.plan;
        let mut this = Identifying::start(plan, facts.head, by, kind);
        // The signed content is the body alone, so that its digest serves for the
        // identity too.
        let is_digest = plan.parts[..] == [Part::BODY]
            && plan.algorithm.is_public_key()
            && plan.algorithm.message_digest() == Digest::Sha256;
        if by == ReplayBy::Id {
            for place in places {
                if is_in_body_or_its_jws(plan, place) {
                    this.body_ids.push(BodyId::new(place));
                } else {
                    let value = read(place)?.filter(|id| !id.is_empty());
                    this.values
                        .push(Some(value.ok_or_else(|| missing_id(place))?));
                }
            }
            if this.needs_body() {
                self.keep_whole_body();
            }
            if !this.body_ids.is_empty() {
                let (content, wants_body) = content_values(facts, ReplayBy::Content)?;
                this.content = content;
                this.body = wants_body.then(|| match () {
                    () if is_digest => BodyDigest::IsSigned,
                    () if self.keeps_whole_body() => BodyDigest::Deferred,
                    () => BodyDigest::Unstarted,
                });
            }
        } else {
            let (content, wants_body) = content_values(facts, by)?;
            this.values = content;
            if by == ReplayBy::Body && plan.coverage.proof() != Proof::Signature {
                this.values.push(Some(facts.head.method().into()));
                this.values
                    .push(Some(facts.head.target().as_bytes().into()));
            }
            this.body = match wants_body || by == ReplayBy::Body {
                false => None,
                true if is_digest => Some(BodyDigest::IsSigned),
                true => Some(BodyDigest::Fed(Box::new(Stream::hash(Digest::Sha256)))),
            };
        }
        Ok(this)
    }

    /// Starts the identity of a delivery with a message signature, from the components
    /// that the policy requires and the time of signing.
    #[cfg(feature = "message-signatures")]
    #[cold]
    pub(super) fn start_message_identity(
        &mut self,
        inner: &Inner,
        plan: &Plan,
        head: &dyn RequestHead,
        accepted: &AcceptedSignature,
        identify: &Identify,
    ) -> Result<(), Rejection> {
        let Some(by) = identify.checked(plan)? else {
            return Ok(());
        };
        let at = (inner, plan, head, accepted);
        let mut this = self.message_identifying(at, by, identify.id(plan))?;
        if let Some(previous) = identify.previous(plan) {
            let previous = self.message_identifying(at, previous.by, &previous.id);
            this.previous = previous.ok().map(Box::new);
        }
        self.cold().identity = Some(Box::new(this));
        Ok(())
    }

    #[cfg(feature = "message-signatures")]
    fn message_identifying(
        &mut self,
        (inner, plan, head, accepted): (&Inner, &Plan, &dyn RequestHead, &AcceptedSignature),
        by: ReplayBy,
        places: &[Place],
    ) -> Result<Identifying, Rejection> {
        let mut this = Identifying::start(plan, head, by, plan.identified.kind.as_ref());
        if by != ReplayBy::Id {
            this.values = demanded(inner, head, accepted, by);
            self.start_digest(Digest::Sha256);
            return Ok(this);
        }
        for place in places {
            if place.is_in_body() && accepted.coverage.covers_body() {
                this.body_ids.push(BodyId::new(place));
            } else {
                let id = signed_id(plan, head, accepted, place)?;
                this.values.push(Some(id));
            }
        }
        if this.needs_body() {
            self.keep_whole_body();
        }
        let has_digest = || accepted.digests.iter().any(|(d, _)| *d == Digest::Sha256);
        if !this.body_ids.is_empty() {
            this.content = demanded(inner, head, accepted, ReplayBy::Content);
            if accepted.covers_body() && !has_digest() {
                this.body = Some(match self.keeps_whole_body() {
                    true => BodyDigest::Deferred,
                    false => BodyDigest::Unstarted,
                });
            }
        }
        Ok(this)
    }
}

/// The id at a place in the head that a message signature covers.
#[cfg(feature = "message-signatures")]
fn signed_id(
    plan: &Plan,
    head: &dyn RequestHead,
    accepted: &AcceptedSignature,
    place: &Place,
) -> Result<Vec<u8>, Rejection> {
    let id = match place {
        Place::Header(name) if accepted.coverage.proves(place) => match single(head, name) {
            // RFC 9421 section 2.1: the value is signed without surrounding whitespace.
            Single::One(id) => id.trim_ascii(),
            Single::Absent | Single::Repeated => &[],
        },
        place if plan.event_id.as_ref() == Some(place) => {
            let id = accepted
                .event_id
                .as_ref()
                .ok_or_else(|| missing_id(place))?;
            return Ok(id.as_bytes().to_vec());
        }
        _ => &[],
    };
    match id {
        [] => Err(missing_id(place)),
        id => Ok(id.to_vec()),
    }
}

/// The inputs that complete an identity after a signature matched.
struct Completion<'a> {
    plan: &'a Plan,
    covers_body: bool,
    /// The body, if it was buffered.
    body: Option<&'a [u8]>,
    jws: Option<&'a Jws>,
}

impl Verdict<'_> {
    /// The identity of a request that `key` verified; `None` if it requires a second pass
    /// over the body.
    pub(super) fn identity(&mut self, key: u16) -> Result<Option<Identity>, Rejection> {
        let ColdState {
            identity: Some(this),
            previous_identity,
            is_second_pass,
            coverage,
            body,
            jws,
            ..
        } = &mut *self.cold
        else {
            return Ok(Some(Identity::Unknown));
        };
        let coverage = coverage.as_deref().unwrap_or(&self.plan.coverage);
        let completion = Completion {
            plan: self.plan,
            covers_body: coverage.covers_body(),
            body: body.as_ref().and_then(|body| body.kept.as_deref()),
            jws: jws.as_deref(),
        };
        this.known = this.complete(&completion, self.request)?;
        if let Some(one) = &mut this.previous {
            match one.complete(&completion, self.request) {
                Ok(identity) => one.known = identity,
                // The previous release did not claim a delivery that it could not
                // identify.
                Err(_) => this.previous = None,
            }
        }
        let known = this.previous.as_ref().map(|previous| previous.known);
        if this.known.is_some() && known != Some(None) {
            *previous_identity = known.flatten();
            return Ok(this.known);
        }
        this.verified_by = Some(key);
        *is_second_pass = true;
        Ok(None)
    }

    /// The identity after a second pass for the identity alone, with the key that matched
    /// in the first pass.
    pub(super) fn identity_of_second_pass(&mut self) -> Option<(u16, Identity)> {
        let this = self.cold.identity.as_deref_mut()?;
        let key = this.verified_by?;
        this.finish_digest(None);
        let body_is_empty = self.request.body_is_empty;
        let hash = |one: &Identifying| one.known.unwrap_or_else(|| one.hash(body_is_empty));
        self.cold.previous_identity = this.previous.as_deref().map(hash);
        Some((key, hash(this)))
    }
}

impl Identifying {
    /// The identity; `None` if it requires a second pass over the body.
    fn complete(
        &mut self,
        from: &Completion<'_>,
        request: &mut Request,
    ) -> Result<Option<Identity>, Rejection> {
        self.finish_scans();
        let values = BodyValues {
            body: from.body.unwrap_or_default(),
            jws: from.jws,
        };
        let mut lacks_id = false;
        for id in std::mem::take(&mut self.body_ids) {
            let found = if id.is_scanned() {
                id.found
            } else {
                let malformed = Code::ContentMalformed;
                let found = values.read(&id.place, malformed, malformed).ok();
                found.filter(|id| is_valid_id(id))
            };
            // The absence of the id is proven only if the body is.
            if found.is_none() && !from.covers_body && !id.place.is_in_jws() {
                return Err(missing_id(&id.place));
            }
            lacks_id |= found.is_none();
            if request.event_id.is_none() && from.plan.event_id.as_ref() == Some(&id.place) {
                request.event_id = found.as_deref().map(Arc::from);
            }
            self.values.push(found.map(String::into_bytes));
        }
        if self.by != ReplayBy::Id {
            return Ok(Some(self.hash(request.body_is_empty)));
        }
        if !lacks_id {
            self.body = None;
            return Ok(Some(self.hash(request.body_is_empty)));
        }
        self.fall_back_to_content(from.plan);
        self.body = match self.body.take() {
            known @ (None | Some(BodyDigest::Done(_))) => known,
            _ if from.body.is_some() || request.body_is_empty => {
                Some(BodyDigest::Done(sha256(&[values.body])))
            }
            _ => {
                self.body = Some(BodyDigest::Unstarted);
                return Ok(None);
            }
        };
        Ok(Some(self.hash(request.body_is_empty)))
    }
}

/// The signed values in the head that identify deliveries, and whether the body is
/// another.
fn content_values(facts: &HeadFacts<'_>, by: ReplayBy) -> Result<(Values, bool), Rejection> {
    let plan = facts.plan;
    let (mut values, mut wants_body) = (Vec::new(), false);
    for part in plan.parts.iter().filter(|part| plan.identifies(part, by)) {
        if part.streams_body() {
            wants_body = true;
        } else if is_known_from_head(plan, part) {
            values.push(Some(evaluate(part, &facts)?.into_owned()));
        }
    }
    Ok((values, wants_body))
}

/// The values that identify a delivery with a message signature: the components that the
/// policy requires and the time of signing.
#[cfg(feature = "message-signatures")]
fn demanded(
    inner: &Inner,
    head: &dyn RequestHead,
    accepted: &AcceptedSignature,
    by: ReplayBy,
) -> Values {
    let demanded = message_signatures::demanded(inner.setting(), head);
    let mut values = vec![Some(demanded.as_bytes().to_vec())];
    if by != ReplayBy::Payload {
        let created = accepted.created.map(UnixTime::as_secs);
        values.push(created.map(|time| time.to_be_bytes().to_vec()));
    }
    values
}
