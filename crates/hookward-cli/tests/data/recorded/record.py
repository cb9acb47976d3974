"""Writes recorded.json: bodies as other software writes them, recorded.

Each document is written by one program, as a provider's, and signed; another
reads it and writes it again, as a receiver's. The programs are PHP 8.2's
json_encode, Go 1.19's encoding/json, Node 20's JSON and Python 3.11's json,
and the shells bash and dash with echo, printf and curl. Run once with all of
them installed; the result is committed.
"""
import base64, hashlib, hmac, http.server, json, os, subprocess, tempfile, threading

KEY = "It's a Secret to Everybody"
# Names in order, since Go's maps have no other; no number that a double changes.
DOCUMENT = {
    "amount": 10.5, "business": {"name": "Zoë Müller — 東京 😀", "tags": ["a", "b/c", []]},
    "control": "\x01\b\f\t", "html": "<b>it's &amp; \"that\" + `this`</b>", "lines": "a\nb\r\nc",
    "negative": -0.25, "null": None, "separator": "\u2028", "text": "back\\slash",
    "true": True, "url": "https://example.com/a/b?c=d&e=f", "zero": 0,
}
GO = r"""package main
import ("bytes"; "encoding/json"; "io"; "os")
func main() {
    text, _ := io.ReadAll(os.Stdin)
    decoder := json.NewDecoder(bytes.NewReader(text))
    decoder.UseNumber()
    var value interface{}
    if err := decoder.Decode(&value); err != nil { panic(err) }
    encoder := json.NewEncoder(os.Stdout)
    switch os.Args[1] {
    case "raw": encoder.SetEscapeHTML(false)
    case "indent": encoder.SetIndent("", "  ")
    case "marshal":
        out, _ := json.Marshal(value)
        os.Stdout.Write(out)
        return
    }
    encoder.Encode(value)
}
"""
work = tempfile.mkdtemp()
with open(f"{work}/main.go", "w") as f:
    f.write(GO)
env = dict(os.environ, GOFLAGS="-mod=mod", GO111MODULE="off", HOME=work)
subprocess.run(["go", "build", "-o", f"{work}/go-json", f"{work}/main.go"], check=True, env=env)


def run(args, text):
    return subprocess.run(args, input=text, capture_output=True, check=True).stdout


def php(flags):
    code = f"echo json_encode(json_decode(file_get_contents('php://stdin')), {flags});"
    return lambda text: run(["php", "-r", code], text)


def node(more=""):
    code = f"const t=require('fs').readFileSync(0,'utf8');process.stdout.write(JSON.stringify(JSON.parse(t){more}))"
    return lambda text: run(["node", "-e", code], text)


def python(**how):
    return lambda text: json.dumps(json.loads(text), **how).encode()


WRITERS = {
    "PHP": php("0"), "PHP pretty": php("JSON_PRETTY_PRINT"),
    "PHP unescaped": php("JSON_UNESCAPED_SLASHES|JSON_UNESCAPED_UNICODE"),
    "PHP unescaped slashes": php("JSON_UNESCAPED_SLASHES"),
    "PHP hex": php("JSON_HEX_TAG|JSON_HEX_AMP|JSON_HEX_APOS|JSON_HEX_QUOT"),
    "Go marshal": lambda t: run([f"{work}/go-json", "marshal"], t),
    "Go encoder": lambda t: run([f"{work}/go-json", "encode"], t),
    "Go unescaped": lambda t: run([f"{work}/go-json", "raw"], t),
    "Go indented": lambda t: run([f"{work}/go-json", "indent"], t),
    "Node": node(), "Node indented": node(",null,2"), "Node tabs": node(",null,'\\t'"),
    "Python": python(), "Python compact": python(separators=(",", ":")),
    "Python unescaped": python(ensure_ascii=False), "Python indented": python(indent=4),
}
source = json.dumps(DOCUMENT, ensure_ascii=False).encode()
written = {name: write(source) for name, write in WRITERS.items()}
cases = []


def case(name, body, signed, **more):
    mac = hmac.new(KEY.encode(), signed, hashlib.sha256).hexdigest()
    cases.append({"name": name, "headers": [f"X-Hub-Signature-256: sha256={mac}"],
                  "body_base64": base64.b64encode(body).decode(), **more})


for provider, signed in written.items():
    for receiver in ["PHP", "Go marshal", "Node", "Node indented", "Python"]:
        body = WRITERS[receiver](signed)
        if body != signed:
            case(f"{provider}, written again by {receiver}", body, signed, cause_like="body_")

# Shells.
TEXT = '{"id":"evt_1","note":"a\\nb","price":"$5"}'
env = dict(os.environ, BODY=TEXT)
shell = lambda sh, command: subprocess.run([sh, "-c", command], capture_output=True, check=True, env=env).stdout
case("bash echo adds a newline", shell("bash", 'echo "$BODY"'), TEXT.encode(), cause_like="body_trailing_newline")
case("bash here-string adds a newline", shell("bash", 'cat <<<"$BODY"'), TEXT.encode(), cause_like="body_trailing_newline")
case("dash echo reads the escapes", shell("dash", 'echo "$BODY"'), TEXT.encode(), cause_like="body_json_line_breaks")
case("bash echo -e reads the escapes", shell("bash", 'echo -ne "$BODY"'), TEXT.encode(), cause_like="body_json_line_breaks")
case("$'...' reads the escapes", shell("bash", "printf %s $'" + TEXT + "'"), TEXT.encode(), cause_like="body_json_line_breaks")
case("printf reads the escapes", shell("bash", 'printf "$BODY"'), TEXT.encode(), cause_like="body_json_line_breaks")
case("$(...) takes the newline", shell("bash", 'printf %s "$(printf \'%s\\n\' "$BODY")"'), TEXT.encode() + b"\n", cause_like="body_trailing_newline")
case("\\n kept as text", b'{"id":"evt_1"}\\n', b'{"id":"evt_1"}', cause_like="body_trailing_newline")

# curl, as it arrives.
got = []


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        got.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/"
for name, text in [("a line", TEXT.encode() + b"\n"), ("indented JSON", written["Node indented"] + b"\n"), ("CRLF", written["Node indented"].replace(b"\n", b"\r\n"))]:
    with open(f"{work}/body", "wb") as f:
        f.write(text)
    subprocess.run(["curl", "-s", "-d", f"@{work}/body", url], check=True)
    case(f"curl -d @file takes the line ends of {name}", got[-1], text, cause_like="body_")
    subprocess.run(["curl", "-s", "--data-binary", f"@{work}/body", url], check=True)
    assert got[-1] == text

with open("recorded.json", "w") as out:
    json.dump(cases, out, ensure_ascii=False, indent=1)
    out.write("\n")
print(len(cases))
