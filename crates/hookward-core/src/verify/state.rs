//! What is kept between the head and the last byte of the body.

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
use crate::crypto::{Crc32, Ed25519Stream, PublicKey, Stream, Tag};
#[cfg(feature = "message-signatures")]
use crate::message_signatures::Accepted;
use crate::scheme::boundary::JsonShape;
use crate::scheme::{Coverage, Digest};
use crate::text::time::UnixTime;

pub(super) struct State {
    pub(super) plan: u16,
    /// The key that the request names, or that a shared secret matched.
    pub(super) chosen: Option<u16>,
    /// Whether a shared secret matched already.
    pub(super) is_settled: bool,
    /// Whether the body itself is fed to the streams.
    pub(super) body_is_signed: bool,
    /// Whether it matters how the body starts.
    pub(super) watches_start: bool,
    pub(super) body_is_empty: bool,
    pub(super) now: UnixTime,
    pub(super) timestamp: Option<UnixTime>,
    pub(super) event_id: Option<Arc<str>>,
    /// The signatures, decoded, each with the key it names.
    pub(super) candidates: SmallVec<[Candidate; 1]>,
    /// The hash being fed, with its key: the first on the ring, where the request
    /// does not name one.
    pub(super) primary: Option<(u16, Stream)>,
    /// What becomes of the keys after the first, in the most usual form.
    pub(super) other_keys: RemainingKeys,
    /// Absent for a MAC over what the head tells and then the body, which is
    /// what most schemes are.
    pub(super) rare: Option<Box<Rare>>,
}

/// What is to become of the keys after the first, where their hashes need
/// nothing of the head.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum RemainingKeys {
    /// There are none, or their hashes are in [`Rare`].
    None,
    /// They are hashed with the first.
    Unstarted,
    /// They are hashed when the first does not match.
    Waiting,
}

/// State that few requests need.
#[derive(Default)]
pub(super) struct Rare {
    /// The hashes of further keys, fed beside the primary.
    pub(super) more: Vec<(u16, Stream)>,
    /// Ed25519 checks, each with its key.
    pub(super) points: Vec<(u16, Ed25519Stream)>,
    /// The hashes of the other keys while the body is kept and may come again.
    pub(super) waiting: Vec<(u16, Stream)>,
    /// Whether the body is fed once more, for the keys that waited.
    pub(super) is_second_pass: bool,
    /// What tells the delivery from others, where that is asked.
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
    pub(super) after: Vec<After>,
    /// What parts that need the body read of the head.
    pub(super) head: Option<Box<HeadCopy>>,
    pub(super) extra: Option<Box<Extra>>,
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

/// What is computed or kept of the body beside the signed content.
#[derive(Default)]
pub(super) struct Extra {
    pub(super) digests: SmallVec<[(Digest, Running); 1]>,
    pub(super) crc32: Option<Crc32>,
    /// Bytes of the body that do not fill a group of base64 yet.
    pub(super) base64: Option<SmallVec<[u8; 4]>>,
    pub(super) body: Option<KeptBody>,
    pub(super) body_overflow: bool,
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

/// What was read from the head, as text.
#[derive(Default)]
pub(super) struct Found<'a> {
    pub(super) timestamp: Option<Cow<'a, [u8]>>,
    pub(super) id: Option<Cow<'a, [u8]>>,
    pub(super) key_id: Option<Cow<'a, [u8]>>,
}
