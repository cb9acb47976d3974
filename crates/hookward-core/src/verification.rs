//! From the request head to the verdict, while the body arrives.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use smallvec::SmallVec;

use crate::canonical;
use crate::chain::MAX_CHAIN;
use crate::crypto::{self, Crc32, Ed25519Stream, PublicKey, Stream, Tag, sha256};
use crate::encoding::{DecodeError, Encoding};
use crate::endpoint::Lookup;
use crate::head::{RequestHead, Single, listed_headers, single};
use crate::key::Material;
#[cfg(feature = "message-signatures")]
use crate::message_signatures::{self, Accepted};
use crate::rejection::{Code, Rejection};
use crate::replay::ReplayKey;
use crate::scheme::format::{Fields, FormatError, MAX_CANDIDATES};
use crate::scheme::template::Part;
use crate::scheme::{Algorithm, Digest, Place, Plan, PlannedTimestamp, Window};
use crate::time::UnixTime;
use crate::values::{self, ValueError};
use crate::verifier::{Inner, PreparedKey, Verifier};

/// With several keys at once, each gets this many bytes in turn, so that the
/// processor overlaps their independent hash chains.
const INTERLEAVE: usize = 128;

/// The longest header or payload of a JWS.
const MAX_JWS_TEXT: usize = 64 * 1024;

/// The longest text taken as one signature: RSA-8192 in hex, doubled.
const MAX_SIGNATURE_TEXT: usize = 4096;

/// Proof that a request is genuine: only a finished [`Verification`] makes one.
///
/// What it says holds for the signed content. An event id from an unsigned
/// header is told as such by [`event_id_is_signed`](Self::event_id_is_signed).
#[must_use]
#[derive(Clone)]
pub struct Verified {
    inner: Arc<Inner>,
    plan: u16,
    key: u16,
    timestamp: Option<UnixTime>,
    event_id: Option<Arc<str>>,
    content: Tag,
    duplicate: bool,
}

impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("provider", &self.provider())
            .field("key_id", &self.key_id())
            .field("timestamp", &self.timestamp)
            .field("event_id", &self.event_id)
            .finish_non_exhaustive()
    }
}

impl Verified {
    fn plan(&self) -> &Plan {
        &self.inner.setup.plans[usize::from(self.plan)]
    }

    /// The name of the scheme.
    #[must_use]
    pub fn provider(&self) -> &str {
        &self.plan().name
    }

    /// The id of the key that matched.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.inner.keys[usize::from(self.plan)][usize::from(self.key)].id
    }

    /// The timestamp, where the scheme has one.
    #[must_use]
    pub fn timestamp(&self) -> Option<UnixTime> {
        self.timestamp
    }

    /// The event's id, where the scheme knows of one in the head. Ids inside
    /// the body are read by [`Verifier::event_id_in`].
    #[must_use]
    pub fn event_id(&self) -> Option<&str> {
        self.event_id.as_deref()
    }

    /// Whether the signature covers the event id. An unsigned one can be
    /// changed by whoever replays a delivery.
    #[must_use]
    pub fn event_id_is_signed(&self) -> bool {
        self.plan().signs_event_id
    }

    /// Whether the replay guard knows this delivery as one that was handled
    /// before and was told to hand it through all the same.
    #[must_use]
    pub fn is_duplicate(&self) -> bool {
        self.duplicate
    }

    /// Marks the proof as a duplicate. For adapters.
    pub fn mark_duplicate(&mut self) {
        self.duplicate = true;
    }

    /// The identity of the verified content within a namespace: equal for two
    /// deliveries with the same signed content, whatever else differs.
    #[must_use]
    pub fn replay_key(&self, namespace: &str) -> ReplayKey {
        ReplayKey::derive(
            b"content",
            namespace,
            self.provider(),
            self.content.as_bytes(),
        )
    }

    /// The identity of the event, for schemes that sign an id: equal for a
    /// delivery and the provider's retry of it. `None` without a signed id.
    #[must_use]
    pub fn event_key(&self, namespace: &str) -> Option<ReplayKey> {
        let id = self
            .event_id
            .as_deref()
            .filter(|_| self.event_id_is_signed())?;
        Some(ReplayKey::derive(
            b"event",
            namespace,
            self.provider(),
            id.as_bytes(),
        ))
    }

    /// Reads the id of an event that stands in the verified body.
    pub(crate) fn read_event_id(&mut self, frames: &crate::frames::Frames) {
        let Some(place) = &self.plan().event_id else {
            return;
        };
        if self.event_id.is_some() || !place.is_in_body() {
            return;
        }
        let mut pieces = frames.iter();
        let first = pieces.next().unwrap_or_default();
        let body = match pieces.next() {
            None => Cow::Borrowed(first),
            Some(_) => Cow::Owned(frames.iter().flatten().copied().collect()),
        };
        let id = read_body(&body, place, Code::ContentMalformed, Code::ContentMalformed);
        self.event_id = id.ok().filter(|id| !id.is_empty()).map(Arc::from);
    }

    pub(crate) fn window(&self) -> Option<std::time::Duration> {
        Verifier {
            inner: self.inner.clone(),
        }
        .window()
    }
}

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
    signatures: Signatures,
    /// The hashes being fed, each with its key; the first is the primary.
    streams: SmallVec<[(u16, Stream); 1]>,
    /// Ed25519 checks, each with its key.
    points: Vec<(u16, Ed25519Stream)>,
    /// Those of the other keys while the body is kept and may come again.
    waiting: Vec<(u16, Stream)>,
    body_kept: bool,
    /// The primary key's result, from the first pass.
    content: Option<Tag>,
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
        inner: Arc<Inner>,
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

