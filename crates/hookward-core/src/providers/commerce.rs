//! Shops, orders, shipping and deliveries.

use std::borrow::Cow;

use super::catalogue;
use crate::Encoding;
use crate::scheme::{Digest, KeyForm, Location, Scheme};
use crate::time::TimeUnit;

catalogue! {
    /// AfterShip: `aftership-hmac-sha256: <base64>`, HMAC-SHA256 over the raw
    /// body.
    ///
    /// Key: the webhook secret of the settings page, as text. The event id stands
    /// in the body under `/event_id`.
    AFTERSHIP {
        title: "AfterShip",
        aliases: [],
        page: "https://www.aftership.com/docs/tracking/webhook/webhook-signature",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("aftership", Digest::Sha256)
            .header("aftership-hmac-sha256")
            .encoding(Encoding::Base64)
            .event_id_json("/event_id"),
    }

    /// BigCommerce: [Standard Webhooks](crate::providers::STANDARD_WEBHOOKS),
    /// keyed with the app's client secret.
    ///
    /// Key: the client secret of the API account that made the webhook, as text:
    /// the page's samples turn it into base64 only to hand it to a library that
    /// undoes that. `hash` in the body proves
    /// nothing.
    BIGCOMMERCE {
        title: "BigCommerce",
        aliases: [],
        page: "https://docs.bigcommerce.com/developer/docs/integrations/webhooks/https",
        evidence: Vectors,
        notes: "The id is signed and survives retries: use ReplayMode::EventId. hash in the body proves nothing.",
        scheme: Scheme::hmac("bigcommerce", Digest::Sha256)
            .header("webhook-signature")
            .format("v1,{signature}")
            .separator(" ")
            .encoding(Encoding::Base64)
            .signed("{id}.{timestamp}.{body}")
            .timestamp_header("webhook-timestamp", TimeUnit::Seconds)
            .tolerance(300)
            .event_id_header("webhook-id"),
    }

    /// Clover: the app's webhook auth code is sent as it is in `X-Clover-Auth`.
    ///
    /// Key: the auth code shown in the developer dashboard once the URL is
    /// verified. It proves that the sender knows it and nothing about the
    /// content.
    CLOVER {
        title: "Clover",
        aliases: [],
        page: "https://docs.clover.com/dev/docs/webhooks",
        evidence: Documented,
        notes: "Signs nothing: neither body nor time.",
        scheme: Scheme::shared_secret("clover").header("x-clover-auth"),
    }

    /// Commerce Layer: `X-CommerceLayer-Signature: <base64>`, HMAC-SHA256 over
    /// the raw body.
    ///
    /// Key: the webhook's shared secret, as text. No timestamp and no id header.
    COMMERCE_LAYER {
        title: "Commerce Layer",
        aliases: ["commercelayer"],
        page: "https://docs.commercelayer.io/core/callbacks-security",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("commerce-layer", Digest::Sha256)
            .header("x-commercelayer-signature")
            .encoding(Encoding::Base64),
    }

    /// Deliveroo: `X-Deliveroo-Hmac-Sha256: <hex>`, HMAC-SHA256 over the value of
    /// `X-Deliveroo-Sequence-Guid`, a space and the raw body.
    ///
    /// Key: the webhook secret of the developer portal, as text. The guid is
    /// signed and names the delivery. Legacy POS events have a blank, a line feed
    /// and a blank in place of the space: `.only("legacy")`.
    DELIVEROO {
        title: "Deliveroo",
        aliases: [],
        page: "https://api-docs.deliveroo.com/docs/securing-webhooks",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever. Legacy POS webhooks sign with another separator: name the form legacy for an endpoint that gets them.",
        scheme: deliveroo("{id} {body}").or(DELIVEROO_LEGACY),
    }

    /// EasyPost: `X-Hmac-Signature: hmac-sha256-hex=<hex>`, HMAC-SHA256 over the
    /// raw body.
    ///
    /// Key: the webhook's secret, as text in Unicode normalisation form NFKD;
    /// plain ASCII is that already, anything else needs feature `nfkd`. The newer
    /// `X-Hmac-Signature-V2` is not looked at. The event id stands in the body
    /// under `/id`.
    EASYPOST {
        title: "EasyPost",
        aliases: [],
        page: "https://docs.easypost.com/guides/webhooks-guide",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever. A secret with characters outside ASCII needs feature nfkd.",
        scheme: Scheme::hmac("easypost", Digest::Sha256)
            .header("x-hmac-signature")
            .format("hmac-sha256-hex={signature}")
            .event_id_json("/id")
            .key(KeyForm::TextNfkd),
    }

    /// Ecwid: `X-Ecwid-Webhook-Signature: <base64>`, HMAC-SHA256 over
    /// `{eventCreated}.{eventId}`, two fields of the body.
    ///
    /// Key: the app's client secret, as text. Nothing else of the body is signed:
    /// fetch the entity and believe nothing else.
    ECWID {
        title: "Ecwid",
        aliases: [],
        page: "https://api-docs.ecwid.com/reference/webhooks",
        evidence: Documented,
        notes: "Only eventCreated and eventId are signed; entityId and eventType are not.",
        scheme: Scheme::hmac("ecwid", Digest::Sha256)
            .header("x-ecwid-webhook-signature")
            .encoding(Encoding::Base64)
            .signed("{timestamp}.{json:/eventId}")
            .timestamp_at(Location::Json(Cow::Borrowed("/eventCreated")), TimeUnit::Seconds)
            .event_id_json("/eventId"),
    }

    /// Fourthwall: `X-Fourthwall-Hmac-SHA256: <base64>`, HMAC-SHA256 over the raw
    /// body; platform apps get `X-Fourthwall-Hmac-Apps-SHA256` instead.
    ///
    /// Key: the secret key of the shop's webhook settings, as text; for apps the
    /// HMAC key of the app's settings. The event id stands in the body under
    /// `/id`.
    FOURTHWALL {
        title: "Fourthwall",
        aliases: [],
        page: "https://docs.fourthwall.com/webhooks/signature-verification",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("fourthwall", Digest::Sha256)
            .header("x-fourthwall-hmac-sha256")
            .encoding(Encoding::Base64)
            .event_id_json("/id")
            .form("shop")
            .or(FOURTHWALL_APPS),
    }

    /// Lob: `Lob-Signature: <hex>`, HMAC-SHA256 over `{timestamp}.{body}`, the
    /// time in `Lob-Signature-Timestamp`.
    ///
    /// Key: the webhook's secret, as text. The event id stands in the body under
    /// `/id`.
    LOB {
        title: "Lob",
        aliases: [],
        page: "https://docs.lob.com/#tag/Webhooks",
        evidence: Documented,
        notes: "The time is written in milliseconds; seconds are taken too.",
        scheme: Scheme::hmac("lob", Digest::Sha256)
            .header("lob-signature")
            .signed("{timestamp}.{body}")
            .timestamp_header("lob-signature-timestamp", TimeUnit::SecondsOrMillis)
            .tolerance(300)
            .event_id_json("/id"),
    }

    /// Onfleet: `X-Onfleet-Signature: <hex>`, HMAC-SHA512 over the raw body.
    ///
    /// Key: the webhook secret (*Settings, API & Webhooks*), hex digits used as
    /// the bytes behind them. No timestamp and no id header.
    ONFLEET {
        title: "Onfleet",
        aliases: [],
        page: "https://docs.onfleet.com/reference/secrets",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever. The key is hex.",
        scheme: Scheme::hmac("onfleet", Digest::Sha512)
            .header("x-onfleet-signature")
            .key(KeyForm::Hex),
    }

    /// Printify: `X-Pfy-Signature: sha256=<hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the secret given when the webhook was created, as text. The event id
    /// stands in the body under `/id`.
    PRINTIFY {
        title: "Printify",
        aliases: [],
        page: "https://developers.printify.com/#webhooks",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("printify", Digest::Sha256)
            .header("x-pfy-signature")
            .format("sha256={signature}")
            .event_id_json("/id"),
    }

    /// Shippo: `Shippo-Auth-Signature: t=<seconds>,v1=<hex>`, HMAC-SHA256 over
    /// `{timestamp}.{body}`.
    ///
    /// Key: the HMAC secret that Shippo's support sets up, as text. Without it
    /// Shippo sends no signature.
    SHIPPO {
        title: "Shippo",
        aliases: [],
        page: "https://docs.goshippo.com/docs/tracking/webhooksecurity/",
        evidence: Documented,
        notes: "HMAC has to be asked for.",
        scheme: Scheme::hmac("shippo", Digest::Sha256)
            .header("shippo-auth-signature")
            .format("t={timestamp},v1={signature}")
            .signed("{timestamp}.{body}")
            .timestamp_in_signature(TimeUnit::Seconds)
            .tolerance(300),
    }

    /// Shopify's app proxy: requests that Shopify forwards from a shop's pages to
    /// an app, with `signature` in the query, hex HMAC-SHA256 over the other
    /// parameters, decoded: `name=value`, sorted, with nothing between them, the
    /// values of a repeated name joined by commas.
    ///
    /// Key: the app's client secret, as text. The parameter `timestamp` is signed
    /// and, as in Shopify's libraries, held to a minute and a half. The body of a
    /// POST is not signed, and neither is the path: whoever opens the shop's page
    /// chooses both, and the parameters beside Shopify's own.
    SHOPIFY_APP_PROXY {
        title: "Shopify app proxy",
        aliases: [],
        page: "https://shopify.dev/docs/apps/build/online-store/app-proxies/authenticate-app-proxies",
        evidence: Vectors,
        notes: "Not a webhook: the shop's visitor asks, and Shopify vouches for shop, customer and time. Path and body are not signed. Parameters meet with nothing between them.",
        scheme: Scheme::hmac("shopify-app-proxy", Digest::Sha256)
            .at(Location::Query(Cow::Borrowed("signature")))
            .signed("{query|merge(',')|sort|join('=', '')}")
            .ambiguous("a visitor who asks for `?a=1logged_in_customer_id=7m=` gets a signature that fits the parameters `a=1`, `logged_in_customer_id=7` and `m=logged_in_customer_id=`: cut differently, it vouches for a customer of their choice; and a value with a comma is that of two")
            .timestamp_at(Location::Query(Cow::Borrowed("timestamp")), TimeUnit::Seconds)
            .tolerance(90),
    }

    /// Shopify: `X-Shopify-Hmac-Sha256: <base64>`, HMAC-SHA256 over the raw body;
    /// event subscriptions send the same as `Shopify-Hmac-Sha256`, which is
    /// accepted with `.accept("events")`.
    ///
    /// Key: the app's client secret, as text, or the secret shown below the list
    /// of webhooks in the shop's settings. Topic, shop domain,
    /// `X-Shopify-Webhook-Id` and `X-Shopify-Triggered-At` are headers and not
    /// signed.
    SHOPIFY {
        title: "Shopify",
        aliases: [],
        page: "https://shopify.dev/docs/apps/build/webhooks/subscribe/https",
        evidence: Vectors,
        notes: "Shop, topic, id and time are in headers and not signed. Event subscriptions (form events) are off unless they are accepted by name. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("shopify", Digest::Sha256)
            .header("x-shopify-hmac-sha256")
            .encoding(Encoding::Base64)
            .event_id_header("x-shopify-webhook-id")
            .form("webhook")
            .or(SHOPIFY_EVENTS),
    }

    /// Shopware apps: `shopware-shop-signature: <hex>`, HMAC-SHA256 over the raw
    /// body.
    ///
    /// Key: the secret that the app gave the shop when it was registered, as
    /// text, one for each shop (`/source/shopId` in the body).
    SHOPWARE {
        title: "Shopware",
        aliases: [],
        page: "https://developer.shopware.com/docs/guides/plugins/apps/webhook.html",
        evidence: Sdk,
        notes: "No timestamp: a recorded delivery stays valid for ever. Each shop has its own key.",
        scheme: Scheme::hmac("shopware", Digest::Sha256).header("shopware-shop-signature"),
    }

    /// Squarespace: `Squarespace-Signature: <hex>`, HMAC-SHA256 over the raw
    /// body.
    ///
    /// Key: the subscription's secret, hex digits used as the bytes behind them.
    /// The notification id stands in the body under `/id`.
    SQUARESPACE {
        title: "Squarespace",
        aliases: [],
        page: "https://developers.squarespace.com/webhooks/overview",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever. The key is hex.",
        scheme: Scheme::hmac("squarespace", Digest::Sha256)
            .header("squarespace-signature")
            .event_id_json("/id")
            .key(KeyForm::Hex),
    }

    /// Uber Eats and Direct: `X-Uber-Signature: <hex>`, HMAC-SHA256 over the raw
    /// body.
    ///
    /// Key: the app's client secret, or the webhook's signing key where one is
    /// set, as text. The event id stands in the body under `/event_id`.
    UBER {
        title: "Uber",
        aliases: ["uber-eats"],
        page: "https://developer.uber.com/docs/eats/guides/webhooks",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("uber", Digest::Sha256)
            .header("x-uber-signature")
            .event_id_json("/event_id"),
    }

    /// WooCommerce: `X-WC-Webhook-Signature: <base64>`, HMAC-SHA256 over the raw
    /// body.
    ///
    /// Key: the webhook's secret (*WooCommerce, Settings, Advanced, Webhooks*),
    /// as text. `X-WC-Webhook-Delivery-ID` and the topic are not signed. The
    /// first ping after saving is a form (`webhook_id=…`).
    WOOCOMMERCE {
        title: "WooCommerce",
        aliases: [],
        page: "https://woocommerce.github.io/woocommerce-rest-api-docs/#webhooks",
        evidence: Vectors,
        notes: "Topic and delivery id are in headers and not signed. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("woocommerce", Digest::Sha256)
            .header("x-wc-webhook-signature")
            .encoding(Encoding::Base64)
            .event_id_header("x-wc-webhook-delivery-id"),
    }
}

const fn deliveroo(signed: &'static str) -> Scheme {
    Scheme::hmac("deliveroo", Digest::Sha256)
        .header("x-deliveroo-hmac-sha256")
        .signed(signed)
        .event_id_header("x-deliveroo-sequence-guid")
}

const DELIVEROO_LEGACY: &[Scheme] = &[deliveroo("{id} \n {body}").form("legacy").opt_in()];

const SHOPIFY_EVENTS: &[Scheme] = &[Scheme::hmac("shopify", Digest::Sha256)
    .header("shopify-hmac-sha256")
    .form("events")
    .encoding(Encoding::Base64)
    .event_id_header("shopify-webhook-id")];

const FOURTHWALL_APPS: &[Scheme] = &[Scheme::hmac("fourthwall", Digest::Sha256)
    .header("x-fourthwall-hmac-apps-sha256")
    .form("app")
    .encoding(Encoding::Base64)
    .event_id_json("/id")];
