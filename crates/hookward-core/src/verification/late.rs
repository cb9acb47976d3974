//! What is only known with the body.

use std::borrow::Cow;

use super::head::unsigned;
use super::jws::{Jws, certified, read_jws};
use super::signature::{decode_all, format_rejection, key_index};
use super::{After, Extra, Found, Rare, Running, State};
use crate::crypto::{Crc32, Tag};
use crate::encoding::Encoding;
use crate::rejection::{Code, Rejection};
use crate::scheme::format::Fields;
use crate::scheme::template::Part;
use crate::scheme::{Place, Plan};
use crate::values::ValueError;
use crate::verifier::{Inner, Verifier};
use crate::{canonical, values};

impl State {
    /// Holds bound values to what they have to equal.
    pub(super) fn check_bindings(
        &self,
        rare: &Rare,
        plan: &Plan,
        extra: Option<&Extra>,
        late: &Found<'_>,
    ) -> Result<(), Rejection> {
        for pending in &rare.bindings {
            let binding = &plan.bind[pending.index];
            let value = match &binding.at {
                place if is_late(plan, place) => {
                    let body = extra
                        .and_then(|extra| extra.body.as_deref())
                        .unwrap_or_default();
                    let (missing, malformed) = (Code::ContentMalformed, Code::SignatureMalformed);
                    match rare.late_value(body, place, missing, malformed) {
                        Ok(text) => Some(text.into_bytes()),
                        Err(_) if binding.with_body => None,
                        Err(rejection) => return Err(rejection),
                    }
                }
                _ => pending.value.clone(),
            };
            let wrong = |what: &str| {
                Rejection::new(Code::SignatureMismatch, format!("{} {what}", binding.at))
            };
            let Some(value) = value else {
                if self.body_is_empty {
                    continue;
                }
                return Err(wrong("is missing, though there is a body"));
            };
            if binding.with_body && self.body_is_empty {
                return Err(wrong("is there, though there is no body"));
            }
            let mut expected = Vec::new();
            for piece in &pending.expected {
                match piece {
                    After::Bytes(bytes) => expected.extend_from_slice(bytes),
                    After::Part(position) => {
                        expected.extend_from_slice(&late_part(
                            plan,
                            &binding.is[*position],
                            extra,
                            rare.jws.as_deref(),
                            late,
                        )?);
                    }
                    After::Secret | After::IfNoBody(_) | After::UrlAndForm(_) => {}
                }
            }
            if expected != without_padding(&binding.is, &value) {
                return Err(wrong("does not belong to this request"));
            }
        }
        Ok(())
    }

    /// Reads what stands in the body: the signature and what is beside it,
    /// timestamp and id.
    pub(super) fn read_late<'a>(
        &mut self,
        inner: &Inner,
        rare: &mut Rare,
        extra: &'a Extra,
    ) -> Result<Found<'a>, Rejection> {
        let Some(body) = &extra.body else {
            return Ok(Found::default());
        };
        let plan = self.plan(inner);
        let keys = self.keys(inner);
        for place in plan.absent.iter().filter(|place| place.is_in_body()) {
            match read_body(body, place, Code::SignatureMissing, Code::ContentMalformed) {
                Err(rejection) if rejection.code() == Code::SignatureMissing => {}
                Err(rejection) => return Err(rejection),
                Ok(_) => return Err(unsigned(place)),
            }
        }
        let mut found = Found::default();
        if plan.at.is_in_body() && self.candidates.is_empty() {
            let text = read_body(
                body,
                &plan.at,
                Code::SignatureMissing,
                Code::SignatureMalformed,
            )?;
            let mut fields = Fields::default();
            plan.format
                .read(text.as_bytes(), &mut fields)
                .map_err(|error| format_rejection(plan, &error))?;
            rare.jws = Jws::read(plan, &fields, self.now)?;
            if let (Some(jws), Some(place)) = (&rare.jws, &plan.key_id)
                && place.is_in_jws()
                && keys.iter().any(|key| key.named)
            {
                let id = read_jws(jws, place, Code::KeyUnknown, Code::KeyUnknown)?;
                self.chosen = Some(key_index(keys, id.as_bytes(), place)?);
            }
            if let Some(jws) = &rare.jws {
                rare.certified = certified(plan, keys, self.chosen, jws, self.now)?;
            }
            decode_all(plan, keys, self.chosen, &fields, &mut self.candidates)?;
            if fields.timestamp.is_some() {
                found.timestamp = fields.timestamp.map(|t| Cow::Owned(t.to_vec()));
            }
            if fields.id.is_some() {
                found.id = fields.id.map(|t| Cow::Owned(t.to_vec()));
            }
            if !plan.algorithm.signs_content() {
                self.settle(plan, keys)?;
            }
        }
        let owned = |text: String| Cow::Owned(text.into_bytes());
        if let Some(planned) = &plan.timestamp
            && let Some(place) = planned.at.as_ref().filter(|place| is_late(plan, place))
        {
            match rare.late_value(
                body,
                place,
                Code::TimestampMissing,
                Code::TimestampMalformed,
            ) {
                Ok(text) => found.timestamp = Some(owned(text)),
                Err(rejection) if rejection.code() == Code::TimestampMissing => {}
                Err(rejection) if plan.parts.contains(&Part::Timestamp) => return Err(rejection),
                Err(_) => {}
            }
        }
        if let Some(place) = plan.event_id.as_ref().filter(|place| is_late(plan, place))
            && let Ok(text) =
                rare.late_value(body, place, Code::ContentMalformed, Code::ContentMalformed)
        {
            found.id = Some(owned(text));
        }
        Ok(found)
    }
}

