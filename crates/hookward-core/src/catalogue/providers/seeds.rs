//! The systems that hookward was first built for.

use super::catalogue;
use crate::scheme::{Digest, ReplayBy, Scheme};
use crate::text::time::TimeUnit;

catalogue! {
    /// Zenskar: `X-Signature: sha256=<hex>` over the raw body.
    ///
    /// Key: the webhook's signing secret, as text. No timestamp and no id: a
    /// recorded delivery stays valid for ever, and only the replay guard,
    /// keyed by the verified content, stops a copy.
    ZENSKAR {
        title: "Zenskar",
        aliases: [],
        page: "https://docs.zenskar.com",
        evidence: Documented,
        notes: "No timestamp and no event id. The payload is {\"event_info\": {…}, \"event_triggered\": \"customer.updated\"}.",
        scheme: Scheme::hmac("zenskar", Digest::Sha256)
            .header("x-signature")
            .format("sha256={signature}")
            .replay_by(ReplayBy::Content)
            .replay_because("The body names what happened and carries the object; neither an id of the event nor a time is documented. Without one, a customer who is changed, changed back and changed again sends two equal bodies, and the second is taken for a repeat: name a place where your events carry an id."),
    }

    /// Nalpeiron Zentitle2: `N-Signature: <base64>`, RSA PKCS#1 v1.5 with
    /// SHA-256 over the raw body.
    ///
    /// Key: the account's public key, shown under *Account, Credentials* as
    /// "RSA Modulus": the bare modulus in base64url, 2048 bits, the exponent
    /// is always 65537. PEM is taken too. The test delivery has an empty body
    /// and verifies like any other. No timestamp and no id header.
    ZENTITLE {
        title: "Nalpeiron Zentitle2",
        aliases: ["zentitle2", "nalpeiron"],
        page: "https://github.com/Nalpeiron/samples-dotnet/tree/main/Webhooks.Console",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever. The test delivery has an empty body. Sent once: exactly one N-Signature header.",
        scheme: Scheme::rsa_pkcs1("zentitle", Digest::Sha256).header("n-signature")
            .replay_by(ReplayBy::Content)
            .replay_because("The signed body is the event; the test button's, which is empty, is not claimed."),
    }

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
        scheme: Scheme::shared_secret("api-key").header("x-api-key").form("header").or(BEARER)
            .replay_by(ReplayBy::Body)
            .replay_because("A key signs nothing; method, target and the whole body count, and the body of these settings carries the time of the event."),
    }

    /// Zenovay: the bare hex HMAC-SHA256 of the raw body in
    /// `X-Zenovay-Signature`.
    ///
    /// Key: the webhook's secret, as text; rotating it ends the old one at
    /// once. The header's name can be chosen: `ZENOVAY.header("x-mine")`. A
    /// timestamp in `X-Zenovay-Timestamp` is held to the window where it is
    /// sent, but it is not signed and proves nothing.
    ZENOVAY {
        title: "Zenovay",
        aliases: [],
        page: "https://docs.zenovay.com",
        evidence: Documented,
        notes: "Rotation ends the old secret at once. The timestamp header is optional and unsigned. Answer 2xx fast and work afterwards; be idempotent by event id.",
        scheme: Scheme::hmac("zenovay", Digest::Sha256)
            .header("x-zenovay-signature")
            .timestamp_header("x-zenovay-timestamp", TimeUnit::SecondsOrMillis)
            .optional_timestamp()
            .replay_by(ReplayBy::Content)
            .replay_because("The signed body carries the event's id, whose place differs by payload: until it is named, an equal body is a repeat. X-Zenovay-Timestamp is unsigned."),
    }
}

const BEARER: &[Scheme] = &[Scheme::shared_secret("api-key")
    .header("authorization")
    .format("Bearer {signature}")
    .form("bearer")
    .replay_by(ReplayBy::Body)];
