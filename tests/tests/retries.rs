//! Retries as the providers' pages describe them, sent to two replicas, one behind
//! each adapter, that share a Redis server: what reaches a handler, what is
//! acknowledged and with which answer, and what a rotation and a restart change.
//!
//! Sources of the retries: `docs/deliveries.md` and the pages of the entries. The
//! tests set the receivers' clock. The store uses its own, so how long it remembers
//! is not tested here.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "../../crates/hookward-redis/tests/support/mod.rs"]
mod redis;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use hookward::redis::RedisStore;
use hookward::{
    ConfigError, Endpoint, Key, KeyHandle, KeyRing, Location, ReplayBy, ReplayGuard, Scheme,
    Signer, Trust, UnixTime, Verifier, providers,
};
use hookward_tests::{Adapter, Answer, Message, Server, kit};

use serde_json::{Value, json};

/// When the first event of each provider happens.
const NOW: i64 = kit::NOW.as_secs();

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

/// An attempt to deliver an event.
#[derive(Clone, Copy)]
struct Attempt {
    /// Events of other numbers are others.
    event: u32,
    /// How many attempts there were before.
    retry: u32,
    /// When the first attempt was made.
    first: i64,
    /// When this one is made.
    now: i64,
}

/// What a provider sends, without a signature.
struct Sent {
    method: &'static str,
    target: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    /// The time that is signed, where one is.
    time: i64,
    /// The id in the head, where the scheme has one.
    id: Option<String>,
}

impl Sent {
    fn json(body: &Value) -> Self {
        Self {
            method: "POST",
            target: "/hooks/acme".into(),
            headers: vec![("content-type", "application/json".into())],
            body: body.to_string().into_bytes(),
            time: NOW,
            id: None,
        }
    }

    fn form(body: String) -> Self {
        Self {
            headers: vec![("content-type", "application/x-www-form-urlencoded".into())],
            body: body.into_bytes(),
            ..Self::json(&Value::Null)
        }
    }

    fn at(mut self, time: i64) -> Self {
        self.time = time;
        self
    }

    fn id(mut self, id: String) -> Self {
        self.id = Some(id);
        self
    }

    fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn retry_header(self, name: &'static str, retry: u32) -> Self {
        match retry {
            0 => self,
            retry => self.header(name, retry.to_string()),
        }
    }
}

/// What becomes of a retry after the handler succeeded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Retried {
    /// It is acknowledged, with this body.
    Acknowledged(&'static str),
    /// It is passed to the handler, marked: only the handler can answer it.
    Marked,
    /// It has no identity: it is handled again.
    Handled,
}

/// What a provider's page says about its retries.
struct Page {
    entry: &'static str,
    sends: fn(Attempt) -> Sent,
    /// How long after the first attempt the second and the third come, in seconds.
    after: [i64; 2],
    retried: Retried,
    /// The response to a copy while the first is being handled: 409, or a status that the
    /// provider retries if 409 is final for it.
    busy: u16,
    /// The handler's answer on success.
    answer: u16,
    /// The form that the operator names where one must be.
    form: Option<&'static str>,
    /// What handlers get, where the signature does not cover the body.
    trust: Option<Trust>,
    /// Whether the signature is in a body that is part of the identity: signed by another
    /// key, it is a different delivery.
    counts_signature: bool,
    /// What the operator sets with the key.
    param: Option<(&'static str, &'static str)>,
    recipient: Option<&'static str>,
}

impl Page {
    const fn new(entry: &'static str, after: [i64; 2], sends: fn(Attempt) -> Sent) -> Self {
        Self {
            entry,
            sends,
            after,
            retried: Retried::Acknowledged(""),
            busy: 409,
            answer: 200,
            form: None,
            trust: None,
            counts_signature: false,
            param: None,
            recipient: None,
        }
    }

    const fn retried(mut self, retried: Retried) -> Self {
        self.retried = retried;
        self
    }

    const fn busy(mut self, status: u16) -> Self {
        self.busy = status;
        self
    }

    const fn answer(mut self, status: u16) -> Self {
        self.answer = status;
        self
    }

    const fn form(mut self, name: &'static str) -> Self {
        self.form = Some(name);
        self
    }

    const fn trust(mut self, trust: Trust) -> Self {
        self.trust = Some(trust);
        self
    }

    const fn counts_signature(mut self) -> Self {
        self.counts_signature = true;
        self
    }

    const fn param(mut self, name: &'static str, value: &'static str) -> Self {
        self.param = Some((name, value));
        self
    }

    const fn recipient(mut self, value: &'static str) -> Self {
        self.recipient = Some(value);
        self
    }

