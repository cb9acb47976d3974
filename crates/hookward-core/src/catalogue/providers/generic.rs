//! Forms that many senders share.

use super::catalogue;
use crate::scheme::{Digest, ReplayBy, Scheme};

catalogue! {
    /// HTTP Message Signatures (RFC 9421): `Signature-Input` lists what
    /// `Signature` covers, `Content-Digest` (RFC 9530) covers the body.
    ///
    /// Refused is a signature that does not cover method, target and digest,
    /// or whose `created` is more than 300 seconds off;
    /// `Verifier::message_signatures` takes another policy, and so do the
    /// parameters `require`, `tag`, `label` and `algorithms`. `keyid` chooses
    /// the key on the ring.
    ///
    /// Key: a shared secret as text or base64, or a public key in PEM, DER or
    /// as a JWK (RSA, ECDSA P-256 and P-384, Ed25519).
    RFC9421 {
        title: "HTTP Message Signatures",
        aliases: ["http-message-signatures", "rfc-9421"],
        page: "https://www.rfc-editor.org/rfc/rfc9421",
        evidence: Vectors,
        notes: "What `Signature-Input` does not list can be changed on the way: method, target and body digest are required, other headers where the policy names them.",
        scheme: Scheme::message_signatures("rfc9421")
            .replay_by(ReplayBy::Content)
            .replay_because("Whoever signs decides what a body says; the required components with the time of signing tell two requests apart unless both are made in the same second, and a retry that is signed afresh counts as another delivery."),
    }

    /// WebSub and its kin: `X-Hub-Signature: sha1=<hex>`, HMAC-SHA1 over the raw
    /// body; several are separated by commas. Some senders leave
    /// the prefix out: `.accept("bare")`.
    ///
    /// Key: `hub.secret` of the subscription, as text. Which hash a hub uses is
    /// its choice: take the entry for that one, so that nothing in the request
    /// can choose another.
    X_HUB_SIGNATURE_SHA1 {
        title: "WebSub, SHA-1",
        aliases: [],
        page: "https://www.w3.org/TR/websub/#signature-validation",
        evidence: Vectors,
        notes: "HMAC-SHA1: ask the hub for SHA-256. Without the prefix (form bare) it is off unless accepted by name. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("x-hub-signature-sha1", Digest::Sha1)
            .header("x-hub-signature")
            .format("sha1={signature}")
            .separator(",")
            .form("prefixed")
            .or(X_HUB_BARE_SHA1)
            .replay_by(ReplayBy::None)
            .replay_because("A hub sends the topic's content again whenever it pings, with neither id nor time: a feed that is unchanged, or a value that comes back, gives equal bodies."),
    }

    /// WebSub and its kin: `X-Hub-Signature: sha256=<hex>`, HMAC-SHA256 over the
    /// raw body; several are separated by commas. Some senders leave
    /// the prefix out: `.accept("bare")`.
    ///
    /// Key: `hub.secret` of the subscription, as text. Which hash a hub uses is
    /// its choice: take the entry for that one, so that nothing in the request
    /// can choose another.
    X_HUB_SIGNATURE_SHA256 {
        title: "WebSub, SHA-256",
        aliases: ["websub"],
        page: "https://www.w3.org/TR/websub/#signature-validation",
        evidence: Vectors,
        notes: "Without the prefix (form bare) it is off unless accepted by name. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("x-hub-signature-sha256", Digest::Sha256)
            .header("x-hub-signature")
            .format("sha256={signature}")
            .separator(",")
            .form("prefixed")
            .or(X_HUB_BARE_SHA256)
            .replay_by(ReplayBy::None)
            .replay_because("A hub sends the topic's content again whenever it pings, with neither id nor time: a feed that is unchanged, or a value that comes back, gives equal bodies."),
    }

    /// WebSub and its kin: `X-Hub-Signature: sha512=<hex>`, HMAC-SHA512 over the
    /// raw body; several are separated by commas. Some senders leave
    /// the prefix out: `.accept("bare")`.
    ///
    /// Key: `hub.secret` of the subscription, as text. Which hash a hub uses is
    /// its choice: take the entry for that one, so that nothing in the request
    /// can choose another.
    X_HUB_SIGNATURE_SHA512 {
        title: "WebSub, SHA-512",
        aliases: [],
        page: "https://www.w3.org/TR/websub/#signature-validation",
        evidence: Vectors,
        notes: "Without the prefix (form bare) it is off unless accepted by name. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("x-hub-signature-sha512", Digest::Sha512)
            .header("x-hub-signature")
            .format("sha512={signature}")
            .separator(",")
            .form("prefixed")
            .or(X_HUB_BARE_SHA512)
            .replay_by(ReplayBy::None)
            .replay_because("A hub sends the topic's content again whenever it pings, with neither id nor time: a feed that is unchanged, or a value that comes back, gives equal bodies."),
    }
}

const X_HUB_BARE_SHA1: &[Scheme] = &[Scheme::hmac("x-hub-signature-sha1", Digest::Sha1)
    .header("x-hub-signature")
    .separator(",")
    .form("bare")
    .opt_in()
    .replay_by(ReplayBy::None)];

const X_HUB_BARE_SHA256: &[Scheme] = &[Scheme::hmac("x-hub-signature-sha256", Digest::Sha256)
    .header("x-hub-signature")
    .separator(",")
    .form("bare")
    .opt_in()
    .replay_by(ReplayBy::None)];

const X_HUB_BARE_SHA512: &[Scheme] = &[Scheme::hmac("x-hub-signature-sha512", Digest::Sha512)
    .header("x-hub-signature")
    .separator(",")
    .form("bare")
    .opt_in()
    .replay_by(ReplayBy::None)];
