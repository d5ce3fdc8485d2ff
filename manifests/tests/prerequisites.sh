#!/usr/bin/env bash
# Says whether a cluster has what the guards need, before anything is installed. Changes nothing. It is
# `cluster.sh --check`; `--help` has its options.
# shellcheck disable=SC2016 # $name in single quotes is one of a template of Go
set -euo pipefail
unset CDPATH

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
context=
overlay=$here/../overlays/homelab
workload=

work=
missing=0
unknown=0

usage() {
  cat <<'END'
Usage: cluster.sh --check --context NAME [--overlay DIR] [--traefik NAMESPACE/NAME]

Says for each prerequisite of the guards whether the cluster of that kubectl context has it. Reads only, and
needs no more rights than you have: what it may not read it cannot tell.

  --context NAME            a context of your kubeconfig
  --overlay DIR             what you are going to install; default: manifests/overlays/homelab
  --traefik NAMESPACE/NAME  Traefik's Deployment or DaemonSet; by default it is found by its label
                            app.kubernetes.io/name=traefik

Prints a line for each: `ok`, `MISSING` with what to do, or `CANNOT TELL` with why. Exit status 0 if all is
there, 1 if something is missing, 3 if nothing is missing but something cannot be told, 2 if it did not start.
Needs kubectl.
END
}

refuse() {
  printf 'cluster.sh: %s\n' "$*" >&2
  exit 2
}

ok() { printf 'ok           %s\n' "$*"; }
missing() {
  printf 'MISSING      %s\n' "$*"
  missing=1
}
cannot_tell() {
  printf 'CANNOT TELL  %s\n' "$*"
  unknown=1
}

