//! Diagnosis of rejected requests: finds the smallest change under which the signature
//! matches.
//!
//! [`Explainer::explain`] takes a rejected request and tries what commonly goes wrong:
//! keys in another encoding or in quotes, another provider's scheme, bodies that a JSON
//! parser re-serialized, URLs that a proxy rewrote, clocks. It tries single changes
//! first, then pairs, within a fixed amount of work. A change is only reported if the
//! signature was verified under it.
//!
//! [`Verifier::explain`] is the shortcut; an [`Explainer`] also accepts keys that a
//! verifier rejects, and keys that are not in use.
//!
//! # Security
//!
//! A diagnosis computes signatures with many readings of the keys and reports which one
//! matched, so it is for people who hold the keys: on the command line and in
//! development. It must not be reachable by remote callers. The result contains neither
//! keys nor computed signatures, but it does contain the signed bytes.

mod attempt;
mod body;
mod cause;
mod charset;
mod clock;
mod description;
mod form;
mod head;
mod key;
pub(crate) mod log;
mod lossy_json;
mod recoded;
mod rewriting;
mod search;
mod signatures;
#[cfg(test)]
mod tables;
#[cfg(test)]
mod tests;
mod token;
mod url;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

use http::{HeaderMap, HeaderName};

use self::cause::{Cause, Change};
use self::description::{expected, visible, without};
use self::head::HeadFields;
use self::search::Search;
use self::token::UnmetBinding;
use crate::crypto::sha256;
use crate::key::KeyRing;
#[cfg(feature = "message-signatures")]
use crate::message_signatures;
use crate::request::head::{RequestHead, Single};
use crate::request::rejection::{Code, Rejection};
use crate::request::request_url::RequestUrl;
use crate::scheme::source::Source;
use crate::scheme::template::Part;
use crate::scheme::window::Tolerance;
use crate::scheme::{Algorithm, Place, Plan, Scheme, Trust};
use crate::text::printable;
use crate::text::time::UnixTime;
use crate::verify::choose;
use crate::verify::config::ConfigError;
use crate::verify::evaluate::evaluate;
use crate::verify::facts::{Facts, Unmet};
use crate::verify::setup::Setup;
use crate::verify::verifier::Verifier;

/// How much of the signed bytes is shown at either end.
const SHOWN: (usize, usize) = (480, 120);

/// Determines why a signature does not match.
///
/// Accepts key rings that a [`Verifier`] rejects, and additional keys that are not in
/// use.
///
/// ```
/// use hookward::{Explainer, Key, KeyRing, Signer, UnixTime, providers};
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
    setup: Arc<Setup>,
    ring: Arc<KeyRing>,
    others: KeyRing,
    rest: Vec<u8>,
}

/// The result of [`Explainer::explain`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnosis {
    /// Whether the request is genuine, without any change.
    pub verified: bool,
    /// The stable name of the cause, such as `key_is_hex`; `None` if no change explains
    /// the request.
    pub cause: Option<&'static str>,
    /// The second cause, if two changes are needed.
    pub also: Option<&'static str>,
    /// An observation that cannot be checked against the signature, such as
    /// `body_truncated` if the body is shorter than its `Content-Length`. A forged
    /// request can look the same; never set together with a cause.
    pub hint: Option<&'static str>,
    /// Whether the signature was verified, unchanged or under the reported change.
    pub proven: bool,
    /// The finding in one sentence.
    pub sentence: String,
    /// Supporting observations and advice, one sentence each.
    pub evidence: Vec<String>,
    /// The code of the rejection, if the keys were usable.
    pub code: Option<Code>,
    /// The message of the rejection.
    pub message: Option<String>,
    /// What the scheme signs of this request.
    pub signed: Option<SignedBytes>,
    /// The signature format that the scheme expects.
    pub expected: String,
}

