//! The time window in which a request is accepted. It bounds how long a recorded request
//! can be replayed.

use super::algorithm::Algorithm;
use super::compiled::{PlannedTimestamp, Window};
use super::plan::Plan;
use crate::request::reason::{self, Reason};
use crate::request::rejection::Rejection;
use crate::text::time::UnixTime;

/// How far a timestamp may be from the current time.
///
/// ```
/// use hookward::Tolerance;
///
/// assert_eq!(Tolerance::seconds(300), Tolerance::window(300, 300));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tolerance {
    /// Seconds in the past and in the future; `None` for no limit.
    pub(crate) bounds: Option<(u32, u32)>,
}

impl Tolerance {
    /// The same number of seconds in both directions; 0 requires the exact second.
    #[must_use]
    pub const fn seconds(seconds: u32) -> Self {
        Self::window(seconds, seconds)
    }

    /// Seconds in the past, and seconds in the future.
    #[must_use]
    pub const fn window(past: u32, future: u32) -> Self {
        Self {
            bounds: Some((past, future)),
        }
    }

    /// No window: any age is accepted. A recorded delivery remains valid forever, so only
    /// a replay guard that remembers forever stops it.
    #[must_use]
    pub const fn unchecked() -> Self {
        Self { bounds: None }
    }
}

/// The timestamp of a request, if it is within the operator's tolerance, or by default
/// the scheme's.
pub(crate) fn check_window(
    own: Option<Tolerance>,
    plan: &Plan,
    planned: &PlannedTimestamp,
    text: &[u8],
    now: UnixTime,
) -> Result<UnixTime, Rejection> {
    let Window { unit, tolerance } = planned.window;
    let place = || match &planned.at {
        Some(place) => reason::text(place),
        None if plan.algorithm == Algorithm::MessageSignatures => {
            "signature parameter `created`".into()
        }
        None => reason::text(format_args!("the timestamp in {}", plan.at)),
    };
    if text.is_empty() {
        return Err(Reason::TimestampEmpty { place: place() }.into());
    }
    let time = unit.parse(text).ok_or_else(|| Reason::TimestampSpelling {
        place: place(),
        expected: unit.expectation(),
    })?;
    let Some((past, future)) = own.map_or(Some((tolerance, tolerance)), |own| own.bounds) else {
        return Ok(time);
    };
    // In whole seconds if the provider's unit is seconds.
    let (sent, now) = match unit {
        crate::text::time::TimeUnit::Millis | crate::text::time::TimeUnit::Micros => {
            (time.as_millis(), now.as_millis())
        }
        _ => (
            time.as_secs().saturating_mul(1000),
            now.as_secs().saturating_mul(1000),
        ),
    };
    let age = now.saturating_sub(sent);
    if age > i64::from(past) * 1000 {
        return Err(Reason::TooOld {
            place: place(),
            seconds: age / 1000,
            tolerance: past,
        }
        .into());
    }
    if age < -(i64::from(future) * 1000) {
        return Err(Reason::InFuture {
            place: place(),
            seconds: age.saturating_neg() / 1000,
            tolerance: future,
        }
        .into());
    }
    Ok(time)
}
