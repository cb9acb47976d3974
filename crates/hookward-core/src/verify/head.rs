//! What is read from the head, before a byte of the body.

use std::borrow::Cow;
use std::sync::Arc;

use smallvec::SmallVec;

use super::facts::{HeadCopy, Seen};
use super::jws::{Jws, MAX_JWS_TEXT, certified, read_jws};
use super::late::{is_late, value_at};
use super::signature::{decode_all, format_rejection, key_id_beside, key_index, pairs};
use super::{After, Demands, Found, PendingBinding, State, feed_secret};
use crate::crypto::{Crc32, Stream};
use crate::key::Material;
use crate::key::PreparedKey;
#[cfg(feature = "message-signatures")]
use crate::message_signatures;
#[cfg(feature = "message-signatures")]
use crate::message_signatures::AcceptedSignature;
use crate::request::head::{RequestHead, Single, listed_names, single};
use crate::request::reason::{self, Reason};
use crate::request::rejection::{Code, Rejection};
use crate::scheme::filter::Filter;
use crate::scheme::format::{Fields, FormatError, MAX_CANDIDATES};
use crate::scheme::source::Source;
use crate::scheme::template::{Part, Slot};
use crate::scheme::window::check_window;
use crate::scheme::{Algorithm, Digest, Place, Plan, PlannedBinding, RequestPart, StartOfBody};
use crate::text::encoding::Encoding;
use crate::text::time::UnixTime;
use crate::text::values;
use crate::text::values::ValueError;
use crate::verify::evaluate::{check_boundary, evaluate, spellings};
use crate::verify::verifier::Inner;

