//! HTTP Message Signatures (RFC 9421) with `Content-Digest` (RFC 9530).
//!
//! Such a signature lists the components of the request that it covers in
//! `Signature-Input`: the method, the target, header fields, and the body through the
//! digest in `Content-Digest`. Anyone can change what it does not cover, so a
//! [policy](MessageSignatures) says what must be covered. Everything except the body is
//! available from the head: the signature is verified before any byte of the body is
//! read, and the body is then only hashed as it arrives.
//!
//! Parts: `fields` parses structured fields, `component` resolves the covered values,
//! `check` verifies a request against the policy, `digest` the body against its digests.
//! Request signing (sender side) is in `sign`.

mod check;
mod component;
mod digest;
mod fields;

use std::fmt;

#[cfg(feature = "explain")]
pub(crate) use self::check::first_base;
pub(crate) use self::check::{AcceptedSignature, CheckSettings, begin, check_head, demanded};
#[cfg(feature = "sign")]
pub(crate) use self::check::{SIGNATURE_INPUT, lines, params_line, signature_params};
pub(crate) use self::component::Component;
#[cfg(feature = "sign")]
pub(crate) use self::component::Request;
#[cfg(feature = "sign")]
pub(crate) use self::digest::{CONTENT_DIGEST, NAME as DIGEST_NAME, covers};
use crate::key::message::{ALGORITHMS, MessageKey, NO_ALGORITHM, named};
use crate::key::{Key, KeyError, KeyRing};
use crate::scheme::window::Tolerance;
use crate::scheme::{Algorithm, Coverage, Scheme, SchemeError, Trust};

/// The policy for message signatures: what they must cover, and which are considered.
///
/// The default refuses a signature that does not cover
///
/// - the method (`@method`),
/// - the target: `@target-uri`, or `@authority` with `@request-target`, or
///   `@authority` with `@path` and, where the URL has a query, `@query`,
/// - the body, through `content-digest` with `sha-256` or `sha-512`. Without it, only a
///   request without a body is accepted, and only if its method is GET, HEAD, OPTIONS,
///   DELETE or TRACE or the signature covers `content-length`: otherwise an attacker with
///   a recorded request could remove its body,
///
/// and one without a `created` time within 300 seconds of the clock. `expires` is
/// enforced when present. The features `rsa`, `ecdsa` and `ed25519` allow the algorithms
/// of those keys, and `hmac-sha256` is always allowed; the key determines the algorithm,
/// and an `alg` parameter must agree with it.
///
#[cfg_attr(feature = "sign", doc = "```")]
#[cfg_attr(not(feature = "sign"), doc = "```ignore")]
/// use hookward::{Key, KeyRing, MessageSignatures, Signer, UnixTime, Verifier, providers};
///
/// let ring = KeyRing::default().with("sender-1", Key::new("a shared secret")?);
/// let policy = MessageSignatures::default().require("content-type");
/// let verifier = Verifier::message_signatures(policy, ring.clone())?;
///
/// // A sender that covers method, target, type and digest.
/// let now = UnixTime::from_secs(1_700_000_000);
/// let mut request = http::Request::post("https://example.com/hooks?a=1")
///     .header("content-type", "application/json")
///     .body(r#"{"hello": "world"}"#)?;
/// for (name, value) in Signer::new(&providers::RFC9421, ring)?.sign(&request, now, None)?.headers() {
///     request.headers_mut().append(name.clone(), value.clone());
/// }
/// assert_eq!(verifier.verify_at(&request, now)?.key_id(), "sender-1");
///
/// *request.body_mut() = r#"{"hello": "mars!"}"#;
/// assert_eq!(verifier.verify_at(&request, now).unwrap_err().code().as_str(), "signature_mismatch");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct MessageSignatures {
    usual_coverage: bool,
    required: Vec<String>,
    label: Option<String>,
    tag: Option<String>,
    pub(crate) created_is_optional: bool,
    pub(crate) tolerance: Tolerance,
    algorithms: Vec<Algorithm>,
    any_salt: bool,
    pub(crate) trust: Option<Trust>,
}

impl Default for MessageSignatures {
    fn default() -> Self {
        Self {
            usual_coverage: true,
            required: Vec::new(),
            label: None,
            tag: None,
            created_is_optional: false,
            tolerance: Tolerance::seconds(crate::scheme::DEFAULT_TOLERANCE_SECS),
            algorithms: ALGORITHMS.map(|(_, algorithm)| algorithm).to_vec(),
            any_salt: false,
            trust: None,
        }
    }
}

impl MessageSignatures {
    /// Requires that another component is covered: a field's name in lower case, a
    /// derived component such as `@authority`, or an identifier with parameters,
    /// `"@query-param";name="id"`.
    pub fn require(mut self, component: impl Into<String>) -> Self {
        self.required.push(component.into());
        self
    }

    /// Requires these components and nothing else.
    ///
    /// # Security
    /// What is left out here is not proven: without the digest the signature is valid for
    /// any body, and without method and target for any endpoint that trusts the same key.
    pub fn require_only<C: Into<String>>(
        mut self,
        components: impl IntoIterator<Item = C>,
    ) -> Self {
        self.usual_coverage = false;
        self.required = components.into_iter().map(C::into).collect();
        self
    }

    /// Sets what handlers are given if the body need not be covered, that is after
    /// [`require_only`](Self::require_only) without the digest.
    pub fn trust(mut self, trust: Trust) -> Self {
        self.trust = Some(trust);
        self
    }

