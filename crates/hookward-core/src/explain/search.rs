//! The search: one change at a time, then pairs, within the bounds.

use std::time::{Duration, Instant};

use http::HeaderMap;
use subtle::ConstantTimeEq as _;

use super::head::{self, Fields, LEAST_PREFIX, Signature};
use super::key::{self, Candidate, Tried};
use super::{Change, Explainer, body};
use crate::catalogue::providers;
use crate::crypto::{Stream, Tag, sha256};
use crate::request::head::RequestHead;
use crate::scheme::source::Source;
use crate::scheme::template::Part;
use crate::scheme::{Algorithm, Digest, Place, Plan};
use crate::text::time::{TimeUnit, UnixTime};

/// The work that one explanation may cost, in bytes hashed or written: well
/// below a second where the processor hashes in hardware.
const WORK: u64 = 400 << 20;

/// The part of it for what a JSON library may have lost.
const LOST_WORK: u64 = 96 << 20;

/// Where it does not, or has other things to do, time ends the search. An
/// unoptimised build gets more of it.
const TIME: Duration = Duration::from_millis(if cfg!(debug_assertions) { 6000 } else { 550 });

/// What an RSA verification weighs against hashing.
const PUBLIC_KEY_WORK: u64 = 32 << 10;

/// What every attempt costs beside its bytes.
const ATTEMPT_WORK: u64 = 512;

/// The state of one explanation.
pub(super) struct Search<'a> {
    pub(super) explainer: &'a Explainer,
    pub(super) plan: &'a Plan,
    head: &'a dyn RequestHead,
    pub(super) headers: &'a HeaderMap,
    pub(super) fields: &'a Fields,
    pub(super) body: &'a [u8],
    signatures: Vec<Signature>,
    start: Instant,
    work: u64,
    pub(super) best: Option<Vec<Change>>,
    /// The timestamp under which it matched.
    pub(super) timestamp: Option<Vec<u8>>,
}

/// What is signed in one attempt.
#[derive(Clone, Copy)]
struct Attempt<'t> {
    parts: &'t [Part],
    fields: &'t Fields,
    body: &'t [u8],
    changes: &'t [&'t Change],
}

impl<'a> Search<'a> {
    pub(super) fn new(
        explainer: &'a Explainer,
        plan: &'a Plan,
        head: &'a dyn RequestHead,
        headers: &'a HeaderMap,
        fields: &'a Fields,
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
            signatures: head::signatures(plan, headers, &head.target(), body),
            start,
            work: 0,
            best: None,
            timestamp: None,
        }
    }
}

