#!/usr/bin/env bash
# etcd 3.7.3: the alarm NOSPACE is to be disarmed by the JSON gateway.
#
# Guess: without "memberID" the request is for all members, as the definition of the API says: "If memberID is 0,
# the alarm request covers all members." The answer 200 means that the alarm is off.
# Really: a member 0 is looked up, which has no alarm. The answer is 200 without an alarm in it, nothing is
# disarmed, and puts are refused with 429 as before. It takes the member that the list of alarms names.
# Seen: after compaction and defragmentation "disarm without memberID: 200", "put: 429", "health: 503", and then
# "disarm with memberID: 200", "put: 200", "health: 200".
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
"$work/etcd" --data-dir="$work/data" --initial-cluster="default=http://127.0.0.1:$peer" \
  --listen-peer-urls="http://127.0.0.1:$peer" --initial-advertise-peer-urls="http://127.0.0.1:$peer" \
  --listen-client-urls="http://127.0.0.1:$client" --advertise-client-urls="http://127.0.0.1:$client" \
  --quota-backend-bytes=2097152 >"$work/etcd.log" 2>&1 &
pids+=($!)

# Usage: ask PATH [OPTION…]: prints the status, the answer is in the file page.
ask() {
  curl -q -s --noproxy '*' --max-time 20 -o "$work/page" -w '%{http_code}' "http://127.0.0.1:$client$1" "${@:2}" || true
}
for _ in {1..150}; do
  [ "$(ask /health)" != 200 ] || break
  sleep 0.2
done
# Usage: answer FIELD…: prints this field of the last answer, or nothing.
answer() {
  python3 - "$work/page" "$@" <<'END'
import json
import sys

value = json.load(open(sys.argv[1], encoding="utf-8"))
for name in sys.argv[2:]:
    value = value.get(name, "") if isinstance(value, dict) else value[0][name]
print(value)
END
}
put() {
  ask /v3/kv/put -d '{"key":"YQ==","value":"YQ=="}'
}

failed=0
expect() {
  printf '%s: %s\n' "$1" "$2"
  [ "$2" = "$3" ] || {
    printf '  expected: %s\n' "$3"
    failed=1
  }
}

# Values of 100 kB, until there is no space
python3 -c 'print("{\"key\":\"YQ==\",\"value\":\"" + "A" * 136000 + "\"}")' >"$work/large"
for _ in {1..60}; do
  [ "$(ask /v3/kv/put -d "@$work/large")" = 200 ] || break
done
expect 'put' "$(put)" 429
expect 'message' "$(answer message)" 'etcdserver: mvcc: database space exceeded'

ask /v3/kv/range -d '{"key":"YQ=="}' >"$work/log"
expect 'compaction' "$(ask /v3/kv/compaction -d "{\"revision\":\"$(answer header revision)\",\"physical\":true}")" 200
expect 'defragmentation' "$(ask /v3/maintenance/defragment -d '{}')" 200

expect 'disarm without memberID' "$(ask /v3/maintenance/alarm -d '{"action":"DEACTIVATE","alarm":"NOSPACE"}')" 200
expect 'alarms in the answer' "$(answer alarms)" ''
expect 'put' "$(put)" 429
expect 'health' "$(ask /health)" 503

ask /v3/maintenance/alarm -d '{"action":"GET"}' >"$work/log"
expect 'alarm of the list' "$(answer alarms alarm)" NOSPACE
member=$(answer alarms memberID)
expect 'disarm with memberID' \
  "$(ask /v3/maintenance/alarm -d "{\"action\":\"DEACTIVATE\",\"alarm\":\"NOSPACE\",\"memberID\":\"$member\"}")" 200
expect 'put' "$(put)" 200
expect 'health' "$(ask /health)" 200
[ "$failed" -eq 0 ]
