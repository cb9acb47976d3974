//! Sign-in, and proof of who somebody is.

use std::borrow::Cow;

use super::entry::{catalogue, retried};
use super::parts::{COMPACT, RS256, claim};
use crate::scheme::{
    Binding, Digest, Location, Recipient, ReplayBy, RetryTime, Scheme, Success, Text,
};
use crate::text::time::TimeUnit;

catalogue! {
    /// FusionAuth: a JWT (RS256) in `X-FusionAuth-Signature-JWT` whose claim
    /// `request_body_sha256` is the base64 digest of the body.
    ///
    /// Key: the JWK of the tenant's `/.well-known/jwks.json`, or PEM. For a
    /// signing key of another kind, set the scheme's algorithm to it.
    FUSIONAUTH {
        title: "FusionAuth",
        aliases: [],
        page: "https://fusionauth.io/docs/extend/events-and-webhooks/signing",
        evidence: Documented,
        notes: "The signing key may also be EC, EdDSA or HMAC: then set the scheme's algorithm.",
        scheme: Scheme::public_key("fusionauth", RS256)
            .header("x-fusionauth-signature-jwt")
            .jws(COMPACT)
            .bind(BODY_SHA256_BASE64)
            .event_id_json("/event/id")
            .recipients(const { &[Recipient::new("tenant", &[Location::Json(Cow::Borrowed("/event/tenantId"))]).optional()] })
            .replay_by(ReplayBy::Id)
            .replay_because("event.id is the unique id of the event, by which FusionAuth says that a duplicate may be identified; it is in the body whose digest is signed."),
    }

    /// Kinde: the whole body is a JWT (RS256), of type `application/jwt`.
    ///
    /// Key: the JWK of `https://<subdomain>.kinde.com/.well-known/jwks` under
    /// the `kid`. The event is the JWT's payload.
    KINDE {
        title: "Kinde",
        aliases: [],
        page: "https://docs.kinde.com/integrate/webhooks/about-webhooks/",
        evidence: Sdk,
        notes: "The body is the token; the event is its payload.",
        scheme: Scheme::public_key("kinde", RS256).at(Location::Body).jws(COMPACT)
            .event_id_at(Location::Claim(Cow::Borrowed("/event_id")))
            .recipients(const { &[Recipient::new("source", &[Location::Claim(Cow::Borrowed("/source"))]).optional()] })
            .replay_by(ReplayBy::Id)
            .replay_because("event_id names the event inside the signed token that is the whole body.")
            .retries(retried::NOT_2XX)
            .success(Success::Ok),
    }

    /// Logto: `logto-signature-sha-256: <hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the webhook's signing key (*Console, Webhooks*), as text. Each hook
    /// call has its `hookId` in the body, which is the webhook's and not the
    /// delivery's.
    LOGTO {
        title: "Logto",
        aliases: [],
        page: "https://docs.logto.io/developers/webhooks/secure-webhooks",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("logto", Digest::Sha256).header("logto-signature-sha-256")
            .replay_by(ReplayBy::Content)
            .replay_because("hookId is the webhook's; the body holds event and createdAt, so two events differ."),
    }

    /// Okta event and inline hooks: the authentication secret is sent as it is in
    /// `Authorization`, the header that Okta suggests; another is possible:
    /// `OKTA.header("x-mine")`.
    ///
    /// Key: the secret chosen for the hook, with its scheme if one was typed
    /// there. It proves that the sender knows it and nothing about the content. A
    /// new hook is confirmed by echoing `x-okta-verification-challenge`.
    OKTA {
        title: "Okta event hooks",
        aliases: [],
        page: "https://developer.okta.com/docs/concepts/event-hooks/",
        evidence: Documented,
        notes: "Signs nothing: neither body nor time.",
        scheme: Scheme::shared_secret("okta")
            .header("authorization")

            .replay_by(ReplayBy::Body)
            .replay_because("The secret proves no content; eventId is the delivery's, and the events inside, each with its uuid, may be several, so the whole body counts.")
            .retries(retried::SERVER_ERRORS.lasting("1 retry")),
    }

    /// Onfido: `X-SHA2-Signature: <hex>`, HMAC-SHA256 over the raw body.
    ///
    /// Key: the webhook's token, as text. No timestamp and no id header.
    ONFIDO {
        title: "Onfido",
        aliases: [],
        page: "https://documentation.onfido.com/#verifying-webhook-signatures",
        evidence: Vectors,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("onfido", Digest::Sha256).header("x-sha2-signature")
            .replay_by(ReplayBy::Content)
            .replay_because("The body names object, action and, once finished, its time of completion; ids are those of the object, so it is the whole signed body that counts. An event of one kind that comes twice for one object without a time gives two equal bodies, and the second is taken for a repeat: a check that is reopened twice, which is not known to happen.")
            .retries(retried::NOT_2XX),
    }

    /// Persona: `Persona-Signature: t=<seconds>,v1=<hex>`, HMAC-SHA256 over
    /// `{timestamp}.{body}`; while a secret is rotated there are two such groups,
    /// separated by a space.
    ///
    /// Key: the webhook's secret (`wbhsec_…`), the whole text. The event id
    /// is in the body under `/data/id`.
    PERSONA {
        title: "Persona",
        aliases: [],
        page: "https://docs.withpersona.com/webhooks-best-practices",
        evidence: Documented,
        notes: "Two groups while a secret is rotated.",
        scheme: Scheme::hmac("persona", Digest::Sha256)
            .header("persona-signature")
            .format("t={timestamp},v1={signature}")
            .separator(" ")
            .signed("{timestamp}.{body}")
            .timestamp_in_signature(TimeUnit::Seconds)
            .tolerance(300)
            .event_id_json("/data/id")
            .replay_by(ReplayBy::Id)
            .replay_because("Persona's event id is in the signed body and the same when the event comes again.")
            .retries(retried::NOT_2XX.lasting("6 minutes (5 attempts)").time(RetryTime::Renewed)),
    }

    /// Sumsub: `X-Payload-Digest: <hex>`, HMAC-SHA256 over the raw body, with
    /// `X-Payload-Digest-Alg: HMAC_SHA256_HEX`. A webhook that was set to
    /// `HMAC_SHA512_HEX` takes `.only("sha512")`. The older `HMAC_SHA1_HEX` is
    /// refused.
    ///
    /// Key: the webhook's secret key, as text. The event's time in the body
    /// (`/createdAtMs`) is not the delivery's.
    SUMSUB {
        title: "Sumsub",
        aliases: [],
        page: "https://docs.sumsub.com/docs/webhook-manager",
        evidence: Documented,
        notes: "SHA-512 (form sha512) is off unless it is named; SHA-1 is refused. No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("sumsub", Digest::Sha256)
            .header("x-payload-digest")

            .expect(SUMSUB_SHA256)
            .form("sha256")
            .or(SUMSUB_SHA512)
            .replay_by(ReplayBy::Content)
            .replay_because("correlationId is not documented as unique for each event; the body holds type, applicant and createdAtMs, and the same webhook is sent again.")
            .retries(retried::NOT_2XX.lasting("24 hours (4 resends)")),
    }

    /// Veriff: `X-HMAC-SIGNATURE: <hex>`, HMAC-SHA256 over the raw body;
    /// `X-AUTH-CLIENT` names the integration.
    ///
    /// Key: the integration's shared secret key (*Settings, API keys*), as text.
    /// The client header is ignored: each key on the ring is tried.
    VERIFF {
        title: "Veriff",
        aliases: [],
        page: "https://devdocs.veriff.com/docs/hmac-authentication-and-endpoint-security",
        evidence: Documented,
        notes: "No timestamp: a recorded delivery stays valid for ever.",
        scheme: Scheme::hmac("veriff", Digest::Sha256).header("x-hmac-signature")
            .replay_by(ReplayBy::Content)
            .replay_because("There is no event id, only those of session and attempt; decisions hold their time, and a repeated start of one attempt is the one thing whose bodies could be equal.")
            .retries(retried::NOT_2XX.lasting("7 days"))
            .success(Success::Ok),
    }

    /// WorkOS: `WorkOS-Signature: t=<milliseconds>, v1=<hex>`, HMAC-SHA256 over
    /// `{timestamp}.{body}`.
    ///
    /// Key: the webhook endpoint's secret, as text. WorkOS's SDK allows three
    /// minutes, and so does this entry. The event id is in the body under
    /// `/id`.
    WORKOS {
        title: "WorkOS",
        aliases: [],
        page: "https://workos.com/docs/events/data-syncing/webhooks",
        evidence: Sdk,
        notes: "Milliseconds; three minutes.",
        scheme: Scheme::hmac("workos", Digest::Sha256)
            .header("workos-signature")
            .format("t={timestamp}, v1={signature}")
            .signed("{timestamp}.{body}")
            .timestamp_in_signature(TimeUnit::Millis)
            .tolerance(180)
            .event_id_json("/id")
            .replay_by(ReplayBy::Id)
            .replay_because("WorkOS's event id is in the signed body and the same when the event is sent again.")
            .retries(retried::NOT_2XX.lasting("3 days")),
    }
}

const BODY_SHA256_BASE64: &[Binding] = &[claim("/request_body_sha256", "{body|sha256|base64}")];

const SUMSUB_SHA256: &[(Text, Text)] = &[(
    Cow::Borrowed("x-payload-digest-alg"),
    Cow::Borrowed("HMAC_SHA256_HEX"),
)];

const SUMSUB_SHA512: &[Scheme] = &[Scheme::hmac("sumsub", Digest::Sha512)
    .header("x-payload-digest")
    .expect(&[(
        Cow::Borrowed("x-payload-digest-alg"),
        Cow::Borrowed("HMAC_SHA512_HEX"),
    )])
    .form("sha512")
    .replay_by(ReplayBy::Content)
    .opt_in()];
