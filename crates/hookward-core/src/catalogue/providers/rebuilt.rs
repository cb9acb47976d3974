//! Providers whose signature is in the body, or covers a text that is
//! rebuilt from fields of it.

use std::borrow::Cow;

use super::{catalogue, retried};
use crate::scheme::{
    Algorithm, Binding, Curve, Digest, EcdsaForm, KeyForm, Location, Recipient, ReplayBy, Retries,
    Scheme, Success,
};
use crate::text::encoding::Encoding;
use crate::text::time::TimeUnit;

const ECDSA_P256_SHA1: Algorithm = Algorithm::Ecdsa(Curve::P256, Digest::Sha1, EcdsaForm::Der);
const ES256: Algorithm = Algorithm::Ecdsa(Curve::P256, Digest::Sha256, EcdsaForm::Fixed);
const RS256: Algorithm = Algorithm::RsaPkcs1(Digest::Sha256);
/// A compact JWS as the whole value.
const COMPACT: &str = "{jws_header}.{jws_payload}.{signature}";
/// The members that SNS signs, each where it is sent. No value but that of
/// `Message` has a line feed, and `Type` is one of three: the text is read back
/// from its end.
const SNS_MEMBERS: &str = "{json|lines(Message, MessageId, Subject?, SubscribeURL?, Timestamp, Token?, TopicArn, Type=Notification|SubscriptionConfirmation|UnsubscribeConfirmation)}";

