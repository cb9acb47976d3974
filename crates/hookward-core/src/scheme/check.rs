//! Validation of a scheme, and what is computed from one.

use super::algorithm::Algorithm;
use super::coverage::Coverage;
use super::definition::Scheme;
use super::error::SchemeError;
use super::part::Source;
use super::plan::Plan;
use super::replay::ReplayBy;
use super::template_error::TemplateError;
use super::{ambiguity_message, rules};

impl Scheme {
    /// The coverage of a signature of the first form, computed from the scheme.
    ///
    /// For message signatures and lists of headers it depends on the request; this is the
    /// minimum.
    ///
    /// # Errors
    /// [`SchemeError`] if the scheme is not valid.
    pub fn coverage(&self) -> Result<Coverage, SchemeError> {
        Ok(Plan::compile(self)?.coverage)
    }

    /// The identity of a delivery in this form: that of [`replay`](Self::replay), or the
    /// default for the coverage.
    ///
    /// # Errors
    /// [`SchemeError`] if the scheme is not valid.
    pub fn replays_by(&self) -> Result<ReplayBy, SchemeError> {
        Ok(Plan::compile(self)?.identified.by)
    }

    /// Whether the signed text of this form is unambiguous. If it is not, as with values
    /// that are concatenated without a separator, a recorded request can be sent with its
    /// values split differently: the parts in question are covered weakly, and
    /// [`ambiguous`](Self::ambiguous) must state the consequences.
    ///
    /// # Errors
    /// [`SchemeError`] if the scheme is not valid.
    pub fn has_one_reading(&self) -> Result<bool, SchemeError> {
        Ok(self.ambiguity(&Plan::compile(self)?).is_none())
    }

    /// The ambiguity of the signed text or of a bound value, if any.
    fn ambiguity(&self, plan: &Plan) -> Option<(&'static str, TemplateError)> {
        if !self.algorithm.signs_content() || self.algorithm == Algorithm::MessageSignatures {
            return None;
        }
        let signed = std::iter::once(("signed", &*self.signed, &*plan.parts));
        let bound = self.bind.iter().zip(&plan.bind);
        signed
            .chain(bound.map(|(binding, planned)| ("bind", &*binding.is, &*planned.is)))
            .find_map(|(field, template, parts)| {
                Some((field, ambiguity_message::ambiguity(template, parts)?))
            })
    }

    /// Whether `signed` or a bound value reads the URL or its host, so that the verifier
    /// must know under which URL the provider calls.
    ///
    /// # Errors
    /// [`SchemeError`] if the scheme is not valid.
    pub fn reads_host(&self) -> Result<bool, SchemeError> {
        let plan = Plan::compile(self)?;
        Ok(plan
            .parts
            .iter()
            .chain(plan.bind.iter().flat_map(|binding| &*binding.is))
            .any(|part| part.any(&|slot| matches!(slot.source, Source::Url | Source::Host))))
    }

    /// Whether the signature covers the event id, in the head or as part of a signed
    /// body.
    #[must_use]
    pub fn event_id_is_signed(&self) -> bool {
        Plan::compile(self).is_ok_and(|plan| plan.signs_event_id)
    }

    /// Whether the signature covers the timestamp.
    #[must_use]
    pub fn timestamp_is_signed(&self) -> bool {
        Plan::compile(self).is_ok_and(|plan| {
            plan.timestamp
                .as_ref()
                .is_some_and(|timestamp| plan.signs_timestamp(timestamp))
        })
    }

    /// Validates the scheme as [`Verifier::new`](crate::Verifier::new) does, without a
    /// key.
    ///
    /// # Errors
    /// What is wrong and what to write instead.
    pub fn check(&self) -> Result<(), SchemeError> {
        self.check_all_but_readings()?;
        for form in self.forms() {
            rules::check_readings(form, form.ambiguity(&Plan::compile(form)?))?;
        }
        Ok(())
    }

    pub(super) fn check_all_but_readings(&self) -> Result<(), SchemeError> {
        Plan::compile(self).map(drop)?;
        rules::check_forms(self)?;
        for other in self.or.iter() {
            rules::forms_are_nested(other)?;
            Plan::compile(other).map(drop)?;
        }
        Ok(())
    }
}
