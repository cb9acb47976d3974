//! A scheme, its keys and its window, made ready for requests.

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
use crate::scheme::format::Slot;
use crate::scheme::recipient;
use crate::scheme::window::Tolerance;
use crate::scheme::{DEFAULT_BODY_LIMIT, MeantFor, Plan, Retries, Scheme, SchemeError, Success};
use crate::text::time::UnixTime;
use crate::verify::lookup::BodyKeys;
use crate::verify::{Demands, Identify, Step, Verification, Verified, not_awaited};

/// Verifies the requests of one endpoint: a scheme, its keys, its window.
///
/// It does no I/O and has no clock: it is fed a head, a time and body bytes,
/// and answers. Cloning is cheap, and everything that can be computed once,
/// such as parsed keys and absorbed MAC keys, is.
///
/// ```
/// use hookward_core::{Key, UnixTime, Verifier, providers};
///
/// let verifier = Verifier::new(providers::GITHUB, Key::new("It's a Secret to Everybody")?)?;
/// let (parts, ()) = http::Request::post("/webhooks/github")
///     .header("x-hub-signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")
///     .body(())?
///     .into_parts();
///
/// // From the head alone: missing, malformed and stale are refused here.
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
    /// Whom deliveries may be for; empty for anybody.
    pub(crate) recipients: Box<[recipient::Accepted]>,
    /// The same, as the keys came with them: for the keys that replace these.
    pub(crate) named: MeantFor,
    /// Whose keys these are, where there are several tenants.
    pub(crate) tenant: Option<Arc<str>>,
    /// Where the keys come from once the body is there; then there are none
    /// before.
    pub(crate) body_keys: Option<Arc<dyn BodyKeys>>,
    /// The keys as they were given, for `Verifier::explain`; wiped on drop.
    #[cfg(feature = "explain")]
    pub(crate) ring: Arc<KeyRing>,
    /// The key that matched last: while it is not the first, all are fed at
    /// once instead of one after the other.
    pub(crate) last_match: AtomicU16,
}

impl Inner {
    /// Whether it matters for whom a delivery in this form is.
    pub(crate) fn compares_recipients(&self, plan: &Plan) -> bool {
        !self.recipients.is_empty() && !plan.recipients.is_empty()
    }

    /// What message signatures are judged by.
    #[cfg(feature = "message-signatures")]
    pub(crate) fn setting(&self) -> message_signatures::Setting<'_> {
        message_signatures::Setting {
            policy: &self.setup.policy,
            url: &self.setup.external_url,
            tolerance: self.setup.tolerance,
        }
    }

    /// Whether there are no keys, and nobody is asked for some later.
    pub(crate) fn has_no_keys(&self) -> bool {
        self.keys.per_plan == 0 && self.body_keys.is_none()
    }
}

/// What does not change when keys rotate.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    pub(crate) plans: Box<[Plan]>,
    needs_time: bool,
    pub(crate) tolerance: Option<Tolerance>,
    pub(crate) external_url: ExternalUrl,
    pub(crate) body_limit: u64,
    /// Whom the operator accepts deliveries for, whatever the keys.
    meant_for: MeantFor,
    /// What the provider does about answers, and what it takes for success.
    pub(crate) retries: Option<Retries>,
    pub(crate) success: Success,
    /// Whether the identity of each delivery is computed, without a guard that asks
    /// for it.
    demands: Option<Arc<Demands>>,
    /// What message signatures have to cover.
    #[cfg(feature = "message-signatures")]
    pub(crate) policy: Arc<Policy>,
}

