//! A parsed template: its parts, their placeholders, and the sources that these read.

use http::header::HeaderName;

use super::filter::{AppliedFilter, Filter};
use super::place::Place;
use super::value_kind::ValueKind;
use crate::text::encoding::Encoding;

/// One part of the signed content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    Literal(Box<[u8]>),
    Slot(Slot),
    /// `[a|b]`: the first alternative in which every placeholder has a value; empty if
    /// there is none.
    Group(Box<[Box<[Part]>]>),
}

/// A placeholder: a source and the filters applied to its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) source: Source,
    pub(crate) steps: Vec<AppliedFilter>,
    /// Its position in the template.
    pub(crate) span: Span,
}

/// The span of a placeholder in its template. It is ignored in comparisons, so that equal
/// placeholders compare equal at any position.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl PartialEq for Span {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Span {}

impl Slot {
    /// Its source, if it has no filters.
    pub(crate) fn bare(&self) -> Option<&Source> {
        self.steps.is_empty().then_some(&self.source)
    }

    /// Whether it is available only after the whole body. The body itself, its digests
    /// and its base64url are computed while it arrives.
    pub(crate) fn needs_whole_body(&self) -> bool {
        match (&self.source, self.steps.first().map(|step| &step.filter)) {
            (Source::Body, None | Some(Filter::Digest(_) | Filter::Crc32)) => false,
            (Source::Body, Some(Filter::Encode(Encoding::Base64url))) => self.steps.len() > 1,
            (source, _) => source.reads_body(),
        }
    }

    /// `{body|sha256|base64url}`.
    pub(crate) fn is_base64url_digest(&self) -> bool {
        let mut filters = self.steps.iter().map(|step| &step.filter);
        self.source == Source::Body
            && matches!(filters.next(), Some(Filter::Digest(_)))
            && matches!(filters.next(), Some(Filter::Encode(Encoding::Base64url)))
            && filters.next().is_none()
    }

    /// Whether several spellings may have been signed.
    pub(crate) fn has_variants(&self) -> bool {
        self.steps.iter().any(|step| step.optional)
    }
}

impl Part {
    /// The raw body.
    pub(crate) const BODY: Self = Self::of(Source::Body);

    pub(super) const fn of(source: Source) -> Self {
        Self::Slot(Slot {
            source,
            steps: Vec::new(),
            span: Span { start: 0, end: 0 },
        })
    }

    /// Its source, if it is a placeholder without filters.
    pub(crate) fn bare(&self) -> Option<&Source> {
        match self {
            Self::Slot(slot) => slot.bare(),
            Self::Literal(_) | Self::Group(_) => None,
        }
    }

    /// Whether any placeholder in it, at any depth, matches.
    pub(crate) fn any(&self, wanted: &dyn Fn(&Slot) -> bool) -> bool {
        match self {
            Self::Literal(_) => false,
            Self::Slot(slot) => {
                wanted(slot)
                    || matches!(&slot.source, Source::Template(parts) if parts.iter().any(|part| part.any(wanted)))
            }
            Self::Group(alternatives) => alternatives
                .iter()
                .flat_map(|parts| parts.iter())
                .any(|part| part.any(wanted)),
        }
    }

    /// Calls `each` with every placeholder in it, at any depth.
    pub(crate) fn for_each<'a>(&'a self, each: &mut dyn FnMut(&'a Slot)) {
        match self {
            Self::Literal(_) => {}
            Self::Slot(slot) => {
                each(slot);
                if let Source::Template(parts) = &slot.source {
                    parts.iter().for_each(|part| part.for_each(each));
                }
            }
            Self::Group(alternatives) => alternatives
                .iter()
                .flat_map(|parts| parts.iter())
                .for_each(|part| part.for_each(each)),
        }
    }

    /// Whether the part does not read the body, regardless of the locations of timestamp,
    /// ids and tokens.
    pub(crate) fn is_in_head(&self) -> bool {
        !self.any(&|slot| slot.source.reads_body())
    }

