//! Sources: what a placeholder of the scheme language reads of a request.
//!
//! [`SOURCES`] is the one list of them. The parser, the documentation and the
//! error messages are derived from it; what a source yields is in
//! `evaluate`, which part of the request that is in
//! [`coverage`](super::coverage).

use http::header::HeaderName;

use super::Place;
use super::near::did_you_mean;
use super::template::Part;

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
    /// The query: raw, or its pairs where a filter takes them.
    Query,
    /// One decoded parameter of the query.
    QueryField(Box<str>),
    /// The one value of a header.
    Header(HeaderName),
    /// The headers that a header lists.
    Headers(HeaderName),
    /// The pairs of a form.
    Form,
    /// One decoded field of a form.
    FormField(Box<str>),
    /// The JSON body.
    Json,
    /// A value of the JSON body, by pointer.
    JsonAt(Box<str>, Presence),
    JwsHeader,
    JwsPayload,
    /// A value that is set with the key.
    Const(Box<str>),
    Secret,
    /// `({timestamp}.{body})`: a template, as the input of filters.
    Template(Box<[Part]>),
}

/// Whether a value must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Required,
    /// Nothing where it is missing or `null`.
    Optional,
}

/// What a source or a filter yields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Bytes,
    Url,
    Pairs,
    Json,
}

impl Kind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Url => "a URL",
            Self::Pairs => "pairs",
            Self::Json => "JSON",
        }
    }
}

/// The argument that a source takes after a colon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Argument {
    None,
    Name,
    Header,
    Pointer,
}

impl Argument {
    /// How it is written in the documentation.
    pub(crate) const fn written(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Name | Self::Header => ":NAME",
            Self::Pointer => ":/pointer",
        }
    }
}

/// A line of the table of sources.
// The documentation is printed from it by a test.
#[cfg_attr(not(test), allow(dead_code))]
pub(crate) struct SourceEntry {
    pub(crate) name: &'static str,
    pub(crate) argument: Argument,
    pub(crate) kind: Kind,
    /// When it is known: with the head, while the body streams, with the whole
    /// body.
    pub(crate) known: &'static str,
    /// What of the request a signature over it covers.
    pub(crate) covers: &'static str,
    pub(crate) doc: &'static str,
}

const fn entry(
    name: &'static str,
    argument: Argument,
    kind: Kind,
    known: &'static str,
    covers: &'static str,
    doc: &'static str,
) -> SourceEntry {
    SourceEntry {
        name,
        argument,
        kind,
        known,
        covers,
        doc,
    }
}

const HEAD: &str = "head";
const STREAMS: &str = "streams";
const WHOLE: &str = "whole body";
const EITHER: &str = "where it is written";

