#!/usr/bin/env bash
# Runs two edge gateways on this machine, with their routes in etcd and both guards behind them. See `edge.sh --help`.
# Written for bash 3.2, the version on macOS.
set -euo pipefail
unset CDPATH

PORTS='GATEWAY_1_PORT=8443 GATEWAY_1_WEB_PORT=8000 GATEWAY_1_CANARY_PORT=8082 GATEWAY_1_METRICS_PORT=8083
  GATEWAY_2_PORT=8543 GATEWAY_2_WEB_PORT=8100 GATEWAY_2_CANARY_PORT=8182 GATEWAY_2_METRICS_PORT=8183
  ETCD_PORT=2379 ETCD_PEER_PORT=2380 ETCD_METRICS_PORT=2381
  WHOAMI_0_PORT=18000 WHOAMI_1_PORT=18001 FOO_PORT=18002 BAR_PORT=18003
  BOT_BLOCK_GUARD_PORT=8080 BOT_BLOCK_GUARD_MANAGEMENT_PORT=8081
  AUTHENTIK_GUARD_PORT=9000 AUTHENTIK_GUARD_MANAGEMENT_PORT=9001
  POISON_FOUNTAIN_PORT=18080 OUTPOST_PORT=19000 CONTROL_PORT=18081'

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
repository=$(cd -- "$here/../.." && pwd -P)
manifests=$repository/manifests
jar=$manifests/edge/tool/target/edge-routes.jar
files=$here/.local
script=edge.sh
# shellcheck disable=SC2034 # for processes.sh: run.sh, which runs the guards, may take 15 s, and etcd 8 s
tenths_to_stop=250
# shellcheck source=manifests/local/processes.sh
. "$here/processes.sh"

at_end() { :; }

usage() {
  local ports
  ports=$(print_ports)
  cat <<END
Usage: edge.sh [--demo | --help]

Starts etcd with authentication, two Traefiks with the arguments of manifests/base/edge/gateway, both guards with their
stand-ins (run.sh), and test services, all on 127.0.0.1; applies the routes of manifests/edge/routes with edge-routes, prints
commands to try, and runs until Ctrl-C.

  --demo   instead plays load balancing, an outage behind each guard, a change of routes under load, etcd stopped and started,
           and a wrong route that is refused; exit 0 if everything was as documented. Takes two minutes.
  --help   print this

Needs what run.sh needs, openssl, etcd 3.6 or later, and Traefik 3.7.

Environment:
  ETCD, TRAEFIK                      the programs, if they are not on the PATH
  JAVA_HOME                          the first place to look for a JDK 25
$ports

The demo replaces ports that are in use by others, unless they are set here.

Files, below $files/edge-PORT of the run with this GATEWAY_1_PORT: certificates, passwords, the database,
routes, and logs. All but the logs are new at each start.
END
}

# --- Build ----------------------------------------------------------------------------------------

is_stale() {
  cd -- "$manifests/edge/tool"
  [ ! -f "$jar" ] || [ ! -d target/lib ] || [ -n "$(find pom.xml src/main "$repository/pom.xml" -newer "$jar" 2>&1)" ]
}

build() {
  (is_stale) || return 0
  command -v mvn >/dev/null || fail 'edge-routes must be built, and mvn is not on the PATH'
  echo 'Building edge-routes …'
  (cd -- "$repository" && JAVA_HOME=$java_home PATH=$java_home/bin:$PATH exec mvn -q -B \
    -DskipTests package -pl manifests/edge/tool -am) >"$run/build.log" 2>&1 </dev/null &
  processes=("$!")
  wait "$!" || fail_with_logs 'the build failed' build
  processes=()
}

# --- etcd, gateways, services ---------------------------------------------------------------------

make_certificates() {
  "$manifests/edge/certificates.sh" "$run/certificates" >"$run/certificates.log" 2>&1 </dev/null ||
    fail_with_logs 'no certificates' certificates
  (umask 077 && random_password >"$run/root-password" && random_password >"$run/routes-password")
}