    fn scheme(&self) -> &'static Scheme {
        &providers::find(self.entry).unwrap().scheme
    }

    /// Keys as the operator sets them up, in the order of trust.
    fn ring(&self, keys: &[&str]) -> KeyRing {
        let mut ring = KeyRing::default();
        for key in keys {
            ring = ring.push(Key::new(*key).unwrap());
        }
        if let Some((name, value)) = self.param {
            ring = ring.param(name, value);
        }
        if let Some(recipient) = self.recipient {
            ring = ring.recipient(recipient);
        }
        ring
    }

    /// The scheme with the form that the operator names, where one must be.
    fn accepted(&self) -> Scheme {
        let scheme = self.scheme().clone();
        match self.form {
            Some(form) => scheme.only(form),
            None => scheme,
        }
    }

    fn verifier(&self, keys: &[&str]) -> Result<Verifier, ConfigError> {
        let mut scheme = self.accepted();
        if let Some(trust) = self.trust {
            scheme = scheme.trust(trust);
        }
        let verifier = Verifier::new(scheme, self.ring(keys))?;
        match self.scheme().signed.contains("{url") || self.form.is_some() {
            true => verifier.with_external_url("https://hooks.example"),
            false => Ok(verifier),
        }
    }

    /// The attempt as it comes over the wire, signed by this key.
    fn message(&self, attempt: Attempt, key: &str) -> Message {
        let sent = (self.sends)(attempt);
        let mut request = http::Request::builder()
            .method(sent.method)
            .uri(format!("https://hooks.example{}", sent.target));
        for (name, value) in &sent.headers {
            request = request.header(*name, value);
        }
        let mut request = request.body(sent.body).unwrap();
        let signer = Signer::new(&self.accepted(), self.ring(&[key])).unwrap();
        signer
            .sign(&request, UnixTime::from_secs(sent.time), sent.id.as_deref())
            .unwrap_or_else(|error| panic!("{}: {error}", self.entry))
            .apply(&mut request);
        let mut message = Message::new(request.body().as_slice())
            .method(sent.method)
            .target(request.uri().path_and_query().unwrap().as_str());
        for (name, value) in request.headers() {
            message = message.header(name.as_str(), value.as_bytes());
        }
        message
    }
}

/// A time in the notation of RFC 3339, up to two weeks after [`NOW`].
fn iso(seconds: i64) -> String {
    let in_day = seconds - NOW + 22 * HOUR + 13 * MINUTE + 20;
    let (day, rest) = (14 + in_day / (24 * HOUR), in_day % (24 * HOUR));
    format!(
        "2023-11-{day:02}T{:02}:{:02}:{:02}.000Z",
        rest / HOUR,
        rest % HOUR / MINUTE,
        rest % MINUTE
    )
}

