//! Verifier: a scheme, its keys and its tolerance, compiled once for all requests.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use smallvec::SmallVec;

use super::config::ConfigError;
use crate::key::PreparedKey;
use crate::key::{Key, KeyError, KeyRing, Material};
#[cfg(feature = "message-signatures")]
use crate::message_signatures::{self, MessageSignatures, Policy};
use crate::request::head::RequestHead;
use crate::request::rejection::Rejection;
use crate::request::request_url::{ExternalUrl, Forwarding, UrlSetting};
use crate::scheme::format::FormatSlot;
use crate::scheme::recipient;
use crate::scheme::window::Tolerance;
use crate::scheme::{DEFAULT_BODY_LIMIT, MeantFor, Plan, Retries, Scheme, SchemeError, Success};
use crate::text::time::UnixTime;
use crate::verify::lookup::BodyKeys;
use crate::verify::{Demands, Identify, Step, Verification, Verified, not_awaited};

/// Verifies the requests of one endpoint: a scheme, its keys, its window.
///
/// It does no I/O and has no clock: the caller supplies the head, the time and the bytes
/// of the body. Cloning is cheap, and everything that can be computed once is, such as
/// parsed keys and the initial state of keyed hashes.
///
/// ```
/// use hookward::{Key, UnixTime, Verifier, providers};
///
/// let verifier = Verifier::new(providers::GITHUB, Key::new("It's a Secret to Everybody")?)?;
/// let (parts, ()) = http::Request::post("/webhooks/github")
///     .header("x-hub-signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")
///     .body(())?
///     .into_parts();
///
/// // Missing, malformed and stale signatures are refused from the head alone.
/// let mut check = verifier.begin(&parts, UnixTime::now())?;
/// // As the bytes arrive.
/// check.update(b"Hello, ");
/// check.update(b"World!");
/// let verified = check.finish()?;
/// assert_eq!(verified.provider(), "github");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Verifier {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) setup: Arc<Setup>,
    pub(crate) keys: PreparedKeys,
    pub(crate) params: Box<[(Box<str>, Box<str>)]>,
    /// The accepted recipients; empty if any recipient is accepted.
    pub(crate) recipients: Box<[recipient::AcceptedRecipient]>,
    /// The recipients that were configured with the keys, for keys that replace them.
    pub(crate) recipients_of_keys: MeantFor,
    /// The tenant that owns the keys, if there are several tenants.
    pub(crate) tenant: Option<Arc<str>>,
    /// The source of keys that the body names; `keys` is empty then.
    pub(crate) body_keys: Option<Arc<dyn BodyKeys>>,
    /// The keys as they were given, for `Verifier::explain`; wiped on drop.
    #[cfg(feature = "explain")]
    pub(crate) ring: Arc<KeyRing>,
    /// The index of the key that matched last. Unless it is the first, all keys are
    /// computed in the first pass.
    pub(crate) last_match: AtomicU16,
}

impl Inner {
    /// Whether the recipient of a delivery in this form is compared.
    pub(crate) fn compares_recipients(&self, plan: &Plan) -> bool {
        !self.recipients.is_empty() && !plan.recipients.is_empty()
    }

    /// The settings for message signatures.
    #[cfg(feature = "message-signatures")]
    pub(crate) fn setting(&self) -> message_signatures::CheckSettings<'_> {
        message_signatures::CheckSettings {
            policy: &self.setup.policy,
            url: &self.setup.external_url,
            tolerance: self.setup.tolerance,
        }
    }

    /// Whether there are neither keys nor a source of them.
    pub(crate) fn has_no_keys(&self) -> bool {
        self.keys.per_plan == 0 && self.body_keys.is_none()
    }
}

/// The configuration that stays the same when keys rotate.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    pub(crate) plans: Box<[Plan]>,
    needs_time: bool,
    pub(crate) tolerance: Option<Tolerance>,
    pub(crate) external_url: ExternalUrl,
    pub(crate) body_limit: u64,
    /// The recipients that are accepted independently of the keys.
    meant_for: MeantFor,
    /// How the provider retries, and which responses it accepts as success.
    pub(crate) retries: Option<Retries>,
    pub(crate) success: Success,
    /// Set if the identity of each delivery is computed without a replay guard.
    demands: Option<Arc<Demands>>,
    /// What message signatures must cover.
    #[cfg(feature = "message-signatures")]
    pub(crate) policy: Arc<Policy>,
}

