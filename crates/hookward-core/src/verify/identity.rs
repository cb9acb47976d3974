//! The identity of a delivery: what a replay guard compares.
//!
//! It is a hash over proven values, not over signature bytes: the same whichever key
//! of the ring, form, spelling or signature matched, and whatever unsigned part of
//! the request was changed. A value that may have been signed in several spellings
//! counts in its normal one.

use std::fmt;
use std::sync::Arc;

use hookward_replay::ReplayKey;

use super::facts::HeadFacts;
use super::from_body::BodyValues;
use super::from_body::is_with_body;
use super::head::is_known_from_head;
use super::jws::Jws;
use super::read::ReadHead;
use super::state::{ColdState, Request, State};
use super::verdict::Verdict;
use crate::crypto::{Stream, Tag, sha256};
#[cfg(feature = "message-signatures")]
use crate::message_signatures::{self, Accepted};
use crate::request::head::{RequestHead, Single, single};
use crate::request::reason::{self, Reason};
use crate::request::rejection::{Code, Rejection};
use crate::scheme::delivery::check_places;
use crate::scheme::template::Part;
use crate::scheme::{Digest, Identified, Place, Plan, PlannedKind, Proof, ReplayBy};
use crate::text::json_scan::Scanner;
#[cfg(feature = "message-signatures")]
use crate::text::time::UnixTime;
use crate::verify::evaluate::evaluate;
use crate::verify::shape::Reserved;
#[cfg(feature = "message-signatures")]
use crate::verify::verifier::Inner;

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

/// The version of what a key is derived from.
pub(crate) const KEY_VERSION: u32 = 3;

