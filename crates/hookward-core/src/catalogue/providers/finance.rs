//! Banking, bank data, cards that are issued, and accounting.

use std::borrow::Cow;

use super::entry::{catalogue, retried};
use super::parts::{COMPACT, ES256, claim};
use crate::Encoding;
use crate::scheme::{
    Algorithm, Binding, Digest, Location, Recipient, ReplayBy, Retries, Scheme, Success,
};
use crate::text::time::TimeUnit;

catalogue! {
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

    /// QuickBooks Online by Intuit: `intuit-signature: <base64>`, HMAC-SHA256
    /// over the raw body.
    ///
    /// Key: the app's verifier token (*Webhooks* page of the app), as text. One
    /// body may carry events of several companies.
    QUICKBOOKS {
        title: "QuickBooks Online",
        aliases: ["intuit"],
        page: "https://developer.intuit.com/app/developer/qbo/docs/develop/webhooks",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever. Several events a delivery.",
        scheme: Scheme::hmac("quickbooks", Digest::Sha256)
            .header("intuit-signature")
            .encoding(Encoding::Base64)
            .replay_by(ReplayBy::Content)
            .replay_because("Entities with operation and time of the change, several to a body; two changes of one entity in one second are reported once.")
            .retries(Retries::after(&[Cow::Borrowed("408"), Cow::Borrowed("500"), Cow::Borrowed("502"), Cow::Borrowed("503"), Cow::Borrowed("504"), Cow::Borrowed("timeout")]).lasting("100 minutes (three retries)")),
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

    /// Xero: `x-xero-signature: <base64>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the webhooks key of the app, as text: it looks like base64 and is not
    /// decoded. Before it delivers, Xero sends right and wrong signatures
    /// ("intent to receive") and wants 200 with an empty body for the right ones
    /// and 401 within five seconds for the others: map rejections of this
    /// endpoint to 401.
    XERO {
        title: "Xero",
        aliases: [],
        page: "https://developer.xero.com/documentation/guides/webhooks/configuring-your-server",
        evidence: Documented,
        notes: "Xero insists on 401, not 403, for a wrong signature: its handshake sees to that. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("xero", Digest::Sha256)
            .header("x-xero-signature")
            .encoding(Encoding::Base64)
            .replay_by(ReplayBy::Content)
            .replay_because("A random entropy makes each signed body unique; whether a retry keeps it is not said: if not, it is handled twice.")
            .retries(retried::NOT_2XX.lasting("24 hours"))
            .success(Success::Ok),
    }
}

const CONTENT_DIGEST: &[Binding] = &[Binding::new(
    Location::Header(Cow::Borrowed("x-webhook-content-digest")),
    "{body|sha512|base64}",
)];

const BODY_SHA256_HEX: &[Binding] = &[claim("/request_body_sha256", "{body|sha256|hex}")];