enum Signatures {
    /// Decoded, each with the key it names.
    Read(SmallVec<[Candidate; 1]>),
    /// Inside the body.
    InBody,
    /// A shared secret that matched already.
    Settled,
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

/// A compact JWS: its parts as they stand there, and decoded.
struct Jws {
    header: Vec<u8>,
    payload: Vec<u8>,
    encoded_header: Vec<u8>,
    encoded_payload: Vec<u8>,
}

/// Seconds by which `exp` and `nbf` may be off, for clocks that differ.
pub(crate) const JWS_LEEWAY: i64 = 5;

impl Jws {
    /// Decodes header and payload and holds the header to the scheme: its
    /// algorithm and no extension that is not understood (RFC 7515 section
    /// 4.1.11).
    fn read(
        plan: &Plan,
        fields: &Fields<'_>,
        now: UnixTime,
    ) -> Result<Option<Box<Self>>, Rejection> {
        let Some(encoded) = fields.jws_header else {
            return Ok(None);
        };
        let malformed =
            |what: &str| Rejection::new(Code::SignatureMalformed, format!("{}: {what}", plan.at));
        if encoded.len() > MAX_JWS_TEXT
            || fields.jws_payload.is_some_and(|p| p.len() > MAX_JWS_TEXT)
        {
            return Err(malformed(
                "the JWS is longer than any that a provider sends",
            ));
        }
        let decode = |text: &[u8]| Encoding::Base64url.decode(text);
        let header = decode(encoded).map_err(|_| malformed("the JWS header is not base64url"))?;
        let payload = decode(fields.jws_payload.unwrap_or_default())
            .map_err(|_| malformed("the JWS payload is not base64url"))?;
        let named = values::json(&header, "/alg")
            .map_err(|_| malformed("the JWS header is not JSON with one `alg`"))?;
        if Some(named.as_str()) != plan.algorithm.jose_name() {
            return Err(Rejection::new(
                Code::AlgorithmNotAllowed,
                format!(
                    "{}: the JWS names another algorithm than {}",
                    plan.at, plan.algorithm
                ),
            ));
        }
        if values::json(&header, "/crit") != Err(ValueError::Missing) {
            return Err(Rejection::new(
                Code::AlgorithmNotAllowed,
                format!("{}: the JWS demands extensions with `crit`", plan.at),
            ));
        }
        if fields.jws_payload.is_some() {
            check_validity(&payload, plan, now)?;
        }
        Ok(Some(Box::new(Self {
            header,
            payload,
            encoded_header: encoded.to_vec(),
            encoded_payload: fields.jws_payload.unwrap_or_default().to_vec(),
        })))
    }
}

/// The key of the certificate that a JWS carries, where the scheme's keys are
/// roots, and which of them it leads to.
fn certified(
    plan: &Plan,
    keys: &[PreparedKey],
    chosen: Option<u16>,
    jws: &Jws,
    now: UnixTime,
) -> Result<Option<(u16, PublicKey)>, Rejection> {
    let mut chain: Option<Vec<Vec<u8>>> = None;
    let mut refused = None;
    for (index, key) in (0..).zip(keys) {
        let Material::Roots(roots) = &key.material else {
            continue;
        };
        if chosen.is_some_and(|chosen| chosen != index) {
            continue;
        }
        let chain = match &mut chain {
            Some(chain) => chain,
            none => none.insert(jws.certificates(plan)?),
        };
        match roots.leaf_key(plan.algorithm, chain, now) {
            Ok(public) => return Ok(Some((index, public))),
            Err(rejection) => refused = Some(rejection),
        }
    }
    refused.map_or(Ok(None), Err)
}

impl Jws {
    /// The certificates in `x5c` (RFC 7515 section 4.1.6), the signer's first.
    fn certificates(&self, plan: &Plan) -> Result<Vec<Vec<u8>>, Rejection> {
        let mut chain = Vec::new();
        for at in 0..=MAX_CHAIN {
            match values::json(&self.header, &format!("/x5c/{at}")) {
                Err(ValueError::Missing) => return Ok(chain),
                Ok(text) if at < MAX_CHAIN => {
                    if let Ok(der) = Encoding::Base64.decode(text.as_bytes()) {
                        chain.push(der);
                        continue;
                    }
                }
                _ => {}
            }
            break;
        }
        Err(Rejection::new(
            Code::CertificateUntrusted,
            format!(
                "{}: `x5c` is not a list of at most {MAX_CHAIN} certificates",
                plan.at
            ),
        ))
    }
}

/// `exp` and `nbf` (RFC 7519 section 4.1), where they are.
fn check_validity(payload: &[u8], plan: &Plan, now: UnixTime) -> Result<(), Rejection> {
    let now = now.as_secs();
    for (pointer, is_end) in [("/exp", true), ("/nbf", false)] {
        let text = match values::json(payload, pointer) {
            Ok(text) => text,
            Err(ValueError::Missing) => continue,
            Err(_) => {
                return Err(Rejection::new(
                    Code::TimestampMalformed,
                    format!("{}: claim `{pointer}` cannot be read", plan.at),
                ));
            }
        };
        let whole = text.split('.').next().unwrap_or_default();
        let Some(time) = crate::time::TimeUnit::Seconds.parse(whole.as_bytes()) else {
            return Err(Rejection::new(
                Code::TimestampMalformed,
                format!("{}: claim `{pointer}` is not a number of seconds", plan.at),
            ));
        };
        if is_end && now > time.as_secs().saturating_add(JWS_LEEWAY) {
            return Err(Rejection::new(
                Code::TimestampTooOld,
                format!("{}: it expired {} s ago", plan.at, now - time.as_secs()),
            ));
        }
        if !is_end && now < time.as_secs().saturating_sub(JWS_LEEWAY) {
            return Err(Rejection::new(
                Code::TimestampInFuture,
                format!(
                    "{}: it is not valid before {} s from now",
                    plan.at,
                    time.as_secs() - now
                ),
            ));
        }
    }
    Ok(())
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

    fn begin(
        inner: Arc<Inner>,
        head: &dyn RequestHead,
        now: UnixTime,
    ) -> Result<Box<Self>, Rejection> {
        let plans = &inner.setup.plans;
        let index = choose(plans, head)?;
        let mut this = Self::begin_form(inner.clone(), index, head, now)?;
        if plans[index].is_told_by_body() {
            // A form that the head already rules out is none.
            this.others = (index + 1..plans.len())
                .filter(|other| plans[*other].at.is_in_body())
                .filter_map(|other| {
                    Self::begin_form(inner.clone(), other, head, now)
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

    fn begin_form(
        inner: Arc<Inner>,
        index: usize,
        head: &dyn RequestHead,
        now: UnixTime,
    ) -> Result<Box<Self>, Rejection> {
        let plan = &inner.setup.plans[index];
        let keys = &inner.keys[index];

        #[cfg(feature = "message-signatures")]
        if plan.algorithm == Algorithm::MessageSignatures {
            let accepted = message_signatures::begin(&inner, plan, keys, head, now)?;
            let state = Self::of_message(inner.clone(), index, now, accepted);
            return Ok(Box::new(state));
        }

        // The signature, and what stands beside it.
        let texts = signature_texts(plan, head)?;
        let mut fields = Fields::default();
        for text in &texts {
            if text.is_empty() {
                return Err(Rejection::new(
                    Code::SignatureMissing,
                    format!("{} is empty", plan.at),
                ));
            }
            plan.format
                .read(text, &mut fields)
                .map_err(|error| format_rejection(plan, &error))?;
        }

        let jws = Jws::read(plan, &fields, now)?;
        let read = |place: &Place, missing, malformed| match (&jws, place) {
            (Some(jws), Place::Claim(_) | Place::JwsHeader(_)) => {
                read_jws(jws, place, missing, malformed)
                    .map(|text| Cow::<[u8]>::Owned(text.into_bytes()))
            }
            _ => read(head, place, missing, malformed),
        };
        let mut found = Found {
            timestamp: fields.timestamp.map(Cow::Borrowed),
            id: fields.id.map(Cow::Borrowed),
            key_id: None,
        };
        // Ids that the operator did not give are positions, not names.
        let named = keys.iter().any(|key| key.named);
        let chosen = match &plan.key_id {
            Some(place)
                if !is_late(plan, place) && (named || plan.parts.contains(&Part::KeyId)) =>
            {
                let id = read(place, Code::KeyUnknown, Code::KeyUnknown)?;
                let index = if named {
                    Some(key_index(keys, &id, place)?)
                } else {
                    None
                };
                found.key_id = Some(id);
                index
            }
            None if plan.parts.contains(&Part::KeyId) => {
                found.key_id = key_id_beside(plan, &fields)?.map(Cow::Borrowed);
                None
            }
            _ => None,
        };
        let signatures = if texts.is_empty() {
            Signatures::InBody
        } else {
            Signatures::Read(decode_all(plan, keys, chosen, &fields)?)
        };

        let mut timestamp = None;
        if let Some(planned) = &plan.timestamp
            && !planned
                .at
                .as_ref()
                .is_some_and(|place| is_late(plan, place))
            && (planned.at.is_some() || !texts.is_empty())
        {
            if let Some(place) = &planned.at
                && (!planned.optional || is_present(head, place))
            {
                found.timestamp =
                    match read(place, Code::TimestampMissing, Code::TimestampMalformed) {
                        Ok(text) => Some(text),
                        Err(missing)
                            if planned.optional && missing.code() == Code::TimestampMissing =>
                        {
                            None
                        }
                        Err(rejection) => return Err(rejection),
                    };
            }
            timestamp = match &found.timestamp {
                Some(text) => Some(check_window(&inner, plan, planned, text, now)?),
                None if planned.optional => None,
                None => {
                    return Err(Rejection::new(
                        Code::TimestampMissing,
                        format!("no timestamp in {}", plan.at),
                    ));
                }
            };
        }

        let id_is_signed = plan.parts.contains(&Part::Id);
        // An unsigned id is a convenience; without it the request is as genuine
        // as with it.
        match plan.event_id.as_ref().filter(|place| !is_late(plan, place)) {
            Some(Place::Header(name)) if !id_is_signed => {
                if let Single::One(id) = single(head, name) {
                    found.id = Some(Cow::Borrowed(id));
                }
            }
            Some(place) => match read(place, Code::ContentMalformed, Code::ContentMalformed) {
                Ok(id) => found.id = Some(id),
                Err(_) if !id_is_signed => {}
                Err(rejection) => return Err(rejection),
            },
            None => {}
        }
        let event_id = found
            .id
            .as_deref()
            .and_then(|id| std::str::from_utf8(id).ok())
            .filter(|id| !id.is_empty())
            .map(Arc::from);

        // Shared secrets are compared here, before the body.
        let (signatures, chosen) = match (plan.algorithm, signatures) {
            (Algorithm::SharedSecret | Algorithm::Basic, Signatures::Read(candidates)) => {
                let key = match_shared(keys, chosen, &candidates)
                    .ok_or_else(|| mismatch(plan, keys, chosen))?;
                (Signatures::Settled, Some(key))
            }
            (_, signatures) => (signatures, chosen),
        };

        let mut this = Box::new(Self {
            plan: u16::try_from(index).unwrap_or(0),
            now,
            chosen,
            signatures,
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
            timestamp,
            event_id,
            others: Vec::new(),
            #[cfg(feature = "message-signatures")]
            message: None,
            inner: inner.clone(),
        });
        this.start_streams(keys);
        let values: SmallVec<[_; 2]> = plan
            .bind
            .iter()
            .map(|binding| match &binding.at {
                place if is_late(plan, place) => Ok(None),
                place => match read(place, Code::ContentMalformed, Code::SignatureMalformed) {
                    Ok(value) => Ok(Some(value.into_owned())),
                    Err(missing)
                        if binding.with_body && missing.code() == Code::ContentMalformed =>
                    {
                        Ok(None)
                    }
                    Err(rejection) => Err(rejection),
                },
            })
            .collect::<Result<_, Rejection>>()?;
        if let Some(jws) = &jws {
            this.certified = certified(plan, keys, this.chosen, jws, now)?;
        }
        this.jws = jws;
        this.feed_head(plan, keys, head, &found)?;
        this.start_bindings(plan, head, &found, values)?;
        Ok(this)
    }

    /// The state after a message signature: what is left is to hash the body.
    #[cfg(feature = "message-signatures")]
    fn of_message(inner: Arc<Inner>, plan: usize, now: UnixTime, accepted: Accepted) -> Self {
        let mut this = Self {
            plan: u16::try_from(plan).unwrap_or(0),
            now,
            chosen: Some(accepted.key),
            signatures: Signatures::Settled,
            streams: SmallVec::new(),
            points: Vec::new(),
            waiting: Vec::new(),
            body_kept: false,
            content: None,
            body_is_signed: false,
            after: Vec::new(),
            extra: None,
            jws: None,
            bindings: Vec::new(),
            body_is_empty: true,
            timestamp: accepted.created,
            event_id: accepted.event_id.as_deref().map(Arc::from),
            others: Vec::new(),
            certified: None,
            message: None,
            inner,
        };
        for (digest, _) in &accepted.digests {
            this.start_digest(*digest);
        }
        this.message = Some(Box::new(accepted));
        this
    }

    fn start_streams(&mut self, keys: &[PreparedKey]) {
        let of = |index: usize| {
            let stream = match keys.get(index).map(|key| &key.material) {
                Some(Material::Keyed { stream, .. }) => (**stream).clone(),
                Some(Material::Shared(_)) => Stream::hash(Digest::Sha256),
                // Without a key: one that the body will tell.
                Some(Material::Public(_) | Material::Roots(_)) | None => {
                    Stream::hash(self.plan().algorithm.message_digest())
                }
                #[cfg(feature = "message-signatures")]
                Some(Material::Message(_)) => Stream::hash(Digest::Sha256),
            };
            (u16::try_from(index).unwrap_or(u16::MAX), stream)
        };
        // Only keyed hashes differ from key to key.
        let keyed = matches!(
            keys.first().map(|key| &key.material),
            Some(Material::Keyed { .. })
        );
        let streams: SmallVec<[(u16, Stream); 1]> = match self.chosen {
            Some(index) => SmallVec::from_iter([of(usize::from(index))]),
            None if keyed => (0..keys.len()).map(of).collect(),
            None => SmallVec::from_iter([of(0)]),
        };
        self.streams = streams;
        if let Signatures::Read(candidates) = &self.signatures
            && self.plan().algorithm == Algorithm::Ed25519
        {
            let mut points = Vec::new();
            for candidate in candidates {
                for (index, key) in (0..).zip(keys) {
                    let wanted = candidate.key.or(self.chosen).is_none_or(|key| key == index);
                    if let (true, Material::Public(public)) = (wanted, &key.material)
                        && let Some(stream) = public.ed25519_stream(&candidate.bytes)
                    {
                        points.push((index, stream));
                    }
                }
            }
            self.points = points;
        }
    }

    /// Feeds what the content has before the body, and keeps what it has after.
    fn feed_head(
        &mut self,
        plan: &Plan,
        keys: &[PreparedKey],
        head: &dyn RequestHead,
        found: &Found<'_>,
    ) -> Result<(), Rejection> {
        if plan.keeps_body {
            self.extra().body = Some(Vec::new());
        }
        let mut streams = std::mem::take(&mut self.streams);
        let mut points = std::mem::take(&mut self.points);
        let mut after = Vec::new();
        let mut before_body = true;
        for (index, part) in plan.parts.iter().enumerate() {
            match part {
                Part::Body if before_body => {
                    self.body_is_signed = true;
                    before_body = false;
                }
                Part::BodyBase64url if before_body => {
                    self.extra().base64 = Some(SmallVec::new());
                    before_body = false;
                }
                Part::Secret if before_body => {
                    for (key, stream) in &mut streams {
                        stream.update(secret(keys, *key));
                    }
                }
                Part::Secret => after.push(After::Secret),
                Part::UrlAndForm => {
                    before_body = false;
                    let url = self.head_part(&Part::Url, head, found)?;
                    let url = String::from_utf8_lossy(&url).into_owned();
                    after.push(After::UrlAndForm(url));
                }
                Part::BodyOrUrl => {
                    self.body_is_signed = true;
                    before_body = false;
                    let url = self.head_part(&Part::Url, head, found)?.into_owned();
                    after.push(After::IfNoBody(url));
                }
                part if !self.is_known_from_head(plan, part) => {
                    before_body = false;
                    self.prepare_late(part);
                    after.push(After::Part(index));
                }
                Part::UrlPort => {
                    let url = self.head_part(part, head, found)?;
                    let url = String::from_utf8_lossy(&url);
                    // Either form may be what was signed: each key gets a
                    // second stream.
                    let mut others: SmallVec<[(u16, Stream); 1]> = SmallVec::new();
                    if let Some(other) = values::with_other_port(&url) {
                        others.extend(streams.iter().cloned());
                        for (_, stream) in &mut others {
                            stream.update(other.as_bytes());
                        }
                    }
                    for (_, stream) in &mut streams {
                        stream.update(url.as_bytes());
                    }
                    streams.extend(others);
                }
                part => {
                    let bytes = self.head_part(part, head, found)?;
                    if before_body {
                        feed(&mut streams, &mut points, &bytes);
                    } else if let Some(After::Bytes(last)) = after.last_mut() {
                        last.extend_from_slice(&bytes);
                    } else {
                        after.push(After::Bytes(bytes.into_owned()));
                    }
                }
            }
        }
        self.streams = streams;
        self.points = points;
        self.after = after;
        Ok(())
    }

    /// Computes what bound values have to equal, as far as the head tells.
    fn start_bindings(
        &mut self,
        plan: &Plan,
        head: &dyn RequestHead,
        found: &Found<'_>,
        values: SmallVec<[Option<Vec<u8>>; 2]>,
    ) -> Result<(), Rejection> {
        for (index, (binding, value)) in plan.bind.iter().zip(values).enumerate() {
            let mut expected = Vec::new();
            for (position, part) in binding.is.iter().enumerate() {
                if self.is_known_from_head(plan, part) {
                    let bytes = self.head_part(part, head, found)?.into_owned();
                    expected.push(After::Bytes(bytes));
                } else {
                    self.prepare_late(part);
                    expected.push(After::Part(position));
                }
            }
            self.bindings.push(PendingBinding {
                index,
                value,
                expected,
            });
        }
        Ok(())
    }

    /// Holds bound values to what they have to equal.
    fn check_bindings(
        &self,
        plan: &Plan,
        extra: Option<&Extra>,
        late: &Found<'_>,
    ) -> Result<(), Rejection> {
        for pending in &self.bindings {
            let binding = &plan.bind[pending.index];
            let value = match &binding.at {
                place if is_late(plan, place) => {
                    let body = extra
                        .and_then(|extra| extra.body.as_deref())
                        .unwrap_or_default();
                    let (missing, malformed) = (Code::ContentMalformed, Code::SignatureMalformed);
                    match self.late_value(body, place, missing, malformed) {
                        Ok(text) => Some(text.into_bytes()),
                        Err(_) if binding.with_body => None,
                        Err(rejection) => return Err(rejection),
                    }
                }
                _ => pending.value.clone(),
            };
            let wrong = |what: &str| {
                Rejection::new(Code::SignatureMismatch, format!("{} {what}", binding.at))
            };
            let Some(value) = value else {
                if self.body_is_empty {
                    continue;
                }
                return Err(wrong("is missing, though there is a body"));
            };
            if binding.with_body && self.body_is_empty {
                return Err(wrong("is there, though there is no body"));
            }
            let mut expected = Vec::new();
            for piece in &pending.expected {
                match piece {
                    After::Bytes(bytes) => expected.extend_from_slice(bytes),
                    After::Part(position) => {
                        expected.extend_from_slice(&late_part(
                            plan,
                            &binding.is[*position],
                            extra,
                            self.jws.as_deref(),
                            late,
                        )?);
                    }
                    After::Secret | After::IfNoBody(_) | After::UrlAndForm(_) => {}
                }
            }
            if expected != without_padding(&binding.is, &value) {
                return Err(wrong("does not belong to this request"));
            }
        }
        Ok(())
    }

    fn start_digest(&mut self, digest: Digest) {
        let digests = &mut self.extra().digests;
        if !digests.iter().any(|(known, _)| *known == digest) {
            digests.push((digest, Running::Fed(Box::new(Stream::hash(digest)))));
        }
    }

    /// Starts what a part needs while the body arrives.
    fn prepare_late(&mut self, part: &Part) {
        match part {
            Part::BodyDigest(digest, _) => self.start_digest(*digest),
            Part::BodyCrc32 => {
                self.extra().crc32.get_or_insert(Crc32::new());
            }
            _ => {}
        }
    }

    fn is_known_from_head(&self, plan: &Plan, part: &Part) -> bool {
        let in_head = |place: Option<&Place>| place.is_none_or(|place| !is_late(plan, place));
        let beside_signature = matches!(self.signatures, Signatures::InBody);
        match part {
            Part::Timestamp => match plan.timestamp.as_ref().map(|t| &t.at) {
                Some(Some(place)) => in_head(Some(place)),
                _ => !beside_signature,
            },
            Part::Id if plan.event_id.is_some() => in_head(plan.event_id.as_ref()),
            Part::Id => !beside_signature,
            Part::KeyId => in_head(plan.key_id.as_ref()),
            Part::JwsHeader | Part::JwsPayload => !beside_signature,
            part => part.is_in_head(),
        }
    }

    fn head_part<'a>(
        &'a self,
        part: &'a Part,
        head: &'a dyn RequestHead,
        found: &'a Found<'_>,
    ) -> Result<Cow<'a, [u8]>, Rejection> {
        let missing = |what: &str| {
            Rejection::new(
                Code::ContentMalformed,
                format!("the request has no {what}, which is signed"),
            )
        };
        let url = || {
            self.inner
                .setup
                .external_url
                .of(head)
                .ok_or_else(|| missing("`Host` header to build its URL from"))
        };
        let target = head.target();
        let split = target.split_once('?');
        Ok(match part {
            Part::Literal(bytes) => Cow::Borrowed(bytes),
            Part::Timestamp => Cow::Borrowed(
                found
                    .timestamp
                    .as_deref()
                    .ok_or_else(|| missing("timestamp"))?,
            ),
            Part::Id => Cow::Borrowed(found.id.as_deref().ok_or_else(|| missing("id"))?),
            Part::KeyId => Cow::Borrowed(found.key_id.as_deref().ok_or_else(|| missing("key id"))?),
            Part::JwsHeader => {
                Cow::Borrowed(self.jws.as_ref().map_or(&[][..], |jws| &jws.encoded_header))
            }
            Part::JwsPayload => Cow::Borrowed(
                self.jws
                    .as_ref()
                    .map_or(&[][..], |jws| &jws.encoded_payload),
            ),
            Part::UrlDigest(digest, encoding) => {
                let mut hash = Stream::hash(*digest);
                hash.update(url()?.as_bytes());
                Cow::Owned(encoding.encode(hash.finish().as_bytes()).into_bytes())
            }
            Part::Method => Cow::Borrowed(head.method().as_bytes()),
            Part::Url | Part::UrlPort => Cow::Owned(url()?.into_bytes()),
            Part::UrlBase => {
                let url = url()?;
                Cow::Owned(
                    url.split('?')
                        .next()
                        .unwrap_or_default()
                        .as_bytes()
                        .to_vec(),
                )
            }
            Part::TargetEscaped => Cow::Owned(values::escape_target(&target).into_bytes()),
            Part::UrlUnescaped => Cow::Owned(values::unescape_url(&url()?).into_bytes()),
            Part::Path => Cow::Owned(split.map_or(&*target, |(path, _)| path).as_bytes().to_vec()),
            Part::Query => Cow::Owned(split.map_or("", |(_, query)| query).as_bytes().to_vec()),
            Part::QueryWithout(name) => {
                let query = split.map_or("", |(_, query)| query);
                Cow::Owned(values::query_without(query, name).into_bytes())
            }
            Part::Target => Cow::Owned(target.as_bytes().to_vec()),
            Part::QueryParam(name) => {
                let place = Place::Query(name.clone());
                Cow::Owned(
                    read(head, &place, Code::ContentMalformed, Code::ContentMalformed)?
                        .into_owned(),
                )
            }
            Part::QuerySorted => {
                Cow::Owned(values::sorted_form(split.map_or("", |(_, query)| query)).into_bytes())
            }
            Part::QueryPairs => Cow::Owned(
                values::sorted_pairs(
                    split.map_or("", |(_, query)| query),
                    self.plan().parameter_of_signature(),
                )
                .into_bytes(),
            ),
            Part::HeadersListed(list) => Cow::Owned(
                listed_headers(head, list, self.plan().timestamp_header(), &|_| None)
                    .map_err(|what| missing(&what))?
                    .into_bytes(),
            ),
            Part::Header(name) => match single(head, name) {
                Single::One(value) => Cow::Borrowed(value),
                Single::Absent => return Err(missing(&format!("header `{name}`"))),
                Single::Repeated => {
                    return Err(Rejection::new(
                        Code::ContentMalformed,
                        format!("header `{name}` is signed and stands there more than once"),
                    ));
                }
            },
            Part::Const(name) => Cow::Borrowed(self.param(name).as_bytes()),
            // The rest is never known from the head.
            _ => Cow::Borrowed(&[]),
        })
    }

    fn param(&self, name: &str) -> &str {
        self.inner
            .params
            .iter()
            .find(|(known, _)| **known == *name)
            .map_or("", |(_, value)| value)
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
                content: message.content,
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

        let tags: SmallVec<[(u16, Tag); 1]> = self
            .streams
            .drain(..)
            .map(|(key, stream)| (key, stream.finish()))
            .collect();
        let content = match self.content.take() {
            Some(content) => content,
            None => tags[0].1.clone(),
        };
        let matched = match &self.signatures {
            Signatures::Settled => self.chosen,
            Signatures::Read(_) if plan.algorithm == Algorithm::Ed25519 => self
                .points
                .drain(..)
                .find_map(|(key, point)| point.verify().then_some(key)),
            Signatures::Read(candidates) => find_match(
                plan.algorithm,
                keys,
                self.chosen,
                self.certified.as_ref(),
                &tags,
                candidates,
            ),
            Signatures::InBody => None,
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

    /// The one value at a place that is only known with the body.
    fn late_value(
        &self,
        body: &[u8],
        place: &Place,
        missing: Code,
        malformed: Code,
    ) -> Result<String, Rejection> {
        match &self.jws {
            Some(jws) if place.is_in_jws() => read_jws(jws, place, missing, malformed),
            _ => read_body(body, place, missing, malformed),
        }
    }

    /// Reads what stands in the body: the signature and what is beside it,
    /// timestamp and id.
    fn read_late<'a>(
        &mut self,
        plan: &Plan,
        keys: &[PreparedKey],
        extra: &'a Extra,
    ) -> Result<Found<'a>, Rejection> {
        let Some(body) = &extra.body else {
            return Ok(Found::default());
        };
        for place in plan.absent.iter().filter(|place| place.is_in_body()) {
            match read_body(body, place, Code::SignatureMissing, Code::ContentMalformed) {
                Err(rejection) if rejection.code() == Code::SignatureMissing => {}
                Err(rejection) => return Err(rejection),
                Ok(_) => return Err(unsigned(place)),
            }
        }
        let mut found = Found::default();
        if matches!(self.signatures, Signatures::InBody) {
            let text = read_body(
                body,
                &plan.at,
                Code::SignatureMissing,
                Code::SignatureMalformed,
            )?;
            let mut fields = Fields::default();
            plan.format
                .read(text.as_bytes(), &mut fields)
                .map_err(|error| format_rejection(plan, &error))?;
            self.jws = Jws::read(plan, &fields, self.now)?;
            if let (Some(jws), Some(place)) = (&self.jws, &plan.key_id)
                && place.is_in_jws()
                && keys.iter().any(|key| key.named)
            {
                let id = read_jws(jws, place, Code::KeyUnknown, Code::KeyUnknown)?;
                self.chosen = Some(key_index(keys, id.as_bytes(), place)?);
            }
            if let Some(jws) = &self.jws {
                self.certified = certified(plan, keys, self.chosen, jws, self.now)?;
            }
            let candidates = decode_all(plan, keys, self.chosen, &fields)?;
            if fields.timestamp.is_some() {
                found.timestamp = fields.timestamp.map(|t| Cow::Owned(t.to_vec()));
            }
            if fields.id.is_some() {
                found.id = fields.id.map(|t| Cow::Owned(t.to_vec()));
            }
            if plan.algorithm.signs_content() {
                self.signatures = Signatures::Read(candidates);
            } else {
                let key = match_shared(keys, self.chosen, &candidates)
                    .ok_or_else(|| mismatch(plan, keys, self.chosen))?;
                self.chosen = Some(key);
                self.signatures = Signatures::Settled;
            }
        }
        let owned = |text: String| Cow::Owned(text.into_bytes());
        if let Some(planned) = &plan.timestamp
            && let Some(place) = planned.at.as_ref().filter(|place| is_late(plan, place))
        {
            match self.late_value(
                body,
                place,
                Code::TimestampMissing,
                Code::TimestampMalformed,
            ) {
                Ok(text) => found.timestamp = Some(owned(text)),
                Err(rejection) if rejection.code() == Code::TimestampMissing => {}
                Err(rejection) if plan.parts.contains(&Part::Timestamp) => return Err(rejection),
                Err(_) => {}
            }
        }
        if let Some(place) = plan.event_id.as_ref().filter(|place| is_late(plan, place))
            && let Ok(text) =
                self.late_value(body, place, Code::ContentMalformed, Code::ContentMalformed)
        {
            found.id = Some(owned(text));
        }
        Ok(found)
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

/// A part of the content that was only known with the body.
fn late_part<'a>(
    plan: &Plan,
    part: &Part,
    extra: Option<&'a Extra>,
    jws: Option<&'a Jws>,
    late: &'a Found<'_>,
) -> Result<Cow<'a, [u8]>, Rejection> {
    let missing = |what: &str| {
        Rejection::new(
            Code::ContentMalformed,
            format!("the body has no {what}, which is signed"),
        )
    };
    let Some(extra) = extra else {
        return Ok(Cow::Borrowed(&[]));
    };
    let body = || extra.body.as_deref().unwrap_or_default();
    let read = |place: &Place| {
        read_body(
            body(),
            place,
            Code::ContentMalformed,
            Code::ContentMalformed,
        )
        .map(|text| Cow::Owned(text.into_bytes()))
    };
    let form = || form_text(body());
    match part {
        Part::Body => Ok(Cow::Borrowed(body())),
        Part::BodyBase64url => Ok(Cow::Owned(Encoding::Base64url.encode(body()).into_bytes())),
        Part::JwsHeader => Ok(Cow::Borrowed(
            jws.map_or(&[][..], |jws| &jws.encoded_header),
        )),
        Part::JwsPayload => Ok(Cow::Borrowed(
            jws.map_or(&[][..], |jws| &jws.encoded_payload),
        )),
        Part::BodyDigest(digest, encoding) => {
            let tag = extra
                .digests
                .iter()
                .find_map(|(known, running)| match running {
                    Running::Done(tag) if known == digest => Some(tag),
                    _ => None,
                });
            let tag = tag.map(Tag::as_bytes).unwrap_or_default();
            Ok(match encoding {
                Some(encoding) => Cow::Owned(encoding.encode(tag).into_bytes()),
                None => Cow::Borrowed(tag),
            })
        }
        Part::BodyCrc32 => {
            let value = extra.crc32.map_or(0, Crc32::finish);
            Ok(Cow::Owned(value.to_string().into_bytes()))
        }
        Part::Timestamp => late
            .timestamp
            .as_deref()
            .map(Cow::Borrowed)
            .ok_or_else(|| missing("timestamp")),
        Part::Id => late
            .id
            .as_deref()
            .map(Cow::Borrowed)
            .ok_or_else(|| missing("id")),
        Part::Json(pointer) => read(&Place::Json(pointer.clone())),
        Part::JsonOrNothing(pointer) => match values::json(body(), pointer) {
            Err(ValueError::Missing) => Ok(Cow::Borrowed(&[])),
            _ => read(&Place::Json(pointer.clone())),
        },
        Part::FormField(name) => read(&Place::Form(name.clone())),
        Part::FormJoined(except) => rebuilt(
            canonical::form_joined(form()?, &plan.leaves_out(except)),
            "form",
        ),
        Part::FormPhp(except) => rebuilt(
            canonical::form_php(form()?, &plan.leaves_out(except)),
            "form",
        ),
        Part::JsonLines(members) => rebuilt(canonical::json_lines(body(), members), "JSON body"),
        Part::FormPairs => Ok(Cow::Owned(
            values::sorted_pairs(form()?, plan.parameter_of_signature()).into_bytes(),
        )),
        Part::FormSorted => Ok(Cow::Owned(values::sorted_text(form()?).into_bytes())),
        _ => Ok(Cow::Borrowed(&[])),
    }
}

/// Somebody who verifies without waiting for keys.
pub(crate) fn not_awaited() -> Rejection {
    Rejection::new(
        Code::KeyUnavailable,
        "the body tells where the key is: verify behind an endpoint, or give the key",
    )
}

/// A text that was rebuilt from the fields of the body.
fn rebuilt(text: Result<String, ValueError>, what: &str) -> Result<Cow<'_, [u8]>, Rejection> {
    text.map(|text| Cow::Owned(text.into_bytes()))
        .map_err(|error| {
            let problem = match error {
                ValueError::Missing => "lacks a field that is signed",
                ValueError::Repeated => "has a signed field more than once",
                ValueError::Malformed => "does not parse, or in more than one way",
            };
            Rejection::new(Code::ContentMalformed, format!("the {what} {problem}"))
        })
}

/// The texts of the signature header and of those that may stand beside it;
/// none when the signature stands in the body.
pub(crate) fn signature_texts<'a>(
    plan: &Plan,
    head: &'a dyn RequestHead,
) -> Result<SmallVec<[Cow<'a, [u8]>; 1]>, Rejection> {
    let mut texts = SmallVec::new();
    if plan.at.is_in_body() {
        return Ok(texts);
    }
    let read = |place: &Place| {
        read(
            head,
            place,
            Code::SignatureMissing,
            Code::SignatureMalformed,
        )
    };
    if plan.also.is_empty() && !plan.repeated {
        texts.push(read(&plan.at)?);
        return Ok(texts);
    }
    let others = plan.also.iter().cloned().map(Place::Header);
    let mut missing = None;
    for place in std::iter::once(plan.at.clone()).chain(others) {
        if let Place::Header(name) = &place
            && plan.repeated
        {
            let mut surplus = false;
            head.header_values(name, &mut |value| {
                surplus |= texts.len() == MAX_CANDIDATES;
                if !surplus {
                    texts.push(Cow::Borrowed(value));
                }
            });
            if surplus {
                return Err(format_rejection(plan, &FormatError::TooMany));
            }
            if !texts.is_empty() {
                continue;
            }
        }
        match read(&place) {
            Ok(text) => texts.push(text),
            Err(rejection) if rejection.code() == Code::SignatureMissing => {
                missing.get_or_insert(rejection);
            }
            Err(rejection) => return Err(rejection),
        }
    }
    match missing {
        Some(rejection) if texts.is_empty() => Err(rejection),
        _ => Ok(texts),
    }
}

fn unsigned(place: &Place) -> Rejection {
    Rejection::new(
        Code::ContentMalformed,
        format!("{place} stands there, where this scheme expects nothing"),
    )
}

/// Whether anything stands at a place in the head.
fn is_present(head: &dyn RequestHead, place: &Place) -> bool {
    match place {
        Place::Header(name) | Place::HeaderJson(name, _) => single(head, name) != Single::Absent,
        Place::Query(name) => {
            let target = head.target();
            let query = target.split_once('?').map_or("", |(_, query)| query);
            values::parameter(query, name) != Err(ValueError::Missing)
        }
        _ => true,
    }
}

/// A bound value, without the padding that some senders put behind a digest in
/// base64url (QStash). What is bound is signed, so that nobody else can add it.
fn without_padding<'a>(is: &[Part], value: &'a [u8]) -> &'a [u8] {
    match (is, value) {
        ([Part::BodyDigest(_, Some(Encoding::Base64url))], [unpadded @ .., b'=']) => unpadded,
        _ => value,
    }
}

