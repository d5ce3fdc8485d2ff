#!/usr/bin/env bash
# etcd 3.7.3: how long it takes to end after SIGTERM while a client watches.
#
# Guess: it closes its watches and ends at once, as it does without a client. How long an election may take is
# of no matter for that, least of all with a single member.
# Really: it refuses new connections at once and then waits for the watch to end, which never does, for as long
# as a request may take: five seconds and twice --election-timeout. With 3000 ms, as for members that are far from
# each other, that is longer than the ten seconds after which "docker stop" kills.
# Seen: "no watch: 0 s"; with a watch, and after a second curl's exit code 7 for a new connection, "election timeout
# 1000 ms: 7 s" and "election timeout 3000 ms: 11 s".
# Packages: go.etcd.io/etcd/server/v3@v3.7.3
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

export PATH=/usr/local/go/bin:$PATH
printf 'module finding\ngo 1.26.0\nrequire go.etcd.io/etcd/server/v3 v3.7.3\n' >"$work/go.mod"
go build -C "$work" -mod=mod -trimpath -ldflags '-s -w' -o "$work/etcd" go.etcd.io/etcd/server/v3 2>"$work/log" || {
  cat "$work/log" >&2
  exit 1
}

read -r client peer < <(python3 -c '
import socket
s = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*(x.getsockname()[1] for x in s))')

# Usage: start ELECTION_TIMEOUT
start() {
  "$work/etcd" --data-dir="$work/data" --initial-cluster="default=http://127.0.0.1:$peer" \
    --listen-peer-urls="http://127.0.0.1:$peer" --initial-advertise-peer-urls="http://127.0.0.1:$peer" \
    --listen-client-urls="http://127.0.0.1:$client" --advertise-client-urls="http://127.0.0.1:$client" \
    --election-timeout="$1" >"$work/etcd.log" 2>&1 &
  etcd=$!
  pids=("$etcd")
  for _ in {1..150}; do
    ! curl -q -fs --noproxy '*' -o "$work/page" --max-time 1 "http://127.0.0.1:$client/health" || return 0
    sleep 0.2
  done
}
# Opens a watch, and waits until it is there.
watch() {
  rm -f -- "$work/watch"
  curl -q -sN --noproxy '*' --max-time 60 -o "$work/watch" "http://127.0.0.1:$client/v3/watch" \
    -d '{"create_request":{"key":"YQ=="}}' &
  pids+=($!)
  for _ in {1..50}; do
    ! grep -qs created "$work/watch" || return 0
    sleep 0.1
  done
}
# Ends etcd, and sets the full seconds that it took. With a watch, sets also curl's exit code
# for a new connection after a second.
end() {
  local started=$EPOCHREALTIME
  kill "$etcd"
  if [ "${#pids[@]}" -gt 1 ]; then
    sleep 1
    code=0
    curl -q -s --noproxy '*' -o "$work/page" --max-time 5 "http://127.0.0.1:$client/version" || code=$?
  fi
  wait "${pids[@]}" || true
  pids=()
  seconds=$(python3 -c 'import sys; print(int(float(sys.argv[2]) - float(sys.argv[1])))' "$started" "$EPOCHREALTIME")
}

failed=0
expect() {
  printf '%s: %s\n' "$1" "$2"
  [ "$2" = "$3" ] || {
    printf '  expected: %s\n' "$3"
    failed=1
  }
}

start 1000
end
expect 'no watch' "$seconds s" '0 s'
for timeout in 1000 3000; do
  start "$timeout"
  watch
  end
  expect "election timeout $timeout ms, new connection" "exit code $code" 'exit code 7'
  # One second more is the machine's
  least=$((5 + 2 * timeout / 1000))
  [ "$seconds" -ne $((least + 1)) ] || seconds=$least
  expect "election timeout $timeout ms" "$seconds s" "$least s"
done
[ "$failed" -eq 0 ]
