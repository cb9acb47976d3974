//! A parser for the URL that the provider called. Schemes sign it, so each part is parsed
//! by its own grammar before it is used.
//!
//! The parts come from untrusted input: the request line, the `Host` header, the headers
//! of a proxy. With each parsed by its own grammar (RFC 3986, RFC 9110), none can contain
//! a part of another: a `Host` of `a.example/hooks?` is refused and never becomes a path.
//!
//! [`ExternalUrl`] is the operator's configuration of the URL, and [`ExternalUrl::of`]
//! builds the [`RequestUrl`] of one request.

use std::borrow::Cow;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use http::header::{FORWARDED, HOST, HeaderName};

use crate::request::head::{RequestHead, Single, single};
use crate::request::reason::UrlFault;

/// The maximum length of a host name in DNS (RFC 1035 section 2.3.4).
const MAX_HOST: usize = 255;

/// `http` or `https`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UrlScheme {
    Http,
    Https,
}

impl UrlScheme {
    fn parse(text: &str) -> Option<Self> {
        if text.eq_ignore_ascii_case("https") {
            Some(Self::Https)
        } else if text.eq_ignore_ascii_case("http") {
            Some(Self::Http)
        } else {
            None
        }
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    pub(crate) const fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// A host with an optional port.
///
/// The host is an IPv6 address in brackets, or letters, digits and `-._~`: the unreserved
/// characters of RFC 3986, which suffice for every DNS name and IPv4 address. The rest of
/// `reg-name`, percent-encoding and punctuation, occurs in no name that resolves, and
/// parsers disagree about it. The port is 1 to 65535 without leading zeros, so that each
/// has one spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Authority<'a> {
    host: Cow<'a, str>,
    port: Option<u16>,
}

impl<'a> Authority<'a> {
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let end = match text.strip_prefix('[') {
            Some(rest) => {
                let end = rest.find(']')?;
                rest[..end].parse::<Ipv6Addr>().ok()?;
                end + 2
            }
            None => {
                let is_of_host =
                    |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
                let end = text.bytes().position(|b| !is_of_host(b));
                end.unwrap_or(text.len())
            }
        };
        let (host, rest) = text.split_at_checked(end)?;
        if host.is_empty() || host.len() > MAX_HOST {
            return None;
        }
        let port = match rest.strip_prefix(':') {
            Some(digits) => Some(port(digits)?),
            None if rest.is_empty() => None,
            None => return None,
        };
        Some(Self {
            host: Cow::Borrowed(host),
            port,
        })
    }

    fn into_owned(self) -> Authority<'static> {
        Authority {
            host: Cow::Owned(self.host.into_owned()),
            port: self.port,
        }
    }

    fn borrowed(&self) -> Authority<'_> {
        Authority {
            host: Cow::Borrowed(&self.host),
            port: self.port,
        }
    }

    /// Whether both denote the same host and port, ignoring case and an explicit default
    /// port.
    fn is_same(&self, other: &Authority<'_>, scheme: UrlScheme) -> bool {
        let port = |authority: &Authority<'_>| authority.port.unwrap_or(scheme.default_port());
        self.host.eq_ignore_ascii_case(&other.host) && port(self) == port(other)
    }
}