/// Every source, in the order of the documentation.
pub(crate) const SOURCES: &[SourceEntry] = &[
    entry(
        "body",
        Argument::None,
        Kind::Bytes,
        STREAMS,
        "`body`",
        "the raw body",
    ),
    entry(
        "timestamp",
        Argument::None,
        Kind::Bytes,
        EITHER,
        "`timestamp`",
        "the text at the place that `timestamp` names",
    ),
    entry(
        "id",
        Argument::None,
        Kind::Bytes,
        EITHER,
        "`id`",
        "the text at the place that `event_id` names",
    ),
    entry(
        "key_id",
        Argument::None,
        Kind::Bytes,
        EITHER,
        "",
        "the text at the place that `key_id` names",
    ),
    entry(
        "method",
        Argument::None,
        Kind::Bytes,
        HEAD,
        "`method`",
        "the method as received, `POST`",
    ),
    entry(
        "url",
        Argument::None,
        Kind::Url,
        HEAD,
        "`url`",
        "the URL that the provider called",
    ),
    entry(
        "host",
        Argument::None,
        Kind::Bytes,
        HEAD,
        "`host`",
        "host and port of that URL, as in the `Host` header",
    ),
    entry(
        "path",
        Argument::None,
        Kind::Bytes,
        HEAD,
        "`path`",
        "the path of the request target, as received",
    ),
    entry(
        "target",
        Argument::None,
        Kind::Bytes,
        HEAD,
        "`target`",
        "path and query of the request target, as received",
    ),
    entry(
        "query",
        Argument::None,
        Kind::Pairs,
        HEAD,
        "`query`",
        "everything after the `?`, as received; with filters for pairs its decoded parameters",
    ),
    entry(
        "query",
        Argument::Name,
        Kind::Bytes,
        HEAD,
        "`query:NAME`",
        "one decoded parameter of the query",
    ),
    entry(
        "header",
        Argument::Header,
        Kind::Bytes,
        HEAD,
        "`header:NAME`",
        "the one value of a header",
    ),
    entry(
        "headers",
        Argument::Header,
        Kind::Bytes,
        HEAD,
        "each `header:…` of the list",
        "`name:value` of the headers that header `NAME` lists with commas between, sorted by name, joined by `;`; the list must name itself, the timestamp's header and those of bound values",
    ),
    entry(
        "form",
        Argument::None,
        Kind::Pairs,
        WHOLE,
        "`form`",
        "the decoded fields of an urlencoded body; needs a filter",
    ),
    entry(
        "form",
        Argument::Name,
        Kind::Bytes,
        WHOLE,
        "`form:NAME`",
        "one decoded field of an urlencoded body",
    ),
    entry(
        "json",
        Argument::None,
        Kind::Json,
        WHOLE,
        "`json`",
        "the JSON body; needs a filter",
    ),
    entry(
        "json",
        Argument::Pointer,
        Kind::Json,
        WHOLE,
        "`body:/pointer`",
        "a value of the JSON body (RFC 6901): a string without quotes and escapes, all else as it is written; with `?` at the end nothing where it is missing or `null`",
    ),
    entry(
        "jws_header",
        Argument::None,
        Kind::Bytes,
        EITHER,
        "",
        "the header of a JWS, as it is sent",
    ),
    entry(
        "jws_payload",
        Argument::None,
        Kind::Bytes,
        EITHER,
        "every `claim:/…`",
        "the payload of a JWS, as it is sent",
    ),
    entry(
        "const",
        Argument::Name,
        Kind::Bytes,
        HEAD,
        "",
        "a value that is set with the key: `KeyRing::param`, `--param NAME=VALUE`",
    ),
    entry(
        "secret",
        Argument::None,
        Kind::Bytes,
        HEAD,
        "",
        "the key, for the plain hashes",
    ),
];

/// The entry of a source with or without an argument.
pub(crate) fn find(name: &str, has_argument: bool) -> Option<&'static SourceEntry> {
    SOURCES
        .iter()
        .find(|entry| entry.name == name && (entry.argument != Argument::None) == has_argument)
}

impl Source {
    /// Whether it reads the value at a place.
    pub(crate) fn is_at(&self, place: &Place) -> bool {
        match (self, place) {
            (Self::Header(name), Place::Header(of)) => name == of,
            (Self::QueryField(name), Place::Query(of))
            | (Self::FormField(name), Place::Form(of))
            | (Self::JsonAt(name, _), Place::Json(of)) => name == of,
            _ => false,
        }
    }

