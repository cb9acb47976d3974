//! Alternative readings of the timestamp, id, URL and method of a request.

use http::HeaderMap;

use super::cause::{self, Change};
use super::fields::HeadFields;
use super::url;
use crate::scheme::Plan;
use crate::scheme::part::{Part, Source};
use crate::text::time::{TimeUnit, UnixTime};
use crate::text::values;

/// Alternative templates of the signed content.
pub(super) fn templates(plan: &Plan) -> Vec<(&'static str, Vec<Part>)> {
    [
        "{body}",
        "{timestamp}.{body}",
        "{id}.{timestamp}.{body}",
        "{timestamp}{body}",
        "{timestamp}:{body}",
        "v0:{timestamp}:{body}",
        "v1:{timestamp}:{body}",
        "{body}{timestamp}",
        "{body}.{timestamp}",
        "{id}.{body}",
        "{id}{body}",
        "{id}{timestamp}{body}",
        "{timestamp}.{id}.{body}",
        "{timestamp}|{body}",
        "{timestamp}\n{body}",
        "{timestamp}-{body}",
        "{url}{body}",
        "{body}{url}",
        "{url}",
        "{method}{url}{body}",
        "{timestamp}{method}{path}{body}",
        "{body|sha256|hex}",
        "{timestamp}.{body|sha256|hex}",
        "{timestamp}",
        "{id}.{timestamp}",
    ]
    .into_iter()
    .filter_map(|text| {
        let parts = crate::scheme::template::parse_signed(text).ok()?;
        (*parts != *plan.parts).then_some((text, parts))
    })
    .collect()
}

/// Whether a value is a point in time between 2001 and 2100.
pub(super) fn as_time(text: &[u8]) -> Option<(UnixTime, TimeUnit)> {
    let unit = match text.len() {
        9..=11 => TimeUnit::Seconds,
        13 => TimeUnit::Millis,
        16 => TimeUnit::Micros,
        _ => TimeUnit::Rfc3339,
    };
    [
        unit,
        TimeUnit::Rfc3339,
        TimeUnit::Iso8601,
        TimeUnit::HttpDate,
        TimeUnit::Sql,
        TimeUnit::Rfc2822,
        TimeUnit::Iso8601Basic,
        TimeUnit::DecimalSeconds,
    ]
    .into_iter()
    .find_map(|unit| Some((unit.parse(text)?, unit)))
    .filter(|(time, _)| (1_000_000_000..4_102_444_800).contains(&time.as_secs()))
}

/// Points in time in the head, each with its location.
pub(super) fn times(headers: &HeaderMap, target: &str) -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<(String, Vec<u8>)> = Vec::new();
    let mut put = |place: String, text: &[u8]| {
        if as_time(text).is_some()
            && found.len() < 12
            && !found.iter().any(|(_, known)| known == text)
        {
            found.push((place, text.to_vec()));
        }
    };
    for (name, value) in headers {
        let value = value.as_bytes();
        if value.len() > 512 {
            continue;
        }
        put(format!("header `{name}`"), value);
        for token in value.split(|b| matches!(b, b',' | b';' | b' ' | b'=' | b'.' | b':')) {
            put(format!("header `{name}`"), token);
        }
    }
    let query = values::query_of(target);
    for (name, value) in values::pairs(query) {
        put(format!("query parameter `{name}`"), value.as_bytes());
    }
    found
}

/// Alternative values of the timestamp, the id, the URL and the method, if they are
/// signed.
pub(super) fn variants(
    plan: &Plan,
    base: &HeadFields,
    headers: &HeaderMap,
    body: &[u8],
) -> Vec<(Change, HeadFields)> {
    let mut found = Vec::new();
    if plan.reads(&Source::Timestamp) {
        found.extend(units(base));
        found.extend(other_times(base, headers));
    }
    if plan.reads(&Source::Id) {
        found.extend(ids(base, headers, body));
    }
    if url::signs(&plan.parts) {
        found.extend(urls(base, headers, &plan.name));
        if plan.reads(&Source::Method) {
            found.extend(methods(base));
        }
    }
    found
}

