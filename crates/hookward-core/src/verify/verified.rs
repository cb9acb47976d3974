//! Proof of a verified request: what it covers, which key verified it, and how the
//! delivery is identified.

use std::fmt;
use std::sync::Arc;

use hookward_replay::{ClaimToken, ReplayKey};

use super::identifying::{Identity, replay_key};
use super::particulars::Particulars;
use crate::crypto::sha256;
use crate::scheme::{Coverage, Plan, Proof, ReplayBy, RequestPart, Retries, Success};
use crate::text::time::UnixTime;
use crate::verify::verifier::{Inner, Verifier};

/// Proof that a request is genuine: only a finished [`Verification`](crate::Verification)
/// creates one.
///
/// It vouches for the signed content only. Check
/// [`event_id_is_signed`](Self::event_id_is_signed) before relying on an event id, which
/// may come from an unsigned header.
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
    pub(super) claim: Option<ClaimToken>,
}

/// An optional time in the size of a time, since a proof is moved often.
#[derive(Clone, Copy)]
pub(super) struct MaybeTime(i64);

impl MaybeTime {
    /// A sentinel that no timestamp has.
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

    /// The name of the form in which the request was signed; `default` if the scheme has
    /// only one.
    #[must_use]
    pub fn form(&self) -> &str {
        &self.plan().form
    }

    /// The parts of the request that the proof covers. Anyone who relayed or recorded the
    /// request may have changed the others.
    ///
    /// ```
    /// use hookward::{Key, RequestPart, Verifier, providers};
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

    /// The parts that are covered only after a lossy normalization, such as lower-casing.
    pub fn weak(&self) -> impl Iterator<Item = &RequestPart> {
        self.covers().weak()
    }

    /// What was verified: a signature over this request, a signature over something else
    /// (a token), or a bare secret.
    #[must_use]
    pub fn proof(&self) -> Proof {
        self.covers().proof()
    }

    /// The tenant whose keys verified the request, as named by the key source
    /// ([`Tenants`](crate::Tenants), [`Verifier::for_tenant`]), never by the request.
    /// `None` if the key source has no tenants.
    ///
    /// The request itself may spell the tenant in several ways, or name more than one:
    /// use this value.
    #[must_use]
    pub fn tenant(&self) -> Option<&str> {
        self.inner.tenant.as_deref()
    }

    /// The id of the key that matched.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.inner.keys.of(usize::from(self.plan))[usize::from(self.key)].id
    }

    /// The timestamp, if the scheme has one.
    #[must_use]
    pub fn timestamp(&self) -> Option<UnixTime> {
        self.timestamp.get()
    }

    /// The event id, if the scheme has it in the head, or reads it from the body to
    /// identify the delivery. Other ids in the body are read by
    /// [`Verifier::event_id_in`].
    #[must_use]
    pub fn event_id(&self) -> Option<&str> {
        self.event_id.as_deref()
    }

    /// Whether the signature covers the event id. An unsigned id can be changed by anyone
    /// who replays the delivery.
    #[must_use]
    pub fn event_id_is_signed(&self) -> bool {
        self.plan().signs_event_id
    }

    /// Whether the replay guard recognised this delivery as already handled, and is
    /// configured to pass duplicates through.
    #[must_use]
    pub fn is_duplicate(&self) -> bool {
        self.duplicate
    }

    /// Marks the proof as a duplicate. For adapters.
    pub fn mark_duplicate(&mut self) {
        self.duplicate = true;
    }

    /// The token of the replay guard's claim, under which the handler runs: a fencing
    /// token. Of two handlers of one delivery, the one that was called later has the
    /// larger token, on every store of hookward.
    ///
    /// A handler that was paused for longer than its
    /// [lease](crate::ReplayGuard::lease) may continue while a copy is handled elsewhere. A
    /// system that keeps the largest token it has seen for a delivery, and refuses writes
    /// with a smaller one, is safe from that.
    ///
    /// `None` without a guard, and for a delivery that is not claimed.
    #[must_use]
    pub fn fencing_token(&self) -> Option<ClaimToken> {
        self.claim
    }

    pub(crate) fn claimed_with(&mut self, token: Option<ClaimToken>) {
        self.claim = token;
    }

    /// What identifies a delivery, as declared by the scheme for the form in which this
    /// request was signed.
    #[must_use]
    pub fn replay_by(&self) -> ReplayBy {
        self.plan().identified.by
    }

    /// The replay key of the delivery, within a namespace and for its tenant: equal for a
    /// copy of it and, depending on [`replay_by`](Self::replay_by), for the provider's
    /// retry.
    ///
    /// `None` if the identity was not computed, which an endpoint's [replay
    /// guard](crate::Endpoint::replay_guard) or [`Verifier::with_identity`] requests, and
    /// if there is nothing to compare, as in a test delivery without content.
    #[must_use]
    pub fn replay_key(&self, namespace: &str) -> Option<ReplayKey> {
        self.key_of(&self.identity, namespace)
    }

    /// The replay key that the previous release claimed for this delivery, if it
    /// identified deliveries differently
    /// ([`Scheme::replay_before`](crate::Scheme::replay_before)).
    #[must_use]
    pub fn replay_key_before(&self, namespace: &str) -> Option<ReplayKey> {
        let previous = self.particulars.as_ref()?.previous_identity.as_ref()?;
        self.key_of(previous, namespace)
    }

    fn key_of(&self, identity: &Identity, namespace: &str) -> Option<ReplayKey> {
        match identity {
            Identity::Is(identity) => Some(replay_key(namespace, self.tenant(), identity)),
            Identity::Nothing | Identity::Unknown => None,
        }
    }

    /// Whether the identity was not requested.
    pub(crate) fn is_unidentified(&self) -> bool {
        self.identity == Identity::Unknown
    }

    /// Replaces the identity with the one that the operator's own function returned.
    pub(crate) fn identify_as(&mut self, value: Option<&[u8]>) {
        self.identity = match value {
            None => Identity::Nothing,
            Some(value) => Identity::Is(sha256(&[b"hookward delivery\0own", value])),
        };
    }

    /// How the provider retries after an unsuccessful response, if known.
    pub(crate) fn retries(&self) -> Option<&Retries> {
        self.inner.setup.retries.as_ref()
    }

    /// The responses that the provider accepts as success.
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
