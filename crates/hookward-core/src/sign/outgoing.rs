//! Outgoing request: writes values to the locations that a scheme defines.

use std::borrow::Cow;

use http::header::{HeaderName, HeaderValue};
use serde_json::Value;

use super::SignError;
use crate::request::head::{RequestHead, Single, single};
use crate::scheme::Place;
use crate::text::values;

/// The request as given, and what is added to it.
pub(super) struct Outgoing<'a> {
    /// The head including everything added.
    pub(super) head: http::Request<()>,
    pub(super) body: Cow<'a, [u8]>,
    /// The added headers, in order.
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
}

impl<'a> Outgoing<'a> {
    pub(super) fn new<B: AsRef<[u8]>>(request: &'a http::Request<B>) -> Self {
        let mut head = http::Request::new(());
        *head.method_mut() = request.method().clone();
        *head.uri_mut() = request.uri().clone();
        *head.headers_mut() = request.headers().clone();
        Self {
            head,
            body: Cow::Borrowed(request.body().as_ref()),
            headers: Vec::new(),
        }
    }

    pub(super) fn read(&self, place: &Place) -> Option<String> {
        match place {
            Place::Json(pointer) => values::json(&self.body, pointer).ok(),
            Place::Form(name) => values::parameter(std::str::from_utf8(&self.body).ok()?, name)
                .ok()
                .map(Cow::into_owned),
            Place::Query(name) => values::parameter(self.head.uri().query()?, name)
                .ok()
                .map(Cow::into_owned),
            Place::Header(name) => match single(&self.head, name) {
                Single::One(value) => std::str::from_utf8(value).ok().map(str::to_owned),
                _ => None,
            },
            Place::Body => std::str::from_utf8(&self.body).ok().map(str::to_owned),
            Place::Claim(_) | Place::JwsHeader(_) | Place::HeaderJson(..) | Place::FormJson(..) => {
                None
            }
        }
    }

    /// Writes a value to its location, replacing an existing one; a header is always
    /// added.
    pub(super) fn put(&mut self, place: &Place, value: &str, what: &str) -> Result<(), SignError> {
        match place {
            Place::Header(name) => self.add(name, value, what),
            Place::Query(name) => {
                let target = RequestHead::target(&self.head).into_owned();
                let (path, query) = target.split_once('?').unwrap_or((&target, ""));
                let target = format!("{path}?{}", values::with_parameter(query, name, value));
                let mut parts = self.head.uri().clone().into_parts();
                parts.path_and_query = target.parse().ok();
                *self.head.uri_mut() = http::Uri::from_parts(parts)
                    .map_err(|_| SignError::Missing("a URL with a query".to_owned()))?;
                Ok(())
            }
            Place::Form(name) => {
                let form = std::str::from_utf8(&self.body)
                    .map_err(|_| SignError::Missing("a form body".to_owned()))?;
                let form = values::with_parameter(form, name, value);
                self.body = Cow::Owned(form.into_bytes());
                Ok(())
            }
            Place::Json(pointer) => {
                let no_place =
                    || SignError::Missing(format!("a JSON body with room for `{pointer}`"));
                let mut json: Value = serde_json::from_slice(&self.body).map_err(|_| no_place())?;
                let field = field(&mut json, pointer).ok_or_else(no_place)?;
                *field = match (&*field, value.parse::<i64>()) {
                    (Value::Number(_), Ok(number)) => number.into(),
                    _ => value.into(),
                };
                self.body = Cow::Owned(json.to_string().into_bytes());
                Ok(())
            }
            Place::Body => {
                self.body = Cow::Owned(value.as_bytes().to_vec());
                Ok(())
            }
            Place::Claim(_) | Place::JwsHeader(_) | Place::HeaderJson(..) | Place::FormJson(..) => {
                Err(SignError::Unsupported(place.to_string()))
            }
        }
    }

    pub(super) fn add(
        &mut self,
        name: &HeaderName,
        value: &str,
        what: &str,
    ) -> Result<(), SignError> {
        let value = HeaderValue::from_str(value)
            .map_err(|_| SignError::NotAHeaderValue(what.to_owned()))?;
        if !self.head.headers().contains_key(name) {
            self.head.headers_mut().insert(name, value.clone());
        }
        self.headers.push((name.clone(), value));
        Ok(())
    }
}

/// The member that a JSON pointer names; missing parent objects are created.
fn field<'v>(json: &'v mut Value, pointer: &str) -> Option<&'v mut Value> {
    let mut at = json;
    for token in pointer.strip_prefix('/')?.split('/') {
        let token = values::pointer_step(token);
        at = match at {
            Value::Object(members) => members.entry(token).or_insert(Value::Null),
            Value::Array(items) => {
                let index: usize = token.parse().ok()?;
                if index == items.len() {
                    items.push(Value::Null);
                }
                items.get_mut(index)?
            }
            // Created on the path.
            Value::Null => {
                *at = Value::Object(serde_json::Map::new());
                at.as_object_mut()?.entry(token).or_insert(Value::Null)
            }
            _ => return None,
        };
    }
    Some(at)
}
