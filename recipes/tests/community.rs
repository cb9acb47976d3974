//! hookward's typed events with the payload types of octocrab, async-stripe and slack-morphism,
//! and with a form such as Twilio's.

use std::path::Path;

use axum::Router;
use axum::body::Body;
use axum::routing::post;
use hookward::axum::{Event, Events, OrMisfit, Webhook, WebhookForm};
use hookward::tower::VerifyLayer;
use hookward::{Endpoint, Key, Scheme, Signer, UnixTime, Verifier, providers};
use http_body_util::BodyExt as _;
use serde::Deserialize;
use tower::ServiceExt as _;

const SECRET: &str = "It's a Secret to Everybody";
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

/// The route `/hook` behind the verification of one provider.
fn app(verifier: Verifier, now: UnixTime, hook: axum::routing::MethodRouter) -> Router {
    let endpoint = Endpoint::new(verifier).clock(move || now);
    Router::new().route("/hook", hook.layer(VerifyLayer::new(endpoint)))
}

fn verifier(scheme: Scheme) -> Verifier {
    Verifier::new(scheme, Key::new(SECRET).unwrap()).unwrap()
}

/// Signs the body and sends it.
async fn deliver(app: &Router, scheme: &Scheme, header: (&str, &str), body: &str) -> (u16, String) {
    let mut request = http::Request::post("/hook")
        .header(header.0, header.1)
        .body(body.as_bytes().to_vec())
        .unwrap();
    let signer = Signer::new(scheme, Key::new(SECRET).unwrap()).unwrap();
    signer
        .sign(&request, NOW, None)
        .unwrap()
        .apply(&mut request);
    send(app, request.map(Body::from)).await
}

async fn send(app: &Router, request: http::Request<Body>) -> (u16, String) {
    let answer = app.clone().oneshot(request).await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

/// A genuine delivery that others signed: the first one of `tests/data/vectors`, which names
/// its source.
fn recorded(provider: &str, pick: impl Fn(&serde_json::Value) -> bool) -> serde_json::Value {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/data/vectors")
        .join(provider)
        .with_extension("json");
    let all: Vec<serde_json::Value> =
        serde_json::from_str(&std::fs::read_to_string(vectors).unwrap()).unwrap();
    let is_genuine = |vector: &serde_json::Value| vector["expect"] == "valid";
    all.into_iter()
        .find(|one| is_genuine(one) && pick(one))
        .unwrap()
}

fn request_of(vector: &serde_json::Value) -> http::Request<Body> {
    let mut request = http::Request::post("/hook");
    for (name, value) in vector["headers"].as_object().unwrap() {
        request = request.header(name, value.as_str().unwrap());
    }
    request
        .body(Body::from(vector["body"].as_str().unwrap().to_owned()))
        .unwrap()
}

/// The fields of a push that octocrab reads, as GitHub documents them:
/// <https://docs.github.com/en/webhooks/webhook-events-and-payloads#push>.
const PUSH: &str = r#"{
    "ref": "refs/heads/main",
    "before": "0000000000000000000000000000000000000000",
    "after": "6113728f27ae82c7b1a177c8d03f9e96e0adf246",
    "created": true, "deleted": false, "forced": false, "base_ref": null,
    "compare": "https://github.com/hookward/hookward/commit/6113728f27ae",
    "commits": [], "head_commit": null,
    "pusher": {"name": "octocat", "email": "octocat@github.com"},
    "repository": {"id": 1, "name": "hookward", "url": "https://api.github.com/repos/hookward/hookward"}
}"#;

