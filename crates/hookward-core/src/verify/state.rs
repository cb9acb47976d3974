//! State of one verification between the request head and the last byte of the body.
//!
//! [`head`](super::head) creates it, [`body`](super::body) feeds it and
//! [`verdict`](super::verdict) consumes it. What few requests need is in [`ColdState`],
//! so that the common case stays small.

use std::ops::Deref;
use std::sync::Arc;

use bytes::Bytes;
use smallvec::SmallVec;

use super::head_facts::HeadCopy;
use super::identifying::{Identifying, Identity};
use super::jws::Jws;
use super::particulars::Content;
use super::shape::Reserved;
use super::streams::Streams;
use super::verifier::Inner;
use crate::crypto::{Crc32, PublicKey, Stream, Tag};
use crate::key::PreparedKey;
#[cfg(feature = "message-signatures")]
use crate::message_signatures::AcceptedSignature;
use crate::scheme::ambiguity::JsonShape;
use crate::scheme::{Coverage, Digest, Plan};
use crate::text::time::UnixTime;

/// The length of `https://`.
pub(super) const LONGEST_URL_SCHEME: usize = 8;

pub(super) struct State {
    /// Values read from the request.
    pub(super) request: Request,
    /// Whether the raw body is part of the signed content.
    pub(super) body_is_signed: bool,
    /// Whether the start of the body has to be checked.
    pub(super) watches_start: bool,
    /// The primary hash with the index of its key: the one that the request names, or
    /// else the first on the ring.
    pub(super) primary: Option<(u16, Stream)>,
    /// The state of the keys after the first, on the fast path.
    pub(super) remaining_keys: RemainingKeys,
    /// `None` for a MAC over head values followed by the body, as most schemes have it.
    pub(super) cold: Option<Box<ColdState>>,
}

/// Values read from the request: from its head, completed after the body.
pub(super) struct Request {
    /// The index of the form.
    pub(super) plan: u16,
    /// The index of the key that the request names, or whose secret or message signature
    /// matched.
    pub(super) chosen: Option<u16>,
    /// Whether a shared secret or a message signature has matched already.
    pub(super) is_settled: bool,
    pub(super) body_is_empty: bool,
    pub(super) now: UnixTime,
    pub(super) timestamp: Option<UnixTime>,
    pub(super) event_id: Option<Arc<str>>,
    /// The decoded signatures, each with the index of the key that it names.
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

/// The state of the keys after the first, if their hashes depend on nothing in the head.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum RemainingKeys {
    /// No further keys, or their hashes are in [`ColdState`].
    None,
    /// Not started yet; hashed together with the first.
    Unstarted,
    /// Hashed in a second pass, if the first does not match.
    Deferred,
}

/// State that few requests need.
#[derive(Default)]
pub(super) struct ColdState {
    /// Hashes and checks other than the primary hash.
    pub(super) streams: Streams,
    /// Whether this is a second pass over the body.
    pub(super) is_second_pass: bool,
    /// The identity of the delivery, if the caller requested it.
    pub(super) identity: Option<Box<Identifying>>,
    /// The identity of the delivery as the previous release computed it.
    pub(super) previous_identity: Option<Identity>,
    /// Recipients named in the head, if they are compared.
    pub(super) head_recipients: Option<HeadRecipients>,
    /// What the signature covers, if the request decides.
    pub(super) coverage: Option<Arc<Coverage>>,
    /// Inputs of the document of proven values, if the handler receives one, and the
    /// document.
    pub(super) proven_inputs: Option<Box<ProvenInputs>>,
    pub(super) document: Option<Content>,
    /// The JSON structure of the body, and the last byte of the URL before it.
    pub(super) json_shape: JsonShape,
    pub(super) url_end: Option<u8>,
    /// The first bytes of the body, if they have to be checked.
    pub(super) body_start: SmallVec<[u8; LONGEST_URL_SCHEME]>,
    /// The signed content that follows the body.
    pub(super) trailing: Vec<TrailingPart>,
    /// Head values for parts that are evaluated after the body has been read.
    pub(super) head: Option<Box<HeadCopy>>,
    pub(super) body: Option<Box<BodyState>>,
    pub(super) jws: Option<Box<Jws>>,
    /// The key of the certificate in the request, and the index of its root on the ring.
    pub(super) certificate_key: Option<(u16, PublicKey)>,
    pub(super) bindings: Vec<PendingBinding>,
    /// Texts that prove nothing even under a valid signature, since anyone can have them
    /// signed. If present, each hash records its input.
    pub(super) reserved: Option<Arc<Reserved>>,
    /// Forms to try if a value in the body rules this one out.
    pub(super) other_forms: Vec<State>,
    /// A message signature that was verified from the head.
    #[cfg(feature = "message-signatures")]
    pub(super) message: Option<Box<AcceptedSignature>>,
}