/// The first form whose expectations hold and whose signature is there, in
/// that form.
pub(crate) fn choose(plans: &[Plan], head: &dyn RequestHead) -> Result<usize, Rejection> {
    // One form without conditions: what is missing is found on reading it.
    if let [plan] = plans
        && plan.expect.is_empty()
        && plan.absent.is_empty()
    {
        return Ok(0);
    }
    let mut unmet = None;
    for (index, plan) in plans.iter().enumerate() {
        let present = is_present(head, &plan.at)
            || plan
                .also
                .iter()
                .any(|name| single(head, name) != Single::Absent);
        if !present {
            continue;
        }
        if let Some((name, value)) = plan
            .expect
            .iter()
            .find(|(name, value)| single(head, name) != Single::One(value.as_bytes()))
        {
            unmet.get_or_insert_with(|| {
                Rejection::new(
                    Code::ContentMalformed,
                    format!("header `{name}`: expected `{value}`"),
                )
            });
            continue;
        }
        if let Some(place) = plan
            .absent
            .iter()
            .find(|place| !place.is_in_body() && is_present(head, place))
        {
            unmet.get_or_insert_with(|| unsigned(place));
            continue;
        }
        if plans.len() > 1
            && let Some(binding) = plan.bind.iter().find(|binding| {
                matches!(binding.at, Place::Header(_) | Place::Query(_))
                    && !binding.with_body
                    && !is_present(head, &binding.at)
            })
        {
            unmet.get_or_insert_with(|| {
                Rejection::new(Code::ContentMalformed, format!("no {}", binding.at))
            });
            continue;
        }
        if plans.len() > 1 && !names_its_algorithm(plan, head) {
            unmet.get_or_insert_with(|| {
                Rejection::new(
                    Code::AlgorithmNotAllowed,
                    format!(
                        "{}: the JWS names an algorithm that is not allowed",
                        plan.at
                    ),
                )
            });
            continue;
        }
        if plans.len() > 1
            && let Place::Header(name) = &plan.at
            && let Single::One(text) = single(head, name)
            && let Err(error) = plan.format.read(text, &mut Fields::default())
        {
            unmet.get_or_insert_with(|| format_rejection(plan, &error));
            continue;
        }
        return Ok(index);
    }
    Err(unmet.unwrap_or_else(|| {
        let places: Vec<String> = plans.iter().map(|plan| plan.at.to_string()).collect();
        Rejection::new(
            Code::SignatureMissing,
            format!("no {}", places.join(" and no ")),
        )
    }))
}

