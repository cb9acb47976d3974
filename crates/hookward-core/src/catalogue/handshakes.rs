//! Catalogue of endpoint validations: one [`Handshake`] per provider.
//!
//! Each constant defines which request is the validation, what must be configured and how
//! it is answered. [`by_name`] finds an entry by the name of the provider;
//! [`handshake`](crate::handshake) describes how answers are computed.
//!
//! ```
//! use hookward::{handshakes, providers};
//!
//! let entry = handshakes::by_name("slack").unwrap();
//! assert!(entry.handshake.is_signed());
//! assert!(handshakes::by_name("whatsapp").is_some(), "aliases of providers are accepted");
//! assert!(providers::find("zoom").unwrap().handshake().is_some());
//! ```

use crate::catalogue::providers::{self, Evidence, Provider};
use crate::handshake::Check::{
    Allowed, AllowedIfListed, NotAllowed, Shape as Shaped, SortedSha1, Token,
};
use crate::handshake::Condition::{Absent, EmptyArray, Is, Present};
use crate::handshake::Source::{Form, Header, Json, Query};
use crate::handshake::Value::{Echo, Ed25519, Hash, Hmac, Joined, Number, Text};
use crate::handshake::{Alphabet, Answer, Effect, Exchange, Handshake, Shape, Value};
use crate::scheme::Digest;
use crate::text::encoding::Encoding;

/// An entry of the catalogue: a handshake and what is known about it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Entry {
    /// The handshake. Its `name` is the name of the entry and, if the catalogue of
    /// [`providers`] has the provider's deliveries, of that entry too.
    pub handshake: Handshake,
    /// The provider's name in its own spelling.
    pub title: &'static str,
    /// Other names that find this entry.
    pub aliases: &'static [&'static str],
    /// The page that describes the validation.
    pub page: &'static str,
    /// How the answer was checked: against one that the provider or another
    /// implementation computed, or against the documentation alone.
    pub evidence: Evidence,
    /// Further notes for the operator.
    pub notes: &'static str,
}

/// Declares the constants of the catalogue and lists them.
macro_rules! catalogue {
    ($(
        $(#[$doc:meta])*
        $name:ident {
            title: $title:literal,
            aliases: [$($alias:literal),*],
            page: $page:literal,
            evidence: $evidence:ident,
            notes: $notes:literal,
            handshake: $handshake:expr $(,)?
        }
    )*) => {
        $(
            $(#[$doc])*
            #[doc = ""]
            #[doc = concat!("Page: <", $page, ">")]
            pub const $name: Handshake = $handshake;
        )*

        static ENTRIES: &[Entry] = &[$(
            Entry {
                handshake: $name,
                title: $title,
                aliases: &[$($alias),*],
                page: $page,
                evidence: Evidence::$evidence,
                notes: $notes,
            },
        )*];
    };
}

/// All entries, in alphabetical order.
pub fn all() -> impl Iterator<Item = &'static Entry> {
    ENTRIES.iter()
}

/// The entry for a provider, by its name or an alias, in any letter case. Names and
/// aliases in the catalogue of [`providers`] are accepted too.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Entry> {
    own(name).or_else(|| providers::find(name)?.handshake())
}

fn own(name: &str) -> Option<&'static Entry> {
    all().find(|entry| {
        entry.handshake.name().eq_ignore_ascii_case(name)
            || entry
                .aliases
                .iter()
                .any(|alias| alias.eq_ignore_ascii_case(name))
    })
}

impl Provider {
    /// The endpoint validation of this provider, if it has one.
    #[must_use]
    pub fn handshake(&self) -> Option<&'static Entry> {
        own(&self.scheme.name).or_else(|| self.aliases.iter().find_map(|alias| own(alias)))
    }
}

