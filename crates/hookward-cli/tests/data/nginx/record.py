"""Records what nginx 1.22 delivers: run `python3 record.py PATH_OF_HOOKWARD`.

Signed requests go through nginx, configured as the manual shows it, to
`hookward listen --record`; what arrives there is kept as NAME.http, and
cases.json says what was changed on the way. Run once with nginx installed; the
result is committed.
"""
import glob, hashlib, hmac, json, os, shutil, signal, socket, subprocess, sys, tempfile, time

HOOKWARD = sys.argv[1]
HERE = os.path.dirname(os.path.abspath(__file__))
KEY = b"It's a Secret to Everybody"
BODY = b'{"id":"evt_1","amount":5,"name":"caf\xc3\xa9"}'
NGINX, LISTEN = 18081, 18082
work = tempfile.mkdtemp()
with open(f"{work}/nginx.conf", "w") as f:
    f.write(f"""
worker_processes 1; daemon off; pid {work}/pid; error_log {work}/error.log;
events {{}}
http {{
  access_log off; client_body_temp_path {work}/b; proxy_temp_path {work}/p;
  fastcgi_temp_path {work}/f; uwsgi_temp_path {work}/u; scgi_temp_path {work}/s;
  upstream app {{ server 127.0.0.1:{LISTEN}; }}
  proxy_set_header X-Forwarded-Proto $scheme;
  server {{
    listen 127.0.0.1:{NGINX};
    # The prefix is stripped, the host kept.
    location /api/ {{ proxy_pass http://app/; proxy_set_header Host $http_host; }}
    # $host has no port.
    location /port/ {{ proxy_pass http://app; proxy_set_header Host $host; }}
    # The host is the upstream's name, as without any setting.
    location /host/ {{ proxy_pass http://app; proxy_set_header X-Forwarded-Host $http_host; }}
    # With a URI part the path is decoded, merged and encoded again.
    location /norm/ {{ proxy_pass http://app/norm/; proxy_set_header Host $http_host; }}
    location / {{ proxy_pass http://app; proxy_set_header Host $http_host; }}
  }}
}}
""")
with open(f"{work}/acme.toml", "w") as f:
    f.write(open(f"{HERE}/acme.toml").read())
with open(f"{work}/key", "wb") as f:
    f.write(KEY)
nginx = subprocess.Popen(["nginx", "-c", f"{work}/nginx.conf", "-p", work])
listen = subprocess.Popen([HOOKWARD, "listen", "--addr", f"127.0.0.1:{LISTEN}", "--scheme", f"{work}/acme.toml",
                           "--key", f"file:{work}/key", "--record", work, "--json"], stdout=subprocess.DEVNULL)
time.sleep(1.5)
cases = []


def send(name, cause, target, host="hooks.example.com", header="X-Acme", chunked=False):
    url = f"https://{host}{target}"
    mac = hmac.new(KEY, url.encode() + BODY, hashlib.sha256).hexdigest()
    head = f"POST {target} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n{header}: {mac}\r\nConnection: close\r\n"
    body = BODY
    if chunked:
        head += "Transfer-Encoding: chunked\r\n"
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)
    else:
        head += f"Content-Length: {len(BODY)}\r\n"
    with socket.create_connection(("127.0.0.1", NGINX)) as s:
        s.sendall(head.encode() + b"\r\n" + body)
        while s.recv(4096):
            pass
    [file] = glob.glob(f"{work}/*.http")
    shutil.move(file, f"{HERE}/{name}.http")
    cases.append({"file": f"{name}.http", "cause": cause, "url": url})


send("untouched", "verified", "/h?x=1")
send("chunked", "verified", "/h?x=1", chunked=True)
send("prefix", "url_path_prefix", "/api/h?x=1")
send("port", "url_port", "/port/h", host="hooks.example.com:8443")
send("host", "url_host", "/host/h")
send("slashes", "url_slashes", "/norm//h")
send("decoded", "url_percent_encoding", "/norm/a%40b%3Ac")
send("recased", "url_percent_encoding", "/norm/caf%c3%a9")
# The way there is lost.
send("dots", None, "/norm/x/../h")
send("underscore", None, "/h", header="X_Acme")
nginx.send_signal(signal.SIGTERM)
listen.terminate()
with open(f"{HERE}/cases.json", "w") as out:
    json.dump(cases, out, indent=1)
    out.write("\n")