/// Whether a JWS in a header names the form's own algorithm; other forms, and
/// values that do not parse, are judged later.
fn names_its_algorithm(plan: &Plan, head: &dyn RequestHead) -> bool {
    let Place::Header(name) = &plan.at else {
        return true;
    };
    let Single::One(value) = single(head, name) else {
        return true;
    };
    let mut fields = Fields::default();
    if plan.format.read(value, &mut fields).is_err() {
        return true;
    }
    let Some(encoded) = fields.jws_header.filter(|text| text.len() <= MAX_JWS_TEXT) else {
        return true;
    };
    let Ok(header) = Encoding::Base64url.decode(encoded) else {
        return true;
    };
    values::json(&header, "/alg").map_or(true, |named| {
        Some(named.as_str()) == plan.algorithm.jose_name()
    })
}

/// The one value at a place in the head.
pub(crate) fn read<'a>(
    head: &'a dyn RequestHead,
    place: &Place,
    missing: Code,
    malformed: Code,
) -> Result<Cow<'a, [u8]>, Rejection> {
    match place {
        Place::Header(name) => match single(head, name) {
            Single::One(value) => Ok(Cow::Borrowed(value)),
            Single::Absent => Err(Rejection::new(missing, format!("no {place}"))),
            Single::Repeated => Err(Rejection::new(
                malformed,
                format!("{place} stands there more than once, expected one value"),
            )),
        },
        Place::Query(name) => {
            let target = head.target();
            let query = target.split_once('?').map_or("", |(_, query)| query);
            value_at(
                values::parameter(query, name).map(Cow::into_owned),
                place,
                missing,
                malformed,
            )
            .map(|text| Cow::Owned(text.into_bytes()))
        }
        Place::HeaderJson(name, pointer) => {
            let header = read(head, &Place::Header(name.clone()), missing, malformed)?;
            let value = Encoding::Base64
                .decode(&header)
                .map_err(|_| ValueError::Malformed)
                .and_then(|object| values::json(&object, pointer));
            value
                .map(|text| Cow::Owned(text.into_bytes()))
                .map_err(|error| match error {
                    ValueError::Missing => Rejection::new(missing, format!("no {place}")),
                    ValueError::Repeated => {
                        Rejection::new(malformed, format!("{place} stands there more than once"))
                    }
                    ValueError::Malformed => Rejection::new(
                        malformed,
                        format!("header `{name}`: expected JSON in base64"),
                    ),
                })
        }
        Place::Json(_) | Place::Form(_) | Place::Body | Place::Claim(_) | Place::JwsHeader(_) => {
            Ok(Cow::Borrowed(&[]))
        }
    }
}

