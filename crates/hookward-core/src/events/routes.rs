//! The table from event types to handlers.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;

use bytes::Bytes;
use http::{Response, StatusCode};

use super::misfit::{acknowledgement, refusal};
use super::notes;
use super::place::{EventType, EventTypes, EventsError};
use crate::request::head::RequestHead;
use crate::scheme::{Scheme, Success};
use crate::verify::Verified;

/// What the error of an adapter says where a handler asks for the type of the event and is
/// not one of the adapter's `Events`.
pub const NOT_ROUTED: &str = "this handler asks for the type of the event, which hookward's Events reads: add it with `.on(type, handler)`";

/// Event types and their handlers, whatever a handler is in a framework: what an adapter's
/// `Events` is made of.
#[must_use]
pub struct EventRoutes<H> {
    types: Result<EventTypes, EventsError>,
    handlers: HashMap<Box<str>, H>,
    /// The first mistake, which [`others`](Self::others) tells.
    mistake: Option<EventsError>,
    /// The provider whose deliveries only a handler can answer.
    needs_handler: Option<String>,
}

/// What becomes of events that no handler is for.
#[derive(Debug, Clone, Copy)]
pub enum Others<H> {
    /// They are answered with what the provider takes for success.
    Acknowledge,
    /// They are refused, so that the provider retries them.
    Refuse,
    /// They go to this handler; deliveries whose type cannot be read, too.
    Handle(H),
}

impl<H> EventRoutes<H> {
    /// By the type that the catalogue knows the place of.
    pub fn new(scheme: &Scheme) -> Self {
        let needs_handler = (scheme.success == Success::Handler).then(|| scheme.name.to_string());
        Self {
            needs_handler,
            ..Self::with(EventTypes::of(scheme))
        }
    }

    /// By the type at a place, as [`EventTypes::by`] takes it.
    pub fn by(place: &str) -> Self {
        Self::with(EventTypes::by(place))
    }

    fn with(types: Result<EventTypes, EventsError>) -> Self {
        Self {
            types,
            handlers: HashMap::new(),
            mistake: None,
            needs_handler: None,
        }
    }

    /// Adds the handler of a type.
    pub fn on(mut self, event_type: &str, handler: H) -> Self {
        let mistake = match self.handlers.entry(event_type.into()) {
            _ if event_type.is_empty() => EventsError::EmptyType,
            Entry::Occupied(_) => EventsError::Repeated(event_type.to_owned()),
            Entry::Vacant(free) => {
                free.insert(handler);
                return self;
            }
        };
        self.mistake.get_or_insert(mistake);
        self
    }

    /// The table, with what becomes of all other events.
    ///
    /// # Errors
    /// [`EventsError`] for the first mistake in the description.
    pub fn others(self, others: Others<H>) -> Result<EventTable<H>, EventsError> {
        let types = self.types?;
        if let Some(mistake) = self.mistake {
            return Err(mistake);
        }
        if let Others::Acknowledge = others {
            if self.handlers.is_empty() {
                return Err(EventsError::NoHandler);
            }
            if let Some(provider) = self.needs_handler {
                return Err(EventsError::NeedsHandler(provider));
            }
        }
        Ok(EventTable {
            types,
            handlers: self.handlers,
            others,
        })
    }
}

impl<H> fmt::Debug for EventRoutes<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventRoutes")
            .field("types", &self.types)
            .field("handlers", &self.handlers.keys())
            .finish_non_exhaustive()
    }
}

/// The finished table: which handler a delivery goes to.
#[must_use]
pub struct EventTable<H> {
    types: EventTypes,
    handlers: HashMap<Box<str>, H>,
    others: Others<H>,
}

/// Where a delivery goes.
#[must_use]
#[derive(Debug)]
pub enum Routed<'a, H> {
    /// To this handler, with the type in the request's extensions.
    Handle(&'a H, EventType),
    /// Nowhere: this is the answer.
    Answer(Response<Bytes>),
}

impl<H> EventTable<H> {
    /// Where a verified delivery goes. `body` is the body that the endpoint handed out.
    pub fn route(
        &self,
        verified: &Verified,
        head: &dyn RequestHead,
        body: &Bytes,
    ) -> Routed<'_, H> {
        let event = match self.types.read(verified, head, body) {
            Ok(event) => event,
            Err(misfit) => {
                return match &self.others {
                    Others::Handle(handler) => Routed::Handle(handler, EventType::UNREADABLE),
                    // A wrong place would otherwise acknowledge everything.
                    Others::Acknowledge | Others::Refuse => Routed::Answer(misfit.refuse()),
                };
            }
        };
        if let Some(handler) = event.name().and_then(|name| self.handlers.get(name)) {
            return Routed::Handle(handler, event);
        }
        match &self.others {
            Others::Handle(handler) => Routed::Handle(handler, event),
            Others::Acknowledge => {
                notes::unrouted(verified, event.name(), true);
                Routed::Answer(acknowledgement(verified))
            }
            Others::Refuse => {
                notes::unrouted(verified, event.name(), false);
                Routed::Answer(refusal(verified, StatusCode::UNPROCESSABLE_ENTITY))
            }
        }
    }
}

impl<H> fmt::Debug for EventTable<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventTable")
            .field("types", &self.types)
            .field("handlers", &self.handlers.keys())
            .finish_non_exhaustive()
    }
}
