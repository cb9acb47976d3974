//! The proof.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::late::read_body;
use crate::crypto::Tag;
use crate::rejection::Code;
use crate::replay::ReplayKey;
use crate::scheme::{Coverage, Plan, Proof, RequestPart};
use crate::time::UnixTime;
use crate::verifier::{Inner, Verifier};

/// Proof that a request is genuine: only a finished
/// [`Verification`](crate::Verification) makes one.
///
/// What it says holds for the signed content. An event id from an unsigned
/// header is told as such by [`event_id_is_signed`](Self::event_id_is_signed).
#[must_use]
#[derive(Clone)]
pub struct Verified {
    pub(super) inner: Arc<Inner>,
    pub(super) plan: u16,
    pub(super) key: u16,
    pub(super) timestamp: MaybeTime,
    pub(super) event_id: Option<Arc<str>>,
    pub(super) content: Identity,
    /// What this request's signature covers, where the request decides.
    pub(super) coverage: Option<Arc<Coverage>>,
    pub(super) duplicate: bool,
}

/// What tells verified contents apart: the first 32 bytes of the MAC or digest.
#[derive(Clone, Copy)]
pub(super) struct Identity([u8; 32]);

impl Identity {
    pub(super) fn of(tag: &Tag) -> Self {
        Self(tag.first_half())
    }
}

/// A time that may be missing, in the space of one: a proof is moved often.
#[derive(Clone, Copy)]
pub(super) struct MaybeTime(i64);

impl MaybeTime {
    /// No timestamp has so many milliseconds.
    const NONE: i64 = i64::MIN;

    pub(super) fn new(time: Option<UnixTime>) -> Self {
        Self(time.map_or(Self::NONE, UnixTime::as_millis))
    }

    fn get(self) -> Option<UnixTime> {
        (self.0 != Self::NONE).then(|| UnixTime::from_millis(self.0))
    }
}

impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("provider", &self.provider())
            .field("tenant", &self.tenant())
            .field("key_id", &self.key_id())
            .field("timestamp", &self.timestamp())
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

    /// The name of the form in which the request was signed, among those of the
    /// scheme; `default` where it has only one.
    #[must_use]
    pub fn form(&self) -> &str {
        &self.plan().form
    }

    /// Which parts of the request the proof covers. What is not covered, whoever
    /// relayed or recorded the request may have changed.
    ///
    /// ```
    /// use hookward_core::{Key, RequestPart, Verifier, providers};
    ///
    /// let verifier = Verifier::new(providers::GITHUB, Key::new("It's a Secret to Everybody")?)?;
    /// let request = http::Request::post("/webhooks/github")
    ///     .header("x-hub-signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")
    ///     .body("Hello, World!")?;
    /// let verified = verifier.verify(&request)?;
    /// assert_eq!(verified.covers().to_string(), "body");
    /// assert!(!verified.covers().covers(&RequestPart::Header("x-github-event".into())));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn covers(&self) -> &Coverage {
        self.coverage
            .as_deref()
            .unwrap_or_else(|| &self.plan().coverage)
    }

    /// The parts that are covered up to something that was lost before the
    /// signature, such as the case of letters.
    pub fn weak(&self) -> impl Iterator<Item = &RequestPart> {
        self.covers().weak()
    }

    /// Whether a signature over this request, one over something else, or a
    /// bare secret was proven.
    #[must_use]
    pub fn proof(&self) -> Proof {
        self.covers().proof()
    }

    /// The tenant whose keys verified the request: what the key source found in
    /// its records ([`Tenants`](crate::Tenants),
    /// [`Verifier::for_tenant`]), never text of the request. `None` for a source
    /// that knows no tenants.
    ///
    /// The request itself may spell the tenant in several ways, or name two:
    /// work with this one.
    #[must_use]
    pub fn tenant(&self) -> Option<&str> {
        self.inner.tenant.as_deref()
    }

    /// The id of the key that matched.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.inner.keys.of(usize::from(self.plan))[usize::from(self.key)].id
    }

    /// The timestamp, where the scheme has one.
    #[must_use]
    pub fn timestamp(&self) -> Option<UnixTime> {
        self.timestamp.get()
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
    /// deliveries to one tenant with the same signed content, whatever else
    /// differs.
    #[must_use]
    pub fn replay_key(&self, namespace: &str) -> ReplayKey {
        self.derive(b"content", namespace, &self.content.0)
    }

    fn derive(&self, kind: &[u8], namespace: &str, identity: &[u8]) -> ReplayKey {
        ReplayKey::derive(kind, namespace, self.tenant(), self.provider(), identity)
    }

    /// The identity of the event, for schemes that sign an id: equal for a
    /// delivery to one tenant and the provider's retry of it. `None` without a
    /// signed id.
    #[must_use]
    pub fn event_key(&self, namespace: &str) -> Option<ReplayKey> {
        let id = self
            .event_id
            .as_deref()
            .filter(|_| self.event_id_is_signed())?;
        Some(self.derive(b"event", namespace, id.as_bytes()))
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
