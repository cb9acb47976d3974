//! Logging and metrics for requests (features `tracing` and `metrics`).

#![allow(unused_variables)]

use crate::request::rejection::Rejection;
use crate::verify::{NotProven, Verified};

pub(super) fn refused(rejection: &Rejection) {
    #[cfg(feature = "metrics")]
    metrics::counter!("hookward_refused_total", "code" => rejection.code().as_str()).increment(1);
    #[cfg(feature = "tracing")]
    tracing::warn!(target: "hookward", code = rejection.code().as_str(), "refused: {rejection}");
}

pub(super) fn validated(provider: &str) {
    #[cfg(feature = "tracing")]
    tracing::info!(target: "hookward", provider, "answered an endpoint validation");
}

pub(super) fn acknowledged(verified: &Verified) {
    #[cfg(feature = "metrics")]
    metrics::counter!("hookward_acknowledged_total").increment(1);
    #[cfg(feature = "tracing")]
    tracing::info!(target: "hookward", provider = verified.provider(), "acknowledged a delivery that was handled before");
}

impl NotProven {
    /// Logs the error (feature `tracing`), for extractors whose response tells the sender
    /// nothing.
    pub fn log(&self) {
        #[cfg(feature = "tracing")]
        tracing::error!(target: "hookward", "no proven values: {self}");
    }
}
