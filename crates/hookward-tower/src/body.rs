use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use hookward_core::adapter::Frames;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

/// The verified request body, which has been read to its end: one frame, or large ones, as
/// received, and others copied into pieces of 64 KiB. Trailers are not signed and are dropped unless
/// [`VerifyLayer::with_unsigned_trailers`](crate::VerifyLayer::with_unsigned_trailers) is
/// set.
pub struct VerifiedBody {
    frames: Frames,
    trailers: Option<Box<HeaderMap>>,
}

impl VerifiedBody {
    #[inline]
    pub(crate) fn new(frames: Frames, trailers: Option<Box<HeaderMap>>) -> Self {
        Self { frames, trailers }
    }

    /// The remaining bytes, contiguous; not copied if they are one frame.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.frames.into_bytes()
    }
}

impl fmt::Debug for VerifiedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedBody")
            .field("len", &self.frames.len())
            .finish_non_exhaustive()
    }
}

impl Body for VerifiedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let frame = match self.frames.pop() {
            Some(data) => Some(Frame::data(data)),
            None => self
                .trailers
                .take()
                .map(|trailers| Frame::trailers(*trailers)),
        };
        Poll::Ready(frame.map(Ok))
    }

    fn is_end_stream(&self) -> bool {
        self.frames.is_empty() && self.trailers.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.frames.len())
    }
}

pin_project! {
    /// Response body: the handler's, or that of hookward's own response.
    #[derive(Debug)]
    pub struct ResponseBody<B> {
        #[pin]
        kind: Kind<B>,
    }
}

pin_project! {
    #[project = KindProj]
    #[derive(Debug)]
    enum Kind<B> {
        Handler { #[pin] body: B },
        Refusal { bytes: Bytes },
    }
}

impl<B> ResponseBody<B> {
    pub(crate) fn handler(body: B) -> Self {
        Self {
            kind: Kind::Handler { body },
        }
    }

    pub(crate) fn refusal(bytes: Bytes) -> Self {
        Self {
            kind: Kind::Refusal { bytes },
        }
    }
}

impl<B> Body for ResponseBody<B>
where
    B: Body<Data = Bytes>,
{
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match self.project().kind.project() {
            KindProj::Handler { body } => body.poll_frame(cx),
            KindProj::Refusal { bytes } if bytes.has_remaining() => {
                Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes)))))
            }
            KindProj::Refusal { .. } => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Handler { body } => body.is_end_stream(),
            Kind::Refusal { bytes } => bytes.is_empty(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Handler { body } => body.size_hint(),
            Kind::Refusal { bytes } => SizeHint::with_exact(bytes.len() as u64),
        }
    }
}
