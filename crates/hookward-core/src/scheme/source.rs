//! Sources of the scheme language: the value of a request that a placeholder reads.
//!
//! [`SOURCES`] is the single table of them. The parser, the documentation and the error
//! messages are derived from it; the implementation is in `evaluate`, and what a source
//! covers of the request in [`coverage`](super::coverage).

use http::header::HeaderName;

use super::part::{Presence, Source};
use super::suggestion::did_you_mean;
use super::value_kind::ValueKind;

/// The argument that a source takes after a colon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Argument {
    None,
    Name,
    Header,
    Pointer,
}

impl Argument {
    /// Its notation in the documentation.
    pub(crate) const fn written(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Name | Self::Header => ":NAME",
            Self::Pointer => ":/pointer",
        }
    }
}

/// A row of the source table.
// A test prints the documentation from it.
#[cfg_attr(not(test), allow(dead_code))]
pub(crate) struct SourceEntry {
    pub(crate) name: &'static str,
    pub(crate) argument: Argument,
    pub(crate) kind: ValueKind,
    /// When it is available: with the head, while the body arrives, or after the whole
    /// body.
    pub(crate) known: &'static str,
    /// What a signature over it covers of the request.
    pub(crate) covers: &'static str,
    pub(crate) doc: &'static str,
}

const fn entry(
    name: &'static str,
    argument: Argument,
    kind: ValueKind,
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

/// All sources, in the order of the documentation.
pub(crate) const SOURCES: &[SourceEntry] = &[
    entry(
        "body",
        Argument::None,
        ValueKind::Bytes,
        STREAMS,
        "`body`",
        "the raw body",
    ),
    entry(
        "timestamp",
        Argument::None,
        ValueKind::Bytes,
        EITHER,
        "`timestamp`",
        "the text at the location given by `timestamp`",
    ),
    entry(
        "id",
        Argument::None,
        ValueKind::Bytes,
        EITHER,
        "`id`",
        "the text at the location given by `event_id`",
    ),
    entry(
        "key_id",
        Argument::None,
        ValueKind::Bytes,
        EITHER,
        "",
        "the text at the location given by `key_id`",
    ),
    entry(
        "method",
        Argument::None,
        ValueKind::Bytes,
        HEAD,
        "`method`",
        "the method as received, `POST`",
    ),
    entry(
        "url",
        Argument::None,
        ValueKind::Url,
        HEAD,
        "`url`",
        "the URL that the provider called",
    ),
    entry(
        "host",
        Argument::None,
        ValueKind::Bytes,
        HEAD,
        "`host`",
        "host and port of that URL, as in the `Host` header",
    ),
    entry(
        "path",
        Argument::None,
        ValueKind::Bytes,
        HEAD,
        "`path`",
        "the path of the request target, as received",
    ),
    entry(
        "target",
        Argument::None,
        ValueKind::Bytes,
        HEAD,
        "`target`",
        "path and query of the request target, as received",
    ),
    entry(
        "query",
        Argument::None,
        ValueKind::Pairs,
        HEAD,
        "`query`",
        "everything after the first `?`, as received; for filters on pairs, its decoded parameters",
    ),
    entry(
        "query",
        Argument::Name,
        ValueKind::Bytes,
        HEAD,
        "`query:NAME`",
        "one decoded parameter of the query",
    ),
    entry(
        "header",
        Argument::Header,
        ValueKind::Bytes,
        HEAD,
        "`header:NAME`",
        "the value of a header that appears once",
    ),
    entry(
        "headers",
        Argument::Header,
        ValueKind::Bytes,
        HEAD,
        "each `header:…` of the list",
        "`name:value` of the headers listed in header `NAME`, which is comma-separated; sorted by name, joined by `;`. The list must include itself, the timestamp's header and those of bound values",
    ),
    entry(
        "form",
        Argument::None,
        ValueKind::Pairs,
        WHOLE,
        "`form`",
        "the decoded fields of an urlencoded body; needs a filter",
    ),
    entry(
        "form",
        Argument::Name,
        ValueKind::Bytes,
        WHOLE,
        "`form:NAME`",
        "one decoded field of an urlencoded body",
    ),
    entry(
        "json",
        Argument::None,
        ValueKind::Json,
        WHOLE,
        "`json`",
        "the JSON body; needs a filter",
    ),
    entry(
        "json",
        Argument::Pointer,
        ValueKind::Json,
        WHOLE,
        "`body:/pointer`",
        "a value of the JSON body (RFC 6901): a string unescaped and without quotes, anything else as written; with a trailing `?`, empty if it is missing or `null`",
    ),
    entry(
        "jws_header",
        Argument::None,
        ValueKind::Bytes,
        EITHER,
        "",
        "the encoded header of a JWS",
    ),
    entry(
        "jws_payload",
        Argument::None,
        ValueKind::Bytes,
        EITHER,
        "every `claim:/…`",
        "the encoded payload of a JWS",
    ),
    entry(
        "const",
        Argument::Name,
        ValueKind::Bytes,
        HEAD,
        "",
        "a value configured with the key: `KeyRing::param`, `--param NAME=VALUE`",
    ),
    entry(
        "secret",
        Argument::None,
        ValueKind::Bytes,
        HEAD,
        "",
        "the key, for plain hashes",
    ),
];

/// The row of a source, with or without an argument.
pub(crate) fn find(name: &str, has_argument: bool) -> Option<&'static SourceEntry> {
    SOURCES
        .iter()
        .find(|entry| entry.name == name && (entry.argument != Argument::None) == has_argument)
}

impl Source {
    /// Parses a source by name and argument; the error says what to write.
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
}

/// A suggestion for filters that were written with colons.
fn as_filters(argument: &str) -> String {
    let words = argument.split(':').map(|word| match word {
        "sorted" => "sort",
        "joined" => "sort|join",
        "lowercase" => "lower",
        word => word,
    });
    words.collect::<Vec<_>>().join("|")
}

/// The name of a field, which must be quoted if it looks like a filter: a misspelt filter
/// must not become a field of that name.
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

/// `{form:sort}`: a name follows a colon, filters follow a bar.
fn filter_instead(name: &str, argument: &str) -> String {
    let first = argument.split([':', '(']).next().unwrap_or(argument);
    let filters = as_filters(argument);
    if super::filter::is_name(filters.split(['|', '(']).next().unwrap_or(first)) {
        format!("filters follow a bar: write {{{name}|{filters}}}")
    } else if name == "json" {
        "a JSON pointer starts with `/`, as in {json:/event/id} (RFC 6901); filters follow a bar, as in {json|sort|compact}".into()
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
