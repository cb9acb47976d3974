//! The compiler of schemes: templates parsed, locations resolved, coverage computed.
//! Verification works on its result, a [`Plan`].

use http::header::HeaderName;
use smallvec::SmallVec;

use super::algorithm::Algorithm;
use super::compiled::{
    CompiledPlaces, ParsedTemplates, PlannedBinding, PlannedTimestamp, any_reads,
};
use super::coverage::{Coverage, CoverageRules, RequestPart};
use super::definition::Scheme;
use super::delivery::Identified;
use super::error::SchemeError;
use super::format::Format;
use super::key_form::KeyForm;
use super::part::{Part, Slot, Source};
use super::place::Place;
use super::recipient::PlannedRecipient;
#[cfg(feature = "message-signatures")]
use super::recipient::check_is_signed;
use super::replay::ReplayBy;
use super::text::Text;
use super::{ambiguity, rules};
use crate::text::encoding::Encoding;

/// A compiled scheme.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) name: Text,
    pub(crate) form: Text,
    pub(crate) algorithm: Algorithm,
    pub(crate) key: KeyForm,
    pub(crate) at: Place,
    pub(crate) format: Format,
    pub(crate) encoding: Encoding,
    pub(crate) parts: Box<[Part]>,
    pub(crate) timestamp: Option<PlannedTimestamp>,
    pub(crate) event_id: Option<Place>,
    pub(crate) key_id: Option<Place>,
    pub(crate) expect: Box<[(HeaderName, Box<str>)]>,
    pub(crate) bind: Box<[PlannedBinding]>,
    /// Additional headers with signatures.
    pub(crate) also: Box<[HeaderName]>,
    pub(crate) repeated: bool,
    pub(crate) absent: Box<[Place]>,
    /// Whether the signature covers the event id.
    pub(crate) signs_event_id: bool,
    /// Whether `signed` has `{id}`, and `{key_id}`.
    pub(crate) signs_id: bool,
    pub(crate) signs_key_id: bool,
    /// Whether the whole body must be buffered to compute the content or to find a value.
    pub(crate) keeps_body: bool,
    /// The coverage of a signature.
    pub(crate) coverage: Coverage,
    /// Whether a handler is given the covered values in place of the body.
    pub(crate) hands_proven: bool,
    /// The restriction on the start of the body, if any.
    pub(crate) start_of_body: Option<StartOfBody>,
    /// Whether the signed text is unambiguous.
    pub(crate) parts_are_apart: bool,
    /// The recipients of a delivery.
    pub(crate) recipients: Box<[PlannedRecipient]>,
    /// What identifies a delivery.
    pub(crate) identified: Identified,
    /// Whether it is a single MAC in one header, over the body alone.
    is_plain: bool,
}

/// A restriction on the start of the body that makes the signed text unambiguous.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StartOfBody {
    /// Must be a single JSON object or array, or empty: it follows the URL in the signed
    /// text.
    Json,
    /// Must not start with a digit: it follows a timestamp in the signed text.
    NoDigit,
    /// Must not start like a URL: the provider signs URLs under the same key.
    NoUrl,
}

impl StartOfBody {
    fn of(signed: &[Part]) -> Option<Self> {
        if ambiguity::needs_json_body(signed) {
            return Some(Self::Json);
        }
        ambiguity::needs_no_digit(signed).then_some(Self::NoDigit)
    }

    /// What is wrong with the first bytes of a body, if anything.
    pub(crate) fn problem(self, start: &[u8]) -> Option<&'static str> {
        match self {
            // It is checked to its end.
            Self::Json => None,
            Self::NoDigit => start.first().is_some_and(u8::is_ascii_digit).then_some(
                "the body follows the timestamp in the signed text and starts with a digit: it could be read as part of the timestamp",
            ),
            Self::NoUrl => {
                let start = start.to_ascii_lowercase();
                (start.starts_with(b"http://") || start.starts_with(b"https://"))
                    .then_some("the body is a URL, which this provider signs in another role")
            }
        }
    }
}

impl Plan {
    /// The header and the text before the signature, for a MAC over the body alone that
    /// requires no other value of the request.
    pub(crate) fn plain(&self) -> Option<(&HeaderName, &str)> {
        match &self.at {
            Place::Header(name) if self.is_plain => Some((name, self.format.only_prefix()?)),
            _ => None,
        }
    }

