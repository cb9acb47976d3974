//! Bodies as the providers send them, event by event.

use hookward_core::UnixTime;
use serde_json::{Value, json};

/// A delivery to sign.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The body.
    pub body: Vec<u8>,
    /// Its media type.
    pub content_type: &'static str,
    /// Headers that the provider sends beside the signed ones.
    pub headers: Vec<(&'static str, String)>,
    /// Where the body was published, for one that is taken from there.
    pub source: Option<&'static str>,
}

/// The events that a provider is known for, its usual one first.
#[must_use]
pub fn events(provider: &str) -> &'static [&'static str] {
    match provider {
        "github" => &["push", "ping", "issues", "pull_request"],
        "stripe" => &[
            "payment_intent.succeeded",
            "invoice.paid",
            "customer.subscription.deleted",
        ],
        "slack" => &["app_mention", "message", "url_verification"],
        "zenskar" => &["customer.updated", "invoice.created"],
        "zentitle" => &["entitlement.updated", "test"],
        "api-key" => &["record.updated"],
        "zenovay" => &["visitor.identified", "goal.completed"],
        "mailgun" | "mailgun-form" => &["delivered", "opened", "failed"],
        "midtrans" => &["settlement", "pending", "expire"],
        "adyen" => &["AUTHORISATION", "CAPTURE", "REFUND"],
        "dropbox-sign" => &["signature_request_sent", "signature_request_signed"],
        "linear" => &["create"],
        "lever" => &["candidateHired", "candidateStageChange"],
        "opennode" => &["paid", "processing", "expired"],
        _ => &["user.created", "user.deleted"],
    }
}

/// A sample of an event, by the name of the catalogue's entry: the provider's own
/// where it is known, otherwise JSON with an id, a type and a time. `serial` makes
/// each delivery another one.
#[must_use]
pub fn sample(provider: &str, event: Option<&str>, now: UnixTime, serial: u64) -> Sample {
    let event = event.unwrap_or_else(|| events(provider)[0]);
    let seconds = now.as_secs();
    let id = format!("{:08x}{serial:08x}", seconds & 0xffff_ffff);
    let mut headers = Vec::new();
    let body = match provider {
        "github" => {
            headers.push(("user-agent", "GitHub-Hookshot/044aadd".to_owned()));
            headers.push(("x-github-event", event.to_owned()));
            headers.push((
                "x-github-delivery",
                format!(
                    "72d3162e-cc78-11e3-{:04x}-{:012x}",
                    serial & 0xffff,
                    seconds
                ),
            ));
            github(event, &id, serial)
        }
        "stripe" => json!({
            "id": format!("evt_{id}"), "object": "event", "api_version": "2024-06-20",
            "created": seconds, "livemode": false, "pending_webhooks": 1, "type": event,
            "data": {"object": {
                "id": format!("pi_{id}"), "object": "payment_intent", "amount": 1999,
                "currency": "eur", "status": "succeeded", "description": "Größe M, 2×",
            }},
        }),
        "slack" if event == "url_verification" => json!({
            "token": "deprecated", "challenge": format!("3eZbrw1aB{id}"), "type": event,
        }),
        "slack" => json!({
            "token": "deprecated", "team_id": "T061EG9R6", "api_app_id": "A0FFV41KK",
            "event": {"type": event, "user": "U061F7AUR", "text": "<@U0LAN0Z89> is it <done>?",
                "ts": format!("{seconds}.{serial:06}"), "channel": "C0LAN2Q65"},
            "type": "event_callback", "event_id": format!("Ev{id}"), "event_time": seconds,
        }),
        "zenskar" => json!({
            "event_info": {"id": id, "customer": {"name": "Zoë & Söhne", "external_id": "c-1"}},
            "event_triggered": event,
        }),
        // The test delivery has no payload at all.
        "zentitle" if event == "test" => Value::Null,
        "zentitle" => json!({
            "eventType": event, "eventId": id, "accountId": "acc-1",
            "payload": {"entitlementId": format!("ent_{id}"), "status": "active", "seats": 25},
        }),
        "api-key" => json!({
            "event_time": seconds, "event_type": event,
            "current_context": {"user": "u-1", "organization": "o-1"},
            "data": {"id": id, "amount": 10.5, "url": "https://example.com/a/b"},
        }),
        // Signatures inside the body cover fields that have to be there.
        "mailgun" => json!({
            "signature": {"token": format!("{id:0>50}")},
            "event-data": {"event": event, "id": id, "recipient": "zoe@example.com"},
        }),
        "midtrans" => json!({
            "order_id": format!("order-{id}"), "status_code": "200", "gross_amount": "10000.00",
            "transaction_status": event, "currency": "IDR", "fraud_status": "accept",
        }),
        "adyen" => json!({"live": "false", "notificationItems": [{"NotificationRequestItem": {
            "pspReference": id, "originalReference": "", "merchantAccountCode": "ExampleMerchant",
            "merchantReference": format!("order-{serial}"), "eventCode": event, "success": "true",
            "amount": {"value": 1999, "currency": "EUR"}, "additionalData": {},
        }}]}),
        "dropbox-sign" => json!({
            "event": {"event_type": event},
            "signature_request": {"signature_request_id": id, "title": "NDA with Zoë"},
        }),
        "linear" => json!({
            "action": event, "type": "Issue", "webhookId": id,
            "webhookTimestamp": now.as_millis(),
            "data": {"id": id, "title": "Größe", "url": "https://linear.app/issue/LIN-1"},
        }),
        "lever" => json!({
            "token": format!("{id:0>32}"), "event": event, "data": {"candidateId": id},
        }),
        _ => json!({
            "type": event, "id": format!("evt_{id}"), "timestamp": seconds,
            "data": {"id": format!("usr_{id}"), "name": "Zoë", "url": "https://example.com/a"},
        }),
    };
    if let Some(form) = form(provider, event, &id) {
        return Sample {
            body: form.into_bytes(),
            content_type: "application/x-www-form-urlencoded",
            headers,
            source: None,
        };
    }
    Sample {
        body: match body {
            Value::Null => Vec::new(),
            body => body.to_string().into_bytes(),
        },
        content_type: "application/json",
        headers,
        source: None,
    }
}