/// The exact bytes that a scheme signs, for comparison with the sender's.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignedBytes {
    /// Their number.
    pub length: usize,
    /// Their SHA-256, hex-encoded; `None` if the secret is part of them.
    pub sha256: Option<String>,
    /// The bytes, escaped as in a string literal; long content is elided in the middle.
    pub escaped: String,
    /// The length of the body.
    pub body_length: usize,
    /// The SHA-256 of the body, hex-encoded.
    pub body_sha256: String,
}

/// A request under one interpretation.
#[derive(Clone, Copy)]
struct Reading<'a> {
    explainer: &'a Explainer,
    plan: &'a Plan,
    fields: &'a HeadFields,
    body: &'a [u8],
    secret: &'a [u8],
}

impl<'a> Facts<'a> for Reading<'a> {
    fn method(&self) -> &'a str {
        &self.fields.method
    }

    fn url(&self) -> Result<RequestUrl<'a>, Unmet> {
        let url = self.fields.url.as_deref().and_then(RequestUrl::parse);
        url.ok_or_else(|| Unmet::Missing("URL".into()))
    }

    fn target(&self) -> Cow<'a, str> {
        Cow::Borrowed(&self.fields.target)
    }

    fn header(&self, name: &HeaderName) -> Single<'a> {
        let mut headers = self.fields.headers.iter();
        headers
            .find(|(known, _)| known == name)
            .map_or(Single::Absent, |(_, value)| Single::One(value))
    }

    fn listed(&self, list: &HeaderName) -> Result<String, Unmet> {
        let mut listed = self.fields.listed.iter();
        listed
            .find(|(known, _)| known == list)
            .map(|(_, text)| text.clone())
            .ok_or_else(|| Unmet::Missing(format!("header `{list}`")))
    }

    fn timestamp(&self) -> Option<Cow<'a, [u8]>> {
        self.fields.timestamp.as_deref().map(Cow::Borrowed)
    }

    fn id(&self) -> Option<Cow<'a, [u8]>> {
        self.fields.id.as_deref().map(Cow::Borrowed)
    }

    fn key_id(&self) -> Option<Cow<'a, [u8]>> {
        self.fields.key_id.as_deref().map(Cow::Borrowed)
    }

    fn jws(&self) -> Option<(&'a [u8], &'a [u8])> {
        let token = self.fields.token.as_ref()?;
        Some((&token.encoded_header, &token.encoded_payload))
    }

    fn param(&self, name: &str) -> Option<&'a str> {
        let mut params = self.explainer.ring.params().iter();
        params
            .find(|(known, _)| **known == *name)
            .map(|(_, value)| &**value)
    }

    fn secret(&self) -> &'a [u8] {
        self.secret
    }

    fn body(&self) -> &'a [u8] {
        self.body
    }

    fn place_of_signature(&self) -> &'a Place {
        &self.plan.at
    }

    fn limit(&self) -> u64 {
        self.explainer.setup.body_limit
    }
}

impl Diagnosis {
    /// Escapes non-printable characters in texts that quote the request.
    fn make_printable(&mut self) {
        let texts = [&mut self.sentence, &mut self.expected].into_iter();
        for text in texts.chain(&mut self.evidence).chain(&mut self.message) {
            *text = printable::owned(std::mem::take(text));
        }
    }
}

impl Explainer {
    /// Creates an explainer for a scheme and the keys in use, usable or not.
    ///
    /// # Errors
    /// [`ConfigError`] if the scheme itself is invalid.
    pub fn new(mut scheme: Scheme, keys: impl Into<KeyRing>) -> Result<Self, ConfigError> {
        let ring = keys.into();
        // The explainer never passes content to a handler.
        scheme.trust.get_or_insert(Trust::AsSent);
        Ok(Self {
            setup: Arc::new(Setup::new(&scheme, &ring)?),
            ring: Arc::new(ring),
            others: KeyRing::default(),
            rest: Vec::new(),
        })
    }

    pub(crate) fn of(verifier: &Verifier) -> Self {
        Self {
            setup: verifier.inner.setup.clone(),
            ring: verifier.inner.ring.clone(),
            others: KeyRing::default(),
            rest: Vec::new(),
        }
    }

