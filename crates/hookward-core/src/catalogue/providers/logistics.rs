//! Parcels, letters, couriers and vehicles.

use std::borrow::Cow;

use super::entry::{catalogue, retried};
use crate::Encoding;
use crate::scheme::{Digest, KeyForm, ReplayBy, Scheme, Success};
use crate::text::time::TimeUnit;

catalogue! {
    /// AfterShip: `aftership-hmac-sha256: <base64>`, HMAC-SHA256 over the raw
    /// body.
    ///
    /// Key: the webhook secret of the settings page, as text. The event id is in
    /// the body under `/event_id`.
    AFTERSHIP {
        title: "AfterShip",
        aliases: [],
        page: "https://www.aftership.com/docs/tracking/webhook/webhook-signature",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("aftership", Digest::Sha256)
            .header("aftership-hmac-sha256")
            .encoding(Encoding::Base64)
            .event_id_json("/event_id")
            .replay_by(ReplayBy::Content)
            .replay_because("event_id and the event's time are inside the signed body, so two events differ; that event_id stays on a retry is not stated, and an unchanged body is recognised without it.")
            .retries(retried::NOT_2XX.lasting("68 hours (14 attempts)")),
    }

    /// Deliveroo: `X-Deliveroo-Hmac-Sha256: <hex>`, HMAC-SHA256 over the value of
    /// `X-Deliveroo-Sequence-Guid`, a space and the raw body.
    ///
    /// Key: the webhook secret of the developer portal, as text. The guid is
    /// signed and names the delivery. Legacy POS events have a blank, a line feed
    /// and a blank in place of the space: `.only("legacy")`.
    DELIVEROO {
        title: "Deliveroo",
        aliases: [],
        page: "https://api-docs.deliveroo.com/docs/securing-webhooks",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever. Legacy POS webhooks sign with another separator: name the form legacy for an endpoint that gets them.",
        scheme: deliveroo("{id} {body}").or(DELIVEROO_LEGACY)
            .replay_by(ReplayBy::Content)
            .replay_because("The signed guid is called the unique identifier of the webhook's payload and, elsewhere, sequential; nothing says whether a retry keeps it or two events share it, so guid and body count together.")
            .retries(retried::NOT_2XX.lasting("30 minutes")),
    }

    /// EasyPost: `X-Hmac-Signature: hmac-sha256-hex=<hex>`, HMAC-SHA256 over the
    /// raw body.
    ///
    /// Key: the webhook's secret, as text in Unicode normalisation form NFKD;
    /// plain ASCII is that already, anything else needs feature `nfkd`. The
    /// newer `X-Hmac-Signature-V2` is ignored. The event id is in the body under
    /// `/id`.
    EASYPOST {
        title: "EasyPost",
        aliases: [],
        page: "https://docs.easypost.com/guides/webhooks-guide",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever. A secret with characters outside ASCII needs feature nfkd.",
        scheme: Scheme::hmac("easypost", Digest::Sha256)
            .header("x-hmac-signature")
            .format("hmac-sha256-hex={signature}")
            .event_id_json("/id")
            .key(KeyForm::TextNfkd)
            .replay_by(ReplayBy::Id)
            .replay_because("The event's id (evt_) is a resource of the API, whereas its status and lists of pending and completed URLs change between attempts, so the body cannot be the identity.")
            .retries(retried::NOT_2XX),
    }

    /// Lob: `Lob-Signature: <hex>`, HMAC-SHA256 over `{timestamp}.{body}`, the
    /// time in `Lob-Signature-Timestamp`.
    ///
    /// Key: the webhook's secret, as text. The event id is in the body under
    /// `/id`.
    LOB {
        title: "Lob",
        aliases: [],
        page: "https://docs.lob.com/#tag/Webhooks",
        evidence: Documented,
        notes: "The time is written in milliseconds; seconds are taken too.",
        scheme: Scheme::hmac("lob", Digest::Sha256)
            .header("lob-signature")
            .signed("{timestamp}.{body}")
            .timestamp_header("lob-signature-timestamp", TimeUnit::SecondsOrMillis)
            .tolerance(300)
            .event_id_json("/id")
            .replay_by(ReplayBy::Id)
            .replay_because("The body is Lob's event object, whose id (evt_) is unique; it is signed together with the time of sending, which a retry may renew.")
            .retries(retried::NOT_2XX),
    }

    /// Onfleet: `X-Onfleet-Signature: <hex>`, HMAC-SHA512 over the raw body.
    ///
    /// Key: the webhook secret (*Settings, API & Webhooks*), hex digits used as
    /// the bytes behind them. No timestamp and no id header.
    ONFLEET {
        title: "Onfleet",
        aliases: [],
        page: "https://docs.onfleet.com/reference/secrets",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever. The key is hex.",
        scheme: Scheme::hmac("onfleet", Digest::Sha512)
            .header("x-onfleet-signature")
            .key(KeyForm::Hex)
            .replay_by(ReplayBy::Content)
            .replay_because("The body has no id but trigger, task and a time in milliseconds, so two events differ and a retry is equal.")
            .retries(retried::NOT_2XX)
            .success(Success::Ok),
    }

    /// Samsara: `X-Samsara-Signature: v1=<hex>`, HMAC-SHA256 over
    /// `v1:{timestamp}:{body}`, the time in `X-Samsara-Timestamp`.
    ///
    /// Key: the webhook's secret key, base64 of the bytes used. The event id
    /// is in the body under `/eventId`.
    SAMSARA {
        title: "Samsara",
        aliases: [],
        page: "https://developers.samsara.com/docs/webhooks",
        evidence: Documented,
        notes: "The key is base64. A Python helper on Samsara's pages checks another scheme, which nobody else uses.",
        scheme: Scheme::hmac("samsara", Digest::Sha256)
            .header("x-samsara-signature")
            .format("v1={signature}")
            .signed("v1:{timestamp}:{body}")
            .timestamp_header("x-samsara-timestamp", TimeUnit::Seconds)
            .tolerance(300)
            .event_id_json("/eventId")
            .key(KeyForm::Base64(Cow::Borrowed("")))
            .replay_by(ReplayBy::Id)
            .replay_because("eventId is the id of the event in the signed body."),
    }

    /// Shippo: `Shippo-Auth-Signature: t=<seconds>,v1=<hex>`, HMAC-SHA256 over
    /// `{timestamp}.{body}`.
    ///
    /// Key: the HMAC secret that Shippo's support sets up, as text. Without it
    /// Shippo sends no signature.
    SHIPPO {
        title: "Shippo",
        aliases: [],
        page: "https://docs.goshippo.com/docs/tracking/webhooksecurity/",
        evidence: Documented,
        notes: "HMAC has to be asked for.",
        scheme: Scheme::hmac("shippo", Digest::Sha256)
            .header("shippo-auth-signature")
            .format("t={timestamp},v1={signature}")
            .signed("{timestamp}.{body}")
            .timestamp_in_signature(TimeUnit::Seconds)
            .tolerance(300)
            .replay_by(ReplayBy::Payload)
            .replay_because("The body holds the tracking status or the object with its own id and times and no attempt counter; only the signed time is that of sending."),
    }

    /// Smartcar: `SC-Signature: <hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the application management token, as text. The event id is in the
    /// body under `/eventId`.
    SMARTCAR {
        title: "Smartcar",
        aliases: [],
        page: "https://smartcar.com/docs/integrations/webhooks/payload-verification",
        evidence: Sdk,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("smartcar", Digest::Sha256)
            .header("sc-signature")
            .event_id_json("/eventId")
            .replay_by(ReplayBy::Id)
            .replay_because("eventId is documented as the event's, for dropping duplicates, and as the same over retries; deliveryId and deliveredAt in the body are not.")
            .retries(retried::NOT_2XX.lasting("3 minutes (three retries)")),
    }

    /// Uber Eats and Direct: `X-Uber-Signature: <hex>`, HMAC-SHA256 over the raw
    /// body.
    ///
    /// Key: the app's client secret, or the webhook's signing key where one is
    /// set, as text. The event id is in the body under `/event_id`.
    UBER {
        title: "Uber",
        aliases: ["uber-eats"],
        page: "https://developer.uber.com/docs/eats/guides/webhooks",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("uber", Digest::Sha256)
            .header("x-uber-signature")
            .event_id_json("/event_id")
            .replay_by(ReplayBy::Id)
            .replay_because("Uber calls event_id the unique identifier that ensures that an event is only digested once; it is in the signed body.")
            .retries(retried::NOT_2XX)
            .success(Success::Ok),
    }
}

const fn deliveroo(signed: &'static str) -> Scheme {
    Scheme::hmac("deliveroo", Digest::Sha256)
        .header("x-deliveroo-hmac-sha256")
        .signed(signed)
        .event_id_header("x-deliveroo-sequence-guid")
}

const DELIVEROO_LEGACY: &[Scheme] = &[deliveroo("{id} \n {body}")
    .form("legacy")
    .replay_by(ReplayBy::Content)
    .opt_in()];
