"""Writes pypi.json: requests signed by http-message-signatures of PyPI.

    pip install http-message-signatures==3.0.0
    python pypi.py > pypi.json
"""

import base64
import datetime
import hashlib
import importlib.metadata
import json

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver, algorithms

NOW = 1_700_000_000
SECRET = b"a secret of the sender and the receiver"
PRIVATE = {
    "rsa-pss-sha512": rsa.generate_private_key(65537, 2048),
    "rsa-v1_5-sha256": rsa.generate_private_key(65537, 3072),
    "ecdsa-p256-sha256": ec.generate_private_key(ec.SECP256R1()),
    "ecdsa-p384-sha384": ec.generate_private_key(ec.SECP384R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate(),
    "hmac-sha256": SECRET,
}
CLASSES = {
    "rsa-pss-sha512": algorithms.RSA_PSS_SHA512,
    "rsa-v1_5-sha256": algorithms.RSA_V1_5_SHA256,
    "ecdsa-p256-sha256": algorithms.ECDSA_P256_SHA256,
    "ecdsa-p384-sha384": algorithms.ECDSA_P384_SHA384,
    "ed25519": algorithms.ED25519,
    "hmac-sha256": algorithms.HMAC_SHA256,
}


def public(key):
    if isinstance(key, bytes):
        return key.decode()
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


class Message:
    def __init__(self, method, url, headers):
        self.method, self.url, self.headers = method, url, dict(headers)


def case(name, alg, components, *, method="POST", target="/in/box?a=1&id=x%20y", body=b'{"n": 1}',
         headers=(), split=(), also=None,
         base="https://hooks.example.com", **params):
    message = Message(method, base + target, headers)
    if body is not None:
        message.headers["Content-Type"] = "application/json"
        message.headers["Content-Digest"] = ", ".join(
            f"{n}=:{base64.b64encode(h(body).digest()).decode()}:"
            for n, h in (("sha-256", hashlib.sha256), ("sha-512", hashlib.sha512))
        )
    created = datetime.datetime.fromtimestamp(NOW, datetime.timezone.utc)
    for alg_, key_id, extra in [(alg, alg, params), *(also or [])]:
        signer = HTTPMessageSigner(
            signature_algorithm=CLASSES[alg_],
            key_resolver=MappingKeyResolver(public_keys={}, private_keys={key_id: PRIVATE[alg_]}),
        )
        signer.sign(
            message, key_id=key_id, created=created, covered_component_ids=components,
            append_if_signature_exists=True, use_existing_digest=body is not None, body=body, **extra,
        )
    lines = []
    for header, value in message.headers.items():
        # Combined for signing; on the wire each value has a line of its own.
        for line in value.split(", ") if header in split else [value]:
            lines.append([header, line])
    return {
        "name": name,
        "method": method,
        "url": message.url,
        "headers": lines,
        "body": (body or b"").decode(),
        "keys": {key_id: public(PRIVATE[alg_]) for alg_, key_id, _ in [(alg, alg, {}), *(also or [])]},
        "now": NOW,
    }


USUAL = ("@method", "@target-uri", "content-digest")
PARTS = ("@method", "@authority", "@path", "@query", "content-type", "content-digest")
cases = [case(f"{alg}, target URI", alg, USUAL) for alg in CLASSES]
cases += [case(f"{alg}, parts, no alg", alg, PARTS, include_alg=False) for alg in CLASSES]
cases += [
    case("every parameter", "ed25519", USUAL, nonce="n-1", tag="app", label="other",
         expires=datetime.datetime.fromtimestamp(NOW + 60, datetime.timezone.utc)),
    case("no query", "ed25519", ("@method", "@authority", "@path", "content-digest"), target="/in"),
    case("a query that is empty", "ed25519", PARTS, target="/in?"),
    case("request target and scheme", "hmac-sha256",
         ("@scheme", "@request-target", "@method", "@authority", "content-digest")),
    case("query parameters", "hmac-sha256",
         (*USUAL, '"@query-param";name="id"', '"@query-param";name="va%C3%BC"'),
         target="/in?id=x%20y+z&va%C3%BC=%2Ft~*&e=1"),
    case("two lines of a field", "hmac-sha256", (*USUAL, "x-multi"),
         headers=[("X-Multi", "one, two")], split=("X-Multi",)),
    case("members of a dictionary", "hmac-sha256",
         (*USUAL, '"x-dict";key="a"', '"x-dict";key="b"', '"x-dict";key="c"'),
         headers=[("X-Dict", "a=1;x=2,  b,   c=(1 2);y")]),
    case("one digest of the two", "hmac-sha256", ("@method", "@target-uri", '"content-digest";key="sha-512"')),
    case("the digest as a structured field", "hmac-sha256", ("@method", "@target-uri", '"content-digest";sf')),
    case("a priority as a structured field", "hmac-sha256", (*USUAL, '"priority";sf'),
         headers=[("Priority", "u=1,   i")]),
    case("a field as bytes", "hmac-sha256", (*USUAL, '"x-bytes";bs'), headers=[("X-Bytes", 'va"l, ue')]),
    case("GET", "ecdsa-p256-sha256", ("@method", "@target-uri"), method="GET", body=None),
    case("an empty body", "ecdsa-p256-sha256", USUAL, body=b""),
    case("two signatures", "ed25519", USUAL, label="a", also=[("hmac-sha256", "hmac-sha256", {"label": "b"})]),
    case("upper case host and default port", "hmac-sha256", ("@method", "@authority", "@path", "@query", "content-digest"),
         base="https://HOOKS.Example.com:443"),
]
print(json.dumps({
    "signed_by": "http-message-signatures " + importlib.metadata.version("http-message-signatures") + " (PyPI)",
    "cases": cases,
}, indent=1))
