//! What a delivery holds before it is signed.

use hookward_core::{Location, Scheme, UnixTime};
use http::header::{CONTENT_TYPE, HOST};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use sha2::Digest as _;

use crate::extra::{self, Extra};
use crate::{Error, Sample, payload};

/// What is not escaped in a form (RFC 3986 section 2.3).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The media type of a form.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
pub(crate) const JSON: &str = "application/json";

/// The id of an event that is given none.
pub(crate) const EVENT_ID: &str = "evt_0123456789";

/// When the events of the samples happened.
const SAMPLE_TIME: UnixTime = UnixTime::from_secs(1_700_000_000);

/// How much of what a scheme needs is added to what the caller gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fill {
    /// Nothing.
    Nothing,
    /// The time, the id and the headers that the provider sends.
    Places,
    /// The members of the provider's sample that are missing as well.
    Sample,
}

/// A request as the caller described it.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    pub(crate) method: Option<Method>,
    pub(crate) uri: Option<Uri>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) content_type: Option<HeaderValue>,
    pub(crate) id: Option<String>,
}

/// Where a delivery goes that is given no address.
pub(crate) const BASE: &str = "https://hooks.example.com";
const PATH: &str = "/hooks/acme";

/// A form of a scheme, as a scheme of its own.
pub(crate) struct Form {
    pub(crate) at: usize,
    pub(crate) scheme: Scheme,
}

/// The forms that a scheme accepts; the first one where it wants one named.
pub(crate) fn accepted(scheme: &Scheme) -> Vec<Form> {
    let names: Vec<_> = scheme.form_names().collect();
    let mut forms: Vec<Form> = scheme
        .accepted_forms()
        .filter_map(|(name, form)| {
            let at = names.iter().position(|known| *known == name)?;
            Some(alone(at, name, form))
        })
        .collect();
    if forms.is_empty()
        && let Some((name, form)) = scheme.form_names().zip(scheme.forms()).next()
    {
        forms.push(alone(0, name, form));
    }
    forms
}

fn alone(at: usize, name: hookward_core::scheme::Text, form: &Scheme) -> Form {
    let mut scheme = form.clone();
    scheme.or = std::borrow::Cow::Borrowed(&[]);
    scheme.accept = std::borrow::Cow::Borrowed(&[]);
    scheme.only = None;
    scheme.opt_in = false;
    scheme.form = name;
    Form { at, scheme }
}

/// A body of the provider's, before anything is put into it.
///
/// It is the same at any time, as the event of a retry is.
pub(crate) fn sample(scheme: &Scheme, extra: &Extra) -> Sample {
    let mut sample = payload::sample(&scheme.name, None, SAMPLE_TIME, 1);
    if let Some(text) = &extra.body {
        sample.body = text.clone().into_bytes();
    } else if let Some(form) = &extra.form {
        sample.body = form.clone().into_bytes();
        sample.content_type = FORM;
    } else if let Some(members) = &extra.json {
        sample.body = Value::Object(members.clone()).to_string().into_bytes();
        sample.content_type = JSON;
    } else if let Some(claims) = &extra.claims
        && matches!(scheme.signature.at, Location::Json(_))
    {
        sample.body = claims.to_string().into_bytes();
        sample.content_type = JSON;
    } else if let Some(published) = extra::published(scheme)
        && extra.query.is_none()
    {
        sample.body = published.body.clone().into_bytes();
        sample.content_type = JSON;
        sample.source = Some(&published.source);
    }
    sample
}