/// The timestamp in other units.
fn units(base: &HeadFields) -> Vec<(Change, HeadFields)> {
    let Some((time, _)) = base.timestamp.as_deref().and_then(as_time) else {
        return Vec::new();
    };
    [
        (TimeUnit::Seconds, "in seconds"),
        (TimeUnit::Millis, "in milliseconds"),
        (TimeUnit::Micros, "in microseconds"),
        (TimeUnit::Rfc3339, "as an RFC 3339 date"),
        (TimeUnit::Iso8601, "as an ISO 8601 date without offset"),
        (TimeUnit::HttpDate, "as an HTTP date"),
        (TimeUnit::Sql, "as a date and time in UTC"),
    ]
    .into_iter()
    .flat_map(|(unit, name)| spellings(time, unit, name))
    .filter(|(text, _)| Some(text.as_bytes()) != base.timestamp.as_deref())
    .map(|(text, name)| {
        let change = cause::timestamp_unit::written(name);
        (change, base.at(text.into_bytes()))
    })
    .collect()
}

/// The formats of a time in a unit, each with its name.
fn spellings(
    time: UnixTime,
    unit: TimeUnit,
    name: &'static str,
) -> impl Iterator<Item = (String, &'static str)> {
    let text = unit.write(time);
    let others = match unit {
        TimeUnit::Rfc3339 => ["Z", "+00:00", ".000000Z"]
            .map(|end| (text.replace(".000Z", end), name))
            .to_vec(),
        TimeUnit::Seconds => vec![(format!("{text}.0"), name)],
        TimeUnit::Micros => vec![(format!("{text}000"), "in nanoseconds")],
        _ => Vec::new(),
    };
    std::iter::once((text, name)).chain(others)
}

/// Other points in time in the head, and an empty one.
fn other_times(base: &HeadFields, headers: &HeaderMap) -> Vec<(Change, HeadFields)> {
    let is_missing = base.timestamp.as_ref().is_none_or(Vec::is_empty);
    let mut found = Vec::new();
    for (place, text) in times(headers, &base.target) {
        if Some(&text) == base.timestamp.as_ref() {
            continue;
        }
        let change = match is_missing {
            true => cause::timestamp_missing::read(place),
            false => cause::timestamp_moved::read(place),
        };
        found.push((change, base.at(text)));
    }
    if is_missing {
        found.push((cause::timestamp_missing::empty(), base.at(Vec::new())));
    }
    found
}

/// Longer bodies are not searched for an id, because it is too slow.
const MAX_SEARCHED_BODY: usize = 256 << 10;

/// Other ids in the head or the body, and an empty one.
fn ids(base: &HeadFields, headers: &HeaderMap, body: &[u8]) -> Vec<(Change, HeadFields)> {
    let mut ids: Vec<(String, Vec<u8>)> = vec![("nowhere: it is empty".to_owned(), Vec::new())];
    for (name, value) in headers {
        let looks = name.as_str().contains("id") || name.as_str().contains("delivery");
        if looks && value.len() <= 256 {
            ids.push((format!("header `{name}`"), value.as_bytes().to_vec()));
        }
    }
    let pointers = [
        "/id",
        "/event_id",
        "/data/id",
        "/event/id",
        "/eventId",
        "/uuid",
    ];
    let searched = pointers
        .into_iter()
        .filter(|_| body.len() <= MAX_SEARCHED_BODY);
    ids.extend(searched.filter_map(|pointer| {
        let id = values::json(body, pointer).ok()?;
        Some((format!("`{pointer}` of the JSON body"), id.into_bytes()))
    }));
    ids.retain(|(_, id)| Some(id) != base.id.as_ref());
    ids.into_iter()
        .map(|(place, id)| {
            let change = match base.id {
                None => cause::id_missing::read(place),
                Some(_) => cause::id_changed::read(place),
            };
            let fields = HeadFields {
                id: Some(id),
                ..base.clone()
            };
            (change, fields)
        })
        .collect()
}

fn methods(base: &HeadFields) -> impl Iterator<Item = (Change, HeadFields)> {
    ["POST", "post", "PUT", "GET"]
        .into_iter()
        .filter(|method| *method != base.method)
        .map(|method| {
            let fields = HeadFields {
                method: method.to_owned(),
                ..base.clone()
            };
            (cause::method_changed::is(method), fields)
        })
}

/// Copies with another URL that the provider may have called.
pub(super) fn urls(
    base: &HeadFields,
    headers: &HeaderMap,
    provider: &str,
) -> Vec<(Change, HeadFields)> {
    url::variants(base, headers, provider)
        .into_iter()
        .map(|(change, url)| {
            let at = url.find("://").map_or(0, |at| at + 3);
            let rest = &url[at..];
            let target = rest
                .find(['/', '?'])
                .map_or("/", |at| &rest[at..])
                .to_owned();
            let fields = HeadFields {
                url: Some(url),
                target,
                ..base.clone()
            };
            (change, fields)
        })
        .collect()
}
