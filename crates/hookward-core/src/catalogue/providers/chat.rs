//! Chat, bots and realtime channels.

use std::borrow::Cow;

use super::entry::{catalogue, retried};
use crate::Encoding;
use crate::scheme::{
    Algorithm, Digest, KeyForm, Location, Recipient, ReplayBy, Retries, RetryTime, Scheme, Success,
};
use crate::text::time::TimeUnit;

catalogue! {
    /// Ably: `X-Ably-Signature: <base64>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the part after the colon of the API key that signs the rule, as
    /// text. `X-Ably-Key` names that key by the part before the colon; it is
    /// ignored.
    ABLY {
        title: "Ably",
        aliases: [],
        page: "https://ably.com/docs/platform/integrations/webhooks",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever. Only rules with signing switched on carry it.",
        scheme: Scheme::hmac("ably", Digest::Sha256)
            .header("x-ably-signature")
            .encoding(Encoding::Base64)
            .replay_by(ReplayBy::Content)
            .replay_because("Enveloped bodies, the default, carry the messages' ids and times in milliseconds. A rule that switches the envelope off sends the application's own text: two messages with one text are then equal, and the second is taken for a repeat: name a place there.")
            .retries(retried::ERRORS),
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
            .replay_because("An interaction's id (a snowflake) is in the signed body; webhook events have none and are distinguished by everything that is signed.")
            .retries(retried::NEVER)
            .success(Success::Handler),
    }

    /// Stream (GetStream) Chat: `X-Signature: <hex>`, HMAC-SHA256 over the raw
    /// body.
    ///
    /// Key: the app's API secret, as text. `X-Webhook-Id` stays the same over
    /// retries and is not signed. Where compression is switched on in the
    /// dashboard, the body is gzip and the signature covers what comes out of
    /// decompression: name the form, `.only("compressed")`, which takes the
    /// feature `gunzip`. The handler gets the body as it came, compressed.
    GETSTREAM {
        title: "Stream",
        aliases: ["stream-chat"],
        page: "https://getstream.io/chat/docs/node/webhooks_overview/",
        evidence: Vectors,
        notes: "With webhook compression switched on, the signature is over the uncompressed body: name the form compressed, or let a proxy decompress. X-Webhook-Id is not signed. No timestamp: a recorded delivery stays valid for ever.",
        scheme: getstream().or(GETSTREAM_COMPRESSED)
            .replay_by(ReplayBy::Content)
            .replay_because("The body carries the event's type and time and the message or user; X-Webhook-Id is unsigned.")
            .retries(Retries::after(&[Cow::Borrowed("408"), Cow::Borrowed("429"), Cow::Borrowed("5xx"), Cow::Borrowed("timeout")]).lasting("15 seconds")),
    }

    /// LINE Messaging API: `x-line-signature: <base64>`, HMAC-SHA256 over the raw
    /// body.
    ///
    /// Key: the channel secret, as text. The console's check sends an empty list
    /// of events and wants 200. Each event has its own `webhookEventId`; a
    /// redelivery says so in `deliveryContext`.
    LINE {
        title: "LINE",
        aliases: [],
        page: "https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever. Several events a delivery.",
        scheme: Scheme::hmac("line", Digest::Sha256)
            .header("x-line-signature")
            .encoding(Encoding::Base64)
            .replay_by(ReplayBy::Content)
            .replay_because("Each event has an id, but a body carries several, and a redelivery marks itself (isRedelivery) and so differs: it is handled twice rather than an event lost. The console's check repeats and needs no handler.")
            .retries(retried::ERRORS.lasting("not published; only where redelivery is switched on")),
    }

    /// Microsoft Teams outgoing webhooks: `Authorization: HMAC <base64>`,
    /// HMAC-SHA256 over the raw body.
    ///
    /// Key: the security token shown when the webhook was made, base64 of the
    /// bytes used. The message's id is in the body under `/id`.
    MICROSOFT_TEAMS {
        title: "Microsoft Teams outgoing webhooks",
        aliases: ["teams", "ms-teams"],
        page: "https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/add-outgoing-webhook",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever. The key is base64.",
        scheme: Scheme::hmac("microsoft-teams", Digest::Sha256)
            .header("authorization")
            .format("HMAC {signature}")
            .encoding(Encoding::Base64)

            .key(KeyForm::Base64(Cow::Borrowed("")))
            .replay_by(ReplayBy::Content)
            .replay_because("The body carries the message's id, conversation and time; the id alone is unique only within a conversation. Nothing is retried: Teams waits for the answer, which is shown to the user.")
            .retries(retried::NEVER)
            .success(Success::Handler),
    }

    /// Pusher Channels: `X-Pusher-Signature: <hex>`, HMAC-SHA256 over the raw
    /// body; `X-Pusher-Key` names the app key whose secret was used.
    ///
    /// Key: the app key's secret, as text, on the ring under the app key as its
    /// id. The time is in the body under `/time_ms`, in milliseconds; it is
    /// signed with the body, and the window is enforced when it is present.
    PUSHER {
        title: "Pusher Channels",
        aliases: [],
        page: "https://pusher.com/docs/channels/server_api/webhooks/#security",
        evidence: Vectors,
        notes: "Give each secret the app key as its id: X-Pusher-Key chooses it.",
        scheme: Scheme::hmac("pusher", Digest::Sha256)
            .header("x-pusher-signature")
            .timestamp_at(Location::Json(Cow::Borrowed("/time_ms")), TimeUnit::Millis)
            .tolerance(600)
            .optional_timestamp()
            .key_id_header("x-pusher-key")
            .replay_by(ReplayBy::Content)
            .replay_because("The signed body carries its time in milliseconds and the events.")
            .retries(retried::NOT_2XX.lasting("5 minutes").time(RetryTime::Kept)),
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

    /// Slack: `X-Slack-Signature: v0=<hex>` over `v0:{timestamp}:{body}`, the
    /// time in `X-Slack-Request-Timestamp`.
    ///
    /// Key: the app's signing secret (*Basic Information*), as text. Slash
    /// commands and interactivity send forms; the signature covers their raw
    /// bytes.
    SLACK {
        title: "Slack",
        aliases: [],
        page: "https://docs.slack.dev/authentication/verifying-requests-from-slack",
        evidence: Vectors,
        notes: "Bodies may be forms; the raw bytes are signed.",
        scheme: Scheme::hmac("slack", Digest::Sha256)
            .header("x-slack-signature")
            .format("v0={signature}")
            .signed("v0:{timestamp}:{body}")
            .timestamp_header("x-slack-request-timestamp", TimeUnit::Seconds)
            .tolerance(300)
            .event_id_json("/event_id")
            .recipients(const { &[Recipient::new("team", &[
                Location::Json(Cow::Borrowed("/team_id")),
                Location::Form(Cow::Borrowed("team_id")),
                Location::FormJson(Cow::Borrowed("payload"), Cow::Borrowed("/team/id")),
            ]).optional()] })
            .replay_by(ReplayBy::Id)
            .replay_because("Events carry an event_id that is unique across workspaces and the same on the three retries; slash commands, interactivity and url_verification have none and are distinguished by everything that is signed, the second of sending included.")
            .retries(retried::NOT_2XX.lasting("6 minutes (3 retries)")),
    }

    /// Telegram bots: the secret token given to `setWebhook` is sent as it is in
    /// `X-Telegram-Bot-Api-Secret-Token`.
    ///
    /// Key: that token, 1 to 256 letters, digits, `_` or `-`. It proves that the
    /// sender knows it and nothing about the content. The update's id in the body
    /// (`/update_id`) is not signed.
    TELEGRAM {
        title: "Telegram",
        aliases: [],
        page: "https://core.telegram.org/bots/api#setwebhook",
        evidence: Vectors,
        notes: "Signs nothing: neither body nor time. Deduplicate by /update_id.",
        scheme: Scheme::shared_secret("telegram")
            .header("x-telegram-bot-api-secret-token")
            .event_id_json("/update_id")
            .replay_by(ReplayBy::Id)
            .replay_because("update_id is the update's, rises by one and is meant for ignoring repeats. The token signs nothing, so the id is as trustworthy as the rest of the body.")
            .retries(retried::NOT_2XX.lasting("a reasonable number of attempts, not published")),
    }

    /// Viber bots: `X-Viber-Content-Signature: <hex>`, HMAC-SHA256 over the raw
    /// body.
    ///
    /// Key: the bot's authentication token, as text. The message's token is in
    /// the body under `/message_token`; `/timestamp` there is the time of the
    /// event, not of the delivery.
    VIBER {
        title: "Viber",
        aliases: [],
        page: "https://developers.viber.com/docs/api/rest-bot-api/#callbacks",
        evidence: Sdk,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("viber", Digest::Sha256)
            .header("x-viber-content-signature")

            .replay_by(ReplayBy::Content)
            .replay_because("message_token names the message, and its delivery and reading repeat it; with the event's name, user and time in milliseconds the body is unique.")
            .success(Success::Ok),
    }

    /// Webex: `X-Spark-Signature: <hex>`, HMAC-SHA1 over the raw body.
    ///
    /// Key: the secret given when the webhook was created, as text; without one
    /// Webex sends no signature.
    WEBEX {
        title: "Webex",
        aliases: ["cisco-spark"],
        page: "https://developer.webex.com/docs/api/guides/webhooks",
        evidence: Vectors,
        notes: "HMAC-SHA1. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("webex", Digest::Sha1).header("x-spark-signature")
            .replay_by(ReplayBy::Content)
            .replay_because("Messages and attachments carry ids and times of their own. A membership has no time of its change: a person who is made moderator, unmade and made moderator again gives two equal bodies, and the second is taken for a repeat: name a place where that matters."),
    }
}

const fn getstream() -> Scheme {
    Scheme::hmac("getstream", Digest::Sha256)
        .header("x-signature")
        .event_id_header("x-webhook-id")
}

const GETSTREAM_COMPRESSED: &[Scheme] = &[getstream()
    .signed("{body|gunzip}")
    .form("compressed")
    .replay_by(ReplayBy::Content)
    .opt_in()];
