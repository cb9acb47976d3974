//! Specifications and conventions that no provider owns.

use super::entry::{catalogue, retried};
use super::parts::{standard, v1a};
use crate::scheme::{Digest, ReplayBy, RetryTime, Scheme};
use crate::text::time::TimeUnit;

catalogue! {
    /// A shared API key in a header, `X-API-Key` or `Authorization: Bearer`.
    ///
    /// It proves that the sender knows the key. It signs nothing: whoever can
    /// read one request can send any other, so it is only as good as the TLS
    /// connection. Replays can be recognised by the body alone, which is no
    /// protection. Another header: `API_KEY.header("x-my-key")`.
    API_KEY {
        title: "Webhook Settings with an API key",
        aliases: [],
        page: "https://www.rfc-editor.org/rfc/rfc6750",
        evidence: Documented,
        notes: "Signs nothing: neither body nor time. The body is {event_time, event_type, current_context, data}.",
        scheme: Scheme::shared_secret("api-key").header("x-api-key").form("header").or(API_KEY_BEARER)
            .replay_by(ReplayBy::Body)
            .replay_because("A key signs nothing; method, target and the whole body count, and the body of these settings carries the time of the event."),
    }

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

    /// Standard Webhooks: `webhook-signature: v1,<base64>` over
    /// `{id}.{timestamp}.{body}`, with `webhook-id` and `webhook-timestamp`.
    ///
    /// Key: `whsec_` and the base64 of the secret; the prefix may be left out, or
    /// be behind `v1,` as Supabase shows it.
    /// Several signatures are in the header during rotation, separated by
    /// spaces; versions other than `v1` are ignored. The id is signed and stays
    /// the same when the provider retries.
    STANDARD_WEBHOOKS {
        title: "Standard Webhooks",
        aliases: ["standardwebhooks", "brex", "dodo-payments", "etsy", "gemini", "incident-io", "lithic", "liveblocks", "loops", "render", "replicate", "supabase"],
        page: "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md",
        evidence: Vectors,
        notes: "The id is signed and survives retries. Many services send this form: Supabase, Render, Replicate and others.",
        scheme: standard("standard-webhooks")
            .replay_by(ReplayBy::Id)
            .replay_because("webhook-id is signed, and the specification makes it the idempotency key: the same however often the message is sent.")
            .retries(retried::NOT_2XX.lasting("75 hours (the specification's example)").time(RetryTime::Renewed)),
    }

    /// Standard Webhooks with Ed25519: `webhook-signature: v1a,<base64>` over
    /// `{id}.{timestamp}.{body}`.
    ///
    /// Key: `whpk_` and the base64 of the 32-byte public key. `v1` entries in
    /// the same header are HMACs and are ignored.
    STANDARD_WEBHOOKS_V1A {
        title: "Standard Webhooks, asymmetric",
        aliases: ["standardwebhooks-v1a"],
        page: "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md",
        evidence: Vectors,
        notes: "The id is signed and survives retries.",
        scheme: v1a("standard-webhooks-v1a").form("webhook").or(V1A_SVIX)
            .replay_by(ReplayBy::Id)
            .replay_because("The id is signed, and the specification makes it the idempotency key.")
            .retries(retried::NOT_2XX.lasting("75 hours (the specification's example)").time(RetryTime::Renewed)),
    }

    /// WebSub and similar protocols: `X-Hub-Signature: sha1=<hex>`, HMAC-SHA1
    /// over the raw body; several are separated by commas. Some senders leave
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

    /// WebSub and similar protocols: `X-Hub-Signature: sha256=<hex>`,
    /// HMAC-SHA256 over the raw body; several are separated by commas. Some
    /// senders leave the prefix out: `.accept("bare")`.
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

    /// WebSub and similar protocols: `X-Hub-Signature: sha512=<hex>`,
    /// HMAC-SHA512 over the raw body; several are separated by commas. Some
    /// senders leave the prefix out: `.accept("bare")`.
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

const API_KEY_BEARER: &[Scheme] = &[Scheme::shared_secret("api-key")
    .header("authorization")
    .format("Bearer {signature}")
    .form("bearer")
    .replay_by(ReplayBy::Body)];

const V1A_SVIX: &[Scheme] = &[v1a("standard-webhooks-v1a")
    .header("svix-signature")
    .timestamp_header("svix-timestamp", TimeUnit::Seconds)
    .event_id_header("svix-id")
    .form("svix")
    .replay_by(ReplayBy::Id)];

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