catalogue! {
    /// Adobe I/O Events: GET with `challenge`, which is echoed.
    ///
    /// The provider also accepts a JSON answer or, alternatively, a visit to the
    /// `validationUrl` that it posts; neither is needed.
    ADOBE_IO_EVENTS {
        title: "Adobe I/O Events",
        aliases: ["adobe"],
        page: "https://developer.adobe.com/events/docs/guides/",
        evidence: Documented,
        notes: "Unsigned, and the request does not identify its sender.",
        handshake: Handshake::unsigned("adobe-io-events", &[ECHO_CHALLENGE]),
    }

    /// Asana: POST with `X-Hook-Secret` and no `X-Hook-Signature`, while the call that
    /// creates the webhook is in progress. The header is echoed, and its value is the key
    /// of all later deliveries.
    ///
    /// Requires [`store_secret`](Handshake::store_secret). The request is refused unless
    /// a creation is pending, since otherwise anyone could replace the key.
    ASANA {
        title: "Asana",
        aliases: [],
        page: "https://developers.asana.com/reference/createwebhook",
        evidence: Documented,
        notes: "The only evidence is that a creation is pending. Give each webhook its own path.",
        handshake: Handshake::unsigned("asana", &[
            Exchange::new(
                "POST",
                &[Present(Header("x-hook-secret")), Absent(Header("x-hook-signature"))],
                Answer::empty(200).headers(&[("x-hook-secret", Echo(Header("x-hook-secret")))]),
            )
            .effect(Effect::StoreSecret(Header("x-hook-secret")))
            .check(&[Shaped(Header("x-hook-secret"), SECRET)]),
        ]),
    }

    /// Amazon SNS: a signed `SubscriptionConfirmation`, whose `SubscribeURL` must be
    /// fetched.
    ///
    /// Requires the topic's ARN in [`allow`](Handshake::allow), since a signature by SNS
    /// proves only that the topic is some customer's, and [`confirm`](Handshake::confirm)
    /// to fetch the URL. The URL must be https on `sns.<region>.amazonaws.com` or
    /// `.com.cn`. An `UnsubscribeConfirmation` is passed to the handler: its
    /// `SubscribeURL` would subscribe again.
    AWS_SNS {
        title: "Amazon SNS",
        aliases: ["sns", "amazon-sns"],
        page: "https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.prepare.html",
        evidence: Documented,
        notes: "Without the allow-list, anyone could subscribe this endpoint to their own topic.",
        handshake: Handshake::signed("aws-sns", &[
            Exchange::new(
                "POST",
                &[Is(Json("/Type"), "SubscriptionConfirmation")],
                Answer::empty(200),
            )
            .effect(Effect::Confirm {
                url: Json("/SubscribeURL"),
                topic: Json("/TopicArn"),
                hosts: &["sns.REGION.amazonaws.com", "sns.REGION.amazonaws.com.cn"],
            })
            .check(&[Allowed(Json("/TopicArn"))]),
        ]),
    }

    /// Azure Event Grid in its own schema: POST with `aeg-event-type:
    /// SubscriptionValidation`, whose `validationCode` is echoed in JSON.
    ///
    /// [`allow`](Handshake::allow) restricts it to topics, by their resource id. With the
    /// CloudEvents schema, Event Grid uses [`CLOUDEVENTS`] instead.
    AZURE_EVENT_GRID {
        title: "Azure Event Grid",
        aliases: ["event-grid"],
        page: "https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema",
        evidence: Documented,
        notes: "Unsigned unless a Microsoft Entra token or a secret in the query is configured.",
        handshake: Handshake::unsigned("azure-event-grid", &[
            Exchange::new(
                "POST",
                &[
                    Is(Header("aeg-event-type"), "SubscriptionValidation"),
                    Is(Json("/0/eventType"), "Microsoft.EventGrid.SubscriptionValidationEvent"),
                    Present(Json("/0/data/validationCode")),
                    Absent(Json("/1")),
                ],
                Answer::json(&[("validationResponse", Echo(Json("/0/data/validationCode")))]),
            )
            .check(&[
                Shaped(Json("/0/data/validationCode"), TOKEN),
                AllowedIfListed(Json("/0/topic")),
            ]),
        ]),
    }

    /// Braintree: GET with `bt_challenge`; answered with the public key, a bar and
    /// the hex HMAC-SHA1 of the challenge under the SHA-1 of the private key.
    ///
    /// The token is the public key, and the MAC key is the one that signs deliveries.
    /// Anyone can have 20 to 32 hex digits signed, the length that the provider's SDKs
    /// require; no payload has that form.
    BRAINTREE {
        title: "Braintree",
        aliases: [],
        page: "https://developer.paypal.com/braintree/docs/guides/webhooks/create",
        evidence: Vectors,
        notes: "The same key signs deliveries: a text signed here is refused as a delivery.",
        handshake: Handshake::unsigned("braintree", &[
            Exchange::new(
                "GET",
                &[Present(Query("bt_challenge"))],
                Answer::text(Joined(&[
                    Value::Token,
                    Text("|"),
                    Hmac(Digest::Sha1, Encoding::Hex, &[Echo(Query("bt_challenge"))]),
                ])),
            )
            // As the provider's SDKs require.
            .check(&[Shaped(Query("bt_challenge"), Shape::new(Alphabet::Hex, 20, 32))]),
        ])
        .key_hashed(Digest::Sha1),
    }

    /// Cisco Meraki Scanning API: GET, answered with the validator that the
    /// dashboard shows.
    ///
    /// The token is the validator. The provider requires it to be sent to anyone who
    /// requests it.
    CISCO_MERAKI {
        title: "Cisco Meraki",
        aliases: ["meraki"],
        page: "https://developer.cisco.com/meraki/scanning-api/",
        evidence: Documented,
        notes: "The validator is not a secret: anyone can request it.",
        handshake: Handshake::unsigned("cisco-meraki", &[
            Exchange::new("GET", &[], Answer::text(Value::Token)),
        ]),
    }

    /// CloudEvents abuse protection: OPTIONS with `WebHook-Request-Origin`, granted in
    /// `WebHook-Allowed-Origin`. Azure Event Grid uses it with the CloudEvents schema.
    ///
    /// Requires the origin in [`allow`](Handshake::allow), as in `eventgrid.azure.net`. A
    /// sender that requests a rate is granted any rate.
    CLOUDEVENTS {
        title: "CloudEvents",
        aliases: ["cloudevents"],
        page: "https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md",
        evidence: Documented,
        notes: "The grant is in the headers. An outer CORS layer may answer OPTIONS first.",
        handshake: Handshake::unsigned("cloudevents-abuse-protection", &[
            Exchange::new(
                "OPTIONS",
                &[
                    Present(Header("webhook-request-origin")),
                    Present(Header("webhook-request-rate")),
                ],
                Answer::empty(200).headers(&[
                    ("webhook-allowed-origin", Echo(Header("webhook-request-origin"))),
                    ("webhook-allowed-rate", Text("*")),
                    ("allow", Text("POST")),
                ]),
            )
            .check(&[
                Shaped(Header("webhook-request-origin"), TEXT),
                Allowed(Header("webhook-request-origin")),
            ]),
            Exchange::new(
                "OPTIONS",
                &[
                    Present(Header("webhook-request-origin")),
                    Absent(Header("webhook-request-rate")),
                ],
                Answer::empty(200).headers(&[
                    ("webhook-allowed-origin", Echo(Header("webhook-request-origin"))),
                    ("allow", Text("POST")),
                ]),
            )
            .check(&[
                Shaped(Header("webhook-request-origin"), TEXT),
                Allowed(Header("webhook-request-origin")),
            ]),
        ]),
    }

    /// Discord interactions: a signed PING, `type` 1, answered with `{"type":1}`.
    ///
    /// Requests with an invalid signature are answered with 401: Discord sends some on
    /// purpose, and removes an endpoint that accepts them.
    DISCORD_INTERACTIONS {
        title: "Discord interactions",
        aliases: ["discord"],
        page: "https://discord.com/developers/docs/interactions/overview#setting-up-an-endpoint",
        evidence: Documented,
        notes: "Sends invalid signatures on purpose and expects 401.",
        handshake: Handshake::signed("discord-interactions", &[
            Exchange::new(
                "POST",
                &[Is(Json("/type"), "1")],
                Answer::json(&[("type", Number(1))]),
            ),
        ])
        .refusal_status(401),
    }

    /// Discord webhook events: a signed PING, `type` 0, answered with an empty 204.
    ///
    /// Requests with an invalid signature are answered with 401.
    DISCORD_WEBHOOK_EVENTS {
        title: "Discord webhook events",
        aliases: [],
        page: "https://discord.com/developers/docs/events/webhook-events#preparing-for-events",
        evidence: Documented,
        notes: "Every event, not only the PING, expects an empty 204; the handler must send it.",
        handshake: Handshake::signed("discord-webhook-events", &[
            Exchange::new("POST", &[Is(Json("/type"), "0")], Answer::empty(204)),
        ])
        .refusal_status(401),
    }

    /// Dropbox: GET with `challenge`, which is echoed as plain text, `nosniff`.
    DROPBOX {
        title: "Dropbox",
        aliases: [],
        page: "https://www.dropbox.com/developers/reference/webhooks",
        evidence: Documented,
        notes: "Unsigned, and the request does not identify its sender.",
        handshake: Handshake::unsigned("dropbox", &[ECHO_CHALLENGE]),
    }

    /// eBay: GET with `challenge_code`; answered with the hex SHA-256 of the code, the
    /// verification token and the endpoint's URL, concatenated.
    ///
    /// Requires the token and the URL, set with [`url`](Handshake::url) exactly as it is
    /// registered with eBay.
    EBAY {
        title: "eBay",
        aliases: [],
        page: "https://developer.ebay.com/marketplace-account-deletion",
        evidence: Vectors,
        notes: "The URL is hashed exactly as registered, including a trailing slash.",
        handshake: Handshake::unsigned("ebay", &[
            Exchange::new(
                "GET",
                &[Present(Query("challenge_code"))],
                Answer::json(&[(
                    "challengeResponse",
                    Hash(
                        Digest::Sha256,
                        Encoding::Hex,
                        &[Echo(Query("challenge_code")), Value::Token, Value::Url],
                    ),
                )]),
            )
            .check(&[Shaped(
                Query("challenge_code"),
                Shape::new(Alphabet::Base64url, 16, 128),
            )]),
        ]),
    }

    /// Fitbit: GET with `verify`, once with the correct code, answered with 204, and once
    /// with a wrong one, answered with 404.
    ///
    /// The token is the subscriber's verification code.
    FITBIT {
        title: "Fitbit",
        aliases: [],
        page: "https://dev.fitbit.com/build/reference/web-api/developer-guide/using-subscriptions/",
        evidence: Documented,
        notes: "Both probes must be answered as described.",
        handshake: Handshake::unsigned("fitbit", &[
            Exchange::new("GET", &[Present(Query("verify"))], Answer::empty(204))
                .check(&[Token(Query("verify"))]),
        ])
        .mismatch_status(404),
    }

    /// Front application webhooks: a signed POST with `type` `sync` and
    /// `X-Front-Challenge`, which is echoed as plain text. Sent whenever the
    /// webhook's settings are saved.
    FRONT {
        title: "Front",
        aliases: [],
        page: "https://dev.frontapp.com/docs/application-webhooks",
        evidence: Documented,
        notes: "Must be answered within ten seconds. The challenge is in an unsigned header; the request for it is signed.",
        handshake: Handshake::signed("front", &[
            Exchange::new(
                "POST",
                &[Is(Json("/type"), "sync"), Present(Header("x-front-challenge"))],
                Answer::text(Echo(Header("x-front-challenge"))),
            )
            .check(&[Shaped(Header("x-front-challenge"), TOKEN)]),
        ]),
    }

    /// Google Drive and Calendar channels: the first notification of a channel,
    /// `X-Goog-Resource-State: sync`, answered with 200 without calling the handler.
    ///
    /// It carries the channel token like every notification, and is verified like one.
    GOOGLE_DRIVE_CALENDAR {
        title: "Google Drive and Calendar",
        aliases: ["google-drive", "google-calendar"],
        page: "https://developers.google.com/workspace/drive/api/guides/push",
        evidence: Documented,
        notes: "Nothing is signed: X-Goog-Channel-Token is a shared secret.",
        handshake: Handshake::signed("google-drive-calendar", &[
            Exchange::new(
                "POST",
                &[Is(Header("x-goog-resource-state"), "sync")],
                Answer::empty(200),
            ),
        ]),
    }

    /// Intercom: HEAD, answered with 200.
    INTERCOM {
        title: "Intercom",
        aliases: [],
        page: "https://developers.intercom.com/docs/webhooks/setting-up-webhooks",
        evidence: Documented,
        notes: "Every HEAD is answered.",
        handshake: Handshake::unsigned("intercom", &[HEAD_OK]),
    }

    /// Lark and Feishu: POST with `type` `url_verification`, whose `challenge` is
    /// echoed in JSON.
    ///
    /// The token is the app's verification token. With an encrypt key the challenge
    /// itself is encrypted, which is not supported.
    LARK_FEISHU {
        title: "Lark, Feishu",
        aliases: ["lark", "feishu"],
        page: "https://open.feishu.cn/document/server-docs/event-subscription-guide/event-subscription-configure-/request-url-configuration-case",
        evidence: Documented,
        notes: "Challenges encrypted with an encrypt key are not supported.",
        handshake: Handshake::unsigned("lark-feishu", &[
            Exchange::new(
                "POST",
                &[Is(Json("/type"), "url_verification"), Present(Json("/challenge"))],
                Answer::json(&[("challenge", Echo(Json("/challenge")))]),
            )
            .check(&[Shaped(Json("/challenge"), TOKEN), Token(Json("/token"))]),
        ]),
    }

    /// LinkedIn: GET with `challengeCode`, echoed in JSON with its hex
    /// HMAC-SHA256 under the client secret; repeated every two hours.
    ///
    /// Anyone can have a UUID signed; the signed content of a delivery starts with
    /// `hmacsha256=`.
    LINKEDIN {
        title: "LinkedIn",
        aliases: [],
        page: "https://learn.microsoft.com/linkedin/shared/api-guide/webhook-validation",
        evidence: Documented,
        notes: "The same key signs deliveries: a text signed here is refused as a delivery. With several applications, only the first key answers; applicationId is ignored.",
        handshake: Handshake::unsigned("linkedin", &[
            Exchange::new(
                "GET",
                &[Present(Query("challengeCode"))],
                Answer::json(&[
                    ("challengeCode", Echo(Query("challengeCode"))),
                    (
                        "challengeResponse",
                        Hmac(Digest::Sha256, Encoding::Hex, &[Echo(Query("challengeCode"))]),
                    ),
                ]),
            )
            // "Randomly generated type-4 UUID string".
            .check(&[Shaped(Query("challengeCode"), Shape::UUID)]),
        ]),
    }

    /// Mailchimp Marketing: GET, answered with 200.
    MAILCHIMP {
        title: "Mailchimp Marketing",
        aliases: [],
        page: "https://mailchimp.com/developer/marketing/guides/sync-audience-data-webhooks/",
        evidence: Documented,
        notes: "Every GET is answered. Deliveries are not signed: keep the URL secret.",
        handshake: Handshake::unsigned("mailchimp", &[
            Exchange::new("GET", &[], Answer::empty(200)),
        ]),
    }

    /// Mailchimp Transactional (Mandrill): HEAD and, unless that is answered with 200, a
    /// POST without events, signed with the key `test-webhook`; both are answered with
    /// 200.
    MANDRILL {
        title: "Mailchimp Transactional",
        aliases: ["mailchimp-transactional"],
        page: "https://mandrill.zendesk.com/hc/en-us/articles/360038740014-Why-can-t-my-webhook-or-inbound-route-URL-be-verified",
        evidence: Documented,
        notes: "The test has no events, so it need not be verified.",
        handshake: Handshake::unsigned("mandrill", &[
            HEAD_OK,
            Exchange::new(
                "POST",
                &[EmptyArray(Form("mandrill_events"))],
                Answer::empty(200),
            ),
        ]),
    }

    /// Meta (WhatsApp, Messenger, Instagram): GET with `hub.mode=subscribe`,
    /// `hub.verify_token` and `hub.challenge`, which is echoed as plain text.
    ///
    /// The token is the verify token of the app's dashboard; a wrong one is answered with
    /// 403.
    META {
        title: "Meta",
        aliases: [],
        page: "https://developers.facebook.com/docs/graph-api/webhooks/getting-started#verification-requests",
        evidence: Documented,
        notes: "You choose the verify token.",
        handshake: Handshake::unsigned("meta", &[
            Exchange::new(
                "GET",
                &[Is(Query("hub.mode"), "subscribe"), Present(Query("hub.challenge"))],
                Answer::text(Echo(Query("hub.challenge"))),
            )
            .check(&[
                // "An int you must pass back".
                Shaped(Query("hub.challenge"), NUMBER),
                Token(Query("hub.verify_token")),
            ]),
        ]),
    }

    /// Microsoft Graph: POST with `validationToken` in the query, which is decoded and
    /// echoed as plain text. Lifecycle URLs are validated in the same way.
    MICROSOFT_GRAPH {
        title: "Microsoft Graph",
        aliases: ["ms-graph", "graph"],
        page: "https://learn.microsoft.com/graph/change-notifications-delivery-webhooks",
        evidence: Documented,
        notes: "Unsigned, and the request does not identify its sender. It is a POST with an empty body, which is not read.",
        handshake: Handshake::unsigned("microsoft-graph", &[
            Exchange::new(
                "POST",
                &[Present(Query("validationToken"))],
                Answer::text(Echo(Query("validationToken"))),
            )
            .check(&[Shaped(Query("validationToken"), TEXT)]),
        ]),
    }

    /// monday.com: POST with `challenge`, echoed in JSON.
    MONDAY {
        title: "monday.com",
        aliases: [],
        page: "https://developer.monday.com/api-reference/docs/webhooks",
        evidence: Documented,
        notes: "Unsigned, and the request does not identify its sender.",
        handshake: Handshake::unsigned("monday", &[
            Exchange::new(
                "POST",
                &[Present(Json("/challenge")), Absent(Json("/event"))],
                Answer::json(&[("challenge", Echo(Json("/challenge")))]),
            )
            .check(&[Shaped(Json("/challenge"), TOKEN)]),
        ]),
    }

    /// Notion: the first POST, unsigned, with `verification_token`, which must be entered
    /// in the integration's settings and is the key of all deliveries.
    ///
    /// Requires [`store_secret`](Handshake::store_secret). The request is refused unless
    /// a creation is pending.
    NOTION {
        title: "Notion",
        aliases: [],
        page: "https://developers.notion.com/reference/webhooks",
        evidence: Documented,
        notes: "The only evidence is that a creation is pending.",
        handshake: Handshake::unsigned("notion", &[
            Exchange::new(
                "POST",
                &[
                    Present(Json("/verification_token")),
                    Absent(Header("x-notion-signature")),
                ],
                Answer::empty(200),
            )
            .effect(Effect::StoreSecret(Json("/verification_token")))
            .check(&[Shaped(Json("/verification_token"), SECRET)]),
        ]),
    }

    /// Nylas: GET with `challenge`, which must be echoed, alone, within ten seconds.
    NYLAS {
        title: "Nylas",
        aliases: [],
        page: "https://developer.nylas.com/docs/v3/notifications/",
        evidence: Documented,
        notes: "Accepts no chunked response; this one has a Content-Length.",
        handshake: Handshake::unsigned("nylas", &[ECHO_CHALLENGE]),
    }

    /// Okta event hooks: GET with `X-Okta-Verification-Challenge`, echoed in
    /// JSON.
    OKTA {
        title: "Okta",
        aliases: [],
        page: "https://developer.okta.com/docs/concepts/event-hooks/#one-time-verification-request",
        evidence: Documented,
        notes: "Unsigned, and the request does not identify its sender.",
        handshake: Handshake::unsigned("okta", &[
            Exchange::new(
                "GET",
                &[Present(Header("x-okta-verification-challenge"))],
                Answer::json(&[("verification", Echo(Header("x-okta-verification-challenge")))]),
            )
            .check(&[Shaped(Header("x-okta-verification-challenge"), TEXT)]),
        ]),
    }

    /// Onfleet: GET with `check`, which is echoed with status 200 and no other.
    ONFLEET {
        title: "Onfleet",
        aliases: [],
        page: "https://docs.onfleet.com/reference/validation",
        evidence: Documented,
        notes: "Unsigned, and the request does not identify its sender.",
        handshake: Handshake::unsigned("onfleet", &[
            Exchange::new(
                "GET",
                &[Present(Query("check"))],
                Answer::text(Echo(Query("check"))),
            )
            .check(&[Shaped(Query("check"), TOKEN)]),
        ]),
    }

    /// Prelude: GET with `event=activate`, `verification_token`, `app_id` and
    /// `challenge`, which is echoed.
    ///
    /// Requires the token, and the id of the application in [`allow`](Handshake::allow).
    PRELUDE {
        title: "Prelude",
        aliases: [],
        page: "https://docs.prelude.so/session/documentation/webhooks/verification-event",
        evidence: Documented,
        notes: "",
        handshake: Handshake::unsigned("prelude", &[
            Exchange::new(
                "GET",
                &[Is(Query("event"), "activate"), Present(Query("challenge"))],
                Answer::text(Echo(Query("challenge"))),
            )
            .check(&[
                Shaped(Query("challenge"), NUMBER),
                Token(Query("verification_token")),
                Allowed(Query("app_id")),
            ]),
        ]),
    }

    /// QQ bots: POST with `op` 13, `d.plain_token` and `d.event_ts`; answered with the
    /// token and the hex Ed25519 signature over time and token, concatenated.
    ///
    /// Requires the bot's secret, set with [`key`](Handshake::key), and the feature
    /// `ed25519`. The seed is the secret, repeated and truncated to 32 bytes. Anyone can
    /// have a time followed by a token signed, and the signed content of a delivery is
    /// its time followed by its body.
    QQ_BOT {
        title: "QQ bots",
        aliases: ["qq"],
        page: "https://bot.q.qq.com/wiki/develop/api-v2/dev-prepare/interface-framework/event-emit.html",
        evidence: Vectors,
        notes: "The same key verifies deliveries over time and body: a text signed here is refused as a delivery.",
        handshake: Handshake::unsigned("qq-bot", &[
            Exchange::new(
                "POST",
                &[Is(Json("/op"), "13"), Present(Json("/d/plain_token"))],
                Answer::json(&[
                    ("plain_token", Echo(Json("/d/plain_token"))),
                    (
                        "signature",
                        Ed25519(
                            Encoding::Hex,
                            &[Echo(Json("/d/event_ts")), Echo(Json("/d/plain_token"))],
                        ),
                    ),
                ]),
            )
            .check(&[
                Shaped(Json("/d/event_ts"), Shape::new(Alphabet::Digits, 10, 13)),
                Shaped(Json("/d/plain_token"), Shape::new(Alphabet::Alphanumeric, 16, 64)),
            ]),
        ]),
    }

    /// Slack Events API: a signed POST with `type` `url_verification`, whose
    /// `challenge` is echoed as plain text.
    SLACK {
        title: "Slack",
        aliases: [],
        page: "https://docs.slack.dev/reference/events/url_verification/",
        evidence: Documented,
        notes: "Must be answered within three seconds.",
        handshake: Handshake::signed("slack", &[
            Exchange::new(
                "POST",
                &[Is(Json("/type"), "url_verification"), Present(Json("/challenge"))],
                Answer::text(Echo(Json("/challenge"))),
            )
            .check(&[Shaped(Json("/challenge"), TOKEN)]),
        ]),
    }

    /// Smartsheet: POST with `Smartsheet-Hook-Challenge`, echoed in
    /// `Smartsheet-Hook-Response` and in JSON; repeated from time to time.
    SMARTSHEET {
        title: "Smartsheet",
        aliases: [],
        page: "https://developers.smartsheet.com/api/smartsheet/guides/webhooks/webhook-verification",
        evidence: Documented,
        notes: "Unsigned, and the head does not identify the sender; the body is not read.",
        handshake: Handshake::unsigned("smartsheet", &[
            Exchange::new(
                "POST",
                &[Present(Header("smartsheet-hook-challenge"))],
                Answer::json(&[(
                    "smartsheetHookResponse",
                    Echo(Header("smartsheet-hook-challenge")),
                )])
                .headers(&[(
                    "smartsheet-hook-response",
                    Echo(Header("smartsheet-hook-challenge")),
                )]),
            )
            .check(&[Shaped(Header("smartsheet-hook-challenge"), TOKEN)]),
        ]),
    }

    /// Strava: GET as for [`META`], but the challenge is echoed in JSON.
    ///
    /// The token is the verify token of the call that creates the subscription.
    STRAVA {
        title: "Strava",
        aliases: [],
        page: "https://developers.strava.com/docs/webhooks/",
        evidence: Documented,
        notes: "Must be answered within two seconds. Events are not signed.",
        handshake: Handshake::unsigned("strava", &[
            Exchange::new(
                "GET",
                &[Is(Query("hub.mode"), "subscribe"), Present(Query("hub.challenge"))],
                Answer::json(&[("hub.challenge", Echo(Query("hub.challenge")))]),
            )
            .check(&[
                Shaped(Query("hub.challenge"), TOKEN),
                Token(Query("hub.verify_token")),
            ]),
        ]),
    }

    /// Trello: HEAD, answered with 200.
    TRELLO {
        title: "Trello",
        aliases: [],
        page: "https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/",
        evidence: Documented,
        notes: "Every HEAD is answered.",
        handshake: Handshake::unsigned("trello", &[HEAD_OK]),
    }

    /// Twitch EventSub: a signed POST of type `webhook_callback_verification`,
    /// whose `challenge` is echoed as plain text.
    ///
    /// A `revocation` is passed to the handler.
    TWITCH {
        title: "Twitch",
        aliases: [],
        page: "https://dev.twitch.tv/docs/eventsub/handling-webhook-events/#responding-to-a-challenge-request",
        evidence: Documented,
        notes: "The message type is in an unsigned header; the challenge is signed.",
        handshake: Handshake::signed("twitch", &[
            Exchange::new(
                "POST",
                &[
                    Is(
                        Header("twitch-eventsub-message-type"),
                        "webhook_callback_verification",
                    ),
                    Present(Json("/challenge")),
                ],
                Answer::text(Echo(Json("/challenge"))),
            )
            .check(&[Shaped(Json("/challenge"), TOKEN)]),
        ]),
    }

    /// Viber: the signed `webhook` event that a call to `set_webhook` triggers, answered
    /// with 200.
    VIBER {
        title: "Viber",
        aliases: [],
        page: "https://creators.viber.com/docs/bots-api/getting-started/web-hooks",
        evidence: Documented,
        notes: "",
        handshake: Handshake::signed("viber", &[
            Exchange::new("POST", &[Is(Json("/event"), "webhook")], Answer::empty(200)),
        ]),
    }

    /// VK Callback API: POST with `type` `confirmation`, answered with the
    /// confirmation string of the community.
    ///
    /// The token is that string; [`allow`](Handshake::allow) restricts it to
    /// communities, by `group_id`.
    VK {
        title: "VK",
        aliases: [],
        page: "https://dev.vk.com/api/callback/getting-started",
        evidence: Documented,
        notes: "Anyone can request the string. All other events expect `ok`, which the handler must send.",
        handshake: Handshake::unsigned("vk", &[
            Exchange::new(
                "POST",
                &[Is(Json("/type"), "confirmation")],
                Answer::text(Value::Token),
            )
            .check(&[AllowedIfListed(Json("/group_id"))]),
        ]),
    }

    /// WebSub: GET with `hub.mode`, `hub.topic` and `hub.challenge`, which is echoed if
    /// the subscription, or its end, is intended, and answered with 404 otherwise.
    ///
    /// Requires the topics in [`allow`](Handshake::allow) or
    /// [`allow_if`](Handshake::allow_if). For a topic on the list, a subscription is
    /// confirmed and its end refused; for any other topic it is the other way round.
    /// `denied` is acknowledged.
    WEBSUB {
        title: "WebSub",
        aliases: ["pubsubhubbub", "youtube"],
        page: "https://www.w3.org/TR/websub/#hub-verifies-intent",
        evidence: Documented,
        notes: "The lease is not reported: pass the request to the handler to see hub.lease_seconds. A subscriber may acknowledge forgeries: .refusal_status(202).",
        handshake: Handshake::unsigned("websub", &[
            Exchange::new(
                "GET",
                &[Is(Query("hub.mode"), "subscribe"), Present(Query("hub.challenge"))],
                Answer::text(Echo(Query("hub.challenge"))),
            )
            .check(&[Shaped(Query("hub.challenge"), TOKEN), Allowed(Query("hub.topic"))]),
            Exchange::new(
                "GET",
                &[Is(Query("hub.mode"), "unsubscribe"), Present(Query("hub.challenge"))],
                Answer::text(Echo(Query("hub.challenge"))),
            )
            .check(&[Shaped(Query("hub.challenge"), TOKEN), NotAllowed(Query("hub.topic"))]),
            Exchange::new("GET", &[Is(Query("hub.mode"), "denied")], Answer::empty(200)),
        ])
        .mismatch_status(404),
    }

    /// WeChat official accounts: GET with `signature`, `timestamp`, `nonce` and
    /// `echostr`, which is echoed if the signature is the SHA-1 of token, timestamp and
    /// nonce, sorted and concatenated.
    ///
    /// The token is the one in the server configuration.
    WECHAT_OFFICIAL_ACCOUNT {
        title: "WeChat official accounts",
        aliases: ["wechat"],
        page: "https://developers.weixin.qq.com/doc/offiaccount/Basic_Information/Access_Overview.html",
        evidence: Documented,
        notes: "The signature does not cover the echostr. WeCom encrypts it, which is not supported.",
        handshake: Handshake::unsigned("wechat-official-account", &[
            Exchange::new(
                "GET",
                &[Present(Query("signature")), Present(Query("echostr"))],
                Answer::text(Echo(Query("echostr"))),
            )
            .check(&[
                Shaped(Query("echostr"), TOKEN),
                Shaped(Query("timestamp"), NUMBER),
                Shaped(Query("nonce"), TOKEN),
                SortedSha1 {
                    signature: Query("signature"),
                    over: &[Query("timestamp"), Query("nonce")],
                },
            ]),
        ]),
    }

    /// X Account Activity: GET with `crc_token`; answered in JSON with `sha256=` and its
    /// base64 HMAC-SHA256 under the consumer secret. Repeated hourly.
    ///
    /// Anyone can have 32 to 64 letters, digits, `-` and `_` signed; no JSON object has
    /// that form.
    X_TWITTER {
        title: "X",
        aliases: ["twitter"],
        page: "https://docs.x.com/x-api/webhooks/quickstart",
        evidence: Documented,
        notes: "The same key signs deliveries: a text signed here is refused as a delivery.",
        handshake: Handshake::unsigned("x-twitter", &[
            Exchange::new(
                "GET",
                &[Present(Query("crc_token"))],
                Answer::json(&[(
                    "response_token",
                    Joined(&[
                        Text("sha256="),
                        Hmac(Digest::Sha256, Encoding::Base64, &[Echo(Query("crc_token"))]),
                    ]),
                )]),
            )
            // A UUID, currently as unpadded base64: 48 characters.
            .check(&[Shaped(Query("crc_token"), Shape::new(Alphabet::Base64url, 32, 64))]),
        ]),
    }

    /// Xero's intent to receive: POSTs without events, some with a valid signature,
    /// answered with 200, and some with an invalid one, answered with 401; both with an
    /// empty body.
    XERO {
        title: "Xero",
        aliases: [],
        page: "https://developer.xero.com/documentation/guides/webhooks/configuring-your-server",
        evidence: Documented,
        notes: "Any status other than 401 for an invalid signature fails the validation.",
        handshake: Handshake::signed("xero", &[
            Exchange::new("POST", &[EmptyArray(Json("/events"))], Answer::empty(200)),
        ])
        .refusal_status(401),
    }

    /// Zoom: a signed POST with `event` `endpoint.url_validation`, whose
    /// `plainToken` is echoed in JSON with its hex HMAC-SHA256 under the
    /// secret token. Repeated every 72 hours.
    ZOOM {
        title: "Zoom",
        aliases: [],
        page: "https://developers.zoom.us/docs/api/webhooks/#validate-your-webhook-endpoint",
        evidence: Documented,
        notes: "Must be answered within three seconds.",
        handshake: Handshake::signed("zoom", &[
            Exchange::new(
                "POST",
                &[
                    Is(Json("/event"), "endpoint.url_validation"),
                    Present(Json("/payload/plainToken")),
                ],
                Answer::json(&[
                    ("plainToken", Echo(Json("/payload/plainToken"))),
                    (
                        "encryptedToken",
                        Hmac(Digest::Sha256, Encoding::Hex, &[Echo(Json("/payload/plainToken"))]),
                    ),
                ]),
            )
            // 16 bytes as base64url: 22 characters.
            .check(&[Shaped(
                Json("/payload/plainToken"),
                Shape::new(Alphabet::Base64url, 16, 64),
            )]),
        ]),
    }
}

