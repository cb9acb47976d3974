//! Observer traits for rejected requests, implemented by `explain`, which `endpoint` must
//! not depend on.

use std::fmt;
use std::sync::Arc;

use crate::request::frames::Frames;
use crate::request::head::RequestHead;
use crate::request::rejection::Rejection;
use crate::text::time::UnixTime;
use crate::verify::verifier::Verifier;

/// Observes rejected requests. It never changes a response.
pub(crate) trait Observer: fmt::Debug + Send + Sync {
    /// Returns what to keep of a request until it is known to be genuine.
    fn watch(
        self: Arc<Self>,
        verifier: &Verifier,
        head: &dyn RequestHead,
        now: UnixTime,
    ) -> Box<dyn Watch>;
}

/// A request that may be rejected.
pub(crate) trait Watch: fmt::Debug + Send {
    /// Whether to read the body of a request that is rejected by its head.
    fn wants_body(&mut self, rejection: &Rejection, declared: Option<u64>) -> bool;

    /// How many bytes of such a body to read.
    fn longest_body(&self) -> u64;

    /// Reports a rejected request.
    fn refused(self: Box<Self>, rejection: &Rejection, frames: &Frames);
}