take_arguments() {
  while [ $# -gt 0 ]; do
    case $1 in
      --help)
        usage
        exit
        ;;
      --check) shift ;;
      --context | --overlay | --traefik)
        [ -n "${2:-}" ] || refuse "$1 needs a value"
        case $1 in
          --context) context=$2 ;;
          --overlay) overlay=$2 ;;
          --traefik) workload=$2 ;;
        esac
        shift 2
        ;;
      *) refuse "unknown argument $1; see cluster.sh --check --help" ;;
    esac
  done
  command -v kubectl >/dev/null || refuse 'needs kubectl'
  [ -n "$context" ] || refuse 'which cluster? Give --context NAME'
  [[ -z $workload || $workload == */* ]] || refuse '--traefik needs NAMESPACE/NAME'
}

# ask ARGUMENT...: runs kubectl. Sets answer; or why, in one line, if it fails.
ask() {
  if answer=$(kubectl --context "$context" --request-timeout 20s "$@" 2>"$work/error"); then
    return 0
  fi
  why=$(tail -n 1 "$work/error")
  return 1
}

does_not_exist() { [[ $why == *NotFound* || $why == *"could not find the requested resource"* ]]; }

# at_least VERSION LEAST: both of numbers and dots.
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$2" ]; }

# --- The cluster ----------------------------------------------------------------------------------

check_kubernetes() {
  local version
  ask get --raw /version || refuse "the cluster does not answer: $why"
  version=$(sed -n 's/.*"gitVersion": *"v\([0-9.]*\).*/\1/p' <<<"$answer")
  if at_least "$version" 1.30; then
    ok "Kubernetes $version"
  else
    missing "Kubernetes 1.30 or later: this is $version"
  fi
}

# Prints how many nodes take pods, and how many of them have room for both guards.
nodes_with_room() {
  awk -v needed="$1" '
    function bytes(quantity, number, unit) {
      number = quantity + 0
      unit = quantity
      gsub(/^[0-9.]+/, "", unit)
      if (unit == "Ki") return number * 1024
      if (unit == "Mi") return number * 1048576
      if (unit == "Gi") return number * 1073741824
      if (unit == "Ti") return number * 1099511627776
      if (unit == "k") return number * 1e3
      if (unit == "M") return number * 1e6
      if (unit == "G") return number * 1e9
      if (unit == "m") return number / 1e3
      return number
    }
    $1 == "node" { room[$2] += bytes($3) }
    $1 == "pod" { taken[$2] += bytes($3) }
    END {
      for (node in room) {
        nodes++
        if (room[node] - taken[node] >= needed * 1048576) count++
      }
      print nodes + 0, count + 0
    }' "$work/memory"
}

check_nodes() {
  local nodes count wanted needed=288 replicas
  replicas=$(awk '/^kind: Deployment/ { inside = 1 } /^---/ { inside = 0 }
    inside && /^  replicas:/ && $2 > most { most = $2 } END { print most + 0 ? most : 3 }' "$work/overlay.yaml")
  if ! ask get nodes -o go-template='{{range .items}}{{if not .spec.unschedulable}}{{$free := true}}{{range .spec.taints}}{{if ne .effect "PreferNoSchedule"}}{{$free = false}}{{end}}{{end}}{{if $free}}node {{.metadata.name}} {{.status.allocatable.memory}}{{"\n"}}{{end}}{{end}}{{end}}'; then
    cannot_tell "whether $replicas nodes have room for both guards: $why"
    return
  fi
  printf '%s\n' "$answer" >"$work/memory"
  if ! ask get pods -A --field-selector status.phase!=Succeeded,status.phase!=Failed -o go-template='{{range .items}}{{$node := .spec.nodeName}}{{if $node}}{{range .spec.containers}}{{with .resources}}{{with .requests}}{{with .memory}}pod {{$node}} {{.}}{{"\n"}}{{end}}{{end}}{{end}}{{end}}{{end}}{{end}}'; then
    cannot_tell "whether $replicas nodes have room for both guards: $why"
    return
  fi
  printf '%s\n' "$answer" >>"$work/memory"
  read -r nodes count < <(nodes_with_room "$needed")
  # the pods of a guard are spread over all nodes that take pods, whether these have room or not
  wanted=$((replicas < nodes ? replicas : nodes))
  if [ "$nodes" -lt 2 ] && [ "$replicas" -gt 1 ]; then
    missing "a second node: with $nodes that take pods there is nothing to fail over to, and a drain waits for ever; for one node there is overlays/one-node"
  elif [ "$nodes" -lt 1 ]; then
    missing "a node that takes pods: all are cordoned or have a taint"
  elif [ "$count" -lt "$wanted" ]; then
    missing "$needed MiB of memory that no pod has requested, on $wanted nodes: $count of $nodes have it, and a pod that belongs to another stays Pending"
  else
    ok "$count of $nodes nodes have $needed MiB of memory that no pod has requested, for $replicas replicas"
  fi
}

# Kinds that the overlay has and that are not Kubernetes' own.
check_kinds() {
  local group kind
  while read -r group kind; do
    if ask get --raw "/apis/$group"; then
      if grep -q "\"kind\": *\"$kind\"" <<<"$answer"; then
        ok "the cluster knows $kind"
      else
        missing "$kind of $group, which your overlay has: install the definitions of that version, or leave its component out"
      fi
    elif does_not_exist; then
      missing "$kind of $group, which your overlay has: $(definitions_of "$group")"
    else
      cannot_tell "whether the cluster knows $kind of $group: $why"
    fi
  done < <(awk '/^apiVersion:/ { group = $2 } /^kind:/ && group ~ /\/.*/ && group ~ /\.(io|com)\// && group !~ /k8s\.io\// { print group, $2 }' \
    "$work/overlay.yaml" | sort -u)
}

definitions_of() {
  case $1 in
    traefik.io/*) echo 'helm show crds traefik/traefik, of the version of your chart, and apply them with --server-side' ;;
    monitoring.coreos.com/*) echo 'install the Prometheus operator, or leave the component monitoring out' ;;
    helm.cattle.io/*) echo 'this is no k3s: leave its component out' ;;
    *) echo 'install its definitions, or leave its component out' ;;
  esac
}

# kustomize's secretGenerator adds a hash to the name, and the guard knows only the name without.
check_secret() {
  local name
  name=$(awk '/^kind:/ { kind = $2 } /^---/ { kind = "" } kind == "Secret" && /^  name: authentik-guard-htpasswd-/ { print $2; exit }' \
    "$work/overlay.yaml")
  [ -z "$name" ] || missing "the Secret authentik-guard-htpasswd: your overlay has $name; add options: {disableNameSuffixHash: true} to its secretGenerator"
}

check_priority() {
  local class
  class=$(sed -n 's/^ *priorityClassName: *//p' "$work/overlay.yaml" | sort -u | head -n 1)
  [ -n "$class" ] || return 0
  if grep -q '^kind: PriorityClass' "$work/overlay.yaml" || ask get priorityclass "$class" -o name; then
    ok "the PriorityClass $class"
  elif does_not_exist; then
    missing "the PriorityClass $class, without which no pod starts: add components/priority/class, or leave priority out"
  else
    cannot_tell "whether there is the PriorityClass $class: $why"
  fi
}

check_metrics() {
  grep -q '^kind: HorizontalPodAutoscaler' "$work/overlay.yaml" || return 0
  if ask get --raw /apis/metrics.k8s.io/v1beta1; then
    ok 'metrics for the autoscaler'
  elif does_not_exist; then
    missing 'metrics for the autoscaler: install metrics-server, or leave the component autoscaling out'
  else
    cannot_tell "whether there are metrics for the autoscaler: $why"
  fi
}

# The services behind upstream.url of each guard.yml.
check_upstreams() {
  local host name namespace
  while read -r host; do
    name=${host%%.*}
    namespace=${host#*.}
    namespace=${namespace%%.*}
    if ask get service "$name" -n "$namespace" -o name; then
      ok "the upstream $name in $namespace"
    elif does_not_exist; then
      missing "the upstream $name in $namespace: set upstream.url in guard.yml to the address of yours"
    else
      cannot_tell "whether there is the upstream $name in $namespace: $why"
    fi
  done < <(sed -n 's|^ *url: *http://\([^:/]*\.svc[^:/]*\).*|\1|p' "$work/overlay.yaml" | sort -u)
}

# k3s has one for each chart: ours would take the place of another.
check_helm_chart_config() {
  grep -q '^kind: HelmChartConfig' "$work/overlay.yaml" || return 0
  if ! ask get helmchartconfigs.helm.cattle.io -n kube-system -l app.kubernetes.io/part-of!=forward-guard -o name; then
    does_not_exist || [[ $why == *"doesn't have a resource type"* ]] || cannot_tell "whether there is a HelmChartConfig of yours: $why"
  elif grep -q '/traefik$' <<<"$answer"; then
    missing 'a free name: kube-system has a HelmChartConfig traefik of yours, which ours would replace; add the keys to its valuesContent, and leave helm-chart-config out'
  fi
}

check_names() {
  if ! ask get middlewares.traefik.io -A -l app.kubernetes.io/part-of!=forward-guard -o name; then
    does_not_exist || [[ $why == *"doesn't have a resource type"* ]] || cannot_tell "whether middlewares of yours have names of ours: $why"
  elif grep -q '/guard-' <<<"$answer"; then
    missing "free names: these middlewares are not ours, and would be overwritten: $(grep '/guard-' <<<"$answer" | sed 's|.*/||' | tr '\n' ' ')"
  else
    ok 'no middleware of yours has a name that begins with guard-'
  fi
}

# --- Traefik --------------------------------------------------------------------------------------

# Says of each prerequisite that is about Traefik why it cannot be told.
cannot_tell_of_traefik() {
  cannot_tell "whether the middlewares are in Traefik's namespace: $1"
  cannot_tell "whether Traefik is 3.6.10 or later, and its definitions of the same version: $1"
  cannot_tell_of_options "$1"
  cannot_tell "whether Traefik sees the addresses of visitors: $1"
}

cannot_tell_of_options() {
  local what
  for what in 'an entry point called websecure' allowCrossNamespace 'safeNaming, so how names in annotations begin' \
    aliasHeadersStrategy 'trustedIPs, and no forwardedHeaders.insecure' \
    'certificates that do not depend on one replica of Traefik'; do
    cannot_tell "whether Traefik has $what: $1"
  done
}

# Sets namespace, kind, name, replicas, network, image, and the file $work/options.
find_traefik() {
  local -a selection=(-A -l app.kubernetes.io/name=traefik)
  local found=''
  [ -z "$workload" ] || selection=(-n "${workload%%/*}" --field-selector "metadata.name=${workload#*/}")
  if ! ask get deployments,daemonsets "${selection[@]}" -o go-template='{{range .items}}{{.metadata.namespace}} {{.kind}} {{.metadata.name}} {{with .spec.replicas}}{{.}}{{else}}-{{end}} {{with .spec.template.spec.hostNetwork}}host{{else}}pod{{end}} {{(index .spec.template.spec.containers 0).image}}{{"\n"}}{{end}}'; then
    cannot_tell_of_traefik "$why"
    return 1
  fi
  found=$answer
  case $(grep -c . <<<"$found") in
    0)
      missing 'Traefik: no Deployment or DaemonSet has the label app.kubernetes.io/name=traefik; --traefik NAMESPACE/NAME names another'
      return 1
      ;;
    1) ;;
    *)
      cannot_tell_of_traefik "there are several, name one with --traefik NAMESPACE/NAME: $(awk '{ print $1 "/" $3 }' <<<"$found" | tr '\n' ' ')"
      return 1
      ;;
  esac
  read -r namespace kind name replicas network image <<<"$found"
  if ! ask get "$kind" "$name" -n "$namespace" -o go-template='{{with (index .spec.template.spec.containers 0)}}{{range .command}}{{.}}{{"\n"}}{{end}}{{range .args}}{{.}}{{"\n"}}{{end}}{{range .env}}env {{.name}}={{.value}}{{"\n"}}{{end}}{{end}}'; then
    cannot_tell_of_traefik "$why"
    return 1
  fi
  # Options are not case-sensitive. As variables they begin with TRAEFIK_ and have "_" for ".".
  tr '[:upper:]' '[:lower:]' <<<"$answer" | sed -n 's/^env traefik_//p; s/^--//p' >"$work/options"
}

