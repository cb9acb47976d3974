//! Extractors for handlers behind [`Verify`](crate::Verify).

use std::fmt;
use std::ops::Deref;

use bytes::Bytes;
use hookward_core::adapter::NOT_ROUTED;
use hookward_core::{EventType, Misfit, NotProven};
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue};
use salvo_core::extract::{Extractible, Metadata};
use salvo_core::http::body::ResBody;
use salvo_core::{Depot, Request, Response, Writer, async_trait};
use serde_core::de::DeserializeOwned;

use crate::respond;

/// The proof that the request is genuine.
///
/// ```
/// use hookward::salvo::Verified;
/// use salvo_core::prelude::*;
///
/// #[handler]
/// async fn on_event(verified: Verified) -> String {
///     format!("from {}", verified.provider())
/// }
/// # let _ = on_event;
/// ```
#[derive(Debug, Clone)]
pub struct Verified(pub hookward_core::Verified);

impl Deref for Verified {
    type Target = hookward_core::Verified;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

fn proof(request: &Request) -> Result<hookward_core::Verified, WebhookError> {
    request
        .extensions()
        .get::<hookward_core::Verified>()
        .cloned()
        .ok_or(WebhookError::NotVerified)
}

/// Nothing that salvo reads from the request by itself.
static NOTHING: Metadata = Metadata::new("");

impl<'ex> Extractible<'ex> for Verified {
    fn metadata() -> &'static Metadata {
        &NOTHING
    }

    #[allow(refining_impl_trait)]
    async fn extract(request: &'ex mut Request, _: &'ex mut Depot) -> Result<Self, WebhookError> {
        proof(request).map(Self)
    }
}

/// Extractor for a verified delivery with its JSON payload.
///
/// An empty body deserializes as `null`, so `Webhook<Option<T>>` accepts the empty test
/// deliveries that some providers send. A body that does not fit `T` is refused as
/// [`Misfit::refuse`](hookward_core::Misfit::refuse) says; [`OrMisfit`] leaves that to the
/// handler.
///
/// ```
/// use hookward::salvo::Webhook;
/// use salvo_core::prelude::*;
///
/// #[derive(serde::Deserialize)]
/// struct Push {
///     after: String,
/// }
///
/// #[handler]
/// async fn on_push(hook: Webhook<Push>) -> String {
///     format!("{} now at {}", hook.verified().provider(), hook.payload.after)
/// }
/// # let _ = on_push;
/// ```
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

impl<'ex, T: DeserializeOwned> Extractible<'ex> for Webhook<T> {
    fn metadata() -> &'static Metadata {
        &NOTHING
    }

    #[allow(refining_impl_trait)]
    async fn extract(request: &'ex mut Request, _: &'ex mut Depot) -> Result<Self, WebhookError> {
        let (verified, body) = proof_and_body(request).await?;
        Self::of(verified, &body)
    }
}

/// The proof, and the body, which is already bounded and read by the hoop.
pub(crate) async fn proof_and_body(
    request: &mut Request,
) -> Result<(hookward_core::Verified, Bytes), WebhookError> {
    let verified = proof(request)?;
    let body = request.payload_with_max_size(usize::MAX).await;
    let body = body.map_err(|_| WebhookError::Unreadable)?.clone();
    Ok((verified, body))
}

/// What is made of a verified delivery: [`Webhook`], [`WebhookForm`] and [`Proven`].
pub trait FromDelivery: Sized {
    /// Reads the payload.
    ///
    /// # Errors
    /// [`WebhookError`] where the delivery does not fit.
    fn of(verified: hookward_core::Verified, body: &Bytes) -> Result<Self, WebhookError>;
}

