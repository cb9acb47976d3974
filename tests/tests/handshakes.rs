//! Every endpoint validation of the catalogue through all adapters, and what attackers
//! may try.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::{Arc, Mutex};

use hookward::handshake::{
    Alphabet, Answer as HandshakeAnswer, Check, Condition, Exchange, PendingCreations, Shape,
    Source, Value,
};
use hookward::{
    Algorithm, Code, Digest, Encoding, Endpoint, Handshake, Key, KeyHandle, Lookup, MemoryStore,
    Rejection, ReplayBy, ReplayGuard, RequestHead, Scheme, Signer, Success, Trust, UnixTime,
    Verifier, handshakes, providers,
};
use hookward_tests::{ADAPTERS, Answer, Message, Server, hmac_sha256_hex};

/// Where a handshake of one's own has its challenge.
const ASKED: Source = Source::Query("asked");

const NOW: i64 = 1_700_000_000;

/// A validation, and the expected response.
struct Case {
    handshake: Handshake,
    scheme: Scheme,
    key: &'static str,
    request: Message,
    /// Whether the request is signed like a delivery.
    sign: bool,
    status: u16,
    content_type: Option<&'static str>,
    body: String,
    header: Option<(&'static str, &'static str)>,
}

impl Case {
    fn new(handshake: Handshake, scheme: Scheme, key: &'static str, request: Message) -> Self {
        Self {
            sign: handshake.is_signed(),
            handshake,
            scheme,
            key,
            request,
            status: 200,
            content_type: None,
            body: String::new(),
            header: None,
        }
    }

    fn text(self, body: impl Into<String>) -> Self {
        Self {
            content_type: Some("text/plain; charset=utf-8"),
            body: body.into(),
            ..self
        }
    }

    fn json(self, body: impl Into<String>) -> Self {
        Self {
            content_type: Some("application/json"),
            body: body.into(),
            ..self
        }
    }

    fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    fn header(self, name: &'static str, value: &'static str) -> Self {
        Self {
            header: Some((name, value)),
            ..self
        }
    }

    fn endpoint(&self) -> Endpoint {
        endpoint(&self.scheme, self.key)
            .handshake(self.handshake.clone())
            .unwrap()
    }

    fn message(&self) -> Message {
        if self.sign {
            signed(&self.scheme, self.key, &self.request)
        } else {
            self.request.clone()
        }
    }
}

/// The public half, in hex, of [`DISCORD_PRIVATE`].
const DISCORD: &str = "6189e2fd856ae54593a958c33710a9ae264ca41c2ebdfa36269b7ba346301653";
const DISCORD_PRIVATE: &str = "-----BEGIN PRIVATE KEY-----\n\
    MC4CAQAwBQYDK2VwBCIEIOXjEJO/i5W9BhO8Xo0hPTcGEiCYguu5wCtZdIYmPEf2\n\
    -----END PRIVATE KEY-----\n";

fn endpoint(scheme: &Scheme, key: &str) -> Endpoint {
    let verifier =
        Verifier::new(scheme.clone().trust(Trust::AsSent), Key::new(key).unwrap()).unwrap();
    Endpoint::new(verifier)
        .clock(|| UnixTime::from_secs(NOW))
        .replay_guard(ReplayGuard::new(MemoryStore::default(), "x").by(ReplayBy::Content))
        .unwrap()
}

fn signed(scheme: &Scheme, key: &str, message: &Message) -> Message {
    let key = if key == DISCORD { DISCORD_PRIVATE } else { key };
    let mut request = http::Request::builder()
        .method(message.method.as_str())
        .uri(format!("https://hooks.example{}", message.target));
    for (name, value) in &message.headers {
        request = request.header(name, value.as_slice());
    }
    let request = request.body(message.body.clone()).unwrap();
    let signer = Signer::new(scheme, Key::new(key).unwrap()).unwrap();
    let headers = signer
        .sign(&request, UnixTime::from_secs(NOW), Some("id-1"))
        .unwrap();
    headers
        .headers()
        .iter()
        .fold(message.clone(), |message, (name, value)| {
            message.header(name.as_str(), value.as_bytes())
        })
}

fn sha1_hex(text: &[u8]) -> String {
    use sha1::Digest as _;
    hex::encode(sha1::Sha1::digest(text))
}

fn get(query: &str) -> Message {
    Message::new("")
        .method("GET")
        .target(&format!("/hooks/x{query}"))
        .header("connection", "close")
}

fn post(body: &str) -> Message {
    Message::new(body).header("connection", "close")
}

/// A scheme without a timestamp, for SNS and Google's channels.
fn stub() -> Scheme {
    providers::GITHUB
}

