//! Arbitrary times of sending: what is taken for one is one, and the same one, for another
//! parser (jiff), or by arithmetic on its digits.
//!
//! Input: a byte for the form, then the text.

#![no_main]

use std::sync::LazyLock;

use hookward_core::{Digest, Key, Scheme, Signer, TimeUnit, Tolerance, UnixTime, Verifier};
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;

const UNITS: [TimeUnit; 10] = [
    TimeUnit::Seconds,
    TimeUnit::Millis,
    TimeUnit::SecondsOrMillis,
    TimeUnit::Micros,
    TimeUnit::DecimalSeconds,
    TimeUnit::Rfc3339,
    TimeUnit::Iso8601,
    TimeUnit::Iso8601Basic,
    TimeUnit::Sql,
    TimeUnit::Rfc2822,
];

fn key() -> Key {
    Key::from_bytes("key").unwrap()
}

static VERIFIERS: LazyLock<Vec<Verifier>> = LazyLock::new(|| {
    UNITS
        .into_iter()
        .map(|unit| {
            let scheme = Scheme::hmac("acme", Digest::Sha256)
                .header("x-signature")
                .signed("{timestamp}.{body}")
                .timestamp_header("x-time", unit);
            Verifier::new(scheme, key())
                .and_then(|verifier| verifier.with_tolerance(Tolerance::unchecked()))
                .unwrap()
        })
        .collect()
});

static SIGNER: LazyLock<Signer> = LazyLock::new(|| {
    let scheme = Scheme::hmac("plain", Digest::Sha256).header("x-signature");
    Signer::new(&scheme, key()).unwrap()
});

/// Digits as a number of milliseconds.
fn number(text: &str, per_second: i128) -> Option<i128> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(text.parse::<i128>().ok()? * 1000 / per_second)
}

/// The text with at most nine digits in its fraction, as jiff reads no more. RFC 3339
/// does not limit them.
fn nine_digits(text: &str) -> String {
    let Some((whole, rest)) = text.split_once('.') else {
        return text.to_owned();
    };
    let end = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = rest.split_at(end);
    format!("{whole}.{}{rest}", &digits[..end.min(9)])
}

/// What the text is for another parser, in milliseconds.
fn expected(unit: TimeUnit, text: &str) -> Option<i128> {
    let parsed = |text: &str| {
        let time: Timestamp = nine_digits(text).parse().ok()?;
        Some(time.as_nanosecond().div_euclid(1_000_000))
    };
    match unit {
        TimeUnit::Seconds => number(text, 1),
        TimeUnit::Millis => number(text, 1000),
        TimeUnit::Micros => number(text, 1_000_000),
        TimeUnit::SecondsOrMillis => {
            let digits = number(text, 1000)?;
            Some(if digits >= 100_000_000_000 {
                digits
            } else {
                digits * 1000
            })
        }
        TimeUnit::DecimalSeconds => {
            let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
            number(fraction, 1)?;
            let millis: String = fraction.chars().chain("000".chars()).take(3).collect();
            Some(number(whole, 1)? + millis.parse::<i128>().ok()?)
        }
        TimeUnit::Rfc3339 => parsed(text),
        TimeUnit::Iso8601 => parsed(text).or_else(|| parsed(&format!("{text}Z"))),
        TimeUnit::Iso8601Basic => {
            let time = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
            let time = time.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
            Some(time.timestamp().as_nanosecond().div_euclid(1_000_000))
        }
        TimeUnit::Sql => parsed(&format!("{text}Z")),
        TimeUnit::Rfc2822 => {
            // The day of the week is not compared with the date.
            let date = text.split_once(',').map_or(text, |(_, date)| date);
            let parser = jiff::fmt::rfc2822::DateTimeParser::new();
            let time = parser.parse_timestamp(date.trim_start()).ok()?;
            Some(time.as_nanosecond().div_euclid(1_000_000))
        }
        _ => None,
    }
}

fuzz_target!(|data: &[u8]| {
    let [choice, text @ ..] = data else {
        return;
    };
    let index = usize::from(*choice) % UNITS.len();
    let (unit, verifier) = (UNITS[index], &VERIFIERS[index]);
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    let Ok(value) = http::HeaderValue::from_str(text) else {
        return;
    };
    let now = UnixTime::from_secs(1_700_000_000);
    let content = format!("{text}.{{}}");
    let mut request = http::Request::post("https://h/").body(content).unwrap();
    let signed = SIGNER.sign(&request, now, None).unwrap();
    for (name, value) in signed.headers() {
        request.headers_mut().append(name, value.clone());
    }
    request.headers_mut().insert("x-time", value);
    "{}".clone_into(request.body_mut());
    let Ok(verified) = verifier.verify_at(&request, now) else {
        return;
    };
    let Some(found) = verified.timestamp() else {
        panic!("{text:?} is no time, but verified");
    };
    let expected = expected(unit, text);
    assert_eq!(
        Some(i128::from(found.as_millis())),
        expected,
        "{unit:?} {text:?}"
    );
});
