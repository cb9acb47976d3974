//! What makes two requests one delivery, what a provider does about an answer, and
//! what it takes for success.

use std::borrow::Cow;
use std::fmt;

use http::header::HeaderName;

use super::location::header_name;
use super::source::Source;
use super::template::{Part, Slot};
use super::{
    Algorithm, Coverage, Location, Place, Plan, Proof, RequestPart, Scheme, SchemeError, Text,
};

/// What makes two requests the same delivery: which proven values a replay guard
/// compares.
///
/// Where a provider's documentation does not settle it, the entries of the
/// catalogue take the finer one: a delivery is rather handled twice than lost.
///
/// ```
/// use hookward_core::{ReplayBy, providers};
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
    /// The proven values without the time at which the request was sent: a retry
    /// that is signed again is the same delivery.
    Payload,
    /// All proven values: exact copies are the same delivery.
    Content,
    /// The proven values and the whole body, proven or not; for secrets and tokens
    /// the method and the target as well.
    Body,
    /// Nothing: two genuine deliveries can be equal byte for byte. A replay guard
    /// on such a scheme needs a decision.
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

/// What tells the deliveries of a scheme apart.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Replay {
    /// Which values; `None` where the scheme does not say: then it is
    /// [`Content`](ReplayBy::Content) where the body is covered, and
    /// [`Body`](ReplayBy::Body) where it is not.
    pub by: Option<ReplayBy>,
    /// The places of an [`Id`](ReplayBy::Id); empty for the scheme's `event_id`.
    pub id: Cow<'static, [Location]>,
    /// A header that tells deliveries with equal content apart.
    pub kind: Option<ReplayKind>,
    /// Why, for people who read the catalogue.
    pub why: Text,
    /// What told them apart in the release before, where this one corrects it.
    pub before: Option<&'static Self>,
}

impl Replay {
    pub(super) const UNSAID: Self = Self {
        by: None,
        id: Cow::Borrowed(&[]),
        kind: None,
        why: Cow::Borrowed(""),
        before: None,
    };

    /// By this, and nothing beside it.
    #[must_use]
    pub const fn by(by: ReplayBy) -> Self {
        let mut this = Self::UNSAID;
        this.by = Some(by);
        this
    }
}

/// An unsigned header of a closed list, such as the topic beside bodies that two
/// topics share.
///
/// Values outside the list count as one. Whoever recorded a delivery can replay it
/// once for each listed value, and once more.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReplayKind {
    /// The header's name.
    pub header: Text,
    /// The values that are told apart, as they are written.
    pub values: Cow<'static, [Text]>,
}

/// What a provider does when an answer is not what it takes for success.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retries {
    /// The answers after which it sends again: statuses (`503`), classes (`4xx`)
    /// and `timeout`. Empty where it never does.
    pub after: Cow<'static, [Text]>,
    /// For how long, as the provider says it; empty where it does not.
    pub lasts: Text,
    /// The timestamp of a retry.
    pub time: RetryTime,
}

impl Retries {
    /// Retries after these answers.
    #[must_use]
    pub const fn after(answers: &'static [Text]) -> Self {
        Self {
            after: Cow::Borrowed(answers),
            lasts: Cow::Borrowed(""),
            time: RetryTime::Unknown,
        }
    }

    /// Retries after no answer.
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

    /// What the timestamp of a retry is.
    #[must_use]
    pub const fn time(mut self, time: RetryTime) -> Self {
        self.time = time;
        self
    }

    /// Whether an answer with this status is followed by a retry.
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

/// As a line: `after 4xx, 5xx and timeout, for 3 days, with a new time`.
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
    /// It is that of the first attempt: a window that is shorter than the retries
    /// last refuses them.
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

/// The answer that a provider takes for success: what a delivery is answered with
/// that was handled before.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Success {
    /// Any 2xx.
    Any2xx,
    /// 200 and no other status.
    Ok,
    /// 200 with this body.
    Body(Text),
    /// What only the handler can answer, such as a reply to an interaction: a
    /// delivery that was handled before goes to it, marked.
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

/// How a plan tells deliveries apart.
#[derive(Debug, Clone)]
pub(crate) struct Identified {
    pub(crate) by: ReplayBy,
    /// Of an id; at least one.
    pub(crate) id: Box<[Place]>,
    pub(crate) kind: Option<PlannedKind>,
    /// How the release before this one did, where it differs.
    pub(crate) before: Option<Box<Self>>,
}

/// A header and its closed list of values.
pub(crate) type PlannedKind = (HeaderName, Box<[Box<str>]>);

#[allow(clippy::mem_replace_option_with_some)] // `Option::replace` would drop
impl Scheme {
    /// What makes two requests in this form the same delivery: as
    /// [`replay`](Self::replay) says it, or what follows from what is covered.
    ///
    /// # Errors
    /// [`SchemeError`] when the scheme is not usable.
    pub fn replays_by(&self) -> Result<ReplayBy, SchemeError> {
        Ok(Plan::compile(self)?.identified.by)
    }

    /// What tells deliveries apart.
    #[must_use]
    pub const fn replay_by(mut self, by: ReplayBy) -> Self {
        self.replay.by = Some(by);
        self
    }

    /// The places of the id that tells deliveries apart; more than one where only
    /// all of them together do.
    #[must_use]
    pub const fn replay_id(mut self, places: &'static [Location]) -> Self {
        self.replay.by = Some(ReplayBy::Id);
        std::mem::forget(std::mem::replace(
            &mut self.replay.id,
            Cow::Borrowed(places),
        ));
        self
    }

    /// A header with one of these values that tells deliveries with equal content
    /// apart.
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

    /// What told deliveries apart before it was corrected. For one release a guard
    /// claims both identities, so that a delivery that was handled before an upgrade is
    /// not handled again when it is replayed after it, nor by a replica that still runs
    /// the old release.
    ///
    /// ```
    /// use hookward_core::{Digest, Replay, ReplayBy, Scheme};
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

    /// Why deliveries are told apart like this.
    #[must_use]
    pub const fn replay_because(mut self, why: &'static str) -> Self {
        std::mem::forget(std::mem::replace(&mut self.replay.why, Cow::Borrowed(why)));
        self
    }

    /// What the provider does about an answer that is not success.
    #[must_use]
    pub const fn retries(mut self, retries: Retries) -> Self {
        std::mem::forget(std::mem::replace(&mut self.retries, Some(retries)));
        self
    }

    /// What the provider takes for success.
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
        // What a message signature covers, each request says itself.
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

/// An id is proven, or comes from a request of which nothing is.
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

/// The first of the places that is not proven, where the request is signed.
pub(super) fn unsigned_place<'p>(
    places: &'p [Place],
    event_id: Option<&Place>,
    coverage: &Coverage,
) -> Option<&'p Place> {
    // A header that is signed as the event's id goes by that name.
    let is_proven = |place: &Place| {
        coverage.proves(place) || event_id == Some(place) && coverage.covers(&RequestPart::Id)
    };
    places
        .iter()
        .find(|place| coverage.proof() == Proof::Signature && !is_proven(place))
}

impl Plan {
    /// Whether a part of the signed text belongs to the identity of a delivery. What
    /// depends on the key or is the same for every request does not, nor, by the
    /// payload alone, does the time.
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
