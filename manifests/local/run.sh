#!/usr/bin/env bash
# Runs both guards on this machine, in front of stand-in upstreams that can be made to fail. See
# `run.sh --help`. Written for bash 3.2, the version on macOS.
set -euo pipefail
unset CDPATH

PORTS='BOT_BLOCK_GUARD_PORT=8080 BOT_BLOCK_GUARD_MANAGEMENT_PORT=8081
  AUTHENTIK_GUARD_PORT=9000 AUTHENTIK_GUARD_MANAGEMENT_PORT=9001
  POISON_FOUNTAIN_PORT=18080 OUTPOST_PORT=19000 CONTROL_PORT=18081'
JAVA_FLAGS=${JAVA_FLAGS:-}

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
repository=$(cd -- "$here/../.." && pwd -P)
files=$here/.local
script=run.sh
# shellcheck source=manifests/local/processes.sh
. "$here/processes.sh"

at_end() {
  rm -f -- "$run/demo-htpasswd"
}

usage() {
  local ports
  ports=$(print_ports)
  cat <<END
Usage: run.sh [--demo [--keep] | --help]

Builds the guards if they are out of date, starts both and stand-ins for their upstreams (Poison
Fountain and authentik's outpost) on 127.0.0.1, prints commands to try, and runs until Ctrl-C.

  --demo   instead simulate each kind of outage and print a table of the guards' responses;
           exit 0 if all were as documented. Takes about a minute.
  --keep   with --demo: begin another outage of authentik afterwards, for the status pages of the
           guards, and run until Ctrl-C
  --help   print this

Needs a JDK 25, curl, htpasswd or openssl, and Maven for building.

Environment:
  JAVA_HOME                          the first place to look for a JDK 25
  JAVA_FLAGS                         extra JVM flags for the guards, besides those in manifests/image
$ports

CONTROL_PORT takes commands for the stand-ins. The demo replaces ports that are in use by others,
unless they are set here.

Files, below $files:
  htpasswd     the emergency user; kept. Delete it to get a new password.
  run-PORT     settings, reloaded live, and logs of the run with this BOT_BLOCK_GUARD_PORT
END
}

# --- Build ----------------------------------------------------------------------------------------

is_stale() {
  local target=$1/target
  cd -- "$repository"
  [ ! -f "$target/$1.jar" ] || [ ! -d "$target/lib" ] ||
    [ -n "$(find pom.xml ./*/pom.xml .mvn ./*/src/main -newer "$target/$1.jar" 2>&1)" ]
}

build() {
  local started=$files/build-started log=$files/build.log guard
  if ! (is_stale bot-block-guard) && ! (is_stale authentik-guard); then
    return
  fi
  command -v mvn >/dev/null || fail 'the guards must be built, and mvn is not on the PATH'
  echo 'Building the guards; the first time this takes a few minutes …'
  : >"$started"
  # On the PATH as well: the build starts a java process that must also be a JDK 25.
  (cd -- "$repository" && JAVA_HOME=$java_home PATH=$java_home/bin:$PATH exec mvn -q -B \
    -DskipTests package -pl bot-block-guard,authentik-guard -am) >"$log" 2>&1 </dev/null &
  processes=("$!")
  if ! wait "$!"; then
    tail -n 40 "$log" >&2
    fail "the build failed; the end of $log is shown above"
  fi
  processes=()
  for guard in bot-block-guard authentik-guard; do
    # Maven does not touch an unchanged jar. With the time of the build's start, sources that changed
    # during the build count as newer.
    touch -c -r "$started" "$repository/$guard/target/$guard.jar"
  done
}

# --- Credentials and settings ---------------------------------------------------------------------

# Reads the password from standard input: arguments are visible to all users.
htpasswd_line() {
  if command -v htpasswd >/dev/null; then
    htpasswd -niBC 10 emergency | grep .
  else
    local hash
    hash=$(openssl passwd -6 -stdin) && printf 'emergency:%s\n' "$hash"
  fi
}

create_htpasswd() {
  if ! (umask 077 && htpasswd_line >"$1.new" && mv -f -- "$1.new" "$1"); then
    rm -f -- "$1.new"
    fail 'no password hash: needs htpasswd (apache2-utils) or an openssl with passwd -6'
  fi
}

keep_htpasswd() {
  htpasswd=$files/htpasswd
  if [ -s "$htpasswd" ]; then
    local user
    IFS=: read -r user _ <"$htpasswd"
    printf 'Emergency user %s: password as before; for a new one delete %s\n' "$user" "$htpasswd"
    return
  fi
  local password
  password=$(random_password)
  create_htpasswd "$htpasswd" <<<"$password"
  printf 'Emergency user emergency: password %s (shown this once; its hash is kept in %s)\n' \
    "$password" "$htpasswd"
}

write_settings() {
  cat >"$run/$1.yml" <<END
# Written by run.sh at each start. The guard follows this file: a change takes effect within a second.
mode: auto  # auto | fallback | upstream
drain-delay: 0s  # there is no load balancer here, so Ctrl-C need not wait
upstream:
  url: http://127.0.0.1:$2
  connect-timeout: 3s
  read-timeout: 5s
  deadline: $3
END
  [ "$1" != authentik-guard ] || cat >>"$run/$1.yml" <<END
  login-health-url: http://127.0.0.1:$2/-/health/ready/  # authentik's own readiness, of its stand-in
emergency:
  require-https: false  # there is no TLS on this machine; never do this on a network
END
}

# --- Processes ------------------------------------------------------------------------------------

start_guard() {
  start "$1" env GUARD_HOST=127.0.0.1 GUARD_PORT="$2" GUARD_MANAGEMENT_PORT="$3" \
    GUARD_SETTINGS_FILE="$run/$1.yml" GUARD_HTPASSWD_FILE="$htpasswd" \
    MALLOC_ARENA_MAX=1 "$java_home/bin/java" "@$options/jvm.options" "@$options/$1.options" \
    ${guard_flags[@]+"${guard_flags[@]}"} -jar "$repository/$1/target/$1.jar"
}

start_all() {
  names=()
  start stand-ins "${java[@]}" "$here/StandIns.java" \
    "$POISON_FOUNTAIN_PORT" "$OUTPOST_PORT" "$CONTROL_PORT"
  start_guard bot-block-guard "$BOT_BLOCK_GUARD_PORT" "$BOT_BLOCK_GUARD_MANAGEMENT_PORT"
  start_guard authentik-guard "$AUTHENTIK_GUARD_PORT" "$AUTHENTIK_GUARD_MANAGEMENT_PORT"
  until_healthy "http://127.0.0.1:$CONTROL_PORT/"
  until_healthy "http://127.0.0.1:$BOT_BLOCK_GUARD_PORT/healthz"
  until_healthy "http://127.0.0.1:$AUTHENTIK_GUARD_PORT/healthz"
}

# --- Modes ----------------------------------------------------------------------------------------

print_status_pages() {
  cat <<END
Status:    bot-block-guard http://127.0.0.1:$BOT_BLOCK_GUARD_MANAGEMENT_PORT/status
           authentik-guard http://127.0.0.1:$AUTHENTIK_GUARD_MANAGEMENT_PORT/status
END
}

explain() {
  local bot=http://127.0.0.1:$BOT_BLOCK_GUARD_PORT/auth
  local authentik=http://127.0.0.1:$AUTHENTIK_GUARD_PORT/outpost.goauthentik.io/auth/traefik
  local control=http://127.0.0.1:$CONTROL_PORT
  local visitor="curl -i -H 'X-Forwarded-Host: app.example.com'"
  cat <<END

Both guards are running. These are auth requests as Traefik sends them, with the upstreams' verdicts:

  # 200: a browser
  curl -i -A Mozilla/5.0 $bot
  # 403: a crawler
  curl -i -A GPTBot $bot
  # 302: to the login
  $visitor \\
    $authentik
  # 200: a session, with the user in X-authentik-*
  $visitor -b authentik_proxy_session=x \\
    $authentik

To start an outage, choose refused, hang, 503, drip, reset or truncated; healthy ends it. During an
outage the commands above get 200, 200, 401, 401, with the reason in X-Guard-Fallback. With login-down
the outpost answers, but the login behind it is down: after 15 s the third command gets 401, and the
session still 200.

  curl -X PUT $control/poison-fountain/hang
  curl -X PUT $control/outpost/hang
  # 200: Emergency Access; curl asks for the password of the user "emergency"
  $visitor -u emergency \\
    $authentik

END
  print_files
}

print_files() {
  print_status_pages
  cat <<END
Metrics:   /prometheus at the same ports
Settings:  $run/bot-block-guard.yml
           $run/authentik-guard.yml
Logs:      $run/*.log

Ctrl-C stops everything.
END
}

until_interrupted() {
  while :; do
    all_running
    sleep 1
  done
}

demo() {
  local password guards
  password=$(random_password)
  htpasswd=$run/demo-htpasswd
  create_htpasswd "$htpasswd" <<<"$password"
  write_settings bot-block-guard "$POISON_FOUNTAIN_PORT" 2s
  write_settings authentik-guard "$OUTPOST_PORT" 2s
  start_all
  guards=("${processes[@]}")
  "${java[@]}" "$here/Demo.java" "$BOT_BLOCK_GUARD_PORT" "$AUTHENTIK_GUARD_PORT" "$CONTROL_PORT" \
    2 <<<"$password" &
  processes+=("$!")
  wait "$!" || fail "the demo found something WRONG; logs and settings: $run"
  processes=("${guards[@]}")
  echo
  if [ "$keep" = no ]; then
    print_status_pages
    echo 'They end with this run; --demo --keep leaves them open.'
    return
  fi
  begin_outage
  explain_outage "$password"
  until_interrupted
}

# Until the circuit is open: without requests a guard does not notice an outage.
begin_outage() {
  local last=$((SECONDS + 30))
  curl -q -fsS -m 10 --noproxy '*' -o /dev/null -X PUT "http://127.0.0.1:$CONTROL_PORT/outpost/refused" ||
    fail_with_logs 'the stand-ins take no commands' stand-ins
  while :; do
    case $(curl -q -s -m 10 --noproxy '*' -o /dev/null -D - -H 'X-Forwarded-Host: app.example.com' \
      "http://127.0.0.1:$AUTHENTIK_GUARD_PORT/outpost.goauthentik.io/auth/traefik") in
      *circuit_open*) return ;;
    esac
    all_running
    [ "$SECONDS" -lt "$last" ] || fail_with_logs 'authentik-guard does not notice the outage' authentik-guard
  done
}

explain_outage() {
  local authentik=http://127.0.0.1:$AUTHENTIK_GUARD_PORT/outpost.goauthentik.io/auth/traefik
  local control=http://127.0.0.1:$CONTROL_PORT
  local visitor="curl -i -H 'X-Forwarded-Host: app.example.com'"
  cat <<END
authentik's outpost refuses connections now, and the circuit of authentik-guard is open. Open the status
pages below in a browser; curl gets JSON. They change with what you try:

  # 401: nobody can log in by authentik
  $visitor \\
    $authentik
  # 200: Emergency Access; curl asks for the password of the user "emergency", which is $1
  $visitor -u emergency \\
    $authentik

  curl -X PUT $control/poison-fountain/503
  # 200: a crawler passes
  curl -i -A GPTBot http://127.0.0.1:$BOT_BLOCK_GUARD_PORT/auth
  curl -X PUT $control/poison-fountain/healthy

The outage is over when you say so; some 15 s later the first command gets 302, to the login:

  curl -X PUT $control/outpost/healthy

END
  print_files
}

live() {
  keep_htpasswd
  write_settings bot-block-guard "$POISON_FOUNTAIN_PORT" 5s
  write_settings authentik-guard "$OUTPOST_PORT" 5s
  start_all
  explain
  until_interrupted
}

mode=live
keep=no
for argument in "$@"; do
  case $argument in
    --demo) mode=demo ;;
    --keep) keep=yes ;;
    --help | -h)
      usage
      exit
      ;;
    *) fail "unknown argument $argument; see run.sh --help" ;;
  esac
done
[ "$keep" = no ] || [ "$mode" = demo ] || fail '--keep needs --demo; without it run.sh runs until Ctrl-C anyway'
command -v curl >/dev/null || fail 'curl is missing'
java_home=$("$here/jdk.sh") || fail 'no JDK 25 found; set JAVA_HOME to one (for example Temurin 25)'
java=("$java_home/bin/java" -XX:+UseSerialGC -Xmx48m)
# shellcheck disable=SC2206 # flags are words
guard_flags=($JAVA_FLAGS)
options=$repository/manifests/image
choose_ports
run=$files/run-$BOT_BLOCK_GUARD_PORT
mkdir -p "$run"
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP
build
"$mode"
