//! Why a signature does not match: the smallest change under which it would.
//!
//! [`Explainer::explain`] takes a refused request and tries what goes wrong in
//! practice: keys in another encoding or with quotes around them, another
//! provider's scheme, bodies that a JSON parser rewrote, URLs that a proxy
//! changed, clocks. First one change at a time, then pairs, within a fixed
//! amount of work. A change is only named when the signature was verified
//! under it.
//!
//! # Security
//!
//! It computes signatures under many readings of the keys and says which one
//! matched, so it is for people who hold the keys: on the command line and in
//! development. Never let a remote caller reach it. What it returns shows
//! neither keys nor computed signatures, but it does show the signed bytes.

mod body;
mod head;
mod json;
mod key;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::time::{Duration, Instant};

use http::HeaderMap;
use subtle::ConstantTimeEq as _;

use self::head::{Fields, LEAST_PREFIX, Signature};
use self::key::{Candidate, Tried};
use crate::crypto::{Crc32, Stream, sha256};
use crate::head::{ExternalUrl, RequestHead};
use crate::key::KeyRing;
use crate::providers;
use crate::rejection::{Code, Rejection};
use crate::scheme::template::Part;
use crate::scheme::{Algorithm, Digest, Place, Plan, Scheme, SchemeError};
use crate::time::UnixTime;
use crate::values;
use crate::verifier::{Tolerance, Verifier};

/// The work that one explanation may cost, in bytes hashed or written: well
/// below a second where the processor hashes in hardware.
const WORK: u64 = 400 << 20;

/// Where it does not, or has other things to do, time ends the search.
const TIME: Duration = Duration::from_millis(800);

/// What an RSA verification weighs against hashing.
const RSA_WORK: u64 = 32 << 10;

/// What every attempt costs beside its bytes.
const ATTEMPT_WORK: u64 = 512;

/// How much of the signed bytes is shown, from the start and from the end.
const SHOWN: (usize, usize) = (480, 120);

/// One change and its stable name.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Change {
    cause: &'static str,
    /// Completes "The signature matches when …".
    clause: String,
}

impl Change {
    fn new(cause: &'static str, clause: impl Into<String>) -> Self {
        Self {
            cause,
            clause: clause.into(),
        }
    }
}

/// Finds out why a signature does not match.
///
/// It keeps the keys as they were given, which a [`Verifier`] does not, and
/// takes rings that a verifier refuses.
///
/// ```
/// use hookward_core::{Explainer, Key, KeyRing, Signer, UnixTime, providers};
///
/// // The provider signs with the bytes behind these hex digits.
/// let digits = "6b65792062656869 6e6420686578".replace(' ', "");
/// let now = UnixTime::from_secs(1_700_000_000);
/// let mut request = http::Request::post("/hooks").body(r#"{"a":1}"#)?;
/// let signer = Signer::new(&providers::GITHUB, Key::from_hex(&digits)?)?;
/// for (name, value) in signer.sign(&request, now, None)?.headers() {
///     request.headers_mut().append(name.clone(), value.clone());
/// }
///
/// // The receiver takes the digits as the key.
/// let ring = KeyRing::from(Key::new(digits)?);
/// let explainer = Explainer::new(providers::GITHUB, ring)?;
/// let found = explainer.explain(&request, request.headers(), request.body().as_bytes(), now);
/// assert_eq!(found.cause, Some("key_is_hex"));
/// assert_eq!(found.sentence, "The signature matches when the key is decoded from hex.");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Explainer {
    scheme: Scheme,
    plans: Vec<Plan>,
    ring: KeyRing,
    others: KeyRing,
    tolerance: Option<Tolerance>,
    rest: Vec<u8>,
}

/// What [`Explainer::explain`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnosis {
    /// Whether the request is genuine as it stands.
    pub verified: bool,
    /// The stable name of what is wrong, such as `key_is_hex`; `None` when
    /// nothing fits.
    pub cause: Option<&'static str>,
    /// The second of two things that are wrong at once.
    pub also: Option<&'static str>,
    /// Whether the signature was verified under the change that is named. Not
    /// so for a body that is visibly cut: what is missing cannot be hashed.
    pub proven: bool,
    /// The finding in one sentence.
    pub sentence: String,
    /// What supports it, and what to do, a sentence each.
    pub evidence: Vec<String>,
    /// The code of the refusal, where the keys were usable at all.
    pub code: Option<Code>,
    /// The message of the refusal.
    pub message: Option<String>,
    /// What the scheme signs of this request.
    pub signed: Option<SignedBytes>,
    /// The form that the scheme expects of the signature.
    pub expected: String,
}

