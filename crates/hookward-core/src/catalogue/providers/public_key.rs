//! Providers that sign with a private key of theirs.

use std::borrow::Cow;

use super::{catalogue, retried};
use crate::scheme::{
    Algorithm, Binding, Curve, Digest, EcdsaForm, KeyForm, Location, Recipient, ReplayBy, Retries,
    RetryTime, Scheme, Success,
};
use crate::text::encoding::Encoding;
use crate::text::time::TimeUnit;

const ECDSA_P256: Algorithm = Algorithm::Ecdsa(Curve::P256, Digest::Sha256, EcdsaForm::Der);
const ES256: Algorithm = Algorithm::Ecdsa(Curve::P256, Digest::Sha256, EcdsaForm::Fixed);
const RS256: Algorithm = Algorithm::RsaPkcs1(Digest::Sha256);
/// A compact JWS as the whole value.
const COMPACT: &str = "{jws_header}.{jws_payload}.{signature}";
/// A compact JWS as a bearer token.
const BEARER: &str = "Bearer {jws_header}.{jws_payload}.{signature}";

catalogue! {
    /// Twilio SendGrid's Event Webhook: ECDSA P-256 in
    /// `X-Twilio-Email-Event-Webhook-Signature` (base64 of DER) over
    /// `{timestamp}{body}`.
    ///
    /// Key: the verification key of *Settings, Mail Settings, Event Webhook*,
    /// base64 DER. The body ends in CRLF, which is signed too.
    SENDGRID {
        title: "Twilio SendGrid",
        aliases: ["twilio-sendgrid"],
        page: "https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features",
        evidence: Vectors,
        notes: "One delivery holds many events, each with its sg_event_id. The body ends in CRLF: trimming it breaks the signature.",
        scheme: Scheme::public_key("sendgrid", ECDSA_P256)
            .header("x-twilio-email-event-webhook-signature")
            .signed("{timestamp}{body}")
            .timestamp_header("x-twilio-email-event-webhook-timestamp", TimeUnit::Seconds)
            .replay_by(ReplayBy::Payload)
            .replay_because("One body carries many events, each with its sg_event_id, so the body without the time of sending is the identity; a batch that is put together again is handled again.")
            .retries(retried::NOT_2XX.lasting("24 hours")),
    }

    /// Standard Webhooks with Ed25519: `webhook-signature: v1a,<base64>` over
    /// `{id}.{timestamp}.{body}`.
    ///
    /// Key: `whpk_` and the base64 of the 32-byte public key. `v1` entries in
    /// the same header are HMACs and passed over.
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

    /// Mobiscroll Connect: as [`STANDARD_WEBHOOKS_V1A`]; the keys are listed
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

    /// GitHub's secret scanning alerts to partners: ECDSA P-256 in
    /// `Github-Public-Key-Signature` (base64 of DER) over the raw body.
    ///
    /// Key: PEM, from `https://api.github.com/meta/public_keys/secret_scanning`,
    /// under the id that `Github-Public-Key-Identifier` names.
    GITHUB_SECRET_SCANNING {
        title: "GitHub secret scanning",
        aliases: [],
        page: "https://docs.github.com/en/code-security/secret-scanning/secret-scanning-partner-program",
        evidence: Vectors,
        notes: "No timestamp: a recorded alert stays valid for ever.",
        scheme: Scheme::public_key("github-secret-scanning", ECDSA_P256)
            .header("github-public-key-signature")
            .key_id_header("github-public-key-identifier")
            .recipients(const { &[Recipient::new("type", &[Location::Json(Cow::Borrowed("/0/type"))])] })
            .replay_by(ReplayBy::None)
            .replay_because("The body is a list of matches with neither id nor time: the same token found again at the same place gives an equal body."),
    }

    /// WeChat Pay API v3: RSA SHA-256 in `Wechatpay-Signature` over
    /// `{timestamp}\n{nonce}\n{body}\n`.
    ///
    /// Key: the platform certificate or public key in PEM, under the serial
    /// that `Wechatpay-Serial` names. Probes whose signature starts with
    /// `WECHATPAY/SIGNTEST/` fail, as they must.
    WECHATPAY_V3 {
        title: "WeChat Pay API v3",
        aliases: ["wechatpay"],
        page: "https://pay.weixin.qq.com/doc/v3/merchant/4012365342",
        evidence: Vectors,
        notes: "The resource inside the body is encrypted with the APIv3 key.",
        scheme: Scheme::rsa_pkcs1("wechatpay-v3", Digest::Sha256)
            .header("wechatpay-signature")
            .signed("{timestamp}\n{header:wechatpay-nonce}\n{body}\n")
            .timestamp_header("wechatpay-timestamp", TimeUnit::Seconds)
            .key_id_header("wechatpay-serial")
            .event_id_json("/id")
            .replay_by(ReplayBy::Id)
            .replay_because("The notification's id is in the signed body and unique; WeChat may send one notification twice within a second.")
            .retries(retried::NOT_2XX.lasting("24 hours 4 minutes")),
    }

    /// Wise: RSA SHA-256 in `X-Signature-SHA256` over the raw body.
    ///
    /// Key: the public key in PEM of the documentation, one for sandbox and one
    /// for live. The delivery's id in `X-Delivery-Id` is not signed.
    WISE {
        title: "Wise",
        aliases: ["transferwise"],
        page: "https://docs.wise.com/api-docs/guides/webhooks",
        evidence: Vectors,
        notes: "X-Delivery-Id is not signed. No signed timestamp besides the body's own sent_at.",
        scheme: Scheme::rsa_pkcs1("wise", Digest::Sha256)
            .header("x-signature-sha256")
            .event_id_header("x-delivery-id")
            .recipients(const { &[Recipient::new("subscription", &[Location::Json(Cow::Borrowed("/subscription_id"))])] })
            .replay_by(ReplayBy::Content)
            .replay_because("X-Delivery-Id is unsigned; the body holds event type, resource and the time of the event, and sent_at, which a retry may renew and which then makes it another delivery.")
            .retries(retried::NOT_2XX.lasting("two weeks (25 retries)"))
            .success(Success::Ok),
    }

    /// Discord interactions and webhook events: Ed25519 in
    /// `X-Signature-Ed25519` (hex) over `{timestamp}{body}`.
    ///
    /// Key: the application's public key in hex (*General Information*).
    /// Discord sends wrong signatures on purpose and wants them refused.
    DISCORD {
        title: "Discord",
        aliases: [],
        page: "https://docs.discord.com/developers/interactions/overview",
        evidence: Sdk,
        notes: "Wants refusals answered 401: its handshakes see to that.",
        scheme: Scheme::public_key("discord", Algorithm::Ed25519)
            .header("x-signature-ed25519")
            .encoding(Encoding::Hex)
            .signed("{timestamp}{body}")
            .timestamp_header("x-signature-timestamp", TimeUnit::Seconds)
            .event_id_json("/id")
            .recipients(const { &[Recipient::new("application", &[Location::Json(Cow::Borrowed("/application_id"))]).optional()] })
            .replay_by(ReplayBy::Id)
            .replay_because("An interaction's id (a snowflake) is in the signed body; webhook events have none and are told apart by everything that is signed.")
            .retries(retried::NEVER)
            .success(Success::Handler),
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

    /// PayPal: RSA SHA-256 in `PAYPAL-TRANSMISSION-SIG` over
    /// `{id}|{timestamp}|{webhook id}|{crc32 of the body}`.
    ///
    /// Key: the certificate behind `PAYPAL-CERT-URL` in PEM; the URL comes with
    /// the request, so fetch it from PayPal's own hosts only. The webhook's id
    /// is set with the key, as parameter `webhook_id`. The body is bound by its
    /// CRC-32 alone, for which another body is easily made: treat the content
    /// as a hint and fetch the event from PayPal.
    PAYPAL {
        title: "PayPal",
        aliases: [],
        page: "https://developer.paypal.com/api/rest/webhooks/rest/",
        evidence: Sdk,
        notes: "Parameter webhook_id. The body is covered by a CRC-32 only, which does not keep a forger with a genuine signature from changing it.",
        scheme: Scheme::rsa_pkcs1("paypal", Digest::Sha256)
            .header("paypal-transmission-sig")
            .signed("{id}|{timestamp}|{const:webhook_id}|{body|crc32}")
            .timestamp_header("paypal-transmission-time", TimeUnit::Rfc3339)
            .event_id_header("paypal-transmission-id")
            .expect(PAYPAL_ALGORITHM)
            .replay_by(ReplayBy::Payload)
            .replay_because("The signed transmission id, webhook id and CRC without the time: a copy with another body of the same CRC is the same delivery; whether a retry keeps the transmission id is not known, and with a new one it is handled twice; /id of the body is proven by a CRC alone and does not count.")
            .retries(retried::NOT_2XX.lasting("3 days (25 times)")),
    }

    /// Fireblocks webhooks v2: a detached JWS (RS512) in
    /// `Fireblocks-Webhook-Signature` over the raw body.
    ///
    /// Key: the region's JWK under the `kid` of the JWS. The legacy signature, RSA
    /// SHA-512 in `Fireblocks-Signature` with a fixed key in PEM, is sent with it
    /// and accepted only with `.accept("legacy")`.
    FIREBLOCKS {
        title: "Fireblocks",
        aliases: [],
        page: "https://developers.fireblocks.com/reference/validating-webhooks",
        evidence: Documented,
        notes: "The legacy header (form legacy), sent as well during the migration from webhooks v1, which are deprecated since 2026-06-15, is off unless it is accepted by name. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::rsa_pkcs1("fireblocks", Digest::Sha512)
            .header("fireblocks-webhook-signature")
            .jws("{jws_header}..{signature}")
            .signed("{jws_header}.{body|base64url}")
            .form("jws")
            .or(FIREBLOCKS_LEGACY)
            .recipients(const { &[Recipient::new("workspace", &[Location::Json(Cow::Borrowed("/workspaceId"))])] })
            .replay_by(ReplayBy::Content)
            .replay_because("Fireblocks says to compare createdAt and not to rely on the id alone, so the whole body counts.")
            .retries(Retries::after(&[Cow::Borrowed("408"), Cow::Borrowed("429"), Cow::Borrowed("5xx"), Cow::Borrowed("timeout")]).lasting("8 hours (10 attempts)")),
    }

    /// Plaid: a JWT (ES256) in `Plaid-Verification` whose claim
    /// `request_body_sha256` is the hex digest of the body.
    ///
    /// Key: the JWK that `/webhook_verification_key/get` gives for the `kid`.
    PLAID {
        title: "Plaid",
        aliases: [],
        page: "https://plaid.com/docs/api/webhooks/webhook-verification/",
        evidence: Documented,
        notes: "The body's digest is sensitive to white space.",
        scheme: Scheme::public_key("plaid", ES256)
            .header("plaid-verification")
            .jws(COMPACT)
            .timestamp_at(Location::Claim(Cow::Borrowed("/iat")), TimeUnit::Seconds)
            .tolerance(300)
            .bind(BODY_SHA256_HEX)
            .recipients(const { &[Recipient::new("item", &[Location::Json(Cow::Borrowed("/item_id"))]).optional(), Recipient::new("environment", &[Location::Json(Cow::Borrowed("/environment"))]).optional()] })
            .replay_by(ReplayBy::Content)
            .replay_because("Payloads carry neither id nor time, so two updates of one item have equal bodies: the signed second of sending tells them apart, two within one second excepted, of which the second is taken for a repeat; a retry that is signed afresh is handled twice.")
            .retries(retried::NOT_2XX.lasting("24 hours"))
            .success(Success::Ok),
    }

    /// Schlage Home API v2: RSA-PSS SHA-256 in `WebHook-Signature` over the raw
    /// body.
    ///
    /// Key: PEM, from the project's page.
    SCHLAGE_HOME {
        title: "Schlage Home API V2",
        aliases: [],
        page: "https://github.com/Yonomi/schlage-home-api-webhook-signature",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::public_key("schlage-home", Algorithm::RsaPss(Digest::Sha256))
            .header("webhook-signature")
            .replay_by(ReplayBy::None)
            .replay_because("What the body holds is not documented: a lock that is opened, closed and opened again may send equal bodies."),
    }

    /// Circle v2 notifications: ECDSA P-256 in `X-Circle-Signature` (base64 of
    /// DER) over the raw body.
    ///
    /// Key: base64 DER from `/v2/notifications/publicKey/{id}`, under the id
    /// that `X-Circle-Key-Id` names; it never changes under one id.
    CIRCLE {
        title: "Circle",
        aliases: [],
        page: "https://developers.circle.com/api-reference/verify-webhook-signatures",
        evidence: Documented,
        notes: "No timestamp in the signature.",
        scheme: Scheme::public_key("circle", ECDSA_P256)
            .header("x-circle-signature")
            .key_id_header("x-circle-key-id")
            .event_id_json("/notificationId")
            .recipients(const { &[Recipient::new("subscription", &[Location::Json(Cow::Borrowed("/subscriptionId"))])] })
            .replay_by(ReplayBy::Id)
            .replay_because("Circle says that the notification's id is the same on every retry and the key against duplicates; it is in the signed body.")
            .retries(retried::NOT_2XX.lasting("36 hours (11 retries)")),
    }

    /// Manus: RSA SHA-256 in `X-Webhook-Signature` over
    /// `{timestamp}.{url}.{hex digest of the body}`.
    ///
    /// Key: PEM from `/v1/webhook/public_key`. Behind a proxy the external URL
    /// has to be configured.
    MANUS {
        title: "Manus",
        aliases: [],
        page: "https://open.manus.ai/docs/webhooks/security",
        evidence: Documented,
        notes: "The URL is signed, with its query.",
        scheme: Scheme::rsa_pkcs1("manus", Digest::Sha256)
            .header("x-webhook-signature")
            .signed("{timestamp}.{url}.{body|sha256|hex}")
            .timestamp_header("x-webhook-timestamp", TimeUnit::Seconds)
            .event_id_json("/event_id")
            .recipients(const { &[Recipient::host()] })
            .replay_by(ReplayBy::Id)
            .replay_because("event_id is called the unique identifier of the webhook event; it is in the signed body.")
            .success(Success::Ok),
    }

    /// Bitso payouts: RSA SHA-256 in `x-bitso-webhook-event-signature` over the
    /// JSON of the member `payload`, as it is in the body.
    ///
    /// Key: base64 DER, under the id that `x-bitso-key-id` names. The envelope,
    /// with the name of the event, is not signed.
    BITSO {
        title: "Bitso",
        aliases: [],
        page: "https://docs.bitso.com/bitso-payouts-funding/docs/webhook-event-signatures",
        evidence: Documented,
        notes: "The envelope is not signed, not even the event's name. Bitso's pages disagree on what is signed: the payload as it is delivered, which is checked here, the payload rewritten as compact JSON, which is the same while Bitso sends it compact, or the whole body. No signed timestamp.",
        scheme: Scheme::rsa_pkcs1("bitso", Digest::Sha256)
            .header("x-bitso-webhook-event-signature")
            .signed("{json:/payload}")
            .key_id_header("x-bitso-key-id")
            .replay_by(ReplayBy::Content)
            .replay_because("Bitso says to compare the resource's id and its status, which are in the signed payload; the envelope is unsigned and does not count.")
            .retries(retried::SERVER_ERRORS),
    }

    /// Integrated Finance: Ed25519 in `X-Webhook-Signature` over six headers
    /// joined by `|`, one of which is the SHA-512 digest of the body.
    ///
    /// Key: the public key of the version that `X-Webhook-Key-Version` names.
    INTEGRATED_FINANCE {
        title: "Integrated Finance",
        aliases: [],
        page: "https://developer.integrated.finance/docs/webhook-authentication",
        evidence: Documented,
        notes: "The body is bound by its digest in X-Webhook-Content-Digest, which is recomputed.",
        scheme: Scheme::public_key("integrated-finance", Algorithm::Ed25519)
            .header("x-webhook-signature")
            .signed("{header:x-webhook-content-digest}|{id}|{header:x-webhook-event-timestamp}|{header:x-webhook-request-id}|{timestamp}|{key_id}")
            .timestamp_header("x-webhook-request-timestamp", TimeUnit::Rfc3339)
            .event_id_header("x-webhook-event-id")
            .key_id_header("x-webhook-key-version")
            .bind(CONTENT_DIGEST)
            .replay_by(ReplayBy::Id)
            .replay_because("The event's id is signed apart from the request's own id, so it names the event and not the attempt."),
    }

    /// CHIP Send: RSA SHA-512 in `X-Signature` over the raw body.
    ///
    /// Key: the `public_key` of the webhook, in PEM, one for each webhook. CHIP
    /// Collect has the same header with SHA-256: [`CHIP_IN_ASIA`].
    CHIP_SEND {
        title: "CHIP Send",
        aliases: [],
        page: "https://docs.chip-in.asia/chip-send/api-reference/webhooks/validation",
        evidence: Documented,
        notes: "SHA-512, where CHIP Collect has SHA-256. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::rsa_pkcs1("chip-send", Digest::Sha512).header("x-signature")
            .replay_by(ReplayBy::Content)
            .replay_because("The body is the send instruction with its status and times, so two events differ; its id is the instruction's and not the event's."),
    }

    /// CHIP Collect: RSA SHA-256 in `X-Signature` over the raw body.
    ///
    /// Key: the webhook's `public_key` in PEM; success callbacks have another,
    /// from `/public_key/`.
    CHIP_IN_ASIA {
        title: "CHIP Collect",
        aliases: ["chip"],
        page: "https://docs.chip-in.asia/chip-collect/overview/webhook-signatures",
        evidence: Documented,
        notes: "Webhooks and success callbacks have different keys. CHIP Send signs with SHA-512: chip-send. No timestamp.",
        scheme: Scheme::rsa_pkcs1("chip-in-asia", Digest::Sha256).header("x-signature")
            .recipients(const { &[Recipient::new("brand", &[Location::Json(Cow::Borrowed("/brand_id"))]).optional()] })
            .replay_by(ReplayBy::Content)
            .replay_because("The body is the purchase with event type, status and updated_on, so two events differ; id is the purchase's.")
            .retries(retried::NOT_2XX),
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

    /// FusionAuth: a JWT (RS256) in `X-FusionAuth-Signature-JWT` whose claim
    /// `request_body_sha256` is the base64 digest of the body.
    ///
    /// Key: the JWK of the tenant's `/.well-known/jwks.json`, or PEM. For a
    /// signing key of another kind, set the scheme's algorithm to it.
    FUSIONAUTH {
        title: "FusionAuth",
        aliases: [],
        page: "https://fusionauth.io/docs/extend/events-and-webhooks/signing",
        evidence: Documented,
        notes: "The signing key may also be EC, EdDSA or HMAC: then set the scheme's algorithm.",
        scheme: Scheme::public_key("fusionauth", RS256)
            .header("x-fusionauth-signature-jwt")
            .jws(COMPACT)
            .bind(BODY_SHA256_BASE64)
            .event_id_json("/event/id")
            .recipients(const { &[Recipient::new("tenant", &[Location::Json(Cow::Borrowed("/event/tenantId"))]).optional()] })
            .replay_by(ReplayBy::Id)
            .replay_because("event.id is the unique id of the event, by which FusionAuth says that a duplicate may be identified; it is in the body whose digest is signed."),
    }

    /// Google Cloud Pub/Sub push (also Gmail and Google Play notifications): a
    /// JWT (RS256) as a bearer token. It does not cover the body.
    ///
    /// Key: the JWK of `https://www.googleapis.com/oauth2/v3/certs` under the
    /// `kid`. Parameters: `audience`, as configured for the push subscription,
    /// and `email`, its service account.
    GOOGLE_PUBSUB {
        title: "Google Cloud Pub/Sub push",
        aliases: ["pubsub", "gmail", "google-play"],
        page: "https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions",
        evidence: Sdk,
        notes: "Parameters audience and email. The body is not signed: whoever reads one token can send any body until it expires.",
        scheme: Scheme::public_key("google-pubsub", RS256)
            .header("authorization")
            .jws(BEARER)
            .timestamp_at(Location::Claim(Cow::Borrowed("/iat")), TimeUnit::Seconds)
            .tolerance(3600)
            .bind(PUBSUB_CLAIMS)
            .replay_id(&[Location::Json(Cow::Borrowed("/subscription")), Location::Json(Cow::Borrowed("/message/messageId"))])
            .replay_because("Google gives each message its messageId, unique within its topic, and a redelivery is the same message: with the subscription it names the delivery; the token proves no content, so both are as good as the rest of the body. Unwrapped payloads have none and are the publisher's.")
            .retries(retried::NOT_2XX.lasting("7 days (the retention, until acknowledged)").time(RetryTime::Renewed)),
    }

    /// Binance Pay: RSA SHA-256 in `BinancePay-Signature` over
    /// `{timestamp}\n{nonce}\n{body}\n`.
    ///
    /// Key: `certPublic` of `/binancepay/openapi/certificates` in PEM, under its
    /// `certSerial`, which `BinancePay-Certificate-SN` names.
    BINANCE_PAY {
        title: "Binance Pay",
        aliases: [],
        page: "https://developers.binance.com/docs/binance-pay/webhook-common",
        evidence: Documented,
        notes: "bizId in the signed body is no event id: it is the order's, for all of its notifications.",
        scheme: Scheme::rsa_pkcs1("binance-pay", Digest::Sha256)
            .header("binancepay-signature")
            .signed("{timestamp}\n{header:binancepay-nonce}\n{body}\n")
            .timestamp_header("binancepay-timestamp", TimeUnit::Millis)
            .key_id_header("binancepay-certificate-sn")
            .replay_by(ReplayBy::Payload)
            .replay_because("bizId is the order's for all of its notifications; the body with bizType, bizStatus and the transaction's time counts, and the signed nonce with it: a retry with a new nonce is handled twice.")
            .retries(retried::NOT_2XX)
            .success(Success::Body(Cow::Borrowed("{\"returnCode\":\"SUCCESS\",\"returnMessage\":null}"))),
    }

    /// Ping++: RSA SHA-256 in `X-Pingplusplus-Signature` over the raw body.
    ///
    /// Key: *Ping++ public key* of the dashboard, in PEM; the same for every
    /// account.
    PINGPP {
        title: "Ping++",
        aliases: ["pingplusplus", "pingxx"],
        page: "https://github.com/PingPlusPlus/pingpp-php/blob/master/example/webhooks.php",
        evidence: Vectors,
        notes: "Signed for every account with the same key: name your app with `recipient`. No timestamp outside of the signed body.",
        scheme: Scheme::rsa_pkcs1("pingpp", Digest::Sha256)
            .header("x-pingplusplus-signature")
            .event_id_json("/id")
            .recipients(const { &[Recipient::new("app", &[Location::Json(Cow::Borrowed("/data/object/app"))])] })
            .replay_by(ReplayBy::Id)
            .replay_because("The body is Ping++'s event; pending_webhooks inside may change between attempts, its id (evt_) does not.")
            .retries(retried::NOT_2XX.lasting("25 hours (10 tries)")),
    }

    /// QQ bots: Ed25519 in `X-Signature-Ed25519` (hex) over `{timestamp}{body}`.
    ///
    /// Key: the bot's secret as text. The provider's key pair is made from it,
    /// so it is as secret as an HMAC key. The public key in hex will do too.
    QQ_BOT {
        title: "QQ Bot",
        aliases: ["qq"],
        page: "https://bot.q.qq.com/wiki/develop/api-v2/dev-prepare/interface-framework/sign.html",
        evidence: Vectors,
        notes: "The key pair is made from the bot's secret. Endpoint validation (op 13) wants an answer signed with it.",
        scheme: Scheme::public_key("qq-bot", Algorithm::Ed25519)
            .header("x-signature-ed25519")
            .encoding(Encoding::Hex)
            .key(KeyForm::RepeatedSeed)
            .signed("{timestamp}{body}")
            .timestamp_header("x-signature-timestamp", TimeUnit::Seconds)
            .event_id_json("/id")
            .replay_by(ReplayBy::Id)
            .replay_because("The payload's id is the event's own, in the signed body; validations (op 13) have none and are answered before.")
            .success(Success::Body(Cow::Borrowed("{\"op\":12}"))),
    }

    /// CryptAPI and BlockBee: RSA SHA-256 in `x-ca-signature` over the raw body
    /// (form `post`) or, for callbacks by GET, over the URL with its query (form
    /// `get`). Name the one that you asked for: `.only("get")` or `.only("post")`.
    ///
    /// Key: PEM from `https://api.cryptapi.io/pubkey/`, of 1024 bits, which is
    /// within reach of those with the means. Behind a proxy the external URL has
    /// to be configured. Answer the text `*ok*`.
    CRYPTAPI {
        title: "CryptAPI",
        aliases: ["blockbee"],
        page: "https://docs.cryptapi.io/webhooks/verify-webhook-signature",
        evidence: Documented,
        notes: "An RSA key of 1024 bits. Name the form: get signs the URL, post the body and not the URL. The same key signs for every account: name your host (get) or payout address (post) with `recipient`. No timestamp.",
        scheme: Scheme::rsa_pkcs1("cryptapi", Digest::Sha256)
            .header("x-ca-signature")
            .key(KeyForm::ShortRsa)
            .form("post")
            .opt_in()
            .or(CRYPTAPI_URL)
            .recipients(const { &[Recipient::new("address", &[Location::Form(Cow::Borrowed("address_out"))])] })
            .replay_by(ReplayBy::Content)
            .replay_because("uuid may be the same for pending and confirmed, so the whole body counts.")
            .retries(Retries::after(&[Cow::Borrowed("2xx"), Cow::Borrowed("3xx"), Cow::Borrowed("4xx"), Cow::Borrowed("5xx"), Cow::Borrowed("timeout")]))
            .success(Success::Body(Cow::Borrowed("*ok*"))),
    }

    /// Woovi, also OpenPix: RSA SHA-256 in `x-webhook-signature` (base64) over the
    /// raw body, on every delivery.
    ///
    /// Key: the public key of the page, PEM or base64 of it, of 1024 bits, which is
    /// within reach of those with the means. It is the same for every account:
    /// use [`WOOVI`](crate::catalogue::providers::WOOVI) beside it, whose key is your own.
    WOOVI_RSA {
        title: "Woovi / OpenPix, RSA",
        aliases: ["openpix-rsa"],
        page: "https://developers.woovi.com/docs/webhook/seguranca/webhook-signature-validation",
        evidence: Vectors,
        notes: "An RSA key of 1024 bits. The same key signs for every account: check the account in the body. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::rsa_pkcs1("woovi-rsa", Digest::Sha256)
            .header("x-webhook-signature")
            .key(KeyForm::ShortRsa)
            .recipients(const { &[Recipient::new("company", &[Location::Json(Cow::Borrowed("/company/id")), Location::Json(Cow::Borrowed("/company/taxID")), Location::Json(Cow::Borrowed("/account/clientId"))])] })
            .replay_by(ReplayBy::Content)
            .replay_because("The body names the event and the charge or transaction with its times, without an event id.")
            .retries(retried::ERRORS.lasting("43 minutes (8 tries)")),
    }

    /// fal: `X-Fal-Webhook-Signature: <hex>`, Ed25519 over the request's id, the
    /// user's id, the time and the hex SHA-256 of the raw body, each on a line of
    /// its own; the first three are in `X-Fal-Webhook-Request-Id`,
    /// `X-Fal-Webhook-User-Id` and `X-Fal-Webhook-Timestamp`.
    ///
    /// Key: one of fal's public keys, from its key set at
    /// `https://rest.alpha.fal.ai/.well-known/jwks.json`; put them all on the
    /// ring. The id is signed.
    FAL {
        title: "fal",
        aliases: ["fal-ai"],
        page: "https://docs.fal.ai/model-endpoints/webhooks",
        evidence: Vectors,
        notes: "The id is signed.",
        scheme: Scheme::public_key("fal", Algorithm::Ed25519)
            .header("x-fal-webhook-signature")
            .encoding(Encoding::Hex)
            .signed("{id}\n{header:x-fal-webhook-user-id}\n{timestamp}\n{body|sha256|hex}")
            .timestamp_header("x-fal-webhook-timestamp", TimeUnit::Seconds)
            .tolerance(300)
            .event_id_header("x-fal-webhook-request-id")
            .recipients(const { &[Recipient::new("user", &[Location::Header(Cow::Borrowed("x-fal-webhook-user-id"))])] })
            .replay_by(ReplayBy::Id)
            .replay_because("fal sends one result for each request and says to be idempotent by its id, which is signed.")
            .retries(retried::NOT_2XX.lasting("2 hours (10 retries)")),
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

    /// Kinde: the whole body is a JWT (RS256), of type `application/jwt`.
    ///
    /// Key: the JWK of `https://<subdomain>.kinde.com/.well-known/jwks` under
    /// the `kid`. The event is the JWT's payload.
    KINDE {
        title: "Kinde",
        aliases: [],
        page: "https://docs.kinde.com/integrate/webhooks/about-webhooks/",
        evidence: Sdk,
        notes: "The body is the token; the event is its payload.",
        scheme: Scheme::public_key("kinde", RS256).at(Location::Body).jws(COMPACT)
            .event_id_at(Location::Claim(Cow::Borrowed("/event_id")))
            .recipients(const { &[Recipient::new("source", &[Location::Claim(Cow::Borrowed("/source"))]).optional()] })
            .replay_by(ReplayBy::Id)
            .replay_because("event_id names the event inside the signed token that is the whole body.")
            .retries(retried::NOT_2XX)
            .success(Success::Ok),
    }
}

const fn v1a(name: &'static str) -> Scheme {
    Scheme::public_key(name, Algorithm::Ed25519)
        .header("webhook-signature")
        .format("v1a,{signature}")
        .separator(" ")
        .signed("{id}.{timestamp}.{body}")
        .timestamp_header("webhook-timestamp", TimeUnit::Seconds)
        .tolerance(300)
        .event_id_header("webhook-id")
}

const V1A_SVIX: &[Scheme] = &[v1a("standard-webhooks-v1a")
    .header("svix-signature")
    .timestamp_header("svix-timestamp", TimeUnit::Seconds)
    .event_id_header("svix-id")
    .form("svix")
    .replay_by(ReplayBy::Id)];

const PAYPAL_ALGORITHM: &[(crate::scheme::Text, crate::scheme::Text)] = &[(
    Cow::Borrowed("paypal-auth-algo"),
    Cow::Borrowed("SHA256withRSA"),
)];

const FIREBLOCKS_LEGACY: &[Scheme] = &[Scheme::rsa_pkcs1("fireblocks", Digest::Sha512)
    .header("fireblocks-signature")
    .form("legacy")
    .replay_by(ReplayBy::Content)
    .opt_in()];

const fn claim(pointer: &'static str, is: &'static str) -> Binding {
    Binding::new(Location::Claim(Cow::Borrowed(pointer)), is)
}

const BODY_SHA256_HEX: &[Binding] = &[claim("/request_body_sha256", "{body|sha256|hex}")];
const BODY_SHA256_BASE64: &[Binding] = &[claim("/request_body_sha256", "{body|sha256|base64}")];
const PUBSUB_CLAIMS: &[Binding] = &[
    claim("/aud", "{const:audience}"),
    claim("/email", "{const:email}"),
];
const CONTENT_DIGEST: &[Binding] = &[Binding::new(
    Location::Header(Cow::Borrowed("x-webhook-content-digest")),
    "{body|sha512|base64}",
)];

const CRYPTAPI_URL: &[Scheme] = &[Scheme::rsa_pkcs1("cryptapi", Digest::Sha256)
    .header("x-ca-signature")
    .key(KeyForm::ShortRsa)
    .signed("{url}")
    .absent(&[Location::Body])
    .form("get")
    .recipients(const { &[Recipient::host()] })
    .replay_by(ReplayBy::Content)
    .opt_in()];
