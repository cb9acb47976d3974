//! First phase: parsing and checks of the request head. What can be refused from the head
//! is refused before a byte of the body is read.

use std::borrow::Cow;
use std::sync::Arc;

use smallvec::SmallVec;

use super::availability::{is_in_body_or_its_jws, is_known_from_head};
use super::choose::{choose, signature_texts};
use super::demands::Demands;
use super::head_facts::{HeadCopy, HeadFacts, Metadata};
use super::jws::{Jws, certificate_key, read_jws};
use super::read::{MALFORMED, MISSING, if_present, is_present, read};
use super::signature::{decode_all, format_rejection, key_id_beside, key_index, pairs};
use super::state::{PendingBinding, State, TrailingPart};
use super::streams::feed_secret;
use crate::crypto::{Crc32, Stream};
use crate::key::Material;
use crate::key::PreparedKey;
#[cfg(feature = "message-signatures")]
use crate::message_signatures::{self, AcceptedSignature};
use crate::request::head::{RequestHead, Single, listed_names, single};
use crate::request::reason::{self, Reason};
use crate::request::rejection::{Code, Rejection};
use crate::scheme::filter::Filter;
use crate::scheme::format::Fields;
use crate::scheme::part::{Part, Slot, Source};
use crate::scheme::window::check_window;
use crate::scheme::{Digest, Place, Plan, PlannedBinding, RequestPart, StartOfBody};
use crate::text::time::UnixTime;
use crate::verify::evaluate::{check_boundary, evaluate, spellings};
use crate::verify::verifier::Inner;

/// The head, and the form in which it is signed.
struct HeadPhase<'a> {
    inner: &'a Inner,
    plan: &'a Plan,
    keys: &'a [PreparedKey],
    head: &'a dyn RequestHead,
    /// The signature, if it is a JWS.
    jws: Option<&'a Jws>,
    now: UnixTime,
}

impl State {
    #[inline(always)]
    pub(super) fn begin(
        inner: &Inner,
        head: &dyn RequestHead,
        now: UnixTime,
        demands: Option<&Demands>,
    ) -> Result<Box<Self>, Rejection> {
        if inner.setup.external_url.has_hosts() {
            inner.setup.external_url.of(head)?;
        }
        let plans = &inner.setup.plans;
        let index = choose(plans, head)?;
        let mut this = Self::begin_form(inner, index, head, now, demands)?;
        if plans[index].is_told_by_body() {
            // A form that the head already rules out does not apply.
            this.cold().other_forms = (index + 1..plans.len())
                .filter(|other| plans[*other].at.is_in_body())
                .filter_map(|other| Self::begin_form(inner, other, head, now, demands).ok())
                .map(|form| *form)
                .collect();
        }
        Ok(this)
    }

