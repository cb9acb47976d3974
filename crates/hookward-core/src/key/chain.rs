//! Certificate chain validation: the chain that a JWS carries in `x5c` (RFC 7515 section
//! 4.1.6), up to a root that the operator configures.
//!
//! The sender chooses the certificates, so the work on them must be bounded before
//! anything is authenticated. There are at most three, each certifies the one before it,
//! and no two have the same name. That leaves a single path, and validating it takes at
//! most three signature verifications for each root whose name is the issuer of the last
//! certificate.

#![cfg_attr(not(feature = "x5c"), allow(dead_code, unused_variables))]

use crate::crypto::PublicKey;
use crate::key::KeyError;
#[cfg(feature = "x5c")]
use crate::request::reason::{Reason, text};
use crate::request::rejection::Rejection;
use crate::scheme::Algorithm;
#[cfg(feature = "x5c")]
use crate::text::der::oid;
use crate::text::time::UnixTime;

/// The maximum number of certificates in a chain: the signer's, the intermediate, and the
/// root, which may be omitted.
pub(crate) const MAX_CHAIN: usize = 3;

/// The trust anchors of a chain, and the extensions that its certificates must have.
#[derive(Clone)]
pub(crate) struct Roots {
    #[cfg(feature = "x5c")]
    anchors: std::sync::Arc<[rustls_pki_types::TrustAnchor<'static>]>,
    /// An extension that the leaf must have, its id encoded in DER.
    leaf: Option<Box<[u8]>>,
    /// The same for the issuer of the leaf.
    issuer: Option<Box<[u8]>>,
}

impl Roots {
    #[cfg(not(feature = "x5c"))]
    pub(crate) fn parse(_: &[u8], _: &str, _: &str) -> Result<Self, KeyError> {
        Err(KeyError::NotBuilt("x5c"))
    }

    #[cfg(not(feature = "x5c"))]
    pub(crate) fn leaf_key(
        &self,
        algorithm: Algorithm,
        chain: &[Vec<u8>],
        now: UnixTime,
    ) -> Result<PublicKey, Rejection> {
        Err(KeyError::NotBuilt("x5c").into())
    }

    /// Parses one or several root certificates in PEM, or one in DER; extensions are
    /// given by id, empty for none.
    #[cfg(feature = "x5c")]
    pub(crate) fn parse(bytes: &[u8], leaf: &str, issuer: &str) -> Result<Self, KeyError> {
        use rustls_pki_types::CertificateDer;
        use rustls_pki_types::pem::PemObject as _;
        let wrong = || KeyError::Unparsable("a root certificate in PEM or DER");
        let certificates = if bytes.trim_ascii_start().starts_with(b"-----BEGIN") {
            CertificateDer::pem_slice_iter(bytes)
                .collect::<Result<Vec<_>, _>>()
                .map_err(|_| wrong())?
        } else {
            vec![CertificateDer::from(bytes)]
        };
        let anchors: std::sync::Arc<[_]> = certificates
            .iter()
            .map(|der| {
                webpki::anchor_from_trusted_cert(der)
                    .map(|anchor| anchor.to_owned())
                    .map_err(|_| wrong())
            })
            .collect::<Result<_, _>>()?;
        if anchors.is_empty() {
            return Err(wrong());
        }
        Ok(Self {
            anchors,
            leaf: oid(leaf),
            issuer: oid(issuer),
        })
    }