# option NAME: prints the value; fails if it is not set.
option() {
  local wanted line key
  wanted=$(tr '[:upper:]' '[:lower:]' <<<"$1")
  while read -r line; do
    key=${line%%=*}
    if [ "$key" = "$wanted" ] || [ "${key//_/.}" = "$wanted" ]; then
      [ "$key" = "$line" ] && echo true || echo "${line#*=}"
      return 0
    fi
  done <"$work/options"
  return 1
}

# The middlewares have to be where Traefik is, or where sites say.
check_namespace() {
  middlewares=$(awk '/^---/ { name = "" } /^  name:/ { name = $2 } name == "guard-strip-identity-headers" && /^  namespace:/ { print $2; exit }' \
    "$work/overlay.yaml")
  if [ -z "$middlewares" ]; then
    middlewares=$namespace
  elif [ "$middlewares" = "$namespace" ]; then
    ok "the middlewares are in Traefik's namespace, $namespace"
  else
    missing "middlewares in Traefik's namespace: your overlay has them in $middlewares, and Traefik is in $namespace; \"Another namespace, k3s\" in manifests/README.md moves them"
  fi
}

check_version() {
  version=$(sed -n 's/.*:v\{0,1\}\([0-9][0-9]*\.[0-9][0-9]*\.[0-9][0-9]*\).*/\1/p' <<<"$image")
  if [ -z "$version" ]; then
    cannot_tell "the version of Traefik from its image $image: it has to be 3.6.10 or later, better 3.7.12"
    version=3.7.12
  elif ! at_least "$version" 3.6.10; then
    missing "Traefik 3.6.10 or later: $namespace/$name is $version"
  elif at_least "$version" 3.7.12; then
    ok "Traefik $version in $namespace"
  else
    ok "Traefik $version in $namespace; with less, see \"Upgrade Traefik\" in manifests/README.md"
  fi
}

