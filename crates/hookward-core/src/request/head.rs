//! The request head as a trait, so that verification does not depend on a framework's
//! types.

use std::borrow::Cow;
use std::net::IpAddr;

use http::HeaderMap;
use http::header::HeaderName;

/// What verification reads of a request before its body: method, target and
/// headers.
///
/// Implemented for [`http::request::Parts`] and [`http::Request`]; adapters
/// implement it for their framework's own type.
pub trait RequestHead {
    /// The method, `POST` for nearly every delivery.
    fn method(&self) -> &str;

    /// The request target as in the request line: path and query, before any nested
    /// router stripped a prefix.
    fn target(&self) -> Cow<'_, str>;

    /// The path of the [`target`](Self::target), without its query, as received: nothing
    /// is decoded and no case is folded. `/` if it is empty.
    fn path(&self) -> Cow<'_, str> {
        let end = |target: &str| target.find(['?', '#']).unwrap_or(target.len());
        let path = match self.target() {
            Cow::Borrowed(target) => Cow::Borrowed(&target[..end(target)]),
            Cow::Owned(mut target) => {
                target.truncate(end(&target));
                Cow::Owned(target)
            }
        };
        if path.is_empty() {
            return Cow::Borrowed("/");
        }
        path
    }

    /// Calls `each` with every value of a header, in the order received.
    fn header_values<'a>(&'a self, name: &HeaderName, each: &mut dyn FnMut(&'a [u8]));

    /// A copy of all headers, for `Endpoint::diagnose_refusals` (feature
    /// `explain`); without it a diagnosis finds less.
    fn all_headers(&self) -> HeaderMap {
        HeaderMap::new()
    }

    /// The scheme of the URL, if the request has it (HTTP/2 and absolute-form targets
    /// do).
    fn scheme(&self) -> Option<&str> {
        None
    }

    /// Host and port from the target, if it has them (HTTP/2 and absolute-form targets
    /// do), as received; otherwise the `Host` header is used. If both are present and
    /// disagree, schemes that sign the URL refuse the request.
    fn authority(&self) -> Option<&str> {
        None
    }

    /// The address of the peer, which decides whether its forwarding headers are trusted.
    fn peer(&self) -> Option<IpAddr> {
        None
    }
}

/// The value of a header that must appear at most once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Single<'a> {
    Absent,
    One(&'a [u8]),
    Repeated,
}

pub(crate) fn single<'a>(head: &'a dyn RequestHead, name: &HeaderName) -> Single<'a> {
    let mut found = Single::Absent;
    head.header_values(name, &mut |value| {
        found = match found {
            Single::Absent => Single::One(value),
            _ => Single::Repeated,
        }
    });
    found
}

/// The maximum number of headers that a request can list as signed.
const MAX_LISTED: usize = 64;

/// Canonicalizes the headers listed in header `list`: `name:value` each, names in lower
/// case, sorted, values trimmed, joined by semicolons.
///
/// The list itself and the headers in `required` must be among them: otherwise they could
/// be changed without invalidating the signature. `given` supplies headers that the
/// request does not have yet.
pub(crate) fn listed_headers<'a>(
    head: &'a dyn RequestHead,
    list: &HeaderName,
    required: &[&HeaderName],
    given: &dyn Fn(&HeaderName) -> Option<&'a [u8]>,
) -> Result<String, String> {
    let text = text_of(head, list).ok_or_else(|| format!("header `{list}`, once"))?;
    let mut names = Vec::new();
    for name in text.split(',').map(trimmed).filter(|name| !name.is_empty()) {
        if names.len() == MAX_LISTED {
            return Err(format!("a header `{list}` with at most {MAX_LISTED} names"));
        }
        let name = HeaderName::try_from(name)
            .map_err(|_| format!("header `{list}` that lists only header names"))?;
        names.push(name);
    }
    for required in std::iter::once(list).chain(required.iter().copied()) {
        if !names.contains(required) {
            return Err(format!("`{required}` in the list of header `{list}`"));
        }
    }
    names.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    names.dedup();
    let mut out = String::new();
    for name in &names {
        let value = match (given(name), single(head, name)) {
            (Some(value), _) | (None, Single::One(value)) => std::str::from_utf8(value).ok(),
            _ => None,
        };
        let value = value.ok_or_else(|| format!("header `{name}`, once and in UTF-8"))?;
        if !out.is_empty() {
            out.push(';');
        }
        out.push_str(name.as_str());
        out.push(':');
        out.push_str(trimmed(value));
    }
    Ok(out)
}

/// Trims optional whitespace (RFC 9110 section 5.6.3); other whitespace is part of a
/// value.
fn trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// The valid names in a list of headers.
pub(crate) fn listed_names(head: &dyn RequestHead, list: &HeaderName) -> Vec<HeaderName> {
    let Single::One(text) = single(head, list) else {
        return Vec::new();
    };
    std::str::from_utf8(text)
        .unwrap_or_default()
        .split(',')
        .take(MAX_LISTED)
        .filter_map(|name| HeaderName::try_from(trimmed(name)).ok())
        .collect()
}

impl RequestHead for http::request::Parts {
    fn method(&self) -> &str {
        self.method.as_str()
    }

    fn target(&self) -> Cow<'_, str> {
        target_of(&self.uri)
    }

    fn header_values<'a>(&'a self, name: &HeaderName, each: &mut dyn FnMut(&'a [u8])) {
        for value in self.headers.get_all(name) {
            each(value.as_bytes());
        }
    }

    fn all_headers(&self) -> HeaderMap {
        self.headers.clone()
    }

    fn scheme(&self) -> Option<&str> {
        self.uri.scheme_str()
    }

    fn authority(&self) -> Option<&str> {
        self.uri.authority().map(http::uri::Authority::as_str)
    }
}

impl<B> RequestHead for http::Request<B> {
    fn method(&self) -> &str {
        self.method().as_str()
    }

    fn target(&self) -> Cow<'_, str> {
        target_of(self.uri())
    }

    fn header_values<'a>(&'a self, name: &HeaderName, each: &mut dyn FnMut(&'a [u8])) {
        for value in self.headers().get_all(name) {
            each(value.as_bytes());
        }
    }

    fn all_headers(&self) -> HeaderMap {
        self.headers().clone()
    }

    fn scheme(&self) -> Option<&str> {
        self.uri().scheme_str()
    }

    fn authority(&self) -> Option<&str> {
        self.uri().authority().map(http::uri::Authority::as_str)
    }
}

/// Path and query of a URI, or `/` if it has none.
#[must_use]
pub fn target_of(uri: &http::Uri) -> Cow<'_, str> {
    Cow::Borrowed(
        uri.path_and_query()
            .map_or("/", http::uri::PathAndQuery::as_str),
    )
}

fn text_of(head: &dyn RequestHead, name: &HeaderName) -> Option<String> {
    match single(head, name) {
        Single::One(value) => std::str::from_utf8(value).ok().map(str::to_owned),
        _ => None,
    }
}