/// Whether a value is only known when the body is there: in the body, or in a
/// JWS that is.
fn is_late(plan: &Plan, place: &Place) -> bool {
    place.is_in_body() || place.is_in_jws() && plan.at.is_in_body()
}

fn read_jws(jws: &Jws, place: &Place, missing: Code, malformed: Code) -> Result<String, Rejection> {
    let value = match place {
        Place::Claim(pointer) => values::json(&jws.payload, pointer),
        Place::JwsHeader(pointer) => values::json(&jws.header, pointer),
        _ => Err(ValueError::Missing),
    };
    value_at(value, place, missing, malformed)
}

/// A form whose fields are about to be sorted.
fn form_text(body: &[u8]) -> Result<&str, Rejection> {
    let malformed = |what: String| Rejection::new(Code::ContentMalformed, what);
    if body.iter().filter(|byte| **byte == b'&').count() >= values::MAX_FIELDS {
        return Err(malformed(format!(
            "the form has more than {} fields",
            values::MAX_FIELDS
        )));
    }
    std::str::from_utf8(body).map_err(|_| malformed("the form body is not UTF-8".into()))
}

/// The one value at a place in the body.
fn read_body(
    body: &[u8],
    place: &Place,
    missing: Code,
    malformed: Code,
) -> Result<String, Rejection> {
    let value = match place {
        Place::Json(pointer) => values::json(body, pointer),
        Place::Form(name) => match std::str::from_utf8(body) {
            Ok(text) => values::parameter(text, name).map(Cow::into_owned),
            Err(_) => Err(ValueError::Malformed),
        },
        Place::Body => String::from_utf8(body.to_vec()).map_err(|_| ValueError::Malformed),
        Place::Header(_)
        | Place::HeaderJson(..)
        | Place::Query(_)
        | Place::Claim(_)
        | Place::JwsHeader(_) => Err(ValueError::Missing),
    };
    value_at(value, place, missing, malformed)
}