# Whether guard-retry of the overlay repeats by status.
has_retry_by_status() {
  awk '/^---/ { name = "" } /^  name:/ { name = $2 } name == "guard-retry" && /^    status:/ { found = 1 } END { exit !found }' \
    "$work/overlay.yaml"
}

check_definitions() {
  if ! ask get customresourcedefinition middlewares.traefik.io -o go-template='{{with (index .spec.versions 0).schema.openAPIV3Schema.properties.spec.properties}}{{with .forwardAuth.properties.maxResponseBodySize}}forwardAuth{{end}} {{with .retry.properties.status}}retry{{end}}{{end}}'; then
    if does_not_exist; then
      missing "Traefik's definitions (Middleware): $(definitions_of traefik.io/v1alpha1)"
    else
      cannot_tell "whether Traefik's definitions are those of its version: $why"
    fi
  elif [[ $answer != *forwardAuth* ]]; then
    missing "definitions of Traefik 3.6.10 or later, with maxResponseBodySize: a chart does not update them, $(definitions_of traefik.io/v1alpha1)"
  elif at_least "$version" 3.7.7 && [[ $answer != *retry* ]]; then
    missing "definitions of the version of Traefik, $version: a chart does not update them, $(definitions_of traefik.io/v1alpha1)"
  elif ! at_least "$version" 3.7.7 && has_retry_by_status; then
    missing "components/traefik/before-3.7.7 in your overlay: Traefik $version does not repeat by status as it should"
  else
    ok "Traefik's definitions know all fields that are used"
  fi
}

