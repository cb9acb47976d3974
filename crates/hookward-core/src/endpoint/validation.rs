//! Endpoint validations at an endpoint.

use std::sync::Arc;

use super::{Endpoint, Reception};
use crate::handshake::{Handshake, HandshakeError, HandshakeOutcome, Handshakes, LONGEST_BODY};
use crate::request::head::RequestHead;
use crate::request::rejection::Rejection;
use crate::verify::verifier::Verifier;

impl Endpoint {
    /// Answers a provider's endpoint validation, or hands it to the handler.
    /// None is answered unless set here; several may be. While one that signs
    /// the challenge is on, deliveries whose signed content is such a challenge
    /// are refused. See [`handshake`](crate::handshake).
    ///
    /// ```
    /// use hookward_core::{Endpoint, Key, Verifier, handshakes, providers};
    ///
    /// let verifier = Verifier::new(providers::SLACK, Key::new("signing secret")?)?;
    /// let endpoint = Endpoint::new(verifier).handshake(handshakes::SLACK)?;
    /// # let _ = endpoint;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`HandshakeError`] when something is missing, of no use, or unusable.
    pub fn handshake(mut self, handshake: Handshake) -> Result<Self, HandshakeError> {
        if let Some(handshakes) = Handshakes::with(self.handshakes.as_deref(), handshake)? {
            // What a handshake signs for whoever asks is no delivery.
            if let Some(reserved) = handshakes.reserved() {
                self.demands.get_or_insert_default().reserved = Some(reserved);
            }
            self.handshakes = Some(Arc::new(handshakes));
        }
        Ok(self)
    }

    /// Whether [`open`](Self::open) would refuse this head. It has no effects;
    /// where an endpoint validation might be accepted, nothing is refused yet.
    ///
    /// # Errors
    /// Everything that can be refused before the body is read.
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

    /// Starts the reception of a request, or takes it for an endpoint
    /// validation. `lookup` is what the key source answered: some validations
    /// come before there is a key. `declared` is the body's length where the
    /// head tells it.
    ///
    /// # Errors
    /// Everything that can be refused before the body is read.
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

/// What [`Endpoint::open`] found.
#[must_use]
#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // one per request, moved once
pub enum OpenOutcome {
    /// The body is to be read.
    Reading(Reception),
    /// The head is an endpoint validation.
    Handshake(HandshakeOutcome),
}
