//! Matches requests to endpoint validations, checks them, and builds the reply.

use std::borrow::Cow;
use std::fmt;
use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::HeaderName;
use http::{Response, StatusCode};
use zeroize::Zeroizing;

use super::creation::{SecretOffer, Subscription, is_on_host};
use super::setup::{Done, HandshakeError, Mode, PlannedExchange, Prepared};
use super::values::Asked;
use super::{Effect, Handshake};
use crate::request::budget::{MemoryPermit, counted};
use crate::request::frames::Frames;
use crate::request::head::RequestHead;
use crate::request::reason::{Reason, text};
use crate::request::rejection::{Code, Rejection};
use crate::verify::Verified;
use crate::verify::shape::Reserved;
use crate::verify::verifier::Verifier;

/// The longest body of a validation, in bytes. Longer bodies are not searched for one.
pub(crate) const LONGEST_BODY: u64 = 16 * 1024;

/// The outcome of an endpoint validation.
#[must_use]
#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // one per request, moved once
pub enum HandshakeOutcome {
    /// The middleware responds.
    Answer(Reply),
    /// The handler responds; the replay guard is bypassed.
    HandThrough(ForwardedHandshake),
}

/// Future of the response to a validation, which first runs the validation's callback, if
/// any.
#[must_use]
pub struct Reply {
    provider: &'static str,
    state: ReplyState,
}

enum ReplyState {
    Now(Ready<Result<Response<Bytes>, Rejection>>),
    Later(Pin<Box<dyn Future<Output = Result<Response<Bytes>, Rejection>> + Send>>),
}

impl Reply {
    /// The name of the handshake.
    #[must_use]
    pub const fn provider(&self) -> &'static str {
        self.provider
    }
}

impl Future for Reply {
    type Output = Result<Response<Bytes>, Rejection>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.state {
            ReplyState::Now(response) => Pin::new(response).poll(cx),
            ReplyState::Later(response) => response.as_mut().poll(cx),
        }
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("provider", &self.provider)
            .finish_non_exhaustive()
    }
}

/// Request extension that marks an endpoint validation for the handler to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validation {
    provider: &'static str,
    verified: bool,
}

impl Validation {
    /// The name of the handshake.
    #[must_use]
    pub const fn provider(&self) -> &'static str {
        self.provider
    }

    /// Whether the request's signature verified. If not, the request proves nothing
    /// beyond the configured token and allow-list.
    #[must_use]
    pub const fn is_verified(&self) -> bool {
        self.verified
    }
}

/// A validation that is forwarded to the handler.
#[must_use]
#[derive(Debug)]
pub struct ForwardedHandshake {
    validation: Validation,
    verified: Option<Verified>,
    frames: Frames,
    permit: Option<MemoryPermit>,
}

impl ForwardedHandshake {
    /// The marker for the request's extensions, the proof if there is one, and the body,
    /// which counts towards the memory budget until the last of it is dropped.
    pub fn into_parts(self) -> (Validation, Option<Verified>, Frames) {
        (
            self.validation,
            self.verified,
            counted(self.frames, self.permit),
        )
    }
}

/// The handshakes of an endpoint.
pub(crate) struct Handshakes {
    list: Vec<Arc<Prepared>>,
}

impl Handshakes {
    /// Adds a handshake; `None` if it is off.
    pub(crate) fn with(
        before: Option<&Self>,
        handshake: Handshake,
    ) -> Result<Option<Self>, HandshakeError> {
        let name = handshake.name;
        let prepared = handshake.prepare()?;
        if prepared.settings.mode == Mode::Off {
            return Ok(None);
        }
        let statuses = prepared
            .plans
            .iter()
            .map(|plan| plan.exchange.answer.status)
            .chain([prepared.mismatch])
            .chain(prepared.refusal);
        for status in statuses {
            if !(200..=599).contains(&status) {
                return Err(HandshakeError::Status { name, status });
            }
        }
        let mut list = before.map_or_else(Vec::new, |before| before.list.clone());
        list.push(Arc::new(prepared));
        Ok(Some(Self { list }))
    }

    /// The texts that the handshakes sign for anyone.
    pub(crate) fn reserved(&self) -> Option<Arc<Reserved>> {
        let texts = self.list.iter().flat_map(|handshake| {
            let texts = handshake.signs.iter().cloned();
            texts.map(|pieces| (handshake.name, pieces))
        });
        Reserved::new(texts)
    }

    /// Every exchange with its handshake.
    fn plans(&self) -> impl Iterator<Item = (&Arc<Prepared>, &PlannedExchange)> {
        self.list
            .iter()
            .flat_map(|handshake| handshake.plans.iter().map(move |plan| (handshake, plan)))
    }