    fn begin_form(
        inner: &Inner,
        index: usize,
        head: &dyn RequestHead,
        now: UnixTime,
        demands: Option<&Demands>,
    ) -> Result<Box<Self>, Rejection> {
        let plan = &inner.setup.plans[index];
        let keys = inner.keys.of(index);
        #[cfg(feature = "message-signatures")]
        if plan.algorithm.lists_content() {
            return Self::begin_message(inner, index, head, now, demands);
        }
        if demands.is_none()
            && let Some(this) = Self::begin_fast_path(plan, keys, index, head, now)
        {
            return Ok(this);
        }

        let texts = signature_texts(plan, head)?;
        let mut fields = Fields::default();
        for text in &texts {
            if text.is_empty() {
                return Err(Rejection::from(Reason::SignatureEmpty {
                    place: reason::text(&plan.at),
                }));
            }
            plan.format
                .read(text, &mut fields)
                .map_err(|error| format_rejection(plan, &error))?;
        }
        let jws = Jws::read(plan, &fields, now)?;
        let phase = HeadPhase {
            inner,
            plan,
            keys,
            head,
            jws: jws.as_deref(),
            now,
        };
        let mut metadata = Metadata {
            timestamp: fields.timestamp.map(Cow::Borrowed),
            id: fields.id.map(Cow::Borrowed),
            key_id: None,
        };
        let mut this = Self::new(index, now);
        let reserved = demands.and_then(|demands| demands.reserved.as_ref());
        if let Some(reserved) = reserved.filter(|_| plan.algorithm.signs_content()) {
            this.cold().reserved = Some(reserved.clone());
        }

        this.request.chosen = phase.key(&fields, &mut metadata)?;
        if !texts.is_empty() {
            let chosen = this.request.chosen;
            decode_all(plan, keys, chosen, &fields, &mut this.request.candidates)?;
        }
        this.request.timestamp = phase.timestamp(&mut metadata, !texts.is_empty())?;
        this.request.event_id = phase.event_id(&mut metadata)?;
        // Shared secrets are compared here, before the body.
        if !plan.algorithm.signs_content() && !texts.is_empty() && !inner.has_no_keys() {
            this.request.settle(plan, keys)?;
        }

        this.start_streams(plan, keys);
        if let Some(jws) = phase.jws {
            this.cold().certificate_key =
                certificate_key(plan, keys, this.request.chosen, jws, now)?;
        }
        let facts = HeadFacts {
            inner,
            plan,
            head,
            jws: phase.jws,
            metadata,
        };
        this.feed_head(&facts, keys)?;
        for binding in &plan.bind {
            this.start_binding(&facts, binding, phase.bound_value(binding)?)?;
        }
        let value = |place: &Place| {
            let value = if_present(phase.read(place, MISSING, MALFORMED))?;
            Ok(value.map(Cow::into_owned))
        };
        if inner.compares_recipients(plan) {
            this.start_recipients(inner, plan, &value)?;
        }
        if let Some(identify) = demands.and_then(|demands| demands.identify.as_ref()) {
            this.start_identity(&facts, identify, &value)?;
        }
        drop(facts);
        if jws.is_some() {
            this.cold().jws = jws;
        }
        if plan.hands_proven {
            this.start_proven(inner, plan, head)?;
        }
        Ok(this)
    }

    /// Begins the verification of a message signature (RFC 9421): the signature is
    /// verified from the head, and the body is hashed for its `Content-Digest`.
    #[cfg(feature = "message-signatures")]
    fn begin_message(
        inner: &Inner,
        index: usize,
        head: &dyn RequestHead,
        now: UnixTime,
        demands: Option<&Demands>,
    ) -> Result<Box<Self>, Rejection> {
        let plan = &inner.setup.plans[index];
        if inner.has_no_keys() {
            message_signatures::check_head(inner.setting(), plan, head, now)?;
            return Ok(Self::new(index, now));
        }
        let keys = inner.keys.of(index);
        let accepted = message_signatures::begin(inner.setting(), plan, keys, head, now)?;
        let mut this = Self::new(index, now);
        if let Some(identify) = demands.and_then(|demands| demands.identify.as_ref()) {
            this.start_message_identity(inner, plan, head, &accepted, identify)?;
        }
        if inner.compares_recipients(plan) {
            let read = |place: &Place| match place {
                Place::Header(_) if accepted.coverage.proves(place) => {
                    let value = if_present(read(head, place, MISSING, MALFORMED))?;
                    Ok(value.map(|value| value.trim_ascii().to_vec()))
                }
                _ => Ok(None),
            };
            this.start_recipients(inner, plan, &read)?;
        }
        this.accept_message(accepted);
        if plan.hands_proven {
            this.start_proven(inner, plan, head)?;
        }
        Ok(this)
    }

    /// Stores the result of a verified message signature, and starts the digests of the
    /// body that it covers.
    #[cfg(feature = "message-signatures")]
    pub(super) fn accept_message(&mut self, accepted: AcceptedSignature) {
        self.request.chosen = Some(accepted.key);
        self.request.is_settled = true;
        self.request.timestamp = accepted.created;
        self.request.event_id = accepted.event_id.as_deref().map(Arc::from);
        self.cold().coverage = Some(Arc::new(accepted.coverage.clone()));
        for (digest, _) in &accepted.digests {
            self.start_digest(*digest);
        }
        self.cold().message = Some(Box::new(accepted));
    }

