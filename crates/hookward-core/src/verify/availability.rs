//! Availability of values: in the head, or only after the body has been read.

use crate::scheme::part::{Part, Source};
use crate::scheme::{Place, Plan};

/// Whether a place is in the body, or in a JWS that is in the body.
pub(super) fn is_in_body_or_its_jws(plan: &Plan, place: &Place) -> bool {
    place.is_in_body() || place.is_in_jws() && plan.at.is_in_body()
}

/// Whether a part of the signed content can be evaluated before the body is read.
pub(super) fn is_known_from_head(plan: &Plan, part: &Part) -> bool {
    !part.any(&|slot| !is_source_known_from_head(plan, &slot.source))
}

/// Whether a source can be evaluated before the body is read.
pub(super) fn is_source_known_from_head(plan: &Plan, source: &Source) -> bool {
    let in_head =
        |place: Option<&Place>| place.is_none_or(|place| !is_in_body_or_its_jws(plan, place));
    let beside_signature = plan.at.is_in_body();
    match source {
        Source::Timestamp => match plan.timestamp.as_ref().map(|t| &t.at) {
            Some(Some(place)) => in_head(Some(place)),
            _ => !beside_signature,
        },
        Source::Id if plan.event_id.is_some() => in_head(plan.event_id.as_ref()),
        Source::Id => !beside_signature,
        Source::KeyId => in_head(plan.key_id.as_ref()),
        Source::JwsHeader | Source::JwsPayload => !beside_signature,
        // Its parts are checked one by one.
        Source::Template(_) => true,
        source => !source.reads_body(),
    }
}
