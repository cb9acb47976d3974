//! The identity of a delivery: what a replay guard compares.
//!
//! It is a hash over proven values, not over signature bytes: the same whichever key
//! of the ring, form, spelling or signature matched, and whatever unsigned part of
//! the request was changed. A value that may have been signed in several spellings
//! counts in its normal one.

use std::fmt;
use std::sync::Arc;

use super::facts::Seen;
use super::head::is_known_from_head;
use super::late::is_late;
use super::{Extra, KeptBody, Rare, State};
use crate::crypto::{Stream, Tag, sha256};
use crate::head::{RequestHead, Single, single};
#[cfg(feature = "message-signatures")]
use crate::message_signatures::Accepted;
use crate::rejection::{Code, Rejection};
use crate::scheme::delivery::check_places;
use crate::scheme::evaluate::evaluate;
use crate::scheme::template::Part;
use crate::scheme::{Algorithm, Digest, Place, Plan, Proof, ReplayBy};
use crate::shape::Reserved;
#[cfg(feature = "message-signatures")]
use crate::time::UnixTime;

/// What an endpoint asks of a verification beyond its verdict.
#[derive(Clone, Default)]
pub(crate) struct Demands {
    /// The texts that prove nothing, although their signature is right.
    pub(crate) reserved: Option<Arc<Reserved>>,
    /// The identity of the delivery.
    pub(crate) identify: Option<Identify>,
}

impl fmt::Debug for Demands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Demands")
            .field("identify", &self.identify)
            .finish_non_exhaustive()
    }
}

/// How deliveries are told apart: as their scheme says, or as the operator does.
#[derive(Debug, Clone, Default)]
pub(crate) struct Identify {
    pub(crate) by: Option<ReplayBy>,
    pub(crate) id: Option<Place>,
    /// Whether a guard relies on it: then a scheme that tells nothing apart is
    /// refused.
    pub(crate) is_relied_on: bool,
}

impl Identify {
    pub(crate) fn by(&self, plan: &Plan) -> ReplayBy {
        self.by.unwrap_or(plan.identified.by)
    }

    fn id<'a>(&'a self, plan: &'a Plan) -> &'a [Place] {
        match (&self.id, &*plan.identified.id) {
            (Some(id), _) => std::slice::from_ref(id),
            (None, []) => plan.event_id.as_slice(),
            (None, places) => places,
        }
    }

    /// Why the deliveries of a form cannot be told apart like this.
    pub(crate) fn problem(&self, plan: &Plan) -> Option<String> {
        if self.by(plan) == ReplayBy::None && self.is_relied_on {
            return Some(format!(
                "two genuine deliveries of {} can be equal byte for byte, so a replay guard would lose one of them. Say what tells them apart in yours: `ReplayGuard::event_id(place)` for an id in the request, `ReplayGuard::identity_from(…)` for what your code reads, or `ReplayGuard::by(ReplayBy::Body)` if no two of your events are equal. Or leave the guard out, and make the handler safe to run twice",
                plan.name
            ));
        }
        if self.by(plan) != ReplayBy::Id {
            return None;
        }
        let id = self.id(plan);
        if id.is_empty() {
            return Some(format!(
                "{} names no id that tells deliveries apart: name the one in yours with `ReplayGuard::event_id(place)`",
                plan.name
            ));
        }
        if plan.algorithm == Algorithm::MessageSignatures {
            return None;
        }
        check_places(id, plan.event_id.as_ref(), &plan.coverage)
            .err()
            .map(|error| format!("{}: {error}", plan.name))
    }
}

/// What tells a verified delivery from others.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Identity {
    /// Nobody asked.
    Unknown,
    /// Everything that is proven is empty: there is nothing to tell apart.
    Nothing,
    Is([u8; 32]),
}

/// An identity that is being computed.
pub(super) struct Identifying {
    by: ReplayBy,
    /// Values of the head, in order, each with its length; without one for each
    /// that the body has.
    values: Vec<Option<Vec<u8>>>,
    /// Places in the body that follow.
    late: Vec<Place>,
    body: Option<BodyDigest>,
    /// The listed value of an unsigned header.
    kind: Option<u16>,
    /// Whether the values run into each other in the signed text: however they are
    /// cut, it is one delivery.
    is_joined: bool,
}

