//! Identity checks, access and hiring.

use std::borrow::Cow;

use super::{catalogue, retried};
use crate::Encoding;
use crate::scheme::{Digest, KeyForm, Location, ReplayBy, RetryTime, Scheme, Success, Text};
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
    /// Key: the webhook secret, base64 of the key. Several signatures stand
    /// there, separated by spaces. The id is signed.
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

    /// Logto: `logto-signature-sha-256: <hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the webhook's signing key (*Console, Webhooks*), as text. Each hook
    /// call has its `hookId` in the body, which is the webhook's and not the
    /// delivery's.
    LOGTO {
        title: "Logto",
        aliases: [],
        page: "https://docs.logto.io/developers/webhooks/secure-webhooks",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("logto", Digest::Sha256).header("logto-signature-sha-256")
            .replay_by(ReplayBy::Content)
            .replay_because("hookId is the webhook's; the body holds event and createdAt, so two events differ."),
    }

    /// Okta event and inline hooks: the authentication secret is sent as it is in
    /// `Authorization`, the header that Okta suggests; another is possible:
    /// `OKTA.header("x-mine")`.
    ///
    /// Key: the secret chosen for the hook, with its scheme if one was typed
    /// there. It proves that the sender knows it and nothing about the content. A
    /// new hook is confirmed by echoing `x-okta-verification-challenge`.
    OKTA {
        title: "Okta event hooks",
        aliases: [],
        page: "https://developer.okta.com/docs/concepts/event-hooks/",
        evidence: Documented,
        notes: "Signs nothing: neither body nor time.",
        scheme: Scheme::shared_secret("okta")
            .header("authorization")

            .replay_by(ReplayBy::Body)
            .replay_because("The secret proves no content; eventId is the delivery's, and the events inside, each with its uuid, may be several, so the whole body counts.")
            .retries(retried::SERVER_ERRORS.lasting("1 retry")),
    }

    /// Persona: `Persona-Signature: t=<seconds>,v1=<hex>`, HMAC-SHA256 over
    /// `{timestamp}.{body}`; while a secret is rotated there are two such groups,
    /// separated by a space.
    ///
    /// Key: the webhook's secret (`wbhsec_…`), the whole text. The event id
    /// is in the body under `/data/id`.
    PERSONA {
        title: "Persona",
        aliases: [],
        page: "https://docs.withpersona.com/webhooks-best-practices",
        evidence: Documented,
        notes: "Two groups while a secret is rotated.",
        scheme: Scheme::hmac("persona", Digest::Sha256)
            .header("persona-signature")
            .format("t={timestamp},v1={signature}")
            .separator(" ")
            .signed("{timestamp}.{body}")
            .timestamp_in_signature(TimeUnit::Seconds)
            .tolerance(300)
            .event_id_json("/data/id")
            .replay_by(ReplayBy::Id)
            .replay_because("Persona's event id is in the signed body and the same when the event comes again.")
            .retries(retried::NOT_2XX.lasting("6 minutes (5 attempts)").time(RetryTime::Renewed)),
    }

    /// Sumsub: `X-Payload-Digest: <hex>`, HMAC-SHA256 over the raw body, with
    /// `X-Payload-Digest-Alg: HMAC_SHA256_HEX`. A webhook that was set to
    /// `HMAC_SHA512_HEX` takes `.only("sha512")`. The older `HMAC_SHA1_HEX` is
    /// refused.
    ///
    /// Key: the webhook's secret key, as text. The event's time in the body
    /// (`/createdAtMs`) is not the delivery's.
    SUMSUB {
        title: "Sumsub",
        aliases: [],
        page: "https://docs.sumsub.com/docs/webhook-manager",
        evidence: Documented,
        notes: "SHA-512 (form sha512) is off unless it is named; SHA-1 is refused. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("sumsub", Digest::Sha256)
            .header("x-payload-digest")

            .expect(SUMSUB_SHA256)
            .form("sha256")
            .or(SUMSUB_SHA512)
            .replay_by(ReplayBy::Content)
            .replay_because("correlationId is not documented as unique for each event; the body holds type, applicant and createdAtMs, and the same webhook is sent again.")
            .retries(retried::NOT_2XX.lasting("24 hours (4 resends)")),
    }

    /// Veriff: `X-HMAC-SIGNATURE: <hex>`, HMAC-SHA256 over the raw body;
    /// `X-AUTH-CLIENT` names the integration.
    ///
    /// Key: the integration's shared secret key (*Settings, API keys*), as text.
    /// The client header is not looked at: each key on the ring is tried.
    VERIFF {
        title: "Veriff",
        aliases: [],
        page: "https://devdocs.veriff.com/docs/hmac-authentication-and-endpoint-security",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("veriff", Digest::Sha256).header("x-hmac-signature")
            .replay_by(ReplayBy::Content)
            .replay_because("There is no event id, only those of session and attempt; decisions hold their time, and a repeated start of one attempt is the one thing whose bodies could be equal.")
            .retries(retried::NOT_2XX.lasting("7 days"))
            .success(Success::Ok),
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

    /// WorkOS: `WorkOS-Signature: t=<milliseconds>, v1=<hex>`, HMAC-SHA256 over
    /// `{timestamp}.{body}`.
    ///
    /// Key: the webhook endpoint's secret, as text. WorkOS's SDK allows three
    /// minutes, and so does this entry. The event id is in the body under
    /// `/id`.
    WORKOS {
        title: "WorkOS",
        aliases: [],
        page: "https://workos.com/docs/events/data-syncing/webhooks",
        evidence: Sdk,
        notes: "Milliseconds; three minutes.",
        scheme: Scheme::hmac("workos", Digest::Sha256)
            .header("workos-signature")
            .format("t={timestamp}, v1={signature}")
            .signed("{timestamp}.{body}")
            .timestamp_in_signature(TimeUnit::Millis)
            .tolerance(180)
            .event_id_json("/id")
            .replay_by(ReplayBy::Id)
            .replay_because("WorkOS's event id is in the signed body and the same when the event is sent again.")
            .retries(retried::NOT_2XX.lasting("3 days")),
    }
}

const SUMSUB_SHA256: &[(Text, Text)] = &[(
    Cow::Borrowed("x-payload-digest-alg"),
    Cow::Borrowed("HMAC_SHA256_HEX"),
)];

const SUMSUB_SHA512: &[Scheme] = &[Scheme::hmac("sumsub", Digest::Sha512)
    .header("x-payload-digest")
    .expect(&[(
        Cow::Borrowed("x-payload-digest-alg"),
        Cow::Borrowed("HMAC_SHA512_HEX"),
    )])
    .form("sha512")
    .replay_by(ReplayBy::Content)
    .opt_in()];
