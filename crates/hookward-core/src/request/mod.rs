//! A request: its head, its URL, the frames of its body, and why it is refused.

pub(crate) mod budget;
pub(crate) mod deadline;
pub(crate) mod frames;
pub(crate) mod head;
pub(crate) mod reason;
pub(crate) mod rejection;
// Message signatures and the explainer have a use for all of it.
#[cfg_attr(
    not(all(feature = "explain", feature = "message-signatures")),
    allow(dead_code)
)]
pub(crate) mod request_url;
