use std::sync::Arc;

use hookward_core::Endpoint;
use tower_layer::Layer;

use crate::service::Verify;

/// Layer that verifies requests before they reach a service. See the [crate
/// documentation](crate).
///
/// Created from a [`Verifier`](hookward_core::Verifier), from a
/// [`KeyHandle`](hookward_core::KeyHandle) whose keys can be rotated, or from an
/// [`Endpoint`] with limits and a replay guard.
#[derive(Debug, Clone)]
pub struct VerifyLayer {
    endpoint: Arc<Endpoint>,
    keeps_trailers: bool,
}

impl VerifyLayer {
    /// Creates a layer for one endpoint.
    #[must_use]
    pub fn new(endpoint: impl Into<Endpoint>) -> Self {
        Self {
            endpoint: Arc::new(endpoint.into()),
            keeps_trailers: false,
        }
    }

    /// Passes the trailers of a body to the handler. They are dropped by default: no
    /// signature covers them, so anyone between the provider and this service can add or
    /// change them.
    #[must_use]
    pub fn with_unsigned_trailers(mut self) -> Self {
        self.keeps_trailers = true;
        self
    }
}

impl<S> Layer<S> for VerifyLayer {
    type Service = Verify<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Verify {
            endpoint: self.endpoint.clone(),
            keeps_trailers: self.keeps_trailers,
            inner,
        }
    }
}
