//! Support desks and customer relations.

use std::borrow::Cow;

use super::entry::{catalogue, retried};
use crate::Encoding;
use crate::scheme::{Digest, KeyForm, ReplayBy, Retries, Scheme, Text};
use crate::text::time::TimeUnit;

catalogue! {
    /// Attio: `Attio-Signature: <hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the webhook's secret, as text. `Idempotency-Key` stays the same over
    /// retries and is not signed.
    ATTIO {
        title: "Attio",
        aliases: [],
        page: "https://docs.attio.com/rest-api/guides/webhooks",
        evidence: Documented,
        notes: "Idempotency-Key is not signed. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("attio", Digest::Sha256)
            .header("attio-signature")
            .event_id_header("idempotency-key")
            .replay_by(ReplayBy::None)
            .replay_because("The body names the event's kind and the record and neither id nor time: two updates of one record are equal. Idempotency-Key is unsigned.")
            .retries(retried::NOT_2XX.lasting("3 days (ten retries)")),
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

    /// Close: `close-sig-hash: <hex>`, HMAC-SHA256 over the value of
    /// `close-sig-timestamp` directly followed by the raw body.
    ///
    /// Key: the `signature_key` of the answer that created the subscription, hex
    /// digits used as the bytes behind them. The event id is in the body
    /// under `/event/id`.
    CLOSE {
        title: "Close",
        aliases: [],
        page: "https://developer.close.com/api/resources/webhook-subscriptions/signatures",
        evidence: Documented,
        notes: "The key is hex. There is nothing between timestamp and body.",
        scheme: Scheme::hmac("close", Digest::Sha256)
            .header("close-sig-hash")
            .signed("{timestamp}{body}")
            .timestamp_header("close-sig-timestamp", TimeUnit::Seconds)
            .tolerance(300)
            .event_id_json("/event/id")
            .key(KeyForm::Hex)
            .replay_by(ReplayBy::Id)
            .replay_because("/event/id is the id of the event in the signed body; that retries keep it is not said.")
            .retries(retried::NOT_2XX.lasting("3 days")),
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
    /// given: both are accepted. A v1 or v2 signature is sent as well and is
    /// ignored.
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

    /// Pipedrive: HTTP Basic credentials chosen for the webhook.
    ///
    /// Key: `user:password`. Nothing is signed. The delivery's id in the body
    /// (`/meta/id`) is not either.
    PIPEDRIVE {
        title: "Pipedrive",
        aliases: [],
        page: "https://pipedrive.readme.io/docs/guide-for-webhooks-v2",
        evidence: Documented,
        notes: "Signs nothing: neither body nor time.",
        scheme: Scheme::basic("pipedrive")
            .replay_by(ReplayBy::Body)
            .replay_because("Credentials sign nothing. The body has the time of the change, but counts its attempts, so a retry differs and is handled twice; /meta/id is the notification's in webhooks of version 2 and the object's in version 1, and may be named where only version 2 is received.")
            .retries(retried::ERRORS.lasting("3 days")),
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
}

const HUBSPOT_SAYS_V1: &[(Text, Text)] = &[(
    Cow::Borrowed("x-hubspot-signature-version"),
    Cow::Borrowed("v1"),
)];

const HUBSPOT_SAYS_V2: &[(Text, Text)] = &[(
    Cow::Borrowed("x-hubspot-signature-version"),
    Cow::Borrowed("v2"),
)];