    /// The certificates below the root, if they form a chain in the order of RFC 7515
    /// section 4.1.6. Compares only names.
    #[cfg(feature = "x5c")]
    fn path<'a>(&self, chain: &'a [Vec<u8>]) -> Result<&'a [Vec<u8>], Rejection> {
        if chain.len() > MAX_CHAIN {
            return Err(Reason::ChainTooLong { most: MAX_CHAIN }.into());
        }
        let names = chain
            .iter()
            .map(|der| Names::of(der))
            .collect::<Option<Vec<_>>>()
            .ok_or(Reason::NotACertificate)?;
        let is_in_order = names
            .windows(2)
            .all(|pair| pair[0].issuer == pair[1].subject);
        let is_repeated = |(i, name): (usize, &Names<'_>)| {
            names[..i].iter().any(|below| below.subject == name.subject)
        };
        if !is_in_order || names.iter().enumerate().any(is_repeated) {
            return Err(Reason::ChainOrder.into());
        }
        let top = names.iter().position(|name| {
            self.anchors
                .iter()
                .any(|anchor| anchor.subject.as_ref() == name.issuer)
        });
        match top {
            Some(top) => Ok(&chain[..=top]),
            None if chain.is_empty() => Ok(chain),
            None => Err(Reason::OtherRoot.into()),
        }
    }

    /// The key of the first certificate, if the chain is valid at `now` (RFC 5280 section
    /// 6).
    #[cfg(feature = "x5c")]
    pub(crate) fn leaf_key(
        &self,
        algorithm: Algorithm,
        chain: &[Vec<u8>],
        now: UnixTime,
    ) -> Result<PublicKey, Rejection> {
        use rustls_pki_types::CertificateDer;
        let wrong = |error: webpki::Error| Reason::ChainNotTrusted {
            problem: text(error),
        };
        let path = self.path(chain)?;
        let certificates: Vec<_> = path
            .iter()
            .map(|der| CertificateDer::from(der.as_slice()))
            .collect();
        let Some((first, above)) = certificates.split_first() else {
            return Err(Reason::NoCertificate.into());
        };
        let leaf = webpki::EndEntityCert::try_from(first).map_err(wrong)?;
        let seconds = u64::try_from(now.as_secs()).unwrap_or(0);
        let path = leaf
            .verify_for_usage(
                verify::ALGORITHMS,
                &self.anchors,
                above,
                rustls_pki_types::UnixTime::since_unix_epoch(std::time::Duration::from_secs(
                    seconds,
                )),
                verify::AnyUsage,
                None,
                None,
            )
            .map_err(wrong)?;
        let issuer = path.intermediate_certificates().next();
        let marked = |mark: &Option<Box<[u8]>>, der: Option<&[u8]>| match mark {
            None => true,
            Some(mark) => der.is_some_and(|der| has_extension(der, mark).unwrap_or(false)),
        };
        let issuer = issuer.map(|issuer| issuer.der());
        if !marked(&self.leaf, Some(first)) || !marked(&self.issuer, issuer.as_deref()) {
            return Err(Reason::ChainNotMarked.into());
        }
        crate::key::of_certificate(algorithm, &leaf.subject_public_key_info()).map_err(|error| {
            let problem = text(error);
            Reason::CertificateKey { problem }.into()
        })
    }
}

/// Issuer and subject of a certificate (RFC 5280 section 4.1.2), without their tags.
#[cfg(feature = "x5c")]
struct Names<'a> {
    issuer: &'a [u8],
    subject: &'a [u8],
}

#[cfg(feature = "x5c")]
impl<'a> Names<'a> {
    fn of(certificate: &'a [u8]) -> Option<Self> {
        use crate::key::tlv;
        const SEQUENCE: u8 = 0x30;
        const VERSION: u8 = 0xa0;
        let (SEQUENCE, certificate, []) = tlv(certificate)? else {
            return None;
        };
        let (SEQUENCE, mut rest, _) = tlv(certificate)? else {
            return None;
        };
        if tlv(rest)?.0 == VERSION {
            rest = tlv(rest)?.2;
        }
        // serialNumber, signature
        for _ in 0..2 {
            rest = tlv(rest)?.2;
        }
        let (_, issuer, rest) = tlv(rest)?;
        let (_, _validity, rest) = tlv(rest)?;
        let (_, subject, _) = tlv(rest)?;
        Some(Self { issuer, subject })
    }
}

/// Whether a certificate has an extension (RFC 5280 section 4.1.2.9).
fn has_extension(certificate: &[u8], id: &[u8]) -> Option<bool> {
    use crate::key::tlv;
    const EXTENSIONS: u8 = 0xa3;
    let (_, certificate, _) = tlv(certificate)?;
    let (_, mut rest, _) = tlv(certificate)?;
    while !rest.is_empty() {
        let (tag, content, after) = tlv(rest)?;
        rest = after;
        if tag != EXTENSIONS {
            continue;
        }
        let (_, mut extensions, _) = tlv(content)?;
        while !extensions.is_empty() {
            let (_, extension, after) = tlv(extensions)?;
            extensions = after;
            if tlv(extension)?.1 == id {
                return Some(true);
            }
        }
    }
    Some(false)
}

/// Verifies the signatures of a chain with this crate's crypto provider.
#[cfg(feature = "x5c")]
mod verify {
    use rustls_pki_types::{
        AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id,
    };
    use webpki::{Error, ExtendedKeyUsageValidator, KeyPurposeIdIter};

    use crate::crypto::Stream;
    use crate::scheme::{Algorithm, Curve, Digest, EcdsaForm};

    /// Certificates of message signers have no standard extended key usage.
    pub(super) struct AnyUsage;

    impl ExtendedKeyUsageValidator for AnyUsage {
        fn validate(&self, purposes: KeyPurposeIdIter<'_, '_>) -> Result<(), Error> {
            for purpose in purposes {
                purpose?;
            }
            Ok(())
        }
    }