/// The exact bytes that a scheme signs, for two people to compare.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignedBytes {
    /// How many there are.
    pub length: usize,
    /// Their SHA-256 in hex; `None` when the secret is one of them.
    pub sha256: Option<String>,
    /// They themselves, escaped as in a string literal, the middle left out
    /// when there are many.
    pub escaped: String,
    /// The length of the body.
    pub body_length: usize,
    /// The SHA-256 of the body in hex.
    pub body_sha256: String,
}

impl Explainer {
    /// An explainer for a scheme and the keys in use, usable or not.
    ///
    /// # Errors
    /// [`SchemeError`] when the scheme itself is not usable.
    pub fn new(scheme: Scheme, keys: impl Into<KeyRing>) -> Result<Self, SchemeError> {
        scheme.check()?;
        let mut plans = vec![Plan::compile(&scheme)?];
        for other in scheme.or.iter() {
            plans.push(Plan::compile(other)?);
        }
        Ok(Self {
            scheme,
            plans,
            ring: keys.into(),
            others: KeyRing::default(),
            tolerance: None,
            rest: Vec::new(),
        })
    }

    /// Adds keys that are not in use, to find out whether one of them signed:
    /// the test key, the key before the rotation.
    #[must_use]
    pub fn with_other_keys(mut self, keys: impl Into<KeyRing>) -> Self {
        self.others = keys.into();
        self
    }

    /// Replaces the scheme's tolerance.
    #[must_use]
    pub fn with_tolerance(mut self, tolerance: Tolerance) -> Self {
        self.tolerance = Some(tolerance);
        self
    }

    /// Gives bytes that came after the body, beyond what `Content-Length`
    /// says. A length counted in characters cuts a body so.
    #[must_use]
    pub fn with_rest(mut self, rest: impl Into<Vec<u8>>) -> Self {
        self.rest = rest.into();
        self
    }

    /// Explains one request. `headers` are all of its headers.
    ///
    /// It takes up to about a second and, beside the body, a small multiple
    /// of the body's size in memory.
    #[must_use]
    pub fn explain(
        &self,
        head: &impl RequestHead,
        headers: &HeaderMap,
        body: &[u8],
        now: impl Into<UnixTime>,
    ) -> Diagnosis {
        let now = now.into();
        let refusal = match self.verdict(head, body, now) {
            Ok(evidence) => return self.genuine(evidence),
            Err(refusal) => refusal,
        };
        let plan = self.plan(headers, &head.target());
        let fields = head::fields(plan, head, headers, body, &ExternalUrl::FromRequest);
        let mut search = Search {
            explainer: self,
            plan,
            head,
            headers,
            fields: &fields,
            body,
            signatures: head::signatures(plan, headers, &head.target(), body),
            start: Instant::now(),
            work: 0,
            best: None,
            timestamp: None,
        };
        search.run(now);
        let (best, timestamp) = (search.best, search.timestamp);
        let mut fields = fields;
        fields.timestamp = fields.timestamp.or(timestamp);
        self.diagnosis(plan, &fields, headers, body, now, refusal, best)
    }

    /// The verdict of the real verifier.
    fn verdict(
        &self,
        head: &impl RequestHead,
        body: &[u8],
        now: UnixTime,
    ) -> Result<String, Refusal> {
        let unusable = |error: &dyn std::fmt::Display| Refusal {
            code: None,
            message: error.to_string(),
        };
        let verifier = Verifier::new(self.scheme.clone(), self.ring.clone())
            .map_err(|error| unusable(&error))?;
        let verifier = match self.tolerance {
            Some(tolerance) => verifier
                .clone()
                .with_tolerance(tolerance)
                .unwrap_or(verifier),
            None => verifier,
        };
        match verifier.verify_parts(head, body, now) {
            Ok(verified) => Ok(format!("it matches under key `{}`", verified.key_id())),
            Err(rejection) => Err(Refusal::from(&rejection)),
        }
    }

