//! Decoding of signatures, and the search for the key that one matches. The number of
//! checks is bounded, since the sender chooses how many signatures a request carries.

use std::fmt;

use smallvec::SmallVec;

use super::state::{Candidate, Request};
use crate::crypto;
use crate::crypto::{PublicKey, Stream, Tag, sha256};
use crate::key::Material;
use crate::key::PreparedKey;
use crate::request::reason::{self, Reason};
use crate::request::rejection::Rejection;
use crate::scheme::format::MAX_CHECKS;
use crate::scheme::format::{Fields, FormatError, MAX_CANDIDATES};
use crate::scheme::{Algorithm, Place, Plan};
use crate::text::encoding::DecodeError;

/// The maximum length of an encoded signature, in bytes: twice that of RSA-8192 in hex.
pub(super) const MAX_SIGNATURE_TEXT: usize = 4096;

/// The maximum number of checks. On a ring with more keys, each key is tried once.
fn max_checks(keys: &[PreparedKey]) -> usize {
    MAX_CHECKS.max(keys.len())
}

/// Pairs of a signature and a key that may have made it, with the key's index, up to the
/// maximum number of checks.
pub(super) fn pairs<'a>(
    keys: &'a [PreparedKey],
    chosen: Option<u16>,
    candidates: &'a [Candidate],
) -> impl Iterator<Item = (&'a Candidate, u16, &'a PreparedKey)> {
    all_pairs(keys, chosen, candidates).take(max_checks(keys))
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
            let place = reason::text(place);
            Reason::KeyNotOnRing { place }.into()
        })
}

pub(super) fn format_rejection(plan: &Plan, error: &FormatError) -> Rejection {
    let place = reason::text(&plan.at);
    Rejection::from(match error {
        FormatError::Literal(literal) => Reason::NoLiteral {
            place,
            literal: reason::text(literal),
        },
        FormatError::Name(name) => Reason::NoName {
            place,
            name: reason::text(name),
        },
        FormatError::Repeated(name) => Reason::NameRepeated {
            place,
            name: reason::text(name),
        },
        FormatError::Quotes(name) => Reason::NoQuotes {
            place,
            name: reason::text(name),
        },
        FormatError::RepeatedTimestamp => Reason::TimestampRepeated { place },
        FormatError::RepeatedId => Reason::IdRepeated { place },
        FormatError::TooMany => Reason::TooManySignatures {
            place,
            most: MAX_CANDIDATES,
        },
    })
}

/// The signed key id beside the signatures, all of which must name the same one.
pub(super) fn key_id_beside<'a>(
    plan: &Plan,
    fields: &Fields<'a>,
) -> Result<Option<&'a [u8]>, Rejection> {
    let mut ids = fields.signatures.iter().map(|(_, id)| *id);
    let first = ids.next().flatten();
    if ids.any(|id| id != first) {
        return Err(Rejection::from(Reason::SeveralKeyIds {
            place: reason::text(&plan.at),
        }));
    }
    Ok(first)
}

/// Decodes the signatures of a header. In a list, a signature that does not decode is
/// ignored as long as another one does.
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
            // The keys are looked up after the head has been checked.
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
            let place = reason::text(&plan.at);
            Reason::NoSignatureIn { place }.into()
        }));
    }
    Ok(())
}

/// The position of a signature in messages, formatted only if a message is.
pub(super) struct AfterPrefix<'a>(&'a str);

impl fmt::Display for AfterPrefix<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            "" => Ok(()),
            prefix => write!(f, " after `{prefix}`"),
        }
    }
}