const PAGES: &[Page] = &[
    // The same event, but time and signature are new for every attempt.
    Page::new("stripe", [HOUR, 20 * HOUR], |a| {
        Sent::json(&json!({
            "id": format!("evt_1Nx{}", a.event), "object": "event", "created": a.first,
            "pending_webhooks": 1, "type": "payment_intent.succeeded",
            "data": {"object": {"id": "pi_3Nx", "object": "payment_intent", "amount": 1999}},
        }))
        .at(a.now)
    }),
    // 5 seconds, 5 minutes, 30 minutes …: the same webhook-id, a new time.
    Page::new("standard-webhooks", [5, 5 + 5 * MINUTE], |a| {
        Sent::json(
            &json!({"type": "invoice.paid", "timestamp": iso(a.first), "data": {"id": "in_1"}}),
        )
        .at(a.now)
        .id(format!("msg_2KWPBgLlAfxdpx2AI54pPJ85f4{}", a.event))
    }),
    Page::new("svix", [5, 10 * HOUR], |a| {
        Sent::json(&json!({"type": "invoice.paid", "data": {"id": "in_1"}}))
            .at(a.now)
            .id(format!("msg_27UH4WbU6Z5A5EzD8u03UvzRbp{}", a.event))
    })
    .answer(204),
    // Never by itself; a redelivery by hand or by the API repeats body and delivery id.
    Page::new("github", [10 * MINUTE, 24 * HOUR], |a| {
        // Creating and deleting a branch differ in the header alone.
        let event = ["create", "delete", "push"][a.event as usize % 3];
        Sent::json(&json!({
            "ref": "topic", "ref_type": "branch", "pusher_type": "user",
            "repository": {"id": 1_296_269, "full_name": "octocat/Hello-World"},
        }))
        .header("x-github-event", event)
        .header(
            "x-github-delivery",
            format!("72d3162e-cc78-11e3-81ab-{:012}", a.event),
        )
    }),
    // The original payload; the topic, which two events may share a body under, is
    // in a header.
    Page::new("shopify", [MINUTE, 4 * HOUR], |a| {
        let topic = ["orders/create", "orders/updated", "orders/paid"][a.event as usize % 3];
        Sent::json(&json!({"id": 820_982_911_946_154_508_i64, "email": "jon@example.com"}))
            .header("x-shopify-topic", topic)
            .header("x-shopify-shop-domain", "acme.myshopify.com")
            .header("x-shopify-triggered-at", iso(a.first))
            .id(format!("b54557e4-bdd9-4b37-8a5f-{:012}", a.event))
    }),
    // Almost at once, after a minute, after five; retries say so in headers.
    Page::new("slack", [1, MINUTE], |a| {
        Sent::json(&json!({
            "token": "deprecated", "team_id": "T061EG9R6", "api_app_id": "A0FFV41KK",
            "event": {"type": "app_mention", "user": "U061F7AUR", "text": "hello"},
            "type": "event_callback", "event_id": format!("Ev0PV52K2{}", a.event),
            "event_time": a.first,
        }))
        .retry_header("x-slack-retry-num", a.retry)
        .at(a.now)
    }),
    // One minute, two, four …; the time of the first attempt stays in a header.
    Page::new("square", [MINUTE, 3 * MINUTE], |a| {
        Sent::json(&json!({
            "merchant_id": "6SSW7HV8K2ST5", "type": "payment.updated",
            "event_id": format!("6a8f5f28-54a1-4eb0-a98a-{:012}", a.event),
            "created_at": iso(a.first), "data": {"type": "payment", "id": "KkAkhdMsgzn59SM8"},
        }))
        .header("square-initial-delivery-timestamp", iso(a.first))
        .retry_header("square-retry-number", a.retry)
    }),
    // Eight attempts in a day, which the body counts.
    Page::new("notion", [HOUR, 24 * HOUR], |a| {
        Sent::json(&json!({
            "id": format!("367cba44-b6f3-4c92-81e7-{:012}", a.event), "timestamp": iso(a.first),
            "workspace_id": "13950b26-c203-4f3b-b97d-93ec06319565",
            "type": "page.content_updated", "attempt_number": a.retry + 1,
            "entity": {"id": "0ef104cd-477e-80e1-8571-cfd10e92339a", "type": "page"},
        }))
    }),
    // 10 seconds, a minute, ten minutes …: a new deliveryId, the first one beside it.
    Page::new("btcpay", [10, 70], |a| {
        let first = format!("7Lg4fX{}", a.event);
        let delivery = match a.retry {
            0 => first.clone(),
            retry => format!("9Qz{retry}{}", a.event),
        };
        Sent::json(&json!({
            "deliveryId": delivery, "webhookId": "Pc5V", "originalDeliveryId": first,
            "isRedelivery": a.retry > 0, "type": "InvoiceSettled", "timestamp": a.first,
            "storeId": "store", "invoiceId": "invoice",
        }))
    }),
    // Attempts are counted in the body, 4xx but 429 are final.
    Page::new("hubspot-v3", [2 * MINUTE, 6 * MINUTE], |a| {
        Sent::json(&json!([{
            "eventId": 100, "subscriptionId": 25, "portalId": 33, "occurredAt": a.first * 1000,
            "subscriptionType": "contact.propertyChange", "attemptNumber": a.retry,
            "objectId": a.event,
        }]))
        .at(a.now)
    })
    .retried(Retried::Handled)
    .busy(503),
    // The body counts the attempts, and says when it was sent.
    Page::new("intercom", [MINUTE, 3 * MINUTE], |a| {
        Sent::json(&json!({
            "type": "notification_event", "app_id": "a86dr8yl", "topic": "conversation.user.created",
            "id": format!("notif_ccd8a4d0-f965-11e3-a367-{:012}", a.event),
            "delivery_status": if a.retry > 0 { "retry" } else { "pending" },
            "delivery_attempts": a.retry + 1, "delivered_at": a.now,
            "first_sent_at": a.first, "created_at": a.first,
            "data": {"item": {"type": "conversation", "id": "1"}},
        }))
    }),
    // 20 seconds apart, byte for byte; 4xx count as delivered.
    Page::new("aws-sns", [20, 40], |a| {
        let id = format!("22b80b92-fdea-4c2c-8f9d-{:012}", a.event);
        Sent::json(&json!({
            "Type": "Notification", "MessageId": id, "TopicArn": TOPIC,
            "Subject": "My First Message", "Message": "Hello world!",
            "Timestamp": iso(a.first), "SignatureVersion": "2",
            "SigningCertURL": "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem",
            "UnsubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe",
        }))
        .header("x-amz-sns-message-id", id)
    })
    .trust(Trust::AsSent)
    .busy(503)
    .recipient(TOPIC),
    // Up to 25 times in three days. Whether the transmission id stays is not said: if
    // it does, a retry is recognised.
    Page::new("paypal", [2 * MINUTE, 4 * MINUTE], |a| {
        paypal(a, format!("69cd13f0-d67a-11e5-baa3-{:012}", a.event))
    })
    .param("webhook_id", "WH-2XK71045UM3270723")
    .trust(Trust::AsSent),
    // And if it does not, it is handled twice.
    Page::new("paypal", [2 * MINUTE, 4 * MINUTE], |a| {
        paypal(
            a,
            format!("69cd13f0-d67a-11e5-{:04}-{:012}", a.retry, a.event),
        )
    })
    .param("webhook_id", "WH-2XK71045UM3270723")
    .trust(Trust::AsSent)
    .retried(Retried::Handled),
    // After 5 minutes, 10, 15, an hour …: the token is what Mailgun says to remember.
    Page::new("mailgun", [5 * MINUTE, 15 * MINUTE], |a| mailgun(a, 0))
        .trust(Trust::AsSent)
        .answer(201),
    // A new token for a retry makes it another delivery.
    Page::new("mailgun", [5 * MINUTE, 15 * MINUTE], |a| {
        mailgun(a, a.retry)
    })
    .trust(Trust::AsSent)
    .retried(Retried::Handled),
    // 60 attempts in three days, each with a new time; 200 alone is success.
    Page::new("paddle", [MINUTE, 24 * HOUR], |a| {
        Sent::json(&json!({
            "event_id": format!("evt_01hv8x29kz0t586xy6zn1a62n{}", a.event),
            "event_type": "transaction.completed", "occurred_at": iso(a.first),
            "notification_id": format!("ntf_01hv8x2acma2gz7he8kg2s0hn{}", a.event),
            "data": {"id": "txn_01", "status": "completed"},
        }))
        .at(a.now)
    })
    .answer(202),
    // Three retries of the same body; 200 alone is success.
    Page::new("lemon-squeezy", [5, 30], |a| {
        Sent::json(&json!({
            "meta": {"event_name": "order_created", "custom_data": {"n": a.event}},
            "data": {"type": "orders", "id": "1", "attributes": {"updated_at": iso(a.first)}},
        }))
        .header("x-event-name", "order_created")
    })
    .answer(201),
    // Every two or three minutes for ten hours.
    Page::new("typeform", [2 * MINUTE, 5 * MINUTE], |a| {
        Sent::json(&json!({
            "event_id": format!("01GTG47KTHDSZ9YQN5W0NPDD5{}", a.event),
            "event_type": "form_response",
            "form_response": {"form_id": "lT4Z3j", "token": "a3a12ec67a1365927098a606107fac15"},
        }))
    }),
    // Every three minutes, then hourly; 200 alone is success, an equal body the only
    // sign of a retry.
    Page::new("paystack", [3 * MINUTE, 6 * MINUTE], |a| {
        Sent::json(&json!({
            "event": "charge.success",
            "data": {"id": 302_961 + a.event, "status": "success", "amount": 10000},
        }))
    })
    .answer(204),
    // 9, 18, 27 seconds …: eventDate, which is not signed, may differ.
    Page::new("adyen", [9, 27], |a| {
        let code = ["AUTHORISATION", "CAPTURE", "REFUND"][a.event as usize % 3];
        Sent::json(
            &json!({"live": "false", "notificationItems": [{"NotificationRequestItem": {
                "additionalData": {}, "amount": {"currency": "EUR", "value": 1130},
                "eventCode": code,
                "eventDate": iso(a.now), "merchantAccountCode": "TestMerchant",
                "merchantReference": "TestPayment-1407325143704", "originalReference": "",
                "pspReference": "7914073381342284", "success": "true",
            }}]}),
        )
    })
    .trust(Trust::Proven),
    // 4 minutes, 10, 10, an hour …, by one notify_id, until the body is `success`.
    Page::new("alipay", [4 * MINUTE, 14 * MINUTE], |a| {
        Sent::form(format!(
            "notify_time=2023-11-14+22%3A13%3A{:02}&notify_type=trade_status_sync\
             &notify_id=ac05099524730693a8b330c5ecf72da97{}&sign_type=RSA2\
             &out_trade_no=70501111111S001111119&total_amount=9.00&trade_status=TRADE_SUCCESS",
            a.retry, a.event
        ))
    })
    .retried(Retried::Acknowledged("success")),
    // A minute, an hour and more, each with its own time in the body and no id.
    Page::new("linear", [MINUTE, HOUR], |a| {
        Sent::json(&json!({
            "action": "create", "type": "Issue", "organizationId": "org-1", "webhookId": "hook-1",
            "webhookTimestamp": a.now * 1000, "data": {"id": format!("issue-{}", a.event)},
        }))
        .at(a.now)
        .id(format!("234d1a4e-b617-4388-90fe-{:012}", a.event))
    })
    .retried(Retried::Handled),
    // For three days, with the event's own time, until the body is that text.
    Page::new("dropbox-sign", [2 * HOUR, 70 * HOUR], |a| {
        Sent::json(&json!({
            "event": {"event_type": "signature_request_signed", "event_time": a.first.to_string()},
            "signature_request": {"signature_request_id": format!("req-{}", a.event)},
        }))
        .at(a.first)
    })
    .trust(Trust::AsSent)
    .counts_signature()
    .retried(Retried::Acknowledged("Hello API Event Received")),
    // The same request until the body is `*ok*`.
    Page::new("cryptapi", [MINUTE, HOUR], |a| Sent {
        method: "GET",
        target: format!(
            "/hooks/acme?uuid=c4d5{}&address_in=bc1q&value_coin=0.5&coin=btc&confirmations=3",
            a.event
        ),
        headers: Vec::new(),
        body: Vec::new(),
        time: NOW,
        id: None,
    })
    .form("get")
    .recipient("hooks.example")
    .retried(Retried::Acknowledged("*ok*")),
    // Interactions are sent once; the answer to a copy is the handler's to give.
    Page::new("discord", [1, 2], |a| {
        Sent::json(&json!({
            "id": format!("84625588764925238{}", a.event), "application_id": "845027738276462632",
            "type": 2, "token": "unique", "version": 1, "data": {"name": "ping"},
        }))
        .at(a.first)
    })
    .retried(Retried::Marked),
    // After 408, 409, 425, 429 and 5xx: the same body, retries counted in a header.
    Page::new("jira", [MINUTE, 30 * MINUTE], |a| {
        Sent::json(&json!({
            "timestamp": a.first * 1000, "webhookEvent": "jira:issue_updated",
            "issue": {"id": "10002", "key": format!("ED-{}", a.event)},
        }))
        .retry_header("x-atlassian-webhook-retry", a.retry)
        .id(format!("identifier-{}", a.event))
    }),
    // No answer, 408, 429 and 5xx are retried, other 4xx are final; the same body.
    Page::new("fireblocks", [10, 40], |a| {
        Sent::json(&json!({
            "id": format!("d0d4a5a6-5e5e-4e0f-8f0a-{:012}", a.event), "resourceId": "tx-1",
            "workspaceId": "workspace-1",
            "createdAt": a.first * 1000, "eventType": "transaction.status.updated",
            "data": {"id": "tx-1", "status": "COMPLETED"},
        }))
    })
    .recipient("workspace-1")
    .busy(503),
];

