//! Delivery semantics of a provider: what identifies a delivery, how it retries, and
//! which response is success. The replay guard depends on them.

use std::borrow::Cow;
use std::fmt;

use http::header::HeaderName;

use super::location::header_name;
use super::source::Source;
use super::template::{Part, Slot};
use super::{
    Algorithm, Coverage, Location, Place, Plan, Proof, RequestPart, Scheme, SchemeError, Text,
};

/// The identity of a delivery: which proven values a replay guard compares.
///
/// If a provider's documentation leaves it open, the entries of the catalogue use the
/// finer one: handling a delivery twice is better than losing one.
///
/// ```
/// use hookward::{ReplayBy, providers};
///
/// assert_eq!(providers::STRIPE.replay.by, Some(ReplayBy::Id));
/// assert_eq!("payload".parse(), Ok(ReplayBy::Payload));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReplayBy {
    /// One or more proven values that the provider documents as unique for each
    /// event and the same on its retries.
    Id,
    /// The proven values without the time at which the request was sent: a re-signed
    /// retry is the same delivery.
    Payload,
    /// All proven values: only exact copies are the same delivery.
    Content,
    /// The proven values and the whole body, proven or not; for secrets and tokens also
    /// the method and the target.
    Body,
    /// Nothing: two genuine deliveries can be identical byte for byte. A replay guard on
    /// such a scheme requires a decision.
    None,
}

impl ReplayBy {
    const ALL: [Self; 5] = [
        Self::Id,
        Self::Payload,
        Self::Content,
        Self::Body,
        Self::None,
    ];

    /// `id`, `payload`, `content`, `body` or `none`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Payload => "payload",
            Self::Content => "content",
            Self::Body => "body",
            Self::None => "none",
        }
    }
}

impl fmt::Display for ReplayBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for ReplayBy {
    type Err = SchemeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|known| known.as_str() == text)
            .ok_or_else(|| SchemeError::UnknownReplayBy(text.to_owned()))
    }
}

/// What identifies a delivery of a scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Replay {
    /// Which values; `None` for the default: [`Content`](ReplayBy::Content) if the body
    /// is covered, and [`Body`](ReplayBy::Body) if it is not.
    pub by: Option<ReplayBy>,
    /// The locations of an [`Id`](ReplayBy::Id); empty for the scheme's `event_id`.
    pub id: Cow<'static, [Location]>,
    /// A header that distinguishes deliveries with equal content.
    pub kind: Option<ReplayKind>,
    /// The reason, for readers of the catalogue.
    pub why: Text,
    /// The identity in the previous release, if this one corrects it.
    pub before: Option<&'static Self>,
}

impl Replay {
    pub(super) const UNSET: Self = Self {
        by: None,
        id: Cow::Borrowed(&[]),
        kind: None,
        why: Cow::Borrowed(""),
        before: None,
    };

    /// Identified by this alone.
    #[must_use]
    pub const fn by(by: ReplayBy) -> Self {
        let mut this = Self::UNSET;
        this.by = Some(by);
        this
    }
}

/// An unsigned header with a closed list of values, such as a topic, for topics with
/// equal bodies.
///
/// Values outside the list are treated as one. An attacker who recorded a delivery can
/// replay it once for each listed value, and once more.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReplayKind {
    /// The header's name.
    pub header: Text,
    /// The values that are distinguished, compared bytewise.
    pub values: Cow<'static, [Text]>,
}

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

/// How a plan identifies deliveries.
#[derive(Debug, Clone)]
pub(crate) struct Identified {
    pub(crate) by: ReplayBy,
    /// The locations of an id; at least one.
    pub(crate) id: Box<[Place]>,
    pub(crate) kind: Option<PlannedKind>,
    /// The identity in the previous release, if it differs.
    pub(crate) before: Option<Box<Self>>,
}

/// A header with its closed list of values.
pub(crate) type PlannedKind = (HeaderName, Box<[Box<str>]>);

#[allow(clippy::mem_replace_option_with_some)] // `Option::replace` would drop
impl Scheme {
    /// The identity of a delivery in this form: that of [`replay`](Self::replay), or the
    /// default for the coverage.
    ///
    /// # Errors
    /// [`SchemeError`] if the scheme is not valid.
    pub fn replays_by(&self) -> Result<ReplayBy, SchemeError> {
        Ok(Plan::compile(self)?.identified.by)
    }

    /// Sets what identifies a delivery.
    #[must_use]
    pub const fn replay_by(mut self, by: ReplayBy) -> Self {
        self.replay.by = Some(by);
        self
    }

    /// Sets the locations of the id that identifies a delivery; more than one if only
    /// their combination is unique.
    #[must_use]
    pub const fn replay_id(mut self, places: &'static [Location]) -> Self {
        self.replay.by = Some(ReplayBy::Id);
        std::mem::forget(std::mem::replace(
            &mut self.replay.id,
            Cow::Borrowed(places),
        ));
        self
    }

    /// Sets a header that distinguishes deliveries with equal content by one of these
    /// values.
    #[must_use]
    pub const fn replay_kind(mut self, header: &'static str, values: &'static [Text]) -> Self {
        std::mem::forget(std::mem::replace(
            &mut self.replay.kind,
            Some(ReplayKind {
                header: Cow::Borrowed(header),
                values: Cow::Borrowed(values),
            }),
        ));
        self
    }

