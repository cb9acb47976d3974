//! From the request head to the verdict, while the body arrives.

pub(crate) mod config;
pub(crate) mod evaluate;
mod facts;
mod feed;
mod head;
mod identity;
mod jws;
pub(crate) mod key_names;
mod late;
pub(crate) mod lookup;
mod plain;
mod proven;
mod recipient;
pub(crate) mod shape;
mod signature;
mod state;
mod verified;
pub(crate) mod verifier;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use smallvec::SmallVec;

use self::facts::Late;
pub(crate) use self::head::{choose, read, signature_texts};
pub(crate) use self::identity::{Demands, Identify, KEY_VERSION};
use self::identity::{Identity, is_an_id};
#[cfg(feature = "explain")]
pub(crate) use self::jws::JWS_LEEWAY;
use self::late::{is_late, read_body};
pub use self::proven::NotProven;
use self::proven::{Content, Particulars};
use self::signature::{match_public, match_shared, match_tag, mismatch};
use self::state::{
    After, Candidate, Extra, Found, KeptBody, PendingBinding, Rare, RemainingKeys, Running, State,
};
use self::verified::MaybeTime;
pub use self::verified::Verified;
use crate::crypto::Stream;
use crate::key::Material;
use crate::key::PreparedKey;
use crate::request::head::RequestHead;
use crate::request::reason::{self, Reason};
use crate::request::rejection::{Code, Rejection};
use crate::scheme::window::check_window;
use crate::scheme::{Algorithm, Digest, Plan, StartOfBody};
use crate::text::encoding::Encoding;
use crate::text::time::UnixTime;
use crate::verify::evaluate::{check_boundary, evaluate};
use crate::verify::lookup::Lookup;
use crate::verify::shape::Reserved;
use crate::verify::verifier::{Inner, Verifier};

/// With several keys at once, each gets this many bytes in turn, so that the
/// processor overlaps their independent hash chains.
const INTERLEAVE: usize = 128;

/// `https://`.
const LONGEST_URL_SCHEME: usize = 8;

/// What [`Verification::step`] found.
#[must_use]
pub enum Step {
    /// The request is genuine.
    Verified(Verified),
    /// Feed the same body once more: the first key did not match and others are
    /// left, or the id that tells deliveries apart is missing and the body has to do
    /// so.
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
pub struct Verification {
    inner: Arc<Inner>,
    /// Behind a pointer: the state of a hash is large, and this is moved often.
    state: Box<State>,
}

impl fmt::Debug for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verification")
            .field("provider", &self.state.plan(&self.inner).name)
            .finish_non_exhaustive()
    }
}

impl Verification {
    pub(crate) fn begin(
        inner: Arc<Inner>,
        head: &dyn RequestHead,
        now: UnixTime,
        demands: Option<&Demands>,
    ) -> Result<Self, Rejection> {
        let state = State::begin(&inner, head, now, demands)?;
        if inner.has_no_keys() {
            return Err(no_keys());
        }
        Ok(Self { inner, state })
    }

    /// Refuses from the head what can be refused without a key.
    #[cold]
    pub(crate) fn check_head(
        outline: &Inner,
        head: &dyn RequestHead,
        now: UnixTime,
    ) -> Result<(), Rejection> {
        State::begin(outline, head, now, None).map(drop)
    }

    /// Tells that the caller keeps the body and can feed it once more.
    ///
    /// Then only the first key is computed while the body arrives, and
    /// [`step`](Self::step) asks for the body again in the unusual case that
    /// another key is needed, or the digest of a body that lacks its id. Without
    /// this, all is computed at once.
    ///
    /// While deliveries match another key than the first, all keys are
    /// computed at once all the same, so that the verdict is known when the last
    /// byte arrives.
    pub fn with_body_kept(mut self) -> Self {
        self.state.keep_body(&self.inner);
        self
    }

    /// Tells that the caller keeps the body in one piece and lends it by
    /// [`lend_body`](Self::lend_body), so that it is not kept here as well, and the
    /// caller's limit on its length is the only one. `false` when nobody needs it.
    #[inline]
    pub(crate) fn borrows_body(&mut self) -> bool {
        self.state.rare.is_some() && self.state.lend_body(&Bytes::new())
    }