const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:orders";

fn paypal(a: Attempt, transmission: String) -> Sent {
    Sent::json(&json!({
        "id": format!("WH-77687562XN25889J8-{}", a.event), "event_version": "1.0",
        "create_time": iso(a.first), "event_type": "PAYMENT.SALE.COMPLETED",
        "resource": {"id": "80021663DE681814L", "state": "completed"},
    }))
    .header("paypal-auth-algo", "SHA256withRSA")
    .at(a.now)
    .id(transmission)
}

fn mailgun(a: Attempt, token: u32) -> Sent {
    Sent::json(&json!({
        "signature": {
            "token": format!("{:0>48}{token}{}", "a1b2c3d4e", a.event),
            "timestamp": a.now.to_string(),
        },
        "event-data": {"event": "failed", "id": format!("G9Bn5sl1TC6nu79C8C0b{}", a.event)},
    }))
    .at(a.now)
}

/// A clock that only the test moves.
#[derive(Clone)]
struct Clock(Arc<AtomicI64>);

impl Clock {
    fn new() -> Self {
        Self(Arc::new(AtomicI64::new(NOW)))
    }

    fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    fn set(&self, seconds: i64) {
        self.0.store(seconds, Ordering::SeqCst);
    }
}

/// One of the receivers that a provider's deliveries are spread over.
struct Replica {
    server: Server,
    keys: KeyHandle,
}

