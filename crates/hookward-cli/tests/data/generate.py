"""Writes explain.json: requests spoiled by other software.

Run once with Python 3 and Node; the result is committed, so tests need
neither. The PHP escapes are written out by hand after the manual of
json_encode.
"""
import base64, gzip, hashlib, hmac, json, subprocess, urllib.parse, zlib

NOW = 1700000000
KEY = "It's a Secret to Everybody"
DATA = {
    "zeta": 1, "id": "evt_1", "url": "https://example.com/a/b", "name": "Zoë Müller — 東京 😀",
    "amount": 10.5, "big": 12345678901234567890, "tags": ["a", "b", []], "html": "<b>&amp;</b>",
    "nested": {"b": None, "a": True, "empty": {}}, "text": "line\nand \"quote\" \\ end",
}
cases = []


def mac(key, content, digest="sha256"):
    key = key if isinstance(key, bytes) else key.encode()
    return hmac.new(key, content, digest)


def case(name, cause, body, signature=None, *, provider="github", key=KEY, header=None, headers=(),
         now=NOW, also=None, url=None, says=None, scheme=None, extra=(), hint=None):
    header = header or "X-Hub-Signature-256"
    lines = list(headers)
    if signature is not None:
        lines.append(f"{header}: {signature}")
    cases.append({
        "name": name, "cause": cause, "also": also, "hint": hint, "provider": provider, "scheme": scheme,
        "key": key if isinstance(key, str) else None,
        "key_base64": None if isinstance(key, str) else base64.b64encode(key).decode(),
        "headers": lines, "url": url, "now": now, "says": says, "extra": list(extra),
        "body_base64": base64.b64encode(body).decode(),
    })


def github(body, key=KEY):
    return "sha256=" + mac(key, body).hexdigest()


def node(source, text):
    script = f"const t=require('fs').readFileSync(0,'utf8');process.stdout.write({source})"
    return subprocess.run(["node", "-e", script], input=text, capture_output=True, check=True).stdout