    /// Lends the body after the last byte, to a verification that
    /// [borrows it](Self::borrows_body).
    #[inline]
    pub(crate) fn lend_body(&mut self, body: &Bytes) {
        self.state.lend_body(body);
    }

    /// Feeds the next bytes of the body, in any split.
    pub fn update(&mut self, bytes: &[u8]) {
        self.state.update(&self.inner, bytes);
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
            Step::Again(rest) if rest.state.awaits_digest() => Err(not_fed_again()),
            Step::Again(rest) => Err(rest.state.mismatch(&rest.inner)),
            Step::Keys(..) => Err(not_awaited()),
        }
    }

    /// Goes on with the keys for which [`Step::Keys`] asked: those of
    /// `verifier`, which is for the same scheme.
    pub fn resume(&mut self, verifier: &Verifier) {
        // One for another scheme is none: the keys stay missing.
        if verifier.inner.setup.plans.len() == self.inner.setup.plans.len() {
            // The tenant was found by the head.
            let tenant = self.inner.tenant.clone();
            self.inner = match tenant {
                Some(tenant) => verifier.for_tenant(tenant).inner,
                None => verifier.inner.clone(),
            };
        }
    }

    /// Gives the verdict after the last byte, or asks for the body once more.
    ///
    /// # Errors
    /// The reason for refusing the request.
    pub fn step(self) -> Result<Step, Rejection> {
        let Self { inner, mut state } = self;
        let (key, identity) = match state.step(&inner)? {
            Outcome::Verified(key, identity) => (key, identity),
            Outcome::Again => return Ok(Step::Again(Self { inner, state })),
            Outcome::Keys(lookup) => return Ok(Step::Keys(lookup, Self { inner, state })),
            Outcome::OtherForm(state) => return Self { inner, state }.step(),
        };
        Verifier::note_match(&inner, key);
        Ok(Step::Verified(Verified {
            inner,
            plan: state.plan,
            key,
            timestamp: MaybeTime::new(state.timestamp),
            event_id: state.event_id.take(),
            identity,
            particulars: state.particulars(),
            duplicate: false,
        }))
    }
}

/// What [`State::step`] found.
enum Outcome {
    /// The content is genuine under this key.
    Verified(u16, Identity),
    Again,
    Keys(Lookup),
    /// This form does not apply; the next one was fed the same body.
    OtherForm(Box<State>),
}

