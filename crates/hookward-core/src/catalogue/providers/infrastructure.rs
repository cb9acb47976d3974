//! Clouds, hosting, queues, integration, monitoring and devices.

use std::borrow::Cow;

use super::entry::{catalogue, retried};
use super::parts::{COMPACT, RS256, claim, hs256, standard};
use crate::Encoding;
use crate::scheme::{Algorithm, Binding, Digest, Location, Recipient, ReplayBy, RetryTime, Scheme};
use crate::text::time::TimeUnit;

catalogue! {
    /// Amazon SNS over HTTP(S): RSA in the JSON member `Signature`, SHA-256 for
    /// `SignatureVersion` 2 and SHA-1 for 1, over name and value of the signed
    /// members, each on a line of its own.
    ///
    /// Key: the certificate behind `SigningCertURL`, in PEM. The URL comes with
    /// the message, so it must be fetched from `sns.REGION.amazonaws.com`
    /// alone. Anybody with an AWS account can have a message signed: compare
    /// `TopicArn` with your own topics. Raw delivery carries no signature.
    ///
    /// A topic whose attribute `SignatureVersion` is 2 needs no SHA-1: take it
    /// off with `.or(&[])`. To accept one topic alone, bind its name:
    ///
    /// ```
    /// use std::borrow::Cow;
    /// use hookward::{Binding, Location, Scheme, providers};
    ///
    /// const MINE: &[Binding] = &[
    ///     Binding::new(Location::Json(Cow::Borrowed("/SignatureVersion")), "2"),
    ///     Binding::new(Location::Json(Cow::Borrowed("/TopicArn")), "arn:aws:sns:eu-west-1:123456789012:orders"),
    /// ];
    /// const SCHEME: Scheme = providers::AWS_SNS.or(&[]).bind(MINE);
    /// # assert!(SCHEME.check().is_ok());
    /// ```
    AWS_SNS {
        title: "Amazon SNS",
        aliases: ["sns", "amazon-sns"],
        page: "https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html",
        evidence: Vectors,
        notes: "Any AWS account can send validly signed messages: name your topics with `recipient`. SignatureVersion, SigningCertURL and UnsubscribeURL are not signed. The signed Timestamp is not checked against a window, since retries carry the first one: use a replay guard. Raw delivery carries no signature.",
        scheme: sns(Digest::Sha256).form("v2").bind(SNS_VERSION_2).or(SNS_SHA1)
            .replay_by(ReplayBy::Id)
            .replay_because("MessageId is signed, given by SNS, and what its guide says to compare to recognise a retry.")
            .retries(retried::SERVER_ERRORS.lasting("1 minute by default, at most 1 hour")),
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

    /// Google Cloud Pub/Sub push (also Gmail and Google Play notifications): a
    /// JWT (RS256) as a bearer token. It does not cover the body.
    ///
    /// Key: the JWK of `https://www.googleapis.com/oauth2/v3/certs` under the
    /// `kid`. Parameters: `audience`, as configured for the push subscription,
    /// and `email`, its service account.
    GOOGLE_PUBSUB {
        title: "Google Cloud Pub/Sub push",
        aliases: ["pubsub", "gmail", "google-play"],
        page: "https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions",
        evidence: Sdk,
        notes: "Parameters audience and email. The body is not signed: whoever reads one token can send any body until it expires.",
        scheme: Scheme::public_key("google-pubsub", RS256)
            .header("authorization")
            .jws(BEARER)
            .timestamp_at(Location::Claim(Cow::Borrowed("/iat")), TimeUnit::Seconds)
            .tolerance(3600)
            .bind(PUBSUB_CLAIMS)
            .replay_id(&[Location::Json(Cow::Borrowed("/subscription")), Location::Json(Cow::Borrowed("/message/messageId"))])
            .replay_because("Google gives each message its messageId, unique within its topic, and a redelivery is the same message: with the subscription it names the delivery; the token proves no content, so both are as good as the rest of the body. Unwrapped payloads have none and are the publisher's.")
            .retries(retried::NOT_2XX.lasting("7 days (the retention, until acknowledged)").time(RetryTime::Renewed)),
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
    /// signed. The source's own signature has been verified by Hookdeck, if that
    /// is configured.
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
    /// that is the secret key. The older `X-Nango-Signature`, a plain hash, is
    /// ignored.
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

    /// Netlify's deploy notifications: a JWT (HS256) in `X-Webhook-Signature`
    /// with the hex digest of the body as claim `sha256`.
    ///
    /// Key: the notification's JWS secret token, as text.
    NETLIFY {
        title: "Netlify",
        aliases: [],
        page: "https://docs.netlify.com/site-deploys/notifications/#payload-signature",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: hs256("netlify", "x-webhook-signature", COMPACT).bind(NETLIFY_CLAIMS)
            .replay_by(ReplayBy::Content)
            .replay_because("id is the deploy's and comes with each of its states; the body holds state and updated_at."),
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

    /// Upstash QStash: a JWT (HS256) in `Upstash-Signature` with the base64url
    /// digest of the body as claim `body` and the URL as `sub`.
    ///
    /// Keys: the current and the next signing key, in this order. Behind a
    /// proxy the external URL has to be configured.
    QSTASH {
        title: "Upstash QStash",
        aliases: ["upstash"],
        page: "https://upstash.com/docs/qstash/howto/signature",
        evidence: Sdk,
        notes: "The URL is signed as claim sub. Two keys rotate: current and next.",
        scheme: hs256("qstash", "upstash-signature", COMPACT)
            .event_id_at(Location::Claim(Cow::Borrowed("/jti")))
            .bind(QSTASH_CLAIMS)
            .replay_by(ReplayBy::Content)
            .replay_because("The body is the publisher's and may repeat, so it counts together with the signed token, which names itself (jti); Upstash-Message-Id, which stays over retries, is unsigned.")
            .retries(retried::NOT_2XX.lasting("as the sender sets it (3 to 5 retries)")),
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
    /// written (`Thu 07 Sep 2017 06:30:04 UTC`), and must be within the window.
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

    /// Schlage Home API v2: RSA-PSS SHA-256 in `WebHook-Signature` over the raw
    /// body.
    ///
    /// Key: PEM, from the project's page.
    SCHLAGE_HOME {
        title: "Schlage Home API V2",
        aliases: [],
        page: "https://github.com/Yonomi/schlage-home-api-webhook-signature",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::public_key("schlage-home", Algorithm::RsaPss(Digest::Sha256))
            .header("webhook-signature")
            .replay_by(ReplayBy::None)
            .replay_because("What the body holds is not documented: a lock that is opened, closed and opened again may send equal bodies."),
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

    /// Svix: as [`STANDARD_WEBHOOKS`](super::STANDARD_WEBHOOKS) with headers `svix-id`, `svix-timestamp`
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

const fn sns(digest: Digest) -> Scheme {
    Scheme::rsa_pkcs1("aws-sns", digest)
        .at(Location::Json(Cow::Borrowed("/Signature")))
        .signed(SNS_MEMBERS)
        .event_id_json("/MessageId")
        .recipients(SNS_TOPIC)
}

const SNS_VERSION_2: &[Binding] = &[sns_version("2")];

const SNS_SHA1: &[Scheme] = &[sns(Digest::Sha1)
    .form("v1")
    .replay_by(ReplayBy::Id)
    .bind(SNS_VERSION_1)];

/// A compact JWS as a bearer token.
const BEARER: &str = "Bearer {jws_header}.{jws_payload}.{signature}";

const PUBSUB_CLAIMS: &[Binding] = &[
    claim("/aud", "{const:audience}"),
    claim("/email", "{const:email}"),
];

const NETLIFY_CLAIMS: &[Binding] = &[
    claim("/iss", "netlify"),
    claim("/sha256", "{body|sha256|hex}"),
];

const QSTASH_CLAIMS: &[Binding] = &[
    claim("/iss", "Upstash"),
    claim("/sub", "{url}"),
    claim("/body", "{body|sha256|base64url}"),
];

const SVIX_UNBRANDED: &[Scheme] = &[standard("svix").form("webhook").replay_by(ReplayBy::Id)];

/// The members that SNS signs, each where it is sent. No value but that of
/// `Message` has a line feed, and `Type` is one of three: the text is read back
/// from its end.
const SNS_MEMBERS: &str = "{json|lines(Message, MessageId, Subject?, SubscribeURL?, Timestamp, Token?, TopicArn, Type=Notification|SubscriptionConfirmation|UnsubscribeConfirmation)}";

const SNS_TOPIC: &[Recipient] = &[Recipient::new(
    "topic",
    &[Location::Json(Cow::Borrowed("/TopicArn"))],
)];

const fn sns_version(version: &'static str) -> Binding {
    Binding::new(Location::Json(Cow::Borrowed("/SignatureVersion")), version)
}

const SNS_VERSION_1: &[Binding] = &[sns_version("1")];
