//! The templates and locations of a scheme, compiled.

use http::header::HeaderName;

use super::definition::{Binding, DEFAULT_TOLERANCE_SECS, Scheme, Signature, Timestamp};
use super::error::SchemeError;
use super::format::{Format, FormatSlot};
use super::part::{Part, Source};
use super::place::{Place, header_name};
use super::template::parse_signed;
use super::template_error::TemplateError;
use crate::text::time::TimeUnit;

#[derive(Debug, Clone)]
pub(crate) struct PlannedBinding {
    pub(crate) at: Place,
    pub(crate) is: Box<[Part]>,
    pub(crate) with_body: bool,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub(crate) unit: TimeUnit,
    pub(crate) tolerance: u32,
}

#[derive(Debug, Clone)]
pub(crate) struct PlannedTimestamp {
    pub(crate) at: Option<Place>,
    pub(crate) window: Window,
    pub(crate) optional: bool,
}

/// A scheme with its templates parsed.
pub(super) struct ParsedTemplates<'s> {
    pub(super) scheme: &'s Scheme,
    pub(super) format: Format,
    /// Of `signed`.
    pub(super) parts: Vec<Part>,
}

impl<'s> ParsedTemplates<'s> {
    pub(super) fn parse(scheme: &'s Scheme) -> Result<Self, SchemeError> {
        let Signature {
            format, separator, ..
        } = &scheme.signature;
        Ok(Self {
            scheme,
            format: Format::parse(format, separator.as_deref())
                .map_err(|error| in_template("signature.format", error))?,
            parts: parse_signed(&scheme.signed).map_err(|error| in_template("signed", error))?,
        })
    }

    /// Whether `signed` reads this source.
    pub(super) fn reads(&self, source: &Source) -> bool {
        any_reads(&self.parts, source)
    }

    pub(super) fn is_jws(&self) -> bool {
        self.format.has(FormatSlot::JwsHeader)
    }
}

/// The compiled locations of a scheme.
pub(super) struct CompiledPlaces {
    pub(super) at: Place,
    pub(super) also: Box<[HeaderName]>,
    pub(super) timestamp: Option<PlannedTimestamp>,
    pub(super) event_id: Option<Place>,
    pub(super) key_id: Option<Place>,
    pub(super) expect: Box<[(HeaderName, Box<str>)]>,
    pub(super) bind: Box<[PlannedBinding]>,
    pub(super) absent: Box<[Place]>,
}

impl CompiledPlaces {
    pub(super) fn compile(scheme: &Scheme) -> Result<Self, SchemeError> {
        let timestamp = scheme.timestamp.as_ref();
        Ok(Self {
            at: Place::compile(&scheme.signature.at)?,
            timestamp: timestamp.map(PlannedTimestamp::compile).transpose()?,
            event_id: scheme.event_id.as_ref().map(Place::compile).transpose()?,
            key_id: scheme.key_id.as_ref().map(Place::compile).transpose()?,
            expect: scheme
                .expect
                .iter()
                .map(|(name, value)| Ok((header_name(name)?, value.as_ref().into())))
                .collect::<Result<_, SchemeError>>()?,
            bind: scheme
                .bind
                .iter()
                .map(PlannedBinding::compile)
                .collect::<Result<_, _>>()?,
            also: scheme
                .signature
                .also
                .iter()
                .map(|name| header_name(name))
                .collect::<Result<_, _>>()?,
            absent: scheme
                .absent
                .iter()
                .map(Place::compile)
                .collect::<Result<_, _>>()?,
        })
    }

    pub(super) fn timestamp_place(&self) -> Option<&Place> {
        self.timestamp.as_ref().and_then(|t| t.at.as_ref())
    }

    /// The locations of the timestamp, the ids and the bound values.
    pub(super) fn all_read(&self) -> impl Iterator<Item = &Place> {
        let values = [
            self.timestamp_place(),
            self.event_id.as_ref(),
            self.key_id.as_ref(),
        ];
        let bound = self.bind.iter().map(|binding| &binding.at);
        values.into_iter().flatten().chain(bound)
    }
}

impl PlannedTimestamp {
    fn compile(timestamp: &Timestamp) -> Result<Self, SchemeError> {
        Ok(Self {
            at: timestamp.at.as_ref().map(Place::compile).transpose()?,
            window: Window {
                unit: timestamp.unit,
                tolerance: timestamp.tolerance.unwrap_or(DEFAULT_TOLERANCE_SECS),
            },
            optional: timestamp.optional,
        })
    }
}

impl PlannedBinding {
    fn compile(binding: &Binding) -> Result<Self, SchemeError> {
        Ok(Self {
            at: Place::compile(&binding.at)?,
            is: parse_signed(&binding.is)
                .map_err(|error| in_template("bind", error))?
                .into(),
            with_body: binding.with_body,
        })
    }
}

const fn in_template(field: &'static str, error: TemplateError) -> SchemeError {
    SchemeError::Template { field, error }
}

/// Whether any part of a template reads this source.
pub(super) fn any_reads(parts: &[Part], source: &Source) -> bool {
    parts
        .iter()
        .any(|part| part.any(&|slot| slot.source == *source))
}