/// The body of providers that send forms.
fn form(provider: &str, event: &str, id: &str) -> Option<String> {
    Some(match provider {
        "braintree" => format!("bt_payload={id}PG5vdGlmaWNhdGlvbj4%3D"),
        "opennode" => format!("id={id}&status={event}&order_id=o-1&price=1999"),
        "mailgun-form" => format!("token={id:0>50}&event={event}&recipient=zoe%40example.com"),
        _ => return None,
    })
}

fn github(event: &str, id: &str, serial: u64) -> Value {
    let repository = json!({
        "id": 1_296_269, "name": "Hello-World", "full_name": "octocat/Hello-World", "private": false,
        "html_url": "https://github.com/octocat/Hello-World",
    });
    let sender = json!({"login": "octocat", "id": 1, "type": "User"});
    match event {
        "ping" => json!({
            "zen": "Keep it logically awesome.", "hook_id": serial,
            "hook": {"type": "Repository", "id": serial, "events": ["push"], "active": true},
            "repository": repository, "sender": sender,
        }),
        "push" => json!({
            "ref": "refs/heads/main", "before": "6113728f27ae82c7b1a177c8d03f9e96e0adf246",
            "after": format!("{id:0>40}"), "created": false, "deleted": false, "forced": false,
            "commits": [{"id": format!("{id:0>40}"), "message": "Fix <b> & größe", "distinct": true}],
            "repository": repository, "pusher": {"name": "octocat"}, "sender": sender,
        }),
        _ => json!({
            "action": "opened", "number": serial,
            event.trim_end_matches('s'): {"number": serial, "title": "It does not work", "state": "open"},
            "repository": repository, "sender": sender,
        }),
    }
}
