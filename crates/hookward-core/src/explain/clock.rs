//! A right signature at a wrong time: how far, and whose clock.

use http::HeaderMap;

use super::head::{self, Fields};
use super::words::span;
use crate::scheme::Plan;
use crate::scheme::window::Tolerance;
use crate::text::time::{TimeUnit, UnixTime};
use crate::verify::JWS_LEEWAY;

/// What is wrong with the time.
pub(super) struct Off {
    pub(super) cause: &'static str,
    pub(super) sentence: String,
    pub(super) evidence: Vec<String>,
}

const BEHIND: &str = "compare this machine's clock with a time server (NTP)";

/// What is wrong with the time, where something is. `is_another` when the
/// scheme is not the one that signed.
pub(super) fn off(
    tolerance: Option<Tolerance>,
    plan: &Plan,
    fields: &Fields,
    headers: &HeaderMap,
    now: UnixTime,
    is_another: bool,
) -> Option<Off> {
    of_timestamp(tolerance, plan, fields, headers, now, is_another)
        .or_else(|| of_token(fields, headers, now))
}

fn of_timestamp(
    tolerance: Option<Tolerance>,
    plan: &Plan,
    fields: &Fields,
    headers: &HeaderMap,
    now: UnixTime,
    is_another: bool,
) -> Option<Off> {
    let planned = plan.timestamp.as_ref()?;
    let bounds = match tolerance {
        Some(tolerance) => tolerance.bounds?,
        None => (planned.window.tolerance, planned.window.tolerance),
    };
    let text = fields.timestamp.as_deref()?;
    // One that another scheme wrote is in that scheme's unit.
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
        return Some(Off {
            cause: "timestamp_unit",
            sentence: format!(
                "the timestamp is written as {}, the scheme expects {}",
                found.expectation(),
                unit.expectation()
            ),
            evidence: vec!["set the unit of `timestamp` in the scheme".to_owned()],
        });
    }
    let time = read?;
    let (off, _) = off(time);
    let tolerance = span(i64::from(if off > 0 { bounds.0 } else { bounds.1 }));
    if off < 0 {
        return Some(Off {
            cause: "clock_is_behind",
            sentence: format!(
                "only the time is off: it was signed {} ahead of this clock (tolerance {tolerance}); this clock is likely slow, since no queue delivers early",
                span(-off)
            ),
            evidence: vec![BEHIND.to_owned()],
        });
    }
    let (cause, likelier) = late(time.as_secs(), off, headers, now);
    Some(Off {
        cause,
        sentence: format!(
            "only the time is off: it was signed {} ago by this clock (tolerance {tolerance}); {likelier}",
            span(off)
        ),
        evidence: Vec::new(),
    })
}

/// `exp` and `nbf` (RFC 7519 section 4.1).
fn of_token(fields: &Fields, headers: &HeaderMap, now: UnixTime) -> Option<Off> {
    let token = fields.token.as_ref()?;
    let now_secs = now.as_secs();
    if let Some(end) = token.time("/exp")
        && now_secs > end.saturating_add(JWS_LEEWAY)
    {
        let issued = token.time("/iat").unwrap_or(end);
        let (cause, likelier) = late(issued, now_secs - end, headers, now);
        return Some(Off {
            cause,
            sentence: format!(
                "only the time is off: the token expired {} ago by this clock (claim `/exp`); {likelier}",
                span(now_secs - end)
            ),
            evidence: Vec::new(),
        });
    }
    let start = token.time("/nbf")?;
    (now_secs < start.saturating_sub(JWS_LEEWAY)).then(|| Off {
        cause: "clock_is_behind",
        sentence: format!(
            "only the time is off: the token is not valid for another {} by this clock (claim `/nbf`); this clock is likely slow, since no queue delivers early",
            span(start - now_secs)
        ),
        evidence: vec![BEHIND.to_owned()],
    })
}

/// Whether this clock or a slow queue is the likelier cause.
fn late(time: i64, off: i64, headers: &HeaderMap, now: UnixTime) -> (&'static str, &'static str) {
    let sent = headers
        .get(http::header::DATE)
        .and_then(|value| TimeUnit::HttpDate.parse(value.as_bytes()))
        .map(UnixTime::as_secs);
    match sent {
        Some(sent) if (sent - now.as_secs()).abs() <= 60 => (
            "delivery_late",
            "a slow queue is likelier than this clock, since the request's `Date` agrees with this clock",
        ),
        Some(sent) if (sent - time).abs() <= 60 && off < 86_400 => (
            "clock_is_ahead",
            "this clock is likely fast, since the request's `Date` agrees with the timestamp",
        ),
        // Half hours, five seconds either way.
        _ if (1700..=14 * 3600 + 5).contains(&off) && (off + 5) % 1800 <= 10 => (
            "clock_is_ahead",
            "this clock is likely wrong: the difference is that of a time zone",
        ),
        _ if off >= 86_400 => (
            "delivery_late",
            "a recorded or replayed request is likelier than this clock; give the time of arrival to check it as of then",
        ),
        _ => (
            "delivery_late",
            "a slow queue or a retry with the old signature is likelier than this clock",
        ),
    }
}