/// Recipients named in the head, until a signature has matched.
pub(super) struct HeadRecipients {
    /// For each recipient of the plan, the value of the first place that has one.
    pub(super) found: Vec<Option<String>>,
}

/// Inputs of the document other than the body and the JWS.
pub(super) struct ProvenInputs {
    pub(super) query: String,
}

pub(super) struct Candidate {
    pub(super) bytes: SmallVec<[u8; 64]>,
    pub(super) key: Option<u16>,
}

/// Signed content that follows the body, or follows a part that depends on the body.
pub(super) enum TrailingPart {
    Bytes(Vec<u8>),
    Secret,
    Part(usize),
}

/// A bound value and its expected value, compared after the body has been read.
pub(super) struct PendingBinding {
    /// The index of the binding in the plan.
    pub(super) index: usize,
    pub(super) value: Option<Vec<u8>>,
    pub(super) expected: Vec<TrailingPart>,
}

/// Values computed from the body in addition to the signed content, and the buffered
/// body.
#[derive(Default)]
pub(super) struct BodyState {
    pub(super) digests: SmallVec<[(Digest, Running); 1]>,
    pub(super) crc32: Option<Crc32>,
    /// The last bytes so far, if they do not fill a base64 group yet.
    pub(super) base64: Option<SmallVec<[u8; 4]>>,
    pub(super) kept: Option<KeptBody>,
    pub(super) overflow: bool,
}

/// A buffered body.
pub(super) enum KeptBody {
    /// Buffered here, as it arrives.
    Own(Vec<u8>),
    /// Buffered by the caller, which lends it after the last byte; empty until then.
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

impl State {
    /// The initial state of a request in this form.
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

    /// Starts a digest of the body, unless it is already being computed.
    pub(super) fn start_digest(&mut self, digest: Digest) {
        let digests = &mut self.body().digests;
        if !digests.iter().any(|(known, _)| *known == digest) {
            digests.push((digest, Running::Fed(Box::new(Stream::hash(digest)))));
        }
    }

    /// Buffers the body, for values that are read from the whole of it.
    pub(super) fn keep_whole_body(&mut self) {
        self.body()
            .kept
            .get_or_insert_with(|| KeptBody::Own(Vec::new()));
    }

    /// Whether the body is buffered.
    pub(super) fn keeps_whole_body(&self) -> bool {
        let body = self.cold.as_ref().and_then(|cold| cold.body.as_ref());
        body.is_some_and(|body| body.kept.is_some())
    }
}

impl ColdState {
    /// The buffered body, if there is one.
    pub(super) fn kept_body(&self) -> Option<&[u8]> {
        self.body.as_ref().and_then(|body| body.kept.as_deref())
    }
}

/// The third phase of a request that has cold state.
pub(super) struct Verdict<'a> {
    pub(super) inner: &'a Inner,
    pub(super) plan: &'a Plan,
    pub(super) keys: &'a [PreparedKey],
    pub(super) request: &'a mut Request,
    pub(super) primary: &'a mut Option<(u16, Stream)>,
    pub(super) cold: &'a mut ColdState,
}
