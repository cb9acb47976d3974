//! What a caller requires of a verification beyond its verdict.

use std::fmt;
use std::sync::Arc;

use super::shape::Reserved;
use crate::request::reason::Reason;
use crate::request::rejection::Rejection;
use crate::scheme::delivery::check_places;
use crate::scheme::part::Part;
use crate::scheme::{Identified, Place, Plan, ReplayBy};

/// What an endpoint requires of a verification beyond its verdict.
#[derive(Clone, Default)]
pub(crate) struct Demands {
    /// Texts that prove nothing even under a valid signature, since a handshake signs
    /// them for anyone.
    pub(crate) reserved: Option<Arc<Reserved>>,
    /// How to identify the delivery, if its identity is needed.
    pub(crate) identify: Option<Identify>,
}

impl fmt::Debug for Demands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Demands")
            .field("identify", &self.identify)
            .finish_non_exhaustive()
    }
}

/// How deliveries are identified: as declared by the scheme, or as overridden by the
/// operator.
#[derive(Debug, Clone, Default)]
pub(crate) struct Identify {
    pub(crate) by: Option<ReplayBy>,
    pub(crate) id: Option<Place>,
    /// Whether a replay guard relies on the identity: a scheme without one is then an
    /// error.
    pub(crate) is_relied_on: bool,
}

impl Identify {
    pub(crate) fn by(&self, plan: &Plan) -> ReplayBy {
        self.by.unwrap_or(plan.identified.by)
    }

    pub(super) fn id<'a>(&'a self, plan: &'a Plan) -> &'a [Place] {
        match (&self.id, &*plan.identified.id) {
            (Some(id), _) => std::slice::from_ref(id),
            (None, []) => plan.event_id.as_slice(),
            (None, places) => places,
        }
    }

    /// How the previous release identified deliveries, if that differs and the operator
    /// does not override it.
    pub(super) fn previous<'a>(&self, plan: &'a Plan) -> Option<&'a Identified> {
        let previous = plan.identified.before.as_deref()?;
        (self.by.is_none() && previous.by != ReplayBy::None).then_some(previous)
    }

    /// What identifies the deliveries of this form; `None` if nothing does.
    pub(super) fn checked(&self, plan: &Plan) -> Result<Option<ReplayBy>, Rejection> {
        match self.problem(plan) {
            Some(problem) => {
                let error = problem.into();
                Err(Reason::Setup { error }.into())
            }
            None => Ok(Some(self.by(plan)).filter(|by| *by != ReplayBy::None)),
        }
    }

    /// Whether the identity would be computed from the timestamp alone, or from nothing.
    fn lacks_content(&self, plan: &Plan) -> bool {
        let is_compared = |part: &Part| plan.identifies(part, ReplayBy::Payload);
        matches!(self.by(plan), ReplayBy::Payload | ReplayBy::Content)
            && !plan.algorithm.lists_content()
            && plan.algorithm.signs_content()
            && !plan.parts.iter().any(is_compared)
    }

    /// Why the deliveries of a form cannot be identified this way.
    pub(crate) fn problem(&self, plan: &Plan) -> Option<String> {
        if self.by(plan) == ReplayBy::None && self.is_relied_on {
            return Some(format!(
                "two genuine deliveries of {} can be equal byte for byte, so a replay guard would drop one of them. Configure what identifies a delivery: `ReplayGuard::event_id(place)` for an id in the request, `ReplayGuard::identity_from(…)` for a value that your code computes, or `ReplayGuard::by(ReplayBy::Body)` if no two of your events have the same body. Otherwise remove the guard and make the handler idempotent",
                plan.name
            ));
        }
        if self.by(plan) != ReplayBy::Id {
            return self.lacks_content(plan).then(|| format!(
                "{} signs only the time, which does not identify a delivery: name the place of an id with `ReplayGuard::event_id(place)`, or include the body with `ReplayGuard::by(ReplayBy::Body)`",
                plan.name
            ));
        }
        let id = self.id(plan);
        if id.is_empty() {
            return Some(format!(
                "{} declares no id that identifies a delivery: name its place with `ReplayGuard::event_id(place)`",
                plan.name
            ));
        }
        if plan.algorithm.lists_content() {
            // What a message signature covers is known only once a request arrives.
            let mut places = id.iter();
            return places
                .find(|place| !place.is_in_body() && !matches!(place, Place::Header(_)))
                .map(|place| {
                    format!(
                        "{}: an id cannot be read from the {place}, only from headers and the body",
                        plan.name
                    )
                });
        }
        check_places(id, plan.event_id.as_ref(), &plan.coverage)
            .err()
            .map(|error| format!("{}: {error}", plan.name))
    }
}