impl State {
    pub(super) fn begin_form(
        inner: &Inner,
        index: usize,
        head: &dyn RequestHead,
        now: UnixTime,
        demands: Option<&Demands>,
    ) -> Result<Box<Self>, Rejection> {
        let plan = &inner.setup.plans[index];
        let keys = inner.keys.of(index);

        #[cfg(feature = "message-signatures")]
        if plan.algorithm == Algorithm::MessageSignatures {
            if inner.has_no_keys() {
                message_signatures::check_head(inner.setting(), plan, head, now)?;
                return Ok(Self::new(index, now));
            }
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
            this.go_on_after_message(accepted);
            if plan.hands_proven {
                this.start_proven(inner, plan, head)?;
            }
            return Ok(this);
        }
        if demands.is_none()
            && let Some(this) = Self::begin_plain(plan, keys, index, head, now)
        {
            return Ok(this);
        }
        let reserved = demands
            .and_then(|demands| demands.reserved.as_ref())
            .filter(|_| plan.algorithm.signs_content());
        let identify = demands.and_then(|demands| demands.identify.as_ref());

        // The signature, and what is beside it.
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
        let read = |place: &Place, missing, malformed| match (&jws, place) {
            (Some(jws), Place::Claim(_) | Place::JwsHeader(_)) => {
                read_jws(jws, place, missing, malformed)
                    .map(|text| Cow::<[u8]>::Owned(text.into_bytes()))
            }
            _ => read(head, place, missing, malformed),
        };
        let mut found = Found {
            timestamp: fields.timestamp.map(Cow::Borrowed),
            id: fields.id.map(Cow::Borrowed),
            key_id: None,
        };
        // Ids that the operator did not give are positions, not names.
        let named = keys.iter().any(|key| key.named);
        let mut this = Self::new(index, now);
        if let Some(reserved) = reserved {
            this.rare().reserved = Some(reserved.clone());
        }
        this.chosen = match &plan.key_id {
            Some(place) if !is_late(plan, place) && (named || plan.signs_key_id) => {
                let id = read(place, Code::KeyUnknown, Code::KeyUnknown)?;
                let index = if named {
                    Some(key_index(keys, &id, place)?)
                } else {
                    None
                };
                found.key_id = Some(id);
                index
            }
            None if plan.signs_key_id => {
                found.key_id = key_id_beside(plan, &fields)?.map(Cow::Borrowed);
                None
            }
            _ => None,
        };
        if !texts.is_empty() {
            decode_all(plan, keys, this.chosen, &fields, &mut this.candidates)?;
        }

        if let Some(planned) = &plan.timestamp
            && !planned
                .at
                .as_ref()
                .is_some_and(|place| is_late(plan, place))
            && (planned.at.is_some() || !texts.is_empty())
        {
            if let Some(place) = &planned.at
                && (!planned.optional || is_present(head, place))
            {
                found.timestamp =
                    match read(place, Code::TimestampMissing, Code::TimestampMalformed) {
                        Ok(text) => Some(text),
                        Err(missing)
                            if planned.optional && missing.code() == Code::TimestampMissing =>
                        {
                            None
                        }
                        Err(rejection) => return Err(rejection),
                    };
            }
            this.timestamp = match &found.timestamp {
                Some(text) => Some(check_window(
                    inner.setup.tolerance,
                    plan,
                    planned,
                    text,
                    now,
                )?),
                None if planned.optional => None,
                None => {
                    return Err(Rejection::from(Reason::NoTimestampIn {
                        place: reason::text(&plan.at),
                    }));
                }
            };
        }

        let id_is_signed = plan.signs_id;
        // An unsigned id is a convenience; without it the request is as genuine
        // as with it.
        match plan.event_id.as_ref().filter(|place| !is_late(plan, place)) {
            Some(Place::Header(name)) if !id_is_signed => {
                if let Single::One(id) = single(head, name) {
                    found.id = Some(Cow::Borrowed(id));
                }
            }
            Some(place) => match read(place, Code::ContentMalformed, Code::ContentMalformed) {
                Ok(id) => found.id = Some(id),
                Err(_) if !id_is_signed => {}
                Err(rejection) => return Err(rejection),
            },
            None => {}
        }
        this.event_id = found
            .id
            .as_deref()
            .and_then(|id| std::str::from_utf8(id).ok())
            .filter(|id| !id.is_empty())
            .map(Arc::from);

        // Shared secrets are compared here, before the body.
        if !plan.algorithm.signs_content() && !texts.is_empty() && !inner.has_no_keys() {
            this.settle(plan, keys)?;
        }

        this.start_streams(plan, keys);
        if let Some(jws) = &jws {
            this.rare().certified = certified(plan, keys, this.chosen, jws, now)?;
        }
        let seen = Seen {
            inner,
            plan,
            head,
            jws: jws.as_deref(),
            found,
        };
        this.feed_head(&seen, keys)?;
        for binding in &plan.bind {
            let value = match &binding.at {
                place if is_late(plan, place) => None,
                place => match read(place, Code::ContentMalformed, Code::SignatureMalformed) {
                    Ok(value) => Some(value.into_owned()),
                    Err(missing)
                        if binding.with_body && missing.code() == Code::ContentMalformed =>
                    {
                        None
                    }
                    Err(rejection) => return Err(rejection),
                },
            };
            this.start_binding(&seen, binding, value)?;
        }
        let value = |place: &Place| {
            let value = if_present(read(place, MISSING, MALFORMED))?;
            Ok(value.map(Cow::into_owned))
        };
        if inner.compares_recipients(plan) {
            this.start_recipients(inner, plan, &value)?;
        }
        if let Some(identify) = identify {
            this.start_identity(&seen, identify, &value)?;
        }
        if jws.is_some() {
            this.rare().jws = jws;
        }
        if plan.hands_proven {
            this.start_proven(inner, plan, head)?;
        }
        Ok(this)
    }

    /// After a message signature, what is left is to hash the body.
    #[cfg(feature = "message-signatures")]
    pub(super) fn go_on_after_message(&mut self, accepted: AcceptedSignature) {
        self.chosen = Some(accepted.key);
        self.is_settled = true;
        self.timestamp = accepted.created;
        self.event_id = accepted.event_id.as_deref().map(Arc::from);
        self.rare().coverage = Some(Arc::new(accepted.coverage.clone()));
        for (digest, _) in &accepted.digests {
            self.start_digest(*digest);
        }
        self.rare().message = Some(Box::new(accepted));
    }

