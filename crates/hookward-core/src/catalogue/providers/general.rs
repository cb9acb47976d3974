//! Providers that most services meet first.

use std::borrow::Cow;

use super::{catalogue, retried};
use crate::Encoding;
use crate::scheme::{Digest, KeyForm, Location, Recipient, ReplayBy, RetryTime, Scheme};
use crate::text::time::TimeUnit;

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
            .body_limit(25 * 1024 * 1024)
            .replay_by(ReplayBy::Content)
            .replay_kind("x-github-event", &[Cow::Borrowed("branch_protection_configuration"), Cow::Borrowed("branch_protection_rule"), Cow::Borrowed("bypass_request_push_rulesets"), Cow::Borrowed("bypass_request_secret_scanning"), Cow::Borrowed("check_run"), Cow::Borrowed("check_suite"), Cow::Borrowed("code_scanning_alert"), Cow::Borrowed("commit_comment"), Cow::Borrowed("content_reference"), Cow::Borrowed("create"), Cow::Borrowed("custom_property"), Cow::Borrowed("custom_property_promoted_to_enterprise"), Cow::Borrowed("custom_property_values"), Cow::Borrowed("delete"), Cow::Borrowed("dependabot_alert"), Cow::Borrowed("deploy_key"), Cow::Borrowed("deployment"), Cow::Borrowed("deployment_protection_rule"), Cow::Borrowed("deployment_review"), Cow::Borrowed("deployment_status"), Cow::Borrowed("discussion"), Cow::Borrowed("discussion_comment"), Cow::Borrowed("dismissal_request_code_scanning"), Cow::Borrowed("dismissal_request_dependabot"), Cow::Borrowed("dismissal_request_secret_scanning"), Cow::Borrowed("enterprise"), Cow::Borrowed("exemption_request_push_ruleset"), Cow::Borrowed("exemption_request_secret_scanning"), Cow::Borrowed("fork"), Cow::Borrowed("github_app_authorization"), Cow::Borrowed("gollum"), Cow::Borrowed("installation"), Cow::Borrowed("installation_repositories"), Cow::Borrowed("installation_target"), Cow::Borrowed("issue_comment"), Cow::Borrowed("issue_dependencies"), Cow::Borrowed("issues"), Cow::Borrowed("label"), Cow::Borrowed("marketplace_purchase"), Cow::Borrowed("member"), Cow::Borrowed("membership"), Cow::Borrowed("merge_group"), Cow::Borrowed("meta"), Cow::Borrowed("milestone"), Cow::Borrowed("org_block"), Cow::Borrowed("organization"), Cow::Borrowed("package"), Cow::Borrowed("page_build"), Cow::Borrowed("personal_access_token_request"), Cow::Borrowed("ping"), Cow::Borrowed("project"), Cow::Borrowed("project_card"), Cow::Borrowed("project_column"), Cow::Borrowed("projects_v2"), Cow::Borrowed("projects_v2_item"), Cow::Borrowed("projects_v2_status_update"), Cow::Borrowed("public"), Cow::Borrowed("pull_request"), Cow::Borrowed("pull_request_review"), Cow::Borrowed("pull_request_review_comment"), Cow::Borrowed("pull_request_review_thread"), Cow::Borrowed("push"), Cow::Borrowed("registry_package"), Cow::Borrowed("release"), Cow::Borrowed("repository"), Cow::Borrowed("repository_advisory"), Cow::Borrowed("repository_dispatch"), Cow::Borrowed("repository_import"), Cow::Borrowed("repository_ruleset"), Cow::Borrowed("repository_vulnerability_alert"), Cow::Borrowed("secret_scanning_alert"), Cow::Borrowed("secret_scanning_alert_location"), Cow::Borrowed("secret_scanning_scan"), Cow::Borrowed("security_advisory"), Cow::Borrowed("security_and_analysis"), Cow::Borrowed("sponsorship"), Cow::Borrowed("star"), Cow::Borrowed("status"), Cow::Borrowed("sub_issues"), Cow::Borrowed("team"), Cow::Borrowed("team_add"), Cow::Borrowed("user"), Cow::Borrowed("watch"), Cow::Borrowed("workflow_dispatch"), Cow::Borrowed("workflow_job"), Cow::Borrowed("workflow_run")])
            .replay_because("Nothing in the signed body names the event or the delivery, and X-GitHub-Delivery is unsigned, so the body counts; with it the event's name, which is only in a header, since create and delete of one branch have nearly the same body. Most bodies hold the time of the change. Where none does, a repeated change sends two equal bodies under one event name, and the second is taken for a repeat: a member who is added, removed and added again, a label that is edited, edited back and edited again.")
            .retries(retried::NEVER),
    }

    /// Stripe: `Stripe-Signature: t=<seconds>,v1=<hex>` over
    /// `{timestamp}.{body}`.
    ///
    /// Key: the endpoint's signing secret, the whole `whsec_…` text. While a
    /// secret is rolled, several `v1` are there; `v0` is for test mode and is
    /// not looked at. The event id is in the signed body under `/id`.
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
            .event_id_json("/id")
            .replay_by(ReplayBy::Id)
            .replay_because("Stripe's event id is in the signed body, unique, and the same however often the event is sent; time and signature are new for each attempt.")
            .retries(retried::NOT_2XX.lasting("3 days").time(RetryTime::Renewed)),
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
            .replay_because("Events carry an event_id that is unique across workspaces and the same on the three retries; slash commands, interactivity and url_verification have none and are told apart by everything that is signed, the second of sending included.")
            .retries(retried::NOT_2XX.lasting("6 minutes (3 retries)")),
    }

    /// Standard Webhooks: `webhook-signature: v1,<base64>` over
    /// `{id}.{timestamp}.{body}`, with `webhook-id` and `webhook-timestamp`.
    ///
    /// Key: `whsec_` and the base64 of the secret; the prefix may be left out, or
    /// be behind `v1,` as Supabase shows it.
    /// Several signatures are in the header during rotation, separated by
    /// spaces; versions other than `v1` are passed over. The id is signed and
    /// stays the same when the provider retries.
    STANDARD_WEBHOOKS {
        title: "Standard Webhooks",
        aliases: ["standardwebhooks", "brex", "dodo-payments", "etsy", "gemini", "incident-io", "lithic", "liveblocks", "loops", "render", "replicate", "supabase"],
        page: "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md",
        evidence: Vectors,
        notes: "The id is signed and survives retries. Many services send this form: Supabase, Render, Replicate and others.",
        scheme: standard("standard-webhooks")
            .replay_by(ReplayBy::Id)
            .replay_because("webhook-id is signed, and the specification makes it the idempotency key: the same however often the message is sent.")
            .retries(retried::NOT_2XX.lasting("75 hours (the specification's example)").time(RetryTime::Renewed)),
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
            .or(SVIX_UNBRANDED)
            .replay_by(ReplayBy::Id)
            .replay_because("The message id is signed and stays the same over retries and manual replays; both spellings of the header carry the same id and must give one identity.")
            .retries(retried::NOT_2XX.lasting("28 hours (8 attempts)").time(RetryTime::Renewed)),
    }
}

const SVIX_UNBRANDED: &[Scheme] = &[standard("svix").form("webhook").replay_by(ReplayBy::Id)];

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