check_options() {
  local value
  if option configFile >/dev/null || ! grep -q -E '^(entrypoints|providers)[._]' "$work/options"; then
    cannot_tell_of_options 'its options are in a file; see "Put it in front of your sites" in manifests/README.md'
    return
  fi
  if option entryPoints.websecure.address >/dev/null; then
    ok 'the entry point websecure'
  else
    missing 'an entry point called websecure: patch entryPoints of the IngressRoute outpost to the name of yours with TLS'
  fi
  if [ "$(option providers.kubernetesCRD.allowCrossNamespace)" = true ]; then
    ok 'sites may name middlewares of another namespace (allowCrossNamespace)'
  elif option entryPoints.websecure.http.middlewares | grep -q guard- && ! grep -q '^kind: IngressRoute' "$work/overlay.yaml"; then
    ok 'the chain is at the entry point'
  else
    missing "allowCrossNamespace: set providers.kubernetesCRD.allowCrossNamespace: true in the chart's values, or, with bot-block-guard alone, name the chain at the entry point"
  fi
  if [ "$(option providers.kubernetesCRD.safeNaming)" = true ]; then
    ok "names in annotations have a _ after the namespace: ${middlewares}_guard-protected@kubernetescrd (safeNaming)"
  else
    ok "names in annotations have a - after the namespace: $middlewares-guard-protected@kubernetescrd"
  fi
  value=$(option entryPoints.websecure.http.aliasHeadersStrategy || true)
  if [ "$value" = delete ] || [ "$value" = reject ]; then
    ok "other spellings of headers: aliasHeadersStrategy is $value"
  elif at_least "$version" 3.7.12; then
    missing 'aliasHeadersStrategy: without it X-Authentik_Username of a visitor reaches applications; set entryPoints.websecure.http.aliasHeadersStrategy=delete'
  else
    cannot_tell 'whether an application trusts X-Authentik_Username: Traefik removes such headers from 3.7.12 on (aliasHeadersStrategy)'
  fi
  if [ "$(option entryPoints.websecure.forwardedHeaders.insecure)" = true ]; then
    missing 'trustedIPs: with forwardedHeaders.insecure every visitor chooses the address and the page that authentik decides about; list your proxies in forwardedHeaders.trustedIPs instead'
  elif value=$(option entryPoints.websecure.forwardedHeaders.trustedIPs) && [ -n "$value" ]; then
    ok "X-Forwarded-* is believed from $value only; guard-strip-forwarded-target must stay in the chains"
  else
    ok 'X-Forwarded-* is believed from nobody; if a proxy or a CDN stands before Traefik, list it in trustedIPs'
  fi
  if [ "$replicas" = 1 ] || ! grep -q '^certificates*resolvers[._]' "$work/options"; then
    ok 'certificates do not depend on one replica of Traefik'
  else
    missing "certificates for several replicas: with certificatesResolvers each replica has its own and answers only its own challenges; use cert-manager, or one replica"
  fi
}

