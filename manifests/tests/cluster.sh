#!/usr/bin/env bash
# Tries the manifests on a real cluster. `cluster.sh --help` says what it does there.
set -euo pipefail
unset CDPATH

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
NAMESPACES='bot-block-guard authentik-guard'
BOT_BLOCK_GUARD=http://bot-block-guard.bot-block-guard.svc:8080/auth
AUTHENTIK_GUARD=http://authentik-guard.authentik-guard.svc:9000/outpost.goauthentik.io/auth/traefik

context=
base=$here/../base
everything=$here/../overlays/production
client_image=docker.io/curlimages/curl:8.10.1
patience=${PATIENCE:-180}

work=
created=()
failures=0

usage() {
  cat <<END
Usage: cluster.sh --context NAME [--base DIR] [--everything DIR] [--client-image IMAGE]
       cluster.sh --check --context NAME [--overlay DIR] [--traefik NAMESPACE/NAME]

With --check it changes nothing, and says whether the cluster has what the guards need; --check --help has more.
Without, it creates the namespaces bot-block-guard and authentik-guard in the cluster of that kubectl context, runs an
operator's tasks there, and always deletes them at the end. Refuses to start if one of them exists. Changes
nothing else in the cluster: all other objects are only sent as a server-side dry run.

  --context NAME        a context of your kubeconfig; there is no default on purpose
  --base DIR            what to install: both guards, for example an overlay with the names of your images.
                        Must not have objects outside of the two namespaces. Default: manifests/base
  --everything DIR      what to send as a dry run; default: manifests/overlays/production
  --client-image IMAGE  an image with curl, for the requests; default: $client_image

Environment:
  PATIENCE              seconds to wait for any step in the cluster; default: 180. The kubelet alone takes up to 90
                        for a changed ConfigMap.

Prints a line for each step: PASS, FAIL, or SKIP if the cluster does not know a kind. Exit status 0 if nothing
failed, 1 if something failed, 2 if it did not start. Needs kubectl and openssl.
END
}

refuse() {
  printf 'cluster.sh: %s\n' "$*" >&2
  exit 2
}

pass() { printf 'PASS  %s\n' "$*"; }
skip() { printf 'SKIP  %s\n' "$*"; }
fail() {
  printf 'FAIL  %s\n' "$*"
  failures=$((failures + 1))
}

kube() { kubectl --context "$context" "$@"; }

# try DESCRIPTION COMMAND...: prints one line for the result, and the command's output only if it failed.
try() {
  local description=$1
  shift
  if "$@" >"$work/output" 2>&1; then
    pass "$description"
  else
    fail "$description"
    sed 's/^/      /' "$work/output"
    return 1
  fi
}

# --- Set-up and clean-up --------------------------------------------------------------------------

take_arguments() {
  while [ $# -gt 0 ]; do
    case $1 in
      --help) usage && exit 0 ;;
      --context | --base | --everything | --client-image)
        [ -n "${2:-}" ] || refuse "$1 needs a value"
        case $1 in
          --context) context=$2 ;;
          --base) base=$2 ;;
          --everything) everything=$2 ;;
          --client-image) client_image=$2 ;;
        esac
        shift 2
        ;;
      *) refuse "unknown argument $1; see cluster.sh --help" ;;
    esac
  done
  local program
  for program in kubectl openssl; do
    command -v "$program" >/dev/null || refuse "needs $program"
  done
  [ -n "$context" ] || refuse 'which cluster? Give --context NAME; cluster.sh --help says what happens there'
}

# Renders a kustomization into a directory, one file per object.
render() {
  mkdir -p "$2"
  kubectl kustomize "$1" >"$2.yaml" || refuse "kustomize cannot render $1"
  awk -v directory="$2" 'BEGIN { n = 100 } /^---$/ { n++; next } { print > (directory "/" n ".yaml") }' "$2.yaml"
}

field() { sed -n "s/^$2: *//p" "$1" | head -n 1; }
metadata() { awk -v key="  $2:" '/^[a-z]/ { inside = /^metadata:/ } inside && index($0, key) == 1 { print $2; exit }' "$1"; }

