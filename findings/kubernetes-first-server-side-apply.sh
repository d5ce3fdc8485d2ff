#!/usr/bin/env bash
# Kubernetes 1.36.3 and its kubectl: the first "kubectl apply --server-side" after "kubectl apply", nothing edited.
#
# Guess: nothing is to be changed, so there is no event, or one for the new owner of the fields. And what the dry
# run warns of is what the real run will meet.
# Really: kubectl hands the fields over in four requests; each is a new resourceVersion and an event for all who
# watch, with the same data in all. The annotation of the former way stays. In the dry run no request sees what
# the ones before it did, so it warns of a conflict with kubectl itself that the real run does not have.
# Seen: dry run "1 conflict", without an event; first run no conflict and "MODIFIED MODIFIED MODIFIED MODIFIED 4",
# four versions, all with the data {'a': 'b'}; second run no more events.
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

cat >"$work/example.yaml" <<'END'
apiVersion: v1
kind: ConfigMap
metadata: {name: example}
data: {a: b}
END
kubectl apply -f "$work/example.yaml"
version=$(kubectl get configmap example -o 'jsonpath={.metadata.resourceVersion}')
kubectl get --raw "/api/v1/namespaces/default/configmaps?watch=1&resourceVersion=$version" >"$work/watch" &
pids+=($!)

# Usage: apply [OPTION…]: prints its warnings
apply() {
  kubectl apply --server-side -f "$work/example.yaml" "$@" 2>&1 >"$work/answer" |
    grep -o '[0-9]* conflict: conflict with "[^"]*"' || cat "$work/answer"
}
# Prints the events so far, how many versions they have, and the data.
events() {
  sleep 2
  python3 - "$work/watch" <<'END'
import json
import sys

events = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
versions = {event["object"]["metadata"]["resourceVersion"] for event in events}
print(*(event["type"] for event in events), len(versions), *{str(event["object"]["data"]) for event in events})
END
}
applied='configmap/example serverside-applied'
expect 'dry run' "$(apply --dry-run=server)" '1 conflict: conflict with "kubectl-client-side-apply"'
expect 'events' "$(events)" 0
expect 'first' "$(apply)" "$applied"
expect 'events' "$(events)" "MODIFIED MODIFIED MODIFIED MODIFIED 4 {'a': 'b'}"
expect 'second' "$(apply)" "$applied"
expect 'events' "$(events)" "MODIFIED MODIFIED MODIFIED MODIFIED 4 {'a': 'b'}"
expect 'annotation' "$(kubectl get configmap example -o yaml | grep -c 'last-applied-configuration: |')" 1
[ "$failed" -eq 0 ]
