//! Texts of a diagnosis: observations if no change is proven, and the context of a proven
//! one.

use http::HeaderMap;

use super::body::declared;
use super::cause::{self, Cause, Change};
use super::claims::UnmetBinding;
use super::diagnosis::{Diagnosis, Refusal};
use super::fields::HeadFields;
use super::{lossy_json, url};
use crate::request::rejection::Code;
use crate::scheme::{Algorithm, Place, Plan};
use crate::text::json;
use crate::text::printable::printable;
use crate::text::values;

/// Observations about a request that no change explains. They are facts, but none proves
/// that the signature is right.
pub(super) fn visible(
    plan: &Plan,
    fields: &HeadFields,
    headers: &HeaderMap,
    body: &[u8],
    refusal: &Refusal,
) -> (Option<Cause>, String) {
    match hinted(plan, fields, headers, body, refusal) {
        Some(hint) => (Some(hint.cause), hint.clause),
        None => (None, unhinted(plan, body, refusal)),
    }
}

fn hinted(
    plan: &Plan,
    fields: &HeadFields,
    headers: &HeaderMap,
    body: &[u8],
    refusal: &Refusal,
) -> Option<Change> {
    if refusal.code.is_none() {
        return Some(match refusal.is_wrong_kind {
            true => cause::key_is_another_kind::unusable(&refusal.message),
            false => cause::key_is_unusable::unusable(&refusal.message),
        });
    }
    if let Some(token) = &fields.token
        && let Some(named) = token.algorithm()
        && !plan.algorithm.is_jose_name(&named)
    {
        return Some(cause::algorithm_is_another::of_token(
            printable(&named),
            plan.algorithm.jose_name().unwrap_or_default(),
        ));
    }
    if is_read(refusal) && plan.algorithm.signs_content() {
        let text = std::str::from_utf8(body).ok();
        let is_json = text.is_some_and(|text| json::parse(text).is_some());
        if let Some(mut hint) = contradiction(headers, body, is_json) {
            hint.clause += ", so the signature cannot be checked.";
            return Some(hint);
        }
    }
    let is_multipart = !is_read(refusal) && plan.at.is_in_body() && values::is_multipart(body);
    is_multipart.then(|| cause::body_multipart::unread(&plan.at))
}

/// Whether the request had a signature to compare.
const fn is_read(refusal: &Refusal) -> bool {
    !matches!(
        refusal.code,
        Some(Code::SignatureMissing | Code::SignatureMalformed)
    )
}

/// The summary if there is no hint.
fn unhinted(plan: &Plan, body: &[u8], refusal: &Refusal) -> String {
    let text = std::str::from_utf8(body).ok();
    let mut sentence = match refusal.code {
        Some(Code::SignatureMissing) => {
            format!(
                "The request has no signature: {}, nor in any other header that was tried",
                refusal.message
            )
        }
        Some(Code::SignatureMalformed) => {
            format!(
                "The signature is not in the scheme's form ({}), and no common mistake explains it",
                refusal.message
            )
        }
        _ => "No common mistake explains why the signature does not match".to_owned(),
    };
    let covers_body = plan.algorithm.signs_content();
    let is_dropped = refusal.code == Some(Code::SignatureMissing)
        && matches!(&plan.at, Place::Header(name) if name.as_str().contains('_'));
    let ends_early = text.is_some_and(json::ends_early) && !body.is_empty();
    let has_replacements = || {
        body.windows(3)
            .any(|window| window == "\u{fffd}".as_bytes())
    };
    if is_dropped {
        sentence += "; nginx drops headers with an underscore in their names unless `underscores_in_headers` is on";
    } else if url::signs(&plan.parts) {
        sentence += "; this scheme signs the URL, so it must be the one that the provider calls";
    } else if body.is_empty() && covers_body {
        sentence +=
            "; the body is empty: if the provider sent one, something read it before verification";
    } else if ends_early {
        sentence += "; the body ends in the middle of its JSON: it may be truncated";
    } else if has_replacements() {
        sentence += "; the body contains U+FFFD: bytes that are not valid UTF-8 were lost";
    }
    if covers_body && is_read(refusal) && is_sorted(text) {
        sentence += "; the keys of the body's JSON are all in alphabetical order: if something sorted them in transit, the signed order is lost";
    }
    sentence + "."
}