catalogue! {
    /// Amazon SNS over HTTP(S): RSA in the JSON member `Signature`, SHA-256 for
    /// `SignatureVersion` 2 and SHA-1 for 1, over name and value of the signed
    /// members, each on a line of its own.
    ///
    /// Key: the certificate behind `SigningCertURL`, in PEM. The URL comes with
    /// the message, so it must be fetched from `sns.REGION.amazonaws.com`
    /// alone. Anybody with an AWS account can have a message signed: compare
    /// `TopicArn` with your own topics. Raw delivery carries no signature.
    ///
    /// A topic whose attribute `SignatureVersion` is 2 needs no SHA-1: take it
    /// off with `.or(&[])`. To accept one topic alone, bind its name:
    ///
    /// ```
    /// use std::borrow::Cow;
    /// use hookward_core::{Binding, Location, Scheme, providers};
    ///
    /// const MINE: &[Binding] = &[
    ///     Binding::new(Location::Json(Cow::Borrowed("/SignatureVersion")), "2"),
    ///     Binding::new(Location::Json(Cow::Borrowed("/TopicArn")), "arn:aws:sns:eu-west-1:123456789012:orders"),
    /// ];
    /// const SCHEME: Scheme = providers::AWS_SNS.or(&[]).bind(MINE);
    /// # assert!(SCHEME.check().is_ok());
    /// ```
    AWS_SNS {
        title: "Amazon SNS",
        aliases: ["sns", "amazon-sns"],
        page: "https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html",
        evidence: Vectors,
        notes: "Any AWS account can send validly signed messages: name your topics with `recipient`. SignatureVersion, SigningCertURL and UnsubscribeURL are not signed. The signed Timestamp is not held to a window, since retries carry the first one: use a replay guard. Raw delivery carries no signature.",
        scheme: sns(Digest::Sha256).form("v2").bind(SNS_VERSION_2).or(SNS_SHA1)
            .replay_by(ReplayBy::Id)
            .replay_because("MessageId is signed, given by SNS, and what its guide says to compare to recognise a retry.")
            .retries(retried::SERVER_ERRORS.lasting("1 minute by default, at most 1 hour")),
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

    /// Alipay's asynchronous notifications (RSA2): RSA SHA-256 in the form field
    /// `sign` over the decoded fields as `name=value`, sorted and joined by `&`,
    /// without `sign` and `sign_type`.
    ///
    /// Key: Alipay's public key (not the app's), base64 DER. Answer the text
    /// `success`.
    ALIPAY {
        title: "Alipay",
        aliases: ["alipay-rsa2"],
        page: "https://opendocs.alipay.com/open/270/105902",
        evidence: Vectors,
        notes: "A field whose value reads as two (`x&y=z`) is refused, since the signed text would have two readings. Bodies in GBK are not read. notify_time is signed, but not held to a window, since a notification is repeated for a day.",
        scheme: alipay("alipay", "{form|without(sign_type)|sort|join}").bind(ALIPAY_RSA2)
            .recipients(const { &[Recipient::new("app", &[Location::Form(Cow::Borrowed("app_id"))]).optional()] })
            .replay_by(ReplayBy::Id)
            .replay_because("notify_id is signed and kept for all repetitions of one notification.")
            .retries(Retries::after(&[Cow::Borrowed("2xx"), Cow::Borrowed("3xx"), Cow::Borrowed("4xx"), Cow::Borrowed("5xx"), Cow::Borrowed("timeout")]).lasting("25 hours (8 times)"))
            .success(Success::Body(Cow::Borrowed("success"))),
    }

    /// Alipay's notifications of the service market and of lifestyle accounts:
    /// as [`ALIPAY`], with `sign_type` signed as well.
    ALIPAY_V2 {
        title: "Alipay, with sign_type signed",
        aliases: [],
        page: "https://opendocs.alipay.com/open/270/105902",
        evidence: Vectors,
        notes: "Which notifications sign sign_type is told by Alipay's page of each. As alipay otherwise.",
        scheme: alipay("alipay-v2", "{form|sort|join}")
            .recipients(const { &[Recipient::new("app", &[Location::Form(Cow::Borrowed("app_id"))]).optional()] })
            .replay_by(ReplayBy::Id)
            .replay_because("notify_id is signed and kept for all repetitions of one notification.")
            .retries(Retries::after(&[Cow::Borrowed("2xx"), Cow::Borrowed("3xx"), Cow::Borrowed("4xx"), Cow::Borrowed("5xx"), Cow::Borrowed("timeout")]).lasting("25 hours (8 times)"))
            .success(Success::Body(Cow::Borrowed("success"))),
    }

    /// Paddle Classic alerts: RSA SHA-1 in the form field `p_signature` over the
    /// other fields as PHP's `serialize` writes them, sorted by name.
    ///
    /// Key: the public key in PEM of *Developer Tools, Public Key*.
    PADDLE_CLASSIC {
        title: "Paddle Classic",
        aliases: [],
        page: "https://developer.paddle.com/classic/webhook-reference/verifying-webhooks",
        evidence: Vectors,
        notes: "SHA-1. event_time is signed, but not held to a window, since an alert is repeated for days. The id is alert_id.",
        scheme: Scheme::rsa_pkcs1("paddle-classic", Digest::Sha1)
            .at(Location::Form(Cow::Borrowed("p_signature")))
            .signed("{form|sort|php}")
            .event_id_at(Location::Form(Cow::Borrowed("alert_id")))
            .replay_by(ReplayBy::Id)
            .replay_because("alert_id is signed and the unique identifier of the alert, which is repeated under it.")
            .retries(retried::NOT_2XX.lasting("3 days"))
            .success(Success::Ok),
    }

    /// Paysera Checkout (WebToPay) callbacks: RSA SHA-256 in the parameter `ss3`
    /// over the parameter `data`, both in base64url with padding, in the query of
    /// a GET (form `ss3`) or in a form (`ss3-form`). RSA SHA-1 in `ss2` is
    /// sent with it. Name the form that the project's callbacks have: `.only("ss3")`.
    ///
    /// Key: the public key of `https://www.paysera.com/download/public.key`, in
    /// PEM, the same for every project. `ss1`, an MD5 with the project's password,
    /// is sent too and ignored. Answer the text `OK`.
    PAYSERA {
        title: "Paysera",
        aliases: ["webtopay"],
        page: "https://github.com/paysera/lib-webtopay",
        evidence: Vectors,
        notes: "Only data is signed. Signed for every project with the same key: compare projectid inside of data. Name the form: ss3 for a query, ss3-form for a form; ss2 is SHA-1. Callbacks whose data is encrypted carry no signature. No timestamp.",
        scheme: paysera(Digest::Sha256, Location::Query(Cow::Borrowed("ss3")), "{query:data}")
            .form("ss3")
            .opt_in()
            .or(PAYSERA_OTHERS)
            .replay_by(ReplayBy::Content)
            .replay_because("orderid is the merchant's own and comes with each status; the signed data, status included, counts as a whole, so a callback that is repeated by hand is the same delivery.")
            .retries(Retries::after(&[Cow::Borrowed("2xx"), Cow::Borrowed("3xx"), Cow::Borrowed("4xx"), Cow::Borrowed("5xx"), Cow::Borrowed("timeout")]))
            .success(Success::Body(Cow::Borrowed("OK"))),
    }

    /// Travis CI: RSA SHA-1 in `Signature` over the decoded form field
    /// `payload`.
    ///
    /// Key: `config.notifications.webhook.public_key` of
    /// `https://api.travis-ci.com/config`, PEM.
    TRAVIS_CI {
        title: "Travis CI",
        aliases: ["travis"],
        page: "https://docs.travis-ci.com/user/notifications/#verifying-webhook-requests",
        evidence: Vectors,
        notes: "SHA-1. Other form fields are not signed. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::rsa_pkcs1("travis-ci", Digest::Sha1)
            .header("signature")
            .signed("{form:payload}")
            .recipients(const { &[Recipient::new("owner", &[Location::FormJson(Cow::Borrowed("payload"), Cow::Borrowed("/repository/owner_name"))])] })
            .replay_by(ReplayBy::Content)
            .replay_because("id is the build's and comes with each of its states and restarts; the signed payload holds state and times.")
            .retries(retried::NEVER),
    }

    /// Microsoft Graph's rich notifications: a JWT (RS256) in the JSON member
    /// `validationTokens`. It does not cover the body.
    ///
    /// Keys: the JWKs of `https://login.microsoftonline.com/common/discovery/v2.0/keys`
    /// under their `kid`. Parameter `app_id`: the application that subscribed.
    /// A delivery with several tokens, for several tenants, is refused: this
    /// would hold to the first alone. Compare `clientState` too.
    /// Tokens of version 1 name the publisher in `appid` instead of `azp`.
    MICROSOFT_GRAPH {
        title: "Microsoft Graph",
        aliases: ["ms-graph"],
        page: "https://learn.microsoft.com/en-us/graph/change-notifications-with-resource-data",
        evidence: Documented,
        notes: "Parameter app_id. The body is not signed: whoever reads one token can send any body until it expires, about a day; compare clientState of each item. Deliveries with more than one token are refused. Notifications without resource data carry no token.",
        scheme: Scheme::public_key("microsoft-graph", RS256)
            .at(Location::Json(Cow::Borrowed("/validationTokens/0")))
            .jws(COMPACT)
            .timestamp_at(Location::Claim(Cow::Borrowed("/iat")), TimeUnit::Seconds)
            .tolerance(86_400)
            .token()
            .bind(GRAPH_CLAIMS)
            .absent(GRAPH_SECOND_TOKEN)
            .replay_by(ReplayBy::Body)
            .replay_because("The tokens prove no content; each rich notification is encrypted under a key of its own, so two bodies differ; a retry with a new token or a new encryption is handled twice.")
            .retries(retried::NOT_2XX.lasting("4 hours")),
    }

    /// Apple's App Store Server Notifications V2: a JWS (ES256) in the JSON
    /// member `signedPayload`, with its certificates in `x5c`.
    ///
    /// Key: *Apple Root CA - G3* of `https://www.apple.com/certificateauthority/`,
    /// as it is or in PEM. The chain has to lead there, be valid now and carry
    /// Apple's marks for receipts. Compare `bundleId` and `environment` with your
    /// own. The transactions inside are JWS of the same kind.
    APPLE_APP_STORE_V2 {
        title: "Apple App Store Server Notifications V2",
        aliases: ["apple-app-store", "app-store"],
        page: "https://developer.apple.com/documentation/appstoreservernotifications/receiving-app-store-server-notifications",
        evidence: Vectors,
        notes: "Signed for every app with the same key: name your bundle and environment with `recipient`. signedDate is signed, but not held to a window, since a notification is repeated for days. Revocation of certificates is not looked up.",
        scheme: Scheme::public_key("apple-app-store-v2", ES256)
            .at(Location::Json(Cow::Borrowed("/signedPayload")))
            .jws(COMPACT)
            .without_key_id()
            .key(APPLE_CHAIN)
            .event_id_at(Location::Claim(Cow::Borrowed("/notificationUUID")))
            .recipients(const { &[Recipient::new("bundle", &[Location::Claim(Cow::Borrowed("/data/bundleId")), Location::Claim(Cow::Borrowed("/summary/bundleId")), Location::Claim(Cow::Borrowed("/externalPurchaseToken/bundleId")), Location::Claim(Cow::Borrowed("/appData/bundleId"))]), Recipient::new("environment", &[Location::Claim(Cow::Borrowed("/data/environment")), Location::Claim(Cow::Borrowed("/summary/environment")), Location::Claim(Cow::Borrowed("/appData/environment"))])] })
            .replay_by(ReplayBy::Id)
            .replay_because("notificationUUID is in the signed payload, and Apple says that it shows duplicates.")
            .retries(retried::NOT_2XX.lasting("157 hours (5 retries, production only)")),
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
            .replay_because("The event is a text inside the token, where no pointer reaches its id; the token as a whole counts, and one that is signed afresh for a retry is handled twice.")
            .retries(retried::NOT_2XX.lasting("2 days (12 attempts)"))
            .success(Success::Ok),
    }
}

const fn sns(digest: Digest) -> Scheme {
    Scheme::rsa_pkcs1("aws-sns", digest)
        .at(Location::Json(Cow::Borrowed("/Signature")))
        .signed(SNS_MEMBERS)
        .event_id_json("/MessageId")
        .recipients(SNS_TOPIC)
}

const SNS_TOPIC: &[Recipient] = &[Recipient::new(
    "topic",
    &[Location::Json(Cow::Borrowed("/TopicArn"))],
)];

const fn sns_version(version: &'static str) -> Binding {
    Binding::new(Location::Json(Cow::Borrowed("/SignatureVersion")), version)
}

const SNS_VERSION_2: &[Binding] = &[sns_version("2")];
const SNS_VERSION_1: &[Binding] = &[sns_version("1")];
const SNS_SHA1: &[Scheme] = &[sns(Digest::Sha1)
    .form("v1")
    .replay_by(ReplayBy::Id)
    .bind(SNS_VERSION_1)];

const fn paysera(digest: Digest, at: Location, signed: &'static str) -> Scheme {
    Scheme::rsa_pkcs1("paysera", digest)
        .at(at)
        .encoding(Encoding::Base64urlPadded)
        .signed(signed)
}

const PAYSERA_OTHERS: &[Scheme] = &[
    paysera(
        Digest::Sha1,
        Location::Query(Cow::Borrowed("ss2")),
        "{query:data}",
    )
    .form("ss2")
    .replay_by(ReplayBy::Content)
    .opt_in(),
    paysera(
        Digest::Sha256,
        Location::Form(Cow::Borrowed("ss3")),
        "{form:data}",
    )
    .form("ss3-form")
    .replay_by(ReplayBy::Content)
    .opt_in(),
];

const fn ebay(pointer: &'static str) -> Location {
    Location::HeaderJson(Cow::Borrowed("x-ebay-signature"), Cow::Borrowed(pointer))
}

const ALIPAY_RSA2: &[Binding] = &[Binding::new(
    Location::Form(Cow::Borrowed("sign_type")),
    "RSA2",
)];

const fn alipay(name: &'static str, signed: &'static str) -> Scheme {
    Scheme::rsa_pkcs1(name, Digest::Sha256)
        .at(Location::Form(Cow::Borrowed("sign")))
        .signed(signed)
        .event_id_at(Location::Form(Cow::Borrowed("notify_id")))
}

/// The marks of certificates that sign receipts, and of those above them.
const APPLE_CHAIN: KeyForm = KeyForm::X5cRoot {
    leaf: Cow::Borrowed("1.2.840.113635.100.6.11.1"),
    issuer: Cow::Borrowed("1.2.840.113635.100.6.2.1"),
};

/// The publisher of all change notifications.
const GRAPH_CLAIMS: &[Binding] = &[
    Binding::new(Location::Claim(Cow::Borrowed("/aud")), "{const:app_id}"),
    Binding::new(
        Location::Claim(Cow::Borrowed("/azp")),
        "0bf30f3b-4a52-48df-9a82-234910c4a086",
    ),
];
const GRAPH_SECOND_TOKEN: &[Location] = &[Location::Json(Cow::Borrowed("/validationTokens/1"))];
