//! Hiring, personnel and payroll.

use std::borrow::Cow;

use super::entry::{catalogue, retried};
use crate::Encoding;
use crate::scheme::{Digest, KeyForm, Location, ReplayBy, RetryTime, Scheme};
use crate::text::time::TimeUnit;

catalogue! {
    /// Ashby: `Ashby-Signature: sha256=<hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the secret token chosen for the webhook, as text; without one Ashby
    /// sends no signature.
    ASHBY {
        title: "Ashby",
        aliases: [],
        page: "https://developers.ashbyhq.com/docs/authenticating-webhooks",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("ashby", Digest::Sha256)
            .header("ashby-signature")
            .format("sha256={signature}")
            .replay_by(ReplayBy::Content)
            .replay_because("The body holds action, data and webhookActionId, which receivers call the same over retries; Ashby's own word on that was not found, and one action may send several webhooks.")
            .retries(retried::NOT_2XX.lasting("2.8 hours (10 attempts)")),
    }

    /// BambooHR: `X-BambooHR-Signature: <hex>`, HMAC-SHA256 over the raw body
    /// directly followed by the value of `X-BambooHR-Timestamp`.
    ///
    /// Key: the private key given when the webhook was created, as text.
    BAMBOOHR {
        title: "BambooHR",
        aliases: [],
        page: "https://documentation.bamboohr.com/docs/webhooks",
        evidence: Vectors,
        notes: "Body first, then time.",
        scheme: Scheme::hmac("bamboohr", Digest::Sha256)
            .header("x-bamboohr-signature")
            .signed("{body}{timestamp}")
            .timestamp_header("x-bamboohr-timestamp", TimeUnit::Seconds)
            .tolerance(300)
            .replay_by(ReplayBy::Payload)
            .replay_because("The body lists the changed employees, each with the time of its change; only the signed time is that of sending.")
            .retries(retried::NOT_2XX),
    }

    /// Checkr: `X-Checkr-Signature: <hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the account's API key, or the partner's client secret, as text. The
    /// event id is in the body under `/id`.
    CHECKR {
        title: "Checkr",
        aliases: [],
        page: "https://docs.checkr.com/#section/Webhooks",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("checkr", Digest::Sha256)
            .header("x-checkr-signature")
            .event_id_json("/id")
            .replay_by(ReplayBy::Id)
            .replay_because("The body is Checkr's event object with an id of its own.")
            .retries(retried::NOT_2XX),
    }

    /// Finch: `Finch-Signature: v1,<base64>`, HMAC-SHA256 over
    /// `{id}.{timestamp}.{body}`, with `Finch-Event-Id` and `Finch-Timestamp`.
    ///
    /// Key: the webhook secret, base64 of the key. Several signatures are
    /// separated by spaces. The id is signed.
    FINCH {
        title: "Finch",
        aliases: ["tryfinch"],
        page: "https://developer.tryfinch.com/implementation-guide/Webhooks",
        evidence: Sdk,
        notes: "The id is signed.",
        scheme: Scheme::hmac("finch", Digest::Sha256)
            .header("finch-signature")
            .format("v1,{signature}")
            .separator(" ")
            .encoding(Encoding::Base64)
            .signed("{id}.{timestamp}.{body}")
            .timestamp_header("finch-timestamp", TimeUnit::Seconds)
            .tolerance(300)
            .event_id_header("finch-event-id")
            .key(KeyForm::Base64(Cow::Borrowed("")))
            .replay_by(ReplayBy::Id)
            .replay_because("Finch sends through Svix under its own header names (ids msg_…): the id is signed and stays over retries.")
            .retries(retried::NOT_2XX.lasting("28 hours (Svix's schedule)").time(RetryTime::Renewed)),
    }

    /// Greenhouse Recruiting: `Signature: sha256 <hex>`, HMAC-SHA256 over the raw
    /// body.
    ///
    /// Key: the webhook's secret key, as text. `Greenhouse-Event-ID` is not
    /// signed.
    GREENHOUSE {
        title: "Greenhouse",
        aliases: [],
        page: "https://developers.greenhouse.io/webhooks.html#authentication",
        evidence: Documented,
        notes: "Greenhouse-Event-ID is not signed. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("greenhouse", Digest::Sha256)
            .header("signature")
            .format("sha256 {signature}")
            .event_id_header("greenhouse-event-id")
            .replay_by(ReplayBy::Content)
            .replay_because("Greenhouse-Event-ID is unsigned; the body holds action and the whole object with its updated_at.")
            .retries(retried::NOT_2XX.lasting("25 tries by default")),
    }

    /// Lever: the body's `/signature`, in hex, is HMAC-SHA256 over `/token`
    /// directly followed by `/triggeredAt`.
    ///
    /// Key: the webhook's signature token, as text. The event itself is not
    /// signed: whoever holds one delivery can put another event beside its
    /// signature, so the token counts as the id and must not be taken twice. The
    /// time is in milliseconds.
    LEVER {
        title: "Lever",
        aliases: [],
        page: "https://hire.lever.co/developer/documentation#webhooks",
        evidence: Documented,
        notes: "The event is not signed, only token and time: keep a replay guard on the token.",
        scheme: Scheme::hmac("lever", Digest::Sha256)
            .at(Location::Json(Cow::Borrowed("/signature")))
            .signed("{id}{timestamp}")
            .timestamp_at(Location::Json(Cow::Borrowed("/triggeredAt")), TimeUnit::Millis)
            .tolerance(300)

            .event_id_json("/token")
            .replay_by(ReplayBy::Content)
            .replay_because("Only token and triggeredAt are signed; whether the token is one delivery's or the webhook's is contradictory, so it counts together with the time in milliseconds, and the unsigned event does not count. If it is the webhook's, two events of one millisecond are taken for one."),
    }

    /// Workable: `X-Workable-Signature: <hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the partner token or the client secret of the subscription, as text:
    /// the one with which the subscription was made.
    WORKABLE {
        title: "Workable",
        aliases: [],
        page: "https://workable.readme.io/reference/webhooks",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("workable", Digest::Sha256).header("x-workable-signature")
            .replay_by(ReplayBy::Content)
            .replay_because("The body holds event type, fired_at and the candidate; its id is not documented as the event's.")
            .retries(retried::NOT_2XX),
    }
}