check_base() {
  local file kind namespace
  for file in "$work"/base/*.yaml; do
    kind=$(field "$file" kind)
    namespace=$(metadata "$file" namespace)
    [ "$kind" != Namespace ] || namespace=$(metadata "$file" name)
    case " $NAMESPACES " in
      *" $namespace "*) ;;
      *) refuse "$base has $kind $(metadata "$file" name) outside of the two namespaces" ;;
    esac
  done
}

check_cluster() {
  local namespace found
  kubectl config get-contexts "$context" -o name >/dev/null || refuse "there is no context $context"
  for namespace in $NAMESPACES; do
    found=$(kube get namespace "$namespace" --ignore-not-found -o name) || refuse 'the cluster does not answer'
    [ -z "$found" ] || refuse "the namespace $namespace exists in $context already, and was not created by this script"
  done
}

# Remembers only namespaces that this run created. If another client was faster, "create" fails and that
# namespace is not deleted.
create_namespaces() {
  local file
  for file in "$work"/base/*.yaml; do
    [ "$(field "$file" kind)" = Namespace ] || continue
    try "create namespace $(metadata "$file" name)" kube create --save-config -f "$file" || return 1
    created+=("$(metadata "$file" name)")
  done
}

delete_namespaces() {
  local namespace
  for namespace in ${created[@]+"${created[@]}"}; do
    kube delete namespace "$namespace" --ignore-not-found --timeout "${patience}s" || return 1
  done
  created=()
}

end() {
  local status=$?
  trap '' INT TERM
  if [ "${#created[@]}" -gt 0 ]; then
    printf 'Deleting what this run has created: %s\n' "${created[*]}"
    delete_namespaces || {
      printf 'FAIL  still there, delete by hand: %s\n' "${created[*]}"
      status=1
    }
  fi
  [ -z "$work" ] || rm -rf -- "$work"
  exit "$status"
}

# --- Steps ----------------------------------------------------------------------------------------

dry_run() {
  local file namespace what
  for file in "$work"/everything/*.yaml; do
    namespace=$(metadata "$file" namespace)
    what="dry run of $(field "$file" kind) ${namespace:+$namespace/}$(metadata "$file" name)"
    if kube apply --dry-run=server -f "$file" >"$work/output" 2>&1; then
      pass "$what"
    elif grep -q 'no matches for kind' "$work/output"; then
      skip "$what: the cluster does not know this kind"
    elif grep -q 'namespaces ".*" not found' "$work/output"; then
      skip "$what: there is no namespace $namespace"
    else
      fail "$what: $(tail -n 1 "$work/output")"
    fi
  done
}

secret() {
  printf 'operator:%s\n' "$(openssl passwd -apr1 -stdin <<<"$1")" >"$work/htpasswd"
  kube -n authentik-guard create secret generic authentik-guard-htpasswd --from-file="htpasswd=$work/htpasswd" \
    --from-literal="session-key=$(openssl rand -base64 32)" --dry-run=client -o yaml | kube apply --server-side --force-conflicts -f -
}

client() {
  kube apply -f - <<END
apiVersion: v1
kind: Pod
metadata:
  name: client
  namespace: bot-block-guard
spec:
  automountServiceAccountToken: false
  terminationGracePeriodSeconds: 1
  securityContext: {runAsNonRoot: true, runAsUser: 65532, seccompProfile: {type: RuntimeDefault}}
  containers:
    - name: client
      image: $client_image
      command: [sleep, "7200"]
      securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
END
  kube -n bot-block-guard wait pod/client --for=condition=Ready --timeout "${patience}s"
}

in_client() { kube -n bot-block-guard exec client -- "$@"; }

# ask CURL-ARGUMENTS...: prints the status and X-Guard-Fallback of the response.
ask() {
  in_client curl -s -o /dev/null -m 10 -H 'X-Forwarded-Proto: https' -w '%{http_code} %header{x-guard-fallback}' "$@" || true
}

# always TIMES EXPECTED CURL-ARGUMENTS...: sends the request several times, so that it reaches each replica.
always() {
  local times=$1 expected=$2 answer
  shift 2
  while [ "$times" -gt 0 ]; do
    answer=$(ask "$@")
    [ "$answer" = "$expected" ] || return 1
    times=$((times - 1))
  done
}

# becomes SECONDS COMMAND...: waits until the command succeeds; fails after so many seconds.
becomes() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.5
  done
}

# load NAME CURL-ARGUMENTS...: sends requests without a pause until stop_load, and writes one line with the status of
# each. Returns once they are being answered.
load() {
  local name=$1
  shift
  # shellcheck disable=SC2016 # expanded by the client's shell
  in_client sh -c 'end=$(($(date +%s) + 900))
    until [ -e /tmp/stop-load ] || [ "$(date +%s)" -ge "$end" ]; do
      curl -s -o /dev/null -m 10 -H "X-Forwarded-Proto: https" -w "%{http_code}\n" "$@" || true
    done' load "$@" >"$work/load-$name" 2>/dev/null &
  loads+=("$!")
  becomes 30 is_loading "$name"
}

is_loading() { [ "$(wc -l <"$work/load-$1")" -ge 10 ]; }

stop_load() {
  in_client touch /tmp/stop-load
  wait "${loads[@]}" || true
  in_client rm -f /tmp/stop-load
  loads=()
}

# counted NAME ALLOWED: prints how often each status came; fails if there were others than the allowed ones.
counted() {
  sort "$work/load-$1" | uniq -c | awk '{ printf "%s x %s  ", $1, $2 }' && echo
  [ -s "$work/load-$1" ] && ! grep -qvxE "$2" "$work/load-$1"
}

drill() {
  local guard
  for guard in $NAMESPACES; do
    kube -n "$guard" create configmap "$guard-override" --from-literal=guard.yml='mode: fallback'
  done
  becomes "$patience" always 10 '200 forced' "$BOT_BLOCK_GUARD" &&
    becomes "$patience" always 10 '401 forced' "$AUTHENTIK_GUARD" &&
    becomes 5 always 4 '200 forced' -u "operator:$password" "$AUTHENTIK_GUARD"
}

rotate() {
  local next status=0
  next=$(openssl rand -hex 16)
  load rotation -u "operator:$password" "$AUTHENTIK_GUARD" || status=1
  secret "$next" || status=1
  { becomes 10 always 10 '200 forced' -u "operator:$next" "$AUTHENTIK_GUARD" &&
    always 10 '401 forced' -u "operator:$password" "$AUTHENTIK_GUARD"; } || status=1
  stop_load
  password=$next
  counted rotation '200|401' && return "$status"
}

restart() {
  local guard status=0
  load bot-block-guard "$BOT_BLOCK_GUARD" || status=1
  load authentik-guard -u "operator:$password" "$AUTHENTIK_GUARD" || status=1
  for guard in $NAMESPACES; do
    kube -n "$guard" rollout restart "deployment/$guard" || status=1
  done
  roll_out || status=1
  stop_load
  counted bot-block-guard 200 || status=1
  counted authentik-guard 200 || status=1
  return "$status"
}

roll_out() {
  local guard
  for guard in $NAMESPACES; do
    kube -n "$guard" rollout status "deployment/$guard" --timeout "${patience}s" || return 1
  done
}

remove() {
  kube delete -f "$work/base.yaml" --ignore-not-found --timeout "${patience}s" || return 1
  local namespace
  for namespace in $NAMESPACES; do
    [ -z "$(kube get namespace "$namespace" --ignore-not-found -o name)" ] || return 1
  done
  created=()
}

everything_in_turn() {
  create_namespaces || return
  dry_run
  password=$(openssl rand -hex 16)
  try 'make the Secret' secret "$password" || return
  try 'apply both guards' kube apply -f "$work/base.yaml" || return
  try 'both roll out' roll_out || return
  try 'start a client' client || return
  try 'drill: mode fallback takes effect, and Emergency Access admits the operator' drill || return
  try 'rotation under load: the new password is accepted, the old one is not' rotate || true
  try 'rolling restart under load loses no request' restart || true
  try 'delete everything' remove || true
}

[ "${1:-}" != --check ] || exec "$here/prerequisites.sh" "$@"
take_arguments "$@"
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
work=$(mktemp -d)
loads=()
render "$base" "$work/base"
render "$everything" "$work/everything"
check_base
check_cluster
everything_in_turn || true
[ "$failures" -eq 0 ] || {
  printf '%s failed\n' "$failures"
  exit 1
}
echo 'Everything passed'