impl fmt::Display for Authority<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host)?;
        match self.port {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

fn port(digits: &str) -> Option<u16> {
    if !digits.bytes().all(|b| b.is_ascii_digit()) || digits.starts_with('0') {
        return None;
    }
    digits.parse().ok()
}

/// Whether the text can follow an authority as path and query: it starts with a slash,
/// has no fragment, and nothing that ends a line. Everything else is kept as received;
/// callback URLs contain `[]`, `|` and raw UTF-8.
fn is_target(text: &str) -> bool {
    (text.is_empty() || text.starts_with(['/', '?']))
        && !text.bytes().any(|b| b == b'#' || b <= b' ')
}

/// Whether the text is a path prefix that a proxy can strip from a target.
fn is_prefix(text: &str) -> bool {
    let hex = |b: Option<&u8>| b.is_some_and(u8::is_ascii_hexdigit);
    let bytes = text.as_bytes();
    text.starts_with('/')
        && bytes.iter().enumerate().all(|(at, b)| match b {
            b'%' => {
                let digits = (bytes.get(at + 1), bytes.get(at + 2));
                hex(digits.0) && hex(digits.1) && digits != (Some(&b'0'), Some(&b'0'))
            }
            b'/' | b'-' | b'.' | b'_' | b'~' | b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*'
            | b'+' | b'=' | b':' | b'@' => true,
            b => b.is_ascii_alphanumeric(),
        })
}

/// The URL that the provider called, each part as it was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequestUrl<'a> {
    scheme: UrlScheme,
    authority: Authority<'a>,
    /// The prefix that a proxy strips from the path, without a trailing slash.
    prefix: Cow<'a, str>,
    /// Path and query.
    target: Cow<'a, str>,
    /// Whether the operator vouches for the port: it is configured, pinned, or
    /// written by a trusted proxy.
    port_is_known: bool,
}

impl<'a> RequestUrl<'a> {
    /// An absolute URL without userinfo and fragment.
    pub(crate) fn parse(url: &'a str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        is_target(target).then_some(())?;
        Some(Self {
            scheme: UrlScheme::parse(scheme)?,
            authority: Authority::parse(authority)?,
            prefix: Cow::Borrowed(""),
            target: Cow::Borrowed(target),
            port_is_known: true,
        })
    }

    /// The URL that a request is about to be sent to: its own, or else from its `Host`
    /// header.
    #[cfg(feature = "sign")]
    pub(crate) fn of_outgoing(head: &'a dyn RequestHead) -> Result<Self, UrlError> {
        let authority = match head.authority() {
            Some(text) => Authority::parse(text).ok_or(UrlError::AUTHORITY)?,
            None => host_header(head)?.ok_or(UrlError::NoHost)?,
        };
        Self::build(scheme_of(head)?, authority, Cow::Borrowed(""), head)
    }

    fn build(
        scheme: UrlScheme,
        authority: Authority<'a>,
        prefix: Cow<'a, str>,
        head: &'a dyn RequestHead,
    ) -> Result<Self, UrlError> {
        let target = head.target();
        if !is_target(&target) {
            return Err(UrlError::Malformed(UrlFault::Target));
        }
        Ok(Self {
            scheme,
            authority,
            prefix,
            target,
            port_is_known: false,
        })
    }

