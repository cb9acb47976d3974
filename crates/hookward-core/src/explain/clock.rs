//! Diagnosis of valid signatures with a stale or future timestamp: by how much, and whose
//! clock is wrong.

use http::HeaderMap;

use super::cause::{self, Change};
use super::fields::HeadFields;
use super::head;
use crate::scheme::Plan;
use crate::scheme::window::Tolerance;
use crate::text::time::{TimeUnit, UnixTime};
use crate::verify::JWS_LEEWAY;

/// What is wrong with the time, if anything. `is_another` if another scheme signed.
pub(super) fn off(
    tolerance: Option<Tolerance>,
    plan: &Plan,
    fields: &HeadFields,
    headers: &HeaderMap,
    now: UnixTime,
    is_another: bool,
) -> Option<Change> {
    of_timestamp(tolerance, plan, fields, headers, now, is_another)
        .or_else(|| of_token(fields, headers, now))
}

fn of_timestamp(
    tolerance: Option<Tolerance>,
    plan: &Plan,
    fields: &HeadFields,
    headers: &HeaderMap,
    now: UnixTime,
    is_another: bool,
) -> Option<Change> {
    let planned = plan.timestamp.as_ref()?;
    let bounds = match tolerance {
        Some(tolerance) => tolerance.bounds?,
        None => (planned.window.tolerance, planned.window.tolerance),
    };
    let text = fields.timestamp.as_deref()?;
    // A timestamp of another scheme is in that scheme's unit.
    let unit = match is_another {
        true => head::as_time(text)?.1,
        false => planned.window.unit,
    };
    let off = |time: UnixTime| {
        let off = now.as_secs() - time.as_secs();
        (off, off > i64::from(bounds.0) || -off > i64::from(bounds.1))
    };
    let read = unit.parse(text);
    if let Some(time) = read
        && !off(time).1
    {
        return None;
    }
    if let Some((time, found)) = head::as_time(text)
        && found != unit
        && !off(time).1
    {
        return Some(cause::timestamp_unit::expected(
            found.expectation(),
            unit.expectation(),
        ));
    }
    let time = read?;
    let (off, _) = off(time);
    let tolerance = span(i64::from(if off > 0 { bounds.0 } else { bounds.1 }));
    if off < 0 {
        return Some(cause::clock_is_behind::early(span(-off), tolerance));
    }
    let when = format!(
        "it was signed {} ago by this clock (tolerance {tolerance})",
        span(off)
    );
    Some(late(time.as_secs(), off, headers, now).after(&when))
}

/// `exp` and `nbf` (RFC 7519 section 4.1).
fn of_token(fields: &HeadFields, headers: &HeaderMap, now: UnixTime) -> Option<Change> {
    let token = fields.token.as_ref()?;
    let now_secs = now.as_secs();
    if let Some(end) = token.time("/exp")
        && now_secs > end.saturating_add(JWS_LEEWAY)
    {
        let issued = token.time("/iat").unwrap_or(end);
        let when = format!(
            "the token expired {} ago by this clock (claim `/exp`)",
            span(now_secs - end)
        );
        return Some(late(issued, now_secs - end, headers, now).after(&when));
    }
    let start = token.time("/nbf")?;
    (now_secs < start.saturating_sub(JWS_LEEWAY))
        .then(|| cause::clock_is_behind::not_yet(span(start - now_secs)))
}

impl Change {
    /// The likelier cause; appended to the time of signing.
    fn after(mut self, when: &str) -> Self {
        self.clause = format!("only the time is off: {when}; {}", self.clause);
        self
    }
}

/// Whether this clock or a slow queue is the likelier cause.
fn late(time: i64, off: i64, headers: &HeaderMap, now: UnixTime) -> Change {
    let sent = headers
        .get(http::header::DATE)
        .and_then(|value| TimeUnit::HttpDate.parse(value.as_bytes()))
        .map(UnixTime::as_secs);
    match sent {
        Some(sent) if (sent - now.as_secs()).abs() <= 60 => cause::delivery_late::by_date(),
        Some(sent) if (sent - time).abs() <= 60 && off < 86_400 => cause::clock_is_ahead::by_date(),
        // Multiples of half an hour, give or take five seconds.
        _ if (1700..=14 * 3600 + 5).contains(&off) && (off + 5) % 1800 <= 10 => {
            cause::clock_is_ahead::time_zone()
        }
        _ if off >= 86_400 => cause::delivery_late::recorded(),
        _ => cause::delivery_late::queued(),
    }
}

/// A number of seconds in human-readable form.
pub(super) fn span(seconds: i64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min {} s", seconds / 60, seconds % 60),
        7200..172_800 => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
        _ => format!("{} days", seconds / 86_400),
    }
}