fn cases() -> Vec<Case> {
    let github = || providers::GITHUB;
    let creations = PendingCreations::default();
    // Pending for as long as the tests run.
    std::mem::forget((0..64).map(|_| creations.begin()).collect::<Vec<_>>());
    let zoom_token = "qgg8vlvZRS6UYooatFL8Aw";
    let event_grid = r#"[{"id":"2d1781af-3a4c-4d7c-bd0c-e34b19da4e66","topic":"/subscriptions/x/topics/orders","subject":"","data":{"validationCode":"512d38b6-c7b8-40c8-89fe-f46f9e9622b6","validationUrl":"https://rp-eastus2.eventgrid.azure.net/x"},"eventType":"Microsoft.EventGrid.SubscriptionValidationEvent","metadataVersion":"1","dataVersion":"1"}]"#;
    vec![
        Case::new(
            handshakes::ADOBE_IO_EVENTS,
            github(),
            "secret",
            get("?challenge=8ec8d794-e0ab-42df-9017-e3dada8e84f7"),
        )
        .text("8ec8d794-e0ab-42df-9017-e3dada8e84f7"),
        Case::new(
            handshakes::ASANA.store_secret(&creations, |_| async { Ok(()) }),
            providers::ASANA,
            "old",
            post("").header("X-Hook-Secret", "b537207f20cbfa02357cf448134da559"),
        )
        .header("x-hook-secret", "b537207f20cbfa02357cf448134da559"),
        Case::new(
            handshakes::AWS_SNS
                .allow("arn:aws:sns:us-west-2:123456789012:MyTopic")
                .confirm(|_| async { Ok(()) }),
            stub(),
            "secret",
            post(SNS),
        ),
        Case::new(
            handshakes::AZURE_EVENT_GRID.allow("/subscriptions/x/topics/orders"),
            github(),
            "secret",
            post(event_grid).header("aeg-event-type", "SubscriptionValidation"),
        )
        .json(r#"{"validationResponse":"512d38b6-c7b8-40c8-89fe-f46f9e9622b6"}"#),
        // The challenge, the keys and the answer are those of Braintree's own
        // Ruby SDK, spec/unit/braintree/webhook_notification_spec.rb.
        Case::new(
            handshakes::BRAINTREE.token("integration_public_key"),
            providers::BRAINTREE,
            "integration_private_key",
            get("?bt_challenge=20f9f8ed05f77439fe955c977e4c8a53"),
        )
        .text("integration_public_key|d9b899556c966b3f06945ec21311865d35df3ce4"),
        Case::new(
            handshakes::BRAINTREE
                .token("integration_public_key")
                .key(Key::new("integration_private_key").unwrap()),
            github(),
            "secret",
            get("?bt_challenge=20f9f8ed05f77439fe955c977e4c8a53"),
        )
        .text("integration_public_key|d9b899556c966b3f06945ec21311865d35df3ce4"),
        Case::new(
            handshakes::CISCO_MERAKI.token("c39f5b8d3e"),
            github(),
            "secret",
            get(""),
        )
        .text("c39f5b8d3e"),
        Case::new(
            handshakes::CLOUDEVENTS.allow("eventgrid.azure.net"),
            github(),
            "secret",
            get("")
                .method("OPTIONS")
                .header("WebHook-Request-Origin", "eventgrid.azure.net"),
        )
        .header("webhook-allowed-origin", "eventgrid.azure.net"),
        Case::new(
            handshakes::CLOUDEVENTS.allow("eventgrid.azure.net"),
            github(),
            "secret",
            get("")
                .method("OPTIONS")
                .header("WebHook-Request-Origin", "eventgrid.azure.net")
                .header("WebHook-Request-Rate", "120"),
        )
        .header("webhook-allowed-rate", "*"),
        Case::new(
            handshakes::DISCORD_INTERACTIONS,
            providers::DISCORD,
            DISCORD,
            post(r#"{"id":"1","type":1,"version":1}"#),
        )
        .json(r#"{"type":1}"#),
        Case::new(
            handshakes::DISCORD_WEBHOOK_EVENTS,
            providers::DISCORD,
            DISCORD,
            post(r#"{"version":1,"application_id":"1","type":0}"#),
        )
        .status(204),
        Case::new(
            handshakes::DROPBOX,
            providers::DROPBOX,
            "secret",
            get("?challenge=abc123"),
        )
        .text("abc123"),
        // eBay/event-notification-nodejs-sdk, test/test.js.
        Case::new(
            handshakes::EBAY
                .token("71745723-d031-455c-bfa5-f90d11b4f20a")
                .url("http://www.testendpoint.com/webhook"),
            github(),
            "secret",
            get("?challenge_code=71745723-d031-455c-bfa5-f90d11b4f20a"),
        )
        .json(r#"{"challengeResponse":"048de9ffd0e35021fefc0388d5c52e0f475324f582f3778ca81a53354ccbbc97"}"#),
        Case::new(
            handshakes::FITBIT.token("5b1e7a"),
            github(),
            "secret",
            get("?verify=5b1e7a"),
        )
        .status(204),
        Case::new(
            handshakes::FRONT,
            providers::FRONT,
            "secret",
            post(r#"{"type":"sync","authorization":{"id":"cmp_abc"}}"#)
                .header("X-Front-Challenge", "e0d5f1a2-challenge"),
        )
        .text("e0d5f1a2-challenge"),
        Case::new(
            handshakes::GOOGLE_DRIVE_CALENDAR,
            providers::API_KEY.header("x-goog-channel-token"),
            "secret",
            post("").header("X-Goog-Resource-State", "sync"),
        ),
        Case::new(
            handshakes::INTERCOM,
            providers::INTERCOM,
            "secret",
            get("").method("HEAD"),
        ),
        Case::new(
            handshakes::LARK_FEISHU.token("v-token"),
            github(),
            "secret",
            post(r#"{"challenge":"ajls384kdjx98XX","token":"v-token","type":"url_verification"}"#),
        )
        .json(r#"{"challenge":"ajls384kdjx98XX"}"#),
        Case::new(
            handshakes::LINKEDIN,
            providers::LINKEDIN,
            "client secret",
            get("?challengeCode=890e4665-4dfe-4ab1-b689-ed553bceeed0&applicationId=1"),
        )
        .json(format!(
            r#"{{"challengeCode":"890e4665-4dfe-4ab1-b689-ed553bceeed0","challengeResponse":"{}"}}"#,
            hmac_sha256_hex(b"client secret", &[b"890e4665-4dfe-4ab1-b689-ed553bceeed0"])
        )),
        Case::new(handshakes::MAILCHIMP, github(), "secret", get("")),
        Case::new(
            handshakes::MANDRILL,
            providers::find("mandrill").unwrap().scheme.clone(),
            "secret",
            get("").method("HEAD"),
        ),
        Case::new(
            handshakes::MANDRILL,
            github(),
            "secret",
            post("mandrill_events=%5B%5D")
                .header("X-Mandrill-Signature", "c2lnbmVkIHdpdGggdGVzdC13ZWJob29r"),
        ),
        Case::new(
            handshakes::META.token("old token").token("my verify token"),
            providers::META,
            "app secret",
            get("?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=my+verify%20token"),
        )
        .text("1158201444"),
        Case::new(
            handshakes::MICROSOFT_GRAPH,
            github(),
            "secret",
            post("").target("/hooks/x?validationToken=Validation%3a+Testing+client+reachability+Request-Id%3a+0f8e"),
        )
        .text("Validation: Testing client reachability Request-Id: 0f8e"),
        Case::new(
            handshakes::MONDAY,
            github(),
            "secret",
            post(r#"{"challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}"#),
        )
        .json(r#"{"challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}"#),
        Case::new(
            handshakes::NOTION.store_secret(&creations, |_| async { Ok(()) }),
            providers::NOTION,
            "old",
            post(r#"{"verification_token":"secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl"}"#),
        ),
        Case::new(handshakes::NYLAS, providers::NYLAS, "secret", get("?challenge=bc609b38"))
            .text("bc609b38"),
        Case::new(
            handshakes::OKTA,
            providers::OKTA,
            "secret",
            get("").header("X-Okta-Verification-Challenge", "my verification challenge"),
        )
        .json(r#"{"verification":"my verification challenge"}"#),
        Case::new(
            handshakes::ONFLEET,
            github(),
            "secret",
            get("?check=example"),
        )
        .text("example"),
        Case::new(
            handshakes::PRELUDE.token("vt_1").allow("app_1"),
            github(),
            "secret",
            get("?event=activate&verification_token=vt_1&challenge=42&app_id=app_1"),
        )
        .text("42"),
        // The example of bot.q.qq.com's page about webhooks.
        Case::new(
            handshakes::QQ_BOT.key(Key::new("DG5g3B4j9X2KOErG").unwrap()),
            github(),
            "secret",
            post(r#"{"d":{"plain_token":"Arq0D5A61EgUu4OxUvOp","event_ts":"1725442341"},"op":13}"#),
        )
        .json(r#"{"plain_token":"Arq0D5A61EgUu4OxUvOp","signature":"87befc99c42c651b3aac0278e71ada338433ae26fcb24307bdc5ad38c1adc2d01bcfcadc0842edac85e85205028a1132afe09280305f13aa6909ffc2d652c706"}"#),
        Case::new(
            handshakes::SLACK,
            providers::SLACK,
            "secret",
            post(r#"{"token":"Jhj5dZrVaK7ZwHHjRyZWjbDl","challenge":"3eZbrw1aBm2rZgRNFdxV","type":"url_verification"}"#),
        )
        .text("3eZbrw1aBm2rZgRNFdxV"),
        Case::new(
            handshakes::SMARTSHEET,
            providers::SMARTSHEET,
            "secret",
            post(r#"{"challenge":"d78dd1d3-01ce-4481-81de-92b4f3aa5ab1","webhookId":8444254503626628}"#)
                .header("Smartsheet-Hook-Challenge", "d78dd1d3-01ce-4481-81de-92b4f3aa5ab1"),
        )
        .json(r#"{"smartsheetHookResponse":"d78dd1d3-01ce-4481-81de-92b4f3aa5ab1"}"#)
        .header("smartsheet-hook-response", "d78dd1d3-01ce-4481-81de-92b4f3aa5ab1"),
        Case::new(
            handshakes::STRAVA.token("STRAVA"),
            github(),
            "secret",
            get("?hub.verify_token=STRAVA&hub.challenge=15f7d1a91c1f40f8a748fd134752feb3&hub.mode=subscribe"),
        )
        .json(r#"{"hub.challenge":"15f7d1a91c1f40f8a748fd134752feb3"}"#),
        Case::new(
            handshakes::TRELLO,
            providers::ASANA,
            "secret",
            get("").method("HEAD"),
        ),
        Case::new(
            handshakes::TWITCH,
            providers::TWITCH,
            "secret",
            post(r#"{"challenge":"pogchamp-kappa-360noscope-vohiyo","subscription":{"status":"webhook_callback_verification_pending"}}"#)
                .header("Twitch-Eventsub-Message-Type", "webhook_callback_verification"),
        )
        .text("pogchamp-kappa-360noscope-vohiyo"),
        Case::new(
            handshakes::VIBER,
            providers::VIBER,
            "secret",
            post(r#"{"event":"webhook","timestamp":1457764197627,"message_token":241256543215}"#),
        ),
        Case::new(
            handshakes::VK.token("d2f1a3").allow("1"),
            github(),
            "secret",
            post(r#"{"type":"confirmation","group_id":1}"#),
        )
        .text("d2f1a3"),
        Case::new(
            handshakes::WEBSUB.allow("https://example.com/feed"),
            providers::X_HUB_SIGNATURE_SHA256,
            "secret",
            get("?hub.mode=subscribe&hub.topic=https%3A%2F%2Fexample.com%2Ffeed&hub.challenge=kitty&hub.lease_seconds=10"),
        )
        .text("kitty"),
        Case::new(
            handshakes::WEBSUB.allow("https://example.com/feed"),
            providers::X_HUB_SIGNATURE_SHA256,
            "secret",
            get("?hub.mode=unsubscribe&hub.topic=https://example.com/other&hub.challenge=kitty"),
        )
        .text("kitty"),
        Case::new(
            handshakes::WEBSUB.allow_if(|topic| topic.starts_with("https://example.com/")),
            providers::X_HUB_SIGNATURE_SHA256,
            "secret",
            get("?hub.mode=denied&hub.topic=https://example.com/feed&hub.reason=no"),
        ),
        Case::new(
            handshakes::WECHAT_OFFICIAL_ACCOUNT.token("weixin"),
            github(),
            "secret",
            get("?signature=e81c74637ca45dc4e13f8af72340fcc16fd3efb5&timestamp=1700000000&nonce=abc123&echostr=5921"),
        )
        .text("5921"),
        // Inputs from the gist jcipriano/46c4b3f3 of X.
        Case::new(
            handshakes::X_TWITTER,
            providers::X_TWITTER,
            "z3ZX4v7mAAUGykl3EcmkqbartmuW8VFOOzCloLx9Q45P0hLrFu",
            get("?crc_token=9b4507b3-9040-4669-9ca3-6b94edb50553&nonce=1"),
        )
        .json(r#"{"response_token":"sha256=Cytd4Sq+NvEcV3MMrXxWJGJx5A+y/lXzzU2Maartkx8="}"#),
        Case::new(
            handshakes::XERO,
            providers::XERO,
            "secret",
            post(r#"{"events":[ ],"firstEventSequence":0,"lastEventSequence":0,"entropy":"S0m3r4N"}"#),
        ),
        Case::new(
            handshakes::ZOOM,
            providers::ZOOM,
            "secret token",
            post(r#"{"payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"},"event_ts":1654503849680,"event":"endpoint.url_validation"}"#),
        )
        .json(format!(
            r#"{{"plainToken":"{zoom_token}","encryptedToken":"{}"}}"#,
            hmac_sha256_hex(b"secret token", &[zoom_token.as_bytes()])
        )),
    ]
}

/// The example of the developer guide, shortened.
const SNS: &str = r#"{"Type":"SubscriptionConfirmation","MessageId":"165545c9","Token":"2336412f37","TopicArn":"arn:aws:sns:us-west-2:123456789012:MyTopic","SubscribeURL":"https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:us-west-2:123456789012:MyTopic&Token=2336412f37"}"#;

#[test]
fn every_handshake_gets_its_answer_each_time_and_the_handler_does_not_run() {
    let cases = cases();
    for entry in handshakes::all() {
        let name = entry.handshake.name();
        assert!(
            cases.iter().any(|case| case.handshake.name() == name),
            "{name} has no case"
        );
    }
    for case in &cases {
        for adapter in ADAPTERS {
            let server = Server::start(adapter, case.endpoint());
            let what = format!("{} on {adapter:?}", case.handshake.name());
            // The provider asks again; the replay guard is not involved.
            for _ in 0..2 {
                let answer = server.post(&case.message());
                assert_eq!(answer.status, case.status, "{what}");
                assert_eq!(String::from_utf8_lossy(&answer.body), case.body, "{what}");
                assert_eq!(answer.header("content-type"), case.content_type, "{what}");
                assert_eq!(
                    answer.header("x-content-type-options"),
                    Some("nosniff"),
                    "{what}"
                );
                if let Some((name, value)) = case.header {
                    assert_eq!(answer.header(name), Some(value), "{what}");
                }
                assert_eq!(answer.header("transfer-encoding"), None, "{what}");
            }
            assert_eq!(server.handler.runs(), 0, "{what}");
        }
    }
}

#[test]
fn none_is_answered_unless_it_is_switched_on() {
    for case in cases() {
        for adapter in ADAPTERS {
            let off = case.handshake.clone().mode(hookward::handshake::Mode::Off);
            let endpoint = endpoint(&case.scheme, case.key).handshake(off).unwrap();
            let server = Server::start(adapter, endpoint);
            let answer = server.post(&case.message());
            let what = format!("{} on {adapter:?}", case.handshake.name());
            if case.sign {
                assert_eq!(answer.status, 200, "{what}: a delivery like any other");
                assert_eq!(server.handler.runs(), 1, "{what}");
            } else {
                assert_eq!(answer.status, 403, "{what}");
                assert_eq!(server.handler.runs(), 0, "{what}");
            }
        }
    }
}

/// A private key that is not Discord's.
fn another_ed25519_key() -> String {
    use base64::Engine as _;
    // RFC 8410 section 7.
    let mut der = hex::decode("302e020100300506032b657004220420").unwrap();
    der.extend([7; 32]);
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n")
}

#[test]
fn a_signed_handshake_is_refused_and_not_answered_before_it_verifies() {
    let cases = cases();
    let signed_ones = || cases.iter().filter(|case| case.handshake.is_signed());
    for entry in handshakes::all().filter(|entry| entry.handshake.is_signed()) {
        let name = entry.handshake.name();
        assert!(signed_ones().any(|case| case.handshake.name() == name));
    }
    for case in signed_ones() {
        let name = case.handshake.name();
        let expected = match name {
            "xero" | "discord-interactions" | "discord-webhook-events" => 401,
            _ => 403,
        };
        let another_key = match case.key {
            DISCORD => another_ed25519_key(),
            _ => "another secret".to_owned(),
        };
        let mut changed = case.message();
        changed.body.push(b' ');
        let mut cut = case.message();
        let (_, signature) = cut.headers.last_mut().unwrap();
        signature.pop();
        let mut moved = case.message();
        moved.headers.retain(|(name, _)| {
            let name = name.to_ascii_lowercase();
            !name.contains("signature") && !name.contains("token")
        });
        let mut attempts = vec![
            ("without a signature", case.request.clone()),
            ("without the header of the signature", moved),
            (
                "signed with another key",
                signed(&case.scheme, &another_key, &case.request),
            ),
            ("with a cut signature", cut),
        ];
        // A shared secret does not prove the body.
        if case.scheme.algorithm != Algorithm::SharedSecret {
            attempts.push(("with another body", changed));
        }
        for adapter in ADAPTERS {
            let server = Server::start(adapter, case.endpoint());
            for (how, message) in &attempts {
                let answer = server.post(message);
                assert_eq!(answer.status, expected, "{name} {how} on {adapter:?}");
                let nothing: &[u8] = if expected == 401 { b"" } else { b"Forbidden" };
                assert_eq!(answer.body, nothing, "{name} {how} on {adapter:?}");
            }
            assert_eq!(server.handler.runs(), 0, "{name}");
            assert_eq!(server.post(&case.message()).status, case.status, "{name}");
        }
    }
}

/// Percent-encodes everything.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[test]
fn challenges_that_are_long_or_markup_are_refused() {
    let long = "x".repeat(1025);
    let markup = "<script>alert(1)</script>";
    let split = "a\r\nset-cookie: b";
    for (challenge, value) in [(&*long, &*long), (markup, markup), (split, "a%0D%0A")] {
        let cases: Vec<(Handshake, Message)> = vec![
            (
                handshakes::META.token("t"),
                get(&format!(
                    "?hub.mode=subscribe&hub.verify_token=t&hub.challenge={}",
                    encoded(challenge)
                )),
            ),
            (
                handshakes::DROPBOX,
                get(&format!("?challenge={}", encoded(challenge))),
            ),
            (
                handshakes::STRAVA.token("t"),
                get(&format!(
                    "?hub.mode=subscribe&hub.verify_token=t&hub.challenge={}",
                    encoded(challenge)
                )),
            ),
            (
                handshakes::X_TWITTER.key(Key::new("k").unwrap()),
                get(&format!("?crc_token={}", encoded(challenge))),
            ),
            (
                handshakes::MICROSOFT_GRAPH,
                post("").target(&format!("/hooks/x?validationToken={}", encoded(challenge))),
            ),
            (
                handshakes::MONDAY,
                post(&serde_json::json!({ "challenge": challenge }).to_string()),
            ),
            (
                handshakes::OKTA,
                // A line break is not valid in a header.
                get("").header(
                    "X-Okta-Verification-Challenge",
                    if value.contains('%') { markup } else { value },
                ),
            ),
        ];
        for (handshake, message) in cases {
            for adapter in ADAPTERS {
                let endpoint = endpoint(&providers::GITHUB, "secret")
                    .handshake(handshake.clone())
                    .unwrap();
                let server = Server::start(adapter, endpoint);
                let answer = server.post(&message);
                let what = format!("{} on {adapter:?}: {challenge:.20}", handshake.name());
                assert_eq!(answer.status, 403, "{what}");
                assert_eq!(answer.body, b"Forbidden", "{what}");
                assert_eq!(answer.header("set-cookie"), None, "{what}");
            }
        }
    }
}

#[test]
fn wrong_tokens_topics_and_origins_are_refused_as_the_provider_wants_it() {
    let asana = PendingCreations::default();
    let sns = |topic: &str, url: &str| {
        let body = SNS
            .replace(
                "arn:aws:sns:us-west-2:123456789012:MyTopic\",",
                &format!("{topic}\","),
            )
            .replace("https://sns.us-west-2.amazonaws.com/", url);
        signed(&providers::GITHUB, "secret", &post(&body))
    };
    let arn = "arn:aws:sns:us-west-2:123456789012:MyTopic";
    let sns_handshake = || {
        handshakes::AWS_SNS
            .allow(arn)
            .confirm(|_| async { panic!("it must not be asked") })
    };
    let cases: Vec<(&str, Handshake, Message, u16)> = vec![
        (
            "another verify token",
            handshakes::META.token("right"),
            get("?hub.mode=subscribe&hub.challenge=1&hub.verify_token=wrong"),
            403,
        ),
        (
            "no verify token",
            handshakes::META.token("right"),
            get("?hub.mode=subscribe&hub.challenge=1"),
            403,
        ),
        (
            "two verify tokens",
            handshakes::META.token("right"),
            get("?hub.mode=subscribe&hub.challenge=1&hub.verify_token=right&hub.verify_token=right"),
            403,
        ),
        (
            "two challenges",
            handshakes::META.token("right"),
            get("?hub.mode=subscribe&hub.challenge=1&hub.challenge=2&hub.verify_token=right"),
            403,
        ),
        (
            "a prefix of the token",
            handshakes::META.token("right"),
            get("?hub.mode=subscribe&hub.challenge=1&hub.verify_token=righ"),
            403,
        ),
        (
            "a token that begins with the right one",
            handshakes::META.token("right"),
            get("?hub.mode=subscribe&hub.challenge=1&hub.verify_token=right1"),
            403,
        ),
        (
            "a token in other letters",
            handshakes::META.token("right"),
            get("?hub.mode=subscribe&hub.challenge=1&hub.verify_token=Right"),
            403,
        ),
        (
            "another topic",
            handshakes::WEBSUB.allow("https://a.example/"),
            get("?hub.mode=subscribe&hub.challenge=1&hub.topic=https://b.example/"),
            404,
        ),
        (
            "giving up a topic of ours",
            handshakes::WEBSUB.allow("https://a.example/"),
            get("?hub.mode=unsubscribe&hub.challenge=1&hub.topic=https://a.example/"),
            404,
        ),
        (
            "another code",
            handshakes::FITBIT.token("right"),
            get("?verify=wrong"),
            404,
        ),
        (
            "another origin",
            handshakes::CLOUDEVENTS.allow("eventgrid.azure.net"),
            get("")
                .method("OPTIONS")
                .header("WebHook-Request-Origin", "evil.example"),
            403,
        ),
        (
            "another application",
            handshakes::PRELUDE.token("t").allow("app_1"),
            get("?event=activate&verification_token=t&challenge=42&app_id=app_2"),
            403,
        ),
        (
            "another token in the body",
            handshakes::LARK_FEISHU.token("right"),
            post(r#"{"challenge":"x","token":"wrong","type":"url_verification"}"#),
            403,
        ),
        (
            "a token that appears twice in the body",
            handshakes::LARK_FEISHU.token("right"),
            post(r#"{"challenge":"x","token":"wrong","token":"right","type":"url_verification"}"#),
            403,
        ),
        (
            "another hash",
            handshakes::WECHAT_OFFICIAL_ACCOUNT.token("another"),
            get("?signature=e81c74637ca45dc4e13f8af72340fcc16fd3efb5&timestamp=1700000000&nonce=abc123&echostr=5921"),
            403,
        ),
        (
            "an event grid topic that is not listed",
            handshakes::AZURE_EVENT_GRID.allow("/subscriptions/x"),
            post(r#"[{"topic":"/subscriptions/y","data":{"validationCode":"1"},"eventType":"Microsoft.EventGrid.SubscriptionValidationEvent"}]"#)
                .header("aeg-event-type", "SubscriptionValidation"),
            403,
        ),
        (
            "a Base64 payload as a challenge",
            handshakes::BRAINTREE.token("pk").key(Key::new("k").unwrap()),
            get("?bt_challenge=PG5vdGlmaWNhdGlvbj48L24"),
            403,
        ),
        (
            "a key that nobody waits for",
            handshakes::ASANA.store_secret(&asana, |_| async { panic!("it must not be kept") }),
            post("").header("X-Hook-Secret", "mine"),
            403,
        ),
        (
            "another topic of SNS",
            sns_handshake(),
            sns(
                "arn:aws:sns:us-west-2:666:Theirs",
                "https://sns.us-west-2.amazonaws.com/",
            ),
            403,
        ),
        (
            "another host than SNS's",
            sns_handshake(),
            sns(arn, "https://sns.us-west-2.amazonaws.com.evil.example/"),
            403,
        ),
        (
            "plain http to SNS",
            sns_handshake(),
            sns(arn, "http://sns.us-west-2.amazonaws.com/"),
            403,
        ),
    ];
    for (how, handshake, message, status) in cases {
        for adapter in ADAPTERS {
            let endpoint = endpoint(&providers::GITHUB, "secret")
                .handshake(handshake.clone())
                .unwrap();
            let server = Server::start(adapter, endpoint);
            let answer = server.post(&message);
            assert_eq!(answer.status, status, "{how} on {adapter:?}");
            assert_eq!(server.handler.runs(), 0, "{how} on {adapter:?}");
        }
    }
}

#[test]
fn each_of_several_tokens_counts_and_none_that_begins_with_one() {
    // "older" is a token twice over: of the right beginning, and not the last.
    let wechat = |token: &str| {
        let mut parts = [token, "1700000000", "abc123"];
        parts.sort_unstable();
        let mut hash = sha1_hex(parts.concat().as_bytes());
        hash.insert_str(
            0,
            "?echostr=5921&timestamp=1700000000&nonce=abc123&signature=",
        );
        get(&hash)
    };
    let meta = |token: &str| {
        get(&format!(
            "?hub.mode=subscribe&hub.challenge=1&hub.verify_token={token}"
        ))
    };
    let strava = meta;
    let fitbit = |token: &str| get(&format!("?verify={token}"));
    let prelude = |token: &str| {
        get(&format!(
            "?event=activate&verification_token={token}&challenge=42&app_id=app_1"
        ))
    };
    let lark = |token: &str| {
        post(&format!(
            r#"{{"challenge":"x","token":"{token}","type":"url_verification"}}"#
        ))
    };
    type Ask<'a> = &'a dyn Fn(&str) -> Message;
    let cases: [(Handshake, Ask<'_>); 6] = [
        (handshakes::META, &meta),
        (handshakes::STRAVA, &strava),
        (handshakes::FITBIT, &fitbit),
        (handshakes::PRELUDE.allow("app_1"), &prelude),
        (handshakes::LARK_FEISHU, &lark),
        (handshakes::WECHAT_OFFICIAL_ACCOUNT, &wechat),
    ];
    for (handshake, ask) in cases {
        let handshake = handshake.token("oldest").token("older").token("newest");
        for adapter in ADAPTERS {
            let endpoint = endpoint(&providers::GITHUB, "secret")
                .handshake(handshake.clone())
                .unwrap();
            let server = Server::start(adapter, endpoint);
            for token in ["oldest", "older", "newest"] {
                let status = server.post(&ask(token)).status;
                assert!(
                    matches!(status, 200 | 204),
                    "{handshake:?}: {token} on {adapter:?}"
                );
            }
            for token in [
                "old",
                "oldes",
                "older1",
                "newestt",
                "oldestolder",
                "OLDER",
                "x",
            ] {
                let status = server.post(&ask(token)).status;
                assert!(
                    matches!(status, 403 | 404),
                    "{handshake:?}: {token} on {adapter:?}"
                );
            }
        }
    }
}

#[test]
fn a_signed_handshake_is_not_answered_unsigned_because_another_one_may_be() {
    // Slack's is a validation only when it is signed; monday.com's has no `event`.
    let of_slack = r#"{"type":"url_verification","challenge":"abc","event":{}}"#;
    let of_monday = r#"{"challenge":"abc"}"#;
    let both = |unsigned_first: bool, hand_through: bool| {
        let slack = match hand_through {
            true => handshakes::SLACK.hand_through(),
            false => handshakes::SLACK,
        };
        let [one, other] = match unsigned_first {
            true => [handshakes::MONDAY, slack],
            false => [slack, handshakes::MONDAY],
        };
        let endpoint = endpoint(&providers::SLACK, "secret");
        endpoint.handshake(one).unwrap().handshake(other).unwrap()
    };
    for adapter in ADAPTERS {
        for (unsigned_first, hand_through) in [(true, false), (false, false), (false, true)] {
            let server = Server::start(adapter, both(unsigned_first, hand_through));
            let forged = signed(&providers::SLACK, "another", &post(of_slack));
            for message in [&post(of_slack), &forged] {
                let answer = server.post(message);
                assert_eq!(answer.status, 403, "{adapter:?}");
                assert_eq!(answer.body, b"Forbidden", "{adapter:?}");
            }
            assert_eq!(server.handler.runs(), 0, "{adapter:?}");
            assert_eq!(server.post(&post(of_monday)).status, 200, "{adapter:?}");
            let genuine = signed(&providers::SLACK, "secret", &post(of_slack));
            let answer = server.post(&genuine);
            let (expected, runs) = match hand_through {
                true => (of_slack.as_bytes(), 1),
                false => (&b"abc"[..], 0),
            };
            assert_eq!((answer.status, &answer.body[..]), (200, expected));
            assert_eq!(server.handler.runs(), runs, "{adapter:?}");
        }
    }
}

#[test]
fn a_value_that_is_repeated_is_there() {
    let creations = PendingCreations::default();
    let _creation = creations.begin();
    for adapter in ADAPTERS {
        // Refused, and not taken for a delivery that is handled.
        let slack = endpoint(&providers::SLACK, "secret").handshake(handshakes::SLACK);
        let server = Server::start(adapter, slack.unwrap());
        let body = r#"{"type":"url_verification","challenge":"abc","challenge":"abc"}"#;
        let twice = signed(&providers::SLACK, "secret", &post(body));
        assert_eq!(server.post(&twice).status, 403, "{adapter:?}");
        assert_eq!(server.handler.runs(), 0, "{adapter:?}");

        let monday = endpoint(&providers::GITHUB, "secret").handshake(handshakes::MONDAY);
        let server = Server::start(adapter, monday.unwrap());
        let body = r#"{"challenge":"abc","event":{},"event":{}}"#;
        assert_eq!(server.post(&post(body)).status, 403, "{adapter:?}");

        let asana = handshakes::ASANA.store_secret(&creations, |_| async {
            panic!("the request has a signature");
        });
        let asana = endpoint(&providers::ASANA, "secret").handshake(asana);
        let server = Server::start(adapter, asana.unwrap());
        let signature = "0".repeat(64);
        let message = post("")
            .header("X-Hook-Secret", "b537207f20cbfa02357cf448134da559")
            .header("X-Hook-Signature", signature.as_bytes())
            .header("X-Hook-Signature", signature.as_bytes());
        assert_eq!(server.post(&message).status, 403, "{adapter:?}");
    }
}

#[test]
fn a_long_body_is_a_delivery_and_no_validation() {
    for adapter in ADAPTERS {
        let slack = endpoint(&providers::SLACK, "secret").handshake(handshakes::SLACK);
        let server = Server::start(adapter, slack.unwrap());
        let of_length = |length: usize| {
            let body = r#"{"type":"url_verification","challenge":"abc","pad":""}"#;
            let pad = "y".repeat(length - body.len());
            let body = body.replace(r#""pad":"""#, &format!(r#""pad":"{pad}""#));
            signed(&providers::SLACK, "secret", &post(&body))
        };
        let answer = server.post(&of_length(16 * 1024));
        assert_eq!((answer.status, &answer.body[..]), (200, &b"abc"[..]));
        assert_eq!(server.handler.runs(), 0, "{adapter:?}");
        assert_eq!(server.post(&of_length(16 * 1024 + 1)).status, 200);
        assert_eq!(server.handler.runs(), 1, "{adapter:?}");
    }
}

#[test]
fn what_comes_with_a_validation_that_is_handed_through_is_read_up_to_a_limit() {
    for adapter in ADAPTERS {
        let graph = handshakes::MICROSOFT_GRAPH.hand_through();
        let endpoint = endpoint(&providers::GITHUB, "secret").handshake(graph);
        let server = Server::start(adapter, endpoint.unwrap());
        // 64 KiB, where each chunk counts as at least 512 bytes.
        for (length, is_refused) in [(60_000, false), (64 * 1024 + 1, true), (1_000_000, true)] {
            let message = post(&"y".repeat(length)).target("/hooks/x?validationToken=abc");
            for bytes in [message.chunked(16 * 1024), message.bytes()] {
                let answer = server.send(&[&bytes]);
                assert_eq!(answer.status == 413, is_refused, "{adapter:?}: {length}");
            }
        }
    }
}

#[test]
fn the_token_that_is_told_to_everyone_is_not_the_secret_of_deliveries() {
    for adapter in ADAPTERS {
        for (token, status) in [("c39f5b8d3e", 503), ("another", 200)] {
            let endpoint = endpoint(&providers::API_KEY, "c39f5b8d3e")
                .handshake(handshakes::CISCO_MERAKI.token(token))
                .unwrap();
            let server = Server::start(adapter, endpoint);
            let answer = server.post(&get(""));
            assert_eq!(answer.status, status, "{adapter:?}: {token}");
            assert_ne!(answer.body, b"c39f5b8d3e", "{adapter:?}");
        }
    }
}

#[test]
fn a_challenge_that_is_a_delivery_is_not_signed() {
    // Each of these keys signs deliveries as well: a signature over a body chosen by the
    // requester would be a forged delivery.
    let body = r#"{"for_user_id":"1","tweet_create_events":[]}"#;
    let qq = serde_json::json!({
        "op": 13,
        "d": { "event_ts": "1725442341", "plain_token": "{\"op\":0,\"t\":\"X\"}" },
    });
    let cases = [
        (
            handshakes::X_TWITTER.key(Key::new("k").unwrap()),
            get(&format!("?crc_token={}", encoded(body))),
        ),
        (
            handshakes::LINKEDIN.key(Key::new("k").unwrap()),
            get(&format!("?challengeCode=hmacsha256%3D{}", encoded(body))),
        ),
        (
            handshakes::QQ_BOT.key(Key::new("k").unwrap()),
            post(&qq.to_string()),
        ),
    ];
    for (handshake, message) in cases {
        for adapter in ADAPTERS {
            let endpoint = endpoint(&providers::GITHUB, "secret")
                .handshake(handshake.clone())
                .unwrap();
            let answer = Server::start(adapter, endpoint).post(&message);
            assert_eq!(answer.status, 403, "{} on {adapter:?}", handshake.name());
        }
    }
}

#[test]
fn deliveries_are_handled_as_ever_beside_a_handshake() {
    // Braintree's signature is in the form itself, so our signer cannot add it.
    for case in cases()
        .iter()
        .filter(|case| case.scheme.name != "braintree")
    {
        let body = r#"{"event":"something","n":1}"#;
        let delivery = signed(&case.scheme, case.key, &post(body));
        for adapter in ADAPTERS {
            let server = Server::start(adapter, case.endpoint());
            let what = format!("{} on {adapter:?}", case.handshake.name());
            let answer = server.post(&delivery);
            assert_eq!(answer.status, 200, "{what}");
            assert_eq!(answer.body, body.as_bytes(), "{what}");
            assert_eq!(server.post(&delivery).status, 200, "{what}");
            // An interaction can be answered by the handler alone.
            let runs = 1 + usize::from(case.scheme.success == Success::Handler);
            assert_eq!(
                server.handler.runs(),
                runs,
                "{what}: the copy is acknowledged"
            );
            let large = format!(r#"{{"event":"{}"}}"#, "x".repeat(100_000));
            let large = signed(&case.scheme, case.key, &post(&large));
            assert_eq!(server.post(&large).status, 200, "{what}");
            assert_eq!(server.handler.runs(), runs + 1, "{what}");
            let mut forged = delivery.clone();
            forged.body[3] ^= 1;
            if case.scheme.algorithm != Algorithm::SharedSecret {
                let status = server.post(&forged).status;
                assert!(matches!(status, 401 | 403), "{what}: {status}");
            }
        }
    }
}

#[test]
fn an_unsigned_validation_in_the_body_is_looked_for_in_small_bodies_only() {
    for adapter in ADAPTERS {
        let endpoint = endpoint(&providers::GITHUB, "secret")
            .handshake(handshakes::MONDAY)
            .unwrap();
        let server = Server::start(adapter, endpoint);
        let padded = |n: usize| format!(r#"{{"challenge":"x","pad":"{}"}}"#, "y".repeat(n));
        assert_eq!(
            server.post(&post(&padded(10_000))).status,
            200,
            "{adapter:?}"
        );
        assert_eq!(
            server.post(&post(&padded(20_000))).status,
            403,
            "{adapter:?}"
        );
        // Not announced, in pieces, and never ending.
        let chunked = post(&padded(20_000)).chunked(1000);
        assert_eq!(server.send(&[&chunked]).status, 403, "{adapter:?}");
        let chunked = post(&padded(10_000)).chunked(7);
        assert_eq!(server.send(&[&chunked]).status, 200, "{adapter:?}");
        let head = post("").head("content-length: 99999");
        assert_eq!(
            server.send(&[&head]).status,
            403,
            "{adapter:?}: not waited for"
        );
        for body in ["", "{", "[]", "{\"challenge\":null", "\u{feff}{}", "nul"] {
            assert_eq!(server.post(&post(body)).status, 403, "{adapter:?}: {body}");
        }
        assert_eq!(server.handler.runs(), 0);
    }
}

#[test]
fn a_validation_in_the_head_is_answered_without_its_body() {
    for adapter in ADAPTERS {
        let endpoint = endpoint(&providers::GITHUB, "secret")
            .handshake(handshakes::MICROSOFT_GRAPH)
            .unwrap();
        let server = Server::start(adapter, endpoint);
        let head = post("")
            .target("/hooks/x?validationToken=abc")
            .head("content-length: 5000");
        let answer = server.send(&[&head]);
        assert_eq!(answer.status, 200, "{adapter:?}");
        assert_eq!(answer.body, b"abc", "{adapter:?}");
    }
}

#[test]
fn asana_hands_over_the_key_while_a_creation_is_pending_and_once() {
    for adapter in ADAPTERS {
        let keys = KeyHandle::new(
            Verifier::new(providers::ASANA, Key::new("not yet known").unwrap()).unwrap(),
        );
        let creations = PendingCreations::default();
        let (stored, seen) = (keys.clone(), Arc::new(Mutex::new(Vec::new())));
        let note = seen.clone();
        let asana = handshakes::ASANA.store_secret(&creations, move |offer| {
            let stored = stored.clone();
            assert!(!format!("{offer:?}").contains(offer.secret()));
            note.lock().unwrap().push(offer.target().to_owned());
            async move { Ok(stored.rotate(offer.key()?)?) }
        });
        let server = Server::start(adapter, Endpoint::new(keys).handshake(asana).unwrap());
        let offer = |secret: &str| {
            server
                .post(&post("").header("X-Hook-Secret", secret))
                .status
        };
        let mine = "c648318f31dcfb13468df559245eb660";
        let theirs = "b537207f20cbfa02357cf448134da559";
        let deliver = |key: &str| {
            server
                .post(&signed(&providers::ASANA, key, &post("{\"events\":[]}")))
                .status
        };
        assert_eq!(offer(mine), 403, "{adapter:?}: before");
        let pending = creations.begin();
        assert_eq!(offer(theirs), 200, "{adapter:?}");
        assert_eq!(offer(mine), 403, "{adapter:?}: a second one");
        drop(pending);
        assert_eq!(offer(mine), 403, "{adapter:?}: afterwards");
        assert_eq!(deliver(theirs), 200, "{adapter:?}");
        assert_eq!(deliver(mine), 403, "{adapter:?}");
        assert_eq!(deliver("not yet known"), 403, "{adapter:?}");
        assert_eq!(*seen.lock().unwrap(), ["/hooks/x"]);
    }
}

#[test]
fn a_key_that_could_not_be_kept_is_refused_and_may_come_again() {
    for adapter in ADAPTERS {
        let creations = PendingCreations::default();
        let tries = Arc::new(Mutex::new(0));
        let asana = handshakes::ASANA.store_secret(&creations, move |_| {
            let tries = tries.clone();
            async move {
                let mut tries = tries.lock().unwrap();
                *tries += 1;
                if *tries == 1 {
                    return Err(Rejection::new(
                        Code::StoreUnavailable,
                        "the database is away",
                    ));
                }
                Ok(())
            }
        });
        let server = Server::start(
            adapter,
            endpoint(&providers::ASANA, "old").handshake(asana).unwrap(),
        );
        let _pending = creations.begin();
        let offer = post("").header("X-Hook-Secret", "b537207f20cbfa02357cf448134da559");
        assert_eq!(server.post(&offer).status, 503, "{adapter:?}");
        assert_eq!(server.post(&offer).status, 200, "{adapter:?}");
    }
}

#[test]
fn sns_is_confirmed_with_the_url_of_a_verified_allowed_subscription() {
    for adapter in ADAPTERS {
        let fetched = Arc::new(Mutex::new(Vec::new()));
        let note = fetched.clone();
        let sns = handshakes::AWS_SNS
            .allow("arn:aws:sns:us-west-2:123456789012:MyTopic")
            .confirm(move |subscription| {
                note.lock().unwrap().push((
                    subscription.topic().to_owned(),
                    subscription.url().to_owned(),
                ));
                async { Ok(()) }
            });
        let endpoint = endpoint(&stub(), "secret").handshake(sns).unwrap();
        let server = Server::start(adapter, endpoint);
        assert_eq!(server.post(&post(SNS)).status, 403, "{adapter:?}: unsigned");
        assert!(fetched.lock().unwrap().is_empty());
        assert_eq!(
            server.post(&signed(&stub(), "secret", &post(SNS))).status,
            200,
            "{adapter:?}"
        );
        let (topic, url) = fetched.lock().unwrap().remove(0);
        assert_eq!(topic, "arn:aws:sns:us-west-2:123456789012:MyTopic");
        assert!(url.starts_with("https://sns.us-west-2.amazonaws.com/?Action="));
        // An UnsubscribeConfirmation would subscribe again: it is the handler's.
        let unsubscribe = SNS.replace("SubscriptionConfirmation\"", "UnsubscribeConfirmation\"");
        let answer = server.post(&signed(&stub(), "secret", &post(&unsubscribe)));
        assert_eq!(answer.status, 200, "{adapter:?}");
        assert!(fetched.lock().unwrap().is_empty());
        assert_eq!(server.handler.runs(), 1);
    }
}

#[test]
fn the_key_that_verified_is_the_key_that_answers() {
    for adapter in ADAPTERS {
        let verifier = Verifier::new(
            providers::ZOOM,
            [Key::new("new").unwrap(), Key::new("old").unwrap()],
        )
        .unwrap();
        let endpoint = Endpoint::new(verifier)
            .clock(|| UnixTime::from_secs(NOW))
            .handshake(handshakes::ZOOM)
            .unwrap();
        let server = Server::start(adapter, endpoint);
        let token = "2oXY7bAKQLCwXDMECt8m_g";
        let body = r#"{"payload":{"plainToken":"2oXY7bAKQLCwXDMECt8m_g"},"event":"endpoint.url_validation"}"#;
        for key in ["new", "old"] {
            let answer = server.post(&signed(&providers::ZOOM, key, &post(body)));
            assert_eq!(answer.status, 200, "{adapter:?}");
            let expected = hmac_sha256_hex(key.as_bytes(), &[token.as_bytes()]);
            assert!(
                String::from_utf8_lossy(&answer.body).contains(&expected),
                "{adapter:?}: {key}"
            );
        }
    }
}

#[test]
fn a_validation_that_comes_before_there_is_a_key_is_answered() {
    for adapter in ADAPTERS {
        let nobody = |_: &dyn RequestHead| {
            Lookup::now(Err(Rejection::new(Code::KeyUnknown, "no such tenant")))
        };
        let creations = PendingCreations::default();
        let endpoint = Endpoint::new(nobody)
            .handshake(handshakes::NOTION.store_secret(&creations, |_| async { Ok(()) }))
            .unwrap()
            .handshake(handshakes::X_TWITTER)
            .unwrap();
        let server = Server::start(adapter, endpoint);
        let _pending = creations.begin();
        let offer = post(r#"{"verification_token":"secret_tMrlL1qK5vuQAh1b6cZG"}"#);
        assert_eq!(server.post(&offer).status, 200, "{adapter:?}");
        assert_eq!(server.post(&offer).status, 403, "{adapter:?}: once");
        // What takes a key cannot be answered without.
        assert_eq!(server.post(&get("?crc_token=x")).status, 403, "{adapter:?}");
        assert_eq!(server.post(&post("{}")).status, 403, "{adapter:?}");
    }
}

#[test]
fn forgeries_may_be_acknowledged_and_dropped() {
    for adapter in ADAPTERS {
        let endpoint = endpoint(&providers::X_HUB_SIGNATURE_SHA256, "secret")
            .handshake(
                handshakes::WEBSUB
                    .allow("https://example.com/feed")
                    .refusal_status(202),
            )
            .unwrap();
        let server = Server::start(adapter, endpoint);
        let scheme = &providers::X_HUB_SIGNATURE_SHA256;
        let mut forged = signed(scheme, "secret", &post("<feed/>"));
        forged.body[1] = b'F';
        let answer = server.post(&forged);
        assert_eq!(
            (answer.status, answer.body),
            (202, Vec::new()),
            "{adapter:?}"
        );
        assert_eq!(server.post(&post("<feed/>")).status, 202, "{adapter:?}");
        let wrong = get("?hub.mode=subscribe&hub.challenge=1&hub.topic=https://b.example/");
        assert_eq!(
            server.post(&wrong).status,
            404,
            "{adapter:?}: no acknowledgement"
        );
        assert_eq!(server.handler.runs(), 0, "{adapter:?}");
        let genuine = signed(scheme, "secret", &post("<feed/>"));
        assert_eq!(server.post(&genuine).status, 200, "{adapter:?}");
        assert_eq!(server.handler.runs(), 1, "{adapter:?}");
    }
}

#[test]
fn a_signed_validation_may_be_handed_to_the_handler_again_and_again() {
    for adapter in ADAPTERS {
        let endpoint = endpoint(&providers::SLACK, "secret")
            .handshake(handshakes::SLACK.hand_through())
            .unwrap();
        let server = Server::start(adapter, endpoint);
        let body = r#"{"challenge":"abc","type":"url_verification"}"#;
        let message = signed(&providers::SLACK, "secret", &post(body));
        for _ in 0..2 {
            let answer: Answer = server.post(&message);
            assert_eq!(answer.status, 200, "{adapter:?}");
            assert_eq!(answer.body, body.as_bytes(), "{adapter:?}");
        }
        assert_eq!(server.handler.runs(), 2, "{adapter:?}: past the guard");
        assert_eq!(server.post(&post(body)).status, 403, "{adapter:?}");
    }
}

#[test]
fn the_documentation_lists_the_catalogue() {
    let documented = include_str!("../../docs/handshakes.md");
    let row = |entry: &handshakes::Entry| {
        let handshake = &entry.handshake;
        let needs: Vec<String> = handshake
            .needs()
            .map(|setting| format!("`{}`", setting.as_str()))
            .collect();
        let exchanges: Vec<String> = handshake
            .exchanges()
            .iter()
            .map(|exchange| exchange.to_string().replace('|', "\\|"))
            .collect();
        format!(
            "| [{}]({}) | `{}` | {} | {} | {} |",
            entry.title,
            entry.page,
            handshake.name(),
            if handshake.is_signed() { "yes" } else { "no" },
            needs.join(", "),
            exchanges.join("<br>"),
        )
    };
    let rows: Vec<String> = handshakes::all().map(row).collect();
    let missing: Vec<&String> = rows
        .iter()
        .filter(|row| !documented.lines().any(|line| line == **row))
        .collect();
    assert!(
        missing.is_empty(),
        "docs/handshakes.md should have these rows:\n{}",
        missing
            .iter()
            .map(|row| format!("{row}\n"))
            .collect::<String>()
    );
    let listed = documented.lines().filter(|line| line.starts_with("| ["));
    assert_eq!(listed.count(), rows.len());
    // What an attacker can have signed.
    let signing: Vec<String> = handshakes::all()
        .flat_map(|entry| {
            let exchanges = entry.handshake.exchanges().iter();
            exchanges.flat_map(move |exchange| {
                exchange.signs().map(move |value| {
                    let shapes = exchange.checks.iter().filter_map(|check| match check {
                        Check::Shape(source, shape) if value.reads(*source) => {
                            Some(format!("{source}: {shape}"))
                        }
                        _ => None,
                    });
                    format!(
                        "| `{}` | {} | {} | {value} |",
                        entry.handshake.name(),
                        if entry.handshake.is_signed() {
                            "the provider"
                        } else {
                            "anyone"
                        },
                        shapes.collect::<Vec<_>>().join("; "),
                    )
                })
            })
        })
        .collect();
    for row in &signing {
        assert!(
            documented.lines().any(|line| line == row),
            "docs/handshakes.md should have these rows:\n{}",
            signing.join("\n")
        );
    }
    let readme = include_str!("../../README.md");
    assert!(readme.contains(&format!(
        "the {} providers of [docs/handshakes.md]",
        rows.len()
    )));
}

#[test]
fn what_is_missing_or_of_no_use_is_told_when_the_endpoint_is_built() {
    let creations = PendingCreations::default();
    let cases = [
        (handshakes::META, "handshake `meta` needs the token"),
        (handshakes::META.token(""), "an empty token"),
        (handshakes::WEBSUB, "needs what to allow"),
        (handshakes::CLOUDEVENTS, "needs what to allow"),
        (handshakes::CLOUDEVENTS.allow(""), "an empty value"),
        (
            handshakes::AWS_SNS.confirm(|_| async { Ok(()) }),
            "needs what to allow",
        ),
        (
            handshakes::AWS_SNS.allow("arn"),
            "needs a function that fetches a URL",
        ),
        (handshakes::ASANA, "needs a function that stores the secret"),
        (handshakes::EBAY.token("t"), "needs this endpoint's URL"),
        (handshakes::QQ_BOT, "needs a key"),
        (handshakes::SLACK.token("t"), "does not use the token"),
        (handshakes::SLACK.allow("t"), "does not use what to allow"),
        (
            handshakes::DROPBOX.key(Key::new("k").unwrap()),
            "does not use a key",
        ),
        (
            handshakes::DROPBOX.url("https://x"),
            "does not use this endpoint's URL",
        ),
        (
            handshakes::DROPBOX.store_secret(&creations, |_| async { Ok(()) }),
            "does not use a function",
        ),
        (
            handshakes::XERO.refusal_status(42),
            "42 is not an HTTP status",
        ),
    ];
    let unshaped = [
        Value::Hmac(Digest::Sha256, Encoding::Hex, &[Value::Echo(ASKED)]),
        Value::Ed25519(Encoding::Hex, &[Value::Echo(ASKED)]),
        Value::Hash(
            Digest::Sha256,
            Encoding::Hex,
            &[Value::Token, Value::Echo(ASKED)],
        ),
        Value::Hmac(
            Digest::Sha256,
            Encoding::Hex,
            &[Value::Hash(
                Digest::Sha256,
                Encoding::Hex,
                &[Value::Echo(ASKED)],
            )],
        ),
    ];
    for value in unshaped {
        let wrong_checks = [
            Vec::new(),
            vec![Check::Shape(ASKED, Shape::new(Alphabet::Text, 1, 64))],
            vec![Check::Shape(ASKED, Shape::new(Alphabet::Token, 1, 257))],
        ];
        for checks in wrong_checks {
            let exchange = Exchange::new(
                "GET",
                &[Condition::Present(ASKED)],
                HandshakeAnswer::text(value),
            );
            let exchanges: &'static [Exchange] = vec![exchange.check(checks.leak())].leak();
            let mut custom = Handshake::unsigned("acme", exchanges).key(Key::new("k").unwrap());
            if matches!(value, Value::Hash(..)) {
                custom = Handshake::unsigned("acme", exchanges).token("t");
            }
            let error = endpoint(&providers::GITHUB, "secret").handshake(custom);
            let error = error.map(|_| ()).unwrap_err().to_string();
            assert!(
                error.contains("handshake `acme` signs query parameter `asked` without a shape"),
                "{error}"
            );
        }
    }
    for (handshake, expected) in cases {
        let error = endpoint(&providers::GITHUB, "secret")
            .handshake(handshake)
            .map(|_| ())
            .unwrap_err()
            .to_string();
        assert!(error.contains(expected), "{error}");
    }
    for entry in handshakes::all() {
        endpoint(&providers::GITHUB, "secret")
            .handshake(entry.handshake.clone().hand_through())
            .unwrap();
    }
    let shown = format!("{:?}", handshakes::META.token("my verify token"));
    assert!(!shown.contains("verify"), "{shown}");
}

mod handed_through {
    //! Unsigned validations at a handler of their own, in process.

    use hookward::{Validation, Verified, handshakes};

    use super::{endpoint, providers};

    const GRAPH: &str = "/hooks?validationToken=abc";
    const META: &str = "/hooks?hub.mode=subscribe&hub.verify_token=right&hub.challenge=1";
    const WRONG: &str = "/hooks?hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=1";

    fn both() -> hookward::Endpoint {
        endpoint(&providers::GITHUB, "secret")
            .handshake(handshakes::MICROSOFT_GRAPH.hand_through())
            .unwrap()
            .handshake(handshakes::META.token("right").hand_through())
            .unwrap()
    }

    #[tokio::test]
    async fn with_a_mark_and_without_a_proof_on_axum() {
        use axum::Router;
        use axum::extract::Request;
        use axum::routing::any;
        use tower::ServiceExt as _;

        let app = Router::new()
            .route(
                "/hooks",
                any(|request: Request| async move {
                    let mark = request.extensions().get::<Validation>().copied();
                    assert!(request.extensions().get::<Verified>().is_none());
                    mark.map_or_else(String::new, |mark| {
                        assert!(!mark.is_verified());
                        mark.provider().to_owned()
                    })
                }),
            )
            .layer(hookward::tower::VerifyLayer::new(both()));
        for (method, target, status, expected) in [
            ("POST", GRAPH, 200, "microsoft-graph"),
            ("GET", META, 200, "meta"),
            ("GET", WRONG, 403, "Forbidden"),
            ("POST", "/hooks", 403, "Forbidden"),
        ] {
            let request = http::Request::builder()
                .method(method)
                .uri(target)
                .body(axum::body::Body::empty())
                .unwrap();
            let response = app.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status().as_u16(), status, "{target}");
            let body = axum::body::to_bytes(axum::body::Body::new(response.into_body()), 100)
                .await
                .unwrap();
            assert_eq!(body, expected, "{target}");
        }
    }

    #[actix_web::test]
    async fn with_a_mark_and_without_a_proof_on_actix() {
        use actix_web::{App, HttpMessage as _, HttpRequest, test, web};

        let answer = |request: HttpRequest| async move {
            let mark = request.extensions().get::<Validation>().copied();
            assert!(request.extensions().get::<Verified>().is_none());
            mark.map_or_else(String::new, |mark| mark.provider().to_owned())
        };
        let app = test::init_service(
            App::new()
                .wrap(hookward::actix::Verify::new(both()))
                .route("/hooks", web::to(answer)),
        )
        .await;
        for (request, status, expected) in [
            (test::TestRequest::post().uri(GRAPH), 200, "microsoft-graph"),
            (test::TestRequest::get().uri(META), 200, "meta"),
            (test::TestRequest::get().uri(WRONG), 403, "Forbidden"),
            (test::TestRequest::post().uri("/hooks"), 403, "Forbidden"),
        ] {
            let response = test::call_service(&app, request.to_request()).await;
            assert_eq!(response.status().as_u16(), status);
            assert_eq!(test::read_body(response).await, expected);
        }
    }
}

mod hostile {
    //! Randomly mutated requests, in the core.

    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use bytes::Bytes;
    use hookward::adapter::{HandshakeOutcome, OpenOutcome, PollBudget, Progress};
    use hookward::{Endpoint, Trust, Verifier};
    use proptest::prelude::*;

    use super::{
        Case, Check, Code, Key, Message, Rejection, Source, UnixTime, cases, handshakes, providers,
    };

    /// All handshakes at once, so that each sees requests meant for another.
    fn crowd() -> (Verifier, Endpoint) {
        let verifier = Verifier::new(providers::SLACK, Key::new("secret").unwrap()).unwrap();
        let endpoint = Endpoint::new(verifier.clone()).clock(|| UnixTime::from_secs(super::NOW));
        let endpoint = cases().into_iter().fold(endpoint, |endpoint, case| {
            endpoint.handshake(case.handshake).unwrap()
        });
        (verifier, endpoint)
    }

    fn head(message: &Message) -> Option<http::request::Parts> {
        let mut request = http::Request::builder()
            .method(message.method.as_str())
            .uri(message.target.as_str());
        for (name, value) in &message.headers {
            request = request.header(name, value.as_slice());
        }
        Some(request.body(()).ok()?.into_parts().0)
    }

    /// A message with another challenge; `None` where it has none there, or
    /// where it cannot carry this one.
    fn with(message: &Message, source: Source, text: &str) -> Option<Message> {
        let mut message = message.clone();
        match source {
            Source::Query(name) => {
                let (path, query) = message.target.split_once('?')?;
                let start = format!("{name}=");
                let mut is_there = false;
                let pairs = query.split('&').map(|pair| {
                    if !pair.starts_with(&start) {
                        return pair.to_owned();
                    }
                    is_there = true;
                    format!("{start}{}", super::encoded(text))
                });
                let query = pairs.collect::<Vec<_>>().join("&");
                message.target = format!("{path}?{query}");
                is_there.then_some(message)
            }
            Source::Header(name) => {
                http::HeaderValue::from_str(text).ok()?;
                let mut headers = message.headers.iter_mut();
                let found = headers.find(|(known, _)| known.eq_ignore_ascii_case(name))?;
                found.1 = text.as_bytes().to_vec();
                Some(message)
            }
            Source::Json(pointer) => {
                let mut body: serde_json::Value = serde_json::from_slice(&message.body).ok()?;
                *body.pointer_mut(pointer)? = text.into();
                message.body = body.to_string().into_bytes();
                Some(message)
            }
            _ => None,
        }
    }

    #[test]
    fn a_challenge_of_another_shape_is_refused_and_not_echoed() {
        let long = "1".repeat(600);
        let mut tried = std::collections::BTreeSet::new();
        for case in cases() {
            let name = case.handshake.name();
            let key = Key::new(case.key).unwrap();
            let verifier = Verifier::new(case.scheme.clone().trust(Trust::AsSent), key).unwrap();
            for exchange in case.handshake.exchanges() {
                for check in exchange.checks {
                    let Check::Shape(source, shape) = *check else {
                        continue;
                    };
                    let texts = [
                        &*long,
                        "<b>",
                        "a<b",
                        "a\"b",
                        "a'b",
                        "a&b",
                        "a\\b;{}",
                        "a\nb",
                        "a\rb",
                        "a\0b",
                        "a\u{7f}b",
                        "caf\u{e9}",
                        "\u{202e}x",
                        "\u{fffd}",
                    ];
                    for text in texts {
                        if shape.matches(text) {
                            continue;
                        }
                        let Some(message) = with(&case.request, source, text) else {
                            continue;
                        };
                        let message = match case.sign {
                            true => super::signed(&case.scheme, case.key, &message),
                            false => message,
                        };
                        tried.insert(name);
                        let found = try_ask(&verifier, &case.endpoint(), &message);
                        let rejection = found.expect_err(name);
                        assert_eq!(rejection.code(), Code::ContentMalformed, "{name}: {text}");
                        assert_eq!(
                            rejection.status(),
                            match name {
                                "websub" => 404,
                                _ => 403,
                            },
                            "{name}"
                        );
                    }
                }
            }
        }
        for entry in handshakes::all() {
            let exchanges = entry.handshake.exchanges();
            let echoes = exchanges.iter().any(|exchange| {
                exchange
                    .checks
                    .iter()
                    .any(|c| matches!(c, Check::Shape(..)))
            });
            let name = entry.handshake.name();
            assert_eq!(echoes, tried.contains(name), "{name}");
        }
    }

    #[test]
    fn shapes_come_before_keys_and_macs() {
        // There is no HMAC key to answer with: a challenge of the right shape
        // gets as far as that.
        let key = Key::new(super::DISCORD).unwrap();
        let verifier = Verifier::new(providers::DISCORD, key).unwrap();
        let endpoint = Endpoint::new(verifier.clone())
            .handshake(handshakes::X_TWITTER)
            .unwrap();
        let code = |token: &str| {
            let message = super::get(&format!("?crc_token={token}"));
            try_ask(&verifier, &endpoint, &message).unwrap_err().code()
        };
        assert_eq!(code(&"a".repeat(64)), Code::KeyUnavailable);
        assert_eq!(code(&"a".repeat(65)), Code::ContentMalformed);
        assert_eq!(code(&"a".repeat(31)), Code::ContentMalformed);
    }

    /// The answer, if it is one.
    fn ask(
        verifier: &Verifier,
        endpoint: &Endpoint,
        message: &Message,
    ) -> Option<HandshakeOutcome> {
        try_ask(verifier, endpoint, message).ok()?
    }

    fn try_ask(
        verifier: &Verifier,
        endpoint: &Endpoint,
        message: &Message,
    ) -> Result<Option<HandshakeOutcome>, Rejection> {
        let Some(head) = head(message) else {
            return Ok(None);
        };
        match endpoint.open(Ok(verifier.clone()), &head, None)? {
            OpenOutcome::Handshake(handshaken) => Ok(Some(handshaken)),
            OpenOutcome::Reading(mut reception) => {
                let mut turn = PollBudget::default();
                for piece in message.body.chunks(40) {
                    reception.push(Bytes::copy_from_slice(piece), &mut turn)?;
                }
                match reception.finish()? {
                    Progress::Handshake(handshaken) => Ok(Some(handshaken)),
                    Progress::Done(_) => panic!("no validation, but a delivery"),
                    Progress::SecondPass(_) => Ok(None),
                }
            }
        }
    }

    fn tamper(text: &mut Vec<u8>, at: usize, with: &[u8]) {
        let at = at % (text.len() + 1);
        text.splice(at..at, with.iter().copied());
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn nothing_but_plain_short_answers_of_fixed_type_come_out(
            which in any::<prop::sample::Index>(),
            part in 0..3,
            at in any::<usize>(),
            with in prop_oneof![
                prop::collection::vec(any::<u8>(), 0..40),
                "[<>\"'&%\\\\\\[{},:a-z0-9=]{0,40}".prop_map(String::into_bytes),
                (900_usize..3000).prop_map(|n| vec![b'a'; n]),
            ],
        ) {
            let (verifier, endpoint) = crowd();
            let mut message = which.get(&cases()).request.clone();
            match part {
                0 => {
                    let mut target = message.target.into_bytes();
                    tamper(&mut target, at, &with);
                    message.target = String::from_utf8_lossy(&target).into_owned();
                }
                1 => {
                    if let Some((_, value)) = message.headers.last_mut() {
                        tamper(value, at, &with);
                    }
                }
                _ => tamper(&mut message.body, at, &with),
            }
            let Some(HandshakeOutcome::Answer(reply)) = ask(&verifier, &endpoint, &message) else {
                return Ok(());
            };
            let polled = pin!(reply).poll(&mut Context::from_waker(Waker::noop()));
            let Poll::Ready(Ok(response)) = polled else {
                return Ok(());
            };
            let headers = response.headers();
            prop_assert!(response.body().len() < 8 * 1024);
            prop_assert!(!response.body().contains(&b'<'));
            prop_assert_eq!(&headers["x-content-type-options"], "nosniff");
            match headers.get("content-type").map(|value| value.as_bytes()) {
                None => prop_assert!(response.body().is_empty()),
                Some(b"application/json") => {
                    let object: serde_json::Value =
                        serde_json::from_slice(response.body()).unwrap();
                    prop_assert!(object.is_object());
                }
                Some(other) => prop_assert_eq!(other, b"text/plain; charset=utf-8"),
            }
        }
    }

    #[test]
    fn a_crowd_of_handshakes_answers_each_unsigned_one() {
        let (verifier, endpoint) = crowd();
        let unsigned = |case: &Case| !case.handshake.is_signed();
        for case in cases().iter().filter(|case| unsigned(case)) {
            assert!(
                ask(&verifier, &endpoint, &case.request).is_some(),
                "{}",
                case.handshake.name()
            );
        }
    }
}
