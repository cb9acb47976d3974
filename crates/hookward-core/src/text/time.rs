//! Points in time as providers write them and as the window compares them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A point in time: milliseconds since 1970-01-01T00:00:00Z, negative before it.
///
/// ```
/// use hookward_core::UnixTime;
///
/// let sent = UnixTime::from_secs(1_700_000_000);
/// assert_eq!(sent.as_secs(), 1_700_000_000);
/// assert_eq!(UnixTime::from_millis(1_700_000_000_999).as_secs(), 1_700_000_000);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(i64);

impl UnixTime {
    /// Whole seconds since the epoch; saturates at the ends of the range.
    #[must_use]
    pub const fn from_secs(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Whole seconds since the epoch, rounded towards the past.
    #[must_use]
    pub const fn as_secs(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// The machine's clock. Verification never calls this on its own; callers
    /// pass the time in.
    #[must_use]
    pub fn now() -> Self {
        SystemTime::now().into()
    }

    /// This point moved into the future; saturates.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)),
        )
    }
}

impl From<SystemTime> for UnixTime {
    fn from(time: SystemTime) -> Self {
        let clamp = |d: Duration| i64::try_from(d.as_millis()).unwrap_or(i64::MAX);
        match time.duration_since(UNIX_EPOCH) {
            Ok(after) => Self(clamp(after)),
            Err(before) => Self(-clamp(before.duration())),
        }
    }
}

/// How a provider writes a timestamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum TimeUnit {
    /// Whole seconds since the epoch, decimal digits only.
    #[cfg_attr(feature = "serde", serde(rename = "s"))]
    Seconds,
    /// Milliseconds since the epoch, decimal digits only.
    #[cfg_attr(feature = "serde", serde(rename = "ms"))]
    Millis,
    /// Seconds or milliseconds, told apart by size: from 10^11 on they are
    /// milliseconds.
    #[cfg_attr(feature = "serde", serde(rename = "s-or-ms"))]
    SecondsOrMillis,
    /// Microseconds since the epoch, decimal digits only.
    #[cfg_attr(feature = "serde", serde(rename = "us"))]
    Micros,
    /// An RFC 3339 date and time, `2020-01-01T00:00:00-07:00`, with any
    /// number of digits after the second.
    #[cfg_attr(feature = "serde", serde(rename = "rfc3339"))]
    Rfc3339,
    /// As RFC 3339, where the offset may be left out: then it is UTC.
    #[cfg_attr(feature = "serde", serde(rename = "iso8601"))]
    Iso8601,
    /// A date as HTTP writes it, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110
    /// section 5.6.7), with or without the commas, in UTC or GMT.
    #[cfg_attr(feature = "serde", serde(rename = "http-date"))]
    HttpDate,
    /// A date as mails write it, `Sun, 06 Nov 1994 08:49:37 +0000` (RFC 5322
    /// section 3.3): the day of the week may be left out, the day has one or two
    /// digits, the offset is a number, `GMT` or `UT`.
    #[cfg_attr(feature = "serde", serde(rename = "rfc2822"))]
    Rfc2822,
    /// `20200101T000000Z`, the basic format of ISO 8601, in UTC.
    #[cfg_attr(feature = "serde", serde(rename = "iso8601-basic"))]
    Iso8601Basic,
    /// Seconds since the epoch, with or without a fraction: `1577836800.25`.
    #[cfg_attr(feature = "serde", serde(rename = "s-decimal"))]
    DecimalSeconds,
    /// `YYYY-MM-DD HH:MM:SS`, understood as UTC.
    #[cfg_attr(feature = "serde", serde(rename = "sql"))]
    Sql,
}

