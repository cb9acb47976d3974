//! TLS for requests that go out, by rustls: the certificates that the system
//! trusts, and those of `--ca FILE`.

use std::io::{Error, ErrorKind, Result};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::fault::Fault;

/// Whom to trust.
#[derive(Debug, Clone)]
pub(crate) struct Trust(Arc<ClientConfig>);

pub(crate) type Stream = StreamOwned<ClientConnection, TcpStream>;

impl Trust {
    /// The system's authorities, or those of a PEM file alone.
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

    /// Shakes hands over a connection.
    pub(crate) fn connect(&self, host: &str, mut stream: TcpStream) -> Result<Stream> {
        let name = host.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(name.to_owned())
            .map_err(|_| Error::new(ErrorKind::InvalidInput, "not a name that TLS can check"))?;
        let mut connection = ClientConnection::new(self.0.clone(), name).map_err(Error::other)?;
        while connection.is_handshaking() {
            connection.complete_io(&mut stream)?;
        }
        Ok(StreamOwned::new(connection, stream))
    }
}