impl Rare {
    /// The one value at a place that is only known with the body.
    pub(super) fn late_value(
        &self,
        body: &[u8],
        place: &Place,
        missing: Code,
        malformed: Code,
    ) -> Result<String, Rejection> {
        match &self.jws {
            Some(jws) if place.is_in_jws() => read_jws(jws, place, missing, malformed),
            _ => read_body(body, place, missing, malformed),
        }
    }
}

/// A part of the content that was only known with the body.
pub(super) fn late_part<'a>(
    plan: &Plan,
    part: &Part,
    extra: Option<&'a Extra>,
    jws: Option<&'a Jws>,
    late: &'a Found<'_>,
) -> Result<Cow<'a, [u8]>, Rejection> {
    let missing = |what: &str| {
        Rejection::new(
            Code::ContentMalformed,
            format!("the body has no {what}, which is signed"),
        )
    };
    let Some(extra) = extra else {
        return Ok(Cow::Borrowed(&[]));
    };
    let body = || extra.body.as_deref().unwrap_or_default();
    let read = |place: &Place| {
        read_body(
            body(),
            place,
            Code::ContentMalformed,
            Code::ContentMalformed,
        )
        .map(|text| Cow::Owned(text.into_bytes()))
    };
    let form = || form_text(body());
    match part {
        Part::Body => Ok(Cow::Borrowed(body())),
        Part::BodyBase64url => Ok(Cow::Owned(Encoding::Base64url.encode(body()).into_bytes())),
        Part::BodyEncoded(encoding) => Ok(Cow::Owned(encoding.encode(body()).into_bytes())),
        Part::JwsHeader => Ok(Cow::Borrowed(
            jws.map_or(&[][..], |jws| &jws.encoded_header),
        )),
        Part::JwsPayload => Ok(Cow::Borrowed(
            jws.map_or(&[][..], |jws| &jws.encoded_payload),
        )),
        Part::BodyDigest(digest, encoding) => {
            let tag = extra
                .digests
                .iter()
                .find_map(|(known, running)| match running {
                    Running::Done(tag) if known == digest => Some(tag),
                    _ => None,
                });
            let tag = tag.map(Tag::as_bytes).unwrap_or_default();
            Ok(match encoding {
                Some(encoding) => Cow::Owned(encoding.encode(tag).into_bytes()),
                None => Cow::Borrowed(tag),
            })
        }
        Part::BodyCrc32 => {
            let value = extra.crc32.map_or(0, Crc32::finish);
            Ok(Cow::Owned(value.to_string().into_bytes()))
        }
        Part::Timestamp => late
            .timestamp
            .as_deref()
            .map(Cow::Borrowed)
            .ok_or_else(|| missing("timestamp")),
        Part::Id => late
            .id
            .as_deref()
            .map(Cow::Borrowed)
            .ok_or_else(|| missing("id")),
        Part::Json(pointer) => read(&Place::Json(pointer.clone())),
        Part::JsonOrNothing(pointer) => match values::json_or_nothing(body(), pointer) {
            Ok(text) => Ok(Cow::Owned(text.into_bytes())),
            Err(_) => read(&Place::Json(pointer.clone())),
        },
        Part::FormField(name) => read(&Place::Form(name.clone())),
        Part::FormJoined(except) => rebuilt(
            canonical::form_joined(form()?, &plan.leaves_out(except)),
            "form",
        ),
        Part::FormPhp(except) => rebuilt(
            canonical::form_php(form()?, &plan.leaves_out(except)),
            "form",
        ),
        Part::JsonLines(members) => rebuilt(canonical::json_lines(body(), members), "JSON body"),
        Part::JsonWritten(form) => rebuilt(
            canonical::json_written(body(), *form, plan.member_of_signature()),
            "JSON body",
        ),
        Part::FormPairs => Ok(Cow::Owned(
            values::sorted_pairs(form()?, plan.parameter_of_signature()).into_bytes(),
        )),
        Part::FormSorted => Ok(Cow::Owned(values::sorted_text(form()?).into_bytes())),
        _ => Ok(Cow::Borrowed(&[])),
    }
}