impl TimeUnit {
    /// What a timestamp of this unit looks like, for messages.
    pub(crate) const fn expectation(self) -> &'static str {
        match self {
            Self::Seconds => "seconds since 1970 in decimal digits",
            Self::SecondsOrMillis => "seconds or milliseconds since 1970 in decimal digits",
            Self::Millis => "milliseconds since 1970 in decimal digits",
            Self::Micros => "microseconds since 1970 in decimal digits",
            Self::Rfc3339 => "an RFC 3339 date such as 2020-01-01T00:00:00Z",
            Self::Iso8601 => "an ISO 8601 date such as 2020-01-01T00:00:00, in UTC",
            Self::HttpDate => "a date such as Sun, 06 Nov 1994 08:49:37 GMT",
            Self::Rfc2822 => "a date such as Sun, 06 Nov 1994 08:49:37 +0000",
            Self::Iso8601Basic => "a UTC date such as 20200101T000000Z",
            Self::DecimalSeconds => {
                "seconds since 1970 in decimal digits, with or without a fraction"
            }
            Self::Sql => "a UTC date such as 2020-01-01 00:00:00",
        }
    }

    /// The name that schemes use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Seconds => "s",
            Self::Millis => "ms",
            Self::SecondsOrMillis => "s-or-ms",
            Self::Micros => "us",
            Self::Rfc3339 => "rfc3339",
            Self::Iso8601 => "iso8601",
            Self::HttpDate => "http-date",
            Self::Rfc2822 => "rfc2822",
            Self::Iso8601Basic => "iso8601-basic",
            Self::DecimalSeconds => "s-decimal",
            Self::Sql => "sql",
        }
    }

    /// Reads a timestamp. Signs, spaces, fractions of an integer and values
    /// out of range are `None`.
    pub(crate) fn parse(self, text: &[u8]) -> Option<UnixTime> {
        match self {
            Self::Seconds => Some(UnixTime(number(text)?.checked_mul(1000)?)),
            Self::Millis => Some(UnixTime(number(text)?)),
            Self::SecondsOrMillis => match number(text)? {
                seconds @ 0..100_000_000_000 => Some(UnixTime(seconds * 1000)),
                millis => Some(UnixTime(millis)),
            },
            Self::Micros => Some(UnixTime(number(text)? / 1000)),
            Self::Rfc3339 => rfc3339(text, false),
            Self::Iso8601 => rfc3339(text, true),
            Self::HttpDate => http_date(text),
            Self::Rfc2822 => rfc2822(text),
            Self::Iso8601Basic => basic(text),
            Self::DecimalSeconds => decimal_seconds(text),
            Self::Sql => sql(text),
        }
    }

    /// Writes `time` the way a provider with this unit would.
    ///
    /// ```
    /// use hookward_core::{TimeUnit, UnixTime};
    ///
    /// let time = UnixTime::from_secs(1_700_000_000);
    /// assert_eq!(TimeUnit::Millis.write(time), "1700000000000");
    /// assert_eq!(TimeUnit::Sql.write(time), "2023-11-14 22:13:20");
    /// ```
    #[cfg(feature = "sign")]
    #[must_use]
    pub fn write(self, time: UnixTime) -> String {
        match self {
            Self::Seconds | Self::SecondsOrMillis => time.as_secs().to_string(),
            Self::Millis => time.as_millis().to_string(),
            Self::Micros => time.as_millis().saturating_mul(1000).to_string(),
            Self::Rfc3339 | Self::Iso8601 => {
                let c = Civil::of(time);
                let offset = if self == Self::Rfc3339 { "Z" } else { "" };
                format!(
                    "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}{offset}",
                    c.year, c.month, c.day, c.hour, c.minute, c.second, c.millis
                )
            }
            Self::DecimalSeconds => {
                let millis = time.as_millis();
                format!("{}.{:03}", time.as_secs(), millis.rem_euclid(1000))
            }
            Self::Iso8601Basic => {
                let c = Civil::of(time);
                format!(
                    "{:04}{:02}{:02}T{:02}{:02}{:02}Z",
                    c.year, c.month, c.day, c.hour, c.minute, c.second
                )
            }
            Self::HttpDate | Self::Rfc2822 => {
                let c = Civil::of(time);
                let zone = if self == Self::HttpDate {
                    "GMT"
                } else {
                    "+0000"
                };
                format!(
                    "{}, {:02} {} {:04} {:02}:{:02}:{:02} {zone}",
                    DAYS[c.weekday()],
                    c.day,
                    MONTHS[(c.month - 1) as usize],
                    c.year,
                    c.hour,
                    c.minute,
                    c.second
                )
            }
            Self::Sql => {
                let c = Civil::of(time);
                format!(
                    "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
                    c.year, c.month, c.day, c.hour, c.minute, c.second
                )
            }
        }
    }
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// A date on the proleptic Gregorian calendar, UTC.
struct Civil {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    millis: i64,
}

impl Civil {
    /// Days since the epoch (the usual era arithmetic; see Howard Hinnant,
    /// "chrono-Compatible Low-Level Date Algorithms").
    fn days(&self) -> i64 {
        let year = if self.month <= 2 {
            self.year - 1
        } else {
            self.year
        };
        let era = year.div_euclid(400);
        let of_era = year.rem_euclid(400);
        let of_year = (153 * ((self.month + 9) % 12) + 2) / 5 + self.day - 1;
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
    }

