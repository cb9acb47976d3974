//! From the request head to the verdict, while the body arrives.

mod head;
mod jws;
mod late;
mod signature;
mod verified;
mod window;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use smallvec::SmallVec;

pub(crate) use self::head::{choose, read, signature_texts};
pub(crate) use self::jws::JWS_LEEWAY;
use self::jws::Jws;
use self::late::{form_text, is_late, late_part, read_body};
use self::signature::{find_match, match_shared, mismatch};
use self::verified::Identity;
pub use self::verified::Verified;
pub(crate) use self::window::check_window;
use crate::canonical;
use crate::crypto::{Crc32, Ed25519Stream, PublicKey, Stream, Tag};
use crate::encoding::Encoding;
use crate::endpoint::Lookup;
use crate::head::RequestHead;
use crate::key::Material;
#[cfg(feature = "message-signatures")]
use crate::message_signatures::Accepted;
use crate::rejection::{Code, Rejection};
use crate::scheme::{Algorithm, Digest, Plan};
use crate::time::UnixTime;
use crate::verifier::{Inner, PreparedKey, Verifier};

/// With several keys at once, each gets this many bytes in turn, so that the
/// processor overlaps their independent hash chains.
const INTERLEAVE: usize = 128;

/// What [`Verification::step`] found.
#[must_use]
pub enum Step {
    /// The request is genuine.
    Verified(Verified),
    /// The first key did not match and others are left: feed the same body
    /// once more.
    Again(Verification),
    /// The body tells where the key is: wait for the verifier and go on with
    /// [`Verification::resume`].
    Keys(Lookup, Verification),
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verified(verified) => f.debug_tuple("Verified").field(verified).finish(),
            Self::Again(check) => f.debug_tuple("Again").field(check).finish(),
            Self::Keys(_, check) => f.debug_tuple("Keys").field(check).finish(),
        }
    }
}

/// The state between the request head and the last body byte.
#[must_use]
pub struct Verification(
    /// Behind a pointer: the state of a hash is large, and this is moved often.
    Box<State>,
);

struct State {
    inner: Arc<Inner>,
    plan: u16,
    now: UnixTime,
    /// The key that the request names, or that a shared secret matched.
    chosen: Option<u16>,
    /// The signatures, decoded, each with the key it names.
    candidates: SmallVec<[Candidate; 1]>,
    /// Whether a shared secret matched already.
    is_settled: bool,
    /// The hashes being fed, each with its key; the first is the primary.
    streams: SmallVec<[(u16, Stream); 1]>,
    /// Ed25519 checks, each with its key.
    points: Vec<(u16, Ed25519Stream)>,
    /// Those of the other keys while the body is kept and may come again.
    waiting: Vec<(u16, Stream)>,
    body_kept: bool,
    /// The primary key's result, from the first pass.
    content: Option<Identity>,
    /// Whether the body itself is fed to the streams.
    body_is_signed: bool,
    after: Vec<After>,
    extra: Option<Box<Extra>>,
    jws: Option<Box<Jws>>,
    /// The key of the certificate that the request carries, and the root's
    /// index among the keys.
    certified: Option<(u16, PublicKey)>,
    bindings: Vec<PendingBinding>,
    body_is_empty: bool,
    timestamp: Option<UnixTime>,
    event_id: Option<Arc<str>>,
    /// Forms that apply when the body says that this one does not.
    others: Vec<Verification>,
    /// A message signature, verified with the head.
    #[cfg(feature = "message-signatures")]
    message: Option<Box<Accepted>>,
}

impl fmt::Debug for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verification")
            .field("provider", &self.0.plan().name)
            .finish_non_exhaustive()
    }
}

impl Verification {
    pub(crate) fn begin(
        inner: &Arc<Inner>,
        head: &dyn RequestHead,
        now: UnixTime,
    ) -> Result<Self, Rejection> {
        State::begin(inner, head, now).map(Self)
    }

    /// Tells that the caller keeps the body and can feed it once more.
    ///
    /// Then only the first key is computed while the body arrives, and
    /// [`step`](Self::step) asks for the body again in the unusual case that
    /// another key is needed. Without this, all keys are computed at once.
    ///
    /// While deliveries match another key than the first, all keys are
    /// computed at once all the same, so that the verdict stands when the last
    /// byte arrives.
    pub fn with_body_kept(mut self) -> Self {
        self.0.keep_body();
        self
    }