    pub(super) fn start_streams(&mut self, plan: &Plan, keys: &[PreparedKey]) {
        // Only keyed hashes differ from key to key.
        let is_keyed = matches!(
            keys.first().map(|key| &key.material),
            Some(Material::Keyed { .. })
        );
        let first = self.chosen.map_or(0, usize::from);
        let end = match self.chosen {
            None if is_keyed => keys.len(),
            _ => first + 1,
        };
        let recorded = self.rare.as_ref().and_then(|rare| rare.reserved.as_ref());
        let recorded = recorded.map(|reserved| reserved.longest());
        for index in first..end {
            let stream = match keys.get(index).map(|key| &key.material) {
                Some(Material::Keyed { stream, .. }) => stream.clone(),
                Some(Material::Shared(_)) => Stream::hash(Digest::Sha256),
                Some(Material::Public(_) | Material::Roots(_)) => {
                    Stream::hash(plan.algorithm.message_digest())
                }
                // Without a key: one that the body will tell.
                None if plan.algorithm.is_public_key() => {
                    Stream::hash(plan.algorithm.message_digest())
                }
                // A MAC needs its key, or it would be a hash that anybody computes.
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
                self.rare().more.push((index, stream));
            }
        }
        if plan.algorithm != Algorithm::Ed25519 {
            return;
        }
        let points = pairs(keys, self.chosen, &self.candidates)
            .filter_map(|(candidate, index, key)| match &key.material {
                Material::Public(public) => Some((index, public.ed25519_stream(&candidate.bytes)?)),
                _ => None,
            })
            .collect();
        self.rare().points = points;
    }

    /// Feeds what the content has before the body, and keeps what it has after.
    pub(super) fn feed_head(
        &mut self,
        seen: &Seen<'_>,
        keys: &[PreparedKey],
    ) -> Result<(), Rejection> {
        let plan = seen.plan;
        self.watches_start = plan.start_of_body.is_some();
        if plan.keeps_body {
            self.keep_whole_body();
        }
        if let Some(list) = plan.list_of_headers() {
            let mut coverage = plan.coverage.clone();
            for name in listed_names(seen.head, list) {
                coverage.add(RequestPart::Header(name.as_str().to_owned()), false);
            }
            coverage.add_places(
                plan.timestamp.as_ref().and_then(|t| t.at.as_ref()),
                plan.event_id.as_ref(),
            );
            coverage.normalize();
            self.rare().coverage = Some(Arc::new(coverage));
        }
        let mut before_body = true;
        for (index, part) in plan.parts.iter().enumerate() {
            match part {
                part if before_body && part.streams_body() => {
                    if part.is_body_base64url() {
                        self.extra().base64 = Some(SmallVec::new());
                    } else {
                        self.body_is_signed = true;
                    }
                    before_body = false;
                }
                part if part.bare() == Some(&Source::Secret) => {
                    if before_body {
                        let more = self.rare.iter_mut().flat_map(|rare| &mut rare.more);
                        feed_secret(keys, self.primary.iter_mut().chain(more));
                    } else {
                        self.rare().after.push(After::Secret);
                    }
                }
                part if !is_known_from_head(plan, part) => {
                    before_body = false;
                    self.prepare_late(seen, part);
                    self.rare().after.push(After::Part(index));
                }
                part if before_body && part.any(&Slot::has_variants) => {
                    let mut texts = spellings(part, &seen)?.into_iter();
                    let normal = texts.next().unwrap_or_default();
                    check_boundary(&plan.parts, index, &normal)?;
                    self.note_url_end(plan, &normal);
                    // Any of them may be what was signed: each key gets a stream
                    // for each.
                    let mut others = Vec::new();
                    for other in texts {
                        let mut streams: Vec<_> = self.primary.iter().cloned().collect();
                        streams.extend(self.rare().more.iter().cloned());
                        for (_, stream) in &mut streams {
                            stream.update(&other);
                        }
                        others.extend(streams);
                    }
                    self.feed(&normal);
                    if !others.is_empty() {
                        self.rare().more.extend(others);
                    }
                }
                part => {
                    let bytes = evaluate(part, &seen)?;
                    check_boundary(&plan.parts, index, &bytes)?;
                    self.note_url_end(plan, &bytes);
                    if before_body {
                        self.feed(&bytes);
                    } else if let Some(After::Bytes(last)) = self.rare().after.last_mut() {
                        last.extend_from_slice(&bytes);
                    } else {
                        self.rare().after.push(After::Bytes(bytes.into_owned()));
                    }
                }
            }
        }
        Ok(())
    }

