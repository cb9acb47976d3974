//! Typed events: the payload as the handler's type, and the handler by the event's type.
//!
//! [`EventTypes`] knows where a provider writes the type of an event and reads it, of a
//! verified delivery. [`EventRoutes`] is the table from types to handlers that the
//! adapters' `Events` are made of. A genuine delivery that is not what a handler expects
//! is a [`Misfit`].

mod form;
mod misfit;
mod notes;
mod place;
mod routes;

pub use self::misfit::{Misfit, MisfitKind};
pub use self::place::{EventType, EventTypes, EventsError};
pub use self::routes::{EventRoutes, EventTable, NOT_ROUTED, Others, Routed};
