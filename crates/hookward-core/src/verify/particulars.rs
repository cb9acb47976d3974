//! Details of a proof that depend on the request.

use std::sync::Arc;

use bytes::Bytes;

use super::identifying::Identity;
use crate::scheme::Coverage;

/// Details of a proof that depend on the request; most proofs have no such details.
#[derive(Clone)]
pub(super) struct Particulars {
    /// The identity of the delivery as the previous release computed it.
    pub(super) previous_identity: Option<Identity>,
    /// What the signature of this request covers, if the request decides.
    pub(super) coverage: Option<Arc<Coverage>>,
    pub(super) content: Content,
}

/// The content that is handed out with the proof.
#[derive(Clone)]
pub(super) enum Content {
    /// The body.
    AsSent,
    /// The document of proven values.
    Document(Bytes),
    /// The document, already handed out as the body.
    IsBody,
}
