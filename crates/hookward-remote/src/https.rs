//! Minimal HTTPS client: one request per connection.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls_pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;

use crate::certificate::Roots;
use crate::fetch::{Fetch, FetchError, FetchFuture, Fetched, MAX_BODY};

/// How long to wait for an address of a host before the next is tried.
const ATTEMPT: Duration = Duration::from_secs(1);

/// [`Fetch`] over HTTP/1.1 and rustls. Connections are not reused, because keys are
/// fetched rarely.
#[derive(Clone)]
pub struct HttpsFetch {
    tls: TlsConnector,
}

impl std::fmt::Debug for HttpsFetch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpsFetch").finish_non_exhaustive()
    }
}

impl HttpsFetch {
    /// Creates a client that trusts these roots.
    #[must_use]
    pub fn new(roots: &Roots) -> Self {
        let store = rustls::RootCertStore {
            roots: roots.anchors().to_vec(),
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let versions = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(rustls::ALL_VERSIONS);
        let tls = match versions {
            Ok(builder) => builder.with_root_certificates(store).with_no_client_auth(),
            // The crypto provider supports every version.
            Err(_) => ClientConfig::builder()
                .with_root_certificates(store)
                .with_no_client_auth(),
        };
        Self {
            tls: TlsConnector::from(Arc::new(tls)),
        }
    }
}

impl Fetch for HttpsFetch {
    fn get(&self, url: Uri) -> FetchFuture {
        let tls = self.tls.clone();
        Box::pin(get(tls, url))
    }
}

/// Connects to the first address that answers. One that does not, such as that of a network
/// without a route, must not keep the others from being tried.
async fn connect(host: &str, port: u16) -> io::Result<TcpStream> {
    let mut failed = None;
    for address in tokio::net::lookup_host((host, port)).await? {
        match tokio::time::timeout(ATTEMPT, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => failed = Some(error),
            Err(_) => failed = Some(io::ErrorKind::TimedOut.into()),
        }
    }
    Err(failed.unwrap_or_else(|| io::ErrorKind::NotFound.into()))
}

async fn get(tls: TlsConnector, url: Uri) -> Result<Fetched, FetchError> {
    let failed = |what: &'static str| {
        move |error: &dyn std::fmt::Display| FetchError::new(format!("{what}: {error}"))
    };
    let host = url
        .host()
        .ok_or_else(|| FetchError::new("a URL without a host"))?
        .to_owned();
    let port = url.port_u16().unwrap_or(443);
    let name = ServerName::try_from(host.clone())
        .map_err(|_| FetchError::new("the host name is invalid"))?;
    let stream = connect(&host, port)
        .await
        .map_err(|e| failed("connecting")(&e))?;
    let stream = tls
        .connect(name, stream)
        .await
        .map_err(|e| failed("TLS")(&e))?;
    let (mut send, connection) = hyper::client::conn::http1::Builder::new()
        .max_buf_size(64 * 1024)
        .handshake::<_, Empty<Bytes>>(TokioIo::new(stream))
        .await
        .map_err(|e| failed("HTTP")(&e))?;
    let _driver = Driver(tokio::spawn(async move {
        let _ = connection.await;
    }));
    let target = url
        .path_and_query()
        .map_or("/", http::uri::PathAndQuery::as_str);
    let authority = url.authority().map_or("", http::uri::Authority::as_str);
    let request = Request::get(target)
        .header(header::HOST, authority)
        .header(
            header::ACCEPT,
            "application/json, application/x-pem-file, */*",
        )
        .header(
            header::USER_AGENT,
            concat!("hookward/", env!("CARGO_PKG_VERSION")),
        )
        .header(header::CONNECTION, "close")
        .body(Empty::new())
        .map_err(|e| failed("the request")(&e))?;
    let response = send
        .send_request(request)
        .await
        .map_err(|e| failed("HTTP")(&e))?;
    if response.status() != StatusCode::OK {
        return Err(FetchError::new(format!(
            "the server answered {}, expected 200",
            response.status().as_u16()
        )));
    }
    let max_age = response
        .headers()
        .get(header::CACHE_CONTROL)
        .and_then(|value| max_age(value.to_str().ok()?));
    let body = Limited::new(response.into_body(), MAX_BODY)
        .collect()
        .await
        .map_err(|_| FetchError::new("the response ended prematurely, or is longer than 256 KiB"))?
        .to_bytes();
    Ok(Fetched { body, max_age })
}

/// Closes the connection with the request.
struct Driver(JoinHandle<()>);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// `max-age` of `Cache-Control` (RFC 9111, section 5.2.2.1); zero if the response must
/// not be cached.
fn max_age(value: &str) -> Option<Duration> {
    let mut found = None;
    for directive in value.split(',').map(str::trim) {
        let (name, argument) = directive.split_once('=').unwrap_or((directive, ""));
        if name.eq_ignore_ascii_case("no-store") || name.eq_ignore_ascii_case("no-cache") {
            return Some(Duration::ZERO);
        }
        if name.eq_ignore_ascii_case("max-age") {
            found = argument.trim_matches('"').parse().ok();
        }
    }
    found.map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn max_age_is_read_from_cache_control() {
        let seconds = |value| max_age(value).map(|age| age.as_secs());
        assert_eq!(seconds("public, max-age=600, immutable"), Some(600));
        assert_eq!(seconds("Max-Age=\"5\""), Some(5));
        assert_eq!(seconds("no-store, max-age=5"), Some(0));
        assert_eq!(seconds("max-age=x"), None);
        assert_eq!(seconds("private"), None);
    }
}
