use std::fmt;
use std::future::{Future, Ready, poll_fn, ready};
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse, ResponseError};
use bytes::{Bytes, BytesMut};
use futures_core::Stream as _;
use hookward_core::adapter::NOT_ROUTED;
use hookward_core::{EventType, Misfit, NotProven};
use serde::de::DeserializeOwned;

use crate::respond;

/// The proof that the request is genuine.
#[derive(Debug, Clone)]
pub struct Verified(pub hookward_core::Verified);

impl Deref for Verified {
    type Target = hookward_core::Verified;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl FromRequest for Verified {
    type Error = WebhookError;
    type Future = Ready<Result<Self, WebhookError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(proof(request).map(Self))
    }
}

fn proof(request: &HttpRequest) -> Result<hookward_core::Verified, WebhookError> {
    request
        .extensions()
        .get::<hookward_core::Verified>()
        .cloned()
        .ok_or(WebhookError::NotVerified)
}

/// Extractor for a verified delivery with its JSON payload.
///
/// An empty body deserializes as `null`, so `Webhook<Option<T>>` accepts the empty test
/// deliveries that some providers send. A body that does not fit `T` is refused as
/// [`Misfit::refuse`](hookward_core::Misfit::refuse) says; [`OrMisfit`] leaves that to the
/// handler.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Webhook<T> {
    /// The JSON body, or the document of proven values
    /// ([`Trust::Proven`](hookward_core::Trust::Proven)).
    pub payload: T,
    verified: hookward_core::Verified,
}

impl<T> Webhook<T> {
    /// The proof that the request is genuine.
    pub fn verified(&self) -> &hookward_core::Verified {
        &self.verified
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Webhook<T> {
    type Error = WebhookError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let delivery = proof_and_body(request, payload);
        Box::pin(async move {
            let (verified, body) = delivery.await?;
            let payload = verified.json_payload(&body)?;
            Ok(Self { payload, verified })
        })
    }
}

type Extracting<E> = Pin<Box<dyn Future<Output = Result<E, WebhookError>>>>;

/// The proof, and the body, which is already bounded and read by the middleware.
pub(crate) fn proof_and_body(
    request: &HttpRequest,
    payload: &mut Payload,
) -> impl Future<Output = Result<(hookward_core::Verified, Bytes), WebhookError>> + use<> {
    let verified = proof(request);
    let mut payload = payload.take();
    async move {
        let verified = verified?;
        let mut body = Bytes::new();
        let mut more = BytesMut::new();
        while let Some(frame) = poll_fn(|cx| Pin::new(&mut payload).poll_next(cx)).await {
            let frame = frame.map_err(|_| WebhookError::Unreadable)?;
            if body.is_empty() && more.is_empty() {
                body = frame;
            } else {
                if more.is_empty() {
                    more.extend_from_slice(&body);
                }
                more.extend_from_slice(&frame);
            }
        }
        if !more.is_empty() {
            body = more.freeze();
        }
        Ok((verified, body))
    }
}

/// A verified delivery with its form payload
/// (`application/x-www-form-urlencoded`), as Twilio and Slack's commands send it.
///
/// The sender's `Content-Type`, which nothing signs, does not decide how the body is read:
/// the handler does.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WebhookForm<T> {
    /// The form, or the document of proven fields
    /// ([`Trust::Proven`](hookward_core::Trust::Proven)).
    pub payload: T,
    verified: hookward_core::Verified,
}

impl<T> WebhookForm<T> {
    /// The proof that the request is genuine.
    pub fn verified(&self) -> &hookward_core::Verified {
        &self.verified
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for WebhookForm<T> {
    type Error = WebhookError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let delivery = proof_and_body(request, payload);
        Box::pin(async move {
            let (verified, body) = delivery.await?;
            let payload = verified.form_payload(&body)?;
            Ok(Self { payload, verified })
        })
    }
}

/// An extractor whose delivery may not fit: the handler gets the [`Misfit`] with the raw
/// bytes and the proof, and chooses the answer.
///
/// ```
/// use actix_web::HttpResponse;
/// use hookward::actix::{OrMisfit, Webhook, respond};
///
/// #[derive(serde::Deserialize)]
/// struct Invoice {
///     id: String,
/// }
///
/// async fn on_invoice(OrMisfit(hook): OrMisfit<Webhook<Invoice>>) -> HttpResponse {
///     match hook {
///         Ok(hook) => HttpResponse::Ok().body(hook.payload.id),
///         // After a dead letter with misfit.body() and misfit.verified().
///         Err(misfit) => respond(misfit.acknowledge()),
///     }
/// }
/// # let _ = on_invoice;
/// ```
#[derive(Debug, Clone)]
pub struct OrMisfit<E>(pub Result<E, Misfit>);

impl<E> FromRequest for OrMisfit<E>
where
    E: FromRequest<Error = WebhookError>,
    E::Future: 'static,
{
    type Error = WebhookError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let hook = E::from_request(request, payload);
        Box::pin(async move {
            match hook.await {
                Ok(hook) => Ok(Self(Ok(hook))),
                Err(WebhookError::Misfit(misfit)) => Ok(Self(Err(misfit))),
                Err(other) => Err(other),
            }
        })
    }
}

