use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, RequestHead, ServiceRequest};
use actix_web::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING, UPGRADE};
use actix_web::http::{Method, StatusCode, Version};
use actix_web::{HttpMessage, HttpResponse};
use bytes::Bytes;
use futures_core::Stream as _;
use hookward_core::adapter;
use hookward_core::adapter::Unreadable;

use crate::unread::{Limits, UnreadBody};

/// Body bytes that are read and discarded before an endpoint validation is rejected with
/// an empty response.
const MAX_DISCARDED: u64 = 64 * 1024;

/// A request outside or inside an app.
pub(crate) trait Request {
    fn head(&self) -> &RequestHead;
    fn take_payload(&mut self) -> Payload;
}

impl Request for ServiceRequest {
    fn head(&self) -> &RequestHead {
        self.request().head()
    }

    fn take_payload(&mut self) -> Payload {
        HttpMessage::take_payload(self)
    }
}

impl Request for actix_http::Request {
    fn head(&self) -> &RequestHead {
        self.head()
    }

    fn take_payload(&mut self) -> Payload {
        self.take_payload()
    }
}

/// The body of a request, and whether it has been read to its end.
///
/// Kept alive until the response is complete, because actix reads on without limit once
/// the payload of a chunked body has been dropped.
pub(crate) struct Incoming {
    payload: Payload,
    /// The remaining declared length of a body whose end actix does not recognize.
    left: Option<u64>,
    is_over: bool,
    /// The length that the head declares.
    declared: Option<u64>,
    version: Version,
}

impl Incoming {
    /// Takes the body out of the request.
    pub(crate) fn take(request: &mut impl Request) -> Self {
        let declared = declared_length(request);
        let left = reads_as_endless(request).then(|| declared.unwrap_or(0));
        let version = request.head().version;
        let payload = request.take_payload();
        Self {
            is_over: matches!(payload, Payload::None),
            payload,
            left,
            declared,
            version,
        }
    }

    /// The next chunk; `None` after the last one.
    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>, Unreadable>> {
        if self.is_over || self.left == Some(0) {
            return Poll::Ready(Ok(None));
        }
        match ready!(Pin::new(&mut self.payload).poll_next(cx)) {
            None if self.left.is_none() => {
                self.is_over = true;
                Poll::Ready(Ok(None))
            }
            Some(Ok(mut bytes)) => {
                if let Some(left) = &mut self.left {
                    let most = usize::try_from(*left).unwrap_or(usize::MAX);
                    // What follows is not part of this message. It is not parsed as
                    // another request either: the connection closes.
                    bytes.truncate(most);
                    *left -= bytes.len() as u64;
                }
                Poll::Ready(Ok(Some(bytes)))
            }
            None | Some(Err(_)) => {
                self.is_over = true;
                Poll::Ready(Err(Unreadable))
            }
        }
    }

    /// Reads the rest of a short body that is not needed, if it arrives in time.
    async fn discard(&mut self, time: Duration) {
        let mut left = MAX_DISCARDED;
        let rest = poll_fn(|cx| {
            while let Ok(Some(bytes)) = ready!(self.poll_chunk(cx)) {
                left = left.saturating_sub(bytes.len().max(512) as u64);
                if left == 0 {
                    break;
                }
            }
            Poll::Ready(())
        });
        let _ = tokio::time::timeout(time, rest).await;
    }

    /// Makes the response own the rest of the request body, so that the connection closes
    /// after it.
    pub(crate) async fn close_after(mut self, response: HttpResponse) -> HttpResponse {
        // HTTP/2 resets only this stream.
        if self.is_over || self.version > Version::HTTP_11 {
            return response;
        }
        let is_empty = matches!(response.body().size(), BodySize::None | BodySize::Sized(0));
        let is_chunkable = self.version == Version::HTTP_11 && may_have_body(response.status());
        // A chunked body may never end, whatever the state of its payload.
        let is_short = self.declared.is_some_and(|length| length <= MAX_DISCARDED);
        if is_empty && is_chunkable && is_short {
            // The body of a validation that expects an empty response is short, and its
            // sender receives `Content-Length: 0`.
            self.discard(Limits::DEFAULT.time).await;
            if self.is_over {
                return response;
            }
        }
        response.map_body(|_, answer: BoxBody| {
            let size = match answer.size() {
                // actix does not poll an empty body to its end.
                _ if is_empty && is_chunkable => BodySize::Stream,
                size => size,
            };
            BoxBody::new(UnreadBody::new(answer, size, self.payload, Limits::DEFAULT))
        })
    }
}

impl adapter::Incoming for Incoming {
    fn poll_data(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Option<Bytes>, Unreadable>> {
        self.get_mut().poll_chunk(cx)
    }
}

fn may_have_body(status: StatusCode) -> bool {
    !(status.is_informational()
        || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED))
}

/// The body's length, if the head declares it.
pub(crate) fn declared_length(request: &impl Request) -> Option<u64> {
    request
        .head()
        .headers
        .get(CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

/// Whether actix treats everything up to the end of the connection as the body of this
/// request, whatever its `Content-Length`: it does so for `Upgrade: websocket` and for
/// `CONNECT`.
fn reads_as_endless(request: &impl Request) -> bool {
    let headers = &request.head().headers;
    if request.head().version > Version::HTTP_11 || headers.contains_key(TRANSFER_ENCODING) {
        return false;
    }
    let is_websocket = headers
        .get_all(UPGRADE)
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.trim().eq_ignore_ascii_case("websocket"));
    is_websocket || request.head().method == Method::CONNECT
}
