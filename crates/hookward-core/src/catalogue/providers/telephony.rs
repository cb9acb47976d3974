//! Calls, text messages and video calls.

use std::borrow::Cow;

use super::entry::{catalogue, retried};
use super::parts::{COMPACT, claim, hs256};
use crate::Encoding;
use crate::scheme::{Algorithm, Binding, Digest, Location, Recipient, ReplayBy, Scheme, Success};
use crate::text::time::TimeUnit;

catalogue! {
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

    /// Dyte: RSA SHA-256 in `dyte-signature` over the raw body.
    ///
    /// Key: PEM from `https://api.dyte.io/.well-known/webhooks.json`. The id in
    /// `dyte-uuid` is not signed.
    DYTE {
        title: "Dyte",
        aliases: [],
        page: "https://docs.dyte.io/guides/capabilities/webhooks/signatures",
        evidence: Documented,
        notes: "dyte-uuid is not signed. No timestamp.",
        scheme: Scheme::rsa_pkcs1("dyte", Digest::Sha256)
            .header("dyte-signature")
            .event_id_header("dyte-uuid")
            .recipients(const { &[Recipient::new("organization", &[Location::Json(Cow::Borrowed("/meeting/organizedBy/id")), Location::Json(Cow::Borrowed("/organizedBy/id")), Location::Json(Cow::Borrowed("/recording/organizationId"))])] })
            .replay_by(ReplayBy::Content)
            .replay_because("dyte-uuid, the delivery's id, is unsigned; the body names event, meeting and participant with their times.")
            .retries(retried::SERVER_ERRORS),
    }

    /// LiveKit: a JWT (HS256) in `Authorization`, without a scheme before it,
    /// with the base64 digest of the body as claim `sha256`.
    ///
    /// Key: the API secret, as text. The token's issuer is the API key that the
    /// secret belongs to; its expiry is enforced.
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

    /// MessageBird's older signed requests: `MessageBird-Signature: <base64>`,
    /// HMAC-SHA256 over the time, the query parameters sorted by name, and the
    /// raw SHA-256 digest of the body, each on a line of its own; the time is in
    /// `MessageBird-Request-Timestamp`.
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

    /// Telnyx API v2: Ed25519 in `telnyx-signature-ed25519` (base64) over
    /// `{timestamp}|{body}`.
    ///
    /// Key: the public key of *Keys & Credentials*, base64 of 32 bytes.
    TELNYX {
        title: "Telnyx",
        aliases: [],
        page: "https://developers.telnyx.com/docs/development/sdk/python/webhooks",
        evidence: Sdk,
        notes: "The event's id is in the signed body under /data/id.",
        scheme: Scheme::public_key("telnyx", Algorithm::Ed25519)
            .header("telnyx-signature-ed25519")
            .signed("{timestamp}|{body}")
            .timestamp_header("telnyx-timestamp", TimeUnit::Seconds)
            .tolerance(300)
            .event_id_json("/data/id")
            .replay_by(ReplayBy::Id)
            .replay_because("The body counts its attempts (meta.attempt), so it differs from one to the next; data.id names the event.")
            .retries(retried::NOT_2XX.lasting("3 attempts for each URL")),
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

    /// VideoSDK.live: RSA SHA-256 in `videosdk-signature` over the raw body.
    ///
    /// Key: PEM, fetched from the API.
    VIDEOSDK {
        title: "VideoSDK.live",
        aliases: [],
        page: "https://docs.videosdk.live/server-sdk-reference-node/classes/WebhooksResource",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::rsa_pkcs1("videosdk", Digest::Sha256).header("videosdk-signature")
            .replay_by(ReplayBy::None)
            .replay_because("No id and no time is documented: a participant who leaves and joins again under the same id may give equal bodies."),
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

    /// Vonage (Nexmo) signed SMS callbacks: the parameter `sig`, in hex, is
    /// HMAC-MD5 over `&name=value` for every other parameter, sorted by name,
    /// with `&` and `=` inside a value written `_`. The parameters are in the
    /// query of a GET or in a form.
    ///
    /// Key: the account's signature secret, as text, where the account's signing
    /// algorithm is MD5 HMAC. The parameter `timestamp` is signed but, as in
    /// Vonage's SDKs, not checked against a window. Callbacks by POST with JSON
    /// do not verify here. Query and form sign the same text, so name the one
    /// that the account sends: `.only("query")` or `.only("form")`.
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
    /// algorithm is MD5 hash. It is a plain hash with the secret at the end, not
    /// an HMAC: ask Vonage for SHA-256 HMAC. The parameter `timestamp` is signed
    /// but, as in Vonage's SDKs, not checked against a window. Callbacks by POST
    /// with JSON do not verify here. Query and form sign the same text, so name
    /// the one that the account sends: `.only("query")` or `.only("form")`.
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
    /// Vonage's SDKs, not checked against a window. Callbacks by POST with JSON
    /// do not verify here. Query and form sign the same text, so name the one
    /// that the account sends: `.only("query")` or `.only("form")`.
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
    /// Vonage's SDKs, not checked against a window. Callbacks by POST with JSON
    /// do not verify here. Query and form sign the same text, so name the one
    /// that the account sends: `.only("query")` or `.only("form")`.
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
    /// Vonage's SDKs, not checked against a window. Callbacks by POST with JSON
    /// do not verify here. Query and form sign the same text, so name the one
    /// that the account sends: `.only("query")` or `.only("form")`.
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

const fn messagebird(digest: Digest) -> Scheme {
    Scheme::hmac("messagebird", digest)
        .header("messagebird-signature-jwt")
        .jws(COMPACT)
        .event_id_at(Location::Claim(Cow::Borrowed("/jti")))
        .bind(MESSAGEBIRD_CLAIMS)
}

const LIVEKIT_CLAIMS: &[Binding] = &[claim("/sha256", "{body|sha256|base64}")];

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

const fn twilio_form(digest: Digest) -> Scheme {
    Scheme::hmac("twilio", digest)
        .header("x-twilio-signature")
        .encoding(Encoding::Base64)
        .signed("{url|port?}{form|sort(unique)|join('', '')}")
        .ambiguous("an SMS `hiCallStatuscompleted` has the signature of `Body=hi` and `CallStatus=completed`: whoever sends a message adds fields to a recording of its delivery; and the form can be moved into the path as a whole")
}

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

const VONAGE_CLAIMS: &[Binding] = &[claim("/payload_hash", "{body|sha256|hex}").with_body()];

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

const MESSAGEBIRD_CLAIMS: &[Binding] = &[
    claim("/iss", "MessageBird"),
    claim("/url_hash", "{url|sha256|hex}"),
    claim("/payload_hash", "{body|sha256|hex}").with_body(),
];

const fn twilio_digest(digest: Digest) -> Scheme {
    twilio_form(digest)
        .signed("{url|port?}")
        .ambiguous("")
        .bind(TWILIO_BODY)
}

const TWILIO_BODY: &[Binding] = &[Binding::new(TWILIO_BODY_DIGEST, "{body|sha256|hex}")];