impl Search<'_> {
    fn solved(&self, cost: usize) -> bool {
        self.best.as_ref().is_some_and(|best| best.len() <= cost)
    }

    /// Counts work that was done elsewhere.
    pub(super) fn charge(&mut self, bytes: u64) {
        self.work += bytes;
    }

    fn exhausted(&self, share: u64) -> bool {
        let percent = u32::try_from(share).unwrap_or(100);
        self.work > WORK / 100 * share || self.start.elapsed() > TIME / 100 * percent
    }

    pub(super) fn run(&mut self, now: UnixTime) {
        let explainer = self.explainer;
        let plan = self.plan;
        let fields = self.fields;
        // Ids that the operator did not give are positions, not names.
        let has_names = explainer.ring.keys().iter().any(|(_, _, named)| *named);
        let named = fields
            .key_id
            .as_deref()
            .filter(|_| plan.key_id.is_some() && has_names);
        let given = key::as_given(plan, &explainer.ring, named);
        let mut readings = key::others(plan.algorithm, &plan.key, &explainer.others);
        readings.extend(key::readings(plan.algorithm, &plan.key, &explainer.ring));
        readings.extend(key::others_read(
            plan.algorithm,
            &plan.key,
            &explainer.others,
        ));
        let given: Vec<&Candidate> = given.iter().collect();
        let readings: Vec<&Candidate> = readings.iter().collect();
        let plain = Attempt {
            parts: &plan.parts,
            fields,
            body: self.body,
            changes: &[],
        };
        let own = [(plan.algorithm, None)];

        // As it stands: only the signature's own form can differ.
        self.attempt(plain, &given, &own);
        if self.solved(0) {
            return;
        }
        self.attempt(plain, &readings, &own);
        if !plan.algorithm.signs_content() {
            return self.providers(&given, &readings);
        }
        let algorithms = other_algorithms(plan.algorithm);
        self.attempt(plain, &given, &algorithms);
        self.providers(&given, &[]);
        if self.solved(1) {
            return;
        }

        let timed = self.with_times(fields);
        let templates: Vec<(Change, Vec<Part>)> = head::templates(plan)
            .into_iter()
            .map(|(text, parts)| {
                let change = template_change(plan, text, &parts);
                (change, parts)
            })
            .collect();
        let mut variants = head::variants(plan, fields, self.headers, self.body);
        let clocks = self.clocks(now);
        for (change, fields) in &variants {
            let changes = [change];
            self.attempt(
                Attempt {
                    fields,
                    changes: &changes,
                    ..plain
                },
                &given,
                &own,
            );
        }
        for (change, parts) in &templates {
            for fields in &timed {
                let changes = [change];
                self.attempt(
                    Attempt {
                        parts,
                        fields,
                        changes: &changes,
                        ..plain
                    },
                    &given,
                    &own,
                );
            }
        }
        // Where each attempt is costly, the body comes first.
        let is_costly = plan.algorithm.is_public_key();
        if !is_costly {
            self.moved(plain, &clocks, &given, &own);
        }
        if self.solved(1) {
            return;
        }
        self.bodies(60, &mut |search, change, bytes| {
            let changes = [change];
            search.attempt(
                Attempt {
                    body: bytes,
                    changes: &changes,
                    ..plain
                },
                &given,
                &own,
            );
            !search.solved(1)
        });
        if self.best.is_none() {
            self.lost(plain, &given, &own);
        }
        if self.best.is_none() && is_costly {
            self.moved(plain, &clocks, &given, &own);
        }
        if self.best.is_some() {
            return;
        }

        // Pairs, the likely ones first. With a large body only a few keys are
        // tried under each change.
        let per_body = (64 << 20) / (self.body.len().max(256) * 40);
        let few: Vec<&Candidate> = readings
            .iter()
            .copied()
            .filter(|candidate| candidate.changes.len() == 1)
            .take(per_body.max(4))
            .collect();
        self.attempt(plain, &few, &algorithms);
        self.providers(&[], &readings);
        variants.truncate(96);
        for (change, fields) in &variants {
            let changes = [change];
            let attempt = Attempt {
                fields,
                changes: &changes,
                ..plain
            };
            self.attempt(attempt, &few, &own);
            self.attempt(attempt, &given, &algorithms);
            for (second, fields) in head::variants(plan, fields, self.headers, self.body) {
                if self.exhausted(75) || second.cause == change.cause {
                    continue;
                }
                let changes = [change, &second];
                self.attempt(
                    Attempt {
                        fields: &fields,
                        changes: &changes,
                        ..plain
                    },
                    &given,
                    &own,
                );
            }
        }
        if self.best.is_some() {
            return;
        }
        // With another body: the keys first, then everything else.
        self.bodies(85, &mut |search, change, bytes| {
            let changes = [change];
            let attempt = Attempt {
                body: bytes,
                changes: &changes,
                ..plain
            };
            search.attempt(attempt, &few, &own);
            if per_body >= 8 {
                search.attempt(attempt, &given, &algorithms);
                for (second, fields) in &variants {
                    let changes = [change, second];
                    search.attempt(
                        Attempt {
                            fields,
                            changes: &changes,
                            ..attempt
                        },
                        &given,
                        &own,
                    );
                }
                for (second, parts) in templates.iter().take(12) {
                    let changes = [change, second];
                    search.attempt(
                        Attempt {
                            parts,
                            fields: timed.first().unwrap_or(fields),
                            changes: &changes,
                            ..attempt
                        },
                        &given,
                        &own,
                    );
                }
            }
            search.best.is_none()
        });
        if self.best.is_some() {
            return;
        }
        self.attempt(plain, &readings, &algorithms);
        for (change, parts) in &templates {
            for fields in &timed {
                let changes = [change];
                let attempt = Attempt {
                    parts,
                    fields,
                    changes: &changes,
                    ..plain
                };
                self.attempt(attempt, &readings, &own);
                self.attempt(attempt, &given, &algorithms);
            }
        }
        if self.best.is_none() {
            self.body_pairs(plain, &given, &own);
        }
    }

    /// Other timestamps, with bodies that are not long.
    fn moved(
        &mut self,
        plain: Attempt<'_>,
        clocks: &[(Change, Fields)],
        given: &[&Candidate],
        own: &[(Algorithm, Option<Change>)],
    ) {
        if self.body.len() > 64 << 10 {
            return;
        }
        for (change, fields) in clocks {
            let changes = [change];
            self.attempt(
                Attempt {
                    fields,
                    changes: &changes,
                    ..plain
                },
                given,
                own,
            );
        }
    }

    /// What a JSON library lost, within a part of the work.
    fn lost(
        &mut self,
        plain: Attempt<'_>,
        given: &[&Candidate],
        own: &[(Algorithm, Option<Change>)],
    ) {
        let Some(json) = body::Rewriting::new(self.body) else {
            return;
        };
        let end = self.work + LOST_WORK;
        json.visit_lost(&mut |change, bytes| {
            self.work += bytes.len() as u64;
            let changes = [change];
            self.attempt(
                Attempt {
                    body: bytes,
                    changes: &changes,
                    ..plain
                },
                given,
                own,
            );
            self.best.is_none() && self.work < end && !self.exhausted(75)
        });
    }

    /// The body changed twice: unwrapped, then written again.
    fn body_pairs(
        &mut self,
        plain: Attempt<'_>,
        given: &[&Candidate],
        own: &[(Algorithm, Option<Change>)],
    ) {
        let mut firsts: Vec<(Change, Vec<u8>)> = Vec::new();
        let mut kept = 0;
        let mut keep = |change: &Change, bytes: &[u8]| {
            kept += bytes.len();
            if !bytes.is_empty() && kept <= 64 << 20 {
                firsts.push((change.clone(), bytes.to_vec()));
            }
            kept <= 64 << 20
        };
        let _ = body::recoded(self.body, &mut keep)
            && body::plain(self.body, self.declared(), &mut keep);
        for (first, bytes) in &firsts {
            let mut visit = |second: &Change, bytes: &[u8]| {
                self.work += bytes.len() as u64 * 2;
                let changes = [first, second];
                self.attempt(
                    Attempt {
                        body: bytes,
                        changes: &changes,
                        ..plain
                    },
                    given,
                    own,
                );
                self.best.is_none() && !self.exhausted(100)
            };
            let _ = body::plain(bytes, None, &mut visit)
                && body::recoded(bytes, &mut visit)
                && body::form(bytes, &mut visit)
                && body::Rewriting::new(bytes).is_none_or(|json| json.visit(&mut visit));
            if self.best.is_some() || self.exhausted(100) {
                return;
            }
        }
        // Written again, then changed at its edges.
        let Some(json) = body::Rewriting::new(self.body) else {
            return;
        };
        json.visit(&mut |first, bytes| {
            let rewritten = bytes.to_vec();
            let mut visit = |second: &Change, bytes: &[u8]| {
                self.work += bytes.len() as u64;
                let changes = [first, second];
                self.attempt(
                    Attempt {
                        body: bytes,
                        changes: &changes,
                        ..plain
                    },
                    given,
                    own,
                );
                self.best.is_none() && !self.exhausted(100)
            };
            body::plain(&rewritten, None, &mut visit) && body::recoded(&rewritten, &mut visit)
        });
    }

    /// Calls `each` with every way of changing the body.
    pub(super) fn bodies(
        &mut self,
        share: u64,
        each: &mut dyn FnMut(&mut Self, &Change, &[u8]) -> bool,
    ) {
        let body = self.body;
        let declared = self.declared();
        let rest = &self.explainer.rest;
        if !rest.is_empty() {
            let change = Change::new(
                "body_truncated",
                format!(
                    "the {} bytes after the body count as well: Content-Length says {}, which cuts it",
                    rest.len(),
                    body.len()
                ),
            );
            each(self, &change, &[body, rest].concat());
        }
        let mut visit = |change: &Change, bytes: &[u8]| {
            self.work += bytes.len() as u64 * 2;
            each(self, change, bytes) && !self.exhausted(share)
        };
        let _ = body::plain(body, declared, &mut visit)
            && body::recoded(body, &mut visit)
            && body::form(body, &mut visit)
            && body::Rewriting::new(body).is_none_or(|json| json.visit(&mut visit));
    }

    fn declared(&self) -> Option<usize> {
        super::words::declared(self.headers)
    }

    /// The fields with each point in time of the head filled in where the
    /// scheme has none, for templates that need one.
    fn with_times(&self, fields: &Fields) -> Vec<Fields> {
        if fields.timestamp.is_some() {
            return vec![fields.clone()];
        }
        let mut found: Vec<Fields> = head::times(self.headers, &fields.target)
            .into_iter()
            .map(|(_, text)| Fields {
                timestamp: Some(text),
                ..fields.clone()
            })
            .collect();
        found.truncate(4);
        if found.is_empty() {
            found.push(fields.clone());
        }
        found
    }

    /// Timestamps near the one that is there, or near now where it is missing.
    fn clocks(&self, now: UnixTime) -> Vec<(Change, Fields)> {
        let Some(planned) = &self.plan.timestamp else {
            return Vec::new();
        };
        if !self.plan.reads(&Source::Timestamp) {
            return Vec::new();
        }
        let unit = planned.window.unit;
        let given = self.fields.timestamp.as_deref().unwrap_or_default();
        let present = unit.parse(given);
        let is_costly = self.plan.algorithm.is_public_key();
        let (from, cause, reach) = match present {
            Some(time) => (time, "timestamp_moved", if is_costly { 120 } else { 900 }),
            None if given.is_empty() => (now, "timestamp_missing", 600),
            None => return Vec::new(),
        };
        // A date has its fraction as the one that is there has it.
        let written = |time: UnixTime| match unit.write(time) {
            text if unit == TimeUnit::Rfc3339 && !given.contains(&b'.') => {
                text.replace(".000Z", "Z")
            }
            text => text,
        };
        (1..=reach)
            .flat_map(|seconds: i64| [-seconds, seconds])
            .chain(present.is_none().then_some(0))
            .map(|seconds| {
                let time = UnixTime::from_millis(from.as_millis() + seconds * 1000);
                let text = written(time);
                let clause = match present {
                    Some(_) => format!(
                        "the signed timestamp is `{text}`, {} {} the one in the request",
                        super::words::span(seconds.abs()),
                        if seconds < 0 { "before" } else { "after" }
                    ),
                    None => format!("the timestamp is `{text}`, which the request does not carry"),
                };
                (
                    Change::new(cause, clause),
                    Fields {
                        timestamp: Some(text.into_bytes()),
                        ..self.fields.clone()
                    },
                )
            })
            .collect()
    }

    /// The schemes of the catalogue, with the keys that `given` and `readings`
    /// stand for read in their own form.
    fn providers(&mut self, given: &[&Candidate], readings: &[&Candidate]) {
        let explainer = self.explainer;
        let target = self.head.target().into_owned();
        // Schemes of the same provider first, then those that many share.
        let own = explainer.provider();
        let mut entries: Vec<&providers::Provider> = providers::all().collect();
        entries.sort_by_key(|entry| {
            let name = &*entry.scheme.name;
            if name.starts_with(own) || own.starts_with(name) {
                0
            } else if name.starts_with("x-hub-signature") || name.starts_with("standard-webhooks") {
                1
            } else {
                2
            }
        });
        for entry in entries {
            for scheme in std::iter::once(&entry.scheme).chain(entry.scheme.or.iter()) {
                let Ok(plan) = Plan::compile(scheme) else {
                    continue;
                };
                // Looking into a long body takes its time.
                let is_far = self.body.len() > 256 << 10
                    && matches!(plan.at, Place::Json(_) | Place::Form(_) | Place::Body);
                if plan.name == self.plan.name
                    || is_far
                    || head::read(&plan.at, self.headers, &target, self.body).is_none()
                {
                    continue;
                }
                let fields = head::fields(
                    &plan,
                    self.head,
                    self.headers,
                    self.body,
                    &explainer.setup.external_url,
                );
                let mut signatures = head::signatures(&plan, self.headers, &target, self.body);
                signatures.retain(|signature| signature.change.is_none());
                let change = Change::new(
                    "scheme_is_another",
                    format!(
                        "it is checked as `{}` ({}) instead of `{}`",
                        plan.name,
                        entry.title,
                        explainer.provider()
                    ),
                );
                let keys = if readings.is_empty() && !given.is_empty() {
                    key::as_given(&plan, &explainer.ring, None)
                } else {
                    key::readings(plan.algorithm, &plan.key, &explainer.ring)
                };
                let mut search = Search {
                    explainer,
                    plan: &plan,
                    head: self.head,
                    headers: self.headers,
                    fields: &fields,
                    body: self.body,
                    signatures,
                    start: self.start,
                    work: self.work,
                    best: self.best.take(),
                    timestamp: self.timestamp.take(),
                };
                let changes = [&change];
                let attempt = Attempt {
                    parts: &plan.parts,
                    fields: &fields,
                    body: self.body,
                    changes: &changes,
                };
                let keys: Vec<&Candidate> = keys.iter().collect();
                // A token's signature says nothing of its issuer; its claims do.
                if search.is_bound() {
                    search.attempt(attempt, &keys, &[(plan.algorithm, None)]);
                }
                self.work = search.work;
                self.best = search.best;
                self.timestamp = search.timestamp;
            }
        }
    }

    /// Computes what the content is signed with under each key and algorithm,
    /// and compares it with every signature of the request.
    fn attempt(
        &mut self,
        attempt: Attempt<'_>,
        keys: &[&Candidate],
        algorithms: &[(Algorithm, Option<Change>)],
    ) {
        for candidate in keys {
            for (algorithm, change) in algorithms {
                if self.exhausted(100) {
                    return;
                }
                let Some(index) = self.matching(attempt, candidate, *algorithm) else {
                    continue;
                };
                let mut changes: Vec<Change> = candidate.changes.clone();
                changes.extend(change.clone());
                changes.extend(self.signatures[index].change.clone());
                changes.extend(attempt.changes.iter().map(|change| (*change).clone()));
                // A scheme by its name says more than the header it reads.
                let says_more = changes.len() == 1
                    && changes[0].cause == "scheme_is_another"
                    && self.best.as_deref().is_some_and(
                        |best| matches!(best, [only] if only.cause == "signature_in_other_header"),
                    );
                if !self.solved(changes.len()) || says_more {
                    self.best = Some(changes);
                    self.timestamp.clone_from(&attempt.fields.timestamp);
                }
            }
        }
    }

    /// The index of the signature that belongs to the content.
    fn matching(
        &mut self,
        attempt: Attempt<'_>,
        candidate: &Candidate,
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
            (Tried::Public(key), Algorithm::Ed25519) => {
                let pieces = self.explainer.content(
                    self.plan,
                    attempt.parts,
                    attempt.fields,
                    attempt.body,
                    b"",
                )?;
                let length: usize = pieces.iter().map(|piece| piece.len()).sum();
                let mut found = None;
                for (index, signature) in self.signatures.iter().enumerate() {
                    self.work += PUBLIC_KEY_WORK + length as u64;
                    let Some(mut check) = key.ed25519_stream(&signature.bytes) else {
                        continue;
                    };
                    pieces.iter().for_each(|piece| check.update(piece));
                    if check.verify() {
                        found = Some(index);
                        break;
                    }
                }
                found
            }
            (Tried::Public(key), algorithm) if algorithm.is_public_key() => {
                let stream = Stream::hash(algorithm.message_digest());
                let tag = self.digest(attempt, stream, b"")?;
                let mut found = None;
                for (index, signature) in self.signatures.iter().enumerate() {
                    let length = signature.bytes.len();
                    if signature.cut || key.signature_len().is_some_and(|right| right != length) {
                        continue;
                    }
                    self.work += PUBLIC_KEY_WORK;
                    if key.verify(algorithm, tag.as_bytes(), &signature.bytes) {
                        found = Some(index);
                        break;
                    }
                }
                found
            }
            _ => None,
        }
    }

    fn digest(&mut self, attempt: Attempt<'_>, mut stream: Stream, secret: &[u8]) -> Option<Tag> {
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

    /// The signature that equals the tag, those without a change first.
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

fn other_algorithms(algorithm: Algorithm) -> Vec<(Algorithm, Option<Change>)> {
    let digests = [
        Digest::Sha256,
        Digest::Sha1,
        Digest::Sha512,
        Digest::Sha384,
        Digest::Md5,
    ];
    digests
        .into_iter()
        .map(|digest| match algorithm {
            Algorithm::Hmac(_) => Algorithm::Hmac(digest),
            Algorithm::Hash(_) => Algorithm::Hash(digest),
            Algorithm::RsaPkcs1(_) => Algorithm::RsaPkcs1(digest),
            other => other,
        })
        .filter(|other| *other != algorithm)
        .map(|other| {
            let digest = |algorithm| match algorithm {
                Algorithm::Hmac(d) | Algorithm::Hash(d) | Algorithm::RsaPkcs1(d) => d,
                _ => Digest::Sha256,
            };
            let change = Change::new(
                "algorithm_is_another",
                format!(
                    "the algorithm is {} ({}) instead of {}",
                    digest_name(digest(other)),
                    other.name(),
                    digest_name(digest(algorithm))
                ),
            );
            (other, Some(change))
        })
        .collect()
}

const fn digest_name(digest: Digest) -> &'static str {
    match digest {
        Digest::Md5 => "MD5",
        Digest::Sha1 => "SHA-1",
        Digest::Sha256 => "SHA-256",
        Digest::Sha384 => "SHA-384",
        Digest::Sha512 => "SHA-512",
    }
}

/// Names what a template has that the scheme's has not, or the other way.
fn template_change(plan: &Plan, text: &str, parts: &[Part]) -> Change {
    let has = |parts: &[Part], source: Source| {
        parts
            .iter()
            .any(|part| part.any(&|slot| slot.source == source))
    };
    let cause = if has(&plan.parts, Source::Id) && !has(parts, Source::Id) {
        "content_without_id"
    } else if has(&plan.parts, Source::Timestamp) && !has(parts, Source::Timestamp) {
        "content_without_timestamp"
    } else if !has(&plan.parts, Source::Timestamp) && has(parts, Source::Timestamp) {
        "content_with_timestamp"
    } else {
        "content_is_another"
    };
    let what = match cause {
        "content_without_id" => "without the id: ",
        "content_without_timestamp" => "without the timestamp: ",
        "content_with_timestamp" => "with the timestamp: ",
        _ => "",
    };
    Change::new(
        cause,
        format!(
            "the signed content is {what}`{}` instead of the scheme's",
            text.escape_default()
        ),
    )
}