/// The request that is to be signed, with the URL that the provider calls.
pub(crate) fn unsigned(
    form: &Form,
    given: &Given,
    fill: Fill,
    at: UnixTime,
) -> Result<http::Request<Vec<u8>>, Error> {
    let scheme = &form.scheme;
    let extra = extra::of(scheme, form.at);
    let sample = sample(scheme, &extra);
    let mut content_type = given.content_type.clone();
    let mut body = match (&given.body, fill) {
        (Some(body), Fill::Sample) => merged(body, &sample),
        (Some(body), _) => body.clone(),
        (None, _) => {
            content_type =
                content_type.or_else(|| Some(HeaderValue::from_static(sample.content_type)));
            sample.body.clone()
        }
    };
    let (path, query) = target(given);
    let mut query = match (query, fill) {
        (Some(query), Fill::Sample) => Some(match &extra.query {
            Some(extra) => merged_form(&query, extra),
            None => query,
        }),
        (None, Fill::Sample) => extra.query.clone(),
        (query, _) => query,
    };
    if fill != Fill::Nothing {
        put_places(scheme, given, at, &mut body, &mut query)?;
    }
    if extra.gzip {
        body = gzip(&body);
    }
    if let Some(query) = &mut query
        && query.contains("{body:sha256}")
    {
        let digest = hex::encode(sha2::Sha256::digest(&body));
        *query = query.replace("{body:sha256}", &digest);
    }
    let method = match (&given.method, &extra.method, fill) {
        (Some(method), ..) => method.clone(),
        (None, Some(method), Fill::Sample) => {
            Method::from_bytes(method.as_bytes()).map_err(Error::new)?
        }
        _ => Method::POST,
    };
    let base = base(given);
    let uri = match query {
        Some(query) => format!("{base}{path}?{query}"),
        None => format!("{base}{path}"),
    };
    let mut request = http::Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = uri.parse().map_err(Error::new)?;
    let headers = request.headers_mut();
    if let Some(authority) = uri
        .split_once("://")
        .and_then(|(_, rest)| rest.split(['/', '?']).next())
    {
        headers.insert(HOST, authority.parse().map_err(Error::new)?);
    }
    for (name, value) in &given.headers {
        headers.append(name, value.clone());
    }
    if let Some(content_type) = content_type
        && !request.body().is_empty()
        && !given.headers.contains_key(CONTENT_TYPE)
    {
        request.headers_mut().insert(CONTENT_TYPE, content_type);
    }
    if fill != Fill::Nothing {
        let provider = match given.body {
            Some(_) => Vec::new(),
            None => sample.headers,
        };
        let extra = extra.headers.into_iter();
        let headers = provider
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .chain(extra);
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(Error::new)?;
            if !request.headers().contains_key(&name) {
                let value = value.parse().map_err(Error::new)?;
                request.headers_mut().insert(name, value);
            }
        }
    }
    if let (Some(id), Some(Location::Header(name))) = (&given.id, &scheme.event_id) {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(Error::new)?;
        request
            .headers_mut()
            .insert(name, id.parse().map_err(Error::new)?);
    }
    // The time is written with the signature.
    if let Some(Location::Header(name)) = scheme.timestamp.as_ref().and_then(|t| t.at.as_ref()) {
        request.headers_mut().remove(&**name);
    }
    Ok(request)
}

/// Scheme and authority.
fn base(given: &Given) -> String {
    let uri = given.uri.as_ref();
    match uri.and_then(|uri| Some((uri.scheme_str()?, uri.authority()?))) {
        Some((scheme, authority)) => format!("{scheme}://{authority}"),
        None => BASE.to_owned(),
    }
}

fn target(given: &Given) -> (String, Option<String>) {
    match &given.uri {
        Some(uri) => (uri.path().to_owned(), uri.query().map(str::to_owned)),
        None => (PATH.to_owned(), None),
    }
}

/// Writes time and id where the scheme reads them from the body or the query.
fn put_places(
    scheme: &Scheme,
    given: &Given,
    at: UnixTime,
    body: &mut Vec<u8>,
    query: &mut Option<String>,
) -> Result<(), Error> {
    if let Some(timestamp) = &scheme.timestamp
        && let Some(place) = &timestamp.at
    {
        put(place, &timestamp.unit.write(at), true, body, query)?;
    }
    let ids = scheme.event_id.iter().chain(scheme.replay.id.iter());
    for place in ids {
        let id = given.id.as_deref();
        put(place, id.unwrap_or(EVENT_ID), id.is_some(), body, query)?;
    }
    Ok(())
}

