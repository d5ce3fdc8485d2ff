#!/usr/bin/env bash
# kubectl 1.36.3: the same objects as documents of a file and as items of "kind: List".
#
# Guess: a List is another way to write the same. Each object goes to the server, which says what is wrong with it.
# Really: kubectl itself validates a List, by other rules than the server, and all of it before it sends anything.
# A null among the values of a map, as templates write it for a limit or an annotation that is not set, passes in
# a document and not in a List. An unknown field stops the whole List, where of documents the ones before are
# applied. And an unknown field of the List itself is not noticed.
# Seen: null: document "configmap/one", List "unknown object type "nil""; unknown field in the second object:
# documents "unknown field dta configmap/one", List "unknown field dta"; "itmes" of the List: "configmap/one".
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
  go.etcd.io/etcd/server/v3 k8s.io/kubernetes/cmd/{kube-apiserver,kubectl} 2>"$work/log" || {
  cat "$work/log" >&2
  exit 1
}

read -r etcd peer port < <(python3 -c '
import socket
s = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
print(*(x.getsockname()[1] for x in s))')
token=$(openssl rand -hex 16)
printf '%s,admin,admin,system:masters\n' "$token" >"$work/tokens"
cat >"$work/config" <<END
{apiVersion: v1, kind: Config, current-context: own, contexts: [{name: own, context: {cluster: own, user: own}}],
clusters: [{name: own, cluster: {server: "https://127.0.0.1:$port", certificate-authority: certs/apiserver.crt}}],
users: [{name: own, user: {token: $token}}]}
END
openssl genrsa -out "$work/key" 2048 2>"$work/log"
"$work/bin/server" --data-dir="$work/data" --initial-cluster="default=http://127.0.0.1:$peer" \
  --listen-peer-urls="http://127.0.0.1:$peer" --initial-advertise-peer-urls="http://127.0.0.1:$peer" \
  --listen-client-urls="http://127.0.0.1:$etcd" --advertise-client-urls="http://127.0.0.1:$etcd" \
  >"$work/etcd.log" 2>&1 &
pids+=($!)

"$work/bin/kube-apiserver" --etcd-servers="http://127.0.0.1:$etcd" --bind-address=127.0.0.1 --secure-port="$port" \
  --cert-dir="$work/certs" --advertise-address=127.0.0.1 --endpoint-reconciler-type=none \
  --service-account-issuer=https://issuer.test --service-account-key-file="$work/key" \
  --service-account-signing-key-file="$work/key" --token-auth-file="$work/tokens" >"$work/log" 2>&1 &
pids+=($!)
export PATH="$work/bin:$PATH" KUBECONFIG="$work/config" KUBECACHEDIR="$work/cache" NO_PROXY=127.0.0.1 KUBERC=off
ready=
for _ in {1..300}; do
  ! kubectl get namespace default >"$work/ready" 2>&1 || {
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

# Usage: document NAME DATA
document() {
  printf '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"%s"},%s}\n' "$@"
}
# Usage: list FILE [FIELD]: its documents as a List
list() {
  printf '{"apiVersion":"v1","kind":"List",%s"items":[%s]}\n' "${2:-}" "$(paste -sd , "$1")"
}
# Usage: applied FILE: what kubectl complains of, and then which objects there are
applied() {
  kubectl apply -f "$1" 2>&1 | grep -o 'unknown [a-z ]* "[^"]*"' || true
  kubectl get configmaps -o name
  kubectl delete configmaps --all >"$work/answer" 2>&1
}

document one '"data":{"a":null}' >"$work/null"
{ document one '"data":{}' && document two '"dta":{}'; } >"$work/typo"
document one '"data":{}' >"$work/good"
for name in null typo; do
  list "$work/$name" >"$work/$name-list"
done
list "$work/good" '"itmes":[],' >"$work/top-list"

expect 'null, document' "$(applied "$work/null")" configmap/one
expect 'null, List' "$(applied "$work/null-list")" 'unknown object type "nil"'
expect 'unknown field, documents' "$(applied "$work/typo" | xargs)" 'unknown field dta configmap/one'
expect 'unknown field, List' "$(applied "$work/typo-list" | xargs)" 'unknown field dta'
expect 'unknown field of the List' "$(applied "$work/top-list")" configmap/one
[ "$failed" -eq 0 ]