start_etcd() {
  local server=$run/certificates/etcd-server-tls peers=http://127.0.0.1:$ETCD_PEER_PORT
  start etcd "$etcd" --name=edge --data-dir="$run/etcd" \
    --listen-client-urls="https://127.0.0.1:$ETCD_PORT" --advertise-client-urls="https://127.0.0.1:$ETCD_PORT" \
    --listen-peer-urls="$peers" --initial-advertise-peer-urls="$peers" --initial-cluster="edge=$peers" \
    --listen-metrics-urls="http://127.0.0.1:$ETCD_METRICS_PORT" \
    --cert-file="$server/tls.crt" --key-file="$server/tls.key" --trusted-ca-file="$server/ca.crt" --client-cert-auth=true \
    --max-txn-ops=20000 --auto-compaction-mode=periodic --auto-compaction-retention=1h
  until_healthy "http://127.0.0.1:$ETCD_METRICS_PORT/health"
}

# start_gateway NUMBER: with the arguments in the manifest, on ports of this machine.
start_gateway() {
  local web=GATEWAY_$1_WEB_PORT secure=GATEWAY_$1_PORT canary=GATEWAY_$1_CANARY_PORT metrics=GATEWAY_$1_METRICS_PORT
  local argument arguments=()
  while IFS= read -r argument; do
    arguments+=("$argument")
  done < <(sed -n 's/^            - \(--[a-z].*\)$/\1/p' "$manifests/base/edge/gateway/deployment.yaml" | sed \
    -e "s|address=:8000|address=127.0.0.1:${!web}|; s|address=:8443|address=127.0.0.1:${!secure}|" \
    -e "s|address=:8082|address=127.0.0.1:${!canary}|; s|address=:8083|address=127.0.0.1:${!metrics}|" \
    -e "s|entryPoint.to=:443|entryPoint.to=:${!secure}|; s|AcceptGraceTimeout=10s|AcceptGraceTimeout=0s|" \
    -e "s|\$(ETCD_ENDPOINT)|127.0.0.1:$ETCD_PORT|; s|/etc/traefik/etcd|$run/certificates/gateway-etcd-tls|")
  start "gateway-$1" "$traefik" "${arguments[@]}"
}

# edge-routes, as the user routes.
edge_routes() {
  local tls=$run/certificates/edge-routes-etcd-tls
  EDGE_ETCD_ENDPOINTS=https://127.0.0.1:$ETCD_PORT EDGE_ETCD_USER=routes EDGE_ETCD_PASSWORD_FILE=$run/routes-password \
    EDGE_ETCD_CA=$tls/ca.crt EDGE_ETCD_CERTIFICATE=$tls/tls.crt EDGE_ETCD_KEY=$tls/tls.key \
    "$java_home/bin/java" -XX:TieredStopAtLevel=1 -Xmx64m -jar "$jar" "$@" </dev/null
}

copy_routes() {
  mkdir -p "$run/routes"
  local file
  for file in "$manifests"/edge/routes/*.yaml; do
    sed -e "s|whoami-0\.whoami\.edge\.svc\.cluster\.local:8080|127.0.0.1:$WHOAMI_0_PORT|" \
      -e "s|whoami-1\.whoami\.edge\.svc\.cluster\.local:8080|127.0.0.1:$WHOAMI_1_PORT|" \
      -e "s|foo\.edge\.svc\.cluster\.local:8080|127.0.0.1:$FOO_PORT|; s|bar\.edge\.svc\.cluster\.local:8080|127.0.0.1:$BAR_PORT|" \
      -e "s|bot-block-guard\.bot-block-guard\.svc\.cluster\.local:8080|127.0.0.1:$BOT_BLOCK_GUARD_PORT|" \
      -e "s|authentik-guard\.authentik-guard\.svc\.cluster\.local:9000|127.0.0.1:$AUTHENTIK_GUARD_PORT|" \
      "$file" >"$run/routes/${file##*/}"
  done
}

apply() {
  edge_routes apply "$run/routes" --wait "$canaries" >"$run/apply.log" 2>&1
}

start_guards() {
  local entry name ports=()
  for entry in $PORTS; do
    name=${entry%=*}
    ports+=("$name=${!name}")
  done
  start guards env "JAVA_HOME=$java_home" "${ports[@]}" "$here/run.sh"
}

