//! Mail and notifications that applications send.

use std::borrow::Cow;

use super::entry::{catalogue, retried};
use super::parts::ECDSA_P256;
use crate::Encoding;
use crate::scheme::{Digest, Location, ReplayBy, Scheme, Success};
use crate::text::time::TimeUnit;

catalogue! {
    /// Courier: `courier-signature: t=<milliseconds>,signature=<hex>`,
    /// HMAC-SHA256 over `{timestamp}.{body}`.
    ///
    /// Key: the webhook's secret (*Settings, Outbound Webhooks*), as text.
    COURIER {
        title: "Courier",
        aliases: [],
        page: "https://www.courier.com/docs/platform/workspaces/outbound-webhooks",
        evidence: Documented,
        notes: "The time is written in milliseconds; seconds are taken too.",
        scheme: Scheme::hmac("courier", Digest::Sha256)
            .header("courier-signature")
            .format("t={timestamp},signature={signature}")
            .signed("{timestamp}.{body}")
            .timestamp_in_signature(TimeUnit::SecondsOrMillis)
            .tolerance(300)
            .replay_by(ReplayBy::Content)
            .replay_because("The body is the message's state; an event of one kind (opened, clicked) may repeat, so the signed time has to count and a retry signed afresh is rather handled twice."),
    }

    /// Knock: `x-knock-signature: t=<milliseconds>,s=<base64>`, HMAC-SHA256 over
    /// `{timestamp}.{body}`.
    ///
    /// Key: the signing key of the webhook's page, as text.
    KNOCK {
        title: "Knock",
        aliases: [],
        page: "https://docs.knock.app/developer-tools/outbound-webhooks/overview",
        evidence: Documented,
        notes: "The time is written in milliseconds; seconds are taken too.",
        scheme: Scheme::hmac("knock", Digest::Sha256)
            .header("x-knock-signature")
            .format("t={timestamp},s={signature}")
            .encoding(Encoding::Base64)
            .signed("{timestamp}.{body}")
            .timestamp_in_signature(TimeUnit::SecondsOrMillis)
            .tolerance(300)
            .replay_by(ReplayBy::Payload)
            .replay_because("The body carries type, the event's time and the message or resource; the time of sending is left out.")
            .retries(retried::ERRORS),
    }

    /// Mailchimp Transactional, formerly Mandrill:
    /// `X-Mandrill-Signature: <base64>`, HMAC-SHA1 over the webhook's URL
    /// followed by each form field, sorted by name, name then value.
    ///
    /// Key: the webhook's authentication key, as text. The URL is the one of the
    /// webhook's settings: behind a proxy give the verifier its external URL. The
    /// check on saving sends an empty list of events under the key
    /// `test-webhook`.
    ///
    /// The formula has more than one reading. Mandrill sends one field,
    /// `mandrill_events`, with a JSON array: `.only("events")` takes nothing else,
    /// and then there is one.
    MAILCHIMP_TRANSACTIONAL {
        title: "Mailchimp Transactional (Mandrill)",
        aliases: ["mandrill"],
        page: "https://mailchimp.com/developer/transactional/guides/track-respond-activity-webhooks/",
        evidence: Vectors,
        notes: "The URL is signed: set the external URL behind a proxy. HMAC-SHA1. No timestamp: a recorded delivery stays valid for ever.",
        scheme: mandrill()
            .signed("{url}{form|sort(unique)|join('', '')}")
            .ambiguous("a text within the events, such as a subject, can be cut off as further fields of the form, and the form can be moved into the path as a whole, so that a recording verifies without its events; the form `events` has one reading")
            .or(MANDRILL_EVENTS)
            .replay_by(ReplayBy::Content)
            .replay_because("A batch of events with ids and times, sent again as the same batch; only the check on saving and the test button, an empty list, repeat. The ids inside name the message.")
            .retries(retried::ERRORS),
    }

    /// MailerSend: `Signature: <hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the webhook's signing secret, as text. No timestamp and no id header.
    /// The `webhook.test` sent when a webhook is saved is signed with a secret
    /// that MailerSend publishes: refuse it, or check it apart.
    MAILERSEND {
        title: "MailerSend",
        aliases: [],
        page: "https://developers.mailersend.com/api/v1/webhooks.html",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever. The test delivery on saving is signed with a published secret.",
        scheme: Scheme::hmac("mailersend", Digest::Sha256).header("signature")
            .replay_by(ReplayBy::Content)
            .replay_because("The body carries the activity with its own id and time.")
            .retries(retried::ERRORS),
    }

    /// Mailgun: the body's `/signature/signature`, in hex, is HMAC-SHA256 over
    /// `/signature/timestamp` directly followed by `/signature/token`.
    ///
    /// Key: the HTTP webhook signing key of the account, as text. The event
    /// itself is not signed: whoever holds one delivery can put another event
    /// beside its signature, so the token counts as the id and must not be taken
    /// twice. Routes and older webhooks that send forms do not verify here.
    MAILGUN {
        title: "Mailgun",
        aliases: [],
        page: "https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks",
        evidence: Vectors,
        notes: "The event is not signed, only time and token: keep a replay guard on the token.",
        scheme: Scheme::hmac("mailgun", Digest::Sha256)
            .at(Location::Json(Cow::Borrowed("/signature/signature")))
            .signed("{timestamp}{id}")
            .timestamp_at(Location::Json(Cow::Borrowed("/signature/timestamp")), TimeUnit::Seconds)
            .tolerance(300)
            .event_id_json("/signature/token")
            .replay_by(ReplayBy::Id)
            .replay_because("Only time and token are signed, and Mailgun says itself to keep the token and refuse it a second time: it is random for each signature. A retry under a new token would be handled twice.")
            .retries(retried::NOT_2XX.lasting("8 hours (deliveries: never)"))
            .success(Success::Ok),
    }

    /// Mailgun's routes and its older webhooks, which send forms: the field
    /// `signature`, in hex, is HMAC-SHA256 over the fields `timestamp` and `token`,
    /// one after the other.
    ///
    /// Key: the HTTP webhook signing key, as text. Nothing else of the form is
    /// signed. Messages with attachments come as multipart, which is not read here.
    MAILGUN_FORM {
        title: "Mailgun routes",
        aliases: ["mailgun-routes"],
        page: "https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks",
        evidence: Vectors,
        notes: "The message is not signed, only time and token: keep a replay guard on the token. Urlencoded forms alone.",
        scheme: Scheme::hmac("mailgun-form", Digest::Sha256)
            .at(Location::Form(Cow::Borrowed("signature")))
            .signed("{timestamp}{id}")
            .timestamp_at(Location::Form(Cow::Borrowed("timestamp")), TimeUnit::Seconds)
            .tolerance(300)
            .event_id_at(Location::Form(Cow::Borrowed("token")))
            .replay_by(ReplayBy::Id)
            .replay_because("Only time and token are signed, and Mailgun says itself to keep the token and refuse it a second time: it is random for each signature. A retry under a new token would be handled twice.")
            .retries(retried::NOT_2XX.lasting("8 hours"))
            .success(Success::Ok),
    }

    /// Mailtrap: `Mailtrap-Signature: <hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the webhook's signing secret, as text. One body carries several
    /// events, each with its `event_id`.
    MAILTRAP {
        title: "Mailtrap",
        aliases: [],
        page: "https://docs.mailtrap.io/email-api-smtp/advanced/webhooks",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("mailtrap", Digest::Sha256).header("mailtrap-signature")
            .replay_by(ReplayBy::Content)
            .replay_because("A batch of events, each with an id and a time.")
            .retries(retried::ERRORS),
    }

    /// Postmark: HTTP Basic credentials, given in the webhook's URL
    /// (`https://user:password@…`).
    ///
    /// Key: `user:password`. Nothing is signed. For a header of your own choice
    /// instead, use `api-key` with that header.
    POSTMARK {
        title: "Postmark",
        aliases: [],
        page: "https://postmarkapp.com/developer/webhooks/webhooks-overview",
        evidence: Vectors,
        notes: "Signs nothing: neither body nor time.",
        scheme: Scheme::basic("postmark")
            .replay_by(ReplayBy::Body)
            .replay_because("Basic credentials sign nothing; bodies carry the message's id and the time of the event. MessageID alone is the message's: delivery, opens and clicks share it.")
            .retries(retried::NOT_2XX.lasting("10.5 hours (inbound); fewer for others"))
            .success(Success::Ok),
    }

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
}

const fn mandrill() -> Scheme {
    Scheme::hmac("mailchimp-transactional", Digest::Sha1)
        .header("x-mandrill-signature")
        .encoding(Encoding::Base64)
}

const MANDRILL_EVENTS: &[Scheme] = &[mandrill()
    .signed("{url}mandrill_events{form:mandrill_events|json}")
    .form("events")
    .replay_by(ReplayBy::Content)
    .opt_in()];
