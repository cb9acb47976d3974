//! Source control, builds, hosting and monitoring.

use std::borrow::Cow;

use super::{catalogue, retried};
use crate::Encoding;
use crate::scheme::{Digest, KeyForm, Location, ReplayBy, Scheme, Success};
use crate::text::time::TimeUnit;

catalogue! {
    /// Alchemy Notify: `X-Alchemy-Signature: <hex>`, HMAC-SHA256 over the raw
    /// body.
    ///
    /// Key: the webhook's signing key, as text, one for each webhook. The event
    /// id is in the body under `/id`.
    ALCHEMY {
        title: "Alchemy",
        aliases: [],
        page: "https://www.alchemy.com/docs/reference/notify-api-quickstart",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("alchemy", Digest::Sha256)
            .header("x-alchemy-signature")
            .event_id_json("/id")
            .replay_by(ReplayBy::Id)
            .replay_because("Every notification carries its own id (whevt_…) in the signed body; it belongs to the event, while webhookId belongs to the webhook. That retries repeat it is not said: if they did not, a retry would be handled twice and nothing lost.")
            .retries(retried::ERRORS)
            .success(Success::Ok),
    }

    /// Autodesk Platform Services: `x-adsk-signature: sha1hash=<hex>`, HMAC-SHA1
    /// over the raw body.
    ///
    /// Key: the secret token set for the app's webhooks, as text; without one
    /// Autodesk sends no signature. `x-adsk-delivery-id` is not signed.
    AUTODESK {
        title: "Autodesk Platform Services",
        aliases: ["aps"],
        page: "https://aps.autodesk.com/en/docs/webhooks/v1/developers_guide/event-security/",
        evidence: Documented,
        notes: "x-adsk-delivery-id is not signed. HMAC-SHA1. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("autodesk", Digest::Sha1)
            .header("x-adsk-signature")
            .format("sha1hash={signature}")
            .event_id_header("x-adsk-delivery-id")
            .replay_by(ReplayBy::Content)
            .replay_because("The signed body names the hook, the resource and the event's data with its times; x-adsk-delivery-id is unsigned, undocumented and meant for tracing. Deliveries come at least once; no value for recognising a repeat is documented, so only a byte-equal repeat counts as one.")
            .retries(retried::NOT_2XX.lasting("48 hours (four retries)")),
    }

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

    /// Cloudflare Notifications: the destination's secret is sent as it is in
    /// `cf-webhook-auth`.
    ///
    /// Key: the secret chosen for the destination. It proves that the sender
    /// knows it and nothing about the content.
    CLOUDFLARE_NOTIFICATIONS {
        title: "Cloudflare Notifications",
        aliases: ["cloudflare"],
        page: "https://developers.cloudflare.com/notifications/get-started/configure-webhooks/",
        evidence: Documented,
        notes: "Signs nothing: neither body nor time.",
        scheme: Scheme::shared_secret("cloudflare-notifications").header("cf-webhook-auth")
            .replay_by(ReplayBy::Body)
            .replay_because("The secret signs nothing; the body has the time of the notification (ts), policy, alert and correlation id, so two notifications differ. alert_correlation_id groups several and is no id."),
    }

    /// Doppler: `X-Doppler-Signature: sha256=<hex>`, HMAC-SHA256 over the raw
    /// body.
    ///
    /// Key: the webhook's signing secret, as text; without one Doppler sends no
    /// signature.
    DOPPLER {
        title: "Doppler",
        aliases: [],
        page: "https://docs.doppler.com/docs/webhooks",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("doppler", Digest::Sha256)
            .header("x-doppler-signature")
            .format("sha256={signature}")
            .replay_by(ReplayBy::None)
            .replay_because("A webhook may be given a fixed JSON body, the same for every change, and the default body has no id and no time of the event: changing the same secrets twice can send equal bytes."),
    }

    /// Dub: `Dub-Signature: <hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the webhook's signing secret, as text. The event id is in the
    /// body under `/id`.
    DUB {
        title: "Dub",
        aliases: [],
        page: "https://dub.co/docs/concepts/webhooks/verify-requests",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("dub", Digest::Sha256)
            .header("dub-signature")
            .event_id_json("/id")
            .replay_by(ReplayBy::Id)
            .replay_because("The body's id (evt_…) is made once for each event and queued with the body, so retries repeat it.")
            .retries(retried::ERRORS),
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
    /// `X-Hub-Signature-256` and `X-Gogs-Signature` carry the same digest and are
    /// not looked at.
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

    /// Grafana Alerting webhook contact points:
    /// `X-Grafana-Alerting-Signature: <hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the secret of the contact point's HMAC signature settings, as text.
    /// The header's name can be changed there: `GRAFANA.header("x-mine")`. With a
    /// timestamp header set as well the content is `{timestamp}:{body}` and does
    /// not verify here.
    GRAFANA {
        title: "Grafana Alerting",
        aliases: [],
        page: "https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever. With Grafana's timestamp header set, the time is signed too: describe that as a scheme of your own.",
        scheme: Scheme::hmac("grafana", Digest::Sha256).header("x-grafana-alerting-signature")
            .replay_by(ReplayBy::None)
            .replay_because("While an alert goes on firing, the same group is notified again at every repeat interval, and that body can be equal to the one before: only an operator who wants one notification for each alert may choose groupKey, status and startsAt.")
            .retries(retried::SERVER_ERRORS),
    }

    /// Heroku app webhooks: `Heroku-Webhook-Hmac-SHA256: <base64>`, HMAC-SHA256
    /// over the raw body.
    ///
    /// Key: the webhook's secret, as text. The event id is in the body under
    /// `/id`.
    HEROKU {
        title: "Heroku",
        aliases: [],
        page: "https://devcenter.heroku.com/articles/app-webhooks#securing-webhook-requests",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("heroku", Digest::Sha256)
            .header("heroku-webhook-hmac-sha256")
            .encoding(Encoding::Base64)
            .event_id_json("/id")
            .replay_by(ReplayBy::Id)
            .replay_because("The body's id is that of the event and stays over retries, while webhook_metadata carries ids of delivery and attempt which may change the bytes.")
            .retries(retried::ERRORS.lasting("72 hours at level sync; level notify sends once")),
    }

    /// Hookdeck: `X-Hookdeck-Signature: <base64>`, HMAC-SHA256 over the raw body;
    /// while the secret is rolled `X-Hookdeck-Signature-2` carries a second one.
    ///
    /// Key: the project's signing secret, as text. `X-Hookdeck-EventID` is not
    /// signed. What the source itself signed has been checked by Hookdeck, if it
    /// was told to.
    HOOKDECK {
        title: "Hookdeck",
        aliases: [],
        page: "https://hookdeck.com/docs/authentication",
        evidence: Sdk,
        notes: "X-Hookdeck-EventID is not signed. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("hookdeck", Digest::Sha256)
            .header("x-hookdeck-signature")
            .encoding(Encoding::Base64)
            .event_id_header("x-hookdeck-eventid")
            .also(&[Cow::Borrowed("x-hookdeck-signature-2")])
            .replay_by(ReplayBy::None)
            .replay_because("Hookdeck forwards the bodies of other providers, among them some that repeat byte for byte; its own event id is in an unsigned header.")
            .retries(retried::NOT_2XX.lasting("as set for the connection")),
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

    /// Cisco Meraki: the shared secret is sent as it is inside the body, under
    /// `/sharedSecret`.
    ///
    /// Key: the shared secret of the HTTP server in the dashboard. It proves that
    /// the sender knows it and nothing about the content. The alert's id in the
    /// body (`/alertId`) is not signed.
    MERAKI {
        title: "Cisco Meraki",
        aliases: [],
        page: "https://developer.cisco.com/meraki/webhooks/",
        evidence: Documented,
        notes: "Signs nothing: neither body nor time. The secret is in the body: keep bodies out of logs. A payload template of one's own must keep sharedSecret.",
        scheme: Scheme::shared_secret("meraki")
            .at(Location::Json(Cow::Borrowed("/sharedSecret")))

            .replay_by(ReplayBy::Body)
            .replay_because("The shared secret proves nothing of the body; the standard body has occurredAt and sentAt, so two alerts differ, and a retry with another sentAt is rather handled twice. alertId names the alert message's alert and may be empty; a custom template without times makes bodies equal."),
    }

    /// MongoDB Atlas alerts: `X-MMS-Signature: <base64>`, HMAC-SHA1 over the raw
    /// body.
    ///
    /// Key: the secret of the webhook settings, as text; without one Atlas sends
    /// no signature. The alert's id is in the body under `/id`, unless a
    /// template of one's own leaves it out. Cloud Manager and Ops Manager sign in
    /// the same way.
    MONGODB_ATLAS {
        title: "MongoDB Atlas",
        aliases: ["atlas"],
        page: "https://www.mongodb.com/docs/atlas/tutorial/webhook-integration/",
        evidence: Documented,
        notes: "HMAC-SHA1. A template can change the body, and then it may have no id. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("mongodb-atlas", Digest::Sha1)
            .header("x-mms-signature")
            .encoding(Encoding::Base64)

            .replay_by(ReplayBy::Content)
            .replay_kind("x-mms-event", &[Cow::Borrowed("alert.open"), Cow::Borrowed("alert.close"), Cow::Borrowed("alert.update"), Cow::Borrowed("alert.acknowledge"), Cow::Borrowed("alert.cancel"), Cow::Borrowed("alert.inform")])
            .replay_because("/id is the alert's, the same for open, update and close; the body has status and the time of the last change, and the header X-MMS-Event, unsigned, tells apart what a template of the operator's makes equal."),
    }

    /// Nango: `X-Nango-Hmac-Sha256: <hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the environment's webhook signing key, as text; on older environments
    /// that is the secret key. The older `X-Nango-Signature`, a plain hash, is not
    /// looked at.
    NANGO {
        title: "Nango",
        aliases: [],
        page: "https://nango.dev/docs/guides/webhooks/webhooks-from-nango",
        evidence: Sdk,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("nango", Digest::Sha256).header("x-nango-hmac-sha256")
            .replay_by(ReplayBy::None)
            .replay_because("Forwarded webhooks are the bodies of other providers and can repeat, and a failed refresh of one connection is reported without id or time of the event.")
            .retries(retried::ERRORS.lasting("several attempts with growing gaps")),
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

    /// Onfido: `X-SHA2-Signature: <hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the webhook's token, as text. No timestamp and no id header.
    ONFIDO {
        title: "Onfido",
        aliases: [],
        page: "https://documentation.onfido.com/#verifying-webhook-signatures",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("onfido", Digest::Sha256).header("x-sha2-signature")
            .replay_by(ReplayBy::Content)
            .replay_because("The body names object, action and, once finished, its time of completion; ids are those of the object, so it is the whole signed body that counts. An event of one kind that comes twice for one object without a time gives two equal bodies, and the second is taken for a repeat: a check that is reopened twice, which is not known to happen.")
            .retries(retried::NOT_2XX),
    }

    /// PagerDuty V3 webhooks: `X-PagerDuty-Signature: v1=<hex>`, HMAC-SHA256 over
    /// the raw body.
    ///
    /// Key: the subscription's secret, as text. Several signatures may be there,
    /// separated by commas, while a secret is rotated. The event id is in the
    /// body under `/event/id`; `X-Webhook-Id` is the subscription's.
    PAGERDUTY {
        title: "PagerDuty",
        aliases: [],
        page: "https://developer.pagerduty.com/docs/verifying-webhook-signatures",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("pagerduty", Digest::Sha256)
            .header("x-pagerduty-signature")
            .format("v1={signature}")
            .separator(",")
            .event_id_json("/event/id")
            .replay_by(ReplayBy::Id)
            .replay_because("/event/id is the id of the event; X-Webhook-Id and the subscription's id are others."),
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

    /// Pulumi Cloud: `Pulumi-Webhook-Signature: <hex>`, HMAC-SHA256 over the raw
    /// body.
    ///
    /// Key: the webhook's secret, as text; without one Pulumi sends no signature.
    /// `Pulumi-Webhook-ID` is not signed.
    PULUMI {
        title: "Pulumi Cloud",
        aliases: [],
        page: "https://www.pulumi.com/docs/pulumi-cloud/webhooks/",
        evidence: Documented,
        notes: "Pulumi-Webhook-ID is not signed. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("pulumi", Digest::Sha256)
            .header("pulumi-webhook-signature")
            .event_id_header("pulumi-webhook-id")
            .replay_by(ReplayBy::None)
            .replay_because("Creating, deleting and creating a stack of the same name again sends equal bodies; Pulumi-Webhook-ID is unsigned."),
    }

    /// QuickNode Streams and Webhooks: `X-QN-Signature: <hex>`, HMAC-SHA256 over
    /// nonce, time and raw body, nothing between them; the first two are in
    /// `X-QN-Nonce` and `X-QN-Timestamp`.
    ///
    /// Key: the security token of the stream or webhook (`qnsec_…`), the whole
    /// text. The nonce is signed. Bodies that QuickNode compressed are signed
    /// before compression: switch that off.
    QUICKNODE {
        title: "QuickNode",
        aliases: [],
        page: "https://www.quicknode.com/docs/webhooks",
        evidence: Documented,
        notes: "Bodies compressed by QuickNode do not verify. The older QuickAlerts header with a content hash is another scheme.",
        scheme: Scheme::hmac("quicknode", Digest::Sha256)
            .header("x-qn-signature")
            .signed("{id}{timestamp}{body}")
            .timestamp_header("x-qn-timestamp", TimeUnit::SecondsOrMillis)
            .tolerance(300)
            .event_id_header("x-qn-nonce")
            .replay_by(ReplayBy::Content)
            .replay_because("Nonce, time and body are signed; the body is the result of the customer's own filter and may repeat, and whether a retry keeps the nonce is not said, so a retry is rather handled twice.")
            .retries(retried::ERRORS),
    }

    /// Rootly: `X-Rootly-Signature: t=<seconds>,v1=<hex>`, HMAC-SHA256 over the
    /// time directly followed by the raw body.
    ///
    /// Key: the webhook's secret, as text. The event id is in the body under
    /// `/event/id`.
    ROOTLY {
        title: "Rootly",
        aliases: [],
        page: "https://docs.rootly.com/configuration/webhooks",
        evidence: Documented,
        notes: "There is nothing between timestamp and body.",
        scheme: Scheme::hmac("rootly", Digest::Sha256)
            .header("x-rootly-signature")
            .format("t={timestamp},v1={signature}")
            .signed("{timestamp}{body}")
            .timestamp_in_signature(TimeUnit::SecondsOrMillis)
            .tolerance(300)
            .event_id_json("/event/id")
            .replay_by(ReplayBy::Id)
            .replay_because("/event/id is the id of the event in the signed body; that retries keep it is not said."),
    }

    /// Scalr: `X-Signature: <hex>`, HMAC-SHA1 over the raw body directly followed
    /// by the text of the `Date` header.
    ///
    /// Key: the webhook's signing key, as text. The date is signed as it is
    /// written (`Thu 07 Sep 2017 06:30:04 UTC`) and held to the window.
    SCALR {
        title: "Scalr",
        aliases: [],
        page: "https://docs.scalr.com/",
        evidence: Vectors,
        notes: "HMAC-SHA1.",
        scheme: Scheme::hmac("scalr", Digest::Sha1)
            .header("x-signature")
            .signed("{body}{timestamp}")
            .timestamp_header("date", TimeUnit::HttpDate)
            .tolerance(300)
            .replay_by(ReplayBy::Content)
            .replay_because("Body and the Date header are signed; no id of the event is documented, so a retry signed afresh is rather handled twice."),
    }

    /// Sentry integrations: `Sentry-Hook-Signature: <hex>`, HMAC-SHA256 over the
    /// raw body.
    ///
    /// Key: the integration's client secret, as text. `Sentry-Hook-Timestamp`,
    /// `Sentry-Hook-Resource` and `Request-ID` are not signed. Sentry's page
    /// shows the body parsed and written again before it is signed; the raw bytes
    /// are what counts.
    SENTRY {
        title: "Sentry",
        aliases: [],
        page: "https://docs.sentry.io/organization/integrations/integration-platform/webhooks/",
        evidence: Vectors,
        notes: "Sentry-Hook-Timestamp and Request-ID are not signed. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("sentry", Digest::Sha256)
            .header("sentry-hook-signature")
            .event_id_header("request-id")
            .replay_by(ReplayBy::None)
            .replay_because("The body has no id and no time of the event and its resource is named in an unsigned header: an issue that is resolved, reopened and resolved again sends equal bytes. Request-ID and timestamp are new for every attempt and unsigned.")
            .retries(retried::SERVER_ERRORS.lasting("15 minutes (three retries; internal integrations: none)")),
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

    /// HCP Terraform and Terraform Enterprise:
    /// `X-TFE-Notification-Signature: <hex>`, HMAC-SHA512 over the raw body.
    ///
    /// Key: the token of the notification configuration, as text; without one no
    /// signature is sent.
    TERRAFORM_CLOUD {
        title: "HCP Terraform",
        aliases: ["hcp-terraform"],
        page: "https://developer.hashicorp.com/terraform/cloud-docs/api-docs/notification-configurations#notification-authenticity",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("terraform-cloud", Digest::Sha512)
            .header("x-tfe-notification-signature")
            .replay_by(ReplayBy::Content)
            .replay_because("The body names run, trigger and the time of the run's change, so two notifications differ; only verification requests repeat."),
    }

    /// Vercel: `x-vercel-signature: <hex>`, HMAC-SHA1 over the raw body.
    ///
    /// Key: the webhook's secret, or the integration's client secret, as text.
    /// The event id is in the body under `/id`.
    VERCEL {
        title: "Vercel",
        aliases: [],
        page: "https://vercel.com/docs/webhooks/webhooks-api",
        evidence: Vectors,
        notes: "HMAC-SHA1. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("vercel", Digest::Sha1)
            .header("x-vercel-signature")
            .event_id_json("/id")
            .replay_by(ReplayBy::Id)
            .replay_because("The body's id is made by Vercel for each event and is in the signed body; that retries repeat it is not said, and if they did not a retry would be handled twice.")
            .retries(retried::ERRORS.lasting("24 hours")),
    }
}

const BUILDKITE_TOKEN: &[Scheme] = &[Scheme::shared_secret("buildkite")
    .header("x-buildkite-token")
    .form("token")
    .replay_by(ReplayBy::None)
    .opt_in()];