    pub(crate) fn borrowed(&self) -> RequestUrl<'_> {
        RequestUrl {
            scheme: self.scheme,
            authority: self.authority.borrowed(),
            prefix: Cow::Borrowed(&self.prefix),
            target: Cow::Borrowed(&self.target),
            port_is_known: self.port_is_known,
        }
    }

    pub(crate) fn into_owned(self) -> RequestUrl<'static> {
        RequestUrl {
            scheme: self.scheme,
            authority: self.authority.into_owned(),
            prefix: Cow::Owned(self.prefix.into_owned()),
            target: Cow::Owned(self.target.into_owned()),
            port_is_known: self.port_is_known,
        }
    }

    /// `http` or `https`.
    pub(crate) const fn scheme(&self) -> &'static str {
        self.scheme.as_str()
    }

    /// The host as received, an IPv6 address in brackets.
    pub(crate) fn host(&self) -> &str {
        &self.authority.host
    }

    /// The port, if explicit.
    pub(crate) const fn port(&self) -> Option<u16> {
        self.authority.port
    }

    /// Host and port as received.
    pub(crate) fn authority(&self) -> String {
        self.authority.to_string()
    }

    /// Scheme and authority, without the path.
    pub(crate) fn origin(&self) -> String {
        format!("{}://{}", self.scheme(), self.authority)
    }

    /// Host and port, normalized: lower case, without the default port (RFC 9110 section
    /// 4.2.3).
    pub(crate) fn normal_authority(&self) -> String {
        let mut text = self.host().to_ascii_lowercase();
        if let Some(port) = self.other_port() {
            text.push_str(&format!(":{port}"));
        }
        text
    }

    /// The port, if it is not the default.
    fn other_port(&self) -> Option<u16> {
        let default = self.scheme.default_port();
        self.port().filter(|port| *port != default)
    }

    /// The path that the provider called; empty if the URL has none.
    pub(crate) fn path(&self) -> Cow<'_, str> {
        let path = self.target.split('?').next().unwrap_or_default();
        if self.prefix.is_empty() {
            Cow::Borrowed(path)
        } else {
            Cow::Owned([&*self.prefix, path].concat())
        }
    }

    /// What follows the first `?`.
    pub(crate) fn query(&self) -> Option<&str> {
        self.target.split_once('?').map(|(_, query)| query)
    }

    /// The URL without its query.
    pub(crate) fn base(&self) -> String {
        let path = self.target.split('?').next().unwrap_or_default();
        self.written(self.port(), path)
    }

    /// The URL without a default port, and the other spelling that a provider may have
    /// signed: with the default port, or without any.
    ///
    /// A port other than the default is omitted only if the operator vouches for it:
    /// otherwise nothing signed would distinguish one port from another.
    pub(crate) fn port_spellings(&self) -> (String, Option<String>) {
        let url = |port| self.written(port, &self.target);
        match self.other_port() {
            None => (url(None), Some(url(Some(self.scheme.default_port())))),
            Some(port) => (url(Some(port)), self.port_is_known.then(|| url(None))),
        }
    }

    fn written(&self, port: Option<u16>, target: &str) -> String {
        let scheme = self.scheme.as_str();
        let mut text = String::with_capacity(
            scheme.len() + 9 + self.host().len() + self.prefix.len() + target.len(),
        );
        text.push_str(scheme);
        text.push_str("://");
        text.push_str(self.host());
        if let Some(port) = port {
            text.push_str(&format!(":{port}"));
        }
        text.push_str(&self.prefix);
        text.push_str(target);
        text
    }

    /// The whole URL.
    pub(crate) fn text(&self) -> String {
        self.written(self.port(), &self.target)
    }
}

/// Why the URL of a request is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UrlError {
    /// Neither the target nor a `Host` header has a host.
    NoHost,
    /// A part is invalid, repeated, or contradicts another.
    Malformed(UrlFault),
    /// The host is not one that this endpoint serves.
    OtherHost,
}

impl UrlError {
    const AUTHORITY: Self = Self::Malformed(UrlFault::Authority);
}

