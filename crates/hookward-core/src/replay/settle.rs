//! Claims of running handlers, settled by the adapter after the response.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::{Delivery, StoreError, StoreFuture};

/// Spawns a future that needs I/O on the adapter's runtime.
pub type Spawn = fn(StoreFuture<'static, ()>);

/// The delivery of a running handler, or none without a guard. Dropping it before the
/// handler's outcome is known releases it.
#[derive(Debug)]
#[must_use]
pub struct OpenDelivery {
    delivery: Option<Delivery>,
    spawn: Spawn,
}

impl OpenDelivery {
    /// Holds a delivery; `spawn` completes in the background what a dropped request
    /// leaves unfinished.
    pub fn new(delivery: Option<Delivery>, spawn: Spawn) -> Self {
        Self { delivery, spawn }
    }

    /// Commits after success, releases otherwise; `None` if there is nothing to settle.
    pub fn settle(&mut self, success: bool) -> Option<Settling> {
        let delivery = self.delivery.take()?;
        let answer = if success {
            delivery.commit()
        } else {
            delivery.release()
        };
        Some(Settling {
            answer: Some(answer),
            spawn: self.spawn,
        })
    }
}

impl Drop for OpenDelivery {
    fn drop(&mut self) {
        drop(self.settle(false));
    }
}

/// A commit or release in progress; if dropped, it completes in the background.
#[must_use]
pub struct Settling {
    answer: Option<StoreFuture<'static, ()>>,
    spawn: Spawn,
}

impl Future for Settling {
    type Output = Result<(), StoreError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(answer) = &mut self.answer else {
            return Poll::Ready(Ok(()));
        };
        let polled = Pin::new(answer).poll(cx);
        if polled.is_ready() {
            self.answer = None;
        }
        polled
    }
}

impl Drop for Settling {
    fn drop(&mut self) {
        let Some(mut answer) = self.answer.take() else {
            return;
        };
        let mut context = Context::from_waker(Waker::noop());
        if Pin::new(&mut answer).poll(&mut context).is_pending() {
            (self.spawn)(answer);
        }
    }
}