    #[derive(Debug)]
    struct ChainSignature {
        key: AlgorithmIdentifier,
        signature: AlgorithmIdentifier,
        algorithm: Algorithm,
    }

    impl SignatureVerificationAlgorithm for ChainSignature {
        fn verify_signature(
            &self,
            public_key: &[u8],
            message: &[u8],
            signature: &[u8],
        ) -> Result<(), InvalidSignature> {
            #[cfg(test)]
            super::tests::OPERATIONS.with(|count| count.set(count.get() + 1));
            let key = crate::key::of_subject(self.algorithm, public_key).ok_or(InvalidSignature)?;
            let mut hash = Stream::hash(self.algorithm.message_digest());
            hash.update(message);
            let digest = hash.finish();
            if key.verify(self.algorithm, digest.as_bytes(), signature) {
                Ok(())
            } else {
                Err(InvalidSignature)
            }
        }

        fn public_key_alg_id(&self) -> AlgorithmIdentifier {
            self.key
        }

        fn signature_alg_id(&self) -> AlgorithmIdentifier {
            self.signature
        }
    }

    const fn ecdsa(curve: Curve, digest: Digest) -> ChainSignature {
        ChainSignature {
            key: match curve {
                Curve::P256 => alg_id::ECDSA_P256,
                Curve::P384 => alg_id::ECDSA_P384,
            },
            signature: match digest {
                Digest::Sha384 => alg_id::ECDSA_SHA384,
                _ => alg_id::ECDSA_SHA256,
            },
            algorithm: Algorithm::Ecdsa(curve, digest, EcdsaForm::Der),
        }
    }

    const fn rsa(digest: Digest, signature: AlgorithmIdentifier) -> ChainSignature {
        ChainSignature {
            key: alg_id::RSA_ENCRYPTION,
            signature,
            algorithm: Algorithm::RsaPkcs1(digest),
        }
    }

    pub(super) const ALGORITHMS: &[&dyn SignatureVerificationAlgorithm] = &[
        &ecdsa(Curve::P256, Digest::Sha256),
        &ecdsa(Curve::P256, Digest::Sha384),
        &ecdsa(Curve::P384, Digest::Sha256),
        &ecdsa(Curve::P384, Digest::Sha384),
        &rsa(Digest::Sha256, alg_id::RSA_PKCS1_SHA256),
        &rsa(Digest::Sha384, alg_id::RSA_PKCS1_SHA384),
        &rsa(Digest::Sha512, alg_id::RSA_PKCS1_SHA512),
    ];
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    thread_local! {
        /// The number of certificate signatures verified by this thread.
        pub(super) static OPERATIONS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
    }

    /// The result, and the number of signatures verified for it.
    #[cfg(feature = "x5c")]
    fn counted(roots: &Roots, chain: &[Vec<u8>]) -> (bool, usize) {
        let algorithm = crate::catalogue::providers::APPLE_APP_STORE_V2.algorithm;
        let before = OPERATIONS.get();
        let now = UnixTime::from_secs(1_761_962_975);
        let is_trusted = roots.leaf_key(algorithm, chain, now).is_ok();
        (is_trusted, OPERATIONS.get() - before)
    }

    #[cfg(feature = "x5c")]
    #[test]
    fn a_chain_is_linear_short_and_costs_a_bounded_number_of_signatures() {
        use crate::text::encoding::Encoding;

        let chains: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/data/apple-chains.json")).unwrap();
        let der = |which: &str| {
            let text = chains["real"][which].as_str().unwrap();
            Encoding::Base64.decode(text.as_bytes()).unwrap()
        };
        let (leaf, issuer, root) = (der("leaf"), der("intermediate"), der("root"));
        let roots = Roots::parse(&root, "", "").unwrap();
        let tampered = |der: &[u8]| {
            let mut der = der.to_vec();
            // Within the signature, which comes last.
            *der.last_mut().unwrap() ^= 1;
            der
        };
        let chain = |parts: &[&Vec<u8>]| parts.iter().map(|der| (*der).clone()).collect::<Vec<_>>();
        let (bad_leaf, bad_issuer) = (tampered(&leaf), tampered(&issuer));
        for (parts, expected) in [
            (chain(&[&leaf, &issuer]), (true, 2)),
            (chain(&[&leaf, &issuer, &root]), (true, 2)),
            (chain(&[&bad_leaf, &issuer, &root]), (false, 2)),
            (chain(&[&leaf, &bad_issuer, &root]), (false, 1)),
            (chain(&[&leaf]), (false, 0)),
            (chain(&[&leaf, &root]), (false, 0)),
            (chain(&[&issuer, &leaf]), (false, 0)),
            (chain(&[&leaf, &root, &issuer]), (false, 0)),
            (chain(&[&leaf, &issuer, &issuer]), (false, 0)),
            (chain(&[&leaf, &leaf, &issuer]), (false, 0)),
            (chain(&[&root, &root, &root]), (false, 0)),
            (chain(&[&leaf, &issuer, &root, &root]), (false, 0)),
            (
                chain(&[&leaf, &issuer, &issuer, &issuer, &issuer, &issuer]),
                (false, 0),
            ),
            (chain(&[&b"x".to_vec(), &issuer]), (false, 0)),
            (chain(&[]), (false, 0)),
        ] {
            let sizes: Vec<_> = parts.iter().map(Vec::len).collect();
            assert_eq!(counted(&roots, &parts), expected, "{sizes:?}");
        }
        // Truncated and changed at every byte: never a panic, never more work.
        for at in 0..issuer.len() {
            for other in [issuer[..at].to_vec(), {
                let mut other = issuer.clone();
                other[at] ^= 0xff;
                other
            }] {
                assert!(counted(&roots, &[leaf.clone(), other, root.clone()]).1 <= 3);
            }
        }
    }