impl Replica {
    /// With a connection of its own to the store that all share.
    fn start(
        page: &Page,
        adapter: Adapter,
        redis: &redis::Server,
        namespace: &str,
        clock: &Clock,
        keys: &[&str],
    ) -> Self {
        let verifier = page
            .verifier(keys)
            .unwrap_or_else(|error| panic!("{}: {error}", page.entry));
        let keys = KeyHandle::new(verifier);
        let store = RedisStore::open(&redis.url()).unwrap();
        let clock = clock.clone();
        let endpoint = Endpoint::new(keys.clone())
            .replay_guard(ReplayGuard::new(store, namespace))
            .unwrap_or_else(|error| panic!("{}: {error}", page.entry))
            .clock(move || UnixTime::from_secs(clock.now()));
        Self {
            server: Server::start(adapter, endpoint),
            keys,
        }
    }

    fn post(&self, message: &Message) -> Answer {
        self.server.post(message)
    }

    fn runs(&self) -> usize {
        self.server.handler.runs()
    }

    /// Sends what the handler is to see, and answers with this status.
    #[track_caller]
    fn handles(&self, message: &Message, status: u16, what: &str) {
        let before = (self.runs(), self.server.handler.duplicates());
        self.server.handler.answer(status);
        let answer = self.post(message);
        assert_eq!(answer.status, status, "{what}: {}", answer.head);
        assert_eq!(answer.header("hookward-replay"), None, "{what}");
        let after = (self.runs(), self.server.handler.duplicates());
        assert_eq!(after, (before.0 + 1, before.1), "{what}");
    }

    /// Sends a delivery that was already handled.
    #[track_caller]
    fn knows(&self, message: &Message, page: &Page, what: &str) {
        let before = (self.runs(), self.server.handler.duplicates());
        // A handler that runs would be seen by its answer as well.
        self.server.handler.answer(222);
        let answer = self.post(message);
        let after = (self.runs(), self.server.handler.duplicates());
        if page.retried == Retried::Marked {
            assert_eq!(answer.status, 222, "{what}: {}", answer.head);
            assert_eq!(after, (before.0 + 1, before.1 + 1), "{what}");
            return;
        }
        let body = match page.retried {
            Retried::Acknowledged(body) => body,
            _ => "",
        };
        assert_eq!(answer.status, 200, "{what}: {}", answer.head);
        let mark = answer.header("hookward-replay");
        assert_eq!(mark, Some("acknowledged"), "{what}: {}", answer.head);
        assert_eq!(answer.body, body.as_bytes(), "{what}");
        assert_eq!(after, before, "{what}");
    }

