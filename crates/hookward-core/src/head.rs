//! The head of a request, whatever framework it came through.

use std::borrow::Cow;
use std::net::IpAddr;

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

    /// Calls `each` with every value of a header, in the order received.
    fn header_values<'a>(&'a self, name: &HeaderName, each: &mut dyn FnMut(&'a [u8]));

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
