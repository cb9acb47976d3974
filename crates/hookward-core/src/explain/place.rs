//! The values of a request at the locations that a scheme can name.

use http::HeaderMap;

use crate::scheme::Place;
use crate::text::values;

/// The value at a location, as text; `None` unless it occurs exactly once.
pub(super) fn read(
    place: &Place,
    headers: &HeaderMap,
    target: &str,
    body: &[u8],
) -> Option<Vec<u8>> {
    match place {
        Place::Header(name) => {
            let mut values = headers.get_all(name).iter();
            let value = values.next()?;
            values.next().is_none().then(|| value.as_bytes().to_vec())
        }
        Place::Query(name) => {
            let query = values::query_of(target);
            values::parameter(query, name)
                .ok()
                .map(|text| text.into_owned().into_bytes())
        }
        Place::Json(pointer) => values::json(body, pointer).ok().map(String::into_bytes),
        Place::Body => Some(body.to_vec()),
        Place::Claim(_) | Place::JwsHeader(_) => None,
        Place::HeaderJson(name, pointer) => {
            let header = read(&Place::Header(name.clone()), headers, target, body)?;
            let object = crate::Encoding::Base64.decode(&header).ok()?;
            values::json(&object, pointer).ok().map(String::into_bytes)
        }
        Place::FormJson(name, pointer) => {
            let object = read(&Place::Form(name.clone()), headers, target, body)?;
            values::json(&object, pointer).ok().map(String::into_bytes)
        }
        Place::Form(name) => {
            let text = std::str::from_utf8(body).ok()?;
            values::parameter(text, name)
                .ok()
                .map(|text| text.into_owned().into_bytes())
        }
    }
}