/// The key of a delivery: 128 bits of a hash over namespace, tenant and identity.
///
/// That is enough: to have a delivery taken for one that was handled, its sender
/// needs a second preimage of 128 bits; to have two of his own taken for one, a
/// collision between two contents that the *provider* signs, with ids and times of
/// its making, so that he cannot compute the 2⁶⁴ candidates ahead.
///
/// Equal only for the same namespace, tenant and identity: every value but the last
/// has its length before it. No tenant differs from every tenant, the empty one
/// included.
pub(super) fn replay_key(namespace: &str, tenant: Option<&str>, identity: &[u8; 32]) -> ReplayKey {
    let length = |bytes: &[u8]| (bytes.len() as u64).to_be_bytes();
    let tenant_length = tenant.map_or([0xff; 8], |tenant| length(tenant.as_bytes()));
    let hash = sha256(&[
        b"hookward replay\0",
        &KEY_VERSION.to_be_bytes(),
        &length(namespace.as_bytes()),
        namespace.as_bytes(),
        &tenant_length,
        tenant.unwrap_or_default().as_bytes(),
        identity,
    ]);
    let mut key = [0; 16];
    key.copy_from_slice(&hash[..16]);
    ReplayKey::from_bytes(key)
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

    /// How the release before this one told deliveries apart, where it differs and the
    /// operator says nothing else.
    fn before<'a>(&self, plan: &'a Plan) -> Option<&'a Identified> {
        let before = plan.identified.before.as_deref()?;
        (self.by.is_none() && before.by != ReplayBy::None).then_some(before)
    }

    /// What tells deliveries apart, or nothing does.
    fn checked(&self, plan: &Plan) -> Result<Option<ReplayBy>, Rejection> {
        match self.problem(plan) {
            Some(problem) => {
                let error = problem.into();
                Err(Reason::Setup { error }.into())
            }
            None => Ok(Some(self.by(plan)).filter(|by| *by != ReplayBy::None)),
        }
    }

    /// Whether the proven values that are compared are the time alone, or nothing.
    fn lacks_content(&self, plan: &Plan) -> bool {
        let is_compared = |part: &Part| plan.identifies(part, ReplayBy::Payload);
        matches!(self.by(plan), ReplayBy::Payload | ReplayBy::Content)
            && !plan.algorithm.lists_content()
            && plan.algorithm.signs_content()
            && !plan.parts.iter().any(is_compared)
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
            return self.lacks_content(plan).then(|| format!(
                "{} signs nothing but the time, which does not tell deliveries apart: name what does with `ReplayGuard::event_id(place)`, or compare the body too with `ReplayGuard::by(ReplayBy::Body)`",
                plan.name
            ));
        }
        let id = self.id(plan);
        if id.is_empty() {
            return Some(format!(
                "{} names no id that tells deliveries apart: name the one in yours with `ReplayGuard::event_id(place)`",
                plan.name
            ));
        }
        if plan.algorithm.lists_content() {
            // Whether it is signed, each request says itself.
            let mut places = id.iter();
            return places
                .find(|place| !place.is_in_body() && !matches!(place, Place::Header(_)))
                .map(|place| {
                    format!(
                        "{}: no id is read from the {place}, only from headers and the body",
                        plan.name
                    )
                });
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

/// Each with its length; nothing for a value that is missing.
type Values = Vec<Option<Vec<u8>>>;

/// An identity that is being computed.
pub(super) struct Identifying {
    by: ReplayBy,
    /// Values of the head, in order, each with its length; without one for each
    /// that the body has.
    values: Values,
    /// Ids in the body, which follow.
    late: Vec<BodyId>,
    /// The values of the content, which count instead where an id is missing.
    content: Values,
    body: Option<BodyDigest>,
    /// The key that matched, when all that is missing is a second pass over the body.
    verified_by: Option<u16>,
    /// What is known before that pass.
    known: Option<Identity>,
    /// How the release before this one told the deliveries apart, where it differs.
    before: Option<Box<Self>>,
    /// The listed value of an unsigned header.
    kind: Option<u16>,
    /// Whether the values run into each other in the signed text: however they are
    /// cut, it is one delivery.
    is_joined: bool,
}

/// An id that only the body tells.
struct BodyId {
    place: Place,
    /// Reads it while the body arrives; absent where it is read from the whole body.
    scanner: Option<Box<Scanner>>,
    /// What the scanner found.
    found: Option<String>,
}

impl BodyId {
    fn new(place: &Place) -> Self {
        let scanner = match place {
            Place::Json(pointer) => Some(Box::new(Scanner::new(pointer))),
            _ => None,
        };
        Self {
            place: place.clone(),
            scanner,
            found: None,
        }
    }

    fn is_scanned(&self) -> bool {
        matches!(self.place, Place::Json(_))
    }
}

enum BodyDigest {
    /// Fed beside the signed content.
    Fed(Box<Stream>),
    /// Started with the first bytes.
    Unstarted,
    /// Computed when it turns out to be needed: from the kept body, or on a second
    /// pass.
    Deferred,
    /// The digest that is signed.
    IsSigned,
    Done([u8; 32]),
}

impl Identifying {
    /// With nothing in it yet; none where nothing tells the deliveries apart.
    fn start(
        plan: &Plan,
        head: &dyn RequestHead,
        by: ReplayBy,
        kind: Option<&PlannedKind>,
    ) -> Self {
        Self {
            by,
            values: Vec::new(),
            late: Vec::new(),
            content: Vec::new(),
            body: None,
            verified_by: None,
            known: None,
            before: None,
            kind: kind.and_then(|kind| kind_of(kind, head)),
            is_joined: by != ReplayBy::Id && !plan.parts_are_apart,
        }
    }

    /// An id is missing: what is proven of the content tells the delivery from
    /// others instead.
    fn go_by_content(&mut self, plan: &Plan) {
        self.by = ReplayBy::Content;
        self.values = std::mem::take(&mut self.content);
        self.is_joined = !plan.parts_are_apart;
    }

    /// Whether an id is read from the whole body.
    fn needs_body(&self) -> bool {
        self.late.iter().any(|id| !id.is_scanned())
    }

    /// Feeds the body to what reads ids in it.
    pub(super) fn scan(&mut self, bytes: &[u8]) {
        if let Some(before) = &mut self.before {
            before.scan(bytes);
        }
        for scanner in self.late.iter_mut().filter_map(|id| id.scanner.as_mut()) {
            scanner.update(bytes);
        }
    }

    /// After the last byte: what was found.
    fn end_scans(&mut self) {
        for id in &mut self.late {
            if let Some(scanner) = id.scanner.take() {
                id.found = scanner.finish().ok().filter(|id| is_an_id(id));
            }
        }
    }

    /// The caller keeps the body: the digest that stands in for a missing id, which is
    /// cold, can wait.
    pub(super) fn keep_body(&mut self) {
        if let Some(before) = &mut self.before {
            before.keep_body();
        }
        if let Some(BodyDigest::Unstarted) = self.body {
            self.body = Some(BodyDigest::Deferred);
        }
    }

    /// Makes ready for a second pass, where an id that should have been scanned is
    /// missing.
    pub(super) fn start_second_pass(&mut self) {
        if let Some(before) = &mut self.before {
            before.start_second_pass();
        }
        self.end_scans();
        let is_missing = |id: &BodyId| id.is_scanned() && id.found.is_none();
        if matches!(self.body, Some(BodyDigest::Deferred)) && self.late.iter().any(is_missing) {
            self.body = Some(BodyDigest::Unstarted);
        }
    }

    /// Whether the body is fed once more for the digest alone.
    pub(super) fn awaits_digest(&self) -> bool {
        self.verified_by.is_some()
    }

    /// Whether a digest of the body is being fed.
    pub(super) fn is_fed(&mut self) -> bool {
        if let Some(BodyDigest::Unstarted) = self.body {
            self.body = Some(BodyDigest::Fed(Box::new(Stream::hash(Digest::Sha256))));
        }
        let is_fed = matches!(self.body, Some(BodyDigest::Fed(_)));
        self.before.as_mut().is_some_and(|before| before.is_fed()) || is_fed
    }

    /// Feeds the digest of the body.
    #[inline]
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        if let Some(BodyDigest::Fed(stream)) = &mut self.body {
            stream.update(bytes);
        }
        if let Some(before) = &mut self.before {
            before.feed(bytes);
        }
    }

    /// After the last byte: the digest is there, also for a second pass.
    pub(super) fn end_body(&mut self, signed: Option<&Tag>) {
        if let Some(before) = &mut self.before {
            before.end_body(signed);
        }
        let done = match (&self.body, signed) {
            (Some(BodyDigest::Fed(stream)), _) => (**stream).clone().finish().first_half(),
            (Some(BodyDigest::Unstarted), _) => sha256(&[]),
            (Some(BodyDigest::IsSigned), Some(signed)) => signed.first_half(),
            _ => return,
        };
        self.body = Some(BodyDigest::Done(done));
    }

    /// The digest of a body that a message signature covers.
    #[cfg(feature = "message-signatures")]
    pub(super) fn set_body(&mut self, digest: &Tag) {
        if let Some(before) = &mut self.before {
            before.set_body(digest);
        }
        if self.by != ReplayBy::Id || !self.late.is_empty() {
            self.body = Some(BodyDigest::Done(digest.first_half()));
        }
    }

    /// A signed value that only the body told.
    pub(super) fn add_from_body(&mut self, plan: &Plan, part: &Part, text: &[u8]) {
        if let Some(before) = &mut self.before {
            before.add_from_body(plan, part, text);
        }
        let (by, values) = match self.by {
            ReplayBy::Id if self.late.is_empty() => return,
            ReplayBy::Id => (ReplayBy::Content, &mut self.content),
            by => (by, &mut self.values),
        };
        if plan.identifies(part, by) {
            values.push(Some(text.to_vec()));
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
        if let Some(before) = identify.before(plan) {
            // One that it could not tell apart was never claimed.
            let before = self.identifying(facts, before.by, &before.id, before.kind.as_ref(), read);
            this.before = before.ok().map(Box::new);
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
        // The signed content is the body, and its digest the one.
        let is_digest = plan.parts[..] == [Part::BODY]
            && plan.algorithm.is_public_key()
            && plan.algorithm.message_digest() == Digest::Sha256;
        if by == ReplayBy::Id {
            for place in places {
                if is_with_body(plan, place) {
                    this.late.push(BodyId::new(place));
                } else {
                    let value = read(place)?.filter(|id| !id.is_empty());
                    this.values.push(Some(value.ok_or_else(|| no_id(place))?));
                }
            }
            if this.needs_body() {
                self.keep_whole_body();
            }
            if !this.late.is_empty() {
                let (content, wants_body) = content_of(facts, ReplayBy::Content)?;
                this.content = content;
                this.body = wants_body.then(|| match () {
                    () if is_digest => BodyDigest::IsSigned,
                    () if self.keeps_whole_body() => BodyDigest::Deferred,
                    () => BodyDigest::Unstarted,
                });
            }
        } else {
            let (content, wants_body) = content_of(facts, by)?;
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

    /// The same for a message signature: what the policy demands, and when it was
    /// made.
    #[cfg(feature = "message-signatures")]
    #[cold]
    pub(super) fn start_message_identity(
        &mut self,
        inner: &Inner,
        plan: &Plan,
        head: &dyn RequestHead,
        accepted: &Accepted,
        identify: &Identify,
    ) -> Result<(), Rejection> {
        let Some(by) = identify.checked(plan)? else {
            return Ok(());
        };
        let at = (inner, plan, head, accepted);
        let mut this = self.message_identifying(at, by, identify.id(plan))?;
        if let Some(before) = identify.before(plan) {
            let before = self.message_identifying(at, before.by, &before.id);
            this.before = before.ok().map(Box::new);
        }
        self.cold().identity = Some(Box::new(this));
        Ok(())
    }

    #[cfg(feature = "message-signatures")]
    fn message_identifying(
        &mut self,
        (inner, plan, head, accepted): (&Inner, &Plan, &dyn RequestHead, &Accepted),
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
                this.late.push(BodyId::new(place));
            } else {
                let id = signed_id(plan, head, accepted, place)?;
                this.values.push(Some(id));
            }
        }
        if this.needs_body() {
            self.keep_whole_body();
        }
        let has_digest = || accepted.digests.iter().any(|(d, _)| *d == Digest::Sha256);
        if !this.late.is_empty() {
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

/// The id at a place of the head that a message signature covers.
#[cfg(feature = "message-signatures")]
fn signed_id(
    plan: &Plan,
    head: &dyn RequestHead,
    accepted: &Accepted,
    place: &Place,
) -> Result<Vec<u8>, Rejection> {
    let id = match place {
        Place::Header(name) if accepted.coverage.proves(place) => match single(head, name) {
            // As it is signed: without the whitespace around it.
            Single::One(id) => id.trim_ascii(),
            Single::Absent | Single::Repeated => &[],
        },
        place if plan.event_id.as_ref() == Some(place) => {
            let id = accepted.event_id.as_ref().ok_or_else(|| no_id(place))?;
            return Ok(id.as_bytes().to_vec());
        }
        _ => &[],
    };
    match id {
        [] => Err(no_id(place)),
        id => Ok(id.to_vec()),
    }
}

/// What an identity is completed from, after the signature matched.
struct Completion<'a> {
    plan: &'a Plan,
    covers_body: bool,
    /// Where the body is kept.
    body: Option<&'a [u8]>,
    jws: Option<&'a Jws>,
}

impl Verdict<'_> {
    /// The identity of a request that was verified by a key; `None` if the body has to
    /// be fed once more for it.
    pub(super) fn identity(&mut self, key: u16) -> Result<Option<Identity>, Rejection> {
        let ColdState {
            identity: Some(this),
            before,
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
        if let Some(one) = &mut this.before {
            match one.complete(&completion, self.request) {
                Ok(identity) => one.known = identity,
                // The release before did not claim a delivery that it could not identify.
                Err(_) => this.before = None,
            }
        }
        let previous = this.before.as_ref().map(|before| before.known);
        if this.known.is_some() && previous != Some(None) {
            *before = previous.flatten();
            return Ok(this.known);
        }
        this.verified_by = Some(key);
        *is_second_pass = true;
        Ok(None)
    }

    /// The identity after a second pass that nothing else needed, and the key that
    /// matched on the first.
    pub(super) fn identity_of_second_pass(&mut self) -> Option<(u16, Identity)> {
        let this = self.cold.identity.as_deref_mut()?;
        let key = this.verified_by?;
        this.end_body(None);
        let body_is_empty = self.request.body_is_empty;
        let hash = |one: &Identifying| one.known.unwrap_or_else(|| one.hash(body_is_empty));
        self.cold.before = this.before.as_deref().map(hash);
        Some((key, hash(this)))
    }
}

impl Identifying {
    /// The identity; `None` if the body has to be fed once more for it.
    fn complete(
        &mut self,
        from: &Completion<'_>,
        request: &mut Request,
    ) -> Result<Option<Identity>, Rejection> {
        self.end_scans();
        let values = BodyValues {
            body: from.body.unwrap_or_default(),
            jws: from.jws,
        };
        let mut lacks_id = false;
        for id in std::mem::take(&mut self.late) {
            let found = if id.is_scanned() {
                id.found
            } else {
                let malformed = Code::ContentMalformed;
                let found = values.read(&id.place, malformed, malformed).ok();
                found.filter(|id| is_an_id(id))
            };
            // That it is missing is as proven as the body.
            if found.is_none() && !from.covers_body && !id.place.is_in_jws() {
                return Err(no_id(&id.place));
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
        self.go_by_content(from.plan);
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

/// The values of the signed text that tell deliveries apart, as far as the head tells
/// them, and whether the body is one.
fn content_of(facts: &HeadFacts<'_>, by: ReplayBy) -> Result<(Values, bool), Rejection> {
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

/// The same of a message signature: what the policy demands, and when it was made.
#[cfg(feature = "message-signatures")]
fn demanded(inner: &Inner, head: &dyn RequestHead, accepted: &Accepted, by: ReplayBy) -> Values {
    let demanded = message_signatures::demanded(inner.setting(), head);
    let mut values = vec![Some(demanded.as_bytes().to_vec())];
    if by != ReplayBy::Payload {
        let created = accepted.created.map(UnixTime::as_secs);
        values.push(created.map(|time| time.to_be_bytes().to_vec()));
    }
    values
}

/// Whether a value can be an id: nothing, `null` and what is no scalar are none, or
/// two events without one would be one delivery.
pub(super) fn is_an_id(text: &str) -> bool {
    !matches!(text, "" | "null" | "true" | "false") && !text.starts_with(['{', '['])
}

fn no_id(place: &Place) -> Rejection {
    let place = reason::text(place);
    Reason::NoId { place }.into()
}

/// Which of its listed values the header has that tells deliveries with equal
/// content apart; all others count as one.
fn kind_of((name, values): &PlannedKind, head: &dyn RequestHead) -> Option<u16> {
    let listed = match single(head, name) {
        Single::One(value) => values.iter().position(|known| known.as_bytes() == value),
        Single::Absent | Single::Repeated => None,
    };
    Some(listed.map_or(0, |at| u16::try_from(at + 1).unwrap_or(0)))
}
