//! Extractors for axum handlers behind [`VerifyLayer`](crate::VerifyLayer).

use std::fmt;
use std::ops::Deref;

use axum::body::Bytes;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Json, Request};
use axum::response::{IntoResponse, Response};
use hookward_core::NotProven;
use http::StatusCode;
use http::request::Parts;
use http_body_util::BodyExt as _;
use serde_core::de::DeserializeOwned;

/// Extractor for the proof that the request is genuine.
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
/// deliveries that some providers send.
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
        let (parts, body) = request.into_parts();
        let Some(verified) = parts.extensions.get::<hookward_core::Verified>().cloned() else {
            return Err(WebhookError::NotVerified(NotVerified(())));
        };
        // Already read and limited by the layer.
        let bytes = body
            .collect()
            .await
            .map_err(|_| WebhookError::Unreadable)?
            .to_bytes();
        let bytes = if bytes.is_empty() {
            Bytes::from_static(b"null")
        } else {
            bytes
        };
        let Json(payload) = Json::from_bytes(&bytes).map_err(WebhookError::Json)?;
        Ok(Self { payload, verified })
    }
}

/// Extractor for a verified delivery with its proven values: a JSON payload that consists
/// of what the signature covers, and nothing else.
///
/// If the proof covers the body, the payload is the JSON body, as with [`Webhook`]. If
/// not, it is the document of the covered values
/// ([`Trust::Proven`](hookward_core::Trust::Proven)). If there is no such document,
/// because the verifier was built with [`Trust::AsSent`](hookward_core::Trust::AsSent) or
/// the provider sends a bare secret, the request is answered with 500 and the log says
/// how to fix it: this is a mistake in the service.
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

/// The handler requires a proof, but its route has no verification. This is a mistake in
/// the service, not in the request, so the response is 500.
#[derive(Clone, PartialEq, Eq)]
pub struct NotVerified(());

impl fmt::Display for NotVerified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "this route is not behind hookward's VerifyLayer: add `.layer(VerifyLayer::new(verifier))` to its router",
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
    /// The genuine body does not deserialize to the handler's type.
    Json(JsonRejection),
    /// The body was already consumed.
    Unreadable,
}

impl fmt::Display for WebhookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotVerified(error) => error.fmt(f),
            Self::NotProven(error) => error.fmt(f),
            Self::Json(error) => error.fmt(f),
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

impl IntoResponse for WebhookError {
    fn into_response(self) -> Response {
        match self {
            Self::NotVerified(error) => error.into_response(),
            Self::NotProven(error) => {
                error.log();
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
            Self::Json(error) => error.into_response(),
            Self::Unreadable => (StatusCode::BAD_REQUEST, self.to_string()).into_response(),
        }
    }
}