enum BodyDigest {
    /// Fed beside the signed content.
    Fed(Box<Stream>),
    /// The signed content is the body, and its digest the one.
    IsSigned,
    Done([u8; 32]),
}

impl Identifying {
    /// The digest of the body that is still being fed.
    pub(super) fn stream(&mut self) -> Option<&mut Stream> {
        match &mut self.body {
            Some(BodyDigest::Fed(stream)) => Some(stream),
            _ => None,
        }
    }

    /// After the last byte: the digest is there, also for a second pass.
    pub(super) fn end_body(&mut self, signed: &Tag) {
        match &mut self.body {
            Some(BodyDigest::Fed(stream)) => {
                let done = (**stream).clone().finish().first_half();
                self.body = Some(BodyDigest::Done(done));
            }
            Some(BodyDigest::IsSigned) => {
                self.body = Some(BodyDigest::Done(signed.first_half()));
            }
            Some(BodyDigest::Done(_)) | None => {}
        }
    }

    /// The digest of a body that a message signature covers.
    #[cfg(feature = "message-signatures")]
    pub(super) fn set_body(&mut self, digest: &Tag) {
        if self.by != ReplayBy::Id {
            self.body = Some(BodyDigest::Done(digest.first_half()));
        }
    }

    /// A signed value that only the body told.
    pub(super) fn add_late(&mut self, plan: &Plan, part: &Part, text: &[u8]) {
        if self.by != ReplayBy::Id && plan.identifies(part, self.by) {
            self.values.push(Some(text.to_vec()));
        }
    }

    fn hash(&self, body_is_empty: bool) -> Identity {
        let is_empty = |value: &Option<Vec<u8>>| value.as_ref().is_none_or(Vec::is_empty);
        if self.values.iter().all(is_empty) && body_is_empty {
            return Identity::Nothing;
        }
        let mut hash = Stream::hash(Digest::Sha256);
        hash.update(b"hookward delivery\0");
        hash.update(self.by.as_str().as_bytes());
        let joined = self
            .is_joined
            .then(|| Some(self.values.iter().flatten().flatten().copied().collect()));
        let values = joined.as_ref().map_or(&*self.values, std::slice::from_ref);
        for value in values {
            // A value that is missing differs from one that is empty.
            let length = value.as_ref().map_or(u64::MAX, |value| value.len() as u64);
            hash.update(&length.to_be_bytes());
            hash.update(value.as_deref().unwrap_or_default());
        }
        if let Some(BodyDigest::Done(digest)) = &self.body {
            hash.update(b"body");
            hash.update(digest);
        }
        if let Some(kind) = self.kind {
            hash.update(b"kind");
            hash.update(&kind.to_be_bytes());
        }
        Identity::Is(hash.finish().first_half())
    }
}

impl State {
    /// Starts the identity, from what the head tells.
    #[cold]
    pub(super) fn start_identity(
        &mut self,
        seen: &Seen<'_>,
        identify: &Identify,
        read: &dyn Fn(&Place) -> Option<Vec<u8>>,
    ) -> Result<(), Rejection> {
        let plan = seen.plan;
        if let Some(problem) = identify.problem(plan) {
            return Err(Rejection::new(Code::KeyUnavailable, problem));
        }
        let by = identify.by(plan);
        if by == ReplayBy::None {
            return Ok(());
        }
        let mut this = Identifying {
            by,
            values: Vec::new(),
            late: Vec::new(),
            body: None,
            kind: kind_of(plan, seen.head),
            is_joined: by != ReplayBy::Id && !plan.has_one_reading,
        };
        if by == ReplayBy::Id {
            for place in identify.id(plan) {
                if is_late(plan, place) {
                    this.late.push(place.clone());
                } else {
                    let value = read(place).filter(|id| !id.is_empty());
                    this.values.push(Some(value.ok_or_else(|| no_id(place))?));
                }
            }
            if !this.late.is_empty() && self.extra().body.is_none() {
                self.extra().body = Some(KeptBody::Own(Vec::new()));
            }
        } else {
            let mut wants_body = by == ReplayBy::Body;
            for part in plan.parts.iter().filter(|part| plan.identifies(part, by)) {
                if part.streams_body() {
                    wants_body = true;
                } else if is_known_from_head(plan, part) {
                    this.values.push(Some(evaluate(part, &seen)?.into_owned()));
                }
            }
            if by == ReplayBy::Body && plan.coverage.proof() != Proof::Signature {
                this.values.push(Some(seen.head.method().into()));
                this.values.push(Some(seen.head.target().as_bytes().into()));
            }
            let is_digest = plan.parts[..] == [Part::BODY]
                && plan.algorithm.is_public_key()
                && plan.algorithm.message_digest() == Digest::Sha256;
            this.body = match wants_body {
                false => None,
                true if is_digest => Some(BodyDigest::IsSigned),
                true => Some(BodyDigest::Fed(Box::new(Stream::hash(Digest::Sha256)))),
            };
        }
        self.rare().identity = Some(Box::new(this));
        Ok(())
    }