impl State {
    fn plan<'a>(&self, inner: &'a Inner) -> &'a Plan {
        &inner.setup.plans[usize::from(self.plan)]
    }

    fn keys<'a>(&self, inner: &'a Inner) -> &'a [PreparedKey] {
        inner.keys.of(usize::from(self.plan))
    }

    /// Nothing read, nothing fed.
    #[inline]
    fn new(plan: usize, now: UnixTime) -> Box<Self> {
        Box::new(Self {
            plan: u16::try_from(plan).unwrap_or(0),
            chosen: None,
            is_settled: false,
            body_is_signed: false,
            body_is_empty: true,
            now,
            timestamp: None,
            event_id: None,
            watches_start: false,
            candidates: SmallVec::new(),
            primary: None,
            other_keys: RemainingKeys::None,
            rare: None,
        })
    }

    #[inline(always)]
    fn begin(
        inner: &Inner,
        head: &dyn RequestHead,
        now: UnixTime,
        demands: Option<&Demands>,
    ) -> Result<Box<Self>, Rejection> {
        if inner.setup.external_url.has_hosts() {
            inner.setup.external_url.of(head)?;
        }
        let plans = &inner.setup.plans;
        let index = choose(plans, head)?;
        let mut this = Self::begin_form(inner, index, head, now, demands)?;
        if plans[index].is_told_by_body() {
            // A form that the head already rules out is none.
            this.rare().others = (index + 1..plans.len())
                .filter(|other| plans[*other].at.is_in_body())
                .filter_map(|other| Self::begin_form(inner, other, head, now, demands).ok())
                .map(|form| *form)
                .collect();
        }
        Ok(this)
    }

    /// The next form, fed the same body, when a value in the body says that
    /// this one does not apply.
    fn other_form(&self, inner: &Inner, rare: &mut Rare) -> Option<Box<Self>> {
        if rare.others.is_empty() {
            return None;
        }
        let extra = rare.extra.as_mut().filter(|extra| !extra.body_overflow)?;
        let body = extra.body.take()?;
        let applies = self.plan(inner).body_constants().all(|(place, text)| {
            read_body(&body, place, Code::ContentMalformed, Code::ContentMalformed)
                .is_ok_and(|value| value.as_bytes() == text)
        });
        if applies {
            rare.others.clear();
            extra.body = Some(body);
            return None;
        }
        let mut next = Box::new(rare.others.remove(0));
        next.rare().others = std::mem::take(&mut rare.others);
        let keeps_body = next.extra().body.take().is_some();
        next.update(inner, &body);
        next.extra().body = keeps_body.then_some(body);
        Some(next)
    }

    /// Compares the secrets that were sent with those on the ring.
    fn settle(&mut self, plan: &Plan, keys: &[PreparedKey]) -> Result<(), Rejection> {
        let key = match_shared(keys, self.chosen, &self.candidates)
            .ok_or_else(|| mismatch(plan, keys, self.chosen, &self.candidates))?;
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

    fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    #[cold]
    fn lend_body(&mut self, body: &Bytes) -> bool {
        let Some(rare) = self.rare.as_deref_mut() else {
            return false;
        };
        let mut is_needed = false;
        if let Some(kept) = rare.extra.as_mut().and_then(|extra| extra.body.as_mut()) {
            *kept = KeptBody::Lent(body.clone());
            is_needed = true;
        }
        is_needed |= rare.proving.is_some();
        for other in &mut rare.others {
            is_needed |= other.lend_body(body);
        }
        is_needed
    }

    /// Keeps the body until its end, for what is read from all of it.
    fn keep_whole_body(&mut self) {
        self.extra()
            .body
            .get_or_insert_with(|| KeptBody::Own(Vec::new()));
    }

    fn extra(&mut self) -> &mut Extra {
        self.rare().extra.get_or_insert_default()
    }

    fn awaits_digest(&self) -> bool {
        let identity = self.rare.as_ref().and_then(|rare| rare.identity.as_ref());
        identity.is_some_and(|identity| identity.awaits_digest())
    }

    fn keep_body(&mut self, inner: &Inner) {
        // A body that told of its key is not fed once more.
        if let Some(rare) = &mut self.rare
            && let Some(identity) = &mut rare.identity
            && inner.body_keys.is_none()
        {
            identity.keep_body();
        }
        if inner.last_match.load(Ordering::Relaxed) != 0 {
            return;
        }
        if self.other_keys == RemainingKeys::Unstarted {
            self.other_keys = RemainingKeys::Waiting;
        }
        if let Some(rare) = &mut self.rare {
            rare.waiting = std::mem::take(&mut rare.more);
        }
    }

    /// Starts the other keys where they are hashed with the first.
    #[inline]
    fn start_other_keys(&mut self, inner: &Inner) {
        if self.other_keys == RemainingKeys::Unstarted {
            self.rare().more = self.take_other_keys(inner);
        }
    }

    #[inline]
    fn update(&mut self, inner: &Inner, bytes: &[u8]) {
        self.start_other_keys(inner);
        self.body_is_empty &= bytes.is_empty();
        if self.watches_start {
            self.note_start(inner, bytes);
        }
        let Some(rare) = self.rare.as_deref_mut() else {
            if self.body_is_signed
                && let Some((_, stream)) = &mut self.primary
            {
                stream.update(bytes);
            }
            return;
        };
        let primary = self.primary.as_mut().filter(|_| self.body_is_signed);
        rare.feed_body(primary, self.body_is_signed, bytes);
        let limit = inner.setup.body_limit;
        rare.update(self.primary.as_mut(), bytes, limit);
    }

    /// Looks at the body where its start, or its shape, decides.
    #[cold]
    fn note_start(&mut self, inner: &Inner, bytes: &[u8]) {
        let start_of_body = self.plan(inner).start_of_body;
        // Known from the first pass.
        if self.rare().is_second_pass {
            return;
        }
        if start_of_body == Some(StartOfBody::Json) {
            self.rare().json.update(bytes);
            return;
        }
        let start = &mut self.rare().start;
        let wanted = LONGEST_URL_SCHEME.saturating_sub(start.len());
        start.extend_from_slice(&bytes[..bytes.len().min(wanted)]);
    }

    /// Feeds all hashes and checks.
    #[inline]
    fn feed(&mut self, bytes: &[u8]) {
        match &mut self.rare {
            Some(rare) => rare.feed(self.primary.as_mut(), bytes),
            None => {
                if let Some((_, stream)) = &mut self.primary {
                    stream.update(bytes);
                }
            }
        }
    }

    fn step(&mut self, inner: &Inner) -> Result<Outcome, Rejection> {
        self.start_other_keys(inner);
        let Some(mut rare) = self.rare.take() else {
            let Some(key) = self.judge(inner, None)? else {
                if self.other_keys == RemainingKeys::None {
                    return Err(self.mismatch(inner));
                }
                self.rare().waiting = self.take_other_keys(inner);
                self.go_over_again();
                return Ok(Outcome::Again);
            };
            return Ok(Outcome::Verified(key, Identity::Unknown));
        };
        if self.other_keys == RemainingKeys::Waiting {
            rare.waiting = self.take_other_keys(inner);
        }
        if let Some((key, identity)) = self.end_second_pass(&mut rare) {
            self.rare = Some(rare);
            return Ok(Outcome::Verified(key, identity));
        }
        if let Some(problem) = self
            .plan(inner)
            .start_of_body
            .and_then(|start_of_body| start_of_body.problem(&rare.start))
        {
            return Err(Reason::BodyStart { problem }.into());
        }
        if self.plan(inner).start_of_body == Some(StartOfBody::Json)
            && !rare.json.is_whole(rare.url_end)
        {
            return Err(Reason::BodyAfterUrl.into());
        }
        if let Some(next) = self.other_form(inner, &mut rare) {
            return Ok(Outcome::OtherForm(next));
        }

        let plan = self.plan(inner);
        let extra = rare.extra.take().map(|mut extra| {
            // What is left of the body in base64; a second pass starts over.
            if let Some(carry) = &mut extra.base64 {
                let rest = Encoding::Base64url.encode(carry);
                carry.clear();
                rare.feed(self.primary.as_mut(), rest.as_bytes());
            }
            extra
        });
        let mut extra = match extra {
            Some(extra) if extra.body_overflow => {
                let most = inner.setup.body_limit;
                return Err(Reason::OverLimit { most }.into());
            }
            extra => extra,
        };
        for (_, digest) in extra.iter_mut().flat_map(|extra| &mut extra.digests) {
            if let Running::Fed(stream) = digest {
                *digest = Running::Done((**stream).clone().finish());
            }
        }
        if let (Some(keys), Some(found)) = (&inner.body_keys, &extra) {
            self.check_late(inner, &mut rare, found)?;
            let lookup = keys.verifier(found.body.as_deref().unwrap_or_default());
            rare.extra = extra;
            self.rare = Some(rare);
            return Ok(Outcome::Keys(lookup));
        }
        #[cfg(feature = "message-signatures")]
        if let Some(message) = rare.message.take() {
            let digests = extra.iter().flat_map(|extra| &extra.digests);
            let found = digests.filter_map(|(digest, running)| match running {
                Running::Done(tag) => Some((*digest, tag)),
                Running::Fed(_) => None,
            });
            if let Some(identity) = &mut rare.identity
                && message.covers_body()
                && let Some((_, digest)) = found.clone().find(|(name, _)| *name == Digest::Sha256)
            {
                identity.set_body(digest);
            }
            message.check_body(self.body_is_empty, found)?;
            Self::check_recipients(inner, self.plan(inner), &rare, extra.as_deref())?;
            if let Some(identity) = &mut rare.identity {
                identity.end_body(None);
            }
            return self.end(inner, message.key, rare, extra.as_deref());
        }
        let late = match &extra {
            Some(extra) => self.read_late(inner, &mut rare, extra)?,
            None => Found::default(),
        };
        self.feed_after(inner, &mut rare, extra.as_deref(), &late)?;

        let Some(key) = self.judge(inner, Some(&mut rare))? else {
            if rare.waiting.is_empty() {
                return Err(self.mismatch(inner));
            }
            drop(late);
            rare.extra = extra;
            self.rare = Some(rare);
            self.go_over_again();
            return Ok(Outcome::Again);
        };

        self.check_bindings(inner, &rare, extra.as_deref(), &late)?;
        Self::check_recipients(inner, plan, &rare, extra.as_deref())?;
        if let Some(timestamp) = self.late_timestamp(inner, plan, &late)? {
            self.timestamp = Some(timestamp);
        }
        if self.event_id.is_none()
            && let Some(id) = &late.id
        {
            let id = std::str::from_utf8(id).ok();
            self.event_id = id.filter(|id| is_an_id(id)).map(Arc::from);
        }
        drop(late);
        self.end(inner, key, rare, extra.as_deref())
    }

    /// The outcome for a request that is genuine.
    fn end(
        &mut self,
        inner: &Inner,
        key: u16,
        mut rare: Box<Rare>,
        extra: Option<&Extra>,
    ) -> Result<Outcome, Rejection> {
        let plan = self.plan(inner);
        let identity = self.end_identity(plan, key, &mut rare, extra)?;
        // A second pass is for the identity alone.
        if rare.document.is_none() {
            rare.document = self.end_proven(plan, &rare, extra)?;
        }
        self.rare = Some(rare);
        Ok(match identity {
            Some(identity) => Outcome::Verified(key, identity),
            None => Outcome::Again,
        })
    }

    /// Refuses from the body what can be refused without a key, and forgets what
    /// it read.
    fn check_late(
        &mut self,
        inner: &Inner,
        rare: &mut Rare,
        extra: &Extra,
    ) -> Result<(), Rejection> {
        let plan = self.plan(inner);
        let late = self.read_late(inner, rare, extra)?;
        self.late_timestamp(inner, plan, &late)?;
        self.check_bindings(inner, rare, Some(extra), &late)?;
        self.candidates.clear();
        rare.jws = None;
        Ok(())
    }

    /// The timestamp inside the body, where the scheme has it there.
    fn late_timestamp(
        &self,
        inner: &Inner,
        plan: &Plan,
        late: &Found<'_>,
    ) -> Result<Option<UnixTime>, Rejection> {
        let Some(planned) = &plan.timestamp else {
            return Ok(None);
        };
        let Some(place) = planned.at.as_ref().filter(|place| is_late(plan, place)) else {
            return Ok(None);
        };
        match &late.timestamp {
            Some(text) => {
                check_window(inner.setup.tolerance, plan, planned, text, self.now).map(Some)
            }
            None if planned.optional => Ok(None),
            None => Err(Rejection::from(Reason::NoTimestamp {
                place: reason::text(place),
            })),
        }
    }

    /// What the proof has that differs from request to request.
    #[inline]
    fn particulars(&mut self) -> Option<Arc<Particulars>> {
        match &mut self.rare {
            None => None,
            Some(rare) => {
                let coverage = rare.coverage.take();
                let document = rare.document.take();
                let before = rare.before.take();
                if coverage.is_none() && document.is_none() && before.is_none() {
                    return None;
                }
                Some(Arc::new(Particulars {
                    before,
                    coverage,
                    content: document.unwrap_or(Content::AsSent),
                }))
            }
        }
    }

    /// Makes ready for the second pass, of the keys that waited.
    fn go_over_again(&mut self) {
        let rare = self.rare();
        let mut waiting = std::mem::take(&mut rare.waiting).into_iter();
        rare.is_second_pass = true;
        if let Some(identity) = &mut rare.identity {
            identity.go_over_again();
        }
        let first = waiting.next();
        rare.more = waiting.collect();
        self.primary = first;
    }

    /// Feeds what the content has after the body.
    fn feed_after(
        &mut self,
        inner: &Inner,
        rare: &mut Rare,
        extra: Option<&Extra>,
        late: &Found<'_>,
    ) -> Result<(), Rejection> {
        let plan = self.plan(inner);
        // Apart while the rest is fed: the pieces may be read from the JWS.
        let (after, jws) = (std::mem::take(&mut rare.after), rare.jws.take());
        let head = rare.head.take();
        let facts = Late {
            inner,
            plan,
            extra,
            jws: jws.as_deref(),
            found: late,
            copy: head.as_deref(),
        };
        for after in &after {
            let bytes: Cow<'_, [u8]> = match after {
                After::Secret => {
                    let streams = self.primary.iter_mut().chain(&mut rare.more);
                    feed_secret(inner.keys.of(usize::from(self.plan)), streams);
                    continue;
                }
                After::Bytes(bytes) => Cow::Borrowed(bytes),
                After::Part(index) => {
                    let text = evaluate(&plan.parts[*index], &&facts)?;
                    check_boundary(&plan.parts, *index, &text)?;
                    if !rare.is_second_pass
                        && let Some(identity) = &mut rare.identity
                    {
                        identity.add_late(plan, &plan.parts[*index], &text);
                    }
                    text
                }
            };
            rare.feed(self.primary.as_mut(), &bytes);
        }
        (rare.after, rare.jws, rare.head) = (after, jws, head);
        Ok(())
    }

    /// The key under which a signature matches the content.
    fn judge(&mut self, inner: &Inner, rare: Option<&mut Rare>) -> Result<Option<u16>, Rejection> {
        let plan = self.plan(inner);
        let Some((key, stream)) = self.primary.take() else {
            return Err(not_awaited());
        };
        let reserved = rare.as_ref().and_then(|rare| rare.reserved.clone());
        refuse_reserved(reserved.as_ref(), &stream)?;
        let tag = stream.finish();
        let mut matched = self.chosen.filter(|_| self.is_settled);
        let is_keyed = !plan.algorithm.is_public_key();
        if matched.is_none() && is_keyed {
            matched = match_tag(key, &tag, &self.candidates);
        }
        let mut certified = None;
        if let Some(rare) = rare {
            for (key, stream) in rare.more.drain(..) {
                refuse_reserved(reserved.as_ref(), &stream)?;
                if matched.is_none() && is_keyed {
                    matched = match_tag(key, &stream.finish(), &self.candidates);
                }
            }
            if let Some(identity) = &mut rare.identity {
                identity.end_body(Some(&tag));
            }
            if plan.algorithm == Algorithm::Ed25519 {
                let mut points = rare.points.drain(..);
                let point = points.find_map(|(key, point)| point.verify().then_some(key));
                return Ok(point);
            }
            certified = rare.certified.as_ref();
        }
        if !is_keyed {
            matched = match_public(
                plan.algorithm,
                self.keys(inner),
                self.chosen,
                certified,
                &tag,
                &self.candidates,
            );
        }
        Ok(matched)
    }

    fn mismatch(&self, inner: &Inner) -> Rejection {
        mismatch(
            self.plan(inner),
            self.keys(inner),
            self.chosen,
            &self.candidates,
        )
    }
}