impl Setup {
    /// `ring` provides the parameters of the scheme.
    #[cfg_attr(not(feature = "message-signatures"), allow(unused_variables))]
    pub(crate) fn new(scheme: &Scheme, ring: &KeyRing) -> Result<Self, ConfigError> {
        Self::with_policy(
            scheme,
            #[cfg(feature = "message-signatures")]
            Arc::new(MessageSignatures::of_params(scheme, ring)?.compile()?),
        )
    }

    pub(crate) fn with_policy(
        scheme: &Scheme,
        #[cfg(feature = "message-signatures")] policy: Arc<Policy>,
    ) -> Result<Self, ConfigError> {
        scheme.check()?;
        let mut plans = scheme.selected()?;
        // A text that the provider signs as a URL must not pass as a body.
        if all_plans(scheme)?.iter().any(Plan::starts_with_url) {
            for plan in &mut plans {
                plan.set_url_refused();
            }
        }
        #[cfg(feature = "message-signatures")]
        for plan in &mut plans {
            if plan.algorithm.lists_content() {
                plan.set_coverage(policy.least_coverage());
                plan.check_recipients()?;
            }
        }
        for plan in &mut plans {
            plan.set_trust(scheme.trust).map_err(ConfigError::Trust)?;
        }
        let needs_time = plans.iter().any(|plan| {
            plan.timestamp.is_some()
                || plan.algorithm.lists_content()
                || plan.format.has(FormatSlot::JwsHeader)
        });
        Ok(Self {
            plans: plans.into(),
            needs_time,
            tolerance: None,
            external_url: ExternalUrl::default(),
            body_limit: scheme.body_limit.unwrap_or(DEFAULT_BODY_LIMIT),
            meant_for: scheme.meant_for.clone(),
            retries: scheme.retries.clone(),
            success: scheme.success.clone(),
            demands: None,
            #[cfg(feature = "message-signatures")]
            policy,
        })
    }

    /// The key in its alternative encoding, if it has one for any plan. A plan without
    /// one gets the same material again, so that all plans have the same number of keys.
    fn alternative_material(&self, plan: &Plan, key: &Key) -> Option<Result<Material, KeyError>> {
        let any = self
            .plans
            .iter()
            .any(|plan| key.other_form(&plan.key).is_some());
        any.then(|| match key.other_form(&plan.key) {
            Some(form) => key.prepare(plan.algorithm, &form),
            None => self.material(plan, key),
        })
    }

    /// The accepted values of each recipient.
    fn accepted(
        &self,
        meant_for: &MeantFor,
    ) -> Result<Box<[recipient::AcceptedRecipient]>, ConfigError> {
        let accepted = recipient::AcceptedRecipient::all(self.recipients(), meant_for);
        for plan in &self.plans {
            for (at, recipient) in plan.recipients.iter().enumerate() {
                let mut configured = accepted.iter().filter(|one| one.is_for(recipient, at));
                let is_configured = configured.clone().next().is_some();
                if recipient.is_required && !is_configured && !meant_for.anyone {
                    return Err(ConfigError::Recipient(recipient::unsaid(
                        &plan.name, &plan.form, recipient,
                    )));
                }
                if recipient.at.is_empty()
                    && configured.any(recipient::AcceptedRecipient::is_prefix)
                {
                    return Err(ConfigError::Recipient(recipient::host_is_whole(&plan.name)));
                }
            }
        }
        Ok(accepted.into())
    }

    fn recipients(&self) -> impl Iterator<Item = &recipient::PlannedRecipient> + Clone {
        self.plans.iter().flat_map(|plan| &plan.recipients)
    }

