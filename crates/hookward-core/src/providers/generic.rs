//! Forms that many senders share.

use super::catalogue;
use crate::scheme::{Digest, Scheme};

catalogue! {
    /// WebSub and its kin: `X-Hub-Signature: sha1=<hex>`, HMAC-SHA1 over the raw
    /// body; several stand there separated by commas, and some senders leave the
    /// prefix out.
    ///
    /// Key: `hub.secret` of the subscription, as text. Which hash a hub uses is
    /// its choice: take the entry for that one, so that nothing in the request
    /// can choose another.
    X_HUB_SIGNATURE_SHA1 {
        title: "WebSub, SHA-1",
        aliases: [],
        page: "https://www.w3.org/TR/websub/#signature-validation",
        evidence: Vectors,
        notes: "HMAC-SHA1: ask the hub for SHA-256. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("x-hub-signature-sha1", Digest::Sha1)
            .header("x-hub-signature")
            .format("sha1={signature}")
            .separator(",")
            .or(X_HUB_BARE_SHA1),
    }

    /// WebSub and its kin: `X-Hub-Signature: sha256=<hex>`, HMAC-SHA256 over the
    /// raw body; several stand there separated by commas, and some senders leave
    /// the prefix out.
    ///
    /// Key: `hub.secret` of the subscription, as text. Which hash a hub uses is
    /// its choice: take the entry for that one, so that nothing in the request
    /// can choose another.
    X_HUB_SIGNATURE_SHA256 {
        title: "WebSub, SHA-256",
        aliases: ["websub"],
        page: "https://www.w3.org/TR/websub/#signature-validation",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("x-hub-signature-sha256", Digest::Sha256)
            .header("x-hub-signature")
            .format("sha256={signature}")
            .separator(",")
            .or(X_HUB_BARE_SHA256),
    }

    /// WebSub and its kin: `X-Hub-Signature: sha512=<hex>`, HMAC-SHA512 over the
    /// raw body; several stand there separated by commas, and some senders leave
    /// the prefix out.
    ///
    /// Key: `hub.secret` of the subscription, as text. Which hash a hub uses is
    /// its choice: take the entry for that one, so that nothing in the request
    /// can choose another.
    X_HUB_SIGNATURE_SHA512 {
        title: "WebSub, SHA-512",
        aliases: [],
        page: "https://www.w3.org/TR/websub/#signature-validation",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("x-hub-signature-sha512", Digest::Sha512)
            .header("x-hub-signature")
            .format("sha512={signature}")
            .separator(",")
            .or(X_HUB_BARE_SHA512),
    }
}

const X_HUB_BARE_SHA1: &[Scheme] = &[Scheme::hmac("x-hub-signature-sha1", Digest::Sha1)
    .header("x-hub-signature")
    .separator(",")];

const X_HUB_BARE_SHA256: &[Scheme] = &[Scheme::hmac("x-hub-signature-sha256", Digest::Sha256)
    .header("x-hub-signature")
    .separator(",")];

const X_HUB_BARE_SHA512: &[Scheme] = &[Scheme::hmac("x-hub-signature-sha512", Digest::Sha512)
    .header("x-hub-signature")
    .separator(",")];
