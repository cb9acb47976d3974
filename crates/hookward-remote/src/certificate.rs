//! Certificates that a request references by URL: chain, name and validity checks.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use hookward_core::{
    Code, Key, KeySource, Lookup, Rejection, RequestHead, UnixTime, Verifier, providers,
};
use http::HeaderName;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, DnsName, ServerName, TrustAnchor};
use webpki::{EndEntityCert, KeyUsage};

use crate::allowed::{Allowed, parse};
use crate::cache::{Built, Cache, Origin, Remote, unavailable};
use crate::template::{SetupError, Template};

/// Maximum number of certificates read from one file.
const MAX_CHAIN: usize = 10;

/// The trust anchors of a chain.
#[derive(Debug, Clone)]
pub struct Roots {
    anchors: Arc<[TrustAnchor<'static>]>,
}

/// Why roots cannot be used.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RootsError {
    /// The text contains no certificate.
    Empty,
    /// A certificate does not parse.
    Unparsable,
}

impl fmt::Display for RootsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "no certificate: give one or several in PEM",
            Self::Unparsable => "a root certificate does not parse",
        })
    }
}

impl fmt::Debug for RootsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for RootsError {}

impl Roots {
    /// Mozilla's roots for web servers.
    #[must_use]
    pub fn mozilla() -> Self {
        Self {
            anchors: webpki_roots::TLS_SERVER_ROOTS.into(),
        }
    }

    /// Custom roots, in PEM.
    ///
    /// # Errors
    /// [`RootsError`] if there is none, or one does not parse.
    pub fn from_pem(pem: &str) -> Result<Self, RootsError> {
        let anchors = CertificateDer::pem_slice_iter(pem.as_bytes())
            .map(|der| {
                let der = der.map_err(|_| RootsError::Unparsable)?;
                let anchor =
                    webpki::anchor_from_trusted_cert(&der).map_err(|_| RootsError::Unparsable)?;
                Ok(anchor.to_owned())
            })
            .collect::<Result<Arc<[_]>, _>>()?;
        if anchors.is_empty() {
            return Err(RootsError::Empty);
        }
        Ok(Self { anchors })
    }

    pub(crate) fn anchors(&self) -> &[TrustAnchor<'static>] {
        &self.anchors
    }
}

/// A certificate and its intermediates, as they appeared in one file.
struct Chain {
    certificates: Vec<CertificateDer<'static>>,
}

impl Chain {
    fn from_pem(pem: &[u8]) -> Result<Self, Rejection> {
        let certificates = CertificateDer::pem_slice_iter(pem)
            .take(MAX_CHAIN + 1)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| unavailable("the answer is not PEM".into()))?;
        // Such as the page of a proxy: the certificate may be there the next time.
        if certificates.is_empty() {
            return Err(unavailable("the answer contains no certificate".into()));
        }
        if certificates.len() > MAX_CHAIN {
            return Err(untrusted(format!(
                "more than {MAX_CHAIN} certificates behind the URL"
            )));
        }
        Ok(Self { certificates })
    }

    /// Verifies the first certificate against a root, a name and the time (RFC 5280,
    /// section 6; RFC 9525), and returns it.
    fn check(&self, trust: &Trust, now: UnixTime) -> Result<&CertificateDer<'static>, Rejection> {
        let wrong =
            |error: webpki::Error| untrusted(format!("the certificate is not trusted: {error}"));
        let (first, above) = self
            .certificates
            .split_first()
            .ok_or_else(|| untrusted("no certificate".into()))?;
        let leaf = EndEntityCert::try_from(first).map_err(wrong)?;
        // Without intermediates, only the certificate itself is checked: its validity
        // period, its purpose, and that it is not a CA.
        let is_alone = !trust.needs_chain && above.is_empty();
        let roots = if is_alone {
            &[][..]
        } else {
            trust.roots.anchors()
        };
        let since_epoch = Duration::from_secs(u64::try_from(now.as_secs()).unwrap_or(0));
        let verified = leaf.verify_for_usage(
            webpki::ALL_VERIFICATION_ALGS,
            roots,
            above,
            rustls_pki_types::UnixTime::since_unix_epoch(since_epoch),
            KeyUsage::server_auth(),
            None,
            None,
        );
        match verified {
            Ok(_) => {}
            // The only error that is left: no issuer.
            Err(webpki::Error::UnknownIssuer) if is_alone => {}
            Err(error) => return Err(wrong(error)),
        }
        let named = trust.names.iter().any(|name| {
            leaf.verify_is_valid_for_subject_name(&ServerName::DnsName(name.to_owned()))
                .is_ok()
        });
        if !named {
            return Err(untrusted("the certificate is for another name".into()));
        }
        Ok(first)
    }
}

pub(crate) fn untrusted(message: String) -> Rejection {
    Rejection::new(Code::CertificateUntrusted, message)
}

/// Which certificates are trusted: their allowed URLs, names and roots.
#[derive(Debug, Clone)]
pub struct Trust {
    pub(crate) allowed: Allowed,
    likely: Option<Allowed>,
    names: Vec<DnsName<'static>>,
    roots: Roots,
    /// Whether a certificate without intermediates must chain to a root.
    needs_chain: bool,
}

