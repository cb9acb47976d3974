//! Signatures as they are written, and the key that one matches.

use std::fmt;

use smallvec::SmallVec;

use super::Candidate;
use crate::crypto;
use crate::crypto::{PublicKey, Tag, sha256};
use crate::key::Material;
use crate::key::PreparedKey;
use crate::request::rejection::{Code, Rejection};
use crate::scheme::format::MAX_CHECKS;
use crate::scheme::format::{Fields, FormatError, MAX_CANDIDATES};
use crate::scheme::{Algorithm, Place, Plan};
use crate::text::encoding::DecodeError;

/// The longest text taken as one signature: RSA-8192 in hex, doubled.
pub(super) const MAX_SIGNATURE_TEXT: usize = 4096;

/// A larger ring has each of its keys tried once.
fn most_checks(keys: &[PreparedKey]) -> usize {
    MAX_CHECKS.max(keys.len())
}

/// The signatures with the keys that each may be of, and the keys' indices; as
/// many of them as are checked.
pub(super) fn pairs<'a>(
    keys: &'a [PreparedKey],
    chosen: Option<u16>,
    candidates: &'a [Candidate],
) -> impl Iterator<Item = (&'a Candidate, u16, &'a PreparedKey)> {
    all_pairs(keys, chosen, candidates).take(most_checks(keys))
}

fn all_pairs<'a>(
    keys: &'a [PreparedKey],
    chosen: Option<u16>,
    candidates: &'a [Candidate],
) -> impl Iterator<Item = (&'a Candidate, u16, &'a PreparedKey)> {
    candidates.iter().flat_map(move |candidate| {
        let wanted = candidate.key.or(chosen);
        (0..)
            .zip(keys)
            .filter(move |(index, _)| wanted.is_none_or(|wanted| wanted == *index))
            .map(move |(index, key)| (candidate, index, key))
    })
}

pub(super) fn key_index(keys: &[PreparedKey], id: &[u8], place: &Place) -> Result<u16, Rejection> {
    keys.iter()
        .position(|key| key.id.as_bytes() == id)
        .and_then(|index| u16::try_from(index).ok())
        .ok_or_else(|| {
            Rejection::new(
                Code::KeyUnknown,
                format!("{place} names a key that is not on the ring"),
            )
        })
}

pub(super) fn format_rejection(plan: &Plan, error: &FormatError) -> Rejection {
    match error {
        FormatError::Literal(literal) => Rejection::new(
            Code::SignatureMalformed,
            format!("{}: expected `{literal}`, which is not there", plan.at),
        ),
        FormatError::Name(name) => Rejection::new(
            Code::SignatureMalformed,
            format!("{}: expected `{name}=`, which is not there", plan.at),
        ),
        FormatError::Repeated(name) => Rejection::new(
            Code::SignatureMalformed,
            format!("{}: `{name}=` stands there more than once", plan.at),
        ),
        FormatError::Quotes(name) => Rejection::new(
            Code::SignatureMalformed,
            format!("{}: expected `{name}=` and a value in quotes", plan.at),
        ),
        FormatError::RepeatedTimestamp => Rejection::new(
            Code::TimestampMalformed,
            format!("{}: more than one timestamp", plan.at),
        ),
        FormatError::RepeatedId => Rejection::new(
            Code::ContentMalformed,
            format!("{}: more than one id", plan.at),
        ),
        FormatError::TooMany => Rejection::new(
            Code::SignatureMalformed,
            format!("{}: more than {MAX_CANDIDATES} signatures", plan.at),
        ),
    }
}

/// The key id that is beside the signatures, where it is signed: then all
/// of them have to name the same.
pub(super) fn key_id_beside<'a>(
    plan: &Plan,
    fields: &Fields<'a>,
) -> Result<Option<&'a [u8]>, Rejection> {
    let mut ids = fields.signatures.iter().map(|(_, id)| *id);
    let first = ids.next().flatten();
    if ids.any(|id| id != first) {
        return Err(Rejection::new(
            Code::SignatureMalformed,
            format!(
                "{}: signatures of several keys, but the key id is signed",
                plan.at
            ),
        ));
    }
    Ok(first)
}

