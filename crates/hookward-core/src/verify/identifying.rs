//! Identity of a delivery: the hash that a replay guard compares.
//!
//! It is computed over proven values, not over signature bytes: it is the same for every
//! key of the ring, form, spelling or signature that matches, and it does not depend on
//! the unsigned parts of the request, which an attacker may change. A value that may have
//! been signed in several spellings is hashed in its normal one.

use hookward_replay::ReplayKey;

use crate::crypto::{Stream, Tag, sha256};
use crate::request::head::{RequestHead, Single, single};
use crate::request::reason::{self, Reason};
use crate::request::rejection::Rejection;
use crate::scheme::part::Part;
use crate::scheme::{Digest, Place, Plan, PlannedKind, ReplayBy};
use crate::text::json_scan::Scanner;

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
pub(super) type Values = Vec<Option<Vec<u8>>>;

/// An identity under computation.
pub(super) struct Identifying {
    pub(super) by: ReplayBy,
    /// Values that identify the delivery, in order: first those from the head, then those
    /// from the body.
    pub(super) values: Values,
    /// Ids in the body, appended to `values` after the last byte.
    pub(super) body_ids: Vec<BodyId>,
    /// Values of the signed content, used instead if an id is missing.
    pub(super) content: Values,
    pub(super) body: Option<BodyDigest>,
    /// The index of the key that matched, while a second pass over the body is pending.
    pub(super) verified_by: Option<u16>,
    /// The identity, if it is complete before that pass.
    pub(super) known: Option<Identity>,
    /// The identity as the previous release computed it, if that differs.
    pub(super) previous: Option<Box<Self>>,
    /// The position of the unsigned header's value in the closed list of the scheme.
    kind: Option<u16>,
    /// Whether the signed text has no unambiguous boundaries between the values. They are
    /// then hashed as one, so that every division of the same text is the same delivery.
    is_joined: bool,
}

/// An id in the body.
pub(super) struct BodyId {
    pub(super) place: Place,
    /// Reads the id while the body arrives; `None` if it is read from the buffered body.
    scanner: Option<Box<Scanner>>,
    /// The id that the scanner read.
    pub(super) found: Option<String>,
}

impl BodyId {
    pub(super) fn new(place: &Place) -> Self {
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

    pub(super) fn is_scanned(&self) -> bool {
        matches!(self.place, Place::Json(_))
    }
}

pub(super) enum BodyDigest {
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
    pub(super) fn start(
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
    pub(super) fn fall_back_to_content(&mut self, plan: &Plan) {
        self.by = ReplayBy::Content;
        self.values = std::mem::take(&mut self.content);
        self.is_joined = !plan.parts_are_apart;
    }

    /// Whether an id has to be read from the buffered body.
    pub(super) fn needs_body(&self) -> bool {
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
    pub(super) fn finish_scans(&mut self) {
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

    pub(super) fn hash(&self, body_is_empty: bool) -> Identity {
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

/// Whether a value can be an event id. Empty values, `null`, booleans, objects and arrays
/// cannot: two events with such a value would be taken for one delivery.
pub(super) fn is_valid_id(text: &str) -> bool {
    !matches!(text, "" | "null" | "true" | "false") && !text.starts_with(['{', '['])
}

pub(super) fn missing_id(place: &Place) -> Rejection {
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
