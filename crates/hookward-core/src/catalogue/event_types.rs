//! Where providers write the type of an event.
//!
//! An entry is here where its provider documents one place for all of its events. Where a
//! delivery has the type more than once, the place is one that the signature covers. Not
//! here are providers that send several events in a request (HubSpot, SendGrid, LINE, Xero),
//! those that name none, and those whose types the sender's customers invent (Svix).

/// An entry, the place as [`EventTypes::by`](crate::EventTypes::by) takes it, and the page
/// that documents it.
pub(crate) type Documented = (&'static str, &'static str, &'static str);

/// Where the entry's provider writes the type.
pub(crate) fn place_of(entry: &str) -> Option<&'static str> {
    let mut all = EVENT_TYPES.iter();
    all.find(|(name, ..)| *name == entry)
        .map(|(_, place, _)| *place)
}

/// Sorted by entry.
#[rustfmt::skip]
pub(crate) const EVENT_TYPES: &[Documented] = &[
    ("adyen", "body:/notificationItems/0/NotificationRequestItem/eventCode", "https://docs.adyen.com/development-resources/webhooks/webhook-structure-and-types/"),
    ("adyen-platforms", "body:/type", "https://docs.adyen.com/api-explorer/balanceplatform-webhooks/latest/overview"),
    ("authorize-net", "body:/eventType", "https://developer.authorize.net/api/reference/features/webhooks.html"),
    ("azure-devops", "body:/eventType", "https://learn.microsoft.com/en-us/azure/devops/service-hooks/events"),
    ("bitbucket", "header:x-event-key", "https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/"),
    ("bitbucket-server", "body:/eventKey", "https://confluence.atlassian.com/bitbucketserver/event-payload-938025882.html"),
    ("box", "body:/trigger", "https://developer.box.com/guides/webhooks/triggers/"),
    ("btcpay", "body:/type", "https://docs.btcpayserver.org/API/Greenfield/v1/"),
    ("buildkite", "body:/event", "https://buildkite.com/docs/apis/webhooks/pipelines"),
    ("cal-com", "body:/triggerEvent", "https://cal.com/docs/developing/guides/automation/webhooks"),
    ("calendly", "body:/event", "https://developer.calendly.com/api-docs/4c305798a61d3-webhook-signatures"),
    ("chargebee", "body:/event_type", "https://apidocs.chargebee.com/docs/api/events"),
    ("checkout-com", "body:/type", "https://www.checkout.com/docs/developer-resources/event-notifications/receive-webhooks"),
    ("circleci", "body:/type", "https://circleci.com/docs/reference/outbound-webhooks-reference/"),
    ("clickup", "body:/event", "https://developer.clickup.com/docs/webhooks"),
    ("coinbase-commerce", "body:/event/type", "https://docs.cdp.coinbase.com/commerce/docs/webhooks-events"),
    ("contentful", "header:x-contentful-topic", "https://www.contentful.com/developers/docs/webhooks/overview/"),
    ("discourse", "header:x-discourse-event", "https://meta.discourse.org/t/configure-webhooks-that-trigger-on-discourse-events-to-integrate-with-external-services/49045"),
    ("docusign", "body:/event", "https://developers.docusign.com/platform/webhooks/connect/json-sim-event-model/"),
    ("dwolla", "body:/topic", "https://developers.dwolla.com/docs/balance/webhooks/process-validate"),
    ("ebay", "body:/metadata/topic", "https://developer.ebay.com/api-docs/commerce/notification/overview.html"),
    ("figma", "body:/event_type", "https://developers.figma.com/docs/rest-api/webhooks-events/"),
    ("fintoc", "body:/type", "https://docs.fintoc.com/docs/resources/webhooks-walkthrough/webhooks-validating"),
    ("forgejo", "header:x-forgejo-event", "https://forgejo.org/docs/latest/user/webhooks/"),
    ("gitea", "header:x-gitea-event", "https://docs.gitea.com/usage/webhooks"),
    ("github", "header:x-github-event", "https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers"),
    ("gitlab", "body:/object_kind", "https://docs.gitlab.com/user/project/integrations/webhook_events/"),
    ("gitlab-signing-token", "body:/object_kind", "https://docs.gitlab.com/user/project/integrations/webhook_events/"),
    ("gogs", "header:x-gogs-event", "https://gogs.io/docs/features/webhook"),
    ("greenhouse", "body:/action", "https://developers.greenhouse.io/webhooks.html"),
    ("help-scout", "header:x-helpscout-event", "https://developer.helpscout.com/webhooks/"),
    ("intercom", "body:/topic", "https://developers.intercom.com/docs/references/webhooks/webhook-models"),
    ("jira", "body:/webhookEvent", "https://developer.atlassian.com/cloud/jira/platform/webhooks/"),
    ("lemon-squeezy", "body:/meta/event_name", "https://docs.lemonsqueezy.com/help/webhooks/webhook-requests"),
    ("lever", "body:/event", "https://hire.lever.co/developer/documentation#webhooks"),
    ("linear", "body:/type", "https://linear.app/developers/webhooks"),
    ("livekit", "body:/event", "https://docs.livekit.io/home/server/webhooks/"),
    ("mailgun", "body:/event-data/event", "https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhook-payloads"),
    ("monday", "body:/event/type", "https://developer.monday.com/api-reference/reference/webhooks"),
    ("mux", "body:/type", "https://www.mux.com/docs/core/listen-for-webhooks"),
    ("notion", "body:/type", "https://developers.notion.com/reference/webhooks-events-delivery"),
    ("nylas", "body:/type", "https://developer.nylas.com/docs/v3/notifications/"),
    ("onfido", "body:/payload/action", "https://documentation.onfido.com/api/latest/#webhooks"),
    ("openai", "body:/type", "https://platform.openai.com/docs/api-reference/webhook-events"),
    ("paddle", "body:/event_type", "https://developer.paddle.com/webhooks/overview"),
    ("paddle-classic", "form:alert_name", "https://developer.paddle.com/classic/webhook-reference/verifying-webhooks"),
    ("pagerduty", "body:/event/event_type", "https://developer.pagerduty.com/docs/webhooks-overview"),
    ("patreon", "header:x-patreon-event", "https://docs.patreon.com/#webhooks"),
    ("paypal", "body:/event_type", "https://developer.paypal.com/api/rest/webhooks/event-names/"),
    ("paystack", "body:/event", "https://paystack.com/docs/payments/webhooks/"),
    ("persona", "body:/data/attributes/name", "https://docs.withpersona.com/webhooks"),
    ("pingpp", "body:/type", "https://github.com/PingPlusPlus/pingpp-php/blob/master/example/webhooks.php"),
    ("polar", "body:/type", "https://polar.sh/docs/integrate/webhooks/delivery"),
    ("postmark", "body:/RecordType", "https://postmarkapp.com/developer/webhooks/webhooks-overview"),
    ("razorpay", "body:/event", "https://razorpay.com/docs/webhooks/payloads/"),
    ("revenuecat", "body:/event/type", "https://www.revenuecat.com/docs/integrations/webhooks/event-types-and-fields"),
    ("sentry", "header:sentry-hook-resource", "https://docs.sentry.io/organization/integrations/integration-platform/webhooks/"),
    ("shopify", "header:x-shopify-topic", "https://shopify.dev/docs/apps/build/webhooks/subscribe/https"),
    ("slack", "body:/event/type", "https://docs.slack.dev/apis/events-api/"),
    ("square", "body:/type", "https://developer.squareup.com/docs/webhooks/overview"),
    ("squarespace", "body:/topic", "https://developers.squarespace.com/webhooks/overview"),
    ("standard-webhooks", "body:/type", "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md"),
    ("standard-webhooks-v1a", "body:/type", "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md"),
    ("stripe", "body:/type", "https://docs.stripe.com/api/events/object"),
    ("tally", "body:/eventType", "https://tally.so/help/webhooks"),
    ("telnyx", "body:/data/event_type", "https://developers.telnyx.com/docs/messaging/messages/receiving-webhooks"),
    ("todoist", "body:/event_name", "https://developer.todoist.com/api/v1/#tag/Webhooks"),
    ("trello", "body:/action/type", "https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/"),
    ("twitch", "body:/subscription/type", "https://dev.twitch.tv/docs/eventsub/handling-webhook-events/"),
    ("typeform", "body:/event_type", "https://www.typeform.com/developers/webhooks/example-payload/"),
    ("vercel", "body:/type", "https://vercel.com/docs/webhooks/webhooks-api"),
    ("webflow", "body:/triggerType", "https://developers.webflow.com/data/docs/working-with-webhooks"),
    ("wechatpay-v3", "body:/event_type", "https://pay.weixin.qq.com/doc/v3/merchant/4012365342"),
    ("wise", "body:/event_type", "https://docs.wise.com/api-docs/guides/webhooks"),
    ("woocommerce", "header:x-wc-webhook-topic", "https://woocommerce.github.io/woocommerce-rest-api-docs/#webhooks"),
    ("workos", "body:/event", "https://workos.com/docs/events/data-syncing/webhooks"),
    ("worldline", "body:/type", "https://docs.direct.worldline-solutions.com/en/integration/api-developer-guide/webhooks"),
    ("zendesk", "body:/type", "https://developer.zendesk.com/documentation/webhooks/verifying/"),
    ("zoom", "body:/event", "https://developers.zoom.us/docs/api/webhooks/"),
];