/// Decodes the signatures of a header. In a list, one that does not decode is
/// passed over as long as another does.
pub(super) fn decode_all(
    plan: &Plan,
    keys: &[PreparedKey],
    chosen: Option<u16>,
    fields: &Fields<'_>,
    into: &mut SmallVec<[Candidate; 1]>,
) -> Result<(), Rejection> {
    let mut failure = None;
    for (text, key_id) in &fields.signatures {
        let key = match key_id {
            None => chosen,
            // The keys are looked up when the head has passed.
            Some(_) if keys.is_empty() => None,
            Some(id) => match key_index(keys, id, &plan.at) {
                Ok(index) => Some(index),
                Err(unknown) => {
                    failure.get_or_insert(unknown);
                    continue;
                }
            },
        };
        match decode_one(plan, keys, key, text) {
            Ok(bytes) => into.push(Candidate { bytes, key }),
            Err(rejection) => {
                failure.get_or_insert(rejection);
            }
        }
    }
    if into.is_empty() {
        return Err(failure.unwrap_or_else(|| {
            Rejection::new(
                Code::SignatureMissing,
                format!("no signature in {}", plan.at),
            )
        }));
    }
    Ok(())
}

/// Where a signature starts, for messages; written only when one is.
pub(super) struct AfterPrefix<'a>(&'a str);

impl fmt::Display for AfterPrefix<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            "" => Ok(()),
            prefix => write!(f, " after `{prefix}`"),
        }
    }
}

/// A MAC or hash in the scheme's encoding; none where the text is no such
/// thing, and for signatures of keys.
#[inline]
pub(super) fn decode_tag(plan: &Plan, text: &[u8]) -> Option<SmallVec<[u8; 64]>> {
    let (Algorithm::Hmac(digest) | Algorithm::Hash(digest)) = plan.algorithm else {
        return None;
    };
    let mut bytes = [0; 64];
    let length = plan.encoding.decode_into(text, &mut bytes).ok()?;
    (length == digest.len()).then(|| SmallVec::from_buf_and_len(bytes, length))
}

pub(super) fn decode_one(
    plan: &Plan,
    keys: &[PreparedKey],
    key: Option<u16>,
    text: &[u8],
) -> Result<SmallVec<[u8; 64]>, Rejection> {
    if let Some(tag) = decode_tag(plan, text) {
        return Ok(tag);
    }
    let after = AfterPrefix(plan.format.prefix());
    let malformed =
        |what: String| Rejection::new(Code::SignatureMalformed, format!("{}: {what}", plan.at));
    let unit = plan.encoding.characters();
    if text.is_empty() {
        return Err(Rejection::new(
            Code::SignatureMissing,
            format!("{}: nothing{after}", plan.at),
        ));
    }
    let key_sizes = || {
        keys.iter()
            .enumerate()
            .filter(|(i, _)| key.is_none_or(|k| usize::from(k) == *i))
            .filter_map(|(_, key)| match &key.material {
                Material::Public(public) => Some(public.signature_len()),
                Material::Roots(_) => Some(None),
                _ => None,
            })
    };
    let fits = |len: usize| match plan.algorithm.signature_len() {
        Some(expected) => len == expected,
        None if plan.algorithm.is_public_key() => {
            keys.is_empty() || key_sizes().any(|size| size.is_none_or(|size| size == len))
        }
        None => true,
    };
    let expected = plan
        .algorithm
        .signature_len()
        .or_else(|| key_sizes().flatten().next());
    if text.len() > MAX_SIGNATURE_TEXT {
        return Err(malformed(format!(
            "{} {unit}{after} are more than any signature has",
            text.len()
        )));
    }
    // Enough for every encoding: none is longer than its text.
    let mut short = [0; 96];
    let mut long = Vec::new();
    let room = match short.get_mut(..text.len()) {
        Some(room) => room,
        None => {
            long.resize(text.len(), 0);
            &mut long[..]
        }
    };
    let decoded = plan.encoding.decode_into(text, room);
    if let Ok(len) = decoded
        && fits(len)
    {
        let bytes = &room[..len];
        return if crypto::well_formed(plan.algorithm, bytes) {
            Ok(SmallVec::from_slice(bytes))
        } else {
            Err(malformed(
                "not an ECDSA signature in the form that the scheme prescribes".into(),
            ))
        };
    }
    Err(match (decoded, expected) {
        (Err(DecodeError::Character(at)), _) => malformed(format!(
            "character {}{after} is not one of the {unit}",
            at + 1
        )),
        (Ok(_) | Err(DecodeError::Length), Some(expected)) => {
            let expected = plan.encoding.text_len(expected);
            if expected == text.len() {
                malformed(format!(
                    "expected {expected} {unit}{after} with the canonical padding"
                ))
            } else {
                malformed(format!(
                    "expected {expected} {unit}{after}, found {}",
                    text.len()
                ))
            }
        }
        _ => malformed(format!(
            "expected canonical {unit}{after}: padding is missing or wrong"
        )),
    })
}

