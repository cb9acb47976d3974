use std::error::Error;
use std::fmt;
use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::Payload;
use bytes::Bytes;
use futures_core::Stream as _;
use tokio::time::{Instant, Sleep};

/// How much of a body is read after the response.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Bytes to read and discard before reading stops.
    bytes: u64,
    /// How long the sender has to receive the response and to finish its body.
    pub(crate) time: Duration,
    /// How often actix may deliver more from the socket. It reads about 32 KiB each time,
    /// which need not be payload: chunk sizes and extensions have no length limit.
    polls: u32,
}

impl Limits {
    pub(crate) const DEFAULT: Self = Self {
        bytes: 256 * 1024,
        time: Duration::from_secs(1),
        polls: 320,
    };
}

/// Response body for a request whose own body has not been read to its end.
///
/// actix-http decides the connection's fate by the payload. While it is alive, a full one
/// (32 KiB) makes actix stop reading. Once it has been dropped, a chunked body is read to
/// its end, however long that takes. So this body owns the payload. After the response
/// has been sent, the rest of the request body is read within [`Limits`]; beyond them,
/// this body fails, which is the only way to close the connection without reading on.
/// on.
pub(crate) struct UnreadBody {
    answer: BoxBody,
    size: BodySize,
    payload: Payload,
    limits: Limits,
    /// Set once the response is complete.
    after: Option<After>,
}

struct After {
    end: Instant,
    sleep: Pin<Box<Sleep>>,
    bytes: u64,
    polls: u32,
}

impl UnreadBody {
    /// `size` is that of the response; [`BodySize::Stream`] for an empty one.
    pub(crate) fn new(answer: BoxBody, size: BodySize, payload: Payload, limits: Limits) -> Self {
        Self {
            answer,
            size,
            payload,
            limits,
            after: None,
        }
    }
}

impl After {
    /// The response is complete, but may not have been written to the socket yet.
    fn start(limits: Limits) -> Self {
        let end = Instant::now() + limits.time;
        Self {
            end,
            sleep: Box::pin(tokio::time::sleep_until(end)),
            bytes: 0,
            polls: 0,
        }
    }

    /// Ready when the request body has ended or must not be read further. The first poll
    /// never fails: actix writes the response after it.
    fn poll(
        &mut self,
        payload: &mut Payload,
        limits: Limits,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), StillSending>> {
        while self.bytes < limits.bytes {
            match Pin::new(&mut *payload).poll_next(cx) {
                Poll::Ready(None | Some(Err(_))) => return Poll::Ready(Ok(())),
                Poll::Ready(Some(Ok(bytes))) => self.bytes += bytes.len().max(64) as u64,
                Poll::Pending => break,
            }
        }
        self.polls += 1;
        // Uses the clock: a `Sleep` stays pending in a task that has used up its
        // cooperative budget.
        if self.polls > limits.polls || Instant::now() >= self.end {
            return Poll::Ready(Err(StillSending));
        }
        self.sleep.as_mut().poll(cx).map(|()| Err(StillSending))
    }
}

impl MessageBody for UnreadBody {
    type Error = Box<dyn Error>;

    fn size(&self) -> BodySize {
        self.size
    }

    fn poll_next(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let this = self.get_mut();
        let after = match &mut this.after {
            Some(after) => after,
            None => {
                if let Some(chunk) = ready!(Pin::new(&mut this.answer).poll_next(cx)) {
                    return Poll::Ready(Some(chunk));
                }
                let after = this.after.insert(After::start(this.limits));
                if this.size == BodySize::Stream {
                    // The last chunk, which ends the response for its recipient.
                    return Poll::Ready(Some(Ok(Bytes::new())));
                }
                after
            }
        };
        match ready!(after.poll(&mut this.payload, this.limits, cx)) {
            Ok(()) => Poll::Ready(None),
            Err(error) => Poll::Ready(Some(Err(error.into()))),
        }
    }
}

/// Closes the connection of a sender that continues the body of a request that has been
/// answered. actix logs its `Debug` form.
struct StillSending;

impl fmt::Debug for StillSending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for StillSending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "closed the connection: the request was rejected, but its sender continues the body",
        )
    }
}

impl Error for StillSending {}
