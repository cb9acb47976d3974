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
mod search;
#[cfg(test)]
mod tests;
mod url;
mod words;

use std::borrow::Cow;

use http::HeaderMap;

use self::head::Fields;
use self::search::Search;
use self::words::{advice, expected, span, visible, without};
use crate::canonical;
use crate::crypto::{Crc32, Stream, sha256};
use crate::head::{ExternalUrl, RequestHead};
use crate::key::KeyRing;
#[cfg(feature = "message-signatures")]
use crate::message_signatures;
use crate::rejection::{Code, Rejection};
use crate::scheme::template::Part;
use crate::scheme::{Algorithm, Place, Plan, Scheme, SchemeError};
use crate::time::UnixTime;
use crate::values;
use crate::verifier::{Tolerance, Verifier};

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
        if plan.algorithm == Algorithm::MessageSignatures {
            return self.message(plan, head, headers, body, now, refusal);
        }
        let fields = head::fields(plan, head, headers, body, &ExternalUrl::FromRequest);
        let mut search = Search::new(self, plan, head, headers, &fields, body);
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

    /// A message signature says itself what it covers, and what is missing
    /// stands in the refusal: only the clock is told apart.
    fn message(
        &self,
        plan: &Plan,
        head: &impl RequestHead,
        headers: &HeaderMap,
        body: &[u8],
        now: UnixTime,
        refusal: Refusal,
    ) -> Diagnosis {
        let timestamp = Verifier::new(self.scheme.clone(), self.ring.clone())
            .and_then(|verifier| verifier.with_tolerance(Tolerance::unchecked()))
            .ok()
            .and_then(|verifier| verifier.verify_parts(head, body, now).ok())
            .and_then(|verified| verified.timestamp());
        let mut fields = head::fields(plan, head, headers, body, &ExternalUrl::FromRequest);
        fields.timestamp = timestamp.map(|time| time.as_secs().to_string().into_bytes());
        let clock = timestamp.and_then(|_| self.clock(plan, &fields, headers, now));
        let mut found = Diagnosis {
            verified: false,
            cause: None,
            also: None,
            proven: clock.is_some(),
            sentence: format!("The request is refused: {}.", refusal.message),
            evidence: Vec::new(),
            code: refusal.code,
            message: Some(refusal.message),
            signed: None,
            expected: expected(plan),
        };
        if let Some((cause, sentence, evidence)) = clock {
            found.cause = Some(cause);
            found.sentence = format!("The signature matches; {sentence}.");
            found.evidence = evidence;
            return found;
        }
        #[cfg(feature = "message-signatures")]
        if let Some(base) = message_signatures::first_base(head, &ExternalUrl::FromRequest) {
            found.signed = Some(self.shown(plan, base.into_bytes(), false, body));
        }
        found
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
        Some(self.shown(plan, pieces.concat(), secret_is_in, body))
    }

    /// Signed content with the keys taken out.
    fn shown(&self, plan: &Plan, mut content: Vec<u8>, mut hide: bool, body: &[u8]) -> SignedBytes {
        for (_, key, _) in self.ring.keys().iter().chain(self.others.keys()) {
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
        SignedBytes {
            length,
            sha256: (!hide).then(|| hex::encode(sha256(&[&content]))),
            escaped,
            body_length: body.len(),
            body_sha256: if hide {
                String::new()
            } else {
                hex::encode(sha256(&[body]))
            },
        }
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
                    Part::FormSorted => owned(values::sorted_text(std::str::from_utf8(body).ok()?)),
                    Part::BodyBase64url => owned(crate::Encoding::Base64url.encode(body)),
                    Part::UrlPort => Cow::Borrowed(fields.url.as_deref()?.as_bytes()),
                    Part::TargetEscaped => owned(values::escape_target(&fields.target)),
                    Part::UrlUnescaped => owned(values::unescape_url(fields.url.as_deref()?)),
                    Part::UrlDigest(digest, encoding) => {
                        let mut stream = Stream::hash(*digest);
                        stream.update(fields.url.as_deref()?.as_bytes());
                        owned(encoding.encode(stream.finish().as_bytes()))
                    }
                    Part::QuerySorted => owned(values::sorted_form(query)),
                    Part::QueryPairs => {
                        owned(values::sorted_pairs(query, plan.parameter_of_signature()))
                    }
                    Part::FormPairs => {
                        let text = std::str::from_utf8(body).ok()?;
                        owned(values::sorted_pairs(text, plan.parameter_of_signature()))
                    }
                    Part::JsonOrNothing(pointer) => {
                        owned(values::json(body, pointer).unwrap_or_default())
                    }
                    // What these name is not among the fields.
                    Part::HeadersListed(_) | Part::JwsHeader | Part::JwsPayload => return None,
                    Part::FormJoined(except) => {
                        let form = std::str::from_utf8(body).ok()?;
                        owned(canonical::form_joined(form, &plan.leaves_out(except)).ok()?)
                    }
                    Part::FormPhp(except) => {
                        let form = std::str::from_utf8(body).ok()?;
                        owned(canonical::form_php(form, &plan.leaves_out(except)).ok()?)
                    }
                    Part::JsonLines(members) => owned(canonical::json_lines(body, members).ok()?),
                    Part::UrlAndForm => {
                        let form = std::str::from_utf8(body).ok()?;
                        owned(canonical::url_and_form(fields.url.as_deref()?, form))
                    }
                    Part::BodyOrUrl if body.is_empty() => {
                        Cow::Borrowed(fields.url.as_deref()?.as_bytes())
                    }
                    Part::BodyOrUrl => Cow::Borrowed(body),
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