fn value_at(
    value: Result<String, ValueError>,
    place: &Place,
    missing: Code,
    malformed: Code,
) -> Result<String, Rejection> {
    value.map_err(|error| match error {
        ValueError::Missing => Rejection::new(missing, format!("no {place}")),
        ValueError::Repeated => {
            Rejection::new(malformed, format!("{place} stands there more than once"))
        }
        ValueError::Malformed => Rejection::new(
            malformed,
            format!("{place} cannot be read: the body does not parse"),
        ),
    })
}

fn key_index(keys: &[PreparedKey], id: &[u8], place: &Place) -> Result<u16, Rejection> {
    keys.iter()
        .position(|key| key.id.as_bytes() == id)
        .and_then(|index| u16::try_from(index).ok())
        .ok_or_else(|| {
            Rejection::new(
                Code::KeyUnknown,
                format!("{place} names a key that is not on the ring"),
            )
        })
}

fn format_rejection(plan: &Plan, error: &FormatError) -> Rejection {
    match error {
        FormatError::Literal(literal) => Rejection::new(
            Code::SignatureMalformed,
            format!("{}: expected `{literal}`, which is not there", plan.at),
        ),
        FormatError::Name(name) => Rejection::new(
            Code::SignatureMalformed,
            format!("{}: expected `{name}=`, which is not there", plan.at),
        ),
        FormatError::RepeatedTimestamp => Rejection::new(
            Code::TimestampMalformed,
            format!("{}: more than one timestamp", plan.at),
        ),
        FormatError::RepeatedId => Rejection::new(
            Code::ContentMalformed,
            format!("{}: more than one id", plan.at),
        ),
        FormatError::TooMany => Rejection::new(
            Code::SignatureMalformed,
            format!("{}: more than {MAX_CANDIDATES} signatures", plan.at),
        ),
    }
}

