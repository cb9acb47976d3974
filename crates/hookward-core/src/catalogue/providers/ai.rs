//! Models and what is generated with them.

use std::borrow::Cow;

use super::entry::{catalogue, retried};
use crate::Encoding;
use crate::scheme::{Algorithm, Digest, KeyForm, Location, Recipient, ReplayBy, Scheme, Success};
use crate::text::time::TimeUnit;

catalogue! {
    /// ElevenLabs: `ElevenLabs-Signature: t=<seconds>,v0=<hex>`, HMAC-SHA256 over
    /// `{timestamp}.{body}`.
    ///
    /// Key: the webhook's shared secret, as text. ElevenLabs's SDK allows thirty
    /// minutes, and so does this entry. Post-call audio makes bodies of many
    /// megabytes: raise the limit where you take it.
    ELEVENLABS {
        title: "ElevenLabs",
        aliases: [],
        page: "https://elevenlabs.io/docs/product-guides/administration/webhooks",
        evidence: Sdk,
        notes: "Thirty minutes. Post-call audio needs a larger body limit.",
        scheme: Scheme::hmac("elevenlabs", Digest::Sha256)
            .header("elevenlabs-signature")
            .format("t={timestamp},v0={signature}")
            .signed("{timestamp}.{body}")
            .timestamp_in_signature(TimeUnit::Seconds)
            .tolerance(1800)
            .replay_by(ReplayBy::Payload)
            .replay_because("The body names its type, the time of the event and the conversation, so it is unique for each event; the time of sending is left out.")
            .retries(retried::ERRORS.lasting("only where retries are switched on")),
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

    /// OpenAI: `webhook-signature: v1,<base64>`, HMAC-SHA256 over
    /// `{id}.{timestamp}.{body}`, with `webhook-id` and `webhook-timestamp`, as
    /// Standard Webhooks has it.
    ///
    /// Key: `whsec_` and the base64 of the secret. A key without the prefix is
    /// used as text, as OpenAI's SDK does, where Standard Webhooks would decode
    /// it. The id is signed and stays the same over retries.
    OPENAI {
        title: "OpenAI",
        aliases: [],
        page: "https://platform.openai.com/docs/guides/webhooks",
        evidence: Vectors,
        notes: "The id is signed and survives retries.",
        scheme: Scheme::hmac("openai", Digest::Sha256)
            .header("webhook-signature")
            .format("v1,{signature}")
            .separator(" ")
            .encoding(Encoding::Base64)
            .signed("{id}.{timestamp}.{body}")
            .timestamp_header("webhook-timestamp", TimeUnit::Seconds)
            .tolerance(300)
            .event_id_header("webhook-id")
            .key(KeyForm::Base64OrText(Cow::Borrowed("whsec_")))
            .replay_by(ReplayBy::Id)
            .replay_because("webhook-id is signed, meant for dropping duplicates and kept over retries.")
            .retries(retried::NOT_2XX.lasting("72 hours")),
    }
}
