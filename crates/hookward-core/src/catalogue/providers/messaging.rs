//! Mail, messages, calls and support desks.

use std::borrow::Cow;

use super::{catalogue, retried};
use crate::Encoding;
use crate::scheme::{
    Binding, Digest, KeyForm, Location, Recipient, ReplayBy, Retries, RetryTime, Scheme, Success,
    Text,
};
use crate::text::time::TimeUnit;

catalogue! {
    /// Ably: `X-Ably-Signature: <base64>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the part behind the colon of the API key that signs the rule, as
    /// text. `X-Ably-Key` names that key by the part before the colon; it is not
    /// looked at.
    ABLY {
        title: "Ably",
        aliases: [],
        page: "https://ably.com/docs/platform/integrations/webhooks",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever. Only rules with signing switched on carry it.",
        scheme: Scheme::hmac("ably", Digest::Sha256)
            .header("x-ably-signature")
            .encoding(Encoding::Base64)
            .replay_by(ReplayBy::Content)
            .replay_because("Enveloped bodies, the default, carry the messages' ids and times in milliseconds. A rule that switches the envelope off sends the application's own text: two messages with one text are then equal, and the second is taken for a repeat: name a place there.")
            .retries(retried::ERRORS),
    }

    /// Agora Notifications: `Agora-Signature-V2: <hex>`, HMAC-SHA256 over the raw
    /// body. `Agora-Signature`, HMAC-SHA1, is in every notification too and is
    /// accepted only with `.accept("v1")`: otherwise whoever removes V2 would
    /// choose it.
    ///
    /// Key: the customer secret of the notification service, as text. The notice
    /// id is in the body under `/noticeId` and stays the same over retries,
    /// while `/notifyMs` does not.
    AGORA {
        title: "Agora Notifications",
        aliases: [],
        page: "https://docs.agora.io/en/video-calling/advanced-features/receive-notifications",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever. Both headers are sent; SHA-1 (form v1) is off unless it is accepted by name.",
        scheme: Scheme::hmac("agora", Digest::Sha256)
            .header("agora-signature-v2")
            .event_id_json("/noticeId")
            .form("v2")
            .or(AGORA_V1)
            .replay_by(ReplayBy::Id)
            .replay_because("noticeId is documented as the notification's and as the same over retries, while notifyMs in the body changes with each.")
            .retries(retried::NOT_2XX.lasting("three retries"))
            .success(Success::Ok),
    }

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

    /// Bird: `MessageBird-Signature: <base64>`, HMAC-SHA256 over the time, the URL
    /// and the raw SHA-256 digest of the body, each on a line of its own; the time
    /// is in `MessageBird-Request-Timestamp`.
    ///
    /// Key: the signing key given when the webhook subscription was created, as
    /// text. The URL is the one of the subscription: behind a proxy give the
    /// verifier its external URL. It is the scheme of bird.com; those of the older
    /// MessageBird are [`MESSAGEBIRD_LEGACY`] and
    /// [`MESSAGEBIRD`](crate::catalogue::providers::MESSAGEBIRD).
    BIRD {
        title: "Bird",
        aliases: [],
        page: "https://docs.bird.com/api/notifications-api/api-reference/webhooks/verifying-a-webhook",
        evidence: Documented,
        notes: "The URL is signed: set the external URL behind a proxy. Retries are said to carry the first time: widen the tolerance where they matter, and keep a replay guard.",
        scheme: Scheme::hmac("bird", Digest::Sha256)
            .header("messagebird-signature")
            .encoding(Encoding::Base64)
            .signed("{timestamp}\n{url}\n{body|sha256}")
            .timestamp_header("messagebird-request-timestamp", TimeUnit::Seconds)
            .tolerance(300)
            .replay_by(ReplayBy::Payload)
            .replay_because("The body names the event and carries the message with its state and the time of its change, so it is unique for each event; whether retries, eight hours long, keep the first time is not certain, and without it either is recognised.")
            .retries(retried::NOT_2XX.lasting("8 hours")),
    }

    /// Bland AI: `X-Webhook-Signature: <hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the webhook signing secret of the account settings (*Keys*), as text.
    /// No timestamp and no id header.
    BLAND {
        title: "Bland",
        aliases: ["bland-ai"],
        page: "https://docs.bland.ai/tutorials/webhook-signing",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("bland", Digest::Sha256).header("x-webhook-signature")
            .replay_by(ReplayBy::None)
            .replay_because("The report after a call is unique, but events during a call, where they are switched on, carry text and call id alone and may repeat; there is no id of the event."),
    }

    /// Chatwoot: `X-Chatwoot-Signature: sha256=<hex>`, HMAC-SHA256 over
    /// `{timestamp}.{body}`, the time in `X-Chatwoot-Timestamp`.
    ///
    /// Key: the secret of the webhook or inbox, as text. `X-Chatwoot-Delivery` is
    /// not signed.
    CHATWOOT {
        title: "Chatwoot",
        aliases: [],
        page: "https://www.chatwoot.com/hc/user-guide/articles/1677693021-how-to-use-webhooks",
        evidence: Documented,
        notes: "X-Chatwoot-Delivery is not signed. Older installations do not sign. The secret of an API inbox is another one than the inbox's settings show first.",
        scheme: Scheme::hmac("chatwoot", Digest::Sha256)
            .header("x-chatwoot-signature")
            .format("sha256={signature}")
            .signed("{timestamp}.{body}")
            .timestamp_header("x-chatwoot-timestamp", TimeUnit::Seconds)
            .tolerance(300)
            .event_id_header("x-chatwoot-delivery")
            .replay_by(ReplayBy::Content)
            .replay_because("Typing and changed conversations send bodies that may be equal, so the signed time has to count; X-Chatwoot-Delivery is unsigned."),
    }

    /// Courier: `courier-signature: t=<milliseconds>,signature=<hex>`,
    /// HMAC-SHA256 over `{timestamp}.{body}`.
    ///
    /// Key: the webhook's secret (*Settings, Outbound Webhooks*), as text.
    COURIER {
        title: "Courier",
        aliases: [],
        page: "https://www.courier.com/docs/platform/workspaces/outbound-webhooks",
        evidence: Documented,
        notes: "The time is written in milliseconds; seconds are taken too.",
        scheme: Scheme::hmac("courier", Digest::Sha256)
            .header("courier-signature")
            .format("t={timestamp},signature={signature}")
            .signed("{timestamp}.{body}")
            .timestamp_in_signature(TimeUnit::SecondsOrMillis)
            .tolerance(300)
            .replay_by(ReplayBy::Content)
            .replay_because("The body is the message's state; an event of one kind (opened, clicked) may repeat, so the signed time has to count and a retry signed afresh is rather handled twice."),
    }

    /// Crisp: `X-Crisp-Signature: <hex>`, HMAC-SHA256 over
    /// `[{timestamp};{body}]`, brackets included, the time in
    /// `X-Crisp-Request-Timestamp`.
    ///
    /// Key: the plugin's signing secret, as text. Webhooks of a website rather
    /// than a plugin are not signed.
    CRISP {
        title: "Crisp",
        aliases: [],
        page: "https://docs.crisp.chat/references/web-hooks/v1/",
        evidence: Sdk,
        notes: "Website hooks, unlike plugin hooks, are not signed.",
        scheme: Scheme::hmac("crisp", Digest::Sha256)
            .header("x-crisp-signature")
            .signed("[[{timestamp};{body}]]")
            .timestamp_header("x-crisp-request-timestamp", TimeUnit::SecondsOrMillis)
            .tolerance(300)
            .replay_by(ReplayBy::Payload)
            .replay_because("The body carries the event's name, data and its own time in milliseconds; the time of sending is left out."),
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

    /// Front application webhooks: `X-Front-Signature: <base64>`, HMAC-SHA256
    /// over `{timestamp}:{body}`, the time in `X-Front-Request-Timestamp`.
    ///
    /// Key: the application's key (*Basic information*), as text. The time is in
    /// milliseconds. Rule webhooks use the same header with HMAC-SHA1 over the
    /// body alone: [`FRONT_RULES`].
    FRONT {
        title: "Front",
        aliases: [],
        page: "https://dev.frontapp.com/docs/application-webhooks",
        evidence: Documented,
        notes: "Rule webhooks are signed differently (HMAC-SHA1 over the body): front-rules.",
        scheme: Scheme::hmac("front", Digest::Sha256)
            .header("x-front-signature")
            .encoding(Encoding::Base64)
            .signed("{timestamp}:{body}")
            .timestamp_header("x-front-request-timestamp", TimeUnit::SecondsOrMillis)
            .tolerance(300)
            .replay_by(ReplayBy::Payload)
            .replay_because("The body carries the company and the event with its own id and the time at which it was emitted; the time of sending is left out. Only the sync request on saving repeats."),
    }

    /// Front rule webhooks: `X-Front-Signature: <base64>`, HMAC-SHA1 over the raw
    /// body.
    ///
    /// Key: the API secret of the company's settings (*API & integrations*), as
    /// text. Application webhooks use the same header with a time and HMAC-SHA256:
    /// [`FRONT`].
    FRONT_RULES {
        title: "Front rule webhooks",
        aliases: [],
        page: "https://dev.frontapp.com/docs/rule-webhooks",
        evidence: Vectors,
        notes: "HMAC-SHA1. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("front-rules", Digest::Sha1)
            .header("x-front-signature")
            .encoding(Encoding::Base64)
            .replay_by(ReplayBy::Content)
            .replay_because("The body is the event with its own id and the time at which it was emitted. Two rules that call one address for the same event send equal bodies."),
    }

    /// Stream (GetStream) Chat: `X-Signature: <hex>`, HMAC-SHA256 over the raw
    /// body.
    ///
    /// Key: the app's API secret, as text. `X-Webhook-Id` stays the same over
    /// retries and is not signed. Where compression is switched on in the
    /// dashboard, the body is gzip and the signature covers what comes out of
    /// decompression: name the form, `.only("compressed")`, which takes the
    /// feature `gunzip`. The handler gets the body as it came, compressed.
    GETSTREAM {
        title: "Stream",
        aliases: ["stream-chat"],
        page: "https://getstream.io/chat/docs/node/webhooks_overview/",
        evidence: Vectors,
        notes: "With webhook compression switched on, the signature is over the uncompressed body: name the form compressed, or let a proxy decompress. X-Webhook-Id is not signed. No timestamp: a recorded delivery stays valid for ever.",
        scheme: getstream().or(GETSTREAM_COMPRESSED)
            .replay_by(ReplayBy::Content)
            .replay_because("The body carries the event's type and time and the message or user; X-Webhook-Id is unsigned.")
            .retries(Retries::after(&[Cow::Borrowed("408"), Cow::Borrowed("429"), Cow::Borrowed("5xx"), Cow::Borrowed("timeout")]).lasting("15 seconds")),
    }

    /// Help Scout: `X-HelpScout-Signature: <base64>`, HMAC-SHA1 over the raw
    /// body.
    ///
    /// Key: the secret chosen for the webhook, as text. `X-HelpScout-Event` is
    /// not signed.
    HELP_SCOUT {
        title: "Help Scout",
        aliases: ["helpscout"],
        page: "https://developer.helpscout.com/webhooks/",
        evidence: Vectors,
        notes: "X-HelpScout-Event is not signed. HMAC-SHA1. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("help-scout", Digest::Sha1)
            .header("x-helpscout-signature")
            .encoding(Encoding::Base64)
            .replay_by(ReplayBy::Content)
            .replay_kind("x-helpscout-event", &[Cow::Borrowed("beacon.chat.created"), Cow::Borrowed("beacon.chat.customer.replied"), Cow::Borrowed("convo.agent.reply.created"), Cow::Borrowed("convo.ai-answers.created"), Cow::Borrowed("convo.assigned"), Cow::Borrowed("convo.created"), Cow::Borrowed("convo.custom-fields"), Cow::Borrowed("convo.customer.reply.created"), Cow::Borrowed("convo.deleted"), Cow::Borrowed("convo.merged"), Cow::Borrowed("convo.moved"), Cow::Borrowed("convo.note.created"), Cow::Borrowed("convo.status"), Cow::Borrowed("convo.tags"), Cow::Borrowed("customer.created"), Cow::Borrowed("customer.deleted"), Cow::Borrowed("customer.updated"), Cow::Borrowed("message.survey.response.received"), Cow::Borrowed("organization.created"), Cow::Borrowed("organization.deleted"), Cow::Borrowed("organization.updated"), Cow::Borrowed("satisfaction.ratings"), Cow::Borrowed("tag.created"), Cow::Borrowed("tag.deleted"), Cow::Borrowed("tag.updated"), Cow::Borrowed("user.status.changed")])
            .replay_because("The body is the conversation, customer or tag as it is, with the time of its last change, and equal for several events at once; the event's name, unsigned, tells these apart. Webhooks of the kind \"notification\" send an address alone: two changes of one conversation are then equal, and the second is taken for a repeat: use no guard there.")
            .retries(retried::ERRORS),
    }

    /// HubSpot v1: `X-HubSpot-Signature: <hex>`, SHA-256 over the client secret
    /// directly followed by the raw body; `X-HubSpot-Signature-Version` says
    /// `v1`.
    ///
    /// Key: the app's client secret, as text. It is a plain hash with the secret
    /// in front, not an HMAC, so whoever sees one delivery can append to its
    /// body: use `hubspot-v3` where HubSpot sends it.
    HUBSPOT_V1 {
        title: "HubSpot v1",
        aliases: [],
        page: "https://developers.hubspot.com/docs/api/webhooks/validating-requests",
        evidence: Vectors,
        notes: "A plain hash that can be extended: prefer hubspot-v3. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hash("hubspot-v1", Digest::Sha256)
            .header("x-hubspot-signature")
            .signed("{secret}{body}")
            .expect(HUBSPOT_SAYS_V1)
            .replay_by(ReplayBy::Content)
            .replay_because("The body counts its attempts (attemptNumber), so a retry differs and is handled twice rather than an event lost; eventId is said not to be unique.")
            .retries(retried::BUSY_OR_SERVER_ERRORS.lasting("up to 10 retries")),
    }

    /// HubSpot v2: `X-HubSpot-Signature: <hex>`, SHA-256 over the client secret,
    /// the method, the URL and the raw body, nothing between them;
    /// `X-HubSpot-Signature-Version` says `v2`.
    ///
    /// Key: the app's client secret, as text. It is a plain hash with the secret
    /// in front, not an HMAC, so whoever sees one delivery can append to its
    /// body: use `hubspot-v3` where HubSpot sends it.
    HUBSPOT_V2 {
        title: "HubSpot v2",
        aliases: [],
        page: "https://developers.hubspot.com/docs/api/webhooks/validating-requests",
        evidence: Vectors,
        notes: "A plain hash that can be extended: prefer hubspot-v3. The URL is signed: set the external URL behind a proxy. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hash("hubspot-v2", Digest::Sha256)
            .header("x-hubspot-signature")
            .signed("{secret}{method}{url}{body}")
            .expect(HUBSPOT_SAYS_V2)
            .replay_by(ReplayBy::None)
            .replay_because("The same signature proves requests of CRM cards, which ask for the same object again and again by the same URL without a time, and of workflows, whose bodies are the object as it is.")
            .retries(retried::BUSY_OR_SERVER_ERRORS.lasting("up to 10 retries")),
    }

    /// HubSpot v3: `X-HubSpot-Signature-v3: <base64>`, HMAC-SHA256 over method,
    /// URL, raw body and time, nothing between them; the time is in
    /// `X-HubSpot-Request-Timestamp`, in milliseconds.
    ///
    /// Key: the app's client secret, as text. HubSpot's page decodes
    /// `:/?@!$'()*,;` in the URL before it signs, its SDKs take the URL as it is
    /// given: both are accepted. A v1 or v2 signature is beside it and is not
    /// looked at.
    HUBSPOT_V3 {
        title: "HubSpot v3",
        aliases: ["hubspot"],
        page: "https://developers.hubspot.com/docs/api/webhooks/validating-requests",
        evidence: Sdk,
        notes: "The URL is signed: set the external URL behind a proxy.",
        scheme: Scheme::hmac("hubspot-v3", Digest::Sha256)
            .header("x-hubspot-signature-v3")
            .encoding(Encoding::Base64)
            .signed("{method}{url|unescape?}{body}{timestamp}")
            .timestamp_header("x-hubspot-request-timestamp", TimeUnit::Millis)
            .tolerance(300)
            .replay_by(ReplayBy::Content)
            .replay_because("Method, URL, body and the time in milliseconds are signed. Bodies of subscriptions count their attempts, eventId is said not to be unique, and cards ask repeatedly: a retry is handled twice rather than an event lost.")
            .retries(retried::BUSY_OR_SERVER_ERRORS.lasting("up to 10 retries")),
    }

    /// Intercom: `X-Hub-Signature: sha1=<hex>`, HMAC-SHA1 over the raw body.
    ///
    /// Key: the app's client secret (*Basic information*), as text. The
    /// notification id is in the body under `/id` and stays the same over
    /// retries.
    INTERCOM {
        title: "Intercom",
        aliases: [],
        page: "https://developers.intercom.com/docs/references/webhooks/webhook-models",
        evidence: Vectors,
        notes: "HMAC-SHA1. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("intercom", Digest::Sha1)
            .header("x-hub-signature")
            .format("sha1={signature}")
            .event_id_json("/id")
            .replay_by(ReplayBy::Id)
            .replay_because("The notification's id (notif_…); the body counts its attempts and says when it was delivered, so bytes are no guide."),
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

    /// Knock: `x-knock-signature: t=<milliseconds>,s=<base64>`, HMAC-SHA256 over
    /// `{timestamp}.{body}`.
    ///
    /// Key: the signing key of the webhook's page, as text.
    KNOCK {
        title: "Knock",
        aliases: [],
        page: "https://docs.knock.app/developer-tools/outbound-webhooks/overview",
        evidence: Documented,
        notes: "The time is written in milliseconds; seconds are taken too.",
        scheme: Scheme::hmac("knock", Digest::Sha256)
            .header("x-knock-signature")
            .format("t={timestamp},s={signature}")
            .encoding(Encoding::Base64)
            .signed("{timestamp}.{body}")
            .timestamp_in_signature(TimeUnit::SecondsOrMillis)
            .tolerance(300)
            .replay_by(ReplayBy::Payload)
            .replay_because("The body carries type, the event's time and the message or resource; the time of sending is left out.")
            .retries(retried::ERRORS),
    }

    /// LINE Messaging API: `x-line-signature: <base64>`, HMAC-SHA256 over the raw
    /// body.
    ///
    /// Key: the channel secret, as text. The console's check sends an empty list
    /// of events and wants 200. Each event has its own `webhookEventId`; a
    /// redelivery says so in `deliveryContext`.
    LINE {
        title: "LINE",
        aliases: [],
        page: "https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever. Several events a delivery.",
        scheme: Scheme::hmac("line", Digest::Sha256)
            .header("x-line-signature")
            .encoding(Encoding::Base64)
            .replay_by(ReplayBy::Content)
            .replay_because("Each event has an id, but a body carries several, and a redelivery marks itself (isRedelivery) and so differs: it is handled twice rather than an event lost. The console's check repeats and needs no handler.")
            .retries(retried::ERRORS.lasting("not published; only where redelivery is switched on")),
    }

    /// Mailchimp Transactional, formerly Mandrill:
    /// `X-Mandrill-Signature: <base64>`, HMAC-SHA1 over the webhook's URL
    /// followed by each form field, sorted by name, name then value.
    ///
    /// Key: the webhook's authentication key, as text. The URL is the one of the
    /// webhook's settings: behind a proxy give the verifier its external URL. The
    /// check on saving sends an empty list of events under the key
    /// `test-webhook`.
    ///
    /// The formula has more than one reading. Mandrill sends one field,
    /// `mandrill_events`, with a JSON array: `.only("events")` takes nothing else,
    /// and then there is one.
    MAILCHIMP_TRANSACTIONAL {
        title: "Mailchimp Transactional (Mandrill)",
        aliases: ["mandrill"],
        page: "https://mailchimp.com/developer/transactional/guides/track-respond-activity-webhooks/",
        evidence: Vectors,
        notes: "The URL is signed: set the external URL behind a proxy. HMAC-SHA1. No timestamp: a recorded delivery stays valid for ever.",
        scheme: mandrill()
            .signed("{url}{form|sort(unique)|join('', '')}")
            .ambiguous("a text within the events, such as a subject, can be cut off as further fields of the form, and the form can be moved into the path as a whole, so that a recording verifies without its events; the form `events` has one reading")
            .or(MANDRILL_EVENTS)
            .replay_by(ReplayBy::Content)
            .replay_because("A batch of events with ids and times, sent again as the same batch; only the check on saving and the test button, an empty list, repeat. The ids inside name the message.")
            .retries(retried::ERRORS),
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

    /// MailerSend: `Signature: <hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the webhook's signing secret, as text. No timestamp and no id header.
    /// The `webhook.test` sent when a webhook is saved is signed with a secret
    /// that MailerSend publishes: refuse it, or check it apart.
    MAILERSEND {
        title: "MailerSend",
        aliases: [],
        page: "https://developers.mailersend.com/api/v1/webhooks.html",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever. The test delivery on saving is signed with a published secret.",
        scheme: Scheme::hmac("mailersend", Digest::Sha256).header("signature")
            .replay_by(ReplayBy::Content)
            .replay_because("The body carries the activity with its own id and time.")
            .retries(retried::ERRORS),
    }

    /// Mailtrap: `Mailtrap-Signature: <hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the webhook's signing secret, as text. One body carries several
    /// events, each with its `event_id`.
    MAILTRAP {
        title: "Mailtrap",
        aliases: [],
        page: "https://docs.mailtrap.io/email-api-smtp/advanced/webhooks",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("mailtrap", Digest::Sha256).header("mailtrap-signature")
            .replay_by(ReplayBy::Content)
            .replay_because("A batch of events, each with an id and a time.")
            .retries(retried::ERRORS),
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

    /// Mailgun: the body's `/signature/signature`, in hex, is HMAC-SHA256 over
    /// `/signature/timestamp` directly followed by `/signature/token`.
    ///
    /// Key: the HTTP webhook signing key of the account, as text. The event
    /// itself is not signed: whoever holds one delivery can put another event
    /// beside its signature, so the token counts as the id and must not be taken
    /// twice. Routes and older webhooks that send forms do not verify here.
    MAILGUN {
        title: "Mailgun",
        aliases: [],
        page: "https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks",
        evidence: Vectors,
        notes: "The event is not signed, only time and token: keep a replay guard on the token.",
        scheme: Scheme::hmac("mailgun", Digest::Sha256)
            .at(Location::Json(Cow::Borrowed("/signature/signature")))
            .signed("{timestamp}{id}")
            .timestamp_at(Location::Json(Cow::Borrowed("/signature/timestamp")), TimeUnit::Seconds)
            .tolerance(300)
            .event_id_json("/signature/token")
            .replay_by(ReplayBy::Id)
            .replay_because("Only time and token are signed, and Mailgun says itself to keep the token and refuse it a second time: it is random for each signature. A retry under a new token would be handled twice.")
            .retries(retried::NOT_2XX.lasting("8 hours (deliveries: never)"))
            .success(Success::Ok),
    }

    /// Mailgun's routes and its older webhooks, which send forms: the field
    /// `signature`, in hex, is HMAC-SHA256 over the fields `timestamp` and `token`,
    /// one after the other.
    ///
    /// Key: the HTTP webhook signing key, as text. Nothing else of the form is
    /// signed. Messages with attachments come as multipart, which is not read here.
    MAILGUN_FORM {
        title: "Mailgun routes",
        aliases: ["mailgun-routes"],
        page: "https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks",
        evidence: Vectors,
        notes: "The message is not signed, only time and token: keep a replay guard on the token. Urlencoded forms alone.",
        scheme: Scheme::hmac("mailgun-form", Digest::Sha256)
            .at(Location::Form(Cow::Borrowed("signature")))
            .signed("{timestamp}{id}")
            .timestamp_at(Location::Form(Cow::Borrowed("timestamp")), TimeUnit::Seconds)
            .tolerance(300)
            .event_id_at(Location::Form(Cow::Borrowed("token")))
            .replay_by(ReplayBy::Id)
            .replay_because("Only time and token are signed, and Mailgun says itself to keep the token and refuse it a second time: it is random for each signature. A retry under a new token would be handled twice.")
            .retries(retried::NOT_2XX.lasting("8 hours"))
            .success(Success::Ok),
    }

    /// MessageBird's older signed requests: `MessageBird-Signature: <base64>`,
    /// HMAC-SHA256 over the time, the query parameters sorted by name, and the
    /// raw SHA-256 digest of the body, each on a line of its own; the time stands
    /// in `MessageBird-Request-Timestamp`.
    ///
    /// Key: the signing key of the developer settings, as text. Superseded by
    /// `MessageBird-Signature-JWT`. MessageBird's SDK allows ten seconds; this
    /// entry follows it.
    MESSAGEBIRD_LEGACY {
        title: "MessageBird (signed requests)",
        aliases: [],
        page: "https://developers.messagebird.com/api/#signed-requests",
        evidence: Vectors,
        notes: "The window is ten seconds: keep clocks in step or widen the tolerance.",
        scheme: Scheme::hmac("messagebird-legacy", Digest::Sha256)
            .header("messagebird-signature")
            .encoding(Encoding::Base64)
            .signed("{timestamp}\n{query|sort(all)|form}\n{body|sha256}")
            .timestamp_header("messagebird-request-timestamp", TimeUnit::Seconds)
            .tolerance(10)
            .replay_by(ReplayBy::Content)
            .replay_because("Time, query and body are signed; callbacks of voice flows and statuses may be equal but for the time, so it counts and a retry signed afresh is rather handled twice."),
    }

    /// Microsoft Teams outgoing webhooks: `Authorization: HMAC <base64>`,
    /// HMAC-SHA256 over the raw body.
    ///
    /// Key: the security token shown when the webhook was made, base64 of the
    /// bytes used. The message's id is in the body under `/id`.
    MICROSOFT_TEAMS {
        title: "Microsoft Teams outgoing webhooks",
        aliases: ["teams", "ms-teams"],
        page: "https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/add-outgoing-webhook",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever. The key is base64.",
        scheme: Scheme::hmac("microsoft-teams", Digest::Sha256)
            .header("authorization")
            .format("HMAC {signature}")
            .encoding(Encoding::Base64)

            .key(KeyForm::Base64(Cow::Borrowed("")))
            .replay_by(ReplayBy::Content)
            .replay_because("The body carries the message's id, conversation and time; the id alone is unique only within a conversation. Nothing is retried: Teams waits for the answer, which is shown to the user.")
            .retries(retried::NEVER)
            .success(Success::Handler),
    }

    /// Plivo's first signature: `X-Plivo-Signature: <base64>`, HMAC-SHA1 over the
    /// URL followed by each form field, sorted by name, name then value.
    ///
    /// Key: the account's auth token, as text. Deprecated; Plivo sends V2 and V3
    /// beside it.
    PLIVO_V1 {
        title: "Plivo v1",
        aliases: [],
        page: "https://www.plivo.com/docs/",
        evidence: Vectors,
        notes: "The URL is signed: set the external URL behind a proxy. HMAC-SHA1. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("plivo-v1", Digest::Sha1)
            .header("x-plivo-signature")
            .encoding(Encoding::Base64)
            .signed("{url}{form|sort(unique)|join('', '')}")
            .ambiguous("the end of a message's `Text` can be cut off as further fields whose names sort after it: whoever sends a message adds fields to a recording of its delivery; and the form can be moved into the path as a whole")
            .replay_by(ReplayBy::None)
            .replay_because("Status callbacks of one call or message repeat field for field, and nothing else is signed.")
            .retries(retried::ERRORS.lasting("about 7 minutes (messages: three retries)")),
    }

    /// Plivo's second signature: `X-Plivo-Signature-V2: <base64>`, HMAC-SHA256
    /// over the URL without its query directly followed by the value of
    /// `X-Plivo-Signature-V2-Nonce`.
    ///
    /// Key: the account's auth token, as text. Neither body nor query is signed,
    /// so a signature proves little: the nonce is signed and must not be taken
    /// twice.
    PLIVO_V2 {
        title: "Plivo v2",
        aliases: [],
        page: "https://www.plivo.com/docs/messaging/concepts/signature-validation/",
        evidence: Vectors,
        notes: "Neither body nor query is signed, and the nonce directly follows the URL: a part of it can be moved into the path, so it counts as unsigned.",
        scheme: Scheme::hmac("plivo-v2", Digest::Sha256)
            .header("x-plivo-signature-v2")
            .encoding(Encoding::Base64)
            .signed("{url|base}{id}")
            .ambiguous("path and nonce meet: the nonce's first digits can be moved to the end of the path, so that a recording has a nonce that was not seen yet, as often as the route takes a longer path")
            .event_id_header("x-plivo-signature-v2-nonce")
            .replay_by(ReplayBy::Content)
            .replay_because("URL and nonce are all that is signed; the nonce is fresh for each request. Whether a retry keeps it is not said: rather handled twice.")
            .retries(retried::ERRORS.lasting("about 7 minutes (messages: three retries)")),
    }

    /// Plivo's third signature: `X-Plivo-Signature-V3: <base64>`, several with
    /// commas between them, HMAC-SHA256 over the URL with its query sorted, the
    /// sorted form fields, a dot and the value of `X-Plivo-Signature-V3-Nonce`.
    ///
    /// Key: the auth token of the account, or subaccount, as text. Names and
    /// values of the form are there without anything between them, so one
    /// signature fits several forms: `ab` and `c`, or `a` and `bc`.
    PLIVO_V3 {
        title: "Plivo v3",
        aliases: ["plivo"],
        page: "https://www.plivo.com/docs/voice/concepts/signature-validation/",
        evidence: Vectors,
        notes: "The URL is signed: set the external URL behind a proxy. Fields of the form are not kept apart from their values. No timestamp; the nonce is signed.",
        scheme: Scheme::hmac("plivo-v3", Digest::Sha256)
            .header("x-plivo-signature-v3")
            .separator(",")
            .encoding(Encoding::Base64)
            .signed("{url|base}[?{query|sort(all)|join}.{form|sort(all)|join('', '')}|?{query|sort(all)|join}|?{form|sort(all)|join('', '')}].{id}")
            .ambiguous("names and values of the form meet: the end of a message's `Text` can be cut off as further fields whose names sort after it, so that whoever sends a message adds fields to a recording of its delivery; and where there is a query, the form can be moved into its last value")
            .event_id_header("x-plivo-signature-v3-nonce")
            .replay_by(ReplayBy::Content)
            .replay_because("Two equal status callbacks differ by the signed nonce alone; it names the request, not the event, and whether a retry keeps it is not said: rather handled twice.")
            .retries(retried::ERRORS.lasting("about 7 minutes (messages: three retries)")),
    }

    /// Postmark: HTTP Basic credentials, given in the webhook's URL
    /// (`https://user:password@…`).
    ///
    /// Key: `user:password`. Nothing is signed. For a header of your own choice
    /// instead, use `api-key` with that header.
    POSTMARK {
        title: "Postmark",
        aliases: [],
        page: "https://postmarkapp.com/developer/webhooks/webhooks-overview",
        evidence: Vectors,
        notes: "Signs nothing: neither body nor time.",
        scheme: Scheme::basic("postmark")
            .replay_by(ReplayBy::Body)
            .replay_because("Basic credentials sign nothing; bodies carry the message's id and the time of the event. MessageID alone is the message's: delivery, opens and clicks share it.")
            .retries(retried::NOT_2XX.lasting("10.5 hours (inbound); fewer for others"))
            .success(Success::Ok),
    }

    /// Pusher Channels: `X-Pusher-Signature: <hex>`, HMAC-SHA256 over the raw
    /// body; `X-Pusher-Key` names the app key whose secret was used.
    ///
    /// Key: the app key's secret, as text, on the ring under the app key as its
    /// id. The time is in the body under `/time_ms`, in milliseconds; it is
    /// signed with the body and held to the window where it is there.
    PUSHER {
        title: "Pusher Channels",
        aliases: [],
        page: "https://pusher.com/docs/channels/server_api/webhooks/#security",
        evidence: Vectors,
        notes: "Give each secret the app key as its id: X-Pusher-Key chooses it.",
        scheme: Scheme::hmac("pusher", Digest::Sha256)
            .header("x-pusher-signature")
            .timestamp_at(Location::Json(Cow::Borrowed("/time_ms")), TimeUnit::Millis)
            .tolerance(600)
            .optional_timestamp()
            .key_id_header("x-pusher-key")
            .replay_by(ReplayBy::Content)
            .replay_because("The signed body carries its time in milliseconds and the events.")
            .retries(retried::NOT_2XX.lasting("5 minutes").time(RetryTime::Kept)),
    }

    /// Retell AI: `X-Retell-Signature: v=<milliseconds>,d=<hex>`, HMAC-SHA256
    /// over the raw body followed by the time.
    ///
    /// Key: the API key that carries the webhook badge, as text.
    RETELL {
        title: "Retell AI",
        aliases: ["retell-ai"],
        page: "https://docs.retellai.com/features/secure-webhook",
        evidence: Sdk,
        notes: "Five minutes both ways. No id header.",
        scheme: Scheme::hmac("retell", Digest::Sha256)
            .header("x-retell-signature")
            .format("v={timestamp},d={signature}")
            .signed("{body}{timestamp}")
            .timestamp_in_signature(TimeUnit::Millis)
            .tolerance(300)
            .replay_by(ReplayBy::Content)
            .replay_because("Calls have ids and send each event once, but the webhook for an inbound call and custom functions carry numbers alone and may repeat, so the signed time in milliseconds has to count; a retry signed afresh is rather handled twice.")
            .retries(retried::ERRORS.lasting("up to three retries")),
    }

    /// RingCentral: the subscription's verification token is sent as it is in
    /// `Verification-Token`.
    ///
    /// Key: the token chosen for the subscription. It proves that the sender
    /// knows it and nothing about the content. The notification id in the body
    /// (`/uuid`) is not signed. A new subscription is confirmed by echoing
    /// `Validation-Token`.
    RINGCENTRAL {
        title: "RingCentral",
        aliases: [],
        page: "https://developers.ringcentral.com/guide/notifications/webhooks/creating-webhooks",
        evidence: Documented,
        notes: "Signs nothing: neither body nor time. Deduplicate by /uuid.",
        scheme: Scheme::shared_secret("ringcentral")
            .header("verification-token")
            .event_id_json("/uuid")
            .replay_by(ReplayBy::Id)
            .replay_because("uuid is documented as unique for the notification. The token signs nothing, so the id is as trustworthy as the rest of the body."),
    }

    /// Sinch Conversation API: `x-sinch-webhook-signature: <base64>`, HMAC-SHA256
    /// over `{body}.{nonce}.{timestamp}`; nonce and time are in
    /// `x-sinch-webhook-signature-nonce` and `-timestamp`.
    ///
    /// Key: the webhook's secret, as text. The nonce is signed and names the
    /// delivery.
    SINCH {
        title: "Sinch",
        aliases: [],
        page: "https://developers.sinch.com/docs/conversation/callbacks",
        evidence: Sdk,
        notes: "Body first, then nonce, then time.",
        scheme: Scheme::hmac("sinch", Digest::Sha256)
            .header("x-sinch-webhook-signature")
            .encoding(Encoding::Base64)
            .signed("{body}.{id}.{timestamp}")
            .timestamp_header("x-sinch-webhook-signature-timestamp", TimeUnit::Seconds)
            .tolerance(300)
            .event_id_header("x-sinch-webhook-signature-nonce")
            .replay_by(ReplayBy::Content)
            .replay_because("Body, nonce and time are signed; whether nonce and time are new for each attempt is not said, and the nonce names the request: a retry is rather handled twice.")
            .retries(retried::BUSY_OR_SERVER_ERRORS.lasting("about 23 hours")),
    }

    /// Sinch Numbers: `X-Sinch-Signature: <hex>`, HMAC-SHA1 over the raw body.
    ///
    /// Key: the HMAC secret of the project's callback configuration, as text.
    SINCH_NUMBERS {
        title: "Sinch Numbers",
        aliases: [],
        page: "https://developers.sinch.com/docs/numbers/api-reference/numbers/tag/Numbers-Callbacks/",
        evidence: Sdk,
        notes: "No timestamp: a recorded delivery stays valid for ever. HMAC-SHA1.",
        scheme: Scheme::hmac("sinch-numbers", Digest::Sha1).header("x-sinch-signature")
            .event_id_json("/eventId")
            .replay_by(ReplayBy::Id)
            .replay_because("eventId in the signed body is the id of the event."),
    }

    /// tawk.to: `X-Tawk-Signature: <hex>`, HMAC-SHA1 over the raw body.
    ///
    /// Key: the webhook's secret key, as text. `X-Hook-Event-Id` stays the same
    /// over retries and is not signed.
    TAWK {
        title: "tawk.to",
        aliases: ["tawk-to"],
        page: "https://developer.tawk.to/webhooks/",
        evidence: Documented,
        notes: "X-Hook-Event-Id is not signed. HMAC-SHA1. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("tawk", Digest::Sha1)
            .header("x-tawk-signature")
            .event_id_header("x-hook-event-id")
            .replay_by(ReplayBy::Content)
            .replay_because("The body names event, chat or ticket and time; X-Hook-Event-Id, the same over retries, is unsigned.")
            .retries(retried::ERRORS.lasting("12 hours")),
    }

    /// Telegram bots: the secret token given to `setWebhook` is sent as it is in
    /// `X-Telegram-Bot-Api-Secret-Token`.
    ///
    /// Key: that token, 1 to 256 letters, digits, `_` or `-`. It proves that the
    /// sender knows it and nothing about the content. The update's id in the body
    /// (`/update_id`) is not signed.
    TELEGRAM {
        title: "Telegram",
        aliases: [],
        page: "https://core.telegram.org/bots/api#setwebhook",
        evidence: Vectors,
        notes: "Signs nothing: neither body nor time. Deduplicate by /update_id.",
        scheme: Scheme::shared_secret("telegram")
            .header("x-telegram-bot-api-secret-token")
            .event_id_json("/update_id")
            .replay_by(ReplayBy::Id)
            .replay_because("update_id is the update's, rises by one and is meant for ignoring repeats. The token signs nothing, so the id is as trustworthy as the rest of the body.")
            .retries(retried::NOT_2XX.lasting("a reasonable number of attempts, not published")),
    }

    /// Twilio: `X-Twilio-Signature: <base64>`, HMAC-SHA1 over the full URL
    /// followed by each form field, sorted by name, name then value, a repeated
    /// pair once. For a body that is not a form the URL alone is signed; its
    /// parameter `bodySHA256` carries the digest of the body in hex, which is
    /// checked.
    ///
    /// Key: the account's auth token, as text. The URL is the one that Twilio
    /// called, query included: behind a proxy give the verifier its external URL;
    /// with and without its port, or the default one, are both tried, as by its
    /// SDKs.
    /// `I-Twilio-Idempotency-Token` is not signed.
    ///
    /// With a SharedKey the signature is HMAC-SHA256 over the same, and
    /// `X-Twilio-Webhooks-Signature-Settings` names the key. That header is not
    /// signed, so these forms are off by default:
    /// `.accept("form-shared-key").accept("body-shared-key")`, with the secret of
    /// the SharedKey on the ring. A SharedKey with an algorithm other than
    /// `HMAC_SHA256` is refused.
    ///
    /// Fields of a form are joined with nothing between them, so they are covered
    /// weakly; the form `body` covers the body exactly.
    TWILIO {
        title: "Twilio",
        aliases: [],
        page: "https://www.twilio.com/docs/usage/security#validating-requests",
        evidence: Vectors,
        notes: "The URL is signed: set the external URL behind a proxy. HMAC-SHA1; HMAC-SHA256 with a SharedKey where form-shared-key or body-shared-key is accepted by name. Form fields are joined with nothing between them: accept known fields only. No timestamp: a recorded delivery stays valid for ever.",
        scheme: twilio_form(Digest::Sha1)
            .absent(&[TWILIO_BODY_DIGEST, TWILIO_SETTINGS])
            .form("form")
            .or(TWILIO_OTHERS)
            .replay_by(ReplayBy::None)
            .replay_because("Status callbacks and requests for instructions repeat field for field (two callbacks of one message with one status, one menu asked twice), and neither id nor time is signed; I-Twilio-Idempotency-Token is unsigned.")
            .retries(retried::TIMEOUTS.lasting("15 seconds by default (connection failures alone; more by the URL's fragment)")),
    }

    /// Viber bots: `X-Viber-Content-Signature: <hex>`, HMAC-SHA256 over the raw
    /// body.
    ///
    /// Key: the bot's authentication token, as text. The message's token stands
    /// in the body under `/message_token`; `/timestamp` there is the time of the
    /// event, not of the delivery.
    VIBER {
        title: "Viber",
        aliases: [],
        page: "https://developers.viber.com/docs/api/rest-bot-api/#callbacks",
        evidence: Sdk,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("viber", Digest::Sha256)
            .header("x-viber-content-signature")

            .replay_by(ReplayBy::Content)
            .replay_because("message_token names the message, and its delivery and reading repeat it; with the event's name, user and time in milliseconds the body is unique.")
            .success(Success::Ok),
    }

    /// Vonage (Nexmo) signed SMS callbacks: the parameter `sig`, in hex, is
    /// HMAC-MD5 over `&name=value` for every other parameter, sorted by name,
    /// with `&` and `=` inside a value written `_`. The parameters are in the
    /// query of a GET or in a form.
    ///
    /// Key: the account's signature secret, as text, where the account's signing
    /// algorithm is MD5 HMAC. The parameter `timestamp` is signed but, as in
    /// Vonage's SDKs, not held to a window. Callbacks by POST with JSON do not
    /// verify here. Query and form sign the same text, so name the one that the
    /// account sends: `.only("query")` or `.only("form")`.
    VONAGE_SMS_MD5 {
        title: "Vonage SMS, MD5 HMAC",
        aliases: [],
        page: "https://developer.vonage.com/en/getting-started/concepts/signing-messages",
        evidence: Vectors,
        notes: "Choose the entry of the algorithm that the account's settings name. Name the form: query for GET, form for POST. A value is covered up to `&`, `=` and `_`, so the id counts as unsigned. JSON callbacks do not verify. The timestamp is not checked for age.",
        scheme: Scheme::hmac("vonage-sms-md5", Digest::Md5)
            .at(Location::Query(Cow::Borrowed("sig")))
            .signed("[&{query|sort(unique)|flatten|join}]")
            .event_id_at(Location::Query(Cow::Borrowed("messageId")))
            .form("query")
            .opt_in()
            .or(VONAGE_MD5_FORM)
            .replay_by(ReplayBy::Content)
            .replay_because("All parameters are signed, among them time and nonce; messageId is the message's, and each of its receipts carries it. Whether retries keep time and nonce is not said: if not, a retry is handled twice.")
            .retries(retried::NOT_2XX.lasting("24 hours")),
    }

    /// Vonage (Nexmo) signed SMS callbacks with the oldest algorithm: the
    /// parameter `sig`, in hex, is MD5 over `&name=value` for every other
    /// parameter, sorted by name, with `&` and `=` inside a value written `_`,
    /// followed by the secret. The parameters are in the query of a GET or in a
    /// form.
    ///
    /// Key: the account's signature secret, as text, where the account's signing
    /// algorithm is MD5 hash. It is a plain hash with the secret behind, not an
    /// HMAC: ask Vonage for SHA-256 HMAC. The parameter `timestamp` is signed
    /// but, as in Vonage's SDKs, not held to a window. Callbacks by POST with
    /// JSON do not verify here. Query and form sign the same text, so name the one
    /// that the account sends: `.only("query")` or `.only("form")`.
    VONAGE_SMS_MD5HASH {
        title: "Vonage SMS, MD5 hash",
        aliases: [],
        page: "https://developer.vonage.com/en/getting-started/concepts/signing-messages",
        evidence: Vectors,
        notes: "A plain MD5: prefer vonage-sms-sha256. Name the form: query for GET, form for POST. A value is covered up to `&`, `=` and `_`, so the id counts as unsigned. JSON callbacks do not verify. The timestamp is not checked for age.",
        scheme: Scheme::hash("vonage-sms-md5hash", Digest::Md5)
            .at(Location::Query(Cow::Borrowed("sig")))
            .signed("[&{query|sort(unique)|flatten|join}]{secret}")
            .event_id_at(Location::Query(Cow::Borrowed("messageId")))
            .form("query")
            .opt_in()
            .or(VONAGE_MD5HASH_FORM)
            .replay_by(ReplayBy::Content)
            .replay_because("All parameters are signed, among them time and nonce; messageId is the message's, and each of its receipts carries it. Whether retries keep time and nonce is not said: if not, a retry is handled twice.")
            .retries(retried::NOT_2XX.lasting("24 hours")),
    }

    /// Vonage (Nexmo) signed SMS callbacks: the parameter `sig`, in hex, is
    /// HMAC-SHA1 over `&name=value` for every other parameter, sorted by name,
    /// with `&` and `=` inside a value written `_`. The parameters are in the
    /// query of a GET or in a form.
    ///
    /// Key: the account's signature secret, as text, where the account's signing
    /// algorithm is SHA1 HMAC. The parameter `timestamp` is signed but, as in
    /// Vonage's SDKs, not held to a window. Callbacks by POST with JSON do not
    /// verify here. Query and form sign the same text, so name the one that the
    /// account sends: `.only("query")` or `.only("form")`.
    VONAGE_SMS_SHA1 {
        title: "Vonage SMS, SHA1 HMAC",
        aliases: [],
        page: "https://developer.vonage.com/en/getting-started/concepts/signing-messages",
        evidence: Vectors,
        notes: "Choose the entry of the algorithm that the account's settings name. Name the form: query for GET, form for POST. A value is covered up to `&`, `=` and `_`, so the id counts as unsigned. JSON callbacks do not verify. The timestamp is not checked for age.",
        scheme: Scheme::hmac("vonage-sms-sha1", Digest::Sha1)
            .at(Location::Query(Cow::Borrowed("sig")))
            .signed("[&{query|sort(unique)|flatten|join}]")
            .event_id_at(Location::Query(Cow::Borrowed("messageId")))
            .form("query")
            .opt_in()
            .or(VONAGE_SHA1_FORM)
            .replay_by(ReplayBy::Content)
            .replay_because("All parameters are signed, among them time and nonce; messageId is the message's, and each of its receipts carries it. Whether retries keep time and nonce is not said: if not, a retry is handled twice.")
            .retries(retried::NOT_2XX.lasting("24 hours")),
    }

    /// Vonage (Nexmo) signed SMS callbacks: the parameter `sig`, in hex, is
    /// HMAC-SHA256 over `&name=value` for every other parameter, sorted by name,
    /// with `&` and `=` inside a value written `_`. The parameters are in the
    /// query of a GET or in a form.
    ///
    /// Key: the account's signature secret, as text, where the account's signing
    /// algorithm is SHA256 HMAC. The parameter `timestamp` is signed but, as in
    /// Vonage's SDKs, not held to a window. Callbacks by POST with JSON do not
    /// verify here. Query and form sign the same text, so name the one that the
    /// account sends: `.only("query")` or `.only("form")`.
    VONAGE_SMS_SHA256 {
        title: "Vonage SMS, SHA256 HMAC",
        aliases: ["vonage-sms", "nexmo"],
        page: "https://developer.vonage.com/en/getting-started/concepts/signing-messages",
        evidence: Vectors,
        notes: "Choose the entry of the algorithm that the account's settings name. Name the form: query for GET, form for POST. A value is covered up to `&`, `=` and `_`, so the id counts as unsigned. JSON callbacks do not verify. The timestamp is not checked for age.",
        scheme: Scheme::hmac("vonage-sms-sha256", Digest::Sha256)
            .at(Location::Query(Cow::Borrowed("sig")))
            .signed("[&{query|sort(unique)|flatten|join}]")
            .event_id_at(Location::Query(Cow::Borrowed("messageId")))
            .form("query")
            .opt_in()
            .or(VONAGE_SHA256_FORM)
            .replay_by(ReplayBy::Content)
            .replay_because("All parameters are signed, among them time and nonce; messageId is the message's, and each of its receipts carries it. Whether retries keep time and nonce is not said: if not, a retry is handled twice.")
            .retries(retried::NOT_2XX.lasting("24 hours")),
    }

    /// Vonage (Nexmo) signed SMS callbacks: the parameter `sig`, in hex, is
    /// HMAC-SHA512 over `&name=value` for every other parameter, sorted by name,
    /// with `&` and `=` inside a value written `_`. The parameters are in the
    /// query of a GET or in a form.
    ///
    /// Key: the account's signature secret, as text, where the account's signing
    /// algorithm is SHA512 HMAC. The parameter `timestamp` is signed but, as in
    /// Vonage's SDKs, not held to a window. Callbacks by POST with JSON do not
    /// verify here. Query and form sign the same text, so name the one that the
    /// account sends: `.only("query")` or `.only("form")`.
    VONAGE_SMS_SHA512 {
        title: "Vonage SMS, SHA512 HMAC",
        aliases: [],
        page: "https://developer.vonage.com/en/getting-started/concepts/signing-messages",
        evidence: Vectors,
        notes: "Choose the entry of the algorithm that the account's settings name. Name the form: query for GET, form for POST. A value is covered up to `&`, `=` and `_`, so the id counts as unsigned. JSON callbacks do not verify. The timestamp is not checked for age.",
        scheme: Scheme::hmac("vonage-sms-sha512", Digest::Sha512)
            .at(Location::Query(Cow::Borrowed("sig")))
            .signed("[&{query|sort(unique)|flatten|join}]")
            .event_id_at(Location::Query(Cow::Borrowed("messageId")))
            .form("query")
            .opt_in()
            .or(VONAGE_SHA512_FORM)
            .replay_by(ReplayBy::Content)
            .replay_because("All parameters are signed, among them time and nonce; messageId is the message's, and each of its receipts carries it. Whether retries keep time and nonce is not said: if not, a retry is handled twice.")
            .retries(retried::NOT_2XX.lasting("24 hours")),
    }

    /// Webex: `X-Spark-Signature: <hex>`, HMAC-SHA1 over the raw body.
    ///
    /// Key: the secret given when the webhook was created, as text; without one
    /// Webex sends no signature.
    WEBEX {
        title: "Webex",
        aliases: ["cisco-spark"],
        page: "https://developer.webex.com/docs/api/guides/webhooks",
        evidence: Vectors,
        notes: "HMAC-SHA1. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("webex", Digest::Sha1).header("x-spark-signature")
            .replay_by(ReplayBy::Content)
            .replay_because("Messages and attachments carry ids and times of their own. A membership has no time of its change: a person who is made moderator, unmade and made moderator again gives two equal bodies, and the second is taken for a repeat: name a place where that matters."),
    }

    /// Zendesk: `X-Zendesk-Webhook-Signature: <base64>`, HMAC-SHA256 over the
    /// value of `X-Zendesk-Webhook-Signature-Timestamp` directly followed by the
    /// raw body.
    ///
    /// Key: the webhook's signing secret, as text; while a webhook is being
    /// tested before it is saved, the secret that Zendesk's page prints. The time
    /// is an RFC 3339 date. Webhooks by GET or DELETE have an empty body.
    /// `X-Zendesk-Webhook-Invocation-Id` is not signed.
    ZENDESK {
        title: "Zendesk",
        aliases: [],
        page: "https://developer.zendesk.com/documentation/webhooks/verifying/",
        evidence: Vectors,
        notes: "X-Zendesk-Webhook-Invocation-Id is not signed.",
        scheme: Scheme::hmac("zendesk", Digest::Sha256)
            .header("x-zendesk-webhook-signature")
            .encoding(Encoding::Base64)
            .signed("{timestamp}{body}")
            .timestamp_header("x-zendesk-webhook-signature-timestamp", TimeUnit::Rfc3339)
            .tolerance(300)
            .event_id_header("x-zendesk-webhook-invocation-id")
            .replay_by(ReplayBy::Content)
            .replay_because("The customer writes the body of triggers and it may be empty, so the signed time has to count; to the second, so two calls with one body in one second are one. X-Zendesk-Webhook-Invocation-Id is unsigned.")
            .retries(Retries::after(&[Cow::Borrowed("409"), Cow::Borrowed("429"), Cow::Borrowed("503"), Cow::Borrowed("timeout")]).lasting("409: three times; timeouts: five; 429 and 503 with a Retry-After below 60 seconds")),
    }

    /// Zoom: `x-zm-signature: v0=<hex>`, HMAC-SHA256 over
    /// `v0:{timestamp}:{body}`, the time in `x-zm-request-timestamp`.
    ///
    /// Key: the app's secret token (*Features, Access*), as text. The endpoint is
    /// checked by an `endpoint.url_validation` event when it is saved and every
    /// 72 hours after, signed like the rest.
    ZOOM {
        title: "Zoom",
        aliases: [],
        page: "https://developers.zoom.us/docs/api/webhooks/#verify-webhook-events",
        evidence: Sdk,
        notes: "Zoom names no window; five minutes are allowed.",
        scheme: Scheme::hmac("zoom", Digest::Sha256)
            .header("x-zm-signature")
            .format("v0={signature}")
            .signed("v0:{timestamp}:{body}")
            .timestamp_header("x-zm-request-timestamp", TimeUnit::SecondsOrMillis)
            .tolerance(300)
            .recipients(const { &[Recipient::new("account", &[Location::Json(Cow::Borrowed("/payload/account_id"))]).optional()] })
            .replay_by(ReplayBy::Payload)
            .replay_because("The body names the event, its time in milliseconds and the object; the time of sending is left out.")
            .retries(retried::ERRORS.lasting("85 minutes (three retries)")),
    }
}

const AGORA_V1: &[Scheme] = &[Scheme::hmac("agora", Digest::Sha1)
    .header("agora-signature")
    .form("v1")
    .replay_by(ReplayBy::Id)
    .opt_in()
    .event_id_json("/noticeId")];

const HUBSPOT_SAYS_V1: &[(Text, Text)] = &[(
    Cow::Borrowed("x-hubspot-signature-version"),
    Cow::Borrowed("v1"),
)];

const HUBSPOT_SAYS_V2: &[(Text, Text)] = &[(
    Cow::Borrowed("x-hubspot-signature-version"),
    Cow::Borrowed("v2"),
)];

const fn getstream() -> Scheme {
    Scheme::hmac("getstream", Digest::Sha256)
        .header("x-signature")
        .event_id_header("x-webhook-id")
}

const GETSTREAM_COMPRESSED: &[Scheme] = &[getstream()
    .signed("{body|gunzip}")
    .form("compressed")
    .replay_by(ReplayBy::Content)
    .opt_in()];

const fn twilio_form(digest: Digest) -> Scheme {
    Scheme::hmac("twilio", digest)
        .header("x-twilio-signature")
        .encoding(Encoding::Base64)
        .signed("{url|port?}{form|sort(unique)|join('', '')}")
        .ambiguous("an SMS `hiCallStatuscompleted` has the signature of `Body=hi` and `CallStatus=completed`: whoever sends a message adds fields to a recording of its delivery; and the form can be moved into the path as a whole")
}

const fn twilio_digest(digest: Digest) -> Scheme {
    twilio_form(digest)
        .signed("{url|port?}")
        .ambiguous("")
        .bind(TWILIO_BODY)
}

const fn mandrill() -> Scheme {
    Scheme::hmac("mailchimp-transactional", Digest::Sha1)
        .header("x-mandrill-signature")
        .encoding(Encoding::Base64)
}

const MANDRILL_EVENTS: &[Scheme] = &[mandrill()
    .signed("{url}mandrill_events{form:mandrill_events|json}")
    .form("events")
    .replay_by(ReplayBy::Content)
    .opt_in()];

const TWILIO_BODY_DIGEST: Location = Location::Query(Cow::Borrowed("bodySHA256"));
const TWILIO_SETTINGS: Location =
    Location::Header(Cow::Borrowed("x-twilio-webhooks-signature-settings"));

const TWILIO_OTHERS: &[Scheme] = &[
    twilio_digest(Digest::Sha1)
        .absent(&[TWILIO_SETTINGS])
        .form("body")
        .replay_by(ReplayBy::None),
    twilio_form(Digest::Sha256)
        .absent(&[TWILIO_BODY_DIGEST])
        .form("form-shared-key")
        .replay_by(ReplayBy::None)
        .opt_in(),
    twilio_digest(Digest::Sha256)
        .form("body-shared-key")
        .replay_by(ReplayBy::None)
        .opt_in(),
];

const TWILIO_BODY: &[Binding] = &[Binding::new(TWILIO_BODY_DIGEST, "{body|sha256|hex}")];

const VONAGE_MD5_FORM: &[Scheme] = &[Scheme::hmac("vonage-sms-md5", Digest::Md5)
    .at(Location::Form(Cow::Borrowed("sig")))
    .signed("[&{form|sort(unique)|flatten|join}]")
    .event_id_at(Location::Form(Cow::Borrowed("messageId")))
    .form("form")
    .replay_by(ReplayBy::Content)
    .opt_in()];

const VONAGE_MD5HASH_FORM: &[Scheme] = &[Scheme::hash("vonage-sms-md5hash", Digest::Md5)
    .at(Location::Form(Cow::Borrowed("sig")))
    .signed("[&{form|sort(unique)|flatten|join}]{secret}")
    .event_id_at(Location::Form(Cow::Borrowed("messageId")))
    .form("form")
    .replay_by(ReplayBy::Content)
    .opt_in()];

const VONAGE_SHA1_FORM: &[Scheme] = &[Scheme::hmac("vonage-sms-sha1", Digest::Sha1)
    .at(Location::Form(Cow::Borrowed("sig")))
    .signed("[&{form|sort(unique)|flatten|join}]")
    .event_id_at(Location::Form(Cow::Borrowed("messageId")))
    .form("form")
    .replay_by(ReplayBy::Content)
    .opt_in()];

const VONAGE_SHA256_FORM: &[Scheme] = &[Scheme::hmac("vonage-sms-sha256", Digest::Sha256)
    .at(Location::Form(Cow::Borrowed("sig")))
    .signed("[&{form|sort(unique)|flatten|join}]")
    .event_id_at(Location::Form(Cow::Borrowed("messageId")))
    .form("form")
    .replay_by(ReplayBy::Content)
    .opt_in()];

const VONAGE_SHA512_FORM: &[Scheme] = &[Scheme::hmac("vonage-sms-sha512", Digest::Sha512)
    .at(Location::Form(Cow::Borrowed("sig")))
    .signed("[&{form|sort(unique)|flatten|join}]")
    .event_id_at(Location::Form(Cow::Borrowed("messageId")))
    .form("form")
    .replay_by(ReplayBy::Content)
    .opt_in()];
