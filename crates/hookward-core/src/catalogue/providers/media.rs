//! Video, images, publishing and social networks.

use std::borrow::Cow;

use super::entry::{catalogue, retried};
use crate::Encoding;
use crate::scheme::{Digest, Location, Recipient, ReplayBy, RetryTime, Scheme, Success};
use crate::text::time::TimeUnit;

catalogue! {
    /// Cloudflare Stream: `Webhook-Signature: time=<seconds>,sig1=<hex>`,
    /// HMAC-SHA256 over `{timestamp}.{body}`.
    ///
    /// Key: the secret in the answer to the request that set the webhook, as
    /// text. The video's id is in the body under `/uid`.
    CLOUDFLARE_STREAM {
        title: "Cloudflare Stream",
        aliases: [],
        page: "https://developers.cloudflare.com/stream/manage-video-library/using-webhooks/",
        evidence: Documented,
        notes: "One webhook, and one key, for each account.",
        scheme: Scheme::hmac("cloudflare-stream", Digest::Sha256)
            .header("webhook-signature")
            .format("time={timestamp},sig1={signature}")
            .signed("{timestamp}.{body}")
            .timestamp_in_signature(TimeUnit::Seconds)
            .tolerance(300)
            .replay_by(ReplayBy::Payload)
            .replay_because("The body is the video's record with its state and the time of its last change, so it is unique for each event; uid is the video's. Without the time of sending a retry signed afresh is the same delivery."),
    }

    /// Cloudinary's notifications: `X-Cld-Signature: <hex>`, the SHA-1 of the raw
    /// body, the time in `X-Cld-Timestamp` and the API secret, one after the
    /// other.
    ///
    /// Key: the product environment's API secret, as text. Accounts can be set to
    /// SHA-256; that is [`CLOUDINARY_SHA256`]. Cloudinary's SDKs allow two hours,
    /// and so does this entry.
    CLOUDINARY {
        title: "Cloudinary",
        aliases: [],
        page: "https://cloudinary.com/documentation/notification_signatures",
        evidence: Sdk,
        notes: "A plain SHA-1 with the secret at the end, not an HMAC. The window is two hours.",
        scheme: Scheme::hash("cloudinary", Digest::Sha1)
            .header("x-cld-signature")
            .signed("{body}{timestamp}{secret}")
            .timestamp_header("x-cld-timestamp", TimeUnit::Seconds)
            .tolerance(7200)
            .replay_by(ReplayBy::Payload)
            .replay_because("The body has the notification's own time, kind and request id, so it is unique for each event; the signed X-Cld-Timestamp is the time of sending and is left out."),
    }

    /// Cloudinary's notifications as [`CLOUDINARY`] has them, with SHA-256, for
    /// accounts that are set to it.
    ///
    /// Key: the product environment's API secret, as text.
    CLOUDINARY_SHA256 {
        title: "Cloudinary (SHA-256)",
        aliases: [],
        page: "https://cloudinary.com/documentation/notification_signatures",
        evidence: Sdk,
        notes: "A plain SHA-256 with the secret at the end, not an HMAC. The window is two hours.",
        scheme: Scheme::hash("cloudinary-sha256", Digest::Sha256)
            .header("x-cld-signature")
            .signed("{body}{timestamp}{secret}")
            .timestamp_header("x-cld-timestamp", TimeUnit::Seconds)
            .tolerance(7200)
            .replay_by(ReplayBy::Payload)
            .replay_because("The body has the notification's own time, kind and request id, so it is unique for each event; the signed X-Cld-Timestamp is the time of sending and is left out."),
    }

    /// Contentful: `x-contentful-signature: <hex>`, HMAC-SHA256 over method,
    /// path, the headers that `x-contentful-signed-headers` lists (as
    /// `name:value`, joined by semicolons) and the raw body, each on a line of
    /// its own.
    ///
    /// Key: the space's or app's signing secret, 64 characters, as text. The time
    /// in `x-contentful-timestamp`, in milliseconds, is one of the headers that
    /// Contentful lists; it must be within thirty seconds, as in Contentful's
    /// SDK. Before they are signed, the query is escaped as `encodeURIComponent`
    /// does and then path and query as `encodeURI` does, as in
    /// `@contentful/node-apps-toolkit`.
    CONTENTFUL {
        title: "Contentful",
        aliases: [],
        page: "https://www.contentful.com/developers/docs/webhooks/request-verification/",
        evidence: Sdk,
        notes: "Thirty seconds. What is signed of path and query is escaped as Contentful's toolkit does it.",
        scheme: Scheme::hmac("contentful", Digest::Sha256)
            .header("x-contentful-signature")
            .signed("{method}\n{target|encode-uri}\n{headers:x-contentful-signed-headers}\n{body}")
            .timestamp_header("x-contentful-timestamp", TimeUnit::Millis)
            .tolerance(30)
            .replay_by(ReplayBy::Content)
            .replay_because("Method, path, the listed headers (topic, time) and the body are signed. X-Contentful-Idempotency-Key tells repeats, but only among recent requests and only where it is listed as signed, and a custom body may repeat: a retry signed afresh is rather handled twice.")
            .retries(retried::BUSY_OR_SERVER_ERRORS.lasting("two retries, 30 seconds apart")),
    }

    /// Discourse: `X-Discourse-Event-Signature: sha256=<hex>`, HMAC-SHA256 over
    /// the raw body.
    ///
    /// Key: the webhook's secret, at least 12 characters, as text; without one
    /// Discourse sends no signature. `X-Discourse-Event-Id` and the event's name
    /// are not signed.
    DISCOURSE {
        title: "Discourse",
        aliases: [],
        page: "https://meta.discourse.org/t/configure-webhooks-that-trigger-on-discourse-events-to-integrate-with-external-services/49045",
        evidence: Documented,
        notes: "X-Discourse-Event-Id is not signed. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("discourse", Digest::Sha256)
            .header("x-discourse-event-signature")
            .format("sha256={signature}")
            .event_id_header("x-discourse-event-id")
            .replay_by(ReplayBy::None)
            .replay_because("The event is named in an unsigned header, and the body is the topic, post or user as it is, in places without a time of change: a topic closed, opened and closed again sends equal bytes.")
            .retries(retried::ERRORS.lasting("only where the site setting retry_web_hook_events is on")),
    }

    /// Frame.io: `X-Frameio-Signature: v0=<hex>`, HMAC-SHA256 over
    /// `v0:{timestamp}:{body}`, the time in `X-Frameio-Request-Timestamp`.
    ///
    /// Key: the webhook's or custom action's signing secret, as text.
    FRAME_IO {
        title: "Frame.io",
        aliases: ["frameio"],
        page: "https://developer.adobe.com/frameio/guides/Webhooks/",
        evidence: Documented,
        notes: "Also for custom actions.",
        scheme: Scheme::hmac("frame-io", Digest::Sha256)
            .header("x-frameio-signature")
            .format("v0={signature}")
            .signed("v0:{timestamp}:{body}")
            .timestamp_header("x-frameio-request-timestamp", TimeUnit::Seconds)
            .tolerance(300)
            .replay_by(ReplayBy::Content)
            .replay_because("The body names type, resource and user and nothing that differs between two updates of one file, so the signed time of sending has to count; a retry signed afresh is rather handled twice.")
            .retries(retried::ERRORS.lasting("five retries with growing gaps")),
    }

    /// Ghost: `X-Ghost-Signature: sha256=<hex>, t=<milliseconds>`, HMAC-SHA256 over
    /// the raw body directly followed by the time.
    ///
    /// Key: the webhook's secret (*Settings, Integrations*), as text; without one
    /// nothing is signed. Ghost 5 before it signed the time is another scheme: the
    /// body alone.
    GHOST {
        title: "Ghost",
        aliases: [],
        page: "https://ghost.org/docs/webhooks/",
        evidence: Documented,
        notes: "Body first, then time. Older installations sign the body alone and do not verify here.",
        scheme: Scheme::hmac("ghost", Digest::Sha256)
            .header("x-ghost-signature")
            .format("sha256={signature}, t={timestamp}")
            .signed("{body}{timestamp}")
            .timestamp_in_signature(TimeUnit::Millis)
            .tolerance(300)
            .replay_by(ReplayBy::Content)
            .replay_because("Some events (site.changed) have an empty body, so the signed time in milliseconds has to count."),
    }

    /// ImageKit: `webhook-signature: v1,<base64>`, HMAC-SHA256 over
    /// `{id}.{timestamp}.{body}`, with `webhook-id` and `webhook-timestamp`, as
    /// Standard Webhooks has it.
    ///
    /// Key: the webhook's secret (`whsec_…`), the whole text, where Standard
    /// Webhooks would decode base64. The older `X-ik-signature` is ignored.
    IMAGEKIT {
        title: "ImageKit",
        aliases: [],
        page: "https://imagekit.io/docs/webhooks",
        evidence: Sdk,
        notes: "The secret is the whole text, not base64. The id is signed.",
        scheme: Scheme::hmac("imagekit", Digest::Sha256)
            .header("webhook-signature")
            .format("v1,{signature}")
            .separator(" ")
            .encoding(Encoding::Base64)
            .signed("{id}.{timestamp}.{body}")
            .timestamp_header("webhook-timestamp", TimeUnit::Seconds)
            .tolerance(300)
            .event_id_header("webhook-id")
            .replay_by(ReplayBy::Id)
            .replay_because("webhook-id is signed and, as Standard Webhooks has it, unique for the event and kept over retries.")
            .retries(retried::NOT_2XX.time(RetryTime::Renewed)),
    }

    /// Kick: `Kick-Event-Signature: <base64>`, RSA PKCS#1 v1.5 with SHA-256 over
    /// `{id}.{timestamp}.{body}`, with `Kick-Event-Message-Id` and
    /// `Kick-Event-Message-Timestamp`.
    ///
    /// Key: Kick's public key, PEM, the same for all, from its public-key
    /// endpoint. The id is signed.
    KICK {
        title: "Kick",
        aliases: [],
        page: "https://docs.kick.com/events/webhook-security",
        evidence: Vectors,
        notes: "The id is signed.",
        scheme: Scheme::rsa_pkcs1("kick", Digest::Sha256)
            .header("kick-event-signature")
            .signed("{id}.{timestamp}.{body}")
            .timestamp_header("kick-event-message-timestamp", TimeUnit::Rfc3339)
            .tolerance(300)
            .event_id_header("kick-event-message-id")
            .recipients(const { &[Recipient::new("broadcaster", &[Location::Json(Cow::Borrowed("/broadcaster/user_id"))])] })
            .replay_by(ReplayBy::Id)
            .replay_because("Kick calls the message id the idempotent key; it is signed, as the event's type, which alone tells a new subscription from a renewal, is not.")
            .retries(retried::NOT_2XX.lasting("3 attempts"))
            .success(Success::Ok),
    }

    /// Kontent.ai: `X-Kontent-ai-Signature: <base64>`, HMAC-SHA256 over the raw
    /// body.
    ///
    /// Key: the webhook's secret, as text. The legacy webhooks send the same in
    /// `X-KC-Signature`, which is accepted with `.accept("legacy")`.
    KONTENT_AI {
        title: "Kontent.ai",
        aliases: ["kontent"],
        page: "https://kontent.ai/learn/docs/webhooks/webhooks/javascript",
        evidence: Sdk,
        notes: "Legacy webhooks (form legacy) are off unless they are accepted by name. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("kontent-ai", Digest::Sha256)
            .header("x-kontent-ai-signature")
            .encoding(Encoding::Base64)
            .form("current")
            .or(KONTENT_AI_LEGACY)
            .replay_by(ReplayBy::Content)
            .replay_because("The body names object, action and the time of the object's last change.")
            .retries(retried::NOT_2XX.lasting("3 days")),
    }

    /// LinkedIn: `X-LI-Signature: <hex>`, HMAC-SHA256 over the text `hmacsha256=`
    /// directly followed by the raw body.
    ///
    /// Key: the app's client secret, as text. The prefix belongs to the content,
    /// not to the header. A new endpoint is checked by a `challengeCode`.
    LINKEDIN {
        title: "LinkedIn",
        aliases: [],
        page: "https://learn.microsoft.com/en-us/linkedin/shared/api-guide/webhook-validation",
        evidence: Documented,
        notes: "The content, not the header, starts with hmacsha256=. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("linkedin", Digest::Sha256)
            .header("x-li-signature")
            .signed("hmacsha256={body}")
            .replay_by(ReplayBy::Content)
            .replay_because("Notifications carry ids of their own, several to a body, leads the time at which they occurred, so two bodies differ; a single id for the request does not exist.")
            .retries(retried::NOT_2XX.lasting("8 hours")),
    }

    /// Meta's platforms: `X-Hub-Signature-256: sha256=<hex>`, HMAC-SHA256 over
    /// the raw body.
    ///
    /// Key: the app secret (*App settings, Basic*), as text. Meta writes the body
    /// with escaped Unicode (`\u00e4`) and signs that form, so only the raw bytes
    /// verify. The older `X-Hub-Signature` with SHA-1 is ignored. A new endpoint
    /// is checked by `hub.challenge`.
    META {
        title: "Meta (Facebook, Instagram, WhatsApp)",
        aliases: ["facebook", "instagram", "whatsapp", "messenger"],
        page: "https://developers.facebook.com/docs/graph-api/webhooks/getting-started#validate-payloads",
        evidence: Vectors,
        notes: "Only the raw bytes, with their \\u escapes, verify. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("meta", Digest::Sha256)
            .header("x-hub-signature-256")
            .format("sha256={signature}")
            .replay_by(ReplayBy::Content)
            .replay_because("Bodies carry the time of each entry or the ids and times of messages and statuses; there is no id of the delivery, and a WhatsApp status id is the message's. A batch put together again on a retry is handled twice.")
            .retries(retried::NOT_2XX.lasting("36 hours (WhatsApp: up to 7 days)"))
            .success(Success::Ok),
    }

    /// Mux: `Mux-Signature: t=<seconds>,v1=<hex>`, HMAC-SHA256 over
    /// `{timestamp}.{body}`.
    ///
    /// Key: the webhook's signing secret (*Settings, Webhooks*), as text. The
    /// event id is in the body under `/id`.
    MUX {
        title: "Mux",
        aliases: [],
        page: "https://www.mux.com/docs/core/verify-webhook-signatures",
        evidence: Sdk,
        notes: "Mux's SDK bounds only the past; here the window is two-sided.",
        scheme: Scheme::hmac("mux", Digest::Sha256)
            .header("mux-signature")
            .format("t={timestamp},v1={signature}")
            .signed("{timestamp}.{body}")
            .timestamp_in_signature(TimeUnit::Seconds)
            .tolerance(300)
            .event_id_json("/id")
            .replay_by(ReplayBy::Id)
            .replay_because("The body's id is that of the event; the body also lists the attempts, so its bytes change from one to the next. Mux says that an event may come twice even after a success.")
            .retries(retried::NOT_2XX.lasting("24 hours")),
    }

    /// Prismic: the webhook's secret is sent as it is inside the body, under
    /// `/secret`.
    ///
    /// Key: the secret chosen for the webhook. It proves that the sender knows it
    /// and nothing about the content.
    PRISMIC {
        title: "Prismic",
        aliases: [],
        page: "https://prismic.io/docs/webhooks",
        evidence: Documented,
        notes: "Signs nothing: neither body nor time. The secret is in the body: keep bodies out of logs.",
        scheme: Scheme::shared_secret("prismic").at(Location::Json(Cow::Borrowed("/secret")))
            .replay_by(ReplayBy::Body)
            .replay_because("The secret signs nothing; the body names the new version (masterRef) and what changed, and every publication makes a new version."),
    }

    /// Sanity: `sanity-webhook-signature: t=<milliseconds>,v1=<base64url>`,
    /// HMAC-SHA256 over `{timestamp}.{body}`.
    ///
    /// Key: the webhook's secret, as text. Sanity's toolkit does not bound the
    /// age; this entry allows five minutes. `idempotency-key` stays the same over
    /// retries and is not signed.
    SANITY {
        title: "Sanity",
        aliases: [],
        page: "https://www.sanity.io/docs/webhooks",
        evidence: Vectors,
        notes: "idempotency-key is not signed. Sanity itself bounds no age: widen the tolerance where deliveries are delayed.",
        scheme: Scheme::hmac("sanity", Digest::Sha256)
            .header("sanity-webhook-signature")
            .format("t={timestamp},v1={signature}")
            .encoding(Encoding::Base64url)
            .signed("{timestamp}.{body}")
            .timestamp_in_signature(TimeUnit::Millis)
            .tolerance(300)
            .event_id_header("idempotency-key")
            .replay_by(ReplayBy::Content)
            .replay_because("The body is what the customer's own projection makes of the document and may repeat; idempotency-key is unsigned. So the signed time has to count, and a retry signed afresh is rather handled twice.")
            .retries(retried::BUSY_OR_SERVER_ERRORS.lasting("two retries, 30 seconds apart")),
    }

    /// Storyblok: `webhook-signature: <hex>`, HMAC-SHA1 over the raw body.
    ///
    /// Key: the webhook secret, as text; without one Storyblok sends no
    /// signature.
    STORYBLOK {
        title: "Storyblok",
        aliases: [],
        page: "https://www.storyblok.com/docs/concepts/webhooks",
        evidence: Documented,
        notes: "HMAC-SHA1. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("storyblok", Digest::Sha1).header("webhook-signature")
            .replay_by(ReplayBy::None)
            .replay_because("The body names story and action and no time: publishing a story twice sends equal bytes."),
    }

    /// TikTok for Developers: `TikTok-Signature: t=<seconds>,s=<hex>`,
    /// HMAC-SHA256 over `{timestamp}.{body}`.
    ///
    /// Key: the app's client secret, as text.
    TIKTOK {
        title: "TikTok",
        aliases: [],
        page: "https://developers.tiktok.com/doc/webhooks-verification",
        evidence: Documented,
        notes: "TikTok leaves the window to you; five minutes are allowed.",
        scheme: Scheme::hmac("tiktok", Digest::Sha256)
            .header("tiktok-signature")
            .format("t={timestamp},s={signature}")
            .signed("{timestamp}.{body}")
            .timestamp_in_signature(TimeUnit::Seconds)
            .tolerance(300)
            .replay_by(ReplayBy::Payload)
            .replay_because("The body has the time of the event, its kind, user and content; an id is missing, so two events of one kind for one user and one content in the same second are one. The time of sending is left out, because retries go on for three days.")
            .retries(retried::NOT_2XX.lasting("72 hours"))
            .success(Success::Ok),
    }

    /// Twitch EventSub: `Twitch-Eventsub-Message-Signature: sha256=<hex>`,
    /// HMAC-SHA256 over id, time and raw body, nothing between them; the first
    /// two are in `Twitch-Eventsub-Message-Id` and `-Timestamp`.
    ///
    /// Key: the secret given when the subscription was created, 10 to 100 ASCII
    /// characters, as text. The id is signed and stays the same over retries. The
    /// time is an RFC 3339 date; ten minutes, as Twitch asks. A new subscription
    /// is checked by a challenge, signed like the rest.
    TWITCH {
        title: "Twitch EventSub",
        aliases: [],
        page: "https://dev.twitch.tv/docs/eventsub/handling-webhook-events/#verifying-the-event-message",
        evidence: Vectors,
        notes: "The id is signed and survives retries.",
        scheme: Scheme::hmac("twitch", Digest::Sha256)
            .header("twitch-eventsub-message-signature")
            .format("sha256={signature}")
            .signed("{id}{timestamp}{body}")
            .timestamp_header("twitch-eventsub-message-timestamp", TimeUnit::Rfc3339)
            .tolerance(600)
            .event_id_header("twitch-eventsub-message-id")
            .replay_by(ReplayBy::Id)
            .replay_because("The message's id is signed, unique for the event and kept when it is sent again.")
            .retries(retried::NOT_2XX),
    }

    /// Webflow: `x-webflow-signature: <hex>`, HMAC-SHA256 over
    /// `{timestamp}:{body}`, the time in `x-webflow-timestamp`, in milliseconds.
    ///
    /// Key: the app's client secret, or the webhook's own secret key, as text.
    WEBFLOW {
        title: "Webflow",
        aliases: [],
        page: "https://developers.webflow.com/data/docs/working-with-webhooks",
        evidence: Sdk,
        notes: "Webhooks made in the site's settings before April 2025 are not signed.",
        scheme: Scheme::hmac("webflow", Digest::Sha256)
            .header("x-webflow-signature")
            .signed("{timestamp}:{body}")
            .timestamp_header("x-webflow-timestamp", TimeUnit::SecondsOrMillis)
            .tolerance(300)
            .replay_by(ReplayBy::Content)
            .replay_because("Form submissions and orders carry ids and times, changes of stock and of users do not, so the signed time has to count; a retry signed afresh is rather handled twice.")
            .retries(retried::NOT_2XX.lasting("three retries, 10 minutes apart"))
            .success(Success::Ok),
    }

    /// X, formerly Twitter: `x-twitter-webhooks-signature: sha256=<base64>`,
    /// HMAC-SHA256 over the raw body.
    ///
    /// Key: the app's consumer secret (API key secret), as text. The endpoint is
    /// checked by a `crc_token` when it is registered and every hour after.
    X_TWITTER {
        title: "X (Twitter)",
        aliases: ["twitter", "x"],
        page: "https://docs.x.com/x-api/webhooks/quickstart",
        evidence: Sdk,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("x-twitter", Digest::Sha256)
            .header("x-twitter-webhooks-signature")
            .format("sha256={signature}")
            .encoding(Encoding::Base64)
            .replay_by(ReplayBy::Content)
            .replay_because("Bodies carry the ids and times of posts, messages and follows; there is no id of the delivery.")
            .retries(retried::NOT_2XX.lasting("5 minutes (three retries, enterprise only)"))
            .success(Success::Ok),
    }
}

const KONTENT_AI_LEGACY: &[Scheme] = &[Scheme::hmac("kontent-ai", Digest::Sha256)
    .header("x-kc-signature")
    .form("legacy")
    .replay_by(ReplayBy::Content)
    .opt_in()
    .encoding(Encoding::Base64)];
