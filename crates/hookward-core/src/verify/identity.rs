//! Identity of a delivery: the hash that a replay guard compares.
//!
//! It is computed over proven values, not over signature bytes: it is the same for every
//! key of the ring, form, spelling or signature that matches, and it does not depend on
//! the unsigned parts of the request, which an attacker may change. A value that may have
//! been signed in several spellings is hashed in its normal one.

use std::fmt;
use std::sync::Arc;

use hookward_replay::ReplayKey;

use super::availability::{is_in_body_or_its_jws, is_known_from_head};
use super::facts::HeadFacts;
use super::from_body::BodyValues;
use super::jws::Jws;
use super::read::ReadHead;
use super::state::{ColdState, Request, State};
use super::verdict::Verdict;
use crate::crypto::{Stream, Tag, sha256};
#[cfg(feature = "message-signatures")]
use crate::message_signatures::{self, AcceptedSignature};
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

/// What an endpoint requires of a verification beyond its verdict.
#[derive(Clone, Default)]
pub(crate) struct Demands {
    /// Texts that prove nothing even under a valid signature, since a handshake signs
    /// them for anyone.
    pub(crate) reserved: Option<Arc<Reserved>>,
    /// How to identify the delivery, if its identity is needed.
    pub(crate) identify: Option<Identify>,
}

impl fmt::Debug for Demands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Demands")
            .field("identify", &self.identify)
            .finish_non_exhaustive()
    }
}

/// Version of the key derivation.
pub(crate) const KEY_VERSION: u32 = 3;

/// The replay key of a delivery: 128 bits of a hash over namespace, tenant and identity.
///
/// 128 bits are enough. To make a delivery pass for one that was already handled, an
/// attacker needs a second preimage. To make two deliveries of their own collide, they
/// need a collision between contents that the *provider* signs, with ids and times that
/// the provider chooses, so that the 2⁶⁴ candidates cannot be computed in advance.
///
/// The encoding is injective: every value but the last is preceded by its length, and the
/// length that encodes a missing tenant is one that no tenant has.
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

/// How deliveries are identified: as declared by the scheme, or as overridden by the
/// operator.
#[derive(Debug, Clone, Default)]
pub(crate) struct Identify {
    pub(crate) by: Option<ReplayBy>,
    pub(crate) id: Option<Place>,
    /// Whether a replay guard relies on the identity: a scheme without one is then an
    /// error.
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

    /// How the previous release identified deliveries, if that differs and the operator
    /// does not override it.
    fn previous<'a>(&self, plan: &'a Plan) -> Option<&'a Identified> {
        let previous = plan.identified.before.as_deref()?;
        (self.by.is_none() && previous.by != ReplayBy::None).then_some(previous)
    }

    /// What identifies the deliveries of this form; `None` if nothing does.
    fn checked(&self, plan: &Plan) -> Result<Option<ReplayBy>, Rejection> {
        match self.problem(plan) {
            Some(problem) => {
                let error = problem.into();
                Err(Reason::Setup { error }.into())
            }
            None => Ok(Some(self.by(plan)).filter(|by| *by != ReplayBy::None)),
        }
    }

    /// Whether the identity would be computed from the timestamp alone, or from nothing.
    fn lacks_content(&self, plan: &Plan) -> bool {
        let is_compared = |part: &Part| plan.identifies(part, ReplayBy::Payload);
        matches!(self.by(plan), ReplayBy::Payload | ReplayBy::Content)
            && !plan.algorithm.lists_content()
            && plan.algorithm.signs_content()
            && !plan.parts.iter().any(is_compared)
    }

    /// Why the deliveries of a form cannot be identified this way.
    pub(crate) fn problem(&self, plan: &Plan) -> Option<String> {
        if self.by(plan) == ReplayBy::None && self.is_relied_on {
            return Some(format!(
                "two genuine deliveries of {} can be equal byte for byte, so a replay guard would drop one of them. Configure what identifies a delivery: `ReplayGuard::event_id(place)` for an id in the request, `ReplayGuard::identity_from(…)` for a value that your code computes, or `ReplayGuard::by(ReplayBy::Body)` if no two of your events have the same body. Otherwise remove the guard and make the handler idempotent",
                plan.name
            ));
        }
        if self.by(plan) != ReplayBy::Id {
            return self.lacks_content(plan).then(|| format!(
                "{} signs only the time, which does not identify a delivery: name the place of an id with `ReplayGuard::event_id(place)`, or include the body with `ReplayGuard::by(ReplayBy::Body)`",
                plan.name
            ));
        }
        let id = self.id(plan);
        if id.is_empty() {
            return Some(format!(
                "{} declares no id that identifies a delivery: name its place with `ReplayGuard::event_id(place)`",
                plan.name
            ));
        }
        if plan.algorithm.lists_content() {
            // What a message signature covers is known only once a request arrives.
            let mut places = id.iter();
            return places
                .find(|place| !place.is_in_body() && !matches!(place, Place::Header(_)))
                .map(|place| {
                    format!(
                        "{}: an id cannot be read from the {place}, only from headers and the body",
                        plan.name
                    )
                });
        }
        check_places(id, plan.event_id.as_ref(), &plan.coverage)
            .err()
            .map(|error| format!("{}: {error}", plan.name))
    }
}