/// Whether the body is a JSON object with sorted keys, and more than a few of them.
fn is_sorted(text: Option<&str>) -> bool {
    let Some((document, seen)) = text.and_then(json::parse) else {
        return false;
    };
    seen.members >= 4 && lossy_json::sorted_objects(&document, &mut Vec::new())
}

/// A contradiction between the headers and the body.
fn contradiction(headers: &HeaderMap, body: &[u8], is_json: bool) -> Option<Change> {
    let here = body.len();
    // Once a coding is decoded, it no longer determines the length.
    let coding = headers
        .get(http::header::CONTENT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .filter(|coding| ["gzip", "deflate", "br", "zstd"].contains(coding));
    if let Some(coding) = coding.filter(|_| is_json) {
        return Some(cause::body_decompressed::coding(coding));
    }
    let length = declared(headers).filter(|length| *length != here)?;
    Some(if here == 0 {
        cause::body_empty::announced(length)
    } else if length > here && !is_json {
        cause::body_truncated::announced(length, here)
    } else {
        cause::body_rewritten::announced(length, here)
    })
}

/// The format of a signature, without its value.
pub(super) fn expected(plan: &Plan) -> String {
    let prefix = plan.format.prefix();
    let after = if prefix.is_empty() {
        String::new()
    } else {
        format!("`{prefix}` and ")
    };
    match plan.algorithm.signature_len() {
        _ if plan.algorithm == Algorithm::MessageSignatures => format!(
            "{}: `label=:base64:`, and the covered components under the same label in `signature-input`",
            plan.at
        ),
        Some(length) => format!(
            "{}: {after}{} {} ({})",
            plan.at,
            plan.encoding.text_len(length),
            plan.encoding.characters(),
            plan.algorithm
        ),
        None if plan.algorithm.is_public_key() => format!(
            "{}: {after}the signature in {} ({})",
            plan.at,
            plan.encoding.name(),
            plan.algorithm
        ),
        None => format!("{}: {after}the key itself ({})", plan.at, plan.algorithm),
    }
}

/// Describes a signature that matches, unchanged or under changes.
pub(super) fn of_match(
    found: &mut Diagnosis,
    changes: Vec<Change>,
    unmet: Vec<UnmetBinding>,
    off: Option<Change>,
    refusal: &Refusal,
) {
    found.proven = true;
    let mut causes: Vec<Cause> = changes.iter().map(|change| change.cause).collect();
    let mut clauses: Vec<String> = changes.into_iter().map(|change| change.clause).collect();
    clauses.dedup();
    let mut sentence = match clauses.as_slice() {
        [] => String::from("The signature matches"),
        clauses => format!("The signature matches when {}", clauses.join(" and ")),
    };
    let (bound, wrong): (Vec<_>, Vec<_>) = unmet.into_iter().partition(|one| one.change.is_some());
    for UnmetBinding { change, place, .. } in bound {
        let Some(change) = change.filter(|change| !clauses.contains(&change.clause)) else {
            continue;
        };
        sentence += &format!(", and {place} matches when {}", change.clause);
        if !causes.contains(&change.cause) {
            causes.push(change.cause);
        }
    }
    for one in &wrong {
        sentence += &format!(", but {}", one.sentence);
        if one.is_fact && !causes.contains(&Cause::ClaimIsAnother) {
            causes.push(Cause::ClaimIsAnother);
        }
    }
    let is_as_sent = causes.is_empty() && wrong.is_empty();
    let advised = off
        .iter()
        .map(|off| off.cause)
        .chain(causes.iter().copied());
    found.evidence = advised
        .filter_map(Cause::advice)
        .map(str::to_owned)
        .collect();
    found.evidence.dedup();
    let mut other_code = None;
    if let Some(off) = off {
        sentence += if is_as_sent { "; " } else { "; also, " };
        sentence += &off.clause;
        causes.push(off.cause);
    } else if is_as_sent {
        sentence += &format!(
            "; the request is refused for another reason: {}",
            refusal.message
        );
        other_code = refusal.code.map(Code::as_str);
    }
    found.sentence = sentence + ".";
    // A claim that no change explains may be forged.
    if wrong.iter().any(|one| !one.is_fact) {
        found.hint = Some(Cause::ClaimIsAnother.name());
    } else {
        let mut names = causes.iter().map(|cause| cause.name());
        found.cause = names.next().or(other_code);
        found.also = names.next();
    }
}
