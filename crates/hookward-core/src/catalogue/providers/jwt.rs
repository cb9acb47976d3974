//! Providers that sign a JWT with a shared secret.

use std::borrow::Cow;

use super::{catalogue, retried};
use crate::scheme::{Binding, Digest, Location, Recipient, ReplayBy, Scheme, Success};
use crate::text::time::TimeUnit;

const COMPACT: &str = "{jws_header}.{jws_payload}.{signature}";

catalogue! {
    /// MessageBird: a JWT (HS256) in `MessageBird-Signature-JWT` with the hex
    /// digests of URL and body as claims `url_hash` and `payload_hash`.
    ///
    /// Key: the signing key of *Developer settings*, as text. `payload_hash` is
    /// there exactly when there is a body. Behind a proxy the external URL has
    /// to be configured. The signed `jti` is the event's id. HS384 and HS512 are
    /// accepted with `.accept("hs384")` and `.accept("hs512")`.
    MESSAGEBIRD {
        title: "MessageBird",
        aliases: [],
        page: "https://developers.messagebird.com/api/#verifying-http-requests",
        evidence: Vectors,
        notes: "The URL is signed, with its query. A token lives for a minute. HS384 and HS512 are off unless they are accepted by name.",
        scheme: messagebird(Digest::Sha256).form("hs256").or(MESSAGEBIRD_LONGER)
            .replay_by(ReplayBy::Content)
            .replay_because("The signed token names itself (jti) and binds URL and body, so two deliveries differ; nothing says that a retry keeps the token, and with a new one it is handled twice.")
            .retries(retried::NOT_2XX.lasting("8 hours")),
    }

    /// Vonage's signed webhooks: a JWT (HS256) as a bearer token with the hex
    /// digest of the body as claim `payload_hash`.
    ///
    /// Key: the signature secret of the account's settings, as text. Deliveries
    /// by GET have no body and no `payload_hash`; their query is not signed.
    VONAGE {
        title: "Vonage",
        aliases: [],
        page: "https://developer.vonage.com/en/getting-started/concepts/webhooks",
        evidence: Sdk,
        notes: "The query of deliveries by GET is not signed.",
        scheme: hs256("vonage", "authorization", "Bearer {jws_header}.{jws_payload}.{signature}")
            .timestamp_at(Location::Claim(Cow::Borrowed("/iat")), TimeUnit::Seconds)
            .event_id_at(Location::Claim(Cow::Borrowed("/jti")))
            .bind(VONAGE_CLAIMS)
            .recipients(const { &[Recipient::new("application", &[Location::Claim(Cow::Borrowed("/application_id"))]).optional()] })
            .replay_by(ReplayBy::Content)
            .replay_because("The signed token names itself (jti) and binds the body; status callbacks of one message share its id, and a retry with a new token is handled twice.")
            .retries(retried::NOT_2XX.lasting("24 hours")),
    }

    /// Upstash QStash: a JWT (HS256) in `Upstash-Signature` with the base64url
    /// digest of the body as claim `body` and the URL as `sub`.
    ///
    /// Keys: the current and the next signing key, in this order. Behind a
    /// proxy the external URL has to be configured.
    QSTASH {
        title: "Upstash QStash",
        aliases: ["upstash"],
        page: "https://upstash.com/docs/qstash/howto/signature",
        evidence: Sdk,
        notes: "The URL is signed as claim sub. Two keys rotate: current and next.",
        scheme: hs256("qstash", "upstash-signature", COMPACT)
            .event_id_at(Location::Claim(Cow::Borrowed("/jti")))
            .bind(QSTASH_CLAIMS)
            .replay_by(ReplayBy::Content)
            .replay_because("The body is the publisher's and may repeat, so it counts together with the signed token, which names itself (jti); Upstash-Message-Id, which stays over retries, is unsigned.")
            .retries(retried::NOT_2XX.lasting("as the sender sets it (3 to 5 retries)")),
    }

    /// Netlify's deploy notifications: a JWT (HS256) in `X-Webhook-Signature`
    /// with the hex digest of the body as claim `sha256`.
    ///
    /// Key: the notification's JWS secret token, as text.
    NETLIFY {
        title: "Netlify",
        aliases: [],
        page: "https://docs.netlify.com/site-deploys/notifications/#payload-signature",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: hs256("netlify", "x-webhook-signature", COMPACT).bind(NETLIFY_CLAIMS)
            .replay_by(ReplayBy::Content)
            .replay_because("id is the deploy's and comes with each of its states; the body holds state and updated_at."),
    }

    /// LiveKit: a JWT (HS256) in `Authorization`, without a scheme before it,
    /// with the base64 digest of the body as claim `sha256`.
    ///
    /// Key: the API secret, as text. The token's issuer is the API key that the
    /// secret belongs to; its expiry is held to.
    LIVEKIT {
        title: "LiveKit",
        aliases: [],
        page: "https://docs.livekit.io/home/server/webhooks/",
        evidence: Sdk,
        notes: "The token is valid for minutes and may be sent again meanwhile. The event id is in the body under /id.",
        scheme: hs256("livekit", "authorization", COMPACT)
            .event_id_json("/id")
            .bind(LIVEKIT_CLAIMS)
            .recipients(const { &[Recipient::new("issuer", &[Location::Claim(Cow::Borrowed("/iss"))]).optional()] })
            .replay_by(ReplayBy::Id)
            .replay_because("Each event has an id of its own, and a retry sends the same bytes with the same token.")
            .retries(retried::BUSY_OR_SERVER_ERRORS.lasting("seconds (go-retryablehttp's defaults)")),
    }

    /// monday.com: a JWT (HS256) in `Authorization`, without a scheme before it.
    /// It does not cover the body.
    ///
    /// Key: the app's signing secret, as text; for the app's lifecycle webhooks its
    /// client secret. Compare the token's claim `aud` with your endpoint's URL.
    MONDAY {
        title: "monday.com",
        aliases: [],
        page: "https://developer.monday.com/apps/docs/authorization-header",
        evidence: Documented,
        notes: "The body is not signed: whoever reads one token can send any body until it expires. Webhooks made with a personal token carry none.",
        scheme: hs256("monday", "authorization", COMPACT)
            .recipients(const { &[Recipient::new("audience", &[Location::Claim(Cow::Borrowed("/aud"))]).optional()] })
            .replay_by(ReplayBy::Body)
            .replay_because("The token proves no content; triggerUuid is the trigger's, which several webhooks on one board can share, so the whole body counts; a retry with a new token is handled twice.")
            .retries(retried::NOT_2XX.lasting("30 minutes"))
            .success(Success::Ok),
    }
}

