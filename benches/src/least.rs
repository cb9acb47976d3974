//! Lower bound for a streaming layer: one header, one key, frame by frame, without
//! timeouts, limits or reasons. Not a product; it shows what is attainable.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::Router;
use axum::body::{Body, Bytes};
use hmac::{Hmac, Mac as _};
use http::request::Parts;
use http::{Request, Response, StatusCode};
use http_body::Body as _;
use sha2::Sha256;
use tower::Service;

/// The proof that a handler gets.
#[derive(Clone)]
#[expect(dead_code)]
struct Proof([u8; 32]);

#[derive(Clone)]
pub struct Least {
    pub inner: Router,
    pub keyed: Hmac<Sha256>,
}

pub struct LeastFuture {
    service: Least,
    parts: Option<Parts>,
    body: Body,
    kept: Vec<Bytes>,
    mac: Option<Hmac<Sha256>>,
    signature: [u8; 32],
    handler: Option<<Router as Service<Request<Kept>>>::Future>,
}

/// The frames, passed on.
pub struct Kept(std::vec::IntoIter<Bytes>);

impl http_body::Body for Kept {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.next().map(|frame| Ok(http_body::Frame::data(frame))))
    }
}

impl Service<Request<Body>> for Least {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = LeastFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> LeastFuture {
        let (parts, body) = request.into_parts();
        let mut signature = [0; 32];
        let header = parts
            .headers
            .get("x-hub-signature-256")
            .and_then(|value| value.as_bytes().strip_prefix(b"sha256="));
        let decoded =
            header.is_some_and(|digits| hex::decode_to_slice(digits, &mut signature).is_ok());
        LeastFuture {
            service: self.clone(),
            parts: Some(parts),
            body,
            kept: Vec::new(),
            mac: decoded.then(|| self.keyed.clone()),
            signature,
            handler: None,
        }
    }
}

impl Future for LeastFuture {
    type Output = Result<Response<Body>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let refused = || {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::FORBIDDEN;
            Poll::Ready(Ok(response))
        };
        loop {
            if let Some(handler) = &mut this.handler {
                return Pin::new(handler).poll(cx);
            }
            let Some(mac) = &mut this.mac else {
                return refused();
            };
            match ready!(Pin::new(&mut this.body).poll_frame(cx)) {
                Some(Ok(frame)) => {
                    if let Ok(bytes) = frame.into_data() {
                        mac.update(&bytes);
                        this.kept.push(bytes);
                    }
                }
                Some(Err(_)) => return refused(),
                None => {
                    let mac = this.mac.take().expect("not finished yet");
                    if mac.verify_slice(&this.signature).is_err() {
                        return refused();
                    }
                    let mut parts = this.parts.take().expect("not handed on yet");
                    parts.extensions.insert(Proof(this.signature));
                    let body = Kept(std::mem::take(&mut this.kept).into_iter());
                    this.handler = Some(this.service.inner.call(Request::from_parts(parts, body)));
                }
            }
        }
    }
}
