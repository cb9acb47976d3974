//! HTTP Message Signatures (RFC 9421) with `Content-Digest` (RFC 9530).
//!
//! A signature in this form covers components of the request that it lists
//! itself, in `Signature-Input`: the method, the target, header fields, and
//! the body through the digest in `Content-Digest`. What it leaves out can be
//! changed by anybody, so a [policy](MessageSignatures) says what has to be
//! covered. Everything but the body is known from the head: the signature is
//! verified before any byte of the body is read, and the body is then only
//! hashed as it arrives.
//!
//! Parts: `fields` reads structured fields, `component` finds the values that
//! are signed, `check` holds a request to the policy, `digest` the body to its
//! digests, `sign` is the other side.

mod check;
mod component;
mod digest;
mod fields;

use std::fmt;

#[cfg(feature = "explain")]
pub(crate) use self::check::first_base;
pub(crate) use self::check::{Accepted, Setting, begin, check_head, demanded};
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

/// What a message signature has to cover, and which signatures count.
///
/// The default refuses a signature that does not cover
///
/// - the method (`@method`),
/// - the target: `@target-uri`, or `@authority` with `@request-target`, or
///   `@authority` with `@path` and, where the URL has a query, `@query`,
/// - the body, through `content-digest` with `sha-256` or `sha-512`. Without
///   it only a request without a body passes, and only if its method is GET,
///   HEAD, OPTIONS, DELETE or TRACE or the signature covers `content-length`:
///   otherwise whoever holds a request could take its body away,
///
/// and one without a `created` time within 300 seconds of the clock. `expires`
/// is held to where it is there. With feature `rsa`, `ecdsa` or `ed25519` the
/// algorithms of those keys are allowed, `hmac-sha256` always; the key decides
/// which one, and an `alg` parameter has to agree with it.
///
#[cfg_attr(feature = "sign", doc = "```")]
#[cfg_attr(not(feature = "sign"), doc = "```ignore")]
/// use hookward_core::{Key, KeyRing, MessageSignatures, Signer, UnixTime, Verifier, providers};
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
    /// Demands that a component is covered as well: a field's name in lower
    /// case, a derived component such as `@authority`, or an identifier with
    /// parameters, `"@query-param";name="id"`.
    pub fn require(mut self, component: impl Into<String>) -> Self {
        self.required.push(component.into());
        self
    }

    /// Demands these components and nothing else.
    ///
    /// # Security
    /// What is left out here proves nothing: without the digest any body, and
    /// without method and target any endpoint that trusts the same key.
    pub fn require_only<C: Into<String>>(
        mut self,
        components: impl IntoIterator<Item = C>,
    ) -> Self {
        self.usual_coverage = false;
        self.required = components.into_iter().map(C::into).collect();
        self
    }

    /// Says what handlers are given where the body need not be covered, after
    /// [`require_only`](Self::require_only) without the digest.
    pub fn trust(mut self, trust: Trust) -> Self {
        self.trust = Some(trust);
        self
    }

    /// Looks at the signature with this label alone. Labels are not signed:
    /// anybody on the way can rename them.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Looks at signatures with this `tag` parameter alone; it is signed.
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tag = Some(tag.into());
        self
    }

    /// Lets signatures without `created` through. Those never grow old, so
    /// only a replay guard that remembers for ever stops a copy.
    pub fn optional_created(mut self) -> Self {
        self.created_is_optional = true;
        self
    }

    /// How far `created` may be off, 300 seconds both ways by default.
    pub fn tolerance(mut self, tolerance: Tolerance) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Allows these algorithms alone, of those that RFC 9421 section 3.3
    /// registers:
    /// RSA-PSS with SHA-512, RSA PKCS#1 v1.5 with SHA-256, HMAC-SHA256, ECDSA
    /// P-256 with SHA-256 and P-384 with SHA-384 (fixed form), Ed25519.
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.algorithms = algorithms.into_iter().collect();
        self
    }

    /// Takes RSA-PSS signatures with a salt of any length, where RFC 9421 section
    /// 3.3.1 has 64 bytes: OpenSSL, and with it Node and the npm package
    /// `http-message-signatures`, uses the longest that fits. A signature is no
    /// easier to forge for it.
    pub fn any_salt(mut self) -> Self {
        self.any_salt = true;
        self
    }

    /// The policy that a ring's parameters ask for: `require` (component
    /// names, spaces between them, in place of the usual ones), `label`,
    /// `tag`, `algorithms` (names of the registry) and `salt` (`any`).
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
        // The body counts by itself.
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

/// A policy made ready for requests.
#[derive(Clone)]
pub(crate) struct Policy {
    pub(crate) usual_coverage: bool,
    pub(crate) required: Box<[Component]>,
    /// What tells deliveries apart, beside the body and the time.
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
    /// What every signature that passes covers.
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

    /// A key, ready for the algorithms that are allowed.
    pub(crate) fn prepare(&self, key: &Key) -> Result<MessageKey, KeyError> {
        let key = key.message_key(&self.algorithms)?;
        if self.algorithms.iter().any(|algorithm| key.fits(*algorithm)) {
            Ok(key)
        } else {
            Err(NO_ALGORITHM)
        }
    }
}