/// Decodes the signatures of a header. In a list, one that does not decode is
/// passed over as long as another does.
/// The key id that stands beside the signatures, where it is signed: then all
/// of them have to name the same.
fn key_id_beside<'a>(plan: &Plan, fields: &Fields<'a>) -> Result<Option<&'a [u8]>, Rejection> {
    let mut ids = fields.signatures.iter().map(|(_, id)| *id);
    let first = ids.next().flatten();
    if ids.any(|id| id != first) {
        return Err(Rejection::new(
            Code::SignatureMalformed,
            format!(
                "{}: signatures of several keys, but the key id is signed",
                plan.at
            ),
        ));
    }
    Ok(first)
}

fn decode_all(
    plan: &Plan,
    keys: &[PreparedKey],
    chosen: Option<u16>,
    fields: &Fields<'_>,
) -> Result<SmallVec<[Candidate; 1]>, Rejection> {
    let mut candidates = SmallVec::new();
    let mut failure = None;
    for (text, key_id) in &fields.signatures {
        let key = match key_id {
            None => chosen,
            Some(id) => match key_index(keys, id, &plan.at) {
                Ok(index) => Some(index),
                Err(unknown) => {
                    failure.get_or_insert(unknown);
                    continue;
                }
            },
        };
        match decode_one(plan, keys, key, text) {
            Ok(bytes) => candidates.push(Candidate { bytes, key }),
            Err(rejection) => {
                failure.get_or_insert(rejection);
            }
        }
    }
    if candidates.is_empty() {
        return Err(failure.unwrap_or_else(|| {
            Rejection::new(
                Code::SignatureMissing,
                format!("no signature in {}", plan.at),
            )
        }));
    }
    Ok(candidates)
}

/// Where a signature starts, for messages; written only when one is.
struct AfterPrefix<'a>(&'a str);

impl fmt::Display for AfterPrefix<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            "" => Ok(()),
            prefix => write!(f, " after `{prefix}`"),
        }
    }
}