    /// The hosts among the accepted recipients.
    fn hosts<'a>(&self, accepted: &'a [recipient::AcceptedRecipient]) -> Vec<&'a str> {
        let mut hosts = Vec::new();
        for plan in &self.plans {
            for (at, recipient) in plan.recipients.iter().enumerate() {
                if recipient.at.is_empty() {
                    let named = accepted.iter().filter(|one| one.is_for(recipient, at));
                    hosts.extend(named.map(recipient::AcceptedRecipient::text));
                }
            }
        }
        hosts
    }

    fn material(&self, plan: &Plan, key: &Key) -> Result<Material, KeyError> {
        key.not_a_credential(plan.algorithm, &plan.name)?;
        #[cfg(feature = "message-signatures")]
        if plan.algorithm.lists_content() {
            return Ok(Material::Message(Arc::new(self.policy.prepare(key)?)));
        }
        key.prepare(plan.algorithm, &plan.key)
    }
}

/// Every form of a scheme, selected or not; empty if it has only one.
fn all_plans(scheme: &Scheme) -> Result<Vec<Plan>, SchemeError> {
    if scheme.or.is_empty() {
        return Ok(Vec::new());
    }
    scheme.forms().map(Plan::compile).collect()
}

/// For each plan the keys of the ring, primary first.
///
/// The common case of one key and one plan is stored inline: with many tenants, each
/// separate allocation is another cache miss.
#[derive(Clone)]
pub(crate) struct PreparedKeys {
    all: SmallVec<[PreparedKey; 1]>,
    per_plan: usize,
}

impl PreparedKeys {
    pub(crate) fn all(&self) -> &[PreparedKey] {
        &self.all
    }