    /// Considers only the signature with this label. Labels are not signed: anyone on the
    /// path can rename them.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Considers only signatures with this `tag` parameter, which is signed.
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tag = Some(tag.into());
        self
    }

    /// Accepts signatures without `created`. Those never expire, so only a replay guard
    /// that remembers forever stops a copy.
    pub fn optional_created(mut self) -> Self {
        self.created_is_optional = true;
        self
    }

    /// Sets the tolerance for `created`, by default 300 seconds in both directions.
    pub fn tolerance(mut self, tolerance: Tolerance) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Allows only these algorithms, of those in RFC 9421 section 3.3: RSA-PSS with
    /// SHA-512, RSA PKCS#1 v1.5 with SHA-256, HMAC-SHA256, ECDSA P-256 with SHA-256 and
    /// P-384 with SHA-384 (fixed form), Ed25519.
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.algorithms = algorithms.into_iter().collect();
        self
    }

    /// Accepts RSA-PSS signatures with a salt of any length, where RFC 9421 section 3.3.1
    /// requires 64 bytes: OpenSSL, and with it Node and the npm package
    /// `http-message-signatures`, uses the maximum length. This does not make signatures
    /// easier to forge.
    pub fn any_salt(mut self) -> Self {
        self.any_salt = true;
        self
    }

    /// The policy configured by a ring's parameters: `require` (component names,
    /// separated by spaces, which replace the default ones), `label`, `tag`, `algorithms`
    /// (names of the registry) and `salt` (`any`).
    pub(crate) fn of_params(scheme: &Scheme, ring: &KeyRing) -> Result<Self, SchemeError> {
        let mut policy = Self::default();
        if scheme.algorithm != Algorithm::MessageSignatures {
            return Ok(policy);
        }
        for (name, value) in ring.params() {
            let words = || value.split_ascii_whitespace();
            match &**name {
                "require" => policy = policy.require_only(words()),
                "label" => policy = policy.label(&**value),
                "tag" => policy = policy.tag(&**value),
                "algorithms" => {
                    policy.algorithms = words()
                        .map(|name| named(name).ok_or_else(|| not_of_registry(name)))
                        .collect::<Result<_, _>>()?;
                }
                "salt" if &**value == "any" => policy = policy.any_salt(),
                "salt" => return Err(SchemeError::MessageSalt(value.to_string())),
                _ => {}
            }
        }
        Ok(policy)
    }

    pub(crate) fn compile(&self) -> Result<Policy, SchemeError> {
        if self.algorithms.is_empty() {
            return Err(SchemeError::NoMessageAlgorithm);
        }
        if let Some(unknown) = self
            .algorithms
            .iter()
            .find(|algorithm| !ALGORITHMS.iter().any(|(_, known)| known == *algorithm))
        {
            return Err(not_of_registry(unknown.name()));
        }
        let required = self
            .required
            .iter()
            .map(|text| Component::parse(text).map_err(SchemeError::MessageComponent))
            .collect::<Result<Box<[Component]>, _>>()?;
        // The body is covered separately, through its digest.
        let usual: &[&str] = match self.usual_coverage {
            true => &["@method", "@authority", "@path", "@query"],
            false => &[],
        };
        let identifying = usual
            .iter()
            .map(|text| Component::parse(text).map_err(SchemeError::MessageComponent))
            .chain(required.iter().cloned().map(Ok))
            .collect::<Result<_, _>>()?;
        Ok(Policy {
            usual_coverage: self.usual_coverage,
            required,
            identifying,
            label: self.label.as_deref().map(Box::from),
            tag: self.tag.as_deref().map(Box::from),
            algorithms: self.algorithms.clone().into(),
            any_salt: self.any_salt,
            created_is_optional: self.created_is_optional,
        })
    }
}

fn not_of_registry(name: &str) -> SchemeError {
    SchemeError::MessageAlgorithm {
        name: name.to_owned(),
        known: ALGORITHMS.map(|(name, _)| name).to_vec(),
    }
}

/// A compiled policy.
#[derive(Clone)]
pub(crate) struct Policy {
    pub(crate) usual_coverage: bool,
    pub(crate) required: Box<[Component]>,
    /// The components that identify a delivery, besides the body and the time.
    identifying: Box<[Component]>,
    pub(crate) label: Option<Box<str>>,
    pub(crate) tag: Option<Box<str>>,
    pub(crate) algorithms: Box<[Algorithm]>,
    any_salt: bool,
    created_is_optional: bool,
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy").finish_non_exhaustive()
    }
}

impl Policy {
    /// What every accepted signature covers.
    pub(crate) fn least_coverage(&self) -> Coverage {
        let mut found =
            Coverage::of_message_signatures(self.usual_coverage, !self.created_is_optional);
        for component in &self.required {
            component.add_to(&mut found);
        }
        found
    }

    #[cfg(feature = "sign")]
    pub(crate) fn algorithms(&self) -> &[Algorithm] {
        &self.algorithms
    }

    /// Prepares a key for the allowed algorithms.
    pub(crate) fn prepare(&self, key: &Key) -> Result<MessageKey, KeyError> {
        let key = key.message_key(&self.algorithms)?;
        if self.algorithms.iter().any(|algorithm| key.fits(*algorithm)) {
            Ok(key)
        } else {
            Err(NO_ALGORITHM)
        }
    }
}
