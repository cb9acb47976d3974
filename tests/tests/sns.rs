//! Messages signed by Amazon SNS, through all adapters, with the certificate at the URL
//! in each message.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use hookward::remote::{Fetch, FetchError, FetchFuture, Fetched, Remote, SnsKeys};
use hookward::{Code, Endpoint, KeySource, MemoryStore, ReplayGuard, Trust, UnixTime, providers};
use hookward_tests::{ADAPTERS, Message, Server};
use http::Uri;
use serde_json::Value;

/// While the certificate was valid: 2022-07-28.
const THEN: i64 = 1_659_043_500;

/// Serves the certificate of the vectors, and counts requests.
#[derive(Clone, Default)]
struct Amazon(Arc<AtomicUsize>);

fn vectors() -> Vec<Value> {
    serde_json::from_str(include_str!("../data/vectors/aws-sns.json")).unwrap()
}

impl Fetch for Amazon {
    fn get(&self, url: Uri) -> FetchFuture {
        self.0.fetch_add(1, Ordering::SeqCst);
        assert_eq!(url.host(), Some("sns.us-east-2.amazonaws.com"));
        Box::pin(async move {
            if url.path() != "/SimpleNotificationService-7ff5318490ec183fbaddaa2a969abfda.pem" {
                return Err(FetchError::new("404"));
            }
            Ok(Fetched {
                body: vectors()[0]["secret"].as_str().unwrap().to_owned().into(),
                max_age: None,
            })
        })
    }
}

fn remote(amazon: &Amazon, now: &Arc<AtomicI64>) -> Remote {
    let now = now.clone();
    Remote::new(amazon.clone()).clock(move || UnixTime::from_secs(now.load(Ordering::SeqCst)))
}

#[test]
fn genuine_messages_reach_the_handler_and_others_do_not() {
    for adapter in ADAPTERS {
        let (amazon, now) = (Amazon::default(), Arc::new(AtomicI64::new(THEN)));
        let keys =
            SnsKeys::regions(remote(&amazon, &now), ["eu-west-1", "us-east-2"], ["arn:*"]).unwrap();
        let guard = ReplayGuard::new(MemoryStore::default(), "sns");
        let endpoint = Endpoint::new(keys).replay_guard(guard).unwrap();
        let server = Server::start(adapter, endpoint);
        let mut genuine = 0;
        for vector in vectors() {
            let body = vector["body"].as_str().unwrap();
            let answer = server.post(&Message::new(body));
            let valid = vector["expect"] == "valid";
            genuine += usize::from(valid);
            let expected = if valid { 200 } else { 403 };
            assert_eq!(answer.status, expected, "{adapter:?}: {vector}");
        }
        assert_eq!(server.handler.runs(), genuine);
        assert_eq!(amazon.0.load(Ordering::SeqCst), 1);

        // A copy, in chunks of one byte, is acknowledged and not handled.
        let first = vectors()[0]["body"].as_str().unwrap().to_owned();
        let copy = Message::new(first.clone()).chunked(1);
        assert_eq!(server.send(&[&copy]).status, 200);
        assert_eq!(server.handler.runs(), genuine);

        for (url, status) in [
            (
                "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-7.pem",
                403,
            ),
            (
                "https://sns.us-east-2.amazonaws.com.evil.example/SimpleNotificationService-7.pem",
                403,
            ),
            ("https://sns.us-east-2.amazonaws.com/evil.pem", 403),
            (
                "https://sns.us-east-2.amazonaws.com/SimpleNotificationService-7",
                403,
            ),
            (
                "http://sns.us-east-2.amazonaws.com/SimpleNotificationService-7.pem",
                403,
            ),
            ("", 403),
            // Allowed, and not there.
            (
                "https://sns.us-east-2.amazonaws.com/SimpleNotificationService-7.pem",
                503,
            ),
        ] {
            let mut message: Value = serde_json::from_str(&first).unwrap();
            message["SigningCertURL"] = url.into();
            let answer = server.post(&Message::new(message.to_string()));
            assert_eq!(answer.status, status, "{adapter:?}: {url}");
            assert_eq!(
                answer.header("retry-after").is_some(),
                status == 503,
                "{url}"
            );
        }
        assert_eq!(amazon.0.load(Ordering::SeqCst), 2);
        for body in ["", "{}", "[", "null", "{\"SigningCertURL\":1}"] {
            let answer = server.post(&Message::new(body));
            assert_eq!(answer.status, 403, "{adapter:?}: {body}");
        }

        // The certificate expires while it is cached.
        now.store(THEN + 30 * 86_400, Ordering::SeqCst);
        let other = vectors()[2]["body"].as_str().unwrap().to_owned();
        assert_eq!(server.post(&Message::new(other)).status, 403);
        assert_eq!(server.handler.runs(), genuine);
    }
}

#[tokio::test]
async fn without_sha1_messages_of_version_1_are_refused() {
    let (amazon, now) = (Amazon::default(), Arc::new(AtomicI64::new(THEN)));
    let scheme = providers::AWS_SNS
        .or(&[])
        .trust(Trust::Proven)
        .any_recipient();
    let keys = SnsKeys::new(remote(&amazon, &now), scheme, ["us-east-2"]).unwrap();
    let server = Server::start(ADAPTERS[0], Endpoint::new(keys.clone()));
    let body = |index: usize| vectors()[index]["body"].as_str().unwrap().to_owned();
    let (one, two) = (body(0), body(2));
    let answers = tokio::task::spawn_blocking(move || {
        [one, two].map(|body| server.post(&Message::new(body)).status)
    });
    assert_eq!(answers.await.unwrap(), [403, 200]);

    // Without an endpoint the certificate is not fetched: rejected, not let through.
    let request = http::Request::post("/").body(body(2)).unwrap();
    let verifier = keys.verifier(&request).await.unwrap();
    let refused = verifier.verify_at(&request, UnixTime::from_secs(THEN));
    assert_eq!(refused.unwrap_err().code(), Code::KeyUnavailable);
}

#[test]
fn a_message_that_no_key_can_verify_fetches_no_certificate() {
    for adapter in ADAPTERS {
        let (amazon, now) = (Amazon::default(), Arc::new(AtomicI64::new(THEN)));
        let keys = SnsKeys::regions(remote(&amazon, &now), ["us-east-2"], ["arn:*"]).unwrap();
        let server = Server::start(adapter, Endpoint::new(keys));
        let genuine: Value = serde_json::from_str(vectors()[2]["body"].as_str().unwrap()).unwrap();
        for (field, value) in [
            ("Signature", Value::Null),
            ("Signature", "".into()),
            ("Signature", "not base64".into()),
            ("SignatureVersion", Value::Null),
            ("SignatureVersion", "3".into()),
        ] {
            let mut message = genuine.clone();
            match value.is_null() {
                true => _ = message.as_object_mut().unwrap().remove(field),
                false => message[field] = value.clone(),
            }
            let answer = server.post(&Message::new(message.to_string()));
            assert_eq!(answer.status, 403, "{adapter:?}: {field} {value}");
        }
        assert_eq!(amazon.0.load(Ordering::SeqCst), 0, "{adapter:?}");
        assert_eq!(
            server.post(&Message::new(genuine.to_string())).status,
            200,
            "{adapter:?}"
        );
        assert_eq!(amazon.0.load(Ordering::SeqCst), 1, "{adapter:?}");
    }
}