    pub(super) fn start_streams(&mut self, plan: &Plan, keys: &[PreparedKey]) {
        // Only keyed hashes differ from key to key.
        let is_keyed = matches!(
            keys.first().map(|key| &key.material),
            Some(Material::Keyed { .. })
        );
        let first = self.request.chosen.map_or(0, usize::from);
        let end = match self.request.chosen {
            None if is_keyed => keys.len(),
            _ => first + 1,
        };
        let recorded = self.cold.as_ref().and_then(|cold| cold.reserved.as_ref());
        let recorded = recorded.map(|reserved| reserved.longest());
        for index in first..end {
            let stream = match keys.get(index).map(|key| &key.material) {
                Some(Material::Keyed { stream, .. }) => stream.clone(),
                Some(Material::Shared(_)) => Stream::hash(Digest::Sha256),
                Some(Material::Public(_) | Material::Roots(_)) => {
                    Stream::hash(plan.algorithm.message_digest())
                }
                // No key yet: the body names it.
                None if plan.algorithm.is_public_key() => {
                    Stream::hash(plan.algorithm.message_digest())
                }
                // A MAC without its key would be a hash that anyone can compute.
                None => continue,
                #[cfg(feature = "message-signatures")]
                Some(Material::Message(_)) => Stream::hash(Digest::Sha256),
            };
            let stream = match recorded {
                Some(limit) => stream.recording(limit),
                None => stream,
            };
            let index = u16::try_from(index).unwrap_or(u16::MAX);
            if self.primary.is_none() {
                self.primary = Some((index, stream));
            } else {
                self.cold().streams.additional.push((index, stream));
            }
        }
        if !plan.algorithm.streams_message() {
            return;
        }
        let checks = pairs(keys, self.request.chosen, &self.request.candidates)
            .filter_map(|(candidate, index, key)| match &key.material {
                Material::Public(public) => Some((index, public.ed25519_stream(&candidate.bytes)?)),
                _ => None,
            })
            .collect();
        self.cold().streams.ed25519_checks = checks;
    }

    /// Feeds the signed content that precedes the body, and stores what follows it.
    fn feed_head(&mut self, facts: &HeadFacts<'_>, keys: &[PreparedKey]) -> Result<(), Rejection> {
        let plan = facts.plan;
        self.watches_start = plan.start_of_body.is_some();
        if plan.keeps_body {
            self.keep_whole_body();
        }
        if let Some(list) = plan.list_of_headers() {
            let mut coverage = plan.coverage.clone();
            for name in listed_names(facts.head, list) {
                coverage.add(RequestPart::Header(name.as_str().to_owned()), false);
            }
            coverage.add_places(
                plan.timestamp.as_ref().and_then(|t| t.at.as_ref()),
                plan.event_id.as_ref(),
            );
            coverage.normalize();
            self.cold().coverage = Some(Arc::new(coverage));
        }
        let mut before_body = true;
        for (index, part) in plan.parts.iter().enumerate() {
            match part {
                part if before_body && part.streams_body() => {
                    if part.is_body_base64url() {
                        self.body().base64 = Some(SmallVec::new());
                    } else {
                        self.body_is_signed = true;
                    }
                    before_body = false;
                }
                part if part.bare() == Some(&Source::Secret) => {
                    if before_body {
                        let additional = self
                            .cold
                            .iter_mut()
                            .flat_map(|cold| &mut cold.streams.additional);
                        feed_secret(keys, self.primary.iter_mut().chain(additional));
                    } else {
                        self.cold().trailing.push(TrailingPart::Secret);
                    }
                }
                part if !is_known_from_head(plan, part) => {
                    before_body = false;
                    self.prepare_for_body(facts, part);
                    self.cold().trailing.push(TrailingPart::Part(index));
                }
                part if before_body && part.any(&Slot::has_variants) => {
                    self.feed_variants(facts, index, part)?;
                }
                part => {
                    let bytes = evaluate(part, &facts)?;
                    check_boundary(&plan.parts, index, &bytes)?;
                    self.record_url_end(plan, &bytes);
                    if before_body {
                        self.feed(&bytes);
                    } else if let Some(TrailingPart::Bytes(last)) = self.cold().trailing.last_mut()
                    {
                        last.extend_from_slice(&bytes);
                    } else {
                        self.cold()
                            .trailing
                            .push(TrailingPart::Bytes(bytes.into_owned()));
                    }
                }
            }
        }
        Ok(())
    }