    /// Whether it is the body itself, which is hashed while it arrives.
    pub(crate) fn streams_body(&self) -> bool {
        *self == Self::BODY || self.is_body_base64url()
    }

    /// `{body|base64url}`, as a detached JWS signs it.
    pub(crate) fn is_body_base64url(&self) -> bool {
        matches!(
            self,
            Self::Slot(Slot { source: Source::Body, steps, .. })
                if matches!(steps.as_slice(), [AppliedFilter { filter: Filter::Encode(Encoding::Base64url), .. }])
        )
    }

    /// Whether the part is available only after the whole body.
    pub(crate) fn needs_whole_body(&self) -> bool {
        match self {
            Self::Literal(_) => false,
            Self::Slot(slot) => slot.needs_whole_body(),
            Self::Group(_) => !self.is_in_head(),
        }
    }
}

/// What a placeholder reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    Body,
    Timestamp,
    Id,
    KeyId,
    Method,
    Url,
    Host,
    Path,
    Target,
    /// The query: raw, or as pairs if a filter takes pairs.
    Query,
    /// One decoded parameter of the query.
    QueryField(Box<str>),
    /// The value of a header that appears once.
    Header(HeaderName),
    /// The headers listed in a header.
    Headers(HeaderName),
    /// The pairs of a form.
    Form,
    /// One decoded field of a form.
    FormField(Box<str>),
    /// The JSON body.
    Json,
    /// A value of the JSON body, by JSON pointer.
    JsonAt(Box<str>, Presence),
    JwsHeader,
    JwsPayload,
    /// A value configured with the key.
    Const(Box<str>),
    Secret,
    /// `({timestamp}.{body})`: a template, as the input of filters.
    Template(Box<[Part]>),
}

/// Whether a value is required.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Required,
    /// Empty if it is missing or `null`.
    Optional,
}

impl Source {
    /// Whether it reads the value at a location.
    pub(crate) fn is_at(&self, place: &Place) -> bool {
        match (self, place) {
            (Self::Header(name), Place::Header(of)) => name == of,
            (Self::QueryField(name), Place::Query(of))
            | (Self::FormField(name), Place::Form(of))
            | (Self::JsonAt(name, _), Place::Json(of)) => name == of,
            _ => false,
        }
    }

    pub(crate) const fn kind(&self) -> ValueKind {
        match self {
            Self::Url => ValueKind::Url,
            Self::Query | Self::Form => ValueKind::Pairs,
            Self::Json | Self::JsonAt(..) => ValueKind::Json,
            Self::Body
            | Self::Timestamp
            | Self::Id
            | Self::KeyId
            | Self::Method
            | Self::Host
            | Self::Path
            | Self::Target
            | Self::QueryField(_)
            | Self::Header(_)
            | Self::Headers(_)
            | Self::FormField(_)
            | Self::JwsHeader
            | Self::JwsPayload
            | Self::Const(_)
            | Self::Secret
            | Self::Template(_) => ValueKind::Bytes,
        }
    }

    /// Whether it reads the body, regardless of the locations of timestamp, ids and
    /// tokens.
    pub(crate) fn reads_body(&self) -> bool {
        match self {
            Self::Body | Self::Form | Self::FormField(_) | Self::Json | Self::JsonAt(..) => true,
            Self::Template(parts) => parts
                .iter()
                .any(|part| part.any(&|slot| slot.source.reads_body())),
            Self::Timestamp
            | Self::Id
            | Self::KeyId
            | Self::Method
            | Self::Url
            | Self::Host
            | Self::Path
            | Self::Target
            | Self::Query
            | Self::QueryField(_)
            | Self::Header(_)
            | Self::Headers(_)
            | Self::JwsHeader
            | Self::JwsPayload
            | Self::Const(_)
            | Self::Secret => false,
        }
    }
}
