"""Records what SDKs from PyPI sign and accept; see README.md."""

import base64
import hashlib
import hmac
import json
import re
import sys
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlencode

from freezegun import freeze_time

NOW = 1760000000
OUT = Path(__file__).parent / "pypi"
URL = "https://hooks.example.com/in?tenant=a1&x=2"
EVENT = '{"id":"evt_1a2b","type":"invoice.paid","data":{"name":"Zoë – ✓","amount":1250,"path":"a/b"}}'
FIELDS = {"From": "+15551234567", "Body": "café au lait", "To": "+15557654321"}
FORM = urlencode(FIELDS)


def mac(digest, key, *parts):
    key = key.encode() if isinstance(key, str) else key
    return hmac.new(key, "".join(parts).encode(), digest)


def hexed(digest, key, *parts):
    return mac(digest, key, *parts).hexdigest()


def based(digest, key, *parts):
    return base64.b64encode(mac(digest, key, *parts).digest()).decode()


def other(char):
    """Another character of the same kind, so that only the value changes."""
    if char == "9":
        return "0"
    if re.fullmatch("[0-8a-eg-yA-EG-Y]", char):
        return chr(ord(char) + 1)
    return "k"


def spoil_at(text, at):
    return text[:at] + other(text[at]) + text[at + 1 :]


