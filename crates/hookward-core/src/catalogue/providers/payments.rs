//! Payments, billing and banking.

use std::borrow::Cow;

use super::{catalogue, retried};
use crate::Encoding;
use crate::scheme::{Digest, KeyForm, Location, Recipient, ReplayBy, RetryTime, Scheme, Success};
use crate::text::time::TimeUnit;

catalogue! {
    /// Adyen's Standard payment notifications: `additionalData.hmacSignature` of
    /// the notification item in the body, in base64, is HMAC-SHA256 over eight of
    /// the item's fields, joined by colons: `pspReference`, `originalReference`,
    /// `merchantAccountCode`, `merchantReference`, `amount.value`,
    /// `amount.currency`, `eventCode` and `success`; a missing reference counts
    /// as empty.
    ///
    /// Key: the HMAC key generated for the webhook in the Customer Area
    /// (*Developers, Webhooks, Security*), shown in hex and used as the bytes
    /// behind the digits. Nothing else of the body is signed, the time
    /// (`eventDate`) included. Adyen sends one item in each notification; a body
    /// with a second one is refused, since its signature would go unchecked.
    ADYEN {
        title: "Adyen payments",
        aliases: [],
        page: "https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures",
        evidence: Vectors,
        notes: "Only eight fields of the item are signed; eventDate, reason and additionalData are not. One item a notification. The key is hex.",
        scheme: Scheme::hmac("adyen", Digest::Sha256)
            .at(Location::Json(Cow::Borrowed("/notificationItems/0/NotificationRequestItem/additionalData/hmacSignature")))
            .encoding(Encoding::Base64)
            .signed("{json:/notificationItems/0/NotificationRequestItem/pspReference}:{json:/notificationItems/0/NotificationRequestItem/originalReference?}:{json:/notificationItems/0/NotificationRequestItem/merchantAccountCode}:{json:/notificationItems/0/NotificationRequestItem/merchantReference?|free}:{json:/notificationItems/0/NotificationRequestItem/amount/value}:{json:/notificationItems/0/NotificationRequestItem/amount/currency}:{json:/notificationItems/0/NotificationRequestItem/eventCode}:{json:/notificationItems/0/NotificationRequestItem/success}")
            .key(KeyForm::Hex)
            .absent(&[Location::Json(Cow::Borrowed("/notificationItems/1"))])
            .recipients(const { &[Recipient::new("merchant", &[Location::Json(Cow::Borrowed("/notificationItems/0/NotificationRequestItem/merchantAccountCode"))]).optional()] })
            .replay_by(ReplayBy::Content)
            .replay_because("Adyen says that duplicates carry the same eventCode and pspReference while eventDate and others may differ: the eight signed fields hold both, with success and amount, and nothing unsigned counts.")
            .retries(retried::NOT_2XX.lasting("30 days")),
    }

    /// Adyen's balance platform, banking and management webhooks:
    /// `HmacSignature: <base64>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the HMAC key generated for the webhook in the Customer Area
    /// (*Developers, Webhooks, Security*), shown in hex and used as the bytes
    /// behind the digits. No timestamp and no id header. Standard payment
    /// notifications carry their signature inside the body instead and are
    /// another scheme.
    ADYEN_PLATFORMS {
        title: "Adyen for Platforms",
        aliases: ["adyen-banking"],
        page: "https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever. The key is hex. Payment notifications of the Standard webhook are signed differently.",
        scheme: Scheme::hmac("adyen-platforms", Digest::Sha256)
            .header("hmacsignature")
            .encoding(Encoding::Base64)
            .key(KeyForm::Hex)
            .replay_by(ReplayBy::Content)
            .replay_because("The body names the object, its event and the time, so two events differ; ids of transfers come again with each change of status and are no event ids.")
            .retries(retried::NOT_2XX.lasting("30 days")),
    }

    /// Affirm: `X-Affirm-Signature: t=<seconds>,v0=<hex>`, HMAC-SHA512 over
    /// `{timestamp}.{body}`.
    ///
    /// Key: the private API key, as text. Bodies may be forms; their raw bytes
    /// are signed.
    AFFIRM {
        title: "Affirm",
        aliases: [],
        page: "https://docs.affirm.com/developers/docs/webhooks",
        evidence: Documented,
        notes: "HMAC-SHA512, unlike most schemes of this shape.",
        scheme: Scheme::hmac("affirm", Digest::Sha512)
            .header("x-affirm-signature")
            .format("t={timestamp},v0={signature}")
            .signed("{timestamp}.{body}")
            .timestamp_in_signature(TimeUnit::Seconds)
            .tolerance(300)
            .replay_by(ReplayBy::Payload)
            .replay_because("The body names checkout, event and the event's time; only the signed time is that of sending."),
    }

    /// Airwallex: `x-signature: <hex>`, HMAC-SHA256 over the value of
    /// `x-timestamp` directly followed by the raw body.
    ///
    /// Key: the secret of the notification URL (*Developer, Webhooks*), as text.
    /// The timestamp is in milliseconds and signed as it is written. The event id
    /// is in the body under `/id`.
    AIRWALLEX {
        title: "Airwallex",
        aliases: [],
        page: "https://www.airwallex.com/docs/developer-tools/webhooks/listen-for-webhook-events",
        evidence: Documented,
        notes: "There is nothing between timestamp and body.",
        scheme: Scheme::hmac("airwallex", Digest::Sha256)
            .header("x-signature")
            .signed("{timestamp}{body}")
            .timestamp_header("x-timestamp", TimeUnit::SecondsOrMillis)
            .tolerance(300)
            .event_id_json("/id")
            .replay_by(ReplayBy::Id)
            .replay_because("Airwallex says that each event has a stable id with which retries are handled safely; it is in the signed body.")
            .retries(retried::NOT_2XX.lasting("3 days"))
            .success(Success::Ok),
    }

    /// Asaas: the webhook's authentication token is sent as it is in
    /// `asaas-access-token`.
    ///
    /// Key: the token chosen for the webhook. It proves that the sender knows it
    /// and nothing about the content. The event id in the body (`/id`) is not
    /// signed.
    ASAAS {
        title: "Asaas",
        aliases: [],
        page: "https://docs.asaas.com/docs/receive-asaas-events-at-your-webhook-endpoint",
        evidence: Documented,
        notes: "Signs nothing: neither body nor time. Deduplicate by /id.",
        scheme: Scheme::shared_secret("asaas")
            .header("asaas-access-token")
            .event_id_json("/id")
            .replay_by(ReplayBy::Id)
            .replay_because("Asaas says to store the event's id before processing and to recognise a repeated delivery by it; the token proves no content, so the id is as good as the rest of the body.")
            .retries(retried::NOT_2XX)
            .success(Success::Ok),
    }

    /// Authorize.Net: `X-ANET-Signature: sha512=<HEX>`, HMAC-SHA512 over the raw
    /// body.
    ///
    /// Key: the account's Signature Key (*Account, API Credentials & Keys*), 128
    /// hex digits, used as the text that they are; the key of transaction hashes,
    /// where the same digits are decoded, is another matter. The digits of the
    /// signature are in upper case. The notification id is in the body under
    /// `/notificationId`.
    AUTHORIZE_NET {
        title: "Authorize.Net",
        aliases: ["authorizenet"],
        page: "https://developer.authorize.net/api/reference/features/webhooks.html",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever. The key's hex digits are not decoded.",
        scheme: Scheme::hmac("authorize-net", Digest::Sha512)
            .header("x-anet-signature")
            .format("sha512={signature}")
            .event_id_json("/notificationId")
            .replay_by(ReplayBy::Id)
            .replay_because("The notification is a resource of the API that keeps its id with a log of its retries; the id is in the signed body.")
            .retries(retried::NOT_2XX.lasting("8 days (10 retries)"))
            .success(Success::Ok),
    }

    /// Bolt: `X-Bolt-Hmac-Sha256: <base64>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the merchant's signing secret, as text. No timestamp and no id
    /// header.
    BOLT {
        title: "Bolt",
        aliases: [],
        page: "https://help.bolt.com/developers/webhooks/hook-verification/",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("bolt", Digest::Sha256)
            .header("x-bolt-hmac-sha256")
            .encoding(Encoding::Base64)
            .replay_by(ReplayBy::Content)
            .replay_because("The body names the transaction, what happened and when, without an id that is documented as the event's.")
            .retries(retried::NOT_2XX),
    }

    /// Braintree: the form field `bt_signature` lists `<public key>|<hex>`,
    /// separated by `&`; each is HMAC-SHA1 over the field `bt_payload` as it
    /// is there once the form is decoded.
    ///
    /// Key: the private key of the API keys, as text; the SHA-1 digest of it is
    /// what signs. The public keys are not looked at: each signature is tried
    /// against each key. The event, with its time, is XML in base64 inside
    /// `bt_payload`. A new endpoint is checked by GET with `bt_challenge`.
    BRAINTREE {
        title: "Braintree",
        aliases: [],
        page: "https://developer.paypal.com/braintree/docs/guides/webhooks/parse",
        evidence: Sdk,
        notes: "Only the field bt_payload is signed, which is the whole event. HMAC-SHA1. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("braintree", Digest::Sha1)
            .at(Location::Form(Cow::Borrowed("bt_signature")))
            .format("{any}|{signature}")
            .separator("&")
            .signed("{form:bt_payload}")
            .key(KeyForm::Hashed(Digest::Sha1))
            .replay_by(ReplayBy::Content)
            .replay_because("The signed payload holds the kind, the subject and the time at which the webhook was triggered, so two events differ.")
            .retries(retried::NOT_2XX.lasting("24 hours")),
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

    /// Cashfree: `x-webhook-signature: <base64>`, HMAC-SHA256 over the value of
    /// `x-webhook-timestamp` directly followed by the raw body.
    ///
    /// Key: the client secret of the account, as text. Amounts keep their
    /// decimals (`170.00`), so only the raw bytes verify.
    CASHFREE {
        title: "Cashfree Payments",
        aliases: [],
        page: "https://www.cashfree.com/docs/payments/online/webhooks/signature-verification",
        evidence: Sdk,
        notes: "There is nothing between timestamp and body.",
        scheme: Scheme::hmac("cashfree", Digest::Sha256)
            .header("x-webhook-signature")
            .encoding(Encoding::Base64)
            .signed("{timestamp}{body}")
            .timestamp_header("x-webhook-timestamp", TimeUnit::SecondsOrMillis)
            .tolerance(300)
            .replay_by(ReplayBy::Payload)
            .replay_because("The body holds type, event_time and the payment's own id and status; ids of payments come again with another status, so the body counts and not the id.")
            .retries(retried::NOT_2XX.lasting("42 minutes (3 retries by default)"))
            .success(Success::Ok),
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
    /// signed. The older header with an MD5 digest is not looked at.
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

    /// Checkout.com: `Cko-Signature: <hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the signature key of the workflow's webhook action, as text. The
    /// event id is in the body under `/id`.
    CHECKOUT_COM {
        title: "Checkout.com",
        aliases: ["checkout"],
        page: "https://www.checkout.com/docs/developer-resources/event-notifications/receive-webhooks",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("checkout-com", Digest::Sha256)
            .header("cko-signature")
            .event_id_json("/id")
            .replay_by(ReplayBy::Id)
            .replay_because("The body is Checkout.com's event object, whose id (evt_) is unique and stays with the event.")
            .retries(retried::NOT_2XX.lasting("2 days (8 retries)")),
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

    /// Dwolla: `X-Request-Signature-SHA-256: <hex>`, HMAC-SHA256 over the raw
    /// body.
    ///
    /// Key: the secret given when the webhook subscription was created, as text.
    /// The event id is in the body under `/id`.
    DWOLLA {
        title: "Dwolla",
        aliases: [],
        page: "https://developers.dwolla.com/docs/balance/webhooks/process-validate",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("dwolla", Digest::Sha256)
            .header("x-request-signature-sha-256")
            .event_id_json("/id")
            .replay_by(ReplayBy::Id)
            .replay_because("The body is Dwolla's event, a resource of the API whose id stays with it.")
            .retries(retried::NOT_2XX.lasting("72 hours (8 retries)")),
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

    /// Fintoc: `Fintoc-Signature: t=<seconds>,v1=<hex>`, HMAC-SHA256 over
    /// `{timestamp}.{body}`.
    ///
    /// Key: the endpoint's secret (`whsec_…`), the whole text, shown once when
    /// the endpoint is registered.
    FINTOC {
        title: "Fintoc",
        aliases: [],
        page: "https://docs.fintoc.com/docs/resources/webhooks-walkthrough/webhooks-validating",
        evidence: Sdk,
        notes: "The event id is in the body under /id.",
        scheme: Scheme::hmac("fintoc", Digest::Sha256)
            .header("fintoc-signature")
            .format("t={timestamp},v1={signature}")
            .signed("{timestamp}.{body}")
            .timestamp_in_signature(TimeUnit::Seconds)
            .tolerance(300)
            .event_id_json("/id")
            .replay_by(ReplayBy::Id)
            .replay_because("Fintoc says that every event has a unique id by which duplicate deliveries are found; it is in the signed body.")
            .retries(retried::NOT_2XX.lasting("17 retries, from 3 seconds on, exponential")),
    }

    /// Flutterwave: v4 sends `flutterwave-signature: <base64>`, HMAC-SHA256 over
    /// the raw body; v3 sends the secret itself in `verif-hash`.
    ///
    /// Key: the secret hash of the webhook settings, as text, for both. A
    /// delivery with `verif-hash` alone proves only that the sender knows the
    /// secret. Name the version of the account: `.only("v4")` or `.only("v3")`.
    FLUTTERWAVE {
        title: "Flutterwave",
        aliases: [],
        page: "https://developer.flutterwave.com/docs/webhooks",
        evidence: Documented,
        notes: "Name the form: v4, or v3 (verif-hash), with which nothing is signed. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("flutterwave", Digest::Sha256)
            .header("flutterwave-signature")
            .encoding(Encoding::Base64)
            .form("v4")
            .opt_in()
            .or(FLUTTERWAVE_V3)
            .replay_by(ReplayBy::Content)
            .replay_because("The signed body names the event, the charge and the time; its webhook_id is not documented as unique for each event.")
            .retries(retried::NOT_2XX.lasting("3 retries, 30 minutes apart"))
            .success(Success::Ok),
    }

    /// GoCardless: `Webhook-Signature: <hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the endpoint's secret (*Developers, Webhook endpoints*), as text. One
    /// body carries several events, each with its id under `/events/…/id`.
    /// GoCardless asks for status 498 on a wrong signature; any refusal will do.
    GOCARDLESS {
        title: "GoCardless",
        aliases: [],
        page: "https://developer.gocardless.com/getting-started/staying-up-to-date-with-webhooks/",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever. Several events a delivery.",
        scheme: Scheme::hmac("gocardless", Digest::Sha256).header("webhook-signature")
            .replay_by(ReplayBy::Content)
            .replay_because("One body carries several events, each with its own id, so the whole body is the identity.")
            .retries(retried::NOT_2XX.lasting("8 retries")),
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

    /// Mercado Pago: `x-signature: ts=<time>,v1=<hex>`, HMAC-SHA256 over
    /// `id:{data.id};request-id:{x-request-id};ts:{timestamp};`, where `data.id`
    /// comes from the query of the URL, in lower case.
    ///
    /// Key: the application's secret signature (*Your integrations, Webhooks*),
    /// as text. The body is not signed: fetch the payment by the id of the query
    /// and believe nothing else. The id is signed in lower case (`ord01…`), however
    /// the URL writes it. What the request lacks of id and request id, the signed
    /// text leaves out.
    MERCADO_PAGO {
        title: "Mercado Pago",
        aliases: ["mercadopago"],
        page: "https://www.mercadopago.com/developers/en/docs/your-integrations/notifications/webhooks",
        evidence: Sdk,
        notes: "The body is not signed: act on data.id of the query only, and fetch the rest.",
        scheme: Scheme::hmac("mercado-pago", Digest::Sha256)
            .header("x-signature")
            .format("ts={timestamp},v1={signature}")
            .timestamp_in_signature(TimeUnit::SecondsOrMillis)
            .tolerance(300)
            .signed("[id:{query:data.id|lower?};][request-id:{header:x-request-id};]ts:{timestamp};")
            .event_id_header("x-request-id")
            .replay_by(ReplayBy::Content)
            .replay_because("data.id names the payment and comes again with each of its changes, so it counts together with the signed request id and time: a retry with new ones is handled twice, and no notification is lost.")
            .retries(retried::NOT_2XX.lasting("4 days")),
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

    /// Midtrans: the body's `signature_key`, in hex, is SHA-512 over `order_id`,
    /// `status_code`, `gross_amount` and the server key, one after the other.
    ///
    /// Key: the server key (*Settings, Access keys*), as text. It is a plain
    /// hash, not an HMAC, and covers these three fields only: take neither
    /// transaction status nor anything else from the body without asking the API.
    MIDTRANS {
        title: "Midtrans",
        aliases: [],
        page: "https://docs.midtrans.com/docs/https-notification-webhooks",
        evidence: Documented,
        notes: "Only order_id, status_code and gross_amount are signed; transaction_status is not.",
        scheme: Scheme::hash("midtrans", Digest::Sha512)
            .at(Location::Json(Cow::Borrowed("/signature_key")))
            .signed("{json:/order_id}{json:/status_code|width(3)}{json:/gross_amount}{secret}")
            .ambiguous("order `5200` paid with `100.00` has the signature of order `5` paid with `200100.00`: whoever has a notification of an order of their own can send it for another order, whose id is the beginning of theirs, with a higher amount")
            .replay_by(ReplayBy::Body)
            .replay_because("Order, status code and amount are signed and shared by pending, settlement and refund of one transaction, so the whole body counts.")
            .retries(retried::ERRORS.lasting("6 hours (up to 5 retries, by status)")),
    }

    /// Midtrans' payouts (Iris): `Iris-Signature: <hex>`, the SHA-512 of the raw
    /// body with the merchant key behind it.
    ///
    /// Key: the Iris merchant key of the dashboard (`IRIS-merchant-…`), the whole
    /// text.
    MIDTRANS_IRIS {
        title: "Midtrans payouts",
        aliases: [],
        page: "https://docs.midtrans.com/reference/notification-payload-1",
        evidence: Documented,
        notes: "A plain SHA-512 with the key at the end, not an HMAC. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hash("midtrans-iris", Digest::Sha512)
            .header("iris-signature")
            .signed("{body}{secret}")
            .replay_by(ReplayBy::Content)
            .replay_because("The body names the payout, its status and when it changed, so two events differ."),
    }

    /// Modern Treasury: `X-Signature: <hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the webhook endpoint's key (*Developers, Webhooks*), as text.
    /// `X-Event-ID` is not signed.
    MODERN_TREASURY {
        title: "Modern Treasury",
        aliases: [],
        page: "https://docs.moderntreasury.com/docs/verifying-webhooks",
        evidence: Sdk,
        notes: "X-Event-ID is not signed. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("modern-treasury", Digest::Sha256)
            .header("x-signature")
            .event_id_header("x-event-id")
            .replay_by(ReplayBy::Content)
            .replay_because("X-Event-ID is unsigned; the body holds event name and object with its updated_at, so two events differ.")
            .retries(retried::NOT_2XX),
    }

    /// Mollie's next-generation webhooks: `X-Mollie-Signature: sha256=<hex>`,
    /// HMAC-SHA256 over the raw body.
    ///
    /// Key: the signing secret of the webhook subscription, as text. Classic
    /// webhooks (`webhookUrl` of a payment) carry an id and no signature and are
    /// refused here: fetch the payment for those. While a secret is rolled Mollie
    /// repeats the header, once for each secret.
    MOLLIE {
        title: "Mollie",
        aliases: [],
        page: "https://docs.mollie.com/reference/webhooks-new",
        evidence: Sdk,
        notes: "No timestamp: a recorded delivery stays valid for ever. Classic webhooks are unsigned.",
        scheme: Scheme::hmac("mollie", Digest::Sha256)
            .header("x-mollie-signature")
            .format("sha256={signature}")
            .event_id_json("/id")
            .repeated()
            .replay_by(ReplayBy::Id)
            .replay_because("The next-generation body is an event resource with an id of its own (event_); classic webhooks, whose equal bodies mean different changes, are unsigned and refused.")
            .retries(retried::NOT_2XX.lasting("26 hours (10 attempts)"))
            .success(Success::Ok),
    }

    /// Monnify: `monnify-signature: <hex>`, HMAC-SHA512 over the raw body.
    ///
    /// Key: the client secret of the account, as text. No timestamp and no id
    /// header.
    MONNIFY {
        title: "Monnify",
        aliases: [],
        page: "https://developers.monnify.com/docs/webhooks",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("monnify", Digest::Sha512).header("monnify-signature")
            .replay_by(ReplayBy::Content)
            .replay_because("The body holds event type and the transaction with its times, without an event id.")
            .retries(retried::NOT_2XX)
            .success(Success::Ok),
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
    /// whole text. Several `h1` are there while it is rolled; other versions
    /// are passed over. Paddle's SDKs allow five seconds, and so does this entry;
    /// each retry is signed again. Paddle Classic signs with a public key and is
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

    /// Paystack: `x-paystack-signature: <hex>`, HMAC-SHA512 over the raw body.
    ///
    /// Key: the secret key of the account (`sk_…`), the whole text. No timestamp
    /// and no id header.
    PAYSTACK {
        title: "Paystack",
        aliases: [],
        page: "https://paystack.com/docs/payments/webhooks/",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("paystack", Digest::Sha512).header("x-paystack-signature")
            .replay_by(ReplayBy::Content)
            .replay_because("The body holds event and data only: an equal body is Paystack's only sign of a retry.")
            .retries(retried::NOT_2XX.lasting("72 hours"))
            .success(Success::Ok),
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

    /// Primer: `X-Signature-Primary: <base64>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the webhook signing secret, as text. For 24 hours after a rotation
    /// `X-Signature-Secondary` carries the signature under the old secret; it is
    /// not looked at, so put the new secret on the ring before rotating.
    PRIMER {
        title: "Primer",
        aliases: [],
        page: "https://primer.io/docs/get-started/configure-webhooks",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("primer", Digest::Sha256)
            .header("x-signature-primary")
            .encoding(Encoding::Base64)
            .replay_by(ReplayBy::Content)
            .replay_because("The body holds event type, date and the payment, so two events differ.")
            .retries(retried::NOT_2XX),
    }

    /// Ramp: `X-Ramp-Signature: <hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the subscription's secret, as text. The event id is in the body
    /// under `/id`. Ramp Network is another company with another scheme.
    RAMP {
        title: "Ramp",
        aliases: [],
        page: "https://docs.ramp.com/developer-api/v1/webhooks",
        evidence: Documented,
        notes: "That the signature is hex is likely and not documented; an older copy of the page names the header X-Ramp-Webhook-Signature. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("ramp", Digest::Sha256)
            .header("x-ramp-signature")
            .event_id_json("/id")
            .replay_by(ReplayBy::Id)
            .replay_because("The signed body holds the event's own id beside that of the object.")
            .retries(retried::NOT_2XX),
    }

    /// Razorpay: `X-Razorpay-Signature: <hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the webhook's secret, as text; it is not the API key's secret.
    /// `x-razorpay-event-id` stays the same over retries and is not signed.
    RAZORPAY {
        title: "Razorpay",
        aliases: [],
        page: "https://razorpay.com/docs/webhooks/validate-test/",
        evidence: Vectors,
        notes: "x-razorpay-event-id is not signed. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("razorpay", Digest::Sha256)
            .header("x-razorpay-signature")
            .event_id_header("x-razorpay-event-id")
            .replay_by(ReplayBy::Content)
            .replay_because("x-razorpay-event-id is unsigned; the body holds event, payload and created_at, and a retry or replay sends it exactly as it was.")
            .retries(retried::NOT_2XX.lasting("24 hours")),
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
    /// Key: the integration's signing secret, as text. The static `Authorization`
    /// value that can be set besides is not looked at. The event id is in the
    /// body under `/event/id`.
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

    /// Revolut Business and Merchant: `Revolut-Signature: v1=<hex>`, HMAC-SHA256
    /// over `v1.{timestamp}.{body}`, the time in `Revolut-Request-Timestamp`.
    ///
    /// Key: the webhook's signing secret (`wsk_…`), the whole text. The time is
    /// in milliseconds. Several signatures may be there, separated by commas,
    /// while a secret is rotated.
    REVOLUT {
        title: "Revolut",
        aliases: [],
        page: "https://developer.revolut.com/docs/guides/manage-accounts/webhooks/verify-the-payload-signature",
        evidence: Vectors,
        notes: "Milliseconds; five minutes both ways.",
        scheme: Scheme::hmac("revolut", Digest::Sha256)
            .header("revolut-signature")
            .format("v1={signature}")
            .separator(",")
            .signed("v1.{timestamp}.{body}")
            .timestamp_header("revolut-request-timestamp", TimeUnit::Millis)
            .tolerance(300)
            .replay_by(ReplayBy::Content)
            .replay_because("Merchant events hold event name and order only, so a second declined payment of one order has an equal body: the signed time in milliseconds tells them apart, and a retry that is signed afresh is handled twice.")
            .retries(retried::NOT_2XX.lasting("30 minutes (3 retries)")),
    }

    /// Square: `x-square-hmacsha256-signature: <base64>`, HMAC-SHA256 over the
    /// notification URL directly followed by the raw body.
    ///
    /// Key: the subscription's signature key, as text. The URL is the one of the
    /// subscription, character by character: behind a proxy give the verifier its
    /// external URL. The event id is in the body under `/event_id`.
    SQUARE {
        title: "Square",
        aliases: [],
        page: "https://developer.squareup.com/docs/webhooks/step3validate",
        evidence: Vectors,
        notes: "The URL is signed: set the external URL behind a proxy. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("square", Digest::Sha256)
            .header("x-square-hmacsha256-signature")
            .encoding(Encoding::Base64)
            .signed("{url}{body}")
            .event_id_json("/event_id")
            .recipients(const { &[Recipient::new("merchant", &[Location::Json(Cow::Borrowed("/merchant_id"))]).optional()] })
            .replay_by(ReplayBy::Id)
            .replay_because("event_id is Square's idempotency value: in the signed body, unique for each event, the same on retries.")
            .retries(retried::NOT_2XX.lasting("24 hours")),
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

    /// Unit: `x-unit-signature: <base64>`, HMAC-SHA1 over the raw body.
    ///
    /// Key: the token chosen for the webhook, as text. One body may carry several
    /// events, each with its id under `/data/…/id`.
    UNIT {
        title: "Unit",
        aliases: [],
        page: "https://www.unit.co/docs/api/webhooks/",
        evidence: Sdk,
        notes: "No timestamp: a recorded delivery stays valid for ever. HMAC-SHA1.",
        scheme: Scheme::hmac("unit", Digest::Sha1)
            .header("x-unit-signature")
            .encoding(Encoding::Base64)
            .replay_by(ReplayBy::Content)
            .replay_because("One body may carry several events, each with its own id, so the whole body is the identity; only webhooks set to at-least-once are retried.")
            .retries(retried::NOT_2XX.lasting("none for at-most-once webhooks"))
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

    /// Woovi, also OpenPix: `X-OpenPix-Signature: <base64>`, HMAC-SHA1 over the
    /// raw body.
    ///
    /// Key: the HMAC secret key of the webhook, as text. The RSA signature in
    /// `x-webhook-signature` is beside it: [`WOOVI_RSA`](crate::catalogue::providers::WOOVI_RSA).
    WOOVI {
        title: "Woovi / OpenPix",
        aliases: ["openpix"],
        page: "https://developers.openpix.com.br/docs/webhook/seguranca/webhook-hmac",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever. HMAC-SHA1; x-webhook-signature is the entry woovi-rsa.",
        scheme: Scheme::hmac("woovi", Digest::Sha1)
            .header("x-openpix-signature")
            .encoding(Encoding::Base64)
            .replay_by(ReplayBy::Content)
            .replay_because("The body names the event and the charge or transaction with its times, without an event id.")
            .retries(retried::ERRORS.lasting("43 minutes (8 tries)")),
    }

    /// Worldline Direct and Connect (formerly Ingenico):
    /// `X-GCS-Signature: <base64>`, HMAC-SHA256 over the raw body; `X-GCS-KeyId`
    /// names the key.
    ///
    /// Key: the webhooks key's secret, as text, on the ring under the id that the
    /// portal shows beside it. The event id is in the body under `/id`.
    WORLDLINE {
        title: "Worldline",
        aliases: ["ingenico"],
        page: "https://docs.direct.worldline-solutions.com/en/integration/api-developer-guide/webhooks",
        evidence: Vectors,
        notes: "Give each key the id that the portal shows: X-GCS-KeyId chooses it. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("worldline", Digest::Sha256)
            .header("x-gcs-signature")
            .encoding(Encoding::Base64)
            .event_id_json("/id")
            .key_id_header("x-gcs-keyid")
            .replay_by(ReplayBy::Id)
            .replay_because("The body is a webhook event with an id of its own beside the payment's.")
            .retries(retried::NOT_2XX.lasting("24 hours (5 retries)")),
    }

    /// Worldpay Access: `Event-Signature: <key id>/SHA256/<hex>`, HMAC-SHA256
    /// over the raw body; several may be there, separated by commas and in any
    /// order, while the secret changes.
    ///
    /// Key: the shared secret from the implementation manager, as text. The key
    /// id is a number that counts up; it is not looked at, each signature is
    /// tried against each key.
    WORLDPAY_ACCESS {
        title: "Worldpay Access",
        aliases: ["worldpay"],
        page: "https://developer.worldpay.com/products/access/events/signature/",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever. Signing has to be asked for.",
        scheme: Scheme::hmac("worldpay-access", Digest::Sha256)
            .header("event-signature")
            .format("{any}/SHA256/{signature}")
            .separator(",")
            .event_id_json("/eventId")
            .replay_by(ReplayBy::Id)
            .replay_because("eventId is called the unique identifier for the event; it is in the signed body.")
            .retries(retried::NOT_2XX.lasting("7 days"))
            .success(Success::Ok),
    }

    /// Xendit: the account's webhook verification token is sent as it is in
    /// `x-callback-token`.
    ///
    /// Key: the token (*Settings, Webhooks*). It proves that the sender knows it
    /// and nothing about the content. `webhook-id` is not signed.
    XENDIT {
        title: "Xendit",
        aliases: [],
        page: "https://docs.xendit.co/docs/handling-webhooks",
        evidence: Documented,
        notes: "Signs nothing: neither body nor time. Deduplicate by webhook-id.",
        scheme: Scheme::shared_secret("xendit")
            .header("x-callback-token")
            .event_id_header("webhook-id")
            .replay_by(ReplayBy::Body)
            .replay_because("The token proves no content; bodies hold the object with its status and times, and webhook-id is a header that a copy can change at will.")
            .retries(retried::NOT_2XX),
    }
}

const FLUTTERWAVE_V3: &[Scheme] = &[Scheme::shared_secret("flutterwave")
    .header("verif-hash")
    .form("v3")
    .replay_by(ReplayBy::Body)
    .opt_in()];