fn decode_one(
    plan: &Plan,
    keys: &[PreparedKey],
    key: Option<u16>,
    text: &[u8],
) -> Result<SmallVec<[u8; 64]>, Rejection> {
    let after = AfterPrefix(plan.format.prefix());
    let malformed =
        |what: String| Rejection::new(Code::SignatureMalformed, format!("{}: {what}", plan.at));
    let unit = plan.encoding.characters();
    if text.is_empty() {
        return Err(Rejection::new(
            Code::SignatureMissing,
            format!("{}: nothing{after}", plan.at),
        ));
    }
    let key_sizes = || {
        keys.iter()
            .enumerate()
            .filter(|(i, _)| key.is_none_or(|k| usize::from(k) == *i))
            .filter_map(|(_, key)| match &key.material {
                Material::Public(public) => Some(public.signature_len()),
                Material::Roots(_) => Some(None),
                _ => None,
            })
    };
    let fits = |len: usize| match plan.algorithm.signature_len() {
        Some(expected) => len == expected,
        None if plan.algorithm.is_public_key() => {
            key_sizes().any(|size| size.is_none_or(|size| size == len))
        }
        None => true,
    };
    let expected = plan
        .algorithm
        .signature_len()
        .or_else(|| key_sizes().flatten().next());
    if text.len() > MAX_SIGNATURE_TEXT {
        return Err(malformed(format!(
            "{} {unit}{after} are more than any signature has",
            text.len()
        )));
    }
    let mut bytes: SmallVec<[u8; 64]> = SmallVec::new();
    // Enough for every encoding: none is longer than its text.
    let room = if plan.encoding == Encoding::Hex {
        text.len() / 2
    } else {
        text.len()
    };
    bytes.resize(room, 0);
    let decoded = plan.encoding.decode_into(text, &mut bytes);
    if let Ok(len) = decoded {
        bytes.truncate(len);
        if fits(len) {
            return if crypto::well_formed(plan.algorithm, &bytes) {
                Ok(bytes)
            } else {
                Err(malformed(
                    "not an ECDSA signature in the form that the scheme prescribes".into(),
                ))
            };
        }
    }
    Err(match (decoded, expected) {
        (Err(DecodeError::Character(at)), _) => malformed(format!(
            "character {}{after} is not one of the {unit}",
            at + 1
        )),
        (Ok(_) | Err(DecodeError::Length), Some(expected)) => {
            let expected = plan.encoding.text_len(expected);
            if expected == text.len() {
                malformed(format!(
                    "expected {expected} {unit}{after} with the canonical padding"
                ))
            } else {
                malformed(format!(
                    "expected {expected} {unit}{after}, found {}",
                    text.len()
                ))
            }
        }
        _ => malformed(format!(
            "expected canonical {unit}{after}: padding is missing or wrong"
        )),
    })
}

pub(crate) fn check_window(
    inner: &Inner,
    plan: &Plan,
    planned: &PlannedTimestamp,
    text: &[u8],
    now: UnixTime,
) -> Result<UnixTime, Rejection> {
    let Window { unit, tolerance } = planned.window;
    let place = || match &planned.at {
        Some(place) => place.to_string(),
        None if plan.algorithm == Algorithm::MessageSignatures => {
            "signature parameter `created`".to_owned()
        }
        None => format!("the timestamp in {}", plan.at),
    };
    if text.is_empty() {
        return Err(Rejection::new(
            Code::TimestampMissing,
            format!("{} is empty", place()),
        ));
    }
    let time = unit.parse(text).ok_or_else(|| {
        Rejection::new(
            Code::TimestampMalformed,
            format!("{}: expected {}", place(), unit.expectation()),
        )
    })?;
    let Some((past, future)) = inner
        .setup
        .tolerance
        .map_or(Some((tolerance, tolerance)), |t| t.bounds)
    else {
        return Ok(time);
    };
    // In whole seconds for providers that write whole seconds.
    let (sent, now) = match unit {
        crate::time::TimeUnit::Millis | crate::time::TimeUnit::Micros => {
            (time.as_millis(), now.as_millis())
        }
        _ => (
            time.as_secs().saturating_mul(1000),
            now.as_secs().saturating_mul(1000),
        ),
    };
    let age = now.saturating_sub(sent);
    if age > i64::from(past) * 1000 {
        return Err(Rejection::new(
            Code::TimestampTooOld,
            format!(
                "{} is {} s old, the tolerance is {past} s",
                place(),
                age / 1000
            ),
        ));
    }
    if age < -(i64::from(future) * 1000) {
        return Err(Rejection::new(
            Code::TimestampInFuture,
            format!(
                "{} lies {} s in the future, the tolerance is {future} s; is this machine's clock right?",
                place(),
                age.saturating_neg() / 1000
            ),
        ));
    }
    Ok(time)
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

/// Both sides are hashed, so neither content nor length shows in the time.
fn match_shared(
    keys: &[PreparedKey],
    chosen: Option<u16>,
    candidates: &[Candidate],
) -> Option<u16> {
    use subtle::ConstantTimeEq as _;
    for candidate in candidates {
        let sent = sha256(&[&candidate.bytes]);
        for (index, key) in keys.iter().enumerate() {
            let index = u16::try_from(index).ok()?;
            if chosen.is_some_and(|chosen| chosen != index) {
                continue;
            }
            if let Material::Shared(expected) = &key.material
                && bool::from(expected.ct_eq(&sent))
            {
                return Some(index);
            }
        }
    }
    None
}

fn find_match(
    algorithm: Algorithm,
    keys: &[PreparedKey],
    chosen: Option<u16>,
    certified: Option<&(u16, PublicKey)>,
    tags: &[(u16, Tag)],
    candidates: &[Candidate],
) -> Option<u16> {
    if algorithm.is_public_key() {
        let digest = &tags[0].1;
        for candidate in candidates {
            for (index, key) in keys.iter().enumerate() {
                let index = u16::try_from(index).ok()?;
                if candidate
                    .key
                    .or(chosen)
                    .is_some_and(|wanted| wanted != index)
                {
                    continue;
                }
                let public = match &key.material {
                    Material::Public(public) => Some(public),
                    Material::Roots(_) => certified
                        .filter(|(root, _)| *root == index)
                        .map(|(_, public)| public),
                    _ => None,
                };
                if let Some(public) = public
                    && public.verify(algorithm, digest.as_bytes(), &candidate.bytes)
                {
                    return Some(index);
                }
            }
        }
        return None;
    }
    tags.iter().find_map(|(key, tag)| {
        candidates
            .iter()
            .filter(|candidate| candidate.key.is_none_or(|wanted| wanted == *key))
            .any(|candidate| tag.ct_eq(&candidate.bytes))
            .then_some(*key)
    })
}

fn mismatch(plan: &Plan, keys: &[PreparedKey], chosen: Option<u16>) -> Rejection {
    let tried = match (chosen, keys.len()) {
        (Some(key), _) => format!("key `{}`", keys[usize::from(key)].id),
        (None, 1) => "the key".into(),
        (None, n) => format!("any of {n} keys"),
    };
    Rejection::new(
        Code::SignatureMismatch,
        if plan.algorithm.signs_content() {
            format!(
                "{}: the signature does not match this request under {tried}",
                plan.at
            )
        } else {
            format!("{}: the secret is not that of {tried}", plan.at)
        },
    )
}

impl Verifier {
    /// The event's id inside a body, for schemes whose id stands there.
    ///
    /// Only meaningful for a body that was verified.
    #[must_use]
    pub fn event_id_in(&self, body: &[u8]) -> Option<String> {
        let place = self.inner.setup.plans[0]
            .event_id
            .as_ref()
            .filter(|place| place.is_in_body())?;
        read_body(body, place, Code::ContentMalformed, Code::ContentMalformed).ok()
    }
}