    fn genuine(&self, evidence: String) -> Diagnosis {
        Diagnosis {
            verified: true,
            cause: None,
            also: None,
            proven: true,
            sentence: "The signature matches: the request is genuine.".to_owned(),
            evidence: vec![evidence],
            code: None,
            message: None,
            signed: None,
            expected: expected(&self.plans[0]),
        }
    }

    /// The form of the scheme whose signature is there, else the first.
    fn plan(&self, headers: &HeaderMap, target: &str) -> &Plan {
        self.plans
            .iter()
            .find(|plan| match &plan.at {
                Place::Header(name) => headers.contains_key(name),
                Place::Query(_) => head::read(&plan.at, headers, target, b"").is_some(),
                _ => true,
            })
            .unwrap_or(&self.plans[0])
    }

    #[allow(clippy::too_many_arguments)]
    fn diagnosis(
        &self,
        plan: &Plan,
        fields: &Fields,
        headers: &HeaderMap,
        body: &[u8],
        now: UnixTime,
        refusal: Refusal,
        best: Option<Vec<Change>>,
    ) -> Diagnosis {
        let mut found = Diagnosis {
            verified: false,
            cause: None,
            also: None,
            proven: false,
            sentence: String::new(),
            evidence: Vec::new(),
            code: refusal.code,
            message: Some(refusal.message.clone()),
            signed: None,
            expected: expected(plan),
        };
        let clock = self.clock(plan, fields, headers, now);
        match best {
            Some(changes) if changes.is_empty() => {
                found.proven = true;
                match clock {
                    Some((cause, sentence, evidence)) => {
                        found.cause = Some(cause);
                        found.sentence = format!("The signature matches; {sentence}.");
                        found.evidence = evidence;
                    }
                    None => {
                        found.cause = refusal.code.map(Code::as_str);
                        found.sentence = format!(
                            "The signature matches; the request is refused for another reason: {}.",
                            refusal.message
                        );
                    }
                }
            }
            Some(changes) => {
                found.proven = true;
                let mut clauses: Vec<&str> = changes.iter().map(|c| c.clause.as_str()).collect();
                clauses.dedup();
                found.cause = changes.first().map(|c| c.cause);
                found.also = changes.get(1).map(|c| c.cause);
                found.sentence = format!("The signature matches when {}", clauses.join(" and "));
                if let Some((cause, sentence, evidence)) = clock {
                    found.also = found.also.or(Some(cause));
                    found.sentence += &format!("; also, {sentence}");
                    found.evidence = evidence;
                }
                found.sentence += ".";
                found.evidence.extend(
                    changes
                        .iter()
                        .filter_map(|c| advice(c.cause))
                        .map(str::to_owned),
                );
                found.evidence.dedup();
            }
            None => {
                let (cause, sentence) = visible(plan, headers, body, &refusal);
                found.cause = cause;
                found.sentence = sentence;
            }
        }
        if !found.proven || found.cause.is_none() {
            found.signed = self.signed(plan, fields, body);
        }
        found
    }