/// Decodes a MAC or hash. `None` if the text is not one in the scheme's encoding, and for
/// public-key signatures.
#[inline]
pub(super) fn decode_tag(plan: &Plan, text: &[u8]) -> Option<SmallVec<[u8; 64]>> {
    let expected = plan.algorithm.tag_len()?;
    let mut bytes = [0; 64];
    let length = plan.encoding.decode_into(text, &mut bytes).ok()?;
    (length == expected).then(|| SmallVec::from_buf_and_len(bytes, length))
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
    let place = || reason::text(&plan.at);
    let after = || reason::text(AfterPrefix(plan.format.prefix()));
    let unit = plan.encoding.characters();
    if text.is_empty() {
        return Err(Rejection::from(Reason::SignatureEmptyAfter {
            place: place(),
            after: after(),
        }));
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
        return Err(Rejection::from(Reason::SignatureTooLong {
            place: place(),
            found: text.len(),
            unit,
            after: after(),
        }));
    }
    // No encoding decodes to more bytes than its text has.
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
            Err(Reason::NotEcdsa { place: place() }.into())
        };
    }
    let (place, after) = (place(), after());
    Err(Rejection::from(match (decoded, expected) {
        (Err(DecodeError::Character(at)), _) => Reason::SignatureCharacter {
            place,
            at: at + 1,
            unit,
            after,
        },
        (Ok(_) | Err(DecodeError::Length), Some(expected)) => {
            let expected = plan.encoding.text_len(expected);
            if expected == text.len() {
                Reason::SignaturePadding {
                    place,
                    expected,
                    unit,
                    after,
                }
            } else {
                Reason::SignatureLength {
                    place,
                    expected,
                    unit,
                    after,
                    found: text.len(),
                }
            }
        }
        _ => Reason::SignatureNotCanonical { place, unit, after },
    }))
}

/// The index of the shared secret that was sent. Both sides are hashed and compared in
/// constant time, so that timing reveals neither content nor length.
pub(super) fn match_shared(
    keys: &[PreparedKey],
    chosen: Option<u16>,
    candidates: &[Candidate],
) -> Option<u16> {
    use subtle::ConstantTimeEq as _;
    for candidate in candidates {
        let sent = sha256(&[&candidate.bytes]);
        let wanted = candidate.key.or(chosen);
        for (index, key) in keys.iter().enumerate() {
            let index = u16::try_from(index).ok()?;
            if wanted.is_some_and(|wanted| wanted != index) {
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

/// The index of the public key that verifies one of the signatures over the message with
/// this digest.
pub(super) fn match_public(
    algorithm: Algorithm,
    keys: &[PreparedKey],
    chosen: Option<u16>,
    certificate_key: Option<&(u16, PublicKey)>,
    digest: &Tag,
    candidates: &[Candidate],
) -> Option<u16> {
    pairs(keys, chosen, candidates).find_map(|(candidate, index, key)| {
        let public = match &key.material {
            Material::Public(public) => public,
            Material::Roots(_) => certificate_key
                .filter(|(root, _)| *root == index)
                .map(|(_, public)| public)?,
            _ => return None,
        };
        public
            .verify(algorithm, digest.as_bytes(), &candidate.bytes)
            .then_some(index)
    })
}

/// Returns `key` if one of its signatures equals this MAC.
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
    let checked = max_checks(keys);
    if plan.algorithm.is_public_key() && all_pairs(keys, chosen, candidates).count() > checked {
        return Rejection::from(Reason::TooManyPairs {
            place: reason::text(&plan.at),
            signatures: candidates.len(),
            keys: keys.len(),
            checked,
        });
    }
    let place = reason::text(&plan.at);
    let tried = match (chosen, keys.len()) {
        (Some(key), _) => format!("key `{}`", keys[usize::from(key)].id).into(),
        (None, 1) => "the key".into(),
        (None, n) => format!("any of {n} keys").into(),
    };
    Rejection::from(match plan.algorithm.signs_content() {
        true => Reason::NoMatch { place, tried },
        false => Reason::OtherSecret { place, tried },
    })
}

impl Request {
    /// The index of the key under which a signature matches the content fed to `stream`,
    /// or of a secret that matched before the body.
    #[inline]
    pub(super) fn matching_key(
        &self,
        plan: &Plan,
        keys: &[PreparedKey],
        key: u16,
        stream: Stream,
    ) -> Option<u16> {
        if self.is_settled {
            return self.chosen;
        }
        let (algorithm, tag) = (plan.algorithm, stream.finish());
        match algorithm.is_public_key() {
            false => match_tag(key, &tag, &self.candidates),
            true => match_public(algorithm, keys, self.chosen, None, &tag, &self.candidates),
        }
    }

    /// Compares the secrets in the request with those on the ring.
    pub(super) fn settle(&mut self, plan: &Plan, keys: &[PreparedKey]) -> Result<(), Rejection> {
        let key = match_shared(keys, self.chosen, &self.candidates)
            .ok_or_else(|| self.mismatch(plan, keys))?;
        self.chosen = Some(key);
        self.is_settled = true;
        Ok(())
    }

    pub(super) fn mismatch(&self, plan: &Plan, keys: &[PreparedKey]) -> Rejection {
        mismatch(plan, keys, self.chosen, &self.candidates)
    }
}
