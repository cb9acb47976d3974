//! Handlers by the type of the event.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::dev::Payload;
use actix_web::{FromRequest, Handler, HttpMessage as _, HttpRequest, HttpResponse, Responder};
use hookward_core::adapter::{EventRoutes, EventTable, Others, Routed};
use hookward_core::{EventsError, Scheme};

use crate::extract::{WebhookError, proof_and_body};
use crate::head::Head;
use crate::respond;

type Answer = Pin<Box<dyn Future<Output = HttpResponse>>>;
type Boxed = Arc<dyn Fn(HttpRequest, Payload) -> Answer + Send + Sync>;

/// One route for several types of events, each with a handler of its own.
///
/// A handler is any actix handler that can be shared among workers. What becomes of other types has to be said:
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
/// use actix_web::{App, web};
/// use hookward::actix::{Events, Verify, Webhook};
/// use hookward::{Key, Verifier, providers};
///
/// #[derive(serde::Deserialize)]
/// struct InvoicePaid {
///     id: String,
/// }
///
/// async fn on_paid(hook: Webhook<InvoicePaid>) -> String {
///     hook.payload.id.clone()
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let events = Events::new(&providers::STRIPE)
///     .on("invoice.paid", on_paid)
///     .acknowledge_others()?;
///
/// let verify = Verify::new(Verifier::new(providers::STRIPE, Key::new("whsec_secret")?)?);
/// let app = move || {
///     App::new().service(
///         web::resource("/webhooks/stripe")
///             .wrap(verify.clone())
///             .route(web::post().to(events.clone())),
///     )
/// };
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
    pub fn on<H, A>(self, event_type: &str, handler: H) -> Self
    where
        H: Handler<A> + Send + Sync,
        A: FromRequest + 'static,
        H::Output: Responder + 'static,
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
    pub fn otherwise<H, A>(self, handler: H) -> Result<EventRouter, EventsError>
    where
        H: Handler<A> + Send + Sync,
        A: FromRequest + 'static,
        H::Output: Responder + 'static,
    {
        self.finish(Others::Handle(boxed(handler)))
    }

    fn finish(self, others: Others<Boxed>) -> Result<EventRouter, EventsError> {
        Ok(EventRouter(Arc::new(self.0.others(others)?)))
    }
}

fn boxed<H, A>(handler: H) -> Boxed
where
    H: Handler<A> + Send + Sync,
    A: FromRequest + 'static,
    H::Output: Responder + 'static,
{
    Arc::new(move |request, mut payload| {
        let handler = handler.clone();
        Box::pin(async move {
            match A::from_request(&request, &mut payload).await {
                Ok(arguments) => {
                    let answer = handler.call(arguments).await.respond_to(&request);
                    answer.map_into_boxed_body()
                }
                Err(error) => HttpResponse::from_error(error),
            }
        })
    })
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

/// What an [`EventRouter`] takes of a request: all of it.
pub struct WholeRequest {
    request: HttpRequest,
    payload: Payload,
}

impl fmt::Debug for WholeRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WholeRequest").finish_non_exhaustive()
    }
}

impl FromRequest for WholeRequest {
    type Error = WebhookError;
    type Future = std::future::Ready<Result<Self, WebhookError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        std::future::ready(Ok(Self {
            request: request.clone(),
            payload: payload.take(),
        }))
    }
}

impl Handler<WholeRequest> for EventRouter {
    type Output = HttpResponse<BoxBody>;
    type Future = Answer;

    fn call(&self, mut whole: WholeRequest) -> Answer {
        let table = self.0.clone();
        Box::pin(async move {
            let request = whole.request;
            let (verified, body) = match proof_and_body(&request, &mut whole.payload).await {
                Ok(delivery) => delivery,
                Err(error) => return HttpResponse::from_error(error),
            };
            match table.route(&verified, &Head(request.head()), &body) {
                Routed::Handle(handler, event) => {
                    request.extensions_mut().insert(event);
                    handler(request, Payload::from(body)).await
                }
                Routed::Answer(answer) => respond(answer),
            }
        })
    }
}
