//! State of a search, its budget, and one hypothesis: signs the content with each key and
//! algorithm, and compares the result with every signature of the request.

use std::time::{Duration, Instant};

use http::HeaderMap;
use subtle::ConstantTimeEq as _;

use super::cause::{self, Cause, Change};
use super::explainer::Explainer;
use super::fields::HeadFields;
use super::key::{KeyCandidate, Tried};
use super::signatures::{FoundSignature, LEAST_PREFIX, signatures};
use crate::crypto::{PublicKey, Stream, Tag, sha256};
use crate::request::head::RequestHead;
use crate::scheme::part::Part;
use crate::scheme::{Algorithm, Digest, Plan};

/// The budget of one explanation, in bytes hashed or written: well below a second if the
/// processor hashes in hardware.
const WORK: u64 = 400 << 20;

/// Otherwise, or on a busy machine, the time limit ends the search. Unoptimized builds
/// get more time.
const TIME: Duration = Duration::from_millis(if cfg!(debug_assertions) { 6000 } else { 550 });

/// The cost of an RSA verification relative to hashing.
const PUBLIC_KEY_WORK: u64 = 32 << 10;

/// The fixed cost of a hypothesis, in addition to its bytes.
const ATTEMPT_WORK: u64 = 512;

/// What is signed under one hypothesis.
#[derive(Clone, Copy)]
pub(super) struct Hypothesis<'t> {
    pub(super) parts: &'t [Part],
    pub(super) fields: &'t HeadFields,
    pub(super) body: &'t [u8],
    pub(super) changes: &'t [&'t Change],
}

impl Hypothesis<'_> {
    /// The same hypothesis, with these changes to report.
    pub(super) fn under<'u>(self, changes: &'u [&'u Change]) -> Hypothesis<'u>
    where
        Self: 'u,
    {
        Hypothesis { changes, ..self }
    }
}

/// An algorithm, with the change if it is not the scheme's.
pub(super) type Tagged = (Algorithm, Option<Change>);

/// The state of one explanation.
pub(super) struct Search<'a> {
    pub(super) explainer: &'a Explainer,
    pub(super) plan: &'a Plan,
    pub(super) head: &'a dyn RequestHead,
    pub(super) headers: &'a HeaderMap,
    pub(super) fields: &'a HeadFields,
    pub(super) body: &'a [u8],
    pub(super) signatures: Vec<FoundSignature>,
    pub(super) start: Instant,
    pub(super) work: u64,
    pub(super) best: Option<Vec<Change>>,
    /// The timestamp of the match.
    pub(super) timestamp: Option<Vec<u8>>,
}

impl<'a> Search<'a> {
    pub(super) fn new(
        explainer: &'a Explainer,
        plan: &'a Plan,
        head: &'a dyn RequestHead,
        headers: &'a HeaderMap,
        fields: &'a HeadFields,
        body: &'a [u8],
        start: Instant,
    ) -> Self {
        Self {
            explainer,
            plan,
            head,
            headers,
            fields,
            body,
            signatures: signatures(plan, headers, &head.target(), body),
            start,
            work: 0,
            best: None,
            timestamp: None,
        }
    }

    /// The content without changes.
    pub(super) fn plain(&self) -> Hypothesis<'a> {
        Hypothesis {
            parts: &self.plan.parts,
            fields: self.fields,
            body: self.body,
            changes: &[],
        }
    }
}

