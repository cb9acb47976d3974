//! The claim of a running handler: renewed while it runs, then settled by its outcome.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use hookward_replay::{Renewal, StoreFuture};

use super::claiming::{Claims, Delivery, Outcome};
use super::notes;
use super::pending::Open;
use super::repeat::repeat;
use super::runtime::{Runtime, Sleep};
use crate::request::deadline::after;

/// The shortest time between two renewals, for leases that are shorter than any handler.
const SHORTEST_PAUSE: Duration = Duration::from_millis(10);

/// The delivery of a running handler. Dropping it before the handler's outcome is known
/// releases it.
#[must_use]
pub(crate) struct OpenDelivery {
    /// Taken once it is settled.
    claims: Option<(Claims, Open)>,
    runtime: &'static Runtime,
    claimed: Instant,
    /// For handlers that did not finish when they were first called.
    renewing: Option<Box<Renewing>>,
}

struct Renewing {
    /// When to renew next; `None` once renewals have ended.
    due: Option<Instant>,
    sleep: Option<Sleep>,
    answer: Option<StoreFuture<'static, Renewal>>,
    has_failed: bool,
}

impl OpenDelivery {
    pub(crate) fn new(delivery: Delivery, runtime: &'static Runtime) -> Self {
        let claims = delivery.into_claims();
        Self {
            claims: claims.map(|claims| {
                let open = Open::new(&claims.shared);
                (claims, open)
            }),
            runtime,
            claimed: (runtime.now)(),
            renewing: None,
        }
    }

    /// Renews the claim when a third of its lease has passed. To be polled whenever the
    /// handler is pending; wakes the task when there is something to do.
    pub(crate) fn poll_renew(&mut self, cx: &mut Context<'_>) {
        let Some((claims, _)) = &self.claims else {
            return;
        };
        let (claimed, runtime) = (self.claimed, self.runtime);
        let renewing = self.renewing.get_or_insert_with(|| {
            let is_on = !claims.renew_for.is_zero();
            Box::new(Renewing {
                due: is_on.then(|| after(claimed, pause(claims.lease / 3))),
                sleep: None,
                answer: None,
                has_failed: false,
            })
        });
        renewing.poll(claims, claimed, runtime, cx);
    }

    /// Commits after success, releases otherwise; `None` if there is nothing to settle.
    pub(crate) fn settle(&mut self, success: bool) -> Option<Settling> {
        let (claims, open) = self.claims.take()?;
        let outcome = match success {
            true => Outcome::Success,
            false => Outcome::Failure,
        };
        let renewal = self
            .renewing
            .take()
            .and_then(|renewing| renewing.answer)
            .filter(|_| !success);
        let answer = match renewal {
            // It would hold a key again that was released before.
            Some(renewal) => {
                let claims = claims.clone();
                StoreFuture::later(async move {
                    let _ = renewal.await;
                    claims.settle(outcome, Duration::ZERO).await
                })
            }
            None => claims.settle(outcome, Duration::ZERO),
        };
        Some(Settling {
            attempt: Some(Attempt {
                answer,
                claims,
                outcome,
                open,
            }),
            runtime: self.runtime,
        })
    }
}

impl Drop for OpenDelivery {
    fn drop(&mut self) {
        drop(self.settle(false));
    }
}

impl Renewing {
    fn poll(&mut self, claims: &Claims, claimed: Instant, runtime: &Runtime, cx: &mut Context<'_>) {
        loop {
            if let Some(answer) = &mut self.answer {
                let Poll::Ready(answer) = Pin::new(answer).poll(cx) else {
                    return;
                };
                self.answer = None;
                self.sleep = None;
                let now = (runtime.now)();
                self.due = match answer {
                    Ok(Renewal::Held) => Some(after(now, pause(claims.lease / 3))),
                    Ok(Renewal::Lost) => {
                        notes::claim_lost();
                        None
                    }
                    Err(error) => {
                        if !self.has_failed {
                            notes::renewal_failed(&error);
                        }
                        self.has_failed = true;
                        Some(after(now, pause(claims.lease / 12)))
                    }
                };
            }
            let Some(due) = self.due else {
                return;
            };
            // The clock decides: a timer can stay pending for a task that is always busy.
            let now = (runtime.now)();
            if now >= due {
                let passed = now.saturating_duration_since(claimed);
                if passed >= claims.renew_for {
                    notes::renewals_ended(passed);
                    self.due = None;
                    return;
                }
                self.answer = Some(claims.renew());
                continue;
            }
            let sleep = self.sleep.get_or_insert_with(|| (runtime.sleep_until)(due));
            if sleep.as_mut().poll(cx).is_pending() {
                return;
            }
            self.sleep = None;
        }
    }
}

fn pause(time: Duration) -> Duration {
    time.max(SHORTEST_PAUSE)
}

/// A commit or release in progress. If it fails or is dropped, it is completed in the
/// background.
#[must_use]
pub(crate) struct Settling {
    attempt: Option<Attempt>,
    runtime: &'static Runtime,
}

struct Attempt {
    answer: StoreFuture<'static, ()>,
    claims: Claims,
    outcome: Outcome,
    open: Open,
}

impl Future for Settling {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(attempt) = &mut self.attempt else {
            return Poll::Ready(());
        };
        let Poll::Ready(settled) = Pin::new(&mut attempt.answer).poll(cx) else {
            return Poll::Pending;
        };
        let runtime = self.runtime;
        if let (Some(attempt), Err(error)) = (self.attempt.take(), settled) {
            // The handler has run, so the provider gets its response.
            notes::unsettled(&error);
            repeat(attempt.claims, attempt.outcome, None, runtime, attempt.open);
        }
        Poll::Ready(())
    }
}

impl Drop for Settling {
    fn drop(&mut self) {
        let Some(mut attempt) = self.attempt.take() else {
            return;
        };
        let mut context = Context::from_waker(Waker::noop());
        let first = match Pin::new(&mut attempt.answer).poll(&mut context) {
            Poll::Ready(Ok(())) => return,
            Poll::Ready(Err(error)) => {
                notes::unsettled(&error);
                None
            }
            Poll::Pending => Some(attempt.answer),
        };
        repeat(
            attempt.claims,
            attempt.outcome,
            first,
            self.runtime,
            attempt.open,
        );
    }
}
