//! What a forger would change in a genuine request.

use hookward_core::{Location, Scheme};
use http::header::{CONTENT_LENGTH, HOST};
use http::{HeaderValue, Uri};
use serde_json::Value;

/// Removes the member or item that a JSON pointer names.
fn remove_member(json: &mut Value, pointer: &str) {
    let (parent, name) = pointer.rsplit_once('/').unwrap_or(("", pointer));
    match (json.pointer_mut(parent), name.parse::<usize>()) {
        (Some(Value::Object(members)), _) => drop(members.remove(name)),
        (Some(Value::Array(items)), Ok(at)) if at < items.len() => drop(items.remove(at)),
        _ => {}
    }
}

/// The same request without its signature.
pub(crate) fn without_signature(
    scheme: &Scheme,
    mut request: http::Request<Vec<u8>>,
) -> http::Request<Vec<u8>> {
    for place in places(scheme) {
        match place {
            Location::Header(name) | Location::HeaderJson(name, _) => {
                request.headers_mut().remove(&*name);
            }
            Location::Query(name) => {
                let uri = request.uri();
                let query = without_field(uri.query().unwrap_or_default(), &name);
                let uri = with_query(uri, &query);
                *request.uri_mut() = uri;
            }
            Location::Form(name) | Location::FormJson(name, _) => {
                if let Ok(form) = std::str::from_utf8(request.body()) {
                    *request.body_mut() = without_field(form, &name).into_bytes();
                }
            }
            Location::Json(pointer) => {
                if let Ok(mut json) = serde_json::from_slice::<Value>(request.body()) {
                    remove_member(&mut json, &pointer);
                    *request.body_mut() = json.to_string().into_bytes();
                }
            }
            _ => request.body_mut().clear(),
        }
    }
    request
}

/// Where signatures of any form are.
fn places(scheme: &Scheme) -> Vec<Location> {
    scheme
        .forms()
        .flat_map(|form| {
            let also = form.signature.also.iter().cloned().map(Location::Header);
            std::iter::once(form.signature.at.clone()).chain(also)
        })
        .collect()
}

fn without_field(form: &str, name: &str) -> String {
    let pairs = form
        .split('&')
        .filter(|pair| pair.split('=').next() != Some(name));
    pairs.collect::<Vec<_>>().join("&")
}

fn with_query(uri: &Uri, query: &str) -> Uri {
    let mut parts = uri.clone().into_parts();
    let target = match query {
        "" => uri.path().to_owned(),
        query => format!("{}?{query}", uri.path()),
    };
    parts.path_and_query = target.parse().ok();
    Uri::from_parts(parts).unwrap_or_else(|_| uri.clone())
}

/// Every change that a forger could try, the likeliest first: a value of the body,
/// the whole of it, a parameter, a header. The target's path stays.
pub(crate) fn changes(
    scheme: &Scheme,
    request: &http::Request<Vec<u8>>,
) -> Vec<http::Request<Vec<u8>>> {
    let mut found = Vec::new();
    let with_body = |body: Vec<u8>| {
        let mut changed = request.clone();
        *changed.body_mut() = body;
        changed
    };
    let places = places(scheme);
    let body = request.body();
    // Last, so that it is rather a value that changes than the signature.
    let mut signatures = Vec::new();
    if let Ok(json) = serde_json::from_slice::<Value>(body) {
        let mut leaves = Vec::new();
        leaves_of(&json, String::new(), &mut leaves);
        for leaf in leaves {
            let mut changed = json.clone();
            if let Some(at) = changed.pointer_mut(&leaf) {
                *at = other_value(at);
            }
            let changed = with_body(changed.to_string().into_bytes());
            match places.contains(&Location::Json(leaf.into())) {
                true => signatures.push(changed),
                false => found.push(changed),
            }
        }
    } else if let Ok(form) = std::str::from_utf8(body) {
        for changed in other_forms(form) {
            found.push(with_body(changed.into_bytes()));
        }
    }
    let mut longer = body.clone();
    longer.extend_from_slice(b" ");
    found.push(with_body(longer));
    if let Some(middle) = body.get(body.len() / 2) {
        let mut changed = body.clone();
        let at = body.len() / 2;
        changed[at] = if *middle == b'0' { b'1' } else { b'0' };
        found.push(with_body(changed));
    }
    for query in other_forms(request.uri().query().unwrap_or_default()) {
        let mut changed = request.clone();
        *changed.uri_mut() = with_query(request.uri(), &query);
        found.push(changed);
    }
    for (name, value) in request.headers() {
        let is_signature = places.iter().any(|place| match place {
            Location::Header(at) | Location::HeaderJson(at, _) => {
                at.eq_ignore_ascii_case(name.as_str())
            }
            _ => false,
        });
        if *name == HOST || *name == CONTENT_LENGTH || is_signature {
            continue;
        }
        if let Some(value) = other_header(value) {
            let mut changed = request.clone();
            changed.headers_mut().insert(name, value);
            found.push(changed);
        }
    }
    found.extend(signatures);
    found
}

/// The pointers of all scalars.
fn leaves_of(json: &Value, at: String, found: &mut Vec<String>) {
    match json {
        Value::Object(members) => {
            for (name, value) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                leaves_of(value, format!("{at}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                leaves_of(value, format!("{at}/{index}"), found);
            }
        }
        _ => found.push(at),
    }
}

/// Another value of the same type.
fn other_value(value: &Value) -> Value {
    match value {
        Value::Bool(is) => (!is).into(),
        Value::Number(number) => match number.as_i64() {
            Some(number) => number.wrapping_add(1).into(),
            None => 1.into(),
        },
        Value::String(text) => other_text(text).into(),
        _ => "tampered".into(),
    }
}

/// A text that differs in one character in its middle.
fn other_text(text: &str) -> String {
    let middle = text.chars().count() / 2;
    let mut changed: String = text
        .chars()
        .enumerate()
        .map(|(at, c)| match (at == middle, c) {
            (false, c) => c,
            (true, '0') => '1',
            (true, '1'..='9') => '0',
            (true, 'a') => 'b',
            (true, 'A') => 'B',
            (true, c) if c.is_ascii_uppercase() => 'A',
            (true, _) => 'a',
        })
        .collect();
    if text.is_empty() {
        changed.push('a');
    }
    changed
}

/// The forms that differ in one value.
fn other_forms(form: &str) -> Vec<String> {
    let pairs: Vec<&str> = form.split('&').collect();
    let mut found = Vec::new();
    for (at, pair) in pairs.iter().enumerate() {
        if let Some((name, value)) = pair.split_once('=') {
            let changed = format!("{name}={value}0");
            let mut pairs = pairs.clone();
            pairs[at] = &changed;
            found.push(pairs.join("&"));
        }
    }
    found
}

fn other_header(value: &HeaderValue) -> Option<HeaderValue> {
    other_text(value.to_str().ok()?).parse().ok()
}

/// The headers of any scheme that carry a signature, for a request that has
/// something in each of them.
#[cfg(any(feature = "tower", feature = "actix-web"))]
pub(crate) fn signature_headers() -> Vec<http::HeaderName> {
    let mut found: Vec<http::HeaderName> = hookward_core::providers::all()
        .flat_map(|entry| places(&entry.scheme))
        .filter_map(|place| match place {
            Location::Header(name) | Location::HeaderJson(name, _) => {
                http::HeaderName::from_bytes(name.as_bytes()).ok()
            }
            _ => None,
        })
        .collect();
    found.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    found.dedup();
    found
}
