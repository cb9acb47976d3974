use std::fmt;
use std::future::{Future, Ready, poll_fn, ready};
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse, ResponseError};
use bytes::BytesMut;
use futures_core::Stream as _;
use hookward_core::NotProven;
use serde::de::DeserializeOwned;

/// Extractor for the proof that the request is genuine.
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
/// deliveries that some providers send.
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
    type Future = Pin<Box<dyn Future<Output = Result<Self, WebhookError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let verified = proof(request);
        let mut payload = payload.take();
        Box::pin(async move {
            let verified = verified?;
            // Already read and limited by the middleware.
            let mut body = BytesMut::new();
            while let Some(frame) = poll_fn(|cx| Pin::new(&mut payload).poll_next(cx)).await {
                body.extend_from_slice(&frame.map_err(|_| WebhookError::Unreadable)?);
            }
            let bytes: &[u8] = if body.is_empty() { b"null" } else { &body };
            let payload = serde_json::from_slice(bytes).map_err(WebhookError::Json)?;
            Ok(Self { payload, verified })
        })
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

impl<T: DeserializeOwned + 'static> FromRequest for Proven<T> {
    type Error = WebhookError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, WebhookError>>>>;

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
    /// The route is not behind the middleware. This is a mistake in the service, not in
    /// the request, so the response is 500.
    NotVerified,
    /// There is no proven document: a mistake in the service, answered with 500.
    NotProven(NotProven),
    /// The genuine body does not deserialize to the handler's type.
    Json(serde_json::Error),
    /// The body was already consumed.
    Unreadable,
}

impl fmt::Display for WebhookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotVerified => f.write_str(
                "this route is not behind hookward's Verify: add `.wrap(Verify::new(verifier))` to its app, scope or resource",
            ),
            Self::NotProven(error) => error.fmt(f),
            Self::Json(error) => write!(f, "the payload does not match the handler's type: {error}"),
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

impl ResponseError for WebhookError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotVerified | Self::NotProven(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Json(error) if error.is_data() => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Json(_) | Self::Unreadable => StatusCode::BAD_REQUEST,
        }
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            // How to fix it is logged, not sent.
            Self::NotProven(_) => HttpResponse::InternalServerError().finish(),
            other => HttpResponse::build(other.status_code())
                .content_type("text/plain; charset=utf-8")
                .body(other.to_string()),
        }
    }
}
