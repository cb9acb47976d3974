//! The course of a diagnosis: the verifier's verdict, the search, the description.

use std::sync::Arc;
use std::time::Instant;

use http::HeaderMap;

use super::attempt::Search;
use super::cause::{Cause, Change};
use super::claims::UnmetBinding;
use super::clock;
use super::description::{expected, of_match, visible};
use super::diagnosis::{Diagnosis, Refusal};
use super::explainer::Explainer;
use super::fields::HeadFields;
use super::place::read;
#[cfg(feature = "message-signatures")]
use crate::message_signatures;
use crate::request::head::RequestHead;
use crate::request::rejection::Code;
use crate::scheme::window::Tolerance;
use crate::scheme::{Algorithm, Plan};
use crate::text::time::UnixTime;
use crate::verify::choose;
use crate::verify::config::ConfigError;
use crate::verify::verifier::Verifier;

impl Explainer {
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
        let fields = HeadFields::of(plan, head, headers, body, &self.setup.external_url);
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
        let mut fields = HeadFields::of(plan, head, headers, body, &self.setup.external_url);
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
            .find(|plan| read(&plan.at, headers, &target, b"").is_some())
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
}

/// The result of the search.
struct SearchResult {
    /// The changes under which the signature matches.
    best: Option<Vec<Change>>,
    /// The claims that do not match the request although the signature does.
    unmet: Vec<UnmetBinding>,
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