/// The operator's configuration of the URL that the provider calls.
#[derive(Debug, Clone, Default)]
pub(crate) struct ExternalUrl {
    source: UrlSource,
    /// The hosts that this endpoint serves; empty for any.
    hosts: Box<[Authority<'static>]>,
}

/// Where the parts of the URL come from.
#[derive(Debug, Clone, Default)]
enum UrlSource {
    /// `https` (or the scheme of the connection), host and target of the request.
    #[default]
    Request,
    /// A configured base before the target.
    Base(Box<RequestUrl<'static>>),
    /// A fixed URL, regardless of the request.
    Exact(Box<RequestUrl<'static>>),
    /// Forwarding headers of peers in these networks.
    Forwarded(Box<[ipnet::IpNet]>, Forwarding),
}

/// What is wrong with the configuration of the URL.
#[derive(Debug)]
pub(crate) enum UrlSetting {
    /// A URL that is not absolute, or has a userinfo, query or fragment that is not
    /// allowed.
    External(String),
    /// A host that is invalid, or not that of the URL.
    Host(String),
    /// A network that is not a valid CIDR block.
    Network(String),
    /// A configuration of forwarding headers that is not usable.
    Forwarding(&'static str),
}

impl ExternalUrl {
    pub(crate) fn set_base(&mut self, base: &str) -> Result<(), UrlSetting> {
        let invalid = || UrlSetting::External(base.to_owned());
        let mut url = RequestUrl::parse(base).ok_or_else(invalid)?.into_owned();
        if url.query().is_some() {
            return Err(invalid());
        }
        url.prefix = Cow::Owned(url.target.trim_end_matches('/').to_owned());
        url.target = Cow::Borrowed("");
        self.source = UrlSource::Base(Box::new(url));
        self.check()
    }

    pub(crate) fn set_exact(&mut self, url: &str) -> Result<(), UrlSetting> {
        let parsed = RequestUrl::parse(url).ok_or_else(|| UrlSetting::External(url.to_owned()))?;
        self.source = UrlSource::Exact(Box::new(parsed.into_owned()));
        self.check()
    }

    pub(crate) fn set_hosts<'a>(
        &mut self,
        hosts: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), UrlSetting> {
        self.hosts = hosts
            .into_iter()
            .map(|host| {
                Authority::parse(host)
                    .map(Authority::into_owned)
                    .ok_or_else(|| UrlSetting::Host(host.to_owned()))
            })
            .collect::<Result<_, _>>()?;
        if self.hosts.is_empty() {
            return Err(UrlSetting::Host(String::new()));
        }
        self.check()
    }

    pub(crate) fn set_forwarded<'a>(
        &mut self,
        networks: impl IntoIterator<Item = &'a str>,
        forwarding: Forwarding,
    ) -> Result<(), UrlSetting> {
        forwarding.check()?;
        let networks = networks
            .into_iter()
            .map(|net| net.parse().map_err(|_| UrlSetting::Network(net.to_owned())))
            .collect::<Result<_, _>>()?;
        self.source = UrlSource::Forwarded(networks, forwarding);
        Ok(())
    }

    /// A configured URL on a host that is not pinned would match no request.
    fn check(&self) -> Result<(), UrlSetting> {
        match &self.source {
            UrlSource::Base(url) | UrlSource::Exact(url) if !self.allows(url) => {
                Err(UrlSetting::Host(url.authority.to_string()))
            }
            _ => Ok(()),
        }
    }

    pub(crate) const fn has_hosts(&self) -> bool {
        !self.hosts.is_empty()
    }

    fn allows(&self, url: &RequestUrl<'_>) -> bool {
        let is_same = |host: &Authority<'_>| host.is_same(&url.authority, url.scheme);
        self.hosts.is_empty() || self.hosts.iter().any(is_same)
    }

    /// The URL as the provider called it.
    ///
    /// # Errors
    /// [`UrlError`] if the request does not have a URL, contradicts itself, or is for a
    /// host that is not pinned.
    pub(crate) fn of<'a>(&'a self, head: &'a dyn RequestHead) -> Result<RequestUrl<'a>, UrlError> {
        let mut url = self.of_any_host(head)?;
        if !self.allows(&url) {
            return Err(UrlError::OtherHost);
        }
        // Every pinned host that matches has this port.
        url.port_is_known |= self.has_hosts();
        Ok(url)
    }

    /// The URL, on any host.
    pub(crate) fn of_any_host<'a>(
        &'a self,
        head: &'a dyn RequestHead,
    ) -> Result<RequestUrl<'a>, UrlError> {
        match &self.source {
            UrlSource::Exact(url) => Ok(url.borrowed()),
            UrlSource::Base(base) => {
                let base = base.borrowed();
                let mut url = RequestUrl::build(base.scheme, base.authority, base.prefix, head)?;
                url.port_is_known = true;
                Ok(url)
            }
            UrlSource::Request => Forwarded::default().url(head),
            UrlSource::Forwarded(networks, forwarding) => {
                // A dual-stack socket reports IPv4 peers as `::ffff:…`.
                let is_trusted = |peer: IpAddr| {
                    let mut networks = networks.iter();
                    networks.any(|net| net.contains(&peer) || net.contains(&peer.to_canonical()))
                };
                if head.peer().is_some_and(is_trusted) {
                    forwarding.read(head)?.url(head)
                } else {
                    Forwarded::default().url(head)
                }
            }
        }
    }
}

fn scheme_of(head: &dyn RequestHead) -> Result<UrlScheme, UrlError> {
    match head.scheme() {
        None => Ok(UrlScheme::Https),
        Some(text) => UrlScheme::parse(text).ok_or(UrlError::Malformed(UrlFault::Scheme)),
    }
}

