//! A request: head, URL, body frames, timeouts, memory, and the reasons for a rejection.
//! No framework's types are used here.

pub(crate) mod budget;
pub(crate) mod deadline;
pub(crate) mod frames;
pub(crate) mod head;
pub(crate) mod reason;
pub(crate) mod rejection;
// Only message signatures and the explainer use all of it.
#[cfg_attr(
    not(all(feature = "explain", feature = "message-signatures")),
    allow(dead_code)
)]
pub(crate) mod request_url;
pub(crate) mod waiting;
