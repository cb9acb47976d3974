//! TLS client on rustls: trusts the system's certificates, or those of `--ca FILE`.

use std::io::{Error, ErrorKind, Result};
use std::path::Path;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

use crate::fault::Fault;

/// The trust anchors.
#[derive(Debug, Clone)]
pub(crate) struct Trust(Arc<ClientConfig>);

impl Trust {
    /// The system's authorities, or only those of a PEM file.
    pub(crate) fn new(ca: Option<&Path>) -> std::result::Result<Self, Fault> {
        let mut roots = RootCertStore::empty();
        match ca {
            Some(file) => {
                let wrong = |error: &dyn std::fmt::Display| {
                    Fault::new(format!(
                        "cannot read certificates from {}: {error}",
                        file.display()
                    ))
                    .help("--ca takes a PEM file with `-----BEGIN CERTIFICATE-----` blocks")
                };
                let found = CertificateDer::pem_file_iter(file).map_err(|error| wrong(&error))?;
                for certificate in found {
                    let certificate = certificate.map_err(|error| wrong(&error))?;
                    roots.add(certificate).map_err(|error| wrong(&error))?;
                }
                if roots.is_empty() {
                    return Err(wrong(&"there are none"));
                }
            }
            None => {
                let found = rustls_native_certs::load_native_certs();
                roots.add_parsable_certificates(found.certs);
                if roots.is_empty() {
                    return Err(
                        Fault::new("this system has no trusted certificates").help(
                            "install its package of them (ca-certificates), or give a PEM file with --ca",
                        ),
                    );
                }
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(Fault::new)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self(Arc::new(config)))
    }

    /// Performs the handshake on a connection.
    pub(crate) async fn connect(
        &self,
        host: &str,
        stream: TcpStream,
    ) -> Result<TlsStream<TcpStream>> {
        let name = host.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(name.to_owned())
            .map_err(|_| Error::new(ErrorKind::InvalidInput, "not a valid TLS server name"))?;
        TlsConnector::from(self.0.clone())
            .connect(name, stream)
            .await
    }
}