fn put(
    place: &Location,
    value: &str,
    replaces: bool,
    body: &mut Vec<u8>,
    query: &mut Option<String>,
) -> Result<(), Error> {
    match place {
        Location::Json(pointer) => {
            let Ok(mut json) = serde_json::from_slice(body) else {
                return Ok(());
            };
            let before = Value::clone(&json);
            put_json(&mut json, pointer, value, replaces)?;
            if json != before {
                *body = json.to_string().into_bytes();
            }
        }
        Location::Form(name) => {
            if let Ok(text) = std::str::from_utf8(body) {
                *body = with_field(text, name, value, replaces).into_bytes();
            }
        }
        Location::Query(name) => {
            let text = query.take().unwrap_or_default();
            *query = Some(with_field(&text, name, value, replaces));
        }
        _ => {}
    }
    Ok(())
}

/// A text as forms have it.
pub(crate) fn escaped(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED)
        .to_string()
        .replace("%20", "+")
}

/// A form with a field of this value, after the others where it is new.
fn with_field(form: &str, name: &str, value: &str, replaces: bool) -> String {
    let field = format!("{name}={}", escaped(value));
    let is_field = |pair: &str| pair.split('=').next() == Some(name);
    let mut pairs: Vec<&str> = form.split('&').filter(|pair| !pair.is_empty()).collect();
    match pairs.iter().position(|pair| is_field(pair)) {
        Some(at) if replaces => pairs[at] = &field,
        Some(_) => {}
        None => pairs.push(&field),
    }
    pairs.join("&")
}

/// Puts a value at a pointer: a number where one is there, or where the value is
/// one and nothing is there.
fn put_json(json: &mut Value, pointer: &str, value: &str, replaces: bool) -> Result<(), Error> {
    let no_room = || Error::new(format!("the JSON body has no room for `{pointer}`"));
    let mut at = json;
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        if at.is_null() {
            *at = json!({});
        }
        at = match at {
            Value::Object(members) => members.entry(step).or_insert(Value::Null),
            Value::Array(items) => step
                .parse::<usize>()
                .ok()
                .and_then(|index| items.get_mut(index))
                .ok_or_else(no_room)?,
            _ => return Err(no_room()),
        };
    }
    if at.is_null() || replaces {
        *at = match (&*at, value.parse::<i64>()) {
            (Value::Number(_) | Value::Null, Ok(number)) => number.into(),
            _ => value.into(),
        };
    }
    Ok(())
}

/// The caller's body, with what only the sample has.
fn merged(body: &[u8], sample: &Sample) -> Vec<u8> {
    if sample.content_type == FORM {
        let texts = (std::str::from_utf8(body), std::str::from_utf8(&sample.body));
        return match texts {
            (Ok(body), Ok(sample)) => merged_form(body, sample).into_bytes(),
            _ => body.to_vec(),
        };
    }
    match (
        serde_json::from_slice(body),
        serde_json::from_slice(&sample.body),
    ) {
        (Ok(mut json), Ok(sample)) => {
            merge_json(&mut json, &sample);
            json.to_string().into_bytes()
        }
        _ => body.to_vec(),
    }
}

fn merged_form(form: &str, sample: &str) -> String {
    let mut pairs: Vec<&str> = form.split('&').filter(|pair| !pair.is_empty()).collect();
    let name = |pair: &str| pair.split('=').next().unwrap_or_default().to_owned();
    let known: Vec<String> = pairs.iter().map(|pair| name(pair)).collect();
    pairs.extend(
        sample
            .split('&')
            .filter(|pair| !known.contains(&name(pair))),
    );
    pairs.join("&")
}

fn merge_json(json: &mut Value, sample: &Value) {
    match (json, sample) {
        (Value::Object(members), Value::Object(sample)) => {
            for (name, value) in sample {
                merge_json(members.entry(name).or_insert(Value::Null), value);
            }
        }
        (Value::Array(items), Value::Array(sample)) => {
            for (item, sample) in items.iter_mut().zip(sample) {
                merge_json(item, sample);
            }
        }
        (at @ Value::Null, sample) => *at = sample.clone(),
        _ => {}
    }
}

/// A gzip file (RFC 1952) of one stored block.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    let mut file = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
    file.extend(length.to_le_bytes());
    file.extend((!length).to_le_bytes());
    file.extend(bytes);
    file.extend((!crc).to_le_bytes());
    file.extend(u32::from(length).to_le_bytes());
    file
}