    pub(crate) fn of(&self, plan: usize) -> &[PreparedKey] {
        let start = plan * self.per_plan;
        &self.all[start..start + self.per_plan]
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("provider", &self.provider())
            .field("keys", &self.key_ids().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

impl Verifier {
    /// Builds a verifier for one key, or for a [`KeyRing`].
    ///
    /// # Errors
    /// [`ConfigError`] for every mistake in the configuration, with what to write
    /// instead: templates that do not parse, keys of the wrong kind, missing parameters.
    pub fn new(scheme: Scheme, keys: impl Into<KeyRing>) -> Result<Self, ConfigError> {
        let keys = keys.into();
        Self::prepare(Arc::new(Setup::new(&scheme, &keys)?), &keys)
    }

    /// Builds a verifier without keys, for schemes whose body names the location of the
    /// key. After the body has been read, `keys` is asked for the verifier to continue
    /// with.
    ///
    /// # Errors
    /// [`ConfigError`] if the scheme is invalid, or if its signature is not in the body
    /// or not a public-key signature: the key is then needed before the body.
    pub fn awaiting_keys(scheme: Scheme, keys: Arc<dyn BodyKeys>) -> Result<Self, ConfigError> {
        let ring = KeyRing::default();
        let setup = Setup::new(&scheme, &ring)?;
        let recipients = setup.accepted(&setup.meant_for)?;
        if setup
            .plans
            .iter()
            .any(|plan| !plan.at.is_in_body() || !plan.algorithm.is_public_key())
        {
            return Err(ConfigError::Scheme(SchemeError::KeyBeforeBody));
        }
        Ok(Self {
            inner: Arc::new(Inner {
                keys: PreparedKeys {
                    all: SmallVec::new(),
                    per_plan: 0,
                },
                setup: Arc::new(setup),
                params: Box::default(),
                recipients,
                recipients_of_keys: MeantFor::default(),
                tenant: None,
                body_keys: Some(keys),
                #[cfg(feature = "explain")]
                ring: Arc::new(ring),
                last_match: AtomicU16::new(0),
            }),
        })
    }

    pub(crate) fn prepare(setup: Arc<Setup>, ring: &KeyRing) -> Result<Self, ConfigError> {
        Self::prepare_for(setup, ring, None)
    }

    fn prepare_for(
        setup: Arc<Setup>,
        ring: &KeyRing,
        tenant: Option<Arc<str>>,
    ) -> Result<Self, ConfigError> {
        // Recipients that come with the keys take precedence over the scheme's, one by
        // one.
        let meant_for = ring.meant_for().or(&setup.meant_for, setup.recipients());
        let recipients = setup.accepted(&meant_for)?;
        let setup = match setup.hosts(&recipients) {
            hosts if hosts.is_empty() => setup,
            hosts => {
                let mut setup = (*setup).clone();
                setup.external_url.set_hosts(hosts.iter().copied())?;
                Arc::new(setup)
            }
        };
        if ring.is_empty() {
            return Err(ConfigError::NoKey);
        }
        let expanded = setup.plans.iter().all(Plan::takes_jwk).then(|| {
            ring.expanded(&|key| {
                setup
                    .plans
                    .iter()
                    .all(|plan| setup.material(plan, key).is_ok())
            })
        });
        let ring = expanded.as_deref().unwrap_or(ring);
        for (i, id) in ring.ids().enumerate() {
            if ring.ids().take(i).any(|earlier| earlier == id) {
                return Err(ConfigError::RepeatedKeyId(id.to_owned()));
            }
        }
        let mut all = SmallVec::with_capacity(setup.plans.len() * ring.keys().len());
        for plan in &setup.plans {
            for name in plan.params() {
                if !ring.params().iter().any(|(known, _)| **known == *name) {
                    return Err(ConfigError::MissingParam(name.to_owned()));
                }
            }
            for (id, key, named) in ring.keys() {
                let readings = std::iter::once(setup.material(plan, key))
                    .chain(setup.alternative_material(plan, key));
                for material in readings {
                    all.push(PreparedKey {
                        id: id.clone(),
                        named: *named,
                        material: material.map_err(|error| ConfigError::Key {
                            id: id.to_string(),
                            error,
                        })?,
                    });
                }
            }
        }
        let per_plan = all.len() / setup.plans.len().max(1);
        Ok(Self {
            inner: Arc::new(Inner {
                setup,
                keys: PreparedKeys { all, per_plan },
                params: ring.params().into(),
                recipients,
                recipients_of_keys: ring.meant_for().clone(),
                tenant,
                body_keys: None,
                #[cfg(feature = "explain")]
                ring: Arc::new(ring.clone()),
                last_match: AtomicU16::new(0),
            }),
        })
    }

    /// Builds a scheme and its settings without keys, for sources that look up the keys
    /// of each request: [`with_keys`](Self::with_keys) returns the verifiers.
    ///
    /// It verifies nothing itself: every request is refused with
    /// `key_unavailable`.
    ///
    /// # Errors
    /// [`ConfigError::Scheme`] if the scheme is invalid.
    pub fn without_keys(scheme: Scheme) -> Result<Self, ConfigError> {
        Self::without_keys_but_params(scheme, &KeyRing::default())
    }

    /// [`without_keys`](Self::without_keys) for a scheme with parameters, which are taken
    /// from `ring` ([`KeyRing::param`]); its keys are ignored.
    ///
    /// # Errors
    /// As [`without_keys`](Self::without_keys).
    pub fn without_keys_but_params(scheme: Scheme, ring: &KeyRing) -> Result<Self, ConfigError> {
        let setup = Setup::new(&scheme, ring)?;
        Ok(Self::keyless(Arc::new(setup), ring.params().into()))
    }

    /// Checks that the scheme names the accepted recipients, if it requires them. For
    /// sources whose keys come without recipients of their own.
    ///
    /// # Errors
    /// [`ConfigError::Recipient`] if a required recipient is missing.
    pub fn check_recipients(&self) -> Result<(), ConfigError> {
        let setup = &self.inner.setup;
        setup.accepted(&setup.meant_for).map(drop)
    }

    /// The same scheme and settings without keys.
    pub(crate) fn without_its_keys(&self) -> Self {
        Self::keyless(self.inner.setup.clone(), self.inner.params.clone())
    }

    fn keyless(setup: Arc<Setup>, params: Box<[(Box<str>, Box<str>)]>) -> Self {
        Self {
            inner: Arc::new(Inner {
                setup,
                keys: PreparedKeys {
                    all: SmallVec::new(),
                    per_plan: 0,
                },
                params,
                recipients: Box::default(),
                recipients_of_keys: MeantFor::default(),
                tenant: None,
                body_keys: None,
                #[cfg(feature = "explain")]
                ring: Arc::new(KeyRing::default()),
                last_match: AtomicU16::new(0),
            }),
        }
    }

    /// Returns a verifier with the same scheme, settings and tenant but other keys: for
    /// rotation, or for the keys of one tenant, which [`for_tenant`](Self::for_tenant)
    /// names. Recipients that came with the current keys are kept, unless the new keys
    /// come with their own.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_keys(&self, keys: impl Into<KeyRing>) -> Result<Self, ConfigError> {
        let mut keys = keys.into();
        if keys.meant_for().is_unset() {
            keys.set_meant_for(self.inner.recipients_of_keys.clone());
        }
        self.with_keys_of(keys, self.inner.tenant.clone())
    }

    pub(crate) fn with_keys_of(
        &self,
        keys: KeyRing,
        tenant: Option<Arc<str>>,
    ) -> Result<Self, ConfigError> {
        Self::prepare_for(self.inner.setup.clone(), &keys, tenant)
    }

    /// Names the tenant that owns the keys. [`Verified::tenant`] returns the name for
    /// each request that they verify, and a replay guard separates the deliveries of
    /// different tenants by it.
    ///
    /// Take the name from the record that holds the keys, not from the request.
    #[must_use]
    pub fn for_tenant(&self, tenant: impl Into<Arc<str>>) -> Self {
        self.copy(self.inner.setup.clone(), Some(tenant.into()))
    }

    /// The tenant that owns the keys.
    #[must_use]
    pub fn tenant(&self) -> Option<&str> {
        self.inner.tenant.as_deref()
    }

    /// Copies the keys instead of moving them: a move would leave their bytes in the old
    /// allocation, where nothing wipes them.
    fn with_setup(&self, setup: Setup) -> Self {
        self.copy(Arc::new(setup), self.inner.tenant.clone())
    }

    fn copy(&self, setup: Arc<Setup>, tenant: Option<Arc<str>>) -> Self {
        let inner = &self.inner;
        Self {
            inner: Arc::new(Inner {
                setup,
                keys: inner.keys.clone(),
                params: inner.params.clone(),
                recipients: inner.recipients.clone(),
                recipients_of_keys: inner.recipients_of_keys.clone(),
                tenant,
                body_keys: inner.body_keys.clone(),
                #[cfg(feature = "explain")]
                ring: inner.ring.clone(),
                last_match: AtomicU16::new(0),
            }),
        }
    }

    /// Replaces the scheme's tolerance.
    ///
    /// # Errors
    /// [`ConfigError::NoTimestamp`] if the scheme has no timestamp.
    pub fn with_tolerance(self, tolerance: Tolerance) -> Result<Self, ConfigError> {
        if self
            .inner
            .setup
            .plans
            .iter()
            .all(|plan| plan.timestamp.is_none())
        {
            return Err(ConfigError::NoTimestamp);
        }
        let setup = Setup {
            tolerance: Some(tolerance),
            ..(*self.inner.setup).clone()
        };
        Ok(self.with_setup(setup))
    }

    /// Sets the URL under which the provider reaches this service, without the path of
    /// the request: `https://hooks.example.com`, or with the prefix that a proxy strips,
    /// `https://example.com/hooks`. Required behind proxies for schemes that sign the
    /// URL. The host of the request is then ignored; its path and query are used.
    ///
    /// # Errors
    /// [`ConfigError::ExternalUrl`] if it is not an absolute URL, or has userinfo, a
    /// query or a fragment; [`ConfigError::Host`] if its host is not among those of
    /// [`with_hosts`](Self::with_hosts).
    pub fn with_external_url(self, base: &str) -> Result<Self, ConfigError> {
        self.with_url(|url| url.set_base(base))
    }

    /// Uses this URL as the one that the provider called, regardless of the request.
    ///
    /// A signature over the URL then proves this URL, and nothing about the path and
    /// query of the request, which anyone may have written. Use it only if they never
    /// vary, and [`with_external_url`](Self::with_external_url) otherwise.
    ///
    /// # Errors
    /// [`ConfigError::ExternalUrl`] if it is not an absolute URL, or has userinfo or a
    /// fragment; [`ConfigError::Host`] if its host is not among those of
    /// [`with_hosts`](Self::with_hosts).
    pub fn with_exact_url(self, url: &str) -> Result<Self, ConfigError> {
        self.with_url(|external| external.set_exact(url))
    }

    /// Pins the hosts of this endpoint, each with its port unless that is the default
    /// one: `hooks.example.com`, `localhost:3000`, `[::1]:8443`. Requests for other hosts
    /// are refused from their head with `recipient_mismatch`, whether or not the scheme
    /// signs the host.
    ///
    /// If the provider signs for several receivers with one key (for all of its
    /// customers, or for your staging and production services), this refuses deliveries
    /// that were meant for another one.
    ///
    /// ```
    /// use hookward::{Code, Key, Verifier, providers};
    ///
    /// let verifier = Verifier::new(providers::SQUARE, Key::new("signature key")?)?
    ///     .with_hosts(["hooks.example.com"])?;
    /// let request = http::Request::post("/square").header("host", "staging.example.com").body("{}")?;
    /// assert_eq!(verifier.verify(&request).unwrap_err().code(), Code::RecipientMismatch);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ConfigError::Host`] for text that is not a host with an optional port, for an
    /// empty list, and if a configured URL has another host.
    pub fn with_hosts<'a>(
        self,
        hosts: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, ConfigError> {
        self.with_url(|url| url.set_hosts(hosts))
    }

    /// Builds the URL from the forwarding headers of a proxy if the address of the peer
    /// is in one of these networks. The headers of other peers are ignored, since anyone
    /// may have written them.
    ///
    /// `forwarding` names the headers that this proxy *overwrites*; see
    /// [`Forwarding`] for why only those may be named.
    ///
    /// ```
    /// use hookward::{Forwarding, Key, Verifier, providers};
    ///
    /// let verifier = Verifier::new(providers::SQUARE, Key::new("signature key")?)?
    ///     .with_trusted_proxies(["10.0.0.0/8"], Forwarding::x_forwarded().proto().host())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ConfigError::Network`] for text that is not a CIDR block,
    /// [`ConfigError::Forwarding`] if no header is named, or one that does not belong to
    /// the family.
    pub fn with_trusted_proxies<'a>(
        self,
        networks: impl IntoIterator<Item = &'a str>,
        forwarding: Forwarding,
    ) -> Result<Self, ConfigError> {
        self.with_url(|url| url.set_forwarded(networks, forwarding))
    }

    fn with_url(
        self,
        set: impl FnOnce(&mut ExternalUrl) -> Result<(), UrlSetting>,
    ) -> Result<Self, ConfigError> {
        let mut setup = (*self.inner.setup).clone();
        set(&mut setup.external_url)?;
        Ok(self.with_setup(setup))
    }

    /// Computes the identity of each delivery, for receivers that track deliveries
    /// without an [`Endpoint`](crate::Endpoint): [`Verified::replay_key`]. If the
    /// identity includes the whole body, this adds about half the cost of a MAC.
    ///
    /// ```
    /// use hookward::{Key, Verifier, providers};
    ///
    /// let verifier = Verifier::new(providers::GITHUB, Key::new("It's a Secret to Everybody")?)?
    ///     .with_identity();
    /// let request = http::Request::post("/webhooks/github")
    ///     .header("x-hub-signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")
    ///     .body("Hello, World!")?;
    /// assert!(verifier.verify(&request)?.replay_key("github-main").is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_identity(self) -> Self {
        let setup = Setup {
            demands: Some(Arc::new(Demands {
                reserved: None,
                identify: Some(Identify::default()),
            })),
            ..(*self.inner.setup).clone()
        };
        self.with_setup(setup)
    }

