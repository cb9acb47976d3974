//! Handlers by the type of the event.

use std::fmt;
use std::sync::Arc;

use hookward_core::adapter::{EventRoutes, EventTable, Others, Routed};
use hookward_core::{EventsError, Scheme};
use poem::endpoint::BoxEndpoint;
use poem::{Endpoint, EndpointExt as _, IntoEndpoint, Request, Response};

use crate::extract::proof;
use crate::head::Head;
use crate::respond;

type Boxed = BoxEndpoint<'static, Response>;

/// One route for several types of events, each with a handler of its own.
///
/// A handler is any poem endpoint. What becomes of other types has to be said:
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
/// use hookward::poem::{Events, Verify, Webhook};
/// use poem::{EndpointExt, Route, handler, post};
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
/// let app = Route::new().at("/webhooks/stripe", post(events).with(Verify::new(verifier)));
/// # let _ = app;
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
    pub fn on<E>(self, event_type: &str, handler: E) -> Self
    where
        E: IntoEndpoint,
        E::Endpoint: 'static,
    {
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
    pub fn otherwise<E>(self, handler: E) -> Result<EventRouter, EventsError>
    where
        E: IntoEndpoint,
        E::Endpoint: 'static,
    {
        self.finish(Others::Handle(boxed(handler)))
    }

    fn finish(self, others: Others<Boxed>) -> Result<EventRouter, EventsError> {
        Ok(EventRouter(Arc::new(self.0.others(others)?)))
    }
}

fn boxed<E>(handler: E) -> Boxed
where
    E: IntoEndpoint,
    E::Endpoint: 'static,
{
    handler.into_endpoint().map_to_response().boxed()
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The endpoint that [`Events`] describes, to be put behind [`Verify`](crate::Verify).
#[must_use]
#[derive(Clone)]
pub struct EventRouter(Arc<EventTable<Boxed>>);

impl fmt::Debug for EventRouter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Endpoint for EventRouter {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let verified = proof(&request)?;
        // Already read and limited by the middleware.
        let body = request.take_body().into_bytes().await?;
        match self.0.route(&verified, &Head(&request), &body) {
            Routed::Handle(handler, event) => {
                request.extensions_mut().insert(event);
                request.set_body(body);
                handler.call(request).await
            }
            Routed::Answer(answer) => Ok(respond(answer)),
        }
    }
}
