//! Extractors for salvo handlers behind [`Verify`](crate::Verify).

use std::fmt;
use std::ops::Deref;

use hookward_core::NotProven;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue};
use salvo_core::extract::{Extractible, Metadata};
use salvo_core::http::body::ResBody;
use salvo_core::{Depot, Request, Response, Writer, async_trait};
use serde_core::de::DeserializeOwned;

/// Extractor for the proof that the request is genuine.
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

/// salvo itself extracts nothing from the request.
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
/// deliveries that some providers send.
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
        let verified = proof(request)?;
        // Already read and limited by the hoop.
        let body = request.payload_with_max_size(usize::MAX).await;
        let body = body.map_err(|_| WebhookError::Unreadable)?;
        let bytes: &[u8] = if body.is_empty() { b"null" } else { body };
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

impl<'ex, T: DeserializeOwned> Extractible<'ex> for Proven<T> {
    fn metadata() -> &'static Metadata {
        &NOTHING
    }

    #[allow(refining_impl_trait)]
    async fn extract(
        request: &'ex mut Request,
        depot: &'ex mut Depot,
    ) -> Result<Self, WebhookError> {
        if let Err(error) = proof(request)?.proven(&[]) {
            error.log();
            return Err(WebhookError::NotProven(error));
        }
        // The hoop replaced the body with the proven document.
        let Webhook { payload, verified } = Webhook::extract(request, depot).await?;
        Ok(Self { payload, verified })
    }
}

/// Why an extractor failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum WebhookError {
    /// The route is not behind the hoop. This is a mistake in the service, not in the
    /// request, so the response is 500.
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
                "this route is not behind hookward's Verify: add `.hoop(Verify::new(verifier))` to its router",
            ),
            Self::NotProven(error) => error.fmt(f),
            Self::Json(error) => write!(f, "the payload does not match the handler's type: {error}"),
            Self::Unreadable => f.write_str("the body was already consumed"),
        }
    }
}

impl std::error::Error for WebhookError {}

impl WebhookError {
    fn status(&self) -> StatusCode {
        match self {
            Self::NotVerified | Self::NotProven(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Json(error) if error.is_data() => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Json(_) | Self::Unreadable => StatusCode::BAD_REQUEST,
        }
    }
}

#[async_trait]
impl Writer for WebhookError {
    async fn write(self, _: &mut Request, _: &mut Depot, response: &mut Response) {
        response.status_code(self.status());
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
