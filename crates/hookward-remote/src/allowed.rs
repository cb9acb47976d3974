//! Allow-list of the URLs that may be fetched.

use http::Uri;

/// Hosts and path prefixes from which keys may be fetched.
/// An entry is a host (`api.paypal.com`) or all hosts of a domain (`.paypal.com`), either
/// with a port (`localhost:8443`), and with a path prefix
/// (`api.paypal.com/v1/notifications/certs/`). The default port is 443. Only `https` is
/// allowed, and a query only if the entry contains a prefix of one
/// (`keys.example/cert?id=`): each query is a separate URL to fetch and cache, and the
/// sender of a request could invent them.
///
/// ```
/// use hookward::remote::Allowed;
///
/// let allowed = Allowed::new(["api.paypal.com/v1/notifications/certs/"]);
/// assert!(allowed.permits("https://api.paypal.com/v1/notifications/certs/CERT-1"));
/// assert!(!allowed.permits("http://api.paypal.com/v1/notifications/certs/CERT-1"));
/// assert!(!allowed.permits("https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1"));
/// ```
#[derive(Debug, Clone)]
pub struct Allowed {
    entries: Vec<Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    host: String,
    /// Hosts below this domain, but not the domain itself.
    suffix: bool,
    port: u16,
    /// The path prefix, or the whole path and a prefix of the query.
    path: String,
    query: bool,
}

/// Longer URLs are rejected.
const MAX_URL: usize = 2048;

impl Allowed {
    /// A list of these entries.
    #[must_use]
    pub fn new<'a>(entries: impl IntoIterator<Item = &'a str>) -> Self {
        let entries = entries
            .into_iter()
            .map(|entry| {
                let (authority, path) = entry.split_once('/').unwrap_or((entry, ""));
                let (host, port) = match authority.rsplit_once(':') {
                    Some((host, port)) => (host, port.parse().unwrap_or(443)),
                    None => (authority, 443),
                };
                Entry {
                    host: host.to_ascii_lowercase(),
                    suffix: host.starts_with('.'),
                    port,
                    path: format!("/{path}"),
                    query: path.contains('?'),
                }
            })
            .collect();
        Self { entries }
    }

    /// Whether a URL may be fetched.
    #[must_use]
    pub fn permits(&self, url: &str) -> bool {
        parse(url).is_some_and(|uri| self.permits_uri(&uri))
    }

    pub(crate) fn permits_uri(&self, uri: &Uri) -> bool {
        let (Some(host), port) = (uri.host(), uri.port_u16().unwrap_or(443)) else {
            return false;
        };
        let path = uri
            .path_and_query()
            .map_or("/", http::uri::PathAndQuery::as_str);
        let host = host.to_ascii_lowercase();
        self.entries.iter().any(|entry| {
            let fits = if entry.suffix {
                host.len() > entry.host.len() && host.ends_with(&entry.host)
            } else {
                host == entry.host
            };
            fits && port == entry.port
                && path.starts_with(&entry.path)
                && (entry.query || uri.query().is_none())
        })
    }
}

/// The normalized URL under which a response is cached.
pub(crate) fn canonical(uri: &Uri) -> String {
    let host = uri.host().unwrap_or_default().to_ascii_lowercase();
    let port = match uri.port_u16() {
        None | Some(443) => String::new(),
        Some(port) => format!(":{port}"),
    };
    let path = uri
        .path_and_query()
        .map_or("/", http::uri::PathAndQuery::as_str);
    format!("https://{host}{port}{path}")
}

/// A URL that every parser reads the same way: https, no user information, no fragment,
/// no dots or escapes in its path that a server could resolve to another one.
pub(crate) fn parse(url: &str) -> Option<Uri> {
    if url.len() > MAX_URL || url.contains(['#', '\\', '@']) {
        return None;
    }
    let uri: Uri = url.parse().ok()?;
    let path = uri.path();
    let plain = uri.scheme_str() == Some("https")
        && uri.host().is_some_and(|host| !host.is_empty())
        && !path.contains(['%', ';'])
        && !path.contains("//")
        && !path.split('/').any(|part| part == "." || part == "..");
    plain.then_some(uri)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_url_is_kept_under_one_spelling() {
        for text in [
            "https://A.example/x",
            "https://a.example:443/x",
            "HTTPS://a.Example/x",
        ] {
            let url = parse(text).map(|url| canonical(&url));
            assert_eq!(url.as_deref(), Some("https://a.example/x"), "{text}");
        }
        let url = parse("https://a.example:8443/x?y").map(|url| canonical(&url));
        assert_eq!(url.as_deref(), Some("https://a.example:8443/x?y"));
    }

    #[test]
    fn only_listed_hosts_over_https_are_permitted() {
        let allowed = Allowed::new([
            "a.example",
            ".b.example/keys/",
            "localhost:8443",
            "UPPER.example",
            "q.example/cert?id=",
        ]);
        for good in [
            "https://a.example/x",
            "https://A.example",
            "https://a.example:443/x",
            "https://q.example/cert?id=1",
            "https://x.b.example/keys/1.pem",
            "https://localhost:8443/",
            "https://upper.example/",
        ] {
            assert!(allowed.permits(good), "{good}");
        }
        for bad in [
            "",
            "a.example",
            "/x",
            "http://a.example/x",
            "ftp://a.example/x",
            "https://a.example:8443/x",
            "https://a.example.evil.example/",
            "https://evil-a.example/",
            "https://a.example@evil.example/",
            "https://evil.example/#a.example",
            "https://evil.example\\a.example/",
            "https://b.example/keys/1.pem",
            "https://xb.example/keys/1.pem",
            "https://x.b.example/key",
            "https://x.b.example/keys/../x",
            "https://x.b.example/keys/%2e%2e/x",
            "https://x.b.example/keys//x",
            "https://localhost/",
            "https://a.example/x?y=1",
            "https://a.example/x?",
            "https://q.example/cert?i=1",
            "https://q.example/cert",
        ] {
            assert!(!allowed.permits(bad), "{bad}");
        }
        assert!(!allowed.permits(&format!("https://a.example/{}", "x".repeat(2048))));
    }
}
