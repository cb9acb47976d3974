//! Endpoint validations in `hookward listen`.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use hookward_core::adapter::{HandshakeOutcome, OpenOutcome, PollBudget, Progress};
use hookward_core::handshakes::Entry;
use hookward_core::{Endpoint, Handshake, HandshakeError, Verifier, handshakes};
use http::Response;

use crate::fault::{Fault, tell};
use crate::input::Received;

/// Answers the validations of one provider.
pub(crate) struct Validator {
    endpoint: Endpoint,
    verifier: Verifier,
    handshake: Handshake,
}

impl Validator {
    /// For the named provider, with its `--handshake NAME=VALUE` settings; `None` if it
    /// has no validation or settings are missing.
    pub(crate) fn new(
        provider: &str,
        verifier: &Verifier,
        settings: &[String],
    ) -> Result<Option<Self>, Fault> {
        let Some(entry) = handshakes::by_name(provider) else {
            return match settings {
                [] => Ok(None),
                _ => Err(Fault::new(format!(
                    "{provider} has no endpoint validation: omit --handshake"
                ))),
            };
        };
        let handshake = configured(entry, settings)?;
        match Endpoint::new(verifier.clone()).handshake(handshake.clone()) {
            Ok(endpoint) => Ok(Some(Self {
                endpoint,
                verifier: verifier.clone(),
                handshake,
            })),
            Err(HandshakeError::Missing { what, .. }) if settings.is_empty() => {
                let what = what.as_str();
                tell!(
                    "note: {} validates endpoints, which is not answered without its {what}",
                    entry.title
                );
                Ok(None)
            }
            Err(error) => Err(Fault::new(error)),
        }
    }

    /// The response to a request that is a validation.
    pub(crate) fn answer(&self, received: &Received) -> Option<Response<Bytes>> {
        let verifier = Ok(self.verifier.clone());
        let length = u64::try_from(received.body.len()).ok();
        let outcome = match self.endpoint.open(verifier, received, length).ok()? {
            OpenOutcome::Handshake(outcome) => outcome,
            OpenOutcome::Reading(mut reception) => {
                let body = Bytes::copy_from_slice(&received.body);
                reception.push(body, &mut PollBudget::default()).ok()?;
                let progress = match reception.finish().ok()? {
                    Progress::SecondPass(mut again) => {
                        while again.advance() {}
                        again.finish().ok()?
                    }
                    progress => progress,
                };
                match progress {
                    Progress::Handshake(outcome) => outcome,
                    _ => return None,
                }
            }
        };
        let HandshakeOutcome::Answer(reply) = outcome else {
            return None;
        };
        // Always ready: no callbacks are set here.
        match pin!(reply).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(response)) => Some(response),
            _ => None,
        }
    }

    /// The status that the provider requires for unverified requests.
    pub(crate) fn refusal(&self) -> Option<u16> {
        self.handshake.refusal()
    }
}

fn configured(entry: &Entry, settings: &[String]) -> Result<Handshake, Fault> {
    settings
        .iter()
        .try_fold(
            entry.handshake.clone(),
            |handshake, setting| match setting.split_once('=') {
                Some(("token", value)) => Ok(handshake.token(value)),
                Some(("allow", value)) => Ok(handshake.allow(value)),
                Some(("url", value)) => Ok(handshake.url(value)),
                _ => Err(Fault::new("--handshake sets none of token, allow and url")
                    .help("write --handshake token=VALUE")),
            },
        )
}