    /// Parses the templates, compiles the locations, and refuses contradictions.
    pub(crate) fn compile(scheme: &Scheme) -> Result<Self, SchemeError> {
        let templates = ParsedTemplates::parse(scheme)?;
        rules::check_templates(&templates)?;
        let places = CompiledPlaces::compile(scheme)?;
        rules::check_places(&templates, &places)?;
        let coverage = coverage_of(&templates, &places);
        rules::check_coverage(scheme, &places, &coverage)?;
        let event_id = places.event_id.as_ref();
        let recipients = PlannedRecipient::compile_all(scheme, event_id, &coverage)?;
        let identified = Identified::compile(scheme, event_id, &coverage)?;
        Ok(Self::assemble(
            templates, places, coverage, recipients, identified,
        ))
    }

    fn assemble(
        templates: ParsedTemplates<'_>,
        places: CompiledPlaces,
        coverage: Coverage,
        recipients: Box<[PlannedRecipient]>,
        identified: Identified,
    ) -> Self {
        let scheme = templates.scheme;
        let keeps_body = keeps_body(&templates, &places);
        #[cfg_attr(not(feature = "message-signatures"), allow(unused_mut))]
        let mut plan = Self {
            is_plain: !keeps_body && recipients.is_empty() && is_plain(&templates, &places),
            name: scheme.name.clone(),
            form: scheme.form.clone(),
            algorithm: scheme.algorithm,
            key: scheme.key.clone(),
            encoding: scheme.signature.encoding,
            repeated: scheme.signature.repeated,
            signs_id: templates.reads(&Source::Id),
            signs_key_id: templates.reads(&Source::KeyId),
            signs_event_id: coverage.covers(&RequestPart::Id),
            start_of_body: StartOfBody::of(&templates.parts),
            parts_are_apart: ambiguity::ambiguous(&templates.parts).is_empty(),
            format: templates.format,
            parts: templates.parts.into(),
            at: places.at,
            also: places.also,
            timestamp: places.timestamp,
            event_id: places.event_id,
            key_id: places.key_id,
            expect: places.expect,
            bind: places.bind,
            absent: places.absent,
            keeps_body,
            coverage,
            hands_proven: false,
            recipients,
            identified,
        };
        // The requirements of the default policy; another policy replaces them.
        #[cfg(feature = "message-signatures")]
        if plan.algorithm == Algorithm::MessageSignatures {
            plan.set_coverage(Coverage::of_message_signatures(true, true));
        }
        plan
    }
}

fn coverage_of(templates: &ParsedTemplates<'_>, places: &CompiledPlaces) -> Coverage {
    CoverageRules {
        algorithm: templates.scheme.algorithm,
        at: &places.at,
        parts: &templates.parts,
        timestamp: places.timestamp.as_ref(),
        event_id: places.event_id.as_ref(),
        key_id: places.key_id.as_ref(),
        bind: &places.bind,
        expect: &places.expect,
        is_token: templates.scheme.token,
    }
    .coverage()
}

/// Whether the whole body is required to compute the content or to find a value.
fn keeps_body(templates: &ParsedTemplates<'_>, places: &CompiledPlaces) -> bool {
    let reads_id = templates.reads(&Source::Id);
    let needs_body = |binding: &PlannedBinding| {
        binding.at.is_in_body() || binding.is.iter().any(Part::needs_whole_body)
    };
    places.at.is_in_body()
        || places.bind.iter().any(needs_body)
        || places.absent.iter().any(Place::is_in_body)
        || templates.parts.iter().any(Part::needs_whole_body)
        || reads_id && places.event_id.as_ref().is_some_and(Place::is_in_body)
        || places.timestamp_place().is_some_and(Place::is_in_body)
        || places.key_id.as_ref().is_some_and(Place::is_in_body)
        || body_comes_late(&templates.parts)
}

/// Whether it is a single MAC in one header, over the body alone.
fn is_plain(templates: &ParsedTemplates<'_>, places: &CompiledPlaces) -> bool {
    matches!(templates.scheme.algorithm, Algorithm::Hmac(_))
        && templates.parts == [Part::BODY]
        && places.timestamp.is_none()
        && places.key_id.is_none()
        && places.bind.is_empty()
        && !templates.scheme.signature.is_several()
        && places
            .event_id
            .as_ref()
            .is_none_or(|at| matches!(at, Place::Header(_)) || at.is_in_body())
}