    /// Certificates of Apple, and of the tests of Apple's library.
    #[cfg(feature = "x5c")]
    #[test]
    fn a_chain_must_match_root_extensions_and_time() {
        use crate::catalogue::providers;
        use crate::scheme::KeyForm;
        use crate::text::encoding::Encoding;

        const NOVEMBER_2025: i64 = 1_761_962_975;
        let chains: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/data/apple-chains.json")).unwrap();
        let der = |chain: &str, which: &str| {
            let text = chains[chain][which].as_str().unwrap();
            Encoding::Base64.decode(text.as_bytes()).unwrap()
        };
        let KeyForm::X5cRoot { leaf, issuer } = providers::APPLE_APP_STORE_V2.key else {
            return;
        };
        let check = |root: &str, chain: &str, seconds: i64, marks: [&str; 2]| {
            let roots = Roots::parse(&der(root, "root"), marks[0], marks[1]).unwrap();
            let certificates = [der(chain, "leaf"), der(chain, "intermediate")];
            let algorithm = providers::APPLE_APP_STORE_V2.algorithm;
            let now = UnixTime::from_secs(seconds);
            roots.leaf_key(algorithm, &certificates, now).is_ok()
        };
        let marks = [&*leaf, &*issuer];
        for (root, chain, now, expected) in [
            ("real", "real", NOVEMBER_2025, true),
            ("test", "test", NOVEMBER_2025, true),
            ("real", "test", NOVEMBER_2025, false),
            ("test", "real", NOVEMBER_2025, false),
            ("test", "unmarked_intermediate", NOVEMBER_2025, false),
            ("test", "unmarked_leaf", NOVEMBER_2025, false),
            ("test", "test", 2_280_946_846, false),
            ("real", "real", 2_280_946_846, false),
            ("real", "real", 1_600_000_000, false),
        ] {
            assert_eq!(
                check(root, chain, now, marks),
                expected,
                "{root} {chain} {now}"
            );
        }
        assert!(check("test", "unmarked_leaf", NOVEMBER_2025, ["", ""]));
        for bad in [&b""[..], b"x", b"-----BEGIN CERTIFICATE-----\n"] {
            assert!(Roots::parse(bad, "", "").is_err());
        }
    }

    #[cfg(feature = "x5c")]
    #[test]
    fn an_extension_is_found_in_untrusted_certificates() {
        let chains: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/data/apple-chains.json")).unwrap();
        let text = chains["real"]["leaf"].as_str().unwrap();
        let der = crate::text::encoding::Encoding::Base64
            .decode(text.as_bytes())
            .unwrap();
        let mark = oid("1.2.840.113635.100.6.11.1").unwrap();
        assert_eq!(has_extension(&der, &mark), Some(true));
        for cut in 0..der.len() {
            let _ = has_extension(&der[..cut], &mark);
            let mut tampered = der.clone();
            tampered[cut] ^= 0xff;
            let _ = has_extension(&tampered, &mark);
        }
    }

    #[test]
    fn object_identifiers_are_encoded_in_der() {
        assert_eq!(
            oid("1.2.840.113635.100.6.11.1").as_deref(),
            Some(&b"\x2a\x86\x48\x86\xf7\x63\x64\x06\x0b\x01"[..])
        );
        assert_eq!(oid("2.5.4.3").as_deref(), Some(&b"\x55\x04\x03"[..]));
        for bad in [
            "",
            "1",
            "1.",
            "1.x",
            "3.1",
            "1.40",
            "1.2.-1",
            "1.2.4294967296",
        ] {
            assert_eq!(oid(bad), None, "{bad}");
        }
    }
}