    /// Sends a request that no key proves.
    #[track_caller]
    fn refuses(&self, message: &Message, what: &str) {
        let before = self.runs();
        let answer = self.post(message);
        assert_eq!(answer.status, 403, "{what}: {}", answer.head);
        assert_eq!(answer.header("hookward-replay"), None, "{what}");
        assert_eq!(self.runs(), before, "{what}");
    }
}

/// Two replicas of one receiver.
const REPLICAS: [Adapter; 2] = [Adapter::Axum, Adapter::Actix];

const ORDERS: [[Adapter; 2]; 2] = [REPLICAS, [Adapter::Actix, Adapter::Axum]];

#[test]
fn retries_of_each_provider_as_its_page_describes_them() {
    let Some(redis) = redis::Server::start() else {
        return;
    };
    for (index, page) in PAGES.iter().enumerate() {
        for order in ORDERS {
            let (signing, verifying) = kit::key_pair(page.scheme());
            let namespace = format!("{}-{index}-{:?}", page.entry, order[0]);
            let clock = Clock::new();
            let [one, other] = order.map(|adapter| {
                Replica::start(page, adapter, &redis, &namespace, &clock, &[&verifying])
            });
            let what =
                |step: &str| format!("{} ({index}), {:?} first: {step}", page.entry, order[0]);
            let attempt = |event, retry: u32| {
                let first = clock.now();
                let now = first + [0, page.after[0], page.after[1]][retry as usize];
                let attempt = Attempt {
                    event,
                    retry,
                    first,
                    now,
                };
                (now, page.message(attempt, &signing))
            };
            retries_end_with_success(page, [&one, &other], &clock, &attempt, &what);
            a_copy_waits_for_the_first(page, [&one, &other], &clock, &attempt, &what);
            one.server.stop();
            other.server.stop();
        }
    }
}

/// When an attempt to deliver an event, by their numbers, is made, and how it looks.
type Attempts<'a> = &'a dyn Fn(u32, u32) -> (i64, Message);

/// The handler fails, then succeeds on the other replica; later retries are answered
/// with success.
fn retries_end_with_success(
    page: &Page,
    [one, other]: [&Replica; 2],
    clock: &Clock,
    attempt: Attempts<'_>,
    what: &dyn Fn(&str) -> String,
) {
    let attempts = [0, 1, 2].map(|retry| attempt(1, retry));
    let another = attempt(2, 0).1;
    one.handles(&attempts[0].1, 500, &what("the first attempt"));
    // Another event at the same time has its own identity.
    other.handles(&another, page.answer, &what("another event"));
    clock.set(attempts[1].0);
    other.handles(&attempts[1].1, page.answer, &what("the first retry"));
    one.knows(&attempts[1].1, page, &what("a copy of it"));
    other.knows(
        &attempts[1].1,
        page,
        &what("a copy of it where it was handled"),
    );
    clock.set(attempts[2].0);
    match page.retried {
        Retried::Handled => {
            one.handles(&attempts[2].1, page.answer, &what("the second retry"));
            other.knows(&attempts[2].1, page, &what("a copy of the second retry"));
        }
        _ => {
            for replica in [one, other] {
                replica.knows(&attempts[2].1, page, &what("the second retry"));
            }
            // Rejected if its time is too old by now.
            let (runs, duplicates) = (other.runs(), other.server.handler.duplicates());
            let answer = other.post(&attempts[0].1);
            let marked = other.server.handler.duplicates() - duplicates;
            assert!(
                matches!(answer.status, 200 | 222 | 403),
                "{}",
                what("a copy of the first")
            );
            assert_eq!(
                other.runs() - runs,
                marked,
                "{}",
                what("a copy of the first")
            );
        }
    }
}

/// A copy that arrives while the first is being handled gets a response after which the
/// provider retries, in case the first fails.
fn a_copy_waits_for_the_first(
    page: &Page,
    [one, other]: [&Replica; 2],
    clock: &Clock,
    attempt: Attempts<'_>,
    what: &dyn Fn(&str) -> String,
) {
    let (_, first) = attempt(3, 0);
    let (then, retry) = attempt(3, 1);
    // Earlier runs do not count.
    for replica in [one, other] {
        (0..replica.runs()).for_each(|_| replica.server.handler.wait_for_run());
    }
    one.server.handler.answer(500);
    one.server.handler.close();
    let answer = std::thread::scope(|scope| {
        let running = scope.spawn(|| one.post(&first));
        one.server.handler.wait_for_run();
        for replica in [one, other] {
            let before = other.runs();
            let answer = replica.post(&first);
            assert_eq!(answer.status, page.busy, "{}", what("a copy meanwhile"));
            assert!(
                answer.header("retry-after").is_some(),
                "{}",
                what("retry-after")
            );
            assert_eq!(other.runs(), before, "{}", what("a copy meanwhile"));
        }
        one.server.handler.open();
        running.join().unwrap()
    });
    assert_eq!(answer.status, 500, "{}", what("the one that ran"));
    clock.set(then);
    other.handles(&retry, page.answer, &what("the retry after it failed"));
    one.knows(&retry, page, &what("a copy after that"));
}

