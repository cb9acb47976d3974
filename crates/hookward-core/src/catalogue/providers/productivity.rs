//! Documents, designs, forms, calendars and tasks.

use std::borrow::Cow;

use super::entry::{catalogue, retried};
use super::parts::{COMPACT, RS256, hs256, v1a};
use crate::Encoding;
use crate::scheme::{
    Binding, Digest, KeyForm, Location, Recipient, ReplayBy, Retries, RetryTime, Scheme, Success,
    Text,
};
use crate::text::time::TimeUnit;

catalogue! {
    /// Acuity Scheduling: `X-Acuity-Signature: <base64>`, HMAC-SHA256 over the
    /// raw body, a form.
    ///
    /// Key: the API key, as text: the main administrator's for webhooks of the
    /// settings, the subscribing user's for those made through the API.
    ACUITY {
        title: "Acuity Scheduling",
        aliases: ["acuity-scheduling"],
        page: "https://developers.acuityscheduling.com/docs/webhooks",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever. Not the key of Squarespace's other webhooks.",
        scheme: Scheme::hmac("acuity", Digest::Sha256)
            .header("x-acuity-signature")
            .encoding(Encoding::Base64)
            .replay_by(ReplayBy::None)
            .replay_because("The body names action, appointment and calendar and no time: moving an appointment twice sends equal bytes.")
            .retries(retried::ERRORS.lasting("24 hours")),
    }

    /// Adobe I/O Events: RSA SHA-256 in `x-adobe-digital-signature-1` and `-2`,
    /// from two keys, over the raw body.
    ///
    /// Keys: PEM from `https://static.adobeioevents.com` under the paths that
    /// `x-adobe-public-key1-path` and `-key2-path` name; put both on the ring.
    /// Check that the body's `recipient_client_id` is your own.
    ADOBE_IO_EVENTS {
        title: "Adobe I/O Events",
        aliases: ["adobe"],
        page: "https://developer.adobe.com/events/docs/guides/sdk/sdk-signature-verification",
        evidence: Vectors,
        notes: "Signed for every recipient with the same key: check recipient_client_id in the body. No timestamp.",
        scheme: Scheme::rsa_pkcs1("adobe-io-events", Digest::Sha256)
            .header("x-adobe-digital-signature-1")
            .also(&[Cow::Borrowed("x-adobe-digital-signature-2")])
            .recipients(const { &[Recipient::new("client", &[Location::Json(Cow::Borrowed("/recipient_client_id"))])] })
            .replay_by(ReplayBy::Content)
            .replay_because("event_id is in the signed body, so two events differ; a delivery may also carry several events, and that the id stays on a retry is from memory.")
            .retries(retried::BUSY_OR_SERVER_ERRORS.lasting("24 hours")),
    }

    /// Airtable: `X-Airtable-Content-MAC: hmac-sha256=<hex>`, HMAC-SHA256 over
    /// the raw body.
    ///
    /// Key: the `macSecretBase64` of the answer that created the webhook, base64
    /// of the bytes used. The body only says that something changed; the changes
    /// are fetched from the API.
    AIRTABLE {
        title: "Airtable",
        aliases: [],
        page: "https://airtable.com/developers/web/api/webhooks-overview",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever. The key is base64.",
        scheme: Scheme::hmac("airtable", Digest::Sha256)
            .header("x-airtable-content-mac")
            .format("hmac-sha256={signature}")
            .key(KeyForm::Base64(Cow::Borrowed("")))
            .replay_by(ReplayBy::Content)
            .replay_because("The body says which webhook and when, in milliseconds; two that are equal would say the same, and the changes are fetched.")
            .retries(retried::NOT_2XX),
    }

    /// Asana: `X-Hook-Signature: <hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the secret that Asana sent in `X-Hook-Secret` when the webhook was
    /// made, as text; the endpoint had to echo it and to store it then. One key
    /// for each webhook. A heartbeat has an empty list of events.
    ASANA {
        title: "Asana",
        aliases: [],
        page: "https://developers.asana.com/docs/webhooks-guide",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever. The key comes with the handshake.",
        scheme: Scheme::hmac("asana", Digest::Sha256).header("x-hook-signature")
            .replay_by(ReplayBy::Content)
            .replay_because("Events carry their time, user, resource and action, several to a body. Heartbeats are equal and carry nothing: they are acknowledged without a handler.")
            .retries(retried::NOT_2XX.lasting("24 hours")),
    }

    /// Autodesk Platform Services: `x-adsk-signature: sha1hash=<hex>`, HMAC-SHA1
    /// over the raw body.
    ///
    /// Key: the secret token set for the app's webhooks, as text; without one
    /// Autodesk sends no signature. `x-adsk-delivery-id` is not signed.
    AUTODESK {
        title: "Autodesk Platform Services",
        aliases: ["aps"],
        page: "https://aps.autodesk.com/en/docs/webhooks/v1/developers_guide/event-security/",
        evidence: Documented,
        notes: "x-adsk-delivery-id is not signed. HMAC-SHA1. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("autodesk", Digest::Sha1)
            .header("x-adsk-signature")
            .format("sha1hash={signature}")
            .event_id_header("x-adsk-delivery-id")
            .replay_by(ReplayBy::Content)
            .replay_because("The signed body names the hook, the resource and the event's data with its times; x-adsk-delivery-id is unsigned, undocumented and meant for tracing. Deliveries come at least once; no value for recognising a repeat is documented, so only a byte-equal repeat counts as one.")
            .retries(retried::NOT_2XX.lasting("48 hours (four retries)")),
    }

    /// Box: `BOX-SIGNATURE-PRIMARY: <base64>` and `BOX-SIGNATURE-SECONDARY`,
    /// HMAC-SHA256 over the raw body directly followed by the value of
    /// `BOX-DELIVERY-TIMESTAMP`; version `1` and algorithm `HmacSHA256` are in
    /// headers of their own and are checked.
    ///
    /// Key: the app's primary and secondary signature keys (*Webhooks* tab), as
    /// text; either header may match either key. The time is an RFC 3339 date;
    /// ten minutes, as Box asks. Box's SDK bounds only the past; here the window is
    /// two-sided. `BOX-DELIVERY-ID` is not signed.
    BOX {
        title: "Box",
        aliases: [],
        page: "https://developer.box.com/guides/webhooks/v2/signatures-v2/",
        evidence: Vectors,
        notes: "BOX-DELIVERY-ID is not signed. Put both keys on the ring, so that either can be rotated.",
        scheme: Scheme::hmac("box", Digest::Sha256)
            .header("box-signature-primary")
            .encoding(Encoding::Base64)
            .signed("{body}{timestamp}")
            .timestamp_header("box-delivery-timestamp", TimeUnit::Rfc3339)
            .tolerance(600)
            .event_id_header("box-delivery-id")
            .expect(BOX_VERSION)
            .also(&[Cow::Borrowed("box-signature-secondary")])
            .replay_id(&[Location::Json(Cow::Borrowed("/id"))])
            .replay_because("The page says that the id in the body stays over retries, while BOX-DELIVERY-ID changes.")
            .retries(retried::NOT_2XX),
    }

    /// Cal.com: `X-Cal-Signature-256: <hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the webhook's secret, as text; without one Cal.com sends
    /// `no-secret-provided`, which is refused.
    CAL_COM {
        title: "Cal.com",
        aliases: ["cal", "calcom"],
        page: "https://cal.com/docs/developing/guides/automation/webhooks",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever. Set a secret: without one nothing is signed.",
        scheme: Scheme::hmac("cal-com", Digest::Sha256).header("x-cal-signature-256")
            .replay_by(ReplayBy::Content)
            .replay_because("The body has the time of the event, its kind and the booking. With a template of the operator's that has no time, two events of one kind for one booking can be equal, and the second is taken for a repeat: put the time into it.")
            .retries(retried::NEVER),
    }

    /// Calendly: `Calendly-Webhook-Signature: t=<seconds>,v1=<hex>`, HMAC-SHA256
    /// over `{timestamp}.{body}`.
    ///
    /// Key: the signing key given when the webhook subscription was created, as
    /// text. Three minutes, as Calendly's example has it.
    CALENDLY {
        title: "Calendly",
        aliases: [],
        page: "https://developer.calendly.com/api-docs/4c305798a61d3-webhook-signatures",
        evidence: Vectors,
        notes: "Three minutes.",
        scheme: Scheme::hmac("calendly", Digest::Sha256)
            .header("calendly-webhook-signature")
            .format("t={timestamp},v1={signature}")
            .signed("{timestamp}.{body}")
            .timestamp_in_signature(TimeUnit::Seconds)
            .tolerance(180)
            .replay_by(ReplayBy::Payload)
            .replay_because("The body has the event's kind and time and the invitee; the time of sending is left out, because retries go on for a day.")
            .retries(retried::NOT_2XX.lasting("24 hours")),
    }

    /// ClickUp: `X-Signature: <hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the secret in the answer that created the webhook, as text.
    CLICKUP {
        title: "ClickUp",
        aliases: [],
        page: "https://developer.clickup.com/docs/webhooksignature",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("clickup", Digest::Sha256).header("x-signature")
            .replay_by(ReplayBy::None)
            .replay_because("Most events carry ids of the change, those of folders and spaces only the object: two updates of one are equal.")
            .retries(retried::NOT_2XX.lasting("five attempts")),
    }

    /// Cronofy: `Cronofy-HMAC-SHA256: <base64>`, HMAC-SHA256 over the raw body;
    /// one signature for each of the app's secrets, separated by commas.
    ///
    /// Key: the OAuth client secret, as text. The body only says that something
    /// changed; the changes are fetched from the API.
    CRONOFY {
        title: "Cronofy",
        aliases: [],
        page: "https://docs.cronofy.com/developers/push-notifications/authentication/",
        evidence: Sdk,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("cronofy", Digest::Sha256)
            .header("cronofy-hmac-sha256")
            .separator(",")
            .encoding(Encoding::Base64)
            .replay_by(ReplayBy::None)
            .replay_because("A notification only says that something changed since a moment, and a second change may be reported with equal bytes.")
            .retries(retried::ERRORS),
    }

    /// Docusign Connect: `X-DocuSign-Signature-1: <base64>`, HMAC-SHA256 over the
    /// raw body, and `-2`, `-3` … for each further key of the account; the first
    /// sixteen are read.
    ///
    /// Key: a Connect key of the account's settings, as text. No timestamp and no
    /// id header.
    DOCUSIGN {
        title: "Docusign Connect",
        aliases: [],
        page: "https://developers.docusign.com/platform/webhooks/connect/validate/",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever. One header for each key of the account.",
        scheme: Scheme::hmac("docusign", Digest::Sha256)
            .header("x-docusign-signature-1")
            .encoding(Encoding::Base64)
            .also(DOCUSIGN_OTHERS)
            .replay_by(ReplayBy::Content)
            .replay_because("The body has the event's kind, envelope and time, and counts its retries (retryCount), so a retry may differ and is then handled twice; no id of the event is documented.")
            .retries(retried::NOT_2XX.lasting("up to 7 days, by account")),
    }

    /// Dropbox: `X-Dropbox-Signature: <hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the app secret, as text. The body only names accounts in which
    /// something changed. A new endpoint is checked by GET with `challenge`.
    DROPBOX {
        title: "Dropbox",
        aliases: [],
        page: "https://www.dropbox.com/developers/reference/webhooks",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("dropbox", Digest::Sha256).header("x-dropbox-signature")
            .replay_by(ReplayBy::None)
            .replay_because("The body is the list of accounts in which something changed and nothing else: every change of one account sends the same bytes.")
            .retries(retried::ERRORS),
    }

    /// Dropbox Sign, formerly HelloSign: the body's `/event/event_hash`, in hex,
    /// is HMAC-SHA256 over `/event/event_time` directly followed by
    /// `/event/event_type`.
    ///
    /// Key: the account's or app's API key, as text. Nothing else of the body is
    /// signed: fetch the signature request and believe nothing else. App and
    /// account callbacks come as `multipart/form-data` with this JSON in the part
    /// `json`; hand that part's bytes to the verifier. The answer has to be 200
    /// with the text `Hello API Event Received`.
    DROPBOX_SIGN {
        title: "Dropbox Sign",
        aliases: ["hellosign"],
        page: "https://developers.hellosign.com/docs/events/walkthrough/",
        evidence: Vectors,
        notes: "Only time and type of the event are signed. A multipart delivery does not verify as it is: take its part json.",
        scheme: Scheme::hmac("dropbox-sign", Digest::Sha256)
            .at(Location::Json(Cow::Borrowed("/event/event_hash")))
            .signed("{timestamp}{json:/event/event_type}")
            .timestamp_at(Location::Json(Cow::Borrowed("/event/event_time")), TimeUnit::Seconds)
            .tolerance(259_200)
            .replay_by(ReplayBy::Body)
            .replay_because("Only time and kind of the event are proven, and two events of one second and kind share them, so the whole body counts. Dropbox Sign tries again for up to three days with the event's own time, which a window of minutes would refuse.")
            .retries(retried::NOT_2XX.lasting("3 days").time(RetryTime::Kept))
            .success(Success::Body(Cow::Borrowed("Hello API Event Received"))),
    }

    /// Figma: the webhook's passcode is sent as it is inside the body, under
    /// `/passcode`.
    ///
    /// Key: the passcode given when the webhook was created. It proves that the
    /// sender knows it and nothing about the content.
    FIGMA {
        title: "Figma",
        aliases: [],
        page: "https://developers.figma.com/docs/rest-api/webhooks-security/",
        evidence: Vectors,
        notes: "Signs nothing: neither body nor time. The secret is in the body: keep bodies out of logs.",
        scheme: Scheme::shared_secret("figma").at(Location::Json(Cow::Borrowed("/passcode")))
            .replay_by(ReplayBy::Body)
            .replay_because("The passcode signs nothing; the body has kind, file and time of the event, and counts its retries, so a retry differs and is handled twice.")
            .retries(retried::ERRORS.lasting("3 hours (three retries)")),
    }

    /// Formstack: `X-FS-Signature: sha256=<hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the HMAC key of the webhook's settings, as text; without one nothing
    /// is signed. The body is a form or JSON, by choice.
    FORMSTACK {
        title: "Formstack",
        aliases: [],
        page: "https://developers.formstack.com/docs/webhook-setup",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever. FastSpring uses a header of the same name.",
        scheme: Scheme::hmac("formstack", Digest::Sha256)
            .header("x-fs-signature")
            .format("sha256={signature}")
            .replay_by(ReplayBy::Content)
            .replay_because("The body has the submission's own id and its fields."),
    }

    /// Jira, for webhooks with a secret: `X-Hub-Signature: sha256=<hex>`,
    /// HMAC-SHA256 over the raw body.
    ///
    /// Key: the webhook's secret, as text; without one nothing is signed.
    /// `X-Atlassian-Webhook-Identifier` stays the same over retries and is not
    /// signed. Connect apps get a JWT instead.
    JIRA {
        title: "Jira",
        aliases: ["atlassian"],
        page: "https://developer.atlassian.com/cloud/jira/platform/webhooks/",
        evidence: Vectors,
        notes: "X-Atlassian-Webhook-Identifier is not signed. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("jira", Digest::Sha256)
            .header("x-hub-signature")
            .format("sha256={signature}")
            .event_id_header("x-atlassian-webhook-identifier")
            .replay_by(ReplayBy::Content)
            .replay_because("The body has the time of the event in milliseconds, its kind and the issue; X-Atlassian-Webhook-Identifier, the same over retries but unique within one site only, is unsigned.")
            .retries(Retries::after(&[Cow::Borrowed("408"), Cow::Borrowed("409"), Cow::Borrowed("425"), Cow::Borrowed("429"), Cow::Borrowed("5xx"), Cow::Borrowed("timeout")]).lasting("30 minutes")),
    }

    /// Linear: `Linear-Signature: <hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the webhook's signing secret, as text. The time is in the body
    /// under `/webhookTimestamp`, in milliseconds; it is signed with the body and
    /// at most a minute old, as Linear asks. A body without it is refused, as
    /// Linear's SDK refuses it. `Linear-Delivery` is not signed.
    LINEAR {
        title: "Linear",
        aliases: [],
        page: "https://linear.app/developers/webhooks",
        evidence: Sdk,
        notes: "Linear-Delivery is not signed. One minute.",
        scheme: Scheme::hmac("linear", Digest::Sha256)
            .header("linear-signature")
            .timestamp_at(Location::Json(Cow::Borrowed("/webhookTimestamp")), TimeUnit::Millis)
            .tolerance(60)
            .event_id_header("linear-delivery")
            .recipients(const { &[Recipient::new("organization", &[Location::Json(Cow::Borrowed("/organizationId"))]).optional()] })
            .replay_by(ReplayBy::Content)
            .replay_because("The signed body carries the time of sending in milliseconds and no id of the event; Linear asks for one minute although its retries come after a minute, an hour and more, so the time must be new each time and a retry is handled twice. Linear-Delivery is unsigned.")
            .retries(retried::NOT_2XX.lasting("7 hours (three retries)").time(RetryTime::Renewed))
            .success(Success::Ok),
    }

    /// Microsoft Graph's rich notifications: a JWT (RS256) in the JSON member
    /// `validationTokens`. It does not cover the body.
    ///
    /// Keys: the JWKs of `https://login.microsoftonline.com/common/discovery/v2.0/keys`
    /// under their `kid`. Parameter `app_id`: the application that subscribed.
    /// A delivery with several tokens, for several tenants, is refused: this
    /// would hold to the first alone. Compare `clientState` too.
    /// Tokens of version 1 name the publisher in `appid` instead of `azp`.
    MICROSOFT_GRAPH {
        title: "Microsoft Graph",
        aliases: ["ms-graph"],
        page: "https://learn.microsoft.com/en-us/graph/change-notifications-with-resource-data",
        evidence: Documented,
        notes: "Parameter app_id. The body is not signed: whoever reads one token can send any body until it expires, about a day; compare clientState of each item. Deliveries with more than one token are refused. Notifications without resource data carry no token.",
        scheme: Scheme::public_key("microsoft-graph", RS256)
            .at(Location::Json(Cow::Borrowed("/validationTokens/0")))
            .jws(COMPACT)
            .timestamp_at(Location::Claim(Cow::Borrowed("/iat")), TimeUnit::Seconds)
            .tolerance(86_400)
            .token()
            .bind(GRAPH_CLAIMS)
            .absent(GRAPH_SECOND_TOKEN)
            .replay_by(ReplayBy::Body)
            .replay_because("The tokens prove no content; each rich notification is encrypted under a key of its own, so two bodies differ; a retry with a new token or a new encryption is handled twice.")
            .retries(retried::NOT_2XX.lasting("4 hours")),
    }

    /// Mobiscroll Connect: as [`STANDARD_WEBHOOKS_V1A`](super::STANDARD_WEBHOOKS_V1A); the keys are listed
    /// under `/.well-known/webhook-keys`.
    MOBISCROLL_CONNECT {
        title: "Mobiscroll Connect",
        aliases: [],
        page: "https://github.com/acidb/mobiscroll-connect-sdks",
        evidence: Vectors,
        notes: "Signs with two keys while one is rotated.",
        scheme: v1a("mobiscroll-connect")
            .replay_by(ReplayBy::Id)
            .replay_because("Mobiscroll Connect follows Standard Webhooks: webhook-id is signed and stays over retries.")
            .retries(retried::NOT_2XX.time(RetryTime::Renewed)),
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

    /// Notion: `X-Notion-Signature: sha256=<hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the `verification_token` that Notion posted when the subscription was
    /// made, the whole text. The event id is in the body under `/id`;
    /// `/timestamp` there is the time of the event.
    NOTION {
        title: "Notion",
        aliases: [],
        page: "https://developers.notion.com/reference/webhooks",
        evidence: Sdk,
        notes: "No timestamp: a recorded delivery stays valid for ever. The key comes with the handshake.",
        scheme: Scheme::hmac("notion", Digest::Sha256)
            .header("x-notion-signature")
            .format("sha256={signature}")
            .event_id_json("/id")
            .replay_by(ReplayBy::Id)
            .replay_because("The body's id is documented as unique for the event; the body counts its attempts, so its bytes change.")
            .retries(retried::ERRORS.lasting("24 hours (eight attempts)")),
    }

    /// Nylas v3: `X-Nylas-Signature: <hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the secret that Nylas returned once the endpoint had answered its
    /// challenge, as text. The notification's id is in the body under `/id`.
    NYLAS {
        title: "Nylas",
        aliases: [],
        page: "https://developer.nylas.com/docs/v3/notifications/",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("nylas", Digest::Sha256)
            .header("x-nylas-signature")
            .event_id_json("/id")
            .replay_by(ReplayBy::Id)
            .replay_because("The notification's id is documented as the key against duplicates and as constant over all three attempts.")
            .retries(retried::NOT_2XX.lasting("20 minutes (two retries)"))
            .success(Success::Ok),
    }

    /// PandaDoc: the query parameter `signature`, in hex, is HMAC-SHA256 over the
    /// raw body.
    ///
    /// Key: the webhook's shared key (*Developer dashboard, Configuration*), as
    /// text. Keep access logs with queries private.
    PANDADOC {
        title: "PandaDoc",
        aliases: [],
        page: "https://developers.pandadoc.com/docs/webhook-verification",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever. The signature is in the URL's query.",
        scheme: Scheme::hmac("pandadoc", Digest::Sha256)
            .at(Location::Query(Cow::Borrowed("signature")))
            .replay_by(ReplayBy::Content)
            .replay_because("The body names event, document and the time of its change; X-PandaDoc-Webhook-Event-Id, since July 2026 the same over retries, is unsigned.")
            .retries(retried::ERRORS),
    }

    /// Smartsheet: `Smartsheet-Hmac-SHA256: <hex>`, HMAC-SHA256 over the raw
    /// body.
    ///
    /// Key: the webhook's shared secret, as text. A new endpoint is checked by a
    /// `Smartsheet-Hook-Challenge` header, which has to be echoed.
    SMARTSHEET {
        title: "Smartsheet",
        aliases: [],
        page: "https://developers.smartsheet.com/api/smartsheet/guides/webhooks/webhook-callbacks",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("smartsheet", Digest::Sha256)
            .header("smartsheet-hmac-sha256")

            .replay_by(ReplayBy::Content)
            .replay_because("nonce is random for each callback and makes every signed body unique; it names the callback and not the event, so a retry with a new one is handled twice.")
            .retries(retried::ERRORS)
            .success(Success::Ok),
    }

    /// SurveyMonkey: `Sm-Signature: <base64>`, HMAC-SHA1 over the raw body.
    ///
    /// Key: the app's client id, `&` and its client secret (`id&secret`), as text.
    /// The event id is in the body under `/event_id`.
    SURVEYMONKEY {
        title: "SurveyMonkey",
        aliases: [],
        page: "https://api.surveymonkey.com/v3/docs#webhook-callbacks",
        evidence: Documented,
        notes: "The key is client id and client secret with & between. HMAC-SHA1. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("surveymonkey", Digest::Sha1)
            .header("sm-signature")
            .encoding(Encoding::Base64)
            .event_id_json("/event_id")
            .replay_by(ReplayBy::Id)
            .replay_because("event_id is the id of the event in the signed body; that retries keep it is not said."),
    }

    /// Taiga: `X-TAIGA-WEBHOOK-SIGNATURE: <hex>`, HMAC-SHA1 over the raw body.
    ///
    /// Key: the webhook's key, as text.
    TAIGA {
        title: "Taiga",
        aliases: [],
        page: "https://docs.taiga.io/webhooks.html",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever. HMAC-SHA1.",
        scheme: Scheme::hmac("taiga", Digest::Sha1).header("x-taiga-webhook-signature")
            .replay_by(ReplayBy::Content)
            .replay_because("The body has action, object, who and when.")
            .retries(retried::NEVER),
    }

    /// Tally: `Tally-Signature: <base64>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the webhook's signing secret, as text; without one Tally sends no
    /// signature. The event id is in the body under `/eventId`.
    TALLY {
        title: "Tally",
        aliases: [],
        page: "https://tally.so/help/webhooks",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("tally", Digest::Sha256)
            .header("tally-signature")
            .encoding(Encoding::Base64)
            .event_id_json("/eventId")
            .replay_by(ReplayBy::Id)
            .replay_because("eventId is the event's: the call to try an event again names it.")
            .retries(retried::ERRORS.lasting("five retries within 32 hours")),
    }

    /// Todoist: `X-Todoist-Hmac-SHA256: <base64>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the app's client secret, as text. `X-Todoist-Delivery-ID` stays the
    /// same over retries and is not signed.
    TODOIST {
        title: "Todoist",
        aliases: [],
        page: "https://developer.todoist.com/api/v1/#tag/Webhooks",
        evidence: Sdk,
        notes: "X-Todoist-Delivery-ID is not signed. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("todoist", Digest::Sha256)
            .header("x-todoist-hmac-sha256")
            .encoding(Encoding::Base64)
            .event_id_header("x-todoist-delivery-id")
            .replay_by(ReplayBy::Content)
            .replay_because("The body names the event and carries the object with its times; X-Todoist-Delivery-ID, the same over retries, is unsigned.")
            .retries(retried::NOT_2XX.lasting("three retries, 15 minutes apart"))
            .success(Success::Ok),
    }

    /// Trello: `X-Trello-Webhook: <base64>`, HMAC-SHA1 over the raw body directly
    /// followed by the callback URL as it was registered.
    ///
    /// Key: the application's OAuth secret, as text. The callback URL is a value
    /// of the subscription: set it as the parameter `callback_url`. A new webhook
    /// is checked by a HEAD request that wants 200. The action's id is in the
    /// body under `/action/id`.
    TRELLO {
        title: "Trello",
        aliases: [],
        page: "https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/",
        evidence: Vectors,
        notes: "Set the parameter callback_url to the URL as registered. HMAC-SHA1. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("trello", Digest::Sha1)
            .header("x-trello-webhook")
            .encoding(Encoding::Base64)
            .signed("{body}{const:callback_url}")
            .event_id_json("/action/id")
            .replay_id(&[Location::Json(Cow::Borrowed("/action/id")), Location::Json(Cow::Borrowed("/model/id"))])
            .replay_because("The action's id with the id of the watched model: one action is reported once for each webhook, and several may call one address.")
            .retries(retried::NOT_2XX.lasting("3.5 minutes (three retries)"))
            .success(Success::Ok),
    }

    /// Typeform: `Typeform-Signature: sha256=<base64>`, HMAC-SHA256 over the raw
    /// body.
    ///
    /// Key: the secret set on the webhook, as text; without one Typeform sends no
    /// signature. The event id is in the body under `/event_id`.
    TYPEFORM {
        title: "Typeform",
        aliases: [],
        page: "https://www.typeform.com/developers/webhooks/secure-your-webhooks/",
        evidence: Vectors,
        notes: "Base64 behind sha256=, where others write hex. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("typeform", Digest::Sha256)
            .header("typeform-signature")
            .format("sha256={signature}")
            .encoding(Encoding::Base64)
            .event_id_json("/event_id")
            .replay_by(ReplayBy::Id)
            .replay_because("event_id is the id of the event in the signed body. 404 and 410 switch the webhook off at once.")
            .retries(retried::ERRORS.lasting("10 hours (408, 423, 429, 503); others shorter")),
    }

    /// Yousign v3: `X-Yousign-Signature-256: sha256=<hex>`, HMAC-SHA256 over the
    /// raw body.
    ///
    /// Key: the secret key of the webhook subscription, as text. The event id
    /// is in the body under `/event_id`.
    YOUSIGN {
        title: "Yousign",
        aliases: [],
        page: "https://developers.yousign.com/docs/verify-webhooks-signature",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("yousign", Digest::Sha256)
            .header("x-yousign-signature-256")
            .format("sha256={signature}")
            .event_id_json("/event_id")
            .replay_by(ReplayBy::Id)
            .replay_because("event_id is the id of the event in the signed body; that retries keep it is not said.")
            .retries(retried::ERRORS),
    }
}

const BOX_VERSION: &[(Text, Text)] = &[
    (
        Cow::Borrowed("box-signature-algorithm"),
        Cow::Borrowed("HmacSHA256"),
    ),
    (Cow::Borrowed("box-signature-version"), Cow::Borrowed("1")),
];

const DOCUSIGN_OTHERS: &[Text] = &[
    Cow::Borrowed("x-docusign-signature-2"),
    Cow::Borrowed("x-docusign-signature-3"),
    Cow::Borrowed("x-docusign-signature-4"),
    Cow::Borrowed("x-docusign-signature-5"),
    Cow::Borrowed("x-docusign-signature-6"),
    Cow::Borrowed("x-docusign-signature-7"),
    Cow::Borrowed("x-docusign-signature-8"),
    Cow::Borrowed("x-docusign-signature-9"),
    Cow::Borrowed("x-docusign-signature-10"),
    Cow::Borrowed("x-docusign-signature-11"),
    Cow::Borrowed("x-docusign-signature-12"),
    Cow::Borrowed("x-docusign-signature-13"),
    Cow::Borrowed("x-docusign-signature-14"),
    Cow::Borrowed("x-docusign-signature-15"),
    Cow::Borrowed("x-docusign-signature-16"),
];

/// The publisher of all change notifications.
const GRAPH_CLAIMS: &[Binding] = &[
    Binding::new(Location::Claim(Cow::Borrowed("/aud")), "{const:app_id}"),
    Binding::new(
        Location::Claim(Cow::Borrowed("/azp")),
        "0bf30f3b-4a52-48df-9a82-234910c4a086",
    ),
];

const GRAPH_SECOND_TOKEN: &[Location] = &[Location::Json(Cow::Borrowed("/validationTokens/1"))];
