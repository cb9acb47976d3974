//! What identifies a delivery, as a scheme declares it.

use std::borrow::Cow;
use std::fmt;

use super::location::Location;
use super::text::Text;

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
    pub(super) const ALL: [Self; 5] = [
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
