//! Adapter from `http-body`'s [`Body`] to [`Incoming`], for frameworks built on `hyper`.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use super::exchange::{Incoming, Unreadable};
use crate::request::frames::Frames;

/// Trailer frames read before yielding to the executor. HTTP allows one.
const MAX_TRAILERS_A_POLL: usize = 8;

pin_project! {
    /// A body of the [`http_body`] crate, as [`Incoming`].
    ///
    /// Trailers are dropped unless [`keep_trailers`](Self::keep_trailers) is set: no
    /// signature covers them.
    #[derive(Debug)]
    pub struct HttpBody<B> {
        #[pin]
        body: B,
        keeps_trailers: bool,
        trailers: Option<Box<HeaderMap>>,
    }
}

impl<B: Body> HttpBody<B> {
    /// Wraps the body of a request.
    #[inline]
    pub fn new(body: B) -> Self {
        Self {
            body,
            keeps_trailers: false,
            trailers: None,
        }
    }

    /// Keeps the first block of trailers for [`take_trailers`](Self::take_trailers).
    #[inline]
    #[must_use]
    pub fn keep_trailers(mut self, keep: bool) -> Self {
        self.keeps_trailers = keep;
        self
    }

    /// The trailers that were received. They are not signed.
    #[inline]
    pub fn take_trailers(self: Pin<&mut Self>) -> Option<Box<HeaderMap>> {
        self.project().trailers.take()
    }

    /// The declared length of the body, if any, for
    /// [`Exchange::admit`](super::Exchange::admit).
    #[inline]
    pub fn declared(&self) -> Option<u64> {
        Some(self.body.size_hint().lower())
    }
}

impl<B: Body> Incoming for HttpBody<B> {
    #[inline]
    fn poll_data(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Option<Bytes>, Unreadable>> {
        let mut this = self.project();
        for _ in 0..=MAX_TRAILERS_A_POLL {
            match ready!(this.body.as_mut().poll_frame(cx)) {
                None => return Poll::Ready(Ok(None)),
                Some(Err(_)) => return Poll::Ready(Err(Unreadable)),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(mut data) => {
                        let bytes = data.copy_to_bytes(data.remaining());
                        return Poll::Ready(Ok(Some(bytes)));
                    }
                    Err(frame) => {
                        if *this.keeps_trailers
                            && let Ok(more) = frame.into_trailers()
                        {
                            // A message has one trailer section; keeping more would be
                            // unbounded.
                            this.trailers.get_or_insert_with(|| Box::new(more));
                        }
                    }
                },
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    #[inline]
    fn is_end(&self) -> bool {
        self.body.is_end_stream()
    }
}

/// The verified body, for the handler.
impl Body for Frames {
    type Data = Bytes;
    type Error = Infallible;

    #[inline]
    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.pop().map(|data| Ok(Frame::data(data))))
    }

    #[inline]
    fn is_end_stream(&self) -> bool {
        self.is_empty()
    }

    #[inline]
    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.len())
    }
}