    fn provider(&self) -> &str {
        &self.setup.plans[0].name
    }

    /// Adds keys that are not in use, to find out whether one of them signed: the test
    /// key, or the key before a rotation.
    #[must_use]
    pub fn with_other_keys(mut self, keys: impl Into<KeyRing>) -> Self {
        self.others = keys.into();
        self
    }

    /// Overrides the scheme's tolerance.
    #[must_use]
    pub fn with_tolerance(mut self, tolerance: Tolerance) -> Self {
        Arc::make_mut(&mut self.setup).tolerance = Some(tolerance);
        self
    }

    /// Sets the external URL of the service, like [`Verifier::with_external_url`].
    ///
    /// # Errors
    /// As for [`Verifier::with_external_url`].
    pub fn with_external_url(mut self, base: &str) -> Result<Self, ConfigError> {
        Arc::make_mut(&mut self.setup).external_url.set_base(base)?;
        Ok(self)
    }

    /// Sets the URL that the provider called, like [`Verifier::with_exact_url`].
    ///
    /// # Errors
    /// As for [`Verifier::with_exact_url`].
    pub fn with_exact_url(mut self, url: &str) -> Result<Self, ConfigError> {
        Arc::make_mut(&mut self.setup).external_url.set_exact(url)?;
        Ok(self)
    }

    /// Restricts the hosts of the endpoint, like [`Verifier::with_hosts`].
    ///
    /// # Errors
    /// As for [`Verifier::with_hosts`].
    pub fn with_hosts<'a>(
        mut self,
        hosts: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, ConfigError> {
        Arc::make_mut(&mut self.setup)
            .external_url
            .set_hosts(hosts)?;
        Ok(self)
    }

    /// Provides bytes that follow the body, beyond `Content-Length`: a length counted in
    /// characters truncates the body.
    #[must_use]
    pub fn with_rest(mut self, rest: impl Into<Vec<u8>>) -> Self {
        self.rest = rest.into();
        self
    }

    /// Explains one request. `headers` must contain all of its headers.
    ///
    /// Takes up to about a second and, besides the body, memory of a small multiple of
    /// its size.
    #[must_use]
    pub fn explain(
        &self,
        head: &impl RequestHead,
        headers: &HeaderMap,
        body: &[u8],
        now: impl Into<UnixTime>,
    ) -> Diagnosis {
        let mut found = self.find(head, headers, body, now.into());
        found.make_printable();
        found
    }

    fn find(
        &self,
        head: &impl RequestHead,
        headers: &HeaderMap,
        body: &[u8],
        now: UnixTime,
    ) -> Diagnosis {
        let start = Instant::now();
        let refusal = match self.verdict(head, body, now) {
            Ok(evidence) => return self.genuine(evidence),
            Err(refusal) => refusal,
        };
        let plan = self.plan(head, headers);
        // A request for another host is not searched: nothing is wrong with its
        // signature.
        if plan.algorithm == Algorithm::MessageSignatures
            || refusal.code == Some(Code::RecipientMismatch)
        {
            return self.message(plan, head, headers, body, now, refusal);
        }
        let fields = head::fields(plan, head, headers, body, &self.setup.external_url);
        let mut search = Search::new(self, plan, head, headers, &fields, body, start);
        search.run(now);
        let unmet = match search.best {
            Some(_) => search.unmet(),
            None => Vec::new(),
        };
        let found = SearchResult {
            best: search.best,
            unmet,
        };
        let timestamp = search.timestamp;
        let mut fields = fields;
        fields.timestamp = fields.timestamp.or(timestamp);
        self.diagnosis(plan, &fields, headers, body, now, refusal, found)
    }

