//! Configuration that stays the same when keys rotate.

use std::sync::Arc;

use super::config::ConfigError;
use super::demands::Demands;
use crate::key::{Key, KeyError, KeyRing, Material};
#[cfg(feature = "message-signatures")]
use crate::message_signatures::{MessageSignatures, Policy};
use crate::request::request_url::ExternalUrl;
use crate::scheme::format::FormatSlot;
use crate::scheme::recipient;
use crate::scheme::window::Tolerance;
use crate::scheme::{DEFAULT_BODY_LIMIT, MeantFor, Plan, Retries, Scheme, SchemeError, Success};

/// The configuration that stays the same when keys rotate.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    pub(crate) plans: Box<[Plan]>,
    pub(super) needs_time: bool,
    pub(crate) tolerance: Option<Tolerance>,
    pub(crate) external_url: ExternalUrl,
    pub(crate) body_limit: u64,
    /// The recipients that are accepted independently of the keys.
    pub(super) meant_for: MeantFor,
    /// How the provider retries, and which responses it accepts as success.
    pub(crate) retries: Option<Retries>,
    pub(crate) success: Success,
    /// Set if the identity of each delivery is computed without a replay guard.
    pub(super) demands: Option<Arc<Demands>>,
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
    pub(super) fn alternative_material(
        &self,
        plan: &Plan,
        key: &Key,
    ) -> Option<Result<Material, KeyError>> {
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
    pub(super) fn accepted(
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

    pub(super) fn recipients(&self) -> impl Iterator<Item = &recipient::PlannedRecipient> + Clone {
        self.plans.iter().flat_map(|plan| &plan.recipients)
    }

    /// The hosts among the accepted recipients.
    pub(super) fn hosts<'a>(&self, accepted: &'a [recipient::AcceptedRecipient]) -> Vec<&'a str> {
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

    pub(super) fn material(&self, plan: &Plan, key: &Key) -> Result<Material, KeyError> {
        if key.is_empty() {
            return Err(KeyError::Empty);
        }
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
