//! Key forms: the encodings in which providers issue keys.

use super::algorithm::Digest;
use super::text::Text;

/// The form in which the provider issues the key.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyForm {
    /// The secret is the text itself, in UTF-8.
    Text,
    /// The secret is the text in Unicode normalization form NFKD. ASCII is already in
    /// that form; other text requires feature `nfkd`, and is
    /// [`KeyError::NotBuilt`](crate::KeyError::NotBuilt) without it.
    TextNfkd,
    /// The secret is hex-encoded.
    Hex,
    /// The secret is hex-encoded, after an optional prefix.
    HexAfter(Text),
    /// The secret is encoded in standard base64, after an optional prefix (`whsec_`);
    /// empty for none.
    Base64(Text),
    /// The secret is encoded in base64url, padded or not, after an optional prefix; empty
    /// for none.
    Base64Url(Text),
    /// With the prefix, the secret is base64-encoded; without it, the secret is the text
    /// itself.
    Base64OrText(Text),
    /// With the prefix, the secret is base64-encoded, or else the text itself including
    /// the prefix: providers differ, so both are tried. Without the prefix, the secret is
    /// the text itself.
    Base64AndText(Text),
    /// The secret is the raw digest of the text.
    Hashed(Digest),
    /// The secret is the digest of the text in lower-case hex.
    HashedHex(Digest),
    /// A public key: PEM (SPKI, PKCS#1 or an X.509 certificate), as is or itself
    /// base64-encoded, base64 or binary DER, a JWK, a JWK set, the bare modulus of an RSA
    /// key with exponent 65537 in base64url, base64 or hex, or the 32 bytes of an Ed25519
    /// key in hex or base64, with or without `whpk_`.
    PublicKey,
    /// Like [`PublicKey`](Self::PublicKey), with RSA moduli from 1024 bits. Only for
    /// providers whose key is that short: such a key is within reach of a well-funded
    /// attacker.
    ShortRsa,
    /// A secret whose text, repeated and truncated to 32 bytes, is the seed of the
    /// provider's Ed25519 key; or the public key derived from it, in hex. For a text that
    /// could be that key in base64, use [`Key::shared_secret`](crate::Key::shared_secret)
    /// or [`Key::public_key`](crate::Key::public_key).
    RepeatedSeed,
    /// Root certificates, PEM or one in DER. The request carries its certificate chain in
    /// `x5c` of the JWS header, which must lead to one of the roots. Feature `x5c`.
    X5cRoot {
        /// The id of an extension that the provider's signing certificates have,
        /// `1.2.840.113635.100.6.11.1`; empty for none.
        leaf: Text,
        /// The same for the issuing certificate.
        issuer: Text,
    },
    /// Detected from the key's encoding: a public key in PEM, DER, as a JWK or with the
    /// prefix `whpk_`; a secret with the prefix `whsec_`, in a JWK of type `oct`, or any
    /// text that could not be a public key: the text itself, or if it is base64 its
    /// decoded bytes. For a text that could be either, use
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