impl<T: DeserializeOwned> FromDelivery for Webhook<T> {
    fn of(verified: hookward_core::Verified, body: &Bytes) -> Result<Self, WebhookError> {
        let payload = verified.json_payload(body)?;
        Ok(Self { payload, verified })
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

impl<T: DeserializeOwned> FromDelivery for WebhookForm<T> {
    fn of(verified: hookward_core::Verified, body: &Bytes) -> Result<Self, WebhookError> {
        let payload = verified.form_payload(body)?;
        Ok(Self { payload, verified })
    }
}

impl<'ex, T: DeserializeOwned> Extractible<'ex> for WebhookForm<T> {
    fn metadata() -> &'static Metadata {
        &NOTHING
    }

    #[allow(refining_impl_trait)]
    async fn extract(request: &'ex mut Request, _: &'ex mut Depot) -> Result<Self, WebhookError> {
        let (verified, body) = proof_and_body(request).await?;
        Self::of(verified, &body)
    }
}

/// An extractor whose delivery may not fit: the handler gets the [`Misfit`] with the raw
/// bytes and the proof, and chooses the answer.
///
/// ```
/// use hookward::salvo::{OrMisfit, Webhook, respond};
/// use salvo_core::prelude::*;
///
/// #[derive(serde::Deserialize)]
/// struct Invoice {
///     id: String,
/// }
///
/// #[handler]
/// async fn on_invoice(hook: OrMisfit<Webhook<Invoice>>, response: &mut Response) {
///     match hook.0 {
///         Ok(hook) => response.render(hook.payload.id),
///         // After a dead letter with misfit.body() and misfit.verified().
///         Err(misfit) => respond(misfit.acknowledge(), response),
///     }
/// }
/// # let _ = on_invoice;
/// ```
#[derive(Debug, Clone)]
pub struct OrMisfit<E>(pub Result<E, Misfit>);

impl<'ex, E: FromDelivery> Extractible<'ex> for OrMisfit<E> {
    fn metadata() -> &'static Metadata {
        &NOTHING
    }

    #[allow(refining_impl_trait)]
    async fn extract(request: &'ex mut Request, _: &'ex mut Depot) -> Result<Self, WebhookError> {
        let (verified, body) = proof_and_body(request).await?;
        match E::of(verified, &body) {
            Ok(hook) => Ok(Self(Ok(hook))),
            Err(WebhookError::Misfit(misfit)) => Ok(Self(Err(misfit))),
            Err(other) => Err(other),
        }
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

impl<'ex> Extractible<'ex> for Event {
    fn metadata() -> &'static Metadata {
        &NOTHING
    }

    #[allow(refining_impl_trait)]
    async fn extract(request: &'ex mut Request, _: &'ex mut Depot) -> Result<Self, WebhookError> {
        let event = request.extensions().get::<EventType>().cloned();
        event.map(Self).ok_or(WebhookError::NotRouted)
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

impl<'ex, T: DeserializeOwned> Extractible<'ex> for Proven<T> {
    fn metadata() -> &'static Metadata {
        &NOTHING
    }

    #[allow(refining_impl_trait)]
    async fn extract(request: &'ex mut Request, _: &'ex mut Depot) -> Result<Self, WebhookError> {
        let (verified, body) = proof_and_body(request).await?;
        Self::of(verified, &body)
    }
}

impl<T: DeserializeOwned> FromDelivery for Proven<T> {
    fn of(verified: hookward_core::Verified, body: &Bytes) -> Result<Self, WebhookError> {
        if let Err(error) = verified.proven(&[]) {
            error.log();
            return Err(WebhookError::NotProven(error));
        }
        // The hoop replaced the body with the proven document.
        let Webhook { payload, verified } = Webhook::of(verified, body)?;
        Ok(Self { payload, verified })
    }
}

/// Why an extractor failed.
#[non_exhaustive]
pub enum WebhookError {
    /// The route is not behind the hoop. This is a mistake in the
    /// service, not in the request: it is answered 500.
    NotVerified,
    /// There is no proven document: a mistake in the service, answered with 500.
    NotProven(NotProven),
    /// The genuine delivery is not what the handler expects. The sender is not told why.
    Misfit(Misfit),
    /// The handler asks for the type of the event and is not one of
    /// [`Events`](crate::Events): a mistake in the service, answered 500.
    NotRouted,
    /// The body was taken out of the request before.
    Unreadable,
}

impl fmt::Display for WebhookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotVerified => f.write_str(
                "this route is not behind hookward's Verify: add `.hoop(Verify::new(verifier))` to its router",
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

#[async_trait]
impl Writer for WebhookError {
    async fn write(self, _: &mut Request, _: &mut Depot, response: &mut Response) {
        response.status_code(match &self {
            Self::Misfit(misfit) => return respond(misfit.refuse(), response),
            Self::NotVerified | Self::NotProven(_) | Self::NotRouted => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
            Self::Unreadable => StatusCode::BAD_REQUEST,
        });
        // How to fix it is logged, not sent.
        let text = match self {
            Self::NotProven(_) => String::new(),
            other => {
                let plain = HeaderValue::from_static("text/plain; charset=utf-8");
                response.headers_mut().insert(CONTENT_TYPE, plain);
                other.to_string()
            }
        };
        response.replace_body(ResBody::Once(text.into()));
    }
}