    /// Keeps how the text in front of the body ends, where that decides.
    #[inline]
    fn note_url_end(&mut self, plan: &Plan, text: &[u8]) {
        if plan.start_of_body == Some(StartOfBody::Json) && !self.body_is_signed {
            self.rare().url_end = text.last().copied();
        }
    }

    /// Computes what a bound value has to equal, as far as the head tells.
    pub(super) fn start_binding(
        &mut self,
        seen: &Seen<'_>,
        binding: &PlannedBinding,
        value: Option<Vec<u8>>,
    ) -> Result<(), Rejection> {
        let mut expected = Vec::new();
        for (position, part) in binding.is.iter().enumerate() {
            if is_known_from_head(seen.plan, part) {
                expected.push(After::Bytes(evaluate(part, &seen)?.into_owned()));
            } else {
                self.prepare_late(seen, part);
                expected.push(After::Part(position));
            }
        }
        let bindings = &mut self.rare().bindings;
        bindings.push(PendingBinding {
            index: bindings.len(),
            value,
            expected,
        });
        Ok(())
    }

    /// Starts what a part needs while the body arrives, and keeps what it needs
    /// of the head.
    pub(super) fn prepare_late(&mut self, seen: &Seen<'_>, part: &Part) {
        if let Some(copy) = HeadCopy::of(seen, part) {
            match &mut self.rare().head {
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
                    self.extra().crc32.get_or_insert(Crc32::new());
                }
                _ => {}
            }
        });
    }
}

/// Whether a part of the content is known before the body is.
pub(super) fn is_known_from_head(plan: &Plan, part: &Part) -> bool {
    !part.any(&|slot| !is_source_known_from_head(plan, &slot.source))
}

/// Whether a source is known before the body is.
pub(super) fn is_source_known_from_head(plan: &Plan, source: &Source) -> bool {
    let in_head = |place: Option<&Place>| place.is_none_or(|place| !is_late(plan, place));
    let beside_signature = plan.at.is_in_body();
    match source {
        Source::Timestamp => match plan.timestamp.as_ref().map(|t| &t.at) {
            Some(Some(place)) => in_head(Some(place)),
            _ => !beside_signature,
        },
        Source::Id if plan.event_id.is_some() => in_head(plan.event_id.as_ref()),
        Source::Id => !beside_signature,
        Source::KeyId => in_head(plan.key_id.as_ref()),
        Source::JwsHeader | Source::JwsPayload => !beside_signature,
        // Its own parts are looked at.
        Source::Template(_) => true,
        source => !source.reads_body(),
    }
}