    /// The scheme's name.
    #[must_use]
    pub fn provider(&self) -> &str {
        &self.inner.setup.plans[0].name
    }

    /// The ids of the keys, primary first.
    pub fn key_ids(&self) -> impl Iterator<Item = &str> {
        // A key with an alternative encoding has two adjacent entries.
        let keys = self.inner.keys.of(0);
        keys.iter()
            .enumerate()
            .filter(|(at, key)| *at == 0 || keys[at - 1].id != key.id)
            .map(|(_, key)| &*key.id)
    }

    /// The maximum length of a body that the provider sends, in bytes.
    #[must_use]
    pub fn body_limit(&self) -> u64 {
        self.inner.setup.body_limit
    }

    /// Whether the scheme has a timestamp whose window is checked.
    #[must_use]
    pub fn checks_time(&self) -> bool {
        self.inner
            .setup
            .plans
            .iter()
            .any(|plan| plan.timestamp.is_some())
            && self
                .inner
                .setup
                .tolerance
                .is_none_or(|t| t.bounds.is_some())
    }

    /// Whether any form of the scheme depends on the current time.
    pub(crate) fn needs_time(&self) -> bool {
        self.inner.setup.needs_time
    }

    /// How long after `now` a genuine delivery can still be accepted, which is how long a
    /// replay claim must be kept. `None` without a signed timestamp or a window.
    pub(crate) fn window(&self) -> Option<std::time::Duration> {
        let mut widest = None;
        for plan in &self.inner.setup.plans {
            let timestamp = plan
                .timestamp
                .as_ref()
                .filter(|t| !t.optional && plan.signs_timestamp(t))?;
            let (past, future) = match self.inner.setup.tolerance {
                Some(tolerance) => tolerance.bounds?,
                None => (timestamp.window.tolerance, timestamp.window.tolerance),
            };
            let seconds = u64::from(past) + u64::from(future) + 1;
            widest = widest.max(Some(seconds));
        }
        widest.map(std::time::Duration::from_secs)
    }

