//! Key source for Amazon SNS, whose messages contain the certificate's URL in the body.

use std::fmt;
use std::sync::Arc;

use hookward_core::{
    BodyKeys, Code, KeySource, Lookup, Rejection, RequestHead, Verifier, providers,
};
use serde_json::Value;

use crate::allowed::{Allowed, parse};
use crate::cache::{Cache, Origin, Remote};
use crate::certificate::{Trust, cache, untrusted};
use crate::template::{SetupError, Template};

/// The certificates of Amazon SNS, from the URL in each message.
///
/// The URL is in the body, so the source is queried once the body has been read. It must
/// be that of a signing certificate at `sns.REGION.amazonaws.com`, for a configured
/// region.
///
/// SNS serves the certificate without intermediates, so there is no chain to verify. It
/// is trusted because it was received over TLS from Amazon's host, is for
/// `sns.amazonaws.com`, and is currently valid. If the file contains further
/// certificates, the chain must end at a root.
///
/// ```no_run
/// use hookward::{Endpoint, Trust, providers};
/// use hookward::remote::{Remote, SnsKeys};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // Only topics with `SignatureVersion` 2, to exclude SHA-1.
/// let scheme = providers::AWS_SNS
///     .or(&[])
///     .trust(Trust::Proven)
///     .recipient("arn:aws:sns:eu-west-1:111111111111:payments");
/// let keys = SnsKeys::new(Remote::https(), scheme, ["eu-west-1"])?;
/// let endpoint = Endpoint::new(keys);
/// # let _ = endpoint;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct SnsKeys {
    awaiting: Verifier,
}

impl fmt::Debug for SnsKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SnsKeys").finish_non_exhaustive()
    }
}

impl SnsKeys {
    /// A source for topics in these regions. `template` is [`providers::AWS_SNS`] with
    /// the topics as its recipients, or derived from it.
    ///
    /// # Errors
    /// [`SetupError`] if the scheme is not usable.
    pub fn new<'a>(
        remote: Remote,
        template: impl Into<Template>,
        regions: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, SetupError> {
        let urls: Vec<String> = regions
            .into_iter()
            .map(|region| {
                let end = if region.starts_with("cn-") { ".cn" } else { "" };
                format!("sns.{region}.amazonaws.com{end}/SimpleNotificationService-")
            })
            .collect();
        let allowed = Allowed::new(urls.iter().map(String::as_str));
        let trust = Trust::new(allowed, ["sns.amazonaws.com"])?.without_chain();
        let template = template.into();
        let source = InBody {
            allowed: trust.allowed.clone(),
            cache: cache(remote, template.clone(), trust),
        };
        let awaiting = Verifier::awaiting_keys(template.scheme, Arc::new(source))
            .map_err(SetupError::Scheme)?;
        Ok(Self { awaiting })
    }

    /// Like [`new`](Self::new) with [`providers::AWS_SNS`], for these topics: each an
    /// ARN, or an ARN prefix and `*`, as in `arn:aws:sns:eu-west-1:111111111111:*`.
    ///
    /// With [`Trust::Proven`](hookward_core::Trust::Proven): handlers get the signed
    /// members of a message, `Type`, `MessageId`, `TopicArn`, `Subject`, `Message` and
    /// `Timestamp`, and nothing else that may have been added to it.
    ///
    /// # Errors
    /// Those of [`new`](Self::new).
    pub fn regions<'a>(
        remote: Remote,
        regions: impl IntoIterator<Item = &'a str>,
        topics: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, SetupError> {
        let scheme = topics
            .into_iter()
            .fold(providers::AWS_SNS, |scheme, topic| {
                scheme.recipient(topic.to_owned())
            })
            .trust(hookward_core::Trust::Proven);
        Self::new(remote, scheme, regions)
    }
}

impl KeySource for SnsKeys {
    fn verifier(&self, _: &dyn RequestHead) -> Lookup {
        Lookup::now(Ok(self.awaiting.clone()))
    }
}

struct InBody {
    allowed: Allowed,
    cache: Cache,
}

impl BodyKeys for InBody {
    fn verifier(&self, body: &[u8]) -> Lookup {
        let Ok(message) = serde_json::from_slice::<Value>(body) else {
            return refuse(Code::ContentMalformed, "the body is not JSON");
        };
        let Some(url) = message.get("SigningCertURL").and_then(Value::as_str) else {
            return refuse(Code::KeyUnknown, "the body has no `SigningCertURL`");
        };
        match parse(url).filter(|url| self.allowed.permits_uri(url) && url.path().ends_with(".pem"))
        {
            Some(url) => {
                let origin = match is_usual(url.path()) {
                    true => Origin::Likely,
                    false => Origin::Request,
                };
                self.cache.get(&url, origin, None)
            }
            None => Lookup::now(Err(untrusted(
                "`SigningCertURL` is not an allowed certificate URL".into(),
            ))),
        }
    }
}

/// Whether a path has the shape of all certificates so far: `/SimpleNotificationService-`
/// and 32 hex digits.
fn is_usual(path: &str) -> bool {
    path.strip_prefix("/SimpleNotificationService-")
        .and_then(|rest| rest.strip_suffix(".pem"))
        .is_some_and(|id| id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn refuse(code: Code, message: &'static str) -> Lookup {
    Lookup::now(Err(Rejection::new(code, message)))
}
