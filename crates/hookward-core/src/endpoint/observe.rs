//! Who looks at refused requests, beside their answer.

use std::fmt;
use std::sync::Arc;

use crate::request::frames::Frames;
use crate::request::head::RequestHead;
use crate::request::rejection::Rejection;
use crate::text::time::UnixTime;
use crate::verify::verifier::Verifier;

/// Looks at requests that are refused. It never changes an answer.
pub(crate) trait Observer: fmt::Debug + Send + Sync {
    /// What is kept of a request until it is clear whether it is genuine.
    fn watch(
        self: Arc<Self>,
        verifier: &Verifier,
        head: &dyn RequestHead,
        now: UnixTime,
    ) -> Box<dyn Watch>;
}

/// A request that may be refused.
pub(crate) trait Watch: fmt::Debug + Send {
    /// Whether a request that is refused from its head is to be read to its end.
    fn wants_body(&mut self, rejection: &Rejection, declared: Option<u64>) -> bool;

    /// How much of such a body is read.
    fn longest_body(&self) -> u64;

    /// Hands a refused request over.
    fn refused(self: Box<Self>, rejection: &Rejection, frames: &Frames);
}