start_all() {
  start_guards
  start services "${java[@]}" "$here/EdgeServices.java" "whoami-0=$WHOAMI_0_PORT" "whoami-1=$WHOAMI_1_PORT" \
    "foo=$FOO_PORT" "bar=$BAR_PORT"
  start_etcd
  start_gateway 1
  start_gateway 2
  edge_routes setup --user root --password-file "$run/root-password" --routes-password-file "$run/routes-password" \
    >"$run/setup.log" 2>&1 || fail_with_logs 'edge-routes setup failed' setup
  copy_routes
  apply || fail_with_logs 'edge-routes apply failed' apply
  local patience=$((SECONDS + 300)) # run.sh may have to build the guards
  until grep -q 'Ctrl-C stops everything' "$run/guards.log"; do
    all_running
    [ "$SECONDS" -lt "$patience" ] || fail_with_logs 'the guards do not start' guards
    sleep 0.2
  done
}

# --- Modes ----------------------------------------------------------------------------------------

explain() {
  local public=www.example.com protected=wiki.example.com
  local tls=$run/certificates/edge-routes-etcd-tls site="curl -k -i --connect-to ::127.0.0.1:$GATEWAY_1_PORT"
  cat <<END

Two gateways are running. Certificates are their own, hence -k.

  # 200: load balancing; again, and the other server answers
  curl -k -i https://127.0.0.1:$GATEWAY_1_PORT/whoami
  # 200: the other gateway; the service sees / instead of /foo
  curl -k -i https://127.0.0.1:$GATEWAY_2_PORT/foo
  # 401: a login that the gateway checks; with "-u alice:wonderland" 200
  curl -k -i https://127.0.0.1:$GATEWAY_1_PORT/basic
  # 200: a public site, behind bot-block-guard
  $site -A Mozilla/5.0 https://$public/
  # 403: a crawler there
  $site -A GPTBot https://$public/
  # 302: a protected site, behind both guards: to the login
  $site -A Mozilla/5.0 https://$protected/
  # 200: which revision of the routes it serves
  curl -i http://127.0.0.1:$GATEWAY_2_CANARY_PORT/edge-revision

During an outage behind a guard (refused, hang, 503, …; healthy ends it) the public site goes on, and the protected one asks
for the emergency password instead of a session (401); run.sh's log has it: $run/guards.log

  curl -X PUT http://127.0.0.1:$CONTROL_PORT/poison-fountain/hang
  curl -X PUT http://127.0.0.1:$CONTROL_PORT/outpost/hang

Change the routes in $run/routes, and apply them:

  export EDGE_ETCD_ENDPOINTS=https://127.0.0.1:$ETCD_PORT EDGE_ETCD_USER=routes
  export EDGE_ETCD_PASSWORD_FILE='$run/routes-password' EDGE_ETCD_CA='$tls/ca.crt'
  export EDGE_ETCD_CERTIFICATE='$tls/tls.crt' EDGE_ETCD_KEY='$tls/tls.key'
  alias edge-routes="'$java_home/bin/java' -jar '$jar'"
  edge-routes diff '$run/routes'
  edge-routes apply '$run/routes' --wait $canaries
  edge-routes status ${canaries/,/ }

Logs: $run/*.log

Ctrl-C stops everything.
END
}

demo() {
  start_all
  # shellcheck source=manifests/local/edge-demo.sh
  . "$here/edge-demo.sh"
  play
}

live() {
  start_all
  explain
  while :; do
    all_running
    sleep 1
  done
}

mode=live
case ${1:-} in
  '') ;;
  --demo) mode=demo ;;
  --help | -h)
    usage
    exit
    ;;
  *) fail "unknown argument $1; see edge.sh --help" ;;
esac
# A program that an environment variable or the PATH names.
program() {
  command -v "$2" || fail "$1 is missing: put it on the PATH, or set $1 to the program"
}
command -v curl >/dev/null || fail 'curl is missing'
command -v openssl >/dev/null || fail 'openssl is missing'
etcd=$(program ETCD "${ETCD:-etcd}")
traefik=$(program TRAEFIK "${TRAEFIK:-traefik}")
java_home=$("$here/jdk.sh") || fail 'no JDK 25 found; set JAVA_HOME to one (for example Temurin 25)'
java=("$java_home/bin/java" -XX:+UseSerialGC -Xmx48m)
choose_ports
canaries=http://127.0.0.1:$GATEWAY_1_CANARY_PORT,http://127.0.0.1:$GATEWAY_2_CANARY_PORT
run=$files/edge-$GATEWAY_1_PORT
rm -rf -- "$run"
mkdir -p "$run"
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP
build
make_certificates
"$mode"
