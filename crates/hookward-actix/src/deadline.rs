use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hookward_core::Rejection;
use tokio::time::{Instant, Sleep};

/// The [`Deadline`](hookward_core::Deadline) of a body by tokio's clock.
pub(crate) struct Deadline {
    deadline: hookward_core::Deadline,
    /// Wakes the task that waits. Set for the deadline, or for an earlier one.
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Deadline {
    /// Both timeouts start now.
    pub(crate) fn start(timeouts: (Duration, Duration)) -> Self {
        let now = Instant::now().into_std();
        Self {
            deadline: hookward_core::Deadline::start(timeouts, now),
            sleep: None,
        }
    }

    /// A chunk arrived: the idle timeout starts again.
    pub(crate) fn reset_idle(&mut self) {
        self.deadline.reset_idle(Instant::now().into_std());
    }

    /// The refusal, if one of the timeouts has passed.
    pub(crate) fn check(&self) -> Result<(), Rejection> {
        self.deadline.check(Instant::now().into_std())
    }

    /// Pending until one of the timeouts has passed.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Rejection> {
        loop {
            if let Err(rejection) = self.check() {
                return Poll::Ready(rejection);
            }
            let next = Instant::from_std(self.deadline.expires());
            let sleep = self
                .sleep
                .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(next)));
            ready!(sleep.as_mut().poll(cx));
            // It was set before the last chunk arrived.
            sleep.as_mut().reset(next);
        }
    }
}
