//! The proof.

use std::fmt;
use std::sync::Arc;

use hookward_replay::ReplayKey;

use super::identity::{Identity, replay_key};
use super::proven::Particulars;
use crate::crypto::sha256;
use crate::scheme::{Coverage, Plan, Proof, ReplayBy, RequestPart, Retries, Success};
use crate::text::time::UnixTime;
use crate::verify::verifier::{Inner, Verifier};

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
    pub(super) identity: Identity,
    pub(super) particulars: Option<Arc<Particulars>>,
    pub(super) duplicate: bool,
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
    pub(super) fn plan(&self) -> &Plan {
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
        self.particulars
            .as_deref()
            .and_then(|own| own.coverage.as_deref())
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

    /// The event's id, where the scheme knows of one in the head, or reads it from the
    /// body to tell deliveries apart. Others inside the body are read by
    /// [`Verifier::event_id_in`].
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

    /// What makes another request the same delivery, as the scheme says it for the
    /// form in which this one was signed.
    #[must_use]
    pub fn replay_by(&self) -> ReplayBy {
        self.plan().identified.by
    }

    /// The identity of the delivery, within a namespace and for the tenant: equal for
    /// a copy of it and, as far as [`replay_by`](Self::replay_by) tells, for the
    /// provider's retry of it.
    ///
    /// `None` where it was not computed: an endpoint's
    /// [guard](crate::Endpoint::replay_guard) asks for it, or
    /// [`Verifier::with_identity`]. `None` too where there is nothing to tell apart,
    /// as for a test delivery without content.
    #[must_use]
    pub fn replay_key(&self, namespace: &str) -> Option<ReplayKey> {
        self.key_of(&self.identity, namespace)
    }

    /// The key that the release before this one claimed for the delivery, where it
    /// told deliveries apart otherwise
    /// ([`Scheme::replay_before`](crate::Scheme::replay_before)).
    #[must_use]
    pub fn replay_key_before(&self, namespace: &str) -> Option<ReplayKey> {
        let before = self.particulars.as_ref()?.before.as_ref()?;
        self.key_of(before, namespace)
    }

    fn key_of(&self, identity: &Identity, namespace: &str) -> Option<ReplayKey> {
        match identity {
            Identity::Is(identity) => Some(replay_key(namespace, self.tenant(), identity)),
            Identity::Nothing | Identity::Unknown => None,
        }
    }

    /// Whether nothing asked for the identity.
    pub(crate) fn is_unidentified(&self) -> bool {
        self.identity == Identity::Unknown
    }

    /// Replaces the identity by what the operator's own function made of the
    /// delivery.
    pub(crate) fn identify_as(&mut self, value: Option<&[u8]>) {
        self.identity = match value {
            None => Identity::Nothing,
            Some(value) => Identity::Is(sha256(&[b"hookward delivery\0own", value])),
        };
    }

    /// What the provider does about an answer that is not success, where it is known.
    pub(crate) fn retries(&self) -> Option<&Retries> {
        self.inner.setup.retries.as_ref()
    }

    /// What the provider takes for success.
    pub(crate) fn success(&self) -> &Success {
        &self.inner.setup.success
    }

    pub(crate) fn window(&self) -> Option<std::time::Duration> {
        Verifier {
            inner: self.inner.clone(),
        }
        .window()
    }
}
