//! Extraction of values from the body: a signature in it with its metadata, and the bound
//! values that it determines. They are available only after the whole body has been read.

use std::borrow::Cow;

use super::availability::is_in_body_or_its_jws;
use super::body_facts::BodyFacts;
use super::body_values::BodyValues;
use super::choose::unexpected;
use super::head_facts::Metadata;
use super::identifying::is_valid_id;
use super::jws::{Jws, certificate_key, read_jws};
use super::read::read_body;
use super::signature::{decode_all, format_rejection, key_index};
use super::state::{PendingBinding, TrailingPart, Verdict};
use crate::request::reason::{self, Reason};
use crate::request::rejection::{Code, Rejection};
use crate::scheme::Place;
use crate::scheme::format::Fields;
use crate::scheme::part::{Part, Source};
use crate::verify::evaluate::evaluate;
use crate::verify::verifier::Verifier;

impl Verdict<'_> {
    /// The body and its JWS; the body is empty if it was not buffered.
    pub(super) fn body_values(&self) -> BodyValues<'_> {
        BodyValues {
            body: self.cold.kept_body().unwrap_or_default(),
            jws: self.cold.jws.as_deref(),
        }
    }

    /// Compares bound values with their expected values.
    pub(super) fn check_bindings(&self, metadata: &Metadata<'_>) -> Result<(), Rejection> {
        let facts = BodyFacts {
            inner: self.inner,
            plan: self.plan,
            body: self.cold.body.as_deref(),
            jws: self.cold.jws.as_deref(),
            metadata,
            head: self.cold.head.as_deref(),
        };
        let mut bindings = self.cold.bindings.iter();
        bindings.try_for_each(|pending| self.check_binding(pending, &facts))
    }

    fn check_binding(
        &self,
        pending: &PendingBinding,
        facts: &BodyFacts<'_>,
    ) -> Result<(), Rejection> {
        let binding = &self.plan.bind[pending.index];
        let value = match &binding.at {
            place if is_in_body_or_its_jws(self.plan, place) => {
                let (missing, malformed) = (Code::ContentMalformed, Code::SignatureMalformed);
                match self.body_values().read(place, missing, malformed) {
                    Ok(text) => Some(Cow::Owned(text.into_bytes())),
                    Err(_) if binding.with_body => None,
                    Err(rejection) => return Err(rejection),
                }
            }
            _ => pending.value.as_deref().map(Cow::Borrowed),
        };
        let place = || reason::text(&binding.at);
        let Some(value) = value else {
            if self.request.body_is_empty {
                return Ok(());
            }
            return Err(Reason::BindingMissing { place: place() }.into());
        };
        if binding.with_body && self.request.body_is_empty {
            return Err(Reason::BindingWithoutBody { place: place() }.into());
        }
        let mut expected = Vec::new();
        for piece in &pending.expected {
            match piece {
                TrailingPart::Bytes(bytes) => expected.extend_from_slice(bytes),
                TrailingPart::Part(position) => {
                    expected.extend_from_slice(&evaluate(&binding.is[*position], &facts)?);
                }
                // Refused when the scheme is compiled.
                TrailingPart::Secret => {}
            }
        }
        if expected != without_padding(&binding.is, &value) {
            return Err(Reason::OtherBinding { place: place() }.into());
        }
        Ok(())
    }

    /// Reads the signature and its metadata, if the scheme has them in the body.
    pub(super) fn read_body_values(&mut self) -> Result<Metadata<'static>, Rejection> {
        let mut metadata = Metadata::default();
        if self.cold.kept_body().is_none() {
            return Ok(metadata);
        }
        self.check_absent()?;
        if self.plan.at.is_in_body() {
            self.read_signature(&mut metadata)?;
        }
        let (plan, values) = (self.plan, self.body_values());
        let owned = |text: String| Cow::Owned(text.into_bytes());
        if let Some(planned) = &plan.timestamp
            && let Some(place) = planned
                .at
                .as_ref()
                .filter(|place| is_in_body_or_its_jws(plan, place))
        {
            match values.read(place, Code::TimestampMissing, Code::TimestampMalformed) {
                Ok(text) => metadata.timestamp = Some(owned(text)),
                Err(rejection) if rejection.code() == Code::TimestampMissing => {}
                Err(rejection) if !planned.optional || plan.reads(&Source::Timestamp) => {
                    return Err(rejection);
                }
                Err(_) => {}
            }
        }
        let id = plan.event_id.as_ref();
        if let Some(place) = id.filter(|place| is_in_body_or_its_jws(plan, place))
            && let Ok(text) = values.read(place, Code::ContentMalformed, Code::ContentMalformed)
        {
            metadata.id = Some(owned(text));
        }
        Ok(metadata)
    }

    /// Refuses values of the body that must be absent.
    fn check_absent(&self) -> Result<(), Rejection> {
        let body = self.cold.kept_body().unwrap_or_default();
        for place in self.plan.absent.iter().filter(|place| place.is_in_body()) {
            if *place == Place::Body {
                if body.is_empty() {
                    continue;
                }
                return Err(unexpected(place));
            }
            match read_body(body, place, Code::SignatureMissing, Code::ContentMalformed) {
                Err(rejection) if rejection.code() == Code::SignatureMissing => {}
                Err(rejection) => return Err(rejection),
                Ok(_) => return Err(unexpected(place)),
            }
        }
        Ok(())
    }

    /// Reads the signature in the body and the metadata beside it; a second pass reads
    /// the metadata only.
    fn read_signature(&mut self, metadata: &mut Metadata<'static>) -> Result<(), Rejection> {
        let Self {
            plan,
            keys,
            request,
            cold,
            ..
        } = self;
        let body = cold.kept_body().unwrap_or_default();
        let (missing, malformed) = (Code::SignatureMissing, Code::SignatureMalformed);
        let text = read_body(body, &plan.at, missing, malformed)?;
        let mut fields = Fields::default();
        plan.format
            .read(text.as_bytes(), &mut fields)
            .map_err(|error| format_rejection(plan, &error))?;
        metadata.timestamp = fields.timestamp.map(|text| Cow::Owned(text.to_vec()));
        metadata.id = fields.id.map(|text| Cow::Owned(text.to_vec()));
        if !request.candidates.is_empty() {
            // Decoded in the first pass.
            return Ok(());
        }
        cold.jws = Jws::read(plan, &fields, request.now)?;
        if let Some(jws) = &cold.jws {
            if let Some(place) = &plan.key_id
                && place.is_in_jws()
                && keys.iter().any(|key| key.named)
            {
                let id = read_jws(jws, place, Code::KeyUnknown, Code::KeyUnknown)?;
                request.chosen = Some(key_index(keys, id.as_bytes(), place)?);
            }
            cold.certificate_key = certificate_key(plan, keys, request.chosen, jws, request.now)?;
        }
        decode_all(plan, keys, request.chosen, &fields, &mut request.candidates)?;
        if !plan.algorithm.signs_content() {
            request.settle(plan, keys)?;
        }
        Ok(())
    }
}

/// A bound value without the padding that some senders append to a base64url-encoded
/// digest (QStash). The value is signed, so that no third party can add it.
pub(super) fn without_padding<'a>(is: &[Part], value: &'a [u8]) -> &'a [u8] {
    match (is, value) {
        ([Part::Slot(slot)], [unpadded @ .., b'=']) if slot.is_base64url_digest() => unpadded,
        _ => value,
    }
}

impl Verifier {
    /// Reads the event id from a body, for schemes that have it there.
    ///
    /// Pass only a body that has been verified.
    #[must_use]
    pub fn event_id_in(&self, body: &[u8]) -> Option<String> {
        let place = self.inner.setup.plans[0]
            .event_id
            .as_ref()
            .filter(|place| place.is_in_body())?;
        read_body(body, place, Code::ContentMalformed, Code::ContentMalformed)
            .ok()
            .filter(|id| is_valid_id(id))
    }
}
