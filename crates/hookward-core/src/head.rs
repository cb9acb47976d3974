//! The head of a request, whatever framework it came through.

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

    /// The request target as it stood in the request line: path and query,
    /// before any nested router shortened it.
    fn target(&self) -> Cow<'_, str>;

    /// The path of the [`target`](Self::target), without its query, as received:
    /// nothing is decoded and no case is folded. `/` where it is empty.
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

    /// The scheme of the URL where the connection tells it (HTTP/2 and
    /// absolute-form targets do).
    fn scheme(&self) -> Option<&str> {
        None
    }

    /// Host and port from the target where it has them (HTTP/2 and
    /// absolute-form targets do); otherwise the `Host` header counts.
    fn authority(&self) -> Option<&str> {
        None
    }

    /// The address of the peer, to decide whether its forwarding headers are
    /// trusted.
    fn peer(&self) -> Option<IpAddr> {
        None
    }
}

/// The value of a header that is expected once.
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

/// At most this many headers are signed by a list in the request.
const MAX_LISTED: usize = 64;

/// The headers that the header `list` names, `name:value` each, in lower case,
/// sorted, trimmed, joined by semicolons.
///
/// The list itself has to be among them, and so has `timestamp`: otherwise
/// either could be changed without the signature noticing. `given` answers for
/// headers that are not in the request yet.
pub(crate) fn listed_headers<'a>(
    head: &'a dyn RequestHead,
    list: &HeaderName,
    required: &[&HeaderName],
    given: &dyn Fn(&HeaderName) -> Option<&'a [u8]>,
) -> Result<String, String> {
    let text = text_of(head, list).ok_or_else(|| format!("header `{list}`, once"))?;
    let mut names = Vec::new();
    for name in text
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
    {
        if names.len() == MAX_LISTED {
            return Err(format!("a header `{list}` with at most {MAX_LISTED} names"));
        }
        let name = HeaderName::try_from(name)
            .map_err(|_| format!("header `{list}` with nothing but names of headers"))?;
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
        out.push_str(value.trim());
    }
    Ok(out)
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

/// Path and query of a URI, `/` when it has none.
#[must_use]
pub fn target_of(uri: &http::Uri) -> Cow<'_, str> {
    Cow::Borrowed(
        uri.path_and_query()
            .map_or("/", http::uri::PathAndQuery::as_str),
    )
}

/// How the URL that the provider called is found, for schemes that sign it.
#[derive(Debug, Clone, Default)]
pub(crate) enum ExternalUrl {
    /// `https://` (or what the connection tells), the host and the target.
    #[default]
    FromRequest,
    /// A configured base before the target.
    Base(Box<str>),
    /// One configured URL, whatever the request says.
    Exact(Box<str>),
    /// `Forwarded` or `X-Forwarded-*` of peers in these networks.
    Forwarded(Box<[ipnet::IpNet]>),
}

static X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
static X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
static X_FORWARDED_PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");

impl ExternalUrl {
    /// The URL as the provider saw it; `None` when the request names no host.
    pub(crate) fn of(&self, head: &dyn RequestHead) -> Option<String> {
        let target = head.target();
        match self {
            Self::Exact(url) => Some(url.to_string()),
            Self::Base(base) => Some(format!("{}{target}", base.trim_end_matches('/'))),
            Self::FromRequest => {
                let host = host_of(head)?;
                Some(format!(
                    "{}://{host}{target}",
                    head.scheme().unwrap_or("https")
                ))
            }
            Self::Forwarded(trusted) => {
                let is_trusted = head
                    .peer()
                    .is_some_and(|peer| trusted.iter().any(|net| net.contains(&peer)));
                let forwarded = if is_trusted {
                    Forwarding::read(head)
                } else {
                    Forwarding::default()
                };
                let scheme = forwarded
                    .proto
                    .as_deref()
                    .or(head.scheme())
                    .unwrap_or("https");
                let host = match forwarded.host {
                    Some(host) => host,
                    None => host_of(head)?,
                };
                let prefix = forwarded.prefix.unwrap_or_default();
                Some(format!(
                    "{scheme}://{host}{}{target}",
                    prefix.trim_end_matches('/')
                ))
            }
        }
    }
}

fn host_of(head: &dyn RequestHead) -> Option<String> {
    if let Some(authority) = head.authority() {
        return Some(authority.to_owned());
    }
    text_of(head, &http::header::HOST)
}

fn text_of(head: &dyn RequestHead, name: &HeaderName) -> Option<String> {
    match single(head, name) {
        Single::One(value) => std::str::from_utf8(value).ok().map(str::to_owned),
        _ => None,
    }
}

/// What a trusted proxy says about the request it received.
#[derive(Default)]
struct Forwarding {
    proto: Option<String>,
    host: Option<String>,
    prefix: Option<String>,
}

impl Forwarding {
    /// The last element of each list: the one that the trusted peer itself
    /// added. RFC 7239 for `Forwarded`.
    fn read(head: &dyn RequestHead) -> Self {
        let last = |name: &HeaderName| {
            let text = text_of(head, name)?;
            Some(
                text.rsplit(',')
                    .next()
                    .unwrap_or_default()
                    .trim()
                    .to_owned(),
            )
        };
        let mut found = Self {
            prefix: last(&X_FORWARDED_PREFIX),
            ..Self::default()
        };
        if let Some(element) = last(&http::header::FORWARDED) {
            for pair in element.split(';') {
                let Some((name, value)) = pair.split_once('=') else {
                    continue;
                };
                let value = value.trim().trim_matches('"').to_owned();
                match name.trim().to_ascii_lowercase().as_str() {
                    "proto" => found.proto = Some(value),
                    "host" => found.host = Some(value),
                    _ => {}
                }
            }
        }
        found.proto = found.proto.or_else(|| last(&X_FORWARDED_PROTO));
        found.host = found.host.or_else(|| last(&X_FORWARDED_HOST));
        found
    }
}
