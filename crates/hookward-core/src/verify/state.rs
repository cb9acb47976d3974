//! State of one verification between the request head and the last byte of the body.
//!
//! The three phases work on it: [`head`](super::head) fills it, [`body`](super::body) feeds
//! it, and [`verdict`](super::verdict) draws the conclusion. Each borrows the fields it
//! needs.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::Arc;

use bytes::Bytes;
use smallvec::SmallVec;

use super::LONGEST_URL_SCHEME;
use super::facts::HeadCopy;
use super::identity::{Identifying, Identity};
use super::jws::Jws;
use super::proven::{Content, Proving};
use super::recipient::Addressed;
use super::shape::Reserved;
use super::streams::Streams;
use super::verifier::Inner;
use crate::crypto::{Crc32, PublicKey, Stream, Tag};
use crate::key::PreparedKey;
#[cfg(feature = "message-signatures")]
use crate::message_signatures::Accepted;
use crate::scheme::boundary::JsonShape;
use crate::scheme::{Coverage, Digest, Plan};
use crate::text::time::UnixTime;

pub(super) struct State {
    /// What the request says of itself.
    pub(super) request: Request,
    /// Whether the body itself is fed to the streams.
    pub(super) body_is_signed: bool,
    /// Whether the start of the body has to be checked.
    pub(super) watches_start: bool,
    /// The hash being fed, with its key: the first on the ring, where the request
    /// does not name one.
    pub(super) primary: Option<(u16, Stream)>,
    /// What happens to the keys after the first, on the fast path.
    pub(super) remaining_keys: RemainingKeys,
    /// Absent for a MAC over values of the head followed by the body, which is
    /// what most schemes are.
    pub(super) cold: Option<Box<ColdState>>,
}

/// What was read from the request: from its head, completed after the body.
pub(super) struct Request {
    /// The index of the form.
    pub(super) plan: u16,
    /// The key that the request names, or that a shared secret matched.
    pub(super) chosen: Option<u16>,
    /// Whether a shared secret matched already.
    pub(super) is_settled: bool,
    pub(super) body_is_empty: bool,
    pub(super) now: UnixTime,
    pub(super) timestamp: Option<UnixTime>,
    pub(super) event_id: Option<Arc<str>>,
    /// The signatures, decoded, each with the key it names.
    pub(super) candidates: SmallVec<[Candidate; 1]>,
}

impl Request {
    pub(super) fn plan<'a>(&self, inner: &'a Inner) -> &'a Plan {
        &inner.setup.plans[usize::from(self.plan)]
    }

    pub(super) fn keys<'a>(&self, inner: &'a Inner) -> &'a [PreparedKey] {
        inner.keys.of(usize::from(self.plan))
    }
}

/// What happens to the keys after the first, where their hashes need nothing of
/// the head.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum RemainingKeys {
    /// There are none, or their hashes are in [`ColdState`].
    None,
    /// They are hashed with the first.
    Unstarted,
    /// They are hashed when the first does not match.
    Waiting,
}

/// State that few requests need.
#[derive(Default)]
pub(super) struct ColdState {
    /// The hashes beside the primary one.
    pub(super) streams: Streams,
    /// Whether this is a second pass over the body.
    pub(super) is_second_pass: bool,
    /// What tells the delivery from others, if the caller asked for it.
    pub(super) identity: Option<Box<Identifying>>,
    /// The identity that the release before this one gave the delivery.
    pub(super) before: Option<Identity>,
    /// For whom the delivery is, where that is compared.
    pub(super) addressed: Option<Addressed>,
    /// What the signature covers, where the request decides.
    pub(super) coverage: Option<Arc<Coverage>>,
    /// What the document of proven values is made of, where a handler gets that,
    /// and the document.
    pub(super) proving: Option<Box<Proving>>,
    pub(super) document: Option<Content>,
    /// What the body is as JSON, and how the URL in front of it ends.
    pub(super) json: JsonShape,
    pub(super) url_end: Option<u8>,
    /// The first bytes of the body, where they decide.
    pub(super) start: SmallVec<[u8; LONGEST_URL_SCHEME]>,
    /// What the signed content has after the body.
    pub(super) after: Vec<After>,
    /// What parts that need the body read of the head.
    pub(super) head: Option<Box<HeadCopy>>,
    pub(super) body: Option<Box<BodyState>>,
    pub(super) jws: Option<Box<Jws>>,
    /// The key of the certificate that the request carries, and the root's
    /// index among the keys.
    pub(super) certified: Option<(u16, PublicKey)>,
    pub(super) bindings: Vec<PendingBinding>,
    /// The texts that prove nothing, although their signature is right: anyone
    /// can have them signed. Then each hash records what it is fed.
    pub(super) reserved: Option<Arc<Reserved>>,
    /// Forms that apply when the body says that this one does not.
    pub(super) others: Vec<State>,
    /// A message signature, verified with the head.
    #[cfg(feature = "message-signatures")]
    pub(super) message: Option<Box<Accepted>>,
}

