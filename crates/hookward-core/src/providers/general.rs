//! Providers that most services meet first.

use std::borrow::Cow;

use super::catalogue;
use crate::Encoding;
use crate::scheme::{Digest, KeyForm, Scheme};
use crate::time::TimeUnit;

catalogue! {
    /// GitHub: `X-Hub-Signature-256: sha256=<hex>` over the raw body.
    ///
    /// Key: the secret of the webhook or GitHub App, as text. No timestamp; the
    /// delivery id in `X-GitHub-Delivery` is not signed. GitHub caps payloads
    /// at 25 MB. The older `X-Hub-Signature` with SHA-1 is not looked at.
    GITHUB {
        title: "GitHub",
        aliases: [],
        page: "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries",
        evidence: Vectors,
        notes: "X-GitHub-Delivery is not signed. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("github", Digest::Sha256)
            .header("x-hub-signature-256")
            .format("sha256={signature}")
            .event_id_header("x-github-delivery")
            .body_limit(25 * 1024 * 1024),
    }

    /// Stripe: `Stripe-Signature: t=<seconds>,v1=<hex>` over
    /// `{timestamp}.{body}`.
    ///
    /// Key: the endpoint's signing secret, the whole `whsec_…` text. While a
    /// secret is rolled, several `v1` stand there; `v0` is for test mode and is
    /// not looked at. The event id stands in the signed body under `/id`.
    /// Stripe's SDKs bound only the past; here the window is two-sided.
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
            .event_id_json("/id"),
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
            .event_id_json("/event_id"),
    }

    /// Standard Webhooks: `webhook-signature: v1,<base64>` over
    /// `{id}.{timestamp}.{body}`, with `webhook-id` and `webhook-timestamp`.
    ///
    /// Key: `whsec_` and the base64 of the secret; the prefix may be left out, or
    /// stand behind `v1,` as Supabase shows it.
    /// Several signatures stand in the header during rotation, separated by
    /// spaces; versions other than `v1` are passed over. The id is signed and
    /// stays the same when the provider retries.
    STANDARD_WEBHOOKS {
        title: "Standard Webhooks",
        aliases: ["standardwebhooks", "brex", "dodo-payments", "etsy", "gemini", "incident-io", "lithic", "liveblocks", "loops", "render", "replicate", "supabase"],
        page: "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md",
        evidence: Vectors,
        notes: "The id is signed and survives retries: use ReplayMode::EventId. Many services send this form: Supabase, Render, Replicate and others.",
        scheme: standard("standard-webhooks"),
    }

    /// Svix: as [`STANDARD_WEBHOOKS`] with headers `svix-id`, `svix-timestamp`
    /// and `svix-signature`; the unbranded names are taken too.
    SVIX {
        title: "Svix",
        aliases: ["clerk", "resend", "stytch", "vanta"],
        page: "https://docs.svix.com/receiving/verifying-payloads/how-manual",
        evidence: Vectors,
        notes: "Many services send through Svix: Clerk, Resend and others.",
        scheme: standard("svix")
            .header("svix-signature")
            .timestamp_header("svix-timestamp", TimeUnit::Seconds)
            .event_id_header("svix-id")
            .form("svix")
            .or(SVIX_UNBRANDED),
    }
}

const SVIX_UNBRANDED: &[Scheme] = &[standard("svix").form("webhook")];

const fn standard(name: &'static str) -> Scheme {
    Scheme::hmac(name, Digest::Sha256)
        .header("webhook-signature")
        .format("v1,{signature}")
        .separator(" ")
        .encoding(Encoding::Base64)
        .signed("{id}.{timestamp}.{body}")
        .timestamp_header("webhook-timestamp", TimeUnit::Seconds)
        .tolerance(300)
        .event_id_header("webhook-id")
        .key(KeyForm::Base64(Cow::Borrowed("whsec_")))
}
