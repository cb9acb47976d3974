//! Key sources: which verifier applies to a request.

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::key::KeyRing;
use crate::request::head::RequestHead;
use crate::verify::config::ConfigError;
use crate::verify::lookup::Lookup;
use crate::verify::verifier::Verifier;

/// Provides the verifier for a request: a fixed one, one whose keys are swapped during
/// rotation, or one per tenant.
///
/// Implemented by [`Verifier`], [`KeyHandle`], [`Tenants`](crate::Tenants) and closures
/// from the head to a [`Lookup`].
///
/// A source that depends on the request must return the keys *and* the tenant of the
/// record that it found: [`Tenants`](crate::Tenants) does; other sources call
/// [`Verifier::for_tenant`]. The tenant must never be text taken from the request.
pub trait KeySource: Send + Sync + 'static {
    /// The verifier for this request. The head is only available during this call; the
    /// result may be available later.
    fn verifier(&self, head: &dyn RequestHead) -> Lookup;

    /// The scheme and settings common to all results, for a source whose lookups are
    /// expensive: the endpoint rejects what it can from the head before it asks for keys.
    /// The keys of this verifier are not used.
    ///
    /// `None`, the default, is for sources whose keys are in memory. For a source that is
    /// a closure, [`for_scheme`](Self::for_scheme) sets it.
    fn outline(&self) -> Option<Verifier> {
        None
    }

    /// The scheme and settings common to all results, against which an endpoint checks
    /// its configuration when it is built. The keys of this verifier are not used.
    fn scheme(&self) -> Option<Verifier> {
        self.outline()
    }

    /// Declares the scheme and settings common to all results of this source, so that
    /// requests rejected by their head cost no lookup.
    ///
    /// ```
    /// use hookward::{
    ///     Code, Endpoint, Key, KeySource as _, Lookup, Rejection, RequestHead, Verifier, providers,
    /// };
    ///
    /// # async fn secret_of(_: String) -> Option<(String, String)> { None }
    /// let base = Verifier::without_keys(providers::GITHUB)?;
    /// let scheme = base.clone();
    /// let keys = move |head: &dyn RequestHead| {
    ///     let (base, name) = (base.clone(), head.path().into_owned());
    ///     Lookup::later(async move {
    ///         let Some((tenant, secret)) = secret_of(name).await else {
    ///             return Err(Rejection::new(Code::KeyUnknown, "no such tenant"));
    ///         };
    ///         Ok(base.with_keys(Key::new(secret)?)?.for_tenant(tenant))
    ///     })
    /// };
    /// let endpoint = Endpoint::new(keys.for_scheme(scheme));
    /// # let _ = endpoint;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn for_scheme(self, scheme: Verifier) -> ForScheme<Self>
    where
        Self: Sized,
    {
        ForScheme {
            scheme,
            source: self,
        }
    }
}

/// A [`KeySource`] with a single scheme ([`KeySource::for_scheme`]).
#[derive(Clone)]
pub struct ForScheme<S> {
    scheme: Verifier,
    source: S,
}

impl<S> fmt::Debug for ForScheme<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForScheme")
            .field("scheme", &self.scheme)
            .finish_non_exhaustive()
    }
}

impl<S: KeySource> KeySource for ForScheme<S> {
    fn verifier(&self, head: &dyn RequestHead) -> Lookup {
        self.source.verifier(head)
    }

    fn outline(&self) -> Option<Verifier> {
        Some(self.scheme.clone())
    }
}

impl KeySource for Verifier {
    fn verifier(&self, _: &dyn RequestHead) -> Lookup {
        Lookup::now(Ok(self.clone()))
    }

    fn scheme(&self) -> Option<Verifier> {
        Some(self.without_its_keys())
    }
}

impl<F> KeySource for F
where
    F: Fn(&dyn RequestHead) -> Lookup + Send + Sync + 'static,
{
    fn verifier(&self, head: &dyn RequestHead) -> Lookup {
        self(head)
    }
}

/// A verifier whose keys can be replaced while requests are served.
///
/// Clones share the keys. A request uses the keys that are current when its head arrives;
/// a removed key stops verifying with the next request.
///
/// ```
/// use hookward::{Endpoint, Key, KeyHandle, Verifier, providers};
///
/// let keys = KeyHandle::new(Verifier::new(providers::GITHUB, Key::new("old")?)?);
/// let endpoint = Endpoint::new(keys.clone());
/// keys.rotate(Key::new("new")?)?;
/// # let _ = endpoint;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct KeyHandle {
    current: Arc<ArcSwap<Verifier>>,
}

impl fmt::Debug for KeyHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeyHandle")
            .field(&self.current.load())
            .finish()
    }
}

impl KeyHandle {
    /// Creates a handle with this verifier.
    #[must_use]
    pub fn new(verifier: Verifier) -> Self {
        Self {
            current: Arc::new(ArcSwap::from_pointee(verifier)),
        }
    }

    /// Replaces all keys.
    ///
    /// # Errors
    /// [`ConfigError`] if the keys do not fit the scheme; the previous ones then remain.
    pub fn rotate(&self, keys: impl Into<KeyRing>) -> Result<(), ConfigError> {
        let keys = keys.into();
        let mut current = self.current.load();
        loop {
            // Recipients may be kept from the current keys, so they have to be current still.
            let next = Arc::new(current.with_keys(keys.clone())?);
            let previous = self.current.compare_and_swap(&current, next);
            if Arc::ptr_eq(&previous, &current) {
                return Ok(());
            }
            current = previous;
        }
    }

    /// The verifier with the current keys.
    #[must_use]
    pub fn current(&self) -> Verifier {
        Verifier::clone(&self.current.load())
    }
}

impl KeySource for KeyHandle {
    fn verifier(&self, _: &dyn RequestHead) -> Lookup {
        Lookup::now(Ok(self.current()))
    }

    fn scheme(&self) -> Option<Verifier> {
        Some(self.current().without_its_keys())
    }
}