    #[cfg(feature = "sign")]
    fn weekday(&self) -> usize {
        usize::try_from((self.days() + 3).rem_euclid(7)).unwrap_or(0)
    }

    #[cfg(feature = "sign")]
    fn of(time: UnixTime) -> Self {
        let seconds = time.as_secs();
        let z = seconds.div_euclid(86_400) + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        let of_day = seconds.rem_euclid(86_400);
        Self {
            year: yoe + era * 400 + i64::from(month <= 2),
            month,
            day: doy - (153 * mp + 2) / 5 + 1,
            hour: of_day / 3600,
            minute: of_day / 60 % 60,
            second: of_day % 60,
            millis: time.as_millis().rem_euclid(1000),
        }
    }

    /// `None` when a field is out of its range or the day does not exist.
    fn time(&self, offset_minutes: i64) -> Option<UnixTime> {
        let leap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        let month_days = match self.month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return None,
        };
        if !(1..=month_days).contains(&self.day)
            || self.hour > 23
            || self.minute > 59
            || self.second > 60
        {
            return None;
        }
        let seconds = self.days() * 86_400
            + self.hour * 3600
            + (self.minute - offset_minutes) * 60
            + self.second.min(59);
        Some(UnixTime(seconds * 1000 + self.millis))
    }
}

/// Decimal digits that fit an `i64`, nothing else.
fn digits(text: &[u8]) -> Option<i64> {
    if text.is_empty() || text.len() > 19 {
        return None;
    }
    text.iter().try_fold(0i64, |value, byte| match byte {
        b'0'..=b'9' => value.checked_mul(10)?.checked_add(i64::from(byte - b'0')),
        _ => None,
    })
}

/// A number in its one spelling: without leading zeros.
fn number(text: &[u8]) -> Option<i64> {
    match text {
        [b'0', _, ..] => None,
        text => digits(text),
    }
}

/// Splits `n` digits off the front.
fn take_digits(text: &mut &[u8], n: usize) -> Option<i64> {
    let (head, rest) = text.split_at_checked(n)?;
    *text = rest;
    digits(head)
}

fn take(text: &mut &[u8], byte: u8) -> Option<()> {
    let rest = text.strip_prefix(&[byte])?;
    *text = rest;
    Some(())
}

fn take_date(t: &mut &[u8]) -> Option<(i64, i64, i64)> {
    let year = take_digits(t, 4)?;
    take(t, b'-')?;
    let month = take_digits(t, 2)?;
    take(t, b'-')?;
    Some((year, month, take_digits(t, 2)?))
}

fn take_clock(t: &mut &[u8]) -> Option<(i64, i64, i64)> {
    let hour = take_digits(t, 2)?;
    take(t, b':')?;
    let minute = take_digits(t, 2)?;
    take(t, b':')?;
    Some((hour, minute, take_digits(t, 2)?))
}