spaced_raw = json.dumps(DATA, ensure_ascii=False).encode()
python = json.dumps(DATA).encode()
compact = json.dumps(DATA, ensure_ascii=False, separators=(",", ":")).encode()
compact_ascii = json.dumps(DATA, separators=(",", ":")).encode()
php = compact_ascii.replace(b"/", b"\\/")
php_unicode = compact.replace(b"/", b"\\/")
indent2 = json.dumps(DATA, ensure_ascii=False, indent=2).encode()
indent4 = json.dumps(DATA, ensure_ascii=False, indent=4).encode()
sort = json.dumps(DATA, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
node_compact = node("JSON.stringify(JSON.parse(t))", compact)
node_2 = node("JSON.stringify(JSON.parse(t),null,2)", compact)
simple = b'{"id":"evt_1","amount":5,"name":"caf\xc3\xa9"}'

# Keys.
hexkey = "6b65792062656869 6e642068657820646967697473".replace(" ", "")
case("hex key taken as text", "key_is_hex", simple, github(simple, bytes.fromhex(hexkey)), key=hexkey, says="decoded from hex")
b64 = base64.b64encode(bytes(range(200, 232))).decode()
case("base64 key taken as text", "key_is_base64", simple, github(simple, base64.b64decode(b64)), key=b64, says="base64")
u64 = base64.urlsafe_b64encode(b"\xff\xfe\xfb" + bytes(range(200, 230))).decode().rstrip("=")
case("base64url key taken as text", "key_is_base64url", simple, github(simple, base64.urlsafe_b64decode(u64 + "=" * (-len(u64) % 4))), key=u64, says="base64url")
case("prefixed base64 key", "key_is_base64", simple, github(simple, base64.b64decode(b64)), key="whsec_" + b64, says="after its prefix")
case("prefix not part of the key", "key_has_prefix", simple, github(simple, "abc-def-ghi"), key="secret_abc-def-ghi", says="prefix")
def svix(key, body, ident="msg_1", ts=str(NOW)):
    return "v1," + base64.b64encode(mac(key, f"{ident}.{ts}.".encode() + body).digest()).decode()
sv = ["svix-id: msg_1", f"svix-timestamp: {NOW}"]
case("svix key as text", "key_is_text", simple, svix("whsec_" + b64, simple), provider="svix", key="whsec_" + b64, header="svix-signature", headers=sv)
case("stripe key decoded", "key_is_base64", simple, f"t={NOW},v1=" + mac(base64.b64decode(b64), f"{NOW}.".encode() + simple).hexdigest(), provider="stripe", key="whsec_" + b64, header="Stripe-Signature")
for name, cause, spoiled, says in [
    ("double quotes", "key_has_quotes", f'"{KEY}"', "quotes"), ("single quotes", "key_has_quotes", f"'{KEY}'", "quotes"),
    ("spaces", "key_has_space", f"  {KEY} ", "spaces"), ("two newlines", "key_has_newline", KEY + "\n\n", "newline"),
    ("BOM", "key_has_bom", "\ufeff" + KEY, "BOM"), ("literal backslash n", "key_has_suffix", KEY + "\\n", "\\n"),
    ("backslashes", "key_is_escaped", KEY.replace("'", "\\'"), "backslashes"), ("percent-encoding", "key_is_escaped", urllib.parse.quote(KEY), "percent"),
    ("dotenv line", "key_has_name", f'WEBHOOK_SECRET="{KEY}"', "variable name"),
]:
    case("key with " + name, cause, simple, github(simple), key=spoiled, says=says)
case("key lacks newline", "key_lacks_newline", simple, github(simple, KEY + "\n"), says="newline")
case("another key", "key_is_another", simple, github(simple, "the other key"), extra=["--other-key", "old=text:the other key"], says="old")
rsa = subprocess.run(["openssl", "genrsa", "2048"], capture_output=True, check=True, text=True).stdout
public = subprocess.run(["openssl", "rsa", "-pubout"], input=rsa, capture_output=True, check=True, text=True).stdout
import tempfile, os
with tempfile.NamedTemporaryFile("w", suffix=".pem", delete=False) as f:
    f.write(rsa)
rsig = lambda b, d="sha256": base64.b64encode(subprocess.run(["openssl", "dgst", "-" + d, "-sign", f.name], input=b, capture_output=True, check=True).stdout).decode()
pem_line = public.strip().replace("\n", "\\n")
case("PEM in one line", "key_pem_mangled", simple, rsig(simple), provider="zentitle", header="N-Signature", key=pem_line, says="\\n")
case("PEM with spaces for lines", "key_pem_mangled", simple, rsig(simple), provider="zentitle", header="N-Signature", key=public.strip().replace("\n", " "), says="line breaks")
case("quoted PEM in one line", "key_pem_mangled", simple, rsig(simple), provider="zentitle", header="N-Signature", key=f'"{pem_line}"')
case("RSA over SHA-1", "algorithm_is_another", simple, rsig(simple, "sha1"), provider="zentitle", header="N-Signature", key=public, says="SHA-1")
case("RSA body reserialised", "body_json_compact", spaced_raw, rsig(compact), provider="zentitle", header="N-Signature", key=public, says="JSON")
case("key of another kind: PEM", None, simple, github(simple, "guess"), key=public, hint="key_is_another_kind", says="PEM")
case("key of another kind: API key", None, simple, github(simple, "guess"), key="sk_live_abcdefghijkl", hint="key_is_another_kind", says="API key")
case("key of another kind: text for RSA", None, simple, rsig(simple), provider="zentitle", header="N-Signature", key="some shared secret", hint="key_is_unusable", says="not usable")
os.unlink(f.name)
# Scheme.
case("another provider", "scheme_is_another", simple, github(simple), provider="zenskar", says="github")
case("stripe checked as github", "scheme_is_another", simple, f"t={NOW},v1=" + mac(KEY, f"{NOW}.".encode() + simple).hexdigest(), header="Stripe-Signature", says="stripe")
case("another header", "signature_in_other_header", simple, "sha256=" + mac(KEY, simple).hexdigest(), header="X-Acme-Signature", says="x-acme-signature")
case("SHA-1", "algorithm_is_another", simple, "sha256=" + mac(KEY, simple, "sha1").hexdigest(), says="SHA-1")
case("SHA-512", "algorithm_is_another", simple, "sha256=" + mac(KEY, simple, "sha512").hexdigest(), says="SHA-512")
case("base64 for hex", "signature_is_base64", simple, "sha256=" + base64.b64encode(mac(KEY, simple).digest()).decode(), says="base64")
case("hex for base64", "signature_is_hex", simple, "v1," + mac(base64.b64decode(b64), f"msg_1.{NOW}.".encode() + simple).hexdigest(), provider="svix", key="whsec_" + b64, header="svix-signature", headers=sv, says="hex")
case("base64 of hex", "signature_encoded_twice", simple, "sha256=" + base64.b64encode(mac(KEY, simple).hexdigest().encode()).decode(), says="twice")
case("cut signature", "signature_cut", simple, github(simple)[:50], says="truncated")
case("cut in a byte", "signature_cut", simple, github(simple)[:52], says="truncated")
case("no prefix", "signature_prefix", simple, github(simple)[7:], says="sha256=")
case("wrong prefix", "signature_prefix", simple, github(simple).replace("sha256=", "v1="), says="prefix")
case("percent-encoded", "signature_percent_encoded", simple, "sha256%3D" + github(simple)[7:], says="percent")
# Body.
for name, cause, body, signed, says in [
    ("node compact", "body_json_compact", spaced_raw, node_compact.replace(b"12345678901234567000", b"12345678901234567890"), "compact"),
    ("python default", "body_json_unicode", compact, python, "\\u"),
    ("python spaced", "body_json_spaced", compact, spaced_raw, "spaced"),
    ("indent 2", "body_json_indent_2", compact, indent2, "2 spaces"),
    ("indent 4", "body_json_indent_4", compact, indent4, "4 spaces"),
    ("sorted", "body_json_sorted", compact, sort, "sorted"),
    ("php", "body_json_slashes", compact, php, "\\/"),
    ("php unescaped unicode", "body_json_slashes", compact, php_unicode, "\\/"),
    ("unslashed", "body_json_slashes", php_unicode, compact, "slashes"),
    ("unicode escaped", "body_json_unicode", compact, compact_ascii, "\\u"),
    ("unicode unescaped", "body_json_unicode", compact_ascii, compact, "unescaped"),
    ("go", "body_json_html_escapes", compact, compact.replace(b"<", b"\\u003c").replace(b">", b"\\u003e").replace(b"&", b"\\u0026"), "\\u003c"),
    ("node numbers", "body_json_numbers", b'{"a":1.0,"b":1e3,"c":2.50}', node("JSON.stringify(JSON.parse(t))", b'{"a":1.0,"b":1e3,"c":2.50}'), "numbers"),
    ("number lost its zero", "body_json_numbers", node("JSON.stringify(JSON.parse(t))", b'{"a":1.0,"b":7}'), b'{"a":1.0,"b":7}', "1.0"),
    ("amount lost its zero", "body_json_numbers", node("JSON.stringify(JSON.parse(t))", b'{"amount":10.50,"b":7}'), b'{"amount":10.50,"b":7}', "10.50"),
    ("python reserialised node pretty", "body_json_indent_2", compact, node_2.replace(b"12345678901234567000", b"12345678901234567890"), "2 spaces"),
    ("newline added", "body_trailing_newline", simple + b"\n", simple, "newline"),
    ("newline lost", "body_trailing_newline", simple, simple + b"\n", "newline"),
    ("CRLF to LF", "body_line_endings", b"a\nb\nc\n", b"a\r\nb\r\nc\r\n", "CR LF"),
    ("LF to CRLF", "body_line_endings", b"a\r\nb\r\nc\r\n", b"a\nb\nc\n", "LF"),
    ("BOM added", "body_bom", b"\xef\xbb\xbf" + simple, simple, "BOM"),
    ("BOM lost", "body_bom", simple, b"\xef\xbb\xbf" + simple, "BOM"),
    ("latin1 to utf8", "body_charset", simple, simple.decode().encode("latin1"), "8859-1"),
    ("utf8 to latin1", "body_charset", simple.decode().encode("latin1"), simple, "UTF-8"),
    ("mojibake", "body_charset", simple.decode("latin1").encode(), simple, "ISO-8859-1"),
    ("utf16", "body_charset", simple.decode().encode("utf-16"), simple, "UTF-16"),
    ("gzip layer", "body_is_compressed", gzip.compress(simple, mtime=0), simple, "gzip"),
    ("brotli layer", "body_is_compressed", node("require('zlib').brotliCompressSync(t)", simple), simple, "br"),
    ("two numbers lost their zeros", "body_json_numbers", node("JSON.stringify(JSON.parse(t))", b'{"a":1.0,"b":7,"c":2.50}'), b'{"a":1.0,"b":7,"c":2.50}', "zeros"),
    ("deflate layer", "body_is_compressed", zlib.compress(simple), simple, "deflate"),
    ("doubled", "body_doubled", simple + simple, simple, "twice"),
    ("should be empty", "body_should_be_empty", simple, b"", "empty"),
    ("json in a string", "body_json_quoted", json.dumps(simple.decode()).encode(), simple, "string"),
    ("form plus", "body_form_reencoded", b"a=x+y&b=%2Fz", b"a=x%20y&b=%2Fz", "%20"),
    ("form percent", "body_form_reencoded", b"text=hello%20world%21&token=%7E", urllib.parse.urlencode({"text": "hello world!", "token": "~"}).encode(), "+"),
    ("form order", "body_form_reencoded", b"b=2&a=1+1", b"a=1+1&b=2", "order"),
]:
    case("body: " + name, cause, body, github(signed), says=says)
case("body: too long", "body_too_long", simple + b"trailing", github(simple), headers=[f"Content-Length: {len(simple)}"], says="first")
case("body: newlines interpreted by echo", "body_json_line_breaks", b'{"a":"x\ny"}', github(b'{"a":"x\\ny"}'), says="JSON")
# What is gone cannot be hashed: told, but not as a cause.
case("body: empty", None, b"", github(simple), headers=[f"Content-Length: {len(simple)}"], hint="body_empty", says="The body is empty")
case("body: truncated", None, simple[:20], github(simple), headers=[f"Content-Length: {len(simple)}"], hint="body_truncated", says="The body is truncated")
case("body: decompressed", None, simple, github(gzip.compress(simple)), headers=["Content-Encoding: gzip"], hint="body_decompressed", says="decompressed")
case("body: rewritten beyond recognition", None, b'{"id":"evt_1"}', github(simple), headers=[f"Content-Length: {len(simple)}"], hint="body_rewritten", says="not the one that was sent")
case("body: cut at its end", "body_truncated", simple[:-1], github(simple), headers=[f"Content-Length: {len(simple)}"], says="which is missing")
case("body: cut in its last string", "body_truncated", simple[:-2], github(simple), says="which is missing")
# Signed content.
stripe = lambda ts, content, key=KEY: f"t={ts}," + "v1=" + mac(key, content).hexdigest()
S = dict(provider="stripe", header="Stripe-Signature")
case("timestamp not signed", "content_without_timestamp", simple, stripe(NOW, simple), **S, says="does not include the timestamp")
case("timestamp signed though not the scheme's", "content_with_timestamp", simple, github(str(NOW).encode() + b"." + simple), headers=[f"X-Timestamp: {NOW}"], says="includes the timestamp")
case("timestamp in ms", "timestamp_unit", simple, stripe(NOW, f"{NOW}000.".encode() + simple), **S, says="milliseconds")
case("timestamp header in ms", "timestamp_unit", simple, stripe(f"{NOW}000", f"{NOW}000.".encode() + simple), **S, says="milliseconds")
case("timestamp at the end", "content_is_another", simple, stripe(NOW, simple + f".{NOW}".encode()), **S, says="{body}.{timestamp}")
case("timestamp moved", "timestamp_moved", simple, stripe(NOW, f"{NOW - 7}.".encode() + simple), **S, says="7 s before")
slack = lambda ts, body: "v0=" + mac(KEY, f"v0:{ts}:".encode() + body).hexdigest()
case("timestamp header missing", "timestamp_missing", simple, slack(NOW - 9, simple), provider="slack", header="X-Slack-Signature", says=str(NOW - 9))
case("timestamp under another name", "timestamp_missing", simple, slack(NOW - 5000, simple), provider="slack", header="X-Slack-Signature", headers=[f"X-Time: {NOW - 5000}"], says="x-time", also="delivery_late")
case("id not signed", "content_without_id", simple, "v1," + base64.b64encode(mac(base64.b64decode(b64), f"{NOW}.".encode() + simple).digest()).decode(), provider="svix", key="whsec_" + b64, header="svix-signature", headers=sv, says="does not include the id")
case("id header lost", "id_missing", simple, svix(base64.b64decode(b64), simple, ident="evt_1"), provider="svix", key="whsec_" + b64, header="svix-signature", headers=[sv[1]], says="/id")
# URL.
SCHEME = 'name = "acme"\nalgorithm = "hmac-sha256"\nsigned = "{url}{body}"\nsignature = { header = "x-acme", format = "{signature}", encoding = "hex" }\n'
for name, cause, here, there, headers in [
    ("http", "url_scheme", "https://a.example/h?b=2&a=1", "http://a.example/h?b=2&a=1", []),
    ("port", "url_port", "https://a.example/h", "https://a.example:8443/h", []),
    ("no port", "url_port", "https://a.example:8080/h", "https://a.example/h", []),
    ("forwarded host", "url_host", "https://internal/h", "https://a.example/h", ["X-Forwarded-Host: a.example"]),
    ("trailing slash", "url_trailing_slash", "https://a.example/h", "https://a.example/h/", []),
    ("query order", "url_query_order", "https://a.example/h?b=2&a=1", "https://a.example/h?a=1&b=2", []),
    ("stripped prefix", "url_path_prefix", "https://a.example/h", "https://a.example/api/h", []),
    ("forwarded prefix", "url_path_prefix", "https://a.example/h", "https://a.example/odd/h", ["X-Forwarded-Prefix: /odd"]),
    ("added prefix", "url_path_prefix", "https://a.example/internal/h", "https://a.example/h", []),
    ("percent", "url_percent_encoding", "https://a.example/h?q=%2fx", "https://a.example/h?q=%2Fx", []),
]:
    case("url: " + name, cause, simple, mac(KEY, there.encode() + simple).hexdigest(), provider=None, scheme=SCHEME, header="X-Acme", url=here, headers=headers)
case("two: behind a proxy", ["url_host"], simple, mac(KEY, b"http://a.example/h" + simple).hexdigest(), provider=None, scheme=SCHEME, header="X-Acme", url="https://backend:8080/h", headers=["X-Forwarded-Host: a.example"])
case("two: prefix and slash", ["url_path_prefix", "url_trailing_slash"], simple, mac(KEY, b"https://a.example/api/h/" + simple).hexdigest(), provider=None, scheme=SCHEME, header="X-Acme", url="https://a.example/h")
case("two: url and reserialised", ["url_path_prefix", "body_json_compact"], spaced_raw, mac(KEY, b"https://a.example/api/h" + compact).hexdigest(), provider=None, scheme=SCHEME, header="X-Acme", url="https://a.example/h")
# Found missing by trying.
case("SHA-1 of an older GitHub header", "scheme_is_another", simple, "sha1=" + mac(KEY, simple, "sha1").hexdigest(), header="X-Hub-Signature", says="x-hub-signature-sha1")
case("key behind 0x", "key_is_hex", simple, github(simple, bytes.fromhex(hexkey)), key="0x" + hexkey, says="0x")
case("key in latin1", "key_charset", simple, github(simple, "clé secrète"), key="clé secrète".encode("latin1"), says="UTF-8")
case("two: quotes and a literal newline", ["key_has_quotes", "key_has_suffix"], simple, github(simple), key=f'"{KEY}\\n"')
case("body: PHP's empty objects", "body_json_empty_objects", b'{"a":[],"b":[]}', github(b'{"a":{},"b":[]}'), says="{}")
case("body: form in another order", "body_form_reencoded", b"b=2&a=1&c=3", github(b"c=3&b=2&a=1"), says="order")
U = dict(provider=None, scheme=SCHEME, header="X-Acme", url="https://a.example/h~x")
case("url: forwarded port", "url_port", simple, mac(KEY, b"https://a.example:9443/h~x" + simple).hexdigest(), **U, headers=["X-Forwarded-Port: 9443"])
case("url: encoded tilde", "url_percent_encoding", simple, mac(KEY, b"https://a.example/h%7Ex" + simple).hexdigest(), **U)
case("url: empty query", "url_query", simple, mac(KEY, b"https://a.example/h~x?" + simple).hexdigest(), **U)
# Tokens.
def u64e(b):
    return base64.urlsafe_b64encode(b).decode().rstrip("=")
def jwt(claims, key=KEY, alg="HS256", **head):
    signed = u64e(json.dumps({"alg": alg, "typ": "JWT", **head}).encode()) + "." + u64e(json.dumps(claims).encode())
    digest = {"HS256": "sha256", "HS512": "sha512"}.get(alg, "sha256")
    return signed + "." + u64e(mac(key, signed.encode(), digest).digest())
sha = lambda b: hashlib.sha256(b).hexdigest()
V = dict(provider="vonage", header="Authorization")
vonage = lambda body, key=KEY, at=NOW, **more: "Bearer " + jwt({"iat": at, "jti": "j1", "iss": "Vonage", "payload_hash": sha(body)}, key, **more)
netlify = lambda body, **more: jwt({"iss": "netlify", "sha256": sha(body)}, **more)
N = dict(provider="netlify", header="X-Webhook-Signature")
qstash = lambda body, url, key=KEY, **claims: jwt({"iss": "Upstash", "sub": url, "exp": NOW + 300, "nbf": NOW, "iat": NOW, "jti": "jwt_1", "body": u64e(hashlib.sha256(body).digest()), **claims}, key)
Q = dict(provider="qstash", header="Upstash-Signature", url="https://a.example/h")
case("token: genuine", "verified", simple, vonage(simple), **V)
case("token: another key", "key_is_another", simple, vonage(simple, "the other key"), **V, extra=["--other-key", "old=text:the other key"], says="old")
case("token: hex key taken as text", "key_is_hex", simple, vonage(simple, bytes.fromhex(hexkey)), **V, key=hexkey, says="hex")
case("token: quoted key", "key_has_quotes", simple, vonage(simple), **V, key=f'"{KEY}"', says="quotes")
case("token: HS512", "algorithm_is_another", simple, vonage(simple, alg="HS512"), **V, says="SHA-512")
case("token: reserialised", "body_json_compact", spaced_raw, vonage(compact), **V, says="claim `/payload_hash` matches when")
case("token: newline", "body_trailing_newline", simple + b"\n", netlify(simple), **N, says="newline")
case("token: gzip layer", "body_is_compressed", gzip.compress(simple, mtime=0), netlify(simple), **N, says="gzip")
case("token: base64 digest", "claim_digest_is_another", simple, jwt({"iss": "netlify", "sha256": base64.b64encode(hashlib.sha256(simple).digest()).decode()}), **N, says="base64")
case("token: without Bearer", "signature_prefix", simple, vonage(simple)[7:], **V, says="token alone")
case("token: another header", "signature_in_other_header", simple, vonage(simple), provider="vonage", header="X-Auth", says="x-auth")
case("token: late", "delivery_late", simple, vonage(simple, at=NOW - 1000), **V, says="queue")
case("token: our clock is slow", "clock_is_behind", simple, vonage(simple, at=NOW + 1000), **V, says="slow")
case("token: expired", "delivery_late", simple, qstash(simple, Q["url"]), **Q, now=NOW + 1000, says="expired 11 min 40 s ago")
case("token: not valid yet", "clock_is_behind", simple, qstash(simple, Q["url"]), **Q, now=NOW - 100, says="/nbf")
case("token: http", "url_scheme", simple, qstash(simple, "http://a.example/h"), **Q, says="http://")
case("token: stripped prefix", "url_path_prefix", simple, qstash(simple, "https://a.example/api/h"), **Q, says="/api")
case("token: another service", "claim_is_another", simple, qstash(simple, "https://b.example/elsewhere"), **Q, says="https://b.example/elsewhere")
case("token: another issuer", "claim_is_another", simple, qstash(simple, Q["url"], iss="Downstash"), **Q, says="Downstash")
case("token: another provider's", "scheme_is_another", simple, netlify(simple), provider="github", header="X-Webhook-Signature", says="netlify")
case("two: token, quoted key and newline", ["key_has_quotes", "body_trailing_newline"], simple + b"\n", vonage(simple), **V, key=f'"{KEY}"')
case("two: token, late and reserialised", ["body_json_compact", "clock"], spaced_raw, vonage(compact, at=NOW - 1000), **V)
case("forged: token by another key", None, simple, vonage(simple, "guess"), **V)
case("forged: token of another body", None, simple.replace(b"5", b"500"), vonage(simple), **V, hint="claim_is_another", says="the body was changed")
case("forged: token with alg none", None, simple, "Bearer " + u64e(b'{"alg":"none"}') + "." + u64e(json.dumps({"iat": NOW, "payload_hash": sha(simple)}).encode()) + "." + u64e(b"x" * 32), **V, hint="algorithm_is_another", says="`none`")
# What other software does to keys, bodies and URLs, found missing by a second examination.
for name, cause, spoiled, says in [
    ("a YAML name", "key_has_name", f"secret: {KEY}", "variable name"), ("a comma", "key_has_suffix", KEY + ",", "`,`"),
    ("one quote", "key_has_quotes", '"' + KEY, "quote before"), ("Bearer", "key_has_prefix", "Bearer " + KEY, "word before"),
    ("a comment", "key_has_suffix", KEY + " # GitHub", "comment"), ("itself again", "key_doubled", KEY + KEY, "twice"),
]:
    case("key with " + name, cause, simple, github(simple), key=spoiled, says=says)
case("key in hex with colons", "key_is_hex", simple, github(simple, bytes(range(200, 232))), key=":".join(f"{b:02x}" for b in range(200, 232)), says="separators between")
case("two: key with BOM and newline", ["key_has_bom", "key_has_newline"], simple, github(simple), key="\ufeff" + KEY + "\n")
case("two: another key in quotes", ["key_is_another", "key_has_quotes"], simple, github(simple, "the other key"), extra=["--other-key", 'old=text:"the other key"'])
case("surplus after base64", "signature_too_long", simple, base64.b64encode(mac(KEY, simple).digest()).decode() + "AAAA", provider="shopify", header="X-Shopify-Hmac-Sha256", says="more follow")
case("base64 of SHA-1 cut in half", "signature_cut", simple, base64.b64encode(mac(KEY, simple + b"https://a.example/t", "sha1").digest()).decode()[:14], provider="trello", header="X-Trello-Webhook", extra=["--param", "callback_url=https://a.example/t"], says="truncated")
money = json.dumps({"id": 1, "price": 100.0, "lines": [{"price": 7.0, "n": 2}], "options": {}, "tags": []}).encode()
php_assoc = b'{"id":1,"price":100.0,"lines":[{"price":7.0,"n":2}],"options":[],"tags":[]}'.replace(b".0", b"")
for name, cause, body, signed, says in [
    ("Python's floats through Node", "body_json_numbers", node("JSON.stringify(JSON.parse(t))", money), money, "`100.0`"),
    ("Python's floats through PHP's arrays", "body_json_numbers", php_assoc, money, "PHP"),
    ("an id that Node rounded", "body_json_numbers", node("JSON.stringify(JSON.parse(t))", b'{"id": 1234567890123456789, "b": 1}'), b'{"id": 1234567890123456789, "b": 1}', "rounded"),
    ("keys that Python sorted", "body_json_sorted", json.dumps(json.loads(simple), sort_keys=True).encode(), simple, "sorted them"),
    ("keys that jq sorted", "body_json_sorted", subprocess.run(["jq", "-S", "."], input=money, capture_output=True, check=True).stdout, json.dumps(json.loads(money.replace(b".0", b""))).encode(), "sorted them"),
    ("dash's echo", "body_json_line_breaks", subprocess.run(["dash", "-c", 'x=$(cat); echo "$x"'], input=compact, capture_output=True, check=True).stdout, compact, "echo"),
    ("base64 of Lambda", "body_is_base64", base64.b64encode(compact), compact, "base64"),
    ("chunks", "body_is_chunked", b"a\r\n" + simple[:10] + b"\r\n%x\r\n" % (len(simple) - 10) + simple[10:] + b"\r\n0\r\n\r\n", simple, "chunk sizes"),
    ("html.escape", "body_html_escaped", __import__("html").escape(compact.decode() + "'").encode(), compact + b"'", "entities"),
    ("UTF-32", "body_charset", simple.decode().encode("utf-32"), simple, "UTF-32"),
    ("latin9", "body_charset", '{"price":"5 €"}'.encode("iso-8859-15"), '{"price":"5 €"}'.encode(), "8859-15"),
    ("code page 850", "body_charset", '{"n":"Søren Õ"}'.encode("cp850"), '{"n":"Søren Õ"}'.encode(), "850"),
    ("code page 437", "body_charset", simple, simple.decode().encode("cp437"), "437"),
    ("Mac Roman", "body_charset", simple, simple.decode().encode("mac-roman"), "Mac"),
    ("zero byte", "body_surrounding_space", simple + b"\0", simple, "zero"),
    ("form that became JSON", "body_form_reencoded", b'{"a":"x y","b":"Zo\xc3\xab"}', b"a=x+y&b=Zo%C3%AB", "a parser decoded"),
    ("JSON out of a form", "body_form_reencoded", simple, b"payload=" + urllib.parse.quote_plus(simple).encode(), "payload"),
    ("form encoded twice", "body_form_reencoded", b"a=x%252By", b"a=x%2By", "percent-decoded"),
    ("cut in its last word", "body_truncated", b'{"a":1,"b":fals', b'{"a":1,"b":false}', "which is missing"),
]:
    case("body: " + name, cause, body, github(signed), says=says)
# Where each attempt is costly.
with tempfile.NamedTemporaryFile("w", suffix=".pem", delete=False) as f:
    f.write(subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout"], capture_output=True, check=True, text=True).stdout)
curve = subprocess.run(["openssl", "ec", "-in", f.name, "-pubout"], capture_output=True, check=True, text=True).stdout
esig = lambda b: base64.b64encode(subprocess.run(["openssl", "dgst", "-sha256", "-sign", f.name], input=f"{NOW}".encode() + b, capture_output=True, check=True).stdout).decode()
E = dict(provider="sendgrid", key=curve, header="X-Twilio-Email-Event-Webhook-Signature", headers=[f"X-Twilio-Email-Event-Webhook-Timestamp: {NOW}"])
case("ECDSA: space after the body", "body_surrounding_space", simple + b" ", esig(simple), **E, says="white space")
case("ECDSA: spaced", "body_json_compact", spaced_raw, esig(compact), **E, says="JSON")
case("ECDSA: Python's floats through Node", "body_json_numbers", node("JSON.stringify(JSON.parse(t))", money), esig(money), **E, says="`100.0`")
os.unlink(f.name)
case("timestamp moved by minutes", "timestamp_moved", simple, stripe(NOW, f"{NOW - 400}.".encode() + simple), **S, says="6 min 40 s before")
case("timestamp in ns", "timestamp_unit", simple, stripe(NOW, f"{NOW}000000000.".encode() + simple), **S, says="nanoseconds")
case("timestamp header empty", "timestamp_missing", simple, slack(NOW - 9, simple), provider="slack", header="X-Slack-Signature", headers=["X-Slack-Request-Timestamp:"], says=str(NOW - 9))
case("one second with no tolerance", "delivery_late", simple, stripe(NOW, f"{NOW}.".encode() + simple), **S, now=NOW + 1, extra=["--tolerance", "0"], says="1 s ago")
for name, cause, here, there, headers in [
    ("other port", "url_port", "https://a.example:8080/h", "https://a.example:8443/h", []),
    ("list of forwarded hosts", "url_host", "https://internal/h", "https://a.example/h", ["X-Forwarded-Host: a.example, proxy"]),
    ("Forwarded in capitals", "url_host", "https://internal/h", "https://a.example/h", ['Forwarded: for=1.2.3.4; Host="a.example", for=10.0.0.1']),
    ("dot after the host", "url_host", "https://a.example./h", "https://a.example/h", []),
    ("parameter added", "url_query", "https://a.example/h?a=1&gclid=z", "https://a.example/h?a=1", []),
    ("six parameters", "url_query_order", "https://a.example/h?a=1&b=2&c=3&d=4&e=5&f=6", "https://a.example/h?f=6&c=3&a=1&d=4&b=2&e=5", []),
    ("Traefik's replaced path", "url_path_prefix", "https://a.example/h", "https://a.example/odd/h", ["X-Replaced-Path: /odd/h"]),
    ("three segments added", "url_path_prefix", "https://a.example/x/y/z/h", "https://a.example/h", []),
    ("named prefix", "url_path_prefix", "https://a.example/", "https://a.example/webhooks/acme", []),
    ("two slashes kept", "url_slashes", "https://a.example/x//h", "https://a.example/x/h", []),
    ("capitals", "url_path_case", "https://a.example/Hooks", "https://a.example/hooks", []),
]:
    case("url: " + name, cause, simple, mac(KEY, there.encode() + simple).hexdigest(), provider=None, scheme=SCHEME, header="X-Acme", url=here, headers=headers)
# Clock.
case("our clock is slow", "clock_is_behind", simple, stripe(NOW, f"{NOW}.".encode() + simple), **S, now=NOW - 900, says="15 min")
case("queue", "delivery_late", simple, stripe(NOW, f"{NOW}.".encode() + simple), **S, now=NOW + 1000, says="queue")
case("queue with date", "delivery_late", simple, stripe(NOW, f"{NOW}.".encode() + simple), **S, now=NOW + 4000, headers=["Date: Tue, 14 Nov 2023 23:20:00 GMT"], says="queue")
case("our clock is fast", "clock_is_ahead", simple, stripe(NOW, f"{NOW}.".encode() + simple), **S, now=NOW + 4000, headers=["Date: Tue, 14 Nov 2023 22:13:21 GMT"], says="clock is likely fast")
# Two at once.
for name, causes, body, signature, more in [
    ("hex key and spaced", ["key_is_hex", "body_json_compact"], spaced_raw, github(compact, bytes.fromhex(hexkey)), dict(key=hexkey)),
    ("quoted key and newline", ["key_has_quotes", "body_trailing_newline"], simple + b"\n", github(simple), dict(key=f'"{KEY}"')),
    ("quoted hex key", ["key_has_quotes", "key_is_hex"], simple, github(simple, bytes.fromhex(hexkey)), dict(key=f'"{hexkey}"')),
    ("SHA-1 and newline", ["algorithm_is_another", "body_trailing_newline"], simple + b"\n", "sha256=" + mac(KEY, simple, "sha1").hexdigest(), {}),
    ("other header and base64 key", ["key_is_base64", "signature_in_other_header"], simple, github(simple, base64.b64decode(b64)), dict(key=b64, header="X-Acme")),
    ("BOM and reserialised", ["body_bom", "body_json_compact"], b"\xef\xbb\xbf" + spaced_raw, github(compact), {}),
    ("gzip and reserialised", ["body_is_compressed", "body_json_compact"], gzip.compress(spaced_raw, mtime=0), github(compact), {}),
    ("other provider and quoted key", ["scheme_is_another", "key_has_quotes"], simple, stripe(NOW, f"{NOW}.".encode() + simple), dict(key=f'"{KEY}"', header="Stripe-Signature")),
]:
    case("two: " + name, causes, body, signature, says=None, **more)
case("two: ms and reserialised", ["timestamp_unit", "body_json_compact"], spaced_raw, stripe(NOW, f"{NOW}000.".encode() + compact), **S)
case("two: stale and reserialised", ["body_json_compact", "clock"], spaced_raw, stripe(NOW, f"{NOW}.".encode() + compact), **S, now=NOW + 1000)
# Forged.
for i in range(6):
    body = [simple, compact, b"", b"a=1&b=x+y", gzip.compress(simple, mtime=0), indent4][i]
    case(f"forged {i}", None, body, github(body, f"guess {i}"))
case("forged: body changed", None, simple.replace(b"5", b"500"), github(simple))
case("forged: stripe", None, simple, stripe(NOW, f"{NOW}.".encode() + simple, "guess"), **S)
case("forged: svix", None, simple, svix("guess", simple), provider="svix", key="whsec_" + b64, header="svix-signature", headers=sv)
case("forged: rsa", None, simple, base64.b64encode(hashlib.sha512(b"x").digest() * 4).decode(), provider="zentitle", header="N-Signature", key=public)
case("forged: api key", None, simple, "guess", provider="api-key", header="X-API-Key")
case("forged: short signature", None, simple, "sha256=ab")
case("forged: no signature", None, simple)
case("forged: and cut", None, simple[:20], github(simple, "guess"), headers=[f"Content-Length: {len(simple)}"], hint="body_truncated")
case("forged: and emptied", None, b"", github(simple, "guess"), headers=[f"Content-Length: {len(simple)}"], hint="body_empty")
case("forged: and a wrong coding", None, simple, github(simple, "guess"), headers=["Content-Encoding: br"], hint="body_decompressed")
case("forged: and a length too small", None, simple, github(simple, "guess"), headers=["Content-Length: 5"], hint="body_rewritten")
case("forged: sorted keys", None, sort, github(sort, "guess"), says="alphabetical order")
case("forged: PHP's arrays", None, php_assoc, github(php_assoc, "guess"))
case("genuine", "verified", simple, github(simple))

with open("explain.json", "w") as out:
    json.dump(cases, out, ensure_ascii=False, indent=1)
    out.write("\n")
print(len(cases))
