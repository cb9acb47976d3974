//! The forms in which providers hand keys out.

use super::{Digest, Text};

/// The form in which the provider hands the key out.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyForm {
    /// The secret is the text itself, in UTF-8.
    Text,
    /// The secret is the text in Unicode normalisation form NFKD. ASCII is in
    /// that form already; other text needs feature `nfkd`, and is
    /// [`KeyError::NotBuilt`](crate::KeyError::NotBuilt) without it.
    TextNfkd,
    /// The secret is the bytes behind hex digits.
    Hex,
    /// The secret is the bytes behind hex digits, after a prefix that may be
    /// left out.
    HexAfter(Text),
    /// The secret is the bytes behind standard base64, after a prefix that
    /// may be left out (`whsec_`); empty for none.
    Base64(Text),
    /// The secret is the bytes behind base64url, padded or not, after a prefix
    /// that may be left out; empty for none.
    Base64Url(Text),
    /// With the prefix the bytes behind base64, without it the text itself.
    Base64OrText(Text),
    /// With the prefix the bytes behind base64, or else the text itself, prefix
    /// included: which of them a provider signs with does not show, so both are
    /// tried. Without it the text itself.
    Base64AndText(Text),
    /// The secret is the raw digest of the text.
    Hashed(Digest),
    /// The secret is the digest of the text, written in lower-case hex.
    HashedHex(Digest),
    /// A public key: PEM (SPKI, PKCS#1 or an X.509 certificate), as it is or in
    /// base64 once more, base64 or binary DER, a JWK, a JWK set, the bare modulus
    /// of an RSA key with exponent 65537 in base64url, base64 or hex, or the 32
    /// bytes of an Ed25519 key in hex or base64, with or without `whpk_`.
    PublicKey,
    /// As [`PublicKey`](Self::PublicKey), with RSA moduli from 1024 bits on.
    /// Only where a provider's key is that short: such a key can be broken by
    /// those with the means.
    ShortRsa,
    /// A secret whose text, repeated and cut to 32 bytes, is the seed of the
    /// provider's Ed25519 key; or the public key made from it, in hex. A text that
    /// could be that key in base64 takes
    /// [`Key::shared_secret`](crate::Key::shared_secret) or
    /// [`Key::public_key`](crate::Key::public_key).
    RepeatedSeed,
    /// Root certificates, PEM or one in DER. The request carries its own
    /// certificate and those above it, in `x5c` of the JWS header, and they
    /// have to lead to one of the roots. Feature `x5c`.
    X5cRoot {
        /// The id of an extension by which the provider marks its signing
        /// certificates, `1.2.840.113635.100.6.11.1`; empty for none.
        leaf: Text,
        /// The same for the certificate directly above.
        issuer: Text,
    },
    /// What the key's form tells: a public key in PEM, DER, as a JWK or behind
    /// `whpk_`; a secret behind `whsec_`, in a JWK of type `oct`, or in any text
    /// that could not be a public key: the text, or where it is base64 the bytes
    /// behind it. What could be either takes
    /// [`Key::shared_secret`](crate::Key::shared_secret) or
    /// [`Key::public_key`](crate::Key::public_key). For
    /// [`Algorithm::MessageSignatures`](crate::Algorithm::MessageSignatures).
    Any,
}

impl KeyForm {
    /// Whether keys of this form are public.
    pub(super) const fn is_public(&self) -> bool {
        matches!(
            self,
            Self::PublicKey | Self::ShortRsa | Self::RepeatedSeed | Self::X5cRoot { .. }
        )
    }
}