    /// Sets the identity before a correction. For one release, a guard claims both
    /// identities, so that a delivery that was handled before an upgrade is not handled
    /// again if it is replayed after it, nor by a replica that still runs the old
    /// release.
    ///
    /// ```
    /// use hookward::{Digest, Replay, ReplayBy, Scheme};
    ///
    /// static BEFORE: Replay = Replay::by(ReplayBy::Content);
    /// let scheme = Scheme::hmac("acme", Digest::Sha256)
    ///     .event_id_json("/id")
    ///     .replay_by(ReplayBy::Id)
    ///     .replay_before(&BEFORE);
    /// assert!(scheme.check().is_ok());
    /// ```
    #[must_use]
    pub const fn replay_before(mut self, before: &'static Replay) -> Self {
        self.replay.before = Some(before);
        self
    }

    /// Sets the reason for this identity.
    #[must_use]
    pub const fn replay_because(mut self, why: &'static str) -> Self {
        std::mem::forget(std::mem::replace(&mut self.replay.why, Cow::Borrowed(why)));
        self
    }

    /// Sets how the provider retries.
    #[must_use]
    pub const fn retries(mut self, retries: Retries) -> Self {
        std::mem::forget(std::mem::replace(&mut self.retries, Some(retries)));
        self
    }

    /// Sets which response the provider considers success.
    #[must_use]
    pub const fn success(mut self, success: Success) -> Self {
        std::mem::forget(std::mem::replace(&mut self.success, success));
        self
    }
}

impl Identified {
    pub(super) fn compile(
        scheme: &Scheme,
        event_id: Option<&Place>,
        coverage: &Coverage,
    ) -> Result<Self, SchemeError> {
        let mut this = Self::of(&scheme.replay, scheme, event_id, coverage)?;
        if let Some(before) = scheme.replay.before {
            let before = Self::of(before, scheme, event_id, coverage)?;
            this.before = Some(Box::new(before));
        }
        Ok(this)
    }

    fn of(
        replay: &Replay,
        scheme: &Scheme,
        event_id: Option<&Place>,
        coverage: &Coverage,
    ) -> Result<Self, SchemeError> {
        let by = replay.by.unwrap_or(match coverage.covers_body() {
            true => ReplayBy::Content,
            false => ReplayBy::Body,
        });
        let mut id = replay
            .id
            .iter()
            .map(Place::compile)
            .collect::<Result<Vec<_>, _>>()?;
        if by != ReplayBy::Id && !id.is_empty() {
            return Err(SchemeError::UnusedReplayId(by));
        }
        if by == ReplayBy::Id && id.is_empty() {
            let Some(place) = event_id else {
                return Err(SchemeError::NoReplayId);
            };
            id.push(place.clone());
        }
        // Each request states itself what a message signature covers.
        if by == ReplayBy::Id && scheme.algorithm != Algorithm::MessageSignatures {
            check_places(&id, event_id, coverage)?;
        }
        let kind = match &replay.kind {
            None => None,
            Some(kind) => {
                let values: Box<[Box<str>]> =
                    kind.values.iter().map(|value| (**value).into()).collect();
                if values.is_empty() {
                    let header = kind.header.clone().into_owned();
                    return Err(SchemeError::NoReplayKinds { header });
                }
                Some((header_name(&kind.header)?, values))
            }
        };
        Ok(Self {
            by,
            id: id.into(),
            kind,
            before: None,
        })
    }
}

/// An id must be proven, unless nothing of the request is.
pub(crate) fn check_places(
    places: &[Place],
    event_id: Option<&Place>,
    coverage: &Coverage,
) -> Result<(), SchemeError> {
    match unsigned_place(places, event_id, coverage) {
        None => Ok(()),
        Some(place) => Err(SchemeError::UnsignedReplayId(place.into())),
    }
}

/// The first location that is not proven, if the request is signed.
pub(super) fn unsigned_place<'p>(
    places: &'p [Place],
    event_id: Option<&Place>,
    coverage: &Coverage,
) -> Option<&'p Place> {
    // A header that is signed as the event's id is listed as `id`.
    let is_proven = |place: &Place| {
        coverage.proves(place) || event_id == Some(place) && coverage.covers(&RequestPart::Id)
    };
    places
        .iter()
        .find(|place| coverage.proof() == Proof::Signature && !is_proven(place))
}

impl Plan {
    /// Whether a part of the signed text belongs to the identity of a delivery. Parts
    /// that depend on the key or are constant do not, nor does the time with `payload`.
    pub(crate) fn identifies(&self, part: &Part, by: ReplayBy) -> bool {
        if matches!(part, Part::Literal(_)) {
            return false;
        }
        let is_time = |slot: &Slot| match &slot.source {
            Source::Timestamp => true,
            source => self
                .timestamp
                .as_ref()
                .and_then(|timestamp| timestamp.at.as_ref())
                .is_some_and(|place| source.is_at(place)),
        };
        let mut found = false;
        part.for_each(&mut |slot| {
            found |= match &slot.source {
                Source::Const(_) | Source::Secret | Source::KeyId | Source::JwsHeader => false,
                _ => by != ReplayBy::Payload || !is_time(slot),
            };
        });
        found
    }
}
