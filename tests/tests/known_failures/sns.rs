//! Look-alikes of Amazon's certificate hosts.

use std::sync::{Arc, Mutex};

use hookward::remote::{Fetch, FetchError, FetchFuture, Remote, SnsKeys};
use hookward::{Endpoint, UnixTime};
use hookward_tests::{ADAPTERS, Message, Server};
use http::Uri;
use serde_json::Value;

/// Records what is fetched, and has nothing.
#[derive(Clone, Default)]
struct Nothing(Arc<Mutex<Vec<String>>>);

impl Fetch for Nothing {
    fn get(&self, url: Uri) -> FetchFuture {
        self.0.lock().unwrap().push(url.to_string());
        Box::pin(async { Err(FetchError::new("404")) })
    }
}

/// E. Loke, "Exploiting Improper Validation of Amazon Simple Notification Service
/// SigningCertUrl" (DEF CON 30): the SDKs took any host of the form
/// `sns.….amazonaws.com`, and anybody can have a bucket named `sns`. Beside it, what
/// patterns without anchors, or on the whole text, let through.
#[test]
fn sns_look_alikes_nothing_is_fetched_from_another_host() {
    let vectors: Vec<Value> =
        serde_json::from_str(include_str!("../../data/vectors/aws-sns.json")).unwrap();
    let genuine = vectors[0]["body"].as_str().unwrap();
    let name = "SimpleNotificationService-7ff5318490ec183fbaddaa2a969abfda.pem";
    let hosts = [
        // Buckets of S3, of which anybody can have one named `sns`.
        "sns.s3.amazonaws.com",
        "sns.s3-us-west-2.amazonaws.com",
        "sns.s3.us-east-2.amazonaws.com",
        "sns.us-east-2.s3.amazonaws.com",
        "sns.us-east-2.amazonaws.com.s3.amazonaws.com",
        "s3.amazonaws.com/sns.us-east-2.amazonaws.com",
        "s3.us-east-2.amazonaws.com/sns",
        // Other services, and regions that are not the operator's.
        "sns.execute-api.amazonaws.com",
        "sns.eu-central-1.amazonaws.com",
        "sns.us-east-2.amazonaws.com.cn",
        "sns.amazonaws.com",
        // Anchors that are missing.
        "sns.us-east-2.amazonaws.com.evil.example",
        "sns.us-east-2.amazonaws.comevil.example",
        "evil.example/sns.us-east-2.amazonaws.com",
        "evil-sns.us-east-2.amazonaws.com",
        "evil.sns.us-east-2.amazonaws.com",
        "sns.us-east-2.amazonaws.co",
        "snsxus-east-2xamazonawsxcom",
        "sns.us-east-2.amazonaws.com.",
        // User information, ports, other separators.
        "sns.us-east-2.amazonaws.com@evil.example",
        "sns.us-east-2.amazonaws.com:x@evil.example",
        "x@sns.us-east-2.amazonaws.com",
        "sns.us-east-2.amazonaws.com:8443",
        "evil.example\\@sns.us-east-2.amazonaws.com",
        "evil.example#@sns.us-east-2.amazonaws.com",
        "evil.example?@sns.us-east-2.amazonaws.com",
        "evil.example;sns.us-east-2.amazonaws.com",
        "sns.us-east-2.amazonaws.com%2eevil.example",
        "sns.us-east-2.amazonaws.com%00.evil.example",
        "sns.us-east-2.amazonaws.com\u{0}.evil.example",
        "sns.us-east-2.amazonaws.com\n.evil.example",
        " sns.us-east-2.amazonaws.com",
        // Characters that look or normalize like others.
        "sns\u{3002}us-east-2\u{3002}amazonaws\u{3002}com",
        "\u{17f}ns.us-east-2.amazonaws.com",
        "sns.us-east-2.amazonaw\u{455}.com",
        "sns.us\u{2010}east-2.amazonaws.com",
        "127.0.0.1",
        "[::1]",
        "169.254.169.254/latest/meta-data",
    ];
    let mut urls: Vec<String> = hosts
        .iter()
        .map(|host| format!("https://{host}/{name}"))
        .collect();
    let right = "sns.us-east-2.amazonaws.com";
    urls.extend([
        format!("http://{right}/{name}"),
        format!("ftp://{right}/{name}"),
        format!("file:///{right}/{name}"),
        format!("//{right}/{name}"),
        format!("{right}/{name}"),
        format!("https:{right}/{name}"),
        format!("https:///{right}/{name}"),
        format!("https://{right}/x/../{name}"),
        format!("https://{right}/./{name}"),
        format!("https://{right}/%2e%2e/{name}"),
        format!("https://{right}//{name}"),
        format!("https://{right}/{name}?x"),
        format!("https://{right}/{name}#x"),
        format!("https://{right}/{name}/x"),
        format!("https://{right}/?Action=x&y=/{name}"),
        format!("https://{right}/SimpleNotificationService-x.pem\u{0}.html"),
        format!("javascript:{right}/{name}"),
        String::new(),
    ]);
    for adapter in ADAPTERS {
        let fetched = Nothing::default();
        let now = UnixTime::from_secs(1_659_043_500);
        let remote = Remote::new(fetched.clone()).clock(move || now);
        let keys = SnsKeys::regions(remote, ["us-east-2"], ["arn:*"]).unwrap();
        let server = Server::start(adapter, Endpoint::new(keys).clock(move || now));
        for url in &urls {
            let mut message: Value = serde_json::from_str(genuine).unwrap();
            message["SigningCertURL"] = url.as_str().into();
            let answer = server.post(&Message::new(message.to_string()));
            assert_eq!(answer.status, 403, "{adapter:?}: {url:?}");
        }
        let fetched = fetched.0.lock().unwrap();
        assert!(fetched.is_empty(), "{adapter:?}: {fetched:?}");
        assert_eq!(server.handler.runs(), 0);
    }
}

/// The parameter's name under which an older SDK looks, and the member twice: another
/// parser would read the other one.
#[test]
fn sns_look_alikes_a_second_url_in_the_message_counts_for_nothing() {
    let vectors: Vec<Value> =
        serde_json::from_str(include_str!("../../data/vectors/aws-sns.json")).unwrap();
    let genuine = vectors[0]["body"].as_str().unwrap();
    let evil = "https://sns.s3.amazonaws.com/SimpleNotificationService-x.pem";
    for adapter in ADAPTERS {
        let fetched = Nothing::default();
        let now = UnixTime::from_secs(1_659_043_500);
        let remote = Remote::new(fetched.clone()).clock(move || now);
        let keys = SnsKeys::regions(remote, ["us-east-2"], ["arn:*"]).unwrap();
        let server = Server::start(adapter, Endpoint::new(keys).clock(move || now));
        for member in ["SigningCertURL", "SigningCertUrl", "signingCertURL"] {
            let first = format!("{{\"{member}\":\"{evil}\",");
            let last = format!(",\"{member}\":\"{evil}\"}}");
            for body in [
                genuine.replacen('{', &first, 1),
                format!("{}{last}", genuine.trim_end().trim_end_matches('}')),
            ] {
                let status = server.post(&Message::new(body)).status;
                // The genuine URL has nothing here.
                assert!(matches!(status, 403 | 503), "{adapter:?}: {status}");
            }
        }
        let fetched = fetched.0.lock().unwrap();
        assert!(
            fetched.iter().all(|url| !url.contains("s3.")),
            "{fetched:?}"
        );
    }
}