/// The identity of a verified delivery.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Identity {
    /// Not requested.
    Unknown,
    /// All proven values are empty, as in a test delivery: there is nothing to compare.
    Nothing,
    Is([u8; 32]),
}

/// Proven values, in order; `None` for a missing one.
type Values = Vec<Option<Vec<u8>>>;

/// An identity under computation.
pub(super) struct Identifying {
    by: ReplayBy,
    /// Values that identify the delivery, in order: first those from the head, then those
    /// from the body.
    values: Values,
    /// Ids in the body, appended to `values` after the last byte.
    body_ids: Vec<BodyId>,
    /// Values of the signed content, used instead if an id is missing.
    content: Values,
    body: Option<BodyDigest>,
    /// The index of the key that matched, while a second pass over the body is pending.
    verified_by: Option<u16>,
    /// The identity, if it is complete before that pass.
    known: Option<Identity>,
    /// The identity as the previous release computed it, if that differs.
    previous: Option<Box<Self>>,
    /// The position of the unsigned header's value in the closed list of the scheme.
    kind: Option<u16>,
    /// Whether the signed text has no unambiguous boundaries between the values. They are
    /// then hashed as one, so that every division of the same text is the same delivery.
    is_joined: bool,
}

/// An id in the body.
struct BodyId {
    place: Place,
    /// Reads the id while the body arrives; `None` if it is read from the buffered body.
    scanner: Option<Box<Scanner>>,
    /// The id that the scanner read.
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
    /// Computed alongside the signed content.
    Fed(Box<Stream>),
    /// Not started yet; started with the first bytes.
    Unstarted,
    /// Computed only if an id turns out to be missing: from the buffered body, or in a
    /// second pass.
    Deferred,
    /// The same digest as the one that is signed, and taken from there.
    IsSigned,
    Done([u8; 32]),
}

impl Identifying {
    /// An identity without values.
    fn start(
        plan: &Plan,
        head: &dyn RequestHead,
        by: ReplayBy,
        kind: Option<&PlannedKind>,
    ) -> Self {
        Self {
            by,
            values: Vec::new(),
            body_ids: Vec::new(),
            content: Vec::new(),
            body: None,
            verified_by: None,
            known: None,
            previous: None,
            kind: kind.and_then(|kind| kind_index(kind, head)),
            is_joined: by != ReplayBy::Id && !plan.parts_are_apart,
        }
    }

    /// An id is missing: the proven content identifies the delivery instead.
    fn fall_back_to_content(&mut self, plan: &Plan) {
        self.by = ReplayBy::Content;
        self.values = std::mem::take(&mut self.content);
        self.is_joined = !plan.parts_are_apart;
    }

    /// Whether an id has to be read from the buffered body.
    fn needs_body(&self) -> bool {
        self.body_ids.iter().any(|id| !id.is_scanned())
    }

    /// Feeds the body to the scanners for ids.
    pub(super) fn scan(&mut self, bytes: &[u8]) {
        if let Some(previous) = &mut self.previous {
            previous.scan(bytes);
        }
        for scanner in self
            .body_ids
            .iter_mut()
            .filter_map(|id| id.scanner.as_mut())
        {
            scanner.update(bytes);
        }
    }

