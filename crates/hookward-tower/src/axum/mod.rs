//! Extractors for axum handlers behind [`VerifyLayer`](crate::VerifyLayer).

mod events;

use std::fmt;
use std::ops::Deref;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use hookward_core::adapter::NOT_ROUTED;
use hookward_core::{Misfit, NotProven};
use http::StatusCode;
use http::request::Parts;
use http_body_util::BodyExt as _;
use serde_core::de::DeserializeOwned;

pub use self::events::{Event, EventRouter, Events};

/// The proof that the request is genuine.
///
/// ```
/// use hookward::axum::Verified;
///
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

impl<S: Sync> FromRequestParts<S> for Verified {
    type Rejection = NotVerified;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, NotVerified> {
        parts
            .extensions
            .get::<hookward_core::Verified>()
            .cloned()
            .map(Self)
            .ok_or(NotVerified(()))
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
/// use hookward::axum::Webhook;
///
/// #[derive(serde::Deserialize)]
/// struct Push {
///     after: String,
/// }
///
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

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Webhook<T> {
    type Rejection = WebhookError;

    async fn from_request(request: Request, _: &S) -> Result<Self, WebhookError> {
        let (verified, body) = proof_and_body(request).await?;
        let payload = verified.json_payload(&body)?;
        Ok(Self { payload, verified })
    }
}

/// A verified delivery with its form payload
/// (`application/x-www-form-urlencoded`), as Twilio and Slack's commands send it.
///
/// The sender's `Content-Type`, which nothing signs, does not decide how the body is read:
/// the handler does.
///
/// ```
/// use hookward::axum::WebhookForm;
///
/// #[derive(serde::Deserialize)]
/// #[serde(rename_all = "PascalCase")]
/// struct Message {
///     from: String,
///     num_media: u32,
/// }
///
/// async fn on_message(hook: WebhookForm<Message>) -> String {
///     format!("{} sent {} pictures", hook.payload.from, hook.payload.num_media)
/// }
/// # let _ = on_message;
/// ```
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

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for WebhookForm<T> {
    type Rejection = WebhookError;

    async fn from_request(request: Request, _: &S) -> Result<Self, WebhookError> {
        let (verified, body) = proof_and_body(request).await?;
        let payload = verified.form_payload(&body)?;
        Ok(Self { payload, verified })
    }
}

async fn proof_and_body(
    request: Request,
) -> Result<(hookward_core::Verified, Bytes), WebhookError> {
    let (parts, body) = request.into_parts();
    let Some(verified) = parts.extensions.get::<hookward_core::Verified>().cloned() else {
        return Err(WebhookError::NotVerified(NotVerified(())));
    };
    // Already read and limited by the layer.
    let body = body.collect().await;
    let body = body.map_err(|_| WebhookError::Unreadable)?.to_bytes();
    Ok((verified, body))
}

/// An extractor whose delivery may not fit: the handler gets the [`Misfit`] with the raw
/// bytes and the proof, and chooses the answer.
///
/// ```
/// use axum::response::Response;
/// use axum::body::Body;
/// use hookward::axum::{OrMisfit, Webhook};
///
/// #[derive(serde::Deserialize)]
/// struct Invoice {
///     id: String,
/// }
///
/// async fn on_invoice(OrMisfit(hook): OrMisfit<Webhook<Invoice>>) -> Response {
///     match hook {
///         Ok(hook) => Response::new(hook.payload.id.into()),
///         Err(misfit) => {
///             // A dead letter, to be looked at: misfit.body(), misfit.verified().
///             misfit.acknowledge().map(Body::from)
///         }
///     }
/// }
/// # let _ = on_invoice;
/// ```
#[derive(Debug, Clone)]
pub struct OrMisfit<E>(pub Result<E, Misfit>);

impl<E, S> FromRequest<S> for OrMisfit<E>
where
    E: FromRequest<S, Rejection = WebhookError>,
    S: Send + Sync,
{
    type Rejection = WebhookError;

    async fn from_request(request: Request, state: &S) -> Result<Self, WebhookError> {
        match E::from_request(request, state).await {
            Ok(hook) => Ok(Self(Ok(hook))),
            Err(WebhookError::Misfit(misfit)) => Ok(Self(Err(misfit))),
            Err(other) => Err(other),
        }
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
///
/// ```
/// use hookward::axum::Proven;
///
/// #[derive(serde::Deserialize)]
/// struct Order {
///     number: String,
/// }
///
/// async fn on_order(hook: Proven<Order>) -> String {
///     format!("{}: {}", hook.verified().provider(), hook.payload.number)
/// }
/// # let _ = on_order;
/// ```
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

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Proven<T> {
    type Rejection = WebhookError;

    async fn from_request(request: Request, state: &S) -> Result<Self, WebhookError> {
        if let Some(verified) = request.extensions().get::<hookward_core::Verified>() {
            verified.proven(&[]).map_err(WebhookError::NotProven)?;
        }
        // The layer replaced the body with the proven document.
        let hook = Webhook::from_request(request, state).await?;
        Ok(Self {
            payload: hook.payload,
            verified: hook.verified,
        })
    }
}

/// The handler asks for a proof on a route that has no verification. This is
/// a mistake in the service, not in the request: it is answered 500.
#[derive(Clone, PartialEq, Eq)]
pub struct NotVerified(());

impl fmt::Display for NotVerified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "this route is not behind hookward's VerifyLayer: add `.layer(VerifyLayer::new(verifier))` to it, as in `post(handler).layer(…)`",
        )
    }
}

impl fmt::Debug for NotVerified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for NotVerified {}

impl IntoResponse for NotVerified {
    fn into_response(self) -> Response {
        (StatusCode::INTERNAL_SERVER_ERROR, self.to_string()).into_response()
    }
}

/// Why [`Webhook`] could not be extracted.
#[non_exhaustive]
pub enum WebhookError {
    /// The route is not behind the layer.
    NotVerified(NotVerified),
    /// There is no proven document: a mistake in the service, answered with 500.
    NotProven(NotProven),
    /// The genuine delivery is not what the handler expects. The sender is not told why.
    Misfit(Misfit),
    /// The handler asks for the type of the event and is not one of [`Events`]: a mistake
    /// in the service, answered 500.
    NotRouted,
    /// The body could not be read a second time.
    Unreadable,
}

impl fmt::Display for WebhookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotVerified(error) => error.fmt(f),
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

impl IntoResponse for WebhookError {
    fn into_response(self) -> Response {
        match self {
            Self::NotVerified(error) => error.into_response(),
            Self::NotProven(error) => {
                error.log();
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
            Self::Misfit(misfit) => misfit.refuse().map(Body::from),
            Self::NotRouted => (StatusCode::INTERNAL_SERVER_ERROR, NOT_ROUTED).into_response(),
            Self::Unreadable => (StatusCode::BAD_REQUEST, self.to_string()).into_response(),
        }
    }
}
