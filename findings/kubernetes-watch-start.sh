#!/usr/bin/env bash
# Kubernetes 1.36.3 with etcd 3.6.8: which resourceVersion a watch may start from.
#
# Guess: etcd's compaction decides what is too old and answered with 410 Expired, and a resourceVersion that
# does not exist yet, as after etcd was restored from a backup, is refused by the watch as it is by a list.
# Really: the API server's cache of events decides what is too old. A compacted revision is served while its
# events are in the cache; after a restart of the API server 410 comes for a revision that etcd still has. From
# a revision that does not exist yet the watch is accepted, and leaves out without a word all changes up to it.
# Seen: from a compacted revision "200 MODIFIED 2 MODIFIED 3", from a kept one after a restart "200 ERROR 410";
# "list of the future: 504", "watch of the future: 200", and of 30 changes the watch tells those after the 18th.
# Packages: k8s.io/kubernetes@v1.36.3, go.etcd.io/etcd/server/v3@v3.6.8
set -euo pipefail
unset CDPATH

work=$(mktemp -d)
pids=()
cleanup() {
  [ "${#pids[@]}" -eq 0 ] || kill -KILL "${pids[@]}" 2>/dev/null || true
  wait 2>/dev/null
  rm -rf -- "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

# The main module takes its parts from its own folder; outside of it each needs its version.
export PATH=/usr/local/go/bin:$PATH
module=$(go mod download -json k8s.io/kubernetes@v1.36.3 | sed -n 's/.*"GoMod": "\(.*\)".*/\1/p')
{
  printf 'module finding\ngo %s\nrequire k8s.io/kubernetes v1.36.3\n' "$(sed -n 's/^go //p' "$module")"
  printf 'require go.etcd.io/etcd/server/v3 v3.6.8\n'
  sed -n 's|^\s*\(k8s.io/.*\) => ./staging/.*|replace \1 => \1 v0.36.3|p' "$module"
} >"$work/go.mod"
go build -C "$work" -mod=mod -trimpath -ldflags '-s -w' -o "$work/bin/" \
  go.etcd.io/etcd/server/v3 k8s.io/kubernetes/cmd/kube-apiserver 2>"$work/log" || {
  cat "$work/log" >&2
  exit 1
}

read -r etcd peer port < <(python3 -c '
import socket
s = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
print(*(x.getsockname()[1] for x in s))')
token=$(openssl rand -hex 16)
printf '%s,admin,admin,system:masters\n' "$token" >"$work/tokens"
printf 'Authorization: Bearer %s\n' "$token" >"$work/header"
openssl genrsa -out "$work/key" 2048 2>"$work/log"
"$work/bin/server" --data-dir="$work/data" --initial-cluster="default=http://127.0.0.1:$peer" \
  --listen-peer-urls="http://127.0.0.1:$peer" --initial-advertise-peer-urls="http://127.0.0.1:$peer" \
  --listen-client-urls="http://127.0.0.1:$etcd" --advertise-client-urls="http://127.0.0.1:$etcd" \
  >"$work/etcd.log" 2>&1 &
pids+=($!)

# Usage: api PATH [OPTION…]
api() {
  local path=$1
  shift
  curl -q -s --noproxy '*' --max-time 20 --cacert "$work/certs/apiserver.crt" -H "@$work/header" "$@" \
    "https://127.0.0.1:$port/api/v1/namespaces/default$path"
}
start() {
  "$work/bin/kube-apiserver" --etcd-servers="http://127.0.0.1:$etcd" --bind-address=127.0.0.1 --secure-port="$port" \
    --cert-dir="$work/certs" --advertise-address=127.0.0.1 --endpoint-reconciler-type=none \
    --service-account-issuer=https://issuer.test --service-account-key-file="$work/key" \
    --service-account-signing-key-file="$work/key" --token-auth-file="$work/tokens" >"$work/log" 2>&1 &
  server=$!
  pids+=("$server")
  for _ in {1..300}; do
    ! api '' -f -o "$work/ready" || return 0
    sleep 0.2
  done
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

revision() {
  python3 -c 'import json, sys; print(json.load(sys.stdin)["metadata"]["resourceVersion"])'
}
# Usage: change N: prints the revision that has it.
change() {
  api /configmaps/example -f -X PATCH -H 'Content-Type: application/merge-patch+json' \
    -d "{\"data\":{\"n\":\"$1\"}}" | revision
}
watch() {
  api "/configmaps?watch=1&timeoutSeconds=${2:-3}&resourceVersion=$1" -o "$work/watch" -w '%{http_code}'
}
# Prints of each event its type, and n or the code.
events() {
  python3 - "$work/watch" <<'END'
import json
import sys

for line in open(sys.argv[1], encoding="utf-8"):
    event = json.loads(line)
    print(event["type"], event["object"].get("code") or event["object"]["data"]["n"], end=" ")
END
}
# Usage: in_etcd REVISION: whether etcd can still read it.
in_etcd() {
  curl -q -s --noproxy '*' "http://127.0.0.1:$etcd/v3/kv/range" -d "{\"key\":\"YQ==\",\"revision\":\"$1\"}" |
    grep -o 'has been compacted' || echo kept
}

start
api /configmaps -f -o "$work/made" -d '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"example"}}' \
  -H 'Content-Type: application/json'

first=$(change 1)
change 2 >"$work/made"
last=$(change 3)
curl -q -fs --noproxy '*' -o "$work/made" "http://127.0.0.1:$etcd/v3/kv/compaction" -d "{\"revision\":\"$last\"}"
expect 'first in etcd' "$(in_etcd "$first")" 'has been compacted'
expect 'watch from first' "$(watch "$first") $(events)" '200 MODIFIED 2 MODIFIED 3 '

change 4 >"$work/made"
kill -KILL "$server"
wait "$server" 2>/dev/null || true
start
expect 'last in etcd' "$(in_etcd "$last")" kept
expect 'watch from last after a restart' "$(watch "$last") $(events)" '200 ERROR 410 '

now=$(api /configmaps -f | revision)
expect 'list of the future' "$(api "/configmaps?resourceVersion=$((now + 1000))" -o "$work/list" -w '%{http_code}')" 504
expect 'watch of the future' "$(watch $((now + 1000))) $(events)" '200 '

# The server writes as well, so that the revisions of changes are not known before
now=$(api /configmaps -f | revision)
watch $((now + 20)) 10 >"$work/status" &
watch=$!
pids+=("$watch")
sleep 1
told=
for n in {1..30}; do
  [ "$(change "$n")" -le $((now + 20)) ] || told+="MODIFIED $n "
done
wait "$watch"
expect 'of 30 changes it tells' "$(events)" "$told"
[ "$failed" -eq 0 ]
