//! How a provider retries, and which response it considers success.

use std::borrow::Cow;
use std::fmt;

use super::text::Text;

/// How a provider retries after a response that it does not consider success.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retries {
    /// The outcomes after which it retries: statuses (`503`), classes (`4xx`) and
    /// `timeout`. Empty if it never does.
    pub after: Cow<'static, [Text]>,
    /// For how long, in the provider's words; empty if it does not say.
    pub lasts: Text,
    /// The timestamp of a retry.
    pub time: RetryTime,
}

impl Retries {
    /// Retries after these outcomes.
    #[must_use]
    pub const fn after(answers: &'static [Text]) -> Self {
        Self {
            after: Cow::Borrowed(answers),
            lasts: Cow::Borrowed(""),
            time: RetryTime::Unknown,
        }
    }

    /// Never retries.
    #[must_use]
    pub const fn never() -> Self {
        Self::after(&[])
    }

    /// For how long, in the provider's words: `3 days`.
    #[must_use]
    pub const fn lasting(mut self, period: &'static str) -> Self {
        std::mem::forget(std::mem::replace(&mut self.lasts, Cow::Borrowed(period)));
        self
    }

    /// Sets the timestamp of a retry.
    #[must_use]
    pub const fn time(mut self, time: RetryTime) -> Self {
        self.time = time;
        self
    }

    /// Whether a response with this status is retried.
    #[must_use]
    pub fn follow(&self, status: u16) -> bool {
        self.after.iter().any(|answer| {
            let answer = answer.as_bytes();
            match answer {
                [class, b'x', b'x'] => u16::from(class.wrapping_sub(b'0')) == status / 100,
                _ => answer == status.to_string().as_bytes(),
            }
        })
    }
}

/// One line: `after 4xx, 5xx and timeout, for 3 days, with a new time`.
impl fmt::Display for Retries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.after {
            [] => return f.write_str("never"),
            [one] => write!(f, "after {one}")?,
            [others @ .., last] => write!(f, "after {} and {last}", others.join(", "))?,
        }
        if !self.lasts.is_empty() {
            write!(f, ", for {}", self.lasts)?;
        }
        match self.time {
            RetryTime::Renewed => f.write_str(", with a new time"),
            RetryTime::Kept => f.write_str(", with the time of the first attempt"),
            RetryTime::Unknown => Ok(()),
        }
    }
}

/// The timestamp of a provider's retry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RetryTime {
    /// It is the time of the retry.
    Renewed,
    /// It is that of the first attempt: a window shorter than the retry period refuses
    /// retries.
    Kept,
    /// The provider does not say.
    Unknown,
}

impl RetryTime {
    /// `renewed`, `kept` or `unknown`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Renewed => "renewed",
            Self::Kept => "kept",
            Self::Unknown => "unknown",
        }
    }
}

/// The response that a provider considers success: the response to a delivery that was
/// already handled.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Success {
    /// Any 2xx.
    Any2xx,
    /// 200 and no other status.
    Ok,
    /// 200 with this body.
    Body(Text),
    /// Only the handler can produce it, such as a reply to an interaction: a delivery
    /// that was already handled is passed to it, marked as a duplicate.
    Handler,
}

impl fmt::Display for Success {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any2xx => f.write_str("any 2xx"),
            Self::Ok => f.write_str("200 and no other status"),
            Self::Body(body) => write!(f, "200 with the body `{body}`"),
            Self::Handler => f.write_str("what the handler answers"),
        }
    }
}