/// What this provider sends of an event now, as a retry or as the first attempt.
fn sent_now(page: &Page, event: u32, retry: u32, key: &str) -> Message {
    let attempt = Attempt {
        event,
        retry,
        first: NOW,
        now: NOW,
    };
    page.message(attempt, key)
}

/// Pages of providers that sign with a shared secret, each with the secrets before and
/// after its rotation.
fn rotated() -> impl Iterator<Item = (&'static Page, String, String)> {
    PAGES.iter().filter_map(|page| {
        let (signing, verifying) = kit::key_pair(page.scheme());
        let new = kit::secret_of(&page.scheme().key, b"secret-after-the-rotation-012345");
        (signing == verifying).then_some((page, signing, new))
    })
}

#[test]
fn a_rotation_moves_no_delivery() {
    let Some(redis) = redis::Server::start() else {
        return;
    };
    for (index, (page, old, new)) in rotated().enumerate() {
        for order in ORDERS {
            let namespace = format!("{}-{index}-{:?}", page.entry, order[0]);
            let what = |step: &str| format!("{namespace}: {step}");
            let start = |adapter, keys: &[&str]| {
                Replica::start(page, adapter, &redis, &namespace, &Clock::new(), keys)
            };
            // The first replica has both keys while the second has only the old one.
            let first = start(order[0], &[&new, &old]);
            let second = start(order[1], &[&old]);
            let recorded = [1, 2].map(|event| sent_now(page, event, 0, &old));
            let signed_again = [1, 2].map(|event| sent_now(page, event, 0, &new));
            first.handles(&recorded[0], page.answer, &what("under the old key"));
            second.knows(
                &recorded[0],
                page,
                &what("its copy where the key is the first"),
            );
            second.handles(
                &recorded[1],
                page.answer,
                &what("another under the old key"),
            );
            first.knows(
                &recorded[1],
                page,
                &what("its copy where a new key is the first"),
            );
            for again in &signed_again {
                match page.counts_signature {
                    true => first.handles(again, page.answer, &what("another body")),
                    false => first.knows(again, page, &what("the same by the new key")),
                }
            }
            second.refuses(&signed_again[0], &what("a key that is not there yet"));

            second.keys.rotate(page.ring(&[&new, &old])).unwrap();
            for replica in [&first, &second] {
                for copy in recorded.iter().chain(&signed_again) {
                    replica.knows(copy, page, &what("a copy within the rotation"));
                }
                if page.retried != Retried::Handled {
                    let retry = sent_now(page, 1, 1, &new);
                    replica.knows(&retry, page, &what("a retry by the new key"));
                }
            }
            let next = sent_now(page, 3, 0, &new);
            second.handles(&next, page.answer, &what("an event under the new key"));
            first.knows(&next, page, &what("its copy"));

            for replica in [&first, &second] {
                replica.keys.rotate(page.ring(&[&new])).unwrap();
                for (copy, again) in recorded.iter().zip(&signed_again) {
                    replica.refuses(copy, &what("a copy by the key that is gone"));
                    replica.knows(again, page, &what("the same by the key that is left"));
                }
            }
            let handled = |replica: &Replica| replica.runs() - replica.server.handler.duplicates();
            let expected = [1 + 2 * usize::from(page.counts_signature), 2];
            let found = [&first, &second].map(handled);
            assert_eq!(found, expected, "{}", what("in all"));
            first.server.stop();
            second.server.stop();
        }
    }
}

/// While a rotation lasts, Stripe and senders of Standard Webhooks sign by both keys.
#[test]
fn a_delivery_signed_by_both_keys_is_one_with_either_signature() {
    let Some(redis) = redis::Server::start() else {
        return;
    };
    let headers = [
        ("stripe", "stripe-signature"),
        ("standard-webhooks", "webhook-signature"),
        ("svix", "svix-signature"),
    ];
    for (entry, header) in headers {
        let (page, old, new) = rotated().find(|(page, ..)| page.entry == entry).unwrap();
        let by = |key: &str| sent_now(page, 1, 0, key);
        let both = {
            let value = |message: &Message| {
                let found = message.headers.iter().find(|(name, _)| name == header);
                String::from_utf8(found.unwrap().1.clone()).unwrap()
            };
            let (one, other) = (value(&by(&new)), value(&by(&old)));
            let joined = match entry {
                "stripe" => format!("{one},{}", other.split_once(',').unwrap().1),
                _ => format!("{one} {other}"),
            };
            let mut message = by(&new);
            message.headers.retain(|(name, _)| name != header);
            message.header(header, joined)
        };
        for (index, sent) in [both.clone(), by(&old), by(&new)].iter().enumerate() {
            let namespace = format!("{entry}-{index}");
            let start = |adapter, keys: &[&str]| {
                Replica::start(page, adapter, &redis, &namespace, &Clock::new(), keys)
            };
            let replicas = [
                start(REPLICAS[0], &[&new, &old]),
                start(REPLICAS[1], &[&old]),
            ];
            replicas[0].handles(sent, page.answer, &namespace);
            replicas[0].knows(&by(&new), page, &namespace);
            for replica in &replicas {
                replica.knows(&both, page, &namespace);
                replica.knows(&by(&old), page, &namespace);
            }
            replicas[1].refuses(&by(&new), &namespace);
            replicas
                .into_iter()
                .for_each(|replica| replica.server.stop());
        }
    }
}

