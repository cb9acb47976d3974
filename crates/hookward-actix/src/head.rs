use std::borrow::Cow;
use std::net::IpAddr;

use actix_web::dev;
use hookward_core::RequestHead;
use http::{HeaderMap, HeaderName, HeaderValue};

/// Request head of actix-web.
pub(crate) struct Head<'a>(pub(crate) &'a dev::RequestHead);

impl RequestHead for Head<'_> {
    fn method(&self) -> &str {
        self.0.method.as_str()
    }

    fn target(&self) -> Cow<'_, str> {
        Cow::Borrowed(
            self.0
                .uri
                .path_and_query()
                .map_or("/", |target| target.as_str()),
        )
    }

    fn header_values<'a>(&'a self, name: &HeaderName, each: &mut dyn FnMut(&'a [u8])) {
        for value in self.0.headers.get_all(name.as_str()) {
            each(value.as_bytes());
        }
    }

    fn all_headers(&self) -> HeaderMap {
        let headers = self.0.headers.iter();
        headers
            .filter_map(|(name, value)| {
                let name = HeaderName::from_bytes(name.as_str().as_bytes()).ok()?;
                Some((name, HeaderValue::from_bytes(value.as_bytes()).ok()?))
            })
            .fold(HeaderMap::new(), |mut all, (name, value)| {
                let _ = all.try_append(name, value);
                all
            })
    }

    fn scheme(&self) -> Option<&str> {
        self.0.uri.scheme_str()
    }

    fn authority(&self) -> Option<&str> {
        self.0.uri.authority().map(|authority| authority.as_str())
    }

    fn peer(&self) -> Option<IpAddr> {
        self.0.peer_addr.map(|address| address.ip())
    }
}