/// A text that was rebuilt from the fields of the body.
pub(super) fn rebuilt(
    text: Result<String, ValueError>,
    what: &str,
) -> Result<Cow<'_, [u8]>, Rejection> {
    text.map(|text| Cow::Owned(text.into_bytes()))
        .map_err(|error| {
            let problem = match error {
                ValueError::Missing => "lacks a field that is signed",
                ValueError::Repeated => "has a signed field more than once",
                ValueError::Malformed => "does not parse, or in more than one way",
            };
            Rejection::new(Code::ContentMalformed, format!("the {what} {problem}"))
        })
}

/// A bound value, without the padding that some senders put behind a digest in
/// base64url (QStash). What is bound is signed, so that nobody else can add it.
pub(super) fn without_padding<'a>(is: &[Part], value: &'a [u8]) -> &'a [u8] {
    match (is, value) {
        ([Part::BodyDigest(_, Some(Encoding::Base64url))], [unpadded @ .., b'=']) => unpadded,
        _ => value,
    }
}

/// Whether a value is only known when the body is there: in the body, or in a
/// JWS that is.
pub(super) fn is_late(plan: &Plan, place: &Place) -> bool {
    place.is_in_body() || place.is_in_jws() && plan.at.is_in_body()
}

/// A form whose fields are about to be sorted.
pub(super) fn form_text(body: &[u8]) -> Result<&str, Rejection> {
    let malformed = |what: String| Rejection::new(Code::ContentMalformed, what);
    if body.iter().filter(|byte| **byte == b'&').count() >= values::MAX_FIELDS {
        return Err(malformed(format!(
            "the form has more than {} fields",
            values::MAX_FIELDS
        )));
    }
    std::str::from_utf8(body)
        .ok()
        .filter(|form| values::is_utf8(form))
        .ok_or_else(|| malformed("the form body is not UTF-8".into()))
}

/// The one value at a place in the body.
pub(super) fn read_body(
    body: &[u8],
    place: &Place,
    missing: Code,
    malformed: Code,
) -> Result<String, Rejection> {
    let value = match place {
        Place::Json(pointer) => values::json(body, pointer),
        Place::Form(name) => match std::str::from_utf8(body) {
            Ok(text) => values::parameter(text, name).map(Cow::into_owned),
            Err(_) => Err(ValueError::Malformed),
        },
        Place::Body => String::from_utf8(body.to_vec()).map_err(|_| ValueError::Malformed),
        Place::Header(_)
        | Place::HeaderJson(..)
        | Place::Query(_)
        | Place::Claim(_)
        | Place::JwsHeader(_) => Err(ValueError::Missing),
    };
    value_at(value, place, missing, malformed)
}

pub(super) fn value_at(
    value: Result<String, ValueError>,
    place: &Place,
    missing: Code,
    malformed: Code,
) -> Result<String, Rejection> {
    value.map_err(|error| match error {
        ValueError::Missing => Rejection::new(missing, format!("no {place}")),
        ValueError::Repeated => {
            Rejection::new(malformed, format!("{place} stands there more than once"))
        }
        ValueError::Malformed => Rejection::new(
            malformed,
            format!("{place} cannot be read: the body does not parse"),
        ),
    })
}

impl Verifier {
    /// The event's id inside a body, for schemes whose id stands there.
    ///
    /// Only meaningful for a body that was verified.
    #[must_use]
    pub fn event_id_in(&self, body: &[u8]) -> Option<String> {
        let place = self.inner.setup.plans[0]
            .event_id
            .as_ref()
            .filter(|place| place.is_in_body())?;
        read_body(body, place, Code::ContentMalformed, Code::ContentMalformed).ok()
    }
}