#[test]
fn a_copy_recorded_before_a_restart_is_known_after_it() {
    let Some(mut redis) = redis::Server::start() else {
        return;
    };
    let start = |redis: &redis::Server, index: usize| {
        let page = &PAGES[index];
        let (_, verifying) = kit::key_pair(page.scheme());
        let namespace = format!("{}-{index}", page.entry);
        REPLICAS.map(|adapter| {
            Replica::start(
                page,
                adapter,
                redis,
                &namespace,
                &Clock::new(),
                &[&verifying],
            )
        })
    };
    let recorded: Vec<[Message; 2]> = PAGES
        .iter()
        .enumerate()
        .map(|(index, page)| {
            let (signing, _) = kit::key_pair(page.scheme());
            let events = [1, 2].map(|event| sent_now(page, event, 0, &signing));
            let [one, other] = start(&redis, index);
            one.handles(&events[0], page.answer, page.entry);
            other.handles(&events[1], 500, page.entry);
            one.server.stop();
            other.server.stop();
            events
        })
        .collect();

    // The store is restarted as well.
    redis.down();
    assert!(redis.up(), "the server should start again");

    for (index, (page, [handled, failed])) in PAGES.iter().zip(&recorded).enumerate() {
        let replicas = start(&redis, index);
        for replica in &replicas {
            replica.knows(handled, page, page.entry);
        }
        replicas[0].handles(failed, page.answer, page.entry);
        replicas[1].knows(failed, page, page.entry);
        replicas
            .into_iter()
            .for_each(|replica| replica.server.stop());
    }
}

/// Twilio's callbacks repeat field for field: a guard would lose one of them, unless
/// the operator knows better.
#[test]
fn where_nothing_tells_deliveries_apart_a_guard_needs_a_decision() {
    let Some(redis) = redis::Server::start() else {
        return;
    };
    // One retry, and by default only where the connection failed.
    let page = Page::new("twilio", [15, 30], |a| {
        Sent::form(format!(
            "MessageSid=SM{}&MessageStatus=delivered&AccountSid=AC1",
            a.event
        ))
        .header("i-twilio-idempotency-token", format!("token-{}", a.event))
    })
    .trust(Trust::AsSent);
    let (signing, verifying) = kit::key_pair(page.scheme());
    let endpoint = || Endpoint::new(page.verifier(&[&verifying]).unwrap());
    let store = || RedisStore::open(&redis.url()).unwrap();
    let guard = || ReplayGuard::new(store(), "twilio");

    let Err(ConfigError::Replay(why)) = endpoint().replay_guard(guard()) else {
        panic!("a guard without a decision");
    };
    for way in [
        "twilio",
        "ReplayGuard::event_id(",
        "ReplayGuard::identity_from(",
        "ReplayBy::Body",
    ] {
        assert!(why.contains(way), "{way}: {why}");
    }
    // The token is unsigned: whoever has a copy could change it.
    let token = Location::Header("i-twilio-idempotency-token".into());
    assert!(endpoint().replay_guard(guard().event_id(token)).is_err());

    let callback = sent_now(&page, 1, 0, &signing);
    let unguarded = REPLICAS.map(|adapter| Server::start(adapter, endpoint()));
    let guarded = REPLICAS.map(|adapter| {
        let guard = guard().by(ReplayBy::Body);
        Server::start(adapter, endpoint().replay_guard(guard).unwrap())
    });
    for server in &unguarded {
        for _ in 0..2 {
            assert_eq!(server.post(&callback).status, 200);
        }
        assert_eq!(server.handler.runs(), 2, "no event is lost");
    }
    for server in &guarded {
        assert_eq!(server.post(&callback).status, 200);
    }
    let runs = guarded.each_ref().map(|server| server.handler.runs());
    assert_eq!(runs, [1, 0], "as the operator decided");
    unguarded.into_iter().chain(guarded).for_each(Server::stop);
}

#[test]
fn the_pages_are_of_more_than_twenty_providers() {
    let mut entries: Vec<&str> = PAGES.iter().map(|page| page.entry).collect();
    entries.dedup();
    assert!(entries.len() > 20, "{}", entries.len());
}
