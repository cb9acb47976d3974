//! Delivery semantics of a scheme: their setters, and what identifies a delivery,
//! compiled. The replay guard depends on them.

use std::borrow::Cow;

use http::header::HeaderName;

use super::algorithm::Algorithm;
use super::coverage::{Coverage, Proof, RequestPart};
use super::definition::Scheme;
use super::error::SchemeError;
use super::location::Location;
use super::place::{Place, header_name};
use super::replay::{Replay, ReplayBy, ReplayKind};
use super::retries::{Retries, Success};
use super::text::Text;

impl std::str::FromStr for ReplayBy {
    type Err = SchemeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|known| known.as_str() == text)
            .ok_or_else(|| SchemeError::UnknownReplayBy(text.to_owned()))
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