    /// Feeds a part that may have been signed in any of several spellings: each key gets
    /// one stream per spelling.
    fn feed_variants(
        &mut self,
        facts: &HeadFacts<'_>,
        index: usize,
        part: &Part,
    ) -> Result<(), Rejection> {
        let mut texts = spellings(part, &facts)?.into_iter();
        let normal = texts.next().unwrap_or_default();
        check_boundary(&facts.plan.parts, index, &normal)?;
        self.record_url_end(facts.plan, &normal);
        let mut others = Vec::new();
        for other in texts {
            let mut streams: Vec<_> = self.primary.iter().cloned().collect();
            streams.extend(self.cold().streams.additional.iter().cloned());
            for (_, stream) in &mut streams {
                stream.update(&other);
            }
            others.extend(streams);
        }
        self.feed(&normal);
        if !others.is_empty() {
            self.cold().streams.additional.extend(others);
        }
        Ok(())
    }

    /// Records the last byte before the body, if the check of the start of the body needs
    /// it.
    #[inline]
    fn record_url_end(&mut self, plan: &Plan, text: &[u8]) {
        if plan.start_of_body == Some(StartOfBody::Json) && !self.body_is_signed {
            self.cold().url_end = text.last().copied();
        }
    }

    /// Computes the expected value of a binding, as far as the head determines it.
    pub(super) fn start_binding(
        &mut self,
        facts: &HeadFacts<'_>,
        binding: &PlannedBinding,
        value: Option<Vec<u8>>,
    ) -> Result<(), Rejection> {
        let mut expected = Vec::new();
        for (position, part) in binding.is.iter().enumerate() {
            if is_known_from_head(facts.plan, part) {
                expected.push(TrailingPart::Bytes(evaluate(part, &facts)?.into_owned()));
            } else {
                self.prepare_for_body(facts, part);
                expected.push(TrailingPart::Part(position));
            }
        }
        let bindings = &mut self.cold().bindings;
        bindings.push(PendingBinding {
            index: bindings.len(),
            value,
            expected,
        });
        Ok(())
    }

    /// Starts the digests of the body that a part needs, and copies what it reads from
    /// the head.
    pub(super) fn prepare_for_body(&mut self, facts: &HeadFacts<'_>, part: &Part) {
        if let Some(copy) = HeadCopy::of(facts, part) {
            match &mut self.cold().head {
                Some(known) => known.merge(copy),
                none => *none = Some(Box::new(copy)),
            }
        }
        part.for_each(&mut |slot| {
            if slot.source != Source::Body {
                return;
            }
            match slot.steps.first().map(|step| &step.filter) {
                Some(Filter::Digest(digest)) => self.start_digest(*digest),
                Some(Filter::Crc32) => {
                    self.body().crc32.get_or_insert(Crc32::new());
                }
                _ => {}
            }
        });
    }
}