#[tokio::test]
async fn github_with_the_payloads_of_octocrab() {
    use octocrab::models::webhook_events::payload::{
        PingWebhookEventPayload, PushWebhookEventPayload,
    };

    async fn on_push(event: Event, push: Webhook<PushWebhookEventPayload>) -> String {
        // GitHub names the event in a header, which nothing signs.
        assert!(!event.is_proven());
        format!("{} at {}", push.payload.r#ref, &push.payload.after[..7])
    }
    async fn on_ping(ping: Webhook<PingWebhookEventPayload>) -> String {
        ping.payload.zen.unwrap_or_default()
    }
    let events = Events::new(&providers::GITHUB)
        .on("push", on_push)
        .on("ping", on_ping)
        .acknowledge_others()
        .unwrap();
    let app = app(verifier(providers::GITHUB), NOW, post(events));

    let deliver = async |event, body| {
        deliver(&app, &providers::GITHUB, ("X-GitHub-Event", event), body).await
    };
    assert_eq!(
        deliver("push", PUSH).await,
        (200, "refs/heads/main at 6113728".to_owned())
    );
    let ping = r#"{"zen":"Keep it logically awesome.","hook_id":1}"#;
    assert_eq!(
        deliver("ping", ping).await,
        (200, "Keep it logically awesome.".to_owned())
    );
    assert_eq!(
        deliver("star", r#"{"action":"created"}"#).await,
        (200, String::new())
    );
    // A recorded body under another name does not fit that one's type.
    assert_eq!(
        deliver("push", ping).await,
        (422, "Unprocessable Entity".to_owned())
    );
}

#[tokio::test]
async fn github_with_the_events_of_octocrab() {
    use octocrab::models::webhook_events::WebhookEvent;

    // One handler for all, by octocrab's own table.
    async fn on_any(event: Event, body: axum::body::Bytes) -> Result<String, http::StatusCode> {
        let name = event.name().ok_or(http::StatusCode::UNPROCESSABLE_ENTITY)?;
        let event = WebhookEvent::try_from_header_and_body(name, &body)
            .map_err(|_| http::StatusCode::UNPROCESSABLE_ENTITY)?;
        Ok(format!("{:?}", event.kind))
    }
    let events = Events::new(&providers::GITHUB).otherwise(on_any).unwrap();
    let app = app(verifier(providers::GITHUB), NOW, post(events));
    let header = ("X-GitHub-Event", "ping");
    let ping = r#"{"zen":"Design for failure.","hook_id":1}"#;
    let answer = deliver(&app, &providers::GITHUB, header, ping).await;
    assert_eq!(answer, (200, "Ping".to_owned()));
}

/// A coupon, as Stripe documents the object (<https://docs.stripe.com/api/coupons/object>),
/// within an event (<https://docs.stripe.com/api/events/object>).
const COUPON_CREATED: &str = r#"{
    "id": "evt_1", "object": "event", "api_version": "2025-03-31.basil", "created": 1700000000,
    "livemode": false, "pending_webhooks": 1, "request": null, "type": "coupon.created",
    "data": {"object": {
        "id": "jMT0WJUD", "object": "coupon", "amount_off": null, "created": 1700000000,
        "currency": null, "duration": "repeating", "duration_in_months": 3, "livemode": false,
        "max_redemptions": null, "metadata": {}, "name": null, "percent_off": 25.5,
        "redeem_by": null, "times_redeemed": 0, "valid": true
    }}
}"#;

#[tokio::test]
async fn stripe_with_the_events_of_async_stripe() {
    use stripe_webhook::EventObject;

    async fn on_coupon(OrMisfit(hook): OrMisfit<Webhook<stripe_webhook::Event>>) -> String {
        match hook.map(|hook| hook.payload.data.object) {
            Ok(EventObject::CouponCreated(coupon)) => format!("{:?} off", coupon.percent_off),
            Ok(_) => "another".to_owned(),
            // An API version that the crate does not know: kept for later.
            Err(misfit) => format!("dead letter of {} bytes", misfit.body().len()),
        }
    }
    let events = || {
        Events::new(&providers::STRIPE)
            .on("coupon.created", on_coupon)
            .acknowledge_others()
            .unwrap()
    };
    let app_now = app(verifier(providers::STRIPE), NOW, post(events()));
    let deliver = async |body| {
        deliver(
            &app_now,
            &providers::STRIPE,
            ("Content-Type", "application/json"),
            body,
        )
        .await
    };
    assert_eq!(
        deliver(COUPON_CREATED).await,
        (200, "Some(25.5) off".to_owned())
    );
    let newer = COUPON_CREATED.replace("\"repeating\"", "{\"months\":3}");
    let kept = format!("dead letter of {} bytes", newer.len());
    assert_eq!(deliver(&newer).await, (200, kept));

    // What async-stripe's own test verifies: another type, which is acknowledged.
    let vector = recorded("stripe", |_| true);
    let key = Key::new(vector["secret"].as_str().unwrap()).unwrap();
    let then = UnixTime::from_secs(vector["now"].as_i64().unwrap());
    let app = app(
        Verifier::new(providers::STRIPE, key).unwrap(),
        then,
        post(events()),
    );
    assert_eq!(send(&app, request_of(&vector)).await, (200, String::new()));
}

/// As Slack documents it: <https://docs.slack.dev/reference/events/app_mention>.
const APP_MENTION: &str = r#"{
    "token": "ZZZZZZWSxiZZZ2yIvs3peJ", "team_id": "T123ABC456", "api_app_id": "A123ABC456",
    "event": {
        "type": "app_mention", "user": "U123ABC456", "text": "is it raining, <@U0LAN0Z89>?",
        "ts": "1515449522.000016", "channel": "C123ABC456", "event_ts": "1515449522000016"
    },
    "type": "event_callback", "event_id": "Ev123ABC456", "event_time": 1515449522
}"#;

