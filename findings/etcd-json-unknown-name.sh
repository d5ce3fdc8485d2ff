#!/usr/bin/env bash
# etcd 3.7.3: a name in a request to the JSON gateway that is none of the API's.
#
# Guess: it is refused with 400, as a value of a wrong type is: so Protocol Buffers define it for JSON. Or, as most
# fields are written in small letters, "ttl" is understood.
# Really: an unknown field counts for nothing, and an unknown name of an enumeration for its first one, both with
# 200. A lease with a "ttl" of an hour has two seconds to live, a transaction with "compares" has no condition, and
# a deletion with "range-end" takes a single key.
# Seen: "lease, TTL: 200 3600", "lease, ttl: 200 2"; with a condition that is not met "transaction, compare: 200
# none", "transaction, compares: 200 True"; "range, DESCEND: 200 b a", "range, DESCENDING: 200 a b", "range, limit of
# x: 400 3"; of two keys "deletion, range-end: 200 1", "deletion, range_end: 200 2".
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
  >"$work/etcd.log" 2>&1 &
pids+=($!)

# Usage: ask PATH JSON FIELD: prints the status, and the field or the keys in it.
ask() {
  curl -q -s --noproxy '*' --max-time 10 -o "$work/page" -w '%{http_code}' "http://127.0.0.1:$client/v3/$1" -d "$2"
  python3 - "$work/page" "$3" <<'END'
import base64
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    value = json.load(file).get(sys.argv[2], "none")
if isinstance(value, list):
    value = " ".join(base64.b64decode(pair["key"]).decode() for pair in value)
print("", value)
END
}
for _ in {1..150}; do
  ! curl -q -fs --noproxy '*' -o "$work/page" --max-time 1 "http://127.0.0.1:$client/health" || break
  sleep 0.2
done

failed=0
expect() {
  printf '%s: %s\n' "$1" "$2"
  [ "$2" = "$3" ] || {
    printf '  expected: %s\n' "$3"
    failed=1
  }
}

expect 'lease, TTL' "$(ask lease/grant '{"TTL": "3600"}' TTL)" '200 3600'
expect 'lease, ttl' "$(ask lease/grant '{"ttl": "3600"}' TTL)" '200 2'

# The keys a and b, in base64
a=YQ== b=Yg==
for key in "$a" "$b"; do
  expect 'put' "$(ask kv/put "{\"key\": \"$key\"}" none)" '200 none'
done

condition="[{\"key\": \"$a\", \"target\": \"VERSION\", \"version\": \"9\"}]"
expect 'transaction, compare' "$(ask kv/txn "{\"compare\": $condition}" succeeded)" '200 none'
expect 'transaction, compares' "$(ask kv/txn "{\"compares\": $condition}" succeeded)" '200 True'

range="\"key\": \"$a\", \"range_end\": \"Yw==\""
expect 'range, DESCEND' "$(ask kv/range "{$range, \"sort_order\": \"DESCEND\"}" kvs)" '200 b a'
expect 'range, DESCENDING' "$(ask kv/range "{$range, \"sort_order\": \"DESCENDING\"}" kvs)" '200 a b'
expect 'range, limit of x' "$(ask kv/range "{$range, \"limit\": \"x\"}" code)" '400 3'

expect 'deletion, range-end' "$(ask kv/deleterange "{\"key\": \"$a\", \"range-end\": \"Yw==\"}" deleted)" '200 1'
expect 'put' "$(ask kv/put "{\"key\": \"$a\"}" none)" '200 none'
expect 'deletion, range_end' "$(ask kv/deleterange "{$range}" deleted)" '200 2'
[ "$failed" -eq 0 ]