    /// Feeds the next bytes of the body, in any split.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Gives the verdict after the last byte.
    ///
    /// # Errors
    /// The reason for refusing the request. After
    /// [`with_body_kept`](Self::with_body_kept) use [`step`](Self::step): this
    /// answers for the first key alone.
    pub fn finish(self) -> Result<Verified, Rejection> {
        match self.step()? {
            Step::Verified(verified) => Ok(verified),
            Step::Again(rest) => Err(mismatch(
                rest.0.plan(),
                &rest.0.inner.keys[usize::from(rest.0.plan)],
                rest.0.chosen,
            )),
            Step::Keys(..) => Err(not_awaited()),
        }
    }

    /// Goes on with the keys for which [`Step::Keys`] asked: those of
    /// `verifier`, which is for the same scheme.
    pub fn resume(&mut self, verifier: &Verifier) {
        self.0.resume(verifier);
    }

    /// Gives the verdict after the last byte, or asks for the body once more.
    ///
    /// # Errors
    /// The reason for refusing the request.
    pub fn step(self) -> Result<Step, Rejection> {
        self.0.step()
    }
}

struct Candidate {
    bytes: SmallVec<[u8; 64]>,
    key: Option<u16>,
}

/// What the content has after the body, or after something that needs it.
enum After {
    Bytes(Vec<u8>),
    Secret,
    /// Only for a request without a body.
    IfNoBody(Vec<u8>),
    /// A URL, with which the form is written.
    UrlAndForm(String),
    Part(usize),
}

/// A value of the head that has to equal something which only the body tells.
struct PendingBinding {
    /// Its index in the plan.
    index: usize,
    value: Option<Vec<u8>>,
    expected: Vec<After>,
}

/// State that few schemes need.
#[derive(Default)]
struct Extra {
    digests: SmallVec<[(Digest, Running); 1]>,
    crc32: Option<Crc32>,
    /// Bytes of the body that do not fill a group of base64 yet.
    base64: Option<SmallVec<[u8; 4]>>,
    body: Option<Vec<u8>>,
    body_overflow: bool,
}

enum Running {
    Fed(Box<Stream>),
    Done(Tag),
}

/// What was read from the head, as text.
#[derive(Default)]
struct Found<'a> {
    timestamp: Option<Cow<'a, [u8]>>,
    id: Option<Cow<'a, [u8]>>,
    key_id: Option<Cow<'a, [u8]>>,
}

impl State {
    fn plan(&self) -> &Plan {
        &self.inner.setup.plans[usize::from(self.plan)]
    }

    /// Nothing read, nothing fed.
    fn new(inner: Arc<Inner>, plan: usize, now: UnixTime) -> Box<Self> {
        Box::new(Self {
            inner,
            plan: u16::try_from(plan).unwrap_or(0),
            now,
            chosen: None,
            candidates: SmallVec::new(),
            is_settled: false,
            streams: SmallVec::new(),
            points: Vec::new(),
            waiting: Vec::new(),
            body_kept: false,
            content: None,
            body_is_signed: false,
            after: Vec::new(),
            extra: None,
            jws: None,
            certified: None,
            bindings: Vec::new(),
            body_is_empty: true,
            timestamp: None,
            event_id: None,
            others: Vec::new(),
            #[cfg(feature = "message-signatures")]
            message: None,
        })
    }

    fn begin(
        inner: &Arc<Inner>,
        head: &dyn RequestHead,
        now: UnixTime,
    ) -> Result<Box<Self>, Rejection> {
        let plans = &inner.setup.plans;
        let index = choose(plans, head)?;
        let mut this = Self::begin_form(inner, index, head, now)?;
        if plans[index].is_told_by_body() {
            // A form that the head already rules out is none.
            this.others = (index + 1..plans.len())
                .filter(|other| plans[*other].at.is_in_body())
                .filter_map(|other| {
                    Self::begin_form(inner, other, head, now)
                        .ok()
                        .map(Verification)
                })
                .collect();
        }
        Ok(this)
    }

    /// The next form, fed the same body, when a value in the body says that
    /// this one does not apply.
    fn other_form(&mut self) -> Option<Box<Self>> {
        if self.others.is_empty() || self.extra.as_ref()?.body_overflow {
            return None;
        }
        let body = self.extra.as_mut()?.body.take()?;
        let applies = self.plan().body_constants().all(|(place, text)| {
            read_body(&body, place, Code::ContentMalformed, Code::ContentMalformed)
                .is_ok_and(|value| value.as_bytes() == text)
        });
        if applies {
            self.others.clear();
            self.extra().body = Some(body);
            return None;
        }
        let mut next = self.others.remove(0).0;
        next.others = std::mem::take(&mut self.others);
        let keeps_body = next.extra().body.take().is_some();
        next.update(&body);
        next.extra().body = keeps_body.then_some(body);
        Some(next)
    }

