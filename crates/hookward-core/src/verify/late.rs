//! What is only known with the body.

use std::borrow::Cow;

use super::facts::Late;
use super::head::unsigned;
use super::identity::is_an_id;
use super::jws::{Jws, certified, read_jws};
use super::signature::{decode_all, format_rejection, key_index};
use super::{After, Extra, Found, Rare, State};
use crate::request::reason::{self, Reason};
use crate::request::rejection::{Code, Rejection};
use crate::scheme::format::Fields;
use crate::scheme::source::Source;
use crate::scheme::template::Part;
use crate::scheme::{Place, Plan};
use crate::text::values;
use crate::text::values::ValueError;
use crate::verify::evaluate::evaluate;
use crate::verify::verifier::{Inner, Verifier};

impl State {
    /// Holds bound values to what they have to equal.
    pub(super) fn check_bindings(
        &self,
        inner: &Inner,
        rare: &Rare,
        extra: Option<&Extra>,
        late: &Found<'_>,
    ) -> Result<(), Rejection> {
        let plan = self.plan(inner);
        let facts = Late {
            inner,
            plan,
            extra,
            jws: rare.jws.as_deref(),
            found: late,
            copy: rare.head.as_deref(),
        };
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
            let place = || reason::text(&binding.at);
            let Some(value) = value else {
                if self.body_is_empty {
                    continue;
                }
                return Err(Reason::BindingMissing { place: place() }.into());
            };
            if binding.with_body && self.body_is_empty {
                return Err(Reason::BindingWithoutBody { place: place() }.into());
            }
            let mut expected = Vec::new();
            for piece in &pending.expected {
                match piece {
                    After::Bytes(bytes) => expected.extend_from_slice(bytes),
                    After::Part(position) => {
                        expected.extend_from_slice(&evaluate(&binding.is[*position], &&facts)?);
                    }
                    // Refused when the scheme is compiled.
                    After::Secret => {}
                }
            }
            if expected != without_padding(&binding.is, &value) {
                return Err(Reason::OtherBinding { place: place() }.into());
            }
        }
        Ok(())
    }

    /// Reads what is in the body: the signature and what is beside it,
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
            if *place == Place::Body {
                if body.is_empty() {
                    continue;
                }
                return Err(unsigned(place));
            }
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
                Err(rejection) if !planned.optional || plan.reads(&Source::Timestamp) => {
                    return Err(rejection);
                }
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

/// A bound value, without the padding that some senders put behind a digest in
/// base64url (QStash). What is bound is signed, so that nobody else can add it.
pub(super) fn without_padding<'a>(is: &[Part], value: &'a [u8]) -> &'a [u8] {
    match (is, value) {
        ([Part::Slot(slot)], [unpadded @ .., b'=']) if slot.is_base64url_digest() => unpadded,
        _ => value,
    }
}

/// Whether a value is only known when the body is there: in the body, or in a
/// JWS that is.
pub(super) fn is_late(plan: &Plan, place: &Place) -> bool {
    place.is_in_body() || place.is_in_jws() && plan.at.is_in_body()
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
        Place::FormJson(name, pointer) => match std::str::from_utf8(body) {
            Ok(text) => values::parameter(text, name)
                .and_then(|object| values::json(object.as_bytes(), pointer)),
            Err(_) => Err(ValueError::Malformed),
        },
        Place::Body => String::from_utf8(body.to_vec()).map_err(|_| ValueError::Malformed),
        Place::Header(_)
        | Place::HeaderJson(..)
        | Place::Query(_)
        | Place::Claim(_)
        | Place::JwsHeader(_) => Err(ValueError::Missing),
    };
    match value {
        Err(error) if values::is_multipart(body) => Err(Rejection::from(Reason::Multipart {
            code: match error {
                ValueError::Missing => missing,
                ValueError::Repeated | ValueError::Malformed => malformed,
            },
            place: reason::text(place),
        })),
        value => value_at(value, place, missing, malformed),
    }
}

pub(super) fn value_at(
    value: Result<String, ValueError>,
    place: &Place,
    missing: Code,
    malformed: Code,
) -> Result<String, Rejection> {
    value.map_err(|error| {
        let place = reason::text(place);
        let code = malformed;
        Rejection::from(match error {
            ValueError::Missing => Reason::Missing {
                code: missing,
                place,
            },
            ValueError::Repeated => Reason::Repeated { code, place },
            ValueError::Malformed => Reason::BodyUnparsed { code, place },
        })
    })
}

impl Verifier {
    /// The event's id inside a body, for schemes whose id is there.
    ///
    /// Only meaningful for a body that was verified.
    #[must_use]
    pub fn event_id_in(&self, body: &[u8]) -> Option<String> {
        let place = self.inner.setup.plans[0]
            .event_id
            .as_ref()
            .filter(|place| place.is_in_body())?;
        read_body(body, place, Code::ContentMalformed, Code::ContentMalformed)
            .ok()
            .filter(|id| is_an_id(id))
    }
}