# Prints what asks authentik-guard in the overlay, chains and each rule of a route: `ok` or `open`, and its name. `open` is
# what does not remove a target that a visitor may have forged.
askers() {
  awk '/^---/ { name = "" } /^  name:/ { name = $2 }
    /^ +(- )?(middlewares|filters):/ { stripped = 0 }
    /^   +(- )?name: guard-strip-forwarded-target$/ { stripped = 1 }
    /^   +(- )?name: guard-authentik$/ { print (stripped ? "ok" : "open"), name }
    /router\.middlewares:/ { seen = $0 }
    /^  name:/ && seen ~ /guard-authentik@/ { print (seen ~ /guard-strip-forwarded-target@.*guard-authentik@/ ? "ok" : "open"), $2; seen = "" }' \
    "$work/overlay.yaml" | sort
}

# Prints the middlewares that ask authentik-guard without all headers of the visitor.
askers_with_some_headers() {
  awk 'function tell() { if (some && ours) print name; some = ours = 0 }
    /^---/ { tell() } /^  name:/ { name = $2 } /^    authRequestHeaders:/ { some = 1 }
    /^    address:.*authentik-guard/ { ours = 1 }
    END { tell() }' "$work/overlay.yaml"
}

# Prints what the guard.yml of the overlay has: `open` for emergency.open with a path, `doubt` for what may be that. YAML
# can write the file as a block, or in quotes with \n.
open_paths() {
  awk 'function see(line, rest) {
      if (line ~ /^ *#/) return
      if (line ~ /^[ -]*\? *.?open/) print "doubt"
      while (match(line, /(^|[ {,"\047])open["\047]? *:/)) {
        rest = substr(line, RSTART + RLENGTH)
        if (rest ~ /^ *(#.*)?$/ || rest ~ /^ *\[ *([^] ]|$)/) print "open"
        else if (rest !~ /^ *\[ *\]/) print "doubt"
        line = rest
      }
    }
    function tell(lines, count, i) {
      if (text ~ /^"/) { gsub(/\\n/, "\n", text); gsub(/\\"/, "\"", text); gsub(/\\t/, " ", text) }
      if (text ~ /^\047/) gsub(/\047\047/, "\047", text)
      count = split(text, lines, "\n")
      for (i = 1; i <= count; i++) see(lines[i])
      text = ""
    }
    /^ ? ?[^ ]/ { tell(); inside = /^  guard\.yml:/; sub(/^  guard\.yml: */, "") }
    !inside { next }
    text ~ /^"/ { sub(/^ */, ""); if (sub(/\\$/, "", text)) sub(/^\\/, ""); else text = text " "; text = text $0; next }
    { text = text (text == "" ? "" : "\n") $0 }
    END { tell() }' "$work/overlay.yaml" | sort -u
}

# What emergency.open lets in without a password has to be the target that Traefik routes by, and the guard has to see all
# headers by which an application may take another one.
check_open_paths() {
  local all first blind found
  all=$(askers)
  first=$(awk '$1 == "open" { print $2; exit }' <<<"$all")
  blind=$(askers_with_some_headers | head -n 1)
  found=$(open_paths)
  if [[ $found == *open* ]]; then
    if [ -n "$first" ]; then
      missing "guard-strip-forwarded-target before guard-authentik in $first: with emergency.open a visitor gets to any page whose X-Forwarded-Uri names an open one"
    elif [ -n "$all" ]; then
      ok 'emergency.open: guard-strip-forwarded-target comes before guard-authentik in this overlay; routes elsewhere need it, too'
    else
      cannot_tell 'whether guard-strip-forwarded-target comes before guard-authentik, as emergency.open needs it: your overlay has no chain with it'
    fi
    if [ -n "$blind" ]; then
      missing "all headers for authentik-guard: with emergency.open take authRequestHeaders out of $blind; a header such as X-Original-URL would reach the application, and not the guard"
    fi
  elif [ -n "$first$blind" ]; then
    if [ -n "$found" ]; then
      cannot_tell_of_open_paths 'it may be written in a way that is not known here'
    elif grep -A 1 '^ *- name: settings$' "$work/overlay.yaml" | grep -q '^ *secret:'; then
      cannot_tell_of_open_paths 'it is in a Secret'
    fi
  fi
}

cannot_tell_of_open_paths() {
  if [ -n "$first" ]; then
    cannot_tell "whether guard.yml has emergency.open, because $1: then guard-strip-forwarded-target has to come before guard-authentik in $first"
  fi
  if [ -n "$blind" ]; then
    cannot_tell "whether guard.yml has emergency.open, because $1: then authRequestHeaders has to be taken out of $blind"
  fi
}

# Whether the network policies of the overlay let this Traefik in.
check_network_policy() {
  local allowed
  allowed=$(awk '/^---/ { name = "" } /^  name:/ { name = $2 }
    name == "allow-from-traefik" && $1 == "kubernetes.io/metadata.name:" { print $2 }' "$work/overlay.yaml" | sort -u | tr '\n' ' ')
  allowed=${allowed% }
  [ -n "$allowed" ] || return 0
  if [ "$network" = host ] && ! grep -q '^  name: allow-from-host-network$' "$work/overlay.yaml"; then
    missing "components/network-policy/host-network in your overlay: Traefik is on the host's network, and no policy of the guards lets nodes in"
  elif [ "$network" != host ] && [ "$allowed" != "$namespace" ]; then
    missing "network policies for Traefik's namespace: your overlay lets $allowed in, and Traefik is in $namespace; \"Another namespace, k3s\" in manifests/README.md moves them"
  else
    ok 'the network policies let Traefik in'
  fi
}

check_addresses() {
  if [ "$network" = host ]; then
    ok "Traefik sees the addresses of visitors: it is on the host's network"
    return
  fi
  if ! ask get services -n "$namespace" -l app.kubernetes.io/name=traefik -o go-template='{{range .items}}{{.metadata.name}} {{.spec.type}} {{.spec.externalTrafficPolicy}}{{"\n"}}{{end}}'; then
    cannot_tell "whether Traefik sees the addresses of visitors: $why"
  elif grep -q ' Cluster$' <<<"$answer"; then
    name=$(awk '$3 == "Cluster" { print $1; exit }' <<<"$answer")
    missing "the addresses of visitors: the Service $namespace/$name hides them, so five wrong passwords of one visitor keep all others out; set externalTrafficPolicy: Local"
  elif grep -q ' Local$' <<<"$answer"; then
    ok 'Traefik sees the addresses of visitors (externalTrafficPolicy: Local)'
  else
    cannot_tell 'whether Traefik sees the addresses of visitors: no Service of type LoadBalancer or NodePort has the label app.kubernetes.io/name=traefik; what stands before it belongs into trustedIPs'
  fi
}

take_arguments "$@"
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
kubectl kustomize "$overlay" >"$work/overlay.yaml" 2>"$work/error" || refuse "kustomize cannot render $overlay: $(tail -n 1 "$work/error")"
kubectl config get-contexts "$context" -o name >/dev/null 2>&1 || refuse "there is no context $context"
check_kubernetes
check_nodes
check_kinds
check_secret
check_priority
check_metrics
check_upstreams
check_helm_chart_config
check_names
if find_traefik; then
  check_namespace
  check_version
  check_definitions
  check_options
  check_open_paths
  check_network_policy
  check_addresses
fi
[ "$missing" = 0 ] || exit 1
[ "$unknown" = 0 ] || exit 3
