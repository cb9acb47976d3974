//! Verifier template: everything but the keys, which are fetched.

use std::fmt;
use std::sync::Arc;

use hookward_core::{ConfigError, KeyRing, Scheme, Verifier};

/// A scheme with its parameters and settings, to which fetched keys are added.
///
/// ```
/// use hookward::providers;
/// use hookward::remote::Template;
///
/// let template = Template::new(providers::MANUS)
///     .configure(|verifier| verifier.with_external_url("https://hooks.example.com"));
/// # let _ = template;
/// ```
#[derive(Clone)]
pub struct Template {
    pub(crate) scheme: Scheme,
    params: KeyRing,
    configure: Arc<Configure>,
}

type Configure = dyn Fn(Verifier) -> Result<Verifier, ConfigError> + Send + Sync;

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Template")
            .field("scheme", &self.scheme.name)
            .finish_non_exhaustive()
    }
}

impl From<Scheme> for Template {
    fn from(scheme: Scheme) -> Self {
        Self::new(scheme)
    }
}

impl Template {
    /// Creates a template for this scheme.
    #[must_use]
    pub fn new(scheme: Scheme) -> Self {
        Self {
            scheme,
            params: KeyRing::default(),
            configure: Arc::new(Ok),
        }
    }

    /// Sets a parameter of the scheme, like [`KeyRing::param`].
    #[must_use]
    pub fn param(mut self, name: &str, value: &str) -> Self {
        self.params = self.params.param(name, value);
        self
    }

    /// Configures each verifier that is created: its tolerance, its external URL.
    #[must_use]
    pub fn configure(
        mut self,
        configure: impl Fn(Verifier) -> Result<Verifier, ConfigError> + Send + Sync + 'static,
    ) -> Self {
        self.configure = Arc::new(configure);
        self
    }

    /// A ring with the parameters, without keys.
    pub(crate) fn ring(&self) -> KeyRing {
        self.params.clone()
    }

    /// Rejects requests by their head before a key is fetched.
    pub(crate) fn outline(&self) -> Result<Verifier, SetupError> {
        Verifier::without_keys_but_params(self.scheme.clone(), &self.params)
            .and_then(|outline| {
                // Checked here rather than with the first request.
                outline.check_recipients()?;
                (self.configure)(outline)
            })
            .map_err(SetupError::Scheme)
    }

    pub(crate) fn verifier(&self, ring: KeyRing) -> Result<Verifier, ConfigError> {
        (self.configure)(Verifier::new(self.scheme.clone(), ring)?)
    }
}

/// Why a source cannot be created.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SetupError {
    /// The scheme is not usable.
    Scheme(ConfigError),
    /// Not a plain `https` URL.
    Url(String),
    /// Not a valid DNS name.
    Name(String),
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scheme(error) => error.fmt(f),
            Self::Url(url) => write!(f, "`{url}` is not a plain https URL"),
            Self::Name(name) => write!(f, "`{name}` is not a DNS name"),
        }
    }
}

impl fmt::Debug for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for SetupError {}