    /// What is wrong with the time, where something is.
    fn clock(
        &self,
        plan: &Plan,
        fields: &Fields,
        headers: &HeaderMap,
        now: UnixTime,
    ) -> Option<(&'static str, String, Vec<String>)> {
        let planned = plan.timestamp.as_ref()?;
        let bounds = match self.tolerance {
            Some(tolerance) => tolerance.bounds?,
            None => (planned.window.tolerance, planned.window.tolerance),
        };
        let text = fields.timestamp.as_deref()?;
        let off = |time: UnixTime| {
            let off = now.as_secs() - time.as_secs();
            (off, off > i64::from(bounds.0) || -off > i64::from(bounds.1))
        };
        let read = planned.window.unit.parse(text);
        if let Some(time) = read
            && !off(time).1
        {
            return None;
        }
        if let Some((time, unit)) = head::as_time(text)
            && unit != planned.window.unit
            && !off(time).1
        {
            return Some((
                "timestamp_unit",
                format!(
                    "the timestamp is written as {}, the scheme expects {}",
                    unit.expectation(),
                    planned.window.unit.expectation()
                ),
                vec!["set the unit of `timestamp` in the scheme".to_owned()],
            ));
        }
        let time = read?;
        let (off, _) = off(time);
        let tolerance = span(i64::from(if off > 0 { bounds.0 } else { bounds.1 }));
        if off < 0 {
            return Some((
                "clock_is_behind",
                format!(
                    "only the time is off: it was signed {} ahead of this clock (tolerance {tolerance}); this clock is likely slow, since no queue delivers early",
                    span(-off)
                ),
                vec!["compare this machine's clock with a time server (NTP)".to_owned()],
            ));
        }
        let sent = headers
            .get(http::header::DATE)
            .and_then(|value| crate::time::TimeUnit::HttpDate.parse(value.as_bytes()))
            .map(UnixTime::as_secs);
        let (cause, likelier) = match sent {
            Some(sent) if (sent - now.as_secs()).abs() <= 60 => (
                "delivery_late",
                "a slow queue is likelier than this clock, since the request's `Date` agrees with this clock",
            ),
            Some(sent) if (sent - time.as_secs()).abs() <= 60 && off < 86_400 => (
                "clock_is_ahead",
                "this clock is likely fast, since the request's `Date` agrees with the timestamp",
            ),
            // Half hours, five seconds either way.
            _ if off <= 14 * 3600 && (off + 5) % 1800 <= 10 => (
                "clock_is_ahead",
                "this clock is likely wrong: the difference is that of a time zone",
            ),
            _ if off >= 86_400 => (
                "delivery_late",
                "a recorded or replayed request is likelier than this clock; give the time of arrival to check it as of then",
            ),
            _ => (
                "delivery_late",
                "a slow queue or a retry with the old signature is likelier than this clock",
            ),
        };
        Some((
            cause,
            format!(
                "only the time is off: it was signed {} ago by this clock (tolerance {tolerance}); {likelier}",
                span(off)
            ),
            Vec::new(),
        ))
    }

    fn signed(&self, plan: &Plan, fields: &Fields, body: &[u8]) -> Option<SignedBytes> {
        if !plan.algorithm.signs_content() {
            return None;
        }
        let secret_is_in = plan.parts.contains(&Part::Secret);
        let pieces = self.content(plan, &plan.parts, fields, body, b"{secret}")?;
        let mut content = pieces.concat();
        let mut hide = secret_is_in;
        for (_, key) in self.ring.keys().iter().chain(self.others.keys()) {
            let secret = key.given().filter(|bytes| bytes.len() >= 6);
            if let Some(secret) = secret
                && !plan.algorithm.is_public_key()
                && content.windows(secret.len()).any(|window| window == secret)
            {
                hide = true;
                content = without(&content, secret);
            }
        }
        let length = content.len();
        let (first, last) = SHOWN;
        let escaped = if length > first + last {
            format!(
                "{}… ({} bytes left out) …{}",
                content[..first].escape_ascii(),
                length - first - last,
                content[length - last..].escape_ascii()
            )
        } else {
            content.escape_ascii().to_string()
        };
        Some(SignedBytes {
            length,
            sha256: (!hide).then(|| hex::encode(sha256(&[&content]))),
            escaped,
            body_length: body.len(),
            body_sha256: if hide {
                String::new()
            } else {
                hex::encode(sha256(&[body]))
            },
        })
    }