fn host_header(head: &dyn RequestHead) -> Result<Option<Authority<'_>>, UrlError> {
    let value = match single(head, &HOST) {
        Single::Absent => return Ok(None),
        Single::One(value) => value,
        Single::Repeated => {
            return Err(UrlError::Malformed(UrlFault::HostRepeated));
        }
    };
    std::str::from_utf8(value)
        .ok()
        .and_then(Authority::parse)
        .map(Some)
        .ok_or(UrlError::Malformed(UrlFault::Host))
}

/// Host and port of the request itself. An absolute-form target or an `:authority` takes
/// precedence (RFC 9112 section 3.2.2), but a `Host` that differs is refused: a proxy in
/// front may have routed by it.
fn authority_of(head: &dyn RequestHead) -> Result<Authority<'_>, UrlError> {
    let host = host_header(head)?;
    let Some(text) = head.authority() else {
        return host.ok_or(UrlError::NoHost);
    };
    let authority = Authority::parse(text).ok_or(UrlError::AUTHORITY)?;
    match host {
        Some(host) if !authority.is_same(&host, scheme_of(head)?) => {
            Err(UrlError::Malformed(UrlFault::HostDisagrees))
        }
        _ => Ok(authority),
    }
}

/// The headers in which a proxy forwards the URL that was called, and which of them it
/// *overwrites*, for [`Verifier::with_trusted_proxies`].
///
/// Name only what your proxy sets on every request, regardless of what the client sent. A
/// header that the proxy merely passes on, or appends to, is attacker-controlled: it
/// would let an attacker choose the URL that the signature is checked against. By default
/// no header is named, and only those named are read:
///
/// | proxy | what it overwrites |
/// |---|---|
/// | nginx with `proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-Host $host;` | `Forwarding::x_forwarded().proto().host()` |
/// | Traefik, Caddy, with their own settings | `Forwarding::x_forwarded().proto().host()` |
/// | AWS load balancers (`Host` reaches the service unchanged) | `Forwarding::x_forwarded().proto()` |
/// | a proxy that *sets* `Forwarded: host=…;proto=…` (most append to it) | `Forwarding::rfc7239().proto().host()` |
///
/// Each named value must appear exactly once. A missing or repeated header, a list (`a,
/// b`), or an invalid value is refused as `content_malformed`. If chained proxies make a
/// list unavoidable, configure the URL with [`Verifier::with_external_url`] instead.
///
/// [`Verifier::with_trusted_proxies`]: crate::Verifier::with_trusted_proxies
/// [`Verifier::with_external_url`]: crate::Verifier::with_external_url
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Forwarding {
    is_rfc7239: bool,
    proto: bool,
    host: bool,
    prefix: bool,
}

impl Forwarding {
    /// `X-Forwarded-Proto`, `X-Forwarded-Host` and `X-Forwarded-Prefix`, of
    /// which the following calls name those that the proxy overwrites.
    pub const fn x_forwarded() -> Self {
        Self {
            is_rfc7239: false,
            proto: false,
            host: false,
            prefix: false,
        }
    }

    /// The `Forwarded` header of RFC 7239, with one element; the following
    /// calls name the parameters that the proxy writes into it.
    pub const fn rfc7239() -> Self {
        Self {
            is_rfc7239: true,
            ..Self::x_forwarded()
        }
    }

    /// The proxy overwrites `X-Forwarded-Proto`, or `proto`: `http` or `https`.
    pub const fn proto(mut self) -> Self {
        self.proto = true;
        self
    }

    /// The proxy overwrites `X-Forwarded-Host`, or `host`: a host with an optional port.
    /// Without this, the host is that of the request.
    pub const fn host(mut self) -> Self {
        self.host = true;
        self
    }

    /// The proxy overwrites `X-Forwarded-Prefix`: the path prefix that it strips from the
    /// target, `/` for none. RFC 7239 has no equivalent.
    pub const fn prefix(mut self) -> Self {
        self.prefix = true;
        self
    }

    fn check(self) -> Result<(), UrlSetting> {
        if self.is_rfc7239 && self.prefix {
            return Err(UrlSetting::Forwarding(
                "`Forwarded` has no parameter for a prefix: configure it with `with_external_url`",
            ));
        }
        if !(self.proto || self.host || self.prefix) {
            return Err(UrlSetting::Forwarding(
                "no forwarding header is named: add those that the proxy overwrites, as in `Forwarding::x_forwarded().proto().host()`",
            ));
        }
        Ok(())
    }

