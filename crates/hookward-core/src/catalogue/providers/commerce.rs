//! Shops, marketplaces and points of sale.

use std::borrow::Cow;

use super::entry::{catalogue, retried};
use super::parts::{COMPACT, RS256};
use crate::Encoding;
use crate::scheme::{
    Algorithm, Curve, Digest, EcdsaForm, KeyForm, Location, Recipient, ReplayBy, RetryTime, Scheme,
    Success,
};
use crate::text::time::TimeUnit;

catalogue! {
    /// BigCommerce: [Standard Webhooks](crate::catalogue::providers::STANDARD_WEBHOOKS),
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
        notes: "The id is signed and survives retries. hash in the body proves nothing.",
        scheme: Scheme::hmac("bigcommerce", Digest::Sha256)
            .header("webhook-signature")
            .format("v1,{signature}")
            .separator(" ")
            .encoding(Encoding::Base64)
            .signed("{id}.{timestamp}.{body}")
            .timestamp_header("webhook-timestamp", TimeUnit::Seconds)
            .tolerance(300)
            .event_id_header("webhook-id")
            .recipients(const { &[Recipient::new("store", &[Location::Json(Cow::Borrowed("/producer"))]).optional()] })
            .replay_by(ReplayBy::Id)
            .replay_because("BigCommerce follows Standard Webhooks: webhook-id is signed and stays over retries.")
            .retries(retried::NOT_2XX.lasting("48 hours").time(RetryTime::Renewed))
            .success(Success::Ok),
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
        scheme: Scheme::shared_secret("clover").header("x-clover-auth")
            .replay_by(ReplayBy::Body)
            .replay_because("The auth code says nothing of the content; the body lists object, type and a time in milliseconds for each change, so two events differ.")
            .success(Success::Ok),
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
            .encoding(Encoding::Base64)
            .replay_by(ReplayBy::None)
            .replay_because("The body is the resource as the API gives it, and the topic only an unsigned header: two topics that fire together, such as orders.place and orders.authorize, can carry equal bodies.")
            .retries(retried::NOT_2XX.lasting("10 retries")),
    }

    /// eBay's Notification API: ECDSA P-256 over SHA-1 of the raw body.
    /// `X-EBAY-SIGNATURE` is JSON in base64 with the members `alg`, `kid`,
    /// `signature` (base64 of DER) and `digest`.
    ///
    /// Key: the PEM that `/commerce/notification/v1/public_key/{kid}` gives, on
    /// one line as it is, under that `kid`.
    EBAY {
        title: "eBay",
        aliases: [],
        page: "https://developer.ebay.com/api-docs/commerce/notification/overview.html",
        evidence: Vectors,
        notes: "SHA-1. The algorithm and the digest that the header names are not signed and choose nothing. No timestamp outside of the signed body.",
        scheme: Scheme::public_key("ebay", ECDSA_P256_SHA1)
            .at(ebay("/signature"))
            .key_id_at(ebay("/kid"))
            .event_id_json("/notification/notificationId")
            .replay_by(ReplayBy::Id)
            .replay_because("The body counts its attempts (publishAttemptCount), so it differs from one to the next; notificationId names the notification."),
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
            .tolerance(90_000)
            .event_id_json("/eventId")
            .replay_by(ReplayBy::Id)
            .replay_because("eventId is signed and names the event; eventCreated, signed with it, is the event's own time and therefore the first one on each retry."),
    }

    /// Fourthwall: `X-Fourthwall-Hmac-SHA256: <base64>`, HMAC-SHA256 over the raw
    /// body; platform apps get `X-Fourthwall-Hmac-Apps-SHA256` instead.
    ///
    /// Key: the secret key of the shop's webhook settings, as text; for apps the
    /// HMAC key of the app's settings. The event id is in the body under
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
            .or(FOURTHWALL_APPS)
            .replay_by(ReplayBy::Content)
            .replay_because("The signed body holds the event's id and createdAt, so two events differ; that the id stays on a retry is not stated.")
            .retries(retried::NOT_2XX),
    }

    /// Printify: `X-Pfy-Signature: sha256=<hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the secret given when the webhook was created, as text. The event id
    /// is in the body under `/id`.
    PRINTIFY {
        title: "Printify",
        aliases: [],
        page: "https://developers.printify.com/#webhooks",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("printify", Digest::Sha256)
            .header("x-pfy-signature")
            .format("sha256={signature}")
            .event_id_json("/id")
            .replay_by(ReplayBy::Content)
            .replay_because("The signed body holds an event id and created_at, so two events differ; that the id stays on a retry is not stated.")
            .retries(retried::NOT_2XX),
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
            .or(SHOPIFY_EVENTS)
            .replay_by(ReplayBy::Content)
            .replay_kind("x-shopify-topic", &[Cow::Borrowed("app/scopes_update"), Cow::Borrowed("app/uninstalled"), Cow::Borrowed("app_purchases_one_time/update"), Cow::Borrowed("app_subscriptions/approaching_capped_amount"), Cow::Borrowed("app_subscriptions/update"), Cow::Borrowed("attributed_sessions/first"), Cow::Borrowed("attributed_sessions/last"), Cow::Borrowed("audit_events/admin_api_activity"), Cow::Borrowed("bulk_operations/finish"), Cow::Borrowed("carts/create"), Cow::Borrowed("carts/update"), Cow::Borrowed("channels/delete"), Cow::Borrowed("checkout_and_accounts_configurations/update"), Cow::Borrowed("checkouts/create"), Cow::Borrowed("checkouts/delete"), Cow::Borrowed("checkouts/update"), Cow::Borrowed("collection_listings/add"), Cow::Borrowed("collection_listings/remove"), Cow::Borrowed("collection_listings/update"), Cow::Borrowed("collection_publications/create"), Cow::Borrowed("collection_publications/delete"), Cow::Borrowed("collection_publications/update"), Cow::Borrowed("collections/create"), Cow::Borrowed("collections/delete"), Cow::Borrowed("collections/update"), Cow::Borrowed("companies/create"), Cow::Borrowed("companies/delete"), Cow::Borrowed("companies/update"), Cow::Borrowed("company_contact_roles/assign"), Cow::Borrowed("company_contact_roles/revoke"), Cow::Borrowed("company_contacts/create"), Cow::Borrowed("company_contacts/delete"), Cow::Borrowed("company_contacts/update"), Cow::Borrowed("company_locations/create"), Cow::Borrowed("company_locations/delete"), Cow::Borrowed("company_locations/update"), Cow::Borrowed("customer_account_settings/update"), Cow::Borrowed("customer_groups/create"), Cow::Borrowed("customer_groups/delete"), Cow::Borrowed("customer_groups/update"), Cow::Borrowed("customer_payment_methods/create"), Cow::Borrowed("customer_payment_methods/revoke"), Cow::Borrowed("customer_payment_methods/update"), Cow::Borrowed("customers/create"), Cow::Borrowed("customers/data_request"), Cow::Borrowed("customers/delete"), Cow::Borrowed("customers/disable"), Cow::Borrowed("customers/enable"), Cow::Borrowed("customers/merge"), Cow::Borrowed("customers/purchasing_summary"), Cow::Borrowed("customers/redact"), Cow::Borrowed("customers/update"), Cow::Borrowed("customers_email_marketing_consent/update"), Cow::Borrowed("customers_marketing_consent/update"), Cow::Borrowed("delivery_promise_settings/update"), Cow::Borrowed("discounts/create"), Cow::Borrowed("discounts/delete"), Cow::Borrowed("discounts/redeemcode_added"), Cow::Borrowed("discounts/redeemcode_removed"), Cow::Borrowed("discounts/update"), Cow::Borrowed("disputes/create"), Cow::Borrowed("disputes/update"), Cow::Borrowed("domains/create"), Cow::Borrowed("domains/destroy"), Cow::Borrowed("domains/update"), Cow::Borrowed("draft_orders/create"), Cow::Borrowed("draft_orders/delete"), Cow::Borrowed("draft_orders/update"), Cow::Borrowed("finance_app_staff_member/delete"), Cow::Borrowed("finance_app_staff_member/grant"), Cow::Borrowed("finance_app_staff_member/revoke"), Cow::Borrowed("finance_app_staff_member/update"), Cow::Borrowed("finance_kyc_information/update"), Cow::Borrowed("fulfillment_events/create"), Cow::Borrowed("fulfillment_events/delete"), Cow::Borrowed("fulfillment_holds/added"), Cow::Borrowed("fulfillment_holds/released"), Cow::Borrowed("fulfillment_orders/cancellation_request_accepted"), Cow::Borrowed("fulfillment_orders/cancellation_request_rejected"), Cow::Borrowed("fulfillment_orders/cancellation_request_submitted"), Cow::Borrowed("fulfillment_orders/cancelled"), Cow::Borrowed("fulfillment_orders/fulfillment_request_accepted"), Cow::Borrowed("fulfillment_orders/fulfillment_request_rejected"), Cow::Borrowed("fulfillment_orders/fulfillment_request_submitted"), Cow::Borrowed("fulfillment_orders/fulfillment_service_failed_to_complete"), Cow::Borrowed("fulfillment_orders/hold_released"), Cow::Borrowed("fulfillment_orders/line_items_prepared_for_local_delivery"), Cow::Borrowed("fulfillment_orders/line_items_prepared_for_pickup"), Cow::Borrowed("fulfillment_orders/manually_reported_progress_stopped"), Cow::Borrowed("fulfillment_orders/merged"), Cow::Borrowed("fulfillment_orders/moved"), Cow::Borrowed("fulfillment_orders/order_routing_complete"), Cow::Borrowed("fulfillment_orders/placed_on_hold"), Cow::Borrowed("fulfillment_orders/progress_reported"), Cow::Borrowed("fulfillment_orders/rescheduled"), Cow::Borrowed("fulfillment_orders/scheduled_fulfillment_order_ready"), Cow::Borrowed("fulfillment_orders/split"), Cow::Borrowed("fulfillments/create"), Cow::Borrowed("fulfillments/update"), Cow::Borrowed("inventory_items/create"), Cow::Borrowed("inventory_items/delete"), Cow::Borrowed("inventory_items/update"), Cow::Borrowed("inventory_levels/connect"), Cow::Borrowed("inventory_levels/disconnect"), Cow::Borrowed("inventory_levels/update"), Cow::Borrowed("inventory_shipments/add_items"), Cow::Borrowed("inventory_shipments/create"), Cow::Borrowed("inventory_shipments/delete"), Cow::Borrowed("inventory_shipments/mark_in_transit"), Cow::Borrowed("inventory_shipments/receive_items"), Cow::Borrowed("inventory_shipments/remove_items"), Cow::Borrowed("inventory_shipments/update_item_quantities"), Cow::Borrowed("inventory_shipments/update_tracking"), Cow::Borrowed("inventory_transfers/add_items"), Cow::Borrowed("inventory_transfers/cancel"), Cow::Borrowed("inventory_transfers/complete"), Cow::Borrowed("inventory_transfers/ready_to_ship"), Cow::Borrowed("inventory_transfers/remove_items"), Cow::Borrowed("inventory_transfers/update_item_quantities"), Cow::Borrowed("locales/create"), Cow::Borrowed("locales/destroy"), Cow::Borrowed("locales/update"), Cow::Borrowed("locations/activate"), Cow::Borrowed("locations/create"), Cow::Borrowed("locations/deactivate"), Cow::Borrowed("locations/delete"), Cow::Borrowed("locations/update"), Cow::Borrowed("machine_translation_batch/completed"), Cow::Borrowed("markets/create"), Cow::Borrowed("markets/delete"), Cow::Borrowed("markets/update"), Cow::Borrowed("markets_backup_region/update"), Cow::Borrowed("metafield_definitions/create"), Cow::Borrowed("metafield_definitions/delete"), Cow::Borrowed("metafield_definitions/update"), Cow::Borrowed("metaobjects/create"), Cow::Borrowed("metaobjects/delete"), Cow::Borrowed("metaobjects/update"), Cow::Borrowed("order_transactions/create"), Cow::Borrowed("orders/cancelled"), Cow::Borrowed("orders/create"), Cow::Borrowed("orders/delete"), Cow::Borrowed("orders/edited"), Cow::Borrowed("orders/fulfilled"), Cow::Borrowed("orders/link_requested"), Cow::Borrowed("orders/paid"), Cow::Borrowed("orders/partially_fulfilled"), Cow::Borrowed("orders/risk_assessment_changed"), Cow::Borrowed("orders/shopify_protect_eligibility_changed"), Cow::Borrowed("orders/updated"), Cow::Borrowed("payment_schedules/due"), Cow::Borrowed("payment_terms/create"), Cow::Borrowed("payment_terms/delete"), Cow::Borrowed("payment_terms/update"), Cow::Borrowed("product_feeds/create"), Cow::Borrowed("product_feeds/full_sync"), Cow::Borrowed("product_feeds/full_sync_finish"), Cow::Borrowed("product_feeds/incremental_sync"), Cow::Borrowed("product_feeds/update"), Cow::Borrowed("product_listings/add"), Cow::Borrowed("product_listings/remove"), Cow::Borrowed("product_listings/update"), Cow::Borrowed("product_publications/create"), Cow::Borrowed("product_publications/delete"), Cow::Borrowed("product_publications/update"), Cow::Borrowed("products/create"), Cow::Borrowed("products/delete"), Cow::Borrowed("products/update"), Cow::Borrowed("profiles/create"), Cow::Borrowed("profiles/delete"), Cow::Borrowed("profiles/update"), Cow::Borrowed("publications/delete"), Cow::Borrowed("refunds/create"), Cow::Borrowed("returns/approve"), Cow::Borrowed("returns/cancel"), Cow::Borrowed("returns/close"), Cow::Borrowed("returns/decline"), Cow::Borrowed("returns/process"), Cow::Borrowed("returns/reopen"), Cow::Borrowed("returns/request"), Cow::Borrowed("returns/update"), Cow::Borrowed("reverse_deliveries/attach_deliverable"), Cow::Borrowed("reverse_fulfillment_orders/dispose"), Cow::Borrowed("scheduled_product_listings/add"), Cow::Borrowed("scheduled_product_listings/remove"), Cow::Borrowed("scheduled_product_listings/update"), Cow::Borrowed("segments/create"), Cow::Borrowed("segments/delete"), Cow::Borrowed("segments/update"), Cow::Borrowed("selling_plan_groups/create"), Cow::Borrowed("selling_plan_groups/delete"), Cow::Borrowed("selling_plan_groups/update"), Cow::Borrowed("shipping_addresses/create"), Cow::Borrowed("shipping_addresses/update"), Cow::Borrowed("shop/redact"), Cow::Borrowed("shop/update"), Cow::Borrowed("subscription_billing_attempts/challenged"), Cow::Borrowed("subscription_billing_attempts/failure"), Cow::Borrowed("subscription_billing_attempts/success"), Cow::Borrowed("subscription_billing_cycle_edits/create"), Cow::Borrowed("subscription_billing_cycle_edits/delete"), Cow::Borrowed("subscription_billing_cycle_edits/update"), Cow::Borrowed("subscription_billing_cycles/skip"), Cow::Borrowed("subscription_billing_cycles/unskip"), Cow::Borrowed("subscription_contracts/activate"), Cow::Borrowed("subscription_contracts/cancel"), Cow::Borrowed("subscription_contracts/create"), Cow::Borrowed("subscription_contracts/expire"), Cow::Borrowed("subscription_contracts/fail"), Cow::Borrowed("subscription_contracts/pause"), Cow::Borrowed("subscription_contracts/update"), Cow::Borrowed("tax_partners/update"), Cow::Borrowed("tax_services/create"), Cow::Borrowed("tax_services/update"), Cow::Borrowed("tax_summaries/create"), Cow::Borrowed("tender_transactions/create"), Cow::Borrowed("themes/create"), Cow::Borrowed("themes/delete"), Cow::Borrowed("themes/publish"), Cow::Borrowed("themes/update"), Cow::Borrowed("variants/in_stock"), Cow::Borrowed("variants/out_of_stock"), Cow::Borrowed("customer.joined_segment"), Cow::Borrowed("customer.left_segment"), Cow::Borrowed("customer.tags_added"), Cow::Borrowed("customer.tags_removed")])
            .replay_because("Only the body is signed, it is the bare resource, and topics share it, so the topic counts as well; a retry carries the original payload, and Shopify itself drops an equal payload of one topic as a duplicate. Payloads without a time can be equal: locales/create when a language is removed and added again, or for two shops, since one key signs for all shops of an app and the shop is only in a header. The second is then taken for a repeat.")
            .retries(retried::NOT_2XX.lasting("4 hours (8 retries)")),
    }

    /// Shopify's app proxy: requests that Shopify forwards from a shop's pages to
    /// an app, with `signature` in the query, hex HMAC-SHA256 over the other
    /// parameters, decoded: `name=value`, sorted, with nothing between them, the
    /// values of a repeated name joined by commas.
    ///
    /// Key: the app's client secret, as text. The parameter `timestamp` is signed
    /// and, as in Shopify's libraries, at most a minute and a half old. The body of a
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
            .tolerance(90)
            .replay_by(ReplayBy::None)
            .replay_because("A visitor opens the same page of the shop twice within a second, and both requests are equal: it is a page view and no event."),
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
        scheme: Scheme::hmac("shopware", Digest::Sha256).header("shopware-shop-signature")
            .event_id_json("/source/eventId")
            .replay_by(ReplayBy::Id)
            .replay_because("source.eventId is in the signed body, unique for each original event and unchanged when the same event is sent again, whereas the body's timestamp is renewed; Shopware before 6.4.11 sends none, and there the whole body counts."),
    }

    /// Squarespace: `Squarespace-Signature: <hex>`, HMAC-SHA256 over the raw
    /// body.
    ///
    /// Key: the subscription's secret, hex digits used as the bytes behind them.
    /// The notification id is in the body under `/id`.
    SQUARESPACE {
        title: "Squarespace",
        aliases: [],
        page: "https://developers.squarespace.com/webhooks/overview",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever. The key is hex.",
        scheme: Scheme::hmac("squarespace", Digest::Sha256)
            .header("squarespace-signature")
            .event_id_json("/id")
            .key(KeyForm::Hex)
            .replay_by(ReplayBy::Id)
            .replay_because("Squarespace says to keep the ids of notifications that were processed, since one can come twice; the id is in the signed body.")
            .retries(retried::NOT_2XX.lasting("48 hours")),
    }

    /// Wix webhooks: the whole body is a JWT (RS256).
    ///
    /// Key: the app's public key in PEM (*View ID & keys*). The event is the
    /// JSON text in the claim `data`.
    WIX {
        title: "Wix",
        aliases: [],
        page: "https://dev.wix.com/docs/build-apps/develop-your-app/access/authentication/verify-requests-received-from-wix",
        evidence: Sdk,
        notes: "The body is the token; the event is the text of its claim data.",
        scheme: Scheme::public_key("wix", RS256).at(Location::Body).jws(COMPACT)
            .replay_by(ReplayBy::Content)
            .replay_because("The event is a text inside the token, where no JSON pointer reaches its id; the token as a whole counts, and one that is signed afresh for a retry is handled twice.")
            .retries(retried::NOT_2XX.lasting("2 days (12 attempts)"))
            .success(Success::Ok),
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
            .event_id_header("x-wc-webhook-delivery-id")
            .replay_by(ReplayBy::Content)
            .replay_kind("x-wc-webhook-topic", &[Cow::Borrowed("coupon.created"), Cow::Borrowed("coupon.updated"), Cow::Borrowed("coupon.deleted"), Cow::Borrowed("coupon.restored"), Cow::Borrowed("customer.created"), Cow::Borrowed("customer.updated"), Cow::Borrowed("customer.deleted"), Cow::Borrowed("order.created"), Cow::Borrowed("order.updated"), Cow::Borrowed("order.deleted"), Cow::Borrowed("order.restored"), Cow::Borrowed("product.created"), Cow::Borrowed("product.updated"), Cow::Borrowed("product.deleted"), Cow::Borrowed("product.restored")])
            .replay_because("WooCommerce has no event id and its delivery id is unsigned; deleting coupon 5 and product 5 gives equal bodies, so the topic counts as well. A product, coupon or order that is put into the trash, restored and put there again sends two equal bodies under one topic, and the second is taken for a repeat.")
            .retries(retried::NEVER),
    }
}

const fn ebay(pointer: &'static str) -> Location {
    Location::HeaderJson(Cow::Borrowed("x-ebay-signature"), Cow::Borrowed(pointer))
}

const ECDSA_P256_SHA1: Algorithm = Algorithm::Ecdsa(Curve::P256, Digest::Sha1, EcdsaForm::Der);

const FOURTHWALL_APPS: &[Scheme] = &[Scheme::hmac("fourthwall", Digest::Sha256)
    .header("x-fourthwall-hmac-apps-sha256")
    .form("app")
    .replay_by(ReplayBy::Content)
    .encoding(Encoding::Base64)
    .event_id_json("/id")];

const SHOPIFY_EVENTS: &[Scheme] = &[Scheme::hmac("shopify", Digest::Sha256)
    .header("shopify-hmac-sha256")
    .form("events")
    .opt_in()
    .replay_by(ReplayBy::None)
    .encoding(Encoding::Base64)
    .event_id_header("shopify-webhook-id")];
