#!/usr/bin/env bash
# kubectl 1.36.3: "kubectl wait --for=condition=…" and a list of conditions that is not there yet.
#
# Guess: until --timeout is over it waits, whatever the status looks like: no conditions, or none of that type.
# That is what it is for, also right after "kubectl apply" of a new object.
# Really: it waits if "conditions" is absent or empty, but if it is null it ends at once with an error, with a
# jsonpath filter as well. A server in Go writes null for an empty list without omitempty; so does the API server
# in the first version of each CustomResourceDefinition, so that "wait" right after "apply" is a race.
# Seen: absent and empty "timed out"; null ".status.conditions accessor error: <nil> is of the type <nil>,
# expected []interface{}", with a filter "<nil> is not array or slice"; first event "ADDED conditions:null".
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

cat >"$work/definition.yaml" <<'END'
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.test}
spec:
  group: example.test
  scope: Namespaced
  names: {kind: Thing, plural: things}
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
END
path=/apis/apiextensions.k8s.io/v1/customresourcedefinitions
version=$(kubectl get --raw "$path" | sed 's/.*"resourceVersion":"\([0-9]*\)".*/\1/')
kubectl get --raw "$path?watch=1&resourceVersion=$version" >"$work/watch" 2>"$work/end" &
pids+=($!)
kubectl apply -f "$work/definition.yaml"
for _ in {1..50}; do
  ! grep -q '"type":"Established","status":"True"' "$work/watch" || break
  sleep 0.2
done

# Usage: waited STATUS CONDITION: makes a Thing and prints how waiting for it ended
waited() {
  kubectl delete things --all >"$work/answer"
  kubectl create --raw /apis/example.test/v1/namespaces/default/things -f - >"$work/answer" \
    <<<"{\"apiVersion\":\"example.test/v1\",\"kind\":\"Thing\",\"metadata\":{\"name\":\"example\"},\"status\":$1}"
  kubectl wait --timeout=2s --for="$2" things/example 2>&1 || true
}

late='error: timed out waiting for the condition on things/example'
error='error: .status.conditions accessor error: <nil> is of the type <nil>, expected []interface{}'
expect 'absent' "$(waited '{}' condition=Ready)" "$late"
expect 'empty' "$(waited '{"conditions":[]}' condition=Ready)" "$late"
expect 'null' "$(waited '{"conditions":null}' condition=Ready)" "$error"
filter='jsonpath={.status.conditions[?(@.type=="Ready")].status}=True'
expect 'absent, jsonpath' "$(waited '{}' "$filter")" "$late"
expect 'null, jsonpath' "$(waited '{"conditions":null}' "$filter")" \
  'error: <nil> is not array or slice and cannot be filtered'
expect 'first event' "$(head -n 1 "$work/watch" | grep -o '"type":"ADDED"\|"conditions":[^,]*' | xargs)" \
  'type:ADDED conditions:null'
[ "$failed" -eq 0 ]
