"""A receiver of Stripe's webhooks with one hole, or none: receiver.py HOLE.

With `keep DIR` it checks nothing and saves each body as a file of its own.
Prints its port.
"""
import hashlib, hmac, http.server, itertools, json, os, re, sys, threading, time

HOLE = sys.argv[1]
KEY = os.environ["HOOK_KEY"].encode()
seen, lock, serial = set(), threading.Lock(), itertools.count()


def genuine(headers, body):
    values = headers.get_all("Stripe-Signature") or []
    if len(values) != 1:
        return False
    match = re.fullmatch(r"t=(\d{1,12}),v1=([0-9a-f]*)", values[0])
    if not match:
        return False
    time_text, signature = match.groups()
    if HOLE != "no-timestamp-check" and abs(time.time() - int(time_text)) > 300:
        return False
    if HOLE.startswith("json-"):
        style = {} if HOLE == "json-dumps" else {"separators": (",", ":"), "ensure_ascii": False}
        try:
            body = json.dumps(json.loads(body), **style).encode()
        except ValueError:
            return False
    content = time_text.encode() + b"." + body
    if HOLE == "algorithm-confusion":
        tags = [hmac.new(KEY, content, name).hexdigest() for name in ("sha1", "sha256", "sha512")]
        return any(hmac.compare_digest(tag, signature) for tag in tags)
    if HOLE == "empty-key":
        tags = [hmac.new(key, content, hashlib.sha256).hexdigest() for key in (KEY, b"")]
        return any(hmac.compare_digest(tag, signature) for tag in tags)
    expected = hmac.new(KEY, content, hashlib.sha256).hexdigest()
    if HOLE == "suffix-compare":
        return expected[-16:] == signature[-16:]
    if HOLE == "loose-compare":
        return signature.startswith(expected)
    if HOLE == "prefix-compare":
        return signature != "" and expected.startswith(signature)
    return hmac.compare_digest(expected, signature)


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def body(self):
        if HOLE == "no-chunks" or self.headers.get("Transfer-Encoding", "") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        out = b""
        while size := int(self.rfile.readline(), 16):
            out += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return out

    def do_POST(self):
        body = self.body()
        if HOLE == "keep":
            with open(f"{sys.argv[2]}/{next(serial)}", "wb") as f:
                f.write(body)
            return self.answer(200, b"kept")
        if not genuine(self.headers, body):
            return self.answer(403, b"no")
        with lock:
            first = HOLE.startswith("replay") or body not in seen
            seen.add(body)
        if HOLE == "replay-unseen":
            return self.answer(200, b"")
        self.answer(200, b"handled" if first else b"seen before")

    def answer(self, status, text):
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 256


server = Server(("127.0.0.1", 0), Receiver)
print(server.server_port, flush=True)
server.serve_forever()