    /// Recognizes a validation that can be answered without its body.
    pub(crate) fn in_head(
        &self,
        head: &dyn RequestHead,
        verifier: Option<&Verifier>,
    ) -> Option<Result<HandshakeOutcome, Rejection>> {
        let asked = Asked {
            head,
            body: None,
            verifier,
            verified: None,
        };
        let plans = self.plans().filter(|(handshake, plan)| {
            !handshake.signed && !plan.needs_body && (!plan.needs_verifier || verifier.is_some())
        });
        decide(plans, &asked)
            .map(|found| found.map(|found| found.into_outcome(None, Frames::default(), None)))
    }

    /// Whether the request may be an unsigned validation whose answer needs a key.
    pub(crate) fn may_need_keys(&self, head: &dyn RequestHead) -> bool {
        let asked = Asked {
            head,
            body: None,
            verifier: None,
            verified: None,
        };
        self.plans().any(|(handshake, plan)| {
            !handshake.signed && plan.needs_verifier && is_possible(plan, &asked)
        })
    }

    /// What to keep of the head so that a validation can be recognized by its body;
    /// `None` if the request cannot be one.
    pub(crate) fn pending(
        self: &Arc<Self>,
        head: &dyn RequestHead,
        verifier: Option<&Verifier>,
    ) -> Option<Box<Pending>> {
        let asked = Asked {
            head,
            body: None,
            verifier: None,
            verified: None,
        };
        let mut headers = Vec::new();
        let (mut any, mut any_unsigned) = (false, false);
        for (handshake, plan) in self.plans() {
            if !(handshake.signed || plan.needs_body) || !is_possible(plan, &asked) {
                continue;
            }
            any = true;
            any_unsigned |= !handshake.signed;
            for name in plan.exchange.headers() {
                let Ok(name) = HeaderName::try_from(name) else {
                    continue;
                };
                if headers.iter().all(|(known, _)| *known != name) {
                    let mut values = Vec::new();
                    head.header_values(&name, &mut |value| values.push(value.to_vec()));
                    headers.push((name, values));
                }
            }
        }
        any.then(|| {
            Box::new(Pending {
                handshakes: self.clone(),
                head: KeptHead {
                    method: head.method().to_owned(),
                    target: head.target().into_owned(),
                    headers,
                },
                verifier: verifier.cloned(),
                any_unsigned,
            })
        })
    }

    /// The status of a rejection, if the provider requires another one than the default.
    pub(crate) fn refusal(&self, rejection: &Rejection) -> Option<StatusCode> {
        if rejection.has_own_status() || !is_forgery(rejection.code()) {
            return None;
        }
        let status = self.list.iter().find_map(|handshake| handshake.refusal)?;
        StatusCode::from_u16(status).ok()
    }
}

/// Whether the head still allows the request to be this exchange.
fn is_possible(plan: &PlannedExchange, asked: &Asked<'_>) -> bool {
    plan.exchange.method == asked.head.method()
        && plan
            .exchange
            .when
            .iter()
            .all(|when| when.source().in_body() || asked.meets(*when))
}

/// Rejections that a forged request can cause.
const fn is_forgery(code: Code) -> bool {
    matches!(
        code,
        Code::SignatureMissing
            | Code::SignatureMalformed
            | Code::SignatureMismatch
            | Code::TimestampMissing
            | Code::TimestampMalformed
            | Code::TimestampTooOld
            | Code::TimestampInFuture
            | Code::ContentMalformed
            | Code::AlgorithmNotAllowed
            | Code::KeyUnknown
            | Code::CertificateUntrusted
            | Code::RecipientMismatch
    )
}

/// A request that may turn out to be a validation once its body has arrived.
pub(crate) struct Pending {
    handshakes: Arc<Handshakes>,
    head: KeptHead,
    verifier: Option<Verifier>,
    any_unsigned: bool,
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").finish_non_exhaustive()
    }
}

impl Pending {
    /// Whether the request may be an unsigned validation although it is rejected as a
    /// delivery.
    pub(crate) fn may_go_unsigned(&self, rejection: &Rejection) -> bool {
        self.any_unsigned
            && (is_forgery(rejection.code()) || rejection.code() == Code::KeyUnavailable)
    }

    /// Recognizes a validation by its body.
    pub(crate) fn conclude(
        &self,
        verified: Option<&Verified>,
        frames: &Frames,
    ) -> Option<Result<AcceptedValidation, Rejection>> {
        if frames.len() > LONGEST_BODY {
            return None;
        }
        let mut pieces = frames.iter();
        let first = pieces.next().unwrap_or_default();
        let body: Cow<'_, [u8]> = match pieces.next() {
            None => Cow::Borrowed(first),
            Some(_) => Cow::Owned(frames.iter().collect::<Vec<_>>().concat()),
        };
        let asked = Asked {
            head: &self.head,
            body: Some(&body),
            verifier: self.verifier.as_ref(),
            verified,
        };
        let plans = self.handshakes.plans().filter(|(handshake, plan)| {
            if handshake.signed {
                verified.is_some()
            } else {
                plan.needs_body
            }
        });
        decide(plans, &asked)
    }
}