    /// Compares the secrets that were sent with those on the ring.
    fn settle(&mut self, plan: &Plan, keys: &[PreparedKey]) -> Result<(), Rejection> {
        let key = match_shared(keys, self.chosen, &self.candidates)
            .ok_or_else(|| mismatch(plan, keys, self.chosen))?;
        self.chosen = Some(key);
        self.is_settled = true;
        Ok(())
    }

    fn start_digest(&mut self, digest: Digest) {
        let digests = &mut self.extra().digests;
        if !digests.iter().any(|(known, _)| *known == digest) {
            digests.push((digest, Running::Fed(Box::new(Stream::hash(digest)))));
        }
    }

    fn extra(&mut self) -> &mut Extra {
        self.extra.get_or_insert_default()
    }

    fn keep_body(&mut self) {
        self.body_kept = true;
        if self.streams.len() > 1 && self.inner.last_match.load(Ordering::Relaxed) == 0 {
            self.waiting = self.streams.drain(1..).collect();
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        if self.body_is_signed || !self.plan().algorithm.signs_content() {
            feed(&mut self.streams, &mut self.points, bytes);
        }
        let first_pass = self.content.is_none();
        self.body_is_empty &= bytes.is_empty();
        if let Some(extra) = self.extra.as_mut()
            && let Some(carry) = &mut extra.base64
        {
            feed_base64(carry, bytes, &mut self.streams, &mut self.points);
        }
        if let Some(extra) = self.extra.as_mut().filter(|_| first_pass) {
            for (_, digest) in &mut extra.digests {
                if let Running::Fed(stream) = digest {
                    stream.update(bytes);
                }
            }
            if let Some(crc32) = &mut extra.crc32 {
                crc32.update(bytes);
            }
            if let Some(body) = &mut extra.body {
                let limit = usize::try_from(self.inner.setup.body_limit).unwrap_or(usize::MAX);
                if body.len() + bytes.len() > limit {
                    extra.body_overflow = true;
                } else {
                    body.extend_from_slice(bytes);
                }
            }
        }
    }

    fn resume(&mut self, verifier: &Verifier) {
        // One for another scheme is none: the keys stay missing.
        if verifier.inner.setup.plans.len() != self.inner.setup.plans.len() {
            return;
        }
        for other in &mut self.others {
            other.0.inner = verifier.inner.clone();
        }
        self.inner = verifier.inner.clone();
    }

    fn step(mut self: Box<Self>) -> Result<Step, Rejection> {
        if let Some(keys) = &self.inner.body_keys
            && let Some(extra) = self.extra.as_ref().filter(|extra| !extra.body_overflow)
        {
            let lookup = keys.verifier(extra.body.as_deref().unwrap_or_default());
            return Ok(Step::Keys(lookup, Verification(self)));
        }
        if let Some(next) = self.other_form() {
            return next.step();
        }
        let inner = self.inner.clone();
        let plan = &inner.setup.plans[usize::from(self.plan)];
        let keys = &inner.keys[usize::from(self.plan)];
        let extra = self.extra.take().map(|mut extra| {
            // What is left of the body in base64; a second pass starts anew.
            if let Some(carry) = &mut extra.base64 {
                let rest = Encoding::Base64url.encode(carry);
                feed(&mut self.streams, &mut self.points, rest.as_bytes());
                carry.clear();
            }
            extra
        });
        let mut extra = match extra {
            Some(extra) if extra.body_overflow => {
                return Err(Rejection::new(
                    Code::BodyTooLarge,
                    format!("the body is longer than {} bytes", inner.setup.body_limit),
                ));
            }
            extra => extra,
        };
        for (_, digest) in extra.iter_mut().flat_map(|extra| &mut extra.digests) {
            if let Running::Fed(stream) = digest {
                *digest = Running::Done((**stream).clone().finish());
            }
        }
        #[cfg(feature = "message-signatures")]
        if let Some(message) = self.message.take() {
            let digests = extra.iter().flat_map(|extra| &extra.digests);
            let found = digests.filter_map(|(digest, running)| match running {
                Running::Done(tag) => Some((*digest, tag)),
                Running::Fed(_) => None,
            });
            message.check_body(self.body_is_empty, found)?;
            return Ok(Step::Verified(Verified {
                plan: self.plan,
                key: message.key,
                timestamp: self.timestamp,
                event_id: self.event_id,
                content: Identity::of(&message.content),
                duplicate: false,
                inner,
            }));
        }
        let late = match &extra {
            Some(extra) => self.read_late(plan, keys, extra)?,
            None => Found::default(),
        };

        for after in &self.after {
            match after {
                After::Secret => {
                    for (key, stream) in &mut self.streams {
                        stream.update(secret(keys, *key));
                    }
                }
                After::Bytes(bytes) => feed(&mut self.streams, &mut self.points, bytes),
                After::UrlAndForm(url) => {
                    let body = extra.as_ref().and_then(|extra| extra.body.as_deref());
                    let form = form_text(body.unwrap_or_default())?;
                    let text = canonical::url_and_form(url, form);
                    feed(&mut self.streams, &mut self.points, text.as_bytes());
                }
                After::IfNoBody(_) if !self.body_is_empty => {}
                After::IfNoBody(bytes) => feed(&mut self.streams, &mut self.points, bytes),
                After::Part(index) => {
                    let bytes = late_part(
                        plan,
                        &plan.parts[*index],
                        extra.as_deref(),
                        self.jws.as_deref(),
                        &late,
                    )?;
                    feed(&mut self.streams, &mut self.points, &bytes);
                }
            }
        }

        let mut tags: SmallVec<[(u16, Tag); 1]> = SmallVec::new();
        for (key, stream) in self.streams.drain(..) {
            tags.push((key, stream.finish()));
        }
        let content = match self.content.take() {
            Some(content) => content,
            None => Identity::of(&tags[0].1),
        };
        let matched = if self.is_settled {
            self.chosen
        } else if plan.algorithm == Algorithm::Ed25519 {
            self.points
                .drain(..)
                .find_map(|(key, point)| point.verify().then_some(key))
        } else {
            find_match(
                plan.algorithm,
                keys,
                self.chosen,
                self.certified.as_ref(),
                &tags,
                &self.candidates,
            )
        };
        let Some(key) = matched else {
            if self.waiting.is_empty() {
                return Err(mismatch(plan, keys, self.chosen));
            }
            self.streams = self.waiting.drain(..).collect();
            self.content = Some(content);
            drop(late);
            self.extra = extra;
            return Ok(Step::Again(Verification(self)));
        };

        self.check_bindings(plan, extra.as_deref(), &late)?;
        if let Some(planned) = &plan.timestamp
            && let Some(place) = planned.at.as_ref().filter(|place| is_late(plan, place))
        {
            let text = match &late.timestamp {
                Some(text) => Some(text.to_vec()),
                None if planned.optional => None,
                None => {
                    return Err(Rejection::new(
                        Code::TimestampMissing,
                        format!("no {place}"),
                    ));
                }
            };
            if let Some(text) = text {
                self.timestamp = Some(check_window(&inner, plan, planned, &text, self.now)?);
            }
        }
        if self.event_id.is_none()
            && let Some(id) = &late.id
        {
            self.event_id = std::str::from_utf8(id).ok().map(Arc::from);
        }
        Verifier::note_match(&inner, key);
        Ok(Step::Verified(Verified {
            plan: self.plan,
            key,
            timestamp: self.timestamp,
            event_id: self.event_id,
            content,
            duplicate: false,
            inner,
        }))
    }
}

/// Feeds all hashes; several in turns of a few bytes, so that the processor
/// overlaps them.
fn feed(streams: &mut [(u16, Stream)], points: &mut [(u16, Ed25519Stream)], bytes: &[u8]) {
    match streams {
        [(_, stream)] => stream.update(bytes),
        streams => {
            for chunk in bytes.chunks(INTERLEAVE) {
                for (_, stream) in &mut *streams {
                    stream.update(chunk);
                }
            }
        }
    }
    for (_, point) in points {
        point.update(bytes);
    }
}

/// Feeds bytes in base64url, in whole groups of three; what is left over
/// waits for the next bytes.
fn feed_base64(
    carry: &mut SmallVec<[u8; 4]>,
    mut bytes: &[u8],
    streams: &mut [(u16, Stream)],
    points: &mut [(u16, Ed25519Stream)],
) {
    while !carry.is_empty() && carry.len() < 3 {
        let Some((byte, rest)) = bytes.split_first() else {
            return;
        };
        carry.push(*byte);
        bytes = rest;
    }
    if carry.len() == 3 {
        feed(
            streams,
            points,
            Encoding::Base64url.encode(carry).as_bytes(),
        );
        carry.clear();
    }
    let whole = bytes.len() - bytes.len() % 3;
    for chunk in bytes[..whole].chunks(3 * 1024) {
        feed(
            streams,
            points,
            Encoding::Base64url.encode(chunk).as_bytes(),
        );
    }
    carry.extend_from_slice(&bytes[whole..]);
}

/// Somebody who verifies without waiting for keys.
pub(crate) fn not_awaited() -> Rejection {
    Rejection::new(
        Code::KeyUnavailable,
        "the body tells where the key is: verify behind an endpoint, or give the key",
    )
}

fn secret(keys: &[PreparedKey], key: u16) -> &[u8] {
    match keys.get(usize::from(key)).map(|key| &key.material) {
        Some(Material::Keyed {
            secret: Some(secret),
            ..
        }) => secret,
        _ => &[],
    }
}
