//! Genuine deliveries that are not what a handler expects.

use std::fmt;
use std::str;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use serde_core::de::DeserializeOwned;

use super::{form, notes};
use crate::scheme::Success;
use crate::text::printable::Printable;
use crate::text::values;
use crate::verify::Verified;

/// The longest reason, in characters.
const REASON_LIMIT: usize = 400;

/// A genuine delivery that is not what its handler expects: the body does not parse, does
/// not fit the handler's type, or the type of the event cannot be read.
///
/// The sender is told nothing of the handler's type: [`refuse`](Self::refuse) answers a
/// status and its standard phrase. The operator finds the [reason](Self::reason) in the log
/// (feature `tracing`), and the count in `hookward_misfits_total` (feature `metrics`).
///
/// A refused delivery is released by the replay guard, so that the provider's retry is
/// handled by the service that fits by then. An acknowledged one is a success: the provider
/// does not send it again, and a copy is acknowledged without running the handler. Keep
/// [`body`](Self::body) and what [`verified`](Self::verified) says in a dead letter before
/// you [acknowledge](Self::acknowledge).
///
/// ```
/// use bytes::Bytes;
/// use hookward::{Key, MisfitKind, Verifier, providers};
///
/// #[derive(serde::Deserialize)]
/// struct Push {
///     after: String,
/// }
///
/// let verifier = Verifier::new(providers::GITHUB, Key::new("It's a Secret to Everybody")?)?;
/// let body = Bytes::from("Hello, World!");
/// let request = http::Request::post("/webhooks/github")
///     .header("x-hub-signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")
///     .body(body.clone())?;
/// let verified = verifier.verify(&request)?;
///
/// let Err(misfit) = verified.json_payload::<Push>(&body) else { unreachable!() };
/// assert_eq!(misfit.kind(), MisfitKind::Syntax);
/// assert_eq!(misfit.body(), "Hello, World!");
/// assert_eq!(misfit.refuse().body(), "Bad Request");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Misfit(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: MisfitKind,
    reason: String,
    verified: Verified,
    body: Bytes,
}

/// What about a delivery does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MisfitKind {
    /// The body is not JSON, or not a form.
    Syntax,
    /// The body does not have the fields that the handler's type has.
    Data,
    /// The type of the event is absent, or cannot be read in one way only.
    EventType,
}

impl MisfitKind {
    /// `syntax`, `data` or `event_type`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::Data => "data",
            Self::EventType => "event_type",
        }
    }
}

impl Misfit {
    /// Logs and counts it.
    pub(super) fn new(
        kind: MisfitKind,
        reason: &dyn fmt::Display,
        verified: &Verified,
        body: &Bytes,
    ) -> Self {
        let reason = reason.to_string();
        let this = Self(Box::new(Inner {
            kind,
            reason: Printable::message(&reason).limit(REASON_LIMIT).to_string(),
            verified: verified.clone(),
            body: body.clone(),
        }));
        notes::misfit(kind.as_str(), &this.0.reason, verified);
        this
    }

    /// What does not fit.
    #[must_use]
    pub fn kind(&self) -> MisfitKind {
        self.0.kind
    }

    /// Why, for the operator, on one line of at most 400 characters. It names fields of the
    /// handler's type and may quote a value of the payload: do not send it to anybody.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.0.reason
    }

    /// The proof that the delivery is genuine.
    pub fn verified(&self) -> &Verified {
        &self.0.verified
    }

    /// The body that the handler was given.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.0.body
    }

    /// The answer that refuses the delivery: 400 for [`MisfitKind::Syntax`], else 422, and
    /// 503 where the provider is known to retry after 503 and not after these.
    #[must_use]
    pub fn refuse(&self) -> Response<Bytes> {
        let status = match self.0.kind {
            MisfitKind::Syntax => StatusCode::BAD_REQUEST,
            MisfitKind::Data | MisfitKind::EventType => StatusCode::UNPROCESSABLE_ENTITY,
        };
        refusal(&self.0.verified, status)
    }

    /// The answer that acknowledges the delivery: what the provider takes for success,
    /// mostly an empty 200. The provider does not send it again.
    #[must_use]
    pub fn acknowledge(&self) -> Response<Bytes> {
        acknowledgement(&self.0.verified)
    }
}

/// A refusal that the provider retries, where it retries any, and that tells nothing.
pub(super) fn refusal(verified: &Verified, status: StatusCode) -> Response<Bytes> {
    let is_final = verified
        .retries()
        .is_some_and(|retries| retries.follow(503) && !retries.follow(status.as_u16()));
    let status = match is_final {
        true => StatusCode::SERVICE_UNAVAILABLE,
        false => status,
    };
    let mut response = plain(status.canonical_reason().unwrap_or("Refused").into());
    *response.status_mut() = status;
    response
}

/// What the provider takes for success.
pub(super) fn acknowledgement(verified: &Verified) -> Response<Bytes> {
    match verified.success() {
        Success::Body(body) => plain(body.clone().into_owned().into()),
        Success::Any2xx | Success::Ok | Success::Handler => Response::new(Bytes::new()),
    }
}

fn plain(body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, plain);
    response
}

/// The operator's reason.
impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.reason)
    }
}

impl fmt::Debug for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Misfit")
            .field("kind", &self.0.kind)
            .field("reason", &self.0.reason)
            .field("verified", &self.0.verified)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Misfit {}

impl Verified {
    /// The JSON body as a Rust type. An empty body reads as `null`, so `Option<T>` takes the
    /// empty test deliveries that some providers send.
    ///
    /// `body` is the body that was verified, or that an endpoint handed out.
    ///
    /// # Errors
    /// [`Misfit`] where it is not JSON, or not this type.
    pub fn json_payload<T: DeserializeOwned>(&self, body: &Bytes) -> Result<T, Misfit> {
        let bytes: &[u8] = if body.is_empty() { b"null" } else { body };
        serde_json::from_slice(bytes).map_err(|error| {
            let kind = match error.is_data() {
                true => MisfitKind::Data,
                false => MisfitKind::Syntax,
            };
            Misfit::new(kind, &error, self, body)
        })
    }

    /// The form body (`application/x-www-form-urlencoded`) as a Rust type; or the document
    /// of proven fields, where the endpoint hands that out
    /// ([`Trust::Proven`](crate::Trust::Proven)). Fields of numbers and booleans are read
    /// from their text. A field of a `struct` that appears twice does not fit.
    ///
    /// # Errors
    /// [`Misfit`] where it is not a form in UTF-8, or not this type.
    pub fn form_payload<T: DeserializeOwned>(&self, body: &Bytes) -> Result<T, Misfit> {
        let fields = if self.replaces_body() {
            form::proven_fields(body)
        } else {
            match str::from_utf8(body) {
                Ok(text) if values::is_utf8(text) => form::fields(text),
                _ => {
                    let reason = &"the form is not UTF-8";
                    return Err(Misfit::new(MisfitKind::Syntax, reason, self, body));
                }
            }
        };
        fields.map_err(|error| Misfit::new(MisfitKind::Data, &error, self, body))
    }
}
