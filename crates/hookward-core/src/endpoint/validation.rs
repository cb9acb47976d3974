//! Endpoint validations as part of an [`Endpoint`].

use std::sync::Arc;

use super::reception::Reception;
use super::route::Endpoint;
use crate::handshake::{Handshake, HandshakeError, HandshakeOutcome, Handshakes, LONGEST_BODY};
use crate::request::head::RequestHead;
use crate::request::rejection::Rejection;
use crate::verify::verifier::Verifier;

impl Endpoint {
    /// Answers a provider's endpoint validation, or forwards it to the handler. None is
    /// answered by default; several can be set. While a validation that signs the
    /// challenge is enabled, deliveries whose signed content is such a challenge are
    /// rejected. See [`handshake`](crate::handshake).
    ///
    /// ```
    /// use hookward::{Endpoint, Key, Verifier, handshakes, providers};
    ///
    /// let verifier = Verifier::new(providers::SLACK, Key::new("signing secret")?)?;
    /// let endpoint = Endpoint::new(verifier).handshake(handshakes::SLACK)?;
    /// # let _ = endpoint;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`HandshakeError`] if a setting is missing, unused or invalid.
    pub fn handshake(mut self, handshake: Handshake) -> Result<Self, HandshakeError> {
        if let Some(handshakes) = Handshakes::with(self.handshakes.as_deref(), handshake)? {
            // A text that the handshake signs for anyone must not pass as a delivery.
            if let Some(reserved) = handshakes.reserved() {
                self.demands.get_or_insert_default().reserved = Some(reserved);
            }
            self.handshakes = Some(Arc::new(handshakes));
        }
        Ok(self)
    }

    /// Whether [`open`](Self::open) would reject this head. It has no side effects; if
    /// the request may be an endpoint validation, nothing is rejected yet.
    ///
    /// # Errors
    /// Every rejection that is possible before the body is read.
    pub fn check_head(
        &self,
        lookup: Result<Verifier, Rejection>,
        head: &impl RequestHead,
        declared: Option<u64>,
    ) -> Result<(), Rejection> {
        if self.handshakes.is_some() {
            return Ok(());
        }
        self.start(lookup?, head, declared).map(drop)
    }

    /// Starts the reception of a request, or recognizes an endpoint validation in its
    /// head. `lookup` is the result of the key source: some validations arrive before a
    /// key exists. `declared` is the body's length if the head declares it.
    ///
    /// # Errors
    /// Every rejection that is possible before the body is read.
    pub fn open(
        &self,
        lookup: Result<Verifier, Rejection>,
        head: &impl RequestHead,
        declared: Option<u64>,
    ) -> Result<OpenOutcome, Rejection> {
        let Some(handshakes) = &self.handshakes else {
            return Ok(OpenOutcome::Reading(self.start(lookup?, head, declared)?));
        };
        if let Some(found) = handshakes.in_head(head, lookup.as_ref().ok()) {
            return found.map(OpenOutcome::Handshake);
        }
        let pending = handshakes.pending(head, lookup.as_ref().ok());
        let begun = lookup.and_then(|verifier| self.start(verifier, head, declared));
        let reception = match (begun, pending) {
            (Ok(reception), pending) => reception.with_handshake(pending),
            (Err(rejection), Some(pending))
                if pending.may_go_unsigned(&rejection)
                    && declared.is_none_or(|length| length <= LONGEST_BODY) =>
            {
                self.refused(rejection, LONGEST_BODY)
                    .with_handshake(Some(pending))
            }
            (Err(rejection), _) => return Err(rejection),
        };
        Ok(OpenOutcome::Reading(reception))
    }
}

/// The outcome of [`Endpoint::open`].
#[must_use]
#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // one per request, moved once
pub enum OpenOutcome {
    /// The body must be read.
    Reading(Reception),
    /// The head alone is an endpoint validation.
    Handshake(HandshakeOutcome),
}