/// What is kept of a head until the body has arrived.
struct KeptHead {
    method: String,
    target: String,
    headers: Vec<(HeaderName, Vec<Vec<u8>>)>,
}

impl RequestHead for KeptHead {
    fn method(&self) -> &str {
        &self.method
    }

    fn target(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.target)
    }

    fn header_values<'a>(&'a self, name: &HeaderName, each: &mut dyn FnMut(&'a [u8])) {
        for (known, values) in &self.headers {
            if known == name {
                values.iter().for_each(|value| each(value));
            }
        }
    }
}

/// A validation that passed every check.
pub(crate) struct AcceptedValidation {
    provider: &'static str,
    /// `None` leaves it to the handler.
    reply: Option<Reply>,
}

impl AcceptedValidation {
    pub(crate) fn into_outcome(
        self,
        verified: Option<Verified>,
        frames: Frames,
        permit: Option<MemoryPermit>,
    ) -> HandshakeOutcome {
        match self.reply {
            Some(reply) => HandshakeOutcome::Answer(reply),
            None => HandshakeOutcome::HandThrough(ForwardedHandshake {
                validation: Validation {
                    provider: self.provider,
                    verified: verified.is_some(),
                },
                verified,
                frames,
                permit,
            }),
        }
    }
}

/// The first matching validation that passes its checks; otherwise the rejection of the
/// first that matched.
fn decide<'h>(
    plans: impl Iterator<Item = (&'h Arc<Prepared>, &'h PlannedExchange)>,
    asked: &Asked<'_>,
) -> Option<Result<AcceptedValidation, Rejection>> {
    let mut refused = None;
    for (handshake, plan) in plans {
        let exchange = plan.exchange;
        if exchange.method != asked.head.method()
            || !exchange.when.iter().all(|when| asked.meets(*when))
        {
            continue;
        }
        match consider(handshake, plan, asked) {
            Ok(found) => return Some(Ok(found)),
            Err(rejection) => {
                let status = match rejection.code() {
                    Code::KeyUnavailable => 503,
                    _ => handshake.mismatch,
                };
                refused.get_or_insert(rejection.with_status(status));
            }
        }
    }
    refused.map(Err)
}

fn consider(
    handshake: &Arc<Prepared>,
    plan: &PlannedExchange,
    asked: &Asked<'_>,
) -> Result<AcceptedValidation, Rejection> {
    let exchange = plan.exchange;
    for check in &plan.checks {
        handshake.check(*check, asked)?;
    }
    let provider = handshake.name;
    if handshake.settings.mode == Mode::HandThrough {
        return Ok(AcceptedValidation {
            provider,
            reply: None,
        });
    }
    let response = handshake.response(&exchange.answer, asked)?;
    let state = match exchange.effect {
        None => ReplyState::Now(ready(Ok(response))),
        Some(effect) => {
            let done = start(handshake, effect, asked)?;
            ReplyState::Later(Box::pin(async move {
                done.await?;
                Ok(response)
            }))
        }
    };
    Ok(AcceptedValidation {
        provider,
        reply: Some(Reply { provider, state }),
    })
}

/// Starts the callback that must complete before the response.
fn start(handshake: &Arc<Prepared>, effect: Effect, asked: &Asked<'_>) -> Result<Done, Rejection> {
    let provider = handshake.name;
    let target = asked.head.target().into_owned();
    match effect {
        Effect::StoreSecret(source) => {
            let secret = Zeroizing::new(asked.challenge(source)?);
            let place = handshake
                .settings
                .store
                .as_ref()
                .and_then(|(creations, store)| Some((creations.take()?, store.clone())));
            let Some((place, store)) = place else {
                return Err(Rejection::from(Reason::NoCreation {
                    provider: text(provider),
                }));
            };
            Ok(Box::pin(async move {
                store(SecretOffer {
                    provider,
                    target,
                    secret,
                })
                .await?;
                place.keep();
                Ok(())
            }))
        }
        Effect::Confirm { url, topic, hosts } => {
            let topic = asked.challenge(topic)?;
            let url = asked.needed(url)?;
            if !is_on_host(&url, hosts) {
                return Err(Rejection::from(Reason::ValidationUrl {
                    provider: text(provider),
                }));
            }
            let Some(confirm) = handshake.settings.confirm.clone() else {
                return Err(Rejection::from(Reason::ValidationWithoutConfirm {
                    provider: text(provider),
                }));
            };
            Ok(confirm(Subscription {
                provider,
                target,
                topic,
                url,
            }))
        }
    }
}