/// The texts of the signature header and of those that may be beside it;
/// none when the signature is in the body.
pub(crate) fn signature_texts<'a>(
    plan: &Plan,
    head: &'a dyn RequestHead,
) -> Result<SmallVec<[Cow<'a, [u8]>; 1]>, Rejection> {
    let mut texts = SmallVec::new();
    if plan.at.is_in_body() {
        return Ok(texts);
    }
    let read = |place: &Place| {
        read(
            head,
            place,
            Code::SignatureMissing,
            Code::SignatureMalformed,
        )
    };
    if plan.also.is_empty() && !plan.repeated {
        texts.push(read(&plan.at)?);
        return Ok(texts);
    }
    let others = plan.also.iter().cloned().map(Place::Header);
    let mut missing = None;
    for place in std::iter::once(plan.at.clone()).chain(others) {
        if let Place::Header(name) = &place
            && plan.repeated
        {
            let mut surplus = false;
            head.header_values(name, &mut |value| {
                surplus |= texts.len() == MAX_CANDIDATES;
                if !surplus {
                    texts.push(Cow::Borrowed(value));
                }
            });
            if surplus {
                return Err(format_rejection(plan, &FormatError::TooMany));
            }
            if !texts.is_empty() {
                continue;
            }
        }
        match read(&place) {
            Ok(text) => texts.push(text),
            Err(rejection) if rejection.code() == Code::SignatureMissing => {
                missing.get_or_insert(rejection);
            }
            Err(rejection) => return Err(rejection),
        }
    }
    match missing {
        Some(rejection) if texts.is_empty() => Err(rejection),
        _ => Ok(texts),
    }
}

pub(super) fn unsigned(place: &Place) -> Rejection {
    let place = reason::text(place);
    Reason::Unexpected { place }.into()
}

/// Whether there is anything at a place in the head.
pub(super) fn is_present(head: &dyn RequestHead, place: &Place) -> bool {
    match place {
        Place::Header(name) | Place::HeaderJson(name, _) => single(head, name) != Single::Absent,
        Place::Query(name) => {
            let target = head.target();
            let query = values::query_of(&target);
            values::parameter(query, name) != Err(ValueError::Missing)
        }
        _ => true,
    }
}

/// The first form whose expectations hold and whose signature is there, in
/// that form.
#[inline]
pub(crate) fn choose(plans: &[Plan], head: &dyn RequestHead) -> Result<usize, Rejection> {
    // One form without conditions: what is missing is found on reading it.
    if let [plan] = plans
        && plan.expect.is_empty()
        && plan.absent.is_empty()
    {
        return Ok(0);
    }
    choose_among(plans, head)
}

#[inline(never)]
fn choose_among(plans: &[Plan], head: &dyn RequestHead) -> Result<usize, Rejection> {
    let mut unmet = None;
    for (index, plan) in plans.iter().enumerate() {
        let present = is_present(head, &plan.at)
            || plan
                .also
                .iter()
                .any(|name| single(head, name) != Single::Absent);
        if !present {
            continue;
        }
        if let Some((name, value)) = plan
            .expect
            .iter()
            .find(|(name, value)| single(head, name) != Single::One(value.as_bytes()))
        {
            unmet.get_or_insert_with(|| {
                Rejection::from(Reason::OtherValue {
                    header: reason::text(name),
                    expected: reason::text(value),
                })
            });
            continue;
        }
        if let Some(place) = plan
            .absent
            .iter()
            .find(|place| !place.is_in_body() && is_present(head, place))
        {
            unmet.get_or_insert_with(|| unsigned(place));
            continue;
        }
        if plans.len() > 1
            && let Some(binding) = plan.bind.iter().find(|binding| {
                matches!(binding.at, Place::Header(_) | Place::Query(_))
                    && !binding.with_body
                    && !is_present(head, &binding.at)
            })
        {
            unmet.get_or_insert_with(|| {
                let place = reason::text(&binding.at);
                Reason::NoBinding { place }.into()
            });
            continue;
        }
        if plans.len() > 1 && !names_its_algorithm(plan, head) {
            unmet.get_or_insert_with(|| {
                let place = reason::text(&plan.at);
                Reason::JwsAlgorithmOfNone { place }.into()
            });
            continue;
        }
        if plans.len() > 1
            && let Place::Header(name) = &plan.at
            && let Single::One(text) = single(head, name)
            && let Err(error) = plan.format.read(text, &mut Fields::default())
        {
            unmet.get_or_insert_with(|| format_rejection(plan, &error));
            continue;
        }
        return Ok(index);
    }
    Err(unmet.unwrap_or_else(|| {
        let places: Vec<String> = plans.iter().map(|plan| plan.at.to_string()).collect();
        let places = places.join(" and no ").into();
        Reason::NoSignatureAt { places }.into()
    }))
}

