//! Parts of schemes that entries of several trades share.

use std::borrow::Cow;

use crate::Encoding;
use crate::scheme::{Algorithm, Binding, Curve, Digest, EcdsaForm, KeyForm, Location, Scheme};
use crate::text::time::TimeUnit;

/// Standard Webhooks with a shared secret, form `v1`.
pub(super) const fn standard(name: &'static str) -> Scheme {
    Scheme::hmac(name, Digest::Sha256)
        .header("webhook-signature")
        .format("v1,{signature}")
        .separator(" ")
        .encoding(Encoding::Base64)
        .signed("{id}.{timestamp}.{body}")
        .timestamp_header("webhook-timestamp", TimeUnit::Seconds)
        .tolerance(300)
        .event_id_header("webhook-id")
        .key(KeyForm::Base64(Cow::Borrowed("whsec_")))
}

/// A compact JWS as the whole value.
pub(super) const COMPACT: &str = "{jws_header}.{jws_payload}.{signature}";

/// A JWT signed with HMAC-SHA256 in a header.
pub(super) const fn hs256(
    name: &'static str,
    header: &'static str,
    format: &'static str,
) -> Scheme {
    Scheme::hmac(name, Digest::Sha256)
        .header(header)
        .jws(format)
}

/// A claim of the token that must equal a text.
pub(super) const fn claim(pointer: &'static str, is: &'static str) -> Binding {
    Binding::new(Location::Claim(Cow::Borrowed(pointer)), is)
}

/// ECDSA on P-256 with SHA-256, in DER.
pub(super) const ECDSA_P256: Algorithm =
    Algorithm::Ecdsa(Curve::P256, Digest::Sha256, EcdsaForm::Der);

/// ECDSA on P-256 with SHA-256, as JOSE writes it.
pub(super) const ES256: Algorithm = Algorithm::Ecdsa(Curve::P256, Digest::Sha256, EcdsaForm::Fixed);

/// RSA PKCS#1 v1.5 with SHA-256.
pub(super) const RS256: Algorithm = Algorithm::RsaPkcs1(Digest::Sha256);

/// Standard Webhooks with Ed25519, form `v1a`.
pub(super) const fn v1a(name: &'static str) -> Scheme {
    Scheme::public_key(name, Algorithm::Ed25519)
        .header("webhook-signature")
        .format("v1a,{signature}")
        .separator(" ")
        .signed("{id}.{timestamp}.{body}")
        .timestamp_header("webhook-timestamp", TimeUnit::Seconds)
        .tolerance(300)
        .event_id_header("webhook-id")
}