/// RFC 3339 section 5.6, upper or lower case `T` and `Z`; without an offset UTC,
/// if that may be.
fn rfc3339(text: &[u8], offset_optional: bool) -> Option<UnixTime> {
    let mut t = text;
    let (year, month, day) = take_date(&mut t)?;
    take(&mut t, b'T').or_else(|| take(&mut t, b't'))?;
    let (hour, minute, second) = take_clock(&mut t)?;
    let mut millis = 0;
    if take(&mut t, b'.').is_some() {
        let length = t.iter().take_while(|b| b.is_ascii_digit()).count();
        if length == 0 || length > 12 {
            return None;
        }
        let (fraction, rest) = t.split_at(length);
        t = rest;
        for place in 0..3 {
            millis = millis * 10 + fraction.get(place).map_or(0, |b| i64::from(b - b'0'));
        }
    }
    let offset = match t {
        b"Z" | b"z" => 0,
        b"" if offset_optional => 0,
        [sign @ (b'+' | b'-'), rest @ ..] => {
            let mut r = rest;
            let hours = take_digits(&mut r, 2)?;
            take(&mut r, b':')?;
            let minutes = take_digits(&mut r, 2)?;
            if !r.is_empty() || hours > 23 || minutes > 59 {
                return None;
            }
            let total = hours * 60 + minutes;
            if *sign == b'-' { -total } else { total }
        }
        _ => return None,
    };
    Civil {
        year,
        month,
        day,
        hour,
        minute,
        second,
        millis,
    }
    .time(offset)
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`, and the same without commas and with `UTC`.
fn http_date(text: &[u8]) -> Option<UnixTime> {
    let text = std::str::from_utf8(text).ok()?;
    let mut words = text.split(' ');
    let weekday = words.next()?;
    if !DAYS.contains(&weekday.strip_suffix(',').unwrap_or(weekday)) {
        return None;
    }
    let day = exactly(words.next()?, 2)?;
    let month = month(words.next()?)?;
    let year = exactly(words.next()?, 4)?;
    let mut clock = words.next()?.as_bytes();
    let (hour, minute, second) = take_clock(&mut clock)?;
    if !clock.is_empty() || !matches!(words.next()?, "GMT" | "UTC") || words.next().is_some() {
        return None;
    }
    Civil {
        year,
        month,
        day,
        hour,
        minute,
        second,
        millis: 0,
    }
    .time(0)
}

/// `Sun, 06 Nov 1994 08:49:37 +0000`.
fn rfc2822(text: &[u8]) -> Option<UnixTime> {
    let text = std::str::from_utf8(text).ok()?;
    let text = match text.split_once(", ") {
        Some((weekday, rest)) if DAYS.contains(&weekday) => rest,
        Some(_) => return None,
        None => text,
    };
    let mut words = text.split(' ');
    let day = words.next()?;
    let day = exactly(day, day.len().clamp(1, 2))?;
    let month = month(words.next()?)?;
    let year = exactly(words.next()?, 4)?;
    let mut clock = words.next()?.as_bytes();
    let (hour, minute, second) = take_clock(&mut clock)?;
    let offset = match words.next()?.as_bytes() {
        b"GMT" | b"UT" => 0,
        [sign @ (b'+' | b'-'), digits @ ..] => {
            let mut digits = digits;
            let hours = take_digits(&mut digits, 2)?;
            let minutes = take_digits(&mut digits, 2)?;
            if !digits.is_empty() || hours > 23 || minutes > 59 {
                return None;
            }
            let total = hours * 60 + minutes;
            if *sign == b'-' { -total } else { total }
        }
        _ => return None,
    };
    if !clock.is_empty() || words.next().is_some() {
        return None;
    }
    Civil {
        year,
        month,
        day,
        hour,
        minute,
        second,
        millis: 0,
    }
    .time(offset)
}

/// `20200101T000000Z`.
fn basic(text: &[u8]) -> Option<UnixTime> {
    let mut t = text;
    let year = take_digits(&mut t, 4)?;
    let month = take_digits(&mut t, 2)?;
    let day = take_digits(&mut t, 2)?;
    take(&mut t, b'T')?;
    let hour = take_digits(&mut t, 2)?;
    let minute = take_digits(&mut t, 2)?;
    let second = take_digits(&mut t, 2)?;
    if t != b"Z" {
        return None;
    }
    Civil {
        year,
        month,
        day,
        hour,
        minute,
        second,
        millis: 0,
    }
    .time(0)
}

/// `1577836800.25`: one point at most, with digits on both sides of it.
fn decimal_seconds(text: &[u8]) -> Option<UnixTime> {
    let (whole, fraction) = match text.iter().position(|b| *b == b'.') {
        Some(point) => (&text[..point], Some(&text[point + 1..])),
        None => (text, None),
    };
    let mut millis = 0;
    if let Some(fraction) = fraction {
        digits(fraction)?;
        for place in 0..3 {
            millis = millis * 10 + fraction.get(place).map_or(0, |b| i64::from(b - b'0'));
        }
    }
    let whole = digits(whole)?.checked_mul(1000)?;
    Some(UnixTime(whole.checked_add(millis)?))
}

/// A number of exactly so many digits.
fn exactly(text: &str, n: usize) -> Option<i64> {
    (text.len() == n).then(|| digits(text.as_bytes()))?
}

fn month(name: &str) -> Option<i64> {
    let index = MONTHS.iter().position(|month| *month == name)?;
    Some(i64::try_from(index).ok()? + 1)
}

fn sql(text: &[u8]) -> Option<UnixTime> {
    let mut t = text;
    let (year, month, day) = take_date(&mut t)?;
    take(&mut t, b' ')?;
    let (hour, minute, second) = take_clock(&mut t)?;
    if !t.is_empty() {
        return None;
    }
    Civil {
        year,
        month,
        day,
        hour,
        minute,
        second,
        millis: 0,
    }
    .time(0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_taken_as_the_provider_writes_them_and_nothing_else() {
        let s = |t: &str| TimeUnit::Seconds.parse(t.as_bytes()).map(UnixTime::as_secs);
        assert_eq!(s("1700000000"), Some(1_700_000_000));
        assert_eq!(s("0"), Some(0));
        for bad in [
            "",
            "+1",
            "-1",
            " 1",
            "1 ",
            "1.0",
            "1e9",
            "0x10",
            "9223372036854775807",
            "٣",
        ] {
            assert_eq!(s(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn dates_of_every_form_name_the_same_second() {
        let at = Some(UnixTime::from_secs(784_111_777));
        assert_eq!(
            TimeUnit::HttpDate.parse(b"Sun, 06 Nov 1994 08:49:37 GMT"),
            at
        );
        assert_eq!(
            TimeUnit::HttpDate.parse(b"Sun 06 Nov 1994 08:49:37 UTC"),
            at
        );
        for mail in [
            "Sun, 06 Nov 1994 08:49:37 +0000",
            "Sun, 6 Nov 1994 10:19:37 +0130",
            "6 Nov 1994 00:49:37 -0800",
            "Sun, 06 Nov 1994 08:49:37 GMT",
        ] {
            assert_eq!(TimeUnit::Rfc2822.parse(mail.as_bytes()), at, "{mail}");
        }
        assert_eq!(TimeUnit::Iso8601Basic.parse(b"19941106T084937Z"), at);
        assert_eq!(TimeUnit::DecimalSeconds.parse(b"784111777"), at);
        let later = TimeUnit::DecimalSeconds.parse(b"784111777.0625");
        assert_eq!(later, Some(UnixTime::from_millis(784_111_777_062)));
        for bad in ["784111777.", ".5", "1.2.3", "1,5", "-1.0", "1e9"] {
            assert_eq!(
                TimeUnit::DecimalSeconds.parse(bad.as_bytes()),
                None,
                "{bad}"
            );
        }
        for bad in [
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49:37 +00:00",
            "Sun, 006 Nov 1994 08:49:37 +0000",
            "Son, 06 Nov 1994 08:49:37 +0000",
            "Sun, 06 Nov 94 08:49:37 +0000",
            " 06 Nov 1994 08:49:37 +0000",
        ] {
            assert_eq!(TimeUnit::Rfc2822.parse(bad.as_bytes()), None, "{bad}");
        }
        for bad in [
            "Sun, 06x Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 19940 08:49:37 GMT",
        ] {
            assert_eq!(TimeUnit::HttpDate.parse(bad.as_bytes()), None, "{bad}");
        }
        assert_eq!(TimeUnit::Rfc3339.parse(b"1994-11-06T08:49:37Z"), at);
        assert_eq!(
            TimeUnit::Rfc3339.parse(b"1994-11-06T01:49:37.000-07:00"),
            at
        );
        assert_eq!(TimeUnit::Sql.parse(b"1994-11-06 08:49:37"), at);
        assert_eq!(TimeUnit::Iso8601.parse(b"1994-11-06T08:49:37.000"), at);
        assert_eq!(TimeUnit::Iso8601.parse(b"1994-11-06T01:49:37-07:00"), at);
        for bad in [
            "1994-02-30T00:00:00Z",
            "1994-11-06T08:49:37",
            "1994-11-06T08:49:37.Z",
            "1994-11-06T08:49:37+1:00",
        ] {
            assert_eq!(TimeUnit::Rfc3339.parse(bad.as_bytes()), None, "{bad}");
        }
    }

    #[cfg(feature = "sign")]
    #[test]
    fn what_is_written_reads_back() {
        for unit in [
            TimeUnit::Seconds,
            TimeUnit::Millis,
            TimeUnit::Rfc3339,
            TimeUnit::Iso8601,
            TimeUnit::HttpDate,
            TimeUnit::Sql,
            TimeUnit::Rfc2822,
            TimeUnit::Iso8601Basic,
            TimeUnit::DecimalSeconds,
        ] {
            for seconds in [0, 951_782_400, 1_700_000_000, 4_102_444_799] {
                let time = UnixTime::from_secs(seconds);
                assert_eq!(
                    unit.parse(unit.write(time).as_bytes()),
                    Some(time),
                    "{unit:?}"
                );
            }
        }
    }
}