    /// The verdict of the verifier.
    fn verdict(
        &self,
        head: &impl RequestHead,
        body: &[u8],
        now: UnixTime,
    ) -> Result<String, Refusal> {
        let unusable = |error: &ConfigError| Refusal {
            code: None,
            message: error.to_string(),
            is_wrong_kind: matches!(error, ConfigError::Key { error, .. } if error.is_wrong_kind()),
        };
        let verifier =
            Verifier::prepare(self.setup.clone(), &self.ring).map_err(|error| unusable(&error))?;
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
            hint: None,
            proven: true,
            sentence: "The signature matches: the request is genuine.".to_owned(),
            evidence: vec![evidence],
            code: None,
            message: None,
            signed: None,
            expected: expected(&self.setup.plans[0]),
        }
    }

    /// A message signature itself states what it covers, and the rejection says what is
    /// missing, so only clock errors are diagnosed.
    fn message(
        &self,
        plan: &Plan,
        head: &impl RequestHead,
        headers: &HeaderMap,
        body: &[u8],
        now: UnixTime,
        refusal: Refusal,
    ) -> Diagnosis {
        let mut setup = self.setup.clone();
        Arc::make_mut(&mut setup).tolerance = Some(Tolerance::unchecked());
        let timestamp = Verifier::prepare(setup, &self.ring)
            .ok()
            .and_then(|verifier| verifier.verify_parts(head, body, now).ok())
            .and_then(|verified| verified.timestamp());
        let mut fields = head::fields(plan, head, headers, body, &self.setup.external_url);
        fields.timestamp = timestamp.map(|time| time.as_secs().to_string().into_bytes());
        let off = timestamp
            .and_then(|_| clock::off(self.setup.tolerance, plan, &fields, headers, now, false));
        let mut found = Diagnosis {
            verified: false,
            cause: None,
            also: None,
            hint: None,
            proven: off.is_some(),
            sentence: format!("The request is refused: {}.", refusal.message),
            evidence: Vec::new(),
            code: refusal.code,
            message: Some(refusal.message),
            signed: None,
            expected: expected(plan),
        };
        if let Some(off) = off {
            found.cause = Some(off.cause.name());
            found.sentence = format!("The signature matches; {}.", off.clause);
            found.evidence = off.cause.advice().map(str::to_owned).into_iter().collect();
            return found;
        }
        #[cfg(feature = "message-signatures")]
        if let Some(base) = message_signatures::first_base(head, &self.setup.external_url) {
            found.signed = Some(self.shown(plan, base.into_bytes(), false, body));
        }
        found
    }

    /// The form of the scheme whose signature is present, else the first one.
    fn plan(&self, head: &dyn RequestHead, headers: &HeaderMap) -> &Plan {
        let plans = &self.setup.plans;
        if let Ok(index) = choose(plans, head) {
            return &plans[index];
        }
        let target = head.target();
        plans
            .iter()
            .find(|plan| head::read(&plan.at, headers, &target, b"").is_some())
            .unwrap_or(&plans[0])
    }

    #[allow(clippy::too_many_arguments)]
    fn diagnosis(
        &self,
        plan: &Plan,
        fields: &HeadFields,
        headers: &HeaderMap,
        body: &[u8],
        now: UnixTime,
        refusal: Refusal,
        search: SearchResult,
    ) -> Diagnosis {
        let mut found = Diagnosis {
            verified: false,
            cause: None,
            also: None,
            hint: None,
            proven: false,
            sentence: String::new(),
            evidence: Vec::new(),
            code: refusal.code,
            message: Some(refusal.message.clone()),
            signed: None,
            expected: expected(plan),
        };
        let is_another = search
            .best
            .iter()
            .flatten()
            .any(|change| change.cause == Cause::SchemeIsAnother);
        let off = clock::off(self.setup.tolerance, plan, fields, headers, now, is_another);
        match search.best {
            Some(changes) => of_match(&mut found, changes, search.unmet, off, &refusal),
            None => {
                let (hint, sentence) = visible(plan, fields, headers, body, &refusal);
                found.hint = hint.map(Cause::name);
                found.sentence = sentence;
            }
        }
        if found.cause.is_none() {
            found.proven = false;
            found.signed = self.signed(plan, fields, body);
        }
        found
    }

    fn signed(&self, plan: &Plan, fields: &HeadFields, body: &[u8]) -> Option<SignedBytes> {
        if !plan.algorithm.signs_content() {
            return None;
        }
        let secret_is_in = plan.reads(&Source::Secret);
        let pieces = self.content(plan, &plan.parts, fields, body, b"{secret}")?;
        Some(self.shown(plan, pieces.concat(), secret_is_in, body))
    }

    /// Signed content with the keys redacted.
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
                "{}… ({} bytes omitted) …{}",
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

    /// The pieces of the signed content; `None` if one is missing.
    fn content<'a>(
        &'a self,
        plan: &'a Plan,
        parts: &'a [Part],
        fields: &'a HeadFields,
        body: &'a [u8],
        secret: &'a [u8],
    ) -> Option<Vec<Cow<'a, [u8]>>> {
        let reading = Reading {
            explainer: self,
            plan,
            fields,
            body,
            secret,
        };
        parts
            .iter()
            .map(|part| match part.bare() {
                Some(Source::Secret) if plan.algorithm.is_public_key() => None,
                // An absent value is not a wrong one: there is nothing to compare.
                Some(Source::Url) => fields
                    .url
                    .as_deref()
                    .map(|url| Cow::Borrowed(url.as_bytes())),
                _ => evaluate(part, &reading).ok(),
            })
            .collect()
    }
}

