//! The window of time in which a request counts.

use super::{Algorithm, Plan, PlannedTimestamp, Window};
use crate::request::reason::{self, Reason};
use crate::request::rejection::Rejection;
use crate::text::time::UnixTime;

/// How far a timestamp may be off.
///
/// ```
/// use hookward_core::Tolerance;
///
/// assert_eq!(Tolerance::seconds(300), Tolerance::window(300, 300));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tolerance {
    /// Seconds into the past and into the future; `None` for no limit.
    pub(crate) bounds: Option<(u32, u32)>,
}

impl Tolerance {
    /// The same number of seconds both ways; 0 demands the exact second.
    #[must_use]
    pub const fn seconds(seconds: u32) -> Self {
        Self::window(seconds, seconds)
    }

    /// Seconds into the past, and seconds into the future.
    #[must_use]
    pub const fn window(past: u32, future: u32) -> Self {
        Self {
            bounds: Some((past, future)),
        }
    }

    /// No window at all: any age passes. A recorded delivery stays valid for
    /// ever, so only a replay guard that remembers for ever stops it.
    #[must_use]
    pub const fn unchecked() -> Self {
        Self { bounds: None }
    }
}

/// The time that a request tells, if it lies within the operator's tolerance, or else
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
    // In whole seconds for providers that write whole seconds.
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
