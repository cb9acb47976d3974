//! Handlers by the type of the event.

use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequestParts, Request};
use axum::handler::Handler;
use axum::response::{IntoResponse as _, Response};
use hookward_core::adapter::{EventRoutes, EventTable, Others, Routed};
use hookward_core::{EventType, EventsError, Scheme};
use http::request::Parts;
use http_body_util::BodyExt as _;

use super::{NotVerified, WebhookError};
use crate::head::Head;

type Answer = Pin<Box<dyn Future<Output = Response> + Send>>;
type Boxed<S> = Arc<dyn Fn(Request, S) -> Answer + Send + Sync>;

/// One route for several types of events, each with a handler of its own.
///
/// A handler is any axum handler. What becomes of other types has to be said:
/// [`acknowledge_others`](Self::acknowledge_others),
/// [`refuse_others`](Self::refuse_others) or [`otherwise`](Self::otherwise). There is no
/// default, because either one surprises: an acknowledged event that should have had a
/// handler is lost, and a provider whose events are refused sends them for days and then
/// disables the endpoint.
///
/// The whole type is compared, byte for byte. Where a signature covers it, the handler can
/// rely on it; where it is in an unsigned header, as with GitHub and Shopify, [`Event`]
/// tells so.
///
/// ```
/// use axum::{Router, extract::State, routing::post};
/// use hookward::{Key, Verifier, providers};
/// use hookward::tower::VerifyLayer;
/// use hookward::axum::{Events, Webhook};
///
/// #[derive(serde::Deserialize)]
/// struct InvoicePaid {
///     id: String,
/// }
///
/// async fn on_paid(State(greeting): State<&'static str>, hook: Webhook<InvoicePaid>) -> String {
///     format!("{greeting} {}", hook.payload.id)
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let events = Events::new(&providers::STRIPE)
///     .on("invoice.paid", on_paid)
///     .on("customer.deleted", async |hook: Webhook<serde_json::Value>| hook.payload.to_string())
///     .acknowledge_others()?;
///
/// let verifier = Verifier::new(providers::STRIPE, Key::new("whsec_secret")?)?;
/// let app: Router = Router::new()
///     .route("/webhooks/stripe", post(events).layer(VerifyLayer::new(verifier)))
///     .with_state("thanks for");
/// # Ok(()) }
/// ```
#[must_use]
pub struct Events<S = ()>(EventRoutes<Boxed<S>>);

impl<S> Events<S>
where
    S: Clone + Send + Sync + 'static,
{
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
    pub fn on<H, T>(self, event_type: &str, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
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
    pub fn acknowledge_others(self) -> Result<EventRouter<S>, EventsError> {
        self.finish(Others::Acknowledge)
    }

    /// Refuses events of other types, so that a provider which retries sends them again:
    /// for endpoints that subscribe to exactly the types which have handlers.
    ///
    /// # Errors
    /// [`EventsError`] for the first mistake in the description.
    pub fn refuse_others(self) -> Result<EventRouter<S>, EventsError> {
        self.finish(Others::Refuse)
    }

    /// Gives events of other types to this handler, and deliveries whose type is absent or
    /// cannot be read.
    ///
    /// # Errors
    /// [`EventsError`] for the first mistake in the description.
    pub fn otherwise<H, T>(self, handler: H) -> Result<EventRouter<S>, EventsError>
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.finish(Others::Handle(boxed(handler)))
    }

    fn finish(self, others: Others<Boxed<S>>) -> Result<EventRouter<S>, EventsError> {
        Ok(EventRouter(Arc::new(self.0.others(others)?)))
    }
}

fn boxed<H, T, S>(handler: H) -> Boxed<S>
where
    H: Handler<T, S>,
    T: 'static,
    S: Send + 'static,
{
    Arc::new(move |request, state| Box::pin(handler.clone().call(request, state)))
}

impl<S> fmt::Debug for Events<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The handler that [`Events`] describes, for a route behind
/// [`VerifyLayer`](crate::VerifyLayer).
#[must_use]
pub struct EventRouter<S = ()>(Arc<EventTable<Boxed<S>>>);

impl<S> Clone for EventRouter<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S> fmt::Debug for EventRouter<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<S: Send + 'static> EventRouter<S> {
    async fn route(self, request: Request, state: S) -> Response {
        let (mut parts, body) = request.into_parts();
        let Some(verified) = parts.extensions.get::<hookward_core::Verified>() else {
            return NotVerified(()).into_response();
        };
        // Already read and limited by the layer.
        let Ok(body) = body.collect().await else {
            return WebhookError::Unreadable.into_response();
        };
        let body = body.to_bytes();
        match self.0.route(verified, &Head(&parts), &body) {
            Routed::Handle(handler, event) => {
                parts.extensions.insert(event);
                handler(Request::from_parts(parts, Body::from(body)), state).await
            }
            Routed::Answer(answer) => answer.map(Body::from),
        }
    }
}

impl<S: Send + Sync + 'static> Handler<((),), S> for EventRouter<S> {
    type Future = Answer;

    fn call(self, request: Request, state: S) -> Answer {
        Box::pin(self.route(request, state))
    }
}

/// The type of the event, for handlers of [`Events`].
///
/// ```
/// use hookward::axum::Event;
///
/// async fn on_other(event: Event) {
///     println!("{:?}, proven: {}", event.name(), event.is_proven());
/// }
/// # let _ = on_other;
/// ```
#[derive(Debug, Clone)]
pub struct Event(pub EventType);

impl Deref for Event {
    type Target = EventType;

    fn deref(&self) -> &EventType {
        &self.0
    }
}

impl<S: Sync> FromRequestParts<S> for Event {
    type Rejection = WebhookError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, WebhookError> {
        let event = parts.extensions.get::<EventType>().cloned();
        event.map(Self).ok_or(WebhookError::NotRouted)
    }
}
