use std::borrow::Cow;
use std::net::IpAddr;

use hookward_core::RequestHead;
use http::request::Parts;
use http::{HeaderMap, HeaderName};

/// Request head of the `http` crate, plus what axum adds to its extensions: the URI
/// before nested routers shortened it, and the peer address.
pub(crate) struct Head<'a>(pub(crate) &'a Parts);

impl RequestHead for Head<'_> {
    fn method(&self) -> &str {
        self.0.method.as_str()
    }

    fn target(&self) -> Cow<'_, str> {
        #[cfg(feature = "axum")]
        if let Some(original) = self.0.extensions.get::<::axum::extract::OriginalUri>() {
            return hookward_core::adapter::target_of(&original.0);
        }
        hookward_core::adapter::target_of(&self.0.uri)
    }

    fn header_values<'a>(&'a self, name: &HeaderName, each: &mut dyn FnMut(&'a [u8])) {
        self.0.header_values(name, each);
    }

    fn all_headers(&self) -> HeaderMap {
        self.0.headers.clone()
    }

    fn scheme(&self) -> Option<&str> {
        self.0.uri.scheme_str()
    }

    fn authority(&self) -> Option<&str> {
        self.0.uri.authority().map(http::uri::Authority::as_str)
    }

    fn peer(&self) -> Option<IpAddr> {
        #[cfg(feature = "axum")]
        {
            use std::net::SocketAddr;
            let info = self
                .0
                .extensions
                .get::<::axum::extract::ConnectInfo<SocketAddr>>();
            info.map(|info| info.0.ip())
        }
        #[cfg(not(feature = "axum"))]
        None
    }
}