/// The type of the event, for handlers of [`Events`](crate::Events).
#[derive(Debug, Clone)]
pub struct Event(pub EventType);

impl Deref for Event {
    type Target = EventType;

    fn deref(&self) -> &EventType {
        &self.0
    }
}

impl FromRequest for Event {
    type Error = WebhookError;
    type Future = Ready<Result<Self, WebhookError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let event = request.extensions().get::<EventType>().cloned();
        ready(event.map(Self).ok_or(WebhookError::NotRouted))
    }
}

/// A verified delivery with its proven values: the JSON payload of what the
/// signature covers, and nothing else.
///
/// Where the proof covers the body, it is the JSON body, as for [`Webhook`].
/// Where it leaves the body open, it is the document of the covered values
/// ([`Trust::Proven`](hookward_core::Trust::Proven)). Where nothing is handed
/// out as proven, since the verifier was built with
/// [`Trust::AsSent`](hookward_core::Trust::AsSent) or the provider sends a bare
/// secret, the request is answered 500 and the log says what to write: the
/// service asks for what it cannot have.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Proven<T> {
    /// The proven values.
    pub payload: T,
    verified: hookward_core::Verified,
}

impl<T> Proven<T> {
    /// The proof that the request is genuine.
    pub fn verified(&self) -> &hookward_core::Verified {
        &self.verified
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Proven<T> {
    type Error = WebhookError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let refused = proof(request).and_then(|verified| match verified.proven(&[]) {
            Ok(_) => Ok(()),
            Err(error) => {
                error.log();
                Err(WebhookError::NotProven(error))
            }
        });
        // The middleware replaced the body with the proven document.
        let hook = Webhook::from_request(request, payload);
        Box::pin(async move {
            refused?;
            let hook = hook.await?;
            Ok(Self {
                payload: hook.payload,
                verified: hook.verified,
            })
        })
    }
}

/// Why an extractor failed.
#[non_exhaustive]
pub enum WebhookError {
    /// The route is not behind the middleware. This is a mistake in the
    /// service, not in the request: it is answered 500.
    NotVerified,
    /// There is no proven document: a mistake in the service, answered with 500.
    NotProven(NotProven),
    /// The genuine delivery is not what the handler expects. The sender is not told why.
    Misfit(Misfit),
    /// The handler asks for the type of the event and is not one of
    /// [`Events`](crate::Events): a mistake in the service, answered 500.
    NotRouted,
    /// The body could not be read a second time.
    Unreadable,
}

impl fmt::Display for WebhookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotVerified => f.write_str(
                "this route is not behind hookward's Verify: add `.wrap(Verify::new(verifier))` to its app, scope or resource",
            ),
            Self::NotProven(error) => error.fmt(f),
            Self::Misfit(misfit) => misfit.fmt(f),
            Self::NotRouted => f.write_str(NOT_ROUTED),
            Self::Unreadable => f.write_str("the body was already consumed"),
        }
    }
}

impl fmt::Debug for WebhookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for WebhookError {}

impl From<Misfit> for WebhookError {
    fn from(misfit: Misfit) -> Self {
        Self::Misfit(misfit)
    }
}

impl ResponseError for WebhookError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotVerified | Self::NotProven(_) | Self::NotRouted => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
            Self::Misfit(misfit) => respond(misfit.refuse()).status(),
            Self::Unreadable => StatusCode::BAD_REQUEST,
        }
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            // How to fix it is logged, not sent.
            Self::NotProven(_) => HttpResponse::InternalServerError().finish(),
            Self::Misfit(misfit) => respond(misfit.refuse()),
            other => HttpResponse::build(other.status_code())
                .content_type("text/plain; charset=utf-8")
                .body(other.to_string()),
        }
    }
}
