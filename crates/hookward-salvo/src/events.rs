//! Handlers by the type of the event.

use std::fmt;
use std::sync::Arc;

use hookward_core::adapter::{EventRoutes, EventTable, Others, Routed};
use hookward_core::{EventsError, Scheme};
use salvo_core::{Depot, FlowCtrl, Handler, Request, Response, Writer as _, async_trait};

use crate::extract::proof_and_body;
use crate::head::Head;
use crate::respond;

type Boxed = Arc<dyn Handler>;

/// One route for several types of events, each with a handler of its own.
///
/// A handler is any salvo handler. What becomes of other types has to be said:
/// [`acknowledge_others`](Self::acknowledge_others),
/// [`refuse_others`](Self::refuse_others) or [`otherwise`](Self::otherwise). There is no
/// default, because either one surprises: an acknowledged event that should have had a
/// handler is lost, and a provider whose events are refused sends them for days and then
/// disables the endpoint.
///
/// The whole type is compared, byte for byte. Where a signature covers it, the handler can
/// rely on it; where it is in an unsigned header, as with GitHub and Shopify,
/// [`Event`](crate::Event) tells so.
///
/// ```
/// use hookward::{Key, Verifier, providers};
/// use hookward::salvo::{Events, Verify, Webhook};
/// use salvo_core::prelude::*;
///
/// #[derive(serde::Deserialize)]
/// struct InvoicePaid {
///     id: String,
/// }
///
/// #[handler]
/// async fn on_paid(hook: Webhook<InvoicePaid>) -> String {
///     hook.payload.id.clone()
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let events = Events::new(&providers::STRIPE)
///     .on("invoice.paid", on_paid)
///     .acknowledge_others()?;
///
/// let verifier = Verifier::new(providers::STRIPE, Key::new("whsec_secret")?)?;
/// let router = Router::with_path("webhooks/stripe").hoop(Verify::new(verifier)).post(events);
/// # let _ = router;
/// # Ok(()) }
/// ```
#[must_use]
pub struct Events(EventRoutes<Boxed>);

impl Events {
    /// By the type that the provider documents the place of. For a provider that the
    /// catalogue does not know it of, [`otherwise`](Self::otherwise) and its like fail.
    pub fn new(scheme: &Scheme) -> Self {
        Self(EventRoutes::new(scheme))
    }

    /// By the type at a place: `body:/pointer` (RFC 6901), `form:NAME`, `header:NAME` or
    /// `query:NAME`.
    pub fn by(place: &str) -> Self {
        Self(EventRoutes::by(place))
    }

    /// Adds the handler of a type.
    pub fn on(self, event_type: &str, handler: impl Handler) -> Self {
        Self(self.0.on(event_type, boxed(handler)))
    }

    /// Answers events of other types with what the provider takes for success. They are
    /// logged and counted (`hookward_unrouted_total`), and the provider does not send them
    /// again.
    ///
    /// A delivery whose type is absent or cannot be read is refused all the same: the place
    /// may be wrong.
    ///
    /// # Errors
    /// [`EventsError`] for the first mistake in the description.
    pub fn acknowledge_others(self) -> Result<EventRouter, EventsError> {
        self.finish(Others::Acknowledge)
    }

    /// Refuses events of other types, so that a provider which retries sends them again:
    /// for endpoints that subscribe to exactly the types which have handlers.
    ///
    /// # Errors
    /// [`EventsError`] for the first mistake in the description.
    pub fn refuse_others(self) -> Result<EventRouter, EventsError> {
        self.finish(Others::Refuse)
    }

    /// Gives events of other types to this handler, and deliveries whose type is absent or
    /// cannot be read.
    ///
    /// # Errors
    /// [`EventsError`] for the first mistake in the description.
    pub fn otherwise(self, handler: impl Handler) -> Result<EventRouter, EventsError> {
        self.finish(Others::Handle(boxed(handler)))
    }

    fn finish(self, others: Others<Boxed>) -> Result<EventRouter, EventsError> {
        Ok(EventRouter(Arc::new(self.0.others(others)?)))
    }
}

fn boxed(handler: impl Handler) -> Boxed {
    Arc::new(handler)
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The handler that [`Events`] describes, to be put behind [`Verify`](crate::Verify).
#[must_use]
#[derive(Clone)]
pub struct EventRouter(Arc<EventTable<Boxed>>);

impl fmt::Debug for EventRouter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[async_trait]
impl Handler for EventRouter {
    async fn handle(
        &self,
        request: &mut Request,
        depot: &mut Depot,
        response: &mut Response,
        flow: &mut FlowCtrl,
    ) {
        // salvo keeps the body for whoever reads it next.
        let (verified, body) = match proof_and_body(request).await {
            Ok(delivery) => delivery,
            Err(error) => return error.write(request, depot, response).await,
        };
        match self.0.route(&verified, &Head(request), &body) {
            Routed::Handle(handler, event) => {
                request.extensions_mut().insert(event);
                handler.handle(request, depot, response, flow).await;
            }
            Routed::Answer(answer) => respond(answer, response),
        }
    }
}