const fn messagebird(digest: Digest) -> Scheme {
    Scheme::hmac("messagebird", digest)
        .header("messagebird-signature-jwt")
        .jws(COMPACT)
        .event_id_at(Location::Claim(Cow::Borrowed("/jti")))
        .bind(MESSAGEBIRD_CLAIMS)
}

const MESSAGEBIRD_LONGER: &[Scheme] = &[
    messagebird(Digest::Sha384)
        .form("hs384")
        .replay_by(ReplayBy::Content)
        .opt_in(),
    messagebird(Digest::Sha512)
        .form("hs512")
        .replay_by(ReplayBy::Content)
        .opt_in(),
];

const fn hs256(name: &'static str, header: &'static str, format: &'static str) -> Scheme {
    Scheme::hmac(name, Digest::Sha256)
        .header(header)
        .jws(format)
}

const fn claim(pointer: &'static str, is: &'static str) -> Binding {
    Binding::new(Location::Claim(Cow::Borrowed(pointer)), is)
}

const MESSAGEBIRD_CLAIMS: &[Binding] = &[
    claim("/iss", "MessageBird"),
    claim("/url_hash", "{url|sha256|hex}"),
    claim("/payload_hash", "{body|sha256|hex}").with_body(),
];
const VONAGE_CLAIMS: &[Binding] = &[claim("/payload_hash", "{body|sha256|hex}").with_body()];
const QSTASH_CLAIMS: &[Binding] = &[
    claim("/iss", "Upstash"),
    claim("/sub", "{url}"),
    claim("/body", "{body|sha256|base64url}"),
];
const LIVEKIT_CLAIMS: &[Binding] = &[claim("/sha256", "{body|sha256|base64}")];
const NETLIFY_CLAIMS: &[Binding] = &[
    claim("/iss", "netlify"),
    claim("/sha256", "{body|sha256|hex}"),
];
