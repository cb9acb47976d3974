use std::borrow::Cow;
use std::net::IpAddr;

use hookward_core::RequestHead;
use hookward_core::adapter::target_of;
use http::uri::Authority;
use http::{HeaderMap, HeaderName, Uri};
use poem::Request;

/// Request head of poem, with the URI before nested routes shortened it.
pub(crate) struct Head<'a>(pub(crate) &'a Request);

impl Head<'_> {
    fn uri(&self) -> &Uri {
        let original = self.0.original_uri();
        // Requests of poem's test client have only the default URI.
        if *original == Uri::default() {
            return self.0.uri();
        }
        original
    }
}

impl RequestHead for Head<'_> {
    fn method(&self) -> &str {
        self.0.method().as_str()
    }

    fn target(&self) -> Cow<'_, str> {
        target_of(self.uri())
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
        self.uri().scheme_str()
    }

    fn authority(&self) -> Option<&str> {
        let authority = self.uri().authority();
        authority.map(Authority::as_str)
    }

    fn peer(&self) -> Option<IpAddr> {
        let address = self.0.remote_addr().as_socket_addr();
        address.map(std::net::SocketAddr::ip)
    }
}
