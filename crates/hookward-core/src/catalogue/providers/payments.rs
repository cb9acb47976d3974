//! Payments by card or account, and payouts.

use std::borrow::Cow;

use super::entry::{catalogue, retried};
use crate::Encoding;
use crate::scheme::{
    Binding, Digest, KeyForm, Location, Recipient, ReplayBy, Retries, RetryTime, Scheme, Success,
};
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
    /// (*Developers, Webhooks, Security*), shown in hex and used as the decoded
    /// bytes. Nothing else of the body is signed, the time (`eventDate`)
    /// included. Adyen sends one item in each notification; a body with a second
    /// one is refused, since its signature would go unchecked.
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
    /// (*Developers, Webhooks, Security*), shown in hex and used as the decoded
    /// bytes. No timestamp and no id header. Standard payment notifications
    /// carry their signature inside the body instead and are another scheme.
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

    /// Alipay's asynchronous notifications (RSA2): RSA SHA-256 in the form field
    /// `sign` over the decoded fields as `name=value`, sorted and joined by `&`,
    /// without `sign` and `sign_type`.
    ///
    /// Key: Alipay's public key (not the app's), base64 DER. Answer the text
    /// `success`.
    ALIPAY {
        title: "Alipay",
        aliases: ["alipay-rsa2"],
        page: "https://opendocs.alipay.com/open/270/105902",
        evidence: Vectors,
        notes: "A field whose value reads as two (`x&y=z`) is refused, since the signed text would have two readings. Bodies in GBK are not read. notify_time is signed, but not checked against a window, since a notification is repeated for a day.",
        scheme: alipay("alipay", "{form|without(sign_type)|sort|join}").bind(ALIPAY_RSA2)
            .recipients(const { &[Recipient::new("app", &[Location::Form(Cow::Borrowed("app_id"))]).optional()] })
            .replay_by(ReplayBy::Id)
            .replay_because("notify_id is signed and kept for all repetitions of one notification.")
            .retries(Retries::after(&[Cow::Borrowed("2xx"), Cow::Borrowed("3xx"), Cow::Borrowed("4xx"), Cow::Borrowed("5xx"), Cow::Borrowed("timeout")]).lasting("25 hours (8 times)"))
            .success(Success::Body(Cow::Borrowed("success"))),
    }

    /// Alipay's notifications of the service market and of lifestyle accounts:
    /// as [`ALIPAY`], with `sign_type` signed as well.
    ALIPAY_V2 {
        title: "Alipay, with sign_type signed",
        aliases: [],
        page: "https://opendocs.alipay.com/open/270/105902",
        evidence: Vectors,
        notes: "Alipay's page of each notification says whether sign_type is signed. As alipay otherwise.",
        scheme: alipay("alipay-v2", "{form|sort|join}")
            .recipients(const { &[Recipient::new("app", &[Location::Form(Cow::Borrowed("app_id"))]).optional()] })
            .replay_by(ReplayBy::Id)
            .replay_because("notify_id is signed and kept for all repetitions of one notification.")
            .retries(Retries::after(&[Cow::Borrowed("2xx"), Cow::Borrowed("3xx"), Cow::Borrowed("4xx"), Cow::Borrowed("5xx"), Cow::Borrowed("timeout")]).lasting("25 hours (8 times)"))
            .success(Success::Body(Cow::Borrowed("success"))),
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
    /// what signs. The public keys are ignored: each signature is tried against
    /// each key. The event, with its time, is XML in base64 inside `bt_payload`.
    /// A new endpoint is checked by GET with `bt_challenge`.
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

    /// Paysera Checkout (WebToPay) callbacks: RSA SHA-256 in the parameter `ss3`
    /// over the parameter `data`, both in base64url with padding, in the query of
    /// a GET (form `ss3`) or in a form (`ss3-form`). RSA SHA-1 in `ss2` is
    /// sent with it. Name the form that the project's callbacks have: `.only("ss3")`.
    ///
    /// Key: the public key of `https://www.paysera.com/download/public.key`, in
    /// PEM, the same for every project. `ss1`, an MD5 with the project's password,
    /// is sent too and ignored. Answer the text `OK`.
    PAYSERA {
        title: "Paysera",
        aliases: ["webtopay"],
        page: "https://github.com/paysera/lib-webtopay",
        evidence: Vectors,
        notes: "Only data is signed. Signed for every project with the same key: compare projectid inside of data. Name the form: ss3 for a query, ss3-form for a form; ss2 is SHA-1. Callbacks whose data is encrypted carry no signature. No timestamp.",
        scheme: paysera(Digest::Sha256, Location::Query(Cow::Borrowed("ss3")), "{query:data}")
            .form("ss3")
            .opt_in()
            .or(PAYSERA_OTHERS)
            .replay_by(ReplayBy::Content)
            .replay_because("orderid is the merchant's own and comes with each status; the signed data, status included, counts as a whole, so a callback that is repeated by hand is the same delivery.")
            .retries(Retries::after(&[Cow::Borrowed("2xx"), Cow::Borrowed("3xx"), Cow::Borrowed("4xx"), Cow::Borrowed("5xx"), Cow::Borrowed("timeout")]))
            .success(Success::Body(Cow::Borrowed("OK"))),
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

    /// Primer: `X-Signature-Primary: <base64>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the webhook signing secret, as text. For 24 hours after a rotation
    /// `X-Signature-Secondary` carries the signature under the old secret; it is
    /// ignored, so put the new secret on the ring before rotating.
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

    /// Stripe: `Stripe-Signature: t=<seconds>,v1=<hex>` over
    /// `{timestamp}.{body}`.
    ///
    /// Key: the endpoint's signing secret, the whole `whsec_…` text. During a
    /// rotation there are several `v1`; `v0` is for test mode and is ignored.
    /// The event id is in the signed body under `/id`. Stripe's SDKs bound only
    /// the past; here the window is two-sided.
    STRIPE {
        title: "Stripe",
        aliases: [],
        page: "https://docs.stripe.com/webhooks/signature",
        evidence: Vectors,
        notes: "The secret is the whole whsec_ text, not base64. Only v1 counts. A retry has a new timestamp and signature.",
        scheme: Scheme::hmac("stripe", Digest::Sha256)
            .header("stripe-signature")
            .format("t={timestamp},v1={signature}")
            .signed("{timestamp}.{body}")
            .timestamp_in_signature(TimeUnit::Seconds)
            .tolerance(300)
            .event_id_json("/id")
            .replay_by(ReplayBy::Id)
            .replay_because("Stripe's event id is in the signed body, unique, and the same however often the event is sent; time and signature are new for each attempt.")
            .retries(retried::NOT_2XX.lasting("3 days").time(RetryTime::Renewed)),
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

    /// Woovi, also OpenPix: RSA SHA-256 in `x-webhook-signature` (base64) over the
    /// raw body, on every delivery.
    ///
    /// Key: the public key of the page, PEM or base64 of it, of 1024 bits, which
    /// well-funded attackers can factor. It is the same for every account: use
    /// [`WOOVI`](crate::catalogue::providers::WOOVI) beside it, whose key is
    /// your own.
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
    /// id is a number that counts up; it is ignored, and each signature is tried
    /// against each key.
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

const fn alipay(name: &'static str, signed: &'static str) -> Scheme {
    Scheme::rsa_pkcs1(name, Digest::Sha256)
        .at(Location::Form(Cow::Borrowed("sign")))
        .signed(signed)
        .event_id_at(Location::Form(Cow::Borrowed("notify_id")))
}

const ALIPAY_RSA2: &[Binding] = &[Binding::new(
    Location::Form(Cow::Borrowed("sign_type")),
    "RSA2",
)];

const FLUTTERWAVE_V3: &[Scheme] = &[Scheme::shared_secret("flutterwave")
    .header("verif-hash")
    .form("v3")
    .replay_by(ReplayBy::Body)
    .opt_in()];

const PAYPAL_ALGORITHM: &[(crate::scheme::Text, crate::scheme::Text)] = &[(
    Cow::Borrowed("paypal-auth-algo"),
    Cow::Borrowed("SHA256withRSA"),
)];

const fn paysera(digest: Digest, at: Location, signed: &'static str) -> Scheme {
    Scheme::rsa_pkcs1("paysera", digest)
        .at(at)
        .encoding(Encoding::Base64urlPadded)
        .signed(signed)
}

const PAYSERA_OTHERS: &[Scheme] = &[
    paysera(
        Digest::Sha1,
        Location::Query(Cow::Borrowed("ss2")),
        "{query:data}",
    )
    .form("ss2")
    .replay_by(ReplayBy::Content)
    .opt_in(),
    paysera(
        Digest::Sha256,
        Location::Form(Cow::Borrowed("ss3")),
        "{form:data}",
    )
    .form("ss3-form")
    .replay_by(ReplayBy::Content)
    .opt_in(),
];