/// A challenge that is a random string, and only echoed.
const TOKEN: Shape = Shape::new(Alphabet::Token, 1, 256);
/// A challenge that may contain spaces.
const TEXT: Shape = Shape::new(Alphabet::Text, 1, 512);
/// A challenge that is a number.
const NUMBER: Shape = Shape::new(Alphabet::Digits, 1, 20);
/// A key that the provider sends.
const SECRET: Shape = Shape::new(Alphabet::Token, 16, 256);

/// GET with `challenge`, echoed.
const ECHO_CHALLENGE: Exchange = Exchange::new(
    "GET",
    &[Present(Query("challenge"))],
    Answer::text(Echo(Query("challenge"))),
)
.check(&[Shaped(Query("challenge"), TOKEN)]);

/// HEAD, answered with 200.
const HEAD_OK: Exchange = Exchange::new("HEAD", &[], Answer::empty(200));

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_unique_and_lower_case() {
        let mut names: Vec<&str> = Vec::new();
        for entry in all() {
            for name in std::iter::once(&entry.handshake.name()).chain(entry.aliases) {
                assert_eq!(*name, name.to_ascii_lowercase());
                assert!(!names.contains(name), "{name} twice");
                names.push(name);
                let found = by_name(&name.to_ascii_uppercase()).unwrap();
                assert_eq!(found.handshake.name(), entry.handshake.name());
            }
        }
        assert!(all().is_sorted_by_key(|entry| entry.handshake.name()));
    }

    #[test]
    fn a_provider_finds_its_handshake_by_any_of_its_names() {
        for (name, found) in [
            ("slack", "slack"),
            ("whatsapp", "meta"),
            ("Mandrill", "mandrill"),
            ("mailchimp-transactional", "mandrill"),
            ("twitter", "x-twitter"),
            ("discord", "discord-interactions"),
        ] {
            assert_eq!(by_name(name).unwrap().handshake.name(), found, "{name}");
        }
        assert!(by_name("github").is_none());
        for entry in all() {
            if let Some(provider) = providers::find(entry.handshake.name()) {
                let found = provider.handshake().unwrap();
                assert_eq!(found.handshake.name(), entry.handshake.name());
            }
        }
    }

    #[test]
    fn everything_that_is_echoed_or_signed_has_a_shape() {
        for entry in all() {
            for exchange in entry.handshake.exchanges() {
                for source in exchange.echoes() {
                    assert!(
                        exchange.shape(source).is_some(),
                        "{}: {source}",
                        entry.title
                    );
                }
            }
        }
    }

    #[test]
    fn an_answer_has_at_most_one_mac_signature_or_hash() {
        let mut signing = Vec::new();
        for entry in all() {
            for exchange in entry.handshake.exchanges() {
                let count = std::cell::Cell::new(0);
                exchange.any_value(&|value| {
                    if matches!(value, Hmac(..) | Hash(..) | Ed25519(..)) {
                        count.set(count.get() + 1);
                    }
                    false
                });
                let computed = count.get();
                assert!(computed <= 1, "{}", entry.title);
                assert_eq!(exchange.signs().count(), computed, "{}", entry.title);
                if computed > 0 {
                    signing.push(entry.handshake.name());
                }
            }
        }
        // docs/handshakes.md says who can have what signed.
        assert_eq!(
            signing,
            [
                "braintree",
                "ebay",
                "linkedin",
                "qq-bot",
                "x-twitter",
                "zoom"
            ]
        );
    }

    #[test]
    fn every_signed_handshake_is_recognised_by_a_condition() {
        for entry in all().filter(|entry| entry.handshake.is_signed()) {
            for exchange in entry.handshake.exchanges() {
                assert!(!exchange.when.is_empty(), "{}", entry.title);
            }
        }
    }
}
