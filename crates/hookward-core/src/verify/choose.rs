//! Selection of the form in which a request is signed, and the texts of its signatures. A
//! scheme may accept several forms; the first whose conditions the head meets is
//! verified.

use std::borrow::Cow;

use smallvec::SmallVec;

use super::jws::MAX_JWS_TEXT;
use super::read::{is_present, read};
use super::signature::format_rejection;
use crate::request::head::{RequestHead, Single, single};
use crate::request::reason::{self, Reason};
use crate::request::rejection::{Code, Rejection};
use crate::scheme::format::{Fields, FormatError, MAX_CANDIDATES};
use crate::scheme::{Place, Plan};
use crate::text::encoding::Encoding;
use crate::text::values;

/// The first form whose conditions hold and whose signature is present and well-formed.
#[inline]
pub(crate) fn choose(plans: &[Plan], head: &dyn RequestHead) -> Result<usize, Rejection> {
    // A single form without conditions: missing values are reported when they are read.
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
            unmet.get_or_insert_with(|| unexpected(place));
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

/// Whether a JWS in a header names the algorithm of this form. `true` for other formats
/// and for values that do not parse: those are checked when they are read.
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

pub(super) fn unexpected(place: &Place) -> Rejection {
    let place = reason::text(place);
    Reason::Unexpected { place }.into()
}

/// The values of the signature header and of the additional headers that may carry a
/// signature; empty if the signature is in the body.
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
