//! Logging and metrics for claims (features `tracing` and `metrics`).

#![allow(unused_variables)]

use std::time::Duration;

use hookward_replay::StoreError;

/// Another process has claimed or handled the delivery of a running handler.
pub(super) fn claim_lost() {
    #[cfg(feature = "metrics")]
    metrics::counter!("hookward_claims_lost_total").increment(1);
    #[cfg(feature = "tracing")]
    tracing::error!(
        target: "hookward",
        "a handler lost its claim, because it could not be renewed in time: \
         the delivery may be handled twice"
    );
}

/// Once per handler.
pub(super) fn renewal_failed(error: &StoreError) {
    #[cfg(feature = "tracing")]
    tracing::warn!(target: "hookward", "a claim was not renewed and is tried again: {error}");
}

pub(super) fn renewals_ended(after: Duration) {
    #[cfg(feature = "tracing")]
    tracing::error!(
        target: "hookward",
        "a handler has run for {after:?}: its claim is no longer renewed"
    );
}

/// The first attempt to record an outcome failed.
pub(super) fn unsettled(error: &StoreError) {
    #[cfg(feature = "metrics")]
    metrics::counter!("hookward_unsettled_total").increment(1);
    #[cfg(feature = "tracing")]
    tracing::warn!(
        target: "hookward",
        "the replay store failed after the handler, and is asked again in the background: {error}"
    );
}

pub(super) fn settled_late(after: Duration) {
    #[cfg(feature = "metrics")]
    metrics::counter!("hookward_settled_late_total").increment(1);
    #[cfg(feature = "tracing")]
    tracing::info!(target: "hookward", "recorded the outcome of a delivery after {after:?}");
}

/// The runtime ended that recorded a success in the background.
pub(super) fn success_left() {
    #[cfg(feature = "tracing")]
    tracing::warn!(
        target: "hookward",
        "a runtime ended before the success of a delivery was recorded: \
         await ReplayGuard::settled before the process ends"
    );
}

/// A success that no attempt recorded.
pub(super) fn success_lost(why: &str) {
    #[cfg(feature = "metrics")]
    metrics::counter!("hookward_successes_lost_total").increment(1);
    #[cfg(feature = "tracing")]
    tracing::error!(
        target: "hookward",
        "a delivery was handled and could not be recorded, so that a copy is handled again: {why}"
    );
}
