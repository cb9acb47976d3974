//! Subscriptions, usage, licences, memberships, and sellers on record.

use std::borrow::Cow;

use super::entry::{catalogue, retried};
use super::parts::{COMPACT, ES256};
use crate::Encoding;
use crate::scheme::{Digest, KeyForm, Location, Recipient, ReplayBy, RetryTime, Scheme, Success};
use crate::text::time::TimeUnit;

catalogue! {
    /// Apple's App Store Server Notifications V2: a JWS (ES256) in the JSON
    /// member `signedPayload`, with its certificates in `x5c`.
    ///
    /// Key: *Apple Root CA - G3* of `https://www.apple.com/certificateauthority/`,
    /// as it is or in PEM. The chain has to lead there, be valid now and carry
    /// Apple's marks for receipts. Compare `bundleId` and `environment` with your
    /// own. The transactions inside are JWS of the same kind.
    APPLE_APP_STORE_V2 {
        title: "Apple App Store Server Notifications V2",
        aliases: ["apple-app-store", "app-store"],
        page: "https://developer.apple.com/documentation/appstoreservernotifications/receiving-app-store-server-notifications",
        evidence: Vectors,
        notes: "Signed for every app with the same key: name your bundle and environment with `recipient`. signedDate is signed, but not checked against a window, since a notification is repeated for days. Revocation of certificates is not checked.",
        scheme: Scheme::public_key("apple-app-store-v2", ES256)
            .at(Location::Json(Cow::Borrowed("/signedPayload")))
            .jws(COMPACT)
            .without_key_id()
            .key(APPLE_CHAIN)
            .event_id_at(Location::Claim(Cow::Borrowed("/notificationUUID")))
            .recipients(const { &[Recipient::new("bundle", &[Location::Claim(Cow::Borrowed("/data/bundleId")), Location::Claim(Cow::Borrowed("/summary/bundleId")), Location::Claim(Cow::Borrowed("/externalPurchaseToken/bundleId")), Location::Claim(Cow::Borrowed("/appData/bundleId"))]), Recipient::new("environment", &[Location::Claim(Cow::Borrowed("/data/environment")), Location::Claim(Cow::Borrowed("/summary/environment")), Location::Claim(Cow::Borrowed("/appData/environment"))])] })
            .replay_by(ReplayBy::Id)
            .replay_because("notificationUUID is in the signed payload, and Apple says that it shows duplicates.")
            .retries(retried::NOT_2XX.lasting("157 hours (5 retries, production only)")),
    }

    /// Buy Me a Coffee: `x-signature-sha256: <hex>`, HMAC-SHA256 over the raw
    /// body.
    ///
    /// Key: the webhook's secret from the creator studio, as text. The event id
    /// is in the body under `/event_id`.
    BUY_ME_A_COFFEE {
        title: "Buy Me a Coffee",
        aliases: ["buymeacoffee"],
        page: "https://studio.buymeacoffee.com/webhooks",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("buy-me-a-coffee", Digest::Sha256)
            .header("x-signature-sha256")
            .event_id_json("/event_id")
            .replay_by(ReplayBy::Id)
            .replay_because("The body counts its attempts, so it differs from one to the next; event_id names the event, though no page says how unique it is.")
            .retries(retried::NOT_2XX),
    }

    /// Chargebee: HTTP Basic credentials chosen for the webhook.
    ///
    /// Key: `user:password`. Nothing is signed; the event id in the body (`/id`)
    /// stays the same over retries.
    CHARGEBEE {
        title: "Chargebee",
        aliases: [],
        page: "https://www.chargebee.com/docs/billing/2.0/site-configuration/webhook_settings",
        evidence: Sdk,
        notes: "Signs nothing: neither body nor time. Fetch the event from the API before acting on it.",
        scheme: Scheme::basic("chargebee").event_id_json("/id")
            .replay_by(ReplayBy::Id)
            .replay_because("Chargebee's event id stays the same over retries, while webhook_status inside the body may change; the password proves no content, so the id is as good as the rest of the body.")
            .retries(retried::NOT_2XX.lasting("3 days (7 retries)")),
    }

    /// Maxio Advanced Billing, formerly Chargify:
    /// `X-Chargify-Webhook-Signature-Hmac-Sha-256: <hex>`, HMAC-SHA256 over the
    /// raw body, which is a form.
    ///
    /// Key: the site's shared key, as text. `X-Chargify-Webhook-Id` is not
    /// signed. The older header with an MD5 digest is ignored.
    CHARGIFY {
        title: "Maxio Advanced Billing (Chargify)",
        aliases: ["maxio"],
        page: "https://docs.maxio.com/hc/en-us/articles/24266143173901-Webhooks-Overview",
        evidence: Documented,
        notes: "X-Chargify-Webhook-Id is not signed. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("chargify", Digest::Sha256)
            .header("x-chargify-webhook-signature-hmac-sha-256")
            .event_id_header("x-chargify-webhook-id")
            .replay_by(ReplayBy::Content)
            .replay_because("The body is a form with the webhook's id, the event and its payload, so two events differ; X-Chargify-Webhook-Id is unsigned.")
            .retries(retried::NOT_2XX)
            .success(Success::Ok),
    }

    /// FastSpring: `X-FS-Signature: <base64>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the HMAC secret set on the webhook, as text; without one FastSpring
    /// sends no signature. One body carries several events, each with its `id`.
    FASTSPRING {
        title: "FastSpring",
        aliases: [],
        page: "https://developer.fastspring.com/docs/message-security",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever. Several events a delivery.",
        scheme: Scheme::hmac("fastspring", Digest::Sha256)
            .header("x-fs-signature")
            .encoding(Encoding::Base64)
            .replay_by(ReplayBy::Content)
            .replay_because("One body carries several events, each with its own id, so the whole body is the identity; what is sent again may be put together differently and is then handled twice.")
            .retries(retried::NOT_2XX),
    }

    /// Lemon Squeezy: `X-Signature: <hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the signing secret chosen for the webhook, 6 to 40 characters, as
    /// text. `X-Event-Name` is not signed; the name is in the body too
    /// (`/meta/event_name`).
    LEMON_SQUEEZY {
        title: "Lemon Squeezy",
        aliases: ["lemonsqueezy"],
        page: "https://docs.lemonsqueezy.com/help/webhooks/signing-requests",
        evidence: Vectors,
        notes: "X-Event-Name is not signed. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("lemon-squeezy", Digest::Sha256).header("x-signature")
            .replay_by(ReplayBy::Content)
            .replay_because("The body holds event name, object and its updated_at and no documented event id (meta.webhook_id is said to be one by receivers).")
            .retries(retried::NOT_2XX.lasting("3 retries"))
            .success(Success::Ok),
    }

    /// Metronome: `Metronome-Webhook-Signature: <hex>`, HMAC-SHA256 over the time
    /// in `X-Metronome-Date`, a line feed and the raw body.
    ///
    /// Key: the webhook secret of *Connections, Webhooks*, as text. The time is
    /// written as HTTP dates are.
    METRONOME {
        title: "Metronome",
        aliases: [],
        page: "https://docs.metronome.com/connect-metronome/webhooks/",
        evidence: Sdk,
        notes: "Five minutes both ways. The event id is in the body under /id.",
        scheme: Scheme::hmac("metronome", Digest::Sha256)
            .header("metronome-webhook-signature")
            .signed("{timestamp}\n{body}")
            .timestamp_header("x-metronome-date", TimeUnit::HttpDate)
            .tolerance(300)
            .event_id_json("/id")
            .replay_by(ReplayBy::Id)
            .replay_because("Metronome says to use the notification's id against duplicates; it is in the signed body, and only the signed date is that of sending.")
            .retries(retried::NOT_2XX.lasting("2 days (every 15 minutes in the end)")),
    }

    /// Orb: `X-Orb-Signature: v1=<hex>`, HMAC-SHA256 over
    /// `v1:{timestamp}:{body}`, the time in `X-Orb-Timestamp`.
    ///
    /// Key: the endpoint's webhook secret, as text. The time is an ISO 8601 date
    /// without an offset, in UTC. Several signatures may be there, separated by
    /// spaces, while the secret is rotated.
    ORB {
        title: "Orb",
        aliases: ["withorb"],
        page: "https://docs.withorb.com/integrations-and-exports/webhooks",
        evidence: Sdk,
        notes: "Five minutes both ways. The time is UTC without saying so.",
        scheme: Scheme::hmac("orb", Digest::Sha256)
            .header("x-orb-signature")
            .format("v1={signature}")
            .separator(" ")
            .signed("v1:{timestamp}:{body}")
            .timestamp_header("x-orb-timestamp", TimeUnit::Iso8601)
            .tolerance(300)
            .event_id_json("/id")
            .replay_by(ReplayBy::Id)
            .replay_because("Orb's event id is in the signed body and meant for idempotency.")
            .retries(retried::NOT_2XX),
    }

    /// Paddle Billing: `Paddle-Signature: ts=<seconds>;h1=<hex>`, HMAC-SHA256
    /// over `{timestamp}:{body}`.
    ///
    /// Key: the secret key of the notification destination (`pdl_ntfset_…`), the
    /// whole text. Several `h1` are sent during a rotation; other versions are
    /// ignored. Paddle's SDKs allow five seconds, and so does this entry; each
    /// retry is signed again. Paddle Classic signs with a public key and is
    /// another scheme.
    PADDLE {
        title: "Paddle Billing",
        aliases: ["paddle-billing"],
        page: "https://developer.paddle.com/webhooks/signature-verification",
        evidence: Vectors,
        notes: "The window is five seconds: keep clocks in step or widen the tolerance.",
        scheme: Scheme::hmac("paddle", Digest::Sha256)
            .header("paddle-signature")
            .format("ts={timestamp};h1={signature}")
            .signed("{timestamp}:{body}")
            .timestamp_in_signature(TimeUnit::Seconds)
            .tolerance(5)
            .event_id_json("/event_id")
            .replay_by(ReplayBy::Id)
            .replay_because("event_id names the event and stays over retries; notification_id names the delivery to one destination.")
            .retries(retried::NOT_2XX.lasting("3 days (60 attempts)").time(RetryTime::Renewed))
            .success(Success::Ok),
    }

    /// Paddle Classic alerts: RSA SHA-1 in the form field `p_signature` over the
    /// other fields as PHP's `serialize` writes them, sorted by name.
    ///
    /// Key: the public key in PEM of *Developer Tools, Public Key*.
    PADDLE_CLASSIC {
        title: "Paddle Classic",
        aliases: [],
        page: "https://developer.paddle.com/classic/webhook-reference/verifying-webhooks",
        evidence: Vectors,
        notes: "SHA-1. event_time is signed, but not checked against a window, since an alert is repeated for days. The id is alert_id.",
        scheme: Scheme::rsa_pkcs1("paddle-classic", Digest::Sha1)
            .at(Location::Form(Cow::Borrowed("p_signature")))
            .signed("{form|sort|php}")
            .event_id_at(Location::Form(Cow::Borrowed("alert_id")))
            .replay_by(ReplayBy::Id)
            .replay_because("alert_id is signed and the unique identifier of the alert, which is repeated under it.")
            .retries(retried::NOT_2XX.lasting("3 days"))
            .success(Success::Ok),
    }

    /// Patreon: `X-Patreon-Signature: <hex>`, HMAC-MD5 over the raw body.
    ///
    /// Key: the webhook's secret, as text. `X-Patreon-Event` is not signed.
    PATREON {
        title: "Patreon",
        aliases: [],
        page: "https://docs.patreon.com/#webhooks",
        evidence: Documented,
        notes: "X-Patreon-Event is not signed. HMAC-MD5. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("patreon", Digest::Md5).header("x-patreon-signature")
            .replay_by(ReplayBy::None)
            .replay_because("The body is the member's or post's state, without id or time of the event: a new member and a new pledge send equal bodies under other X-Patreon-Event headers, and a tier changed forth and back sends the same body again.")
            .retries(retried::ERRORS),
    }

    /// Polar: `webhook-signature: v1,<base64>`, HMAC-SHA256 over
    /// `{id}.{timestamp}.{body}`, with `webhook-id` and `webhook-timestamp`, as
    /// Standard Webhooks has it.
    ///
    /// Key: the endpoint's secret. One made since 8 September 2026 is `whsec_` and
    /// base64 of the key, as Standard Webhooks has it; of an older one
    /// (`polar_whs_…`, and early ones with `whsec_`) the whole text is the key.
    /// The text does not tell which, so a secret with `whsec_` is tried as both.
    /// The id is signed and stays the same over retries.
    POLAR {
        title: "Polar",
        aliases: [],
        page: "https://polar.sh/docs/integrate/webhooks/delivery",
        evidence: Sdk,
        notes: "A secret with whsec_ is tried decoded and as text: which of them signs depends on when it was made. The id is signed and survives retries.",
        scheme: Scheme::hmac("polar", Digest::Sha256)
            .key(KeyForm::Base64AndText(Cow::Borrowed("whsec_")))
            .header("webhook-signature")
            .format("v1,{signature}")
            .separator(" ")
            .encoding(Encoding::Base64)
            .signed("{id}.{timestamp}.{body}")
            .timestamp_header("webhook-timestamp", TimeUnit::Seconds)
            .tolerance(300)
            .event_id_header("webhook-id")
            .replay_by(ReplayBy::Id)
            .replay_because("webhook-id is signed and is the stored event's id, so it stays over retries and redeliveries; time and signature are new each time.")
            .retries(retried::NOT_2XX.lasting("10 attempts").time(RetryTime::Renewed)),
    }

    /// Recurly's JSON webhooks: `recurly-signature: <milliseconds>,<hex>`,
    /// HMAC-SHA256 over `{timestamp}.{body}`; for 24 hours after a rotation a
    /// second signature follows another comma.
    ///
    /// Key: the endpoint's signing key, as text. `recurly-notification-id` is not
    /// signed. XML webhooks are not signed at all.
    RECURLY {
        title: "Recurly",
        aliases: [],
        page: "https://docs.recurly.com/recurly-subscriptions/docs/signature-verification",
        evidence: Documented,
        notes: "recurly-notification-id is not signed. XML webhooks are unsigned.",
        scheme: Scheme::hmac("recurly", Digest::Sha256)
            .header("recurly-signature")
            .format("{timestamp},{signatures}")
            .signed("{timestamp}.{body}")
            .timestamp_in_signature(TimeUnit::SecondsOrMillis)
            .tolerance(300)
            .event_id_header("recurly-notification-id")
            .replay_by(ReplayBy::Payload)
            .replay_because("recurly-notification-id is unsigned, and id in the body is the object's; the body holds event type and time, and only the signed time is that of sending.")
            .retries(retried::NOT_2XX.lasting("10 retries, about 10 + x·2^(x+5) seconds each")),
    }

    /// RevenueCat: `X-RevenueCat-Webhook-Signature: t=<seconds>,v1=<hex>`,
    /// HMAC-SHA256 over `{timestamp}.{body}`, where signing is switched on.
    ///
    /// Key: the integration's signing secret, as text. The static
    /// `Authorization` value that can be configured as well is ignored. The
    /// event id is in the body under `/event/id`.
    REVENUECAT {
        title: "RevenueCat",
        aliases: [],
        page: "https://www.revenuecat.com/docs/integrations/webhooks",
        evidence: Documented,
        notes: "Without signing switched on RevenueCat sends only the Authorization value that you chose.",
        scheme: Scheme::hmac("revenuecat", Digest::Sha256)
            .header("x-revenuecat-webhook-signature")
            .format("t={timestamp},v1={signature}")
            .signed("{timestamp}.{body}")
            .timestamp_in_signature(TimeUnit::Seconds)
            .tolerance(300)
            .event_id_json("/event/id")
            .replay_by(ReplayBy::Id)
            .replay_because("event.id is in the signed body and names the event, whose retries carry it again.")
            .retries(retried::NOT_2XX.lasting("155 minutes (5 retries)"))
            .success(Success::Ok),
    }

    /// Whop: `webhook-signature: v1,<base64>`, HMAC-SHA256 over
    /// `{id}.{timestamp}.{body}`, with `webhook-id` and `webhook-timestamp`, as
    /// Standard Webhooks has it.
    ///
    /// Key: the webhook's secret (`ws_…`), the whole text, where Standard Webhooks
    /// would decode base64: Whop's page puts it into base64 only to hand it to a
    /// library that undoes that. The id is signed and stays the same over retries.
    WHOP {
        title: "Whop",
        aliases: [],
        page: "https://docs.whop.com/developer/guides/webhooks",
        evidence: Sdk,
        notes: "The secret is the whole text, not base64. The id is signed and survives retries.",
        scheme: Scheme::hmac("whop", Digest::Sha256)
            .header("webhook-signature")
            .format("v1,{signature}")
            .separator(" ")
            .encoding(Encoding::Base64)
            .signed("{id}.{timestamp}.{body}")
            .timestamp_header("webhook-timestamp", TimeUnit::Seconds)
            .tolerance(300)
            .event_id_header("webhook-id")
            .replay_by(ReplayBy::Id)
            .replay_because("Whop follows Standard Webhooks: webhook-id is signed and stays over retries.")
            .retries(retried::NOT_2XX.time(RetryTime::Renewed)),
    }

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
}

/// The marks of certificates that sign receipts, and of those above them.
const APPLE_CHAIN: KeyForm = KeyForm::X5cRoot {
    leaf: Cow::Borrowed("1.2.840.113635.100.6.11.1"),
    issuer: Cow::Borrowed("1.2.840.113635.100.6.2.1"),
};