/// Both sides are hashed, so neither content nor length shows in the time.
pub(super) fn match_shared(
    keys: &[PreparedKey],
    chosen: Option<u16>,
    candidates: &[Candidate],
) -> Option<u16> {
    use subtle::ConstantTimeEq as _;
    for candidate in candidates {
        let sent = sha256(&[&candidate.bytes]);
        for (index, key) in keys.iter().enumerate() {
            let index = u16::try_from(index).ok()?;
            if chosen.is_some_and(|chosen| chosen != index) {
                continue;
            }
            if let Material::Shared(expected) = &key.material
                && bool::from(expected.ct_eq(&sent))
            {
                return Some(index);
            }
        }
    }
    None
}

/// The key whose public key verifies one of the signatures over the message
/// with this digest.
pub(super) fn match_public(
    algorithm: Algorithm,
    keys: &[PreparedKey],
    chosen: Option<u16>,
    certified: Option<&(u16, PublicKey)>,
    digest: &Tag,
    candidates: &[Candidate],
) -> Option<u16> {
    pairs(keys, chosen, candidates).find_map(|(candidate, index, key)| {
        let public = match &key.material {
            Material::Public(public) => public,
            Material::Roots(_) => certified
                .filter(|(root, _)| *root == index)
                .map(|(_, public)| public)?,
            _ => return None,
        };
        public
            .verify(algorithm, digest.as_bytes(), &candidate.bytes)
            .then_some(index)
    })
}

/// The key, if one of the signatures is this MAC of it.
pub(super) fn match_tag(key: u16, tag: &Tag, candidates: &[Candidate]) -> Option<u16> {
    candidates
        .iter()
        .filter(|candidate| candidate.key.is_none_or(|wanted| wanted == key))
        .any(|candidate| tag.ct_eq(&candidate.bytes))
        .then_some(key)
}

pub(super) fn mismatch(
    plan: &Plan,
    keys: &[PreparedKey],
    chosen: Option<u16>,
    candidates: &[Candidate],
) -> Rejection {
    let checked = most_checks(keys);
    if plan.algorithm.is_public_key() && all_pairs(keys, chosen, candidates).count() > checked {
        return Rejection::new(
            Code::SignatureMalformed,
            format!(
                "{}: {} signatures for {} keys: only {checked} pairs are checked, and none of those matches",
                plan.at,
                candidates.len(),
                keys.len()
            ),
        );
    }
    let tried = match (chosen, keys.len()) {
        (Some(key), _) => format!("key `{}`", keys[usize::from(key)].id),
        (None, 1) => "the key".into(),
        (None, n) => format!("any of {n} keys"),
    };
    Rejection::new(
        Code::SignatureMismatch,
        if plan.algorithm.signs_content() {
            format!(
                "{}: the signature does not match this request under {tried}",
                plan.at
            )
        } else {
            format!("{}: the secret is not that of {tried}", plan.at)
        },
    )
}