impl Search<'_> {
    pub(super) fn solved(&self, cost: usize) -> bool {
        self.best.as_ref().is_some_and(|best| best.len() <= cost)
    }

    /// Adds work that was done elsewhere.
    pub(super) fn charge(&mut self, bytes: u64) {
        self.work += bytes;
    }

    pub(super) fn exhausted(&self, share: u64) -> bool {
        let percent = u32::try_from(share).unwrap_or(100);
        self.work > WORK / 100 * share || self.start.elapsed() > TIME / 100 * percent
    }

    /// Signs the content with each key and algorithm, and compares the result with every
    /// signature of the request.
    pub(super) fn attempt(
        &mut self,
        attempt: Hypothesis<'_>,
        keys: &[&KeyCandidate],
        algorithms: &[Tagged],
    ) {
        for candidate in keys {
            for (algorithm, change) in algorithms {
                if self.exhausted(100) {
                    return;
                }
                if let Some(index) = self.matching(attempt, candidate, *algorithm) {
                    self.matched(attempt, candidate, change.as_ref(), index);
                }
            }
        }
    }

    /// Keeps the changes of a match if they are fewer than the known ones.
    fn matched(
        &mut self,
        attempt: Hypothesis<'_>,
        candidate: &KeyCandidate,
        algorithm: Option<&Change>,
        index: usize,
    ) {
        let mut changes: Vec<Change> = candidate.changes.clone();
        changes.extend(algorithm.cloned());
        changes.extend(self.signatures[index].change.clone());
        changes.extend(attempt.changes.iter().map(|change| (*change).clone()));
        // Naming a provider is more helpful than naming the header it reads.
        let is_only = |changes: &[Change], cause| matches!(changes, [only] if only.cause == cause);
        let says_more = is_only(&changes, Cause::SchemeIsAnother)
            && self
                .best
                .as_deref()
                .is_some_and(|best| is_only(best, Cause::SignatureInOtherHeader));
        if !self.solved(changes.len()) || says_more {
            self.best = Some(changes);
            self.timestamp.clone_from(&attempt.fields.timestamp);
        }
    }

    /// The index of the signature that matches the content.
    fn matching(
        &mut self,
        attempt: Hypothesis<'_>,
        candidate: &KeyCandidate,
        algorithm: Algorithm,
    ) -> Option<usize> {
        self.work += ATTEMPT_WORK;
        match (&candidate.material, algorithm) {
            (Tried::Secret(secret), Algorithm::SharedSecret | Algorithm::Basic) => {
                let expected = sha256(&[secret]);
                self.signatures
                    .iter()
                    .position(|s| bool::from(sha256(&[&s.bytes]).ct_eq(&expected)))
            }
            (Tried::Secret(secret), Algorithm::Hmac(digest)) => {
                let stream = Stream::hmac(digest, secret);
                let tag = self.digest(attempt, stream, secret)?;
                self.position(tag.as_bytes())
            }
            (Tried::Secret(secret), Algorithm::Hash(digest)) => {
                let tag = self.digest(attempt, Stream::hash(digest), secret)?;
                self.position(tag.as_bytes())
            }
            (Tried::Public(key), algorithm) if algorithm.streams_message() => {
                self.matching_ed25519(attempt, key)
            }
            (Tried::Public(key), algorithm) if algorithm.is_public_key() => {
                let stream = Stream::hash(algorithm.message_digest());
                let tag = self.digest(attempt, stream, b"")?;
                self.matching_public(algorithm, key, &tag)
            }
            _ => None,
        }
    }

    fn matching_ed25519(&mut self, attempt: Hypothesis<'_>, key: &PublicKey) -> Option<usize> {
        let pieces =
            self.explainer
                .content(self.plan, attempt.parts, attempt.fields, attempt.body, b"")?;
        let length: usize = pieces.iter().map(|piece| piece.len()).sum();
        for (index, signature) in self.signatures.iter().enumerate() {
            self.work += PUBLIC_KEY_WORK + length as u64;
            let Some(mut check) = key.ed25519_stream(&signature.bytes) else {
                continue;
            };
            pieces.iter().for_each(|piece| check.update(piece));
            if check.verify() {
                return Some(index);
            }
        }
        None
    }

    fn matching_public(
        &mut self,
        algorithm: Algorithm,
        key: &PublicKey,
        tag: &Tag,
    ) -> Option<usize> {
        for (index, signature) in self.signatures.iter().enumerate() {
            let length = signature.bytes.len();
            if signature.cut || key.signature_len().is_some_and(|right| right != length) {
                continue;
            }
            self.work += PUBLIC_KEY_WORK;
            if key.verify(algorithm, tag.as_bytes(), &signature.bytes) {
                return Some(index);
            }
        }
        None
    }

    fn digest(
        &mut self,
        attempt: Hypothesis<'_>,
        mut stream: Stream,
        secret: &[u8],
    ) -> Option<Tag> {
        let pieces = self.explainer.content(
            self.plan,
            attempt.parts,
            attempt.fields,
            attempt.body,
            secret,
        )?;
        for piece in &pieces {
            self.work += piece.len() as u64;
            stream.update(piece);
        }
        Some(stream.finish())
    }

    /// The signature that equals the tag; unchanged ones take precedence.
    fn position(&self, tag: &[u8]) -> Option<usize> {
        let mut found = None;
        for (index, signature) in self.signatures.iter().enumerate() {
            let part = if signature.cut {
                tag.get(..signature.bytes.len())
                    .filter(|part| part.len() >= LEAST_PREFIX)
            } else {
                Some(tag)
            };
            if part.is_some_and(|part| bool::from(part.ct_eq(&signature.bytes))) {
                if signature.change.is_none() {
                    return Some(index);
                }
                found = found.or(Some(index));
            }
        }
        found
    }
}

/// The algorithm with other digests.
pub(super) fn other_algorithms(algorithm: Algorithm) -> Vec<Tagged> {
    let own = digest_of(algorithm).title();
    Digest::ALL
        .iter()
        .map(|&digest| match algorithm {
            Algorithm::Hmac(_) => Algorithm::Hmac(digest),
            Algorithm::Hash(_) => Algorithm::Hash(digest),
            Algorithm::RsaPkcs1(_) => Algorithm::RsaPkcs1(digest),
            other => other,
        })
        .filter(|other| *other != algorithm)
        .map(|other| {
            let name = digest_of(other).title();
            let change = cause::algorithm_is_another::digest(name, other.name(), own);
            (other, Some(change))
        })
        .collect()
}

const fn digest_of(algorithm: Algorithm) -> Digest {
    match algorithm {
        Algorithm::Hmac(digest) | Algorithm::Hash(digest) | Algorithm::RsaPkcs1(digest) => digest,
        _ => Digest::Sha256,
    }
}