    /// The source with this name and argument; the error says what to write.
    pub(crate) fn parse(name: &str, argument: Option<&str>) -> Result<Self, String> {
        let Some(entry) = find(name, argument.is_some()) else {
            return Err(match (find(name, argument.is_none()), argument) {
                (Some(entry), None) => format!(
                    "write what it reads, as in {{{}{}}}",
                    entry.name,
                    match entry.argument {
                        Argument::Pointer => ":/event/id",
                        Argument::Header => ":x-request-id",
                        _ => ":name",
                    }
                ),
                (Some(_), Some(argument)) => filter_instead(name, argument),
                (None, _) => nearest_source(name),
            });
        };
        let argument = argument.unwrap_or_default();
        if entry.argument != Argument::None && argument.is_empty() {
            return Err(format!("write what `{name}` reads after the colon"));
        }
        Ok(match (name, entry.argument) {
            ("body", _) => Self::Body,
            ("timestamp", _) => Self::Timestamp,
            ("id", _) => Self::Id,
            ("key_id", _) => Self::KeyId,
            ("method", _) => Self::Method,
            ("url", _) => Self::Url,
            ("host", _) => Self::Host,
            ("path", _) => Self::Path,
            ("target", _) => Self::Target,
            ("query", Argument::None) => Self::Query,
            ("query", _) => Self::QueryField(field_name(name, argument)?),
            ("header" | "headers", _) => {
                let header = HeaderName::try_from(argument).map_err(|_| {
                    format!("`{argument}` is not a header name: write one, as in {{header:x-request-id}}")
                })?;
                if name == "header" {
                    Self::Header(header)
                } else {
                    Self::Headers(header)
                }
            }
            ("form", Argument::None) => Self::Form,
            ("form", _) => Self::FormField(field_name(name, argument)?),
            ("json", Argument::None) => Self::Json,
            ("json", _) => {
                let (pointer, presence) = match argument.strip_suffix('?') {
                    Some(pointer) => (pointer, Presence::Optional),
                    None => (argument, Presence::Required),
                };
                if !pointer.starts_with('/') {
                    return Err(filter_instead(name, argument));
                }
                Self::JsonAt(pointer.into(), presence)
            }
            ("jws_header", _) => Self::JwsHeader,
            ("jws_payload", _) => Self::JwsPayload,
            ("const", _) => Self::Const(argument.into()),
            ("secret", _) => Self::Secret,
            _ => return Err(nearest_source(name)),
        })
    }

    pub(crate) const fn kind(&self) -> Kind {
        match self {
            Self::Url => Kind::Url,
            Self::Query | Self::Form => Kind::Pairs,
            Self::Json | Self::JsonAt(..) => Kind::Json,
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
            | Self::Template(_) => Kind::Bytes,
        }
    }

    /// Whether it reads the body, wherever timestamp, ids and tokens are.
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

/// What was written with colons, as filters.
fn as_filters(argument: &str) -> String {
    let words = argument.split(':').map(|word| match word {
        "sorted" => "sort",
        "joined" => "sort|join",
        "lowercase" => "lower",
        word => word,
    });
    words.collect::<Vec<_>>().join("|")
}

/// The name of a field, in quotes where it reads like a filter: a misspelt
/// filter must not become a field of that name.
fn field_name(source: &str, argument: &str) -> Result<Box<str>, String> {
    for quote in ['\'', '"'] {
        let inner = argument
            .strip_prefix(quote)
            .and_then(|a| a.strip_suffix(quote));
        if let Some(name) = inner.filter(|name| !name.is_empty()) {
            return Ok(name.into());
        }
    }
    let is_filter = |word: &str| {
        super::filter::is_name(word)
            || matches!(
                word,
                "sorted" | "joined" | "pairs" | "lines" | "lowercase" | "escaped"
            )
    };
    let mut words = argument.split([':', '|']);
    if words.clone().any(is_filter) {
        let filters = as_filters(argument);
        let first = words.next().unwrap_or_default();
        return Err(if is_filter(first) {
            format!(
                "filters follow a bar: write {{{source}|{filters}}}; for a field of that name {{{source}:'{argument}'}}"
            )
        } else {
            format!("filters follow a bar: write {{{source}:{filters}}}")
        });
    }
    Ok(argument.into())
}

/// `{form:sort}`: what follows a colon is a name, filters follow a bar.
fn filter_instead(name: &str, argument: &str) -> String {
    let first = argument.split([':', '(']).next().unwrap_or(argument);
    let filters = as_filters(argument);
    if super::filter::is_name(filters.split(['|', '(']).next().unwrap_or(first)) {
        format!("filters follow a bar: write {{{name}|{filters}}}")
    } else if name == "json" {
        "a place in the JSON body starts with `/`, as in {json:/event/id} (RFC 6901); filters follow a bar, as in {json|sort|compact}".into()
    } else {
        format!("`{name}` takes no argument; filters follow a bar, as in {{body|sha256|hex}}")
    }
}

fn nearest_source(name: &str) -> String {
    let names = SOURCES.iter().map(|entry| entry.name);
    did_you_mean(name, names).unwrap_or_else(|| {
        let mut all: Vec<String> = SOURCES
            .iter()
            .map(|entry| format!("{{{}{}}}", entry.name, entry.argument.written()))
            .collect();
        all.dedup();
        format!("known are {}", all.join(", "))
    })
}
