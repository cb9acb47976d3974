use std::borrow::Cow;
use std::net::IpAddr;

use hookward_core::RequestHead;
use hookward_core::adapter::target_of;
use http::header::HOST;
use http::uri::Authority;
use http::{HeaderMap, HeaderName, Version};
use salvo_core::Request;
use salvo_core::conn::SocketAddr;

/// Request head of salvo, whose routers do not change the URI.
pub(crate) struct Head<'a>(pub(crate) &'a Request);

impl Head<'_> {
    /// Whether salvo may have added the scheme and authority of the URI (feature
    /// `fix-http1-request-uri`): the connection's scheme, which behind a proxy is not the
    /// one that the provider called, and a copy of `Host`.
    fn is_completed(&self) -> bool {
        let uri = self.0.uri();
        let host = self.0.headers().get(HOST).map(|host| host.as_bytes());
        self.0.version() <= Version::HTTP_11
            && matches!(uri.scheme_str(), Some("http" | "https"))
            && uri
                .authority()
                .map(|authority| authority.as_str().as_bytes())
                == host
    }
}

impl RequestHead for Head<'_> {
    fn method(&self) -> &str {
        self.0.method().as_str()
    }

    fn target(&self) -> Cow<'_, str> {
        target_of(self.0.uri())
    }

    fn header_values<'a>(&'a self, name: &HeaderName, each: &mut dyn FnMut(&'a [u8])) {
        for value in self.0.headers().get_all(name) {
            each(value.as_bytes());
        }
    }

    fn all_headers(&self) -> HeaderMap {
        self.0.headers().clone()
    }

    fn scheme(&self) -> Option<&str> {
        self.0.uri().scheme_str().filter(|_| !self.is_completed())
    }

    fn authority(&self) -> Option<&str> {
        let authority = self.0.uri().authority();
        authority
            .filter(|_| !self.is_completed())
            .map(Authority::as_str)
    }

    fn peer(&self) -> Option<IpAddr> {
        match self.0.remote_addr() {
            SocketAddr::IPv4(address) => Some(IpAddr::V4(*address.ip())),
            SocketAddr::IPv6(address) => Some(IpAddr::V6(*address.ip())),
            _ => None,
        }
    }
}