    /// The same for a message signature: what the policy demands, and when it was
    /// made.
    #[cfg(feature = "message-signatures")]
    #[cold]
    pub(super) fn start_message_identity(
        &mut self,
        plan: &Plan,
        head: &dyn RequestHead,
        accepted: &Accepted,
        identify: &Identify,
    ) -> Result<(), Rejection> {
        if let Some(problem) = identify.problem(plan) {
            return Err(Rejection::new(Code::KeyUnavailable, problem));
        }
        let by = identify.by(plan);
        if by == ReplayBy::None {
            return Ok(());
        }
        let mut this = Identifying {
            by,
            values: Vec::new(),
            late: Vec::new(),
            body: None,
            kind: kind_of(plan, head),
            is_joined: false,
        };
        match by {
            ReplayBy::Id => {
                for place in identify.id(plan) {
                    match place {
                        place if place.is_in_body() => this.late.push(place.clone()),
                        Place::Header(name) if accepted.coverage.proves(place) => {
                            let Single::One(id) = single(head, name) else {
                                return Err(no_id(place));
                            };
                            this.values.push(Some(id.to_vec()));
                        }
                        place if plan.event_id.as_ref() == Some(place) => {
                            let id = accepted.event_id.as_ref().ok_or_else(|| no_id(place))?;
                            this.values.push(Some(id.as_bytes().to_vec()));
                        }
                        place => return Err(no_id(place)),
                    }
                }
                if !this.late.is_empty() {
                    self.extra().body = Some(KeptBody::Own(Vec::new()));
                }
            }
            _ => {
                this.values.push(Some(accepted.content.as_bytes().to_vec()));
                if by != ReplayBy::Payload {
                    let created = accepted.created.map(UnixTime::as_secs);
                    this.values
                        .push(created.map(|time| time.to_be_bytes().to_vec()));
                }
                self.start_digest(Digest::Sha256);
            }
        }
        self.rare().identity = Some(Box::new(this));
        Ok(())
    }

    /// The identity of a request that was verified.
    pub(super) fn end_identity(
        &self,
        plan: &Plan,
        rare: &mut Rare,
        extra: Option<&Extra>,
    ) -> Result<Identity, Rejection> {
        let Some(mut this) = rare.identity.take() else {
            return Ok(Identity::Unknown);
        };
        let body = extra
            .and_then(|extra| extra.body.as_deref())
            .unwrap_or_default();
        for place in std::mem::take(&mut this.late) {
            let found = rare
                .late_value(body, &place, Code::ContentMalformed, Code::ContentMalformed)
                .ok()
                .filter(|id| !id.is_empty());
            match found {
                Some(id) => this.values.push(Some(id.into_bytes())),
                // That it is missing is as proven as the body.
                None if plan.coverage.covers_body() || place.is_in_jws() => {
                    this.values.push(None);
                    this.body = Some(BodyDigest::Done(sha256(&[body])));
                }
                None => return Err(no_id(&place)),
            }
        }
        Ok(this.hash(self.body_is_empty))
    }
}

fn no_id(place: &Place) -> Rejection {
    Rejection::new(
        Code::ContentMalformed,
        format!("no {place}: it tells deliveries apart, and nothing proves that it was left out"),
    )
}

/// Which of its listed values the header has that tells deliveries with equal
/// content apart; all others count as one.
fn kind_of(plan: &Plan, head: &dyn RequestHead) -> Option<u16> {
    let (name, values) = plan.identified.kind.as_ref()?;
    let listed = match single(head, name) {
        Single::One(value) => values.iter().position(|known| known.as_bytes() == value),
        Single::Absent | Single::Repeated => None,
    };
    Some(listed.map_or(0, |at| u16::try_from(at + 1).unwrap_or(0)))
}