/// Whether a JWS in a header names the form's own algorithm; other forms, and
/// values that do not parse, are judged later.
pub(super) fn names_its_algorithm(plan: &Plan, head: &dyn RequestHead) -> bool {
    let Place::Header(name) = &plan.at else {
        return true;
    };
    let Single::One(value) = single(head, name) else {
        return true;
    };
    let mut fields = Fields::default();
    if plan.format.read(value, &mut fields).is_err() {
        return true;
    }
    let Some(encoded) = fields.jws_header.filter(|text| text.len() <= MAX_JWS_TEXT) else {
        return true;
    };
    let Ok(header) = Encoding::Base64url.decode(encoded) else {
        return true;
    };
    values::json(&header, "/alg").map_or(true, |named| plan.algorithm.is_jose_name(&named))
}

/// The value at a place in the head, if there is one.
pub(super) type ReadHead<'a> = dyn Fn(&Place) -> Result<Option<Vec<u8>>, Rejection> + 'a;

/// The codes by which a value that is not there differs from one that cannot be read.
pub(super) const MISSING: Code = Code::RecipientMismatch;
pub(super) const MALFORMED: Code = Code::ContentMalformed;

/// Nothing where there is no value, and the reason where it cannot be read.
pub(super) fn if_present<T>(value: Result<T, Rejection>) -> Result<Option<T>, Rejection> {
    match value {
        Ok(value) => Ok(Some(value)),
        Err(missing) if missing.code() == MISSING => Ok(None),
        Err(rejection) => Err(rejection),
    }
}

/// The one value at a place in the head.
pub(crate) fn read<'a>(
    head: &'a dyn RequestHead,
    place: &Place,
    missing: Code,
    malformed: Code,
) -> Result<Cow<'a, [u8]>, Rejection> {
    match place {
        Place::Header(name) => match single(head, name) {
            Single::One(value) => Ok(Cow::Borrowed(value)),
            Single::Absent => Err(Rejection::from(Reason::Missing {
                code: missing,
                place: reason::text(place),
            })),
            Single::Repeated => Err(Rejection::from(Reason::HeaderRepeated {
                code: malformed,
                place: reason::text(place),
            })),
        },
        Place::Query(name) => {
            let target = head.target();
            let query = values::query_of(&target);
            value_at(
                values::parameter(query, name).map(Cow::into_owned),
                place,
                missing,
                malformed,
            )
            .map(|text| Cow::Owned(text.into_bytes()))
        }
        Place::HeaderJson(name, pointer) => {
            let header = read(head, &Place::Header(name.clone()), missing, malformed)?;
            let value = Encoding::Base64
                .decode(&header)
                .map_err(|_| ValueError::Malformed)
                .and_then(|object| values::json(&object, pointer));
            value
                .map(|text| Cow::Owned(text.into_bytes()))
                .map_err(|error| {
                    Rejection::from(match error {
                        ValueError::Missing => Reason::Missing {
                            code: missing,
                            place: reason::text(place),
                        },
                        ValueError::Repeated => Reason::Repeated {
                            code: malformed,
                            place: reason::text(place),
                        },
                        ValueError::Malformed => Reason::NotJsonInBase64 {
                            code: malformed,
                            header: reason::text(name),
                        },
                    })
                })
        }
        Place::Json(_)
        | Place::Form(_)
        | Place::FormJson(..)
        | Place::Body
        | Place::Claim(_)
        | Place::JwsHeader(_) => Ok(Cow::Borrowed(&[])),
    }
}
