//! Campaigns, analytics and attribution.

use super::entry::{catalogue, retried};
use crate::Encoding;
use crate::scheme::{Digest, ReplayBy, Scheme};
use crate::text::time::TimeUnit;

catalogue! {
    /// Airship: `X-UA-SIGNATURE: <hex>`, HMAC-SHA256 over `{timestamp}:{body}`,
    /// the time in `X-UA-TIMESTAMP`.
    ///
    /// Key: the secret of the outbound connection, as text.
    AIRSHIP {
        title: "Airship",
        aliases: [],
        page: "https://docs.airship.com/guides/messaging/user-guide/data/webhooks/",
        evidence: Documented,
        notes: "Signing has to be switched on.",
        scheme: Scheme::hmac("airship", Digest::Sha256)
            .header("x-ua-signature")
            .signed("{timestamp}:{body}")
            .timestamp_header("x-ua-timestamp", TimeUnit::SecondsOrMillis)
            .tolerance(300)
            .replay_by(ReplayBy::Content)
            .replay_because("Time and body are signed; no id of the event is documented, so a retry signed afresh is rather handled twice."),
    }

    /// Customer.io reporting webhooks: `X-CIO-Signature: <hex>`, HMAC-SHA256 over
    /// `v0:{timestamp}:{body}`, the time in `X-CIO-Timestamp`.
    ///
    /// Key: the webhook signing key of the workspace's integration, as text. The
    /// event id is in the body under `/event_id`.
    CUSTOMER_IO {
        title: "Customer.io",
        aliases: ["customerio"],
        page: "https://docs.customer.io/integrations/api/webhooks/",
        evidence: Vectors,
        notes: "No prefix before the hex, although the content starts with v0.",
        scheme: Scheme::hmac("customer-io", Digest::Sha256)
            .header("x-cio-signature")
            .signed("v0:{timestamp}:{body}")
            .timestamp_header("x-cio-timestamp", TimeUnit::Seconds)
            .tolerance(300)
            .event_id_json("/event_id")
            .replay_by(ReplayBy::Id)
            .replay_because("event_id is the id of the event, unique, in the signed body. Retries go on for seven days and hold back what follows.")
            .retries(retried::NOT_2XX.lasting("7 days")),
    }

    /// Dub: `Dub-Signature: <hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the webhook's signing secret, as text. The event id is in the
    /// body under `/id`.
    DUB {
        title: "Dub",
        aliases: [],
        page: "https://dub.co/docs/concepts/webhooks/verify-requests",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("dub", Digest::Sha256)
            .header("dub-signature")
            .event_id_json("/id")
            .replay_by(ReplayBy::Id)
            .replay_because("The body's id (evt_…) is made once for each event and queued with the body, so retries repeat it.")
            .retries(retried::ERRORS),
    }

    /// Klaviyo system webhooks: `Klaviyo-Signature: <hex>`, HMAC-SHA256 over the
    /// raw body directly followed by the value of `Klaviyo-Timestamp`.
    ///
    /// Key: the secret chosen for the webhook, as text. The time is an HTTP date;
    /// one published example is five hours off, so the window is a week.
    KLAVIYO {
        title: "Klaviyo",
        aliases: [],
        page: "https://developers.klaviyo.com/en/docs/working_with_system_webhooks",
        evidence: Documented,
        notes: "The timestamp may be a week off both ways: an example of it is five hours off.",
        scheme: Scheme::hmac("klaviyo", Digest::Sha256)
            .header("klaviyo-signature")
            .signed("{body}{timestamp}")
            .timestamp_header("klaviyo-timestamp", TimeUnit::HttpDate)
            // A receiver's example is five hours off; a week stops old copies.
            .tolerance(7 * 86_400)
            .replay_by(ReplayBy::Content)
            .replay_because("Several events to a body, each with an id of its own, and the time of sending inside it as well as signed beside it; there is no id of the delivery (Klaviyo-Webhook-Id is the webhook's), so a retry is rather handled twice."),
    }

    /// MailerLite: `Signature: <hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the webhook's secret, as text, given when it is created.
    MAILERLITE {
        title: "MailerLite",
        aliases: [],
        page: "https://developers.mailerlite.com/docs/webhooks.html",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("mailerlite", Digest::Sha256).header("signature")
            .replay_by(ReplayBy::None)
            .replay_because("Bodies are the subscriber or campaign with its counts, and no id of the event is documented: two events may be equal."),
    }

    /// Mautic: `Webhook-Signature: <base64>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the webhook's secret, as text.
    MAUTIC {
        title: "Mautic",
        aliases: [],
        page: "https://docs.mautic.org/en/latest/webhooks/webhooks.html",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("mautic", Digest::Sha256)
            .header("webhook-signature")
            .encoding(Encoding::Base64)
            .replay_by(ReplayBy::Content)
            .replay_because("Each event in the body has its own time."),
    }

    /// Segment's webhook destination: `X-Signature: <hex>`, HMAC-SHA1 over the
    /// raw body.
    ///
    /// Key: the destination's shared secret, as text; without one Segment sends
    /// no signature. Where batching is on, only the first event of a batch is
    /// signed and the delivery does not verify: switch it off.
    SEGMENT {
        title: "Segment",
        aliases: [],
        page: "https://segment.com/docs/connections/destinations/catalog/actions-webhook/",
        evidence: Documented,
        notes: "HMAC-SHA1. Batched deliveries do not verify. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("segment", Digest::Sha1)
            .header("x-signature")

            .replay_by(ReplayBy::Content)
            .replay_because("messageId is chosen by the customer's application and may repeat, so the whole body with its times counts.")
            .retries(retried::SERVER_ERRORS.lasting("4 hours")),
    }

    /// Zenovay: the bare hex HMAC-SHA256 of the raw body in
    /// `X-Zenovay-Signature`.
    ///
    /// Key: the webhook's secret, as text; rotating it ends the old one at
    /// once. The header's name can be chosen: `ZENOVAY.header("x-mine")`. The
    /// window is enforced when `X-Zenovay-Timestamp` is present, but it is not
    /// signed and proves nothing.
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
