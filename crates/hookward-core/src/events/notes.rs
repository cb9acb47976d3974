//! What is logged and counted about events, with the features `tracing` and `metrics`.

#![allow(unused_variables)]

#[cfg(feature = "tracing")]
use crate::text::printable::printable;
use crate::verify::Verified;

pub(super) fn misfit(kind: &'static str, reason: &str, verified: &Verified) {
    #[cfg(feature = "metrics")]
    metrics::counter!("hookward_misfits_total", "kind" => kind).increment(1);
    #[cfg(feature = "tracing")]
    {
        let event_id = verified.event_id().unwrap_or_default();
        tracing::warn!(target: "hookward", provider = verified.provider(), event_id = %printable(event_id), kind, "a genuine delivery does not fit: {reason}");
    }
}

/// A type that no handler is for, and whether the delivery is acknowledged.
pub(super) fn unrouted(verified: &Verified, event_type: Option<&str>, is_acknowledged: bool) {
    let answer = match is_acknowledged {
        true => "acknowledged",
        false => "refused",
    };
    #[cfg(feature = "metrics")]
    metrics::counter!("hookward_unrouted_total", "answer" => answer).increment(1);
    #[cfg(feature = "tracing")]
    {
        let provider = verified.provider();
        let event_type = printable(event_type.unwrap_or_default());
        match is_acknowledged {
            true => {
                tracing::info!(target: "hookward", provider, %event_type, "acknowledged an event that has no handler");
            }
            false => {
                tracing::warn!(target: "hookward", provider, %event_type, "refused an event that has no handler");
            }
        }
    }
}
