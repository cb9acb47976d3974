//! A TLS server on loopback with its own CA.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use hookward_core::UnixTime;
use hookward_remote::{HttpsFetch, Remote, Roots};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls_pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

/// Where the tests' clock starts: 2027-01-15.
pub(crate) const START: i64 = 1_800_000_000;

/// An authority, and the certificates that it signs.
pub(crate) struct Authority {
    pub(crate) pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self {
            pem,
            issuer: Issuer::new(params, key),
        }
    }

    pub(crate) fn roots(&self) -> Roots {
        Roots::from_pem(&self.pem).unwrap()
    }

    /// An authority under this one, and its certificate.
    pub(crate) fn intermediate(&self) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, "intermediate");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        let key = KeyPair::generate().unwrap();
        let pem = params.signed_by(&key, &self.issuer).unwrap().pem();
        Self {
            pem,
            issuer: Issuer::new(params, key),
        }
    }

    /// A certificate for a name, valid for the year 2027, and its key.
    pub(crate) fn certificate(&self, name: &str) -> (String, KeyPair) {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2027, 1, 1);
        params.not_after = rcgen::date_time_ymd(2027, 12, 31);
        let key = KeyPair::generate().unwrap();
        let pem = params.signed_by(&key, &self.issuer).unwrap().pem();
        (pem, key)
    }

    fn server(&self) -> ServerConfig {
        let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            )
            .unwrap()
    }
}

/// How the server responds to a path.
#[derive(Clone)]
pub(crate) enum Page {
    /// 200 with a body and, where not empty, further header lines.
    Is(String, &'static str),
    /// Another status line with header lines.
    Status(&'static str),
    /// A status line and a body of no declared length, which the end of the connection ends.
    Answer(&'static str, String),
    /// No response at all.
    Silence,
}

pub(crate) struct Server {
    pub(crate) port: u16,
    pub(crate) hits: Arc<AtomicUsize>,
    pages: Arc<Mutex<HashMap<String, Page>>>,
    /// Each answer takes a permit.
    pub(crate) gate: Arc<Semaphore>,
}

impl Server {
    pub(crate) async fn start(authority: &Authority) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let this = Self {
            port: listener.local_addr().unwrap().port(),
            hits: Arc::default(),
            pages: Arc::default(),
            gate: Arc::new(Semaphore::new(1_000_000)),
        };
        let acceptor = TlsAcceptor::from(Arc::new(authority.server()));
        let (hits, pages, gate) = (this.hits.clone(), this.pages.clone(), this.gate.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, hits, pages, gate) =
                    (acceptor.clone(), hits.clone(), pages.clone(), gate.clone());
                tokio::spawn(async move {
                    let Ok(mut stream) = acceptor.accept(stream).await else {
                        return;
                    };
                    let mut head = Vec::new();
                    while !head.ends_with(b"\r\n\r\n") {
                        let Ok(byte) = stream.read_u8().await else {
                            return;
                        };
                        head.push(byte);
                    }
                    hits.fetch_add(1, Ordering::SeqCst);
                    gate.acquire().await.unwrap().forget();
                    let head = String::from_utf8(head).unwrap();
                    let path = head.split(' ').nth(1).unwrap();
                    let page = pages.lock().unwrap().get(path).cloned();
                    let answer = match page {
                        None => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned(),
                        Some(Page::Is(body, headers)) => format!(
                            "HTTP/1.1 200 OK\r\n{headers}Content-Length: {}\r\n\r\n{body}",
                            body.len()
                        ),
                        Some(Page::Status(line)) => {
                            format!("HTTP/1.1 {line}\r\nContent-Length: 0\r\n\r\n")
                        }
                        Some(Page::Answer(line, body)) => format!("HTTP/1.1 {line}\r\n\r\n{body}"),
                        Some(Page::Silence) => std::future::pending().await,
                    };
                    let _ = stream.write_all(answer.as_bytes()).await;
                    let _ = stream.shutdown().await;
                });
            }
        });
        this
    }

    pub(crate) fn set(&self, path: &str, page: Page) {
        self.pages.lock().unwrap().insert(path.to_owned(), page);
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.port)
    }

    pub(crate) fn hits(&self) -> usize {
        self.hits.load(Ordering::SeqCst)
    }
}

/// A clock that is set by hand.
#[derive(Clone)]
pub(crate) struct Clock(Arc<AtomicI64>);

impl Clock {
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicI64::new(START)))
    }

    pub(crate) fn now(&self) -> UnixTime {
        UnixTime::from_secs(self.0.load(Ordering::SeqCst))
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Fetches from servers under an authority, by this clock.
    pub(crate) fn remote(&self, authority: &Authority) -> Remote {
        let clock = self.clone();
        Remote::new(HttpsFetch::new(&authority.roots())).clock(move || clock.now())
    }
}
