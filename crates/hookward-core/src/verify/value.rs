//! Intermediate values of an evaluation.

use std::borrow::Cow;

use crate::request::request_url::RequestUrl;

/// An intermediate value: the output of a source or filter.
pub(super) enum Value<'a> {
    Bytes(Cow<'a, [u8]>),
    Url(RequestUrl<'a>),
    Pairs(Pairs<'a>),
    Json(Document<'a>),
}

/// A decoded `name=value` pair, with its encoded form.
pub(super) struct Field<'a> {
    pub(super) raw: Cow<'a, str>,
    pub(super) name: Cow<'a, str>,
    pub(super) value: Cow<'a, str>,
}

pub(super) struct Pairs<'a> {
    pub(super) fields: Vec<Field<'a>>,
    /// Whether the names are in strictly ascending order.
    pub(super) sorted: bool,
}

pub(super) struct Document<'a> {
    pub(super) text: Cow<'a, [u8]>,
    /// Whether this is a value inside the body, not the body itself.
    pub(super) is_member: bool,
    pub(super) without: Vec<&'a str>,
    pub(super) sorted: bool,
}