    /// The signed content, piece by piece; `None` when something is missing.
    fn content<'a>(
        &'a self,
        plan: &'a Plan,
        parts: &'a [Part],
        fields: &'a Fields,
        body: &'a [u8],
        secret: &'a [u8],
    ) -> Option<Vec<Cow<'a, [u8]>>> {
        let owned = |text: String| Cow::Owned(text.into_bytes());
        let split = fields.target.split_once('?');
        let (path, query) = split.unwrap_or((&fields.target, ""));
        parts
            .iter()
            .map(|part| {
                Some(match part {
                    Part::Literal(bytes) => Cow::Borrowed(&**bytes),
                    Part::Body => Cow::Borrowed(body),
                    Part::BodyDigest(digest, encoding) => {
                        let mut stream = Stream::hash(*digest);
                        stream.update(body);
                        let tag = stream.finish();
                        match encoding {
                            Some(encoding) => owned(encoding.encode(tag.as_bytes())),
                            None => Cow::Owned(tag.as_bytes().to_vec()),
                        }
                    }
                    Part::BodyCrc32 => {
                        let mut crc32 = Crc32::new();
                        crc32.update(body);
                        owned(crc32.finish().to_string())
                    }
                    Part::Timestamp => Cow::Borrowed(fields.timestamp.as_deref()?),
                    Part::Id => Cow::Borrowed(fields.id.as_deref()?),
                    Part::KeyId => Cow::Borrowed(fields.key_id.as_deref()?),
                    Part::Method => Cow::Borrowed(fields.method.as_bytes()),
                    Part::Url => Cow::Borrowed(fields.url.as_deref()?.as_bytes()),
                    Part::UrlBase => {
                        Cow::Borrowed(fields.url.as_deref()?.split('?').next()?.as_bytes())
                    }
                    Part::Path => Cow::Borrowed(path.as_bytes()),
                    Part::Query => Cow::Borrowed(query.as_bytes()),
                    Part::Target => Cow::Borrowed(fields.target.as_bytes()),
                    Part::QueryParam(name) => {
                        owned(values::parameter(query, name).ok()?.into_owned())
                    }
                    Part::Header(_) => Cow::Borrowed(
                        fields
                            .headers
                            .iter()
                            .find(|(known, _)| known == part)
                            .map(|(_, value)| value.as_slice())?,
                    ),
                    Part::FormSorted => {
                        let text = std::str::from_utf8(body).ok()?;
                        let mut pairs: Vec<_> = values::pairs(text).collect();
                        pairs.sort();
                        pairs.dedup();
                        owned(
                            pairs
                                .iter()
                                .map(|(name, value)| format!("{name}{value}"))
                                .collect(),
                        )
                    }
                    Part::FormField(name) => {
                        let text = std::str::from_utf8(body).ok()?;
                        owned(values::parameter(text, name).ok()?.into_owned())
                    }
                    Part::Json(pointer) => owned(values::json(body, pointer).ok()?),
                    Part::Const(name) => {
                        let (_, value) = self
                            .ring
                            .params()
                            .iter()
                            .find(|(known, _)| **known == **name)?;
                        Cow::Borrowed(value.as_bytes())
                    }
                    Part::Secret if plan.algorithm.is_public_key() => return None,
                    Part::Secret => Cow::Borrowed(secret),
                })
            })
            .collect()
    }
}

/// Why the verifier refused.
struct Refusal {
    code: Option<Code>,
    message: String,
}

impl From<&Rejection> for Refusal {
    fn from(rejection: &Rejection) -> Self {
        Self {
            code: Some(rejection.code()),
            message: rejection.to_string(),
        }
    }
}

/// The state of one explanation.
struct Search<'a> {
    explainer: &'a Explainer,
    plan: &'a Plan,
    head: &'a dyn RequestHead,
    headers: &'a HeaderMap,
    fields: &'a Fields,
    body: &'a [u8],
    signatures: Vec<Signature>,
    start: Instant,
    work: u64,
    best: Option<Vec<Change>>,
    /// The timestamp under which it matched.
    timestamp: Option<Vec<u8>>,
}

/// What is signed in one attempt.
#[derive(Clone, Copy)]
struct Attempt<'t> {
    parts: &'t [Part],
    fields: &'t Fields,
    body: &'t [u8],
    changes: &'t [&'t Change],
}