    /// Reads the forwarding headers of a trusted peer.
    fn read(self, head: &dyn RequestHead) -> Result<Forwarded<'_>, UrlError> {
        let (proto, host) = if self.is_rfc7239 {
            let (proto, host) = one_line(head, &FORWARDED)
                .and_then(element)
                .ok_or(UrlError::Malformed(UrlFault::Forwarded))?;
            (proto.filter(|_| self.proto), host.filter(|_| self.host))
        } else {
            let read = |wanted: bool, name| wanted.then(|| one_line(head, name)).flatten();
            (
                read(self.proto, &X_FORWARDED_PROTO),
                read(self.host, &X_FORWARDED_HOST),
            )
        };
        let mut found = Forwarded::default();
        if self.proto {
            let scheme = proto.and_then(UrlScheme::parse);
            found.scheme = Some(scheme.ok_or(UrlError::Malformed(UrlFault::ForwardedScheme))?);
        }
        if self.host {
            let authority = host.and_then(Authority::parse);
            found.authority = Some(authority.ok_or(UrlError::Malformed(UrlFault::ForwardedHost))?);
        }
        if self.prefix {
            let prefix = one_line(head, &X_FORWARDED_PREFIX).filter(|text| is_prefix(text));
            let prefix = prefix.ok_or(UrlError::Malformed(UrlFault::ForwardedPrefix))?;
            found.prefix = prefix.trim_end_matches('/');
        }
        Ok(found)
    }
}

static X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
static X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
static X_FORWARDED_PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");

/// What a trusted proxy reports about the request that it received.
#[derive(Default)]
struct Forwarded<'a> {
    scheme: Option<UrlScheme>,
    authority: Option<Authority<'a>>,
    prefix: &'a str,
}

impl<'a> Forwarded<'a> {
    /// The URL with these parts, and those of the request where one is absent.
    fn url(self, head: &'a dyn RequestHead) -> Result<RequestUrl<'a>, UrlError> {
        let scheme = match self.scheme {
            Some(scheme) => scheme,
            None => scheme_of(head)?,
        };
        let port_is_known = self.authority.is_some();
        let authority = match self.authority {
            Some(authority) => authority,
            None => authority_of(head)?,
        };
        let mut url = RequestUrl::build(scheme, authority, Cow::Borrowed(self.prefix), head)?;
        url.port_is_known = port_is_known;
        Ok(url)
    }
}

/// The value of a header that must appear exactly once.
fn one_line<'a>(head: &'a dyn RequestHead, name: &HeaderName) -> Option<&'a str> {
    match single(head, name) {
        Single::One(value) => std::str::from_utf8(value).ok(),
        _ => None,
    }
}

/// `proto` and `host` of a `Forwarded` header with a single element (RFC 7239 section 4).
/// Escapes in quoted values are not supported: no host needs one.
fn element(text: &str) -> Option<(Option<&str>, Option<&str>)> {
    let (mut proto, mut host) = (None, None);
    let mut rest = text.trim_ascii();
    loop {
        let (name, value) = rest.split_once('=')?;
        let is_token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        if name.is_empty() || !name.bytes().all(is_token) {
            return None;
        }
        let (value, after) = match value.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => value.split_at(value.find([';', ',', ' ', '\t']).unwrap_or(value.len())),
        };
        if value.contains(['"', '\\']) {
            return None;
        }
        let known = match name {
            _ if name.eq_ignore_ascii_case("proto") => Some(&mut proto),
            _ if name.eq_ignore_ascii_case("host") => Some(&mut host),
            _ => None,
        };
        if let Some(known) = known
            && known.replace(value).is_some()
        {
            return None;
        }
        let after = after.trim_ascii_start();
        match after.strip_prefix(';') {
            // A comma starts another element, written by another hop.
            None => return after.is_empty().then_some((proto, host)),
            Some(after) => rest = after.trim_ascii_start(),
        }
    }
}
