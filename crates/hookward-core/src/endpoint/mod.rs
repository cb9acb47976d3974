//! Endpoint configuration and request reception, shared by all adapters.
//!
//! An adapter asks the [`Endpoint`] for a [`Reception`], pushes frames into it, and turns
//! a [`Rejection`](crate::Rejection) into a response. It contains no verification logic of its own.

mod exchange;
#[cfg(feature = "http-body")]
mod http_body;
mod notes;
mod observe;
mod reception;
mod route;
mod source;
pub(crate) mod tenants;
mod validation;

pub use self::exchange::{Admission, Admitted, Exchange, Incoming, Unreadable};
#[cfg(feature = "http-body")]
pub use self::http_body::HttpBody;
#[cfg(feature = "explain")]
pub(crate) use self::observe::{Observer, Watch};
pub use self::reception::{PollBudget, Progress, Received, Reception, SecondPass};
pub use self::route::Endpoint;
pub use self::source::{ForScheme, KeyHandle, KeySource};
pub use self::validation::OpenOutcome;
