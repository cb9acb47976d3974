//! Source code, packages, builds and releases.

use std::borrow::Cow;

use super::entry::{catalogue, retried};
use super::parts::ECDSA_P256;
use crate::Encoding;
use crate::scheme::{Digest, KeyForm, Location, Recipient, ReplayBy, Scheme};
use crate::text::time::TimeUnit;

catalogue! {
    /// Azure DevOps service hooks: HTTP Basic credentials chosen for the
    /// subscription.
    ///
    /// Key: `user:password`; the user may be left empty, the colon may not.
    /// Nothing is signed. The notification's id is in the body under `/id`.
    AZURE_DEVOPS {
        title: "Azure DevOps",
        aliases: [],
        page: "https://learn.microsoft.com/en-us/azure/devops/service-hooks/services/webhooks",
        evidence: Documented,
        notes: "Signs nothing: neither body nor time.",
        scheme: Scheme::basic("azure-devops").event_id_json("/id")
            .replay_id(&[Location::Json(Cow::Borrowed("/subscriptionId")), Location::Json(Cow::Borrowed("/id"))])
            .replay_because("The event's id together with the subscription's: one event goes to every subscription that asked for it, and each of these is a delivery of its own. With Basic credentials nothing is signed, so the id is as trustworthy as the rest of the body."),
    }

    /// Bitbucket Cloud: `X-Hub-Signature: sha256=<hex>`, HMAC-SHA256 over the raw
    /// body.
    ///
    /// Key: the webhook's secret, as text. The header has no `-256` in its name,
    /// unlike GitHub's. `X-Request-UUID` and `X-Hook-UUID` are not signed.
    BITBUCKET {
        title: "Bitbucket Cloud",
        aliases: [],
        page: "https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/",
        evidence: Vectors,
        notes: "X-Request-UUID is not signed. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("bitbucket", Digest::Sha256)
            .header("x-hub-signature")
            .format("sha256={signature}")
            .event_id_header("x-request-uuid")
            .replay_by(ReplayBy::None)
            .replay_because("A push carries hashes and commit dates but no time or id of the event: deleting a branch or tag and pushing it again at the same commit, a usual way to run a build again, sends equal bytes; which event it is and X-Request-UUID are in unsigned headers."),
    }

    /// Bitbucket Server and Data Center: `X-Hub-Signature: sha256=<hex>`,
    /// HMAC-SHA256 over the raw body.
    ///
    /// Key: the webhook's secret, as text. `X-Request-Id` is not signed. The
    /// connection test (`X-Event-Key: diagnostics:ping`) comes in the same way.
    BITBUCKET_SERVER {
        title: "Bitbucket Data Center",
        aliases: ["bitbucket-data-center"],
        page: "https://confluence.atlassian.com/bitbucketserver/manage-webhooks-938025878.html",
        evidence: Vectors,
        notes: "X-Request-Id is not signed. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("bitbucket-server", Digest::Sha256)
            .header("x-hub-signature")
            .format("sha256={signature}")
            .event_id_header("x-request-id")
            .replay_by(ReplayBy::Content)
            .replay_because("Every body has the event's time (date) and its eventKey, so two events differ; X-Request-Id is unsigned and belongs to the request."),
    }

    /// Buildkite: `X-Buildkite-Signature: timestamp=<seconds>,signature=<hex>`,
    /// HMAC-SHA256 over `{timestamp}.{body}`; or, by choice, the token itself in
    /// `X-Buildkite-Token`.
    ///
    /// Key: the webhook's token, as text, for both. A delivery with
    /// `X-Buildkite-Token`, the default of new webhooks, proves only that the
    /// sender knows it: choose the signature in the webhook's settings, and say so
    /// with `.only("signature")`. The verifier is not built without a choice,
    /// `.only("token")` being the other.
    BUILDKITE {
        title: "Buildkite",
        aliases: [],
        page: "https://buildkite.com/docs/apis/webhooks/pipelines",
        evidence: Documented,
        notes: "Name the form: signature, or token, with which nothing is signed.",
        scheme: Scheme::hmac("buildkite", Digest::Sha256)
            .header("x-buildkite-signature")
            .format("timestamp={timestamp},signature={signature}")
            .signed("{timestamp}.{body}")
            .timestamp_in_signature(TimeUnit::Seconds)
            .tolerance(300)
            .form("signature")
            .opt_in()
            .or(BUILDKITE_TOKEN)
            .replay_by(ReplayBy::Content)
            .replay_because("The time of sending is signed with the body; a build that goes on after a block sends build.running again with a body that may be equal, and no id of the event is documented, so a retry signed afresh is rather handled twice than an event lost."),
    }

    /// CircleCI: `circleci-signature: v1=<hex>`, HMAC-SHA256 over the raw body;
    /// other versions may be beside it, separated by commas, and are passed
    /// over.
    ///
    /// Key: the webhook's secret, as text. The event id is in the body under
    /// `/id`.
    CIRCLECI {
        title: "CircleCI",
        aliases: [],
        page: "https://circleci.com/docs/guides/integration/outbound-webhooks/",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("circleci", Digest::Sha256)
            .header("circleci-signature")
            .format("v1={signature}")
            .separator(",")
            .event_id_json("/id")
            .replay_by(ReplayBy::Id)
            .replay_because("The body's id is documented as unique for the event and as the means to drop duplicates.")
            .retries(retried::NOT_2XX),
    }

    /// EAS by Expo: `expo-signature: sha1=<hex>`, HMAC-SHA1 over the raw body.
    ///
    /// Key: the webhook's secret, at least 16 characters, as text. The build's or
    /// submission's id is in the body under `/id`.
    EXPO {
        title: "Expo Application Services",
        aliases: ["eas"],
        page: "https://docs.expo.dev/eas/webhooks/",
        evidence: Documented,
        notes: "HMAC-SHA1. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("expo", Digest::Sha1)
            .header("expo-signature")
            .format("sha1={signature}")

            .replay_by(ReplayBy::Content)
            .replay_because("The id in the body is that of the build or submission, not of the event; body with id, status and completion time is sent once for each and is repeated byte for byte.")
            .retries(retried::ERRORS.lasting("a few attempts with growing gaps")),
    }

    /// Forgejo and Codeberg: `X-Forgejo-Signature: <hex>`, HMAC-SHA256 over the
    /// raw body.
    ///
    /// Key: the webhook's secret, as text. `X-Forgejo-Delivery` is not signed.
    /// The names of Gitea, Gogs and GitHub are there as well, with the same
    /// digest.
    FORGEJO {
        title: "Forgejo",
        aliases: ["codeberg"],
        page: "https://forgejo.org/docs/latest/user/webhooks/",
        evidence: Documented,
        notes: "X-Forgejo-Delivery is not signed. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("forgejo", Digest::Sha256)
            .header("x-forgejo-signature")
            .event_id_header("x-forgejo-delivery")
            .replay_by(ReplayBy::Content)
            .replay_because("Every body carries the repository with its times and the event's hashes, numbers or texts, so two events differ; X-Forgejo-Delivery is unsigned. Nothing is retried by itself; a redelivery by hand repeats the body and is recognised.")
            .retries(retried::NEVER),
    }

    /// Gitea: `X-Gitea-Signature: <hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the webhook's secret, as text. `X-Gitea-Delivery` is not signed.
    /// `X-Hub-Signature-256` and `X-Gogs-Signature` carry the same digest and
    /// are ignored.
    GITEA {
        title: "Gitea",
        aliases: [],
        page: "https://docs.gitea.com/usage/webhooks",
        evidence: Vectors,
        notes: "X-Gitea-Delivery is not signed. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("gitea", Digest::Sha256)
            .header("x-gitea-signature")
            .event_id_header("x-gitea-delivery")
            .replay_by(ReplayBy::Content)
            .replay_because("Every body carries the repository with its times and the event's hashes, numbers or texts, so two events differ; X-Gitea-Delivery is unsigned. Nothing is retried by itself; a redelivery by hand repeats the body and is recognised.")
            .retries(retried::NEVER),
    }

    /// GitHub: `X-Hub-Signature-256: sha256=<hex>` over the raw body.
    ///
    /// Key: the secret of the webhook or GitHub App, as text. No timestamp; the
    /// delivery id in `X-GitHub-Delivery` is not signed. GitHub caps payloads
    /// at 25 MB. The older `X-Hub-Signature` with SHA-1 is ignored.
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

    /// GitHub's secret scanning alerts to partners: ECDSA P-256 in
    /// `Github-Public-Key-Signature` (base64 of DER) over the raw body.
    ///
    /// Key: PEM, from `https://api.github.com/meta/public_keys/secret_scanning`,
    /// under the id that `Github-Public-Key-Identifier` names.
    GITHUB_SECRET_SCANNING {
        title: "GitHub secret scanning",
        aliases: [],
        page: "https://docs.github.com/en/code-security/secret-scanning/secret-scanning-partner-program",
        evidence: Vectors,
        notes: "No timestamp: a recorded alert stays valid for ever.",
        scheme: Scheme::public_key("github-secret-scanning", ECDSA_P256)
            .header("github-public-key-signature")
            .key_id_header("github-public-key-identifier")
            .recipients(const { &[Recipient::new("type", &[Location::Json(Cow::Borrowed("/0/type"))])] })
            .replay_by(ReplayBy::None)
            .replay_because("The body is a list of matches with neither id nor time: the same token found again at the same place gives an equal body."),
    }

    /// GitLab: the webhook's secret token is sent as it is in `X-Gitlab-Token`.
    ///
    /// Key: the secret token. It proves that the sender knows it and nothing
    /// about the content; `X-Gitlab-Event-UUID` is not signed. Where the webhook
    /// has a signing token, use `gitlab-signing-token` instead.
    GITLAB {
        title: "GitLab",
        aliases: [],
        page: "https://docs.gitlab.com/user/project/integrations/webhooks/",
        evidence: Vectors,
        notes: "Signs nothing: neither body nor time. Prefer gitlab-signing-token.",
        scheme: Scheme::shared_secret("gitlab")
            .header("x-gitlab-token")
            .event_id_header("idempotency-key")
            .replay_by(ReplayBy::None)
            .replay_because("The token signs nothing, a push has neither id nor time, so deleting a branch or tag and pushing it again at the same commit sends equal bytes, and a custom template may be the same for every event. Idempotency-Key is the id of the event, but an unsigned header.")
            .retries(retried::NEVER),
    }

    /// GitLab with a signing token: `webhook-signature: v1,<base64>`, HMAC-SHA256
    /// over `{id}.{timestamp}.{body}`, as Standard Webhooks has it, with
    /// `webhook-id` and `webhook-timestamp`.
    ///
    /// Key: the webhook's signing token (`whsec_…`), base64 behind the prefix.
    /// The id is signed.
    GITLAB_SIGNING_TOKEN {
        title: "GitLab with a signing token",
        aliases: [],
        page: "https://docs.gitlab.com/user/project/integrations/webhooks/",
        evidence: Documented,
        notes: "The id is signed and survives retries.",
        scheme: Scheme::hmac("gitlab-signing-token", Digest::Sha256)
            .header("webhook-signature")
            .format("v1,{signature}")
            .separator(" ")
            .encoding(Encoding::Base64)
            .signed("{id}.{timestamp}.{body}")
            .timestamp_header("webhook-timestamp", TimeUnit::Seconds)
            .tolerance(300)
            .event_id_header("webhook-id")
            .key(KeyForm::Base64(Cow::Borrowed("whsec_")))
            .replay_by(ReplayBy::Id)
            .replay_because("webhook-id is signed and is the delivery's idempotency key: fresh for each event of each hook and repeated when a logged delivery is sent again.")
            .retries(retried::NEVER),
    }

    /// Gogs: `X-Gogs-Signature: <hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the webhook's secret, as text. `X-Gogs-Delivery` is not signed.
    GOGS {
        title: "Gogs",
        aliases: [],
        page: "https://gogs.io/docs/features/webhook",
        evidence: Vectors,
        notes: "X-Gogs-Delivery is not signed. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("gogs", Digest::Sha256)
            .header("x-gogs-signature")
            .event_id_header("x-gogs-delivery")
            .replay_by(ReplayBy::Content)
            .replay_because("Every body carries the repository with its times and the event's hashes, numbers or texts, so two events differ; X-Gogs-Delivery is unsigned. Nothing is retried by itself.")
            .retries(retried::NEVER),
    }

    /// LaunchDarkly: `X-LD-Signature: <hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the webhook's secret, as text; without one LaunchDarkly sends no
    /// signature. The audit log entry's id is in the body under `/_id`.
    LAUNCHDARKLY {
        title: "LaunchDarkly",
        aliases: [],
        page: "https://launchdarkly.com/docs/home/infrastructure/webhooks",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("launchdarkly", Digest::Sha256)
            .header("x-ld-signature")
            .event_id_json("/_id")
            .replay_by(ReplayBy::Id)
            .replay_because("The body is an audit log entry and _id the id of that entry: one for each change, repeated by the single retry.")
            .retries(retried::NOT_2XX.lasting("one retry")),
    }

    /// npm registry hooks: `x-npm-signature: sha256=<hex>`, HMAC-SHA256 over the
    /// raw body.
    ///
    /// Key: the secret given when the hook was created, as text.
    NPM {
        title: "npm",
        aliases: [],
        page: "https://docs.npmjs.com/cli/v10/commands/npm-hook",
        evidence: Documented,
        notes: "The public registry's hooks were discontinued; other registries, such as cnpmcore, still send them. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("npm", Digest::Sha256)
            .header("x-npm-signature")
            .format("sha256={signature}")
            .replay_by(ReplayBy::Content)
            .replay_because("The body has the time of the event in milliseconds, package and change."),
    }

    /// Phabricator and Phorge: `X-Phabricator-Webhook-Signature: <hex>`,
    /// HMAC-SHA256 over the raw body.
    ///
    /// Key: the webhook's HMAC key, as text.
    PHABRICATOR {
        title: "Phabricator",
        aliases: ["phorge"],
        page: "https://secure.phabricator.com/book/phabricator/article/webhooks/",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("phabricator", Digest::Sha256)
            .header("x-phabricator-webhook-signature")
            .replay_by(ReplayBy::Content)
            .replay_because("The body lists the transactions by their PHIDs, which are unique, and the time at which the request was made; both are kept when it is tried again.")
            .retries(retried::NOT_2XX),
    }

    /// Snyk: `X-Hub-Signature: sha256=<hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the secret given when the webhook was created, as text.
    /// `X-Snyk-Transport-ID` is not signed.
    SNYK {
        title: "Snyk",
        aliases: [],
        page: "https://docs.snyk.io/snyk-api/using-specific-snyk-apis/webhooks-apis/validating-payloads",
        evidence: Documented,
        notes: "X-Snyk-Transport-ID is not signed. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("snyk", Digest::Sha256)
            .header("x-hub-signature")
            .format("sha256={signature}")
            .event_id_header("x-snyk-transport-id")
            .replay_by(ReplayBy::Content)
            .replay_because("A snapshot's body carries the project with the time of its last test, so two differ; X-Snyk-Transport-ID is unsigned and names the delivery. Only pings are equal."),
    }

    /// SonarQube Server and Cloud: `X-Sonar-Webhook-HMAC-SHA256: <hex>`,
    /// HMAC-SHA256 over the raw body.
    ///
    /// Key: the webhook's secret, as text; without one SonarQube sends no
    /// signature. The analysis task's id is in the body under `/taskId`.
    SONARQUBE {
        title: "SonarQube",
        aliases: ["sonarcloud"],
        page: "https://docs.sonarsource.com/sonarqube-server/latest/project-administration/webhooks/",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("sonarqube", Digest::Sha256)
            .header("x-sonar-webhook-hmac-sha256")

            .replay_by(ReplayBy::Content)
            .replay_because("The body has the time of the analysis or of the change; taskId is that of the analysis and is missing where a quality gate changes without one, so it is no id of the event.")
            .retries(retried::NEVER),
    }

    /// Travis CI: RSA SHA-1 in `Signature` over the decoded form field
    /// `payload`.
    ///
    /// Key: `config.notifications.webhook.public_key` of
    /// `https://api.travis-ci.com/config`, PEM.
    TRAVIS_CI {
        title: "Travis CI",
        aliases: ["travis"],
        page: "https://docs.travis-ci.com/user/notifications/#verifying-webhook-requests",
        evidence: Vectors,
        notes: "SHA-1. Other form fields are not signed. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::rsa_pkcs1("travis-ci", Digest::Sha1)
            .header("signature")
            .signed("{form:payload}")
            .recipients(const { &[Recipient::new("owner", &[Location::FormJson(Cow::Borrowed("payload"), Cow::Borrowed("/repository/owner_name"))])] })
            .replay_by(ReplayBy::Content)
            .replay_because("id is the build's and comes with each of its states and restarts; the signed payload holds state and times.")
            .retries(retried::NEVER),
    }
}

const BUILDKITE_TOKEN: &[Scheme] = &[Scheme::shared_secret("buildkite")
    .header("x-buildkite-token")
    .form("token")
    .replay_by(ReplayBy::None)
    .opt_in()];
