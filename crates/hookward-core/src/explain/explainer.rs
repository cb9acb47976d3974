//! What a diagnosis works with: the scheme, the keys and the settings.

use std::sync::Arc;

use crate::key::KeyRing;
use crate::scheme::window::Tolerance;
use crate::scheme::{Scheme, Trust};
use crate::verify::config::ConfigError;
use crate::verify::setup::Setup;
use crate::verify::verifier::Verifier;

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
    pub(super) setup: Arc<Setup>,
    pub(super) ring: Arc<KeyRing>,
    pub(super) others: KeyRing,
    pub(super) rest: Vec<u8>,
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

    pub(super) fn of(verifier: &Verifier) -> Self {
        Self {
            setup: verifier.inner.setup.clone(),
            ring: verifier.inner.ring.clone(),
            others: KeyRing::default(),
            rest: Vec::new(),
        }
    }

    pub(super) fn provider(&self) -> &str {
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
}