impl Plan {
    /// The parameters that must be set on the key ring.
    pub(crate) fn params(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for part in self
            .parts
            .iter()
            .chain(self.bind.iter().flat_map(|b| &*b.is))
        {
            part.for_each(&mut |slot| {
                if let Source::Const(name) = &slot.source {
                    names.push(&**name);
                }
            });
        }
        names
    }

    /// Whether the signed text starts with the URL.
    pub(crate) fn starts_with_url(&self) -> bool {
        matches!(self.parts.first(), Some(Part::Slot(slot)) if slot.source == Source::Url)
    }

    /// Refuses a body that is a URL, if the signed text starts with the body.
    pub(crate) fn set_url_refused(&mut self) {
        if self.parts.first() == Some(&Part::BODY) {
            self.start_of_body = Some(StartOfBody::NoUrl);
            self.is_plain = false;
        }
    }

    /// Replaces the coverage by that of a policy.
    #[cfg(feature = "message-signatures")]
    pub(crate) fn set_coverage(&mut self, mut coverage: Coverage) {
        coverage.add_places(
            self.timestamp.as_ref().and_then(|t| t.at.as_ref()),
            self.event_id.as_ref(),
        );
        coverage.normalize();
        // An id in a header is reported only if the signature covers it.
        self.signs_event_id = match &self.event_id {
            Some(Place::Header(_)) => true,
            Some(place) => coverage.proves(place),
            None => false,
        };
        self.coverage = coverage;
    }

    /// The headers that list signed headers, if the scheme has any.
    pub(crate) fn list_of_headers(&self) -> Option<&HeaderName> {
        let mut list = None;
        for part in &self.parts {
            part.for_each(&mut |slot| {
                if let Source::Headers(name) = &slot.source {
                    list = Some(name);
                }
            });
        }
        list
    }

    /// Whether `signed` reads this source.
    pub(crate) fn reads(&self, source: &Source) -> bool {
        any_reads(&self.parts, source)
    }

    /// Whether its keys may be in a JWK set.
    pub(crate) fn takes_jwk(&self) -> bool {
        self.algorithm.is_public_key() || self.algorithm == Algorithm::MessageSignatures
    }

    /// Whether the body determines if this form applies: a value in it is bound to a
    /// constant.
    pub(crate) fn is_told_by_body(&self) -> bool {
        self.body_constants().next().is_some()
    }

    /// Locations in the body, with the constant text that each must have.
    pub(crate) fn body_constants(&self) -> impl Iterator<Item = (&Place, &[u8])> {
        self.bind.iter().filter_map(|binding| match &*binding.is {
            [Part::Literal(text)] if binding.at.is_in_body() => Some((&binding.at, &**text)),
            _ => None,
        })
    }

    pub(crate) fn timestamp_header(&self) -> Option<&HeaderName> {
        match self.timestamp.as_ref().map(|timestamp| &timestamp.at) {
            Some(Some(Place::Header(name))) => Some(name),
            _ => None,
        }
    }

    /// The headers that the request's list of signed headers must include: the
    /// timestamp's and those of bound values.
    pub(crate) fn has_to_be_listed(&self) -> SmallVec<[&HeaderName; 2]> {
        let bound = self.bind.iter().filter_map(|binding| match &binding.at {
            Place::Header(name) => Some(name),
            _ => None,
        });
        self.timestamp_header().into_iter().chain(bound).collect()
    }

    pub(crate) fn signs_timestamp(&self, timestamp: &PlannedTimestamp) -> bool {
        self.algorithm == Algorithm::MessageSignatures
            || self.coverage.covers(&RequestPart::Timestamp)
            || timestamp
                .at
                .as_ref()
                .is_some_and(|place| self.coverage.proves(place))
    }

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

    /// Checks that each recipient is signed, after a policy has replaced the coverage.
    #[cfg(feature = "message-signatures")]
    pub(crate) fn check_recipients(&self) -> Result<(), SchemeError> {
        self.recipients.iter().try_for_each(|recipient| {
            let event_id = self.event_id.as_ref();
            check_is_signed(&recipient.name, &recipient.at, event_id, &self.coverage)
        })
    }
}

/// Whether `{body}` comes after something that is available only after the
/// whole body has been read, or twice: then it cannot be hashed while it arrives.
fn body_comes_late(parts: &[Part]) -> bool {
    let first = parts.iter().position(|part| !part.is_in_head());
    parts
        .iter()
        .enumerate()
        .any(|(i, part)| part.streams_body() && Some(i) != first)
}
