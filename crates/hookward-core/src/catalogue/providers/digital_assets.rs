//! Cryptocurrencies: payments, custody and chains.

use std::borrow::Cow;

use super::entry::{catalogue, retried};
use super::parts::ECDSA_P256;
use crate::Encoding;
use crate::scheme::{Digest, KeyForm, Location, Recipient, ReplayBy, Retries, Scheme, Success};
use crate::text::time::TimeUnit;

catalogue! {
    /// Alchemy Notify: `X-Alchemy-Signature: <hex>`, HMAC-SHA256 over the raw
    /// body.
    ///
    /// Key: the webhook's signing key, as text, one for each webhook. The event
    /// id is in the body under `/id`.
    ALCHEMY {
        title: "Alchemy",
        aliases: [],
        page: "https://www.alchemy.com/docs/reference/notify-api-quickstart",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("alchemy", Digest::Sha256)
            .header("x-alchemy-signature")
            .event_id_json("/id")
            .replay_by(ReplayBy::Id)
            .replay_because("Every notification carries its own id (whevt_…) in the signed body; it belongs to the event, while webhookId belongs to the webhook. That retries repeat it is not said: if they did not, a retry would be handled twice and nothing lost.")
            .retries(retried::ERRORS)
            .success(Success::Ok),
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

    /// BTCPay Server: `BTCPay-Sig: sha256=<hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the webhook's secret in the store's settings, as text. The body names
    /// the delivery (`/deliveryId`) and, when it was sent again, the first one
    /// (`/originalDeliveryId`).
    BTCPAY {
        title: "BTCPay Server",
        aliases: ["btcpay-server"],
        page: "https://docs.btcpayserver.org/Development/GreenFieldExample/",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("btcpay", Digest::Sha256)
            .header("btcpay-sig")
            .format("sha256={signature}")
            .event_id_json("/originalDeliveryId")
            .replay_by(ReplayBy::Id)
            .replay_because("A redelivery gets a new deliveryId and keeps originalDeliveryId, which the first delivery carries as well.")
            .retries(retried::NOT_2XX.lasting("61 minutes (8 redeliveries)")),
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

    /// Coinbase Commerce: `X-CC-Webhook-Signature: <hex>`, HMAC-SHA256 over the
    /// raw body.
    ///
    /// Key: the webhook shared secret (*Settings, Notifications*), as text. The
    /// event id is in the body under `/event/id`.
    COINBASE_COMMERCE {
        title: "Coinbase Commerce",
        aliases: [],
        page: "https://docs.cdp.coinbase.com/commerce/docs/webhooks-security",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("coinbase-commerce", Digest::Sha256)
            .header("x-cc-webhook-signature")
            .event_id_json("/event/id")
            .replay_by(ReplayBy::Id)
            .replay_because("The body counts its attempts (attempt_number), so it differs from one to the next; the event inside keeps its id.")
            .retries(retried::NOT_2XX.lasting("3 days"))
            .success(Success::Ok),
    }

    /// CryptAPI and BlockBee: RSA SHA-256 in `x-ca-signature` over the raw body
    /// (form `post`) or, for callbacks by GET, over the URL with its query (form
    /// `get`). Name the one that you asked for: `.only("get")` or `.only("post")`.
    ///
    /// Key: PEM from `https://api.cryptapi.io/pubkey/`, of 1024 bits, which
    /// well-funded attackers can factor. Behind a proxy the external URL has to
    /// be configured. Answer the text `*ok*`.
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

    /// MoonPay: `Moonpay-Signature-V2: t=<seconds>,s=<hex>`, HMAC-SHA256 over
    /// `{timestamp}.{body}`.
    ///
    /// Key: the webhook API key of the dashboard's *Developers* page, as text.
    /// Requests by GET sign the query instead of the body and are not taken here.
    MOONPAY {
        title: "MoonPay",
        aliases: [],
        page: "https://dev.moonpay.com/api-reference/widget/webhooks/signature",
        evidence: Documented,
        notes: "GET requests sign the query and do not verify with this entry.",
        scheme: Scheme::hmac("moonpay", Digest::Sha256)
            .header("moonpay-signature-v2")
            .format("t={timestamp},s={signature}")
            .signed("{timestamp}.{body}")
            .timestamp_in_signature(TimeUnit::Seconds)
            .tolerance(300)
            .replay_by(ReplayBy::Payload)
            .replay_because("The body holds type, status and updatedAt of the transaction and no attempt counter; only the signed time is that of sending.")
            .retries(retried::NOT_2XX),
    }

    /// OpenNode: the form field `hashed_order`, in hex, is HMAC-SHA256 over the
    /// field `id`.
    ///
    /// Key: the API key, as text. Only the charge's id is signed: fetch the
    /// charge and believe nothing else of the body.
    OPENNODE {
        title: "OpenNode",
        aliases: [],
        page: "https://developers.opennode.com/docs/webhooks",
        evidence: Sdk,
        notes: "Only the field id is signed: status and amount are not.",
        scheme: Scheme::hmac("opennode", Digest::Sha256)
            .at(Location::Form(Cow::Borrowed("hashed_order")))
            .signed("{form:id}")
            .replay_by(ReplayBy::Body)
            .replay_because("Only the charge's id is signed, and it is the same for processing, paid and expired, so the whole body counts: a copy with another body counts as another delivery.")
            .success(Success::Ok),
    }

    /// QuickNode Streams and Webhooks: `X-QN-Signature: <hex>`, HMAC-SHA256 over
    /// nonce, time and raw body, nothing between them; the first two are in
    /// `X-QN-Nonce` and `X-QN-Timestamp`.
    ///
    /// Key: the security token of the stream or webhook (`qnsec_…`), the whole
    /// text. The nonce is signed. Bodies that QuickNode compressed are signed
    /// before compression: switch that off.
    QUICKNODE {
        title: "QuickNode",
        aliases: [],
        page: "https://www.quicknode.com/docs/webhooks",
        evidence: Documented,
        notes: "Bodies compressed by QuickNode do not verify. The older QuickAlerts header with a content hash is another scheme.",
        scheme: Scheme::hmac("quicknode", Digest::Sha256)
            .header("x-qn-signature")
            .signed("{id}{timestamp}{body}")
            .timestamp_header("x-qn-timestamp", TimeUnit::SecondsOrMillis)
            .tolerance(300)
            .event_id_header("x-qn-nonce")
            .replay_by(ReplayBy::Content)
            .replay_because("Nonce, time and body are signed; the body is the result of the customer's own filter and may repeat, and whether a retry keeps the nonce is not said, so a retry is rather handled twice.")
            .retries(retried::ERRORS),
    }

    /// Strike: `X-Webhook-Signature: <hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the secret given when the subscription was created, as text. The
    /// event id is in the body under `/id`.
    STRIKE {
        title: "Strike",
        aliases: [],
        page: "https://docs.strike.me/webhooks/signature-verification/",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("strike", Digest::Sha256)
            .header("x-webhook-signature")
            .event_id_json("/id")
            .replay_by(ReplayBy::Id)
            .replay_because("The body is Strike's webhook event, a resource of the API with an id of its own.")
            .retries(retried::NOT_2XX),
    }

    /// Tatum: `x-payload-hash: <base64>`, HMAC-SHA512 over the raw body.
    ///
    /// Key: the HMAC secret set for the account's subscriptions, as text. No
    /// timestamp and no id header.
    TATUM {
        title: "Tatum",
        aliases: [],
        page: "https://docs.tatum.io/docs/authenticating-notification-webhooks",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("tatum", Digest::Sha512)
            .header("x-payload-hash")
            .encoding(Encoding::Base64)
            .replay_by(ReplayBy::Content)
            .replay_because("The body names transaction, address, asset and amount and no event id. Two equal transfers to one address within one transaction would send two equal bodies, and the second would be taken for a repeat.")
            .retries(retried::NOT_2XX),
    }
}

const CRYPTAPI_URL: &[Scheme] = &[Scheme::rsa_pkcs1("cryptapi", Digest::Sha256)
    .header("x-ca-signature")
    .key(KeyForm::ShortRsa)
    .signed("{url}")
    .absent(&[Location::Body])
    .form("get")
    .recipients(const { &[Recipient::host()] })
    .replay_by(ReplayBy::Content)
    .opt_in()];

const FIREBLOCKS_LEGACY: &[Scheme] = &[Scheme::rsa_pkcs1("fireblocks", Digest::Sha512)
    .header("fireblocks-signature")
    .form("legacy")
    .replay_by(ReplayBy::Content)
    .opt_in()];