impl Search<'_> {
    fn solved(&self, cost: usize) -> bool {
        self.best.as_ref().is_some_and(|best| best.len() <= cost)
    }

    fn exhausted(&self, share: u64) -> bool {
        let percent = u32::try_from(share).unwrap_or(100);
        self.work > WORK / 100 * share || self.start.elapsed() > TIME / 100 * percent
    }

    fn run(&mut self, now: UnixTime) {
        let explainer = self.explainer;
        let plan = self.plan;
        let fields = self.fields;
        let named = fields.key_id.as_deref().filter(|_| plan.key_id.is_some());
        let given = key::as_given(plan.algorithm, &plan.key, &explainer.ring, named);
        let mut readings = key::others(plan.algorithm, &plan.key, &explainer.others);
        readings.extend(key::readings(plan.algorithm, &plan.key, &explainer.ring));
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
        if self.body.len() <= 64 << 10 {
            for (change, fields) in &clocks {
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
    fn bodies(&mut self, share: u64, each: &mut dyn FnMut(&mut Self, &Change, &[u8]) -> bool) {
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
        declared(self.headers)
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
        if !self.plan.parts.contains(&Part::Timestamp) {
            return Vec::new();
        }
        let unit = planned.window.unit;
        let present = self.fields.timestamp.as_deref().and_then(|t| unit.parse(t));
        let (from, cause, reach) = match present {
            Some(time) => (time, "timestamp_moved", 120),
            None if self.fields.timestamp.is_none() => (now, "timestamp_missing", 600),
            None => return Vec::new(),
        };
        (1..=reach)
            .flat_map(|seconds: i64| [-seconds, seconds])
            .chain(present.is_none().then_some(0))
            .map(|seconds| {
                let time = UnixTime::from_millis(from.as_millis() + seconds * 1000);
                let text = unit.write(time);
                let clause = match present {
                    Some(_) => format!(
                        "the signed timestamp is `{text}`, {} {} the one in the request",
                        span(seconds.abs()),
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
        for entry in providers::all() {
            for scheme in std::iter::once(&entry.scheme).chain(entry.scheme.or.iter()) {
                let Ok(plan) = Plan::compile(scheme) else {
                    continue;
                };
                if plan.name == self.plan.name
                    || head::read(&plan.at, self.headers, &target, self.body).is_none()
                {
                    continue;
                }
                let fields = head::fields(
                    &plan,
                    self.head,
                    self.headers,
                    self.body,
                    &ExternalUrl::FromRequest,
                );
                let mut signatures = head::signatures(&plan, self.headers, &target, self.body);
                signatures.retain(|signature| signature.change.is_none());
                let change = Change::new(
                    "scheme_is_another",
                    format!(
                        "it is checked as `{}` ({}) instead of `{}`",
                        plan.name, entry.title, explainer.scheme.name
                    ),
                );
                let keys = if readings.is_empty() && !given.is_empty() {
                    key::as_given(plan.algorithm, &plan.key, &explainer.ring, None)
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
                search.attempt(attempt, &keys, &[(plan.algorithm, None)]);
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
            (Tried::Public(key), Algorithm::RsaPkcs1(digest)) => {
                let tag = self.digest(attempt, Stream::hash(digest), b"")?;
                let mut found = None;
                for (index, signature) in self.signatures.iter().enumerate() {
                    if signature.cut || signature.bytes.len() != key.signature_len() {
                        continue;
                    }
                    self.work += RSA_WORK;
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

    fn digest(
        &mut self,
        attempt: Attempt<'_>,
        mut stream: Stream,
        secret: &[u8],
    ) -> Option<crate::crypto::Tag> {
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
    let has = |parts: &[Part], part: Part| parts.contains(&part);
    let cause = if has(&plan.parts, Part::Id) && !has(parts, Part::Id) {
        "content_without_id"
    } else if has(&plan.parts, Part::Timestamp) && !has(parts, Part::Timestamp) {
        "content_without_timestamp"
    } else if !has(&plan.parts, Part::Timestamp) && has(parts, Part::Timestamp) {
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

/// What can be seen of a request for which nothing fits.
fn visible(
    plan: &Plan,
    headers: &HeaderMap,
    body: &[u8],
    refusal: &Refusal,
) -> (Option<&'static str>, String) {
    if refusal.code.is_none() {
        return (
            None,
            format!("The keys are not usable: {}.", refusal.message),
        );
    }
    let declared = declared(headers);
    let covers_body = plan.algorithm.signs_content();
    let text = std::str::from_utf8(body).ok();
    let ends_early = text.is_some_and(json::ends_early) && !body.is_empty();
    let is_read = !matches!(
        refusal.code,
        Some(Code::SignatureMissing | Code::SignatureMalformed)
    );
    if is_read && covers_body {
        if body.is_empty() && declared.is_some_and(|length| length > 0) {
            return (
                Some("body_empty"),
                format!(
                    "The body is empty, though Content-Length says {} bytes: something read it before the check.",
                    declared.unwrap_or(0)
                ),
            );
        }
        if let Some(length) = declared.filter(|length| *length > body.len())
            && (ends_early || text.is_none_or(|t| json::parse(t).is_none()))
        {
            return (
                Some("body_truncated"),
                format!(
                    "The body is truncated: Content-Length says {length} bytes, {} are here.",
                    body.len()
                ),
            );
        }
        let coded = headers
            .get(http::header::CONTENT_ENCODING)
            .and_then(|value| value.to_str().ok())
            .filter(|coding| ["gzip", "deflate", "br", "zstd"].contains(coding));
        if let Some(coding) = coded
            && text.is_some_and(|t| json::parse(t).is_some())
        {
            return (
                Some("body_decompressed"),
                format!(
                    "The body was decompressed before the check: Content-Encoding says {coding}, and what is here is plain JSON."
                ),
            );
        }
    }
    let mut sentence = match refusal.code {
        Some(Code::SignatureMissing) => {
            format!(
                "The request carries no signature: {}, nor does any other header that is tried",
                refusal.message
            )
        }
        Some(Code::SignatureMalformed) => {
            format!(
                "The signature is not in the scheme's form ({}), and nothing that usually goes wrong makes it match",
                refusal.message
            )
        }
        _ => "Nothing that usually goes wrong makes the signature match".to_owned(),
    };
    if head::signs_url(&plan.parts) {
        sentence += "; this scheme signs the URL, so it has to be the one that the provider calls";
    } else if body.is_empty() && covers_body {
        sentence +=
            "; the body is empty: if the provider sent one, something read it before the check";
    } else if ends_early {
        sentence += "; the body ends in the middle of its JSON: it may be truncated";
    } else if body
        .windows(3)
        .any(|window| window == "\u{fffd}".as_bytes())
    {
        sentence += "; the body has U+FFFD characters: bytes that were not text are lost";
    }
    (None, format!("{sentence}."))
}

fn declared(headers: &HeaderMap) -> Option<usize> {
    headers
        .get(http::header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

/// What to do about a cause.
fn advice(cause: &str) -> Option<&'static str> {
    Some(match cause {
        _ if cause.starts_with("body_json") || cause == "body_form_reencoded" => {
            "verify the raw bytes as they arrive, before any parser: the layer stands outside it"
        }
        "body_is_compressed" => "verify after the content coding is undone for this provider",
        "body_trailing_newline" | "body_line_endings" | "body_bom" | "body_charset" => {
            "something treats the body as text on its way; take its bytes as they are"
        }
        "key_is_hex" | "key_is_base64" | "key_is_base64url" | "key_is_text" => {
            "set the key's form in the scheme, or give the key with `Key::from_hex`, `Key::from_base64` or `Key::from_bytes`"
        }
        "key_pem_mangled" => "store the PEM key in a file, or with real line breaks",
        "signature_cut" => "a proxy or a database column shortens the header",
        "signature_in_other_header" => "set the header in the scheme: `--param header=NAME`",
        _ if cause.starts_with("url_") => {
            "tell the verifier the URL that the provider calls: `with_external_url`, or trusted proxies"
        }
        _ if cause.starts_with("key_has_") => "store the key alone, as the provider shows it",
        _ => return None,
    })
}

/// The form of a signature, without its value.
fn expected(plan: &Plan) -> String {
    let prefix = plan.format.prefix();
    let after = if prefix.is_empty() {
        String::new()
    } else {
        format!("`{prefix}` and ")
    };
    match plan.algorithm.signature_len() {
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

fn without(content: &[u8], secret: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len());
    let mut rest = content;
    while let Some(at) = rest.windows(secret.len()).position(|w| w == secret) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(b"[key]");
        rest = &rest[at + secret.len()..];
    }
    out.extend_from_slice(rest);
    out
}

/// A number of seconds for people.
fn span(seconds: i64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min {} s", seconds / 60, seconds % 60),
        7200..172_800 => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
        _ => format!("{} days", seconds / 86_400),
    }
}
