//! The window of time in which a request counts.

use crate::rejection::{Code, Rejection};
use crate::scheme::{Algorithm, Plan, PlannedTimestamp, Window};
use crate::time::UnixTime;
use crate::verifier::Inner;

pub(crate) fn check_window(
    inner: &Inner,
    plan: &Plan,
    planned: &PlannedTimestamp,
    text: &[u8],
    now: UnixTime,
) -> Result<UnixTime, Rejection> {
    let Window { unit, tolerance } = planned.window;
    let place = || match &planned.at {
        Some(place) => place.to_string(),
        None if plan.algorithm == Algorithm::MessageSignatures => {
            "signature parameter `created`".to_owned()
        }
        None => format!("the timestamp in {}", plan.at),
    };
    if text.is_empty() {
        return Err(Rejection::new(
            Code::TimestampMissing,
            format!("{} is empty", place()),
        ));
    }
    let time = unit.parse(text).ok_or_else(|| {
        Rejection::new(
            Code::TimestampMalformed,
            format!("{}: expected {}", place(), unit.expectation()),
        )
    })?;
    let Some((past, future)) = inner
        .setup
        .tolerance
        .map_or(Some((tolerance, tolerance)), |t| t.bounds)
    else {
        return Ok(time);
    };
    // In whole seconds for providers that write whole seconds.
    let (sent, now) = match unit {
        crate::time::TimeUnit::Millis | crate::time::TimeUnit::Micros => {
            (time.as_millis(), now.as_millis())
        }
        _ => (
            time.as_secs().saturating_mul(1000),
            now.as_secs().saturating_mul(1000),
        ),
    };
    let age = now.saturating_sub(sent);
    if age > i64::from(past) * 1000 {
        return Err(Rejection::new(
            Code::TimestampTooOld,
            format!(
                "{} is {} s old, the tolerance is {past} s",
                place(),
                age / 1000
            ),
        ));
    }
    if age < -(i64::from(future) * 1000) {
        return Err(Rejection::new(
            Code::TimestampInFuture,
            format!(
                "{} lies {} s in the future, the tolerance is {future} s; is this machine's clock right?",
                place(),
                age.saturating_neg() / 1000
            ),
        ));
    }
    Ok(time)
}