/// Refuses content that is signed for whoever asks.
#[inline]
fn refuse_reserved(reserved: Option<&Arc<Reserved>>, stream: &Stream) -> Result<(), Rejection> {
    match reserved {
        None => Ok(()),
        Some(reserved) => refuse_one_of(reserved, stream),
    }
}

#[cold]
fn refuse_one_of(reserved: &Reserved, stream: &Stream) -> Result<(), Rejection> {
    match stream.recorded().and_then(|text| reserved.signed_by(text)) {
        None => Ok(()),
        Some(name) => Err(Rejection::from(Reason::SignedTextOfValidation {
            provider: reason::text(name),
        })),
    }
}

/// A verifier that has no keys and knows nobody who has.
fn no_keys() -> Rejection {
    Reason::NoKeys.into()
}

/// Somebody who verifies without waiting for keys.
pub(crate) fn not_awaited() -> Rejection {
    Reason::NotAwaited.into()
}

/// Somebody who keeps the body, and does not feed it once more.
#[cold]
fn not_fed_again() -> Rejection {
    Reason::NotFedAgain.into()
}

/// Feeds each hash the secret of its key.
fn feed_secret<'a>(keys: &[PreparedKey], streams: impl Iterator<Item = &'a mut (u16, Stream)>) {
    for (key, stream) in streams {
        stream.update(secret(keys, *key));
    }
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