    /// Takes the results of the scanners, after the last byte.
    fn finish_scans(&mut self) {
        for id in &mut self.body_ids {
            if let Some(scanner) = id.scanner.take() {
                id.found = scanner.finish().ok().filter(|id| is_valid_id(id));
            }
        }
    }

    /// The caller keeps the body: the digest that replaces a missing id, which is rare,
    /// is deferred.
    pub(super) fn keep_body(&mut self) {
        if let Some(previous) = &mut self.previous {
            previous.keep_body();
        }
        if let Some(BodyDigest::Unstarted) = self.body {
            self.body = Some(BodyDigest::Deferred);
        }
    }

    /// Prepares for a second pass: the deferred digest is computed if a scanned id is
    /// missing.
    pub(super) fn start_second_pass(&mut self) {
        if let Some(previous) = &mut self.previous {
            previous.start_second_pass();
        }
        self.finish_scans();
        let is_missing = |id: &BodyId| id.is_scanned() && id.found.is_none();
        if matches!(self.body, Some(BodyDigest::Deferred)) && self.body_ids.iter().any(is_missing) {
            self.body = Some(BodyDigest::Unstarted);
        }
    }

    /// Whether the second pass is for the digest alone.
    pub(super) fn awaits_digest(&self) -> bool {
        self.verified_by.is_some()
    }

    /// Whether a digest of the body has to be fed; starts one that is not started yet.
    pub(super) fn is_fed(&mut self) -> bool {
        if let Some(BodyDigest::Unstarted) = self.body {
            self.body = Some(BodyDigest::Fed(Box::new(Stream::hash(Digest::Sha256))));
        }
        let is_fed = matches!(self.body, Some(BodyDigest::Fed(_)));
        self.previous
            .as_mut()
            .is_some_and(|previous| previous.is_fed())
            || is_fed
    }

    /// Feeds the digest of the body.
    #[inline]
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        if let Some(BodyDigest::Fed(stream)) = &mut self.body {
            stream.update(bytes);
        }
        if let Some(previous) = &mut self.previous {
            previous.feed(bytes);
        }
    }

    /// Finishes the digest after the last byte of either pass.
    pub(super) fn finish_digest(&mut self, signed: Option<&Tag>) {
        if let Some(previous) = &mut self.previous {
            previous.finish_digest(signed);
        }
        let done = match (&self.body, signed) {
            (Some(BodyDigest::Fed(stream)), _) => (**stream).clone().finish().first_half(),
            (Some(BodyDigest::Unstarted), _) => sha256(&[]),
            (Some(BodyDigest::IsSigned), Some(signed)) => signed.first_half(),
            _ => return,
        };
        self.body = Some(BodyDigest::Done(done));
    }

    /// Sets the digest of a body that a message signature covers.
    #[cfg(feature = "message-signatures")]
    pub(super) fn set_digest(&mut self, digest: &Tag) {
        if let Some(previous) = &mut self.previous {
            previous.set_digest(digest);
        }
        if self.by != ReplayBy::Id || !self.body_ids.is_empty() {
            self.body = Some(BodyDigest::Done(digest.first_half()));
        }
    }

    /// Adds a signed value that was read from the body.
    pub(super) fn add_from_body(&mut self, plan: &Plan, part: &Part, text: &[u8]) {
        if let Some(previous) = &mut self.previous {
            previous.add_from_body(plan, part, text);
        }
        let (by, values) = match self.by {
            ReplayBy::Id if self.body_ids.is_empty() => return,
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
            // A missing value differs from an empty one.
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

/// Whether a value can be an event id. Empty values, `null`, booleans, objects and arrays
/// cannot: two events with such a value would be taken for one delivery.
pub(super) fn is_valid_id(text: &str) -> bool {
    !matches!(text, "" | "null" | "true" | "false") && !text.starts_with(['{', '['])
}

fn missing_id(place: &Place) -> Rejection {
    let place = reason::text(place);
    Reason::NoId { place }.into()
}

/// The position, from 1, of the header's value in the list that distinguishes deliveries
/// with equal content; 0 for all other values.
fn kind_index((name, values): &PlannedKind, head: &dyn RequestHead) -> Option<u16> {
    let listed = match single(head, name) {
        Single::One(value) => values.iter().position(|known| known.as_bytes() == value),
        Single::Absent | Single::Repeated => None,
    };
    Some(listed.map_or(0, |at| u16::try_from(at + 1).unwrap_or(0)))
}