impl<'a> HeadPhase<'a> {
    /// Reads the value at a place in the head, or in the JWS that the head carries.
    fn read(
        &self,
        place: &Place,
        missing: Code,
        malformed: Code,
    ) -> Result<Cow<'a, [u8]>, Rejection> {
        match (self.jws, place) {
            (Some(jws), Place::Claim(_) | Place::JwsHeader(_)) => {
                let text = read_jws(jws, place, missing, malformed)?;
                Ok(Cow::Owned(text.into_bytes()))
            }
            _ => read(self.head, place, missing, malformed),
        }
    }

    /// The index of the key that the request names.
    fn key<'m, 'f: 'm>(
        &self,
        fields: &Fields<'f>,
        metadata: &mut Metadata<'m>,
    ) -> Result<Option<u16>, Rejection>
    where
        'a: 'm,
    {
        let plan = self.plan;
        // Ids that the operator did not assign are positions on the ring, not names.
        let named = self.keys.iter().any(|key| key.named);
        match &plan.key_id {
            Some(place) if !is_in_body_or_its_jws(plan, place) && (named || plan.signs_key_id) => {
                let id = self.read(place, Code::KeyUnknown, Code::KeyUnknown)?;
                let index = named
                    .then(|| key_index(self.keys, &id, place))
                    .transpose()?;
                metadata.key_id = Some(id);
                Ok(index)
            }
            None if plan.signs_key_id => {
                metadata.key_id = key_id_beside(plan, fields)?.map(Cow::Borrowed);
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    /// The timestamp, if it is in the head; refused outside its window.
    fn timestamp(
        &self,
        metadata: &mut Metadata<'a>,
        has_signature: bool,
    ) -> Result<Option<UnixTime>, Rejection> {
        let plan = self.plan;
        let Some(planned) = &plan.timestamp else {
            return Ok(None);
        };
        match &planned.at {
            Some(place) if is_in_body_or_its_jws(plan, place) => return Ok(None),
            Some(place) if !planned.optional || is_present(self.head, place) => {
                match self.read(place, Code::TimestampMissing, Code::TimestampMalformed) {
                    Ok(text) => metadata.timestamp = Some(text),
                    Err(rejection)
                        if planned.optional && rejection.code() == Code::TimestampMissing =>
                    {
                        metadata.timestamp = None;
                    }
                    Err(rejection) => return Err(rejection),
                }
            }
            None if !has_signature => return Ok(None),
            Some(_) | None => {}
        }
        match &metadata.timestamp {
            Some(text) => {
                let tolerance = self.inner.setup.tolerance;
                check_window(tolerance, plan, planned, text, self.now).map(Some)
            }
            None if planned.optional => Ok(None),
            None => Err(Rejection::from(Reason::NoTimestampIn {
                place: reason::text(&plan.at),
            })),
        }
    }

    /// The event id, if it is in the head. An unsigned id is informational: a request
    /// without it is just as genuine.
    fn event_id(&self, metadata: &mut Metadata<'a>) -> Result<Option<Arc<str>>, Rejection> {
        let plan = self.plan;
        let id = plan.event_id.as_ref();
        match id.filter(|place| !is_in_body_or_its_jws(plan, place)) {
            Some(Place::Header(name)) if !plan.signs_id => {
                if let Single::One(id) = single(self.head, name) {
                    metadata.id = Some(Cow::Borrowed(id));
                }
            }
            Some(place) => match self.read(place, Code::ContentMalformed, Code::ContentMalformed) {
                Ok(id) => metadata.id = Some(id),
                Err(_) if !plan.signs_id => {}
                Err(rejection) => return Err(rejection),
            },
            None => {}
        }
        let id = metadata.id.as_deref();
        let id = id.and_then(|id| std::str::from_utf8(id).ok());
        Ok(id.filter(|id| !id.is_empty()).map(Arc::from))
    }

    /// The value of a binding, if it is in the head.
    fn bound_value(&self, binding: &PlannedBinding) -> Result<Option<Vec<u8>>, Rejection> {
        let place = &binding.at;
        if is_in_body_or_its_jws(self.plan, place) {
            return Ok(None);
        }
        match self.read(place, Code::ContentMalformed, Code::SignatureMalformed) {
            Ok(value) => Ok(Some(value.into_owned())),
            Err(rejection) if binding.with_body && rejection.code() == Code::ContentMalformed => {
                Ok(None)
            }
            Err(rejection) => Err(rejection),
        }
    }
}