impl Trust {
    /// Certificates from `allowed` URLs for one of these names, chaining to Mozilla's
    /// roots.
    ///
    /// # Errors
    /// [`SetupError::Name`] if a name is not a valid DNS name.
    pub fn new<'a>(
        allowed: Allowed,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, SetupError> {
        let names = names
            .into_iter()
            .map(|name| {
                DnsName::try_from(name.to_owned()).map_err(|_| SetupError::Name(name.to_owned()))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            allowed,
            likely: None,
            names,
            roots: Roots::mozilla(),
            needs_chain: true,
        })
    }

    /// Trusts a certificate without intermediates because of the server that it came
    /// from, if it is for one of the names and currently valid.
    ///
    /// For providers that serve the certificate without its intermediates. One that comes
    /// with others must still chain to a root.
    #[must_use]
    pub fn without_chain(mut self) -> Self {
        self.needs_chain = false;
        self
    }

    /// The shape of the URLs that the provider has used so far, narrower than the
    /// allow-list: they have a fetch allowance of their own, which invented URLs of
    /// another shape cannot use up.
    #[must_use]
    pub fn likely(mut self, likely: Allowed) -> Self {
        self.likely = Some(likely);
        self
    }

    /// Replaces the roots.
    #[must_use]
    pub fn roots(mut self, roots: Roots) -> Self {
        self.roots = roots;
        self
    }
}

/// Certificates, and the verifiers made from them.
pub(crate) fn cache(remote: Remote, template: Template, trust: Trust) -> Cache {
    let trust = Arc::new(trust);
    Cache::new(remote, move |fetched, now| {
        let chain = Chain::from_pem(&fetched.body)?;
        let leaf = chain.check(&trust, now)?.to_vec();
        let verifier = template.verifier(template.ring().push(Key::public_key(leaf)?))?;
        let trust = trust.clone();
        Ok(Built {
            verifier,
            recheck: Some(Box::new(move |now| chain.check(&trust, now).map(drop))),
        })
    })
}

/// Key source for certificates that each request references in a header.
///
/// The URL must match the [`Allowed`] list before anything is fetched; the response must
/// chain to a root, be for one of the names and be currently valid, which is checked
/// again once a minute while it is cached.
#[derive(Clone)]
pub struct CertificateKeys {
    cache: Cache,
    header: HeaderName,
    allowed: Allowed,
    likely: Option<Allowed>,
    outline: Verifier,
}

impl fmt::Debug for CertificateKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CertificateKeys")
            .field("header", &self.header)
            .field("allowed", &self.allowed)
            .finish_non_exhaustive()
    }
}

impl CertificateKeys {
    /// Certificates at the URL in `header`.
    ///
    /// # Errors
    /// [`SetupError`] if the scheme is not usable.
    pub fn new(
        remote: Remote,
        template: impl Into<Template>,
        header: HeaderName,
        trust: Trust,
    ) -> Result<Self, SetupError> {
        let template = template.into();
        Ok(Self {
            outline: template.outline()?,
            header,
            allowed: trust.allowed.clone(),
            likely: trust.likely.clone(),
            cache: cache(remote, template, trust),
        })
    }

    /// PayPal: the certificate at `PAYPAL-CERT-URL`, from PayPal's API hosts, live and
    /// sandbox. `webhook_id` is shown in the dashboard.
    ///
    /// PayPal signs a checksum of the body, which does not prove it, so choose what
    /// handlers get: with [`Proven`](hookward_core::Trust::Proven) that is `{}`, and the
    /// event can be fetched by the id in the signed header; with
    /// [`AsSent`](hookward_core::Trust::AsSent) it is the body.
    ///
    /// # Errors
    /// None in practice: all parts are fixed.
    pub fn paypal(
        remote: Remote,
        webhook_id: &str,
        trust: hookward_core::Trust,
    ) -> Result<Self, SetupError> {
        let allowed = Allowed::new([
            "api.paypal.com/v1/notifications/certs/",
            "api.sandbox.paypal.com/v1/notifications/certs/",
        ]);
        let likely = Allowed::new([
            "api.paypal.com/v1/notifications/certs/CERT-",
            "api.sandbox.paypal.com/v1/notifications/certs/CERT-",
        ]);
        let names = [
            "messageverificationcerts.paypal.com",
            "messageverificationcerts.sandbox.paypal.com",
        ];
        Self::new(
            remote,
            Template::new(providers::PAYPAL.trust(trust)).param("webhook_id", webhook_id),
            HeaderName::from_static("paypal-cert-url"),
            Trust::new(allowed, names)?.likely(likely),
        )
    }
}

impl KeySource for CertificateKeys {
    fn verifier(&self, head: &dyn RequestHead) -> Lookup {
        let mut values = Vec::new();
        head.header_values(&self.header, &mut |value| values.push(value));
        let [value] = values[..] else {
            return Lookup::now(Err(Rejection::new(
                Code::KeyUnknown,
                format!(
                    "header `{}` must appear exactly once, with the URL of the certificate",
                    self.header
                ),
            )));
        };
        let url = std::str::from_utf8(value)
            .ok()
            .and_then(parse)
            .filter(|url| self.allowed.permits_uri(url));
        match url {
            Some(url) => {
                let origin = match &self.likely {
                    Some(likely) if likely.permits_uri(&url) => Origin::Likely,
                    _ => Origin::Request,
                };
                self.cache.get(&url, origin, None)
            }
            None => Lookup::now(Err(untrusted(format!(
                "header `{}` is not an allowed certificate URL",
                self.header
            )))),
        }
    }

    fn outline(&self) -> Option<Verifier> {
        Some(self.outline.clone())
    }
}
