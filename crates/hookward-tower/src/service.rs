use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Buf;
use hookward_core::Endpoint;
use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use crate::body::{ResponseBody, VerifiedBody};
use crate::future::ResponseFuture;

/// A service with verification. Created by [`VerifyLayer`](crate::VerifyLayer).
#[derive(Debug, Clone)]
pub struct Verify<S> {
    pub(crate) endpoint: Arc<Endpoint>,
    pub(crate) keeps_trailers: bool,
    pub(crate) inner: S,
}

impl<S> Verify<S> {
    /// Adds verification to `inner`.
    pub fn new(inner: S, endpoint: impl Into<Endpoint>) -> Self {
        Self {
            endpoint: Arc::new(endpoint.into()),
            keeps_trailers: false,
            inner,
        }
    }

    /// The inner service.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }
}

impl<S, B, ResBody> Service<Request<B>> for Verify<S>
where
    S: Service<Request<VerifiedBody>, Response = Response<ResBody>> + Clone,
    B: Body,
    B::Data: Buf,
{
    type Response = Response<ResponseBody<ResBody>>;
    type Error = S::Error;
    type Future = ResponseFuture<S, B>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The instance that reported readiness must be the one that is called.
        let clone = self.inner.clone();
        let inner = std::mem::replace(&mut self.inner, clone);
        ResponseFuture::new(self.endpoint.clone(), self.keeps_trailers, inner, request)
    }
}