impl Setup {
    /// `ring` holds the parameters that go with the keys.
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
        if plans_of(scheme)?.iter().any(Plan::starts_with_url) {
            for plan in &mut plans {
                plan.set_url_refused();
            }
        }
        #[cfg(feature = "message-signatures")]
        for plan in &mut plans {
            if plan.algorithm.lists_content() {
                plan.set_coverage(policy.least_coverage());
                recipient::check_signed(plan)?;
            }
        }
        for plan in &mut plans {
            plan.set_trust(scheme.trust).map_err(ConfigError::Trust)?;
        }
        let needs_time = plans.iter().any(|plan| {
            plan.timestamp.is_some()
                || plan.algorithm.lists_content()
                || plan.format.has(Slot::JwsHeader)
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

    /// The key's other reading, if it has one for any plan: the same where it has
    /// none for this plan, so that every plan has as many keys.
    fn other_material(&self, plan: &Plan, key: &Key) -> Option<Result<Material, KeyError>> {
        let any = self
            .plans
            .iter()
            .any(|plan| key.other_form(&plan.key).is_some());
        any.then(|| match key.other_form(&plan.key) {
            Some(form) => key.prepare(plan.algorithm, &form),
            None => self.material(plan, key),
        })
    }

    /// The values that recipients may have.
    fn accepted(&self, meant_for: &MeantFor) -> Result<Box<[recipient::Accepted]>, ConfigError> {
        let accepted = recipient::Accepted::all(self.recipients(), meant_for);
        for plan in &self.plans {
            for (at, recipient) in plan.recipients.iter().enumerate() {
                let mut said = accepted.iter().filter(|one| one.is_for(recipient, at));
                let is_said = said.clone().next().is_some();
                if recipient.is_required && !is_said && !meant_for.anyone {
                    return Err(ConfigError::Recipient(recipient::unsaid(
                        &plan.name, &plan.form, recipient,
                    )));
                }
                if recipient.at.is_empty() && said.any(recipient::Accepted::is_prefix) {
                    return Err(ConfigError::Recipient(recipient::host_is_whole(&plan.name)));
                }
            }
        }
        Ok(accepted.into())
    }

    fn recipients(&self) -> impl Iterator<Item = &recipient::PlannedRecipient> + Clone {
        self.plans.iter().flat_map(|plan| &plan.recipients)
    }

    /// The hosts among them.
    fn hosts<'a>(&self, accepted: &'a [recipient::Accepted]) -> Vec<&'a str> {
        let mut hosts = Vec::new();
        for plan in &self.plans {
            for (at, recipient) in plan.recipients.iter().enumerate() {
                if recipient.at.is_empty() {
                    let named = accepted.iter().filter(|one| one.is_for(recipient, at));
                    hosts.extend(named.map(recipient::Accepted::text));
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

/// Every form of a scheme, accepted or not.
fn plans_of(scheme: &Scheme) -> Result<Vec<Plan>, SchemeError> {
    if scheme.or.is_empty() {
        return Ok(Vec::new());
    }
    scheme.forms().map(Plan::compile).collect()
}

/// For each plan the keys of the ring, primary first.
///
/// One key of one plan, which is what most verifiers have, lies within: with
/// many tenants each piece of memory apart is one more that no cache holds.
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
    /// A verifier for one key, or for a [`KeyRing`].
    ///
    /// # Errors
    /// Everything that is wrong with the configuration is found here, with
    /// what to write instead: templates that do not parse, keys of the wrong
    /// kind, missing parameters.
    pub fn new(scheme: Scheme, keys: impl Into<KeyRing>) -> Result<Self, ConfigError> {
        let keys = keys.into();
        Self::prepare(Arc::new(Setup::new(&scheme, &keys)?), &keys)
    }

    /// A verifier without keys, for schemes whose body tells where the key is:
    /// when all of it is there, `keys` is asked for the verifier to go on with.
    ///
    /// # Errors
    /// [`ConfigError`] when the scheme is not usable, or its signature is not in
    /// the body, or it has no public key: then the key is needed
    /// before.
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
                named: MeantFor::default(),
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
        // What the keys' owner says goes before the scheme, recipient by recipient.
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
                    .chain(setup.other_material(plan, key));
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
                named: ring.meant_for().clone(),
                tenant,
                body_keys: None,
                #[cfg(feature = "explain")]
                ring: Arc::new(ring.clone()),
                last_match: AtomicU16::new(0),
            }),
        })
    }

    /// A scheme and its settings without keys, for sources that find the keys of
    /// each request: [`with_keys`](Self::with_keys) makes the verifiers.
    ///
    /// It verifies nothing itself: every request is refused with
    /// `key_unavailable`.
    ///
    /// # Errors
    /// [`ConfigError::Scheme`] when the scheme is not usable.
    pub fn without_keys(scheme: Scheme) -> Result<Self, ConfigError> {
        Self::without_keys_but_params(scheme, &KeyRing::default())
    }

    /// [`without_keys`](Self::without_keys) for a scheme with parameters, which
    /// are those of `ring` ([`KeyRing::param`]); keys on it are not used.
    ///
    /// # Errors
    /// As [`without_keys`](Self::without_keys).
    pub fn without_keys_but_params(scheme: Scheme, ring: &KeyRing) -> Result<Self, ConfigError> {
        let setup = Setup::new(&scheme, ring)?;
        Ok(Self::keyless(Arc::new(setup), ring.params().into()))
    }

    /// Whether the scheme says for whom deliveries may be, where it must: for sources
    /// whose keys bring no recipients of their own.
    ///
    /// # Errors
    /// [`ConfigError::Recipient`].
    pub fn check_recipients(&self) -> Result<(), ConfigError> {
        let setup = &self.inner.setup;
        setup.accepted(&setup.meant_for).map(drop)
    }

    /// What is left of it without its keys.
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
                named: MeantFor::default(),
                tenant: None,
                body_keys: None,
                #[cfg(feature = "explain")]
                ring: Arc::new(KeyRing::default()),
                last_match: AtomicU16::new(0),
            }),
        }
    }

    /// The same scheme, settings and tenant with other keys: for rotation, and
    /// for the keys of one tenant, whose name [`for_tenant`](Self::for_tenant)
    /// sets. Recipients that were named with the present keys stay, unless the new
    /// ones come with recipients of their own.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_keys(&self, keys: impl Into<KeyRing>) -> Result<Self, ConfigError> {
        let mut keys = keys.into();
        if keys.meant_for().is_unsaid() {
            keys.set_meant_for(self.inner.named.clone());
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

    /// Says whose keys these are: what [`Verified::tenant`] tells of each request
    /// that they verify, and what keeps the deliveries of two tenants apart at a
    /// replay guard.
    ///
    /// Take the name from the record that the keys were found in, not from the
    /// request that asked for it.
    #[must_use]
    pub fn for_tenant(&self, tenant: impl Into<Arc<str>>) -> Self {
        self.copy(self.inner.setup.clone(), Some(tenant.into()))
    }

    /// The tenant whose keys these are.
    #[must_use]
    pub fn tenant(&self) -> Option<&str> {
        self.inner.tenant.as_deref()
    }

    /// A copy, and not the same moved: what is moved out of leaves the keys
    /// behind, where only a drop wipes them.
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
                named: inner.named.clone(),
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
    /// [`ConfigError::NoTimestamp`] when the scheme has none.
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

    /// Sets the URL under which the provider reaches this service, without
    /// the request's own path: `https://hooks.example.com`, or with the prefix
    /// that a proxy strips, `https://example.com/hooks`. Needed behind proxies
    /// by schemes that sign the URL. The request's own host is then not looked
    /// at; its path and query are.
    ///
    /// # Errors
    /// [`ConfigError::ExternalUrl`] when it is not an absolute URL, or has
    /// userinfo, a query or a fragment; [`ConfigError::Host`] when its host is
    /// not among those of [`with_hosts`](Self::with_hosts).
    pub fn with_external_url(self, base: &str) -> Result<Self, ConfigError> {
        self.with_url(|url| url.set_base(base))
    }

    /// Takes this URL as the one that the provider called, whatever the
    /// request says.
    ///
    /// A signature over the URL then proves this URL, and nothing about the
    /// request's own path and query: a handler that reads them reads what
    /// anybody may have written. Use it where they never vary, and
    /// [`with_external_url`](Self::with_external_url) elsewhere.
    ///
    /// # Errors
    /// [`ConfigError::ExternalUrl`] when it is not an absolute URL, or has
    /// userinfo or a fragment; [`ConfigError::Host`] when its host is not among
    /// those of [`with_hosts`](Self::with_hosts).
    pub fn with_exact_url(self, url: &str) -> Result<Self, ConfigError> {
        self.with_url(|external| external.set_exact(url))
    }

    /// Pins the hosts that this endpoint answers for, each with its port where
    /// that is not the default one: `hooks.example.com`, `localhost:3000`,
    /// `[::1]:8443`. Requests for others are refused from their head, as
    /// `recipient_mismatch`, whatever the scheme signs.
    ///
    /// Where the provider signs with one key for several receivers (for all of
    /// its customers, or for your staging and your production service), this
    /// is what keeps out a delivery that was meant for another one.
    ///
    /// ```
    /// use hookward_core::{Code, Key, Verifier, providers};
    ///
    /// let verifier = Verifier::new(providers::SQUARE, Key::new("signature key")?)?
    ///     .with_hosts(["hooks.example.com"])?;
    /// let request = http::Request::post("/square").header("host", "staging.example.com").body("{}")?;
    /// assert_eq!(verifier.verify(&request).unwrap_err().code(), Code::RecipientMismatch);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ConfigError::Host`] for text that is not a host with an optional port,
    /// for an empty list, and when a configured URL is on another host.
    pub fn with_hosts<'a>(
        self,
        hosts: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, ConfigError> {
        self.with_url(|url| url.set_hosts(hosts))
    }

    /// Builds the URL from the headers of a proxy when the peer's address lies
    /// in one of these networks. Other peers could write anything into those
    /// headers, so theirs are ignored.
    ///
    /// `forwarding` names the headers that this proxy *overwrites*; see
    /// [`Forwarding`] for why only those may be named.
    ///
    /// ```
    /// use hookward_core::{Forwarding, Key, Verifier, providers};
    ///
    /// let verifier = Verifier::new(providers::SQUARE, Key::new("signature key")?)?
    ///     .with_trusted_proxies(["10.0.0.0/8"], Forwarding::x_forwarded().proto().host())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ConfigError::Network`] for text that is not a CIDR block,
    /// [`ConfigError::Forwarding`] when no header is named, or one that the
    /// family does not have.
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

    /// Computes what tells deliveries apart with each verification, for receivers that
    /// keep track of them without an [`Endpoint`](crate::Endpoint):
    /// [`Verified::replay_key`]. Where the whole body belongs to it, that costs another
    /// half of a MAC.
    ///
    /// ```
    /// use hookward_core::{Key, Verifier, providers};
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
        // A key of two readings is there twice, one after the other.
        let keys = self.inner.keys.of(0);
        keys.iter()
            .enumerate()
            .filter(|(at, key)| *at == 0 || keys[at - 1].id != key.id)
            .map(|(_, key)| &*key.id)
    }

    /// The largest body that the provider sends, in bytes.
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

    /// Whether any form of the scheme looks at the time.
    pub(crate) fn needs_time(&self) -> bool {
        self.inner.setup.needs_time
    }

    /// How long after `now` a genuine delivery can still be accepted: the
    /// time a replay claim has to be kept. `None` without a signed timestamp
    /// or a window.
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

    /// Starts a verification: finds and reads signature, timestamp and ids,
    /// checks the window and chooses keys.
    ///
    /// Feed the body to [`Verification::update`] and ask
    /// [`Verification::finish`].
    ///
    /// # Errors
    /// Everything that can be refused before the body is read.
    pub fn begin(
        &self,
        head: &impl RequestHead,
        now: impl Into<UnixTime>,
    ) -> Result<Verification, Rejection> {
        let demands = self.inner.setup.demands.as_deref();
        Verification::begin(self.inner.clone(), head, now.into(), demands)
    }

    /// Verifies a request that is there in one piece, against the machine's
    /// clock.
    ///
    /// # Errors
    /// The reason for refusing it.
    pub fn verify<B: AsRef<[u8]>>(
        &self,
        request: &http::Request<B>,
    ) -> Result<Verified, Rejection> {
        self.verify_at(request, UnixTime::now())
    }

    /// Verifies a request that is there in one piece, at a given time.
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

    /// Verifies a head and a body that is there in one piece.
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

    /// Why a guard cannot tell the deliveries apart like this.
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
