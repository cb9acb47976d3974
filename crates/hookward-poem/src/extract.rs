//! Extractors for poem handlers behind [`Verify`](crate::Verify).

use std::fmt;
use std::ops::Deref;

use hookward_core::NotProven;
use http::StatusCode;
use poem::error::ResponseError;
use poem::{FromRequest, Request, RequestBody, Response};
use serde_core::de::DeserializeOwned;

/// Extractor for the proof that the request is genuine.
///
/// ```
/// use hookward::poem::Verified;
///
/// #[poem::handler]
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

impl<'a> FromRequest<'a> for Verified {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> poem::Result<Self> {
        Ok(Self(proof(request)?))
    }
}

/// Extractor for a verified delivery with its JSON payload.
///
/// An empty body deserializes as `null`, so `Webhook<Option<T>>` accepts the empty test
/// deliveries that some providers send.
///
/// ```
/// use hookward::poem::Webhook;
///
/// #[derive(serde::Deserialize)]
/// struct Push {
///     after: String,
/// }
///
/// #[poem::handler]
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

impl<'a, T: DeserializeOwned> FromRequest<'a> for Webhook<T> {
    async fn from_request(request: &'a Request, body: &mut RequestBody) -> poem::Result<Self> {
        let verified = proof(request)?;
        // Already read and limited by the middleware.
        let body = body.take()?.into_bytes().await?;
        let bytes: &[u8] = if body.is_empty() { b"null" } else { &body };
        let payload = serde_json::from_slice(bytes).map_err(WebhookError::Json)?;
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

impl<'a, T: DeserializeOwned> FromRequest<'a> for Proven<T> {
    async fn from_request(request: &'a Request, body: &mut RequestBody) -> poem::Result<Self> {
        if let Err(error) = proof(request)?.proven(&[]) {
            error.log();
            return Err(WebhookError::NotProven(error).into());
        }
        // The middleware replaced the body with the proven document.
        let Webhook { payload, verified } = Webhook::from_request(request, body).await?;
        Ok(Self { payload, verified })
    }
}

/// Why an extractor failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum WebhookError {
    /// The route is not behind the middleware. This is a mistake in the service, not in
    /// the request, so the response is 500.
    NotVerified,
    /// There is no proven document: a mistake in the service, answered with 500.
    NotProven(NotProven),
    /// The genuine body does not deserialize to the handler's type.
    Json(serde_json::Error),
}

impl fmt::Display for WebhookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotVerified => f.write_str(
                "this route is not behind hookward's Verify: add `.with(Verify::new(verifier))` to its endpoint or route",
            ),
            Self::NotProven(error) => error.fmt(f),
            Self::Json(error) => write!(f, "the payload does not match the handler's type: {error}"),
        }
    }
}

impl std::error::Error for WebhookError {}

impl ResponseError for WebhookError {
    fn status(&self) -> StatusCode {
        match self {
            Self::NotVerified | Self::NotProven(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Json(error) if error.is_data() => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Json(_) => StatusCode::BAD_REQUEST,
        }
    }

    fn as_response(&self) -> Response {
        let response = Response::builder().status(self.status());
        match self {
            // How to fix it is logged, not sent.
            Self::NotProven(_) => response.finish(),
            other => response
                .content_type("text/plain; charset=utf-8")
                .body(other.to_string()),
        }
    }
}