def spoiled(request, part):
    """Copies of the request with one character of one signed part changed."""
    kind, _, name = part.partition(" ")
    if kind == "body":
        inside = [match.start() + 1 for match in re.finditer("[a-z]{3,}", request["body"])]
        for at in {inside[0], inside[len(inside) // 2], inside[-1]}:
            yield {**request, "body": spoil_at(request["body"], at)}
    elif kind == "text":
        start = request["body"].index(name)
        for at in {start, start + len(name) // 2, start + len(name) - 1}:
            yield {**request, "body": spoil_at(request["body"], at)}
    elif kind == "header":
        value = request["headers"][name]
        first = len(value) - min(len(value), 20)
        for at in {first, (first + len(value)) // 2}:
            yield {**request, "headers": {**request["headers"], name: spoil_at(value, at)}}
    elif kind == "url":
        url = request["url"]
        start = url.index("/", 8) + 1
        for at in {start, (start + len(url)) // 2, len(url) - 1}:
            if url[at].isalnum():
                yield {**request, "url": spoil_at(url, at)}
    elif kind == "method":
        yield {**request, "method": "PUT"}
    else:
        raise ValueError(part)


def verdict(accepts, request):
    try:
        answer = accepts(request)
    except Exception as error:  # SDKs raise as they like; see VERBOSE.
        if "-v" in sys.argv:
            print(repr(error))
        return False
    if not isinstance(answer, bool):
        raise TypeError(f"not a verdict: {answer!r}")
    return answer


failed = []


def record(name, sdk, accepts, *cases, own=True, made=False):
    vectors = []
    for case in cases:
        request = {"method": "POST", **case}
        signed = request.pop("signed")
        if not verdict(accepts, request):
            failed.append(f"{name}: {sdk} refuses the request")
            return
        for part in signed:
            for copy in spoiled(request, part):
                if verdict(accepts, copy):
                    failed.append(f"{name}: {sdk} takes a spoiled {part}: {copy}")
                    return
        vectors.append(
            {
                **request,
                "expect": "valid",
                "source": f"{sdk} {version(sdk)} (PyPI)",
                "sdk": {"own": own, "made": made, "judged": True},
                "signed": signed,
            }
        )
    OUT.mkdir(exist_ok=True)
    text = json.dumps(vectors, indent=1, ensure_ascii=False)
    (OUT / f"{name}.json").write_text(text + "\n")


def raises_nothing(call):
    call()
    return True


def bare(header, secret, signature, body=EVENT, **headers):
    return {
        "secret": secret,
        "headers": {header: signature, **headers},
        "body": body,
        "signed": ["body", f"header {header}"],
    }


freeze_time("2025-10-09T08:53:20Z").start()

# --- The providers' own ------------------------------------------------------

import stripe

header = f"t={NOW},v1=" + stripe.WebhookSignature._compute_signature(f"{NOW}.{EVENT}", "whsec_9f")
record(
    "stripe",
    "stripe",
    lambda r: stripe.WebhookSignature.verify_header(
        r["body"], r["headers"]["stripe-signature"], r["secret"], 300
    ),
    {**bare("stripe-signature", "whsec_9f", header), "now": NOW},
    made=True,
)

from slack_sdk.signature import SignatureVerifier

slack = SignatureVerifier("slack-signing-secret")
record(
    "slack",
    "slack_sdk",
    lambda r: SignatureVerifier(r["secret"]).is_valid_request(r["body"], r["headers"]),
    *(
        {
            "secret": "slack-signing-secret",
            "headers": {
                "x-slack-request-timestamp": str(NOW),
                "x-slack-signature": slack.generate_signature(timestamp=str(NOW), body=body),
            },
            "body": body,
            "now": NOW,
            "signed": ["body", "header x-slack-request-timestamp", "header x-slack-signature"],
        }
        for body in (EVENT, "token=abc&team_id=T1&text=hello+world")
    ),
    made=True,
)

from twilio.request_validator import RequestValidator, get_signature_algorithm

TWILIO_SETTINGS = "x-twilio-webhooks-signature-settings"
URL_OF_EVENT = "https://hooks.example.com/in?bodySHA256=" + hashlib.sha256(EVENT.encode()).hexdigest()


def twilio_shared_key(url, fields, body, *signed, **headers):
    validator = RequestValidator("shared-key-secret")
    return {
        "secret": "shared-key-secret",
        "url": url,
        "headers": {
            TWILIO_SETTINGS: "key=webhooks_sharedkey_01,algorithm=HMAC_SHA256",
            "x-twilio-signature": validator.compute_signature(url, fields, "HMAC_SHA256"),
            **headers,
        },
        "body": body,
        "signed": ["url", *signed, "header x-twilio-signature"],
    }


record(
    "twilio",
    "twilio",
    lambda r: RequestValidator(r["secret"]).validate(
        r["url"],
        r["body"]
        if "bodySHA256" in r["url"]
        else dict(__import__("urllib.parse").parse.parse_qsl(r["body"])),
        r["headers"]["x-twilio-signature"],
        get_signature_algorithm(r["headers"].get(TWILIO_SETTINGS)),
    ),
    {
        "secret": "12345twilio",
        "url": URL,
        "headers": {
            "content-type": "application/x-www-form-urlencoded",
            "x-twilio-signature": RequestValidator("12345twilio").compute_signature(URL, FIELDS),
        },
        "body": FORM,
        "signed": ["url", "text 15551234567", "header x-twilio-signature"],
    },
    twilio_shared_key(
        URL,
        FIELDS,
        FORM,
        "text 15551234567",
        **{"content-type": "application/x-www-form-urlencoded"},
    ),
    twilio_shared_key(URL_OF_EVENT, {}, EVENT, "body"),
    made=True,
)

from mollie.utils.webhooks.signature_validator import SignatureValidator

record(
    "mollie",
    "mollie-api-py",
    lambda r: SignatureValidator(r["secret"]).validate_payload(
        r["body"], r["headers"]["x-mollie-signature"]
    ),
    bare("x-mollie-signature", "mollie-secret", "sha256=" + hexed("sha256", "mollie-secret", EVENT)),
)

from viberbot.api.api import Api
from viberbot.api.bot_configuration import BotConfiguration

VIBER = "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9"
viber = Api(BotConfiguration(name="n", avatar="https://a.example/a.png", auth_token=VIBER))
record(
    "viber",
    "viberbot",
    lambda r: viber.verify_signature(
        r["body"].encode(), r["headers"]["x-viber-content-signature"]
    ),
    bare("x-viber-content-signature", VIBER, hexed("sha256", VIBER, EVENT)),
)

import pycronofy

cronofy = pycronofy.Client(client_id="x", client_secret="cronofy-client-secret")
record(
    "cronofy",
    "pycronofy",
    lambda r: cronofy.hmac_valid(r["headers"]["cronofy-hmac-sha256"], r["body"]),
    bare("cronofy-hmac-sha256", "cronofy-client-secret", based("sha256", "cronofy-client-secret", EVENT)),
)

from sinch.domains.authentication.sinch_events.v1 import authentication_validation as sinch

record(
    "sinch",
    "sinch",
    lambda r: sinch.validate_sinch_event_signature_with_nonce(r["secret"], r["headers"], r["body"]),
    {
        "secret": "sinch-secret",
        "headers": {
            "x-sinch-webhook-signature": sinch.calculate_sinch_event_signature(
                sinch.compute_signed_data(EVENT, "01FJA8B4A7BM43YGWSG9GBV067", str(NOW)), "sinch-secret"
            ),
            "x-sinch-webhook-signature-nonce": "01FJA8B4A7BM43YGWSG9GBV067",
            "x-sinch-webhook-signature-timestamp": str(NOW),
            "x-sinch-webhook-signature-algorithm": "HmacSHA256",
        },
        "body": EVENT,
        "now": NOW,
        "signed": [
            "body",
            "header x-sinch-webhook-signature",
            "header x-sinch-webhook-signature-nonce",
            "header x-sinch-webhook-signature-timestamp",
        ],
    },
    made=True,
)
record(
    "sinch-numbers",
    "sinch",
    lambda r: sinch.validate_signature_header(r["secret"], r["headers"], r["body"]),
    bare("x-sinch-signature", "sinch-numbers-secret", sinch.compute_hmac_signature(EVENT, "sinch-numbers-secret")),
    made=True,
)

from dropbox_sign import EventCallbackHelper
from dropbox_sign.models import EventCallbackRequest

SIGNED_AT = hexed("sha256", "dbx-sign-api-key", f"{NOW}signature_request_all_signed")
record(
    "dropbox-sign",
    "dropbox-sign",
    lambda r: EventCallbackHelper.is_valid(r["secret"], EventCallbackRequest.init(json.loads(r["body"]))),
    {
        "secret": "dbx-sign-api-key",
        "headers": {},
        "body": json.dumps(
            {"event": {"event_time": str(NOW), "event_type": "signature_request_all_signed", "event_hash": SIGNED_AT}}
        ),
        "now": NOW,
        "signed": [f"text {NOW}", f"text {SIGNED_AT}"],
    },
)

import braintree

gateway = braintree.BraintreeGateway(
    braintree.Configuration(
        braintree.Environment.Development, "merchant", public_key="bt_public", private_key="bt_private"
    )
)
sample = gateway.webhook_testing.sample_notification(
    braintree.WebhookNotification.Kind.SubscriptionWentPastDue, "my_id"
)
sample = {key: value.decode() if isinstance(value, bytes) else value for key, value in sample.items()}


def braintree_accepts(r):
    fields = dict(__import__("urllib.parse").parse.parse_qsl(r["body"]))
    return bool(gateway.webhook_notification.parse(fields["bt_signature"], fields["bt_payload"]))


record(
    "braintree",
    "braintree",
    braintree_accepts,
    {
        "secret": "bt_private",
        "headers": {"content-type": "application/x-www-form-urlencoded"},
        "body": urlencode(sample),
        "signed": [
            "text " + sample["bt_signature"].split("|")[1],
            "text " + re.search("[A-Za-z0-9]{24}", sample["bt_payload"])[0],
        ],
    },
    made=True,
)

from hubspot.utils.signature import Signature as HubSpot

record(
    "hubspot-v3",
    "hubspot-api-client",
    lambda r: HubSpot.is_valid(
        signature=r["headers"]["x-hubspot-signature-v3"],
        client_secret=r["secret"],
        request_body=r["body"],
        http_uri=r["url"],
        http_method=r["method"],
        signature_version="v3",
        timestamp=r["headers"]["x-hubspot-request-timestamp"],
    ),
    {
        "secret": "hs-secret",
        "url": URL,
        "headers": {
            "x-hubspot-signature-v3": HubSpot.get_signature("hs-secret", EVENT, "v3", URL, "POST", str(NOW * 1000)),
            "x-hubspot-request-timestamp": str(NOW * 1000),
        },
        "body": EVENT,
        "now": NOW,
        "signed": ["method", "url", "body", "header x-hubspot-signature-v3", "header x-hubspot-request-timestamp"],
    },
    made=True,
)

# --- The same providers from PyPI ------------------------------------------------

from datetime import datetime, timezone

import standardwebhooks
import svix.webhooks

WHSEC = "whsec_" + base64.b64encode(b"a key of thirty-two bytes, no more").decode()
AT = datetime.fromtimestamp(NOW, timezone.utc)
for name, package, prefix, webhook in (
    ("standard-webhooks", "standardwebhooks", "webhook", standardwebhooks.Webhook),
    ("svix", "svix", "svix", svix.webhooks.Webhook),
):
    record(
        name,
        package,
        lambda r: raises_nothing(lambda: webhook(r["secret"]).verify(r["body"], r["headers"])),
        {
            "secret": WHSEC,
            "headers": {
                f"{prefix}-id": "msg_2a",
                f"{prefix}-timestamp": str(NOW),
                f"{prefix}-signature": webhook(WHSEC).sign("msg_2a", AT, EVENT),
            },
            "body": EVENT,
            "now": NOW,
            "signed": ["body"] + [f"header {prefix}-{part}" for part in ("id", "timestamp", "signature")],
        },
        made=True,
    )

# BigCommerce's page verifies with this package and the client secret in base64.
CLIENT_SECRET = "b1gc0mm3rce-client-secret"
bigcommerce = standardwebhooks.Webhook(base64.b64encode(CLIENT_SECRET.encode()).decode())
record(
    "bigcommerce",
    "standardwebhooks",
    lambda r: raises_nothing(lambda: bigcommerce.verify(r["body"], r["headers"])),
    {
        "secret": CLIENT_SECRET,
        "headers": {
            "webhook-id": "msg_bc",
            "webhook-timestamp": str(NOW),
            "webhook-signature": bigcommerce.sign("msg_bc", AT, EVENT),
        },
        "body": EVENT,
        "now": NOW,
        "signed": ["body"] + [f"header webhook-{part}" for part in ("id", "timestamp", "signature")],
    },
    own=False,
    made=True,
)

from Adyen.util import generate_notification_sig, is_valid_hmac_notification

ADYEN = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056"
item = {
    "pspReference": "8515131751004933",
    "originalReference": "8515131751004900",
    "merchantAccountCode": "TestMerchant",
    "merchantReference": "order:99\\a – ✓",
    "amount": {"currency": "EUR", "value": 1130},
    "eventCode": "CAPTURE",
    "success": "true",
}
adyen = generate_notification_sig(item, ADYEN).decode()
item["additionalData"] = {"hmacSignature": adyen}
record(
    "adyen",
    "adyen",
    lambda r: is_valid_hmac_notification(json.loads(r["body"]), r["secret"]),
    {
        "secret": ADYEN,
        "headers": {},
        "body": json.dumps({"live": "false", "notificationItems": [{"NotificationRequestItem": item}]}),
        "signed": ["text 8515131751004933", "text TestMerchant", "text order:99", "text 1130", f"text {adyen[:-2]}"],
    },
    made=True,
)

from plivo.utils.signature_v3 import validate_v3_signature

PLIVO = "https://hooks.example.com/in/sms?b=x%20y&a=1"
NONCE = "05429567804466091622"
plivo = based("sha256", "plivo-token", "https://hooks.example.com/in/sms?a=1&b=x y.", "Body" + "hi there" + "From" + "15551234567", ".", NONCE)
record(
    "plivo-v3",
    "plivo",
    lambda r: validate_v3_signature(
        r["method"],
        r["url"],
        r["headers"]["x-plivo-signature-v3-nonce"],
        r["secret"],
        r["headers"]["x-plivo-signature-v3"],
        dict(__import__("urllib.parse").parse.parse_qsl(r["body"])),
    ),
    {
        "secret": "plivo-token",
        "url": PLIVO,
        "headers": {
            "content-type": "application/x-www-form-urlencoded",
            "x-plivo-signature-v3-nonce": NONCE,
            "x-plivo-signature-v3": plivo,
        },
        "body": urlencode({"From": "15551234567", "Body": "hi there"}),
        "signed": ["url", "text 15551234567", "header x-plivo-signature-v3-nonce", "header x-plivo-signature-v3"],
    },
)

from workos.webhooks._verification import verify_header

workos_time = NOW * 1000
record(
    "workos",
    "workos",
    lambda r: raises_nothing(
        lambda: verify_header(
            event_body=r["body"].encode(), event_signature=r["headers"]["workos-signature"], secret=r["secret"]
        )
    ),
    {
        **bare(
            "workos-signature",
            "wos_secret",
            f"t={workos_time}, v1=" + hexed("sha256", "wos_secret", f"{workos_time}.", EVENT),
        ),
        "now": NOW,
    },
)

# --- Peers ------------------------------------------------------------------
# django-anymail, for mail services whose own SDK does not verify.

import django
from django.conf import settings

settings.configure(
    DEBUG=True,
    ALLOWED_HOSTS=["*"],
    ANYMAIL={
        "MAILGUN_WEBHOOK_SIGNING_KEY": "mg-signing-key",
        "MAILERSEND_SIGNING_SECRET": "ms-secret",
        "MAILTRAP_WEBHOOK_SECRET": "mt-secret",
        "MAILTRAP_SIGNING_SECRET": "mt-secret",
        "MANDRILL_WEBHOOK_KEY": "mandrill-key",
        "WEBHOOK_SECRET": "user:pass-word",
    },
)
django.setup()
from anymail.webhooks import mailersend, mailgun, mailtrap, mandrill, postmark
from django.test import RequestFactory


def anymail(view):
    def accepts(r):
        url = r.get("url", "https://hooks.example.com/in")
        headers = {**r["headers"]}
        kind = headers.pop("content-type", "application/json")
        request = RequestFactory().post(
            url.removeprefix("https://hooks.example.com"),
            r["body"].encode(),
            content_type=kind,
            secure=True,
            headers={**headers, "host": "hooks.example.com"},
        )
        view().validate_request(request)
        return True

    return accepts


def without_basic(view):
    settings.ANYMAIL.pop("WEBHOOK_SECRET", None)
    return anymail(view)


BASIC = base64.b64encode(b"user:pass-word").decode()
record(
    "postmark",
    "django-anymail",
    anymail(postmark.PostmarkTrackingWebhookView),
    {
        "secret": "user:pass-word",
        "headers": {"authorization": f"Basic {BASIC}"},
        "body": EVENT,
        "signed": ["header authorization"],
    },
    own=False,
)
signature = hexed("sha256", "mg-signing-key", f"{NOW}c0ffee0123456789")
record(
    "mailgun",
    "django-anymail",
    without_basic(mailgun.MailgunTrackingWebhookView),
    {
        "secret": "mg-signing-key",
        "headers": {"content-type": "application/json"},
        "body": json.dumps(
            {
                "signature": {"timestamp": str(NOW), "token": "c0ffee0123456789", "signature": signature},
                "event-data": {"event": "opened"},
            }
        ),
        "now": NOW,
        "signed": [f"text {NOW}", "text c0ffee0123456789", f"text {signature}"],
    },
    own=False,
)
record(
    "mailgun-form",
    "django-anymail",
    without_basic(mailgun.MailgunTrackingWebhookView),
    {
        "secret": "mg-signing-key",
        "headers": {"content-type": "application/x-www-form-urlencoded"},
        "body": urlencode(
            {"event": "opened", "timestamp": NOW, "token": "c0ffee0123456789", "signature": signature}
        ),
        "now": NOW,
        "signed": [f"text {NOW}", "text c0ffee0123456789", f"text {signature}"],
    },
    own=False,
)
record(
    "mailersend",
    "django-anymail",
    without_basic(mailersend.MailerSendTrackingWebhookView),
    bare("signature", "ms-secret", hexed("sha256", "ms-secret", EVENT)),
    own=False,
)
record(
    "mailtrap",
    "django-anymail",
    without_basic(lambda: mailtrap.MailtrapWebhookView("signing_secret")),
    bare("mailtrap-signature", "mt-secret", hexed("sha256", "mt-secret", EVENT)),
    own=False,
)
MANDRILL = "https://hooks.example.com/mandrill"
FIELDS = {"mandrill_events": '[{"event":"open","_id":"1"}]'}
record(
    "mailchimp-transactional",
    "django-anymail",
    without_basic(mandrill.MandrillCombinedWebhookView),
    {
        "secret": "mandrill-key",
        "url": MANDRILL,
        "headers": {
            "content-type": "application/x-www-form-urlencoded",
            "x-mandrill-signature": based(
                "sha1", "mandrill-key", MANDRILL, "".join(k + FIELDS[k] for k in sorted(FIELDS))
            ),
        },
        "body": urlencode(FIELDS),
        "signed": ["url", "text open", "header x-mandrill-signature"],
    },
    own=False,
)

from pypaystack2.base_clients import BaseAPIClient

paystack = BaseAPIClient.__new__(BaseAPIClient)
paystack._secret_key = "sk_test_paystack"
record(
    "paystack",
    "pypaystack2",
    lambda r: paystack.is_verified_webhook_payload(
        r["body"].encode(), r["headers"]["x-paystack-signature"]
    ),
    bare("x-paystack-signature", "sk_test_paystack", hexed("sha512", "sk_test_paystack", EVENT)),
    own=False,
)

from pyairtable.models.webhook import WebhookNotification

AIRTABLE = '{"base":{"id":"app1"},"webhook":{"id":"ach1"},"timestamp":"2025-10-09T08:53:20.000Z"}'
AIRTABLE_KEY = bytes(range(1, 49))
record(
    "airtable",
    "pyairtable",
    lambda r: raises_nothing(
        lambda: WebhookNotification.from_request(
            r["body"], r["headers"]["x-airtable-content-mac"], r["secret"]
        )
    ),
    bare(
        "x-airtable-content-mac",
        base64.b64encode(AIRTABLE_KEY).decode(),
        "hmac-sha256=" + hexed("sha256", AIRTABLE_KEY, AIRTABLE),
        AIRTABLE,
    ),
    own=False,
)

from quickbooks import QuickBooks

quickbooks = QuickBooks.__new__(QuickBooks)
record(
    "quickbooks",
    "python-quickbooks",
    lambda r: quickbooks.validate_webhook_signature(
        r["body"], r["headers"]["intuit-signature"], r["secret"]
    ),
    bare("intuit-signature", "qb-verifier-token", based("sha256", "qb-verifier-token", EVENT)),
    own=False,
)

from revolut.webhooks_verify import verify_signature as revolut

REVOLUT = '{"event":"ORDER_COMPLETED","order_id":"9fc01989-3f61-4484-a5d9-ffe768531be9"}'
record(
    "revolut",
    "revolut-merchant-py",
    lambda r: raises_nothing(
        lambda: revolut(
            r["body"],
            signature_header=r["headers"]["revolut-signature"],
            timestamp_header=r["headers"]["revolut-request-timestamp"],
            signing_secret=r["secret"],
        )
    ),
    *(
        {
            "secret": "wsk_r6zT",
            "headers": {
                "revolut-request-timestamp": f"{NOW}000",
                "revolut-signature": "v1=" + hexed("sha256", "wsk_r6zT", f"v1.{NOW}000.", body),
            },
            "body": body,
            "now": NOW,
            "signed": ["body", "header revolut-request-timestamp", "header revolut-signature"],
        }
        for body in (REVOLUT,)
    ),
    own=False,
)

# PayPal's SDK fetches the certificate, checks its chain, and calls a function that
# pyOpenSSL has dropped since; what it does besides judges the signature.
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from OpenSSL import crypto
from paypalrestsdk.notifications import WebhookEvent

PEM = (Path(__file__).parent / "test-rsa.pem").read_bytes()
paypal_key = serialization.load_pem_private_key(PEM, None)
paypal_name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "example.paypal.com")])
paypal_certificate = (
    x509.CertificateBuilder()
    .subject_name(paypal_name)
    .issuer_name(paypal_name)
    .public_key(paypal_key.public_key())
    .serial_number(1)
    .not_valid_before(datetime(2025, 1, 1))
    .not_valid_after(datetime(2035, 1, 1))
    .sign(paypal_key, hashes.SHA256())
)
crypto.verify = lambda certificate, signature, data, _: (
    certificate.to_cryptography()
    .public_key()
    .verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
)
WebhookEvent._get_cert = staticmethod(lambda _: crypto.X509.from_cryptography(paypal_certificate))
WebhookEvent._verify_certificate_chain = classmethod(lambda *_: True)


def paypal(body):
    sent = {
        "paypal-auth-algo": "SHA256withRSA",
        "paypal-cert-url": "https://api.paypal.com/v1/notifications/certs/CERT-1",
        "paypal-transmission-id": "dfb3be50-fd74-11e4-8bf3-77339302725b",
        "paypal-transmission-time": "2025-10-09T08:53:20Z",
    }
    text = WebhookEvent._get_expected_sig(
        sent["paypal-transmission-id"], sent["paypal-transmission-time"], "1JE4291016473214C", body
    )
    signature = paypal_key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    return {
        "secret": paypal_certificate.public_bytes(serialization.Encoding.PEM).decode(),
        "params": {"webhook_id": "1JE4291016473214C"},
        "headers": {**sent, "paypal-transmission-sig": base64.b64encode(signature).decode()},
        "body": body,
        "now": NOW,
        "signed": [
            "body",
            "header paypal-transmission-id",
            "header paypal-transmission-time",
            "header paypal-transmission-sig",
        ],
    }


record(
    "paypal",
    "paypalrestsdk",
    lambda r: WebhookEvent.verify(
        r["headers"]["paypal-transmission-id"],
        r["headers"]["paypal-transmission-time"],
        r["params"]["webhook_id"],
        r["body"],
        r["headers"]["paypal-cert-url"],
        r["headers"]["paypal-transmission-sig"],
        r["headers"]["paypal-auth-algo"],
    ),
    paypal(EVENT),
    paypal('{"id":"WH-1","event_type":"PAYMENT.SALE.COMPLETED"}\r\n'),
)

if failed:
    sys.exit("\n".join(failed))