#[tokio::test]
async fn slack_with_the_events_and_commands_of_slack_morphism() {
    use slack_morphism::events::{SlackCommandEvent, SlackEventCallbackBody, SlackPushEvent};

    async fn on_mention(hook: Webhook<SlackPushEvent>) -> Result<String, http::StatusCode> {
        if let SlackPushEvent::EventCallback(callback) = hook.payload
            && let SlackEventCallbackBody::AppMention(mention) = callback.event
        {
            return Ok(mention.content.text.unwrap_or_default());
        }
        Err(http::StatusCode::UNPROCESSABLE_ENTITY)
    }
    let events = Events::new(&providers::SLACK)
        .on("app_mention", on_mention)
        .acknowledge_others()
        .unwrap();
    let app_now = app(verifier(providers::SLACK), NOW, post(events));
    let json = ("Content-Type", "application/json");
    let answer = deliver(&app_now, &providers::SLACK, json, APP_MENTION).await;
    assert_eq!(answer, (200, "is it raining, <@U0LAN0Z89>?".to_owned()));

    // A command is a form, on an address of its own.
    async fn on_command(hook: WebhookForm<SlackCommandEvent>) -> String {
        format!("{} by {}", hook.payload.command, hook.payload.user_id)
    }
    let vector = recorded("slack", |one| {
        one["body"].as_str().unwrap().contains("command=")
    });
    let key = Key::new(vector["secret"].as_str().unwrap()).unwrap();
    let then = UnixTime::from_secs(vector["now"].as_i64().unwrap());
    let app = app(
        Verifier::new(providers::SLACK, key).unwrap(),
        then,
        post(on_command),
    );
    let answer = send(&app, request_of(&vector)).await;
    assert_eq!(answer, (200, "/webhook-collect by U2CERLKJA".to_owned()));
}

/// What Twilio posts for a call, as far as the handler needs it:
/// <https://www.twilio.com/docs/voice/twiml#request-parameters>.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Call {
    call_sid: String,
    from: String,
    digits: Option<u16>,
}

#[tokio::test]
async fn twilio_with_a_form() {
    async fn on_call(hook: WebhookForm<Call>) -> String {
        let call = hook.payload;
        format!("{} {} {:?}", call.call_sid, call.from, call.digits)
    }
    let vector = recorded("twilio", |one| {
        one["body"]
            .as_str()
            .is_some_and(|body| body.contains("CallSid=") && body.contains("From="))
    });
    let key = Key::new(vector["secret"].as_str().unwrap()).unwrap();
    let url = vector["url"].as_str().unwrap();
    let verifier = Verifier::new(providers::TWILIO, key).unwrap();
    let verifier = verifier.with_external_url("https://mycompany.com").unwrap();
    let endpoint = Endpoint::new(verifier);
    let target: http::Uri = url.parse().unwrap();
    let app = Router::new().route(
        target.path(),
        post(on_call).layer(VerifyLayer::new(endpoint)),
    );
    let mut request = request_of(&vector);
    *request.uri_mut() = target.path_and_query().unwrap().as_str().parse().unwrap();
    let (status, told) = send(&app, request).await;
    assert_eq!(status, 200);
    assert!(
        told.starts_with("CA1234567890ABCDE +14158675309 Some(1234)"),
        "{told}"
    );
}