pub(super) struct Candidate {
    pub(super) bytes: SmallVec<[u8; 64]>,
    pub(super) key: Option<u16>,
}

/// What the content has after the body, or after something that needs it.
pub(super) enum After {
    Bytes(Vec<u8>),
    Secret,
    Part(usize),
}

/// A value of the head that has to equal something which only the body tells.
pub(super) struct PendingBinding {
    /// Its index in the plan.
    pub(super) index: usize,
    pub(super) value: Option<Vec<u8>>,
    pub(super) expected: Vec<After>,
}

/// What is computed from the body, or kept of it, beside the signed content.
#[derive(Default)]
pub(super) struct BodyState {
    pub(super) digests: SmallVec<[(Digest, Running); 1]>,
    pub(super) crc32: Option<Crc32>,
    /// Bytes of the body that do not fill a group of base64 yet.
    pub(super) base64: Option<SmallVec<[u8; 4]>>,
    pub(super) kept: Option<KeptBody>,
    pub(super) overflow: bool,
}

/// A body that is needed in one piece.
pub(super) enum KeptBody {
    /// Kept here, as it arrives.
    Own(Vec<u8>),
    /// Kept by the caller, who lends it after the last byte; empty until then.
    Lent(Bytes),
}

impl Deref for KeptBody {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Own(body) => body,
            Self::Lent(body) => body,
        }
    }
}

pub(super) enum Running {
    Fed(Box<Stream>),
    Done(Tag),
}

/// Timestamp, id and key id of the request, as text.
#[derive(Default)]
pub(super) struct Metadata<'a> {
    pub(super) timestamp: Option<Cow<'a, [u8]>>,
    pub(super) id: Option<Cow<'a, [u8]>>,
    pub(super) key_id: Option<Cow<'a, [u8]>>,
}

impl State {
    /// Nothing read, nothing fed.
    #[inline]
    pub(super) fn new(plan: usize, now: UnixTime) -> Box<Self> {
        Box::new(Self {
            request: Request {
                plan: u16::try_from(plan).unwrap_or(0),
                chosen: None,
                is_settled: false,
                body_is_empty: true,
                now,
                timestamp: None,
                event_id: None,
                candidates: SmallVec::new(),
            },
            body_is_signed: false,
            watches_start: false,
            primary: None,
            remaining_keys: RemainingKeys::None,
            cold: None,
        })
    }

    pub(super) fn cold(&mut self) -> &mut ColdState {
        self.cold.get_or_insert_default()
    }

    pub(super) fn body(&mut self) -> &mut BodyState {
        self.cold().body.get_or_insert_default()
    }

    /// Computes a digest of the body as it arrives.
    pub(super) fn start_digest(&mut self, digest: Digest) {
        let digests = &mut self.body().digests;
        if !digests.iter().any(|(known, _)| *known == digest) {
            digests.push((digest, Running::Fed(Box::new(Stream::hash(digest)))));
        }
    }

    /// Keeps the body until its end, for what is read from all of it.
    pub(super) fn keep_whole_body(&mut self) {
        self.body()
            .kept
            .get_or_insert_with(|| KeptBody::Own(Vec::new()));
    }

    /// Whether the body is kept until its end.
    pub(super) fn keeps_whole_body(&self) -> bool {
        let body = self.cold.as_ref().and_then(|cold| cold.body.as_ref());
        body.is_some_and(|body| body.kept.is_some())
    }
}

impl ColdState {
    /// The body in one piece, where it is kept.
    pub(super) fn kept_body(&self) -> Option<&[u8]> {
        self.body.as_ref().and_then(|body| body.kept.as_deref())
    }
}