/// The result of the search.
struct SearchResult {
    /// The changes under which the signature matches.
    best: Option<Vec<Change>>,
    /// The claims that do not match the request although the signature does.
    unmet: Vec<UnmetBinding>,
}

/// Describes a signature that matches, unchanged or under changes.
fn of_match(
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

/// Why the verifier rejected the request.
struct Refusal {
    code: Option<Code>,
    message: String,
    /// A key is of another kind than the scheme requires.
    is_wrong_kind: bool,
}

impl From<&Rejection> for Refusal {
    fn from(rejection: &Rejection) -> Self {
        Self {
            code: Some(rejection.code()),
            message: rejection.to_string(),
            is_wrong_kind: false,
        }
    }
}

impl Verifier {
    /// Explains why a request is rejected, using the system clock: the smallest change
    /// under which its signature would match, or what exactly is signed.
    ///
    /// Takes up to about a second, and the result is for people who hold the keys: call
    /// it while debugging, never while serving requests, and never include it in a
    /// response. It contains no secrets. The URL settings and the tolerance are those of
    /// the verifier; keys that are not in use are added with
    /// [`explainer`](Self::explainer).
    ///
    /// ```
    /// use hookward::{Key, UnixTime, Verifier, providers};
    ///
    /// let verifier = Verifier::new(providers::GITHUB, Key::new("\"It's a Secret to Everybody\"")?)?;
    /// let request = http::Request::post("/webhooks/github")
    ///     .header("x-hub-signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")
    ///     .body("Hello, World!")?;
    /// let found = verifier.explain(&request);
    /// assert_eq!(found.cause, Some("key_has_quotes"));
    /// assert_eq!(found.sentence, "The signature matches when the quotes around the key are removed.");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn explain<B: AsRef<[u8]>>(&self, request: &http::Request<B>) -> Diagnosis {
        self.explain_at(request, UnixTime::now())
    }

    /// [`explain`](Self::explain) at a given time, for recorded requests.
    #[must_use]
    pub fn explain_at<B: AsRef<[u8]>>(
        &self,
        request: &http::Request<B>,
        now: impl Into<UnixTime>,
    ) -> Diagnosis {
        let body = request.body().as_ref();
        self.explainer()
            .explain(request, request.headers(), body, now)
    }

    /// An [`Explainer`] with the scheme, keys and settings of this verifier.
    #[must_use]
    pub fn explainer(&self) -> Explainer {
        Explainer::of(self)
    }
}