    /// Starts a verification: parses the signature, timestamp and ids in the head, checks
    /// the window and selects the keys.
    ///
    /// Feed the body to [`Verification::update`], then call [`Verification::finish`].
    ///
    /// # Errors
    /// The reason for refusing the request, if it can be refused before the body is read.
    pub fn begin(
        &self,
        head: &impl RequestHead,
        now: impl Into<UnixTime>,
    ) -> Result<Verification, Rejection> {
        let demands = self.inner.setup.demands.as_deref();
        Verification::begin(self.inner.clone(), head, now.into(), demands)
    }

    /// Verifies a request with a buffered body, using the system clock.
    ///
    /// # Errors
    /// The reason for refusing it.
    pub fn verify<B: AsRef<[u8]>>(
        &self,
        request: &http::Request<B>,
    ) -> Result<Verified, Rejection> {
        self.verify_at(request, UnixTime::now())
    }

    /// Verifies a request with a buffered body, at a given time.
    ///
    /// # Errors
    /// The reason for refusing it.
    pub fn verify_at<B: AsRef<[u8]>>(
        &self,
        request: &http::Request<B>,
        now: impl Into<UnixTime>,
    ) -> Result<Verified, Rejection> {
        self.verify_parts(request, request.body().as_ref(), now)
    }

    /// Verifies a head and a buffered body, at a given time.
    ///
    /// # Errors
    /// The reason for refusing it.
    pub fn verify_parts(
        &self,
        head: &impl RequestHead,
        body: &[u8],
        now: impl Into<UnixTime>,
    ) -> Result<Verified, Rejection> {
        let mut check = self.begin(head, now)?.with_body_kept();
        check.update(body);
        match check.step()? {
            Step::Verified(verified) => Ok(verified),
            Step::Again(mut check) => {
                check.update(body);
                check.finish()
            }
            Step::Keys(..) => Err(not_awaited()),
        }
    }

    /// Why a replay guard cannot identify deliveries this way.
    pub(crate) fn identity_problem(&self, identify: &Identify) -> Option<String> {
        let mut plans = self.inner.setup.plans.iter();
        plans.find_map(|plan| identify.problem(plan))
    }

    pub(crate) fn note_match(inner: &Inner, key: u16) {
        if inner.last_match.load(Ordering::Relaxed) != key {
            inner.last_match.store(key, Ordering::Relaxed);
        }
    }
}
