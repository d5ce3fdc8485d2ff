#!/usr/bin/env bash
# Kubernetes 1.36.3: a watch at an API server that gets SIGTERM while another one goes on with the same etcd.
#
# Guess: the server that ends closes its watches together with its port, so that clients go to the other one. A
# server that refuses connections tells nothing any more.
# Really: without --shutdown-delay-duration the port is closed at once, but an open watch goes on for as long as
# --request-timeout, by default a minute, and tells what is changed through the other server. Then it ends as if
# its time was up. A client that only watches does not notice, while each new request to that server is refused.
# Seen: with --request-timeout=20s, three seconds after SIGTERM curl's exit code 7 for a new connection, then
# "changes told: 5" of five, over HTTP/1.1 and HTTP/2, and after 20 s the end, without an error.
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

read -r etcd peer first second < <(python3 -c '
import socket
s = [socket.create_server(("127.0.0.1", 0)) for _ in range(4)]
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

# Usage: api PORT PATH [OPTION…]
api() {
  local port=$1 path=$2
  shift 2
  curl -q -s --noproxy '*' --cacert "$work/certs/apiserver.crt" -H "@$work/header" --max-time 90 "$@" \
    "https://127.0.0.1:$port/api/v1/namespaces/default$path"
}
# Usage: start PORT
start() {
  "$work/bin/kube-apiserver" --etcd-servers="http://127.0.0.1:$etcd" --bind-address=127.0.0.1 --secure-port="$1" \
    --cert-dir="$work/certs" --advertise-address=127.0.0.1 --endpoint-reconciler-type=none --request-timeout=20s \
    --service-account-issuer=https://issuer.test --service-account-key-file="$work/key" \
    --service-account-signing-key-file="$work/key" --token-auth-file="$work/tokens" >"$work/$1.log" 2>&1 &
  server=$!
  pids+=("$server")
  for _ in {1..300}; do
    ! api "$1" '' -f -o "$work/ready" || return 0
    sleep 0.2
  done
  cat "$work/$1.log" >&2
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

start "$second"
start "$first"
api "$second" /configmaps -f -o "$work/made" -H 'Content-Type: application/json' \
  -d '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"example"}}'

# Usage: watch PROTOCOL
watch() {
  local code=0
  api "$first" '/configmaps?watch=1&resourceVersion=0' -N "--$1" -o "$work/$1" || code=$?
  printf '%s %s\n' "$code" "$(date +%s)" >"$work/$1.end"
}
told() {
  grep -c '"MODIFIED"' "$work/$1" || true
}
watch http1.1 &
watches=($!)
watch http2 &
watches+=($!)
pids+=("${watches[@]}")
sleep 2
signalled=$(date +%s)
kill -TERM "$server"
sleep 3

code=0
api "$first" '' -o "$work/refused" || code=$?
expect "new connection, curl's exit code" "$code" 7
for n in {1..5}; do
  api "$second" /configmaps/example -f -o "$work/made" -X PATCH -H 'Content-Type: application/merge-patch+json' \
    -d "{\"data\":{\"n\":\"$n\"}}"
done
sleep 2
expect 'http1.1, changes told' "$(told http1.1)" 5
expect 'http2, changes told' "$(told http2)" 5
wait "${watches[@]}"
for protocol in http1.1 http2; do
  read -r code ended <"$work/$protocol.end"
  expect "$protocol, curl's exit code at the end" "$code" 0
  seconds=$((ended - signalled))
  printf '%s, end after: %s s\n' "$protocol" "$seconds"
  [ "$seconds" -ge 19 ] && [ "$seconds" -le 25 ] || failed=1
done
[ "$failed" -eq 0 ]
